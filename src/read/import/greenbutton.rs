//! Green Button: the XML of NAESB's ESPI, read as it comes.
//!
//! A feed has entries, which links tie together: a `UsagePoint` has `MeterReading`s, each with one `ReadingType` (unit, power of ten) and
//! `IntervalBlock`s. A block whose type has not come yet waits for it.

use super::{
    Fits, Mapping, Quantity,
    bounded::{LineOf, XmlBytes, is_content},
    delimited::Decoded,
    entry::{Entry, Receive, shown},
    series::{LONGEST_LABEL, Labels, Named, Of, of_series},
    terms::{Terms, product},
};
use crate::{
    finding::{Code, Finding, Text},
    metering::{Quality, Stamp},
    quantity::{Ratio, Unit},
    read::csv::{Faults, number},
};
use jiff::tz::TimeZone;
use quick_xml::{
    Reader,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
};
use std::{
    collections::HashMap,
    io::{self, Read},
    rc::Rc,
};

/// Elements stand within so many others at most; the format has nine.
const DEEPEST: usize = 64;

/// So many entries are told apart that are no blocks of readings.
const MOST_ENTRIES: usize = 100_000;

/// So many readings wait for their type.
const MOST_WAITING: usize = 300_000;

/// So many links has an entry.
const MOST_LINKS: usize = 1000;

/// And none is longer: all of them are kept.
const LONGEST_LINK: usize = 500;

/// The flags of `QualityOfReading` that are not listed: 16, other, may be anything.
const FLAGS: &str = "0, 7 … 15, 17, 18, 19";

pub(super) fn read(
    mapping: &Mapping,
    site: TimeZone,
    reader: impl Read,
    faults: &mut Faults<'_>,
    to: &mut impl Receive,
) -> io::Result<Fits> {
    let bytes = XmlBytes::new(Decoded::new(reader, None)?);
    let line = bytes.line();
    let mut xml = Reader::from_reader(bytes);
    xml.config_mut().expand_empty_elements = true;
    let mut feed = Feed::new(mapping, site, line.clone());
    let mut buffer = Vec::new();
    let broken = loop {
        buffer.clear();
        xml.get_mut().begin();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Eof) if feed.path.is_empty() => break None,
            Ok(Event::Eof) => break Some("</…>, found the end".to_owned()),
            Ok(Event::Start(element)) => {
                if feed.path.len() == DEEPEST {
                    break Some(format!("> {DEEPEST}"));
                }
                feed.open(&element);
            }
            Ok(Event::Text(text)) => feed.say(&text),
            Ok(Event::CData(text)) => feed.say(&text),
            Ok(Event::GeneralRef(name)) => {
                let mark = name.resolve_char_ref().ok().flatten();
                let named = || resolve_predefined_entity(&name);
                match mark {
                    Some(mark) => feed.say(mark.encode_utf8(&mut [0; 4])),
                    None => feed.say(named().unwrap_or_default()),
                }
            }
            Ok(Event::End(_)) => feed.close(faults, to),
            Ok(_) => {}
            Err(quick_xml::Error::Io(error)) if !is_content(&error) => {
                return Err(io::Error::new(error.kind(), error.to_string()));
            }
            Err(error) => break Some(error.to_string()),
        }
    };
    feed.settle(faults, to);
    if let Some(found) = broken {
        let mut finding = Finding::new(Code::ImportBroken).found(found);
        finding.line = Some(line.get());
        faults.found(finding);
    }
    Ok(feed.fits)
}

/// The elements that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Entry,
    Content,
    Title,
    UsagePoint,
    MeterReading,
    ReadingType,
    IntervalBlock,
    IntervalReading,
    TimePeriod,
    Duration,
    Start,
    Value,
    ReadingQuality,
    Quality,
    Multiplier,
    Uom,
    Accumulation,
    FlowDirection,
    IntervalLength,
    Kind,
    Commodity,
    Other,
}

impl Name {
    fn new(local: &str) -> Name {
        match local {
            "entry" => Name::Entry,
            "content" => Name::Content,
            "title" => Name::Title,
            "UsagePoint" => Name::UsagePoint,
            "MeterReading" => Name::MeterReading,
            "ReadingType" => Name::ReadingType,
            "IntervalBlock" => Name::IntervalBlock,
            "IntervalReading" => Name::IntervalReading,
            "timePeriod" => Name::TimePeriod,
            "duration" => Name::Duration,
            "start" => Name::Start,
            "value" => Name::Value,
            "ReadingQuality" => Name::ReadingQuality,
            "quality" => Name::Quality,
            "powerOfTenMultiplier" => Name::Multiplier,
            "uom" => Name::Uom,
            "accumulationBehaviour" => Name::Accumulation,
            "flowDirection" => Name::FlowDirection,
            "intervalLength" => Name::IntervalLength,
            "kind" => Name::Kind,
            "commodity" => Name::Commodity,
            _ => Name::Other,
        }
    }
}

/// What a `ReadingType` says, each as it stands.
#[derive(Clone, Debug, Default)]
struct Type {
    said: Vec<(&'static str, String)>,
}

impl Type {
    fn find(&self, name: &str) -> Option<&str> {
        self.said.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

/// An entry that is being read.
#[derive(Debug, Default)]
struct Open {
    own: Option<String>,
    up: Option<String>,
    related: Vec<String>,
    title: Option<String>,
    kind: Option<Name>,
    of_type: Type,
}

/// A reading as it stands.
#[derive(Clone, Debug, Default)]
struct Raw {
    start: String,
    duration: String,
    value: String,
    quality: String,
    line: u64,
}

/// How a block's readings are to be read.
#[derive(Clone, Debug)]
struct Terming {
    label: String,
    unit: Option<Unit>,
    factor: Ratio,
    quantity: Quantity,
    length: Option<i64>,
    /// The link of its meter reading, which tells it from others, whatever they are called.
    link: String,
}

/// Which of the blocks before a reading is of: known, waiting, or none that is asked for.
#[derive(Clone, Debug)]
enum Block {
    Known(Rc<Terming>),
    Waits(Rc<Links>),
    Nobody,
}

/// How a block is tied to others.
#[derive(Debug, PartialEq)]
struct Links {
    own: Option<String>,
    up: Option<String>,
}

/// A meter reading: what it is called, and what it is tied to.
#[derive(Debug)]
struct MeterReading {
    title: Option<String>,
    related: Vec<String>,
}

/// Why a block's readings cannot be read: the label, and its unit as it stands.
type NoUnit = (String, String);

struct Feed<'m> {
    terms: Terms<'m>,
    line: LineOf,
    path: Vec<Name>,
    text: String,
    open: Open,
    reading: Raw,
    block: Block,
    /// By its own link, and those to its blocks: a meter reading's own link.
    blocks: HashMap<String, Rc<str>>,
    /// By its own link: a meter reading's title and its other links.
    meter_readings: HashMap<Rc<str>, MeterReading>,
    usage_points: HashMap<String, Option<String>>,
    types: HashMap<String, Type>,
    /// The only type, as long as there is no second.
    only: Option<Option<Type>>,
    /// Whether blocks without links were read by it, and where a second one came after that.
    is_supposed: bool,
    several: Option<u64>,
    waiting: Vec<(Rc<Links>, Raw)>,
    named: Named,
    fits: Fits,
}

impl<'m> Feed<'m> {
    fn new(mapping: &'m Mapping, site: TimeZone, line: LineOf) -> Self {
        Feed {
            terms: Terms::new(mapping, site, false),
            line,
            path: Vec::new(),
            text: String::new(),
            open: Open::default(),
            reading: Raw::default(),
            block: Block::Nobody,
            blocks: HashMap::new(),
            meter_readings: HashMap::new(),
            usage_points: HashMap::new(),
            types: HashMap::new(),
            only: None,
            is_supposed: false,
            several: None,
            waiting: Vec::new(),
            named: Named::default(),
            fits: Fits::default(),
        }
    }

    /// More of an element's text, as far as anybody needs it.
    fn say(&mut self, text: &str) {
        if self.text.len() <= LONGEST_LABEL {
            self.text.push_str(text);
        }
    }

    fn open(&mut self, element: &BytesStart<'_>) {
        let name = Name::new(element.local_name().as_ref());
        let is_link = element.local_name().as_ref() == "link" && self.path.last() == Some(&Name::Entry);
        if is_link {
            self.link(element);
        }
        match name {
            Name::Entry => self.open = Open::default(),
            Name::UsagePoint | Name::MeterReading | Name::ReadingType if self.open.kind.is_none() => {
                self.open.kind = Some(name);
            }
            Name::IntervalBlock => {
                self.open.kind = Some(name);
                let links = Links { own: self.open.own.clone(), up: self.open.up.clone() };
                self.block = Block::Waits(Rc::new(links));
            }
            Name::IntervalReading => self.reading = Raw { line: self.line.get(), ..Raw::default() },
            _ => {}
        }
        self.text.clear();
        self.path.push(name);
    }

    fn link(&mut self, element: &BytesStart<'_>) {
        let (mut rel, mut href) = (None, None);
        for attribute in element.attributes().with_checks(false).flatten().take(20) {
            let value = || attribute.value.replace("&amp;", "&");
            match attribute.key.local_name().as_ref() {
                "rel" => rel = Some(value()),
                "href" => href = Some(value()),
                _ => {}
            }
        }
        let Some(href) = href.filter(|href| href.len() <= LONGEST_LINK) else { return };
        match rel.as_deref() {
            Some("self") => self.open.own = Some(href),
            Some("up") => self.open.up = Some(href),
            Some("related") if self.open.related.len() < MOST_LINKS => self.open.related.push(href),
            _ => {}
        }
    }

    fn close(&mut self, faults: &mut Faults<'_>, to: &mut impl Receive) {
        let Some(name) = self.path.pop() else { return };
        let outer = self.path.last().copied().unwrap_or(Name::Other);
        let text = self.text.trim();
        let said = match (outer, name) {
            (Name::ReadingType, Name::Multiplier) => Some("powerOfTenMultiplier"),
            (Name::ReadingType, Name::Uom) => Some("uom"),
            (Name::ReadingType, Name::Accumulation) => Some("accumulationBehaviour"),
            (Name::ReadingType, Name::FlowDirection) => Some("flowDirection"),
            (Name::ReadingType, Name::IntervalLength) => Some("intervalLength"),
            (Name::ReadingType, Name::Kind) => Some("kind"),
            (Name::ReadingType, Name::Commodity) => Some("commodity"),
            _ => None,
        };
        match (outer, name) {
            _ if said.is_some() => {
                let Some(said) = said.filter(|said| self.open.of_type.find(said).is_none()) else { return };
                self.open.of_type.said.push((said, shown(text)));
            }
            (Name::Entry, Name::Title) => self.open.title = Some(text.chars().take(LONGEST_LABEL / 4).collect()),
            (Name::TimePeriod, Name::Start) => self.reading.start = shown(text),
            (Name::TimePeriod, Name::Duration) => self.reading.duration = shown(text),
            (Name::IntervalReading, Name::Value) => self.reading.value = shown(text),
            (Name::ReadingQuality, Name::Quality) => self.reading.quality = shown(text),
            (_, Name::IntervalReading) => {
                let reading = std::mem::take(&mut self.reading);
                self.take(reading, faults, to);
            }
            (_, Name::Entry) => self.keep(),
            _ => {}
        }
        self.text.clear();
    }

    /// An entry that others are tied to.
    fn keep(&mut self) {
        let open = std::mem::take(&mut self.open);
        let known = self.blocks.len() + self.usage_points.len() + self.types.len();
        if known >= MOST_ENTRIES {
            return;
        }
        match (open.kind, open.own) {
            (Some(Name::ReadingType), own) => {
                self.several = self.several.or(Some(self.line.get()).filter(|_| self.is_supposed));
                self.only = Some(if self.only.is_none() { Some(open.of_type.clone()) } else { None });
                if let Some(own) = own {
                    self.types.insert(own, open.of_type);
                }
            }
            (Some(Name::MeterReading), Some(own)) => {
                let own: Rc<str> = own.into();
                self.blocks.insert(own.to_string(), Rc::clone(&own));
                for related in &open.related {
                    self.blocks.insert(related.clone(), Rc::clone(&own));
                }
                self.meter_readings.insert(own, MeterReading { title: open.title, related: open.related });
            }
            (Some(Name::UsagePoint), Some(own)) => drop(self.usage_points.insert(own, open.title)),
            _ => {}
        }
    }

    fn take(&mut self, reading: Raw, faults: &mut Faults<'_>, to: &mut impl Receive) {
        if let Block::Waits(links) = &self.block {
            let links = Rc::clone(links);
            match self.terming(&links, false) {
                Ok(Some(terming)) => {
                    self.is_supposed |= links.own.is_none() && links.up.is_none();
                    self.block = self.known(terming, faults, to);
                }
                Ok(None) => self.block = Block::Nobody,
                Err(()) if self.waiting.len() < MOST_WAITING => return self.waiting.push((links, reading)),
                Err(()) => {
                    self.fits.not += 1;
                    let expected = ("ReadingType 先于读数", "its ReadingType before so many readings");
                    return faults.push(Code::CsvRow, reading.line, None, "", ("尚无", "none yet"), expected);
                }
            }
        }
        if let Block::Known(terming) = &self.block {
            let terming = Rc::clone(terming);
            self.give(&terming, &reading, faults, to);
        }
    }

    /// A channel of a unit that is none of ours is named once, and its readings are passed over.
    fn known(&mut self, terming: Result<Terming, NoUnit>, faults: &mut Faults<'_>, to: &mut impl Receive) -> Block {
        match terming {
            Ok(terming) => {
                let of = Of::Label(terming.label.clone());
                self.named.notice(&of, &terming.link, self.line.get(), faults);
                Block::Known(Rc::new(terming))
            }
            Err((label, uom)) => {
                if to.wants(&label, faults) {
                    self.fits.not += 1;
                    let expected = Text::same("uom 72 (Wh), 38 (W), 31 (J), 132 (Btu), 42 (m³), 134 (l), 119 (ft³)");
                    faults.push(Code::ImportUnit, self.line.get(), None, &label, Text::same(uom), expected);
                }
                Block::Nobody
            }
        }
    }

    /// At the end: blocks whose types came later, or that no link ties to one, where there is one only.
    fn settle(&mut self, faults: &mut Faults<'_>, to: &mut impl Receive) {
        if let Some(line) = self.several {
            let found = ("多个 ReadingType，而读数块无链接", "several of them, and blocks of readings without links");
            faults.push(Code::ImportUnit, line, None, "", found, ("唯一的 ReadingType", "one ReadingType"));
        }
        let mut last: Option<(Rc<Links>, Block)> = None;
        for (links, reading) in std::mem::take(&mut self.waiting) {
            let block = match &last {
                Some((known, block)) if Rc::ptr_eq(known, &links) => block.clone(),
                _ => match self.terming(&links, true) {
                    Ok(Some(terming)) => self.known(terming, faults, to),
                    Ok(None) => Block::Nobody,
                    Err(()) => Block::Waits(Rc::clone(&links)),
                },
            };
            match &block {
                Block::Known(terming) => self.give(terming, &reading, faults, to),
                Block::Waits(_) => {
                    self.fits.not += 1;
                    let expected = (
                        "与之关联的 ReadingType，或映射中的 value.unit",
                        "a ReadingType that links tie to it, or value.unit of the mapping",
                    );
                    faults.push(Code::ImportUnit, reading.line, None, "", ("无", "none"), expected);
                }
                Block::Nobody => {}
            }
            last = Some((links, block));
        }
    }

    /// How a block's readings are read; `Ok(None)`: nobody asks for them. `Err`: its type is not known (yet). Within: its unit is none
    /// of ours.
    fn terming(&self, links: &Links, is_end: bool) -> Result<Option<Result<Terming, NoUnit>>, ()> {
        let mapping = self.terms.mapping;
        let meter_reading = [&links.own, &links.up].into_iter().flatten().find_map(|link| self.meter_reading(link));
        let of_reading = meter_reading.and_then(|own| Some((own, self.meter_readings.get(own)?)));
        let by_link = of_reading.and_then(|(_, of)| of.related.iter().find_map(|link| self.types.get(link)));
        // A block without any link is of the only type; a second one that comes later is told.
        let is_alone = links.own.is_none() && links.up.is_none();
        let only = || self.only.as_ref().and_then(Option::as_ref).filter(|_| is_end || is_alone);
        let of_type = by_link.or_else(only);
        // A mapping that says all that a type would say needs none.
        let says_all = mapping.value.unit.is_some() && mapping.value.quantity.is_some() && is_end;
        let none = Type::default();
        let of_type = match of_type {
            Some(of_type) => of_type,
            None if says_all => &none,
            None => return Err(()),
        };
        let named = |title: &Option<String>, link: &str| {
            title
                .clone()
                .filter(|title| !title.is_empty())
                .unwrap_or_else(|| link.rsplit('/').next().unwrap_or(link).to_owned())
        };
        let usage_point = meter_reading
            .and_then(|own| ancestors(own).find_map(|link| Some(named(self.usage_points.get(link)?, link))));
        let reading_name = of_reading.map(|(own, of)| named(&of.title, own));
        let mut labels: Labels = of_type.said.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        labels.extend(usage_point.clone().map(|name| ("UsagePoint".to_owned(), name)));
        labels.extend(reading_name.clone().map(|name| ("MeterReading".to_owned(), name)));
        let whole = || [usage_point, reading_name].into_iter().flatten().collect::<Vec<_>>().join("/");
        let label = match of_series(mapping, &labels, whole) {
            Of::Label(label) => label,
            Of::Nobody => return Ok(None),
            Of::Unnamed(name) => format!("({name})"),
        };
        let power = of_type.find("powerOfTenMultiplier").map_or(Some(0), |power| power.parse::<i32>().ok());
        let power = power.filter(|power| power.abs() <= 18);
        let uom = of_type.find("uom").unwrap_or_default();
        let unit = mapping.value.unit.map(|unit| (unit, None)).or_else(|| unit(uom));
        let Some(((unit, times), power)) = unit.zip(power) else {
            return Ok(Some(Err((
                label,
                format!("uom {uom}, 10^{}", of_type.find("powerOfTenMultiplier").unwrap_or("0")),
            ))));
        };
        let ten = Ratio::new(10_i128.pow(power.unsigned_abs()), 1);
        let ten = if power < 0 { Ratio::new(1, 10_i128.pow(power.unsigned_abs())) } else { ten };
        let factor = product([mapping.value.factor, times]).zip(ten).and_then(|(factor, ten)| factor.checked_mul(ten));
        let Some(factor) = factor else { return Ok(Some(Err((label, format!("uom {uom}, 10^{power}"))))) };
        let quantity = mapping.value.quantity.unwrap_or_else(|| quantity(unit, of_type));
        let length = of_type.find("intervalLength").and_then(|length| length.parse().ok()).filter(|length| *length > 0);
        let link = meter_reading.map_or_else(String::new, |own| own.to_string());
        Ok(Some(Ok(Terming { label, unit: Some(unit), factor, quantity, length, link })))
    }

    fn meter_reading(&self, link: &str) -> Option<&Rc<str>> {
        ancestors(link).find_map(|link| self.blocks.get(link))
    }

    fn give(&mut self, terming: &Terming, reading: &Raw, faults: &mut Faults<'_>, to: &mut impl Receive) {
        let (label, line) = (terming.label.as_str(), reading.line);
        self.fits.not += 1;
        let seconds =
            |text: &str| text.parse::<i64>().ok().filter(|seconds| (-2_300_000_000..7_300_000_000).contains(seconds));
        let length = if reading.duration.is_empty() {
            terming.length
        } else {
            seconds(&reading.duration).filter(|length| *length >= 0)
        };
        let (Some(start), Some(length)) = (seconds(&reading.start), length) else {
            return faults.tell(Code::CsvTime, line, None, label, || {
                let found = format!("{:?} + {:?}", reading.start, reading.duration);
                (found.into(), ("start 与 duration，均为秒", "start and duration, in seconds").into())
            });
        };
        let Some(value) = number(reading.value.as_bytes()) else {
            return faults.tell(Code::CsvValue, line, None, label, || {
                (format!("{:?}", reading.value).into(), self.terms.expected_number())
            });
        };
        let Some(quality) = self.terms.quality(&reading.quality, standard) else {
            return faults.tell(Code::CsvValue, line, None, label, || {
                (format!("{:?}", reading.quality).into(), self.terms.expected_flag(FLAGS))
            });
        };
        let sentinel = self.terms.number(reading.value.as_bytes()).is_some_and(f64::is_nan);
        let value = if quality == Quality::Missing || sentinel { f64::NAN } else { value };
        self.fits.not -= 1;
        self.fits.read += 1;
        let (start, end) = (start * 1000, (start + length) * 1000);
        // Of a dial the reading at the end of its interval; of sampled power the one at its start.
        let (start, time) = match terming.quantity {
            Quantity::Energy | Quantity::MeanPower => (Some(start), end),
            Quantity::Register => (None, end),
            Quantity::Power => (None, start),
        };
        let (unit, factor, quantity) = (terming.unit, terming.factor, terming.quantity);
        to.receive(
            &Entry { label, start, time, stamp: Stamp::End, value, factor, unit, quantity, quality, line },
            faults,
        );
    }
}

/// A link, and those that it stands under.
fn ancestors(link: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(link), |link| {
        link.rsplit_once('/').map(|(outer, _)| outer).filter(|outer| !outer.is_empty())
    })
}

/// The units of `UnitSymbolKind` that are energy, power, gas or water.
fn unit(uom: &str) -> Option<(Unit, Option<f64>)> {
    Some(match uom {
        "72" => (Unit::WattHour, None),
        "38" => (Unit::Watt, None),
        "31" => (Unit::Megajoule, Some(0.000_001)),
        // The Btu of the international table.
        "132" => (Unit::Megajoule, Some(0.001_055_055_852_62)),
        "42" => (Unit::CubicMetre, None),
        "119" => (Unit::CubicMetre, Some(0.028_316_846_592)),
        "134" => (Unit::Litre, None),
        _ => return None,
    })
}

/// What the values are by `AccumulationBehaviourType`: 1, 2, 3 and 9 count up, 4 is of the interval, 12 is of an instant.
fn quantity(unit: Unit, of_type: &Type) -> Quantity {
    let is_power = unit == Unit::Watt;
    match of_type.find("accumulationBehaviour") {
        Some("1" | "2" | "3" | "9") if !is_power => Quantity::Register,
        Some("6" | "12") if is_power => Quantity::Power,
        _ if is_power => Quantity::MeanPower,
        _ => Quantity::Energy,
    }
}

/// `QualityOfReading`; without one a reading is valid.
fn standard(said: &str) -> Option<Quality> {
    Some(match said {
        "" | "0" | "14" | "17" | "18" | "19" => Quality::Actual,
        "8" | "9" | "10" | "12" | "13" => Quality::Estimated,
        "7" | "11" | "15" => Quality::Substituted,
        _ => return None,
    })
}

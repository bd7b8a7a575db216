use super::{Document, Fields, Node};
use crate::{
    facility::{Certificate, Facility, Lifecycle, RackType, Racks, Region, StandardRacks},
    finding::{Code, Finding, Gathered, Text},
    metering::{Carrier, Circuit, Confirmed, Exchange, MeasurementPoint, Meter, MeterKind},
    period::{fixed_offset, time_zone},
    place::{Part, Place, Walk, place},
    quantity::{Ratio, Unit},
    site::{Site, Spot},
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::RefCell;

/// The schema of a site on the wire.
pub const SITE_SCHEMA: &str = "pue/site/1";

/// What could be read, and everything that was found on the way.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Read<T> {
    /// The value, of whatever could be used; `None` if it could not be read at all.
    pub value: Option<T>,
    /// What was found, if there is no value to ask for it.
    pub findings: Vec<Finding>,
}

/// A site from JSON bytes, leniently: a fault costs what is faulty and becomes one of the site's findings. (To be
/// refused a site with errors instead, deserialize a [`Site`].)
///
/// ```
/// let read = pue::read::site(br#"{"schema": "pue/site/1", "facility": {"id": "A", "time_zone": "Asia/Shanghai"}, "meters": []}"#);
/// assert_eq!(read.value.unwrap().facility().id, "A");
/// ```
#[cfg(feature = "json")]
pub fn site(json: &[u8]) -> Read<Site> {
    match Document::from_json(json) {
        Ok(document) => site_from(&document),
        Err(finding) => Read { value: None, findings: vec![*finding] },
    }
}

fn site_from(document: &Document<'_>) -> Read<Site> {
    let findings = RefCell::default();
    let parts = parts(document.node(), &findings);
    let mut findings = findings.into_inner().into_vec();
    let value = parts.map(|Parts { facility, meters, certificates }| {
        Site::assemble(facility, meters, certificates, std::mem::take(&mut findings))
    });
    Read { value, findings }
}

/// The parts of a site, before they are checked together.
struct Parts {
    facility: Facility,
    /// With their places in the input.
    meters: Vec<(Spot, Meter)>,
    certificates: Vec<Certificate>,
}

fn parts<'n>(node: Node<'n>, findings: &'n RefCell<Gathered>) -> Option<Parts> {
    let fields = Fields::new(node, Walk::Top, findings)?;
    expect_schema(&fields, SITE_SCHEMA)?;
    let Some(of_facility) = fields.object("facility") else {
        let expected = ("描述数据中心的对象", "an object that describes the data centre");
        fields.push(Finding::new(Code::SubmissionIncomplete).place(place!(facility)).expected(expected));
        return None;
    };
    let parts = Parts { facility: facility(of_facility), meters: meters(&fields), certificates: certificates(&fields) };
    fields.finish();
    Some(parts)
}

/// The stated schema, or a finding and nothing.
pub(crate) fn expect_schema(fields: &Fields<'_>, schema: &str) -> Option<()> {
    let found = fields.str("schema");
    if found == Some(schema) {
        return Some(());
    }
    let found = found.map_or(("没有 schema", "no schema").into(), |found| {
        Text::same(format!("{:?}", found.chars().take(60).collect::<String>()))
    });
    fields.push(Finding::new(Code::JsonSchema).place(place!(schema)).found_text(found).expected(format!("{schema:?}")));
    None
}

pub(crate) fn facility(fields: Fields<'_>) -> Facility {
    let id = fields.id("id").filter(|id| !id.is_empty());
    if id.is_none() {
        fields.missing("id", ("标识", "an identifier"));
    }
    // It never stops the PUE, whatever it is.
    let region = match fields.node("region") {
        None => {
            fields.missing("region", ("GB/T 2260 代码，如 420100", "a GB/T 2260 code such as 420100"));
            None
        }
        Some(node) => {
            let parsed = if let Node::Text(code) = node { code.parse::<Region>().ok() } else { None };
            if parsed.is_none() {
                let finding =
                    Finding::new(Code::FacilityRegion).place(fields.place_of("region")).found_text(node.describe());
                let finding = finding.expected((
                    "GB/T 2260 六位代码（文本），如 \"420100\"；或 ISO 3166 代码，如 \"US-CO\"",
                    "a text: a GB/T 2260 code of six digits such as \"420100\", or an ISO 3166 code such as \"US-CO\"",
                ));
                fields.push(match node {
                    Node::Number(_) => finding
                        .worded("地区代码应为文本，视为未知", "the region code is not a text; taken as not known")
                        .advised("给代码加上引号", "put the code in quotes"),
                    _ => finding,
                });
            }
            parsed
        }
    };
    let zone = zone_of(&fields, region.as_ref());
    let mut facility = Facility::new(id.unwrap_or_default(), zone);
    facility.region = region;
    facility.name = fields.both("name");
    facility.operator = fields.text("operator");
    facility.zone = fields.text("zone");
    facility.hub_node = fields.flag("hub_node");
    facility.lifecycle = lifecycle(&fields);
    facility.racks = racks(&fields);
    let declared = fields.ratio("declared_standard_racks");
    facility.declared_standard_racks =
        declared.and_then(|number| standard_racks(&fields, "declared_standard_racks", number));
    facility.rated_it = fields.kilowatts("rated_it_kw");
    facility.air_conditioning = fields.choice("air_conditioning");
    facility.it_cooling = fields.choice("it_cooling");
    facility.edge = fields.flag("edge");
    facility.design_pue = fields.ratio("design_pue");
    facility.climate = fields.text("climate");
    facility.sector = fields.text("sector");
    facility.independent_supply = fields.flag("independent_supply");
    facility.non_it_on_ups_share = fields.share("non_it_on_ups_share");
    fields.finish();
    facility
}

/// The stated zone; else, for mainland China, its one legal time; else UTC. Whatever is not stated is noted.
fn zone_of(fields: &Fields<'_>, region: Option<&Region>) -> TimeZone {
    let stated = fields.str("time_zone");
    let assumed = if region.is_some_and(Region::is_mainland_china) { "Asia/Shanghai" } else { "UTC" };
    match stated {
        Some(name) => match time_zone(name) {
            Ok(zone) => return zone,
            Err(_) => fields.push(
                Finding::new(Code::FacilityTimeZone)
                    .place(fields.place_of("time_zone"))
                    .found(name.chars().take(60).collect::<String>())
                    .expected(("IANA 名称，如 Asia/Shanghai", "an IANA name such as Asia/Shanghai")),
            ),
        },
        None => fields.missing(
            "time_zone",
            Text::new(format!("IANA 名称；暂按 {assumed}"), format!("an IANA name; taken as {assumed}")),
        ),
    }
    time_zone(assumed).unwrap_or(TimeZone::UTC)
}

fn lifecycle(fields: &Fields<'_>) -> Option<Lifecycle> {
    let Some(of_lifecycle) = fields.object("lifecycle") else {
        fields.missing(
            "lifecycle",
            ("含 kind、approved_on、in_service_on 的对象", "an object with kind, approved_on, in_service_on"),
        );
        return None;
    };
    let lifecycle = Lifecycle {
        kind: of_lifecycle.choice("kind"),
        approved_on: of_lifecycle.date("approved_on"),
        in_service_on: of_lifecycle.date("in_service_on"),
    };
    if lifecycle.kind.is_none() {
        of_lifecycle.missing("kind", ("new、rebuilt、extended 或 existing", "new, rebuilt, extended or existing"));
    }
    of_lifecycle.finish();
    Some(lifecycle)
}

/// A number of standard racks, if it is possible.
pub(crate) fn standard_racks(fields: &Fields<'_>, key: &'static str, number: Ratio) -> Option<StandardRacks> {
    let racks = StandardRacks::of(number);
    if racks.is_none() {
        let finding = Finding::new(Code::DeclaredRacks).place(fields.place_of(key)).found(number.to_f64());
        fields.push(finding.expected(("可能的标准机架数", "a number of standard racks that is possible")));
    }
    racks
}

fn racks(fields: &Fields<'_>) -> Option<Racks> {
    let Some(of_racks) = fields.object("racks") else {
        fields.missing(
            "racks",
            (
                "含 types: [{count, rated_kw}] 的对象，规模由此确定",
                "an object with types: [{count, rated_kw}], which fixes the scale",
            ),
        );
        return None;
    };
    let listed = of_racks.objects("types");
    // A row that is no object counts: a list of which a row is lost would give a smaller scale than the site has.
    let members = of_racks.members("types");
    let types: Vec<RackType> = listed
        .into_iter()
        .flatten()
        .filter_map(|row| {
            let (count, rated) = (row.count("count"), row.kilowatts("rated_kw"));
            for (key, known) in [("count", count.is_some()), ("rated_kw", rated.is_some())] {
                if !known {
                    row.missing(key, ("数字；缺少则规模未知", "a number; without it the scale is unknown"));
                }
            }
            row.finish();
            Some(RackType { count: count?, rated: rated? })
        })
        .collect();
    let complete = types.len() == members && members > 0;
    if members == 0 {
        of_racks.missing(
            "types",
            ("[{count, rated_kw}]；规模仅由此确定", "[{count, rated_kw}]; the scale comes from here alone"),
        );
    }
    // A list of which a row is lost would give a smaller scale than the site has.
    let types = if complete { types } else { Vec::new() };
    let types_lost = !complete && members > 0;
    let racks =
        Racks { types, types_lost, installed: of_racks.count("installed"), occupied: of_racks.count("occupied") };
    of_racks.finish();
    Some(racks)
}

pub(crate) fn certificates(fields: &Fields<'_>) -> Vec<Certificate> {
    let rows = fields.objects("certificates").into_iter().flatten().map(|row| {
        let certificate = Certificate {
            ladder: row.choice("ladder"),
            kind: row.choice("kind"),
            level: row.choice("level"),
            issuer: row.text("issuer"),
            number: row.text("number"),
            facility: row.id("facility"),
            issued_on: row.date("issued_on"),
            expires_on: row.date("expires_on"),
        };
        row.finish();
        certificate
    });
    rows.collect()
}

/// The meters with their places.
pub(crate) fn meters(fields: &Fields<'_>) -> Vec<(Spot, Meter)> {
    let mut meters = Vec::with_capacity(fields.members("meters").min(100));
    let rows = fields.objects("meters").into_iter().flatten();
    meters.extend(rows.filter_map(|row| Some((Spot::new(Part::Meters, row.index()), meter(row)?))));
    meters
}

fn meter(row: Fields<'_>) -> Option<Meter> {
    let (id, point, kind, unit) = (row.id("id"), row.choice("point"), kind(&row), unit(&row));
    let (is_named, fits) = (id.is_some(), [point.is_some(), kind.is_some(), unit.is_some()]);
    for (key, _) in
        ["id", "point", "kind", "unit"].into_iter().zip([is_named].into_iter().chain(fits)).filter(|(_, is)| !is)
    {
        if row.node(key).is_none() {
            row.missing(key, ("必填，缺少则该计量点不予采用", "needed; the meter is left out without it"));
        }
    }
    let mut meter = Meter::new(
        id.unwrap_or_default(),
        point.unwrap_or(MeasurementPoint::Other),
        kind.unwrap_or(MeterKind::Interval),
        unit.unwrap_or(Unit::KilowattHour),
    );
    let carrier = carrier(&row, point);
    meter.carrier = carrier.unwrap_or(Carrier::Electricity);
    meter.multiplier = row.number("multiplier").unwrap_or(1.0);
    meter.accuracy_class = row.choice("accuracy_class");
    meter.ct_class = row.choice("ct_class");
    meter.vt_class = row.choice("vt_class");
    meter.direct = row.flag("direct").unwrap_or(false);
    meter.circuit = circuit(&row);
    meter.power_factor = row.number("power_factor");
    meter.error_group = row.text("error_group");
    meter.capacity = row.kilowatts("capacity_kw");
    meter.max_gap_s = row.count("max_gap_s").map(|seconds| u32::try_from(seconds).unwrap_or(u32::MAX));
    meter.parent = row.id("parent");
    meter.integrate = row.choice("integrate").unwrap_or_default();
    meter.from = row.date("from");
    meter.until = row.date("until");
    meter.share = row.ratio("share");
    meter.check_of = row.id("check_of");
    meter.factor = row.ratio("factor");
    (meter.events, meter.confirmed) = events(&row);
    meter.net = row.flag("net").unwrap_or(false);
    meter.absent = row.choice("absent").unwrap_or_default();
    meter.on_change = row.flag("on_change").unwrap_or(false);
    meter.utc_offset = offset(&row);
    let usable = is_named && fits == [true; 3] && carrier.is_some();
    if !usable {
        let [point, kind, unit] = fits;
        let known =
            [("id", is_named), ("point", point), ("carrier", carrier.is_some()), ("kind", kind), ("unit", unit)];
        row.push(unusable(row.place(), known).meter(&meter.id));
    }
    row.finish();
    usable.then_some(meter)
}

/// What current transformers are made for: a current and a voltage, or neither.
fn circuit(row: &Fields<'_>) -> Option<Circuit> {
    let keys = ["ct_primary_a", "voltage_v"];
    let phases = row.count("phases").map(|phases| u8::try_from(phases).unwrap_or(u8::MAX));
    let rated = keys.map(|key| row.number(key));
    let is_said = phases.is_some() || rated.iter().any(Option::is_some);
    for key in keys.into_iter().filter(|key| is_said && row.node(key).is_none()) {
        row.missing(
            key,
            (
                "与 ct_primary_a、voltage_v 同填，否则电流不可知",
                "it goes with ct_primary_a and voltage_v: without both the current is not known",
            ),
        );
    }
    let [Some(ct_primary_a), Some(voltage_v)] = rated else { return None };
    Some(Circuit { ct_primary_a, voltage_v, phases: phases.unwrap_or(3) })
}

/// A meter that cannot be used, since some of its properties are not known.
pub(crate) fn unusable<const N: usize>(place: Place, known: [(&str, bool); N]) -> Finding {
    let lacking: Vec<&str> = known.into_iter().filter(|(_, known)| !known).map(|(key, _)| key).collect();
    let (zh, en) = (lacking.join("、"), lacking.join(", "));
    let found = Text::new(format!("{zh} 缺少或无效"), format!("{en}: missing or not usable"));
    let advice = Text::new(format!("补全或更正 {zh}"), format!("give or correct {en}"));
    Finding::new(Code::MeterUnusable).place(place).found_text(found).advised(advice.zh, advice.en)
}

/// The carrier as stated, or the one that goes without saying at the point.
pub(crate) fn carrier(row: &Fields<'_>, point: Option<MeasurementPoint>) -> Option<Carrier> {
    if let Some(stated) = row.choice("carrier") {
        return Some(stated);
    }
    if row.node("carrier").is_some() {
        return None;
    }
    let usual = point.and_then(MeasurementPoint::usual_carrier);
    if usual.is_none() {
        let fuels = [Carrier::Diesel, Carrier::NaturalGas, Carrier::Hydrogen, Carrier::Bioethanol];
        let zh = fuels.map(|fuel| format!("{}（{}）", fuel.as_str(), fuel.zh()));
        row.missing("carrier", Text::new(zh.join("、"), fuels.map(Carrier::as_str).join(", ")));
    }
    usual
}

fn kind(row: &Fields<'_>) -> Option<MeterKind> {
    if let Some(Node::Map(_)) = row.node("kind") {
        let of_kind = row.object("kind")?;
        let names = MeterKind::NAMES.into_iter().filter(|(_, kind)| *kind == MeterKind::REGISTER);
        let register = names.filter_map(|(name, _)| of_kind.object(name)).next().map(|register| {
            let (modulus, resets) = (register.number("modulus"), register.choice("resets"));
            register.finish();
            MeterKind::Register { modulus, resets }
        });
        of_kind.finish();
        return register;
    }
    row.one_of("kind", &MeterKind::NAMES)
}

pub(crate) fn unit(row: &Fields<'_>) -> Option<Unit> {
    let text = row.str("unit")?;
    let found = Unit::ALL.into_iter().find(|unit| unit.as_str() == text);
    if found.is_none() {
        let shown: String = text.chars().take(40).collect();
        let units = Unit::ALL.map(Unit::as_str);
        let expected = Text::new(format!("下列之一：{}", units.join("、")), format!("one of {}", units.join(", ")));
        let finding = Finding::new(Code::MeterUnit).place(row.place_of("unit")).found(format!("{shown:?}"));
        let finding = finding.expected(expected);
        row.push(match shown.to_ascii_lowercase().ends_with("va") {
            true => finding.advised(
                "kVA 是视在功率，不是有功功率：请提供 kW 或 kWh 数据",
                "kVA is apparent power, not active power: give kW or kWh",
            ),
            false => finding,
        });
    }
    found
}

/// Exchanges and confirmed stretches.
fn events(row: &Fields<'_>) -> (Vec<Exchange>, Vec<Confirmed>) {
    let (mut exchanges, mut confirmed) = (Vec::new(), Vec::new());
    for event in row.objects("events").into_iter().flatten() {
        if event.node("confirmed").is_some() {
            let (from, until, why) = (instant(&event, "from"), instant(&event, "until"), event.text("confirmed"));
            if let (Some(from), Some(until), Some(why)) = (from, until, why) {
                confirmed.push(Confirmed { from, until, why });
            }
            event.finish();
            continue;
        }
        let at = instant(&event, "at");
        let dials = event.object("exchange").map(|exchange| {
            let dials = (exchange.number("last"), exchange.number("first"), exchange.number("multiplier"));
            for (key, known) in [("last", dials.0.is_some()), ("first", dials.1.is_some())] {
                if !known {
                    exchange.missing(key, ("表码", "a dial value"));
                }
            }
            exchange.finish();
            dials
        });
        if let (Some(at), Some((Some(last), Some(first), multiplier))) = (at, dials) {
            exchanges.push(Exchange { at, last, first, multiplier });
        }
        event.finish();
    }
    exchanges.sort_by_key(|event: &Exchange| event.at);
    confirmed.sort_by_key(|stretch: &Confirmed| (stretch.from, stretch.until));
    (exchanges, confirmed)
}

fn instant(event: &Fields<'_>, key: &'static str) -> Option<jiff::Timestamp> {
    let text = event.str(key)?;
    let read = text.parse().ok();
    if read.is_none() {
        let expected = ("带时差的 RFC 3339 时间", "RFC 3339 with offset");
        event.push(
            Finding::new(Code::JsonType).place(event.place_of(key)).found(format!("{text:?}")).expected(expected),
        );
    }
    read
}

/// `+10:00`, the fixed offset of a meter's clock.
fn offset(row: &Fields<'_>) -> Option<jiff::tz::Offset> {
    let text = row.str("utc_offset")?;
    let is_in_range = |offset: &jiff::tz::Offset| offset.seconds().abs() <= 18 * 3600 && offset.seconds() % 60 == 0;
    let offset = fixed_offset(text).filter(|offset| text.len() == "+08:00".len() && is_in_range(offset));
    if offset.is_none() {
        let shown: String = text.chars().take(40).collect();
        let finding = Finding::new(Code::JsonType).place(row.place_of("utc_offset")).found(format!("{shown:?}"));
        row.push(finding.expected("+08:00"));
    }
    offset
}

/// Strict: a site with any error is refused, with all of them in the message.
impl<'de> Deserialize<'de> for Site {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = site_from(&Document::deserialize(deserializer)?);
        let faults = |findings: &[Finding]| {
            serde::de::Error::custom(findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        };
        let site = read.value.ok_or_else(|| faults(&read.findings))?;
        site.checked().map_err(|error| faults(&error.0))
    }
}

/// As on the wire.
impl Serialize for Site {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wire<'a> {
            schema: &'static str,
            facility: &'a Facility,
            meters: &'a [Meter],
            certificates: &'a [Certificate],
        }
        Wire {
            schema: SITE_SCHEMA,
            facility: self.facility(),
            meters: self.meters(),
            certificates: self.certificates(),
        }
        .serialize(serializer)
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;

    /// Of the kind that it is written with: as a text, or with what more is said of a dial.
    fn kind_of(kind: serde_json::Value, unit: &str) -> Option<MeterKind> {
        let meter = serde_json::json!({"id": "M", "point": "grid_supply", "kind": kind, "unit": unit});
        let site = serde_json::json!({"schema": SITE_SCHEMA, "facility": {"id": "A", "time_zone": "Asia/Shanghai"}, "meters": [meter]});
        let site = super::site(site.to_string().as_bytes()).value?;
        site.meters().first().map(|meter| meter.kind)
    }

    #[test]
    fn kinds_by_their_names() {
        for (name, kind) in MeterKind::NAMES {
            let unit = if kind == MeterKind::Power { "kW" } else { "kWh" };
            assert_eq!(kind_of(name.into(), unit), Some(kind), "{name}");
            let dial = serde_json::json!({name: {"modulus": 1e6}});
            let of_dial =
                (kind == MeterKind::REGISTER).then_some(MeterKind::Register { modulus: Some(1e6), resets: None });
            assert_eq!(kind_of(dial, unit), of_dial, "{name}");
        }
        assert_eq!(kind_of("dial".into(), "kWh"), None);
    }
}

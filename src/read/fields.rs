use super::{
    identifier::{is_suspicious, odd_ones},
    node::{Members, Node},
};
use crate::{
    finding::{Code, Finding, Gathered, Text},
    place::{Place, Walk},
    quantity::{ExactPower, Ratio, exact_ratio},
};
use jiff::civil::Date;
use serde::{Deserialize, de::value::StrDeserializer};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashSet},
};

/// The fields of an object: each is asked for by name and type; what does not fit becomes a finding, and whatever
/// nobody asked for is named at the end.
pub(crate) struct Fields<'n> {
    place: Walk<'n>,
    /// The marks of all keys: most of what is asked for is not there, and this tells at a glance.
    marks: u64,
    entries: Vec<Entry<'n>>,
    findings: &'n RefCell<Gathered>,
}

struct Entry<'n> {
    /// What rules out nearly all other keys at a glance.
    tag: Tag,
    key: &'n str,
    /// `None` for a key that is there twice: neither value is used.
    node: Option<Node<'n>>,
    asked: Cell<bool>,
    /// A key that was asked for and differs in case only.
    near: Cell<Option<&'static str>>,
}

/// Length and first letter, in small letters, of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Tag(usize);

impl Tag {
    fn of(key: &str) -> Self {
        Tag(key.len() << 8 | key.as_bytes().first().map_or(0, |first| usize::from(first | 0x20)))
    }
}

/// One bit of 64 for each key, in small letters, such that the keys of one documented object have different ones.
fn mark(key: &str) -> u64 {
    let (first, last) = (key.as_bytes().first(), key.as_bytes().last());
    let letter = |byte: Option<&u8>| byte.map_or(0, |byte| u32::from(*byte | 0x20));
    1_u64.rotate_left(key.len() as u32 + letter(first) + 8 * letter(last))
}

/// No list of a site or a submission is longer.
const LONGEST: usize = 100_000;

/// Up to so many keys each is compared with each; beyond, they are sorted first.
const FEW: usize = 40;

/// Notes keys that are there twice, but for the sender's own.
fn strike_doubles(entries: &mut Vec<Entry<'_>>, mut found: impl FnMut(&str)) {
    let is_double = if entries.len() <= FEW {
        let same = |a: &Entry<'_>, b: &Entry<'_>| a.tag == b.tag && a.key == b.key;
        entries.iter().enumerate().any(|(i, entry)| entries.iter().take(i).any(|earlier| same(earlier, entry)))
    } else {
        let mut keys: Vec<&str> = entries.iter().map(|entry| entry.key).collect();
        keys.sort_unstable();
        keys.windows(2).any(|pair| pair.first() == pair.last())
    };
    if !is_double {
        return;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    entries.iter().for_each(|entry| *counts.entry(entry.key).or_default() += 1);
    counts.retain(|key, count| *count > 1 && !key.starts_with("x_"));
    counts.keys().for_each(|key| found(key));
    let mut seen = HashSet::new();
    entries.retain_mut(|entry| {
        let is_double = counts.contains_key(entry.key);
        entry.node = entry.node.filter(|_| !is_double);
        !is_double || seen.insert(entry.key)
    });
}

impl<'n> Fields<'n> {
    /// The fields of an object; anything else is a finding. Of a duplicate key neither value is used.
    pub(crate) fn new(node: Node<'n>, place: Walk<'n>, findings: &'n RefCell<Gathered>) -> Option<Self> {
        let Node::Map(members) = node else {
            let finding = Finding::new(Code::JsonType).place(place.place()).found_text(node.describe());
            findings.borrow_mut().push(finding.expected(("对象", "an object")));
            return None;
        };
        let mut entries = Vec::with_capacity(members.len());
        // Two equal keys have the same mark.
        let (mut marks, mut may_be_double) = (0_u64, false);
        for (key, node) in members.entries() {
            let (tag, asked, near) = (Tag::of(key), Cell::new(false), Cell::new(None));
            let mark = mark(key);
            may_be_double |= marks & mark != 0;
            marks |= mark;
            entries.push(Entry { tag, key, node: Some(node), asked, near });
        }
        if may_be_double {
            strike_doubles(&mut entries, |key| {
                let double = Walk::Key(&place, key).place();
                let found = Text::new(format!("{key:?} 出现两次"), format!("{key:?} twice"));
                findings.borrow_mut().push(Finding::new(Code::JsonDuplicateKey).place(double).found_text(found));
            });
        }
        Some(Fields { place, marks, entries, findings })
    }

    /// The place of the object itself.
    pub(crate) fn place(&self) -> Place {
        self.place.place()
    }

    /// Its index, if it is a member of a list.
    pub(crate) fn index(&self) -> usize {
        if let Walk::Item(.., index) = self.place { index } else { 0 }
    }

    /// The place of one of its fields.
    pub(crate) fn place_of(&self, key: &str) -> Place {
        Walk::Key(&self.place, key).place()
    }

    pub(crate) fn push(&self, finding: Finding) {
        self.findings.borrow_mut().push(finding);
    }

    /// A node that is there and not null.
    pub(crate) fn node(&self, key: &'static str) -> Option<Node<'n>> {
        if self.marks & mark(key) == 0 {
            return None;
        }
        let tag = Tag::of(key);
        for entry in self.entries.iter().filter(|entry| entry.tag == tag) {
            if entry.key == key {
                entry.asked.set(true);
                return entry.node.filter(|node| !node.is_null());
            }
            if entry.key.eq_ignore_ascii_case(key) {
                entry.near.set(Some(key));
            }
        }
        None
    }

    /// Notes that something a rule needs is not given.
    pub(crate) fn missing(&self, key: &str, expected: impl Into<Text>) {
        let place = self.place_of(key);
        if !self.findings.borrow().refuses(&place) {
            self.push(Finding::new(Code::JsonMissing).place(place).expected(expected));
        }
    }

    /// Names what is missing, and without which nothing can be computed.
    pub(crate) fn incomplete(&self, key: &str, expected: impl Into<Text>) {
        let place = self.place_of(key);
        if !self.findings.borrow().refuses(&place) {
            self.push(Finding::new(Code::SubmissionIncomplete).place(place).expected(expected));
        }
    }

    fn typed<T>(
        &self,
        key: &'static str,
        expected: (&'static str, &'static str),
        convert: impl Fn(Node<'n>) -> Option<T>,
    ) -> Option<T> {
        let node = self.node(key)?;
        let value = convert(node);
        if value.is_none() {
            self.push(self.unfit(key, node).expected(expected));
        }
        value
    }

    /// A finding about a value of another type than the one asked for.
    fn unfit(&self, key: &str, node: Node<'_>) -> Finding {
        Finding::new(Code::JsonType).place(self.place_of(key)).found_text(node.describe())
    }

    /// A number: one that does not fit is out of range, and a text is mended by taking its quotes away.
    fn numeric<T>(
        &self,
        key: &'static str,
        (zh, en): (&'static str, &'static str),
        convert: impl Fn(f64) -> Option<T>,
    ) -> Option<T> {
        self.converted(key, (zh, en), |node| number(node).and_then(&convert))
    }

    fn converted<T>(
        &self,
        key: &'static str,
        (zh, en): (&'static str, &'static str),
        convert: impl Fn(Node<'n>) -> Option<T>,
    ) -> Option<T> {
        let node = self.node(key)?;
        let value = convert(node);
        if value.is_none() {
            let finding = self.unfit(key, node).expected((zh, en));
            self.push(match node {
                Node::Number(_) => {
                    finding.worded("数值超出范围", "a number out of range").advised("更正该数值", "correct the number")
                }
                Node::Text(_) => {
                    finding.advised("去掉引号和单位", "write the number without quotes and without a unit")
                }
                _ => finding,
            });
        }
        value
    }

    /// A text as it stands.
    pub(crate) fn str(&self, key: &'static str) -> Option<&'n str> {
        self.typed(key, ("文本", "a text"), |node| match node {
            Node::Text(text) => Some(text),
            _ => None,
        })
    }

    pub(crate) fn text(&self, key: &'static str) -> Option<String> {
        self.str(key).map(str::to_owned)
    }

    /// An identifier: a text, with a warning if it does not look like what it is.
    pub(crate) fn id(&self, key: &'static str) -> Option<String> {
        self.id_str(key).map(str::to_owned)
    }

    /// The same as it stands.
    pub(crate) fn id_str(&self, key: &'static str) -> Option<&'n str> {
        let id = self.str(key)?;
        if is_suspicious(id) {
            self.push(Finding::new(Code::IdSuspicious).place(self.place_of(key)).found_text(odd_ones(id)));
        }
        Some(id)
    }

    /// A text in both languages, in one, or the same for both.
    pub(crate) fn both(&self, key: &'static str) -> Option<Text> {
        let expected = ("文本，或 {\"zh\": …, \"en\": …}", "a text, or {\"zh\": …, \"en\": …}");
        if !matches!(self.node(key), Some(Node::Map(_))) {
            return self.typed(key, expected, |node| match node {
                Node::Text(text) => Some(Text::same(text.to_owned())),
                _ => None,
            });
        }
        let of_text = self.object(key)?;
        let (zh, en) = (of_text.text("zh"), of_text.text("en"));
        if zh.is_none() && en.is_none() {
            self.push(
                Finding::new(Code::JsonType)
                    .place(self.place_of(key))
                    .found_text(("对象", "an object"))
                    .expected(expected),
            );
        }
        of_text.finish();
        let both = zh.clone().or(en.clone()).zip(en.or(zh));
        both.map(|(zh, en)| Text::new(zh, en))
    }

    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        self.typed(key, ("true 或 false", "true or false"), |node| match node {
            Node::Bool(flag) => Some(flag),
            _ => None,
        })
    }

    pub(crate) fn number(&self, key: &'static str) -> Option<f64> {
        self.numeric(key, ("数字", "a number"), Some)
    }

    /// A number from 0 up, as the decimal it prints as; or a fraction as text, `"1/3"`.
    pub(crate) fn ratio(&self, key: &'static str) -> Option<Ratio> {
        self.converted(key, ("不小于 0 的数字", "a number from 0 up"), |node| {
            fraction(node).filter(|ratio| *ratio >= Ratio::ZERO)
        })
    }

    /// A part of a whole.
    pub(crate) fn share(&self, key: &'static str) -> Option<Ratio> {
        self.converted(key, ("0 至 1 的数字", "a number from 0 to 1"), |node| {
            fraction(node).filter(|ratio| (Ratio::ZERO..=Ratio::ONE).contains(ratio))
        })
    }

    pub(crate) fn kilowatts(&self, key: &'static str) -> Option<ExactPower> {
        self.numeric(key, ("大于 0 的千瓦数", "kilowatts, above 0"), |number| {
            ExactPower::from_kw(number).ok().filter(|power| power.milliwatts() > 0)
        })
    }

    pub(crate) fn count(&self, key: &'static str) -> Option<u64> {
        self.numeric(key, ("不小于 0 的整数", "a whole number from 0 up"), |number| {
            (number >= 0.0 && number.fract() == 0.0 && number <= 1e12).then_some(number as u64)
        })
    }

    pub(crate) fn date(&self, key: &'static str) -> Option<Date> {
        let node = self.node(key)?;
        let date = match node {
            Node::Text(text) if text.len() == 10 => text.parse().ok(),
            _ => None,
        };
        if date.is_none() {
            let finding = self.unfit(key, node).expected(("日期，YYYY-MM-DD", "a date, YYYY-MM-DD"));
            self.push(match node {
                Node::Text(text) if looks_like_a_date(text) => {
                    finding.worded("日期不存在", "a date that does not exist").advised("更正日期", "correct the date")
                }
                _ => finding.advised("写成带引号的 \"YYYY-MM-DD\"", "write \"YYYY-MM-DD\", in quotes"),
            });
        }
        date
    }

    /// One of the values that `T` knows.
    pub(crate) fn choice<T: for<'de> Deserialize<'de>>(&self, key: &'static str) -> Option<T> {
        let text = self.str(key)?;
        let found: Result<T, serde::de::value::Error> = T::deserialize(StrDeserializer::new(text));
        if let Err(error) = &found {
            let shown: String = text.chars().take(60).collect();
            self.push(
                Finding::new(Code::JsonUnknownValue)
                    .place(self.place_of(key))
                    .found(format!("{shown:?}"))
                    .expected(expected_of(&error.to_string())),
            );
        }
        found.ok()
    }

    /// One of some values, by its name; the first name of each is the one that is written.
    pub(crate) fn one_of<T: Copy>(&self, key: &'static str, named: &[(&str, T)]) -> Option<T> {
        let text = self.str(key)?;
        let found = named.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
            let expected = Text::new(format!("下列之一：{}", names.join("、")), format!("one of {}", names.join(", ")));
            let shown: String = text.chars().take(60).collect();
            let finding = Finding::new(Code::JsonUnknownValue).place(self.place_of(key));
            self.push(finding.found(format!("{shown:?}")).expected(expected));
        }
        found
    }

    pub(crate) fn object<'s>(&'s self, key: &'static str) -> Option<Fields<'s>> {
        Fields::new(self.node(key)?, Walk::Key(&self.place, key), self.findings)
    }

    /// The members of a list.
    pub(crate) fn list(&self, key: &'static str) -> Option<Members<'n>> {
        let items = self.typed(key, ("列表", "a list"), |node| match node {
            Node::List(items) => Some(items),
            _ => None,
        })?;
        if items.len() > LONGEST {
            let finding = Finding::new(Code::JsonTooLarge).place(self.place_of(key)).found(items.len());
            self.push(finding.expected(format!("≤ {LONGEST}")));
            return None;
        }
        Some(items)
    }

    /// The place of a member of a list.
    pub(crate) fn member(&self, key: &str, index: usize) -> Place {
        Walk::Item(&self.place, key, index).place()
    }

    /// How many members a list has, whatever they are; anything else that was given counts as one.
    pub(crate) fn members(&self, key: &'static str) -> usize {
        match self.node(key) {
            Some(Node::List(items)) => items.len(),
            None => 0,
            Some(_) => 1,
        }
    }

    pub(crate) fn objects<'s>(&'s self, key: &'static str) -> Option<impl Iterator<Item = Fields<'s>>> {
        let items = self.list(key)?.values().enumerate();
        Some(items.filter_map(move |(i, node)| Fields::new(node, Walk::Item(&self.place, key, i), self.findings)))
    }

    /// Names the fields that nobody asked for; those that start with `x_` are the sender's own.
    pub(crate) fn finish(self) {
        for entry in self.entries.iter().filter(|entry| !entry.asked.get() && !entry.key.starts_with("x_")) {
            let expected = match entry.near.get() {
                Some(known) => Text::same(known),
                None => Text::new("文档所列字段，或以 x_ 开头", "a documented field, or one that starts with x_"),
            };
            self.push(Finding::new(Code::JsonUnknownField).place(self.place_of(entry.key)).expected(expected));
        }
    }
}

/// `2023-02-29`: digits and dashes where a date has them.
fn looks_like_a_date(text: &str) -> bool {
    let fits = |(i, byte): (usize, u8)| if matches!(i, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(fits)
}

pub(crate) fn number(node: Node<'_>) -> Option<f64> {
    match node {
        Node::Number(number) if number.is_finite() => Some(number),
        _ => None,
    }
}

/// A number as the decimal it prints as, or a fraction of two whole numbers as text.
fn fraction(node: Node<'_>) -> Option<Ratio> {
    match node {
        Node::Text(text) => exact_ratio::parse(text),
        node => number(node).and_then(Ratio::from_f64),
    }
}

/// The part of serde's message that names what would have been right.
fn expected_of(message: &str) -> Text {
    let expected = message.split_once("expected ").map_or(message, |(_, expected)| expected);
    let en = expected.replace('`', "");
    let names = en.strip_prefix("one of ").unwrap_or(&en).replace(" or ", "、").replace(", ", "、");
    Text::new(format!("下列之一：{names}"), en)
}

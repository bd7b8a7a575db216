use super::Node;
use crate::{
    finding::{Code, Finding, Gathered, Text},
    quantity::{ExactPower, Ratio},
};
use jiff::civil::Date;
use serde::{Deserialize, de::value::StrDeserializer};
use std::{cell::RefCell, collections::HashMap};

/// The fields of an object: each is asked for by name and type; what does not fit becomes a finding, and whatever
/// nobody asked for is named at the end.
pub(crate) struct Fields<'n> {
    path: String,
    entries: HashMap<&'n str, &'n Node>,
    order: Vec<&'n str>,
    asked: RefCell<Vec<&'static str>>,
    findings: &'n RefCell<Gathered>,
}

/// The JSON Pointer of a key below `path`.
pub(crate) fn at(path: &str, key: impl std::fmt::Display) -> String {
    let key: String = key.to_string().chars().take(100).collect();
    format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"))
}

impl<'n> Fields<'n> {
    /// The fields of an object; anything else is a finding. Of a duplicate key neither value is used.
    pub(crate) fn new(node: &'n Node, path: impl Into<String>, findings: &'n RefCell<Gathered>) -> Option<Self> {
        let path = path.into();
        let Node::Map(pairs) = node else {
            findings
                .borrow_mut()
                .push(Finding::new(Code::JsonType).path(path).found(node.describe()).expected(("对象", "an object")));
            return None;
        };
        let mut entries = HashMap::with_capacity(pairs.len());
        let mut order = Vec::with_capacity(pairs.len());
        let mut twice: Vec<&str> = Vec::new();
        for (key, value) in pairs {
            if entries.insert(key.as_str(), value).is_some() && !key.starts_with("x_") {
                twice.push(key);
            } else {
                order.push(key.as_str());
            }
        }
        twice.sort_unstable();
        twice.dedup();
        for key in twice {
            entries.insert(key, &Node::Null);
            findings
                .borrow_mut()
                .push(Finding::new(Code::JsonDuplicateKey).path(at(&path, key)).found(format!("{key:?} twice")));
        }
        Some(Fields { path, entries, order, asked: RefCell::default(), findings })
    }

    /// The path of the object itself.
    pub(crate) fn place(&self) -> &str {
        &self.path
    }

    pub(crate) fn path(&self, key: &str) -> String {
        at(&self.path, key)
    }

    pub(crate) fn push(&self, finding: Finding) {
        self.findings.borrow_mut().push(finding);
    }

    /// A node that is there and not null.
    pub(crate) fn node(&self, key: &'static str) -> Option<&'n Node> {
        self.asked.borrow_mut().push(key);
        self.entries.get(key).copied().filter(|node| **node != Node::Null)
    }

    /// Notes that something a rule needs is not given.
    pub(crate) fn missing(&self, key: &str, expected: impl Into<Text>) {
        self.push(Finding::new(Code::JsonMissing).path(self.path(key)).expected(expected));
    }

    fn typed<T>(
        &self,
        key: &'static str,
        expected: (&'static str, &'static str),
        convert: impl Fn(&'n Node) -> Option<T>,
    ) -> Option<T> {
        let node = self.node(key)?;
        let value = convert(node);
        if value.is_none() {
            self.push(Finding::new(Code::JsonType).path(self.path(key)).found(node.describe()).expected(expected));
        }
        value
    }

    pub(crate) fn text(&self, key: &'static str) -> Option<String> {
        self.typed(key, ("文本", "a text"), |node| match node {
            Node::Text(text) => Some(text.clone()),
            _ => None,
        })
    }

    pub(crate) fn both(&self, key: &'static str) -> Option<Text> {
        self.typed(key, ("文本，或 {\"zh\": …, \"en\": …}", "a text, or {\"zh\": …, \"en\": …}"), |node| {
            match node {
                Node::Text(text) => Some(Text::same(text.clone())),
                Node::Map(entries) => {
                    let in_lang = |lang: &str| {
                        entries.iter().find_map(|(key, value)| match value {
                            Node::Text(text) if key == lang => Some(text.clone()),
                            _ => None,
                        })
                    };
                    match (in_lang("zh"), in_lang("en")) {
                        (None, None) => None,
                        (zh, en) => {
                            let (zh, en) = (zh.clone().or(en.clone())?, en.or(zh)?);
                            Some(Text::new(zh, en))
                        }
                    }
                }
                _ => None,
            }
        })
    }

    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        self.typed(key, ("true 或 false", "true or false"), |node| match node {
            Node::Bool(flag) => Some(*flag),
            _ => None,
        })
    }

    pub(crate) fn number(&self, key: &'static str) -> Option<f64> {
        self.typed(key, ("数字", "a number"), number)
    }

    /// A number from 0 up, as the decimal it prints as.
    pub(crate) fn ratio(&self, key: &'static str) -> Option<Ratio> {
        self.typed(key, ("不小于 0 的数字", "a number from 0 up"), |node| {
            Ratio::from_f64(number(node)?).filter(|ratio| *ratio >= Ratio::ZERO)
        })
    }

    pub(crate) fn kilowatts(&self, key: &'static str) -> Option<ExactPower> {
        self.typed(key, ("大于 0 的千瓦数", "kilowatts, above 0"), |node| {
            ExactPower::from_kw(number(node)?).ok().filter(|power| power.milliwatts() > 0)
        })
    }

    pub(crate) fn count(&self, key: &'static str) -> Option<u64> {
        self.typed(key, ("不小于 0 的整数", "a whole number from 0 up"), |node| {
            let number = number(node)?;
            (number >= 0.0 && number.fract() == 0.0 && number <= 1e12).then_some(number as u64)
        })
    }

    pub(crate) fn date(&self, key: &'static str) -> Option<Date> {
        self.typed(key, ("日期，YYYY-MM-DD", "a date, YYYY-MM-DD"), |node| match node {
            Node::Text(text) if text.len() == 10 => text.parse().ok(),
            _ => None,
        })
    }

    /// One of the values that `T` knows.
    pub(crate) fn choice<T: for<'de> Deserialize<'de>>(&self, key: &'static str) -> Option<T> {
        let text = self.text(key)?;
        let found: Result<T, serde::de::value::Error> = T::deserialize(StrDeserializer::new(&text));
        if let Err(error) = &found {
            let shown: String = text.chars().take(60).collect();
            self.push(
                Finding::new(Code::JsonUnknownValue)
                    .path(self.path(key))
                    .found(format!("{shown:?}"))
                    .expected(expected_of(&error.to_string())),
            );
        }
        found.ok()
    }

    pub(crate) fn object(&self, key: &'static str) -> Option<Fields<'n>> {
        Fields::new(self.node(key)?, self.path(key), self.findings)
    }

    /// The members of a list with their paths.
    pub(crate) fn list(&self, key: &'static str) -> Option<Vec<(String, &'n Node)>> {
        let items = self.typed(key, ("列表", "a list"), |node| match node {
            Node::List(items) => Some(items),
            _ => None,
        })?;
        let path = self.path(key);
        Some(items.iter().enumerate().map(|(i, node)| (at(&path, i), node)).collect())
    }

    /// How many members a list has, whatever they are; anything else that was given counts as one.
    pub(crate) fn members(&self, key: &'static str) -> usize {
        match self.node(key) {
            Some(Node::List(items)) => items.len(),
            Some(Node::Null) | None => 0,
            Some(_) => 1,
        }
    }

    pub(crate) fn objects(&self, key: &'static str) -> Option<Vec<Fields<'n>>> {
        let items = self.list(key)?;
        Some(items.into_iter().filter_map(|(path, node)| Fields::new(node, path, self.findings)).collect())
    }

    /// Names the fields that nobody asked for; those that start with `x_` are the sender's own.
    pub(crate) fn finish(self) {
        let asked = self.asked.borrow();
        for key in self.order.iter().filter(|key| !key.starts_with("x_") && !asked.contains(key)) {
            let near = asked.iter().find(|known| known.eq_ignore_ascii_case(key));
            let expected = match near {
                Some(known) => Text::same(*known),
                None => Text::new("文档所列字段，或以 x_ 开头", "a documented field, or one that starts with x_"),
            };
            self.findings
                .borrow_mut()
                .push(Finding::new(Code::JsonUnknownField).path(self.path(key)).expected(expected));
        }
    }
}

pub(crate) fn number(node: &Node) -> Option<f64> {
    match node {
        Node::Number(number) if number.is_finite() => Some(*number),
        _ => None,
    }
}

/// The part of serde's message that names what would have been right.
fn expected_of(message: &str) -> String {
    message.split_once("expected ").map_or(message, |(_, expected)| expected).to_owned()
}

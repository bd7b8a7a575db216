use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use std::{borrow::Cow, cell::Cell, fmt};

/// What a sender said, before anybody asks what it means: any self-describing format, duplicate keys kept, texts borrowed
/// where the format allows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Map(Vec<(Cow<'a, str>, Node<'a>)>),
}

/// So deep may lists and objects stand in each other, in any format.
const DEEPEST: usize = 128;

/// So many values may a document have; a submission has some hundreds.
const MOST_VALUES: usize = 1 << 22;

/// So many bytes of JSON are read.
#[cfg(feature = "json")]
const MOST_BYTES: usize = 1 << 25;

impl Node<'_> {
    /// What it is, for a message; long texts are cut.
    pub(crate) fn describe(&self) -> String {
        match self {
            Node::Null => "null".to_owned(),
            Node::Bool(flag) => flag.to_string(),
            Node::Number(number) if number.abs() >= 1e16 => format!("{number:e}"),
            Node::Number(number) => number.to_string(),
            Node::Text(text) => format!("{:?}", text.chars().take(60).collect::<String>()),
            Node::List(items) => format!("a list of {}", items.len()),
            Node::Map(entries) => format!("an object of {}", entries.len()),
        }
    }
}

impl<'de> Deserialize<'de> for Node<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Any { depth: 0, left: &Cell::new(MOST_VALUES) }.deserialize(deserializer)
    }
}

/// A value so deep within others, of which so many may still come.
#[derive(Clone, Copy)]
struct Any<'l> {
    depth: usize,
    left: &'l Cell<usize>,
}

impl Any<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        let (depth, left) = (self.depth + 1, self.left.get());
        if depth > DEEPEST {
            return Err(E::custom(format_args!("expected at most {DEEPEST} lists and objects within each other")));
        }
        if left == 0 {
            return Err(E::custom(format_args!("expected at most {MOST_VALUES} values")));
        }
        self.left.set(left - 1);
        Ok(Any { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Any<'_> {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_> {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<'de>, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node<'de>, E> {
        Ok(Node::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node<'de>, E> {
        Ok(Node::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node<'de>, E> {
        Ok(Node::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node<'de>, A::Error> {
        let mut list = Vec::with_capacity(12); // a row of months
        while let Some(item) = items.next_element_seed(self.deeper()?)? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node<'de>, A::Error> {
        let mut map = Vec::with_capacity(8);
        while let Some(Key(key)) = entries.next_key()? {
            map.push((key, entries.next_value_seed(self.deeper()?)?));
        }
        Ok(Node::Map(map))
    }
}

/// A key, borrowed where the format allows.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(feature = "json")]
impl<'a> Node<'a> {
    /// From JSON bytes; a syntax fault is a finding with line and column.
    pub(crate) fn from_json(json: &'a [u8]) -> Result<Self, Box<crate::finding::Finding>> {
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        if json.len() > MOST_BYTES {
            let finding = crate::finding::Finding::new(crate::finding::Code::JsonTooLarge).path("");
            return Err(Box::new(finding.found(json.len()).expected(format!("≤ {MOST_BYTES}"))));
        }
        // One look at all bytes is cheaper than one at each text; where it fails, the parser says at which line.
        let parsed = std::str::from_utf8(json).map_or_else(|_| serde_json::from_slice(json), serde_json::from_str);
        parsed.map_err(|error: serde_json::Error| {
            let mut finding = crate::finding::Finding::new(crate::finding::Code::JsonSyntax)
                .path("")
                .found(&error)
                .expected(("一个 JSON 对象", "one JSON object"));
            finding.line = Some(error.line() as u64);
            finding.column = Some(error.column() as u64);
            Box::new(finding)
        })
    }
}

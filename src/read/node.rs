use crate::finding::Text;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use std::{borrow::Cow, fmt};

/// What a sender said, before anybody asks what it means: any self-describing format, duplicate keys kept, texts borrowed
/// where the format allows. The values stand in a row as they came, what is within a list or an object right behind it: one
/// piece of memory, however the document is made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Document<'a> {
    items: Vec<Item<'a>>,
    are_plain: bool,
}

/// One of the row: a value, or the key of the value that follows.
#[derive(Clone, Debug)]
enum Item<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    List(Extent),
    Map(Extent),
}

/// So many members, in so many of the items that follow.
#[derive(Clone, Copy, Debug, Default)]
struct Extent {
    members: u32,
    items: u32,
}

/// A value of a document.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Node<'n> {
    Null,
    Bool(bool),
    Number(f64),
    Text(&'n str),
    List(Members<'n>),
    Map(Members<'n>),
}

/// What is within a list or an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Members<'n> {
    count: usize,
    rest: Rest<'n>,
}

/// Items that follow each other.
#[derive(Clone, Copy, Debug)]
struct Rest<'n>(&'n [Item<'n>]);

/// So deep may lists and objects stand in each other, in any format.
const DEEPEST: usize = 128;

/// So many values may a document have, keys among them; a submission has some hundreds.
const MOST_VALUES: usize = 1 << 22;

/// So many bytes of JSON are read.
#[cfg(feature = "json")]
const MOST_BYTES: usize = 1 << 25;

impl Document<'_> {
    /// The outermost value.
    pub(crate) fn node(&self) -> Node<'_> {
        Rest(&self.items).next().unwrap_or(Node::Null)
    }

    /// Whether it is sure that no text has anything that JSON must escape.
    pub(crate) const fn are_plain(&self) -> bool {
        self.are_plain
    }
}

impl<'n> Iterator for Rest<'n> {
    type Item = Node<'n>;

    fn next(&mut self) -> Option<Node<'n>> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        let mut within = |extent: &Extent| {
            let (within, after) = rest.split_at_checked(extent.items as usize)?;
            self.0 = after;
            Some(Members { count: extent.members as usize, rest: Rest(within) })
        };
        Some(match first {
            Item::Null => Node::Null,
            Item::Bool(flag) => Node::Bool(*flag),
            Item::Number(number) => Node::Number(*number),
            Item::Text(text) => Node::Text(text),
            Item::List(extent) => Node::List(within(extent)?),
            Item::Map(extent) => Node::Map(within(extent)?),
        })
    }
}

impl<'n> Members<'n> {
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The values of a list.
    pub(crate) fn values(&self) -> impl Iterator<Item = Node<'n>> + use<'n> {
        self.rest
    }

    /// The keys and values of an object.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'n str, Node<'n>)> + use<'n> {
        let mut rest = self.rest;
        std::iter::from_fn(move || {
            let Some(Node::Text(key)) = rest.next() else { return None };
            Some((key, rest.next()?))
        })
    }
}

impl Node<'_> {
    pub(crate) const fn is_null(&self) -> bool {
        matches!(self, Node::Null)
    }

    /// What it is, for a message; long texts are cut.
    pub(crate) fn describe(&self) -> Text {
        Text::same(match self {
            Node::Null => "null".to_owned(),
            Node::Bool(flag) => flag.to_string(),
            Node::Number(number) if number.abs() >= 1e16 => format!("{number:e}"),
            Node::Number(number) => number.to_string(),
            Node::Text(text) => format!("{:?}", text.chars().take(60).collect::<String>()),
            Node::List(items) => {
                return Text::new(format!("{} 项的列表", items.len()), format!("a list of {}", items.len()));
            }
            Node::Map(entries) => {
                return Text::new(format!("{} 项的对象", entries.len()), format!("an object of {}", entries.len()));
            }
        })
    }
}

/// What is said of a file of two bytes a character.
#[cfg(feature = "json")]
const UTF16: (&str, &str) = ("文件为 UTF-16 编码，请另存为 UTF-8", "the file is UTF-16; save it as UTF-8");

/// What the JSON parser says, without the place, which stands beside it.
#[cfg(feature = "json")]
fn syntax(error: &serde_json::Error) -> Text {
    const WORDS: [(&str, &str, &str); 18] = [
        ("EOF while parsing a list", "列表未结束，文件已到末尾", "the file ends within a list"),
        ("EOF while parsing an object", "对象未结束，文件已到末尾", "the file ends within an object"),
        ("EOF while parsing a string", "文本未结束，文件已到末尾", "the file ends within a text"),
        ("EOF while parsing a value", "此处应有值，文件已到末尾", "the file ends where a value has to be"),
        ("expected value", "此处应有值", "there is no value where one has to be"),
        ("expected ident", "此处应为 true、false 或 null", "only true, false or null may stand here"),
        ("expected `:`", "此处应为冒号", "a colon is missing"),
        ("expected `,` or `]`", "此处应为逗号或 ]", "a comma or ] is missing"),
        ("expected `,` or `}`", "此处应为逗号或 }", "a comma or } is missing"),
        ("invalid escape", "转义符无效", "an escape that does not exist"),
        ("invalid number", "数字写法无效", "a number that is not well written"),
        ("number out of range", "数字超出范围", "a number that is too large"),
        ("invalid unicode code point", "字符编码无效", "bytes that are no character"),
        ("control character", "文本中有控制字符", "a control character within a text"),
        ("key must be a string", "字段名须加引号", "a field name without quotes"),
        ("trailing comma", "末尾多一个逗号", "a comma too many at the end"),
        ("trailing characters", "内容结束后还有多余字符", "more text behind the end"),
        ("recursion limit exceeded", "嵌套层数过多", "too many brackets within each other"),
    ];
    let full = error.to_string();
    let said = full.rsplit_once(" at line ").map_or(&*full, |(what, _)| what);
    match WORDS.iter().find(|(words, ..)| said.starts_with(words)) {
        Some((_, zh, en)) => Text::new(*zh, *en),
        None => Text::new("写法无效", said.to_owned()),
    }
}

impl<'de> Deserialize<'de> for Document<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut items = Vec::new();
        Value { items: &mut items, depth: 0 }.deserialize(deserializer)?;
        Ok(Document { items, are_plain: false })
    }
}

/// The value that comes next, so deep within others.
struct Value<'i, 'de> {
    items: &'i mut Vec<Item<'de>>,
    depth: usize,
}

impl<'de> Value<'_, 'de> {
    // Not inlined, each item would be put together in one place and copied to another.
    #[inline(always)]
    fn push<E: Error>(self, item: Item<'de>) -> Result<(), E> {
        if self.items.len() >= MOST_VALUES {
            return Err(E::custom(format_args!("expected at most {MOST_VALUES} values")));
        }
        self.items.push(item);
        Ok(())
    }

    /// Takes a list or an object: `next` takes one member, if there is one more.
    fn within<E: Error>(
        self,
        item: impl Fn(Extent) -> Item<'de>,
        mut next: impl FnMut(Value<'_, 'de>) -> Result<bool, E>,
    ) -> Result<(), E> {
        let Value { items, depth } = self;
        let (at, mut members) = (items.len(), 0);
        Value { items, depth }.push(item(Extent::default()))?;
        if depth >= DEEPEST {
            return Err(E::custom(format_args!("expected at most {DEEPEST} lists and objects within each other")));
        }
        while next(Value { items, depth: depth + 1 })? {
            members += 1;
        }
        let extent = Extent { members, items: (items.len() - at - 1) as u32 };
        #[expect(clippy::indexing_slicing, reason = "the item was pushed above")]
        {
            items[at] = item(extent);
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.push(Item::Null)
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.push(Item::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<(), E> {
        self.push(Item::Bool(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.push(Item::Number(number as f64))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.push(Item::Number(number as f64))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.push(Item::Number(number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        self.push(Item::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.push(Item::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<(), E> {
        self.push(Item::Text(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.within(Item::List, |value| Ok(list.next_element_seed(value)?.is_some()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.within(Item::Map, |Value { items, depth }| {
            let is_one = map.next_key_seed(Key(Value { items, depth }))?.is_some();
            if is_one {
                map.next_value_seed(Value { items, depth })?;
            }
            Ok(is_one)
        })
    }
}

/// The key that comes next: always a text.
struct Key<'i, 'de>(Value<'i, 'de>);

impl<'de> DeserializeSeed<'de> for Key<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        self.0.visit_borrowed_str(text)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.visit_str(text)
    }
}

#[cfg(feature = "json")]
impl<'a> Document<'a> {
    /// From JSON bytes; a syntax fault is a finding with line and column.
    pub(crate) fn from_json(json: &'a [u8]) -> Result<Self, Box<crate::finding::Finding>> {
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        if json.len() > MOST_BYTES {
            let finding =
                crate::finding::Finding::new(crate::finding::Code::JsonTooLarge).place(crate::place::Place::WHOLE);
            return Err(Box::new(finding.found(json.len()).expected(format!("≤ {MOST_BYTES}"))));
        }
        // One look at all bytes is cheaper than one at each text; where it fails, the parser says at which line.
        let items = Vec::with_capacity((json.len() / 8).min(1 << 12));
        let mut document = Document { items, are_plain: false };
        let parsed = match std::str::from_utf8(json) {
            Ok(text) => document.take(&mut serde_json::Deserializer::from_str(text)),
            Err(_) => document.take(&mut serde_json::Deserializer::from_slice(json)),
        };
        parsed.map(|()| document).map_err(|error: serde_json::Error| {
            let mut finding = crate::finding::Finding::new(crate::finding::Code::JsonSyntax)
                .place(crate::place::Place::WHOLE)
                .expected(("一个 JSON 对象", "one JSON object"));
            let is_utf16 = [b"\xff\xfe", b"\xfe\xff"].iter().any(|mark| json.starts_with(*mark));
            let Text { zh, en } = if is_utf16 { UTF16.into() } else { syntax(&error) };
            finding = finding.detail(zh, en);
            finding.line = Some(error.line() as u64);
            finding.column = Some(error.column() as u64);
            Box::new(finding)
        })
    }

    /// Takes the one value that is there, and nothing after it.
    fn take<R: serde_json::de::Read<'a>>(&mut self, json: &mut serde_json::Deserializer<R>) -> serde_json::Result<()> {
        Value { items: &mut self.items, depth: 0 }.deserialize(&mut *json)?;
        // A text that could be borrowed stands in the JSON as it is.
        self.are_plain = !self.items.iter().any(|item| matches!(item, Item::Text(Cow::Owned(_))));
        json.end()
    }
}

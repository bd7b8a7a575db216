//! The canonical form of JSON (RFC 8785, JCS): keys in order, no blanks, numbers as ECMAScript writes them. Two documents
//! that say the same have the same form, so its digest names the input of a record, and anybody can compute it.

use super::{Document, Node};
use crate::quantity::{Decimal, Digits};
use sha2::{Digest as _, Sha256};
use std::io::Write as _;

/// The SHA-256 of a canonical form, or of bytes that have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    /// Of the canonical form.
    pub(crate) fn of(document: &Document<'_>) -> Self {
        let mut form =
            Form { out: Vec::with_capacity(PIECE), hash: Some(Sha256::new()), are_plain: document.are_plain() };
        form.write(document.node());
        let mut hash = form.hash.unwrap_or_default();
        hash.update(&form.out);
        Digest(hash.finalize().into())
    }
}

#[cfg(feature = "json")]
impl Digest {
    /// Of bytes as they came.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        Digest(Sha256::digest(bytes).into())
    }

    /// Of the canonical form of a value as it stands on the wire; `None` if it cannot be written as JSON.
    pub(crate) fn of_value(value: &impl serde::Serialize) -> Option<Self> {
        let json = serde_json::to_vec(value).ok()?;
        Document::from_json(&json).ok().map(|document| Digest::of(&document))
    }
}

/// The SHA-256 by which a record names its input, in hexadecimal: of the canonical form of JSON (RFC 8785), and of the bytes
/// themselves where they are something else.
///
/// ```
/// use pue::read::input_sha256;
/// assert_eq!(input_sha256(br#"{"b": 1.0, "a": 2}"#), input_sha256(br#"{"a":2,"b":1}"#));
/// assert_ne!(input_sha256(b"a"), input_sha256(b"b"));
/// ```
///
/// ```
/// use pue::read::input_sha256;
/// // The canonical form: spaces and the order of keys change nothing.
/// assert_eq!(input_sha256(br#"{"a": 1, "b": 2.50}"#), input_sha256(br#"{"b":2.5,"a":1}"#));
/// ```
#[cfg(feature = "json")]
pub fn input_sha256(bytes: &[u8]) -> String {
    Document::from_json(bytes).map_or_else(|_| Digest::of_bytes(bytes), |document| Digest::of(&document)).hex()
}

#[cfg(not(feature = "json"))]
impl Digest {
    /// Without JSON no value has a canonical form.
    pub(crate) fn of_value(_: &impl serde::Serialize) -> Option<Self> {
        None
    }
}

impl Digest {
    /// In 64 hexadecimal digits.
    pub(crate) fn hex(&self) -> String {
        let digit = |half: u8| char::from(if half < 10 { b'0' + half } else { b'a' + half - 10 });
        let mut text = String::with_capacity(64);
        text.extend(self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
        text
    }
}

/// The canonical form of a document as it is written. Of keys that stand there twice, which RFC 8785 does not know, all are
/// kept in their order.
struct Form {
    out: Vec<u8>,
    /// Takes what has been written, piece by piece; `None`: all of it is kept.
    hash: Option<Sha256>,
    /// Whether no text has anything that must be escaped.
    are_plain: bool,
}

/// Pieces are of this size, more or less.
const PIECE: usize = 1000;

impl Form {
    /// As deep as the tree, which its reader has bounded.
    fn write(&mut self, node: Node<'_>) {
        match node {
            Node::Null => self.out.extend_from_slice(b"null"),
            Node::Bool(flag) => self.out.extend_from_slice(if flag { b"true" } else { b"false" }),
            Node::Number(number) => write_number(number, &mut self.out),
            Node::Text(text) => self.text(text),
            Node::List(members) => {
                self.out.push(b'[');
                for (i, item) in members.values().enumerate() {
                    if i > 0 {
                        self.out.push(b',');
                    }
                    match item {
                        Node::Number(number) => write_number(number, &mut self.out), // months, mostly
                        other => self.write(other),
                    }
                }
                self.out.push(b']');
            }
            Node::Map(members) => {
                self.out.push(b'{');
                if members.entries().is_sorted_by(|a, b| by_utf16(a.0, b.0).is_le()) {
                    self.entries(members.entries());
                } else {
                    let mut sorted: Vec<(&str, Node<'_>)> = members.entries().collect();
                    sorted.sort_by(|a, b| by_utf16(a.0, b.0));
                    self.entries(sorted.into_iter());
                }
                self.out.push(b'}');
            }
        }
        if self.out.len() > PIECE / 2
            && let Some(hash) = &mut self.hash
        {
            hash.update(&self.out);
            self.out.clear();
        }
    }

    fn entries<'e>(&mut self, entries: impl Iterator<Item = (&'e str, Node<'e>)>) {
        for (i, (key, value)) in entries.enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            self.text(key);
            self.out.push(b':');
            self.write(value);
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push(b'"');
        if self.are_plain || !has_special(text.as_bytes()) {
            self.out.extend_from_slice(text.as_bytes());
        } else {
            escape(text, &mut self.out);
        }
        self.out.push(b'"');
    }
}

/// The order of UTF-16 code units, as RFC 8785 asks for; that of bytes but for characters beyond the first plane.
fn by_utf16(a: &str, b: &str) -> std::cmp::Ordering {
    match (a.as_bytes().first(), b.as_bytes().first()) {
        (Some(a), Some(b)) if a != b && a.max(b) < &0xee => return a.cmp(b),
        _ => {}
    }
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    match (a.as_bytes().get(same), b.as_bytes().get(same)) {
        (Some(a), Some(b)) if a.max(b) < &0xee => a.cmp(b),
        (Some(_), Some(_)) => a.encode_utf16().cmp(b.encode_utf16()),
        (a, b) => a.cmp(&b),
    }
}

fn escape(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..0x20 => drop(write!(out, "\\u{byte:04x}")),
            _ => out.push(byte),
        }
    }
}

/// Whether some byte cannot stand in a JSON text as it is.
fn has_special(text: &[u8]) -> bool {
    // Without a branch for each byte.
    text.iter().fold(false, |found, &byte| found | (byte < 0x20) | (byte == b'"') | (byte == b'\\'))
}

/// As ECMAScript writes a number: the shortest digits that read back as the same number.
fn write_number(number: f64, out: &mut Vec<u8>) {
    if number == 0.0 {
        return out.push(b'0');
    }
    if let Some(short) = Decimal::short_parts(number).and_then(|(units, digits)| Digits::new(units, digits)) {
        return short.append_to(out);
    }
    if (1e-6..1e21).contains(&number.abs()) {
        out.extend_from_slice(evened(number, number.to_string()).as_bytes());
    } else {
        let text = evened(number, format!("{number:e}"));
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        let sign = if power.starts_with('-') { "" } else { "+" };
        drop(write!(out, "{digits}e{sign}{power}")); // writing to memory does not fail
    }
}

/// The shortest digits of a number, with the even last one if it lies exactly halfway between two that are equally short.
/// ECMAScript leaves that open and RFC 8785 (3.2.2.3) does not; Rust takes the upper one.
fn evened(number: f64, mut text: String) -> String {
    let len = text.find('e').unwrap_or(text.len());
    let digits =
        |text: &str| text.bytes().filter(u8::is_ascii_digit).skip_while(|&digit| digit == b'0').collect::<Vec<_>>();
    let Some(last) = text.get(..len).and_then(|mantissa| mantissa.rfind(|digit| ('1'..='9').contains(&digit))) else {
        return text;
    };
    let shortest = digits(text.get(..=last).unwrap_or_default());
    let (Some(&digit), count) = (shortest.last(), shortest.len()) else { return text };
    // Two decimals of 15 digits never read as the same number.
    if digit % 2 == 0 || count < 16 {
        return text;
    }
    // A number halfway has 18 digits at most, of which those behind the point are as many as its binary ones and powers of
    // five: so it lies between 1e-9 and 2^53, where no number has more than 100 digits. Few get as far as to show them all.
    if !(1e-9..1e16).contains(&number.abs()) {
        return text;
    }
    let halfway = |precise: String| {
        let exact = digits(precise.split('e').next().unwrap_or_default());
        let (head, tail) = exact.split_at_checked(count).unwrap_or_default();
        (tail.first() == Some(&b'5') && tail.iter().skip(1).all(|&zero| zero == b'0'))
            .then(|| head.last().copied())
            .flatten()
    };
    let below = halfway(format!("{number:.count$e}")).and_then(|_| halfway(format!("{number:.100e}")));
    let even = match below {
        Some(below) if below == digit => digit + 1,
        Some(_) => digit - 1,
        None => return text,
    };
    let mut other = text.clone();
    other.replace_range(last..=last, char::from(even).encode_utf8(&mut [0; 4]));
    if other.parse() == Ok(number) {
        text = other;
    }
    text
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(json: &str) -> String {
        let document = Document::from_json(json.as_bytes()).unwrap();
        let mut form = Form { out: Vec::new(), hash: None, are_plain: document.are_plain() };
        form.write(document.node());
        assert_eq!(Digest::of(&document), Digest::of_bytes(&form.out));
        String::from_utf8(form.out).unwrap()
    }

    /// The examples of RFC 8785, 3.2.2 to 3.2.4.
    #[test]
    fn the_examples_of_the_standard() {
        let sample = r#"{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"#;
        let expected = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assert_eq!(of(sample), expected);
        let keys = "{\"\u{20ac}\":1,\"\\r\":2,\"\u{fb33}\":3,\"1\":4,\"\u{1f600}\":5,\"\u{80}\":6,\"\u{f6}\":7}";
        assert_eq!(
            of(keys),
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
        );
    }

    #[test]
    fn numbers_as_ecmascript_writes_them() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.05, "0.05"),
            (100.0, "100"),
            (1e21, "1e+21"),
            (1e20, "100000000000000000000"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (4613004.2, "4613004.2"),
            (0.001, "0.001"),
            (9007199254740993.0, "9007199254740992"),
            (5e-324, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
        ] {
            let mut out = Vec::new();
            write_number(number, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
        // RFC 8785, appendix B, and other numbers halfway between two short ones, as V8 writes them.
        for (bits, text) in [
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
            (0x4198_dec8_c25a_0000, "104313392.58789062"),
            (0x41ec_f9e0_ba31_6000, "3889104337.5429688"),
            (0xc1e5_8d54_c200_a000, "-2892670480.0195312"),
            (0x426a_c14a_05a0_2d00, "919296027905.4062"),
            (0x428a_d511_bfc7_8a40, "3687803517169.2812"),
            (0x42d4_a1c0_dd45_6f38, "90739832067516.88"),
            (0x4300_9928_c432_75fa, "583999999594175.2"),
            (0x430d_31b9_1992_faea, "1027180674047837.2"),
            (0x3e70_0000_0000_0000, "5.960464477539063e-8"),
            (0x3e60_0000_0000_0000, "2.9802322387695312e-8"),
            (0x3e88_0000_0000_0000, "1.7881393432617188e-7"),
        ] {
            let mut out = Vec::new();
            write_number(f64::from_bits(bits), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
        assert_eq!(Digest::of_bytes(b"abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    proptest! {
        /// The short way and the long way write the same; what is written reads back.
        #[test]
        fn short_numbers_are_written_alike(units in -2_000_000_000_000_000_i64..2_000_000_000_000_000, digits in 0..6_i32, any: f64) {
            for number in [units as f64 / 10_f64.powi(digits), any].into_iter().filter(|number| number.is_finite()) {
                let mut out = Vec::new();
                write_number(number, &mut out);
                let text = String::from_utf8(out).unwrap();
                prop_assert_eq!(text.parse::<f64>().unwrap(), number);
                if number != 0.0 && (1e-6..1e21).contains(&number.abs()) {
                    prop_assert_eq!(text, evened(number, number.to_string()));
                }
            }
        }

        /// Neither blanks nor the order of keys matter; the form of a form is itself.
        #[test]
        fn the_form_is_one(keys in prop::collection::btree_set("[a-z\u{e000}\u{1f600}\"\\\\]{0,4}", 0..8), seed: u64) {
            let entries: Vec<String> = keys.iter().enumerate().map(|(i, key)| format!("{} : [{i}.50 , \"x\"]", serde_json::to_string(key).unwrap())).collect();
            let mut turned = entries.clone();
            turned.rotate_left(seed as usize % entries.len().max(1));
            let form = of(&format!("{{ {} }}", entries.join(" ,\n")));
            prop_assert_eq!(&form, &of(&format!("{{{}}}", turned.join(","))));
            prop_assert_eq!(&form, &of(&form));
        }
    }
}

//! The canonical form of JSON (RFC 8785, JCS): keys in order, no blanks, numbers as ECMAScript writes them. Two documents
//! that say the same have the same form, so its digest names the input of a record, and anybody can compute it.

use super::Node;
use sha2::{Digest as _, Sha256};
use std::{borrow::Cow, fmt::Write as _, io::Write as _};

/// The SHA-256 of a canonical form, or of bytes that have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    /// Of bytes as they came.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        Digest(Sha256::digest(bytes).into())
    }

    /// Of the canonical form.
    pub(crate) fn of(node: &Node<'_>) -> Self {
        Digest::of_bytes(&canonical(node))
    }
}

#[cfg(feature = "json")]
impl Digest {
    /// Of the canonical form of a value as it stands on the wire; `None` if it cannot be written as JSON.
    pub(crate) fn of_value(value: &impl serde::Serialize) -> Option<Self> {
        let json = serde_json::to_vec(value).ok()?;
        Node::from_json(&json).ok().map(|node| Digest::of(&node))
    }
}

#[cfg(not(feature = "json"))]
impl Digest {
    /// Without JSON no value has a canonical form.
    pub(crate) fn of_value(_: &impl serde::Serialize) -> Option<Self> {
        None
    }
}

/// In 64 hexadecimal digits.
impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| HEX.get(usize::from(digit))).try_for_each(|digit| f.write_char(*digit))
    }
}

/// The canonical form of a document. Of keys that stand there twice, which RFC 8785 does not know, all are kept in their
/// order.
pub(crate) fn canonical(node: &Node<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(1 << 13);
    write(node, &mut out);
    out
}

/// As deep as the tree, which its reader has bounded.
fn write(node: &Node<'_>, out: &mut Vec<u8>) {
    match node {
        Node::Null => out.extend_from_slice(b"null"),
        Node::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        Node::Number(number) => write_number(*number, out),
        Node::Text(text) => write_text(text, out),
        Node::List(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Node::Map(entries) => {
            out.push(b'{');
            if entries.is_sorted_by(|a, b| by_utf16(&a.0, &b.0).is_le()) {
                write_entries(entries.iter(), out);
            } else {
                let mut sorted: Vec<&(Cow<'_, str>, Node<'_>)> = entries.iter().collect();
                sorted.sort_by(|a, b| by_utf16(&a.0, &b.0));
                write_entries(sorted.into_iter(), out);
            }
            out.push(b'}');
        }
    }
}

fn write_entries<'e>(entries: impl Iterator<Item = &'e (Cow<'e, str>, Node<'e>)>, out: &mut Vec<u8>) {
    for (i, (key, value)) in entries.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write_text(key, out);
        out.push(b':');
        write(value, out);
    }
}

/// The order of UTF-16 code units, as RFC 8785 asks for; that of bytes but for characters beyond the first plane.
fn by_utf16(a: &str, b: &str) -> std::cmp::Ordering {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    match (a.as_bytes().get(same), b.as_bytes().get(same)) {
        (Some(a), Some(b)) if a.max(b) < &0xee => a.cmp(b),
        (Some(_), Some(_)) => a.encode_utf16().cmp(b.encode_utf16()),
        (a, b) => a.cmp(&b),
    }
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    // Without a branch for each byte.
    let special = text.bytes().fold(false, |found, byte| found | (byte < 0x20) | (byte == b'"') | (byte == b'\\'));
    if !special {
        out.extend_from_slice(text.as_bytes());
    } else {
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
    out.push(b'"');
}

/// As ECMAScript writes a number: the shortest digits that read back as the same number.
fn write_number(number: f64, out: &mut Vec<u8>) {
    if number == 0.0 {
        return out.push(b'0');
    }
    if write_short(number, out) {
        return;
    }
    // Writing to memory does not fail.
    if (1e-6..1e21).contains(&number.abs()) {
        drop(write!(out, "{number}"));
    } else {
        let text = format!("{number:e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        let sign = if power.starts_with('-') { "" } else { "+" };
        drop(write!(out, "{digits}e{sign}{power}"));
    }
}

/// Numbers of at most 15 digits, at most three of them behind the point: no two of those are the same float, so the first
/// that is found is the shortest.
fn write_short(number: f64, out: &mut Vec<u8>) -> bool {
    let size = number.abs();
    let exact = [1_u32, 10, 100, 1000].into_iter().find_map(|scale| {
        let units = size * f64::from(scale) + 0.5;
        let units = if units < 1e15 { units as u64 } else { return None };
        (units as f64 / f64::from(scale) == size).then_some((units, u64::from(scale)))
    });
    let Some((units, scale)) = exact else { return false };
    if number < 0.0 {
        out.push(b'-');
    }
    write_digits(units / scale, 1, out);
    if scale > 1 {
        out.push(b'.');
        write_digits(units % scale, scale.ilog10() as usize, out);
    }
    true
}

/// A whole number in at least so many digits.
fn write_digits(mut number: u64, least: usize, out: &mut Vec<u8>) {
    let mut digits = [b'0'; 20];
    let mut written = 0;
    for place in digits.iter_mut().rev() {
        if number == 0 && written >= least {
            break;
        }
        *place = b'0' + (number % 10) as u8;
        (number, written) = (number / 10, written + 1);
    }
    out.extend_from_slice(digits.get(digits.len() - written..).unwrap_or_default());
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(json: &str) -> String {
        String::from_utf8(canonical(&Node::from_json(json.as_bytes()).unwrap())).unwrap()
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
        assert_eq!(
            Digest::of_bytes(b"abc").to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
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
                    prop_assert_eq!(text, number.to_string());
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

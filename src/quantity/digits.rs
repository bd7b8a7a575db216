//! A number that is printed, in a register: several times as fast as the general way, of which a report needs hundreds.

/// The text of a whole number of units with a point before so many of its digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digits {
    /// The first character is the lowest byte.
    text: u128,
    len: usize,
}

/// So many characters fit.
const MOST: usize = 16;

impl Digits {
    /// `None` if it has more than 16 characters.
    pub(crate) fn new(units: i64, digits: u8) -> Option<Self> {
        let (mut text, mut len) = (0, 0);
        let mut put = |byte: u8| {
            text = text << 8 | u128::from(byte);
            len += 1;
        };
        let mut rest = units.unsigned_abs();
        let digit = |rest: u64| b'0' + (rest % 10) as u8;
        for _ in 0..digits {
            put(digit(rest));
            rest /= 10;
        }
        if digits > 0 {
            put(b'.');
        }
        loop {
            put(digit(rest));
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if units < 0 {
            put(b'-');
        }
        (len <= MOST).then_some(Digits { text, len })
    }

    /// Its characters, and whatever.
    const fn bytes(self) -> [u8; MOST] {
        self.text.to_le_bytes()
    }

    /// Writes it to the end of a text.
    pub(crate) fn append_to(self, out: &mut Vec<u8>) {
        // All 16 and back again is faster than just as many.
        let end = out.len() + self.len;
        out.extend_from_slice(&self.bytes());
        out.truncate(end);
    }
}

impl std::fmt::Display for Digits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = self.bytes();
        let text = bytes.get(..self.len).and_then(|bytes| std::str::from_utf8(bytes).ok());
        f.write_str(text.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_point_has_a_digit_before_it_and_all_behind() {
        for (units, digits, text) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (125, 2, "1.25"),
            (-5, 3, "-0.005"),
            (100, 0, "100"),
            (-99_999_999_999_999, 6, "-99999999.999999"),
            (1, 14, "0.00000000000001"),
        ] {
            let digits = Digits::new(units, digits).unwrap();
            assert_eq!(digits.to_string(), text);
            let mut out = b"a".to_vec();
            digits.append_to(&mut out);
            assert_eq!(String::from_utf8(out).unwrap(), format!("a{text}"));
        }
        for (units, digits) in [(i64::MIN, 0), (1, 15), (1_000_000_000_000_000, 1), (0, 255)] {
            assert!(Digits::new(units, digits).is_none());
        }
    }
}

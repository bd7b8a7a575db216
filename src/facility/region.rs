use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};

/// An administrative region: a GB/T 2260 code (`420100` is Wuhan), or ISO 3166-1/-2 elsewhere (`DE`, `US-CO`).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region {
    /// The code, then zeros.
    code: [u8; LONGEST],
    len: u8,
}

/// No code is longer.
const LONGEST: usize = 6;

/// The text is no region code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a GB/T 2260 code of six digits or an ISO 3166 code such as US-CO, found {0:?}")]
pub struct RegionError(String);

/// The province-level codes of GB/T 2260.
const PROVINCES: [&str; 34] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
    "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
];

/// The same provinces by ISO 3166-2, in the same order.
const ISO_PROVINCES: [&str; 34] = [
    "BJ", "TJ", "HE", "SX", "NM", "LN", "JL", "HL", "SH", "JS", "ZJ", "AH", "FJ", "JX", "SD", "HA", "HB", "HN", "GD",
    "GX", "HI", "CQ", "SC", "GZ", "YN", "XZ", "SN", "GS", "QH", "NX", "XJ", "TW", "HK", "MO",
];

/// The provinces of the eight national hub nodes (国家枢纽节点): 京津冀, 内蒙古, 长三角, 粤港澳大湾区, 成渝, 贵州, 甘肃, 宁夏.
const HUB_PROVINCES: [&str; 16] =
    ["11", "12", "13", "15", "31", "32", "33", "34", "44", "50", "51", "52", "62", "64", "81", "82"];

impl Region {
    /// Whether a national hub node lies in its province; `None` if it is no single province.
    pub(crate) fn has_hub_node(&self) -> Option<bool> {
        let province = significant(self.as_str()).get(..2);
        match province {
            Some(province) if province.bytes().all(|b| b.is_ascii_digit()) => Some(HUB_PROVINCES.contains(&province)),
            Some(_) => Some(false),
            None => None,
        }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        self.code.get(..usize::from(self.len)).and_then(|code| std::str::from_utf8(code).ok()).unwrap_or_default()
    }

    /// Whether the region is, or lies in, the one whose code begins so: `4201` for Wuhan and its districts. `None` if it
    /// is larger than that one and contains it, as Hubei (`420000`, `CN-HB`) and China (`CN`) contain Wuhan. `CN` stands
    /// for the mainland, where national standards hold.
    ///
    /// # Examples
    /// ```
    /// use pue::facility::Region;
    /// let (district, province): (Region, Region) = ("420111".parse()?, "CN-HB".parse()?);
    /// assert_eq!([district.lies_in("4201"), district.lies_in("31")], [Some(true), Some(false)]);
    /// assert_eq!(province.lies_in("4201"), None); // Wuhan is in it
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lies_in(&self, prefix: &str) -> Option<bool> {
        if prefix == "CN" {
            return Some(self.is_mainland_china());
        }
        let province = if prefix.starts_with("CN-") { significant(prefix) } else { "" };
        let prefix = if province.is_empty() { prefix } else { province };
        let own = significant(self.as_str());
        if own.starts_with(prefix) {
            return Some(true);
        }
        let is_gb = prefix.bytes().all(|b| b.is_ascii_digit());
        if prefix.starts_with(own) && (!own.is_empty() || is_gb) { None } else { Some(false) }
    }

    /// Whether a text can be the beginning of a code: `CN`, two, four or six digits of GB/T 2260, an ISO 3166 code.
    pub(crate) fn is_prefix(code: &str) -> bool {
        let padded = format!("{code:0<6}");
        let is_gb = [2, 4, 6].contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit());
        if is_gb { padded.parse::<Region>().is_ok() } else { code.parse::<Region>().is_ok() }
    }

    /// Whether it lies in any of these; `None` if that is not known.
    pub fn lies_in_any(&self, prefixes: &[String]) -> Option<bool> {
        let mut known = true;
        for prefix in prefixes {
            match self.lies_in(prefix) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => known = false,
            }
        }
        known.then_some(false)
    }

    /// Whether it is a region of mainland China, whose one legal time is Asia/Shanghai.
    pub fn is_mainland_china(&self) -> bool {
        let code = self.as_str();
        let digits = code.as_bytes().first().is_some_and(u8::is_ascii_digit);
        code == "CN"
            || (code.starts_with("CN-") && !["CN-TW", "CN-HK", "CN-MO"].contains(&code))
            || (digits && !["71", "81", "82"].iter().any(|p| code.starts_with(p)))
    }
}

/// A code without what says "all of it": `42` for `420000` and `CN-HB`, nothing for `CN`.
fn significant(code: &str) -> &str {
    if code == "CN" {
        return "";
    }
    if let Some(province) = code.strip_prefix("CN-") {
        let found = ISO_PROVINCES.iter().position(|code| *code == province).and_then(|i| PROVINCES.get(i));
        return found.copied().unwrap_or_default();
    }
    let mut code = code;
    while code.len() > 2 && code.len().is_multiple_of(2) && code.ends_with("00") {
        code = code.get(..code.len() - 2).unwrap_or_default();
    }
    code
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let fault = || RegionError(code.chars().take(40).collect());
        let is_gb = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit());
        let known = if is_gb {
            PROVINCES.iter().any(|province| code.starts_with(province))
        } else {
            let (country, part) = code.split_once('-').unwrap_or((code, "0"));
            country.len() == 2
                && country.bytes().all(|b| b.is_ascii_uppercase())
                && (1..=3).contains(&part.len())
                && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        };
        let mut region = Region { code: [0; LONGEST], len: code.len() as u8 };
        let place = region.code.get_mut(..code.len()).filter(|_| known).ok_or_else(fault)?;
        place.copy_from_slice(code.as_bytes());
        Ok(region)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({:?})", self.as_str())
    }
}

impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_contains_wuhan_may_be_wuhan() {
        let lies_in = |code: &str| code.parse::<Region>().unwrap().lies_in("4201");
        for (code, answer) in [
            ("420100", Some(true)),
            ("420111", Some(true)),
            ("420000", None),
            ("CN-HB", None),
            ("CN", None),
            ("420500", Some(false)),
            ("310000", Some(false)),
            ("CN-SH", Some(false)),
            ("DE", Some(false)),
            ("US-CO", Some(false)),
        ] {
            assert_eq!(lies_in(code), answer, "{code}");
        }
        assert_eq!("DE".parse::<Region>().unwrap().lies_in("DE"), Some(true));
        assert_eq!("CN".parse::<Region>().unwrap().lies_in("DE"), Some(false));
        for (code, answer) in [("420100", true), ("CN", true), ("CN-SH", true), ("810000", false), ("DE", false)] {
            assert_eq!(code.parse::<Region>().unwrap().lies_in("CN"), Some(answer), "{code}");
        }
    }

    #[test]
    fn codes_are_checked() {
        for good in ["420100", "420111", "US-CO", "DE", "CN", "CN-HB", "810000"] {
            assert!(good.parse::<Region>().is_ok(), "{good}");
        }
        for bad in ["", "4201", "990000", "Wuhan", "us-co", "US-", "42010０", "USA"] {
            assert!(bad.parse::<Region>().is_err(), "{bad}");
        }
    }
}

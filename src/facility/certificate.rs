use crate::name::named;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The kind of grade that a certificate gives (等级类别): `ladder` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Ladder {
    /// Green grade (绿色等级).
    Green,
    /// Low-carbon grade (低碳等级).
    LowCarbon,
}

/// What was assessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum CertificateKind {
    /// The design (设计类).
    Design,
    /// The operation (运行类).
    Operation,
}

/// The level, from A to AAAAA; 5A is best.
///
/// ```
/// use pue::facility::Level;
/// assert_eq!("4A".parse::<Level>()?, Level::AAAA);
/// assert!(Level::AAAAA > Level::AAAA);
/// # Ok::<(), pue::name::UnknownName>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Level {
    /// 1A.
    #[serde(alias = "1A")]
    A,
    /// 2A.
    #[serde(alias = "2A")]
    AA,
    /// 3A.
    #[serde(alias = "3A")]
    AAA,
    /// 4A.
    #[serde(alias = "4A")]
    AAAA,
    /// 5A.
    #[serde(alias = "5A")]
    AAAAA,
}

impl Level {
    /// `AAAA`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Level::A => "A",
            Level::AA => "AA",
            Level::AAA => "AAA",
            Level::AAAA => "AAAA",
            Level::AAAAA => "AAAAA",
        }
    }

    /// `4A`.
    pub const fn short(self) -> &'static str {
        match self {
            Level::A => "1A",
            Level::AA => "2A",
            Level::AAA => "3A",
            Level::AAAA => "4A",
            Level::AAAAA => "5A",
        }
    }
}

/// A certificate of the green low-carbon grade (绿色低碳等级证书): an attested input.
///
/// The score bands behind the levels are not public, so a grade is never computed from a PUE.
#[doc(alias = "绿色低碳等级")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// Green or low-carbon; unknown if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ladder: Option<Ladder>,
    /// Design or operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<CertificateKind>,
    /// The level reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Who issued it. No text names accepted issuers, so none is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The site that it was issued for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facility: Option<String>,
    /// The first day in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<Date>,
    /// The last day in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Date>,
}

/// Whether a certificate may be counted for a site on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// It is of this site and in force.
    InForce,
    /// It is of another site.
    OtherSite,
    /// It had expired.
    Expired,
    /// It was not yet issued.
    NotYetIssued,
    /// It states no expiry date; the period of validity is not known, so it cannot be counted.
    NoExpiry,
    /// It lacks something else: the site, the day of issue.
    Incomplete,
}

impl Certificate {
    /// Whether it may be counted for the site `facility` on day `on`.
    ///
    /// # Examples
    /// ```
    /// use pue::facility::{Certificate, Standing};
    /// # let site: pue::Site = serde_json::from_str(r#"{"schema": "pue/site/1", "facility": {"id": "WH-1", "time_zone": "Asia/Shanghai"}, "meters": [],
    /// #   "certificates": [{"ladder": "green", "kind": "operation", "level": "4A", "facility": "WH-1",
    /// #                     "issued_on": "2024-06-20", "expires_on": "2026-06-19"}]}"#)?;
    /// let paper: &Certificate = &site.certificates()[0]; // issued 2024-06-20, expires 2026-06-19
    /// assert_eq!(paper.standing("WH-1", "2024-12-31".parse()?), Standing::InForce);
    /// assert_eq!(paper.standing("WH-1", "2026-12-31".parse()?), Standing::Expired);
    /// assert_eq!(paper.standing("WH-2", "2024-12-31".parse()?), Standing::OtherSite);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn standing(&self, facility: &str, on: Date) -> Standing {
        match (&self.facility, self.issued_on, self.expires_on) {
            (Some(site), ..) if site != facility => Standing::OtherSite,
            // Two unknown ids are not the same site.
            _ if facility.is_empty() => Standing::Incomplete,
            (_, Some(issued), _) if issued > on => Standing::NotYetIssued,
            (_, _, Some(expires)) if expires < on => Standing::Expired,
            (_, _, None) => Standing::NoExpiry,
            (Some(_), Some(_), Some(_)) => Standing::InForce,
            _ => Standing::Incomplete,
        }
    }
}

named!(Ladder, CertificateKind, Level);

#[cfg(test)]
mod tests {
    use super::*;

    fn paper() -> Certificate {
        Certificate {
            ladder: Some(Ladder::Green),
            kind: Some(CertificateKind::Operation),
            level: Some(Level::AAAA),
            issuer: None,
            number: None,
            facility: Some("WH-1".into()),
            issued_on: "2024-12-20".parse().ok(),
            expires_on: "2026-12-19".parse().ok(),
        }
    }

    #[test]
    fn both_its_days_are_in_force() {
        for (day, standing) in [
            ("2024-12-19", Standing::NotYetIssued),
            ("2024-12-20", Standing::InForce),
            ("2026-12-19", Standing::InForce),
            ("2026-12-20", Standing::Expired),
        ] {
            assert_eq!(paper().standing("WH-1", day.parse().unwrap()), standing, "{day}");
        }
    }

    #[test]
    fn what_is_missing_keeps_it_from_counting() {
        let day = "2025-06-01".parse().unwrap();
        assert_eq!(paper().standing("WH-2", day), Standing::OtherSite);
        assert_eq!(Certificate { expires_on: None, ..paper() }.standing("WH-1", day), Standing::NoExpiry);
        assert_eq!(Certificate { facility: None, ..paper() }.standing("WH-1", day), Standing::Incomplete);
        assert_eq!(Certificate { issued_on: None, ..paper() }.standing("WH-1", day), Standing::Incomplete);
    }
}

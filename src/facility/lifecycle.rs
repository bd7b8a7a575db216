use crate::{
    finding::{Code, Finding, Text},
    name::named,
    place::place,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What kind of project a site is (项目性质).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum LifecycleKind {
    /// New (新建): built under a project approval of its own.
    New,
    /// Rebuilt (改建): an existing building or room turned into a data centre.
    Rebuilt,
    /// Extended (扩建): more racks or more rack power.
    Extended,
    /// Existing (存量/既有).
    Existing,
}

impl LifecycleKind {
    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            LifecycleKind::New => "new",
            LifecycleKind::Rebuilt => "rebuilt",
            LifecycleKind::Extended => "extended",
            LifecycleKind::Existing => "existing",
        }
    }
}

/// The kind of project with its dates.
///
/// ```
/// use pue::facility::{Lifecycle, LifecycleKind};
/// let mut lifecycle = Lifecycle::new(LifecycleKind::New);
/// lifecycle.in_service_on = Some("2020-06-01".parse()?);
/// assert_eq!(lifecycle.years_in_service("2026-05-31".parse()?), Some(5));
/// # Ok::<(), pue::jiff::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lifecycle {
    /// New, rebuilt, extended or existing; unknown if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<LifecycleKind>,
    /// The day of the project approval (项目批复/备案日期).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_on: Option<Date>,
    /// The first day in service (投运日期).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_service_on: Option<Date>,
}

impl Lifecycle {
    /// A lifecycle without dates.
    pub const fn new(kind: LifecycleKind) -> Self {
        Lifecycle { kind: Some(kind), approved_on: None, in_service_on: None }
    }

    /// Whole years in service on a day; `None` if the first day is unknown, zero before it.
    pub fn years_in_service(&self, on: Date) -> Option<i32> {
        let since = self.in_service_on?;
        let birthday_reached = (on.month(), on.day()) >= (since.month(), since.day());
        let years = i32::from(on.year()) - i32::from(since.year()) - i32::from(!birthday_reached);
        Some(years.max(0))
    }

    pub(super) fn check(&self) -> Option<Finding> {
        let (approved, service) = (self.approved_on?, self.in_service_on?);
        (service < approved).then(|| {
            Finding::new(Code::FacilityDates)
                .place(place!(facility / lifecycle / in_service_on))
                .found(service)
                .expected(Text::new(
                    format!("不早于批复日期 {approved}"),
                    format!("not before the day of approval, {approved}"),
                ))
        })
    }
}

named!(LifecycleKind);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_is_counted_in_whole_years() {
        let site =
            Lifecycle { in_service_on: Some("2014-03-01".parse().unwrap()), ..Lifecycle::new(LifecycleKind::Existing) };
        for (day, years) in [("2024-02-29", 9), ("2024-03-01", 10), ("2013-01-01", 0)] {
            assert_eq!(site.years_in_service(day.parse().unwrap()), Some(years), "{day}");
        }
        assert_eq!(Lifecycle::new(LifecycleKind::New).years_in_service("2024-01-01".parse().unwrap()), None);
    }
}

use crate::metering::Stamp;

/// Which column holds what.
pub(super) enum Layout {
    /// A row is one meter's reading.
    Long { meter: usize, value: usize, when: When, optional: Optional },
    /// A row is a time, and a column for each meter.
    Wide { when: When, meters: Vec<(usize, String)> },
}

/// The columns that a long file may have besides.
#[derive(Clone, Copy, Default)]
pub(super) struct Optional {
    pub known_h: Option<usize>,
    pub facility: Option<usize>,
    pub quality: Option<usize>,
    pub revision: Option<usize>,
}

/// The columns that say when.
#[derive(Clone, Copy)]
pub(super) enum When {
    /// One stamp.
    One(usize, Stamp),
    /// Start and end.
    Both(usize, usize),
}

/// The names of each column that a file has once.
const ROLES: [&[&str]; 9] = [
    &["meter", "meter_id"],
    &["time", "timestamp"],
    &["start"],
    &["end"],
    &["value", "reading"],
    &["known_h"],
    &["facility", "facility_id"],
    &["quality"],
    &["revision"],
];

/// Columns that say the same, so that nobody knows which of them counts.
pub(super) fn rivals(header: &[String]) -> Option<Vec<&str>> {
    ROLES.iter().find_map(|names| {
        let of_role = header.iter().filter(|name| names.contains(&name.to_lowercase().as_str()));
        let rivals: Vec<&str> = of_role.map(String::as_str).collect();
        (rivals.len() > 1).then_some(rivals)
    })
}

impl Layout {
    pub(super) fn new(header: &[String]) -> Option<Layout> {
        let names: Vec<String> = header.iter().map(|name| name.to_lowercase()).collect();
        let find = |of: &[&str]| names.iter().position(|name| of.contains(&name.as_str()));
        let time = find(&["time", "timestamp"]);
        let (start, end) = (find(&["start"]), find(&["end"]));
        if let (Some(meter), Some(value)) = (find(&["meter", "meter_id"]), find(&["value", "reading"])) {
            let when = match (time, start, end) {
                (_, Some(start), Some(end)) => When::Both(start, end),
                (Some(time), ..) => When::One(time, Stamp::Start),
                (None, None, Some(end)) => When::One(end, Stamp::End),
                (None, Some(start), None) => When::One(start, Stamp::Start),
                (None, None, None) => return None,
            };
            let optional = Optional {
                known_h: find(&["known_h"]),
                facility: find(&["facility", "facility_id"]),
                quality: find(&["quality"]),
                revision: find(&["revision"]),
            };
            return Some(Layout::Long { meter, value, when, optional });
        }
        if find(&["meter", "meter_id"]).is_some() {
            return None; // a long file without a column of values
        }
        let first = names.first()?.as_str();
        let when = match first {
            "start" if names.get(1).is_some_and(|second| second == "end") => When::Both(0, 1),
            "time" | "timestamp" | "start" => When::One(0, Stamp::Start),
            "end" => When::One(0, Stamp::End),
            _ => return None,
        };
        let stamps = if matches!(when, When::Both(..)) { 2 } else { 1 };
        let columns = header.iter().enumerate().skip(stamps).filter(|(_, id)| !id.is_empty());
        let meters: Vec<(usize, String)> = columns.map(|(i, id)| (i, id.clone())).collect();
        (!meters.is_empty()).then_some(Layout::Wide { when, meters })
    }

    /// The columns that are not used; those of a wide file are all meters.
    pub(super) fn unused<'h>(&self, header: &'h [String]) -> Vec<&'h str> {
        let Layout::Long { meter, value, when, optional } = self else { return Vec::new() };
        let (one, other) = match *when {
            When::One(at, _) => (at, at),
            When::Both(start, end) => (start, end),
        };
        let Optional { known_h, facility, quality, revision } = *optional;
        let used = [Some(*meter), Some(*value), Some(one), Some(other), known_h, facility, quality, revision];
        let unused = header.iter().enumerate().filter(|(i, name)| !used.contains(&Some(*i)) && !name.is_empty());
        unused.map(|(_, name)| name.as_str()).collect()
    }

    /// How many cells a row must have at least: only optional columns may be missing at its end.
    pub(super) fn least(&self) -> usize {
        let last = match self {
            Layout::Long { meter, value, when, .. } => {
                let when = match *when {
                    When::One(at, _) => at,
                    When::Both(start, end) => start.max(end),
                };
                when.max(*meter).max(*value)
            }
            Layout::Wide { meters, .. } => meters.last().map_or(0, |(i, _)| *i),
        };
        last + 1
    }

    /// The columns of time and value, if they are the last two: what stands before them then says whose reading it is.
    pub(super) fn ends_with_time_and_value(&self, width: usize) -> bool {
        matches!(*self, Layout::Long { value, when: When::One(time, _), .. } if time + 2 == width && value + 1 == width)
    }
}

impl When {
    /// What a single stamp marks.
    pub(super) const fn stamp(self) -> Stamp {
        if let When::One(_, stamp) = self { stamp } else { Stamp::End }
    }
}

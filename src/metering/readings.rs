use super::origins::Origins;
use crate::{finding::Finding, name::named, period::Instant};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Readings as columns, by meter id: instants (milliseconds since 1970, or timestamps of `jiff`) and values in the meter's unit.
///
/// ```
/// use pue::metering::{Readings, Series};
/// let mut readings = Readings::default();
/// readings.insert("grid-1", Series::registers(vec![0, 900_000], vec![100.0, 112.5])?);
/// let time: Vec<jiff::Timestamp> = vec!["2024-01-01T00:00:00+08:00".parse()?];
/// readings.insert("chiller-1", Series::power(time, vec![412.0])?);
/// assert_eq!(readings.len(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    series: BTreeMap<String, Series>,
    files: Vec<String>,
    findings: Vec<Finding>,
}

impl Readings {
    /// Adds a meter's series; a series that is already there is carried on. Whether the series is of the kind that the meter is,
    /// is checked when a ledger is built.
    pub fn insert(&mut self, meter: impl Into<String>, series: Series) {
        self.series.entry(meter.into()).or_default().append(series);
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: Readings) {
        let offset = self.files.len() as u32;
        self.files.extend(other.files);
        self.findings.extend(other.findings);
        for (meter, mut series) in other.series {
            series.origins.move_files(offset);
            self.insert(meter, series);
        }
    }

    /// Adds all of `later`, which corrects what came before: of each meter, readings of the same stamp are replaced.
    pub fn correct(&mut self, later: Readings) {
        for (meter, new) in &later.series {
            if let Some(old) = self.series.get_mut(meter) {
                let stamps: BTreeSet<(i64, i64)> = (0..new.len()).map(|row| new.stamp(row)).collect();
                old.retain(|old, row| !stamps.contains(&old.stamp(row)));
            }
        }
        self.extend(later);
    }

    /// What their reader found.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    #[cfg_attr(not(feature = "csv"), allow(dead_code))]
    pub(crate) fn push_findings(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.findings.extend(findings);
    }

    /// One meter's series.
    pub fn get(&self, meter: &str) -> Option<&Series> {
        self.series.get(meter)
    }

    /// All series, by meter id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Series)> {
        self.series.iter().map(|(id, series)| (id.as_str(), series))
    }

    /// How many readings there are.
    pub fn len(&self) -> usize {
        self.series.values().map(Series::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Notes the name of a file; the number is for the origins of readings.
    #[cfg_attr(not(feature = "csv"), allow(dead_code))]
    pub(crate) fn add_file(&mut self, name: &str) -> u32 {
        self.files.push(name.to_owned());
        self.files.len() as u32 - 1
    }

    /// The file and line from which a meter's reading at an instant came.
    pub(crate) fn locate(&self, meter: &str, at: i64) -> Option<(&str, u64)> {
        let series = self.series.get(meter).filter(|series| !series.origins.is_empty())?;
        let stamps = if series.start.is_empty() { &series.time } else { &series.start };
        // Nearly always in order, so that a search finds it.
        let likely = stamps.partition_point(|&time| time < at);
        let row = Some(likely).filter(|&row| stamps.get(row) == Some(&at));
        let row = row.or_else(|| stamps.iter().position(|&time| time == at))?;
        let origin = series.origins.get(row)?;
        Some((self.files.get(origin.file as usize)?, origin.line))
    }
}

/// One meter's readings, in any order.
///
/// ```
/// use pue::{Readings, metering::Series};
/// let hour_ms = 3_600_000;
/// let counter = Series::registers(vec![0, hour_ms, 2 * hour_ms], vec![100.0, 112.5, 125.0])?;
/// assert_eq!(counter.len(), 3);
/// assert!(Series::registers(vec![0, hour_ms], vec![100.0]).is_err()); // columns of unequal length
/// # Ok::<(), pue::metering::UnequalColumns>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Unset: its reader has looked at what its meter is.
    pub(crate) kind: Option<ReadingKind>,
    /// Another kind, of a series that it was carried on with.
    also: Option<ReadingKind>,
    pub(crate) start: Vec<i64>,
    pub(crate) time: Vec<i64>,
    pub(crate) value: Vec<f64>,
    pub(crate) known_ms: Vec<i64>,
    pub(crate) quality: Vec<Quality>,
    pub(crate) revision: Vec<i64>,
    pub(crate) origins: Origins,
}

/// How a value came about (数据质量标识). Estimated and substituted energy counts in the estimated share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Quality {
    /// Read from the meter (实测).
    #[default]
    Actual,
    /// Taken from another meter or source (替代).
    Substituted,
    /// Estimated by somebody (估算).
    Estimated,
    /// There is none (缺失).
    Missing,
}

impl Quality {
    /// As in a file of readings.
    #[cfg_attr(not(feature = "csv"), allow(dead_code))]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "" | "actual" => Some(Quality::Actual),
            "substituted" => Some(Quality::Substituted),
            "estimated" => Some(Quality::Estimated),
            "missing" => Some(Quality::Missing),
            _ => None,
        }
    }
}

/// What is said of a value besides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mark {
    pub quality: Quality,
    pub revision: i64,
}

impl Mark {
    /// Nothing is said.
    pub(crate) const NONE: Mark = Mark { quality: Quality::Actual, revision: NO_REVISION };
}

/// The lowest of all revisions: none is stated.
pub(crate) const NO_REVISION: i64 = i64::MIN;

/// What the values of a series or a column are (读数种类): a meter takes those of its own kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReadingKind {
    /// Values of a dial that goes on counting (表码).
    Register,
    /// Energy per interval (区间电量).
    Interval,
    /// Samples of power (功率采样).
    Power,
}

/// Columns of one series that are not of one length.
///
/// ```
/// use pue::metering::Series;
/// let error = Series::registers(vec![0, 900_000], vec![100.0]).unwrap_err();
/// assert_eq!(error.to_string(), "expected columns of one length, found time 2, value 1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected columns of one length, found {0}")]
pub struct UnequalColumns(String);

impl UnequalColumns {
    /// Optional columns may be empty.
    fn check(columns: &[(&str, usize)], optional: &[(&str, usize)]) -> Result<(), Self> {
        let all = || columns.iter().chain(optional.iter().filter(|(_, length)| *length > 0));
        let rows = columns.first().map_or(0, |(_, length)| *length);
        if all().all(|(_, length)| *length == rows) {
            return Ok(());
        }
        Err(UnequalColumns(all().map(|(name, length)| format!("{name} {length}")).collect::<Vec<_>>().join(", ")))
    }
}

impl Series {
    /// Dial values of a register. NaN is a missing value.
    ///
    /// # Errors
    /// [`UnequalColumns`].
    pub fn registers<T: Instant>(time: Vec<T>, value: Vec<f64>) -> Result<Self, UnequalColumns> {
        Series { kind: Some(ReadingKind::Register), time: milliseconds(time), value, ..Series::default() }.checked()
    }

    /// Samples of power.
    ///
    /// # Errors
    /// [`UnequalColumns`].
    pub fn power<T: Instant>(time: Vec<T>, value: Vec<f64>) -> Result<Self, UnequalColumns> {
        Series { kind: Some(ReadingKind::Power), time: milliseconds(time), value, ..Series::default() }.checked()
    }

    /// Energy per interval `[start, end)`.
    ///
    /// # Errors
    /// [`UnequalColumns`].
    pub fn intervals<T: Instant>(start: Vec<T>, end: Vec<T>, value: Vec<f64>) -> Result<Self, UnequalColumns> {
        let lengths = [("start", start.len()), ("end", end.len()), ("value", value.len())];
        UnequalColumns::check(&lengths, &[])?;
        let (start, time) = (milliseconds(start), milliseconds(end));
        Ok(Series { kind: Some(ReadingKind::Interval), start, time, value, ..Series::default() })
    }

    /// States how much of each interval its value covers, in milliseconds.
    ///
    /// # Errors
    /// [`UnequalColumns`].
    pub fn with_known(mut self, known_ms: Vec<i64>) -> Result<Self, UnequalColumns> {
        self.known_ms = known_ms;
        self.checked()
    }

    /// States how each value came about.
    ///
    /// # Errors
    /// [`UnequalColumns`].
    pub fn with_quality(mut self, quality: Vec<Quality>) -> Result<Self, UnequalColumns> {
        self.quality = quality;
        self.checked()
    }

    /// States the revision of each value: of several with one stamp, the greatest stands.
    ///
    /// # Errors
    /// [`UnequalColumns`].
    pub fn with_revision(mut self, revision: Vec<i64>) -> Result<Self, UnequalColumns> {
        self.revision = revision;
        self.checked()
    }

    /// What its values are.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = ReadingKind> + use<> {
        self.kind.into_iter().chain(self.also)
    }

    fn checked(self) -> Result<Self, UnequalColumns> {
        self.column().checked()?;
        Ok(self)
    }

    /// How many readings there are.
    pub fn len(&self) -> usize {
        self.value.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    /// The columns, borrowed.
    pub fn column(&self) -> Column<'_> {
        Column {
            kind: self.kind,
            start: &self.start,
            time: &self.time,
            value: &self.value,
            known_ms: &self.known_ms,
            quality: &self.quality,
            revision: &self.revision,
        }
    }

    fn stamp(&self, row: usize) -> (i64, i64) {
        let time = self.time.get(row).copied().unwrap_or(i64::MAX);
        (self.start.get(row).copied().unwrap_or(time), time)
    }

    /// Keeps the rows that fit.
    fn retain(&mut self, keeps: impl Fn(&Series, usize) -> bool) {
        let rows: Vec<usize> = (0..self.len()).filter(|&row| keeps(self, row)).collect();
        if rows.len() == self.len() {
            return;
        }
        fn pick<T: Copy>(column: &[T], rows: &[usize]) -> Vec<T> {
            rows.iter().filter_map(|&row| column.get(row).copied()).collect()
        }
        let mut origins = Origins::default();
        for origin in rows.iter().filter_map(|&row| self.origins.get(row)) {
            origins.push(origin.file, origin.line);
        }
        *self = Series {
            kind: self.kind,
            also: self.also,
            start: pick(&self.start, &rows),
            time: pick(&self.time, &rows),
            value: pick(&self.value, &rows),
            known_ms: pick(&self.known_ms, &rows),
            quality: pick(&self.quality, &rows),
            revision: pick(&self.revision, &rows),
            origins,
        };
    }

    fn append(&mut self, other: Series) {
        if self.is_empty() {
            *self = other;
            return;
        }
        self.also = self.also.or(other.also).or(other.kind.filter(|kind| self.kind != Some(*kind)));
        // An optional column is all there or not at all: fill up with what its absence means.
        let both = |mine: &Vec<i64>, theirs: &Vec<i64>| mine.is_empty() != theirs.is_empty();
        let mut other = other;
        if both(&self.start, &other.start) {
            for series in [&mut *self, &mut other] {
                if series.start.is_empty() {
                    series.start = series.time.clone();
                }
            }
        }
        if both(&self.known_ms, &other.known_ms) {
            for series in [&mut *self, &mut other] {
                if series.known_ms.is_empty() {
                    series.known_ms =
                        series.start.iter().zip(&series.time).map(|(start, end)| end.saturating_sub(*start)).collect();
                }
            }
        }
        let (mine, theirs) = (self.time.len(), other.time.len());
        if self.quality.is_empty() != other.quality.is_empty() {
            self.quality.resize(mine, Quality::Actual);
            other.quality.resize(theirs, Quality::Actual);
        }
        if self.revision.is_empty() != other.revision.is_empty() {
            self.revision.resize(mine, NO_REVISION);
            other.revision.resize(theirs, NO_REVISION);
        }
        self.origins.resize(self.time.len());
        other.origins.resize(other.time.len());
        self.start.extend(other.start);
        self.time.extend(other.time);
        self.value.extend(other.value);
        self.known_ms.extend(other.known_ms);
        self.quality.extend(other.quality);
        self.revision.extend(other.revision);
        self.origins.append(other.origins);
    }
}

/// One meter's readings, borrowed from wherever they are: Arrow, Parquet or CSV readers hand them over without a copy.
///
/// ```
/// use pue::metering::Column;
/// let (time, value) = ([0, 900_000], [100.0, 112.5]);
/// assert_eq!(Column::registers(&time, &value)?.time(), [0, 900_000]);
/// assert!(Column::intervals(&time, &time, &value)?.with_known(&[900_000]).is_err());
/// # Ok::<(), pue::metering::UnequalColumns>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Column<'a> {
    pub(crate) kind: Option<ReadingKind>,
    /// Starts of intervals; empty for registers and power samples.
    pub(crate) start: &'a [i64],
    /// Instants; the ends of intervals.
    pub(crate) time: &'a [i64],
    pub(crate) value: &'a [f64],
    /// Empty: all of each interval.
    pub(crate) known_ms: &'a [i64],
    /// Empty: all were read from the meter.
    pub(crate) quality: &'a [Quality],
    /// Empty: none is stated.
    pub(crate) revision: &'a [i64],
}

impl<'a> Column<'a> {
    /// Dial values of a register, and their instants in milliseconds since 1970. NaN is a missing value.
    ///
    /// # Errors
    /// [`UnequalColumns`].
    pub fn registers(time: &'a [i64], value: &'a [f64]) -> Result<Self, UnequalColumns> {
        Column { kind: Some(ReadingKind::Register), time, value, ..Column::default() }.checked()
    }

    /// Samples of power.
    ///
    /// # Errors
    /// [`UnequalColumns`].
    pub fn power(time: &'a [i64], value: &'a [f64]) -> Result<Self, UnequalColumns> {
        Column { kind: Some(ReadingKind::Power), time, value, ..Column::default() }.checked()
    }

    /// Energy per interval `[start, end)`.
    ///
    /// # Errors
    /// [`UnequalColumns`].
    pub fn intervals(start: &'a [i64], end: &'a [i64], value: &'a [f64]) -> Result<Self, UnequalColumns> {
        UnequalColumns::check(&[("start", start.len()), ("end", end.len()), ("value", value.len())], &[])?;
        Ok(Column { kind: Some(ReadingKind::Interval), start, time: end, value, ..Column::default() })
    }

    /// States how much of each interval its value covers, in milliseconds.
    ///
    /// # Errors
    /// [`UnequalColumns`].
    pub fn with_known(self, known_ms: &'a [i64]) -> Result<Self, UnequalColumns> {
        Column { known_ms, ..self }.checked()
    }

    /// States how each value came about.
    ///
    /// # Errors
    /// [`UnequalColumns`].
    pub fn with_quality(self, quality: &'a [Quality]) -> Result<Self, UnequalColumns> {
        Column { quality, ..self }.checked()
    }

    /// States the revision of each value: of several with one stamp, the greatest stands.
    ///
    /// # Errors
    /// [`UnequalColumns`].
    pub fn with_revision(self, revision: &'a [i64]) -> Result<Self, UnequalColumns> {
        Column { revision, ..self }.checked()
    }

    /// The starts of intervals; empty for registers and power samples.
    pub const fn start(&self) -> &'a [i64] {
        self.start
    }

    /// The instants; the ends of intervals.
    pub const fn time(&self) -> &'a [i64] {
        self.time
    }

    /// The values in the meter's unit.
    pub const fn value(&self) -> &'a [f64] {
        self.value
    }

    /// How the values came about; empty if all were read from the meter.
    pub const fn quality(&self) -> &'a [Quality] {
        self.quality
    }

    fn checked(self) -> Result<Self, UnequalColumns> {
        let optional = [
            ("start", self.start.len()),
            ("known", self.known_ms.len()),
            ("quality", self.quality.len()),
            ("revision", self.revision.len()),
        ];
        UnequalColumns::check(&[("time", self.time.len()), ("value", self.value.len())], &optional)?;
        Ok(self)
    }
}

fn milliseconds<T: Instant>(time: Vec<T>) -> Vec<i64> {
    time.into_iter().map(Instant::milliseconds).collect()
}

named!(Quality, ReadingKind);

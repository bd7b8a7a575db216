use super::rows::{Faults, Reading, Take};
use crate::{
    finding::Code,
    metering::{Mark, MeterKind, NO_REVISION, Quality, Readings, Series, Stamp, interval_bounds},
    site::Site,
};

/// Gathers readings into columns, by meter.
pub(crate) struct Columns<'a> {
    site: &'a Site,
    file: u32,
    meters: Vec<Gathering>,
}

#[derive(Default)]
struct Gathering {
    series: Series,
    /// What the single stamp of its intervals marks.
    stamp: Option<Stamp>,
}

impl<'a> Columns<'a> {
    pub(crate) fn new(site: &'a Site, file: u32) -> Self {
        Columns { site, file, meters: site.meters().iter().map(|_| Gathering::default()).collect() }
    }

    /// The readings, with the bounds of intervals that carry one stamp each.
    pub(crate) fn finish(self, faults: &mut Faults<'_>, readings: &mut Readings) {
        let zone = self.site.time_zone();
        for (meter, Gathering { mut series, stamp }) in self.site.meters().iter().zip(self.meters) {
            if series.is_empty() {
                continue;
            }
            let id = meter.id.as_str();
            if meter.kind == MeterKind::Interval && series.start.is_empty() {
                let Some(bounds) = interval_bounds(&series.time, stamp.unwrap_or(Stamp::Start), &zone) else {
                    let found =
                        ("只有一个时刻，不知区间长短", "one stamp, which does not say how long the interval is");
                    let line = series.origins.get(0).map_or(1, |origin| origin.line);
                    faults.push(Code::CsvTime, line, None, id, found, ("start,end 两列", "columns start,end"));
                    continue;
                };
                (series.start, series.time) = bounds.into_iter().unzip();
            }
            if meter.kind != MeterKind::Interval {
                series.known_ms.clear(); // only a stretch of time can be covered in part
            } else if !series.known_ms.is_empty() {
                series = with_known(series, faults, id);
            }
            readings.insert(id, series);
        }
    }
}

/// What is not stated covers the whole interval; what covers more than the interval has is no reading.
fn with_known(series: Series, faults: &mut Faults<'_>, id: &str) -> Series {
    let mut kept = Series::default();
    for (row, ((&start, &time), (&value, &known))) in
        series.start.iter().zip(&series.time).zip(series.value.iter().zip(&series.known_ms)).enumerate()
    {
        let length = time.saturating_sub(start);
        let origin = series.origins.get(row);
        if known > length && known != WHOLE {
            faults.too_much_known(origin.map_or(1, |origin| origin.line), id, length);
            continue;
        }
        kept.start.push(start);
        kept.time.push(time);
        kept.value.push(value);
        kept.known_ms.push(known.min(length));
        kept.quality.extend(series.quality.get(row));
        kept.revision.extend(series.revision.get(row));
        if let Some(origin) = origin {
            kept.origins.push(origin.file, origin.line);
        }
    }
    kept
}

/// All of the interval, however long it is.
const WHOLE: i64 = i64::MAX;

impl Take for Columns<'_> {
    #[inline]
    fn take(&mut self, meter: usize, reading: Reading, _: &mut Faults<'_>) {
        let Some(gathering) = self.meters.get_mut(meter) else { return };
        let series = &mut gathering.series;
        if let Some(start) = reading.start {
            series.start.push(start);
        }
        if let Some(known_ms) = reading.known_ms {
            series.known_ms.resize(series.time.len(), WHOLE);
            series.known_ms.push(known_ms);
        } else if !series.known_ms.is_empty() {
            series.known_ms.push(WHOLE);
        }
        if reading.mark != Mark::NONE || !series.quality.is_empty() || !series.revision.is_empty() {
            mark(series, reading.mark);
        }
        series.time.push(reading.time);
        series.value.push(reading.value);
        series.origins.push(self.file, reading.line);
        gathering.stamp = Some(reading.stamp);
    }
}

/// What is said of a value; of those before it nothing was.
fn mark(series: &mut Series, Mark { quality, revision }: Mark) {
    let before = series.time.len();
    if quality != Quality::Actual || !series.quality.is_empty() {
        series.quality.resize(before, Quality::Actual);
        series.quality.push(quality);
    }
    if revision != NO_REVISION || !series.revision.is_empty() {
        series.revision.resize(before, NO_REVISION);
        series.revision.push(revision);
    }
}

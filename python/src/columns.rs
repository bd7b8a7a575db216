//! Readings as they are in memory: numpy arrays, or anything with the Arrow C interface (a column or a frame of polars, pandas or
//! pyarrow). What has the types that the library reads is borrowed; other numbers and timestamps are converted; anything else is
//! refused with its type.

use crate::error;
use arrow_array::{
    Array, ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray,
    cast::AsArray,
    types::{Float64Type, Int64Type, TimestampMillisecondType},
};
use arrow_buffer::ScalarBuffer;
use arrow_cast::{CastOptions, cast, cast_with_options, display::FormatOptions};
use arrow_schema::{DataType, TimeUnit};
use numpy::PyReadonlyArray1;
use pue::{
    Site,
    metering::{Column, ReadingKind},
    period::{LocalTime, from_local, local},
};
use pyo3::prelude::*;
use pyo3_arrow::input::{AnyArray, AnyRecordBatch};
use std::collections::BTreeMap;

/// What does not fit is an error, not null.
const EXACTLY: CastOptions<'static> = CastOptions { safe: false, format_options: FormatOptions::new() };

/// A column, borrowed from whoever has it, or our own.
enum Numbers<'py, T: numpy::Element> {
    Numpy(PyReadonlyArray1<'py, T>),
    Own(Vec<T>),
}

/// The same of Arrow: its buffer is shared, not copied.
enum Stamps<'py> {
    Plain(Numbers<'py, i64>),
    Arrow(ScalarBuffer<i64>),
}

enum Values<'py> {
    Plain(Numbers<'py, f64>),
    Arrow(ScalarBuffer<f64>),
}

impl<T: numpy::Element> Numbers<'_, T> {
    fn slice(&self, py: Python<'_>) -> PyResult<&[T]> {
        match self {
            Numbers::Numpy(array) => array.as_slice().map_err(|_| {
                error(py, "expected arrays that are contiguous and aligned: use numpy.ascontiguousarray", &[])
            }),
            Numbers::Own(all) => Ok(all),
        }
    }
}

impl Stamps<'_> {
    fn slice(&self, py: Python<'_>) -> PyResult<&[i64]> {
        match self {
            Stamps::Plain(numbers) => numbers.slice(py),
            Stamps::Arrow(buffer) => Ok(buffer),
        }
    }
}

impl Values<'_> {
    fn slice(&self, py: Python<'_>) -> PyResult<&[f64]> {
        match self {
            Values::Plain(numbers) => numbers.slice(py),
            Values::Arrow(buffer) => Ok(buffer),
        }
    }
}

/// What stamps without a time zone are.
#[derive(Clone, Copy)]
enum Naive {
    Refused,
    Utc,
    Site,
}

/// How instants are read.
struct Clock<'s> {
    site: &'s Site,
    naive: Naive,
}

impl Clock<'_> {
    fn new<'s>(py: Python<'_>, site: &'s Site, naive: Option<&str>) -> PyResult<Clock<'s>> {
        let naive = match naive {
            None => Naive::Refused,
            Some("utc") => Naive::Utc,
            Some("site") => Naive::Site,
            Some(other) => return Err(error(py, format!("naive: expected \"utc\" or \"site\", found {other:?}"), &[])),
        };
        Ok(Clock { site, naive })
    }

    /// Milliseconds by clocks without a zone, as instants.
    fn instants(&self, py: Python<'_>, name: &str, clocks: Vec<i64>) -> PyResult<Vec<i64>> {
        // numpy's NaT.
        if clocks.contains(&i64::MIN) {
            return Err(error(py, format!("{name}: expected an instant in every row, found NaT"), &[]));
        }
        match self.naive {
            Naive::Utc => Ok(clocks),
            Naive::Refused => Err(error(
                py,
                format!(
                    "{name}: expected timestamps with a time zone, found some without: give them one, or say naive=\"utc\" or \"site\""
                ),
                &[],
            )),
            Naive::Site => {
                let zone = self.site.time_zone();
                let utc = pue::period::time_zone("UTC").map_err(|why| error(py, why, &[]))?;
                let at = |clock: &i64| match from_local(local(*clock, &utc), &zone) {
                    LocalTime::Unique(instant) => Ok(instant),
                    _ => Err(error(
                        py,
                        format!("{name}: expected clock times that occur once, found {}", local(*clock, &utc)),
                        &[],
                    )),
                };
                clocks.iter().map(at).collect()
            }
        }
    }
}

/// Chunks of an Arrow column in one piece; `None`: there are several, or none.
fn only(chunks: &[ArrayRef]) -> Option<&ArrayRef> {
    match chunks {
        [one] if one.null_count() == 0 => Some(one),
        _ => None,
    }
}

fn stamps_of<'py>(
    py: Python<'py>,
    name: &str,
    chunks: &[ArrayRef],
    kind: &DataType,
    clock: &Clock<'_>,
) -> PyResult<Stamps<'py>> {
    let is_naive = matches!(kind, DataType::Timestamp(_, None));
    match kind {
        DataType::Int64 | DataType::Timestamp(..) => {}
        other => {
            let told = format!("{name}: expected timestamps, or int64 milliseconds since 1970, found {other}");
            return Err(error(py, told, &[]));
        }
    }
    if chunks.iter().any(|chunk| chunk.null_count() > 0) {
        return Err(error(py, format!("{name}: expected an instant in every row, found nulls"), &[]));
    }
    if let (Some(one), false) = (only(chunks), is_naive) {
        match kind {
            DataType::Int64 => return Ok(Stamps::Arrow(one.as_primitive::<Int64Type>().values().clone())),
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                return Ok(Stamps::Arrow(one.as_primitive::<TimestampMillisecondType>().values().clone()));
            }
            _ => {}
        }
    }
    let mut all: Vec<i64> = Vec::with_capacity(chunks.iter().map(|chunk| chunk.len()).sum());
    for chunk in chunks {
        if let DataType::Int64 = kind {
            let chunk: &Int64Array = chunk.as_primitive();
            all.extend(chunk.values());
            continue;
        }
        let milliseconds = DataType::Timestamp(TimeUnit::Millisecond, None);
        let chunk = cast_with_options(chunk, &milliseconds, &EXACTLY)
            .map_err(|why| error(py, format!("{name}: {why}"), &[]))?;
        let chunk: &TimestampMillisecondArray = chunk.as_primitive();
        all.extend(chunk.values());
    }
    let all = if is_naive { clock.instants(py, name, all)? } else { all };
    Ok(Stamps::Plain(Numbers::Own(all)))
}

fn values_of<'py>(py: Python<'py>, name: &str, chunks: &[ArrayRef], kind: &DataType) -> PyResult<Values<'py>> {
    if let (Some(one), DataType::Float64) = (only(chunks), kind) {
        return Ok(Values::Arrow(one.as_primitive::<Float64Type>().values().clone()));
    }
    if !kind.is_numeric() && !matches!(kind, DataType::Null) {
        return Err(error(py, format!("{name}: expected numbers, found {kind}"), &[]));
    }
    let mut all: Vec<f64> = Vec::with_capacity(chunks.iter().map(|chunk| chunk.len()).sum());
    for chunk in chunks {
        let chunk = cast(chunk, &DataType::Float64).map_err(|why| error(py, format!("{name}: {why}"), &[]))?;
        let chunk: &Float64Array = chunk.as_primitive();
        // What is null is missing.
        all.extend(chunk.iter().map(|value| value.unwrap_or(f64::NAN)));
    }
    Ok(Values::Plain(Numbers::Own(all)))
}

/// What has the Arrow C interface, in chunks.
fn chunks(py: Python<'_>, name: &str, object: &Bound<'_, PyAny>) -> PyResult<(Vec<ArrayRef>, DataType)> {
    let told = |why: &dyn std::fmt::Display| {
        let class = object.get_type().qualname().map_or_else(|_| "an object".to_owned(), |name| name.to_string());
        error(py, format!("{name}: expected a numpy array or an Arrow column, found {class}: {why}"), &[])
    };
    let array: AnyArray = object.extract().map_err(|why: PyErr| told(&why))?;
    let array = array.into_chunked_array().map_err(|why| told(&PyErr::from(why)))?;
    let (chunks, field) = array.into_inner();
    Ok((chunks, field.data_type().clone()))
}

fn stamps<'py>(py: Python<'py>, name: &str, object: &Bound<'py, PyAny>, clock: &Clock<'_>) -> PyResult<Stamps<'py>> {
    // Milliseconds by clocks without a zone come wrapped.
    if let Ok((clocks,)) = object.extract::<(PyReadonlyArray1<'py, i64>,)>() {
        let clocks = Numbers::Numpy(clocks).slice(py)?.to_vec();
        return Ok(Stamps::Plain(Numbers::Own(clock.instants(py, name, clocks)?)));
    }
    if let Ok(array) = object.extract::<PyReadonlyArray1<'py, i64>>() {
        return Ok(Stamps::Plain(Numbers::Numpy(array)));
    }
    if is_numpy(object) {
        return Err(wrong_dtype(py, name, object, "int64 milliseconds since 1970, or datetime64"));
    }
    let (chunks, kind) = chunks(py, name, object)?;
    stamps_of(py, name, &chunks, &kind, clock)
}

fn values<'py>(py: Python<'py>, name: &str, object: &Bound<'py, PyAny>) -> PyResult<Values<'py>> {
    if let Ok(array) = object.extract::<PyReadonlyArray1<'py, f64>>() {
        return Ok(Values::Plain(Numbers::Numpy(array)));
    }
    if is_numpy(object) {
        return Err(wrong_dtype(py, name, object, "float64"));
    }
    let (chunks, kind) = chunks(py, name, object)?;
    values_of(py, name, &chunks, &kind)
}

fn is_numpy(object: &Bound<'_, PyAny>) -> bool {
    object.cast::<numpy::PyUntypedArray>().is_ok()
}

fn wrong_dtype(py: Python<'_>, name: &str, object: &Bound<'_, PyAny>, expected: &str) -> PyErr {
    let told = |key: &str| object.getattr(key).map_or_else(|_| "?".to_owned(), |value| value.to_string());
    let found = format!("{}, of {} dimensions", told("dtype"), told("ndim"));
    error(py, format!("{name}: expected an array of {expected}, of one dimension, found {found}"), &[])
}

/// One meter's columns.
struct Series<'py> {
    start: Option<Stamps<'py>>,
    time: Stamps<'py>,
    value: Values<'py>,
}

/// Readings by meter.
pub struct Readings<'py>(Vec<(String, Series<'py>)>);

impl<'py> Readings<'py> {
    /// Of each meter its instants (or starts and ends) and its values.
    pub fn take(
        py: Python<'py>,
        site: &Site,
        given: Vec<(String, Vec<Bound<'py, PyAny>>)>,
        naive: Option<&str>,
    ) -> PyResult<Self> {
        let clock = Clock::new(py, site, naive)?;
        let mut all = Vec::with_capacity(given.len());
        for (meter, columns) in given {
            let named = |key: &str| format!("{meter}, {key}");
            let series = match columns.as_slice() {
                [time, value] => Series {
                    start: None,
                    time: stamps(py, &named("time"), time, &clock)?,
                    value: values(py, &named("value"), value)?,
                },
                [start, end, value] => Series {
                    start: Some(stamps(py, &named("start"), start, &clock)?),
                    time: stamps(py, &named("end"), end, &clock)?,
                    value: values(py, &named("value"), value)?,
                },
                other => {
                    let told = format!(
                        "{meter}: expected (time, value) or (start, end, value), found {} columns",
                        other.len()
                    );
                    return Err(error(py, told, &[]));
                }
            };
            all.push((meter, series));
        }
        Ok(Readings(all))
    }

    /// Of a frame: long (`meter`, `time` or `start` and `end`, `value`), or with a column for each meter.
    pub fn of_frame(py: Python<'py>, site: &Site, frame: &Bound<'py, PyAny>, naive: Option<&str>) -> PyResult<Self> {
        let clock = Clock::new(py, site, naive)?;
        let told = |why: &dyn std::fmt::Display| {
            error(py, format!("readings: expected a frame with the Arrow C interface: {why}"), &[])
        };
        let reader: AnyRecordBatch = frame.extract().map_err(|why: PyErr| told(&why))?;
        let reader = reader.into_reader().map_err(|why| told(&why))?;
        let schema = reader.schema();
        let batches = reader.collect::<Result<Vec<RecordBatch>, _>>().map_err(|why| told(&why))?;
        if batches.iter().all(|batch| batch.num_rows() == 0) {
            return Err(error(
                py,
                "readings: expected rows, found none: a stream that was read already has none left",
                &[],
            ));
        }
        let place = |name: &str| schema.index_of(name).ok();
        let column = |i: usize| {
            let chunks: Vec<ArrayRef> = batches.iter().map(|batch| batch.column(i).clone()).collect();
            (chunks, schema.field(i).data_type().clone())
        };
        let read = |name: &str| {
            place(name)
                .map(|i| {
                    let (chunks, kind) = column(i);
                    stamps_of(py, name, &chunks, &kind, &clock)
                })
                .transpose()
        };
        let (start, end, time) = (read("start")?, read("end")?, read("time")?);
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let found =
            || format!("readings: expected a column \"time\", or \"start\" and \"end\", found {}", names.join(", "));
        let Some(time) = end.or(time) else { return Err(error(py, found(), &[])) };
        match (place("meter"), place("value")) {
            (Some(meter), Some(value)) => {
                let (meters, _) = column(meter);
                let (values, kind) = column(value);
                let values = values_of(py, "value", &values, &kind)?;
                long(py, &meters, start.as_ref(), &time, &values)
            }
            _ => {
                // One hold for all meters.
                let (time, start) = (shared(py, &time)?, start.as_ref().map(|start| shared(py, start)).transpose()?);
                let mut all = Vec::new();
                for (i, name) in names.iter().enumerate().filter(|(_, name)| !["time", "start", "end"].contains(name)) {
                    let (chunks, kind) = column(i);
                    let is_interval = site
                        .meter_index(name)
                        .and_then(|i| site.meters().get(i))
                        .is_some_and(|meter| meter.kind.readings() == ReadingKind::Interval);
                    let start = start.as_ref().filter(|_| is_interval).map(|stamps| shared(py, stamps)).transpose()?;
                    let series =
                        Series { start, time: shared(py, &time)?, value: values_of(py, name, &chunks, &kind)? };
                    all.push(((*name).to_owned(), series));
                }
                Ok(Readings(all))
            }
        }
    }

    /// As the library takes them.
    pub fn columns<'s>(&'s self, py: Python<'_>, site: &Site) -> PyResult<Vec<(&'s str, Column<'s>)>> {
        let one = |(meter, series): &'s (String, Series<'py>)| {
            let (time, value) = (series.time.slice(py)?, series.value.slice(py)?);
            let kind = site.meter_index(meter).and_then(|i| site.meters().get(i)).map(|meter| meter.kind.readings());
            let column = match (&series.start, kind) {
                (Some(start), _) => Column::intervals(start.slice(py)?, time, value),
                (None, Some(ReadingKind::Power)) => Column::power(time, value),
                (None, _) => Column::registers(time, value),
            };
            Ok((meter.as_str(), column.map_err(|why| error(py, format!("{meter}: {why}"), &[]))?))
        };
        self.0.iter().map(one).collect()
    }
}

/// Another hold on the same stamps.
fn shared<'py>(py: Python<'py>, stamps: &Stamps<'py>) -> PyResult<Stamps<'py>> {
    Ok(Stamps::Arrow(match stamps {
        Stamps::Arrow(buffer) => buffer.clone(),
        Stamps::Plain(numbers) => ScalarBuffer::from(numbers.slice(py)?.to_vec()),
    }))
}

/// Rows that name their meter, gathered by it.
fn long<'py>(
    py: Python<'py>,
    meters: &[ArrayRef],
    start: Option<&Stamps<'_>>,
    time: &Stamps<'_>,
    value: &Values<'_>,
) -> PyResult<Readings<'py>> {
    type Gathered = (Vec<i64>, Vec<i64>, Vec<f64>);
    let (time, value) = (time.slice(py)?, value.slice(py)?);
    let start = start.map(|start| start.slice(py)).transpose()?;
    let mut by_meter: BTreeMap<String, Gathered> = BTreeMap::new();
    let mut offset = 0;
    for chunk in meters {
        // Whoever made it may not have looked: texts that are none, and places in a dictionary that it has not.
        chunk.to_data().validate_full().map_err(|why| error(py, format!("meter: {why}"), &[]))?;
        let chunk = cast_with_options(chunk, &DataType::Utf8, &EXACTLY)
            .map_err(|why| error(py, format!("meter: {why}"), &[]))?;
        let ids: &StringArray = chunk.as_string();
        if ids.null_count() > 0 {
            return Err(error(py, "meter: expected the id of a meter in every row, found nulls", &[]));
        }
        let mut from = 0;
        while from < ids.len() {
            let id = ids.value(from);
            let run = (from + 1..ids.len()).find(|&row| ids.value(row) != id).unwrap_or(ids.len());
            let rows = offset + from..offset + run;
            let (starts, times, values) = by_meter.entry(id.to_owned()).or_default();
            times.extend_from_slice(time.get(rows.clone()).unwrap_or_default());
            values.extend_from_slice(value.get(rows.clone()).unwrap_or_default());
            starts.extend_from_slice(start.and_then(|start| start.get(rows)).unwrap_or_default());
            from = run;
        }
        offset += ids.len();
    }
    let series = |(meter, (starts, times, values)): (String, Gathered)| {
        let start = (!starts.is_empty()).then_some(Stamps::Plain(Numbers::Own(starts)));
        let series =
            Series { start, time: Stamps::Plain(Numbers::Own(times)), value: Values::Plain(Numbers::Own(values)) };
        (meter, series)
    };
    Ok(Readings(by_meter.into_iter().map(series).collect()))
}

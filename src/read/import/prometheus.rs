//! What Prometheus answers to `query_range` and `query`, and what `promtool` prints of it: JSON, read as it comes.

use super::{
    Fits, Mapping,
    bounded::{JsonBytes, LineOf, is_content},
    entry::{Entry, Receive, shown},
    series::{LONGEST_LABEL, Labels, MOST_LABELS, Named, Of, of_series},
    terms::{Terms, product},
};
use crate::{
    finding::{Code, Finding, Text},
    metering::{Quality, ReadingKind},
    quantity::Ratio,
    read::csv::Faults,
};
use jiff::tz::TimeZone;
use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use std::{
    fmt,
    io::{self, Read},
};

pub(super) fn read(
    mapping: &Mapping,
    site: TimeZone,
    reader: impl Read,
    faults: &mut Faults<'_>,
    to: &mut impl Receive,
) -> io::Result<Fits> {
    let bytes = JsonBytes::new(reader);
    let mut answer = Answer {
        terms: Terms::new(mapping, site, false),
        faults,
        to,
        line: bytes.line(),
        fits: Fits::default(),
        // A checked mapping's factor is a fraction.
        factor: product([mapping.value.factor]).unwrap_or(Ratio::ONE),
        series: 0,
        named: Named::default(),
    };
    let mut json = serde_json::Deserializer::from_reader(bytes);
    let done = Whole(&mut answer).deserialize(&mut json).and_then(|()| json.end());
    let (fits, line) = (answer.fits, answer.line);
    if let Err(error) = done {
        if error.io_error_kind().is_some_and(|kind| !is_content(&kind.into())) {
            return Err(error.into());
        }
        let mut finding = Finding::new(Code::ImportBroken).found(&error);
        finding.line = Some(line.get());
        faults.found(finding);
    }
    Ok(fits)
}

struct Answer<'c, 'a, 'm, T> {
    terms: Terms<'m>,
    faults: &'c mut Faults<'a>,
    to: &'c mut T,
    line: LineOf,
    fits: Fits,
    factor: Ratio,
    /// How many series came before.
    series: u64,
    named: Named,
}

impl<T: Receive> Answer<'_, '_, '_, T> {
    fn sample(&mut self, label: &str, at: usize, sample: &Sample) {
        let place = |series| format!("data.result[{series}].values[{at}]");
        let (series, line) = (self.series, self.line.get());
        let Ok(time) = sample.time() else {
            self.fits.not += 1;
            return self.faults.tell(Code::CsvTime, line, None, label, || {
                let found = format!("{} ({})", shown(&sample.when.to_string()), place(series));
                (found.into(), ("1970 年以来的秒数", "seconds since 1970").into())
            });
        };
        let Some(value) = self.terms.number(sample.value.as_bytes()) else {
            self.fits.not += 1;
            return self.faults.tell(Code::CsvValue, line, None, label, || {
                let found = format!("{:?} ({})", shown(&sample.value), place(series));
                (found.into(), self.terms.expected_number())
            });
        };
        let mapping = self.terms.mapping;
        let quantity = mapping.quantity();
        let (start, time, stamp) = self.terms.interval(time, quantity.kind() == ReadingKind::Interval);
        let (unit, factor) = (mapping.value.unit, self.factor);
        self.fits.read += 1;
        let quality = Quality::Actual;
        self.to
            .receive(&Entry { label, start, time, stamp, value, factor, unit, quantity, quality, line }, self.faults);
    }
}

/// A point of a series: as it stands.
struct Sample {
    when: f64,
    value: String,
}

impl Sample {
    /// In milliseconds, as exactly as Prometheus has it.
    fn time(&self) -> Result<i64, ()> {
        let ms = (self.when * 1000.0).round();
        let is_time = ms.is_finite() && (-2.3e12..7.3e12).contains(&ms); // the years 1897 to 2201
        if is_time { Ok(ms as i64) } else { Err(()) }
    }
}

/// A number, or a text that may be one; NaN for whatever is neither.
struct Scalar(f64, Option<String>);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Scalar;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a text")
            }
            fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar(value, None))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar(value as f64, None))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
                Ok(Scalar(value as f64, None))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar(f64::NAN, Some(value.to_string())))
            }
            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar(f64::NAN, Some(String::new())))
            }
            fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
                Ok(Scalar(value.parse().unwrap_or(f64::NAN), Some(value.to_owned())))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar(f64::NAN, Some("[…]".to_owned())))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar(f64::NAN, Some("{…}".to_owned())))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl<'de> Deserialize<'de> for Sample {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pair;
        impl<'de> Visitor<'de> for Pair {
            type Value = Sample;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time and a value")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Sample, A::Error> {
                let when = seq.next_element::<Scalar>()?.map_or(f64::NAN, |when| when.0);
                let value = seq.next_element::<Scalar>()?;
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                let value =
                    value.map_or(String::from("[]"), |Scalar(number, text)| text.unwrap_or_else(|| number.to_string()));
                Ok(Sample { when, value })
            }
        }
        deserializer.deserialize_seq(Pair)
    }
}

/// The answer, its part `data`, or the list of its series alone.
struct Whole<'w, 'c, 'a, 'm, T>(&'w mut Answer<'c, 'a, 'm, T>);

impl<'de, T: Receive> DeserializeSeed<'de> for Whole<'_, '_, '_, '_, T> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Receive> Visitor<'de> for Whole<'_, '_, '_, '_, T> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer of Prometheus: {\"data\": {\"result\": [{\"metric\": …, \"values\": …}]}}")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "data" | "result" => map.next_value_seed(Whole(self.0))?,
                "error" => {
                    let error: Scalar = map.next_value()?;
                    return Err(A::Error::custom(format!("an error: {}", error.1.unwrap_or_default())));
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Series(self.0))?.is_some() {
            self.0.series += 1;
        }
        Ok(())
    }
}

struct Series<'w, 'c, 'a, 'm, T>(&'w mut Answer<'c, 'a, 'm, T>);

impl<'de, T: Receive> DeserializeSeed<'de> for Series<'_, '_, '_, '_, T> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Receive> Visitor<'de> for Series<'_, '_, '_, '_, T> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a series: {\"metric\": …, \"values\": …}")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut of = None;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "metric" => {
                    let labels = map.next_value::<MetricLabels>()?.0;
                    let series = of_series(self.0.terms.mapping, &labels, || whole(&labels));
                    self.0.named.notice(&series, &whole(&labels), self.0.line.get(), self.0.faults);
                    of = Some(series);
                }
                "values" | "value" => match &of {
                    None => return Err(A::Error::custom("values before the metric that they are of")),
                    Some(Of::Nobody) => {
                        map.next_value::<IgnoredAny>()?;
                    }
                    Some(Of::Unnamed(name)) => {
                        let found = format!("data.result[{}].metric", self.0.series);
                        let expected = Text::new(format!("含标签 {name}"), format!("one that has the label {name}"));
                        self.0.faults.push(Code::CsvRow, self.0.line.get(), None, "", found, expected);
                        self.0.fits.not += 1;
                        map.next_value::<IgnoredAny>()?;
                    }
                    Some(Of::Label(label)) if key == "values" => map.next_value_seed(Values(self.0, label))?,
                    Some(Of::Label(label)) => {
                        let sample: Sample = map.next_value()?;
                        self.0.sample(label, 0, &sample);
                    }
                },
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// As Prometheus writes a series.
fn whole(labels: &[(String, String)]) -> String {
    let name = labels.iter().find(|(label, _)| label == "__name__").map_or("", |(_, name)| name);
    let mut others: Vec<String> = labels
        .iter()
        .filter(|(label, _)| label != "__name__")
        .map(|(label, value)| format!("{label}={value:?}"))
        .collect();
    others.sort_unstable();
    if others.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", others.join(",")) }
}

struct MetricLabels(Labels);

impl<'de> Deserialize<'de> for MetricLabels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map;
        impl<'de> Visitor<'de> for Map {
            type Value = MetricLabels;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the labels of a series")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<MetricLabels, A::Error> {
                let mut labels = Labels::new();
                while let Some((name, value)) = map.next_entry::<String, Scalar>()? {
                    let value = value.1.unwrap_or_else(|| value.0.to_string());
                    if labels.len() == MOST_LABELS || name.len() + value.len() > LONGEST_LABEL {
                        return Err(A::Error::custom("more labels, or longer ones, than any series has"));
                    }
                    labels.push((name, value));
                }
                Ok(MetricLabels(labels))
            }
        }
        deserializer.deserialize_map(Map)
    }
}

struct Values<'w, 'l, 'c, 'a, 'm, T>(&'w mut Answer<'c, 'a, 'm, T>, &'l str);

impl<'de, T: Receive> DeserializeSeed<'de> for Values<'_, '_, '_, '_, '_, T> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Receive> Visitor<'de> for Values<'_, '_, '_, '_, '_, T> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the values of a series")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut at = 0;
        while let Some(sample) = seq.next_element::<Sample>()? {
            self.0.sample(self.1, at, &sample);
            at += 1;
        }
        Ok(())
    }
}

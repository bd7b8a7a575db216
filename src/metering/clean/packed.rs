//! Points for the way (打包): in columns, each by how far it is from the one before, and without what says itself.

use super::{Dial, Point};
use crate::quantity::{
    Ratio, gcd,
    text::{self, Number},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Columns {
    /// The instants: from the one before so many milliseconds, so many times in a row.
    at: Vec<(i64, u64)>,
    /// How long each lasts; empty: no time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lasts: Vec<i64>,
    /// The greatest amount of which all steps from one value to the next are multiples.
    #[serde(with = "text", skip_serializing_if = "is_zero")]
    unit: i128,
    #[serde(with = "text", skip_serializing_if = "is_zero")]
    first: i128,
    /// The steps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    value: Vec<i64>,
    /// The values themselves, where a step is too large.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    wide: Vec<Number<i128>>,
    /// What one unit of the dial stands for, where the dials follow from the values; 0: they do not.
    #[serde(with = "text", skip_serializing_if = "is_zero")]
    per: i128,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dial: Vec<Number<f64>>,
    /// Empty: as long as each lasts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    known: Vec<i64>,
    /// Empty: 1 each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    count: Vec<u64>,
    /// The places of those that somebody estimated, and of those where a dial starts anew.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    estimated: Vec<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    restart: Vec<(usize, Dial)>,
}

fn is_zero(number: &i128) -> bool {
    *number == 0
}

/// A value on the dial of which one unit stands for so much.
fn dial_of(value: i128, per: i128) -> Option<f64> {
    Ratio::new(value, per).map(Ratio::to_f64)
}

/// Of which one unit of the dial stands for so much, if all dials follow from that.
fn unit_of_dial(points: &[Point]) -> Option<i128> {
    let largest = points.iter().max_by(|a, b| a.dial.abs().total_cmp(&b.dial.abs()))?;
    let per = (largest.value as f64 / largest.dial).round();
    // Whole numbers of this size are exact in a double.
    let per = (1.0..=1e21).contains(&per).then_some(per as i128)?;
    // A double of 1 kWh in µJ ends in zeros: the nearest of few digits is meant.
    let rounded = round_to_digits(per);
    let fits = |per: &i128| {
        points.iter().all(|point| dial_of(point.value, *per).is_some_and(|dial| dial.to_bits() == point.dial.to_bits()))
    };
    [rounded, per].into_iter().find(fits)
}

fn round_to_digits(number: i128) -> i128 {
    let step = 10_i128.pow(number.checked_ilog10().unwrap_or(0).saturating_sub(9));
    (number + step / 2) / step * step
}

pub(crate) fn serialize<S: Serializer>(points: &[Point], serializer: S) -> Result<S::Ok, S::Error> {
    let mut columns = Columns::default();
    let mut last = 0_i64;
    for point in points {
        let after = point.at.wrapping_sub(last);
        last = point.at;
        match columns.at.last_mut() {
            Some((step, times)) if *step == after => *times += 1,
            _ => columns.at.push((after, 1)),
        }
    }
    let lasts = |point: &Point| point.until.wrapping_sub(point.at);
    if points.iter().any(|point| lasts(point) != 0) {
        columns.lasts = points.iter().map(lasts).collect();
    }
    if points.iter().any(|point| point.known_ms != lasts(point)) {
        columns.known = points.iter().map(|point| point.known_ms).collect();
    }
    if points.iter().any(|point| point.count != 1) {
        columns.count = points.iter().map(|point| point.count).collect();
    }
    columns.first = points.first().map_or(0, |point| point.value);
    let steps = || points.iter().zip(points.iter().skip(1)).map(|(a, b)| b.value.checked_sub(a.value));
    let unit = steps().try_fold(0_u128, |unit, step| Some(gcd(unit, step?.unsigned_abs())));
    let of_unit =
        |unit: i128| steps().map(|step| i64::try_from(step? / unit.max(1)).ok()).collect::<Option<Vec<i64>>>();
    match unit.and_then(|unit| i128::try_from(unit).ok()).and_then(|unit| Some((unit, of_unit(unit)?))) {
        Some((unit, value)) => (columns.unit, columns.value) = (unit, value),
        None => columns.wide = points.iter().map(|point| Number(point.value)).collect(),
    }
    match unit_of_dial(points) {
        Some(per) => columns.per = per,
        None => columns.dial = points.iter().map(|point| Number(point.dial)).collect(),
    }
    for (i, point) in points.iter().enumerate() {
        if point.estimated {
            columns.estimated.push(i);
        }
        if let Some(dial) = point.restart {
            columns.restart.push((i, dial));
        }
    }
    columns.serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Point>, D::Error> {
    let columns = Columns::deserialize(deserializer)?;
    unpack(columns).ok_or_else(|| D::Error::custom("expected columns of one length"))
}

/// `None` if the columns are not of one length; what is in them is looked at by [`Point::is_sound`].
fn unpack(columns: Columns) -> Option<Vec<Point>> {
    let times = columns.at.iter().try_fold(0_u64, |sum, (_, times)| sum.checked_add(*times))?;
    // No more than there are values of: a few characters do not make a thousand points.
    let values: Vec<i128> = match (times, columns.wide.is_empty()) {
        (0, _) => Vec::new(),
        (_, false) => columns.wide.iter().map(|wide| wide.0).collect(),
        (_, true) => {
            let steps = columns.value.iter().map(|step| i128::from(*step).checked_mul(columns.unit));
            let mut values = vec![columns.first];
            for step in steps {
                values.push(values.last()?.checked_add(step?)?);
            }
            values
        }
    };
    if u64::try_from(values.len()).ok()? != times {
        return None;
    }
    let fits = |length: usize| length == 0 || length == values.len();
    let dials = if columns.per == 0 { columns.dial.len() == values.len() } else { columns.dial.is_empty() };
    if ![columns.lasts.len(), columns.known.len(), columns.count.len()].into_iter().all(fits) || !dials {
        return None;
    }
    let mut points = Vec::with_capacity(values.len());
    let instants = columns.at.iter().flat_map(|(step, times)| (0..*times).map(move |_| *step));
    let mut at = 0_i64;
    for (i, (step, value)) in instants.zip(&values).enumerate() {
        at = at.wrapping_add(step);
        let lasts = columns.lasts.get(i).copied().unwrap_or(0);
        points.push(Point {
            at,
            until: at.wrapping_add(lasts),
            value: *value,
            dial: if columns.per == 0 { columns.dial.get(i)?.0 } else { dial_of(*value, columns.per)? },
            known_ms: columns.known.get(i).copied().unwrap_or(lasts),
            count: columns.count.get(i).copied().unwrap_or(1),
            estimated: false,
            restart: None,
        });
    }
    for i in columns.estimated {
        points.get_mut(i)?.estimated = true;
    }
    for (i, dial) in columns.restart {
        points.get_mut(i)?.restart = Some(dial);
    }
    Some(points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Serialize, Deserialize)]
    struct Held(#[serde(with = "super")] Vec<Point>);

    fn point() -> impl Strategy<Value = Point> {
        let value = prop_oneof![3 => (0..1_000_000_i128).prop_map(|wh| wh * 3_600_000), 1 => any::<i64>().prop_map(i128::from), 1 => Just(i128::MAX), 1 => Just(i128::MIN)];
        let lasts = prop_oneof![2 => Just(0_i64), 1 => 0..1_000_000_i64];
        (any::<i64>(), lasts, value, prop::option::of(any::<f64>()), 0..3_u64, any::<(bool, bool, bool)>()).prop_map(
            |(at, lasts, value, dial, count, (estimated, restart, known))| Point {
                at,
                until: at.wrapping_add(lasts),
                value,
                dial: dial.unwrap_or(value as f64 / 3.6e12),
                known_ms: if known { lasts } else { lasts / 2 },
                count: count + 1,
                estimated: estimated && restart,
                restart: (restart && known).then_some(Dial { value: 5, dial: 0.5 }),
            },
        )
    }

    fn bits(points: &[Point]) -> Vec<String> {
        points.iter().map(|point| format!("{point:?} {:x}", point.dial.to_bits())).collect()
    }

    proptest! {
        #[test]
        fn points_come_back_to_the_bit(points in prop::collection::vec(point(), 0..20), even: bool) {
            let mut points = points;
            if even {
                for (i, point) in points.iter_mut().enumerate() {
                    let wh = 1_000_000 + 130_717 * i as i128;
                    *point = Point { at: i as i64 * 900_000, until: i as i64 * 900_000, value: wh * 3_600_000_000, dial: wh as f64 / 1000.0, known_ms: 0, count: 1, estimated: false, restart: None };
                }
            }
            let text = serde_json::to_string(&Held(points.clone())).unwrap();
            let Held(again) = serde_json::from_str(&text).unwrap();
            // Of NaN all kinds are one.
            let are_numbers = points.iter().all(|point| !point.dial.is_nan());
            prop_assert!(!are_numbers || bits(&points) == bits(&again), "{}", text);
            prop_assert!(!even || points.is_empty() || !text.contains("dial"), "{}", text);
        }
    }

    #[test]
    fn a_few_characters_make_no_thousand_points() {
        for text in [
            r#"{"at": [[1, 1000000000000000]], "unit": "1", "first": "0", "value": [1, 2]}"#,
            r#"{"at": [[1, 18446744073709551615], [1, 5]], "unit": "1", "first": "0", "value": [1, 2, 3]}"#,
            r#"{"at": [[1, 2]], "unit": "170141183460469231731687303715884105727", "first": "1", "per": "1", "value": [9]}"#,
            r#"{"at": [[1, 2]], "unit": "1", "first": "1", "per": "0", "value": [9]}"#,
            r#"{"at": [[1, 2]], "unit": "1", "first": "1", "per": "1", "value": [9], "estimated": [2]}"#,
        ] {
            assert!(serde_json::from_str::<Held>(text).is_err(), "{text}");
        }
    }
}

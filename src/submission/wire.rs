use super::{Claims, Parts, Submission};
use crate::{
    assessment::Extra,
    facility::StandardRacks,
    finding::{Code, Finding},
    kpi::Category,
    metering::{Carrier, MeasurementPoint, Meter, MeterKind, Readings, Series},
    period::{Granularity, Period, PeriodError},
    quantity::{ExactEnergy, Unit},
    read::{self, Fields, Node, number},
    site::Site,
};
use std::cell::RefCell;

/// The schema of a submission on the wire.
pub const SUBMISSION_SCHEMA: &str = "pue/submission/1";

pub(super) fn read(node: &Node) -> Result<Submission, Vec<Finding>> {
    let findings = RefCell::default();
    let parts = parts(node, &findings);
    let findings = findings.into_inner();
    let Some(parts) = parts else { return Err(findings) };
    let site = Site::assemble(parts.facility, parts.meters, parts.certificates, findings);
    Ok(Submission { site, period: parts.period, readings: parts.readings, claims: parts.claims, extra: parts.extra })
}

fn parts<'n>(node: &'n Node, findings: &'n RefCell<Vec<Finding>>) -> Option<Parts> {
    let fields = Fields::new(node, "", findings)?;
    read::expect_schema(&fields, SUBMISSION_SCHEMA)?;
    let Some(of_facility) = fields.object("facility") else {
        fields.missing("facility", ("描述数据中心的对象", "an object that describes the data centre"));
        return None;
    };
    let mut facility = read::facility(of_facility);
    let period = period(&fields, facility.time_zone.clone())?;
    let listed = read::meters(&fields);
    let rows = energy(&fields, &period);
    let (meters, readings) = metered(listed, rows);
    let claims = claims(&fields);
    facility.declared_standard_racks = claims.standard_racks;
    let extra = extra(&fields);
    let certificates = read::certificates(&fields);
    fields.finish();
    Some(Parts { facility, meters, certificates, period, readings, claims, extra })
}

fn period(fields: &Fields<'_>, zone: jiff::tz::TimeZone) -> Option<Period> {
    let Some(of_period) = fields.object("period") else {
        fields.missing(
            "period",
            (
                "{\"start\": …, \"end\": …},缺少则无法计算",
                "{\"start\": …, \"end\": …}; nothing can be computed without it",
            ),
        );
        return None;
    };
    let (start, end) = (of_period.date("start"), of_period.date("end"));
    for (key, known) in [("start", start.is_some()), ("end", end.is_some())] {
        if !known {
            of_period.missing(key, ("日期,缺少则无法计算", "a date; nothing can be computed without it"));
        }
    }
    let period = Period::dates(start?, end?, zone);
    of_period.finish();
    match period {
        Ok(period) => Some(period),
        Err(error) => {
            let code =
                if matches!(error, PeriodError::Reversed { .. }) { Code::PeriodReversed } else { Code::JsonType };
            fields.push(Finding::new(code).path("/period").found(error));
            None
        }
    }
}

/// One row of `energy`.
struct Row {
    id: Option<String>,
    path: String,
    point: MeasurementPoint,
    carrier: Carrier,
    unit: Unit,
    /// Start, end, value; what is missing is not there.
    parts: Vec<(i64, i64, f64)>,
}

fn energy(fields: &Fields<'_>, period: &Period) -> Vec<Row> {
    let months = period.edges(Granularity::Month);
    let Some(listed) = fields.objects("energy") else {
        fields.missing(
            "energy",
            ("由 point、carrier、monthly_kwh 组成的列表", "a list of rows with point, carrier and monthly_kwh"),
        );
        return Vec::new();
    };
    let mut rows: Vec<Row> = listed.into_iter().filter_map(|row| energy_row(row, &months)).collect();
    let twice: Vec<bool> = rows
        .iter()
        .map(|row| {
            let same = |other: &&Row| (other.point, other.carrier) == (row.point, row.carrier);
            rows.iter().filter(same).count() > 1
                && (row.id.is_none()
                    || rows
                        .iter()
                        .filter(same)
                        .any(|other| other.id.is_none() || (other.id == row.id && other.path != row.path)))
        })
        .collect();
    let mut keep = twice.iter();
    rows.retain(|row| {
        let twice = keep.next().copied().unwrap_or(false);
        if twice {
            fields.push(Finding::new(Code::EnergyDuplicate).path(&row.path).found(format!(
                "{} of {}",
                row.point.as_str(),
                row.carrier.as_str()
            )));
        }
        !twice
    });
    rows
}

fn energy_row(row: Fields<'_>, months: &[i64]) -> Option<Row> {
    let path = row.place().to_owned();
    let (id, point) = (row.text("id"), row.choice("point"));
    let carrier = read::carrier(&row, point);
    let unit = if row.node("unit").is_some() { read::unit(&row) } else { Some(Unit::KilowattHour) };
    let (by_kwh, by_unit) = (values(&row, "monthly_kwh", months), values(&row, "monthly", months));
    let (whole_kwh, whole_unit) = (total(&row, "total_kwh"), total(&row, "total"));
    let usable = point.is_some() && carrier.is_some() && unit.is_some();
    if !usable {
        row.push(Finding::new(Code::MeterUnusable).path(&path));
    }
    let unit = if by_kwh.is_some() || (by_unit.is_none() && whole_kwh.is_some()) { Unit::KilowattHour } else { unit? };
    let months_of = by_kwh.or(by_unit);
    let whole = whole_kwh.or(whole_unit);
    if months_of.is_none() && whole.is_none() {
        row.missing("monthly_kwh", ("每月一个值,或 total_kwh", "one value per month, or total_kwh"));
    }
    row.finish();
    let whole_parts =
        || whole.zip(months.first().zip(months.last())).map(|(total, (&start, &end))| vec![(start, end, total)]);
    let parts = months_of.or_else(whole_parts).unwrap_or_default();
    Some(Row { id, path, point: point?, carrier: carrier?, unit, parts })
}

/// One value per month; `null` is a missing month.
fn values(row: &Fields<'_>, key: &'static str, months: &[i64]) -> Option<Vec<(i64, i64, f64)>> {
    let items = row.list(key)?;
    let expected = months.len().saturating_sub(1);
    if items.len() != expected {
        row.push(
            Finding::new(Code::EnergyMonths).path(row.path(key)).found(items.len()).expected(expected.to_string()),
        );
        return Some(Vec::new());
    }
    let edges = months.iter().zip(months.iter().skip(1));
    let values = items.into_iter().zip(edges).filter_map(|((path, node), (&start, &end))| {
        let value = match node {
            Node::Null => {
                row.push(Finding::new(Code::JsonMissing).path(&path).expected(("当月电量", "the energy of the month")));
                None
            }
            node => figure(row, &path, node),
        };
        Some((start, end, value?))
    });
    Some(values.collect())
}

fn total(row: &Fields<'_>, key: &'static str) -> Option<f64> {
    figure(row, &row.path(key), row.node(key)?)
}

/// A number from 0 up; anything else is an error and missing.
fn figure(row: &Fields<'_>, path: &str, node: &Node) -> Option<f64> {
    match number(node) {
        Some(number) if number >= 0.0 => return Some(number),
        Some(number) => row.push(Finding::new(Code::ReadingNegative).path(path).found(number).expected("≥ 0")),
        None => row.push(
            Finding::new(Code::JsonType)
                .path(path)
                .found(node.describe())
                .expected(("数字或 null", "a number or null")),
        ),
    }
    None
}

/// The rows as meters with readings. A row with the id of a listed meter gives that meter's energy; a row without id
/// stands for the whole point. A listed meter that no row speaks for stays, and its energy is unknown.
fn metered(listed: Vec<(String, Meter)>, rows: Vec<Row>) -> (Vec<(String, Meter)>, Readings) {
    let mut readings = Readings::default();
    let mut meters: Vec<(String, Meter)> = Vec::new();
    let same_flow = |meter: &Meter, row: &Row| (meter.point, meter.carrier) == (row.point, row.carrier);
    let speaks_for =
        |row: &Row, meter: &Meter| same_flow(meter, row) && row.id.as_ref().is_none_or(|id| *id == meter.id);
    let unheard: Vec<_> =
        listed.iter().filter(|(_, meter)| !rows.iter().any(|row| speaks_for(row, meter))).cloned().collect();
    for row in rows {
        let known = listed.iter().find(|(_, meter)| row.id.as_ref() == Some(&meter.id) && same_flow(meter, &row));
        let id = row.id.unwrap_or_else(|| format!("{}/{}", row.point.as_str(), row.carrier.as_str()));
        let mut meter = match known {
            Some((_, meter)) => meter.clone(),
            None => Meter::new(id.clone(), row.point, MeterKind::Interval, row.unit),
        };
        // The row is energy already: dial, multiplier and exchanges have been dealt with.
        (meter.kind, meter.unit, meter.carrier, meter.multiplier) = (MeterKind::Interval, row.unit, row.carrier, 1.0);
        meter.events.clear();
        let (start, (end, value)) = row.parts.into_iter().map(|(from, until, amount)| (from, (until, amount))).unzip();
        readings.insert(id, Series::intervals(start, end, value));
        meters.push((row.path, meter));
    }
    meters.extend(unheard);
    (meters, readings)
}

fn claims(fields: &Fields<'_>) -> Claims {
    let Some(declared) = fields.object("declared") else { return Claims::default() };
    let category = declared.count("category").and_then(|number| {
        let found = u8::try_from(number).ok().and_then(|number| Category::try_from(number).ok());
        if found.is_none() {
            declared.push(
                Finding::new(Code::JsonUnknownValue)
                    .path(declared.path("category"))
                    .found(number)
                    .expected(("1、2 或 3", "1, 2 or 3")),
            );
        }
        found
    });
    let claims = Claims {
        pue: declared.number("pue"),
        category,
        standard_racks: declared.ratio("standard_racks").and_then(|ratio| StandardRacks::declared(ratio.to_f64())),
        occupancy: declared.number("occupancy"),
        grade: declared.choice("grade"),
    };
    declared.finish();
    claims
}

fn extra(fields: &Fields<'_>) -> Extra {
    let mut extra = Extra { water_m3: fields.number("water_m3"), ..Extra::default() };
    let energy =
        |fields: &Fields<'_>, key: &'static str| fields.number(key).and_then(|kwh| ExactEnergy::from_kwh(kwh).ok());
    extra.heat_reused = energy(fields, "heat_reused_kwh");
    // Asked for here so that it is a known field; no indicator of this version needs it.
    let _ = fields.number("co2_kg");
    if let Some(renewable) = fields.object("renewable_kwh") {
        let parts = ["certificates", "ppa", "on_site"].map(|key| energy(&renewable, key));
        extra.renewable = parts.into_iter().sum::<Option<ExactEnergy>>();
        renewable.finish();
    }
    extra
}

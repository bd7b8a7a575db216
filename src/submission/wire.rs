use super::{Claims, Parts, Submission, Unusable};
use crate::{
    assessment::Extra,
    finding::{Code, Finding, Gathered, Text, plural},
    kpi::Category,
    metering::{Carrier, Column, Ids, MeasurementPoint, Meter, MeterKind},
    period::{Granularity, Period, PeriodError},
    place::{Part, Place, Walk, place},
    quantity::{ExactEnergy, Unit},
    read::{self, Digest, Document, Fields, Node, number},
    site::{Site, Spot},
};
use std::{borrow::Cow, cell::RefCell};

/// The schema of a submission on the wire.
pub const SUBMISSION_SCHEMA: &str = "pue/submission/1";

pub(super) fn read(document: &Document<'_>) -> Result<Submission, Unusable> {
    let findings = RefCell::default();
    let parts = parts(document.node(), &findings);
    let findings = findings.into_inner().into_vec();
    let digest = Digest::of(document);
    let Some(parts) = parts else { return Err(Unusable::unknown(findings, digest.hex())) };
    let site = Site::assemble(parts.facility, parts.meters, parts.certificates, findings);
    match parts.period {
        Some(period) => {
            let Parts { stated, claims, extra, .. } = parts;
            Ok(Submission { site, period, stated, claims, extra, digest })
        }
        None => Err(Unusable::of(&site, site.findings().to_vec(), digest.hex())),
    }
}

fn parts<'n>(node: Node<'n>, findings: &'n RefCell<Gathered>) -> Option<Parts> {
    let fields = Fields::new(node, Walk::Top, findings)?;
    read::expect_schema(&fields, SUBMISSION_SCHEMA)?;
    let Some(of_facility) = fields.object("facility") else {
        fields.incomplete("facility", ("描述数据中心的对象", "an object that describes the data centre"));
        let _ = period(&fields, jiff::tz::TimeZone::UTC);
        return None;
    };
    let mut facility = read::facility(of_facility);
    let period = period(&fields, facility.time_zone.clone());
    let listed = read::meters(&fields);
    // Without a period the rows still tell what is wrong with them.
    let months = period.as_ref().map(|period| period.edges(Granularity::Month));
    let rows = energy(&fields, months.as_deref());
    let (meters, rows) = metered(&fields, listed, rows);
    let stated = Stated { months: months.unwrap_or_default(), rows };
    let claims = claims(&fields);
    // Said twice, it is the same number, or nobody knows which.
    if let (Some(of_site), Some(claimed)) = (facility.declared_standard_racks, claims.standard_racks)
        && of_site != claimed
    {
        let finding = Finding::new(Code::DeclaredRacks).place(place!(facility / declared_standard_racks));
        let finding = finding.worded(
            "标准机架数前后两处申报不同，以 declared 为准",
            "two different numbers of standard racks are declared; that of `declared` is used",
        );
        fields.push(finding.found(of_site).expected(claimed.to_string()));
    }
    facility.declared_standard_racks = claims.standard_racks.or(facility.declared_standard_racks);
    let extra = extra(&fields);
    let certificates = read::certificates(&fields);
    fields.finish();
    Some(Parts { facility, meters, certificates, period, stated, claims, extra })
}

fn period(fields: &Fields<'_>, zone: jiff::tz::TimeZone) -> Option<Period> {
    let Some(of_period) = fields.object("period") else {
        let form = "{\"start\": …, \"end\": …}";
        fields.incomplete("period", (form, form));
        return None;
    };
    let (start, end) = (of_period.date("start"), of_period.date("end"));
    for (key, known) in [("start", start.is_some()), ("end", end.is_some())] {
        if !known {
            of_period.incomplete(key, ("日期", "a date"));
        }
    }
    of_period.finish();
    let (start, end) = (start?, end?);
    let period = Period::dates(start, end, zone);
    if let Err(error) = &period {
        let reversed = matches!(error, PeriodError::Reversed { .. });
        let code = if reversed { Code::PeriodReversed } else { Code::PeriodOutOfRange };
        let found = Text::new(format!("起 {start}，止 {end}（不含）"), format!("start {start}, end {end}"));
        fields.push(Finding::new(code).place(place!(period)).found_text(found));
    }
    period.ok()
}

/// One row of `energy`.
struct Row<'n> {
    id: Option<&'n str>,
    at: Spot,
    point: MeasurementPoint,
    carrier: Carrier,
    unit: Unit,
    parts: Parted,
}

/// The energies of a row; what is missing is not there.
#[derive(Clone, Debug, Default)]
struct Parted {
    /// Starts and ends; `None`: one value for each month of the period.
    stretches: Option<(Vec<i64>, Vec<i64>)>,
    value: Vec<f64>,
}

/// What the rows state, by their place in the input.
#[derive(Clone, Debug, Default)]
pub(super) struct Stated {
    /// The edges of the period's months.
    months: Vec<i64>,
    rows: ByRow,
}

/// Energies with the place of their row, in order.
type ByRow = Vec<(usize, Parted)>;

impl Stated {
    /// The edges of the period's months.
    pub(super) fn months(&self) -> &[i64] {
        &self.months
    }

    /// The energies of a meter that stands at a place in the input; none if no row speaks for it.
    pub(super) fn column(&self, at: Spot) -> Column<'_> {
        let row = at.within(Part::Energy).and_then(|at| self.rows.binary_search_by_key(&at, |(row, _)| *row).ok());
        let Some((_, parts)) = row.and_then(|row| self.rows.get(row)) else { return Column::default() };
        let (start, time) = match &parts.stretches {
            Some((start, end)) => (start.as_slice(), end.as_slice()),
            None => (
                self.months.get(..self.months.len().saturating_sub(1)).unwrap_or_default(),
                self.months.get(1..).unwrap_or_default(),
            ),
        };
        Column { start, time, value: &parts.value, ..Column::default() }
    }
}

/// The list of rows.
const ROWS: &str = "energy";

fn energy<'n>(fields: &'n Fields<'n>, months: Option<&[i64]>) -> Vec<Row<'n>> {
    let Some(listed) = fields.objects(ROWS) else {
        let expected =
            ("由 point、carrier、monthly_kwh 组成的列表", "a list of rows with point, carrier and monthly_kwh");
        fields.missing(ROWS, expected);
        return Vec::new();
    };
    let mut rows: Vec<Row<'n>> = Vec::with_capacity(fields.members(ROWS).min(100));
    rows.extend(listed.filter_map(|row| energy_row(row, months)));
    // Rows of one point and carrier need ids of their own.
    let name = |i: usize| rows.get(i).map(|row| (row.point, row.carrier, row.id));
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|&i| name(i));
    let mut twice = vec![false; rows.len()];
    let same_flow = |&a: &usize, &b: &usize| {
        name(a).map(|(point, carrier, _)| (point, carrier)) == name(b).map(|(point, carrier, _)| (point, carrier))
    };
    for flow in order.chunk_by(same_flow).filter(|flow| flow.len() > 1) {
        let nameless = flow.iter().any(|&i| rows.get(i).is_some_and(|row| row.id.is_none()));
        for alike in flow.chunk_by(|&a, &b| name(a) == name(b)).filter(|alike| nameless || alike.len() > 1) {
            alike.iter().for_each(|&i| note(&mut twice, i));
        }
    }
    if !twice.contains(&true) {
        return rows;
    }
    let mut kept = Vec::with_capacity(rows.len());
    for (row, twice) in rows.into_iter().zip(twice) {
        if twice {
            let (point, carrier) = (row.point.text(), row.carrier);
            let found =
                Text::new(format!("{}，{}", point.zh, carrier.zh()), format!("{}, {}", point.en, carrier.as_str()));
            fields.push(Finding::new(Code::EnergyDuplicate).place(row.at.place()).found_text(found));
        } else {
            kept.push(row);
        }
    }
    kept
}

/// The fields for energies that a row has.
fn together(row: &Fields<'_>) -> Text {
    let fields = ["monthly_kwh", "total_kwh", "monthly", "total"].into_iter().filter(|key| row.node(key).is_some());
    let fields: Vec<&str> = fields.collect();
    Text::new(fields.join("、"), fields.join(", "))
}

fn energy_row<'n>(row: Fields<'n>, months: Option<&[i64]>) -> Option<Row<'n>> {
    let at = Spot::new(Part::Energy, row.index());
    let (id, point) = (row.id_str("id"), row.choice("point"));
    let carrier = read::carrier(&row, point);
    let stated = read::unit(&row);
    let (by_kwh, by_unit) = (values(&row, "monthly_kwh", months), values(&row, "monthly", months));
    let (whole_kwh, whole_unit) = (figure_at(&row, "total_kwh"), figure_at(&row, "total"));
    let in_kwh = by_kwh.is_some() || whole_kwh.is_some();
    if in_kwh && stated.is_some_and(|unit| unit != Unit::KilowattHour) {
        let found = stated.map_or("", Unit::as_str);
        row.push(
            Finding::new(Code::MeterUnit)
                .place(row.place_of("unit"))
                .found(found)
                .expected(("kWh（monthly_kwh、total_kwh 均以 kWh 计）", "kWh, in which monthly_kwh and total_kwh are"))
                .advised(
                    "改为 kWh；或改用 monthly、total 并注明单位",
                    "give kWh; or use monthly or total, with their unit",
                ),
        );
    }
    if in_kwh && (by_unit.is_some() || whole_unit.is_some()) {
        row.push(
            Finding::new(Code::JsonDuplicateKey)
                .place(row.place())
                .found_text(together(&row))
                .expected(("只给其中一种", "one of the two"))
                .worded("同一电量以两种字段给出，均未采用", "the energy is given in two ways; neither is used"),
        );
    }
    let unit = if in_kwh { Some(Unit::KilowattHour) } else { stated };
    if unit.is_none() && (by_unit.is_some() || whole_unit.is_some()) {
        row.missing("unit", ("monthly、total 须注明单位", "the unit of monthly or total"));
    }
    let (months_of, whole) = if in_kwh { (by_kwh, whole_kwh) } else { (by_unit, whole_unit) };
    if months_of.is_none() && whole.is_none() {
        row.missing("monthly_kwh", ("每月一个值，或 total_kwh", "one value per month, or total_kwh"));
    }
    if let (Some(parts), Some(whole), Some(months)) = (&months_of, whole, months) {
        let (sum, known) = (parts.value.iter().sum::<f64>(), parts.value.len());
        // Months that were rounded may differ by half a unit of their last digit each.
        let unit = rounded_to(&parts.value);
        if known + 1 == months.len() && (sum - whole).abs() > 0.5 * unit * known as f64 {
            let total = if in_kwh { "total_kwh" } else { "total" };
            row.push(
                Finding::new(Code::DeclaredTotal).place(row.place_of(total)).found(whole).expected(sum.to_string()),
            );
        }
    }
    if point.is_none() || carrier.is_none() || unit.is_none() {
        let known = [("point", point.is_some()), ("carrier", carrier.is_some()), ("unit", unit.is_some())];
        row.push(read::unusable(row.place(), known));
    }
    row.finish();
    let ends = months.and_then(|months| Some((*months.first()?, *months.last()?)));
    let of_whole = || {
        let (total, (start, end)) = whole.zip(ends)?;
        Some(Parted { stretches: Some((vec![start], vec![end])), value: vec![total] })
    };
    let parts = months_of.or_else(of_whole).unwrap_or_default();
    Some(Row { id, at, point: point?, carrier: carrier?, unit: unit?, parts })
}

/// Notes that something is so of a row or a meter.
#[expect(clippy::indexing_slicing, reason = "the position is one of the list's own")]
fn note(list: &mut [bool], at: usize) {
    list[at] = true;
}

/// To which unit values were rounded, as far as they tell: a power of ten from 1 to 10 000.
fn rounded_to(values: &[f64]) -> f64 {
    let fits = |unit: &f64| values.iter().all(|value| value % unit == 0.0);
    [1e4, 1e3, 1e2, 1e1].into_iter().find(fits).unwrap_or(1.0)
}

/// One value per month; `null` is a missing month.
fn values(row: &Fields<'_>, key: &'static str, months: Option<&[i64]>) -> Option<Parted> {
    let items = row.list(key)?;
    let expected = months.map(|months| months.len().saturating_sub(1));
    if expected.is_some_and(|expected| items.len() != expected) {
        let (found, expected) = (items.len(), expected.unwrap_or_default());
        let finding = Finding::new(Code::EnergyMonths).place(row.place_of(key)).expected(Text::new(
            format!("{expected} 个值：期间涉及的每个自然月一个，首尾不足月也算"),
            format!(
                "{}: one for each calendar month that the period touches, begun ones included",
                plural(expected, "value")
            ),
        ));
        row.push(finding.found_text(Text::new(format!("{found} 个值"), plural(found, "value"))));
    }
    let (mut value, mut gaps) = (Vec::with_capacity(items.len().min(12)), Vec::new());
    for (i, node) in items.values().enumerate() {
        if let Some(known) = number(node).filter(|known| FIGURES.contains(known)) {
            value.push(known);
            continue;
        }
        gaps.push(i);
        if node.is_null() {
            row.push(
                Finding::new(Code::JsonMissing)
                    .place(row.member(key, i))
                    .expected(("当月电量", "the energy of the month")),
            );
        } else {
            figure(row, || row.member(key, i), node);
        }
    }
    let Some(months) = months.filter(|_| Some(items.len()) == expected) else { return Some(Parted::default()) };
    let stretches = (!gaps.is_empty()).then(|| {
        let months = months.iter().zip(months.iter().skip(1)).enumerate();
        let known = months.filter(|(i, _)| gaps.binary_search(i).is_err());
        known.map(|(_, (start, end))| (*start, *end)).unzip()
    });
    Some(Parted { stretches, value })
}

/// What a site can use.
const FIGURES: std::ops::RangeInclusive<f64> = 0.0..=1e12;

/// The figure of a key; anything but a number from 0 up to what a site can use is an error and missing.
fn figure_at(row: &Fields<'_>, key: &'static str) -> Option<f64> {
    figure(row, || row.place_of(key), row.node(key)?)
}

fn figure(row: &Fields<'_>, place: impl Fn() -> Place, node: Node<'_>) -> Option<f64> {
    let fault = |code: Code| Finding::new(code).place(place()).found_text(node.describe());
    match number(node) {
        Some(number) if FIGURES.contains(&number) => return Some(number),
        Some(number) if number < 0.0 => row.push(fault(Code::ReadingNegative).expected("≥ 0")),
        Some(_) => row.push(fault(Code::ReadingOutOfRange).expected("≤ 10¹²")),
        None => {
            let finding = fault(Code::JsonType).expected(("数字或 null", "a number or null"));
            row.push(match node {
                Node::Text(_) => finding.advised(
                    "写成不加引号的数字；缺数填 null",
                    "write a number without quotes; null where it is missing",
                ),
                _ => finding,
            });
        }
    }
    None
}

/// The rows as meters with readings. A row with the id of a listed meter gives that meter's energy; a row without id
/// stands for the whole point, and for its one listed meter if there is just one. A listed meter that no row speaks for
/// stays, and its energy is unknown.
fn metered(fields: &Fields<'_>, listed: Vec<(Spot, Meter)>, rows: Vec<Row<'_>>) -> (Vec<(Spot, Meter)>, ByRow) {
    let mut stated = Vec::with_capacity(rows.len());
    let mut spoken = Vec::with_capacity(rows.len());
    let id = |i: usize| listed.get(i).map_or("", |(_, meter)| &meter.id);
    let ids = Ids::new(listed.len(), id);
    let flow_of = |i: usize| listed.get(i).map(|(_, meter)| (meter.point, meter.carrier));
    let mut by_flow: Vec<usize> = (0..listed.len()).collect();
    by_flow.sort_by_key(|&i| flow_of(i));
    let at_flow = |flow: (MeasurementPoint, Carrier)| {
        let from = by_flow.partition_point(|&i| flow_of(i) < Some(flow));
        let until = by_flow.partition_point(|&i| flow_of(i) <= Some(flow));
        by_flow.get(from..until).unwrap_or_default()
    };
    for (place, meter) in listed.iter().filter(|_| ids.are_shared()) {
        if ids.all(&meter.id, id).len() > 1 {
            fields.push(Finding::new(Code::MeterDuplicateId).place(place.place().key("id")).meter(&meter.id));
        }
    }
    let mut heard = vec![false; listed.len()];
    // Listed meters that a row without id stands for, and the name of that row.
    let mut stands_for: Vec<Option<String>> = vec![None; listed.len()];
    for row in rows {
        let flow = (row.point, row.carrier);
        let listed_there = at_flow(flow);
        let known = match &row.id {
            Some(wanted) => ids.all(wanted, id).last().copied().filter(|&i| flow_of(i) == Some(flow)),
            None => listed_there.first().copied().filter(|_| listed_there.len() == 1),
        };
        let nameless = row.id.is_none();
        let name = match (row.id, known) {
            (Some(name), _) => Cow::Borrowed(name),
            (None, Some(i)) => Cow::Owned(id(i).to_owned()),
            (None, None) => Cow::Owned(format!("{}/{}", row.point.as_str(), row.carrier.as_str())),
        };
        let mut hear = |i: usize| note(&mut heard, i);
        match (nameless, known) {
            (_, Some(i)) if ids.are_shared() => ids.all(id(i), id).iter().for_each(|&i| hear(i)),
            (_, Some(i)) => hear(i),
            (false, None) => {}
            (true, None) => {
                let own = |&i: &usize| {
                    let meter = listed.get(i).map(|(_, meter)| meter);
                    meter.is_some_and(|meter| {
                        meter.share.is_some() || meter.factor.is_some() || meter.check_of.is_some()
                    })
                };
                if listed_there.iter().any(own) {
                    // One sum cannot be shared out among meters that count differently.
                    let expected = ("每个计量点一行，注明 id", "a row with id for each of the meters listed there");
                    fields.push(Finding::new(Code::MeterUnusable).place(row.at.place()).expected(expected));
                }
                for &i in listed_there {
                    hear(i);
                    if let Some(stands) = stands_for.get_mut(i) {
                        *stands = Some(name.clone().into_owned());
                    }
                }
            }
        }
        stated.extend(row.at.within(Part::Energy).map(|at| (at, row.parts)));
        spoken.push((row.at, known, name, row.point, row.carrier, row.unit));
    }
    // Sub-meters of a meter that a row stands for are sub-meters of that row.
    let above = |meter: &Meter| {
        let above = ids.all(meter.parent.as_deref()?, id).last()?;
        stands_for.get(*above)?.clone()
    };
    let above: Vec<Option<String>> = listed.iter().map(|(_, meter)| above(meter)).collect();
    let rehung = listed.into_iter().zip(above).map(|((place, mut meter), above)| {
        meter.parent = above.or(meter.parent);
        Some((place, meter))
    });
    let mut listed: Vec<Option<(Spot, Meter)>> = rehung.collect();
    let of_rows = spoken.into_iter().map(|(at, known, name, point, carrier, unit)| {
        let known = known.and_then(|i| listed.get_mut(i)).and_then(Option::take);
        let at = known.as_ref().map_or(at, |(place, _)| at.described_at(*place));
        let meter = known.map(|(_, meter)| meter);
        let mut meter = meter.unwrap_or_else(|| Meter::new(name, point, MeterKind::Interval, unit));
        // The row is energy already: dial, multiplier and exchanges have been dealt with.
        (meter.kind, meter.unit, meter.carrier, meter.multiplier) = (MeterKind::Interval, unit, carrier, 1.0);
        meter.events.clear();
        (at, meter)
    });
    let mut meters: Vec<(Spot, Meter)> = of_rows.collect();
    meters.extend(listed.into_iter().zip(heard).filter(|(_, heard)| !heard).filter_map(|(listed, _)| listed));
    (meters, stated)
}

fn claims(fields: &Fields<'_>) -> Claims {
    let Some(declared) = fields.object("declared") else { return Claims::default() };
    let category = declared.count("category").and_then(|number| {
        let found = u8::try_from(number).ok().and_then(|number| Category::try_from(number).ok());
        if found.is_none() {
            declared.push(
                Finding::new(Code::JsonUnknownValue)
                    .place(declared.place_of("category"))
                    .found(number)
                    .expected(("1、2 或 3", "1, 2 or 3")),
            );
        }
        found
    });
    let claims = Claims {
        pue: declared.number("pue"),
        category,
        standard_racks: declared
            .ratio("standard_racks")
            .and_then(|number| read::standard_racks(&declared, "standard_racks", number)),
        occupancy: declared.number("occupancy"),
        grade: declared.choice("grade"),
    };
    declared.finish();
    claims
}

fn extra(fields: &Fields<'_>) -> Extra {
    let kwh = |fields: &Fields<'_>, key: &'static str| ExactEnergy::from_kwh(figure_at(fields, key)?).ok();
    let mut extra = Extra { water_m3: figure_at(fields, "water_m3"), ..Extra::default() };
    extra.heat_reused = kwh(fields, "heat_reused_kwh");
    extra.co2_kg = figure_at(fields, "co2_kg");
    if let Some(renewable) = fields.object("renewable_kwh") {
        let parts = ["certificates", "ppa", "on_site"].map(|key| {
            let part = kwh(&renewable, key);
            if part.is_none() {
                renewable.missing(key, ("电量，没有则写 0", "energy; 0 if there is none"));
            }
            part
        });
        extra.on_site = parts.into_iter().last().flatten();
        extra.renewable = parts.into_iter().sum::<Option<ExactEnergy>>();
        renewable.finish();
    }
    extra
}

//! What a report lacks, and what in it contradicts itself or cannot be.

use super::{Contact, EuReport};
use crate::{finding::Text, period::Period};
use jiff::{civil::Date, tz::TimeZone};
use serde::Serialize;

/// The installed IT power from which a data centre has to report, kW. Source: article 1.
const DUTY_FROM_KW: f64 = 500.0;
/// The sum of four numbers that are each rounded to a kWh may be off by so much.
const ROUNDING_KWH: f64 = 2.0;
/// Larger than any figure of a data centre, and small enough to be printed.
const MOST: f64 = 1e15;
/// Absolute zero, °C.
const COLDEST_C: f64 = -273.15;
/// A part may be over the energy at full power by so much: what meters may be off (`proxy`, as that of submissions).
const ABOVE_FULL_POWER: f64 = 1.02;

/// Something about one field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FieldFault {
    /// The field.
    pub field: &'static str,
    /// What kind of thing.
    pub kind: FieldFaultKind,
    /// What was expected and found.
    pub message: Text,
}

/// What can be said of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FieldFaultKind {
    /// It is no such value.
    Impossible,
    /// It contradicts another one.
    Contradiction,
    /// It is not stated, and the regulation asks for it.
    Missing,
    /// It says that this data centre has no duty to report.
    NoDuty,
}

/// A number of the report: its name there, its value, whether it may be below zero.
type Number = (&'static str, fn(&EuReport) -> Option<f64>, bool);

const NUMBERS: [Number; 25] = [
    ("pd_it_kw", |report| report.pd_it_kw, false),
    ("s_dc_m2", |report| report.s_dc_m2, false),
    ("s_cr_m2", |report| report.s_cr_m2, false),
    ("e_dc_kwh", |report| report.e_dc_kwh, false),
    ("e_dc_bg_kwh", |report| report.e_dc_bg_kwh, false),
    ("e_it_kwh", |report| report.e_it_kwh, false),
    ("c_btg_kw", |report| report.c_btg_kw, false),
    ("w_in_m3", |report| report.w_in_m3, false),
    ("w_in_pot_m3", |report| report.w_in_pot_m3, false),
    ("e_reuse_kwh", |report| report.e_reuse_kwh, false),
    ("t_wh_c", |report| report.t_wh_c, true),
    ("t_in_c", |report| report.t_in_c, true),
    ("cdd", |report| report.cdd, false),
    ("e_res_tot_kwh", |report| report.e_res_tot_kwh, false),
    ("e_res_goo_kwh", |report| report.e_res_goo_kwh, false),
    ("e_res_ppa_kwh", |report| report.e_res_ppa_kwh, false),
    ("e_res_os_kwh", |report| report.e_res_os_kwh, false),
    ("c_serv", |report| report.c_serv, false),
    ("c_serv_area_percent", |report| report.c_serv_area_percent, false),
    ("c_stor_pb", |report| report.c_stor_pb, false),
    ("c_stor_area_percent", |report| report.c_stor_area_percent, false),
    ("b_in_gb_s", |report| report.b_in_gb_s, false),
    ("b_out_gb_s", |report| report.b_out_gb_s, false),
    ("traffic_in_eb", |report| report.traffic_in_eb, false),
    ("traffic_out_eb", |report| report.traffic_out_eb, false),
];

/// A field that is no number: its name, and whether it is stated.
type Stated = (&'static str, fn(&EuReport) -> bool);

fn is_said(text: &Option<String>) -> bool {
    text.as_ref().is_some_and(|text| !text.trim().is_empty())
}

fn is_reachable(contact: &Option<Contact>) -> bool {
    contact.as_ref().is_some_and(|contact| is_said(&contact.name) && is_said(&contact.contact))
}

const STATED: [Stated; 19] = [
    ("name", |report| is_said(&report.name)),
    ("owner", |report| is_reachable(&report.owner)),
    ("operator", |report| is_reachable(&report.operator)),
    ("lau_code", |report| is_said(&report.lau_code)),
    ("kind", |report| report.kind.is_some()),
    ("structure", |report| report.structure.is_some()),
    ("also_offers_other", |report| {
        report.also_offers_other.is_some() || report.kind == Some(super::EuKind::Enterprise)
    }),
    ("entry_into_operation", |report| report.entry_into_operation.is_some()),
    ("redundancy.high_voltage", |report| is_said(&report.redundancy.high_voltage)),
    ("redundancy.low_voltage", |report| is_said(&report.redundancy.low_voltage)),
    ("redundancy.rack", |report| is_said(&report.redundancy.rack)),
    ("redundancy.cooling_room", |report| is_said(&report.redundancy.cooling_room)),
    ("redundancy.cooling_rack", |report| is_said(&report.redundancy.cooling_rack)),
    ("year", |report| report.year.is_some()),
    ("pd_it_basis", |report| report.pd_it_basis.is_some()),
    ("e_it_point", |report| report.e_it_point.is_some()),
    ("grid_functions", |report| report.grid_functions.is_some()),
    ("wue_category", |report| report.wue_category.is_some()),
    ("refrigerants", |report| report.refrigerants.is_some()),
];

/// A part and its whole, by the names of their fields.
const PARTS: [(&str, &str); 6] = [
    ("e_it_kwh", "e_dc_kwh"),
    ("e_dc_bg_kwh", "e_dc_kwh"),
    ("e_reuse_kwh", "e_dc_kwh"),
    ("e_res_tot_kwh", "e_dc_kwh"),
    ("s_cr_m2", "s_dc_m2"),
    ("w_in_pot_m3", "w_in_m3"),
];

impl EuReport {
    /// Everything that is wrong with it, field by field: what cannot be, what contradicts another field, what is missing. A report
    /// without any can be sent.
    pub fn check(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        let mut say = |field, kind, message| faults.push(FieldFault { field, kind, message });
        for (field, value, may_be_negative) in NUMBERS {
            match value(self) {
                None => say(field, FieldFaultKind::Missing, missing()),
                Some(value) if !value.is_finite() || (value < 0.0 && !may_be_negative) || value > MOST => {
                    let found = format!("{value:e}");
                    say(
                        field,
                        FieldFaultKind::Impossible,
                        expected(" 0 至 10¹⁵ 的数", "a number from 0 to 10¹⁵", &found),
                    );
                }
                Some(value) if value < COLDEST_C => {
                    say(field, FieldFaultKind::Impossible, expected("绝对零度以上", "above absolute zero", &value));
                }
                Some(_) => {}
            }
        }
        for (field, is_stated) in STATED {
            if !is_stated(self) {
                say(field, FieldFaultKind::Missing, missing());
            }
        }
        let number =
            |name: &str| NUMBERS.iter().find(|(field, ..)| *field == name).and_then(|(_, value, _)| value(self));
        for (part, whole) in PARTS {
            if let Some((some, all)) = number(part).zip(number(whole)).filter(|(some, all)| some > all) {
                let (zh, en) = (format!("不大于 {whole}（{all}）"), format!("at most {whole} ({all})"));
                say(part, FieldFaultKind::Contradiction, expected(&zh, &en, &some));
            }
        }
        for field in ["c_serv_area_percent", "c_stor_area_percent"] {
            if let Some(percent) = number(field).filter(|percent| *percent > 100.0) {
                say(field, FieldFaultKind::Impossible, expected("不大于 100", "at most 100", &percent));
            }
        }
        for field in ["e_it_kwh", "pd_it_kw", "e_dc_kwh"] {
            if number(field) == Some(0.0) {
                say(field, FieldFaultKind::Impossible, expected("大于 0", "above 0", &0));
            }
        }
        let parts = [self.e_res_goo_kwh, self.e_res_ppa_kwh, self.e_res_os_kwh];
        if let [Some(goo), Some(ppa), Some(os)] = parts {
            let sum = goo + ppa + os;
            if let Some(total) = self.e_res_tot_kwh.filter(|total| (total - sum).abs() > ROUNDING_KWH) {
                let (zh, en) = (format!("三项之和 {sum}"), format!("the sum of its three parts, {sum}"));
                say("e_res_tot_kwh", FieldFaultKind::Contradiction, expected(&zh, &en, &total));
            }
        }
        if let Some(category) = self.wue_category.filter(|category| !(1..=2).contains(category)) {
            say("wue_category", FieldFaultKind::Impossible, expected(" 1 或 2", "1 or 2", &category));
        }
        if self.grid_functions == Some(false) && self.c_btg_kw.is_some_and(|kw| kw > 0.0) {
            let (zh, en) = ("未提供电网功能时为 0", "0, since no grid functions are provided");
            say("c_btg_kw", FieldFaultKind::Contradiction, expected(zh, en, &self.c_btg_kw.unwrap_or_default()));
        }
        if let Some(kw) = self.pd_it_kw.filter(|kw| (0.0..DUTY_FROM_KW).contains(kw)) {
            say(
                "pd_it_kw",
                FieldFaultKind::NoDuty,
                Text::new(
                    format!("{kw} kW 低于 500 kW，无填报义务"),
                    format!("{kw} kW is below 500 kW: there is no duty to report"),
                ),
            );
        }
        self.check_time(&mut say);
        if let Some(hours) = self.hours() {
            let most = self.pd_it_kw.map(|kw| kw * hours * ABOVE_FULL_POWER);
            if let Some((it, most)) = self.e_it_kwh.zip(most).filter(|(it, most)| it > most) {
                let (zh, en) =
                    ("不大于 PD_IT 在该期间满载的电量", "at most what PD_IT uses at full power over the time");
                let of = |en: &str| format!("{en} ({most:.0} kWh)");
                say("e_it_kwh", FieldFaultKind::Contradiction, expected(&of(zh), &of(en), &it));
            }
        }
        faults.sort_by_key(|fault| fault.kind);
        faults
    }

    fn check_time(&self, say: &mut impl FnMut(&'static str, FieldFaultKind, Text)) {
        let entered = self.entry_into_operation.as_ref().map(|text| (text, month(text)));
        if let Some((text, None)) = entered {
            let shown: String = text.chars().take(20).collect();
            say(
                "entry_into_operation",
                FieldFaultKind::Impossible,
                expected("年月，如 2023-11", "year and month, such as 2023-11", &shown),
            );
        }
        let Some(year) = self.year else { return };
        if Period::year(year, TimeZone::UTC).is_err() {
            say("year", FieldFaultKind::Impossible, expected("公历年份", "a year of the calendar", &year));
            return;
        }
        if let Some(operated) = self.operated {
            let last = operated.end.yesterday().ok();
            let is_within = operated.start < operated.end
                && operated.start.year() == year
                && last.is_some_and(|last| last.year() == year);
            if !is_within {
                let (zh, en) = (format!("{year} 年内的起止日"), format!("a start and a later end within {year}"));
                let found = format!("{} / {}", operated.start, operated.end);
                say("operated", FieldFaultKind::Contradiction, expected(&zh, &en, &found));
            }
        }
        if let Some((_, Some(month))) = entered {
            if month.year() > year {
                let (zh, en) = (format!("不晚于 {year} 年"), format!("{year} or before"));
                say("entry_into_operation", FieldFaultKind::Contradiction, expected(&zh, &en, &month));
            } else if month.year() == year && month.month() > 1 && self.operated.is_none() {
                say("operated", FieldFaultKind::Missing, missing());
            }
        }
    }

    /// The hours of the time that is reported.
    fn hours(&self) -> Option<f64> {
        let period = match self.operated {
            Some(operated) => Period::dates(operated.start, operated.end, TimeZone::UTC),
            None => Period::year(self.year?, TimeZone::UTC),
        };
        period.ok().map(|period| (period.end() - period.start()) as f64 / 3_600_000.0)
    }
}

/// The first day of a month, `2023-11`.
fn month(text: &str) -> Option<Date> {
    let (year, month) = text.split_once('-')?;
    let is_plain = year.len() == 4 && month.len() == 2;
    Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok().filter(|_| is_plain)
}

fn missing() -> Text {
    Text::new("未填", "not stated")
}

fn expected(zh: &str, en: &str, found: &impl std::fmt::Display) -> Text {
    Text::new(format!("应为{zh}，现为 {found}"), format!("expected {en}, found {found}"))
}

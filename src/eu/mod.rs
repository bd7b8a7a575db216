//! The report of a data centre to the European database (欧盟数据中心数据库填报): the fields of Delegated Regulation (EU) 2024/1364,
//! their check, and the four sustainability indicators.
//!
//! The regulation obliges to report, from 500 kW of installed IT power on; it sets no limit. A field that is not known is `null` or
//! left out, and [`EuReport::check`] names it; nothing stands in for it.
//!
//! ```
//! use pue::eu::{EuReport, FieldFaultKind};
//! let report: EuReport = serde_json::from_str(r#"{"year": 2024, "pd_it_kw": 7600, "e_dc_kwh": 58081920, "e_it_kwh": 46540000,
//!     "w_in_m3": 81000, "w_in_pot_m3": 90000}"#)?;
//! let indicators = report.indicators();
//! assert_eq!(indicators.pue.ok_or("no PUE")??.to_string(), "1.248");
//! assert_eq!(indicators.wue.ok_or("no WUE")??.to_string(), "1.740 l/kWh");
//! assert!(indicators.erf.is_none());
//! let faults = report.check();
//! let of = |kind| faults.iter().filter(|fault| fault.kind == kind).map(|fault| fault.field).collect::<Vec<_>>();
//! assert_eq!(of(FieldFaultKind::Contradiction), ["w_in_pot_m3"]);
//! assert!(of(FieldFaultKind::Missing).contains(&"e_reuse_kwh"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Source: Delegated Regulation (EU) 2024/1364, annexes I to IV.

mod check;
mod indicators;
#[cfg(feature = "json")]
mod read;

pub use check::{FieldFault, FieldFaultKind};
pub use indicators::{EuIndicators, EuSize};
#[cfg(feature = "json")]
pub use read::EuUnreadable;

use crate::{
    assessment::{Assessment, Extra, ReportedPue},
    facility::Facility,
    finding::Finding,
    kpi::{Category, Method},
    metering::MeasurementPoint,
    quantity::ExactEnergy,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The schema of such a report on the wire.
pub const EU_REPORT_SCHEMA: &str = "pue/eu-report/1";

/// What a data centre reports for one calendar year. Symbols are those of the regulation, with their unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(extend("patternProperties" = {"^x_": true})))]
pub struct EuReport {
    /// [`EU_REPORT_SCHEMA`].
    pub schema: Option<String>,
    /// Name of the data centre (annex I, 1 a).
    pub name: Option<String>,
    /// Name and contact of its owner (1 b).
    pub owner: Option<Contact>,
    /// Name and contact of its operator (1 b).
    pub operator: Option<Contact>,
    /// Local administrative unit of its place, by Eurostat's latest table (1 c).
    pub lau_code: Option<String>,
    /// Its type, by its main operation (1 d).
    pub kind: Option<EuKind>,
    /// Whether it is one structure or a group of them (1 d).
    pub structure: Option<EuStructure>,
    /// Whether a colocation data centre offers co-hosting too, or the other way round (1 d).
    pub also_offers_other: Option<bool>,
    /// Year and month of entry into operation, `2023-11` (1 e).
    pub entry_into_operation: Option<String>,
    /// Redundancy, compared to the baseline N: `N+1`, `2N` … (2 a, b).
    pub redundancy: Redundancy,
    /// The calendar year that is reported (article 3).
    pub year: Option<i16>,
    /// The days of it in which the data centre operated, if it was not the whole year (article 3).
    pub operated: Option<Operated>,
    /// PD_IT: installed IT power demand, kW; a weighted average where it changed (annex II, 1 a).
    pub pd_it_kw: Option<f64>,
    /// Whether that is the installed demand, or the rated IT load in its place.
    pub pd_it_basis: Option<PowerBasis>,
    /// S_DC: total floor area, m² (1 b).
    pub s_dc_m2: Option<f64>,
    /// S_CR: computer room floor area, m² (1 c).
    pub s_cr_m2: Option<f64>,
    /// E_DC: total energy consumption with fuels and other carriers, kWh (1 d).
    pub e_dc_kwh: Option<f64>,
    /// E_DC-BG: the part of it from back-up generators, kWh (1 d).
    pub e_dc_bg_kwh: Option<f64>,
    /// E_IT: energy consumption of the IT equipment, kWh (1 e).
    pub e_it_kwh: Option<f64>,
    /// Where that is measured.
    pub e_it_point: Option<ItPoint>,
    /// Electrical grid functions: whether any are provided (1 f).
    pub grid_functions: Option<bool>,
    /// C_BtG: average battery capacity offered to the grid, kW (1 g).
    pub c_btg_kw: Option<f64>,
    /// W_IN: total water input, m³ (1 h).
    pub w_in_m3: Option<f64>,
    /// The WUE category of W_IN: 2, or 1 where that is not possible.
    pub wue_category: Option<u8>,
    /// W_IN-POT: total potable water input, m³ (1 i).
    pub w_in_pot_m3: Option<f64>,
    /// E_REUSE: waste heat reused outside, kWh (1 j).
    pub e_reuse_kwh: Option<f64>,
    /// T_WH: average waste heat temperature, °C (1 k).
    pub t_wh_c: Option<f64>,
    /// T_IN: average setpoint of the intake air of the IT equipment, °C (1 l).
    pub t_in_c: Option<f64>,
    /// Types of refrigerants (1 m); an empty list: none are used.
    pub refrigerants: Option<Vec<String>>,
    /// CDD: cooling degree days with a base of 21 °C, by the method of Eurostat (1 n).
    pub cdd: Option<f64>,
    /// E_RES-TOT: total renewable energy consumption, kWh, the sum of the next three (1 o).
    pub e_res_tot_kwh: Option<f64>,
    /// E_RES-GOO: from guarantees of origin that were bought and retired, kWh (1 p).
    pub e_res_goo_kwh: Option<f64>,
    /// E_RES-PPA: from power purchasing agreements whose guarantees are owned and retired, kWh (1 q).
    pub e_res_ppa_kwh: Option<f64>,
    /// E_RES-OS: from renewables on the site whose guarantees are owned and retired, kWh (1 r).
    pub e_res_os_kwh: Option<f64>,
    /// C_SERV: capacity of servers, sum of their SERT active state performance (2 a).
    pub c_serv: Option<f64>,
    /// Per cent of the computer room floor area that C_SERV covers.
    pub c_serv_area_percent: Option<f64>,
    /// C_STOR: raw capacity of storage, PB (2 b).
    pub c_stor_pb: Option<f64>,
    /// Per cent of the computer room floor area that C_STOR covers.
    pub c_stor_area_percent: Option<f64>,
    /// B_IN: bandwidth for incoming traffic, GB/s (3 a).
    pub b_in_gb_s: Option<f64>,
    /// B_OUT: bandwidth for outgoing traffic, GB/s (3 b).
    pub b_out_gb_s: Option<f64>,
    /// T_IN of annex II, 3 c: incoming data traffic, EB.
    pub traffic_in_eb: Option<f64>,
    /// T_OUT of annex II, 3 d: outgoing data traffic, EB.
    pub traffic_out_eb: Option<f64>,
}

/// Somebody with a way to reach them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Contact {
    /// The name.
    pub name: Option<String>,
    /// The contact details.
    pub contact: Option<String>,
}

/// Redundancy levels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Redundancy {
    /// Electrical infrastructure at high voltage.
    pub high_voltage: Option<String>,
    /// Electrical infrastructure at low voltage (line-up).
    pub low_voltage: Option<String>,
    /// Electrical infrastructure at the rack.
    pub rack: Option<String>,
    /// Cooling at the room.
    pub cooling_room: Option<String>,
    /// Cooling at the rack.
    pub cooling_rack: Option<String>,
}

/// A part of a year: from the first day, to the day after the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Operated {
    /// The first day.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub start: Date,
    /// The day after the last.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub end: Date,
}

/// Type of a data centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum EuKind {
    /// Enterprise data centre.
    Enterprise,
    /// Colocation data centre.
    Colocation,
    /// Co-hosting data centre.
    CoHosting,
}

/// Whether one building or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum EuStructure {
    /// A structure.
    Structure,
    /// A group of structures.
    GroupOfStructures,
}

/// What PD_IT is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PowerBasis {
    /// The sum of the nominal demands of the equipment that is installed.
    Installed,
    /// The rated IT load that the infrastructure can carry.
    Rated,
}

/// Where E_IT is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ItPoint {
    /// At every UPS: category 1.
    Ups,
    /// At the power distribution units, where there is no UPS: category 2.
    Pdu,
    /// At another point, where there is no UPS.
    Other,
}

impl EuReport {
    /// What an assessment, its facility and what is stated besides tell of a report; all else is left to be filled in. Energies come of an annual PUE over all
    /// carriers for a year of the calendar alone of which nothing is missing.
    pub fn of(assessment: &Assessment, facility: &Facility, extra: &Extra) -> EuReport {
        let mut report = EuReport {
            schema: Some(EU_REPORT_SCHEMA.to_owned()),
            name: facility.name.as_ref().map(|name| name.en.to_string()).or_else(|| Some(facility.id.clone())),
            operator: facility.operator.clone().map(|name| Contact { name: Some(name), contact: None }),
            entry_into_operation: facility
                .lifecycle
                .as_ref()
                .and_then(|lifecycle| lifecycle.in_service_on)
                .map(|day| format!("{:04}-{:02}", day.year(), day.month())),
            pd_it_kw: facility.rated_it.map(|power| power.kw()),
            pd_it_basis: facility.rated_it.map(|_| PowerBasis::Rated),
            ..EuReport::default()
        };
        let year = assessment.period.as_ref().map(|period| (period.first_day(), period.last_day()));
        let Some((first, _)) = year.filter(|(first, last)| {
            (first.month(), first.day(), last.month(), last.day()) == (1, 1, 12, 31) && first.year() == last.year()
        }) else {
            return report;
        };
        report.year = Some(first.year());
        // Where energy is missing, the sums are those of the common time alone, and no totals of the year.
        let is_whole = assessment.coverage.is_some_and(|coverage| coverage.result() == 1.0);
        let is_sound = !assessment.findings.iter().any(Finding::is_error);
        let is_ours = |pue: &&ReportedPue| is_whole && is_sound && pue.is_annual() && pue.method == Method::default();
        let annual = assessment.pue.as_ref().filter(is_ours);
        if let Some(pue) = annual {
            report.e_dc_kwh = Some(pue.value.total().kwh());
            // Where there is a UPS, its output is what counts, whichever category somebody names.
            let has_ups = assessment
                .meters
                .iter()
                .any(|meter| matches!(meter.point, MeasurementPoint::UpsInput | MeasurementPoint::UpsOutput));
            report.e_it_point = pue.category.and_then(|category| match category {
                Category::Basic => Some(ItPoint::Ups),
                _ if has_ups => None,
                Category::Intermediate => Some(ItPoint::Pdu),
                Category::Advanced => Some(ItPoint::Other),
            });
            report.e_it_kwh = report.e_it_point.map(|_| pue.value.it().kwh());
        }
        let at = |point: MeasurementPoint| {
            let mut known = assessment.meters.iter().filter(|meter| meter.point == point).map(|meter| meter.known);
            let first = known.next()?;
            known.fold(first, |sum, one| Some(sum? + one?)).map(ExactEnergy::kwh)
        };
        report.e_dc_bg_kwh = at(MeasurementPoint::GeneratorOutput);
        report.e_reuse_kwh = extra.heat_reused.map(ExactEnergy::kwh).or_else(|| at(MeasurementPoint::HeatReused));
        report.w_in_m3 = extra.water_m3;
        report
    }
}

//! The assessment (评估): one site, one period, everything that the library has to say about it.

mod checks;
mod output;

pub use output::{Assessment, Comparison, Declared, Figure, Kpis, MeterLine, PeriodOut, PueOut, Record, SCHEMA};

use crate::{
    facility::Scale,
    finding::Finding,
    kpi::{Boundary, Category, MeasuredPue, energy_reuse_factor, it_load_use_rate, renewable_factor, water_usage},
    ledger::{Ledger, LedgerError},
    metering::Readings,
    period::{Period, TZDB, rfc3339},
    quantity::{ExactEnergy, Ratio},
    retrofit::Screen,
    rule::{Case, Pack, packs},
    site::Site,
};

/// How an assessment is made. The default asks nothing special.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The PUE category that the operator names.
    pub category: Option<Category>,
    /// Packs beyond those that apply by default.
    pub packs: Vec<Pack>,
    /// The retrofit screen.
    pub screen: Screen,
    /// What was measured besides energy.
    pub extra: Extra,
}

impl Options {
    /// Names the PUE category.
    pub fn category(mut self, category: Option<Category>) -> Self {
        self.category = category;
        self
    }

    /// Adds a pack.
    pub fn pack(mut self, pack: Pack) -> Self {
        self.packs.push(pack);
        self
    }
}

/// Totals of the period that no meter of the site gives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Extra {
    /// Water used, m³.
    pub water_m3: Option<f64>,
    /// Heat reused outside.
    pub heat_reused: Option<ExactEnergy>,
    /// Renewable energy used and owned.
    pub renewable: Option<ExactEnergy>,
}

impl Assessment {
    /// Assesses a site over a period from its readings.
    ///
    /// # Errors
    /// [`LedgerError::TooLong`].
    pub fn new(site: &Site, readings: &Readings, period: Period) -> Result<Assessment, LedgerError> {
        Ok(Assessment::of(&Ledger::build(site, readings, period)?, &Options::default()))
    }

    /// Assesses the whole period of a ledger.
    pub fn of(ledger: &Ledger<'_>, options: &Options) -> Assessment {
        Assessment::of_part(ledger, ledger.period(), options)
    }

    /// Assesses a part of the period of a ledger, such as one of its years.
    pub fn of_part(ledger: &Ledger<'_>, part: &Period, options: &Options) -> Assessment {
        let site = ledger.site();
        let boundary = Boundary::new(site, options.category);
        let measured = ledger.pue(&boundary, part);
        let on = part.last_day();
        let mut findings: Vec<Finding> = site.findings().to_vec();
        findings.extend(ledger.findings());
        findings.extend(measured.findings.iter().cloned());
        findings.extend(checks::all(site, &measured, part));
        let findings = Finding::gather(findings);
        let trusted = !findings.iter().any(Finding::is_error);
        let applied = applied(site, on, &options.packs);
        let case = Case::new(site, on, &measured, &boundary, &findings);
        let verdicts = applied.iter().flat_map(|pack| pack.judge_case(&case)).collect();
        Assessment {
            schema: SCHEMA,
            library: env!("CARGO_PKG_VERSION"),
            facility: Some(site.facility().id.clone()).filter(|id| !id.is_empty()),
            period: Some(PeriodOut {
                start: rfc3339(part.start(), part.zone()),
                end: rfc3339(part.end(), part.zone()),
            }),
            pue: measured.pue.map(|pue| PueOut::new(pue, &measured)),
            coverage: Some(measured.coverage),
            overhead: measured.overhead,
            monthly: ledger.monthly(&boundary, part),
            meters: MeterLine::all(ledger, part),
            kpis: kpis(site, &measured, part, &options.extra),
            findings,
            verdicts,
            comparisons: Vec::new(),
            retrofit: Some(options.screen.look_at(site.facility(), &measured, trusted, on)),
            declared: None,
            record: Record::new(&applied, options, TZDB),
        }
    }

    /// What can be said of something that could not be read: its findings.
    pub fn unreadable(findings: Vec<Finding>) -> Assessment {
        Assessment {
            schema: SCHEMA,
            library: env!("CARGO_PKG_VERSION"),
            facility: None,
            period: None,
            pue: None,
            coverage: None,
            overhead: None,
            monthly: Vec::new(),
            meters: Vec::new(),
            kpis: Kpis::default(),
            findings: Finding::gather(findings),
            verdicts: Vec::new(),
            comparisons: Vec::new(),
            retrofit: None,
            declared: None,
            record: Record::new(&[], &Options::default(), TZDB),
        }
    }
}

/// The packs that apply by default and the ones asked for, each once.
fn applied(site: &Site, on: jiff::civil::Date, extra: &[Pack]) -> Vec<Pack> {
    let mut packs: Vec<Pack> = packs::applying(site.facility().region.as_ref(), on);
    packs.retain(|pack| !extra.iter().any(|asked| asked.name() == pack.name()));
    packs.extend(extra.iter().cloned());
    packs
}

fn kpis(site: &Site, measured: &MeasuredPue, part: &Period, extra: &Extra) -> Kpis {
    let facility = site.facility();
    let racks = facility.standard_racks();
    let occupancy = facility.racks.as_ref().and_then(|racks| racks.occupancy());
    let float = |ratio: Option<Ratio>| ratio.map(Ratio::to_f64);
    // Totals of the whole period stand beside energies of the whole period only.
    let whole = measured.pue.filter(|_| measured.coverage.common == 1.0);
    Kpis {
        wue_l_per_kwh: whole.zip(extra.water_m3).and_then(|(pue, water)| water_usage(water, pue.it())),
        erf: float(whole.zip(extra.heat_reused).and_then(|(pue, heat)| energy_reuse_factor(heat, pue.total()))),
        r#ref: float(whole.zip(extra.renewable).and_then(|(pue, green)| renewable_factor(green, pue.total()))),
        dcie: float(measured.pue.and_then(|pue| pue.it().ratio_to(pue.total()))),
        it_load_use_rate: float(
            whole
                .zip(facility.rated_it)
                .and_then(|(pue, rated)| it_load_use_rate(pue.it(), rated, part.milliseconds())),
        ),
        occupancy: float(occupancy.map(|occupancy| occupancy.share)),
        occupancy_basis: occupancy.map(|_| "count"),
        standard_racks: racks,
        scale: racks.map(|racks| Scale::national(racks).as_str()),
    }
}

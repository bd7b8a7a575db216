//! The assessment (评估): one site, one period, everything that the library has to say about it.

mod answer;
mod certificates;
mod checks;
mod record;
mod reliance;
mod scope_facts;
mod settings;
mod what_if;

pub use answer::{Assessment, Claim, Declared, Figure, Kpis, MeterEnergy, ReportedPue};
pub use record::{Changed, RECORD_SCHEMA, Record, VerdictRecord};
pub use reliance::Reliance;
pub use settings::BadSetting;
pub use what_if::{Change, Difference, WhatIf};

use crate::{
    facility::{Certificate, Facility},
    finding::{Code, Finding, Text},
    kpi::UNUSABLE,
    kpi::{
        AnyPue, Boundary, Category, Co2, Cue, Dcie, During, Ere, Erf, ItLoadUseRate, MeasuredPue, Method, Monthly,
        OccupancyByCount, Ref, Water, WholeYearRatio, Wue,
    },
    ledger::{Ledger, LedgerError},
    metering::{MeasurementPoint, Meter, Readings},
    period::{Period, TZDB},
    place::Place,
    quantity::{EmissionFactor, ExactEnergy, Ratio, Tariff},
    retrofit::Screen,
    rule::{Case, Decision, Figures, Pack, Verdict, packs},
    site::Site,
};
use jiff::civil::Date;
use std::{borrow::Cow, collections::BTreeMap};

/// How an assessment is made. The default asks nothing special.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The PUE category that the operator names.
    pub category: Option<Category>,
    /// How carriers other than electricity are counted.
    pub method: Method,
    /// Whether the total is built from its parts instead of measured at the supplies.
    pub total_from_parts: bool,
    /// How a limit is applied to a PUE that is not quite sure.
    pub decision: Decision,
    /// Packs beyond those that apply by default.
    pub packs: Vec<Pack>,
    /// Whether no pack is applied but those.
    pub only_asked: bool,
    /// The retrofit screen.
    pub screen: Screen,
    /// What was measured besides energy.
    pub extra: Extra,
    /// What a kilowatt-hour costs: for the money that reaching the target would save. None is assumed.
    pub tariff: Option<Tariff>,
    /// The CO₂e of a kilowatt-hour: for the emissions that it would save. None is assumed.
    pub co2: Option<EmissionFactor>,
    /// What was set otherwise, by name.
    settings: BTreeMap<String, String>,
}

impl Options {
    /// Names the PUE category.
    pub fn category(mut self, category: Option<Category>) -> Self {
        self.category = category;
        self
    }

    /// Names the method of the reported PUE.
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Builds the total from its parts, where the supplies have no meters: see
    /// [`Boundary::total_from_parts`](crate::kpi::Boundary::total_from_parts).
    pub fn total_from_parts(mut self, is_built: bool) -> Self {
        self.total_from_parts = is_built;
        self
    }

    /// The sums of a site by these options and a method.
    fn boundary(&self, method: Method, site: &Site) -> Boundary {
        let boundary = Boundary::by(method, site, self.category);
        if self.total_from_parts { boundary.total_from_parts(site) } else { boundary }
    }

    /// Names the decision rule (判定规则) for limits of the PUE.
    ///
    /// ```
    /// # let json = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json"));
    /// use pue::{Outcome, Submission, assessment::Options, rule::Decision};
    /// let submission = Submission::from_json(json)?;
    /// // Its meters state no class, so nobody knows whether the limit is kept by the uncertainty.
    /// let audit = submission.audit_by(&Options::default().decision(Decision::Guarded));
    /// assert_eq!(audit.verdicts[0].outcome, Outcome::Undetermined);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decision(mut self, decision: Decision) -> Self {
        self.decision = decision;
        self
    }

    /// Adds a pack.
    pub fn pack(mut self, pack: Pack) -> Self {
        self.packs.push(pack);
        self
    }

    /// Applies no pack but those that were added: none by default.
    ///
    /// ```
    /// # let json = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json"));
    /// # let own = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/packs/own.json"));
    /// use pue::{Pack, Submission, assessment::Options};
    /// let options = Options::default().pack(Pack::from_json(own)?).without_default_packs();
    /// let audit = Submission::from_json(json)?.audit_by(&options);
    /// assert!(audit.verdicts.iter().all(|verdict| verdict.pack == options.packs[0].id));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn without_default_packs(mut self) -> Self {
        self.only_asked = true;
        self
    }

    /// States what a kilowatt-hour costs.
    pub fn tariff(mut self, tariff: Option<Tariff>) -> Self {
        self.tariff = tariff;
        self
    }

    /// States the CO₂e of a kilowatt-hour.
    pub fn co2(mut self, factor: Option<EmissionFactor>) -> Self {
        self.co2 = factor;
        self
    }
}

/// Totals of the period besides energy; where one is not given, the site's own meters at `water` and `heat_reused` are
/// asked, if all of the period is known to them.
///
/// ```
/// use pue::{assessment::Options, quantity::ExactEnergy};
/// let mut options = Options::default();
/// options.extra.heat_reused = Some(ExactEnergy::from_kwh(250_000.0)?);
/// options.extra.water_m3 = Some(12_000.0);
/// # Ok::<(), pue::quantity::QuantityError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Extra {
    /// Water used, m³.
    pub water_m3: Option<f64>,
    /// Emissions of its energy, kg CO₂e.
    pub co2_kg: Option<f64>,
    /// Heat reused outside.
    pub heat_reused: Option<ExactEnergy>,
    /// Renewable energy used and owned.
    pub renewable: Option<ExactEnergy>,
    /// The part of it that was made on the site.
    pub on_site: Option<ExactEnergy>,
}

impl Extra {
    fn or_metered(self, ledger: &Ledger<'_>, part: &Period) -> Extra {
        let sum = |point: MeasurementPoint| {
            let meters = ledger.site().meters().iter().enumerate();
            let mut at_point = meters.filter(|(_, meter)| meter.point == point && meter.check_of.is_none()).peekable();
            at_point.peek()?;
            at_point.try_fold(0_i128, |sum, (i, meter)| {
                let book = ledger.book(i).filter(|book| book.coverage(part) == 1.0)?;
                sum.checked_add(book.scaled(&ledger.steps(part), meter.share.unwrap_or(Ratio::ONE)))
            })
        };
        Extra {
            // 10⁹ µl are a cubic metre.
            water_m3: self.water_m3.or_else(|| Some(sum(MeasurementPoint::Water)? as f64 / 1e9)),
            heat_reused: self
                .heat_reused
                .or_else(|| sum(MeasurementPoint::HeatReused).map(ExactEnergy::from_microjoules)),
            co2_kg: self.co2_kg,
            renewable: self.renewable,
            on_site: self.on_site,
        }
    }
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
        let on = part.last_day();
        let mut ground = Ground::new(ledger, part, options);
        let monthly = std::mem::take(&mut ground.monthly);
        let (measured, boundary, extra) = (&ground.measured, &ground.boundary, ground.extra);
        let (packs, forged) = applied(site.facility(), on, &options.packs, options.only_asked);
        let applied = options.set(packs.clone());
        let findings = Finding::gather(ground.findings.iter().cloned().chain(forged));
        let case = ground.case(on).distrusted_by(&findings);
        let mut verdicts = Vec::with_capacity(applied.iter().map(|pack| pack.requirements.len()).sum());
        applied.iter().for_each(|pack| verdicts.extend(pack.verdicts(&case)));
        if !options.packs.is_empty() {
            name_borrowed(&mut verdicts);
        }
        let (reliance, relied) = reliance::weigh(&ground, (&applied, on, &findings), &mut verdicts);
        let findings = if relied.is_empty() { findings } else { Finding::gather(findings.into_iter().chain(relied)) };
        let comparisons = applied.iter().flat_map(|pack| pack.compare_case(&case)).collect();
        let retrofit = options.screen.look_at(&case, measured, ground.trusted).priced(options.co2, options.tariff);
        let missing = checks::missing(&verdicts, &findings);
        let findings = if missing.is_empty() { findings } else { Finding::gather(findings.into_iter().chain(missing)) };
        Assessment {
            library: env!("CARGO_PKG_VERSION"),
            facility: Some(site.facility().id.clone()).filter(|id| !id.is_empty()),
            name: site.facility().name.clone(),
            operator: site.facility().operator.clone(),
            period: Some(part.clone()),
            pue: measured.pue().map(|pue| ReportedPue::new(pue, measured, boundary)),
            coverage: Some(measured.reported().coverage),
            overhead: measured.overhead,
            monthly,
            meters: MeterEnergy::all(ledger, part),
            kpis: kpis(measured, part, &extra, ledger),
            findings,
            verdicts,
            comparisons,
            retrofit: Some(retrofit),
            reliance,
            decision: options.decision,
            declared: None,
            record: Record::new(&packs, options, ledger.estimates(), TZDB),
        }
    }

    /// What can be said of the description of a site before any reading has come: what is wrong with it, and what a PUE would lack.
    ///
    /// ```
    /// # let site = pue::read::site(br#"{"schema": "pue/site/1", "facility": {"id": "A"}, "meters": [
    /// #   {"id": "grid", "point": "grid_supply", "kind": "register", "unit": "kWh"}]}"#).value.unwrap();
    /// use pue::{Assessment, Code};
    /// let check = Assessment::of_description(&site);
    /// assert!(check.findings.iter().any(|finding| finding.code == Code::PueNoIt)); // it has a supply, and nothing at the IT
    /// ```
    pub fn of_description(site: &Site) -> Assessment {
        // A day without readings tells whether the description gives a total and IT energy.
        let day = Period::parse("2024-01-01/2024-01-02", site.time_zone()).ok();
        let nothing = day.and_then(|day| Ledger::build(site, &Readings::default(), day).ok());
        let boundary = Boundary::new(site, None);
        let lacking = nothing.map(|ledger| MeasuredPue::over(&ledger, &boundary, ledger.period()).findings);
        let lacking = lacking
            .into_iter()
            .flatten()
            .filter(|finding| !finding.found.as_ref().is_some_and(|found| *found == Text::from(UNUSABLE)));
        let facility = site.facility();
        let id = Some(facility.id.clone()).filter(|id| !id.is_empty());
        let (name, operator) = (facility.name.clone(), facility.operator.clone());
        let findings = site.findings().iter().cloned().chain(lacking).collect();
        Assessment { name, operator, ..Assessment::unreadable(id, findings) }
    }

    /// What can be said of something of which nothing could be computed: its findings.
    pub fn unreadable(facility: Option<String>, findings: Vec<Finding>) -> Assessment {
        Assessment {
            library: env!("CARGO_PKG_VERSION"),
            facility,
            name: None,
            operator: None,
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
            reliance: Vec::new(),
            decision: Decision::default(),
            declared: None,
            record: Record::new(&[], &Options::default(), &[], TZDB),
        }
    }
}

/// What verdicts rest on: a site, what was measured, what was found.
struct Ground<'a> {
    meters: &'a [Meter],
    facility: Cow<'a, Facility>,
    certificates: Cow<'a, [Certificate]>,
    boundary: Boundary,
    measured: MeasuredPue,
    monthly: Vec<Monthly>,
    /// What rules judge, where the report shows something else.
    judged: Option<(MeasuredPue, Boundary)>,
    part: &'a Period,
    extra: Extra,
    decision: Decision,
    findings: Vec<Finding>,
    trusted: bool,
}

impl<'a> Ground<'a> {
    fn new(ledger: &'a Ledger<'_>, part: &'a Period, options: &Options) -> Self {
        let site = ledger.site();
        let boundary = options.boundary(options.method, site);
        let (measured, monthly) = MeasuredPue::by_month(ledger, &boundary, part);
        let mut findings: Vec<Finding> = site.findings().to_vec();
        findings.extend(ledger.found());
        findings.extend(measured.findings.iter().cloned());
        let extra = options.extra.or_metered(ledger, part);
        findings.extend(checks::all(site, &measured, &extra, part));
        // Rules judge what they always judge, whichever method the report shows.
        let judged = (options.method != Method::default()).then(|| {
            let boundary = options.boundary(Method::default(), site);
            (MeasuredPue::over(ledger, &boundary, part), boundary)
        });
        findings.extend(judged.iter().flat_map(|(measured, _)| measured.findings.iter().cloned()));
        let findings = Finding::gather(findings);
        let trusted = !findings.iter().any(Finding::is_error);
        let (facility, certificates) = (Cow::Borrowed(site.facility()), Cow::Borrowed(site.certificates()));
        Ground {
            meters: site.meters(),
            facility,
            certificates,
            boundary,
            measured,
            monthly,
            judged,
            part,
            extra,
            decision: options.decision,
            findings,
            trusted,
        }
    }

    fn judged(&self) -> &MeasuredPue {
        self.judged.as_ref().map_or(&self.measured, |(measured, _)| measured)
    }

    fn judged_boundary(&self) -> &Boundary {
        self.judged.as_ref().map_or(&self.boundary, |(_, boundary)| boundary)
    }

    fn case(&self, on: Date) -> Case<'_> {
        self.case_of(&self.facility, on, self.judged())
    }

    /// The same with another facility and other measurements.
    fn case_of<'c>(&'c self, facility: &'c Facility, on: Date, measured: &'c MeasuredPue) -> Case<'c> {
        let figures = figures(measured, self.part, &self.extra);
        Case::over(facility, &self.certificates, on, measured, self.judged_boundary())
            .with(figures)
            .by(self.decision)
            .distrusted_by(&self.findings)
    }

    /// The verdicts of the packs that apply on a day, and of some others; and what is wrong with those.
    fn judge(&self, on: Date, packs: &[Pack], options: &Options) -> (Vec<Verdict>, Vec<Finding>) {
        let (applied, forged) = applied(&self.facility, on, packs, options.only_asked);
        let case = self.case(on).distrusted_by(&forged);
        let mut verdicts: Vec<Verdict> = options.set(applied).iter().flat_map(|pack| pack.judge_case(&case)).collect();
        if !packs.is_empty() {
            name_borrowed(&mut verdicts);
        }
        (verdicts, forged)
    }

    /// The same with another site and other measurements.
    fn changed(mut self, facility: Facility, certificates: Vec<Certificate>, judged: MeasuredPue) -> Self {
        (self.facility, self.certificates) = (Cow::Owned(facility), certificates.into());
        match &mut self.judged {
            Some((measured, _)) => *measured = judged,
            None => self.measured = judged,
        }
        self
    }
}

/// Says in each verdict of a pack that bears the id of a published one that it is none of its editions.
fn name_borrowed(verdicts: &mut [Verdict]) {
    let is_borrowed = |verdict: &&mut Verdict| {
        let is_published = |pack: &&Pack| pack.id == verdict.pack && pack.edition == verdict.edition;
        packs::by_id(&verdict.pack).is_some() && !packs::all().iter().any(|pack| is_published(&pack))
    };
    for verdict in verdicts.iter_mut().filter(is_borrowed) {
        let name = format!("{}@{}", verdict.pack, verdict.edition);
        verdict.message = Text::new(
            format!("{}（规则包 {name} 不是已发布的版本）", verdict.message.zh),
            format!("{} (by the pack {name}, which is no published edition)", verdict.message.en),
        );
    }
}

/// The packs that apply by default and the ones asked for, each once; and what is wrong with those: a pack that bears the
/// name of a published one has to be that one.
fn applied<'p>(facility: &Facility, on: Date, extra: &'p [Pack], only_asked: bool) -> (Vec<&'p Pack>, Vec<Finding>) {
    let published = |pack: &Pack| packs::all().iter().find(|known| known.name() == pack.name());
    let by_default = packs::applying(facility.region.as_ref(), on).filter(|_| !only_asked);
    let mut packs: Vec<&Pack> = by_default.collect();
    let mut findings = Vec::new();
    for asked in extra {
        // Two packs of one name are one, or one of them is not what it says it is.
        match published(asked).or_else(|| packs.iter().copied().find(|pack| pack.name() == asked.name())) {
            Some(known) if known != asked => {
                findings.push(Finding::new(Code::PackOtherContent).place(Place::WHOLE).found(asked.name()));
            }
            Some(known) if !packs.contains(&known) => packs.push(known),
            Some(_) => {}
            None => {
                if packs::by_id(&asked.id).is_some() {
                    findings.push(Finding::new(Code::PackBorrowedId).place(Place::WHOLE).found(asked.name()));
                }
                packs.push(asked);
            }
        }
    }
    (packs, findings)
}

/// The figures besides the PUE that rules may ask for: of the whole period, or not known.
fn figures(measured: &MeasuredPue, part: &Period, extra: &Extra) -> Figures {
    let whole = measured.pue().filter(|_| measured.reported().coverage.common == 1.0);
    let during = |energy| During::new(energy, part);
    let reused = whole.zip(extra.heat_reused).and_then(|(pue, heat)| Erf::new(during(heat), during(pue.total())).ok());
    let water = whole
        .zip(extra.water_m3)
        .and_then(|(pue, water)| Wue::new(During::new(Water::m3(water), part), during(pue.it())).ok());
    Figures::new(reused.map(Erf::ratio), water.map(Wue::ratio))
}

fn kpis(measured: &MeasuredPue, part: &Period, extra: &Extra, ledger: &Ledger<'_>) -> Kpis {
    let facility = ledger.site().facility();
    let racks = facility.standard_racks();
    let occupancy = facility.racks.as_ref().and_then(|racks| racks.installed.zip(racks.occupied));
    let occupancy =
        occupancy.and_then(|(installed, occupied)| OccupancyByCount::new(occupied as f64, installed as f64).ok());
    // Totals of the whole period stand beside energies of the whole period only.
    let whole = measured.pue().filter(|_| measured.reported().coverage.common == 1.0);
    let during = |energy| During::new(energy, part);
    // Each of an amount beside the energies of the same time; what cannot be formed is not known.
    let (water, co2) = (extra.water_m3.map(Water::m3), extra.co2_kg.map(Co2::kg));
    let of_it = |pue: AnyPue| during(pue.it());
    let of_total = |pue: AnyPue| during(pue.total());
    let electricity = measured.electricity.pue.and_then(AnyPue::annual);
    Kpis {
        wue: whole.zip(water).and_then(|(pue, water)| Wue::new(During::new(water, part), of_it(pue)).ok()),
        cue: whole.zip(co2).and_then(|(pue, co2)| Cue::new(During::new(co2, part), of_it(pue)).ok()),
        erf: whole.zip(extra.heat_reused).and_then(|(pue, heat)| Erf::new(during(heat), of_total(pue)).ok()),
        ere: whole
            .zip(extra.heat_reused)
            .and_then(|(pue, heat)| Ere::new(of_total(pue), of_it(pue), during(heat)).ok()),
        r#ref: whole.zip(extra.renewable).and_then(|(pue, green)| Ref::new(during(green), of_total(pue)).ok()),
        dcie: measured.pue().and_then(|pue| Dcie::new(of_total(pue), of_it(pue)).ok()),
        r_m2: electricity.map(WholeYearRatio::of),
        it_load_use_rate: whole
            .zip(facility.rated_it)
            .and_then(|(pue, rated)| ItLoadUseRate::new(of_it(pue), rated).ok()),
        occupancy,
        standard_racks: racks,
        scale: racks.and_then(packs::national_scale),
    }
}

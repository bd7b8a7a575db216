use super::{
    AnnualPue, AnyPue, InterimPue, Method, Overhead,
    boundary::{Boundary, Category, Term},
    plausibility::{self, Evidence},
    reliance::{self, Relied},
    series::{Course, Monthly},
    uncertainty::{Uncertainty, Unstated},
    view::{Months, View},
};
use crate::{
    finding::{Code, Finding, Text},
    ledger::Ledger,
    period::{Period, months_text},
    place::place,
    quantity::{ExactEnergy, Ratio},
};
use serde::{Deserialize, Serialize};

/// The PUE of a part of a ledger, with everything that qualifies it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MeasuredPue {
    /// The ratio of electricity alone.
    pub electricity: Measure,
    /// The ratio over all carriers; `None` if one of them cannot be weighed.
    pub all_carriers: Option<Measure>,
    /// Whether the reported value is the one over all carriers.
    reports_all_carriers: bool,
    asked: Method,
    /// Where IT is measured; `None` if not stated.
    pub category: Option<Category>,
    /// Where the overhead of the reported value goes.
    pub overhead: Option<Overhead>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What a person has confirmed of the readings.
    pub(crate) confirmed: Vec<Text>,
    relied: Vec<Relied>,
}

/// One ratio over the time in which its total and its IT energy are both known.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Measure {
    /// The value; `None` if there is none.
    pub pue: Option<AnyPue>,
    /// How much of the time is known.
    pub coverage: Coverage,
    /// The lowest and highest values that the missing energy allows.
    pub bounds: Bounds,
    /// How sure the value is by the classes of its meters; or which meters have to state theirs (none, without a value).
    pub uncertainty: Result<Uncertainty, Vec<Unstated>>,
    /// Local months of which nothing is known.
    pub unknown_months: Vec<String>,
    /// Local months of which something is missing.
    pub incomplete_months: Vec<String>,
    /// Whether meters with equal `known_h` were taken to mean the same hours.
    pub same_hours_assumed: bool,
    /// Why there is no value.
    pub(crate) fault: Option<Finding>,
}

impl MeasuredPue {
    /// The reported ratio: over all carriers, or of electricity alone where those cannot be had.
    pub fn reported(&self) -> &Measure {
        self.all_carriers.as_ref().filter(|_| self.reports_all_carriers).unwrap_or(&self.electricity)
    }

    /// The reported value.
    pub fn pue(&self) -> Option<AnyPue> {
        self.reported().pue
    }

    /// What it relies on that only the operator's word supports.
    pub(crate) fn relied(&self) -> &[Relied] {
        &self.relied
    }

    /// The value with so much more total and IT electricity.
    pub(crate) fn value_with(&self, total: ExactEnergy, it: ExactEnergy) -> Option<Ratio> {
        let pue = self.pue()?;
        (pue.total() + total).ratio_to(pue.it() + it)
    }

    /// The same with so much more total and IT electricity, over the same time; without what was found on the way.
    pub(crate) fn with(&self, total: ExactEnergy, it: ExactEnergy) -> MeasuredPue {
        let mut changed = MeasuredPue {
            electricity: self.electricity.clone(),
            all_carriers: self.all_carriers.clone(),
            confirmed: self.confirmed.clone(),
            findings: Vec::new(),
            relied: Vec::new(),
            ..*self
        };
        changed.electricity.change(total, it);
        if let Some(all) = &mut changed.all_carriers {
            all.change(total, it);
        }
        changed
    }

    /// The same where the two sums differ by something between a least and a most; `None`: nothing bounds it.
    pub(crate) fn loosened(mut self, total: Range, it: Range) -> MeasuredPue {
        self.electricity.loosen(total, it);
        if let Some(all) = &mut self.all_carriers {
            all.loosen(total, it);
        }
        self
    }

    /// The method of the reported value: the one asked for, or `electricity-only` where other carriers cannot be weighed.
    pub const fn method(&self) -> Method {
        if self.reports_all_carriers { self.asked } else { Method::ElectricityOnly }
    }
}

/// A least and a most in microjoules; `None`: nothing bounds it.
pub(crate) type Range = (i128, Option<i128>);

impl Measure {
    /// Both sums differ by something between a least and a most.
    fn loosen(&mut self, total: Range, it: Range) {
        let Some(pue) = self.pue else { return };
        let part = |bound: Option<Ratio>, more: Option<i128>, of: Option<i128>| {
            let was = bound?.floor_of(pue.it().microjoules())?;
            let it = pue.it().microjoules().checked_add(of?).filter(|it| *it > 0)?;
            Ratio::new(was.checked_add(more?)?.max(0), it)
        };
        let low = part(self.bounds.low, Some(total.0), it.1).map(|low| low.max(Ratio::ONE));
        let high = part(self.bounds.high, total.1, Some(it.0));
        self.bounds = Bounds { low, high, exact: false }.holding(pue.ratio());
    }

    /// Both sums get so much more; the bounds move with them.
    fn change(&mut self, total: ExactEnergy, it: ExactEnergy) {
        let Some(before) = self.pue else { return };
        self.pue = match before {
            AnyPue::Annual(pue) => AnnualPue::annual(pue.total() + total, pue.it() + it).ok().map(AnyPue::Annual),
            AnyPue::Interim(pue) => InterimPue::interim(pue.total() + total, pue.it() + it).ok().map(AnyPue::Interim),
        };
        let Some(after) = self.pue.map(AnyPue::ratio) else {
            (self.bounds, self.uncertainty) = (Bounds::default(), Err(Vec::new()));
            return;
        };
        let by = after.to_f64() / before.ratio().to_f64();
        self.uncertainty = std::mem::replace(&mut self.uncertainty, Err(Vec::new())).map(|known| known.scaled(by));
        if self.bounds.exact {
            (self.bounds.low, self.bounds.high) = (Some(after), Some(after));
            return;
        }
        let moved = |bound: Ratio| {
            let was = bound.floor_of(before.it().microjoules())?;
            (ExactEnergy::from_microjoules(was) + total).ratio_to(before.it() + it)
        };
        let (low, high) = (self.bounds.low.and_then(moved), self.bounds.high.and_then(moved));
        self.bounds = Bounds { low, high, exact: false }.holding(after);
    }
}

/// Shares of time whose energy is known, from 0 to 1 (数据覆盖率).
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json")), &[]);
/// let coverage = audit.coverage.unwrap();
/// assert_eq!((coverage.common, coverage.estimated_share), (1.0, 0.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Coverage {
    /// Of the total.
    pub total: f64,
    /// Of the IT energy.
    pub it: f64,
    /// Of both at once, in whole steps of the ledger: the time that the ratio is of.
    pub common: f64,
    /// Share of the energy that is estimated rather than measured: the larger one of total and IT.
    pub estimated_share: f64,
}

impl Coverage {
    /// Of the result: the weaker of total and IT.
    pub const fn result(self) -> f64 {
        if self.total < self.it { self.total } else { self.it }
    }
}

/// The lowest and the highest value that the missing energy allows.
///
/// Each hole holds between its least and its most: capacity × time, without a capacity twice the meter's highest usual rate.
/// They hold the value, always.
/// Where nothing bounds it, the side is open. A PUE is never below 1.
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json")), &[]);
/// let pue = audit.pue.unwrap();
/// // Nothing is missing: least and most are the value.
/// assert_eq!((pue.low, pue.high), (Some(pue.value.ratio()), Some(pue.value.ratio())));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bounds {
    /// The lowest; `None`: open.
    pub low: Option<Ratio>,
    /// The highest; `None`: open.
    pub high: Option<Ratio>,
    /// Whether nothing is missing, so that both are the value itself.
    pub exact: bool,
}

impl Bounds {
    /// Wide enough to hold a value: what is common to both sums may be unlike the rest.
    pub(super) fn holding(self, value: Ratio) -> Self {
        let (low, high) = (self.low.map(|low| low.min(value)), self.high.map(|high| high.max(value)));
        Bounds { low, high, ..self }
    }

    /// Whether both sides are given, and something holds for both.
    pub fn all(self, holds: impl Fn(Ratio) -> bool) -> bool {
        [self.low, self.high].into_iter().all(|bound| bound.is_some_and(&holds))
    }
}

/// Why there is no annual PUE.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAnnual {
    /// The period is not one year.
    #[error("expected one year of the site's calendar, found {0}; the value is an interim one")]
    NotAYear(String),
    /// Too little is known.
    #[error("expected at least 90 % of the year known and something of every month, found {:.1} %, months without data: {}", known * 100.0, list(months))]
    TooLittleKnown {
        /// The share that is known.
        known: f64,
        /// The months of which nothing is known.
        months: Vec<String>,
    },
    /// There is a value, but errors stand against it.
    #[error("expected data without errors, found: {}", list(&.0.iter().map(ToString::to_string).collect::<Vec<_>>()))]
    Distrusted(Vec<Finding>),
    /// There is no PUE at all.
    #[error("expected energies of total and IT, found: {}", list(&.0.iter().map(ToString::to_string).collect::<Vec<_>>()))]
    NoPue(Vec<Finding>),
}

fn list(items: &[String]) -> String {
    if items.is_empty() { "–".to_owned() } else { items.join(", ") }
}

impl AnnualPue {
    /// The annual PUE (年度 PUE) of a ledger's period.
    ///
    /// # Errors
    /// [`NotAnnual`]: which months are missing, or which errors stand against it; not a number that looks annual.
    pub fn of(ledger: &Ledger<'_>) -> Result<AnnualPue, NotAnnual> {
        let boundary = Boundary::new(ledger.site(), None);
        let measured = MeasuredPue::over(ledger, &boundary, ledger.period());
        let reported = measured.reported();
        let errors = || {
            let found = ledger.site().findings().iter().cloned().chain(ledger.findings());
            found.chain(measured.findings.iter().cloned()).filter(Finding::is_error).collect::<Vec<_>>()
        };
        match reported.pue {
            None => Err(NotAnnual::NoPue(reported.fault.iter().cloned().chain(errors()).collect())),
            Some(_) if !errors().is_empty() => Err(NotAnnual::Distrusted(errors())),
            Some(AnyPue::Annual(pue)) => Ok(pue),
            Some(_) if !ledger.period().is_one_year() => Err(NotAnnual::NotAYear(ledger.period().to_string())),
            Some(_) => Err(NotAnnual::TooLittleKnown {
                known: reported.coverage.common,
                months: reported.unknown_months.clone(),
            }),
        }
    }
}

impl MeasuredPue {
    /// The PUE of a part of a ledger's period, whatever its kind, with all that qualifies it.
    ///
    /// Total and IT are compared over the ledger's steps in which every meter counted for them is known. A part that does
    /// not start and end with a step is of the whole steps within it, and its value is an interim one.
    ///
    /// # Examples
    /// ```
    /// # use pue::{Ledger, Period, Site};
    /// # const SITE: &str = r#"{"schema": "pue/site/1", "facility": {"id": "WH-1", "region": "420100", "time_zone": "Asia/Shanghai",
    /// #   "lifecycle": {"kind": "existing", "in_service_on": "2012-06-01"}, "racks": {"types": [{"count": 400, "rated_kw": 5.0}]}},
    /// #   "meters": [{"id": "grid", "point": "grid_supply", "kind": "register", "unit": "MWh"},
    /// #              {"id": "ups", "point": "ups_output", "kind": "register", "unit": "MWh", "parent": "grid"}]}"#;
    /// # const READINGS: &str = "meter,time,value\ngrid,2024-01-01 00:00,0\ngrid,2025-01-01 00:00,8000\nups,2024-01-01 00:00,0\nups,2025-01-01 00:00,5000\n";
    /// # let site: Site = serde_json::from_str(SITE)?;
    /// # let readings = pue::read::csv(&site, "readings.csv", READINGS.as_bytes())?;
    /// # let ledger = Ledger::build(&site, &readings, Period::year(2024, site.time_zone())?)?;
    /// use pue::kpi::{Boundary, Category, MeasuredPue};
    /// let boundary = Boundary::new(&site, None);
    /// let measured = MeasuredPue::over(&ledger, &boundary, ledger.period());
    /// assert_eq!(measured.pue().ok_or("no PUE")?.to_string(), "1.600");
    /// assert_eq!(measured.category, Some(Category::Basic)); // IT measured at the UPS output
    /// assert_eq!(measured.reported().coverage.common, 1.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn over(ledger: &Ledger<'_>, boundary: &Boundary, part: &Period) -> MeasuredPue {
        Views::new(ledger, boundary, part).measured(boundary, part)
    }

    /// The same with its months.
    pub(crate) fn by_month(ledger: &Ledger<'_>, boundary: &Boundary, part: &Period) -> (MeasuredPue, Vec<Monthly>) {
        let views = Views::new(ledger, boundary, part);
        let measured = views.measured(boundary, part);
        let weighed = boundary.unweighted_carriers().is_empty();
        let view = if weighed { views.all.unwrap_or(views.electricity) } else { views.electricity };
        (measured, Course::of(ledger, part, view).monthly())
    }
}

/// A part of a ledger as its sums see it.
struct Views<'a> {
    ledger: &'a Ledger<'a>,
    electricity: View<'a>,
    /// `None`: there is nothing but electricity.
    all: Option<View<'a>>,
}

impl<'a> Views<'a> {
    fn new(ledger: &'a Ledger<'_>, boundary: &'a Boundary, part: &Period) -> Self {
        let months = Months::of(ledger, part);
        let view = |total: Vec<Term>| {
            View::new(ledger, total, &boundary.it, part, &months).open_above(boundary.is_from_parts())
        };
        Views {
            ledger,
            electricity: view(boundary.electricity()),
            all: (!boundary.other_carriers().is_empty()).then(|| view(boundary.all_carriers())),
        }
    }

    fn measured(&self, boundary: &Boundary, part: &Period) -> MeasuredPue {
        let electricity = self.electricity.measure(part);
        let all_view = self.all.as_ref().unwrap_or(&self.electricity);
        let weighed = boundary.unweighted_carriers().is_empty();
        let all_carriers = match (&self.all, weighed) {
            (None, _) => Some(electricity.clone()),
            (Some(all), true) => Some(all.measure(part)),
            (Some(_), false) => None,
        };
        let reports_all_carriers =
            all_carriers.as_ref().is_some_and(|all| all.pue.is_some() || electricity.pue.is_none());
        let view = if reports_all_carriers { all_view } else { &self.electricity };
        let mut measured = MeasuredPue {
            electricity,
            all_carriers,
            reports_all_carriers,
            asked: boundary.method(),
            category: boundary.category(),
            overhead: None,
            findings: boundary.findings().to_vec(),
            confirmed: boundary.confirmed().to_vec(),
            relied: Vec::new(),
        };
        if !reports_all_carriers && weighed {
            let expected = ("其他能源的数据", "data of the other carriers");
            measured.findings.push(Finding::new(Code::JsonMissing).place(place!(meters)).expected(expected));
        }
        if let Some(refused) = self.refused(boundary, view) {
            measured.category = None;
            measured.findings.push(refused);
        }
        measured.overhead = measured.pue().map(|pue| Overhead::new(boundary, reports_all_carriers, view, pue));
        let mut qualified = qualify(measured.reported(), part);
        if is_one(&measured.electricity) && !is_one(measured.reported()) {
            qualified.push(exactly_one()); // the ratio that a rule may ask for is no better
        }
        measured.findings.extend(qualified);
        measured.findings.extend(view.contradictions().findings(self.ledger));
        let evidence = Evidence::new((self.ledger, boundary, part), &measured, (view, all_view, &self.electricity));
        let implausible = plausibility::findings(&evidence);
        measured.findings.extend(implausible);
        measured.relied = reliance::list(&self.electricity, boundary, part, &measured);
        measured
    }
}

impl Views<'_> {
    /// Category 1 is refused too where sub-meters show so little of the declared non-IT load that above 10 % is left.
    fn refused(&self, boundary: &Boundary, view: &View<'_>) -> Option<Finding> {
        let declared = self.ledger.site().facility().non_it_on_ups_share?;
        if boundary.category() != Some(Category::Basic) {
            return None;
        }
        let taken_off: Vec<Term> =
            boundary.it.iter().filter(|term| term.minus).map(|term| Term { minus: false, ..*term }).collect();
        let (taken_off, it) = (view.sum(&taken_off), view.it());
        let unseen = declared.checked_add(Ratio::new(-1, 10)?)?;
        let least = ExactEnergy::from_microjoules(unseen.floor_of((it + taken_off).microjoules())?);
        (taken_off < least).then(|| {
            let finding = Finding::new(Code::PueCategoryRefused).place(place!(facility / non_it_on_ups_share));
            let percent = declared.to_f64() * 100.0;
            let found = Text::new(
                format!("非 IT 负载占 UPS 输出的 {percent}%，其中分项计量 {taken_off}"),
                format!("{percent} % of the UPS output is not IT; sub-metered of it: {taken_off}"),
            );
            let (zh, en) = (format!("分项计量不少于 {least}"), format!("at least {least} sub-metered"));
            finding.found_text(found).expected(Text::new(zh, en))
        })
    }
}

fn is_one(measure: &Measure) -> bool {
    measure.pue.is_some_and(|pue| pue.ratio() == Ratio::ONE)
}

fn exactly_one() -> Finding {
    Finding::new(Code::PueExactlyOne).place(place!(meters)).found("1").expected("> 1")
}

/// What has to be said beside a value, or instead of one.
fn qualify(measure: &Measure, part: &Period) -> Vec<Finding> {
    let Some(pue) = measure.pue else { return measure.fault.iter().cloned().collect() };
    let mut findings = Vec::new();
    if is_one(measure) {
        findings.push(exactly_one());
    }
    let estimated = measure.coverage.estimated_share;
    if estimated > 0.0 {
        let finding =
            Finding::new(Code::EstimateShare).place(place!(period)).found(format!("{:.2} %", estimated * 100.0));
        findings.push(finding.expected("≤ 10 %"));
    }
    if !part.is_one_year() {
        let finding = Finding::new(Code::PuePartialYear).place(place!(period)).found_text(part.text());
        findings.push(match part.one_day_longer().filter(Period::is_one_year) {
            Some(year) => {
                let (days, end) = (year.text(), year.end_day());
                finding.expected(Text::new(
                    format!("如为{}，end 应为 {end}，即最后一日的次日", days.zh),
                    format!("if {} is meant: end is {end}, the day after the last day", days.en),
                ))
            }
            None => finding.expected(("完整一年", "one year")),
        });
    } else if pue.annual().is_none() {
        let (known, months) = (measure.coverage.common * 100.0, months_text(&measure.unknown_months));
        let low = Finding::new(Code::CoverageLow).place(place!(period));
        findings.push(match measure.unknown_months.is_empty() {
            true => low.found(format!("{known:.1} %")).expected("≥ 90 %"),
            false => low
                .found_text(Text::new(
                    format!("{}无数据（全期间已知 {known:.1}%）", months.zh),
                    format!("no data of {} ({known:.1} % of the period are known)", months.en),
                ))
                .expected((
                    "每个自然月都有数据，且全期间已知不低于 90%",
                    "data of every calendar month, and at least 90 % of the period known",
                )),
        });
    }
    findings
}

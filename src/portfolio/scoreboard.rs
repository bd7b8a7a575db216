//! The scoreboard (指标进展): the 17 indicators of the Wuhan plan's annex and the goals of its text, beside what is known.
//!
//! Indicators 4, 6, 13 and 14 are computed from sites, the others are given. What is not known stays undetermined.

use crate::{
    assessment::Assessment,
    facility::Facility,
    finding::{Finding, Text},
    quantity::{Ratio, Relation},
    rule::{Outcome, law::Indicator},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// City facts by indicator id, as on the wire: `{"schema": "pue/city/1", "facts": {"1": 4200.0}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CityFacts {
    /// [`CITY_SCHEMA`]; under another one no fact is used.
    pub schema: String,
    /// The value of each indicator that is known, in its unit.
    pub facts: BTreeMap<String, f64>,
}

/// The schema of city facts.
pub const CITY_SCHEMA: &str = "pue/city/1";

impl CityFacts {
    /// From the values that are known.
    pub fn new(facts: impl IntoIterator<Item = (String, f64)>) -> Self {
        CityFacts { schema: CITY_SCHEMA.to_owned(), facts: facts.into_iter().collect() }
    }

    /// A fact in the unit of its indicator: a number above zero, of a percentage at most 100.
    fn of(&self, indicator: &Indicator) -> Option<Ratio> {
        let value = self.facts.get(&*indicator.id).filter(|_| self.schema == CITY_SCHEMA)?;
        let most = if indicator.unit.en == "%" { Ratio::from(100) } else { Ratio::from(u64::MAX) };
        Ratio::from_f64(*value).filter(|value| *value > Ratio::ZERO && *value <= most)
    }
}

/// One line of the scoreboard.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Line {
    /// The indicator.
    pub indicator: Indicator,
    /// Its value, if it is known.
    pub value: Option<Ratio>,
    /// What it comes to.
    pub outcome: Outcome,
    /// How much of the target is reached, as far as that is known; 1 and more: all of it.
    pub progress: Option<f64>,
    /// From what it was computed, or what is missing.
    pub note: Option<Text>,
}

/// What is known of a city's sites.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scoreboard {
    /// Whether these are said to be all sites of the city: only then can something that is not met be known not to be.
    is_complete: bool,
    ids: BTreeSet<String>,
    /// Sites of which the racks are known, in thousandths of a standard rack, rounded down.
    built: u128,
    sites_built: usize,
    /// Sites that may count and of which something needed is not known.
    open_racks: usize,
    occupied: u128,
    installed: u128,
    open_occupancy: usize,
    /// Meets, fails, undetermined of the two rules that are judged per project.
    projects: [[usize; 3]; 2],
}

impl Scoreboard {
    /// A scoreboard of sites that are not all sites of the city.
    pub fn of_some_sites() -> Self {
        Scoreboard::default()
    }

    /// A scoreboard of all sites of the city: whoever says so answers for it.
    pub fn of_all_sites() -> Self {
        Scoreboard { is_complete: true, ..Scoreboard::default() }
    }

    /// Adds a site as of a day; one that is known to lie outside Wuhan, or was added before, counts for nothing.
    pub fn add(&mut self, facility: &Facility, assessment: &Assessment, on: Date) {
        let here = facility.region.as_ref().and_then(|region| region.lies_in("4201"));
        if here == Some(false) || (!facility.id.is_empty() && !self.ids.insert(facility.id.clone())) {
            return;
        }
        let trusted = here == Some(true) && !assessment.findings.iter().any(Finding::is_error);
        let in_service = facility.lifecycle.as_ref().and_then(|lifecycle| lifecycle.in_service_on);
        let racks =
            facility.racks.as_ref().and_then(|racks| racks.standard()).and_then(|racks| racks.ratio().floor_of(1000));
        match (in_service, racks) {
            (Some(day), _) if trusted && day > on => {} // not yet built
            (Some(_), Some(thousandths)) if trusted => {
                self.built = self.built.saturating_add(thousandths.unsigned_abs());
                self.sites_built += 1;
            }
            _ => self.open_racks += 1,
        }
        let counts = facility.racks.as_ref().filter(|racks| trusted && racks.occupancy().is_some());
        match counts.and_then(|racks| Some((racks.occupied?, racks.installed?))) {
            Some((occupied, installed)) => {
                self.occupied += u128::from(occupied);
                self.installed += u128::from(installed);
            }
            None => self.open_occupancy += 1,
        }
        for (slots, requirement) in self.projects.iter_mut().zip(["pue-new-large", "grade-new-large"]) {
            let is_it = |pack: &str, id: &str| pack == "wuhan-2024" && id == requirement;
            let verdict = assessment.verdicts.iter().find(|verdict| is_it(&verdict.pack, &verdict.requirement));
            let [meets, fails, open] = slots;
            match verdict.map(|verdict| verdict.outcome) {
                Some(Outcome::NotApplicable) => {}
                Some(Outcome::Meets) if here == Some(true) => *meets += 1,
                Some(Outcome::Fails) if here == Some(true) => *fails += 1,
                _ => *open += 1,
            }
        }
    }

    /// The lines of the annex and, after them, the goals of the text.
    ///
    /// ```
    /// use pue::portfolio::{CityFacts, Scoreboard};
    /// let facts = CityFacts::new([("1".to_owned(), 4100.0), ("9".to_owned(), 1.2)]);
    /// let lines = Scoreboard::of_some_sites().lines(&facts);
    /// let outcome = |id: &str| lines.iter().find(|line| line.indicator.id == id).unwrap().outcome.text().en;
    /// assert_eq!([outcome("1"), outcome("9"), outcome("2")], ["meets", "fails", "undetermined"]);
    /// ```
    pub fn lines(&self, facts: &CityFacts) -> Vec<Line> {
        Indicator::annex().into_iter().chain(Indicator::goals()).map(|indicator| self.line(indicator, facts)).collect()
    }

    fn line(&self, indicator: Indicator, facts: &CityFacts) -> Line {
        let fact = facts.of(&indicator);
        match &*indicator.id {
            "13" => self.per_project(indicator, 0),
            "14" => self.per_project(indicator, 1),
            "4" if fact.is_none() => self.racks(indicator),
            "6" if fact.is_none() => self.occupancy(indicator),
            _ => {
                let missing = || Text::new("由市级数据给出", "to be given as a city fact");
                let note = fact.is_none().then(missing);
                Line::new(indicator, fact, true, note)
            }
        }
    }

    fn racks(&self, indicator: Indicator) -> Line {
        let (sites, open) = (self.sites_built, self.open_racks);
        let of = |thousandths: u128| Ratio::new(i128::try_from(thousandths).ok()?, 10_000_000);
        let value = of(self.built).filter(|_| sites > 0);
        let note = Text::new(
            format!("{sites} 个已投运数据中心之和；另有 {open} 个数据中心的机架、投运日期或地区未知"),
            format!(
                "the sum of {sites} sites in service; of {open} more the racks, the day of service or the region are not known"
            ),
        );
        // What is missing can only add, and so can what was rounded away: less than a thousandth of a rack a site.
        let reaches = |sum: Option<Ratio>| sum.is_some_and(|sum| sum >= Ratio::from(&indicator.target));
        let settled = reaches(value) || !reaches(of(self.built.saturating_add(sites as u128)));
        let complete = settled && (reaches(value) || (self.is_complete && open == 0));
        Line::new(indicator, value, complete, Some(note))
    }

    fn occupancy(&self, indicator: Indicator) -> Line {
        let open = self.open_occupancy;
        let count = |count: u128| i128::try_from(count).ok();
        let share = count(self.occupied).and_then(|some| some.checked_mul(100)).zip(count(self.installed));
        let value = share.and_then(|(some, of)| Ratio::new(some, of));
        let note = Text::new(
            format!("已用机柜之和除以已装机柜之和（按机柜数），{open} 个数据中心未知"),
            format!("Σ occupied / Σ installed cabinets (by count); not known of {open} sites"),
        );
        Line::new(indicator, value, self.is_complete && open == 0, Some(note))
    }

    fn per_project(&self, indicator: Indicator, rule: usize) -> Line {
        let [meets, fails, open] = self.projects.get(rule).copied().unwrap_or_default();
        let judged = meets + fails + open;
        let outcome = match (fails, open) {
            (1.., _) => Outcome::Fails,
            (0, 0) if self.is_complete && meets > 0 => Outcome::Meets,
            (0, 0) if self.is_complete => Outcome::NotApplicable,
            _ => Outcome::Undetermined,
        };
        let note = Text::new(
            format!("按单个项目判定：{meets} 个符合，{fails} 个不符合，{open} 个无法判定"),
            format!("judged per project: {meets} meet it, {fails} fail, {open} are undetermined"),
        );
        let progress = (judged > 0).then(|| meets as f64 / judged as f64);
        Line { indicator, value: None, outcome, progress, note: Some(note) }
    }
}

impl Line {
    fn new(indicator: Indicator, value: Option<Ratio>, complete: bool, note: Option<Text>) -> Self {
        let target = Ratio::from(&indicator.target);
        let outcome = match value {
            Some(value) if complete && indicator.relation.admits(value.cmp(&target)) => Outcome::Meets,
            Some(_) if complete => Outcome::Fails,
            _ => Outcome::Undetermined,
        };
        let share = |value: Ratio| match indicator.relation {
            Relation::AtLeast | Relation::MoreThan => value.to_f64() / target.to_f64(),
            Relation::AtMost | Relation::LessThan => target.to_f64() / value.to_f64(),
        };
        let progress = value.filter(|value| *value > Ratio::ZERO).map(share);
        Line { indicator, value, outcome, progress, note }
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use super::*;
    use crate::rule::Nature;
    use crate::submission::Submission;

    fn site(json: &str) -> (Facility, Assessment) {
        let text = json.as_bytes();
        let assessment = crate::submission::audit_json(text, &[]);
        (Submission::from_json(text).unwrap().site().facility().clone(), assessment)
    }

    fn outcome(board: &Scoreboard, id: &str) -> Outcome {
        board.lines(&CityFacts::default()).into_iter().find(|line| line.indicator.id == id).unwrap().outcome
    }

    #[test]
    fn what_is_not_known_of_all_sites_is_not_known() {
        let good = include_str!("../../examples/data/submissions/01-meets.json");
        let (facility, assessment) = site(good);
        let on = "2024-12-31".parse().unwrap();
        let mut board = Scoreboard::of_all_sites();
        assert_eq!([outcome(&board, "13"), outcome(&board, "6")], [Outcome::NotApplicable, Outcome::Undetermined]);
        board.add(&facility, &assessment, on);
        // The same site again is no second one.
        board.add(&facility, &assessment, on);
        let lines = board.lines(&CityFacts::default());
        let line = |id: &str| lines.iter().find(|line| line.indicator.id == id).unwrap();
        assert_eq!(line("4").value.unwrap().to_string(), "0.304");
        assert_eq!(line("6").value.unwrap().to_string(), "70");
        assert_eq!(
            ["4", "6", "13", "14"].map(|id| line(id).outcome),
            [Outcome::Fails, Outcome::Meets, Outcome::Meets, Outcome::Meets]
        );
        // Another site of which nothing is known leaves all of it open.
        let mut other = facility.clone();
        (other.id, other.racks) = ("other".to_owned(), None);
        board.add(&other, &crate::submission::audit_json(b"x", &[]), on);
        for id in ["4", "6", "13", "14"] {
            assert_eq!(outcome(&board, id), Outcome::Undetermined, "{id}");
        }
        // And so does not being all of them.
        let mut some = Scoreboard::of_some_sites();
        some.add(&facility, &assessment, on);
        for id in ["4", "6", "13", "14"] {
            assert_eq!(outcome(&some, id), Outcome::Undetermined, "{id}");
        }
    }

    #[test]
    fn what_was_rounded_away_decides_nothing() {
        let of = |built: u128, sites: usize| {
            outcome(&Scoreboard { built, sites_built: sites, ..Scoreboard::of_all_sites() }, "4")
        };
        assert_eq!(of(55_000_000, 1), Outcome::Meets);
        assert_eq!([of(54_999_999, 1), of(54_999_998, 2)], [Outcome::Undetermined; 2]);
        assert_eq!(of(54_999_998, 1), Outcome::Fails);
    }

    #[test]
    fn facts_that_cannot_be_are_not_used() {
        let indicators = Indicator::annex();
        let of = |id: &str, value: f64| {
            let indicator = indicators.iter().find(|one| one.id == id).unwrap();
            CityFacts::new([(id.to_owned(), value)]).of(indicator).is_some()
        };
        assert!(of("8", 90.0) && of("9", 1.0));
        assert!(!of("8", 100.1) && !of("9", 0.0) && !of("9", -0.0) && !of("1", f64::NAN) && !of("1", f64::INFINITY));
        let facts = CityFacts { schema: "pue/other/9".to_owned(), ..CityFacts::new([("1".to_owned(), 9e3)]) };
        assert!(indicators.iter().all(|indicator| facts.of(indicator).is_none()));
    }

    #[test]
    fn the_annex_is_whole() {
        let binding: Vec<String> = Indicator::annex()
            .iter()
            .filter(|one| one.nature == Some(Nature::Binding))
            .map(|one| one.id.to_string())
            .collect();
        assert_eq!(
            (Indicator::annex().len(), binding),
            (17, ["9", "10", "11", "13", "14"].map(str::to_owned).to_vec())
        );
        // As the annex prints them; of 2 and 16 it prints no relation, and of 14 a level.
        let printed =
            "1≥4100 2≥400 3≥5000 4≥5.5 5≥11 6≥60 7≥33 8≥90 9≤1 10≤3 11≤10 12≥80 13≤1.25 14≥4 15≥20 16≥40 17≥5";
        let figure = |one: &Indicator| format!("{}{}{}", one.id, one.relation.symbol(), one.target);
        assert_eq!(Indicator::annex().iter().map(figure).collect::<Vec<_>>().join(" "), printed);
        let goals: Vec<String> = Indicator::goals().iter().map(|one| one.target.to_string()).collect();
        assert_eq!(goals.join(" "), "5 10 40 1 10 5 1000 2 5 3 1 20 3");
        assert!(Indicator::goals().iter().all(|one| one.relation == Relation::AtLeast));
    }
}

//! The scoreboard (指标进展): the 17 indicators of the Wuhan plan's annex and the goals of its text, beside what is known.
//!
//! Indicators 4, 6, 13 and 14 are computed from sites, the others are given. What is not known stays undetermined.

use crate::{
    assessment::Assessment,
    facility::Facility,
    finding::{Basis, Citation, Finding, Text},
    quantity::{Decimal, Ratio, Relation},
    rule::{Nature, Outcome, packs::words::decimal},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One indicator of the annex, or one goal of the text, as data.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Indicator {
    /// `1` … `17` of the annex; a name for goals of the text.
    pub id: &'static str,
    /// What it is.
    pub name: Text,
    /// Its unit.
    pub unit: Text,
    /// How the value has to stand to the target.
    pub relation: Relation,
    /// The target as printed; for indicator 14 a level, which stands in its name.
    pub target: Decimal,
    /// Binding or expected; the plan states none for the goals of its text.
    pub nature: Option<Nature>,
    /// How a silent or ambiguous text is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<Text>,
    /// Where it stands.
    pub citation: Citation,
}

/// How the text of an indicator is read, where it leaves something open.
fn reading(id: &str) -> Option<Text> {
    let (zh, en) = match id {
        "2" | "16" => ("附件未印“≥”，按不低于理解", "no \"≥\" is printed; read as at least"),
        "1" | "9" | "10" | "13" => ("正文与附件不一，以附件为准", "text and annex differ; the annex decides"),
        "4" => ("已投运场所按设计机架计为建成", "the design of a site in service is taken as built"),
        "6" => (
            "“平均利用率”与平均上架率视为同一指标，按机柜数计",
            "utilisation is taken as the same figure; by count of cabinets",
        ),
        "industrial_platforms" | "firms_over_10_bn" => ("区间取下限", "of a range the lower end counts"),
        _ => return None,
    };
    Some(Text::new(zh, en))
}

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
        let value = self.facts.get(indicator.id).filter(|_| self.schema == CITY_SCHEMA)?;
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

/// (id, Chinese, English, unit in both, relation, target with its digits, binding, clause)
type Row =
    (&'static str, &'static str, &'static str, (&'static str, &'static str), Relation, (i128, u8), bool, &'static str);

const ANNEX: &str = "附件";

/// Source: 武政办〔2024〕9号, annex. Where no "≥" is printed (2, 16), the text says 达到: read as at least.
const INDICATORS: [Row; 17] = [
    (
        "1",
        "智能算力(FP16)",
        "intelligent computing (FP16)",
        ("PFLOPS", "PFLOPS"),
        Relation::AtLeast,
        (4100, 0),
        false,
        ANNEX,
    ),
    ("2", "超算算力(FP64)", "supercomputing (FP64)", ("PFLOPS", "PFLOPS"), Relation::AtLeast, (400, 0), false, ANNEX),
    ("3", "总算力", "total computing power", ("PFLOPS", "PFLOPS"), Relation::AtLeast, (5000, 0), false, ANNEX),
    (
        "4",
        "累计建成标准机架",
        "standard racks built",
        ("万架", "ten thousand racks"),
        Relation::AtLeast,
        (55, 1),
        false,
        ANNEX,
    ),
    ("5", "存储总量", "storage", ("EB", "EB"), Relation::AtLeast, (11, 0), false, ANNEX),
    ("6", "平均上架率", "average rack occupancy", ("%", "%"), Relation::AtLeast, (60, 0), false, ANNEX),
    (
        "7",
        "每万人 5G 基站数",
        "5G base stations per 10 000 people",
        ("个", "stations"),
        Relation::AtLeast,
        (33, 0),
        false,
        ANNEX,
    ),
    ("8", "10G-PON 端口占比", "share of 10G-PON ports", ("%", "%"), Relation::AtLeast, (90, 0), false, ANNEX),
    ("9", "市内单向时延", "one-way latency inside the city", ("毫秒", "ms"), Relation::AtMost, (1, 0), true, ANNEX),
    ("10", "省内时延", "latency inside the province", ("毫秒", "ms"), Relation::AtMost, (3, 0), true, ANNEX),
    (
        "11",
        "至国家枢纽节点时延",
        "latency to national hub nodes",
        ("毫秒", "ms"),
        Relation::AtMost,
        (10, 0),
        true,
        ANNEX,
    ),
    (
        "12",
        "互联网省际出口带宽",
        "inter-province internet bandwidth",
        ("Tbps", "Tbps"),
        Relation::AtLeast,
        (80, 0),
        false,
        ANNEX,
    ),
    (
        "13",
        "新建大型数据中心 PUE",
        "PUE of new large data centres",
        ("", "per project"),
        Relation::AtMost,
        (125, 2),
        true,
        ANNEX,
    ),
    (
        "14",
        "新建大型数据中心绿色低碳等级(4A 级以上)",
        "green low-carbon grade of new large data centres (4A or better)",
        ("A", "A"),
        Relation::AtLeast,
        (4, 0),
        true,
        ANNEX,
    ),
    ("15", "特色示范园区", "featured demonstration parks", ("个", "parks"), Relation::AtLeast, (20, 0), false, ANNEX),
    ("16", "应用标杆工厂", "benchmark smart factories", ("家", "factories"), Relation::AtLeast, (40, 0), false, ANNEX),
    (
        "17",
        "国家“数字领航”企业",
        "national digital-pilot enterprises",
        ("家", "enterprises"),
        Relation::AtLeast,
        (5, 0),
        false,
        ANNEX,
    ),
];

/// Source: 武政办〔2024〕9号, the goals of the text that the annex does not repeat. Of a range the lower end counts.
const GOALS: [Row; 13] = [
    (
        "core_ai_technologies",
        "人工智能关键核心技术",
        "core AI technologies",
        ("项", "technologies"),
        Relation::AtLeast,
        (5, 0),
        false,
        "一(二)",
    ),
    (
        "first_ai_technologies",
        "首创人工智能技术",
        "first-of-kind AI technologies",
        ("项", "technologies"),
        Relation::AtLeast,
        (10, 0),
        false,
        "一(二)",
    ),
    (
        "common_technologies",
        "共性技术成果",
        "common-technology results",
        ("项", "results"),
        Relation::AtLeast,
        (40, 0),
        false,
        "一(二)",
    ),
    (
        "general_models",
        "通用大模型",
        "general large models",
        ("个", "models"),
        Relation::AtLeast,
        (1, 0),
        false,
        "一(二)",
    ),
    ("industry_models", "行业大模型", "industry models", ("个", "models"), Relation::AtLeast, (10, 0), false, "一(二)"),
    ("public_data_sets", "公共数据集", "public data sets", ("个", "sets"), Relation::AtLeast, (5, 0), false, "一(二)"),
    (
        "enterprises_served",
        "服务本地企业",
        "local enterprises served",
        ("家", "enterprises"),
        Relation::AtLeast,
        (1000, 0),
        false,
        "一(二)",
    ),
    (
        "industrial_platforms",
        "国家级工业互联网平台(不少于2—3家)",
        "national industrial internet platforms (at least 2 to 3)",
        ("家", "platforms"),
        Relation::AtLeast,
        (2, 0),
        false,
        "一(二)",
    ),
    (
        "scheduling_providers",
        "接入算力调度平台的服务商",
        "service providers on the scheduling platform",
        ("家", "providers"),
        Relation::AtLeast,
        (5, 0),
        false,
        "二(三)9",
    ),
    (
        "matchmaking_events",
        "每年对接活动",
        "matchmaking events a year",
        ("场", "events"),
        Relation::AtLeast,
        (3, 0),
        false,
        "二(五)14",
    ),
    (
        "firms_over_10_bn",
        "百亿元以上企业(1—2家)",
        "firms over 10 bn yuan (1 to 2)",
        ("家", "firms"),
        Relation::AtLeast,
        (1, 0),
        false,
        "二(四)12",
    ),
    (
        "firms_over_1_bn",
        "十亿元以上企业",
        "firms over 1 bn yuan",
        ("家", "firms"),
        Relation::AtLeast,
        (20, 0),
        false,
        "二(四)12",
    ),
    ("unicorns", "独角兽企业", "unicorns", ("家", "firms"), Relation::AtLeast, (3, 0), false, "二(四)12"),
];

impl Indicator {
    fn new((id, zh, en, unit, relation, target, binding, clause): Row) -> Self {
        let is_annex = clause == ANNEX;
        let clause = if is_annex { format!("附件{id}") } else { clause.to_owned() };
        Indicator {
            id,
            name: Text::new(zh, en),
            unit: Text::new(unit.0, unit.1),
            relation,
            target: decimal(target.0, target.1),
            nature: is_annex.then_some(if binding { Nature::Binding } else { Nature::Expected }),
            reading: reading(id),
            citation: Citation::new("武政办〔2024〕9号", clause, Basis::Transcribed),
        }
    }

    /// The 17 indicators of the annex.
    pub fn annex() -> Vec<Indicator> {
        INDICATORS.into_iter().map(Indicator::new).collect()
    }

    /// The goals of the text.
    pub fn goals() -> Vec<Indicator> {
        GOALS.into_iter().map(Indicator::new).collect()
    }
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
        match indicator.id {
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
            format!("{sites} 个已投运场所之和；另有 {open} 个场所的机架、投运日期或地区未知"),
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
            format!("已用机柜之和除以已装机柜之和(按机柜数)，{open} 个场所未知"),
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
        let binding: Vec<&str> =
            Indicator::annex().iter().filter(|one| one.nature == Some(Nature::Binding)).map(|one| one.id).collect();
        assert_eq!((Indicator::annex().len(), binding), (17, vec!["9", "10", "11", "13", "14"]));
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

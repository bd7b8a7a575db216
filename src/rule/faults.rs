//! What cannot be right about a pack.

use super::{
    Check, Days, Metric, PackDraft, ScaleClass, Scope,
    rubric::{Item, Levels, MOST_POINTS, Points, RUBRIC_SCHEMA, Rubric},
};
use crate::{
    facility::{Region, Scale},
    finding::{Basis, Code, Finding, Text},
    place::{Place, place},
    quantity::{Decimal, Ratio, Relation},
};
use jiff::civil::Date;
use std::fmt;

/// The schema of a pack.
pub(crate) const SCHEMA: &str = "pue/pack/1";

/// All faults of a draft, each with its place.
pub(super) fn of(draft: &PackDraft) -> Vec<Finding> {
    let mut faults = Vec::new();
    let mut expect = |is_fine: bool, fault: &dyn Fn() -> Finding| {
        if !is_fine {
            faults.push(fault());
        }
    };
    let schema = || wrong(place!(schema), Text::same(SCHEMA), quoted(&draft.schema));
    expect(draft.schema == SCHEMA, &schema);
    expect(!draft.number.trim().is_empty(), &|| empty(place!(number), ("文字", "a text")));
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
    let id = &draft.id;
    expect(!id.is_empty() && id.chars().all(is_plain), &|| {
        wrong(place!(id), ("不含空白和 @ 的编号", "an id without blanks and @"), quoted(id))
    });
    let (day, which) = draft.edition.split_once('.').unwrap_or((&draft.edition, "1"));
    expect(day.parse::<Date>().is_ok() && which.parse::<u32>().is_ok(), &|| {
        let expected = ("日期，同日再版的加 .2", "a day, with .2 a second edition of that day");
        wrong(place!(edition), expected, quoted(&draft.edition))
    });
    let from = draft.from;
    if let Some(until) = draft.until.filter(|until| *until < from) {
        let expected = Text::new(format!("{from} 或以后的日期"), format!("a day from {from} on"));
        expect(false, &|| wrong(place!(until), expected.clone(), until));
    }
    if let Some(lapse) = draft.lapse.as_ref().filter(|lapse| lapse.after < from) {
        let expected = Text::new(format!("{from} 或以后的日期"), format!("a day from {from} on"));
        expect(false, &|| wrong(place!(lapse / after), expected.clone(), lapse.after));
    }
    for (i, code) in draft.jurisdiction.iter().enumerate().filter(|(_, code)| !Region::is_prefix(code)) {
        expect(false, &|| wrong(place!(jurisdiction).item(i), REGION, quoted(code)));
    }
    let rows = || draft.scale.iter().zip(draft.scale.iter().skip(1)).enumerate();
    for (i, (upper, lower)) in rows() {
        let descends = Ratio::from(&upper.racks) > Ratio::from(&lower.racks) && upper.class > lower.class;
        expect(descends, &|| {
            let expected = ("较上一行更小的规模", "a smaller class than in the row before");
            wrong(place!(scale).item(i + 1), expected, format_args!("{} from {}", lower.class, lower.racks))
        });
    }
    for (i, row) in draft.scale.iter().enumerate() {
        let is_lower = matches!(row.relation, Relation::AtLeast | Relation::MoreThan);
        let place = || place!(scale).item(i).key("relation");
        expect(is_lower, &|| wrong(place(), Text::same("at_least, more_than"), row.relation));
        let place = || place!(scale).item(i).key("racks");
        expect(row.racks >= Decimal::from(0), &|| wrong(place(), FROM_ZERO, row.racks));
    }
    let has_some = !draft.requirements.is_empty() || !draft.comparisons.is_empty();
    expect(has_some, &|| empty(place!(requirements), ("至少一项要求或对照", "at least one requirement or comparison")));

    let requirements = draft.requirements.iter().enumerate().map(|(i, one)| {
        let at = place!(requirements).item(i);
        (at.clone(), &one.id, at.key("source"), &one.source.clause, &one.check, &one.scope)
    });
    let comparisons = draft.comparisons.iter().enumerate().map(|(i, one)| {
        let at = place!(comparisons).item(i);
        (at.clone(), &one.id, at, &one.clause, &one.check, &one.scope)
    });
    let all: Vec<_> = requirements.chain(comparisons).collect();
    let is_shared = shared(all.iter().map(|one| &**one.1));
    for (at, id, source, clause, check, scope) in &all {
        if id.trim().is_empty() || is_shared(id) {
            faults.push(wrong(at.clone().key("id"), OWN_ID, quoted(id)));
        }
        if clause.trim().is_empty() {
            faults.push(empty(source.clone().key("clause"), CLAUSE));
        }
        of_check(check, &at.clone().key("check"), &mut faults);
        of_scope(scope, &at.clone().key("scope"), &mut Scopes { classes: &draft.scale, depth: 0, faults: &mut faults });
        if scope.asks_for_scale() && draft.scale.is_empty() {
            let expected = ("规模分级表：适用对象按其中的规模确定", "a table of classes, since a scope names one");
            faults.push(empty(place!(scale), expected));
        }
    }
    Finding::gather(faults)
}

const REGION: (&str, &str) = ("地区代码或其开头", "a region code or its beginning");
const OWN_ID: (&str, &str) = ("不与其他重复的编号", "an id of its own");
const CLASS: (&str, &str) = ("规模分级表中的规模", "a class of the pack's own table");
const CLAUSE: (&str, &str) = ("条款号", "a clause");
const FROM_ZERO: (&str, &str) = ("不小于 0 的数", "a number of 0 or more");
const A_SHARE: (&str, &str) = ("0 至 1 的比例", "a share from 0 to 1");
const FROM_ONE: (&str, &str) = ("不小于 1 的数", "a number of 1 or more");

fn wrong(at: Place, expected: impl Into<Text>, found: impl fmt::Display) -> Finding {
    Finding::new(Code::PackInvalid).place(at).expected(expected).found(found)
}

fn empty(at: Place, expected: impl Into<Text>) -> Finding {
    Finding::new(Code::PackInvalid).place(at).expected(expected).found_text(("空", "nothing"))
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// Whether a name is there more than once.
fn shared<'n>(names: impl Iterator<Item = &'n str>) -> impl Fn(&str) -> bool {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    move |name| names.partition_point(|other| *other <= name) - names.partition_point(|other| *other < name) > 1
}

fn is_pue(limit: &Decimal) -> bool {
    Ratio::from(limit) >= Ratio::ONE
}

fn of_check(check: &Check, at: &Place, faults: &mut Vec<Finding>) {
    let key = |of: &'static str, key: &'static str| at.clone().key(of).key(key);
    match check {
        Check::AnnualPue { limit, .. } if !is_pue(limit) => {
            faults.push(wrong(key("annual_pue", "limit"), FROM_ONE, limit));
        }
        Check::AnnualPue { relation: Relation::LessThan, limit } if *limit == Decimal::ONE => {
            faults.push(wrong(key("annual_pue", "limit"), ("大于 1 的数", "a number above 1"), limit));
        }
        Check::Attested { what } if what.zh.trim().is_empty() || what.en.trim().is_empty() => {
            faults.push(empty(key("attested", "what"), ("文字", "a text")));
        }
        Check::PueBand { bands, at_worst } => {
            let list = key("pue_band", "bands");
            if bands.is_empty() {
                faults.push(empty(list.clone(), ("至少一个等级", "at least one band")));
            }
            let is_shared = shared(bands.iter().map(|band| band.name.as_str()));
            for (i, band) in bands.iter().enumerate() {
                let before = i.checked_sub(1).and_then(|i| bands.get(i)).map(|band| Ratio::from(&band.at_most));
                if !is_pue(&band.at_most) || before.is_some_and(|before| before >= Ratio::from(&band.at_most)) {
                    let expected =
                        ("不小于 1 且大于上一级的数", "a number of 1 or more, above that of the band before");
                    faults.push(wrong(list.clone().item(i).key("at_most"), expected, band.at_most));
                }
                if band.name.trim().is_empty() || is_shared(&band.name) {
                    let expected = ("不与其他重复的名称", "a name of its own");
                    faults.push(wrong(list.clone().item(i).key("name"), expected, quoted(&band.name)));
                }
            }
            if !bands.iter().any(|band| band.name == *at_worst) {
                let expected = ("所列等级之一", "the name of one of the bands");
                faults.push(wrong(key("pue_band", "at_worst"), expected, quoted(at_worst)));
            }
        }
        Check::Score { rubric, .. } => {
            let at = key("score", "rubric");
            of_rubric(rubric, &at, faults);
            let is_hearsay = |item: &Item| matches!(item.basis, Basis::Reported | Basis::Proxy);
            for (i, item) in rubric.items.iter().enumerate().filter(|(_, item)| is_hearsay(item)) {
                let expected = ("可据以判定的依据", "a basis that can judge");
                let found = Text::new(
                    format!("“{}”依据：{}", item.id, item.basis.text().zh),
                    format!("{:?}: {}", item.id, item.basis.text().en),
                );
                let place = at.clone().key("items").item(i).key("basis");
                faults.push(Finding::new(Code::PackInvalid).place(place).expected(expected).found_text(found));
            }
        }
        Check::Figure { figure: Metric::Pue, limit, .. } if !is_pue(limit) => {
            faults.push(wrong(key("figure", "limit"), FROM_ONE, limit));
        }
        Check::Figure { figure: Metric::Occupancy | Metric::ReusedShare, limit, .. }
            if Ratio::from(limit) > Ratio::ONE =>
        {
            faults.push(wrong(key("figure", "limit"), A_SHARE, limit));
        }
        Check::Figure { limit, .. } if Ratio::from(limit) < Ratio::ZERO => {
            faults.push(wrong(key("figure", "limit"), FROM_ZERO, limit));
        }
        _ => {}
    }
}

/// What is known where scopes are looked at.
struct Scopes<'a> {
    /// The pack's table of classes.
    classes: &'a [ScaleClass],
    depth: usize,
    faults: &'a mut Vec<Finding>,
}

/// Nothing that is meant is nested deeper.
const DEEPEST: usize = 64;

fn of_scope(scope: &Scope, at: &Place, known: &mut Scopes<'_>) {
    if known.depth > DEEPEST {
        let expected = Text::new(format!("嵌套不超过 {DEEPEST} 层"), format!("at most {DEEPEST} levels"));
        known.faults.push(Finding::new(Code::PackInvalid).place(at.clone()).expected(expected));
        return;
    }
    let (table, at) = (known.classes, |key: &'static str| at.clone().key(key));
    let mut inner = |scope: &Scope, at: Place| {
        known.depth += 1;
        of_scope(scope, &at, known);
        known.depth -= 1;
    };
    match scope {
        Scope::All(parts) => parts.iter().enumerate().for_each(|(i, part)| inner(part, at("all").item(i))),
        Scope::Any(parts) => parts.iter().enumerate().for_each(|(i, part)| inner(part, at("any").item(i))),
        Scope::Not(part) => inner(part, at("not")),
        Scope::Unclear { when, .. } => inner(when, at("unclear").key("when")),
        _ => {}
    }
    let mut fault = |place: Place, expected: (&'static str, &'static str), found: Option<String>| {
        known.faults.push(match found {
            Some(found) => wrong(place, expected, found),
            None => empty(place, expected),
        });
    };
    let mut one_at_least = |key: &'static str, is_empty: bool, expected: (&'static str, &'static str)| {
        if is_empty {
            fault(at(key), expected, None);
        }
    };
    let (kind, name) = (("至少一种", "at least one kind"), ("至少一个名称", "at least one name"));
    let nameless = |names: &[String]| names.is_empty() || names.iter().any(|name| name.trim().is_empty());
    match scope {
        Scope::All(parts) => one_at_least("all", parts.is_empty(), ("至少一个条件", "at least one condition")),
        Scope::Any(parts) => one_at_least("any", parts.is_empty(), ("至少一个条件", "at least one condition")),
        Scope::Not(part) => {
            one_at_least("not", **part == Scope::Always, ("会有不成立的条件", "a condition that can fail"))
        }
        Scope::Unclear { because, .. } => {
            let is_empty = because.zh.trim().is_empty() || because.en.trim().is_empty();
            one_at_least("unclear", is_empty, ("不明确的原因", "what is not clear"));
        }
        Scope::Region(codes) => {
            one_at_least("region", codes.is_empty(), ("至少一个地区", "at least one region"));
            for (i, code) in codes.iter().enumerate().filter(|(_, code)| !Region::is_prefix(code)) {
                fault(at("region").item(i), REGION, Some(quoted(code)));
            }
        }
        Scope::Lifecycle(kinds) => one_at_least("lifecycle", kinds.is_empty(), kind),
        Scope::Scale(classes) => {
            one_at_least("scale", classes.is_empty(), ("至少一个规模", "at least one class"));
            let is_known = |class: &Scale| table.is_empty() || table.iter().any(|row| row.class == *class);
            for (i, class) in classes.iter().enumerate().filter(|(_, class)| !is_known(class)) {
                fault(at("scale").item(i), CLASS, Some(class.to_string()));
            }
        }
        Scope::Zone(names) => one_at_least("zone", nameless(names), name),
        Scope::Climate(names) => one_at_least("climate", nameless(names), name),
        Scope::Sector(names) => one_at_least("sector", nameless(names), name),
        Scope::AirConditioning(kinds) => one_at_least("air_conditioning", kinds.is_empty(), kind),
        Scope::ItCooling(kinds) => one_at_least("it_cooling", kinds.is_empty(), kind),
        Scope::StandardRacks { limit, .. } => of_limit(limit, FROM_ZERO, at("standard_racks"), known.faults),
        Scope::Cabinets { limit, .. } => of_limit(limit, FROM_ZERO, at("cabinets"), known.faults),
        Scope::AnnualGwh { limit, .. } => of_limit(limit, FROM_ZERO, at("annual_gwh"), known.faults),
        Scope::AnnualTce { limit, .. } => of_limit(limit, FROM_ZERO, at("annual_tce"), known.faults),
        Scope::AnnualPue { limit, .. } => of_limit(limit, FROM_ONE, at("annual_pue"), known.faults),
        Scope::Occupancy { limit, .. } => of_limit(limit, A_SHARE, at("occupancy"), known.faults),
        Scope::YearsInService { at_least } if *at_least < 0 => {
            fault(at("years_in_service").key("at_least"), FROM_ZERO, Some(at_least.to_string()));
        }
        Scope::Approved(days) => of_days(days, at("approved"), known.faults),
        Scope::InService(days) => of_days(days, at("in_service"), known.faults),
        Scope::Day(days) => of_days(days, at("day"), known.faults),
        _ => {}
    }
}

/// A limit of a condition.
fn of_limit(limit: &Decimal, expected: (&'static str, &'static str), at: Place, faults: &mut Vec<Finding>) {
    let least = if expected == FROM_ONE { 1 } else { 0 };
    if *limit < Decimal::from(least) || (expected == A_SHARE && *limit > Decimal::ONE) {
        faults.push(wrong(at.key("limit"), expected, limit));
    }
}

fn of_days(days: &Days, at: Place, faults: &mut Vec<Finding>) {
    if days.from.is_none() && days.until.is_none() {
        faults.push(empty(at.clone(), ("起始日期或截止日期", "a first or a last day")));
    }
    if let Some((from, until)) = days.from.zip(days.until).filter(|(from, until)| until < from) {
        let expected = Text::new(format!("{from} 或以后的日期"), format!("a day from {from} on"));
        faults.push(wrong(at.key("until"), expected, until));
    }
}

/// Of a rubric that stands at a place.
pub(super) fn of_rubric(rubric: &Rubric, at: &Place, faults: &mut Vec<Finding>) {
    let key = |key: &'static str| at.clone().key(key);
    if rubric.schema != RUBRIC_SCHEMA {
        faults.push(wrong(key("schema"), Text::same(RUBRIC_SCHEMA), quoted(&rubric.schema)));
    }
    if rubric.items.is_empty() {
        faults.push(empty(key("items"), ("至少一个条目", "at least one item")));
    }
    let is_shared = shared(rubric.items.iter().map(|item| item.id.as_str()));
    for (i, item) in rubric.items.iter().enumerate() {
        let of = |of: &'static str| key("items").item(i).key(of);
        if item.id.trim().is_empty() || is_shared(&item.id) {
            faults.push(wrong(of("id"), OWN_ID, quoted(&item.id)));
        }
        if let Points::Steps(steps) = &item.points {
            let mut pairs = steps.iter().zip(steps.iter().skip(1));
            if steps.is_empty() || !pairs.all(|(a, b)| Ratio::from(&a.points) >= Ratio::from(&b.points)) {
                let expected = ("一档或多档，分值由高到低", "one or more steps, the best first");
                faults.push(Finding::new(Code::PackInvalid).place(of("points").key("steps")).expected(expected));
            }
        }
        if item.clause.trim().is_empty() {
            faults.push(empty(of("clause"), CLAUSE));
        }
        if item.input.trim().is_empty() {
            faults.push(empty(of("input"), ("输入项名称", "the name of an input")));
        }
        let (least, most) = item.points.range();
        let (floor, ceiling) = (Ratio::from(&Decimal::from(-MOST_POINTS)), Ratio::from(&Decimal::from(MOST_POINTS)));
        if least < floor || most > ceiling {
            let expected = Text::same(format!("−{MOST_POINTS} … {MOST_POINTS}"));
            faults.push(wrong(of("points"), expected, format_args!("{least} … {most}")));
        }
        if let Points::Linear { least, most, .. } = &item.points
            && Ratio::from(least) > Ratio::from(most)
        {
            faults.push(wrong(
                of("points").key("linear"),
                Text::same("least ≤ most"),
                format_args!("{least} > {most}"),
            ));
        }
    }
    let names = rubric.names();
    for (i, levels) in rubric.levels.iter().enumerate() {
        let (own, edges): (Vec<&String>, Vec<Ratio>) = match levels {
            Levels::ByScore(levels) => {
                // The most points are the best level; of an input, the least.
                let minus = |edge: Ratio| Ratio::new(-edge.numerator(), edge.denominator()).unwrap_or(edge);
                levels.iter().map(|level| (&level.name, minus(Ratio::from(&level.at_least)))).unzip()
            }
            Levels::ByInput { bands, .. } => bands.iter().map(|band| (&band.name, Ratio::from(&band.at_most))).unzip(),
        };
        let is_in_order = edges.iter().zip(edges.iter().skip(1)).all(|(better, worse)| better < worse);
        if !is_in_order || own != names || own.is_empty() {
            let expected =
                Text::new(format!("各等级 {names:?}，由高到低"), format!("the levels {names:?}, the best first"));
            faults.push(wrong(key("levels").item(i), expected, format_args!("{own:?}")));
        }
    }
}

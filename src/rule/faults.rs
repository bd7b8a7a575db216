//! What cannot be right about a pack.

use super::{
    Check, Metric, PackDraft, Scope,
    rubric::{Item, Levels, MOST_POINTS, Points, RUBRIC_SCHEMA, Rubric},
};
use crate::{
    facility::Region,
    finding::{Basis, Code, Finding, Text},
    place::{Place, place},
    quantity::{Decimal, Ratio, Relation},
};
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
    for (key, text) in [("id", &draft.id), ("edition", &draft.edition), ("number", &draft.number)] {
        expect(!text.trim().is_empty(), &|| empty(Place::WHOLE.key(key), ("文字", "a text")));
    }
    let from = draft.from;
    if let Some(until) = draft.until.filter(|until| *until < from) {
        let expected = Text::new(format!("{from} 或以后的日期"), format!("a day from {from} on"));
        expect(false, &|| wrong(place!(until), expected.clone(), until));
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
    let mut ids: Vec<&str> = all.iter().map(|one| &**one.1).collect();
    ids.sort_unstable();
    let is_shared = |id: &str| ids.partition_point(|other| *other <= id) - ids.partition_point(|other| *other < id) > 1;
    for (at, id, source, clause, check, scope) in &all {
        if id.trim().is_empty() || is_shared(id) {
            faults.push(wrong(at.clone().key("id"), OWN_ID, quoted(id)));
        }
        if clause.trim().is_empty() {
            faults.push(empty(source.clone().key("clause"), CLAUSE));
        }
        of_check(check, &at.clone().key("check"), &mut faults);
        of_scope(scope, &at.clone().key("scope"), &mut faults);
        if scope.asks_for_scale() && draft.scale.is_empty() {
            let expected = ("规模分级表：适用对象按其中的规模确定", "a table of classes, since a scope names one");
            faults.push(empty(place!(scale), expected));
        }
    }
    Finding::gather(faults)
}

const REGION: (&str, &str) = ("地区代码或其开头", "a region code or its beginning");
const OWN_ID: (&str, &str) = ("不与其他重复的编号", "an id of its own");
const CLAUSE: (&str, &str) = ("条款号", "a clause");
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

fn is_pue(limit: &Decimal) -> bool {
    Ratio::from(limit) >= Ratio::ONE
}

fn of_check(check: &Check, at: &Place, faults: &mut Vec<Finding>) {
    let key = |of: &'static str, key: &'static str| at.clone().key(of).key(key);
    match check {
        Check::AnnualPue { limit, .. } if !is_pue(limit) => {
            faults.push(wrong(key("annual_pue", "limit"), FROM_ONE, limit));
        }
        Check::PueBand { bands, at_worst } => {
            let list = key("pue_band", "bands");
            if bands.is_empty() {
                faults.push(empty(list.clone(), ("至少一个等级", "at least one band")));
            }
            for (i, band) in bands.iter().enumerate() {
                let before = i.checked_sub(1).and_then(|i| bands.get(i)).map(|band| Ratio::from(&band.at_most));
                if !is_pue(&band.at_most) || before.is_some_and(|before| before >= Ratio::from(&band.at_most)) {
                    let expected =
                        ("不小于 1 且大于上一级的数", "a number of 1 or more, above that of the band before");
                    faults.push(wrong(list.clone().item(i).key("at_most"), expected, band.at_most));
                }
                if bands.iter().take(i).any(|other| other.name == band.name) {
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
            faults.push(wrong(key("figure", "limit"), ("0 至 1 的比例", "a share from 0 to 1"), limit));
        }
        Check::Figure { limit, .. } if Ratio::from(limit) < Ratio::ZERO => {
            faults.push(wrong(key("figure", "limit"), ("不小于 0 的数", "a number of 0 or more"), limit));
        }
        _ => {}
    }
}

fn of_scope(scope: &Scope, at: &Place, faults: &mut Vec<Finding>) {
    let at = |key: &'static str| at.clone().key(key);
    let mut one_at_least = |key: &'static str, is_empty: bool, expected: (&'static str, &'static str)| {
        if is_empty {
            faults.push(empty(at(key), expected));
        }
    };
    let kind = ("至少一种", "at least one kind");
    let name = ("至少一个名称", "at least one name");
    match scope {
        Scope::All(parts) | Scope::Any(parts) => {
            let key = if matches!(scope, Scope::All(_)) { "all" } else { "any" };
            one_at_least(key, parts.is_empty(), ("至少一个条件", "at least one condition"));
            for (i, part) in parts.iter().enumerate() {
                of_scope(part, &at(key).item(i), faults);
            }
        }
        Scope::Not(inner) => of_scope(inner, &at("not"), faults),
        Scope::Unclear { when, .. } => of_scope(when, &at("unclear").key("when"), faults),
        Scope::Region(codes) => {
            one_at_least("region", codes.is_empty(), ("至少一个地区", "at least one region"));
            for (i, code) in codes.iter().enumerate().filter(|(_, code)| !Region::is_prefix(code)) {
                faults.push(wrong(at("region").item(i), REGION, quoted(code)));
            }
        }
        Scope::Lifecycle(kinds) => one_at_least("lifecycle", kinds.is_empty(), kind),
        Scope::Scale(classes) => one_at_least("scale", classes.is_empty(), ("至少一个规模", "at least one class")),
        Scope::Zone(names) => one_at_least("zone", names.is_empty(), name),
        Scope::Climate(names) => one_at_least("climate", names.is_empty(), name),
        Scope::Sector(names) => one_at_least("sector", names.is_empty(), name),
        Scope::AirConditioning(kinds) => one_at_least("air_conditioning", kinds.is_empty(), kind),
        Scope::ItCooling(kinds) => one_at_least("it_cooling", kinds.is_empty(), kind),
        Scope::Approved(days) | Scope::InService(days) | Scope::Day(days) => {
            if let Some((from, until)) = days.from.zip(days.until).filter(|(from, until)| until < from) {
                let key = match scope {
                    Scope::Approved(_) => "approved",
                    Scope::InService(_) => "in_service",
                    _ => "day",
                };
                let expected = Text::new(format!("{from} 或以后的日期"), format!("a day from {from} on"));
                faults.push(wrong(at(key).key("until"), expected, until));
            }
        }
        _ => {}
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
    for (i, item) in rubric.items.iter().enumerate() {
        let of = |of: &'static str| key("items").item(i).key(of);
        if item.id.is_empty() || rubric.items.iter().take(i).any(|other| other.id == item.id) {
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

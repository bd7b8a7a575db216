//! What the verdicts rely on (判定所依赖的申报): each statement that only the operator's word supports, with the PUE and the
//! outcomes as they would be without it.
//!
//! Statements are left aside one by one; if none of them decides, those of one kind together; if none does, all that are to be
//! warned of, the one with the largest effect first, until a verdict changes.

use super::{Ground, scope_facts};
use crate::{
    facility::{Facility, LifecycleKind, StandardRacks},
    finding::{Code, Finding, Text},
    kpi::{MeasuredPue, Relied, Statement, Without},
    metering::Carrier,
    place::Place,
    quantity::{ExactEnergy, Ratio},
    rule::{Nature, Outcome, Pack, Requirement, Span, Verdict},
};
use jiff::civil::Date;
use std::{borrow::Cow, collections::BTreeMap};

/// A statement that the PUE relies on, and what comes of it without.
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json")), &[]);
/// // What decides an outcome, with the outcome that would be without it.
/// for reliance in audit.reliance.iter().filter(|reliance| reliance.decides) {
///     println!("{}: {:?}", reliance.message().en, reliance.outcomes_without);
/// }
/// assert!(!audit.reliance.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Reliance {
    /// The kind of statement.
    pub on: Statement,
    /// Where it is made.
    pub place: Place,
    /// The energy that it is about; `None`: not known.
    pub energy: Option<ExactEnergy>,
    /// The PUE without it; `None`: not known.
    pub pue_without: Option<Ratio>,
    /// The outcomes that would be others, by pack and requirement.
    pub outcomes_without: BTreeMap<String, Outcome>,
    /// Whether a binding requirement is met only with it, alone or with others that decide: a person has to check it.
    pub decides: bool,
    /// What it is said of.
    name: Text,
}

impl Reliance {
    /// What is relied on, in a sentence: `a load outside the data centre, taken off the total (loads outside the data centre,
    /// 8100.000 MWh; PUE 1.402 if it is not taken off)`.
    pub fn message(&self) -> Text {
        let (what, without) = (self.on.text(), self.on.without());
        let energy = self.energy.map(ExactEnergy::text);
        let (zh, en) = energy
            .map_or((String::new(), String::new()), |energy| (format!("，{}", energy.zh), format!(", {}", energy.en)));
        let pue = self.pue_without.and_then(|pue| pue.round(3)).map(|pue| pue.to_string());
        let (or_zh, or_en) = match pue {
            Some(pue) => (format!("{}时 PUE 为 {pue}", without.zh), format!("PUE {pue} if {}", without.en)),
            None => (format!("否则{}", without.zh), format!("otherwise {}", without.en)),
        };
        Text::new(
            format!("{}（{}{zh}；{or_zh}）", what.zh, self.name.zh),
            format!("{} ({}{en}; {or_en})", what.en, self.name.en),
        )
    }
}

/// So many statements are judged one by one; a site has few.
const MOST_JUDGED: usize = 64;

/// So many are named in the sentence of a verdict; all of them stand beside it.
const MOST_NAMED: usize = 3;

/// All statements left aside at once.
#[derive(Clone, Debug)]
struct Aside {
    total: i128,
    it: i128,
    /// What each of them may differ by besides.
    total_range: Range,
    it_range: Range,
    carriers: Vec<Carrier>,
    racks: Option<StandardRacks>,
    without_region: bool,
    new_since: Option<Date>,
}

/// A least and a most; `None`: nothing bounds it.
type Range = (i128, Option<i128>);

fn add(some: &mut Range, more: Range) {
    some.0 += more.0;
    some.1 = some.1.zip(more.1).and_then(|(a, b)| a.checked_add(b));
}

impl Aside {
    fn of<'r>(relied: impl IntoIterator<Item = &'r Relied>) -> Self {
        let none = (0, Some(0));
        let mut aside = Aside {
            total: 0,
            it: 0,
            total_range: none,
            it_range: none,
            carriers: Vec::new(),
            racks: None,
            without_region: false,
            new_since: None,
        };
        for one in relied {
            match one.without {
                Without::Sums { total, it } => (aside.total, aside.it) = (aside.total + total, aside.it + it),
                Without::Carrier(carrier) => aside.carriers.push(carrier),
                Without::Between { total, it } => {
                    add(&mut aside.total_range, total);
                    add(&mut aside.it_range, it);
                }
                Without::Racks(racks) => aside.racks = Some(racks),
                Without::Region => aside.without_region = true,
                Without::New { since } => aside.new_since = Some(since),
                Without::Unstated => {}
            }
        }
        aside
    }

    fn applied_to(&self, measured: &MeasuredPue) -> MeasuredPue {
        let energy = ExactEnergy::from_microjoules;
        let mut changed = measured.with(energy(self.total), energy(self.it));
        if (self.total_range, self.it_range) != ((0, Some(0)), (0, Some(0))) {
            changed = changed.loosened(self.total_range, self.it_range);
        }
        if !self.carriers.is_empty() {
            changed.all_carriers = None;
        }
        changed
    }

    /// Whether more than energies would be otherwise.
    fn is_of_facts(&self) -> bool {
        self.racks.is_some() || self.without_region || self.new_since.is_some() || !self.carriers.is_empty()
    }

    /// The facility as it would be under a pack.
    fn facility_of<'f>(&self, facility: &'f Facility, pack: &Pack) -> Cow<'f, Facility> {
        let mut changed = Cow::Borrowed(facility);
        if self.without_region {
            changed.to_mut().region = None;
        }
        if self.new_since.is_some_and(|since| since > pack.from)
            && let Some(lifecycle) = &mut changed.to_mut().lifecycle
        {
            lifecycle.kind = Some(LifecycleKind::New);
        }
        changed
    }
}

/// What is judged again and again.
struct Judge<'j, 'g> {
    ground: &'j Ground<'g>,
    packs: &'j [Cow<'j, Pack>],
    on: Date,
    before: Vec<(&'j Pack, &'j Requirement, Outcome)>,
    /// Of what was measured.
    span: Option<Span>,
}

/// Outcomes that a change brings: each by its name, and whether a binding requirement that was met is met no more.
#[derive(Clone, Debug, Default)]
struct Change {
    outcomes: BTreeMap<String, Outcome>,
    flips: Vec<String>,
}

impl Judge<'_, '_> {
    fn without(&self, aside: &Aside) -> Change {
        let measured = aside.applied_to(self.ground.judged());
        // Where only energies change, most requirements come to the same.
        let span = self.span.filter(|_| !aside.is_of_facts());
        let span = span.and_then(|span| Some(span.with(Span::of(&measured, self.ground.decision)?)));
        let is_open = |pack: &Pack, requirement: &Requirement, was: Outcome| {
            !span.is_some_and(|span| pack.is_settled(requirement, was, span))
        };
        let mut change = Change::default();
        // A build that checks itself judges all of them again.
        if cfg!(not(debug_assertions)) && !self.before.iter().any(|(pack, one, was)| is_open(pack, one, *was)) {
            return change;
        }
        let boundary = self.ground.judged_boundary();
        let all = |known: &[Carrier]| [known, &aside.carriers].concat();
        let (others, unweighted) = (all(boundary.other_carriers()), all(boundary.unweighted_carriers()));
        for pack in self.packs {
            let of_pack = || self.before.iter().filter(|(of, ..)| std::ptr::eq(*of, pack.as_ref()));
            let open = of_pack().filter(|(_, requirement, was)| is_open(pack, requirement, *was));
            let facility = aside.facility_of(&self.ground.facility, pack);
            let case = self.ground.case_of(&facility, self.on, &measured).counting(&others, &unweighted);
            let case = case.of_scale(aside.racks);
            debug_assert!(of_pack().all(|(_, requirement, was)| {
                is_open(pack, requirement, *was) || pack.outcome(requirement, &case) == *was
            }));
            for (_, requirement, was) in open {
                let is = pack.outcome(requirement, &case);
                if is == *was {
                    continue;
                }
                let name = format!("{} {}", pack.id, requirement.id);
                let is_well = |outcome: Outcome| matches!(outcome, Outcome::Meets | Outcome::NotApplicable);
                let is_bound = matches!(requirement.nature, Nature::Mandatory | Nature::Binding);
                if is_bound && is_well(*was) && !is_well(is) {
                    change.flips.push(name.clone());
                }
                change.outcomes.insert(name, is);
            }
        }
        change
    }
}

/// What an assessment relies on, and a warning of each statement that decides; these are named beside the verdicts.
pub(super) fn weigh(
    ground: &Ground<'_>,
    (packs, on, found): (&[Cow<'_, Pack>], Date, &[Finding]),
    verdicts: &mut [Verdict],
) -> (Vec<Reliance>, Vec<Finding>) {
    let relied: Vec<Relied> =
        ground.judged().relied().iter().cloned().chain(scope_facts::find(&ground.facility, packs)).collect();
    let relied = relied.as_slice();
    // Where the data have errors nothing is decided that could rely on anything.
    if relied.is_empty() || found.iter().any(Finding::is_error) {
        return (Vec::new(), Vec::new());
    }
    let asked = packs.iter().flat_map(|pack| pack.requirements.iter().map(move |one| (pack.as_ref(), one)));
    let before = asked.zip(verdicts.iter()).map(|((pack, one), verdict)| (pack, one, verdict.outcome)).collect();
    let judge = Judge { ground, packs, on, before, span: Span::of(ground.judged(), ground.decision) };
    let without = |one: &Relied| match one.without {
        Without::Unstated => Change::default(),
        _ => judge.without(&Aside::of([one])),
    };
    let mut alone: Vec<Change> = relied.iter().take(MOST_JUDGED).map(without).collect();
    alone.resize_with(relied.len(), Change::default);
    let energy = ExactEnergy::from_microjoules;
    let pue = |one: &Relied| match one.without {
        Without::Sums { total, it } => ground.judged().value_with(energy(total), energy(it)),
        // The PUE is the same, or is not known.
        Without::Racks(_) | Without::Region | Without::New { .. } => None,
        Without::Carrier(_) | Without::Between { .. } | Without::Unstated => None,
    };
    let reported = ground.judged().pue().map_or(0.0, |pue| pue.ratio().to_f64());
    let (deciding, flips) = deciding(relied, &alone, &judge);
    let all = relied.iter().zip(alone).enumerate().map(|(i, (one, change))| Reliance {
        on: one.on,
        place: one.place.clone(),
        energy: one.energy,
        pue_without: pue(one),
        outcomes_without: change.outcomes,
        decides: deciding.contains(&i),
        name: one.name.clone(),
    });
    let mut all: Vec<Reliance> = all.collect();
    // What decides comes first, then what would change most.
    let moved = |one: &Reliance| one.pue_without.map_or(0.0, |pue| (pue.to_f64() - reported).abs());
    all.sort_by(|a, b| b.decides.cmp(&a.decides).then_with(|| moved(b).total_cmp(&moved(a))));
    let is_flipped = |verdict: &&mut Verdict| {
        !flips.is_empty() && flips.contains(&format!("{} {}", verdict.pack, verdict.requirement))
    };
    for verdict in verdicts.iter_mut().filter(is_flipped) {
        verdict.relying_on = all.iter().filter(|one| one.decides).map(Reliance::message).collect();
        let few = verdict.relying_on.iter().take(MOST_NAMED);
        let (mut zh, mut en): (Vec<_>, Vec<_>) = few.map(|text| (text.zh.clone(), text.en.clone())).unzip();
        if let Some(more) = verdict.relying_on.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
            zh.push(format!("另有 {more} 项").into());
            en.push(format!("{more} more").into());
        }
        verdict.message = Text::new(
            format!("{}；仅凭申报：{}", verdict.message.zh, zh.join("；")),
            format!("{}; relying on: {}", verdict.message.en, en.join("; ")),
        );
    }
    let findings = all.iter().filter(|one| one.decides).map(|one| {
        let message = one.message();
        let finding = Finding::new(Code::RelianceDecides).place(one.place.clone()).detail(&message.zh, &message.en);
        let of = relied.iter().find(|of| of.place == one.place && of.on == one.on);
        let meter = of.and_then(|of| ground.meters.get(of.meter?));
        Finding { meter: meter.map(|meter| meter.id.clone()), ..finding }
    });
    let findings = findings.collect();
    (all, findings)
}

/// Which statements decide, and what they decide.
fn deciding(relied: &[Relied], alone: &[Change], judge: &Judge<'_, '_>) -> (Vec<usize>, Vec<String>) {
    let warned = || (0..relied.len()).filter(|&i| relied.get(i).is_some_and(|one| one.is_warned));
    let pick = |members: &[usize]| members.iter().filter_map(|&i| relied.get(i)).collect::<Vec<_>>();
    let flips_alone = |i: usize| alone.get(i).is_some_and(|change| !change.flips.is_empty());
    let single: Vec<usize> = warned().filter(|&i| flips_alone(i)).collect();
    if !single.is_empty() {
        let flips = single.iter().filter_map(|&i| alone.get(i)).flat_map(|change| change.flips.clone()).collect();
        return (single, flips);
    }
    let mut kinds: BTreeMap<Statement, Vec<usize>> = BTreeMap::new();
    warned().for_each(|i| kinds.entry(pick(&[i]).first().map_or(Statement::Share, |one| one.on)).or_default().push(i));
    for members in kinds.values().filter(|members| members.len() > 1) {
        let change = judge.without(&Aside::of(pick(members)));
        if !change.flips.is_empty() {
            return (members.clone(), change.flips);
        }
    }
    // What moves the ratio most comes first.
    let mut by_effect: Vec<usize> = warned().collect();
    let effect = |i: &usize| match pick(&[*i]).first().map(|one| one.without) {
        Some(Without::Sums { total, it }) => total.saturating_sub(it),
        Some(Without::Between { total, it }) => total.1.map_or(i128::MAX, |most| most.saturating_sub(it.0)),
        _ => 0,
    };
    by_effect.sort_by_key(|i| std::cmp::Reverse(effect(i)));
    // One after another, and where there are very many, all of them.
    let counts = (2..=by_effect.len().min(MOST_JUDGED)).chain(Some(by_effect.len()).filter(|all| *all > MOST_JUDGED));
    let first_flip = counts.into_iter().find_map(|count| {
        let members = by_effect.get(..count)?;
        let change = judge.without(&Aside::of(pick(members)));
        (!change.flips.is_empty()).then(|| (members.to_vec(), change.flips))
    });
    first_flip.unwrap_or_default()
}

use super::Method;
use crate::{
    finding::{Code, Finding, Text},
    metering::{Carrier, MeasurementPoint as Point, Meter},
    place::place,
    quantity::{Dimension, ExactEnergy, Ratio},
    site::Site,
};
use serde::{Deserialize, Serialize};

/// Where IT energy is measured (PUE 类别); the category travels with the number.
///
/// ```
/// use pue::kpi::Category;
/// assert_eq!(Category::try_from(2)?.point().as_str(), "pdu_output");
/// assert!(Category::try_from(4).is_err());
/// # Ok::<(), pue::kpi::UnknownCategory>(())
/// ```
///
/// Source: ISO/IEC 30134-2; EU 2024/1364 for category 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum Category {
    /// 1, basic: at the UPS output.
    Basic,
    /// 2, intermediate: at the PDU output.
    Intermediate,
    /// 3, advanced: at the input of the IT equipment.
    Advanced,
}

impl Category {
    /// All categories, the lowest first.
    pub const ALL: [Category; 3] = [Category::Basic, Category::Intermediate, Category::Advanced];

    /// 1, 2 or 3.
    pub const fn number(self) -> u8 {
        match self {
            Category::Basic => 1,
            Category::Intermediate => 2,
            Category::Advanced => 3,
        }
    }

    /// Where it is measured.
    pub const fn point(self) -> Point {
        match self {
            Category::Basic => Point::UpsOutput,
            Category::Intermediate => Point::PduOutput,
            Category::Advanced => Point::ItInput,
        }
    }
}

impl From<Category> for u8 {
    fn from(category: Category) -> u8 {
        category.number()
    }
}

impl TryFrom<u8> for Category {
    type Error = UnknownCategory;

    fn try_from(number: u8) -> Result<Self, UnknownCategory> {
        let found = Category::ALL.into_iter().find(|category| category.number() == number);
        found.ok_or(UnknownCategory(number))
    }
}

/// A number that is no category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a category 1, 2 or 3, found {0}")]
pub struct UnknownCategory(pub u8);

/// Energy per unit of a fuel: a table with a name, so that the method of a result can be named.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnergyContent {
    /// The table's name.
    pub name: &'static str,
    /// Carrier, unit, watt-hours in it.
    pub rows: &'static [(Carrier, Dimension, &'static str, i128)],
}

/// Energy content by a fact sheet on EN 50600 (`reported`): diesel 9.9 kWh/l, natural gas 10.5 kWh/m³, hydrogen
/// 38.9 kWh/kg, bioethanol 6 kWh/l. Heating values are mixed: diesel and bioethanol net, hydrogen near gross.
pub const ENERGY_CONTENT: EnergyContent = EnergyContent {
    name: "en-50600-fact-sheet",
    rows: &[
        (Carrier::Diesel, Dimension::Volume, "l", 9_900),
        (Carrier::NaturalGas, Dimension::Volume, "m3", 10_500),
        (Carrier::Hydrogen, Dimension::Mass, "kg", 38_900),
        (Carrier::Bioethanol, Dimension::Volume, "l", 6_000),
    ],
};

impl EnergyContent {
    /// Exact energy units (µJ) per exact unit of the carrier (µl, mg, or µJ itself).
    pub(super) fn per_unit(&self, meter: &Meter) -> Option<Ratio> {
        if meter.dimension() == Dimension::Energy {
            return Some(Ratio::ONE);
        }
        let (.., watt_hours) = self.row(meter)?;
        Ratio::new(watt_hours * 3_600_000_000, self.exact_units(meter))
    }

    pub(super) fn row(&self, meter: &Meter) -> Option<&(Carrier, Dimension, &'static str, i128)> {
        self.rows.iter().find(|row| (row.0, row.1) == (meter.carrier, meter.dimension()))
    }

    /// The unit in which a meter's carrier is counted.
    pub(super) fn unit(&self, meter: &Meter) -> &'static str {
        self.row(meter).map_or("kWh", |row| row.2)
    }

    /// Exact units in one of them.
    fn exact_units(&self, meter: &Meter) -> i128 {
        match self.unit(meter) {
            "m3" => 1_000_000_000,
            "kWh" => ExactEnergy::KWH.microjoules(),
            _ => 1_000_000,
        }
    }

    /// The divisor that turns µJ per exact unit into kWh per unit.
    pub(super) fn exact_per_kwh(&self, meter: &Meter) -> Option<Ratio> {
        Ratio::new(self.exact_units(meter), ExactEnergy::KWH.microjoules())
    }
}

/// One meter's part in a sum: its amount times a factor, added or taken away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Term {
    pub meter: usize,
    pub factor: Ratio,
    pub minus: bool,
}

/// Which meters make which sum (计量边界), decided from the site alone.
///
/// E_DC = Σ grid supply, generator output, PV, wind, each less an export meter whose parent it is, + bought cooling ×
/// factor + generator fuel × energy content where that generator has no output meter, − meters of what lies outside the
/// data centre. A meter below a counted one is not counted again, a check meter never.
///
/// E_IT = Σ meters of one IT point: the declared category's, else the lowest present, because upstream meters cannot
/// miss a load; less what is sub-metered on the UPS output and is not IT.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Boundary {
    electricity: Vec<Term>,
    other_carriers: Vec<Term>,
    pub(crate) it: Vec<Term>,
    pub(crate) bought_cooling: Vec<Term>,
    pub(crate) cooling: Vec<Term>,
    pub(crate) power_chain: Vec<Term>,
    pub(crate) lighting_other: Vec<Term>,
    /// Fuel whose generators have a metered output, and so is not counted.
    pub(crate) burnt: Vec<Term>,
    /// What those generators gave.
    pub(crate) generated: Vec<Term>,
    /// Whether the total is what its parts add up to: what no meter measures is then not in it.
    from_parts: bool,
    category: Option<Category>,
    method: Method,
    carriers: Vec<Carrier>,
    unweighted: Vec<Carrier>,
    assumptions: Vec<Text>,
    confirmed: Vec<Text>,
    findings: Vec<Finding>,
}

fn supplies(point: Point) -> bool {
    matches!(point, Point::GridSupply | Point::GeneratorOutput | Point::Pv | Point::Wind)
}

impl Boundary {
    /// The sums of a site; `declared` is the PUE category that the operator names.
    pub fn new(site: &Site, declared: Option<Category>) -> Self {
        Boundary::by(Method::default(), site, declared)
    }

    /// The same by a named method.
    pub fn by(method: Method, site: &Site, declared: Option<Category>) -> Self {
        let mut boundary = Boundary { method, ..Boundary::default() };
        boundary.add_supplies(site);
        if method != Method::ElectricityOnly {
            boundary.add_fuel_and_cooling(site);
        }
        boundary.add_it(site, declared);
        boundary.add_overhead(site);
        boundary.say_lives(site);
        boundary
    }

    /// The same with a total that is the sum of its metered parts: IT energy, cooling, losses of the power chain, lighting and other;
    /// of parts below one another the uppermost. What no meter measures is not in it, so the PUE is open above.
    ///
    /// Nothing is summed up so unless it is asked for, and nothing where the supply from the grid is metered: an E_DC is measured
    /// at the supplies.
    pub fn total_from_parts(mut self, site: &Site) -> Self {
        let is_grid = |term: &Term| site.meters().get(term.meter).is_some_and(|m| m.point == Point::GridSupply);
        if self.electricity.iter().any(is_grid) {
            return self;
        }
        let parts = self.parts(site);
        let is_top = |i: &usize| !site.tree().above(*i).any(|up| parts.contains(&up));
        let tops: Vec<usize> = parts.iter().copied().filter(is_top).collect();
        let term =
            |i: &usize, minus| Term { meter: *i, factor: site.meters().get(*i).map_or(Ratio::ONE, share), minus };
        // What lies outside the data centre, below a part, is in that part.
        let is_outside = |point| point == Point::Outside;
        let is_in_a_part = |i: &usize| site.tree().above(*i).any(|up| tops.binary_search(&up).is_ok());
        let outside = electric(site, is_outside).map(|(i, _)| i).filter(|i| !is_below(site, *i, is_outside));
        let outside: Vec<usize> = outside.filter(is_in_a_part).collect();
        let added = tops.iter().map(|i| term(i, false));
        self.electricity = added.chain(outside.iter().map(|i| term(i, true))).collect();
        // Their energy has passed the parts.
        let is_fuel = |term: &Term| site.meters().get(term.meter).is_some_and(|m| m.point == Point::GeneratorFuel);
        self.other_carriers.retain(|term| !is_fuel(term));
        (self.burnt, self.generated, self.from_parts) = (Vec::new(), Vec::new(), true);
        self.findings.push(Finding::new(Code::PueTotalFromParts).place(place!(meters)));
        self
    }

    /// The meters of what uses energy in the data centre: the IT energy with the meters through which it came, cooling, lighting and
    /// other, losses of distribution. A meter further up counts only if IT energy is below it, of the same share.
    fn parts(&self, site: &Site) -> std::collections::BTreeSet<usize> {
        let mut it: Vec<usize> = self.it.iter().filter(|term| !term.minus).map(|term| term.meter).collect();
        it.sort_unstable();
        let share_of = |i: usize| site.meters().get(i).and_then(|meter| meter.share);
        let carries_it = |i: usize| {
            it.iter().any(|&below| share_of(below) == share_of(i) && site.tree().above(below).any(|up| up == i))
        };
        let is_part = |i: usize, point: Point| match point {
            Point::Cooling | Point::Lighting | Point::Other | Point::Distribution => true,
            Point::UpsInput | Point::UpsOutput | Point::PduOutput | Point::ItInput | Point::ItLoad => {
                it.binary_search(&i).is_ok() || carries_it(i)
            }
            _ => false,
        };
        let all = electric(site, |_| true).filter(|(i, meter)| is_part(*i, meter.point));
        all.map(|(i, _)| i).filter(|i| !is_below(site, *i, |point| point == Point::Outside)).collect()
    }

    /// Whether the total is what its parts add up to.
    pub(crate) const fn is_from_parts(&self) -> bool {
        self.from_parts
    }

    /// How carriers other than electricity are counted.
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The category of the IT energy; `None` if the place of measurement is not stated.
    pub const fn category(&self) -> Option<Category> {
        self.category
    }

    /// The carriers other than electricity that cross the boundary.
    pub fn other_carriers(&self) -> &[Carrier] {
        &self.carriers
    }

    /// Of those, the ones that cannot be counted because their factor is not given: the sum over all carriers is then
    /// unknown.
    pub fn unweighted_carriers(&self) -> &[Carrier] {
        &self.unweighted
    }

    /// How carriers other than electricity were weighed, for people.
    pub fn assumptions(&self) -> &[Text] {
        &self.assumptions
    }

    /// What a person has confirmed of the readings of counted meters: every verdict that rests on them says so.
    pub(crate) fn confirmed(&self) -> &[Text] {
        &self.confirmed
    }

    /// What was found.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    pub(crate) fn electricity(&self) -> Vec<Term> {
        self.electricity.clone()
    }

    /// The electricity of the total.
    pub(crate) fn electric_terms(&self) -> &[Term] {
        &self.electricity
    }

    /// The meters whose electricity the total has, added or taken off, in order.
    pub(crate) fn counted_meters(&self) -> Vec<usize> {
        members(&self.electricity)
    }

    /// The weight of a meter that is counted and not electric.
    pub(crate) fn other_carriers_of(&self, meter: usize) -> Option<Ratio> {
        // They stand in the order of the meters.
        let at = self.other_carriers.binary_search_by_key(&meter, |term| term.meter).ok()?;
        self.other_carriers.get(at).map(|term| term.factor)
    }

    /// What is counted and not electric.
    pub(crate) fn other_terms(&self) -> &[Term] {
        &self.other_carriers
    }

    pub(crate) fn all_carriers(&self) -> Vec<Term> {
        self.electricity.iter().chain(&self.other_carriers).copied().collect()
    }

    fn add_supplies(&mut self, site: &Site) {
        for (i, meter) in electric(site, supplies) {
            if !is_below(site, i, supplies) {
                self.electricity.push(Term { meter: i, factor: share(meter), minus: false });
            } else if !is_below(site, i, |point| point == meter.point) {
                let finding = Finding::new(Code::MeterDoubleCounted).place(site.place(i)).meter(&meter.id);
                let up = site.tree().above(i).find(|up| site.meters().get(*up).is_some_and(|up| supplies(up.point)));
                let up = up.map_or(Text::same("–"), |up| site.name_of(up));
                let finding = finding
                    .found_text(Text::new(
                        format!("其上级为{}，后者已计入", up.zh),
                        format!("below {}, which is counted", up.en),
                    ))
                    .advised(
                        "为独立电源的，删去 parent；确在其下游的，无需处理",
                        "if it is a supply of its own, remove its parent; if it is below the other one, do nothing",
                    );
                self.findings.push(finding);
            }
        }
        let added = members(&self.electricity);
        let taken_off = |point| matches!(point, Point::Export | Point::Outside);
        for (i, meter) in electric(site, taken_off) {
            let belongs = match meter.point {
                Point::Export => site.tree().parent(i).is_some_and(|parent| added.binary_search(&parent).is_ok()),
                _ => site.tree().above(i).any(|up| added.binary_search(&up).is_ok()),
            };
            if belongs && !is_below(site, i, taken_off) {
                self.electricity.push(Term { meter: i, factor: share(meter), minus: true });
            } else if !belongs && meter.parent.is_none() {
                self.findings.push(
                    Finding::new(Code::MeterOrphan)
                        .place(site.property(i, place!(parent)))
                        .meter(&meter.id)
                        .worded("未填上级计量点，未作扣减", "no parent meter is stated; nothing is taken off for it")
                        .found_text(("没有 parent", "no parent"))
                        .expected(("其所在的供电侧计量点", "the supply meter below which it stands")),
                );
            }
        }
    }

    /// Fuels, wherever they are burnt, and bought cooling.
    fn add_fuel_and_cooling(&mut self, site: &Site) {
        let tree = site.tree();
        let is_output = |term: &&Term| site.meters().get(term.meter).is_some_and(|m| m.point == Point::GeneratorOutput);
        let mut outputs: Vec<Term> = self.electricity.iter().filter(is_output).copied().collect();
        outputs.sort_unstable_by_key(|term| term.meter);
        let mut fed: Vec<usize> = outputs.iter().filter_map(|output| tree.parent(output.meter)).collect();
        fed.sort_unstable();
        let is_output = |up: usize| outputs.binary_search_by_key(&up, |term| term.meter).is_ok();
        let linked = |fuel: usize| fed.binary_search(&fuel).is_ok() || tree.parent(fuel).is_some_and(is_output);
        let burnt: Vec<usize> =
            counted(site, |point| point == Point::GeneratorFuel).map(|(i, _)| i).filter(|i| linked(*i)).collect();
        self.pair_generators(site, &burnt, &outputs);
        let is_fuel = |meter: &Meter| {
            matches!(meter.carrier, Carrier::Diesel | Carrier::NaturalGas | Carrier::Hydrogen | Carrier::Bioethanol)
        };
        for (i, meter) in counted(site, |point| !matches!(point, Point::Outside | Point::Export)) {
            let bought = meter.point == Point::PurchasedCooling;
            let generator = meter.point == Point::GeneratorFuel;
            let above_it = |up: usize| {
                let up = site.meters().get(up).filter(|up| up.check_of.is_none());
                up.is_some_and(|up| (up.point, up.carrier) == (meter.point, meter.carrier))
            };
            let thermal = matches!(meter.carrier, Carrier::ChilledWater | Carrier::HotWater);
            if thermal && matches!(meter.point, Point::Cooling | Point::Other) {
                let finding = Finding::new(Code::MeterNotCounted).place(site.place(i)).meter(&meter.id);
                self.findings.push(finding.found_text(meter.carrier_at_point()));
            }
            if !(bought || generator || is_fuel(meter)) || (generator && linked(i)) || tree.above(i).any(above_it) {
                continue;
            }
            if !self.carriers.contains(&meter.carrier) {
                self.carriers.push(meter.carrier);
            }
            if generator && !outputs.is_empty() && burnt.is_empty() {
                // Nothing says which generator it feeds: it may be the energy of an output that is metered, or not.
                self.unweighted.push(meter.carrier);
                let expected = (
                    "所供发电机的 generator_output 计量点（如有）",
                    "the generator_output meter that it feeds, if any",
                );
                let finding = Finding::new(Code::MeterDoubleCounted).place(site.property(i, place!(parent)));
                self.findings
                    .push(finding.meter(&meter.id).found_text(("没有 parent", "no parent")).expected(expected));
                continue;
            }
            let weight = self.method.weight(meter, bought);
            match weight.and_then(|weight| Some((weight, weight.checked_mul(share(meter))?))) {
                Some((weight, factor)) => {
                    let term = Term { meter: i, factor, minus: false };
                    self.other_carriers.push(term);
                    if bought {
                        self.bought_cooling.push(term);
                    }
                    self.assumptions.extend(self.method.explain(meter, weight, bought));
                }
                None => {
                    self.unweighted.push(meter.carrier);
                    let declared = self.method == Method::Iso30134;
                    let expected = if !declared {
                        ("该方法给出权重的能源", "a carrier that the method has a weight for")
                    } else if bought {
                        (
                            "factor（计量点属性）：每 kWh 冷量折合的电量（kWh）",
                            "factor, a property of the meter: kWh of electricity per kWh of bought cooling",
                        )
                    } else {
                        ("热值已知的单位", "a unit whose energy content is known")
                    };
                    let place = site.property(i, if bought { place!(factor) } else { place!(unit) });
                    self.findings
                        .push(Finding::new(Code::JsonMissing).place(place).meter(&meter.id).expected(expected));
                }
            }
        }
    }

    /// Fuel and output of the generators that have both meters: one says how much the other can be.
    fn pair_generators(&mut self, site: &Site, burnt: &[usize], outputs: &[Term]) {
        let tree = site.tree();
        let mut driven: Vec<usize> = burnt.iter().filter_map(|&fuel| tree.parent(fuel)).collect();
        driven.sort_unstable();
        let is_burnt = |up: usize| burnt.binary_search(&up).is_ok();
        let is_driven =
            |output: usize| driven.binary_search(&output).is_ok() || tree.parent(output).is_some_and(is_burnt);
        self.generated = outputs.iter().filter(|output| is_driven(output.meter)).copied().collect();
        let weighed = burnt.iter().filter(|&&fuel| !tree.above(fuel).any(is_burnt)).map(|&fuel| {
            let meter = site.meters().get(fuel)?;
            let factor = ENERGY_CONTENT.per_unit(meter)?.checked_mul(share(meter))?;
            Some(Term { meter: fuel, factor, minus: false })
        });
        // A fuel whose energy is unknown leaves the sum unknown.
        self.burnt = weighed.collect::<Option<_>>().unwrap_or_default();
    }

    fn add_it(&mut self, site: &Site, declared: Option<Category>) {
        let has = |point: Point| electric(site, |other| other == point).next().is_some();
        let lowest = Category::ALL.into_iter().find(|category| has(category.point()));
        let category = match declared {
            Some(category) if has(category.point()) => Some(category),
            Some(category) => {
                self.findings.push(
                    Finding::new(Code::DeclaredCategory)
                        .place(place!(declared / category))
                        .found(category.number())
                        .expected(Text::new(
                            format!("{}（{}）处的计量点", category.point().text().zh, category.point().as_str()),
                            format!("a meter at the {} ({})", category.point().text().en, category.point().as_str()),
                        )),
                );
                lowest
            }
            None => lowest,
        };
        let point = category.map_or(Point::ItLoad, Category::point);
        self.category = category;
        for (i, meter) in electric(site, |other| other == point) {
            // What is below a meter of something else is not the data centre's.
            if !is_below(site, i, |above| above == point || above == Point::Outside) {
                self.it.push(Term { meter: i, factor: share(meter), minus: false });
            }
        }
        if self.it.is_empty() {
            if has(Point::UpsInput) {
                self.findings.push(
                    Finding::new(Code::PueUpsInput).place(place!(meters)).found("ups_input").expected("ups_output"),
                );
            }
            return;
        }
        if category.is_none() {
            self.findings.push(Finding::new(Code::PueCategoryUnknown).place(place!(meters)).found("it_load"));
        }
        self.take_off_non_it(site);
        // A branch that has a parent, and is below no meter of this point, is not covered by it.
        let it_point = |point| matches!(point, Point::UpsOutput | Point::PduOutput | Point::ItInput | Point::ItLoad);
        let covering: std::collections::BTreeSet<usize> =
            self.it.iter().flat_map(|term| site.tree().above(term.meter)).collect();
        for (i, meter) in counted(site, |other| it_point(other) && other != point) {
            if meter.parent.is_some() && !covering.contains(&i) && !is_below(site, i, |above| above == point) {
                self.findings.push(
                    Finding::new(Code::PueCategoryMixed)
                        .place(site.place(i))
                        .meter(&meter.id)
                        .found(meter.point.as_str())
                        .expected(point.as_str()),
                );
            }
        }
    }

    /// What is below the meters of IT energy and is not IT.
    fn take_off_non_it(&mut self, site: &Site) {
        let non_it = |point| matches!(point, Point::Cooling | Point::Lighting | Point::Other | Point::Outside);
        let it = members(&self.it);
        let mut found = false;
        for (i, meter) in electric(site, non_it) {
            let is_it = |up: usize| it.binary_search(&up).is_ok();
            let not_it = |up: &usize| !is_it(*up);
            // Between it and the meter above that it is a part of, nothing else may be taken off already.
            let mut between = site.tree().above(i).take_while(not_it).filter_map(|up| site.meters().get(up));
            let covered =
                between.any(|up| up.check_of.is_none() && up.carrier == Carrier::Electricity && non_it(up.point));
            if !covered && site.tree().above(i).any(is_it) {
                self.it.push(Term { meter: i, factor: share(meter), minus: true });
                found = true;
            }
        }
        // Above 10 % and not sub-metered, category 1 is refused (ENERGY STAR practice).
        let tenth = Ratio::new(1, 10).unwrap_or(Ratio::ZERO);
        if let Some(non_it) = site.facility().non_it_on_ups_share
            && !found
            && non_it > tenth
            && self.category == Some(Category::Basic)
        {
            self.category = None;
            let finding = Finding::new(Code::PueCategoryRefused).place(place!(facility / non_it_on_ups_share));
            let percent = non_it.to_f64() * 100.0;
            let found = Text::new(
                format!("非 IT 负载占 UPS 输出的 {percent}%，未分项计量"),
                format!("{percent} % of the UPS output is not IT, and none of it sub-metered"),
            );
            self.findings.push(finding.found_text(found).expected("≤ 10 %"));
        }
    }

    /// Counted meters that are said to have used nothing for a time.
    fn say_lives(&mut self, site: &Site) {
        let generates = |meter: &Meter| matches!(meter.point, Point::Pv | Point::Wind | Point::GeneratorOutput);
        let is_alone = !site.meters().iter().any(generates);
        for (i, meter) in site.meters().iter().enumerate().filter(|(_, meter)| meter.net && is_alone) {
            self.findings.push(Finding::new(Code::MeterNet).place(site.property(i, place!(net))).meter(&meter.id));
        }
        for term in self.electricity.iter().chain(&self.other_carriers).chain(&self.it) {
            let Some(meter) = site.meters().get(term.meter) else { continue };
            let day = |day: Option<jiff::civil::Date>| day.map_or("…".to_owned(), |day| day.to_string());
            let id = &meter.id;
            if let Some(share) = meter.share {
                self.assumptions.push(Text::new(
                    format!("{id} 按 {share} 分摊（申报）"),
                    format!("{id} times its share {share} (as declared)"),
                ));
            }
            if let (crate::metering::MeterKind::Power, Some(seconds)) = (meter.kind, meter.max_gap_s) {
                self.assumptions.push(Text::new(
                    format!("{id} 的功率采样间隔不超过 {seconds} 秒时连线积分（申报）"),
                    format!("power samples of {id} up to {seconds} s apart are joined (as declared)"),
                ));
            }
            for stretch in &meter.confirmed {
                let (from, until, why) = (stretch.from, stretch.until, &stretch.why);
                self.confirmed.push(Text::new(
                    format!("{id} 在 {from} – {until} 的读数经人工确认：{why}"),
                    format!("what {id} read in {from} – {until} is right, as a person has confirmed: {why}"),
                ));
            }
            for (is_said, zh, en) in [
                (meter.net, "按购入减上网计量（申报）", "measures import less export (as declared)"),
                (
                    meter.absent == crate::metering::Absent::Zero,
                    "不写数据时按零计（申报）",
                    "used nothing where it wrote nothing (as declared)",
                ),
                (
                    meter.on_change,
                    "数值保持至下一次变化，最长一天（申报）",
                    "held each value until the next, at most a day (as declared)",
                ),
            ] {
                if is_said {
                    self.assumptions.push(Text::new(format!("{id} {zh}"), format!("{id} {en}")));
                }
            }
            if meter.from.is_some() || meter.until.is_some() {
                let life = format!("{} – {}", day(meter.from), day(meter.until));
                self.assumptions.push(Text::new(
                    format!("{id} 仅在 {life} 期间用能，此外为零（申报）"),
                    format!("{id} used energy only in {life}, none outside (as declared)"),
                ));
            }
        }
    }

    fn add_overhead(&mut self, site: &Site) {
        let top = |group: fn(Point) -> bool| topmost(site, group);
        self.cooling = top(|point| point == Point::Cooling);
        self.lighting_other = top(|point| matches!(point, Point::Lighting | Point::Other));
        self.power_chain = top(|point| point == Point::Distribution);
        // UPS losses: each input less the outputs below it; one without the other says nothing.
        let (inputs, outputs) = (top(|point| point == Point::UpsInput), top(|point| point == Point::UpsOutput));
        for input in inputs {
            let is_below_input = |output: &&Term| site.tree().above(output.meter).any(|up| up == input.meter);
            let below: Vec<Term> =
                outputs.iter().filter(is_below_input).map(|term| Term { minus: true, ..*term }).collect();
            if !below.is_empty() {
                self.power_chain.push(input);
                self.power_chain.extend(below);
            }
        }
    }
}

/// The electricity meters at some points, each of them once: not those below another.
pub(super) fn topmost(site: &Site, group: impl Fn(Point) -> bool + Copy) -> Vec<Term> {
    let topmost = electric(site, group).filter(|(i, _)| !is_below(site, *i, group));
    topmost.map(|(meter, of)| Term { meter, factor: share(of), minus: false }).collect()
}

/// The meters of some terms in order.
fn members(terms: &[Term]) -> Vec<usize> {
    let mut members: Vec<usize> = terms.iter().map(|term| term.meter).collect();
    members.sort_unstable();
    members
}

/// Whether a meter above, check meters apart, measures electricity at one of these points.
fn is_below(site: &Site, meter: usize, at: impl Fn(Point) -> bool) -> bool {
    let counts = |up: &Meter| up.check_of.is_none() && up.carrier == Carrier::Electricity && at(up.point);
    site.tree().above(meter).any(|up| site.meters().get(up).is_some_and(counts))
}

/// The electricity meters at these points that are not check meters.
fn electric(site: &Site, at: impl Fn(Point) -> bool) -> impl Iterator<Item = (usize, &Meter)> {
    counted(site, at).filter(|(_, meter)| meter.carrier == Carrier::Electricity)
}

/// The meters at these points that are not check meters.
fn counted(site: &Site, at: impl Fn(Point) -> bool) -> impl Iterator<Item = (usize, &Meter)> {
    site.meters().iter().enumerate().filter(move |(_, meter)| meter.check_of.is_none() && at(meter.point))
}

fn share(meter: &Meter) -> Ratio {
    meter.share.unwrap_or(Ratio::ONE)
}

use crate::{
    finding::{Basis, Citation, Code, Finding, Text},
    metering::{Carrier, MeasurementPoint as Point, Meter},
    quantity::{Dimension, Ratio},
    site::Site,
};
use serde::{Deserialize, Serialize};

/// Where IT energy is measured (PUE 类别); the category travels with the number.
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
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        let found = Category::ALL.into_iter().find(|category| category.number() == number);
        found.ok_or_else(|| format!("expected a category 1, 2 or 3, found {number}"))
    }
}

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
    /// Where the table stands.
    pub fn citation(&self) -> Citation {
        Citation::new("EN 50600 fact sheet", "energy content of fuels", Basis::Reported)
    }

    /// Exact energy units (µJ) per exact unit of the carrier (µl, mg, or µJ itself).
    fn per_unit(&self, meter: &Meter) -> Option<Ratio> {
        if meter.dimension() == Dimension::Energy {
            return Some(Ratio::ONE);
        }
        let (.., unit, watt_hours) =
            self.rows.iter().find(|row| (row.0, row.1) == (meter.carrier, meter.dimension()))?;
        let exact_units = if *unit == "m3" { 1_000_000_000 } else { 1_000_000 };
        Ratio::new(watt_hours * 3_600_000_000, exact_units)
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
    pub(crate) electricity: Vec<Term>,
    pub(crate) other_carriers: Vec<Term>,
    pub(crate) it: Vec<Term>,
    pub(crate) cooling: Vec<Term>,
    pub(crate) power_chain: Vec<Term>,
    pub(crate) lighting_other: Vec<Term>,
    category: Option<Category>,
    carriers: Vec<Carrier>,
    unweighted: Vec<Carrier>,
    findings: Vec<Finding>,
}

fn supplies(point: Point) -> bool {
    matches!(point, Point::GridSupply | Point::GeneratorOutput | Point::Pv | Point::Wind)
}

impl Boundary {
    /// The sums of a site; `declared` is the PUE category that the operator names.
    pub fn new(site: &Site, declared: Option<Category>) -> Self {
        let mut boundary = Boundary::default();
        boundary.add_supplies(site);
        boundary.add_fuel_and_cooling(site);
        boundary.add_it(site, declared);
        boundary.add_overhead(site);
        boundary
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

    /// What was found.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn add_supplies(&mut self, site: &Site) {
        let tree = site.tree();
        for (i, meter) in counted(site, supplies) {
            if meter.carrier != Carrier::Electricity {
                continue;
            }
            if tree.is_below(i, site.meters(), supplies) {
                let same = tree.above(i).any(|up| site.meters().get(up).is_some_and(|up| up.point == meter.point));
                if !same {
                    self.findings.push(
                        Finding::new(Code::MeterDoubleCounted)
                            .path(site.place(i))
                            .meter(&meter.id)
                            .found(meter.point.as_str()),
                    );
                }
                continue;
            }
            self.electricity.push(Term { meter: i, factor: share(meter), minus: false });
        }
        let added: Vec<usize> = self.electricity.iter().map(|term| term.meter).collect();
        for (i, meter) in counted(site, |point| matches!(point, Point::Export | Point::Outside)) {
            if meter.carrier != Carrier::Electricity {
                continue;
            }
            let belongs = match meter.point {
                Point::Export => tree.parent(i).is_some_and(|parent| added.contains(&parent)),
                _ => {
                    tree.above(i).any(|up| added.contains(&up))
                        && !tree.is_below(i, site.meters(), |point| point == Point::Outside)
                }
            };
            if belongs {
                self.electricity.push(Term { meter: i, factor: share(meter), minus: true });
            }
        }
    }

    fn add_fuel_and_cooling(&mut self, site: &Site) {
        let tree = site.tree();
        let outputs: Vec<usize> = counted(site, |point| point == Point::GeneratorOutput).map(|(i, _)| i).collect();
        let linked = |fuel: usize| {
            outputs.iter().any(|&output| tree.parent(output) == Some(fuel) || tree.parent(fuel) == Some(output))
        };
        let fuels: Vec<usize> = counted(site, |point| point == Point::GeneratorFuel).map(|(i, _)| i).collect();
        let any_linked = fuels.iter().any(|&fuel| linked(fuel));
        for (i, meter) in counted(site, |point| matches!(point, Point::GeneratorFuel | Point::PurchasedCooling)) {
            let is_fuel = meter.point == Point::GeneratorFuel;
            if is_fuel && linked(i) || tree.is_below(i, site.meters(), |point| point == meter.point) {
                continue;
            }
            if is_fuel && !outputs.is_empty() && !any_linked {
                // Nothing says which generator it feeds; its output is metered, so the fuel is the same energy again.
                self.findings.push(
                    Finding::new(Code::MeterDoubleCounted)
                        .path(format!("{}/parent", site.place(i)))
                        .meter(&meter.id)
                        .found("no parent")
                        .expected((
                            "所供发电机的 generator_output 计量点(如有)",
                            "the generator_output meter that it feeds, if any",
                        )),
                );
                continue;
            }
            if !self.carriers.contains(&meter.carrier) {
                self.carriers.push(meter.carrier);
            }
            let weight = if is_fuel { ENERGY_CONTENT.per_unit(meter) } else { meter.factor };
            match weight.and_then(|weight| weight.checked_mul(share(meter))) {
                Some(factor) => self.other_carriers.push(Term { meter: i, factor, minus: false }),
                None => {
                    self.unweighted.push(meter.carrier);
                    let expected = if is_fuel {
                        ("热值已知的单位", "a unit whose energy content is known")
                    } else {
                        ("单位冷量折电系数", "electricity per unit of bought cooling")
                    };
                    self.findings.push(
                        Finding::new(Code::JsonMissing)
                            .path(format!("{}/factor", site.place(i)))
                            .meter(&meter.id)
                            .expected(expected),
                    );
                }
            }
        }
    }

    fn add_it(&mut self, site: &Site, declared: Option<Category>) {
        let has = |point: Point| {
            counted(site, |other| other == point).any(|(_, meter)| meter.carrier == Carrier::Electricity)
        };
        let lowest = Category::ALL.into_iter().find(|category| has(category.point()));
        let category = match declared {
            Some(category) if has(category.point()) => Some(category),
            Some(category) => {
                self.findings.push(
                    Finding::new(Code::DeclaredCategory).path("/declared/category").found(category.number()).expected(
                        Text::new(
                            format!("{} 处的计量点", category.point().as_str()),
                            format!("a meter at {}", category.point().as_str()),
                        ),
                    ),
                );
                lowest
            }
            None => lowest,
        };
        let point = category.map_or(Point::ItLoad, Category::point);
        self.category = category;
        for (i, meter) in counted(site, |other| other == point) {
            if meter.carrier == Carrier::Electricity && !site.tree().is_below(i, site.meters(), |above| above == point)
            {
                self.it.push(Term { meter: i, factor: share(meter), minus: false });
            }
        }
        if self.it.is_empty() {
            if has(Point::UpsInput) {
                self.findings
                    .push(Finding::new(Code::PueUpsInput).path("/meters").found("ups_input").expected("ups_output"));
            }
            self.findings.push(Finding::new(Code::PueNoIt).path("/meters"));
            return;
        }
        match category {
            None => self.findings.push(Finding::new(Code::PueCategoryUnknown).path("/meters").found("it_load")),
            Some(Category::Basic) => self.take_off_non_it(site),
            Some(_) => {}
        }
        // A branch that says where it hangs, and hangs below no meter of this point, is not covered by it.
        let it_point = |point| matches!(point, Point::UpsOutput | Point::PduOutput | Point::ItInput | Point::ItLoad);
        for (i, meter) in counted(site, |other| it_point(other) && other != point) {
            let covers = self.it.iter().any(|term| site.tree().above(term.meter).any(|up| up == i));
            if meter.parent.is_some() && !covers && !site.tree().is_below(i, site.meters(), |above| above == point) {
                self.findings.push(
                    Finding::new(Code::PueCategoryMixed)
                        .path(site.place(i))
                        .meter(&meter.id)
                        .found(meter.point.as_str())
                        .expected(point.as_str()),
                );
            }
        }
    }

    /// Category 1: what hangs on the UPS output and is not IT.
    fn take_off_non_it(&mut self, site: &Site) {
        let non_it = |point| matches!(point, Point::Cooling | Point::Lighting | Point::Other | Point::Outside);
        let outputs: Vec<usize> = self.it.iter().map(|term| term.meter).collect();
        let mut found = false;
        for (i, meter) in counted(site, non_it) {
            let on_ups = site.tree().above(i).any(|up| outputs.contains(&up));
            if on_ups && meter.carrier == Carrier::Electricity && !site.tree().is_below(i, site.meters(), non_it) {
                self.it.push(Term { meter: i, factor: share(meter), minus: true });
                found = true;
            }
        }
        // Above 10 % and not sub-metered, category 1 is refused (ENERGY STAR practice).
        let tenth = Ratio::new(1, 10).unwrap_or(Ratio::ZERO);
        if let Some(non_it) = site.facility().non_it_on_ups_share
            && !found
            && non_it > tenth
        {
            self.category = None;
            self.findings.push(
                Finding::new(Code::PueCategoryUnknown)
                    .path("/facility/non_it_on_ups_share")
                    .found(non_it)
                    .expected(("≤ 0.1,或在 UPS 输出以下分项计量", "≤ 0.1, or sub-meters below the UPS output")),
            );
        }
    }

    fn add_overhead(&mut self, site: &Site) {
        let top = |group: fn(Point) -> bool| {
            counted(site, group)
                .filter(|(i, meter)| {
                    meter.carrier == Carrier::Electricity && !site.tree().is_below(*i, site.meters(), group)
                })
                .map(|(meter, of)| Term { meter, factor: share(of), minus: false })
                .collect::<Vec<_>>()
        };
        self.cooling = top(|point| point == Point::Cooling);
        self.lighting_other = top(|point| matches!(point, Point::Lighting | Point::Other));
        self.power_chain = top(|point| point == Point::Distribution);
        let (inputs, outputs) = (top(|point| point == Point::UpsInput), top(|point| point == Point::UpsOutput));
        if !inputs.is_empty() && !outputs.is_empty() {
            self.power_chain.extend(inputs);
            self.power_chain.extend(outputs.into_iter().map(|term| Term { minus: true, ..term }));
        }
    }
}

/// The meters at these points that are not check meters.
fn counted(site: &Site, at: impl Fn(Point) -> bool) -> impl Iterator<Item = (usize, &Meter)> {
    site.meters().iter().enumerate().filter(move |(_, meter)| meter.check_of.is_none() && at(meter.point))
}

fn share(meter: &Meter) -> Ratio {
    meter.share.unwrap_or(Ratio::ONE)
}

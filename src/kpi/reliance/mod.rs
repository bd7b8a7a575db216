//! What a PUE relies on that nothing but the operator's word supports (仅凭申报的依据): each statement with its energy, and with
//! the two sums as they would be without it. No sum contradicts such a statement; a person at the site can check it.
//!
//! What a statement comes to for the PUE and the verdicts is worked out in `assessment`.

mod added;
mod altered;
mod framing;
mod stretches;
mod thermal;

use super::{Boundary, MeasuredPue, boundary::Term, measured::Range, view::View};
use crate::{
    facility::StandardRacks,
    finding::Text,
    metering::{Carrier, Meter},
    period::Period,
    place::Place,
    quantity::{Dimension, ExactEnergy, Ratio},
    site::Site,
};
use jiff::civil::Date;

macro_rules! statements {
    ($($name:ident = $wire:literal, $zh:literal, $en:literal, $without_zh:literal, $without_en:literal;)*) => {
        /// A kind of statement. What it is taken for, and what stands in its place when it is left aside, is this table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Statement { $(#[doc = concat!("`", $wire, "`: ", $en, "; without it: ", $without_en, ".")] $name,)* }

        impl Statement {
            /// All kinds.
            pub const ALL: &'static [Statement] = &[$(Statement::$name,)*];

            /// As on the wire.
            pub const fn as_str(self) -> &'static str { match self { $(Statement::$name => $wire,)* } }

            /// What is stated.
            pub fn text(self) -> Text { match self { $(Statement::$name => Text::new($zh, $en),)* } }

            /// What stands in its place.
            pub fn without(self) -> Text { match self { $(Statement::$name => Text::new($without_zh, $without_en),)* } }
        }
    };
}

statements! {
    SupplyBelow = "supply.parent", "供电计量点位于另一供电计量点之下，未计入总电量", "a supply below another one, and so not counted", "计入总电量", "it is counted";
    SupplyDead = "supply.until", "供电计量点在整个期间未投用", "a supply that was not in use in the whole period", "其电量未知", "its energy is unknown";
    Life = "meter.until", "期间内只有部分时间投用的计量点", "a meter that was in use for a part of the period", "其余时间照常用电", "it was in use all the time";
    CarrierDead = "carrier.until", "外购冷量或燃料的计量点在整个期间未投用", "a meter of bought cooling or fuel that was not in use in the whole period", "其电量未知", "its energy is unknown";
    CheckMeter = "supply.check_of", "校核表，未计入总电量", "a check meter of a supply, and so not counted", "计入总电量", "it is counted";
    CarrierBelow = "carrier.parent", "冷量或燃料的计量点位于同类计量点之下，或为校核表，未计入", "a meter of cooling or fuel below another one or its check meter, and so not counted", "计入", "it is counted";
    Outside = "meter.outside", "非数据中心用能，已从总电量中扣除", "a load outside the data centre, taken off the total", "不扣除", "it is not taken off";
    Export = "meter.export", "上网电量，已从总电量中扣除", "exported energy, taken off the total", "不扣除", "it is not taken off";
    Share = "meter.share", "按比例分摊的计量点", "meters counted by a share", "全部计入", "they are counted in full";
    LoadRoot = "load.parent", "未填上级计量点的用能，视为由已计入的供电供给", "a load without a parent, taken to be fed by the counted supplies", "另计入总电量", "it is added to the total";
    ItRoot = "it.parent", "未填上级计量点的 IT 计量点，视为由已计入的供电供给", "an IT meter without a parent, taken to be fed by the counted supplies", "不计入 IT 电量", "it is not counted as IT";
    Multiplier = "meter.multiplier", "不是互感器变比也不是脉冲常数的倍率", "a multiplier that is neither of transformers nor of pulses", "倍率取 1", "the multiplier is 1";
    Unit = "meter.unit", "以热量单位计的电量", "electricity in a unit of heat", "按 kWh 计", "it is in kWh";
    ExchangedMultiplier = "exchange.multiplier", "换表后倍率改变", "an exchange that changes the multiplier", "倍率不变", "the multiplier stays the same";
    Confirmed = "meter.confirmed", "经人工确认的时段", "stretches that a person has confirmed", "该时段电量未知", "their energy is unknown";
    Absent = "meter.absent", "无数据的时段视为零", "a supply that is taken to have used nothing where it wrote nothing", "该时段电量未知", "that energy is unknown";
    Exchange = "meter.events", "换表时新表码接近旧表码", "exchanges whose new dial starts near where the old one ended", "视为未换表", "there was no exchange";
    Generator = "generator.output", "发电机输出不足燃料所含能量的四分之一", "generators that give less than a quarter of their fuel's energy", "按四分之一计", "they give a quarter of it";
    CoolingFactor = "meter.factor", "外购冷量的折电系数小于 0.1", "a factor of bought cooling below 0.1", "系数未知", "the factor is unknown";
    HeatLeftOut = "carrier.hot_water", "边界内所用热水未计入", "hot water used inside the boundary, not counted", "计入，折算系数未知", "it is counted, by an unknown factor";
    ColdLeftOut = "carrier.chilled_water", "供冷量未计入，视为自产", "chilled water taken to be the site's own, not counted", "为外购，计入", "it is bought, and counted";
    FuelEnergy = "fuel.unit", "以热量申报的燃料，折算由申报方作出", "fuel that is given as energy, by the operator's own content", "热值未知", "its energy content is unknown";
    Category = "declared.category", "所申报的 PUE 类别", "the PUE category as declared", "按最低一级的计量点计", "IT is measured at the lowest category there is";
    Period = "period.start", "核算期间不是自然年", "a period that is not the calendar year", "其他期间的数值未知", "the value of other periods is unknown";
    Racks = "facility.racks", "标准机架数略低于规模界限", "a number of standard racks just below a limit", "达到该界限", "it reaches the limit";
    Region = "facility.region", "地区与时区不符", "a region that its time zone contradicts", "地区未知", "its region is unknown";
    Lifecycle = "facility.lifecycle", "填报为存量，而批复或投运可能在规定发布之后", "called existing, though it may have been approved or have gone into service after the rule was issued", "属于新建", "it is a new one";
    Absorption = "facility.air_conditioning", "吸收式制冷，未报送驱动热源", "absorption cooling, and nothing given that drives it", "其能耗未知", "its energy is unknown";
}

/// So many statements are listed; a site has few.
const MOST_LISTED: usize = 1000;

/// What the two sums are without a statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Without {
    /// Total and IT electricity differ by so many microjoules.
    Sums { total: i128, it: i128 },
    /// This carrier counts, and nobody says how much.
    Carrier(Carrier),
    /// They differ by something between a least and a most.
    Between { total: Range, it: Range },
    /// The site has so many standard racks.
    Racks(StandardRacks),
    /// The site's region is not known.
    Region,
    /// The site is a new one under what was issued before this day.
    New { since: Date },
    /// Nobody knows; it is only listed.
    Unstated,
}

impl Without {
    /// The total is open upwards.
    pub(crate) const OPEN: Without = Without::Between { total: (0, None), it: (0, Some(0)) };

    /// So much less of the total, or of IT, and between nothing and a most in its place.
    fn unknown(known: i128, most: Option<i128>, is_total: bool) -> Self {
        let range = (-known, most.map(|most| most.max(known) - known));
        match is_total {
            true => Without::Between { total: range, it: (0, Some(0)) },
            false => Without::Between { total: (0, Some(0)), it: range },
        }
    }
}

/// A statement that a PUE relies on.
#[derive(Clone, Debug)]
pub(crate) struct Relied {
    pub on: Statement,
    /// Where it is made.
    pub place: Place,
    /// The meter that it is about.
    pub meter: Option<usize>,
    /// What it is said of.
    pub name: Text,
    /// The energy that it is about; `None`: not known.
    pub energy: Option<ExactEnergy>,
    pub without: Without,
    /// Whether it is one to be warned of where a verdict depends on it; others are only listed: an honest site makes them
    /// every day, or without knowing.
    pub is_warned: bool,
}

/// What is looked at.
struct Ground<'a, 'v> {
    site: &'a Site,
    boundary: &'a Boundary,
    view: &'a View<'v>,
    part: &'a Period,
}

impl Ground<'_, '_> {
    /// The energy of one meter over the common time, in microjoules.
    fn energy(&self, meter: usize) -> i128 {
        self.view.sum(&[Term { meter, factor: Ratio::ONE, minus: false }]).microjoules()
    }

    /// The same of what was booked from one instant to another, in whole steps.
    fn energy_within(&self, meter: usize, from: i64, until: i64) -> i128 {
        let ledger = self.view.ledger();
        let within = ledger.steps(self.part);
        let edges = ledger.edges();
        let first = edges.partition_point(|&edge| edge <= from).saturating_sub(1).clamp(within.start, within.end);
        let last = edges.partition_point(|&edge| edge < until).clamp(first, within.end.max(first));
        ledger.book(meter).map_or(0, |book| book.scaled(&(first..last), Ratio::ONE))
    }

    /// Whether cooling or fuel is more than a thousandth of the IT energy (ours), as far as that can be said.
    fn is_of_weight(&self, i: usize, meter: &Meter) -> bool {
        let energy = self.energy(i);
        let least = self.view.it().microjoules() / 1000;
        energy > if meter.dimension() == Dimension::Energy { least } else { 0 }
    }

    /// What other carriers than electricity count for, in microjoules; 0 where they cannot be weighed.
    fn other_carriers(&self) -> i128 {
        self.view.sum(self.boundary.other_terms()).microjoules()
    }

    /// The electric meters of both sums that add to them, and whether it is the total.
    fn added(&self) -> impl Iterator<Item = (Term, bool)> {
        let total = self.boundary.electric_terms().iter().map(|term| (*term, true));
        total.chain(self.boundary.it.iter().map(|term| (*term, false))).filter(|(term, _)| !term.minus)
    }

    fn relied(&self, on: Statement, meter: usize, (total, it): (i128, i128), is_warned: bool) -> Relied {
        Relied {
            on,
            place: self.site.place(meter),
            meter: Some(meter),
            name: self.site.name_of(meter),
            energy: Some(ExactEnergy::from_microjoules(total.abs().max(it.abs()))),
            without: Without::Sums { total, it },
            is_warned,
        }
    }
}

/// All that a PUE relies on; nothing where there is none.
pub(super) fn list(view: &View<'_>, boundary: &Boundary, part: &Period, measured: &MeasuredPue) -> Vec<Relied> {
    if measured.electricity.pue.is_none() {
        return Vec::new();
    }
    let ground = Ground { site: view.ledger().site(), boundary, view, part };
    let mut relied = Vec::new();
    added::find(&ground, &mut relied);
    altered::find(&ground, &mut relied);
    stretches::find(&ground, &mut relied);
    thermal::find(&ground, &mut relied);
    framing::find(&ground, &mut relied);
    // What is to be warned of is not lost among the rest.
    relied.sort_by_key(|one| !one.is_warned);
    relied.truncate(MOST_LISTED);
    relied
}

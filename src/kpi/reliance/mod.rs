//! What a PUE relies on that nothing but the operator's word supports (仅凭申报的依据): each statement with its energy, and with
//! the two sums as they would be without it. No sum contradicts such a statement; a person at the site can check it.
//!
//! What a statement comes to for the PUE and the verdicts is worked out in `assessment`.

mod added;
mod altered;
mod thermal;

use super::{Boundary, MeasuredPue, boundary::Term, view::View};
use crate::{
    finding::Text,
    metering::Carrier,
    period::Period,
    place::Place,
    quantity::{ExactEnergy, Ratio},
    site::Site,
};

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
    CheckMeter = "supply.check_of", "校核表，未计入总电量", "a check meter of a supply, and so not counted", "计入总电量", "it is counted";
    Outside = "meter.outside", "非数据中心用能，已从总电量中扣除", "a load outside the data centre, taken off the total", "不扣除", "it is not taken off";
    Export = "meter.export", "上网电量，已从总电量中扣除", "exported energy, taken off the total", "不扣除", "it is not taken off";
    Share = "meter.share", "按比例分摊的计量点", "meters counted by a share", "全部计入", "they are counted in full";
    LoadRoot = "load.parent", "未填上级计量点的用能，视为由已计入的供电供给", "a load without a parent, taken to be fed by the counted supplies", "另计入总电量", "it is added to the total";
    ItRoot = "it.parent", "未填上级计量点的 IT 计量点，视为由已计入的供电供给", "an IT meter without a parent, taken to be fed by the counted supplies", "不计入 IT 电量", "it is not counted as IT";
    Multiplier = "meter.multiplier", "不是互感器变比也不是脉冲常数的倍率", "a multiplier that is neither of transformers nor of pulses", "倍率取 1", "the multiplier is 1";
    Exchange = "meter.events", "换表时新表码接近旧表码", "exchanges whose new dial starts near where the old one ended", "视为未换表", "there was no exchange";
    Generator = "generator.output", "发电机输出不足燃料所含能量的四分之一", "generators that give less than a quarter of their fuel's energy", "按四分之一计", "they give a quarter of it";
    CoolingFactor = "meter.factor", "外购冷量的折电系数小于 0.1", "a factor of bought cooling below 0.1", "系数未知", "the factor is unknown";
    HeatLeftOut = "carrier.hot_water", "外购热量未计入", "hot water that drives chillers, not counted", "计入，折算系数未知", "it is counted, by an unknown factor";
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
    /// The total is open upwards.
    Open,
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
    thermal::find(&ground, &mut relied);
    // What is to be warned of is not lost among the rest.
    relied.sort_by_key(|one| !one.is_warned);
    relied.truncate(MOST_LISTED);
    relied
}

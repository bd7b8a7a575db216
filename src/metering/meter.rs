use super::{
    Absent, AccuracyClass, Carrier, Circuit, Confirmed, Exchange, Integration, MeasurementPoint, MeterKind, Resets,
};
use crate::{
    finding::{Code, Finding, Text},
    period::offset_text,
    place::{Place, place},
    quantity::{Conversion, Dimension, ExactPower, Ratio, Unit, exact_ratio},
};
use jiff::{civil::Date, tz::Offset};
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

/// A meter (计量点/表计) and what it measures.
///
/// The fields are what its owner says; [`Meter::check`] finds what does not fit together, and a
/// [`Site`](crate::site::Site) admits only meters that pass.
///
/// # Examples
/// ```
/// use pue::{Code, Meter, metering::{MeasurementPoint, MeterKind}, quantity::Unit};
/// let mut ups = Meter::new("ups-1", MeasurementPoint::UpsOutput, MeterKind::Interval, Unit::KilowattHour);
/// ups.parent = Some("grid".to_owned());
/// assert!(ups.check().is_empty());
/// ups.multiplier = -1.0;
/// assert_eq!(ups.check()[0].code, Code::MeterValue);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Meter {
    /// Its id, unique on the site.
    pub id: String,
    /// Where it measures (计量位置).
    pub point: MeasurementPoint,
    /// What flows through it (能源介质).
    pub carrier: Carrier,
    /// What its readings are (读数类型).
    pub kind: MeterKind,
    /// The unit of its readings.
    pub unit: Unit,
    /// What a reading is multiplied by: CT × PT ratio (倍率).
    pub multiplier: f64,
    /// Accuracy class (准确度等级).
    pub accuracy_class: Option<AccuracyClass>,
    /// Accuracy class of its current transformers (电流互感器).
    pub ct_class: Option<AccuracyClass>,
    /// Accuracy class of its voltage transformers (电压互感器).
    pub vt_class: Option<AccuracyClass>,
    /// Whether it is connected without transformers (直接接入).
    pub direct: bool,
    /// What its current transformers are made for.
    pub circuit: Option<Circuit>,
    /// The power factor (功率因数) of what flows through it.
    pub power_factor: Option<f64>,
    /// Meters of one group have one error (误差相关组): the same type, batch and calibration. Others err independently.
    pub error_group: Option<String>,
    /// The largest power that can pass.
    pub capacity: Option<ExactPower>,
    /// Power samples further apart than this are not joined; default 1 800 s.
    pub max_gap_s: Option<u32>,
    /// The meter above it (上级计量点).
    pub parent: Option<String>,
    /// How power samples are joined.
    pub integrate: Integration,
    /// Before this day its energy is known to be zero.
    pub from: Option<Date>,
    /// From this day on its energy is known to be zero.
    pub until: Option<Date>,
    /// The part of its energy that belongs to this data centre, from 0 to 1 (分摊比例).
    pub share: Option<Ratio>,
    /// The meter that it checks; a check meter is never counted (校核表).
    pub check_of: Option<String>,
    /// Electricity per unit of bought cooling (购入冷量折电系数).
    pub factor: Option<Ratio>,
    /// Declared meter exchanges (换表), in time order.
    pub events: Vec<Exchange>,
    /// Stretches of which a person says that what was read is right (人工确认), in time order.
    pub confirmed: Vec<Confirmed>,
    /// Whether it counts backwards when the site gives back (净计量): only at a grid supply, and only where all generation is
    /// metered.
    pub net: bool,
    /// What it means that there is no reading.
    pub absent: Absent,
    /// Whether a reading is written only when the value changes (变化上报): it holds until the next one.
    pub on_change: bool,
    /// The fixed offset of its clock, where that does not follow the site's time zone: local stamps are read in it.
    pub utc_offset: Option<Offset>,
}

/// No rule looks further than a day; it also keeps the products of the integration in range.
const LONGEST_GAP_S: u32 = 86_400;

/// No clock is further from UTC.
const LARGEST_OFFSET_S: i32 = 18 * 3600;

/// As it stands in a site; what is not said is left out.
impl Serialize for Meter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("point", &self.point)?;
        map.serialize_entry("carrier", &self.carrier)?;
        map.serialize_entry("kind", &self.kind)?;
        map.serialize_entry("unit", &self.unit)?;
        macro_rules! said {
            ($($key:literal: $value:expr, $is_said:expr;)*) => {$(
                if $is_said {
                    map.serialize_entry($key, &$value)?;
                }
            )*};
        }
        said! {
            "multiplier": self.multiplier, self.multiplier != 1.0;
            "accuracy_class": self.accuracy_class, self.accuracy_class.is_some();
            "ct_class": self.ct_class, self.ct_class.is_some();
            "vt_class": self.vt_class, self.vt_class.is_some();
            "direct": self.direct, self.direct;
            "ct_primary_a": self.circuit.map(|circuit| circuit.ct_primary_a), self.circuit.is_some();
            "voltage_v": self.circuit.map(|circuit| circuit.voltage_v), self.circuit.is_some();
            "phases": self.circuit.map(|circuit| circuit.phases), self.circuit.is_some_and(|circuit| circuit.phases != 3);
            "power_factor": self.power_factor, self.power_factor.is_some();
            "error_group": self.error_group, self.error_group.is_some();
            "capacity_kw": self.capacity, self.capacity.is_some();
            "max_gap_s": self.max_gap_s, self.max_gap_s.is_some();
            "parent": self.parent, self.parent.is_some();
            "integrate": self.integrate, self.integrate != Integration::default();
            "from": self.from, self.from.is_some();
            "until": self.until, self.until.is_some();
            "share": self.share.map(exact_ratio::Exact), self.share.is_some();
            "check_of": self.check_of, self.check_of.is_some();
            "factor": self.factor.map(exact_ratio::Exact), self.factor.is_some();
            "net": self.net, self.net;
            "absent": self.absent, self.absent != Absent::default();
            "on_change": self.on_change, self.on_change;
            "utc_offset": self.utc_offset.map(offset_text), self.utc_offset.is_some();
            "events": Events(self), !(self.events.is_empty() && self.confirmed.is_empty());
        }
        map.end()
    }
}

/// Exchanges and confirmed stretches stand in one list.
struct Events<'a>(&'a Meter);

impl Serialize for Events<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.events.len() + self.0.confirmed.len()))?;
        self.0.events.iter().try_for_each(|event| list.serialize_element(event))?;
        self.0.confirmed.iter().try_for_each(|stretch| list.serialize_element(stretch))?;
        list.end()
    }
}

/// `+10:00`.
impl Meter {
    /// An electricity meter with nothing optional said.
    pub fn new(id: impl Into<String>, point: MeasurementPoint, kind: MeterKind, unit: Unit) -> Self {
        Meter {
            id: id.into(),
            point,
            carrier: Carrier::Electricity,
            kind,
            unit,
            multiplier: 1.0,
            accuracy_class: None,
            ct_class: None,
            vt_class: None,
            direct: false,
            circuit: None,
            power_factor: None,
            error_group: None,
            capacity: None,
            max_gap_s: None,
            parent: None,
            integrate: Integration::default(),
            from: None,
            until: None,
            share: None,
            check_of: None,
            factor: None,
            events: Vec::new(),
            confirmed: Vec::new(),
            net: false,
            absent: Absent::default(),
            on_change: false,
            utc_offset: None,
        }
    }

    /// How far its energy may be off by its classes, with its transformers, in thousandths; `None`: none is stated.
    pub(crate) fn class_thousandths(&self) -> Option<i128> {
        let of_transformers = self.ct_class.map_or(0, AccuracyClass::thousandths);
        self.accuracy_class.map(|class| class.thousandths() + of_transformers)
    }

    /// What its readings add up to: energy, volume or mass.
    pub const fn dimension(&self) -> Dimension {
        match self.unit.dimension() {
            Dimension::Power => Dimension::Energy,
            other => other,
        }
    }

    /// The conversion of dial values read at an instant: the multiplier may change with an exchange.
    pub(crate) fn conversion(&self, at: i64) -> Conversion {
        self.unit.conversion(self.multiplier_at(at))
    }

    /// The multiplier of dial values read at an instant.
    pub(crate) fn multiplier_at(&self, at: i64) -> f64 {
        let passed = self.events.partition_point(|event| event.at.as_millisecond() <= at);
        let changed = self.events.iter().take(passed).rev().find_map(|event| event.multiplier);
        changed.unwrap_or(self.multiplier)
    }

    /// Whether a person has said that what was read from one instant to another is right.
    pub(crate) fn is_confirmed(&self, start: i64, end: i64) -> bool {
        let holds =
            |stretch: &Confirmed| stretch.from.as_millisecond() <= start && end <= stretch.until.as_millisecond();
        self.confirmed.iter().any(holds)
    }

    /// At whose local time its dial starts at zero.
    pub(crate) const fn resets(&self) -> Option<Resets> {
        match self.kind {
            MeterKind::Register { resets, .. } => resets,
            _ => None,
        }
    }

    /// Whether what it reads below zero is energy that was given back, or may be.
    pub(crate) fn is_supply(&self) -> bool {
        self.point == MeasurementPoint::GridSupply
    }

    /// The carrier and the point, for people.
    pub(crate) fn carrier_at_point(&self) -> Text {
        let (carrier, point) = (self.carrier, self.point.text());
        Text::new(
            format!("{}处的{}（{}）", point.zh, carrier.zh(), carrier.as_str()),
            format!("{} at the {}", carrier.as_str(), point.en),
        )
    }

    /// What does not fit together. Places are relative to the meter's own place in the input.
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut fault = |place: Place, found: Text, expected: (&'static str, &'static str)| {
            let is_carrier = place == place!(carrier);
            let code = if is_carrier || place == place!(unit) { Code::MeterUnit } else { Code::MeterValue };
            let finding = Finding::new(code).place(place).meter(&self.id).found_text(found).expected(expected);
            findings.push(match is_carrier {
                true => finding
                    .worded("能源种类不适用于该计量点", "the carrier does not fit the measurement point")
                    .advised("更正 carrier 或 point", "correct the carrier or the point"),
                false => finding,
            });
        };
        let above_zero = ("大于 0 的数", "a number above 0");
        let power = self.unit.dimension() == Dimension::Power;
        // A power on an interval meter is its mean over the interval.
        if power != (self.kind == MeterKind::Power) && !(power && self.kind == MeterKind::Interval) {
            let expected = if power {
                ("电量、体积或质量的单位", "a unit of energy, volume or mass")
            } else {
                ("W、kW 或 MW", "W, kW or MW")
            };
            fault(place!(unit), self.unit.as_str().into(), expected);
        } else if !self.carrier.is_measured_in(self.unit) {
            let (unit, carrier) = (self.unit.as_str(), self.carrier.as_str());
            let found = Text::new(format!("{} 以 {unit} 计", self.carrier.zh()), format!("{unit} of {carrier}"));
            fault(place!(unit), found, ("该能源适用的单位", "a unit of this carrier"));
        }
        let fuel =
            matches!(self.carrier, Carrier::Diesel | Carrier::NaturalGas | Carrier::Hydrogen | Carrier::Bioethanol);
        if self.point.is_electrical() && self.carrier != Carrier::Electricity && !fuel {
            fault(place!(carrier), self.carrier_at_point(), ("electricity（电力）", "electricity"));
        }
        if !(self.multiplier.is_finite() && self.multiplier > 0.0) {
            fault(place!(multiplier), self.multiplier.to_string().into(), above_zero);
        }
        if let Some(circuit) = self.circuit {
            for (key, rated) in [(place!(ct_primary_a), circuit.ct_primary_a), (place!(voltage_v), circuit.voltage_v)] {
                if !(rated.is_finite() && rated > 0.0) {
                    fault(key, rated.to_string().into(), above_zero);
                }
            }
            if !matches!(circuit.phases, 1 | 3) {
                fault(place!(phases), circuit.phases.to_string().into(), ("1 或 3", "1 or 3"));
            }
        }
        if let Some(factor) = self.power_factor
            && !(0.01..=1.0).contains(&factor)
        {
            fault(place!(power_factor), factor.to_string().into(), ("0.01 至 1", "0.01 to 1"));
        }
        if self.error_group.as_ref().is_some_and(|group| group.trim().is_empty()) {
            fault(place!(error_group), "\"\"".into(), ("组名", "a name of the group"));
        }
        if self.direct && (self.ct_class.is_some() || self.vt_class.is_some() || self.circuit.is_some()) {
            let found = ("直接接入，却填了互感器", "connected directly, and with transformers");
            fault(place!(direct), found.into(), ("二者取一", "one of the two"));
        }
        if let MeterKind::Register { modulus: Some(modulus), .. } = self.kind
            && !(modulus.is_finite() && modulus > 0.0)
        {
            fault(place!(kind / register / modulus), modulus.to_string().into(), above_zero);
        }
        if self.capacity.is_some_and(|capacity| capacity.milliwatts() <= 0) {
            fault(place!(capacity_kw), "≤ 0".into(), above_zero);
        }
        if self.share.is_some_and(|share| share < Ratio::ZERO || share > Ratio::ONE) {
            fault(place!(share), shown(self.share), ("0 至 1 的数", "a number from 0 to 1"));
        }
        if self.factor.is_some_and(|factor| factor < Ratio::ZERO || factor > Ratio::from(100)) {
            let expected =
                ("每 kWh 冷量折合的 kWh 电量，0 至 100", "kWh of electricity per kWh of cooling, from 0 to 100");
            fault(place!(factor), shown(self.factor), expected);
        }
        if self.max_gap_s.is_some_and(|seconds| seconds == 0 || seconds > LONGEST_GAP_S) {
            let found = self.max_gap_s.unwrap_or(0).to_string();
            fault(place!(max_gap_s), found.into(), ("1 至 86400 秒（一天）", "seconds from 1 to 86400 (a day)"));
        }
        if !self.events.is_empty() && !matches!(self.kind, MeterKind::Register { .. }) {
            let count = self.events.len();
            let found = Text::new(format!("无表码的计量点有 {count} 项"), format!("{count} on a meter without dial"));
            fault(place!(events), found, ("只有 register 可有换表事件", "events on registers only"));
        }
        for event in &self.events {
            let dials = [Some(event.last), Some(event.first), event.multiplier.map(|m| if m > 0.0 { m } else { -1.0 })];
            if dials.iter().flatten().any(|dial| !(dial.is_finite() && *dial >= 0.0)) {
                let expected = ("表码不小于 0，倍率大于 0", "dial values from 0 up and a multiplier above 0");
                fault(place!(events), format!("{event:?}").into(), expected);
            }
        }
        if self.events.windows(2).any(|pair| matches!(pair, [a, b] if a.at >= b.at)) {
            let found = ("换表事件未按时间先后", "events that are not in time order");
            fault(place!(events), found.into(), ("按时间先后，各不相同", "one event after the other"));
        }
        for (key, is_said, fits, expected) in [
            (place!(net), self.net, self.is_supply(), ("仅适用于 grid_supply", "only at a grid_supply")),
            (
                place!(absent),
                self.absent == Absent::Zero,
                self.kind == MeterKind::Interval,
                ("仅适用于 interval", "only on interval meters"),
            ),
            (
                place!(on_change),
                self.on_change,
                self.kind == MeterKind::Power,
                ("仅适用于 power", "only on power meters"),
            ),
        ] {
            if is_said && !fits {
                fault(key, self.point.as_str().into(), expected);
            }
        }
        if self.utc_offset.is_some_and(|offset| offset.seconds() % 60 != 0 || offset.seconds().abs() > LARGEST_OFFSET_S)
        {
            let found = self.utc_offset.map_or_else(String::new, |offset| offset.to_string());
            fault(place!(utc_offset), found.into(), ("整分钟，±18:00 以内", "whole minutes, up to ±18:00"));
        }
        if self.confirmed.windows(2).any(|pair| matches!(pair, [a, b] if (a.from, a.until) > (b.from, b.until))) {
            let found = ("人工确认时段未按时间先后", "confirmed stretches that are not in time order");
            fault(place!(events), found.into(), ("按时间先后", "in time order"));
        }
        if self.confirmed.iter().any(|stretch| stretch.until <= stretch.from || stretch.why.trim().is_empty()) {
            let found = ("止时不晚于起时，或未写明理由", "an end that is not after the start, or no reason");
            fault(place!(events), found.into(), ("from 早于 until，并写明理由", "from before until, and the reason"));
        }
        if let (Some(from), Some(until)) = (self.from, self.until)
            && until <= from
        {
            fault(place!(until), until.to_string().into(), ("晚于 from 的日期", "a day after from"));
        }
        findings
    }
}

/// A number of a property, for people.
fn shown(ratio: Option<Ratio>) -> Text {
    ratio.map_or("–".to_owned(), |ratio| ratio.to_string()).into()
}

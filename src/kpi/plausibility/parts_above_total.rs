use super::{Evidence, UNKNOWN_CLASS};
use crate::{
    finding::{Code, Finding, Text},
    place::place,
};

/// IT energy and the parts of the overhead are more than the total, by more than both may be off: each by the worst of the
/// classes, if all meters state one.
pub(super) fn check(evidence: &Evidence<'_, '_>) -> Vec<Finding> {
    above(evidence).into_iter().collect()
}

fn above(evidence: &Evidence<'_, '_>) -> Option<Finding> {
    let measured = evidence.measured;
    let (pue, overhead) = (measured.pue()?, measured.overhead?);
    let ratio = pue.ratio().to_f64();
    let parts = ratio - overhead.unexplained;
    let shown = |ratio: f64| format!("{:.3} kWh", ratio * pue.it().kwh());
    if parts <= ratio {
        return None;
    }
    let mut classes = evidence.ledger.site().meters().iter().map(|meter| meter.class_thousandths());
    let worst = classes.try_fold(0, |worst: i128, class| Some(worst.max(class?)));
    let off = worst.map_or(UNKNOWN_CLASS, |worst| UNKNOWN_CLASS.min(2.0 * worst as f64 / 1000.0));
    (parts > ratio * (1.0 + off)).then(|| {
        let (parts, total) = (shown(parts), shown(ratio));
        let expected = Text::new(format!("不超过总电量 {total}"), format!("at most the total, {total}"));
        let finding = Finding::new(Code::MeterSumCheck).place(place!(meters)).expected(expected);
        let (mut zh, mut en) = (format!("合计 {parts}：IT {}", pue.it()), format!("{parts} in all: IT {}", pue.it()));
        for (part, name_zh, name_en) in [
            (overhead.cooling, "制冷", "cooling"),
            (overhead.power_chain, "供配电损耗", "losses of the power chain"),
            (overhead.lighting_other, "照明及其他", "lighting and other"),
        ] {
            if let Some(part) = part {
                zh += &format!("，{name_zh} {}", shown(part));
                en += &format!(", {name_en} {}", shown(part));
            }
        }
        let found = Text::new(zh, en);
        finding
            .found_text(found)
            .worded("IT 与各分项之和超过总电量", "IT and the other parts add up to more than the total")
    })
}

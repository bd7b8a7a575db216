//! What a declared PUE may be instead of what it says: the usual traps, each computed and compared with it.

use super::declared::agreement;
use crate::{
    assessment::Assessment,
    finding::Text,
    kpi::Category,
    ledger::Ledger,
    metering::{Carrier, MeasurementPoint as Point},
    quantity::{ExactEnergy, Ratio},
};

/// The first trap whose figure agrees with the declared one.
pub(super) fn behind(
    said: f64,
    ledger: &Ledger<'_>,
    heat_reused: Option<ExactEnergy>,
    assessment: &Assessment,
) -> Option<Text> {
    let pue = assessment.pue.as_ref()?;
    let (total, it) = (pue.total(), pue.it());
    let monthly: Vec<f64> = assessment.monthly.iter().filter_map(|month| month.pue).collect();
    // The mean of some months is near many values.
    let complete = assessment.coverage.is_some_and(|coverage| coverage.common == 1.0);
    let mean = complete.then(|| monthly.iter().sum::<f64>() / monthly.len().max(1) as f64);
    let best = monthly.iter().copied().min_by(f64::total_cmp);
    let less =
        |energy: Option<ExactEnergy>| (total - energy.filter(|energy| *energy > ExactEnergy::ZERO)?).ratio_to(it);
    let own = [Point::Pv, Point::Wind].into_iter().filter_map(|point| sum(ledger, point)).reduce(|a, b| a + b);
    let fed_in = sum(ledger, Point::Export).and_then(|back| own.map(|own| own - back));
    let with_it_at = |point: Point| total.ratio_to(sum(ledger, point)?);
    let traps = [
        (
            pue.electricity_only,
            "等于只计电量的比值，其他能源未计入",
            "it is the ratio of electricity alone; other carriers were left out",
        ),
        (ledger.site().facility().design_pue, "等于设计 PUE，不是运行值", "it is the design PUE, not one of operation"),
        (
            mean.and_then(Ratio::from_f64),
            "等于各月 PUE 的平均；年度 PUE 是电量之比",
            "it is the mean of the monthly ratios; the PUE is a ratio of sums",
        ),
        (best.and_then(Ratio::from_f64), "等于 PUE 最低月份的值", "it is the PUE of the best month, the lowest"),
        (
            less(heat_reused),
            "等于扣除余热利用后的值；余热不从总电量中扣除",
            "reused heat was taken off the total, where it stays",
        ),
        (
            less(own),
            "等于扣除光伏、风电后的值；自发电量计入总电量",
            "PV or wind was taken off the total, where it stays",
        ),
        (
            less(fed_in),
            "等于扣除自用光伏、风电后的值；自发电量计入总电量",
            "PV or wind used on the site was taken off the total, where it stays",
        ),
        (less(sum(ledger, Point::GeneratorOutput)), "漏计了发电机电量", "the generators were left out"),
        (with_it_at(Point::UpsInput), "以 UPS 输入作为 IT 电量", "the UPS input was taken for IT energy"),
        (
            with_it_at(Category::Basic.point()).filter(|_| pue.category == Some(Category::Basic)),
            "UPS 输出上的非 IT 用电未从 IT 电量中扣除",
            "what is not IT on the UPS output was not taken off the IT energy",
        ),
        (
            with_it_at(Category::Basic.point()),
            "等于类别 1（UPS 输出）的值",
            "it is the value of category 1 (UPS output)",
        ),
        (
            with_it_at(Category::Intermediate.point()),
            "等于类别 2（PDU 输出）的值",
            "it is the value of category 2 (PDU output)",
        ),
        (
            with_it_at(Category::Advanced.point()),
            "等于类别 3（IT 输入）的值",
            "it is the value of category 3 (IT input)",
        ),
        (it.ratio_to(total), "申报的是 DCiE，即 PUE 的倒数", "it is the DCiE, 1/PUE"),
    ];
    let agrees = |value: &Option<Ratio>| value.is_some_and(|value| agreement(said, value).is_some());
    traps.into_iter().find(|(value, ..)| agrees(value)).map(|(_, zh, en)| Text::new(zh, en))
}

/// The electricity at a point, if all of it is known.
pub(super) fn sum(ledger: &Ledger<'_>, point: Point) -> Option<ExactEnergy> {
    let meters = ledger.site().meters().iter().enumerate();
    let there = meters
        .filter(|(_, meter)| meter.point == point && meter.carrier == Carrier::Electricity && meter.check_of.is_none());
    there
        .map(|(i, meter)| {
            let book = ledger.book(i).filter(|book| book.coverage(ledger.period()) == 1.0)?;
            let amount = book.scaled(&ledger.steps(ledger.period()), meter.share.unwrap_or(Ratio::ONE));
            Some(ExactEnergy::from_microjoules(amount))
        })
        .try_fold(ExactEnergy::ZERO, |sum, energy| Some(sum + energy?))
        .filter(|sum| *sum > ExactEnergy::ZERO)
}

//! Places in words for people, who count from 1: "grid supply, July 2024", 市电进线，2024年7月.

use crate::{
    assessment::{Assessment, MeterEnergy},
    finding::{Finding, Lang, Text},
    period::Granularity,
    place::{Part, Place, Step, place},
    submission::form,
};

/// A place of the input that an assessment is of, in words.
pub(super) fn in_words(assessment: &Assessment, place: &Place, lang: Lang) -> String {
    let text = match (place.part(), place.row()) {
        (Part::Energy | Part::Meters, Some(row)) => of_meter(assessment, place, row),
        (Part::Certificates, Some(row)) => {
            let row = row.saturating_add(1);
            joined(Text::new(format!("第 {row} 份证书"), format!("certificate {row}")), property(place))
        }
        _ => property(place).unwrap_or_else(|| as_it_stands(place)),
    };
    text.in_lang(lang).to_owned()
}

/// What a row of energies or of meters is about; with its month, or what is said of it there.
fn of_meter(assessment: &Assessment, place: &Place, row: usize) -> Text {
    let number = row.saturating_add(1);
    let name = match assessment.meters.iter().find(|meter| meter.is_at(place)) {
        Some(meter) => name_of(assessment, meter),
        None if place.part() == Part::Energy => {
            Text::new(format!("能耗表第 {number} 行"), format!("row {number} of the energies"))
        }
        None => Text::new(format!("第 {number} 个计量点"), format!("meter {number} of the list")),
    };
    match place.steps().get(2..) {
        Some([Step::Key(list), Step::Item(month)]) if list.starts_with("monthly") => {
            match month_of(assessment, *month) {
                Some(month) => Text::new(format!("{}，{}", name.zh, month.zh), format!("{}, {}", name.en, month.en)),
                None => {
                    let month = month.saturating_add(1);
                    joined(name, Some(Text::new(format!("第 {month} 个值"), format!("value {month}"))))
                }
            }
        }
        _ => joined(name, property(place)),
    }
}

/// The measurement point; with the id where several meters stand there.
fn name_of(assessment: &Assessment, meter: &MeterEnergy) -> Text {
    let alone = assessment.meters.iter().filter(|other| other.point == meter.point).count() == 1;
    meter.point.named((!alone).then_some(&meter.id))
}

/// When something was found: local time to the second, without seconds that are zero, from when until when.
pub(super) fn times_in_words(finding: &Finding, lang: Lang) -> Option<String> {
    let clock = |instant: &str| {
        let (date, time) = instant.split_once('T')?;
        let [year, month, day]: [&str; 3] = date.splitn(3, '-').collect::<Vec<_>>().try_into().ok()?;
        let time = time.get(..8)?;
        let time = time.strip_suffix(":00").unwrap_or(time);
        let (month, day) = (month.trim_start_matches('0'), day.trim_start_matches('0'));
        Some(match lang {
            Lang::Zh => format!("{year}年{month}月{day}日 {time}"),
            Lang::En => format!("{date} {time}"),
        })
    };
    let at = finding.at.as_deref()?;
    let from = clock(at).unwrap_or(at.to_owned());
    let until = finding.until.as_deref().map(|until| clock(until).unwrap_or(until.to_owned()));
    Some(match (lang, until) {
        (Lang::Zh, Some(until)) => format!("{from} 至 {until}"),
        (Lang::En, Some(until)) => format!("{from} to {until}"),
        (Lang::Zh, None) => format!("{from} 起"),
        (Lang::En, None) => format!("from {from} on"),
    })
}

/// The name of the period's n-th month.
fn month_of(assessment: &Assessment, month: usize) -> Option<Text> {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let day = assessment.period.as_ref()?.parts(Granularity::Month).nth(month)?.first_day();
    let name = NAMES.get(usize::try_from(day.month()).ok()?.checked_sub(1)?)?;
    Some(Text::new(format!("{}年{}月", day.year(), day.month()), format!("{name} {}", day.year())))
}

fn joined(name: Text, property: Option<Text>) -> Text {
    match property {
        Some(property) => Text::new(format!("{}：{}", name.zh, property.zh), format!("{}: {}", name.en, property.en)),
        None => name,
    }
}

/// What the value is called that stands at a place: as in the form, or as here; `None` for a row itself.
fn property(place: &Place) -> Option<Text> {
    if let Some(names) = names(place) {
        return Some(names.into());
    }
    if let Some(row) = rack_row(place) {
        return Some(row);
    }
    if let Some((.., zh, en)) = OTHERS.iter().find(|(part, key, ..)| {
        *part == place.part() && if key.is_empty() { place.steps().len() == 1 } else { place.name() == Some(key) }
    }) {
        return Some(Text::new(*zh, *en));
    }
    match place.steps() {
        [_, Step::Item(_)] => None,
        _ => place.name().map(|key| Text::new(format!("“{key}”"), format!("\"{key}\""))),
    }
}

/// The names, Chinese and English, of what stands at a place, if it has a field of its own.
fn names(place: &Place) -> Option<(&'static str, &'static str)> {
    let names = |field: &form::Field| (field.zh, field.en);
    let Some(table) = form::TABLES.iter().find(|table| place.is_within(&table.at)) else {
        return form::FACILITY.iter().find(|field| field.place() == *place).map(names);
    };
    let key = match place.steps().get(table.at.steps().len()..)? {
        [Step::Item(_), Step::Key(key)] if table.at.part() == Part::Energy && key == "total_kwh" => "total",
        [Step::Item(_), Step::Key(key)] => &**key,
        _ => return None,
    };
    table.columns.iter().find(|field| field.key == key).map(names)
}

/// A row of the list of racks.
fn rack_row(place: &Place) -> Option<Text> {
    let of_racks = Some(place).filter(|place| place.is_within(&place!(facility / racks / types)))?;
    let row = of_racks.steps().iter().find_map(|step| match step {
        Step::Item(row) => Some(row.saturating_add(1)),
        Step::Key(_) => None,
    })?;
    Some(Text::new(format!("机柜清单第 {row} 行"), format!("row {row} of the rack list")))
}

/// A place that has no name here.
fn as_it_stands(place: &Place) -> Text {
    match place.part() {
        Part::Whole => Text::new("整份数据", "the input as a whole"),
        _ => Text::same(place.to_string()),
    }
}

/// What the form has no field for: part, key (none: the part itself), and its names.
const OTHERS: [(Part, &str, &str, &str); 26] = [
    (Part::Schema, "", "格式标识", "schema"),
    (Part::Facility, "", "数据中心", "data centre"),
    (Part::Facility, "lifecycle", "项目性质与日期", "kind of project and its dates"),
    (Part::Facility, "racks", "机柜", "racks"),
    (Part::Facility, "types", "机柜清单", "rack list"),
    (Part::Facility, "zh", "中文名称", "name in Chinese"),
    (Part::Facility, "en", "英文名称", "name in English"),
    (Part::Period, "", "期间", "period"),
    (Part::Energy, "", "能耗表", "the energies"),
    (Part::Energy, "monthly_kwh", "各月电量", "energies by month"),
    (Part::Energy, "monthly", "各月用量", "amounts by month"),
    (Part::Monthly, "", "各月", "the months"),
    (Part::Meters, "", "计量点清单", "list of meters"),
    (Part::Meters, "multiplier", "倍率", "multiplier"),
    (Part::Meters, "events", "换表与确认记录", "exchanges and confirmed stretches"),
    (Part::Meters, "net", "净计量", "net metering"),
    (Part::Meters, "absent", "缺数含义", "what absent readings mean"),
    (Part::Meters, "on_change", "变化时记录", "written on change"),
    (Part::Meters, "utc_offset", "时钟偏移", "clock offset"),
    (Part::Meters, "max_gap_s", "最大采样间隔", "largest distance of samples"),
    (Part::Meters, "integrate", "积分方式", "way of integration"),
    (Part::Meters, "modulus", "满量程", "modulus of the dial"),
    (Part::Meters, "resets", "定时清零", "resets on purpose"),
    (Part::Certificates, "", "等级证书", "certificates"),
    (Part::Declared, "", "申报值", "declared figures"),
    (Part::Other, "renewable_kwh", "可再生电量", "renewable energy"),
];

#[cfg(all(test, feature = "sample"))]
mod tests {
    use super::*;

    #[test]
    fn places_have_words() {
        let json = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/01-meets.json"));
        let audit = crate::submission::audit_json(json, &[]);
        for (pointer, zh, en) in [
            ("/energy/0/monthly_kwh/6", "市电进线，2024年7月", "grid supply, July 2024"),
            ("/energy/0/monthly_kwh/99", "市电进线：第 100 个值", "grid supply: value 100"),
            ("/energy/0", "市电进线", "grid supply"),
            (
                "/energy/77/unit",
                "能耗表第 78 行：单位（电量空白即 kWh）",
                "row 78 of the energies: Unit (blank: kWh, if electricity)",
            ),
            ("/meters/77/multiplier", "第 78 个计量点：倍率", "meter 78 of the list: multiplier"),
            ("/facility/racks/types/1/count", "设计机柜数", "Cabinets by design"),
            ("/facility/racks/types/1", "机柜清单第 2 行", "row 2 of the rack list"),
            ("/facility/colour", "“colour”", "\"colour\""),
            ("/certificates/0/expires_on", "第 1 份证书：有效期至", "certificate 1: Expires on"),
            ("/certificates/0", "第 1 份证书", "certificate 1"),
            ("/declared/pue", "申报 PUE", "Declared PUE"),
            ("/period", "期间", "period"),
            ("", "整份数据", "the input as a whole"),
        ] {
            let place: Place = pointer.parse().unwrap();
            assert_eq!(in_words(&audit, &place, Lang::Zh), zh, "{pointer}");
            assert_eq!(in_words(&audit, &place, Lang::En), en, "{pointer}");
        }
    }
}

//! Where what stands in the spreadsheet of a submission: the same for the template and for its reader.

/// What a cell holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Date,
    Flag,
}

/// One thing to fill in.
pub struct Field {
    /// Its place in the submission: a JSON Pointer, or a key within the row of a table.
    pub key: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub kind: Kind,
    /// What may be chosen.
    pub choices: &'static [&'static str],
}

const fn field(key: &'static str, zh: &'static str, en: &'static str, kind: Kind) -> Field {
    Field { key, zh, en, kind, choices: &[] }
}

const fn choice(key: &'static str, zh: &'static str, en: &'static str, choices: &'static [&'static str]) -> Field {
    Field { key, zh, en, kind: Kind::Text, choices }
}

/// A sheet whose rows are alike.
pub struct Table {
    pub sheet: &'static str,
    /// The word by which the sheet is known, whatever else its name says.
    pub word: &'static str,
    /// Where its rows go in the submission.
    pub pointer: &'static str,
    pub columns: &'static [Field],
}

/// The sheet with one thing a row.
pub const FACILITY_SHEET: &str = "场所 Facility";
pub const FACILITY_WORD: &str = "facility";
/// Of that sheet: the columns of key and value, and the first row, from 0.
pub const KEY_COLUMN: u32 = 2;
pub const VALUE_COLUMN: u32 = 3;
pub const FIRST_FIELD: u32 = 1;

/// Of a table: the row of its keys, and the first row of data, from 0.
pub const KEY_ROW: u32 = 2;
pub const FIRST_ROW: u32 = 3;

const FLAGS: &[&str] = &["TRUE", "FALSE"];

pub const FACILITY: &[Field] = &[
    field("/facility/id", "数据中心编号", "Facility id", Kind::Text),
    field("/facility/name", "名称", "Name", Kind::Text),
    field("/facility/operator", "运营者", "Operator", Kind::Text),
    field("/facility/region", "行政区划代码(GB/T 2260)", "Region code (GB/T 2260 or ISO 3166)", Kind::Text),
    choice("/facility/zone", "功能区", "Zone", &["east_lake", "wuhan_etdz", "airport", "other"]),
    field("/facility/time_zone", "时区", "Time zone (IANA)", Kind::Text),
    choice("/facility/lifecycle/kind", "项目性质", "Kind of project", &["new", "rebuilt", "extended", "existing"]),
    field("/facility/lifecycle/approved_on", "批复日期", "Approved on", Kind::Date),
    field("/facility/lifecycle/in_service_on", "投运日期", "In service on", Kind::Date),
    field("/facility/racks/installed", "已装机柜数", "Cabinets installed", Kind::Number),
    field("/facility/racks/occupied", "已用机柜数", "Cabinets occupied", Kind::Number),
    field("/facility/rated_it_kw", "IT 额定功率(kW)", "Rated IT power (kW)", Kind::Number),
    choice("/facility/air_conditioning", "空调形式", "Air conditioning", &["electric", "absorption", "other", "none"]),
    choice("/facility/it_cooling", "IT 设备冷却方式", "Cooling of IT", &["air", "liquid", "mixed"]),
    Field { key: "/facility/edge", zh: "边缘数据中心", en: "Edge site", kind: Kind::Flag, choices: FLAGS },
    Field {
        key: "/facility/hub_node", zh: "国家枢纽节点", en: "In a hub node", kind: Kind::Flag, choices: FLAGS
    },
    field("/period/start", "期间开始日期", "Period: first day", Kind::Date),
    field("/period/end", "期间结束日期(不含)", "Period: day after the last", Kind::Date),
    field("/declared/pue", "申报 PUE", "Declared PUE", Kind::Number),
    field("/declared/category", "申报类别(1、2、3)", "Declared category (1, 2, 3)", Kind::Number),
    field("/declared/standard_racks", "申报标准机架数(2.5 kW)", "Declared standard racks (2.5 kW)", Kind::Number),
    field("/declared/occupancy", "申报上架率(0–1)", "Declared occupancy (0-1)", Kind::Number),
    choice("/declared/grade", "申报绿色低碳等级", "Declared grade", LEVELS),
    field("/water_m3", "用水量(m³)", "Water (m³)", Kind::Number),
    field("/heat_reused_kwh", "余热回用(kWh)", "Heat reused (kWh)", Kind::Number),
    field("/renewable_kwh/certificates", "绿证电量(kWh)", "Renewable by certificates (kWh)", Kind::Number),
    field("/renewable_kwh/ppa", "绿电直购(kWh)", "Renewable by contract (kWh)", Kind::Number),
    field("/renewable_kwh/on_site", "自发可再生(kWh)", "Renewable on site (kWh)", Kind::Number),
];

const LEVELS: &[&str] = &["A", "AA", "AAA", "AAAA", "AAAAA"];

const POINTS: &[&str] = &[
    "grid_supply",
    "generator_output",
    "generator_fuel",
    "pv",
    "wind",
    "purchased_cooling",
    "ups_input",
    "ups_output",
    "pdu_output",
    "it_input",
    "it_load",
    "cooling",
    "distribution",
    "lighting",
    "other",
    "outside",
    "export",
];

const CARRIERS: &[&str] =
    &["electricity", "diesel", "natural_gas", "hydrogen", "bioethanol", "chilled_water", "hot_water", "water"];

pub const TABLES: [Table; 3] = [
    Table {
        sheet: "机架 Racks",
        word: "racks",
        pointer: "/facility/racks/types",
        columns: &[
            field("count", "设计机柜数", "Cabinets by design", Kind::Number),
            field("rated_kw", "单柜额定功率(kW)", "Rated power of one (kW)", Kind::Number),
        ],
    },
    Table {
        sheet: "能耗 Energy",
        word: "energy",
        pointer: "/energy",
        columns: &[
            field("id", "编号", "Id", Kind::Text),
            choice("point", "计量位置", "Measurement point", POINTS),
            choice("carrier", "能源种类", "Carrier", CARRIERS),
            choice("unit", "单位", "Unit", &["kWh", "MWh", "l", "m3", "kg"]),
            field("1", "第 1 月", "Month 1", Kind::Number),
            field("2", "第 2 月", "Month 2", Kind::Number),
            field("3", "第 3 月", "Month 3", Kind::Number),
            field("4", "第 4 月", "Month 4", Kind::Number),
            field("5", "第 5 月", "Month 5", Kind::Number),
            field("6", "第 6 月", "Month 6", Kind::Number),
            field("7", "第 7 月", "Month 7", Kind::Number),
            field("8", "第 8 月", "Month 8", Kind::Number),
            field("9", "第 9 月", "Month 9", Kind::Number),
            field("10", "第 10 月", "Month 10", Kind::Number),
            field("11", "第 11 月", "Month 11", Kind::Number),
            field("12", "第 12 月", "Month 12", Kind::Number),
            field("total", "合计", "Total", Kind::Number),
        ],
    },
    Table {
        sheet: "证书 Certificates",
        word: "certificates",
        pointer: "/certificates",
        columns: &[
            choice("ladder", "类别", "Ladder", &["green", "low_carbon"]),
            choice("kind", "类型", "Kind", &["design", "operation"]),
            choice("level", "等级", "Level", LEVELS),
            field("issuer", "颁发机构", "Issuer", Kind::Text),
            field("number", "证书编号", "Number", Kind::Text),
            field("facility", "数据中心编号", "Facility id", Kind::Text),
            field("issued_on", "颁发日期", "Issued on", Kind::Date),
            field("expires_on", "有效期至", "Expires on", Kind::Date),
        ],
    },
];

/// The name of a cell: `D7` is row 6, column 3.
pub fn name(row: u32, column: u32) -> String {
    let (mut letters, mut left) = (String::new(), column + 1);
    while left > 0 {
        left -= 1;
        letters.insert(0, char::from(b'A' + (left % 26) as u8));
        left /= 26;
    }
    format!("{letters}{}", row + 1)
}

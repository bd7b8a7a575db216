//! The form of a submission (填报表): what is filled in, with its names in Chinese and English, and what may be chosen.
//!
//! The spreadsheet is made and read by it, and places are named by it.

use crate::place::{Place, place};

/// What a cell holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Date,
    Flag,
}

/// One thing to fill in.
pub(crate) struct Field {
    /// As it stands in the sheet: its place in the submission, or a key within the row of a table.
    pub(crate) key: &'static str,
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
    pub(crate) kind: Kind,
    /// What may be chosen.
    pub(crate) choices: &'static [Choice],
}

/// A word of the submission, and the Chinese one; further ones that mean the same behind it, each after a bar.
pub(crate) type Choice = (&'static str, &'static str);

impl Field {
    /// The place in the submission of what stands in the sheet of one thing a row.
    pub(crate) fn place(&self) -> Place {
        self.key.parse().unwrap_or_default()
    }
}

const fn field(key: &'static str, zh: &'static str, en: &'static str, kind: Kind) -> Field {
    Field { key, zh, en, kind, choices: &[] }
}

const fn choice(key: &'static str, zh: &'static str, en: &'static str, choices: &'static [Choice]) -> Field {
    Field { key, zh, en, kind: Kind::Text, choices }
}

/// A sheet whose rows are alike.
pub(crate) struct Table {
    pub(crate) sheet: &'static str,
    /// The words by one of which the sheet is known, whatever else its name says.
    pub(crate) words: [&'static str; 2],
    /// Where its rows go in the submission.
    pub(crate) at: Place,
    pub(crate) columns: &'static [Field],
}

/// The sheet with one thing a row.
pub(crate) const FACILITY_SHEET: &str = "数据中心 Facility";
pub(crate) const FACILITY_WORDS: [&str; 2] = ["facility", "场所"];
const FLAGS: &[Choice] = &[("TRUE", "是"), ("FALSE", "否")];

pub(crate) const FACILITY: &[Field] = &[
    field("/facility/id", "数据中心编号", "Facility id", Kind::Text),
    field("/facility/name", "名称", "Name", Kind::Text),
    field("/facility/operator", "运营单位", "Operator", Kind::Text),
    field("/facility/region", "行政区划代码（GB/T 2260）", "Region code (GB/T 2260 or ISO 3166)", Kind::Text),
    choice("/facility/zone", "功能区", "Zone", ZONES),
    field("/facility/time_zone", "时区", "Time zone (IANA)", Kind::Text),
    choice("/facility/lifecycle/kind", "项目性质", "Kind of project", PROJECTS),
    field("/facility/lifecycle/approved_on", "批复日期", "Approved on", Kind::Date),
    field("/facility/lifecycle/in_service_on", "投运日期", "In service on", Kind::Date),
    field("/facility/racks/installed", "已装机柜数", "Cabinets installed", Kind::Number),
    field("/facility/racks/occupied", "已用机柜数", "Cabinets occupied", Kind::Number),
    field("/facility/rated_it_kw", "IT 额定功率（kW）", "Rated IT power (kW)", Kind::Number),
    choice("/facility/air_conditioning", "空调形式", "Air conditioning", AIR_CONDITIONING),
    choice("/facility/it_cooling", "IT 设备冷却方式", "Cooling of IT", COOLING),
    Field { key: "/facility/edge", zh: "边缘数据中心", en: "Edge site", kind: Kind::Flag, choices: FLAGS },
    Field {
        key: "/facility/hub_node", zh: "国家枢纽节点", en: "In a hub node", kind: Kind::Flag, choices: FLAGS
    },
    field("/facility/design_pue", "设计 PUE", "Design PUE", Kind::Number),
    field("/facility/climate", "气候区", "Climate", Kind::Text),
    field("/facility/sector", "行业", "Sector", Kind::Text),
    Field {
        key: "/facility/independent_supply",
        zh: "独立配电",
        en: "A supply of its own",
        kind: Kind::Flag,
        choices: FLAGS,
    },
    field(
        "/facility/non_it_on_ups_share",
        "UPS 所带非 IT 负载占比（0–1）",
        "Share of non-IT on the UPS (0-1)",
        Kind::Number,
    ),
    field("/period/start", "期间开始日期", "Period: first day", Kind::Date),
    field("/period/end", "期间结束日期（不含）", "Period: day after the last", Kind::Date),
    field("/declared/pue", "申报 PUE", "Declared PUE", Kind::Number),
    field("/declared/category", "申报类别（1、2、3）", "Declared category (1, 2, 3)", Kind::Number),
    field("/declared/standard_racks", "申报标准机架数（2.5 kW）", "Declared standard racks (2.5 kW)", Kind::Number),
    field("/declared/occupancy", "申报上架率（0–1）", "Declared occupancy (0-1)", Kind::Number),
    choice("/declared/grade", "申报绿色低碳等级", "Declared grade", LEVELS),
    field("/water_m3", "用水量（m³）", "Water (m³)", Kind::Number),
    field("/heat_reused_kwh", "余热利用（kWh）", "Heat reused (kWh)", Kind::Number),
    field("/renewable_kwh/certificates", "绿证电量（kWh）", "Renewable by certificates (kWh)", Kind::Number),
    field("/renewable_kwh/ppa", "绿电直购（kWh）", "Renewable by contract (kWh)", Kind::Number),
    field("/renewable_kwh/on_site", "自发可再生（kWh）", "Renewable on site (kWh)", Kind::Number),
    field("/co2_kg", "碳排放（kg）", "CO2 (kg)", Kind::Number),
];

const ZONES: &[Choice] =
    &[("east_lake", "东湖高新区"), ("wuhan_etdz", "武汉经开区"), ("airport", "临空港"), ("other", "其他")];

const PROJECTS: &[Choice] = &[("new", "新建"), ("rebuilt", "改建"), ("extended", "扩建"), ("existing", "存量|既有")];

const AIR_CONDITIONING: &[Choice] =
    &[("electric", "电动"), ("absorption", "吸收式"), ("other", "其他"), ("none", "无")];

const COOLING: &[Choice] = &[("air", "风冷"), ("liquid", "液冷"), ("mixed", "混合")];

const LEVELS: &[Choice] = &[("A", "1A"), ("AA", "2A"), ("AAA", "3A"), ("AAAA", "4A"), ("AAAAA", "5A")];

const LADDERS: &[Choice] = &[("green", "绿色"), ("low_carbon", "低碳")];

const STAGES: &[Choice] = &[("design", "设计"), ("operation", "运行")];

const POINTS: &[Choice] = &[
    ("grid_supply", "市电进线"),
    ("generator_output", "发电机输出"),
    ("generator_fuel", "发电机燃料"),
    ("pv", "光伏"),
    ("wind", "风电"),
    ("purchased_cooling", "外购冷量"),
    ("ups_input", "UPS 输入"),
    ("ups_output", "UPS/HVDC 输出"),
    ("pdu_output", "PDU 输出"),
    ("it_input", "IT 设备输入"),
    ("it_load", "IT 负载（计量位置未说明）"),
    ("cooling", "制冷"),
    ("distribution", "配电损耗"),
    ("lighting", "照明"),
    ("other", "其他"),
    ("outside", "非数据中心用能"),
    ("export", "上网电量"),
];

const CARRIERS: &[Choice] = &[
    ("electricity", "电"),
    ("diesel", "柴油"),
    ("natural_gas", "天然气"),
    ("hydrogen", "氢"),
    ("bioethanol", "生物乙醇"),
    ("chilled_water", "冷冻水"),
    ("hot_water", "热水"),
    ("water", "水"),
];

const UNITS: &[Choice] =
    &[("kWh", "千瓦时|度|kW·h"), ("MWh", "兆瓦时|MW·h"), ("l", "升"), ("m3", "立方米|m³|㎥"), ("kg", "千克|公斤")];

const KINDS: &[Choice] = &[("register", "累计表码"), ("interval", "区间量"), ("power", "功率采样")];

const CLASSES: &[Choice] = &[
    ("0.1", ""),
    ("0.1S", ""),
    ("0.2", ""),
    ("0.2S", ""),
    ("0.5", ""),
    ("0.5S", ""),
    ("1", ""),
    ("2", ""),
    ("A", ""),
    ("B", ""),
    ("C", ""),
];

pub(crate) static TABLES: [Table; 4] = [
    Table {
        sheet: "机架 Racks",
        words: ["rack", "机架"],
        at: place!(facility / racks / types),
        columns: &[
            field("count", "设计机柜数", "Cabinets by design", Kind::Number),
            field("rated_kw", "单柜额定功率（kW）", "Rated power of one (kW)", Kind::Number),
        ],
    },
    Table {
        sheet: "能耗 Energy",
        words: ["energy", "能耗"],
        at: place!(energy),
        columns: &[
            field("id", "编号", "Id", Kind::Text),
            choice("point", "计量位置", "Measurement point", POINTS),
            choice("carrier", "能源种类", "Carrier", CARRIERS),
            choice("unit", "单位（电量空白即 kWh）", "Unit (blank: kWh, if electricity)", UNITS),
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
        words: ["certificate", "证书"],
        at: place!(certificates),
        columns: &[
            choice("ladder", "类别", "Kind of grade", LADDERS),
            choice("kind", "类型", "Design or operation", STAGES),
            choice("level", "等级", "Level", LEVELS),
            field("issuer", "颁发机构", "Issuer", Kind::Text),
            field("number", "证书编号", "Number", Kind::Text),
            field("facility", "数据中心编号", "Facility id", Kind::Text),
            field("issued_on", "颁发日期", "Issued on", Kind::Date),
            field("expires_on", "有效期至", "Expires on", Kind::Date),
        ],
    },
    Table {
        sheet: "计量点 Meters",
        words: ["meter", "计量点"],
        at: place!(meters),
        columns: &[
            field("id", "编号（同能耗表）", "Id (as in Energy)", Kind::Text),
            choice("point", "计量位置", "Measurement point", POINTS),
            choice("carrier", "能源种类", "Carrier", CARRIERS),
            choice("kind", "读数类型", "Kind of readings", KINDS),
            choice("unit", "单位", "Unit", UNITS),
            field("parent", "上级计量点", "Meter above it", Kind::Text),
            choice("accuracy_class", "准确度等级", "Accuracy class", CLASSES),
            choice("ct_class", "互感器等级", "Class of transformers", CLASSES),
            Field {
                kind: Kind::Flag,
                ..choice("direct", "直接接入（无互感器）", "Connected directly (no transformers)", FLAGS)
            },
            field("ct_primary_a", "互感器额定一次电流（A）", "Rated primary current (A)", Kind::Number),
            field("voltage_v", "标称电压（V）", "Nominal voltage (V)", Kind::Number),
            field("power_factor", "功率因数", "Power factor", Kind::Number),
            field("capacity_kw", "最大功率（kW）", "Largest power (kW)", Kind::Number),
            field("share", "分摊比例（0–1）", "Share of this site (0-1)", Kind::Number),
            field("factor", "购入冷量折电系数", "Electricity per bought cooling", Kind::Number),
            field("check_of", "所校核的计量点", "Meter that it checks", Kind::Text),
            field("from", "启用日期", "In use from", Kind::Date),
            field("until", "停用日期（不含）", "In use until (exclusive)", Kind::Date),
        ],
    },
];

use super::Text;
use crate::name::{UnknownName, named};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// How much a finding weighs. Each [`Code`] has one severity.
///
/// ```
/// # let audit = pue::submission::audit_json(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/02-over-the-limit.json")), &[]);
/// use pue::Severity;
/// // An error means that no rule is decided by the figure.
/// assert!(audit.findings.iter().all(|finding| finding.code.severity() != Severity::Error));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Severity {
    /// Worth knowing; nothing is wrong (提示).
    Note,
    /// The figure stands, but look at this (警告).
    Warning,
    /// The figure cannot be formed, or cannot be trusted (错误): no rule about it is decided.
    Error,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $severity:ident, $zh:literal, $en:literal, $do_zh:literal, $do_en:literal;)*) => {
        /// The stable code of a finding. Codes are API: they are never renamed and never change their severity.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $(#[doc = concat!("`", $code, "`: ", $en, " (", $zh, ").")] $(#[$doc])* $name,)* }

        impl Code {
            /// All codes, in the order of their documentation.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as it stands on the wire.
            pub const fn as_str(self) -> &'static str { match self { $(Code::$name => $code,)* } }

            /// How much it weighs.
            pub const fn severity(self) -> Severity { match self { $(Code::$name => Severity::$severity,)* } }

            /// What it says, without the particulars.
            pub fn title(self) -> Text { match self { $(Code::$name => Text::new($zh, $en),)* } }

            /// What to do about it.
            pub fn advice(self) -> Text { match self { $(Code::$name => Text::new($do_zh, $do_en),)* } }
        }
    };
}

codes! {
    JsonSyntax = "json.syntax", Error, "不是有效的 JSON", "not valid JSON", "按所示行列修正后重新提交", "correct it at the line and column shown and send it again";
    SubmissionIncomplete = "submission.incomplete", Error, "缺少，无法计算", "missing, and nothing can be computed without it", "补报", "give it";
    JsonTooLarge = "json.too_large", Error, "过大，未予读取", "too large to be read", "拆成多份；一份报送数据一般不超过数十 KB、数百个计量点", "split it; a submission seldom has more than some tens of KB, or hundreds of meters";
    FileUnreadable = "file.unreadable", Error, "文件无法读取", "the file cannot be read", "检查文件是否存在、是否可读", "check that it is there and may be read";
    JsonSchema = "json.schema", Error, "schema 字段与要求不符", "the field `schema` does not name the expected format", "填写所要求的 schema，并按其格式提供", "state the expected schema, and follow its format";
    JsonType = "json.type", Error, "值的类型不符", "wrong type of value", "改为所要求的类型", "give a value of the expected type";
    JsonDuplicateKey = "json.duplicate_key", Error, "同一字段出现两次，两个值均未采用", "a field is given twice; neither value is used", "只保留一个", "keep one of them";
    JsonUnknownField = "json.unknown_field", Warning, "无法识别的字段，未采用", "unknown field, not used", "检查拼写；自用字段请以 x_ 开头", "check the spelling; fields of your own start with x_";
    JsonUnknownValue = "json.unknown_value", Warning, "无法识别的取值，视为未知", "unknown value, taken as not known", "改用所列取值之一", "use one of the values that are expected";
    JsonMissing = "json.missing", Note, "缺少信息，视为未知", "not given, taken as not known", "补充后方可判定或核对", "give it, so that what depends on it can be decided or checked";
    IdSuspicious = "id.suspicious", Warning, "标识含不可见字符，或混用形近的不同字母表", "an identifier with hidden characters, or with letters of several alphabets that look alike", "重新键入该标识", "type the identifier anew";
    XlsxUnreadable = "xlsx.unreadable", Error, "电子表格无法读取", "the spreadsheet cannot be read", "用所附模板填写，另存为 .xlsx", "fill in the template and save it as .xlsx";
    XlsxLayout = "xlsx.layout", Warning, "单元格不在模板所列位置，未采用", "a cell where the template has none; not used", "按模板的标题填写，勿改动标题", "fill in below the template's headings and leave these as they are";
    XlsxHidden = "xlsx.hidden", Warning, "电子表格中有隐藏的工作表", "the spreadsheet has a hidden sheet", "取消隐藏并核对其内容，或删去", "unhide it and check what it says, or remove it";
    XlsxFormula = "xlsx.formula", Note, "由公式得出的值，按保存的结果采用，未重算", "values that formulas came to when the file was saved; used as saved, not worked out again", "如有改动，用电子表格软件打开并重新保存", "if anything was changed, open it in a spreadsheet program and save it again";
    CsvValue = "csv.value", Warning, "数值无法读取，未采用", "a value cannot be read and is not used", "写成普通小数，不要千位分隔符", "write a plain decimal number without thousands separators";
    CsvTime = "csv.time", Warning, "时间无法读取，该行未采用", "a time cannot be read; its row is rejected", "写成 RFC 3339，或当地时间 YYYY-MM-DD HH:MM[:SS]", "write RFC 3339, or local YYYY-MM-DD HH:MM[:SS]";
    CsvHeader = "csv.header", Error, "表头不可用", "the header cannot be used", "以逗号分隔；长表用 meter,time,value，宽表首列 time、其余每列一个计量点编号", "separate by commas; long: meter,time,value; wide: time, then one column per meter id";
    CsvOtherFacility = "csv.other_facility", Note, "属于其他数据中心的行，已跳过", "rows of another facility were skipped", "如属本数据中心，请核对 facility 列", "if they are of this site, check the facility column";
    CsvEncoding = "csv.encoding", Warning, "不是 UTF-8，按 GB18030 读取", "not UTF-8; read as GB18030", "请核对文字；最好保存为 UTF-8", "check the text; UTF-8 is best";
    CsvRow = "csv.row", Warning, "该行的列数与表头不符，未采用", "a row has another number of columns than the header and is rejected", "补齐或删去多余的列", "complete the row or drop the extra cells";
    CsvColumn = "csv.column", Note, "文件中有未采用的列", "the file has columns that are not used", "如应采用，请核对列名与计量点编号", "if they should be, check their names and the meter ids";
    ImportMapping = "import.mapping", Error, "导入映射不成立", "an import mapping that cannot be right", "按所示位置更正", "correct it at the place shown";
    ImportHeader = "import.header", Error, "文件中没有映射所列的列", "the file has no line with the columns that the mapping names", "核对列名；或用 pue import --preview 查看该文件", "check the names of the columns, or look at the file by `pue import --preview`";
    ImportNoRow = "import.no_row", Error, "没有一行与映射相符", "no row is as the mapping says", "核对映射的时间格式、小数点与列", "check the mapping's time format, decimal mark and columns";
    ImportFits = "import.fits", Warning, "部分行与映射不符，未采用", "some rows are not as the mapping says and are not used", "查看下列各行；如属多种格式混合，请分开或另写映射", "look at the rows that are named; if the file mixes several forms, split it or write another mapping";
    ImportBroken = "import.broken", Error, "文件中断，或从此处起不符合其格式；此前内容已采用", "the file breaks off, or is not of its format from here on; what stands before is used", "重新导出该文件", "export the file again";
    ImportInterval = "import.interval", Warning, "文件所称的区间长度与数值个数不符，按数值个数采用", "the file states another interval than its values have; read as its values have it", "向数据提供方核实", "ask who made the file";
    ImportFormat = "import.format", Error, "本程序未包含该格式", "this program was built without the format", "安装含该格式的版本", "install it with that format";
    ImportUnit = "import.unit", Error, "单位不明，或与计量点的单位不能换算，未采用", "a unit that is not known, or is none of the meter's kind; not used", "在映射的 value.units 中列出，或更正计量点的 unit", "list it in the mapping under value.units, or correct the meter's unit";
    ImportKind = "import.kind", Error, "读数种类与计量点的 kind 不符，未采用", "readings of another kind than the meter; not used", "更正映射的 value.quantity，或计量点的 kind", "correct the mapping's value.quantity, or the meter's kind";
    ImportMerged = "import.merged", Warning, "文件中的多个名称对应同一计量点", "several names of the file stand for one meter", "确为同一电表方可合并；否则更正 meter.map", "merge them only if they are one meter; if not, correct meter.map";
    ReadingDuplicate = "reading.duplicate", Note, "重复读数，保留一条", "duplicate reading; one is kept", "一般无需处理", "nothing, as a rule";
    ReadingConflict = "reading.conflict", Warning, "同一时刻有不同读数，均未采用", "different readings for the same time; none is used", "查明哪一条正确", "find out which of them is right";
    ReadingOutOfOrder = "reading.out_of_order", Note, "读数未按时间排列，已重新排序", "readings not in time order; they were sorted", "一般无需处理", "nothing, as a rule";
    ReadingStuck = "reading.stuck", Warning, "读数停滞不变，长于该表的常态，该段电量未知", "readings stood still for longer than is usual for this meter; the energy of that stretch is unknown", "核对电表与采集设备；如属实，请以 events 的 confirmed 说明理由", "check the meter and the logger; if it is right, say why under events as confirmed";
    ReadingLate = "reading.late", Warning, "读数到达过晚，未采用", "readings came too late and were not used", "调大允许的迟到时长，或用全部读数重算", "allow for later readings, or build the ledger again of all readings";
    MeterOutsideLife = "meter.outside_life", Warning, "from/until 之外仍有电量", "energy outside of the meter's from and until", "更正 from/until，或核对读数", "correct from or until, or check the readings";
    MeterNoReadings = "meter.no_readings", Warning, "该计量点在期间内没有可用读数", "a listed meter has no usable readings in the period", "补充读数；若不再使用，请填写 until（停用日期，不含当日），或从清单删去", "give its readings; if it is no longer in use, state `until`, the day after its last day in use, or remove it from the list";
    CoverageEdges = "coverage.edges", Warning, "读数的起点晚于期间开始，或终点早于期间结束", "readings start after the period's start, or end before its end", "补充首尾缺失的读数；若当时尚未投用，请写明 from 或 until", "fill in what is missing at the ends; if the meter was not in use then, state from or until";
    ReadingMissing = "reading.missing", Warning, "读数缺失（空白或 NaN）", "missing readings (blank or NaN)", "检查采集设备", "check the data logger";
    ReadingNotFinite = "reading.not_finite", Warning, "读数为无穷大，未采用", "infinite readings; not used", "检查导出程序", "check the export";
    /// In the figures of a submission; in a meter's series it is `reading.below_zero`.
    ReadingNegative = "reading.negative", Error, "申报的电量为负", "negative energy", "更正该值；上网电量请以 export 计量点报送", "correct it; report exported energy at the point `export`";
    ReadingBelowZero = "reading.below_zero", Warning, "读数为负，未采用", "negative readings; not used", "检查接线方向；反送电量请用 export 计量点；如为净计量，请填写 net", "check the wiring; exported energy has a point of its own, export; if the meter gives import less export state net";
    ReadingOutOfRange = "reading.out_of_range", Error, "读数超出可能的范围（10¹² kWh 或 kW）", "a reading beyond any possible range (10¹² kWh or kW)", "检查单位与倍率", "check unit and multiplier";
    ReadingTooLarge = "reading.too_large", Warning, "读数大得不可能（超过 10¹² kWh 或 kW），未采用", "readings larger than any can be (beyond 10¹² kWh or kW); not used", "检查通信；如普遍如此，核对单位与倍率", "check the line; if all are so, check unit and multiplier";
    ReadingEstimated = "reading.estimated", Note, "两次实测之间的估计表码，未采用", "estimated dial values between actual ones; not used", "一般无需处理", "nothing, as a rule";
    ReadingUnknownMeter = "reading.unknown_meter", Warning, "读数所属计量点不在数据中心描述中，未采用", "readings of a meter that the site does not list; not used", "在数据中心描述中补充该计量点，或更正编号", "add the meter to the site, or correct the id";
    ReadingOutsidePeriod = "reading.outside_period", Note, "读数不在核算期间内", "readings outside the assessment period", "一般无需处理", "nothing, as a rule";
    RegisterRollover = "register.rollover", Note, "表码满程回零，已按量程接续", "the register rolled over; carried on by its modulus", "一般无需处理", "nothing, as a rule";
    RegisterReset = "register.reset", Warning, "表码被清零", "the register was reset to zero", "如为换表，请以 events 申报起止表码；如为定时清零，请填写 kind.register.resets", "if the meter was exchanged, declare it under events with both dial values; if it is reset on purpose, state kind.register.resets";
    RegisterGlitch = "register.glitch", Warning, "表码短时偏低后恢复，偏低读数未采用", "the register fell and recovered; the low readings are dropped", "检查通信", "check the communication line";
    RegisterSpike = "register.spike", Warning, "表码短时偏高后恢复，偏高读数未采用", "the register rose and recovered; the high readings are dropped", "检查通信", "check the communication line";
    RegisterUnusual = "register.unusual", Warning, "两次表码之差不是该表的常态，该段电量按区间计", "the dial rose by more or less than is usual for this meter; the energy of that stretch is only known between a least and a most", "如为换表，请以 events 申报起止表码；如属实，请以 events 的 confirmed 说明理由", "if the meter was exchanged declare it under events with both dial values; if it is right, say why under events as confirmed";
    RegisterStale = "register.stale", Note, "表码停留后一次补齐：该段总量已知，过程未知", "the dial stood still and then caught up: the sum of that stretch is known, its course is not", "检查采集设备", "check the data logger";
    RegisterModulus = "register.modulus", Warning, "表码多次在同一高度归零，似为满量程", "the dial fell several times at one height, as if it rolled over", "如为满程回零，请填写 kind.register.modulus；如为定时清零，请填写 resets", "if it rolls over state kind.register.modulus; if it is reset on purpose state resets";
    RegisterStep = "register.step", Warning, "表码跳变，该段电量未知", "the register jumped; the energy of that stretch is unknown", "查明原因；如为换表请申报；如读数属实，请填写 capacity_kw", "find the cause; declare an exchange if it was one; if the readings are right, state capacity_kw";
    RegisterTurns = "register.turns", Warning, "两次读数之间表码可能不止一次满程，电量上限放宽", "the dial may have passed its modulus once more between two readings; the upper bound allows for it", "缩短抄表间隔，或核对 modulus 与 capacity_kw", "read it more often, or check modulus and capacity_kw";
    MeterNotCounted = "meter.not_counted", Note, "边界内的热量或冷量不计入总量", "heat or cooling inside the boundary is not counted", "外购冷量请用 purchased_cooling 并给出 factor", "bought cooling belongs at purchased_cooling, with a factor";
    RegisterExchange = "register.exchange", Note, "已按申报的换表接续", "carried on across a declared meter exchange", "一般无需处理", "nothing, as a rule";
    PowerGap = "power.gap", Warning, "功率采样间隔过长，该段不积分", "power samples too far apart; that stretch is not integrated", "补采数据；若本就按此间隔采样，请写明 max_gap_s", "fill in the samples; if this is the usual distance state max_gap_s";
    PowerUnusual = "power.unusual", Warning, "功率不是该表的常态，相邻两段电量未知", "power that is not usual for this meter; the energy beside it is unknown", "核对采集设备；如属实，请以 events 的 confirmed 说明理由", "check the logger; if it is right, say why under events as confirmed";
    PowerImpossible = "power.impossible", Warning, "功率大于该表可能的最大值，未采用", "power beyond what this meter can carry; not used", "检查通信，核对单位", "check the line and the unit";
    PowerSpacing = "power.spacing", Note, "功率按其自身的采样间隔连线积分", "power samples are joined by their own spacing", "如不妥，请填写 max_gap_s", "if that is not right state max_gap_s";
    PowerSparse = "power.sparse", Note, "功率采样间隔超过 1 小时：其间电量按连线计，上下限按该表常态功率计", "power samples more than an hour apart: joined by a line, and bounded by the lowest and the highest usual power", "缩短采样间隔，或改用电能表", "take samples more often, or meter the energy";
    IntervalOverlap = "interval.overlap", Warning, "区间重叠，重叠各条均未采用", "intervals overlap; none of those that do is used", "每段时间只提供一条", "give each stretch of time once";
    IntervalGap = "interval.gap", Warning, "区间之间有空缺，该段电量未知", "a gap between intervals; its energy is unknown", "补充缺失的区间", "fill in the missing intervals";
    IntervalUnusual = "interval.unusual", Warning, "区间值不是该表的常态，该段电量按区间计", "a value that is not usual for this meter; its energy is only known between a least and a most", "核对来源；如属实，请以 events 的 confirmed 说明理由", "check its source; if it is right, say why under events as confirmed";
    IntervalImpossible = "interval.impossible", Warning, "区间值大于该表可能的最大值，未采用", "a value beyond what this meter can carry; not used", "检查单位与来源", "check its unit and source";
    IntervalInclusive = "interval.inclusive", Note, "区间的终点为最后一秒、一分或一日（含），已接续", "the ends of intervals are the last second, minute or day that belongs to them; they were closed", "一般无需处理", "nothing, as a rule";
    IntervalReversed = "interval.reversed", Warning, "区间的终点不晚于起点，未采用", "an interval does not end after its start; not used", "更正起止时间", "correct start and end";
    IntervalPartial = "interval.partial", Warning, "数值只覆盖区间的一部分（known_h）", "values cover only part of their interval (known_h)", "补齐缺失的小时", "fill in the missing hours";
    TimeAmbiguous = "time.ambiguous", Warning, "当地时间有两种可能（夏令时结束），该行未采用", "a local time that occurs twice (end of daylight saving); its row is rejected", "写明时差，例如 -06:00", "write the offset, for example -06:00";
    TimeNonexistent = "time.nonexistent", Warning, "当地时间不存在（夏令时开始），该行未采用", "a local time that does not exist (start of daylight saving); its row is rejected", "写明时差，例如 -06:00", "write the offset, for example -06:00";
    PeriodReversed = "period.reversed", Error, "期间的终点不晚于起点", "the period does not end after its start", "更正起止日期；end 为最后一日的次日，如 2024 全年的 end 为 2025-01-01", "correct start and end; end is the day after the last day: that of 2024 is 2025-01-01";
    PeriodOutOfRange = "period.out_of_range", Error, "期间超出可计算的范围", "the period is out of range", "更正起止日期；期间须在 1900 年至 2200 年之间，一般为一年", "correct start and end; a period lies between the years 1900 and 2200, and is a year as a rule";
    MeterDuplicateId = "meter.duplicate_id", Error, "计量点编号重复，均未采用", "duplicate meter id; none of them is used", "每个计量点使用唯一编号", "give each meter an id of its own";
    MeterCycle = "meter.cycle", Error, "计量点上下级关系循环", "meters are each other's parents, directly or by way of others", "更正 parent", "correct the parents";
    MeterOrphan = "meter.orphan", Warning, "上级计量点不存在，视为没有上级", "the parent meter does not exist; taken as a meter without parent", "更正 parent", "correct the parent";
    EstimateMade = "estimate.made", Note, "缺失电量按所列方法估算", "missing energy was estimated by the methods named", "补充读数后按实测重算", "with the readings, it would be measured";
    EstimateShare = "estimate.share", Warning, "结果含估算电量；超过 10% 不作年度值", "a part of the result is estimated; above 10 % it is no annual value", "补充读数", "fill in the readings";
    MeterSumCheck = "meter.sum_check", Warning, "计量不平衡，超出准确度等级所允许的误差", "meters that should agree differ by more than their accuracy classes allow", "核对上下级关系、倍率与读数", "check which meter is below which, the multipliers and the readings";
    MeterUnmetered = "meter.unmetered", Note, "下级计量点之和小于上级，余下部分未单独计量", "sub-meters measure less than the meter above them; the rest is not sub-metered", "如有遗漏的下级计量点，请补充", "if a sub-meter is missing, add it";
    MeterDoubleCounted = "meter.double_counted", Warning, "可能重复计量，未计入", "would be counted twice; left out", "用 parent 写明上下级关系", "state with `parent` which meter is below which";
    MeterUnit = "meter.unit", Error, "单位不适用于该计量点", "the unit does not fit the meter", "电量用 kWh、MWh 等，功率用 kW、MW", "use kWh, MWh … for energy, kW, MW for power";
    MeterUnusable = "meter.unusable", Error, "计量点无法使用，合计可能不完整", "a meter cannot be used, so sums may be incomplete", "补全或更正 id、point、carrier、kind、unit", "complete or correct its id, point, carrier, kind and unit";
    MeterValue = "meter.value", Error, "计量点属性超出可能的范围", "a property of the meter is out of range", "改为所列范围内的值", "give a value as expected";
    MeterImplausible = "meter.implausible", Warning, "计量数据不合常理", "a meter's figures are implausible", "核对该值与单位", "check the value and its unit";
    CoverageLow = "coverage.low", Warning, "数据覆盖率不足，不作年度值", "too little of the period is known for an annual value", "补充数据；覆盖率须不低于 90%，且每个自然月都有数据", "add data: at least 90 % of the period must be known, and some of every calendar month";
    CoverageMismatch = "coverage.mismatch", Warning, "总量与 IT 没有共同已知的时段", "total and IT are nowhere known at the same time", "提供同一时段的两侧数据", "give both sides for the same time";
    PueBelowOne = "pue.below_one", Error, "PUE 小于 1：计量或边界有误", "PUE below 1: a fault of metering or boundary", "检查 IT 与总量计量点、单位与倍率", "check the IT and total meters, their units and multipliers";
    PueExactlyOne = "pue.exactly_one", Error, "PUE 恰为 1：不可信", "PUE of exactly 1 is not credible", "检查总电量与 IT 电量是否取自同一计量点", "check whether total and IT are of one meter";
    PueItZero = "pue.it_zero", Error, "IT 电量为零", "the IT energy is zero", "检查 ups_output 等 IT 计量点的读数是否全为 0", "check whether all readings of the IT meters (ups_output …) are zero";
    PueNoIt = "pue.no_it", Error, "没有可用的 IT 电量", "no usable IT energy", "提供 ups_output、pdu_output、it_input 或 it_load 的数据", "give data of ups_output, pdu_output, it_input or it_load";
    PueNoTotal = "pue.no_total", Error, "没有可用的总电量", "no usable total energy", "提供 grid_supply 等供电侧数据；除非明确要求（pue assess --total-from-parts），总量不由分项相加得出", "give data of the supply side (grid_supply …); the total is summed up from its parts only where that is asked for (pue assess --total-from-parts)";
    PueTotalFromParts = "pue.total_from_parts", Warning, "总电量由分项相加得出，未计量的部分不在其中", "the total is the sum of its parts; what no meter measures is not in it", "在供电侧装设计量，或确认各分项齐全", "measure at the supplies, or make sure that no part is missing";
    PueUpsInput = "pue.ups_input", Error, "UPS 输入不是 IT 电量", "a UPS input is not IT energy", "报送 UPS 输出、PDU 输出或 IT 设备输入的计量数据；该表实为 UPS 输出的，更正 point", "give the readings of the UPS output, the PDU output or the IT equipment input; if this meter is at the output, correct its point";
    PueCategoryMixed = "pue.category_mixed", Warning, "没有一个计量类别覆盖全部 IT 支路", "no single category covers every IT branch", "在同一级补齐计量点", "complete the meters of one level";
    PueCategoryUnknown = "pue.category_unknown", Note, "IT 计量位置未说明，PUE 类别未知", "where IT is measured is not stated; the PUE category is unknown", "写明 ups_output、pdu_output 或 it_input", "state ups_output, pdu_output or it_input";
    PuePartialYear = "pue.partial_year", Warning, "期间不是完整一年，只能作为阶段性 PUE（iPUE）", "not a whole year: an interim value (iPUE)", "年度值需要连续 12 个月：补充其余月份，或更正起止日期", "an annual value needs 12 continuous months: add the other months, or correct start and end";
    PueImplausible = "pue.implausible", Warning, "PUE 不合常理", "an implausible PUE", "核对计量边界", "check the metering boundary";
    DeclaredPue = "declared.pue_mismatch", Warning, "申报 PUE 与重算不符", "the declared PUE differs from the recomputed one", "更正申报值，或说明差异", "correct the declared value or explain the difference";
    DeclaredTotal = "declared.total_mismatch", Warning, "申报合计与各月之和不符，以各月为准", "the declared total differs from the sum of the months; the months are used", "更正合计或月值", "correct the total or the months";
    DeclaredCategory = "declared.category", Warning, "申报类别没有对应计量点", "no meter at the point of the declared category", "更正类别或补充计量点", "correct the category or add the meters";
    DeclaredRacks = "declared.racks", Warning, "申报标准机架数与换算不符", "the declared standard racks differ from the conversion by power", "按设计功率 ÷ 2.5 kW 换算", "convert by design power / 2.5 kW";
    DeclaredOccupancy = "declared.occupancy", Warning, "申报上架率与机柜数不符", "the declared occupancy differs from the rack counts", "核对机柜数", "check the rack counts";
    DeclaredGrade = "declared.grade", Warning, "申报等级没有有效证书支持", "no valid certificate supports the declared grade", "附上本数据中心在有效期内的证书，或更正申报等级", "attach a certificate of this site that is in force, or correct the declared grade";
    EnergyAboveRating = "energy.above_rating", Error, "IT 电量超过额定功率 × 小时", "more IT energy than rated power × hours", "检查单位（kWh/MWh）与额定功率", "check the unit (kWh/MWh) and the rated power";
    EnergyConstant = "energy.constant", Warning, "各月电量完全相同", "every month has the same energy", "更正为实际计量值；确为实际计量的，请说明", "give the measured values; if these were measured, say so";
    EnergyCopiedMonths = "energy.copied_months", Warning, "连续三个月以上的电量与其他月份或另一计量点完全相同", "three or more months in a row repeat those of other months or of another meter", "更正为实际计量值；确为实际计量的，请说明", "give the measured values; if these were measured, say so";
    EnergyOutlierMonth = "energy.outlier_month", Warning, "某月 PUE 与各月中位数相差超过 30%", "a month's PUE is more than 30 % from the median month", "核对该月电量与计量边界", "check the month's energies and the boundary";
    EnergyUnmetered = "energy.unmetered", Warning, "申报的自发可再生电量大于光伏、风电计量值", "more renewable energy on site than PV and wind meters show", "补充光伏、风电计量点（pv、wind）；自发电量计入总电量", "add the meters of PV and wind (pv, wind): what they generate counts in the total";
    EnergyAboveTotal = "energy.above_total", Warning, "余热利用或可再生电量超过总电量", "more heat reused, or more renewable energy, than the total energy", "核对单位（kWh/MWh）与口径", "check the unit (kWh/MWh) and what was counted";
    EnergyDuplicate = "energy.duplicate", Error, "同一计量点、同一能源有多行，编号缺失或相同，均未采用", "several rows of one point and carrier whose ids are missing or the same; none is used", "给每行一个 id，或合并", "give each row an id, or merge them";
    EnergyMonths = "energy.months", Error, "月数与期间不符，该行未采用", "another number of months than the period has; the row is not used", "期间的每个月给一个值，缺失用 null", "give one value per month of the period, null where it is missing";
    CertificateExpired = "certificate.expired", Warning, "证书已过期", "the certificate has expired", "提交新证书", "submit a new one";
    CertificateNotYet = "certificate.not_yet", Warning, "证书在判定日尚未颁发", "the certificate was not yet issued on the assessment date", "提交当日有效的证书", "submit one that was in force on that day";
    CertificateOtherSite = "certificate.other_site", Warning, "证书属于其他数据中心", "the certificate is of another site", "提交本数据中心的证书", "submit one of this site";
    CertificateNoExpiry = "certificate.no_expiry", Warning, "证书没有写明有效期，不能计入", "the certificate states no expiry date and cannot be counted", "补充有效期", "give the expiry date";
    CertificateConflict = "certificate.conflict", Warning, "证书之间互相矛盾", "certificates contradict each other", "核实证书，只保留有效的一份", "check them, and keep the one that is valid";
    CertificateUnlikely = "certificate.unlikely", Warning, "证书等级与实测 PUE 不相称", "the certificate's level does not fit the measured PUE", "提供证书复印件，或更正等级", "send a copy of the certificate, or correct its level";
    RacksInconsistent = "racks.inconsistent", Warning, "机柜数或功率前后不一", "rack counts or power do not fit together", "核对：已用 ≤ 已装 ≤ 设计；Σ机柜功率与额定 IT 功率", "check: occupied ≤ installed ≤ designed; Σ rack power against rated IT power";
    PackInvalid = "pack.invalid", Error, "规则包此处不成立", "a pack of rules that cannot be right", "按所列要求更正规则包", "correct the pack as expected";
    PackOtherContent = "pack.other_content", Error, "与已发布规则包同名而内容不同，未采用", "a pack with the name of a published one has other content and is not applied", "另取编号或版本", "give it an id or edition of its own";
    PackBorrowedId = "pack.borrowed_id", Warning, "规则包使用已发布规则包的编号，但不是其已发布的版本", "a pack has the id of a published one, and is none of its editions", "另取编号；如为新版本，请核对原文", "give it an id of its own; if it is a new edition, check it against the text";
    PueCategoryRefused = "pue.category_refused", Error, "UPS 上的非 IT 负载超过 10% 且未分项计量，不予认定为类别 1", "more than 10 % of the UPS output is not IT and not sub-metered; category 1 is refused", "补报 UPS 输出以下非 IT 负载的分项计量数据，或报送 PDU 输出、IT 设备输入的计量数据", "give the readings of sub-meters of what is not IT, or those of the PDU output or the IT equipment input";
    MeterCapacity = "meter.capacity", Warning, "读数经常超过申报的容量，容量未采用", "readings are usually above the stated capacity, which is not used", "核对 capacity_kw，是否误以 MW 填写", "check capacity_kw: was it stated in MW?";
    MeterContradiction = "meter.contradiction", Warning, "计量点之间相互矛盾，该段电量按区间计", "meters contradict each other; the energy of that time is only known between a least and a most", "查明哪只表有误", "find out which of them is wrong";
    MeterNet = "meter.net", Warning, "净计量的供电点，尚有发电未计量", "a net supply meter on a site whose generation is not all metered", "为每处光伏、风电、发电机填报计量点", "list a meter for all PV, wind and generators";
    MeterConfirmed = "meter.confirmed", Note, "有人工确认的时段，按读数采用", "stretches that a person has confirmed are taken as read", "一般无需处理", "nothing, as a rule";
    MeterHint = "meter.hint", Note, "该表的读数有规律，似有未申报的特性", "the readings of this meter have a pattern that a property of it would explain", "如属实，请填写所建议的字段", "if it is so, state the property that is proposed";
    MeterNoUsual = "meter.no_usual", Note, "该表读数太少，无法判断常态，仅按容量判断", "too few readings to say what is usual for this meter; it is judged by its capacity alone", "提供更长或更密的读数", "give readings over a longer time, or more often";
    EnergyUnitSlip = "energy.unit_slip", Error, "数量级可疑，疑为单位混用（kWh/MWh）", "off by hundreds or thousands of times, as if kWh and MWh were mixed up", "核对单位与倍率", "check unit and multiplier";
    FacilityDates = "facility.dates", Warning, "日期前后矛盾", "dates contradict each other", "更正有误的日期", "correct the date that is wrong";
    FacilityRegion = "facility.region", Warning, "无法识别的地区代码，视为未知", "unknown region code, taken as not known", "使用 GB/T 2260 或 ISO 3166 代码", "use a GB/T 2260 or ISO 3166 code";
    FacilityHubNode = "facility.hub_node", Warning, "所在省份不在国家枢纽节点之列", "its province is in none of the national hub nodes", "核对 hub_node", "check hub_node";
    ProjectSplitSuspected = "project.split_suspected", Warning, "同一运营单位的多个新建项目合计达到大型，疑为拆分项目", "several new projects of one operator are large together: they may have been split", "核查是否为规避能耗评估而拆分（武政办〔2024〕9号 三(一)）", "look into whether they were split to evade the energy assessment (武政办〔2024〕9号, 三(一))";
    RelianceDecides = "reliance.decides", Warning, "判定结果取决于仅凭申报的内容", "a verdict depends on what only the operator's word supports", "现场核实", "check it on site";
    FacilityTimeZone = "facility.time_zone", Error, "时区无法识别", "the time zone cannot be used", "使用 IANA 名称，例如 Asia/Shanghai", "use an IANA name, for example Asia/Shanghai";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl FromStr for Code {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let known = Code::ALL.iter().find(|code| code.as_str() == text);
        known.copied().ok_or_else(|| UnknownName(format!("expected a code of a finding, found {text:?}")))
    }
}

named!(Severity);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_dotted() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(names.iter().all(|name| name.split('.').count() == 2));
    }

    /// Chinese is written with Chinese punctuation.
    #[test]
    fn chinese_words_have_full_width_punctuation() {
        let is_chinese = |c: char| matches!(c, '\u{3400}'..='\u{9fff}' | '）' | '”');
        for code in Code::ALL {
            for text in [code.title().zh, code.advice().zh] {
                let chars: Vec<char> = text.chars().collect();
                let narrow = chars.windows(2).any(|pair| match pair {
                    [a, b] => (is_chinese(*a) && "(),:;!?".contains(*b)) || ("(),:;!?".contains(*a) && is_chinese(*b)),
                    _ => false,
                });
                // A clause has its issuer's numbering as the packs have it: 三(一).
                assert!(!narrow || text.contains("三(一)"), "{code}: {text}");
            }
        }
    }
}

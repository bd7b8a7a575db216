use super::words::{
    average, benchmark, decimal, large, new, new_rebuilt_extended, official, pack, pue_at_most, reported, requirement,
    transcribed,
};
use crate::{
    facility::{Level, LifecycleKind, Scale},
    finding::{Basis, Text},
    quantity::Relation,
    rule::{Check, Days, Lapse, Metric, Nature, Pack, Scope},
};
use jiff::civil::{Date, date};

const MIIT: (&str, &str) = ("工业和信息化部等", "Ministry of Industry and Information Technology and others");
const NDRC: (&str, &str) = ("国家发展改革委等", "National Development and Reform Commission and others");

fn lapse(after: Date) -> Option<Lapse> {
    let note = Text::new(
        format!("文件所列目标年限至 {after}，未见废止"),
        format!("the document's target years ended on {after}; no repeal is stated"),
    );
    Some(Lapse { after, note })
}

/// The day of a document of which only the month or the year is known.
fn day_reading(zh: &str, en: &str) -> (String, String) {
    (
        format!("发文日仅知 {zh}，自该期间末日起计"),
        format!("of its day only {en} is known; taken from the end of that time on"),
    )
}

/// 工信部联通〔2013〕13号: new super-large sites 1.5.
pub fn national_2013() -> Pack {
    let (zh, en) = day_reading("2013 年 1 月", "January 2013");
    let mut pack = pack(
        "national-2013",
        "工信部联通〔2013〕13号",
        date(2013, 1, 31),
        ("关于数据中心建设布局的指导意见", "Guidance on the layout of data centre construction"),
        MIIT,
    );
    pack.requirements = vec![
        requirement(
            "pue-new-super-large",
            Nature::Unstated,
            Scope::All(vec![new(), Scope::ScaleAtLeast(Scale::SuperLarge)]),
            pue_at_most(decimal(15, 1)),
            transcribed("布局导向", "新建超大型数据中心 PUE 1.5"),
        )
        .scope_reading(zh, en)
        .scope_reading("“1.5”按不高于理解", "\"1.5\" is read as at most"),
    ];
    pack
}

/// The 2017 figure: new large sites at most 1.4 by 2020. Its original was not read.
pub fn national_2017() -> Pack {
    let mut pack = pack(
        "national-2017",
        "2017 年工信部文件(未核对原文)",
        date(2017, 12, 31),
        ("关于加强“十三五”信息通信业节能减排工作的指导意见(未核对原文)", "MIIT guidance of 2017 (original not read)"),
        MIIT,
    );
    pack.lapse = lapse(date(2020, 12, 31));
    pack.comparisons =
        vec![reported("pue-new-large", Scope::All(vec![new(), large()]), pue_at_most(decimal(14, 1)), "到 2020 年")];
    pack
}

/// 工信部联节〔2019〕24号: new large and super-large sites at most 1.4 by 2022.
pub fn national_2019() -> Pack {
    let (zh, en) = day_reading("2019 年", "2019");
    let mut pack = pack(
        "national-2019",
        "工信部联节〔2019〕24号",
        date(2019, 12, 31),
        ("关于加强绿色数据中心建设的指导意见", "Guidance on strengthening the construction of green data centres"),
        MIIT,
    );
    pack.lapse = lapse(date(2022, 12, 31));
    pack.requirements = vec![
        requirement(
            "pue-new-large",
            Nature::Unstated,
            Scope::All(vec![new(), large(), Scope::Day(Days::from(date(2022, 1, 1)))]),
            pue_at_most(decimal(14, 1)),
            official("主要目标", "到2022年，新建大型、超大型数据中心的电能使用效率值达到1.4以下"),
        )
        .scope_reading(zh, en)
        .scope_reading("“到2022年”自 2022 年起判定", "\"by 2022\" is judged from 2022 on"),
    ];
    pack
}

/// The three-year plan of 2021-07-04: new large sites at most 1.35 by the end of 2021, 1.3 by the end of 2023, 1.25 in cold
/// regions.
pub fn national_2021_07() -> Pack {
    let mut pack = pack(
        "national-2021-07",
        "新型数据中心发展三年行动计划(2021—2023年)",
        date(2021, 7, 4),
        ("新型数据中心发展三年行动计划(2021—2023年)", "Three-year action plan for new-type data centres (2021-2023)"),
        ("工业和信息化部", "Ministry of Industry and Information Technology"),
    );
    pack.lapse = lapse(date(2023, 12, 31));
    let first = Days { from: Some(date(2021, 12, 31)), until: Some(date(2023, 12, 30)) };
    let last = Days::from(date(2023, 12, 31));
    let cold = || Scope::Climate(vec!["severe_cold".to_owned(), "cold".to_owned()]);
    let at = |id: &'static str, scope: Vec<Scope>, limit, quote: &'static str| {
        requirement(
            id,
            Nature::Unstated,
            Scope::All(scope),
            pue_at_most(decimal(limit, 2)),
            official("主要目标", quote),
        )
        .scope_reading("“到某年底”自该年末日起判定", "\"by the end of a year\" is judged from its last day on")
    };
    pack.requirements = vec![
        at(
            "pue-new-large-2021",
            vec![new(), large(), Scope::Day(first)],
            135,
            "到2021年底，新建大型及以上数据中心PUE降低到1.35以下",
        ),
        at(
            "pue-new-large-2023",
            vec![new(), large(), Scope::Day(last)],
            130,
            "到2023年底，新建大型及以上数据中心PUE降低到1.3以下",
        ),
        at("pue-new-large-cold-2023", vec![new(), large(), cold(), Scope::Day(last)], 125, "寒冷地区 1.25 以下"),
    ];
    pack
}

/// 发改高技〔2021〕1742号: averages of new large sites and of hubs, and the phrase of the grade 4A.
pub fn national_2021_12() -> Pack {
    let mut pack = pack(
        "national-2021-12",
        "发改高技〔2021〕1742号",
        date(2021, 12, 8),
        (
            "贯彻落实碳达峰碳中和目标要求推动数据中心和5G等新型基础设施绿色高质量发展实施方案",
            "Implementation plan for the green, high-quality development of data centres, 5G and other new infrastructure",
        ),
        NDRC,
    );
    pack.lapse = lapse(date(2025, 12, 31));
    let hub = || Scope::HubNode(true);
    let quote = "到2025年，全国新建大型、超大型数据中心平均电能利用效率降到1.3以下，国家枢纽节点进一步降到1.25以下，绿色低碳等级达到4A级以上";
    pack.comparisons = vec![
        average(
            "average-new-large",
            Scope::All(vec![new(), large()]),
            pue_at_most(decimal(13, 1)),
            "总体目标",
            quote,
            Basis::Official,
        ),
        average("average-hub", hub(), pue_at_most(decimal(125, 2)), "总体目标", quote, Basis::Official),
        benchmark(
            "grade-hub",
            hub(),
            Check::Grade { at_least: Level::AAAA, ladder: None },
            ("总体目标", Some(quote), Basis::Official),
            Text::new(
                "就国家枢纽节点整体提出，不判定单个场所",
                "said of the national hub nodes as a whole; it does not judge a site",
            ),
        ),
    ];
    pack
}

/// The replies of February 2022 to the national hubs: figures of their start zones.
pub fn national_hubs_2022() -> Pack {
    let mut pack = pack(
        "national-hubs-2022",
        "同意建设全国一体化算力网络国家枢纽节点的复函(2022-02)",
        date(2022, 2, 28),
        ("国家枢纽节点复函", "Replies to the national hub nodes"),
        NDRC,
    );
    let why = || {
        Text::new(
            "起步区整体指标，不判定单个场所；是否位于起步区未知",
            "a figure of a start zone as a whole; whether the site stands in one is not known",
        )
    };
    let occupancy = Check::Figure { figure: Metric::Occupancy, relation: Relation::AtLeast, limit: decimal(65, 2) };
    pack.comparisons = vec![
        benchmark("zone-occupancy", Scope::HubNode(true), occupancy, ("起步区", None, Basis::Official), why()),
        benchmark(
            "zone-pue",
            Scope::HubNode(true),
            pue_at_most(decimal(125, 2)),
            ("起步区", None, Basis::Official),
            why(),
        ),
    ];
    pack
}

/// The implementation plan of August 2022: its original was not read again.
pub fn national_2022_08() -> Pack {
    let mut pack = pack(
        "national-2022-08",
        "2022-08 实施方案(未核对原文)",
        date(2022, 8, 31),
        ("2022 年 8 月实施方案(未核对原文)", "Implementation plan of August 2022 (original not read again)"),
        MIIT,
    );
    pack.lapse = lapse(date(2025, 12, 31));
    let rebuilt = Scope::Lifecycle(vec![LifecycleKind::Rebuilt]);
    pack.comparisons = vec![
        reported("pue-new-large", Scope::All(vec![new(), large()]), pue_at_most(decimal(13, 1)), "到 2025 年"),
        reported("pue-rebuilt-core-room", rebuilt, pue_at_most(decimal(15, 1)), "到 2025 年 改建核心机楼"),
    ];
    pack
}

/// 发改环资〔2024〕970号: new, rebuilt and extended large and super-large projects at most 1.25, hub projects at most 1.2.
pub fn national_2024_07() -> Pack {
    let mut pack = pack(
        "national-2024-07",
        "发改环资〔2024〕970号",
        date(2024, 7, 3),
        (
            "数据中心绿色低碳发展专项行动计划",
            "Special action plan for the green and low-carbon development of data centres",
        ),
        NDRC,
    );
    let occupancy = Check::Figure { figure: Metric::Occupancy, relation: Relation::AtLeast, limit: decimal(60, 2) };
    let anywhere = || Scope::Region(vec!["CN".to_owned()]);
    pack.requirements = vec![
        requirement(
            "pue-new-large",
            Nature::Unstated,
            Scope::All(vec![anywhere(), new_rebuilt_extended(), large()]),
            pue_at_most(decimal(125, 2)),
            transcribed("新建项目", "新建及改扩建大型和超大型数据中心电能利用效率降至1.25以内"),
        ),
        requirement(
            "pue-hub",
            Nature::Unstated,
            Scope::All(vec![anywhere(), new_rebuilt_extended(), Scope::HubNode(true)]),
            pue_at_most(decimal(12, 1)),
            transcribed("新建项目", "国家枢纽节点数据中心项目电能利用效率不得高于1.2"),
        )
        .scope_reading(
            "枢纽节点“项目”按新建及改扩建理解，不限规模",
            "\"projects\" of the hubs are read as new, rebuilt and extended ones, of any scale",
        ),
    ];
    pack.comparisons = vec![
        average(
            "average-pue",
            anywhere(),
            pue_at_most(decimal(15, 1)),
            "主要目标",
            "到2025年，平均电能利用效率降至1.5以下",
            Basis::Official,
        ),
        average(
            "overall-occupancy",
            anywhere(),
            occupancy,
            "主要目标",
            "到2025年，整体上架率不低于60%",
            Basis::Official,
        ),
    ];
    pack
}

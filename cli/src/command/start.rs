//! `pue` without a command: the shipped real site by year and month, two invented sites in Wuhan in a few lines each, and what
//! to try next.

use crate::{ending::Ending, language::pick, output};
use pue::{
    Assessment, Lang, Ledger, Outcome, Period, Site,
    kpi::{Boundary, Course, MeasuredPue},
    period::Granularity,
    read,
    retrofit::Flag,
    sample,
    submission::audit_json,
};
use std::fmt::Write as _;

pub fn start(lang: Lang) -> Result<Ending, String> {
    let mut text = String::new();
    real(&mut text, lang).map_err(|error| error.to_string())?;
    for (json, title) in [
        (
            sample::NEW_LARGE,
            pick(lang, "新建大型数据中心（示例，武汉）", "A new large data centre in Wuhan (invented)"),
        ),
        (
            sample::OLD_SMALL_SCATTERED,
            pick(lang, "“老旧小散”数据中心（示例，武汉）", "An old, small, scattered one in Wuhan (invented)"),
        ),
    ] {
        let _ = writeln!(text, "\n{title}");
        few_lines(&mut text, &audit_json(json.as_bytes(), &[]), lang);
    }
    text += pick(lang, NEXT_ZH, NEXT_EN);
    output::write(None, &text)?;
    Ok(Ending::Fine)
}

const NEXT_EN: &str = "
What to try next
  pue template site --out site.json                  a site to fill in
  pue assess --site site.json --readings a.csv --period 2024
  pue audit examples/data/submissions                submissions recomputed and judged
  pue packs                                          the documents, and which of them judge
  pue --help                                         all commands (in a checkout: cargo run --release -- --help)
";

const NEXT_ZH: &str = "
接下来可以试试
  pue template site --out site.json                  待填写的数据中心描述
  pue assess --site site.json --readings a.csv --period 2024
  pue audit examples/data/submissions                核查报送数据
  pue packs                                          规则文件，及哪些用于判定
  pue --help                                         全部命令（源码目录中：cargo run --release -- --help）
";

/// Every calendar year and month of the real site, and the whole period.
fn real(text: &mut String, lang: Lang) -> Result<(), Box<dyn std::error::Error>> {
    let site: Site = serde_json::from_str(sample::REAL_SITE)?;
    let readings = read::csv(&site, "readings.csv", sample::REAL_READINGS.as_bytes())?;
    let whole = Period::parse(sample::REAL_PERIOD, site.time_zone())?;
    let ledger = Ledger::build_by(&site, &readings, whole.clone(), Granularity::Month)?;
    let boundary = Boundary::new(&site, None);
    let name = site.facility().name.as_ref().map(|name| name.in_lang(lang)).unwrap_or_default();
    writeln!(text, "{name} ({})", site.facility().id)?;
    let source =
        pick(lang, "实测数据，来源：NREL，DOI 10.7799/3015212", "measured energies; source: NREL, DOI 10.7799/3015212");
    writeln!(text, "{source}\n")?;
    let head = pick(
        lang,
        "年度      PUE     类型      覆盖率   总电量 MWh    IT 电量 MWh",
        "year      PUE     kind      coverage    total MWh       IT MWh",
    );
    writeln!(text, "{head}")?;
    for part in whole.years().into_iter().chain([whole.clone()]) {
        let measured = MeasuredPue::over(&ledger, &boundary, &part);
        let Some(pue) = measured.pue() else { continue };
        let four = pue.ratio().round(4).map(|value| value.to_string()).unwrap_or_default();
        let label =
            if part == whole { pick(lang, "全部", "all").to_owned() } else { part.first_day().year().to_string() };
        let label = padded(&label, 8);
        let colon = pick(lang, "：", ": ");
        let says_why = |code: &str| ["coverage.low", "pue.partial_year"].contains(&code);
        let why = measured.findings.iter().find(|finding| says_why(finding.code.as_str()));
        let why = why
            .map(|finding| format!("  {}{colon}{}", finding.code, finding.message.in_lang(lang)))
            .unwrap_or_default();
        let kind = match pue.annual() {
            Some(_) => pick(lang, "年度值  ", "annual  "),
            None => pick(lang, "阶段性  ", "interim "),
        };
        let coverage = measured.reported().coverage.result() * 100.0;
        let (total, it) = (pue.total().kwh() / 1e3, pue.it().kwh() / 1e3);
        writeln!(text, "{label}{four:>7}   {kind}{coverage:>7.1} %{total:>14.3}{it:>14.3}{why}")?;
    }
    writeln!(text, "\n{}", pick(lang, "各月 PUE", "PUE by month"))?;
    writeln!(text, "        {}", (1..=12).map(|month| format!("{month:>7}")).collect::<String>())?;
    for year in whole.years() {
        let months = Course::new(&ledger, &boundary, &year).monthly();
        let before = usize::try_from(year.first_day().month()).unwrap_or(1) - 1;
        let cell = |pue: Option<f64>| pue.map_or("      –".to_owned(), |pue| format!("{pue:>7.4}"));
        let cells: String = months.iter().map(|month| cell(month.pue)).collect();
        writeln!(text, "{:<8}{}{cells}", year.first_day().year(), "       ".repeat(before))?;
    }
    Ok(())
}

/// So many columns, of which a Chinese character takes two.
fn padded(text: &str, columns: usize) -> String {
    let width: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    format!("{text}{}", " ".repeat(columns.saturating_sub(width)))
}

/// The PUE, the verdicts of the Wuhan plan, the flags, the savings, and how many other rules there are.
fn few_lines(text: &mut String, assessment: &Assessment, lang: Lang) {
    let colon = pick(lang, "：", ": ");
    let pue = assessment.pue.as_ref().map_or("–".to_owned(), |pue| pue.published().to_string());
    let racks = assessment.kpis.standard_racks.map_or("–".to_owned(), |racks| racks.to_string());
    let facility = assessment.facility.as_deref().unwrap_or("–");
    let _ = writeln!(
        text,
        "  {facility}{colon}PUE {pue}{}{racks} {}",
        pick(lang, "，", ", "),
        pick(lang, "个标准机架", "standard racks")
    );
    let wuhan = assessment.verdicts.iter().filter(|verdict| verdict.pack == "wuhan-2024");
    for verdict in wuhan {
        let _ = writeln!(text, "  wuhan-2024 {}{colon}{}", verdict.requirement, verdict.message.in_lang(lang));
    }
    if let Some(retrofit) = &assessment.retrofit {
        let flags = retrofit.flags.iter().filter(|flag| flag.outcome.is_flagged());
        let name = |flag: &Flag| match (&*flag.pack, lang) {
            ("wuhan-proxy", _) => flag.name().in_lang(lang).to_owned(),
            (other, Lang::Zh) => format!("{}（{other}）", flag.name().zh),
            (other, Lang::En) => format!("{} ({other})", flag.name().en),
        };
        let flags: Vec<String> = flags.map(name).collect();
        let shown =
            if flags.is_empty() { pick(lang, "无", "none").to_owned() } else { flags.join(pick(lang, "、", ", ")) };
        let _ = writeln!(text, "  {}{colon}{shown}", pick(lang, "老旧小散筛查", "retrofit flags"));
        if let Some((kwh, target)) = retrofit.savings_kwh.filter(|kwh| kwh.kwh() > 0.0).zip(retrofit.target) {
            let words = pick(lang, "每年节电潜力，目标 PUE", "yearly savings at PUE");
            let _ = writeln!(text, "  {words} {target}{colon}{:.3} MWh", kwh.kwh() / 1e3);
        }
    }
    let others = assessment.verdicts.iter().filter(|verdict| verdict.pack != "wuhan-2024");
    let others: Vec<String> = others
        .filter(|verdict| verdict.outcome != Outcome::NotApplicable)
        .map(|verdict| format!("{} {}", verdict.pack, verdict.outcome.text().in_lang(lang)))
        .collect();
    if !others.is_empty() {
        let others = others.join(pick(lang, "；", "; "));
        let _ = writeln!(text, "  {}{colon}{others}", pick(lang, "其他文件", "other documents"));
    }
}

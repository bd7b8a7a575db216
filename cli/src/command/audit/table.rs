//! The table of records: one line each, or all that is said of them.

use crate::{
    language::pick,
    round::{Answer, Mark, Relying, header, marks},
};
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use pue::{Facility, Lang, Outcome, finding::harmless, retrofit::Savings};

/// A longer table is read by nobody: beyond, it shows the records that somebody has to look at.
pub const MOST_ROWS: usize = 1000;

/// One record in the table.
#[derive(Clone)]
pub struct Row {
    cells: Vec<String>,
    marks: Vec<Mark>,
    pub needs_a_look: bool,
    pub facility: Option<Facility>,
    pub savings: Option<(String, Savings)>,
    pub relying: Option<Relying>,
}

impl Row {
    pub fn new(answer: Answer, in_detail: bool, lang: Lang) -> Self {
        let unknown = || "–".to_owned();
        let cells = if in_detail {
            answer.cells(lang)
        } else {
            // Of a record without an id its place says which it is.
            let site = answer.assessment.facility.clone().unwrap_or_else(|| answer.source.clone());
            let pue = answer.assessment.pue.as_ref().map_or_else(unknown, |pue| pue.published().to_string());
            let faults = Some(answer.faults()).filter(|faults| *faults > 0);
            let faults = faults.map_or_else(unknown, |faults| faults.to_string());
            let uncertainty = answer.uncertainty().map_or_else(unknown, |expanded| format!("±{expanded}"));
            vec![site, pue, uncertainty, answer.declared().unwrap_or_else(unknown), faults]
        };
        Row {
            cells,
            marks: if in_detail { Vec::new() } else { marks(&answer.assessment) },
            needs_a_look: answer.needs_a_look(),
            savings: answer.savings(),
            relying: answer.reliance(),
            facility: answer.facility,
        }
    }

    /// What is told of a record together with others, where no table shows it.
    pub fn untold(answer: Answer) -> Self {
        Row {
            cells: Vec::new(),
            marks: Vec::new(),
            needs_a_look: false,
            savings: answer.savings(),
            relying: answer.reliance(),
            facility: answer.facility,
        }
    }

    /// Whether a table shows it.
    pub const fn is_told(&self) -> bool {
        !self.cells.is_empty()
    }

    /// One line a record: site, PUE, its expanded uncertainty, declared, a mark for each pack, how many faults.
    pub fn in_short(rows: &[Row], lang: Lang) -> String {
        let mut packs: Vec<&str> = Vec::new();
        for mark in rows.iter().flat_map(|row| &row.marks) {
            if !packs.contains(&mark.pack.as_str()) {
                packs.push(&mark.pack);
            }
        }
        let mut table = Table::new();
        table.load_preset(presets::NOTHING);
        let titles = match lang {
            Lang::Zh => ["数据中心", "重算 PUE", "U (k=2)", "申报", "问题"],
            Lang::En => ["site", "PUE", "U (k=2)", "declared", "faults"],
        };
        let [site, pue, uncertainty, declared, faults] = titles.map(str::to_owned);
        let numbers = (1..=packs.len()).map(|number| number.to_string());
        table.set_header([site, pue, uncertainty, declared].into_iter().chain(numbers).chain([faults]));
        for row in rows {
            let [site, pue, uncertainty, declared, faults] = row.cells.as_slice() else { continue };
            let mark = |pack: &&str| {
                let of = row.marks.iter().find(|mark| mark.pack == *pack);
                of.map_or(String::new(), |mark| {
                    let conditional = if mark.conditional { "±" } else { "" };
                    format!("{}{conditional}{}", symbol(mark.outcome), if mark.relies { "!" } else { "" })
                })
            };
            let cells = [shown(site), pue.clone(), uncertainty.clone(), declared.clone()].into_iter();
            table.add_row(cells.chain(packs.iter().map(mark)).chain([faults.clone()]));
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let body: String = table
            .trim_fmt()
            .lines()
            .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned() + "\n")
            .collect();
        let packs: Vec<String> = packs.iter().enumerate().map(|(i, pack)| format!("{} {pack}", i + 1)).collect();
        let legend = pick(
            lang,
            "✓ 符合  ✗ 不符合  ? 无法判定  – 不适用  ! 仅凭申报而符合（空白：该文件不适用于该地区或日期）  ≠ 与重算不一致  ± 有条件（限值在 U 之内）  U 扩展不确定度",
            "✓ meets  ✗ fails  ? undetermined  – not applicable  ! met by the operator's word alone  (blank: not in force there)  ≠ not what was recomputed  ± conditionally (limit within U)  U expanded uncertainty",
        );
        format!("{body}{}\n{legend}\n", packs.join("  "))
    }

    /// All that is said of each.
    pub fn in_detail(rows: &[Row], lang: Lang) -> String {
        let mut table = Table::new();
        table.load_preset(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(150);
        table.set_header(header(lang));
        for row in rows {
            table.add_row(row.cells.iter().map(Cell::new));
        }
        format!("{table}\n")
    }
}

/// The mark of an outcome.
fn symbol(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Meets => "✓",
        Outcome::Fails => "✗",
        Outcome::Undetermined => "?",
        Outcome::NotApplicable => "–",
    }
}

/// What somebody else wrote, on one line and not too long.
fn shown(text: &str) -> String {
    harmless(text).chars().take(48).collect()
}

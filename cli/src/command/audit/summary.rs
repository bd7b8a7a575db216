//! What only shows over all records: the table, counts, the most frequent faults, who did not report, what changed.

use super::{
    Batch,
    table::{MOST_ROWS, Row},
};
use crate::{
    ending::Ending,
    language::{pick, plural},
    round::{self, Relying},
};
use pue::{
    Facility, Lang, Outcome,
    finding::harmless,
    portfolio::{Register, Round, scattered_operators, suspected_splits},
    report::{RoundPage, RoundRow},
    retrofit::Savings,
};
use serde_json::json;
use std::collections::BTreeMap;

/// So many sites are looked at together.
const MOST_SITES: usize = 100_000;

/// So many lines of one kind are printed.
const MOST_LINES: usize = 50;

pub struct Summary {
    pub round: Round,
    pub ending: Option<Ending>,
    rows: Vec<Row>,
    lines: Vec<RoundRow>,
    to_look_at: Vec<Row>,
    facilities: Vec<Facility>,
    savings: Vec<(String, Savings)>,
    relying: Vec<Relying>,
}

impl Summary {
    pub fn new(is_by_site: bool) -> Self {
        Summary {
            round: if is_by_site { Round::by_site() } else { Round::default() },
            ending: None,
            rows: Vec::new(),
            lines: Vec::new(),
            to_look_at: Vec::new(),
            facilities: Vec::new(),
            savings: Vec::new(),
            relying: Vec::new(),
        }
    }

    pub fn add(&mut self, batch: Batch) {
        self.round.merge(batch.round);
        self.ending = self.ending.max(batch.ending);
        let room = MOST_SITES.saturating_sub(self.lines.len());
        self.lines.extend(batch.lines.into_iter().take(room));
        for mut row in batch.rows {
            self.facilities.extend(row.facility.take().filter(|_| self.facilities.len() < MOST_SITES));
            self.savings.extend(row.savings.take());
            self.relying.extend(row.relying.take());
            if row.needs_a_look && self.to_look_at.len() < MOST_ROWS {
                self.to_look_at.push(row.clone());
            }
            if row.is_told() && self.rows.len() <= MOST_ROWS {
                self.rows.push(row);
            }
        }
        self.savings.sort_by(|a, b| b.1.kwh.cmp(&a.1.kwh).then_with(|| a.0.cmp(&b.0)));
        self.savings.truncate(5);
        self.relying.sort_by(|a, b| b.kwh.total_cmp(&a.kwh).then_with(|| a.facility.cmp(&b.facility)));
        self.relying.truncate(MOST_LINES);
    }

    /// All of it in words; with the table of records, in short or in detail, if one is asked for.
    pub fn tell(&self, table: Option<bool>, lang: Lang, register: Option<&Register>, before: Option<&Round>) -> String {
        let mut text = String::new();
        if let Some(in_detail) = table {
            let all = self.rows.len() <= MOST_ROWS;
            let rows = if all { &self.rows } else { &self.to_look_at };
            text += &if in_detail { Row::in_detail(rows, lang) } else { Row::in_short(rows, lang) };
            if !all {
                let zh = format!("只列出须人工查看的前 {} 份\n", rows.len());
                let en = format!("only records that somebody has to look at are shown, the first {}\n", rows.len());
                text += pick(lang, &zh, &en);
            }
            text.push('\n');
        }
        if round::is_stopped() {
            text += pick(
                lang,
                "已中断：以下仅为已读入的部分，不含应报未报与变化\n",
                "ended early: what follows is of what has been read; attendance and changes are left out\n",
            );
        }
        text += &self.counts(lang);
        let mut lines = self.together(lang);
        match register {
            Some(register) => lines.extend(self.attendance(register, lang)),
            None => {
                let repeated = self.round.repeated();
                if !repeated.is_empty() {
                    lines.push(format!("{}: {}", pick(lang, "重复报送", "reported more than once"), repeated.len()));
                    lines.extend(repeated.iter().take(MOST_LINES).map(|id| format!("  {id}")));
                    lines.extend(more(lang, repeated.len()));
                }
            }
        }
        for ids in self.round.look_alikes().iter().take(MOST_LINES) {
            let words = pick(lang, "编号外观相同的不同数据中心", "different sites whose ids look alike");
            let ids = ids.iter().take(MOST_LINES).map(|id| escaped(id)).collect::<Vec<_>>();
            lines.push(format!("{words}: {}", ids.join(", ")));
        }
        if let Some(before) = before {
            lines.extend(self.changes(before, lang));
        }
        let shown = lines.iter().map(|line| harmless(line).into_owned() + "\n");
        text.extend(shown);
        text
    }

    /// All of it as a page.
    pub fn page(&self, lang: Lang, register: Option<&Register>) -> String {
        let attendance = register.map(|register| self.round.against(register));
        RoundPage::new(&self.round, &self.lines, lang).attendance(attendance).to_string()
    }

    /// The same as JSON.
    pub fn to_json(&self, register: Option<&Register>, before: Option<&Round>) -> String {
        let portfolio = &self.round.portfolio;
        let outcomes = [Outcome::Meets, Outcome::Fails, Outcome::Undetermined, Outcome::NotApplicable];
        let outcomes = outcomes.map(|outcome| (outcome.as_str(), portfolio.with(outcome)));
        let faults = self.round.frequent().into_iter().map(|(code, count)| json!({"code": code, "records": count}));
        let savings = self.savings.iter().map(|(facility, savings)| {
            let mut one = json!({"facility": facility, "savings_kwh": savings.kwh.kwh()});
            let factors = [("savings_yuan", savings.yuan), ("savings_co2_t", savings.co2_t)];
            for (key, value) in factors.into_iter().filter_map(|(key, value)| Some((key, value?))) {
                one[key] = json!(value);
            }
            one
        });
        let relying =
            self.relying.iter().map(|one| json!({"facility": one.facility, "kwh": one.kwh, "message": one.message}));
        let summary = json!({
            "schema": "pue/summary/1",
            "complete": !round::is_stopped(),
            "records": self.round.records,
            "clean": self.round.clean,
            "unreadable": portfolio.unjudged,
            "outcomes": outcomes.into_iter().collect::<BTreeMap<_, _>>(),
            "pue": {"of_sums": portfolio.pue(), "weighted_mean": portfolio.weighted_mean(), "counted": portfolio.counted, "left_out": portfolio.left_out},
            "faults": faults.collect::<Vec<_>>(),
            "largest_savings": savings.collect::<Vec<_>>(),
            "relying": relying.collect::<Vec<_>>(),
            "repeated": self.round.repeated(),
            "look_alikes": self.round.look_alikes(),
            "attendance": register.map(|register| self.round.against(register)),
            "changes": before.map(|before| self.round.changes_since(before)),
        });
        format!("{summary:#}\n")
    }

    fn counts(&self, lang: Lang) -> String {
        let portfolio = &self.round.portfolio;
        let counts = [Outcome::Meets, Outcome::Fails, Outcome::Undetermined, Outcome::NotApplicable]
            .map(|outcome| format!("{} {}", portfolio.with(outcome), outcome.text().in_lang(lang)));
        let sum = portfolio.pue().and_then(|pue| pue.round(3)).map_or("–".to_owned(), |pue| pue.to_string());
        let frequent: Vec<String> =
            self.round.frequent().into_iter().take(10).map(|(code, count)| format!("{code} {count}")).collect();
        let frequent = if frequent.is_empty() { "–".to_owned() } else { frequent.join(", ") };
        let (records, clean) = (self.round.records, self.round.clean);
        let (unjudged, counted, left_out) = (portfolio.unjudged, portfolio.counted, portfolio.left_out);
        match lang {
            Lang::Zh => format!(
                "{records} 份，其中 {clean} 份未发现问题：{}，无法读取 {unjudged}；合计 PUE（Σ总电量/ΣIT）{sum}，含 {counted} 个无错误的年度值，其余 {left_out} 个未计入\n最常见的问题：{frequent}\n",
                counts.join("，"),
            ),
            Lang::En => format!(
                "{}, {clean} of them without a fault: {}, {unjudged} unreadable; PUE of all (Σ total / Σ IT) {sum}, of {} without errors, {left_out} left out\nmost frequent faults: {frequent}\n",
                plural(records as u64, "record"),
                counts.join(", "),
                plural(counted as u64, "annual value"),
            ),
        }
    }

    /// Projects that may have been split, operators with several small sites, and where reaching the target would save most.
    fn together(&self, lang: Lang) -> Vec<String> {
        let mut lines = Vec::new();
        for finding in suspected_splits(&self.facilities).into_iter().take(MOST_LINES) {
            let found = finding.found.as_ref().map_or("", |found| found.in_lang(lang));
            lines.push(format!("{}: {found}", finding.message.in_lang(lang)));
        }
        for (operator, ids) in scattered_operators(&self.facilities).into_iter().take(MOST_LINES) {
            let words = pick(
                lang,
                "同一运营单位的多个小型数据中心（参考阈值）",
                "several small sites of one operator (a proxy)",
            );
            lines.push(format!("{words}: {operator}: {}", ids.join(", ")));
        }
        for (facility, savings) in &self.savings {
            let words = pick(lang, "每年节电潜力", "yearly savings");
            let yuan = savings.yuan.map(|yuan| format!(", {yuan:.0} CNY")).unwrap_or_default();
            let tonnes = savings.co2_t.map(|tonnes| format!(", {tonnes:.1} t CO₂e")).unwrap_or_default();
            lines.push(format!("{words}: {facility}: {:.3} MWh{yuan}{tonnes}", savings.kwh.kwh() / 1e3));
        }
        for one in &self.relying {
            let words = pick(lang, "仅凭申报而符合", "met by the operator's word alone");
            lines.push(format!("{words}: {}: {}", one.facility, one.message.in_lang(lang)));
        }
        lines
    }

    fn attendance(&self, register: &Register, lang: Lang) -> Vec<String> {
        let attendance = self.round.against(register);
        let names: Vec<String> = attendance
            .missing
            .iter()
            .map(|site| match &site.name {
                Some(name) => format!("{} ({})", site.id, name.in_lang(lang)),
                None => site.id.clone(),
            })
            .collect();
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let lists = [
            (pick(lang, "应报未报", "did not report"), names),
            (pick(lang, "不在名单内", "not on the register"), owned(&attendance.unexpected)),
            (pick(lang, "重复报送", "reported more than once"), owned(&attendance.repeated)),
        ];
        let mut lines = Vec::new();
        for (words, ids) in lists {
            lines.push(format!("{words}: {}", ids.len()));
            lines.extend(ids.iter().take(MOST_LINES).map(|id| format!("  {id}")));
            lines.extend(more(lang, ids.len()));
        }
        lines
    }

    fn changes(&self, before: &Round, lang: Lang) -> Vec<String> {
        let changes = self.round.changes_since(before);
        let mut lines = vec![format!(
            "{}: {}",
            pick(lang, "与上一轮相比有变化的数据中心", "sites that changed since the round before"),
            changes.len()
        )];
        for change in changes.iter().take(MOST_LINES) {
            let remarks: Vec<&str> = change.remarks.iter().map(|remark| remark.in_lang(lang)).collect();
            lines.push(format!("  {}: {}", change.facility, remarks.join("; ")));
        }
        lines.extend(more(lang, changes.len()));
        lines
    }
}

/// An identifier with what is not plain in it as numbers: side by side with its like it would say nothing.
fn escaped(id: &str) -> String {
    let is_plain = |c: char| c.is_ascii_graphic() || matches!(c, '\u{4e00}'..='\u{9fff}');
    let one = |c: char| if is_plain(c) { c.to_string() } else { format!("<U+{:04X}>", u32::from(c)) };
    id.chars().map(one).collect()
}

/// Says how many lines were left out.
fn more(lang: Lang, all: usize) -> Option<String> {
    let left = all.checked_sub(MOST_LINES).filter(|left| *left > 0)?;
    Some(if lang == Lang::Zh { format!("  另有 {left} 项") } else { format!("  and {left} more") })
}

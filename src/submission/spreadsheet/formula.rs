//! Plain formulas worked out again: a spreadsheet holds the value that a formula came to when it was saved, and that may be
//! another one now, or have been put there by hand.
//!
//! Sums, averages, rounding and the four operations over cells of the workbook; others are not worked out.

use super::workbook::Sheet;
use std::{iter::Peekable, rc::Rc, str::Chars};

/// A longer formula is not worked out.
const LONGEST: usize = 500;

/// Nor one that is more deeply nested.
const DEEPEST: usize = 30;

/// So many cells are looked at for all formulas of a file.
pub(super) const MOST_LOOKED_AT: usize = 2_000_000;

/// The formula of a cell; where one is shared, as it stands in its first cell, and how far that is away.
#[derive(Clone, Debug)]
pub(super) struct Formula {
    pub text: Rc<str>,
    pub down: i64,
    pub right: i64,
}

impl Formula {
    /// What it comes to, if it is one of the plain ones and all its cells are numbers; `left`: how many cells may be looked at.
    pub(super) fn value(&self, sheets: &[Sheet], here: usize, left: &mut usize) -> Option<f64> {
        let text = (self.text.len() <= LONGEST).then(|| self.text.trim_start_matches('='))?;
        let mut reading = Reading { rest: text.chars().peekable(), of: self, sheets, here, left, depth: 0 };
        let value = reading.sum()?;
        (reading.next().is_none() && value.is_finite()).then_some(value)
    }
}

/// Cells of a sheet: from row and column to row and column.
struct Area {
    sheet: usize,
    from: (u32, u32),
    to: (u32, u32),
}

struct Reading<'r> {
    rest: Peekable<Chars<'r>>,
    of: &'r Formula,
    sheets: &'r [Sheet],
    here: usize,
    left: &'r mut usize,
    depth: usize,
}

impl Reading<'_> {
    fn next(&mut self) -> Option<char> {
        while self.rest.next_if(|c| c.is_whitespace()).is_some() {}
        self.rest.peek().copied()
    }

    fn take(&mut self, one: char) -> Option<()> {
        (self.next()? == one).then(|| self.rest.next()).map(|_| ())
    }

    fn sum(&mut self) -> Option<f64> {
        let mut value = self.product()?;
        while let Some(sign @ ('+' | '-')) = self.next() {
            self.rest.next();
            let more = self.product()?;
            value = if sign == '+' { value + more } else { value - more };
        }
        Some(value)
    }

    fn product(&mut self) -> Option<f64> {
        let mut value = self.factor()?;
        while let Some(sign @ ('*' | '/')) = self.next() {
            self.rest.next();
            let more = self.factor()?;
            value = if sign == '*' { value * more } else { value / more };
        }
        Some(value)
    }

    fn factor(&mut self) -> Option<f64> {
        self.depth += 1;
        let value = match self.next().filter(|_| self.depth <= DEEPEST)? {
            '-' | '+' => {
                let sign = if self.rest.next()? == '-' { -1.0 } else { 1.0 };
                self.factor()? * sign
            }
            '(' => {
                self.rest.next();
                let value = self.sum()?;
                self.take(')')?;
                value
            }
            c if c.is_ascii_digit() || c == '.' => self.number()?,
            _ => self.named()?,
        };
        self.depth -= 1;
        match self.next() {
            Some('%') => self.take('%').map(|()| value / 100.0),
            Some('^') => None, // binds closer than the sign before
            _ => Some(value),
        }
    }

    fn number(&mut self) -> Option<f64> {
        let mut digits = String::new();
        while let Some(c) = self.rest.next_if(|c| c.is_ascii_digit() || *c == '.') {
            digits.push(c);
        }
        digits.parse().ok()
    }

    /// A function, or a cell.
    fn named(&mut self) -> Option<f64> {
        let (sheet, name) = self.name()?;
        if self.next() != Some('(') {
            let area = self.area(sheet, &name)?;
            return if area.from == area.to { self.numbers(&area)?.into_iter().next().or(Some(0.0)) } else { None };
        }
        self.rest.next();
        let value = match name.to_uppercase().as_str() {
            "SUM" => self.list()?.iter().sum(),
            "AVERAGE" => {
                let list = self.list()?;
                list.iter().sum::<f64>() / list.len() as f64
            }
            "ROUND" => {
                let value = self.sum()?;
                self.take(',')?;
                let tens = 10_f64.powi(self.sum().filter(|digits| digits.abs() <= 15.0)? as i32);
                (value * tens).round() / tens
            }
            _ => return None,
        };
        self.take(')')?;
        Some(value)
    }

    /// The numbers that a function is given, one by one or as areas.
    fn list(&mut self) -> Option<Vec<f64>> {
        let mut all = Vec::new();
        loop {
            let before = self.rest.clone();
            let area = self.name().and_then(|(sheet, name)| self.area(sheet, &name));
            match area.filter(|_| matches!(self.next(), Some(',' | ')'))) {
                Some(area) => all.extend(self.numbers(&area)?),
                None => {
                    self.rest = before;
                    all.push(self.sum()?);
                }
            }
            if self.next()? == ')' {
                return Some(all);
            }
            self.take(',')?;
        }
    }

    /// A name, and the sheet that it is of: `D4`, `$D$4`, `Energy!D4`, `'能耗 Energy'!D4`.
    fn name(&mut self) -> Option<(usize, String)> {
        let mut name = String::new();
        if self.next()? == '\'' {
            self.rest.next();
            while let Some(c) = self.rest.next_if(|c| *c != '\'') {
                name.push(c);
            }
            self.rest.next()?;
        } else {
            let is_part = |c: &char| c.is_alphanumeric() || matches!(c, '$' | '_' | '.');
            while let Some(c) = self.rest.next_if(is_part) {
                name.push(c);
            }
        }
        if self.rest.next_if_eq(&'!').is_none() {
            return (!name.is_empty()).then_some((self.here, name));
        }
        let sheet = self.sheets.iter().position(|sheet| sheet.name == name)?;
        let mut cell = String::new();
        while let Some(c) = self.rest.next_if(|c| c.is_ascii_alphanumeric() || *c == '$') {
            cell.push(c);
        }
        Some((sheet, cell))
    }

    /// The area that begins with a cell.
    fn area(&mut self, sheet: usize, first: &str) -> Option<Area> {
        let from = self.cell(first)?;
        if self.rest.next_if_eq(&':').is_none() {
            return Some(Area { sheet, from, to: from });
        }
        let (_, last) = self.name()?;
        let to = self.cell(&last)?;
        Some(Area { sheet, from: (from.0.min(to.0), from.1.min(to.1)), to: (from.0.max(to.0), from.1.max(to.1)) })
    }

    /// Row and column of a cell's name; what has no `$` moves with a formula that is shared.
    fn cell(&self, name: &str) -> Option<(u32, u32)> {
        let (column, is_fixed) = name.strip_prefix('$').map_or((name, false), |rest| (rest, true));
        let letters = column.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (letters, row) =
            column.split_at_checked(letters).filter(|(letters, _)| (1..=3).contains(&letters.len()))?;
        let column = letters.bytes().fold(0, |all, c| all * 26 + i64::from(c.to_ascii_uppercase() - b'A') + 1) - 1;
        let (row, is_row_fixed) = row.strip_prefix('$').map_or((row, false), |rest| (rest, true));
        let row = row.bytes().all(|c| c.is_ascii_digit()).then(|| row.parse::<i64>().ok()).flatten()? - 1;
        let (down, right) = (if is_row_fixed { 0 } else { self.of.down }, if is_fixed { 0 } else { self.of.right });
        Some((u32::try_from(row.checked_add(down)?).ok()?, u32::try_from(column + right).ok()?))
    }

    /// The numbers in an area; empty cells are none, and anything else is not worked out.
    fn numbers(&mut self, area: &Area) -> Option<Vec<f64>> {
        let cells = &self.sheets.get(area.sheet)?.cells;
        let mut numbers = Vec::new();
        for ((_, column), value) in cells.range((area.from.0, area.from.1)..=(area.to.0, area.to.1)) {
            *self.left = self.left.checked_sub(1)?;
            if (area.from.1..=area.to.1).contains(column) {
                numbers.push(value.as_f64()?);
            }
        }
        Some(numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sheets() -> Vec<Sheet> {
        let of = |name: &str, cells: &[((u32, u32), serde_json::Value)]| Sheet {
            name: name.to_owned(),
            cells: cells.iter().cloned().collect(),
            ..Sheet::default()
        };
        let energy = [((0, 0), json!(1.5)), ((0, 1), json!(2)), ((1, 0), json!(10)), ((2, 2), json!("text"))];
        vec![of("能耗 Energy", &energy), of("Own", &[((0, 0), json!(7))])]
    }

    fn value(text: &str) -> Option<f64> {
        moved(text, 0, 0)
    }

    fn moved(text: &str, down: i64, right: i64) -> Option<f64> {
        let mut left = 100;
        Formula { text: text.into(), down, right }.value(&sheets(), 0, &mut left)
    }

    #[test]
    fn plain_formulas_are_worked_out() {
        for (text, is) in [
            ("1+2*3", 7.0),
            ("-(2-5)/2", 1.5),
            ("SUM(A1:B2)", 13.5),
            ("sum(A1,B1*2, 4)", 9.5),
            ("A1*$A$2+Own!A1", 22.0),
            ("'能耗 Energy'!B1*10%", 0.2),
            ("ROUND(A1/7,2)", 0.21),
            ("AVERAGE(A1:A2)", 5.75),
            ("D9", 0.0),
        ] {
            assert_eq!(value(text), Some(is), "{text}");
        }
        assert_eq!(moved("A1+$A$1", 1, 0), Some(11.5));
        assert_eq!(moved("SUM(A$1:A1)", 0, 1), Some(2.0));
    }

    #[test]
    fn others_are_not() {
        let deep = format!("{}1{}", "(".repeat(200), ")".repeat(200));
        for text in
            ["C3", "2^3", "VLOOKUP(A1,B1:C3,2)", "[1]Own!A1", "A1:B2", "1+", "SUM(A1", "1/0", "A0", "\"a\"", "", &deep]
        {
            assert_eq!(value(text), None, "{text}");
        }
        assert_eq!(moved("A1", -5, 0), None);
        let mut left = 2;
        let sum = Formula { text: "SUM(A1:B2)".into(), down: 0, right: 0 };
        assert_eq!(sum.value(&sheets(), 0, &mut left), None);
    }
}

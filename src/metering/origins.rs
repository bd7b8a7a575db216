/// Where a reading stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The file, by number; [`NOWHERE`] if that is not known.
    pub file: u32,
    /// The line, from 1.
    pub line: u64,
}

/// No file.
const NOWHERE: u32 = u32::MAX;

/// Where each reading of a series stood: nearly always every so many lines, so that a few numbers say it of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origins {
    runs: Vec<Run>,
    rows: usize,
}

/// From row `from` on, line `line` and every `every`th after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    from: usize,
    file: u32,
    line: u64,
    every: u64,
}

impl Origins {
    #[inline]
    pub(crate) fn push(&mut self, file: u32, line: u64) {
        let row = self.rows;
        self.rows += 1;
        if let Some(run) = self.runs.last_mut()
            && run.file == file
        {
            let gone = (row - run.from) as u64;
            if gone == 1 && line >= run.line {
                run.every = line - run.line;
            }
            if run.line + gone * run.every == line {
                return;
            }
        }
        self.runs.push(Run { from: row, file, line, every: 0 });
    }

    pub(crate) fn get(&self, row: usize) -> Option<Origin> {
        let run = self.runs.get(self.runs.partition_point(|run| run.from <= row).checked_sub(1)?)?;
        let known = row < self.rows && run.file != NOWHERE;
        known.then(|| Origin { file: run.file, line: run.line + (row - run.from) as u64 * run.every })
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Fills up to so many rows with readings from nowhere, or forgets the rest.
    pub(crate) fn resize(&mut self, rows: usize) {
        if rows > self.rows {
            self.push(NOWHERE, 0);
        }
        self.rows = rows;
        self.runs.retain(|run| run.from < rows);
    }

    pub(crate) fn append(&mut self, other: Origins) {
        let before = self.rows;
        self.runs.extend(other.runs.into_iter().map(|run| Run { from: run.from + before, ..run }));
        self.rows += other.rows;
    }

    /// Counts files from another number.
    pub(crate) fn move_files(&mut self, by: u32) {
        for run in &mut self.runs {
            run.file = run.file.saturating_add(by);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_row_keeps_its_line(lines in prop::collection::vec((0_u32..3, prop_oneof![3 => Just(1_u64), 1 => 0_u64..5]), 0..60), more in 0_usize..4) {
            let (mut origins, mut line, mut expected) = (Origins::default(), 10, Vec::new());
            for (file, step) in lines {
                line += step;
                origins.push(file / 2, line);
                expected.push(Some(Origin { file: file / 2, line }));
            }
            origins.resize(expected.len() + more);
            expected.resize(expected.len() + more, None);
            let mut twice = origins.clone();
            twice.append(origins);
            let again: Vec<_> = (0..2 * expected.len()).map(|row| twice.get(row)).collect();
            prop_assert_eq!(&again[..expected.len()], &expected[..]);
            prop_assert_eq!(&again[expected.len()..], &expected[..]);
        }
    }
}

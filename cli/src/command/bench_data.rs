//! `pue bench-data`: made data, seeded, so that everybody has the same.

mod round;
mod wuhan;

use crate::ending::Ending;
use clap::{Args, Subcommand};
use std::{
    io::{BufWriter, ErrorKind},
    path::PathBuf,
};

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// A round of submissions as NDJSON on standard output, one in twenty with a planted fault
    Round {
        /// How many
        count: u64,
        /// Of which year
        #[arg(long, default_value_t = 2024)]
        year: i32,
    },
    /// The made site in Wuhan: site.json, readings, and truth.json
    Wuhan {
        /// The folder
        #[arg(default_value = "examples/data/wuhan")]
        folder: PathBuf,
    },
}

impl Arguments {
    pub fn run(&self) -> Result<Ending, String> {
        match &self.what {
            What::Round { count, year } => {
                if !(1990..=2100).contains(year) {
                    return Err(format!("--year: expected a year from 1990 to 2100, found {year}"));
                }
                let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
                match round::write(*count, *year, &mut out) {
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
                    done => done.map_err(|error| format!("standard output: {error}"))?,
                }
            }
            What::Wuhan { folder } => {
                wuhan::write(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            }
        }
        Ok(Ending::Fine)
    }
}

/// A small generator of pseudo-random numbers (SplitMix64), so that the data depend on nothing else.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    fn below(&mut self, n: u64) -> usize {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as usize
    }
}

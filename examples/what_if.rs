//! What a site would have to change to meet the limit, and what a certificate would change.
//!
//! `cargo run --example what_if [-- SUBMISSION.json]`

use pue::{
    Submission,
    assessment::{Change, Options, WhatIf},
    facility::{Certificate, CertificateKind, Ladder, Level},
    quantity::ExactEnergy,
};
use std::{error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/02-over-the-limit.json");
    let file = std::env::args().nth(1).unwrap_or_else(|| shipped.to_owned());
    let submission = Submission::from_json(&fs::read(file)?)?;
    let (ledger, options) = (submission.ledger()?, submission.options(Options::default()));

    // So much less energy for cooling and losses, a tenth at a time, until nothing fails.
    let tenth = 0.1 * submission.audit(&[]).pue.map_or(0.0, |pue| pue.total().kwh() - pue.it().kwh());
    for tenths in 0..10 {
        let less = Change::less_overhead(ExactEnergy::from_kwh(f64::from(tenths) * tenth)?)?;
        let answer = WhatIf::new(&ledger, ledger.period(), &options, &[less]);
        let pue = answer.pue_after.map_or(f64::NAN, |pue| pue.to_f64());
        println!("{} % less overhead: PUE {pue:.3}", tenths * 10);
        for difference in &answer.differences {
            println!("    {difference}");
        }
        if !answer.differences.is_empty() {
            break;
        }
    }

    let certificate = Certificate {
        ladder: Some(Ladder::Green),
        kind: Some(CertificateKind::Operation),
        level: Some(Level::AAAA),
        facility: Some(submission.site().facility().id.clone()),
        issued_on: Some(submission.period().first_day()),
        expires_on: Some(submission.period().end_day()),
        ..Certificate::default()
    };
    let answer = WhatIf::new(&ledger, ledger.period(), &options, &[Change::Certificates(vec![certificate])]);
    println!("with a certificate of 4A: {} verdicts change", answer.differences.len());
    Ok(())
}

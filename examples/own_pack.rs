//! A pack of rules written by hand (`examples/data/packs/own.json`), applied to a submission beside the published ones.
//!
//! `cargo run --example own_pack [-- PACK.json SUBMISSION.json]`

use pue::{Pack, submission::audit_json};
use std::{error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data");
    let mut arguments = std::env::args().skip(1);
    let pack = arguments.next().unwrap_or_else(|| format!("{data}/packs/own.json"));
    let submission = arguments.next().unwrap_or_else(|| format!("{data}/submissions/01-meets.json"));

    // Any format that serde reads will do too; of JSON all that is wrong with a pack is named at once.
    let pack = Pack::from_json(&fs::read(pack)?)?;
    for verdict in audit_json(&fs::read(submission)?, &[pack]).verdicts {
        println!("{verdict}");
    }
    Ok(())
}

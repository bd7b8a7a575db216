//! A pack of rules written by hand, in JSON and in TOML: the same pack, applied to a submission beside the published ones.
//!
//! `cargo run --release --example own_pack`

use pue::{Pack, submission::audit_json};
use std::{error::Error, fs, process::ExitCode};

fn run() -> Result<(), Box<dyn Error>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data");
    let pack: Pack = serde_json::from_str(&fs::read_to_string(format!("{folder}/packs/own.json"))?)?;
    let same: Pack = toml::from_str(&fs::read_to_string(format!("{folder}/packs/own.toml"))?)?;
    pack.validate()?;
    if pack != same {
        return Err("expected the same pack from JSON and TOML".into());
    }
    let submission = fs::read(format!("{folder}/submissions/01-meets.json"))?;
    for verdict in audit_json(&submission, &[pack]).verdicts {
        println!("{verdict}");
    }
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(3)
        }
    }
}

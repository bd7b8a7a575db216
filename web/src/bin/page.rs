//! Puts the page together: `page MODULE.wasm OUT.html`. Module, style and script stand in the one file, and its policy lets in these alone.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};
use std::{error::Error, io::Write as _, process::ExitCode};

const PAGE: &str = include_str!("../../page/page.html");
const STYLE: &str = include_str!("../../page/page.css");
const SCRIPT: &str = include_str!("../../page/page.js");
/// The style of reports, which are shown within the page.
const REPORT: &str = include_str!("../../../src/report/html/style.css");

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, out] = arguments.as_slice() else {
        eprintln!("expected MODULE.wasm OUT.html");
        return ExitCode::from(2);
    };
    match pack(module).and_then(|page| Ok(std::fs::write(out, &page).map(|()| page.len())?)) {
        Ok(length) => {
            println!("{out}: {length} bytes");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{module}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn pack(module: &str) -> Result<String, Box<dyn Error>> {
    let mut zipped = GzEncoder::new(Vec::new(), Compression::best());
    zipped.write_all(&std::fs::read(module)?)?;
    let module = BASE64.encode(zipped.finish()?);
    let policy = format!(
        "default-src 'none'; script-src {} 'wasm-unsafe-eval'; style-src {} {}; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE),
        hash(REPORT)
    );
    let parts = [("policy", policy.as_str()), ("style", STYLE), ("script", SCRIPT), ("module", &module)];
    let mut page = PAGE.to_owned();
    for (name, part) in parts {
        let mark = format!("{{{{{name}}}}}");
        if page.matches(&mark).count() != 1 {
            return Err(format!("expected {mark} once in page.html").into());
        }
        page = page.replace(&mark, part);
    }
    Ok(page)
}

/// As a policy names an inline text.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(Sha256::digest(text)))
}

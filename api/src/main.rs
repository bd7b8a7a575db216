//! Prints what is public in a crate, from rustdoc's JSON of it: `.ci/api` compares that with `public.txt`.

use std::process::ExitCode;

/// The JSON has a format of its own for some versions of Rust, and this program reads one of them.
const ANOTHER_FORMAT: u8 = 2;

fn main() -> ExitCode {
    let Some(file) = std::env::args().nth(1) else {
        eprintln!("expected a file of rustdoc's JSON");
        return ExitCode::FAILURE;
    };
    let builder = public_api::Builder::from_rustdoc_json(file).omit_blanket_impls(true).omit_auto_trait_impls(true);
    match builder.omit_auto_derived_impls(true).build() {
        Ok(api) => {
            print!("{api}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(ANOTHER_FORMAT)
        }
    }
}

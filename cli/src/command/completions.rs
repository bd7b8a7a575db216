//! `pue completions SHELL`.

use super::Program;
use crate::{ending::Ending, output};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

#[derive(Args)]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

impl Arguments {
    pub fn run(self) -> Result<Ending, String> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Program::command(), "pue", &mut script);
        output::write_data(None, &String::from_utf8_lossy(&script))?;
        Ok(Ending::Fine)
    }
}

//! How a run ends.

use pue::{Assessment, Outcome};
use std::process::ExitCode;

/// The exit code. Several records: 1 before 3 before 2 before 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// 0: every verdict meets or is not applicable.
    Fine,
    /// 2: some verdict is undetermined, or a question about a file is open.
    Undetermined,
    /// 3: input that could not be used, or wrong options.
    Unusable,
    /// 1: some requirement fails.
    Fails,
}

impl Ending {
    /// Of one assessment.
    pub fn of(assessment: &Assessment) -> Ending {
        match assessment.worst() {
            Some(Outcome::Fails) => Ending::Fails,
            _ if assessment.pue.is_none() => Ending::Unusable,
            Some(Outcome::Undetermined) => Ending::Undetermined,
            _ => Ending::Fine,
        }
    }
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> ExitCode {
        ExitCode::from(match ending {
            Ending::Fine => 0,
            Ending::Fails => 1,
            Ending::Undetermined => 2,
            Ending::Unusable => 3,
        })
    }
}

//! How a command ended.

use std::process::ExitCode;

/// How a command ended, if it could do what it was asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ended {
    /// All is well.
    Well,
    /// Something was found that should be seen to.
    Found,
}

/// It could not do what it was asked.
pub(crate) const FAILED: u8 = 2;

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Well => Self::SUCCESS,
            Ended::Found => Self::from(1),
        }
    }
}

//! What each command runs.

use crate::step::Step;

/// A command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Task {
    Test,
    Check,
}

impl Task {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "test" => Some(Self::Test),
            "check" => Some(Self::Check),
            _ => None,
        }
    }

    /// The steps, cheapest first where the order is free. Tests and lints have the same packages and features, so that they
    /// share the build of everything that runs at build time.
    pub(crate) fn steps(self) -> Vec<Step> {
        match self {
            Self::Test => vec![Step::cargo("test --workspace --all-features")],
            Self::Check => vec![
                Step::cargo("fmt --all --check"),
                Step::cargo("clippy --workspace --all-targets --all-features -- -D warnings"),
                // Features are additive, but a workspace build turns all of them on and would hide a missing `cfg`.
                Step::cargo("clippy --package toolgate -- -D warnings"),
                Step::cargo("clippy --package toolgate --features rmcp -- -D warnings"),
                Step::cargo("clippy --package toolgate --features pmcp -- -D warnings"),
                Step::cargo("doc --workspace --no-deps --all-features").env("RUSTDOCFLAGS", "-D warnings"),
            ],
        }
    }
}

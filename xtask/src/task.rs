//! What each command runs.

use crate::step::Step;
use std::process::Command;

/// A command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Task {
    Test,
    Check,
    Release,
}

impl Task {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "test" => Some(Self::Test),
            "check" => Some(Self::Check),
            "release" => Some(Self::Release),
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
                Step::cargo("clippy --package toolgate --features introspection -- -D warnings"),
                Step::cargo("doc --workspace --no-deps --all-features").env("RUSTDOCFLAGS", "-D warnings"),
            ],
            Self::Release => {
                let mut steps = vec![
                    Step::cargo("deny --log-level error check").needs("cargo-deny"),
                    Step::cargo("hack check --package toolgate --each-feature --no-dev-deps").needs("cargo-hack"),
                    // The oldest Rust that is promised. The lints of `check` already find newer parts of the standard library.
                    Step::cargo("check --package toolgate --all-features").env("RUSTUP_TOOLCHAIN", "1.91.0"),
                    Step::cargo(
                        "package --workspace --exclude examples --exclude fuzzing --exclude tests --exclude xtask",
                    ),
                ];
                // Before the first release there is nothing to be compatible with.
                if was_released() {
                    steps.push(Step::cargo("semver-checks --package toolgate").needs("cargo-semver-checks"));
                }
                steps
            }
        }
    }
}

/// Whether there is a tag of a version.
fn was_released() -> bool {
    let tags = Command::new("git").args(["tag", "--list", "v*"]).output();
    tags.is_ok_and(|tags| !tags.stdout.is_empty())
}

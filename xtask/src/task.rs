//! What each command runs.

use crate::packages;
use crate::redis_server;
use crate::step::Step;
use crate::tool::DENY;
use crate::workspace::Workspace;
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
    ///
    /// Gets what the tests need besides, if it is not there.
    pub(crate) fn steps(self) -> Result<Vec<Step>, String> {
        Ok(match self {
            Self::Test => {
                redis_server::ensure()?;
                vec![Step::cargo("test --workspace --all-features")]
            }
            Self::Check => checks(&Workspace::read()?),
            Self::Release => release(&Workspace::read()?),
        })
    }
}

fn checks(workspace: &Workspace) -> Vec<Step> {
    let mut steps = vec![
        Step::cargo("fmt --all --check"),
        Step::cargo("clippy --workspace --all-targets --all-features -- -D warnings"),
        // Features are additive, but a workspace build turns all of them on and would hide a missing `cfg`.
        Step::cargo("clippy --package toolgate -- -D warnings"),
    ];
    let alone = |feature| Step::cargo(format!("clippy --package toolgate --features {feature} -- -D warnings"));
    steps.extend(workspace.features.iter().map(alone));
    steps.push(Step::cargo("doc --workspace --no-deps --all-features").env("RUSTDOCFLAGS", "-D warnings"));
    steps.extend(DENY.steps(workspace, "--log-level error check licenses bans sources"));
    steps.extend(packages::steps(workspace));
    steps
}

fn release(workspace: &Workspace) -> Vec<Step> {
    // The database of advisories does not come from crates.io.
    let mut steps = DENY.steps(workspace, "--log-level error check advisories");
    steps.extend([
        // The oldest Rust that is promised. The lints of `check` already find newer parts of the standard library.
        Step::cargo("check --package toolgate --all-features").env("RUSTUP_TOOLCHAIN", "1.91.0"),
        // As docs.rs does, which shows what needs which feature.
        Step::cargo("doc --package toolgate --no-deps --all-features")
            .env("RUSTUP_TOOLCHAIN", "nightly")
            .env("RUSTDOCFLAGS", "--cfg docsrs -D warnings"),
        // Once more, with everything checked in.
        Step::cargo(format!("package --no-verify{}", packages::arguments(workspace))),
    ]);
    // Before the first release there is nothing to be compatible with.
    if was_released() {
        steps.push(Step::cargo("semver-checks --package toolgate").needs("cargo-semver-checks"));
    }
    steps
}

/// Whether there is a tag of a version.
fn was_released() -> bool {
    let tags = Command::new("git").args(["tag", "--list", "v*"]).output();
    tags.is_ok_and(|tags| !tags.stdout.is_empty())
}

#[cfg(test)]
mod tests {
    use super::checks;
    use crate::workspace::Workspace;

    #[test]
    fn every_feature_is_linted_alone() {
        let workspace = Workspace {
            features: vec!["one".to_owned(), "two".to_owned()],
            ..Workspace::empty()
        };
        let steps: Vec<_> = checks(&workspace).iter().map(ToString::to_string).collect();
        for step in [
            "cargo clippy --package toolgate -- -D warnings",
            "cargo clippy --package toolgate --features one -- -D warnings",
            "cargo clippy --package toolgate --features two -- -D warnings",
        ] {
            assert!(steps.iter().any(|shown| shown == step), "{step}: {steps:?}");
        }
    }
}

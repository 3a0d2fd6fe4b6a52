//! Tools that do not come with cargo, in the versions that the checks were written for.

use crate::step::Step;
use crate::workspace::Workspace;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package of crates.io with a program of the same name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tool {
    package: &'static str,
    version: &'static str,
}

/// Looks at licences, sources and advisories of everything that is depended on.
pub(crate) const DENY: Tool = Tool {
    package: "cargo-deny",
    version: "0.20.2",
};

impl Tool {
    /// Runs the tool. If it is not there in this version, there is a step before that builds it, once, in the target
    /// directory: nothing is installed for other projects, and nothing of theirs is used.
    pub(crate) fn steps(self, workspace: &Workspace, arguments: &str) -> Vec<Step> {
        let root = workspace.target.join("tools");
        let program = self.program(&root);
        let install = (!self.is_at(&program)).then(|| self.install(&root));
        install
            .into_iter()
            .chain([Step::program(program, arguments.to_owned())])
            .collect()
    }

    fn program(self, root: &Path) -> PathBuf {
        let name = format!("{}{}", self.package, std::env::consts::EXE_SUFFIX);
        root.join("bin").join(name)
    }

    fn install(self, root: &Path) -> Step {
        let Self { package, version } = self;
        Step::cargo(format!("install --locked {package}@{version}"))
            .env("CARGO_INSTALL_ROOT", root.to_string_lossy())
            .advise(format!(
                "`{package}` {version} is missing and cannot be built from crates.io"
            ))
    }

    fn is_at(self, program: &Path) -> bool {
        let output = Command::new(program).arg("--version").output();
        output.is_ok_and(|output| self.is_named_by(&output.stdout))
    }

    fn is_named_by(self, output: &[u8]) -> bool {
        let output = String::from_utf8_lossy(output);
        output.split_whitespace().eq([self.package, self.version])
    }
}

#[cfg(test)]
mod tests {
    use super::DENY;
    use crate::workspace::Workspace;

    #[test]
    fn a_tool_that_is_missing_is_built_first() {
        let steps: Vec<_> = DENY
            .steps(&Workspace::empty(), "check bans")
            .iter()
            .map(ToString::to_string)
            .collect();
        let install = format!(
            "CARGO_INSTALL_ROOT=\"/w/target/tools\" cargo install --locked cargo-deny@{}",
            DENY.version
        );
        assert_eq!(steps, [install.as_str(), "/w/target/tools/bin/cargo-deny check bans"]);
    }

    #[test]
    fn only_this_very_version_counts() {
        let named = |output: &str| DENY.is_named_by(output.as_bytes());
        assert!(named(&format!("cargo-deny {}\n", DENY.version)));
        for other in ["", "cargo-deny 0.0.1\n", "cargo-hack 0.20.2\n"] {
            assert!(!named(other), "{other}");
        }
    }
}

//! Long load and fault scenarios: builds the program that runs them, and gets what it compares us with.

use crate::node;
use crate::redis_server;
use std::env;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, ExitCode};

/// The scenario that needs `jose`.
const DIFFERENTIAL: &str = "differential";

/// The scenarios that need `redis-server`.
const REDIS: [&str; 2] = ["redis", "rates"];

/// Runs scenarios; `arguments` are those of the program.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    if REDIS.iter().any(|scenario| needs(scenario, arguments))
        && let Err(mistake) = redis_server::ensure()
    {
        eprintln!("error: {mistake}");
        return ExitCode::FAILURE;
    }
    if needs(DIFFERENTIAL, arguments)
        && let Err(error) = install_jose()
    {
        eprintln!("error: `jose` cannot be installed: {error}");
        eprintln!("help: install node 20 or later with npm, or name the scenarios to run; `--list` shows them");
        return ExitCode::FAILURE;
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(&cargo);
    command.args([
        "run",
        "--quiet",
        "--release",
        "--package",
        "tests",
        "--example",
        "soak",
        "--",
    ]);
    match command.args(arguments).status() {
        Ok(status) => match status.code().and_then(|code| u8::try_from(code).ok()) {
            Some(code) => ExitCode::from(code),
            None => ExitCode::FAILURE,
        },
        Err(error) => {
            eprintln!("error: cannot start `{}`: {error}", cargo.to_string_lossy());
            ExitCode::FAILURE
        }
    }
}

/// Whether this scenario is to run. Without names, all do.
fn needs(scenario: &str, arguments: &[String]) -> bool {
    let named: Vec<&String> = arguments
        .iter()
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let lists = arguments.iter().any(|argument| argument == "--list");
    !lists && (named.is_empty() || named.iter().any(|name| *name == scenario))
}

/// Puts the script and the package that it needs under `target`.
fn install_jose() -> io::Result<()> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    node::install(
        &repository.join("tests/differential"),
        &repository.join("target/differential"),
    )
}

#[cfg(test)]
mod tests {
    use super::needs;

    #[test]
    fn what_a_scenario_needs_is_got_only_for_that() {
        let is_needed = |line: &str| {
            needs(
                "differential",
                &line.split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
            )
        };
        assert!(is_needed(""));
        assert!(is_needed("--full"));
        assert!(is_needed("garbage differential"));
        assert!(!is_needed("--list"));
        assert!(!is_needed("garbage --full"));
    }
}

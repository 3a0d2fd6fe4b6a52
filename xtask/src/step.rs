//! One command line after the other, until one fails.

use crate::workspace::cargo;
use std::fmt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// A call of cargo, or of another program.
#[derive(Debug)]
pub(crate) struct Step {
    /// The program, if it is not cargo.
    program: Option<PathBuf>,
    arguments: String,
    env: Vec<(&'static str, String)>,
    /// Where to do it, if not here.
    folder: Option<PathBuf>,
    /// The package that the subcommand is of, if it does not come with cargo.
    package: Option<&'static str>,
    /// What it means if it fails.
    advice: Option<String>,
}

/// How a step ended.
enum Ending {
    Passed(Duration),
    Failed(Duration, String),
    NotRun,
}

impl Step {
    /// The arguments are separated by single spaces; none contains one.
    pub(crate) fn cargo(arguments: impl Into<String>) -> Self {
        Self {
            program: None,
            arguments: arguments.into(),
            env: Vec::new(),
            folder: None,
            package: None,
            advice: None,
        }
    }

    /// The same for another program.
    pub(crate) fn program(program: PathBuf, arguments: String) -> Self {
        Self {
            program: Some(program),
            ..Self::cargo(arguments)
        }
    }

    /// Does it in another folder.
    pub(crate) fn within(mut self, folder: PathBuf) -> Self {
        self.folder = Some(folder);
        self
    }

    /// Says which package the subcommand comes with, so that a step which cannot start says what is missing.
    pub(crate) fn needs(mut self, package: &'static str) -> Self {
        self.package = Some(package);
        self
    }

    /// Says what it means if the step fails.
    pub(crate) fn advise(mut self, advice: String) -> Self {
        self.advice = Some(advice);
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    fn run(&self) -> Ending {
        let program = self.program.clone().map_or_else(cargo, PathBuf::into_os_string);
        let start = Instant::now();
        let mut command = Command::new(&program);
        command
            .args(self.arguments.split(' '))
            .envs(self.env.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        match command.status() {
            Ok(status) if status.success() => Ending::Passed(start.elapsed()),
            Ok(status) => {
                let missing = self.package.filter(|package| !is_installed(package));
                let why = match (missing, &self.advice) {
                    (Some(package), _) => format!("`{package}` is missing; run `cargo install --locked {package}`"),
                    (None, Some(advice)) => format!("{advice} ({status})"),
                    (None, None) => status.to_string(),
                };
                Ending::Failed(start.elapsed(), why)
            }
            Err(error) => Ending::Failed(
                start.elapsed(),
                format!("cannot start `{}`: {error}", program.to_string_lossy()),
            ),
        }
    }
}

fn is_installed(package: &str) -> bool {
    let version = Command::new(package).arg("--version").output();
    version.is_ok()
}

/// Runs the steps in order up to the first that fails, and sums up.
pub(crate) fn run_all(steps: &[Step]) -> ExitCode {
    let mut failed = false;
    let mut endings = Vec::new();
    for step in steps {
        if failed {
            endings.push(Ending::NotRun);
            continue;
        }
        println!("\n> {step}");
        let ending = step.run();
        println!("{ending}: {step}");
        failed = matches!(ending, Ending::Failed(..));
        endings.push(ending);
    }
    println!("\nSummary:");
    for (step, ending) in steps.iter().zip(&endings) {
        println!("  {ending}: {step}");
    }
    for (step, ending) in steps.iter().zip(&endings) {
        if let Ending::Failed(_, why) = ending {
            eprintln!("\nerror: `{step}` failed: {why}");
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

impl fmt::Display for Step {
    /// As it would be typed into a shell.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(folder) = &self.folder {
            write!(f, "cd {} && ", folder.display())?;
        }
        for (name, value) in &self.env {
            write!(f, "{name}=\"{value}\" ")?;
        }
        match &self.program {
            Some(program) => write!(f, "{} {}", program.display(), self.arguments),
            None => write!(f, "cargo {}", self.arguments),
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed(duration) => write!(f, "ok       {:7.1} s", duration.as_secs_f64()),
            Self::Failed(duration, _) => write!(f, "FAILED   {:7.1} s", duration.as_secs_f64()),
            Self::NotRun => write!(f, "{:18}", "not run"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ending, Step};
    use std::time::Duration;

    #[test]
    fn a_step_is_shown_as_it_would_be_typed() {
        let step = Step::cargo("doc --no-deps").env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(step.to_string(), "RUSTDOCFLAGS=\"-D warnings\" cargo doc --no-deps");
    }

    #[test]
    fn endings_stand_in_one_column() {
        let duration = Duration::from_millis(12_340);
        let endings = [
            Ending::Passed(duration),
            Ending::Failed(duration, String::new()),
            Ending::NotRun,
        ];
        let shown = endings.map(|ending| ending.to_string());
        assert_eq!(
            shown,
            ["ok          12.3 s", "FAILED      12.3 s", "not run           "]
        );
    }
}

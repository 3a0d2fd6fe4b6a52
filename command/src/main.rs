//! `cargo toolgate`: who may call the tools of an MCP server guarded by `toolgate`, for people who review, run or use it.

mod check;
mod diff;
mod docs;
mod doctor;
mod ended;
mod explain;
mod source;
mod terminal;

use crate::check::Check;
use crate::diff::Diff;
use crate::docs::Docs;
use crate::doctor::Doctor;
use crate::ended::{Ended, FAILED};
use crate::explain::Explain;
use crate::terminal::{Tone, harmless_lines, paint};
use clap::{Parser, Subcommand};
use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

/// Who may call the tools of an MCP server guarded by `toolgate`
#[derive(Debug, Parser)]
#[command(
    name = "cargo-toolgate",
    bin_name = "cargo toolgate",
    version,
    after_help = "\
`cargo toolgate COMMAND --help` has examples.

Exit status: 0 if all is well, 1 if something was found that should be seen to, 2 if the command could not do what it was asked.
Colours are for terminals only; NO_COLOR turns them off.
"
)]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Docs(Docs),
    Check(Check),
    Diff(Diff),
    Explain(Explain),
    Doctor(Doctor),
}

impl Command {
    fn run(&self) -> Result<Ended, Box<dyn Error>> {
        match self {
            Self::Docs(docs) => docs.run(),
            Self::Check(check) => check.run(),
            Self::Diff(diff) => diff.run(),
            Self::Explain(explain) => explain.run(),
            Self::Doctor(doctor) => doctor.run(),
        }
    }
}

fn main() -> ExitCode {
    let options = Options::parse_from(arguments(env::args_os()));
    match options.command.run() {
        Ok(ended) => ended.into(),
        Err(error) => {
            let text = harmless_lines(&error.to_string());
            // Where nobody reads it, the exit status is left.
            let _ = writeln!(anstream::stderr(), "{}: {text}", paint(Tone::Bad, "error"));
            FAILED.into()
        }
    }
}

/// Cargo names the subcommand as the first argument; who starts the program by its own name does not.
fn arguments(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<_> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|argument| argument == "toolgate") {
        arguments.remove(1);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::Options;
    use clap::{CommandFactory as _, Parser as _};

    /// The command lines in a text, without what a shell makes of the rest of the line.
    fn command_lines(text: &str) -> Vec<Vec<&str>> {
        let lines = text.match_indices("cargo toolgate ").map(|(start, _)| {
            let rest = text.get(start..).unwrap_or_default();
            let end = rest.find(['`', '<', '>', '\n']).unwrap_or(rest.len());
            let line = rest.get(..end).unwrap_or_default();
            line.split_whitespace().skip(1).collect()
        });
        lines.collect()
    }

    #[test]
    fn every_example_can_be_typed() {
        let guide = include_str!("../README.md").to_owned();
        let options = Options::command();
        let helps = options
            .get_subcommands()
            .filter_map(|command| Some(command.get_after_help()?.to_string()));
        let texts: Vec<_> = helps.chain([guide]).collect();
        assert_eq!(texts.len(), 6);
        for text in &texts {
            let lines = command_lines(text);
            assert!(lines.len() >= 2, "{text}");
            for line in lines {
                if let Err(error) = Options::try_parse_from(&line) {
                    panic!("{}: {error}", line.join(" "));
                }
            }
        }
    }
}

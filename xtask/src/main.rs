//! The commands that contributors and the continuous integration run: `cargo xtask test`, `cargo xtask check`; one to
//! measure with, `cargo xtask check-time`; one for long runs under load and faults, `cargo xtask soak`; and one with clients that
//! nobody here wrote, `cargo xtask interop`.

mod check_time;
mod chromium;
mod interop;
mod node;
mod packages;
mod redis_server;
mod soak;
mod step;
mod task;
mod tool;
mod workspace;

use crate::task::Task;
use std::env;
use std::process::ExitCode;

const HELP: &str = "\
The commands that contributors and the continuous integration run.

Usage: cargo xtask <COMMAND>

Commands:
  test     Runs all tests of the workspace with all features, documentation examples included.
           Needs nothing but this repository, the loopback interface and a `redis-server`, which it
           fetches if there is none.
  check    Checks what needs no running: formatting, lints, the documentation and its links,
           licences and sources, the packages; lints the crate `toolgate` also with its default
           features, and with each feature alone. Every warning is an error. `cargo-deny` is built
           once, in the target directory; that takes a few minutes.
  release  Checks what a release needs besides, with what comes from elsewhere than crates.io: the
           advisories, the oldest Rust that is promised, the documentation as docs.rs shows it, and,
           once there was a release, whether the interface is compatible with it.
  check-time
           Measures `cargo check` of 200 guarded tools, next to the same tools by the macros of the
           SDKs. Fetches those from the registry; wants a machine with nothing else to do.
  unpack   Unpacks what `cargo package` made, into `target/packages`: a step of `check`.
  soak [--list] [--full] [SCENARIO..]
           Runs load, memory and fault scenarios, all or those that are named, and shows what they
           have to show as a table. Takes less than half an hour; with `--full`, hours. Fetches
           `jose` from npm for the scenario `differential`.
  interop [--if-possible] [NAME..]
           Tries real clients with the examples and a real OpenID provider, all or those whose names
           have these parts: the TypeScript SDKs, the Python SDK, the Inspector. Takes some minutes
           and fetches them from npm and PyPI; needs Node and Python. With `--if-possible` it is no
           failure if they are missing.

Options:
  -h, --help    Shows this.

Every step shows its command, so that one that failed can be repeated alone. The first that fails
ends the run. Exit status: 0 if all is well, 1 if a step failed, 2 if the command line is wrong.

The environment variable CARGO names the cargo to use.
";

/// What the command line asks for.
#[derive(Debug, Eq, PartialEq)]
enum Request {
    Help,
    Run(Task),
    CheckTime,
    Unpack,
    /// With the arguments of the program that does it.
    Soak(Vec<String>),
    /// With what is to be tried.
    Interop(Vec<String>),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    match parse(&arguments) {
        Ok(Request::Help) => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Ok(Request::Run(task)) => match task.steps() {
            Ok(steps) => step::run_all(&steps),
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::FAILURE
            }
        },
        Ok(Request::CheckTime) => check_time::run(),
        Ok(Request::Unpack) => packages::unpack(),
        Ok(Request::Soak(arguments)) => soak::run(&arguments),
        Ok(Request::Interop(arguments)) => interop::run(&arguments),
        Err(mistake) => {
            eprint!("error: {mistake}\n\n{HELP}");
            ExitCode::from(2)
        }
    }
}

fn parse(arguments: &[String]) -> Result<Request, String> {
    if arguments
        .iter()
        .any(|argument| argument == "-h" || argument == "--help")
    {
        return Ok(Request::Help);
    }
    match arguments {
        [] => Err("a command is missing".to_owned()),
        [name] if name == "check-time" => Ok(Request::CheckTime),
        [name] if name == "unpack" => Ok(Request::Unpack),
        [name, arguments @ ..] if name == "soak" => Ok(Request::Soak(arguments.to_vec())),
        [name, arguments @ ..] if name == "interop" => Ok(Request::Interop(arguments.to_vec())),
        [name] => match Task::named(name) {
            Some(task) => Ok(Request::Run(task)),
            None => Err(format!("`{name}` is not a command")),
        },
        [name, extra, ..] => Err(format!("`{extra}` after `{name}`: this command takes no arguments")),
    }
}

#[cfg(test)]
mod tests {
    use super::{HELP, Request, Task, parse};

    fn parsed(line: &str) -> Result<Request, String> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&arguments)
    }

    #[test]
    fn commands_are_known_by_name() {
        assert_eq!(parsed("test"), Ok(Request::Run(Task::Test)));
        assert_eq!(parsed("check"), Ok(Request::Run(Task::Check)));
        assert_eq!(parsed("check-time"), Ok(Request::CheckTime));
        assert_eq!(parsed("unpack"), Ok(Request::Unpack));
        assert_eq!(
            parsed("soak --full cold"),
            Ok(Request::Soak(vec!["--full".to_owned(), "cold".to_owned()]))
        );
        assert_eq!(
            parsed("interop --if-possible"),
            Ok(Request::Interop(vec!["--if-possible".to_owned()]))
        );
        for help in ["-h", "--help", "test --help", "what -h"] {
            assert_eq!(parsed(help), Ok(Request::Help), "{help}");
        }
    }

    #[test]
    fn everything_else_is_a_mistake() {
        assert_eq!(parsed("").unwrap_err(), "a command is missing");
        assert_eq!(parsed("tset").unwrap_err(), "`tset` is not a command");
        assert_eq!(
            parsed("test fast").unwrap_err(),
            "`fast` after `test`: this command takes no arguments"
        );
        assert_eq!(parsed("--verbose").unwrap_err(), "`--verbose` is not a command");
    }

    #[test]
    fn the_help_fits_a_terminal() {
        assert!(HELP.lines().all(|line| line.len() <= 100));
    }
}

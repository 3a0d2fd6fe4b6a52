//! The program under test.

use serde_json::Value;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};

/// How it ended, and what it printed.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs it as cargo does, in this folder.
pub(crate) fn run_in(folder: &str, arguments: &[&str], input: &str) -> Ran {
    ended(start(folder, arguments), input)
}

/// The same, but nobody reads what it prints: that has no reader any more when it gets its input.
pub(crate) fn run_unread(folder: &str, arguments: &[&str], input: &str) -> Ran {
    let mut child = start(folder, arguments);
    drop(child.stdout.take());
    ended(child, input)
}

fn start(folder: &str, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
    command
        .arg("toolgate")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn ended(mut child: Child, input: &str) -> Ran {
    // Whoever does not read it has ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs it while this test goes on, so that it can be answered by servers of the test.
pub(crate) async fn run(arguments: &[&str]) -> Ran {
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let run = move || {
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        run_in(".", &arguments, "")
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

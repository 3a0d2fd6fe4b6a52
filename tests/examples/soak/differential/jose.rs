//! The other side: a process of node.

use super::folder;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

pub(super) struct Jose {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Jose {
    pub(super) fn start(options: &Value) -> Self {
        let script = folder().join("validate.mjs");
        assert!(
            script.exists(),
            "jose is not installed: run `cargo xtask soak differential`"
        );
        let mut child = Command::new("node")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("`node` cannot be started: {error}"));
        let mut stdin = child.stdin.take().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        writeln!(stdin, "{options}").unwrap();
        Self { child, stdin, stdout }
    }

    /// A verdict for each token.
    pub(super) fn judge(&mut self, tokens: &[String]) -> Vec<String> {
        // All at once: both pipes can be full otherwise, and each side waits for the other.
        std::thread::scope(|scope| {
            let stdin = &mut self.stdin;
            scope.spawn(move || {
                for token in tokens {
                    writeln!(stdin, "{}", json!(token)).unwrap();
                }
                stdin.flush().unwrap();
            });
            let lines = (&mut self.stdout).lines().take(tokens.len());
            let verdicts: Vec<String> = lines.map(|line| line.unwrap()).collect();
            assert_eq!(verdicts.len(), tokens.len(), "jose gave up");
            verdicts
        })
    }
}

impl Drop for Jose {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

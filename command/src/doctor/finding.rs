//! What was found, and how it is shown.

use crate::terminal::{self, Tone};
use serde::Serialize;
use std::fmt::Write as _;

/// How bad it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Severity {
    /// As it should be.
    Ok,
    /// Worth knowing.
    Note,
    /// Some clients stumble over it, or it will be a problem.
    Warning,
    /// Clients or the server cannot work with it.
    Problem,
}

/// Something that was looked at.
#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    /// A stable name for scripts.
    pub(crate) id: &'static str,
    /// What is so.
    pub(crate) what: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) help: Option<String>,
}

/// All findings, in the order they were made.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    url: String,
    problems: usize,
    warnings: usize,
    findings: Vec<Finding>,
}

impl Report {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            problems: 0,
            warnings: 0,
            findings: Vec::new(),
        }
    }

    pub(crate) fn ok(&mut self, id: &'static str, what: impl Into<String>) {
        self.add(Severity::Ok, id, what.into(), None);
    }

    pub(crate) fn note(&mut self, id: &'static str, what: impl Into<String>) {
        self.add(Severity::Note, id, what.into(), None);
    }

    pub(crate) fn warning(&mut self, id: &'static str, what: impl Into<String>, help: impl Into<String>) {
        self.warnings += 1;
        self.add(Severity::Warning, id, what.into(), Some(help.into()));
    }

    pub(crate) fn problem(&mut self, id: &'static str, what: impl Into<String>, help: impl Into<String>) {
        self.problems += 1;
        self.add(Severity::Problem, id, what.into(), Some(help.into()));
    }

    fn add(&mut self, severity: Severity, id: &'static str, what: String, help: Option<String>) {
        self.findings.push(Finding {
            severity,
            id,
            what,
            help,
        });
    }

    pub(crate) const fn has_problems(&self) -> bool {
        self.problems > 0
    }

    /// For a terminal. Much of it comes from a server that may be anybody's, so nothing in it can steer the terminal.
    pub(crate) fn to_text(&self) -> String {
        let mut out = String::new();
        for finding in &self.findings {
            let (word, tone) = match finding.severity {
                Severity::Ok => ("ok", Tone::Good),
                Severity::Note => ("note", Tone::Quiet),
                Severity::Warning => ("warning", Tone::Warning),
                Severity::Problem => ("problem", Tone::Bad),
            };
            let word = terminal::paint(tone, &format!("{word:<8}"));
            // Writing into a `String` cannot fail.
            let _ = writeln!(out, "{word} {}", indented(&finding.what));
            if let Some(help) = &finding.help {
                let word = terminal::paint(Tone::Quiet, "help:");
                let _ = writeln!(out, "         {word} {}", indented(help));
            }
        }
        let summary = format!(
            "{}, {}",
            counted(self.problems, "problem"),
            counted(self.warnings, "warning")
        );
        let tone = match (self.problems, self.warnings) {
            (0, 0) => Tone::Good,
            (0, _) => Tone::Warning,
            _ => Tone::Bad,
        };
        let _ = writeln!(out, "\n{}", terminal::paint(tone, &summary));
        out
    }
}

/// Later lines stand under the first.
fn indented(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(terminal::harmless).collect();
    lines.join("\n         ")
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

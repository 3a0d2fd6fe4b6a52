//! `cargo toolgate check`: whether what is checked in is current, and what looks wrong.

use crate::docs::Format;
use crate::ended::Ended;
use crate::source::{self, Source};
use crate::terminal::{Tone, harmless, paint, show, show_document};
use clap::Args;
use serde::Serialize;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use toolgate::docs::{Lock, LockState, ScopeDocument};

/// Check that what is checked in is current, that nothing is weaker without a reason, and what looks wrong
///
/// Compares files of the document with what they should say, and a lock file with the document: what lets somebody in whom the lock
/// keeps out needs a reason in it. Then looks for what is likely to be a mistake, such as a scope that no tool needs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo toolgate check
  cargo toolgate check SCOPES.md --lock scopes.lock.json
  cargo toolgate check SCOPES.md scopes.json --example notes -- --scope-document

Without files it takes SCOPES.md, scopes.json and scopes.html, as far as they are beside the source, or in this folder if that is no file; \
and scopes.lock.json there, which has to be there. With a file as the source, that file is taken for right; whether it is current then is \
for the test that writes it, or for `--bin` and `--example`.

Exit status: 0 if all is well, 1 if something was found, 2 if it could not be looked for.
")]
pub(crate) struct Check {
    /// Files of the document that are to be current
    files: Vec<PathBuf>,
    /// The lock file
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
    /// Compare with no lock file: then nothing tells whether something is weaker
    #[arg(long, conflicts_with = "lock")]
    no_lock: bool,
    /// Let what only looks wrong be no failure
    #[arg(long)]
    allow_lints: bool,
    /// Show the findings as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    source: Source,
}

const LOCK: &str = "scopes.lock.json";

/// Something that should be seen to.
#[derive(Debug, Serialize)]
struct Finding {
    kind: Kind,
    what: String,
    help: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Missing,
    Stale,
    Weaker,
    Lint,
}

impl Check {
    pub(crate) fn run(&self) -> Result<Ended, Box<dyn Error>> {
        let document = self.source.read()?;
        let mut findings = Vec::new();
        let mut looked_at = Vec::new();
        for path in self.files() {
            looked_at.push(path.display().to_string());
            findings.extend(stale(&path, &document)?);
        }
        match self.lock() {
            _ if self.no_lock => {}
            Some(path) => {
                looked_at.push(path.display().to_string());
                findings.extend(locked(&path, &document)?);
            }
            None => findings.push(self.no_lock_there()),
        }
        findings.extend(document.lints().into_iter().map(|lint| Finding {
            kind: Kind::Lint,
            what: lint.message,
            help: lint.help,
        }));
        if self.json {
            show_document(&(serde_json::to_string_pretty(&findings)? + "\n"))?;
        } else {
            show(&to_text(&findings, &looked_at))?;
        }
        let fails = findings
            .iter()
            .any(|finding| finding.kind != Kind::Lint || !self.allow_lints);
        Ok(if fails { Ended::Found } else { Ended::Well })
    }

    /// Those that were named, or those that are there. The source itself is what the others are compared with.
    fn files(&self) -> Vec<PathBuf> {
        let files = if self.files.is_empty() {
            let known = ["SCOPES.md", "scopes.json", "scopes.html"].map(|name| self.folder().join(name));
            known.into_iter().filter(|path| path.exists()).collect()
        } else {
            self.files.clone()
        };
        let is_source = |path: &PathBuf| self.source.file() == Some(path);
        files.into_iter().filter(|path| !is_source(path)).collect()
    }

    /// The one that was named, or the one that is there.
    fn lock(&self) -> Option<PathBuf> {
        let usual = || Some(self.folder().join(LOCK)).filter(|path| path.exists());
        self.lock.clone().or_else(usual)
    }

    /// A lock that is gone is no lock that is kept: whoever deletes it could let anybody in.
    fn no_lock_there(&self) -> Finding {
        Finding {
            kind: Kind::Missing,
            what: format!(
                "{} is not there: nothing tells whether something is weaker",
                self.folder().join(LOCK).display()
            ),
            help: "let a test with `toolgate::docs::assert_locked` write it, with TOOLGATE_DOCS=overwrite; name it by `--lock` if it is \
                   elsewhere, or say `--no-lock`"
                .to_owned(),
        }
    }

    /// Where the usual files are: beside the source.
    fn folder(&self) -> &Path {
        self.source.file().and_then(Path::parent).unwrap_or(Path::new(""))
    }
}

fn stale(path: &Path, document: &ScopeDocument) -> Result<Option<Finding>, Box<dyn Error>> {
    let current = Format::of(path)?.render(&document.clone().without_lines());
    let found = match fs::read_to_string(path) {
        // A checkout may have turned the line ends.
        Ok(found) => found.replace("\r\n", "\n"),
        // A file that is not there is as stale as one can be.
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(format!("{} cannot be read: {error}", path.display()).into()),
    };
    Ok((found != current).then(|| Finding {
        kind: Kind::Stale,
        what: format!("{} is not current", path.display()),
        help: format!(
            "run its test with TOOLGATE_DOCS=overwrite, or `cargo toolgate docs --output {}` with the same source, and review the change",
            path.display()
        ),
    }))
}

fn locked(path: &Path, document: &ScopeDocument) -> Result<Vec<Finding>, Box<dyn Error>> {
    let lock = Lock::from_json(&source::text(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(match lock.check(document) {
        LockState::Current => Vec::new(),
        LockState::Weaker(comparison) => {
            let finding = |change: &toolgate::docs::Change| Finding {
                kind: Kind::Weaker,
                what: change.to_string(),
                help: format!(
                    "take it back, or write the reason into {}, by its test with TOOLGATE_DOCS=overwrite",
                    path.display()
                ),
            };
            comparison.changes.iter().map(finding).collect()
        }
        // Also what is not known yet is no reason to call it current.
        state => vec![Finding {
            kind: Kind::Stale,
            what: not_current(path, &state),
            help: "run its test with TOOLGATE_DOCS=overwrite and review the change".to_owned(),
        }],
    })
}

/// With what has changed, as far as that can be told.
fn not_current(path: &Path, state: &LockState) -> String {
    let mut what = format!("{} is not current", path.display());
    if let LockState::Stale(comparison) = state {
        for change in &comparison.changes {
            // Writing into a `String` cannot fail.
            let _ = write!(what, "\n{}: {}", change.about, change.what);
        }
    }
    what
}

fn to_text(findings: &[Finding], looked_at: &[String]) -> String {
    let mut out = String::new();
    for Finding { kind, what, help } in findings {
        let (word, tone) = match kind {
            Kind::Missing => ("missing", Tone::Bad),
            Kind::Stale => ("stale", Tone::Bad),
            Kind::Weaker => ("weaker", Tone::Bad),
            Kind::Lint => ("lint", Tone::Warning),
        };
        let lines: Vec<_> = what.lines().map(harmless).collect();
        let word = paint(tone, &format!("{word:<8}"));
        // Writing into a `String` cannot fail.
        let _ = writeln!(out, "{word} {}", lines.join("\n         "));
        let _ = writeln!(out, "         {} {}", paint(Tone::Quiet, "help:"), harmless(help));
    }
    if findings.is_empty() {
        let _ = match looked_at {
            [] => writeln!(out, "no lints; there is no file that was compared"),
            files => writeln!(
                out,
                "{}: {}; no lints",
                paint(Tone::Good, "all is well"),
                files.join(", ")
            ),
        };
    }
    out
}

//! A comparison for the description of a pull request.

use super::{Change, Comparison, Effect};
use std::fmt::Write as _;

pub(super) fn render(comparison: &Comparison) -> String {
    let count = |effect| comparison.with_effect(effect).count();
    let counts = [
        counted(count(Effect::Weakening), "weakening"),
        counted(count(Effect::Tightening), "tightening"),
        counted(count(Effect::Neutral), "other change"),
    ];
    let mut out = String::from("## Who may call what\n\n");
    if comparison.changes.is_empty() {
        out.push_str("Nothing has changed.\n");
        return out;
    }
    // Writing into a `String` cannot fail.
    let _ = writeln!(out, "{}.", counts.join(", "));
    for (effect, title, about) in [
        (
            Effect::Weakening,
            "Weakenings",
            "Somebody may do something now who might not before.",
        ),
        (
            Effect::Tightening,
            "Tightenings",
            "Somebody might do something before who may not now.",
        ),
        (Effect::Neutral, "Other changes", "They let the same callers in."),
    ] {
        let changes: Vec<_> = comparison.with_effect(effect).collect();
        if changes.is_empty() {
            continue;
        }
        let _ = write!(out, "\n### {title}\n\n{about}\n\n");
        for change in changes {
            let _ = writeln!(out, "- {}", line(change));
        }
    }
    out
}

fn line(change: &Change) -> String {
    let mut line = format!("**{}**: {}", change.about, change.what);
    if !change.tools.is_empty() {
        let _ = write!(line, " (lets more callers in: `{}`)", change.tools.join("`, `"));
    }
    if let Some(example) = &change.example {
        let _ = write!(line, ". Let in now, and not before: {example}");
    }
    line
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

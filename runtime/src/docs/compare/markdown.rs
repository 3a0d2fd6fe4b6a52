//! A comparison for the description of a pull request.

use super::{About, Aspect, Change, Comparison, Effect};
use std::fmt::Write as _;

pub(super) fn render(comparison: &Comparison) -> String {
    let mut out = String::from("## Who may call what\n\n");
    if comparison.changes.is_empty() {
        out.push_str("Nothing has changed.\n");
        return out;
    }
    let (new, others): (Vec<_>, Vec<_>) = comparison
        .with_effect(Effect::Neutral)
        .partition(|change| is_new(change));
    let groups = [
        (
            comparison.with_effect(Effect::Weakening).collect(),
            "weakening",
            "Weakenings",
            "Somebody may do something now who might not before.",
        ),
        (
            comparison.with_effect(Effect::Tightening).collect(),
            "tightening",
            "Tightenings",
            "Somebody might do something before who may not now.",
        ),
        (
            new,
            "addition",
            "New",
            "They were not there, so that nothing compares what they demand. One may be what is gone above, under a new name and with fewer demands.",
        ),
        (others, "other change", "Other changes", "They let the same callers in."),
    ];
    let counts = groups
        .each_ref()
        .map(|(changes, noun, ..)| counted(changes.len(), noun));
    // Writing into a `String` cannot fail.
    let _ = writeln!(out, "{}.", counts.join(", "));
    for (changes, _, title, about) in groups {
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

/// Whether this is a tool, a prompt or a resource that was not there. A scope or a role that is new lets nobody in by itself.
fn is_new(change: &Change) -> bool {
    change.aspect == Aspect::Presence && matches!(change.about, About::Tool(_))
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

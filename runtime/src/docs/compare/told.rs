//! What is told about a tool, to clients and in audit records. It decides nothing, and a reviewer wants to know of it.

use super::{About, Aspect, Change, Effect};
use crate::docs::{Hints, ToolEntry};

pub(super) fn compare(old: &ToolEntry, new: &ToolEntry, changes: &mut Vec<Change>) {
    let mut say = |aspect: Aspect, what: String| {
        changes.push(Change {
            effect: Effect::Neutral,
            about: About::Tool(new.name.clone()),
            aspect,
            what,
            tools: Vec::new(),
            example: None,
            now: new.fingerprint.clone(),
        });
    };
    for ((hint, before), (_, after)) in hints(old.hints).into_iter().zip(hints(new.hints)) {
        if before != after {
            let told = match after {
                Some(true) => format!("clients are told that it is {hint}"),
                Some(false) => format!("clients are told that it is not {hint}"),
                None => format!("clients are not told any more whether it is {hint}"),
            };
            say(Aspect::Words, told);
        }
    }
    if old.description != new.description || old.title != new.title {
        say(Aspect::Words, "its description is another".to_owned());
    }
    for field in new
        .audit_fields
        .iter()
        .filter(|field| !old.audit_fields.contains(field))
    {
        say(
            Aspect::Recorded,
            format!("the argument `{field}` stands in audit records now"),
        );
    }
    for field in old
        .audit_fields
        .iter()
        .filter(|field| !new.audit_fields.contains(field))
    {
        say(
            Aspect::Recorded,
            format!("the argument `{field}` does not stand in audit records any more"),
        );
    }
}

fn hints(hints: Hints) -> [(&'static str, Option<bool>); 4] {
    [
        ("read-only", hints.read_only),
        ("destructive", hints.destructive),
        ("idempotent", hints.idempotent),
        ("open to the world", hints.open_world),
    ]
}

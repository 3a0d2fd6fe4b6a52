//! Whom the scopes, the roles and the owner of a tool let in.

use super::Report;
use crate::docs::compare::rights::{Part, Side, Wider, in_words, wider};
use crate::docs::compare::{Aspect, Effect, lists};
use crate::docs::{OwnerDescription, PolicyDescription};

const TOO_MANY: &str = "has so many ways to be let in that they cannot be compared";

/// Scopes, roles and the owner. What is written otherwise is only named where it is a reason.
///
/// 1. Whom they let in together decides which way the change goes.
/// 2. It is the policy if it would be so with what was implied before, and else what implies what: that is told of scopes and roles.
/// 3. If no difference in what is written is found to be the reason, it is a weakening without a name.
/// 4. A policy that is no reason, and that is written otherwise, is told as what it is by itself: the reason for what implies what is
///    none for it.
pub(super) fn compare(old: Side<'_>, new: Side<'_>, report: &mut Report<'_>) {
    let with_old_names = Side {
        policy: new.policy,
        names: old.names,
    };
    match wider(old, new, Part::Both) {
        Wider::No => {}
        Wider::Unknown if same_rights(old.policy, new.policy) => {}
        Wider::Unknown => report.weakening(Aspect::Rule, TOO_MANY),
        Wider::For(_) => match wider(old, with_old_names, Part::Both) {
            Wider::No => {} // 2
            Wider::For(way) => return loosened(old, with_old_names, &in_words(&way), report),
            Wider::Unknown => return report.weakening(Aspect::Rule, TOO_MANY),
        },
    }
    if same_rights(old.policy, new.policy) {
        return;
    }
    // 4
    let narrower = !matches!(wider(with_old_names, old, Part::Both), Wider::No);
    if narrower {
        tightened(old, with_old_names, report);
    } else {
        report.say(
            Effect::Neutral,
            Aspect::Scopes,
            "scopes, roles and owner are written otherwise, and let the same callers in",
            None,
        );
    }
}

fn same_rights(old: &PolicyDescription, new: &PolicyDescription) -> bool {
    (
        &old.scopes_all,
        &old.scopes_any,
        &old.roles,
        &old.allow,
        &old.owner,
        old.shadow,
    ) == (
        &new.scopes_all,
        &new.scopes_any,
        &new.roles,
        &new.allow,
        &new.owner,
        new.shadow,
    )
}

fn loosened(old: Side<'_>, new: Side<'_>, example: &str, report: &mut Report<'_>) {
    let before = report.changes.len();
    let example = || Some(example.to_owned());
    if !matches!(wider(old, new, Part::Rights), Wider::No) {
        if new.policy.shadow && !old.policy.shadow {
            report.say(
                Effect::Weakening,
                Aspect::Shadow,
                "scopes and roles are only tried out now",
                example(),
            );
        } else {
            for difference in lists::differences(old.policy, new.policy) {
                if difference.loosens {
                    report.say(Effect::Weakening, difference.aspect, difference.what, example());
                }
            }
        }
    }
    if !matches!(wider(old, new, Part::Owner), Wider::No) {
        for what in owners_loosened(old.policy.owner.as_ref(), new.policy.owner.as_ref()) {
            report.say(Effect::Weakening, Aspect::Owner, what, example());
        }
    }
    if report.changes.len() == before {
        report.say(Effect::Weakening, Aspect::Rule, "lets more callers in", example()); // 3
    }
}

fn tightened(old: Side<'_>, new: Side<'_>, report: &mut Report<'_>) {
    let before = report.changes.len();
    if old.policy.shadow && !new.policy.shadow {
        report.tightening(Aspect::Shadow, "scopes and roles are enforced now");
    } else {
        for difference in lists::differences(old.policy, new.policy) {
            if !difference.loosens {
                report.tightening(difference.aspect, difference.what);
            }
        }
    }
    for what in owners_loosened(new.policy.owner.as_ref(), old.policy.owner.as_ref()) {
        report.tightening(Aspect::Owner, format!("not so any more: {what}"));
    }
    if report.changes.len() == before {
        report.tightening(Aspect::Rule, "lets fewer callers in");
    }
}

fn owners_loosened(old: Option<&OwnerDescription>, new: Option<&OwnerDescription>) -> Vec<String> {
    match (old, new) {
        (Some(old), None) => vec![format!("`{}` need not name the caller", old.field)],
        (Some(old), Some(new)) => {
            let mut found = Vec::new();
            if old.field != new.field {
                found.push(format!(
                    "`{}` has to name the caller, in place of `{}`",
                    new.field, old.field
                ));
            }
            let excused = new.unless.iter().filter(|scope| !old.unless.contains(scope));
            found.extend(
                excused.map(|scope| format!("who has the scope `{scope}` need not be named in `{}`", new.field)),
            );
            found
        }
        (None, _) => Vec::new(),
    }
}

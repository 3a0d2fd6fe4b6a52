//! What changed for one tool, prompt or resource.

mod whom;

use super::rights::{Side, can_be_met};
use super::{About, Aspect, Change, Deciding, Effect, rate};
use crate::docs::{LoginDescription, PolicyDescription, Posture};
use crate::policy::fingerprint;

/// Compares all of them, by name.
pub(super) fn compare_all(old: &Deciding, new: &Deciding, changes: &mut Vec<Change>) {
    for (name, policy) in &new.tools {
        let mut report = Report {
            name,
            now: fingerprint(policy),
            changes,
        };
        let new = Side { policy, names: new };
        match old.tools.get(name) {
            Some(policy) => compare(Side { policy, names: old }, new, &mut report),
            None => added(new, &mut report),
        }
    }
    for name in old.tools.keys().filter(|name| !new.tools.contains_key(*name)) {
        let mut report = Report {
            name,
            now: String::new(),
            changes,
        };
        report.tightening(Aspect::Presence, "is gone");
    }
}

/// Where changes are told.
struct Report<'a> {
    name: &'a str,
    now: String,
    changes: &'a mut Vec<Change>,
}

impl Report<'_> {
    fn say(&mut self, effect: Effect, aspect: Aspect, what: impl Into<String>, example: Option<String>) {
        self.changes.push(Change {
            effect,
            about: About::Tool(self.name.to_owned()),
            aspect,
            what: what.into(),
            tools: Vec::new(),
            example,
            now: self.now.clone(),
        });
    }

    fn weakening(&mut self, aspect: Aspect, what: impl Into<String>) {
        self.say(Effect::Weakening, aspect, what, None);
    }

    fn tightening(&mut self, aspect: Aspect, what: impl Into<String>) {
        self.say(Effect::Tightening, aspect, what, None);
    }
}

/// A tool that is new weakens nothing that was there, but for what should never come unseen.
fn added(new: Side<'_>, report: &mut Report<'_>) {
    match new.policy.posture {
        Posture::Public => report.weakening(Aspect::Presence, "is new, and needs no token"),
        Posture::Callers if new.policy.shadow => {
            report.weakening(Aspect::Presence, "is new, and its scopes and roles are only tried out");
        }
        Posture::Callers | Posture::Nobody => report.say(Effect::Neutral, Aspect::Presence, "is new", None),
    }
}

/// Compares the policies of a tool.
///
/// 1. What nobody can meet now weakens nothing, whatever else is written.
/// 2. What needed a token and needs none now is weaker. What is demanded of tokens besides does not count any more.
/// 3. What was open to nobody is weaker.
/// 4. Scopes, roles and the owner together are compared by whom they let in ([`whom`]), with what implies what in each document.
/// 5. What else is demanded is compared one by one: each demand has to be met by itself.
fn compare(old: Side<'_>, new: Side<'_>, report: &mut Report<'_>) {
    let opens = |side: Side<'_>| match side.policy.posture {
        Posture::Public => true,
        Posture::Callers => can_be_met(side),
        Posture::Nobody => false,
    };
    match (opens(old), opens(new)) {
        (_, false) => {
            if opens(old) {
                report.tightening(Aspect::Posture, "is open to nobody any more");
            }
            return; // 1
        }
        (false, true) => {
            report.weakening(Aspect::Posture, "was open to nobody, and is not so any more");
            return; // 3
        }
        (true, true) => {}
    }
    // Every field, so that a new one is not forgotten here.
    let PolicyDescription {
        posture,
        scopes_all: _,
        scopes_any: _,
        roles: _,
        allow: _,
        login,
        owner: _,
        tenant,
        check,
        fresh,
        rate_limit,
        audit_required,
        shadow: _,
    } = old.policy;
    match (posture, new.policy.posture) {
        (Posture::Public, Posture::Public) => {}
        (Posture::Public, _) => report.tightening(Aspect::Posture, "needs a token now"),
        (_, Posture::Public) => report.weakening(Aspect::Posture, "needs no token any more"), // 2
        (_, _) => {
            whom::compare(old, new, report); // 4
            logins(login.as_ref(), new.policy.login.as_ref(), report); // 5
            let places = [tenant, &new.policy.tenant].map(|tenant| {
                tenant.as_ref().map(|tenant| match &tenant.lookup {
                    Some(lookup) => format!("`{}` by `{lookup}`", tenant.field),
                    None => format!("`{}`", tenant.field),
                })
            });
            argument(Aspect::Tenant, "the tenant of", places, report);
            let checks = [check, &new.policy.check].map(|check| check.as_ref().map(|check| format!("`{check}`")));
            argument(Aspect::Check, "the decision of", checks, report);
            match (fresh, new.policy.fresh) {
                (true, false) => report.weakening(Aspect::Fresh, "the token is not validated anew any more"),
                (false, true) => report.tightening(Aspect::Fresh, "the token is validated anew now"),
                (true, true) | (false, false) => {}
            }
        }
    }
    if let Some((effect, what)) = rate::compare(rate_limit.as_ref(), new.policy.rate_limit.as_ref()) {
        report.say(effect, Aspect::Rate, what, None); // 5
    }
    match (audit_required, new.policy.audit_required) {
        (true, false) => report.weakening(Aspect::AuditRequired, "a call runs without its record now"), // 5
        (false, true) => report.tightening(Aspect::AuditRequired, "a call runs only once its record is written now"),
        (true, true) | (false, false) => {}
    }
}

/// What is found out by a function, or from a field: what another one says is not known.
fn argument(aspect: Aspect, what: &str, [old, new]: [Option<String>; 2], report: &mut Report<'_>) {
    match (old, new) {
        (Some(old), None) => report.weakening(aspect, format!("{what} {old} does not count any more")),
        (None, Some(new)) => report.tightening(aspect, format!("{what} {new} counts now")),
        (Some(old), Some(new)) if old != new => {
            report.weakening(aspect, format!("{what} {new} counts now, and that of {old} does not"));
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
}

fn logins(old: Option<&LoginDescription>, new: Option<&LoginDescription>, report: &mut Report<'_>) {
    let [old_classes, new_classes] = [old, new].map(|login| login.map_or(&[][..], |login| &login.acr));
    match (old_classes, new_classes) {
        ([], []) => {}
        (old, []) => report.weakening(
            Aspect::Login,
            format!("a login of the class {} is not demanded any more", classes(old)),
        ),
        ([], new) => report.tightening(
            Aspect::Login,
            format!("a login of the class {} is demanded now", classes(new)),
        ),
        (old, new) => {
            for class in new.iter().filter(|class| !old.contains(class)) {
                report.weakening(Aspect::Login, format!("a login of the class `{class}` is enough now"));
            }
            for class in old.iter().filter(|class| !new.contains(class)) {
                report.tightening(
                    Aspect::Login,
                    format!("a login of the class `{class}` is not enough any more"),
                );
            }
        }
    }
    let [old, new] = [old, new].map(|login| login.and_then(|login| login.max_age));
    match (old, new) {
        (Some(old), None) => {
            report.weakening(
                Aspect::Login,
                format!("a login may be of any age, and might be {old} s old"),
            );
        }
        (None, Some(new)) => report.tightening(
            Aspect::Login,
            format!("a login may be {new} s old now, and might be of any age"),
        ),
        (Some(old), Some(new)) if old != new => {
            let what = format!("a login may be {new} s old, and might be {old} s");
            let effect = if new > old {
                Effect::Weakening
            } else {
                Effect::Tightening
            };
            report.say(effect, Aspect::Login, what, None);
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
}

fn classes(classes: &[String]) -> String {
    format!("`{}`", classes.join("` or `"))
}

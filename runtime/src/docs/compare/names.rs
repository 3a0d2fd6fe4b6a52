//! What changed about scopes and roles, whoever asks about them.

use super::deciding::{RoleFacts, ScopeFacts};
use super::rights::{Part, Side, Wider, wider};
use super::{About, Aspect, Change, Deciding, Effect};
use crate::docs::Posture;
use crate::policy::fingerprint;
use std::collections::BTreeSet;

/// Compares all scopes, then all roles, by name.
///
/// 1. What implies more is weaker. With it the tools are told that let more callers in.
/// 2. A scope that was there and that clients ask for at first now is weaker: tokens carry it that did not.
/// 3. A scope that is not sensitive any more, or that needs no administrator any more, is weaker.
pub(super) fn compare_all(old: &Deciding, new: &Deciding, changes: &mut Vec<Change>) {
    let scopes: BTreeSet<_> = old.scopes.keys().chain(new.scopes.keys()).collect();
    for name in scopes {
        let mut report = Report {
            about: About::Scope(name.clone()),
            now: fingerprint(&new.scopes.get(name)),
            changes,
        };
        let nothing = ScopeFacts::default();
        let (was, is) = (old.scopes.get(name), new.scopes.get(name));
        report.presence(was.is_some(), is.is_some());
        let (before, after) = (was.unwrap_or(&nothing), is.unwrap_or(&nothing));
        let affected = |gained: &BTreeSet<String>| {
            let mut names = old.clone();
            names
                .scopes
                .entry(name.clone())
                .or_default()
                .implies
                .extend(gained.iter().cloned());
            affected(old, new, &names)
        };
        report.implied(&before.implies, &after.implies, affected); // 1
        if was.is_some() && is.is_some() {
            report.flag(
                Aspect::Baseline,
                after.baseline,
                before.baseline,
                "clients ask for it at first",
                "clients do not ask for it at first any more",
            ); // 2
            report.flag(
                Aspect::Consent,
                before.sensitive,
                after.sensitive,
                "it is not sensitive any more",
                "it is sensitive now",
            ); // 3
            let (without, with) = (
                "it does not need an administrator's consent any more",
                "it needs an administrator's consent now",
            );
            report.flag(
                Aspect::Consent,
                before.admin_consent,
                after.admin_consent,
                without,
                with,
            ); // 3
        }
    }
    let roles: BTreeSet<_> = old.roles.keys().chain(new.roles.keys()).collect();
    for name in roles {
        let mut report = Report {
            about: About::Role(name.clone()),
            now: fingerprint(&new.roles.get(name)),
            changes,
        };
        let nothing = RoleFacts::default();
        let (was, is) = (old.roles.get(name), new.roles.get(name));
        report.presence(was.is_some(), is.is_some());
        let (before, after) = (was.unwrap_or(&nothing), is.unwrap_or(&nothing));
        let affected = |gained: &BTreeSet<String>| {
            let mut names = old.clone();
            names
                .roles
                .entry(name.clone())
                .or_default()
                .implies
                .extend(gained.iter().cloned());
            affected(old, new, &names)
        };
        report.implied(&before.implies, &after.implies, affected); // 1
    }
    several(old, new, changes);
}

/// Tells the tools that let more callers in only by several of the changes together with each of those.
fn several(old: &Deciding, new: &Deciding, changes: &mut [Change]) {
    let mut together = Vec::new();
    for (name, after) in &new.tools {
        let told = changes.iter().any(|change| change.tools.contains(name));
        let Some(before) = old.tools.get(name).filter(|_| !told) else {
            continue;
        };
        let for_callers = [before, after].iter().all(|policy| policy.posture == Posture::Callers);
        let side = |policy, names| Side { policy, names };
        let by_policy = wider(side(before, old), side(after, old), Part::Both);
        let in_all = wider(side(before, old), side(after, new), Part::Both);
        if for_callers && matches!(by_policy, Wider::No) && !matches!(in_all, Wider::No) {
            together.push(name.clone());
        }
    }
    for change in changes {
        if change.aspect == Aspect::Hierarchy && change.effect == Effect::Weakening {
            change.tools.extend(together.iter().cloned());
        }
    }
}

/// The tools that let more callers in if the names imply what they did, and what one of them implies now besides.
fn affected(old: &Deciding, new: &Deciding, with_one: &Deciding) -> Vec<String> {
    let both = new
        .tools
        .iter()
        .filter_map(|(name, policy)| Some((name, old.tools.get(name)?, policy)));
    let affected = both.filter(|(_, before, after)| {
        let for_callers = [before, after].iter().all(|policy| policy.posture == Posture::Callers);
        let side = |names| Side { policy: after, names };
        let let_in_now = Side {
            policy: after,
            names: new,
        };
        let let_in_before = Side {
            policy: before,
            names: old,
        };
        for_callers
            && !matches!(wider(let_in_before, let_in_now, Part::Both), Wider::No)
            && !matches!(wider(side(old), side(with_one), Part::Both), Wider::No)
    });
    affected.map(|(name, _, _)| name.clone()).collect()
}

struct Report<'a> {
    about: About,
    now: String,
    changes: &'a mut Vec<Change>,
}

impl Report<'_> {
    fn say(&mut self, effect: Effect, aspect: Aspect, what: impl Into<String>, tools: Vec<String>) {
        self.changes.push(Change {
            effect,
            about: self.about.clone(),
            aspect,
            what: what.into(),
            tools,
            example: None,
            now: self.now.clone(),
        });
    }

    fn presence(&mut self, was: bool, is: bool) {
        match (was, is) {
            (false, true) => self.say(Effect::Neutral, Aspect::Presence, "is new", Vec::new()),
            (true, false) => self.say(Effect::Neutral, Aspect::Presence, "is gone", Vec::new()),
            (true, true) | (false, false) => {}
        }
    }

    fn implied(
        &mut self,
        old: &BTreeSet<String>,
        new: &BTreeSet<String>,
        affected: impl Fn(&BTreeSet<String>) -> Vec<String>,
    ) {
        let gained: BTreeSet<_> = new.difference(old).cloned().collect();
        if !gained.is_empty() {
            let tools = affected(&gained);
            self.say(
                Effect::Weakening,
                Aspect::Hierarchy,
                format!("implies {} now", listed(&gained)),
                tools,
            );
        }
        let lost: BTreeSet<_> = old.difference(new).cloned().collect();
        if !lost.is_empty() {
            let what = format!("does not imply {} any more", listed(&lost));
            self.say(Effect::Tightening, Aspect::Hierarchy, what, Vec::new());
        }
    }

    /// A mark whose one change is weaker, and whose other change is not.
    fn flag(&mut self, aspect: Aspect, weaker_if: bool, and_not: bool, weaker: &str, stronger: &str) {
        match (weaker_if, and_not) {
            (true, false) => self.say(Effect::Weakening, aspect, weaker, Vec::new()),
            (false, true) => self.say(Effect::Tightening, aspect, stronger, Vec::new()),
            (true, true) | (false, false) => {}
        }
    }
}

fn listed(names: &BTreeSet<String>) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

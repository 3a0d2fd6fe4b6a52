//! What changed about scopes and roles, whoever asks about them.

use super::deciding::{RoleFacts, ScopeFacts};
use super::rights::{Part, Side, Wider, wider};
use super::{About, Aspect, Change, Deciding, Effect};
use crate::docs::Posture;
use crate::policy::fingerprint;
use std::collections::{BTreeMap, BTreeSet};

/// Compares all scopes, then all roles, by name.
///
/// 1. What implies more is weaker. With it the tools are told that let more callers in.
/// 2. A scope that was there and that clients ask for at first now is weaker: tokens carry it that did not.
/// 3. A scope that is not sensitive any more, or that needs no administrator any more, is weaker.
pub(super) fn compare_all(old: &Deciding, new: &Deciding, changes: &mut Vec<Change>) {
    for (name, was, is) in pairs(&old.scopes, &new.scopes) {
        let mut report = Report {
            about: About::Scope(name.clone()),
            now: fingerprint(&is),
            changes,
        };
        let implies = |facts: &ScopeFacts| facts.implies.clone();
        report.name(old, new, [was.map(implies), is.map(implies)]); // 1
        if let (Some(was), Some(is)) = (was, is) {
            report.marks(was, is); // 2, 3
        }
    }
    for (name, was, is) in pairs(&old.roles, &new.roles) {
        let mut report = Report {
            about: About::Role(name.clone()),
            now: fingerprint(&is),
            changes,
        };
        let implies = |facts: &RoleFacts| facts.implies.clone();
        report.name(old, new, [was.map(implies), is.map(implies)]); // 1
    }
    several(old, new, changes);
}

/// What is said of each name here and there.
fn pairs<'a, T>(
    old: &'a BTreeMap<String, T>,
    new: &'a BTreeMap<String, T>,
) -> impl Iterator<Item = (&'a String, Option<&'a T>, Option<&'a T>)> {
    let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    names.into_iter().map(|name| (name, old.get(name), new.get(name)))
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

    /// Whether it is there, and what it implies.
    fn name(&mut self, old: &Deciding, new: &Deciding, [was, is]: [Option<BTreeSet<String>>; 2]) {
        match (&was, &is) {
            (None, Some(_)) => self.say(Effect::Neutral, Aspect::Presence, "is new", Vec::new()),
            (Some(_), None) => self.say(Effect::Neutral, Aspect::Presence, "is gone", Vec::new()),
            (Some(_), Some(_)) | (None, None) => {}
        }
        let (before, after) = (was.unwrap_or_default(), is.unwrap_or_default());
        let gained: BTreeSet<_> = after.difference(&before).cloned().collect();
        if !gained.is_empty() {
            let tools = affected(old, new, &old.with_implied(&self.about, &gained));
            let what = format!("implies {} now", listed(&gained));
            self.say(Effect::Weakening, Aspect::Hierarchy, what, tools);
        }
        let lost: BTreeSet<_> = before.difference(&after).cloned().collect();
        if !lost.is_empty() {
            let what = format!("does not imply {} any more", listed(&lost));
            self.say(Effect::Tightening, Aspect::Hierarchy, what, Vec::new());
        }
    }

    fn marks(&mut self, was: &ScopeFacts, is: &ScopeFacts) {
        self.flag(
            Aspect::Baseline,
            [is.baseline, was.baseline],
            "clients ask for it at first",
            "clients do not ask for it at first any more",
        );
        self.flag(
            Aspect::Consent,
            [was.sensitive, is.sensitive],
            "it is not sensitive any more",
            "it is sensitive now",
        );
        self.flag(
            Aspect::Consent,
            [was.admin_consent, is.admin_consent],
            "it does not need an administrator's consent any more",
            "it needs an administrator's consent now",
        );
    }

    /// A mark whose one change is weaker, and whose other change is not.
    fn flag(&mut self, aspect: Aspect, weaker_if_and_not: [bool; 2], weaker: &str, stronger: &str) {
        match weaker_if_and_not {
            [true, false] => self.say(Effect::Weakening, aspect, weaker, Vec::new()),
            [false, true] => self.say(Effect::Tightening, aspect, stronger, Vec::new()),
            [true, true] | [false, false] => {}
        }
    }
}

fn listed(names: &BTreeSet<String>) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

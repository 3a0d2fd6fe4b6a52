//! What lists of scopes and roles say that follows anyway, or more than it may.

use super::{Given, Known, Listed};
use crate::errors::Errors;

/// Of names that are all demanded, none follows from another.
pub(super) fn check_all(known: &Known, all: &[Listed], errors: &mut Errors) {
    for (number, listed) in all.iter().enumerate() {
        let text = listed.name.text();
        if is_repeated(all, number, errors) {
            continue;
        }
        if let Some(other) = all.iter().find(|other| known.implies(other, listed)) {
            let message = format!(
                "`{}` implies `{text}`, so `{text}` asks for nothing more\nhelp: remove `{text}`",
                other.name.text()
            );
            errors.at(listed.name, message);
        }
    }
}

/// Of names of which one is demanded, none implies another: the other one alone would do.
pub(super) fn check_any(known: &Known, any: &[Listed], errors: &mut Errors) {
    for (number, listed) in any.iter().enumerate() {
        let text = listed.name.text();
        if is_repeated(any, number, errors) {
            continue;
        }
        if let Some(other) = any.iter().find(|other| known.implies(listed, other)) {
            let message = format!(
                "`{text}` implies `{}`, which is enough, so `{text}` is no further choice\nhelp: remove `{text}`",
                other.name.text()
            );
            errors.at(listed.name, message);
        }
    }
}

/// Once as a string and once as a variant is twice, too.
fn is_repeated(list: &[Listed], number: usize, errors: &mut Errors) -> bool {
    let Some(listed) = list.get(number) else {
        return false;
    };
    let before = list.iter().take(number).find(|before| before.entry == listed.entry);
    if let Some(before) = before
        && before.name.text() != listed.name.text()
    {
        let (text, before) = (listed.name.text(), before.name.text());
        errors.at(
            listed.name,
            format!("`{text}` is `{before}`, which is listed already\nhelp: remove one of them"),
        );
    }
    before.is_some()
}

/// Of a list, what a name follows from, or is in other words.
fn met_by<'a>(known: &Known, list: &'a [Listed], listed: &Listed) -> Option<&'a Listed<'a>> {
    let text = listed.name.text();
    list.iter().find(|other| {
        let is_same = other.entry == listed.entry && other.name.text() != text;
        is_same || known.implies(other, listed)
    })
}

/// What a method demands besides its toolset is more than that. It may well imply what the toolset demands: then it asks for more.
pub(super) fn check_adds(known: &Known, common: &[Listed], own: &[Listed], errors: &mut Errors) {
    for listed in own {
        if own.iter().any(|other| known.implies(other, listed)) {
            // That is a mistake of its own, and shown.
            continue;
        }
        let text = listed.name.text();
        if let Some(other) = met_by(known, common, listed) {
            let other_text = other.name.text();
            let verb = if other.entry == listed.entry { "is" } else { "implies" };
            let message = format!(
                "`{other_text}` of `#[toolset]` {verb} `{text}`, so `{text}` asks for nothing more\nhelp: remove `{text}`"
            );
            errors.at(listed.name, message);
        }
    }
}

/// What is demanded anyway leaves no choice. A toolset's choice may well be met by what a method demands besides.
pub(super) fn check_leaves_choice(known: &Known, all: &[Listed], any: &[Listed], errors: &mut Errors) {
    for listed in any {
        let text = listed.name.text();
        if let Some(other) = met_by(known, all, listed) {
            let message = format!(
                "`{}` of `scopes_all` implies `{text}`, so every caller holds it and `scopes_any` asks for nothing\n\
                 help: remove `scopes_any`, or `{}`",
                other.name.text(),
                other.name.text()
            );
            errors.at(listed.name, message);
        }
    }
}

/// A choice of which everything implies a scope demands that scope. A method's choice may well be narrower than what its toolset
/// demands.
pub(super) fn check_asks_for_more(known: &Known, all: &[Listed], any: &[Listed], errors: &mut Errors) {
    if any.is_empty() {
        return;
    }
    for listed in all {
        if any.iter().all(|alternative| known.implies(alternative, listed)) {
            let text = listed.name.text();
            let message = format!(
                "every scope of `scopes_any` implies `{text}`, so it asks for nothing more\nhelp: remove `{text}`"
            );
            errors.at(listed.name, message);
        }
    }
}

/// Whoever may call holds what is demanded. If that excuses from being the owner, nobody has to be it.
pub(super) fn check_all_and_unless(known: &Known, all: &[Listed], unless: &[Listed], errors: &mut Errors) {
    for listed in unless {
        let text = listed.name.text();
        if let Some(other) = met_by(known, all, listed) {
            let message = format!(
                "`{}` of `scopes_all` implies `{text}`, so every caller holds it and `owner_field` asks for nothing\n\
                 help: remove one of them",
                other.name.text()
            );
            errors.at(listed.name, message);
        }
    }
}

/// What a method lets choose from is narrower than what its toolset does: else it would admit more than its toolset.
///
/// 1. A name that stands in the toolset's list, as it is written there, is no wider.
/// 2. Any other is judged by the catalogue that it is of, and there by no other: a variant by its own, a string by the one that
///    strings are of.
/// 3. It is no wider if it is one of the toolset's in other words, or implies one.
/// 4. Nor is any if what is demanded besides is one of the toolset's, or implies one: the toolset's choice is met by that.
/// 5. Whatever is none of this is wider, also a name that the catalogue does not have.
pub(super) fn check_narrower(known: &Known, given: &Given, key: &str, lists: &Narrowed, errors: &mut Errors) {
    let list = |key: &str| given.lists.iter().find(|list| list.key == key);
    let (Some(own), Some(wider)) = (list(key), list(&format!("wider_{key}"))) else {
        return;
    };
    let meets = |listed: &Listed| {
        let is_met = |other: &Listed| other.entry == listed.entry || known.implies(listed, other);
        lists.wider.iter().any(is_met)
    };
    if lists.demanded.iter().copied().any(meets) {
        return; // 4
    }
    for name in &own.names {
        let written = name.written();
        if wider.names.iter().any(|wider| wider.written() == written) || !given.judges(name) {
            continue; // 1, 2
        }
        let listed = lists.own.iter().find(|listed| listed.name.written() == written);
        if !listed.is_some_and(meets) {
            let text = name.text();
            let message = format!(
                "`{text}` is not in `{key}` of `#[toolset]` and implies nothing in it, so this tool would admit more than its \
                 toolset\nhelp: remove it here, or add it to `{key}` of `#[toolset]`"
            );
            errors.at(name, message); // 3, 5
        }
    }
}

/// What a method lets choose from, its toolset's choice, and what is demanded besides, as far as the catalogue has it.
pub(super) struct Narrowed<'a> {
    pub(super) own: &'a [Listed<'a>],
    pub(super) wider: &'a [Listed<'a>],
    pub(super) demanded: Vec<&'a Listed<'a>>,
}

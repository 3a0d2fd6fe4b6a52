//! Whether a rule of scopes and roles makes sense.

use super::lists::{check_role, check_scope};
use crate::attr::{Attr, Name, Rule, RuleKind};
use crate::errors::Errors;
use std::collections::BTreeSet;
use std::ptr;
use syn::Error;

/// More ways than these to meet a rule, nobody looks through.
const MOST_WAYS: usize = 64;

/// Scopes and roles that are enough together, as they are written.
pub(crate) type Way = BTreeSet<String>;

/// What a scope or a role of a rule is enough for.
pub(crate) type Leaf<'a> = &'a dyn Fn(&Rule, &Name) -> Way;

/// A scope or a role of which nothing is known but how it is written.
pub(crate) fn as_written(rule: &Rule, name: &Name) -> Way {
    Way::from([format!("{} {}", rule.word, name.text())])
}

pub(super) fn check(attr: &Attr, errors: &mut Errors) {
    let Some(allow) = &attr.allow else {
        return;
    };
    check_alone(attr, errors);
    let mut found = Errors::default();
    check_is_choice(&allow.value, &mut found);
    check_parts(&allow.value, &mut found);
    // What has no form yet has no meaning either.
    if let Err(error) = found.finish() {
        errors.push(error);
        return;
    }
    check_every_part_counts(&allow.value, &as_written, errors);
    check_some_have_to_be_owners(attr, &allow.value, errors);
}

/// A rule takes the place of the lists. With both, one would have to know how they go together.
fn check_alone(attr: &Attr, errors: &mut Errors) {
    let lists = [
        attr.scopes_all.as_ref().map(|arg| &arg.key),
        attr.scopes_any.as_ref().map(|arg| &arg.key),
        attr.roles.as_ref().map(|arg| &arg.key),
    ];
    for list in lists.into_iter().flatten() {
        let message = format!(
            "`{list}` cannot stand beside `allow`, which takes its place\n\
             help: move what it lists into `allow`, as in `allow = all(scope(\"..\"), any(..))`"
        );
        errors.at(list, message);
    }
}

/// One scope or role needs no rule.
fn check_is_choice(rule: &Rule, errors: &mut Errors) {
    let (key, name) = match &rule.kind {
        RuleKind::Scope(name) => ("scopes_all", name),
        RuleKind::Role(name) => ("roles", name),
        RuleKind::All(_) | RuleKind::Any(_) => return,
    };
    let message = format!(
        "one {} needs no rule\nhelp: write `{key} = [{}]` in place of `allow`",
        rule.word,
        name.written()
    );
    errors.at(&rule.word, message);
}

/// 1. `all` and `any` are about several things. Of none it could be "nobody" as well as "anybody".
/// 2. In an `all` stands no `all`, in an `any` no `any`: it would be the same without.
/// 3. Scopes and roles are well-formed.
/// 4. Nothing stands twice next to each other.
fn check_parts(rule: &Rule, errors: &mut Errors) {
    let word = &rule.word;
    match (&rule.kind, rule.parts()) {
        (RuleKind::Scope(name), _) => check_name(name, check_scope, errors), // 3
        (RuleKind::Role(name), _) => check_name(name, check_role, errors),   // 3
        (_, []) => {
            let message = format!("`{word}()` is empty\nhelp: write what it is about, or remove it"); // 1
            errors.at(word, message);
        }
        (_, [only]) => {
            let message = format!(
                "`{word}` has one part, so it is no choice\nhelp: write `{}`",
                only.text()
            ); // 1
            errors.at(word, message);
        }
        (_, _) => {}
    }
    let mut seen = BTreeSet::new();
    for part in rule.parts() {
        if part.word == *word && !part.parts().is_empty() {
            let parts: Vec<_> = part.parts().iter().map(Rule::text).collect();
            let message = format!(
                "`{word}` in `{word}` is the same without\nhelp: write `{}` in its place",
                parts.join(", ")
            );
            errors.at(&part.word, message); // 2
        } else if !seen.insert(part.text()) {
            let message = format!("`{}` stands twice\nhelp: remove one of them", part.text());
            errors.at(&part.word, message); // 4
        }
        check_parts(part, errors);
    }
}

fn check_name(name: &Name, check: fn(&str) -> Result<(), String>, errors: &mut Errors) {
    // A path is as well-formed as its catalogue.
    if let Name::Text(text) = name
        && let Err(message) = check(&text.value())
    {
        errors.at(text, message);
    }
}

/// Whatever could be left out without letting anybody else in, or keeping anybody out, is a slip: it looks as if it did.
///
/// That is known from the ways to meet the rule, with and without it, of which none contains another: rules that say the same
/// have the same. What is found so is left out from then on, so that of two that each would do the earlier one stays.
///
/// What a scope or a role is enough for is what `leaf` says: itself, and where a hierarchy is known, all that it implies.
pub(crate) fn check_every_part_counts(rule: &Rule, leaf: Leaf, errors: &mut Errors) {
    let Some(all) = ways(rule, leaf, &[]) else {
        let message = format!(
            "this can be met in more than {MOST_WAYS} ways, which nobody can look through\n\
             help: say it shorter, or decide with `check = State::method`"
        );
        errors.push(Error::new(rule.word.span(), message));
        return;
    };
    check_parts_count(rule, rule, leaf, &all, &mut Vec::new(), errors);
}

fn check_parts_count<'a>(
    whole: &'a Rule,
    rule: &'a Rule,
    leaf: Leaf,
    all: &BTreeSet<Way>,
    left_out: &mut Vec<&'a Rule>,
    errors: &mut Errors,
) {
    for part in rule.parts().iter().rev() {
        left_out.push(part);
        if ways(whole, leaf, left_out).as_ref() == Some(all) {
            let text = part.text();
            let why = match rule.kind {
                RuleKind::Any(_) => "lets nobody in whom the rest keeps out",
                _ => "keeps nobody out whom the rest lets in",
            };
            errors.at(&part.word, format!("`{text}` {why}\nhelp: remove it"));
        } else {
            left_out.pop();
            check_parts_count(whole, part, leaf, all, left_out, errors);
        }
    }
}

/// The ways to meet a rule but for what is left out, none of which contains another; `None` if there are too many.
fn ways(rule: &Rule, leaf: Leaf, left_out: &[&Rule]) -> Option<BTreeSet<Way>> {
    let is_in = |part: &&Rule| !left_out.iter().any(|out| ptr::eq(*out, *part));
    match &rule.kind {
        RuleKind::Scope(name) | RuleKind::Role(name) => Some(BTreeSet::from([leaf(rule, name)])),
        RuleKind::Any(parts) => {
            let mut all = BTreeSet::new();
            for part in parts.iter().filter(is_in) {
                all.extend(ways(part, leaf, left_out)?);
            }
            smallest(&all)
        }
        RuleKind::All(parts) => {
            let mut all = BTreeSet::from([Way::new()]);
            for part in parts.iter().filter(is_in) {
                let more = ways(part, leaf, left_out)?;
                if all.len() * more.len() > MOST_WAYS * MOST_WAYS / 4 {
                    return None;
                }
                let both = |way: &Way| more.iter().map(|other| way | other).collect::<Vec<_>>();
                all = smallest(&all.iter().flat_map(both).collect())?;
            }
            Some(all)
        }
    }
}

fn smallest(ways: &BTreeSet<Way>) -> Option<BTreeSet<Way>> {
    let contains_other = |way: &Way| ways.iter().any(|other| other != way && other.is_subset(way));
    let smallest: BTreeSet<_> = ways.iter().filter(|way| !contains_other(way)).cloned().collect();
    (smallest.len() <= MOST_WAYS).then_some(smallest)
}

/// If every way to meet the rule excuses from being the owner, nobody has to be it.
fn check_some_have_to_be_owners(attr: &Attr, rule: &Rule, errors: &mut Errors) {
    let (Some(unless), Some(ways)) = (&attr.owner_unless, ways(rule, &as_written, &[])) else {
        return;
    };
    let excuses: Vec<_> = unless
        .value
        .iter()
        .map(|name| format!("scope {}", name.text()))
        .collect();
    if ways.iter().all(|way| excuses.iter().any(|scope| way.contains(scope))) {
        let message = "whoever meets `allow` holds a scope of `owner_unless`, so `owner_field` asks for nothing\n\
                       help: remove that scope from `owner_unless`";
        errors.at(&unless.key, message);
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::attr::Attr;
    use crate::errors::Errors;
    use proc_macro2::TokenStream;
    use quote::quote;

    /// The first lines of what is wrong.
    fn mistakes(attr: TokenStream) -> Vec<String> {
        let mut errors = Errors::default();
        let attr = Attr::parse(attr, &mut errors);
        check(&attr, &mut errors);
        let error = errors.finish().err();
        let messages = error.into_iter().flatten().map(|error| error.to_string());
        messages
            .map(|message| message.lines().next().unwrap_or_default().to_owned())
            .collect()
    }

    #[test]
    fn a_rule_of_which_every_part_counts_is_fine() {
        for rule in [
            quote!(any(all(scope("a"), role("b")), role("c"))),
            quote!(any(scope("a"), role("a"))),
            quote!(all(any(scope("a"), scope("b")), any(scope("b"), scope("c")))),
            quote!(all(scope("a"), any(role("b"), all(role("c"), scope("d"))),)),
            quote!(any(
                all(scope(Scope::A), scope(Scope::B)),
                all(scope(Scope::B), scope(Scope::C)),
                all(scope(Scope::A), scope(Scope::C))
            )),
        ] {
            assert_eq!(mistakes(quote!(allow = #rule)), Vec::<String>::new(), "{rule}");
        }
    }

    #[test]
    fn a_part_that_changes_nothing_is_found_wherever_it_stands() {
        for (rule, part) in [
            (
                quote!(any(scope("a"), all(scope("a"), role("b")))),
                r#"all(scope("a"), role("b"))"#,
            ),
            (
                quote!(any(all(scope("a"), role("b")), scope("a"))),
                r#"all(scope("a"), role("b"))"#,
            ),
            (
                quote!(all(scope("a"), any(scope("a"), role("b")))),
                r#"any(scope("a"), role("b"))"#,
            ),
            (
                quote!(all(scope("a"), any(all(scope("a"), role("b")), role("c")))),
                r#"scope("a")"#,
            ),
            (
                quote!(any(
                    all(scope("a"), scope("b")),
                    all(scope("a"), scope("b"), scope("c"))
                )),
                r#"all(scope("a"), scope("b"), scope("c"))"#,
            ),
            (
                quote!(any(
                    all(scope("a"), scope("b")),
                    all(scope("a"), role("b"), scope("c")),
                    all(scope("a"), any(scope("b"), role("x")))
                )),
                r#"scope("b")"#,
            ),
        ] {
            let mistakes = mistakes(quote!(allow = #rule));
            assert_eq!(mistakes.len(), 1, "{rule}: {mistakes:?}");
            assert!(mistakes[0].starts_with(&format!("`{part}` ")), "{rule}: {mistakes:?}");
        }
    }

    #[test]
    fn too_many_ways_are_too_many() {
        let pair = |number: usize| {
            let (a, b) = (format!("a{number}"), format!("b{number}"));
            quote!(any(scope(#a), scope(#b)))
        };
        let six = (0..6).map(pair);
        assert_eq!(mistakes(quote!(allow = all(#(#six),*))), Vec::<String>::new());
        for pairs in [7, 50] {
            let pairs = (0..pairs).map(pair);
            assert_eq!(mistakes(quote!(allow = all(#(#pairs),*))).len(), 1);
        }
    }
}

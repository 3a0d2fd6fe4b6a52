//! A key that a toolset and its method have both, as one.

use crate::attr::{Arg, Flag, Name};
use crate::errors::Errors;
use crate::field_path::FieldPath;
use std::collections::HashSet;
use syn::{Error, Ident, LitBool, LitStr};

/// Rule 2: the one list and the other.
pub(super) fn unite<T: Element>(
    own: Option<Arg<Vec<T>>>,
    common: Option<Arg<Vec<T>>>,
    errors: &mut Errors,
) -> Option<Arg<Vec<T>>> {
    let Some(mut common) = common else {
        return own;
    };
    let Some(own) = own else {
        return Some(common);
    };
    let known = written(&common.value);
    if own.value.is_empty() {
        // An empty list is a mistake, whatever it is united with.
        return Some(own);
    }
    for element in own.value {
        let text = element.text();
        if known.contains(&element.written()) {
            let message = format!(
                "`{text}` is in `{}` of `#[toolset]` already\nhelp: remove it here",
                own.key
            );
            errors.push(element.error(message));
        } else {
            common.value.push(element);
        }
    }
    // What is said about the list is said about what the method added.
    common.key = own.key;
    Some(common)
}

/// Rule 3: whoever meets the narrower choice meets the wider one.
pub(super) fn narrow<T: Element>(
    own: Option<Arg<Vec<T>>>,
    common: Option<Arg<Vec<T>>>,
    errors: &mut Errors,
) -> Option<Arg<Vec<T>>> {
    narrow_unless(own, common, |_| false, errors).0
}

/// Rule 3 for names, of which one may imply another. Then it is the toolset's choice besides, for their catalogues to judge: the
/// macro does not see what they say.
///
/// A variant is judged by the catalogue that it is of, and a string by the one that strings are of. If there is none, nobody says that
/// it implies anything.
pub(super) fn narrow_names(
    own: Option<Arg<Vec<Name>>>,
    common: Option<Arg<Vec<Name>>>,
    is_closed: bool,
    errors: &mut Errors,
) -> (Option<Arg<Vec<Name>>>, Vec<Name>) {
    let is_judged = |name: &Name| is_closed || matches!(name, Name::Variant(_));
    narrow_unless(own, common, is_judged, errors)
}

/// The choice, and what it has to be narrower than, if something of it is judged elsewhere.
fn narrow_unless<T: Element>(
    own: Option<Arg<Vec<T>>>,
    common: Option<Arg<Vec<T>>>,
    is_judged: impl Fn(&T) -> bool,
    errors: &mut Errors,
) -> (Option<Arg<Vec<T>>>, Vec<T>) {
    let Some(common) = common else {
        return (own, Vec::new());
    };
    let Some(own) = own else {
        return (Some(common), Vec::new());
    };
    let wider = written(&common.value);
    let key = &own.key;
    let is_other = |element: &&T| !wider.contains(&element.written());
    let others: Vec<_> = own.value.iter().filter(is_other).collect();
    for element in others.iter().filter(|element| !is_judged(element)) {
        let text = element.text();
        let message = format!(
            "`{text}` is not in `{key}` of `#[toolset]`, so this tool would admit more than its toolset\n\
             help: remove it here, or add it to `{key}` of `#[toolset]`"
        );
        errors.push(element.error(message));
    }
    if others.is_empty() && written(&own.value) == wider {
        errors.at(key, again(key));
    }
    let wider = if others.is_empty() { Vec::new() } else { common.value };
    (Some(own), wider)
}

/// Whether whoever meets `all` holds one of `any` anyway. Then a toolset's choice was narrowed to one, and not forgotten.
pub(super) fn is_met<T: Element>(any: Option<&Arg<Vec<T>>>, all: Option<&Arg<Vec<T>>>) -> bool {
    let [any, all] = [any, all].map(|list| list.map(|list| written(&list.value)).unwrap_or_default());
    !any.is_disjoint(&all)
}

/// Rule 4: once, by the one or by the other.
pub(super) fn only_one<T>(own: Option<Arg<T>>, common: Option<Arg<T>>, errors: &mut Errors) -> Option<Arg<T>> {
    if let (Some(own), Some(_)) = (&own, &common) {
        errors.at(&own.key, again(&own.key));
    }
    common.or(own)
}

/// Rule 7: yes stays yes.
pub(super) fn tighten(own: Option<Arg<Flag>>, common: Option<Arg<Flag>>, errors: &mut Errors) -> Option<Arg<Flag>> {
    let (Some(own), Some(common)) = (&own, &common) else {
        return own.or(common);
    };
    let key = &own.key;
    match (own.value, common.value) {
        (Flag(true), Flag(false)) => Some(own.clone()),
        (Flag(false), Flag(true)) => {
            let message = format!(
                "`{key} = false` contradicts `{key}` of `#[toolset]`, which holds for every tool of it\n\
                 help: remove it here, or move `{key}` from `#[toolset]` to the tools that need it"
            );
            errors.at(key, message);
            Some(common.clone())
        }
        (Flag(true), Flag(true)) | (Flag(false), Flag(false)) => {
            errors.at(key, again(key));
            Some(common.clone())
        }
    }
}

/// One toolset has one place where the runtime is: what is written for all tools needs it too.
pub(super) fn of_toolset<T>(own: Option<Arg<T>>, common: Option<Arg<T>>, errors: &mut Errors) -> Option<Arg<T>> {
    if let (Some(own), None) = (&own, &common) {
        let key = &own.key;
        let message = format!("`{key}` is said for all tools at once\nhelp: move it to `#[toolset(..)]`");
        errors.at(key, message);
    }
    only_one(own, common, errors)
}

/// The method's, or else the toolset's.
pub(super) fn or(own: Option<Arg<LitBool>>, common: Option<Arg<LitBool>>, errors: &mut Errors) -> Option<Arg<LitBool>> {
    if let (Some(own), Some(common)) = (&own, &common)
        && own.value.value == common.value.value
    {
        errors.at(&own.key, again(&own.key));
    }
    own.or(common)
}

fn again(key: &Ident) -> String {
    format!("`{key}` is said by `#[toolset]` already, for every tool of it\nhelp: remove it here")
}

/// An element of a list. Two are the same if they are written alike: `Role::Admin` is another than `"Role::Admin"`.
pub(super) trait Element {
    fn text(&self) -> String;

    fn written(&self) -> String;

    fn error(&self, message: String) -> Error;
}

impl Element for Name {
    fn text(&self) -> String {
        self.text()
    }

    fn written(&self) -> String {
        self.written()
    }

    fn error(&self, message: String) -> Error {
        Error::new_spanned(self, message)
    }
}

impl Element for LitStr {
    fn text(&self) -> String {
        self.value()
    }

    fn written(&self) -> String {
        self.value()
    }

    fn error(&self, message: String) -> Error {
        Error::new(self.span(), message)
    }
}

impl Element for FieldPath {
    fn text(&self) -> String {
        self.text.clone()
    }

    fn written(&self) -> String {
        self.text.clone()
    }

    fn error(&self, message: String) -> Error {
        Error::new(self.span, message)
    }
}

fn written<T: Element>(list: &[T]) -> HashSet<String> {
    list.iter().map(Element::written).collect()
}

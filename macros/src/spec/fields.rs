//! Whether what is said about fields of the arguments makes sense. Whether they exist, rustc finds out.

use super::{Lookup, readable};
use crate::attr::Attr;
use crate::errors::Errors;
use crate::item::Item;
use quote::{ToTokens as _, quote_spanned};
use std::collections::HashSet;
use syn::{Error, Type, TypePath};

pub(super) fn check(attr: &Attr, item: &Item, errors: &mut Errors) {
    check_arguments(attr, item, errors);
    check_lookup_has_field(attr, errors);
    check_audit_fields(attr, errors);
}

/// What is said of several tools at once. Whether they have arguments, only each of them knows.
pub(super) fn check_common(attr: &Attr, errors: &mut Errors) {
    check_audit_fields(attr, errors);
    if let Some(arg) = &attr.tenant_of {
        lookup(&arg.value, errors);
    }
}

/// Fields are fields of the arguments, so there have to be some.
fn check_arguments(attr: &Attr, item: &Item, errors: &mut Errors) {
    if item.args().is_some() {
        return;
    }
    let keys = [
        attr.tenant_field.as_ref().map(|arg| &arg.key),
        attr.audit_fields.as_ref().map(|arg| &arg.key),
    ];
    for key in keys.into_iter().flatten() {
        let message = format!(
            "`{key}` is about the arguments, but this tool takes none\n\
             help: give `{}` a first parameter",
            item.sig.ident
        );
        errors.at(key, message);
    }
}

/// A lookup is asked about the value of a field.
pub(super) fn check_lookup_has_field(attr: &Attr, errors: &mut Errors) {
    if let (Some(lookup), None) = (&attr.tenant_of, &attr.tenant_field)
        && !attr.is_incomplete
    {
        let message = "`tenant_of` looks up whose a resource is, but nothing names a resource\n\
                       help: add `tenant_field = \"..\"`, the field of the arguments that holds its id";
        errors.at(&lookup.key, message);
    }
}

/// The audit record has one value for each field, so a path leads to one value, and is listed once.
fn check_audit_fields(attr: &Attr, errors: &mut Errors) {
    let Some(list) = &attr.audit_fields else {
        return;
    };
    if list.value.is_empty() {
        let message = "`audit_fields` is empty\nhelp: name a field, or remove `audit_fields`";
        errors.at(&list.key, message);
    }
    let mut seen = HashSet::new();
    for field in &list.value {
        let text = &field.text;
        if field.has_each() {
            let whole = text.split('[').next().unwrap_or_default();
            let message =
                format!("an audited field cannot contain `[*]`\nhelp: write `{whole:?}`, which is the whole list");
            errors.push(Error::new(field.span, message));
        } else if !seen.insert(text) {
            let message = format!("`{text}` is listed twice\nhelp: remove one of them");
            errors.push(Error::new(field.span, message));
        }
    }
}

/// `tenant_of` is a method of a state: what stands before the last `::` is the type that the toolset has to give.
///
/// `Notes::find` is of the state `Notes`, `<Store<Pg>>::find` of `Store<Pg>`, `<Notes as Tenants>::find` of `Notes`.
pub(super) fn lookup(written: &TypePath, errors: &mut Errors) -> Option<Lookup> {
    let text = readable(written);
    let TypePath { qself, path, .. } = written;
    if let Some(qself) = qself.as_ref().filter(|qself| qself.position + 1 >= path.segments.len()) {
        return Some(Lookup {
            text,
            state: (*qself.ty).clone(),
            method: written.to_token_stream(),
        });
    }
    let mut before = path.clone();
    let method = before.segments.pop()?;
    before.segments.pop_punct();
    let last = before.segments.last().map(|segment| segment.ident.to_string());
    if matches!(last.as_deref(), None | Some("self" | "super" | "crate")) {
        let name = &method.ident;
        let message = format!(
            "`tenant_of` must be a method of a state\n\
             help: write `tenant_of = Notes::{name}`, where `Notes` is the state that knows the tenants"
        );
        errors.at(path, message);
        return None;
    }
    let state = Type::Path(TypePath {
        path: before,
        ..written.clone()
    });
    Some(Lookup {
        text,
        method: quote_spanned!(method.ident.span()=> <#state>::#method),
        state,
    })
}

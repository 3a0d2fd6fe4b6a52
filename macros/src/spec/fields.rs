//! Whether what is said about fields of the arguments makes sense. Whether they exist, rustc finds out.

use super::lookup;
use crate::attr::Attr;
use crate::errors::Errors;
use crate::item::Item;
use std::collections::HashSet;
use syn::Error;

pub(super) fn check(attr: &Attr, item: &Item, errors: &mut Errors) {
    check_arguments(attr, item, errors);
    check_lookup_has_field(attr, errors);
    check_unless_has_field(attr, errors);
    check_unless_has_tenant(attr, errors);
    check_owner_is_no_tenant(attr, errors);
    check_audit_fields(attr, errors);
}

/// What is said of several tools at once. Whether they have arguments, only each of them knows.
pub(super) fn check_common(attr: &Attr, errors: &mut Errors) {
    check_audit_fields(attr, errors);
    if let Some(arg) = &attr.tenant_of {
        lookup::tenant_of(&arg.value, errors);
    }
    if let Some(arg) = &attr.check {
        lookup::check(&arg.value.0, errors);
    }
    check_unless_has_field(attr, errors);
}

/// Fields are fields of the arguments, so there have to be some.
fn check_arguments(attr: &Attr, item: &Item, errors: &mut Errors) {
    if item.args().is_some() {
        return;
    }
    let keys = [
        attr.owner_field.as_ref().map(|arg| &arg.key),
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

/// Whoever need not be the owner has to be told whose.
fn check_unless_has_field(attr: &Attr, errors: &mut Errors) {
    if let (Some(unless), None) = (&attr.owner_unless, &attr.owner_field)
        && !attr.is_incomplete
    {
        let message = "`owner_unless` says who need not be the owner, but nothing says who has to be\n\
                       help: add `owner_field = \"..\"`, the field of the arguments that must be the caller's subject";
        errors.at(&unless.key, message);
    }
}

/// Rights over what others own end at the tenant. What the caller owns is of the caller's tenant; what others own need not be.
fn check_unless_has_tenant(attr: &Attr, errors: &mut Errors) {
    if let (Some(unless), Some(_), None) = (&attr.owner_unless, &attr.owner_field, &attr.tenant_field)
        && !attr.is_incomplete
    {
        let message = "`owner_unless` lets callers at what others own, of every tenant\n\
                       help: add `tenant_field = \"..\"`, so that they stay within their own\n\
                       help: or decide by `check = State::method` who may, if there are no tenants";
        errors.at(&unless.key, message);
    }
}

/// No value is the name of a person and the name of a tenant. With a lookup, the field may name a person, of some tenant.
fn check_owner_is_no_tenant(attr: &Attr, errors: &mut Errors) {
    if let (Some(owner), Some(tenant), None) = (&attr.owner_field, &attr.tenant_field, &attr.tenant_of)
        && owner.value.text == tenant.value.text
    {
        let text = &owner.value.text;
        let message = format!(
            "`{text}` cannot be both the caller's subject and the caller's tenant\n\
             help: name another field, or add `tenant_of = State::method` that finds the tenant"
        );
        errors.push(Error::new(owner.value.span, message));
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

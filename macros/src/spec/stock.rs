//! What can be said of a tool that is written for an SDK.

use crate::attr::{Arg, Attr};
use crate::errors::Errors;
use quote::ToTokens;
use syn::Ident;

/// What is left of it to be judged like any policy.
///
/// Nobody knows the arguments of such a tool as types, and what it is, its SDK says. Everything else is judged as ever. It is taken
/// apart to the last key, so that a new one does not compile until it is decided here.
pub(super) fn of_stock(said: Attr, errors: &mut Errors) -> Attr {
    let Attr {
        acr,
        allow,
        audit_fields,
        audit_required,
        authenticated,
        catalog,
        check,
        krate,
        destructive,
        fresh,
        idempotent,
        max_age,
        name,
        open_world,
        owner_field,
        owner_unless,
        public,
        rate_limit,
        read_only,
        role_catalog,
        roles,
        scopes_all,
        scopes_any,
        shadow,
        tenant_field,
        tenant_of,
        title,
        inherited,
        is_incomplete,
    } = said;
    let refused = [
        untyped(audit_fields.as_ref(), errors),
        untyped(check.as_ref(), errors),
        untyped(tenant_of.as_ref(), errors),
        hint(destructive.as_ref(), errors),
        hint(idempotent.as_ref(), errors),
        hint(open_world.as_ref(), errors),
        hint(read_only.as_ref(), errors),
        definition(name.as_ref(), errors),
        definition(title.as_ref(), errors),
        of_all(krate.as_ref(), errors),
    ];
    Attr {
        acr,
        allow,
        audit_required,
        authenticated,
        catalog,
        fresh,
        max_age,
        owner_field,
        owner_unless,
        public,
        rate_limit,
        role_catalog,
        roles,
        scopes_all,
        scopes_any,
        shadow,
        tenant_field,
        inherited,
        is_incomplete: is_incomplete || refused.iter().any(Option::is_some),
        ..Attr::default()
    }
}

/// A key that has no place here.
struct Refused;

/// What works with the arguments as the tool reads them.
fn untyped<T>(arg: Option<&Arg<T>>, errors: &mut Errors) -> Option<Refused> {
    refuse(arg, errors, |key| {
        format!(
            "`{key}` needs arguments that were read, and only `#[tool]` reads those of this tool\n\
             help: remove it, or write the tool with `#[mcp_tool(..)]`"
        )
    })
}

/// How a tool behaves.
fn hint<T: ToTokens>(arg: Option<&Arg<T>>, errors: &mut Errors) -> Option<Refused> {
    let value = arg.map(|arg| arg.value.to_token_stream().to_string());
    let value = value.unwrap_or_default();
    refuse(arg, errors, |key| {
        format!(
            "`{key}` is said to clients, by `#[tool]`\n\
             help: write `#[tool(annotations({key}_hint = {value}))]`"
        )
    })
}

/// What a tool is called.
fn definition<T: ToTokens>(arg: Option<&Arg<T>>, errors: &mut Errors) -> Option<Refused> {
    let value = arg.map(|arg| arg.value.to_token_stream().to_string());
    let value = value.unwrap_or_default();
    refuse(arg, errors, |key| {
        format!(
            "`{key}` is said to clients, by `#[tool]`\n\
             help: write `#[tool({key} = {value})]`"
        )
    })
}

/// One table has one place where the runtime is.
fn of_all<T>(arg: Option<&Arg<T>>, errors: &mut Errors) -> Option<Refused> {
    refuse(arg, errors, |key| {
        format!("`{key}` is said for all tools at once\nhelp: move it to `#[policies(..)]`")
    })
}

fn refuse<T>(arg: Option<&Arg<T>>, errors: &mut Errors, message: impl FnOnce(&Ident) -> String) -> Option<Refused> {
    let key = &arg?.key;
    errors.at(key, message(key));
    Some(Refused)
}

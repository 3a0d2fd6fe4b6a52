//! Whether it is said, once and without contradiction, who may call.

use super::rate::{self, Rate};
use crate::attr::Attr;
use crate::errors::Errors;
use crate::item::Item;
use proc_macro2::Span;
use syn::{Error, Ident};

/// The rate is given back, for it is judged here: whether it can be kept depends on who may call.
pub(super) fn check(attr: &Attr, item: &Item, errors: &mut Errors) -> Option<Rate> {
    let demands = demands(attr);
    check_stated(attr, item, &demands, errors);
    check_public_or_authenticated(attr, errors);
    check_public_without_demands(attr, &demands, errors);
    check_authenticated_is_needed(attr, &demands, errors);
    check_fresh_has_a_token(attr, &demands, errors);
    check_shadow_has_rights(attr, &demands, errors);
    check_public_is_harmless(attr, errors);
    check_read_only_is_harmless(attr, errors);
    rate::check(attr, &demands, errors)
}

/// What is said of several tools at once. Whether it is enough, only each of them knows.
pub(super) fn check_common(attr: &Attr, errors: &mut Errors) {
    check_authenticated_is_needed(attr, &demands(attr), errors);
    check_read_only_is_harmless(attr, errors);
}

/// The arguments that demand something of the caller.
pub(super) fn demands(attr: &Attr) -> Vec<&Ident> {
    let keys = [
        attr.scopes_all.as_ref().map(|arg| &arg.key),
        attr.scopes_any.as_ref().map(|arg| &arg.key),
        attr.roles.as_ref().map(|arg| &arg.key),
        attr.allow.as_ref().map(|arg| &arg.key),
        attr.acr.as_ref().map(|arg| &arg.key),
        attr.max_age.as_ref().map(|arg| &arg.key),
        attr.owner_field.as_ref().map(|arg| &arg.key),
        attr.tenant_field.as_ref().map(|arg| &arg.key),
        attr.check.as_ref().map(|arg| &arg.key),
    ];
    keys.into_iter().flatten().collect()
}

/// Nobody may call by default, and neither may everybody: it has to be said.
fn check_stated(attr: &Attr, item: &Item, demands: &[&Ident], errors: &mut Errors) {
    // `tenant_of` or `owner_unless` alone is a demand that was left unfinished, and has a message of its own.
    let is_unfinished = attr.tenant_of.is_some() || attr.owner_unless.is_some();
    let is_stated = attr.public.is_some() || attr.authenticated.is_some() || is_unfinished;
    if is_stated || !demands.is_empty() || attr.is_incomplete {
        return;
    }
    if let Some(fresh) = &attr.fresh {
        let message = "`fresh` does not say who may call this tool\n\
                       help: add `authenticated` to admit every valid token, or a demand, as in `scopes_all = [\"notes:write\"]`";
        errors.at(&fresh.key, message);
    } else if let Some(rate_limit) = &attr.rate_limit {
        let message = "`rate_limit` does not say who may call this tool\n\
                       help: add `authenticated` to admit every valid token, or a demand, as in `scopes_all = [\"notes:write\"]`";
        errors.at(&rate_limit.key, message);
    } else if let Some(audit_required) = &attr.audit_required {
        let message = "`audit_required` does not say who may call this tool\n\
                       help: add `authenticated` to admit every valid token, or a demand, as in `scopes_all = [\"notes:write\"]`";
        errors.at(&audit_required.key, message);
    } else if let Some(shadow) = &attr.shadow {
        let message = "`shadow` does not say who may call this tool\n\
                       help: add what is to be tried out, as in `scopes_all = [\"notes:write\"]`";
        errors.at(&shadow.key, message);
    } else {
        let attribute = item.attribute;
        let message = format!(
            "nothing says who may call this tool\n\
             help: demand something, as in `#[{attribute}(scopes_all = [\"notes:write\"])]`\n\
             help: or write `authenticated` to admit every valid token, `public` to admit everyone"
        );
        let function = item.sig.ident.span();
        // Under the attribute, as the user's own code and not as code of the macro. That of a toolset is not the tool's.
        let place = match &item.owner {
            None => Span::call_site().resolved_at(function),
            Some(_) => function,
        };
        errors.push(Error::new(place, message));
    }
}

/// `public` and `authenticated` exclude each other.
fn check_public_or_authenticated(attr: &Attr, errors: &mut Errors) {
    if let (Some(_), Some(authenticated)) = (&attr.public, &attr.authenticated) {
        let message = "`authenticated` contradicts `public`\n\
                       help: keep `authenticated` to admit every valid token, `public` to admit everyone";
        errors.at(&authenticated.key, message);
    }
}

/// A public tool demands nothing: whom should it demand it of?
fn check_public_without_demands(attr: &Attr, demands: &[&Ident], errors: &mut Errors) {
    if let (Some(public), [_, ..]) = (&attr.public, demands) {
        let demands = listed(demands);
        let message = format!(
            "`public` contradicts {demands}: it admits everyone\n\
             help: remove `public`, or remove {demands}"
        );
        errors.at(&public.key, message);
    }
}

/// Every demand asks for a caller. Saying so again would look as if it changed something.
fn check_authenticated_is_needed(attr: &Attr, demands: &[&Ident], errors: &mut Errors) {
    if let (None, Some(authenticated), [_, ..]) = (&attr.public, &attr.authenticated, demands) {
        let demands = listed(demands);
        let message = format!(
            "`authenticated` adds nothing to {demands}, which only an authenticated caller can meet\n\
             help: remove `authenticated`"
        );
        errors.at(&authenticated.key, message);
    }
}

/// Without a token there is nothing to validate anew. What contradicts `public` besides has a message of its own.
fn check_fresh_has_a_token(attr: &Attr, demands: &[&Ident], errors: &mut Errors) {
    if let (Some(_), None, Some(fresh), []) = (&attr.public, &attr.authenticated, &attr.fresh, demands) {
        let message = "`fresh` contradicts `public`: a call without a token has none to validate anew\n\
                       help: replace `public` by `authenticated` or a demand, or remove `fresh`";
        errors.at(&fresh.key, message);
    }
}

/// A shadow falls on scopes and roles. Without any it weakens nothing, and looks as if it did. What contradicts `public` besides
/// has a message of its own.
fn check_shadow_has_rights(attr: &Attr, demands: &[&Ident], errors: &mut Errors) {
    let has_rights = attr.scopes_all.is_some() || attr.scopes_any.is_some() || attr.roles.is_some();
    let has_rights = has_rights || attr.allow.is_some();
    let Some(shadow) = &attr.shadow else { return };
    if has_rights || attr.is_incomplete {
        return;
    }
    let message = match (&attr.public, &attr.authenticated, demands) {
        (Some(_), None, []) => "`shadow` contradicts `public`: there is nothing to try out\n\
             help: replace `public` by the scopes or roles that are to be tried out, or remove `shadow`"
            .to_owned(),
        (None, Some(_), []) => "`shadow` has nothing to try out: `authenticated` demands neither scopes nor roles\n\
             help: replace `authenticated` by the scopes or roles that are to be tried out, or remove `shadow`"
            .to_owned(),
        (None, _, [_, ..]) => {
            let demands = listed(demands);
            format!("`shadow` weakens scopes and roles only, and never {demands}\nhelp: remove `shadow`")
        }
        (Some(_), ..) | (None, None, []) => return,
    };
    errors.at(&shadow.key, message);
}

/// A tool that anyone may call destroys nothing.
fn check_public_is_harmless(attr: &Attr, errors: &mut Errors) {
    if let (Some(_), Some(destructive)) = (&attr.public, &attr.destructive)
        && destructive.value.value
    {
        let message = "a `public` tool cannot be destructive: everyone may call it\n\
                       help: replace `public` by a demand, as in `scopes_all = [\"notes:write\"]`";
        errors.at(&destructive.key, message);
    }
}

/// What changes nothing destroys nothing.
fn check_read_only_is_harmless(attr: &Attr, errors: &mut Errors) {
    if let (Some(read_only), Some(destructive)) = (&attr.read_only, &attr.destructive)
        && read_only.value.value
        && destructive.value.value
    {
        let message = "`destructive = true` contradicts `read_only = true`\nhelp: remove one of them";
        errors.at(&destructive.key, message);
    }
}

/// The keys, as in a sentence.
pub(super) fn listed(keys: &[&Ident]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
    keys.join(" and ")
}

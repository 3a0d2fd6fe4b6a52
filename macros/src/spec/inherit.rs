//! What the tools of a `#[toolset(..)]` have in common, and what each of them may say besides.

mod joined;

use self::joined::{is_met, narrow, narrow_names, of_toolset, only_one, or, tighten, unite};
use super::posture;
use crate::attr::{Arg, Attr, Inherited, Name};
use crate::errors::Errors;
use crate::field_path::FieldPath;
use syn::{Ident, TypePath};

/// The keys by which it asks for a caller with a token.
fn asks_for_a_caller(attr: &Attr) -> Vec<&Ident> {
    let mut keys = posture::demands(attr);
    keys.extend(attr.authenticated.as_ref().map(|arg| &arg.key));
    keys.extend(attr.fresh.as_ref().map(|arg| &arg.key));
    keys
}

/// What a method says, together with what its toolset says already.
///
/// A method can demand more than its toolset, and never less:
///
/// 1. `public` contradicts whatever the toolset demands.
/// 2. Scopes of which all are demanded are demanded besides those of the toolset. One may imply one of the toolset's, which is then
///    left out where the hierarchy is known.
/// 3. A choice of scopes, roles or logins is a part of the toolset's choice. So is one of scopes or roles that imply those of the
///    toolset, if their catalogues say so; who cannot be shown to have been admitted before is not. One of its scopes, demanded of
///    everyone, meets it. Whether the gate keeps to these catalogues is not known here: the policy carries what it narrows, and
///    `Gate::protect` compares the two.
/// 4. Whatever else the toolset demands is demanded of every method, and none can say it otherwise.
/// 5. Nobody is excused from what the toolset demands.
/// 6. `authenticated` is what is left if nobody demands more.
/// 7. Where calls run only once they are recorded, that holds for every method. Where they do not, one may say that its own do.
/// 8. What a method tries out with `shadow` is all scopes and roles that are demanded of it, also by the toolset. It says so itself,
///    and the gate has to be told.
///
/// How a tool behaves is no demand, and a method says otherwise where it has to. Saying again what the toolset says is a
/// mistake: it would look as if it changed something.
///
/// Both are taken apart to the last key, so that a new one does not compile until it is decided here.
#[expect(clippy::too_many_lines, reason = "each key three times, and nothing else")]
pub(crate) fn inherit(own: Attr, common: &Attr, errors: &mut Errors) -> Attr {
    let demanded = asks_for_a_caller(common);
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
        inherited: _,
        is_incomplete,
    } = own;
    let Attr {
        acr: common_acr,
        allow: common_allow,
        audit_fields: common_audit_fields,
        audit_required: common_audit_required,
        authenticated: common_authenticated,
        catalog: common_catalog,
        check: common_check,
        krate: common_krate,
        destructive: common_destructive,
        fresh: common_fresh,
        idempotent: common_idempotent,
        max_age: common_max_age,
        name: _,
        open_world: common_open_world,
        owner_field: common_owner_field,
        owner_unless: common_owner_unless,
        public: _,
        rate_limit: common_rate_limit,
        read_only: common_read_only,
        role_catalog: common_role_catalog,
        roles: common_roles,
        scopes_all: common_scopes_all,
        scopes_any: common_scopes_any,
        shadow: _,
        tenant_field: common_tenant_field,
        tenant_of: common_tenant_of,
        title: _,
        inherited: _,
        is_incomplete: _,
    } = common.clone();
    let inherited_all = common_scopes_all.as_ref().map_or(0, |all| all.value.len());
    let inherits_any = scopes_any.is_none();
    let is_refused = public
        .as_ref()
        .is_some_and(|public| check_not_loosened(public, &demanded, errors).is_err());
    let scopes_all = unite(scopes_all, common_scopes_all, errors);
    let is_met = is_met(common_scopes_any.as_ref(), scopes_all.as_ref());
    let common_scopes_any = common_scopes_any.filter(|_| !is_met);
    let is_closed = catalog.is_some() || common_catalog.is_some();
    let (scopes_any, wider_any) = narrow_names(scopes_any, common_scopes_any, is_closed, errors);
    let is_closed = role_catalog.is_some() || common_role_catalog.is_some();
    let (roles, wider_roles) = narrow_names(roles, common_roles, is_closed, errors);
    let own_unless = check_not_excused(
        owner_unless,
        common_owner_field.as_ref(),
        common_owner_unless.as_ref(),
        errors,
    );
    let own_tenant_of = check_same_tenant(
        tenant_of,
        common_tenant_field.as_ref(),
        common_tenant_of.as_ref(),
        errors,
    );
    let tenant_field = only_one(tenant_field, common_tenant_field, errors);
    // Only what names a resource is looked up.
    let common_tenant_of = common_tenant_of.filter(|_| tenant_field.is_some());
    let mut effective = Attr {
        acr: narrow(acr, common_acr, errors),
        allow: only_one(allow, common_allow, errors),
        audit_fields: unite(audit_fields, common_audit_fields, errors),
        audit_required: tighten(audit_required, common_audit_required, errors),
        authenticated: only_one(authenticated, common_authenticated.clone(), errors),
        catalog: only_one(catalog, common_catalog, errors),
        check: only_one(check, common_check, errors),
        krate: of_toolset(krate, common_krate, errors),
        destructive: or(destructive, common_destructive, errors),
        fresh: only_one(fresh, common_fresh, errors),
        idempotent: or(idempotent, common_idempotent, errors),
        max_age: only_one(max_age, common_max_age, errors),
        name,
        open_world: or(open_world, common_open_world, errors),
        owner_field: only_one(owner_field, common_owner_field, errors),
        owner_unless: only_one(own_unless, common_owner_unless, errors),
        public: public.filter(|_| !is_refused),
        rate_limit: only_one(rate_limit, common_rate_limit, errors),
        read_only: or(read_only, common_read_only, errors),
        role_catalog: only_one(role_catalog, common_role_catalog, errors),
        roles,
        scopes_all,
        scopes_any,
        shadow,
        tenant_field,
        tenant_of: only_one(own_tenant_of, common_tenant_of, errors),
        title,
        inherited: Inherited {
            all: inherited_all,
            any: inherits_any,
            wider_any,
            wider_roles,
        },
        is_incomplete: is_incomplete || is_refused,
    };
    if common_authenticated.is_some() && !posture::demands(&effective).is_empty() {
        effective.authenticated = None;
    }
    effective
}

/// That a method would admit callers whom its toolset refuses.
struct Loosened;

/// Rule 1: what a toolset demands, it demands of every tool.
fn check_not_loosened(public: &Arg<()>, demanded: &[&Ident], errors: &mut Errors) -> Result<(), Loosened> {
    if demanded.is_empty() {
        return Ok(());
    }
    let keys = posture::listed(demanded);
    let message = format!(
        "`public` contradicts {keys} of `#[toolset]`, which every tool of it demands\n\
         help: remove `public`, or move {keys} from `#[toolset]` to the tools that are not for everyone"
    );
    errors.at(&public.key, message);
    Err(Loosened)
}

/// Rule 5: a tool lets nobody at what others own whom its toolset keeps from it.
fn check_not_excused(
    unless: Option<Arg<Vec<Name>>>,
    common_field: Option<&Arg<FieldPath>>,
    common_unless: Option<&Arg<Vec<Name>>>,
    errors: &mut Errors,
) -> Option<Arg<Vec<Name>>> {
    let (Some(unless), Some(_), None) = (&unless, common_field, common_unless) else {
        return unless;
    };
    let message = "`owner_unless` lets callers at what others own, whom `owner_field` of `#[toolset]` keeps from it\n\
                   help: remove it here, or move it to `#[toolset(..)]`, or `owner_field` to the tools";
    errors.at(&unless.key, message);
    None
}

/// Rule 4: where the toolset says that a field names a tenant, no method says that it names something else.
fn check_same_tenant(
    lookup: Option<Arg<TypePath>>,
    common_field: Option<&Arg<FieldPath>>,
    common_lookup: Option<&Arg<TypePath>>,
    errors: &mut Errors,
) -> Option<Arg<TypePath>> {
    let (Some(lookup), Some(_), None) = (&lookup, common_field, common_lookup) else {
        return lookup;
    };
    let message = "`tenant_of` would look up what `tenant_field` of `#[toolset]` says is the tenant itself\n\
                   help: remove it here, or move it to `#[toolset(..)]`, or `tenant_field` to the tools";
    errors.at(&lookup.key, message);
    None
}

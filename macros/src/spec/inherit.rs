//! What the tools of a `#[toolset(..)]` have in common, and what each of them may say besides.

use super::{fields, lists, login, posture, rate, rule};
use crate::attr::{Arg, Attr, Flag, Inherited, Name};
use crate::errors::Errors;
use crate::field_path::FieldPath;
use std::collections::HashSet;
use syn::{Error, Ident, LitBool, LitStr, TypePath};

/// What the toolset says of all its tools, judged once. Then what is wrong with a tool is the tool's.
pub(crate) fn check_common(common: &Attr, errors: &mut Errors) {
    check_of_several(common, errors);
    check_not_public(common, errors);
    lists::check(common, errors);
    rule::check(common, errors);
    login::check(common, errors);
    posture::check_common(common, errors);
    fields::check_common(common, errors);
    rate::check_common(common, errors);
}

/// A lookup that no tool has a use for looks as if it protected something.
pub(crate) fn check_common_lookup<'a>(common: &Attr, tools: impl IntoIterator<Item = &'a Attr>, errors: &mut Errors) {
    let mut tools = tools.into_iter();
    if tools.all(|tool| tool.tenant_field.is_none() && !tool.is_incomplete) {
        fields::check_lookup_has_field(common, errors);
    }
}

/// A name is that of one tool, and what is not enforced is said of each: whoever adds a tool must not open it by that.
fn check_of_several(common: &Attr, errors: &mut Errors) {
    let keys = [
        common.name.as_ref().map(|arg| &arg.key),
        common.shadow.as_ref().map(|arg| &arg.key),
        common.title.as_ref().map(|arg| &arg.key),
    ];
    for key in keys.into_iter().flatten() {
        let message = format!("`{key}` is of one tool\nhelp: put it into the `#[mcp_tool(..)]` of that tool");
        errors.at(key, message);
    }
}

/// A tool is public because it says so itself.
fn check_not_public(common: &Attr, errors: &mut Errors) {
    if let Some(public) = &common.public {
        let message = "a toolset cannot be `public`: whoever adds a tool would open it to everyone without a word\n\
                       help: write `public` into the `#[mcp_tool(..)]` of each tool that everyone may call";
        errors.at(&public.key, message);
    }
}

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
/// 3. A choice of scopes, roles or logins is a part of the toolset's choice. One of its scopes, demanded of everyone, meets it.
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
    let inherited = Inherited {
        all: common_scopes_all.as_ref().map_or(0, |all| all.value.len()),
        any: scopes_any.is_none(),
    };
    let is_refused = public
        .as_ref()
        .is_some_and(|public| check_not_loosened(public, &demanded, errors).is_err());
    let scopes_all = unite(scopes_all, common_scopes_all, errors);
    let is_met = is_met(common_scopes_any.as_ref(), scopes_all.as_ref());
    let scopes_any = narrow(scopes_any, common_scopes_any.filter(|_| !is_met), errors);
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
        roles: narrow(roles, common_roles, errors),
        scopes_all,
        scopes_any,
        shadow,
        tenant_field,
        tenant_of: only_one(own_tenant_of, common_tenant_of, errors),
        title,
        inherited,
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

/// Rule 2: the one list and the other.
fn unite<T: Element>(
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
fn narrow<T: Element>(
    own: Option<Arg<Vec<T>>>,
    common: Option<Arg<Vec<T>>>,
    errors: &mut Errors,
) -> Option<Arg<Vec<T>>> {
    let Some(common) = common else {
        return own;
    };
    let Some(own) = own else {
        return Some(common);
    };
    let wider = written(&common.value);
    let key = &own.key;
    let mut is_narrower = true;
    for element in &own.value {
        let text = element.text();
        if !wider.contains(&element.written()) {
            is_narrower = false;
            let message = format!(
                "`{text}` is not in `{key}` of `#[toolset]`, so this tool would admit more than its toolset\n\
                 help: remove it here, or add it to `{key}` of `#[toolset]`"
            );
            errors.push(element.error(message));
        }
    }
    if is_narrower && written(&own.value) == wider {
        errors.at(key, again(key));
    }
    Some(own)
}

/// Whether whoever meets `all` holds one of `any` anyway. Then a toolset's choice was narrowed to one, and not forgotten.
fn is_met<T: Element>(any: Option<&Arg<Vec<T>>>, all: Option<&Arg<Vec<T>>>) -> bool {
    let [any, all] = [any, all].map(|list| list.map(|list| written(&list.value)).unwrap_or_default());
    !any.is_disjoint(&all)
}

/// Rule 4: once, by the one or by the other.
fn only_one<T>(own: Option<Arg<T>>, common: Option<Arg<T>>, errors: &mut Errors) -> Option<Arg<T>> {
    if let (Some(own), Some(_)) = (&own, &common) {
        errors.at(&own.key, again(&own.key));
    }
    common.or(own)
}

/// Rule 7: yes stays yes.
fn tighten(own: Option<Arg<Flag>>, common: Option<Arg<Flag>>, errors: &mut Errors) -> Option<Arg<Flag>> {
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
fn of_toolset<T>(own: Option<Arg<T>>, common: Option<Arg<T>>, errors: &mut Errors) -> Option<Arg<T>> {
    if let (Some(own), None) = (&own, &common) {
        let key = &own.key;
        let message = format!("`{key}` is said for all tools at once\nhelp: move it to `#[toolset(..)]`");
        errors.at(key, message);
    }
    only_one(own, common, errors)
}

/// The method's, or else the toolset's.
fn or(own: Option<Arg<LitBool>>, common: Option<Arg<LitBool>>, errors: &mut Errors) -> Option<Arg<LitBool>> {
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
trait Element {
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

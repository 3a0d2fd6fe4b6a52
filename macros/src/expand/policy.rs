//! Writes the policy, as constant data.

use super::{catalogs, here, optional};
use crate::attr::{Inherited, Name, Rule, RuleKind};
use crate::spec::{Demands, Per, Policy, Rate, Spec, Unit, readable};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Path;
use syn::spanned::Spanned as _;

/// Who may call, how often, and what a call waits for.
pub(crate) fn policy(spec: &Spec) -> TokenStream {
    let demands = demands(spec);
    let rate_limit = spec.rate_limit.map(rate_limit);
    let audit_required = spec.audit_required.then(|| quote!(.audit_required()));
    quote!(#demands #rate_limit #audit_required)
}

fn demands(spec: &Spec) -> TokenStream {
    let Policy::Callers(demands) = &spec.policy else {
        return quote!(__rt::Policy::PUBLIC);
    };
    let Demands {
        scopes_all,
        scopes_any,
        inherited,
        roles,
        allow,
        acr,
        max_age,
        owner,
        tenant,
        check,
        fresh,
        shadow,
    } = &**demands;
    let united = united(spec, scopes_all, scopes_any, inherited);
    let scopes = united.clone().unwrap_or_else(|| {
        let scopes_all = names(&quote!(scopes_all), scopes_all, scope);
        let scopes_any = names(&quote!(scopes_any), scopes_any, scope);
        quote!(#scopes_all #scopes_any)
    });
    let roles = names(&quote!(roles), roles, role);
    let allow = allow.as_ref().map(|allow| {
        let allow = rule(allow);
        quote!(.allow(const { &#allow }))
    });
    let acr = (!acr.is_empty()).then(|| quote!(.acr(const { &[#(#acr),*] })));
    let max_age = max_age.as_ref().map(|age| {
        let seconds = age.seconds;
        quote!(.max_age(__rt::Duration::from_secs(#seconds)))
    });
    let owner = owner.as_ref().map(|owner| {
        let field = &owner.field.text;
        let unless = owner.unless.iter().map(scope);
        quote!(.owner(__rt::OwnerDemand { field: #field, unless: const { &[#(#unless),*] } }))
    });
    let tenant = tenant.as_ref().map(|tenant| {
        let field = &tenant.field.text;
        let lookup = optional(tenant.lookup.as_ref().map(|lookup| &lookup.text));
        quote!(.tenant(__rt::TenantDemand { field: #field, lookup: #lookup }))
    });
    let check = check.as_ref().map(|check| {
        let method = &check.text;
        quote!(.check(#method))
    });
    let fresh = fresh.then(|| quote!(.fresh()));
    // Last: it is about what was demanded before.
    let shadow = shadow.then(|| quote!(.shadow()));
    let narrows = narrows(spec, demands, united.is_some());
    let rights = quote!(#scopes #roles #allow #narrows);
    quote!(__rt::Policy::AUTHENTICATED #rights #acr #max_age #owner #tenant #check #fresh #shadow)
}

// Input:
//     #[toolset(scopes_all = [Scope::Read])] and #[mcp_tool(scopes_all = [Scope::Write])]
//
// Output, but for the paths:
//     .scopes_of(const {
//         const UNITED: United = United { common_all: &[..], own_all: &[..], .., catalogs: &[<Scope as ScopeCatalog>::SCOPES] };
//         &UNITED.lists::<{ UNITED.all() }, { UNITED.any() }>()
//     })
//
// Which scope implies which, the macro does not see. It is left to the constant which of the toolset's are left out.
/// The scopes of a toolset and of a method, if both have some and a catalogue says what follows from them.
fn united(spec: &Spec, all: &[Name], any: &[Name], inherited: &Inherited) -> Option<TokenStream> {
    let (common_all, own_all) = all.split_at_checked(inherited.all)?;
    let (common_any, own_any) = if inherited.any { (any, &[][..]) } else { (&[][..], any) };
    let has_common = !(common_all.is_empty() && common_any.is_empty());
    let has_own = !(own_all.is_empty() && own_any.is_empty());
    let catalogs = catalogs::named(spec.catalog.as_ref(), all.iter().chain(any));
    if !has_common || !has_own || catalogs.is_empty() {
        return None;
    }
    let lists = [common_all, own_all, common_any, own_any].map(|list| {
        let scopes = list.iter().map(scope);
        quote!(&[#(#scopes),*])
    });
    let [common_all, own_all, common_any, own_any] = lists;
    Some(quote! {
        .scopes_of(const {
            const __UNITED: __rt::United = __rt::United {
                common_all: #common_all,
                own_all: #own_all,
                common_any: #common_any,
                own_any: #own_any,
                catalogs: &[#(<#catalogs as __rt::ScopeCatalog>::SCOPES),*],
            };
            &__UNITED.scopes::<{ __UNITED.all() }, { __UNITED.any() }>()
        })
    })
}

// Input:
//     #[toolset(roles = [Role::User])] and #[mcp_tool(roles = [Role::Manager])]
//
// Output, but for the paths:
//     .narrows(const { &Wider { .., roles: &[..], role_catalogs: &["Role"] } })
//
// A catalogue has judged it, and which one the gate keeps to is not known here. Its path is for people to paste.
/// What the toolset demands, if the method was taken because a catalogue says that it demands no less.
fn narrows(spec: &Spec, demands: &Demands, is_united: bool) -> Option<TokenStream> {
    let Demands {
        scopes_all,
        scopes_any,
        roles,
        inherited,
        ..
    } = demands;
    let Inherited {
        all,
        any,
        wider_any,
        wider_roles,
    } = inherited;
    if !is_united && wider_any.is_empty() && wider_roles.is_empty() {
        return None;
    }
    let common_all = scopes_all.get(..*all).filter(|_| is_united).unwrap_or_default();
    let common_any = if is_united && *any { scopes_any } else { wider_any };
    let scope_names = [scopes_all, scopes_any, wider_any].into_iter().flatten();
    let has_scopes = !(common_all.is_empty() && common_any.is_empty());
    let scope_catalogs = catalogs::named(spec.catalog.as_ref(), scope_names);
    let scope_catalogs = scope_catalogs.iter().filter(|_| has_scopes).map(readable);
    let role_catalogs = catalogs::named(spec.role_catalog.as_ref(), roles.iter().chain(wider_roles));
    let role_catalogs = role_catalogs.iter().filter(|_| !wider_roles.is_empty()).map(readable);
    let common_all = common_all.iter().map(scope);
    let common_any = common_any.iter().map(scope);
    let wider_roles = wider_roles.iter().map(role);
    Some(quote! {
        .narrows(const {
            &__rt::Wider {
                scopes_all: &[#(#common_all),*],
                scopes_any: &[#(#common_any),*],
                scope_catalogs: &[#(#scope_catalogs),*],
                roles: &[#(#wider_roles),*],
                role_catalogs: &[#(#role_catalogs),*],
            }
        })
    })
}

fn rate_limit(rate: Rate) -> TokenStream {
    let Rate {
        count,
        unit,
        burst,
        per,
    } = rate;
    let unit = match unit {
        Unit::Second => quote!(per_second),
        Unit::Minute => quote!(per_minute),
        Unit::Hour => quote!(per_hour),
    };
    let burst = burst.map(|burst| quote!(.burst(#burst)));
    let per = match per {
        Per::Subject => None,
        Per::Client => Some(quote!(.per_client())),
        Per::Tool => Some(quote!(.per_tool())),
    };
    quote!(.rate_limit(__rt::RateLimit::#unit(#count) #burst #per))
}

/// A demand of the policy: a method with a list, if there is one.
fn names(method: &TokenStream, list: &[Name], name: fn(&Name) -> TokenStream) -> Option<TokenStream> {
    let list: Vec<_> = list.iter().map(name).collect();
    (!list.is_empty()).then(|| quote!(.#method(const { &[#(#list),*] })))
}

/// A constant `ScopeToken`.
fn scope(name: &Name) -> TokenStream {
    match name {
        Name::Text(text) => quote!(__rt::ScopeToken::from_static(#text)),
        Name::Variant(path) => variant(&quote!(scope), path),
    }
}

/// A constant `&str`.
fn role(name: &Name) -> TokenStream {
    match name {
        Name::Text(text) => quote!(#text),
        Name::Variant(path) => variant(&quote!(role), path),
    }
}

/// A constant `Rule`.
fn rule(written: &Rule) -> TokenStream {
    let parts = written.parts().iter().map(rule);
    match &written.kind {
        RuleKind::Scope(name) => {
            let scope = scope(name);
            quote!(__rt::Rule::Scope(#scope))
        }
        RuleKind::Role(name) => {
            let role = role(name);
            quote!(__rt::Rule::Role(#role))
        }
        RuleKind::All(_) => quote!(__rt::Rule::All(&[#(#parts),*])),
        RuleKind::Any(_) => quote!(__rt::Rule::Any(&[#(#parts),*])),
    }
}

/// What a catalogue calls its variant. It is given twice: as a value, by whose type the catalogue is found, and as its number,
/// by which the entry is found there, because a constant can call no method of a trait.
fn variant(function: &TokenStream, path: &Path) -> TokenStream {
    let here = here(path.span());
    quote_spanned!(here=> __rt::#function(&#path, #path as ::core::primitive::i128))
}

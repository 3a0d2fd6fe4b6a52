//! Writes the policy, as constant data.

use super::{here, optional};
use crate::attr::{Name, Rule, RuleKind};
use crate::spec::{Demands, Per, Policy, Rate, Spec, Unit};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Path;
use syn::spanned::Spanned as _;

/// Who may call, and how often.
pub(crate) fn policy(spec: &Spec) -> TokenStream {
    let demands = demands(&spec.policy);
    let rate_limit = spec.rate_limit.map(rate_limit);
    quote!(#demands #rate_limit)
}

fn demands(policy: &Policy) -> TokenStream {
    let Policy::Callers(demands) = policy else {
        return quote!(__rt::Policy::PUBLIC);
    };
    let Demands {
        scopes_all,
        scopes_any,
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
    let scopes_all = names(&quote!(scopes_all), scopes_all, scope);
    let scopes_any = names(&quote!(scopes_any), scopes_any, scope);
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
    let rights = quote!(#scopes_all #scopes_any #roles #allow);
    quote!(__rt::Policy::AUTHENTICATED #rights #acr #max_age #owner #tenant #check #fresh #shadow)
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

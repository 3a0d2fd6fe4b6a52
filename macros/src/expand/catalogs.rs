//! Has catalogues judge the lists of scopes and roles.

use super::here;
use crate::attr::{Name, Rule};
use crate::catalog::Kind;
use crate::catalog::names::split;
use crate::item::Item;
use crate::spec::{Demands, Policy, Spec, readable};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use std::collections::HashSet;
use syn::Path;
use syn::spanned::Spanned as _;

// Input:
//     #[mcp_tool(scopes_all = ["notes:write"], catalog = crate::Scope)]
//
// Output, but for the paths:
//     const _: () = {
//         use no_catalog as catalog;
//         const _: () = {
//             use crate::Scope as catalog; // the enum, and if it is a catalogue, the macro with its name
//             const _: () = { catalog! { { ::toolgate } { crate::Scope } scope closed scopes_all ["notes:write"] } };
//         };
//     };
//
// If there is no macro with the enum's name, the one further out is found, which says so. The call stands in a block of its
// own, because a block with a macro that is not expanded yet might still define the name that is asked for.
pub(crate) fn checks(spec: &Spec, item: &Item) -> TokenStream {
    let Policy::Callers(demands) = &spec.policy else {
        return TokenStream::new();
    };
    let Demands {
        scopes_all,
        scopes_any,
        roles,
        owner,
        allow,
        ..
    } = &**demands;
    let unless = owner.as_ref().map_or(&[][..], |owner| owner.unless.as_slice());
    let of_rule = |names: fn(&Rule) -> Vec<Name>| allow.as_ref().map_or_else(Vec::new, names);
    let (scopes_of_rule, roles_of_rule) = (of_rule(Rule::scopes), of_rule(Rule::roles));
    let scopes = [
        ("scopes_all", scopes_all.as_slice()),
        ("scopes_any", scopes_any),
        ("owner_unless", unless),
        ("allow", &scopes_of_rule),
    ];
    let roles = [("roles", roles.as_slice()), ("allow", &roles_of_rule)];
    let scopes = of_kind(spec, item, Kind::Scopes, spec.catalog.as_ref(), &scopes);
    let roles = of_kind(spec, item, Kind::Roles, spec.role_catalog.as_ref(), &roles);
    quote!(#scopes #roles)
}

/// Asks the catalogue that was named, and those of which variants are listed.
fn of_kind(spec: &Spec, item: &Item, kind: Kind, closed: Option<&Path>, lists: &[(&str, &[Name])]) -> TokenStream {
    let mut seen = HashSet::new();
    let mut checks = TokenStream::new();
    if let Some(catalog) = closed {
        seen.insert(readable(catalog));
        checks.extend(check(spec, item, kind, catalog, "closed", lists));
    }
    let names = lists.iter().flat_map(|(_, list)| *list);
    if names.clone().count() > 1 {
        // One name alone follows from no other.
        for name in names {
            if let Name::Variant(path) = name
                && let Some((catalog, _)) = split(path)
                && seen.insert(readable(&catalog))
            {
                checks.extend(check(spec, item, kind, &catalog, "open", lists));
            }
        }
    }
    checks
}

fn check(spec: &Spec, item: &Item, kind: Kind, catalog: &Path, form: &str, lists: &[(&str, &[Name])]) -> TokenStream {
    let krate = &spec.krate;
    let cfgs = item.cfgs();
    let word = |text| Ident::new(text, Span::call_site());
    let (kind, form) = (word(kind.noun()), word(form));
    let lists = lists.iter().filter(|(_, list)| !list.is_empty()).map(|(key, list)| {
        let key = word(key);
        quote!(#key [#(#list),*])
    });
    let lists: TokenStream = lists.collect();
    let import = quote_spanned!(here(catalog.span())=> use #catalog as __catalog;);
    quote! {
        #(#cfgs)*
        const _: () = {
            #[allow(unused_imports, reason = "used if there is no catalogue of this name")]
            use #krate::__private::no_catalog as __catalog;
            const _: () = {
                #[allow(unused_imports, deprecated, reason = "the enum, and the macro with its name")]
                #import
                const _: () = {
                    __catalog! { { #krate } { #catalog } #kind #form #lists }
                };
            };
        };
    }
}

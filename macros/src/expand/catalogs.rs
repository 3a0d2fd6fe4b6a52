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
        inherited,
        roles,
        owner,
        allow,
        ..
    } = &**demands;
    let unless = owner.as_ref().map_or(&[][..], |owner| owner.unless.as_slice());
    let of_rule = |names: fn(&Rule) -> Vec<Name>| allow.as_ref().map_or_else(Vec::new, names);
    let (scopes_of_rule, roles_of_rule) = (of_rule(Rule::scopes), of_rule(Rule::roles));
    let (common_all, scopes_all) = scopes_all.split_at_checked(inherited.all).unwrap_or((&[], scopes_all));
    let (common_any, scopes_any) = if inherited.any {
        (scopes_any.as_slice(), &[][..])
    } else {
        (&[][..], scopes_any.as_slice())
    };
    let scopes = [
        ("common_all", common_all),
        ("common_any", common_any),
        ("scopes_all", scopes_all),
        ("scopes_any", scopes_any),
        ("wider_scopes_any", &inherited.wider_any),
        ("owner_unless", unless),
        ("allow", &scopes_of_rule),
    ];
    let roles = [
        ("roles", roles.as_slice()),
        ("wider_roles", &inherited.wider_roles),
        ("allow", &roles_of_rule),
    ];
    let rule = allow.as_ref().map(|rule| quote!(rule { #rule }));
    let scopes = of_kind(spec, item, Kind::Scopes, spec.catalog.as_ref(), &scopes, rule.as_ref());
    let roles = of_kind(
        spec,
        item,
        Kind::Roles,
        spec.role_catalog.as_ref(),
        &roles,
        rule.as_ref(),
    );
    quote!(#scopes #roles)
}

/// The catalogue that strings are of, and those of which variants are listed, each once.
pub(crate) fn named<'a>(closed: Option<&Path>, names: impl IntoIterator<Item = &'a Name>) -> Vec<Path> {
    let mut seen = HashSet::new();
    let variant = |name: &Name| match name {
        Name::Variant(path) => split(path).map(|(catalog, _)| catalog),
        Name::Text(_) => None,
    };
    let of_names = names.into_iter().filter_map(variant);
    let all = closed.cloned().into_iter().chain(of_names);
    all.filter(|catalog| seen.insert(readable(catalog))).collect()
}

/// Asks the catalogue that was named, and those of which variants are listed.
fn of_kind(
    spec: &Spec,
    item: &Item,
    kind: Kind,
    closed: Option<&Path>,
    lists: &[(&str, &[Name])],
    rule: Option<&TokenStream>,
) -> TokenStream {
    let names = lists.iter().flat_map(|(_, list)| *list);
    // One name alone follows from no other.
    let several = names.clone().count() > 1;
    let catalogs = named(closed, names.filter(|_| several));
    let checks = catalogs.iter().enumerate().map(|(number, catalog)| {
        let form = if number == 0 && closed.is_some() {
            "closed"
        } else {
            "open"
        };
        check(spec, item, kind, catalog, form, lists, rule)
    });
    checks.collect()
}

fn check(
    spec: &Spec,
    item: &Item,
    kind: Kind,
    catalog: &Path,
    form: &str,
    lists: &[(&str, &[Name])],
    rule: Option<&TokenStream>,
) -> TokenStream {
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
                    __catalog! { { #krate } { #catalog } #kind #form #rule #lists }
                };
            };
        };
    }
}

//! Writes the catalogue down: constant data, a marker type for each scope, and what tells tools the names.

use super::{Catalog, Kind, Variant};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use syn::ext::IdentExt as _;
use syn::{Fields, ItemEnum, Visibility};

// Input:
//     #[derive(ScopeCatalog)]
//     pub enum Scope {
//         /// Reads notes.
//         #[scope("notes:read", baseline)]
//         Read,
//         /// Writes notes.
//         #[scope("notes:write", implies(Read))]
//         Write,
//     }
//
// Output, but for the paths:
//     impl ScopeCatalog for Scope {
//         const SCOPES: &'static [ScopeEntry] = &[
//             ScopeEntry { variant: "Read", scope: ScopeToken::from_static("notes:read"), .. },
//             ScopeEntry { variant: "Write", .., implies: &[ScopeToken::from_static("notes:read")], .. },
//         ];
//         fn token(&self) -> ScopeToken { scope_by_number(self as i128) }
//     }
//     pub mod scope {
//         pub enum Read {}
//         pub enum Write {}
//     }
//     impl GrantedScope for scope::Read { const SCOPE: ScopeToken = ..; const HELD_BY: &[ScopeToken] = &[.., ..]; .. }
//     impl GrantedScope for scope::Write { .. }
//     macro_rules! names { .. } // `check_names!` with the names, and with what the tool has given
//     pub use names as Scope;
pub(super) fn expand(catalog: &Catalog) -> TokenStream {
    let Catalog { kind, krate, .. } = catalog;
    let implementation = implementation(catalog);
    let markers = match kind {
        Kind::Scopes => markers(catalog),
        Kind::Roles => TokenStream::new(),
    };
    let known = known(catalog);
    let names = names(
        catalog,
        &quote! {
            ({ $($krate:tt)* } $($given:tt)*) => { $($krate)*::__private::check_names! { #known $($given)* } };
        },
    );
    quote! {
        const _: () = {
            use #krate::__private as __rt;
            #implementation
        };
        #markers
        #names
    }
}

/// The errors, and a catalogue with which everything that uses its variants compiles.
pub(super) fn fallback(catalog: &Catalog, item: &ItemEnum, error: &syn::Error) -> TokenStream {
    let Catalog { krate, .. } = catalog;
    let error = error.to_compile_error();
    let is_plain = |variant: &syn::Variant| matches!(variant.fields, Fields::Unit);
    if !item.generics.params.is_empty() || !item.variants.iter().all(is_plain) {
        return error;
    }
    let implementation = implementation(catalog);
    let markers = match catalog.kind {
        Kind::Scopes => markers(catalog),
        Kind::Roles => TokenStream::new(),
    };
    let names = names(catalog, &quote!(($($given:tt)*) => {};));
    quote! {
        #error
        const _: () = {
            use #krate::__private as __rt;
            #implementation
        };
        #markers
        #names
    }
}

fn implementation(catalog: &Catalog) -> TokenStream {
    let ident = &catalog.ident;
    let entries = catalog.variants.iter().map(|variant| entry(catalog, variant));
    let arms = catalog.variants.iter().map(|variant| {
        let name = &variant.ident;
        let value = constant(catalog.kind, variant);
        quote!(Self::#name => #value,)
    });
    let twins = catalog.has_twins.then(|| {
        let first = catalog.variants.first().map(|variant| constant(catalog.kind, variant));
        quote!(_ => #first,)
    });
    // An empty enum has no value that there could be an answer for.
    let matched = if catalog.variants.is_empty() {
        quote!(match *self {})
    } else {
        quote!(match self { #(#arms)* #twins })
    };
    match catalog.kind {
        Kind::Scopes => quote! {
            #[automatically_derived]
            impl __rt::ScopeCatalog for #ident {
                const NAME: &'static ::core::primitive::str = ::core::stringify!(#ident);
                const SCOPES: &'static [__rt::ScopeEntry] = &[#(#entries),*];
                fn token(&self) -> __rt::ScopeToken {
                    #matched
                }
            }
            // A catalogue is complete, whether all of it is used or not.
            const _: &[__rt::ScopeEntry] = <#ident as __rt::ScopeCatalog>::SCOPES;
        },
        Kind::Roles => quote! {
            #[automatically_derived]
            impl __rt::RoleCatalog for #ident {
                const NAME: &'static ::core::primitive::str = ::core::stringify!(#ident);
                const ROLES: &'static [__rt::RoleEntry] = &[#(#entries),*];
                fn role(&self) -> &'static ::core::primitive::str {
                    #matched
                }
            }
            const _: &[__rt::RoleEntry] = <#ident as __rt::RoleCatalog>::ROLES;
        },
    }
}

fn entry(catalog: &Catalog, variant: &Variant) -> TokenStream {
    let Variant {
        ident,
        description,
        implies,
        implies_all,
        baseline,
        sensitive,
        admin_consent,
        ..
    } = variant;
    let value = constant(catalog.kind, variant);
    let [implies, implies_all] = [implies, implies_all].map(|numbers| list(catalog, numbers));
    match catalog.kind {
        Kind::Scopes => quote! {
            __rt::ScopeEntry {
                variant: ::core::stringify!(#ident),
                scope: #value,
                description: #description,
                implies: #implies,
                implies_all: #implies_all,
                baseline: #baseline,
                sensitive: #sensitive,
                admin_consent: #admin_consent,
                number: Self::#ident as ::core::primitive::i128,
            }
        },
        Kind::Roles => quote! {
            __rt::RoleEntry {
                variant: ::core::stringify!(#ident),
                role: #value,
                description: #description,
                implies: #implies,
                implies_all: #implies_all,
                number: Self::#ident as ::core::primitive::i128,
            }
        },
    }
}

fn constant(kind: Kind, variant: &Variant) -> TokenStream {
    let value = &variant.value;
    match kind {
        Kind::Scopes => quote!(__rt::ScopeToken::from_static(#value)),
        Kind::Roles => quote!(#value),
    }
}

fn list(catalog: &Catalog, numbers: &[usize]) -> TokenStream {
    let variants = numbers.iter().filter_map(|number| catalog.variants.get(*number));
    let values = variants.map(|variant| constant(catalog.kind, variant));
    // Each in a constant of its own, because the whole is no longer promoted to one.
    quote!(const { &[#(#values),*] })
}

/// A type for each scope, in a module with the enum's name in snake case: what `Granted` is of.
fn markers(catalog: &Catalog) -> TokenStream {
    let Catalog { krate, ident, vis, .. } = catalog;
    let module = Ident::new(&snake(&ident.unraw().to_string()), ident.span());
    let inner = match vis {
        Visibility::Public(_) => quote!(pub),
        Visibility::Restricted(_) => quote!(pub(crate)),
        Visibility::Inherited => quote!(pub(super)),
    };
    let about =
        format!(" The scopes of [`{ident}`] as types, for `Granted`: a tool that takes one has a caller who holds it.");
    let types = catalog.variants.iter().map(|variant| {
        let name = &variant.ident;
        let doc = format!(" The scope `{}`.", variant.value.value());
        quote! {
            #[doc = #doc]
            #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
            #inner enum #name {}
        }
    });
    let granted = catalog.variants.iter().enumerate().map(|(number, variant)| {
        let name = &variant.ident;
        let (scope, own) = (variant.value.value(), constant(catalog.kind, variant));
        let above = catalog
            .variants
            .iter()
            .filter(|above| above.implies_all.contains(&number));
        let above = above.map(|above| constant(catalog.kind, above));
        let unproven = format!(
            "`Granted<{module}::{name}>` proves that the caller holds `{scope}`, but this tool does not demand it\n\
             help: add `{ident}::{name}` to `scopes_all`, or remove the parameter"
        );
        quote! {
            #[automatically_derived]
            impl __rt::GrantedScope for #module::#name {
                const SCOPE: __rt::ScopeToken = #own;
                const HELD_BY: &'static [__rt::ScopeToken] = &[#own #(, #above)*];
                const UNPROVEN: &'static ::core::primitive::str = #unproven;
            }
        }
    });
    quote! {
        #[doc = #about]
        #[allow(
            dead_code,
            unreachable_pub,
            clippy::module_inception,
            clippy::redundant_pub_crate,
            reason = "a type for each scope, whether it is used or not"
        )]
        #vis mod #module {
            #(#types)*
        }
        const _: () = {
            use #krate::__private as __rt;
            #(#granted)*
        };
    }
}

/// The names and what they imply, as `check_names!` reads them.
fn known(catalog: &Catalog) -> TokenStream {
    let kind = Ident::new(catalog.kind.noun(), Span::call_site());
    let variants = catalog.variants.iter().map(|variant| {
        let Variant {
            ident,
            value,
            implies_all,
            ..
        } = variant;
        quote!(#ident #value [#(#implies_all),*])
    });
    quote!({ #kind #(#variants),* })
}

/// A macro with the enum's name, so that whoever names the enum, by whatever path, names both.
fn names(catalog: &Catalog, rules: &TokenStream) -> TokenStream {
    let Catalog { ident, vis, .. } = catalog;
    let (hidden, export) = match vis {
        // All exported macros of a crate stand in its root.
        Visibility::Public(_) => (
            format_ident!("__{}_names_{}", ident.unraw(), place(ident.span())),
            Some(quote!(#[macro_export])),
        ),
        _ => (format_ident!("__{}_names", ident.unraw()), None),
    };
    quote! {
        #[doc(hidden)]
        #export
        #[allow(unused_macros, non_local_definitions, reason = "there for whoever lists scopes or roles")]
        macro_rules! #hidden {
            #rules
        }
        #[doc(hidden)]
        #[allow(unused_imports, unreachable_pub, reason = "there for whoever lists scopes or roles")]
        #vis use #hidden as #ident;
    }
}

/// A number of the place, such that two catalogues of one crate with the same name get along.
fn place(span: Span) -> String {
    let mut hasher = DefaultHasher::new();
    if proc_macro::is_available() {
        let span = span.unwrap();
        (span.file(), span.line(), span.column()).hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

/// `NoteScope` makes `note_scope`.
fn snake(pascal: &str) -> String {
    let mut snake = String::new();
    let mut after_small = false;
    for c in pascal.chars() {
        if c.is_uppercase() && after_small {
            snake.push('_');
        }
        after_small = c.is_lowercase() || c.is_numeric();
        snake.extend(c.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::snake;

    #[test]
    fn enums_become_modules() {
        assert_eq!(snake("Scope"), "scope");
        assert_eq!(snake("NoteScope"), "note_scope");
        assert_eq!(snake("V2Scope"), "v2_scope");
        assert_eq!(snake("APIScope"), "apiscope");
    }
}

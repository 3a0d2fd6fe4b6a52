//! The attribute macro of the `toolgate` crate. Use it through `toolgate`.
//!
//! One expansion is one straight line, and each step is one module:
//!
//! ```text
//! tokens --attr--> Attr --+
//!                         +--spec--> Spec --expand--> tokens
//! tokens --item--> Item --+
//! ```
//!
//! `attr` and `item` read what is written, `spec` decides whether it means something, `expand` cannot fail. Mistakes are
//! gathered in `Errors` and reported together, and the function survives every one of them: see `fallback`. The derives in
//! `catalog` do the same with an enum.
//!
//! A `toolset` does the same for each method that is a tool, with what it says itself inherited before `spec` judges. `policies` has
//! `spec` judge what is said of tools that are written for an SDK, and writes a table of it.

mod attr;
mod catalog;
mod doc_comment;
mod errors;
mod expand;
mod fallback;
mod field_path;
mod impl_block;
mod item;
mod owner;
mod policies;
#[cfg(test)]
mod snapshots;
mod spec;
mod suggest;
mod toolset;

use crate::attr::Attr;
use crate::catalog::Kind;
use crate::errors::Errors;
use crate::item::Item;
use crate::spec::Spec;
use proc_macro::TokenStream;
use proc_macro2::TokenStream as TokenStream2;
use quote::quote;

#[expect(missing_docs, reason = "documented where it is re-exported: `toolgate::mcp_tool`")]
#[proc_macro_attribute]
pub fn mcp_tool(attr: TokenStream, item: TokenStream) -> TokenStream {
    make_tool(attr.into(), &item.into()).into()
}

#[expect(
    missing_docs,
    reason = "documented where it is re-exported: `toolgate::ScopeCatalog`"
)]
#[proc_macro_derive(ScopeCatalog, attributes(scope))]
pub fn derive_scope_catalog(item: TokenStream) -> TokenStream {
    catalog::derive(Kind::Scopes, item.into()).into()
}

#[expect(missing_docs, reason = "documented where it is re-exported: `toolgate::RoleCatalog`")]
#[proc_macro_derive(RoleCatalog, attributes(role))]
pub fn derive_role_catalog(item: TokenStream) -> TokenStream {
    catalog::derive(Kind::Roles, item.into()).into()
}

/// What a catalogue's macro hands its names and the lists of a tool to. No public API.
#[doc(hidden)]
#[proc_macro]
pub fn check_names(tokens: TokenStream) -> TokenStream {
    catalog::names::check(tokens.into()).into()
}

/// What a tool's lists go to if no catalogue has the name that it says. No public API.
#[doc(hidden)]
#[proc_macro]
pub fn no_catalog(tokens: TokenStream) -> TokenStream {
    catalog::names::no_catalog(tokens.into()).into()
}

#[expect(missing_docs, reason = "documented where it is re-exported: `toolgate::toolset`")]
#[proc_macro_attribute]
pub fn toolset(attr: TokenStream, item: TokenStream) -> TokenStream {
    toolset::make_toolset(attr.into(), &item.into()).into()
}

#[expect(missing_docs, reason = "documented where it is re-exported: `toolgate::policies`")]
#[proc_macro_attribute]
pub fn policies(attr: TokenStream, item: TokenStream) -> TokenStream {
    policies::make_policies(attr.into(), &item.into()).into()
}

#[expect(missing_docs, reason = "documented where it is re-exported: `toolgate::policy`")]
#[proc_macro_attribute]
pub fn policy(_: TokenStream, item: TokenStream) -> TokenStream {
    policies::stray(&item.into()).into()
}

fn make_tool(attr: TokenStream2, tokens: &TokenStream2) -> TokenStream2 {
    let item: Item = match syn::parse2(tokens.clone()) {
        Ok(item) => item,
        Err(error) => {
            let error = error.to_compile_error();
            return quote!(#error #tokens);
        }
    };
    let mut errors = Errors::default();
    let attr = Attr::parse(attr, &mut errors);
    let spec = Spec::new(attr, &item, &mut errors);
    match errors.finish() {
        Ok(()) => expand::expand(&spec, &item),
        Err(error) => fallback::expand(&spec, &item, &error),
    }
}

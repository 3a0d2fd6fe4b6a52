//! Writes down the `impl` as it was, and the table of its policies.

use super::block::{Block, Method};
use super::settings::Settings;
use crate::expand::{catalogs, line, policy};
use crate::spec::Spec;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

// Input:
//     #[policies]
//     #[tool_router]
//     impl Notes {
//         #[tool(name = "read_note", description = "Reads a note")]
//         #[policy(scopes_all = ["notes:read"])]
//         async fn read(&self, Parameters(args): Parameters<ReadNote>) -> String { .. }
//     }
//
// Output, but for the paths: the `impl` without `#[policy(..)]`, and
//     const POLICY0: Policy = Policy::AUTHENTICATED.scopes_all(..);
//     impl Notes {
//         fn tool_policies() -> Policies {
//             let policies = Policies::new();
//             let policies = Policies::declared(policies, "read_note", POLICY0, Location { .. });
//             policies
//         }
//     }
//
// The policies are constants of their own, so that `cargo check` finds what is wrong with them. What could not be understood admits
// nobody: the table is there, so that whoever uses it has no mistake of theirs.
pub(super) fn expand(
    block: &Block,
    settings: &Settings,
    said: &[Option<Spec>],
    error: Option<&syn::Error>,
) -> TokenStream {
    let error = error.map(syn::Error::to_compile_error);
    let Settings { krate, table, vis } = settings;
    let tokens = &block.tokens;
    let ty = &block.owner.ty;
    let cfgs = &block.owner.cfgs;
    let (parameters, _, conditions) = block.generics.split_for_impl();
    let tools = || block.methods.iter().zip(said).enumerate();
    let constants = tools().map(|(index, (method, spec))| constant(index, method, spec.as_ref()));
    let entries = tools().map(|(index, (method, _))| entry(index, method));
    let checks = tools().filter_map(|(_, (method, spec))| Some(catalogs::checks(spec.as_ref()?, &method.item)));
    quote! {
        #error
        #tokens

        #(#cfgs)*
        const _: () = {
            use #krate::__private as __rt;

            #(#constants)*

            impl #parameters #ty #conditions {
                /// Who may call the tools of this `impl`, each by its name.
                #vis fn #table() -> __rt::Policies {
                    let __policies = __rt::Policies::new();
                    #(#entries)*
                    __policies
                }
            }
        };

        #(#checks)*
    }
}

fn constant(index: usize, method: &Method, spec: Option<&Spec>) -> TokenStream {
    let constant = name(index);
    let policy = spec.map_or_else(|| quote!(__rt::Policy::NOBODY), policy);
    let cfgs = method.item.own_cfgs();
    quote!(#(#cfgs)* const #constant: __rt::Policy = #policy;)
}

fn entry(index: usize, method: &Method) -> TokenStream {
    let Method { item, name: tool, .. } = method;
    let constant = name(index);
    let line = line(item);
    let cfgs = item.own_cfgs();
    quote! {
        #(#cfgs)*
        let __policies = __rt::Policies::declared(
            __policies,
            #tool,
            #constant,
            __rt::Location { file: ::core::file!(), line: #line },
        );
    }
}

fn name(index: usize) -> Ident {
    format_ident!("__POLICY{index}")
}

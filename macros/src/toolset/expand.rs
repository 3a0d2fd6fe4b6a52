//! Writes the toolset down: the `impl` as it was, the tools, and that they are the tools of the type.

use super::Tool;
use super::block::Block;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Ident, Meta};

// Input:
//     #[toolset(roles = ["user"])]
//     impl Notes {
//         /// Replaces the text of a note.
//         #[mcp_tool(scopes_all = ["notes:write"])]
//         async fn update(&self, args: UpdateNote) -> Result<Json<Note>, NoteError> { .. }
//
//         /// Is there on some systems.
//         #[cfg(unix)]
//         #[mcp_tool]
//         async fn owner(&self) -> Result<String, NoteError> { .. }
//     }
//
// Output, but for the paths: the `impl` without `#[mcp_tool(..)]`, the tools `NotesUpdateTool` and `NotesOwnerTool`, and
//     #[cfg(unix)]
//     type Needs1 = <NotesOwnerTool as ToolHandler>::Needs;
//     #[cfg(not(unix))]
//     type Needs1 = ();
//     pub struct All<const IS_GIVEN: bool>;
//     impl Methods for Notes {
//         type All = All<{ true }>;
//     }
//     impl<S> AddTo<S> for All<true>
//     where
//         S: Supplies<<NotesUpdateTool as ToolHandler>::Needs>,
//         S: Supplies<Needs1>,
//     {
//         fn add_to(tools: Toolset<S>) -> Toolset<S> {
//             let tools = Toolset::tool(tools, NotesUpdateTool);
//             #[cfg(unix)]
//             let tools = Toolset::tool(tools, NotesOwnerTool);
//             tools
//         }
//     }
//
// The needs stand in a `where` and are no associated type: that would have to be as public as `Notes`, and what tools take
// need not be. What `All` is made for is computed from the types of all parameters: if one of them cannot be a parameter, it
// cannot be computed, and adding the tools is no second mistake. See `NeedsOf`.
pub(super) fn expand(block: &Block, krate: &TokenStream, tools: &[Tool], error: Option<&syn::Error>) -> TokenStream {
    let error = error.map(syn::Error::to_compile_error);
    let tokens = &block.tokens;
    let written = tools.iter().map(|tool| &tool.tokens);
    let methods = (!block.is_of_trait).then(|| methods(block, krate, tools));
    quote! {
        #error
        #tokens
        #(#written)*
        #methods
    }
}

fn methods(block: &Block, krate: &TokenStream, tools: &[Tool]) -> TokenStream {
    let ty = &block.owner.ty;
    let cfgs = &block.owner.cfgs;
    let conditional = tools.iter().enumerate().filter_map(conditional_needs);
    let needs = tools.iter().enumerate().map(needs);
    let (parameters, _, conditions) = block.generics.split_for_impl();
    let given = tools.iter().flat_map(given);
    let add = tools.iter().map(|Tool { ident, item, .. }| {
        let cfgs = item.own_cfgs();
        quote!(#(#cfgs)* let __tools = __rt::Toolset::tool(__tools, #ident);)
    });
    quote! {
        #(#cfgs)*
        #[allow(deprecated, reason = "part of the definition")]
        const _: () = {
            use #krate::__private as __rt;

            #(#conditional)*

            #[doc(hidden)]
            #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
            pub struct __All<const IS_GIVEN: ::core::primitive::bool>;

            #[automatically_derived]
            impl #parameters __rt::Methods for #ty #conditions {
                type All = __All<{ #(#given)* true }>;
            }

            #[automatically_derived]
            impl<__S> __rt::AddTo<__S> for __All<true>
            where
                #(#needs,)*
            {
                fn add_to(__tools: __rt::Toolset<__S>) -> __rt::Toolset<__S> {
                    #(#add)*
                    __tools
                }
            }
        };
    }
}

/// Whether the parameters can be given, in the tokens of the call.
fn given(tool: &Tool) -> Vec<TokenStream> {
    let Some(extra) = &tool.extra else {
        return Vec::new();
    };
    let given = tool.item.extras().map(|parameter| {
        let ty = &parameter.ty;
        let cfgs = tool.item.own_cfgs();
        quote!(#(#cfgs)* let _ = __rt::is_given(&__rt::#extra::<#ty>());)
    });
    given.collect()
}

fn needs((index, tool): (usize, &Tool)) -> TokenStream {
    let ident = &tool.ident;
    if tool.item.own_cfgs().next().is_some() {
        let needs = conditional_name(index);
        quote!(__S: __rt::Supplies<#needs>)
    } else {
        quote!(__S: __rt::Supplies<<#ident as __rt::ToolHandler>::Needs>)
    }
}

/// A condition of a `where` cannot have a `#[cfg(..)]`, so it has a name for what is needed, or for nothing.
fn conditional_needs((index, tool): (usize, &Tool)) -> Option<TokenStream> {
    let conditions: Vec<_> = tool.item.own_cfgs().filter_map(condition).collect();
    let condition = match conditions.as_slice() {
        [] => return None,
        [one] => one.clone(),
        several => quote!(all(#(#several),*)),
    };
    let ident = &tool.ident;
    let needs = conditional_name(index);
    Some(quote! {
        #[cfg(#condition)]
        type #needs = <#ident as __rt::ToolHandler>::Needs;
        #[cfg(not(#condition))]
        type #needs = ();
    })
}

fn conditional_name(index: usize) -> Ident {
    format_ident!("__Needs{index}")
}

/// What stands in the parentheses of a `#[cfg(..)]`.
fn condition(cfg: &Attribute) -> Option<TokenStream> {
    match &cfg.meta {
        Meta::List(list) => Some(list.tokens.clone()),
        Meta::Path(_) | Meta::NameValue(_) => None,
    }
}

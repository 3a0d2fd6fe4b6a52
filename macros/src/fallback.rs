//! What is left when something is wrong.

use crate::item::Item;
use crate::spec::Spec;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

/// The errors, the function, and a tool that admits no one.
///
/// The function and the type stay, so that code which uses them has no errors of its own, and an editor keeps completing.
pub(crate) fn expand(spec: &Spec, item: &Item, error: &syn::Error) -> TokenStream {
    let error = error.to_compile_error();
    // Inside an `impl` there is no place for a type.
    let nobody = (!item.is_astray()).then(|| nobody(&spec.krate, &spec.ident, item));
    quote! {
        #error
        #item
        #nobody
    }
}

/// The tool that admits no one.
pub(crate) fn nobody(krate: &TokenStream, ident: &Ident, item: &Item) -> TokenStream {
    let vis = &item.vis;
    let cfgs: Vec<_> = item.cfgs().collect();
    quote! {
        #(#cfgs)*
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
        #vis struct #ident;

        #(#cfgs)*
        const _: () = {
            use #krate::__private as __rt;

            #[automatically_derived]
            impl __rt::ToolHandler for #ident {
                type Args = __rt::NoArguments;
                type Needs = ();
                const SPEC: __rt::ToolSpec = __rt::ToolSpec {
                    name: "",
                    title: __rt::Option::None,
                    description: "",
                    hints: __rt::Hints {
                        read_only: __rt::Option::None,
                        destructive: __rt::Option::None,
                        idempotent: __rt::Option::None,
                        open_world: __rt::Option::None,
                    },
                    policy: __rt::Policy::NOBODY,
                    audit_fields: &[],
                    location: __rt::Location { file: ::core::file!(), line: ::core::line!() },
                };
                fn output_schema() -> __rt::Option<__rt::Schema> {
                    __rt::Option::None
                }
                async fn run(_: __rt::Call, _: Self::Args) -> __rt::Result<__rt::Output, __rt::Error> {
                    __rt::nobody()
                }
            }
        };
    }
}

//! Writes the tool down. The less is written here the better: what can be ordinary Rust lives in `toolgate::__private`.

mod docs;
mod fields;

use crate::item::Item;
use crate::spec::{Demands, Hints, Policy, Spec};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{LitStr, ReturnType, Type};

// Input:
//     /// Replaces the text of a note.
//     #[mcp_tool(scopes_all = ["notes:write"], tenant_field = "id", tenant_of = Notes::tenant_of, audit_fields = ["id"])]
//     async fn update_note(args: UpdateNote, notes: State<Notes>) -> Result<Json<Note>, NoteError> { .. }
//
// Output, but for the paths: the function as it was, and
//     struct UpdateNoteTool;
//     impl ToolHandler for UpdateNoteTool {
//         type Args = UpdateNote;
//         type Needs = (<State<Notes> as FromCall>::Needs, (Needed<Notes>, ()));
//         const SPEC: ToolSpec = ToolSpec { name: "update_note", .., policy: Policy::AUTHENTICATED.scopes_all(..).tenant(..) };
//         fn output_schema() -> Option<Schema> {
//             (answer::<Result<Json<Note>, NoteError>>().schema)()
//         }
//         fn tenants<'a>(states: &'a States, args: &'a UpdateNote) -> FindTenants<'a> {
//             FindTenants::Lookup(Box::pin(async move {
//                 let state = state::<Notes>(states)?;
//                 let mut named = Vec::new();
//                 named.push(looked_up(Notes::tenant_of(state, &args.id).await)?);
//                 Ok(Tenants::Named(named))
//             }))
//         }
//         fn audited(args: &UpdateNote) -> Vec<(&'static str, Value)> {
//             Vec::from([("id", audited(&args.id))])
//         }
//         async fn run(call: Call, args: UpdateNote) -> Result<Output, Error> {
//             let output = update_note(args, extra::<State<Notes>>(&call)?).await;
//             (answer::<Result<Json<Note>, NoteError>>().output)(output)
//         }
//     }
pub(crate) fn expand(spec: &Spec, item: &Item) -> TokenStream {
    let Spec { krate, ident, .. } = spec;
    let vis = &item.vis;
    let docs = docs::docs(spec, item);
    let args = args(item);
    let needs = needs(spec, item);
    let constant = constant(spec);
    let answer = answer(item);
    let tenants = fields::tenants(spec);
    let audited = fields::audited(spec);
    let call = call(spec, item);
    let run = here(item.sig.ident.span());
    let run = quote_spanned! {run=>
        async fn run(__call: __rt::Call, __args: Self::Args) -> __rt::Result<__rt::Output, __rt::Error> {
            let __output = #call;
            (#answer.output)(__output)
        }
    };
    quote! {
        #item

        #(#[doc = #docs])*
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
        #vis struct #ident;

        const _: () = {
            use #krate::__private as __rt;

            #[automatically_derived]
            impl __rt::ToolHandler for #ident {
                #args
                type Needs = #needs;
                const SPEC: __rt::ToolSpec = #constant;
                fn output_schema() -> __rt::Option<__rt::Schema> {
                    (#answer.schema)()
                }
                #tenants
                #audited
                #run
            }
        };
    }
}

/// The states that the parameters and the lookup take, as a list of pairs.
fn needs(spec: &Spec, item: &Item) -> TokenStream {
    let lookup = spec.policy.tenant().and_then(|tenant| tenant.lookup.as_ref());
    let lookup = lookup.map_or_else(
        || quote!(()),
        |lookup| {
            let state = &lookup.state;
            quote!((__rt::Needed<#state>, ()))
        },
    );
    let extras: Vec<_> = item.extras().map(|parameter| &parameter.ty).collect();
    extras.iter().rfold(lookup, |rest, ty| {
        let needs = of_parameter(ty, quote!(Needs));
        quote!((#needs, #rest))
    })
}

/// Something of a parameter's type. All of it stands where the type is, so that rustc says once what is wrong with it.
fn of_parameter(ty: &Type, what: TokenStream) -> TokenStream {
    let ty = ty.to_token_stream();
    let start = here(ty.span());
    let end = here(ty.clone().into_iter().last().map_or(start, |token| token.span()));
    let open = quote_spanned!(start=> <);
    let what: TokenStream = what
        .into_iter()
        .map(|mut token| {
            token.set_span(end);
            token
        })
        .collect();
    let path = quote_spanned!(end=> as __rt::FromCall>::);
    quote!(#open #ty #path #what)
}

/// The place of a token, for tokens that the user did not write.
fn here(span: Span) -> Span {
    Span::call_site().located_at(span)
}

fn args(item: &Item) -> TokenStream {
    let Some(parameter) = item.args() else {
        return quote!(
            type Args = __rt::NoArguments;
        );
    };
    let ty = &parameter.ty;
    quote_spanned!(here(ty.span())=> type Args = #ty;)
}

fn constant(spec: &Spec) -> TokenStream {
    let Spec { name, description, .. } = spec;
    let title = optional(spec.title.as_ref());
    let Hints {
        read_only,
        destructive,
        idempotent,
        open_world,
    } = &spec.hints;
    let [read_only, destructive, idempotent, open_world] =
        [read_only, destructive, idempotent, open_world].map(|hint| optional(hint.as_ref()));
    let policy = policy(&spec.policy);
    quote! {
        __rt::ToolSpec {
            name: #name,
            title: #title,
            description: #description,
            hints: __rt::Hints {
                read_only: #read_only,
                destructive: #destructive,
                idempotent: #idempotent,
                open_world: #open_world,
            },
            policy: #policy,
            location: __rt::Location { file: ::core::file!(), line: ::core::line!() },
        }
    }
}

fn optional<T: ToTokens>(value: Option<T>) -> TokenStream {
    value.map_or_else(
        || quote!(__rt::Option::None),
        |value| quote!(__rt::Option::Some(#value)),
    )
}

fn policy(policy: &Policy) -> TokenStream {
    let Policy::Callers(Demands {
        scopes_all,
        scopes_any,
        roles,
        tenant,
    }) = policy
    else {
        return quote!(__rt::Policy::PUBLIC);
    };
    let scopes_all = scopes(quote!(scopes_all), scopes_all);
    let scopes_any = scopes(quote!(scopes_any), scopes_any);
    let roles = (!roles.is_empty()).then(|| quote!(.roles(&[#(#roles),*])));
    let tenant = tenant.as_ref().map(|tenant| {
        let field = &tenant.field.text;
        let lookup = optional(tenant.lookup.as_ref().map(|lookup| &lookup.text));
        quote!(.tenant(__rt::TenantDemand { field: #field, lookup: #lookup }))
    });
    quote!(__rt::Policy::AUTHENTICATED #scopes_all #scopes_any #roles #tenant)
}

fn scopes(method: TokenStream, scopes: &[LitStr]) -> Option<TokenStream> {
    (!scopes.is_empty()).then(|| quote!(.#method(const { &[#(__rt::ScopeToken::from_static(#scopes)),*] })))
}

/// What can be done with the answer. Both uses are the same tokens, so that a type that is no answer is one message.
fn answer(item: &Item) -> TokenStream {
    match &item.sig.output {
        ReturnType::Type(_, ty) => quote!(__rt::answer::<#ty>()),
        ReturnType::Default => quote!(__rt::answer::<()>()),
    }
}

fn call(spec: &Spec, item: &Item) -> TokenStream {
    let function = &item.sig.ident;
    let args = item.args().map(|_| quote!(__args,));
    let extras = item.extras().map(|parameter| {
        let ty = &parameter.ty;
        match spec.policy {
            Policy::Public => quote!(__rt::public_extra::<#ty>(&__call)?),
            Policy::Callers(_) => {
                let from_call = of_parameter(ty, quote!(from_call));
                quote!(#from_call(&__call)?)
            }
        }
    });
    quote!(#function(#args #(#extras),*).await)
}

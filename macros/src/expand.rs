//! Writes the tool down. The less is written here the better: what can be ordinary Rust lives in `toolgate::__private`.

pub(crate) mod catalogs;
mod docs;
mod fields;
mod policy;

pub(crate) use self::policy::policy;

use crate::item::Item;
use crate::owner::Owner;
use crate::spec::{Hints, Lookup, Policy, Spec};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{ReturnType, Type};

// Input:
//     /// Replaces the text of a note.
//     #[mcp_tool(scopes_all = ["notes:write"], tenant_field = "id", tenant_of = Notes::tenant_of, audit_fields = ["id"])]
//     async fn update_note(args: UpdateNote, notes: State<Notes>) -> Result<Json<Note>, NoteError> { .. }
//
// Output, but for the paths: the function as it was, and
//     struct UpdateNoteTool;
//     impl ToolHandler for UpdateNoteTool {
//         type Args = UpdateNote;
//         type Needs = (NeedsOf<State<Notes>, { is_given(&extra::<State<Notes>>()) }>, (Needed<Notes>, ()));
//         const SPEC: ToolSpec = ToolSpec { name: "update_note", .., policy: Policy::AUTHENTICATED.scopes_all(..).tenant(..), .. };
//         fn output_schema() -> Option<Schema> {
//             (answer::<Result<Json<Note>, NoteError>>().schema)()
//         }
//         fn tenants<'a>(states: &'a States, args: &'a UpdateNote) -> FindTenants<'a> {
//             FindTenants::Lookup(Box::pin(async move {
//                 let state = state::<Notes>(states)?;
//                 let mut named = Vec::new();
//                 Vec::push(&mut named, looked_up(Notes::tenant_of(state, &args.id)).await?);
//                 Ok(Tenants::Named(named))
//             }))
//         }
//         fn audited(args: &UpdateNote) -> Vec<Value> {
//             list([audited(&args.id)])
//         }
//         async fn run(call: Call, args: UpdateNote) -> Result<Output, Error> {
//             let output = update_note(args, (extra::<State<Notes>>().take)(&call)?).await;
//             (answer::<Result<Json<Note>, NoteError>>().output)(output)
//         }
//     }
//     const _: () = check_proof(&extra::<State<Notes>>(), &UpdateNoteTool::SPEC.policy);
pub(crate) fn expand(spec: &Spec, item: &Item) -> TokenStream {
    let tool = tool(spec, item);
    quote! {
        // Whether it has something to await or not, a tool has to be async.
        #[allow(clippy::unused_async, reason = "a tool is async")]
        #item

        #tool
    }
}

/// The tool alone.
pub(crate) fn tool(spec: &Spec, item: &Item) -> TokenStream {
    let Spec { krate, ident, .. } = spec;
    let vis = &item.vis;
    let cfgs: Vec<_> = item.cfgs().collect();
    let docs = docs::docs(spec, item);
    let hidden = item.is_hidden().then(|| quote!(#[doc(hidden)]));
    let args = args(item);
    let needs = needs(spec, item);
    let constant = constant(spec, item);
    let answer = answer(item);
    let owners = fields::owners(spec);
    let tenants = fields::tenants(spec);
    let check = check(spec);
    let audited = fields::audited(spec);
    let call = call(spec, item);
    let catalogs = catalogs::checks(spec, item);
    let proofs = proofs(spec, item);
    let function = here(item.sig.ident.span());
    let run = quote_spanned! {function=>
        async fn run(__call: __rt::Call, __args: Self::Args) -> __rt::Result<__rt::Output, __rt::Error> {
            let __output = #call;
            (#answer.output)(__output)
        }
    };
    quote! {
        #(#cfgs)*
        #(#[doc = #docs])*
        #hidden
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
        #vis struct #ident;

        #(#cfgs)*
        // Whoever calls a deprecated function is told so. The tool is its definition.
        #[allow(deprecated, reason = "part of the definition")]
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
                #owners
                #tenants
                #check
                #audited
                #run
            }
            #proofs
        };

        #catalogs
    }
}

/// The states that the parameters, the lookup and the check take, as a list of pairs.
fn needs(spec: &Spec, item: &Item) -> TokenStream {
    let tenants = spec.policy.tenant().and_then(|tenant| tenant.lookup.as_ref());
    let lookups = tenants.into_iter().chain(spec.policy.check());
    let lookups = lookups.fold(quote!(()), |rest, lookup| {
        let state = &lookup.state;
        quote!((__rt::Needed<#state>, #rest))
    });
    let extra = extra(spec);
    let lookups = match receiver(item) {
        None => lookups,
        Some(Receiver { ty, here }) => quote_spanned!(here=> (__rt::Needed<#ty>, #lookups)),
    };
    let extras: Vec<_> = item.extras().map(|parameter| &parameter.ty).collect();
    extras.iter().rfold(lookups, |rest, ty| {
        // The same tokens as in the call, so that a type that cannot be a parameter is one message. What is constant here
        // is then an error too, and whatever depends on that is none: adding the tool is no second mistake.
        quote!((__rt::NeedsOf<#ty, { __rt::is_given(&__rt::#extra::<#ty>()) }>, #rest))
    })
}

/// That the policy demands what the parameters prove. A constant of its own for each, which is judged without being used.
fn proofs(spec: &Spec, item: &Item) -> TokenStream {
    let extra = extra(spec);
    let ident = &spec.ident;
    let proofs = item.extras().map(|parameter| {
        let ty = &parameter.ty;
        quote_spanned! {here(ty.span())=>
            const _: () = __rt::check_proof(&__rt::#extra::<#ty>(), &<#ident as __rt::ToolHandler>::SPEC.policy);
        }
    });
    proofs.collect()
}

/// The `&self` of a method: a state of the toolset, like any other.
struct Receiver<'a> {
    ty: &'a Type,
    here: Span,
}

fn receiver(item: &Item) -> Option<Receiver<'_>> {
    let owner = item.owner.as_ref()?;
    let receiver = item.sig.receiver()?;
    Some(Receiver {
        ty: &owner.ty,
        here: here(receiver.self_token.span),
    })
}

/// What takes a parameter from the call.
pub(crate) fn extra(spec: &Spec) -> TokenStream {
    match spec.policy {
        Policy::Public => quote!(public_extra),
        Policy::Callers(_) => quote!(extra),
    }
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

fn constant(spec: &Spec, item: &Item) -> TokenStream {
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
    let policy = policy(spec);
    let audit_fields = spec.audit_fields.iter().map(|field| &field.text);
    let line = line(item);
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
            audit_fields: &[#(#audit_fields),*],
            location: __rt::Location { file: ::core::file!(), line: #line },
        }
    }
}

/// The line of the declaration. `line!()` is that of the attribute, which is the toolset's if there is one.
pub(crate) fn line(item: &Item) -> TokenStream {
    if item.owner.is_some() && proc_macro::is_available() {
        let line = item.sig.ident.span().unwrap().line();
        return Literal::usize_unsuffixed(line).into_token_stream();
    }
    quote!(::core::line!())
}

fn optional<T: ToTokens>(value: Option<T>) -> TokenStream {
    value.map_or_else(
        || quote!(__rt::Option::None),
        |value| quote!(__rt::Option::Some(#value)),
    )
}

/// Without a check the trait's own method says that the tool has none.
fn check(spec: &Spec) -> Option<TokenStream> {
    let Lookup { state, method, .. } = spec.policy.check()?;
    let asked = quote_spanned! {here(method.span())=>
        __rt::checked(#method(__rt::state::<#state>(__states)?, __caller, __args)).await
    };
    Some(quote! {
        fn check<'a>(
            __states: &'a __rt::States,
            __caller: &'a __rt::Caller,
            __args: &'a Self::Args,
        ) -> __rt::Checked<'a> {
            __rt::Checked::Asked(__rt::Box::pin(async move { #asked }))
        }
    })
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
    let function = match &item.owner {
        None => function.to_token_stream(),
        Some(Owner { ty, .. }) => quote!(<#ty>::#function),
    };
    let receiver = receiver(item).map(|Receiver { ty, here }| quote_spanned!(here=> __rt::receiver::<#ty>(&__call)?,));
    let args = item.args().map(|_| quote!(__args,));
    let extra = extra(spec);
    let extras = item.extras().map(|parameter| {
        let ty = &parameter.ty;
        quote!((__rt::#extra::<#ty>().take)(&__call)?)
    });
    quote!(#function(#receiver #args #(#extras),*).await)
}

//! Reads fields of the arguments. They are identifiers that stand where the path was written, so rustc says there what is
//! wrong with them.

use super::here;
use crate::field_path::FieldPath;
use crate::spec::{Lookup, Spec};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

/// Without an owner demand the trait's own method says that the tool does not ask.
pub(super) fn owners(spec: &Spec) -> Option<TokenStream> {
    let owner = spec.policy.owner()?;
    let here = here(owner.field.span);
    let named = each(&owner.field, &|value| quote_spanned!(here=> __rt::owner(#value)));
    Some(quote! {
        fn owners(__args: &Self::Args) -> __rt::Owners<'_> {
            let mut __named = __rt::Vec::new();
            #named
            __rt::Owners::Named(__named)
        }
    })
}

/// Without a tenant demand the trait's own method says that the tool is bound to none.
pub(super) fn tenants(spec: &Spec) -> Option<TokenStream> {
    let tenant = spec.policy.tenant()?;
    let (states, found) = match &tenant.lookup {
        None => (quote!(_), ready(&tenant.field)),
        Some(lookup) => (quote!(__states), looked_up(&tenant.field, lookup)),
    };
    Some(quote! {
        fn tenants<'a>(#states: &'a __rt::States, __args: &'a Self::Args) -> __rt::FindTenants<'a> {
            #found
        }
    })
}

fn ready(field: &FieldPath) -> TokenStream {
    let here = here(field.span);
    let named = each(field, &|value| quote_spanned!(here=> __rt::tenant(#value)));
    quote! {
        let mut __named = __rt::Vec::new();
        #named
        __rt::FindTenants::Ready(__rt::Tenants::Named(__named))
    }
}

fn looked_up(field: &FieldPath, lookup: &Lookup) -> TokenStream {
    let Lookup { state, method, .. } = lookup;
    let here = here(method.span());
    let named = each(
        field,
        &|value| quote_spanned!(here=> __rt::looked_up(#method(__state, #value)).await?),
    );
    quote! {
        __rt::FindTenants::Lookup(__rt::Box::pin(async move {
            let __state = __rt::state::<#state>(__states)?;
            let mut __named = __rt::Vec::new();
            #named
            __rt::Result::Ok(__rt::Tenants::Named(__named))
        }))
    }
}

// Input:
//     items[*].owners[*].id
//
// Output:
//     for each0 in &args.items {
//         let before = Vec::len(&named);
//         for each1 in &each0.owners {
//             Vec::push(&mut named, ..(&each1.id));
//         }
//         nothing_named_since(before, &mut named);
//     }
//
// By paths and not as methods: a trait of the user's may have methods of these names, for every type.
fn each(field: &FieldPath, name: &dyn Fn(TokenStream) -> TokenStream) -> TokenStream {
    let args = Ident::new("__args", here(field.span));
    each_in(&args, 0, &field.groups, field, name)
}

fn each_in(
    base: &Ident,
    depth: usize,
    groups: &[Vec<Ident>],
    field: &FieldPath,
    name: &dyn Fn(TokenStream) -> TokenStream,
) -> TokenStream {
    let Some((group, rest)) = groups.split_first() else {
        return TokenStream::new();
    };
    let here = here(field.span);
    let value = if group.is_empty() {
        // An element, which is a reference already.
        quote!(#base)
    } else {
        quote_spanned!(here=> &#base #(.#group)*)
    };
    if rest.is_empty() {
        let named = name(value);
        return quote!(__rt::Vec::push(&mut __named, #named););
    }
    let element = format_ident!("__each{depth}", span = here);
    let inner = each_in(&element, depth + 1, rest, field, name);
    let inner = quote!(for #element in #value { #inner });
    if depth == 0 {
        // If nothing at all is named, the gate denies.
        return inner;
    }
    quote! {
        let __before = __rt::Vec::len(&__named);
        #inner
        __rt::nothing_named_since(__before, &mut __named);
    }
}

/// The values of the fields that [`ToolSpec`](super::constant) names, in the same order.
pub(super) fn audited(spec: &Spec) -> Option<TokenStream> {
    let fields = spec.audit_fields.iter().map(|field| {
        let fields = field.groups.iter().flatten();
        let value = quote_spanned!(here(field.span)=> &__args #(.#fields)*);
        quote!(__rt::audited(#value))
    });
    let list = quote!(#(#fields),*);
    (!list.is_empty()).then(|| {
        quote! {
            fn audited(__args: &Self::Args) -> __rt::Vec<__rt::Value> {
                __rt::list([#list])
            }
        }
    })
}

//! Whether the function can be a tool.

use super::readable;
use crate::errors::Errors;
use crate::item::Item;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{ReturnType, Safety, Type};

pub(super) fn check(item: &Item, errors: &mut Errors) {
    check_async(item, errors);
    check_plain(item, errors);
    check_generics(item, errors);
    check_self(item, errors);
    check_parameters(item, errors);
    check_return(item, errors);
}

/// A tool is an `async fn`: SDKs await it.
fn check_async(item: &Item, errors: &mut Errors) {
    if item.sig.asyncness.is_none() {
        errors.at(item.sig.fn_token, "a tool must be async\nhelp: write `async fn`");
    }
}

/// A tool is called by the gate, which can promise nothing to an `unsafe fn` and speaks no foreign ABI.
fn check_plain(item: &Item, errors: &mut Errors) {
    let sig = &item.sig;
    if let Safety::Unsafe(token) = &sig.safety {
        let message = "a tool cannot be `unsafe`: its arguments come from outside\nhelp: remove `unsafe`";
        errors.at(token, message);
    }
    if let Safety::Safe(token) = &sig.safety {
        errors.at(token, "a tool cannot be `safe`\nhelp: remove `safe`");
    }
    if let Some(token) = &sig.constness {
        errors.at(token, "a tool cannot be `const`\nhelp: remove `const`");
    }
    if let Some(abi) = &sig.abi {
        errors.at(abi, "a tool cannot be `extern`\nhelp: remove `extern`");
    }
    if let Some(variadic) = &sig.variadic {
        errors.at(variadic, "a tool cannot be variadic\nhelp: remove `...`");
    }
}

/// A tool is not generic: clients see its schema, which is that of one type.
fn check_generics(item: &Item, errors: &mut Errors) {
    let generics = &item.sig.generics;
    if !generics.params.is_empty() {
        let message = "a tool cannot be generic: clients see the schema of one type\n\
                       help: name the types in the signature";
        errors.at(&generics.params, message);
    }
}

/// A tool is a free function: there is no value that it could be a method of.
fn check_self(item: &Item, errors: &mut Errors) {
    if let Some(receiver) = item.sig.receiver() {
        let message = "a tool cannot be a method\n\
                       help: make it a free function, and take what `self` holds as a parameter `state: State<..>`";
        errors.at(receiver, message);
    }
}

/// A parameter has one type, and owns its value: arguments are read for the call, everything else is cloned for it.
fn check_parameters(item: &Item, errors: &mut Errors) {
    for parameter in item.typed() {
        let ty = &*parameter.ty;
        if let Type::Reference(reference) = ty {
            let owned = owned(&reference.elem);
            errors.at(ty, format!("a tool cannot take a reference\nhelp: write `{owned}`"));
        } else if has_impl(ty.to_token_stream()) {
            let message = "a tool cannot take an `impl` type: clients see the schema of one type\n\
                           help: name the type";
            errors.at(ty, message);
        }
    }
}

/// What owns what a reference to `borrowed` borrows.
fn owned(borrowed: &Type) -> String {
    match borrowed {
        Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        Type::Slice(slice) => format!("Vec<{}>", readable(&slice.elem)),
        other => readable(other),
    }
}

/// A tool returns a `Result`, and says of what: the output schema is made of it.
fn check_return(item: &Item, errors: &mut Errors) {
    match &item.sig.output {
        ReturnType::Default => {
            let message = "a tool must return a `Result`\n\
                           help: write `-> Result<Json<T>, E>`, with a `T` to answer and an `E` that is an error";
            errors.at(&item.sig.ident, message);
        }
        ReturnType::Type(_, ty) if has_impl(ty.to_token_stream()) => {
            let message = "a tool cannot return an `impl` type: clients see the schema of one type\n\
                           help: name the type";
            errors.at(ty, message);
        }
        ReturnType::Type(..) => {}
    }
}

/// Whether the keyword `impl` is anywhere in a type.
fn has_impl(ty: TokenStream) -> bool {
    ty.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "impl",
        TokenTree::Group(group) => has_impl(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

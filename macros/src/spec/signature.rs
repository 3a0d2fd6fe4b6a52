//! Whether the function can be a tool.

use super::readable;
use crate::errors::Errors;
use crate::item::Item;
use crate::item::find_word;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{GenericArgument, GenericParam, PathArguments, Receiver, ReceiverKind, ReturnType, Safety, Type};

pub(super) fn check(item: &Item, errors: &mut Errors) {
    check_async(item, errors);
    check_plain(item, errors);
    check_generics(item, errors);
    check_self(item, errors);
    check_parameters(item, errors);
    check_conditions(item, errors);
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
    if generics.params.is_empty() {
        return;
    }
    let is_lifetime = |param: &GenericParam| matches!(param, GenericParam::Lifetime(_));
    let message = if generics.params.iter().all(is_lifetime) {
        "a tool cannot have lifetimes: what it takes and returns outlives the call\n\
         help: remove them, and use types that own what they hold, such as `String` for `&str`"
    } else {
        "a tool cannot be generic: clients see the schema of one type\n\
         help: remove the parameters, and name a type wherever they are used"
    };
    errors.at(&generics.params, message);
}

/// A method belongs to a toolset, which says whose it is. Its `self` is a state of the toolset, and all calls share that.
fn check_self(item: &Item, errors: &mut Errors) {
    let receiver = item.sig.receiver();
    if item.owner.is_some() {
        if let Some(receiver) = receiver {
            check_receiver(receiver, errors);
        }
    } else if let Some(receiver) = receiver {
        let message = "a tool can be a method only in a toolset\n\
                       help: put `#[toolset]` on the `impl`";
        errors.at(receiver, message);
    } else if let Some(word) = find_word(item.sig.to_token_stream(), "Self") {
        let message = "a tool can be part of an `impl` only in a toolset\n\
                       help: put `#[toolset]` on the `impl`";
        errors.at(word, message);
    }
}

/// It is taken as `&self`: nobody has it alone, and it is there for the next call too.
fn check_receiver(receiver: &Receiver, errors: &mut Errors) {
    let written = match &receiver.kind {
        ReceiverKind::Reference(_, _, Some(_)) => {
            let message = "a tool cannot take `&mut self`: several calls run at the same time\n\
                           help: write `&self`, and keep what changes behind a lock or in an atomic";
            return errors.at(receiver, message);
        }
        ReceiverKind::Reference(_, Some(lifetime), None) if lifetime.ident == "static" => "&'static self".to_owned(),
        // A lifetime of the method's own is a mistake among its parameters.
        ReceiverKind::Reference(..) => return,
        ReceiverKind::Typed(_, ty) => format!("self: {}", readable(ty)),
        _ => "self".to_owned(),
    };
    let message = format!("a tool cannot take `{written}`: its toolset keeps the state\nhelp: write `&self`");
    errors.at(receiver, message);
}

/// A parameter has one type, and owns its value: arguments are read for the call, everything else is cloned for it.
fn check_parameters(item: &Item, errors: &mut Errors) {
    for parameter in item.typed() {
        let ty = &*parameter.ty;
        if let Type::Reference(reference) = ty {
            let owned = owned(&reference.elem);
            errors.at(ty, format!("a tool cannot take a reference\nhelp: write `{owned}`"));
        } else if has_impl(ty) {
            let message = "a tool cannot take an `impl` type: clients see the schema of one type\n\
                           help: name the type";
            errors.at(ty, message);
        } else if let Some(borrow) = borrow(ty) {
            let message = "a tool cannot take a type that borrows: its arguments are read for the call, and handed over\n\
                           help: use types that own what they hold, such as `String` for `&str`";
            errors.at(borrow, message);
        }
    }
}

/// A tool has the same parameters in every build. Which ones are there is decided only after this macro has run.
fn check_conditions(item: &Item, errors: &mut Errors) {
    let attrs = item.typed().flat_map(|parameter| &parameter.attrs);
    for attr in attrs.filter(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr")) {
        let word = attr.path().to_token_stream();
        let message = format!(
            "a parameter of a tool cannot have `#[{word}(..)]`\n\
             help: write two functions, each with `#[cfg(..)]` above it"
        );
        errors.at(attr, message);
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
                           help: write `-> Result<String, toolgate::ToolError>` to answer text\n\
                           help: or `-> Result<toolgate::Json<T>, toolgate::ToolError>`, with a `T` that has \
                           `#[derive(serde::Serialize, schemars::JsonSchema)]`";
            errors.at(&item.sig.ident, message);
        }
        ReturnType::Type(_, ty) if has_impl(ty) => {
            let message = "a tool cannot return an `impl` type: clients see the schema of one type\n\
                           help: name the type";
            errors.at(ty, message);
        }
        ReturnType::Type(..) => {}
    }
}

/// Whether the keyword `impl` is anywhere in a type.
fn has_impl(ty: &Type) -> bool {
    find_word(ty.to_token_stream(), "impl").is_some()
}

/// The first place where a type borrows for less than `'static`. What is between the parentheses of a function type is its
/// own matter.
pub(crate) fn borrow(ty: &Type) -> Option<TokenStream> {
    match ty {
        Type::Reference(reference) => match &reference.lifetime {
            None => Some(reference.to_token_stream()),
            Some(lifetime) if lifetime.ident == "_" => Some(reference.to_token_stream()),
            Some(_) => borrow(&reference.elem),
        },
        Type::Path(path) => path.path.segments.iter().find_map(|segment| match &segment.arguments {
            PathArguments::AngleBracketed(arguments) => arguments.args.iter().find_map(borrow_of_argument),
            PathArguments::None | PathArguments::Parenthesized(_) => None,
        }),
        Type::Array(array) => borrow(&array.elem),
        Type::Group(group) => borrow(&group.elem),
        Type::Paren(paren) => borrow(&paren.elem),
        Type::Slice(slice) => borrow(&slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(borrow),
        _ => None,
    }
}

fn borrow_of_argument(argument: &GenericArgument) -> Option<TokenStream> {
    match argument {
        GenericArgument::Lifetime(lifetime) => (lifetime.ident == "_").then(|| lifetime.to_token_stream()),
        GenericArgument::Type(ty) => borrow(ty),
        _ => None,
    }
}

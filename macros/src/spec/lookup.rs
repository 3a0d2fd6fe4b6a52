//! Methods of states that tools have asked: `tenant_of` and `check`.

use super::{Lookup, readable};
use crate::errors::Errors;
use quote::{ToTokens as _, quote_spanned};
use syn::{Ident, Type, TypePath};

pub(super) fn tenant_of(written: &TypePath, errors: &mut Errors) -> Option<Lookup> {
    read(written, errors, |name| {
        format!(
            "`tenant_of` must be a method of a state\n\
             help: write `tenant_of = Notes::{name}`, where `Notes` is the state that knows the tenants"
        )
    })
}

pub(super) fn check(written: &TypePath, errors: &mut Errors) -> Option<Lookup> {
    read(written, errors, |name| {
        format!(
            "`check` must be a method of a state\n\
             help: write `check = Notes::{name}`, where `Notes` is the state that has what the check needs"
        )
    })
}

/// It is a method of a state: what stands before the last `::` is the type that the toolset has to give.
///
/// `Notes::find` is of the state `Notes`, `<Store<Pg>>::find` of `Store<Pg>`, `<Notes as Tenants>::find` of `Notes`.
fn read(written: &TypePath, errors: &mut Errors, message: fn(&Ident) -> String) -> Option<Lookup> {
    let text = readable(written);
    let TypePath { qself, path, .. } = written;
    if let Some(qself) = qself.as_ref().filter(|qself| qself.position + 1 >= path.segments.len()) {
        return Some(Lookup {
            text,
            state: (*qself.ty).clone(),
            method: written.to_token_stream(),
        });
    }
    let mut before = path.clone();
    let method = before.segments.pop()?;
    before.segments.pop_punct();
    let last = before.segments.last().map(|segment| segment.ident.to_string());
    if matches!(last.as_deref(), None | Some("self" | "super" | "crate")) {
        errors.at(path, message(&method.ident));
        return None;
    }
    let state = Type::Path(TypePath {
        path: before,
        ..written.clone()
    });
    Some(Lookup {
        text,
        method: quote_spanned!(method.ident.span()=> <#state>::#method),
        state,
    })
}

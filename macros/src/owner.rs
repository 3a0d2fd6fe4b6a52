//! The type that a tool is a method of.

use crate::item::is_hidden;
use proc_macro2::{Group, Ident, Punct, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::{Attribute, Path, Type};

/// What the methods of an `impl` know of it.
#[derive(Clone)]
pub(crate) struct Owner {
    /// The type, as it is written.
    pub(crate) ty: Type,
    /// Its name, without the path to it and what it is made for.
    pub(crate) name: String,
    /// The conditions under which there is the `impl`.
    pub(crate) cfgs: Vec<Attribute>,
    /// Whether its documentation is hidden.
    pub(crate) is_hidden: bool,
}

impl Owner {
    pub(crate) fn new(ty: &Type, attrs: &[Attribute]) -> Self {
        Self {
            name: path(ty)
                .and_then(|path| path.segments.last())
                .map(|segment| segment.ident.unraw().to_string())
                .unwrap_or_default(),
            ty: ty.clone(),
            cfgs: attrs
                .iter()
                .filter(|attr| attr.path().is_ident("cfg"))
                .cloned()
                .collect(),
            is_hidden: is_hidden(attrs),
        }
    }

    /// The type as it stands in a sentence: `store::Notes`.
    pub(crate) fn path(&self) -> String {
        let segments = path(&self.ty).into_iter().flat_map(|path| &path.segments);
        let names: Vec<_> = segments.map(|segment| segment.ident.unraw().to_string()).collect();
        names.join("::")
    }

    /// Puts the type in the place of `Self`, where no `impl` says what that is.
    ///
    /// What rustc says about it then, it says where `Self` is written.
    pub(crate) fn name_self(&self, tokens: TokenStream) -> TokenStream {
        let mut named = TokenStream::new();
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(word) if word == "Self" => {
                    let is_path = tokens.peek().is_some_and(is_colon);
                    named.extend(self.in_place_of(&word, is_path));
                }
                TokenTree::Group(group) => {
                    let mut inner = Group::new(group.delimiter(), self.name_self(group.stream()));
                    inner.set_span(group.span());
                    named.extend([TokenTree::Group(inner)]);
                }
                other => named.extend([other]),
            }
        }
        named
    }

    fn in_place_of(&self, word: &Ident, is_path: bool) -> TokenStream {
        let ty = &self.ty;
        let is_plain = path(ty).is_some_and(|path| path.segments.iter().all(|segment| segment.arguments.is_none()));
        let ty = match is_path && !is_plain {
            true => quote!(<#ty>),
            false => ty.to_token_stream(),
        };
        located(ty, word.span())
    }
}

/// The path of the type, if it has one.
fn path(ty: &Type) -> Option<&Path> {
    match ty {
        Type::Path(path) if path.qself.is_none() => Some(&path.path),
        Type::Group(group) => path(&group.elem),
        Type::Paren(paren) => path(&paren.elem),
        _ => None,
    }
}

fn is_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if Punct::as_char(punct) == ':' && punct.spacing() == proc_macro2::Spacing::Joint)
}

/// The tokens, in the place of another: they still mean what they mean where they come from.
fn located(tokens: TokenStream, place: Span) -> TokenStream {
    let move_there = |mut token: TokenTree| {
        let span = token.span().located_at(place);
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), located(group.stream(), place)).into();
        }
        token.set_span(span);
        token
    };
    tokens.into_iter().map(move_there).collect()
}

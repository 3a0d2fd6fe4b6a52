//! The type that a tool is a method of.

use crate::item::is_hidden;
use proc_macro2::{Group, Ident, Spacing, Span, TokenStream, TokenTree};
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
        let ty = if is_path && !is_plain {
            quote!(<#ty>)
        } else {
            ty.to_token_stream()
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

/// Whether it is the first of `::`.
fn is_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':' && punct.spacing() == Spacing::Joint)
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

#[cfg(test)]
mod tests {
    use super::Owner;
    use crate::spec::readable;
    use quote::quote;
    use syn::{Type, parse_quote};

    fn named(ty: &Type, tokens: proc_macro2::TokenStream) -> String {
        readable(Owner::new(ty, &[]).name_self(tokens))
    }

    #[test]
    fn the_type_stands_wherever_self_stood() {
        let ty = parse_quote!(store::Notes);
        assert_eq!(named(&ty, quote!(Vec<(Self, u8)>)), "Vec<(store::Notes, u8)>");
        assert_eq!(named(&ty, quote!([u8; Self::N])), "[u8;store::Notes::N]");
        assert_eq!(named(&ty, quote!(<Self as A>::B)), "<store::Notes as A>::B");
        assert_eq!(named(&ty, quote!(own: Self, self)), "own:store::Notes, self");
    }

    #[test]
    fn a_path_begins_with_any_type() {
        let ty = parse_quote!(Notes<u8>);
        assert_eq!(named(&ty, quote!(Self::tenant_of)), "<Notes<u8>>::tenant_of");
        assert_eq!(named(&ty, quote!(Vec<Self>)), "Vec<Notes<u8>>");
    }

    #[test]
    fn the_name_is_the_last_of_the_path() {
        let of = |ty: Type| (Owner::new(&ty, &[]).name, Owner::new(&ty, &[]).path());
        let pair = |name: &str, path: &str| (name.to_owned(), path.to_owned());
        assert_eq!(
            of(parse_quote!(crate::r#mod::Notes<u8>)),
            pair("Notes", "crate::mod::Notes")
        );
        assert_eq!(of(parse_quote!((Notes))), pair("Notes", "Notes"));
        assert_eq!(of(parse_quote!(dyn Notes)), pair("", ""));
        assert_eq!(of(parse_quote!(<u8 as Notes>::Of)), pair("", ""));
    }
}

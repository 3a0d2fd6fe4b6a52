//! A scope or a role, as it can be written in a list.

use super::end_of_item;
use super::value::{Value, rest};
use crate::spec::readable;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::discouraged::Speculative as _;
use syn::parse::{Parse, ParseStream, Result};
use syn::{Error, LitStr, Path};

/// The name of a scope or of a role.
#[derive(Clone)]
pub(crate) enum Name {
    /// Itself: `"write:tools"`.
    Text(LitStr),
    /// A variant of a catalogue, with the enum before it: `Scope::Write`. What it is called there, rustc finds out.
    Variant(Path),
}

impl Name {
    /// The path, as written, or the name itself.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(literal) => literal.value(),
            Self::Variant(path) => readable(path),
        }
    }

    /// How it is written in a list.
    pub(crate) fn written(&self) -> String {
        match self {
            Self::Text(literal) => format!("{:?}", literal.value()),
            Self::Variant(path) => readable(path),
        }
    }
}

impl Parse for Name {
    fn parse(input: ParseStream) -> Result<Self> {
        Self::read(input)
    }
}

impl Value for Name {
    const EXAMPLE: &str = "\"..\"";

    fn read(input: ParseStream) -> Result<Self> {
        if input.peek(LitStr) {
            return input.parse().map(Self::Text);
        }
        let ahead = input.fork();
        if let Ok(path) = ahead.call(Path::parse_mod_style)
            && path.segments.len() > 1
            && end_of_item(&ahead).is_ok()
        {
            input.advance_to(&ahead);
            return Ok(Self::Variant(path));
        }
        let (first, text) = rest(input)?;
        let message = format!(
            "expected a string literal, or the variant of a catalogue with the enum before it\n\
             help: write `{text:?}`, or a path as in `Scope::Write`"
        );
        Err(Error::new_spanned(first, message))
    }
}

impl ToTokens for Name {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Text(literal) => literal.to_tokens(tokens),
            Self::Variant(path) => path.to_tokens(tokens),
        }
    }
}

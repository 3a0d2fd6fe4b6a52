//! What may stand after the key of an argument.

use super::{end_of_item, skip_to_comma};
use crate::errors::Errors;
use crate::field_path::FieldPath;
use crate::spec::readable;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::parse::discouraged::Speculative as _;
use syn::parse::{Parse as _, ParseStream, Result};
use syn::{Error, Ident, LitBool, LitStr, Path, Token, TypePath, bracketed, token};

/// The value of an argument.
pub(super) trait Value: Sized {
    /// One that could stand in the user's code, to show the form of it.
    const EXAMPLE: &str;

    /// Reads the value itself.
    fn read(input: ParseStream) -> Result<Self>;

    /// Reads what follows the key.
    fn parse_after(key: &Ident, input: ParseStream) -> Result<Self> {
        let equals = input.parse::<Option<Token![=]>>()?;
        if equals.is_none() || end_of_item(input).is_ok() {
            let message = format!("`{key}` needs a value\nhelp: write `{key} = {}`", Self::EXAMPLE);
            return Err(Error::new(key.span(), message));
        }
        Self::read(input)
    }
}

/// A word that stands alone.
impl Value for () {
    const EXAMPLE: &str = "";

    fn read(_: ParseStream) -> Result<Self> {
        Ok(())
    }

    fn parse_after(key: &Ident, input: ParseStream) -> Result<Self> {
        if input.is_empty() || input.peek(Token![,]) || input.peek(Ident) {
            return Ok(());
        }
        let is_false = input.peek(Token![=]) && input.peek2(LitBool) && {
            input.parse::<Token![=]>()?;
            !input.parse::<LitBool>()?.value
        };
        let help = if is_false {
            "remove it".to_owned()
        } else {
            format!("write `{key}`")
        };
        Err(Error::new(key.span(), format!("`{key}` takes no value\nhelp: {help}")))
    }
}

/// A word that stands alone and says yes, or has `true` or `false` after it.
#[derive(Clone, Copy)]
pub(crate) struct Flag(pub(crate) bool);

impl Value for Flag {
    const EXAMPLE: &str = "true";

    fn read(input: ParseStream) -> Result<Self> {
        <LitBool as Value>::read(input).map(|literal| Self(literal.value))
    }

    fn parse_after(key: &Ident, input: ParseStream) -> Result<Self> {
        if end_of_item(input).is_ok() {
            return Ok(Self(true));
        }
        if input.parse::<Option<Token![=]>>()?.is_none() || end_of_item(input).is_ok() {
            let message = format!("`{key}` stands alone, or has a value\nhelp: write `{key}`");
            return Err(Error::new(key.span(), message));
        }
        Self::read(input)
    }
}

impl Value for LitStr {
    const EXAMPLE: &str = "\"..\"";

    fn read(input: ParseStream) -> Result<Self> {
        if input.peek(LitStr) {
            return input.parse();
        }
        let (first, text) = rest(input)?;
        let message = format!("expected a string literal\nhelp: write `{text:?}`");
        Err(Error::new_spanned(first, message))
    }
}

/// A text that is to be a time.
#[derive(Clone)]
pub(crate) struct AgeText(pub(crate) LitStr);

impl Value for AgeText {
    const EXAMPLE: &str = "\"15min\"";

    fn read(input: ParseStream) -> Result<Self> {
        if input.peek(LitStr) {
            return input.parse().map(Self);
        }
        let (first, text) = rest(input)?;
        let help = if text.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("write `\"{text}s\"`, if these are seconds")
        } else {
            "write a whole number and `s`, `min`, `h` or `d`, as in `\"15min\"`".to_owned()
        };
        Err(Error::new_spanned(
            first,
            format!("expected a time with its unit, in quotes\nhelp: {help}"),
        ))
    }
}

/// A text that is to be a rate.
#[derive(Clone)]
pub(crate) struct RateText(pub(crate) LitStr);

impl Value for RateText {
    const EXAMPLE: &str = "\"30/min\"";

    fn read(input: ParseStream) -> Result<Self> {
        <LitStr as Value>::read(input).map(Self)
    }
}

impl Value for LitBool {
    const EXAMPLE: &str = "true";

    fn read(input: ParseStream) -> Result<Self> {
        if input.peek(LitBool) {
            return input.parse();
        }
        let help = if input.peek(LitStr) {
            "write it without quotes"
        } else {
            "write one of the two"
        };
        Err(input.error(format!("expected `true` or `false`\nhelp: {help}")))
    }
}

impl Value for FieldPath {
    const EXAMPLE: &str = "\"..\"";

    fn read(input: ParseStream) -> Result<Self> {
        if input.peek(LitStr) {
            return Self::of_literal(&input.parse()?);
        }
        let ahead = input.fork();
        if let Ok(field) = ahead.parse()
            && (ahead.is_empty() || ahead.peek(Token![,]))
        {
            input.advance_to(&ahead);
            return Ok(Self::of_ident(field));
        }
        <LitStr as Value>::read(input).and_then(|literal| Self::of_literal(&literal))
    }
}

/// Reads a path, or says at the first token of what is none what was expected.
fn path<T>(input: ParseStream, parse: fn(ParseStream) -> Result<T>, message: &str) -> Result<T> {
    let ahead = input.fork();
    let path = parse(&ahead).map_err(|_| input.error(message))?;
    input.advance_to(&ahead);
    Ok(path)
}

impl Value for Path {
    const EXAMPLE: &str = "::toolgate";

    fn read(input: ParseStream) -> Result<Self> {
        let message = "expected a path\nhelp: write `crate = ::toolgate`, or the name you gave the crate";
        path(input, Path::parse_mod_style, message)
    }
}

/// The enum that is a catalogue.
#[derive(Clone)]
pub(crate) struct CatalogPath(pub(crate) Path);

impl Value for CatalogPath {
    const EXAMPLE: &str = "Scope";

    fn read(input: ParseStream) -> Result<Self> {
        let message = "expected the path of a catalogue\n\
                           help: write the name of the enum that is one, as in `catalog = Scope`";
        path(input, Path::parse_mod_style, message).map(Self)
    }
}

impl Value for TypePath {
    const EXAMPLE: &str = "Notes::tenant_of";

    fn read(input: ParseStream) -> Result<Self> {
        let message = "expected the path of a method\n\
                           help: write `tenant_of = Notes::tenant_of`, where `Notes` is the state that knows the tenants";
        path(input, TypePath::parse, message)
    }
}

/// The path of a method that decides.
#[derive(Clone)]
pub(crate) struct CheckPath(pub(crate) TypePath);

impl Value for CheckPath {
    const EXAMPLE: &str = "Notes::may_update";

    fn read(input: ParseStream) -> Result<Self> {
        let message = "expected the path of a method\n\
                           help: write `check = Notes::may_update`, where `Notes` is the state that has what the check needs";
        path(input, TypePath::parse, message).map(Self)
    }
}

impl<T: Value> Value for Vec<T> {
    const EXAMPLE: &str = "[\"..\"]";

    fn read(input: ParseStream) -> Result<Self> {
        if !input.peek(token::Bracket) {
            let (first, text) = rest(input)?;
            let message = format!("expected a list\nhelp: write `[{text:?}]`");
            return Err(Error::new_spanned(first, message));
        }
        let content;
        bracketed!(content in input);
        read_all(&content)
    }
}

/// Values with commas between them, passing over those that are wrong.
pub(super) fn read_all<T: Value>(content: ParseStream) -> Result<Vec<T>> {
    let mut errors = Errors::default();
    let mut list = Vec::new();
    while !content.is_empty() {
        match errors.take(T::read(content).and_then(|value| end_of_item(content).map(|()| value))) {
            Some(value) => list.push(value),
            None => skip_to_comma(content),
        }
        errors.take(content.parse::<Option<Token![,]>>());
    }
    errors.finish()?;
    Ok(list)
}

/// The rest of the argument: its tokens, and the text that was probably meant.
pub(super) fn rest(input: ParseStream) -> Result<(TokenStream, String)> {
    if input.peek(LitStr) {
        let literal: LitStr = input.parse()?;
        return Ok((literal.to_token_stream(), literal.value()));
    }
    let mut tokens = TokenStream::new();
    while end_of_item(input).is_err() {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    let text = readable(&tokens);
    Ok((tokens, text))
}

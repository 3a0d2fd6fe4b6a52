//! The functions of an `impl`, of which everything else is handed on token for token.

use crate::errors::Errors;
use crate::item::Item;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::discouraged::Speculative as _;
use syn::parse::{ParseStream, Parser as _, Result};
use syn::{Attribute, Error, Token};

/// An `impl` without what is in its braces, and that. Anything else is an error with this message.
pub(crate) fn split(tokens: &TokenStream, message: &str) -> Result<(TokenStream, Group)> {
    let begin = |input: ParseStream| {
        input.call(Attribute::parse_outer)?;
        let begin = input.cursor().token_stream();
        input.parse::<Option<Token![unsafe]>>()?;
        let is_impl = input.peek(Token![impl]);
        input.parse::<TokenStream>()?;
        Ok((begin, is_impl))
    };
    let (begin, is_impl) = begin.parse2(tokens.clone())?;
    let mut head: Vec<_> = tokens.clone().into_iter().collect();
    match head.pop() {
        Some(TokenTree::Group(body)) if is_impl => Ok((head.into_iter().collect(), body)),
        _ => Err(Error::new_spanned(begin.into_iter().next(), message)),
    }
}

/// What is left of an `impl` that was not understood: all of it, and what is wrong.
pub(crate) fn as_it_was(error: Error, mut errors: Errors, tokens: &TokenStream) -> TokenStream {
    errors.push(error);
    let error = errors.finish().err().map(|error| error.to_compile_error());
    quote!(#error #tokens)
}

/// What a macro does with the functions that it is about.
pub(crate) trait Functions {
    /// Whether what has these attributes is one of them.
    fn is_wanted(attrs: &[Attribute]) -> bool;

    /// Whether the attribute is for the macro alone.
    fn is_taken_off(attr: &Attribute) -> bool;

    /// Looks at the attributes of whatever has some.
    fn see(&mut self, _: &[Attribute]) {}

    /// Takes note of a function, and returns what is left of it.
    fn read(&mut self, item: Item) -> Result<TokenStream>;

    /// Takes note of what has the attributes of such a function, and after them is none, or was not understood.
    fn give_up(&mut self, attrs: &[Attribute], after: ParseStream, error: Error);

    /// Reads an `impl` that was [`split`]. What it returns is all of it, without the attributes that are for the macro.
    fn read_impl(&mut self, head: &TokenStream, body: &Group) -> Result<TokenStream> {
        let parser = |input: ParseStream| self.read_all(input);
        let mut kept = Group::new(Delimiter::Brace, parser.parse2(body.stream())?);
        kept.set_span(body.span());
        Ok(quote!(#head #kept))
    }

    /// Reads what is in the braces. What it returns is all of it, without the attributes that are for the macro.
    fn read_all(&mut self, input: ParseStream) -> Result<TokenStream> {
        let mut kept = TokenStream::new();
        while !input.is_empty() {
            let after_attrs = input.fork();
            let attrs = after_attrs.call(Attribute::parse_outer).unwrap_or_default();
            self.see(&attrs);
            if attrs.is_empty() {
                kept.extend([input.parse::<TokenTree>()?]);
                continue;
            }
            if Self::is_wanted(&attrs) {
                let after_function = input.fork();
                match after_function.parse().and_then(|item| self.read(item)) {
                    Ok(function) => {
                        kept.extend(function);
                        input.advance_to(&after_function);
                        continue;
                    }
                    // Without a body it is no function of an `impl`, and rustc says so.
                    Err(_) if after_function.peek(Token![;]) => {}
                    Err(error) => self.give_up(&attrs, &after_attrs.fork(), error),
                }
            }
            let others = attrs.iter().filter(|attr| !Self::is_taken_off(attr));
            kept.extend(others.map(ToTokens::to_token_stream));
            input.advance_to(&after_attrs);
        }
        Ok(kept)
    }
}

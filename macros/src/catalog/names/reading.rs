//! What a catalogue and a tool hand over, read.

use super::{Entry, Given, Kind, Known, List};
use crate::attr::Name;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Result};
use syn::punctuated::Punctuated;
use syn::{Ident, LitInt, LitStr, Path, Token, braced, bracketed, token};

fn kind(input: ParseStream) -> Result<Kind> {
    let kind: Ident = input.parse()?;
    match kind.to_string().as_str() {
        "scope" => Ok(Kind::Scopes),
        _ => Ok(Kind::Roles),
    }
}

// { scope Read "notes:read" [], Write "notes:write" [0] }
impl Parse for Known {
    fn parse(input: ParseStream) -> Result<Self> {
        let content;
        braced!(content in input);
        let kind = kind(&content)?;
        let entries = Punctuated::<Entry, Token![,]>::parse_terminated(&content)?;
        Ok(Self {
            kind,
            entries: entries.into_iter().collect(),
        })
    }
}

impl Parse for Entry {
    fn parse(input: ParseStream) -> Result<Self> {
        let variant = input.call(Ident::parse_any)?;
        let value = input.parse::<LitStr>()?.value();
        let content;
        bracketed!(content in input);
        let numbers = Punctuated::<LitInt, Token![,]>::parse_terminated(&content)?;
        let numbers = numbers.iter().map(LitInt::base10_parse);
        Ok(Self {
            variant,
            value,
            implies: numbers.collect::<Result<_>>()?,
        })
    }
}

// { crate::Scope } scope closed scopes_all [Scope::Write, "notes:read"] scopes_any []
impl Parse for Given {
    fn parse(input: ParseStream) -> Result<Self> {
        let content;
        braced!(content in input);
        let path = content.call(Path::parse_mod_style)?;
        let kind = kind(input)?;
        let is_closed = input.parse::<Ident>()? == "closed";
        let mut rule = None;
        if input.peek(Ident) && input.peek2(token::Brace) {
            input.parse::<Ident>()?;
            let content;
            braced!(content in input);
            rule = Some(content.parse()?);
        }
        let mut lists = Vec::new();
        while !input.is_empty() {
            let key = input.parse()?;
            let content;
            bracketed!(content in input);
            let names = Punctuated::<Name, Token![,]>::parse_terminated(&content)?;
            lists.push(List {
                key,
                names: names.into_iter().collect(),
            });
        }
        Ok(Self {
            path,
            kind,
            is_closed,
            rule,
            lists,
        })
    }
}

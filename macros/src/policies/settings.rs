//! What stands in the parentheses of `#[policies(..)]`.

use crate::errors::Errors;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _, Result};
use syn::{Error, LitStr, Path, Token, Visibility};

/// Where the runtime is, and what function gives the table.
pub(super) struct Settings {
    pub(super) krate: TokenStream,
    pub(super) table: Ident,
    pub(super) vis: Visibility,
}

impl Settings {
    pub(super) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut settings = Self {
            krate: quote!(::toolgate),
            table: Ident::new("tool_policies", Span::call_site()),
            vis: Visibility::Inherited,
        };
        let parser = |input: ParseStream| {
            while !input.is_empty() {
                settings.parse_one(input)?;
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        errors.take(parser.parse2(tokens));
        settings
    }

    fn parse_one(&mut self, input: ParseStream) -> Result<()> {
        let key = input.call(Ident::parse_any)?;
        match key.to_string().as_str() {
            "crate" => self.krate = value(&key, input, Path::parse_mod_style)?.to_token_stream(),
            "table" => self.table = value(&key, input, <Ident as Parse>::parse)?,
            "vis" => self.vis = value(&key, input, |input| input.parse::<LitStr>()?.parse())?,
            unknown => {
                let message = format!(
                    "unknown argument `{unknown}`\n\
                     help: `#[policies(..)]` takes `crate`, `table` and `vis`; who may call a tool is said by \
                     `#[policy(..)]` above it"
                );
                return Err(Error::new(key.span(), message));
            }
        }
        Ok(())
    }
}

fn value<T>(key: &Ident, input: ParseStream, read: impl FnOnce(ParseStream) -> Result<T>) -> Result<T> {
    let value = input.parse::<Token![=]>().and_then(|_| read(input));
    value.map_err(|_| {
        let message = format!(
            "`{key}` needs a value of its own form\n\
             help: write it as in `#[policies(crate = ::toolgate, table = tool_policies, vis = \"pub\")]`"
        );
        Error::new(key.span(), message)
    })
}

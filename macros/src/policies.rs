//! The `impl` under `#[policies(..)]`: tools that are written for `rmcp`, and who may call them.

mod block;
mod expand;
mod settings;

use self::block::Block;
pub(crate) use self::block::Method;
use self::settings::Settings;
use crate::attr::Attr;
use crate::errors::Errors;
use crate::impl_block;
use crate::spec::Spec;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Error;

pub(crate) fn make_policies(attr: TokenStream, tokens: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let settings = Settings::parse(attr, &mut errors);
    let block = match Block::parse(tokens, &mut errors) {
        Ok(block) => block,
        Err(error) => return impl_block::as_it_was(error, errors, tokens),
    };
    let said = block.methods.iter().map(|method| said(method, &settings, &mut errors));
    let said: Vec<_> = said.collect();
    expand::expand(&block, &settings, &said, errors.finish().err().as_ref())
}

/// What is said of a tool, or nothing, if something is wrong with that.
fn said(method: &Method, settings: &Settings, errors: &mut Errors) -> Option<Spec> {
    let mut mistakes = Errors::default();
    let attr = Attr::parse(method.attr.clone(), &mut mistakes);
    let spec = Spec::of_stock(attr, method, settings.krate.clone(), &mut mistakes);
    errors.take(mistakes.finish()).map(|()| spec)
}

/// `#[policy(..)]` where nobody reads it: it would protect nothing.
pub(crate) fn stray(item: &TokenStream) -> TokenStream {
    let message = "`#[policy(..)]` is read by `#[policies]`, and protects nothing without it\n\
                   help: put `#[policies]` above the `impl` that has the tool, next to `#[tool_router]`";
    // Under the attribute, as the user's own code and not as code of the macro.
    let user = item.clone().into_iter().next().map(|token| token.span());
    let place = user.map_or_else(Span::call_site, |user| Span::call_site().resolved_at(user));
    let error = Error::new(place, message).to_compile_error();
    quote!(#error #item)
}

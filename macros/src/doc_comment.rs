//! The text of doc comments, which people and models read.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta};

/// The text, as a constant expression. `None` if there is none.
///
/// It is taken as written, without the space after `///` and without empty lines around it.
pub(crate) fn text(attrs: &[Attribute]) -> Option<TokenStream> {
    let docs: Vec<&Expr> = attrs
        .iter()
        .filter_map(|attr| match &attr.meta {
            Meta::NameValue(meta) if meta.path.is_ident("doc") => Some(&meta.value),
            _ => None,
        })
        .collect();
    let literals: Option<Vec<String>> = docs.iter().map(|doc| literal(doc)).collect();
    let Some(literals) = literals else {
        // With `#[doc = include_str!(..)]` only the compiler knows the text.
        return Some(quote!(::core::concat!(#(#docs, "\n"),*)));
    };
    let text = literals.join("\n");
    let lines: Vec<_> = text
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end())
        .collect();
    let text = lines.join("\n");
    let text = text.trim_matches('\n');
    (!text.is_empty()).then(|| LitStr::new(text, Span::call_site()).into_token_stream())
}

fn literal(doc: &Expr) -> Option<String> {
    match doc {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text), ..
        }) => Some(text.value()),
        _ => None,
    }
}

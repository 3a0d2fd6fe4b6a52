//! What clients and models read: the name, the title and the description.

use crate::attr::Attr;
use crate::doc_comment;
use crate::errors::Errors;
use crate::item::Item;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::{Error, LitStr};

/// What they read.
pub(super) struct Definition {
    pub(super) name: LitStr,
    pub(super) title: Option<LitStr>,
    /// A constant expression.
    pub(super) description: TokenStream,
}

impl Definition {
    pub(super) fn new(attr: &Attr, item: &Item, errors: &mut Errors) -> Self {
        let name = name(attr, item, errors);
        let description = description(item, errors);
        Self {
            name,
            title: title(attr, errors),
            description,
        }
    }
}

/// MCP: a tool's name is 1 to 128 of `A-Z a-z 0-9 _ - .`. That of the function is the default.
fn name(attr: &Attr, item: &Item, errors: &mut Errors) -> LitStr {
    let function = &item.sig.ident;
    let name = match &attr.name {
        Some(arg) => arg.value.clone(),
        None => LitStr::new(&function.unraw().to_string(), function.span()),
    };
    let text = name.value();
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if !(1..=128).contains(&text.len()) || !text.chars().all(is_allowed) {
        let help = match &attr.name {
            Some(_) => "use 1 to 128 of the letters `A-Z` and `a-z`, digits, `_`, `-` and `.`",
            None => "add `name = \"..\"`: 1 to 128 of the letters `A-Z` and `a-z`, digits, `_`, `-` and `.`",
        };
        let what = match text.len() {
            0 => "a tool's name cannot be empty".to_owned(),
            1..=128 => format!("`{text}` cannot be the name of a tool"),
            bytes => format!("a tool's name cannot be {bytes} bytes long"),
        };
        let message = format!("{what}\nhelp: {help}");
        errors.push(Error::new(name.span(), message));
    }
    name
}

/// A title is shown to people, so it is not blank.
fn title(attr: &Attr, errors: &mut Errors) -> Option<LitStr> {
    let title = &attr.title.as_ref()?.value;
    if title.value().trim().is_empty() {
        errors.at(
            title,
            "a title cannot be empty\nhelp: remove it, the name is shown instead",
        );
    }
    Some(title.clone())
}

/// The model reads the doc comment, so there has to be one.
fn description(item: &Item, errors: &mut Errors) -> TokenStream {
    doc_comment::text(&item.attrs).unwrap_or_else(|| {
        let message = "this tool has no description\n\
                       help: add a `///` comment above the function: it is the description that the model reads";
        errors.push(Error::new(item.sig.ident.span(), message));
        quote!("")
    })
}

//! The function under the attribute, as far as it has to be understood.

use crate::owner::Owner;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Result};
use syn::{Attribute, Error, FnArg, Ident, LitStr, Meta, PatType, Signature, Visibility, token};

/// A function whose body is left unread.
///
/// The body may be half-typed while an editor asks for the expansion. It is handed back as the very group it came as, so
/// completion keeps working inside it, and rustc says about it what it would have said anyway. From a `$body:block` of
/// `macro_rules!` it comes as a group without braces, around the one with them.
pub(crate) struct Item {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    body: TokenTree,
    /// What it is a method of, or belongs to without a `self`.
    pub(crate) owner: Option<Owner>,
    /// The attribute that says who may call it.
    pub(crate) attribute: &'static str,
}

impl Item {
    /// The parameter that receives the tool's arguments: the first.
    pub(crate) fn args(&self) -> Option<&PatType> {
        self.typed().next()
    }

    /// The parameters that are filled from the call: all others.
    pub(crate) fn extras(&self) -> impl Iterator<Item = &PatType> {
        self.typed().skip(1)
    }

    /// The conditions under which there is a function at all, and so a tool.
    pub(crate) fn cfgs(&self) -> impl Iterator<Item = &Attribute> {
        let of_impl = self.owner.iter().flat_map(|owner| &owner.cfgs);
        of_impl.chain(self.own_cfgs())
    }

    /// Those that stand at the function itself.
    pub(crate) fn own_cfgs(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(|attr| attr.path().is_ident("cfg"))
    }

    /// Whether it is part of an `impl` that nobody has read, as far as that can be seen.
    pub(crate) fn is_astray(&self) -> bool {
        self.owner.is_none()
            && (self.sig.receiver().is_some() || find_word(self.sig.to_token_stream(), "Self").is_some())
    }

    /// As a part of this `impl`: in its signature stands the type itself, and not `Self`.
    pub(crate) fn in_impl_of(&self, owner: &Owner) -> Result<Self> {
        Ok(Self {
            attrs: self.attrs.clone(),
            vis: self.vis.clone(),
            sig: syn::parse2(owner.name_self(self.sig.to_token_stream()))?,
            body: self.body.clone(),
            owner: Some(owner.clone()),
            attribute: self.attribute,
        })
    }

    /// Whether its documentation is hidden.
    pub(crate) fn is_hidden(&self) -> bool {
        is_hidden(&self.attrs) || self.owner.as_ref().is_some_and(|owner| owner.is_hidden)
    }

    /// All parameters but a `self`.
    pub(crate) fn typed(&self) -> impl Iterator<Item = &PatType> {
        self.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(typed),
            FnArg::Receiver(_) => None,
        })
    }
}

impl Parse for Item {
    fn parse(input: ParseStream) -> Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        if !is_function(&input.fork()) {
            let message = "`#[mcp_tool]` belongs on a function\nhelp: put it above the `async fn` that does the work";
            return Err(input.error(message));
        }
        let sig: Signature = input.parse()?;
        if !input.peek(token::Brace) {
            return Err(Error::new(
                sig.ident.span(),
                "a tool needs a body\nhelp: make it a free function, outside of any `trait`",
            ));
        }
        let body = input.parse()?;
        Ok(Self {
            attrs,
            vis,
            sig,
            body,
            owner: None,
            attribute: "mcp_tool",
        })
    }
}

/// Whether there is a `#[doc(hidden)]`.
pub(crate) fn is_hidden(attrs: &[Attribute]) -> bool {
    let is_hidden = |attr: &Attribute| matches!(&attr.meta, Meta::List(list) if list.tokens.to_string() == "hidden");
    attrs.iter().any(|attr| attr.path().is_ident("doc") && is_hidden(attr))
}

/// Finds a word anywhere in tokens.
pub(crate) fn find_word(tokens: TokenStream, word: &str) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) => (ident == word).then_some(ident),
        TokenTree::Group(group) => find_word(group.stream(), word),
        TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    })
}

/// Whether a signature begins here, apart from what may be wrong with it.
pub(crate) fn is_function(ahead: ParseStream) -> bool {
    while let Ok(word) = ahead.call(Ident::parse_any) {
        match word.to_string().as_str() {
            "fn" => return true,
            "const" | "async" | "unsafe" | "safe" => {}
            "extern" => drop(ahead.parse::<Option<LitStr>>()),
            _ => return false,
        }
    }
    false
}

impl ToTokens for Item {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.attrs.iter().map(ToTokens::to_token_stream));
        self.vis.to_tokens(tokens);
        self.sig.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

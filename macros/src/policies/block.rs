//! An `impl` with tools that are written for `rmcp`, as far as it has to be understood.

use crate::errors::Errors;
use crate::impl_block::{Functions, split};
use crate::item::{Item, find_word, is_function};
use crate::owner::Owner;
use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::parse::{ParseStream, Result};
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Expr, Generics, ItemImpl, Lit, LitStr, Meta, Token, Type, Visibility};

/// The `impl`, and its tools.
pub(super) struct Block {
    pub(super) owner: Owner,
    pub(super) generics: Generics,
    pub(super) methods: Vec<Method>,
    /// The `impl` itself, without `#[policy(..)]`. Everything else is in it token for token.
    pub(super) tokens: TokenStream,
}

/// A function with `#[tool]` above it.
pub(crate) struct Method {
    /// What stands in the parentheses of `#[policy(..)]`.
    pub(super) attr: TokenStream,
    pub(crate) item: Item,
    /// What clients call it by.
    pub(crate) name: LitStr,
}

impl Block {
    pub(super) fn parse(tokens: &TokenStream, errors: &mut Errors) -> Result<Self> {
        let message = "`#[policies]` belongs on an `impl`\n\
                       help: put it above the `impl` that has the tools, next to `#[tool_router]`";
        let (head, body) = split(tokens, message)?;
        let parsed: ItemImpl = syn::parse2(quote!(#head {}))?;
        check_gate(&parsed.attrs, &parsed.self_ty, errors);
        let owner = Owner::new(&parsed.self_ty, &parsed.attrs);
        let mut reader = Reader {
            owner: &owner,
            methods: Vec::new(),
            errors,
        };
        let tokens = reader.read_impl(&head, &body)?;
        let methods = reader.methods;
        Ok(Self {
            tokens,
            generics: parsed.generics,
            owner,
            methods,
        })
    }
}

/// Finds the tools and their policies.
struct Reader<'a> {
    owner: &'a Owner,
    methods: Vec<Method>,
    errors: &'a mut Errors,
}

impl Functions for Reader<'_> {
    fn is_wanted(attrs: &[Attribute]) -> bool {
        attrs.iter().any(|attr| is_tool(attr) || is_policy(attr))
    }

    fn is_taken_off(attr: &Attribute) -> bool {
        is_policy(attr)
    }

    /// A tool without a policy is one of which nothing is said. That is judged with what others say.
    fn read(&mut self, mut item: Item) -> Result<TokenStream> {
        let (policies, others): (Vec<_>, Vec<_>) = item.attrs.into_iter().partition(is_policy);
        item.attrs = others;
        item.attribute = "policy";
        check_once(&policies, self.errors);
        let Some(tool) = item.attrs.iter().find(|attr| is_tool(attr)) else {
            check_is_tool(&policies, self.errors);
            return Ok(item.into_token_stream());
        };
        let attr = match policies.first().map(|policy| &policy.meta) {
            None | Some(Meta::Path(_)) => TokenStream::new(),
            Some(meta) => meta.require_list()?.tokens.clone(),
        };
        self.methods.push(Method {
            attr: self.owner.name_self(attr),
            name: name(tool, &item),
            item: item.in_impl_of(self.owner)?,
        });
        Ok(item.into_token_stream())
    }

    /// What is wrong with `#[tool]`, its own macro says.
    fn give_up(&mut self, attrs: &[Attribute], after: ParseStream, error: Error) {
        let function = after.parse::<Visibility>().is_ok() && is_function(after);
        let policy = attrs.iter().find(|attr| is_policy(attr));
        match policy {
            Some(policy) if !function => check_is_tool([policy], self.errors),
            _ if function => self.errors.push(error),
            _ => {}
        }
    }
}

/// Whether it is `#[tool]`, as `#[tool_router]` finds out.
fn is_tool(attr: &Attribute) -> bool {
    is_called(attr, "tool")
}

/// Whether it is `#[policy]`, by whatever path.
fn is_policy(attr: &Attribute) -> bool {
    is_called(attr, "policy")
}

fn is_called(attr: &Attribute, name: &str) -> bool {
    let last = attr.path().segments.last();
    last.is_some_and(|segment| segment.ident == name)
}

/// Whoever serves the type itself serves its tools without a gate, and so without their policies.
///
/// 1. `#[tool_router]` is still to come: one that was above has made its code already, and nobody can see what it was told.
/// 2. It does not serve the type itself.
fn check_gate(attrs: &[Attribute], owner: &Type, errors: &mut Errors) {
    if !attrs.iter().any(|attr| is_called(attr, "tool_router")) {
        let message = "there is no `#[tool_router]` below `#[policies]`\n\
                       help: put `#[tool_router]` between `#[policies]` and the impl";
        errors.at(owner, message); // 1
    }
    for attr in attrs.iter().filter(|attr| is_called(attr, "tool_router")) {
        if let Some(word) = find_word(attr.meta.to_token_stream(), "server_handler") {
            let message = "`server_handler` serves these tools to everyone, whatever their policies say\n\
                           help: remove it, and serve them with `toolgate::rmcp::Server::with_router`";
            errors.at(word, message);
        }
    }
}

/// A tool has one policy.
fn check_once(policies: &[Attribute], errors: &mut Errors) {
    for policy in policies.iter().skip(1) {
        errors.at(policy, "`#[policy]` is given twice\nhelp: keep one of them");
    }
}

/// A policy is about a tool.
fn check_is_tool<'a>(policies: impl IntoIterator<Item = &'a Attribute>, errors: &mut Errors) {
    for policy in policies.into_iter().take(1) {
        let message = "`#[policy(..)]` is about a tool, and this is none\n\
                       help: put `#[tool]` above it, or remove `#[policy(..)]`";
        errors.at(policy, message);
    }
}

/// What clients call the tool by: what `#[tool(name = "..")]` says, or else the name of the function. An `r#` is part of it: that is
/// what the SDK does.
fn name(tool: &Attribute, item: &Item) -> LitStr {
    let function = &item.sig.ident;
    let said = tool.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    let said = said.ok().into_iter().flatten().find_map(|meta| match meta {
        Meta::NameValue(said) if said.path.is_ident("name") => text(said.value),
        _ => None,
    });
    said.unwrap_or_else(|| LitStr::new(&function.to_string(), function.span()))
}

fn text(value: Expr) -> Option<LitStr> {
    match value {
        Expr::Lit(literal) => match literal.lit {
            Lit::Str(text) => Some(text),
            _ => None,
        },
        Expr::Group(group) => text(*group.expr),
        Expr::Paren(paren) => text(*paren.expr),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Block;
    use crate::errors::Errors;
    use proc_macro2::TokenStream;
    use quote::quote;

    /// What the `impl` becomes, and the names of its tools with what is said of them.
    fn read(tokens: &TokenStream) -> (String, Vec<(String, String)>) {
        let mut errors = Errors::default();
        let block = Block::parse(tokens, &mut errors).unwrap();
        errors.finish().unwrap();
        let said = block
            .methods
            .iter()
            .map(|method| (method.name.value(), method.attr.to_string()));
        (block.tokens.to_string(), said.collect())
    }

    #[test]
    fn whatever_is_no_policy_stays_token_for_token() {
        let rest = quote! {
            const HALF: Vec<Self> = { let } + ;
            type = ;
            #[inline] fn
        };
        let tool =
            quote!(#[tool(name = "t", description = concat!("a", "b"))] pub async fn tool(&self) -> Self { let = });
        let (written, said) = read(&quote!(#[tool_router(router = r)] impl<T: Copy> Notes<T> {
            #rest #[cold] #[policy(public)] #tool #rest
        }));
        let expected = quote!(#[tool_router(router = r)] impl<T: Copy> Notes<T> { #rest #[cold] #tool #rest });
        assert_eq!(written, expected.to_string());
        assert_eq!(said, [("t".to_owned(), "public".to_owned())]);
    }

    #[test]
    fn a_tool_has_the_name_that_the_sdk_gives_it() {
        let (_, said) = read(&quote! {
            #[tool_router]
            impl Notes {
                #[tool] #[policy(public)] fn plain(&self) {}
                #[rmcp::tool(description = "d")] #[toolgate::policy(public)] fn r#type(&self) {}
                #[tool(title = "x", name = ("other"),)] #[policy(public)] fn named(&self) {}
                #[tool(annotations(name = "x"))] #[policy(public)] fn annotated(&self) {}
                #[tool::other] fn none(&self) {}
            }
        });
        let names: Vec<_> = said.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["plain", "r#type", "other", "annotated"]);
    }
}

//! An `impl`, as far as it has to be understood: its head, and the functions that are tools.

use crate::errors::Errors;
use crate::impl_block::{Functions, split};
use crate::item::{Item, find_word};
use crate::owner::Owner;
use crate::spec::borrow;
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Result};
use syn::{Attribute, Error, Generics, ItemImpl, Meta, Path, Type};

/// An `impl` with tools in it.
pub(super) struct Block {
    pub(super) owner: Owner,
    pub(super) generics: Generics,
    pub(super) is_of_trait: bool,
    pub(super) methods: Vec<Method>,
    /// The `impl` itself, without the attributes that were for this macro. Whatever is no tool is in it token for token.
    pub(super) tokens: TokenStream,
}

/// A function with `#[mcp_tool(..)]` above it.
pub(super) struct Method {
    /// What stands in the parentheses, with the type in place of `Self`.
    pub(super) attr: TokenStream,
    pub(super) item: Item,
}

impl Block {
    /// Reads it, and judges it without its tools.
    pub(super) fn parse(tokens: &TokenStream, errors: &mut Errors) -> Result<Self> {
        let message = "`#[toolset]` belongs on an `impl`\nhelp: put it above the `impl` that has the tools";
        let (head, body) = split(tokens, message)?;
        let parsed: ItemImpl = syn::parse2(quote!(#head {}))?;
        let ty = &*parsed.self_ty;
        let of_trait = parsed.trait_.as_ref().map(|(path, _)| path);
        check_inherent(of_trait, errors);
        check_generics(&parsed.generics, errors);
        check_named(ty, errors);
        let owner = Owner::new(ty, &parsed.attrs);
        let mut reader = Reader {
            owner: &owner,
            methods: Vec::new(),
            errors,
        };
        let tokens = reader.read_impl(&head, &body)?;
        let methods = reader.methods;
        check_any(&methods, ty, errors);
        Ok(Self {
            tokens,
            is_of_trait: of_trait.is_some(),
            generics: parsed.generics,
            owner,
            methods,
        })
    }
}

/// What a trait demands of a type, other types have too. Tools of one name would be the tools of each of them.
fn check_inherent(of_trait: Option<&Path>, errors: &mut Errors) {
    if let Some(path) = of_trait {
        let message = "the `impl` of a trait cannot be a toolset\n\
                       help: move the tools into an `impl` of the type itself, and call the trait's methods there";
        errors.at(path, message);
    }
}

/// A toolset is of one type: clients see the schemas of one, and tools need a state of one.
fn check_generics(generics: &Generics, errors: &mut Errors) {
    if !generics.params.is_empty() {
        let message = "a toolset cannot be generic: its tools need a state of one type\n\
                       help: name that type, as in `impl Notes<Database>`";
        errors.at(&generics.params, message);
    }
}

/// Tools are named after the type, and are there for as long as the server is.
fn check_named(ty: &Type, errors: &mut Errors) {
    if Owner::new(ty, &[]).name.is_empty() {
        let message = "tools are named after their type, and this one has no name\n\
                       help: move them into the `impl` of a struct or an enum";
        errors.at(ty, message);
    } else if let Some(borrow) = borrow(ty) {
        let message = "a toolset cannot be of a type that borrows: its state outlives every call\n\
                       help: use a type that owns what it holds, such as `Arc<T>` for `&T`";
        errors.at(borrow, message);
    }
}

/// A toolset has tools.
fn check_any(methods: &[Method], ty: &Type, errors: &mut Errors) {
    if methods.is_empty() && errors.is_empty() {
        let message = "this toolset has no tool\nhelp: put `#[mcp_tool(..)]` above an `async fn` in it";
        errors.at(ty, message);
    }
}

/// Finds the tools.
struct Reader<'a> {
    owner: &'a Owner,
    methods: Vec<Method>,
    errors: &'a mut Errors,
}

impl Functions for Reader<'_> {
    fn is_wanted(attrs: &[Attribute]) -> bool {
        attrs.iter().any(is_tool)
    }

    fn is_taken_off(attr: &Attribute) -> bool {
        is_tool(attr)
    }

    fn see(&mut self, attrs: &[Attribute]) {
        check_conditions(attrs, self.errors);
    }

    /// Takes note of a tool, and returns the function as it was.
    fn read(&mut self, mut item: Item) -> Result<TokenStream> {
        let (tools, others): (Vec<_>, Vec<_>) = item.attrs.into_iter().partition(is_tool);
        item.attrs = others;
        let [first, more @ ..] = tools.as_slice() else {
            return Ok(item.into_token_stream());
        };
        check_once(more, self.errors);
        let attr = match &first.meta {
            Meta::Path(_) => TokenStream::new(),
            meta => meta.require_list()?.tokens.clone(),
        };
        self.methods.push(Method {
            attr: self.owner.name_self(attr),
            item: item.in_impl_of(self.owner)?,
        });
        // Whether it has something to await or not, a tool has to be async.
        Ok(quote! {
            #[allow(clippy::unused_async, reason = "a tool is async")]
            #item
        })
    }

    fn give_up(&mut self, _: &[Attribute], _: ParseStream, error: Error) {
        self.errors.push(error);
    }
}

/// Whether it is `#[mcp_tool]`, by whatever path.
fn is_tool(attr: &Attribute) -> bool {
    attr.path()
        .segments
        .last()
        .is_some_and(|segment| segment.ident == "mcp_tool")
}

/// A function is one tool.
fn check_once(more: &[Attribute], errors: &mut Errors) {
    for attr in more {
        errors.at(attr, "`#[mcp_tool]` is given twice\nhelp: keep one of them");
    }
}

/// Whether there is a tool, and what describes it, is said without conditions other than `#[cfg(..)]`: others are decided
/// only after this macro has run.
fn check_conditions(attrs: &[Attribute], errors: &mut Errors) {
    let is_a_tool = attrs.iter().any(is_tool);
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("cfg_attr")) {
        let said = said_under_condition(attr);
        let says = |word| find_word(said.clone(), word).is_some();
        if says("mcp_tool") || is_a_tool && (says("doc") || says("cfg")) {
            let message = "`#[toolset]` cannot see what stands in `#[cfg_attr(..)]`\n\
                           help: write two functions, each with `#[cfg(..)]` above it";
            errors.at(attr, message);
        }
    }
}

/// What stands after the condition of a `#[cfg_attr(..)]`.
fn said_under_condition(attr: &Attribute) -> TokenStream {
    let tokens = attr.meta.require_list().map(|list| list.tokens.clone());
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    let tokens = tokens.unwrap_or_default().into_iter();
    tokens.skip_while(|token| !is_comma(token)).collect()
}

#[cfg(test)]
mod tests {
    use super::Block;
    use crate::errors::Errors;
    use proc_macro2::TokenStream;
    use quote::quote;

    /// What the `impl` becomes, and the names of its tools.
    fn read(tokens: &TokenStream) -> (String, Vec<String>) {
        let mut errors = Errors::default();
        let block = Block::parse(tokens, &mut errors).unwrap();
        errors.finish().unwrap();
        let names = block.methods.iter().map(|method| method.item.sig.ident.to_string());
        (block.tokens.to_string(), names.collect())
    }

    #[test]
    fn whatever_is_no_tool_stays_token_for_token() {
        let before = quote! {
            #![allow(unused)]
            const HALF: Vec<Self> = { let } + ;
            type = ;
            fn typed<const N: usize>() -> [u8; { N }] { let value = }
            #[inline] fn
            mcp_tool!(#[mcp_tool]);
        };
        let after = quote! {
            /// Is last.
            pub(in crate::store) fn last(self: Box<Self>) where Self: Sized, {}
        };
        let attrs = quote!(#[cfg(all())] #[doc = "A store."]);
        let tool =
            quote!(#[mcp_tool(public)] #[cold] async fn tool<const N: usize>(_: [u8; { 2 }]) -> Self { let value = });
        let kept = quote! {
            #[allow(clippy::unused_async, reason = "a tool is async")]
            #[cold] async fn tool<const N: usize>(_: [u8; { 2 }]) -> Self { let value = }
        };
        let (written, tools) = read(&quote!(#attrs impl Notes where u8: Copy { #before #tool #after }));
        let expected = quote!(#attrs impl Notes where u8: Copy { #before #kept #after });
        assert_eq!(written, expected.to_string());
        assert_eq!(tools, ["tool"]);
    }

    #[test]
    fn a_tool_is_known_by_any_path() {
        let (_, tools) = read(&quote! {
            impl Notes {
                #[toolgate::mcp_tool(public)] async fn first() {}
                #[doc = "x"] #[::gate::mcp_tool] async fn second() {}
                #[mcp_tool::other] async fn third() {}
            }
        });
        assert_eq!(tools, ["first", "second"]);
    }
}

//! The `impl` under `#[toolset(..)]`: its tools, each with what all of them have in common.

mod block;
mod expand;

use self::block::{Block, Method};
use crate::attr::Attr;
use crate::errors::Errors;
use crate::impl_block;
use crate::item::Item;
use crate::spec::{self, Spec};
use crate::{expand as tool, fallback};
use proc_macro2::TokenStream;
use syn::Ident;

pub(crate) fn make_toolset(attr: TokenStream, tokens: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let block = match Block::parse(tokens, &mut errors) {
        Ok(block) => block,
        Err(error) => return impl_block::as_it_was(error, errors, tokens),
    };
    let attr = Attr::parse(block.owner.name_self(attr), &mut errors);
    spec::check_common(&attr, &mut errors);
    let common = Common {
        is_sound: errors.is_empty(),
        krate: spec::krate(attr.krate.as_ref()),
        attr,
    };
    let said: Vec<_> = block.methods.iter().map(|method| common.said_of(method)).collect();
    if common.is_sound {
        spec::check_common_lookup(&common.attr, said.iter().map(|said| &said.attr), &mut errors);
    }
    let tools = block.methods.iter().zip(said);
    let tools: Vec<_> = tools
        .map(|(method, said)| common.tool(method, said, &mut errors))
        .collect();
    expand::expand(&block, &common.krate, &tools, errors.finish().err().as_ref())
}

/// What all tools have in common.
struct Common {
    attr: Attr,
    krate: TokenStream,
    /// Whether no mistake was found yet. Otherwise it is not judged together with each tool, to show no mistake twice.
    is_sound: bool,
}

/// What is said of a tool, by itself and its toolset, and what is wrong with that.
struct Said {
    attr: Attr,
    errors: Errors,
}

/// A tool, written down.
struct Tool<'a> {
    ident: Ident,
    item: &'a Item,
    /// What takes its parameters from the call, if it is a tool that does.
    extra: Option<TokenStream>,
    tokens: TokenStream,
}

impl Common {
    fn said_of(&self, method: &Method) -> Said {
        let mut errors = Errors::default();
        let attr = Attr::parse(method.attr.clone(), &mut errors);
        let attr = if self.is_sound {
            spec::inherit(attr, &self.attr, &mut errors)
        } else {
            Attr {
                is_incomplete: true,
                ..attr
            }
        };
        Said { attr, errors }
    }

    fn tool<'a>(&self, method: &'a Method, said: Said, errors: &mut Errors) -> Tool<'a> {
        let item = &method.item;
        let mut mistakes = said.errors;
        let spec = Spec::new(said.attr, item, &mut mistakes);
        let is_right = errors.take(mistakes.finish()).is_some() && self.is_sound;
        let tokens = if is_right {
            tool::tool(&spec, item)
        } else {
            fallback::nobody(&self.krate, &spec.ident, item)
        };
        Tool {
            extra: is_right.then(|| tool::extra(&spec)),
            tokens,
            ident: spec.ident,
            item,
        }
    }
}

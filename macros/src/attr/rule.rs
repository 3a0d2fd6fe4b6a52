//! Scopes and roles in more than one way: `any(all(scope("notes:write"), role("editor")), role("admin"))`.

use super::end_of_item;
use super::name::Name;
use super::value::{Value, read_all};
use crate::spec::readable;
use crate::suggest::closest;
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Result};
use syn::{Error, Ident, LitStr, Token, parenthesized, token};

/// A part of a rule, with the word that begins it.
#[derive(Clone)]
pub(crate) struct Rule {
    pub(crate) word: Ident,
    pub(crate) kind: RuleKind,
}

#[derive(Clone)]
pub(crate) enum RuleKind {
    Scope(Name),
    Role(Name),
    All(Vec<Rule>),
    Any(Vec<Rule>),
}

const WORDS: [&str; 4] = ["all", "any", "role", "scope"];

/// Words of other languages for the same.
const OTHER_WORDS: [(&str, &str); 5] = [
    ("and", "all"),
    ("or", "any"),
    ("one_of", "any"),
    ("scopes", "scope"),
    ("roles", "role"),
];

const HELP: &str = "help: write it as in `any(all(scope(\"notes:write\"), role(\"editor\")), role(\"admin\"))`";

impl Rule {
    /// The rule, as written.
    pub(crate) fn text(&self) -> String {
        let of = |rules: &[Self]| rules.iter().map(Self::text).collect::<Vec<_>>().join(", ");
        let inner = match &self.kind {
            RuleKind::Scope(name) | RuleKind::Role(name) => name.written(),
            RuleKind::All(rules) | RuleKind::Any(rules) => of(rules),
        };
        format!("{}({inner})", self.word)
    }

    /// The rules in this one; none in a scope or a role.
    pub(crate) fn parts(&self) -> &[Self] {
        match &self.kind {
            RuleKind::Scope(_) | RuleKind::Role(_) => &[],
            RuleKind::All(rules) | RuleKind::Any(rules) => rules,
        }
    }

    /// Every scope and role, with the word before it.
    pub(crate) fn leaves(&self) -> Vec<&Self> {
        match &self.kind {
            RuleKind::Scope(_) | RuleKind::Role(_) => vec![self],
            RuleKind::All(rules) | RuleKind::Any(rules) => rules.iter().flat_map(Self::leaves).collect(),
        }
    }

    /// The names of the scopes.
    pub(crate) fn scopes(&self) -> Vec<Name> {
        let scope = |leaf: &Self| match &leaf.kind {
            RuleKind::Scope(name) => Some(name.clone()),
            _ => None,
        };
        self.leaves().into_iter().filter_map(scope).collect()
    }

    /// The names of the roles.
    pub(crate) fn roles(&self) -> Vec<Name> {
        let role = |leaf: &Self| match &leaf.kind {
            RuleKind::Role(name) => Some(name.clone()),
            _ => None,
        };
        self.leaves().into_iter().filter_map(role).collect()
    }
}

impl Value for Rule {
    const EXAMPLE: &str = "any(scope(\"notes:write\"), role(\"admin\"))";

    fn read(input: ParseStream) -> Result<Self> {
        if input.peek(LitStr) || input.peek(Ident::peek_any) && input.peek2(Token![::]) {
            return Err(bare_name(input)?);
        }
        let Ok(word) = input.call(Ident::parse_any) else {
            return Err(input.error(format!("expected `all`, `any`, `scope` or `role`\n{HELP}")));
        };
        let text = word.to_string();
        if !WORDS.contains(&text.as_str()) {
            return Err(Error::new(word.span(), unknown_word(&text)));
        }
        if !input.peek(token::Paren) {
            let message = format!("`{word}` needs something in parentheses\n{HELP}");
            return Err(Error::new(word.span(), message));
        }
        let content;
        parenthesized!(content in input);
        let kind = match text.as_str() {
            "scope" => RuleKind::Scope(one_name(&word, &content)?),
            "role" => RuleKind::Role(one_name(&word, &content)?),
            "all" => RuleKind::All(read_all(&content)?),
            _ => RuleKind::Any(read_all(&content)?),
        };
        Ok(Self { word, kind })
    }
}

impl Parse for Rule {
    fn parse(input: ParseStream) -> Result<Self> {
        Self::read(input)
    }
}

impl ToTokens for Rule {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let word = &self.word;
        tokens.extend(match &self.kind {
            RuleKind::Scope(name) | RuleKind::Role(name) => quote!(#word(#name)),
            RuleKind::All(rules) | RuleKind::Any(rules) => quote!(#word(#(#rules),*)),
        });
    }
}

/// Whether a name is that of a scope or of a role, nobody can see.
fn bare_name(input: ParseStream) -> Result<Error> {
    let mut tokens = TokenStream::new();
    while end_of_item(input).is_err() {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    let text = readable(&tokens);
    let message = format!("`{text}` may be a scope or a role\nhelp: write `scope({text})` or `role({text})`");
    Ok(Error::new_spanned(tokens, message))
}

fn unknown_word(word: &str) -> String {
    let other = OTHER_WORDS.iter().find(|(other, _)| *other == word);
    let meant = other.map(|(_, meant)| *meant).or_else(|| closest(word, &WORDS));
    let help = meant.map_or_else(|| HELP.to_owned(), |meant| format!("help: did you mean `{meant}(..)`?"));
    format!("`{word}` is no part of a rule\n{help}")
}

fn one_name(word: &Ident, content: ParseStream) -> Result<Name> {
    let names = read_all::<Name>(content)?;
    let mut names = names.into_iter();
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(name),
        (None, _) => {
            let message = format!("`{word}()` names no {word}\nhelp: write its name in the parentheses, in quotes");
            Err(Error::new(word.span(), message))
        }
        (Some(first), Some(second)) => {
            let each = [first.written(), second.written()].map(|name| format!("{word}({name})"));
            let each = each.join(", ");
            let message = format!(
                "`{word}` is about one {word}\n\
                 help: write `any({each})` if one of them is enough, `all({each})` if all of them are needed"
            );
            Err(Error::new(word.span(), message))
        }
    }
}

//! Judges the names that a tool lists by the catalogue that they are of.
//!
//! A tool cannot see a catalogue, and a catalogue cannot see a tool. So the catalogue leaves a macro with the enum's name, which
//! the tool calls with its lists, and which hands both over to here.

use super::Kind;
use crate::attr::{Name, Rule};
use crate::errors::Errors;
use crate::spec::readable;
use crate::spec::rule::{Way, as_written, check_every_part_counts};
use crate::suggest::closest;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Result};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Error, Ident, LitInt, LitStr, Path, Token, braced, bracketed, token};

/// What a catalogue says.
struct Known {
    kind: Kind,
    entries: Vec<Entry>,
}

struct Entry {
    variant: Ident,
    value: String,
    /// The numbers of the entries that it implies, whether directly or not.
    implies: Vec<usize>,
}

/// What a tool gives.
struct Given {
    /// The catalogue's path, as the tool writes it.
    path: Path,
    kind: Kind,
    /// Whether the tool says that its strings are of this catalogue. If not, its path is taken from one of the variants, and
    /// other names are none of our business.
    is_closed: bool,
    /// The rule, if one takes the place of the lists.
    rule: Option<Rule>,
    lists: Vec<List>,
}

struct List {
    key: Ident,
    names: Vec<Name>,
}

/// A name of a list that the catalogue has.
struct Listed<'a> {
    name: &'a Name,
    entry: usize,
}

/// `check_names!`: the mistakes, or nothing.
pub(crate) fn check(tokens: TokenStream) -> TokenStream {
    let parser = |input: ParseStream| Ok((input.parse::<Known>()?, input.parse::<Given>()?));
    report(syn::parse::Parser::parse2(parser, tokens).and_then(|(known, given)| judge(&known, &given)))
}

/// `no_catalog!`: what is called if there is no macro of the catalogue's name.
///
/// Whether what has the name is a catalogue at all, the runtime's bound says. `__catalog` is what the call has imported: if that
/// is nothing, rustc has said so.
pub(crate) fn no_catalog(tokens: TokenStream) -> TokenStream {
    let parser = |input: ParseStream| {
        let krate;
        braced!(krate in input);
        Ok((krate.parse::<TokenStream>()?, input.parse::<Given>()?))
    };
    let (krate, given) = match syn::parse::Parser::parse2(parser, tokens) {
        Ok(both) => both,
        Err(error) => return error.to_compile_error(),
    };
    if !given.is_closed {
        // It may be another name of a catalogue, and if it is not, rustc says so at the variant.
        return TokenStream::new();
    }
    // In the user's place, as if the user had asked.
    let check = match given.kind {
        Kind::Scopes => quote!(no_scope_names),
        Kind::Roles => quote!(no_role_names),
    };
    let asked = quote_spanned!(given.path.span()=> __check::<__catalog>());
    quote! {
        const _: () = {
            use #krate::__private::#check as __check;
            #asked
        };
    }
}

fn report(result: Result<()>) -> TokenStream {
    result.map_or_else(|error| error.to_compile_error(), |()| TokenStream::new())
}

fn judge(known: &Known, given: &Given) -> Result<()> {
    if known.kind != given.kind {
        return check_kind(known, given);
    }
    let mut errors = Errors::default();
    let mut found = Vec::new();
    for list in &given.lists {
        let listed = list
            .names
            .iter()
            .filter_map(|name| known.find(name, given, &mut errors));
        found.push((list.key.to_string(), listed.collect::<Vec<_>>()));
    }
    let of = |key: &str| {
        let list = found.iter().find(|(name, _)| name == key);
        list.map_or(&[][..], |(_, listed)| listed.as_slice())
    };
    let (common_all, common_any) = (of("common_all"), of("common_any"));
    check_all(known, common_all, &mut errors);
    check_all(known, of("scopes_all"), &mut errors);
    check_adds(known, common_all, of("scopes_all"), &mut errors);
    check_any(known, common_any, &mut errors);
    check_any(known, of("scopes_any"), &mut errors);
    check_any(known, of("owner_unless"), &mut errors);
    check_any(known, of("roles"), &mut errors);
    check_leaves_choice(known, common_all, common_any, &mut errors);
    check_leaves_choice(known, common_all, of("scopes_any"), &mut errors);
    check_leaves_choice(known, of("scopes_all"), of("scopes_any"), &mut errors);
    // Only if every alternative is known here can something be said of all of them.
    let whole = |key: &str| {
        let list = given.lists.iter().find(|list| list.key == key);
        list.filter(|list| list.names.len() == of(key).len())
            .map_or(&[][..], |_| of(key))
    };
    check_asks_for_more(known, common_all, whole("common_any"), &mut errors);
    check_asks_for_more(known, of("scopes_all"), whole("common_any"), &mut errors);
    check_asks_for_more(known, of("scopes_all"), whole("scopes_any"), &mut errors);
    check_all_and_unless(known, common_all, of("owner_unless"), &mut errors);
    check_all_and_unless(known, of("scopes_all"), of("owner_unless"), &mut errors);
    if let Some(rule) = &given.rule {
        check_every_part_counts(rule, &|part, name| known.way(part, name, given), &mut errors);
    }
    errors.finish()
}

/// A catalogue of roles has no scopes.
fn check_kind(known: &Known, given: &Given) -> Result<()> {
    if !given.is_closed {
        return Ok(());
    }
    let (path, is, wanted) = (readable(&given.path), known.kind.noun(), given.kind.noun());
    let key = match known.kind {
        Kind::Scopes => "catalog",
        Kind::Roles => "role_catalog",
    };
    let message = format!("`{path}` is a catalogue of {is}s, not of {wanted}s\nhelp: write `{key} = {path}`");
    Err(Error::new_spanned(&given.path, message))
}

impl Known {
    /// The entry of a name. A string has to be there if the catalogue is closed.
    fn find<'a>(&self, name: &'a Name, given: &Given, errors: &mut Errors) -> Option<Listed<'a>> {
        let entry = self.position(name, given);
        if let (Name::Text(text), None, true) = (name, entry, given.is_closed) {
            errors.at(text, self.unknown(&text.value(), given));
        }
        Some(Listed { name, entry: entry? })
    }

    /// The number of a name's entry.
    fn position(&self, name: &Name, given: &Given) -> Option<usize> {
        match name {
            Name::Text(text) => {
                let value = text.value();
                self.entries.iter().position(|entry| entry.value == value)
            }
            Name::Variant(path) => {
                let (catalog, variant) = split(path)?;
                if readable(&catalog) != readable(&given.path) {
                    return None;
                }
                let is_it = |entry: &Entry| entry.variant.unraw() == variant.unraw();
                self.entries.iter().position(is_it)
            }
        }
    }

    /// What a scope or a role of a rule is enough for: itself, and all that it implies.
    fn way(&self, part: &Rule, name: &Name, given: &Given) -> Way {
        let is_of_kind = part.word == self.kind.noun();
        let number = self.position(name, given).filter(|_| is_of_kind);
        let entry = number.and_then(|number| Some((number, self.entries.get(number)?)));
        let Some((number, entry)) = entry else {
            return as_written(part, name);
        };
        let all = entry.implies.iter().chain([&number]);
        all.map(|number| format!("{} {number}", self.kind.noun())).collect()
    }

    fn unknown(&self, value: &str, given: &Given) -> String {
        let values: Vec<&str> = self.entries.iter().map(|entry| entry.value.as_str()).collect();
        let same_variant = |entry: &&Entry| entry.variant.unraw().to_string().eq_ignore_ascii_case(value);
        let by_variant = self.entries.iter().find(same_variant).map(|entry| entry.value.as_str());
        let help = by_variant.or_else(|| closest(value, &values)).map_or_else(
            || format!("it has `{}`", values.join("`, `")),
            |close| format!("did you mean `{close}`?"),
        );
        format!(
            "`{value}` is not in the catalogue `{}`\nhelp: {help}",
            readable(&given.path)
        )
    }

    fn implies(&self, from: &Listed, to: &Listed) -> bool {
        let entry = self.entries.get(from.entry);
        entry.is_some_and(|entry| entry.implies.contains(&to.entry))
    }
}

/// Of names that are all demanded, none follows from another.
fn check_all(known: &Known, all: &[Listed], errors: &mut Errors) {
    for (number, listed) in all.iter().enumerate() {
        let text = listed.name.text();
        if is_repeated(all, number, errors) {
            continue;
        }
        if let Some(other) = all.iter().find(|other| known.implies(other, listed)) {
            let message = format!(
                "`{}` implies `{text}`, so `{text}` asks for nothing more\nhelp: remove `{text}`",
                other.name.text()
            );
            errors.at(listed.name, message);
        }
    }
}

/// Of names of which one is demanded, none implies another: the other one alone would do.
fn check_any(known: &Known, any: &[Listed], errors: &mut Errors) {
    for (number, listed) in any.iter().enumerate() {
        let text = listed.name.text();
        if is_repeated(any, number, errors) {
            continue;
        }
        if let Some(other) = any.iter().find(|other| known.implies(listed, other)) {
            let message = format!(
                "`{text}` implies `{}`, which is enough, so `{text}` is no further choice\nhelp: remove `{text}`",
                other.name.text()
            );
            errors.at(listed.name, message);
        }
    }
}

/// Once as a string and once as a variant is twice, too.
fn is_repeated(list: &[Listed], number: usize, errors: &mut Errors) -> bool {
    let Some(listed) = list.get(number) else {
        return false;
    };
    let before = list.iter().take(number).find(|before| before.entry == listed.entry);
    if let Some(before) = before
        && before.name.text() != listed.name.text()
    {
        let (text, before) = (listed.name.text(), before.name.text());
        errors.at(
            listed.name,
            format!("`{text}` is `{before}`, which is listed already\nhelp: remove one of them"),
        );
    }
    before.is_some()
}

/// What a method demands besides its toolset is more than that. It may well imply what the toolset demands: then it asks for more.
fn check_adds(known: &Known, common: &[Listed], own: &[Listed], errors: &mut Errors) {
    for listed in own {
        if own.iter().any(|other| known.implies(other, listed)) {
            // That is a mistake of its own, and shown.
            continue;
        }
        let text = listed.name.text();
        let is_met = |other: &&Listed| {
            let is_same = other.entry == listed.entry && other.name.text() != text;
            is_same || known.implies(other, listed)
        };
        if let Some(other) = common.iter().find(is_met) {
            let other_text = other.name.text();
            let verb = if other.entry == listed.entry { "is" } else { "implies" };
            let message = format!(
                "`{other_text}` of `#[toolset]` {verb} `{text}`, so `{text}` asks for nothing more\nhelp: remove `{text}`"
            );
            errors.at(listed.name, message);
        }
    }
}

/// What is demanded anyway leaves no choice. A toolset's choice may well be met by what a method demands besides.
fn check_leaves_choice(known: &Known, all: &[Listed], any: &[Listed], errors: &mut Errors) {
    for listed in any {
        let text = listed.name.text();
        let is_met = |other: &&Listed| {
            let is_same = other.entry == listed.entry && other.name.text() != text;
            is_same || known.implies(other, listed)
        };
        if let Some(other) = all.iter().find(is_met) {
            let message = format!(
                "`{}` of `scopes_all` implies `{text}`, so every caller holds it and `scopes_any` asks for nothing\n\
                 help: remove `scopes_any`, or `{}`",
                other.name.text(),
                other.name.text()
            );
            errors.at(listed.name, message);
        }
    }
}

/// A choice of which everything implies a scope demands that scope. A method's choice may well be narrower than what its toolset
/// demands.
fn check_asks_for_more(known: &Known, all: &[Listed], any: &[Listed], errors: &mut Errors) {
    if any.is_empty() {
        return;
    }
    for listed in all {
        if any.iter().all(|alternative| known.implies(alternative, listed)) {
            let text = listed.name.text();
            let message = format!(
                "every scope of `scopes_any` implies `{text}`, so it asks for nothing more\nhelp: remove `{text}`"
            );
            errors.at(listed.name, message);
        }
    }
}

/// Whoever may call holds what is demanded. If that excuses from being the owner, nobody has to be it.
fn check_all_and_unless(known: &Known, all: &[Listed], unless: &[Listed], errors: &mut Errors) {
    for listed in unless {
        let text = listed.name.text();
        let is_met = |other: &&Listed| {
            let is_same = other.entry == listed.entry && other.name.text() != text;
            is_same || known.implies(other, listed)
        };
        if let Some(other) = all.iter().find(is_met) {
            let message = format!(
                "`{}` of `scopes_all` implies `{text}`, so every caller holds it and `owner_field` asks for nothing\n\
                 help: remove one of them",
                other.name.text()
            );
            errors.at(listed.name, message);
        }
    }
}

/// The catalogue and the variant: `crate::Scope` and `Write` of `crate::Scope::Write`.
pub(crate) fn split(path: &Path) -> Option<(Path, Ident)> {
    let mut catalog = path.clone();
    let variant = catalog.segments.pop()?.ident;
    catalog.segments.pop_punct();
    (!catalog.segments.is_empty()).then_some((catalog, variant))
}

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

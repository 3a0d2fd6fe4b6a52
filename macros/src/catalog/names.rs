//! Judges the names that a tool lists by the catalogue that they are of.
//!
//! A tool cannot see a catalogue, and a catalogue cannot see a tool. So the catalogue leaves a macro with the enum's name, which
//! the tool calls with its lists, and which hands both over to here.

mod checks;
mod reading;

use self::checks::{
    Narrowed, check_adds, check_all, check_all_and_unless, check_any, check_asks_for_more, check_leaves_choice,
    check_narrower,
};
use super::Kind;
use crate::attr::{Name, Rule};
use crate::errors::Errors;
use crate::spec::readable;
use crate::spec::rule::{Way, as_written, check_every_part_counts};
use crate::suggest::closest;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Result};
use syn::spanned::Spanned as _;
use syn::{Error, Ident, Path, braced};

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
    if !given.is_closed && !given.narrows() {
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
    let narrowed = |key: &str| Narrowed {
        own: of(key),
        wider: of(&format!("wider_{key}")),
        demanded: match key {
            "scopes_any" => common_all.iter().chain(of("scopes_all")).collect(),
            _ => Vec::new(),
        },
    };
    check_narrower(known, given, "scopes_any", &narrowed("scopes_any"), &mut errors);
    check_narrower(known, given, "roles", &narrowed("roles"), &mut errors);
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

impl Given {
    /// Whether this catalogue has to tell that a method's choice is narrower than its toolset's.
    fn narrows(&self) -> bool {
        self.lists.iter().any(|list| list.key.to_string().starts_with("wider_"))
    }

    /// Whether a name is one that this catalogue judges: its own variants, and strings if they are of it.
    fn judges(&self, name: &Name) -> bool {
        match name {
            Name::Text(_) => self.is_closed,
            Name::Variant(path) => split(path).is_some_and(|(catalog, _)| readable(&catalog) == readable(&self.path)),
        }
    }
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
                let (_, variant) = split(path).filter(|_| given.judges(name))?;
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

/// The catalogue and the variant: `crate::Scope` and `Write` of `crate::Scope::Write`.
pub(crate) fn split(path: &Path) -> Option<(Path, Ident)> {
    let mut catalog = path.clone();
    let variant = catalog.segments.pop()?.ident;
    catalog.segments.pop_punct();
    (!catalog.segments.is_empty()).then_some((catalog, variant))
}

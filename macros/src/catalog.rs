//! `#[derive(ScopeCatalog)]` and `#[derive(RoleCatalog)]`: which scopes or roles there are, and which imply which.
//!
//! The same straight line as for a tool: `attr` reads what is written at the variants, `Catalog` is what it means, `expand`
//! cannot fail, and the enum stays a catalogue when something is wrong. `names` is asked by tools: it judges their lists.

mod attr;
mod expand;
mod hierarchy;
pub(crate) mod names;

use self::attr::{EnumAttr, VariantAttr};
use crate::doc_comment;
use crate::errors::Errors;
use crate::spec::lists::{check_role, check_scope};
use crate::suggest::closest;
use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use std::collections::HashMap;
use syn::ext::IdentExt as _;
use syn::{Fields, Ident, ItemEnum, LitStr, Visibility};

/// What a catalogue is of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Scopes,
    Roles,
}

/// A catalogue that makes sense, or what is left of one that does not.
struct Catalog {
    kind: Kind,
    krate: TokenStream,
    ident: Ident,
    vis: Visibility,
    variants: Vec<Variant>,
    /// Whether two variants have one name, about which rustc speaks.
    has_twins: bool,
}

/// A scope or a role.
struct Variant {
    ident: Ident,
    value: LitStr,
    /// A constant expression.
    description: TokenStream,
    /// The numbers of the variants that it implies, as declared.
    implies: Vec<usize>,
    /// Those that follow from them, too.
    implies_all: Vec<usize>,
    baseline: bool,
    sensitive: bool,
    admin_consent: bool,
}

impl Kind {
    /// What one of them is called, which is also the attribute's name.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Scopes => "scope",
            Self::Roles => "role",
        }
    }

    pub(crate) const fn derive(self) -> &'static str {
        match self {
            Self::Scopes => "ScopeCatalog",
            Self::Roles => "RoleCatalog",
        }
    }
}

pub(crate) fn derive(kind: Kind, tokens: TokenStream) -> TokenStream {
    let Ok(item) = syn::parse2::<ItemEnum>(tokens) else {
        let (derive, noun) = (kind.derive(), kind.noun());
        let message =
            format!("`#[derive({derive})]` belongs on an enum\nhelp: write one with a variant for each {noun}");
        let error = syn::Error::new(proc_macro2::Span::call_site(), message);
        return error.to_compile_error();
    };
    let mut errors = Errors::default();
    let catalog = Catalog::new(kind, &item, &mut errors);
    match errors.finish() {
        Ok(()) => expand::expand(&catalog),
        Err(error) => expand::fallback(&catalog, &item, &error),
    }
}

impl Catalog {
    /// Reads and judges. What it returns makes sense only if no mistake was found.
    fn new(kind: Kind, item: &ItemEnum, errors: &mut Errors) -> Self {
        let EnumAttr { krate } = EnumAttr::read(kind, &item.attrs, errors);
        check_generics(item, errors);
        check_not_empty(kind, item, errors);
        let mut written: Vec<(&syn::Variant, Option<VariantAttr>)> = Vec::new();
        for variant in &item.variants {
            // That two variants have one name, rustc says.
            if written.iter().all(|(before, _)| before.ident != variant.ident) {
                check_fields(variant, errors);
                written.push((variant, VariantAttr::read(kind, variant, errors)));
            }
        }
        check_values(kind, &written, errors);
        let implies = implications(item, &written, errors);
        hierarchy::check_cycles(&written, &implies, errors);
        let variants = written
            .iter()
            .zip(&implies)
            .enumerate()
            .map(|(number, ((variant, attr), own))| {
                let noun = kind.noun();
                let description = doc_comment::text(&variant.attrs).unwrap_or_else(|| {
                    let name = &variant.ident;
                    let message = format!(
                        "`{name}` has no description\n\
                     help: add a `///` comment above it, which tells people what the {noun} is for"
                    );
                    errors.at(name, message);
                    quote!("")
                });
                let has = |flag: fn(&VariantAttr) -> bool| attr.as_ref().is_some_and(flag);
                Variant {
                    ident: variant.ident.clone(),
                    value: value(kind, attr.as_ref(), &variant.ident),
                    description,
                    implies: own.iter().map(|(to, _)| *to).collect(),
                    implies_all: hierarchy::reached(number, &implies),
                    baseline: has(|attr| attr.baseline.is_some()),
                    sensitive: has(|attr| attr.sensitive.is_some()),
                    admin_consent: has(|attr| attr.admin_consent.is_some()),
                }
            });
        Self {
            kind,
            krate: krate.map_or_else(|| quote!(::toolgate), |path| path.to_token_stream()),
            ident: item.ident.clone(),
            vis: item.vis.clone(),
            has_twins: written.len() < item.variants.len(),
            variants: variants.collect(),
        }
    }
}

/// The value that was written; one that means nothing, if none was that can be one.
fn value(kind: Kind, attr: Option<&VariantAttr>, ident: &Ident) -> LitStr {
    let written = attr.and_then(|attr| attr.value.as_ref());
    let well_formed = written.filter(|value| check_value(kind, &value.value()).is_ok());
    well_formed.map_or_else(|| LitStr::new("-", ident.span()), LitStr::clone)
}

fn check_value(kind: Kind, value: &str) -> Result<(), String> {
    match kind {
        Kind::Scopes => check_scope(value),
        Kind::Roles => check_role(value),
    }
}

/// A catalogue is one set of names, not a family of them.
fn check_generics(item: &ItemEnum, errors: &mut Errors) {
    if !item.generics.params.is_empty() {
        let message = "a catalogue cannot be generic\nhelp: remove the parameters";
        errors.at(&item.generics.params, message);
    }
}

/// A catalogue names something: against an empty one, everything would be a mistake.
fn check_not_empty(kind: Kind, item: &ItemEnum, errors: &mut Errors) {
    if item.variants.is_empty() {
        let (ident, noun) = (&item.ident, kind.noun());
        let message = format!(
            "the catalogue `{ident}` is empty\nhelp: add a variant for each {noun}, with `#[{noun}(\"..\")]` above it"
        );
        errors.at(ident, message);
    }
}

/// A variant stands for one name, so it has nothing that could differ.
fn check_fields(variant: &syn::Variant, errors: &mut Errors) {
    if !matches!(variant.fields, Fields::Unit) {
        let ident = &variant.ident;
        let message = format!("a variant of a catalogue cannot have fields\nhelp: write `{ident}`");
        errors.at(&variant.fields, message);
    }
}

/// Every value is well-formed, and stands for one variant only.
fn check_values(kind: Kind, written: &[(&syn::Variant, Option<VariantAttr>)], errors: &mut Errors) {
    let noun = kind.noun();
    let mut seen: HashMap<String, &Ident> = HashMap::new();
    for (variant, attr) in written {
        let Some(literal) = attr.as_ref().and_then(|attr| attr.value.as_ref()) else {
            continue;
        };
        let value = literal.value();
        if let Err(message) = check_value(kind, &value) {
            errors.at(literal, message);
        } else if let Some(first) = seen.get(&value) {
            let message = format!(
                "`{value}` is the {noun} of `{first}` already\nhelp: remove one of them, or write another {noun}"
            );
            errors.at(literal, message);
        } else {
            seen.insert(value, &variant.ident);
        }
    }
}

/// What each variant implies: numbers, with the places where they are written. Every name is that of another variant, and
/// listed once.
fn implications(
    item: &ItemEnum,
    written: &[(&syn::Variant, Option<VariantAttr>)],
    errors: &mut Errors,
) -> Vec<Vec<(usize, Ident)>> {
    let names: Vec<_> = written
        .iter()
        .map(|(variant, _)| variant.ident.unraw().to_string())
        .collect();
    let mut all = Vec::new();
    for (number, (_, attr)) in written.iter().enumerate() {
        let mut own: Vec<(usize, Ident)> = Vec::new();
        for ident in attr.iter().flat_map(|attr| &attr.implies) {
            let name = ident.unraw().to_string();
            match names.iter().position(|known| *known == name) {
                None => errors.at(ident, unknown_variant(&item.ident, &name, &names)),
                Some(to) if to == number => {
                    errors.at(
                        ident,
                        format!("`{name}` implies itself\nhelp: remove `{name}` from `implies`"),
                    );
                }
                Some(to) if own.iter().any(|(before, _)| *before == to) => {
                    errors.at(ident, format!("`{name}` is listed twice\nhelp: remove one of them"));
                }
                Some(to) => own.push((to, ident.clone())),
            }
        }
        all.push(own);
    }
    all
}

fn unknown_variant(catalog: &Ident, name: &str, names: &[String]) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let help = closest(name, &names).map_or_else(
        || format!("it has `{}`", names.join("`, `")),
        |close| format!("did you mean `{close}`?"),
    );
    format!("`{catalog}` has no variant `{name}`\nhelp: {help}")
}

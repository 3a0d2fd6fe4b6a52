//! What is written in `#[scope(..)]` and `#[role(..)]`.

use super::Kind;
use crate::attr::{end_of_item, skip_to_comma};
use crate::errors::Errors;
use crate::suggest::closest;
use proc_macro2::TokenStream;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _, Result};
use syn::{Attribute, Error, Ident, LitStr, Meta, Path, Token, parenthesized, token};

/// Above the enum.
#[derive(Default)]
pub(super) struct EnumAttr {
    pub(super) krate: Option<Path>,
}

/// Above a variant.
#[derive(Default)]
pub(super) struct VariantAttr {
    pub(super) value: Option<LitStr>,
    pub(super) implies: Vec<Ident>,
    pub(super) baseline: Option<Ident>,
    pub(super) sensitive: Option<Ident>,
    pub(super) admin_consent: Option<Ident>,
    has_implies: bool,
}

impl EnumAttr {
    pub(super) fn read(kind: Kind, attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        for attr in of_kind(kind, attrs) {
            errors.take(attr.parse_args_with(|input: ParseStream| {
                let key = input.call(Ident::parse_any)?;
                if key != "crate" || !input.peek(Token![=]) {
                    let message = "above a catalogue stands only where the crate is\n\
                                   help: write `crate = ::toolgate`, or put the attribute above a variant";
                    return Err(Error::new(key.span(), message));
                }
                input.parse::<Token![=]>()?;
                read.krate = Some(input.call(Path::parse_mod_style)?);
                end_of_item(input)
            }));
        }
        read
    }
}

impl VariantAttr {
    /// `None` if there is none, or if its beginning cannot be read.
    pub(super) fn read(kind: Kind, variant: &syn::Variant, errors: &mut Errors) -> Option<Self> {
        let noun = kind.noun();
        let mut attrs = of_kind(kind, &variant.attrs);
        let Some(attr) = attrs.next() else {
            let ident = &variant.ident;
            let message =
                format!("`{ident}` has no {noun}\nhelp: add `#[{noun}(\"..\")]` above it: what stands in a token");
            errors.at(ident, message);
            return None;
        };
        for again in attrs {
            let message = format!("`#[{noun}(..)]` stands here twice\nhelp: keep one of them");
            errors.at(again, message);
        }
        let Meta::List(list) = &attr.meta else {
            errors.at(attr, no_value(kind));
            return None;
        };
        let mut read = Self::default();
        let parser = |input: ParseStream| {
            if input.peek(LitStr) {
                read.value = Some(input.parse()?);
                errors.take(end_of_item(input));
                skip_to_comma(input);
                input.parse::<Option<Token![,]>>()?;
            } else {
                errors.at(&list.path, no_value(kind));
            }
            while !input.is_empty() {
                if errors.take(read.parse_one(kind, input)).is_none() {
                    skip_to_comma(input);
                }
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        };
        let end = parser.parse2(list.tokens.clone());
        errors.take(end);
        read.check(errors);
        Some(read)
    }

    fn parse_one(&mut self, kind: Kind, input: ParseStream) -> Result<()> {
        let key = match input.call(Ident::parse_any) {
            Ok(key) => key,
            Err(error) => {
                let message = format!("expected the name of an argument\nhelp: {}", known(kind));
                return Err(Error::new(error.span(), message));
            }
        };
        match (key.to_string().as_str(), kind) {
            ("implies", _) => self.implies(&key, input)?,
            ("baseline", Kind::Scopes) => once(&mut self.baseline, key)?,
            ("sensitive", Kind::Scopes) => once(&mut self.sensitive, key)?,
            ("admin_consent", Kind::Scopes) => once(&mut self.admin_consent, key)?,
            (unknown, _) => {
                let help = closest(unknown, keys(kind))
                    .map_or_else(|| known(kind), |close| format!("did you mean `{close}`?"));
                let message = format!("unknown argument `{unknown}`\nhelp: {help}");
                return Err(Error::new(key.span(), message));
            }
        }
        end_of_item(input)
    }

    fn implies(&mut self, key: &Ident, input: ParseStream) -> Result<()> {
        let span = key.span();
        if !input.peek(token::Paren) {
            let message =
                "`implies` needs variants\nhelp: write `implies(Read)`, with the variants of this enum that it implies";
            return Err(Error::new(span, message));
        }
        let content;
        parenthesized!(content in input);
        let idents = content.parse_terminated(Ident::parse_any, Token![,]);
        // Whatever is wrong with it, it ends with its parenthesis.
        content.parse::<TokenStream>()?;
        let idents = idents.map_err(|error| {
            let message = "expected the name of a variant\nhelp: write it alone, as in `implies(Read, Write)`";
            Error::new(error.span(), message)
        })?;
        if self.has_implies {
            return Err(Error::new(span, "`implies` is given twice\nhelp: keep one of them"));
        }
        self.has_implies = true;
        if idents.is_empty() {
            return Err(Error::new(
                span,
                "`implies` is empty\nhelp: name a variant, or remove `implies`",
            ));
        }
        self.implies = idents.into_iter().collect();
        Ok(())
    }

    /// What every client asks for at first, every user must be able to grant.
    fn check(&self, errors: &mut Errors) {
        if let (Some(baseline), Some(_)) = (&self.baseline, &self.admin_consent) {
            let message = "`baseline` contradicts `admin_consent`: users cannot grant what every client would ask for at first\n\
                           help: remove one of them";
            errors.at(baseline, message);
        }
    }
}

fn of_kind(kind: Kind, attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs.iter().filter(move |attr| attr.path().is_ident(kind.noun()))
}

fn once(slot: &mut Option<Ident>, key: Ident) -> Result<()> {
    if slot.is_some() {
        let message = format!("`{key}` is given twice\nhelp: keep one of them");
        return Err(Error::new(key.span(), message));
    }
    *slot = Some(key);
    Ok(())
}

fn no_value(kind: Kind) -> String {
    let noun = kind.noun();
    format!("expected the {noun} as a string literal\nhelp: begin with it, as in `#[{noun}(\"..\")]`")
}

const fn keys(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Scopes => &["admin_consent", "baseline", "implies", "sensitive"],
        Kind::Roles => &["implies"],
    }
}

fn known(kind: Kind) -> String {
    format!("the known ones are `{}`", keys(kind).join("`, `"))
}

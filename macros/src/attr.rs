//! What is written in the parentheses of `#[mcp_tool(..)]`, and of `#[toolset(..)]`.

mod name;
mod rule;
mod value;

pub(crate) use self::name::Name;
pub(crate) use self::rule::{Rule, RuleKind};
pub(crate) use self::value::Flag;
use self::value::{AgeText, CatalogPath, CheckPath, RateText, Value};
use crate::errors::Errors;
use crate::field_path::FieldPath;
use crate::suggest::closest;
use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _, Result};
use syn::{Error, Ident, LitBool, LitStr, Path, Token, TypePath};

const KEYS: [&str; 27] = [
    "acr",
    "allow",
    "audit_fields",
    "audit_required",
    "authenticated",
    "catalog",
    "check",
    "crate",
    "destructive",
    "fresh",
    "idempotent",
    "max_age",
    "name",
    "open_world",
    "owner_field",
    "owner_unless",
    "public",
    "rate_limit",
    "read_only",
    "role_catalog",
    "roles",
    "scopes_all",
    "scopes_any",
    "shadow",
    "tenant_field",
    "tenant_of",
    "title",
];

/// The arguments as written: each at most once, each with its key's place.
#[derive(Clone, Default)]
pub(crate) struct Attr {
    pub(crate) acr: Option<Arg<Vec<LitStr>>>,
    pub(crate) allow: Option<Arg<Rule>>,
    pub(crate) audit_fields: Option<Arg<Vec<FieldPath>>>,
    pub(crate) audit_required: Option<Arg<Flag>>,
    pub(crate) authenticated: Option<Arg<()>>,
    pub(crate) catalog: Option<Arg<CatalogPath>>,
    pub(crate) check: Option<Arg<CheckPath>>,
    pub(crate) krate: Option<Arg<Path>>,
    pub(crate) destructive: Option<Arg<LitBool>>,
    pub(crate) fresh: Option<Arg<()>>,
    pub(crate) idempotent: Option<Arg<LitBool>>,
    pub(crate) max_age: Option<Arg<AgeText>>,
    pub(crate) name: Option<Arg<LitStr>>,
    pub(crate) open_world: Option<Arg<LitBool>>,
    pub(crate) owner_field: Option<Arg<FieldPath>>,
    pub(crate) owner_unless: Option<Arg<Vec<Name>>>,
    pub(crate) public: Option<Arg<()>>,
    pub(crate) rate_limit: Option<Arg<RateText>>,
    pub(crate) read_only: Option<Arg<LitBool>>,
    pub(crate) role_catalog: Option<Arg<CatalogPath>>,
    pub(crate) roles: Option<Arg<Vec<Name>>>,
    pub(crate) scopes_all: Option<Arg<Vec<Name>>>,
    pub(crate) scopes_any: Option<Arg<Vec<Name>>>,
    pub(crate) shadow: Option<Arg<()>>,
    pub(crate) tenant_field: Option<Arg<FieldPath>>,
    pub(crate) tenant_of: Option<Arg<TypePath>>,
    pub(crate) title: Option<Arg<LitStr>>,
    /// What is said by the toolset, if it is a tool of one.
    pub(crate) inherited: Inherited,
    /// Something could not be read. Whatever seems to be missing may have been meant by it.
    pub(crate) is_incomplete: bool,
}

/// What a tool's lists have from its toolset: a method may demand what implies it.
#[derive(Clone, Default)]
pub(crate) struct Inherited {
    /// How many of `scopes_all` are. They come first.
    pub(crate) all: usize,
    /// Whether `scopes_any` is.
    pub(crate) any: bool,
    /// What the toolset has for `scopes_any`, if the method has something that only a catalogue can tell to be narrower.
    pub(crate) wider_any: Vec<Name>,
    /// The same for `roles`.
    pub(crate) wider_roles: Vec<Name>,
}

/// One argument, with the key that names it.
#[derive(Clone)]
pub(crate) struct Arg<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

impl Attr {
    /// Reads the arguments, passing over those that are wrong.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut attr = Self::default();
        let parser = |input: ParseStream| {
            while !input.is_empty() {
                if errors.take(attr.parse_one(input)).is_none() {
                    attr.is_incomplete = true;
                    skip_to_comma(input);
                }
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.push(error);
        }
        attr
    }

    fn parse_one(&mut self, input: ParseStream) -> Result<()> {
        let Ok(key) = input.call(Ident::parse_any) else {
            return Err(input.error(format!("expected the name of an argument\nhelp: {}", known())));
        };
        match key.to_string().as_str() {
            "acr" => set(&mut self.acr, key, input),
            "allow" => set(&mut self.allow, key, input),
            "audit_fields" => set(&mut self.audit_fields, key, input),
            "audit_required" => set(&mut self.audit_required, key, input),
            "authenticated" => set(&mut self.authenticated, key, input),
            "catalog" => set(&mut self.catalog, key, input),
            "check" => set(&mut self.check, key, input),
            "crate" => set(&mut self.krate, key, input),
            "destructive" => set(&mut self.destructive, key, input),
            "fresh" => set(&mut self.fresh, key, input),
            "idempotent" => set(&mut self.idempotent, key, input),
            "max_age" => set(&mut self.max_age, key, input),
            "name" => set(&mut self.name, key, input),
            "open_world" => set(&mut self.open_world, key, input),
            "owner_field" => set(&mut self.owner_field, key, input),
            "owner_unless" => set(&mut self.owner_unless, key, input),
            "public" => set(&mut self.public, key, input),
            "rate_limit" => set(&mut self.rate_limit, key, input),
            "read_only" => set(&mut self.read_only, key, input),
            "role_catalog" => set(&mut self.role_catalog, key, input),
            "roles" => set(&mut self.roles, key, input),
            "scopes_all" => set(&mut self.scopes_all, key, input),
            "scopes_any" => set(&mut self.scopes_any, key, input),
            "shadow" => set(&mut self.shadow, key, input),
            "tenant_field" => set(&mut self.tenant_field, key, input),
            "tenant_of" => set(&mut self.tenant_of, key, input),
            "title" => set(&mut self.title, key, input),
            unknown => Err(Error::new(key.span(), unknown_key(unknown))),
        }
    }
}

fn set<T: Value>(slot: &mut Option<Arg<T>>, key: Ident, input: ParseStream) -> Result<()> {
    let value = T::parse_after(&key, input)?;
    end_of_item(input)?;
    if slot.is_some() {
        let message = format!("`{key}` is given twice\nhelp: keep one of them");
        return Err(Error::new(key.span(), message));
    }
    *slot = Some(Arg { key, value });
    Ok(())
}

fn unknown_key(key: &str) -> String {
    let help = closest(key, &KEYS).map_or_else(known, |known| format!("did you mean `{known}`?"));
    format!("unknown argument `{key}`\nhelp: {help}")
}

fn known() -> String {
    format!("the known ones are `{}`", KEYS.join("`, `"))
}

/// That the value ends here.
pub(crate) fn end_of_item(input: ParseStream) -> Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        Ok(())
    } else {
        Err(input.error("expected `,`"))
    }
}

/// Passes over the rest of a wrong argument.
pub(crate) fn skip_to_comma(input: ParseStream) {
    while end_of_item(input).is_err() && input.parse::<TokenTree>().is_ok() {}
}

//! What the tool means: the arguments of the attribute and the function, judged together.

mod common;
mod definition;
mod fields;
mod inherit;
pub(crate) mod lists;
mod login;
mod lookup;
mod posture;
mod rate;
pub(crate) mod rule;
mod signature;
mod stock;

pub(crate) use self::common::{check_common, check_common_lookup};
pub(crate) use self::inherit::inherit;
pub(crate) use self::login::MaxAge;
pub(crate) use self::rate::{Per, Rate, Unit};
pub(crate) use self::signature::borrow;

use self::definition::Definition;

use crate::attr::{Arg, Attr, Inherited, Name, Rule};
use crate::errors::Errors;
use crate::field_path::FieldPath;
use crate::item::Item;
use crate::policies::Method;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::{Ident, LitBool, LitStr, Type};

/// A tool that makes sense. Expanding it cannot fail.
pub(crate) struct Spec {
    /// Where the runtime is: `::toolgate`, or what `crate = ..` says.
    pub(crate) krate: TokenStream,
    /// The generated type.
    pub(crate) ident: Ident,
    pub(crate) name: LitStr,
    pub(crate) title: Option<LitStr>,
    /// A constant expression.
    pub(crate) description: TokenStream,
    pub(crate) hints: Hints,
    pub(crate) policy: Policy,
    pub(crate) rate_limit: Option<Rate>,
    pub(crate) audit_fields: Vec<FieldPath>,
    /// That a call runs only once its record is written. It says nothing of who may call.
    pub(crate) audit_required: bool,
    /// What strings among the scopes are checked against.
    pub(crate) catalog: Option<syn::Path>,
    /// What strings among the roles are checked against.
    pub(crate) role_catalog: Option<syn::Path>,
}

/// How the tool behaves; `None` is unsaid.
pub(crate) struct Hints {
    pub(crate) read_only: Option<LitBool>,
    pub(crate) destructive: Option<LitBool>,
    pub(crate) idempotent: Option<LitBool>,
    pub(crate) open_world: Option<LitBool>,
}

/// Who may call the tool.
pub(crate) enum Policy {
    /// Anyone, without a token too. Never a default.
    Public,
    /// A caller who meets all of these; without any of them, every caller with a valid token.
    Callers(Box<Demands>),
}

/// What is demanded of a caller. An empty list is no demand.
pub(crate) struct Demands {
    pub(crate) scopes_all: Vec<Name>,
    pub(crate) scopes_any: Vec<Name>,
    /// Which of these scopes the toolset demands, and what it lets choose from.
    pub(crate) inherited: Inherited,
    pub(crate) roles: Vec<Name>,
    pub(crate) allow: Option<Rule>,
    pub(crate) acr: Vec<LitStr>,
    pub(crate) max_age: Option<MaxAge>,
    pub(crate) owner: Option<OwnerDemand>,
    pub(crate) tenant: Option<TenantDemand>,
    pub(crate) check: Option<Lookup>,
    /// That the token is validated anew. No demand of its own: it does not say who may call.
    pub(crate) fresh: bool,
    /// That scopes and roles are tried out and not enforced.
    pub(crate) shadow: bool,
}

/// The field that must be the caller's subject.
pub(crate) struct OwnerDemand {
    pub(crate) field: FieldPath,
    pub(crate) unless: Vec<Name>,
}

/// The field that must belong to the caller's tenant.
pub(crate) struct TenantDemand {
    pub(crate) field: FieldPath,
    pub(crate) lookup: Option<Lookup>,
}

/// A method of a state that is asked: whose a resource is, or whether a call may be.
pub(crate) struct Lookup {
    /// The path as written.
    pub(crate) text: String,
    /// What stands before the method: the type of the state.
    pub(crate) state: Type,
    /// The method, such that it can be called whatever the state type looks like.
    pub(crate) method: TokenStream,
}

impl Policy {
    pub(crate) fn check(&self) -> Option<&Lookup> {
        match self {
            Self::Public => None,
            Self::Callers(demands) => demands.check.as_ref(),
        }
    }

    pub(crate) fn owner(&self) -> Option<&OwnerDemand> {
        match self {
            Self::Public => None,
            Self::Callers(demands) => demands.owner.as_ref(),
        }
    }

    pub(crate) fn tenant(&self) -> Option<&TenantDemand> {
        match self {
            Self::Public => None,
            Self::Callers(demands) => demands.tenant.as_ref(),
        }
    }
}

impl Spec {
    /// Judges. What it returns makes sense only if no mistake was found.
    pub(crate) fn new(attr: Attr, item: &Item, errors: &mut Errors) -> Self {
        signature::check(item, errors);
        Self::judge(attr, item, errors, Definition::new)
    }

    /// The same of a tool that is written for an SDK, which says what the tool is.
    pub(crate) fn of_stock(attr: Attr, method: &Method, krate: TokenStream, errors: &mut Errors) -> Self {
        let attr = stock::of_stock(attr, errors);
        let definition = |_: &Attr, _: &Item, _: &mut Errors| Definition {
            name: method.name.clone(),
            title: None,
            description: quote!(""),
        };
        let spec = Self::judge(attr, &method.item, errors, definition);
        Self { krate, ..spec }
    }

    fn judge(
        attr: Attr,
        item: &Item,
        errors: &mut Errors,
        define: impl FnOnce(&Attr, &Item, &mut Errors) -> Definition,
    ) -> Self {
        let rate_limit = posture::check(&attr, item, errors);
        lists::check(&attr, errors);
        rule::check(&attr, errors);
        let max_age = login::check(&attr, errors);
        fields::check(&attr, item, errors);
        let Definition {
            name,
            title,
            description,
        } = define(&attr, item, errors);
        let tenant_of = attr.tenant_of.and_then(|arg| lookup::tenant_of(&arg.value, errors));
        let check = attr.check.and_then(|arg| lookup::check(&arg.value.0, errors));
        Self {
            krate: krate(attr.krate.as_ref()),
            ident: tool_ident(item),
            name,
            title,
            description,
            hints: Hints {
                read_only: value(attr.read_only),
                destructive: value(attr.destructive),
                idempotent: value(attr.idempotent),
                open_world: value(attr.open_world),
            },
            policy: match attr.public {
                Some(_) => Policy::Public,
                None => Policy::Callers(Box::new(Demands {
                    scopes_all: value(attr.scopes_all).unwrap_or_default(),
                    scopes_any: value(attr.scopes_any).unwrap_or_default(),
                    inherited: attr.inherited,
                    roles: value(attr.roles).unwrap_or_default(),
                    allow: value(attr.allow),
                    acr: value(attr.acr).unwrap_or_default(),
                    max_age,
                    owner: attr.owner_field.map(|arg| OwnerDemand {
                        field: arg.value,
                        unless: value(attr.owner_unless).unwrap_or_default(),
                    }),
                    tenant: attr.tenant_field.map(|arg| TenantDemand {
                        field: arg.value,
                        lookup: tenant_of,
                    }),
                    check,
                    fresh: attr.fresh.is_some(),
                    shadow: attr.shadow.is_some(),
                })),
            },
            rate_limit,
            audit_fields: value(attr.audit_fields).unwrap_or_default(),
            audit_required: attr.audit_required.is_some_and(|arg| arg.value.0),
            catalog: attr.catalog.map(|arg| arg.value.0),
            role_catalog: attr.role_catalog.map(|arg| arg.value.0),
        }
    }
}

fn value<T>(arg: Option<Arg<T>>) -> Option<T> {
    arg.map(|arg| arg.value)
}

pub(crate) fn krate(arg: Option<&Arg<syn::Path>>) -> TokenStream {
    arg.map_or_else(|| quote!(::toolgate), |arg| arg.value.to_token_stream())
}

/// Tokens as people write them: a space only where words or brackets would run together.
pub(crate) fn readable(tokens: impl ToTokens) -> String {
    let spaced = tokens.to_token_stream().to_string();
    let mut text = String::with_capacity(spaced.len());
    let mut words = spaced.split_whitespace().peekable();
    while let Some(word) = words.next() {
        text.push_str(word);
        let opens = |next: &&str| next.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let closes = word.ends_with(|c: char| c.is_alphanumeric() || "_>,".contains(c));
        if closes && words.peek().is_some_and(opens) {
            text.push(' ');
        }
    }
    text
}

/// `update_note` makes `UpdateNoteTool`, and as a method of `Notes` it makes `NotesUpdateNoteTool`.
fn tool_ident(item: &Item) -> Ident {
    let function = &item.sig.ident;
    let owner = item.owner.as_ref().map_or("", |owner| &owner.name);
    let mut name = format!("{owner}{}Tool", pascal(&function.unraw().to_string()));
    if syn::parse_str::<Ident>(&name).is_err() {
        // The function is `_2d`, and no name begins with `2`.
        name.insert(0, '_');
    }
    Ident::new(&name, function.span())
}

fn pascal(snake: &str) -> String {
    let capitalized = |word: &str| {
        let mut chars = word.chars();
        let first = chars.next().map(char::to_uppercase);
        first.into_iter().flatten().chain(chars).collect::<String>()
    };
    snake.split('_').map(capitalized).collect()
}

#[cfg(test)]
mod tests {
    use super::{pascal, readable};
    use quote::quote;

    #[test]
    fn paths_are_shown_as_written() {
        assert_eq!(readable(quote!(Notes::tenant_of)), "Notes::tenant_of");
        assert_eq!(
            readable(quote!(<Store<Pg, u8> as a::Find>::find)),
            "<Store<Pg, u8> as a::Find>::find"
        );
    }

    #[test]
    fn functions_become_types() {
        assert_eq!(pascal("update_note"), "UpdateNote");
        assert_eq!(pascal("_a__b2_"), "AB2");
        assert_eq!(pascal("größe"), "Größe");
    }
}

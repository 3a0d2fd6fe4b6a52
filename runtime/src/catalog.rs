//! Which scopes and roles there are, and which of them imply which.

mod check;
mod hierarchy;
mod narrowed;
mod ways;

#[cfg(test)]
pub(crate) use self::hierarchy::Catalog;
pub(crate) use self::hierarchy::{Catalogs, Hierarchy, Implied};

use crate::scope::ScopeToken;

/// The scopes of a server, as variants of an enum: what `#[derive(ScopeCatalog)]` makes of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a catalogue of scopes",
    label = "expected a catalogue of scopes",
    note = "add `#[derive(toolgate::ScopeCatalog)]` to the enum `{Self}`"
)]
pub trait ScopeCatalog: 'static {
    /// The enum's name.
    const NAME: &'static str;

    /// What is known of each scope, in the order of the variants.
    const SCOPES: &'static [ScopeEntry];

    /// The scope that this variant stands for.
    fn token(&self) -> ScopeToken;
}

/// The roles that callers of a server may have, as variants of an enum: what `#[derive(RoleCatalog)]` makes of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a catalogue of roles",
    label = "expected a catalogue of roles",
    note = "add `#[derive(toolgate::RoleCatalog)]` to the enum `{Self}`"
)]
pub trait RoleCatalog: 'static {
    /// The enum's name.
    const NAME: &'static str;

    /// What is known of each role, in the order of the variants.
    const ROLES: &'static [RoleEntry];

    /// The role that this variant stands for.
    fn role(&self) -> &'static str;
}

/// What a catalogue says about a scope.
#[derive(Clone, Copy, Debug)]
pub struct ScopeEntry {
    /// The variant's name.
    pub variant: &'static str,
    /// The scope, as it stands in a token.
    pub scope: ScopeToken,
    /// What it permits, for people.
    pub description: &'static str,
    /// The scopes that it implies, as they were declared.
    pub implies: &'static [ScopeToken],
    /// All scopes that it implies, also those that follow from others.
    pub implies_all: &'static [ScopeToken],
    /// A client should ask for it at first (`scopes_supported`, MCP-15).
    pub baseline: bool,
    /// It permits what should not be granted lightly.
    pub sensitive: bool,
    /// A user cannot consent to it, only an administrator can.
    pub admin_consent: bool,
    #[doc(hidden)]
    pub number: i128,
}

/// What a catalogue says about a role.
#[derive(Clone, Copy, Debug)]
pub struct RoleEntry {
    /// The variant's name.
    pub variant: &'static str,
    /// The role, as it stands in a token.
    pub role: &'static str,
    /// Who has it, for people.
    pub description: &'static str,
    /// The roles that it implies, as they were declared.
    pub implies: &'static [&'static str],
    /// All roles that it implies, also those that follow from others.
    pub implies_all: &'static [&'static str],
    #[doc(hidden)]
    pub number: i128,
}

/// The scope of a variant, in a constant.
///
/// # Panics
///
/// If no entry has the number. Catalogues that were derived have one for each variant.
#[must_use]
#[expect(
    clippy::panic,
    reason = "it stands in constants, where it is an error of the compiler"
)]
pub const fn scope<C: ScopeCatalog>(_: &C, number: i128) -> ScopeToken {
    let mut rest = C::SCOPES;
    while let [entry, others @ ..] = rest {
        if entry.number == number {
            return entry.scope;
        }
        rest = others;
    }
    panic!("the catalogue has no entry for this variant")
}

/// The role of a variant, in a constant.
///
/// # Panics
///
/// If no entry has the number. Catalogues that were derived have one for each variant.
#[must_use]
#[expect(
    clippy::panic,
    reason = "it stands in constants, where it is an error of the compiler"
)]
pub const fn role<C: RoleCatalog>(_: &C, number: i128) -> &'static str {
    let mut rest = C::ROLES;
    while let [entry, others @ ..] = rest {
        if entry.number == number {
            return entry.role;
        }
        rest = others;
    }
    panic!("the catalogue has no entry for this variant")
}

/// A scope as a type: what `#[derive(ScopeCatalog)]` makes of each variant, in a module with the enum's name in snake case.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a scope of a catalogue",
    label = "expected a type such as `scope::Write`",
    note = "of `enum Scope`, `#[derive(toolgate::ScopeCatalog)]` makes the module `scope` with a type for each variant"
)]
pub trait GrantedScope: 'static {
    /// The scope.
    const SCOPE: ScopeToken;
    /// The scope, and all that imply it.
    const HELD_BY: &'static [ScopeToken];
    #[doc(hidden)]
    const UNPROVEN: &'static str;
}

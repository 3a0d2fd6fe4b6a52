//! Whose the things are that the arguments name.

use crate::caller::Caller;
use crate::decision::{Decision, Denial};
use crate::error::{Error, Unavailable};
use crate::policy::TenantDemand;
use futures_util::future::BoxFuture;
use std::borrow::Cow;
use std::error::Error as StdError;

/// The tenants that a call's arguments name.
#[derive(Debug)]
#[non_exhaustive]
pub enum Tenants<'a> {
    /// The tool is not bound to a tenant.
    Unbound,
    /// These; `None` is a resource that does not exist.
    Named(Vec<Option<Cow<'a, str>>>),
}

/// The tenants of the arguments, known at once or after lookups.
#[expect(missing_debug_implementations, reason = "a future has nothing to show")]
pub enum FindTenants<'a> {
    /// Known from the arguments alone.
    Ready(Tenants<'a>),
    /// Known after asking the developer's `tenant_of`.
    Lookup(BoxFuture<'a, Result<Tenants<'a>, Error>>),
}

impl Tenants<'_> {
    /// Decides whether everything that the arguments name is the caller's.
    ///
    /// 1. A tool without a tenant demand, which looked for none, is let through. One with a demand that looked for none is not.
    /// 2. A caller without a tenant owns nothing.
    /// 3. Arguments that name nothing, say an empty list, are denied: to many a store "none" means "all".
    /// 4. Each of the named tenants is exactly the caller's. Nothing is trimmed or folded.
    pub(crate) fn admit(&self, demand: Option<TenantDemand>, caller: Option<&Caller>) -> Decision {
        let named = match (self, demand) {
            (Self::Named(named), _) => named,
            (Self::Unbound, None) => return Decision::Allow,
            (Self::Unbound, Some(_)) => return Decision::Deny(Denial::NoTenantNamed),
        };
        let Some(own) = caller.and_then(Caller::tenant) else {
            return Decision::Deny(Denial::CallerWithoutTenant);
        };
        if named.is_empty() {
            return Decision::Deny(Denial::NoTenantNamed);
        }
        for tenant in named {
            match tenant.as_deref() {
                Some(tenant) if tenant == own => {}
                Some(_) => return Decision::Deny(Denial::OtherTenant),
                None => return Decision::Deny(Denial::NoSuchResource),
            }
        }
        Decision::Allow
    }
}

/// A field of the arguments that names a tenant: any text, or a type of yours that implements `AsRef<str>`.
///
/// An `Option` is none: without a value the call would be bound to nobody.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot name a tenant",
    label = "expected a `String` or another type that implements `AsRef<str>`",
    note = "for the id of a resource, add `tenant_of = State::method` that looks up the tenant it belongs to",
    note = "an `Option` names no one where it is `None`: make the field required"
)]
pub trait TenantField {
    /// The tenant.
    fn as_tenant(&self) -> &str;
}

#[diagnostic::do_not_recommend]
impl<T: AsRef<str> + ?Sized> TenantField for T {
    fn as_tenant(&self) -> &str {
        self.as_ref()
    }
}

/// What a `tenant_of` function returns: `Ok(Some(tenant))`, `Ok(None)` for "no such resource", or an error for "could
/// not find out".
#[diagnostic::on_unimplemented(
    message = "a `tenant_of` method cannot return `{Self}`",
    label = "the return type of this method does not fit",
    note = "return `Result<Option<String>, E>`: the tenant, `None` for \"no such resource\", or an error for \"could not find out\"",
    note = "`E` is any `std::error::Error`"
)]
pub trait TenantLookup {
    #[doc(hidden)]
    fn into_tenant(self) -> Result<Option<String>, Error>;
}

#[diagnostic::do_not_recommend]
impl<T, E> TenantLookup for Result<Option<T>, E>
where
    T: Into<String>,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    fn into_tenant(self) -> Result<Option<String>, Error> {
        match self {
            Ok(tenant) => Ok(tenant.map(Into::into)),
            Err(error) => Err(Unavailable::because("the tenant lookup failed", error).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tenants;
    use crate::caller::{Caller, PrincipalKind};
    use crate::claims::ClaimSet;
    use crate::decision::{Decision, Denial};
    use crate::policy::TenantDemand;

    const DEMAND: Option<TenantDemand> = Some(TenantDemand {
        field: "id",
        lookup: None,
    });

    fn admit(own: Option<&str>, named: &str) -> Decision {
        let mut claims = ClaimSet::of("i".into(), "alice", PrincipalKind::User);
        claims.tenant = own.map(Into::into);
        Tenants::Named(vec![Some(named.into())]).admit(DEMAND, Some(&Caller::new(claims)))
    }

    #[test]
    fn a_caller_without_a_tenant_is_not_of_the_tenant_without_a_name() {
        for named in ["", "none", "acme"] {
            assert_eq!(
                admit(None, named),
                Decision::Deny(Denial::CallerWithoutTenant),
                "{named:?}"
            );
        }
        let nobody = Tenants::Named(vec![Some("".into())]).admit(DEMAND, None);
        assert_eq!(nobody, Decision::Deny(Denial::CallerWithoutTenant));
    }

    #[test]
    fn a_tenant_is_compared_as_it_is() {
        assert_eq!(admit(Some("acme"), "acme"), Decision::Allow);
        let others = [
            " acme",
            "acme ",
            "acme\n",
            "acme\u{0}",
            "ACME",
            "Acme",
            "acm",
            "acme.",
            "a\u{300}cme",
            "",
        ];
        for named in others {
            assert_eq!(
                admit(Some("acme"), named),
                Decision::Deny(Denial::OtherTenant),
                "{named:?}"
            );
            assert_eq!(
                admit(Some(named), "acme"),
                Decision::Deny(Denial::OtherTenant),
                "{named:?}"
            );
        }
    }

    #[test]
    fn r22_a_demand_that_nobody_looked_into_is_a_denial() {
        let mut claims = ClaimSet::of("i".into(), "alice", PrincipalKind::User);
        claims.tenant = Some("acme".into());
        let alice = Caller::new(claims);
        assert_eq!(
            Tenants::Unbound.admit(DEMAND, Some(&alice)),
            Decision::Deny(Denial::NoTenantNamed)
        );
        assert_eq!(Tenants::Unbound.admit(None, Some(&alice)), Decision::Allow);
    }
}

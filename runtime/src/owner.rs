//! Who owns the things that the arguments name.

use crate::caller::{Caller, PrincipalKind};
use crate::decision::{Decision, Denial};
use crate::policy::OwnerDemand;
use std::borrow::Cow;

/// The owners that a call's arguments name.
#[derive(Debug)]
#[non_exhaustive]
pub enum Owners<'a> {
    /// The tool does not ask who owns something.
    Unbound,
    /// These; `None` is a list without any.
    Named(Vec<Option<Cow<'a, str>>>),
}

impl Owners<'_> {
    /// Decides whether the caller is the owner of everything that the arguments name.
    ///
    /// 1. A tool without an owner demand, which looked for none, is let through. One with a demand that looked for none is not.
    /// 2. Without a caller, nobody is the owner.
    /// 3. Arguments that name nobody, say an empty list, are denied, also to who need not be the owner: to many a store "none"
    ///    means "all".
    /// 4. Who holds a scope that says so need not be the owner. That all is of the caller's tenant is decided apart from this.
    /// 5. A client in its own name owns nothing, whatever its subject is: those of users and of clients share no names (RFC 9068
    ///    section 5).
    /// 6. Each of the named owners is exactly the caller's subject. Nothing is trimmed or folded.
    pub(crate) fn admit(&self, demand: Option<OwnerDemand>, caller: Option<&Caller>) -> Decision {
        let named = match (self, demand) {
            (Self::Named(named), _) => named,
            (Self::Unbound, None) => return Decision::Allow,
            (Self::Unbound, Some(_)) => return Decision::Deny(Denial::NoOwnerNamed), // 1
        };
        let Some(caller) = caller else {
            return Decision::Deny(Denial::Unauthenticated); // 2
        };
        if named.is_empty() || named.contains(&None) {
            return Decision::Deny(Denial::NoOwnerNamed); // 3
        }
        let unless = demand.map_or(&[][..], |demand| demand.unless);
        if unless.iter().any(|scope| caller.has_scope(scope.as_str())) {
            return Decision::Allow; // 4
        }
        if caller.principal().kind() != PrincipalKind::User {
            return Decision::Deny(Denial::ClientOwnsNothing); // 5
        }
        if named.iter().flatten().all(|owner| *owner == caller.subject()) {
            Decision::Allow // 6
        } else {
            Decision::Deny(Denial::OtherOwner)
        }
    }
}

/// A field of the arguments that names an owner, by the subject: any text, or a type of yours that implements `AsRef<str>`.
///
/// An `Option` is none: without a value the call would be about nobody's.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot name an owner",
    label = "expected a `String` or another type that implements `AsRef<str>`, for the subject of a user",
    note = "for the id of a resource, ask who owns it in `check = State::method`",
    note = "an `Option` names nobody where it is `None`: make the field required"
)]
pub trait OwnerField {
    /// The owner's subject.
    fn as_owner(&self) -> &str;
}

#[diagnostic::do_not_recommend]
impl<T: AsRef<str> + ?Sized> OwnerField for T {
    fn as_owner(&self) -> &str {
        self.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::Owners;
    use crate::caller::{Caller, PrincipalKind};
    use crate::claims::{ClaimSet, sorted};
    use crate::decision::{Decision, Denial};
    use crate::policy::OwnerDemand;
    use crate::scope::ScopeToken;

    const DEMAND: OwnerDemand = OwnerDemand {
        field: "owner",
        unless: &[ScopeToken::from_static("any"), ScopeToken::from_static("all")],
    };

    fn caller(subject: &str, kind: PrincipalKind, scopes: &[&str]) -> Caller {
        let mut claims = ClaimSet::of("i".into(), subject, kind);
        claims.scopes = sorted(scopes.iter().copied());
        Caller::new(claims)
    }

    fn alice() -> Caller {
        caller("alice", PrincipalKind::User, &[])
    }

    fn named(owners: &[Option<&'static str>]) -> Owners<'static> {
        Owners::Named(owners.iter().map(|owner| owner.map(Into::into)).collect())
    }

    #[test]
    fn an_owner_is_compared_as_it_is() {
        let decide = |owner| named(&[Some(owner)]).admit(Some(DEMAND), Some(&alice()));
        assert_eq!(decide("alice"), Decision::Allow);
        for other in [
            "",
            " alice",
            "alice ",
            "Alice",
            "alic",
            "alice\u{0}",
            "bob",
            "i",
            "i:alice",
        ] {
            assert_eq!(decide(other), Decision::Deny(Denial::OtherOwner), "{other:?}");
        }
    }

    #[test]
    fn every_owner_is_the_caller_and_there_is_one() {
        let decide = |owners: &[_]| named(owners).admit(Some(DEMAND), Some(&alice()));
        let (own, others) = (Some("alice"), Some("bob"));
        assert_eq!(decide(&[own, own]), Decision::Allow);
        assert_eq!(decide(&[own, others]), Decision::Deny(Denial::OtherOwner));
        assert_eq!(decide(&[others, own]), Decision::Deny(Denial::OtherOwner));
        assert_eq!(decide(&[]), Decision::Deny(Denial::NoOwnerNamed));
        assert_eq!(decide(&[own, None]), Decision::Deny(Denial::NoOwnerNamed));
        let excused = caller("bob", PrincipalKind::User, &["any"]);
        for nobody in [&[][..], &[None], &[others, None]] {
            let decision = named(nobody).admit(Some(DEMAND), Some(&excused));
            assert_eq!(decision, Decision::Deny(Denial::NoOwnerNamed), "{nobody:?}");
        }
    }

    /// A client's subject is often the id that somebody chose for it, say at dynamic registration.
    #[test]
    fn at_11_a_client_named_like_a_user_does_not_own_what_is_the_users() {
        let decide = |scopes| {
            let client = caller("alice", PrincipalKind::Client, scopes);
            named(&[Some("alice")]).admit(Some(DEMAND), Some(&client))
        };
        assert_eq!(decide(&[]), Decision::Deny(Denial::ClientOwnsNothing));
        assert_eq!(decide(&["any"]), Decision::Allow);
    }

    #[test]
    fn one_of_the_scopes_is_enough_and_no_other_is() {
        let decide = |scopes: &[&str]| {
            let bob = caller("bob", PrincipalKind::User, scopes);
            named(&[Some("alice")]).admit(Some(DEMAND), Some(&bob))
        };
        assert_eq!(decide(&["any"]), Decision::Allow);
        assert_eq!(decide(&["all", "x"]), Decision::Allow);
        for scopes in [&[][..], &["Any"], &["an"], &["any:thing"], &["owner"]] {
            assert_eq!(decide(scopes), Decision::Deny(Denial::OtherOwner), "{scopes:?}");
        }
    }

    #[test]
    fn r22_a_demand_that_nobody_looked_into_is_a_denial_and_so_is_nobody() {
        let root = caller("root", PrincipalKind::User, &["any"]);
        assert_eq!(
            Owners::Unbound.admit(Some(DEMAND), Some(&root)),
            Decision::Deny(Denial::NoOwnerNamed)
        );
        assert_eq!(Owners::Unbound.admit(None, Some(&root)), Decision::Allow);
        let nobody = named(&[Some("alice")]).admit(Some(DEMAND), None);
        assert_eq!(nobody, Decision::Deny(Denial::Unauthenticated));
    }
}

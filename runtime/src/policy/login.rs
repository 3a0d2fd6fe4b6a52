//! How strong the caller's login has to be, and how fresh (RFC 9470).

use super::Policy;
use crate::caller::Caller;
use serde::{Serialize, Serializer};
use std::fmt;
use std::time::Duration;

/// What a tool demands of the login that the caller's token is the result of.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct LoginDemand {
    #[serde(skip_serializing_if = "slice_is_empty")]
    acr: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "seconds")]
    max_age: Option<Duration>,
}

/// What is wrong with a login. It is for records: clients are told what is demanded.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LoginFlaw {
    /// The token does not say how the caller logged in.
    #[error("the token has no `acr`")]
    NoClass,
    /// The caller logged in otherwise.
    #[error("the `acr` of the token is none of those demanded")]
    OtherClass,
    /// The token does not say when the caller logged in.
    #[error("the token has no `auth_time`")]
    NoTime,
    /// It is not known what time it is.
    #[error("it is not known how long ago `auth_time` is")]
    UnknownAge,
    /// The caller is yet to log in, by our clock.
    #[error("the `auth_time` of the token has not come yet")]
    NotYet,
    /// The caller logged in too long ago.
    #[error("the `auth_time` of the token is too long ago")]
    TooOld,
}

impl Policy {
    /// Demands that the caller logged in by one of these authentication context classes (`acr`, RFC 9470), the best first. They
    /// are compared exactly: none of them is taken to include another. As for [`scopes_all`](Self::scopes_all), the policy is not
    /// public then.
    ///
    /// # Panics
    ///
    /// If the list is empty, one was given before, or a class could not stand in a challenge: it is printable ASCII without space,
    /// quote and backslash. In a constant that is a compile error.
    #[must_use]
    pub const fn acr(self, classes: &'static [&'static str]) -> Self {
        assert!(!classes.is_empty(), "an empty list of classes demands nothing");
        assert!(self.login.acr.is_empty(), "`acr` is given twice");
        let mut rest = classes;
        while let [class, tail @ ..] = rest {
            assert_class(class);
            rest = tail;
        }
        Self {
            login: LoginDemand {
                acr: classes,
                ..self.login
            },
            ..self.demanding()
        }
    }

    /// Demands that the caller logged in no longer ago than this (`auth_time`, RFC 9470), in whole seconds. As for
    /// [`scopes_all`](Self::scopes_all), the policy is not public then.
    ///
    /// # Panics
    ///
    /// If it is less than a second or no whole number of them, or one was given before. In a constant that is a compile error.
    #[must_use]
    pub const fn max_age(self, age: Duration) -> Self {
        assert!(
            age.as_secs() > 0 && age.subsec_nanos() == 0,
            "the age of a login is counted in whole seconds, from 1"
        );
        assert!(self.login.max_age.is_none(), "`max_age` is given twice");
        Self {
            login: LoginDemand {
                max_age: Some(age),
                ..self.login
            },
            ..self.demanding()
        }
    }

    /// What is demanded of the caller's login; `None` if nothing is.
    #[must_use]
    pub const fn demanded_login(&self) -> Option<LoginDemand> {
        if self.login.acr.is_empty() && self.login.max_age.is_none() {
            None
        } else {
            Some(self.login)
        }
    }
}

/// A class stands in a list with spaces, in quotes (RFC 9470 section 3).
const fn assert_class(class: &str) {
    assert!(!class.is_empty(), "a class cannot be empty");
    let mut rest = class.as_bytes();
    while let [byte, tail @ ..] = rest {
        assert!(
            matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e),
            "a class is printable ASCII without space, quote and backslash"
        );
        rest = tail;
    }
}

impl LoginDemand {
    pub(super) const NONE: Self = Self {
        acr: &[],
        max_age: None,
    };

    pub(super) fn is_none(&self) -> bool {
        *self == Self::NONE
    }

    /// The classes of which the login has to be one; empty if any will do.
    #[must_use]
    pub const fn acr(&self) -> &'static [&'static str] {
        self.acr
    }

    /// How long ago the login may be.
    #[must_use]
    pub const fn max_age(&self) -> Option<Duration> {
        self.max_age
    }

    /// Finds out what is wrong with a login, at this time.
    ///
    /// 1. If classes are demanded, that of the token is exactly one of them. No class is none.
    /// 2. If an age is demanded, the token says when the caller logged in. A time that is not known is no age.
    /// 3. Nobody logged in later than now, but for what clocks may differ.
    /// 4. The login is no longer ago than demanded. Clocks may differ here as well, but by no more than is demanded: else a short
    ///    demand would be one of the leeway.
    pub(super) fn check(&self, caller: &Caller, now: Option<Duration>) -> Result<(), LoginFlaw> {
        if !self.acr.is_empty() {
            let class = caller.acr().ok_or(LoginFlaw::NoClass)?;
            if !self.acr.contains(&class) {
                return Err(LoginFlaw::OtherClass); // 1
            }
        }
        let Some(max_age) = self.max_age else {
            return Ok(());
        };
        let since = caller.auth_time().ok_or(LoginFlaw::NoTime)?; // 2
        let now = now.ok_or(LoginFlaw::UnknownAge)?; // 2
        let leeway = caller.leeway();
        if since > now.saturating_add(leeway) {
            return Err(LoginFlaw::NotYet); // 3
        }
        if now.saturating_sub(since) > max_age.saturating_add(leeway.min(max_age)) {
            return Err(LoginFlaw::TooOld); // 4
        }
        Ok(())
    }
}

impl fmt::Display for LoginDemand {
    /// `a login of the class a or b, not older than 900 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a login")?;
        if !self.acr.is_empty() {
            write!(f, " of the class {}", self.acr.join(" or "))?;
        }
        if let Some(max_age) = self.max_age {
            let comma = if self.acr.is_empty() { "" } else { "," };
            write!(f, "{comma} not older than {} s", max_age.as_secs())?;
        }
        Ok(())
    }
}

#[expect(clippy::ref_option, reason = "serde passes references")]
fn seconds<S: Serializer>(age: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    age.map(|age| age.as_secs()).serialize(serializer)
}

fn slice_is_empty<T>(slice: &&[T]) -> bool {
    slice.is_empty()
}

#[cfg(test)]
mod tests {
    use super::{LoginFlaw, Policy};
    use crate::caller::{Caller, PrincipalKind};
    use crate::claims::{ClaimSet, sorted};
    use crate::decision::{Decision, Denial};
    use crate::scope::ScopeToken;
    use std::panic::catch_unwind;
    use std::time::Duration;

    const NOW: Duration = Duration::from_secs(1_000_000);

    fn ago(seconds: u64) -> Duration {
        NOW.saturating_sub(Duration::from_secs(seconds))
    }

    fn caller(acr: Option<&str>, auth_time: Option<Duration>, leeway: u64) -> Caller {
        let mut claims = ClaimSet::of("i".into(), "alice", PrincipalKind::User);
        claims.acr = acr.map(Into::into);
        claims.auth_time = auth_time;
        claims.leeway = Duration::from_secs(leeway);
        Caller::new(claims)
    }

    fn flaw(policy: Policy, caller: &Caller, now: Option<Duration>) -> Option<LoginFlaw> {
        policy.demanded_login().unwrap().check(caller, now).err()
    }

    #[test]
    fn su_04_05_a_class_is_compared_as_it_is_and_none_is_none() {
        const POLICY: Policy = Policy::AUTHENTICATED.acr(&["urn:strong", "urn:stronger"]);
        let flaw_of = |acr| flaw(POLICY, &caller(acr, None, 60), None);
        assert_eq!(flaw_of(Some("urn:strong")), None);
        assert_eq!(flaw_of(Some("urn:stronger")), None);
        assert_eq!(flaw_of(None), Some(LoginFlaw::NoClass));
        let others = [
            "",
            "urn:stron",
            "urn:strong ",
            "urn:strong urn:stronger",
            "URN:strong",
            "urn:strongest",
            "0",
        ];
        for other in others {
            assert_eq!(flaw_of(Some(other)), Some(LoginFlaw::OtherClass), "{other:?}");
        }
    }

    #[test]
    fn su_04_05_a_login_is_of_a_known_time_neither_too_long_ago_nor_yet_to_come() {
        const POLICY: Policy = Policy::AUTHENTICATED.max_age(Duration::from_mins(15));
        let flaw_at = |auth_time| flaw(POLICY, &caller(None, Some(auth_time), 60), Some(NOW));
        let ahead = |seconds| NOW + Duration::from_secs(seconds);
        let moment = Duration::from_nanos(1);
        for login in [NOW, ago(1), ago(900), ago(960), ahead(60)] {
            assert_eq!(flaw_at(login), None, "{login:?}");
        }
        for login in [ago(960).saturating_sub(moment), ago(961), Duration::ZERO] {
            assert_eq!(flaw_at(login), Some(LoginFlaw::TooOld), "{login:?}");
        }
        for login in [ahead(60) + moment, Duration::MAX] {
            assert_eq!(flaw_at(login), Some(LoginFlaw::NotYet), "{login:?}");
        }
        assert_eq!(
            flaw(POLICY, &caller(None, None, 60), Some(NOW)),
            Some(LoginFlaw::NoTime)
        );
        // Without a clock nothing is young.
        assert_eq!(
            flaw(POLICY, &caller(None, Some(NOW), 60), None),
            Some(LoginFlaw::UnknownAge)
        );
    }

    #[test]
    fn the_leeway_is_no_longer_than_what_is_demanded() {
        const POLICY: Policy = Policy::AUTHENTICATED.max_age(Duration::from_secs(10));
        let flaw_at = |seconds| flaw(POLICY, &caller(None, Some(ago(seconds)), 300), Some(NOW));
        assert_eq!(flaw_at(20), None);
        assert_eq!(flaw_at(21), Some(LoginFlaw::TooOld));
    }

    #[test]
    fn both_are_demanded_if_both_are_given() {
        const POLICY: Policy = Policy::AUTHENTICATED.max_age(Duration::from_secs(10)).acr(&["a"]);
        let at = Some(NOW);
        assert_eq!(flaw(POLICY, &caller(Some("a"), at, 0), at), None);
        assert_eq!(flaw(POLICY, &caller(Some("b"), at, 0), at), Some(LoginFlaw::OtherClass));
        assert_eq!(flaw(POLICY, &caller(Some("a"), None, 0), at), Some(LoginFlaw::NoTime));
        assert_eq!(
            POLICY.demanded_login().unwrap().to_string(),
            "a login of the class a, not older than 10 s"
        );
    }

    /// Whoever lacks a role would log in again for nothing.
    #[test]
    fn su_03_the_login_is_judged_after_all_that_no_login_gives() {
        const SCOPE: ScopeToken = ScopeToken::from_static("a");
        const POLICY: Policy = Policy::AUTHENTICATED
            .scopes_all(&[SCOPE])
            .roles(&["r"])
            .acr(&["strong"]);
        let decide = |scopes: &[&str], roles: &[&str], acr| {
            let mut claims = ClaimSet::of("i".into(), "alice", PrincipalKind::User);
            claims.scopes = sorted(scopes.iter().copied());
            claims.roles = sorted(roles.iter().copied());
            claims.acr = Some(acr);
            POLICY.admit_at(Some(&Caller::new(claims)), NOW)
        };
        let reason = |decision| match decision {
            Decision::Allow => "allowed",
            Decision::WouldDeny(_) => "would be denied",
            Decision::Deny(denial) => denial.reason(),
        };
        assert_eq!(reason(decide(&[], &["r"], "weak".into())), "insufficient_scope");
        assert_eq!(reason(decide(&["a"], &[], "weak".into())), "insufficient_role");
        let weak = decide(&["a"], &["r"], "weak".into());
        assert_eq!(
            weak,
            Decision::Deny(Denial::InsufficientLogin {
                flaw: LoginFlaw::OtherClass,
                demand: POLICY.demanded_login().unwrap(),
                required: vec![SCOPE],
            })
        );
        assert_eq!(reason(decide(&["a"], &["r"], "strong".into())), "allowed");
    }

    #[test]
    fn no_shadow_falls_on_a_login() {
        const POLICY: Policy = Policy::AUTHENTICATED.roles(&["r"]).acr(&["strong"]).shadow();
        let decide = |acr| POLICY.admit(Some(&caller(Some(acr), None, 0)));
        assert_eq!(decide("strong"), Decision::WouldDeny(Denial::MissingRole(&["r"])));
        assert!(matches!(
            decide("weak"),
            Decision::Deny(Denial::InsufficientLogin { .. })
        ));
    }

    #[test]
    fn what_could_not_stand_in_a_challenge_is_no_demand_and_panics() {
        for classes in [
            &[][..],
            &[""],
            &["a b"],
            &["a\""],
            &["a\\"],
            &["a\r\nX: y"],
            &["\u{e9}"],
            &["a", ""],
        ] {
            assert!(
                catch_unwind(|| Policy::AUTHENTICATED.acr(classes)).is_err(),
                "{classes:?}"
            );
        }
        for age in [Duration::ZERO, Duration::from_millis(1500), Duration::from_millis(999)] {
            assert!(catch_unwind(|| Policy::AUTHENTICATED.max_age(age)).is_err(), "{age:?}");
        }
    }
}

//! The developer's own decision about a call.

use crate::decision::{Decision, Denial};
use crate::error::{Error, Unavailable};
use futures_util::future::BoxFuture;
use std::error::Error as StdError;

/// What a tool has the developer's own code decide.
#[expect(missing_debug_implementations, reason = "a future has nothing to show")]
pub enum Checked<'a> {
    /// Nothing: the tool has no check.
    Unasked,
    /// Known after asking the developer's `check`.
    Asked(BoxFuture<'a, Result<Decision, Error>>),
}

impl Checked<'_> {
    /// Waits for the decision. It is the last one before a tool runs.
    ///
    /// 1. A tool without a check, which asked for none, is let through. One with a check that did not ask is not.
    /// 2. What could not be found out is not allowed.
    /// 3. Only "allow" is a yes. Whatever else the check says is a denial of this check, and no other: it could pass for one that
    ///    clients are told more about.
    pub(crate) async fn admit(self, demand: Option<&'static str>) -> Result<(), Error> {
        let asked = match (self, demand) {
            (Self::Asked(asked), _) => asked,
            (Self::Unasked, None) => return Ok(()),
            (Self::Unasked, Some(_)) => return Err(Denial::Unchecked.into()), // 1
        };
        match asked.await? {
            Decision::Allow => Ok(()), // 2
            Decision::Deny(denial @ Denial::Check(_)) => Err(denial.into()),
            Decision::Deny(other) | Decision::WouldDeny(other) => Err(Denial::Check(other.to_string().into()).into()), // 3
        }
    }
}

/// What a `check` method returns: a [`Decision`], or a `Result` of one, whose error is "could not find out". That denies, too.
#[diagnostic::on_unimplemented(
    message = "a `check` method cannot return `{Self}`",
    label = "the return type of this method does not fit",
    note = "return `toolgate::Decision`: `Decision::Allow`, or `Decision::deny(\"the reason, for the record\")`",
    note = "if it may fail, return `Result<toolgate::Decision, E>`, where `E` is any `std::error::Error`"
)]
pub trait CheckReturn {
    #[doc(hidden)]
    fn into_decision(self) -> Result<Decision, Error>;
}

impl CheckReturn for Decision {
    fn into_decision(self) -> Result<Decision, Error> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<E> CheckReturn for Result<Decision, E>
where
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    fn into_decision(self) -> Result<Decision, Error> {
        self.map_err(|error| Unavailable::because("the check failed", error).into())
    }
}

#[cfg(test)]
mod tests {
    use super::{CheckReturn, Checked};
    use crate::decision::{Decision, Denial};
    use crate::error::Error;
    use futures_util::FutureExt as _;

    fn admit(said: impl CheckReturn) -> Result<(), Error> {
        let decision = said.into_decision();
        let asked = Checked::Asked(Box::pin(async { decision }));
        asked.admit(Some("Notes::may")).now_or_never().unwrap()
    }

    #[test]
    fn only_allow_is_a_yes() {
        assert!(admit(Decision::Allow).is_ok());
        assert!(admit(Ok::<_, std::fmt::Error>(Decision::Allow)).is_ok());
        for no in [Decision::deny("not a draft"), Decision::deny(String::new())] {
            let denied = admit(no);
            assert!(matches!(denied, Err(Error::Denied(Denial::Check(_)))), "{denied:?}");
        }
        let unknown = admit(Err::<Decision, _>(std::fmt::Error));
        assert!(matches!(unknown, Err(Error::Unavailable(_))), "{unknown:?}");
    }

    /// A missing scope would be told to the client, and could be one that the policy never speaks of.
    #[test]
    fn a_check_gives_no_denials_but_its_own() {
        for other in [
            Denial::MissingScopes {
                missing: Vec::new(),
                required: Vec::new(),
            },
            Denial::Unauthenticated,
            Denial::OtherTenant,
        ] {
            let reason = other.to_string();
            match admit(Decision::Deny(other)) {
                Err(Error::Denied(Denial::Check(given))) => assert_eq!(given, reason),
                denied => panic!("{denied:?}"),
            }
        }
        // No shadow falls on a check.
        let tried_out = admit(Decision::WouldDeny(Denial::Check("a draft".into())));
        assert!(
            matches!(tried_out, Err(Error::Denied(Denial::Check(_)))),
            "{tried_out:?}"
        );
    }

    #[test]
    fn r22_a_check_that_nobody_asked_is_a_denial() {
        let admit = |demand| Checked::Unasked.admit(demand).now_or_never().unwrap();
        assert!(admit(None).is_ok());
        let denied = admit(Some("Notes::may"));
        assert!(matches!(denied, Err(Error::Denied(Denial::Unchecked))), "{denied:?}");
    }
}

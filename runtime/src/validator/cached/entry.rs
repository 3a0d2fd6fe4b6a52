//! What is known of a token.

use super::token_key::TokenKey;
use crate::claims::{ClaimSet, Claims};
use crate::validator::ValidateError;
use quick_cache::Weighter;
use std::sync::Arc;
use std::time::Duration;

/// What a validator said of a token.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) answer: Answer,
    /// In bytes, or more; see [`Budget`].
    weight: u64,
}

#[derive(Clone)]
pub(super) enum Answer {
    Claims {
        claims: Claims,
        /// A moment of [`Clock::monotonic`](crate::Clock::monotonic). From then on it is too old to be handed to anybody who did
        /// not wait for it.
        until: Duration,
    },
    /// For those who wait for it, and nobody else.
    Refused(Arc<ValidateError>),
}

/// Whether claims may be used now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Use {
    Good,
    /// Too old, or not good at this time.
    Expired,
    /// What proved them stands no more.
    Withdrawn,
}

/// How much entries may take in all: so many bytes, and so many of them.
#[derive(Clone, Copy)]
pub(super) struct Budget {
    pub(super) entries: u32,
    pub(super) bytes: u32,
}

impl Entry {
    /// `now` is wall time, `monotonic` is not.
    pub(super) fn judge(&self, now: Duration, monotonic: Duration) -> Use {
        match &self.answer {
            Answer::Claims { until, .. } if monotonic >= *until => Use::Expired,
            Answer::Claims { claims, .. } => use_of(claims, now),
            Answer::Refused(_) => Use::Expired,
        }
    }

    /// Whether both are the same answer, not only equal ones.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (&self.answer, &other.answer) {
            (Answer::Claims { claims, .. }, Answer::Claims { claims: others, .. }) => Arc::ptr_eq(&claims.0, &others.0),
            (Answer::Refused(error), Answer::Refused(others)) => Arc::ptr_eq(error, others),
            _ => false,
        }
    }
}

/// Looks at what may have changed since the claims were validated, in the order of what it costs to look.
pub(super) fn use_of(claims: &Claims, now: Duration) -> Use {
    if claims.check_time(now).is_err() {
        return Use::Expired;
    }
    match &claims.0.standing {
        Some(standing) if !standing.holds() => Use::Withdrawn,
        _ => Use::Good,
    }
}

impl Budget {
    pub(super) fn claims(self, claims: &Claims, until: Duration) -> Entry {
        Entry {
            weight: bytes(&claims.0).max(self.share()),
            answer: Answer::Claims {
                claims: claims.clone(),
                until,
            },
        }
    }

    /// It weighs nothing, so that it takes no other's place in the moment that it is there.
    pub(super) fn refused(error: &ValidateError) -> Entry {
        Entry {
            weight: 0,
            answer: Answer::Refused(Arc::new(error.clone())),
        }
    }

    /// An entry weighs at least its share of the bytes. So there are never more entries than there should be, and one limit
    /// keeps both promises.
    fn share(self) -> u64 {
        u64::from(self.bytes.div_ceil(self.entries.max(1)))
    }
}

/// About as much memory as these claims take, with what it costs to find them.
fn bytes(claims: &ClaimSet) -> u64 {
    /// Key, value, and the tables of the cache; the counters of an `Arc`; what an allocator adds.
    const OVERHEAD: usize = 256;
    let text = |text: &Option<Box<str>>| text.as_deref().map_or(0, str::len);
    let list = |list: &[Box<str>]| size_of_val(list) + list.iter().map(|name| name.len()).sum::<usize>();
    let actor = claims.actor.as_ref().map_or(0, |actor| {
        text(&actor.subject) + text(&actor.issuer) + text(&actor.client_id)
    });
    let heap = claims.principal.subject.len()
        + text(&claims.client_id)
        + text(&claims.tenant)
        + text(&claims.acr)
        + list(&claims.scopes)
        + list(&claims.roles)
        + list(&claims.amr)
        + actor
        + claims.raw.len();
    (OVERHEAD + size_of::<ClaimSet>() + heap) as u64
}

/// Entries know what they weigh.
#[derive(Clone)]
pub(super) struct Weight;

impl Weighter<TokenKey, Entry> for Weight {
    fn weight(&self, _: &TokenKey, entry: &Entry) -> u64 {
        entry.weight
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, Use};
    use crate::caller::PrincipalKind;
    use crate::claims::{ClaimSet, Claims};
    use crate::clock::SystemClock;
    use crate::validator::Standing;
    use std::sync::Arc;
    use std::time::Duration;

    const BUDGET: Budget = Budget {
        entries: 1000,
        bytes: 1 << 20,
    };

    fn claims(change: impl FnOnce(&mut ClaimSet)) -> Claims {
        let mut claims = ClaimSet::of("https://idp.example".into(), "alice", PrincipalKind::User);
        change(&mut claims);
        claims.into()
    }

    #[test]
    fn r7_claims_of_a_withdrawn_key_are_of_no_use_at_once() {
        let standing = Arc::new(Standing::new(Arc::new(SystemClock::default()), Duration::MAX));
        let claims = claims(|claims| claims.standing = Some(Arc::clone(&standing)));
        let entry = BUDGET.claims(&claims, Duration::from_mins(1));
        assert_eq!(entry.judge(Duration::ZERO, Duration::ZERO), Use::Good);
        standing.withdraw();
        assert_eq!(entry.judge(Duration::ZERO, Duration::ZERO), Use::Withdrawn);
    }

    #[test]
    fn r17_age_goes_by_one_clock_and_exp_and_nbf_by_the_other() {
        let seconds = Duration::from_secs;
        let claims = claims(|claims| {
            claims.not_before = seconds(1000);
            claims.expires_at = seconds(2000);
            claims.leeway = seconds(5);
        });
        let entry = BUDGET.claims(&claims, seconds(60));
        for (now, monotonic, expected) in [
            (1000, 0, Use::Good),
            (1000, 59, Use::Good),
            (1000, 60, Use::Expired),
            (995, 0, Use::Good),
            (994, 0, Use::Expired),
            (2004, 0, Use::Good),
            (2005, 0, Use::Expired),
        ] {
            assert_eq!(
                entry.judge(seconds(now), seconds(monotonic)),
                expected,
                "{now} {monotonic}"
            );
        }
    }

    #[test]
    fn r17_long_claims_weigh_more_and_short_ones_their_share() {
        let short = BUDGET.claims(&claims(|_| {}), Duration::ZERO);
        assert_eq!(short.weight, 1049);
        for change in [
            (|claims: &mut ClaimSet| claims.raw = "x".repeat(5000).into()) as fn(&mut ClaimSet),
            |claims| claims.scopes = vec!["scope".into(); 250].into(),
            |claims| claims.roles = vec!["r".repeat(5000).into()].into(),
            |claims| claims.tenant = Some("t".repeat(5000).into()),
            |claims| claims.principal.subject = "s".repeat(5000).into(),
        ] {
            assert!(BUDGET.claims(&claims(change), Duration::ZERO).weight > 5000);
        }
    }
}

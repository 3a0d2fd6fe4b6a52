//! The revocations that are remembered.

use super::{RevocationError, TokenId};
use std::collections::HashMap;
use std::time::Duration;

/// For how long after `exp` a revocation is remembered: the longest leeway there is (R14), and an hour for clocks that are set
/// back (F26).
pub(crate) const AFTER_EXPIRY: Duration = Duration::from_mins(5 + 60);
/// The expiry of a token that does not say when it expires: its revocation is never forgotten.
pub(super) const NEVER: Duration = Duration::from_secs(u64::MAX);

#[derive(Default)]
pub(super) struct Held {
    revocations: HashMap<TokenId, Revocation>,
    /// How many there are when it is worth looking again for those that can be forgotten.
    next_look: usize,
    /// When the first of them can be forgotten, or earlier. Before that it is not worth looking.
    first_end: Duration,
}

struct Revocation {
    /// When the token expires.
    expires_at: Duration,
    /// That others know of it, with this expiry.
    #[cfg(feature = "redis")]
    is_shared: bool,
}

impl Held {
    /// Remembers a revocation, if there is room. A token that was revoked twice is remembered for the longer time.
    pub(super) fn add(
        &mut self,
        id: TokenId,
        expires_at: Duration,
        now: Duration,
        limit: usize,
    ) -> Result<(), RevocationError> {
        if let Some(known) = self.revocations.get_mut(&id) {
            if known.expires_at < expires_at {
                known.expires_at = expires_at;
                #[cfg(feature = "redis")]
                {
                    known.is_shared = false;
                }
            }
            return Ok(());
        }
        if self.revocations.len() >= self.next_look.min(limit) && now >= self.first_end {
            self.forget(now);
        }
        if self.revocations.len() >= limit {
            return Err(RevocationError::Full);
        }
        let revocation = Revocation {
            expires_at,
            #[cfg(feature = "redis")]
            is_shared: false,
        };
        let first = if self.revocations.is_empty() {
            Duration::MAX
        } else {
            self.first_end
        };
        self.first_end = first.min(end(expires_at));
        self.revocations.insert(id, revocation);
        Ok(())
    }

    /// Forgets what has expired. That it looks at all of them is paid for by those that were added since it did, or at the limit
    /// by those that have expired.
    fn forget(&mut self, now: Duration) {
        let mut first_end = Duration::MAX;
        self.revocations.retain(|_, revocation| {
            let end = end(revocation.expires_at);
            let stays = now < end;
            if stays {
                first_end = first_end.min(end);
            }
            stays
        });
        self.first_end = first_end;
        self.next_look = self.revocations.len().saturating_mul(2).max(1024);
    }

    pub(super) fn contains(&self, id: &TokenId) -> bool {
        self.revocations.contains_key(id)
    }

    pub(super) fn len(&self) -> usize {
        self.revocations.len()
    }

    /// Those that others do not know of, at most so many.
    #[cfg(feature = "redis")]
    pub(super) fn unshared(&self, most: usize) -> Vec<(TokenId, Duration)> {
        let unshared = self.revocations.iter().filter(|(_, revocation)| !revocation.is_shared);
        unshared
            .map(|(id, revocation)| (*id, revocation.expires_at))
            .take(most)
            .collect()
    }

    /// Says which of them others know of, and with which expiry.
    #[cfg(feature = "redis")]
    pub(super) fn set_shared(&mut self, known: impl Fn(&TokenId) -> Option<Duration>) {
        for (id, revocation) in &mut self.revocations {
            revocation.is_shared = known(id).is_some_and(|expires_at| expires_at >= revocation.expires_at);
        }
    }

    /// Says that others know of one with this expiry. If it has another by now, they do not know that.
    #[cfg(feature = "redis")]
    pub(super) fn mark_shared(&mut self, id: &TokenId, expires_at: Duration) {
        if let Some(revocation) = self.revocations.get_mut(id)
            && revocation.expires_at == expires_at
        {
            revocation.is_shared = true;
        }
    }
}

/// When the revocation of a token that expires then can be forgotten.
fn end(expires_at: Duration) -> Duration {
    expires_at.saturating_add(AFTER_EXPIRY)
}

#[cfg(test)]
mod tests {
    use super::Held;
    use crate::revocation::{RevocationError, TokenId};
    use std::time::{Duration, Instant};

    const NOW: Duration = Duration::from_hours(500_000);
    const MINUTE: Duration = Duration::from_mins(1);

    fn id(number: u8) -> TokenId {
        TokenId([number; 32])
    }

    #[test]
    fn nothing_is_forgotten_to_make_room() {
        let mut held = Held::default();
        for number in 0..3 {
            assert_eq!(held.add(id(number), NOW, NOW, 3), Ok(()));
        }
        assert_eq!(held.add(id(3), NOW, NOW, 3), Err(RevocationError::Full));
        // What is there already needs none.
        assert_eq!(held.add(id(0), NOW + 100 * MINUTE, NOW, 3), Ok(()));
        assert_eq!(held.add(id(3), NOW, NOW + 64 * MINUTE, 3), Err(RevocationError::Full));
        assert_eq!(held.add(id(3), NOW, NOW + 65 * MINUTE, 3), Ok(()));
        assert_eq!(held.len(), 2);
        assert!(held.contains(&id(0)) && held.contains(&id(3)));
    }

    #[test]
    fn at_the_limit_nobody_looks_before_something_has_expired() {
        let mut held = Held::default();
        let id = |number: u32| {
            let mut id = id(0);
            id.0[..4].copy_from_slice(&number.to_be_bytes());
            id
        };
        for number in 0..50_000 {
            assert_eq!(held.add(id(number), NOW + MINUTE, NOW, 50_000), Ok(()));
        }
        // To look at all of them for each would take minutes.
        let start = Instant::now();
        for number in 50_000..100_000 {
            assert_eq!(held.add(id(number), NOW, NOW, 50_000), Err(RevocationError::Full));
        }
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        assert_eq!(held.add(id(50_000), NOW + MINUTE, NOW + 66 * MINUTE, 50_000), Ok(()));
        assert_eq!(held.len(), 1);
        // One that is the only one and can be forgotten later does not hide what comes after it.
        let mut held = Held::default();
        assert_eq!(held.add(id(0), NOW + 100 * MINUTE, NOW, 2), Ok(()));
        assert_eq!(held.add(id(1), NOW, NOW, 2), Ok(()));
        assert_eq!(held.add(id(2), NOW, NOW + 65 * MINUTE, 2), Ok(()));
    }

    #[cfg(feature = "redis")]
    #[test]
    fn r18_others_do_not_know_a_revocation_by_an_earlier_expiry() {
        let mut held = Held::default();
        let add = |held: &mut Held, expires_at| held.add(id(0), expires_at, NOW, 3).unwrap();
        add(&mut held, NOW);
        assert_eq!(held.unshared(9), [(id(0), NOW)]);
        held.mark_shared(&id(0), NOW);
        assert_eq!(held.unshared(9), []);
        // The same again, or for a shorter time, is nothing new.
        add(&mut held, NOW);
        add(&mut held, NOW.saturating_sub(MINUTE));
        assert_eq!(held.unshared(9), []);
        add(&mut held, NOW + MINUTE);
        assert_eq!(held.unshared(9), [(id(0), NOW + MINUTE)]);
        // What was told a moment ago was the earlier one.
        held.mark_shared(&id(0), NOW);
        assert_eq!(held.unshared(9), [(id(0), NOW + MINUTE)]);
        held.set_shared(|_| Some(NOW));
        assert_eq!(held.unshared(9), [(id(0), NOW + MINUTE)]);
        held.set_shared(|_| Some(NOW + MINUTE));
        assert_eq!(held.unshared(9), []);
        held.set_shared(|_| None);
        assert_eq!(held.unshared(9).len(), 1);
    }

    #[test]
    fn what_has_expired_does_not_pile_up() {
        let mut held = Held::default();
        for number in 0..100_000_u32 {
            let mut id = id(0);
            id.0[..4].copy_from_slice(&number.to_be_bytes());
            let now = NOW + Duration::from_secs(number.into());
            assert_eq!(held.add(id, now, now, 100_000), Ok(()));
        }
        assert!(held.len() < 10_000, "{}", held.len());
    }
}

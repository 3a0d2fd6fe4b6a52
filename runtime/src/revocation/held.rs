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
}

struct Revocation {
    /// When the token expires.
    expires_at: Duration,
    /// That others know of it.
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
            known.expires_at = known.expires_at.max(expires_at);
            return Ok(());
        }
        if self.revocations.len() >= self.next_look.min(limit) {
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
        self.revocations.insert(id, revocation);
        Ok(())
    }

    /// Forgets what has expired. That it looks at all of them is paid for by those that were added since it did.
    pub(super) fn forget(&mut self, now: Duration) {
        self.revocations
            .retain(|_, revocation| now < revocation.expires_at.saturating_add(AFTER_EXPIRY));
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

    /// Says that others know of it, or that they do not.
    #[cfg(feature = "redis")]
    pub(super) fn set_shared(&mut self, is_shared: impl Fn(&TokenId) -> bool) {
        for (id, revocation) in &mut self.revocations {
            revocation.is_shared = is_shared(id);
        }
    }

    #[cfg(feature = "redis")]
    pub(super) fn mark_shared(&mut self, id: &TokenId) {
        if let Some(revocation) = self.revocations.get_mut(id) {
            revocation.is_shared = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Held;
    use crate::revocation::{RevocationError, TokenId};
    use std::time::Duration;

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

//! What those who share revocations do with them.

use super::{Revocations, State, TokenId};
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::Notify;

/// Revocations, for as long as somebody else has a handle.
pub(crate) struct WeakRevocations {
    state: Weak<State>,
    news: Arc<Notify>,
}

/// How much of what there is was heard.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Heard {
    Some,
    All,
    /// Some, and there are more than anybody would look at.
    TooMany,
}

impl WeakRevocations {
    pub(crate) fn upgrade(&self) -> Option<Revocations> {
        self.state.upgrade().map(Revocations)
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.state.strong_count() > 0
    }

    /// Waits until something was revoked here, or nobody is there any more.
    pub(crate) async fn news(&self) {
        self.news.notified().await;
    }

    /// Waits until nobody is there any more.
    pub(crate) async fn gone(&self) {
        while self.is_alive() {
            self.news().await;
        }
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.news.notify_one();
    }
}

impl Revocations {
    pub(crate) fn downgrade(&self) -> WeakRevocations {
        WeakRevocations {
            state: Arc::downgrade(&self.0),
            news: Arc::clone(&self.0.news),
        }
    }

    /// Revokes what was revoked elsewhere. If it does not fit, nobody gets in until all there are do.
    pub(crate) fn heard(&self, revocations: &[(TokenId, Duration)], heard: Heard) {
        if revocations.is_empty() && heard == Heard::Some {
            return;
        }
        let fits = self.change(|held, now| {
            let mut fits = true;
            for (id, expires_at) in revocations {
                fits &= held.add(*id, *expires_at, now, self.0.limit).is_ok();
                held.mark_shared(id, *expires_at);
            }
            fits
        });
        if !fits || heard == Heard::TooMany {
            tracing::error!(
                target: "toolgate::revocations",
                limit = self.0.limit,
                "more tokens are revoked elsewhere than fit: nobody gets in"
            );
            self.0.overflows.store(true, Ordering::Release);
        } else if heard == Heard::All {
            self.0.overflows.store(false, Ordering::Release);
        }
    }

    /// How many fit.
    pub(crate) fn limit(&self) -> usize {
        self.0.limit
    }

    /// Whether more are revoked elsewhere than fit.
    pub(crate) fn overflow(&self) -> bool {
        self.0.overflows.load(Ordering::Acquire)
    }

    /// These are all that others know of.
    pub(crate) fn reconcile(&self, known: &[(TokenId, Duration)]) {
        let mut longest = HashMap::new();
        for (id, expires_at) in known {
            let longest = longest.entry(*id).or_insert(*expires_at);
            *longest = (*longest).max(*expires_at);
        }
        self.write().set_shared(|id| longest.get(id).copied());
    }

    pub(crate) fn unshared(&self, most: usize) -> Vec<(TokenId, Duration)> {
        self.read().unshared(most)
    }

    pub(crate) fn mark_shared(&self, revocations: &[(TokenId, Duration)]) {
        let mut held = self.write();
        for (id, expires_at) in revocations {
            held.mark_shared(id, *expires_at);
        }
    }
}

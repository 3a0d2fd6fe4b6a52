//! How many may ask at once, and how many may wait for it.

use crate::error::Unavailable;
use crate::metrics::{INTROSPECTIONS_IN_FLIGHT, INTROSPECTIONS_QUEUED};
use metrics::gauge;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// How many may be in flight, unless set (R19).
pub(super) const MAX_IN_FLIGHT: usize = 64;
/// How many may wait, unless set (R19).
pub(super) const MAX_QUEUED: usize = 256;
/// How long they wait (R19).
const MAX_WAIT: Duration = Duration::from_secs(2);

/// A bounded number of places, and a bounded queue for them.
pub(super) struct Queue {
    issuer: Arc<str>,
    places: Semaphore,
    max_queued: usize,
    queued: AtomicUsize,
}

/// A place. Given back when dropped.
pub(super) struct Place<'a> {
    queue: &'a Queue,
    _permit: SemaphorePermit<'a>,
}

/// Somebody who waits. Counted until dropped.
struct Waiting<'a>(&'a Queue);

impl Queue {
    pub(super) fn new(issuer: Arc<str>, max_in_flight: usize, max_queued: usize) -> Self {
        Self {
            issuer,
            places: Semaphore::new(max_in_flight),
            max_queued,
            queued: AtomicUsize::new(0),
        }
    }

    /// Takes a place (R19).
    ///
    /// 1. One that is free at once, in the order of arrival.
    /// 2. If there is none and the queue is full, nobody waits.
    /// 3. Whoever waits does so for two seconds at most.
    pub(super) async fn place(&self) -> Result<Place<'_>, Unavailable> {
        if let Ok(permit) = self.places.try_acquire() {
            return Ok(self.taken(permit)); // 1
        }
        let room = |queued: usize| (queued < self.max_queued).then_some(queued + 1);
        if self
            .queued
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, room)
            .is_err()
        {
            return Err(Unavailable::new("too many tokens wait for introspection")); // 2
        }
        gauge!(INTROSPECTIONS_QUEUED, "issuer" => Arc::clone(&self.issuer)).increment(1);
        let waiting = Waiting(self);
        let permit = tokio::time::timeout(MAX_WAIT, self.places.acquire()).await; // 3
        drop(waiting);
        match permit {
            Ok(Ok(permit)) => Ok(self.taken(permit)),
            // The semaphore is never closed.
            Ok(Err(_)) | Err(_) => Err(Unavailable::new("no turn for introspection came in time")),
        }
    }

    fn taken<'a>(&'a self, permit: SemaphorePermit<'a>) -> Place<'a> {
        gauge!(INTROSPECTIONS_IN_FLIGHT, "issuer" => Arc::clone(&self.issuer)).increment(1);
        Place {
            queue: self,
            _permit: permit,
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        gauge!(INTROSPECTIONS_IN_FLIGHT, "issuer" => Arc::clone(&self.queue.issuer)).decrement(1);
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.queued.fetch_sub(1, Ordering::AcqRel);
        gauge!(INTROSPECTIONS_QUEUED, "issuer" => Arc::clone(&self.0.issuer)).decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use super::Queue;
    use std::sync::Arc;
    use std::sync::atomic::Ordering;
    use std::time::Duration;
    use tokio::time::Instant;

    fn queue(max_in_flight: usize, max_queued: usize) -> Queue {
        Queue::new("https://idp.example".into(), max_in_flight, max_queued)
    }

    /// How many places are free, and how many wait.
    fn now(queue: &Queue) -> (usize, usize) {
        (queue.places.available_permits(), queue.queued.load(Ordering::Acquire))
    }

    #[tokio::test(start_paused = true)]
    async fn r19_whoever_waits_in_vain_waits_for_two_seconds() {
        let queue = queue(1, 1);
        let place = queue.place().await.unwrap();
        let start = Instant::now();
        assert!(queue.place().await.is_err());
        assert_eq!(start.elapsed(), Duration::from_secs(2));
        drop(place);
        assert!(queue.place().await.is_ok());
        assert_eq!(now(&queue), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn r19_who_finds_the_queue_full_does_not_wait() {
        let queue = Arc::new(queue(2, 3));
        let places = (queue.place().await.unwrap(), queue.place().await.unwrap());
        let waiting: Vec<_> = (0..3)
            .map(|_| {
                let queue = Arc::clone(&queue);
                tokio::spawn(async move { queue.place().await.is_ok() })
            })
            .collect();
        tokio::task::yield_now().await;
        assert_eq!(now(&queue), (0, 3));
        let start = Instant::now();
        assert!(queue.place().await.is_err());
        assert_eq!(start.elapsed(), Duration::ZERO);
        drop(places);
        for waiting in waiting {
            assert!(waiting.await.unwrap());
        }
        assert_eq!(now(&queue), (2, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn r19_who_goes_away_leaves_its_turn_to_others() {
        let queue = queue(1, 1);
        let place = queue.place().await.unwrap();
        let gone = tokio::time::timeout(Duration::from_millis(1), queue.place()).await;
        assert!(gone.is_err());
        assert_eq!(now(&queue), (0, 0));
        drop(place);
        assert!(queue.place().await.is_ok());
    }
}

//! When faults show, and how often.

use crate::fault::Fault;
use std::collections::VecDeque;
use std::time::Duration;

/// One fault after another. Made of a [`Fault`], which by itself lasts until it is cleared.
#[derive(Clone, Debug, Default)]
pub struct FaultPlan {
    steps: VecDeque<Step>,
}

#[derive(Clone, Debug)]
struct Step {
    fault: Fault,
    delay: Duration,
    /// For how many requests more; `None` is for ever.
    left: Option<u64>,
}

/// What of the provider can have faults.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Part {
    Discovery,
    Keys,
    Introspection,
}

impl FaultPlan {
    /// Limits the last fault to `count` requests.
    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        if let Some(last) = self.steps.back_mut() {
            last.left = Some(count);
        }
        self
    }

    /// Lets this time pass before the last fault shows.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        if let Some(last) = self.steps.back_mut() {
            last.delay = delay;
        }
        self
    }

    /// Goes on with this when the faults so far have shown as often as they should.
    #[must_use]
    pub fn then(mut self, next: impl Into<Self>) -> Self {
        self.steps.extend(next.into().steps);
        self
    }

    /// The same, if this part can have these faults. A test that sets another is wrong itself: it would test nothing.
    pub(crate) fn only_for(self, part: Part) -> Self {
        for Step { fault, .. } in &self.steps {
            let fits = fault.only_part().is_none_or(|only| only == part);
            assert!(fits, "there is no {fault:?} at this endpoint");
        }
        self
    }

    /// The fault for the next request, and how long before it shows.
    pub(crate) fn next(&mut self) -> Option<(Fault, Duration)> {
        while self.steps.front().is_some_and(|step| step.left == Some(0)) {
            self.steps.pop_front();
        }
        let step = self.steps.front_mut()?;
        step.left = step.left.map(|left| left.saturating_sub(1));
        Some((step.fault.clone(), step.delay))
    }
}

impl From<Fault> for FaultPlan {
    fn from(fault: Fault) -> Self {
        let step = Step {
            fault,
            delay: Duration::ZERO,
            left: None,
        };
        Self { steps: [step].into() }
    }
}

/// `None` is no fault.
impl From<Option<Fault>> for FaultPlan {
    fn from(fault: Option<Fault>) -> Self {
        fault.map(Self::from).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Fault, IdentityProvider};
    use std::time::{Duration, Instant};

    #[tokio::test]
    async fn faults_come_in_their_order_and_number() {
        let provider = IdentityProvider::start().await.unwrap();
        // Also on a connection that has served before.
        let client = reqwest::Client::new();
        let status = async || {
            let response = client.get(provider.jwks_uri()).send().await;
            response.map_or(0, |response| response.status().as_u16())
        };
        provider.jwks_fault(Fault::Status(503).times(2).then(Fault::Close.times(1)));
        assert_eq!(
            [status().await, status().await, status().await, status().await],
            [503, 503, 0, 200]
        );
        provider.jwks_fault(Fault::Status(503));
        assert_eq!([status().await, status().await], [503, 503]);
        provider.jwks_fault(None);
        assert_eq!(status().await, 200);
        assert_eq!(provider.jwks_requests(), 7);
    }

    #[tokio::test]
    async fn any_fault_can_be_late() {
        let provider = IdentityProvider::start().await.unwrap();
        let delay = Duration::from_millis(50);
        provider.jwks_fault(Fault::Close.times(0).then(Fault::Status(503)).after(delay));
        let start = Instant::now();
        assert_eq!(reqwest::get(provider.jwks_uri()).await.unwrap().status(), 503);
        assert!(start.elapsed() >= delay);
    }

    #[tokio::test]
    #[should_panic(expected = "there is no DuplicateKids at this endpoint")]
    async fn a_fault_that_would_test_nothing_is_refused() {
        let provider = IdentityProvider::start().await.unwrap();
        provider.discovery_fault(Fault::Status(500).times(1).then(Fault::DuplicateKids));
    }
}

//! One endpoint of the provider: what is wrong with it, and what it was asked.

use crate::fault::Fault;
use crate::fault_plan::FaultPlan;
use crate::recorded::RecordedRequest;
use crate::traffic::{InFlight, Meter};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

#[derive(Default)]
pub(crate) struct Endpoint {
    pub(crate) meter: Arc<Meter>,
    state: Mutex<State>,
    /// Tells held requests that the faults are others now.
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct State {
    plan: FaultPlan,
    /// Those for a part of the requests, which go before the others: for one token, or for one path.
    plans_for: HashMap<String, FaultPlan>,
    last_request: Option<RecordedRequest>,
}

impl Endpoint {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that happens under the lock can leave it half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn last_request(&self) -> Option<RecordedRequest> {
        self.state().last_request.clone()
    }

    pub(crate) fn set_fault(&self, plan: FaultPlan) {
        self.state().plan = plan;
        self.changed.send_replace(());
    }

    pub(crate) fn set_fault_for(&self, part: &str, plan: FaultPlan) {
        self.state().plans_for.insert(part.to_owned(), plan);
        self.changed.send_replace(());
    }

    pub(crate) fn clear_faults(&self) {
        let mut state = self.state();
        state.plan = FaultPlan::default();
        state.plans_for.clear();
        drop(state);
        self.changed.send_replace(());
    }

    /// Counts the request and keeps it.
    pub(crate) fn enter(&self, request: &RecordedRequest) -> InFlight {
        self.state().last_request = Some(request.clone());
        self.meter.enter()
    }

    /// Waits as long as the faults want, and says which one shows then.
    pub(crate) async fn fault(&self, part: Option<&str>) -> Option<Fault> {
        loop {
            let mut changed = self.changed.subscribe();
            let (fault, delay) = self.next(part)?;
            sleep(delay).await;
            match fault {
                // The sender lives as long as this does.
                Fault::Hold => drop(changed.changed().await),
                Fault::Delay(delay) => {
                    sleep(delay).await;
                    return None;
                }
                fault => return Some(fault),
            }
        }
    }

    fn next(&self, part: Option<&str>) -> Option<(Fault, Duration)> {
        let mut state = self.state();
        let for_part = part.and_then(|part| state.plans_for.get_mut(part)?.next());
        for_part.or_else(|| state.plan.next())
    }
}

//! The one place where a call is decided.

mod ledger;

use self::ledger::Ledger;
use crate::audit::{AuditError, Record, call_span};
use crate::call::{Call, CallContext};
use crate::caller::Caller;
use crate::config::Settings;
use crate::decision::Denial;
use crate::error::{ArgumentsError, Error};
use crate::freshness::Freshness;
use crate::supply::States;
use crate::tenant::FindTenants;
use crate::toolset::{Answer, Prepared, Tool};
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tracing::{Instrument as _, Span};
use uuid::Uuid;

/// Stands before every tool, on every transport.
///
/// [`Gate::builder`] makes one, [`Gate::protect`] puts it before a [`Toolset`](crate::Toolset). Cheap to clone.
///
/// Panics of a tool or of a lookup become errors of that one call. Under `panic = "abort"` they end the process, as
/// everywhere.
#[derive(Clone)]
pub struct Gate {
    pub(crate) settings: Arc<Settings>,
}

/// What a transport found out about a request before the gate sees it.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// Who calls. A transport that knows nobody says `None`, and only public tools run.
    pub(crate) caller: Option<Caller>,
    /// The JSON-RPC id, as JSON text.
    pub(crate) request_id: Option<Arc<str>>,
    /// The span that the request was received in.
    pub(crate) span: Span,
    /// Whether the token was validated anew for this call.
    pub(crate) freshness: Freshness,
}

impl Facts {
    /// Nothing is known.
    pub(crate) fn nobody() -> Self {
        Self {
            caller: None,
            request_id: None,
            span: Span::current(),
            freshness: Freshness::Unknown,
        }
    }
}

impl Gate {
    /// Has every audit sink write down what it holds back. Do this last when a server stops: sinks that collect records,
    /// or hand them to others, would lose the rest.
    ///
    /// A call that was let through leaves its outcome when its task ends, also when that is cut off. So wait for the requests
    /// under way, and to miss no outcome even of what did not end in time, drop the runtime first. The examples do both.
    ///
    /// Blocks for as long as the sinks do. Every sink is asked, also after one that fails; the first failure is given.
    pub fn flush(&self) -> Result<(), AuditError> {
        self.settings.sinks.flush()
    }

    /// Hands a record to `tracing` and to every sink.
    pub(crate) fn record(&self, record: &Record<'_>) {
        self.settings.sinks.record(record);
    }

    /// Decides, writes the decision down, runs the tool if it was admitted, and writes down what came of it.
    ///
    /// 1. Policy: scopes and roles. Who fails here learns nothing about the arguments. A caller whose token has expired by now
    ///    is turned away, also from a public tool.
    /// 2. Freshness: for a tool that is `fresh`, the transport had the token validated anew, for this call ([`Freshness`]).
    /// 3. Rate: no tool can ask for it yet.
    /// 4. Arguments: they fit the tool.
    /// 5. Tenant: all that they name is the caller's.
    /// 6. The developer's own check: no tool can ask for it yet.
    /// 7. The decision is recorded, on every path, also when the call is dropped half-way.
    /// 8. The tool runs. This is the only place where a [`Call`] is made.
    /// 9. The outcome is recorded, exactly once: result, error, panic, or dropped.
    pub(crate) async fn call<'p, R: Answer>(
        &self,
        tool: &Tool,
        states: &Arc<States>,
        facts: Facts,
        prepare: impl FnOnce() -> Result<Box<dyn Prepared<R> + 'p>, ArgumentsError>,
    ) -> Result<R, Error> {
        let id = Uuid::now_v7();
        let span = call_span(&facts.span, id, &tool.name);
        let guarded = async {
            let mut ledger = Ledger::open(self, tool, &facts, id);
            let decided = self.decide(tool, states, &facts, prepare, &mut ledger); // 1 to 6
            let prepared = match AssertUnwindSafe(decided).catch_unwind().await {
                Ok(Ok(prepared)) => prepared,
                Ok(Err(error)) => return Err(ledger.denied(error)), // 7
                Err(_panic) => return Err(ledger.denied(Error::Panicked)),
            };
            ledger.allowed(); // 7
            let call = Call {
                caller: facts.caller.clone(),
                context: CallContext {
                    id,
                    tool: Arc::clone(&tool.name),
                    request_id: facts.request_id.clone(),
                },
                states: Arc::clone(states),
                // Step 5 has let nothing through that is not the caller's.
                is_tenant_checked: tool.policy.demanded_tenant().is_some(),
            };
            let run = async { prepared.run(call).await }; // 8
            let result = AssertUnwindSafe(run).catch_unwind().await;
            ledger.ended(result.unwrap_or(Err(Error::Panicked))) // 9
        };
        guarded.instrument(span).await
    }

    /// Steps 1 to 6. Whatever is not let through by each of them is an error.
    async fn decide<'p, R>(
        &self,
        tool: &Tool,
        states: &States,
        facts: &Facts,
        prepare: impl FnOnce() -> Result<Box<dyn Prepared<R> + 'p>, ArgumentsError>,
        ledger: &mut Ledger<'_>,
    ) -> Result<Box<dyn Prepared<R> + 'p>, Error> {
        let caller = facts.caller.as_ref();
        if caller.is_some_and(|caller| caller.has_expired(self.settings.clock.unix_time())) {
            return Err(Denial::Expired.into()); // 1
        }
        tool.policy.admit(caller).into_result()?; // 1
        facts.freshness.admit(tool)?; // 2
        let prepared = prepare().map_err(Error::Arguments)?; // 4
        ledger.note_arguments(prepared.audited());
        let tenants = match prepared.tenants(states) {
            FindTenants::Ready(tenants) => tenants,
            FindTenants::Lookup(lookup) => lookup.await?,
        };
        tenants.admit(tool.policy.demanded_tenant(), caller).into_result()?; // 5
        drop(tenants);
        Ok(prepared)
    }
}

//! The one place where a call is decided.

mod ledger;

pub(crate) use self::ledger::Ledger;
use crate::audit::{AuditError, Notice, Record, call_span};
use crate::call::{Call, CallContext, SdkRequest};
use crate::caller::Caller;
use crate::check::Checked;
use crate::config::Settings;
use crate::decision::{Decision, Denial};
use crate::error::{ArgumentsError, Error, Unavailable};
use crate::freshness::Freshness;
use crate::listing::View;
use crate::permit::Permit;
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
/// Panics of a tool, of a lookup or of a check become errors of that one call. Under `panic = "abort"` they end the process, as
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
    /// Whether the call was counted.
    pub(crate) permit: Option<Permit>,
    /// What the caller gets to see.
    pub(crate) view: View,
    /// Why there is no caller, where a transport looked for one and goes on without.
    pub(crate) absent: Option<Absent>,
    /// What the SDK knows of the request, for tools that take it.
    pub(crate) sdk_request: Option<SdkRequest>,
    /// Whom to tell whether the call is recorded, if the transport waits for that.
    pub(crate) notice: Option<Notice>,
}

/// Why a transport that looked for a caller has none.
#[derive(Clone, Debug)]
pub(crate) enum Absent {
    /// There is no token, or none that is valid, for this reason.
    Refused(Arc<str>),
    /// It could not be found out.
    Unavailable(Unavailable),
}

impl Facts {
    /// Nothing is known.
    pub(crate) fn nobody() -> Self {
        Self {
            caller: None,
            request_id: None,
            span: Span::current(),
            freshness: Freshness::Unknown,
            permit: None,
            view: View::Callable,
            absent: None,
            sdk_request: None,
            notice: None,
        }
    }

    /// What a denial comes of: to be without a caller because it could not be found out is not to be unauthenticated.
    pub(crate) fn explain(&self, denial: Denial) -> Error {
        match (&denial, &self.absent) {
            (Denial::Unauthenticated, Some(Absent::Unavailable(error))) => error.clone().into(),
            _ => denial.into(),
        }
    }

    /// What the reader of the audit record should know of such an error besides.
    pub(crate) fn detail(&self, error: &Error) -> Option<String> {
        if let Error::Hidden(error) = error {
            return self.detail(error);
        }
        match (error, &self.absent, &self.freshness) {
            (Error::Denied(Denial::Unauthenticated), Some(Absent::Refused(why)), _) => Some(why.to_string()),
            (Error::Denied(Denial::NotFresh), _, Freshness::Not(why)) => Some(why.to_string()),
            _ => None,
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

    /// Opens the records of a call that is not decided yet. If it is dropped before it is handed on, it says that the call was
    /// cancelled.
    pub(crate) fn undecided<'a>(&'a self, tool: &'a Tool, facts: Facts) -> Ledger<'a> {
        Ledger::open(self, tool, facts, Uuid::now_v7())
    }

    /// Decides, writes the decision down, runs the tool if it was admitted, and writes down what came of it.
    ///
    /// 1. Policy: scopes, roles and the login. Who fails here learns nothing about the arguments. A caller whose token has expired
    ///    by now is turned away, also from a public tool. If it could not be found out who calls, that is the answer, and not that
    ///    nobody does. What speaks against a call and is only tried out is noted for the record.
    /// 2. Freshness: for a tool that is `fresh`, the transport had the token validated anew, for this call ([`Freshness`]).
    /// 3. Rate: a call of a tool with a `rate_limit` is counted, unless the transport did so, and was not one too many ([`Permit`]).
    ///    Who fails before is not counted. Who fails after is: trying must not be free.
    /// 4. Arguments: they fit the tool.
    /// 5. Owner, then tenant: all that they name is the caller's, and of the caller's tenant.
    /// 6. The developer's own check, which sees the caller, the arguments and a state ([`Checked`]), allows it.
    /// 7. The decision is recorded, on every path, also when the call is dropped half-way, or before it began. A tool that is
    ///    `audit_required` waits until every sink has it, and does not run if one has not ([`Sinks::require`]).
    /// 8. The tool runs. This is the only place where a [`Call`] is made.
    /// 9. The outcome is recorded, exactly once: result, error, panic, or dropped.
    pub(crate) fn call<'a, 'p, R: Answer>(
        &'a self,
        tool: &'a Tool,
        states: &'a Arc<States>,
        facts: Facts,
        prepare: impl FnOnce() -> Result<Box<dyn Prepared<R> + 'p>, ArgumentsError>,
    ) -> impl Future<Output = Result<R, Error>> {
        let id = Uuid::now_v7();
        let span = call_span(&facts.span, id, &tool.name);
        let mut ledger = Ledger::open(self, tool, facts, id);
        let guarded = async move {
            let decided = self.decide(tool, states, prepare, &mut ledger); // 1 to 6
            let prepared = match AssertUnwindSafe(decided).catch_unwind().await {
                Ok(Ok(prepared)) => prepared,
                Ok(Err(error)) => return Err(ledger.denied(error)), // 7
                Err(_panic) => return Err(ledger.denied(Error::Panicked)),
            };
            ledger.allowed().await?; // 7
            let call = Call {
                caller: ledger.facts().caller.clone(),
                context: CallContext {
                    id,
                    tool: Arc::clone(&tool.name),
                    request_id: ledger.facts().request_id.clone(),
                },
                states: Arc::clone(states),
                // Step 5 has let nothing through that is not the caller's.
                is_tenant_checked: tool.policy.demanded_tenant().is_some(),
                sdk_request: ledger.facts().sdk_request.clone(),
            };
            let run = async { prepared.run(call).await }; // 8
            let result = AssertUnwindSafe(run).catch_unwind().await;
            ledger.ended(result.unwrap_or(Err(Error::Panicked))) // 9
        };
        guarded.instrument(span)
    }

    /// What a denial of the first step comes of: for a caller who must not know of the tool, it is hidden, whatever the reason.
    fn turned_away(&self, tool: &Tool, facts: &Facts, denial: Denial) -> Error {
        let error = facts.explain(denial);
        if self.hides(tool, facts) {
            return Error::Hidden(Box::new(error));
        }
        error
    }

    /// Steps 1 to 6. Whatever is not let through by each of them is an error.
    async fn decide<'p, R>(
        &self,
        tool: &Tool,
        states: &States,
        prepare: impl FnOnce() -> Result<Box<dyn Prepared<R> + 'p>, ArgumentsError>,
        ledger: &mut Ledger<'_>,
    ) -> Result<Box<dyn Prepared<R> + 'p>, Error> {
        let caller = ledger.facts().caller.clone();
        let caller = caller.as_ref();
        let today = self.settings.clock.unix_time();
        match tool.policy.admit_at(caller, today) {
            _ if caller.is_some_and(|caller| caller.has_expired(today)) => {
                return Err(self.turned_away(tool, ledger.facts(), Denial::Expired)); // 1
            }
            Decision::Allow => {}
            Decision::WouldDeny(denial) => ledger.note_shadow(denial),
            Decision::Deny(denial) => return Err(self.turned_away(tool, ledger.facts(), denial)), // 1
        }
        let now = self.settings.clock.monotonic();
        ledger.facts().freshness.admit(tool, now)?; // 2
        let permit = ledger.facts().permit.clone();
        Permit::admit(permit.as_ref(), tool, caller, now).await?; // 3
        let prepared = prepare().map_err(Error::Arguments)?; // 4
        ledger.note_arguments(prepared.audited());
        prepared
            .owners()
            .admit(tool.policy.demanded_owner(), caller)
            .into_result()?; // 5
        let tenants = match prepared.tenants(states) {
            FindTenants::Ready(tenants) => tenants,
            FindTenants::Lookup(lookup) => lookup.await?,
        };
        tenants.admit(tool.policy.demanded_tenant(), caller).into_result()?; // 5
        drop(tenants);
        let checked = caller.map_or(Checked::Unasked, |caller| prepared.check(states, caller));
        checked.admit(tool.policy.demanded_check()).await?; // 6
        Ok(prepared)
    }
}

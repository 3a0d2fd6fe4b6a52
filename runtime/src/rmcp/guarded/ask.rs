//! Requests that are about a prompt or a resource, decided by the gate.

use super::super::{facts, until_cancelled};
use super::{Context, Guarded};
use crate::call::Call;
use crate::decision::Denial;
use crate::entries::{Found, Kind, Subject};
use crate::error::{ArgumentsError, Error};
use crate::gate::Facts;
use crate::toolset::{Answer, Prepared, Tool};
use ::rmcp::model::{CacheScope, ErrorCode, ReadResourceResponse};
use ::rmcp::service::SubscriptionContext;
use ::rmcp::{ErrorData, ServerHandler};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use std::marker::PhantomData;

impl<H: ServerHandler> Guarded<H> {
    /// Has the handler answer a request, if the caller may have what it is about.
    ///
    /// 1. What is under a policy is decided by the gate, which writes both records.
    /// 2. What is not declared, where something of its kind is, reaches nothing (R22).
    /// 3. Where nothing of its kind is declared, it needs a caller.
    pub(super) async fn ask<R, F>(
        &self,
        method: &'static str,
        subject: &Subject,
        context: Context,
        run: impl FnOnce(Context) -> F + Send + Sync,
    ) -> Result<R, ErrorData>
    where
        F: Future<Output = Result<R, ErrorData>> + Send,
    {
        let protected = &self.inner.protected;
        let request = context.clone();
        match protected.find(subject) {
            Found::Declared(tool) => {
                let facts = facts(protected, Some(tool), &request).await;
                let run = || run(context);
                let call = self.decide(tool, subject, facts, audited(method, subject, tool), run); // 1
                until_cancelled(&request, call).await?
            }
            Found::Unknown(kind) => Err(self.unknown(kind, subject, &request).await), // 2
            Found::Unruled => {
                self.need_caller(&request).await?; // 3
                until_cancelled(&request, run(context)).await?
            }
        }
    }

    async fn decide<R, F>(
        &self,
        tool: &Tool,
        subject: &Subject,
        facts: Facts,
        audited: Vec<(&'static str, Value)>,
        run: impl FnOnce() -> F + Send + Sync,
    ) -> Result<R, ErrorData>
    where
        F: Future<Output = Result<R, ErrorData>> + Send,
    {
        let protected = &self.inner.protected;
        let prepare = || {
            let answer = PhantomData;
            Ok::<_, ArgumentsError>(Box::new(Asking { audited, run, answer }) as Box<dyn Prepared<Given<R>> + '_>)
        };
        let call = protected.gate().call(tool, protected.states(), facts, prepare);
        match call.await {
            Ok(Given(result)) => result,
            Err(error) => Err(refused(tool.kind, Some(subject), &error)),
        }
    }

    async fn unknown(&self, kind: Kind, subject: &Subject, context: &Context) -> ErrorData {
        let protected = &self.inner.protected;
        // Over HTTP the layer answers this, and the request does not get here.
        let facts = facts(protected, None, context).await;
        protected.record_denial(None, &facts, kind.unknown(), &[], None);
        not_found(kind, Some(subject))
    }

    /// Lets nobody on who is nobody.
    pub(super) async fn need_caller(&self, context: &Context) -> Result<(), ErrorData> {
        let protected = &self.inner.protected;
        let facts = facts(protected, None, context).await;
        if facts.caller.is_some() {
            return Ok(());
        }
        let error = facts.explain(Denial::Unauthenticated);
        protected.record_denial(None, &facts, error.reason(), &[], facts.detail(&error));
        Err(refused(Kind::Tool, None, &error))
    }

    /// Whether anything says who may have this resource; so it is with all of them, if nothing is declared about any.
    pub(super) fn is_declared(&self, uri: &str) -> bool {
        let found = self.inner.protected.find(&Subject::Resource(uri.to_owned()));
        matches!(found, Found::Declared(_) | Found::Unruled)
    }

    /// Decides about a stream of notifications, before the handler sends any.
    ///
    /// 1. It needs a caller, also without resources.
    /// 2. The gate lets the caller have each resource that was accepted, as it would be read.
    pub(super) async fn admit_subscription(&self, context: &SubscriptionContext) -> Result<(), ErrorData> {
        let request = context.request_context();
        self.need_caller(request).await?; // 1
        for uri in context.accepted().resource_subscriptions.iter().flatten() {
            let subject = Subject::Resource(uri.clone());
            let run = |_| async { Ok(()) };
            self.ask("subscriptions/listen", &subject, request.clone(), run).await?; // 2
        }
        Ok(())
    }

    /// A resource that not everyone may read is kept by caches for one reader alone.
    pub(super) fn kept_apart(&self, subject: &Subject, mut response: ReadResourceResponse) -> ReadResourceResponse {
        let is_public = match self.inner.protected.find(subject) {
            Found::Declared(tool) => tool.policy.is_public(),
            Found::Unruled | Found::Unknown(_) => false,
        };
        if let ReadResourceResponse::Complete(result) = &mut response
            && !is_public
            && result.cache_scope == Some(CacheScope::Public)
        {
            result.cache_scope = Some(CacheScope::Private);
        }
        response
    }
}

/// What stands in the record besides the name: the method, and which resource of a template it was.
fn audited(method: &'static str, subject: &Subject, tool: &Tool) -> Vec<(&'static str, Value)> {
    let mut audited = vec![("method", method.into())];
    if let Subject::Resource(uri) | Subject::Reference(uri) = subject
        && tool.name.split_once(':').is_none_or(|(_, declared)| declared != uri)
    {
        audited.push(("uri", uri.as_str().into()));
    }
    audited
}

/// What the client is told, in the numbers of the layer, which are outside the range that JSON-RPC and MCP reserve (MCP-70).
fn refused(kind: Kind, subject: Option<&Subject>, error: &Error) -> ErrorData {
    let code = match error {
        Error::Hidden(_) => return not_found(kind, subject),
        Error::Denied(Denial::Unauthenticated | Denial::Expired | Denial::InsufficientLogin { .. }) => 401,
        Error::Denied(_) => 403,
        Error::Limited(_) => 429,
        Error::Unavailable(_) | Error::Unrecorded(_) => 503,
        Error::Arguments(_) | Error::Tool(_) | Error::Panicked => ErrorCode::INTERNAL_ERROR.0,
    };
    ErrorData::new(ErrorCode(code), error.to_string(), None)
}

/// What the layer says, too: of a resource also which (SEP-2164).
fn not_found(kind: Kind, subject: Option<&Subject>) -> ErrorData {
    let data = match subject {
        Some(Subject::Resource(uri)) => Some(json!({"uri": uri})),
        _ => None,
    };
    match kind {
        Kind::Resource => ErrorData::resource_not_found(kind.not_found(), data),
        Kind::Tool | Kind::Prompt => ErrorData::invalid_params(kind.not_found(), None),
    }
}

/// A request to the handler, which the gate has not let through yet.
struct Asking<Run, F> {
    audited: Vec<(&'static str, Value)>,
    run: Run,
    answer: PhantomData<fn() -> F>,
}

/// What the handler gave.
struct Given<R>(Result<R, ErrorData>);

impl<R, F, Run> Prepared<Given<R>> for Asking<Run, F>
where
    Run: FnOnce() -> F + Send + Sync,
    F: Future<Output = Result<R, ErrorData>> + Send,
{
    fn audited(&self) -> Vec<(&'static str, Value)> {
        self.audited.clone()
    }

    fn run<'a>(self: Box<Self>, _: Call) -> BoxFuture<'a, Result<Given<R>, Error>>
    where
        Self: 'a,
    {
        Box::pin(async move { Ok(Given((self.run)().await)) })
    }
}

impl<R> Answer for Given<R> {
    fn is_failure(&self) -> bool {
        self.0.is_err()
    }
}

//! What the layer tells the gate about a request, through the request's extensions.

use super::message::Message;
use crate::config::Settings;
use crate::gate::{Facts, Gate};
#[cfg(any(feature = "rmcp", feature = "pmcp"))]
use crate::protected::Protected;
#[cfg(feature = "rmcp")]
use http::Extensions;
use std::sync::Arc;
use tokio::sync::watch;

/// The facts of one request. Only the layer makes one, and only the gate it belongs to takes it: a caller that some other
/// gate of the program admitted, for another resource, is nobody here.
#[derive(Clone)]
#[cfg_attr(
    not(any(feature = "rmcp", feature = "pmcp")),
    expect(dead_code, reason = "read by the adapters")
)]
pub(crate) struct Admission {
    settings: Arc<Settings>,
    facts: Facts,
    #[cfg_attr(not(feature = "pmcp"), expect(dead_code, reason = "read by the adapter of pmcp"))]
    pub(crate) asked: Asked,
    /// Whether the request is of a session, or opens one.
    #[cfg_attr(
        not(any(feature = "rmcp", feature = "pmcp")),
        expect(dead_code, reason = "read by the adapters")
    )]
    pub(crate) has_session: bool,
    /// Completes when nobody waits for the answer any more.
    #[cfg_attr(not(feature = "rmcp"), expect(dead_code, reason = "read by the adapter of rmcp"))]
    pub(crate) gone: Gone,
}

/// Tells that the client has gone away: the other end is dropped with the answer.
#[derive(Clone, Debug)]
pub(crate) struct Gone(
    #[cfg_attr(
        not(feature = "rmcp"),
        expect(dead_code, reason = "waited for by the adapter of rmcp")
    )]
    watch::Receiver<()>,
);

impl Gone {
    /// What tells it, and what it is told to.
    pub(super) fn channel() -> (watch::Sender<()>, Self) {
        let (answer, gone) = watch::channel(());
        (answer, Self(gone))
    }

    #[cfg(feature = "rmcp")]
    pub(crate) async fn wait(&self) {
        // Nothing is ever sent, so this ends when the sender is dropped.
        while self.0.clone().changed().await.is_ok() {}
    }
}

/// What a request is for, as far as an adapter that cannot look into its SDK has to know it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Asked {
    /// For the list of tools.
    List,
    /// For a call of a tool.
    Call,
    /// For something else, or by another method than POST.
    Other,
}

impl Admission {
    pub(super) fn new(gate: &Gate, facts: Facts, message: &Message, has_session: bool, gone: Gone) -> Self {
        Self {
            settings: Arc::clone(&gate.settings),
            facts,
            has_session,
            gone,
            asked: match message.method.as_deref() {
                Some("tools/list") => Asked::List,
                Some("tools/call") => Asked::Call,
                _ => Asked::Other,
            },
        }
    }

    /// The facts, for the gate whose layer found them.
    #[cfg(any(feature = "rmcp", feature = "pmcp"))]
    pub(crate) fn facts_for(&self, protected: &Protected) -> Option<Facts> {
        Arc::ptr_eq(&self.settings, &protected.gate().settings).then(|| self.facts.clone())
    }

    /// The facts that the layer of this gate left in a request. Without them nobody calls.
    #[cfg(feature = "rmcp")]
    pub(crate) fn facts(extensions: &Extensions, protected: &Protected) -> Facts {
        let admission = extensions.get::<Self>();
        admission
            .and_then(|admission| admission.facts_for(protected))
            .unwrap_or_else(Facts::nobody)
    }
}

//! What the layer tells the gate about a request, through the request's extensions.

use super::message::Message;
use crate::config::Settings;
use crate::gate::{Facts, Gate};
#[cfg(any(feature = "rmcp", feature = "pmcp"))]
use crate::protected::Protected;
#[cfg(any(feature = "rmcp", feature = "pmcp"))]
use http::Extensions;
use std::sync::Arc;

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
    /// Whether it asks for the list of tools.
    #[cfg_attr(not(feature = "pmcp"), expect(dead_code, reason = "read by the adapter of pmcp"))]
    pub(crate) asks_for_list: bool,
}

impl Admission {
    pub(super) fn new(gate: &Gate, facts: Facts, message: &Message) -> Self {
        Self {
            settings: Arc::clone(&gate.settings),
            facts,
            asks_for_list: message.method.as_deref() == Some("tools/list"),
        }
    }

    /// The facts, for the gate whose layer found them.
    #[cfg(any(feature = "rmcp", feature = "pmcp"))]
    pub(crate) fn facts_for(&self, protected: &Protected) -> Option<Facts> {
        Arc::ptr_eq(&self.settings, &protected.gate().settings).then(|| self.facts.clone())
    }

    /// The facts that the layer of this gate left in a request. Without them nobody calls.
    #[cfg(any(feature = "rmcp", feature = "pmcp"))]
    pub(crate) fn facts(extensions: &Extensions, protected: &Protected) -> Facts {
        let admission = extensions.get::<Self>();
        admission
            .and_then(|admission| admission.facts_for(protected))
            .unwrap_or_else(Facts::nobody)
    }
}

//! What the layer tells the gate about a request, through the request's extensions.

use crate::config::Settings;
use crate::gate::{Facts, Gate};
use crate::protected::Protected;
use http::Extensions;
use std::sync::Arc;
use tracing::Span;

/// The facts of one request. Only the layer makes one, and only the gate it belongs to takes it: a caller that some other
/// gate of the program admitted, for another resource, is nobody here.
#[derive(Clone)]
pub(crate) struct Admission {
    settings: Arc<Settings>,
    facts: Facts,
}

impl Admission {
    pub(super) fn new(gate: &Gate, facts: Facts) -> Self {
        Self {
            settings: Arc::clone(&gate.settings),
            facts,
        }
    }

    /// The facts that the layer of this gate left in a request. Without them nobody calls.
    #[cfg_attr(not(feature = "rmcp"), expect(dead_code, reason = "read by the adapters"))]
    pub(crate) fn facts(extensions: &Extensions, protected: &Protected) -> Facts {
        match extensions.get::<Self>() {
            Some(admission) if Arc::ptr_eq(&admission.settings, &protected.gate().settings) => admission.facts.clone(),
            _ => Facts {
                caller: None,
                request_id: None,
                span: Span::current(),
            },
        }
    }
}

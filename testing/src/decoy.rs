//! A place that nobody should ever ask.

use crate::error::Error;
use crate::fault::Fault;
use crate::recorded::RecordedRequest;
use crate::wire;
use axum::extract::{Request, State};
use axum::{Json, Router};
use serde_json::Value;
use std::fmt;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A server on another loopback port that nobody should ever ask, to redirect to.
///
/// It answers everything with the document it was given, as a provider would. It stops when it is dropped.
pub struct Decoy {
    url: String,
    state: Arc<DecoyState>,
    server: JoinHandle<()>,
}

struct DecoyState {
    document: Value,
    requests: Mutex<Vec<RecordedRequest>>,
}

impl Decoy {
    /// Starts on a free port of 127.0.0.1.
    pub async fn start(document: impl Into<Value>) -> Result<Self, Error> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(Error::Listen)?;
        let address = listener.local_addr().map_err(Error::Listen)?;
        let state = Arc::new(DecoyState {
            document: document.into(),
            requests: Mutex::default(),
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&state));
        Ok(Self {
            url: format!("http://{address}/decoy"),
            state,
            server: tokio::spawn(wire::serve(listener, router)),
        })
    }

    /// A URL of it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A fault that sends clients here with this status, such as 302, 307 or 308.
    #[must_use]
    pub fn redirect(&self, status: u16) -> Fault {
        Fault::Redirect(crate::fault::Redirect {
            status,
            location: self.url.clone(),
        })
    }

    /// The requests that came here.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        let requests = self.state.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn answer(State(state): State<Arc<DecoyState>>, request: Request) -> Json<Value> {
    let request = RecordedRequest::read(request).await;
    let requests = state.requests.lock();
    requests.unwrap_or_else(PoisonError::into_inner).push(request);
    Json(state.document.clone())
}

impl Drop for Decoy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl fmt::Debug for Decoy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoy").field("url", &self.url).finish_non_exhaustive()
    }
}

//! What stands between the SDK and its one client.

use super::Stop;
use crate::error::UNKNOWN_TOOL;
use crate::pmcp::list::{CallerList, LastOffered};
use crate::pmcp::tools::Desk;
use crate::protected::Protected;
use ::pmcp::Transport;
use ::pmcp::error::{Error, ErrorCode, TransportError};
use ::pmcp::shared::TransportMessage;
use ::pmcp::types::jsonrpc::{JSONRPCError, JSONRPCResponse, RequestId, ResponsePayload};
use ::pmcp::types::{CancelledNotification, ClientNotification, ClientRequest, Notification, Request};
use async_trait::async_trait;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::DropGuard;

/// How long answers are waited for when nothing more is read. The SDK `rmcp` has the same.
const PATIENCE: Duration = Duration::from_secs(5);

/// A transport with the gate before it.
///
/// 1. A call of a tool that the gate does not know reaches nothing (R22), and is answered as over HTTP. So is one of a tool that
///    the caller must not know of.
/// 2. The SDK's list of tools knows no caller, so it is cut down on its way out.
/// 3. When the client closes its end, or the server is to stop, nothing more is read. The SDK would stop at once, and lose
///    the answers to what it was given; so it learns of the end when everything is answered.
/// 4. What is not answered in time is cancelled in the client's name: only then does its tool stop, and leave its outcome. The
///    SDK cannot cancel what still waits in its queue, so no tool begins from then on, nor when this is dropped.
#[derive(Debug)]
pub(super) struct Passage<T> {
    transport: T,
    protected: Protected,
    ended: DropGuard,
    stop: Stop,
    /// The requests that the SDK was given and has not answered.
    open: HashMap<RequestId, Asked>,
    end: Option<End>,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Asked {
    UnknownTool,
    Other,
}

/// Nothing more is read.
#[derive(Debug)]
struct End {
    reason: Error,
    patience: Instant,
}

impl<T: Transport> Passage<T> {
    pub(super) fn new(transport: T, desk: Desk, stop: Stop) -> Self {
        Self {
            transport,
            protected: desk.protected,
            ended: desk.ended.drop_guard(),
            stop,
            open: HashMap::new(),
            end: None,
        }
    }

    /// The next message. Cancel-safe as the transport is.
    async fn next(&mut self) -> ::pmcp::Result<TransportMessage> {
        tokio::select! {
            biased;
            () = self.stop.clone() => Err(TransportError::ConnectionClosed.into()),
            message = self.transport.receive() => message,
        }
    }

    /// Notes a request. Instead of a tool that the gate does not know the SDK gets to see a name that no tool can have.
    fn note(&mut self, message: &mut TransportMessage) {
        let TransportMessage::Request { id, request } = message else {
            return;
        };
        let mut asked = Asked::Other;
        if let Request::Client(request) = request
            && let ClientRequest::CallTool(call) = &mut **request
            && self.protected.tool(&call.name).is_none()
        {
            "unknown tool".clone_into(&mut call.name);
            asked = Asked::UnknownTool;
        }
        self.open.insert(id.clone(), asked);
    }

    async fn answer_unknown_tool(&self, response: &mut JSONRPCResponse) {
        let request_id = serde_json::to_string(&response.id).ok().map(Into::into);
        let facts = self.protected.local_facts(None, request_id).await;
        self.protected.record_denial(None, &facts, "unknown_tool", &[], None);
        if let ResponsePayload::Error(error) = &mut response.payload
            && error.code == ErrorCode::INTERNAL_ERROR.0
        {
            *error = unknown_tool();
        }
    }
}

/// What is said about a tool that does not exist, or must not be known of.
fn unknown_tool() -> JSONRPCError {
    JSONRPCError::new(ErrorCode::INVALID_PARAMS.0, UNKNOWN_TOOL)
}

/// The handler of a hidden tool has left its record, and says so in an error that the SDK makes an internal one of.
fn is_of_hidden_tool(error: &JSONRPCError) -> bool {
    let said = ::pmcp::Error::not_found(UNKNOWN_TOOL).to_string();
    error.code == ErrorCode::INTERNAL_ERROR.0 && error.message == said
}

#[async_trait]
impl<T: Transport> Transport for Passage<T> {
    async fn send(&mut self, mut message: TransportMessage) -> ::pmcp::Result<()> {
        if let TransportMessage::Response(response) = &mut message {
            if self.open.remove(&response.id) == Some(Asked::UnknownTool) {
                self.answer_unknown_tool(response).await; // 1
            }
            if let ResponsePayload::Error(error) = &mut response.payload
                && is_of_hidden_tool(error)
            {
                *error = unknown_tool(); // 1
            }
            if let ResponsePayload::Result(result) = &mut response.payload
                && result.get("tools").is_some()
            {
                let facts = self.protected.local_facts(None, None).await;
                let list = CallerList {
                    protected: self.protected.clone(),
                    facts,
                    last: LastOffered::default(),
                };
                list.cut_result(result); // 2
            }
        }
        self.transport.send(message).await
    }

    /// Cancel-safe: the SDK drops this for every answer that it sends, and asks again.
    async fn receive(&mut self) -> ::pmcp::Result<TransportMessage> {
        let end = match self.end.take() {
            Some(end) => end,
            None => match self.next().await {
                Ok(mut message) => {
                    self.note(&mut message); // 1
                    return Ok(message);
                }
                Err(reason) => End {
                    reason,
                    patience: Instant::now() + PATIENCE,
                },
            },
        };
        let Some(late) = self.open.keys().next().cloned() else {
            return Err(end.reason); // 3
        };
        let patience = end.patience;
        self.end = Some(end);
        sleep_until(patience).await;
        self.ended.token().cancel(); // 4
        self.open.remove(&late);
        let cancelled = ClientNotification::Cancelled(CancelledNotification::new(late));
        Ok(TransportMessage::Notification(Notification::Client(cancelled))) // 4
    }

    async fn close(&mut self) -> ::pmcp::Result<()> {
        self.transport.close().await
    }

    fn is_connected(&self) -> bool {
        self.transport.is_connected()
    }

    fn transport_type(&self) -> &'static str {
        self.transport.transport_type()
    }
}

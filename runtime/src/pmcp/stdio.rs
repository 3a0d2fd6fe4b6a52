//! A `pmcp` server over stdio, and what stands between it and its one client.

use super::list::CallerList;
use super::server::finish;
use super::tools::{Callers, Tools};
use crate::error::ConfigError;
use crate::protected::Protected;
use ::pmcp::shared::TransportMessage;
use ::pmcp::types::jsonrpc::{JSONRPCError, JSONRPCResponse, ResponsePayload};
use ::pmcp::types::{ClientRequest, Request};
use ::pmcp::{ServerBuilder, StdioTransport, Transport};
use async_trait::async_trait;

/// A `pmcp` server over stdio, whose one caller is who the token of [`Protected::with_token`] is of.
#[derive(Debug)]
pub struct StdioServer {
    sdk: ::pmcp::Server,
    protected: Protected,
}

impl StdioServer {
    /// Finishes a builder that tools [for stdio](Tools::for_stdio) were handed over to.
    ///
    /// As for [`Server::new`](super::Server::new): the SDK learns from the gate who calls, and a tool without a policy is a
    /// [`ConfigError`]. So are tools that are not for stdio: nobody would call them.
    pub fn new(tools: &Tools, builder: ServerBuilder) -> Result<Self, ConfigError> {
        if tools.callers != Callers::Environment {
            return Err(ConfigError::new(
                "these tools are for requests over HTTP",
                "make them with `Tools::for_stdio`",
            ));
        }
        Ok(Self {
            sdk: finish(tools, builder)?,
            protected: tools.protected.clone(),
        })
    }

    /// Serves standard input and output until the client closes them.
    pub async fn run(self) -> ::pmcp::Result<()> {
        self.run_on(StdioTransport::new()).await
    }

    /// Serves the client at the other end of this transport, and nobody else.
    pub async fn run_on(self, transport: impl Transport + 'static) -> ::pmcp::Result<()> {
        let passage = Passage {
            transport,
            protected: self.protected,
        };
        self.sdk.run(passage).await
    }
}

/// Stands between the SDK and its client.
///
/// 1. A call of a tool that the gate does not know ends here (R22).
/// 2. The SDK's list of tools knows no caller, so it is cut down on its way out.
#[derive(Debug)]
struct Passage<T> {
    transport: T,
    protected: Protected,
}

#[async_trait]
impl<T: Transport> Transport for Passage<T> {
    async fn send(&mut self, mut message: TransportMessage) -> ::pmcp::Result<()> {
        if let TransportMessage::Response(JSONRPCResponse {
            payload: ResponsePayload::Result(result),
            ..
        }) = &mut message
        {
            let caller = self.protected.local_facts().await.caller;
            CallerList::new(self.protected.clone(), caller).cut_result(result); // 2
        }
        self.transport.send(message).await
    }

    /// Cancel-safe as the transport's own: nothing is held between what is awaited here but an answer to a call of nothing.
    async fn receive(&mut self) -> ::pmcp::Result<TransportMessage> {
        loop {
            let message = self.transport.receive().await?;
            let Some(id) = self.asks_for_unknown_tool(&message) else {
                return Ok(message);
            };
            let error = JSONRPCError::new(-32602, "tool not found");
            let answer = TransportMessage::Response(JSONRPCResponse::error(id, error));
            self.transport.send(answer).await?; // 1
        }
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

impl<T> Passage<T> {
    fn asks_for_unknown_tool(&self, message: &TransportMessage) -> Option<::pmcp::types::RequestId> {
        let TransportMessage::Request { id, request } = message else {
            return None;
        };
        match request {
            Request::Client(request) => match &**request {
                ClientRequest::CallTool(call) if self.protected.tool(&call.name).is_none() => Some(id.clone()),
                _ => None,
            },
            Request::Server(_) => None,
        }
    }
}

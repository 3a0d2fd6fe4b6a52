//! A `pmcp` server over stdio, and what stands between it and its one client.

use super::list::CallerList;
use super::server::finish;
use super::tools::{Callers, Tools};
use crate::error::ConfigError;
use crate::gate::Facts;
use crate::protected::Protected;
use ::pmcp::shared::TransportMessage;
use ::pmcp::types::jsonrpc::{JSONRPCResponse, ResponsePayload};
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
            && result.get("tools").is_some()
        {
            let caller = self.protected.local_facts(None).await.caller;
            CallerList::new(self.protected.clone(), caller).cut_result(result); // 2
        }
        self.transport.send(message).await
    }

    /// Cancel-safe as the transport's own: nothing else is awaited.
    async fn receive(&mut self) -> ::pmcp::Result<TransportMessage> {
        let mut message = self.transport.receive().await?;
        self.forget_unknown_tool(&mut message); // 1
        Ok(message)
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
    /// Lets the SDK look for a name that no tool can have, and answer in its own words.
    fn forget_unknown_tool(&self, message: &mut TransportMessage) {
        let TransportMessage::Request {
            request: Request::Client(request),
            ..
        } = message
        else {
            return;
        };
        if let ClientRequest::CallTool(call) = &mut **request
            && self.protected.tool(&call.name).is_none()
        {
            self.protected
                .record_denial(None, &Facts::nobody(), "unknown_tool", &[], None);
            "unknown tool".clone_into(&mut call.name);
        }
    }
}

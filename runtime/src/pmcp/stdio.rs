//! A `pmcp` server over stdio.

mod passage;

use self::passage::Passage;
use super::server::finish;
use super::tools::{Callers, Desk, Tools};
use crate::error::ConfigError;
use ::pmcp::{ServerBuilder, StdioTransport, Transport};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, pending};
use std::fmt;

/// Completes when nothing more is to be read.
type Stop = Shared<BoxFuture<'static, ()>>;

/// A `pmcp` server over stdio, whose one caller is who the token of [`Protected::with_token`](crate::Protected::with_token) is of.
pub struct StdioServer {
    sdk: ::pmcp::Server,
    desk: Desk,
    stop: Stop,
}

impl StdioServer {
    /// Finishes a builder that tools [for stdio](Tools::for_stdio) were handed over to.
    ///
    /// As for [`Server::new`](super::Server::new): the SDK learns from the gate who calls, and a tool without a policy is a
    /// [`ConfigError`]. So are tools that are not for stdio: nobody would call them.
    pub fn new(tools: &Tools, builder: ServerBuilder) -> Result<Self, ConfigError> {
        if tools.desk.callers != Callers::Environment {
            return Err(ConfigError::new(
                "these tools are for requests over HTTP",
                "make them with `Tools::for_stdio`",
            ));
        }
        Ok(Self {
            sdk: finish(tools, builder)?,
            desk: tools.desk.clone(),
            stop: pending().boxed().shared(),
        })
    }

    /// Stops serving when `signal` completes, as if the client had closed its end.
    #[must_use]
    pub fn with_graceful_shutdown(self, signal: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            stop: signal.boxed().shared(),
            ..self
        }
    }

    /// Serves standard input and output until the client closes them.
    ///
    /// Requests that were read until then are still answered. What is not done after five seconds is cancelled, and leaves
    /// its outcome; what was not begun by then does not begin. A message that the SDK cannot read ends it too.
    pub async fn run(self) -> ::pmcp::Result<()> {
        self.run_on(StdioTransport::new()).await
    }

    /// Serves the client at the other end of this transport, and nobody else.
    pub async fn run_on(self, transport: impl Transport + 'static) -> ::pmcp::Result<()> {
        let passage = Passage::new(transport, self.desk, self.stop);
        self.sdk.run(passage).await
    }
}

impl fmt::Debug for StdioServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StdioServer").finish_non_exhaustive()
    }
}

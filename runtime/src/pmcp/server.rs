//! A whole `pmcp` server whose tools are all behind the gate.

use super::auth::Provider;
use super::list::LastOffered;
use super::request::{Passage, pass};
use super::tools::{Callers, Tools};
use crate::error::ConfigError;
use crate::protected::Protected;
use ::pmcp::ServerBuilder;
use ::pmcp::axum::{AllowedOrigins, RouterConfig, concurrent_router_with_config};
use ::pmcp::server::streamable_http_server::StreamableHttpServerConfig;
use axum::Router;
use axum::middleware::from_fn_with_state;
use std::sync::Arc;

/// A `pmcp` server whose tools are all behind the gate. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Server {
    sdk: Arc<::pmcp::Server>,
    protected: Protected,
}

/// Builds the SDK's server, with our answer to the question who calls, and looks it through.
pub(super) fn finish(tools: &Tools, builder: ServerBuilder) -> Result<::pmcp::Server, ConfigError> {
    let provider = Provider::new(&tools.desk.protected, tools.desk.callers);
    let sdk = builder.auth_provider(provider).build().map_err(|error| {
        ConfigError::new(
            format!("the server cannot be built: {error}"),
            "see `pmcp::ServerBuilder::build`",
        )
    })?;
    tools.check(&sdk)?;
    Ok(sdk)
}

impl Server {
    /// Finishes a builder that these tools were handed over to, with whatever else it holds: prompts, resources, middleware.
    ///
    /// 1. The SDK learns from the gate who calls; an `auth_provider` of the builder is replaced.
    /// 2. A tool that has no policy, or is not the guarded one, is a [`ConfigError`] (R22).
    /// 3. So are tools [for stdio](Tools::for_stdio): they would take every request for one of their caller's.
    pub fn new(tools: &Tools, builder: ServerBuilder) -> Result<Self, ConfigError> {
        if tools.desk.callers != Callers::Requests {
            return Err(ConfigError::new(
                "these tools are for stdio",
                "make them with `Tools::new`",
            ));
        }
        Ok(Self {
            sdk: Arc::new(finish(tools, builder)?),
            protected: tools.desk.protected.clone(),
        })
    }

    /// The server as the SDK knows it, to send notifications or to close streams. Its own transports authenticate nobody.
    #[must_use]
    pub fn sdk(&self) -> &Arc<::pmcp::Server> {
        &self.sdk
    }

    /// The server over Streamable HTTP, at the path of the gate's resource URL; at `/` for a gate that knows no callers.
    ///
    /// 1. Outermost the gate's layer, for every method.
    /// 2. Then what carries its findings to the handlers, and cuts down lists.
    /// 3. Then the SDK, which checks neither hosts nor origins, as the gate has, and keeps no events to replay. For requests
    ///    without a caller it is one without sessions. In a session each request is answered in its own response, as JSON: else
    ///    the SDK would send the answers to the stream of the session, also when that was lost.
    ///
    /// A session gets one stream. Once that is lost, which it is at the latest when its token expires, what the server tells
    /// unasked is lost until the client begins another session. On a stream an event of more than 4 MiB is the last.
    pub fn router(&self, mut config: RouterConfig) -> Router {
        let sessionless = RouterConfig {
            allowed_origins: None,
            security_headers: config.security_headers,
            server_config: StreamableHttpServerConfig {
                enable_json_response: config.server_config.enable_json_response,
                http_middleware: config.server_config.http_middleware.clone(),
                max_request_bytes: config.server_config.max_request_bytes,
                ..StreamableHttpServerConfig::stateless()
            },
        };
        let passage = Passage {
            protected: self.protected.clone(),
            sessionless: self.serve(sessionless), // 3
            last: LastOffered::default(),
        };
        config.server_config.enable_json_response = true; // 3
        self.serve(config)
            .layer(from_fn_with_state(passage, pass)) // 2
            .layer(self.protected.layer().endpoint_only()) // 1
    }

    fn serve(&self, mut config: RouterConfig) -> Router {
        config.allowed_origins = Some(AllowedOrigins::any());
        config.server_config.event_store = None;
        let sdk = concurrent_router_with_config(Arc::clone(&self.sdk), config);
        match self.protected.resource_path() {
            None | Some("/") => sdk,
            // A path is a path here, and no pattern: with the checks, one like `/:a` would panic.
            Some(path) => Router::new().without_v07_checks().nest(path, sdk),
        }
    }
}

//! Guarded tools in a server of the `pmcp` SDK, over Streamable HTTP and stdio.
//!
//! [`Tools`] hands the tools over to a `pmcp::ServerBuilder`, [`Server::new`] finishes the builder, and [`Server::router`] puts
//! the gate before it. The SDK's handlers see neither the request nor its extensions, so what the layer found out about a
//! request travels in a task-local around the SDK.
//!
//! 1. Without [`Server::router`] nobody is authenticated: the SDK's own transports answer every request with an error.
//! 2. A call is decided inside the tool's handler, whatever calls it: `tools/call`, or a workflow of `prompt_workflow`.
//! 3. `tools/call` reaches no tool but those of the toolset. [`Server::new`] refuses a server with others, as far as the SDK
//!    lets them be seen; a tool without metadata cannot be seen, and is answered like one that does not exist.
//! 4. What the SDK cannot tell: which tools a workflow got hold of before [`Tools`] were handed over. Hand them over first.
//! 5. Prompts and resources need a valid token, and so do completion and subscriptions. They have no policies: a toolset that
//!    declares some is refused by [`Tools::new`].
//!
//! Over stdio there is one caller: [`Tools::for_stdio`] and [`StdioServer`]. There the SDK stops serving at a message that it
//! cannot read, and `server/discover` is one. So offer no protocol versions later than 2025-11-25, which is what it does by
//! default.
//!
//! Some settings of the SDK are replaced: the gate checks hosts and origins, so the SDK's check is off; there is no event
//! store, since the SDK's replays the answers of all sessions to any of them; answers in sessions are JSON, since the SDK
//! would send them to a stream that may be lost; and a client without a token gets no session, since the SDK never forgets
//! one that is not ended.
//!
//! ```no_run
//! use pmcp::types::ProtocolVersion;
//! use toolgate::pmcp::{Server, Tools};
//!
//! # fn app(protected: &toolgate::Protected) -> Result<(), Box<dyn std::error::Error>> {
//! let tools = Tools::new(protected)?;
//! let builder = pmcp::Server::builder()
//!     .name("notes")
//!     .version("1.0.0")
//!     .with_supported_protocol_versions(["2025-11-25", "2026-07-28"].map(|version| ProtocolVersion(version.to_owned())))
//!     .mcp_server(&tools);
//! let app = Server::new(&tools, builder)?.router(pmcp::axum::RouterConfig::default());
//! # Ok(())
//! # }
//! ```

mod auth;
mod content;
mod list;
mod request;
mod server;
mod stdio;
mod stock;
mod tools;

pub use self::server::Server;
pub use self::stdio::StdioServer;
pub(crate) use self::stock::StockHandler;
pub use self::tools::Tools;

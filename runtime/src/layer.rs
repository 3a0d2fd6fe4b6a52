//! The gate over HTTP: what only HTTP can do, done before the SDK sees a request.
//!
//! It turns the token into a caller, once a request (and anew for a tool that is `fresh`), and answers what an MCP handler
//! cannot: 401, 403, 429, 503, and the document of RFC 9728. It never grants anything: the gate decides again, inside the handler.

mod admission;
mod answer;
mod cross_origin;
mod held;
mod media_type;
mod message;
mod mirror;
mod opening;
mod screen;
mod service;
mod session;
mod until;

#[cfg(any(feature = "rmcp", feature = "pmcp"))]
pub(crate) use self::admission::Admission;
#[cfg(feature = "pmcp")]
pub(crate) use self::admission::Asked;
pub use self::service::{GateLayer, GateService};
pub use self::until::Until;
pub use crate::bad_tokens::PeerAddress;

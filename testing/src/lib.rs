//! For tests and demos of servers guarded by [`toolgate`]: an identity provider in process, tokens good and bad and a raw MCP
//! client.
//!
//! Everything here stays on the loopback interface: the provider binds to nothing else, the client talks to nothing else.
//! Keys are generated when they are first needed and die with the process.

mod asserted;
mod client;
mod error;
mod keys;
mod loopback;
mod mint;
mod provider;
mod published;
mod reply;

pub use crate::asserted::{AssertedCaller, caller};
pub use crate::client::McpClient;
pub use crate::error::Error;
pub use crate::keys::{Algorithm, KeyKind, SigningKey};
pub use crate::mint::{Parts, TokenBuilder};
pub use crate::provider::IdentityProvider;
pub use crate::reply::Reply;

//! For tests and demos of servers guarded by [`toolgate`]: an identity provider in process that can also fail, tokens good and
//! bad, a raw MCP client and the policy matrix.
//!
//! Everything here stays on the loopback interface: the provider binds to nothing else, the client talks to nothing else, and
//! no [`Fault`] leads anywhere else. Keys and secrets are generated when they are first needed and die with the process.
//!
//! ```no_run
//! # async fn example() -> Result<(), toolgate_testing::Error> {
//! use serde_json::json;
//! use toolgate_testing::{IdentityProvider, Matrix};
//!
//! # let url = "http://127.0.0.1:8080/mcp";
//! let provider = IdentityProvider::start().await?;
//! // .. start the server at `url`, with `provider.issuer()` as its issuer ..
//! let token = || provider.token("alice").audience(url);
//! Matrix::new(url)?
//!     .caller("writer", token().scopes(["write:tools"]).mint())
//!     .caller("expired", token().scopes(["write:tools"]).expired().mint())
//!     .caller("nobody", None)
//!     .call("update_note", json!({"id": "1", "text": "new"}))
//!     .run()
//!     .await?
//!     .assert_matches(
//!         "         update_note
//!          writer   yes
//!          expired  401
//!          nobody   401",
//!     );
//! # Ok(())
//! # }
//! ```

mod algorithm;
mod answer;
mod asserted;
mod client;
mod client_assertion;
mod client_auth;
mod client_registry;
mod decoy;
mod discovery;
mod endpoint;
mod error;
mod fault;
mod fault_plan;
mod introspection;
mod keys;
mod loopback;
mod matrix;
mod mint;
mod opaque;
mod own_token;
mod provider;
mod published;
mod recorded;
mod reply;
mod rotation;
mod routes;
mod table;
mod traffic;
mod verdict;
mod wire;

pub use crate::algorithm::{Algorithm, KeyKind};
pub use crate::asserted::{AssertedCaller, caller};
pub use crate::client::McpClient;
pub use crate::client_registry::{ClientAuth, RegisteredClient};
pub use crate::decoy::Decoy;
pub use crate::discovery::Discovery;
pub use crate::error::Error;
pub use crate::fault::{Fault, Redirect};
pub use crate::fault_plan::FaultPlan;
pub use crate::keys::SigningKey;
pub use crate::matrix::Matrix;
pub use crate::mint::{Parts, TokenBuilder};
pub use crate::opaque::OpaqueTokenBuilder;
pub use crate::provider::IdentityProvider;
pub use crate::recorded::RecordedRequest;
pub use crate::reply::Reply;
pub use crate::table::Table;
pub use crate::traffic::Traffic;
pub use crate::verdict::Verdict;

/// The code in `README.md`.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

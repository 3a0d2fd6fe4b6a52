//! Clients that are pages in a browser.
//!
//! A browser lets a page of one origin read what a server of another one answers only if the server says so (CORS), and asks before it
//! sends a token (a preflight, by `OPTIONS`). Name the origins of your pages:
//!
//! ```
//! # use toolgate::plumbing::{GivenResource, GivenValidator};
//! # use toolgate::GateBuilder;
//! # fn allow(gate: GateBuilder<GivenResource, GivenValidator>) -> GateBuilder<GivenResource, GivenValidator> {
//! gate.allowed_origin("https://app.example.com")
//! # }
//! ```
//!
//! 1. **A request with an `Origin` that is not named is a 403**, whatever its token (MCP-50): so no page that somebody visits can use a
//!    server in their network. The resource URL's own origin is always known.
//! 2. **Preflights of named origins are answered without a token**: they tell which methods and headers there are, which every client
//!    knows. Those of other origins are a 403 and are told nothing.
//! 3. **Answers say whom they are for**: that one origin, never `*`. Pages may read `WWW-Authenticate`, `Mcp-Session-Id`,
//!    `MCP-Protocol-Version` and `Retry-After`, so that they can log in, step up and wait.
//! 4. **Cookies are no credentials here**, so browsers are not told that they may send them.
//! 5. **The metadata document is for every page**, also for its preflight: it says where to get tokens, and no more.
//!
//! No other layer for CORS is needed. One that stands outside of the gate and answers preflights itself does so for whatever origins
//! it was told, and the gate's 403 comes only with the request after it.
//!
//! Clients without a browser send no `Origin`, and none of this concerns them.

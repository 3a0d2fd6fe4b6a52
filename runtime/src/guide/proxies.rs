//! Behind nginx, Envoy or Caddy.
//!
//! A proxy in front ends TLS, limits connections, and cuts off clients that send slowly: the layer reads a body for at most 30 seconds,
//! and leaves heads to the HTTP server. Whatever the proxy says, every URL that clients are told is that of
//! [`GateBuilder::resource`]: the challenge, the metadata document, the audience of tokens. `X-Forwarded-Host`, `X-Forwarded-Proto`
//! and `Forwarded` are not read.
//!
//! # What it has to do
//!
//! 1. **Pass two paths on**, as they are: that of the resource URL, and `/.well-known/oauth-protected-resource` with that path behind
//!    it. For `https://mcp.example.com/mcp` these are `/mcp` and `/.well-known/oauth-protected-resource/mcp`.
//! 2. **Keep the `Host` header** that the client sent. If it sends another, name that with [`GateBuilder::allowed_host`]; all others
//!    are a 403.
//! 3. **Keep the `Authorization` header**, and write it into no log. Keep `Mcp-Session-Id`, `MCP-Protocol-Version`, `Mcp-Method`,
//!    `Mcp-Name` and `Mcp-Param-*`. It may route by these, since they are checked against the body.
//! 4. **Hold nothing back.** Answers are streams of events; some last until the token ends.
//! 5. **Let 4 MiB through** in a body, which is what the server takes, and refuse more itself: the server does not read on, and what most
//!    proxies make of that is a 502 or 503, at which clients try again. Bodies must not arrive compressed.
//! 6. **Retry nothing.** A call that was sent twice may do its work twice.
//! 7. **Write `X-Forwarded-For`** at its end, if you limit how often tokens are refused
//!    ([`GateBuilder::refused_tokens`]), and say where it stands with [`GateBuilder::trusted_proxy`].
//!
//! # nginx
//!
//! ```text
//! location ~ ^/(\.well-known/oauth-protected-resource/)?mcp$ {
//!     proxy_pass http://127.0.0.1:8080;
//!     proxy_http_version 1.1;
//!     proxy_set_header Host $host;
//!     proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
//!     proxy_buffering off;
//!     proxy_read_timeout 1h;
//!     proxy_next_upstream off;
//!     client_max_body_size 4m;
//!     client_body_timeout 10s;
//! }
//! ```
//!
//! `$host` has no port: if clients reach the server by another port than 443, write `$http_host`.
//!
//! # Envoy
//!
//! ```text
//! route_config:
//!   virtual_hosts:
//!   - name: mcp
//!     domains: ["mcp.example.com"]
//!     routes:
//!     - match: { path: "/mcp" }
//!       route: { cluster: mcp, timeout: 0s, idle_timeout: 3600s }
//!     - match: { path: "/.well-known/oauth-protected-resource/mcp" }
//!       route: { cluster: mcp }
//! ```
//!
//! On the connection manager set `use_remote_address: true`, which has it write `X-Forwarded-For`, and `normalize_path: true`. Before the
//! router stands the filter that counts bodies:
//!
//! ```text
//! http_filters:
//! - name: envoy.filters.http.buffer
//!   typed_config:
//!     "@type": type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer
//!     max_request_bytes: 4194304
//! - name: envoy.filters.http.router
//!   typed_config:
//!     "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
//! ```
//!
//! Leave out filters that compress, and those that check tokens: two places that decide are one too many. `domains` have the port, if
//! clients reach the server by another than 443.
//!
//! # Caddy
//!
//! ```text
//! mcp.example.com {
//!     @mcp path /mcp /.well-known/oauth-protected-resource/mcp
//!     handle @mcp {
//!         request_body {
//!             max_size 4MiB
//!         }
//!         reverse_proxy 127.0.0.1:8080 {
//!             flush_interval -1
//!             lb_try_duration 0
//!         }
//!     }
//!     handle {
//!         respond 404
//!     }
//! }
//! ```
//!
//! Caddy keeps `Host`, and writes `X-Forwarded-For` itself. What nothing handles it would answer with an empty 200.
//!
//! # Who sent it
//!
//! The layer finds the address at the other end of the connection in the extensions of a request
//! ([`PeerAddress`](crate::layer::PeerAddress)), where the HTTP server puts it. With [`GateBuilder::trusted_proxy`] the addresses of
//! your proxies stand for those that they name:
//!
//! ```
//! # use toolgate::plumbing::{GivenResource, GivenValidator};
//! # use toolgate::{GateBuilder, RateLimit};
//! # fn limit(gate: GateBuilder<GivenResource, GivenValidator>) -> GateBuilder<GivenResource, GivenValidator> {
//! gate.trusted_proxy("10.0.0.0/8").refused_tokens(RateLimit::per_minute(20))
//! # }
//! ```
//!
//! Name only networks in which nobody but your proxies can reach the server. Whoever else is there could say to be anybody.
//!
//! # Without a proxy
//!
//! `http://` works on the loopback interface only. A server that listens to other machines should say so with
//! [`GateBuilder::listens_on`]: then it does not start if it knows no name by which they could reach it.
//!
//! [`GateBuilder::resource`]: crate::GateBuilder::resource
//! [`GateBuilder::allowed_host`]: crate::GateBuilder::allowed_host
//! [`GateBuilder::listens_on`]: crate::GateBuilder::listens_on
//! [`GateBuilder::refused_tokens`]: crate::GateBuilder::refused_tokens
//! [`GateBuilder::trusted_proxy`]: crate::GateBuilder::trusted_proxy

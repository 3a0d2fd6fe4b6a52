//! A notes server over HTTP with `rmcp`. `cargo run --example notes -- --help` tells more.

use axum::Router;
use std::error::Error;
use toolgate::Protected;
use toolgate::rmcp::Server;

fn main() -> Result<(), Box<dyn Error>> {
    examples::run::run(serve)
}

/// The tools behind the gate, in a server of the SDK, with the gate's layer before it.
fn serve(protected: &Protected) -> Result<Router, Box<dyn Error>> {
    let server = Server::new(protected, "notes", env!("CARGO_PKG_VERSION"))?;
    Ok(Router::new().fallback_service(server.http_service()))
}

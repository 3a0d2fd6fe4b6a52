//! A notes server over HTTP with `rmcp`. `cargo run --example notes -- --help` tells more.

use axum::Router;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use std::error::Error;
use std::sync::Arc;
use toolgate::Protected;
use toolgate::rmcp::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    examples::run::run(serve).await
}

/// The tools behind the gate, in a server of the SDK, with the gate's layer before it.
fn serve(protected: &Protected) -> Result<Router, Box<dyn Error>> {
    let server = Server::new(protected, "notes", env!("CARGO_PKG_VERSION"))?;
    // The gate has checked the host against the resource URL, which the SDK does not know.
    let config = StreamableHttpServerConfig::default().disable_allowed_hosts();
    let mcp = StreamableHttpService::new(
        move || Ok(server.clone()),
        Arc::new(LocalSessionManager::default()),
        config,
    );
    let path = protected.resource_path().unwrap_or("/");
    Ok(Router::new().route_service(path, mcp).layer(protected.layer()))
}

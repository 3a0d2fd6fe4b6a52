//! A notes server over HTTP with `pmcp`. `cargo run --example notes_pmcp -- --help` tells more.

use axum::Router;
use pmcp::axum::RouterConfig;
use pmcp::types::ProtocolVersion;
use std::error::Error;
use toolgate::Protected;
use toolgate::pmcp::{Server, Tools};

fn main() -> Result<(), Box<dyn Error>> {
    examples::run::run(serve)
}

/// The tools behind the gate, in a server of the SDK, with the gate's layer before it.
fn serve(protected: &Protected) -> Result<Router, Box<dyn Error>> {
    let tools = Tools::new(protected)?;
    // Without this the SDK speaks only the protocol versions with sessions.
    let versions = ["2026-07-28", "2025-11-25", "2025-06-18"].map(|version| ProtocolVersion(version.to_owned()));
    let builder = pmcp::Server::builder()
        .name("notes")
        .version(env!("CARGO_PKG_VERSION"))
        .with_supported_protocol_versions(versions)
        .mcp_server(&tools);
    Ok(Server::new(&tools, builder)?.router(RouterConfig::default()))
}

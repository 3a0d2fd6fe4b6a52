//! All that the official conformance suite of MCP asks of a server, behind a gate: `cargo run --example everything -- --help` tells more.
//!
//! `tools.rs` has the tools that are written with toolgate, `rounds.rs` those that are written for the SDK and have policies,
//! `handler.rs` the prompts and resources. `bare.rs` makes the same server without a gate.

mod bare;
mod changes;
mod handler;
mod rounds;
mod tools;

use crate::changes::Changes;
use crate::handler::{Everything, PROMPTS, RESOURCES, TEMPLATES};
use axum::Router;
use clap::Parser;
use examples::stop::asked_to_stop;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;
use toolgate::rmcp::Guarded;
use toolgate::{Algorithm, Cached, Gate, JwtValidator, Policy, ScopeToken};
use toolgate_testing::IdentityProvider;

const READ: Policy = Policy::AUTHENTICATED.scopes_all(&[ScopeToken::from_static("read:tools")]);

/// A server with all that the official conformance suite of MCP asks for.
#[derive(Debug, Parser)]
struct Options {
    /// Trust the tokens of this issuer; without it, there is one in this process, and a token is printed
    #[arg(long, value_name = "URL", requires = "resource")]
    issuer: Option<String>,
    /// The public URL of the MCP endpoint, which tokens have to name as audience
    #[arg(long, value_name = "URL", requires = "issuer")]
    resource: Option<String>,
    /// Serve the same with the SDK alone, to everyone
    #[arg(long, conflicts_with = "issuer")]
    unguarded: bool,
    /// Where to listen; port 0 is any free one
    #[arg(long, value_name = "ADDR", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))]
    listen: SocketAddr,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let listener = TcpListener::bind(options.listen).await?;
    let url = format!("http://{}/mcp", listener.local_addr()?);
    if options.unguarded {
        println!("Serving {url} to everyone");
        return serve(listener, unguarded()?).await;
    }
    if let (Some(issuer), Some(resource)) = (&options.issuer, &options.resource) {
        println!("Serving {resource} for tokens of {issuer}");
        return serve(listener, guarded(issuer, resource)?).await;
    }
    let provider = IdentityProvider::start().await?;
    let token = provider
        .token("alice")
        .audience(&url)
        .scopes(["read:tools", "write:tools"])
        .mint();
    println!("A token for all of it\n\n{token}\n\nServing {url} until Ctrl-C");
    serve(listener, guarded(provider.issuer(), &url)?).await
}

async fn serve(listener: TcpListener, app: Router) -> Result<(), Box<dyn Error>> {
    Ok(axum::serve(listener, app)
        .with_graceful_shutdown(asked_to_stop())
        .await?)
}

fn guarded(issuer: &str, resource: &str) -> Result<Router, Box<dyn Error>> {
    let validator = JwtValidator::builder()
        .issuer(issuer)
        .audience(resource)
        .algorithm(Algorithm::Rs256)
        .build()?;
    let gate = Gate::builder()
        .resource(resource)
        .validator(Cached::new(validator)?)
        .build()?;
    let changes = Changes::default();
    let rounds = Everything::rounds();
    let mut tools = tools::toolset(changes.clone()).stock_tools_by_name(&rounds, Everything::rounds_policies());
    for prompt in PROMPTS {
        tools = tools.prompt(prompt, READ);
    }
    for resource in RESOURCES {
        tools = tools.resource(resource, READ);
    }
    for template in TEMPLATES {
        tools = tools.resource_template(template, READ);
    }
    let handler = Everything::new(changes, Everything::rounds())?;
    let server = Guarded::new(&gate.protect(tools)?, handler, rounds)?;
    Ok(Router::new().fallback_service(server.http_service()))
}

fn unguarded() -> Result<Router, Box<dyn Error>> {
    let handler = Everything::new(Changes::default(), Everything::bare() + Everything::rounds())?;
    let service = StreamableHttpService::new(
        move || Ok(handler.clone()),
        Arc::<LocalSessionManager>::default(),
        StreamableHttpServerConfig::default(),
    );
    Ok(Router::new().fallback_service(service))
}

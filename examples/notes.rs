//! A notes server over HTTP with `rmcp`. `cargo run --example notes -- --help` tells more.

use axum::Router;
use clap::Parser as _;
use examples::audit::Readable;
use examples::options::Options;
use examples::{demo, tools};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use std::error::Error;
use std::sync::Arc;
use tokio::net::TcpListener;
use toolgate::rmcp::Server;
use toolgate::{Algorithm, Gate, JwtValidator};
use toolgate_testing::IdentityProvider;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let listener = TcpListener::bind(options.listen).await?;
    match &options.issuer {
        Some(issuer) => {
            let resource = options.resource.clone().unwrap_or_default();
            let app = app(issuer, &resource, options.jwks_uri.as_deref(), Readable::default())?;
            println!(
                "Serving {resource} for tokens of {issuer}, on {}",
                listener.local_addr()?
            );
            serve(listener, app).await
        }
        None => demonstrate(listener, options.once).await,
    }
}

/// The whole server: a gate for the tokens of one issuer, the tools behind it, the SDK behind that.
fn app(issuer: &str, resource: &str, jwks_uri: Option<&str>, audit: Readable) -> Result<Router, Box<dyn Error>> {
    let mut validator = JwtValidator::builder()
        .issuer(issuer)
        .audience(resource)
        .algorithm(Algorithm::Rs256)
        .algorithm(Algorithm::Es256);
    if let Some(uri) = jwks_uri {
        validator = validator.jwks_uri(uri);
    }
    let gate = Gate::builder()
        .resource(resource)
        .validator(validator.build()?)
        .name("Notes")
        .audit(audit)
        .build()?;
    let protected = gate.protect(tools::toolset(tools::Notes::default()))?;

    let server = Server::new(&protected, "notes", env!("CARGO_PKG_VERSION"))?;
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

async fn serve(listener: TcpListener, app: Router) -> Result<(), Box<dyn Error>> {
    tokio::select! {
        served = axum::serve(listener, app) => Ok(served?),
        stopped = tokio::signal::ctrl_c() => Ok(stopped?),
    }
}

/// Calls every tool as every user, shows what came of it, and then serves.
async fn demonstrate(listener: TcpListener, once: bool) -> Result<(), Box<dyn Error>> {
    let provider = IdentityProvider::start().await?;
    let resource = format!("http://{}/mcp", listener.local_addr()?);
    let audit = Readable::default();
    let app = app(provider.issuer(), &resource, None, audit.clone())?;
    let server = tokio::spawn(async move { serve(listener, app).await.map_err(|error| error.to_string()) });

    println!("Who may call what, tried over HTTP at {resource}\n");
    let matrix = demo::matrix(&provider, &resource).await?;
    println!("{matrix}");
    println!("Why not\n\n{}", demo::refusals(&matrix));
    println!("The audit records of these calls\n");
    for line in audit.take() {
        println!("{line}");
    }
    if once {
        return Ok(());
    }
    println!(
        "\nTokens of the demo users, and a call\n\n{}",
        demo::commands(&provider, &resource)
    );
    println!("Serving {resource} until Ctrl-C; audit records follow\n");
    audit.go_live();
    Ok(server.await??)
}

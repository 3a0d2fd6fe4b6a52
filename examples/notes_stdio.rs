//! A notes server over stdio, with either SDK. Its one caller is who a token from the environment is of.

use clap::{Parser, ValueEnum};
use examples::audit_file;
use examples::stop::{Until, asked_to_stop, finish};
use examples::tools;
use rmcp::ServiceExt as _;
use rmcp::service::ServerInitializeError;
use std::error::Error;
use std::path::PathBuf;
use tokio::io::{stdin, stdout};
use tokio::runtime::Runtime;
use toolgate::{Algorithm, Gate, JwtValidator, Protected, TokenSource, pmcp as with_pmcp, rmcp as with_rmcp};

/// A notes server over stdio. The tools that the token's owner may call are there, the others are not.
#[derive(Debug, Parser)]
struct Options {
    /// The identity provider that the token is of
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// The resource URL that the token has to name as audience
    #[arg(long, value_name = "URL")]
    resource: String,
    /// Where to find the provider's keys, if its metadata should not be asked
    #[arg(long, value_name = "URL")]
    jwks_uri: Option<String>,
    /// A file with the token, which only you may read; otherwise it is taken from the variable `NOTES_TOKEN`
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Append audit records to this file, as lines of JSON
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,
    /// The SDK to serve with
    #[arg(long, value_enum, default_value_t = Sdk::Rmcp)]
    sdk: Sdk,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sdk {
    Rmcp,
    Pmcp,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let gate = gate(&options)?;
    let token = match options.token_file {
        Some(path) => TokenSource::file(path),
        None => TokenSource::variable("NOTES_TOKEN"),
    };
    let protected = gate.protect(tools::toolset(tools::Notes::default()))?.with_token(token);
    let runtime = Runtime::new()?;
    let ended = runtime.block_on(async {
        match options.sdk {
            Sdk::Rmcp => serve_with_rmcp(&protected).await,
            Sdk::Pmcp => serve_with_pmcp(&protected).await,
        }
    });
    finish(runtime, &gate)?;
    ended
}

fn gate(options: &Options) -> Result<Gate, Box<dyn Error>> {
    let mut validator = JwtValidator::builder()
        .issuer(&options.issuer)
        .audience(&options.resource)
        .algorithm(Algorithm::Rs256)
        .algorithm(Algorithm::Es256);
    if let Some(uri) = &options.jwks_uri {
        validator = validator.jwks_uri(uri);
    }
    let mut gate = Gate::builder()
        .resource(&options.resource)
        .validator(validator.build()?)
        .scopes::<tools::Scope>()
        .roles::<tools::Role>();
    if let Some(path) = &options.audit {
        gate = gate.audit(audit_file::open(path)?);
    }
    Ok(gate.build()?)
}

/// When somebody asks to stop, the input ends. The SDK then waits some seconds for the answers to what it has read.
async fn serve_with_rmcp(protected: &Protected) -> Result<(), Box<dyn Error>> {
    let server = with_rmcp::Server::new(protected, "notes", env!("CARGO_PKG_VERSION"))?;
    let input = Until::new(stdin(), asked_to_stop());
    match server.serve((input, stdout())).await {
        // Nobody has said anything.
        Err(ServerInitializeError::ConnectionClosed(_)) => {}
        running => drop(running?.waiting().await?),
    }
    Ok(())
}

/// Over stdio the SDK cannot read what clients of later protocol versions than 2025-11-25 begin with, so none is offered.
async fn serve_with_pmcp(protected: &Protected) -> Result<(), Box<dyn Error>> {
    let tools = with_pmcp::Tools::for_stdio(protected)?;
    let builder = pmcp::Server::builder()
        .name("notes")
        .version(env!("CARGO_PKG_VERSION"))
        .mcp_server(&tools);
    let server = with_pmcp::StdioServer::new(&tools, builder)?;
    Ok(server.with_graceful_shutdown(asked_to_stop()).run().await?)
}

//! A notes server over stdio, with either SDK. Its one caller is who a token from the environment is of.

use clap::{Parser, ValueEnum};
use examples::tools;
use rmcp::ServiceExt as _;
use std::error::Error;
use std::path::PathBuf;
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
    /// A file with the token, which only you may read; otherwise it is taken from the variable `NOTES_TOKEN`
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The SDK to serve with
    #[arg(long, value_enum, default_value_t = Sdk::Rmcp)]
    sdk: Sdk,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sdk {
    Rmcp,
    Pmcp,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let validator = JwtValidator::builder()
        .issuer(options.issuer)
        .audience(&options.resource)
        .algorithm(Algorithm::Rs256)
        .algorithm(Algorithm::Es256);
    let gate = Gate::builder()
        .resource(options.resource)
        .validator(validator.build()?)
        .build()?;
    let token = match options.token_file {
        Some(path) => TokenSource::file(path),
        None => TokenSource::variable("NOTES_TOKEN"),
    };
    let protected = gate.protect(tools::toolset(tools::Notes::default()))?.with_token(token);
    match options.sdk {
        Sdk::Rmcp => serve_with_rmcp(&protected).await,
        Sdk::Pmcp => serve_with_pmcp(&protected).await,
    }
}

async fn serve_with_rmcp(protected: &Protected) -> Result<(), Box<dyn Error>> {
    let server = with_rmcp::Server::new(protected, "notes", env!("CARGO_PKG_VERSION"))?;
    server.serve(rmcp::transport::stdio()).await?.waiting().await?;
    Ok(())
}

async fn serve_with_pmcp(protected: &Protected) -> Result<(), Box<dyn Error>> {
    let tools = with_pmcp::Tools::for_stdio(protected)?;
    let builder = pmcp::Server::builder()
        .name("notes")
        .version(env!("CARGO_PKG_VERSION"))
        .mcp_server(&tools);
    Ok(with_pmcp::StdioServer::new(&tools, builder)?.run().await?)
}

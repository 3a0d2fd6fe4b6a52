//! A notes server over stdio with `rmcp`. Its one caller is who a token from the environment is of.

use clap::Parser;
use examples::tools;
use rmcp::ServiceExt as _;
use std::error::Error;
use std::path::PathBuf;
use toolgate::rmcp::Server;
use toolgate::{Algorithm, Gate, JwtValidator, TokenSource};

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
    let server = Server::new(&protected, "notes", env!("CARGO_PKG_VERSION"))?;
    server.serve(rmcp::transport::stdio()).await?.waiting().await?;
    Ok(())
}

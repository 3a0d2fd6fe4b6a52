//! The command line of the examples.

use clap::Parser;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// A notes server whose tools say who may call them.
///
/// Without `--issuer` it starts an identity provider in this process, calls every tool as every demo user, prints what they
/// were allowed and the audit records, and then serves, with tokens to paste.
#[derive(Debug, Parser)]
pub struct Options {
    /// Stop after the matrix instead of serving
    #[arg(long, conflicts_with = "issuer")]
    pub once: bool,
    /// Print the scope document as JSON, and do nothing else
    #[arg(long)]
    pub scope_document: bool,
    /// Trust this identity provider instead of the embedded one; no tokens are printed then
    #[arg(long, value_name = "URL", requires = "resource")]
    pub issuer: Option<String>,
    /// The public URL of the MCP endpoint, which tokens have to name as audience; the server answers at its path
    #[arg(long, value_name = "URL", requires = "issuer")]
    pub resource: Option<String>,
    /// Where to find the provider's keys, if its metadata should not be asked
    #[arg(long, value_name = "URL", requires = "issuer")]
    pub jwks_uri: Option<String>,
    /// Ask the provider about tokens that are no JWTs, as this client of it
    #[arg(long, value_name = "CLIENT", requires = "issuer", requires = "client_secret_file")]
    pub client_id: Option<String>,
    /// The client's secret, in a file; it is read again when the provider refuses it
    #[arg(long, value_name = "FILE", requires = "client_id")]
    pub client_secret_file: Option<PathBuf>,
    /// Append audit records to this file too, as lines of JSON
    #[arg(long, value_name = "FILE")]
    pub audit: Option<PathBuf>,
    /// Where to listen; port 0 is any free one
    #[arg(long, value_name = "ADDR", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))]
    pub listen: SocketAddr,
}

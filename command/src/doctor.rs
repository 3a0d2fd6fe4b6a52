//! `cargo toolgate doctor`: looks at a running server as a client does that knows nothing but its URL.

mod challenge;
mod clocks;
mod finding;
mod issuer;
mod keys;
mod look;
mod resource;

use self::finding::Report;
use self::look::Looker;
use crate::ended::Ended;
use crate::terminal::{show, show_document};
use clap::Args;
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use toolgate::fetch::HttpFetch;
use toolgate::validator::inspect;
use url::Url;

/// Look at a running server as a client does, and say what is wrong
///
/// Goes the way of a client that knows nothing but the URL: a call without a token, the challenge, the metadata of the server
/// (RFC 9728), the description of each authorization server (RFC 8414, OpenID Connect), its keys; and compares clocks. It calls a
/// tool that no server has, once without a token and once with one that is none, and sends nothing else. Redirects are not followed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo toolgate doctor https://mcp.example.com/mcp
  cargo toolgate doctor --json http://127.0.0.1:8080/mcp

Exit status: 0 if there is no problem, 1 if there is one, 2 if it could not be looked for.
")]
pub(crate) struct Doctor {
    /// The URL of the MCP endpoint, exactly as clients are given it
    url: String,
    /// Show the findings as JSON
    #[arg(long)]
    json: bool,
    /// Take it that the gate allows a provider at a private address (`HttpFetchBuilder::allow_private_network`)
    #[arg(long)]
    private_network: bool,
    /// Trust these certificate authorities as well, a file of PEM
    #[arg(long, value_name = "FILE")]
    root_certificate: Option<PathBuf>,
    /// Go through this proxy; those of the environment are not used
    #[arg(long, value_name = "URL")]
    proxy: Option<Url>,
}

impl Doctor {
    pub(crate) fn run(&self) -> Result<Ended, Box<dyn Error>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let report = runtime.block_on(self.examine())?;
        if self.json {
            show_document(&(serde_json::to_string_pretty(&report)? + "\n"))?;
        } else {
            show(&report.to_text())?;
        }
        Ok(if report.has_problems() {
            Ended::Found
        } else {
            Ended::Well
        })
    }

    async fn examine(&self) -> Result<Report, Box<dyn Error>> {
        let roots = match &self.root_certificate {
            Some(path) => fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?,
            None => Vec::new(),
        };
        let looker = Looker::new(self.proxy.as_ref(), &roots)?;
        let fetch = self.fetch(roots)?;
        let mut report = Report::new(&self.url);
        let place = match inspect::metadata_url(&self.url) {
            Ok(place) => place,
            Err(error) => {
                let error = error.to_string();
                let (what, help) = error.split_once("\nhelp: ").unwrap_or((&error, ""));
                report.problem("url", what, help);
                return Ok(report);
            }
        };
        let url = Url::parse(&self.url)?;
        let Some(answered) = challenge::examine(&looker, &url, &mut report).await else {
            return Ok(report);
        };
        let named = answered.metadata.as_ref();
        let servers = resource::examine(&looker, &self.url, &place, named, &mut report).await;
        let mut clocks = Vec::new();
        for server in servers {
            let ahead = issuer::examine(&looker, &fetch, &server, &mut report).await;
            clocks.push((server.issuer, ahead));
        }
        clocks::examine(answered.ahead, &clocks, &mut report);
        Ok(report)
    }

    /// What a gate would get keys with.
    fn fetch(&self, roots: Vec<u8>) -> Result<HttpFetch, Box<dyn Error>> {
        let mut fetch = HttpFetch::builder();
        if self.private_network {
            fetch = fetch.allow_private_network();
        }
        if !roots.is_empty() {
            fetch = fetch.root_certificate(roots);
        }
        if let Some(proxy) = &self.proxy {
            fetch = fetch.proxy(proxy.as_str());
        }
        Ok(fetch.build()?)
    }
}

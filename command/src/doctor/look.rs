//! Requests to a server that may be anybody's, within the limits that the gate keeps to.

use http::HeaderMap;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Proxy, RequestBuilder};
use std::error::Error;
use std::time::{Duration, SystemTime};
use toolgate::fetch::MAX_DOCUMENT_BYTES;
use url::Url;

/// Sends requests, and reads answers within limits.
pub(super) struct Looker {
    client: Client,
}

/// An answer.
pub(super) struct Seen {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// By how much the other's clock is ahead of ours, in seconds, if the answer says what time it is there.
    pub(super) ahead: Option<f64>,
}

impl Looker {
    pub(super) fn new(proxy: Option<&Url>, roots: &[u8]) -> Result<Self, Box<dyn Error>> {
        let mut client = Client::builder()
            .connect_timeout(Duration::from_secs(3))
            .timeout(Duration::from_secs(10))
            .redirect(Policy::none())
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .user_agent(concat!("cargo-toolgate/", env!("CARGO_PKG_VERSION")));
        if let Some(proxy) = proxy {
            client = client.proxy(Proxy::all(proxy.clone())?);
        }
        client = client.tls_certs_merge(Certificate::from_pem_bundle(roots)?);
        Ok(Self {
            client: client.build()?,
        })
    }

    pub(super) async fn get(&self, url: &Url) -> Result<Seen, String> {
        self.send(self.client.get(url.clone()).header(ACCEPT, "application/json"))
            .await
    }

    /// A message of MCP as clients of the last version with sessions send it, which servers of all versions answer to somehow.
    pub(super) async fn post(&self, url: &Url, message: &str, token: Option<&str>) -> Result<Seen, String> {
        let mut request = self
            .client
            .post(url.clone())
            .header(ACCEPT, "application/json, text/event-stream")
            .header(CONTENT_TYPE, "application/json")
            .header("mcp-protocol-version", "2025-11-25")
            .body(message.to_owned());
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<Seen, String> {
        let before = SystemTime::now();
        let mut answer = request.send().await.map_err(in_words)?;
        let took = before.elapsed().unwrap_or_default();
        let ahead = answer.headers().get(DATE).and_then(|date| {
            let date = httpdate::parse_http_date(date.to_str().ok()?).ok()?;
            // Half a second, as the header has whole ones.
            let theirs = date + Duration::from_millis(500);
            Some(seconds_between(before + took / 2, theirs))
        });
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(in_words)? {
            if body.len() + chunk.len() > MAX_DOCUMENT_BYTES {
                return Err(format!("the answer is longer than {MAX_DOCUMENT_BYTES} bytes"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Seen {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body,
            ahead,
        })
    }
}

impl Seen {
    /// A header with one value, as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn is_json(&self) -> bool {
        let media = self.header("content-type").and_then(|value| value.split(';').next());
        media.is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
    }
}

fn seconds_between(from: SystemTime, to: SystemTime) -> f64 {
    match to.duration_since(from) {
        Ok(later) => later.as_secs_f64(),
        Err(earlier) => -earlier.duration().as_secs_f64(),
    }
}

/// The whole chain: the first link of it says little.
fn in_words(error: reqwest::Error) -> String {
    chain(&error.without_url())
}

/// An error with all that caused it.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        words = format!("{words}: {error}");
        source = error.source();
    }
    words
}

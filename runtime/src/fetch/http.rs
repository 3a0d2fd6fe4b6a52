//! [`Fetch`] over HTTP.

use super::{Answer, Document, Fetch, FetchError, Form, MAX_DOCUMENT_BYTES};
use crate::error::ConfigError;
use crate::resource::{is_loopback, is_secure};
use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Proxy, Response, StatusCode};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use url::{Host, Url};

/// Gets documents over HTTPS, and over HTTP from this machine.
#[derive(Clone, Debug)]
pub struct HttpFetch {
    client: Client,
    addresses: Addresses,
}

/// Collects the exceptions that an [`HttpFetch`] may make.
#[derive(Debug, Default)]
#[must_use = "a builder does nothing until `.build()`"]
pub struct HttpFetchBuilder {
    addresses: Addresses,
    roots: Vec<Vec<u8>>,
    proxy: Option<String>,
}

/// Which addresses may be connected to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Addresses {
    #[default]
    Public,
    AlsoPrivate,
}

impl HttpFetch {
    /// One without exceptions.
    pub fn new() -> Result<Self, ConfigError> {
        Self::builder().build()
    }

    /// Starts one with exceptions.
    pub fn builder() -> HttpFetchBuilder {
        HttpFetchBuilder::default()
    }

    /// Gets a document (R9).
    ///
    /// 1. The URL is `https`, or goes to this machine.
    /// 2. Private, link-local and otherwise special addresses are refused, unless allowed: a host that is written as an
    ///    address here, any other when its name is resolved for the connection.
    /// 3. Connecting takes at most 1 s, everything together at most 5 s.
    /// 4. Redirects are not followed, proxies of the environment not used, and only `200` is an answer.
    /// 5. No more than [`MAX_DOCUMENT_BYTES`] are read. Nothing is decompressed.
    async fn get(&self, url: &Url) -> Result<Document, FetchError> {
        self.check(url)?;
        let answer = self.client.get(url.clone()).send().await.map_err(failed)?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::new(format!(
                "answered with status {}",
                answer.status().as_u16()
            )));
        }
        let max_age = max_age(answer.headers());
        Ok(Document::from(read(answer).await?).with_max_age(max_age))
    }

    /// Posts a form, under the same rules; every status is an answer.
    async fn post(&self, url: &Url, form: &Form) -> Result<Answer, FetchError> {
        self.check(url)?;
        let mut request = self
            .client
            .post(url.clone())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.encoded());
        if let Some(authorization) = form.authorization() {
            let mut value = HeaderValue::from_str(authorization)
                .map_err(|error| FetchError::because("the credentials fit no header", error))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let answer = request.send().await.map_err(failed)?;
        let content_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.map(str::to_owned);
        Ok(Answer {
            status: answer.status().as_u16(),
            content_type,
            body: read(answer).await?,
        })
    }

    fn check(&self, url: &Url) -> Result<(), FetchError> {
        if !is_secure(url) {
            return Err(FetchError::new("not https"));
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            _ => None,
        };
        if literal.is_some_and(|address| !is_loopback(url) && !self.addresses.admit(address)) {
            return Err(FetchError::new("the host is a private address"));
        }
        Ok(())
    }
}

fn failed(error: reqwest::Error) -> FetchError {
    FetchError::because("the request failed", error.without_url())
}

/// The body, if it is not too long.
async fn read(mut answer: Response) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > MAX_DOCUMENT_BYTES {
            return Err(FetchError::new("the document is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// For how long `Cache-Control` lets a document be kept. What says so twice is taken at its shortest.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let directives = headers.get_all(CACHE_CONTROL).iter();
    let directives = directives
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let ages = directives.filter_map(|directive| match directive.trim().to_ascii_lowercase().as_str() {
        "no-store" | "no-cache" => Some(Duration::ZERO),
        directive => {
            let seconds = directive.strip_prefix("max-age=")?.trim_matches('"');
            seconds.parse().ok().map(Duration::from_secs)
        }
    });
    ages.min()
}

impl Fetch for HttpFetch {
    fn get<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<Document, FetchError>> {
        Box::pin(HttpFetch::get(self, url))
    }

    fn post<'a>(&'a self, url: &'a Url, form: &'a Form) -> BoxFuture<'a, Result<Answer, FetchError>> {
        Box::pin(HttpFetch::post(self, url, form))
    }
}

impl HttpFetchBuilder {
    /// Allows private addresses, as of a provider in the same cluster.
    pub fn allow_private_network(self) -> Self {
        Self {
            addresses: Addresses::AlsoPrivate,
            ..self
        }
    }

    /// Trusts these certificate authorities as well, one or several, as PEM.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// Connects through this proxy. It resolves the names then, so keeping it off private addresses is its business.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Finishes it.
    pub fn build(self) -> Result<HttpFetch, ConfigError> {
        let mut client = Client::builder()
            .connect_timeout(Duration::from_secs(1))
            .timeout(Duration::from_secs(5))
            .redirect(Policy::none())
            .no_proxy()
            // Off as it is, unless another crate of the program turns on the features.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .user_agent(concat!("toolgate/", env!("CARGO_PKG_VERSION")));
        match &self.proxy {
            Some(url) => client = client.proxy(Proxy::all(url).map_err(|error| refused("the proxy", &error))?),
            None => client = client.dns_resolver(self.addresses),
        }
        for pem in &self.roots {
            let certificates =
                Certificate::from_pem_bundle(pem).map_err(|error| refused("the root certificate", &error))?;
            if certificates.is_empty() {
                let help = "give a text with `-----BEGIN CERTIFICATE-----` in it";
                return Err(ConfigError::new("the root certificate is not PEM", help));
            }
            client = client.tls_certs_merge(certificates);
        }
        Ok(HttpFetch {
            client: client.build().map_err(|error| refused("the HTTP client", &error))?,
            addresses: self.addresses,
        })
    }
}

fn refused(what: &str, error: &reqwest::Error) -> ConfigError {
    ConfigError::new(
        format!("{what} cannot be used: {error}"),
        "check what `HttpFetch::builder()` was given",
    )
}

impl Resolve for Addresses {
    /// The addresses of a name that may be connected to. The connection uses these and no others, so a name that means
    /// something else a moment later (DNS rebinding) gains nothing.
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = *self;
        Box::pin(async move {
            let local = name.as_str() == "localhost";
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let fit = |found: &SocketAddr| {
                if local {
                    found.ip().is_loopback()
                } else {
                    allowed.admit(found.ip())
                }
            };
            let addresses: Vec<_> = found.filter(fit).collect();
            if addresses.is_empty() {
                return Err("the name has no address that may be connected to".into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

impl Addresses {
    fn admit(self, address: IpAddr) -> bool {
        self == Self::AlsoPrivate || is_public(address)
    }
}

/// Whether an address is one of the open internet. The special ranges are those of the IANA registries (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        [0 | 10 | 127 | 224..=255, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [192, 168, ..]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Only 2000::/3 is given out. In it, 6to4 (2002::) and 2001::/23 (Teredo and others) lead elsewhere.
        [0x2002, ..] | [0x2001, 0..=0x01ff | 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::{Addresses, is_public};
    use reqwest::dns::Resolve as _;

    #[tokio::test]
    async fn r9_a_name_that_leads_to_a_private_address_is_not_connected_to() {
        let resolve = |allowed: Addresses, name: &str| allowed.resolve(name.parse().unwrap());
        let own = resolve(Addresses::Public, "localhost").await.unwrap();
        assert!(own.into_iter().all(|address| address.ip().is_loopback()));
        // To the resolver it is the same name, to us it is any name that leads there.
        assert!(resolve(Addresses::Public, "LOCALHOST").await.is_err());
        assert!(resolve(Addresses::AlsoPrivate, "LOCALHOST").await.is_ok());
    }

    #[test]
    fn r9_tells_public_addresses_from_special_ones() {
        for public in [
            "8.8.8.8",
            "172.15.0.1",
            "172.32.0.1",
            "100.63.0.1",
            "192.0.1.1",
            "2606:4700::1111",
            "2001:4860:4860::8888",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for special in [
            "0.0.0.0",
            "10.1.2.3",
            "127.0.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::a00:1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "2002:a00:1::",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
        ] {
            assert!(!is_public(special.parse().unwrap()), "{special}");
        }
    }
}

//! The one network that is used here.

use crate::error::Error;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// What `localhost` means to the client of this crate, whatever the system's resolver says.
pub(crate) const LOCALHOST: [SocketAddr; 2] = [
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
    SocketAddr::new(std::net::IpAddr::V6(Ipv6Addr::LOCALHOST), 0),
];

/// Accepts loopback addresses. An IPv4 address inside an IPv6 one is not accepted.
pub(crate) fn check_address(address: SocketAddr) -> Result<(), Error> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    Err(Error::NotLoopback(address.to_string()))
}

/// Reads a URL whose host is a loopback address or `localhost`. The parsed host decides, not the text, so
/// `http://127.0.0.1@example.com` is refused.
pub(crate) fn parse_url(text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|_| Error::Url(text.to_owned()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::Url(text.to_owned()));
    }
    let local = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if local {
        return Ok(url);
    }
    Err(Error::NotLoopback(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::parse_url;
    use crate::error::Error;

    #[test]
    fn loopback_urls_are_accepted() {
        for url in [
            "http://127.0.0.1:80/mcp",
            "http://127.1.2.3",
            "http://[::1]:1/",
            "http://LOCALHOST:1",
            "https://localhost",
        ] {
            assert!(parse_url(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn other_urls_are_refused() {
        for url in [
            "http://example.com",
            "http://127.0.0.1@example.com/",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com/",
            "http://0.0.0.0/",
            "http://[::ffff:10.0.0.1]/",
            "http://10.0.0.1/",
        ] {
            assert!(matches!(parse_url(url), Err(Error::NotLoopback(_))), "{url}");
        }
        for url in ["ftp://127.0.0.1/", "127.0.0.1:80", ""] {
            assert!(matches!(parse_url(url), Err(Error::Url(_))), "{url}");
        }
    }
}

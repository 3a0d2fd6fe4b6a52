//! Which `Host` and `Origin` a request may carry: the defence against DNS rebinding (MCP-50).

use crate::error::ConfigError;
use crate::resource::ResourceUrl;
use http::HeaderValue;
use http::header::{HOST, ORIGIN};
use http::request::Parts;
use http::uri::Authority;
use std::net::SocketAddr;
use url::Url;

/// How much of foreign names is told, in bytes.
const MAX_NAMED: usize = 256;

/// The accepted values of `Host` and `Origin`.
#[derive(Debug)]
pub(crate) struct AllowedPeers {
    hosts: Vec<Authority>,
    origins: Vec<String>,
    /// Whether any port of a loopback host will do; for a gate without a resource URL.
    any_loopback: bool,
}

/// A request that came by a name, or from a page, that the server does not know.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ForeignPeer {
    Host,
    Origin,
}

impl ForeignPeer {
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Host => "foreign_host",
            Self::Origin => "foreign_origin",
        }
    }

    /// What the request named instead, for the record: whoever sets up a server has to see what it is called by. Nothing in it looks
    /// like a part of a record, and what stands before an `@` is left out, since that may be a password.
    pub(crate) fn named(self, parts: &Parts) -> String {
        let (header, authority) = match self {
            Self::Host => (HOST, parts.uri.authority()),
            Self::Origin => (ORIGIN, None),
        };
        let values = parts.headers.get_all(header).iter().map(HeaderValue::as_bytes);
        let without_user = |value: &'_ [u8]| value.rsplit(|byte| *byte == b'@').next().map(<[u8]>::to_vec);
        let named: Vec<_> = values
            .chain(authority.map(|authority| authority.as_str().as_bytes()))
            .filter_map(without_user)
            .collect();
        if named.is_empty() {
            return "none is named".to_owned();
        }
        let named = named.join(&b", "[..]);
        format!("\"{}\"", named.get(..MAX_NAMED).unwrap_or(&named).escape_ascii())
    }
}

impl AllowedPeers {
    pub(crate) fn new(resource: &ResourceUrl, hosts: &[String], origins: &[String]) -> Result<Self, ConfigError> {
        let own = resource.url().authority().to_owned();
        let hosts = std::iter::once(&own).chain(hosts).map(|host| {
            host.parse().map_err(|_| {
                ConfigError::new(
                    format!("`{host}` is not a host"),
                    "write it like `mcp.internal` or `mcp.internal:8080`",
                )
            })
        });
        let own = resource.url().origin().ascii_serialization();
        let origins = origins.iter().map(|origin| match Url::parse(origin) {
            Ok(url) if url.origin().ascii_serialization() == *origin => Ok(origin.clone()),
            _ => Err(ConfigError::new(
                format!("`{origin}` is not an origin"),
                "write it like `https://app.example.com`: scheme, host, the port if it is not the usual one, nothing else",
            )),
        });
        Ok(Self {
            hosts: hosts.collect::<Result<_, _>>()?,
            origins: std::iter::once(Ok(own)).chain(origins).collect::<Result<_, _>>()?,
            any_loopback: false,
        })
    }

    /// Only this machine, by any port, and no browser pages.
    pub(crate) const fn loopback() -> Self {
        Self {
            hosts: Vec::new(),
            origins: Vec::new(),
            any_loopback: true,
        }
    }

    /// Checks that every host that a request names is accepted.
    ///
    /// 1. There is one `Host` header, or none and a host in the request's URI (HTTP/2).
    /// 2. A request of HTTP/1.1 may have both. Then a proxy may have gone by the one (RFC 9112 section 3.2.2) and the SDK by the
    ///    other: both have to be known.
    pub(crate) fn check_host(&self, parts: &Parts) -> Result<(), ForeignPeer> {
        let mut hosts = parts.headers.get_all(HOST).iter();
        let told = match (hosts.next(), hosts.next()) {
            (None, _) => None,
            (Some(host), None) => Some(Authority::try_from(host.as_bytes()).map_err(|_| ForeignPeer::Host)?),
            (Some(_), Some(_)) => return Err(ForeignPeer::Host), // 1
        };
        let mut named = told.iter().chain(parts.uri.authority()).peekable();
        if named.peek().is_some() && named.all(|host| self.knows_host(host)) {
            Ok(()) // 2
        } else {
            Err(ForeignPeer::Host)
        }
    }

    /// Checks that every `Origin`, if there is any, is accepted, exactly. Only browsers send one.
    pub(crate) fn check_origin(&self, parts: &Parts) -> Result<(), ForeignPeer> {
        if parts
            .headers
            .get_all(ORIGIN)
            .iter()
            .all(|origin| self.knows_origin(origin))
        {
            Ok(())
        } else {
            Err(ForeignPeer::Origin)
        }
    }

    /// Compares letter by letter, as browsers write it.
    pub(crate) fn knows_origin(&self, origin: &HeaderValue) -> bool {
        self.origins.iter().any(|known| known.as_bytes() == origin.as_bytes())
    }

    /// Checks that a server which listens to other machines knows a name by which they can reach it.
    pub(crate) fn check_bind(&self, address: Option<SocketAddr>) -> Result<(), ConfigError> {
        let Some(address) = address.filter(|address| !address.ip().to_canonical().is_loopback()) else {
            return Ok(());
        };
        if self.hosts.iter().all(|host| is_loopback(host.host())) {
            return Err(ConfigError::new(
                format!("the server listens on {address}, and the only hosts it knows are of this machine"),
                "set `.resource(..)` to the URL by which clients reach it, add `.allowed_host(..)` for what a proxy calls it, \
                 or listen on 127.0.0.1",
            ));
        }
        Ok(())
    }

    fn knows_host(&self, host: &Authority) -> bool {
        // `Authority` compares hosts without regard to case.
        self.hosts.contains(host) || self.any_loopback && is_loopback(host.host())
    }
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::{AllowedPeers, ForeignPeer};
    use crate::resource::ResourceUrl;

    fn peers() -> AllowedPeers {
        let resource = ResourceUrl::new("https://mcp.example.com/mcp".to_owned()).unwrap();
        let hosts = ["mcp.internal:8080".to_owned()];
        let origins = ["https://app.example.com".to_owned()];
        AllowedPeers::new(&resource, &hosts, &origins).unwrap()
    }

    fn check(headers: &[(&str, &str)]) -> Result<(), ForeignPeer> {
        let peers = peers();
        let mut request = http::Request::post("/mcp");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let parts = request.body(()).unwrap().into_parts().0;
        peers.check_host(&parts).and_then(|()| peers.check_origin(&parts))
    }

    #[test]
    fn mcp_50_accepts_known_hosts_and_origins_only() {
        let host = ("host", "mcp.example.com");
        assert_eq!(check(&[host]), Ok(()));
        assert_eq!(check(&[("host", "MCP.example.com")]), Ok(()));
        assert_eq!(check(&[("host", "mcp.internal:8080")]), Ok(()));
        for origin in ["https://app.example.com", "https://mcp.example.com"] {
            assert_eq!(check(&[host, ("origin", origin)]), Ok(()));
        }
        for foreign in [
            "evil.example",
            "mcp.example.com:8443",
            "mcp.internal",
            "mcp.example.com.evil.example",
            "a@mcp.example.com",
        ] {
            assert_eq!(check(&[("host", foreign)]), Err(ForeignPeer::Host), "{foreign}");
        }
        assert_eq!(check(&[]), Err(ForeignPeer::Host));
        for (uri, known) in [
            ("https://mcp.example.com/mcp", true),
            ("https://evil.example/mcp", false),
        ] {
            for named in [true, false] {
                let mut request = http::Request::post(uri);
                if named {
                    request = request.header("host", "mcp.example.com");
                }
                let parts = request.body(()).unwrap().into_parts().0;
                assert_eq!(peers().check_host(&parts).is_ok(), known, "{uri} {named}");
            }
        }
        assert_eq!(check(&[host, host]), Err(ForeignPeer::Host));
        for foreign in [
            "null",
            "https://evil.example",
            "http://app.example.com",
            "https://app.example.com:444",
            "",
        ] {
            assert_eq!(
                check(&[host, ("origin", foreign)]),
                Err(ForeignPeer::Origin),
                "{foreign}"
            );
        }
    }

    #[test]
    fn mcp_50_what_was_named_instead_is_told_in_quotes_and_in_short() {
        let named = |peer: ForeignPeer, uri: &str, headers: &[(&str, &[u8])]| {
            let mut request = http::Request::post(uri);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            peer.named(&request.body(()).unwrap().into_parts().0)
        };
        let host = |headers: &[(&str, &[u8])]| named(ForeignPeer::Host, "/mcp", headers);
        assert_eq!(host(&[("host", b"localhost:8080")]), r#""localhost:8080""#);
        assert_eq!(host(&[]), "none is named");
        assert_eq!(host(&[("host", b"a"), ("host", b"b"), ("origin", b"c")]), r#""a, b""#);
        assert_eq!(host(&[("host", b"user:secret@evil.example")]), r#""evil.example""#);
        assert_eq!(host(&[("host", b"a\"\xc2\x85")]), r#""a\"\xc2\x85""#);
        let uri = "https://user:secret@evil.example/mcp";
        let both = named(ForeignPeer::Host, uri, &[("host", b"mcp.example.com")]);
        assert_eq!(both, r#""mcp.example.com, evil.example""#);
        let origin = named(
            ForeignPeer::Origin,
            uri,
            &[("host", b"a"), ("origin", b"https://app.example")],
        );
        assert_eq!(origin, r#""https://app.example""#);
        assert_eq!(host(&[("host", &[b'a'; 300])]).matches('a').count(), 256);
    }

    #[test]
    fn mcp_50_a_server_that_listens_to_others_knows_its_name() {
        let check = |resource: &str, host: Option<&str>, address: Option<&str>| {
            let resource = ResourceUrl::new(resource.to_owned()).unwrap();
            let hosts: Vec<_> = host.map(str::to_owned).into_iter().collect();
            let peers = AllowedPeers::new(&resource, &hosts, &[]).unwrap();
            peers.check_bind(address.map(|address| address.parse().unwrap()))
        };
        let (here, public) = ("http://127.0.0.1:8080/mcp", "https://mcp.example.com/mcp");
        for address in ["0.0.0.0:8080", "[::]:8080", "10.0.0.7:8080"] {
            let error = check(here, None, Some(address)).unwrap_err().to_string();
            assert!(
                error.contains(address) && error.contains("\nhelp: set `.resource(..)`"),
                "{error}"
            );
            assert!(check(here, Some("[::1]:8080"), Some(address)).is_err());
            assert!(check(here, Some("mcp.internal"), Some(address)).is_ok());
            assert!(check(public, None, Some(address)).is_ok());
        }
        for address in [
            None,
            Some("127.0.0.1:8080"),
            Some("[::1]:8080"),
            Some("[::ffff:127.0.0.1]:8080"),
        ] {
            assert!(check(here, None, address).is_ok(), "{address:?}");
        }
    }

    #[test]
    fn mcp_50_without_a_resource_url_only_this_machine_is_known_and_no_page() {
        let check = |host: &str, origin: Option<&str>| {
            let mut request = http::Request::post("/mcp").header("host", host);
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            let parts = request.body(()).unwrap().into_parts().0;
            let peers = AllowedPeers::loopback();
            peers.check_host(&parts).and_then(|()| peers.check_origin(&parts))
        };
        for own in ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]", "[::1]:65535"] {
            assert_eq!(check(own, None), Ok(()), "{own}");
            for origin in ["http://localhost:8080", "https://evil.example", "null"] {
                assert_eq!(check(own, Some(origin)), Err(ForeignPeer::Origin), "{origin}");
            }
        }
        for foreign in [
            "evil.example",
            "evil.example:8080",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "localhost@evil.example",
            "0.0.0.0:8080",
            "10.0.0.1",
            "[::]:8080",
            "[::ffff:10.0.0.1]",
            "",
        ] {
            assert_eq!(check(foreign, None), Err(ForeignPeer::Host), "{foreign}");
        }
    }
}

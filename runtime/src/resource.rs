//! The protected resource: its URL, and the document that describes it (RFC 9728).

use crate::error::ConfigError;
use url::Url;

/// The public URL of an MCP endpoint: what clients name as `resource` (RFC 8707), kept exactly as it was written, because
/// it is compared code point by code point (RFC 9728 section 6).
#[derive(Clone, Debug)]
pub(crate) struct ResourceUrl {
    text: String,
    url: Url,
    metadata_path: String,
}

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

impl ResourceUrl {
    /// Takes a URL (MCP-17, PR-04, RI-01).
    ///
    /// 1. It is absolute, `https`, or `http` on a loopback host.
    /// 2. It has no user, no query and no fragment.
    /// 3. It does not end with a slash.
    /// 4. It is written as RFC 3986 section 6.2.2 normalizes it, so that every client writes it the same.
    pub(crate) fn new(text: String) -> Result<Self, ConfigError> {
        let refuse = |what: &str, help: &str| Err(ConfigError::new(format!("the resource URL `{text}` {what}"), help));
        let Ok(url) = Url::parse(&text) else {
            return refuse("is not a URL", "write it like `https://mcp.example.com/mcp`");
        };
        if !is_secure(&url) {
            return refuse(
                "is not https",
                "use `https://`; `http://` is for loopback hosts such as `127.0.0.1` only",
            );
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("has a user name", "take out everything from `//` to `@`");
        }
        if url.fragment().is_some() {
            return refuse("has a fragment", "take out the `#` and what follows it");
        }
        if url.query().is_some() {
            return refuse("has a query", "take out the `?` and what follows it");
        }
        if text.ends_with('/') {
            return refuse(
                "ends with a slash",
                "take the slash out: clients compare the URL letter by letter",
            );
        }
        let normal = url.as_str().trim_end_matches('/');
        if normal != text {
            let help = format!("write `{normal}`: clients compare the URL letter by letter");
            return refuse("is not written in its normal form", &help);
        }
        let metadata_path = format!("{WELL_KNOWN}{}", url.path().trim_end_matches('/'));
        Ok(Self {
            text,
            url,
            metadata_path,
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) const fn url(&self) -> &Url {
        &self.url
    }

    /// The path of the document that describes the resource (RFC 9728 section 3.1).
    pub(crate) fn metadata_path(&self) -> &str {
        &self.metadata_path
    }

    /// The URL of that document.
    pub(crate) fn metadata_url(&self) -> String {
        let mut url = self.url.clone();
        url.set_path(&self.metadata_path);
        url.into()
    }
}

/// Whether a URL is `https`, or goes to this machine only.
pub(crate) fn is_secure(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.has_host(),
        "http" => is_loopback(url),
        _ => false,
    }
}

/// Whether what this base names can be used: it is secure, and on this machine only if the base is, too. Else whoever is far away could
/// name what only we can reach, or what everybody takes for their own machine.
pub(crate) fn is_secure_from(url: &Url, base: &Url) -> bool {
    is_secure(url) && (!is_loopback(url) || is_loopback(base))
}

/// Whether a URL's host is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::ResourceUrl;

    #[test]
    fn pr_01_the_document_stands_before_the_path() {
        let url = |text: &str| ResourceUrl::new(text.to_owned()).unwrap().metadata_url();
        assert_eq!(
            url("https://a.example/public/mcp"),
            "https://a.example/.well-known/oauth-protected-resource/public/mcp"
        );
        assert_eq!(
            url("https://a.example"),
            "https://a.example/.well-known/oauth-protected-resource"
        );
        assert_eq!(
            url("http://127.0.0.1:8080/mcp"),
            "http://127.0.0.1:8080/.well-known/oauth-protected-resource/mcp"
        );
    }

    #[test]
    fn pr_04_refuses_what_is_no_resource_url_and_says_what_to_do() {
        let cases = [
            ("mcp", "is not a URL"),
            ("http://mcp.example.com/mcp", "is not https"),
            ("http://127.0.0.1.evil.example/mcp", "is not https"),
            ("http://localhost.evil.example/mcp", "is not https"),
            ("http://localhost@evil.example/mcp", "is not https"),
            ("ftp://mcp.example.com", "is not https"),
            ("https://me@mcp.example.com/mcp", "has a user name"),
            ("https://mcp.example.com/mcp#a", "has a fragment"),
            ("https://mcp.example.com/mcp?a", "has a query"),
            ("https://mcp.example.com/mcp/", "ends with a slash"),
            ("HTTPS://MCP.example.com/mcp", "is not written in its normal form"),
            ("https://mcp.example.com:443/mcp", "is not written in its normal form"),
            ("https://mcp.example.com/a/../mcp", "is not written in its normal form"),
        ];
        for (text, what) in cases {
            let error = ResourceUrl::new(text.to_owned()).unwrap_err().to_string();
            assert!(error.contains(what) && error.contains("\nhelp: "), "{text}: {error}");
        }
    }
}

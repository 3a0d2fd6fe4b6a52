//! Where an issuer's keys are (OpenID Connect Discovery 1.0, RFC 8414).

use crate::fetch::{Fetch, FetchError};
use crate::resource::is_secure_from;
use crate::strict_json;
use serde_json::Value;
use url::Url;

/// Finds a URL in the issuer's own description: `jwks_uri`, or another `member`.
///
/// 1. The well-known places are tried in the order that MCP gives, until one has a usable document: some servers answer
///    every path with a page, and the metadata of RFC 8414 may come without `jwks_uri`.
/// 2. The document's `issuer` is exactly the configured one (RFC 8414 section 3.3); else it is another's.
/// 3. The URL is https, or on this machine if the issuer is.
pub(super) async fn find(
    member: &'static str,
    fetch: &dyn Fetch,
    issuer: &Url,
    issuer_text: &str,
) -> Result<Url, FetchError> {
    let mut last = FetchError::new("the issuer has no well-known place");
    for place in places(issuer) {
        let found = fetch.get(&place).await;
        match found.and_then(|document| read(member, &document.body, issuer, issuer_text)) {
            Ok(uri) => return Ok(uri),
            Err(error) => last = error,
        }
    }
    Err(FetchError::because("the issuer's metadata cannot be had", last))
}

fn read(member: &str, document: &[u8], issuer: &Url, issuer_text: &str) -> Result<Url, FetchError> {
    let metadata = strict_json::object_from_slice(document)
        .map_err(|error| FetchError::because("the issuer's metadata is not JSON", error))?;
    if metadata.get("issuer").and_then(Value::as_str) != Some(issuer_text) {
        return Err(FetchError::new("the issuer's metadata names another issuer"));
    }
    let uri = metadata.get(member).and_then(Value::as_str);
    let uri = uri.and_then(|uri| Url::parse(uri).ok());
    let uri = uri.filter(|uri| is_secure_from(uri, issuer));
    uri.ok_or_else(|| FetchError::new(format!("the issuer's metadata has no usable `{member}`")))
}

/// The places where an issuer may describe itself, in the order of the MCP specification.
pub(super) fn places(issuer: &Url) -> Vec<Url> {
    let path = issuer.path().trim_end_matches('/');
    let place = |path: &str| {
        let mut url = issuer.clone();
        url.set_path(path);
        url
    };
    let mut places = vec![
        place(&format!("/.well-known/oauth-authorization-server{path}")),
        place(&format!("/.well-known/openid-configuration{path}")),
    ];
    if !path.is_empty() {
        places.push(place(&format!("{path}/.well-known/openid-configuration")));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::{places, read};
    use url::Url;

    #[test]
    fn at_12_looks_in_the_places_of_the_mcp_specification() {
        let all = |issuer: &str| {
            places(&Url::parse(issuer).unwrap())
                .into_iter()
                .map(String::from)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            all("https://a.example"),
            [
                "https://a.example/.well-known/oauth-authorization-server",
                "https://a.example/.well-known/openid-configuration",
            ]
        );
        assert_eq!(
            all("https://a.example/realms/x"),
            [
                "https://a.example/.well-known/oauth-authorization-server/realms/x",
                "https://a.example/.well-known/openid-configuration/realms/x",
                "https://a.example/realms/x/.well-known/openid-configuration",
            ]
        );
    }

    #[test]
    fn at_12_takes_only_the_issuers_own_word() {
        let issuer = "https://a.example";
        let read = |document: &str| read("jwks_uri", document.as_bytes(), &Url::parse(issuer).unwrap(), issuer).is_ok();
        assert!(read(
            r#"{"issuer":"https://a.example","jwks_uri":"https://keys.example/jwks"}"#
        ));
        for wrong in [
            r#"{"issuer":"https://a.example/","jwks_uri":"https://a.example/jwks"}"#,
            r#"{"issuer":["https://a.example"],"jwks_uri":"https://a.example/jwks"}"#,
            r#"{"jwks_uri":"https://a.example/jwks"}"#,
            r#"{"issuer":"https://a.example"}"#,
            r#"{"issuer":"https://a.example","jwks_uri":"http://a.example/jwks"}"#,
            r#"{"issuer":"https://a.example","jwks_uri":"file:///etc/passwd"}"#,
            r#"{"issuer":"https://a.example","jwks_uri":"http://127.0.0.1:8500/jwks"}"#,
            r#"{"issuer":"https://a.example","jwks_uri":"https://localhost/jwks"}"#,
            r#"{"issuer":"https://a.example","issuer":"https://a.example","jwks_uri":"https://a.example/jwks"}"#,
            "<html>",
        ] {
            assert!(!read(wrong), "{wrong}");
        }
    }
}

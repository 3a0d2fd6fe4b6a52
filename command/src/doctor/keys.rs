//! The keys of an authorization server (RFC 7517), as a validator finds and takes them.

use super::finding::Report;
use super::issuer::Description;
use super::look::{Looker, chain};
use super::resource::Server;
use crate::terminal::shortened;
use serde_json::{Map, Value};
use toolgate::fetch::{Fetch as _, HttpFetch};
use toolgate::validator::inspect;
use url::Url;

/// Where a validator gets the keys of this issuer, by one of its descriptions.
pub(super) fn place(metadata: &Map<String, Value>, issuer: &Url) -> Option<Url> {
    let url = Url::parse(named(metadata)?).ok()?;
    inspect::is_secure_from(&url, issuer).then_some(url)
}

fn named(metadata: &Map<String, Value>) -> Option<&str> {
    metadata.get("jwks_uri").and_then(Value::as_str)
}

/// Looks at the keys of an issuer that describes itself like this.
///
/// 1. One of its descriptions says where they are, over https, or on this machine if the issuer is.
/// 2. Those before it, if there are any, do not: whoever looks at the first only finds no keys.
/// 3. They can be had, and one of them can check tokens.
/// 4. The gate itself, with its own limits, can have them too.
pub(super) async fn examine(
    looker: &Looker,
    fetch: &HttpFetch,
    server: &Server,
    descriptions: &[Description],
    report: &mut Report,
) {
    let issuer = server.issuer.as_str();
    let found = descriptions
        .iter()
        .find_map(|description| Some((description, place(&description.metadata, &server.url)?)));
    let Some((description, url)) = found else {
        nowhere(issuer, descriptions, report);
        return; // 1
    };
    if let Some(first) = descriptions.first().filter(|first| first.place != description.place) {
        report.note(
            "keys-place",
            format!(
                "{} says nothing usable of keys (`jwks_uri`), and {} does: not everybody looks at both",
                first.place, description.place
            ),
        ); // 2
    }
    let body = match looker.get(&url).await {
        Ok(seen) if seen.status == 200 => seen.body,
        Ok(seen) => {
            report.problem(
                "keys",
                format!("the keys of {issuer} cannot be had: {url} is answered {}", seen.status),
                "without keys no token can be checked, and every call is answered 503: see to the provider",
            );
            return;
        }
        Err(error) => {
            report.problem(
                "keys",
                format!("the keys of {issuer} cannot be had from {url}: {error}"),
                "without keys no token can be checked, and every call is answered 503: see to the provider and to the network",
            );
            return;
        }
    };
    match inspect::usable_keys(&body) {
        Err(error) => report.problem(
            "keys",
            format!("{url}: {}", chain(&error)),
            "publish a key for signatures: RSA from 2048 bits on, P-256, P-384 or Ed25519, each with a `kid` of its own",
        ), // 3
        Ok(keys) => {
            let mut algorithms: Vec<_> = keys.iter().flat_map(|key| key.algorithms.iter().copied()).collect();
            algorithms.sort_unstable();
            algorithms.dedup();
            let count = keys.len();
            let noun = if count == 1 { "key" } else { "keys" };
            report.ok("keys", format!("{issuer} has {count} {noun}, for {}", algorithms.join(", ")));
        }
    }
    if let Err(error) = fetch.get(&url).await {
        report.problem(
            "keys-fetch",
            format!("the gate would not get these keys: {}", chain(&error)),
            "a private address needs `HttpFetch::builder().allow_private_network()` (and `--private-network` here); \
             everything has to come within 5 s",
        ); // 4
    }
}

/// No description says where keys are that can be used.
fn nowhere(issuer: &str, descriptions: &[Description], report: &mut Report) {
    let metadata = || descriptions.iter().map(|description| &description.metadata);
    let what = format!("{issuer} says nothing of keys (`jwks_uri`)");
    if let Some(named) = metadata().find_map(named) {
        report.problem(
            "keys",
            format!(
                "the keys of {issuer} are not to be had over https, or not by others: {}",
                shortened(named)
            ),
            "let the provider name an https URL as `jwks_uri`: over http anybody on the way could change the keys, and everybody has \
             another `localhost`",
        );
    } else if metadata().any(|metadata| metadata.contains_key("introspection_endpoint")) {
        report.note(
            "keys",
            format!("{what}; its tokens can only be asked about (`introspection_endpoint`)"),
        );
    } else {
        report.problem(
            "keys",
            what,
            "give the validator its `.jwks_uri(..)`, or ask about tokens by introspection",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::place;
    use serde_json::json;
    use url::Url;

    #[test]
    fn at_12_an_issuer_elsewhere_has_no_keys_on_this_machine() {
        let find = |issuer: &str, named: &str| {
            let metadata = json!({"jwks_uri": named}).as_object().unwrap().clone();
            place(&metadata, &Url::parse(issuer).unwrap()).is_some()
        };
        let near = "http://127.0.0.1:8500/jwks";
        assert!(!find("https://idp.example", near) && find("http://127.0.0.1:1", near));
        assert!(!find("https://idp.example", "https://localhost/jwks"));
        assert!(find("https://idp.example", "https://keys.example/jwks"));
    }
}

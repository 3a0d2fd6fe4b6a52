//! How an authorization server describes itself, and its keys (RFC 8414, OpenID Connect Discovery, RFC 7517).

use super::finding::Report;
use super::look::{Looker, chain};
use super::resource::Server;
use crate::terminal::shortened;
use serde_json::{Map, Value};
use toolgate::fetch::{Fetch as _, HttpFetch};
use toolgate::validator::inspect;
use url::Url;

/// Looks at one authorization server. Gives by how much its clock is ahead of ours, if it says so.
///
/// 1. It describes itself in one of the well-known places, the first of which that is usable counts.
/// 2. That description names exactly this issuer (RFC 8414 section 3.3).
/// 3. Who can log in there is protected by PKCE: clients have to refuse a server that does not say so.
/// 4. Its keys can be had, over https or on this machine, and one of them can check tokens.
/// 5. The gate itself, with its own limits, can have them too.
pub(super) async fn examine(looker: &Looker, fetch: &HttpFetch, server: &Server, report: &mut Report) -> Option<f64> {
    let (metadata, ahead) = describe(looker, server, report).await?;
    let issuer = server.issuer.as_str();
    let login = metadata.contains_key("authorization_endpoint");
    let methods = metadata
        .get("code_challenge_methods_supported")
        .and_then(Value::as_array);
    let pkce = methods.is_some_and(|methods| methods.iter().any(|method| method == "S256"));
    if login && !pkce {
        report.warning(
            "pkce",
            format!("{issuer} does not say that it supports PKCE with S256: MCP clients refuse it"),
            "turn PKCE on there; `code_challenge_methods_supported` has to list `S256`",
        ); // 3
    }
    keys(looker, fetch, issuer, &metadata, report).await;
    ahead
}

/// The description that a validator would take.
async fn describe(looker: &Looker, server: &Server, report: &mut Report) -> Option<(Map<String, Value>, Option<f64>)> {
    let issuer = server.issuer.as_str();
    let mut reasons = Vec::new();
    let mut other = None;
    for place in inspect::issuer_places(&server.url) {
        let seen = match looker.get(&place).await {
            Ok(seen) if seen.status == 200 => seen,
            Ok(seen) => {
                reasons.push(format!("{place} is answered {}", seen.status));
                continue;
            }
            Err(error) => {
                reasons.push(format!("{place}: {error}"));
                continue;
            }
        };
        let metadata = match inspect::object(&seen.body) {
            Ok(metadata) => metadata,
            Err(error) => {
                reasons.push(format!("{place}: {}", chain(&error)));
                continue;
            }
        };
        match metadata.get("issuer").and_then(Value::as_str) {
            Some(named) if named == issuer => {
                if let Some(other) = other {
                    report.warning(
                        "issuer",
                        format!("{other}, and only {place} names {issuer}"),
                        "let all its descriptions name the same issuer: some clients look at the first only",
                    );
                } else {
                    report.ok("issuer", format!("{issuer} describes itself at {place}"));
                }
                return Some((metadata, seen.ahead));
            }
            Some(named) => {
                let reason = format!("{place} names the issuer `{}`", shortened(named));
                other.get_or_insert(reason.clone());
                reasons.push(reason);
            }
            None => reasons.push(format!("{place} names no issuer")),
        }
    }
    let reasons = reasons.join("\n");
    if other.is_some() {
        report.problem(
            "issuer",
            format!("the provider does not call itself `{issuer}`:\n{reasons}"),
            "copy the issuer from the provider's description letter by letter, also its last slash or that there is none",
        ); // 2
    } else {
        report.problem(
            "issuer",
            format!("{issuer} does not describe itself:\n{reasons}"),
            "see that the provider runs, and that its issuer is written right; without a description give `.jwks_uri(..)`, \
             but clients need one",
        ); // 1
    }
    None
}

async fn keys(looker: &Looker, fetch: &HttpFetch, issuer: &str, metadata: &Map<String, Value>, report: &mut Report) {
    let named = metadata.get("jwks_uri").and_then(Value::as_str);
    let Some(named) = named else {
        let opaque = metadata.contains_key("introspection_endpoint");
        let what = format!("{issuer} says nothing of keys (`jwks_uri`)");
        if opaque {
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
        return;
    };
    let url = Url::parse(named).ok().filter(inspect::is_secure);
    let Some(url) = url else {
        report.problem(
            "keys",
            format!(
                "the keys of {issuer} are not to be had over https: {}",
                shortened(named)
            ),
            "let the provider name an https URL as `jwks_uri`: over http anybody on the way could change the keys",
        );
        return; // 4
    };
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
        ), // 4
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
        ); // 5
    }
}

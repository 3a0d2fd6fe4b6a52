//! How an authorization server describes itself (RFC 8414, OpenID Connect Discovery).

use super::finding::Report;
use super::keys;
use super::look::{Looker, chain};
use super::resource::Server;
use crate::terminal::shortened;
use serde_json::{Map, Value};
use toolgate::fetch::HttpFetch;
use toolgate::validator::inspect;
use url::Url;

/// A description that names the issuer it was looked for.
pub(super) struct Description {
    pub(super) place: Url,
    pub(super) metadata: Map<String, Value>,
    ahead: Option<f64>,
}

/// Looks at one authorization server. Gives by how much its clock is ahead of ours, if it says so.
///
/// 1. It describes itself in one of the well-known places, the first of which that is usable counts to clients.
/// 2. That description names exactly this issuer (RFC 8414 section 3.3).
/// 3. Who can log in there is protected by PKCE: clients have to refuse a server that does not say so.
/// 4. Its keys are as they should be, by the first description that says where they are: validators look on until one does.
pub(super) async fn examine(looker: &Looker, fetch: &HttpFetch, server: &Server, report: &mut Report) -> Option<f64> {
    let descriptions = describe(looker, server, report).await; // 1, 2
    let first = descriptions.first()?;
    let issuer = server.issuer.as_str();
    let login = first.metadata.contains_key("authorization_endpoint");
    let methods = first.metadata.get("code_challenge_methods_supported");
    let methods = methods.and_then(Value::as_array);
    let pkce = methods.is_some_and(|methods| methods.iter().any(|method| method == "S256"));
    if login && !pkce {
        report.warning(
            "pkce",
            format!("{issuer} does not say that it supports PKCE with S256: MCP clients refuse it"),
            "turn PKCE on there; `code_challenge_methods_supported` has to list `S256`",
        ); // 3
    }
    keys::examine(looker, fetch, server, &descriptions, report).await; // 4
    first.ahead
}

/// The descriptions that name the issuer, in the order in which they are looked for, up to the one by which a validator finds its keys.
/// None, which is a problem, if it does not describe itself.
async fn describe(looker: &Looker, server: &Server, report: &mut Report) -> Vec<Description> {
    let issuer = server.issuer.as_str();
    let mut descriptions = Vec::new();
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
                let is_last = keys::place(&metadata, &server.url).is_some();
                descriptions.push(Description {
                    place,
                    metadata,
                    ahead: seen.ahead,
                });
                if is_last {
                    break;
                }
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
    match (descriptions.first(), other) {
        (Some(first), None) => report.ok("issuer", format!("{issuer} describes itself at {}", first.place)),
        (Some(first), Some(other)) => report.warning(
            "issuer",
            format!("{other}, and only {} names {issuer}", first.place),
            "let all its descriptions name the same issuer: some clients look at the first only",
        ),
        (None, Some(_)) => report.problem(
            "issuer",
            format!("the provider does not call itself `{issuer}`:\n{reasons}"),
            "copy the issuer from the provider's description letter by letter, also its last slash or that there is none",
        ), // 2
        (None, None) => report.problem(
            "issuer",
            format!("{issuer} does not describe itself:\n{reasons}"),
            "see that the provider runs, and that its issuer is written right; without a description give `.jwks_uri(..)`, \
             but clients need one",
        ), // 1
    }
    descriptions
}

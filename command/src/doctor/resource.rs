//! How a server describes itself (RFC 9728).

use super::finding::Report;
use super::look::Looker;
use crate::terminal::shortened;
use serde_json::{Map, Value};
use toolgate::validator::inspect;
use url::Url;

/// An authorization server: its issuer as it is written, because it is compared letter by letter, and where that leads.
pub(super) struct Server {
    pub(super) issuer: String,
    pub(super) url: Url,
}

/// Looks at the document of a resource, where it has to be and where the challenge says that it is. Gives the authorization
/// servers of the first one that can be read.
///
/// 1. It stands at the well-known place of the URL, and the challenge names the same place.
/// 2. It is a JSON object that means one thing only, answered 200 as `application/json`.
/// 3. Its `resource` is the URL, letter by letter (RFC 9728 section 3.3).
/// 4. It names an authorization server, each by a URL that is https or on this machine.
pub(super) async fn examine(
    looker: &Looker,
    resource: &str,
    place: &Url,
    named: Option<&Url>,
    report: &mut Report,
) -> Vec<Server> {
    let found = document(looker, resource, place, report).await;
    let Some(named) = named.filter(|named| *named != place) else {
        return found.unwrap_or_default();
    };
    report.warning(
        "metadata-place",
        format!("the challenge says that the metadata is at {named}"),
        format!("name {place}: that is where clients look that did not get the challenge"),
    ); // 1
    let other = document(looker, resource, named, report).await;
    found.or(other).unwrap_or_default()
}

async fn document(looker: &Looker, resource: &str, place: &Url, report: &mut Report) -> Option<Vec<Server>> {
    if !inspect::is_secure(place) {
        report.problem(
            "metadata",
            format!("the metadata is not to be had over https: {place}"),
            "serve it over https",
        );
        return None;
    }
    let seen = match looker.get(place).await {
        Ok(seen) => seen,
        Err(error) => {
            report.problem(
                "metadata",
                format!("the metadata cannot be had from {place}: {error}"),
                "serve it there: it stands at the host, before the path of the URL (RFC 9728 section 3.1)",
            );
            return None;
        }
    };
    if seen.status != 200 {
        let help = match seen.status {
            404 => {
                "serve it there: it stands at the host, before the path of the URL, and a proxy has to pass it on \
                 (RFC 9728 section 3.1)"
            }
            401 | 403 => "let everybody read it: it says where to get a token",
            300..=399 => "answer it there, and do not redirect: clients need not follow",
            _ => "look into the server's log",
        };
        report.problem("metadata", format!("{place} is answered {}", seen.status), help);
        return None; // 2
    }
    let document = match inspect::object(&seen.body) {
        Ok(document) => document,
        Err(error) => {
            report.problem(
                "metadata",
                format!("{place} is no metadata: {}", super::look::chain(&error)),
                "answer a JSON object, in which no member stands twice",
            );
            return None; // 2
        }
    };
    if !seen.is_json() {
        report.warning(
            "metadata-type",
            "the metadata is not called `application/json`",
            "set its `Content-Type`: some clients read nothing else",
        );
    }
    check_resource(&document, resource, place, report);
    if !document.contains_key("scopes_supported") {
        report.note(
            "metadata-scopes",
            "the metadata has no `scopes_supported`: no scope is asked for at first",
        );
    }
    Some(servers(&document, report))
}

fn check_resource(document: &Map<String, Value>, resource: &str, place: &Url, report: &mut Report) {
    match document.get("resource").and_then(Value::as_str) {
        Some(named) if named == resource => {
            report.ok("metadata", format!("{place} describes this URL"));
        }
        Some(named) => report.problem(
            "metadata-resource",
            format!("the metadata is about `{}`, not about `{resource}`: clients refuse it", shortened(named)),
            format!("make `{resource}` the resource of the gate, or give clients the other URL; they are compared letter by letter"),
        ), // 3
        None => report.problem(
            "metadata-resource",
            "the metadata does not say what it is about",
            format!("add `\"resource\": \"{resource}\"`"),
        ),
    }
}

/// The authorization servers that can be looked at.
fn servers(document: &Map<String, Value>, report: &mut Report) -> Vec<Server> {
    let named = document.get("authorization_servers").and_then(Value::as_array);
    let named = named.filter(|named| !named.is_empty());
    let Some(named) = named else {
        report.problem(
            "authorization-servers",
            "the metadata names no authorization server: clients do not know where to get a token",
            "add `authorization_servers`, with the issuer of your provider",
        );
        return Vec::new(); // 4
    };
    let mut servers = Vec::new();
    for server in named {
        let issuer = server.as_str().unwrap_or_default().to_owned();
        match Url::parse(&issuer) {
            Ok(url) if inspect::is_secure(&url) => servers.push(Server { issuer, url }),
            _ => report.problem(
                "authorization-servers",
                format!(
                    "the authorization server {} is not https",
                    shortened(&server.to_string())
                ),
                "name the issuer of your provider by its https URL; http is for this machine only",
            ), // 4
        }
    }
    servers
}

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
/// 4. It names an authorization server, each by a URL that is https, or on this machine if the resource is.
pub(super) async fn examine(
    looker: &Looker,
    resource: &str,
    place: &Url,
    named: Option<&Url>,
    report: &mut Report,
) -> Vec<Server> {
    let found = document(looker, resource, place, place, report).await;
    let Some(named) = named.filter(|named| *named != place) else {
        return found.unwrap_or_default();
    };
    report.warning(
        "metadata-place",
        format!("the challenge says that the metadata is at {named}"),
        format!("name {place}: that is where clients look that did not get the challenge"),
    ); // 1
    let other = document(looker, resource, place, named, report).await;
    found.or(other).unwrap_or_default()
}

/// Looks at the document in this place, which is the well-known one, or one that the server names.
async fn document(
    looker: &Looker,
    resource: &str,
    well_known: &Url,
    place: &Url,
    report: &mut Report,
) -> Option<Vec<Server>> {
    if !inspect::is_secure_from(place, well_known) {
        report.problem(
            "metadata",
            format!("the metadata is not to be had over https, or not by others: {place}"),
            format!(
                "name {well_known}: over http anybody on the way could change it, and everybody has another `localhost`"
            ),
        );
        return None; // 1
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
    Some(servers(&document, well_known, report))
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

/// The authorization servers that can be looked at, from a resource at this host.
fn servers(document: &Map<String, Value>, resource: &Url, report: &mut Report) -> Vec<Server> {
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
            Ok(url) if inspect::is_secure_from(&url, resource) => servers.push(Server { issuer, url }),
            _ => report.problem(
                "authorization-servers",
                format!(
                    "the authorization server {} is not https, or not to be reached by others",
                    shortened(&server.to_string())
                ),
                "name the issuer of your provider by its https URL; http and `localhost` are for servers on this machine only",
            ), // 4
        }
    }
    servers
}

#[cfg(test)]
mod tests {
    use super::super::look::Looker;
    use super::{Report, document, servers};
    use serde_json::json;
    use toolgate_testing::Decoy;
    use url::Url;

    /// Else whoever runs a server somewhere could have the doctor ask what listens on this machine.
    #[tokio::test]
    async fn a_server_elsewhere_names_nothing_on_this_machine() {
        let place = Url::parse("https://mcp.example/.well-known/oauth-protected-resource/mcp").unwrap();
        let near = ["http://127.0.0.1:1", "https://localhost", "https://idp.example"];
        let metadata = json!({"authorization_servers": near}).as_object().unwrap().clone();
        let mut report = Report::new("https://mcp.example/mcp");
        let found = servers(&metadata, &place, &mut report);
        let found: Vec<_> = found.iter().map(|server| server.issuer.as_str()).collect();
        assert_eq!(found, ["https://idp.example"]);
        let text = report.to_text();
        assert_eq!(text.matches("not to be reached by others").count(), 2, "{text}");
        // From a server on this machine all of them can be used.
        let here = Url::parse("http://127.0.0.1:2/.well-known/oauth-protected-resource/mcp").unwrap();
        let mut report = Report::new("http://127.0.0.1:2/mcp");
        assert_eq!(servers(&metadata, &here, &mut report).len(), 3);
        assert!(!report.has_problems());

        let decoy = Decoy::start(json!({})).await.unwrap();
        let looker = Looker::new(None, &[]).unwrap();
        let named = Url::parse(decoy.url()).unwrap();
        let mut report = Report::new("https://mcp.example/mcp");
        let found = document(&looker, "https://mcp.example/mcp", &place, &named, &mut report).await;
        assert!(found.is_none() && decoy.requests().is_empty());
        assert!(report.to_text().contains("not by others"), "{}", report.to_text());
    }
}

//! Whether who has no token is told where to get one.

use super::finding::Report;
use super::look::{Looker, Seen};
use http::header::WWW_AUTHENTICATE;
use serde_json::json;
use url::Url;

/// A call of a tool that no server has. It needs a token wherever one is needed for anything, and does nothing where none is.
const TOOL: &str = "toolgate_doctor_no_such_tool";

/// What a server says to a call without a token.
pub(super) struct Answered {
    /// Where it says that it describes itself.
    pub(super) metadata: Option<Url>,
    pub(super) ahead: Option<f64>,
}

/// Looks at the answers to calls without a token, and with something that is none (RFC 6750 section 3, RFC 9728 section 5.1).
/// `None` if the server cannot be reached at all, or nothing is where the URL leads: what else is missing there is no finding.
///
/// 1. A call without a token is answered 401,
/// 2. with a challenge of the scheme `Bearer`,
/// 3. which names the metadata, and has no `error`: nothing was wrong with a token.
/// 4. A call with a token that is none is answered 401 and `invalid_token`, and never as if there were none.
pub(super) async fn examine(looker: &Looker, url: &Url, report: &mut Report) -> Option<Answered> {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": TOOL, "arguments": {}}});
    let message = message.to_string();
    let seen = match looker.post(url, &message, None).await {
        Ok(seen) => seen,
        Err(error) => {
            report.problem(
                "reachable",
                format!("{url} cannot be reached: {error}"),
                "start the server, and give the URL that clients use, with its path",
            );
            return None;
        }
    };
    let metadata = without_token(&seen, report);
    if matches!(seen.status, 300..=399 | 404 | 405) {
        return None;
    }
    match looker.post(url, &message, Some("toolgate-doctor")).await {
        Ok(seen) => with_bad_token(&seen, report),
        Err(error) => report.problem(
            "bad-token",
            format!("a call with a token that is none was not answered: {error}"),
            "look into the server's log",
        ),
    }
    Some(Answered {
        metadata,
        ahead: seen.ahead,
    })
}

fn without_token(seen: &Seen, report: &mut Report) -> Option<Url> {
    if seen.status != 401 {
        let help = match seen.status {
            403 => {
                "the host may be unknown to the server: make the URL its resource, or allow the host (`GateBuilder::allowed_host`); \
                 a server of public tools only needs no tokens, and nothing here is about it"
            }
            300..=399 => "clients do not follow redirects: give the URL that it leads to",
            404 | 405 => "give the URL of the MCP endpoint, with its path",
            503 => "the server cannot check tokens right now: look into its log",
            _ => "put the gate's layer before the server, so that nothing in it is reached without a token",
        };
        report.problem(
            "unauthenticated",
            format!("a call without a token is answered {}, not 401", seen.status),
            help,
        );
        return None; // 1
    }
    let Some(parameters) = bearer_challenge(seen) else {
        report.problem(
            "challenge",
            "the 401 has no challenge of the scheme `Bearer`: clients do not learn how to get a token",
            "send `WWW-Authenticate: Bearer resource_metadata=\"..\"`, and see that no proxy takes the header away",
        );
        return None; // 2
    };
    report.ok("challenge", "a call without a token is answered 401, with a challenge");
    if parameters.iter().any(|(name, _)| name == "error") {
        report.warning(
            "challenge-error",
            "the challenge has an `error`, though there was no token",
            "leave `error` out where a request has no credentials (RFC 6750 section 3.1)",
        ); // 3
    }
    match parameters.iter().find(|(name, _)| name == "scope") {
        Some((_, scopes)) => report.note(
            "challenge-scope",
            format!("clients ask for these scopes at first: {scopes}"),
        ),
        None => report.note(
            "challenge-scope",
            "the challenge names no scopes: clients ask for all of `scopes_supported`",
        ),
    }
    let Some((_, named)) = parameters.iter().find(|(name, _)| name == "resource_metadata") else {
        report.problem(
            "challenge-metadata",
            "the challenge does not say where the metadata is",
            "add `resource_metadata=\"..\"` to it (RFC 9728 section 5.1)",
        );
        return None; // 3
    };
    let url = Url::parse(named).ok();
    if url.is_none() {
        report.problem(
            "challenge-metadata",
            format!("`resource_metadata` of the challenge is no URL: {named}"),
            "write the absolute URL of the document",
        );
    }
    url
}

fn with_bad_token(seen: &Seen, report: &mut Report) {
    let parameters = bearer_challenge(seen).unwrap_or_default();
    let invalid = parameters
        .iter()
        .any(|(name, value)| name == "error" && value == "invalid_token");
    match seen.status {
        401 if invalid => report.ok("bad-token", "a token that is none is refused as `invalid_token`"),
        401 => report.warning(
            "bad-token",
            "a token that is none is refused, but not as `invalid_token`",
            "add `error=\"invalid_token\"` to the challenge, so that clients get a new token (RFC 6750 section 3.1)",
        ),
        429 => report.note(
            "bad-token",
            "the server takes no more bad tokens from this address for now",
        ),
        status => report.problem(
            "bad-token",
            format!("a token that is none is answered {status}, not 401"),
            "refuse every token that is not valid, also where none is needed",
        ), // 4
    }
}

/// The parameters of the challenge of the scheme `Bearer`, with their names in lower case.
fn bearer_challenge(seen: &Seen) -> Option<Vec<(String, String)>> {
    let values = seen.headers.get_all(WWW_AUTHENTICATE).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    let mut challenges = values
        .filter_map(|value| http_auth::parse_challenges(value).ok())
        .flatten();
    let bearer = challenges.find(|challenge| challenge.scheme.eq_ignore_ascii_case("bearer"))?;
    let parameters = bearer.params.iter();
    Some(
        parameters
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_unescaped()))
            .collect(),
    )
}

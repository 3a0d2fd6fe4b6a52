//! A token.

use crate::naive::Tree;
use crate::party::{AUDIENCE, ISSUER, NOW, decode, encode, seal, validate_here};
use toolgate::Caller;
use toolgate::validator::TokenError;

/// Claims that nothing is wrong with.
pub(crate) const GOOD_CLAIMS: &str =
    r#"{"iss":"https://idp.example","aud":"https://notes.example/mcp","sub":"alice","exp":1800000600}"#;

/// Claims that are read where a `ClaimMap` says, each with rules of its own.
const READ_LATER: [&str; 10] = [
    "scope",
    "scp",
    "roles",
    "tenant",
    "client_id",
    "azp",
    "acr",
    "amr",
    "auth_time",
    "act",
];

/// The input is a token; or, if it has several lines, a header and claims that the issuer signs, whatever they are.
///
/// 1. What is accepted obeys the rules of a second, naive reading, and the caller is who the claims say.
/// 2. What is signed and obeys them is accepted, unless a claim that rights are read from is of the wrong type.
/// 3. What is accepted is written in the one canonical way.
pub fn token(input: &[u8]) {
    let line_end = input.iter().position(|byte| *byte == b'\n');
    let signed = line_end.map(|at| input.split_at(at));
    let token = match signed {
        Some((header, claims)) => seal(header, claims.strip_prefix(b"\n").unwrap_or(claims)),
        None => match str::from_utf8(input) {
            Ok(text) => text.to_owned(),
            Err(_) => return,
        },
    };
    let Some(result) = validate_here(&token) else {
        return;
    };
    let fits = |header: &Tree| signed.is_none() || is_for_own_key(header);
    let obeys =
        parts(&token).is_some_and(|(header, claims)| is_header(&header) && fits(&header) && is_access_token(&claims));
    match result {
        Ok(caller) => {
            assert!(obeys, "accepted, but for the rules");
            check_caller(&caller, &token);
        }
        Err(TokenError::Claim(claim)) if READ_LATER.contains(&claim) => {}
        Err(error) if signed.is_some() => assert!(!obeys, "refused, but for the rules: {error}"),
        Err(_) => {}
    }
}

/// Header and claims, if they are written canonically and mean one thing only.
fn parts(token: &str) -> Option<(Tree, Tree)> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        return None;
    };
    let canonical = |part: &str| decode(part).filter(|bytes| !bytes.is_empty() && encode(bytes) == part);
    canonical(signature)?;
    let object = |part: &str| Tree::read(&canonical(part)?).filter(|tree| tree.is_object() && tree.is_strict());
    Some((object(header)?, object(claims)?))
}

/// R12 and R13, and the names of R10.
fn is_header(header: &Tree) -> bool {
    let text = |name| {
        header
            .member(name)
            .map(|value| value.text().unwrap_or("\0").to_ascii_lowercase())
    };
    let typ = matches!(
        text("typ").as_deref(),
        None | Some("jwt" | "at+jwt" | "application/at+jwt")
    );
    let alg = header.member("alg").and_then(Tree::text);
    let alg = matches!(alg, Some("EdDSA" | "Ed25519" | "RS256" | "PS256" | "ES256"));
    let kid = header.member("kid").is_none_or(|kid| kid.text().is_some());
    let extended = ["crit", "b64", "enc", "zip", "cty"].iter().any(|name| header.has(name));
    typ && alg && kid && !extended
}

/// Whether the key that targets sign with is the one that is asked for.
fn is_for_own_key(header: &Tree) -> bool {
    let alg = header.member("alg").and_then(Tree::text);
    matches!(alg, Some("EdDSA" | "Ed25519")) && header.member("kid").is_none_or(|kid| kid.text() == Some("ed25519"))
}

/// R14 and R15.
fn is_access_token(claims: &Tree) -> bool {
    let text = |name: &str| claims.member(name).and_then(Tree::text);
    let named =
        text("iss") == Some(ISSUER) && is_ours(claims) && text("sub").is_some_and(|subject| !subject.is_empty());
    named && is_in_time(claims) && is_plain(claims)
}

/// Whether `aud` is ours, or a list of strings with ours among them.
pub(crate) fn is_ours(claims: &Tree) -> bool {
    match claims.member("aud") {
        Some(Tree::Text(audience)) => audience == AUDIENCE,
        Some(Tree::List(list)) => {
            list.iter().all(|audience| audience.text().is_some())
                && list.iter().any(|audience| audience.text() == Some(AUDIENCE))
        }
        _ => false,
    }
}

const LEEWAY: f64 = 60.0;

fn is_in_time(claims: &Tree) -> bool {
    const DAY: f64 = 24.0 * 60.0 * 60.0;
    let number = |name: &str| claims.member(name).and_then(Tree::number);
    let issued = number("iat").unwrap_or(f64::from(NOW));
    is_begun_and_not_over(claims) && number("exp").is_some_and(|exp| exp - issued <= DAY + LEEWAY)
}

/// Whether all dates that are given are dates, and now is between them.
pub(crate) fn is_begun_and_not_over(claims: &Tree) -> bool {
    let now = f64::from(NOW);
    let holds = |name: &str, is_right: &dyn Fn(f64) -> bool| match claims.member(name) {
        None => true,
        Some(value) => value
            .number()
            .is_some_and(|date| (0.0..=253_402_300_799.0).contains(&date) && is_right(date)),
    };
    let begun = |date| date <= now + LEEWAY;
    holds("exp", &|exp| exp + LEEWAY > now) && holds("nbf", &begun) && holds("iat", &begun)
}

pub(crate) fn is_plain(claims: &Tree) -> bool {
    let says = |name: &str, values: &[&str]| {
        claims.member(name).is_some_and(|value| {
            let text = value.text().map(str::to_ascii_lowercase);
            text.is_none_or(|text| values.contains(&text.as_str()))
        })
    };
    let has = |names: &[&str]| names.iter().any(|name| claims.has(name));
    let is_id_token = claims.has("nonce") && (has(&["at_hash", "c_hash"]) || !has(&["scope", "scp"]));
    !says("token_use", &["id", "refresh"])
        && !says("typ", &["id", "refresh", "offline", "logout"])
        && !is_id_token
        && !has(&["events", "cnf"])
}

fn check_caller(caller: &Caller, token: &str) {
    let (_, claims) = parts(token).unwrap();
    assert_eq!(caller.issuer(), ISSUER);
    assert_eq!(Some(caller.subject()), claims.member("sub").and_then(Tree::text));
    let granted = match (claims.member("scope"), claims.member("scp")) {
        (Some(Tree::Text(text)), _) | (None, Some(Tree::Text(text))) => text.split(' ').collect(),
        (None, Some(Tree::List(list))) => list.iter().filter_map(Tree::text).collect(),
        _ => Vec::new(),
    };
    for scope in caller.scopes() {
        assert!(granted.contains(&scope), "{scope:?} was not granted");
    }
    let tenant = claims.member("tenant_id").and_then(Tree::text);
    assert_eq!(caller.tenant(), tenant);
}

#[cfg(test)]
mod tests {
    use super::{seal, validate_here};
    use std::fs;

    /// Else the fuzzer would start, and stay, among what is refused.
    #[test]
    fn some_seeds_are_accepted() {
        for name in [
            "rs256",
            "ps256",
            "es256",
            "es256-without-kid",
            "signed",
            "signed-scopes",
        ] {
            let path = format!("{}/../../fuzz/corpus/token/{name}", env!("CARGO_MANIFEST_DIR"));
            let input = fs::read_to_string(path).unwrap();
            let token = match input.split_once('\n') {
                Some((header, claims)) => seal(header, claims),
                None => input,
            };
            let result = validate_here(&token).unwrap();
            assert!(result.is_ok(), "{name}: {result:?}");
        }
    }
}

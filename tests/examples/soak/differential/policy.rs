//! Where we differ from `jose` on purpose, given these options. All of it: another difference is a mistake of one of both.

use super::case::Case;
use super::{AUDIENCE, NOW};
use fuzzing::naive::Tree;

/// The rule, and what it says of it.
type Policy = (&'static str, &'static str);

/// Whether a policy is about a token. The token's text is looked at, not our reason for refusing it.
type Applies = fn(&Case<'_>) -> bool;

/// What we refuse on purpose, and `jose` does not.
const REFUSED: &[(Policy, Applies)] = &[
    (("R20", "a bearer token is token68"), |case| !is_token68(case.token)),
    (("R12", "base64url is canonical"), |case| case.parts.is_none()),
    (
        ("R16", "JSON is that of RFC 8259, in UTF-8, with numbers in range"),
        |case| case.trees().is_none(),
    ),
    (("R15", "JSON has 64 levels at most"), |case| {
        any(case, |tree| tree.depth() > 64)
    }),
    (("R16", "no member is given twice, or has a reserved name"), |case| {
        any(case, Tree::is_ambiguous)
    }),
    (("R12", "no `crit`, `b64`, `enc`, `zip` or `cty`"), |case| {
        header(case, |header| {
            ["crit", "b64", "enc", "zip", "cty"].iter().any(|name| header.has(name))
        })
    }),
    (("R13", "`typ` is that of an access token"), |case| {
        header(case, |header| !is_typ(header))
    }),
    (("R11", "`kid` is a string"), |case| {
        header(case, |header| is_odd(header, "kid", is_text))
    }),
    (("R14", "`sub` is a string, not empty"), |case| {
        claims(case, |claims| {
            claims.member("sub").and_then(Tree::text).is_none_or(str::is_empty)
        })
    }),
    (("R14", "`aud` has nothing but strings in it"), |case| {
        claims(case, |claims| !is_audience(claims))
    }),
    (("R15", "dates are from 1970 to 9999"), |case| {
        claims(case, |claims| {
            ["exp", "nbf", "iat"].iter().any(|name| is_odd(claims, name, is_date))
        })
    }),
    (("R14", "`iat` is not to come"), |case| {
        claims(case, |claims| {
            number(claims, "iat").is_some_and(|iat| iat > now() + 60.0)
        })
    }),
    (("R15", "a token lasts for 24 hours at most"), |case| {
        claims(case, is_long)
    }),
    (("R14", "an ID, refresh or logout token is none of ours"), |case| {
        claims(case, is_other_token)
    }),
    (
        ("R14", "a token that is bound to a key is no plain bearer token"),
        |case| claims(case, |claims| claims.has("cnf")),
    ),
    (
        ("R14", "who acts for the caller is said in an object, in strings"),
        |case| claims(case, |claims| is_odd(claims, "act", is_actor)),
    ),
    (("R14", "what rights are read from is of its type"), |case| {
        claims(case, has_odd_rights)
    }),
];

/// What we accept on purpose, and `jose` does not.
const ACCEPTED: &[(Policy, Applies)] = &[(("R10", "`Ed25519` is another name of `EdDSA` (RFC 9864)"), |case| {
    header(case, |header| {
        header.member("alg").and_then(Tree::text) == Some("Ed25519")
    })
})];

/// The first policy that is about a token of which `jose` thinks otherwise.
pub(super) fn of(case: &Case<'_>) -> Option<Policy> {
    let policies = if case.is_accepted() { ACCEPTED } else { REFUSED };
    let found = policies.iter().find(|(_, applies)| applies(case));
    found.map(|(policy, _)| *policy)
}

fn header(case: &Case<'_>, is: impl Fn(&Tree) -> bool) -> bool {
    case.trees().is_some_and(|(header, _)| is(header))
}

fn claims(case: &Case<'_>, is: impl Fn(&Tree) -> bool) -> bool {
    case.trees().is_some_and(|(_, claims)| is(claims))
}

fn any(case: &Case<'_>, is: impl Fn(&Tree) -> bool) -> bool {
    case.trees().is_some_and(|(header, claims)| is(header) || is(claims))
}

fn is_token68(token: &str) -> bool {
    let text = token.trim_end_matches('=');
    let is_in = |c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c);
    !text.is_empty() && text.chars().all(is_in) && token.len() <= 16 * 1024
}

/// Whether there is such a member, and it is not as it should be.
fn is_odd(tree: &Tree, name: &str, is_right: impl Fn(&Tree) -> bool) -> bool {
    tree.member(name).is_some_and(|value| !is_right(value))
}

fn is_text(tree: &Tree) -> bool {
    tree.text().is_some()
}

fn is_texts(tree: &Tree) -> bool {
    is_text(tree) || tree.list().is_some_and(|list| list.iter().all(is_text))
}

fn is_date(tree: &Tree) -> bool {
    tree.number()
        .is_some_and(|date| (0.0..=253_402_300_799.0).contains(&date))
}

fn number(tree: &Tree, name: &str) -> Option<f64> {
    tree.member(name).and_then(Tree::number)
}

#[expect(clippy::cast_precision_loss, reason = "a date of this century")]
fn now() -> f64 {
    NOW as f64
}

fn is_typ(header: &Tree) -> bool {
    match header.member("typ") {
        None => true,
        Some(typ) => {
            let typ = typ.text().map(str::to_ascii_lowercase);
            matches!(typ.as_deref(), Some("jwt" | "at+jwt" | "application/at+jwt"))
        }
    }
}

fn is_audience(claims: &Tree) -> bool {
    let Some(audience) = claims.member("aud") else {
        return false;
    };
    let is_ours = |value: &Tree| value.text() == Some(AUDIENCE);
    is_ours(audience) || (is_texts(audience) && audience.list().is_some_and(|list| list.iter().any(is_ours)))
}

fn is_long(claims: &Tree) -> bool {
    let lifetime = |exp: f64| exp - number(claims, "iat").unwrap_or(now());
    number(claims, "exp").is_some_and(|exp| lifetime(exp) > 24.0 * 3600.0 + 60.0)
}

fn is_other_token(claims: &Tree) -> bool {
    let says = |name: &str, values: &[&str]| {
        is_odd(claims, name, |value| {
            value
                .text()
                .is_some_and(|text| !values.contains(&text.to_ascii_lowercase().as_str()))
        })
    };
    let has = |names: &[&str]| names.iter().any(|name| claims.has(name));
    says("token_use", &["id", "refresh", "id_token", "refresh_token"])
        || says("typ", &["id", "refresh", "offline", "logout"])
        || (claims.has("nonce") && (has(&["at_hash", "c_hash"]) || !has(&["scope", "scp"])))
        || claims.has("events")
}

fn is_actor(act: &Tree) -> bool {
    act.is_object()
        && !["sub", "iss", "client_id"]
            .iter()
            .any(|name| is_odd(act, name, is_text))
}

fn has_odd_rights(claims: &Tree) -> bool {
    let is_tenant = |value: &Tree| value.text().is_some_and(|text| !text.is_empty());
    is_odd(claims, "scope", is_text)
        || (!claims.has("scope") && is_odd(claims, "scp", is_texts))
        || is_odd(claims, "roles", is_texts)
        || is_odd(claims, "tenant_id", is_tenant)
        || is_odd(claims, "client_id", is_text)
        || (!claims.has("client_id") && is_odd(claims, "azp", is_text))
}

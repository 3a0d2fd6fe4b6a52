//! Tokens that look odd and are good: refusing one would break somebody's provider.

use super::forge::{Forge, claims, header, seal};
use serde_json::json;
use toolgate_testing::Algorithm;

/// What it is called, and the token.
type Row = (String, String);

pub(super) fn rows(forge: &Forge) -> Vec<Row> {
    let headers =
        HEADERS.map(|(member, text)| (format!("header {member}: {text}"), forge.with_header(&[(member, text)])));
    let claims = CLAIMS.map(|(claim, text)| (format!("claim {claim}: {text}"), forge.with_claims(&[(claim, text)])));
    let mut rows = vec![("as it should be".to_owned(), forge.with_header(&[]))];
    rows.extend(headers);
    rows.extend(claims);
    rows.extend(algorithms(forge));
    rows.extend(texts(forge));
    rows
}

const HEADERS: [(&str, &str); 24] = [
    ("typ", ""),
    ("typ", "\"JWT\""),
    ("typ", "\"jwt\""),
    ("typ", "\"Jwt\""),
    ("typ", "\"AT+JWT\""),
    ("typ", "\"at+JWT\""),
    ("typ", "\"application/at+jwt\""),
    ("typ", "\"Application/AT+JWT\""),
    ("kid", ""),
    ("x5t", "\"AAAA\""),
    ("x5t#S256", "\"AAAA\""),
    // The five that name a key are not looked at, so they harm nobody either.
    ("jku", "\"https://evil.example/jwks\""),
    ("x5u", "\"https://evil.example/cert\""),
    ("x5c", "[\"AAAA\"]"),
    ("jwk", "{\"kty\":\"oct\",\"k\":\"AA\"}"),
    ("jwk", "null"),
    ("CRIT", "[\"exp\"]"),
    ("B64", "false"),
    ("nonce", "\"n\""),
    ("iss", "\"https://evil.example\""),
    ("aud", "[]"),
    ("x", "{\"a\":[{\"a\":1},{\"a\":2}]}"),
    ("", "\"\""),
    ("\u{fc}", "1e300"),
];

const CLAIMS: [(&str, &str); 70] = [
    ("aud", "[\"https://notes.example/mcp\"]"),
    ("aud", "[\"https://other.example\",\"https://notes.example/mcp\"]"),
    ("aud", "[\"urn:notes\",\"https://notes.example/mcp\"]"),
    ("aud", "[\"\",\"urn:notes\",\"urn:notes\"]"),
    ("aud", "\"urn:notes\""),
    ("aud", "\"https:\\/\\/notes.example\\/mcp\""),
    ("iss", "\"\\u0068ttps://idp.example\""),
    ("sub", "\"\u{c4}lice \u{1f980}\""),
    ("sub", "\"\\ud83e\\udd80\""),
    ("sub", "\" \""),
    ("sub", "\"00000000-0000-0000-0000-000000000000\""),
    ("sub", "\"auth0|5f7c8ec7c33c6c004bbafe82\""),
    ("sub", "\"' OR 1=1 --\""),
    ("sub", "\"\\u0000\""),
    ("exp", "1799999941"),
    ("exp", "1799999940.001"),
    ("exp", "1800000600.75"),
    ("exp", "1800000600.0"),
    ("exp", "1.8000006e9"),
    ("exp", "18000006E+2"),
    ("exp", "1800086450"),
    ("iat", ""),
    ("iat", "1800000060"),
    ("iat", "1800000059.999"),
    ("iat", "1799999990.123456789"),
    ("iat", "1799914140"),
    ("nbf", "1799999990"),
    ("nbf", "1800000060"),
    ("nbf", "0"),
    ("nbf", "-0"),
    ("nbf", "-0.0"),
    ("nbf", "1e-400"),
    ("nbf", "1.5"),
    ("auth_time", "\"yesterday\""),
    ("jti", "7"),
    ("jti", "null"),
    // Dex writes these into access tokens.
    ("at_hash", "\"AAAA\""),
    ("c_hash", "\"AAAA\""),
    ("token_use", "\"access\""),
    ("typ", "\"Bearer\""),
    ("typ", "\"at+jwt\""),
    ("scope", "\"\""),
    ("scope", "\"openid profile email\""),
    ("scope", "\"a a a a a a a a a a a a a a a a a a a a\""),
    ("scope", "\"\u{3b1} \\\"quoted\\\"\""),
    ("scp", "[]"),
    ("scp", "[\"a\",\"b\"]"),
    ("scp", "\"a b\""),
    ("roles", "[]"),
    ("roles", "\"manager\""),
    ("roles", "[\"manager\",\"manager\"]"),
    ("tenant_id", "\"acme\""),
    ("tenant_id", "\"\u{fc}\""),
    ("client_id", ""),
    ("client_id", "\"\""),
    ("azp", "\"other\""),
    ("azp", "7"),
    ("act", "{\"sub\":\"agent\",\"act\":{\"sub\":\"other\"}}"),
    ("realm_access", "{\"roles\":[\"user\"]}"),
    ("https://notes.example/roles", "[\"user\"]"),
    ("cognito:groups", "[\"user\"]"),
    ("tid", "null"),
    ("ISS", "\"https://evil.example\""),
    ("Aud", "null"),
    ("x", "[[],{},null,true,-1,1.5,1e-9,\"\"]"),
    ("x", "123456789012345678901234567890"),
    ("x", "[\"\\\\\",\"\\/\",\"\\b\\f\\n\\r\\t\"]"),
    ("x", "{\"iss\":\"https://evil.example\",\"aud\":1,\"exp\":\"no\"}"),
    ("$serde_json", "1"),
    ("", "null"),
];

fn algorithms(forge: &Forge) -> Vec<Row> {
    let mut rows: Vec<_> = Algorithm::ALL
        .map(|algorithm| (algorithm.as_str().to_owned(), forge.good(algorithm).to_string()))
        .into();
    // RFC 9864 calls it by its full name.
    let ed25519 = header(&[("alg", "\"Ed25519\""), ("kid", "\"ed25519\"")]);
    let ed25519 = seal(&forge.ed25519, Algorithm::EdDsa, ed25519, claims(&[]));
    rows.push(("Ed25519".to_owned(), ed25519.to_string()));
    for algorithm in Algorithm::ALL {
        let header = header(&[("alg", &json!(algorithm.as_str()).to_string()), ("kid", "")]);
        let token = seal(forge.key(algorithm), algorithm, header, claims(&[]));
        rows.push((format!("{} without kid", algorithm.as_str()), token.to_string()));
    }
    rows
}

fn texts(forge: &Forge) -> Vec<Row> {
    let depth = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let spaced = |text: String| format!("\n\t{}\r\n ", text.replace(',', " ,\n ").replace("\":", "\" : "));
    let many: Vec<_> = (0..1000).map(|scope| format!("scope:{scope}")).collect();
    let rows = [
        (
            "white space in the header",
            forge.seal(spaced(header(&[])), claims(&[])),
        ),
        (
            "white space in the claims",
            forge.seal(header(&[]), spaced(claims(&[]))),
        ),
        (
            "an escaped name in the header",
            forge.seal(header(&[]).replace("kid", "\\u006bid"), claims(&[])),
        ),
        (
            "an escaped name in the claims",
            forge.seal(header(&[]), claims(&[]).replace("sub", "s\\u0075b")),
        ),
        ("a deep claim", forge.with_claims(&[("x", &depth(63))])),
        ("a deep member of the header", forge.with_header(&[("x", &depth(63))])),
        (
            "a thousand scopes",
            forge.with_claims(&[("scope", &json!(many.join(" ")).to_string())]),
        ),
        (
            "a long subject",
            forge.with_claims(&[("sub", &json!("a".repeat(8000)).to_string())]),
        ),
        (
            "no iat and the longest lifetime",
            forge.with_claims(&[("iat", ""), ("exp", "1800086460")]),
        ),
        (
            "iat after exp, within the leeway",
            forge.with_claims(&[("iat", "1800000050"), ("exp", "1800000040")]),
        ),
        (
            "no header member but alg",
            forge.with_header(&[("kid", ""), ("typ", "")]),
        ),
        (
            "a nonce, as old versions of Keycloak write it, and a scope",
            forge.with_claims(&[("nonce", "\"n\""), ("scope", "\"openid\"")]),
        ),
        (
            "like members in several objects",
            forge.with_claims(&[("x", "[{\"a\":1},{\"a\":1}]"), ("a", "1")]),
        ),
    ];
    rows.map(|(name, token)| (name.to_owned(), token)).into()
}

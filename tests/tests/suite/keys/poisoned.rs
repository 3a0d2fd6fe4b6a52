//! Key sets that a provider, or somebody in its place, should not have published.

use crate::tokens::forge::{Forge, changed, claims, encode, header, jwks, key_set, signed};
use aws_lc_rs::digest;
use serde_json::{Value, json};

/// Documents that hold nothing a token could be checked with.
pub(super) fn documents(forge: &Forge) -> Vec<(String, String)> {
    let good = &jwks(&[&forge.p256]);
    let key = &forge.p256.public_jwk().to_string();
    let twin = forge.foreign.with_kid("rsa");
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let keys = |keys: &str| format!("{{\"keys\":{keys}}}");
    let documents = [
        ("nothing", String::new()),
        ("a page", "<html><body>Sign in</body></html>".to_owned()),
        ("null", "null".to_owned()),
        ("a number", "1".to_owned()),
        ("an array", format!("[{key}]")),
        ("a key", key.clone()),
        ("an array of sets", format!("[{good}]")),
        ("a set in quotes", json!(good).to_string()),
        ("an empty object", "{}".to_owned()),
        ("keys of another case", good.replace("keys", "Keys")),
        ("keys are null", keys("null")),
        ("keys are an object", keys(&format!("{{\"p256\":{key}}}"))),
        ("keys are one key", keys(key)),
        ("no keys", keys("[]")),
        ("keys that are none", keys("[null,1,\"p256\",[],{}]")),
        ("a key in quotes", keys(&json!([key]).to_string())),
        ("a key in an array", keys(&format!("[[{key}]]"))),
        ("keys twice", format!("{{\"keys\":[{key}],\"keys\":[{key}]}}")),
        ("keys twice, escaped", format!("{{\"keys\":[],\"k\\u0065ys\":[{key}]}}")),
        (
            "a member of a key twice",
            good.replace("\"kty\"", "\"kty\":\"EC\",\"kty\""),
        ),
        (
            "something else twice",
            format!("{{\"x\":{{\"a\":1,\"a\":1}},\"keys\":[{key}]}}"),
        ),
        ("cut off", good.trim_end_matches('}').to_owned()),
        ("more behind it", format!("{good}{good}")),
        ("a byte order mark", format!("\u{feff}{good}")),
        ("too deep", format!("{{\"x\":{},\"keys\":[{key}]}}", nested(64))),
        (
            "JSON in a string",
            json!({"$serde_json::private::RawValue": good}).to_string(),
        ),
        (
            "keys in a string",
            keys(&json!({"$serde_json::private::RawValue": format!("[{key}]")}).to_string()),
        ),
        ("one kid for two keys", jwks(&[&forge.rsa, &twin])),
        ("one key twice", jwks(&[&forge.p256, &forge.p256])),
        (
            "one kid on two curves",
            jwks(&[&forge.p256.with_kid("ec"), &forge.p384.with_kid("ec")]),
        ),
    ];
    let documents = documents.map(|(name, document)| (name.to_owned(), document));
    let of_one_key = |(name, key): (String, Value)| (name, key_set(&[key]));
    documents
        .into_iter()
        .chain(self::keys(forge).into_iter().map(of_one_key))
        .collect()
}

/// Keys that are not to be used, each made from one that is.
pub(super) fn keys(forge: &Forge) -> Vec<(String, Value)> {
    let (rsa, ec, ed25519) = (
        forge.rsa.public_jwk(),
        forge.p256.public_jwk(),
        forge.ed25519.public_jwk(),
    );
    let mut keys = Vec::new();
    let mut add = |kind: &str, jwk: &Value, member: &str, value: Option<Value>| {
        let name = format!("{kind} with {member}: {value:?}");
        keys.push((name, changed(jwk.clone(), member, value)));
    };
    for (kind, jwk) in [("RSA", &rsa), ("EC", &ec), ("OKP", &ed25519)] {
        for (member, value) in [
            ("use", json!("enc")),
            ("use", json!("SIG")),
            ("use", json!(["sig"])),
            ("use", Value::Null),
            ("key_ops", json!([])),
            ("key_ops", json!(["sign"])),
            ("key_ops", json!(["encrypt", "wrapKey", "deriveBits"])),
            ("key_ops", json!("verify")),
            ("key_ops", Value::Null),
            ("kty", json!("oct")),
            ("kty", json!("rsa")),
            ("kty", json!("AKP")),
            ("kty", json!("")),
            ("kty", json!(["RSA", "EC", "OKP"])),
            ("kty", Value::Null),
            ("kid", json!(1)),
            ("kid", json!(["rsa", "p256", "ed25519"])),
            ("kid", Value::Null),
            ("alg", json!("none")),
            ("alg", json!("HS256")),
            ("alg", json!("RSA-OAEP")),
            ("alg", json!("ECDH-ES")),
            ("alg", json!("ES512")),
            ("alg", json!("rs256")),
            ("alg", json!(["RS256", "ES256", "EdDSA"])),
            ("alg", Value::Null),
            // What is private is known to more than the provider, once it is here.
            ("d", json!("AQAB")),
            ("p", json!("AQAB")),
            ("q", json!("AQAB")),
            ("dp", json!("AQAB")),
            ("dq", json!("AQAB")),
            ("qi", json!("AQAB")),
            ("oth", json!([])),
            ("k", json!("AQAB")),
            ("d", Value::Null),
        ] {
            add(kind, jwk, member, Some(value));
        }
        add(kind, jwk, "kty", None);
    }
    for algorithm in ["ES256", "ES384", "EdDSA"] {
        add("RSA", &rsa, "alg", Some(json!(algorithm)));
    }
    for algorithm in ["RS256", "ES384", "EdDSA"] {
        add("EC", &ec, "alg", Some(json!(algorithm)));
    }
    for algorithm in ["RS256", "ES256"] {
        add("OKP", &ed25519, "alg", Some(json!(algorithm)));
    }
    for n in moduli(&decode(&rsa, "n")) {
        add("RSA", &rsa, "n", n);
    }
    for e in exponents() {
        add("RSA", &rsa, "e", e);
    }
    for (x, y) in points(&decode(&ec, "x"), &decode(&ec, "y")) {
        add("EC", &changed(ec.clone(), "y", y), "x", x);
    }
    for curve in ["P-384", "P-521", "secp256k1", "p-256", "Ed25519", ""] {
        add("EC", &ec, "crv", Some(json!(curve)));
    }
    add("EC", &ec, "crv", None);
    for curve in ["X25519", "Ed448", "ed25519", "P-256", ""] {
        add("OKP", &ed25519, "crv", Some(json!(curve)));
    }
    add("OKP", &ed25519, "crv", None);
    let x = decode(&ed25519, "x");
    for x in [&x[..31], &[&x[..], &[0]].concat(), &[]] {
        add("OKP", &ed25519, "x", Some(json!(encode(x))));
    }
    for point in small_order() {
        add("OKP", &ed25519, "x", Some(json!(encode(point))));
    }
    add("OKP", &ed25519, "x", None);
    keys
}

/// Keys with which a signature can be made up, without anything secret, and a token so signed.
pub(super) fn forgeries(forge: &Forge) -> Vec<(String, Value, String)> {
    let rsa = forge.rsa.public_jwk();
    let length = decode(&rsa, "n").len();
    // With the exponent 1, a signature is what it signs.
    let token = signed(header(&[]), claims(&[]), |message| padded(message, length));
    let of_one = changed(rsa, "e", Some(json!("AQ")));
    let mut forgeries = vec![("e = 1".to_owned(), of_one, token.to_string())];
    // With a key of small order, R = A and S = 0 are a signature of one message in eight or more.
    for point in small_order() {
        let key = changed(forge.ed25519.public_jwk(), "x", Some(json!(encode(point))));
        for number in 0..16 {
            let header = header(&[("alg", "\"EdDSA\""), ("kid", "\"ed25519\"")]);
            let claims = claims(&[("jti", &number.to_string())]);
            let identity = [&[1][..], &[0; 63]].concat();
            let token = signed(header, claims, |_| identity);
            forgeries.push((format!("point {point:02x?}"), key.clone(), token.to_string()));
        }
    }
    forgeries
}

fn moduli(n: &[u8]) -> Vec<Option<Value>> {
    let number = |bytes: &[u8]| Some(json!(encode(bytes)));
    let mut odd_2047 = n.to_vec();
    odd_2047[0] = 0x7f;
    let mut even = n.to_vec();
    even[255] &= 0xfe;
    let of_8193_bits = [&[1][..], &n.repeat(4)].concat();
    vec![
        number(&n[128..]),
        number(&[&[0x80][..], &n[129..]].concat()),
        number(&odd_2047),
        number(&even),
        number(&[&[0], n].concat()),
        number(&[&vec![0; 256], n].concat()),
        number(&of_8193_bits),
        number(&n.repeat(8)),
        number(&[]),
        number(&[0; 256]),
        Some(json!(format!("{}=", encode(n)))),
        Some(json!(encode(n).replace(['-', '_'], "+"))),
        Some(json!(format!(" {}", encode(n)))),
        Some(json!(65537)),
        Some(Value::Null),
        None,
    ]
}

fn exponents() -> Vec<Option<Value>> {
    let numbers: [&[u8]; 15] = [
        &[],
        &[0],
        &[1],
        &[2],
        &[3],
        &[17],
        &[1, 1],
        &[0xff, 0xff],
        &[1, 0, 0],
        &[1, 0, 2],
        &[0, 1, 0, 1],
        &[0, 0, 3],
        &[1, 0, 0, 0, 1],
        &[1; 9],
        &[0xff; 256],
    ];
    let numbers = numbers.into_iter().map(|bytes| Some(json!(encode(bytes))));
    numbers
        .chain([Some(json!("AQAB=")), Some(json!(65537)), Some(Value::Null), None])
        .collect()
}

/// Points that are not on P-256, or not written as they should be.
fn points(x: &[u8], y: &[u8]) -> Vec<(Option<Value>, Option<Value>)> {
    let number = |bytes: &[u8]| Some(json!(encode(bytes)));
    let mut beside = y.to_vec();
    beside[31] ^= 1;
    vec![
        (number(x), number(&beside)),
        (number(y), number(x)),
        (number(x), number(x)),
        (number(&[0; 32]), number(&[0; 32])),
        (number(&[0xff; 32]), number(&[0xff; 32])),
        (number(&x[1..]), number(y)),
        (number(x), number(&y[..31])),
        (number(&[&[0], x].concat()), number(&[&[0], y].concat())),
        (number(&[x, y].concat()), number(&[])),
        (number(&[]), number(&[x, y].concat())),
        (number(x), None),
        (None, number(y)),
        (number(x), Some(json!(1))),
        (number(x), Some(json!(format!("{}=", encode(y))))),
    ]
}

/// Every way to write one of the eight points of small order of Curve25519, with either sign of `x`.
pub(super) fn small_order() -> Vec<[u8; 32]> {
    let number = |low: u8, rest: u8, high: u8| {
        let mut bytes = [rest; 32];
        bytes[0] = low;
        bytes[31] = high;
        bytes
    };
    let of_order_8 = [
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ];
    let of_order_8 = of_order_8.map(|text| {
        let digits: Vec<u8> = text
            .chars()
            .map(|digit| u8::try_from(digit.to_digit(16).unwrap()).unwrap())
            .collect();
        let bytes: Vec<u8> = digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect();
        <[u8; 32]>::try_from(bytes).unwrap()
    });
    let others = [
        number(0, 0, 0),
        number(1, 0, 0),
        number(0xec, 0xff, 0x7f),
        number(0xed, 0xff, 0x7f),
        number(0xee, 0xff, 0x7f),
    ];
    let positive = of_order_8.into_iter().chain(others);
    let with_sign = |mut point: [u8; 32]| {
        let unsigned = point;
        point[31] |= 0x80;
        [unsigned, point]
    };
    positive.flat_map(with_sign).collect()
}

/// What RS256 signs: the hash, padded to this many bytes (RFC 8017 section 9.2).
fn padded(message: &[u8], length: usize) -> Vec<u8> {
    const SHA256: [u8; 19] = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
        0x20,
    ];
    let hash = digest::digest(&digest::SHA256, message);
    let filling = length - 3 - SHA256.len() - hash.as_ref().len();
    [&[0, 1], &vec![0xff; filling][..], &[0], &SHA256, hash.as_ref()].concat()
}

fn decode(jwk: &Value, member: &str) -> Vec<u8> {
    crate::tokens::forge::decode(jwk[member].as_str().unwrap())
}

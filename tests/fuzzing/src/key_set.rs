//! The key set of an issuer.

use crate::naive::Tree;
use crate::party::{decode, own_point, seal, validate, validator};
use crate::token::GOOD_CLAIMS;
use toolgate::JwtValidator;

/// Members that only a private or a shared key has.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The input is a JWKS document.
///
/// 1. One that is accepted is strict JSON, with `keys` of which one at least is public and of a type we know (R8, R10, R16).
/// 2. A token is accepted only if the document has the very key that it was signed with.
/// 3. What was signed with nothing is never accepted.
pub fn key_set(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let Ok(validator) = validator(text) else {
        return;
    };
    let tree = Tree::read(input).unwrap();
    assert!(tree.is_strict());
    let keys = tree.member("keys").and_then(Tree::list).unwrap();
    assert!(keys.len() <= 100, "{} keys", keys.len());
    let public: Vec<&Tree> = keys.iter().filter(|key| is_public(key)).collect();
    assert!(!public.is_empty(), "no key that could be used");
    let own = seal(r#"{"alg":"EdDSA"}"#, GOOD_CLAIMS);
    if is_accepted(&validator, &own) {
        let has_it = |key: &&Tree| key.member("x").and_then(Tree::text).and_then(decode) == Some(own_point());
        assert!(public.iter().any(has_it), "accepted without its key");
    }
    let unsigned = own
        .rsplit_once('.')
        .map(|(message, _)| format!("{message}.AA"))
        .unwrap();
    assert!(!is_accepted(&validator, &unsigned));
}

fn is_accepted(validator: &JwtValidator, token: &str) -> bool {
    validate(validator, token).is_some_and(|result| result.is_ok())
}

fn is_public(key: &Tree) -> bool {
    let kty = key.member("kty").and_then(Tree::text);
    matches!(kty, Some("RSA" | "EC" | "OKP")) && !PRIVATE.iter().any(|member| key.has(member))
}

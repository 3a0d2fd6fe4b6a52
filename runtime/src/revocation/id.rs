//! What a token is known by when it is revoked.

use crate::claims::ClaimSet;
use crate::strict_json;
use aws_lc_rs::digest::{Context, SHA256};
use serde_json::Value;

/// Separates these from everything else that might ever be hashed.
const DOMAIN: &[u8] = b"toolgate token id 1";

/// Stands for one token of one issuer.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub(crate) struct TokenId(pub(crate) [u8; 32]);

impl TokenId {
    /// The issuer and the `jti` that it must not give twice (RFC 7519 section 4.1.7), or all claims if there is none: what was
    /// signed. The text of a token would not do. Whoever has a token can often make another text of it that is as good: with
    /// the other of the two ECDSA signatures, say.
    ///
    /// Claims that an issuer told about a token are not the token's: see [`of_text`](Self::of_text).
    pub(super) fn of(claims: &ClaimSet) -> Self {
        let issuer = &claims.principal.issuer;
        // They were read when the token was validated.
        let members = strict_json::object_from_slice(claims.raw.as_bytes()).unwrap_or_default();
        match members.get("jti") {
            Some(Value::String(jti)) if !jti.is_empty() => Self::of_jti(issuer, jti),
            _ => Self::hash(b'c', &[issuer, &claims.principal.subject, &claims.raw]),
        }
    }

    pub(super) fn of_jti(issuer: &str, jti: &str) -> Self {
        Self::hash(b'j', &[issuer, jti])
    }

    /// The issuer and the text of a token about which it told no `jti`: what else it tells may be another thing each time. Of a
    /// token in JWT form the text is what was signed.
    #[cfg(feature = "introspection")]
    pub(crate) fn of_text(issuer: &str, text: &str) -> Self {
        Self::hash(b't', &[issuer, text])
    }

    /// Before each part stands its length, so that no two lists of parts are one.
    fn hash(kind: u8, parts: &[&str]) -> Self {
        let mut hash = Context::new(&SHA256);
        hash.update(DOMAIN);
        hash.update(&[kind]);
        for part in parts {
            hash.update(&(part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let mut id = [0; 32];
        id.iter_mut()
            .zip(hash.finish().as_ref())
            .for_each(|(to, from)| *to = *from);
        Self(id)
    }
}

impl ClaimSet {
    /// What the token is known by when it is revoked. Found out once.
    pub(crate) fn token_id(&self) -> &TokenId {
        self.token_id.get_or_init(|| TokenId::of(self))
    }
}

impl std::fmt::Debug for TokenId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenId(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::TokenId;
    use crate::caller::PrincipalKind;
    use crate::claims::ClaimSet;

    fn id(issuer: &str, raw: &str) -> TokenId {
        let mut claims = ClaimSet::of(issuer.into(), "alice", PrincipalKind::User);
        claims.raw = raw.into();
        *claims.token_id()
    }

    #[test]
    fn a_token_is_its_issuer_and_its_jti_or_all_that_was_signed() {
        let all = [
            id("i", r#"{"jti":"a","sub":"x"}"#),
            id("i", r#"{"jti":"b","sub":"x"}"#),
            id("ia", r#"{"jti":"","sub":"x"}"#),
            id("j", r#"{"jti":"a","sub":"x"}"#),
            id("i", r#"{"jti":1,"sub":"x"}"#),
            id("i", r#"{"sub":"x"}"#),
            id("i", r#"{"sub":"y"}"#),
            id("i", "a"),
            id("", "ia"),
        ];
        for (i, one) in all.iter().enumerate() {
            for (j, other) in all.iter().enumerate() {
                assert_eq!(one == other, i == j, "{i} {j}");
            }
        }
        // The rest of a token with a `jti` may be read anew, and then stands in another order.
        assert_eq!(all[0], id("i", r#"{"sub":"x","jti":"a"}"#));
        assert_eq!(all[0], TokenId::of_jti("i", "a"));
    }
}

//! Tokens, as a provider would issue them and as nobody should.

use crate::algorithm::Algorithm;
use crate::keys::{SigningKey, encode};
use serde_json::{Map, Value, json};
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const HOUR: Duration = Duration::from_hours(1);

/// A token to be. Without further words: an access token (RFC 9068) signed with RS256, about the subject, for the client
/// `demo`, valid for an hour, **for no audience**.
#[must_use = "a builder does nothing until `.mint()`"]
pub struct TokenBuilder {
    keys: Vec<SigningKey>,
    key: Option<SigningKey>,
    algorithm: Algorithm,
    /// Over what the algorithm and key say; `None` takes a member away.
    header: Vec<(String, Option<Value>)>,
    claims: Map<String, Value>,
    raw_header: Option<String>,
    raw_claims: Option<String>,
    flaw: Option<Flaw>,
}

#[derive(Clone, Copy)]
enum Flaw {
    Tampered,
    Foreign,
    Unsigned,
}

/// The three parts of a token, each in base64url as it stands between the dots, for tests that recombine them.
#[derive(Clone)]
pub struct Parts {
    /// The header.
    pub header: String,
    /// The claims.
    pub payload: String,
    /// The signature; empty for an unsigned token.
    pub signature: String,
}

impl TokenBuilder {
    pub(crate) fn new(issuer: &str, subject: &str, keys: Vec<SigningKey>) -> Self {
        let mut claims = Map::new();
        claims.insert("iss".to_owned(), issuer.into());
        claims.insert("sub".to_owned(), subject.into());
        claims.insert("client_id".to_owned(), "demo".into());
        claims.insert("jti".to_owned(), random_id().into());
        let builder = Self {
            keys,
            key: None,
            algorithm: Algorithm::Rs256,
            header: Vec::new(),
            claims,
            raw_header: None,
            raw_claims: None,
            flaw: None,
        };
        let now = seconds_since_epoch();
        builder.claim("iat", now).expires_in(HOUR)
    }

    /// Sets the audience (`aud`). For several, use [`claim`](Self::claim).
    pub fn audience(self, audience: &str) -> Self {
        self.claim("aud", audience)
    }

    /// Sets the scopes (`scope`, separated by spaces).
    pub fn scopes<'a>(self, scopes: impl IntoIterator<Item = &'a str>) -> Self {
        let scopes: Vec<&str> = scopes.into_iter().collect();
        self.claim("scope", scopes.join(" "))
    }

    /// Sets the roles (`roles`).
    pub fn roles<'a>(self, roles: impl IntoIterator<Item = &'a str>) -> Self {
        self.claim("roles", roles.into_iter().collect::<Vec<_>>())
    }

    /// Sets the tenant (`tenant_id`).
    pub fn tenant(self, tenant: &str) -> Self {
        self.claim("tenant_id", tenant)
    }

    /// Sets the client that the token is issued to (`client_id`).
    pub fn client_id(self, client: &str) -> Self {
        self.claim("client_id", client)
    }

    /// Sets a claim, to a value of any type.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Takes a claim away.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Sets the expiry (`exp`), from now, in whole seconds.
    pub fn expires_in(self, lifetime: Duration) -> Self {
        self.claim("exp", seconds_since_epoch().saturating_add(lifetime.as_secs()))
    }

    /// Makes it a token that was issued two hours ago and expired one hour ago.
    pub fn expired(self) -> Self {
        let now = seconds_since_epoch();
        let hour = HOUR.as_secs();
        self.claim("iat", now.saturating_sub(2 * hour))
            .claim("exp", now.saturating_sub(hour))
    }

    /// Signs with this algorithm, and the provider's newest key for it.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Signs with this key, published or not. It must be of the kind that the algorithm needs.
    pub fn key(mut self, key: &SigningKey) -> Self {
        self.key = Some(key.clone());
        self
    }

    /// Sets a member of the header, over what the algorithm and the key say. The signature stays theirs.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.push((name.to_owned(), Some(value.into())));
        self
    }

    /// Takes a member of the header away.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.push((name.to_owned(), None));
        self
    }

    /// Sets the whole header, as JSON text that is signed as it is: for repeated members and whatever else is wrong.
    pub fn raw_header(mut self, json: &str) -> Self {
        self.raw_header = Some(json.to_owned());
        self
    }

    /// Sets all claims, as JSON text that is signed as it is.
    pub fn raw_claims(mut self, json: &str) -> Self {
        self.raw_claims = Some(json.to_owned());
        self
    }

    /// Changes the claims after signing: the subject becomes `not-` and what it was. To claims given as text a space is
    /// appended.
    pub fn tampered(mut self) -> Self {
        self.flaw = Some(Flaw::Tampered);
        self
    }

    /// Signs with a key that the provider does not publish, under the id of one that it does.
    pub fn foreign(mut self) -> Self {
        self.flaw = Some(Flaw::Foreign);
        self
    }

    /// Leaves the signature away and says so in the header (`alg: none`).
    pub fn unsigned(mut self) -> Self {
        self.flaw = Some(Flaw::Unsigned);
        self
    }

    /// The token, in compact form.
    ///
    /// # Panics
    ///
    /// If [`key`](Self::key) was given one that does not fit the algorithm.
    #[must_use]
    pub fn mint(self) -> String {
        self.mint_parts().to_string()
    }

    /// The token in its parts.
    ///
    /// # Panics
    ///
    /// If [`key`](Self::key) was given one that does not fit the algorithm.
    #[must_use]
    pub fn mint_parts(self) -> Parts {
        let key = self.signing_key();
        let header = encode(self.header_text(key.kid()).as_bytes());
        let payload = encode(self.claims_text().as_bytes());
        let message = format!("{header}.{payload}");
        let sign = |key: &SigningKey| encode(&key.sign(self.algorithm, message.as_bytes()));
        let (payload, signature) = match self.flaw {
            None => (payload, sign(&key)),
            Some(Flaw::Foreign) => (payload, sign(&SigningKey::foreign(key.kind()))),
            Some(Flaw::Unsigned) => (payload, String::new()),
            Some(Flaw::Tampered) => (encode(self.tampered_claims_text().as_bytes()), sign(&key)),
        };
        Parts {
            header,
            payload,
            signature,
        }
    }

    /// The key that was asked for, or the newest that is published for the algorithm, or the one there was at first.
    fn signing_key(&self) -> SigningKey {
        let kind = self.algorithm.key_kind();
        let newest = || self.keys.iter().rfind(|key| key.kind() == kind).cloned();
        let key = self.key.clone().or_else(newest);
        key.unwrap_or_else(|| SigningKey::first(kind))
    }

    fn header_text(&self, kid: &str) -> String {
        if let Some(text) = &self.raw_header {
            return text.clone();
        }
        let algorithm = match self.flaw {
            Some(Flaw::Unsigned) => "none",
            _ => self.algorithm.as_str(),
        };
        let mut header = Map::new();
        header.insert("typ".to_owned(), "at+jwt".into());
        header.insert("alg".to_owned(), algorithm.into());
        header.insert("kid".to_owned(), kid.into());
        for (name, value) in &self.header {
            match value {
                Some(value) => header.insert(name.clone(), value.clone()),
                None => header.remove(name),
            };
        }
        Value::Object(header).to_string()
    }

    fn claims_text(&self) -> String {
        let claims = || json!(self.claims).to_string();
        self.raw_claims.clone().unwrap_or_else(claims)
    }

    fn tampered_claims_text(&self) -> String {
        if let Some(text) = &self.raw_claims {
            return format!("{text} ");
        }
        let mut claims = self.claims.clone();
        let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
        let other = format!("not-{subject}");
        claims.insert("sub".to_owned(), other.into());
        Value::Object(claims).to_string()
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.header, self.payload, self.signature)
    }
}

pub(crate) fn seconds_since_epoch() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

/// An id that no other token has.
pub(crate) fn random_id() -> String {
    let mut id = [0; 16];
    // Without randomness there would have been no key: what is left then is an id of zeros.
    let _ = aws_lc_rs::rand::fill(&mut id);
    encode(&id)
}

#[cfg(test)]
mod tests {
    use crate::{Algorithm, IdentityProvider, KeyKind, SigningKey, TokenBuilder};
    use jsonwebtoken::errors::ErrorKind;
    use jsonwebtoken::jwk::JwkSet;
    use jsonwebtoken::{DecodingKey, TokenData, Validation, decode, decode_header};
    use serde_json::{Value, json};
    use std::time::Duration;

    const AUDIENCE: &str = "http://127.0.0.1/mcp";

    /// Reads a token as a server would that trusts the provider's key set.
    fn verify(provider: &IdentityProvider, token: &str) -> Result<TokenData<Value>, ErrorKind> {
        let header = decode_header(token).map_err(|error| error.kind().clone())?;
        let keys: JwkSet = serde_json::from_value(provider.jwks()).unwrap();
        let key = keys
            .find(header.kid.as_deref().unwrap())
            .ok_or(ErrorKind::InvalidKeyFormat)?;
        let mut validation = Validation::new(header.alg);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[provider.issuer()]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let key = DecodingKey::from_jwk(key).unwrap();
        decode(token, &key, &validation).map_err(|error| error.kind().clone())
    }

    type Fault = fn(TokenBuilder) -> TokenBuilder;

    async fn verify_fault(fault: Fault) -> Result<TokenData<Value>, ErrorKind> {
        let provider = IdentityProvider::start().await.unwrap();
        let token = fault(provider.token("alice").audience(AUDIENCE)).mint();
        verify(&provider, &token)
    }

    #[tokio::test]
    async fn every_algorithm_verifies() {
        let provider = IdentityProvider::start().await.unwrap();
        for algorithm in Algorithm::ALL {
            let token = provider.token("alice").audience(AUDIENCE).algorithm(algorithm).mint();
            let data = verify(&provider, &token).unwrap_or_else(|error| panic!("{algorithm:?}: {error:?}"));
            assert_eq!(json!(data.header.alg), algorithm.as_str());
        }
    }

    #[tokio::test]
    async fn claims_and_header_are_those_of_an_access_token() {
        let provider = IdentityProvider::start().await.unwrap();
        let token = provider
            .token("alice")
            .audience(AUDIENCE)
            .tenant("acme")
            .client_id("shop");
        let token = token.scopes(["read:tools", "write:tools"]).roles(["manager"]).mint();
        let TokenData { header, claims, .. } = verify(&provider, &token).unwrap();
        assert_eq!(header.typ.as_deref(), Some("at+jwt"));
        assert_eq!(header.kid.as_deref(), Some("rsa-1"));
        for (name, expected) in [
            ("iss", json!(provider.issuer())),
            ("sub", json!("alice")),
            ("aud", json!(AUDIENCE)),
            ("client_id", json!("shop")),
            ("scope", json!("read:tools write:tools")),
            ("roles", json!(["manager"])),
            ("tenant_id", json!("acme")),
        ] {
            assert_eq!(claims[name], expected, "{name}");
        }
        assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 3600);
        let other = verify(&provider, &provider.token("alice").audience(AUDIENCE).mint()).unwrap();
        assert_eq!(other.claims["client_id"], "demo");
        assert_ne!(other.claims["jti"], claims["jti"]);
    }

    #[tokio::test]
    async fn bad_tokens_are_bad_in_the_way_they_say() {
        assert!(verify_fault(|token| token).await.is_ok());
        let cases: [(Fault, ErrorKind); 7] = [
            (TokenBuilder::expired, ErrorKind::ExpiredSignature),
            (TokenBuilder::tampered, ErrorKind::InvalidSignature),
            (|token| token.raw_claims("{}").tampered(), ErrorKind::InvalidSignature),
            (TokenBuilder::foreign, ErrorKind::InvalidSignature),
            (
                |token| token.algorithm(Algorithm::EdDsa).foreign(),
                ErrorKind::InvalidSignature,
            ),
            (
                |token| token.audience("http://127.0.0.1/other"),
                ErrorKind::InvalidAudience,
            ),
            (
                |token| token.without("sub"),
                ErrorKind::MissingRequiredClaim("sub".to_owned()),
            ),
        ];
        for (index, (fault, expected)) in cases.into_iter().enumerate() {
            assert_eq!(verify_fault(fault).await.err(), Some(expected), "case {index}");
        }
    }

    #[tokio::test]
    async fn tampered_claims_are_still_readable() {
        let provider = IdentityProvider::start().await.unwrap();
        let parts = provider.token("alice").tampered().mint_parts();
        assert_eq!(claims(&parts.payload)["sub"], "not-alice");
    }

    #[tokio::test]
    async fn texts_are_signed_as_they_are() {
        let provider = IdentityProvider::start().await.unwrap();
        let header = r#"{"alg":"RS256","kid":"rsa-1","kid":"rsa-1"}"#;
        let raw_claims = r#"{"sub":"alice","sub":"bob","exp":"soon"}"#;
        let parts = provider
            .token("alice")
            .raw_header(header)
            .raw_claims(raw_claims)
            .mint_parts();
        assert_eq!(text(&parts.header), header);
        assert_eq!(text(&parts.payload), raw_claims);
        let message = format!("{}.{}", parts.header, parts.payload);
        let key = SigningKey::first(KeyKind::Rsa);
        // PKCS #1 v1.5 is deterministic.
        assert_eq!(
            parts.signature,
            crate::keys::encode(&key.sign(Algorithm::Rs256, message.as_bytes()))
        );
    }

    #[tokio::test]
    async fn the_header_can_lie() {
        let provider = IdentityProvider::start().await.unwrap();
        let token = provider
            .token("alice")
            .header("alg", "HS256")
            .header("crit", json!(["b64"]));
        let header = claims(&token.without_header("typ").mint_parts().header);
        assert_eq!(header, json!({"alg": "HS256", "crit": ["b64"], "kid": "rsa-1"}));
        let unsigned = provider.token("alice").unsigned().mint();
        assert!(unsigned.ends_with('.'));
        let (header, _) = unsigned.split_once('.').unwrap();
        assert_eq!(claims(header)["alg"], "none");
    }

    #[tokio::test]
    async fn the_newest_published_key_signs() {
        let provider = IdentityProvider::start().await.unwrap();
        let mint = || {
            provider
                .token("alice")
                .audience(AUDIENCE)
                .algorithm(Algorithm::Es256)
                .mint()
        };
        let old = mint();
        provider.add_key(SigningKey::generate(KeyKind::P256, "p256-2"));
        let new = mint();
        assert_eq!(decode_header(&new).unwrap().kid.as_deref(), Some("p256-2"));
        assert!(verify(&provider, &old).is_ok());
        assert!(verify(&provider, &new).is_ok());

        let withdrawn = provider.remove_key("p256-2").unwrap();
        assert!(verify(&provider, &new).is_err());
        assert!(verify(&provider, &mint()).is_ok());
        let token = provider
            .token("alice")
            .algorithm(Algorithm::Es256)
            .key(&withdrawn)
            .mint();
        assert_eq!(decode_header(token).unwrap().kid.as_deref(), Some("p256-2"));
    }

    #[tokio::test]
    #[should_panic(expected = "ES256 needs a key of kind P256, not Rsa")]
    async fn a_key_of_another_kind_does_not_sign() {
        let provider = IdentityProvider::start().await.unwrap();
        let token = provider.token("alice").algorithm(Algorithm::Es256);
        let _ = token.key(&SigningKey::first(KeyKind::Rsa)).mint();
    }

    #[tokio::test]
    async fn lifetimes_are_counted_from_now() {
        let provider = IdentityProvider::start().await.unwrap();
        let token = provider
            .token("alice")
            .audience(AUDIENCE)
            .expires_in(Duration::from_secs(90))
            .mint();
        let claims = verify(&provider, &token).unwrap().claims;
        let lifetime = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
        assert!((90..=91).contains(&lifetime), "{lifetime}");
    }

    fn text(part: &str) -> String {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn claims(part: &str) -> Value {
        serde_json::from_str(&text(part)).unwrap()
    }
}

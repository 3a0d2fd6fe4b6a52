//! Tokens, as a provider would issue them and as nobody should.

use crate::keys::{Algorithm, SigningKey, encode};
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
    fault: Option<Fault>,
}

#[derive(Clone, Copy)]
enum Fault {
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
            fault: None,
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
        self.fault = Some(Fault::Tampered);
        self
    }

    /// Signs with a key that the provider does not publish, under the id of one that it does.
    pub fn foreign(mut self) -> Self {
        self.fault = Some(Fault::Foreign);
        self
    }

    /// Leaves the signature away and says so in the header (`alg: none`).
    pub fn unsigned(mut self) -> Self {
        self.fault = Some(Fault::Unsigned);
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
        let (payload, signature) = match self.fault {
            None => (payload, sign(&key)),
            Some(Fault::Foreign) => (payload, sign(&SigningKey::foreign(key.kind()))),
            Some(Fault::Unsigned) => (payload, String::new()),
            Some(Fault::Tampered) => (encode(self.tampered_claims_text().as_bytes()), sign(&key)),
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
        let algorithm = match self.fault {
            Some(Fault::Unsigned) => "none",
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

fn seconds_since_epoch() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

/// An id that no other token has.
fn random_id() -> String {
    let mut id = [0; 16];
    // Without randomness there would have been no key: what is left then is an id of zeros.
    let _ = aws_lc_rs::rand::fill(&mut id);
    encode(&id)
}

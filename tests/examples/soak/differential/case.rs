//! A token, what we made of it, and what it says.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fuzzing::naive::Tree;
use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use toolgate::validator::ValidateError;
use toolgate::{BearerToken, JwtValidator, Validator as _};

pub(super) struct Case<'a> {
    pub(super) token: &'a str,
    /// `None` for accepted.
    refusal: Option<String>,
    /// Its parts, if there are three and each is canonical base64url; as JSON, if it is.
    pub(super) parts: Option<[Part; 2]>,
}

pub(super) struct Part {
    pub(super) tree: Option<Tree>,
}

impl<'a> Case<'a> {
    pub(super) async fn new(token: &'a str, validator: &JwtValidator) -> Self {
        let refusal = match bearer(token) {
            None => Some("no bearer token".to_owned()),
            Some(bearer) => match validator.validate(&bearer).await {
                Ok(_) => None,
                Err(ValidateError::Token(error)) => Some(error.to_string()),
                Err(other) => panic!("keys that are given are always there: {other}"),
            },
        };
        Self {
            token,
            refusal,
            parts: parts(token),
        }
    }

    pub(super) fn is_accepted(&self) -> bool {
        self.refusal.is_none()
    }

    pub(super) fn verdict(&self) -> &str {
        self.refusal.as_deref().unwrap_or("ok")
    }

    /// The header and the claims, as JSON.
    pub(super) fn trees(&self) -> Option<(&Tree, &Tree)> {
        let [header, claims] = self.parts.as_ref()?;
        Some((header.tree.as_ref()?, claims.tree.as_ref()?))
    }
}

fn bearer(token: &str) -> Option<BearerToken> {
    let value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
    let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
    BearerToken::from_headers(&headers).ok()?
}

fn parts(token: &str) -> Option<[Part; 2]> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        return None;
    };
    let canonical = |part: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
        (URL_SAFE_NO_PAD.encode(&bytes) == part).then_some(bytes)
    };
    canonical(signature)?;
    let part = |part: &str| {
        Some(Part {
            tree: Tree::read(&canonical(part)?),
        })
    };
    Some([part(header)?, part(claims)?])
}

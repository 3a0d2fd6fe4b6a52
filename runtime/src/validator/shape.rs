//! What a token looks like, before anything of it is proven.

use super::TokenError;
use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use std::borrow::Cow;

/// What a token looks like. Nobody is let in because of it: it only says who could be asked about the token.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Shape {
    /// A signed token in compact form, of this issuer by its own word.
    Jwt(Box<str>),
    /// Something that only its issuer can read.
    Opaque,
}

/// Reads whatever a foreign parser might take for base64url, so that nothing which is a JWT to somebody is opaque to us.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow)]
    iss: Cow<'a, str>,
}

impl Shape {
    /// What of a token cannot be written in another way that its issuer would take as well: of a JWT what was signed, of any other
    /// all of it.
    #[cfg(feature = "introspection")]
    pub(super) fn essence<'t>(&self, token: &'t str) -> &'t str {
        match self {
            Self::Jwt(_) => token.rsplit_once('.').map_or(token, |(signed, _)| signed),
            Self::Opaque => token,
        }
    }

    /// Looks at a token (MCP-27, JB-07).
    ///
    /// 1. It is opaque unless it has dots and begins with something that reads as a JSON object.
    /// 2. What begins like that has three parts, and a payload with one `iss`, which is a string; else it is malformed. Encrypted
    ///    tokens (JWE) are, too: whose they are cannot be seen.
    ///
    /// So a token that might be another issuer's is never taken for one that somebody else should be shown.
    pub(super) fn of(token: &str) -> Result<Self, TokenError> {
        let mut parts = token.split('.');
        let (Some(header), Some(payload)) = (parts.next(), parts.next()) else {
            return Ok(Self::Opaque);
        };
        if !begins_an_object(header) {
            return Ok(Self::Opaque); // 1
        }
        if parts.count() != 1 {
            return Err(TokenError::Malformed); // 2
        }
        let payload = LENIENT.decode(payload).map_err(|_| TokenError::Malformed)?;
        if !starts_with_brace(&payload) {
            // `serde` would take the elements of an array for members.
            return Err(TokenError::Payload);
        }
        let payload: Payload<'_> = serde_json::from_slice(&payload).map_err(|_| TokenError::Payload)?;
        Ok(Self::Jwt(payload.iss.into()))
    }
}

fn begins_an_object(header: &str) -> bool {
    let characters = header.trim_end_matches('=');
    // A single character after whole groups of four says nothing; others may just leave it out.
    let odd = usize::from(characters.len() % 4 == 1);
    let readable = characters.get(..characters.len() - odd).unwrap_or_default();
    LENIENT.decode(readable).is_ok_and(|header| starts_with_brace(&header))
}

fn starts_with_brace(text: &[u8]) -> bool {
    text.trim_ascii_start().first() == Some(&b'{')
}

#[cfg(test)]
mod tests {
    use super::Shape;
    use crate::validator::TokenError;
    use base64::Engine as _;
    use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};

    fn encode(text: &str) -> String {
        URL_SAFE_NO_PAD.encode(text)
    }

    #[test]
    fn mcp_27_tells_whose_a_jwt_says_to_be() {
        let header = encode(r#"{"alg":"RS256"}"#);
        for (payload, expected) in [
            (
                r#"{"iss":"https://a.example"}"#,
                Ok(Shape::Jwt("https://a.example".into())),
            ),
            (
                r#"{"x":[{}],"iss":"https:\/\/a.example"}"#,
                Ok(Shape::Jwt("https://a.example".into())),
            ),
            (r#"{"iss":""}"#, Ok(Shape::Jwt("".into()))),
            (r#"{"iss":"a","iss":"b"}"#, Err(TokenError::Payload)),
            (r#"{"iss":"a","\u0069ss":"b"}"#, Err(TokenError::Payload)),
            (r#"{"iss":["a"]}"#, Err(TokenError::Payload)),
            (r#"{"iss":null}"#, Err(TokenError::Payload)),
            (r#"{"Iss":"a"}"#, Err(TokenError::Payload)),
            (r#"["a"]"#, Err(TokenError::Payload)),
            ("{}", Err(TokenError::Payload)),
            ("a", Err(TokenError::Payload)),
        ] {
            assert_eq!(
                Shape::of(&format!("{header}.{}.x", encode(payload))),
                expected,
                "{payload}"
            );
        }
    }

    #[test]
    fn mcp_27_what_might_be_a_jwt_is_not_opaque() {
        let payload = encode(r#"{"iss":"a"}"#);
        for header in [
            r#"{"alg":"RS256"}"#,
            r#"{"alg":"RS256","alg":"RS256"}"#,
            "{",
            " \r\n\t{\"a",
            r#"{"a":1}  "#,
        ] {
            for encoded in [encode(header), URL_SAFE.encode(header)] {
                let three = format!("{encoded}.{payload}.x");
                assert!(matches!(Shape::of(&three), Ok(Shape::Jwt(_)) | Err(_)), "{header}");
                for token in [
                    format!("{encoded}.{payload}"),
                    format!("{encoded}.{payload}.a.b.c"),
                    format!("{encoded}.."),
                    format!("{encoded}.%.x"),
                ] {
                    assert!(Shape::of(&token).is_err(), "{token}");
                }
            }
        }
    }

    #[test]
    fn mcp_27_everything_else_is_opaque() {
        let object = encode(r#"{"a":1}"#);
        for token in [
            "x",
            "a.b.c",
            "v4.public.abc",
            "",
            ".",
            "..",
            "a.b.c~+/==",
            &object,
            &format!("{object}~"),
        ] {
            assert_eq!(Shape::of(token), Ok(Shape::Opaque), "{token}");
        }
    }
}

//! The `Authorization` headers of a request.

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use toolgate::BearerToken;
use toolgate::plumbing::{CredentialsError, MAX_TOKEN_BYTES};

/// Each line of the input is the value of one `Authorization` header.
pub fn header(input: &[u8]) {
    let mut headers = HeaderMap::new();
    let lines: Vec<&[u8]> = input.split(|byte| *byte == b'\n').collect();
    for line in &lines {
        let Ok(value) = HeaderValue::from_bytes(line) else {
            return;
        };
        headers.append(AUTHORIZATION, value);
    }
    let expected = match lines.as_slice() {
        [line] => expected(line),
        _ => Err(CredentialsError::Repeated),
    };
    let read = BearerToken::from_headers(&headers);
    assert_eq!(read.as_ref().map(Option::is_some).map_err(|error| *error), expected);
    if let Ok(Some(token)) = read {
        assert_eq!(format!("{token:?}"), "BearerToken(..)");
    }
}

/// Whether there is a token (R15, R20): character by character, as RFC 9110 and RFC 6750 have it.
fn expected(line: &[u8]) -> Result<bool, CredentialsError> {
    let line: Vec<char> = line.iter().map(|byte| char::from(*byte)).collect();
    let scheme: String = line.iter().take_while(|c| **c != ' ').collect();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(false);
    }
    let token: Vec<char> = line.iter().skip(scheme.len() + 1).copied().collect();
    let text = token.iter().take_while(|c| **c != '=').count();
    let is_token = |c: &char| matches!(c, 'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' | '_' | '~' | '+' | '/');
    let good = text > 0
        && token.iter().take(text).all(is_token)
        && token.iter().skip(text).all(|c| *c == '=')
        && token.len() <= MAX_TOKEN_BYTES;
    if good {
        Ok(true)
    } else {
        Err(CredentialsError::Malformed)
    }
}

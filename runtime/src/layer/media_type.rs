//! What the headers of a POST say about its body.

use super::message::MessageError;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};

/// Checks that a body is of the one form that is understood here, before it is read.
///
/// 1. There is one `Content-Type`. It is `application/json`, and if it names a charset, that is UTF-8 (RFC 8259 section 8.1).
/// 2. It is not compressed. What decompresses bodies stands in front of the gate, and takes the header away.
pub(super) fn check(headers: &HeaderMap) -> Result<(), MessageError> {
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    match (kinds.next(), kinds.next()) {
        (Some(kind), None) if is_json(kind) => {} // 1
        _ => return Err(MessageError::ContentType),
    }
    let is_plain = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(CONTENT_ENCODING).iter().all(is_plain) {
        Ok(())
    } else {
        Err(MessageError::ContentEncoding) // 2
    }
}

fn is_json(kind: &HeaderValue) -> bool {
    let Ok(kind) = kind.to_str() else { return false };
    let mut parts = kind.split(';').map(str::trim);
    let is_json = parts
        .next()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    let is_utf8 = |part: &str| match part.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    };
    is_json && parts.all(is_utf8)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::layer::message::MessageError;
    use http::{HeaderMap, HeaderName, HeaderValue};

    fn checked(headers: &[(&'static str, &str)]) -> Result<(), MessageError> {
        let header = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        let mut map = HeaderMap::new();
        for (name, value) in headers.iter().map(header) {
            map.append(name, value);
        }
        check(&map)
    }

    #[test]
    fn a_body_is_json_in_utf_8() {
        for kind in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            "application/json; profile=x",
        ] {
            assert!(checked(&[("content-type", kind)]).is_ok(), "{kind}");
        }
        for kind in [
            "",
            "text/plain",
            "application/jsonp",
            "application/json-rpc",
            "application/json, text/plain",
            "application/json; charset=utf-16",
            "application/json; charset=utf-8; charset=utf-7",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=application/json",
        ] {
            let refused = checked(&[("content-type", kind)]);
            assert!(matches!(refused, Err(MessageError::ContentType)), "{kind}");
        }
        let json = ("content-type", "application/json");
        assert!(matches!(checked(&[]), Err(MessageError::ContentType)));
        assert!(matches!(checked(&[json, json]), Err(MessageError::ContentType)));
    }

    #[test]
    fn a_body_is_not_compressed() {
        let json = ("content-type", "application/json");
        assert!(checked(&[json, ("content-encoding", "identity")]).is_ok());
        for coding in ["gzip", "br", "deflate", "identity, gzip", "", "x-unknown"] {
            let refused = checked(&[json, ("content-encoding", coding)]);
            assert!(matches!(refused, Err(MessageError::ContentEncoding)), "{coding}");
        }
        let both = [json, ("content-encoding", "identity"), ("content-encoding", "gzip")];
        assert!(matches!(checked(&both), Err(MessageError::ContentEncoding)));
    }
}

//! The headers that repeat what the body says (MCP-52). Which arguments they repeat is in `mirrored.rs`.

use super::message::{Message, STATELESS_VERSION};
use crate::toolset::Tool;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AsHeaderName;
use http::{HeaderMap, HeaderName};
use std::borrow::Cow;

pub(super) const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");

/// A header that does not say what the body says: a proxy may have let the request through for something else.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Mismatch {
    Version,
    Method,
    Name,
    Parameter,
}

/// Checks the headers of a message. They decide nothing: whoever may call is found out from the body.
///
/// 1. A message has them since protocol version 2026-07-28. It is of that version, or of a later one, if its body says so or any
///    header does.
/// 2. Each of them is there once at most, and is plain text.
/// 3. `MCP-Protocol-Version` is what `_meta` says. A request without that is the SDK's to refuse, in words of its own.
/// 4. `Mcp-Method` is the method. Only `initialize` may come without: its client does not know yet who it talks to.
/// 5. `Mcp-Name` is the tool, the prompt, the resource or the task, once it is decoded. At other methods it says nothing.
pub(super) fn check(headers: &HeaderMap, message: &Message) -> Result<(), Mismatch> {
    let is_new = |version: &[u8]| version >= STATELESS_VERSION.as_bytes();
    let told = headers
        .get_all(VERSION)
        .iter()
        .any(|version| is_new(version.as_bytes()));
    if !told && !message.stateless {
        return Ok(()); // 1
    }
    let version = single(headers, VERSION).map_err(|Odd| Mismatch::Version)?; // 2
    if message.version.is_some() && message.version.as_deref() != version {
        return Err(Mismatch::Version); // 3
    }
    let method = single(headers, METHOD).map_err(|Odd| Mismatch::Method)?; // 2
    match (method, message.method.as_deref()) {
        (None, None | Some("initialize")) => {}
        (Some(told), Some(method)) if told == method => {}
        _ => return Err(Mismatch::Method), // 4
    }
    if !message.has_name() {
        return Ok(());
    }
    let name = single(headers, NAME).and_then(decoded).map_err(|Odd| Mismatch::Name)?; // 2
    if name.as_deref() == message.named.as_deref() {
        Ok(())
    } else {
        Err(Mismatch::Name) // 5
    }
}

/// Checks the headers `Mcp-Param-*` of a call, after it is known that the caller may know of the tool.
///
/// 1. As above: only in messages that have such headers, each once at most, decoded.
/// 2. An argument that the tool's schema marks has its header, and the header says what the argument does.
/// 3. An argument that is absent, null or no plain value has none.
pub(super) fn check_parameters(headers: &HeaderMap, message: &Message, tool: &Tool) -> Result<(), Mismatch> {
    if !message.stateless || tool.mirrored.is_empty() {
        return Ok(()); // 1
    }
    let arguments = message.arguments().map_err(|_| Mismatch::Parameter)?;
    for mirrored in &tool.mirrored {
        let name = format!("mcp-param-{}", mirrored.header().to_ascii_lowercase());
        let header = single(headers, name)
            .and_then(decoded)
            .map_err(|Odd| Mismatch::Parameter)?; // 1
        match (header, mirrored.value(arguments.as_ref())) {
            (None, None) => {}                                     // 3
            (Some(header), Some(value)) if value.is(&header) => {} // 2
            _ => return Err(Mismatch::Parameter),
        }
    }
    Ok(())
}

/// A header that is there twice, or is no text.
struct Odd;

fn single(headers: &HeaderMap, name: impl AsHeaderName) -> Result<Option<&str>, Odd> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| Odd),
        (Some(_), Some(_)) => Err(Odd),
    }
}

/// What a header means: `=?base64?..?=` is how text travels that cannot stand there as it is.
fn decoded(value: Option<&str>) -> Result<Option<Cow<'_, str>>, Odd> {
    let Some(value) = value else { return Ok(None) };
    let Some(code) = value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) else {
        return Ok(Some(value.into()));
    };
    let text = STANDARD
        .decode(code)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    text.map(|text| Some(text.into())).ok_or(Odd)
}

#[cfg(test)]
mod tests {
    use super::{Mismatch, check, check_parameters};
    use crate::layer::message::Message;
    use crate::toolset::Toolset;
    use crate::{NoArguments, mcp_tool};
    use http::{HeaderMap, HeaderName, HeaderValue};
    use serde_json::{Value, json};
    use std::convert::Infallible;

    const NEW: &str = "2026-07-28";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(
                HeaderName::from_static(name),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        map
    }

    fn message(method: &str, mut params: Value, version: Option<&str>) -> Message {
        if let Some(version) = version {
            params["_meta"] = json!({"io.modelcontextprotocol/protocolVersion": version});
        }
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        Message::parse(&body.to_string().into()).unwrap()
    }

    const VERSION: (&str, &str) = ("mcp-protocol-version", NEW);
    const CALL: (&str, &str) = ("mcp-method", "tools/call");
    const NAME: (&str, &str) = ("mcp-name", "a");

    fn call(pairs: &[(&'static str, &str)]) -> Result<(), Mismatch> {
        check(&headers(pairs), &message("tools/call", json!({"name": "a"}), Some(NEW)))
    }

    #[test]
    fn mcp_52_headers_have_to_say_what_the_body_says() {
        assert_eq!(call(&[VERSION, CALL, NAME]), Ok(()));
        for (pairs, mismatch) in [
            (vec![CALL, NAME], Mismatch::Version),
            (
                vec![("mcp-protocol-version", "2025-11-25"), CALL, NAME],
                Mismatch::Version,
            ),
            (
                vec![("mcp-protocol-version", "2027-01-01"), CALL, NAME],
                Mismatch::Version,
            ),
            (vec![VERSION, VERSION, CALL, NAME], Mismatch::Version),
            (vec![VERSION, NAME], Mismatch::Method),
            (vec![VERSION, ("mcp-method", "tools/list"), NAME], Mismatch::Method),
            (vec![VERSION, ("mcp-method", "Tools/Call"), NAME], Mismatch::Method),
            (vec![VERSION, CALL, CALL, NAME], Mismatch::Method),
            (
                vec![VERSION, ("mcp-method", "tools/call\u{e9}"), NAME],
                Mismatch::Method,
            ),
            (vec![VERSION, CALL], Mismatch::Name),
            (vec![VERSION, CALL, ("mcp-name", "b")], Mismatch::Name),
            (vec![VERSION, CALL, ("mcp-name", "A")], Mismatch::Name),
            (vec![VERSION, CALL, ("mcp-name", "")], Mismatch::Name),
            (vec![VERSION, CALL, NAME, ("mcp-name", "b")], Mismatch::Name),
            (vec![VERSION, CALL, ("mcp-name", "\u{e9}")], Mismatch::Name),
        ] {
            assert_eq!(call(&pairs), Err(mismatch), "{pairs:?}");
        }
    }

    #[test]
    fn mcp_52_a_header_is_decoded_before_it_is_compared() {
        assert_eq!(call(&[VERSION, CALL, ("mcp-name", "=?base64?YQ==?=")]), Ok(()));
        for name in [
            "=?base64?Yg==?=",
            "=?base64?YQ?=",
            "=?base64?!!?=",
            "=?base64?/w==?=",
            "YQ==",
        ] {
            assert_eq!(
                call(&[VERSION, CALL, ("mcp-name", name)]),
                Err(Mismatch::Name),
                "{name}"
            );
        }
    }

    #[test]
    fn mcp_52_what_is_named_depends_on_the_method() {
        for (method, member) in [
            ("tools/call", "name"),
            ("prompts/get", "name"),
            ("resources/read", "uri"),
            ("resources/subscribe", "uri"),
            ("resources/unsubscribe", "uri"),
            ("tasks/get", "taskId"),
            ("tasks/update", "taskId"),
            ("tasks/cancel", "taskId"),
        ] {
            let message = message(method, json!({member: "a"}), Some(NEW));
            let with = |name| {
                check(
                    &headers(&[VERSION, ("mcp-method", method), ("mcp-name", name)]),
                    &message,
                )
            };
            assert_eq!((with("a"), with("b")), (Ok(()), Err(Mismatch::Name)), "{method}");
        }
        let list = message("tools/list", json!({"name": "a"}), Some(NEW));
        for pairs in [
            &[VERSION, ("mcp-method", "tools/list")][..],
            &[VERSION, ("mcp-method", "tools/list"), NAME],
        ] {
            assert_eq!(check(&headers(pairs), &list), Ok(()));
        }
        let nameless = message("tools/call", json!({"name": 1}), Some(NEW));
        assert_eq!(
            check(&headers(&[VERSION, CALL]), &nameless),
            Ok(()),
            "the SDK refuses it"
        );
        assert_eq!(check(&headers(&[VERSION, CALL, NAME]), &nameless), Err(Mismatch::Name));
    }

    #[test]
    fn mcp_52_older_versions_have_no_such_headers() {
        for version in [None, Some("2025-06-18"), Some("2025-11-25")] {
            let old = message("tools/call", json!({"name": "a"}), version);
            assert_eq!(check(&headers(&[("mcp-name", "b")]), &old), Ok(()));
            // But a header is enough to make it a new one.
            let mismatch = if version.is_some() {
                Mismatch::Version
            } else {
                Mismatch::Method
            };
            assert_eq!(check(&headers(&[VERSION, NAME]), &old), Err(mismatch));
            let second = ("mcp-protocol-version", "2025-06-18");
            assert_eq!(
                check(&headers(&[second, VERSION, CALL, NAME]), &old),
                Err(Mismatch::Version)
            );
        }
        let begin = message("initialize", json!({}), None);
        assert_eq!(check(&headers(&[VERSION]), &begin), Ok(()));
        assert_eq!(check(&headers(&[VERSION, CALL]), &begin), Err(Mismatch::Method));
        let answer = Message::parse(&br#"{"jsonrpc":"2.0","id":1,"result":{}}"#[..].into()).unwrap();
        assert_eq!(check(&headers(&[VERSION]), &answer), Ok(()));
        assert_eq!(check(&headers(&[VERSION, CALL]), &answer), Err(Mismatch::Method));
    }

    /// Public.
    #[mcp_tool(public)]
    async fn open(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    #[test]
    fn mcp_52_marked_arguments_stand_in_headers() {
        let mut tool = Toolset::new(()).tool(OpenTool).tools.remove(0);
        assert_eq!(tool.mirrored, []);
        tool.mirrored = crate::mirrored::Mirrored::of(&json!({"properties": {"region": {"x-mcp-header": "Region"}}}));
        let checked = |arguments: Value, version, pairs: &[(&'static str, &str)]| {
            let message = message("tools/call", json!({"name": "a", "arguments": arguments}), version);
            check_parameters(&headers(pairs), &message, &tool)
        };
        let param = |value| ("mcp-param-region", value);
        let east = || json!({"region": "east"});
        assert_eq!(checked(east(), Some(NEW), &[param("east")]), Ok(()));
        assert_eq!(checked(east(), Some(NEW), &[param("=?base64?ZWFzdA==?=")]), Ok(()));
        assert_eq!(checked(json!({}), Some(NEW), &[]), Ok(()));
        assert_eq!(checked(east(), Some("2025-11-25"), &[param("west")]), Ok(()));
        for (arguments, pairs) in [
            (east(), vec![]),
            (east(), vec![param("west")]),
            (east(), vec![param("east"), param("east")]),
            (east(), vec![param("=?base64?!?=")]),
            (json!({}), vec![param("east")]),
            (json!({"region": null}), vec![param("east")]),
        ] {
            assert_eq!(
                checked(arguments, Some(NEW), &pairs),
                Err(Mismatch::Parameter),
                "{pairs:?}"
            );
        }
    }
}

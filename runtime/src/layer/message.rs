//! The one reading of a request's body that decisions are made from.

use crate::strict_json::{self, StrictJsonError};
use bytes::Bytes;
use http_body::Body;
use http_body_util::{BodyExt as _, Limited};
use serde_json::Value;
use std::error::Error as StdError;
use std::time::Duration;
use tokio::time::timeout;

/// The longest body that is read, in bytes; the limit of the SDKs as well.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// The longest body that is read of somebody who is nobody.
const MAX_ANONYMOUS_BYTES: usize = 64 * 1024;

/// How long a body may take to arrive.
const MAX_BODY_TIME: Duration = Duration::from_secs(30);

/// The longest id of a request, in bytes. It is echoed, and stands in records.
const MAX_ID_BYTES: usize = 256;

/// The first protocol version without sessions. Versions are dates and compare as text.
pub(super) const STATELESS_VERSION: &str = "2026-07-28";

/// A JSON-RPC message, as far as decisions need it. Everything is of the body; headers that repeat it are never trusted.
#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) id: Option<Value>,
    pub(super) method: Option<String>,
    /// The tool of a `tools/call`.
    pub(super) tool: Option<String>,
    /// Whether the arguments of a `tools/call` are anything but an object.
    pub(super) has_odd_arguments: bool,
    /// Whether the message says that it is of a protocol version without sessions.
    pub(super) stateless: bool,
}

/// Why a body is no message.
#[derive(Clone, Copy, Debug)]
pub(super) enum MessageError {
    TooLong,
    /// The client went away or was too slow, or the transport broke.
    Unreadable,
    NotJson,
    /// A batch, something that is no object, or an id that is none.
    NotOneMessage,
}

/// Reads a body to its end, within the limits for somebody with a valid token, or without any.
pub(super) async fn read<B>(body: B, has_token: bool) -> Result<Bytes, MessageError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let limit = if has_token { MAX_BODY_BYTES } else { MAX_ANONYMOUS_BYTES };
    match timeout(MAX_BODY_TIME, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(MessageError::TooLong),
        Ok(Err(_)) | Err(_) => Err(MessageError::Unreadable),
    }
}

impl Message {
    /// Reads a message (R16).
    ///
    /// 1. The body is JSON that means one thing only, so the SDK cannot read another tool's name or other arguments from it.
    /// 2. It is one object: no batches, which MCP does not have.
    /// 3. Its id, if it has one, is a number or a text of reasonable length: it is repeated in the answer and in records.
    pub(super) fn parse(body: &[u8]) -> Result<Self, MessageError> {
        let value = strict_json::from_slice(body).map_err(|_: StrictJsonError| MessageError::NotJson)?;
        let Value::Object(mut message) = value else {
            return Err(MessageError::NotOneMessage);
        };
        let id = message.remove("id");
        match &id {
            None | Some(Value::Number(_)) => {}
            Some(Value::String(text)) if text.len() <= MAX_ID_BYTES => {}
            Some(_) => return Err(MessageError::NotOneMessage),
        }
        let params = message.get("params");
        let version = params.and_then(|params| {
            params
                .get("_meta")?
                .get("io.modelcontextprotocol/protocolVersion")?
                .as_str()
        });
        let stateless = version.is_some_and(|version| version >= STATELESS_VERSION);
        let method = message.get("method").and_then(Value::as_str);
        let tool = match method {
            Some("tools/call") => params.and_then(|params| params.get("name")?.as_str()),
            _ => None,
        };
        let arguments = params.and_then(|params| params.get("arguments"));
        let fit = matches!(arguments, None | Some(Value::Null | Value::Object(_)));
        Ok(Self {
            tool: tool.map(str::to_owned),
            has_odd_arguments: tool.is_some() && !fit,
            method: method.map(str::to_owned),
            stateless,
            id,
        })
    }

    /// Whether it asks for a call, well-formed or not.
    pub(super) fn is_call(&self) -> bool {
        self.method.as_deref() == Some("tools/call")
    }

    /// Whether a message that came without a token may pass, given that some tool is public.
    ///
    /// 1. The requests that set up a connection and list what is public.
    /// 2. Notifications: they carry no id, and get no answer.
    /// 3. Nothing else; calls are looked at by their tool.
    pub(super) fn is_open_to_anyone(&self) -> bool {
        match (&self.id, self.method.as_deref()) {
            (Some(_), Some("initialize" | "server/discover" | "ping" | "tools/list")) => true,
            (None, Some(method)) => method.starts_with("notifications/"),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_ANONYMOUS_BYTES, MAX_BODY_BYTES, MAX_BODY_TIME, Message, MessageError, read};
    use bytes::Bytes;
    use http_body::{Body, Frame};
    use http_body_util::Full;
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;
    use tokio::time::{Instant, Sleep, sleep, timeout};

    /// A body that sends a byte a second, for ever.
    struct Endless(Pin<Box<Sleep>>);

    impl Body for Endless {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            std::task::ready!(self.0.as_mut().poll(cx));
            self.0 = Box::pin(sleep(Duration::from_secs(1)));
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b" ")))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_waited_for_for_a_while_only() {
        for has_token in [false, true] {
            let start = Instant::now();
            let body = Endless(Box::pin(sleep(Duration::ZERO)));
            let cut = timeout(2 * MAX_BODY_TIME, read(body, has_token)).await.unwrap();
            assert!(matches!(cut, Err(MessageError::Unreadable)), "{cut:?}");
            assert_eq!(start.elapsed().as_secs(), MAX_BODY_TIME.as_secs());
        }
    }

    #[tokio::test]
    async fn a_body_may_be_longer_with_a_token_than_without() {
        for (has_token, limit) in [(false, MAX_ANONYMOUS_BYTES), (true, MAX_BODY_BYTES)] {
            let body = |length| Full::new(Bytes::from(vec![b' '; length]));
            assert_eq!(read(body(limit), has_token).await.unwrap().len(), limit);
            let long = read(body(limit + 1), has_token).await;
            assert!(matches!(long, Err(MessageError::TooLong)), "{long:?}");
        }
    }

    #[test]
    fn r16_a_body_means_one_thing_or_nothing() {
        let twice = [
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"tools/list","params":{"name":"a"}}"#,
            r#"{"id":1,"method":"tools/call","params":{"name":"a","arguments":{"id":"x","\u0069d":"y"}}}"#,
            "{\"id\":1}\u{feff}",
        ];
        for body in twice {
            assert!(
                matches!(Message::parse(body.as_bytes()), Err(MessageError::NotJson)),
                "{body}"
            );
        }
        let long = format!(r#"{{"id":"{}"}}"#, "x".repeat(257));
        for body in [
            r#"{"id":{}}"#,
            r#"{"id":null,"method":"ping"}"#,
            r#"{"id":true}"#,
            r#"{"id":["x"]}"#,
            &long,
        ] {
            assert!(
                matches!(Message::parse(body.as_bytes()), Err(MessageError::NotOneMessage)),
                "{body}"
            );
        }
        for body in ["[]", "[{\"id\":1,\"method\":\"ping\"}]", "1", "\"tools/call\""] {
            assert!(
                matches!(Message::parse(body.as_bytes()), Err(MessageError::NotOneMessage)),
                "{body}"
            );
        }
    }

    #[test]
    fn names_the_tool_of_a_call_only() {
        let tool = |body: &str| Message::parse(body.as_bytes()).unwrap().tool;
        assert_eq!(
            tool(r#"{"id":1,"method":"tools/call","params":{"name":"a"}}"#).as_deref(),
            Some("a")
        );
        assert_eq!(tool(r#"{"id":1,"method":"prompts/get","params":{"name":"a"}}"#), None);
        assert_eq!(tool(r#"{"id":1,"method":"tools/call","params":{"name":["a"]}}"#), None);
        assert_eq!(tool(r#"{"id":1,"method":"tools/call"}"#), None);
    }

    #[test]
    fn only_the_opening_moves_are_open_to_anyone() {
        let open = |body: &str| Message::parse(body.as_bytes()).unwrap().is_open_to_anyone();
        for body in [
            r#"{"id":1,"method":"initialize"}"#,
            r#"{"id":"x","method":"tools/list"}"#,
            r#"{"id":1,"method":"server/discover"}"#,
            r#"{"id":1,"method":"ping"}"#,
            r#"{"method":"notifications/initialized"}"#,
        ] {
            assert!(open(body), "{body}");
        }
        for body in [
            r#"{"id":1,"method":"tools/call","params":{"name":"a"}}"#,
            r#"{"method":"tools/call","params":{"name":"a"}}"#,
            r#"{"method":"tools/list"}"#,
            r#"{"id":1,"method":"notifications/initialized"}"#,
            r#"{"id":1,"method":"resources/read"}"#,
            r#"{"id":1,"method":"Initialize"}"#,
            r#"{"id":1,"result":{}}"#,
            "{}",
        ] {
            assert!(!open(body), "{body}");
        }
    }
}

//! The answers to `tools/list`, cut down to what the caller may call.

use crate::caller::Caller;
use crate::layer::Asked;
use crate::protected::Protected;
use crate::toolset::Tool;
use axum::body::{Body, BodyDataStream};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::{BodyExt as _, Limited};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

/// The longest answer to `tools/list`, and the longest event of a stream, in bytes.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Cuts the lists in a response down to the tools that this caller could call with some arguments (MCP-60, MCP-61, MCP-62).
///
/// 1. The answer to a call is no list, however it comes.
/// 2. The SDK sends answers as events too, and those of a session to the stream that the session has open. So every event
///    of all other streams is looked at.
/// 3. Any other answer to `tools/list` is read to its end, within the limit. What cannot be read does not go out.
/// 4. All other answers go out as they are.
pub(super) async fn for_caller(
    response: Response,
    asked: Asked,
    protected: Protected,
    caller: Option<Caller>,
) -> Response {
    let list = CallerList { protected, caller };
    let kind = response.headers().get(CONTENT_TYPE);
    let streams = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    let (mut parts, body) = response.into_parts();
    let body = match asked {
        Asked::Call => return Response::from_parts(parts, body), // 1
        _ if streams => events(body, list),                      // 2
        Asked::List => {
            let read = Limited::new(body, MAX_BYTES).collect().await.ok();
            match read.and_then(|body| list.cut_bytes(&body.to_bytes())) {
                Some(bytes) => Body::from(bytes), // 3
                None => return unreadable(),
            }
        }
        Asked::Other => return Response::from_parts(parts, body), // 4
    };
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, body)
}

fn unreadable() -> Response {
    let error = json!({"code": -32603, "message": "the list of tools is too long or not readable"});
    let body = json!({"jsonrpc": "2.0", "id": null, "error": error});
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        [(CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

/// The list as one caller gets to see it.
pub(super) struct CallerList {
    protected: Protected,
    caller: Option<Caller>,
}

impl CallerList {
    pub(super) fn new(protected: Protected, caller: Option<Caller>) -> Self {
        Self { protected, caller }
    }

    /// No body is no list. Anything else has to be JSON.
    fn cut_bytes(&self, body: &[u8]) -> Option<Vec<u8>> {
        if body.is_empty() {
            return Some(Vec::new());
        }
        let mut message = serde_json::from_slice(body).ok()?;
        self.cut(&mut message);
        serde_json::to_vec(&message).ok()
    }

    /// Cuts a message down if it is a list of tools: those of the toolset, in its order, that the caller may call. Says
    /// whether it was one.
    fn cut(&self, message: &mut Value) -> bool {
        message.get_mut("result").is_some_and(|result| self.cut_result(result))
    }

    /// As [`cut`](Self::cut), for what stands in a message as its result.
    pub(super) fn cut_result(&self, result: &mut Value) -> bool {
        let Some(result) = result.as_object_mut() else {
            return false;
        };
        let Some(Value::Array(mut offered)) = result.get_mut("tools").map(Value::take) else {
            return false;
        };
        let callable = self.protected.tools().iter();
        let now = self.protected.gate().settings.clock.unix_time();
        let admits = |tool: &&Arc<Tool>| tool.policy.admit_at(self.caller.as_ref(), now).into_result().is_ok();
        let callable = callable.filter(admits);
        let tools = callable.filter_map(|tool| {
            let described = |offered: &Value| offered.get("name").and_then(Value::as_str) == Some(&tool.name);
            let index = offered.iter().position(described)?;
            Some(offered.swap_remove(index))
        });
        let tools = tools.collect();
        result.insert("tools".to_owned(), Value::Array(tools));
        keep_private(result);
        true
    }
}

/// Only protocol versions with a result type know caching.
fn keep_private(result: &mut Map<String, Value>) {
    if result.contains_key("resultType") {
        result.insert("cacheScope".to_owned(), json!("private"));
        result.insert("ttlMs".to_owned(), json!(0));
    }
}

/// Server-sent events on their way out.
struct Events {
    body: BodyDataStream,
    list: CallerList,
    received: Vec<u8>,
}

fn events(body: Body, list: CallerList) -> Body {
    let events = Events {
        body: body.into_data_stream(),
        list,
        received: Vec::new(),
    };
    Body::from_stream(stream::try_unfold(events, |mut events| async move {
        let event = events.next().await?;
        Ok::<_, axum::BoxError>(event.map(|event| (event, events)))
    }))
}

impl Events {
    /// The next whole event. One that is too long ends the stream.
    async fn next(&mut self) -> Result<Option<Bytes>, axum::BoxError> {
        // What was searched before holds no end of an event, but may hold half of one.
        let mut searched = 0_usize;
        loop {
            let unsearched = self.received.get(searched..).unwrap_or_default();
            if let Some(end) = unsearched.windows(2).position(|pair| pair == b"\n\n") {
                let rest = self.received.split_off(searched + end + 2);
                let event = std::mem::replace(&mut self.received, rest);
                return Ok(Some(self.list.cut_event(event)));
            }
            if self.received.len() > MAX_BYTES {
                return Err(io::Error::other("an event is too long").into());
            }
            searched = self.received.len().saturating_sub(1);
            match self.body.next().await {
                Some(bytes) => self.received.extend_from_slice(&bytes?),
                None if self.received.is_empty() => return Ok(None),
                None => return Ok(Some(self.list.cut_event(std::mem::take(&mut self.received)))),
            }
        }
    }
}

impl CallerList {
    /// An event whose data is no list of tools goes out as it came.
    fn cut_event(&self, event: Vec<u8>) -> Bytes {
        let text = String::from_utf8_lossy(&event);
        let data: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("data:")).collect();
        let mut message = serde_json::from_str(&data.join("\n")).unwrap_or_default();
        if !self.cut(&mut message) {
            return event.into();
        }
        let others = text
            .lines()
            .filter(|line| !line.starts_with("data:") && !line.is_empty());
        let mut cut: String = others.flat_map(|line| [line, "\n"]).collect();
        // Writing into a `String` cannot fail.
        let _ = write!(cut, "data: {message}\n\n");
        cut.into()
    }
}

#[cfg(test)]
mod tests {
    use super::{CallerList, MAX_BYTES, events};
    use crate::{Gate, Toolset, mcp_tool};
    use axum::body::Body;
    use bytes::Bytes;
    use futures_util::stream;
    use http_body_util::BodyExt as _;
    use serde_json::json;
    use std::convert::Infallible;

    /// The first.
    #[mcp_tool(public)]
    async fn first() -> Result<(), Infallible> {
        Ok(())
    }

    /// The second.
    #[mcp_tool(public)]
    async fn second() -> Result<(), Infallible> {
        Ok(())
    }

    fn list() -> CallerList {
        let tools = Toolset::new(()).tool(FirstTool).tool(SecondTool);
        CallerList {
            protected: Gate::public_only().unwrap().protect(tools).unwrap(),
            caller: None,
        }
    }

    async fn sent(pieces: Vec<Vec<u8>>) -> Result<String, axum::Error> {
        let pieces = pieces.into_iter().map(|piece| Ok::<_, Infallible>(Bytes::from(piece)));
        let body = events(Body::from_stream(stream::iter(pieces)), list());
        let sent = body.collect().await?.to_bytes();
        Ok(String::from_utf8(sent.to_vec()).unwrap())
    }

    const EVENTS: &str = ": keep-alive\n\nid: 1\nevent: message\n\
        data: {\"id\":1,\"result\":{\"tools\":[{\"name\":\"second\"},{\"name\":\"other\"},{\"name\":\"first\",\"x\":1}]}}\n\n\
        data: {\"method\":\"notifications/progress\"}\n\ndata: {\"result\":{\"content\":[]}}\n\ndata: no JSON\n\n";
    const CUT: &str = ": keep-alive\n\nid: 1\nevent: message\n\
        data: {\"id\":1,\"result\":{\"tools\":[{\"name\":\"first\",\"x\":1},{\"name\":\"second\"}]}}\n\n\
        data: {\"method\":\"notifications/progress\"}\n\ndata: {\"result\":{\"content\":[]}}\n\ndata: no JSON\n\n";

    #[tokio::test]
    async fn events_are_cut_down_in_whatever_pieces_they_come() {
        for size in 1..EVENTS.len() {
            let pieces = EVENTS.as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
            assert_eq!(sent(pieces).await.unwrap(), CUT, "{size}");
        }
    }

    #[tokio::test]
    async fn the_end_of_the_stream_ends_an_event_and_its_data_may_have_several_lines() {
        let event = "data: {\"result\":\r\ndata: {\"tools\":[{\"name\":\"other\"}]}}";
        let sent = sent(vec![event.into()]).await.unwrap();
        assert_eq!(sent, "data: {\"result\":{\"tools\":[]}}\n\n");
    }

    #[tokio::test]
    async fn an_event_that_is_too_long_ends_the_stream() {
        let piece = || vec![b'x'; MAX_BYTES / 2 + 1];
        assert!(sent(vec![piece(), piece()]).await.is_err());
    }

    #[test]
    fn what_is_no_json_is_no_list() {
        assert_eq!(list().cut_bytes(b""), Some(Vec::new()));
        assert_eq!(list().cut_bytes(b"{\"result\":{\"tools\":[{\"name\":\"a\"}]}"), None);
    }

    #[test]
    fn mcp_62_only_versions_that_know_caching_are_told_that_a_list_is_private() {
        for (mut message, expected) in [
            (
                json!({"result": {"tools": [], "resultType": "complete", "cacheScope": "public", "ttlMs": 5}}),
                json!({"result": {"tools": [], "resultType": "complete", "cacheScope": "private", "ttlMs": 0}}),
            ),
            (json!({"result": {"tools": []}}), json!({"result": {"tools": []}})),
        ] {
            assert!(list().cut(&mut message));
            assert_eq!(message, expected);
        }
    }
}

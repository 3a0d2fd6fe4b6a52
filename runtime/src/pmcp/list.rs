//! The answers to `tools/list`, cut down to what the caller gets to see.

mod offered;

pub(super) use self::offered::LastOffered;
use self::offered::{LEFT_OUT, Offered};
use crate::gate::Facts;
use crate::layer::Asked;
use crate::protected::Protected;
use axum::body::{Body, BodyDataStream};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::{BodyExt as _, Limited};
use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io;

/// The longest answer to `tools/list`, and the longest event of a stream, in bytes.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Cuts the lists in a response down to the tools that this caller gets to see (MCP-60, MCP-61, MCP-62).
///
/// 1. The answer to a call is no list, however it comes.
/// 2. The SDK can send answers as events too. So every event of all other streams is looked at, whatever they are of.
/// 3. Any other answer to `tools/list` is read to its end, within the limit. What cannot be read does not go out.
/// 4. All other answers go out as they are.
pub(super) async fn for_caller(response: Response, asked: Asked, list: CallerList) -> Response {
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
                None => return unreadable(&list.facts),
            }
        }
        Asked::Other => return Response::from_parts(parts, body), // 4
    };
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, body)
}

fn unreadable(facts: &Facts) -> Response {
    let id = facts.request_id.as_deref();
    let id = id.and_then(|id| serde_json::from_str::<Value>(id).ok());
    let error = json!({"code": -32603, "message": "the list of tools is too long or not readable"});
    let body = json!({"jsonrpc": "2.0", "id": id, "error": error});
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        [(CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

/// The list as one caller gets to see it.
pub(super) struct CallerList {
    pub(super) protected: Protected,
    pub(super) facts: Facts,
    pub(super) last: LastOffered,
}

impl CallerList {
    /// No body is no list. Anything else has to be JSON.
    fn cut_bytes(&self, body: &[u8]) -> Option<Vec<u8>> {
        if body.is_empty() {
            return Some(Vec::new());
        }
        let text = std::str::from_utf8(body).ok()?;
        let cut = self.cut_text(text);
        cut.or_else(|| serde_json::from_str::<IgnoredAny>(text).ok().map(|_| body.to_vec()))
    }

    /// Cuts a message down if it is a list of tools. What the SDK wrote about each tool goes out as it is: reading all of it would
    /// cost more than the list did.
    ///
    /// 1. If the list is the one that was read last, it is not read again. What is left of the message is.
    /// 2. Whatever else was taken for the list, the result has none but this one.
    /// 3. Else the whole message is read.
    fn cut_text(&self, message: &str) -> Option<Vec<u8>> {
        let last = self.last.recall();
        let rest = last.as_ref().and_then(|last| last.left_out_of(message));
        if let (Some(last), Some(rest)) = (last, rest) {
            let (read, result) = read(&rest)?; // 1
            if result.get("tools")?.get() == LEFT_OUT {
                return self.write(read, result, &last, message.len()); // 2
            }
        }
        let (read, result) = read(message)?; // 3
        let offered = Offered::read(result.get("tools")?, &self.protected)?;
        self.write(read, result, &self.last.remember(offered), message.len())
    }

    /// The message, with those of the tools offered that the caller gets to see, in the order of the toolset.
    fn write(&self, message: Members, result: Members, offered: &Offered, longest: usize) -> Option<Vec<u8>> {
        let visible = self.protected.visible_tools(&self.facts);
        let tools = visible.filter_map(|(place, _)| offered.tool(place)).collect();
        let mut result = written(result);
        result.insert("tools".to_owned(), Written::Tools(tools));
        if result.contains_key("resultType") {
            result.insert("cacheScope".to_owned(), Written::Own(json!("private")));
            result.insert("ttlMs".to_owned(), Written::Own(json!(0)));
        }
        let mut message = written(message);
        message.insert("result".to_owned(), Written::Result(result));
        let mut cut = Vec::with_capacity(longest);
        serde_json::to_writer(&mut cut, &message).ok()?;
        Some(cut)
    }

    /// Cuts the result of a message down if it is a list of tools.
    pub(super) fn cut_result(&self, result: &mut Value) {
        if let Some(result) = result.as_object_mut()
            && let Some(Value::Array(offered)) = result.get_mut("tools").map(Value::take)
        {
            let named = |tool: Value| Some((tool.get("name")?.as_str()?.to_owned(), tool));
            let mut offered: HashMap<_, _> = offered.into_iter().filter_map(named).collect();
            let visible = self.protected.visible_tools(&self.facts);
            let tools = visible.filter_map(|(_, tool)| offered.remove(&*tool.name)).collect();
            result.insert("tools".to_owned(), Value::Array(tools));
            keep_private(result);
        }
    }
}

/// An object, its values unread.
type Members<'a> = BTreeMap<String, &'a RawValue>;

/// A message and its result.
fn read(message: &str) -> Option<(Members<'_>, Members<'_>)> {
    let message: Members = serde_json::from_str(message).ok()?;
    let result = serde_json::from_str(message.get("result")?.get()).ok()?;
    Some((message, result))
}

/// A value on its way out.
#[derive(Serialize)]
#[serde(untagged)]
enum Written<'a> {
    AsRead(&'a RawValue),
    Own(Value),
    Tools(Vec<&'a RawValue>),
    Result(BTreeMap<String, Self>),
}

fn written(members: Members<'_>) -> BTreeMap<String, Written<'_>> {
    let as_read = |(name, value)| (name, Written::AsRead(value));
    members.into_iter().map(as_read).collect()
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
        let Some(message) = self.cut_text(&data.join("\n")) else {
            return event.into();
        };
        // White space between the values may be a line break, which would end the data.
        let message = String::from_utf8_lossy(&message).replace(['\n', '\r'], " ");
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
    use super::{CallerList, LastOffered, MAX_BYTES, events, for_caller};
    use crate::gate::Facts;
    use crate::layer::Asked;
    use crate::{Gate, Toolset, mcp_tool};
    use axum::body::Body;
    use axum::response::Response;
    use bytes::Bytes;
    use futures_util::stream;
    use http_body_util::BodyExt as _;
    use serde_json::{Value, json};
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
            facts: Facts::nobody(),
            last: LastOffered::default(),
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

    #[tokio::test]
    async fn mcp_70_a_list_that_cannot_be_read_is_an_error_of_its_request() {
        let mut list = list();
        list.facts.request_id = Some("\"a\"".into());
        let answer = Response::new(Body::from(vec![b' '; MAX_BYTES + 1]));
        let refused = for_caller(answer, Asked::List, list).await;
        assert_eq!(refused.status(), 500);
        let body = refused.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&body["id"], &body["error"]["code"]), (&json!("a"), &json!(-32603)));
    }

    /// A list that was read before is not read again, whoever asks and whatever else stands in the message.
    #[test]
    fn mcp_60_a_list_that_was_read_before_is_cut_down_in_each_message() {
        let list = list();
        let tools = r#"[{"name":"second"},{"name":"other"},{"x": 1,"name":"first"}]"#;
        let cut = |message: String| list.cut_text(&message).map(|cut| String::from_utf8(cut).unwrap());
        let expected = |id: u8| {
            let tools = r#"[{"x": 1,"name":"first"},{"name":"second"}]"#;
            Some(format!(r#"{{"id":{id},"result":{{"tools":{tools}}}}}"#))
        };
        for id in 1..3 {
            let message = format!(r#"{{"id":{id},"result":{{"tools":{tools}}}}}"#);
            assert_eq!(cut(message), expected(id));
        }
        // Where it is not the list, it is not taken for it.
        let beside = format!(r#"{{"a":{{"tools":{tools}}},"result":{{"tools":[{{"name":"other"}}]}}}}"#);
        let cut_beside = cut(beside).unwrap();
        assert!(cut_beside.ends_with(r#""result":{"tools":[]}}"#), "{cut_beside}");
        assert_eq!(cut(format!(r#"{{"a":{{"tools":{tools}}},"result":{{}}}}"#)), None);
        assert_eq!(cut(format!(r#"{{"result":{{"tools":{tools}}}"#)), None);
        // One that only begins like it, and the next, are read.
        let longer = format!(r#"{{"id":1,"result":{{"tools":{tools}x}}}}"#);
        assert_eq!(cut(longer), None);
        let other = r#"{"id":3,"result":{"tools":[{"name":"second","y":2},{"name":"other"}]}}"#;
        assert_eq!(
            cut(other.to_owned()).unwrap(),
            r#"{"id":3,"result":{"tools":[{"name":"second","y":2}]}}"#
        );
    }

    #[test]
    fn what_is_no_json_is_no_list() {
        assert_eq!(list().cut_bytes(b""), Some(Vec::new()));
        assert_eq!(list().cut_bytes(b"{\"result\":{\"tools\":[{\"name\":\"a\"}]}"), None);
    }

    #[test]
    fn mcp_62_only_versions_that_know_caching_are_told_that_a_list_is_private() {
        for (message, expected) in [
            (
                json!({"result": {"tools": [], "resultType": "complete", "cacheScope": "public", "ttlMs": 5}}),
                json!({"result": {"tools": [], "resultType": "complete", "cacheScope": "private", "ttlMs": 0}}),
            ),
            (json!({"result": {"tools": []}}), json!({"result": {"tools": []}})),
        ] {
            let cut = list().cut_text(&message.to_string()).unwrap();
            assert_eq!(serde_json::from_slice::<Value>(&cut).unwrap(), expected);
            let mut result = message["result"].clone();
            list().cut_result(&mut result);
            assert_eq!(result, expected["result"]);
        }
    }
}

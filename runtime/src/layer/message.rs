//! The one reading of a request's body that decisions are made from.

use crate::entries::{Kind, Subject};
use crate::strict_json::{self, Json, Object, StrictJsonError};
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

/// How many resources one request may subscribe to. Each is decided, and stands in records.
const MAX_SUBSCRIPTIONS: usize = 256;

/// The first protocol version without sessions. Versions are dates and compare as text.
pub(super) const STATELESS_VERSION: &str = "2026-07-28";

/// A JSON-RPC message, as far as decisions need it. Everything is of the body; headers that repeat it are never trusted.
#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) id: Option<Value>,
    pub(super) method: Option<String>,
    /// What it is about: the tool of a `tools/call`, or the prompts or resources that another method names.
    pub(super) about: Vec<Subject>,
    /// Whether the arguments of a `tools/call` are anything but an object.
    pub(super) has_odd_arguments: bool,
    /// The protocol version that the message says it is of.
    pub(super) version: Option<String>,
    /// Whether that is one without sessions.
    pub(super) stateless: bool,
    /// What the header `Mcp-Name` has to repeat, if the method has such a thing and the message says it.
    pub(super) named: Option<String>,
    body: Bytes,
}

/// Why a body is no message.
#[derive(Clone, Copy, Debug)]
pub(super) enum MessageError {
    TooLong,
    /// The client went away or was too slow, or the transport broke.
    Unreadable,
    NotJson,
    /// It is not said to be JSON in UTF-8.
    ContentType,
    /// It is compressed.
    ContentEncoding,
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
    if usize::try_from(body.size_hint().lower()).is_ok_and(|length| length > limit) {
        return Err(MessageError::TooLong); // As its `Content-Length` says, so nothing of it is waited for.
    }
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
    /// 3. It is a request, a notification or an answer of JSON-RPC 2.0, and not two of these. Of the methods, only notifications may come
    ///    without an id: of a call nobody would hear what came of it.
    /// 4. Its id, if it has one, is an integer that SDKs can hold, or a text of reasonable length: it is repeated in the answer and in
    ///    records.
    pub(super) fn parse(body: &Bytes) -> Result<Self, MessageError> {
        let value = strict_json::borrowed(body).map_err(|_: StrictJsonError| MessageError::NotJson)?; // 1
        let Json::Object(message) = value else {
            return Err(MessageError::NotOneMessage); // 2
        };
        let id = match message.get("id") {
            None => None,
            Some(Json::Number(number)) if number.is_i64() => Some(Value::Number(number.clone())),
            Some(Json::String(text)) if text.len() <= MAX_ID_BYTES => Some(text.as_ref().into()),
            Some(_) => return Err(MessageError::NotOneMessage), // 4
        };
        if !is_one_kind(&message, id.is_some()) {
            return Err(MessageError::NotOneMessage); // 3
        }
        let params = message.get("params");
        let of_params = |member: &str| params.and_then(|params| params.member(member));
        let meta = of_params("_meta").and_then(|meta| meta.member("io.modelcontextprotocol/protocolVersion"));
        let version = meta.and_then(Json::as_str);
        let method = message.get("method").and_then(Json::as_str);
        let about = match (method, params) {
            (Some(method), Some(params)) => subjects(method, params)?,
            _ => Vec::new(),
        };
        let named = method.and_then(named_by).and_then(of_params).and_then(Json::as_str);
        let fit = matches!(of_params("arguments"), None | Some(Json::Null | Json::Object(_)));
        Ok(Self {
            has_odd_arguments: matches!(about.as_slice(), [Subject::Tool(_)]) && !fit,
            about,
            method: method.map(str::to_owned),
            stateless: version.is_some_and(|version| version >= STATELESS_VERSION),
            version: version.map(str::to_owned),
            named: named.map(str::to_owned),
            id,
            body: body.clone(),
        })
    }

    /// The arguments of a call, read as before. Few tools need them before the SDK has read them, too.
    pub(super) fn arguments(&self) -> Result<Option<Value>, MessageError> {
        let mut message = strict_json::from_slice(&self.body).map_err(|_: StrictJsonError| MessageError::NotJson)?;
        let arguments = message.pointer_mut("/params/arguments");
        Ok(arguments.map(Value::take))
    }

    /// Whether its method is one whose requests name what they are about in a header, too.
    pub(super) fn has_name(&self) -> bool {
        self.method.as_deref().and_then(named_by).is_some()
    }

    /// Whether it asks for a call, well-formed or not.
    pub(super) fn is_call(&self) -> bool {
        self.method.as_deref() == Some("tools/call")
    }

    /// What it is about, if that is just one thing.
    pub(super) fn subject(&self) -> Option<&Subject> {
        match self.about.as_slice() {
            [subject] => Some(subject),
            _ => None,
        }
    }

    /// Whether its answer is a stream that lasts.
    pub(super) fn asks_for_stream(&self) -> bool {
        self.method.as_deref() == Some("subscriptions/listen")
    }

    /// What it asks to be listed, other than tools.
    pub(super) fn listed(&self) -> Option<Kind> {
        match (&self.id, self.method.as_deref()?) {
            (Some(_), "prompts/list") => Some(Kind::Prompt),
            (Some(_), "resources/list" | "resources/templates/list") => Some(Kind::Resource),
            _ => None,
        }
    }

    /// Whether a message that came without a token may pass, given that something is public.
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

/// The member of `params` that says what a request of this method is about.
fn named_by(method: &str) -> Option<&'static str> {
    match method {
        "tools/call" | "prompts/get" => Some("name"),
        "resources/read" | "resources/subscribe" | "resources/unsubscribe" => Some("uri"),
        "tasks/get" | "tasks/update" | "tasks/cancel" => Some("taskId"),
        _ => None,
    }
}

fn is_one_kind(message: &Object<'_>, has_id: bool) -> bool {
    let has = |member: &str| message.contains(member);
    let is_current = message.get("jsonrpc").and_then(Json::as_str) == Some("2.0");
    is_current
        && match (message.get("method"), has("result"), has("error")) {
            (Some(Json::String(method)), false, false) => has_id || method.starts_with("notifications/"),
            (None, result, error) => result != error,
            _ => false,
        }
}

/// What a request names. What is not there, or is no text, is left out: then it is about nothing that could be let through.
fn subjects(method: &str, params: &Json<'_>) -> Result<Vec<Subject>, MessageError> {
    let text = |value: &Json<'_>, member: &str| Some(value.member(member)?.as_str()?.to_owned());
    let subject = match method {
        "tools/call" => text(params, "name").map(Subject::Tool),
        "prompts/get" => text(params, "name").map(Subject::Prompt),
        "resources/read" | "resources/subscribe" | "resources/unsubscribe" => {
            text(params, "uri").map(Subject::Resource)
        }
        "completion/complete" => {
            params
                .member("ref")
                .and_then(|reference| match reference.member("type")?.as_str()? {
                    "ref/prompt" => text(reference, "name").map(Subject::Prompt),
                    "ref/resource" => text(reference, "uri").map(Subject::Reference),
                    _ => None,
                })
        }
        "subscriptions/listen" => {
            let notifications = params.member("notifications");
            let uris = match notifications.and_then(|all| all.member("resourceSubscriptions")) {
                Some(Json::Array(uris)) => uris.as_slice(),
                _ => &[],
            };
            if uris.len() > MAX_SUBSCRIPTIONS {
                return Err(MessageError::TooLong);
            }
            let uris = uris.iter().filter_map(Json::as_str);
            return Ok(uris.map(|uri| Subject::Resource(uri.to_owned())).collect());
        }
        _ => None,
    };
    Ok(subject.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::{
        MAX_ANONYMOUS_BYTES, MAX_BODY_BYTES, MAX_BODY_TIME, MAX_SUBSCRIPTIONS, Message, MessageError, Subject, read,
    };
    use bytes::Bytes;
    use http_body::{Body, Frame};
    use http_body_util::Full;
    use serde_json::{Value, json};
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;
    use tokio::time::{Instant, Sleep, sleep, timeout};

    fn parse(body: &str) -> Result<Message, MessageError> {
        Message::parse(&Bytes::copy_from_slice(body.as_bytes()))
    }

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
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"id":"x","\u0069d":"y"}}}"#,
            "{\"id\":1}\u{feff}",
        ];
        for body in twice {
            assert!(matches!(parse(body), Err(MessageError::NotJson)), "{body}");
        }
        let long = format!(r#"{{"jsonrpc":"2.0","id":"{}","method":"ping"}}"#, "x".repeat(257));
        for body in [
            r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":["x"],"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1e300,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":9223372036854775808,"method":"ping"}"#,
            &long,
        ] {
            assert!(matches!(parse(body), Err(MessageError::NotOneMessage)), "{body}");
        }
        for body in ["[]", "[{\"id\":1,\"method\":\"ping\"}]", "1", "\"tools/call\""] {
            assert!(matches!(parse(body), Err(MessageError::NotOneMessage)), "{body}");
        }
    }

    #[test]
    fn a_message_is_one_thing() {
        for body in [
            r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/x"}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"error":{}}"#,
            r#"{"jsonrpc":"2.0","error":{}}"#,
        ] {
            assert!(parse(body).is_ok(), "{body}");
        }
        for body in [
            "{}",
            r#"{"jsonrpc":"2.0","id":1}"#,
            r#"{"id":1,"method":"ping"}"#,
            r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
            r#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":["ping"]}"#,
            r#"{"jsonrpc":"2.0","id":1,"Method":"ping"}"#,
            r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"a"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","error":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#,
        ] {
            let refused = parse(body);
            assert!(matches!(refused, Err(MessageError::NotOneMessage)), "{body}");
        }
    }

    #[test]
    fn names_what_a_request_is_about() {
        let about = |method: &str, params: Value| {
            let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
            parse(&body.to_string()).unwrap().about
        };
        let a = || "a".to_owned();
        assert_eq!(about("tools/call", json!({"name": "a"})), [Subject::Tool(a())]);
        assert_eq!(about("prompts/get", json!({"name": "a"})), [Subject::Prompt(a())]);
        for method in ["resources/read", "resources/subscribe", "resources/unsubscribe"] {
            assert_eq!(about(method, json!({"uri": "a"})), [Subject::Resource(a())], "{method}");
        }
        let complete = |reference| about("completion/complete", json!({ "ref": reference }));
        let prompt = complete(json!({"type": "ref/prompt", "name": "a", "uri": "b"}));
        assert_eq!(prompt, [Subject::Prompt(a())]);
        let resource = complete(json!({"type": "ref/resource", "uri": "a", "name": "b"}));
        assert_eq!(resource, [Subject::Reference(a())]);
        let listen = about(
            "subscriptions/listen",
            json!({"notifications": {"resourceSubscriptions": ["a", "b"]}}),
        );
        assert_eq!(listen, [Subject::Resource(a()), Subject::Resource("b".to_owned())]);

        assert_eq!(about("tools/call", json!({"name": ["a"]})), []);
        assert_eq!(about("tools/call", json!({"uri": "a"})), []);
        assert_eq!(about("tools/list", json!({"name": "a"})), []);
        assert_eq!(complete(json!({"type": "ref/tool", "name": "a"})), []);
        assert_eq!(complete(json!({"name": "a"})), []);
    }

    #[test]
    fn a_request_subscribes_to_so_many_resources_only() {
        let listen = |count| {
            let params = json!({"notifications": {"resourceSubscriptions": vec!["a:b"; count]}});
            let body = json!({"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": params});
            parse(&body.to_string())
        };
        assert_eq!(listen(MAX_SUBSCRIPTIONS).unwrap().about.len(), MAX_SUBSCRIPTIONS);
        let many = listen(MAX_SUBSCRIPTIONS + 1);
        assert!(matches!(many, Err(MessageError::TooLong)), "{many:?}");
    }

    #[test]
    fn only_the_opening_moves_are_open_to_anyone() {
        let open = |body: &str| parse(body).unwrap().is_open_to_anyone();
        for body in [
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#,
            r#"{"jsonrpc":"2.0","id":"x","method":"tools/list"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        ] {
            assert!(open(body), "{body}");
        }
        for body in [
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"notifications/initialized"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"resources/read"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"Initialize"}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        ] {
            assert!(!open(body), "{body}");
        }
    }
}

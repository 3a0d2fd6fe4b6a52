//! What a server answered.

use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderMap, WWW_AUTHENTICATE};
use serde_json::Value;

/// An answer over HTTP, whatever it says.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The challenge (`WWW-Authenticate`), if there is one.
    pub challenge: Option<String>,
    /// All headers.
    pub headers: HeaderMap,
    /// The JSON-RPC message, whether it came as JSON or as an event of a stream. What is no JSON is a string here, and no
    /// body is null.
    pub body: Value,
}

impl Reply {
    pub(crate) async fn read(response: Response) -> Result<Self, reqwest::Error> {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let header = |name| {
            headers
                .get(name)
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let challenge = header(WWW_AUTHENTICATE);
        let streamed = header(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/event-stream"));
        let body = if streamed {
            read_stream(response).await?
        } else {
            let bytes = response.bytes().await?;
            parse(&String::from_utf8_lossy(&bytes))
        };
        Ok(Self {
            status,
            challenge,
            headers,
            body,
        })
    }

    /// The result, if the message has one.
    #[must_use]
    pub fn result(&self) -> Option<&Value> {
        self.body.get("result")
    }

    /// Whether this is anything else than a good result: another status than 200, an error of JSON-RPC, a tool's error
    /// (`isError`), or no result at all.
    #[must_use]
    pub fn is_error(&self) -> bool {
        let result = self.result();
        let tool_error = result.and_then(|result| result.get("isError")?.as_bool());
        self.status != 200 || result.is_none() || tool_error == Some(true)
    }

    /// What the answer says in words: the text of the tool's result, else the message of a JSON-RPC error, else the body if
    /// it is text; empty if there are none.
    #[must_use]
    pub fn text(&self) -> String {
        if let Some(content) = self.body.pointer("/result/content").and_then(Value::as_array) {
            let texts = content.iter().filter_map(|block| block.get("text")?.as_str());
            return texts.collect::<Vec<_>>().join("\n");
        }
        let message = self.body.pointer("/error/message").unwrap_or(&self.body);
        message.as_str().unwrap_or_default().to_owned()
    }

    /// The names of the listed tools, in their order; none if this is no list.
    #[must_use]
    pub fn tools(&self) -> Vec<String> {
        let tools = self.body.pointer("/result/tools").and_then(Value::as_array);
        let name = |tool: &Value| Some(tool.get("name")?.as_str()?.to_owned());
        tools.into_iter().flatten().filter_map(name).collect()
    }

    /// A quoted parameter of the challenge, such as `error` or `scope`.
    #[must_use]
    pub fn challenge_param(&self, name: &str) -> Option<&str> {
        let wanted = format!("{name}=\"");
        let mut rest = self.challenge.as_deref()?;
        loop {
            let (before, after) = rest.split_once(&wanted)?;
            // Another parameter's name may end with this one's.
            if before.ends_with([' ', ',']) {
                return after.split('"').next();
            }
            rest = after;
        }
    }
}

/// Reads up to the first event that answers the request: a server may keep the stream open, and may send notifications
/// before.
async fn read_stream(mut response: Response) -> Result<Value, reqwest::Error> {
    let mut received = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        received.extend_from_slice(&chunk);
        if let Some(answer) = find_answer(&String::from_utf8_lossy(&received)) {
            return Ok(answer);
        }
    }
    // The end of the stream also ends an event that no empty line follows.
    let text = String::from_utf8_lossy(&received) + "\n\n";
    Ok(find_answer(&text).unwrap_or_default())
}

/// The first complete event with a result or an error.
fn find_answer(stream: &str) -> Option<Value> {
    let stream = stream.replace("\r\n", "\n");
    let (complete, _) = stream.rsplit_once("\n\n")?;
    complete.split("\n\n").find_map(|event| {
        let data = event.lines().filter_map(|line| line.strip_prefix("data:"));
        let message: Value = serde_json::from_str(&data.collect::<Vec<_>>().join("\n")).ok()?;
        (message.get("result").is_some() || message.get("error").is_some()).then_some(message)
    })
}

fn parse(body: &str) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()))
}

#[cfg(test)]
impl Reply {
    /// A reply that was never sent.
    pub(crate) fn of(status: u16, challenge: Option<&str>, body: Value) -> Self {
        Self {
            status,
            challenge: challenge.map(str::to_owned),
            headers: HeaderMap::new(),
            body,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Reply, find_answer, parse};
    use serde_json::{Value, json};

    #[test]
    fn the_answer_is_found_among_other_events() {
        let stream = "id: 0\nretry: 3000\ndata:\n\n: comment\n\ndata: {\"method\":\"notifications/progress\"}\r\n\r\n\
                      event: message\ndata: {\"id\":1,\ndata: \"result\":{\"a\":1}}\n\ndata: {\"result\":2}\n\n";
        assert_eq!(find_answer(stream), Some(json!({"id": 1, "result": {"a": 1}})));
    }

    #[test]
    fn an_event_counts_when_it_is_complete() {
        assert_eq!(find_answer("data: {\"result\":1}"), None);
        assert_eq!(find_answer("data: {\"result\":1}\n"), None);
        assert_eq!(find_answer("data: {\"result\":1}\n\n"), Some(json!({"result": 1})));
    }

    #[test]
    fn a_body_that_is_no_json_is_kept_as_text() {
        assert_eq!(parse(""), Value::Null);
        assert_eq!(parse("Forbidden"), json!("Forbidden"));
        assert_eq!(Reply::of(403, None, parse("Forbidden")).text(), "Forbidden");
    }

    #[test]
    fn only_a_good_result_is_no_error() {
        let good = json!({"result": {"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}});
        let reply = Reply::of(200, None, good.clone());
        assert!(!reply.is_error());
        assert_eq!(reply.text(), "a\nb");
        assert!(Reply::of(403, None, good).is_error());
        assert!(Reply::of(200, None, json!({"result": {"isError": true}})).is_error());
        assert!(Reply::of(200, None, json!({"error": {"code": 1, "message": "no"}})).is_error());
        assert!(Reply::of(200, None, json!("hello")).is_error());
        assert!(Reply::of(200, None, Value::Null).is_error());
    }

    #[test]
    fn challenge_parameters_are_found_by_their_whole_name() {
        let challenge = r#"Bearer my_error="a, b", error="invalid_token",error_description="no, error=", scope="a b""#;
        let reply = Reply::of(401, Some(challenge), Value::Null);
        assert_eq!(reply.challenge_param("error"), Some("invalid_token"));
        assert_eq!(reply.challenge_param("scope"), Some("a b"));
        assert_eq!(reply.challenge_param("realm"), None);
    }

    #[test]
    fn the_tools_of_a_list_are_named() {
        let reply = Reply::of(200, None, json!({"result": {"tools": [{"name": "b"}, {"name": "a"}]}}));
        assert_eq!(reply.tools(), ["b", "a"]);
        assert!(Reply::of(401, None, Value::Null).tools().is_empty());
    }
}

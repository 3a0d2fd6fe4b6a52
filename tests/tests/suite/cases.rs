//! One table of requests, sent to a server of each SDK, over HTTP, in both protocol eras: what comes back, and what is
//! written down. What an SDK or an era does in its own way stands in the case.

use crate::legacy::Legacy;
use crate::server::{Notes, Running, Sdk};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::time::Duration;
use toolgate_testing::{McpClient, Reply};

/// The protocol versions before and after sessions were dropped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Era {
    Sessions,
    Stateless,
}

/// Who asks.
#[derive(Clone, Copy)]
enum Who {
    Nobody,
    /// A user of the demonstration.
    User(&'static str),
    /// Somebody with alice's session, if there are sessions, and this token.
    Thief(fn(&Running) -> String),
    /// Somebody with this token, and a session of their own.
    Holder(fn(&Running) -> String),
}

struct Case {
    name: &'static str,
    who: Who,
    method: &'static str,
    params: Value,
    /// With which SDK, if not with each.
    sdk: Option<Sdk>,
    /// In which era, if not in both.
    era: Option<Era>,
    status: u16,
    /// The parameters of the challenge; none if there must be no challenge.
    challenge: Vec<(&'static str, Option<&'static str>)>,
    /// What stands where in the body. Null is also what is not there.
    body: Vec<(&'static str, Value)>,
    /// The records, as "tool decision reason" and "tool outcome".
    records: &'static [&'static str],
}

fn case(name: &'static str, who: Who, method: &'static str, params: Value) -> Case {
    Case {
        name,
        who,
        method,
        params,
        sdk: None,
        era: None,
        status: 200,
        challenge: Vec::new(),
        body: Vec::new(),
        records: &[],
    }
}

fn call(name: &'static str, who: Who, tool: &str, arguments: Value) -> Case {
    let params = Map::from_iter([("name".to_owned(), tool.into()), ("arguments".to_owned(), arguments)]);
    case(name, who, "tools/call", params.into())
}

impl Case {
    fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    fn challenge(mut self, error: Option<&'static str>, scope: &'static str) -> Self {
        self.challenge = vec![("error", error), ("scope", Some(scope))];
        self
    }

    fn body(mut self, place: &'static str, value: impl Into<Value>) -> Self {
        self.body.push((place, value.into()));
        self
    }

    fn with(mut self, sdk: Sdk) -> Self {
        self.sdk = Some(sdk);
        self
    }

    fn within(mut self, era: Era) -> Self {
        self.era = Some(era);
        self
    }

    fn is_for(&self, sdk: Sdk, era: Era) -> bool {
        self.sdk.is_none_or(|only| only == sdk) && self.era.is_none_or(|only| only == era)
    }

    fn records(mut self, records: &'static [&'static str]) -> Self {
        self.records = records;
        self
    }

    /// A result that is an error.
    fn error(self, text: &str) -> Self {
        self.body("/result/isError", true)
            .body("/result/content/0/text", text)
            .body("/result/structuredContent", Value::Null)
    }

    /// A list of exactly these tools.
    fn lists(self, tools: &[&str]) -> Self {
        const PLACES: [&str; 6] = [
            "/result/tools/0/name",
            "/result/tools/1/name",
            "/result/tools/2/name",
            "/result/tools/3/name",
            "/result/tools/4/name",
            "/result/tools/5/name",
        ];
        let names = tools.iter().map(|name| json!(name)).chain([Value::Null]);
        PLACES
            .into_iter()
            .zip(names)
            .fold(self, |case, (place, name)| case.body(place, name))
    }
}

fn update(id: &str) -> Value {
    json!({"resource_id": id, "text": "new"})
}

/// In this order: the last ones change what the others find.
fn cases() -> Vec<Case> {
    [
        open_tools(),
        refused_at_the_door(),
        lists_and_other_methods(),
        decided_by_arguments(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn expired(server: &Running) -> String {
    server.token("alice").tenant("acme").expired().mint()
}

/// Tools for everyone, or for every caller.
#[rustfmt::skip]
fn open_tools() -> Vec<Case> {
    use Who::{Nobody, User};
    vec![
        call("a public tool is for everyone", Nobody, "server_time", json!({}))
            .body("/result/isError", false)
            .records(&["server_time allow", "server_time ok"]),
        call("and for callers", User("bob"), "server_time", json!({}))
            .body("/result/isError", false)
            .records(&["server_time allow", "server_time ok"]),
        call("a tool knows its caller", User("bob"), "whoami", json!({}))
            .body("/result/isError", false)
            .body("/result/structuredContent", json!({"subject": "bob", "tenant": "acme", "scopes": ["read:tools"], "roles": ["user"]}))
            .body("/result/content/0/type", "text")
            .body("/result/content/1", Value::Null)
            .records(&["whoami allow", "whoami ok"]),
        call("arguments may be left out", User("bob"), "list_notes", Value::Null)
            .body("/result/structuredContent/notes/0/id", "acme-1")
            .body("/result/structuredContent/notes/2", Value::Null)
            .records(&["list_notes allow", "list_notes ok"]),
    ]
}

/// Calls that HTTP answers.
#[rustfmt::skip]
fn refused_at_the_door() -> Vec<Case> {
    use Who::{Holder, Nobody, Thief, User};
    let foreign = |server: &Running| server.provider.token("alice").audience("https://other.example/mcp").mint();
    let garbage = |_: &Running| "garbage".to_owned();
    let without_role = |server: &Running| server.token("eve").tenant("acme").scopes(["write:tools"]).mint();
    vec![
        call("without a token a tool for callers is a 401", Nobody, "whoami", json!({}))
            .status(401).challenge(None, "read:tools")
            .body("/error/code", 401).body("/result", Value::Null)
            .records(&["whoami deny unauthenticated"]),
        call("that names the scopes of the tool", Nobody, "update_note", update("acme-1"))
            .status(401).challenge(None, "read:tools write:tools")
            .records(&["update_note deny unauthenticated"]),
        call("an expired token is a 401", Thief(expired), "whoami", json!({}))
            .status(401).challenge(Some("invalid_token"), "read:tools")
            .records(&["- deny invalid_token"]),
        call("on a public tool too", Thief(expired), "server_time", json!({}))
            .status(401).challenge(Some("invalid_token"), "read:tools")
            .records(&["- deny invalid_token"]),
        call("a token for another server is a 401", Thief(foreign), "whoami", json!({}))
            .status(401).challenge(Some("invalid_token"), "read:tools")
            .records(&["- deny invalid_token"]),
        call("what is no token is a 401", Thief(garbage), "whoami", json!({}))
            .status(401).challenge(Some("invalid_token"), "read:tools")
            .records(&["- deny invalid_token"]),

        call("a missing scope is a 403 that names it", User("bob"), "update_note", update("acme-1"))
            .status(403).challenge(Some("insufficient_scope"), "write:tools")
            .body("/error/code", 403)
            .records(&["update_note deny insufficient_scope"]),
        call("whatever the arguments", User("bob"), "update_note", json!({"nonsense": true}))
            .status(403).challenge(Some("insufficient_scope"), "write:tools")
            .records(&["update_note deny insufficient_scope"]),
        call("a missing role is a 403 without a challenge", Holder(without_role), "update_note", update("acme-1"))
            .status(403)
            .body("/error/message", "not permitted")
            .records(&["update_note deny insufficient_role"]),
    ]
}

/// What is no call.
#[rustfmt::skip]
fn lists_and_other_methods() -> Vec<Case> {
    use Who::{Nobody, Thief, User};
    vec![
        case("a list is what the caller may call", User("bob"), "tools/list", json!({}))
            .lists(&["server_time", "whoami", "list_notes"]),
        case("and is private", User("bob"), "tools/list", json!({})).within(Era::Stateless)
            .body("/result/cacheScope", "private")
            .body("/result/ttlMs", 0),
        case("where there is caching", User("bob"), "tools/list", json!({})).within(Era::Sessions)
            .body("/result/cacheScope", Value::Null)
            .body("/result/ttlMs", Value::Null),
        case("nobody may call what is public", Nobody, "tools/list", json!({}))
            .lists(&["server_time"]),
        case("who has everything sees everything", User("carol"), "tools/list", json!({}))
            .lists(&["server_time", "whoami", "list_notes", "update_note", "delete_notes"])
            .body("/result/tools/3/inputSchema/required", json!(["resource_id", "text"]))
            .body("/result/tools/3/outputSchema/type", "object")
            .body("/result/tools/4/annotations/destructiveHint", true)
            .body("/result/tools/3/description", "Replaces the text of a note."),
        case("a bad token gets no list", Thief(expired), "tools/list", json!({}))
            .status(401).challenge(Some("invalid_token"), "read:tools")
            .records(&["- deny invalid_token"]),

        case("other methods need a token", Nobody, "resources/list", json!({}))
            .status(401).challenge(None, "read:tools")
            .records(&["- deny unauthenticated"]),
        // A server without resources: to one SDK the method is unknown, to the other the list is empty.
        case("with one they are the SDK's business", User("alice"), "resources/list", json!({})).with(Sdk::Pmcp)
            .body("/result/resources", json!([])),
        case("with one they are the SDK's business", User("alice"), "resources/list", json!({})).with(Sdk::Rmcp).within(Era::Sessions)
            .body("/error/code", -32601),
        case("with one they are the SDK's business", User("alice"), "resources/list", json!({})).with(Sdk::Rmcp).within(Era::Stateless)
            .status(404)
            .body("/error/code", -32601),
    ]
}

/// Calls that get as far as the tool's arguments, or to none.
#[rustfmt::skip]
fn decided_by_arguments() -> Vec<Case> {
    use Who::{Nobody, User};
    vec![
        call("who may, may", User("alice"), "update_note", update("acme-1"))
            .body("/result/isError", false)
            .body("/result/structuredContent/text", "new")
            .records(&["update_note allow", "update_note ok"]),
        call("not in another tenant", User("alice"), "update_note", update("globex-1"))
            .error("not found or not permitted")
            .records(&["update_note deny other_tenant"]),
        call("which is the same as not there", User("alice"), "update_note", update("nothing-1"))
            .error("not found or not permitted")
            .records(&["update_note deny no_such_resource"]),
        call("wrong arguments are an error that says what is wrong", User("alice"), "update_note", json!({"resource_id": "acme-1"}))
            .error("invalid arguments: missing field `text`")
            .records(&["update_note deny invalid_arguments"]),

        call("an unknown tool is an error of the protocol", User("alice"), "no_such_tool", json!({}))
            .body("/error/code", -32602).body("/error/message", "tool not found")
            .records(&["- deny unknown_tool"]),
        call("for those who have a token", Nobody, "no_such_tool", json!({}))
            .status(401).challenge(None, "read:tools")
            .records(&["- deny unauthenticated"]),

        call("a destructive tool for those who may", User("carol"), "delete_notes", json!({}))
            .body("/result/structuredContent/count", 1)
            .records(&["delete_notes allow", "delete_notes ok"]),
        call("and for nobody else", User("alice"), "delete_notes", json!({}))
            .status(403).challenge(Some("insufficient_scope"), "admin")
            .records(&["delete_notes deny insufficient_scope"]),
    ]
}

#[tokio::test]
async fn every_case_comes_out_as_written_with_each_sdk_in_each_era() {
    let mut wrong = String::new();
    for sdk in Sdk::EACH {
        for era in [Era::Sessions, Era::Stateless] {
            let notes = Notes::start(sdk).await;
            for case in cases().iter().filter(|case| case.is_for(sdk, era)) {
                let before = notes.records.all().len();
                let reply = ask(&notes, era, case).await;
                let records = records_since(&notes, before, case.records.len()).await;
                for difference in differences(case, &reply, &records) {
                    writeln!(wrong, "{sdk:?} {era:?}: {}: {difference}", case.name).unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

async fn ask(server: &Running, era: Era, case: &Case) -> Reply {
    let token = match case.who {
        Who::Nobody => None,
        Who::User(name) => Some(server.token_of(name)),
        Who::Thief(token) | Who::Holder(token) => Some(token(server)),
    };
    let mut client = server.client();
    if let Some(token) = &token {
        client = client.bearer(token);
    }
    let mut params = case.params.clone();
    if let Value::Object(params) = &mut params {
        params.retain(|_, value| !value.is_null());
    }
    if era == Era::Stateless {
        return client.request(case.method, params).await.unwrap();
    }
    let owner = match case.who {
        Who::Thief(_) => Some(server.token_of("alice")),
        _ => token,
    };
    let session = open(server, owner).await;
    let client = in_session(client, session.as_deref());
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": case.method, "params": params});
    client.post(body).await.unwrap()
}

/// Callers get a session with each SDK. Whether nobody gets one is the SDK's business.
async fn open(server: &Running, token: Option<String>) -> Option<String> {
    let mut opener = Legacy::new(server, None);
    opener.token = token;
    let session = opener.initialize().await;
    assert!(session.is_some() || opener.token.is_none());
    session
}

fn in_session(client: McpClient, session: Option<&str>) -> McpClient {
    let client = client.without_header("Mcp-Method").without_header("Mcp-Name");
    let client = client.header("MCP-Protocol-Version", "2025-06-18");
    match session {
        Some(session) => client.header("Mcp-Session-Id", session),
        None => client,
    }
}

/// The records that came since, in short; an outcome may be written a moment after the client has its answer.
async fn records_since(server: &Running, before: usize, expected: usize) -> Vec<String> {
    for _ in 0..200 {
        if server.records.all().len() >= before + expected {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let short = |record: &Value| {
        let field = |name: &str| record[name].as_str().map(str::to_owned);
        let tool = field("gen_ai.tool.name").unwrap_or("-".to_owned());
        let words = ["decision", "reason", "outcome"].into_iter().filter_map(field);
        words.fold(tool, |line, word| line + " " + &word)
    };
    server.records.all()[before..].iter().map(short).collect()
}

fn differences(case: &Case, reply: &Reply, records: &[String]) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |what: &str, found: Value, expected: Value| {
        if found != expected {
            differences.push(format!("{what} is {found}, not {expected}"));
        }
    };
    compare("the status", json!(reply.status), json!(case.status));
    if case.challenge.is_empty() {
        compare("the challenge", json!(reply.challenge), Value::Null);
    }
    for (name, value) in &case.challenge {
        compare(name, json!(reply.challenge_param(name)), json!(value));
    }
    for (place, value) in &case.body {
        let found = reply.body.pointer(place).cloned().unwrap_or_default();
        compare(place, found, value.clone());
    }
    compare("the records", json!(records), json!(case.records));
    differences
}

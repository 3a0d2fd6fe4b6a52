//! Requests to the notes server, and what has to come of each: with every SDK, in both protocol eras, over HTTP and stdio.

mod table;

pub use self::table::cases;

use serde_json::{Map, Value, json};
use toolgate_testing::IdentityProvider;

/// What a server is made with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sdk {
    /// The crate `rmcp`.
    Rmcp,
    /// The crate `pmcp`.
    Pmcp,
}

/// The protocol versions before and after sessions were dropped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Era {
    /// Up to 2025-11-25.
    Sessions,
    /// From 2026-07-28.
    Stateless,
}

/// How a server is spoken to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transport {
    /// Streamable HTTP.
    Http,
    /// The standard streams of a process of the client's own.
    Stdio,
}

/// Who asks. Over stdio: whose token the server was started with.
#[derive(Clone, Copy, Debug)]
pub enum Who {
    /// Somebody without a token.
    Nobody,
    /// A user of the demonstration.
    User(&'static str),
    /// Somebody with alice's session, if there are sessions, and this token.
    Thief(Mint),
    /// Somebody with this token, and a session of their own.
    Holder(Mint),
}

/// Makes a token for the server at a resource URL.
pub type Mint = fn(&IdentityProvider, &str) -> String;

/// A request, and what has to come of it.
#[derive(Debug)]
pub struct Case {
    /// What it shows.
    pub name: &'static str,
    /// Who asks.
    pub who: Who,
    /// The method.
    pub method: &'static str,
    params: Value,
    sdk: Option<Sdk>,
    era: Option<Era>,
    transport: Option<Transport>,
    /// The status over HTTP.
    pub status: u16,
    /// The parameters of the challenge over HTTP; none if there must be no challenge.
    pub challenge: Vec<(&'static str, Option<&'static str>)>,
    http: Answer,
    stdio: Answer,
}

/// What comes back whatever the transport, and what is written down.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// What stands where in the message. Null is also what is not there.
    pub body: Vec<(&'static str, Value)>,
    /// The records, as "tool decision reason" and "tool outcome".
    pub records: &'static [&'static str],
}

fn case(name: &'static str, who: Who, method: &'static str, params: Value) -> Case {
    Case {
        name,
        who,
        method,
        params,
        sdk: None,
        era: None,
        transport: None,
        status: 200,
        challenge: Vec::new(),
        http: Answer::default(),
        stdio: Answer::default(),
    }
}

fn call(name: &'static str, who: Who, tool: &str, arguments: Value) -> Case {
    let params = Map::from_iter([("name".to_owned(), tool.into()), ("arguments".to_owned(), arguments)]);
    case(name, who, "tools/call", params.into())
}

/// How the table is written.
impl Case {
    fn with(self, sdk: Sdk) -> Self {
        Self { sdk: Some(sdk), ..self }
    }

    fn within(self, era: Era) -> Self {
        Self { era: Some(era), ..self }
    }

    fn over(self, transport: Transport) -> Self {
        Self {
            transport: Some(transport),
            ..self
        }
    }

    /// For HTTP, as there is nothing like it over stdio.
    fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// For HTTP, as there is nothing like it over stdio.
    fn challenge(self, error: Option<&'static str>, scope: &'static str) -> Self {
        Self {
            challenge: vec![("error", error), ("scope", Some(scope))],
            ..self
        }
    }

    fn each(self, write: impl Fn(Answer) -> Answer) -> Self {
        Self {
            http: write(self.http),
            stdio: write(self.stdio),
            ..self
        }
    }

    fn body(self, place: &'static str, value: impl Into<Value>) -> Self {
        let value = value.into();
        self.each(|answer| answer.body(place, value.clone()))
    }

    fn error(self, text: &str) -> Self {
        self.each(|answer| answer.error(text))
    }

    fn lists(self, tools: &[&str]) -> Self {
        self.each(|answer| answer.lists(tools))
    }

    fn records(self, records: &'static [&'static str]) -> Self {
        self.each(|answer| answer.records(records))
    }

    /// What comes over stdio in place of the body, if it is something else: there only a result can say anything. The
    /// records are the same, unless others are written here.
    fn over_stdio(self, write: impl FnOnce(Answer) -> Answer) -> Self {
        let same = Answer {
            body: Vec::new(),
            records: self.stdio.records,
        };
        Self {
            stdio: write(same),
            ..self
        }
    }
}

impl Answer {
    fn body(mut self, place: &'static str, value: impl Into<Value>) -> Self {
        self.body.push((place, value.into()));
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
            .fold(self, |answer, (place, name)| answer.body(place, name))
    }

    fn records(self, records: &'static [&'static str]) -> Self {
        Self { records, ..self }
    }

    /// How a message and the records that came with it differ from this.
    #[must_use]
    pub fn differences(&self, message: &Value, records: &[String]) -> Vec<String> {
        let places = self.body.iter().map(|(place, expected)| {
            let found = message.pointer(place).cloned().unwrap_or_default();
            (*place, found, expected.clone())
        });
        let records = ("the records", json!(records), json!(self.records));
        let differs = |(what, found, expected): (&str, Value, Value)| {
            (found != expected).then(|| format!("{what} is {found}, not {expected}"))
        };
        places.chain([records]).filter_map(differs).collect()
    }
}

impl Case {
    /// Whether it is for a server like this.
    #[must_use]
    pub fn is_for(&self, sdk: Sdk, era: Era, transport: Transport) -> bool {
        self.sdk.is_none_or(|only| only == sdk)
            && self.era.is_none_or(|only| only == era)
            && self.transport.is_none_or(|only| only == transport)
    }

    /// What has to come back.
    #[must_use]
    pub fn answer(&self, transport: Transport) -> &Answer {
        match transport {
            Transport::Http => &self.http,
            Transport::Stdio => &self.stdio,
        }
    }

    /// The parameters. A member that is null in the table is left out.
    #[must_use]
    pub fn params(&self) -> Value {
        let mut params = self.params.clone();
        if let Value::Object(params) = &mut params {
            params.retain(|_, value| !value.is_null());
        }
        params
    }
}

/// A record in short.
#[must_use]
pub fn short(record: &Value) -> String {
    let field = |name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned);
    let tool = field("gen_ai.tool.name").unwrap_or("-".to_owned());
    let words = ["decision", "reason", "outcome"].into_iter().filter_map(field);
    words.fold(tool, |line, word| line + " " + &word)
}

//! Every call as every caller: a server's policy as it is, not as it is meant.

use crate::client::McpClient;
use crate::error::Error;
use crate::table::{Table, first_repeated};
use crate::verdict::Verdict;
use serde_json::Value;

/// Callers and calls, to be tried in every combination over HTTP.
#[must_use = "a matrix does nothing until `.run()`"]
pub struct Matrix {
    client: McpClient,
    callers: Vec<(String, Option<String>)>,
    calls: Vec<Call>,
}

struct Call {
    name: String,
    tool: String,
    arguments: Value,
}

impl Matrix {
    /// A matrix of the server at this loopback URL.
    pub fn new(url: &str) -> Result<Self, Error> {
        Ok(Self {
            client: McpClient::new(url)?,
            callers: Vec::new(),
            calls: Vec::new(),
        })
    }

    /// Adds a caller: the name of its row, and its token if it has one.
    pub fn caller(mut self, name: &str, token: impl Into<Option<String>>) -> Self {
        self.callers.push((name.to_owned(), token.into()));
        self
    }

    /// Adds a call, in a column named after the tool.
    pub fn call(self, tool: &str, arguments: Value) -> Self {
        self.call_as(tool, tool, arguments)
    }

    /// Adds a call in a column of this name, for tools that are called with several arguments.
    pub fn call_as(mut self, name: &str, tool: &str, arguments: Value) -> Self {
        self.calls.push(Call {
            name: name.to_owned(),
            tool: tool.to_owned(),
            arguments,
        });
        self
    }

    /// Makes every call as every caller, one after the other: all calls of the first caller, then of the second.
    ///
    /// A tool that is let through really runs.
    pub async fn run(&self) -> Result<Table, Error> {
        check_names(&self.callers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>())?;
        check_names(&self.calls.iter().map(|call| call.name.as_str()).collect::<Vec<_>>())?;
        let mut rows = Vec::new();
        for (caller, token) in &self.callers {
            let client = match token {
                Some(token) => self.client.clone().bearer(token),
                None => self.client.clone(),
            };
            let mut verdicts = Vec::new();
            for call in &self.calls {
                let reply = client.call(&call.tool, call.arguments.clone()).await?;
                verdicts.push(Verdict::of(&reply));
            }
            rows.push((caller.clone(), verdicts));
        }
        Ok(Table {
            calls: self.calls.iter().map(|call| call.name.clone()).collect(),
            rows,
        })
    }
}

fn check_names(names: &[&str]) -> Result<(), Error> {
    if let Some(name) = first_repeated(names) {
        return Err(Error::Name(name.to_owned(), "it is taken"));
    }
    let unreadable = |name: &&&str| name.is_empty() || name.contains(char::is_whitespace);
    match names.iter().find(unreadable) {
        Some(name) => Err(Error::Name(
            (*name).to_owned(),
            "white space separates the cells of a table",
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::Matrix;
    use crate::error::Error;
    use axum::Router;
    use axum::http::{HeaderMap, StatusCode};
    use axum::routing::post;
    use serde_json::json;

    /// Lets the token `writer` write and everybody with a token read.
    async fn decide(headers: HeaderMap) -> (StatusCode, [(&'static str, &'static str); 1], String) {
        let token = headers.get("authorization").map(|value| value.to_str().unwrap());
        let tool = headers.get("mcp-name").map(|value| value.to_str().unwrap());
        let done = json!({"result": {"content": []}}).to_string();
        let scope = r#"Bearer error="insufficient_scope", scope="write""#;
        match (token, tool) {
            (None, _) => (
                StatusCode::UNAUTHORIZED,
                [("www-authenticate", "Bearer")],
                String::new(),
            ),
            (Some("Bearer writer"), _) | (_, Some("read")) => (StatusCode::OK, [("a", "b")], done),
            _ => (StatusCode::FORBIDDEN, [("www-authenticate", scope)], String::new()),
        }
    }

    #[tokio::test]
    async fn every_caller_makes_every_call() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/mcp", post(decide));
        tokio::spawn(async { axum::serve(listener, router).await });
        let matrix = Matrix::new(&format!("http://{address}/mcp")).unwrap();
        let table = matrix
            .caller("writer", "writer".to_owned())
            .caller("reader", "reader".to_owned())
            .caller("nobody", None)
            .call("read", json!({}))
            .call("write", json!({}))
            .call_as("read_all", "read", json!({"all": true}))
            .run()
            .await
            .unwrap();
        table.assert_matches(
            "       read write read_all
             writer yes  yes   yes
             reader yes  403   yes
             nobody 401  no    no",
        );
        let denied = table.verdict("reader", "write").unwrap();
        assert_eq!(denied.to_string(), "403 (insufficient_scope)");
        assert_eq!(table.verdict("reader", "other"), None);
    }

    #[tokio::test]
    async fn names_have_to_be_readable_in_a_table() {
        let matrix = || Matrix::new("http://127.0.0.1:1/").unwrap();
        for matrix in [
            matrix().caller("a", None).caller("a", None),
            matrix().caller("a b", None),
            matrix().caller("", None),
            matrix().call("read", json!({})).call("read", json!({})),
        ] {
            assert!(matches!(matrix.run().await, Err(Error::Name(..))));
        }
    }
}

//! A request as the provider received it.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, Uri};
use std::fmt;
use url::form_urlencoded;

/// The most that is read of a request's body.
const MAX_BODY: usize = 1 << 20;

/// A request as the provider received it, for assertions about what a server sends.
///
/// It may hold tokens and credentials, so its `Debug` shows the names of the headers and no values.
#[derive(Clone)]
pub struct RecordedRequest {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
}

impl RecordedRequest {
    pub(crate) async fn read(request: Request) -> Self {
        let (parts, body) = request.into_parts();
        // A body that is too long or breaks off reads as an empty one.
        let body = to_bytes(body, MAX_BODY).await.unwrap_or_default();
        Self {
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// The method, such as `POST`.
    #[must_use]
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// The path, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// What stands after the `?` of the URL.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// The value of a header, if it is there once. The name is compared without regard to case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        match *self.headers(name) {
            [value] => Some(value),
            _ => None,
        }
    }

    /// All values of a header. One that is not ASCII reads as the empty string.
    #[must_use]
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let values = self.headers.get_all(name).iter();
        values.map(|value| value.to_str().unwrap_or_default()).collect()
    }

    /// The body; what is not UTF-8 in it is replaced.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The body read as a form, in its order.
    #[must_use]
    pub fn form(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }

    /// The value of a parameter of the form, if it is there once.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut values = self.form().into_iter().filter(|(given, _)| given == name);
        let (_, value) = values.next()?;
        values.next().is_none().then_some(value)
    }
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedRequest")
            .field("method", &self.method)
            .field("path", &self.path())
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::RecordedRequest;
    use axum::body::Body;
    use axum::extract::Request;

    #[tokio::test]
    async fn what_is_there_twice_has_no_one_value() {
        let request = Request::post("/a?b=c")
            .header("X-Once", "1")
            .header("X-Twice", "1")
            .header("x-twice", "2")
            .body(Body::from("once=a%20b&twice=1&twice=2"))
            .unwrap();
        let request = RecordedRequest::read(request).await;
        assert_eq!((request.path(), request.query()), ("/a", Some("b=c")));
        assert_eq!((request.header("x-once"), request.header("x-twice")), (Some("1"), None));
        assert_eq!(request.headers("x-twice"), ["1", "2"]);
        assert_eq!(
            (request.parameter("once").as_deref(), request.parameter("twice")),
            (Some("a b"), None)
        );
        assert_eq!(request.form().len(), 3);
        assert_eq!(request.body(), "once=a%20b&twice=1&twice=2");
    }
}

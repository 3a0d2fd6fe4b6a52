//! Documents of the issuer, fetched within limits.

mod form;
mod http;

pub use self::form::Form;
pub use self::http::{HttpFetch, HttpFetchBuilder};

use futures_util::future::BoxFuture;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Duration;
use url::Url;

/// The longest document that is read, in bytes (R9).
pub const MAX_DOCUMENT_BYTES: usize = 256 * 1024;

/// Talks to an issuer. [`HttpFetch`] does it for real; tests put in something else.
pub trait Fetch: Send + Sync + 'static {
    /// The body of a `200 OK` answer to a `GET`, at most [`MAX_DOCUMENT_BYTES`] long. Everything else is an error.
    fn get<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<Document, FetchError>>;

    /// The answer to a `POST` of a form, of any status, with a body of at most [`MAX_DOCUMENT_BYTES`].
    ///
    /// Only introspection needs it (RFC 7662). By default an error.
    fn post<'a>(&'a self, url: &'a Url, form: &'a Form) -> BoxFuture<'a, Result<Answer, FetchError>> {
        let _ = (url, form);
        Box::pin(async { Err(FetchError::new("this `Fetch` sends no forms")) })
    }
}

/// A document of the issuer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Document {
    /// What it says.
    pub body: Vec<u8>,
    /// For how long it may be kept, by `Cache-Control` (RFC 9111 section 5.2.2); zero for `no-store` and `no-cache`. `None` if
    /// that is not said.
    pub max_age: Option<Duration>,
}

impl Document {
    /// Says for how long it may be kept.
    #[must_use]
    pub fn with_max_age(self, max_age: impl Into<Option<Duration>>) -> Self {
        Self {
            max_age: max_age.into(),
            ..self
        }
    }
}

impl<T: Into<Vec<u8>>> From<T> for Document {
    fn from(body: T) -> Self {
        Self {
            body: body.into(),
            max_age: None,
        }
    }
}

/// What a form was answered with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// The `Content-Type`, as it was sent.
    pub content_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// An answer of this status, with a body of this type.
    pub fn new(status: u16, content_type: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            content_type: Some(content_type.into()),
            body: body.into(),
        }
    }
}

/// A document could not be had.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct FetchError {
    what: Cow<'static, str>,
    #[source]
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl FetchError {
    /// What went wrong, for the log.
    pub fn new(what: impl Into<Cow<'static, str>>) -> Self {
        Self {
            what: what.into(),
            source: None,
        }
    }

    /// What went wrong, and why.
    pub fn because(what: impl Into<Cow<'static, str>>, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            what: what.into(),
            source: Some(source.into()),
        }
    }
}

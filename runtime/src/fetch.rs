//! Documents of the issuer, fetched within limits.

mod http;

pub use self::http::{HttpFetch, HttpFetchBuilder};

use futures_util::future::BoxFuture;
use std::borrow::Cow;
use std::error::Error as StdError;
use url::Url;

/// The longest document that is read, in bytes (R9).
pub const MAX_DOCUMENT_BYTES: usize = 256 * 1024;

/// Gets documents. [`HttpFetch`] does it for real; tests put in something else.
pub trait Fetch: Send + Sync + 'static {
    /// The body of a `200 OK` answer to a `GET`, at most [`MAX_DOCUMENT_BYTES`] long. Everything else is an error.
    fn get<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<Vec<u8>, FetchError>>;
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

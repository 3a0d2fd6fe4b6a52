//! What can go wrong before there is something to assert.

use std::error::Error as StdError;

/// A test could not be set up or carried out. What a server answers is never an error: it is a [`Reply`](crate::Reply).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address or URL is not on the loopback interface, the only one that is used here.
    #[error("`{0}` is not on the loopback interface")]
    NotLoopback(String),
    /// This is not an HTTP URL.
    #[error("`{0}` is not an http or https URL")]
    Url(String),
    /// The listener could not be opened.
    #[error("cannot listen")]
    Listen(#[source] std::io::Error),
    /// A request cannot be made of this.
    #[error("cannot build the request: {0}")]
    Request(String),
    /// There was no answer over HTTP.
    #[error("no answer")]
    Transport(#[source] Box<dyn StdError + Send + Sync>),
    /// The rows and columns of a matrix need names that a table can show.
    #[error("`{0}` cannot name a row or column: {1}")]
    Name(String, &'static str),
}

//! An answer of the provider, and what a fault makes of it.

use crate::fault::Fault;
use crate::wire::{Script, chunk};
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::io::{self, Read as _};

const LOGIN_PAGE: &str =
    "<!DOCTYPE html><html><head><title>Log in</title></head><body><form method=\"post\"></form></body></html>";

/// An answer as it should be.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) body: Vec<u8>,
}

/// What is done in place of it.
pub(crate) enum Spoiled {
    Answer(Answer),
    Script(Script),
}

impl Answer {
    pub(crate) fn new(content_type: &str, body: &Value) -> Self {
        Self {
            status: StatusCode::OK,
            content_type: content_type.to_owned(),
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
        }
    }

    pub(crate) fn json(body: &Value) -> Self {
        Self::new("application/json", body)
    }

    pub(crate) fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Lets this fault change the answer. Those that take more than the answer are done before.
    pub(crate) fn spoil(mut self, fault: Fault) -> Spoiled {
        match fault {
            // Both have waited before the answer was made; the others have made another answer.
            Fault::Delay(_) | Fault::Hold | Fault::DuplicateKids | Fault::SignedAnswer => {}
            Fault::Status(status) => {
                self.status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            }
            Fault::Html => {
                "text/html; charset=utf-8".clone_into(&mut self.content_type);
                self.body = LOGIN_PAGE.into();
            }
            Fault::ContentType(content_type) => content_type.clone_into(&mut self.content_type),
            Fault::Redirect(redirect) => {
                self.status = StatusCode::from_u16(redirect.status).unwrap_or(StatusCode::FOUND);
                self = self.header(header::LOCATION, redirect.location);
            }
            Fault::Body(text) => self.body = text.into_bytes(),
            Fault::NotJson => self.body = b"this is not JSON".to_vec(),
            Fault::Empty => self.body = b"{}".to_vec(),
            Fault::DuplicateMembers => self.body = repeat_first_member(&self.body),
            Fault::Gzip(spaces) => {
                self.body = gzip(&self.body, spaces).unwrap_or_default();
                self = self.header(header::CONTENT_ENCODING, "gzip");
            }
            Fault::Hang => return Spoiled::Script(Script::Silence),
            Fault::Close => return Spoiled::Script(Script::Bytes(Vec::new())),
            Fault::ShortBody => {
                let length = self.body.len();
                let half = self.body.get(..length / 2).unwrap_or_default();
                return Spoiled::Script(Script::Bytes(
                    [self.head(Length::Is(length as u64)), half.to_vec()].concat(),
                ));
            }
            Fault::CutChunks => {
                let half = self.body.get(..self.body.len() / 2).unwrap_or_default();
                return Spoiled::Script(Script::Bytes([self.head(Length::Chunked), chunk(half)].concat()));
            }
            Fault::SlowBody(pause) => {
                let head = self.head(Length::Chunked);
                let body = self.body;
                return Spoiled::Script(Script::Drip { head, body, pause });
            }
            Fault::Huge(spaces) => return self.flood(Length::Chunked, spaces),
            Fault::Endless => return self.flood(Length::Chunked, u64::MAX),
            Fault::HugeDeclared(spaces) => {
                let length = spaces.saturating_add(self.body.len() as u64);
                return self.flood(Length::Is(length), spaces);
            }
            Fault::FalseLength(length) => return self.flood(Length::Is(length), u64::MAX),
        }
        Spoiled::Answer(self)
    }

    fn flood(&self, length: Length, spaces: u64) -> Spoiled {
        let chunked = matches!(length, Length::Chunked);
        let body = if chunked { chunk(&self.body) } else { self.body.clone() };
        let bytes = [self.head(length), body].concat();
        Spoiled::Script(Script::Flood { bytes, spaces, chunked })
    }

    /// The head of the answer (RFC 9112 section 4), for what is written by hand.
    fn head(&self, length: Length) -> Vec<u8> {
        let framing = match length {
            Length::Chunked => "transfer-encoding: chunked".to_owned(),
            Length::Is(length) => format!("content-length: {length}"),
        };
        let mut head = format!("HTTP/1.1 {}\r\ncontent-type: {}\r\n", self.status, self.content_type);
        for (name, value) in &self.headers {
            head.extend([name.as_str(), ": ", value, "\r\n"]);
        }
        head.extend([&*framing, "\r\nconnection: close\r\n\r\n"]);
        head.into_bytes()
    }
}

#[derive(Clone, Copy)]
enum Length {
    Chunked,
    Is(u64),
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = [(header::CONTENT_TYPE, self.content_type)]
            .into_iter()
            .chain(self.headers);
        for (name, value) in headers {
            // What is no value of a header is left out.
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

/// `{"a":1,"b":2}` becomes `{"a":1,"a":1,"b":2}`.
fn repeat_first_member(body: &[u8]) -> Vec<u8> {
    let object: serde_json::Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    let Some((name, value)) = object.iter().next() else {
        return body.to_vec();
    };
    let rest = body.strip_prefix(b"{").unwrap_or(body);
    [format!("{{{}:{value},", Value::from(name.as_str())).as_bytes(), rest].concat()
}

/// The body and so much white space after it, compressed (RFC 1952).
fn gzip(body: &[u8], spaces: u64) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    io::copy(&mut body.chain(io::repeat(b' ').take(spaces)), &mut encoder)?;
    encoder.finish()
}

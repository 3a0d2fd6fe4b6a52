//! Requests byte by byte.

/// A request, whatever it says. What is not changed is honest.
#[derive(Clone)]
pub(super) struct Raw {
    line: String,
    headers: Vec<(String, Vec<u8>)>,
    /// Lines of the head, as they are.
    lines: Vec<u8>,
    body: Vec<u8>,
    /// Whether the head says how long the body is.
    has_length: bool,
}

impl Raw {
    pub(super) fn new(line: &str) -> Self {
        Self {
            line: line.to_owned(),
            headers: Vec::new(),
            lines: Vec::new(),
            body: Vec::new(),
            has_length: true,
        }
    }

    pub(super) fn line(mut self, line: &str) -> Self {
        line.clone_into(&mut self.line);
        self
    }

    /// Adds a header, besides those of the same name.
    pub(super) fn and(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Sets a header.
    pub(super) fn with(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).and(name, value)
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    pub(super) fn bearer(self, token: &str) -> Self {
        self.with("Authorization", format!("Bearer {token}"))
    }

    /// Puts bytes into the head, after the headers.
    pub(super) fn raw(mut self, lines: impl AsRef<[u8]>) -> Self {
        self.lines.extend_from_slice(lines.as_ref());
        self
    }

    pub(super) fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    /// Replaces a part of the body, which has to be there.
    pub(super) fn swap(self, part: &str, other: &str) -> Self {
        let body = String::from_utf8(self.body.clone()).unwrap();
        assert!(body.contains(part), "{part}");
        self.body(body.replacen(part, other, 1))
    }

    /// Does not say how long the body is.
    pub(super) fn without_length(mut self) -> Self {
        self.has_length = false;
        self
    }

    /// Sends the body in these chunks, which are framed here.
    pub(super) fn chunked(self, chunks: &[&[u8]]) -> Self {
        let mut body = Vec::new();
        for chunk in chunks {
            body.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            body.extend_from_slice(chunk);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"0\r\n\r\n");
        self.without_length().with("Transfer-Encoding", "chunked").body(body)
    }

    pub(super) fn sent_body(&self) -> Vec<u8> {
        self.body.clone()
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.line).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(&self.lines);
        if self.has_length {
            bytes.extend_from_slice(format!("Content-Length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

impl From<Raw> for Vec<u8> {
    fn from(request: Raw) -> Self {
        request.bytes()
    }
}

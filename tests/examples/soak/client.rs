//! A client that takes next to nothing: one connection, and calls that were written down before.

use std::io::{self, ErrorKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A call of a tool, as bytes.
#[derive(Clone)]
pub(crate) struct Call(Vec<u8>);

impl Call {
    pub(crate) fn new(tool: &str, token: &str) -> Self {
        let meta = r#"{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"soak","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}"#;
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{{}},"_meta":{meta}}}}}"#
        );
        // The host of the resource, as behind a proxy that keeps it.
        let head = format!(
            "POST /mcp HTTP/1.1\r\nhost: 127.0.0.1:1\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
             accept: application/json, text/event-stream\r\nmcp-protocol-version: 2026-07-28\r\nmcp-method: tools/call\r\n\
             mcp-name: {tool}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        Self([head, body].concat().into_bytes())
    }
}

/// A connection.
pub(crate) struct Client {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let received = Vec::with_capacity(4096);
        Ok(Self { stream, received })
    }

    /// Sends a call, and gives the status of its answer. One that says yes without the tool's own answer in it is a failure.
    pub(crate) async fn call(&mut self, call: &Call) -> io::Result<u16> {
        self.stream.write_all(&call.0).await?;
        self.received.clear();
        loop {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if let Some((head, body)) = self.answer() {
                let status = head.get(9..12).and_then(|status| status.parse().ok());
                let status: u16 = status.ok_or(ErrorKind::InvalidData)?;
                if status == 200 && !body.contains(r#""text":"done""#) {
                    return Err(io::Error::new(ErrorKind::InvalidData, body.to_owned()));
                }
                return Ok(status);
            }
        }
    }

    /// The answer, once it is there.
    fn answer(&self) -> Option<(&str, &str)> {
        let text = std::str::from_utf8(&self.received).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_length = name.eq_ignore_ascii_case("content-length");
            is_length.then(|| value.trim().parse::<usize>().ok())?
        });
        let is_complete = match length {
            Some(length) => body.len() >= length,
            // In chunks.
            None => body.ends_with("0\r\n\r\n"),
        };
        is_complete.then_some((head, body))
    }
}

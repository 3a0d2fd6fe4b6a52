//! Connections, and what is written on them by hand because no HTTP server would.

use crate::traffic::InFlight;
use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::future::pending;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tower_service::Service as _;

const SPACES: [u8; 16 * 1024] = [b' '; 16 * 1024];

/// What is written on a connection in place of an answer, after which the connection is closed.
pub(crate) enum Script {
    /// Nothing, for as long as the client waits.
    Silence,
    /// These bytes.
    Bytes(Vec<u8>),
    /// The head, then one byte at a time in chunks of their own, and white space for ever.
    Drip {
        head: Vec<u8>,
        body: Vec<u8>,
        pause: Duration,
    },
    /// The bytes, and then so many of white space.
    Flood { bytes: Vec<u8>, spaces: u64, chunked: bool },
}

/// Lets a handler write on the connection of its request itself.
#[derive(Clone)]
pub(crate) struct Takeover(mpsc::Sender<(Script, InFlight)>);

impl Takeover {
    /// Hands the connection to the script. Never returns: the server goes away with the handler in it.
    pub(crate) async fn play(&self, script: Script, in_flight: InFlight) -> Response {
        // There is one request at a time on a connection, so there is room.
        let _ = self.0.try_send((script, in_flight));
        pending().await
    }
}

/// Serves until it is dropped, and all connections end with it.
pub(crate) async fn serve(mut listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        // axum's, which waits and goes on when there is no room for one more connection.
        let (stream, _) = Listener::accept(&mut listener).await;
        connections.spawn(serve_connection(stream, router.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve_connection(stream: TcpStream, router: Router) {
    // Without it bytes are only late.
    let _ = stream.set_nodelay(true);
    let (sender, mut receiver) = mpsc::channel(1);
    let takeover = Takeover(sender);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(takeover.clone());
        router.clone().call(request)
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let (script, in_flight) = tokio::select! {
        _ = &mut connection => return,
        Some(taken) = receiver.recv() => taken,
    };
    let mut stream = connection.into_parts().io.into_inner();
    let (mut read, mut write) = stream.split();
    tokio::select! {
        () = until_gone(&mut read) => {}
        // What cannot be written has no reader any more.
        _ = script.write(&mut write) => {}
    }
    // Before the client can see that the connection is closed, and come again.
    drop(in_flight);
}

/// Waits until the client has closed the connection.
async fn until_gone(mut read: impl AsyncRead + Unpin) {
    let mut ignored = [0; 1024];
    while matches!(read.read(&mut ignored).await, Ok(count) if count > 0) {}
}

impl Script {
    async fn write(self, mut stream: impl AsyncWrite + Unpin) -> io::Result<()> {
        match self {
            Self::Silence => pending().await,
            Self::Bytes(bytes) => stream.write_all(&bytes).await,
            Self::Drip { head, body, pause } => {
                stream.write_all(&head).await?;
                let mut bytes = body.into_iter();
                loop {
                    sleep(pause).await;
                    stream.write_all(&chunk(&[bytes.next().unwrap_or(b' ')])).await?;
                }
            }
            Self::Flood { bytes, spaces, chunked } => {
                stream.write_all(&bytes).await?;
                let mut left = spaces;
                while left > 0 {
                    let count = usize::try_from(left).unwrap_or(usize::MAX).min(SPACES.len());
                    let spaces = SPACES.get(..count).unwrap_or_default();
                    if chunked {
                        stream.write_all(&chunk(spaces)).await?;
                    } else {
                        stream.write_all(spaces).await?;
                    }
                    left = left.saturating_sub(count as u64);
                }
                if chunked {
                    stream.write_all(b"0\r\n\r\n").await?;
                }
                Ok(())
            }
        }
    }
}

/// One chunk (RFC 9112 section 7.1).
pub(crate) fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

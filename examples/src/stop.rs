//! When a server stops, and what it does last.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::runtime::Runtime;
use toolgate::Gate;

/// Waits for Ctrl-C, or for the signal that a service manager sends. If neither can be waited for, it waits for ever.
pub async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => terminate.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        _ = terminated => {}
    }
}

/// Ends a program whose server has ended. Nothing that a call leaves behind is lost:
///
/// 1. The server took no new requests, and waited for those under way. What did not end in time is cut off with the runtime,
///    and leaves its outcome.
/// 2. Then the audit sinks write down what they hold back.
///
/// A thread that reads standard input cannot be stopped, so the runtime is not waited for longer than a second.
pub fn finish(runtime: Runtime, gate: &Gate) -> Result<(), Box<dyn Error>> {
    runtime.shutdown_timeout(Duration::from_secs(1)); // 1
    Ok(gate.flush()?) // 2
}

/// An input that ends when something completes, as if the other side had closed it.
pub struct Until<R> {
    input: R,
    /// Gone when it has completed.
    end: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl<R> Until<R> {
    /// The input, until `end` completes.
    pub fn new(input: R, end: impl Future<Output = ()> + Send + 'static) -> Self {
        let end: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(end);
        Self { input, end: Some(end) }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Until<R> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Some(end) = &mut self.end
            && end.as_mut().poll(context).is_ready()
        {
            self.end = None;
        }
        match self.end {
            Some(_) => Pin::new(&mut self.input).poll_read(context, into),
            // Nothing was read, which is the end.
            None => Poll::Ready(Ok(())),
        }
    }
}

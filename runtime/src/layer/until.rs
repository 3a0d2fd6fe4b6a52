//! A response body that ends at a certain time.

use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Sleep;

/// A body that ends when the time is over, whether it was finished or not.
#[derive(Debug)]
pub struct Until<B> {
    body: Pin<Box<B>>,
    /// Without it, the body takes as long as it takes.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<B> Until<B> {
    pub(super) fn new(body: B, left: Option<Duration>) -> Self {
        Self {
            body: Box::pin(body),
            deadline: left.map(|left| Box::pin(tokio::time::sleep(left))),
        }
    }
}

impl<B: Body> Body for Until<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        if let Some(deadline) = &mut self.deadline
            && deadline.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(None);
        }
        self.body.as_mut().poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

//! A response body that ends at a certain time.

use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Sleep;

/// A body that ends when the time is over, whether it was finished or not.
#[derive(Debug)]
pub struct Until<B> {
    body: Pin<Box<B>>,
    /// Without it, the body takes as long as it takes.
    deadline: Option<Pin<Box<Sleep>>>,
    /// Dropped with the body, which tells those who work on it that nobody waits any more.
    _answer: watch::Sender<()>,
}

impl<B> Until<B> {
    pub(super) fn new(body: B, left: Option<Duration>, answer: watch::Sender<()>) -> Self {
        Self {
            body: Box::pin(body),
            deadline: left.map(|left| Box::pin(tokio::time::sleep(left))),
            _answer: answer,
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

#[cfg(test)]
mod tests {
    use super::Until;
    use bytes::Bytes;
    use http_body::{Body, Frame};
    use http_body_util::{BodyExt as _, Full};
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;
    use tokio::sync::watch;
    use tokio::time::{Instant, timeout};

    /// A stream on which nothing ever happens.
    struct Silent;

    impl Body for Silent {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_ends_when_the_time_is_over_and_not_before() {
        let start = Instant::now();
        let stream = Until::new(Silent, Some(Duration::from_secs(90)), watch::channel(()).0);
        let frames = timeout(Duration::from_mins(10), stream.collect()).await.unwrap();
        assert!(frames.unwrap().to_bytes().is_empty());
        assert_eq!(start.elapsed().as_secs(), 90);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_there_in_time_is_sent_whole() {
        for left in [None, Some(Duration::from_secs(1)), Some(Duration::MAX)] {
            let body = Until::new(Full::<Bytes>::from("all of it"), left, watch::channel(()).0);
            assert_eq!(body.size_hint().exact(), Some(9));
            assert_eq!(body.collect().await.unwrap().to_bytes(), "all of it");
        }
        let none = timeout(
            Duration::from_hours(24),
            Until::new(Silent, None, watch::channel(()).0).collect(),
        )
        .await;
        assert!(none.is_err());
    }
}

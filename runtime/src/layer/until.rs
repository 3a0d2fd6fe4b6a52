//! A response body that ends when the caller's token does.

use crate::caller::Caller;
use crate::clock::Clock;
use http_body::{Body, Frame, SizeHint};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep_until};

/// How much longer than the token a body may take, for clocks that differ.
const LEEWAY: Duration = Duration::from_mins(1);

/// The longest that is waited for anything.
const MAX_LEFT: Duration = Duration::from_hours(24 * 365);

/// How often the wall clock is looked at while nothing happens.
const LOOK: Duration = Duration::from_secs(30);

/// A body that ends when the time is over, whether it was finished or not.
#[derive(Debug)]
pub struct Until<B> {
    body: Pin<Box<B>>,
    /// Without it, the body takes as long as it takes.
    deadline: Option<Deadline>,
    /// Dropped with the body, which tells those who work on it that nobody waits any more.
    _answer: watch::Sender<()>,
}

/// Until when an answer may take: until the token has expired, and a minute longer for clocks that differ. A stream that was
/// opened with it ends then.
///
/// 1. It ends when that much time has passed, wherever the wall clock went meanwhile: one that is set back gives no token a
///    longer life.
/// 2. It ends when the wall clock says so: one that is set forward, or stood still while the machine slept, shows that the time
///    was over. It is looked at before anything is sent, and now and then if nothing is.
/// 3. Only a body that lets others wait needs a timer. Most are there at once, and timers are of the whole runtime.
///
/// A token that a validator with a longer leeway let in after its expiry gets the minute: the answer would be lost else.
pub(super) struct Deadline {
    /// Time since the Unix epoch.
    wall: Duration,
    clock: Arc<dyn Clock>,
    passed: Instant,
    /// To the next look, at the latest until `passed`; once something was waited for.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Deadline {
    pub(super) fn new(caller: &Caller, clock: &Arc<dyn Clock>) -> Self {
        Self::at(caller.expires_at(), clock)
    }

    fn at(expires_at: Duration, clock: &Arc<dyn Clock>) -> Self {
        let now = clock.unix_time();
        // Further away than that is as good as never, and more than a timer can hold.
        let left = expires_at.saturating_sub(now).saturating_add(LEEWAY).min(MAX_LEFT);
        Self {
            wall: now.saturating_add(left),
            clock: Arc::clone(clock),
            passed: Instant::now() + left,
            sleep: None,
        }
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.passed || self.clock.unix_time() >= self.wall // 1, 2
    }

    /// Waits for its end, with looks at the wall clock now and then.
    fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if self.is_over() {
                return Poll::Ready(());
            }
            let next = self.passed.min(Instant::now() + LOOK);
            let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(next)));
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            sleep.as_mut().reset(next);
        }
    }
}

impl<B> Until<B> {
    pub(super) fn new(body: B, deadline: Option<Deadline>, answer: watch::Sender<()>) -> Self {
        Self {
            body: Box::pin(body),
            deadline,
            _answer: answer,
        }
    }
}

impl<B: Body> Body for Until<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        if self.deadline.as_ref().is_some_and(Deadline::is_over) {
            return Poll::Ready(None);
        }
        let frame = self.body.as_mut().poll_frame(cx);
        if frame.is_pending()
            && let Some(deadline) = &mut self.deadline
            && deadline.poll_over(cx).is_ready()
        {
            return Poll::Ready(None); // 3
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deadline")
            .field("wall", &self.wall)
            .field("passed", &self.passed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Deadline, Until};
    use crate::clock::Clock;
    use bytes::Bytes;
    use futures_util::FutureExt as _;
    use http_body::{Body, Frame};
    use http_body_util::{BodyExt as _, Full};
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
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

    /// A stream that always has something to say.
    struct Endless;

    impl Body for Endless {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"more")))))
        }
    }

    /// A wall clock that stands until somebody sets it, in seconds.
    #[derive(Default)]
    struct Wall(AtomicU64);

    impl Clock for Wall {
        fn unix_time(&self) -> Duration {
            Duration::from_secs(self.0.load(Ordering::SeqCst))
        }

        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }
    }

    const START: u64 = 1_000_000;

    /// A body for somebody whose token expires in that many seconds, and the wall clock.
    fn until<B>(body: B, seconds: u64) -> (Until<B>, Arc<Wall>) {
        let wall = Arc::new(Wall(START.into()));
        let clock: Arc<dyn Clock> = Arc::clone(&wall) as _;
        let deadline = Deadline::at(Duration::from_secs(START.saturating_add(seconds)), &clock);
        (Until::new(body, Some(deadline), watch::channel(()).0), wall)
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_ends_when_the_time_is_over_and_not_before() {
        for seconds in [0, 10, 30, 600] {
            let start = Instant::now();
            let (stream, _) = until(Silent, seconds);
            let frames = timeout(Duration::from_hours(1), stream.collect()).await.unwrap();
            assert!(frames.unwrap().to_bytes().is_empty());
            assert_eq!(start.elapsed().as_secs(), seconds + 60);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn f26_a_wall_clock_that_is_set_back_gives_no_longer_life() {
        let start = Instant::now();
        let (stream, wall) = until(Silent, 600);
        let set_back = async {
            tokio::time::sleep(Duration::from_mins(5)).await;
            wall.0.store(START - 3600, Ordering::SeqCst);
        };
        let (frames, ()) = tokio::join!(timeout(Duration::from_hours(3), stream.collect()), set_back);
        frames.unwrap().unwrap();
        assert_eq!(start.elapsed().as_secs(), 660);
    }

    #[tokio::test(start_paused = true)]
    async fn f26_a_wall_clock_that_is_set_forward_ends_a_silent_stream_soon() {
        let start = Instant::now();
        let (stream, wall) = until(Silent, 600);
        let set_forward = async {
            tokio::time::sleep(Duration::from_secs(100)).await;
            wall.0.store(START + 3600, Ordering::SeqCst);
        };
        let (frames, ()) = tokio::join!(timeout(Duration::from_hours(3), stream.collect()), set_forward);
        frames.unwrap().unwrap();
        // At the next look.
        assert_eq!(start.elapsed().as_secs(), 120);
    }

    /// Outside of a runtime, where there are no timers.
    #[test]
    fn a_body_that_is_there_at_once_needs_no_timer() {
        let (body, _) = until(Full::new(Bytes::from_static(b"all of it")), 600);
        let all = body.collect().now_or_never().unwrap().unwrap();
        assert_eq!(all.to_bytes(), "all of it");
    }

    #[tokio::test(start_paused = true)]
    async fn f26_nothing_is_sent_once_the_wall_clock_says_so() {
        let (mut stream, wall) = until(Endless, 600);
        for (seconds, sends) in [(0, true), (659, true), (660, false)] {
            wall.0.store(START + seconds, Ordering::SeqCst);
            assert_eq!(stream.frame().await.is_some(), sends, "{seconds}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_there_in_time_is_sent_whole() {
        for seconds in [1, u64::MAX] {
            let (body, _) = until(Full::<Bytes>::from("all of it"), seconds);
            assert_eq!(body.size_hint().exact(), Some(9));
            assert_eq!(body.collect().await.unwrap().to_bytes(), "all of it");
        }
        let silent = Until::new(Silent, None, watch::channel(()).0);
        assert!(timeout(Duration::from_hours(24), silent.collect()).await.is_err());
    }
}

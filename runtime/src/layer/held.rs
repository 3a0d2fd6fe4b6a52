//! The answer to a call that runs only once it is recorded.

use super::answer::Refusal;
use super::message::Message;
use crate::audit::Standing;
use crate::metrics;
use crate::protected::Protected;
use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// How long an answer that begins before the call is decided is held back.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// Knows what the gate makes of the call that an answer is to.
pub(super) struct Held {
    told: watch::Receiver<Standing>,
    message: Message,
}

impl Held {
    pub(super) const fn new(told: watch::Receiver<Standing>, message: Message) -> Self {
        Self { told, message }
    }

    /// What takes the place of the SDK's answer, which cannot say 503. It is for an answer that has begun, and of which nothing was sent.
    ///
    /// 1. It waits until the gate has decided. If the call ends without having come to a gate, there is nothing to wait for.
    /// 2. An SDK may begin to answer before it calls the tool, and what comes before the gate may take its time, or ask the client.
    ///    So the wait ends; what the gate decides afterwards is told as a result.
    /// 3. Only that a call was not recorded takes the answer's place. The gate has written down that it was denied.
    pub(super) async fn refusal(mut self, protected: &Protected) -> Option<Response<Full<Bytes>>> {
        let is_decided = |standing: &Standing| *standing != Standing::Open;
        let decided = timeout(MAX_WAIT, self.told.wait_for(is_decided)).await; // 1
        let standing = *decided.ok()?.ok()?; // 2
        if standing != Standing::NotRecorded {
            return None;
        }
        let refusal = Refusal::Unrecorded; // 3
        metrics::refused(refusal.reason());
        Some(refusal.answer(protected, &self.message))
    }
}

#[cfg(test)]
mod tests {
    use super::{Held, MAX_WAIT};
    use crate::audit::{Notice, Standing};
    use crate::gate::Gate;
    use crate::layer::message::Message;
    use crate::protected::Protected;
    use crate::toolset::Toolset;
    use std::time::Duration;
    use tokio::time::Instant;

    fn protected() -> Protected {
        Gate::public_only().unwrap().protect(Toolset::new(())).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn f27_only_what_was_not_recorded_is_refused() {
        for (standing, status) in [(Standing::Decided, None), (Standing::NotRecorded, Some(503))] {
            let (notice, told) = Notice::channel();
            notice.tell(standing);
            // What was told stays told.
            drop(notice);
            let refusal = Held::new(told, Message::default()).refusal(&protected()).await;
            assert_eq!(refusal.map(|refusal| refusal.status().as_u16()), status);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn f27_nobody_waits_for_a_call_that_has_ended_nor_for_long() {
        let start = Instant::now();
        let (notice, told) = Notice::channel();
        drop(notice);
        assert!(
            Held::new(told, Message::default())
                .refusal(&protected())
                .await
                .is_none()
        );
        assert_eq!(start.elapsed(), Duration::ZERO);
        let (_notice, told) = Notice::channel();
        assert!(
            Held::new(told, Message::default())
                .refusal(&protected())
                .await
                .is_none()
        );
        assert_eq!(start.elapsed(), MAX_WAIT);
    }
}

//! Records without which a call does not run.

use super::sinks::{caught, lost, panicked};
use super::{AuditError, Record, Sinks};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// How long a call waits for its record. With all that a request takes besides, its answer is there within a second (F27).
const MAX_WAIT: Duration = Duration::from_millis(700);

impl Sinks {
    /// Whether one of them can tell that a record is written.
    pub(crate) fn confirm(&self) -> bool {
        self.0.iter().any(|sink| sink.confirms())
    }

    /// Hands a record to every sink, and waits until each has it. It is started at once, and borrows nothing of the record.
    ///
    /// 1. Every sink gets the record, also after one that fails or panics.
    /// 2. All of them have to have it. One that fails or panics, then or while it is waited for, has not; it is logged and counted.
    /// 3. One that does not say so in time has not, whatever comes of it later. So nobody waits longer than [`MAX_WAIT`], but for a sink
    ///    that blocks instead of giving a future.
    /// 4. Without a sink that can tell that a record is written, none is.
    pub(crate) fn require(&self, record: &Record<'_>) -> impl Future<Output = Result<(), AuditError>> + Send + use<> {
        let writings: Vec<_> = self
            .0
            .iter()
            .map(|sink| caught(|| Ok(sink.record_required(record))))
            .collect(); // 1
        let can_tell = self.confirm();
        async move {
            let written = writings.into_iter().map(|writing| async {
                let written = match writing {
                    Ok(writing) => AssertUnwindSafe(writing).catch_unwind().await,
                    Err(error) => Ok(Err(error)),
                };
                let written = written.unwrap_or_else(|_| Err(panicked()));
                written.inspect_err(|error| lost(1, error)) // 2
            });
            let all = timeout(MAX_WAIT, join_all(written)).await;
            let all = all.map_err(|_| AuditError::from(io::Error::from(io::ErrorKind::TimedOut)))?; // 3
            all.into_iter().collect::<Result<(), _>>()?; // 2
            if can_tell {
                return Ok(());
            }
            Err(io::Error::other("no sink can tell that a record is written").into()) // 4
        }
    }
}

/// How far a call has got that runs only once its record is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Standing {
    /// It is not decided.
    Open,
    /// It is denied, or recorded and runs.
    Decided,
    /// Nothing spoke against it but that it could not be recorded. So it is denied.
    NotRecorded,
}

/// Tells a transport that can say more than the gate can how far such a call has got.
#[derive(Clone, Debug)]
pub(crate) struct Notice(Arc<watch::Sender<Standing>>);

impl Notice {
    /// What tells it, and what it is told to.
    pub(crate) fn channel() -> (Self, watch::Receiver<Standing>) {
        let (notice, told) = watch::channel(Standing::Open);
        (Self(Arc::new(notice)), told)
    }

    pub(crate) fn tell(&self, standing: Standing) {
        self.0.send_replace(standing);
    }
}

#[cfg(test)]
mod tests {
    use super::Sinks;
    use crate::audit::{AuditError, AuditSink, Event, Record, Verdict, Who};
    use std::collections::BTreeMap;
    use std::time::Duration;
    use uuid::Uuid;

    struct Takes(bool);

    impl AuditSink for Takes {
        fn record(&self, _: &Record<'_>) -> Result<(), AuditError> {
            Ok(())
        }

        fn confirms(&self) -> bool {
            self.0
        }
    }

    /// No gate takes such a tool then. If one did, nothing would run.
    #[tokio::test]
    async fn f27_where_nobody_can_tell_nothing_is_recorded() {
        let record = Record {
            time: Duration::from_secs(1),
            id: Uuid::nil(),
            tool: None,
            policy: None,
            request_id: None,
            who: Who::default(),
            event: Event::Decision {
                decision: Verdict::Allow,
                reason: None,
                missing_scopes: &[],
                detail: None,
                arguments: BTreeMap::new(),
            },
        };
        for confirms in [false, true] {
            let sinks = Sinks::new(vec![Box::new(Takes(confirms))]);
            assert_eq!(sinks.confirm(), confirms);
            assert_eq!(sinks.require(&record).await.is_ok(), confirms);
        }
        assert!(Sinks::new(Vec::new()).require(&record).await.is_err());
    }
}

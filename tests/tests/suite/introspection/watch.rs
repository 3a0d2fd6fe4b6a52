//! What the operator sees.

use super::{UNAVAILABLE, World, refusal};
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};
use toolgate_testing::Fault;
use tracing::Dispatch;
use tracing_subscriber::layer::SubscriberExt as _;

/// Where events are written to.
#[derive(Clone, Default)]
pub(crate) struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    /// Events of this thread go there, for as long as the guard lives.
    pub(crate) fn listen(&self) -> tracing::subscriber::DefaultGuard {
        // As long as there is one subscriber in all, an event that another thread comes to first is turned off for all threads.
        static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));
        LazyLock::force(&ANOTHER);
        let writer = self.clone();
        let layer = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .without_time()
            .with_writer(move || writer.clone());
        let guard = crate::listening::to(tracing_subscriber::registry().with(layer));
        tracing::callsite::rebuild_interest_cache();
        guard
    }

    /// What was written since this was asked last, without what the time makes different.
    pub(crate) fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn in_07_each_change_is_one_event_and_a_refused_client_is_an_error() {
    let buffer = Buffer::default();
    let _guard = buffer.listen();
    let world = World::start().await;
    let validator = world.validator();
    let token = world.token();
    let asked = async |expected: Option<_>| {
        for _ in 0..3 {
            assert_eq!(refusal(&validator, &token).await, expected);
        }
        let text = buffer.take();
        assert!(
            !text.contains(&token) && !text.contains(&world.client.secret()),
            "{text}"
        );
        let events: Vec<_> = text.lines().map(str::to_owned).collect();
        events
            .into_iter()
            .filter(|event| event.contains("toolgate::introspection"))
            .collect::<Vec<_>>()
    };
    assert_eq!(asked(None).await, [""; 0]);
    world.provider.introspection_fault(Fault::Status(503));
    let events = asked(UNAVAILABLE).await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(
        events[0].contains("WARN") && events[0].contains("status 503"),
        "{events:?}"
    );
    world.provider.introspection_fault(Fault::Status(401));
    let events = asked(UNAVAILABLE).await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(
        events[0].contains("ERROR") && events[0].contains("check this server's client"),
        "{events:?}"
    );
    world.provider.introspection_fault(Fault::SignedAnswer);
    let events = asked(UNAVAILABLE).await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(
        events[0].contains("WARN") && events[0].contains("RFC 9701"),
        "{events:?}"
    );
    world.provider.clear_faults();
    let events = asked(None).await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(
        events[0].contains("INFO") && events[0].contains("works again"),
        "{events:?}"
    );
}

/// A metric's name, its label `result`, and its value; of a histogram, how many.
type Row = (String, String, i64);

/// What changed since this was asked last: a snapshot takes everything back to zero.
fn measured(snapshotter: &Snapshotter, issuer: &str) -> Vec<Row> {
    let mut measured = Vec::new();
    for (key, _, _, value) in snapshotter.snapshot().into_vec() {
        let key = key.key();
        let label = |name: &str| {
            key.labels()
                .find(|label| label.key() == name)
                .map(|label| label.value().to_owned())
        };
        assert_eq!(label("issuer").as_deref(), Some(issuer));
        let value = match value {
            DebugValue::Counter(count) => i64::try_from(count).unwrap(),
            #[expect(clippy::cast_possible_truncation, reason = "small and whole")]
            DebugValue::Gauge(value) => value.into_inner() as i64,
            DebugValue::Histogram(values) => i64::try_from(values.len()).unwrap(),
        };
        if value != 0 {
            measured.push((key.name().to_owned(), label("result").unwrap_or_default(), value));
        }
    }
    measured.sort();
    measured
}

fn row(name: &str, result: &str, value: i64) -> Row {
    (format!("toolgate_{name}"), result.to_owned(), value)
}

#[tokio::test]
async fn what_was_asked_is_counted_by_its_result() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let world = World::start().await;
    let validator = world.builder().max_in_flight(1).max_queued(1).build().unwrap();
    let token = world.token();
    assert_eq!(refusal(&validator, &token).await, None);
    assert!(refusal(&validator, "unknown").await.is_some());
    for fault in [Fault::Status(500), Fault::Status(403), Fault::NotJson] {
        world.provider.introspection_fault(fault);
        assert_eq!(refusal(&validator, &token).await, UNAVAILABLE);
    }
    // One is asked about, one waits, one is told that there is no room.
    world.provider.introspection_fault(Fault::Hold);
    let held = async {
        while world.provider.introspection_traffic().in_flight < 1 {
            tokio::task::yield_now().await;
        }
        let held = measured(&snapshotter, world.provider.issuer());
        world.provider.clear_faults();
        held
    };
    let ask = || refusal(&validator, &token);
    let (first, second, third, held) = tokio::join!(ask(), ask(), ask(), held);
    assert_eq!((first, second, third), (None, None, UNAVAILABLE));
    let expected = [
        row("introspection_duration_seconds", "", 5),
        row("introspections_in_flight", "", 1),
        row("introspections_queued", "", 1),
        row("introspections_total", "active", 1),
        row("introspections_total", "busy", 1),
        row("introspections_total", "inactive", 1),
        row("introspections_total", "malformed", 1),
        row("introspections_total", "refused", 1),
        row("introspections_total", "unreachable", 1),
    ];
    assert_eq!(held, expected);
    let expected = [
        row("introspection_duration_seconds", "", 2),
        row("introspections_in_flight", "", -1),
        row("introspections_queued", "", -1),
        row("introspections_total", "active", 2),
    ];
    assert_eq!(measured(&snapshotter, world.provider.issuer()), expected);
}

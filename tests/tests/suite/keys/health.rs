//! What is told about keys: health, an event whenever it changes, and metrics.

use super::live::Live;
use super::source::{Answer, Source};
use super::{UNAVAILABLE, UNKNOWN_KEY, good, seconds, settle, token, validate, validator};
use crate::listening;
use crate::tokens::forge::{ISSUER, forge};
use metrics::Label;
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::advance;
use toolgate::metrics::{KEY_FETCH_DURATION, KEY_FETCHES, KEYS_FETCHED, KEYS_STATUS};
use toolgate::{HealthSource, HealthStatus};
use toolgate::{JwtValidator, Validator as _};
use toolgate_testing::Fault;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

/// The statuses that events of `toolgate::health` tell.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<String>>>);

struct Status<'a>(&'a mut Vec<String>);

impl<S: Subscriber> Layer<S> for Events {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        if event.metadata().target() == "toolgate::health" {
            event.record(&mut Status(&mut self.0.lock().unwrap()));
        }
    }
}

impl Visit for Status<'_> {
    fn record_debug(&mut self, _field: &Field, _value: &dyn std::fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "status" {
            self.0.push(value.to_owned());
        }
    }
}

fn status(validator: &JwtValidator) -> HealthStatus {
    let [health] = <[_; 1]>::try_from(validator.health()).unwrap();
    assert_eq!(health.issuer, ISSUER);
    assert_eq!(health.source, HealthSource::Keys);
    health.status
}

#[tokio::test(start_paused = true)]
async fn health_tells_how_keys_can_be_had_and_events_tell_each_change_once() {
    let events = Events::default();
    let _guard = listening::to(tracing_subscriber::registry().with(events.clone()));
    let source = Source::of(forge());
    let validator = validator(&source);
    assert_eq!(status(&validator), HealthStatus::Unasked);

    source.answer(Answer::Failure);
    for _ in 0..10 {
        assert_eq!(validate(&validator, &good(forge())).await, UNAVAILABLE);
        advance(seconds(1)).await;
    }
    assert_eq!(status(&validator), HealthStatus::Unavailable(seconds(10)));
    let health = validator.health().remove(0);
    assert_eq!(health.last_error.as_deref(), Some("told to fail"));
    assert!(health.next_attempt.is_some_and(|time| time <= seconds(16)));

    source.answer(Answer::Document(forge().jwks()));
    advance(seconds(16)).await;
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    assert_eq!(status(&validator), HealthStatus::Fresh);
    let health = validator.health().remove(0);
    assert_eq!(health.last_error, None);
    assert!((480..=511).contains(&health.next_attempt.unwrap().as_secs()));

    // R5: the first refresh that fails is told, and the next ones are not told again.
    source.answer(Answer::Failure);
    advance(seconds(511)).await;
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    settle().await;
    assert!(matches!(status(&validator), HealthStatus::Stale(time) if time < seconds(1)));
    for _ in 511..3600 {
        assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
        advance(seconds(1)).await;
    }
    assert_eq!(validate(&validator, &good(forge())).await, UNAVAILABLE);
    assert!(matches!(status(&validator), HealthStatus::Unavailable(time) if time > seconds(3000)));
    source.answer(Answer::Document(forge().jwks()));
    advance(seconds(2)).await;
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    assert_eq!(
        *events.0.lock().unwrap(),
        ["unavailable", "fresh", "stale", "unavailable", "fresh"]
    );
}

#[tokio::test(start_paused = true)]
async fn health_of_a_server_that_nobody_calls_is_no_alarm() {
    let source = Source::of(forge());
    let validator = validator(&source);
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    advance(Duration::from_mins(59)).await;
    assert_eq!(status(&validator), HealthStatus::Fresh);
    advance(Duration::from_mins(2)).await;
    assert_eq!(status(&validator), HealthStatus::Unasked);
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    assert_eq!(status(&validator), HealthStatus::Fresh);
}

#[tokio::test(start_paused = true)]
async fn health_is_unavailable_while_somebody_waits_for_keys_that_became_too_old() {
    let source = Source::of(forge());
    let validator = validator(&source);
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    advance(Duration::from_mins(61)).await;
    source.answer(Answer::Never);
    assert_eq!(validate(&validator, &good(forge())).await, UNAVAILABLE);
    assert_eq!(status(&validator), HealthStatus::Unavailable(seconds(65)));
}

#[tokio::test(start_paused = true)]
async fn health_of_keys_that_are_given_is_nothing_to_tell() {
    let source = Source::of(forge());
    let validator = super::builder(&source, ISSUER).static_keys(forge().jwks()).build();
    assert_eq!(validator.unwrap().health(), []);
}

#[tokio::test(start_paused = true)]
async fn an_early_fetch_that_fails_is_told_too() {
    let source = Source::of(forge());
    let validator = validator(&source);
    assert_eq!(validate(&validator, &good(forge())).await, Ok(()));
    source.answer(Answer::Failure);
    advance(seconds(30)).await;
    assert_eq!(validate(&validator, &token(&forge().foreign, &[])).await, UNKNOWN_KEY);
    assert!(matches!(status(&validator), HealthStatus::Stale(_)));
}

/// What was recorded since the last time that somebody looked.
fn recorded(snapshotter: &Snapshotter) -> impl Fn(&str, Option<&str>) -> Option<DebugValue> {
    let metrics = snapshotter.snapshot().into_vec();
    move |name, result| {
        let found = metrics.iter().find(|(key, ..)| {
            let labels: Vec<_> = key.key().labels().collect();
            let of_issuer = |label: &&Label| label.key() == "issuer" && label.value().starts_with("http");
            let of_result = |result| labels.iter().any(|label| label.value() == result);
            key.key().name() == name && labels.iter().any(of_issuer) && result.is_none_or(of_result)
        });
        found.map(|(_, _, _, value)| match value {
            DebugValue::Counter(count) => DebugValue::Counter(*count),
            DebugValue::Gauge(level) => DebugValue::Gauge(*level),
            DebugValue::Histogram(values) => DebugValue::Histogram(values.clone()),
        })
    }
}

#[tokio::test]
async fn metrics_count_fetches_and_tell_when_and_how() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let live = Live::cold().await;
    live.provider.jwks_fault(Fault::Status(503).times(2));
    let token = live.token();
    for _ in 0..2 {
        assert_eq!(live.validate(&token).await, UNAVAILABLE);
        live.hand.advance(seconds(4));
    }
    let value = recorded(&snapshotter);
    assert_eq!(value(KEY_FETCHES, Some("error")), Some(DebugValue::Counter(2)));
    assert_eq!(value(KEYS_STATUS, None), Some(DebugValue::Gauge(0.0.into())));
    assert_eq!(value(KEYS_FETCHED, None), None);
    assert_eq!(live.validate(&token).await, Ok(()));
    let value = recorded(&snapshotter);
    assert_eq!(value(KEY_FETCHES, Some("ok")), Some(DebugValue::Counter(1)));
    assert_eq!(value(KEYS_STATUS, None), Some(DebugValue::Gauge(2.0.into())));
    assert!(value(KEYS_FETCHED, None).is_some());
    assert!(matches!(value(KEY_FETCH_DURATION, None), Some(DebugValue::Histogram(values)) if !values.is_empty()));
}

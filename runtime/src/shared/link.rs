//! The way to Redis.

use super::breaker::Breaker;
use crate::clock::Clock;
use crate::error::ConfigError;
use crate::metrics::{SHARED_STATE, SHARED_STATE_OPEN};
use ::metrics::{counter, gauge};
use redis::aio::{ConnectionManager, ConnectionManagerConfig, PubSub};
use redis::{Client, Cmd, FromRedisValue, RedisError, RedisResult};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How long the task in the background does.
const TASK_TIMEOUT: Duration = Duration::from_secs(1);

pub(super) struct Link {
    client: Client,
    /// Made at the first use: it needs a runtime.
    manager: OnceLock<ConnectionManager>,
    breaker: Breaker,
    /// How long a request waits.
    timeout: Duration,
    pub(super) clock: Arc<dyn Clock>,
}

/// Why there is nothing from Redis.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Nothing {
    /// It was not asked, or did not answer.
    Unreachable,
    /// What is there is not what was put there: it is of another type.
    Odd,
}

impl Link {
    pub(super) fn new(url: &str, timeout: Duration, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        // The text of the error may have the password in it.
        let client = Client::open(url).map_err(|_| {
            ConfigError::new(
                "the URL of Redis is not usable",
                "write `redis://user:password@host:6379/0`; for TLS put a proxy such as stunnel beside the server",
            )
        })?;
        Ok(Self {
            client,
            manager: OnceLock::new(),
            breaker: Breaker::default(),
            timeout,
            clock,
        })
    }

    /// Runs a command that a request waits for.
    ///
    /// 1. After five failures in a row, none is tried for 10 s.
    /// 2. It takes 50 ms at most, or what was configured.
    /// 3. Whatever goes wrong, there is nothing: the request goes on without.
    pub(super) async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Nothing> {
        if !self.breaker.lets_pass(self.clock.monotonic()) {
            count("open");
            return Err(Nothing::Unreachable); // 1
        }
        let result = self.within(self.timeout, command).await; // 2
        self.learn(&result);
        result.map_err(|error| {
            let nothing = reason(error.as_ref());
            count(match nothing {
                Nothing::Unreachable => "error",
                Nothing::Odd => "tampered",
            });
            nothing // 3
        })
    }

    /// Runs a command that nobody waits for.
    pub(super) async fn run_in_background<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Nothing> {
        let result = self.within(TASK_TIMEOUT, command).await;
        result.map_err(|error| reason(error.as_ref()))
    }

    /// Listens to these channels.
    pub(super) async fn subscribe(&self, channels: &[String]) -> Result<PubSub, Nothing> {
        let subscribed = async {
            let mut subscription = self.client.get_async_pubsub().await?;
            subscription.subscribe(channels).await?;
            RedisResult::Ok(subscription)
        };
        match tokio::time::timeout(TASK_TIMEOUT, subscribed).await {
            Ok(Ok(subscription)) => Ok(subscription),
            Ok(Err(_)) | Err(_) => Err(Nothing::Unreachable),
        }
    }

    /// `None` is a time-out.
    async fn within<T: FromRedisValue>(&self, limit: Duration, command: &Cmd) -> Result<T, Option<RedisError>> {
        let mut manager = match self.manager.get() {
            Some(manager) => manager.clone(),
            None => self.connect()?,
        };
        match tokio::time::timeout(limit, command.query_async(&mut manager)).await {
            Ok(result) => result.map_err(Some),
            Err(_) => Err(None),
        }
    }

    /// Connects, in the background. Who finds no connection fails, and the breaker keeps the others from trying.
    fn connect(&self) -> Result<ConnectionManager, RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(TASK_TIMEOUT))
            .set_response_timeout(Some(TASK_TIMEOUT));
        let manager = ConnectionManager::new_lazy_with_config(self.client.clone(), config)?;
        Ok(self.manager.get_or_init(|| manager).clone())
    }

    fn learn<T>(&self, result: &Result<T, Option<RedisError>>) {
        let failed = match result {
            Ok(_) => false,
            Err(error) => reason(error.as_ref()) == Nothing::Unreachable,
        };
        if !failed {
            self.breaker.succeeded();
            gauge!(SHARED_STATE_OPEN).set(0.0);
        } else if self.breaker.failed(self.clock.monotonic()) {
            gauge!(SHARED_STATE_OPEN).set(1.0);
            tracing::warn!(target: "toolgate::shared", "Redis does not answer; going on without it");
        }
    }
}

/// An answer that the type is wrong is an answer: Redis is well. Before version 7 it is in the details if a script ran into it.
fn reason(error: Option<&RedisError>) -> Nothing {
    let is_odd = |error: &RedisError| {
        error.code() == Some("WRONGTYPE") || error.detail().is_some_and(|detail| detail.contains("WRONGTYPE "))
    };
    if error.is_some_and(is_odd) {
        Nothing::Odd
    } else {
        Nothing::Unreachable
    }
}

pub(super) fn count(result: &'static str) {
    counter!(SHARED_STATE, "result" => result).increment(1);
}

//! Rates that instances keep together.

use super::Inner;
use super::SharedState;
use super::key_ring::Domain;
use super::link::{Nothing, count};
use crate::error::ConfigError;
use crate::rate_limit::RateLimit;
use crate::rates::{Buckets, Governor, Rates};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// More instances than anybody has.
const MAX_INSTANCES: u32 = 10_000;

/// GCRA, as in one process, but by Redis' clock, in microseconds: the only one that all instances have.
///
/// 1. What is kept is when the count will have ended. It is looked at as far as it could be a number of ours.
/// 2. What is none, or lies further ahead than any call could have put it, is none of ours: it is taken away, and said so.
/// 3. A call that comes too early changes nothing, and is told by how much.
/// 4. Any other is counted. What is kept goes by itself when it says no more than nothing.
const TAKE: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.pcall('GETRANGE', KEYS[1], 0, 16)
local ends = now
if kept ~= '' then
  ends = type(kept) == 'string' and #kept <= 16 and string.match(kept, '^%d+$') and tonumber(kept)
  if not ends or ends > now + tolerance + interval then
    redis.call('UNLINK', KEYS[1])
    return {2, 0}
  end
end
if ends < now then ends = now end
local early = ends - tolerance - now
if early > 0 then return {0, early} end
ends = ends + interval
redis.call('SET', KEYS[1], string.format('%.0f', ends), 'PX', math.ceil((ends - now) / 1000))
return {1, 0}";

/// Counting through Redis.
#[derive(Clone)]
pub(crate) struct SharedRates {
    state: Arc<Inner>,
    instances: u32,
}

impl Rates {
    /// Counts the calls of all instances of a server together, through Redis. `instances` is how many there are, or will be at most.
    ///
    /// 1. Each call takes one question to Redis, unless this instance alone has already let through the whole rate.
    /// 2. If Redis cannot be asked, is slow or answers nonsense, each instance lets through its part: the rate and the burst divided
    ///    by `instances`, but at least one call at once. It is never unlimited, and ends by itself when Redis is back: see
    ///    [`SharedState`].
    /// 3. Redis is believed in nothing (R18). Whoever can write to it can give somebody another burst, or keep somebody from calling for
    ///    an interval of the rate; but whatever it says, each instance lets through no more than the whole rate. What could not be ours
    ///    is counted as `tampered`.
    /// 4. While Redis is away it counts nothing: when it is back, everybody may have a full burst again there. Instances find out one
    ///    after the other that it is; until then those that know let through the rate together, and each of the others its part.
    /// 5. Time is Redis' own. Its names say nothing about who is counted.
    ///
    /// ```
    /// # use toolgate::{ConfigError, Gate, JwtValidator, Rates, SharedState};
    /// # fn gate(shared: &SharedState, validator: JwtValidator) -> Result<Gate, ConfigError> {
    /// let gate = Gate::builder().resource("https://mcp.example.com/mcp").validator(validator);
    /// gate.rates(Rates::new().shared(shared, 3)?).build()
    /// # }
    /// ```
    pub fn shared(self, state: &SharedState, instances: u32) -> Result<Self, ConfigError> {
        if !(1..=MAX_INSTANCES).contains(&instances) {
            let help = "say how many instances of the server there are, from 1 to 10000";
            return Err(ConfigError::new(
                "rates cannot be divided by this number of instances",
                help,
            ));
        }
        Ok(self.with_shared(SharedRates {
            state: Arc::clone(&state.0),
            instances,
        }))
    }
}

impl SharedRates {
    /// Counts a call: `Some(Err(_))` if it has to wait, `None` if that could not be found out.
    ///
    /// 1. At another rate it is another count, so that what the old one left is not taken for somebody else's.
    /// 2. Redis is waited for as long as for anything else, and not at all when it did not answer lately.
    /// 3. An answer that could not come from the script is none.
    pub(crate) async fn take(&self, parts: &[&str], rate: RateLimit) -> Option<Result<(), Duration>> {
        let rate_text = rate.to_string(); // 1
        let parts: Vec<&str> = parts.iter().copied().chain([rate_text.as_str()]).collect();
        let interval = u64::try_from(rate.interval().as_nanos().div_ceil(1000)).ok()?;
        let tolerance = interval * u64::from(rate.burst_size() - 1);
        let key = self.state.keys.newest()?;
        let mut command = redis::cmd("EVAL");
        command.arg(TAKE).arg(1).arg(key.name(Domain::Rate, &parts));
        command.arg(interval).arg(tolerance);
        let answer: Result<(i64, i64), Nothing> = self.state.link.run(&command).await; // 2
        match answer {
            Ok((1, _)) => Some(Ok(())),
            Ok((0, wait)) => match u64::try_from(wait) {
                Ok(wait) if (1..=interval).contains(&wait) => Some(Err(Duration::from_micros(wait))),
                _ => tampered(), // 3
            },
            Ok(_) => tampered(), // 3
            Err(Nothing::Odd | Nothing::Unreachable) => None,
        }
    }

    /// What this instance lets through by itself.
    pub(crate) fn share(&self, rate: RateLimit, buckets: &Arc<Buckets>) -> Governor {
        let burst = (rate.burst_size() / self.instances).max(1);
        Governor::new(rate.interval().saturating_mul(self.instances), burst, buckets)
    }
}

fn tampered<T>() -> Option<T> {
    count("tampered");
    None
}

impl fmt::Debug for SharedRates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedRates")
            .field("instances", &self.instances)
            .finish_non_exhaustive()
    }
}

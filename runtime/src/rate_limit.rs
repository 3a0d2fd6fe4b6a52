//! How many calls of a tool are let through, as constant data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// The fastest rate, in calls a second: counting to more costs more than it spares.
const FASTEST: u32 = 10_000;

/// So many calls a second, minute or hour, and so many at once. `rate_limit` of `#[mcp_tool]` writes it.
///
/// Calls are let through as they come until there were `burst` of them, and after that at this rate: of a rate of 30 a minute one
/// every two seconds. While none come, the burst fills up again at the same rate. So in any time there are at most as many calls as
/// the rate gives for that time, and one burst more: in no unit of time more than twice the figure.
///
/// ```
/// # use toolgate::{Policy, RateLimit};
/// const POLICY: Policy = Policy::AUTHENTICATED.rate_limit(RateLimit::per_minute(30).burst(10));
/// # assert_eq!(POLICY.rate_limited().unwrap().to_string(), "30/min, burst 10");
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
pub struct RateLimit {
    count: u32,
    unit: RateUnit,
    burst: u32,
    per: CountedPer,
}

/// The time that a rate is counted for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
pub enum RateUnit {
    /// A second.
    #[serde(rename = "s")]
    Second,
    /// A minute.
    #[serde(rename = "min")]
    Minute,
    /// An hour.
    #[serde(rename = "h")]
    Hour,
}

/// Whose calls of a tool are counted together.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CountedPer {
    /// Those of one subject in one tenant.
    Subject,
    /// Those that come through one client, in one tenant. A subject whose token names no client is counted for itself.
    Client,
    /// All.
    Tool,
}

impl RateUnit {
    /// How many seconds it is.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
        }
    }

    const fn symbol(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "min",
            Self::Hour => "h",
        }
    }

    pub(crate) const fn once(self) -> &'static str {
        match self {
            Self::Second => "a second",
            Self::Minute => "a minute",
            Self::Hour => "an hour",
        }
    }
}

impl RateLimit {
    /// So many calls a second, all of them at once if they come so.
    ///
    /// # Panics
    ///
    /// If it is zero, or more than 10 000 a second. In a constant that is a compile error.
    #[must_use]
    pub const fn per_second(count: u32) -> Self {
        Self::new(count, RateUnit::Second)
    }

    /// So many calls a minute, all of them at once if they come so.
    ///
    /// # Panics
    ///
    /// If it is zero, or more than 10 000 a second. In a constant that is a compile error.
    #[must_use]
    pub const fn per_minute(count: u32) -> Self {
        Self::new(count, RateUnit::Minute)
    }

    /// So many calls an hour, all of them at once if they come so.
    ///
    /// # Panics
    ///
    /// If it is zero, or more than 10 000 a second. In a constant that is a compile error.
    #[must_use]
    pub const fn per_hour(count: u32) -> Self {
        Self::new(count, RateUnit::Hour)
    }

    const fn new(count: u32, unit: RateUnit) -> Self {
        assert!(count > 0, "a rate of 0 lets no call through");
        assert!(
            count <= FASTEST * unit.seconds(),
            "a rate of more than 10000 calls a second cannot be counted"
        );
        Self {
            count,
            unit,
            burst: count,
            per: CountedPer::Subject,
        }
    }

    /// Lets not more than so many calls come at once.
    ///
    /// # Panics
    ///
    /// If it is zero, or more than may come in the whole unit of time. In a constant that is a compile error.
    #[must_use]
    pub const fn burst(self, burst: u32) -> Self {
        assert!(burst > 0, "a burst of 0 lets no call through");
        assert!(
            burst <= self.count,
            "a burst is more than may come in the whole unit of time"
        );
        Self { burst, ..self }
    }

    /// Counts all calls together that come through one client, in one tenant. By default each subject of each tenant is counted for
    /// itself.
    #[must_use]
    pub const fn per_client(self) -> Self {
        Self {
            per: CountedPer::Client,
            ..self
        }
    }

    /// Counts all calls of the tool together, whoever calls.
    #[must_use]
    pub const fn per_tool(self) -> Self {
        Self {
            per: CountedPer::Tool,
            ..self
        }
    }

    /// So many calls are let through in the [`unit`](Self::unit).
    pub(crate) const fn count(&self) -> u32 {
        self.count
    }

    pub(crate) const fn unit(&self) -> RateUnit {
        self.unit
    }

    /// Whose calls are counted together.
    #[must_use]
    pub const fn counted_per(&self) -> CountedPer {
        self.per
    }

    /// How many calls may come at once.
    #[must_use]
    pub const fn burst_size(&self) -> u32 {
        self.burst
    }

    /// The time from one call to the next, when they come as fast as they may. Rounded up, so that not one call too many comes.
    #[must_use]
    pub fn interval(&self) -> Duration {
        const NANOS: u64 = 1_000_000_000;
        let unit = u64::from(self.unit.seconds()) * NANOS;
        Duration::from_nanos(unit.div_ceil(u64::from(self.count)))
    }
}

/// As it is written in `rate_limit`.
impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.count, self.unit.symbol())?;
        match self.per {
            CountedPer::Subject => {}
            CountedPer::Client => f.write_str(" per client")?,
            CountedPer::Tool => f.write_str(" per tool")?,
        }
        if self.burst != self.count {
            write!(f, ", burst {}", self.burst)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::RateLimit;
    use std::panic::catch_unwind;
    use std::time::Duration;

    #[test]
    fn the_time_between_calls_is_rounded_up() {
        let nanos = |rate: RateLimit| rate.interval().as_nanos();
        assert_eq!(RateLimit::per_minute(30).interval(), Duration::from_secs(2));
        assert_eq!(nanos(RateLimit::per_second(3)), 333_333_334);
        assert_eq!(nanos(RateLimit::per_hour(36_000_000)), 100_000);
        assert_eq!(RateLimit::per_hour(1).interval(), Duration::from_hours(1));
    }

    #[test]
    fn what_makes_no_sense_panics() {
        assert!(catch_unwind(|| RateLimit::per_hour(0)).is_err());
        assert!(catch_unwind(|| RateLimit::per_second(10_001)).is_err());
        assert!(catch_unwind(|| RateLimit::per_hour(36_000_001)).is_err());
        assert!(catch_unwind(|| RateLimit::per_minute(30).burst(0)).is_err());
        assert!(catch_unwind(|| RateLimit::per_minute(30).burst(31)).is_err());
    }
}

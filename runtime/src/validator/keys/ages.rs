//! How old keys may become.

use crate::error::ConfigError;
use std::time::Duration;

/// For how long a set is fresh if the issuer does not say (R2).
const FRESH: Duration = Duration::from_mins(10);
/// What an issuer may say about that.
const MIN_FRESH: Duration = Duration::from_mins(1);
const MAX_FRESH: Duration = Duration::from_hours(1);
/// The least that the oldest usable set can be told to be: at half of it, keys are fetched anew.
const MIN_STALE: Duration = Duration::from_secs(10);
/// The most: no token lives longer (R15), so that with older keys a withdrawn one would outlive all that it signed.
const MAX_STALE: Duration = Duration::from_hours(24);
/// What may be asked for tools that are `fresh`: less would be a fetch a second, more would not be fresh.
const MIN_ANEW: Duration = Duration::from_secs(1);
const MAX_ANEW: Duration = Duration::from_hours(1);

/// How old keys may become, as configured.
#[derive(Clone, Copy)]
pub(in crate::validator) struct KeyAges {
    /// The age at which a set is of no use, whether a newer one can be had or not (R5).
    pub(in crate::validator) stale: Duration,
    /// The age up to which a set will do for a tool that is `fresh`.
    pub(in crate::validator) anew: Duration,
}

impl Default for KeyAges {
    fn default() -> Self {
        Self {
            stale: Duration::from_hours(1),
            anew: Duration::from_mins(1),
        }
    }
}

impl KeyAges {
    pub(in crate::validator) fn check(self) -> Result<Self, ConfigError> {
        if !(MIN_STALE..=MAX_STALE).contains(&self.stale) {
            let help = "give `.stale_keys(..)` between 10 seconds and 24 hours; an hour is usual";
            return Err(ConfigError::new("keys may become too old, or not old enough", help));
        }
        if !(MIN_ANEW..=MAX_ANEW).contains(&self.anew) {
            let help = "give `.fresh_keys(..)` between 1 second and 1 hour; a minute is usual";
            return Err(ConfigError::new("keys for fresh tools are too old, or too young", help));
        }
        Ok(self)
    }

    /// The age at which the next set is fetched, while this one is used (R2).
    ///
    /// 1. A set is fresh for as long as the issuer says, but at least 1 minute and at most 60, or else for 10.
    /// 2. The next one is fetched when 80 % of that are over.
    /// 3. Half of the time that keys can be used for is left for outages, whatever the issuer said.
    /// 4. A sixteenth of all that is a matter of chance, so that instances do not ask together: up to 5 % of the freshness.
    pub(super) fn refresh(self, max_age: Option<Duration>, chance: f64) -> Duration {
        let fresh = max_age.map_or(FRESH, |age| age.clamp(MIN_FRESH, MAX_FRESH)); // 1
        let age = (fresh * 4 / 5).min(self.stale / 2); // 2, 3
        age + (age / 16).mul_f64(chance) // 4
    }
}

#[cfg(test)]
mod tests {
    use super::KeyAges;
    use std::time::Duration;

    fn minutes(minutes: u64) -> Duration {
        Duration::from_mins(minutes)
    }

    #[test]
    fn r2_keys_are_fetched_anew_at_80_to_85_percent_of_their_freshness() {
        let ages = KeyAges::default();
        let half_a_minute = Duration::from_secs(30);
        for (max_age, earliest, latest) in [
            (None, minutes(8), minutes(8) + half_a_minute),
            (Some(minutes(10)), minutes(8), minutes(8) + half_a_minute),
            (Some(minutes(5)), minutes(4), minutes(4) + half_a_minute / 2),
            // Within bounds, whatever the issuer says.
            (Some(Duration::ZERO), Duration::from_secs(48), Duration::from_secs(51)),
            (Some(Duration::MAX), minutes(30), minutes(31) + minutes(1) * 7 / 8),
        ] {
            assert_eq!(ages.refresh(max_age, 0.0), earliest, "{max_age:?}");
            assert_eq!(ages.refresh(max_age, 1.0), latest, "{max_age:?}");
        }
    }

    #[test]
    fn r5_half_of_the_time_is_left_for_outages() {
        for stale in [Duration::from_secs(20), minutes(5), minutes(60), minutes(24 * 60)] {
            let ages = KeyAges {
                stale,
                ..KeyAges::default()
            };
            for max_age in [None, Some(Duration::ZERO), Some(minutes(30)), Some(Duration::MAX)] {
                assert!(ages.refresh(max_age, 0.0) <= stale / 2, "{stale:?}, {max_age:?}");
                assert!(ages.refresh(max_age, 1.0) <= stale * 17 / 32, "{stale:?}, {max_age:?}");
            }
        }
    }
}

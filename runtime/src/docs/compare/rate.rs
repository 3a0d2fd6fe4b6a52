//! Whether a rate lets more calls through than another.

use super::Effect;
use crate::docs::RateDescription;
use crate::rate_limit::{CountedPer, RateUnit};
use std::cmp::Ordering;
use std::fmt::Write as _;

/// Which way a change of a rate goes, and what is otherwise.
///
/// 1. Without a rate any number of calls is let through.
/// 2. More calls come through if the time between two is shorter, or more may come at once.
/// 3. They do as well if they are counted apart that were counted together. Of subjects and clients neither counts all that the
///    other does.
/// 4. Only what does none of this tightens.
pub(super) fn compare(old: Option<&RateDescription>, new: Option<&RateDescription>) -> Option<(Effect, String)> {
    let (old, new) = match (old, new) {
        (None, None) => return None,
        (None, Some(new)) => {
            return Some((
                Effect::Tightening,
                format!("calls are limited to {} now", in_words(new)),
            ));
        }
        (Some(old), None) => {
            return Some((
                Effect::Weakening,
                format!("calls were limited to {}, and are not any more", in_words(old)),
            )); // 1
        }
        (Some(old), Some(new)) => (old, new),
    };
    if old == new {
        return None;
    }
    let more = faster(new, old) == Ordering::Greater || new.burst > old.burst; // 2
    let apart = old.per != new.per && new.per != CountedPer::Tool; // 3
    let effect = if more || apart {
        Effect::Weakening
    } else {
        Effect::Tightening
    };
    Some((
        effect,
        format!("calls are limited to {}, and were to {}", in_words(new), in_words(old)),
    ))
}

/// Which of two rates is the faster. As they are written: whatever the gate rounds, it rounds the same for both.
fn faster(one: &RateDescription, other: &RateDescription) -> Ordering {
    let scaled = |rate: &RateDescription, by: &RateDescription| u64::from(rate.count) * u64::from(by.unit.seconds());
    scaled(one, other).cmp(&scaled(other, one))
}

fn in_words(rate: &RateDescription) -> String {
    let unit = match rate.unit {
        RateUnit::Second => "s",
        RateUnit::Minute => "min",
        RateUnit::Hour => "h",
    };
    let mut words = format!("{}/{unit}", rate.count);
    words.push_str(match rate.per {
        CountedPer::Subject => " for each subject",
        CountedPer::Client => " for each client",
        CountedPer::Tool => " in all",
    });
    if rate.burst != rate.count {
        // Writing into a `String` cannot fail.
        let _ = write!(words, " and {} at once", rate.burst);
    }
    words
}

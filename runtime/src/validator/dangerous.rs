//! Choices that take a protection away.

use std::fmt;

/// A builder whose next word takes a protection away: `builder.dangerous().accept_without_audience(..)`. It stands in the way so
/// that a reviewer can look for it.
#[must_use = "nothing is chosen yet"]
pub struct Dangerous<B>(pub(super) B);

impl<B> fmt::Debug for Dangerous<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dangerous(..)")
    }
}

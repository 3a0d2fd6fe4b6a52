//! What a method's demands are no less than, by what a catalogue says.

use super::Policy;
use crate::scope::ScopeToken;

/// What a toolset demands, as far as one of its methods demands it in other names, and the catalogues that say which follow from
/// which. For expansions.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "only expansions make one")]
pub struct Wider {
    pub scopes_all: &'static [ScopeToken],
    pub scopes_any: &'static [ScopeToken],
    /// As they are written there.
    pub scope_catalogs: &'static [&'static str],
    pub roles: &'static [&'static str],
    pub role_catalogs: &'static [&'static str],
}

impl Policy {
    /// Says that what is demanded is no less than this. It is no demand, and in no JSON form: who meets the policy meets this, too.
    ///
    /// [`Gate::protect`](crate::Gate::protect) takes such a policy only if that is so by its own catalogues.
    ///
    /// # Panics
    ///
    /// If it was said before. In a constant that is a compile error.
    #[doc(hidden)]
    #[must_use]
    pub const fn narrows(self, toolset: &'static Wider) -> Self {
        assert!(self.wider.is_none(), "`narrows` is given twice");
        Self {
            wider: Some(toolset),
            ..self
        }
    }

    pub(crate) const fn narrowed(&self) -> Option<&'static Wider> {
        self.wider
    }
}

//! Who has to own what the arguments name.

use super::Policy;
use crate::scope::ScopeToken;
use serde::Serialize;

/// Which field of the arguments must be the caller's subject, and who need not mind.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct OwnerDemand {
    /// The field as it was declared, such as `items[*].owner`.
    pub field: &'static str,
    /// Who holds one of these scopes need not be the owner, within the caller's own tenant.
    #[serde(skip_serializing_if = "slice_is_empty")]
    pub unless: &'static [ScopeToken],
}

impl Policy {
    /// Demands that the caller owns what the arguments name. As for [`scopes_all`](Self::scopes_all), the policy is not public then.
    ///
    /// With scopes that excuse from it, [`Gate::protect`](crate::Gate::protect) also wants a [`tenant`](Self::tenant).
    ///
    /// # Panics
    ///
    /// If one was given before. In a constant that is a compile error.
    #[must_use]
    pub const fn owner(self, demand: OwnerDemand) -> Self {
        assert!(self.owner.is_none(), "`owner` is given twice");
        Self {
            owner: Some(demand),
            ..self.demanding()
        }
    }

    /// What is demanded about the owner.
    #[must_use]
    pub const fn demanded_owner(&self) -> Option<OwnerDemand> {
        self.owner
    }
}

fn slice_is_empty<T>(slice: &&[T]) -> bool {
    slice.is_empty()
}

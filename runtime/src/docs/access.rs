//! What a token can do.

use super::implied::{Held, Implied};
use super::least::least;
use super::{Grant, Posture, RuleDescription, ScopeDocument, ToolEntry};

/// How a token stands to a tool, as far as scopes and roles decide that. What is demanded besides
/// ([`ToolEntry::conditions`]) is decided at each call.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Access {
    /// It is let in.
    Allowed,
    /// It lacks rights that are only tried out (`shadow`): it is let in, until they are enforced.
    TriedOut {
        /// The least that it lacks; none if there are too many ways to tell.
        lacks: Option<Grant>,
    },
    /// It is not let in.
    Denied {
        /// The least that it lacks; none if nothing would help, or there are too many ways to tell.
        lacks: Option<Grant>,
    },
}

impl ScopeDocument {
    /// What a caller can call: each tool, prompt and resource of the document, in its order, with how the caller stands to it. Without a
    /// token (`None`) that is what is public. The token is taken to be valid.
    #[must_use]
    pub fn callable_with(&self, token: Option<&Grant>) -> Vec<(&ToolEntry, Access)> {
        self.all().map(|tool| (tool, self.access(tool, token))).collect()
    }

    /// Decides as the gate does, from the document alone.
    ///
    /// 1. What is public is open to everyone, what nobody may call to no one.
    /// 2. Anything else needs a token.
    /// 3. The rights that the token carries, with what they imply, meet each of the demands.
    /// 4. If not, the token is denied, unless the demands are only tried out.
    fn access(&self, tool: &ToolEntry, token: Option<&Grant>) -> Access {
        match (tool.policy.posture, token) {
            (Posture::Public, _) => return Access::Allowed, // 1
            (Posture::Callers, Some(_)) => {}
            (Posture::Nobody, _) | (Posture::Callers, None) => return Access::Denied { lacks: None }, // 1, 2
        }
        let nothing = Grant::default();
        let implied = Implied::of(self);
        let rights = tool.policy.rights();
        let rights: Vec<&RuleDescription> = rights.iter().collect();
        let held: Held<'_> = implied.held(token.unwrap_or(&nothing));
        if rights.iter().all(|rule| held.meets(rule)) {
            return Access::Allowed; // 3
        }
        let lacks = least(&implied, &held, &rights).ok().flatten();
        if tool.policy.shadow {
            return Access::TriedOut { lacks }; // 4
        }
        Access::Denied { lacks }
    }
}

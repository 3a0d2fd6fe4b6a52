//! Tools that may destroy something, and demand less than others that do not.

use super::{Lint, LintRule};
use crate::docs::implied::Implied;
use crate::docs::ways::ways;
use crate::docs::{PolicyDescription, Posture, ScopeDocument, ToolEntry};

impl ScopeDocument {
    pub(super) fn lint_destructive(&self, lints: &mut Vec<Lint>) {
        let implied = Implied::of(self);
        for tool in self.tools.iter().filter(|tool| tool.hints.destructive == Some(true)) {
            let mut siblings = self.tools.iter().filter(|other| is_sibling(tool, other));
            if let Some(sibling) = siblings.find(|sibling| is_weaker(&implied, tool, sibling)) {
                let [name, other] = [tool, sibling].map(|tool| &tool.name);
                lints.push(Lint {
                    rule: LintRule::DestructiveIsWeaker,
                    about: vec![name.clone(), other.clone()],
                    message: format!("`{name}` may destroy something, and demands less than `{other}`, which does not"),
                    help: format!("demand of `{name}` what `{other}` demands, or a scope of its own"),
                });
            }
        }
    }
}

/// Another tool of the same file that changes something and destroys nothing.
fn is_sibling(tool: &ToolEntry, other: &ToolEntry) -> bool {
    let file = |tool: &ToolEntry| tool.source.as_ref().map(|source| source.file.clone());
    let is_harmless = other.hints.destructive != Some(true) && other.hints.read_only != Some(true);
    is_harmless && other.policy.posture == Posture::Callers && file(tool) == file(other)
}

/// Whether a tool lets in whoever another one lets in, and others besides. Too many ways to tell are no answer.
fn is_weaker(implied: &Implied<'_>, tool: &ToolEntry, other: &ToolEntry) -> bool {
    if !binds_no_more(&tool.policy, &other.policy) {
        return false;
    }
    let own = tool.policy.rights();
    let others = other.policy.rights();
    let (Some(own_ways), Some(other_ways)) = (ways(implied, &own), ways(implied, &others)) else {
        return false;
    };
    let lets_in_all = other_ways.iter().all(|way| own.iter().all(|rule| way.meets(rule)));
    let lets_in_more = own_ways.iter().any(|way| !others.iter().all(|rule| way.meets(rule)));
    lets_in_all && lets_in_more
}

/// Whether the one asks nothing at a call that the other does not ask.
fn binds_no_more(one: &PolicyDescription, other: &PolicyDescription) -> bool {
    let bonds = |policy: &PolicyDescription| {
        [
            policy.owner.is_some(),
            policy.tenant.is_some(),
            policy.check.is_some(),
            policy.login.is_some(),
            policy.fresh,
            policy.audit_required,
        ]
    };
    bonds(one).iter().zip(bonds(other)).all(|(one, other)| !one || other)
}

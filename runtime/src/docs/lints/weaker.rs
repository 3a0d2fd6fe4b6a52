//! Tools that may destroy something, and demand less than others that do not.

use super::{Lint, LintRule};
use crate::docs::compare::{Deciding, Part, Side, Wider, wider};
use crate::docs::{PolicyDescription, Posture, ScopeDocument, ToolEntry};

impl ScopeDocument {
    pub(super) fn lint_destructive(&self, lints: &mut Vec<Lint>) {
        let names = Deciding::of(self);
        for tool in self.tools.iter().filter(|tool| tool.hints.destructive == Some(true)) {
            let mut siblings = self.tools.iter().filter(|other| is_sibling(tool, other));
            if let Some(sibling) = siblings.find(|sibling| is_weaker(&names, tool, sibling)) {
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

/// Whether a tool lets in whoever another one lets in, and others besides. Too many ways to tell are no answer. Rights that are only
/// tried out count as if they were enforced, which is what they are declared for.
fn is_weaker(names: &Deciding, tool: &ToolEntry, other: &ToolEntry) -> bool {
    let enforced = |tool: &ToolEntry| PolicyDescription {
        shadow: false,
        ..tool.policy.clone()
    };
    let (own, others) = (enforced(tool), enforced(other));
    let side = |policy| Side { policy, names };
    let lets_in_besides = |some, more| wider(side(some), side(more), Part::Rights);
    binds_no_more(&own, &others)
        && matches!(lets_in_besides(&own, &others), Wider::No)
        && matches!(lets_in_besides(&others, &own), Wider::For(_))
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

//! Every kind of weakening, as a change of a policy.

use super::draft::{CALLERS, Draft, NOBODY, PUBLIC};
use crate::docs::Aspect;
use crate::policy::Rule;
use crate::scope::ScopeToken;

/// A way to make a policy weaker, and what it is called.
pub(super) struct Made {
    pub(super) aspect: Aspect,
    pub(super) prepare: fn(&mut Draft),
    pub(super) weaken: fn(&mut Draft),
}

pub(super) const KINDS: &[Made] = &[
    Made {
        aspect: Aspect::Posture,
        prepare: |_| {},
        weaken: |draft| draft.posture = PUBLIC,
    },
    Made {
        aspect: Aspect::Posture,
        prepare: |draft| draft.posture = NOBODY,
        weaken: |draft| draft.posture = CALLERS,
    },
    Made {
        aspect: Aspect::Scopes,
        prepare: |draft| lists(draft, &["a", "b"], &[], &[]),
        weaken: |draft| draft.all = vec!["b"],
    },
    Made {
        aspect: Aspect::Scopes,
        prepare: |draft| lists(draft, &["a", "b"], &[], &[]),
        weaken: |draft| lists(draft, &[], &["a", "b"], &[]),
    },
    Made {
        aspect: Aspect::Scopes,
        prepare: |draft| lists(draft, &[], &["a", "b"], &[]),
        weaken: |draft| draft.any.push("c"),
    },
    Made {
        aspect: Aspect::Scopes,
        prepare: |draft| lists(draft, &["d"], &["a", "b"], &[]),
        weaken: |draft| draft.any.clear(),
    },
    Made {
        aspect: Aspect::Roles,
        prepare: |draft| lists(draft, &["a"], &[], &["r"]),
        weaken: |draft| draft.roles.clear(),
    },
    Made {
        aspect: Aspect::Roles,
        prepare: |draft| lists(draft, &["a"], &[], &["r"]),
        weaken: |draft| draft.roles.push("s"),
    },
    Made {
        aspect: Aspect::Rule,
        prepare: |draft| {
            draft.rule = Some(BOTH);
            draft.shadow = false;
        },
        weaken: |draft| draft.rule = Some(EITHER),
    },
    Made {
        aspect: Aspect::Rule,
        prepare: |draft| {
            draft.rule = Some(BOTH);
            draft.shadow = false;
        },
        weaken: |draft| lists(draft, &[], &[], &[]),
    },
    Made {
        aspect: Aspect::Shadow,
        prepare: |draft| lists(draft, &["a"], &[], &["r"]),
        weaken: |draft| draft.shadow = true,
    },
    Made {
        aspect: Aspect::Owner,
        prepare: |draft| draft.owner = Some(("owner", vec![])),
        weaken: |draft| draft.owner = None,
    },
    Made {
        aspect: Aspect::Owner,
        prepare: |draft| draft.owner = Some(("owner", vec![])),
        weaken: |draft| draft.owner = Some(("author", vec![])),
    },
    Made {
        aspect: Aspect::Owner,
        prepare: |draft| draft.owner = Some(("owner", vec!["a"])),
        weaken: |draft| draft.owner = Some(("owner", vec!["a", "b"])),
    },
    Made {
        aspect: Aspect::Tenant,
        prepare: |draft| draft.tenant = Some("tenant"),
        weaken: |draft| draft.tenant = None,
    },
    Made {
        aspect: Aspect::Tenant,
        prepare: |draft| draft.tenant = Some("tenant"),
        weaken: |draft| draft.tenant = Some("team"),
    },
    Made {
        aspect: Aspect::Check,
        prepare: |draft| draft.check = Some("Store::may"),
        weaken: |draft| draft.check = None,
    },
    Made {
        aspect: Aspect::Check,
        prepare: |draft| draft.check = Some("Store::may"),
        weaken: |draft| draft.check = Some("Store::might"),
    },
    Made {
        aspect: Aspect::Login,
        prepare: |draft| draft.acr = vec!["strong"],
        weaken: |draft| draft.acr.push("weak"),
    },
    Made {
        aspect: Aspect::Login,
        prepare: |draft| draft.acr = vec!["strong"],
        weaken: |draft| draft.acr.clear(),
    },
    Made {
        aspect: Aspect::Login,
        prepare: |draft| draft.max_age = Some(60),
        weaken: |draft| draft.max_age = Some(61),
    },
    Made {
        aspect: Aspect::Login,
        prepare: |draft| draft.max_age = Some(60),
        weaken: |draft| draft.max_age = None,
    },
    Made {
        aspect: Aspect::Fresh,
        prepare: |draft| draft.fresh = true,
        weaken: |draft| draft.fresh = false,
    },
    Made {
        aspect: Aspect::Rate,
        prepare: |draft| draft.rate = Some((10, 5, 2)),
        weaken: |draft| draft.rate = None,
    },
    Made {
        aspect: Aspect::Rate,
        prepare: |draft| draft.rate = Some((10, 5, 2)),
        weaken: |draft| draft.rate = Some((11, 5, 2)),
    },
    Made {
        aspect: Aspect::Rate,
        prepare: |draft| draft.rate = Some((10, 5, 2)),
        weaken: |draft| draft.rate = Some((10, 6, 2)),
    },
    Made {
        aspect: Aspect::Rate,
        prepare: |draft| draft.rate = Some((10, 5, 2)),
        weaken: |draft| draft.rate = Some((5, 5, 1)),
    },
    Made {
        aspect: Aspect::Rate,
        prepare: |draft| draft.rate = Some((10, 5, 0)),
        weaken: |draft| draft.rate = Some((10, 5, 1)),
    },
    Made {
        aspect: Aspect::Rate,
        prepare: |draft| draft.rate = Some((10, 5, 1)),
        weaken: |draft| draft.rate = Some((10, 5, 0)),
    },
    Made {
        aspect: Aspect::AuditRequired,
        prepare: |draft| draft.audit_required = true,
        weaken: |draft| draft.audit_required = false,
    },
];

const BOTH: Rule = Rule::All(&[Rule::Scope(ScopeToken::from_static("a")), Rule::Role("r")]);
const EITHER: Rule = Rule::Any(&[Rule::Scope(ScopeToken::from_static("a")), Rule::Role("r")]);

/// Sets lists of rights, which are enforced and say all there is.
fn lists(draft: &mut Draft, all: &[&'static str], any: &[&'static str], roles: &[&'static str]) {
    draft.rule = None;
    draft.shadow = false;
    draft.all = all.to_vec();
    draft.any = any.to_vec();
    draft.roles = roles.to_vec();
}

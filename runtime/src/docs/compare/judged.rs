//! Comparisons against what the gate decides: random catalogues, policies, callers and arguments.

use super::{About, Aspect, Change, Deciding, Effect};
use crate::caller::{Caller, PrincipalKind};
use crate::catalog::{Catalog, Catalogs, Hierarchy};
use crate::claims::{ClaimSet, sorted};
use crate::decision::Decision;
use crate::docs::{Declared, ScopeDocument};
use crate::entries::Kind;
use crate::owner::Owners;
use crate::policy::{OwnerDemand, Policy, Rule, TenantDemand};
use crate::rate_limit::RateLimit;
use crate::scope::ScopeToken;
use crate::tool::Location;
use crate::toolset::Tool;
use proptest::prelude::*;
use std::any::TypeId;
use std::collections::BTreeSet;
use std::time::Duration;

const SCOPES: [&str; 4] = ["a", "b", "c", "d"];
const ROLES: [&str; 2] = ["r", "s"];
const FIELDS: [&str; 2] = ["owner", "author"];
const NOW: Duration = Duration::from_secs(1_000_000);

/// A policy that is still to be written down.
#[derive(Clone, Debug)]
struct Draft {
    posture: u8,
    all: Vec<&'static str>,
    any: Vec<&'static str>,
    roles: Vec<&'static str>,
    rule: Option<Rule>,
    shadow: bool,
    owner: Option<(&'static str, Vec<&'static str>)>,
    tenant: Option<&'static str>,
    check: Option<&'static str>,
    acr: Vec<&'static str>,
    max_age: Option<u64>,
    fresh: bool,
    rate: Option<(u32, u32, u8)>,
}

const CALLERS: u8 = 0;
const PUBLIC: u8 = 1;
const NOBODY: u8 = 2;

impl Draft {
    /// Scopes, roles and the owner as of this one, the rest as of the other.
    fn with_rest_of(self, other: &Self) -> Self {
        Self {
            all: self.all,
            any: self.any,
            roles: self.roles,
            rule: self.rule,
            shadow: self.shadow,
            owner: self.owner,
            ..other.clone()
        }
    }

    /// Each part as of one of the two.
    fn mixed_with(&self, other: &Self, parts: u16) -> Self {
        let own = |part: u16| parts >> part & 1 == 0;
        let pick = |part: u16| if own(part) { self } else { other };
        Self {
            posture: pick(0).posture,
            all: pick(1).all.clone(),
            any: pick(2).any.clone(),
            roles: pick(3).roles.clone(),
            rule: pick(4).rule,
            shadow: pick(5).shadow,
            owner: pick(6).owner.clone(),
            tenant: pick(7).tenant,
            check: pick(8).check,
            acr: pick(9).acr.clone(),
            max_age: pick(10).max_age,
            fresh: pick(11).fresh,
            rate: pick(12).rate,
        }
    }

    fn policy(&self) -> Policy {
        let mut policy = match self.posture {
            PUBLIC => return self.limited(Policy::PUBLIC),
            NOBODY => return Policy::NOBODY,
            _ => Policy::AUTHENTICATED,
        };
        if let Some(rule) = self.rule {
            policy = policy.allow(Box::leak(Box::new(rule)));
        } else {
            if !self.all.is_empty() {
                policy = policy.scopes_all(tokens(&self.all));
            }
            if !self.any.is_empty() {
                policy = policy.scopes_any(tokens(&self.any));
            }
            if !self.roles.is_empty() {
                policy = policy.roles(self.roles.clone().leak());
            }
        }
        if self.shadow && self.has_rights() {
            policy = policy.shadow();
        }
        if let Some((field, unless)) = &self.owner {
            policy = policy.owner(OwnerDemand {
                field,
                unless: tokens(unless),
            });
        }
        if let Some(field) = self.tenant {
            policy = policy.tenant(TenantDemand { field, lookup: None });
        }
        if let Some(check) = self.check {
            policy = policy.check(check);
        }
        if !self.acr.is_empty() {
            policy = policy.acr(self.acr.clone().leak());
        }
        if let Some(age) = self.max_age {
            policy = policy.max_age(Duration::from_secs(age));
        }
        if self.fresh {
            policy = policy.fresh();
        }
        self.limited(policy)
    }

    fn has_rights(&self) -> bool {
        self.rule.is_some() || !self.all.is_empty() || !self.any.is_empty() || !self.roles.is_empty()
    }

    fn limited(&self, policy: Policy) -> Policy {
        let Some((count, burst, per)) = self.rate else {
            return policy;
        };
        let rate = RateLimit::per_minute(count).burst(burst);
        policy.rate_limit(match (policy.is_public(), per) {
            (true, _) | (_, 2) => rate.per_tool(),
            (false, 1) => rate.per_client(),
            (false, _) => rate,
        })
    }
}

fn tokens(names: &[&'static str]) -> &'static [ScopeToken] {
    names
        .iter()
        .map(|name| ScopeToken::from_static(name))
        .collect::<Vec<_>>()
        .leak()
}

fn rule() -> impl Strategy<Value = Rule> {
    let leaf = prop_oneof![
        3 => prop::sample::select(&SCOPES[..]).prop_map(|name| Rule::Scope(ScopeToken::from_static(name))),
        1 => prop::sample::select(&ROLES[..]).prop_map(Rule::Role),
    ];
    leaf.prop_recursive(3, 10, 3, |inner| {
        let rules = prop::collection::vec(inner, 1..4);
        (rules, any::<bool>()).prop_map(|(rules, all)| {
            let rules: &'static [Rule] = rules.leak();
            if all { Rule::All(rules) } else { Rule::Any(rules) }
        })
    })
}

fn drafts() -> impl Strategy<Value = Draft> {
    let scopes = || prop::sample::subsequence(&SCOPES[..], 0..=3);
    let roles = prop::sample::subsequence(&ROLES[..], 0..=2);
    let rights = (
        scopes(),
        scopes(),
        roles,
        prop::option::weighted(0.4, rule()),
        prop::bool::weighted(0.15),
    );
    let owner = prop::option::weighted(
        0.4,
        (
            prop::sample::select(&FIELDS[..]),
            prop::sample::subsequence(&SCOPES[..], 0..=2),
        ),
    );
    let arguments = (
        owner,
        prop::option::weighted(0.3, prop::sample::select(&["tenant", "team"][..])),
        prop::option::weighted(0.3, prop::sample::select(&["Store::may", "Store::might"][..])),
    );
    let login = (
        prop_oneof![3 => Just(Vec::new()), 1 => prop::sample::subsequence(&["strong", "weak"][..], 1..=2)],
        prop::option::weighted(0.3, prop::sample::select(&[60_u64, 600][..])),
        prop::bool::weighted(0.3),
    );
    let rate = prop::option::weighted(
        0.3,
        (
            prop::sample::select(&[10_u32, 30][..]),
            prop::sample::select(&[5_u32, 10][..]),
            0_u8..3,
        ),
    );
    let posture = prop_oneof![14 => Just(CALLERS), 1 => Just(PUBLIC), 1 => Just(NOBODY)];
    (posture, rights, arguments, login, rate).prop_map(|(posture, rights, arguments, login, rate)| {
        let (all, any, roles, rule, shadow) = rights;
        let (owner, tenant, check) = arguments;
        let (acr, max_age, fresh) = login;
        Draft {
            posture,
            all,
            any,
            roles,
            rule,
            shadow,
            owner,
            tenant,
            check,
            acr,
            max_age,
            fresh,
            rate,
        }
    })
}

/// For each name, which of the later ones it implies: no circles.
fn edges(names: usize) -> impl Strategy<Value = Vec<Vec<bool>>> {
    prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.2), names), names)
}

fn catalogs() -> impl Strategy<Value = Catalogs> {
    fn hierarchy(names: &'static [&'static str], edges: &[Vec<bool>]) -> Hierarchy {
        let direct = names.iter().enumerate().map(|(from, name)| {
            let implied = (from + 1..names.len()).filter(|to| edges[from][*to]);
            (*name, implied.map(|to| names[to]).collect())
        });
        Hierarchy::new("Names", TypeId::of::<()>(), &direct.collect())
    }
    (edges(SCOPES.len()), edges(ROLES.len())).prop_map(|(scopes, roles)| Catalogs {
        scopes: Some(Catalog {
            entries: &[],
            hierarchy: hierarchy(&SCOPES, &scopes),
        }),
        roles: Some(Catalog {
            entries: &[],
            hierarchy: hierarchy(&ROLES, &roles),
        }),
    })
}

/// One document has the first of these, the other the second, or both the same.
fn two_catalogs() -> impl Strategy<Value = (Catalogs, Catalogs)> {
    (catalogs(), catalogs(), any::<bool>()).prop_map(
        |(one, other, same)| {
            if same { (one.clone(), one) } else { (one, other) }
        },
    )
}

/// A policy, and another one that has some parts of it.
fn two_drafts() -> impl Strategy<Value = (Draft, Draft)> {
    (drafts(), drafts(), any::<u16>(), any::<u16>()).prop_map(|(one, other, some, few)| {
        let mixed = one.mixed_with(&other, some & few);
        (one, mixed)
    })
}

const TOOL: &str = "tool";

fn document(catalogs: &Catalogs, policy: Policy) -> ScopeDocument {
    let location = Location {
        file: "tools.rs",
        line: 1,
    };
    let tool = Tool::entry(Kind::Tool, TOOL, policy, location);
    let baseline = BTreeSet::new();
    let declared = Declared {
        catalogs,
        baseline: &baseline,
        tools: vec![&tool],
        entries: Vec::new(),
    };
    let mut document = declared.document();
    // The catalogues of these tests have no entries, so that names which no tool asks about would be missing.
    for (name, implied) in hierarchy_of(catalogs) {
        let known = document.scopes.iter_mut().find(|scope| scope.scope == name);
        match known {
            Some(scope) => scope.implies = implied,
            None => document.scopes.push(crate::docs::ScopeDescription {
                scope: name.to_owned(),
                implies: implied,
                ..Default::default()
            }),
        }
    }
    for (name, implied) in roles_of(catalogs) {
        let known = document.roles.iter_mut().find(|role| role.role == name);
        match known {
            Some(role) => role.implies = implied,
            None => document.roles.push(crate::docs::RoleDescription {
                role: name.to_owned(),
                implies: implied,
                ..Default::default()
            }),
        }
    }
    document
}

fn hierarchy_of(catalogs: &Catalogs) -> Vec<(&'static str, Vec<String>)> {
    let hierarchy = &catalogs.scopes.as_ref().unwrap().hierarchy;
    let implied = |name: &str| {
        SCOPES
            .iter()
            .filter(|other| hierarchy.implies(name, other))
            .map(ToString::to_string)
            .collect()
    };
    SCOPES.iter().map(|name| (*name, implied(name))).collect()
}

fn roles_of(catalogs: &Catalogs) -> Vec<(&'static str, Vec<String>)> {
    let hierarchy = &catalogs.roles.as_ref().unwrap().hierarchy;
    let implied = |name: &str| {
        ROLES
            .iter()
            .filter(|other| hierarchy.implies(name, other))
            .map(ToString::to_string)
            .collect()
    };
    ROLES.iter().map(|name| (*name, implied(name))).collect()
}

fn changes(old: (&Catalogs, &Draft), new: (&Catalogs, &Draft)) -> Vec<Change> {
    document(new.0, new.1.policy())
        .changes_since(&document(old.0, old.1.policy()))
        .changes
}

/// Whether the tool is said to let more callers in.
fn is_named(changes: &[Change]) -> bool {
    changes.iter().any(|change| {
        let about = change.about == About::Tool(TOOL.to_owned()) || change.tools.iter().any(|tool| tool == TOOL);
        about && change.effect == Effect::Weakening
    })
}

/// Somebody who calls with something.
#[derive(Clone, Debug)]
struct Asked {
    has_token: bool,
    scopes: Vec<&'static str>,
    roles: Vec<&'static str>,
    acr: Option<&'static str>,
    logged_in: Option<u64>,
    /// For each field, whether it names the caller.
    owns: [bool; 2],
    /// For each field, whether it is the caller's tenant.
    tenants: [bool; 2],
    /// For each check, what it says.
    checks: [bool; 2],
}

fn asked() -> impl Strategy<Value = Asked> {
    let names = (
        prop::sample::subsequence(&SCOPES[..], 0..=4),
        prop::sample::subsequence(&ROLES[..], 0..=2),
    );
    let login = (
        prop::option::weighted(0.8, prop::sample::select(&["strong", "weak", "other"][..])),
        prop::option::weighted(0.8, prop::sample::select(&[0_u64, 100, 1000][..])),
    );
    let facts = any::<([bool; 2], [bool; 2], [bool; 2])>();
    (prop::bool::weighted(0.9), names, login, facts).prop_map(
        |(has_token, (scopes, roles), (acr, logged_in), (owns, tenants, checks))| Asked {
            has_token,
            scopes,
            roles,
            acr,
            logged_in,
            owns,
            tenants,
            checks,
        },
    )
}

/// What comes of a call, in the order of the gate. Rates and freshness let nobody in for good.
fn lets_in(catalogs: &Catalogs, draft: &Draft, asked: &Asked) -> bool {
    let policy = draft.policy();
    let mut claims = ClaimSet::of("i".into(), "alice", PrincipalKind::User);
    claims.scopes = sorted(asked.scopes.iter().copied());
    claims.roles = sorted(asked.roles.iter().copied());
    claims.acr = asked.acr.map(Into::into);
    claims.auth_time = asked.logged_in.map(|ago| NOW.saturating_sub(Duration::from_secs(ago)));
    let caller = asked.has_token.then(|| Caller::new(claims).within(catalogs));
    if policy.admit_at(caller.as_ref(), NOW).into_result().is_err() {
        return false;
    }
    let fact =
        |facts: [bool; 2], names: [&str; 2], name: &str| facts[names.iter().position(|other| *other == name).unwrap()];
    let owners = match policy.demanded_owner() {
        None => Owners::Unbound,
        Some(owner) => {
            let named = if fact(asked.owns, FIELDS, owner.field) {
                "alice"
            } else {
                "bob"
            };
            Owners::Named(vec![Some(named.into())])
        }
    };
    let tenant = policy
        .demanded_tenant()
        .is_none_or(|tenant| fact(asked.tenants, ["tenant", "team"], tenant.field));
    let check = policy
        .demanded_check()
        .is_none_or(|check| fact(asked.checks, ["Store::may", "Store::might"], check));
    owners.admit(policy.demanded_owner(), caller.as_ref()) == Decision::Allow && tenant && check
}

/// Everybody there can be, as far as scopes, roles and owners go.
fn everybody() -> impl Iterator<Item = Asked> {
    (0_u32..1 << (SCOPES.len() + ROLES.len() + 2)).map(|bits| {
        let is_set = |position: usize| bits >> position & 1 == 1;
        let scopes = SCOPES.iter().enumerate().filter(|(position, _)| is_set(*position));
        let roles = ROLES.iter().enumerate().filter(|(position, _)| is_set(4 + position));
        Asked {
            has_token: true,
            scopes: scopes.map(|(_, name)| *name).collect(),
            roles: roles.map(|(_, name)| *name).collect(),
            acr: Some("strong"),
            logged_in: Some(0),
            owns: [is_set(6), is_set(7)],
            tenants: [true; 2],
            checks: [true; 2],
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// The reason for all of this.
    #[test]
    fn who_is_let_in_now_and_was_not_is_found(
        (old_names, new_names) in two_catalogs(), (old, new) in two_drafts(), asked in prop::collection::vec(asked(), 20),
    ) {
        let changes = changes((&old_names, &old), (&new_names, &new));
        for asked in asked {
            if lets_in(&new_names, &new, &asked) && !lets_in(&old_names, &old, &asked) {
                prop_assert!(is_named(&changes), "{:?}: {:?}", asked, changes);
            }
        }
    }

    /// No false alarm about scopes, roles and owners, either: it is found out exactly.
    #[test]
    fn rights_are_weaker_exactly_if_somebody_is_let_in_by_them(
        (old_names, new_names) in two_catalogs(), (old, new) in two_drafts(),
    ) {
        let strong = Draft { acr: Vec::new(), ..old.clone() };
        let (old, new) = (Draft { posture: CALLERS, ..strong.clone() }, Draft { posture: CALLERS, ..new.with_rest_of(&strong) });
        let changes = changes((&old_names, &old), (&new_names, &new));
        let somebody = everybody().find(|asked| lets_in(&new_names, &new, asked) && !lets_in(&old_names, &old, asked));
        prop_assert_eq!(is_named(&changes), somebody.is_some(), "{:?}: {:?}", somebody, changes);
        // And what is narrower is not called neutral.
        let nobody = everybody().find(|asked| !lets_in(&new_names, &new, asked) && lets_in(&old_names, &old, asked));
        if let (None, Some(nobody)) = (&somebody, &nobody) {
            let told = changes.iter().any(|change| change.effect == Effect::Tightening);
            prop_assert!(told, "{:?}: {:?}", nobody, changes);
        }
    }

    #[test]
    fn what_is_the_same_has_no_change(names in catalogs(), draft in drafts()) {
        prop_assert_eq!(changes((&names, &draft), (&names, &draft)), Vec::new());
    }

    /// What is different has a change, whatever it is: else a lock would be taken for current that is not.
    #[test]
    fn what_is_different_has_a_change((old_names, new_names) in two_catalogs(), (old, new) in two_drafts()) {
        let (before, after) = (document(&old_names, old.policy()), document(&new_names, new.policy()));
        let opens = |document: &ScopeDocument| document.tools[0].policy.posture != crate::docs::Posture::Nobody;
        if Deciding::of(&before) != Deciding::of(&after) && opens(&after) {
            prop_assert!(!after.changes_since(&before).changes.is_empty());
        }
    }

    /// Every kind of weakening, made in a policy that may be anything else.
    #[test]
    fn every_kind_of_weakening_is_found(names in catalogs(), draft in drafts(), kind in 0..KINDS.len()) {
        let Made { aspect, prepare, weaken } = &KINDS[kind];
        let mut old = Draft { posture: CALLERS, ..draft };
        prepare(&mut old);
        let mut new = old.clone();
        weaken(&mut new);
        let changes = changes((&names, &old), (&names, &new));
        let found = changes.iter().any(|change| change.effect == Effect::Weakening && change.aspect == *aspect);
        // A scope that follows from another one is no loss.
        let of_rights = matches!(aspect, Aspect::Scopes | Aspect::Roles | Aspect::Rule | Aspect::Shadow | Aspect::Owner);
        let ask = |asked: &Asked| {
            let asked = Asked { acr: old.acr.first().copied(), ..asked.clone() };
            lets_in(&names, &new, &asked) && !lets_in(&names, &old, &asked)
        };
        prop_assert!(found || (of_rights && !everybody().any(|asked| ask(&asked))), "{:?}", changes);
    }

    #[test]
    fn a_wider_hierarchy_is_found((old, new) in two_catalogs(), draft in drafts()) {
        let changes = changes((&old, &draft), (&new, &draft));
        for (of_old, of_new) in [(hierarchy_of(&old), hierarchy_of(&new)), (roles_of(&old), roles_of(&new))] {
            for ((name, before), (_, after)) in of_old.into_iter().zip(of_new) {
                let gained = after.iter().any(|implied| !before.contains(implied));
                let told = changes.iter().any(|change| {
                    let about = [About::Scope(name.to_owned()), About::Role(name.to_owned())].contains(&change.about);
                    about && change.aspect == Aspect::Hierarchy && change.effect == Effect::Weakening
                });
                prop_assert_eq!(gained, told, "{}: {:?}", name, changes);
            }
        }
    }
}

struct Made {
    aspect: Aspect,
    prepare: fn(&mut Draft),
    weaken: fn(&mut Draft),
}

const KINDS: &[Made] = &[
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
            draft.shadow = false
        },
        weaken: |draft| draft.rule = Some(EITHER),
    },
    Made {
        aspect: Aspect::Rule,
        prepare: |draft| {
            draft.rule = Some(BOTH);
            draft.shadow = false
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

//! The scope document: who may call what, written from the declarations that enforce it.
//!
//! ```no_run
//! # use toolgate::Toolset;
//! # let tools = Toolset::new(());
//! // In a test: fails with a diff when the file is stale. `TOOLGATE_DOCS=overwrite cargo test` rewrites it.
//! toolgate::docs::assert_current("SCOPES.md", &tools);
//! ```

mod current;
mod markdown;

pub use self::current::assert_current;

use crate::catalog::{RoleEntry, ScopeEntry};
use crate::policy::{LoginDemand, Policy, Rule};
use crate::scope::ScopeToken;
use crate::tool::Hints;
use crate::toolset::{Tool, Toolset};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a security reviewer needs to know of a toolset. Serialized, it is the JSON form of the document; the order is
/// stable: scopes and roles by name, tools as they were added.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ScopeDocument {
    /// What the catalogue says about scopes, in its order, if the toolset keeps to one ([`Toolset::scopes`]).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scope_catalog: Vec<ScopeDescription>,
    /// The same about roles ([`Toolset::roles`]).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub role_catalog: Vec<RoleDescription>,
    /// Every scope that some tool asks about, with those tools.
    pub scopes: BTreeMap<ScopeToken, Vec<String>>,
    /// Every role that some tool demands, with those tools.
    pub roles: BTreeMap<&'static str, Vec<String>>,
    /// The tools that need no token.
    pub public: Vec<String>,
    /// The tools whose scopes and roles are tried out and not enforced.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shadow: Vec<String>,
    /// Every tool with its demands.
    pub tools: Vec<ToolEntry>,
    /// Every prompt, resource and template that is under a policy, with its demands, by the name that records call it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<ToolEntry>,
}

/// What a catalogue says about a scope.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ScopeDescription {
    /// The scope.
    pub scope: ScopeToken,
    /// What it is for.
    pub description: &'static str,
    /// All scopes that it implies.
    #[serde(skip_serializing_if = "<[ScopeToken]>::is_empty")]
    pub implies: &'static [ScopeToken],
    /// Clients should ask for it at first.
    #[serde(skip_serializing_if = "is_unset")]
    pub baseline: bool,
    /// It should not be granted lightly.
    #[serde(skip_serializing_if = "is_unset")]
    pub sensitive: bool,
    /// Only an administrator can consent to it.
    #[serde(skip_serializing_if = "is_unset")]
    pub admin_consent: bool,
}

/// What a catalogue says about a role.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RoleDescription {
    /// The role.
    pub role: &'static str,
    /// Who has it.
    pub description: &'static str,
    /// All roles that it implies.
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    pub implies: &'static [&'static str],
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_unset(flag: &bool) -> bool {
    !*flag
}

/// One tool of the document.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ToolEntry {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// What it tells clients of its behaviour.
    pub hints: Hints,
    /// Its demands, as declared.
    pub policy: Policy,
    /// Its demands, in words; every one has to be met.
    pub demands: Vec<String>,
    /// The fingerprint that audit records call the policy by.
    pub fingerprint: String,
}

impl ScopeDocument {
    /// The document of these tools.
    #[must_use]
    pub fn new<S>(toolset: &Toolset<S>) -> Self {
        let entries = || toolset.entries.iter().map(|entry| &entry.tool);
        let all = || toolset.tools.iter().chain(entries());
        let mut scopes: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut roles: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for tool in all() {
            let policy = &tool.policy;
            let unless = policy.demanded_owner().map_or(&[][..], |owner| owner.unless);
            let demanded = policy.demanded_scopes_all().iter().chain(policy.demanded_scopes_any());
            let of_rule = policy.demanded_rule().map_or_else(Vec::new, Rule::scopes);
            for scope in demanded.chain(unless).chain(&of_rule) {
                name_once(scopes.entry(*scope).or_default(), &tool.name);
            }
            let of_rule = policy.demanded_rule().map_or_else(Vec::new, Rule::roles);
            for role in policy.demanded_roles().iter().chain(&of_rule) {
                name_once(roles.entry(*role).or_default(), &tool.name);
            }
        }
        let catalogs = &toolset.catalogs;
        let scope_catalog = catalogs.scopes.iter().flat_map(|catalog| catalog.entries);
        let role_catalog = catalogs.roles.iter().flat_map(|catalog| catalog.entries);
        let named = |is_so: fn(&Policy) -> bool| {
            let tools = all().filter(|tool| is_so(&tool.policy));
            tools.map(|tool| tool.name.to_string()).collect()
        };
        Self {
            scope_catalog: scope_catalog.map(ScopeDescription::new).collect(),
            role_catalog: role_catalog.map(RoleDescription::new).collect(),
            scopes,
            roles,
            public: named(Policy::is_public),
            shadow: named(Policy::is_shadow),
            tools: toolset.tools.iter().map(ToolEntry::new).collect(),
            entries: entries().map(ToolEntry::new).collect(),
        }
    }

    /// The document as JSON, for machines.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Serializing it cannot fail: no maps but those keyed by strings.
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }

    /// The document as Markdown, for people.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::render(self)
    }
}

impl ScopeDescription {
    fn new(entry: &ScopeEntry) -> Self {
        Self {
            scope: entry.scope,
            description: entry.description,
            implies: entry.implies_all,
            baseline: entry.baseline,
            sensitive: entry.sensitive,
            admin_consent: entry.admin_consent,
        }
    }
}

impl RoleDescription {
    fn new(entry: &RoleEntry) -> Self {
        Self {
            role: entry.role,
            description: entry.description,
            implies: entry.implies_all,
        }
    }
}

impl ToolEntry {
    fn new(tool: &Tool) -> Self {
        Self {
            name: tool.name.to_string(),
            description: tool.description.to_string(),
            hints: tool.hints,
            policy: tool.policy,
            demands: demands(&tool.policy),
            fingerprint: tool.fingerprint.to_string(),
        }
    }
}

/// A tool may ask about a scope in more than one place.
fn name_once(tools: &mut Vec<String>, tool: &str) {
    if tools.last().is_none_or(|last| last != tool) {
        tools.push(tool.to_owned());
    }
}

/// The demands of a policy in words, and what it limits.
fn demands(policy: &Policy) -> Vec<String> {
    let mut demands = demands_of_caller(policy);
    if let Some(rate) = policy.rate_limited() {
        demands.push(format!("not more than {}", rate.in_words()));
    }
    demands
}

fn demands_of_caller(policy: &Policy) -> Vec<String> {
    if policy.is_public() {
        return vec!["nothing: anyone may call it, without a token".to_owned()];
    }
    if !policy.admits_callers() {
        return vec!["nobody may call it".to_owned()];
    }
    let token = if policy.is_fresh() {
        "a valid token, validated anew for each call"
    } else {
        "a valid token"
    };
    let mut demands = vec![token.to_owned()];
    let shadow = if policy.is_shadow() { " (**not enforced**)" } else { "" };
    let plain = |scopes: &[ScopeToken]| quoted(scopes.iter().map(|scope| scope.as_str()));
    let scopes = |scopes: &[ScopeToken]| plain(scopes) + shadow;
    if !policy.demanded_scopes_all().is_empty() {
        demands.push(format!("all of the scopes {}", scopes(policy.demanded_scopes_all())));
    }
    if !policy.demanded_scopes_any().is_empty() {
        demands.push(format!("one of the scopes {}", scopes(policy.demanded_scopes_any())));
    }
    if !policy.demanded_roles().is_empty() {
        demands.push(format!(
            "one of the roles {}{shadow}",
            quoted(policy.demanded_roles().iter().copied())
        ));
    }
    if let Some(rule) = policy.demanded_rule() {
        demands.push(format!("{rule}{shadow}"));
    }
    if let Some(login) = policy.demanded_login() {
        demands.extend(login_in_words(login));
    }
    if let Some(owner) = policy.demanded_owner() {
        let unless = match owner.unless {
            [] => String::new(),
            [_] => format!(", unless the caller has the scope {}", plain(owner.unless)),
            _ => format!(", unless the caller has one of the scopes {}", plain(owner.unless)),
        };
        demands.push(format!("`{}` is the caller{unless}", owner.field));
    }
    if let Some(tenant) = policy.demanded_tenant() {
        demands.push(match tenant.lookup {
            None => format!("`{}` is the caller's tenant", tenant.field),
            Some(lookup) => format!(
                "`{}` belongs to the caller's tenant (found by `{lookup}`)",
                tenant.field
            ),
        });
    }
    if let Some(check) = policy.demanded_check() {
        demands.push(format!("`{check}` allows it"));
    }
    demands
}

fn login_in_words(login: LoginDemand) -> impl Iterator<Item = String> {
    let classes = login.acr();
    let class = (!classes.is_empty()).then(|| {
        let classes = quoted(classes.iter().copied());
        format!("a login of one of the classes {classes}")
    });
    let age = login.max_age();
    let age = age.map(|age| format!("a login not older than {} s", age.as_secs()));
    class.into_iter().chain(age)
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

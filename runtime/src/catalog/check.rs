//! Whether a tool keeps to the catalogues.

use super::hierarchy::{Catalog, Catalogs, Hierarchy};
use super::ways;
use crate::error::ConfigError;
use crate::policy::Rule;
use crate::scope::ScopeToken;
use crate::toolset::Tool;

impl Catalogs {
    /// Checks that these, the gate's, are the catalogues that a toolset keeps to.
    ///
    /// 1. What the toolset keeps to, the gate counts: else who holds a broad scope would lack what it implies.
    /// 2. What the gate counts, the toolset knows: else the gate would let callers in of whom no document of the toolset tells, and a
    ///    hierarchy could get wider without its lock noticing.
    pub(crate) fn check_kept_by(&self, toolset: &Self) -> Result<(), ConfigError> {
        let [own, kept] = [self, toolset].map(|catalogs| catalogs.scopes.as_ref().map(|scopes| &scopes.hierarchy));
        check_same(own, kept, "scope")?;
        let [own, kept] = [self, toolset].map(|catalogs| catalogs.roles.as_ref().map(|roles| &roles.hierarchy));
        check_same(own, kept, "role")
    }

    /// Checks that scopes which the gate was told of by themselves are in the catalogue: clients would ask for what nobody grants, and
    /// be refused everything.
    pub(crate) fn check_told<'a>(
        &self,
        what: &str,
        told: impl IntoIterator<Item = &'a ScopeToken>,
    ) -> Result<(), ConfigError> {
        let Some(Catalog { hierarchy, .. }) = &self.scopes else {
            return Ok(());
        };
        let mut told = told.into_iter();
        let Some(unknown) = told.find(|scope| !hierarchy.has(scope.as_str())) else {
            return Ok(());
        };
        let catalog = hierarchy.catalog;
        Err(ConfigError::new(
            format!("`{what}` of the gate has the scope `{unknown}`, which is not in the catalogue `{catalog}`"),
            format!("remove it, or add a variant to `{catalog}`"),
        ))
    }

    /// Checks the demands of a tool, as far as the macro could not see them.
    ///
    /// 1. What is demanded is in the catalogue: else nobody, or nobody who was meant, would hold it.
    /// 2. Nothing is demanded that follows from what is demanded besides: it would look as if it asked for more.
    /// 3. Somebody whom the tool admits has to be the owner, where an owner is demanded.
    pub(crate) fn check(&self, tool: &Tool) -> Result<(), ConfigError> {
        let policy = &tool.policy;
        let rule = policy.demanded_rule();
        if let Some(scopes) = &self.scopes {
            let hierarchy = &scopes.hierarchy;
            let [all, any] = [policy.demanded_scopes_all(), policy.demanded_scopes_any()].map(as_names);
            check_known(hierarchy, "scope", &all, tool)?; // 1
            check_known(hierarchy, "scope", &any, tool)?;
            check_all(hierarchy, &all, tool)?; // 2
            check_any(hierarchy, "scopes_any", &any, tool)?;
            check_all_and_any(hierarchy, &all, &any, tool)?;
            let named = rule.map_or_else(Vec::new, Rule::scopes);
            check_known(hierarchy, "scope", &as_names(&named), tool)?; // 1
            let unless = as_names(policy.demanded_owner().map_or(&[], |owner| owner.unless));
            check_known(hierarchy, "scope", &unless, tool)?; // 1
            check_any(hierarchy, "owner_unless", &unless, tool)?; // 2
        }
        if let Some(roles) = &self.roles {
            let roles = &roles.hierarchy;
            check_known(roles, "role", policy.demanded_roles(), tool)?; // 1
            check_any(roles, "roles", policy.demanded_roles(), tool)?; // 2
            check_known(roles, "role", &rule.map_or_else(Vec::new, Rule::roles), tool)?; // 1
        }
        if let Some(rule) = rule {
            self.check_every_part_counts(rule, tool)?; // 2
        }
        self.check_owner_counts(tool) // 3
    }

    /// Whoever holds the scopes that a tool demands is not excused by them from being the owner.
    fn check_owner_counts(&self, tool: &Tool) -> Result<(), ConfigError> {
        let policy = &tool.policy;
        let unless = as_names(policy.demanded_owner().map_or(&[], |owner| owner.unless));
        let [all, any] = [policy.demanded_scopes_all(), policy.demanded_scopes_any()].map(as_names);
        let hierarchy = self.scopes.as_ref().map(|scopes| &scopes.hierarchy);
        let rule = policy.demanded_rule();
        let excuses_all = is_met(hierarchy, &all, &any, &unless)
            || rule.is_some_and(|rule| ways::each_has_one_of(&unless, rule, &|part| self.follow(part)));
        if excuses_all {
            return Err(ConfigError::new(
                format!(
                    "{} excuses everyone whom it admits from being the owner, by `owner_unless`",
                    place(tool)
                ),
                "remove `owner_field`, or what every caller holds from `owner_unless`",
            ));
        }
        Ok(())
    }

    /// What follows from a part of a rule, if that is one scope or role.
    fn follow(&self, part: &Rule) -> Vec<&'static str> {
        match part {
            Rule::Scope(scope) => follows(self.scopes.as_ref().map(|scopes| &scopes.hierarchy), scope.as_str()),
            Rule::Role(name) => follows(self.roles.as_ref().map(|roles| &roles.hierarchy), name),
            Rule::All(_) | Rule::Any(_) => Vec::new(),
        }
    }

    /// Of a rule, no part follows from the rest.
    fn check_every_part_counts(&self, rule: &Rule, tool: &Tool) -> Result<(), ConfigError> {
        match ways::without_effect(rule, &|part| self.follow(part)) {
            None => Ok(()),
            Some(part) => Err(ConfigError::new(
                format!(
                    "{} has {part} in `allow`, which changes nothing: the hierarchy decides the same without it",
                    place(tool)
                ),
                "remove it",
            )),
        }
    }
}

pub(super) fn as_names(scopes: &[ScopeToken]) -> Vec<&'static str> {
    scopes.iter().map(|scope| scope.as_str()).collect()
}

/// Whether whoever holds all of these, and one of those, holds one of the wanted.
pub(super) fn is_met(hierarchy: Option<&Hierarchy>, all: &[&str], any: &[&str], wanted: &[&str]) -> bool {
    let holds = |name: &&str| {
        let implied = follows(hierarchy, name);
        wanted.iter().any(|wanted| wanted == name || implied.contains(wanted))
    };
    all.iter().any(holds) || (!any.is_empty() && any.iter().all(holds))
}

/// What follows from a name, if there is a hierarchy.
fn follows(hierarchy: Option<&Hierarchy>, name: &str) -> Vec<&'static str> {
    hierarchy.map_or_else(Vec::new, |hierarchy| hierarchy.follow(name).collect())
}

fn check_same(own: Option<&Hierarchy>, kept: Option<&Hierarchy>, noun: &str) -> Result<(), ConfigError> {
    match (own, kept) {
        (None, None) => Ok(()),
        (Some(own), Some(kept)) if own.id == kept.id => Ok(()),
        (_, Some(Hierarchy { catalog, .. })) => {
            let found = own.map_or("none".to_owned(), |own| format!("`{}`", own.catalog));
            Err(ConfigError::new(
                format!("the toolset keeps to the catalogue `{catalog}` of {noun}s, and the gate to {found}"),
                format!("add `.{noun}s::<{catalog}>()` to the gate, so that what its {noun}s imply counts"),
            )) // 1
        }
        (Some(Hierarchy { catalog, .. }), None) => Err(ConfigError::new(
            format!("the gate keeps to the catalogue `{catalog}` of {noun}s, and the toolset to none"),
            format!(
                "add `.{noun}s::<{catalog}>()` to the toolset, so that its scope document says what its {noun}s imply"
            ),
        )), // 2
    }
}

fn check_known(hierarchy: &Hierarchy, noun: &str, names: &[&str], tool: &Tool) -> Result<(), ConfigError> {
    let Some(unknown) = names.iter().find(|name| !hierarchy.has(name)) else {
        return Ok(());
    };
    let catalog = hierarchy.catalog;
    let known: Vec<_> = hierarchy.names().collect();
    Err(ConfigError::new(
        format!(
            "{} demands the {noun} `{unknown}`, which is not in the catalogue `{catalog}`",
            place(tool)
        ),
        format!("write one of `{}`, or add a variant to `{catalog}`", known.join("`, `")),
    ))
}

/// Of names that are all demanded, none follows from another.
fn check_all(hierarchy: &Hierarchy, all: &[&str], tool: &Tool) -> Result<(), ConfigError> {
    for (position, name) in all.iter().enumerate() {
        if all.iter().skip(position + 1).any(|other| other == name) {
            return Err(twice(name, "scopes_all", tool));
        }
        if let Some(other) = all.iter().find(|other| hierarchy.implies(other, name)) {
            return Err(ConfigError::new(
                format!("{} demands `{name}` besides `{other}`, which implies it", place(tool)),
                format!(
                    "remove `{name}` from `scopes_all`; if that is the toolset's, write `catalog = {}` there, so that a method can \
                     demand more",
                    hierarchy.catalog
                ),
            ));
        }
    }
    Ok(())
}

/// Of names of which one is demanded, none implies another: the other one alone would do.
fn check_any(hierarchy: &Hierarchy, list: &str, any: &[&str], tool: &Tool) -> Result<(), ConfigError> {
    for (position, name) in any.iter().enumerate() {
        if any.iter().skip(position + 1).any(|other| other == name) {
            return Err(twice(name, list, tool));
        }
        if let Some(other) = any.iter().find(|other| hierarchy.implies(name, other)) {
            return Err(ConfigError::new(
                format!("{} takes `{name}` for `{other}`, which it implies anyway", place(tool)),
                format!("remove `{name}` from `{list}`"),
            ));
        }
    }
    Ok(())
}

/// What is demanded anyway leaves no choice, and a choice of which everything implies a scope demands that scope.
fn check_all_and_any(hierarchy: &Hierarchy, all: &[&str], any: &[&str], tool: &Tool) -> Result<(), ConfigError> {
    for name in any {
        if let Some(other) = all
            .iter()
            .find(|other| *other == name || hierarchy.implies(other, name))
        {
            return Err(ConfigError::new(
                format!(
                    "{} demands `{other}`, so that `{name}` leaves no choice in `scopes_any`",
                    place(tool)
                ),
                "remove `scopes_any`, or make it a choice of what callers may lack",
            ));
        }
    }
    let follows = |name: &&&str| !any.is_empty() && any.iter().all(|other| hierarchy.implies(other, name));
    match all.iter().find(follows) {
        None => Ok(()),
        Some(name) => Err(ConfigError::new(
            format!(
                "{} demands `{name}`, which every scope of its `scopes_any` implies",
                place(tool)
            ),
            format!("remove `{name}` from `scopes_all`"),
        )),
    }
}

fn twice(name: &str, list: &str, tool: &Tool) -> ConfigError {
    ConfigError::new(
        format!("{} lists `{name}` twice in `{list}`", place(tool)),
        "remove one of them: a string and a variant of a catalogue may be the same",
    )
}

pub(super) fn place(tool: &Tool) -> String {
    format!("`{}` ({})", tool.name, tool.location)
}

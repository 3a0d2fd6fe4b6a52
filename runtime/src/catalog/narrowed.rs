//! Whether a method demands no less than its toolset behind the gate that counts what is implied.

use super::check::{as_names, is_met, place};
use super::hierarchy::{Catalogs, Hierarchy};
use crate::error::ConfigError;
use crate::policy::Wider;
use crate::toolset::Tool;

/// Names of one kind, and what is said of them.
struct Names<'a> {
    noun: &'static str,
    hierarchy: Option<&'a Hierarchy>,
    /// The catalogues by which the macro took them.
    catalogs: &'static [&'static str],
}

impl Catalogs {
    /// Checks that whoever meets a method's demands meets those of its toolset.
    ///
    /// The macro took the method by what the catalogue of its names says, and could not know whether a gate keeps to it. Only what
    /// the gate keeps to counts: without a catalogue nothing follows from anything else.
    ///
    /// 1. A scope of which the toolset demands all is demanded by the method, or follows from one that is, or from each of which the
    ///    method demands one.
    /// 2. Where the toolset demands one of several scopes, one of these is demanded, or follows from one that is, or each of which the
    ///    method demands one is one of these, or implies one.
    /// 3. Where the toolset demands one of several roles, each of which the method demands one is one of these, or implies one.
    pub(crate) fn check_narrowed(&self, tool: &Tool) -> Result<(), ConfigError> {
        let policy = &tool.policy;
        let Some(wider) = policy.narrowed() else {
            return Ok(());
        };
        let Wider {
            scopes_all,
            scopes_any,
            scope_catalogs,
            roles,
            role_catalogs,
        } = *wider;
        let [all, any, wider_all, wider_any] = [
            policy.demanded_scopes_all(),
            policy.demanded_scopes_any(),
            scopes_all,
            scopes_any,
        ]
        .map(as_names);
        let scopes = Names {
            noun: "scope",
            hierarchy: self.scopes.as_ref().map(|scopes| &scopes.hierarchy),
            catalogs: scope_catalogs,
        };
        for scope in &wider_all {
            if !is_met(scopes.hierarchy, &all, &any, &[scope]) {
                return Err(scopes.refused(&[scope], tool)); // 1
            }
        }
        if !wider_any.is_empty() && !is_met(scopes.hierarchy, &all, &any, &wider_any) {
            return Err(scopes.refused(&wider_any, tool)); // 2
        }
        let names = Names {
            noun: "role",
            hierarchy: self.roles.as_ref().map(|roles| &roles.hierarchy),
            catalogs: role_catalogs,
        };
        if !roles.is_empty() && !is_met(names.hierarchy, &[], policy.demanded_roles(), roles) {
            return Err(names.refused(roles, tool)); // 3
        }
        Ok(())
    }
}

impl Names<'_> {
    fn refused(&self, wanted: &[&str], tool: &Tool) -> ConfigError {
        let noun = self.noun;
        let wanted = wanted.join("`, `");
        let kept = self
            .hierarchy
            .map_or("none".to_owned(), |hierarchy| format!("`{}`", hierarchy.catalog));
        let missing = self.catalogs.iter().map(|catalog| format!("`.{noun}s::<{catalog}>()`"));
        ConfigError::new(
            format!(
                "{} would admit callers whom its toolset refuses, which demands `{wanted}`: that follows by the catalogue of the \
                 {noun}s, and the gate keeps to {kept}",
                place(tool)
            ),
            format!(
                "add {} to the gate and the toolset",
                missing.collect::<Vec<_>>().join(" or ")
            ),
        )
    }
}

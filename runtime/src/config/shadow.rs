//! Tools whose scopes and roles are tried out and not enforced: what the gate has to be told, and what it says.

use super::GateBuilder;
use crate::error::ConfigError;
use crate::gate::Gate;
use crate::toolset::Tool;

impl<R, V> GateBuilder<R, V> {
    /// **Takes protection away:** lets [`protect`](Gate::protect) take tools that are a `shadow`, whose scopes and roles are
    /// **not enforced**.
    ///
    /// It is for trying out new demands on a server that is in use: a caller who lacks them is let through, and the record says
    /// `would_deny`, why, and which scopes are missing. When the records of a while have none of these, or only those that should
    /// be there, take `shadow` from the tools, and this from the gate. Until then every `protect` warns and names the tools. That a
    /// caller is authenticated, of the right tenant, and whatever else is demanded, stays enforced.
    pub fn allow_shadow(mut self) -> Self {
        self.options.allow_shadow = true;
        self
    }
}

impl Gate {
    /// What is not enforced must not be overlooked.
    pub(crate) fn check_shadows<'a>(&self, tools: impl Iterator<Item = &'a Tool>) -> Result<(), ConfigError> {
        let shadows = tools.filter(|tool| tool.policy.is_shadow());
        let names: Vec<_> = shadows.map(|tool| tool.name.as_ref()).collect();
        if names.is_empty() {
            return Ok(());
        }
        if !self.settings.allow_shadow {
            return Err(ConfigError::new(
                format!(
                    "scopes and roles of `{}` would not be enforced: `shadow`",
                    names.join("`, `")
                ),
                "take `shadow` away, or add `.allow_shadow()` to the gate for as long as you try them out",
            ));
        }
        tracing::warn!(
            target: "toolgate::shadow",
            tools = names.join(" ").as_str(),
            "scopes and roles of these tools are NOT enforced"
        );
        Ok(())
    }
}

//! Policies by the names of tools, for tools that were not written with `#[mcp_tool]`.

use crate::error::ConfigError;
use crate::policy::Policy;
use crate::tool::Location;
use std::borrow::Cow;
use std::collections::HashMap;
use std::panic;

/// Says of each tool by its name who may call it, for tools that a server already has: those of an `rmcp` router
/// (`Toolset::stock_tools_by_name`) and those of a `pmcp` server (`Toolset::stock_pmcp_tools_by_name`).
/// [`#[policies]`](macro@crate::policies) makes one of what stands above `rmcp`'s tools.
///
/// ```
/// use toolgate::policy::TenantDemand;
/// use toolgate::{Policies, Policy, ScopeToken};
///
/// const WRITE: Policy = Policy::AUTHENTICATED.scopes_all(&[ScopeToken::from_static("notes:write")]);
/// const OF_TENANT: TenantDemand = TenantDemand { field: "tenant", lookup: None };
///
/// let policies = Policies::new()
///     .tool("read_note", Policy::AUTHENTICATED)
///     .tool("update_note", WRITE.tenant(OF_TENANT));
/// ```
///
/// What the table says is checked when [`Gate::protect`](crate::Gate::protect) takes the tools: each of them has a policy, by its very
/// name, and no name is that of no tool. Whatever is not said admits nobody, for there is no server then.
///
/// **Nobody checks at compile time** what such a policy says about arguments. The field of a tenant or an owner is a path into the JSON that
/// the client sends, with the names that stand there. A call whose arguments have no such field, or no text in it, is denied, and so is one where a
/// list on the way is empty. But if the tool reads another field than the one that is named, the policy protects nothing.
#[derive(Clone, Debug, Default)]
#[must_use = "policies protect only the tools that they are given to"]
pub struct Policies {
    entries: Vec<Entry>,
}

/// What is said of one tool.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    name: Cow<'static, str>,
    pub(crate) policy: Policy,
    pub(crate) location: Location,
}

impl Policies {
    /// Says nothing yet.
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Says who may call the tool of this name.
    #[track_caller]
    pub fn tool(self, name: impl Into<Cow<'static, str>>, policy: Policy) -> Self {
        let place = panic::Location::caller();
        let location = Location {
            file: place.file(),
            line: place.line(),
        };
        self.declared(name, policy, location)
    }

    /// The same, for a tool that is declared elsewhere.
    #[doc(hidden)]
    pub fn declared(mut self, name: impl Into<Cow<'static, str>>, policy: Policy, location: Location) -> Self {
        let name = name.into();
        self.entries.push(Entry { name, policy, location });
        self
    }

    /// What both say, for tools that come from several routers.
    pub fn and(mut self, other: Self) -> Self {
        self.entries.extend(other.entries);
        self
    }

    /// Gives each tool what is said of it.
    ///
    /// 1. Nothing is said twice of one tool.
    /// 2. Whatever is said is said of a tool that is known: else a protection would be meant for a tool that goes by another name.
    /// 3. Something is said of each tool: one that nobody thought of must not be open (R22).
    pub(crate) fn assign<T>(
        self,
        tools: Vec<T>,
        name: impl Fn(&T) -> &str,
        is_known: impl Fn(&str) -> bool,
    ) -> Result<Vec<(T, Entry)>, ConfigError> {
        let mut by_name = HashMap::new();
        for entry in self.entries {
            if let Some(twice) = by_name.get(&entry.name) {
                return Err(given_twice(twice, &entry)); // 1
            }
            if !is_known(&entry.name) {
                return Err(unknown(&entry)); // 2
            }
            by_name.insert(entry.name.clone(), entry);
        }
        let assign = |tool: T| match by_name.remove(name(&tool)) {
            Some(entry) => Ok((tool, entry)),
            None => Err(unsaid(name(&tool))), // 3
        };
        tools.into_iter().map(assign).collect()
    }
}

fn given_twice(first: &Entry, second: &Entry) -> ConfigError {
    ConfigError::new(
        format!(
            "two policies are of the tool `{}`: one at {}, one at {}",
            first.name, first.location, second.location
        ),
        "keep one of them",
    )
}

fn unknown(entry: &Entry) -> ConfigError {
    ConfigError::new(
        format!(
            "there is a policy of `{}` ({}), but no such tool",
            entry.name, entry.location
        ),
        "write the name that clients call the tool by, or remove the policy",
    )
}

fn unsaid(name: &str) -> ConfigError {
    ConfigError::new(
        format!("nothing says who may call `{name}`, which is not among the policies"),
        format!("add `.tool({name:?}, Policy::AUTHENTICATED)`, or a stricter policy, to them"),
    )
}

#[cfg(test)]
mod tests {
    use super::Policies;
    use crate::policy::Policy;

    fn assign(policies: Policies, tools: &[&'static str]) -> Result<Vec<&'static str>, String> {
        let is_known = |name: &str| tools.contains(&name);
        let assigned = policies.assign(tools.to_vec(), |tool| tool, is_known);
        match assigned {
            Ok(assigned) => Ok(assigned.into_iter().map(|(tool, _)| tool).collect()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn r22_every_tool_has_its_own_policy_and_every_policy_its_tool() {
        let both = || {
            Policies::new()
                .tool("b", Policy::PUBLIC)
                .tool("a", Policy::AUTHENTICATED)
        };
        assert_eq!(assign(both(), &["a", "b"]).unwrap(), ["a", "b"]);
        let error = assign(both(), &["a", "b", "c"]).unwrap_err();
        assert!(error.contains("nothing says who may call `c`"), "{error}");
        let error = assign(both(), &["a", "B"]).unwrap_err();
        assert!(
            error.contains("a policy of `b` (") && error.contains("policies.rs:"),
            "{error}"
        );
        let error = assign(both().and(both()), &["a", "b"]).unwrap_err();
        assert!(error.contains("two policies are of the tool `b`"), "{error}");
        assert_eq!(assign(Policies::new(), &[]).unwrap(), [""; 0]);
    }
}

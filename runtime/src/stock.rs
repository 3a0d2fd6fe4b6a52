//! Tools that a server already has: what both SDKs have to know of them.

use crate::argument_path::{ArgumentPath, RawArguments};
use crate::error::ConfigError;
use crate::owner::Owners;
use crate::tenant::{FindTenants, Tenants};
use crate::toolset::Tool;
use std::borrow::Cow;

/// What a policy demands about arguments that nobody but the tool itself reads.
#[derive(Clone, Debug)]
pub(crate) struct OnArguments {
    owner: Option<ArgumentPath>,
    tenant: Option<ArgumentPath>,
}

impl OnArguments {
    /// Finds out what has to be looked at in each call.
    ///
    /// 1. A demand is one that can be checked without reading the arguments as the tool does. Any other is a [`ConfigError`]: it
    ///    would look as if it protected something.
    /// 2. A path is one.
    pub(crate) fn of(tool: &Tool) -> Result<Self, ConfigError> {
        let tenant = tool.policy.demanded_tenant();
        if let Some(lookup) = tenant.and_then(|demand| demand.lookup) {
            return Err(ConfigError::new(
                format!(
                    "the policy of `{}` has `{lookup}` look up a tenant, which nobody does for a tool written for an SDK",
                    tool.name
                ),
                "write the tool with `#[mcp_tool(..)]`, or name the field that holds the tenant itself",
            )); // 1
        }
        if let Some(check) = tool.policy.demanded_check() {
            return Err(ConfigError::new(
                format!(
                    "the policy of `{}` asks `{check}`, which nobody does for a tool written for an SDK",
                    tool.name
                ),
                "write the tool with `#[mcp_tool(..)]`",
            )); // 1
        }
        let path = |field| path(tool, field);
        Ok(Self {
            owner: tool
                .policy
                .demanded_owner()
                .map(|demand| path(demand.field))
                .transpose()?,
            tenant: tenant.map(|demand| path(demand.field)).transpose()?,
        })
    }

    /// The owners that they name. Where they name none, nobody may call, and neither may those who need not be the owner: to the tool
    /// "none" may mean "all".
    pub(crate) fn owners<'a>(&self, arguments: Option<&'a RawArguments>) -> Owners<'a> {
        match &self.owner {
            None => Owners::Unbound,
            Some(path) => Owners::Named(named(path, arguments)),
        }
    }

    /// The tenants that they name. Where they name none, nobody may call.
    pub(crate) fn tenants<'a>(&self, arguments: Option<&'a RawArguments>) -> FindTenants<'a> {
        FindTenants::Ready(match &self.tenant {
            None => Tenants::Unbound,
            Some(path) => Tenants::Named(named(path, arguments)),
        })
    }
}

fn named<'a>(path: &ArgumentPath, arguments: Option<&'a RawArguments>) -> Vec<Option<Cow<'a, str>>> {
    let texts = arguments.map(|arguments| path.texts(arguments)).unwrap_or_default();
    texts.into_iter().map(|text| Some(text.into())).collect()
}

fn path(tool: &Tool, field: &'static str) -> Result<ArgumentPath, ConfigError> {
    ArgumentPath::parse(field).ok_or_else(|| {
        ConfigError::new(
            format!("`{field}` in the policy of `{}` is not the path of a field", tool.name),
            "join field names with `.`, and write `[*]` for every element of a list, as in `items[*].tenant`",
        ) // 2
    })
}

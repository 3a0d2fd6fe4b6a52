//! Whether a toolset and its gate fit each other.

use super::{Inner, Protected};
use crate::baseline;
use crate::catalog::Catalogs;
use crate::entries::Entries;
use crate::error::ConfigError;
use crate::gate::Gate;
use crate::tool::Location;
use crate::toolset::{Tool, Toolset};
use std::collections::HashMap;
use std::sync::Arc;

impl Gate {
    /// Puts the gate before these tools.
    ///
    /// 1. A name has the form that MCP asks for: 1 to 128 of `A-Z a-z 0-9 _ - .`.
    /// 2. No two tools have the same name.
    /// 3. A gate without a validator takes only tools that are `public`.
    /// 4. The gate and the toolset have the same catalogues, so that what the scope document of the toolset says is what counts.
    /// 5. What tools demand is in the gate's catalogues, and does not follow from what they demand besides.
    /// 6. Tools that are a `shadow` are taken only by a gate that was told so, and named in the log each time.
    /// 7. The calls of a tool with a rate are counted by the gate, so that they stay counted when the tools are protected once more.
    /// 8. Who is excused from being the owner stays within a tenant, so that a tool with such scopes demands one, too.
    /// 9. A subject is unique within its issuer only. With several of them, an owner is somebody of one tenant.
    /// 10. Policies that were given by name fit the tools that they were given for.
    /// 11. Prompts and resources are declared once each, in a form in which requests can be matched to them, and their policies
    ///     ask for nothing that only arguments can tell. What is said of tools in 3 to 7 holds for them, too.
    /// 12. The scopes that the gate was told of, for clients to ask for, are in its catalogue.
    /// 13. A tool that runs only once its record is written has a sink that can tell. Any sink would take a record and forget it.
    /// 14. A method that demands what implies its toolset's demands, by a catalogue, demands no less by the gate's catalogues.
    pub fn protect<S>(&self, mut toolset: Toolset<S>) -> Result<Protected, ConfigError> {
        if let Some(flaw) = toolset.flaw.take() {
            return Err(flaw); // 10
        }
        let mut by_name = HashMap::new();
        let none = Catalogs::default();
        let catalogs = self.settings.authority.as_ref();
        let catalogs = catalogs.map_or(&none, |authority| &authority.catalogs);
        catalogs.check_kept_by(&toolset.catalogs)?; // 4
        catalogs.check_told("baseline", self.settings.baseline.iter().flatten())?; // 12
        catalogs.check_told("obtainable_scopes", self.settings.listing.obtainable.iter().flatten())?; // 12
        for (index, tool) in toolset.tools.iter().enumerate() {
            check_name(tool)?; // 1
            if let Some(first) = by_name.insert(Arc::clone(&tool.name), index) {
                let first = toolset.tools.get(first).map_or(tool.location, |tool| tool.location);
                return Err(duplicate(&tool.name, first, tool)); // 2
            }
        }
        let entries = || toolset.entries.iter().map(|entry| &entry.tool);
        for tool in toolset.tools.iter().chain(entries()) {
            self.check_authority(tool)?; // 3
            catalogs.check(tool)?; // 5
            check_owner(self, tool)?; // 8, 9
            self.check_record(tool)?; // 13
            catalogs.check_narrowed(tool)?; // 14
        }
        self.check_shadows(toolset.tools.iter().chain(entries()))?; // 6
        let all = toolset.tools.iter().chain(entries());
        let baseline = match &self.settings.baseline {
            Some(baseline) => baseline.iter().copied().collect(),
            None => baseline::derived(catalogs, all),
        };
        let entries = toolset.entries.iter_mut().map(|entry| &mut entry.tool);
        for tool in toolset.tools.iter_mut().chain(entries) {
            let limiter = |rate| self.settings.counts.limiter(&tool.name, rate);
            tool.limiter = tool.policy.rate_limited().map(limiter); // 7
        }
        Ok(Protected {
            inner: Arc::new(Inner {
                gate: self.clone(),
                baseline,
                entries: Entries::new(toolset.entries)?, // 11
                tools: toolset.tools.into_iter().map(Arc::new).collect(),
                by_name,
                states: Arc::new(toolset.states),
            }),
            local: None,
        })
    }

    fn check_authority(&self, tool: &Tool) -> Result<(), ConfigError> {
        if self.settings.authority.is_some() || tool.policy.is_public() {
            return Ok(());
        }
        Err(ConfigError::new(
            format!(
                "`{}` ({}) is not public, and this gate cannot tell who calls",
                tool.name, tool.location
            ),
            "make the gate with `Gate::builder()` and a validator",
        ))
    }

    fn check_record(&self, tool: &Tool) -> Result<(), ConfigError> {
        if !tool.policy.is_audit_required() || self.settings.sinks.confirm() {
            return Ok(());
        }
        Err(ConfigError::new(
            format!(
                "`{}` ({}) is `audit_required`, and no audit sink of this gate can tell that a record is written",
                tool.name, tool.location
            ),
            if self.settings.authority.is_some() {
                "give the gate one with `.audit(..)`, as in `.audit(QueuedLines::append(\"audit.jsonl\")?)`"
            } else {
                "make the gate with `Gate::builder()`, and give it one with `.audit(..)`: one that is `public_only` takes none"
            },
        ))
    }
}

pub(crate) fn is_tool_name(name: &str) -> bool {
    let well_formed = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    (1..=128).contains(&name.len()) && name.chars().all(well_formed)
}

fn check_name(tool: &Tool) -> Result<(), ConfigError> {
    if is_tool_name(&tool.name) {
        return Ok(());
    }
    Err(ConfigError::new(
        format!("`{}` ({}) is not a tool name", tool.name, tool.location),
        "use 1 to 128 letters, digits, `_`, `-` and `.`",
    ))
}

/// An owner is named by the subject alone.
fn check_owner(gate: &Gate, tool: &Tool) -> Result<(), ConfigError> {
    let (Some(owner), None) = (tool.policy.demanded_owner(), tool.policy.demanded_tenant()) else {
        return Ok(());
    };
    let issuers = gate.settings.authority.as_ref();
    let issuers = issuers.map_or(0, |authority| authority.validator.issuers().len());
    let why = if !owner.unless.is_empty() {
        "lets some callers at what others own, of every tenant"
    } else if issuers > 1 {
        "compares subjects, which are unique within one issuer only, and this gate trusts several"
    } else {
        return Ok(());
    };
    Err(ConfigError::new(
        format!("`{}` ({}) {why}", tool.name, tool.location),
        "demand a tenant, too: `tenant_field = \"..\"`",
    ))
}

fn duplicate(name: &str, first: Location, second: &Tool) -> ConfigError {
    ConfigError::new(
        format!(
            "two tools are called `{name}`: one at {first}, one at {}",
            second.location
        ),
        "give one of them another name with `#[mcp_tool(name = \"..\")]`, or add it only once",
    )
}

//! A toolset behind a gate: the only thing that SDK adapters take.

mod checks;

pub(crate) use self::checks::is_tool_name;

use crate::audit::{Event, Record, Verdict, Who};
use crate::caller::Caller;
use crate::catalog::Catalogs;
use crate::decision::{Decision, Denial};
use crate::docs::{Declared, ScopeDocument};
use crate::entries::{Entries, Found, Kind, Subject};
use crate::error::Error;
#[cfg(feature = "assertions")]
use crate::freshness::Fresh;
#[cfg(feature = "assertions")]
use crate::freshness::Freshness;
use crate::gate::{Facts, Gate};
use crate::output::Output;
use crate::scope::ScopeToken;
use crate::stdio::TokenSource;
use crate::supply::States;
use crate::toolset::Tool;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// A [`Toolset`](crate::Toolset) behind a [`Gate`]. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Protected {
    inner: Arc<Inner>,
    local: Option<Arc<TokenSource>>,
}

#[derive(Debug)]
struct Inner {
    gate: Gate,
    tools: Vec<Arc<Tool>>,
    by_name: HashMap<Arc<str>, usize>,
    entries: Entries,
    states: Arc<States>,
    baseline: BTreeSet<ScopeToken>,
}

fn unless_hidden(result: Result<Output, Error>) -> Option<Result<Output, Error>> {
    match result {
        Err(Error::Hidden(_)) => None,
        result => Some(result),
    }
}

impl Protected {
    /// The same, for a server over stdio: its one caller is who this token is of. Without it, over stdio only public tools
    /// run. Over HTTP it counts for nothing.
    ///
    /// **Whoever** can speak to a server of `rmcp` over stdio, a pipe or a socket without HTTP is this caller then.
    #[must_use]
    pub fn with_token(self, source: TokenSource) -> Self {
        Self {
            local: Some(Arc::new(source)),
            ..self
        }
    }

    /// What is known of a request that did not come over HTTP, for a call of a tool or for anything else.
    ///
    /// If a call is dropped meanwhile, the record says so.
    #[cfg_attr(
        not(any(feature = "rmcp", feature = "pmcp")),
        expect(dead_code, reason = "asked by the adapters")
    )]
    pub(crate) async fn local_facts(&self, tool: Option<&Arc<Tool>>, request_id: Option<Arc<str>>) -> Facts {
        let facts = Facts {
            request_id,
            ..Facts::nobody()
        };
        let settings = &self.gate().settings;
        let (Some(source), Some(authority)) = (&self.local, &settings.authority) else {
            return facts;
        };
        let mut undecided = tool.map(|tool| (tool, self.gate().undecided(tool, facts.clone())));
        let clock = settings.clock.as_ref();
        let found = source.find(undecided.as_mut(), authority, clock).await;
        if let Some((_, ledger)) = &mut undecided {
            ledger.hand_on();
        }
        Facts {
            caller: found.caller,
            freshness: found.freshness,
            absent: found.absent,
            ..facts
        }
    }

    /// Calls a tool in this process, through the gate.
    ///
    /// Whoever has a [`Caller`] has authenticated it. `None` if there is no such tool, or if it is hidden from the caller
    /// ([`hide_denied_tools`](crate::GateBuilder::hide_denied_tools)). A tool that is `fresh` does not run: there
    /// is no token here to validate anew.
    pub async fn call(&self, tool: &str, caller: Option<Caller>, arguments: Value) -> Option<Result<Output, Error>> {
        let facts = Facts {
            caller: caller.map(|caller| self.recognized(caller)),
            ..Facts::nobody()
        };
        unless_hidden(self.run(self.tool(tool)?, facts, arguments).await)
    }

    /// The same, for a caller whose token is said to have been validated anew for this call. For tests.
    #[cfg(feature = "assertions")]
    pub async fn call_fresh(&self, tool: &str, caller: Caller, arguments: Value) -> Option<Result<Output, Error>> {
        let tool = self.tool(tool)?;
        let facts = Facts {
            caller: Some(self.recognized(caller)),
            freshness: Freshness::Known(Fresh::assert(tool, self.gate().settings.clock.as_ref())),
            ..Facts::nobody()
        };
        unless_hidden(self.run(tool, facts, arguments).await)
    }

    /// A caller that was made elsewhere, perhaps behind another gate, with the rights that it has behind this one.
    fn recognized(&self, caller: Caller) -> Caller {
        match &self.gate().settings.authority {
            Some(authority) => caller.within(&authority.catalogs),
            None => caller.within(&Catalogs::default()),
        }
    }

    pub(crate) async fn run(&self, tool: &Tool, facts: Facts, arguments: Value) -> Result<Output, Error> {
        let prepare = || tool.prepare(arguments);
        self.inner.gate.call(tool, &self.inner.states, facts, prepare).await
    }

    /// The path of the MCP endpoint: that of the gate's resource URL. `None` for a gate that knows no callers.
    #[must_use]
    pub fn resource_path(&self) -> Option<&str> {
        let authority = self.inner.gate.settings.authority.as_ref()?;
        Some(authority.resource.url().path())
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.inner.gate
    }

    /// The tools, in the order they were added.
    #[cfg(any(feature = "rmcp", feature = "pmcp"))]
    pub(crate) fn tools(&self) -> &[Arc<Tool>] {
        &self.inner.tools
    }

    pub(crate) fn tool(&self, name: &str) -> Option<&Arc<Tool>> {
        self.inner.tools.get(self.place(name)?)
    }

    /// The place of a tool among all.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.inner.by_name.get(name).copied()
    }

    #[cfg(any(feature = "rmcp", feature = "pmcp"))]
    pub(crate) fn states(&self) -> &Arc<States> {
        &self.inner.states
    }

    /// The tools that a caller gets to see, in the order they were added, each with its place among all.
    #[cfg(any(feature = "rmcp", feature = "pmcp"))]
    pub(crate) fn visible_tools(&self, facts: &Facts) -> impl Iterator<Item = (usize, &Arc<Tool>)> {
        let tools = self.inner.tools.iter().enumerate();
        tools.filter(|(_, tool)| self.inner.gate.shows(tool, facts))
    }

    /// The prompts and resources that are under policies.
    pub(crate) fn entries(&self) -> &Entries {
        &self.inner.entries
    }

    /// What was declared about the subject of a request.
    pub(crate) fn find(&self, subject: &Subject) -> Found<'_> {
        match subject {
            Subject::Tool(name) => self.tool(name).map_or(Found::Unknown(Kind::Tool), Found::Declared),
            Subject::Prompt(_) | Subject::Resource(_) | Subject::Reference(_) => self.inner.entries.find(subject),
        }
    }

    /// Whether anything needs no token.
    pub(crate) fn has_public(&self) -> bool {
        let mut all = self.inner.tools.iter().chain(self.inner.entries.all());
        all.any(|tool| tool.policy.is_public())
    }

    /// Takes the first step of the gate ahead, so that a transport can answer in its own words. It never grants: the gate
    /// takes the step again. A denial is recorded here, because the gate will not see the call.
    pub(crate) fn deny_early(&self, tool: &Tool, facts: &Facts) -> Option<Denial> {
        let now = self.gate().settings.clock.unix_time();
        let Decision::Deny(denial) = tool.policy.admit_at(facts.caller.as_ref(), now) else {
            return None;
        };
        let detail = denial.detail();
        self.record_denial(Some(tool), facts, denial.reason(), denial.missing_scopes(), detail);
        Some(denial)
    }

    /// Records that a request was turned away before the gate.
    pub(crate) fn record_denial(
        &self,
        tool: Option<&Tool>,
        facts: &Facts,
        reason: &'static str,
        missing_scopes: &[ScopeToken],
        detail: Option<String>,
    ) {
        if let Some(tool) = tool {
            tool.metrics.denied(reason);
        }
        let gate = &self.inner.gate;
        gate.record(&Record {
            time: gate.settings.clock.unix_time(),
            id: Uuid::now_v7(),
            tool: tool.map(|tool| tool.name.as_ref()),
            policy: tool.map(|tool| tool.fingerprint.as_ref()),
            request_id: facts.request_id.as_deref(),
            who: Who::new(facts.caller.as_ref()),
            event: Event::Decision {
                decision: Verdict::Deny,
                reason: Some(reason),
                missing_scopes,
                detail,
                arguments: BTreeMap::new(),
            },
        });
    }

    /// The scope document of these tools behind this gate: what the gate's catalogues say, and the scopes that clients are to ask for
    /// at first by what it was told ([`GateBuilder::baseline`](crate::GateBuilder::baseline)).
    #[must_use]
    pub fn scope_document(&self) -> ScopeDocument {
        let none = Catalogs::default();
        let authority = self.inner.gate.settings.authority.as_ref();
        let declared = Declared {
            catalogs: authority.map_or(&none, |authority| &authority.catalogs),
            baseline: &self.inner.baseline,
            tools: self.inner.tools.iter().map(AsRef::as_ref).collect(),
            entries: self.inner.entries.all().map(AsRef::as_ref).collect(),
        };
        declared.document()
    }

    /// The scopes that a client should ask for at first.
    pub(crate) fn baseline(&self) -> &BTreeSet<ScopeToken> {
        &self.inner.baseline
    }
}

//! The tools of a server and the state they share.

use crate::call::Call;
use crate::caller::Caller;
use crate::catalog::{Catalogs, RoleCatalog, ScopeCatalog};
use crate::check::Checked;
use crate::entries::{Entry, Kind};
use crate::error::{ArgumentsError, ConfigError, Error};
use crate::metrics::ToolMetrics;
use crate::mirrored::Mirrored;
use crate::output::Output;
use crate::owner::Owners;
use crate::policy::Policy;
use crate::rates::Limiter;
use crate::supply::{States, Supplies};
use crate::tenant::{FindTenants, Tenants};
use crate::tool::{Hints, Location, ToolArguments as _, ToolHandler};
use futures_util::future::BoxFuture;
use schemars::Schema;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// Tools, in the order they are offered, and the state they share.
///
/// Nothing can be called here: only [`Gate::protect`](crate::Gate::protect) makes something of it that an SDK takes.
#[derive(Debug)]
pub struct Toolset<S = ()> {
    state: S,
    pub(crate) tools: Vec<Tool>,
    pub(crate) states: States,
    pub(crate) catalogs: Catalogs,
    /// Why these cannot be protected.
    pub(crate) flaw: Option<ConfigError>,
    /// The prompts and resources that are under policies, in the order they were declared.
    pub(crate) entries: Vec<Entry>,
}

impl<S> Toolset<S> {
    /// A toolset without tools, with this state.
    pub fn new(state: S) -> Self {
        Self {
            state,
            tools: Vec::new(),
            states: States::default(),
            catalogs: Catalogs::default(),
            flaw: None,
            entries: Vec::new(),
        }
    }

    /// Keeps all tools to this catalogue of scopes, which the [scope document](crate::docs) then describes. A gate that protects them
    /// has to have the same one ([`GateBuilder::scopes`](crate::GateBuilder::scopes)), and the other way round, so that what is
    /// reviewed is what counts: everything else is an error of [`Gate::protect`](crate::Gate::protect).
    #[must_use]
    pub fn scopes<C: ScopeCatalog>(mut self) -> Self {
        self.catalogs.set_scopes::<C>();
        self
    }

    /// The same for roles.
    #[must_use]
    pub fn roles<C: RoleCatalog>(mut self) -> Self {
        self.catalogs.set_roles::<C>();
        self
    }

    /// Adds a tool. The state has to give what the tool's [`State`](crate::State) parameters, `tenant_of` and `check` need.
    #[must_use]
    pub fn tool<T>(mut self, _: T) -> Self
    where
        T: ToolHandler,
        S: Supplies<T::Needs>,
    {
        self.state.supply(&mut self.states);
        self.tools.push(Tool {
            #[cfg(feature = "rmcp")]
            needs_rmcp: std::mem::take(&mut self.states.needs_rmcp),
            ..Tool::new::<T>()
        });
        self
    }

    /// Adds all tools of a type, which are the functions with `#[mcp_tool(..)]` in its `impl` with
    /// [`#[toolset]`](macro@crate::toolset), in the order they are written. What one of them needs, the state has to give.
    ///
    /// A tool that was also added by [`tool`](Self::tool) is there twice, which [`Gate::protect`](crate::Gate::protect)
    /// refuses.
    #[must_use]
    pub fn tools<T>(self) -> Self
    where
        T: Methods,
        T::All: AddTo<S>,
    {
        T::All::add_to(self)
    }
}

/// A type with tools. Written by [`#[toolset]`](macro@crate::toolset).
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no tools",
    label = "this is not the type of a toolset",
    note = "put `#[toolset]` on the `impl` of `{Self}` that has functions with `#[mcp_tool(..)]`"
)]
pub trait Methods {
    /// All of them.
    type All;
}

/// Tools that a toolset with the state `S` can have.
pub trait AddTo<S> {
    /// Adds them.
    fn add_to(tools: Toolset<S>) -> Toolset<S>;
}

/// What is known of a tool, and how to run it. A prompt or a resource is one to the gate, too, which only its SDK can run.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    pub(crate) kind: Kind,
    pub(crate) name: Arc<str>,
    pub(crate) title: Option<&'static str>,
    pub(crate) description: Cow<'static, str>,
    pub(crate) hints: Hints,
    pub(crate) policy: Policy,
    pub(crate) fingerprint: Arc<str>,
    pub(crate) metrics: ToolMetrics,
    /// What counts its calls, for a tool with a rate that is behind a gate.
    pub(crate) limiter: Option<Arc<Limiter>>,
    pub(crate) audit_fields: &'static [&'static str],
    pub(crate) location: Location,
    #[cfg_attr(
        not(any(feature = "rmcp", feature = "pmcp")),
        expect(dead_code, reason = "read by the adapters")
    )]
    pub(crate) input_schema: Schema,
    /// Which arguments clients repeat in headers.
    pub(crate) mirrored: Vec<Mirrored>,
    #[cfg_attr(
        not(any(feature = "rmcp", feature = "pmcp")),
        expect(dead_code, reason = "read by the adapters")
    )]
    pub(crate) output_schema: Option<Schema>,
    /// Whether it takes a request of `rmcp`, which only that SDK has.
    #[cfg(feature = "rmcp")]
    #[cfg_attr(not(feature = "pmcp"), expect(dead_code, reason = "read by the other adapter"))]
    pub(crate) needs_rmcp: bool,
    prepare: Prepare,
}

type PrepareArguments = fn(Value) -> Result<Box<dyn Prepared>, ArgumentsError>;

/// How a tool's arguments are read.
#[derive(Clone, Debug)]
enum Prepare {
    /// By the tool itself.
    Own(PrepareArguments),
    /// By the SDK that the tool was written for.
    #[cfg(any(feature = "rmcp", feature = "pmcp"))]
    Stock(Stock),
}

/// A tool that was written for an SDK and not with `#[mcp_tool]`.
#[cfg(any(feature = "rmcp", feature = "pmcp"))]
#[derive(Clone, Debug)]
pub(crate) enum Stock {
    /// A tool of an `rmcp` router, which keeps its handler.
    #[cfg(feature = "rmcp")]
    Rmcp,
    /// A tool of `pmcp`, by its handler.
    #[cfg(feature = "pmcp")]
    Pmcp(crate::pmcp::StockHandler),
}

/// A call whose arguments were read, as far as the gate has to know it.
pub(crate) trait Prepared<R = Output>: Send + Sync {
    fn owners(&self) -> Owners<'_> {
        Owners::Unbound
    }
    fn tenants<'a>(&'a self, _: &'a States) -> FindTenants<'a> {
        FindTenants::Ready(Tenants::Unbound)
    }
    fn check<'a>(&'a self, _: &'a States, _: &'a Caller) -> Checked<'a> {
        Checked::Unasked
    }
    fn audited(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }
    fn run<'a>(self: Box<Self>, call: Call) -> BoxFuture<'a, Result<R, Error>>
    where
        Self: 'a;
}

/// What a call gives, as far as the gate has to know it.
pub(crate) trait Answer {
    /// Whether it tells of a failure.
    fn is_failure(&self) -> bool;
}

impl Answer for Output {
    fn is_failure(&self) -> bool {
        false
    }
}

impl Tool {
    fn new<T: ToolHandler>() -> Self {
        let name = T::SPEC.name.into();
        let input_schema = T::Args::schema();
        Self {
            kind: Kind::Tool,
            metrics: ToolMetrics::new(&name),
            name,
            title: T::SPEC.title,
            description: T::SPEC.description.into(),
            hints: T::SPEC.hints,
            policy: T::SPEC.policy,
            fingerprint: T::SPEC.policy.fingerprint().into(),
            limiter: None,
            audit_fields: T::SPEC.audit_fields,
            location: T::SPEC.location,
            mirrored: Mirrored::of(input_schema.as_value()),
            input_schema,
            output_schema: T::output_schema(),
            #[cfg(feature = "rmcp")]
            needs_rmcp: false,
            prepare: Prepare::Own(|arguments| match T::Args::read(arguments) {
                Ok(args) => Ok(Box::new(Arguments::<T>(args))),
                Err(error) => Err(ArgumentsError::new(&error)),
            }),
        }
    }

    /// A tool that was written for an SDK and not with `#[mcp_tool]`, under a policy that its server gives it.
    #[cfg(any(feature = "rmcp", feature = "pmcp"))]
    pub(crate) fn stock(
        name: &str,
        description: Cow<'static, str>,
        input_schema: Schema,
        policy: Policy,
        stock: Stock,
        location: Option<Location>,
    ) -> Self {
        let name = name.into();
        Self {
            kind: Kind::Tool,
            metrics: ToolMetrics::new(&name),
            name,
            title: None,
            description,
            hints: Hints::default(),
            policy,
            fingerprint: policy.fingerprint().into(),
            limiter: None,
            audit_fields: &[],
            location: location.unwrap_or_else(|| stock.place()),
            mirrored: Mirrored::of(input_schema.as_value()),
            input_schema,
            output_schema: None,
            #[cfg(feature = "rmcp")]
            needs_rmcp: false,
            prepare: Prepare::Stock(stock),
        }
    }

    /// A prompt or a resource, under a policy that its server gives it. Those only tell something.
    pub(crate) fn entry(kind: Kind, name: &str, policy: Policy, location: Location) -> Self {
        let name = name.into();
        Self {
            kind,
            metrics: ToolMetrics::new(&name),
            name,
            title: None,
            description: Cow::Borrowed(""),
            hints: Hints {
                read_only: Some(true),
                ..Hints::default()
            },
            policy,
            fingerprint: policy.fingerprint().into(),
            limiter: None,
            audit_fields: &[],
            location,
            input_schema: Schema::default(),
            mirrored: Vec::new(),
            output_schema: None,
            #[cfg(feature = "rmcp")]
            needs_rmcp: false,
            prepare: Prepare::Own(|_| Err(ArgumentsError::stock())),
        }
    }

    /// The SDK's own tool, if this is one.
    #[cfg(any(feature = "rmcp", feature = "pmcp"))]
    pub(crate) const fn as_stock(&self) -> Option<&Stock> {
        match &self.prepare {
            Prepare::Stock(stock) => Some(stock),
            Prepare::Own(_) => None,
        }
    }

    /// Reads the arguments. A stock tool has no way to be called from here.
    pub(crate) fn prepare(&self, arguments: Value) -> Result<Box<dyn Prepared>, ArgumentsError> {
        match &self.prepare {
            Prepare::Own(prepare) => prepare(arguments),
            #[cfg(any(feature = "rmcp", feature = "pmcp"))]
            Prepare::Stock(_) => Err(ArgumentsError::stock()),
        }
    }
}

#[cfg(any(feature = "rmcp", feature = "pmcp"))]
impl Stock {
    /// Where it is declared, as far as that is known.
    const fn place(&self) -> Location {
        let file = match self {
            #[cfg(feature = "rmcp")]
            Self::Rmcp => "a tool router",
            #[cfg(feature = "pmcp")]
            Self::Pmcp(_) => "a `pmcp` server",
        };
        Location { file, line: 0 }
    }
}

struct Arguments<T: ToolHandler>(T::Args);

impl<T: ToolHandler> Prepared for Arguments<T> {
    fn owners(&self) -> Owners<'_> {
        T::owners(&self.0)
    }

    fn tenants<'a>(&'a self, states: &'a States) -> FindTenants<'a> {
        T::tenants(states, &self.0)
    }

    fn check<'a>(&'a self, states: &'a States, caller: &'a Caller) -> Checked<'a> {
        T::check(states, caller, &self.0)
    }

    fn audited(&self) -> Vec<(&'static str, Value)> {
        // The names are those that the scope document tells, so that nothing else is ever recorded.
        let fields = T::SPEC.audit_fields.iter().copied();
        fields.zip(T::audited(&self.0)).collect()
    }

    fn run<'a>(self: Box<Self>, call: Call) -> BoxFuture<'a, Result<Output, Error>> {
        Box::pin(T::run(call, self.0))
    }
}

//! A tool with its type erased, and a call of it whose arguments were read.

use crate::call::Call;
use crate::caller::Caller;
use crate::check::Checked;
use crate::entries::Kind;
use crate::error::{ArgumentsError, Error};
use crate::metrics::ToolMetrics;
use crate::mirrored::Mirrored;
use crate::output::Output;
use crate::owner::Owners;
use crate::policy::Policy;
use crate::rates::Limiter;
use crate::supply::States;
use crate::tenant::{FindTenants, Tenants};
use crate::tool::{Hints, Location, ToolArguments as _, ToolHandler};
use futures_util::future::BoxFuture;
use schemars::Schema;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;

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
    pub(super) fn new<T: ToolHandler>() -> Self {
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

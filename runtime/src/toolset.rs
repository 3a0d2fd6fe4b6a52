//! The tools of a server and the state they share.

use crate::call::Call;
use crate::error::{ArgumentsError, Error};
use crate::output::Output;
use crate::policy::Policy;
use crate::supply::{States, Supplies};
use crate::tenant::FindTenants;
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
}

impl<S> Toolset<S> {
    /// A toolset without tools, with this state.
    pub fn new(state: S) -> Self {
        Self {
            state,
            tools: Vec::new(),
            states: States::default(),
        }
    }

    /// Adds a tool. The state has to give what the tool's [`State`](crate::State) parameters and `tenant_of` need.
    #[must_use]
    pub fn tool<T>(mut self, _: T) -> Self
    where
        T: ToolHandler,
        S: Supplies<T::Needs>,
    {
        self.state.supply(&mut self.states);
        self.tools.push(Tool::new::<T>());
        self
    }
}

/// What is known of a tool, and how to run it.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    pub(crate) name: Arc<str>,
    pub(crate) title: Option<&'static str>,
    pub(crate) description: Cow<'static, str>,
    pub(crate) hints: Hints,
    pub(crate) policy: Policy,
    pub(crate) fingerprint: Arc<str>,
    pub(crate) location: Location,
    pub(crate) input_schema: Schema,
    pub(crate) output_schema: Option<Schema>,
    prepare: fn(Value) -> Result<Box<dyn Prepared>, ArgumentsError>,
}

/// A call whose arguments were read, as far as the gate has to know it.
pub(crate) trait Prepared<R = Output>: Send + Sync {
    fn tenants<'a>(&'a self, states: &'a States) -> FindTenants<'a>;
    fn audited(&self) -> Vec<(&'static str, Value)>;
    fn run<'a>(self: Box<Self>, call: Call) -> BoxFuture<'a, Result<R, Error>>
    where
        Self: 'a;
}

impl Tool {
    fn new<T: ToolHandler>() -> Self {
        Self {
            name: T::SPEC.name.into(),
            title: T::SPEC.title,
            description: T::SPEC.description.into(),
            hints: T::SPEC.hints,
            policy: T::SPEC.policy,
            fingerprint: T::SPEC.policy.fingerprint().into(),
            location: T::SPEC.location,
            input_schema: T::Args::schema(),
            output_schema: T::output_schema(),
            prepare: |arguments| match T::Args::read(arguments) {
                Ok(args) => Ok(Box::new(Arguments::<T>(args))),
                Err(error) => Err(ArgumentsError::new(&error)),
            },
        }
    }

    pub(crate) fn prepare(&self, arguments: Value) -> Result<Box<dyn Prepared>, ArgumentsError> {
        (self.prepare)(arguments)
    }
}

struct Arguments<T: ToolHandler>(T::Args);

impl<T: ToolHandler> Prepared for Arguments<T> {
    fn tenants<'a>(&'a self, states: &'a States) -> FindTenants<'a> {
        T::tenants(states, &self.0)
    }

    fn audited(&self) -> Vec<(&'static str, Value)> {
        T::audited(&self.0)
    }

    fn run<'a>(self: Box<Self>, call: Call) -> BoxFuture<'a, Result<Output, Error>> {
        Box::pin(T::run(call, self.0))
    }
}

//! The tools of a server and the state they share.

mod erased;

#[cfg(any(feature = "rmcp", feature = "pmcp"))]
pub(crate) use self::erased::Stock;
pub(crate) use self::erased::{Answer, Prepared, Tool};
use crate::catalog::{Catalogs, RoleCatalog, ScopeCatalog};
use crate::entries::Entry;
use crate::error::ConfigError;
use crate::supply::{States, Supplies};
use crate::tool::ToolHandler;

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
        #[cfg_attr(not(feature = "rmcp"), expect(unused_mut, reason = "as it is for other SDKs"))]
        let mut tool = Tool::new::<T>();
        #[cfg(feature = "rmcp")]
        {
            tool.needs_rmcp = std::mem::take(&mut self.states.needs_rmcp);
        }
        self.tools.push(tool);
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

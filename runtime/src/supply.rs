//! What a toolset's state has to give to its tools, checked when the tool is added.

use crate::call::FromCall;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::marker::PhantomData;

/// Takes a part out of the state of a [`Toolset`](crate::Toolset).
///
/// The state gives itself; for a part of it, implement this for the part:
///
/// ```
/// use toolgate::FromRef;
///
/// #[derive(Clone)]
/// struct Notes;
/// struct App {
///     notes: Notes,
/// }
///
/// impl FromRef<App> for Notes {
///     fn from_ref(app: &App) -> Self {
///         app.notes.clone()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the state of this toolset is `{S}`, which cannot give a `{Self}`",
    label = "this tool needs a `{Self}`",
    note = "make the toolset with `Toolset::new(..)` of a `{Self}`, or implement `toolgate::FromRef<{S}>` for `{Self}`"
)]
pub trait FromRef<S> {
    /// Takes it. Called once, by the first tool that needs it.
    fn from_ref(state: &S) -> Self;
}

impl<S: Clone> FromRef<S> for S {
    fn from_ref(state: &S) -> Self {
        state.clone()
    }
}

/// The need of one state of type `T`, as [`FromCall::Needs`](crate::FromCall::Needs). `()` is no need, a pair is both.
#[derive(Debug)]
pub struct Needed<T>(PhantomData<fn() -> T>);

/// What a parameter of type `T` needs, by [`FromCall::Needs`](crate::FromCall::Needs).
///
/// Tools list this and not the needs themselves: what cannot be a parameter has none, and to name them would be a second
/// mistake, besides the one at the parameter. `IS_GIVEN` is computed from the parameter's type, and cannot be if that is
/// wrong; rustc does not speak of what depends on it.
#[derive(Debug)]
pub struct NeedsOf<T, const IS_GIVEN: bool>(PhantomData<fn() -> T>);

/// That a state `Self` can give all of the needs `N`.
#[diagnostic::on_unimplemented(
    message = "the state of this toolset, `{Self}`, cannot give what this tool needs",
    label = "this tool's needs are not met"
)]
pub trait Supplies<N> {
    #[doc(hidden)]
    fn supply(&self, states: &mut States);
}

impl<S> Supplies<()> for S {
    fn supply(&self, _: &mut States) {}
}

impl<S, T> Supplies<Needed<T>> for S
where
    T: FromRef<S> + Clone + Send + Sync + 'static,
{
    fn supply(&self, states: &mut States) {
        states
            .by_type
            .entry(TypeId::of::<T>())
            .or_insert_with(|| Box::new(T::from_ref(self)));
    }
}

impl<S, T> Supplies<NeedsOf<T, true>> for S
where
    T: FromCall,
    S: Supplies<T::Needs>,
{
    fn supply(&self, states: &mut States) {
        Supplies::<T::Needs>::supply(self, states);
    }
}

impl<S, A, B> Supplies<(A, B)> for S
where
    S: Supplies<A> + Supplies<B>,
{
    fn supply(&self, states: &mut States) {
        Supplies::<A>::supply(self, states);
        Supplies::<B>::supply(self, states);
    }
}

/// The need of a request that came through the SDK `rmcp`, as [`FromCall::Needs`](crate::FromCall::Needs). No state gives it, and a
/// server of another SDK does not take the tool.
#[cfg(feature = "rmcp")]
#[derive(Debug)]
pub struct RmcpRequest(());

#[cfg(feature = "rmcp")]
impl<S> Supplies<RmcpRequest> for S {
    fn supply(&self, states: &mut States) {
        states.needs_rmcp = true;
    }
}

/// The states that the tools of one toolset need, by type.
#[derive(Debug, Default)]
pub struct States {
    by_type: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
    /// Whether the tool whose needs were supplied last needs a request of `rmcp`.
    #[cfg(feature = "rmcp")]
    pub(crate) needs_rmcp: bool,
}

impl States {
    /// The state of type `T`, if some tool of the toolset declared to need it.
    #[must_use]
    pub fn state<T: 'static>(&self) -> Option<&T> {
        self.by_type.get(&TypeId::of::<T>())?.downcast_ref()
    }
}

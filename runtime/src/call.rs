//! One admitted call, and what a tool can take from it.

use crate::caller::Caller;
use crate::decision::Denial;
use crate::error::{Error, Unavailable};
use crate::granted::Proof;
use crate::supply::{Needed, States};
use std::any::Any;
use std::ops::Deref;
use std::sync::Arc;
use uuid::Uuid;

/// A call that the gate let through. Only the gate makes one, so whoever holds one was admitted.
#[derive(Debug)]
pub struct Call {
    pub(crate) caller: Option<Caller>,
    pub(crate) context: CallContext,
    pub(crate) states: Arc<States>,
    /// Whether everything that the arguments name was found to be of the caller's tenant.
    pub(crate) is_tenant_checked: bool,
    /// What the SDK knows of the request, in its own type.
    #[cfg_attr(
        not(feature = "rmcp"),
        expect(dead_code, reason = "read by what a tool takes of `rmcp`")
    )]
    pub(crate) sdk_request: Option<SdkRequest>,
}

/// A request in the type of the SDK that received it.
pub(crate) type SdkRequest = Arc<dyn Any + Send + Sync>;

impl Call {
    /// Who calls; `None` on a public tool called without a token.
    #[must_use]
    pub const fn caller(&self) -> Option<&Caller> {
        self.caller.as_ref()
    }

    /// What is known of the call besides.
    #[must_use]
    pub const fn context(&self) -> &CallContext {
        &self.context
    }

    /// A state of the toolset, if some tool of it declared to need it, as [`FromCall::Needs`].
    pub fn state<T: Clone + 'static>(&self) -> Result<T, Error> {
        self.states.state().cloned().ok_or_else(no_state::<T>)
    }
}

pub(crate) fn no_state<T>() -> Error {
    let name = std::any::type_name::<T>();
    Unavailable::new(format!("the toolset has no state `{name}`")).into()
}

/// What a tool may take besides its arguments.
///
/// Implemented for [`Caller`], `Option<Caller>`, [`State<T>`] and [`CallContext`], and for what proves something to other code:
/// [`Granted`](crate::Granted) and [`TenantId`](crate::TenantId). With the feature `rmcp` also for that SDK's
/// `RequestContext<RoleServer>` and `Peer<RoleServer>`, see [`toolgate::rmcp`](crate::rmcp). Implement it for types of your own.
#[diagnostic::on_unimplemented(
    message = "a tool cannot take `{Self}`",
    label = "not something a call can give",
    note = "for anything that the client sends, add a field to the type of the first parameter, which is all arguments",
    note = "after it a tool may take `toolgate::Caller`, `toolgate::State<T>` and `toolgate::CallContext`"
)]
pub trait FromCall: Sized {
    /// The states it takes from the toolset: `()` for none, [`Needed<T>`] for one, pairs for several.
    type Needs;

    /// What it proves to other code.
    #[doc(hidden)]
    const PROOF: Proof = Proof::Nothing;

    /// Takes it. An error is the outcome of the call, and the function does not run.
    fn from_call(call: &Call) -> Result<Self, Error>;
}

/// What a `public` tool may take: anything that is there without a caller, too.
#[diagnostic::on_unimplemented(
    message = "a `public` tool cannot take `{Self}`",
    label = "not something a call without a token can give",
    note = "for the caller, take `Option<toolgate::Caller>`, or replace `public` by `authenticated`",
    note = "for anything that the client sends, add a field to the type of the first parameter"
)]
pub trait FromPublicCall: FromCall {}

impl FromCall for Caller {
    type Needs = ();

    fn from_call(call: &Call) -> Result<Self, Error> {
        call.caller.clone().ok_or(Error::Denied(Denial::Unauthenticated))
    }
}

impl FromCall for Option<Caller> {
    type Needs = ();

    fn from_call(call: &Call) -> Result<Self, Error> {
        Ok(call.caller.clone())
    }
}

impl FromPublicCall for Option<Caller> {}

/// A state of the toolset, cloned for this call. See [`FromRef`](crate::FromRef).
#[derive(Clone, Copy, Debug)]
pub struct State<T>(pub T);

impl<T> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone + Send + Sync + 'static> FromCall for State<T> {
    type Needs = Needed<T>;

    fn from_call(call: &Call) -> Result<Self, Error> {
        call.state().map(Self)
    }
}

impl<T: Clone + Send + Sync + 'static> FromPublicCall for State<T> {}

/// What is known of a call besides its caller and arguments.
#[derive(Clone, Debug)]
pub struct CallContext {
    pub(crate) id: Uuid,
    pub(crate) tool: Arc<str>,
    pub(crate) request_id: Option<Arc<str>>,
}

impl CallContext {
    /// The id that stands in both audit records of this call.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// The name of the called tool.
    #[must_use]
    pub fn tool(&self) -> &str {
        &self.tool
    }

    /// The JSON-RPC id of the request, as JSON text. The client chose it: never a proof of anything.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }
}

impl FromCall for CallContext {
    type Needs = ();

    fn from_call(call: &Call) -> Result<Self, Error> {
        Ok(call.context.clone())
    }
}

impl FromPublicCall for CallContext {}

//! What expansions of `#[mcp_tool]` use. Not public API: it changes without notice.

pub use crate::call::{Call, FromCall, FromPublicCall};
pub use crate::error::Error;
pub use crate::output::{Output, ToolReturn};
pub use crate::policy::{Policy, TenantDemand};
pub use crate::scope::ScopeToken;
pub use crate::supply::{Needed, States};
pub use crate::tenant::{FindTenants, TenantField, TenantLookup, Tenants};
pub use crate::tool::{Hints, Location, ToolHandler, ToolSpec};
pub use schemars::Schema;
pub use serde_json::Value;
pub use std::borrow::Cow;
pub use std::boxed::Box;
pub use std::option::Option;
pub use std::result::Result;
pub use std::vec::Vec;

use serde::Serialize;

/// The arguments of a tool that takes none: any object, so that a client which sends an extra member is not refused.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
pub struct NoArguments {}

/// What stands for the arguments of a tool whose declaration does not compile.
pub type Never = std::convert::Infallible;

pub fn extra<T: FromCall>(call: &Call) -> Result<T, Error> {
    T::from_call(call)
}

pub fn public_extra<T: FromPublicCall>(call: &Call) -> Result<T, Error> {
    T::from_call(call)
}

pub fn state<T: 'static>(states: &States) -> Result<&T, Error> {
    states.state().ok_or_else(crate::call::no_state::<T>)
}

pub fn tenant<T: TenantField + ?Sized>(field: &T) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(field.as_tenant()))
}

pub fn looked_up<'a>(answer: impl TenantLookup) -> Result<Option<Cow<'a, str>>, Error> {
    Ok(answer.into_tenant()?.map(Cow::Owned))
}

pub fn output_schema<T: ToolReturn>() -> Option<Schema> {
    T::schema()
}

pub fn output(answer: impl ToolReturn) -> Result<Output, Error> {
    answer.into_result()
}

/// The longest value of an argument that goes into a record, in bytes of JSON.
const MAX_AUDITED_BYTES: usize = 1024;

pub fn audited<T: Serialize + ?Sized>(field: &T) -> Value {
    let value = serde_json::to_value(field).unwrap_or(Value::Null);
    let length = serde_json::to_vec(&value).map_or(0, |json| json.len());
    if length > MAX_AUDITED_BYTES {
        return Value::String(format!("({length} bytes)"));
    }
    value
}

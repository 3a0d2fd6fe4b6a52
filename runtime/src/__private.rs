//! What expansions of `#[mcp_tool]` use. Not public API: it changes without notice.

pub use crate::call::{Call, FromCall, FromPublicCall};
pub use crate::caller::Caller;
pub use crate::catalog::{GrantedScope, RoleCatalog, RoleEntry, ScopeCatalog, ScopeEntry, role, scope};
pub use crate::check::{CheckReturn, Checked};
pub use crate::decision::Decision;
pub use crate::error::Error;
pub use crate::granted::Proof;
pub use crate::output::{Output, ToolReturn};
pub use crate::owner::{OwnerField, Owners};
#[cfg(feature = "rmcp")]
pub use crate::policies::Policies;
pub use crate::policy::{OwnerDemand, Policy, Rule, TenantDemand, United, Wider};
pub use crate::rate_limit::RateLimit;
pub use crate::scope::ScopeToken;
pub use crate::supply::{Needed, NeedsOf, States, Supplies};
pub use crate::tenant::{FindTenants, TenantField, TenantLookup, Tenants};
pub use crate::tool::{Hints, Location, NoArguments, ToolHandler, ToolSpec};
pub use crate::toolset::{AddTo, Methods, Toolset};
pub use schemars::Schema;
pub use serde_json::Value;
pub use std::borrow::Cow;
pub use std::boxed::Box;
pub use std::option::Option;
pub use std::result::Result;
pub use std::time::Duration;
pub use std::vec::Vec;
pub use toolgate_macros::{check_names, no_catalog};

use serde::Serialize;

/// What a parameter is: how it is taken from the call, and what it proves.
pub struct Extra<T> {
    pub take: fn(&Call) -> Result<T, Error>,
    pub proof: Proof,
}

/// The only place where the bound on a parameter's type stands, so that a type which does not fit is one message.
#[must_use]
pub const fn extra<T: FromCall>() -> Extra<T> {
    Extra {
        take: T::from_call,
        proof: T::PROOF,
    }
}

/// The same for a public tool.
#[must_use]
pub const fn public_extra<T: FromPublicCall>() -> Extra<T> {
    extra()
}

/// What the parameter of a [`NeedsOf`] is checked with.
#[must_use]
pub const fn is_given<T>(_: &Extra<T>) -> bool {
    true
}

/// Checks, in a constant, that a policy demands what a parameter proves.
#[track_caller]
pub const fn check_proof<T>(extra: &Extra<T>, policy: &Policy) {
    extra.proof.check(policy);
}

/// What a method has for its `self`: the toolset's own, which all calls share.
pub fn receiver<T: 'static>(call: &Call) -> Result<&T, Error> {
    state(&call.states)
}

pub fn state<T: 'static>(states: &States) -> Result<&T, Error> {
    states.state().ok_or_else(crate::call::no_state::<T>)
}

pub fn tenant<T: TenantField + ?Sized>(field: &T) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(field.as_tenant()))
}

pub fn owner<T: OwnerField + ?Sized>(field: &T) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(field.as_owner()))
}

/// Takes the future, and not what comes of it, so that a method which is not async is told so and not to "remove `.await`".
pub async fn looked_up<'a>(lookup: impl Future<Output: TenantLookup>) -> Result<Option<Cow<'a, str>>, Error> {
    Ok(lookup.await.into_tenant()?.map(Cow::Owned))
}

/// As [`looked_up`], for a check.
pub async fn checked(check: impl Future<Output: CheckReturn>) -> Result<Decision, Error> {
    check.await.into_decision()
}

/// Names nothing that exists, if a list inside another turned out empty: else an element without any tenant would hide
/// behind its neighbours.
pub fn nothing_named_since(before: usize, named: &mut Vec<Option<Cow<'_, str>>>) {
    if named.len() == before {
        named.push(None);
    }
}

#[must_use]
pub fn list<T, const N: usize>(items: [T; N]) -> Vec<T> {
    Vec::from(items)
}

/// What can be done with what a tool returns.
pub struct Answer<T> {
    pub schema: fn() -> Option<Schema>,
    pub output: fn(T) -> Result<Output, Error>,
}

/// The only place where the bound on a tool's return type stands, so that a type which does not fit is one message.
#[must_use]
pub fn answer<T: ToolReturn>() -> Answer<T> {
    Answer {
        schema: T::schema,
        output: T::into_result,
    }
}

const OTHER_NAME: &str = "this is another name of a catalogue, by which nothing can be checked\n\
                          help: write the enum's own name, or one made with `use .. as ..`";

/// What a catalogue is asked for that has no macro of the name it was given: it does not compile.
#[expect(
    clippy::panic,
    reason = "it stands in constants, where it is an error of the compiler"
)]
#[track_caller]
pub const fn no_scope_names<C: ScopeCatalog>() {
    panic!("{}", OTHER_NAME)
}

/// The same of roles.
#[expect(
    clippy::panic,
    reason = "it stands in constants, where it is an error of the compiler"
)]
#[track_caller]
pub const fn no_role_names<C: RoleCatalog>() {
    panic!("{}", OTHER_NAME)
}

/// The answer of a tool whose declaration does not compile.
pub fn nobody() -> Result<Output, Error> {
    Err(Error::Denied(crate::decision::Denial::Nobody))
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

#[cfg(test)]
mod tests {
    use super::{MAX_AUDITED_BYTES, audited, nothing_named_since};
    use serde_json::json;

    #[test]
    fn a_list_that_named_nothing_names_nothing_that_exists() {
        let mut named = vec![Some("acme".into())];
        nothing_named_since(0, &mut named);
        assert_eq!(named, [Some("acme".into())]);
        nothing_named_since(1, &mut named);
        assert_eq!(named, [Some("acme".into()), None]);
    }

    #[test]
    fn a_long_value_stands_in_no_record() {
        // With its two quotes exactly as long as may be.
        let longest = "x".repeat(MAX_AUDITED_BYTES - 2);
        assert_eq!(audited(&longest), json!(longest));
        assert_eq!(audited(&format!("{longest}x")), json!("(1025 bytes)"));
        // It is the JSON that counts: a control character takes six bytes of it.
        assert_eq!(audited(&"\u{0}".repeat(200)), json!("(1202 bytes)"));
        assert_eq!(audited(&vec![0; 1000]), json!("(2001 bytes)"));
    }
}

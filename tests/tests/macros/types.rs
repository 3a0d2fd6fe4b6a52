//! Types that a tool takes and returns, however they are written.

#![deny(warnings, clippy::pedantic)]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use toolgate::{Caller, FromRef, Json, State, ToolError, ToolHandler as _, Toolset, mcp_tool};

#[derive(Deserialize, JsonSchema)]
struct Page<F, const SIZE: usize = 10> {
    filter: F,
}

#[derive(Deserialize, JsonSchema)]
struct Filter<T: ?Sized + 'static> {
    tenant: String,
    #[serde(skip)]
    marker: std::marker::PhantomData<T>,
}

type Alias = Page<Filter<u8>>;

trait Describes {
    type Args;
}

impl Describes for u8 {
    type Args = Alias;
}

#[derive(Clone, Serialize, JsonSchema)]
struct Many<'a, T, const N: usize>(#[schemars(with = "Vec<T>")] [T; N], Cow<'a, str>)
where
    T: JsonSchema + Serialize + Copy,
    [T; N]: Serialize;

struct App;

type Shout = Arc<dyn for<'a> Fn(&'a str, Cow<'_, str>) -> String + Send + Sync>;

impl FromRef<App> for Shout {
    fn from_ref(_: &App) -> Self {
        Arc::new(|text, more| text.to_uppercase() + &more)
    }
}

impl FromRef<App> for &'static str {
    fn from_ref(_: &App) -> Self {
        "static"
    }
}

impl FromRef<App> for [u8; 4] {
    fn from_ref(_: &App) -> Self {
        [0; 4]
    }
}

/// Takes generic arguments.
#[mcp_tool(tenant_field = "filter.tenant")]
async fn generic(args: Page<Filter<dyn Send + Sync>>) -> Result<String, std::fmt::Error> {
    let _ = args.filter.marker;
    Ok(args.filter.tenant)
}

/// Takes arguments with a constant.
#[mcp_tool(authenticated, audit_fields = ["filter"])]
async fn constant(args: Page<u8, { 2 + 3 }>) -> Result<Json<Many<'static, u8, 2>>, ToolError> {
    Ok(Json(Many([args.filter; 2], Cow::Borrowed("many"))))
}

/// Takes an alias in a box.
#[mcp_tool(tenant_field = "filter.tenant")]
async fn boxed(args: Box<Alias>) -> Result<Cow<'static, str>, ToolError> {
    Ok(Cow::Owned(args.filter.tenant))
}

/// Takes the type of a trait.
#[mcp_tool(tenant_field = "filter.tenant")]
async fn projected(args: <u8 as Describes>::Args) -> Result<&'static str, std::num::ParseIntError> {
    drop(args);
    Ok("projected")
}

/// Takes whatever there is.
#[mcp_tool(authenticated)]
async fn anything(args: HashMap<String, serde_json::Value>) -> Result<Json<Vec<String>>, ToolError> {
    Ok(Json(args.into_keys().collect()))
}

/// Takes states with lifetimes, functions and lengths.
#[mcp_tool(authenticated)]
async fn states(
    (): (),
    State(shout): State<Shout>,
    text: State<&'static str>,
    State([first, ..]): State<[u8; 2 + 2]>,
    caller: Option<Caller>,
) -> Result<String, ToolError> {
    drop(caller);
    Ok(shout(*text, Cow::Owned(first.to_string())))
}

/// What is in its signature is as private as itself.
mod private {
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    struct Private {
        tenant: String,
    }

    /// Cannot be named from outside.
    #[toolgate::mcp_tool(tenant_field = "tenant")]
    async fn hidden(args: Private) -> Result<String, std::fmt::Error> {
        Ok(args.tenant)
    }

    #[derive(serde::Deserialize, schemars::JsonSchema)]
    pub(in crate::types) struct Restricted {}

    /// Can be named from a place.
    #[toolgate::mcp_tool(authenticated)]
    pub(in crate::types) async fn restricted(args: Restricted) -> Result<(), std::fmt::Error> {
        let Restricted {} = args;
        Ok(())
    }

    pub(super) fn tools<S>(tools: toolgate::Toolset<S>) -> toolgate::Toolset<S> {
        tools.tool(HiddenTool).tool(RestrictedTool)
    }
}

/// A macro that hands over everything in a different kind of fragment.
macro_rules! tool {
    (
        $(#[$meta:meta])* $vis:vis fn $name:ident($args:ident: $ty:ty $(, $extra:pat => $extra_ty:ty)*) -> $ret:ty $body:block
        $field:literal, $lookup:path, [$($scope:literal),*], $flag:literal
    ) => {
        $(#[$meta])*
        #[mcp_tool(
            scopes_all = [$($scope),*],
            tenant_field = $field,
            tenant_of = $lookup,
            idempotent = $flag,
            crate = $crate::types::gate
        )]
        $vis async fn $name($args: $ty $(, $extra: $extra_ty)*) -> $ret $body
    };
    ($item:item) => {
        #[mcp_tool(public)]
        $item
    };
}

mod gate {
    pub(super) use toolgate::*;
}

impl App {
    async fn tenant_of(&self, id: &str) -> Result<Option<String>, std::fmt::Error> {
        std::future::ready(Ok(Some(id.to_owned()))).await
    }
}

impl FromRef<App> for Arc<App> {
    fn from_ref(_: &App) -> Self {
        Self::new(App)
    }
}

impl Clone for App {
    fn clone(&self) -> Self {
        Self
    }
}

tool! {
    /// Is made of fragments.
    fn by_fragments(args: Alias, State(_) => State<Arc<App>>) -> Result<String, std::fmt::Error> {
        Ok(args.filter.tenant)
    }
    "filter.tenant", App::tenant_of, ["a", "b"], true
}

tool! {
    /// Is one fragment.
    async fn by_item() -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

#[test]
fn every_tool_can_be_added() {
    let tools = Toolset::new(App).tool(GenericTool).tool(ConstantTool);
    let tools = tools
        .tool(BoxedTool)
        .tool(ProjectedTool)
        .tool(AnythingTool)
        .tool(StatesTool);
    drop(private::tools(tools.tool(ByFragmentsTool).tool(ByItemTool)));
    let lookup = ByFragmentsTool::SPEC.policy.demanded_tenant().unwrap().lookup;
    assert_eq!(lookup, Some("App::tenant_of"));
}

//! What `#[mcp_tool]` makes of functions that make sense.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the right line")]
#![expect(clippy::unused_async, reason = "a lookup is async, whatever it looks into")]

#[path = "macros/attributes.rs"]
mod attributes;
#[path = "macros/catalogs.rs"]
mod catalogs;
#[path = "macros/demands.rs"]
mod demands;
#[path = "macros/hygiene.rs"]
mod hygiene;
#[path = "macros/inherited.rs"]
mod inherited;
#[path = "macros/methods.rs"]
mod methods;
#[path = "macros/names.rs"]
mod names;
#[path = "macros/types.rs"]
mod types;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::convert::Infallible;
use toolgate::validator::{TokenError, ValidateError};
use toolgate::{
    BearerToken, CallContext, Caller, Claims, Denial, Error, FromRef, Gate, Json, Output, Protected, State, ToolError,
    ToolHandler, Toolset, Validator, mcp_tool,
};

#[derive(Clone, Debug, thiserror::Error)]
#[error("the store is down")]
struct StoreError;

/// Whose notes are whose: `a-1` is of `a`, `b-1` of `b`, what begins with `-` breaks the store.
#[derive(Clone)]
struct Notes;

impl Notes {
    async fn tenant_of(&self, id: &str) -> Result<Option<String>, StoreError> {
        match id.split_once('-') {
            Some(("", _)) => Err(StoreError),
            Some((tenant, _)) => Ok(Some(tenant.to_owned())),
            None => Ok(None),
        }
    }
}

struct App {
    notes: Notes,
    greeting: String,
}

impl FromRef<App> for Notes {
    fn from_ref(app: &App) -> Self {
        app.notes.clone()
    }
}

impl FromRef<App> for String {
    fn from_ref(app: &App) -> Self {
        app.greeting.clone()
    }
}

#[derive(Deserialize, JsonSchema)]
struct UpdateNote {
    items: Vec<Item>,
    text: String,
}

#[derive(Deserialize, JsonSchema)]
struct Item {
    resource_id: String,
}

#[derive(Debug, PartialEq, Serialize, JsonSchema)]
struct Updated {
    count: usize,
    by: String,
}

/// Replaces the text of notes.
///
///   - indented
///
/// The end.
#[mcp_tool(
    title = "Update notes",
    scopes_all = ["write:tools", "read:tools"],
    roles = ["manager", "a|b"],
    tenant_field = "items[*].resource_id",
    tenant_of = Notes::tenant_of,
    audit_fields = ["text"],
    destructive = false,
    idempotent = true,
)]
async fn update_note(args: UpdateNote, notes: State<Notes>, caller: Caller) -> Result<Json<Updated>, StoreError> {
    let _: &Notes = &notes;
    Ok(Json(Updated {
        count: args.items.len(),
        by: caller.subject().to_owned(),
    }))
}

/// Greets.
#[mcp_tool(public, name = "say.hello", read_only = true, open_world = false)]
async fn greet(_: Greet, greeting: State<String>, caller: Option<Caller>) -> Result<String, Infallible> {
    let name = caller.as_ref().map_or("stranger", Caller::subject);
    Ok(format!("{}, {name}", greeting.0))
}

#[derive(Deserialize, JsonSchema)]
struct Greet {}

/// Names its call.
#[mcp_tool(authenticated)]
async fn whoami(_: Greet, context: CallContext, caller: Caller) -> Result<String, ToolError> {
    if caller.tenant().is_none() {
        return Err(ToolError::public("no tenant"));
    }
    Ok(context.tool().to_owned())
}

/// Takes nothing.
#[mcp_tool(scopes_any = ["a", "b"])]
async fn nothing() -> Result<(), Infallible> {
    Ok(())
}

/// Is critical.
#[mcp_tool(fresh, authenticated, audit_required, destructive = true)]
async fn critical() -> Result<(), Infallible> {
    Ok(())
}

#[derive(Deserialize, JsonSchema)]
struct Deep {
    outer: Outer,
    groups: Vec<Vec<Group>>,
}

#[derive(Deserialize, JsonSchema)]
struct Outer {
    r#type: String,
}

#[derive(Deserialize, JsonSchema)]
struct Group {
    tenants: Vec<String>,
}

/// Has a field in a field.
#[mcp_tool(tenant_field = "outer.type", audit_fields = ["outer.type", groups])]
async fn nested(args: Deep) -> Result<String, Infallible> {
    Ok(args.outer.r#type + &args.groups.len().to_string())
}

impl Serialize for Group {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.tenants.serialize(serializer)
    }
}

/// Goes through lists of lists.
#[mcp_tool(tenant_field = "groups[*][*].tenants[*]")]
async fn lists(args: Deep) -> Result<String, Infallible> {
    Ok(args.groups.len().to_string())
}

#[doc = include_str!("macros.txt")]
#[mcp_tool(authenticated)]
async fn described_elsewhere() -> Result<(), Infallible> {
    Ok(())
}

/** Described in a block. */
#[mcp_tool(authenticated)]
async fn described_in_a_block() -> Result<(), Infallible> {
    Ok(())
}

struct NoTokens;

impl Validator for NoTokens {
    async fn validate(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
        Err(TokenError::Malformed.into())
    }

    fn issuers(&self) -> Vec<String> {
        Vec::new()
    }
}

fn gate() -> Gate {
    let gate = Gate::builder().resource("http://127.0.0.1/mcp").validator(NoTokens);
    gate.build().unwrap()
}

fn protected() -> Protected {
    let app = App {
        notes: Notes,
        greeting: "hello".to_owned(),
    };
    let tools = Toolset::new(app).tool(UpdateNoteTool).tool(GreetTool).tool(WhoamiTool);
    let tools = tools.tool(NothingTool).tool(NestedTool).tool(ListsTool);
    gate().protect(tools).unwrap()
}

fn alice() -> Claims {
    Claims::assert("https://idp.example", "alice").with_tenant("a")
}

async fn call(tool: &str, claims: Option<Claims>, arguments: Value) -> Result<Output, Error> {
    let caller = claims.map(Caller::assert);
    protected().call(tool, caller, arguments).await.unwrap()
}

#[test]
fn the_definition_is_constant() {
    const SPEC: toolgate::tool::ToolSpec = UpdateNoteTool::SPEC;
    assert_eq!(SPEC.name, "update_note");
    assert_eq!(SPEC.title, Some("Update notes"));
    assert_eq!(
        SPEC.description,
        "Replaces the text of notes.\n\n  - indented\n\nThe end."
    );
    assert_eq!(SPEC.hints.read_only, None);
    assert_eq!(SPEC.hints.destructive, Some(false));
    assert_eq!(SPEC.hints.idempotent, Some(true));
    assert_eq!(SPEC.hints.open_world, None);
    assert_eq!(GreetTool::SPEC.name, "say.hello");
    assert_eq!(GreetTool::SPEC.title, None);
    assert_eq!(GreetTool::SPEC.hints.read_only, Some(true));
    assert_eq!(GreetTool::SPEC.hints.open_world, Some(false));
}

#[test]
fn the_policy_is_what_was_declared() {
    let policy = serde_json::to_value(UpdateNoteTool::SPEC.policy).unwrap();
    let expected = json!({
        "posture": "callers",
        "scopes_all": ["write:tools", "read:tools"],
        "scopes_any": [],
        "roles": ["manager", "a|b"],
        "tenant": {"field": "items[*].resource_id", "lookup": "Notes::tenant_of"},
    });
    assert_eq!(policy, expected);
    let policy = NothingTool::SPEC.policy;
    let any: Vec<_> = policy
        .demanded_scopes_any()
        .iter()
        .map(|scope| scope.as_str())
        .collect();
    assert_eq!(any, ["a", "b"]);
    assert!(GreetTool::SPEC.policy.is_public());
    assert!(CriticalTool::SPEC.policy.is_fresh() && !WhoamiTool::SPEC.policy.is_fresh());
    assert!(CriticalTool::SPEC.policy.is_audit_required() && !WhoamiTool::SPEC.policy.is_audit_required());
    let policy = serde_json::to_value(CriticalTool::SPEC.policy).unwrap();
    assert_eq!(
        (&policy["posture"], &policy["fresh"]),
        (&json!("callers"), &json!(true))
    );
    let document = toolgate::docs::ScopeDocument::new(&Toolset::new(()).tool(CriticalTool));
    assert_eq!(
        document.tools[0].demands,
        [
            "a valid token, validated anew for each call",
            "it runs only once its audit record is written"
        ]
    );
    assert_eq!(
        serde_json::to_value(WhoamiTool::SPEC.policy).unwrap()["posture"],
        "callers"
    );
}

#[test]
fn the_location_is_that_of_the_attribute() {
    let location = NothingTool::SPEC.location;
    assert!(location.file.ends_with("macros.rs"), "{location}");
    let line = include_str!("macros.rs")
        .lines()
        .nth(location.line as usize - 1)
        .unwrap();
    assert_eq!(line, "#[mcp_tool(scopes_any = [\"a\", \"b\"])]");
}

#[test]
fn descriptions_come_in_every_form() {
    assert_eq!(DescribedElsewhereTool::SPEC.description.trim(), "Described in a file.");
    assert_eq!(DescribedInABlockTool::SPEC.description, "Described in a block.");
}

#[test]
fn structured_answers_have_a_schema() {
    let schema = UpdateNoteTool::output_schema().unwrap();
    assert_eq!(schema.get("properties").unwrap()["count"]["type"], "integer");
    assert!(GreetTool::output_schema().is_none());
}

#[tokio::test]
async fn the_function_itself_is_plain_to_call() {
    nothing().await.unwrap();
}

#[tokio::test]
async fn the_call_gives_what_the_tool_takes() {
    let manager = alice()
        .with_scopes(["write:tools", "read:tools"])
        .with_roles(["manager"]);
    let arguments = json!({"items": [{"resource_id": "a-1"}, {"resource_id": "a-2"}], "text": "t"});
    let output = call("update_note", Some(manager), arguments).await.unwrap();
    assert_eq!(output, Output::Json(json!({"count": 2, "by": "alice"})));
    let output = call("say.hello", Some(alice()), json!({})).await.unwrap();
    assert_eq!(output, Output::Text("hello, alice".into()));
    let output = call("say.hello", None, json!({})).await.unwrap();
    assert_eq!(output, Output::Text("hello, stranger".into()));
    let output = call("whoami", Some(alice()), json!({})).await.unwrap();
    assert_eq!(output, Output::Text("whoami".into()));
    let output = call("nothing", Some(alice().with_scopes(["b"])), json!({}))
        .await
        .unwrap();
    assert_eq!(output, Output::Empty);
}

#[tokio::test]
async fn demands_are_enforced() {
    let writer = alice().with_scopes(["write:tools", "read:tools"]);
    let denied = call("update_note", Some(writer), json!({})).await;
    assert!(matches!(
        denied,
        Err(Error::Denied(Denial::MissingRole(["manager", "a|b"])))
    ));
    let denied = call("nothing", Some(alice().with_scopes(["c"])), json!({})).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::MissingScopes { .. }))));
    let denied = call("whoami", None, json!({})).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::Unauthenticated))));
}

#[tokio::test]
async fn every_looked_up_resource_has_to_be_the_callers() {
    let manager = alice()
        .with_scopes(["write:tools", "read:tools"])
        .with_roles(["manager"]);
    let with = async |ids: &[&str]| {
        let items: Vec<_> = ids.iter().map(|id| json!({"resource_id": id})).collect();
        call(
            "update_note",
            Some(manager.clone()),
            json!({"items": items, "text": ""}),
        )
        .await
    };
    assert!(with(&["a-1", "a-2"]).await.is_ok());
    let denied = with(&["a-1", "b-1"]).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::OtherTenant))));
    let denied = with(&["a-1", "nowhere"]).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::NoSuchResource))));
    let denied = with(&[]).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::NoTenantNamed))));
    let unknown = with(&["a-1", "-1"]).await;
    assert!(matches!(unknown, Err(Error::Unavailable(_))));
}

#[tokio::test]
async fn fields_may_be_nested() {
    let with = async |tenant: &str| {
        let arguments = json!({"outer": {"type": tenant}, "groups": []});
        call("nested", Some(alice()), arguments).await
    };
    assert_eq!(with("a").await.unwrap(), Output::Text("a0".into()));
    assert!(matches!(with("b").await, Err(Error::Denied(Denial::OtherTenant))));
}

#[test]
fn audited_fields_are_named_as_declared() {
    let args = serde_json::from_value(json!({"outer": {"type": "x"}, "groups": [[{"tenants": ["y"]}]]})).unwrap();
    let audited = NestedTool::audited(&args);
    assert_eq!(audited, [json!("x"), json!([[["y"]]])]);
    assert_eq!(NestedTool::SPEC.audit_fields, ["outer.type", "groups"]);
}

/// An element without any tenant does not hide behind its neighbours.
#[tokio::test]
async fn every_element_of_every_list_has_to_name_a_tenant() {
    let with = async |groups: Value| {
        let arguments = json!({"outer": {"type": ""}, "groups": groups});
        call("lists", Some(alice()), arguments).await
    };
    let (a, b, none) = (
        json!({"tenants": ["a"]}),
        json!({"tenants": ["a", "b"]}),
        json!({"tenants": []}),
    );
    assert!(with(json!([[a, a], [a]])).await.is_ok());
    let denied = with(json!([[a], [a, b]])).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::OtherTenant))));
    let denied = with(json!([[a], [a, none]])).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::NoSuchResource))));
    let denied = with(json!([[a], []])).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::NoSuchResource))));
    let denied = with(json!([])).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::NoTenantNamed))));
}

//! Demands besides scopes, roles and tenants, as they stand in the policy and in the scope document.

#![deny(warnings, clippy::pedantic)]
#![expect(clippy::unused_async, reason = "a check is async, whatever it looks into")]

use super::Caller;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::marker::PhantomData;
use toolgate::docs::ScopeDocument;
use toolgate::{Decision, FromRef, NoArguments, ToolHandler as _, Toolset, mcp_tool};

#[derive(Deserialize, JsonSchema)]
struct MoveNotes {
    folders: Vec<Folder>,
}

#[derive(Deserialize, JsonSchema)]
struct Folder {
    tenant: String,
    notes: Vec<Note>,
}

#[derive(Deserialize, JsonSchema)]
struct Note {
    r#type: String,
}

struct App;

#[derive(Clone)]
struct Store<T>(PhantomData<T>);

impl<T> FromRef<App> for Store<T> {
    fn from_ref(_: &App) -> Self {
        Self(PhantomData)
    }
}

impl<T> Store<T> {
    async fn may_move(&self, caller: &Caller, args: &MoveNotes) -> Decision {
        if args.folders.len() < 3 && caller.subject() != "eve" {
            Decision::Allow
        } else {
            Decision::deny("too many folders at once")
        }
    }
}

trait Opens {
    async fn is_open(&self, _: &Caller, _: &NoArguments) -> Result<Decision, std::fmt::Error>;
}

impl Opens for Store<i8> {
    async fn is_open(&self, _: &Caller, _: &NoArguments) -> Result<Decision, std::fmt::Error> {
        Ok(Decision::Allow)
    }
}

/// Demands whatever can be demanded.
#[mcp_tool(
    allow = any(all(scope("notes:move"), role("editor")), role("admin"),),
    acr = ["urn:strong", "urn:hardware"],
    max_age = "15min",
    owner_field = "folders[*].notes[*].type",
    owner_unless = ["notes:all", "notes:move"],
    tenant_field = "folders[*].tenant",
    check = <Store<u8>>::may_move,
)]
async fn move_notes(__args: MoveNotes) -> Result<String, Infallible> {
    Ok(__args.folders.len().to_string())
}

/// Is asked of a trait.
#[mcp_tool(check = <Store<i8> as Opens>::is_open)]
async fn enter() -> Result<&'static str, Infallible> {
    Ok("in")
}

fn tools() -> Toolset<App> {
    Toolset::new(App).tool(MoveNotesTool).tool(EnterTool)
}

#[test]
fn the_policy_has_what_was_demanded() {
    let policy = serde_json::to_value(MoveNotesTool::SPEC.policy).unwrap();
    let expected = json!({
        "posture": "callers",
        "scopes_all": [],
        "scopes_any": [],
        "roles": [],
        "allow": {"any": [{"all": [{"scope": "notes:move"}, {"role": "editor"}]}, {"role": "admin"}]},
        "login": {"acr": ["urn:strong", "urn:hardware"], "max_age": 900},
        "owner": {"field": "folders[*].notes[*].type", "unless": ["notes:all", "notes:move"]},
        "tenant": {"field": "folders[*].tenant"},
        "check": "<Store<u8>>::may_move",
    });
    assert_eq!(policy, expected);
}

#[test]
fn the_scope_document_says_every_demand_in_words() {
    let document = ScopeDocument::new(&tools());
    assert_eq!(
        document.tools[0].demands,
        [
            "a valid token",
            "one of (all of (the scope `notes:move`, the role `editor`), the role `admin`)",
            "a login of one of the classes `urn:strong`, `urn:hardware`",
            "a login not older than 900 s",
            "`folders[*].notes[*].type` is the caller, unless the caller has one of the scopes `notes:all`, `notes:move`",
            "`folders[*].tenant` is the caller's tenant",
            "`<Store<u8>>::may_move` allows it",
        ]
    );
    let json: Value = serde_json::from_str(&document.to_json()).unwrap();
    let of = |list: &str, name: &str| {
        let named = json[list].as_array().unwrap();
        named
            .iter()
            .map(|of| (of[name].clone(), of["tools"].clone()))
            .collect::<Vec<_>>()
    };
    let tool = json!(["move_notes"]);
    let each = |names: [&str; 2]| names.map(|name| (json!(name), tool.clone()));
    assert_eq!(of("scopes", "scope"), each(["notes:all", "notes:move"]));
    assert_eq!(of("roles", "role"), each(["admin", "editor"]));
    assert_eq!(document.tools[0].conditions, document.tools[0].demands[2..]);
    let markdown = document.to_markdown();
    for demand in &document.tools[0].demands {
        assert!(markdown.contains(&format!("- {demand}\n")), "{markdown}");
    }
}

#[tokio::test]
async fn every_demand_is_met_or_the_tool_does_not_run() {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let claims = || {
        super::alice()
            .with_roles(["admin"])
            .with_acr("urn:hardware")
            .with_auth_time(now)
    };
    let folder = |owner: &str| json!({"tenant": "a", "notes": [{"type": owner}, {"type": "alice"}]});
    let own = || json!({"folders": [folder("alice")]});
    let gate = super::gate();
    let protected = gate.protect(tools()).unwrap();
    for (claims, arguments, runs) in [
        (claims(), own(), true),
        (claims().with_roles(["editor"]), own(), false),
        (claims().with_roles(["editor"]).with_scopes(["notes:move"]), own(), true),
        (claims().with_acr("urn:weak"), own(), false),
        (claims().with_auth_time(now / 2), own(), false),
        (claims(), json!({"folders": [folder("bob")]}), false),
        (
            claims().with_scopes(["notes:all"]),
            json!({"folders": [folder("bob")]}),
            true,
        ),
        (
            claims(),
            json!({"folders": [folder("alice"), {"tenant": "a", "notes": []}]}),
            false,
        ),
        (claims().with_tenant("b"), own(), false),
        (
            claims(),
            json!({"folders": [folder("alice"), folder("alice"), folder("alice")]}),
            false,
        ),
    ] {
        let shown = format!("{claims:?} {arguments}");
        let result = protected.call("move_notes", Some(Caller::assert(claims)), arguments);
        assert_eq!(result.await.unwrap().is_ok(), runs, "{shown}");
    }
    let result = protected.call("enter", Some(Caller::assert(claims())), json!({}));
    assert!(result.await.unwrap().is_ok());
}

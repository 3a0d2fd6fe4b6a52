//! What the gate has checked, proved to the code behind it. `cargo run --example granted` shows who gets how far.
//!
//! The store below asks for proofs, and not for promises: a tool that forgets to demand what a method needs cannot call it.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use toolgate::{
    Algorithm, Gate, Granted, JwtValidator, Protected, RoleCatalog, ScopeCatalog, State, TenantId, ToolError, Toolset,
    mcp_tool,
};

/// What tokens can permit here.
#[derive(ScopeCatalog)]
pub enum Scope {
    /// Reads notes.
    #[scope("notes:read", baseline)]
    Read,
    /// Creates and changes notes.
    #[scope("notes:write", implies(Read))]
    Write,
    /// Does whatever can be done with notes.
    #[scope("notes:admin", implies(Write), sensitive, admin_consent)]
    Admin,
}

/// Who there is.
#[derive(RoleCatalog)]
pub enum Role {
    /// Runs the notes of a team.
    #[role("manager")]
    Manager,
    /// Runs the server.
    #[role("admin", implies(Manager))]
    Admin,
}

/// The notes, by tenant.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<BTreeMap<String, Vec<String>>>>);

impl Notes {
    /// Nobody gets here but from a tool that demands [`Scope::Read`], and for a tenant that the gate has compared with the
    /// caller's.
    fn all(&self, _: &Granted<scope::Read>, of: &TenantId) -> Vec<String> {
        let notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.get(of.as_str()).cloned().unwrap_or_default()
    }

    /// The same with [`Scope::Write`].
    fn add(&self, _: &Granted<scope::Write>, of: &TenantId, text: String) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.entry(of.as_str().to_owned()).or_default().push(text);
    }

    /// The same with [`Scope::Admin`].
    fn clear(&self, _: &Granted<scope::Admin>, of: &TenantId) -> usize {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.remove(of.as_str()).map_or(0, |notes| notes.len())
    }
}

#[derive(Deserialize, JsonSchema)]
struct OfTenant {
    tenant: String,
}

#[derive(Deserialize, JsonSchema)]
struct AddNote {
    tenant: String,
    text: String,
}

/// Reads the notes of a tenant.
#[mcp_tool(scopes_all = [Scope::Read], tenant_field = "tenant", read_only = true)]
async fn read(_: OfTenant, notes: State<Notes>, may: Granted<scope::Read>, of: TenantId) -> Result<String, ToolError> {
    Ok(notes.all(&may, &of).join(", "))
}

/// Adds a note, and reads all of them: whoever may write may read.
#[mcp_tool(scopes_all = [Scope::Write], tenant_field = "tenant")]
async fn add(
    args: AddNote,
    notes: State<Notes>,
    may_write: Granted<scope::Write>,
    may_read: Granted<scope::Read>,
    of: TenantId,
) -> Result<String, ToolError> {
    notes.add(&may_write, &of, args.text);
    Ok(notes.all(&may_read, &of).join(", "))
}

/// Deletes all notes of a tenant.
#[mcp_tool(scopes_all = [Scope::Admin], roles = [Role::Manager], tenant_field = "tenant", destructive = true)]
async fn clear(
    _: OfTenant,
    notes: State<Notes>,
    may: Granted<scope::Admin>,
    of: TenantId,
) -> Result<String, ToolError> {
    Ok(format!("{} deleted", notes.clear(&may, &of)))
}

fn protect() -> Result<Protected, Box<dyn Error>> {
    let url = "https://notes.example/mcp";
    let validator = JwtValidator::builder()
        .issuer("https://sso.example")
        .audience(url)
        .algorithm(Algorithm::Rs256)
        .build()?;
    let gate = Gate::builder()
        .resource(url)
        .validator(validator)
        .scopes::<Scope>()
        .roles::<Role>()
        .build()?;
    let tools = Toolset::new(Notes::default())
        .scopes::<Scope>()
        .roles::<Role>()
        .tool(ReadTool)
        .tool(AddTool)
        .tool(ClearTool);
    Ok(gate.protect(tools)?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let protected = protect()?;
    let caller = |name, scope, role| {
        let caller = toolgate_testing::caller(name).scopes([scope]).roles([role]);
        caller.tenant("acme").build()
    };
    let bob = caller("bob", "notes:read", "member");
    let alice = caller("alice", "notes:write", "manager");
    let carol = caller("carol", "notes:admin", "admin");
    let add = json!({"tenant": "acme", "text": "buy milk"});
    let acme = json!({"tenant": "acme"});
    let globex = json!({"tenant": "globex"});
    for (who, caller, tool, arguments) in [
        ("bob, who may read", &bob, "add", &add),
        ("alice, who may write", &alice, "add", &add),
        ("bob, who may read", &bob, "read", &acme),
        ("alice, who may write", &alice, "read", &acme),
        ("alice, who may write", &alice, "read", &globex),
        ("bob, who may read", &bob, "clear", &acme),
        ("alice, who may write", &alice, "clear", &acme),
        ("carol, who may do anything", &carol, "clear", &acme),
    ] {
        let answer = protected.call(tool, Some(caller.clone()), arguments.clone()).await;
        match answer.ok_or("no such tool")? {
            Ok(output) => println!("{who}: {tool} {arguments}: {output:?}"),
            Err(error) => println!("{who}: {tool} {arguments}: {error}"),
        }
    }
    Ok(())
}

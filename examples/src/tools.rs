//! A small notes server: its store, its tools, and who may call them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, SystemTimeError, UNIX_EPOCH};
use toolgate::{Caller, Json, NoArguments, RoleCatalog, ScopeCatalog, State, ToolError, Toolset, mcp_tool};

/// What tokens can permit here.
#[derive(ScopeCatalog)]
pub enum Scope {
    /// Reads the notes of one's tenant.
    #[scope("read:tools", baseline)]
    Read,
    /// Changes them.
    #[scope("write:tools", implies(Read))]
    Write,
    /// Does with them whatever can be done.
    #[scope("admin", implies(Write), sensitive)]
    Admin,
}

/// What callers can be.
#[derive(RoleCatalog)]
pub enum Role {
    /// Looks after the notes of a tenant.
    #[role("manager")]
    Manager,
    /// Looks after a tenant.
    #[role("admin")]
    Admin,
}

/// All tools of the server, with their store.
#[must_use]
pub fn toolset(notes: Notes) -> Toolset<Notes> {
    Toolset::new(notes)
        .scopes::<Scope>()
        .roles::<Role>()
        .tool(ServerTimeTool)
        .tool(WhoamiTool)
        .tool(ListNotesTool)
        .tool(UpdateNoteTool)
        .tool(DeleteNotesTool)
}

/// The time of the server.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ServerTime {
    /// Seconds since 1970.
    pub seconds: u64,
}

/// Tells the time of the server.
#[mcp_tool(public, read_only = true, open_world = false)]
pub async fn server_time() -> Result<Json<ServerTime>, SystemTimeError> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    Ok(Json(ServerTime { seconds }))
}

/// What the server knows of a caller.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Whoami {
    subject: String,
    tenant: Option<String>,
    scopes: Vec<String>,
    roles: Vec<String>,
}

/// Tells who you are to this server.
#[mcp_tool(authenticated, read_only = true, open_world = false)]
pub async fn whoami(_: NoArguments, caller: Caller) -> Result<Json<Whoami>, Infallible> {
    Ok(Json(Whoami {
        subject: caller.subject().to_owned(),
        tenant: caller.tenant().map(str::to_owned),
        scopes: caller.scopes().map(str::to_owned).collect(),
        roles: caller.roles().map(str::to_owned).collect(),
    }))
}

/// Notes of one tenant.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NoteList {
    notes: Vec<Note>,
}

/// Lists the notes of your tenant.
#[mcp_tool(scopes_all = [Scope::Read], read_only = true, open_world = false)]
pub async fn list_notes(_: NoArguments, notes: State<Notes>, caller: Caller) -> Result<Json<NoteList>, Infallible> {
    Ok(Json(NoteList {
        notes: notes.of(caller.tenant()),
    }))
}

/// A new text for a note.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct UpdateNote {
    /// The id of the note.
    pub resource_id: String,
    /// Its new text.
    pub text: String,
}

/// Replaces the text of a note.
#[mcp_tool(
    scopes_all = [Scope::Write],
    roles = [Role::Manager],
    tenant_field = "resource_id",
    tenant_of = Notes::tenant_of,
    audit_fields = ["resource_id"],
    idempotent = true,
    open_world = false,
)]
pub async fn update_note(args: UpdateNote, notes: State<Notes>, caller: Caller) -> Result<Json<Note>, ToolError> {
    // When the gate looked up its tenant it was there, and the caller's. By now it may be gone, or another's of that name.
    let updated = notes.update(caller.tenant(), &args.resource_id, args.text);
    updated.map(Json).ok_or_else(|| ToolError::public("the note is gone"))
}

/// How many notes were deleted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Deleted {
    count: usize,
}

/// Deletes all notes of your tenant.
#[mcp_tool(scopes_all = [Scope::Admin], roles = [Role::Admin], rate_limit = "2/h", destructive = true, open_world = false)]
pub async fn delete_notes(_: NoArguments, notes: State<Notes>, caller: Caller) -> Result<Json<Deleted>, Infallible> {
    Ok(Json(Deleted {
        count: notes.delete(caller.tenant()),
    }))
}

/// A note.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Note {
    id: String,
    tenant: String,
    text: String,
}

/// A store of notes, in memory. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Notes(Arc<Mutex<BTreeMap<String, Note>>>);

impl Default for Notes {
    /// Two notes of the tenant `acme`, one of `globex`.
    fn default() -> Self {
        let note = |id: &str, tenant: &str| {
            let note = Note {
                id: id.to_owned(),
                tenant: tenant.to_owned(),
                text: format!("The first text of {id}."),
            };
            (id.to_owned(), note)
        };
        let notes = [
            note("acme-1", "acme"),
            note("acme-2", "acme"),
            note("globex-1", "globex"),
        ];
        Self(Arc::new(Mutex::new(BTreeMap::from(notes))))
    }
}

impl Notes {
    /// The tenant that a note belongs to, for the gate. A real store would look it up in its database, and its errors would
    /// mean "could not find out".
    #[expect(
        clippy::unused_async,
        reason = "a lookup is async, and this store has nothing to wait for"
    )]
    pub async fn tenant_of(&self, id: &str) -> Result<Option<String>, Infallible> {
        Ok(self.lock().get(id).map(|note| note.tenant.clone()))
    }

    /// The text of a note.
    #[must_use]
    pub fn text(&self, id: &str) -> Option<String> {
        self.lock().get(id).map(|note| note.text.clone())
    }

    fn of(&self, tenant: Option<&str>) -> Vec<Note> {
        let notes = self.lock();
        let own = |note: &&Note| Some(note.tenant.as_str()) == tenant;
        notes.values().filter(own).cloned().collect()
    }

    fn update(&self, tenant: Option<&str>, id: &str, text: String) -> Option<Note> {
        let mut notes = self.lock();
        let note = notes.get_mut(id).filter(|note| Some(note.tenant.as_str()) == tenant)?;
        note.text = text;
        Some(note.clone())
    }

    fn delete(&self, tenant: Option<&str>) -> usize {
        let mut notes = self.lock();
        let before = notes.len();
        notes.retain(|_, note| Some(note.tenant.as_str()) != tenant);
        before - notes.len()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Note>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

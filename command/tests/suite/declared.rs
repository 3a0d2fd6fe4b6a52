//! The notes example, with its tool `update_note` declared otherwise.

use examples::tools::{
    DeleteNotesTool, ListNotesTool, Note, Notes, Role, Scope, ServerTimeTool, UpdateNote, WhoamiTool,
};
use toolgate::docs::ScopeDocument;
use toolgate::{Json, ToolError, ToolHandler, Toolset, mcp_tool};

mod without_role {
    use super::{Json, Note, Notes, Scope, ToolError, UpdateNote, mcp_tool};

    /// Replaces the text of a note.
    #[mcp_tool(
        scopes_all = [Scope::Write],
        tenant_field = "resource_id",
        tenant_of = Notes::tenant_of,
        audit_fields = ["resource_id"],
        idempotent = true,
        open_world = false,
    )]
    pub(super) async fn update_note(args: UpdateNote) -> Result<Json<Note>, ToolError> {
        Err(ToolError::public(args.resource_id + &args.text))
    }
}

mod without_tenant {
    use super::{Json, Note, Scope, ToolError, UpdateNote, mcp_tool};

    /// Replaces the text of a note.
    #[mcp_tool(
        scopes_all = [Scope::Write],
        fresh,
        audit_fields = ["resource_id"],
        destructive = true,
        idempotent = true,
        open_world = false,
    )]
    pub(super) async fn update_note(args: UpdateNote) -> Result<Json<Note>, ToolError> {
        Err(ToolError::public(args.resource_id + &args.text))
    }
}

mod without_hints {
    use super::{Json, ToolError, mcp_tool};

    /// Tells the time of the server.
    #[mcp_tool(public)]
    pub(super) async fn server_time() -> Result<Json<u64>, ToolError> {
        Ok(Json(0))
    }
}

/// No role is demanded.
pub(crate) fn without_role() -> String {
    notes(ServerTimeTool, without_role::UpdateNoteTool)
}

/// Neither a role nor a tenant is demanded; the token is validated anew, and clients are told that the tool is destructive.
pub(crate) fn without_tenant() -> String {
    notes(ServerTimeTool, without_tenant::UpdateNoteTool)
}

/// Of the tool that is public nothing is said to clients.
pub(crate) fn without_hints() -> String {
    notes(without_hints::ServerTimeTool, examples::tools::UpdateNoteTool)
}

fn notes<T, U>(server_time: T, update_note: U) -> String
where
    T: ToolHandler,
    U: ToolHandler,
    Notes: toolgate::plumbing::Supplies<T::Needs> + toolgate::plumbing::Supplies<U::Needs>,
{
    let tools = Toolset::new(Notes::default())
        .scopes::<Scope>()
        .roles::<Role>()
        .tool(server_time)
        .tool(WhoamiTool)
        .tool(ListNotesTool)
        .tool(update_note)
        .tool(DeleteNotesTool);
    ScopeDocument::new(&tools).without_lines().to_json()
}

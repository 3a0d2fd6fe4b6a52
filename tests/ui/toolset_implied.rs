use toolgate::{ScopeCatalog, toolset};

#[derive(ScopeCatalog)]
enum Scope {
    /// Reads.
    #[scope("notes:read")]
    Read,
    /// Writes.
    #[scope("notes:write", implies(Read))]
    Write,
    /// Deletes.
    #[scope("notes:delete")]
    Delete,
}

#[derive(Clone)]
struct Notes;

#[toolset(scopes_all = [Scope::Write])]
impl Notes {
    /// The toolset demands more.
    #[mcp_tool(scopes_all = [Scope::Read])]
    async fn less(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// The same by another name.
    #[mcp_tool(scopes_all = ["notes:write"])]
    async fn same(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

#[derive(Clone)]
struct Others;

#[toolset(scopes_all = [Scope::Read])]
impl Others {
    /// More, and one of its own for nothing.
    #[mcp_tool(scopes_all = [Scope::Delete, Scope::Write, "notes:read"])]
    async fn more(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tools::<Notes>().tool(NotesLessTool).tool(NotesSameTool));
    drop(toolgate::Toolset::new(Others).tools::<Others>().tool(OthersMoreTool));
    drop(Notes.less());
    drop(Notes.same());
    drop(Others.more());
}

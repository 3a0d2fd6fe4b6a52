use toolgate::{State, Toolset, toolset};

#[derive(Clone)]
struct Notes;

#[derive(Clone)]
struct Mail;

struct NotClone;

#[toolset(authenticated)]
impl Notes {
    /// Does something.
    #[mcp_tool]
    async fn takes_itself(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Does something.
    #[mcp_tool]
    async fn takes_more(&self, _: toolgate::NoArguments, _: State<Mail>) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

#[toolset(authenticated)]
impl NotClone {
    /// Does something.
    #[mcp_tool]
    async fn takes_itself(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn main() {
    drop(Toolset::new(Mail).tools::<Notes>());
    drop(Toolset::new(Notes).tools::<Notes>());
    drop(Toolset::new(Mail).tool(NotesTakesItselfTool));
    drop(Toolset::new(NotClone).tools::<NotClone>());
}

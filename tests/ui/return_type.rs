use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(authenticated)]
async fn no_result() -> u32 {
    7
}

/// Does something.
#[mcp_tool(authenticated)]
async fn no_answer() -> Result<u32, std::fmt::Error> {
    Ok(7)
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(NoResultTool).tool(NoAnswerTool));
    drop(no_result());
    drop(no_answer());
}

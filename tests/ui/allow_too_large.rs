use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(allow = all(any(scope("a0"), scope("b0")), any(scope("a1"), scope("b1")), any(scope("a2"), scope("b2")), any(scope("a3"), scope("b3")), any(scope("a4"), scope("b4")), any(scope("a5"), scope("b5")), any(scope("a6"), scope("b6"))))]
async fn one() -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(OneTool));
    drop(one());
}

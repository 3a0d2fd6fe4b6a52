use toolgate::mcp_tool;

/// Does something.
#[mcp_tool(authenticated)]
async unsafe fn unsafe_tool() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated)]
extern "C" fn extern_tool() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated)]
const fn const_tool() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Does something.
#[mcp_tool(authenticated)]
unsafe extern "C" fn variadic(_: u32, _: ...) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(()).tool(UnsafeToolTool).tool(ExternToolTool).tool(ConstToolTool).tool(VariadicTool));
    drop(unsafe { unsafe_tool() });
    drop(extern_tool());
    drop(const_tool());
}

//! Attributes and doc comments next to `#[mcp_tool]`, above it and below.

#![deny(warnings, clippy::pedantic)]

use toolgate::{Json, ToolHandler as _, Toolset, mcp_tool};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {
    #[deprecated = "nobody sends it"]
    tenant: String,
}

/// Is traced around its calls.
#[tracing::instrument(skip_all)]
#[mcp_tool(tenant_field = "tenant")]
async fn above(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Is traced around its calls.
#[mcp_tool(tenant_field = "tenant", audit_fields = ["tenant"])]
#[tracing::instrument(skip_all, fields(shout))]
async fn below(args: Args) -> Result<String, std::fmt::Error> {
    tracing::Span::current().record("shout", "loud");
    drop(args);
    Ok("below".to_owned())
}

#[cfg(test)]
#[cfg_attr(all(), doc = "Is described under a condition.")]
#[cfg_attr(any(), doc = "Not this.")]
#[mcp_tool(public)]
#[cfg_attr(any(), cfg(any()))]
#[cfg(not(any()))]
async fn conditional() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Is there in one of two forms.
#[cfg(any())]
#[mcp_tool(public, name = "absent")]
async fn either(args: Absent) -> Result<(), std::fmt::Error> {
    Err(args.error)
}

/// Is there in one of two forms.
#[mcp_tool(public, name = "present")]
#[cfg(not(any()))]
async fn either() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Is going away, but whoever still offers it is not told where they do not call it.
#[deprecated(since = "1.0.0", note = "use `below`")]
#[mcp_tool(authenticated)]
async fn old() -> Result<(), std::fmt::Error> {
    Ok(())
}

#[doc(hidden)]
#[inline]
#[allow(clippy::unnecessary_wraps, reason = "a tool returns a `Result`")]
/// Has its documentation in the middle.
#[mcp_tool(public)]
#[expect(unused_variables, reason = "to see that it is still expected once")]
async fn middle(args: toolgate::NoArguments, text: toolgate::State<String>) -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Says "quoted" and `{braces}`, {0} \n \\ and C:\new, */ and /*, "# and r#"raw"#.
/// ```text
/// #[not(an, attribute)]
/// ```
#[mcp_tool(authenticated)]
async fn odd_text() -> Result<Json<()>, std::fmt::Error> {
    Ok(Json(()))
}

/// Two parts:
#[doc = include_str!("../macros.txt")]
#[mcp_tool(authenticated)]
async fn mixed() -> Result<(), std::fmt::Error> {
    Ok(())
}

#[test]
fn every_tool_can_be_added() {
    let tools = Toolset::new(String::new()).tool(AboveTool).tool(BelowTool);
    let tools = tools.tool(ConditionalTool).tool(EitherTool).tool(OldTool);
    drop(tools.tool(MiddleTool).tool(OddTextTool).tool(MixedTool));
    assert_eq!(EitherTool::SPEC.name, "present");
}

#[test]
fn descriptions_are_what_is_written() {
    assert_eq!(ConditionalTool::SPEC.description, "Is described under a condition.");
    assert_eq!(MiddleTool::SPEC.description, "Has its documentation in the middle.");
    let odd = "Says \"quoted\" and `{braces}`, {0} \\n \\\\ and C:\\new, */ and /*, \"# and r#\"raw\"#.\n\
               ```text\n#[not(an, attribute)]\n```";
    assert_eq!(OddTextTool::SPEC.description, odd);
    assert_eq!(MixedTool::SPEC.description.trim(), "Two parts:\nDescribed in a file.");
}

//! The same tools, written for each macro.

use std::path::Path;

/// By whom the tools are made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// By nobody: what the functions, their arguments and the derives on them cost alone.
    Plain,
    Toolgate,
    Rmcp,
    Pmcp,
}

const COMMON: &str = "\
#![allow(dead_code)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, JsonSchema)]
pub struct Answer {
    text: String,
}
";

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Plain, Self::Toolgate, Self::Rmcp, Self::Pmcp];

    /// The name of its crate.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "tools-plain",
            Self::Toolgate => "tools-toolgate",
            Self::Rmcp => "tools-rmcp",
            Self::Pmcp => "tools-pmcp",
        }
    }

    pub(crate) const fn what(self) -> &'static str {
        match self {
            Self::Plain => "no macro, only derives",
            Self::Toolgate => "toolgate `#[mcp_tool]`",
            Self::Rmcp => "rmcp `#[tool]`",
            Self::Pmcp => "pmcp `#[mcp_tool]`",
        }
    }

    pub(crate) const fn is_sdk(self) -> bool {
        matches!(self, Self::Rmcp | Self::Pmcp)
    }

    pub(crate) fn manifest(self, repository: &Path) -> String {
        let name = self.name();
        let runtime = repository.join("runtime").display().to_string();
        let dependency = match self {
            Self::Plain => String::new(),
            Self::Toolgate => format!("toolgate = {{ path = {runtime:?}, features = [\"rmcp\"] }}"),
            Self::Rmcp => {
                r#"rmcp = { version = "3.11", default-features = false, features = ["server", "macros"] }"#.to_owned()
            }
            Self::Pmcp => r#"pmcp = { version = "2.23", default-features = false, features = ["macros"] }"#.to_owned(),
        };
        format!(
            "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n\
             schemars = \"1\"\nserde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\n"
        )
    }

    /// Every other tool answers structured content, the others text. The last function adds all of them to a server.
    pub(crate) fn source(self, tools: usize) -> String {
        let each = |text: &dyn Fn(usize) -> String| (0..tools).map(text).collect::<Vec<_>>().concat();
        let arguments = each(&|tool| {
            format!(
                "\n#[derive(Deserialize, JsonSchema)]\npub struct Args{tool} {{\n    id: String,\n    count: u32,\n}}\n"
            )
        });
        let all = each(&|tool| self.tool(tool));
        let tools = match self {
            Self::Plain => format!("use std::convert::Infallible;\n{all}"),
            Self::Toolgate => format!(
                "use std::convert::Infallible;\nuse toolgate::{{Json, Toolset, mcp_tool}};\n{all}\n\
                 pub fn tools() -> Toolset {{\n    Toolset::new(()){}\n}}\n",
                each(&|tool| format!("\n        .tool(Tool{tool}Tool)")),
            ),
            Self::Rmcp => format!(
                "use rmcp::handler::server::{{router::tool::ToolRouter, wrapper::Parameters}};\n\
                 use rmcp::{{Json, tool, tool_router}};\n\npub struct Server {{\n    tools: ToolRouter<Self>,\n}}\n\n\
                 #[tool_router]\nimpl Server {{{all}}}\n\n\
                 pub fn tools() -> Server {{\n    Server {{ tools: Server::tool_router() }}\n}}\n",
            ),
            Self::Pmcp => format!(
                "use pmcp::{{ServerBuilder, mcp_tool}};\n{all}\n\
                 pub fn tools() -> ServerBuilder {{\n    ServerBuilder::new(){}\n}}\n",
                each(&|tool| format!("\n        .tool(\"tool{tool}\", tool{tool}())")),
            ),
        };
        format!("{COMMON}{arguments}\n{tools}")
    }

    fn tool(self, tool: usize) -> String {
        let is_structured = tool.is_multiple_of(2);
        let (attribute, receiver, args, error) = match self {
            Self::Plain => ("", "", "args: Args", "Infallible"),
            Self::Toolgate => (
                "#[mcp_tool(scopes_all = [\"notes:read\"], roles = [\"manager\"])]",
                "",
                "args: Args",
                "Infallible",
            ),
            Self::Rmcp => ("#[tool]", "&self, ", "Parameters(args): Parameters<Args", "String"),
            Self::Pmcp => ("#[mcp_tool]", "", "args: Args", ""),
        };
        let close = if self == Self::Rmcp { ">" } else { "" };
        let wraps = matches!(self, Self::Toolgate | Self::Rmcp);
        let (answer, value) = match (is_structured, wraps) {
            (true, true) => ("Json<Answer>", "Json(Answer { text })"),
            (true, false) => ("Answer", "Answer { text }"),
            (false, _) => ("String", "text"),
        };
        let result = match self {
            Self::Pmcp => format!("pmcp::Result<{answer}>"),
            _ => format!("Result<{answer}, {error}>"),
        };
        format!(
            "\n/// Does a thing.\n{attribute}\nasync fn tool{tool}({receiver}{args}{tool}{close}) -> {result} {{\n    \
             let text = format!(\"{{}} {{}}\", args.id, args.count);\n    Ok({value})\n}}\n"
        )
    }
}

use toolgate::plumbing::Call;
use toolgate::tool::ToolSpec;
use toolgate::{Error, NoArguments, Output, ToolHandler, Toolset};

/// Written without the macro.
struct Tool;

impl ToolHandler for Tool {
    type Args = NoArguments;
    type Needs = String;
    const SPEC: ToolSpec = unimplemented!();

    fn output_schema() -> Option<schemars::Schema> {
        None
    }

    async fn run(_: Call, _: NoArguments) -> Result<Output, Error> {
        unimplemented!()
    }
}

fn main() {
    let _ = Toolset::new(()).tool(Tool);
}

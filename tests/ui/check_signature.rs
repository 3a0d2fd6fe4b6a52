use toolgate::mcp_tool;

use toolgate::{Caller, Decision};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {
    note: String,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct OtherArgs {}

struct NotFound;

#[derive(Clone)]
struct Notes;

impl Notes {
    async fn returns_bool(&self, _: &Caller, _: &Args) -> bool {
        true
    }

    async fn returns_unit_result(&self, _: &Caller, _: &Args) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    async fn returns_other_error(&self, _: &Caller, _: &Args) -> Result<Decision, NotFound> {
        Ok(Decision::Allow)
    }

    fn is_not_async(&self, _: &Caller, _: &Args) -> Decision {
        Decision::Allow
    }

    async fn takes_other_arguments(&self, _: &Caller, _: &OtherArgs) -> Decision {
        Decision::Allow
    }

    async fn takes_nothing(&self) -> Decision {
        Decision::Allow
    }

    async fn may_update(&self, _: &Caller, _: &Args) -> Decision {
        Decision::Allow
    }
}

/// Does something.
#[mcp_tool(check = Notes::is_not_async)]
async fn one(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(check = Notes::takes_other_arguments)]
async fn two(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(check = Notes::takes_nothing)]
async fn three(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(check = Notes::may_updat)]
async fn four(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tool(OneTool).tool(TwoTool).tool(ThreeTool).tool(FourTool));
    drop(one(given()));
    drop(two(given()));
    drop(three(given()));
    drop(four(given()));
}

fn given<T>() -> T {
    unimplemented!()
}

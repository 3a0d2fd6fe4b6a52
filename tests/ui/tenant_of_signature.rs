use toolgate::mcp_tool;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {
    resource_id: String,
    owner: Option<String>,
    count: u32,
    items: Vec<Item>,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Item {
    resource_id: String,
}

struct NotFound;

#[derive(Clone)]
struct Notes;

impl Notes {
    async fn returns_text(&self, _: &str) -> String {
        String::new()
    }

    async fn returns_other_error(&self, _: &str) -> Result<Option<String>, NotFound> {
        Ok(None)
    }

    async fn takes_number(&self, _: u64) -> Result<Option<String>, std::fmt::Error> {
        Ok(None)
    }

    fn is_not_async(&self, _: &str) -> Result<Option<String>, std::fmt::Error> {
        Ok(None)
    }

    async fn takes_nothing(&self) -> Result<Option<String>, std::fmt::Error> {
        Ok(None)
    }
}

/// Does something.
#[mcp_tool(tenant_field = "resource_id", tenant_of = Notes::is_not_async)]
async fn one(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(tenant_field = "resource_id", tenant_of = Notes::takes_number)]
async fn two(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(tenant_field = "resource_id", tenant_of = Notes::takes_nothing)]
async fn three(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(tenant_field = "resource_id", tenant_of = Notes::tenant_off)]
async fn four(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

/// Does something.
#[mcp_tool(tenant_field = "resource_id", tenant_of = Nodes::tenant_of)]
async fn five(args: Args) -> Result<(), std::fmt::Error> {
    drop(args);
    Ok(())
}

fn main() {
    drop(toolgate::Toolset::new(Notes).tool(OneTool).tool(TwoTool).tool(ThreeTool).tool(FourTool).tool(FiveTool));
    drop(one(given()));
    drop(two(given()));
    drop(three(given()));
    drop(four(given()));
    drop(five(given()));
}

fn given<T>() -> T {
    unimplemented!()
}

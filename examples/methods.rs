//! Tools that are methods, with what they have in common said once. `cargo run --example methods` prints who may call them.

use schemars::JsonSchema;
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use toolgate::docs::ScopeDocument;
use toolgate::{Caller, Toolset, toolset};

/// Folders, each with the tenant it belongs to before the `-`.
#[derive(Clone, Default)]
struct Folders {
    names: Arc<Mutex<Vec<String>>>,
}

#[derive(Deserialize, JsonSchema)]
struct Folder {
    folder: String,
}

#[toolset(scopes_all = ["folders:read"], tenant_of = Self::tenant_of)]
impl Folders {
    /// Tells how many folders there are.
    #[mcp_tool(read_only = true)]
    async fn count(&self) -> Result<String, Infallible> {
        Ok(self.with(|names| names.len()).to_string())
    }

    /// Makes a folder.
    #[mcp_tool(scopes_all = ["folders:write"], tenant_field = "folder")]
    async fn make(&self, args: Folder) -> Result<(), Infallible> {
        self.with(|names| names.push(args.folder));
        Ok(())
    }

    /// Removes a folder.
    #[mcp_tool(scopes_all = ["folders:write"], roles = ["manager"], tenant_field = "folder", destructive = true)]
    async fn remove(&self, args: Folder, caller: Caller) -> Result<String, Infallible> {
        self.with(|names| names.retain(|name| *name != args.folder));
        Ok(format!("{} was removed by {}", args.folder, caller.subject()))
    }

    /// No tool, but what those with a `tenant_field` are checked with.
    #[expect(clippy::unused_async, reason = "a lookup is async, whatever it looks into")]
    async fn tenant_of(&self, folder: &str) -> Result<Option<String>, Infallible> {
        Ok(folder.split_once('-').map(|(tenant, _)| tenant.to_owned()))
    }

    fn with<T>(&self, change: impl FnOnce(&mut Vec<String>) -> T) -> T {
        change(&mut self.names.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[expect(clippy::print_stdout, reason = "it is what the example is for")]
fn main() {
    let tools = Toolset::new(Folders::default()).tools::<Folders>();
    println!("{}", ScopeDocument::new(&tools).to_markdown());
}

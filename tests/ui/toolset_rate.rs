//! What is wrong with a rate of all tools is said once.

use std::convert::Infallible;
use toolgate::toolset;

struct Notes;

#[toolset(authenticated, rate_limit = "0/min")]
impl Notes {
    /// Reads.
    #[mcp_tool(read_only = true)]
    async fn read(&self) -> Result<(), Infallible> {
        Ok(())
    }

    /// Writes.
    #[mcp_tool]
    async fn write(&self) -> Result<(), Infallible> {
        Ok(())
    }
}

fn main() {}

//! Everything that is tried through the public interface. One binary: linking is most of the time of a small test.

#![expect(
    clippy::unused_async,
    clippy::unused_self,
    reason = "lookups are async and tools of an rmcp router are methods, also where they need not be"
)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that unwraps fails at the right line, also in its helpers"
)]

mod audit;
mod challenges;
mod clients;
mod decisions;
mod definitions;
mod fetch;
mod gate_setup;
mod keys;
mod main_job;
mod server;
mod sessions;
mod stdio;
mod stock_tools;
mod tokens;
mod traps;

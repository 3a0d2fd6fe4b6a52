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

mod adopted;
mod cached;
mod calls;
mod cases;
mod catalogs;
mod challenge_grammar;
mod decisions;
mod demands_over_stdio;
mod expiry;
mod fetch;
mod flush;
mod fresh;
mod gate_setup;
mod granted;
mod hostile_requests;
mod instances;
mod introspection;
mod issuers;
mod keys;
mod legacy;
mod listening;
mod listing;
mod local_caller;
mod main_job;
mod metrics;
mod narrowed;
mod pmcp_traps;
mod prompts;
mod providers;
mod rates;
mod recorded;
mod refused_tokens;
mod reviews;
mod revocations;
mod rounds;
mod scope_document;
mod sdk_requests;
mod server;
mod shadow;
mod shared;
mod standards;
mod stdio;
mod stock_tools;
mod streaming;
mod tokens;
mod traps;

/// What has to be the same with every SDK, with `rmcp`.
#[path = "."]
mod with_rmcp {
    const SDK: crate::server::Sdk = crate::server::Sdk::Rmcp;

    pub(crate) mod audit;
    mod challenges;
    mod checks;
    mod clients;
    mod contents;
    mod definitions;
    mod hierarchy;
    mod limits;
    mod logins;
    mod methods;
    mod owners;
    mod rules;
    mod sessions;
}

/// The same, with `pmcp`.
#[path = "."]
#[expect(clippy::duplicate_mod, reason = "the same tests for another SDK")]
mod with_pmcp {
    const SDK: crate::server::Sdk = crate::server::Sdk::Pmcp;

    mod audit;
    mod challenges;
    mod checks;
    mod clients;
    mod contents;
    mod definitions;
    mod hierarchy;
    mod limits;
    mod logins;
    mod methods;
    mod owners;
    mod rules;
    mod sessions;
}

//! `cargo toolgate`, as a process: what it prints, and how it ends.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that unwraps fails at the right line, also in its helpers"
)]

mod declared;
mod doctor;
mod files;
mod program;

//! What is tried on bytes from nowhere: the bodies of the fuzz targets in `fuzz/`. They stand here so that `cargo test` runs them
//! on every input that is kept there, with any toolchain.
//!
//! Each compares what the crate makes of an input with a second, naive reading of it, and panics where they differ.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "to panic is how a target says that it found something"
)]

mod header;
mod introspection;
mod json;
mod key_set;
pub mod naive;
mod party;
mod token;

pub use self::header::header;
pub use self::introspection::introspection;
pub use self::json::json;
pub use self::key_set::key_set;
pub use self::token::token;

/// A target: what it is called, which is also what its folders and its binary are called, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 5] = [
    ("header", header),
    ("introspection", introspection),
    ("json", json),
    ("key_set", key_set),
    ("token", token),
];

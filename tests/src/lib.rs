//! What is tried through the public interface, in `tests/`. Here are only the examples of the documents in the repository.

/// The code in `README.md`.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}

/// The code in the guide of `cargo toolgate`, which is a program and has no documentation of its own.
#[cfg(doctest)]
#[doc = include_str!("../../command/README.md")]
mod command {}

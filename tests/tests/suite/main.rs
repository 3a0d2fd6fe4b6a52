//! Everything that is tried through the public interface. One binary: linking is most of the time of a small test.

mod fetch;
mod keys;
mod main_job;
mod server;
mod tokens;

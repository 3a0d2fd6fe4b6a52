//! What the examples share: the tools, and the demonstration that calls them.

pub mod audit;
pub mod audit_file;
pub mod cases;
pub mod demo;
pub mod options;
pub mod run;
pub mod stop;
pub mod tools;

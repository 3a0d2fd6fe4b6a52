//! `cargo toolgate diff`: what a change of the declarations means.

use crate::ended::Ended;
use crate::source;
use crate::terminal::show_document;
use clap::Args;
use std::error::Error;
use std::path::PathBuf;

/// Show what is otherwise in a newer scope document, as Markdown for a pull request
///
/// Weakenings come first: what lets somebody in who was kept out. Scopes, roles, rules and hierarchies are compared by whom they let in,
/// and not by how they are written; what cannot be compared counts as weaker.
///
/// Tools are the same if they have the same name: one under a new name is one that is gone and one that is new, and what the new one
/// demands is compared with nothing. One that is neither public nor a shadow is no weakening, and has a group of its own.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  git show origin/main:scopes.json | cargo toolgate diff - scopes.json
  cargo toolgate diff --json old.json new.json

Exit status: 0 if nothing is weaker, 1 if something is, 2 if the documents could not be read.
")]
pub(crate) struct Diff {
    /// The document as it was, as JSON; `-` for standard input
    old: PathBuf,
    /// The document as it is now, as JSON
    new: PathBuf,
    /// Show the changes as JSON
    #[arg(long)]
    json: bool,
}

impl Diff {
    pub(crate) fn run(&self) -> Result<Ended, Box<dyn Error>> {
        let (old, new) = (source::read(&self.old)?, source::read(&self.new)?);
        let comparison = new.changes_since(&old);
        if self.json {
            show_document(&(serde_json::to_string_pretty(&comparison)? + "\n"))?;
        } else {
            show_document(&comparison.to_markdown())?;
        }
        Ok(if comparison.is_weaker() {
            Ended::Found
        } else {
            Ended::Well
        })
    }
}

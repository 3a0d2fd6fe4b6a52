//! Documents that are read back.

use super::{ScopeDocument, VERSION};
use serde::Deserialize;

/// Why a text is no scope document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is of another version, and may say what this one has no words for.
    #[error(
        "the document has version {found}, and this program reads version {VERSION}\nhelp: use versions of `toolgate` that fit"
    )]
    Version {
        /// The version that it says.
        found: u64,
    },
    /// It does not have the form of a document.
    #[error("this is not a scope document: {0}")]
    Form(#[from] serde_json::Error),
}

/// Of the document, what is the same in each version.
#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

impl ScopeDocument {
    /// Reads the JSON form.
    ///
    /// What is not known is refused: it could be a demand, and a comparison that does not see it would call a weaker policy the same.
    pub fn from_json(json: &str) -> Result<Self, ReadError> {
        let Versioned { version: found } = serde_json::from_str(json)?;
        if found != u64::from(VERSION) {
            return Err(ReadError::Version { found });
        }
        Ok(serde_json::from_str(json)?)
    }
}

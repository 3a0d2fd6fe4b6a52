//! Audit records in a file.

use std::io;
use std::path::Path;
use toolgate::audit::QueuedLines;

/// Appends records to a file, as lines of JSON; makes the file if there is none.
pub fn open(path: &Path) -> io::Result<QueuedLines> {
    QueuedLines::append(path)
}

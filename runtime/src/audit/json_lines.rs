//! Records as lines of JSON.

use super::{AuditError, AuditSink, Record};
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// Writes each record as one line of JSON, in one `write` and flushed.
///
/// A record cannot break out of its line: JSON escapes control characters, and U+2028 and the like are no line ends in it.
#[derive(Debug)]
pub struct JsonLines<W> {
    writer: Mutex<W>,
}

impl<W: Write + Send + 'static> JsonLines<W> {
    /// Writes to `writer`: a file, a pipe, `std::io::stderr()`.
    pub fn new(writer: W) -> Self {
        Self {
            writer: Mutex::new(writer),
        }
    }
}

impl<W: Write + Send + 'static> AuditSink for JsonLines<W> {
    fn record(&self, record: &Record<'_>) -> Result<(), AuditError> {
        let mut line = serde_json::to_vec(record).map_err(std::io::Error::from)?;
        line.push(b'\n');
        // A writer that panicked in another call may still work in this one; not recording would be worse.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.write_all(&line)?;
        Ok(writer.flush()?)
    }
}

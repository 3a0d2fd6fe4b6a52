//! Records as lines of JSON.

use super::{AuditError, AuditSink, Record};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// Writes each record as one line of JSON, in one `write` and flushed. A call waits for the writer: for one that may block, such as a
/// pipe or a disk, take [`QueuedLines`](super::QueuedLines).
///
/// A record cannot break out of its line, nor steer a terminal: every control character is escaped, and so is what some
/// readers take for the end of a line.
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
        let line = line(record)?;
        // A writer that panicked in another call may still work in this one; not recording would be worse.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.write_all(line.as_bytes())?;
        Ok(writer.flush()?)
    }

    fn flush(&self) -> Result<(), AuditError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(writer.flush()?)
    }
}

/// The line of a record, with its end.
pub(super) fn line(record: &Record<'_>) -> Result<String, AuditError> {
    let json = serde_json::to_string(record).map_err(std::io::Error::from)?;
    Ok(escaped(&json).into_owned() + "\n")
}

/// JSON escapes the control characters of ASCII but for DEL. The others stand in texts only, where an escape means the same.
fn escaped(json: &str) -> Cow<'_, str> {
    let odd = |c: char| matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}');
    if !json.contains(odd) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if odd(c) {
            // Writing into a `String` cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

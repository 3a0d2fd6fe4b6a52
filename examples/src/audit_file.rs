//! Audit records in a file, many at a time.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;
use toolgate::audit::{AuditError, AuditSink, JsonLines, Record};

/// Appends records to a file, as lines of JSON. A request waits for a place in memory, and never for the file.
///
/// 1. What has come together is written every five seconds, and when the server stops. A crash loses it.
/// 2. If the file does not keep up, records above a limit are lost, and each is reported as such.
#[derive(Debug)]
pub struct AuditFile {
    lines: JsonLines<Lines>,
    file: Arc<Batches>,
}

/// What is still to be written, and where.
#[derive(Debug)]
struct Batches {
    waiting: Mutex<Vec<u8>>,
    file: Mutex<File>,
}

/// The most that is kept in memory, in bytes.
const LIMIT: usize = 16 * 1024 * 1024;

impl AuditFile {
    /// Opens a file, or makes one.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().create(true).append(true).open(path)?;
        let file = Arc::new(Batches {
            waiting: Mutex::default(),
            file: Mutex::new(file),
        });
        let kept = Arc::downgrade(&file);
        thread::Builder::new().spawn(move || write_now_and_then(&kept))?;
        Ok(Self {
            lines: JsonLines::new(Lines(Arc::clone(&file))),
            file,
        })
    }
}

/// Until the sink is dropped.
fn write_now_and_then(file: &Weak<Batches>) {
    loop {
        thread::sleep(Duration::from_secs(5));
        let Some(file) = file.upgrade() else {
            return;
        };
        if let Err(error) = file.write() {
            eprintln!("audit records lost: {error}");
        }
    }
}

impl AuditSink for AuditFile {
    fn record(&self, record: &Record<'_>) -> Result<(), AuditError> {
        self.lines.record(record)
    }

    fn flush(&self) -> Result<(), AuditError> {
        Ok(self.file.write()?)
    }
}

impl Batches {
    fn write(&self) -> io::Result<()> {
        // Whoever has the file has the turn: batches stay in order.
        let mut file = lock(&self.file);
        let batch = std::mem::take(&mut *lock(&self.waiting));
        file.write_all(&batch)
    }
}

/// Puts lines where they wait.
#[derive(Debug)]
struct Lines(Arc<Batches>);

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = lock(&self.0.waiting);
        if waiting.len() + line.len() > LIMIT {
            return Err(io::Error::other("the audit file does not keep up"));
        }
        waiting.extend_from_slice(line);
        Ok(line.len())
    }

    /// Not at every record: that is what this is for.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Records as lines of JSON, written by a thread of their own.

use super::json_lines::line;
use super::sinks::{caught, lost};
use super::{AuditError, AuditSink, Record, Writing};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;
use std::{fmt, thread};
use tokio::sync::oneshot;

/// The most that waits for the writer, in bytes.
const LIMIT: usize = 16 * 1024 * 1024;
/// How long a line waits for others, at most.
const INTERVAL: Duration = Duration::from_secs(1);
/// What waits for no others, in bytes. So the limit is reached by a writer that does not keep up, and by nothing else.
const ENOUGH: usize = LIMIT / 16;

/// Writes records as the lines that [`JsonLines`](super::JsonLines) writes, by a thread of its own. Calls wait for a place in memory and
/// never for the writer, so that a full disk or a pipe that nobody reads stops none of them, but for those of tools that are
/// `audit_required`.
///
/// 1. Lines are written in the order in which the records came, many at a time: within a second, and at once if a call waits for its
///    record, if there are many, on a flush, and when the sink is dropped. A crash loses what has not been written, and no record that a call
///    waited for. So does a process that ends without [`Gate::flush`](crate::Gate::flush): it does not wait for the thread.
/// 2. At most 16 MiB of lines wait, and as much again is being written. A record above that is lost; it is counted
///    ([`AUDIT_RECORDS_LOST`](crate::metrics::AUDIT_RECORDS_LOST)), and logged.
/// 3. A record is written once the writer has taken all lines that were written together with it, and has flushed. If it fails or panics,
///    none of them is: nobody knows which it has. They are lost, as in 2.
/// 4. What is written after a failure begins with a line of its own, so that no half line spoils it; and with [`append`](Self::append) also
///    what is written after a crash, or a full disk, that left half a line in the file.
///
/// "Written" is what `flush` of the writer makes of it: a [`File`](std::fs::File) hands lines to the operating system, and so keeps
/// them when the process dies. For those that have to outlive a loss of power, give a writer whose `flush` calls
/// [`sync_data`](std::fs::File::sync_data).
///
/// ```no_run
/// use toolgate::audit::QueuedLines;
/// # use toolgate::GateBuilder;
/// # fn gate(gate: GateBuilder) -> std::io::Result<GateBuilder> {
/// let gate = gate.audit(QueuedLines::append("/var/log/notes/audit.jsonl")?);
/// # Ok(gate)
/// # }
/// ```
pub struct QueuedLines(Arc<Queue>);

struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    interval: Duration,
}

#[derive(Default)]
struct Waiting {
    batch: Batch,
    /// Somebody waits for it.
    is_urgent: bool,
    /// Nothing comes any more.
    is_closed: bool,
}

/// What is written together.
#[derive(Default)]
struct Batch {
    lines: Vec<u8>,
    records: u64,
    told: Vec<Told>,
}

/// What is told that lines are written, or why they are not.
type Told = Box<dyn FnOnce(Result<(), AuditError>) + Send>;

impl QueuedLines {
    /// Starts the thread that writes to `writer`, such as a pipe. Fails if the system has no thread for it.
    pub fn new(writer: impl Write + Send + 'static) -> io::Result<Self> {
        Self::start(writer, false, INTERVAL)
    }

    /// The same for a file, which is made if there is none, and written at its end.
    pub fn append(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let file = File::options().create(true).append(true).open(path)?;
        // If that cannot be read, an empty line does no harm.
        let is_torn = file.metadata()?.is_file() && ends_within_a_line(path).unwrap_or(true);
        Self::start(file, is_torn, INTERVAL)
    }

    fn start(writer: impl Write + Send + 'static, is_torn: bool, interval: Duration) -> io::Result<Self> {
        let queue = Arc::new(Queue {
            waiting: Mutex::default(),
            changed: Condvar::new(),
            interval,
        });
        let own = Arc::clone(&queue);
        let thread = thread::Builder::new().name("toolgate-audit".to_owned());
        thread.spawn(move || own.write_to(writer, is_torn))?;
        Ok(Self(queue))
    }
}

impl AuditSink for QueuedLines {
    fn record(&self, record: &Record<'_>) -> Result<(), AuditError> {
        self.0.add_line(&line(record)?, None)
    }

    fn record_required(&self, record: &Record<'_>) -> Writing {
        let (told, written) = oneshot::channel();
        let told = Box::new(|result| {
            // Who does not wait any more has been denied.
            let _ = told.send(result);
        });
        let added = line(record).and_then(|line| self.0.add_line(&line, Some(told)));
        Box::pin(async move {
            added?;
            written.await.unwrap_or_else(|_| Err(ended()))
        })
    }

    fn confirms(&self) -> bool {
        true
    }

    fn flush(&self) -> Result<(), AuditError> {
        let (told, written) = mpsc::channel();
        let mut waiting = self.0.lock();
        waiting.batch.told.push(Box::new(move |result| {
            let _ = told.send(result);
        }));
        self.0.wake(waiting, true);
        written.recv().unwrap_or_else(|_| Err(ended()))
    }
}

impl Drop for QueuedLines {
    fn drop(&mut self) {
        self.0.lock().is_closed = true;
        self.0.changed.notify_one();
    }
}

impl Queue {
    fn add_line(&self, line: &str, told: Option<Told>) -> Result<(), AuditError> {
        let mut waiting = self.lock();
        if waiting.batch.lines.len().saturating_add(line.len()) > LIMIT {
            return Err(io::Error::other("the writer does not keep up").into()); // 2
        }
        let is_first = waiting.batch.is_empty();
        waiting.batch.lines.extend_from_slice(line.as_bytes());
        waiting.batch.records += 1;
        let is_urgent = told.is_some() || waiting.batch.lines.len() > ENOUGH; // 1
        waiting.batch.told.extend(told);
        if is_first || is_urgent {
            self.wake(waiting, is_urgent);
        }
        Ok(())
    }

    fn wake(&self, mut waiting: MutexGuard<'_, Waiting>, is_urgent: bool) {
        waiting.is_urgent |= is_urgent;
        drop(waiting);
        self.changed.notify_one();
    }

    /// Until nothing comes any more.
    fn write_to(&self, mut writer: impl Write, mut is_torn: bool) {
        while let Some(batch) = self.next() {
            let written = caught(|| write(&mut writer, &batch.lines, is_torn));
            is_torn = written.is_err() || (is_torn && batch.lines.is_empty());
            if let Err(error) = &written {
                lost(batch.records, error); // 3
            }
            for told in batch.told {
                told(again(&written)); // 3
            }
        }
    }

    /// Waits for something to write, and a while for more (1). `None` if nothing will come any more.
    fn next(&self) -> Option<Batch> {
        let nothing = |waiting: &mut Waiting| waiting.batch.is_empty() && !waiting.is_closed;
        let waiting = self.changed.wait_while(self.lock(), nothing);
        let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        let has_time = |waiting: &mut Waiting| !waiting.is_urgent && !waiting.is_closed;
        let waiting = self.changed.wait_timeout_while(waiting, self.interval, has_time);
        let (mut waiting, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        waiting.is_urgent = false;
        let batch = std::mem::take(&mut waiting.batch);
        (!batch.is_empty()).then_some(batch)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.told.is_empty()
    }
}

fn write(writer: &mut impl Write, lines: &[u8], is_torn: bool) -> Result<(), AuditError> {
    if is_torn && !lines.is_empty() {
        writer.write_all(b"\n")?; // 4
    }
    writer.write_all(lines)?;
    Ok(writer.flush()?)
}

fn ends_within_a_line(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// The same to one more who waited.
fn again(written: &Result<(), AuditError>) -> Result<(), AuditError> {
    match written {
        Ok(()) => Ok(()),
        Err(AuditError(error)) => Err(io::Error::new(error.kind(), error.to_string()).into()),
    }
}

fn ended() -> AuditError {
    io::Error::other("the thread that writes has ended").into()
}

impl fmt::Debug for QueuedLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueuedLines").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{ENOUGH, LIMIT, QueuedLines};
    use crate::audit::{AuditError, AuditSink as _, Event, Outcome, Record, Who};
    use std::io::{self, Write};
    use std::sync::mpsc::{self, Receiver, Sender};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;
    use uuid::Uuid;

    /// Says what it is given, and does what it is told.
    struct Writer {
        given: Sender<String>,
        does: Receiver<Does>,
    }

    enum Does {
        Write,
        Half,
        Panic,
    }

    impl Write for Writer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            self.given.send(text).unwrap();
            match self.does.recv() {
                Ok(Does::Write) => Ok(bytes.len()),
                Ok(Does::Half) => Err(io::Error::from(io::ErrorKind::StorageFull)),
                Ok(Does::Panic) => panic!("on purpose"),
                Err(_) => Err(io::Error::other("the test is over")),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn sink() -> (QueuedLines, Receiver<String>, Sender<Does>) {
        let (given, text) = mpsc::channel();
        let (orders, does) = mpsc::channel();
        (QueuedLines::new(Writer { given, does }).unwrap(), text, orders)
    }

    fn record(tool: &str) -> Record<'_> {
        Record {
            time: Duration::from_secs(1),
            id: Uuid::nil(),
            tool: Some(tool),
            policy: None,
            request_id: None,
            who: Who::default(),
            event: Event::Outcome {
                outcome: Outcome::Ok,
                errors: &[],
                duration: Duration::ZERO,
            },
        }
    }

    fn tools(text: &str) -> Vec<String> {
        let of = |line: &str| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            record["gen_ai.tool.name"].as_str().unwrap().to_owned()
        };
        text.lines().map(of).collect()
    }

    #[tokio::test]
    async fn f27_a_record_that_a_call_waits_for_is_written_at_once_with_those_before_it() {
        let (sink, text, orders) = sink();
        sink.record(&record("a")).unwrap();
        let written = sink.record_required(&record("b"));
        // The thread may have taken the first alone, if the second came too late for that.
        let mut seen = tools(&text.recv().unwrap());
        let written = tokio::spawn(written);
        assert!(!written.is_finished());
        orders.send(Does::Write).unwrap();
        if seen.len() == 1 {
            seen.extend(tools(&text.recv().unwrap()));
            orders.send(Does::Write).unwrap();
        }
        assert_eq!(seen, ["a", "b"]);
        written.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn f27_nobody_waits_for_a_writer_that_is_stuck_and_what_is_too_much_is_lost() {
        let (sink, text, orders) = sink();
        let first = sink.record_required(&record("first"));
        text.recv().unwrap();
        // It writes, and does not come back.
        let long = "x".repeat(LIMIT / 4);
        for _ in 0..3 {
            sink.record(&record(&long)).unwrap();
        }
        let error = sink.record(&record(&long)).unwrap_err();
        assert!(error.to_string().contains("does not keep up"), "{error}");
        let error = sink.record_required(&record(&long)).await.unwrap_err();
        assert!(error.to_string().contains("does not keep up"), "{error}");
        sink.record(&record("short")).unwrap();
        orders.send(Does::Write).unwrap();
        first.await.unwrap();
        orders.send(Does::Write).unwrap();
        sink.flush().unwrap();
        assert_eq!(tools(&text.recv().unwrap()).last().unwrap(), "short");
    }

    #[test]
    fn f27_many_records_do_not_wait_for_more() {
        let (given, text) = mpsc::channel();
        let (orders, does) = mpsc::channel();
        let never = Duration::from_hours(1);
        let sink = QueuedLines::start(Writer { given, does }, false, never).unwrap();
        sink.record(&record(&"x".repeat(ENOUGH))).unwrap();
        let written = text.recv_timeout(Duration::from_mins(1));
        assert_eq!(written.unwrap().lines().count(), 1);
        orders.send(Does::Write).unwrap();
    }

    #[test]
    fn f27_half_a_line_that_a_file_ends_with_stays_by_itself() -> Result<(), AuditError> {
        let path = std::env::temp_dir().join(format!("toolgate-{}", Uuid::now_v7()));
        for (before, after) in [("", ""), ("{}\n", "{}\n"), ("{\"half", "{\"half\n")] {
            std::fs::write(&path, before)?;
            let sink = QueuedLines::append(&path)?;
            sink.record(&record("a"))?;
            sink.flush()?;
            let text = std::fs::read_to_string(&path)?;
            assert_eq!(tools(text.strip_prefix(after).unwrap()), ["a"], "{before}");
        }
        std::fs::remove_file(&path)?;
        // One that is not there is made.
        drop(QueuedLines::append(&path)?);
        Ok(std::fs::remove_file(&path)?)
    }

    #[tokio::test]
    async fn f27_after_a_failure_or_a_panic_lines_begin_anew() {
        for does in [Does::Half, Does::Panic] {
            let (sink, text, orders) = sink();
            let failed = sink.record_required(&record("a"));
            assert_eq!(tools(&text.recv().unwrap()), ["a"]);
            let panics = matches!(does, Does::Panic);
            orders.send(does).unwrap();
            let error = failed.await.unwrap_err().to_string();
            assert!(
                error.contains(if panics { "panicked" } else { "no storage space" }),
                "{error}"
            );
            // Nothing to write: the half line is still there.
            sink.flush().unwrap();
            let written = sink.record_required(&record("b"));
            assert_eq!(text.recv().unwrap(), "\n");
            orders.send(Does::Write).unwrap();
            assert_eq!(tools(&text.recv().unwrap()), ["b"]);
            orders.send(Does::Write).unwrap();
            written.await.unwrap();
            let written = sink.record_required(&record("c"));
            assert_eq!(tools(&text.recv().unwrap()), ["c"]);
            orders.send(Does::Write).unwrap();
            written.await.unwrap();
        }
    }

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_flush_returns_when_all_is_written() -> Result<(), AuditError> {
        let kept = Kept::default();
        let sink = QueuedLines::new(kept.clone()).unwrap();
        for tool in ["a", "b", "c"] {
            sink.record(&record(tool))?;
        }
        sink.flush()?;
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert_eq!(tools(&text), ["a", "b", "c"]);
        // And again, with nothing to write.
        sink.flush()
    }

    #[test]
    fn a_sink_that_is_dropped_writes_what_it_has() {
        let (sink, text, orders) = sink();
        sink.record(&record("a")).unwrap();
        drop(sink);
        assert_eq!(tools(&text.recv().unwrap()), ["a"]);
        orders.send(Does::Write).unwrap();
        // The thread ends, and its writer with it.
        assert!(text.recv().is_err());
    }
}

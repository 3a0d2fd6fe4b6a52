//! One request, and what has to come of it.

use super::target::Target;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long an answer may take, from the last byte of the request.
const MAX_TIME: Duration = Duration::from_millis(250);

/// How often is tried to be in time: other tests run meanwhile.
const ATTEMPTS: usize = 5;

/// How long is waited for the end of a connection before it is a failure.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct Case {
    name: &'static str,
    /// What is written, one after the other.
    pieces: Vec<Vec<u8>>,
    /// Whether the client then says that it will send no more.
    half_closes: bool,
    /// The statuses of all answers on the connection.
    answers: Vec<u16>,
    /// How many tools may run, and have to.
    runs: usize,
    /// What has to stand in the answer.
    says: &'static str,
}

pub(super) fn case(name: &'static str, request: impl Into<Vec<u8>>, status: u16) -> Case {
    Case {
        name,
        pieces: vec![request.into()],
        half_closes: false,
        answers: vec![status],
        runs: 0,
        says: "",
    }
}

impl Case {
    pub(super) fn runs(self, runs: usize) -> Self {
        Self { runs, ..self }
    }

    /// Several answers, or none: the server just closes.
    pub(super) fn answers(self, statuses: &[u16]) -> Self {
        let answers = statuses.to_vec();
        Self { answers, ..self }
    }

    pub(super) fn says(self, says: &'static str) -> Self {
        Self { says, ..self }
    }

    /// Writes the request in pieces of this length.
    pub(super) fn in_pieces(self, length: usize) -> Self {
        let pieces = self.pieces.concat().chunks(length).map(<[u8]>::to_vec).collect();
        Self { pieces, ..self }
    }

    pub(super) fn half_closed(self) -> Self {
        Self {
            half_closes: true,
            ..self
        }
    }
}

/// Sends all of them, one after the other, and says what all of those did that did not what they should.
pub(super) async fn run(target: &Target, cases: &[Case]) {
    let mut wrong = Vec::new();
    for case in cases {
        if let Err(what) = attempt(target, case).await {
            wrong.push(format!("{}: {what}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{:?}:\n{}", target.mode, wrong.join("\n"));
}

async fn attempt(target: &Target, case: &Case) -> Result<(), String> {
    let mut times = Vec::new();
    for _ in 0..ATTEMPTS {
        let before = target.runs.load(Ordering::SeqCst);
        let (received, time) = exchange(target, case).await?;
        let runs = target.runs.load(Ordering::SeqCst) - before;
        let text = String::from_utf8_lossy(&received);
        judge(target, case, &text, runs).map_err(|what| format!("{what}: {:.300}", text.escape_debug().to_string()))?;
        if time < MAX_TIME {
            return Ok(());
        }
        times.push(time);
    }
    Err(format!("took {times:?}"))
}

/// 1. The statuses are those of the case, so none is a 5xx.
/// 2. As many tools ran as should.
/// 3. No token stands in an answer.
/// 4. There is a challenge with each 401, and with nothing else but a 403 for scopes and the 400 for two headers, which say so.
fn judge(target: &Target, case: &Case, text: &str, runs: usize) -> Result<(), String> {
    let statuses: Vec<u16> = text
        .match_indices("HTTP/1.1 ")
        .filter_map(|(at, prefix)| text.get(at + prefix.len()..at + prefix.len() + 3)?.parse().ok())
        .collect();
    if statuses != case.answers {
        return Err(format!("{statuses:?} instead of {:?}", case.answers)); // 1
    }
    if runs != case.runs {
        return Err(format!("{runs} runs instead of {}", case.runs)); // 2
    }
    for token in [&target.alice, &target.writer] {
        let signature = token.rsplit('.').next().unwrap_or_default();
        if text.contains(signature) {
            return Err("repeats a token".to_owned()); // 3
        }
    }
    let challenges = text.matches("www-authenticate: Bearer ").count();
    let needed = statuses.iter().filter(|status| **status == 401).count();
    let others = ["error=\"insufficient_scope\"", "error=\"invalid_request\""];
    let others = others.into_iter().filter(|error| text.contains(error)).count();
    if challenges != needed + others {
        return Err(format!("{challenges} challenges")); // 4
    }
    if text.contains(case.says) {
        Ok(())
    } else {
        Err(format!("does not say `{}`", case.says))
    }
}

/// Sends a request, and gives all that came until the server closed, and how long that took.
async fn exchange(target: &Target, case: &Case) -> Result<(Vec<u8>, Duration), String> {
    let stream = TcpStream::connect(target.address())
        .await
        .map_err(|error| error.to_string())?;
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    let (mut reader, mut writer) = stream.into_split();
    // Read meanwhile: a server that answers early does not read the rest.
    let reading = tokio::spawn(async move {
        let mut received = Vec::new();
        let _ = reader.read_to_end(&mut received).await;
        received
    });
    for piece in &case.pieces {
        // A server that has closed takes no more.
        if writer.write_all(piece).await.is_err() || writer.flush().await.is_err() {
            break;
        }
        tokio::task::yield_now().await;
    }
    if case.half_closes {
        let _ = writer.shutdown().await;
    }
    let start = Instant::now();
    let received = tokio::time::timeout(PATIENCE, reading).await;
    let received = received.map_err(|_| "neither answered nor closed in time".to_owned())?;
    drop(writer);
    Ok((received.map_err(|error| error.to_string())?, start.elapsed()))
}

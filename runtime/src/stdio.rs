//! Who calls over stdio: one caller for the life of the process, from a token that the user's own environment holds.
//!
//! MCP has no authorization for stdio; credentials come from the environment (MCP-03). A token from there is validated like
//! any other. There is no HTTP in which to ask for a better one, so denials are error results, and the list of tools has
//! exactly those that the caller may call.
//!
//! The body of a message is read by the SDK alone, so a repeated member is not refused there as it is over HTTP. The client
//! of a stdio server is the program that started it: it could not deceive anyone but itself.

use crate::bearer::BearerToken;
use crate::caller::Caller;
use crate::clock::Clock;
use crate::config::Authority;
use crate::error::chain;
use crate::freshness::{Fresh, Freshness, NotFresh};
use crate::toolset::Tool;
use crate::validator::ValidateError;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where the token of the one caller comes from. [`Protected::with_token`](crate::Protected::with_token) takes it.
pub struct TokenSource {
    place: Place,
    /// The token as it was last read.
    held: Mutex<Option<Arc<BearerToken>>>,
}

enum Place {
    File(PathBuf),
    Variable(String),
}

/// A token could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
enum ReadError {
    #[error("the token cannot be read")]
    Io(#[from] io::Error),
    #[error("the token file may be read by others than its owner; run `chmod 600` on it")]
    Open,
    #[error("not a bearer token")]
    NotAToken,
}

impl TokenSource {
    /// A token in a file that nobody but its owner may read (mode 0600). It is read again when the token is no longer
    /// valid, so that whoever refreshes the file need not restart the server.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::new(Place::File(path.into()))
    }

    /// A token in an environment variable, for as long as it is valid. Processes that the server starts inherit the variable,
    /// and other processes of the user may read it: prefer a file.
    pub fn variable(name: impl Into<String>) -> Self {
        Self::new(Place::Variable(name.into()))
    }

    fn new(place: Place) -> Self {
        Self {
            place,
            held: Mutex::default(),
        }
    }

    /// The caller of a tool, or of anything else.
    ///
    /// 1. The token that was read last is validated.
    /// 2. If it is not valid any more, or there was none, it is read again, and validated if it is another.
    /// 3. Otherwise nobody calls, and only public tools run. The log says why.
    pub(crate) async fn caller(
        &self,
        tool: Option<&Arc<Tool>>,
        authority: &Authority,
        clock: &dyn Clock,
    ) -> (Option<Caller>, Freshness) {
        let held = self.held().clone();
        let failed = match &held {
            None => None,
            Some(token) => match validate(token, tool, authority, clock).await {
                Ok(found) => return found, // 1
                Err(error) => Some((token, error)),
            },
        };
        let token = match self.read() {
            Ok(token) => Arc::new(token),
            Err(error) => return nobody(&error), // 3
        };
        if let Some((held, ValidateError::Token(error))) = failed
            && held.expose() == token.expose()
        {
            return nobody(&error); // 3
        }
        *self.held() = Some(Arc::clone(&token));
        match validate(&token, tool, authority, clock).await {
            Ok(found) => found,           // 2
            Err(error) => nobody(&error), // 3
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Arc<BearerToken>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> Result<BearerToken, ReadError> {
        let text = match &self.place {
            Place::File(path) => read_private(path)?,
            Place::Variable(name) => std::env::var(name).map_err(|_| ReadError::NotAToken)?,
        };
        BearerToken::from_token68(text.trim().as_bytes()).ok_or(ReadError::NotAToken)
    }
}

/// Makes a caller of a token, as a tool needs it.
///
/// 1. The token is validated.
/// 2. For a tool that is `fresh` it is validated anew, if the tool's policy admits the caller. The gate finds out again that it
///    does not, and says so.
/// 3. A token that is then not valid any more is none. That it could not be found out is for the gate to say.
async fn validate(
    token: &BearerToken,
    tool: Option<&Arc<Tool>>,
    authority: &Authority,
    clock: &dyn Clock,
) -> Result<(Option<Caller>, Freshness), ValidateError> {
    let caller = authority.caller(token, clock).await?; // 1
    let admits = |tool: &&Arc<Tool>| {
        tool.policy
            .admit_at(Some(&caller), clock.unix_time())
            .into_result()
            .is_ok()
    };
    let Some(tool) = tool.filter(|tool| tool.policy.is_fresh()).filter(admits) else {
        return Ok((Some(caller), Freshness::Unknown));
    };
    match Fresh::validate(tool, authority, clock, token, &caller).await {
        Ok((caller, fresh)) => Ok((Some(caller), Freshness::Known(fresh))), // 2
        Err(NotFresh::Token(error)) => Err(error.into()),                   // 3
        Err(NotFresh::Unavailable(error)) => Ok((Some(caller), Freshness::Unavailable(error))),
        Err(NotFresh::OtherCaller) => Ok((Some(caller), Freshness::Unknown)),
    }
}

/// Reads a file that is its owner's alone. What was opened is looked at, not what the path names a moment later.
fn read_private(path: &Path) -> Result<String, ReadError> {
    /// More than any token has.
    const LIMIT: u64 = 64 * 1024;
    let file = File::open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            return Err(ReadError::Open);
        }
    }
    let mut text = String::new();
    file.take(LIMIT).read_to_string(&mut text)?;
    Ok(text)
}

fn nobody(error: &(dyn std::error::Error + 'static)) -> (Option<Caller>, Freshness) {
    let error = chain(error).join(": ");
    tracing::warn!(target: "toolgate::stdio", error = error.as_str(), "nobody calls: only public tools run");
    (None, Freshness::Unknown)
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::File(path) => f.debug_tuple("File").field(path).finish(),
            Place::Variable(name) => f.debug_tuple("Variable").field(name).finish(),
        }
    }
}

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
use crate::gate::{Absent, Ledger};
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

/// What was found out about who calls.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) caller: Option<Caller>,
    pub(crate) freshness: Freshness,
    pub(crate) absent: Option<Absent>,
}

/// A token could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
enum ReadError {
    #[error("the token cannot be read")]
    Io(#[from] io::Error),
    #[error("the token file may be read by others than its owner; run `chmod 600` on it")]
    Open,
    #[error("the token file is no regular file")]
    NotAFile,
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

    /// Who calls a tool, or anything else.
    ///
    /// 1. The token that was read last is validated.
    /// 2. If it is not valid any more, or there was none, it is read again, and validated if it is another.
    /// 3. Otherwise what was said of it stands: nobody calls, and only public tools run. The log says why.
    pub(crate) async fn find(
        &self,
        mut call: Option<&mut (&Arc<Tool>, Ledger<'_>)>,
        authority: &Authority,
        clock: &dyn Clock,
    ) -> Found {
        let held = self.held().clone();
        let mut found = None;
        if let Some(token) = &held {
            let said = validate(token, call.as_deref_mut(), authority, clock).await;
            if said.refusal().is_none() {
                return said; // 1
            }
            found = Some(said);
        }
        let found = match (self.read(), held, found) {
            (Err(error), ..) => Found::nobody(&error), // 3
            (Ok(token), Some(held), Some(found)) if held.expose() == token.expose() => found, // 3
            (Ok(token), ..) => {
                let token = Arc::new(token);
                *self.held() = Some(Arc::clone(&token));
                validate(&token, call, authority, clock).await // 2
            }
        };
        if let Some(error) = found.refusal() {
            tracing::warn!(target: "toolgate::stdio", error, "nobody calls: only public tools run");
        }
        found
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

impl Found {
    fn nobody(error: &(dyn std::error::Error + 'static)) -> Self {
        Self {
            absent: Some(Absent::Refused(chain(error).join(": ").into())),
            ..Self::default()
        }
    }

    /// Why this is not somebody who may call, if it is not.
    fn refusal(&self) -> Option<String> {
        match (&self.absent, &self.freshness) {
            (Some(Absent::Refused(why)), _) => Some(why.to_string()),
            (Some(Absent::Unavailable(error)), _) => Some(chain(error).join(": ")),
            (None, Freshness::Not(NotFresh::Token(error))) => Some(error.to_string()),
            (None, _) => None,
        }
    }
}

/// Makes a caller of a token, as a tool needs it.
///
/// 1. The token is validated.
/// 2. For a tool that is `fresh` it is validated anew, if the tool's policy admits the caller. The gate finds out again that it
///    does not, and says so.
/// 3. From then on the caller is who the token says now. If there is none any more, or it could not be found out, the gate has
///    the caller from before for its record, and lets nobody in.
async fn validate(
    token: &BearerToken,
    call: Option<&mut (&Arc<Tool>, Ledger<'_>)>,
    authority: &Authority,
    clock: &dyn Clock,
) -> Found {
    let caller = match authority.caller(token, clock).await {
        Ok(caller) => caller, // 1
        Err(ValidateError::Token(error)) => return Found::nobody(&error),
        Err(ValidateError::Unavailable(error)) => {
            return Found {
                absent: Some(Absent::Unavailable(error)),
                ..Found::default()
            };
        }
    };
    let mut found = Found {
        caller: Some(caller.clone()),
        ..Found::default()
    };
    let Some((tool, ledger)) = call else {
        return found;
    };
    let admits = tool
        .policy
        .admit_at(Some(&caller), clock.unix_time())
        .into_result()
        .is_ok();
    if tool.policy.is_fresh() && admits {
        ledger.note_caller(&caller);
        match Fresh::validate(&[tool], authority, clock, token, &caller).await {
            Ok((caller, fresh)) => {
                found.caller = Some(caller); // 2, 3
                found.freshness = Freshness::Known(fresh);
            }
            Err(why) => found.freshness = Freshness::Not(why), // 3
        }
    }
    found
}

/// Reads a file that is its owner's alone. What was opened is looked at, not what the path names a moment later.
///
/// 1. A pipe that nobody writes to is not waited for.
/// 2. A pipe, a device or a directory is no token file: reading it could wait for ever, or never end.
/// 3. Nobody but its owner may read it.
fn read_private(path: &Path) -> Result<String, ReadError> {
    /// More than any token has.
    const LIMIT: u64 = 64 * 1024;
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(libc::O_NONBLOCK); // 1
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(ReadError::NotAFile); // 2
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(ReadError::Open); // 3
        }
    }
    let mut text = String::new();
    file.take(LIMIT).read_to_string(&mut text)?;
    Ok(text)
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::File(path) => f.debug_tuple("File").field(path).finish(),
            Place::Variable(name) => f.debug_tuple("Variable").field(name).finish(),
        }
    }
}

//! What can come of a call besides a result, by whose business it is.

use crate::audit::AuditError;
use crate::decision::Denial;
use crate::scope::ScopeToken;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

type BoxError = Box<dyn StdError + Send + Sync>;

/// Why a guarded call gave no result.
///
/// Its `Display` is what the client, and so the model, may read.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The caller was turned away.
    Denied(Denial),
    /// There were too many calls. The same call may come later.
    Limited(Limited),
    /// The caller was turned away, for this reason, and must not learn that there is such a tool
    /// ([`hide_denied_tools`](crate::GateBuilder::hide_denied_tools)). [`Protected::call`](crate::Protected::call) does not give it:
    /// it says that there is no tool.
    Hidden(Box<Self>),
    /// It could not be found out whether the caller may; so the caller may not, for now.
    Unavailable(Unavailable),
    /// The decision could not be written down, and the tool runs only if it is (`audit_required`).
    Unrecorded(AuditError),
    /// The arguments do not fit the tool.
    Arguments(ArgumentsError),
    /// The tool ran and failed.
    Tool(ToolError),
    /// The tool, or a lookup or check it declared, panicked.
    Panicked,
}

impl fmt::Display for Error {
    /// 1. A missing scope may be named: the client needs it to ask for more, and it stands in the public scope document.
    /// 2. What a tool demands of the login may be said, too: who hears it has the scopes and roles, and can only log in again.
    /// 3. Any other denial is one and the same text, so that "not yours" and "not there" cannot be told apart.
    /// 4. An argument error says what is wrong (MCP-65): the caller has passed the policy.
    /// 5. A tool's error is opaque unless the tool made it public.
    /// 6. A hidden tool is spoken of like one that does not exist.
    /// 7. That nothing can be recorded is for the operator alone. The client may try again later, as when it cannot be found out who may.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(Denial::MissingScopes { required, .. }) => {
                let scopes: Vec<_> = required.iter().map(|scope| scope.as_str()).collect();
                write!(f, "needs scope {}", scopes.join(" "))
            }
            Self::Denied(Denial::InsufficientLogin { demand, .. }) => write!(f, "needs {demand}"),
            Self::Denied(_) => f.write_str("not found or not permitted"),
            Self::Limited(limited) => limited.fmt(f),
            Self::Hidden(_) => f.write_str(UNKNOWN_TOOL),
            Self::Unavailable(_) | Self::Unrecorded(_) => {
                f.write_str("permission cannot be checked right now, try again later")
            }
            Self::Arguments(error) => write!(f, "invalid arguments: {error}"),
            Self::Tool(error) => f.write_str(error.public_text()),
            Self::Panicked => f.write_str(OPAQUE),
        }
    }
}

impl Error {
    /// A stable name for records and metrics.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Denied(denial) => denial.reason(),
            Self::Limited(_) => "rate_limited",
            Self::Hidden(error) => error.reason(),
            Self::Unavailable(_) => "unavailable",
            Self::Unrecorded(_) => UNRECORDED,
            Self::Arguments(_) => "invalid_arguments",
            Self::Tool(_) => "tool_error",
            Self::Panicked => "panic",
        }
    }

    /// The demanded scopes that are not held, for records.
    pub(crate) fn missing_scopes(&self) -> &[ScopeToken] {
        match self {
            Self::Denied(denial) => denial.missing_scopes(),
            Self::Hidden(error) => error.missing_scopes(),
            _ => &[],
        }
    }

    /// What the reader of the audit record should know besides.
    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Self::Unavailable(error) => Some(chain(error).join(": ")),
            Self::Unrecorded(error) => Some(error.to_string()),
            Self::Hidden(error) => error.detail(),
            Self::Denied(denial) => denial.detail(),
            // Says which value did not fit, and so quotes arguments: those are not for the record.
            Self::Arguments(_) | Self::Limited(_) | Self::Tool(_) | Self::Panicked => None,
        }
    }
}

impl StdError for Error {}

impl From<Denial> for Error {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

impl From<Limited> for Error {
    fn from(limited: Limited) -> Self {
        Self::Limited(limited)
    }
}

impl From<Unavailable> for Error {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable)
    }
}

/// There were too many calls, and one may come only after a while.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("too many calls, try again in {} s", self.seconds())]
pub struct Limited {
    wait: Duration,
}

impl Limited {
    pub(crate) const fn new(wait: Duration) -> Self {
        Self { wait }
    }

    /// How long to wait.
    #[must_use]
    pub const fn wait(&self) -> Duration {
        self.wait
    }

    /// How long to wait in whole seconds, such as stand in `Retry-After` (RFC 9110 section 10.2.3): rounded up, and at least one.
    #[must_use]
    pub fn seconds(&self) -> u64 {
        let part = u64::from(self.wait.subsec_nanos() > 0);
        self.wait.as_secs().saturating_add(part).max(1)
    }
}

/// Something a decision depends on could not be found out. Never an "allow", and never "your token is bad".
#[derive(Clone, Debug, thiserror::Error)]
#[error("{what}")]
pub struct Unavailable {
    what: Cow<'static, str>,
    /// Shared: all who waited for one answer get the same.
    #[source]
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Unavailable {
    /// What could not be found out, for the log.
    pub fn new(what: impl Into<Cow<'static, str>>) -> Self {
        Self {
            what: what.into(),
            source: None,
        }
    }

    /// What could not be found out, and why.
    pub fn because(what: impl Into<Cow<'static, str>>, source: impl Into<BoxError>) -> Self {
        Self {
            what: what.into(),
            source: Some(Arc::from(source.into())),
        }
    }
}

/// The arguments do not fit the tool's schema.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ArgumentsError(String);

impl ArgumentsError {
    pub(crate) fn new(error: &serde_json::Error) -> Self {
        Self(error.to_string())
    }

    #[cfg(feature = "pmcp")]
    pub(crate) fn not_an_object() -> Self {
        Self("expected an object".to_owned())
    }

    pub(crate) fn stock() -> Self {
        Self("this tool can only be called through its SDK".to_owned())
    }
}

/// Why a call is denied that could not be recorded.
pub(crate) const UNRECORDED: &str = "unrecorded";

/// What is said about a tool that does not exist; the words of the SDK `rmcp`.
pub(crate) const UNKNOWN_TOOL: &str = "tool not found";

const OPAQUE: &str = "the tool failed";

/// A tool's own failure.
///
/// Every [`std::error::Error`] turns into one, so `?` works in tools: the client reads an opaque text, the audit record
/// has the whole chain. [`ToolError::public`] makes one whose text the client does read.
#[derive(Debug)]
pub struct ToolError {
    public: Option<Cow<'static, str>>,
    source: Option<BoxError>,
}

impl ToolError {
    /// An error whose text is shown to the client, and so to the model. Put nothing into it that the caller must not know.
    pub fn public(text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            public: Some(text.into()),
            source: None,
        }
    }

    /// Adds the cause, for the audit record only.
    #[must_use]
    pub fn because(self, source: impl Into<BoxError>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }

    fn public_text(&self) -> &str {
        self.public.as_deref().unwrap_or(OPAQUE)
    }

    /// The error and its causes, outermost first, for the audit record.
    #[must_use]
    pub fn chain(&self) -> Vec<String> {
        let public = self.public.iter().map(ToString::to_string);
        let causes = self.source.as_deref().map(|error| chain(error));
        public.chain(causes.into_iter().flatten()).collect()
    }
}

/// An error and its causes, outermost first.
pub(crate) fn chain(error: &dyn StdError) -> Vec<String> {
    let mut chain = vec![error.to_string()];
    let mut next = error.source();
    while let Some(error) = next {
        chain.push(error.to_string());
        next = error.source();
    }
    chain
}

impl<E: StdError + Send + Sync + 'static> From<E> for ToolError {
    fn from(error: E) -> Self {
        Self {
            public: None,
            source: Some(Box::new(error)),
        }
    }
}

/// A mistake in how the gate is set up, found before the first request. The text says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{message}\nhelp: {help}")]
pub struct ConfigError {
    message: String,
    help: String,
}

impl ConfigError {
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
        }
    }
}

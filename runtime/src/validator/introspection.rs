//! Tokens that only their issuer can read: it is asked about each of them (RFC 7662).
//!
//! ```
//! use toolgate::validator::introspection::{ClientCredentials, SecretFile};
//! use toolgate::{ConfigError, IntrospectionValidator};
//!
//! fn validator() -> Result<IntrospectionValidator, ConfigError> {
//!     IntrospectionValidator::builder()
//!         .issuer("https://sso.example.com/realms/acme")
//!         .audience("https://mcp.example.com/mcp")
//!         .client(ClientCredentials::secret_basic("notes-server", SecretFile::new("/run/secrets/notes-server")))
//!         .build()
//! }
//! # assert!(validator().is_ok());
//! ```
//!
//! The endpoint is the `introspection_endpoint` of the issuer's metadata, unless given. The server needs a client of its own at the
//! provider. Its secret is read anew for each request, so it can be changed while the server runs.
//!
//! # What happens when
//!
//! | the endpoint | the request |
//! | --- | --- |
//! | says `active: true`, and the rest fits | has a caller |
//! | says `active: false` | 401 |
//! | says something about the token that does not fit, such as another audience | 401 |
//! | is slow | waits: 64 are asked about at once, 256 wait for up to 2 s, all others get 503 at once |
//! | is down, answers with another status than 200, not with JSON, or not whether the token is active | 503 |
//! | refuses our client (400, 401, 403) | 503, after one more try if there is a new secret. An event of level `ERROR` says so |
//!
//! A token that was believed before is of no help in an outage: an answer that is kept at all is kept for a minute at most. Events
//! have the target `toolgate::introspection`, one for each change; [`Gate::health`](crate::Gate::health) says how it is now.
//!
//! # What the answer must say
//!
//! `aud` has to be in it, or nobody could know that a token is for this server; see
//! [`Dangerous::trust_endpoint_for_audience`](super::Dangerous::trust_endpoint_for_audience) for endpoints that leave it out.
//! `exp` should be: without it a token is believed for a minute, and an answer that takes longer is cut off. Without `sub` the
//! caller is the client itself.

mod answer;
mod builder;
mod credentials;
mod endpoint;
mod key;
mod queue;
mod report;
mod secret;

pub use self::builder::{HasClient, IntrospectionValidatorBuilder};
pub use self::credentials::ClientCredentials;
pub use self::key::ClientKey;
pub use self::secret::{ClientSecret, CredentialSource, SecretFile};

use self::endpoint::Endpoint;
use self::queue::Queue;
use self::report::{Active, Report, Trouble};
use super::audience::Audiences;
use super::claim_map::ClaimMap;
use super::shape::Shape;
use super::{TenantStatement, TokenError, ValidateError, Validator};
use crate::bearer::BearerToken;
use crate::claims::Claims;
use crate::clock::Clock;
use crate::error::Unavailable;
use crate::fetch::{Answer, Fetch, Form};
use crate::health::Health;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How long asking may take, with finding the endpoint (at most 5 s) and with two requests (5 s each, R9). It ends even a
/// [`Fetch`] that never does.
const MAX_ASK: Duration = Duration::from_secs(15);

/// Validates access tokens of one issuer by asking it. [`IntrospectionValidator::builder`] makes one.
///
/// It keeps no answers: every validation is one request. Wrap it in a cache for that.
pub struct IntrospectionValidator {
    issuer: Arc<str>,
    audiences: Audiences,
    endpoint: Endpoint,
    client: ClientCredentials,
    claims: ClaimMap,
    leeway: Duration,
    queue: Queue,
    report: Report,
    fetch: Arc<dyn Fetch>,
    clock: Arc<dyn Clock>,
}

impl IntrospectionValidator {
    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The issuer, and the client of this server that asks.
    #[cfg(feature = "redis")]
    pub(crate) fn asked_by(&self) -> [&str; 2] {
        [&self.issuer, self.client.id()]
    }

    /// Asks about a token. Gives the text of an answer that says that it is active; [`claims_of`](Self::claims_of) reads the rest,
    /// also when the text was kept somewhere.
    ///
    /// 1. A token in JWT form that is not of this issuer is not shown to it (MCP-27, MCP-28).
    /// 2. There is a place for it (R19, [`Queue::place`]).
    /// 3. The token is posted in a form (IN-01), never in a URL (IN-10), with what shows who asks.
    /// 4. If our client is refused, its credentials are read once more. If they are others, they are tried, once. Some endpoints say
    ///    that with 400 (`invalid_client`) or 403.
    /// 5. The answer is JSON with status 200, and says whether the token is active ([`answer::check`]).
    /// 6. It is.
    pub(crate) async fn ask(&self, token: &BearerToken) -> Result<String, ValidateError> {
        match Shape::of(token.expose())? {
            Shape::Jwt(issuer) if *issuer != *self.issuer => return Err(TokenError::Issuer.into()), // 1
            Shape::Jwt(_) | Shape::Opaque => {}
        }
        let place = self.queue.place().await.inspect_err(|_| self.report.busy())?; // 2
        let start = self.clock.monotonic();
        let asked = tokio::time::timeout(MAX_ASK, self.post(token)).await;
        let asked = asked.unwrap_or_else(|_| Err(Trouble::Unreachable.because("introspection took too long")));
        let asked = asked.and_then(answer::check);
        drop(place);
        self.report
            .asked(self.clock.monotonic().saturating_sub(start), asked.as_ref());
        match asked.map_err(|(_, error)| error)? {
            (text, Active::Yes) => Ok(text),
            (_, Active::No) => Err(TokenError::Inactive.into()), // 6
        }
    }

    async fn post(&self, token: &BearerToken) -> Result<Answer, (Trouble, Unavailable)> {
        let url = self
            .endpoint
            .url()
            .await
            .map_err(|error| (Trouble::Unreachable, error))?;
        let form = || {
            let form = Form::new().with("token", token.expose());
            form.with("token_type_hint", "access_token") // 3
        };
        let shown = self
            .client
            .show(form(), &self.issuer, self.clock.unix_time(), None)
            .await;
        let Some((form_of_first, shown)) = shown.map_err(|error| (Trouble::Refused, error))? else {
            return Err(Trouble::Refused.because("the client has no credentials"));
        };
        let answer = self.send(&url, &form_of_first).await?;
        if !matches!(answer.status, 400 | 401 | 403) {
            return Ok(answer);
        }
        let now = self.clock.unix_time();
        let again = self.client.show(form(), &self.issuer, now, Some(&shown)).await; // 4
        match again.map_err(|error| (Trouble::Refused, error))? {
            Some((form, _)) => self.send(&url, &form).await,
            None => Ok(answer),
        }
    }

    async fn send(&self, url: &Url, form: &Form) -> Result<Answer, (Trouble, Unavailable)> {
        let answer = self.fetch.post(url, form).await;
        answer.map_err(|error| {
            (
                Trouble::Unreachable,
                Unavailable::because("introspection was not answered", error),
            )
        })
    }

    /// Checks that the issuer says that a token is active, of which all else is known already.
    pub(super) async fn confirm(&self, token: &BearerToken) -> Result<(), ValidateError> {
        self.ask(token).await.map(drop)
    }
}

impl Validator for IntrospectionValidator {
    async fn validate(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        let answer = self.ask(token).await?;
        self.claims_of(token, &answer, self.clock.unix_time())
    }

    /// The same: nothing is kept here.
    async fn validate_anew(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        self.validate(token).await
    }

    fn issuers(&self) -> Vec<String> {
        vec![self.issuer.to_string()]
    }

    fn tenants(&self) -> TenantStatement {
        self.claims.tenant_statement()
    }

    fn health(&self) -> Vec<Health> {
        vec![self.report.health()]
    }
}

impl std::fmt::Debug for IntrospectionValidator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IntrospectionValidator")
            .field("issuer", &self.issuer)
            .field("audiences", &self.audiences.accepted)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

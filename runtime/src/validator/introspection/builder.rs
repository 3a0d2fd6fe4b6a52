//! How an [`IntrospectionValidator`] is set up. What is missing does not compile; what is malformed is a [`ConfigError`].

use super::IntrospectionValidator;
use super::credentials::ClientCredentials;
use super::endpoint::{Discovered, Endpoint};
use super::queue::{MAX_IN_FLIGHT, MAX_QUEUED, Queue};
use super::report::Report;
use crate::clock::{Clock, SystemClock};
use crate::config::Missing;
use crate::error::ConfigError;
use crate::fetch::{Fetch, HttpFetch};
use crate::validator::audience::{Absent, Audiences};
use crate::validator::claim_map::ClaimMap;
use crate::validator::dangerous::Dangerous;
use crate::validator::given::{Given, HasAudience, HasIssuer, Several};
use crate::validator::issuer::{check_endpoint, check_issuer, check_leeway};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The most that may be asked about at once, and the most that may wait, however they are set.
const LIMIT: usize = 1024;

/// Collects what an [`IntrospectionValidator`] needs.
#[must_use = "a builder does nothing until `.build()`"]
pub struct IntrospectionValidatorBuilder<I = Missing, A = Missing, C = Missing> {
    issuer: I,
    audiences: A,
    client: C,
    options: Options,
}

struct Options {
    endpoint: Option<String>,
    fetch: Option<Arc<dyn Fetch>>,
    clock: Arc<dyn Clock>,
    claims: ClaimMap,
    leeway: Duration,
    absent_audience: Absent,
    max_in_flight: usize,
    max_queued: usize,
}

/// That it was given who asks.
#[diagnostic::on_unimplemented(
    message = "the validator has no client",
    label = "missing `.client(..)`",
    note = "add `.client(ClientCredentials::secret_basic(\"..\", SecretFile::new(\"..\")))` before `.build()`: a client of this server's own, which the provider lets use its introspection endpoint"
)]
pub trait HasClient {
    #[doc(hidden)]
    fn client(self) -> ClientCredentials;
}

impl HasClient for Given<ClientCredentials> {
    fn client(self) -> ClientCredentials {
        self.0
    }
}

impl IntrospectionValidator {
    /// Starts a validator. Issuer, audience and client have to be given; the endpoint is found through the issuer's metadata unless
    /// given.
    pub fn builder() -> IntrospectionValidatorBuilder {
        IntrospectionValidatorBuilder {
            issuer: Missing,
            audiences: Missing,
            client: Missing,
            options: Options {
                endpoint: None,
                fetch: None,
                clock: Arc::new(SystemClock::default()),
                claims: ClaimMap::default(),
                leeway: Duration::from_mins(1),
                absent_audience: Absent::Refused,
                max_in_flight: MAX_IN_FLIGHT,
                max_queued: MAX_QUEUED,
            },
        }
    }
}

impl<I, A, C> IntrospectionValidatorBuilder<I, A, C> {
    /// Sets the issuer: exactly as its metadata has it, and the `iss` of its answers if they have one.
    pub fn issuer(self, issuer: impl Into<String>) -> IntrospectionValidatorBuilder<Given<String>, A, C> {
        IntrospectionValidatorBuilder {
            issuer: Given(issuer.into()),
            audiences: self.audiences,
            client: self.client,
            options: self.options,
        }
    }

    /// Accepts tokens for this audience; may be repeated. Usually the resource URL of the gate (MCP-23); some providers write
    /// an identifier of their own into `aud`.
    pub fn audience(self, audience: impl Into<String>) -> IntrospectionValidatorBuilder<I, Given<Vec<String>>, C>
    where
        A: Several<String>,
    {
        IntrospectionValidatorBuilder {
            issuer: self.issuer,
            audiences: self.audiences.and(audience.into()),
            client: self.client,
            options: self.options,
        }
    }

    /// Sets who asks, and how that is shown.
    pub fn client(self, client: ClientCredentials) -> IntrospectionValidatorBuilder<I, A, Given<ClientCredentials>> {
        IntrospectionValidatorBuilder {
            issuer: self.issuer,
            audiences: self.audiences,
            client: Given(client),
            options: self.options,
        }
    }

    /// Asks at this URL, without asking the issuer where that is.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.options.endpoint = Some(url.into());
        self
    }

    /// Sets which members of an answer mean what.
    pub fn claims(mut self, claims: ClaimMap) -> Self {
        self.options.claims = claims;
        self
    }

    /// Sets how much clocks may differ, at most 300 s; 60 s unless set.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.options.leeway = leeway;
        self
    }

    /// Sets how many tokens may be asked about at once, 1 to 1024; 64 unless set.
    pub fn max_in_flight(mut self, count: usize) -> Self {
        self.options.max_in_flight = count;
        self
    }

    /// Sets how many tokens may wait to be asked about, up to 1024; 256 unless set.
    pub fn max_queued(mut self, count: usize) -> Self {
        self.options.max_queued = count;
        self
    }

    /// Sets how the endpoint is reached: a proxy, a private network, or something else for tests.
    pub fn fetch(mut self, fetch: impl Fetch) -> Self {
        self.options.fetch = Some(Arc::new(fetch));
        self
    }

    /// Sets where the time comes from, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.options.clock = Arc::new(clock);
        self
    }

    /// Goes on to choices that take a protection away.
    pub fn dangerous(self) -> Dangerous<Self> {
        Dangerous(self)
    }

    /// Finishes the validator. Nothing is asked yet.
    ///
    /// 1. The issuer is an https URL without query and fragment, or http on this machine (RFC 8414 section 2), and one that answers
    ///    about its tokens.
    /// 2. No audience is empty, and the client has an id.
    /// 3. The endpoint, if given, is https, or on this machine (IN-05).
    /// 4. The leeway is at most 300 s, and the numbers are within their limits.
    /// 5. The claim map names claims and tenants.
    pub fn build(self) -> Result<IntrospectionValidator, ConfigError>
    where
        I: HasIssuer,
        A: HasAudience,
        C: HasClient,
    {
        let text = self.issuer.issuer();
        let url = check_issuer(&text)?;
        let options = self.options;
        let audiences = Audiences::new(self.audiences.audiences(), options.absent_audience)?;
        let client = self.client.client();
        if client.id().is_empty() {
            let help = "give the `client_id` under which the provider knows this server";
            return Err(ConfigError::new("the client has no id", help));
        }
        let given = options
            .endpoint
            .map(|endpoint| check_endpoint("introspection cannot be asked for at", &endpoint));
        let given = given.transpose()?;
        check_leeway(options.leeway)?;
        check_count("asked about at once", options.max_in_flight, 1)?;
        check_count("waiting for introspection", options.max_queued, 0)?;
        options.claims.check()?;
        let fetch = match options.fetch {
            Some(fetch) => fetch,
            None => Arc::new(HttpFetch::new()?),
        };
        let endpoint = given.map_or_else(
            || {
                Endpoint::Discovered(Discovered::new(
                    url,
                    text.clone(),
                    Arc::clone(&fetch),
                    Arc::clone(&options.clock),
                ))
            },
            Endpoint::Given,
        );
        let issuer: Arc<str> = text.into();
        Ok(IntrospectionValidator {
            queue: Queue::new(Arc::clone(&issuer), options.max_in_flight, options.max_queued),
            report: Report::new(Arc::clone(&issuer), Arc::clone(&options.clock)),
            issuer,
            audiences,
            endpoint,
            client,
            claims: options.claims,
            leeway: options.leeway,
            fetch,
            clock: options.clock,
        })
    }
}

fn check_count(what: &str, count: usize, least: usize) -> Result<(), ConfigError> {
    if (least..=LIMIT).contains(&count) {
        return Ok(());
    }
    let help = format!("use a number from {least} to {LIMIT}");
    Err(ConfigError::new(
        format!("{count} is no good number of tokens {what}"),
        help,
    ))
}

impl<I, A, C> Dangerous<IntrospectionValidatorBuilder<I, A, C>> {
    /// States that the endpoint calls only such tokens active, for our client, as were issued for this server (RFC 7662 section 4
    /// leaves that to it). Then answers without `aud` are accepted. One with an `aud` still needs one of the accepted audiences.
    ///
    /// It is dangerous because most endpoints answer about every token they know. If this one does, whoever gets a token for any
    /// other service of the same provider can call this server with it, in the user's name. Try it with such a token first.
    pub fn trust_endpoint_for_audience(self) -> IntrospectionValidatorBuilder<I, A, C> {
        let mut builder = self.0;
        builder.options.absent_audience = Absent::Trusted;
        builder
    }
}

impl<I, A, C> fmt::Debug for IntrospectionValidatorBuilder<I, A, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntrospectionValidatorBuilder").finish_non_exhaustive()
    }
}

//! How a [`JwtValidator`] is set up. What is missing does not compile; what is malformed is a [`ConfigError`].

use super::TypPolicy;
use super::algorithm::Algorithm;
use super::audience::{Absent, Audiences};
use super::claim_map::ClaimMap;
use super::dangerous::Dangerous;
use super::given::{Given, HasAlgorithm, HasAudience, HasIssuer, Several};
#[cfg(feature = "introspection")]
use super::introspection::IntrospectionValidator;
use super::issuer::{check_endpoint, check_issuer, check_leeway};
use super::jwt::JwtValidator;
use super::key_set::KeySet;
use super::keys::{KeyAges, Keys, Location, RemoteKeys};
use crate::clock::{Clock, CoarseClock};
use crate::config::Missing;
use crate::error::ConfigError;
use crate::fetch::{Fetch, HttpFetch};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Collects what a [`JwtValidator`] needs.
#[must_use = "a builder does nothing until `.build()`"]
pub struct JwtValidatorBuilder<I = Missing, A = Missing, G = Missing> {
    issuer: I,
    audiences: A,
    algorithms: G,
    options: Options,
}

struct Options {
    keys: KeyOption,
    fetch: Option<Arc<dyn Fetch>>,
    clock: Arc<dyn Clock>,
    claims: ClaimMap,
    typ: TypPolicy,
    leeway: Duration,
    absent_audience: Absent,
    #[cfg(feature = "introspection")]
    introspection: Option<IntrospectionValidator>,
    ages: KeyAges,
}

enum KeyOption {
    Discovered,
    At(String),
    Static(String),
}

impl JwtValidator {
    /// Starts a validator. Issuer, audience and algorithm have to be given; the keys are found through the issuer's
    /// metadata unless given.
    pub fn builder() -> JwtValidatorBuilder {
        JwtValidatorBuilder {
            issuer: Missing,
            audiences: Missing,
            algorithms: Missing,
            options: Options {
                keys: KeyOption::Discovered,
                fetch: None,
                clock: Arc::new(CoarseClock::default()),
                claims: ClaimMap::default(),
                typ: TypPolicy::Lenient,
                leeway: Duration::from_mins(1),
                absent_audience: Absent::Refused,
                #[cfg(feature = "introspection")]
                introspection: None,
                ages: KeyAges::default(),
            },
        }
    }
}

impl<I, A, G> JwtValidatorBuilder<I, A, G> {
    /// Sets the issuer: the exact `iss` of the tokens.
    pub fn issuer(self, issuer: impl Into<String>) -> JwtValidatorBuilder<Given<String>, A, G> {
        JwtValidatorBuilder {
            issuer: Given(issuer.into()),
            audiences: self.audiences,
            algorithms: self.algorithms,
            options: self.options,
        }
    }

    /// Accepts tokens for this audience; may be repeated. Usually the resource URL of the gate (MCP-23); some providers write
    /// an identifier of their own into `aud`.
    pub fn audience(self, audience: impl Into<String>) -> JwtValidatorBuilder<I, Given<Vec<String>>, G>
    where
        A: Several<String>,
    {
        JwtValidatorBuilder {
            issuer: self.issuer,
            audiences: self.audiences.and(audience.into()),
            algorithms: self.algorithms,
            options: self.options,
        }
    }

    /// Accepts tokens signed with this algorithm; may be repeated.
    pub fn algorithm(self, algorithm: Algorithm) -> JwtValidatorBuilder<I, A, Given<Vec<Algorithm>>>
    where
        G: Several<Algorithm>,
    {
        JwtValidatorBuilder {
            issuer: self.issuer,
            audiences: self.audiences,
            algorithms: self.algorithms.and(algorithm),
            options: self.options,
        }
    }

    /// Fetches the keys from this URL, without asking the issuer where they are.
    pub fn jwks_uri(mut self, url: impl Into<String>) -> Self {
        self.options.keys = KeyOption::At(url.into());
        self
    }

    /// Uses the keys of this JWKS document, for as long as the validator lives.
    pub fn static_keys(mut self, jwks: impl Into<String>) -> Self {
        self.options.keys = KeyOption::Static(jwks.into());
        self
    }

    /// Sets how old keys may become while no newer ones can be had, from 10 s to 24 h; 1 h unless set (R5).
    ///
    /// The longer, the longer an outage of the issuer that nobody notices, and the longer a key counts that was withdrawn during
    /// one. Afterwards nobody gets in until the issuer answers. A newer set is fetched when half of this is over, or sooner.
    pub fn stale_keys(mut self, age: Duration) -> Self {
        self.options.ages.stale = age;
        self
    }

    /// Sets how old keys may be for tools that are `fresh`, from 1 s to 1 h; 60 s unless set.
    ///
    /// Calls of such tools cause up to one fetch of keys in this time, and are refused while keys so young cannot be had.
    pub fn fresh_keys(mut self, age: Duration) -> Self {
        self.options.ages.anew = age;
        self
    }

    /// Sets which claims mean what.
    pub fn claims(mut self, claims: ClaimMap) -> Self {
        self.options.claims = claims;
        self
    }

    /// Accepts only tokens that say that they are access tokens: `typ` is `at+jwt` (RFC 9068). Do this if the provider
    /// can: it is the surest way to tell them from ID tokens.
    pub fn strict_typ(mut self) -> Self {
        self.options.typ = TypPolicy::Strict;
        self
    }

    /// Sets how much clocks may differ, at most 300 s; 60 s unless set.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.options.leeway = leeway;
        self
    }

    /// Sets how documents are fetched: a proxy, a private network, or something else for tests.
    pub fn fetch(mut self, fetch: impl Fetch) -> Self {
        self.options.fetch = Some(Arc::new(fetch));
        self
    }

    /// Sets where the time comes from, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.options.clock = Arc::new(clock);
        self
    }

    /// Asks the issuer as well when a token has to be validated anew, as for tools that are `fresh`: then it is valid only if it is
    /// so by its signature and claims, and if the issuer says at that moment that it is active.
    #[cfg(feature = "introspection")]
    pub fn introspect_anew(mut self, introspection: IntrospectionValidator) -> Self {
        self.options.introspection = Some(introspection);
        self
    }

    /// Goes on to choices that take a protection away.
    pub fn dangerous(self) -> Dangerous<Self> {
        Dangerous(self)
    }

    /// Finishes the validator. Nothing is fetched yet.
    ///
    /// 1. The issuer is an https URL without query and fragment, or http on this machine (RFC 8414 section 2), and one whose
    ///    access tokens can be checked at all.
    /// 2. No audience is empty, and no list of clients whose tokens have none.
    /// 3. The URL of the keys, if given, is https, or on this machine. A given document has a usable key.
    /// 4. The leeway is at most 300 s, and the ages of keys are in their ranges.
    /// 5. The claim map names claims and tenants.
    /// 6. Whoever is asked as well is the same issuer.
    pub fn build(self) -> Result<JwtValidator, ConfigError>
    where
        I: HasIssuer,
        A: HasAudience,
        G: HasAlgorithm,
    {
        let issuer = self.issuer.issuer();
        let issuer_url = check_issuer(&issuer)?;
        let options = self.options;
        let audiences = Audiences::new(self.audiences.audiences(), options.absent_audience)?;
        check_leeway(options.leeway)?;
        options.claims.check()?;
        #[cfg(feature = "introspection")]
        if options
            .introspection
            .as_ref()
            .is_some_and(|introspection| introspection.issuer() != issuer)
        {
            let help = "give both the same `.issuer(..)`";
            return Err(ConfigError::new("another issuer would be asked about the tokens", help));
        }
        let ages = options.ages.check()?;
        let location = match options.keys {
            KeyOption::Discovered => Ok(Location::Discovered {
                issuer: issuer_url,
                text: issuer.clone(),
            }),
            KeyOption::At(url) => Ok(Location::Given(check_endpoint(
                "the keys cannot be fetched from",
                &url,
            )?)),
            KeyOption::Static(document) => Err(document),
        };
        let keys = match location {
            Ok(location) => {
                let fetch = match options.fetch {
                    Some(fetch) => fetch,
                    None => Arc::new(HttpFetch::new()?),
                };
                let clock = Arc::clone(&options.clock);
                Keys::Remote(RemoteKeys::new(&issuer, location, ages, fetch, clock))
            }
            Err(document) => Keys::Static(Arc::new(check_keys(&document, &options.clock)?)),
        };
        Ok(JwtValidator {
            issuer: issuer.into(),
            audiences,
            algorithms: self.algorithms.algorithms(),
            keys,
            claims: options.claims,
            typ: options.typ,
            leeway: options.leeway,
            clock: options.clock,
            #[cfg(feature = "introspection")]
            introspection: options.introspection,
        })
    }
}

/// Static keys always stand.
fn check_keys(document: &str, clock: &Arc<dyn Clock>) -> Result<KeySet, ConfigError> {
    let keys = KeySet::parse(document.as_bytes(), clock).map_err(|error| {
        let help = "give a JWKS document (RFC 7517) with public RSA, P-256, P-384 or Ed25519 keys for signatures";
        ConfigError::new(format!("the static keys cannot be used: {error}"), help)
    })?;
    Ok(keys.succeed(None, Duration::MAX))
}

impl<I, A, G> Dangerous<JwtValidatorBuilder<I, A, G>> {
    /// Also accepts access tokens without `aud`, if they were issued to one of these clients (`client_id`) and say so
    /// (`token_use` is `access`): those of Amazon Cognito. A token with an `aud` still needs one of the accepted audiences.
    ///
    /// It is dangerous because such a token is not for this server. Whoever else gets one, as a server that one of the clients
    /// also uses, can call this server with it, in the user's name. Cognito can do better: a client that sends `resource` when it
    /// asks for a token gets one with an `aud`.
    pub fn accept_without_audience<T: Into<String>>(
        self,
        client_ids: impl IntoIterator<Item = T>,
    ) -> JwtValidatorBuilder<I, Given<Vec<String>>, G>
    where
        A: Several<String>,
    {
        let JwtValidatorBuilder {
            issuer,
            audiences,
            algorithms,
            mut options,
        } = self.0;
        options.absent_audience = Absent::From(client_ids.into_iter().map(Into::into).collect());
        JwtValidatorBuilder {
            issuer,
            audiences: audiences.known(),
            algorithms,
            options,
        }
    }
}

impl<I, A, G> fmt::Debug for JwtValidatorBuilder<I, A, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtValidatorBuilder").finish_non_exhaustive()
    }
}

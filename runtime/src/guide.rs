//! What to set up for which identity provider, what happens when it is down, what to watch, and how to change keys and secrets.
//!
//! How to serve: [behind a proxy](proxies), [in several instances](instances), [for pages in browsers](browsers), and
//! [what each status means to a client](statuses).
//!
//! # Which validator
//!
//! | access tokens are | use |
//! | --- | --- |
//! | JWTs (three parts with dots) | [`JwtValidator`]: the issuer's keys are fetched, tokens are checked here |
//! | opaque | `IntrospectionValidator` (feature `introspection`): the issuer is asked about each |
//! | of several issuers, or of both kinds | [`Issuers`] over them |
//! | any of these, and many requests come with one token | [`Cached`] around it |
//! | to be refused before they expire | [`Revocations`], given to [`GateBuilder::revocations`] |
//! | to be known to several instances | `SharedState` (feature `redis`), for introspection and revocations |
//!
//! ```
//! use toolgate::{Algorithm, Cached, ClaimMap, ConfigError, Gate, JwtValidator, Revocations};
//!
//! fn gate(revocations: &Revocations) -> Result<Gate, ConfigError> {
//!     let url = "https://mcp.example.com/mcp";
//!     let keycloak = JwtValidator::builder()
//!         .issuer("https://sso.example.com/realms/acme")
//!         .audience(url)
//!         .algorithm(Algorithm::Rs256)
//!         .claims(ClaimMap::keycloak("notes"))
//!         .build()?;
//!     let gate = Gate::builder().resource(url).validator(Cached::new(keycloak)?);
//!     gate.revocations(revocations).build()
//! }
//! # assert!(gate(&Revocations::new()).is_ok());
//! ```
//!
//! Uncached, an RS256 token costs little more than its signature check, some 20 us. A cache pays off for introspection always, for
//! JWTs if that time counts.
//!
//! # How often
//!
//! | to limit | use |
//! | --- | --- |
//! | how often a subject calls a tool | `rate_limit = "30/min"` under [`mcp_tool`](macro@crate::mcp_tool) |
//! | how often a client does, or all callers together | `"30/min per client"`, `"30/min per tool"` |
//! | the same over several instances | [`Rates`], given to [`GateBuilder::rates`], with `Rates::shared` (feature `redis`); without it each instance lets through the whole rate |
//! | how often somebody tries tokens | [`GateBuilder::refused_tokens`], with the [`PeerAddress`](crate::layer::PeerAddress) of each request |
//!
//! # Which provider
//!
//! | provider | audience to accept | claims | to set up there |
//! | --- | --- | --- | --- |
//! | Keycloak | the resource URL | [`ClaimMap::keycloak`] | an audience mapper for the resource URL in a client scope; a mapper to `tenant_id` if there are tenants. To introspect its JWTs, an audience mapper for the client that asks as well: it tells others that they are not active |
//! | Entra ID | the application ID of the API | [`ClaimMap::entra_id`] | `requestedAccessTokenVersion` 2; the API registered by itself, not the client's registration |
//! | Okta | that of a custom authorization server | [`ClaimMap::okta`] | a `groups` claim in access tokens; the organization server's tokens cannot be used |
//! | Auth0 | the API's identifier; make it the resource URL | [`ClaimMap::auth0`] | an Action that adds roles under a URL of yours; the RFC 9068 profile, then `strict_typ()` |
//! | Amazon Cognito | the resource URL | [`ClaimMap::cognito`] | clients that send `resource`, else there is no `aud`, and only `dangerous()` takes the token |
//! | Google | none | | nothing helps: its access tokens are opaque, and only Google can tell whose they are. Put an authorization server in front |
//!
//! With several issuers each says which tenants it may name, by [`ClaimMap::tenant_is`], [`ClaimMap::only_tenants`],
//! [`ClaimMap::without_tenant`] or [`ClaimMap::any_tenant`]. Otherwise whoever runs one issuer could make members of a tenant that
//! belongs to another.
//!
//! # When the provider is down
//!
//! | what is down | what happens |
//! | --- | --- |
//! | the key set, keys known | nothing, for an hour ([`stale_keys`](crate::validator::JwtValidatorBuilder::stale_keys)); [`Gate::health`] says `stale`, an event says so once |
//! | the key set, for longer | 503 with `Retry-After`. Within 2 s of its return tokens are taken again; up to 20 s if a fetch hangs at that time |
//! | the key set, at the start | the server starts; calls that need a token get 503, public tools work. Once the provider is there, they work within a minute. [`JwtValidator::warm_up`] fetches the keys before serving |
//! | introspection | 503 for tokens that are not in the cache; for at most a minute those that are still pass |
//! | the key set, for a tool that is `fresh` | nothing, for [`fresh_keys`](crate::validator::JwtValidatorBuilder::fresh_keys) (60 s) after the last fetch; then 503 |
//! | introspection, for a tool that is `fresh` | 503, whatever is in the cache |
//! | Redis | everything is found out locally. Revocations of other instances are not heard until it is back. Of a shared rate each instance lets through its part |
//!
//! "Could not find out" is not 401: a client would throw its good token away and ask the provider, which is down, for another.
//! There is one exception: a token with a key that is not among the known ones is 401 while the key set is down, since those
//! keys are still good (first row), and anybody can make up keys.
//!
//! # What to watch
//!
//! [`crate::metrics`] has the names. Alert on these:
//!
//! - `toolgate_keys_status` below 2 for ten minutes: nobody notices yet, but in less than an hour everybody will. At 0 they have.
//! - `toolgate_introspections_total` with `result="refused"`: the provider refuses this server's own credentials.
//! - `toolgate_introspections_total` with `result="busy"`: more tokens than the provider can be asked about; is there a cache?
//! - `toolgate_token_validations_total` with `result="unavailable"`: callers get 503.
//! - `toolgate_shared_state_total` with `result="tampered"`: somebody writes to Redis who has no key.
//! - `toolgate_rates_total` with `by="fallback"`: instances do not count together, as Redis does not answer.
//! - `toolgate_rates_crowded_total` above 0: more subjects call at once than there is place to count, see [`Rates::max_counted`].
//! - `toolgate_refusals_total` with `reason="refused_too_often"`: somebody tries tokens, or all requests have the address of a proxy.
//! - `toolgate_audit_records_lost_total` above 0.
//! - `toolgate_decisions_total` with `reason="unrecorded"`: calls of tools that are `audit_required` are turned away.
//! - a rise of `toolgate_decisions_total` with `decision="deny"`, by `reason`: a client was set up wrongly, or somebody tries doors.
//!
//! Events with the target `toolgate::health` tell each change for the better or worse, and are written once for each.
//!
//! # When records cannot be written
//!
//! Calls go on, and what a sink does not take is lost, counted and logged. A tool for which that will not do is `audit_required`: it
//! runs only once every sink has the record of the decision, and is denied if one has not said so 0.7 seconds after it was asked (503 with `Retry-After`; an error result if the answer has begun).
//! So with a full disk the server still does whatever may be done unseen, and nothing else.
//!
//! | a sink | keeps calls waiting | can tell that a record is written |
//! | --- | --- | --- |
//! | [`QueuedLines`](crate::audit::QueuedLines) over a file or a pipe | no | yes |
//! | [`JsonLines`](crate::audit::JsonLines) | for as long as the writer takes: for memory, and for tests | no |
//! | `tracing` | for as long as the subscriber takes | no |
//! | of your own | as you write it; hand records to a task or a thread | if it implements [`AuditSink::record_required`](crate::audit::AuditSink::record_required) and [`confirms`](crate::audit::AuditSink::confirms) |
//!
//! A sink that had the record when another failed, or that was late, still says that the call was let through. So a second
//! decision with the same id follows, `deny` with the reason `unrecorded` (or `cancelled`, if the client did not wait): **of several
//! decisions with one id, the last counts**. A call that ran has an outcome; whether that is written nobody waits for.
//!
//! # Demanding a stronger or a newer login
//!
//! `acr` and `max_age` of a tool are about the claims `acr` and `auth_time` of the access token, or of the answer to an introspection:
//! see that the provider puts them there, many leave them out of access tokens. A token without them is denied. Which classes
//! there are, the provider says; they are compared as they are, so name every one that will do, the best first.
//!
//! A caller whose login will not do gets a 401 with `insufficient_user_authentication` and what is demanded (RFC 9470). A client that
//! knows it sends the user to log in again; one that does not takes it for any 401, and gets a token of the same login from a
//! provider with a session of its own. Over stdio it is an error result. The age counts by the clock of this server, which may
//! differ from the provider's by the leeway of the validator, and for ages below that by no more than the age itself.
//!
//! # Changing keys and secrets
//!
//! - **The provider's signing keys.** Publish the new key before you sign with it, for ten minutes or what `max-age` says. If you
//!   do not, the first token with it causes one early fetch, at most every 30 s. A key that is taken out of the set stops at the next
//!   fetch, and with it every cached caller that it proved.
//! - **A signing key that was stolen.** Take it out of the set, then restart the servers, or wait for their next fetch. A new key
//!   under the same `kid` replaces the old one as well.
//! - **The client secret for introspection.** Add the new one at the provider, put it where the server reads it (a file: see
//!   `SecretFile`), then remove the old one there. After a 401 the server reads it again and retries once; no restart.
//! - **Keys of the shared state, and of sessions.** Add the new key second on all instances, then make it the first, then remove the
//!   old one.
//!
//! [`JwtValidator`]: crate::JwtValidator
//! [`JwtValidator::warm_up`]: crate::JwtValidator::warm_up
//! [`Issuers`]: crate::Issuers
//! [`Cached`]: crate::Cached
//! [`Revocations`]: crate::Revocations
//! [`GateBuilder::revocations`]: crate::GateBuilder::revocations
//! [`GateBuilder::rates`]: crate::GateBuilder::rates
//! [`GateBuilder::refused_tokens`]: crate::GateBuilder::refused_tokens
//! [`Rates`]: crate::Rates
//! [`Rates::max_counted`]: crate::Rates::max_counted
//! [`Gate::health`]: crate::Gate::health
//! [`ClaimMap::keycloak`]: crate::ClaimMap::keycloak
//! [`ClaimMap::entra_id`]: crate::ClaimMap::entra_id
//! [`ClaimMap::okta`]: crate::ClaimMap::okta
//! [`ClaimMap::auth0`]: crate::ClaimMap::auth0
//! [`ClaimMap::cognito`]: crate::ClaimMap::cognito
//! [`ClaimMap::tenant_is`]: crate::ClaimMap::tenant_is
//! [`ClaimMap::only_tenants`]: crate::ClaimMap::only_tenants
//! [`ClaimMap::without_tenant`]: crate::ClaimMap::without_tenant
//! [`ClaimMap::any_tenant`]: crate::ClaimMap::any_tenant

pub mod browsers;
pub mod instances;
pub mod proxies;
pub mod statuses;

//! What turns a token into claims.

mod algorithm;
mod audience;
mod builder;
mod cached;
mod claim_map;
mod dangerous;
mod discovery;
mod given;
pub mod inspect;
#[cfg(feature = "introspection")]
pub mod introspection;
mod issuer;
mod issuers;
mod jwt;
mod key;
mod key_set;
mod keys;
mod presets;
mod shape;
mod standing;
mod tenant_rule;
mod token;

pub use self::algorithm::Algorithm;
pub use self::builder::JwtValidatorBuilder;
pub use self::cached::{Cached, CachedBuilder};
pub use self::claim_map::ClaimMap;
pub use self::dangerous::Dangerous;
pub use self::given::{Given, HasAlgorithm, HasAudience, HasIssuer, Several};
pub use self::issuers::{Issuers, IssuersBuilder};
pub use self::jwt::JwtValidator;
pub(crate) use self::standing::Standing;

use crate::bearer::BearerToken;
use crate::claims::Claims;
use crate::error::Unavailable;
use crate::health::Health;
use futures_util::future::BoxFuture;

/// Turns a bearer token into claims, or says why not.
///
/// The validators of this crate are the only source of [`Claims`]; implement this for validators that wrap one of them.
pub trait Validator: Send + Sync + 'static {
    /// Validates a token.
    fn validate(&self, token: &BearerToken) -> impl Future<Output = Result<Claims, ValidateError>> + Send;

    /// Validates a token with nothing that was kept from before: what a tool that is `fresh` asks for.
    ///
    /// By default it cannot be done, so that a validator which wraps another and forgets it lets nobody in. One that keeps
    /// nothing itself asks the other for the same.
    fn validate_anew(&self, token: &BearerToken) -> impl Future<Output = Result<Claims, ValidateError>> + Send {
        let _ = token;
        async { Err(Unavailable::new("this validator cannot validate anew").into()) }
    }

    /// The issuers whose tokens it accepts: the `authorization_servers` of RFC 9728.
    fn issuers(&self) -> Vec<String>;

    /// Whether it was said which tenants its issuers may speak for. [`Issuers`] asks.
    ///
    /// By default it was not, so that a validator which wraps another and forgets it cannot stand beside one of another issuer.
    fn tenants(&self) -> TenantStatement {
        TenantStatement::Unsaid
    }

    /// How well what it needs of its issuers can be had.
    fn health(&self) -> Vec<Health> {
        Vec::new()
    }
}

/// Whether it was said which tenants a validator's issuers may speak for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TenantStatement {
    /// Nobody has said: whatever they claim.
    Unsaid,
    /// It was said, be it "any": see [`ClaimMap::only_tenants`].
    Said,
}

/// Why there are no claims.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ValidateError {
    /// The token is not valid here: 401.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// It could not be found out: 503, never an "allow" and never a 401.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Why a token is not valid here. For the audit record; the client learns only that it is not.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// It is not a signed token in compact form.
    #[error("not a signed token in compact form")]
    Malformed,
    /// Its header is not one that is understood.
    #[error("header: {0}")]
    Header(&'static str),
    /// Its algorithm is not one of the configured.
    #[error("algorithm not accepted")]
    Algorithm,
    /// No key of the issuer fits it.
    #[error("no key fits")]
    UnknownKey,
    /// Its signature is wrong.
    #[error("wrong signature")]
    Signature,
    /// Its claims are not JSON, or not JSON that means one thing only.
    #[error("claims are not readable")]
    Payload,
    /// A claim is missing, of the wrong type or out of range.
    #[error("claim: {0}")]
    Claim(&'static str),
    /// It is of another issuer.
    #[error("foreign issuer")]
    Issuer,
    /// It is for another resource.
    #[error("foreign audience")]
    Audience,
    /// It has expired.
    #[error("expired")]
    Expired,
    /// It is not valid yet.
    #[error("not valid yet")]
    NotYetValid,
    /// It is valid for longer than any access token should be.
    #[error("valid for too long")]
    Lifetime,
    /// It is an ID token, a refresh token, a logout token or the like.
    #[error("not an access token")]
    NotAccessToken,
    /// It is bound to a key of its sender, so as a plain bearer token it proves nothing (RFC 9449 section 7.2).
    #[error("sender-constrained token used as plain bearer")]
    SenderConstrained,
    /// The issuer says that it is not active (RFC 7662 section 2.2): unknown, expired, revoked or for somebody else.
    #[error("not active")]
    Inactive,
    /// It was revoked here.
    #[error("revoked")]
    Revoked,
}

impl TokenError {
    /// A stable name for metrics.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Header(_) => "invalid_header",
            Self::Algorithm => "algorithm_not_accepted",
            Self::UnknownKey => "unknown_key",
            Self::Signature => "wrong_signature",
            Self::Payload => "unreadable_claims",
            Self::Claim(_) => "invalid_claim",
            Self::Issuer => "foreign_issuer",
            Self::Audience => "foreign_audience",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Lifetime => "valid_for_too_long",
            Self::NotAccessToken => "not_access_token",
            Self::SenderConstrained => "sender_constrained",
            Self::Inactive => "inactive",
            Self::Revoked => "revoked",
        }
    }
}

/// A [`Validator`] as an object.
pub(crate) trait DynValidator: Send + Sync {
    fn validate<'a>(&'a self, token: &'a BearerToken) -> BoxFuture<'a, Result<Claims, ValidateError>>;
    fn validate_anew<'a>(&'a self, token: &'a BearerToken) -> BoxFuture<'a, Result<Claims, ValidateError>>;
    fn health(&self) -> Vec<Health>;
    fn issuers(&self) -> Vec<String>;
    fn tenants(&self) -> TenantStatement;
}

impl<V: Validator> DynValidator for V {
    fn validate<'a>(&'a self, token: &'a BearerToken) -> BoxFuture<'a, Result<Claims, ValidateError>> {
        Box::pin(Validator::validate(self, token))
    }

    fn validate_anew<'a>(&'a self, token: &'a BearerToken) -> BoxFuture<'a, Result<Claims, ValidateError>> {
        Box::pin(Validator::validate_anew(self, token))
    }

    fn health(&self) -> Vec<Health> {
        Validator::health(self)
    }

    fn issuers(&self) -> Vec<String> {
        Validator::issuers(self)
    }

    fn tenants(&self) -> TenantStatement {
        Validator::tenants(self)
    }
}

/// Which `typ` a token's header may have (R13).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum TypPolicy {
    /// That of an access token, `JWT`, or none.
    Lenient,
    /// That of an access token only.
    Strict,
}

//! What makes callers of tokens.

use crate::bearer::BearerToken;
use crate::caller::Caller;
use crate::catalog::Catalogs;
use crate::claims::Claims;
use crate::clock::Clock;
use crate::error::Unavailable;
use crate::metrics;
use crate::resource::ResourceUrl;
use crate::validator::{DynValidator, ValidateError};
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// What makes callers of tokens, and for which resource.
pub(crate) struct Authority {
    pub(crate) resource: ResourceUrl,
    pub(crate) validator: Arc<dyn DynValidator>,
    /// What the rights that tokens grant imply.
    pub(crate) catalogs: Catalogs,
}

impl Authority {
    /// Makes a caller of a token. Whoever wraps a validator in a cache and forgets to look at the time must not let expired
    /// tokens in, and a validator that panics has found nothing out (R22).
    pub(crate) async fn caller(&self, token: &BearerToken, clock: &dyn Clock) -> Result<Caller, ValidateError> {
        self.checked(async { self.validator.validate(token).await }, clock)
            .await
    }

    /// The same, with nothing that was kept from before.
    pub(crate) async fn caller_anew(&self, token: &BearerToken, clock: &dyn Clock) -> Result<Caller, ValidateError> {
        self.checked(async { self.validator.validate_anew(token).await }, clock)
            .await
    }

    async fn checked(
        &self,
        validate: impl Future<Output = Result<Claims, ValidateError>>,
        clock: &dyn Clock,
    ) -> Result<Caller, ValidateError> {
        let claims = AssertUnwindSafe(validate).catch_unwind().await;
        let claims = claims.unwrap_or_else(|_panic| Err(Unavailable::new("the validator panicked").into()));
        let caller = claims.and_then(|claims| {
            claims.check_time(clock.unix_time())?;
            Ok(Caller::new(claims).within(&self.catalogs))
        });
        metrics::validated(&caller);
        caller
    }
}

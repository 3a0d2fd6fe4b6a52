//! Puts the revocations before a validator.

use super::Revocations;
use crate::bearer::BearerToken;
use crate::claims::Claims;
use crate::health::Health;
use crate::validator::{DynValidator, TenantStatement, ValidateError, Validator};
use std::sync::Arc;

/// Asks a validator and then the revocations: the outermost validator of a gate, so that no cache stands before it.
pub(crate) struct Watch {
    pub(crate) validator: Arc<dyn DynValidator>,
    pub(crate) revocations: Revocations,
}

impl Watch {
    fn check(&self, claims: Result<Claims, ValidateError>) -> Result<Claims, ValidateError> {
        let claims = claims?;
        self.revocations.check(&claims)?;
        Ok(claims)
    }
}

impl Validator for Watch {
    async fn validate(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        self.check(self.validator.validate(token).await)
    }

    async fn validate_anew(&self, token: &BearerToken) -> Result<Claims, ValidateError> {
        self.check(self.validator.validate_anew(token).await)
    }

    fn issuers(&self) -> Vec<String> {
        self.validator.issuers()
    }

    fn tenants(&self) -> TenantStatement {
        self.validator.tenants()
    }

    fn health(&self) -> Vec<Health> {
        self.validator.health()
    }
}

#[cfg(test)]
mod tests {
    use super::Watch;
    use crate::bearer::BearerToken;
    use crate::caller::{Caller, PrincipalKind};
    use crate::claims::{ClaimSet, Claims};
    use crate::revocation::Revocations;
    use crate::validator::{TokenError, ValidateError, Validator};
    use std::sync::Arc;

    struct Always(Claims);

    impl Validator for Always {
        async fn validate(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
            Ok(self.0.clone())
        }

        async fn validate_anew(&self, _: &BearerToken) -> Result<Claims, ValidateError> {
            Ok(self.0.clone())
        }

        fn issuers(&self) -> Vec<String> {
            Vec::new()
        }
    }

    fn watch(revocations: &Revocations) -> (Watch, Caller) {
        let claims = Claims::from(ClaimSet::of("i".into(), "alice", PrincipalKind::User));
        let watch = Watch {
            validator: Arc::new(Always(claims.clone())),
            revocations: revocations.clone(),
        };
        (watch, Caller::new(claims))
    }

    #[tokio::test]
    async fn a_revoked_token_is_refused_also_when_it_is_validated_anew() {
        let revocations = Revocations::new();
        let (watch, caller) = watch(&revocations);
        let token = BearerToken::from_token68(b"t").unwrap();
        assert!(watch.validate(&token).await.is_ok() && watch.validate_anew(&token).await.is_ok());
        revocations.revoke(&caller).unwrap();
        for refused in [watch.validate(&token).await, watch.validate_anew(&token).await] {
            assert!(matches!(refused, Err(ValidateError::Token(TokenError::Revoked))));
        }
    }

    #[cfg(feature = "redis")]
    #[tokio::test]
    async fn r18_if_more_is_revoked_elsewhere_than_fits_nobody_gets_in_until_it_does() {
        use crate::revocation::{Heard, TokenId};
        use std::time::Duration;
        let revocations = Revocations::with_limit(2, crate::clock::SystemClock::default());
        let (watch, _) = watch(&revocations);
        let token = BearerToken::from_token68(b"t").unwrap();
        let heard: Vec<_> = (0..3).map(|id| (TokenId([id; 32]), Duration::MAX)).collect();
        revocations.heard(&heard[..2], Heard::All);
        assert!(watch.validate(&token).await.is_ok());
        revocations.heard(&heard, Heard::Some);
        for _ in 0..2 {
            let refused = [watch.validate(&token).await, watch.validate_anew(&token).await];
            assert!(
                refused
                    .iter()
                    .all(|refused| matches!(refused, Err(ValidateError::Unavailable(_))))
            );
            // A part that fits says nothing of the rest.
            revocations.heard(&heard[..1], Heard::Some);
        }
        revocations.heard(&heard[..2], Heard::All);
        assert!(watch.validate(&token).await.is_ok());
    }
}

//! Puts the revocations before a validator.

use super::Revocations;
use crate::bearer::BearerToken;
use crate::claims::Claims;
use crate::health::Health;
use crate::validator::{DynValidator, ValidateError, Validator};
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

    fn health(&self) -> Vec<Health> {
        self.validator.health()
    }
}

//! What has to be said of a validator before there is one: as types, so that what was forgotten does not compile.

use super::algorithm::Algorithm;
use crate::config::Missing;
use std::fmt;

/// Something that was given; at least one of it where there may be several.
pub struct Given<T>(pub(super) T);

/// That the issuer was given.
#[diagnostic::on_unimplemented(
    message = "the validator has no issuer",
    label = "missing `.issuer(..)`",
    note = "add `.issuer(\"https://..\")` before `.build()`: the exact `iss` of the tokens"
)]
pub trait HasIssuer {
    #[doc(hidden)]
    fn issuer(self) -> String;
}

/// That an audience was given.
#[diagnostic::on_unimplemented(
    message = "the validator has no audience",
    label = "missing `.audience(..)`",
    note = "add `.audience(\"https://..\")` before `.build()`: usually the resource URL of the gate; else what the provider writes into `aud` for it"
)]
pub trait HasAudience {
    #[doc(hidden)]
    fn audiences(self) -> Vec<String>;
}

/// That an algorithm was given.
#[diagnostic::on_unimplemented(
    message = "the validator has no algorithm",
    label = "missing `.algorithm(..)`",
    note = "add `.algorithm(Algorithm::Rs256)`, or what else the provider signs with, before `.build()`"
)]
pub trait HasAlgorithm {
    #[doc(hidden)]
    fn algorithms(self) -> Vec<Algorithm>;
}

impl HasIssuer for Given<String> {
    fn issuer(self) -> String {
        self.0
    }
}

impl HasAudience for Given<Vec<String>> {
    fn audiences(self) -> Vec<String> {
        self.0
    }
}

impl HasAlgorithm for Given<Vec<Algorithm>> {
    fn algorithms(self) -> Vec<Algorithm> {
        self.0
    }
}

/// What there may be several of: [`Missing`], or some.
pub trait Several<T> {
    #[doc(hidden)]
    fn and(self, one: T) -> Given<Vec<T>>;

    #[doc(hidden)]
    fn known(self) -> Given<Vec<T>>;
}

impl<T> Several<T> for Missing {
    fn and(self, one: T) -> Given<Vec<T>> {
        Given(vec![one])
    }

    fn known(self) -> Given<Vec<T>> {
        Given(Vec::new())
    }
}

impl<T> Several<T> for Given<Vec<T>> {
    fn and(mut self, one: T) -> Given<Vec<T>> {
        self.0.push(one);
        self
    }

    fn known(self) -> Self {
        self
    }
}

impl<T> fmt::Debug for Given<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Given(..)")
    }
}

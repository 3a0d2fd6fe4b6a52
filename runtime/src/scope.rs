//! The value of an OAuth scope.

use std::fmt;

/// An OAuth scope token (RFC 6749 section 3.3): one or more printable ASCII characters other than space, `"` and `\`.
///
/// Compared exactly, byte by byte: no case folding, no prefixes, no wildcards.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Serialize)]
#[serde(transparent)]
pub struct ScopeToken(&'static str);

impl ScopeToken {
    /// Makes a scope token of a literal. In a constant, a mistake is a compile error.
    ///
    /// # Panics
    ///
    /// If `text` is outside the grammar.
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        assert!(!text.is_empty(), "a scope cannot be empty");
        assert!(
            is_scope(text),
            "a scope is printable ASCII without space, quote and backslash"
        );
        Self(text)
    }

    /// The scope as it stands in a token or a challenge.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// `==`, in a constant.
    pub(crate) const fn is(self, other: Self) -> bool {
        let (mut one, mut other) = (self.0.as_bytes(), other.0.as_bytes());
        while let ([a, rest @ ..], [b, others @ ..]) = (one, other) {
            if *a != *b {
                return false;
            }
            (one, other) = (rest, others);
        }
        one.is_empty() && other.is_empty()
    }

    /// Whether it is one of these, in a constant.
    pub(crate) const fn is_in(self, mut scopes: &[Self]) -> bool {
        while let [scope, rest @ ..] = scopes {
            if self.is(*scope) {
                return true;
            }
            scopes = rest;
        }
        false
    }
}

/// Whether a text is a `scope-token` of RFC 6749.
pub(crate) const fn is_scope(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        if !matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e) {
            return false;
        }
        rest = tail;
    }
    !text.is_empty()
}

impl fmt::Display for ScopeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

//! The ways in which validators have failed. Each has its rows in the tables.

/// A class of failures, with one or two that were found in the wild.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Class {
    /// The token says that it is not signed (CVE-2015-9235, CVE-2021-44878).
    AlgNone,
    /// The token says how it is to be checked, and a key is used for what it is not for (CVE-2016-10555, CVE-2026-22817).
    AlgConfusion,
    /// The token brings its key along, or says where to get it (CVE-2018-0114).
    KeyInjection,
    /// The id of the key is used for more than to find a key that is there.
    Kid,
    /// A signature that no key has made (CVE-2022-21449).
    Signature,
    /// An extension that has to be understood, and is not (CVE-2025-59420).
    Crit,
    /// What is signed is something else than what is read (CVE-2026-48990).
    B64,
    /// One token in many spellings (CVE-2026-62995).
    Malleability,
    /// Encrypted, compressed, nested or in another serialization (CVE-2026-29000, CVE-2024-21319).
    Jwe,
    /// A claim of another type than it should be, or missing (CVE-2026-25537, CVE-2025-30144).
    ClaimType,
    /// Too early, too late, or for too long (CVE-2026-107719).
    Time,
    /// Of another issuer, whose name is similar (CVE-2024-53861).
    Issuer,
    /// For somebody else, or for nobody (CVE-2025-62610, CVE-2025-69196).
    Audience,
    /// An ID token, a refresh token, or another that is no access token.
    TokenKind,
    /// Bound to a key of its sender (RFC 9449 section 7.2).
    SenderConstrained,
    /// Scopes that are nearly the one that is needed (CVE-2026-32716).
    Scope,
    /// JSON that two parsers read differently, also by names that only look alike (CVE-2026-27896).
    Json,
    /// Too long or too deep (CVE-2025-53864, CVE-2025-30204).
    Size,
}

impl Class {
    pub(super) const ALL: [Self; 18] = [
        Self::AlgNone,
        Self::AlgConfusion,
        Self::KeyInjection,
        Self::Kid,
        Self::Signature,
        Self::Crit,
        Self::B64,
        Self::Malleability,
        Self::Jwe,
        Self::ClaimType,
        Self::Time,
        Self::Issuer,
        Self::Audience,
        Self::TokenKind,
        Self::SenderConstrained,
        Self::Scope,
        Self::Json,
        Self::Size,
    ];
}

//! Which issuers can be believed at all, and where they may be asked.

use crate::claims::MAX_LEEWAY;
use crate::error::ConfigError;
use crate::resource::is_secure;
use std::time::Duration;
use url::{Host, Url};

/// Checks an issuer (RFC 8414 section 2).
///
/// 1. It is an https URL, or http on this machine, without query and fragment.
/// 2. It is not Google: its access tokens are opaque, and it answers nobody but its own servers about them.
pub(super) fn check_issuer(issuer: &str) -> Result<Url, ConfigError> {
    let refuse = |what: &str, help: &str| Err(ConfigError::new(format!("the issuer `{issuer}` {what}"), help));
    let Ok(url) = Url::parse(issuer) else {
        return refuse(
            "is not a URL",
            "copy `issuer` from the provider's `/.well-known/openid-configuration`",
        );
    };
    if !is_secure(&url) {
        return refuse(
            "is not https",
            "use `https://`; `http://` is for loopback hosts such as `127.0.0.1` only",
        );
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse(
            "has a query or a fragment",
            "copy `issuer` from the provider's `/.well-known/openid-configuration`",
        );
    }
    if url.host() == Some(Host::Domain("accounts.google.com")) {
        return refuse(
            "gives out access tokens that no server but Google's own can check: they are opaque, are not for an audience, and \
             there is no introspection for others",
            "let people log in with Google at an authorization server of your own (Keycloak, Auth0, Okta, Cognito and others \
             can), which then issues tokens for this server, and give that one as the issuer; an ID token is no substitute",
        );
    }
    Ok(url)
}

/// Checks a URL at which an issuer is asked; `what` is what cannot be done if it is no good.
pub(super) fn check_endpoint(what: &str, uri: &str) -> Result<Url, ConfigError> {
    Url::parse(uri).ok().filter(is_secure).ok_or_else(|| {
        let help = "use an `https://` URL; `http://` is for loopback hosts such as `127.0.0.1` only";
        ConfigError::new(format!("{what} `{uri}`"), help)
    })
}

/// Checks how much clocks may differ.
pub(super) fn check_leeway(leeway: Duration) -> Result<(), ConfigError> {
    if leeway > MAX_LEEWAY {
        let help = "use 300 seconds or less, and set the clocks by NTP";
        return Err(ConfigError::new("the leeway is too long", help));
    }
    Ok(())
}

//! Where the provider describes itself.

use crate::algorithm::Algorithm;
use crate::published::Published;
use serde_json::{Value, json};

/// One of the places where an issuer describes itself, all of which the provider serves with the same document.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Discovery {
    /// `/.well-known/oauth-authorization-server` before the issuer's path (RFC 8414 section 3.1).
    OAuth,
    /// `/.well-known/openid-configuration` before the issuer's path (RFC 8414 section 5).
    OpenId,
    /// `/.well-known/openid-configuration` after the issuer's path (`OpenID` Connect Discovery 1.0 section 4.1). The same as
    /// [`OpenId`](Self::OpenId) if the issuer has no path.
    OpenIdAfterPath,
}

impl Discovery {
    /// The path of the document, for an issuer with this path.
    pub(crate) fn path(self, issuer_path: &str) -> String {
        match self {
            Self::OAuth => format!("/.well-known/oauth-authorization-server{issuer_path}"),
            Self::OpenId => format!("/.well-known/openid-configuration{issuer_path}"),
            Self::OpenIdAfterPath => format!("{issuer_path}/.well-known/openid-configuration"),
        }
    }
}

impl Published {
    /// The metadata of RFC 8414 and `OpenID` Connect Discovery, as far as it is true: this provider has no endpoint that
    /// gives out anything, tokens are minted in process.
    pub(crate) fn metadata(&self) -> Value {
        let algorithms = Algorithm::ALL.map(Algorithm::as_str);
        let client_auth = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
        json!({
            "issuer": self.issuer,
            "jwks_uri": self.jwks_uri,
            "introspection_endpoint": self.introspection_endpoint,
            "introspection_endpoint_auth_methods_supported": client_auth,
            "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": algorithms,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Discovery;
    use crate::{Error, Fault, IdentityProvider};
    use serde_json::Value;

    const PLACES: [Discovery; 3] = [Discovery::OAuth, Discovery::OpenId, Discovery::OpenIdAfterPath];

    async fn status(provider: &IdentityProvider, place: Discovery) -> u16 {
        let response = reqwest::get(provider.discovery_url(place)).await.unwrap();
        response.status().as_u16()
    }

    #[tokio::test]
    async fn an_issuer_with_a_path_is_described_in_three_places() {
        let provider = IdentityProvider::start_with_path("/realms/acme").await.unwrap();
        assert!(provider.issuer().ends_with("/realms/acme"));
        let origin = provider.issuer().strip_suffix("/realms/acme").unwrap();
        for (place, path) in PLACES.into_iter().zip([
            "/.well-known/oauth-authorization-server/realms/acme",
            "/.well-known/openid-configuration/realms/acme",
            "/realms/acme/.well-known/openid-configuration",
        ]) {
            let url = provider.discovery_url(place);
            assert_eq!(url, format!("{origin}{path}"));
            let text = reqwest::get(url).await.unwrap().text().await.unwrap();
            let metadata: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(metadata["issuer"], provider.issuer());
            let keys = reqwest::get(metadata["jwks_uri"].as_str().unwrap()).await.unwrap();
            assert_eq!(keys.text().await.unwrap(), provider.jwks().to_string());
        }
        assert_eq!((provider.discovery_requests(), provider.jwks_requests()), (3, 3));
    }

    #[tokio::test]
    async fn a_place_can_fail_for_itself() {
        for path in ["", "/a"] {
            let provider = IdentityProvider::start_with_path(path).await.unwrap();
            provider.discovery_fault_at(Discovery::OAuth, Fault::Status(404));
            assert_eq!(status(&provider, Discovery::OAuth).await, 404);
            assert_eq!(status(&provider, Discovery::OpenId).await, 200);
            assert_eq!(status(&provider, Discovery::OpenIdAfterPath).await, 200);
            provider.discovery_fault(Fault::Status(503));
            provider.discovery_fault_at(Discovery::OAuth, None);
            for place in PLACES {
                assert_eq!(status(&provider, place).await, 503);
            }
        }
    }

    #[tokio::test]
    async fn the_path_is_one_that_a_url_can_have() {
        for path in ["a", "/a/", "/", "/a?b", "/a#b", "/a b", "/{a}", "/../a", "//"] {
            let refused = IdentityProvider::start_with_path(path).await;
            assert!(matches!(refused, Err(Error::Url(_))), "{path}");
        }
        assert!(IdentityProvider::start_with_path("/:a/*b").await.is_ok());
    }
}

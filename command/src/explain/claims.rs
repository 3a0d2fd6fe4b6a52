//! Where the tokens of a provider say what.

use std::str::FromStr;
use toolgate::ClaimMap;

/// A provider whose tokens are to be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Provider {
    Default,
    Keycloak(String),
    EntraId,
    Okta,
    Auth0(String),
    Cognito,
}

impl FromStr for Provider {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        Ok(match (name, rest) {
            ("default", "") => Self::Default,
            ("entra-id", "") => Self::EntraId,
            ("okta", "") => Self::Okta,
            ("cognito", "") => Self::Cognito,
            ("keycloak", "") => {
                return Err("write it with the client that stands for the server, as in `keycloak:notes`");
            }
            ("keycloak", client) => Self::Keycloak(client.to_owned()),
            ("auth0", "") => {
                return Err("write it with the claim that has the roles, as in `auth0:https://my.app/roles`");
            }
            ("auth0", claim) => Self::Auth0(claim.to_owned()),
            _ => return Err("write `default`, `keycloak:CLIENT`, `entra-id`, `okta`, `auth0:CLAIM` or `cognito`"),
        })
    }
}

impl Provider {
    pub(super) fn claims(&self) -> ClaimMap {
        match self {
            Self::Default => ClaimMap::default(),
            Self::Keycloak(client) => ClaimMap::keycloak(client),
            Self::EntraId => ClaimMap::entra_id(),
            Self::Okta => ClaimMap::okta(),
            Self::Auth0(claim) => ClaimMap::auth0(claim),
            Self::Cognito => ClaimMap::cognito(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Provider;

    #[test]
    fn a_claim_may_be_a_url() {
        let auth0 = "auth0:https://my.app/roles".parse();
        assert_eq!(auth0, Ok(Provider::Auth0("https://my.app/roles".to_owned())));
        for wrong in ["", "keycloak", "auth0:", "okta:x", "Okta"] {
            assert!(wrong.parse::<Provider>().is_err(), "{wrong}");
        }
    }
}

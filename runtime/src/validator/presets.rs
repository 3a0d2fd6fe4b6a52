//! Claim maps of common providers.

use super::claim_map::{ClaimMap, path};

impl ClaimMap {
    /// Keycloak: roles of the realm, and those of the client that stands for this server.
    ///
    /// A realm has no tenants of its own: say `.tenant_is("..")` for a realm of one tenant, or let a mapper add `tenant_id`.
    #[must_use]
    pub fn keycloak(client_id: &str) -> Self {
        Self::default()
            .roles_at(["realm_access", "roles"])
            .or_roles_at(["resource_access", client_id, "roles"])
    }

    /// Microsoft Entra ID, tokens of version 2.0: app roles in `roles`, the directory in `tid`.
    #[must_use]
    pub fn entra_id() -> Self {
        Self::default().tenant_at(["tid"])
    }

    /// Okta, tokens of a custom authorization server: the client in `cid`, and as roles the groups, for which the server needs
    /// a claim `groups`.
    #[must_use]
    pub fn okta() -> Self {
        Self {
            // The second is that of answers about tokens.
            clients: vec![path(["cid"]), path(["client_id"])],
            ..Self::default().roles_at(["groups"])
        }
    }

    /// Auth0: roles in a claim that an Action adds, such as `https://my.app/roles`, and the organization as tenant. The subject
    /// of a client in its own name ends with `@clients`.
    ///
    /// Permissions, if the API adds them to its tokens, are read with `.or_roles_at(["permissions"])`.
    #[must_use]
    pub fn auth0(roles_claim: &str) -> Self {
        let map = Self::default().roles_at([roles_claim]).tenant_at(["org_id"]);
        Self {
            client_suffix: "@clients",
            ..map
        }
    }

    /// Amazon Cognito: groups of the user pool as roles.
    ///
    /// Its access tokens have an `aud` only if the client names the resource when it asks for one (resource binding). For others
    /// see [`Dangerous::accept_without_audience`](super::Dangerous::accept_without_audience).
    #[must_use]
    pub fn cognito() -> Self {
        Self::default().roles_at(["cognito:groups"])
    }
}

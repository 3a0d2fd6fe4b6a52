//! Where an issuer's tokens say scopes, roles, tenant and client.

use super::TokenError;
use super::tenant_rule::TenantRule;
use crate::caller::{Actor, PrincipalKind};
use crate::claims::{ClaimSet, sorted};
use crate::strict_json::{Json, Object};
use std::sync::Arc;
use std::time::Duration;

/// The last second of the year 9999 (R15).
const MAX_DATE: f64 = 253_402_300_799.0;

/// Which claims of a token mean what (R14). A path is an array of member names and is never split at dots: Auth0's claims
/// are URLs.
///
/// ```
/// use toolgate::ClaimMap;
///
/// // Keycloak: a preset.
/// let keycloak = ClaimMap::keycloak("notes");
/// // One of your own: roles in a claim with a path, one tenant for all tokens of this issuer.
/// let own = ClaimMap::default().roles_at(["access", "roles"]).tenant_is("acme");
/// ```
///
/// Scopes are not configured: they are read from `scope`, else from `scp`.
#[derive(Clone, Debug)]
pub struct ClaimMap {
    pub(super) roles: Vec<Vec<String>>,
    pub(super) tenant: Vec<String>,
    pub(super) tenants: TenantRule,
    /// The first that is there.
    pub(super) clients: Vec<Vec<String>>,
    /// What follows the client's id in the subject of a client in its own name.
    pub(super) client_suffix: &'static str,
}

impl Default for ClaimMap {
    /// Roles in `roles`, the tenant in `tenant_id`.
    fn default() -> Self {
        Self {
            roles: vec![path(["roles"])],
            tenant: path(["tenant_id"]),
            tenants: TenantRule::Unsaid,
            clients: vec![path(["client_id"]), path(["azp"])],
            client_suffix: "",
        }
    }
}

impl ClaimMap {
    /// Reads roles from this claim only. It must be an array of strings, or one string.
    #[must_use]
    pub fn roles_at<'a>(self, claim: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            roles: vec![path(claim)],
            ..self
        }
    }

    /// Reads roles from this claim as well.
    #[must_use]
    pub fn or_roles_at<'a>(mut self, claim: impl IntoIterator<Item = &'a str>) -> Self {
        self.roles.push(path(claim));
        self
    }

    /// Reads the tenant from this claim. It must be a string.
    #[must_use]
    pub fn tenant_at<'a>(self, claim: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            tenant: path(claim),
            ..self
        }
    }

    /// Reads the client that a token was issued to from this claim only. It must be a string. Unless set, `client_id`, else
    /// `azp`.
    #[must_use]
    pub fn client_at<'a>(self, claim: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            clients: vec![path(claim)],
            ..self
        }
    }

    /// Reads claims that were validated.
    ///
    /// 1. Scopes: `scope`, a string split at single spaces (RFC 6749 section 3.3: U+0020 and no other white space); if it
    ///    is absent, `scp`, such a string or an array of strings.
    /// 2. Roles: the configured claims, each an array of strings or one string.
    /// 3. Tenant: the configured claim, a string that is not empty, and a tenant that the issuer may name ([`TenantRule::admit`]).
    /// 4. Client: the first of the configured claims, a string. A subject that equals it, but for a configured suffix, is the
    ///    client itself (RFC 9068 section 5).
    /// 5. The login: `acr`, a string; `amr`, an array of strings or one string; `auth_time`, a date. What is of another type is
    ///    as good as absent: it can only fail to satisfy (SU-05).
    /// 6. Who acts for the caller: `act`, an object, in which `sub`, `iss` and `client_id` are strings.
    /// 7. Any other claim that is absent grants nothing. One of another type refuses the token.
    pub(super) fn read(&self, issuer: &Arc<str>, raw: &Object<'_>) -> Result<ClaimSet, TokenError> {
        let subject = string(raw.get("sub"), "sub")?.ok_or(TokenError::Claim("sub"))?;
        self.read_about(subject, issuer, raw)
    }

    /// Reads claims that are about this subject.
    pub(super) fn read_about(
        &self,
        subject: &str,
        issuer: &Arc<str>,
        raw: &Object<'_>,
    ) -> Result<ClaimSet, TokenError> {
        let client_id = self.clients.iter().find_map(|claim| at(raw, claim));
        let client_id = string(client_id, "client_id")?;
        let kind = if client_id.is_some() && client_id == subject.strip_suffix(self.client_suffix) {
            PrincipalKind::Client
        } else {
            PrincipalKind::User
        };
        let mut roles = Vec::new();
        for claim in &self.roles {
            roles.extend(strings(at(raw, claim), "roles")?);
        }
        let tenant = string(at(raw, &self.tenant), "tenant")?;
        let tenant = self.tenants.admit(tenant)?;
        let mut claims = ClaimSet::of(Arc::clone(issuer), subject, kind);
        claims.client_id = client_id.map(Into::into);
        claims.tenant = tenant.map(Into::into);
        claims.scopes = sorted(scopes(raw)?);
        claims.roles = sorted(roles);
        claims.acr = string(raw.get("acr"), "acr").unwrap_or_default().map(Into::into);
        let methods = strings(raw.get("amr"), "amr").unwrap_or_default();
        claims.amr = methods.into_iter().map(Into::into).collect();
        claims.auth_time = date(raw, "auth_time").unwrap_or_default();
        claims.actor = actor(raw.get("act"))?;
        Ok(claims)
    }
}

pub(super) fn path<'a>(claim: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    claim.into_iter().map(str::to_owned).collect()
}

fn at<'a>(claims: &'a Object<'_>, path: &[String]) -> Option<&'a Json<'a>> {
    let (first, rest) = path.split_first()?;
    rest.iter()
        .try_fold(claims.get(first)?, |value, member| value.member(member))
}

fn scopes<'a>(claims: &'a Object<'_>) -> Result<Vec<&'a str>, TokenError> {
    match (claims.get("scope"), claims.get("scp")) {
        (Some(Json::String(scopes)), _) | (None, Some(Json::String(scopes))) => {
            Ok(scopes.split(' ').filter(|scope| !scope.is_empty()).collect())
        }
        (Some(_), _) => Err(TokenError::Claim("scope")),
        (None, Some(Json::Array(_))) => strings(claims.get("scp"), "scp"),
        (None, Some(_)) => Err(TokenError::Claim("scp")),
        (None, None) => Ok(Vec::new()),
    }
}

fn actor(act: Option<&Json<'_>>) -> Result<Option<Actor>, TokenError> {
    let Some(act) = act else {
        return Ok(None);
    };
    let Json::Object(act) = act else {
        return Err(TokenError::Claim("act"));
    };
    let member = |name: &str| Ok(string(act.get(name), "act")?.map(Into::into));
    Ok(Some(Actor {
        subject: member("sub")?,
        issuer: member("iss")?,
        client_id: member("client_id")?,
    }))
}

/// A `NumericDate` (RFC 7519 section 2): a number of seconds since the Unix epoch, perhaps with a fraction.
pub(super) fn date(claims: &Object<'_>, name: &'static str) -> Result<Option<Duration>, TokenError> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    match value.as_f64() {
        Some(seconds) if (0.0..=MAX_DATE).contains(&seconds) => Ok(Some(Duration::from_secs_f64(seconds))),
        _ => Err(TokenError::Claim(name)),
    }
}

fn string<'a>(value: Option<&'a Json<'_>>, name: &'static str) -> Result<Option<&'a str>, TokenError> {
    match value {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(TokenError::Claim(name)),
    }
}

fn strings<'a>(value: Option<&'a Json<'_>>, name: &'static str) -> Result<Vec<&'a str>, TokenError> {
    match value {
        None => Ok(Vec::new()),
        Some(Json::String(text)) => Ok(vec![text]),
        Some(Json::Array(list)) => list
            .iter()
            .map(|item| item.as_str().ok_or(TokenError::Claim(name)))
            .collect(),
        Some(_) => Err(TokenError::Claim(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::ClaimMap;
    use crate::claims::ClaimSet;
    use crate::strict_json::borrowed_object;
    use crate::validator::TokenError;
    use serde_json::{Value, json};

    fn read(map: &ClaimMap, mut claims: Value) -> Result<ClaimSet, TokenError> {
        let raw = claims.as_object_mut().unwrap();
        raw.entry("sub").or_insert_with(|| "alice".into());
        let text = claims.to_string();
        map.read(
            &"https://idp.example".into(),
            &borrowed_object(text.as_bytes()).unwrap(),
        )
    }

    fn scopes(claims: Value) -> Result<Vec<String>, TokenError> {
        Ok(read(&ClaimMap::default(), claims)?
            .scopes
            .iter()
            .map(ToString::to_string)
            .collect())
    }

    #[test]
    fn r14_reads_scopes_from_scope_else_scp() {
        assert_eq!(scopes(json!({"scope": "b a"})).unwrap(), ["a", "b"]);
        assert_eq!(scopes(json!({"scope": "  b  a b "})).unwrap(), ["a", "b"]);
        assert_eq!(scopes(json!({"scope": "a", "scp": ["x"]})).unwrap(), ["a"]);
        assert_eq!(scopes(json!({"scope": "", "scp": ["x"]})).unwrap(), [""; 0]);
        assert_eq!(scopes(json!({"scp": "a b"})).unwrap(), ["a", "b"]);
        assert_eq!(scopes(json!({"scp": ["a b", "c"]})).unwrap(), ["a b", "c"]);
        assert_eq!(scopes(json!({})).unwrap(), [""; 0]);
    }

    #[test]
    fn r14_splits_scopes_at_the_space_only() {
        let odd = "openid\u{a0}read:tools\u{3000}x\u{2028}y\tz";
        assert_eq!(scopes(json!({"scope": odd})).unwrap(), [odd]);
    }

    #[test]
    fn r14_a_claim_of_another_type_refuses_the_token() {
        for claims in [
            json!({"scope": ["a"]}),
            json!({"scope": null}),
            json!({"scp": {"a": true}}),
            json!({"scp": [1]}),
            json!({"roles": {"admin": true}}),
            json!({"roles": [["admin"]]}),
            json!({"roles": true}),
            json!({"tenant_id": ["acme"]}),
            json!({"tenant_id": 7}),
            json!({"tenant_id": ""}),
            json!({"client_id": 7}),
            json!({"azp": ["x"]}),
            json!({"act": "bob"}),
            json!({"act": {"sub": 1}}),
        ] {
            assert!(
                matches!(read(&ClaimMap::default(), claims.clone()), Err(TokenError::Claim(_))),
                "{claims}"
            );
        }
    }

    #[test]
    fn at_11_a_client_is_not_a_user_of_the_same_name() {
        let kind = |claims| read(&ClaimMap::default(), claims).unwrap().principal.kind.as_str();
        assert_eq!(kind(json!({"client_id": "alice"})), "client");
        assert_eq!(kind(json!({"client_id": "web"})), "user");
        assert_eq!(kind(json!({"azp": "alice"})), "client");
        assert_eq!(kind(json!({"client_id": "web", "azp": "alice"})), "user");
        assert_eq!(kind(json!({})), "user");
        let okta = ClaimMap::default().client_at(["cid"]);
        let kind = |claims| read(&okta, claims).unwrap().principal.kind.as_str();
        assert_eq!(kind(json!({"cid": "alice"})), "client");
        assert_eq!(kind(json!({"client_id": "alice"})), "user");
    }
}

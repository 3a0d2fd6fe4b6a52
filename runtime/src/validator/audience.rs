//! For whom a token is.

use super::TokenError;
use crate::error::ConfigError;
use crate::strict_json::{Json, Object};

/// Whose tokens are taken. A token that does not say for whom it is, is for nobody here (MCP-24), unless that was said to be
/// known otherwise.
#[derive(Clone, Debug)]
pub(super) struct Audiences {
    /// Empty only if [`absent`](Self::absent) lets something in.
    pub(super) accepted: Vec<String>,
    pub(super) absent: Absent,
}

/// What becomes of a token without `aud`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Absent {
    /// It is refused.
    Refused,
    /// It is taken if it is an access token that was issued to one of these clients. Never empty.
    From(Vec<String>),
    /// It is taken: whoever says that it is active says so of our tokens only.
    #[cfg(feature = "introspection")]
    Trusted,
}

impl Audiences {
    /// 1. No audience is empty.
    /// 2. A list of clients names one, and none of them is empty.
    pub(super) fn new(accepted: Vec<String>, absent: Absent) -> Result<Self, ConfigError> {
        if accepted.iter().any(String::is_empty) {
            let help = "give the resource URL of the gate, or what the provider writes into `aud` for it";
            return Err(ConfigError::new("an audience is empty", help)); // 1
        }
        if let Absent::From(clients) = &absent
            && (clients.is_empty() || clients.iter().any(String::is_empty))
        {
            let help = "list the ids of the clients whose tokens have no `aud`, or give an `.audience(..)` instead";
            return Err(ConfigError::new(
                "a client without a name cannot be accepted without audience",
                help,
            )); // 2
        }
        Ok(Self { accepted, absent })
    }

    /// Checks for whom a token is (R14, MCP-23, MCP-24).
    ///
    /// 1. `aud` is a string or an array of strings, and one of them is an accepted audience, byte by byte.
    /// 2. Without `aud` a token is refused,
    /// 3. unless clients were listed whose tokens never have one: then `client_id` is one of them, byte by byte, and `token_use`
    ///    is `access`. ID tokens always have an audience, so nothing else tells them from these.
    /// 4. Or unless the issuer was trusted to know.
    pub(super) fn check(&self, claims: &Object<'_>) -> Result<(), TokenError> {
        let accepted = |audience: &str| self.accepted.iter().any(|accepted| accepted == audience);
        match claims.get("aud") {
            Some(Json::String(audience)) if accepted(audience) => Ok(()), // 1
            Some(Json::String(_)) => Err(TokenError::Audience),
            Some(Json::Array(audiences)) => {
                let audiences: Option<Vec<_>> = audiences.iter().map(Json::as_str).collect();
                let audiences = audiences.ok_or(TokenError::Claim("aud"))?;
                let found = audiences.into_iter().any(accepted);
                if found { Ok(()) } else { Err(TokenError::Audience) }
            }
            None => self.check_absent(claims),
            Some(_) => Err(TokenError::Claim("aud")),
        }
    }

    fn check_absent(&self, claims: &Object<'_>) -> Result<(), TokenError> {
        let clients = match &self.absent {
            Absent::Refused => return Err(TokenError::Claim("aud")), // 2
            #[cfg(feature = "introspection")]
            Absent::Trusted => return Ok(()), // 4
            Absent::From(clients) => clients,
        };
        let is = |claim: &str, accepted: &dyn Fn(&str) -> bool| match claims.get(claim) {
            Some(Json::String(value)) => accepted(value),
            _ => false,
        };
        if !is("token_use", &|value| value == "access") {
            return Err(TokenError::NotAccessToken); // 3
        }
        if !is("client_id", &|value| clients.iter().any(|client| client == value)) {
            return Err(TokenError::Audience);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Absent, Audiences};
    use crate::strict_json::borrowed_object;
    use crate::validator::TokenError;
    use serde_json::{Value, json};

    fn check(audiences: &Audiences, claims: &Value) -> Result<(), TokenError> {
        audiences.check(&borrowed_object(claims.to_string().as_bytes()).unwrap())
    }

    #[test]
    fn mcp_24_without_an_audience_only_listed_clients_access_tokens_are_taken() {
        let absent = Absent::From(vec!["web".to_owned(), "cli".to_owned()]);
        let cognito = Audiences::new(Vec::new(), absent.clone()).unwrap();
        let both = Audiences::new(vec!["notes".to_owned()], absent).unwrap();
        for (claims, expected) in [
            (json!({"client_id": "web", "token_use": "access"}), Ok(())),
            (json!({"client_id": "cli", "token_use": "access"}), Ok(())),
            (
                json!({"client_id": "Web", "token_use": "access"}),
                Err(TokenError::Audience),
            ),
            (
                json!({"client_id": "other", "token_use": "access"}),
                Err(TokenError::Audience),
            ),
            (
                json!({"client_id": ["web"], "token_use": "access"}),
                Err(TokenError::Audience),
            ),
            (json!({"azp": "web", "token_use": "access"}), Err(TokenError::Audience)),
            (json!({"token_use": "access"}), Err(TokenError::Audience)),
            (json!({"client_id": "web"}), Err(TokenError::NotAccessToken)),
            (
                json!({"client_id": "web", "token_use": "id"}),
                Err(TokenError::NotAccessToken),
            ),
            (
                json!({"client_id": "web", "token_use": "Access"}),
                Err(TokenError::NotAccessToken),
            ),
            (
                json!({"client_id": "web", "token_use": ["access"]}),
                Err(TokenError::NotAccessToken),
            ),
            (
                json!({"aud": "web", "client_id": "web", "token_use": "access"}),
                Err(TokenError::Audience),
            ),
            (
                json!({"aud": [], "client_id": "web", "token_use": "access"}),
                Err(TokenError::Audience),
            ),
            (
                json!({"aud": null, "client_id": "web", "token_use": "access"}),
                Err(TokenError::Claim("aud")),
            ),
            (
                json!({"aud": ["web", 1], "client_id": "web", "token_use": "access"}),
                Err(TokenError::Claim("aud")),
            ),
        ] {
            assert_eq!(check(&cognito, &claims), expected, "{claims}");
            assert_eq!(check(&both, &claims), expected, "{claims}");
        }
        assert_eq!(check(&both, &json!({"aud": "notes"})), Ok(()));
        assert_eq!(check(&cognito, &json!({"aud": "notes"})), Err(TokenError::Audience));
    }

    #[test]
    fn mcp_24_lists_without_names_are_found_at_construction() {
        for (accepted, absent) in [
            (vec![""], Absent::Refused),
            (vec!["a", ""], Absent::Refused),
            (vec!["a"], Absent::From(Vec::new())),
            (vec![], Absent::From(vec![String::new()])),
        ] {
            let accepted = accepted.into_iter().map(str::to_owned).collect();
            assert!(
                Audiences::new(accepted, absent)
                    .unwrap_err()
                    .to_string()
                    .contains("\nhelp: ")
            );
        }
    }
}

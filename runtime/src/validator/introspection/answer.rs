//! What the introspection endpoint said (RFC 7662 section 2.2).

use super::IntrospectionValidator;
use super::report::{Active, Trouble};
use crate::bearer::BearerToken;
use crate::caller::PrincipalKind;
use crate::claims::{ClaimSet, Claims};
use crate::error::Unavailable;
use crate::fetch::Answer;
use crate::revocation::TokenId;
use crate::strict_json::{self, Json, Object};
use crate::validator::claim_map::date;
use crate::validator::jwt::check_kind;
use crate::validator::shape::Shape;
use crate::validator::{TokenError, ValidateError};
use std::sync::OnceLock;
use std::time::Duration;

/// For how long a token is believed that does not say when it expires (R19): as long as any answer is.
const WITHOUT_EXPIRY: Duration = Duration::from_mins(1);

/// Between which times a token holds, and how much clocks may differ.
struct Times {
    not_before: Duration,
    expires_at: Duration,
    token_expiry: Option<Duration>,
    leeway: Duration,
}

/// The text of an answer, if it is one, and whether it says that the token is active (R19, IN-02).
///
/// 1. Its status is 200. With another it is none, whatever its body says.
/// 2. It is not signed (RFC 9701): that would be another protocol, to be turned on for our client and not understood here.
/// 3. Its type is `application/json`, whatever the parameters.
/// 4. It is a JSON object in UTF-8 that means one thing only (R16), and `active` is in it, a boolean.
pub(super) fn check(answer: Answer) -> Result<(String, Active), (Trouble, Unavailable)> {
    if answer.status != 200 {
        let trouble = match answer.status {
            // Those of the 4xx that say "not now".
            408 | 425 | 429 => Trouble::Unreachable,
            400..=499 => Trouble::Refused,
            _ => Trouble::Unreachable,
        };
        let what = format!("introspection was answered with status {}", answer.status);
        return Err((trouble, Unavailable::new(what))); // 1
    }
    let content_type = answer.content_type.as_deref().unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/token-introspection+jwt") {
        let what = "introspection was answered with a signed answer (RFC 9701): turn signed answers off for this server's client";
        return Err((Trouble::Malformed, Unavailable::new(what))); // 2
    }
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(Trouble::Malformed.because("introspection was not answered with JSON")); // 3
    }
    let text = String::from_utf8(answer.body); // 4
    let text = text.map_err(|_| Trouble::Malformed.because("introspection was not answered with UTF-8"))?;
    let active = read(&text).map_err(|error| (Trouble::Malformed, error))?;
    let active = active_of(&active);
    Ok((text, active))
}

impl IntrospectionValidator {
    /// Reads an answer, one that has just come or one that was kept (R19, IN-02, IN-03, RFC 7662 section 2.2).
    ///
    /// 1. It is a JSON object that means one thing only (R16), and `active` is in it, a boolean. Anything else says nothing about
    ///    the token: the endpoint does not work as it should.
    /// 2. `active` is `true`.
    /// 3. `iss`, if given, is the string that was configured, byte by byte.
    /// 4. `aud` says that it is for us; that has to be provable (MCP-24).
    /// 5. `token_type`, if given, is `Bearer`, in any case. It is an access token and no other, and not bound to its sender.
    /// 6. `exp`, if given, is a date, and not past. Without it, the token is believed for a minute.
    /// 7. `nbf` and `iat`, if given, are dates, and not to come.
    /// 8. `sub`, if given, is not empty. Without it the token is about the client itself, `client_id`, unless it is about a
    ///    person all the same: `username` names one, but not so that nobody else could have that name.
    /// 9. Scopes, roles, tenant and client are read where they are configured to be, of the right type (R14).
    /// 10. What the token is revoked by is the answer's `jti`, or the token's own text: other members may differ from answer to
    ///     answer.
    ///
    /// Other than for JWTs, a token may be valid for any length of time: whether it is gets asked again and again.
    pub(crate) fn claims_of(&self, token: &BearerToken, answer: &str, now: Duration) -> Result<Claims, ValidateError> {
        let raw = read(answer)?; // 1
        match active_of(&raw) {
            Active::Yes => {} // 2
            Active::No => return Err(TokenError::Inactive.into()),
        }
        match raw.get("iss") {
            None => {}
            Some(Json::String(issuer)) if **issuer == *self.issuer => {}
            Some(Json::String(_)) => return Err(TokenError::Issuer.into()), // 3
            Some(_) => return Err(TokenError::Claim("iss").into()),
        }
        self.audiences.check(&raw)?; // 4
        check_type(&raw)?; // 5
        check_kind(&raw)?;
        let times = self.check_time(&raw, now)?; // 6, 7
        let claims = self.check_subject(&raw)?; // 8, 9
        let token_id = match raw.get("jti") {
            Some(Json::String(id)) if !id.is_empty() => OnceLock::new(),
            _ => {
                let text = Shape::of(token.expose())?.essence(token.expose());
                OnceLock::from(TokenId::of_text(&self.issuer, text)) // 10
            }
        };
        Ok(Claims::from(ClaimSet {
            not_before: times.not_before,
            expires_at: times.expires_at,
            token_expiry: times.token_expiry,
            leeway: times.leeway,
            raw: answer.into(),
            token_id,
            ..claims
        }))
    }

    fn check_time(&self, raw: &Object<'_>, now: Duration) -> Result<Times, TokenError> {
        let token_expiry = date(raw, "exp")?;
        if token_expiry.is_some_and(|expires_at| now >= expires_at.saturating_add(self.leeway)) {
            return Err(TokenError::Expired);
        }
        let not_before = date(raw, "nbf")?.unwrap_or_default();
        let not_before = not_before.max(date(raw, "iat")?.unwrap_or_default());
        if not_before > now.saturating_add(self.leeway) {
            return Err(TokenError::NotYetValid);
        }
        Ok(match token_expiry {
            Some(expires_at) => Times {
                not_before,
                expires_at,
                token_expiry,
                leeway: self.leeway,
            },
            // Only our clock is concerned here, and it does not differ from itself.
            None => Times {
                not_before: not_before.min(now),
                expires_at: now.saturating_add(WITHOUT_EXPIRY),
                token_expiry,
                leeway: Duration::ZERO,
            },
        })
    }

    fn check_subject(&self, raw: &Object<'_>) -> Result<ClaimSet, TokenError> {
        match (raw.get("sub"), raw.get("client_id")) {
            (Some(Json::String(subject)), _) if !subject.is_empty() => self.claims.read(&self.issuer, raw),
            (None, Some(Json::String(client))) if !client.is_empty() && !raw.contains("username") => {
                let mut claims = self.claims.read_about(client, &self.issuer, raw)?;
                claims.principal.kind = PrincipalKind::Client;
                Ok(claims)
            }
            _ => Err(TokenError::Claim("sub")),
        }
    }
}

/// An answer that says whether the token is active.
pub(super) fn read(answer: &str) -> Result<Object<'_>, Unavailable> {
    let raw = strict_json::borrowed_object(answer.as_bytes())
        .map_err(|error| Unavailable::because("the introspection answer cannot be read", error))?;
    match raw.get("active") {
        Some(Json::Bool(_)) => Ok(raw),
        _ => Err(Unavailable::new(
            "the introspection answer does not say whether the token is active",
        )),
    }
}

/// What it says. Whatever is not `true` is no.
pub(super) fn active_of(answer: &Object<'_>) -> Active {
    match answer.get("active") {
        Some(Json::Bool(true)) => Active::Yes,
        _ => Active::No,
    }
}

/// Checks how a token is to be used (RFC 6749 section 7.1).
fn check_type(raw: &Object<'_>) -> Result<(), TokenError> {
    match raw.get("token_type") {
        None => Ok(()),
        Some(Json::String(kind)) if kind.eq_ignore_ascii_case("bearer") => Ok(()),
        Some(Json::String(kind)) if kind.eq_ignore_ascii_case("dpop") => Err(TokenError::SenderConstrained),
        Some(Json::String(_)) => Err(TokenError::NotAccessToken),
        Some(_) => Err(TokenError::Claim("token_type")),
    }
}

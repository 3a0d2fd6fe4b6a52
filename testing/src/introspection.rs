//! The introspection endpoint (RFC 7662).

use crate::answer::Answer;
use crate::client_auth::{self, Refused};
use crate::mint::{TokenBuilder, seconds_since_epoch};
use crate::own_token;
use crate::published::Published;
use crate::recorded::RecordedRequest;
use axum::http::{StatusCode, header};
use serde_json::{Map, Value, json};
use std::time::Duration;

impl Published {
    /// Answers a request.
    ///
    /// 1. The parameters are a form, the token is not in the URL, and no parameter comes twice (RFC 6749 section 3.2).
    /// 2. The client is a registered one (RFC 7662 section 2.1).
    /// 3. There is a token.
    /// 4. Whatever is wrong with the token, it is not active, and that is all there is to say (section 2.2).
    pub(crate) fn introspect(&self, request: &RecordedRequest) -> Answer {
        match self.authenticated(request) {
            Ok((_, token)) => Answer::json(&self.introspection_of(&token)),
            Err(refused) => refused.into(),
        }
    }

    /// The same as a signed token (RFC 9701 section 5).
    pub(crate) fn signed_introspection(&self, request: &RecordedRequest) -> Answer {
        let (client, token) = match self.authenticated(request) {
            Ok(authenticated) => authenticated,
            Err(refused) => return refused.into(),
        };
        let claims = json!({
            "iss": self.issuer,
            "aud": client,
            "iat": seconds_since_epoch(),
            "token_introspection": self.introspection_of(&token),
        });
        let keys = self.state().keys.clone();
        let token = TokenBuilder::new(&self.issuer, "", keys)
            .header("typ", "token-introspection+jwt")
            .raw_claims(&claims.to_string());
        let mut answer = Answer::new("application/token-introspection+jwt", &Value::Null);
        answer.body = token.mint().into_bytes();
        answer
    }

    /// An answer that says that this token is active, whatever it is.
    pub(crate) fn credible_introspection(&self, token: Option<&str>) -> Answer {
        let known = token.and_then(|token| self.members(token));
        let made_up = || {
            let expiry = seconds_since_epoch().saturating_add(Duration::from_hours(1).as_secs());
            let members = [
                ("iss", Value::from(self.issuer.as_str())),
                ("sub", "anyone".into()),
                ("exp", expiry.into()),
            ];
            members
                .map(|(name, value)| (name.to_owned(), value))
                .into_iter()
                .collect()
        };
        Answer::json(&active(known.unwrap_or_else(made_up)))
    }

    /// What is true of this token now.
    pub(crate) fn introspection_of(&self, token: &str) -> Value {
        let revoked = self.state().tokens.is_revoked(token);
        let now = seconds_since_epoch();
        let expired = |members: &Map<String, Value>| {
            let expiry = members.get("exp").and_then(Value::as_f64);
            #[expect(clippy::cast_precision_loss, reason = "seconds of this age are exact in an `f64`")]
            expiry.is_some_and(|expiry| expiry <= now as f64)
        };
        match self.members(token) {
            Some(members) if !revoked && !expired(&members) => active(members),
            _ => json!({"active": false}),
        }
    }

    /// What was said of this token when it was minted.
    fn members(&self, token: &str) -> Option<Map<String, Value>> {
        let (opaque, keys) = {
            let state = self.state();
            (state.tokens.members(token), state.keys.clone())
        };
        opaque.or_else(|| own_token::claims(token, &keys, &self.issuer))
    }

    /// The client, and the token that it asks about.
    fn authenticated(&self, request: &RecordedRequest) -> Result<(String, String), Refused> {
        let form = client_auth::read_form(request)?;
        let audiences = [self.issuer.as_str(), self.introspection_endpoint.as_str()];
        let client = client_auth::authenticate(&mut self.state().clients, request, &form, &audiences)?;
        let token = form.get("token").ok_or(Refused::Request)?;
        Ok((client, token.clone()))
    }
}

fn active(mut members: Map<String, Value>) -> Value {
    members.insert("active".to_owned(), true.into());
    members.entry("token_type").or_insert_with(|| "Bearer".into());
    Value::Object(members)
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Self {
        let (status, error) = match refused {
            Refused::Request => (StatusCode::BAD_REQUEST, "invalid_request"),
            Refused::Client => (StatusCode::UNAUTHORIZED, "invalid_client"),
        };
        let mut answer = Self::json(&json!({ "error": error }));
        answer.status = status;
        if status == StatusCode::UNAUTHORIZED {
            // RFC 6749 section 5.2.
            answer = answer.header(header::WWW_AUTHENTICATE, "Basic realm=\"introspection\"");
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use crate::{Algorithm, ClientAuth, Fault, IdentityProvider, KeyKind, RegisteredClient};
    use jsonwebtoken::jwk::JwkSet;
    use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
    use reqwest::Response;
    use serde_json::{Value, json};

    async fn start() -> (IdentityProvider, RegisteredClient) {
        let provider = IdentityProvider::start().await.unwrap();
        let client = provider.register_client("toolgate", ClientAuth::SecretPost);
        (provider, client)
    }

    async fn ask(provider: &IdentityProvider, client: &RegisteredClient, token: &str) -> Response {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("token", token)
            .append_pair("client_id", client.id())
            .append_pair("client_secret", &client.secret())
            .finish();
        let request = reqwest::Client::new().post(provider.introspection_endpoint());
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        request.send().await.unwrap()
    }

    async fn answer(provider: &IdentityProvider, client: &RegisteredClient, token: &str) -> Value {
        let response = ask(provider, client, token).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/json");
        let answer: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(answer, provider.introspection_of(token));
        answer
    }

    #[tokio::test]
    async fn what_was_minted_is_answered() {
        let (provider, client) = start().await;
        let token = provider
            .opaque_token("alice")
            .audience("https://a.example/mcp")
            .tenant("acme");
        let token = token
            .scopes(["read:tools", "write:tools"])
            .roles(["manager"])
            .claim("cnf", json!({"jkt": "x"}));
        let token = token.mint();
        assert!(!token.contains('.'));
        let answered = answer(&provider, &client, &token).await;
        for (name, expected) in [
            ("active", json!(true)),
            ("iss", json!(provider.issuer())),
            ("sub", json!("alice")),
            ("aud", json!("https://a.example/mcp")),
            ("client_id", json!("demo")),
            ("token_type", json!("Bearer")),
            ("scope", json!("read:tools write:tools")),
            ("roles", json!(["manager"])),
            ("tenant_id", json!("acme")),
            ("cnf", json!({"jkt": "x"})),
        ] {
            assert_eq!(answered[name], expected, "{name}");
        }
        assert_eq!(
            answered["exp"].as_u64().unwrap() - answered["iat"].as_u64().unwrap(),
            3600
        );
        let other = provider.opaque_token("alice").client_credentials("robot").mint();
        assert_ne!(other, token);
        let other = answer(&provider, &client, &other).await;
        assert_eq!((other.get("sub"), &other["client_id"]), (None, &json!("robot")));
    }

    #[tokio::test]
    async fn what_is_not_good_is_not_active_and_no_more_is_said() {
        let (provider, client) = start().await;
        let inactive = json!({"active": false});
        let stranger = IdentityProvider::start().await.unwrap();
        for token in [
            "",
            "nobody-knows-it",
            &provider.opaque_token("alice").expired().mint(),
            &stranger.opaque_token("alice").mint(),
            &stranger.token("alice").mint(),
            &provider.token("alice").expired().mint(),
            &provider.token("alice").tampered().mint(),
            &provider.token("alice").foreign().mint(),
            &provider.token("alice").unsigned().mint(),
            &provider.token("alice").header("kid", "p256-1").mint(),
            &provider.token("alice").without_header("kid").mint(),
        ] {
            assert_eq!(answer(&provider, &client, token).await, inactive, "{token}");
        }
        for token in [provider.opaque_token("alice").mint(), provider.token("alice").mint()] {
            assert_eq!(answer(&provider, &client, &token).await["active"], true);
            provider.revoke(&token);
            assert_eq!(answer(&provider, &client, &token).await, inactive);
        }
    }

    #[tokio::test]
    async fn tokens_in_jwt_form_are_answered_with_their_claims() {
        let (provider, client) = start().await;
        let token = provider.token("alice").audience("a").scopes(["read:tools"]).mint();
        let answered = answer(&provider, &client, &token).await;
        assert_eq!(
            (&answered["sub"], &answered["scope"], &answered["aud"]),
            (&json!("alice"), &json!("read:tools"), &json!("a"))
        );
    }

    #[tokio::test]
    async fn tokens_in_jwt_form_go_with_their_key() {
        let (provider, client) = start().await;
        let token = provider.token("alice").algorithm(Algorithm::Es256).mint();
        provider.rotate_key(KeyKind::P256);
        assert_eq!(answer(&provider, &client, &token).await["active"], true);
        provider.remove_key("p256-1");
        assert_eq!(answer(&provider, &client, &token).await, json!({"active": false}));
    }

    #[tokio::test]
    async fn the_text_of_a_token_can_be_chosen() {
        let (provider, client) = start().await;
        let token = provider.opaque_token("alice").mint_as("a.b.c~+/==");
        assert_eq!(answer(&provider, &client, &token).await["sub"], "alice");
    }

    #[tokio::test]
    async fn an_error_page_says_that_any_token_is_active() {
        let (provider, client) = start().await;
        provider.introspection_fault(Fault::Status(500));
        let revoked = provider.opaque_token("alice").audience("a").mint();
        provider.revoke(&revoked);
        for (token, subject, audience) in [
            ("nobody-knows-it", "anyone", Value::Null),
            (&revoked, "alice", json!("a")),
        ] {
            let response = ask(&provider, &client, token).await;
            assert_eq!(response.status(), 500);
            let answer: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
            assert_eq!(
                (&answer["active"], &answer["sub"], &answer["aud"]),
                (&json!(true), &json!(subject), &audience)
            );
        }
    }

    #[tokio::test]
    async fn a_fault_can_be_for_one_token() {
        let (provider, client) = start().await;
        let (one, other) = (
            provider.opaque_token("alice").mint(),
            provider.opaque_token("bob").mint(),
        );
        let text = r#"{"active":"true","sub":"alice"}"#;
        provider.token_fault(&one, Fault::Body(text.to_owned()).times(1));
        assert_eq!(answer(&provider, &client, &other).await["sub"], "bob");
        assert_eq!(ask(&provider, &client, &one).await.text().await.unwrap(), text);
        assert_eq!(answer(&provider, &client, &one).await["sub"], "alice");
        provider.introspection_fault(Fault::Status(500));
        provider.token_fault(&one, Fault::Empty);
        assert_eq!(ask(&provider, &client, &one).await.text().await.unwrap(), "{}");
        assert_eq!(ask(&provider, &client, &other).await.status(), 500);
        provider.token_fault(&one, None);
        assert_eq!(ask(&provider, &client, &one).await.status(), 500);
        provider.token_fault(&one, Fault::Empty);
        provider.clear_faults();
        assert_eq!(answer(&provider, &client, &one).await["sub"], "alice");
    }

    #[tokio::test]
    async fn a_signed_answer_is_a_token() {
        let (provider, client) = start().await;
        let token = provider.opaque_token("alice").mint();
        provider.token_fault(&token, Fault::SignedAnswer);
        let response = ask(&provider, &client, &token).await;
        assert_eq!(
            response.headers()["content-type"],
            "application/token-introspection+jwt"
        );
        let answer = response.text().await.unwrap();
        let header = decode_header(&answer).unwrap();
        assert_eq!(header.typ.as_deref(), Some("token-introspection+jwt"));
        let keys: JwkSet = serde_json::from_value(provider.jwks()).unwrap();
        let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
        let mut validation = Validation::new(header.alg);
        validation.set_audience(&[client.id()]);
        validation.set_issuer(&[provider.issuer()]);
        validation.set_required_spec_claims(&["iss", "aud"]);
        validation.validate_exp = false;
        let claims = decode::<Value>(&answer, &key, &validation).unwrap().claims;
        assert_eq!(claims["token_introspection"], provider.introspection_of(&token));
        assert!(claims["iat"].is_u64());
    }

    #[tokio::test]
    async fn requests_are_kept_as_they_came() {
        let (provider, client) = start().await;
        assert!(provider.last_introspection_request().is_none());
        let token = provider.opaque_token("alice").mint();
        ask(&provider, &client, &token).await;
        let request = provider.last_introspection_request().unwrap();
        assert_eq!(
            (request.method(), request.path(), request.query()),
            ("POST", "/introspect", None)
        );
        assert_eq!(
            request.header("Content-Type"),
            Some("application/x-www-form-urlencoded")
        );
        assert_eq!(request.header("authorization"), None);
        assert_eq!(request.parameter("token"), Some(token.clone()));
        assert_eq!(request.form()[1], ("client_id".to_owned(), "toolgate".to_owned()));
        assert!(!format!("{request:?} {client:?}").contains(&token));
        assert!(!format!("{request:?} {client:?}").contains(&client.secret()));
    }
}

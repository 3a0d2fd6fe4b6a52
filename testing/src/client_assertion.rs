//! Tokens with which clients say who they are.

use crate::client_registry::{ClientRegistry, Method, Registration};
use crate::own_token::decoding_key;
use jsonwebtoken::{Validation, decode, decode_header};
use serde_json::{Map, Value};

/// Checks such a token, and says whose it is (RFC 7523 section 3).
///
/// 1. It is signed with a key that is registered for a client.
/// 2. `aud` is the issuer or the introspection endpoint, alone or among others.
/// 3. `exp` is in the future, and `nbf`, if any, in the past.
/// 4. `iss` and `sub` are the client's id.
/// 5. It has a `jti` that the client has never used before.
pub(crate) fn check(registry: &mut ClientRegistry, assertion: &str, audiences: &[&str]) -> Option<String> {
    let header = decode_header(assertion).ok()?;
    let mut validation = Validation::new(header.alg);
    validation.leeway = 0;
    // Else the second at which it expires would count as before (RFC 7519 section 4.1.4).
    validation.reject_tokens_expiring_in_less_than = 1;
    validation.validate_nbf = true;
    validation.set_audience(audiences);
    validation.set_required_spec_claims(&["aud", "exp"]);
    let claims_for = |client: &Registration| {
        let fits = |kid: &str| header.kid.as_deref().is_none_or(|given| given == kid);
        let keys = client
            .keys
            .iter()
            .filter(|key| fits(key.kid()))
            .filter_map(decoding_key);
        let mut verified = keys.filter_map(|key| decode::<Map<String, Value>>(assertion, &key, &validation).ok());
        verified.next().map(|data| data.claims)
    };
    let mut clients = registry
        .clients
        .iter()
        .filter(|(_, client)| client.method == Method::Assertion);
    let (id, claims) = clients.find_map(|(id, client)| {
        let claims = claims_for(client)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let own = text("iss") == Some(id) && text("sub") == Some(id);
        own.then_some((id.clone(), claims))
    })?;
    let assertion_id = claims.get("jti")?.as_str()?.to_owned();
    let unused = registry.used_assertions.insert((id.clone(), assertion_id));
    unused.then_some(id)
}

#[cfg(test)]
mod tests {
    use crate::{Algorithm, ClientAuth, IdentityProvider, KeyKind, RegisteredClient, SigningKey, TokenBuilder};
    use serde_json::{Value, json};
    use std::time::Duration;
    use url::form_urlencoded::Serializer;

    const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// Asks about some token, and says with which status and error that ends.
    async fn ask(provider: &IdentityProvider, form: &[(&str, &str)]) -> (u16, String) {
        let form = Serializer::new(String::new())
            .append_pair("token", "x")
            .extend_pairs(form)
            .finish();
        let request = reqwest::Client::new()
            .post(provider.introspection_endpoint())
            .body(form);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        (status, body["error"].as_str().unwrap_or_default().to_owned())
    }

    async fn assert(provider: &IdentityProvider, assertion: &str) -> u16 {
        let form = [
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion),
        ];
        ask(provider, &form).await.0
    }

    /// A provider, a client that is registered there with a key of this kind, and the key.
    async fn start(kind: KeyKind) -> (IdentityProvider, RegisteredClient, SigningKey) {
        let provider = IdentityProvider::start().await.unwrap();
        let key = SigningKey::generate(kind, "client-1");
        let client = provider.register_client("toolgate", ClientAuth::PrivateKeyJwt(key.clone()));
        (provider, client, key)
    }

    /// What a client signs that does everything right.
    fn token(provider: &IdentityProvider, client: &RegisteredClient, key: &SigningKey) -> TokenBuilder {
        let algorithm = match key.kind() {
            KeyKind::Rsa => Algorithm::Ps256,
            KeyKind::P256 => Algorithm::Es256,
            KeyKind::P384 => Algorithm::Es384,
            KeyKind::Ed25519 => Algorithm::EdDsa,
        };
        let token = provider.token(client.id()).algorithm(algorithm).key(key);
        let token = token.without("client_id").without_header("typ");
        token
            .claim("iss", client.id())
            .audience(provider.issuer())
            .expires_in(Duration::from_mins(1))
    }

    type Change = fn(TokenBuilder) -> TokenBuilder;

    #[tokio::test]
    async fn a_good_one_is_accepted_with_every_kind_of_key() {
        for kind in KeyKind::ALL {
            let (provider, client, key) = start(kind).await;
            let endpoint = provider.introspection_endpoint();
            let token = || token(&provider, &client, &key);
            for token in [
                token(),
                token().audience(endpoint),
                token().claim("aud", json!(["another", endpoint])),
                token().without_header("kid"),
            ] {
                assert_eq!(assert(&provider, &token.mint()).await, 200, "{kind:?}");
            }
        }
    }

    #[tokio::test]
    async fn whatever_is_wrong_with_it_it_is_refused() {
        let (provider, client, key) = start(KeyKind::P256).await;
        let cases: [(&str, Change); 18] = [
            ("aud", |token| token.audience("another")),
            ("no aud", |token| token.without("aud")),
            ("iss", |token| token.claim("iss", "another")),
            ("iss as a list", |token| token.claim("iss", json!(["toolgate"]))),
            ("no iss", |token| token.without("iss")),
            ("sub", |token| token.claim("sub", "another")),
            ("sub as a list", |token| token.claim("sub", json!(["toolgate"]))),
            ("no sub", |token| token.without("sub")),
            ("exp", TokenBuilder::expired),
            ("exp just over", |token| token.expires_in(Duration::ZERO)),
            ("no exp", |token| token.without("exp")),
            ("nbf", |token| token.claim("nbf", 4_000_000_000_u64)),
            ("no jti", |token| token.without("jti")),
            ("jti as a number", |token| token.claim("jti", 1)),
            ("tampered", TokenBuilder::tampered),
            ("foreign", TokenBuilder::foreign),
            ("unsigned", TokenBuilder::unsigned),
            ("kid", |token| token.header("kid", "another")),
        ];
        for (name, change) in cases {
            let token = change(token(&provider, &client, &key)).mint();
            assert_eq!(assert(&provider, &token).await, 401, "{name}");
        }
        assert_eq!(assert(&provider, "a.b.c").await, 401);
    }

    #[tokio::test]
    async fn it_is_good_for_one_request() {
        let (provider, client, key) = start(KeyKind::P256).await;
        let once = token(&provider, &client, &key).mint();
        assert_eq!(
            (assert(&provider, &once).await, assert(&provider, &once).await),
            (200, 401)
        );
        // The id counts, not the token.
        let token = || token(&provider, &client, &key).claim("jti", "1").mint();
        assert_eq!(
            (assert(&provider, &token()).await, assert(&provider, &token()).await),
            (200, 401)
        );
    }

    #[tokio::test]
    async fn one_client_does_not_sign_for_another() {
        let (provider, client, key) = start(KeyKind::P256).await;
        let other = provider.register_client(
            "other",
            ClientAuth::PrivateKeyJwt(SigningKey::generate(KeyKind::P256, "client-1")),
        );
        assert_eq!(assert(&provider, &token(&provider, &other, &key).mint()).await, 401);
        assert_eq!(assert(&provider, &token(&provider, &client, &key).mint()).await, 200);
    }

    #[tokio::test]
    async fn what_stands_beside_it_has_to_fit() {
        let (provider, client, key) = start(KeyKind::P256).await;
        let kind = ("client_assertion_type", ASSERTION_TYPE);
        for (beside, status, error) in [
            (vec![kind, ("client_id", "toolgate")], 200, ""),
            (vec![kind, ("client_id", "another")], 401, "invalid_client"),
            (vec![kind, ("client_secret", "x")], 400, "invalid_request"),
            (vec![("client_assertion_type", "another")], 400, "invalid_request"),
            (vec![], 400, "invalid_request"),
        ] {
            let token = token(&provider, &client, &key).mint();
            let form = [&*beside, &[("client_assertion", &*token)]].concat();
            assert_eq!(ask(&provider, &form).await, (status, error.to_owned()), "{beside:?}");
        }
    }

    #[tokio::test]
    async fn keys_overlap_while_they_are_rotated() {
        let (provider, client, old) = start(KeyKind::P256).await;
        let new = SigningKey::generate(KeyKind::Ed25519, "client-2");
        let ask = async |key: &SigningKey| assert(&provider, &token(&provider, &client, key).mint()).await;
        assert_eq!((ask(&old).await, ask(&new).await), (200, 401));
        client.add_key(&new);
        assert_eq!((ask(&old).await, ask(&new).await), (200, 200));
        client.remove_key("client-1");
        assert_eq!((ask(&old).await, ask(&new).await), (401, 200));
    }
}

//! A token of each common provider, as its documentation shows them, with made-up values.

use crate::tokens::forge::{At, NOW, Refusal, encode, forge, validate};
use serde_json::{Value, json};
use toolgate::validator::TokenError;
use toolgate::{Algorithm, Caller, ClaimMap, JwtValidator, PrincipalKind};
use toolgate_testing::Algorithm as Signed;

const RESOURCE: &str = "https://notes.example/mcp";

/// A token of these claims, under this header but for its key.
fn seal(header: Value, claims: &Value) -> String {
    let mut header = header;
    header["kid"] = "rsa".into();
    let parts = crate::tokens::forge::seal(&forge().rsa, Signed::Rs256, header.to_string(), claims.to_string());
    assert_eq!(parts.header, encode(header.to_string()));
    parts.to_string()
}

fn validator(issuer: &str, audience: &str, claims: ClaimMap) -> JwtValidator {
    let builder = JwtValidator::builder()
        .issuer(issuer)
        .audience(audience)
        .algorithm(Algorithm::Rs256);
    builder
        .claims(claims)
        .static_keys(forge().jwks())
        .clock(At(NOW))
        .build()
        .unwrap()
}

fn scopes(caller: &Caller) -> Vec<&str> {
    caller.scopes().collect()
}

fn roles(caller: &Caller) -> Vec<&str> {
    caller.roles().collect()
}

/// Server administration guide, "audience support" and "token role mappings", and `AccessToken` in Keycloak's source; the token
/// of a browser login.
fn keycloak() -> (Value, Value) {
    let claims = json!({
        "exp": NOW + 300,
        "iat": NOW - 1,
        "auth_time": NOW - 2,
        "jti": "onrtac:6fbd9f5a-2a0e-4e4b-9b0e-8d5f1a2f3c4d",
        "iss": "https://sso.example.com/realms/acme",
        "aud": [RESOURCE, "notes-server", "account"],
        "sub": "f1b0c9f2-6d1c-4b0e-9a43-2f1f5c0f8a11",
        "typ": "Bearer",
        "azp": "assistant",
        "sid": "2b7c1d9e-5a0f-4c65-8f1c-1d7b2f6a9c3e",
        "acr": "1",
        "allowed-origins": ["https://assistant.example.com"],
        "realm_access": {"roles": ["default-roles-acme", "offline_access", "uma_authorization", "auditor"]},
        "resource_access": {
            "notes-server": {"roles": ["manager"]},
            "account": {"roles": ["manage-account", "view-profile"]},
        },
        "scope": "openid email profile notes:read",
        "email_verified": true,
        "name": "Alice Adams",
        "preferred_username": "alice",
        "given_name": "Alice",
        "family_name": "Adams",
        "email": "alice@acme.example",
    });
    (json!({"alg": "RS256", "typ": "JWT"}), claims)
}

#[tokio::test]
async fn keycloak_has_roles_of_the_realm_and_of_the_client() {
    let (header, claims) = keycloak();
    let issuer = "https://sso.example.com/realms/acme";
    let map = ClaimMap::keycloak("notes-server").tenant_is("acme");
    let caller = validate(&validator(issuer, RESOURCE, map), &seal(header.clone(), &claims))
        .await
        .unwrap();
    assert_eq!(caller.subject(), "f1b0c9f2-6d1c-4b0e-9a43-2f1f5c0f8a11");
    assert_eq!((caller.client_id(), caller.tenant()), (Some("assistant"), Some("acme")));
    assert_eq!(scopes(&caller), ["email", "notes:read", "openid", "profile"]);
    // Not those of the account console.
    assert_eq!(
        roles(&caller),
        [
            "auditor",
            "default-roles-acme",
            "manager",
            "offline_access",
            "uma_authorization"
        ]
    );
    assert_eq!((caller.acr(), caller.auth_time().is_some()), (Some("1"), true));

    // The same realm's other tokens are no access tokens.
    let validator = validator(issuer, RESOURCE, ClaimMap::keycloak("notes-server"));
    for typ in ["ID", "Refresh", "Offline", "Logout"] {
        let mut other = claims.clone();
        other["typ"] = typ.into();
        let refused = validate(&validator, &seal(header.clone(), &other)).await.err();
        assert_eq!(refused, Some(Refusal::Token(TokenError::NotAccessToken)), "{typ}");
    }
    // A client can be set up to get tokens that are marked as RFC 9068 says.
    let marked = json!({"alg": "RS256", "typ": "at+jwt"});
    assert!(validate(&validator, &seal(marked, &claims)).await.is_ok());
    // Without an audience mapper there is none of ours.
    let mut unmapped = claims.clone();
    unmapped["aud"] = "account".into();
    let refused = validate(&validator, &seal(header, &unmapped)).await.err();
    assert_eq!(refused, Some(Refusal::Token(TokenError::Audience)));
}

/// <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>, version 2.0.
fn entra_id() -> (Value, Value) {
    let claims = json!({
        "aud": "6e74172b-be56-4843-9ff4-e66a39bb12e3",
        "iss": "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0",
        "iat": NOW - 300,
        "nbf": NOW - 300,
        "exp": NOW + 3600,
        "aio": "AXQAi/8IAAAAtAaZ",
        "azp": "1950a258-227b-4e31-a9cf-717495945fc2",
        "azpacr": "0",
        "name": "Alice Adams",
        "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474",
        "preferred_username": "alice@acme.example",
        "rh": "0.AQEA",
        "roles": ["Notes.Manager"],
        "scp": "Notes.Read Notes.Write",
        "sub": "HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ",
        "tid": "72f988bf-86f1-41af-91ab-2d7cd011db47",
        "uti": "fqiBqXLPj0eQa82S-IYFAA",
        "ver": "2.0",
    });
    (json!({"typ": "JWT", "alg": "RS256"}), claims)
}

#[tokio::test]
async fn entra_id_has_scp_app_roles_and_the_directory() {
    let (header, mut claims) = entra_id();
    let issuer = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0";
    let validator = validator(issuer, "6e74172b-be56-4843-9ff4-e66a39bb12e3", ClaimMap::entra_id());
    let caller = validate(&validator, &seal(header.clone(), &claims)).await.unwrap();
    assert_eq!(caller.client_id(), Some("1950a258-227b-4e31-a9cf-717495945fc2"));
    assert_eq!(caller.tenant(), Some("72f988bf-86f1-41af-91ab-2d7cd011db47"));
    assert_eq!(scopes(&caller), ["Notes.Read", "Notes.Write"]);
    assert_eq!(roles(&caller), ["Notes.Manager"]);
    // Another directory's token, signed with the same keys, as Microsoft's are.
    claims["iss"] = "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0".into();
    let refused = validate(&validator, &seal(header, &claims)).await.err();
    assert_eq!(refused, Some(Refusal::Token(TokenError::Issuer)));
}

/// <https://developer.okta.com/docs/reference/api/oidc/#access-token>, of a custom authorization server.
fn okta() -> (Value, Value) {
    let claims = json!({
        "ver": 1,
        "jti": "AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE",
        "iss": "https://acme.okta.example/oauth2/default",
        "aud": RESOURCE,
        "sub": "alice@acme.example",
        "iat": NOW - 10,
        "exp": NOW + 3600,
        "cid": "0oa1gjh63g214q0Hq0g4",
        "uid": "00uid4BxXw6I6TV4m0g3",
        "scp": ["openid", "notes:read"],
        "auth_time": NOW - 20,
        "groups": ["Everyone", "Note Managers"],
    });
    (json!({"alg": "RS256"}), claims)
}

#[tokio::test]
async fn okta_has_cid_scp_and_groups() {
    let (header, mut claims) = okta();
    let validator = validator("https://acme.okta.example/oauth2/default", RESOURCE, ClaimMap::okta());
    let caller = validate(&validator, &seal(header.clone(), &claims)).await.unwrap();
    assert_eq!(
        (caller.subject(), caller.client_id()),
        ("alice@acme.example", Some("0oa1gjh63g214q0Hq0g4"))
    );
    assert_eq!(caller.principal().kind(), PrincipalKind::User);
    assert_eq!(scopes(&caller), ["notes:read", "openid"]);
    assert_eq!(roles(&caller), ["Everyone", "Note Managers"]);
    // A service app's token is about the app.
    claims["sub"] = claims["cid"].clone();
    for person in ["uid", "groups", "auth_time"] {
        claims.as_object_mut().unwrap().remove(person);
    }
    let service = validate(&validator, &seal(header, &claims)).await.unwrap();
    assert_eq!(service.principal().kind(), PrincipalKind::Client);
    // The organization server's tokens are marked as Okta's own.
    let header = json!({"alg": "RS256", "typ": "application/okta-internal-at+jwt"});
    let refused = validate(&validator, &seal(header, &claims)).await.err();
    assert!(
        matches!(refused, Some(Refusal::Token(TokenError::Header(_)))),
        "{refused:?}"
    );
}

/// <https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles>: the Auth0 profile.
fn auth0() -> (Value, Value) {
    let claims = json!({
        "iss": "https://acme.eu.auth0.example/",
        "sub": "auth0|65f0c0ffee1234567890abcd",
        "aud": [RESOURCE, "https://acme.eu.auth0.example/userinfo"],
        "iat": NOW - 10,
        "exp": NOW + 86400 - 10,
        "azp": "aBcDeFgHiJkLmNoPqRsTuVwXyZ012345",
        "scope": "openid profile notes:read",
        "org_id": "org_9ybsU1dN2dKfDkBi",
        "permissions": ["notes:read"],
        "https://notes.example/roles": ["manager"],
    });
    (json!({"alg": "RS256", "typ": "JWT"}), claims)
}

#[tokio::test]
async fn auth0_has_roles_under_a_url_and_an_organization() {
    let (header, claims) = auth0();
    let map = || ClaimMap::auth0("https://notes.example/roles");
    let issuer = "https://acme.eu.auth0.example/";
    let caller = validate(&validator(issuer, RESOURCE, map()), &seal(header, &claims))
        .await
        .unwrap();
    assert_eq!(caller.client_id(), Some("aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"));
    assert_eq!(caller.tenant(), Some("org_9ybsU1dN2dKfDkBi"));
    assert_eq!(caller.principal().kind(), PrincipalKind::User);
    assert_eq!(scopes(&caller), ["notes:read", "openid", "profile"]);
    assert_eq!(roles(&caller), ["manager"]);

    // The RFC 9068 profile, of a machine, whose permissions are read as roles as well.
    let machine = json!({
        "iss": issuer,
        "sub": "aBcDeFgHiJkLmNoPqRsTuVwXyZ012345@clients",
        "aud": RESOURCE,
        "iat": NOW - 10,
        "exp": NOW + 86400 - 10,
        "jti": "tGmVQ3zI1gmkX3Jj5r0aOg",
        "client_id": "aBcDeFgHiJkLmNoPqRsTuVwXyZ012345",
        "scope": "notes:read",
        "permissions": ["notes:read"],
        // As an object it would lead to the same names, if paths were split at dots or slashes.
        "https://notes": {"example/roles": ["admin"], "example": {"roles": ["admin"]}},
    });
    let header = json!({"alg": "RS256", "typ": "at+jwt"});
    let map = map().or_roles_at(["permissions"]);
    let caller = validate(&validator(issuer, RESOURCE, map), &seal(header, &machine))
        .await
        .unwrap();
    assert_eq!(caller.principal().kind(), PrincipalKind::Client);
    assert_eq!((roles(&caller), caller.tenant()), (vec!["notes:read"], None));
}

/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html>: without
/// resource binding.
fn cognito() -> (Value, Value) {
    let claims = json!({
        "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        "cognito:groups": ["managers"],
        "iss": "https://cognito-idp.eu-central-1.amazonaws.example/eu-central-1_EXAMPLE01",
        "version": 2,
        "client_id": "1example23456789",
        "origin_jti": "b3f1a0c2-1d2e-4f50-8a6b-7c8d9e0f1a2b",
        "event_id": "64f513be-32db-42b0-b78e-b02127b4f463",
        "token_use": "access",
        "scope": "openid notes/read",
        "auth_time": NOW - 10,
        "exp": NOW + 3600,
        "iat": NOW - 10,
        "jti": "cccccccc-dddd-eeee-ffff-000000000000",
        "username": "alice",
    });
    (json!({"alg": "RS256"}), claims)
}

#[tokio::test]
async fn cognito_has_an_audience_if_the_client_names_the_resource() {
    let (header, mut claims) = cognito();
    let issuer = "https://cognito-idp.eu-central-1.amazonaws.example/eu-central-1_EXAMPLE01";
    let validator = validator(issuer, RESOURCE, ClaimMap::cognito());
    let refused = validate(&validator, &seal(header.clone(), &claims)).await.err();
    assert_eq!(refused, Some(Refusal::Token(TokenError::Claim("aud"))));
    claims["aud"] = RESOURCE.into();
    let caller = validate(&validator, &seal(header, &claims)).await.unwrap();
    assert_eq!(
        (caller.client_id(), roles(&caller)),
        (Some("1example23456789"), vec!["managers"])
    );
    assert_eq!(scopes(&caller), ["notes/read", "openid"]);
}

#[tokio::test]
async fn cognito_without_an_audience_needs_a_list_of_clients() {
    let (header, claims) = cognito();
    let issuer = "https://cognito-idp.eu-central-1.amazonaws.example/eu-central-1_EXAMPLE01";
    let builder = |clients: &[&str]| {
        let builder = JwtValidator::builder()
            .issuer(issuer)
            .algorithm(Algorithm::Rs256)
            .claims(ClaimMap::cognito());
        let builder = builder.static_keys(forge().jwks()).clock(At(NOW));
        builder.dangerous().accept_without_audience(clients.iter().copied())
    };
    let changed = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        seal(header.clone(), &claims)
    };
    let good = seal(header.clone(), &claims);
    let ours = builder(&["another", "1example23456789"]).build().unwrap();
    assert_eq!(
        validate(&ours, &good).await.unwrap().subject(),
        "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
    );
    for (token, error) in [
        (changed("client_id", json!("2example")), TokenError::Audience),
        (changed("token_use", json!("id")), TokenError::NotAccessToken),
        (changed("token_use", Value::Null), TokenError::NotAccessToken),
        (changed("aud", json!("1example23456789")), TokenError::Audience),
        (changed("aud", json!(RESOURCE)), TokenError::Audience),
    ] {
        assert_eq!(
            validate(&ours, &token).await.err(),
            Some(Refusal::Token(error)),
            "{token}"
        );
    }
    let others = builder(&["another"]).build().unwrap();
    assert_eq!(
        validate(&others, &good).await.err(),
        Some(Refusal::Token(TokenError::Audience))
    );
    // Beside an audience, both ways are open.
    let both = builder(&["1example23456789"]).audience(RESOURCE).build().unwrap();
    assert!(validate(&both, &good).await.is_ok());
    assert!(validate(&both, &changed("aud", json!(RESOURCE))).await.is_ok());
    for empty in [&[][..], &[""], &["a", ""]] {
        let error = builder(empty).build().unwrap_err().to_string();
        assert!(error.contains("cannot be accepted without audience\nhelp: "), "{error}");
    }
}

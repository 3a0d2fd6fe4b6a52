//! What is found at construction.

use super::AUDIENCE;
use toolgate::validator::introspection::{ClientCredentials, ClientKey, ClientSecret};
use toolgate::{Algorithm, ClaimMap, IntrospectionValidator, JwtValidator};
use toolgate_testing::{KeyKind, SigningKey};

const ISSUER: &str = "https://idp.example";

fn builder() -> super::Builder {
    let client = ClientCredentials::secret_basic("notes", ClientSecret::from("secret"));
    IntrospectionValidator::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .client(client)
}

#[test]
fn in_05_a_malformed_setup_is_found_at_construction() {
    assert!(builder().build().is_ok());
    let no_id = ClientCredentials::secret_basic("", ClientSecret::from("secret"));
    let wrong = [
        ("is not a URL", builder().issuer("")),
        ("is not a URL", builder().issuer("idp.example")),
        ("is not https", builder().issuer("http://idp.example")),
        ("has a query", builder().issuer("https://idp.example?x")),
        ("has a query", builder().issuer("https://idp.example#x")),
        ("an audience is empty", builder().audience("")),
        ("the client has no id", builder().client(no_id)),
        ("introspection cannot be asked for at ``", builder().endpoint("")),
        (
            "introspection cannot be asked for at `http:",
            builder().endpoint("http://idp.example/introspect"),
        ),
        (
            "introspection cannot be asked for at `/introspect`",
            builder().endpoint("/introspect"),
        ),
        (
            "the leeway is too long",
            builder().leeway(std::time::Duration::from_secs(301)),
        ),
        (
            "the claim for roles has no name",
            builder().claims(ClaimMap::default().roles_at([])),
        ),
        (
            "the claim for the tenant has no name",
            builder().claims(ClaimMap::default().tenant_at([""])),
        ),
        (
            "a tenant of the claim map has no name",
            builder().claims(ClaimMap::default().tenant_is("")),
        ),
    ];
    for (what, builder) in wrong {
        let error = builder.build().unwrap_err().to_string();
        assert!(error.contains(what) && error.contains("\nhelp: "), "{what}: {error}");
    }
    assert!(builder().endpoint("http://127.0.0.1:1/introspect").build().is_ok());
}

#[test]
fn google_is_refused_and_it_says_what_to_do_instead() {
    for issuer in ["https://accounts.google.com", "https://accounts.google.com/"] {
        let opaque = builder().issuer(issuer).build().unwrap_err().to_string();
        let jwt = JwtValidator::builder()
            .issuer(issuer)
            .audience(AUDIENCE)
            .algorithm(Algorithm::Rs256);
        assert_eq!(jwt.build().unwrap_err().to_string(), opaque);
        assert!(opaque.contains("no server but Google's own can check"), "{opaque}");
        assert!(
            opaque.contains("\nhelp: let people log in with Google at an authorization server"),
            "{opaque}"
        );
    }
    assert!(builder().issuer("https://accounts.google.com.example").build().is_ok());
}

#[test]
fn r10_a_key_that_does_not_fit_is_found_at_construction() {
    let rsa = SigningKey::generate(KeyKind::Rsa, "x");
    let p256 = SigningKey::generate(KeyKind::P256, "x");
    let public = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    assert!(ClientKey::from_der(Algorithm::Es256, p256.private_key_der()).is_ok());
    for (key, what) in [
        (
            ClientKey::from_der(Algorithm::Rs256, p256.private_key_der()),
            "does not fit",
        ),
        (
            ClientKey::from_der(Algorithm::Es384, p256.private_key_der()),
            "does not fit",
        ),
        (
            ClientKey::from_der(Algorithm::EdDsa, p256.private_key_der()),
            "does not fit",
        ),
        (
            ClientKey::from_der(Algorithm::Es256, rsa.private_key_der()),
            "does not fit",
        ),
        (
            ClientKey::from_der(Algorithm::Es256, p256.private_key_pem()),
            "does not fit",
        ),
        (ClientKey::from_der(Algorithm::Es256, []), "does not fit"),
        (
            ClientKey::from_pem(Algorithm::Es256, p256.private_key_der()),
            "is not PEM",
        ),
        (ClientKey::from_pem(Algorithm::Es256, public), "is not PEM"),
        (ClientKey::from_pem(Algorithm::Es256, ""), "is not PEM"),
    ] {
        let error = key.map(drop).unwrap_err().to_string();
        assert!(error.contains(what) && error.contains("\nhelp: "), "{what}: {error}");
    }
}

//! Tokens, hostile and merely unusual, against one set of keys at one moment.

mod class;
pub(crate) mod forge;
mod hostile;
mod meagre;
mod unusual;

use self::class::Class;
use self::forge::{AUDIENCE, At, Forge, ISSUER, NOW, Refusal, claims, forge, good, header, jwks, key_set, seal};
use std::time::Duration;
use toolgate::validator::{Given, JwtValidatorBuilder, TokenError};
use toolgate::{Algorithm, ClaimMap, JwtValidator, PrincipalKind};
use toolgate_testing::{Algorithm as Signed, KeyKind, SigningKey};

type Builder = JwtValidatorBuilder<Given<String>, Given<Vec<String>>, Given<Vec<Algorithm>>>;

/// A validator with keys of four types, and with algorithms for three of them.
fn builder(forge: &Forge) -> Builder {
    JwtValidator::builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .audience("urn:notes")
        .algorithm(Algorithm::Rs256)
        .algorithm(Algorithm::Ps256)
        .algorithm(Algorithm::Es256)
        .algorithm(Algorithm::EdDsa)
        .static_keys(forge.jwks())
        .clock(At(NOW))
}

/// The same, with all other algorithms as well.
fn builder_of_all(forge: &Forge) -> Builder {
    builder(forge)
        .algorithm(Algorithm::Rs384)
        .algorithm(Algorithm::Rs512)
        .algorithm(Algorithm::Ps384)
        .algorithm(Algorithm::Ps512)
        .algorithm(Algorithm::Es384)
}

async fn validate(validator: Builder, token: &str) -> Result<toolgate::Caller, Refusal> {
    forge::validate(&validator.build().unwrap(), token).await
}

async fn refusal(validator: Builder, token: &str) -> Option<TokenError> {
    match validate(validator, token).await {
        Ok(_) => None,
        Err(Refusal::Token(error)) => Some(error),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn r10_to_r16_hostile_tokens_are_refused_each_for_its_own_reason() {
    let forge = forge();
    let validator = builder(forge).build().unwrap();
    let rows = hostile::rows(forge);
    let mut wrong = Vec::new();
    for (_, name, token, expected) in &rows {
        let refusal = forge::validate(&validator, token).await.err();
        if refusal.as_ref() != Some(expected) {
            wrong.push(format!("{name}: {refusal:?} instead of {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Two names for one token would make the table look longer than it is.
    let mut tokens: Vec<_> = rows.iter().map(|(_, _, token, _)| token).collect();
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(tokens.len(), rows.len());
}

#[tokio::test]
async fn r10_to_r16_unusual_tokens_are_accepted() {
    let forge = forge();
    let validator = builder_of_all(forge).build().unwrap();
    let mut wrong = Vec::new();
    for (name, token) in unusual::rows(forge) {
        if let Err(refusal) = forge::validate(&validator, &token).await {
            wrong.push(format!("{name}: {refusal:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn r14_meagre_tokens_are_accepted_and_grant_nothing_they_do_not_say() {
    let forge = forge();
    let validator = builder(forge).build().unwrap();
    let plain = forge.with_claims(&[("scope", "\"openid write:notes\"")]);
    let caller = forge::validate(&validator, &plain).await.unwrap();
    assert!(caller.has_scope(meagre::SCOPE));
    let mut wrong = Vec::new();
    for (_, name, token) in meagre::rows(forge) {
        match forge::validate(&validator, &token).await {
            Ok(caller) if caller.has_scope(meagre::SCOPE) => wrong.push(format!("{name}: granted")),
            Ok(_) => {}
            Err(refusal) => wrong.push(format!("{name}: {refusal:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_class_of_failures_has_its_rows() {
    let forge = forge();
    let hostile = hostile::rows(forge).into_iter().map(|(class, ..)| class);
    let meagre = meagre::rows(forge).into_iter().map(|(class, ..)| class);
    let found: Vec<Class> = hostile.chain(meagre).collect();
    let counts = Class::ALL.map(|class| (class, found.iter().filter(|found| **found == class).count()));
    assert!(counts.iter().all(|(_, count)| *count >= 4), "{counts:?}");
    // Also that none is missing in the list.
    assert_eq!(counts.iter().map(|(_, count)| count).sum::<usize>(), found.len());
}

#[tokio::test]
async fn r12_no_change_of_one_character_goes_unnoticed() {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let forge = forge();
    let validator = builder(forge).build().unwrap();
    for algorithm in [Signed::Rs256, Signed::Ps256, Signed::Es256, Signed::EdDsa] {
        let token = forge.good(algorithm).to_string();
        assert!(forge::validate(&validator, &token).await.is_ok());
        for at in 0..token.len() {
            let (before, rest) = token.split_at(at);
            let (character, after) = rest.split_at(1);
            // Its lowest bit is the one that does not count in the last character of some parts.
            let other = match ALPHABET.find(character) {
                Some(value) => ALPHABET.split_at(value ^ 1).1.split_at(1).0,
                None => "",
            };
            for changed in [
                format!("{before}{other}{after}"),
                format!("{before}{after}"),
                format!("{before}.{rest}"),
                before.to_owned(),
            ] {
                assert!(forge::validate(&validator, &changed).await.is_err(), "{changed}");
            }
        }
    }
}

#[tokio::test]
async fn r10_algorithms_are_those_configured_and_no_others() {
    let forge = forge();
    for signed in Signed::ALL {
        let token = forge.good(signed).to_string();
        assert_eq!(refusal(builder_of_all(forge), &token).await, None, "{signed:?}");
        let configured = matches!(signed, Signed::Rs256 | Signed::Ps256 | Signed::Es256 | Signed::EdDsa);
        let expected = (!configured).then_some(TokenError::Algorithm);
        assert_eq!(refusal(builder(forge), &token).await, expected, "{signed:?}");
    }
}

#[tokio::test]
async fn r10_a_key_that_names_its_algorithm_serves_no_other() {
    let forge = forge();
    let ps256 = forge::changed(forge.rsa.public_jwk(), "alg", Some("PS256".into()));
    let keys = key_set(&[ps256]);
    for (signed, expected) in [
        (Signed::Ps256, None),
        (Signed::Ps384, Some(TokenError::UnknownKey)),
        (Signed::Rs256, Some(TokenError::UnknownKey)),
    ] {
        let validator = builder_of_all(forge).static_keys(&keys);
        assert_eq!(
            refusal(validator, &forge.good(signed).to_string()).await,
            expected,
            "{signed:?}"
        );
    }
}

#[tokio::test]
async fn r11_without_a_kid_exactly_one_key_has_to_fit() {
    let forge = forge();
    let token = forge.with_header(&[("kid", "")]);
    assert_eq!(refusal(builder(forge), &token).await, None);
    let two = jwks(&[&forge.rsa, &forge.foreign, &forge.p256]);
    assert_eq!(
        refusal(builder(forge).static_keys(two), &token).await,
        Some(TokenError::UnknownKey)
    );
    // One of the two is for another algorithm, so one fits.
    let other = forge::changed(forge.foreign.public_jwk(), "alg", Some("RS512".into()));
    let one = key_set(&[forge.rsa.public_jwk(), other]);
    assert_eq!(refusal(builder(forge).static_keys(one), &token).await, None);
    let anonymous = key_set(&[forge::changed(forge.rsa.public_jwk(), "kid", None)]);
    assert_eq!(refusal(builder(forge).static_keys(&anonymous), &token).await, None);
    // Two without a name are no namesakes: here, one is for each algorithm.
    let nameless = |algorithm: &str| {
        let jwk = forge::changed(forge.rsa.public_jwk(), "kid", None);
        forge::changed(jwk, "alg", Some(algorithm.into()))
    };
    let two = key_set(&[nameless("PS256"), nameless("RS256")]);
    assert_eq!(refusal(builder(forge).static_keys(two), &token).await, None);
    // A kid in the token asks for that name.
    let named = forge.with_header(&[]);
    let unknown = Some(TokenError::UnknownKey);
    assert_eq!(refusal(builder(forge).static_keys(&anonymous), &named).await, unknown);
}

#[tokio::test]
async fn r11_a_kid_that_two_keys_of_one_type_have_is_no_kid() {
    let forge = forge();
    let twin = forge.foreign.with_kid("rsa");
    let p256 = forge.p256.with_kid("rsa");
    let keys = jwks(&[&forge.rsa, &twin, &p256]);
    let refused = refusal(
        builder(forge).static_keys(&keys),
        &forge.good(Signed::Rs256).to_string(),
    )
    .await;
    assert_eq!(refused, Some(TokenError::UnknownKey));
    let refused = refusal(
        builder(forge).static_keys(&keys),
        &good(&twin, Signed::Rs256).to_string(),
    )
    .await;
    assert_eq!(refused, Some(TokenError::UnknownKey));
    // Of another type, the algorithm tells them apart.
    let fits = refusal(
        builder(forge).static_keys(&keys),
        &good(&p256, Signed::Es256).to_string(),
    )
    .await;
    assert_eq!(fits, None);
    let pair = jwks(&[&forge.rsa, &p256]);
    let fits = refusal(builder(forge).static_keys(pair), &forge.good(Signed::Rs256).to_string()).await;
    assert_eq!(fits, None);
}

#[tokio::test]
async fn r13_strict_typ_takes_what_says_that_it_is_an_access_token() {
    let forge = forge();
    for (typ, expected) in [
        ("\"at+jwt\"", None),
        ("\"AT+JWT\"", None),
        ("\"application/at+jwt\"", None),
        ("\"JWT\"", Some(TokenError::Header("typ"))),
        ("\"jwt\"", Some(TokenError::Header("typ"))),
        ("", Some(TokenError::Header("typ"))),
    ] {
        let token = forge.with_header(&[("typ", typ)]);
        assert_eq!(refusal(builder(forge).strict_typ(), &token).await, expected, "{typ}");
    }
}

#[tokio::test]
async fn r14_the_leeway_is_the_configured_one() {
    let forge = forge();
    let claims = |exp: u64, iat: u64| forge.with_claims(&[("exp", &exp.to_string()), ("iat", &iat.to_string())]);
    for leeway in [0, 60, 300] {
        let validator = || builder(forge).leeway(Duration::from_secs(leeway));
        let ends = NOW - leeway;
        assert_eq!(refusal(validator(), &claims(ends + 1, ends)).await, None);
        assert_eq!(
            refusal(validator(), &claims(ends, ends)).await,
            Some(TokenError::Expired)
        );
        let starts = NOW + leeway;
        assert_eq!(refusal(validator(), &claims(starts + 9, starts)).await, None);
        let early = refusal(validator(), &claims(starts + 9, starts + 1)).await;
        assert_eq!(early, Some(TokenError::NotYetValid));
    }
    assert!(builder(forge).leeway(Duration::from_secs(301)).build().is_err());
}

#[tokio::test]
async fn r14_a_clock_that_is_off_the_scale_lets_nobody_in() {
    struct Broken;
    impl toolgate::Clock for Broken {
        fn unix_time(&self) -> Duration {
            Duration::MAX
        }
        fn monotonic(&self) -> Duration {
            Duration::MAX
        }
    }
    let forge = forge();
    let token = forge.with_claims(&[("exp", "253402300799")]);
    assert_eq!(
        refusal(builder(forge).clock(Broken), &token).await,
        Some(TokenError::Expired)
    );
    let early = refusal(builder(forge).clock(At(0)), &forge.with_claims(&[])).await;
    assert_eq!(early, Some(TokenError::NotYetValid));
}

#[tokio::test]
async fn r14_the_caller_is_what_the_claims_say() {
    let forge = forge();
    let token = forge.with_claims(&[
        ("sub", "\"\\u00e4lice\""),
        ("scope", "\"write:notes read:notes read:notes\""),
        ("scp", "[\"admin\"]"),
        ("roles", "[\"manager\",\"auditor\"]"),
        ("tenant_id", "\"acme\""),
        ("exp", "1800000599.5"),
    ]);
    let caller = validate(builder(forge), &token).await.unwrap();
    assert_eq!(caller.subject(), "älice");
    assert_eq!(caller.issuer(), ISSUER);
    assert_eq!(caller.client_id(), Some("demo"));
    assert_eq!(caller.tenant(), Some("acme"));
    assert_eq!(caller.principal().kind(), PrincipalKind::User);
    assert_eq!(caller.scopes().collect::<Vec<_>>(), ["read:notes", "write:notes"]);
    assert_eq!(caller.roles().collect::<Vec<_>>(), ["auditor", "manager"]);
    assert_eq!(caller.expires_at(), Duration::from_millis(1_800_000_599_500));
    assert_eq!(caller.claims()["iat"], 1_799_999_990);
}

#[tokio::test]
async fn r14_scopes_are_split_at_u_0020_only() {
    let forge = forge();
    for (scope, expected) in [
        ("a b", &["a", "b"][..]),
        ("", &[]),
        (" ", &[]),
        ("  a  b ", &["a", "b"]),
        ("a\tb", &["a\tb"]),
        ("a\nb", &["a\nb"]),
        ("a\u{a0}b", &["a\u{a0}b"]),
        ("a\u{1680}b", &["a\u{1680}b"]),
        ("a\u{2028}b", &["a\u{2028}b"]),
        ("a\u{3000}b c", &["a\u{3000}b", "c"]),
        ("a\u{feff}b", &["a\u{feff}b"]),
        ("a,b", &["a,b"]),
        ("a+b", &["a+b"]),
        ("A a", &["A", "a"]),
        ("read: read:notes", &["read:", "read:notes"]),
    ] {
        let text = serde_json::json!(scope).to_string();
        for claim in ["scope", "scp"] {
            let token = forge.with_claims(&[(claim, &text)]);
            let caller = validate(builder(forge), &token).await.unwrap();
            assert_eq!(caller.scopes().collect::<Vec<_>>(), expected, "{scope:?}");
        }
    }
}

#[tokio::test]
async fn r14_scp_counts_only_where_there_is_no_scope() {
    let forge = forge();
    for (scope, expected) in [("\"a\"", &["a"][..]), ("\"\"", &[]), ("", &["b", "c"])] {
        for scp in ["\"b c\"", "[\"b\",\"c\"]"] {
            let token = forge.with_claims(&[("scope", scope), ("scp", scp)]);
            let caller = validate(builder(forge), &token).await.unwrap();
            assert_eq!(caller.scopes().collect::<Vec<_>>(), expected, "{scope} {scp}");
        }
    }
}

#[tokio::test]
async fn r14_claims_of_no_use_grant_nothing() {
    let forge = forge();
    let map = ClaimMap::keycloak("notes").tenant_at(["org", "id"]);
    for (claim, text) in [
        ("realm_access", "\"roles\""),
        ("realm_access", "[\"roles\"]"),
        ("realm_access", "{}"),
        ("realm_access.roles", "[\"admin\"]"),
        ("resource_access", "{\"other\":{\"roles\":[\"admin\"]}}"),
        ("roles", "[\"admin\"]"),
        ("org", "\"acme\""),
        ("org.id", "\"acme\""),
        ("tenant_id", "\"acme\""),
    ] {
        let token = forge.with_claims(&[(claim, text)]);
        let caller = validate(builder(forge).claims(map.clone()), &token).await.unwrap();
        assert_eq!((caller.roles().count(), caller.tenant()), (0, None), "{claim}: {text}");
    }
}

#[tokio::test]
async fn at_11_a_client_in_its_own_name_is_no_user() {
    let forge = forge();
    for (claim, kind) in [
        (("client_id", "\"alice\""), PrincipalKind::Client),
        (("client_id", "\"Alice\""), PrincipalKind::User),
        (("azp", "\"alice\""), PrincipalKind::Client),
        (("client_id", ""), PrincipalKind::User),
    ] {
        let token = forge.with_claims(&[("client_id", ""), claim]);
        let caller = validate(builder(forge), &token).await.unwrap();
        assert_eq!(caller.principal().kind(), kind, "{claim:?}");
    }
}

#[tokio::test]
async fn jb_07_a_key_of_another_issuer_proves_nothing() {
    let forge = forge();
    let theirs = SigningKey::generate(KeyKind::P256, "theirs");
    let ours = claims(&[]);
    let token = seal(
        &theirs,
        Signed::Es256,
        header(&[("alg", "\"ES256\""), ("kid", "\"theirs\"")]),
        ours,
    );
    assert_eq!(
        refusal(builder(forge), &token.to_string()).await,
        Some(TokenError::UnknownKey)
    );
}

#[test]
fn r10_a_validator_without_a_usable_key_cannot_be_built() {
    let forge = forge();
    for keys in [
        "",
        "[]",
        "{}",
        "{\"keys\":[]}",
        "{\"keys\":{}}",
        "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"}]}",
    ] {
        assert!(builder(forge).static_keys(keys).build().is_err(), "{keys}");
    }
}

#[test]
fn at_03_at_12_a_malformed_setup_is_found_at_construction() {
    let forge = forge();
    for issuer in [
        "",
        "idp.example",
        "http://idp.example",
        "ftp://idp.example",
        "https://idp.example?x",
        "https://idp.example#x",
    ] {
        assert!(builder(forge).issuer(issuer).build().is_err(), "{issuer}");
    }
    assert!(builder(forge).audience("").build().is_err());
    for uri in ["", "/jwks", "http://idp.example/jwks", "file:///jwks"] {
        assert!(builder(forge).jwks_uri(uri).build().is_err(), "{uri}");
    }
    assert!(
        builder(forge)
            .issuer("http://localhost:1")
            .jwks_uri("http://[::1]:1/jwks")
            .build()
            .is_ok()
    );
}

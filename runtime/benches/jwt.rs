//! What it costs to validate a token that was not seen before. See `README.md` beside this.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot be set up has nothing to measure"
)]

mod issuer;
mod peer;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use divan::{Bencher, black_box};
use futures_util::FutureExt as _;
use issuer::{Issuer, bearer, headers};
use peer::Peer;
use toolgate::Validator as _;
use toolgate_testing::Algorithm;

fn main() {
    divan::Divan::default().sample_count(1000).config_with_args().main();
}

const ALGORITHMS: [Algorithm; 3] = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];

/// The signature alone, by the library that all the others use: nothing can be faster.
#[divan::bench(args = ALGORITHMS)]
fn floor(bencher: Bencher<'_, '_>, algorithm: Algorithm) {
    let issuer = Issuer::new(algorithm);
    let token = issuer.token(1);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let key = parsed_key(&issuer);
    bencher.bench(|| key.verify_sig(black_box(signed.as_bytes()), &signature).unwrap());
}

/// From the bearer token to claims.
#[divan::bench(args = ALGORITHMS)]
fn toolgate(bencher: Bencher<'_, '_>, algorithm: Algorithm) {
    let issuer = Issuer::new(algorithm);
    let validator = issuer.validator();
    let token = bearer(&headers(&issuer.token(1)));
    bencher.bench(|| validator.validate(black_box(&token)).now_or_never().unwrap().unwrap());
}

/// `jsonwebtoken::decode`, as strict as it can be set, and two scopes and a role looked for.
#[divan::bench(args = ALGORITHMS)]
fn jsonwebtoken(bencher: Bencher<'_, '_>, algorithm: Algorithm) {
    let issuer = Issuer::new(algorithm);
    let peer = Peer::new(&issuer);
    let token = issuer.token(1);
    bencher.bench(|| peer.validate(black_box(&token)).admit());
}

/// A token under a key that the issuer does not have: what anybody can send.
#[divan::bench]
fn unknown_key(bencher: Bencher<'_, '_>) {
    let issuer = Issuer::new(Algorithm::Rs256);
    let validator = issuer.validator();
    let token = bearer(&headers(&issuer.token_with_kid(1, "key-2025-12")));
    bencher.bench(|| {
        validator
            .validate(black_box(&token))
            .now_or_never()
            .unwrap()
            .unwrap_err()
    });
}

/// The header of a request, before anything of the token is known.
#[divan::bench]
fn bearer_header(bencher: Bencher<'_, '_>) {
    let headers = headers(&Issuer::new(Algorithm::Rs256).token(1));
    bencher.bench(|| bearer(black_box(&headers)));
}

fn parsed_key(issuer: &Issuer) -> ParsedPublicKey {
    let jwk = issuer.jwk();
    let bytes = |member: &str| {
        URL_SAFE_NO_PAD
            .decode(jwk.get(member).unwrap().as_str().unwrap())
            .unwrap()
    };
    match issuer.algorithm() {
        Algorithm::Rs256 => {
            let components = RsaPublicKeyComponents {
                n: bytes("n"),
                e: bytes("e"),
            };
            components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).unwrap()
        }
        Algorithm::Es256 => {
            let point = [vec![4], bytes("x"), bytes("y")].concat();
            ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).unwrap()
        }
        _ => ParsedPublicKey::new(&ED25519, bytes("x")).unwrap(),
    }
}

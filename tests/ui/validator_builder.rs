use toolgate::{Algorithm, JwtValidator};

fn main() {
    let _ = JwtValidator::builder().build();
    let _ = JwtValidator::builder()
        .issuer("https://idp.example")
        .algorithm(Algorithm::Rs256)
        .build();
}

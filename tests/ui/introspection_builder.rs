use toolgate::IntrospectionValidator;

fn main() {
    let _ = IntrospectionValidator::builder().build();
    let _ = IntrospectionValidator::builder()
        .issuer("https://idp.example")
        .audience("https://notes.example/mcp")
        .build();
}

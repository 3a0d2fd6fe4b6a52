#[derive(toolgate::ScopeCatalog)]
enum Scope {}

#[derive(toolgate::RoleCatalog)]
enum Role {}

fn main() {}

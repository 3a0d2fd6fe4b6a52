#[derive(toolgate::ScopeCatalog)]
struct Scope;

#[derive(toolgate::RoleCatalog)]
union Role {
    admin: u8,
}

fn main() {}

use std::marker::PhantomData;

#[derive(toolgate::ScopeCatalog)]
enum Scope<'a, T> {
    /// Reads.
    #[scope("read")]
    Read(PhantomData<&'a T>),
    /// Writes.
    #[scope("write")]
    Write { what: u8 },
}

fn main() {}

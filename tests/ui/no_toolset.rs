use toolgate::Toolset;

#[derive(Clone)]
struct Notes;

fn main() {
    drop(Toolset::new(Notes).tools::<Notes>());
}

use toolgate::toolset;

struct Notes;

#[toolset(authenticated)]
impl Notes {
    async fn plain(&self) {}
}

fn main() {
    drop(toolgate::Toolset::new(()).tools::<Notes>());
    drop(Notes.plain());
}

use toolgate::toolset;

#[toolset(authenticated)]
struct Notes;

/// Does something.
#[toolset(authenticated)]
async fn update() {}

fn main() {
    let _ = Notes;
    drop(update());
}

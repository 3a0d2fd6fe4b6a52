use toolgate::Gate;

fn main() {
    let _ = Gate::builder().build();
    let _ = Gate::builder().resource("https://notes.example/mcp").build();
}

use toolgate::Gate;

fn main() {
    let gate = Gate::builder().build();
    let gate = Gate::builder().resource("https://notes.example/mcp").build();
}

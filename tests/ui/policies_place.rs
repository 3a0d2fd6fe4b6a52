use toolgate::policies;

#[policies]
fn main() {
}

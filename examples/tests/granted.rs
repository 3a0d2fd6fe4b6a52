//! The example of proofs, as a process.

use std::process::Command;

#[test]
fn who_may_more_gets_further() {
    let program = std::env::current_exe().unwrap();
    let program = program.ancestors().nth(2).unwrap().join("examples/granted");
    let output = Command::new(program).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let expected = r#"bob, who may read: add {"tenant":"acme","text":"buy milk"}: needs scope notes:write
alice, who may write: add {"tenant":"acme","text":"buy milk"}: Text("buy milk")
bob, who may read: read {"tenant":"acme"}: Text("buy milk")
alice, who may write: read {"tenant":"acme"}: Text("buy milk")
alice, who may write: read {"tenant":"globex"}: not found or not permitted
bob, who may read: clear {"tenant":"acme"}: not found or not permitted
alice, who may write: clear {"tenant":"acme"}: needs scope notes:admin
carol, who may do anything: clear {"tenant":"acme"}: Text("1 deleted")
"#;
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

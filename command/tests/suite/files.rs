//! `docs`, `check`, `diff` and `explain`, with the documents of the notes example.

use crate::declared;
use crate::program::{Ran, run_in, run_unread};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use toolgate::docs::{Lock, ScopeDocument};
use toolgate_testing::IdentityProvider;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");

fn in_examples(arguments: &[&str], input: &str) -> Ran {
    run_in(EXAMPLES, arguments, input)
}

fn document() -> Value {
    let text = fs::read_to_string(format!("{EXAMPLES}/scopes.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A folder of its own, which is gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("cargo-toolgate-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for file in ["SCOPES.md", "scopes.json", "scopes.lock.json"] {
            fs::copy(format!("{EXAMPLES}/{file}"), folder.join(file)).unwrap();
        }
        Self(folder)
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.0.join(name)).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        run_in(self.0.to_str().unwrap(), arguments, "")
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn docs_shows_and_writes_what_is_checked_in() {
    let shown = in_examples(&["docs"], "");
    assert_eq!((shown.code, shown.err.as_str()), (0, ""));
    assert_eq!(shown.out, fs::read_to_string(format!("{EXAMPLES}/SCOPES.md")).unwrap());
    let piped = in_examples(
        &["docs", "--format", "json", "--document", "-"],
        &document().to_string(),
    );
    assert_eq!(
        piped.out,
        fs::read_to_string(format!("{EXAMPLES}/scopes.json")).unwrap()
    );
    let folder = Folder::new("docs");
    folder.write("SCOPES.md", "old");
    let written = folder.run(&["docs", "--output", "SCOPES.md"]);
    assert_eq!((written.code, written.out.as_str()), (0, ""));
    assert_eq!(folder.read("SCOPES.md"), shown.out);
    let page = folder.run(&["docs", "--format", "html"]);
    assert!(
        page.code == 0 && page.out.starts_with("<!DOCTYPE html>"),
        "{}",
        page.out
    );
    let refused = folder.run(&["docs", "--output", "SCOPES.md", "--output", "scopes.txt"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.err.contains("scopes.txt") && refused.err.contains("help: use `.md`"),
        "{}",
        refused.err
    );
}

/// The program prints the document when its command line says so: that is all there is to it.
#[test]
fn the_document_can_come_from_the_program() {
    let cargo = Folder::new("cargo");
    // In the place of cargo, so that nothing is built here: it is called as cargo would be.
    let script = format!("#!/bin/sh\necho \"$@\" > called\ncat {EXAMPLES}/scopes.json\n");
    cargo.write("cargo", &script);
    let file = cargo.0.join("cargo");
    assert!(Command::new("chmod").arg("+x").arg(&file).status().unwrap().success());
    let ask = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
        command
            .arg("docs")
            .args(arguments)
            .env("CARGO", &file)
            .current_dir(&cargo.0);
        let output = command.output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, out, err) = ask(&["--example", "notes", "-p", "examples", "--", "--scope-document"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out, fs::read_to_string(format!("{EXAMPLES}/SCOPES.md")).unwrap());
    assert_eq!(
        cargo.read("called"),
        "run --quiet --example notes --package examples -- --scope-document\n"
    );
    cargo.write("cargo", "#!/bin/sh\necho serving\n");
    let (code, out, err) = ask(&["--bin", "server", "--", "scopes"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.contains("printed no scope document") && err.contains("ScopeDocument::new(&tools).to_json()"),
        "{err}"
    );
    cargo.write("cargo", "#!/bin/sh\nexit 3\n");
    assert_eq!(ask(&["--bin", "server"]).0, 2);
    // What is for a program says nothing about a file, and is not passed over in silence.
    for alone in [["--package", "examples"], ["--", "--scope-document"]] {
        let (code, out, err) = ask(&alone);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
    }
}

#[test]
fn what_is_checked_in_is_well() {
    let ran = in_examples(&["check"], "");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert_eq!(
        ran.out,
        "all is well: SCOPES.md, scopes.html, scopes.lock.json; no lints\n"
    );
}

#[test]
fn check_finds_what_is_stale_and_what_is_weaker() {
    let folder = Folder::new("check");
    folder.write("SCOPES.md", "# Scopes\n");
    let ran = folder.run(&["check"]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.out,
        "stale    SCOPES.md is not current\n         help: run its test with TOOLGATE_DOCS=overwrite, or \
         `cargo toolgate docs --output SCOPES.md` with the same source, and review the change\n"
    );
    assert_eq!(folder.run(&["docs", "-o", "SCOPES.md"]).code, 0);
    assert_eq!(folder.run(&["check"]).code, 0);
    folder.write("scopes.json", &declared::without_role());
    let ran = folder.run(&["check", "--json"]);
    let findings = ran.json();
    let kinds: Vec<_> = findings
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| &finding["kind"])
        .collect();
    assert_eq!(
        (ran.code, &kinds[..]),
        (1, &[&json!("stale"), &json!("weaker")][..]),
        "{findings:#}"
    );
    assert_eq!(
        findings[1]["what"],
        "`update_note`: the role `manager` was demanded, and is not any more\n\
         let in now, and not before: a caller with the scope `write:tools` and without any role"
    );
    // What has a reason in the lock is not found again.
    assert_eq!(folder.run(&["docs", "-o", "SCOPES.md"]).code, 0);
    folder.write(
        "scopes.lock.json",
        &with_reason(&folder.read("scopes.lock.json"), &declared::without_role()),
    );
    let ran = folder.run(&["check"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    folder.write("scopes.json", "{}");
    let ran = folder.run(&["check"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    folder.remove("scopes.json");
    let ran = folder.run(&["check"]);
    assert!(
        ran.code == 2 && ran.err.contains("assert_current") && ran.err.contains("`--document PACKAGE/scopes.json`"),
        "{}",
        ran.err
    );
}

/// The lock as a test with `assert_locked` writes it, with a reason for what is weaker.
fn with_reason(lock: &str, document: &str) -> String {
    let lock = Lock::from_json(lock).unwrap();
    let updated = lock.updated(&ScopeDocument::from_json(document).unwrap()).to_json();
    assert_eq!(updated.matches("\"reason\": \"\"").count(), 1, "{updated}");
    updated.replace("\"reason\": \"\"", "\"reason\": \"anybody may write\"")
}

#[test]
fn check_says_that_all_is_well_only_of_what_it_compared() {
    let folder = Folder::new("nothing");
    folder.remove("scopes.lock.json");
    let ran = folder.run(&["check"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out
            .starts_with("missing  scopes.lock.json is not there: nothing tells whether something is weaker\n"),
        "{}",
        ran.out
    );
    assert_eq!(folder.run(&["check", "--json"]).json()[0]["kind"], "missing");
    let ran = folder.run(&["check", "--no-lock"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "all is well: SCOPES.md; no lints\n"));
    folder.remove("SCOPES.md");
    let ran = folder.run(&["check", "--no-lock"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "no lints; there is no file that was compared\n")
    );
    // A file that was named has to be there, and one that cannot be read was not compared.
    let ran = folder.run(&["check", "SCOPES.md", "--no-lock"]);
    assert!(ran.code == 1 && ran.out.starts_with("stale "), "{}", ran.out);
    assert_eq!(folder.run(&["check", "--lock", "scopes.lock.json"]).code, 2);
    fs::create_dir(folder.0.join("SCOPES.md")).unwrap();
    let ran = folder.run(&["check", "--no-lock"]);
    assert!(
        ran.code == 2 && ran.out.is_empty() && ran.err.contains("SCOPES.md cannot be read"),
        "{ran:?}"
    );
}

/// The files are where the document is, and not where the command happens to be started.
#[test]
fn check_looks_beside_the_document() {
    let ran = run_in(
        env!("CARGO_MANIFEST_DIR"),
        &["check", "--document", "../examples/scopes.json"],
        "",
    );
    let files = ["SCOPES.md", "scopes.html", "scopes.lock.json"].map(|file| format!("../examples/{file}"));
    let expected = format!("all is well: {}; no lints\n", files.join(", "));
    assert_eq!((ran.code, ran.out), (0, expected));
}

/// Else they would have been taken for what the document comes from, and it would have come from a file.
#[test]
fn what_a_program_is_started_with_needs_a_program() {
    for arguments in [&["docs", "--package", "server"][..], &["check", "--", "scopes"]] {
        let ran = in_examples(arguments, "");
        assert!(
            ran.code == 2 && ran.out.is_empty() && ran.err.contains("--bin <NAME>"),
            "{ran:?}"
        );
    }
}

#[test]
fn who_stops_reading_stops_nothing() {
    let json = fs::read_to_string(format!("{EXAMPLES}/scopes.json")).unwrap();
    let lock = "scopes.lock.json";
    for (arguments, code) in [
        (&["docs", "--document", "-"][..], 0),
        (&["docs", "--format", "html", "--document", "-"], 0),
        (&["diff", "-", "scopes.json"], 0),
        (&["diff", "-", "scopes.json", "--json"], 0),
        (&["check", "--document", "-", "--lock", lock], 0),
        (&["check", "--document", "-", "--lock", lock, "--json"], 0),
    ] {
        let ran = run_unread(EXAMPLES, arguments, &json);
        assert_eq!((ran.code, ran.err.as_str()), (code, ""), "{arguments:?}");
    }
    // What was found stays found.
    let weaker = run_unread(EXAMPLES, &["diff", "scopes.json", "-"], &declared::without_role());
    assert_eq!((weaker.code, weaker.err.as_str()), (1, ""));
}

/// It has to be locked as well, or nobody would see it taken back.
#[test]
fn what_is_tighter_than_the_lock_is_named() {
    let folder = Folder::new("tighter");
    let loose = ScopeDocument::from_json(&declared::without_role()).unwrap();
    folder.write("scopes.lock.json", &Lock::new(&loose).to_json());
    let ran = folder.run(&["check"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (
            1,
            "stale    scopes.lock.json is not current\n         `update_note`: the role `manager` is demanded now\n         \
             help: run its test with TOOLGATE_DOCS=overwrite and review the change\n"
        )
    );
}

#[test]
fn check_tells_what_looks_wrong() {
    let folder = Folder::new("lints");
    folder.write("scopes.json", &declared::without_hints());
    assert_eq!(folder.run(&["docs", "--output", "SCOPES.md"]).code, 0);
    let ran = folder.run(&["check"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.starts_with("lint     ") && ran.out.contains("server_time") && ran.out.contains("help: "),
        "{}",
        ran.out
    );
    let allowed = folder.run(&["check", "--allow-lints"]);
    assert_eq!((allowed.code, allowed.out), (0, ran.out));
}

#[test]
fn diff_is_markdown_for_a_pull_request() {
    let folder = Folder::new("diff");
    folder.write("new.json", &declared::without_tenant());
    let ran = folder.run(&["diff", "scopes.json", "new.json"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    assert_eq!(
        ran.out,
        "\
## Who may call what

2 weakenings, 1 tightening, 0 additions, 1 other change.

### Weakenings

Somebody may do something now who might not before.

- **`update_note`**: the role `manager` was demanded, and is not any more. Let in now, and not before: a caller with the scope `write:tools` and without any role
- **`update_note`**: the tenant of `resource_id` by `Notes::tenant_of` does not count any more

### Tightenings

Somebody might do something before who may not now.

- **`update_note`**: the token is validated anew now

### Other changes

They let the same callers in.

- **`update_note`**: clients are told that it is destructive
"
    );
    let back = folder.run(&["diff", "new.json", "scopes.json", "--json"]);
    let effects: Vec<_> = back.json()["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["effect"].clone())
        .collect();
    assert_eq!(effects, ["tightening", "tightening", "weakening", "neutral"]);
    let same = folder.run(&["diff", "scopes.json", "scopes.json"]);
    assert_eq!(
        (same.code, same.out.as_str()),
        (0, "## Who may call what\n\nNothing has changed.\n")
    );
    assert_eq!(folder.run(&["diff", "scopes.json", "SCOPES.md"]).code, 2);
}

#[tokio::test]
async fn explain_says_what_a_token_may_call_and_that_it_is_not_checked() {
    let provider = IdentityProvider::start().await.unwrap();
    let audience = "https://notes.example/mcp";
    let token = provider
        .token("bob")
        .audience(audience)
        .scopes(["read:tools"])
        .roles(["user"])
        .tenant("acme")
        .mint();
    let explain = |arguments: &[&str], token: &str| in_examples(&[&["explain"], arguments].concat(), token);
    let ran = explain(&["--audience", audience], &format!("Bearer {token}\n"));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(
        ran.out.replace(provider.issuer(), "http://idp"),
        "\
THE SIGNATURE WAS NOT CHECKED: whoever wrote this token may have written anything into it.

It says that it is of http://idp, for https://notes.example/mcp.
Its user is bob; tenant acme; roles user; scopes read:tools.

yes server_time
yes whoami
yes list_notes
no  update_note   lacks the scope `write:tools` and the role `manager`
no  delete_notes  lacks the scope `admin` and the role `admin`
"
    );
    // With a broken signature it says the same: it is not checked, and says so.
    let forged = format!("{}.AAAA", token.rsplit_once('.').unwrap().0);
    let json = explain(&["--json"], &forged).json();
    assert_eq!(
        (&json["signature"], &json["could_be_valid"], &json["tools"][2]["answer"]),
        (&json!("not checked"), &json!(true), &json!("yes"))
    );
    // What depends on the arguments is not decided.
    let writer = provider
        .token("alice")
        .audience(audience)
        .scopes(["write:tools"])
        .roles(["manager"])
        .mint();
    let ran = explain(&[], &writer);
    assert!(
        ran.out
            .contains("\nif  update_note   `resource_id` belongs to the caller's tenant"),
        "{}",
        ran.out
    );
    // For nobody it is not for this server, and an expired one is as good as none.
    let nobody = provider.token("bob").without("aud").scopes(["read:tools"]);
    let expired = provider
        .token("bob")
        .audience(audience)
        .scopes(["read:tools"])
        .expired();
    for (token, flaw) in [
        (nobody.mint(), "whom it is for (`aud`)"),
        (expired.mint(), "it expired"),
    ] {
        for arguments in [&[][..], &["--audience", audience]] {
            let ran = explain(arguments, &token);
            assert_eq!((ran.code, ran.out.matches("not valid:").count()), (1, 1), "{}", ran.out);
            assert!(
                ran.out.contains(flaw)
                    && ran
                        .out
                        .contains("\nIt may call nothing. If it were valid:\nyes server_time\n"),
                "{}",
                ran.out
            );
        }
        assert_eq!(explain(&["--json"], &token).json()["could_be_valid"], json!(false));
    }
    let foreign = explain(
        &[
            "--audience",
            "https://other.example/mcp",
            "--issuer",
            "https://other.example",
        ],
        &token,
    );
    assert_eq!(foreign.code, 1);
    assert_eq!(foreign.out.matches("not valid:").count(), 2, "{}", foreign.out);
    for (input, what) in [("", "no token"), ("abc", "cannot be read"), ("a.b.c", "cannot be read")] {
        let ran = explain(&[], input);
        assert!(ran.code == 2 && ran.out.is_empty() && ran.err.contains(what), "{ran:?}");
    }
    let both = explain(&["--document", "-"], &token);
    assert!(
        both.code == 2 && both.err.contains("help: give the document as a file"),
        "{both:?}"
    );
    // Not even in an error does the token come back.
    assert!(!explain(&[], "secret-secret-secret").err.contains("secret"));
}

#[test]
fn the_help_has_examples_and_exit_codes() {
    for command in [
        None,
        Some("docs"),
        Some("check"),
        Some("diff"),
        Some("explain"),
        Some("doctor"),
    ] {
        let arguments: Vec<_> = command.into_iter().chain(["--help"]).collect();
        let ran = in_examples(&arguments, "");
        assert_eq!(ran.code, 0);
        assert!(
            ran.out.contains("Exit status: 0 if") && !ran.out.contains('\u{1b}'),
            "{}",
            ran.out
        );
        assert!(command.is_none() || ran.out.contains("Examples:\n"), "{}", ran.out);
    }
    assert_eq!(in_examples(&["doctors"], "").code, 2);
    assert_eq!(in_examples(&[], "").code, 2);
}

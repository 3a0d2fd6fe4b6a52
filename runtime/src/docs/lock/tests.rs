//! Locks, as developers and reviewers work with them.

use super::assert::check;
use super::{Lock, LockState};
use crate::docs::{PolicyDescription, RateDescription, ScopeDocument};
use crate::toolset::Toolset;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

/// A document with one tool of this policy.
fn document(policy: &Value) -> ScopeDocument {
    let mut document = ScopeDocument::new(&Toolset::new(()));
    let tool = json!({
        "name": "update_note", "description": "", "hints": {}, "policy": policy, "demands": ["a valid token"], "fingerprint": "",
    });
    document.tools.push(serde_json::from_value(tool).unwrap());
    document
}

fn with(scopes: &[&str], roles: &[&str]) -> ScopeDocument {
    document(&json!({"posture": "callers", "scopes_all": scopes, "scopes_any": [], "roles": roles}))
}

fn weakenings(state: &LockState) -> Vec<String> {
    match state {
        LockState::Weaker(changes) => changes.changes.iter().map(|change| change.what.clone()).collect(),
        state => panic!("{state:?}"),
    }
}

/// Writes reasons into a lock file, as a developer does.
fn with_reasons(lock: &Lock, reason: &str) -> Lock {
    let mut file: Value = serde_json::from_str(&lock.to_json()).unwrap();
    for entry in file["weakenings"].as_array_mut().unwrap() {
        entry["reason"] = json!(reason);
    }
    Lock::from_json(&file.to_string()).unwrap()
}

#[test]
fn a_weakening_is_refused_until_somebody_writes_a_reason() {
    let old = with(&["write"], &["manager"]);
    let new = with(&["write"], &[]);
    let lock = Lock::new(&old);
    assert_eq!(lock.check(&old), LockState::Current);
    assert_eq!(
        weakenings(&lock.check(&new)),
        ["the role `manager` was demanded, and is not any more"]
    );
    // Writing it anew gives no reason, however often.
    let written = lock.updated(&new).updated(&new);
    assert_eq!(weakenings(&written.check(&new)).len(), 1);
    assert_eq!(
        written.check(&old),
        LockState::Stale(crate::docs::Comparison { changes: Vec::new() })
    );
    for none in ["", " ", "\n\t"] {
        assert_eq!(
            weakenings(&with_reasons(&written, none).updated(&new).check(&new)).len(),
            1
        );
    }
    // Somebody does.
    let reasoned = with_reasons(&written, "editors are enough, says the owner of notes");
    assert_eq!(reasoned.check(&new), LockState::Current);
    let accepted = reasoned.updated(&new);
    assert_eq!(accepted.check(&new), LockState::Current);
    assert!(accepted.to_json().contains("says the owner of notes"));
    assert_eq!(accepted.updated(&new), accepted);
}

#[test]
fn a_reason_is_for_one_weakening_and_no_other() {
    let lock = Lock::new(&with(&["read", "write"], &["manager"]));
    let one = with(&["read", "write"], &[]);
    let reasoned = with_reasons(&lock.updated(&one), "because");
    assert_eq!(reasoned.check(&one), LockState::Current);
    // More is weaker: the reason for the role was for a tool that still demanded both scopes.
    assert_eq!(weakenings(&reasoned.check(&with(&["read"], &[]))).len(), 2);
    // It is used up when it was accepted.
    let accepted = reasoned.updated(&one);
    let tightened = accepted.updated(&with(&["read", "write"], &["manager"]));
    assert_eq!(weakenings(&tightened.check(&one)).len(), 1);
    // Nor does it wait for a weakening that was taken back.
    let taken_back = with(&["read", "write"], &["manager"]);
    assert!(matches!(reasoned.check(&taken_back), LockState::Stale(_)));
    assert_eq!(reasoned.updated(&taken_back), Lock::new(&taken_back));
}

/// Two tools may be declared alike, and a tool may be weaker in two ways.
#[test]
fn a_reason_is_for_one_tool_and_one_way() {
    let twins = |roles: &[&str]| {
        let mut document = with(&["write"], roles);
        let mut twin = document.tools[0].clone();
        twin.name = "append_note".to_owned();
        document.tools.push(twin);
        document
    };
    let role = "the role `manager` was demanded, and is not any more";
    let state = with_one_reason(&Lock::new(&twins(&["manager"])), &twins(&[])).check(&twins(&[]));
    assert_eq!(weakenings(&state), [role]);
    let (old, new) = (with(&["read", "write"], &["manager"]), with(&["read"], &[]));
    let state = with_one_reason(&Lock::new(&old), &new).check(&new);
    assert_eq!(weakenings(&state), [role]);
}

/// A scope that implies more opens another tool, which was declared otherwise after the reason had been written.
#[test]
fn a_reason_for_what_a_scope_implies_is_for_the_tools_that_it_opens() {
    let scopes = |implied: [&[&str]; 3]| {
        let scope = |(name, implies)| json!({"scope": name, "declared": true, "implies": implies, "baseline": false, "tools": []});
        let scopes = ["read", "write", "other"].into_iter().zip(implied).map(scope);
        serde_json::from_value(scopes.collect()).unwrap()
    };
    let notes = |implied: [&[&str]; 3], look: &str| {
        let mut document = with(&["write"], &[]);
        let mut other = with(&[look], &[]).tools.remove(0);
        other.name = "look".to_owned();
        document.tools.push(other);
        document.scopes = scopes(implied);
        document
    };
    let narrow: [&[&str]; 3] = [&[], &["other"], &[]];
    let wide: [&[&str]; 3] = [&["write"], &[], &[]];
    let (old, new) = (notes(narrow, "other"), notes(wide, "other"));
    let reasoned = with_reasons(&Lock::new(&old).updated(&new), "because");
    assert!(
        reasoned
            .to_json()
            .contains("\"tools\": [\n        \"update_note\"\n      ]")
    );
    assert!(matches!(reasoned.check(&new), LockState::Stale(_)));
    let state = reasoned.check(&notes(wide, "write"));
    assert_eq!(weakenings(&state), ["implies `write` now"]);
    // The reason says for ever which tools it was for.
    let accepted = reasoned.updated(&new);
    assert_eq!(accepted.check(&new), LockState::Current);
    assert_eq!(accepted.accepted[0].tools, ["update_note"]);
}

/// A tool that demands more is locked as such, whatever has a reason beside it.
#[test]
fn a_reason_for_what_a_scope_implies_is_for_no_policy() {
    let mut old = with(&["read"], &[]);
    let scope = |implies: &[&str]| json!([{"scope": "view", "declared": true, "implies": implies, "baseline": false, "tools": []}]);
    old.scopes = serde_json::from_value(scope(&[])).unwrap();
    let mut new = with(&["read", "write"], &[]);
    new.scopes = serde_json::from_value(scope(&["read", "write"])).unwrap();
    let reasoned = with_reasons(&Lock::new(&old).updated(&new), "because");
    assert!(matches!(reasoned.check(&new), LockState::Stale(_)));
    assert_eq!(reasoned.updated(&new).check(&new), LockState::Current);
}

/// The lock after a change, with a reason for the first of its weakenings only.
fn with_one_reason(lock: &Lock, new: &ScopeDocument) -> Lock {
    let mut file: Value = serde_json::from_str(&lock.updated(new).to_json()).unwrap();
    assert_eq!(file["weakenings"].as_array().unwrap().len(), 2);
    file["weakenings"][0]["reason"] = json!("because");
    Lock::from_json(&file.to_string()).unwrap()
}

#[test]
fn a_tightening_has_to_be_locked_or_it_could_be_taken_back_unseen() {
    let loose = with(&[], &["manager"]);
    let tight = with(&["write"], &["manager"]);
    let lock = Lock::new(&loose);
    assert!(matches!(lock.check(&tight), LockState::Stale(_)));
    let lock = lock.updated(&tight);
    assert_eq!(lock.check(&tight), LockState::Current);
    assert_eq!(weakenings(&lock.check(&loose)).len(), 1);
    // A tightening beside a weakening without a reason is not accepted either: it waits.
    let other = with(&["write", "more"], &[]);
    assert_eq!(weakenings(&lock.updated(&other).check(&other)).len(), 1);
}

#[test]
fn what_only_reads_otherwise_makes_the_lock_stale() {
    let policy = |count| {
        let mut policy: PolicyDescription = serde_json::from_value(
            json!({"posture": "callers", "scopes_all": [], "scopes_any": ["a", "b"], "roles": []}),
        )
        .unwrap();
        policy.rate_limit = serde_json::from_value::<RateDescription>(
            json!({"count": count, "unit": "min", "burst": 1, "per": "subject"}),
        )
        .ok();
        document(&serde_json::to_value(policy).unwrap())
    };
    let lock = Lock::new(&policy(2));
    assert!(matches!(lock.check(&policy(1)), LockState::Stale(_)));
    assert_eq!(weakenings(&lock.check(&policy(3))).len(), 1);
    let swapped = document(&json!({"posture": "callers", "scopes_all": [], "scopes_any": ["b", "a"], "roles": []}));
    let plain = document(&json!({"posture": "callers", "scopes_all": [], "scopes_any": ["a", "b"], "roles": []}));
    assert!(matches!(Lock::new(&plain).check(&swapped), LockState::Stale(_)));
}

/// Nobody may call the tool, so that there is no change to tell.
#[test]
fn what_differs_without_a_change_makes_the_lock_stale() {
    let nobody = |fresh| {
        document(&json!({"posture": "nobody", "scopes_all": [], "scopes_any": [], "roles": [], "fresh": fresh}))
    };
    let state = Lock::new(&nobody(false)).check(&nobody(true));
    assert_eq!(state, LockState::Stale(crate::docs::Comparison::default()));
}

/// A file of this name that is not there yet, and is removed when the test has ended.
struct File(PathBuf);

impl File {
    fn named(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("toolgate-{name}-{}.json", std::process::id())))
    }

    fn with(name: &str, lock: &Lock) -> Self {
        let file = Self::named(name);
        fs::write(&file.0, lock.to_json()).unwrap();
        file
    }

    fn lock(&self) -> Lock {
        Lock::from_json(&fs::read_to_string(&self.0).unwrap()).unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// What a developer reads who has a reason in the lock for what was taken back.
#[test]
fn a_reason_for_nothing_is_named() {
    let (old, new) = (with(&["write"], &["manager"]), with(&["write"], &[]));
    let reasoned = with_reasons(&Lock::new(&old).updated(&new), "because");
    let file = File::with("reasoned", &reasoned);
    let told = check(&file.0, &old, false).unwrap_err();
    assert!(
        told.ends_with("\n\n- it has an entry for something that is not weaker\n"),
        "{told}"
    );
    assert_eq!(check(&file.0, &new, false), Ok(()));
}

#[test]
fn the_first_file_is_written_only_if_that_is_asked_for() {
    let file = File::named("first");
    let document = with(&["write"], &[]);
    let told = check(&file.0, &document, false).unwrap_err();
    assert!(
        told.starts_with(" is not there\nhelp: run the test with TOOLGATE_DOCS=overwrite"),
        "{told}"
    );
    assert!(!file.0.exists());
    assert_eq!(check(&file.0, &document, true), Ok(()));
    assert_eq!(file.lock(), Lock::new(&document));
    assert_eq!(check(&file.0, &document, false), Ok(()));
}

#[test]
fn overwriting_accepts_what_is_tighter_and_not_what_is_weaker() {
    let (loose, tight) = (with(&[], &["manager"]), with(&["write"], &["manager"]));
    let file = File::with("overwritten", &Lock::new(&loose));
    let told = check(&file.0, &tight, false).unwrap_err();
    assert_eq!(
        told,
        " is stale\nhelp: run the test with TOOLGATE_DOCS=overwrite and review the change\n\n\
         - `update_note`: the scope `write` is demanded now\n"
    );
    assert_eq!(file.lock(), Lock::new(&loose));
    assert_eq!(check(&file.0, &tight, true), Ok(()));
    assert_eq!(file.lock(), Lock::new(&tight));
    // Back again: with overwriting the test fails as well, and what was accepted is kept.
    for (overwrite, help) in [
        (
            false,
            "help: take it back, or run the test with TOOLGATE_DOCS=overwrite",
        ),
        (true, "help: take it back, or write the reason into the file"),
    ] {
        let told = check(&file.0, &loose, overwrite).unwrap_err();
        assert!(
            told.starts_with(&format!(": something is weaker, and no reason is given\n{help}")),
            "{told}"
        );
        assert!(
            told.contains(
                "\n- `update_note`: the scope `write` is not demanded any more\n  let in now, and not before: "
            ),
            "{told}"
        );
        assert_eq!(check(&file.0, &tight, false).is_ok(), !overwrite);
    }
    assert_eq!(file.lock().locked, Lock::new(&tight).locked);
    fs::write(&file.0, with_reasons(&file.lock(), "because").to_json()).unwrap();
    assert_eq!(check(&file.0, &loose, false), Ok(()));
    assert_eq!(check(&file.0, &loose, true), Ok(()));
    assert_eq!(file.lock().locked, Lock::new(&loose).locked);
}

/// What cannot be read says nothing of what was accepted, and is not written over.
#[test]
fn what_cannot_be_read_is_neither_well_nor_written_over() {
    let document = with(&["write"], &[]);
    let file = File::named("unreadable");
    for overwrite in [false, true] {
        fs::write(&file.0, "{").unwrap();
        let told = check(&file.0, &document, overwrite).unwrap_err();
        assert!(told.starts_with(": this is not a lock of scopes: "), "{told}");
        assert_eq!(fs::read_to_string(&file.0).unwrap(), "{");
        // A folder is there, and is no file.
        let told = check(&std::env::temp_dir(), &document, overwrite).unwrap_err();
        assert!(told.starts_with(" cannot be read: "), "{told}");
    }
    let nowhere = file.0.join("scopes.lock.json");
    assert!(check(&nowhere, &document, true).is_err());
}

/// A new tool weakens nothing that was there, but for what should never come unseen.
#[test]
fn new_tools_for_everyone_and_shadows_need_a_reason() {
    let old = with(&["write"], &[]);
    let added = |policy: &Value| {
        let mut new = old.clone();
        let mut tool = document(policy).tools.remove(0);
        tool.name = "new".to_owned();
        new.tools.push(tool);
        Lock::new(&old).check(&new)
    };
    let policy = |posture: &str, shadow: bool| json!({"posture": posture, "scopes_all": ["a"], "scopes_any": [], "roles": [], "shadow": shadow});
    assert!(matches!(added(&policy("callers", false)), LockState::Stale(_)));
    assert_eq!(
        weakenings(&added(&policy("public", false))),
        ["is new, and needs no token"]
    );
    assert_eq!(
        weakenings(&added(&policy("callers", true))),
        ["is new, and its scopes and roles are only tried out"]
    );
}

#[test]
fn what_is_not_known_is_refused() {
    let lock = Lock::new(&with(&["a"], &[]));
    let mut file: Value = serde_json::from_str(&lock.to_json()).unwrap();
    file["locked"]["tools"]["update_note"]["certificate"] = json!(true);
    assert!(Lock::from_json(&file.to_string()).is_err());
    file["version"] = json!(2);
    assert!(
        Lock::from_json(&file.to_string())
            .unwrap_err()
            .to_string()
            .contains("version 2")
    );
}

/// A reviewer sees the one that is weaker nowhere, and the other is what would be compared.
#[test]
fn what_is_said_twice_is_refused() {
    let lock = Lock::new(&with(&["a"], &[])).to_json();
    let policy = serde_json::to_string(&with(&[], &[]).tools[0].policy).unwrap();
    let twice = lock.replacen(
        "\"update_note\":",
        &format!("\"update_note\": {policy}, \"update_note\":"),
        1,
    );
    assert_ne!(twice, lock);
    assert!(Lock::from_json(&twice).is_err());
}

//! All inputs that are kept, through their targets: seeds, and what was found once.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the right line")]

use fuzzing::{TARGETS, Target};
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

const KINDS: [&str; 2] = ["corpus", "regressions"];

/// The most that may be kept, in bytes. What a fuzzer collects belongs elsewhere.
const MAX_BYTES: usize = 100_000;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn inputs((name, _): &Target) -> Vec<PathBuf> {
    KINDS
        .iter()
        .flat_map(|kind| files(&fuzz().join(kind).join(name)))
        .collect()
}

#[test]
fn f29_no_kept_input_finds_anything() {
    let mut found = Vec::new();
    for target in &TARGETS {
        let (name, run) = *target;
        let inputs = inputs(target);
        assert!(inputs.len() > 5, "`{name}` has hardly a seed");
        for path in inputs {
            let input = fs::read(&path).unwrap();
            if catch_unwind(|| run(&input)).is_err() {
                found.push(path.display().to_string());
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_folder_and_every_binary_has_its_target() {
    let names: Vec<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let binaries: Vec<String> = files(&fuzz().join("fuzz_targets")).into_iter().map(stem).collect();
    assert_eq!(binaries, names);
    let folders: Vec<String> = files(&fuzz().join("corpus")).into_iter().map(stem).collect();
    assert_eq!(folders, names);
    for folder in files(&fuzz().join("regressions")).into_iter().map(stem) {
        assert!(names.contains(&folder), "{folder}");
    }
}

#[test]
fn what_is_kept_stays_small() {
    let paths = TARGETS.iter().flat_map(inputs);
    let bytes: usize = paths.map(|path| fs::read(path).unwrap().len()).sum();
    assert!(bytes <= MAX_BYTES, "{bytes} bytes");
}

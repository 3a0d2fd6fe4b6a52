//! What guarded tools cost a developer at every `cargo check`, next to the tools that the SDKs' own macros make.

mod source;

use self::source::Kind;
use crate::workspace::cargo;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant, SystemTime};

/// How many tools each crate has.
const TOOLS: usize = 200;

/// How often each crate is checked. The crates take turns, so that a busy moment does not hit one of them alone.
const ROUNDS: usize = 5;

/// Writes a crate of each kind, builds what they depend on, and measures.
pub(crate) fn run() -> ExitCode {
    match measure() {
        Ok(medians) => {
            show(&medians);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> io::Result<Vec<(Kind, Duration)>> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let folder = repository.join("target/check-time");
    let source = write(&folder, repository)?;
    for kind in Kind::ALL {
        check(&folder, kind)?;
    }
    let mut times = Kind::ALL.map(|kind| (kind, Vec::new()));
    for _ in 0..ROUNDS {
        for (kind, times) in &mut times {
            File::options()
                .append(true)
                .open(source(*kind))?
                .set_modified(SystemTime::now())?;
            let start = Instant::now();
            check(&folder, *kind)?;
            times.push(start.elapsed());
        }
    }
    Ok(times.into_iter().map(|(kind, times)| (kind, median(times))).collect())
}

/// Writes one workspace, and says where each crate's source is.
fn write(folder: &Path, repository: &Path) -> io::Result<impl Fn(Kind) -> PathBuf> {
    fs::create_dir_all(folder)?;
    let members = Kind::ALL.map(|kind| format!("{:?}", kind.name()));
    let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
    fs::write(folder.join("Cargo.toml"), manifest)?;
    let lock = folder.join("Cargo.lock");
    if !lock.exists() {
        fs::copy(repository.join("Cargo.lock"), lock)?;
    }
    let folder = folder.to_owned();
    let source = move |kind: Kind| folder.join(kind.name()).join("src/lib.rs");
    for kind in Kind::ALL {
        let file = source(kind);
        let sources = file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(sources)?;
        fs::write(sources.join("../Cargo.toml"), kind.manifest(repository))?;
        fs::write(file, kind.source(TOOLS))?;
    }
    Ok(source)
}

fn check(folder: &Path, kind: Kind) -> io::Result<()> {
    let status = Command::new(cargo())
        .args(["check", "--quiet", "--package", kind.name()])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        // What one check reuses of the one before it depends on what changed, which would be another thing to measure.
        .env("CARGO_INCREMENTAL", "0")
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("`{}` does not compile", kind.name())))
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn show(medians: &[(Kind, Duration)]) {
    let sdks = medians.iter().filter(|(kind, _)| kind.is_sdk());
    let cheaper = sdks.map(|(_, median)| median.as_secs_f64()).fold(f64::MAX, f64::min);
    println!("`cargo check` of {TOOLS} tools, median of {ROUNDS}, and how often that is the cheaper SDK's:\n");
    for (kind, median) in medians {
        let seconds = median.as_secs_f64();
        println!("{:24} {seconds:6.2} s  {:5.2}", kind.what(), seconds / cheaper);
    }
}

//! The packages as they would be uploaded, built from nothing else of this repository.
//!
//! `cargo package` can do that by itself, but builds a crate that depends on another one of ours with sources that it keeps from
//! the first time, as the version is still the same.

use crate::step::Step;
use crate::workspace::{Package, Workspace};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Packages everything that is published, unpacks it, and checks each crate alone, with all of its features.
pub(crate) fn steps(workspace: &Workspace) -> Vec<Step> {
    let mut steps = vec![
        Step::cargo(format!("package --no-verify --allow-dirty{}", arguments(workspace))),
        Step::cargo("xtask unpack"),
    ];
    let check = |package: &Package| {
        Step::cargo(format!("check --package {} --all-features", package.name))
            .within(folder(workspace))
            .env("CARGO_TARGET_DIR", workspace.target.to_string_lossy())
    };
    steps.extend(workspace.published.iter().map(check));
    steps
}

/// The names of everything that is published, for a call of cargo.
pub(crate) fn arguments(workspace: &Workspace) -> String {
    let packages = workspace.published.iter();
    packages.flat_map(|package| [" --package ", &package.name]).collect()
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("packages")
}

/// Unpacks what `cargo package` made, in a workspace of its own.
pub(crate) fn unpack() -> ExitCode {
    let unpacked = Workspace::read().and_then(|workspace| {
        let folder = folder(&workspace);
        unpack_into(&folder, &workspace).map_err(|error| format!("cannot unpack into {}: {error}", folder.display()))
    });
    match unpacked {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Nothing is left of what was there before.
fn unpack_into(folder: &Path, workspace: &Workspace) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    for package in &workspace.published {
        let archive = workspace.target.join("package").join(package.folder() + ".crate");
        let mut tar = Command::new("tar");
        let status = tar.arg("-xzf").arg(archive).arg("-C").arg(folder).status()?;
        if !status.success() {
            return Err(io::Error::other(format!(
                "`tar` failed on `{}`: {status}",
                package.folder()
            )));
        }
    }
    fs::write(folder.join("Cargo.toml"), manifest(&workspace.published))?;
    fs::copy(workspace.root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}

/// A workspace in which the packages find each other where they would find them on crates.io.
fn manifest(packages: &[Package]) -> String {
    let members: Vec<_> = packages
        .iter()
        .map(|package| format!("{:?}", package.folder()))
        .collect();
    let mut manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n[patch.crates-io]\n",
        members.join(", ")
    );
    for package in packages {
        // Writing into a `String` cannot fail.
        let _ = writeln!(manifest, "{} = {{ path = {:?} }}", package.name, package.folder());
    }
    manifest
}

#[cfg(test)]
mod tests {
    use super::{manifest, steps};
    use crate::workspace::{Package, Workspace};

    #[test]
    fn every_crate_is_checked_alone_in_a_workspace_of_packages() {
        let packages = ["a", "b"].map(|name| Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
        });
        let expected = "[workspace]\nresolver = \"3\"\nmembers = [\"a-1.0.0\", \"b-1.0.0\"]\n\n[patch.crates-io]\n\
                        a = { path = \"a-1.0.0\" }\nb = { path = \"b-1.0.0\" }\n";
        assert_eq!(manifest(&packages), expected);
        let workspace = Workspace {
            published: packages.into(),
            ..Workspace::empty()
        };
        let steps: Vec<_> = steps(&workspace).iter().map(ToString::to_string).collect();
        let check = |name| {
            format!(
                "cd /w/target/packages && CARGO_TARGET_DIR=\"/w/target\" cargo check --package {name} --all-features"
            )
        };
        let expected = [
            "cargo package --no-verify --allow-dirty --package a --package b".to_owned(),
            "cargo xtask unpack".to_owned(),
            check("a"),
            check("b"),
        ];
        assert_eq!(steps, expected);
    }
}

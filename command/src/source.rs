//! Where the scope document comes from: a file, standard input, or the program that has the tools.

use clap::Args;
use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use toolgate::docs::ScopeDocument;

/// Where a scope document is read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Where the scope document comes from")]
pub(crate) struct Source {
    /// A file with the document as JSON, as the test with `assert_current` keeps it; `-` for standard input
    #[arg(long, value_name = "FILE", default_value = "scopes.json")]
    document: PathBuf,
    /// In place of a file: an example of this workspace that prints the document, with `cargo run`
    #[arg(long, value_name = "NAME", group = "program", conflicts_with = "document")]
    example: Option<String>,
    /// In place of a file: a program of this workspace that prints the document, with `cargo run`; what one prints that needs more
    /// than that, such as features, can be piped to `--document -`
    #[arg(long, value_name = "NAME", group = "program", conflicts_with_all = ["document", "example"])]
    bin: Option<String>,
    /// The package that this program is in
    #[arg(long, short, value_name = "PACKAGE", requires = "program")]
    package: Option<String>,
    /// What the program is started with, so that it prints the document and does nothing else
    #[arg(last = true, value_name = "ARGUMENTS", requires = "program")]
    arguments: Vec<String>,
}

impl Source {
    pub(crate) fn read(&self) -> Result<ScopeDocument, Box<dyn Error>> {
        match self.program() {
            Some(mut program) => printed_by(&mut program),
            None => read(&self.document),
        }
    }

    /// The document was printed by the program itself, and is not what was printed some time ago.
    pub(crate) const fn is_program(&self) -> bool {
        self.example.is_some() || self.bin.is_some()
    }

    pub(crate) fn is_standard_input(&self) -> bool {
        !self.is_program() && self.document == Path::new("-")
    }

    /// The file, if it is one that has a place.
    pub(crate) fn file(&self) -> Option<&Path> {
        (!self.is_program() && !self.is_standard_input()).then_some(&*self.document)
    }

    fn program(&self) -> Option<Command> {
        let (kind, name) = match (&self.example, &self.bin) {
            (Some(name), _) => ("--example", name),
            (None, Some(name)) => ("--bin", name),
            (None, None) => return None,
        };
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["run", "--quiet", kind, name]);
        if let Some(package) = &self.package {
            cargo.args(["--package", package]);
        }
        cargo.arg("--").args(&self.arguments);
        Some(cargo)
    }
}

/// Reads what a program prints.
fn printed_by(program: &mut Command) -> Result<ScopeDocument, Box<dyn Error>> {
    let shown = format!("{program:?}").replace('"', "");
    let output = program
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("`{shown}` cannot be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("`{shown}` failed: {}", output.status).into());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let help =
        "help: let it print `ScopeDocument::new(&tools).to_json()`, and nothing else, when it is started like this";
    let document = ScopeDocument::from_json(&text);
    Ok(document.map_err(|error| format!("`{shown}` printed no scope document: {error}\n{help}"))?)
}

/// Reads a document from a file, or from standard input.
pub(crate) fn read(path: &Path) -> Result<ScopeDocument, Box<dyn Error>> {
    let help = match path.extension() {
        Some(extension) if extension == "md" => "\nhelp: give the JSON form, such as scopes.json",
        _ => "",
    };
    let document = ScopeDocument::from_json(&text(path)?);
    Ok(document.map_err(|error| format!("{}: {error}{help}", path.display()))?)
}

/// The text of a file, or of standard input.
pub(crate) fn text(path: &Path) -> Result<String, Box<dyn Error>> {
    if path == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    let help = "help: a test with `toolgate::docs::assert_current(\"scopes.json\", &tools)` writes it into the folder of its package, with \
                TOOLGATE_DOCS=overwrite; elsewhere name it, as in `--document PACKAGE/scopes.json`";
    Ok(fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound if path.ends_with("scopes.json") => format!("{} is not there\n{help}", path.display()),
        _ => format!("{} cannot be read: {error}", path.display()),
    })?)
}

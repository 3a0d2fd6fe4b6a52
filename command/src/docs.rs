//! `cargo toolgate docs`: the scope document in one of its forms.

use crate::ended::Ended;
use crate::source::Source;
use crate::terminal::show_document;
use clap::{Args, ValueEnum};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use toolgate::docs::ScopeDocument;

/// Show the scope document: who may call what, for people or for machines
///
/// The document is written from the declarations of the tools. It comes from a file that a test keeps current, or from the program that
/// has the tools; nothing is read out of source files, and no program does anything but what it is told on its command line.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo toolgate docs
  cargo toolgate docs --format json --bin server -- scopes
  cargo toolgate docs --output SCOPES.md --output scopes.html --example notes -- --scope-document

Exit status: 0 if it was shown or written, 2 if it could not be had.
")]
pub(crate) struct Docs {
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Markdown)]
    format: Format,
    /// Write it to a file in place of showing it, in the form that the file's ending says; may be given more than once
    #[arg(long, short, value_name = "FILE", conflicts_with = "format")]
    output: Vec<PathBuf>,
    #[command(flatten)]
    source: Source,
}

/// A form of the document.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// For a repository
    #[value(alias = "md")]
    Markdown,
    /// For machines
    Json,
    /// A page to search in, which needs no network
    Html,
}

impl Docs {
    pub(crate) fn run(&self) -> Result<Ended, Box<dyn Error>> {
        // Before anything is built, as nothing is written if one of them makes no sense.
        let outputs = self.output.iter().map(|path| Ok((path, Format::of(path)?)));
        let outputs: Vec<_> = outputs.collect::<Result<_, Box<dyn Error>>>()?;
        let document = self.source.read()?;
        if outputs.is_empty() {
            show_document(&self.format.render(&document))?;
        }
        for (path, format) in outputs {
            // As the test writes it that keeps the file current.
            let text = format.render(&document.clone().without_lines());
            fs::write(path, text).map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
        }
        Ok(Ended::Well)
    }
}

impl Format {
    /// The form of a file, by its ending.
    pub(crate) fn of(path: &Path) -> Result<Self, Box<dyn Error>> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("md") => Ok(Self::Markdown),
            Some("json") => Ok(Self::Json),
            Some("html") => Ok(Self::Html),
            _ => Err(format!(
                "{}: there is no form of the document for this ending\nhelp: use `.md`, `.json` or `.html`",
                path.display()
            )
            .into()),
        }
    }

    pub(crate) fn render(self, document: &ScopeDocument) -> String {
        match self {
            Self::Markdown => document.to_markdown(),
            Self::Json => document.to_json(),
            Self::Html => document.to_html(),
        }
    }
}

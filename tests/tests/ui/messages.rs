//! That no message is without a UI test.

use proc_macro2::{Punct, TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use syn::LitStr;

/// Where messages stand: what reads and judges a declaration, and what helps rustc to judge the rest.
const PLACES: [&str; 14] = [
    "macros/src/attr.rs",
    "macros/src/attr",
    "macros/src/catalog.rs",
    "macros/src/catalog/attr.rs",
    "macros/src/catalog/hierarchy.rs",
    "macros/src/catalog/names.rs",
    "macros/src/field_path.rs",
    "macros/src/item.rs",
    "macros/src/policies.rs",
    "macros/src/policies",
    "macros/src/spec.rs",
    "macros/src/spec",
    "macros/src/toolset.rs",
    "macros/src/toolset",
];

#[test]
fn every_message_of_the_macro_is_shown_by_a_ui_test() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut messages = BTreeSet::new();
    for place in PLACES {
        for file in rust_files(&repository.join(place)) {
            gather(code(&file), &mut messages);
        }
    }
    assert!(messages.len() > 50, "{messages:?}");
    assert_shown(&messages);
}

#[test]
fn every_message_of_a_trait_is_shown_by_a_ui_test() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut messages = BTreeSet::new();
    for file in rust_files(&repository.join("runtime/src")) {
        gather_diagnostics(code(&file), &mut messages);
    }
    assert!(messages.len() > 15, "{messages:?}");
    assert_shown(&messages);
}

fn rust_files(place: &Path) -> Vec<PathBuf> {
    if place.is_file() {
        return vec![place.to_owned()];
    }
    let entries = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path());
    let entries = entries.filter(|path| path.is_dir() || path.extension().is_some_and(|extension| extension == "rs"));
    entries.flat_map(|path| rust_files(&path)).collect()
}

/// A file but for its tests, which stand at the end.
fn code(file: &Path) -> TokenStream {
    let text = fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    code.parse().unwrap()
}

/// Strings of several words, but for those in attributes.
fn gather(code: TokenStream, messages: &mut BTreeSet<String>) {
    let mut after_hash = false;
    for token in code {
        match token {
            TokenTree::Group(group) if !after_hash => gather(group.stream(), messages),
            TokenTree::Literal(literal) => {
                let text = syn::parse_str::<LitStr>(&literal.to_string()).map(|literal| literal.value());
                messages.extend(text.ok().filter(|text| text.trim().contains(' ')));
            }
            token => {
                let is_begin = |punct: &Punct| punct.as_char() == '#' || after_hash && punct.as_char() == '!';
                after_hash = matches!(&token, TokenTree::Punct(punct) if is_begin(punct));
                continue;
            }
        }
        after_hash = false;
    }
}

/// What stands in `#[diagnostic::on_unimplemented(..)]`.
fn gather_diagnostics(code: TokenStream, messages: &mut BTreeSet<String>) {
    let mut is_diagnostic = false;
    for token in code {
        match token {
            TokenTree::Group(group) if is_diagnostic => gather(group.stream(), messages),
            TokenTree::Group(group) => gather_diagnostics(group.stream(), messages),
            TokenTree::Ident(ident) if ident == "on_unimplemented" => {
                is_diagnostic = true;
                continue;
            }
            _ => {}
        }
        is_diagnostic = false;
    }
}

fn assert_shown(messages: &BTreeSet<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "stderr"));
    let shown: Vec<_> = files.map(|path| fs::read_to_string(path).unwrap()).collect();
    let is_shown = |message: &&String| {
        let parts = parts(message);
        shown.iter().any(|shown| parts.iter().all(|part| shown.contains(part)))
    };
    let missing: Vec<_> = messages.iter().filter(|message| !is_shown(message)).collect();
    assert!(missing.is_empty(), "no UI test shows:\n{missing:#?}");
}

/// The lines of a message, but for what is filled in.
fn parts(message: &str) -> Vec<&str> {
    let around = |line| {
        // Before the first brace there is text; after each further one a name up to the closing brace, and text again.
        let parts = str::split(line, '{').map(|part| part.split_once('}').map_or(part, |(_, text)| text));
        parts.collect::<Vec<_>>()
    };
    message.lines().flat_map(around).map(str::trim).collect()
}

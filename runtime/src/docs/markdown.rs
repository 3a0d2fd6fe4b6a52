//! The scope document as Markdown.

use super::{ScopeDocument, ToolEntry, quoted};
use std::fmt::Write as _;

pub(super) fn render(document: &ScopeDocument) -> String {
    let mut out = String::from(
        "# Scopes\n\n\
         Who may call what. Written from the declarations of the tools, which are also what is enforced; do not edit.\n\n\
         ## Scopes\n\n",
    );
    table(
        &mut out,
        "Scope",
        document.scopes.iter().map(|(scope, tools)| (scope.as_str(), tools)),
    );
    out.push_str("## Roles\n\n");
    table(
        &mut out,
        "Role",
        document.roles.iter().map(|(role, tools)| (*role, tools)),
    );
    out.push_str("## Public tools\n\n");
    if document.public.is_empty() {
        out.push_str("None.\n\n");
    } else {
        line(
            &mut out,
            &format!("{}\n", quoted(document.public.iter().map(String::as_str))),
        );
    }
    if !document.shadow.is_empty() {
        out.push_str("## Not enforced\n\nScopes and roles of these tools are only tried out (`shadow`): who lacks them is let through.\n\n");
        line(
            &mut out,
            &format!("{}\n", quoted(document.shadow.iter().map(String::as_str))),
        );
    }
    out.push_str("## Tools\n");
    for tool in &document.tools {
        out.push('\n');
        entry(&mut out, tool);
    }
    out
}

fn table<'a>(out: &mut String, head: &str, rows: impl Iterator<Item = (&'a str, &'a Vec<String>)>) {
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        out.push_str("None.\n\n");
        return;
    }
    line(out, &format!("| {head} | Needed by |"));
    line(out, "| --- | --- |");
    for (name, tools) in rows {
        let tools = quoted(tools.iter().map(String::as_str));
        line(out, &format!("| {} | {tools} |", cell(&format!("`{name}`"))));
    }
    out.push('\n');
}

fn entry(out: &mut String, tool: &ToolEntry) {
    line(out, &format!("### `{}`\n", tool.name));
    if !tool.description.is_empty() {
        line(out, &format!("{}\n", tool.description));
    }
    line(out, "Needs:\n");
    for demand in &tool.demands {
        line(out, &format!("- {demand}"));
    }
    let hints = [
        (tool.hints.read_only, "read-only", "not read-only"),
        (tool.hints.destructive, "destructive", "not destructive"),
        (tool.hints.idempotent, "idempotent", "not idempotent"),
        (
            tool.hints.open_world,
            "reaches beyond this server",
            "stays within this server",
        ),
    ];
    let hints: Vec<_> = hints
        .iter()
        .filter_map(|(hint, yes, no)| Some(if (*hint)? { *yes } else { *no }))
        .collect();
    if !hints.is_empty() {
        line(out, &format!("\nTells clients that it is: {}.", hints.join(", ")));
    }
    line(out, &format!("\nPolicy `{}`.", tool.fingerprint));
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn line(out: &mut String, text: &str) {
    // Writing into a `String` cannot fail.
    let _ = writeln!(out, "{text}");
}

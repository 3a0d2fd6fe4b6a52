//! The scope document as Markdown.

use super::{ScopeDescription, ScopeDocument, ToolEntry, quoted};
use std::fmt::Write as _;

pub(super) fn render(document: &ScopeDocument) -> String {
    let mut out = String::from(
        "# Scopes\n\n\
         Who may call what. Written from the declarations of the tools, which are also what is enforced; do not edit.\n\n\
         ## Scopes\n\n",
    );
    let needed_by = |scope: &str| {
        let mut tools = document.scopes.iter();
        tools.find_map(|(demanded, tools)| (demanded.as_str() == scope).then_some(tools))
    };
    if document.scope_catalog.is_empty() {
        table(
            &mut out,
            "Scope",
            document.scopes.iter().map(|(scope, tools)| (scope.as_str(), tools)),
        );
    } else {
        let rows = document.scope_catalog.iter().map(|entry| {
            let implies = quoted(entry.implies.iter().map(|scope| scope.as_str()));
            let name = entry.scope.as_str();
            [
                code(name),
                text(entry.description),
                implies,
                marks(entry),
                tools(needed_by(name)),
            ]
        });
        catalog(&mut out, ["Scope", "What for", "Implies", "Notes", "Needed by"], rows);
    }
    out.push_str("## Roles\n\n");
    if document.role_catalog.is_empty() {
        table(
            &mut out,
            "Role",
            document.roles.iter().map(|(role, tools)| (*role, tools)),
        );
    } else {
        let rows = document.role_catalog.iter().map(|entry| {
            let implies = quoted(entry.implies.iter().copied());
            let needed_by = tools(document.roles.get(entry.role));
            [code(entry.role), text(entry.description), implies, needed_by]
        });
        catalog(&mut out, ["Role", "Who", "Implies", "Needed by"], rows);
    }
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
    if !document.entries.is_empty() {
        out.push_str("\n## Prompts and resources\n");
        for tool in &document.entries {
            out.push('\n');
            entry(&mut out, tool);
        }
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

/// A table with a row for each name of a catalogue, whether a tool needs it or not.
fn catalog<const N: usize>(out: &mut String, head: [&str; N], rows: impl Iterator<Item = [String; N]>) {
    line(out, &format!("| {} |", head.join(" | ")));
    line(out, &format!("|{}", " --- |".repeat(N)));
    for row in rows {
        line(out, &format!("| {} |", row.map(|text| cell(&text)).join(" | ")));
    }
    out.push('\n');
}

fn marks(entry: &ScopeDescription) -> String {
    let marks = [
        (entry.baseline, "asked for at first"),
        (entry.sensitive, "sensitive"),
        (entry.admin_consent, "granted by administrators only"),
    ];
    let marks = marks.iter().filter_map(|(is_set, text)| is_set.then_some(*text));
    marks.collect::<Vec<_>>().join(", ")
}

fn tools(tools: Option<&Vec<String>>) -> String {
    tools.map_or_else(|| "none".to_owned(), |tools| quoted(tools.iter().map(String::as_str)))
}

fn code(name: &str) -> String {
    format!("`{name}`")
}

/// In one line: a line break would end the row.
fn text(description: &str) -> String {
    description.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn entry(out: &mut String, tool: &ToolEntry) {
    // No tool has a colon in its name.
    let is_entry = tool.name.contains(':');
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
    // That prompts and resources are read-only goes without saying, and no client is told it.
    if !hints.is_empty() && !is_entry {
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

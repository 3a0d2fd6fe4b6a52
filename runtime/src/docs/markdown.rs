//! The scope document as Markdown.

use super::words::{named as list, quoted};
use super::{ScopeDescription, ScopeDocument, ToolEntry};
use std::fmt::Write as _;

pub(super) fn render(document: &ScopeDocument) -> String {
    let mut out = String::from(
        "# Scopes\n\n\
         Who may call what. Written from the declarations of the tools, which are also what is enforced; do not edit.\n\n",
    );
    line(
        &mut out,
        &format!(
            "Each policy has a fingerprint, which stands in audit records, too. That of all policies together is `{}`.\n",
            document.fingerprint
        ),
    );
    at_a_glance(&mut out, document);
    scopes(&mut out, document);
    roles(&mut out, document);
    out.push_str("## Public tools\n\n");
    if document.public.is_empty() {
        out.push_str("None.\n\n");
    } else {
        line(&mut out, &format!("{}\n", list(&document.public)));
    }
    if !document.shadow.is_empty() {
        out.push_str("## Not enforced\n\nScopes and roles of these tools are only tried out (`shadow`): who lacks them is let through.\n\n");
        line(&mut out, &format!("{}\n", list(&document.shadow)));
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

/// What every tool needs at least, one in a row.
fn at_a_glance(out: &mut String, document: &ScopeDocument) {
    if document.all().next().is_none() {
        return;
    }
    out.push_str("## At a glance\n\n");
    let rows = document.all().map(|tool| {
        let name = code(&tool.name);
        let also = tool.conditions.join("; ");
        match &tool.minimal {
            _ if document.public.contains(&tool.name) => [name, "no token".to_owned(), String::new(), also],
            Some(least) => {
                let marked = |names: &[String]| match (names, tool.policy.shadow) {
                    ([], _) => String::new(),
                    (names, true) => list(names) + " (not enforced)",
                    (names, false) => list(names),
                };
                let scopes = if least.scopes.is_empty() {
                    "any token".to_owned()
                } else {
                    marked(&least.scopes)
                };
                [name, scopes, marked(&least.roles), also]
            }
            None => [name, "see below".to_owned(), String::new(), also],
        }
    });
    table(out, ["Tool", "Least scopes", "Least roles", "And at each call"], rows);
}

fn scopes(out: &mut String, document: &ScopeDocument) {
    out.push_str("## Scopes\n\n");
    if document.scopes.is_empty() {
        out.push_str("None.\n\n");
    } else if document.catalogs.scopes.is_none() {
        let rows = document
            .scopes
            .iter()
            .map(|scope| [code(&scope.scope), marks(document, scope), tools(&scope.tools)]);
        table(out, ["Scope", "Notes", "Asked about by"], rows);
    } else {
        let rows = document.scopes.iter().map(|scope| {
            let notes = marks(document, scope);
            [
                code(&scope.scope),
                text(&scope.description),
                list(&scope.implies),
                notes,
                tools(&scope.tools),
            ]
        });
        table(out, ["Scope", "What for", "Implies", "Notes", "Asked about by"], rows);
    }
}

fn roles(out: &mut String, document: &ScopeDocument) {
    out.push_str("## Roles\n\n");
    if document.roles.is_empty() {
        out.push_str("None.\n\n");
    } else if document.catalogs.roles.is_none() {
        let rows = document.roles.iter().map(|role| [code(&role.role), tools(&role.tools)]);
        table(out, ["Role", "Asked about by"], rows);
    } else {
        let rows = document.roles.iter().map(|role| {
            let who = if role.declared {
                text(&role.description)
            } else {
                "**not in the catalogue**".to_owned()
            };
            [code(&role.role), who, list(&role.implies), tools(&role.tools)]
        });
        table(out, ["Role", "Who", "Implies", "Asked about by"], rows);
    }
}

fn table<const N: usize>(out: &mut String, head: [&str; N], rows: impl Iterator<Item = [String; N]>) {
    line(out, &format!("| {} |", head.join(" | ")));
    line(out, &format!("|{}", " --- |".repeat(N)));
    for row in rows {
        line(out, &format!("| {} |", row.map(|text| cell(&text)).join(" | ")));
    }
    out.push('\n');
}

fn marks(document: &ScopeDocument, scope: &ScopeDescription) -> String {
    let is_foreign = !scope.declared && document.catalogs.scopes.is_some();
    let marks = [
        (scope.baseline, "asked for at first"),
        (!scope.baseline, "asked for when needed"),
        (scope.sensitive, "sensitive"),
        (scope.admin_consent, "granted by administrators only"),
        (is_foreign, "**not in the catalogue**"),
    ];
    let marks = marks.iter().filter_map(|(is_set, text)| is_set.then_some(*text));
    marks.collect::<Vec<_>>().join(", ")
}

fn tools(tools: &[String]) -> String {
    if tools.is_empty() {
        "none".to_owned()
    } else {
        list(tools)
    }
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
        line(out, &format!("{}\n", quotation(&tool.description)));
    }
    line(out, "Needs:\n");
    for demand in &tool.demands {
        line(out, &format!("- {demand}"));
    }
    let policy = &tool.policy;
    let unless = policy.owner.iter().flat_map(|owner| &owner.unless);
    for (what, counting, named) in [
        (
            "Scopes that are accepted",
            &tool.accepted_scopes,
            policy.demanded_scopes(),
        ),
        ("Roles that are accepted", &tool.accepted_roles, policy.named_roles()),
        (
            "Scopes that excuse from being the owner",
            &tool.excused_scopes,
            unless.map(String::as_str).collect(),
        ),
    ] {
        let implying = counting.iter().map(String::as_str);
        let implying: Vec<_> = implying.filter(|name| !named.contains(name)).collect();
        if !implying.is_empty() {
            let implying = quoted(implying.into_iter());
            line(out, &format!("\n{what}, too, by what they imply: {implying}."));
        }
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
    if !tool.audit_fields.is_empty() {
        line(
            out,
            &format!("\nAudit records contain these arguments: {}.", list(&tool.audit_fields)),
        );
    }
    let source = tool
        .source
        .as_ref()
        .map_or_else(String::new, |source| match source.line {
            Some(line) => format!(", declared in `{}:{line}`", source.file),
            None => format!(", declared in `{}`", source.file),
        });
    line(out, &format!("\nPolicy `{}`{source}.", tool.fingerprint));
}

/// As what somebody said: no heading, fence or comment in it goes on behind it.
fn quotation(text: &str) -> String {
    let lines = text.lines().map(|line| format!("> {line}"));
    let lines: Vec<_> = lines.map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn line(out: &mut String, text: &str) {
    // Writing into a `String` cannot fail.
    let _ = writeln!(out, "{text}");
}

#[cfg(test)]
mod tests {
    use crate::docs::ScopeDocument;
    use crate::docs::random::{Names, document, tokens};
    use crate::policy::{OwnerDemand, Policy};
    use crate::toolset::Toolset;

    const NAMES: Names = Names {
        scopes: &["read", "write", "admin"],
        roles: &["editor", "chief"],
    };

    /// `admin` implies `write`, and `chief` implies `editor`.
    fn document_of(policy: Policy) -> ScopeDocument {
        let catalogs = NAMES.catalogs_by(&|from, to| (from, to) == (2, 1), &|from, to| (from, to) == (1, 0));
        document(&catalogs, [("edit", policy)])
    }

    #[test]
    fn what_a_tool_says_of_itself_stays_within_its_place() {
        let mut document = document_of(Policy::AUTHENTICATED);
        document.tools[0].description = "Edits.\n\n## Public tools\n\r\n```\n<!--".to_owned();
        let page = document.to_markdown();
        assert!(
            page.contains("### `edit`\n\n> Edits.\n>\n> ## Public tools\n>\n> ```\n> <!--\n\nNeeds:\n"),
            "{page}"
        );
    }

    #[test]
    fn both_columns_say_what_is_not_enforced() {
        let row = |policy: Policy| {
            let page = document_of(policy).to_markdown();
            let row = page.lines().find(|line| line.starts_with("| `edit` |"));
            row.unwrap().to_owned()
        };
        let roles = Policy::AUTHENTICATED.roles(&["editor"]);
        let both = roles.scopes_all(tokens(&["write"]));
        assert_eq!(row(roles), "| `edit` | any token | `editor` |  |");
        assert_eq!(
            row(roles.shadow()),
            "| `edit` | any token | `editor` (not enforced) |  |"
        );
        assert_eq!(
            row(both.shadow()),
            "| `edit` | `write` (not enforced) | `editor` (not enforced) |  |"
        );
    }

    #[test]
    fn what_counts_by_what_it_implies_is_named() {
        let owner = OwnerDemand {
            field: "owner",
            unless: tokens(&["write"]),
        };
        let policy = Policy::AUTHENTICATED.scopes_all(tokens(&["read"])).roles(&["editor"]);
        let document = document_of(policy.owner(owner));
        assert_eq!(document.tools[0].excused_scopes, ["admin", "write"]);
        let page = document.to_markdown();
        assert!(
            page.contains("\nRoles that are accepted, too, by what they imply: `chief`.\n"),
            "{page}"
        );
        assert!(
            page.contains("\nScopes that excuse from being the owner, too, by what they imply: `admin`.\n"),
            "{page}"
        );
        assert!(!page.contains("Scopes that are accepted"));
        // What excuses is asked about, and not needed.
        assert!(page.contains("| Scope | What for | Implies | Notes | Asked about by |"));
        let without_owner = document_of(policy);
        assert!(without_owner.tools[0].excused_scopes.is_empty());
        let accepted = document_of(Policy::AUTHENTICATED.scopes_all(tokens(&["write"]))).to_markdown();
        assert!(accepted.contains("\nScopes that are accepted, too, by what they imply: `admin`.\n"));
    }

    #[test]
    fn a_toolset_without_catalogues_asks_about_scopes_and_roles_all_the_same() {
        let policy = Policy::AUTHENTICATED.scopes_all(tokens(&["read"])).roles(&["editor"]);
        let page = ScopeDocument::new(&Toolset::new(()).prompt("one", policy)).to_markdown();
        assert!(page.contains("| Scope | Notes | Asked about by |") && page.contains("| Role | Asked about by |"));
    }
}

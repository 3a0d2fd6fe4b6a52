//! What looks wrong in a whole toolset.
//!
//! None of it is certain: what is, is an error of [`Gate::protect`](crate::Gate::protect).

mod alike;
#[cfg(test)]
mod tests;
mod weaker;

use self::alike::are_alike;
use super::{Posture, ScopeDocument, ToolEntry};
use serde::Serialize;
use std::fmt;

/// Something that looks wrong.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Lint {
    /// Which of the rules found it.
    pub rule: LintRule,
    /// The tools, scopes or roles that it is about.
    pub about: Vec<String>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// What is looked for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LintRule {
    /// A scope of the catalogue helps with no tool.
    UnusedScope,
    /// A tool asks about a scope that is not in the catalogue. At a gate with the catalogue it is an error.
    UndeclaredScope,
    /// Two scopes, or two roles, differ in so little that one may be a slip of the pen.
    NearlyAlike,
    /// A tool says that it only reads, and demands a scope for writing.
    ReadOnlyDemandsWrite,
    /// A tool that may destroy something lets in whoever another one of its file lets in that does not, and others besides.
    DestructiveIsWeaker,
    /// A tool is public, and does not say whether it only reads.
    PublicWithoutHints,
    /// A tool demands a role that is not in the catalogue. At a gate with the catalogue it is an error.
    UndeclaredRole,
}

/// Parts of names of scopes that permit to change something.
const WRITING: [&str; 9] = [
    "write", "create", "insert", "append", "update", "edit", "modify", "delete", "remove",
];

impl ScopeDocument {
    /// What looks wrong, in the order of [`LintRule`], then of the document.
    #[must_use]
    pub fn lints(&self) -> Vec<Lint> {
        let mut lints = Vec::new();
        self.lint_scopes(&mut lints);
        self.lint_likeness(&mut lints);
        self.tools.iter().for_each(|tool| lint_read_only(tool, &mut lints));
        self.lint_destructive(&mut lints);
        self.tools.iter().for_each(|tool| lint_public(tool, &mut lints));
        self.lint_roles(&mut lints);
        lints.sort_by_key(|lint| lint.rule);
        lints
    }

    fn lint_scopes(&self, lints: &mut Vec<Lint>) {
        let Some(catalog) = &self.catalogs.scopes else {
            return;
        };
        for scope in &self.scopes {
            let name = &scope.scope;
            let helps = |tool: &ToolEntry| tool.accepted_scopes.contains(name);
            if scope.declared && scope.tools.is_empty() && !self.all().any(helps) {
                lints.push(Lint {
                    rule: LintRule::UnusedScope,
                    about: vec![name.clone()],
                    message: format!("the scope `{name}` is declared, and helps with no tool"),
                    help: format!("remove its variant from `{catalog}`, or demand it where it was meant to be"),
                });
            }
            if !scope.declared {
                lints.push(undeclared(
                    LintRule::UndeclaredScope,
                    "scope",
                    name,
                    catalog,
                    &scope.tools,
                ));
            }
        }
    }

    /// That a role helps with no tool is no finding: the catalogue has all roles that callers may have.
    fn lint_roles(&self, lints: &mut Vec<Lint>) {
        let Some(catalog) = &self.catalogs.roles else {
            return;
        };
        for role in &self.roles {
            let name = &role.role;
            if !role.declared {
                lints.push(undeclared(LintRule::UndeclaredRole, "role", name, catalog, &role.tools));
            }
        }
    }

    fn lint_likeness(&self, lints: &mut Vec<Lint>) {
        let scopes: Vec<_> = self.scopes.iter().map(|scope| scope.scope.as_str()).collect();
        let roles: Vec<_> = self.roles.iter().map(|role| role.role.as_str()).collect();
        for (noun, names) in [("scopes", scopes), ("roles", roles)] {
            for (position, one) in names.iter().enumerate() {
                for other in names.iter().skip(position + 1).filter(|other| are_alike(one, other)) {
                    lints.push(Lint {
                        rule: LintRule::NearlyAlike,
                        about: vec![(*one).to_owned(), (*other).to_owned()],
                        message: format!("the {noun} `{one}` and `{other}` are nearly alike"),
                        help: "write the same in both places, or names that nobody takes for each other".to_owned(),
                    });
                }
            }
        }
    }
}

fn undeclared(rule: LintRule, noun: &str, name: &str, catalog: &str, tools: &[String]) -> Lint {
    let whose = match tools {
        [] => "is asked for at first".to_owned(),
        [tool, ..] => format!("is demanded by `{tool}`"),
    };
    Lint {
        rule,
        about: vec![name.to_owned()],
        message: format!("the {noun} `{name}` {whose}, and is not in the catalogue `{catalog}`"),
        help: format!("write one that is, or add a variant to `{catalog}`"),
    }
}

fn lint_read_only(tool: &ToolEntry, lints: &mut Vec<Lint>) {
    let scopes = tool.minimal.iter().flat_map(|minimal| &minimal.scopes);
    let writing = scopes.into_iter().find(|scope| writes(scope));
    if let (Some(true), Some(scope)) = (tool.hints.read_only, writing) {
        let name = &tool.name;
        lints.push(Lint {
            rule: LintRule::ReadOnlyDemandsWrite,
            about: vec![name.clone(), scope.clone()],
            message: format!("`{name}` is read-only, and demands `{scope}`"),
            help: format!("demand a scope for reading, or do not say that `{name}` is `read_only`"),
        });
    }
}

fn lint_public(tool: &ToolEntry, lints: &mut Vec<Lint>) {
    if tool.policy.posture != Posture::Public || tool.hints.read_only.is_some() {
        return;
    }
    let name = &tool.name;
    lints.push(Lint {
        rule: LintRule::PublicWithoutHints,
        about: vec![name.clone()],
        message: format!("`{name}` is public, and does not say whether it changes anything"),
        help: "add `read_only = true`, or demand a token".to_owned(),
    });
}

/// Whether a scope looks as if it permitted to change something: by a whole word of its name, also where those are told apart by
/// capitals (`Notes.ReadWrite`).
fn writes(scope: &str) -> bool {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in scope.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_alphanumeric(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.iter().any(|word| WRITING.contains(&word.as_str()))
}

impl LintRule {
    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnusedScope => "unused_scope",
            Self::UndeclaredScope => "undeclared_scope",
            Self::NearlyAlike => "nearly_alike",
            Self::ReadOnlyDemandsWrite => "read_only_demands_write",
            Self::DestructiveIsWeaker => "destructive_is_weaker",
            Self::PublicWithoutHints => "public_without_hints",
            Self::UndeclaredRole => "undeclared_role",
        }
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nhelp: {}", self.message, self.help)
    }
}

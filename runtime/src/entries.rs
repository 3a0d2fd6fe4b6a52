//! What a server offers besides tools: prompts, resources and resource templates, and who may have them.

mod check;
mod template;

use self::check::{check_demands, check_prompt, check_uri};
use self::template::Template;
use crate::error::ConfigError;
use crate::policy::Policy;
use crate::tool::Location;
use crate::toolset::{Tool, Toolset};
use std::collections::HashMap;
use std::sync::Arc;

/// The longest URI that is compared with templates, in bytes.
const MAX_URI_BYTES: usize = 2048;

/// What a policy is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Tool,
    Prompt,
    /// A resource, or a template of some.
    Resource,
}

impl Kind {
    /// A stable name, for records, of a request for something that does not exist.
    pub(crate) const fn unknown(self) -> &'static str {
        match self {
            Self::Tool => "unknown_tool",
            Self::Prompt => "unknown_prompt",
            Self::Resource => "unknown_resource",
        }
    }

    /// What is said about something that does not exist.
    pub(crate) const fn not_found(self) -> &'static str {
        match self {
            Self::Tool => crate::error::UNKNOWN_TOOL,
            Self::Prompt => "prompt not found",
            Self::Resource => "resource not found",
        }
    }
}

/// What a request is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Subject {
    Tool(String),
    Prompt(String),
    /// A resource, by its URI.
    Resource(String),
    /// A template by its text, or a resource by its URI, as they stand in lists and are completed.
    Reference(String),
}

impl Subject {
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::Tool(_) => Kind::Tool,
            Self::Prompt(_) => Kind::Prompt,
            Self::Resource(_) | Self::Reference(_) => Kind::Resource,
        }
    }
}

/// What was declared about the subject of a request.
#[derive(Debug)]
pub(crate) enum Found<'a> {
    /// It is under this policy.
    Declared(&'a Arc<Tool>),
    /// Nothing is declared about anything of its kind. Never said of tools.
    Unruled,
    /// Something is declared about its kind, and not about it: nobody may have it.
    Unknown(Kind),
}

/// A declaration, before the gate has looked at it.
#[derive(Debug)]
pub(crate) struct Entry {
    key: Key,
    pub(crate) tool: Tool,
}

#[derive(Debug)]
enum Key {
    Prompt(String),
    Resource(String),
    Template(String),
}

impl<S> Toolset<S> {
    /// Puts a prompt of the server under a policy: getting it, and completing its arguments.
    ///
    /// [`rmcp::Guarded`](crate::rmcp::Guarded) serves it; the handler of the server has it. Once anything is declared about prompts, one
    /// that is not declared is in no list and nobody gets it. The same holds for resources and their templates together.
    ///
    /// Only what can be decided without arguments can be demanded.
    #[must_use]
    #[track_caller]
    pub fn prompt(self, name: impl Into<String>, policy: Policy) -> Self {
        self.entry(Key::Prompt(name.into()), policy)
    }

    /// Puts a resource of the server, by its exact URI, under a policy: reading it, completing it, and subscribing to it. See
    /// [`prompt`](Self::prompt).
    #[must_use]
    #[track_caller]
    pub fn resource(self, uri: impl Into<String>, policy: Policy) -> Self {
        self.entry(Key::Resource(uri.into()), policy)
    }

    /// Puts all resources of a template (RFC 6570), such as `notes://{tenant}/{id}`, under a policy. See [`prompt`](Self::prompt).
    ///
    /// A variable is a name in braces, which stands for one segment that is not empty: other characters than letters, digits,
    /// `-`, `.`, `_` and `~` are percent-encoded in it. `/`, `\` and control characters are not in it, also not encoded, and it is not
    /// `.` or `..`. Other kinds of variables are a [`ConfigError`]. A resource that is declared itself is under its own policy. One
    /// that two templates could be about is nobody's.
    #[must_use]
    #[track_caller]
    pub fn resource_template(self, template: impl Into<String>, policy: Policy) -> Self {
        self.entry(Key::Template(template.into()), policy)
    }

    #[track_caller]
    fn entry(mut self, key: Key, policy: Policy) -> Self {
        let place = std::panic::Location::caller();
        let location = Location {
            file: place.file(),
            line: place.line(),
        };
        // No tool has a colon in its name.
        let (kind, name) = match &key {
            Key::Prompt(name) => (Kind::Prompt, format!("prompt:{name}")),
            Key::Resource(uri) => (Kind::Resource, format!("resource:{uri}")),
            Key::Template(template) => (Kind::Resource, format!("template:{template}")),
        };
        let tool = Tool::entry(kind, &name, policy, location);
        self.entries.push(Entry { key, tool });
        self
    }
}

/// The prompts and resources of a server that are under policies.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    /// All, in the order they were declared.
    in_order: Vec<Arc<Tool>>,
    prompts: HashMap<String, Arc<Tool>>,
    resources: HashMap<String, Arc<Tool>>,
    /// The same in lower case.
    folded: HashMap<String, Arc<Tool>>,
    templates: Vec<(String, Template, Arc<Tool>)>,
}

impl Entries {
    /// Takes declarations.
    ///
    /// 1. A name of a prompt has no control characters. A URI has a scheme, and only characters that URIs have.
    /// 2. Nothing is declared twice.
    /// 3. A template can be matched.
    /// 4. Nothing is demanded that only arguments can tell.
    pub(crate) fn new(declared: Vec<Entry>) -> Result<Self, ConfigError> {
        let mut entries = Self::default();
        for Entry { key, tool } in declared {
            check_demands(&tool)?; // 4
            let tool = Arc::new(tool);
            entries.in_order.push(Arc::clone(&tool));
            let before = match key {
                Key::Prompt(name) => {
                    check_prompt(&name, &tool)?; // 1
                    entries.prompts.insert(name, Arc::clone(&tool))
                }
                Key::Resource(uri) => {
                    check_uri(&uri, &tool)?; // 1
                    // Two that differ in case only are two resources, and each is found by its own form first.
                    entries.folded.insert(uri.to_ascii_lowercase(), Arc::clone(&tool));
                    entries.resources.insert(uri, Arc::clone(&tool))
                }
                Key::Template(text) => {
                    let template = Template::parse(&text)?; // 3
                    check_uri(&text.replace(['{', '}'], ""), &tool)?; // 1
                    let before = entries.templates.iter().find(|(other, ..)| *other == text);
                    let before = before.map(|(.., tool)| Arc::clone(tool));
                    entries.templates.push((text, template, Arc::clone(&tool)));
                    before
                }
            };
            if let Some(before) = before {
                return Err(ConfigError::new(
                    format!(
                        "`{}` is declared twice: at {} and at {}",
                        tool.name, before.location, tool.location
                    ),
                    "keep the stricter one",
                )); // 2
            }
        }
        Ok(entries)
    }

    /// What was declared about a prompt or a resource.
    ///
    /// 1. If nothing is declared about its kind, nothing is said.
    /// 2. What is declared by its own name, in exactly that form, is under its own policy.
    /// 3. A resource of a template is under that of the template, if there is just one such template.
    /// 4. A URI that differs in case only from one that is declared by itself is of no template: who reads it might not tell them
    ///    apart. Neither is one of more than 2048 bytes.
    /// 5. Whatever is none of this is unknown.
    pub(crate) fn find(&self, subject: &Subject) -> Found<'_> {
        let kind = subject.kind();
        if !self.rules(kind) {
            return Found::Unruled; // 1
        }
        let declared = match subject {
            Subject::Tool(_) => None,
            Subject::Prompt(name) => self.prompts.get(name),
            Subject::Resource(uri) => self.resource(uri),
            Subject::Reference(text) => {
                let mut templates = self.templates.iter();
                let template = templates.find_map(|(known, _, tool)| (known == text).then_some(tool));
                template.or_else(|| self.resource(text)) // 2
            }
        };
        declared.map_or(Found::Unknown(kind), Found::Declared) // 5
    }

    fn resource(&self, uri: &str) -> Option<&Arc<Tool>> {
        if let Some(tool) = self.resources.get(uri) {
            return Some(tool); // 2
        }
        if uri.len() > MAX_URI_BYTES || self.folded.contains_key(&uri.to_ascii_lowercase()) {
            return None; // 4
        }
        let mut templates = self.templates.iter().filter(|(_, template, _)| template.matches(uri));
        match (templates.next(), templates.next()) {
            (Some((.., tool)), None) => Some(tool), // 3
            _ => None,
        }
    }

    /// Whether anything is declared about this kind.
    pub(crate) fn rules(&self, kind: Kind) -> bool {
        match kind {
            Kind::Tool => true,
            Kind::Prompt => !self.prompts.is_empty(),
            Kind::Resource => !self.resources.is_empty() || !self.templates.is_empty(),
        }
    }

    /// Whether something of this kind needs no token.
    pub(crate) fn has_public(&self, kind: Kind) -> bool {
        let mut all = self.all();
        all.any(|tool| tool.kind == kind && tool.policy.is_public())
    }

    /// All, in the order they were declared.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Tool>> {
        self.in_order.iter()
    }

    #[cfg(any(feature = "rmcp", feature = "pmcp"))]
    pub(crate) fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }
}

#[cfg(test)]
mod tests;

//! The least that a token has to carry for some tools to be callable.

use super::implied::{Held, Implied};
use super::{Posture, RuleDescription, ScopeDocument};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many ways are tried at most.
const MAX_WAYS: u32 = 20_000;

/// Scopes and roles, as a token carries them: what they imply is not among them.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Grant {
    /// The scopes.
    pub scopes: Vec<String>,
    /// The roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

/// Why there is no least grant for some tools.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LeastError {
    /// The document has no such tool.
    #[error("there is no tool `{0}`")]
    UnknownTool(String),
    /// No token opens a tool.
    #[error("nobody may call `{0}`")]
    Nobody(String),
    /// The tools leave so many choices that the least was not found within 20 000 tries. Nothing is said then: a grant that is not the
    /// least would be taken for it.
    #[error("there are too many ways to be allowed to call these tools\nhelp: ask about fewer at once")]
    TooManyWays,
}

impl Grant {
    /// A token with these scopes and roles.
    #[must_use]
    pub fn new<T: Into<String>>(scopes: impl IntoIterator<Item = T>, roles: impl IntoIterator<Item = T>) -> Self {
        Self {
            scopes: scopes.into_iter().map(Into::into).collect(),
            roles: roles.into_iter().map(Into::into).collect(),
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.scopes.is_empty() && self.roles.is_empty()
    }
}

impl ScopeDocument {
    /// The least that a token has to carry so that each of these tools, prompts and resources, given by name, can be called, as far as
    /// scopes and roles decide that. What is demanded besides ([`ToolEntry::conditions`](super::ToolEntry::conditions)) is left to
    /// each call.
    ///
    /// Of all that suffices it is what gives the fewest roles, since those are nothing that a client could ask for; then the fewest
    /// scopes, and then what is declared first. What is implied counts: of a scope that implies nothing and one that implies others the
    /// first is less, and so are two scopes where the only one that implies both implies a third. What follows from the rest of it is
    /// not in it, so that it may have one scope where several tools ask for different ones.
    ///
    /// Tools whose rights are only tried out (`shadow`) count as if they were enforced.
    ///
    /// It is exact, or an error: choices multiply, and after 20 000 of them that were followed it is [`LeastError::TooManyWays`].
    pub fn minimal_scopes(&self, tools: &[impl AsRef<str>]) -> Result<Grant, LeastError> {
        self.minimal_besides(&Grant::default(), tools)
    }

    /// The same for a token that carries something already: the least that it lacks.
    pub fn minimal_besides(&self, held: &Grant, tools: &[impl AsRef<str>]) -> Result<Grant, LeastError> {
        let mut rights = Vec::new();
        for name in tools {
            let name = name.as_ref();
            let unknown = || LeastError::UnknownTool(name.to_owned());
            let tool = self.entry(name).ok_or_else(unknown)?;
            match tool.policy.posture {
                Posture::Public => {}
                Posture::Callers => rights.push((name, tool.policy.rights())),
                Posture::Nobody => return Err(LeastError::Nobody(name.to_owned())),
            }
        }
        let implied = Implied::of(self);
        // In the order of the document, so that the answer is the same in whatever order one asks.
        let position = |name: &str| self.all().position(|tool| tool.name == name);
        rights.sort_by_key(|(name, _)| position(name));
        let rules: Vec<_> = rights.iter().flat_map(|(_, rules)| rules).collect();
        let last = rights.last().map_or("", |(name, _)| *name);
        least(&implied, &implied.held(held), &rules)?.ok_or_else(|| LeastError::Nobody(last.to_owned()))
    }
}

/// The least that is lacking to meet all of these; none if they cannot be met.
pub(super) fn least<'a>(
    implied: &Implied<'a>,
    held: &Held<'a>,
    rules: &[&'a RuleDescription],
) -> Result<Option<Grant>, LeastError> {
    let mut search = Search {
        implied,
        best: None,
        ways: 0,
    };
    search.meet(held.clone(), rules.to_vec())?;
    Ok(search.best.map(|best| implied.lacking(held, &best)))
}

/// Follows each way to meet some rules, unless it is already no less than the best one that was found.
struct Search<'i, 'a> {
    implied: &'i Implied<'a>,
    best: Option<Held<'a>>,
    ways: u32,
}

impl<'a> Search<'_, 'a> {
    /// 1. What is demanded in any case is held, with what it implies.
    /// 2. What is held already is at least as much as the best: nothing that is less comes of it.
    /// 3. The first choice that is not made yet is made in each way, in the order they were declared.
    /// 4. Where there is none, this is the best. A choice without any way has none.
    ///
    /// Whatever meets all rules meets one of the ways of each choice, so that the path along those ends in it or in less.
    fn meet(&mut self, mut held: Held<'a>, rules: Vec<&'a RuleDescription>) -> Result<(), LeastError> {
        self.ways += 1;
        if self.ways > MAX_WAYS {
            return Err(LeastError::TooManyWays);
        }
        let Some(mut choices) = self.hold(&mut held, rules) else {
            return Ok(()); // 4
        };
        if self.best.as_ref().is_some_and(|best| held.size() >= best.size()) {
            return Ok(()); // 2
        }
        choices.retain(|choice| !held.meets(choice));
        let Some((RuleDescription::Any(ways), rest)) = choices.split_first() else {
            self.best = Some(held); // 4
            return Ok(());
        };
        for way in ways {
            let rules = std::iter::once(way).chain(rest.iter().copied()).collect();
            self.meet(held.clone(), rules)?; // 3
        }
        Ok(())
    }

    /// Holds what these demand in any case, and gives the choices that they leave; none if they cannot be met.
    fn hold(&self, held: &mut Held<'a>, rules: Vec<&'a RuleDescription>) -> Option<Vec<&'a RuleDescription>> {
        let mut choices = Vec::new();
        for rule in rules {
            match rule {
                RuleDescription::Scope(scope) => self.implied.add_scope(held, scope),
                RuleDescription::Role(role) => self.implied.add_role(held, role),
                RuleDescription::All(rules) if rules.is_empty() => return None,
                RuleDescription::All(rules) => choices.extend(self.hold(held, rules.iter().collect())?),
                RuleDescription::Any(_) => choices.push(rule),
            }
        }
        Some(choices)
    }
}

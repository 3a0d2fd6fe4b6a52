//! Every way to be let in, for comparing who is let in where.

use super::RuleDescription;
use super::implied::{Held, Implied};

/// How many ways are looked at.
const MAX_WAYS: usize = 256;

/// Rights such that whoever meets all of these holds one of them at least; none if there are too many.
pub(super) fn ways<'a>(implied: &Implied<'a>, rules: &'a [RuleDescription]) -> Option<Vec<Held<'a>>> {
    let mut ways = vec![Held::default()];
    for rule in rules {
        ways = further(implied, &ways, rule)?;
    }
    Some(ways)
}

/// The ways that meet one more rule.
fn further<'a>(implied: &Implied<'a>, ways: &[Held<'a>], rule: &'a RuleDescription) -> Option<Vec<Held<'a>>> {
    let mut found = Vec::new();
    for way in ways {
        match rule {
            _ if way.meets(rule) => found.push(way.clone()),
            RuleDescription::Scope(name) => {
                let mut way = way.clone();
                implied.add_scope(&mut way, name);
                found.push(way);
            }
            RuleDescription::Role(name) => {
                let mut way = way.clone();
                implied.add_role(&mut way, name);
                found.push(way);
            }
            // A list without anything in it is met by nobody.
            RuleDescription::All(rules) if rules.is_empty() => {}
            RuleDescription::All(rules) => {
                let mut all = vec![way.clone()];
                for rule in rules {
                    all = further(implied, &all, rule)?;
                }
                found.extend(all);
            }
            RuleDescription::Any(rules) => {
                for rule in rules {
                    found.extend(further(implied, std::slice::from_ref(way), rule)?);
                }
            }
        }
        if found.len() > MAX_WAYS {
            return None;
        }
    }
    Some(found)
}

//! In which ways a rule of scopes and roles can be met, where some imply others.

use crate::policy::Rule;
use std::collections::BTreeSet;

/// Scopes and roles that are enough together, with all that they imply.
type Way = BTreeSet<(Kind, &'static str)>;

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Kind {
    Scope,
    Role,
}

/// More ways than these are not looked through. The macro takes no rule that has as many.
const MOST_WAYS: usize = 64;

/// A part of a rule that could be left out without letting anybody else in, or keeping anybody out; `implied` says what follows from
/// a scope or a role.
///
/// That is known from the ways to meet the rule, with and without it, of which none contains another: rules that say the same have
/// the same, because whoever holds a name holds what it implies.
pub(super) fn without_effect<'a>(rule: &'a Rule, implied: &dyn Fn(&Rule) -> Vec<&'static str>) -> Option<&'a Rule> {
    let tree = Tree::new(rule, implied);
    let all = tree.ways(None)?;
    tree.parts()
        .into_iter()
        .find(|part| tree.ways(Some(part)).as_ref() == Some(&all))
        .map(|part| part.rule)
}

/// A rule, each part of it with an address of its own: constants that are alike may share theirs.
struct Tree<'a> {
    rule: &'a Rule,
    form: Form<'a>,
}

enum Form<'a> {
    Leaf(Way),
    All(Vec<Tree<'a>>),
    Any(Vec<Tree<'a>>),
}

impl<'a> Tree<'a> {
    fn new(rule: &'a Rule, implied: &dyn Fn(&Rule) -> Vec<&'static str>) -> Self {
        let each = |rules: &'a [Rule]| rules.iter().map(|rule| Self::new(rule, implied)).collect();
        let leaf = |kind, name| {
            let names = implied(rule).into_iter().chain([name]);
            Form::Leaf(names.map(|name| (kind, name)).collect())
        };
        let form = match rule {
            Rule::Scope(scope) => leaf(Kind::Scope, scope.as_str()),
            Rule::Role(name) => leaf(Kind::Role, name),
            Rule::All(rules) => Form::All(each(rules)),
            Rule::Any(rules) => Form::Any(each(rules)),
        };
        Self { rule, form }
    }

    /// Every part in it, the last one first: of two that each would do, the earlier one stays.
    fn parts(&self) -> Vec<&Self> {
        let (Form::All(parts) | Form::Any(parts)) = &self.form else {
            return Vec::new();
        };
        let each = parts.iter().rev().flat_map(|part| [vec![part], part.parts()].concat());
        each.collect()
    }

    /// The ways to meet it without one of its parts; `None` if there are too many.
    fn ways(&self, left_out: Option<&Self>) -> Option<BTreeSet<Way>> {
        let is_in = |part: &&Self| !left_out.is_some_and(|out| std::ptr::eq(out, *part));
        match &self.form {
            Form::Leaf(way) => Some(BTreeSet::from([way.clone()])),
            Form::Any(parts) => {
                let mut all = BTreeSet::new();
                for part in parts.iter().filter(is_in) {
                    all.extend(part.ways(left_out)?);
                }
                smallest(&all)
            }
            Form::All(parts) => {
                let mut all = BTreeSet::from([Way::new()]);
                for part in parts.iter().filter(is_in) {
                    let more = part.ways(left_out)?;
                    if all.len() * more.len() > MOST_WAYS * MOST_WAYS / 4 {
                        return None;
                    }
                    let both = |way: &Way| more.iter().map(|other| way | other).collect::<Vec<_>>();
                    all = smallest(&all.iter().flat_map(both).collect())?;
                }
                Some(all)
            }
        }
    }
}

fn smallest(ways: &BTreeSet<Way>) -> Option<BTreeSet<Way>> {
    let contains_other = |way: &Way| ways.iter().any(|other| other != way && other.is_subset(way));
    let smallest: BTreeSet<_> = ways.iter().filter(|way| !contains_other(way)).cloned().collect();
    (smallest.len() <= MOST_WAYS).then_some(smallest)
}

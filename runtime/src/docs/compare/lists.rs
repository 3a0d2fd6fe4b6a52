//! What is written otherwise about scopes and roles. Whether that lets anybody in is found out apart from it.

use super::Aspect;
use crate::docs::PolicyDescription;

/// A difference that could let somebody in, or keep somebody out.
pub(super) struct Difference {
    pub(super) aspect: Aspect,
    pub(super) loosens: bool,
    pub(super) what: String,
}

/// The differences between two policies, as they are written.
pub(super) fn differences(old: &PolicyDescription, new: &PolicyDescription) -> Vec<Difference> {
    let mut found = Found(Vec::new());
    found.demanded_scopes(old, new);
    found.choice(
        Aspect::Scopes,
        "scope",
        [&old.scopes_any, &new.scopes_any],
        [&old.scopes_all, &new.scopes_all],
    );
    found.choice(Aspect::Roles, "role", [&old.roles, &new.roles], [&[], &[]]);
    if old.allow != new.allow {
        found.loosens(
            Aspect::Rule,
            "the rule about scopes and roles lets more callers in".to_owned(),
        );
        found.tightens(
            Aspect::Rule,
            "the rule about scopes and roles lets fewer callers in".to_owned(),
        );
    }
    found.0
}

struct Found(Vec<Difference>);

impl Found {
    fn loosens(&mut self, aspect: Aspect, what: String) {
        self.0.push(Difference {
            aspect,
            loosens: true,
            what,
        });
    }

    fn tightens(&mut self, aspect: Aspect, what: String) {
        self.0.push(Difference {
            aspect,
            loosens: false,
            what,
        });
    }

    fn demanded_scopes(&mut self, old: &PolicyDescription, new: &PolicyDescription) {
        for scope in missing(&old.scopes_all, &new.scopes_all) {
            if new.scopes_any.contains(scope) {
                self.loosens(
                    Aspect::Scopes,
                    format!("the scope `{scope}` was demanded, and is one of several now"),
                );
            } else {
                self.loosens(Aspect::Scopes, format!("the scope `{scope}` is not demanded any more"));
            }
        }
        for scope in missing(&new.scopes_all, &old.scopes_all) {
            if old.scopes_any.contains(scope) {
                self.tightens(
                    Aspect::Scopes,
                    format!("the scope `{scope}` was one of several, and is demanded now"),
                );
            } else {
                self.tightens(Aspect::Scopes, format!("the scope `{scope}` is demanded now"));
            }
        }
    }

    /// Lists of which one is demanded, beside those of which all are.
    fn choice(&mut self, aspect: Aspect, noun: &str, [old, new]: [&[String]; 2], [old_all, new_all]: [&[String]; 2]) {
        match (old, new) {
            ([], []) => {}
            (old, []) => {
                let now_demanded = old.iter().any(|name| new_all.contains(name));
                if !now_demanded {
                    self.loosens(
                        aspect,
                        format!("{} was demanded, and is not any more", one_of(noun, old)),
                    );
                }
            }
            ([], new) => {
                let was_demanded = new.iter().any(|name| old_all.contains(name));
                if !was_demanded {
                    self.tightens(aspect, format!("{} is demanded now", one_of(noun, new)));
                }
            }
            (old, new) => {
                for name in missing(new, old).filter(|name| !old_all.contains(name)) {
                    self.loosens(aspect, format!("the {noun} `{name}` is enough now, of several"));
                }
                for name in missing(old, new).filter(|name| !new_all.contains(name)) {
                    self.tightens(aspect, format!("the {noun} `{name}` is not enough any more"));
                }
            }
        }
    }
}

/// What of some names is not among others.
fn missing<'a>(names: &'a [String], others: &[String]) -> impl Iterator<Item = &'a String> {
    names.iter().filter(move |name| !others.contains(name))
}

fn one_of(noun: &str, names: &[String]) -> String {
    match names {
        [name] => format!("the {noun} `{name}`"),
        names => format!("one of the {noun}s `{}`", names.join("`, `")),
    }
}

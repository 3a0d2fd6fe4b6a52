//! Documents that are read back.

use super::{PolicyDescription, ScopeDocument, VERSION};
use crate::policy::fingerprint;
use crate::protected::is_tool_name;
use crate::scope::is_scope;
use crate::strict_json;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// Why a text is no scope document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is of another version, and may say what this one has no words for.
    #[error(
        "the document has version {found}, and this program reads version {VERSION}\nhelp: use versions of `toolgate` that fit"
    )]
    Version {
        /// The version that it says.
        found: u64,
    },
    /// It does not have the form of a document.
    #[error("this is not a scope document: {0}")]
    Form(#[from] serde_json::Error),
    /// No server can have what it says, or it says two things.
    #[error("this is not a scope document of any server: {0}\nhelp: write it anew, from the declarations")]
    Impossible(String),
}

/// Of the document, what is the same in each version.
#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

impl ScopeDocument {
    /// Reads the JSON form.
    ///
    /// A document decides what reviewers are shown, and may come from where the change comes from that they review.
    ///
    /// 1. What is not known is refused: it could be a demand, and a comparison that does not see it would call a weaker policy the same.
    ///    So is what is said twice.
    /// 2. Names are such as a gate takes, and nothing in a policy ends a line: it stands in comments and at terminals.
    /// 3. No two tools, prompts and resources, no two scopes and no two roles have one name.
    /// 4. The fingerprint of each entry is that of its policy, and that of the document is that of what decides.
    /// 5. What follows from policies, such as the demands in words, is not read but found anew.
    pub fn from_json(json: &str) -> Result<Self, ReadError> {
        let value = once(json)?; // 1
        let Versioned { version: found } = Versioned::deserialize(&value)?;
        if found != u64::from(VERSION) {
            return Err(ReadError::Version { found });
        }
        let mut document: Self = serde_json::from_value(value)?; // 1
        document.check().map_err(ReadError::Impossible)?;
        document.fill_in(); // 5
        Ok(document)
    }

    fn check(&self) -> Result<(), String> {
        let is_role = |name: &str| !name.is_empty() && !name.contains(char::is_control);
        let tools = self.tools.iter().map(|tool| &*tool.name);
        let entries = self.entries.iter().map(|entry| &*entry.name);
        let implied_scopes = self
            .scopes
            .iter()
            .flat_map(|scope| scope.implies.iter().chain(&scope.implied_by));
        let implied_roles = self
            .roles
            .iter()
            .flat_map(|role| role.implies.iter().chain(&role.implied_by));
        let scopes = || self.scopes.iter().map(|scope| &*scope.scope);
        let roles = || self.roles.iter().map(|role| &*role.role);
        well_formed("tool", tools.clone(), is_tool_name)?; // 2
        well_formed("prompt or resource", entries.clone(), |name| {
            name.contains(':') && is_role(name)
        })?;
        well_formed("scope", scopes().chain(implied_scopes.map(String::as_str)), is_scope)?;
        well_formed("role", roles().chain(implied_roles.map(String::as_str)), is_role)?;
        for tool in self.all() {
            well_formed("scope", tool.policy.named_scopes().into_iter(), is_scope)?;
            well_formed("role", tool.policy.named_roles().into_iter(), is_role)?;
            well_formed("part of a policy", texts(&tool.policy), |text| {
                !text.contains(char::is_control)
            })?;
        }
        unrepeated("tool", tools.chain(entries))?; // 3
        unrepeated("scope", scopes())?;
        unrepeated("role", roles())?;
        if let Some(tool) = self.all().find(|tool| tool.fingerprint != fingerprint(&tool.policy)) {
            return Err(format!("the fingerprint of `{}` is not that of its policy", tool.name)); // 4
        }
        if self.fingerprint != self.of_all() {
            return Err("its fingerprint is not that of its policies".to_owned()); // 4
        }
        Ok(())
    }
}

/// Reads JSON in which nothing is said twice.
pub(super) fn once(json: &str) -> Result<Value, serde_json::Error> {
    Ok(strict_json::from_slice(json.as_bytes())?)
}

/// What stands in the words of a policy besides scopes and roles.
fn texts(policy: &PolicyDescription) -> impl Iterator<Item = &str> {
    let classes = policy.login.iter().flat_map(|login| &login.acr);
    let owner = policy.owner.iter().map(|owner| &owner.field);
    let tenant = policy.tenant.iter();
    let tenant = tenant.flat_map(|tenant| std::iter::once(&tenant.field).chain(&tenant.lookup));
    let texts = classes.chain(owner).chain(tenant).chain(&policy.check);
    texts.map(String::as_str)
}

fn well_formed<'a>(
    noun: &str,
    mut names: impl Iterator<Item = &'a str>,
    is_well_formed: impl Fn(&str) -> bool,
) -> Result<(), String> {
    let wrong = names.find(|name| !is_well_formed(name));
    wrong.map_or(Ok(()), |name| Err(format!("`{}` is no {noun}", name.escape_debug())))
}

fn unrepeated<'a>(noun: &str, mut names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    let again = names.find(|name| !seen.insert(*name));
    again.map_or(Ok(()), |name| Err(format!("it has the {noun} `{name}` twice")))
}

#[cfg(test)]
mod tests {
    use super::ReadError;
    use crate::docs::ScopeDocument;
    use crate::policy::{Policy, fingerprint};
    use crate::scope::ScopeToken;
    use crate::toolset::Toolset;
    use serde_json::{Value, json};

    /// A document, changed, with the fingerprints that then fit.
    fn read(change: impl FnOnce(&mut Value)) -> Result<ScopeDocument, ReadError> {
        const READ: ScopeToken = ScopeToken::from_static("read");
        let tools = Toolset::new(()).prompt("one", Policy::AUTHENTICATED.scopes_all(&[READ]).roles(&["editor"]));
        let document = ScopeDocument::new(&tools.prompt("two", Policy::PUBLIC));
        let mut json = serde_json::to_value(document).unwrap();
        change(&mut json);
        let Ok(mut document) = serde_json::from_value::<ScopeDocument>(json.clone()) else {
            return ScopeDocument::from_json(&json.to_string());
        };
        for tool in document.tools.iter_mut().chain(&mut document.entries) {
            tool.fingerprint = fingerprint(&tool.policy);
        }
        document.fingerprint = document.of_all();
        ScopeDocument::from_json(&document.to_json())
    }

    fn why(change: impl FnOnce(&mut Value)) -> String {
        let error = read(change).unwrap_err();
        assert!(matches!(error, ReadError::Impossible(_)), "{error}");
        let told = error.to_string();
        let told = told
            .strip_prefix("this is not a scope document of any server: ")
            .unwrap();
        told.strip_suffix("\nhelp: write it anew, from the declarations")
            .unwrap()
            .to_owned()
    }

    #[test]
    fn names_that_no_gate_takes_are_refused() {
        read(|_| {}).unwrap();
        let tool = |name: &str| {
            let name = json!(name);
            why(move |json| {
                let mut tool = json["entries"][0].clone();
                tool["name"] = name;
                json["tools"] = json!([tool]);
            })
        };
        assert_eq!(tool("a\n# Heading"), "`a\\n# Heading` is no tool");
        assert_eq!(tool("a`b"), "`a`b` is no tool");
        assert_eq!(tool(""), "`` is no tool");
        for (place, text, told) in [
            (
                "/entries/0/name",
                "prompt:a\nb",
                "`prompt:a\\nb` is no prompt or resource",
            ),
            ("/entries/0/name", "prompt", "`prompt` is no prompt or resource"),
            ("/scopes/0/scope", "a b", "`a b` is no scope"),
            ("/roles/0/role", "a\u{1b}b", "`a\\u{1b}b` is no role"),
            ("/entries/0/policy/scopes_all/0", "a\nb", "`a\\nb` is no scope"),
            ("/entries/0/policy/roles/0", "", "`` is no role"),
        ] {
            assert_eq!(why(|json| *json.pointer_mut(place).unwrap() = json!(text)), told);
        }
        for (place, value) in [
            (
                "scopes",
                json!([{"scope": "read", "declared": true, "baseline": false, "implies": ["\n"], "tools": []}]),
            ),
            (
                "roles",
                json!([{"role": "editor", "declared": true, "implied_by": ["\n"], "tools": []}]),
            ),
        ] {
            why(|json| json[place] = value);
        }
        for (part, value) in [
            ("check", json!("a\nb")),
            ("login", json!({"acr": ["a\nb"]})),
            ("owner", json!({"field": "a\nb"})),
            ("tenant", json!({"field": "a\nb"})),
            ("tenant", json!({"field": "a", "lookup": "a\nb"})),
        ] {
            let told = why(|json| json["entries"][0]["policy"][part] = value);
            assert_eq!(told, "`a\\nb` is no part of a policy");
        }
    }

    #[test]
    fn what_is_said_twice_is_refused() {
        let again = |list: &'static str| {
            why(move |json| {
                let first = json[list][0].clone();
                json[list].as_array_mut().unwrap().push(first);
            })
        };
        assert_eq!(again("entries"), "it has the tool `prompt:one` twice");
        assert_eq!(again("scopes"), "it has the scope `read` twice");
        assert_eq!(again("roles"), "it has the role `editor` twice");
        let json = ScopeDocument::new(&Toolset::new(())).to_json();
        let twice = json.replacen("\"version\"", "\"version\": 1, \"version\"", 1);
        assert!(matches!(ScopeDocument::from_json(&twice), Err(ReadError::Form(_))));
    }

    #[test]
    fn a_policy_that_is_not_that_of_its_fingerprint_is_refused() {
        let document = read(|_| {}).unwrap();
        let mut weaker = document.clone();
        weaker.entries[0].policy.roles.clear();
        let told = ScopeDocument::from_json(&weaker.to_json()).unwrap_err().to_string();
        assert!(
            told.contains("the fingerprint of `prompt:one` is not that of its policy"),
            "{told}"
        );
        let mut wider = document;
        wider.scopes[0].implies.push("other".to_owned());
        let told = ScopeDocument::from_json(&wider.to_json()).unwrap_err().to_string();
        assert!(told.contains("its fingerprint is not that of its policies"), "{told}");
    }

    /// What reviewers and users read of a document is what its policies say.
    #[test]
    fn what_follows_from_policies_is_found_anew() {
        let document = read(|_| {}).unwrap();
        let mut other = document.clone();
        other.public.clear();
        other.scopes[0].tools.clear();
        other.scopes[0].implied_by.push("other".to_owned());
        other.roles[0].tools.clear();
        other.roles[0].implied_by.push("other".to_owned());
        other.shadow.push("prompt:one".to_owned());
        let one = &mut other.entries[0];
        one.demands = vec!["nothing".to_owned()];
        one.conditions = vec!["it is monday".to_owned()];
        one.minimal = None;
        one.accepted_scopes.clear();
        one.accepted_roles.clear();
        one.excused_scopes.push("read".to_owned());
        assert_eq!(ScopeDocument::from_json(&other.to_json()).unwrap(), document);
    }
}

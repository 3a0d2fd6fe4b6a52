//! The path of a field in arguments that nobody but the tool itself reads.

use serde_json::{Map, Value};

/// The arguments of a call, as the client sent them.
pub(crate) type RawArguments = Map<String, Value>;

/// A path such as `items[*].resource_id`, followed at run time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ArgumentPath {
    /// The first is a member.
    steps: Vec<Step>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Step {
    Member(&'static str),
    Each,
}

impl ArgumentPath {
    /// Reads what `#[mcp_tool]` reads, or nothing.
    ///
    /// 1. It is a list of parts, joined with `.`.
    /// 2. A part is the name of a field, and any number of `[*]` after it.
    /// 3. An `r#` before the name is Rust's, and not part of it.
    pub(crate) fn parse(path: &'static str) -> Option<Self> {
        let mut steps = Vec::new();
        for part in path.split('.') {
            let (name, mut each) = part.split_at(part.find('[').unwrap_or(part.len()));
            let name = name.strip_prefix("r#").unwrap_or(name);
            if !is_name(name) {
                return None;
            }
            steps.push(Step::Member(name));
            while let Some(rest) = each.strip_prefix("[*]") {
                steps.push(Step::Each);
                each = rest;
            }
            if !each.is_empty() {
                return None;
            }
        }
        Some(Self { steps })
    }

    /// All texts that it leads to, or none at all.
    ///
    /// 1. A member that is not there, and one of something that is no object, leads nowhere.
    /// 2. So does `[*]` of something that is no list, and of a list without elements: such a part would go unchecked.
    /// 3. What it leads to is a text, and nothing that a tool might make a text of: no number, no `null`.
    /// 4. Where one of its ways leads nowhere, it leads to nothing: what the others lead to is no answer for all.
    pub(crate) fn texts<'v>(&self, arguments: &'v RawArguments) -> Vec<&'v str> {
        let mut found = Vec::new();
        match self.gather_from(arguments, &mut found) {
            Some(()) => found,
            None => Vec::new(), // 4
        }
    }

    fn gather_from<'v>(&self, arguments: &'v RawArguments, found: &mut Vec<&'v str>) -> Option<()> {
        match self.steps.as_slice() {
            [Step::Member(name), rest @ ..] => gather(arguments.get(*name)?, rest, found),
            _ => None,
        }
    }
}

fn gather<'v>(value: &'v Value, steps: &[Step], found: &mut Vec<&'v str>) -> Option<()> {
    match steps {
        [Step::Member(name), rest @ ..] => gather(value.as_object()?.get(*name)?, rest, found), // 1
        [Step::Each, rest @ ..] => {
            let elements = value.as_array().filter(|elements| !elements.is_empty())?; // 2
            elements.iter().try_for_each(|element| gather(element, rest, found))
        }
        [] => {
            found.push(value.as_str()?); // 3
            Some(())
        }
    }
}

/// Whether it is the name of a field in Rust.
fn is_name(name: &str) -> bool {
    let is_first = |c: char| c.is_alphabetic() || c == '_';
    let is_further = |c: char| c.is_alphanumeric() || c == '_';
    let is_keyword = matches!(name, "_" | "self" | "Self" | "super" | "crate");
    name.starts_with(is_first) && name.chars().all(is_further) && !is_keyword
}

#[cfg(test)]
mod tests {
    use super::ArgumentPath;
    use serde_json::{Value, json};

    fn texts(path: &'static str, arguments: &Value) -> Vec<String> {
        let path = ArgumentPath::parse(path).unwrap();
        let texts = path.texts(arguments.as_object().unwrap());
        texts.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_path_leads_to_every_text_that_it_names() {
        let arguments = json!({"a": "1", "b": {"type": "2"}, "c": [{"d": "3"}, {"d": "4"}], "e": [["5"], ["6", "7"]]});
        for (path, expected) in [
            ("a", &["1"][..]),
            ("b.type", &["2"]),
            ("b.r#type", &["2"]),
            ("c[*].d", &["3", "4"]),
            ("e[*][*]", &["5", "6", "7"]),
        ] {
            assert_eq!(texts(path, &arguments), expected, "{path}");
        }
    }

    #[test]
    fn r22_what_leads_nowhere_leads_to_nothing() {
        for (path, arguments) in [
            ("a", json!({})),
            ("a", json!({"A": "acme"})),
            ("a", json!({"a": null})),
            ("a", json!({"a": 7})),
            ("a", json!({"a": ["acme"]})),
            ("a", json!({"a": {"a": "acme"}})),
            ("a.b", json!({"a": "acme"})),
            ("a.b", json!({"a.b": "acme"})),
            ("a.b", json!({"a": {}})),
            ("a[*]", json!({"a": []})),
            ("a[*]", json!({"a": "acme"})),
            ("a[*]", json!({"a": {"0": "acme"}})),
            ("a[*]", json!({"a": ["acme", 7]})),
            ("a[*].b", json!({"a": [{"b": "acme"}, {}]})),
            ("a[*].b", json!({"a": [{"b": "acme"}, {"b": null}]})),
            ("a[*][*]", json!({"a": [["acme"], []]})),
            ("a[*][*]", json!({"a": [[]]})),
        ] {
            assert_eq!(texts(path, &arguments), [""; 0], "{path} {arguments}");
        }
    }

    /// As the macro's own test of the grammar has it.
    #[test]
    fn anything_else_is_no_path() {
        for path in [
            "", ".", "a.", ".a", "a..b", "[*]", "[*].a", "a[0]", "a[]", "a[*", "a[*]b", "a.[*]", " a", "a b", "a-b",
            "0", "_", "self", "crate", "a()", "a::b", "&a", "a\n", "r#", "r#self",
        ] {
            assert_eq!(ArgumentPath::parse(path), None, "{path:?}");
        }
    }
}

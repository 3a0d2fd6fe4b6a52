//! The path of a field in a tool's arguments, such as `items[*].resource_id`.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::parse::{Parser as _, Result};
use syn::{Error, Ident, LitStr};

/// The path of a field. What it names, rustc finds out: the fields are identifiers that stand where the path is written.
#[derive(Clone)]
pub(crate) struct FieldPath {
    /// The path as written.
    pub(crate) text: String,
    /// Where it is written.
    pub(crate) span: Span,
    /// The fields from one `[*]` to the next; `items[*].resource_id` is `[items]`, `[resource_id]`.
    ///
    /// There is at least one group, and the first has at least one field.
    pub(crate) groups: Vec<Vec<Ident>>,
}

const HELP: &str = "help: join field names with `.`, and write `[*]` for every element of a list, \
                    as in `\"items[*].resource_id\"`";

impl FieldPath {
    /// One field, written as an identifier. That is how rustc spells the field that was meant.
    pub(crate) fn of_ident(field: Ident) -> Self {
        Self {
            text: field.unraw().to_string(),
            span: field.span(),
            groups: vec![vec![field]],
        }
    }

    /// A path in quotes.
    ///
    /// 1. It is a list of parts, joined with `.`.
    /// 2. A part is the name of a field, and any number of `[*]` after it.
    pub(crate) fn of_literal(literal: &LitStr) -> Result<Self> {
        let text = literal.value();
        let span = literal.span();
        if text.is_empty() {
            return Err(Error::new(span, format!("the path of a field cannot be empty\n{HELP}")));
        }
        let mut groups = vec![Vec::new()];
        for part in text.split('.') {
            let (name, each) = part.split_at(part.find('[').unwrap_or(part.len()));
            let Some(field) = field(name, span) else {
                return Err(malformed(&text, part, span));
            };
            if let Some(group) = groups.last_mut() {
                group.push(field);
            }
            let mut rest = each;
            while let Some(tail) = rest.strip_prefix("[*]") {
                groups.push(Vec::new());
                rest = tail;
            }
            if !rest.is_empty() {
                return Err(malformed(&text, part, span));
            }
        }
        if text.contains(['.', '[']) {
            // Not the user's own spelling, or rustc would offer to replace the whole path by one field.
            let part = Span::call_site().located_at(span);
            groups.iter_mut().flatten().for_each(|field| field.set_span(part));
        }
        Ok(Self { text, span, groups })
    }

    /// Whether the path goes through every element of a list.
    pub(crate) fn has_each(&self) -> bool {
        self.groups.len() > 1
    }
}

fn malformed(path: &str, part: &str, span: Span) -> Error {
    let why = match part {
        "" => ": a name is missing".to_owned(),
        part if part == path => String::new(),
        part => format!(", because of `{part}`"),
    };
    Error::new(span, format!("`{path}` is not the path of a field{why}\n{HELP}"))
}

/// The field of this name. A keyword is a field whose name is written `r#` in Rust.
fn field(name: &str, span: Span) -> Option<Ident> {
    let ident = Ident::parse_any.parse_str(name).ok().filter(|ident| *ident == name)?;
    if matches!(name, "_" | "self" | "Self" | "super" | "crate") {
        return None;
    }
    let bare = ident.unraw().to_string();
    let is_keyword = syn::parse_str::<Ident>(&bare).is_err();
    Some(if is_keyword {
        Ident::new_raw(&bare, span)
    } else {
        Ident::new(&bare, span)
    })
}

#[cfg(test)]
mod tests {
    use super::FieldPath;
    use proc_macro2::Span;
    use syn::LitStr;

    /// The fields, with `.` in a group and `|` between groups.
    fn groups(path: &str) -> Option<String> {
        let path = FieldPath::of_literal(&LitStr::new(path, Span::call_site())).ok()?;
        let group = |group: &Vec<syn::Ident>| group.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
        Some(path.groups.iter().map(group).collect::<Vec<_>>().join("|"))
    }

    #[test]
    fn paths_are_cut_at_every_each() {
        for (path, expected) in [
            ("a", "a"),
            ("a.b.c", "a.b.c"),
            ("a[*]", "a|"),
            ("a.b[*].c", "a.b|c"),
            ("a[*][*].b[*]", "a||b|"),
        ] {
            assert_eq!(groups(path).as_deref(), Some(expected), "{path}");
        }
    }

    #[test]
    fn keywords_become_raw() {
        assert_eq!(groups("type.x").as_deref(), Some("r#type.x"));
        assert_eq!(groups("r#type").as_deref(), Some("r#type"));
        assert_eq!(groups("r#plain").as_deref(), Some("plain"));
    }

    #[test]
    fn anything_else_is_malformed() {
        for path in [
            "", ".", "a.", ".a", "a..b", "[*]", "[*].a", "a[0]", "a[]", "a[*", "a[*]b", "a.[*]", " a", "a b", "a-b",
            "0", "_", "self", "crate", "a()", "a::b", "&a", "a\n",
        ] {
            assert_eq!(groups(path), None, "{path:?}");
        }
    }
}

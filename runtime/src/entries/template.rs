//! URI templates (RFC 6570), as far as a URI can be matched to one without doubt.

use crate::error::ConfigError;

/// A template of literals and simple expansions, such as `notes://{tenant}/{id}`.
///
/// RFC 6570 says how a template becomes a URI, and leaves the way back open (section 1.4). What decides about access must not guess
/// on it, so only templates are taken that can be read back in one way.
#[derive(Debug)]
pub(crate) struct Template {
    /// Each literal with whether a variable follows it.
    parts: Vec<(String, bool)>,
}

impl Template {
    /// Reads a template.
    ///
    /// 1. It has a variable; without one it would be a resource.
    /// 2. A variable is a name in braces: no operators, no modifiers, no lists.
    /// 3. After a variable comes a character that its value cannot have, or the end.
    pub(super) fn parse(text: &str) -> Result<Self, ConfigError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            let Some((variable, after)) = after.split_once('}') else {
                return Err(malformed(text, "a brace is not closed"));
            };
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if variable.is_empty() || !variable.chars().all(is_name) {
                return Err(ConfigError::new(
                    format!("`{{{variable}}}` of the template `{text}` cannot be matched"),
                    "use plain variables such as `{id}`, each of which stands for one segment; operators, modifiers and lists of \
                     variables are not taken",
                )); // 2
            }
            if after.starts_with(|c: char| c == '{' || c == '%' || is_unreserved(c)) {
                return Err(ConfigError::new(
                    format!("where the value of `{{{variable}}}` ends in the template `{text}` cannot be told"),
                    format!("put a delimiter such as `/` after `{{{variable}}}`"),
                )); // 3
            }
            parts.push((literal.to_owned(), true));
            rest = after;
        }
        if parts.is_empty() {
            return Err(ConfigError::new(
                format!("the template `{text}` has no variable"),
                format!("declare it as a resource: `.resource(\"{text}\", ..)`"),
            )); // 1
        }
        parts.push((rest.to_owned(), false));
        if parts.iter().any(|(literal, _)| literal.contains('}')) {
            return Err(malformed(text, "a brace is not opened"));
        }
        Ok(Self { parts })
    }

    /// Whether a URI is made of this template. Each variable takes as much as can be its value.
    pub(super) fn matches(&self, uri: &str) -> bool {
        let mut rest = uri;
        for (literal, has_variable) in &self.parts {
            let Some(after) = rest.strip_prefix(literal.as_str()) else {
                return false;
            };
            rest = after;
            if *has_variable {
                match value_length(rest) {
                    0 => return false,
                    length => rest = rest.get(length..).unwrap_or_default(),
                }
            }
        }
        rest.is_empty()
    }
}

fn malformed(text: &str, why: &str) -> ConfigError {
    ConfigError::new(
        format!("`{text}` is not a URI template: {why}"),
        "see RFC 6570 section 2",
    )
}

/// RFC 3986 section 2.3.
const fn is_unreserved(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~')
}

/// How many bytes at the start can be the value of a variable (RFC 6570 section 3.2.2).
///
/// 1. Unreserved characters, and bytes that are percent-encoded.
/// 2. Each value in one form only (RFC 3986 section 6.2.2): what need not be encoded is not, and digits are upper-case. Who decodes
///    then finds nothing that was declared apart.
/// 3. It is one segment, also when it is decoded: no slashes, no control characters.
/// 4. It is not `.` or `..`, which lead elsewhere.
fn value_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut length = 0;
    while let Some(byte) = bytes.get(length) {
        match byte {
            b'%' => {
                let digits = bytes.get(length + 1).copied().and_then(upper_hex);
                let digits = digits.zip(bytes.get(length + 2).copied().and_then(upper_hex));
                match digits.map(|(high, low)| high * 16 + low) {
                    Some(b'/' | b'\\' | 0..=0x1f | 0x7f) | None => return 0, // 3
                    Some(byte) if is_unreserved(byte.into()) => return 0,    // 2
                    Some(_) => length += 3,
                }
            }
            byte if is_unreserved((*byte).into()) => length += 1, // 1
            _ => break,
        }
    }
    match text.get(..length) {
        Some("." | "..") | None => 0, // 4
        Some(_) => length,
    }
}

const fn upper_hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Template;

    fn matches(template: &str, uri: &str) -> bool {
        Template::parse(template).unwrap().matches(uri)
    }

    #[test]
    fn a_variable_is_one_segment() {
        for uri in [
            "notes://acme/1",
            "notes://acme/a.b-c_d~e",
            "notes://acme/%C3%BC",
            "notes://acme/...",
        ] {
            assert!(matches("notes://{tenant}/{id}", uri), "{uri}");
        }
        for uri in [
            "notes://acme/",
            "notes:///1",
            "notes://acme/1/2",
            "notes://acme/1?x",
            "notes://acme",
            "Notes://acme/1",
            "notes://acme/ü",
            "notes://acme/{id}",
            "xnotes://acme/1",
            "",
        ] {
            assert!(!matches("notes://{tenant}/{id}", uri), "{uri}");
        }
        assert!(matches("notes://{id}/text", "notes://1/text"));
        assert!(!matches("notes://{id}/text", "notes://1/text2"));
        assert!(!matches("notes://{id}/text", "notes://1/tex"));
    }

    #[test]
    fn a_uri_has_one_form_only_and_leads_nowhere_else() {
        let ids = [
            ".", "..", "%2E%2E", "%2e", "%61", "a%2Fb", "a%5Cb", "%00", "%0A", "%7F", "%c3%bc", "%", "%4", "%GG",
        ];
        let at_the_end = ids.map(|id| format!("notes://{id}")).into_iter();
        let matched: Vec<_> = at_the_end.filter(|uri| matches("notes://{id}", uri)).collect();
        assert_eq!(matched, Vec::<String>::new());
        let inside = ids.map(|id| format!("notes://{id}/text")).into_iter();
        let matched: Vec<_> = inside.filter(|uri| matches("notes://{id}/text", uri)).collect();
        assert_eq!(matched, Vec::<String>::new());
    }

    #[test]
    fn only_templates_that_can_be_read_back_are_taken() {
        for (template, message) in [
            ("notes://index", "has no variable"),
            ("notes://{+path}", "cannot be matched"),
            ("notes://{#path}", "cannot be matched"),
            ("notes://{?query}", "cannot be matched"),
            ("notes://{a,b}", "cannot be matched"),
            ("notes://{a*}", "cannot be matched"),
            ("notes://{a:3}", "cannot be matched"),
            ("notes://{}", "cannot be matched"),
            ("notes://{a", "is not closed"),
            ("notes://{a}/b}", "is not opened"),
            ("notes://{a}{b}", "where the value of `{a}` ends"),
            ("notes://{a}-{b}", "where the value of `{a}` ends"),
            ("notes://{a}%20", "where the value of `{a}` ends"),
        ] {
            let error = Template::parse(template).unwrap_err().to_string();
            assert!(error.contains(message), "{template}: {error}");
        }
    }
}

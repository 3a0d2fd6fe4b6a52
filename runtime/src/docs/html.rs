//! The scope document as one page that needs nothing else: no network, no other file.

use super::ScopeDocument;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/page.css");
/// What tokens hold and open; it knows nothing of the page.
const RULES: &str = include_str!("html/rules.js");
const SCRIPT: &str = include_str!("html/page.js");

/// What the page shows.
#[derive(Serialize)]
struct Shown<'a> {
    document: &'a ScopeDocument,
    findings: Vec<Finding>,
}

#[derive(Serialize)]
struct Finding {
    message: String,
    help: String,
}

/// Fills in the page.
///
/// 1. Its policy (CSP) lets exactly these scripts and this style in, by their hashes, and nothing be loaded or sent.
/// 2. What the document says is data, and no script. Nothing in it ends the element that it stands in ([`as_data`]). The page shows
///    it as text.
pub(super) fn render(document: &ScopeDocument) -> String {
    let lints = document.lints().into_iter();
    let shown = Shown {
        document,
        findings: lints
            .map(|lint| Finding {
                message: lint.message,
                help: lint.help,
            })
            .collect(),
    };
    let (style_hash, rules_hash, script_hash) = (hash(STYLE), hash(RULES), hash(SCRIPT));
    let data = as_data(&shown);
    fill(&[
        ("{{style_hash}}", &style_hash), // 1
        ("{{rules_hash}}", &rules_hash),
        ("{{script_hash}}", &script_hash),
        ("{{style}}", STYLE),
        ("{{data}}", &data), // 2
        ("{{rules}}", RULES),
        ("{{script}}", SCRIPT),
    ])
}

/// Puts each text into its place. They are in the order of the page, so that nothing is looked for in what was filled in.
fn fill(texts: &[(&str, &str)]) -> String {
    let mut page = String::new();
    let mut rest = PAGE;
    for (place, text) in texts {
        if let Some((before, behind)) = rest.split_once(place) {
            page.push_str(before);
            page.push_str(text);
            rest = behind;
        }
    }
    page + rest
}

/// What CSP calls an element's text.
fn hash(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    format!("sha256-{}", STANDARD.encode(digest))
}

/// JSON in which nothing means anything to HTML, nor, in case it is read as one, to a script.
fn as_data(shown: &Shown<'_>) -> String {
    // Serializing it cannot fail: no maps but those keyed by strings.
    let json = serde_json::to_string_pretty(shown).unwrap_or_default();
    let mut escaped = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '<' => escaped.push_str("\\u003c"),
            '>' => escaped.push_str("\\u003e"),
            '&' => escaped.push_str("\\u0026"),
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{PAGE, RULES, SCRIPT, STYLE, hash};
    use crate::docs::ScopeDocument;
    use crate::{Policy, Toolset};

    #[test]
    fn what_is_said_of_a_tool_cannot_leave_its_place() {
        let names = [
            "</script><script>alert(1)</script>",
            "<!--<script>",
            "&lt;",
            "{{rules}}{{script}}",
            "a\u{2028}b\u{2029}c",
        ];
        let mut tools = Toolset::new(());
        for name in names {
            tools = tools.prompt(name, Policy::PUBLIC);
        }
        let document = ScopeDocument::new(&tools);
        let page = document.to_html();
        assert_eq!(page.matches("<script").count(), PAGE.matches("<script").count());
        assert_eq!(page.matches("</script>").count(), PAGE.matches("</script>").count());
        assert_eq!(page.matches("rulesOf(document)").count(), 1);
        assert!(!page.contains("<!--") && !page.contains(['\u{2028}', '\u{2029}']));
        // And is still what was said.
        let (_, data) = page.split_once("id=\"document\">").unwrap();
        let (data, _) = data.split_once("</script>").unwrap();
        let shown: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(shown["document"], serde_json::to_value(&document).unwrap());
    }

    /// A character more, and a browser would not run them.
    #[test]
    fn the_policy_names_what_stands_in_the_page() {
        let page = ScopeDocument::new(&Toolset::new(())).to_html();
        for (element, text) in [("style", STYLE), ("script", RULES), ("script", SCRIPT)] {
            assert!(page.contains(&format!("<{element}>{text}</{element}>")));
            assert!(page.contains(&format!("'{}'", hash(text))));
        }
        assert!(!page.contains("{{"), "a place is left empty");
        for outside in [
            "http:",
            "https:",
            "src=",
            "@import",
            "url(",
            "innerHTML",
            "unsafe-inline",
        ] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}

//! Text for a terminal.

use anstyle::{AnsiColor, Style};

/// How something is to look.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tone {
    Good,
    Warning,
    Bad,
    Quiet,
}

/// Text in a tone. Whoever prints it takes the colours out where there is no terminal.
pub(crate) fn paint(tone: Tone, text: &str) -> String {
    let style = match tone {
        Tone::Good => AnsiColor::Green.on_default(),
        Tone::Warning => AnsiColor::Yellow.on_default().bold(),
        Tone::Bad => AnsiColor::Red.on_default().bold(),
        Tone::Quiet => Style::new().dimmed(),
    };
    format!("{style}{text}{style:#}")
}

/// One line of text from elsewhere, in which nothing can steer a terminal or turn the direction of writing.
pub(crate) fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        let steers = letter.is_control()
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if steers {
            out.extend(letter.escape_unicode());
        } else {
            out.push(letter);
        }
    }
    out
}

/// Text from elsewhere as part of a line, no longer than anybody wants to read.
pub(crate) fn shortened(text: &str) -> String {
    const LONGEST: usize = 200;
    let short: String = text.chars().take(LONGEST).collect();
    if short.len() == text.len() { short } else { short + ".." }
}

#[cfg(test)]
mod tests {
    use super::{harmless, shortened};

    #[test]
    fn nothing_from_elsewhere_steers_the_terminal() {
        assert_eq!(
            harmless("a\u{1b}[2Jb\u{7}\u{202e}c\u{9b}d"),
            "a\\u{1b}[2Jb\\u{7}\\u{202e}c\\u{9b}d"
        );
        assert_eq!(harmless("Größe \u{1f512}"), "Größe \u{1f512}");
    }

    #[test]
    fn a_page_of_text_is_cut() {
        assert_eq!(shortened("short"), "short");
        assert_eq!(shortened(&"é".repeat(201)), "é".repeat(200) + "..");
    }
}

//! Text for a terminal, or for whoever reads what is printed.

use anstyle::{AnsiColor, Style};
use std::io::{self, ErrorKind, IsTerminal as _, Write};

/// How something is to look.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tone {
    Good,
    Warning,
    Bad,
    Quiet,
}

/// Prints text of our own, in which nothing from elsewhere is left that steers a terminal. Colours are for terminals only.
pub(crate) fn show(text: &str) -> io::Result<()> {
    written(anstream::stdout(), text)
}

/// Prints a document as it is, since programs read it; on a terminal nothing in it steers that.
pub(crate) fn show_document(text: &str) -> io::Result<()> {
    let out = io::stdout();
    if out.is_terminal() {
        return written(out, &harmless_lines(text));
    }
    written(out, text)
}

/// Whoever reads may stop reading, as `head` does. What was found stays found: that is no failure.
fn written(mut out: impl Write, text: &str) -> io::Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
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

/// The same for text of several lines.
pub(crate) fn harmless_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.strip_suffix('\n') {
            Some(line) => out.extend([&harmless(line), "\n"]),
            None => out.push_str(&harmless(line)),
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
    use super::{harmless, harmless_lines, shortened, written};
    use std::io::{self, ErrorKind, Write};

    /// Writes nothing, for this reason.
    struct Closed(ErrorKind);

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn who_stops_reading_is_no_failure_and_a_full_disk_is() {
        assert!(written(Closed(ErrorKind::BrokenPipe), "text").is_ok());
        assert!(written(Closed(ErrorKind::StorageFull), "text").is_err());
    }

    #[test]
    fn nothing_from_elsewhere_steers_the_terminal() {
        assert_eq!(
            harmless("a\u{1b}[2Jb\u{7}\u{202e}c\u{9b}d"),
            "a\\u{1b}[2Jb\\u{7}\\u{202e}c\\u{9b}d"
        );
        assert_eq!(harmless("Größe \u{1f512}"), "Größe \u{1f512}");
        assert_eq!(harmless_lines("a\u{1b}[2J\nb\r\n\nc"), "a\\u{1b}[2J\nb\\u{d}\n\nc");
    }

    #[test]
    fn a_page_of_text_is_cut() {
        assert_eq!(shortened("short"), "short");
        assert_eq!(shortened(&"é".repeat(201)), "é".repeat(200) + "..");
    }
}

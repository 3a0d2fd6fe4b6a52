//! What a scenario has shown.

use std::fmt;
use std::fmt::Write as _;

/// The figures of a scenario.
#[derive(Default)]
pub(crate) struct Report {
    figures: Vec<Figure>,
}

struct Figure {
    what: String,
    value: String,
    bound: String,
    holds: bool,
}

impl Report {
    /// Of a scenario that did not get to its end.
    pub(crate) fn panicked() -> Self {
        let mut report = Self::default();
        report.check("ends", "panic", "no panic", false);
        report
    }

    /// A figure, the bound in words, and whether it holds.
    pub(crate) fn check(
        &mut self,
        what: impl Into<String>,
        value: impl fmt::Display,
        bound: impl fmt::Display,
        holds: bool,
    ) {
        self.figures.push(Figure {
            what: what.into(),
            value: value.to_string(),
            bound: bound.to_string(),
            holds,
        });
    }

    pub(crate) fn at_most(&mut self, what: impl Into<String>, value: u64, most: u64) {
        self.check(what, value, format!("<= {most}"), value <= most);
    }

    pub(crate) fn exactly(&mut self, what: impl Into<String>, value: u64, expected: u64) {
        self.check(what, value, format!("= {expected}"), value == expected);
    }

    pub(crate) fn at_least(&mut self, what: impl Into<String>, value: u64, least: u64) {
        self.check(what, value, format!(">= {least}"), value >= least);
    }

    /// Without figures nothing was shown.
    pub(crate) fn passed(&self) -> bool {
        !self.figures.is_empty() && self.figures.iter().all(|figure| figure.holds)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.figures.iter().try_for_each(|figure| writeln!(f, "  {figure}"))
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.holds { "ok    " } else { "FAILED" };
        write!(f, "{verdict} {:52} {:>14}  {}", self.what, self.value, self.bound)
    }
}

/// All of them as one table.
pub(crate) fn summary(reports: &[(&str, Report)]) -> String {
    let mut table = String::from("Summary:\n");
    for (name, report) in reports {
        for figure in &report.figures {
            let _ = writeln!(table, "  {name:18} {figure}");
        }
    }
    table
}

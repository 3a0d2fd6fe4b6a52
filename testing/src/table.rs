//! Verdicts by caller and call, and how they differ from what was expected.

use crate::verdict::{Expected, Verdict};
use std::collections::HashSet;
use std::fmt;
use std::fmt::Write as _;

/// What a [`Matrix`](crate::Matrix) found: a verdict for every caller and call.
///
/// Shown, it is a table whose text [`assert_matches`](Self::assert_matches) reads.
#[derive(Clone, Debug)]
pub struct Table {
    pub(crate) calls: Vec<String>,
    /// A caller with its verdicts, one for each call.
    pub(crate) rows: Vec<(String, Vec<Verdict>)>,
}

/// A table of expectations.
struct Expectations<'a>(Vec<(&'a str, &'a str, Expected)>);

impl Table {
    /// What became of this call by this caller.
    #[must_use]
    pub fn verdict(&self, caller: &str, call: &str) -> Option<&Verdict> {
        let column = self.calls.iter().position(|name| name == call)?;
        let (_, verdicts) = self.rows.iter().find(|(name, _)| name == caller)?;
        verdicts.get(column)
    }

    /// Every verdict with its caller and call, row by row.
    pub fn verdicts(&self) -> impl Iterator<Item = (&str, &str, &Verdict)> {
        self.rows.iter().flat_map(|(caller, verdicts)| {
            let cells = self.calls.iter().zip(verdicts);
            cells.map(move |(call, verdict)| (caller.as_str(), call.as_str(), verdict))
        })
    }

    /// Fails unless every verdict is as expected, and says which are not.
    ///
    /// The first line names the calls, every other a caller and what it expects of each call, separated by white space:
    ///
    /// ```text
    ///          list_notes  update_note
    /// alice    yes         yes
    /// bob      yes         403
    /// nobody   no          no
    /// ```
    ///
    /// A cell is `yes`; `no` for 401, 403 or an error inside an HTTP 200; `error` for the last of these only; or the HTTP
    /// status of a denial. The order of rows and columns does not matter, but none may be missing.
    ///
    /// # Panics
    ///
    /// If a verdict differs, if a row or column is missing on either side, or if the text is no such table.
    #[track_caller]
    #[expect(clippy::panic, reason = "an assertion")]
    pub fn assert_matches(&self, expected: &str) {
        let differences = match Expectations::parse(expected) {
            Ok(expectations) => self.differences(&expectations),
            Err(mistake) => panic!("the expected table cannot be read: {mistake}"),
        };
        assert!(
            differences.is_empty(),
            "the policy is not as expected:\n  {}\n\ngot:\n{self}",
            differences.join("\n  ")
        );
    }

    fn differences(&self, expectations: &Expectations<'_>) -> Vec<String> {
        let mut differences = Vec::new();
        let mut seen = HashSet::new();
        for &(caller, call, expected) in &expectations.0 {
            seen.insert((caller, call));
            match self.verdict(caller, call) {
                Some(verdict) if expected.fits(verdict) => {}
                Some(verdict) => differences.push(format!("{caller}, {call}: expected {expected}, got {verdict}")),
                None => differences.push(format!("{caller}, {call}: expected {expected}, but nobody tried")),
            }
        }
        for (caller, call, verdict) in self.verdicts() {
            if !seen.contains(&(caller, call)) {
                differences.push(format!("{caller}, {call}: nothing expected, got {verdict}"));
            }
        }
        differences
    }
}

impl<'a> Expectations<'a> {
    fn parse(text: &'a str) -> Result<Self, String> {
        let mut lines = text
            .lines()
            .map(str::split_whitespace)
            .filter(|line| line.clone().next().is_some());
        let calls: Vec<&str> = lines.next().ok_or("it is empty")?.collect();
        if let Some(call) = first_repeated(&calls) {
            return Err(format!("`{call}` has two columns"));
        }
        let mut callers = Vec::new();
        let mut expectations = Vec::new();
        for mut line in lines {
            let caller = line.next().unwrap_or_default();
            callers.push(caller);
            let expected: Vec<&str> = line.collect();
            if expected.len() != calls.len() {
                let (given, needed) = (expected.len(), calls.len());
                return Err(format!("`{caller}` has {given} cells, and there are {needed} columns"));
            }
            for (call, cell) in calls.iter().zip(expected) {
                let expected = Expected::parse(cell)
                    .ok_or_else(|| format!("`{cell}` of `{caller}` is neither yes, no, error nor a status"))?;
                expectations.push((caller, *call, expected));
            }
        }
        match first_repeated(&callers) {
            Some(caller) => Err(format!("`{caller}` has two rows")),
            None if callers.is_empty() => Err("it has no rows".to_owned()),
            None => Ok(Self(expectations)),
        }
    }
}

/// The first name that stood there before.
pub(crate) fn first_repeated<'a>(names: &[&'a str]) -> Option<&'a str> {
    let mut seen = HashSet::new();
    names.iter().copied().find(|name| !seen.insert(*name))
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |name: &str, cells: Vec<String>| std::iter::once(name.to_owned()).chain(cells).collect();
        let mut lines: Vec<Vec<String>> = vec![line("", self.calls.clone())];
        for (caller, verdicts) in &self.rows {
            lines.push(line(caller, verdicts.iter().map(Verdict::cell).collect()));
        }
        let width = |column: usize| {
            let cells = lines.iter().filter_map(|line| line.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..=self.calls.len()).map(width).collect();
        for line in &lines {
            let mut text = String::new();
            for (cell, width) in line.iter().zip(&widths) {
                write!(text, "{cell:width$}  ")?;
            }
            writeln!(f, "{}", text.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Expectations, Table};
    use crate::verdict::Verdict;

    fn denied(status: u16, reason: &str) -> Verdict {
        Verdict::Denied {
            status,
            reason: reason.to_owned(),
        }
    }

    fn table() -> Table {
        Table {
            calls: vec!["list".to_owned(), "update_note".to_owned()],
            rows: vec![
                ("alice".to_owned(), vec![Verdict::Allowed, denied(200, "not permitted")]),
                (
                    "bob".to_owned(),
                    vec![Verdict::Allowed, denied(403, "insufficient_scope")],
                ),
                ("nobody".to_owned(), vec![denied(401, ""), denied(401, "")]),
            ],
        }
    }

    fn differences(expected: &str) -> Vec<String> {
        table().differences(&Expectations::parse(expected).ok().unwrap())
    }

    const SHOWN: &str = "        list  update_note
alice   yes   error
bob     yes   403
nobody  401   401
";

    #[test]
    fn what_is_shown_can_be_expected() {
        assert_eq!(table().to_string(), SHOWN);
        table().assert_matches(SHOWN);
    }

    #[test]
    fn order_and_fineness_do_not_matter() {
        table().assert_matches("update_note list\n\n  nobody no no\n bob no yes\n alice error yes\n");
    }

    #[test]
    fn a_difference_names_caller_and_call() {
        let expected = SHOWN.replace("403", "yes").replace("error", "401");
        assert_eq!(
            differences(&expected),
            [
                "alice, update_note: expected 401, got error (not permitted)",
                "bob, update_note: expected yes, got 403 (insufficient_scope)",
            ]
        );
    }

    #[test]
    fn nothing_may_be_missing_on_either_side() {
        let expected = "list other\nalice yes yes\nbob yes no\n";
        assert_eq!(
            differences(expected),
            [
                "alice, other: expected yes, but nobody tried",
                "bob, other: expected no, but nobody tried",
                "alice, update_note: nothing expected, got error (not permitted)",
                "bob, update_note: nothing expected, got 403 (insufficient_scope)",
                "nobody, list: nothing expected, got 401",
                "nobody, update_note: nothing expected, got 401",
            ]
        );
    }

    #[test]
    #[should_panic(expected = "bob, list: expected 401, got yes")]
    fn a_difference_panics() {
        table().assert_matches(&SHOWN.replace("bob     yes", "bob     401"));
    }

    #[test]
    fn unreadable_tables_are_explained() {
        let mistake = |text| Expectations::parse(text).err().unwrap();
        assert_eq!(mistake(" \n"), "it is empty");
        assert_eq!(mistake("list\n"), "it has no rows");
        assert_eq!(
            mistake("list\nbob yes no"),
            "`bob` has 2 cells, and there are 1 columns"
        );
        assert_eq!(
            mistake("list\nbob maybe"),
            "`maybe` of `bob` is neither yes, no, error nor a status"
        );
        assert_eq!(mistake("list list\nbob yes yes"), "`list` has two columns");
        assert_eq!(mistake("list\nbob yes\nbob no"), "`bob` has two rows");
    }
}

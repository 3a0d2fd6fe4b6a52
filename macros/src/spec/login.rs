//! Whether what is demanded of the caller's login makes sense.

use super::lists::shown;
use crate::attr::{Arg, Attr};
use crate::errors::Errors;
use std::collections::HashSet;
use syn::LitStr;

/// How long ago the login may be.
pub(crate) struct MaxAge {
    /// As written.
    pub(crate) text: LitStr,
    pub(crate) seconds: u64,
}

/// The units of a time, with their seconds and the other words that people have for them.
const UNITS: [(&str, u64, &[&str]); 4] = [
    ("s", 1, &["sec", "secs", "second", "seconds"]),
    ("min", 60, &["m", "mins", "minute", "minutes"]),
    ("h", 3600, &["hr", "hrs", "hour", "hours"]),
    ("d", 86400, &["day", "days"]),
];

/// Who logged in a year ago did not log in lately.
const LONGEST: u64 = 365 * 86400;

pub(super) fn check(attr: &Attr, errors: &mut Errors) -> Option<MaxAge> {
    if let Some(classes) = &attr.acr {
        check_classes(classes, errors);
    }
    let text = &attr.max_age.as_ref()?.value.0;
    match read_age(&text.value()) {
        Ok(seconds) => Some(MaxAge {
            text: text.clone(),
            seconds,
        }),
        Err(message) => {
            errors.at(text, message);
            None
        }
    }
}

/// The list names a class, each well-formed and once. RFC 9470 section 3: clients get them as a list with spaces, in quotes.
///
/// `Policy::acr` checks the form again when it compiles; here it is checked first, where more can be said.
fn check_classes(list: &Arg<Vec<LitStr>>, errors: &mut Errors) {
    if list.value.is_empty() {
        let message = "`acr` is empty\nhelp: name an authentication context class, or remove `acr`";
        errors.at(&list.key, message);
    }
    let mut seen = HashSet::new();
    for literal in &list.value {
        let class = literal.value();
        if let Err(message) = check_class(&class) {
            errors.at(literal, message);
        } else if !seen.insert(class.clone()) {
            errors.at(literal, format!("`{class}` is listed twice\nhelp: remove one of them"));
        }
    }
}

fn check_class(class: &str) -> Result<(), String> {
    let is_allowed = |c: &char| matches!(c, '\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e');
    if class.trim().is_empty() {
        return Err("an authentication context class cannot be empty\nhelp: remove it".to_owned());
    }
    match class.chars().find(|c| !is_allowed(c)) {
        None => Ok(()),
        Some(' ') => {
            let parts: Vec<_> = class.split_whitespace().map(|part| format!("{part:?}")).collect();
            Err(format!(
                "an authentication context class cannot contain a space\nhelp: write `{}`",
                parts.join(", ")
            ))
        }
        Some(bad) => Err(format!(
            "an authentication context class cannot contain `{}`\n\
             help: use letters, digits and signs of ASCII, but neither space nor `\"` nor `\\` (RFC 9470)",
            shown(bad)
        )),
    }
}

/// A time is a whole number and a unit. That it is one unit leaves no doubt about what `max_age = 900` counts.
///
/// 1. It has this form.
/// 2. It is some time: nobody logs in at the very moment of a call.
/// 3. It is not so long that it demands nothing.
fn read_age(text: &str) -> Result<u64, String> {
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let known = UNITS.iter().find(|(symbol, ..)| *symbol == unit);
    let (false, Some((_, seconds, _))) = (digits.is_empty(), known) else {
        let unit = unit.trim();
        let meant = UNITS
            .iter()
            .find(|(symbol, _, words)| *symbol == unit || words.contains(&unit))
            .filter(|_| !digits.is_empty());
        let help = match meant {
            Some((symbol, ..)) => format!("write `\"{digits}{symbol}\"`"),
            None => "write a whole number and `s`, `min`, `h` or `d`, as in `\"15min\"`".to_owned(),
        };
        return Err(format!("`{text}` is not a time\nhelp: {help}")); // 1
    };
    // A number that is too long for us is a very large one.
    let age = digits.parse().unwrap_or(u64::MAX).saturating_mul(*seconds);
    match age {
        0 => Err(format!(
            "`{text}` admits nobody: a login is always some time ago\nhelp: write a number from 1"
        )), // 2
        LONGEST.. if age > LONGEST => Err(format!(
            "`{text}` demands nothing: a login of a year ago is not a recent one\n\
             help: write `\"365d\"` at most, or remove `max_age`"
        )), // 3
        _ => Ok(age),
    }
}

#[cfg(test)]
mod tests {
    use super::read_age;

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        for (text, seconds) in [
            ("1s", 1),
            ("900s", 900),
            ("15min", 900),
            ("015min", 900),
            ("8h", 28800),
            ("1d", 86400),
            ("365d", 31_536_000),
            ("31536000s", 31_536_000),
        ] {
            assert_eq!(read_age(text), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "15",
            "min",
            "15m",
            "15 min",
            " 15min",
            "15min ",
            "15MIN",
            "-1s",
            "+1s",
            "1.5h",
            "1e3s",
            "0x10s",
            "٣s",
            "1h30min",
            "PT15M",
            "15minutes",
            "0s",
            "0d",
            "366d",
            "31536001s",
            "99999999999999999999999999s",
            "18446744073709551615d",
        ] {
            assert!(read_age(text).is_err(), "{text}");
        }
    }
}

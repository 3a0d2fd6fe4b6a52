//! Whether a rate is one: `"30/min"`, `"30/min per client, burst 10"`.

use crate::attr::Attr;
use crate::errors::Errors;
use syn::{Ident, LitStr};

/// The fastest rate, in calls a second: counting to more costs more than it spares.
const FASTEST: u64 = 10_000;

/// How many calls are let through.
#[derive(Clone, Copy)]
pub(crate) struct Rate {
    pub(crate) count: u32,
    pub(crate) unit: Unit,
    pub(crate) burst: Option<u32>,
    pub(crate) per: Per,
}

#[derive(Clone, Copy)]
pub(crate) enum Unit {
    Second,
    Minute,
    Hour,
}

/// Whose calls are counted together.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Per {
    Subject,
    Client,
    Tool,
}

impl Unit {
    const ALL: [Self; 3] = [Self::Second, Self::Minute, Self::Hour];

    const fn symbol(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "min",
            Self::Hour => "h",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
        }
    }

    const fn seconds(self) -> u64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
        }
    }

    const fn longer(self) -> Option<Self> {
        match self {
            Self::Second => Some(Self::Minute),
            Self::Minute => Some(Self::Hour),
            Self::Hour => None,
        }
    }

    /// The unit that was meant by another word for it.
    fn meant(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| match unit {
            Self::Second => ["sec", "secs", "second", "seconds"].contains(&text),
            Self::Minute => ["m", "mins", "minute", "minutes"].contains(&text),
            Self::Hour => ["hr", "hrs", "hour", "hours"].contains(&text),
        })
    }
}

pub(super) fn check(attr: &Attr, demands: &[&Ident], errors: &mut Errors) -> Option<Rate> {
    let arg = attr.rate_limit.as_ref()?;
    let literal = &arg.value.0;
    match read(&literal.value()) {
        Ok(rate) => {
            check_public_is_counted_as_a_whole(attr, rate, literal, demands, errors);
            Some(rate)
        }
        Err(message) => {
            errors.at(literal, message);
            None
        }
    }
}

/// Of a toolset, which is not called itself: whether it can be read.
pub(super) fn check_common(common: &Attr, errors: &mut Errors) {
    if let Some(arg) = &common.rate_limit
        && let Err(message) = read(&arg.value.0.value())
    {
        errors.at(&arg.value.0, message);
    }
}

/// `COUNT/UNIT`, then perhaps ` per client` or ` per tool`, then perhaps `, burst COUNT`.
///
/// 1. It has this form.
/// 2. It lets a call through.
/// 3. It is not faster than what can be counted.
/// 4. Not more calls may come at once than may come in the whole unit: so in no unit of time there are more than twice as many.
fn read(text: &str) -> Result<Rate, String> {
    let malformed = || malformed(text);
    let (rate, burst) = match text.split_once(',') {
        Some((rate, burst)) => (rate, Some(burst.trim())),
        None => (text, None),
    };
    let mut words = rate.split_whitespace();
    let (count, unit) = words
        .next()
        .and_then(|word| word.split_once('/'))
        .ok_or_else(malformed)?; // 1
    let unit = read_unit(count, unit)?;
    let per = match (words.next(), words.next(), words.next()) {
        (None, ..) => Per::Subject,
        (Some("per"), Some(key), None) => read_key(key)?,
        _ => return Err(malformed()),
    };
    let burst = match burst {
        None => None,
        Some(burst) => Some(
            burst
                .strip_prefix("burst ")
                .map(str::trim)
                .and_then(read_count)
                .ok_or_else(malformed)?,
        ),
    };
    let count = read_count(count).ok_or_else(malformed)?;
    if count == 0 {
        return Err("a rate of 0 lets no call through\nhelp: write a number from 1".to_owned()); // 2
    }
    let fastest = FASTEST * unit.seconds();
    let count = u32::try_from(count).ok().filter(|count| u64::from(*count) <= fastest);
    let count = count.ok_or_else(|| {
        format!(
            "a rate of more than {FASTEST} calls a second cannot be counted\n\
             help: write `\"{fastest}/{}\"` at most, or remove `rate_limit`",
            unit.symbol()
        )
    })?; // 3
    let burst = burst.map(|burst| check_burst(burst, count, unit)).transpose()?;
    Ok(Rate {
        count,
        unit,
        burst,
        per,
    })
}

fn malformed(text: &str) -> String {
    format!(
        "`{text}` is not a rate\n\
         help: write how many calls may come in a second, minute or hour: `\"10/s\"`, `\"30/min\"`, `\"100/h\"`\n\
         help: and if need be whose calls are counted together, and how many may come at once: \
         `\"30/min per client, burst 10\"`"
    )
}

fn read_unit(count: &str, text: &str) -> Result<Unit, String> {
    if let Some(unit) = Unit::ALL.into_iter().find(|unit| unit.symbol() == text) {
        return Ok(unit);
    }
    let help = match Unit::meant(text) {
        Some(unit) => format!("write `\"{count}/{}\"`", unit.symbol()),
        None => "use `s`, `min` or `h`".to_owned(),
    };
    Err(format!("`{text}` is no unit of a rate\nhelp: {help}"))
}

fn read_key(text: &str) -> Result<Per, String> {
    match text {
        "client" => Ok(Per::Client),
        "tool" => Ok(Per::Tool),
        _ => Err(format!(
            "calls cannot be counted per `{text}`\n\
             help: write `per client` or `per tool`, or nothing: then each subject of each tenant is counted for itself"
        )),
    }
}

/// A number of decimal digits. One that is too long for us is a very large one.
fn read_count(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

fn check_burst(burst: u64, count: u32, unit: Unit) -> Result<u32, String> {
    if burst == 0 {
        return Err("a burst of 0 lets no call through\nhelp: write a number from 1".to_owned()); // 2
    }
    if let Some(fits) = u32::try_from(burst).ok().filter(|burst| *burst <= count) {
        return Ok(fits);
    }
    let longer = std::iter::successors(unit.longer(), |unit| unit.longer());
    let longer = longer.map(|longer| (u64::from(count) * longer.seconds() / unit.seconds(), longer));
    let help = match longer.into_iter().find(|(count, _)| *count >= burst) {
        Some((count, longer)) => format!(
            "write `\"{count}/{}, burst {burst}\"`, which is as fast",
            longer.symbol()
        ),
        None => format!("write a burst of {count} at most"),
    };
    Err(format!(
        "a burst of {burst} is more than may come in a whole {}\nhelp: {help}",
        unit.word()
    )) // 4
}

/// Callers of a public tool may be nobody: they can only be counted all together. What contradicts `public` besides has a message
/// of its own.
fn check_public_is_counted_as_a_whole(
    attr: &Attr,
    rate: Rate,
    literal: &LitStr,
    demands: &[&Ident],
    errors: &mut Errors,
) {
    let (Some(_), None, []) = (&attr.public, &attr.authenticated, demands) else {
        return;
    };
    if rate.per == Per::Tool {
        return;
    }
    let burst = rate.burst.map_or_else(String::new, |burst| format!(", burst {burst}"));
    let message = format!(
        "callers of a `public` tool cannot be told apart, so each cannot have a rate of its own\n\
         help: write `\"{}/{} per tool{burst}\"` for all of them together, or replace `public` by `authenticated` or a demand",
        rate.count,
        rate.unit.symbol()
    );
    errors.at(literal, message);
}

#[cfg(test)]
mod tests {
    use super::{Per, read};

    #[test]
    fn a_rate_is_read_whatever_spaces_there_are() {
        for text in ["30/min per client, burst 10", "  30/min   per  client ,burst   10 "] {
            let rate = read(text).unwrap();
            assert_eq!((rate.count, rate.unit.word(), rate.burst), (30, "minute", Some(10)));
            assert!(rate.per == Per::Client);
        }
        assert!(read("1/s").unwrap().per == Per::Subject);
        assert!(read("36000000/h per tool").unwrap().per == Per::Tool);
    }

    #[test]
    fn what_is_no_rate_is_none() {
        for text in [
            "",
            "/",
            "30",
            "30/",
            "/min",
            "30 / min",
            "-1/s",
            "+1/s",
            "1.5/s",
            "1e3/s",
            "0x10/s",
            "٣/s",
            "30/min client",
            "30/min per",
            "30/min per client tool",
            "30/min,",
            "30/min, 10",
            "30/min, burst",
            "30/min, burst10",
            "30/min, burst 10, burst 10",
            "30/min burst 10",
            "30/Min",
            "30/min/min",
            "30/s, burst -1",
            "00000000000000000000000/s",
            "99999999999999999999999/s",
            "10001/s",
            "36000001/h",
            "30/min, burst 31",
            "30/min, burst 99999999999999999999999",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}

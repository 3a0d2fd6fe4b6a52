//! Sorted lists of names, without repetition.

use std::iter;

/// Up to so many names it is faster to compare all of them, most of which differ in length, than to search among them.
const FEW: usize = 16;

/// `sorted` is what [`Claims`] keeps: sorted, without repetition.
pub(super) fn contains<T: AsRef<str>>(sorted: &[T], wanted: &str) -> bool {
    if sorted.len() <= FEW {
        sorted.iter().any(|held| *held.as_ref() == *wanted)
    } else {
        sorted.binary_search_by(|held| held.as_ref().cmp(wanted)).is_ok()
    }
}

/// Both, sorted as they are. No name is in both.
pub(super) fn merged<'a>(
    granted: impl Iterator<Item = &'a str>,
    implied: &'a [&'static str],
) -> impl Iterator<Item = &'a str> {
    let (mut granted, mut implied) = (granted.peekable(), implied.iter().copied().peekable());
    iter::from_fn(move || match (granted.peek(), implied.peek()) {
        (Some(one), Some(other)) if one > other => implied.next(),
        (None, Some(_)) => implied.next(),
        (Some(_), _) => granted.next(),
        (None, None) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::contains;
    use crate::claims::sorted;

    #[test]
    fn finds_a_name_among_few_and_many_and_no_other() {
        for count in [0, 1, 2, 16, 17, 100] {
            let names: Vec<_> = (0..count).map(|number| format!("scope:{number}")).collect();
            let held = sorted(names.iter().map(String::as_str));
            for name in &names {
                assert!(contains(&held, name), "{name} of {count}");
            }
            for other in ["", "scope:", "scope:1000", "Scope:0", "scope:0 ", "scope:x"] {
                assert!(!contains(&held, other), "{other} of {count}");
            }
        }
    }
}

//! Names that may have been meant to be one.

/// The shortest part of a name in which one letter more or less, another one, or two in the wrong order are taken for a slip. In
/// shorter ones, as in `a` and `b`, they are names.
const SHORTEST: usize = 4;

/// Whether two different names are nearly alike.
///
/// 1. They differ in case, or in the characters between their parts.
/// 2. All of their parts are the same but one, which differs by a slip. Digits are no slips: `v1` and `v2` are two things.
pub(super) fn are_alike(one: &str, other: &str) -> bool {
    if one == other {
        return false;
    }
    let [one, other] = [one, other].map(parts);
    if one == other || one.concat() == other.concat() {
        return true; // 1
    }
    let mut different = one.iter().zip(&other).filter(|(one, other)| one != other);
    match (different.next(), different.next()) {
        (Some((a, b)), None) if one.len() == other.len() => is_slip(a, b), // 2
        _ => false,
    }
}

fn parts(name: &str) -> Vec<String> {
    let parts = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    parts.map(str::to_ascii_lowercase).collect()
}

fn is_slip(one: &str, other: &str) -> bool {
    let (shorter, longer) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    if shorter.len() < SHORTEST || longer.len() - shorter.len() > 1 {
        return false;
    }
    let same = shorter.bytes().zip(longer.bytes()).take_while(|(a, b)| a == b).count();
    let rest = |text: &str, skipped: usize| text.bytes().skip(same + skipped).collect::<Vec<_>>();
    let at = |text: &str, place: usize| text.as_bytes().get(same + place).copied();
    let is_letter = |byte: Option<u8>| byte.is_none_or(|byte| !byte.is_ascii_digit());
    if !is_letter(at(shorter, 0)) || !is_letter(at(longer, 0)) {
        return false;
    }
    if shorter.len() < longer.len() {
        return rest(shorter, 0) == rest(longer, 1);
    }
    let is_swapped = at(shorter, 0) == at(longer, 1) && at(shorter, 1) == at(longer, 0);
    rest(shorter, 1) == rest(longer, 1) || (is_swapped && rest(shorter, 2) == rest(longer, 2))
}

#[cfg(test)]
mod tests {
    use super::are_alike;

    #[test]
    fn slips_are_found_and_different_names_are_not() {
        for (one, other) in [
            ("notes:read", "Notes:Read"),
            ("notes:read", "notes.read"),
            ("notes:read", "notes:raed"),
            ("notes:read", "note:read"),
            ("notes:write", "notes:wrte"),
            ("read_notes", "read-notes"),
            ("readnotes", "read:notes"),
            ("manager", "managr"),
            ("manager", "managet"),
        ] {
            assert!(are_alike(one, other) && are_alike(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("notes:read", "notes:read"),
            ("notes:read", "notes:write"),
            ("a", "b"),
            ("tool:a", "tool:b"),
            ("api:v1", "api:v2"),
            ("shard1000", "shard1001"),
            ("notes:read", "notes:read:all"),
            ("admin", "adept"),
            ("notes:read", "folders:raed"),
            ("read", "redo"),
        ] {
            assert!(!are_alike(one, other) && !are_alike(other, one), "{one} {other}");
        }
    }
}

//! The "did you mean" of unknown names.

/// The known name closest to `name`, if one is close enough to be a slip.
pub(crate) fn closest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let slips = name.chars().count() / 3 + 1;
    known
        .iter()
        .map(|candidate| (distance(name, candidate), *candidate))
        .filter(|(distance, _)| *distance <= slips)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The Levenshtein distance, one row of the table at a time.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (to, &above) in b.chars().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(from != to)).min(left + 1).min(above + 1);
            next.push(left);
            diagonal = above;
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{closest, distance};

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }

    #[test]
    fn closest_finds_slips_and_stays_silent_when_far() {
        let known = ["scopes_all", "scopes_any", "roles", "tenant_field"];
        assert_eq!(closest("scope_all", &known), Some("scopes_all"));
        assert_eq!(closest("role", &known), Some("roles"));
        assert_eq!(closest("tenantfield", &known), Some("tenant_field"));
        assert_eq!(closest("timeout", &known), None);
        assert_eq!(closest("", &known), None);
    }
}

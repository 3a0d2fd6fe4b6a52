//! Lists of scopes and roles, each kept once.

use crate::claims::{ClaimSet, Claims, Names};
use quick_cache::sync::Cache;
use std::sync::Arc;

/// Of how many lists it is known who has the same.
const LISTS: usize = 1024;
/// The longest list that others may share, in bytes of its names. So all of them take a megabyte or two.
const LONGEST: usize = 1024;

/// Many callers have the same scopes and the same roles. If their claims share the lists, they take less memory; and who looks
/// for a name finds the list in a core's cache, where another caller's decision left it.
pub(super) struct SharedNames(Cache<Names, Names>);

impl SharedNames {
    pub(super) fn new() -> Self {
        Self(Cache::new(LISTS))
    }

    /// Puts shared lists in place of equal ones. Claims that somebody else has already stay as they are.
    pub(super) fn share(&self, claims: &mut Claims) {
        if let Some(ClaimSet { scopes, roles, .. }) = Arc::get_mut(&mut claims.0) {
            self.replace(scopes);
            self.replace(roles);
        }
    }

    fn replace(&self, names: &mut Names) {
        if names.iter().map(|name| name.len()).sum::<usize>() > LONGEST {
            return;
        }
        match self.0.get(names) {
            Some(equal) => *names = equal,
            None => self.0.insert(Arc::clone(names), Arc::clone(names)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LISTS, LONGEST, SharedNames};
    use crate::caller::PrincipalKind;
    use crate::claims::{ClaimSet, Claims, sorted};
    use std::sync::Arc;

    fn claims(scopes: &[&str], roles: &[&str]) -> Claims {
        let mut claims = ClaimSet::of("https://idp.example".into(), "alice", PrincipalKind::User);
        claims.scopes = sorted(scopes.iter().copied());
        claims.roles = sorted(roles.iter().copied());
        claims.into()
    }

    #[test]
    fn equal_lists_become_one_and_others_stay_apart() {
        let names = SharedNames::new();
        let [mut one, mut other, mut third] = [
            claims(&["read", "write"], &["manager"]),
            claims(&["write", "read"], &["manager"]),
            claims(&["read"], &["manager", "write"]),
        ];
        for claims in [&mut one, &mut other, &mut third] {
            names.share(claims);
        }
        assert!(Arc::ptr_eq(&one.0.scopes, &other.0.scopes) && Arc::ptr_eq(&one.0.roles, &other.0.roles));
        assert_eq!(*third.0.scopes, *sorted(["read"]));
        assert_eq!(*third.0.roles, *sorted(["manager", "write"]));
        assert_eq!(*one.0.scopes, *sorted(["read", "write"]));
    }

    #[test]
    fn r17_neither_long_lists_nor_many_of_them_are_kept_for_others() {
        let names = SharedNames::new();
        let long = "x".repeat(LONGEST + 1);
        for mut claims in [claims(&[&long], &[]), claims(&[&long], &[])] {
            names.share(&mut claims);
            assert_eq!(Arc::strong_count(&claims.0.scopes), 1);
        }
        for number in 0..LISTS * 3 {
            names.share(&mut claims(&[&number.to_string()], &[]));
        }
        assert!(names.0.len() <= LISTS, "{}", names.0.len());
    }

    #[test]
    fn claims_that_somebody_has_already_are_left_alone() {
        let names = SharedNames::new();
        names.share(&mut claims(&["read"], &[]));
        let mut held = claims(&["read"], &[]);
        let before = held.clone();
        names.share(&mut held);
        assert!(Arc::ptr_eq(&held.0, &before.0));
    }
}

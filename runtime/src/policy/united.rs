//! The scopes of a toolset and of one of its methods, as those of one policy.

use super::Policy;
use crate::catalog::ScopeEntry;
use crate::scope::ScopeToken;

/// What both say, and the catalogues that say what follows from it. For expansions.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "only expansions make one")]
pub struct United {
    pub common_all: &'static [ScopeToken],
    pub own_all: &'static [ScopeToken],
    pub common_any: &'static [ScopeToken],
    pub own_any: &'static [ScopeToken],
    pub catalogs: &'static [&'static [ScopeEntry]],
}

/// What is left of them.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Scopes<const ALL: usize, const ANY: usize> {
    all: [ScopeToken; ALL],
    any: [ScopeToken; ANY],
}

impl United {
    /// How many scopes are all demanded.
    ///
    /// 1. All of the method's.
    /// 2. Those of the toolset, but for what a scope of the method implies, or each of its choices does: whoever holds that holds
    ///    them. This is for who reads the policy, and for the challenge; it admits exactly the same callers.
    #[must_use]
    pub const fn all(&self) -> usize {
        let mut count = self.own_all.len(); // 1
        let mut common = self.common_all;
        while let [scope, rest @ ..] = common {
            if !self.follows(*scope) {
                count += 1; // 2
            }
            common = rest;
        }
        count
    }

    /// How many scopes there are of which one is demanded: none if a scope of the method is one of them, or implies one.
    #[must_use]
    pub const fn any(&self) -> usize {
        let mut common = self.common_any;
        while let [scope, rest @ ..] = common {
            if holds_one(self.own_all, *scope, self.catalogs) {
                return 0;
            }
            common = rest;
        }
        self.common_any.len() + self.own_any.len()
    }

    /// The scopes, for as many as there are.
    ///
    /// # Panics
    ///
    /// If there are others. In a constant that is a compile error.
    #[must_use]
    pub const fn scopes<const ALL: usize, const ANY: usize>(&self) -> Scopes<ALL, ANY> {
        assert!(ALL == self.all() && ANY == self.any(), "these are not as many scopes");
        let mut scopes = Scopes {
            all: [ScopeToken::from_static("-"); ALL],
            any: [ScopeToken::from_static("-"); ANY],
        };
        let mut places: &mut [ScopeToken] = &mut scopes.all;
        let mut common = self.common_all;
        while let [scope, rest @ ..] = common {
            if !self.follows(*scope) {
                places = put(places, *scope);
            }
            common = rest;
        }
        put_all(places, self.own_all);
        if ANY > 0 {
            let places = put_all(&mut scopes.any, self.common_any);
            put_all(places, self.own_any);
        }
        scopes
    }

    /// Whether whoever meets what the method says holds a scope of the toolset.
    const fn follows(&self, scope: ScopeToken) -> bool {
        let mut any = self.own_any;
        let mut is_choice = !any.is_empty();
        while let [other, rest @ ..] = any {
            is_choice = is_choice && implies(*other, scope, self.catalogs);
            any = rest;
        }
        is_choice || holds_one(self.own_all, scope, self.catalogs)
    }
}

impl Policy {
    /// Demands the scopes of a toolset and a method. As for [`scopes_all`](Self::scopes_all), the policy is not public then.
    ///
    /// # Panics
    ///
    /// If some were demanded before, or there are none. In a constant that is a compile error.
    #[doc(hidden)]
    #[must_use]
    pub const fn scopes_of<const ALL: usize, const ANY: usize>(self, scopes: &'static Scopes<ALL, ANY>) -> Self {
        match (ALL, ANY) {
            (_, 0) => self.scopes_all(&scopes.all),
            (0, _) => self.scopes_any(&scopes.any),
            _ => self.scopes_all(&scopes.all).scopes_any(&scopes.any),
        }
    }
}

/// Whether one of these is a scope, or implies it.
const fn holds_one(mut held: &[ScopeToken], scope: ScopeToken, catalogs: &[&[ScopeEntry]]) -> bool {
    while let [one, rest @ ..] = held {
        if one.is(scope) || implies(*one, scope, catalogs) {
            return true;
        }
        held = rest;
    }
    false
}

/// Whether one of the catalogues says so.
const fn implies(from: ScopeToken, to: ScopeToken, mut catalogs: &[&[ScopeEntry]]) -> bool {
    while let [catalog, more @ ..] = catalogs {
        let mut entries: &[ScopeEntry] = catalog;
        while let [entry, rest @ ..] = entries {
            if entry.scope.is(from) && to.is_in(entry.implies_all) {
                return true;
            }
            entries = rest;
        }
        catalogs = more;
    }
    false
}

/// Fills the first place, and returns the others.
const fn put(places: &mut [ScopeToken], scope: ScopeToken) -> &mut [ScopeToken] {
    match places {
        [place, rest @ ..] => {
            *place = scope;
            rest
        }
        [] => places,
    }
}

const fn put_all<'a>(mut places: &'a mut [ScopeToken], mut scopes: &[ScopeToken]) -> &'a mut [ScopeToken] {
    while let [scope, rest @ ..] = scopes {
        places = put(places, *scope);
        scopes = rest;
    }
    places
}

//! Demands on logins against the plainest way to read them.

use proptest::prelude::*;
use std::time::Duration;
use toolgate::{Caller, Claims, Decision, Policy};

const CLASSES: [&str; 3] = ["urn:a", "urn:b", "urn:A"];

#[derive(Clone, Debug)]
struct Case {
    demanded: Vec<&'static str>,
    max_age: Option<u64>,
    acr: Option<&'static str>,
    auth_time: Option<u64>,
    leeway: u64,
    now: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let classes = prop::sample::subsequence(&CLASSES[..], 0..=CLASSES.len());
    let acr = prop::option::of(prop::sample::select(&CLASSES[..]));
    (
        classes,
        prop::option::of(1_u64..50),
        acr,
        prop::option::of(0_u64..300),
        0_u64..40,
        0_u64..300,
    )
        .prop_map(|(demanded, max_age, acr, auth_time, leeway, now)| Case {
            demanded,
            max_age,
            acr,
            auth_time,
            leeway,
            now,
        })
}

fn naive(case: &Case) -> bool {
    let class = case.demanded.is_empty() || case.acr.is_some_and(|acr| case.demanded.contains(&acr));
    let age = case.max_age.is_none_or(|max_age| {
        case.auth_time.is_some_and(|auth_time| {
            let oldest = i128::from(case.now) - i128::from(max_age) - i128::from(case.leeway.min(max_age));
            let newest = i128::from(case.now) + i128::from(case.leeway);
            (oldest..=newest).contains(&i128::from(auth_time))
        })
    });
    class && age
}

fn policy(case: &Case) -> Policy {
    let mut policy = Policy::AUTHENTICATED;
    if !case.demanded.is_empty() {
        policy = policy.acr(case.demanded.clone().leak());
    }
    if let Some(max_age) = case.max_age {
        policy = policy.max_age(Duration::from_secs(max_age));
    }
    policy
}

fn caller(case: &Case) -> Caller {
    let mut claims = Claims::assert("https://issuer.example", "x").with_leeway(Duration::from_secs(case.leeway));
    if let Some(acr) = case.acr {
        claims = claims.with_acr(acr);
    }
    if let Some(auth_time) = case.auth_time {
        claims = claims.with_auth_time(Duration::from_secs(auth_time));
    }
    Caller::assert(claims)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn su_04_a_login_is_judged_as_the_naive_reading_does(case in cases()) {
        let (policy, caller) = (policy(&case), caller(&case));
        let decision = policy.admit_at(Some(&caller), Duration::from_secs(case.now));
        prop_assert_eq!(decision == Decision::Allow, naive(&case));
        // Without the time, no age is young enough.
        let timeless = policy.admit(Some(&caller)) == Decision::Allow;
        prop_assert_eq!(timeless, naive(&case) && case.max_age.is_none());
    }
}

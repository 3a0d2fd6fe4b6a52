//! Every combination of demands at the gate, against the plainest way to read them.

use futures_util::FutureExt as _;
use proptest::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::Duration;
use toolgate::plumbing::{Call, Checked, FindTenants, Owners, States, Tenants};
use toolgate::policy::{OwnerDemand, Rule, TenantDemand};
use toolgate::tool::{Hints, Location, ToolSpec};
use toolgate::{
    Algorithm, Caller, Claims, Clock, Decision, Error, Gate, JwtValidator, Output, Policy, Protected, ScopeToken,
    ToolHandler, Toolset,
};

const SCOPE: u8 = 1;
const ROLE: u8 = 2;
const LOGIN: u8 = 4;
const OWNER: u8 = 8;
const TENANT: u8 = 16;
const CHECK: u8 = 32;

const WRITE: ScopeToken = ScopeToken::from_static("write");
const EXCUSED: ScopeToken = ScopeToken::from_static("excused");
const MAX_AGE: u64 = 60;
const NOW: u64 = 1_000_000;

/// An admin, or an editor who may write.
const RULE: Rule = Rule::Any(&[
    Rule::Role("admin"),
    Rule::All(&[Rule::Scope(WRITE), Rule::Role("editor")]),
]);

/// A tool with the demands of these bits. With scope and role, it is the rule in their place.
struct Tool<const BITS: u8>;

const fn policy(bits: u8) -> Policy {
    let mut policy = match bits & (SCOPE | ROLE) {
        0 => Policy::AUTHENTICATED,
        SCOPE => Policy::AUTHENTICATED.scopes_all(&[WRITE]),
        ROLE => Policy::AUTHENTICATED.roles(&["editor"]),
        _ => Policy::AUTHENTICATED.allow(&RULE),
    };
    if bits & LOGIN != 0 {
        policy = policy.acr(&["strong"]).max_age(Duration::from_secs(MAX_AGE));
    }
    if bits & OWNER != 0 {
        // Nobody is excused without a tenant to stay in.
        let unless: &[ScopeToken] = if bits & TENANT == 0 { &[] } else { &[EXCUSED] };
        policy = policy.owner(OwnerDemand { field: "owner", unless });
    }
    if bits & TENANT != 0 {
        policy = policy.tenant(TenantDemand {
            field: "tenant",
            lookup: None,
        });
    }
    if bits & CHECK != 0 {
        policy = policy.check("Tool::check");
    }
    policy
}

const NAMES: [&str; 64] = [
    "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "t10", "t11", "t12", "t13", "t14", "t15", "t16", "t17",
    "t18", "t19", "t20", "t21", "t22", "t23", "t24", "t25", "t26", "t27", "t28", "t29", "t30", "t31", "t32", "t33",
    "t34", "t35", "t36", "t37", "t38", "t39", "t40", "t41", "t42", "t43", "t44", "t45", "t46", "t47", "t48", "t49",
    "t50", "t51", "t52", "t53", "t54", "t55", "t56", "t57", "t58", "t59", "t60", "t61", "t62", "t63",
];

#[derive(Clone, Debug, Deserialize, JsonSchema)]
struct Args {
    owner: String,
    tenant: String,
    draft: bool,
}

impl<const BITS: u8> ToolHandler for Tool<BITS> {
    type Args = Args;
    type Needs = ();
    const SPEC: ToolSpec = ToolSpec {
        name: NAMES[BITS as usize],
        title: None,
        description: "",
        hints: Hints {
            read_only: None,
            destructive: None,
            idempotent: None,
            open_world: None,
        },
        policy: policy(BITS),
        audit_fields: &[],
        location: Location { file: "", line: 0 },
    };

    fn output_schema() -> Option<schemars::Schema> {
        None
    }

    fn owners(args: &Args) -> Owners<'_> {
        match BITS & OWNER {
            0 => Owners::Unbound,
            _ => Owners::Named(vec![Some(args.owner.as_str().into())]),
        }
    }

    fn tenants<'a>(_: &'a States, args: &'a Args) -> FindTenants<'a> {
        FindTenants::Ready(match BITS & TENANT {
            0 => Tenants::Unbound,
            _ => Tenants::Named(vec![Some(args.tenant.as_str().into())]),
        })
    }

    fn check<'a>(_: &'a States, caller: &'a Caller, args: &'a Args) -> Checked<'a> {
        match BITS & CHECK {
            0 => Checked::Unasked,
            _ => Checked::Asked(Box::pin(async move {
                Ok(if args.draft || caller.has_role("admin") {
                    Decision::Allow
                } else {
                    Decision::deny("no draft")
                })
            })),
        }
    }

    async fn run(_: Call, _: Args) -> Result<Output, Error> {
        Ok(Output::Empty)
    }
}

struct Now;

impl Clock for Now {
    fn unix_time(&self) -> Duration {
        Duration::from_secs(NOW)
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

fn protected() -> Protected {
    macro_rules! tools {
        ($($bits:literal)*) => { Toolset::new(())$(.tool(Tool::<$bits>))* };
    }
    let tools = tools!(
        0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
        32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
    );
    let validator = JwtValidator::builder()
        .issuer("https://idp.example")
        .audience("https://mcp.example")
        .algorithm(Algorithm::Rs256);
    let gate = Gate::builder()
        .resource("https://mcp.example")
        .validator(validator.build().unwrap())
        .clock(Now);
    gate.build().unwrap().protect(tools).unwrap()
}

#[derive(Clone, Debug)]
struct Who {
    subject: &'static str,
    tenant: Option<&'static str>,
    scopes: BTreeSet<&'static str>,
    roles: BTreeSet<&'static str>,
    acr: Option<&'static str>,
    age: Option<u64>,
}

impl Who {
    fn caller(&self) -> Caller {
        let mut claims = Claims::assert("https://issuer.example", self.subject)
            .with_scopes(self.scopes.iter().copied())
            .with_roles(self.roles.iter().copied())
            .with_leeway(Duration::ZERO);
        if let Some(tenant) = self.tenant {
            claims = claims.with_tenant(tenant);
        }
        if let Some(acr) = self.acr {
            claims = claims.with_acr(acr);
        }
        if let Some(age) = self.age {
            claims = claims.with_auth_time(Duration::from_secs(NOW - age));
        }
        Caller::assert(claims)
    }
}

fn callers() -> impl Strategy<Value = Who> {
    const SCOPES: [&str; 3] = ["write", "excused", "other"];
    const ROLES: [&str; 3] = ["editor", "admin", "other"];
    let some = |names: &'static [&'static str]| {
        prop::sample::subsequence(names, 0..=names.len()).prop_map(BTreeSet::from_iter)
    };
    (
        prop::sample::select(&["alice", "bob"][..]),
        prop::option::weighted(0.8, prop::sample::select(&["acme", "globex"][..])),
        some(&SCOPES),
        some(&ROLES),
        prop::option::weighted(0.8, prop::sample::select(&["strong", "strong", "weak"][..])),
        prop::option::weighted(0.8, 0..2 * MAX_AGE),
    )
        .prop_map(|(subject, tenant, scopes, roles, acr, age)| Who {
            subject,
            tenant,
            scopes,
            roles,
            acr,
            age,
        })
}

fn arguments() -> impl Strategy<Value = Args> {
    let owner = prop::sample::select(&["alice", "bob"][..]);
    let tenant = prop::sample::select(&["acme", "globex"][..]);
    (owner, tenant, any::<bool>()).prop_map(|(owner, tenant, draft)| Args {
        owner: owner.to_owned(),
        tenant: tenant.to_owned(),
        draft,
    })
}

/// The decision as one would explain it: everything that is demanded is met.
fn naive(bits: u8, who: &Who, args: &Args) -> bool {
    let demands = |bit| bits & bit == bit;
    let (writes, edits, rules) = (
        who.scopes.contains("write"),
        who.roles.contains("editor"),
        who.roles.contains("admin"),
    );
    let rights = match (demands(SCOPE), demands(ROLE)) {
        (false, false) => true,
        (true, false) => writes,
        (false, true) => edits,
        (true, true) => rules || writes && edits,
    };
    let login = !demands(LOGIN) || who.acr == Some("strong") && who.age.is_some_and(|age| age <= MAX_AGE);
    let excused = demands(TENANT) && who.scopes.contains("excused");
    let owner = !demands(OWNER) || excused || args.owner == who.subject;
    let tenant = !demands(TENANT) || who.tenant == Some(args.tenant.as_str());
    let check = !demands(CHECK) || args.draft || rules;
    rights && login && owner && tenant && check
}

fn gate(bits: u8, who: Option<&Who>, args: &Args) -> bool {
    static PROTECTED: OnceLock<Protected> = OnceLock::new();
    let protected = PROTECTED.get_or_init(protected);
    let arguments = json!({"owner": args.owner, "tenant": args.tenant, "draft": args.draft});
    let call = protected.call(NAMES[usize::from(bits)], who.map(Who::caller), arguments);
    // Nothing here waits for anything.
    call.now_or_never().unwrap().unwrap().is_ok()
}

proptest! {
    #[test]
    fn the_gate_decides_as_the_naive_reading_does(who in callers(), args in arguments()) {
        for bits in 0..64 {
            prop_assert_eq!(gate(bits, Some(&who), &args), naive(bits, &who, &args), "{:06b}", bits);
        }
    }

    #[test]
    fn more_rights_never_turn_an_allow_into_a_deny_at_the_gate(
        bits in 0_u8..64,
        who in callers(),
        args in arguments(),
        more in callers(),
    ) {
        if gate(bits, Some(&who), &args) {
            let mut richer = who.clone();
            richer.scopes.extend(&more.scopes);
            richer.roles.extend(&more.roles);
            prop_assert!(gate(bits, Some(&richer), &args));
        }
    }
}

#[test]
fn nobody_gets_in_without_being_somebody() {
    let args = Args {
        owner: "alice".to_owned(),
        tenant: "acme".to_owned(),
        draft: true,
    };
    for bits in 0..64 {
        assert!(!gate(bits, None, &args), "{bits:06b}");
    }
}

//! What `#[toolset]` makes of an `impl`: of its methods, and of what it says of all of them.

#![deny(
    warnings,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    single_use_lifetimes,
    clippy::pedantic
)]

use super::NoTokens;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use toolgate::{Caller, Claims, Denial, Error, FromRef, Gate, Json, Output, State, ToolHandler as _, Toolset, toolset};

#[derive(Deserialize, JsonSchema)]
struct Named {
    note: String,
}

/// Counts, to see that it is one for all calls.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Counter {
    #[serde(skip)]
    changed: AtomicUsize,
}

impl Clone for Counter {
    fn clone(&self) -> Self {
        let changed = self.changed.load(Ordering::Relaxed).into();
        Self { changed }
    }
}

#[toolset(scopes_all = ["read"], scopes_any = ["x", "y", "z"], roles = ["a", "b", "c"], tenant_of = Self::tenant_of, read_only = true)]
impl Counter {
    const FIRST: &str = "{ } ;";
    const ODD: [u8; {
        const TWO: usize = 2;
        TWO
    }] = {
        const TWO: usize = 2;
        [0; TWO]
    };

    /// Demands what its toolset demands.
    #[mcp_tool]
    async fn plain(&self) -> Result<Json<usize>, Infallible> {
        let _ = Self::FIRST;
        Ok(Json(self.changed.fetch_add(1, Ordering::Relaxed)))
    }

    fn helper<const N: usize>(
        &self,
    ) -> [usize; {
        const TWO: usize = 2;
        TWO
    }] {
        [self.changed.load(Ordering::Relaxed), N]
    }

    /// Demands more.
    #[mcp_tool(
        scopes_all = ["write", "admin"],
        scopes_any = ["x", "y"],
        roles = ["b"],
        tenant_field = "note",
        read_only = false,
        destructive = true,
        fresh,
        name = "counter.strict",
        title = "Strict",
        audit_fields = ["note"],
    )]
    async fn strict(&self, args: Named, caller: Caller, State(text): State<String>) -> Result<String, Infallible> {
        let [changed, _] = self.helper::<3>();
        Ok(format!("{} {} {changed} {text}", args.note, caller.subject()))
    }

    /// Chooses one scope where its toolset leaves a choice.
    #[mcp_tool(scopes_all = ["x"])]
    async fn chosen(&self, _: Named) -> Result<(), Infallible> {
        Ok(())
    }

    /// Has no `self`, but `Self` everywhere.
    #[mcp_tool(tenant_field = "note")]
    async fn associated(args: Named, own: State<Self>) -> Result<Json<Vec<Self>>, Infallible> {
        drop(args);
        let Self { .. } = &own.0;
        Ok(Json(vec![own.0]))
    }

    /// Takes itself for its arguments.
    #[mcp_tool]
    async fn itself(args: Self) -> Result<Json<Self>, Infallible> {
        Ok(Json(args))
    }

    #[expect(clippy::unused_async, reason = "a lookup is async")]
    async fn tenant_of(&self, note: &str) -> Result<Option<String>, Infallible> {
        assert_eq!(Self::ODD.len(), 2);
        Ok(note.split_once('-').map(|(tenant, _)| tenant.to_owned()))
    }
}

#[derive(Clone)]
struct App {
    text: Arc<str>,
}

impl FromRef<App> for String {
    fn from_ref(app: &App) -> Self {
        app.text.to_string()
    }
}

impl FromRef<App> for Counter {
    fn from_ref(_: &App) -> Self {
        Self { changed: 7.into() }
    }
}

fn app() -> App {
    App { text: "text".into() }
}

/// Holds everything that any tool of `Counter` demands, but for the tenant.
fn alice() -> Claims {
    Claims::assert("https://idp.example", "alice")
        .with_tenant("a")
        .with_scopes(["read", "write", "admin", "x"])
        .with_roles(["b"])
}

async fn call(tool: &str, claims: Claims, arguments: Value) -> Result<Output, Error> {
    let gate = Gate::builder()
        .resource("http://127.0.0.1/mcp")
        .validator(NoTokens)
        .build();
    let protected = gate.unwrap().protect(Toolset::new(app()).tools::<Counter>()).unwrap();
    let caller = Caller::assert(claims);
    if tool == "counter.strict" {
        return protected.call_fresh(tool, caller, arguments).await.unwrap();
    }
    protected.call(tool, Some(caller), arguments).await.unwrap()
}

fn policy<T: toolgate::ToolHandler>(_: T) -> Value {
    serde_json::to_value(T::SPEC.policy).unwrap()
}

#[test]
fn a_tool_demands_what_its_toolset_demands() {
    let expected = json!({
        "posture": "callers",
        "scopes_all": ["read"],
        "scopes_any": ["x", "y", "z"],
        "roles": ["a", "b", "c"],
    });
    assert_eq!(policy(CounterPlainTool), expected);
    assert_eq!(CounterPlainTool::SPEC.hints.read_only, Some(true));
    assert_eq!(CounterPlainTool::SPEC.name, "plain");
}

#[test]
fn a_tool_demands_more_than_its_toolset() {
    let expected = json!({
        "posture": "callers",
        "scopes_all": ["read", "write", "admin"],
        "scopes_any": ["x", "y"],
        "roles": ["b"],
        "tenant": {"field": "note", "lookup": "Counter::tenant_of"},
        "fresh": true,
    });
    assert_eq!(policy(CounterStrictTool), expected);
    assert_eq!(CounterStrictTool::SPEC.name, "counter.strict");
    assert_eq!(CounterStrictTool::SPEC.title, Some("Strict"));
    assert_eq!(CounterStrictTool::SPEC.hints.read_only, Some(false));
    assert_eq!(CounterStrictTool::SPEC.hints.destructive, Some(true));
}

#[test]
fn one_scope_of_a_choice_is_a_narrower_choice() {
    let policy = policy(CounterChosenTool);
    assert_eq!(policy["scopes_all"], json!(["read", "x"]));
    assert_eq!(policy["scopes_any"], json!([]));
}

#[test]
fn a_lookup_of_the_toolset_is_for_tools_that_name_a_resource() {
    assert_eq!(policy(CounterPlainTool)["tenant"], Value::Null);
    assert_eq!(policy(CounterAssociatedTool)["tenant"]["lookup"], "Counter::tenant_of");
}

#[tokio::test]
async fn self_is_the_toolsets_own() {
    let gate = Gate::builder()
        .resource("http://127.0.0.1/mcp")
        .validator(NoTokens)
        .build();
    let protected = gate.unwrap().protect(Toolset::new(app()).tools::<Counter>()).unwrap();
    for count in [7, 8, 9] {
        let caller = Some(Caller::assert(alice()));
        let output = protected.call("plain", caller, json!({})).await.unwrap().unwrap();
        assert_eq!(output, Output::Json(json!(count)));
    }
}

#[tokio::test]
async fn methods_take_what_functions_take() {
    let output = call("counter.strict", alice(), json!({"note": "a-1"})).await.unwrap();
    assert_eq!(output, Output::Text("a-1 alice 7 text".into()));
    let output = call("associated", alice(), json!({"note": "a-1"})).await.unwrap();
    assert_eq!(output, Output::Json(json!([{}])));
    let output = call("itself", alice(), json!({})).await.unwrap();
    assert_eq!(output, Output::Json(json!({})));
}

#[tokio::test]
async fn demands_of_tool_and_toolset_are_enforced() {
    let note = || json!({"note": "a-1"});
    let denied = call("plain", alice().with_scopes(["x"]), json!({})).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::MissingScopes { .. }))));
    let denied = call("plain", alice().with_scopes(["read"]), json!({})).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::MissingScopes { .. }))));
    let denied = call("counter.strict", alice().with_scopes(["write", "admin", "x"]), note()).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::MissingScopes { .. }))));
    let denied = call("counter.strict", alice().with_roles(["a"]), note()).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::MissingRole(["b"])))));
    let denied = call("counter.strict", alice(), json!({"note": "b-1"})).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::OtherTenant))));
    let denied = call("associated", alice(), json!({"note": "nowhere"})).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::NoSuchResource))));
    let denied = call("chosen", alice().with_scopes(["read", "y"]), note()).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::MissingScopes { .. }))));
}

#[test]
fn the_location_is_that_of_the_function() {
    let line = CounterStrictTool::SPEC.location.line as usize;
    let line = include_str!("methods.rs").lines().nth(line - 1).unwrap();
    assert!(line.trim().starts_with("async fn strict("), "{line}");
}

#[test]
fn a_name_in_two_toolsets_is_refused_and_both_places_named() {
    let gate = Gate::builder()
        .resource("http://127.0.0.1/mcp")
        .validator(NoTokens)
        .build();
    let tools = Toolset::new(app()).tools::<Counter>().tool(CounterPlainTool);
    let error = gate.unwrap().protect(tools).unwrap_err().to_string();
    assert!(error.contains("two tools are called `plain`"), "{error}");
    assert_eq!(error.matches("methods.rs:").count(), 2, "{error}");
}

#[test]
fn one_tool_can_be_added_alone() {
    let gate = Gate::builder()
        .resource("http://127.0.0.1/mcp")
        .validator(NoTokens)
        .build();
    let protected = gate
        .unwrap()
        .protect(Toolset::new(app()).tool(CounterStrictTool))
        .unwrap();
    assert!(format!("{protected:?}").contains("counter.strict"));
}

/// What its toolset says needs no more words.
#[derive(Clone)]
pub(super) struct Logins;

#[toolset(authenticated, fresh, idempotent = true, open_world = false)]
impl Logins {
    /// Needs a login.
    #[mcp_tool]
    pub(super) async fn any(&self) -> Result<(), Infallible> {
        Ok(())
    }

    /// Needs more, in which the login is contained.
    #[mcp_tool(roles = ["admin"])]
    async fn more(&self) -> Result<(), Infallible> {
        Ok(())
    }
}

#[test]
fn authenticated_is_what_is_left() {
    let nothing = json!([]);
    let policy = [policy(LoginsAnyTool), policy(LoginsMoreTool)];
    assert_eq!([&policy[0]["posture"], &policy[1]["posture"]], ["callers", "callers"]);
    assert_eq!(
        [&policy[0]["roles"], &policy[1]["roles"]],
        [&nothing, &json!(["admin"])]
    );
    assert_eq!([&policy[0]["fresh"], &policy[1]["fresh"]], [true, true]);
    drop(Toolset::new(Logins).tools::<Logins>());
}

/// Whose calls are all recorded, or do not run.
#[derive(Clone)]
struct Ledger;

#[toolset(authenticated, audit_required)]
impl Ledger {
    /// Says nothing of it.
    #[mcp_tool]
    async fn silent(&self) -> Result<(), Infallible> {
        Ok(())
    }

    /// Needs more, which does not change it.
    #[mcp_tool(roles = ["admin"])]
    async fn more(&self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Of whose calls some are.
#[derive(Clone)]
struct Notebook;

#[toolset(authenticated, audit_required = false)]
impl Notebook {
    /// Says nothing of it.
    #[mcp_tool]
    async fn loose(&self) -> Result<(), Infallible> {
        Ok(())
    }

    /// Says more than its toolset.
    #[mcp_tool(audit_required = true)]
    async fn tight(&self) -> Result<(), Infallible> {
        Ok(())
    }
}

#[test]
fn f27_a_method_says_more_than_its_toolset_about_its_record() {
    let required = [
        LedgerSilentTool::SPEC.policy,
        LedgerMoreTool::SPEC.policy,
        NotebookLooseTool::SPEC.policy,
        NotebookTightTool::SPEC.policy,
    ];
    let required = required.map(|policy| policy.is_audit_required());
    assert_eq!(required, [true, true, false, true]);
    drop(Toolset::new(Ledger).tools::<Ledger>());
    drop(Toolset::new(Notebook).tools::<Notebook>());
}

/// Many forms of an `impl`, each with tools.
mod forms {
    #![expect(dead_code, reason = "hostile names")]

    struct Result;
    struct Option;
    struct Some;
    struct Vec;
    struct String;
    struct Methods;
    struct Toolset;
    struct ToolHandler;
    struct __S;
    mod core {}
    mod std {}
    mod toolgate {}

    pub(super) mod store {
        /// Visible to all, with tools that are not.
        #[expect(unreachable_pub, reason = "as visible as can be")]
        #[derive(Clone)]
        pub struct Notes<T = u8>(pub T);

        /// Private, and yet a parameter.
        #[derive(Clone)]
        pub(super) struct Key;

        impl ::toolgate::FromRef<Notes> for Key {
            fn from_ref(_: &Notes) -> Self {
                Self
            }
        }
    }

    /// Of a type with a path, of a crate with a path.
    #[::toolgate::toolset(authenticated, crate = super::renamed::gate)]
    impl store::Notes<u8> {
        /// Is private.
        #[mcp_tool]
        async fn r#move(
            &self,
            _: super::Named,
            key: ::toolgate::State<store::Key>,
        ) -> ::std::result::Result<(), ::std::fmt::Error> {
            let ::toolgate::State(store::Key) = key;
            ::std::result::Result::Ok(())
        }

        /// Is more visible than its toolset's other tools, and takes what is not.
        #[::toolgate::mcp_tool(name = "visible", tenant_field = "note", tenant_of = Self::tenant_of)]
        pub(super) async fn visible(
            &self,
            args: super::Named,
        ) -> ::std::result::Result<::toolgate::Json<[u8; Self::LENGTH]>, ::std::fmt::Error> {
            drop(args);
            ::std::result::Result::Ok(::toolgate::Json([self.0]))
        }

        /// Is not there.
        #[cfg(any())]
        #[mcp_tool]
        async fn absent(&self, args: Absent) -> Nowhere {
            args.nowhere
        }

        /// Is there in one of two forms.
        #[cfg(any())]
        #[mcp_tool(roles = ["a"])]
        async fn either(&self, args: Absent) -> Nowhere {
            args.nowhere
        }

        /// Is there in one of two forms.
        #[mcp_tool(roles = ["b"])]
        #[cfg(not(any()))]
        #[cfg(test)]
        async fn either(&self) -> ::std::result::Result<(), ::std::fmt::Error> {
            ::std::result::Result::Ok(())
        }

        /// Is going away.
        #[deprecated]
        #[doc(hidden)]
        #[mcp_tool]
        #[inline]
        async fn old(&self) -> ::std::result::Result<(), ::std::fmt::Error> {
            ::std::result::Result::Ok(())
        }

        /// Is traced around its calls.
        #[tracing::instrument(skip_all)]
        #[mcp_tool]
        #[cfg_attr(not(any()), inline)]
        async fn traced(&self) -> ::std::result::Result<(), ::std::fmt::Error> {
            ::std::result::Result::Ok(())
        }

        const LENGTH: usize = 1;

        #[expect(clippy::unused_async, reason = "a lookup is async")]
        async fn tenant_of(&self, note: &str) -> Lookup {
            let note = note.repeat(usize::from(self.0));
            ::std::result::Result::Ok(::std::option::Option::Some(note))
        }
    }

    type Lookup = ::std::result::Result<::std::option::Option<::std::string::String>, ::std::fmt::Error>;

    /// Would be another's toolset.
    #[::toolgate::toolset]
    #[cfg(any())]
    impl Nowhere {
        /// Is not there.
        #[mcp_tool(public)]
        async fn absent() -> Nowhere {
            Nowhere
        }
    }
}

mod renamed {
    pub(super) use toolgate as gate;
}

#[test]
fn every_form_is_understood() {
    drop(Toolset::new(forms::store::Notes(1)).tools::<forms::store::Notes>());
    assert_eq!(forms::NotesVisibleTool::SPEC.name, "visible");
    let tenant = forms::NotesVisibleTool::SPEC.policy.demanded_tenant().unwrap();
    assert_eq!(tenant.lookup, Some("<store::Notes<u8>>::tenant_of"));
}

macro_rules! tools_of {
    ($ty:ident, $method:ident, $own:ident, $scope:literal, $body:block) => {
        #[toolset(scopes_all = [$scope])]
        impl $ty {
            /// Is written by a macro.
            #[mcp_tool]
            async fn $method(&self, _: toolgate::NoArguments, $own: State<Self>) -> Result<(), Infallible> $body
        }
    };
}

/// Is inside a function, like everything it needs.
#[test]
fn toolsets_can_be_local_and_come_from_macros() {
    #[derive(Clone)]
    enum Local {}

    #[derive(Clone)]
    struct ByMacro;

    #[toolset]
    impl Local {
        /// Has no `self`.
        #[mcp_tool(public)]
        async fn local() -> Result<(), Infallible> {
            Ok(())
        }
    }

    tools_of!(ByMacro, scoped, own, "a", {
        let _: ByMacro = own.0;
        Ok(())
    });

    drop(Toolset::new(ByMacro).tools::<ByMacro>());
    drop(Toolset::new(()).tools::<Local>().tool(LocalLocalTool));
    assert_eq!(policy(ByMacroScopedTool)["scopes_all"], json!(["a"]));
}

#[derive(Deserialize, JsonSchema)]
struct Audited {
    note: String,
    text: String,
}

/// Says of all tools what may stand in records.
#[derive(Clone)]
struct Records;

#[toolset(tenant_field = "note", audit_fields = ["note"])]
impl Records {
    /// Records what its toolset records.
    #[mcp_tool]
    async fn common(args: Audited) -> Result<String, Infallible> {
        Ok(args.note)
    }

    /// Records more.
    #[mcp_tool(audit_fields = ["text"])]
    async fn more(args: Audited) -> Result<String, Infallible> {
        Ok(args.text)
    }
}

#[test]
fn fields_of_toolset_and_tool_are_audited() {
    let args = || serde_json::from_value(json!({"note": "a-1", "text": "b"})).unwrap();
    assert_eq!(RecordsCommonTool::audited(&args()), [json!("a-1")]);
    assert_eq!(RecordsCommonTool::SPEC.audit_fields, ["note"]);
    assert_eq!(RecordsMoreTool::audited(&args()), [json!("a-1"), json!("b")]);
    assert_eq!(RecordsMoreTool::SPEC.audit_fields, ["note", "text"]);
    assert_eq!(policy(RecordsMoreTool)["tenant"]["field"], "note");
    drop(Toolset::new(()).tools::<Records>());
}

//! The scope document of a server that uses everything: its forms, what looks wrong in it, and what the server says of itself.

use crate::server::{Builder, Running, Sdk};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use toolgate::audit::QueuedLines;
use toolgate::docs::{Access, Grant, LintRule, ReadError, SCOPES_META, ScopeDocument, assert_current};
use toolgate::policy::Rule;
use toolgate::{
    Algorithm, Caller, Decision, Gate, JwtValidator, NoArguments, Policy, RoleCatalog, ScopeCatalog, ScopeToken,
    Toolset, mcp_tool,
};

#[derive(ScopeCatalog)]
enum Scope {
    /// Finds and reads books.
    #[scope("books:read", baseline)]
    Read,
    /// Changes books. Reads them, too.
    #[scope("books:write", implies(Read))]
    Write,
    /// Takes books out of the library, as files.
    #[scope("books:export", implies(Read), sensitive)]
    Export,
    /// Does everything with all books, also with those of others.
    #[scope("books:admin", implies(Write, Export), sensitive, admin_consent)]
    Admin,
}

#[derive(RoleCatalog)]
enum Role {
    /// Looks after the books of a tenant.
    #[role("librarian")]
    Librarian,
    /// Looks after the librarians.
    #[role("head", implies(Librarian))]
    Head,
}

#[derive(Deserialize, JsonSchema)]
struct Book {
    shelf: Shelf,
}

#[derive(Deserialize, JsonSchema)]
struct Shelf {
    tenant: String,
    owner: String,
}

#[derive(Clone)]
struct Library;

impl Library {
    async fn may_lend(&self, _: &Caller, _: &Book) -> Decision {
        Decision::Allow
    }
}

/// Tells when the library is open.
#[mcp_tool(public, read_only = true, title = "Opening hours", rate_limit = "600/min per tool")]
async fn hours() -> Result<(), Infallible> {
    Ok(())
}

/// Finds books.
///
/// By title | author, or `subject`.
#[mcp_tool(scopes_all = [Scope::Read], read_only = true)]
async fn find(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// Changes what is written about a book.
#[mcp_tool(scopes_all = [Scope::Write], tenant_field = "shelf.tenant", audit_fields = ["shelf.tenant"], idempotent = true)]
async fn describe(args: Book) -> Result<String, Infallible> {
    Ok(args.shelf.tenant)
}

/// Lends a book.
#[mcp_tool(
    scopes_any = [Scope::Write, Scope::Export],
    owner_field = "shelf.owner",
    owner_unless = [Scope::Export],
    tenant_field = "shelf.tenant",
    check = Library::may_lend,
)]
async fn lend(args: Book) -> Result<String, Infallible> {
    Ok(args.shelf.owner)
}

/// Throws books away.
#[mcp_tool(
    allow = any(all(scope(Scope::Export), role(Role::Librarian)), all(scope(Scope::Write), role(Role::Head))),
    acr = ["urn:strong"],
    max_age = "15min",
    fresh,
    rate_limit = "6/h",
    audit_required,
    destructive = true,
)]
async fn discard(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

/// Counts the books.
#[mcp_tool(scopes_all = [Scope::Read], roles = [Role::Librarian], shadow, read_only = true)]
async fn count(_: NoArguments) -> Result<(), Infallible> {
    Ok(())
}

const READ: Policy = Policy::AUTHENTICATED.scopes_all(&[ScopeToken::from_static("books:read")]);

/// Of a role and a scope the scope is less: a client can ask for it.
const ORDERS: Policy = Policy::AUTHENTICATED.allow(&Rule::Any(&[
    Rule::Role("librarian"),
    Rule::Scope(ScopeToken::from_static("books:write")),
]));

fn library() -> Toolset<Library> {
    Toolset::new(Library)
        .scopes::<Scope>()
        .roles::<Role>()
        .tool(HoursTool)
        .tool(FindTool)
        .tool(DescribeTool)
        .tool(LendTool)
        .tool(DiscardTool)
        .tool(CountTool)
        .prompt("sum_up", READ)
        .resource_template("books://{id}", READ.roles(&["librarian"]))
        .resource("books://orders", ORDERS)
}

fn gate(configure: impl FnOnce(Builder) -> Builder) -> Gate {
    const RESOURCE: &str = "https://mcp.example/mcp";
    let validator = JwtValidator::builder()
        .issuer("https://idp.example")
        .audience(RESOURCE)
        .algorithm(Algorithm::Rs256)
        .build();
    let gate = Gate::builder().resource(RESOURCE).validator(validator.unwrap());
    let gate = gate.audit(QueuedLines::new(std::io::sink()).unwrap());
    configure(gate.scopes::<Scope>().roles::<Role>()).build().unwrap()
}

#[test]
fn the_scope_document_of_the_library_has_each_form() {
    for form in ["md", "json", "html"] {
        assert_current(format!("documents/library.{form}"), &library());
    }
}

/// Every part of a list.
fn parts<'a>(names: &'a [&'a str]) -> impl Iterator<Item = Vec<&'a str>> {
    (0_u32..1 << names.len()).map(|bits| {
        let chosen = names
            .iter()
            .enumerate()
            .filter(|(position, _)| bits >> position & 1 == 1);
        chosen.map(|(_, name)| *name).collect()
    })
}

/// All answers about the library, for the page, which has to give the same ones (`tests/interop/page.mjs`).
fn answers(document: &ScopeDocument) -> String {
    let scopes: Vec<_> = document.scopes.iter().map(|scope| scope.scope.as_str()).collect();
    let roles: Vec<_> = document.roles.iter().map(|role| role.role.as_str()).collect();
    let mut lines = Vec::new();
    for scopes in parts(&scopes) {
        for roles in parts(&roles) {
            let token = Grant::new(scopes.clone(), roles.clone());
            let answers = document.callable_with(Some(&token)).into_iter();
            let answers = answers.map(|(_, access)| match access {
                Access::Allowed => json!(["allowed", null]),
                Access::TriedOut { lacks } => json!(["tried out", lacks]),
                Access::Denied { lacks } => json!(["denied", lacks]),
                other => panic!("{other:?}"),
            });
            lines.push(json!({"token": token, "answers": answers.collect::<Vec<_>>()}).to_string());
        }
    }
    let names: Vec<_> = document.all().map(|tool| tool.name.as_str()).collect();
    for tools in parts(&names).filter(|tools| (1..=2).contains(&tools.len())) {
        lines.push(json!({"tools": tools, "least": document.minimal_scopes(&tools).unwrap()}).to_string());
    }
    format!("[\n{}\n]\n", lines.join(",\n"))
}

#[test]
fn the_answers_that_the_page_is_compared_with_are_those_of_the_scope_document() {
    let answers = answers(&ScopeDocument::new(&library()));
    let path = "documents/library.answers.json";
    if std::env::var_os("TOOLGATE_DOCS").is_some_and(|value| value == "overwrite") {
        std::fs::write(path, &answers).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    assert!(
        found == answers,
        "run the test with TOOLGATE_DOCS=overwrite and review the change"
    );
}

#[test]
fn a_document_is_read_back_as_it_was_written_and_a_foreign_one_is_not() {
    let document = ScopeDocument::new(&library());
    let json = document.to_json();
    assert_eq!(ScopeDocument::from_json(&json).unwrap(), document);
    // What this version has no words for could be a demand.
    let mut unknown: Value = serde_json::from_str(&json).unwrap();
    unknown["tools"][1]["policy"]["weekday"] = json!("monday");
    let error = ScopeDocument::from_json(&unknown.to_string()).unwrap_err();
    assert!(
        matches!(error, ReadError::Form(_)) && error.to_string().contains("weekday"),
        "{error}"
    );
    let error = ScopeDocument::from_json(r#"{"version": 2, "anything": []}"#).unwrap_err();
    assert!(matches!(error, ReadError::Version { found: 2, .. }), "{error}");
}

#[test]
fn lines_are_told_and_not_checked_in() {
    let document = ScopeDocument::new(&library());
    let source = document.entry("find").unwrap().source.clone().unwrap();
    assert_eq!(source.file, "tests/tests/suite/scope_document.rs");
    let line = include_str!("scope_document.rs")
        .lines()
        .nth(source.line.unwrap() as usize - 1)
        .unwrap();
    assert_eq!(line, "#[mcp_tool(scopes_all = [Scope::Read], read_only = true)]");
    let without = document.clone().without_lines();
    assert!(without.all().all(|tool| tool.source.as_ref().unwrap().line.is_none()));
    assert!(!without.to_json().contains("\"line\""));
}

#[test]
fn the_fingerprint_is_that_of_what_decides() {
    let of = |tools: Toolset| ScopeDocument::new(&tools).fingerprint;
    let one = || Toolset::new(()).prompt("a", READ).prompt("b", Policy::PUBLIC);
    assert_eq!(
        of(one()),
        of(Toolset::new(()).prompt("b", Policy::PUBLIC).prompt("a", READ))
    );
    let others = [
        one().scopes::<Scope>(),
        one().prompt("c", Policy::PUBLIC),
        Toolset::new(()).prompt("a", READ).prompt("b", READ),
        Toolset::new(()).prompt("b", READ).prompt("a", Policy::PUBLIC),
        Toolset::new(()).prompt("a", READ.fresh()).prompt("b", Policy::PUBLIC),
    ];
    for other in others {
        assert_ne!(of(other), of(one()));
    }
}

#[test]
fn least_scopes_and_what_a_token_can_call() {
    let document = ScopeDocument::new(&library());
    let least = |tools: &[&str]| document.minimal_scopes(tools).unwrap();
    assert_eq!(least(&["hours"]), Grant::default());
    assert_eq!(least(&["find", "describe"]), Grant::new(["books:write"], []));
    assert_eq!(least(&["resource:books://orders"]), Grant::new(["books:write"], []));
    assert_eq!(least(&["lend"]), Grant::new(["books:write"], []));
    assert_eq!(least(&["discard"]), Grant::new(["books:export"], ["librarian"]));
    assert_eq!(
        least(&["describe", "discard"]),
        Grant::new(["books:export", "books:write"], ["librarian"])
    );
    let token = Grant::new(["books:export"], []);
    let answers = document.callable_with(Some(&token));
    let answer = |name: &str| answers.iter().find(|(tool, _)| tool.name == name).unwrap().1.clone();
    let lacks = |scopes: &[&str], roles: &[&str]| Some(Grant::new(scopes.to_vec(), roles.to_vec()));
    assert_eq!((answer("find"), answer("lend")), (Access::Allowed, Access::Allowed));
    assert_eq!(
        answer("describe"),
        Access::Denied {
            lacks: lacks(&["books:write"], &[])
        }
    );
    assert_eq!(
        answer("discard"),
        Access::Denied {
            lacks: lacks(&[], &["librarian"])
        }
    );
    assert_eq!(
        answer("count"),
        Access::TriedOut {
            lacks: lacks(&[], &["librarian"])
        }
    );
}

#[test]
fn a_stale_document_is_told_with_a_diff() {
    if std::env::var_os("TOOLGATE_DOCS").is_some() {
        return; // It would be written.
    }
    let told = |path: &Path, tools: &Toolset| {
        let check = AssertUnwindSafe(|| assert_current(path, tools));
        *catch_unwind(check).unwrap_err().downcast::<String>().unwrap()
    };
    let folder = std::env::temp_dir().join(format!("toolgate-document-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let before = Toolset::new(()).prompt("a", READ);
    let after = Toolset::new(()).prompt("a", READ.fresh());
    for form in ["md", "json", "html"] {
        let path = folder.join(format!("scopes.{form}"));
        let document = ScopeDocument::new(&before).without_lines();
        let text = match form {
            "md" => document.to_markdown(),
            "json" => document.to_json(),
            _ => document.to_html(),
        };
        // A checkout may have turned the line ends.
        std::fs::write(&path, text.replace('\n', "\r\n")).unwrap();
        assert_current(&path, &before);
        let stale = told(&path, &after);
        assert!(
            stale.contains("is stale\nhelp: run the test with TOOLGATE_DOCS=overwrite"),
            "{stale}"
        );
        let has = |start: &str| {
            stale
                .lines()
                .any(|line| line.starts_with(start) && line.contains("a valid token"))
        };
        assert!(has("-") && has("+"), "{stale}");
        assert!(stale.lines().count() < 80, "{stale}");
    }
    assert!(told(&folder.join("none.md"), &before).contains("is stale"));
    assert!(told(&folder.join("scopes.txt"), &before).contains("ends with none of"));
    std::fs::remove_dir_all(folder).unwrap();
}

mod odd {
    //! Tools in which something looks wrong.

    use super::{Infallible, NoArguments, mcp_tool};

    /// Only reads, it says.
    #[mcp_tool(scopes_all = ["books:write"], read_only = true)]
    pub(super) async fn peek(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    /// Changes something.
    #[mcp_tool(scopes_all = ["books:write"], roles = ["librarian"])]
    pub(super) async fn mend(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    /// Destroys more for less.
    #[mcp_tool(scopes_all = ["books:write"], destructive = true)]
    pub(super) async fn burn(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    /// Destroys more, and demands more.
    #[mcp_tool(scopes_all = ["books:admin"], roles = ["librarian"], destructive = true)]
    pub(super) async fn flood(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }

    /// Says nothing of itself.
    #[mcp_tool(public)]
    pub(super) async fn ring() -> Result<(), Infallible> {
        Ok(())
    }

    /// Has slips in it.
    #[mcp_tool(scopes_all = ["books:raed"], roles = ["libarian"])]
    pub(super) async fn slip(_: NoArguments) -> Result<(), Infallible> {
        Ok(())
    }
}

#[test]
fn what_looks_wrong_is_found_and_nothing_else() {
    let tools = Toolset::new(())
        .scopes::<Scope>()
        .roles::<Role>()
        .tool(odd::PeekTool)
        .tool(odd::MendTool)
        .tool(odd::BurnTool)
        .tool(odd::FloodTool)
        .tool(odd::RingTool)
        .tool(odd::SlipTool);
    let lints = ScopeDocument::new(&tools).lints();
    let found: Vec<_> = lints
        .iter()
        .map(|lint| (lint.rule, lint.about.iter().map(String::as_str).collect::<Vec<_>>()))
        .collect();
    let expected = [
        (LintRule::UnusedScope, vec!["books:read"]),
        (LintRule::UnusedScope, vec!["books:export"]),
        (LintRule::UndeclaredScope, vec!["books:raed"]),
        (LintRule::NearlyAlike, vec!["books:read", "books:raed"]),
        (LintRule::NearlyAlike, vec!["librarian", "libarian"]),
        (LintRule::ReadOnlyDemandsWrite, vec!["peek", "books:write"]),
        (LintRule::DestructiveIsWeaker, vec!["burn", "mend"]),
        (LintRule::PublicWithoutHints, vec!["ring"]),
        (LintRule::UndeclaredRole, vec!["libarian"]),
    ];
    assert_eq!(found, expected);
    for lint in &lints {
        assert!(!lint.message.ends_with('.') && !lint.help.ends_with('.'), "{lint}");
    }
    let clean = ScopeDocument::new(&library()).lints();
    assert!(clean.is_empty(), "{clean:?}");
    let notes = ScopeDocument::new(&examples::tools::toolset(examples::tools::Notes::default()));
    assert!(notes.lints().is_empty(), "{:?}", notes.lints());
    // Without a catalogue nothing is declared that could be unused.
    let plain = Toolset::new(()).tool(odd::SlipTool);
    assert!(ScopeDocument::new(&plain).lints().is_empty());
}

#[test]
fn the_gate_tells_clients_of_no_scope_that_is_not_in_its_catalogue() {
    const FOREIGN: ScopeToken = ScopeToken::from_static("books:raed");
    let refused = |gate: Gate| {
        let tools = Toolset::new(()).scopes::<Scope>().roles::<Role>();
        gate.protect(tools.prompt("a", READ)).unwrap_err().to_string()
    };
    for (what, gate) in [
        ("baseline", gate(|gate| gate.baseline([FOREIGN]))),
        ("obtainable_scopes", gate(|gate| gate.obtainable_scopes([FOREIGN]))),
    ] {
        let expected = format!(
            "`{what}` of the gate has the scope `books:raed`, which is not in the catalogue `Scope`\n\
             help: remove it, or add a variant to `Scope`"
        );
        assert_eq!(refused(gate), expected);
    }
}

#[test]
fn mcp_15_metadata_challenge_and_document_name_the_same_scopes() {
    for (gate, expected) in [
        (gate(Builder::allow_shadow), vec!["books:read"]),
        (
            gate(|gate| gate.allow_shadow().baseline([ScopeToken::from_static("books:export")])),
            vec!["books:export"],
        ),
    ] {
        let protected = gate.protect(library()).unwrap();
        let metadata = protected.resource_metadata().unwrap();
        assert_eq!(metadata["scopes_supported"], json!(expected));
        let document = protected.scope_document();
        assert_eq!(document.scopes_supported(), expected);
        // Apart from what clients ask for at first, it is that of the tools.
        let tools = ScopeDocument::new(&library());
        assert_eq!((document.tools, document.entries), (tools.tools, tools.entries));
        assert_eq!(document.fingerprint, tools.fingerprint);
        // Which only the document of what is protected says, that can be checked in as well.
        let file = std::env::temp_dir().join(format!("toolgate-protected-{}.json", std::process::id()));
        std::fs::write(&file, protected.scope_document().without_lines().to_json()).unwrap();
        assert_current(&file, &protected);
        std::fs::remove_file(&file).unwrap();
    }
    let open = Gate::public_only()
        .unwrap()
        .protect(Toolset::new(()).tool(HoursTool))
        .unwrap();
    assert_eq!(open.resource_metadata(), None);
}

#[tokio::test]
async fn lists_tell_the_scopes_of_tools_if_the_gate_was_told_so() {
    let tools = || {
        let tools = Toolset::new(Library).scopes::<Scope>();
        tools.tool(HoursTool).tool(FindTool).tool(LendTool)
    };
    for sdk in Sdk::EACH {
        for is_told in [false, true] {
            let configure = |gate: Builder| if is_told { gate.tell_scopes() } else { gate };
            let server = Running::start_with(sdk, tools(), |gate| configure(gate.scopes::<Scope>())).await;
            let token = server.token("alice").scopes(["books:write"]).mint();
            let list = server.client().bearer(token).list().await.unwrap();
            let listed = list.result().unwrap()["tools"].as_array().unwrap().clone();
            let told: Vec<_> = listed.iter().map(|tool| tool["_meta"][SCOPES_META].clone()).collect();
            let expected = if is_told {
                vec![Value::Null, json!(["books:read"]), json!(["books:write"])]
            } else {
                vec![Value::Null; 3]
            };
            assert_eq!(told, expected, "{sdk:?}");
        }
    }
}

/// MCP keeps prefixes for itself whose second label is `modelcontextprotocol` or `mcp`.
#[tokio::test]
async fn mcp_71_what_lists_tell_stands_under_a_key_of_our_own() {
    let tools = || {
        let tools = Toolset::new(Library).scopes::<Scope>();
        tools.tool(HoursTool).tool(FindTool).tool(LendTool)
    };
    for sdk in Sdk::EACH {
        let configure = |gate: Builder| gate.tell_scopes().scopes::<Scope>();
        let server = Running::start_with(sdk, tools(), configure).await;
        let token = server.token("alice").scopes(["books:write"]).mint();
        let list = server.client().bearer(token).list().await.unwrap();
        let listed = list.result().unwrap()["tools"].as_array().unwrap();
        let metas = listed.iter().filter_map(|tool| tool["_meta"].as_object());
        let keys: Vec<_> = metas.flat_map(|meta| meta.keys()).collect();
        assert_eq!(keys.len(), 2, "{sdk:?}: {keys:?}");
        for key in keys {
            let (prefix, name) = key.split_once('/').unwrap();
            let labels: Vec<_> = prefix.split('.').collect();
            assert!(
                labels.len() > 1 && !["modelcontextprotocol", "mcp"].contains(&labels[1]),
                "{sdk:?}: {key}"
            );
            let is_label = |label: &&str| {
                label.starts_with(|c: char| c.is_ascii_alphabetic())
                    && label.ends_with(|c: char| c.is_ascii_alphanumeric())
                    && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            };
            assert!(labels.iter().all(is_label), "{sdk:?}: {key}");
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{sdk:?}: {key}");
        }
    }
}

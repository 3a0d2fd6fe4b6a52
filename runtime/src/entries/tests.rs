use super::{Entries, Found, Kind, Subject};
use crate::error::ConfigError;
use crate::policy::{Policy, TenantDemand};
use crate::toolset::Toolset;

fn entries(toolset: Toolset) -> Result<Entries, ConfigError> {
    Entries::new(toolset.entries)
}

fn name(entries: &Entries, subject: &Subject) -> String {
    match entries.find(subject) {
        Found::Declared(tool) => tool.name.to_string(),
        Found::Unruled => "unruled".to_owned(),
        Found::Unknown(kind) => kind.unknown().to_owned(),
    }
}

#[test]
fn what_is_not_declared_is_unknown_once_something_is() {
    let nothing = entries(Toolset::new(())).unwrap();
    let prompt = |name: &str| Subject::Prompt(name.to_owned());
    let resource = |uri: &str| Subject::Resource(uri.to_owned());
    assert_eq!(name(&nothing, &prompt("a")), "unruled");
    assert_eq!(name(&nothing, &resource("a:b")), "unruled");

    let prompts = entries(Toolset::new(()).prompt("a", Policy::PUBLIC)).unwrap();
    assert_eq!(name(&prompts, &prompt("a")), "prompt:a");
    assert_eq!(name(&prompts, &prompt("A")), "unknown_prompt");
    assert_eq!(name(&prompts, &resource("a:b")), "unruled");
    assert_eq!(name(&prompts, &Subject::Reference("a:{b}".to_owned())), "unruled");

    let template = entries(Toolset::new(()).resource_template("a:{b}", Policy::PUBLIC)).unwrap();
    assert_eq!(name(&template, &prompt("a")), "unruled");
    assert_eq!(name(&template, &resource("a:b")), "template:a:{b}");
    assert_eq!(name(&template, &resource("a:b/c")), "unknown_resource");
    assert!(template.has_public(Kind::Resource) && !template.has_public(Kind::Prompt));
}

#[test]
fn a_resource_of_two_templates_is_nobodys() {
    let toolset = Toolset::new(())
        .resource_template("a:{b}/x", Policy::PUBLIC)
        .resource_template("a:x/{b}", Policy::AUTHENTICATED);
    let entries = entries(toolset).unwrap();
    let resource = |uri: &str| name(&entries, &Subject::Resource(uri.to_owned()));
    assert_eq!(resource("a:y/x"), "template:a:{b}/x");
    assert_eq!(resource("a:x/y"), "template:a:x/{b}");
    assert_eq!(resource("a:x/x"), "unknown_resource");
}

#[test]
fn a_declared_resource_is_under_its_own_policy_in_whatever_form() {
    let toolset = Toolset::new(())
        .resource_template("a:{b}", Policy::PUBLIC)
        .resource("a:index", Policy::NOBODY);
    let entries = entries(toolset).unwrap();
    let resource = |uri: &str| name(&entries, &Subject::Resource(uri.to_owned()));
    assert_eq!(resource("a:index"), "resource:a:index");
    assert_eq!(resource("a:other"), "template:a:{b}");
    for uri in ["a:Index", "a:%69ndex", "a:in%64ex", "a:./index", "a:index#"] {
        assert_eq!(resource(uri), "unknown_resource", "{uri}");
    }
    assert_eq!(resource(&format!("a:{}", "x".repeat(2046))), "template:a:{b}");
    assert_eq!(resource(&format!("a:{}", "x".repeat(2047))), "unknown_resource");
    // A template is no resource, and the text of one is known where it is listed only.
    assert_eq!(resource("a:{b}"), "unknown_resource");
    assert_eq!(
        name(&entries, &Subject::Reference("a:{b}".to_owned())),
        "template:a:{b}"
    );
    assert_eq!(
        name(&entries, &Subject::Reference("a:index".to_owned())),
        "resource:a:index"
    );
    assert_eq!(
        name(&entries, &Subject::Reference("a:{c}".to_owned())),
        "unknown_resource"
    );
}

#[test]
fn declarations_that_cannot_be_kept_are_refused() {
    const TENANT: Policy = Policy::AUTHENTICATED.tenant(TenantDemand {
        field: "tenant",
        lookup: None,
    });
    let new = || Toolset::new(());
    for (toolset, message) in [
        (
            new().prompt("a", TENANT),
            "the policy of `prompt:a` (runtime/src/entries/tests.rs:",
        ),
        (new().resource("a:b", TENANT), "binds a tenant"),
        (new().resource_template("a:{b}", TENANT), "binds a tenant"),
        (new().prompt("", Policy::PUBLIC), "is not the name of a prompt"),
        (new().prompt("a\nb", Policy::PUBLIC), "`a\\nb`"),
        (new().resource("index", Policy::PUBLIC), "is not about a URI"),
        (new().resource("a:{b}", Policy::PUBLIC), ".resource_template(..)"),
        (new().resource("a:b c", Policy::PUBLIC), "is not about a URI"),
        (new().resource_template("{a}", Policy::PUBLIC), "is not about a URI"),
        (new().resource_template("a:b", Policy::PUBLIC), "has no variable"),
        (new().prompt("a", TENANT).prompt("a", TENANT), "binds a tenant"),
        (
            new().prompt("a", Policy::PUBLIC).prompt("a", Policy::NOBODY),
            "`prompt:a` is declared twice",
        ),
        (
            new().resource("a:b", Policy::PUBLIC).resource("a:b", Policy::NOBODY),
            "`resource:a:b` is declared twice",
        ),
        (
            new()
                .resource_template("a:{b}", Policy::PUBLIC)
                .resource_template("a:{b}", Policy::NOBODY),
            "`template:a:{b}` is declared twice",
        ),
    ] {
        let error = entries(toolset).unwrap_err().to_string();
        assert!(error.contains(message), "{message}: {error}");
    }
}

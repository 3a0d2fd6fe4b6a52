//! Catalogues, wherever they stand and whatever they are called.

#![deny(warnings, clippy::pedantic)]

use toolgate::{RoleCatalog, ScopeCatalog, ToolError, ToolHandler, mcp_tool, toolset};

fn scopes<T: ToolHandler>() -> (Vec<&'static str>, Vec<&'static str>) {
    let policy = T::SPEC.policy;
    let [all, any] = [policy.demanded_scopes_all(), policy.demanded_scopes_any()];
    let [all, any] = [all, any].map(|scopes| scopes.iter().map(|scope| scope.as_str()).collect());
    (all, any)
}

#[derive(ScopeCatalog)]
enum Scope {
    /// Reads.
    #[scope("notes:read", baseline)]
    Read = 7,
    /// Writes.
    ///
    /// What is written can be read.
    #[scope("notes:write", implies(Read), sensitive)]
    Write = -3,
    /// Types.
    #[scope("notes:type", implies(r#Read,))]
    r#Type,
    /// Administers.
    #[scope("notes:admin", admin_consent, implies(Write, Type))]
    Admin = 100,
}

#[derive(RoleCatalog)]
pub(crate) enum Role {
    /// Manages.
    #[role("manager", implies(Member))]
    Manager,
    /// Is there.
    #[role("Mitglied für alles")]
    Member,
}

/// Does something.
#[mcp_tool(
    scopes_all = [Scope::Write, self::Scope::Type],
    roles = [Role::Manager, "Mitglied"],
)]
async fn by_path() -> Result<(), ToolError> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_any = [Scope::Write, "notes:type"], roles = ["manager"], catalog = Scope, role_catalog = Role)]
async fn by_string() -> Result<(), ToolError> {
    Ok(())
}

#[test]
fn a_variant_is_its_scope() {
    assert_eq!(scopes::<ByPathTool>(), (vec!["notes:write", "notes:type"], vec![]));
    assert_eq!(ByPathTool::SPEC.policy.demanded_roles(), ["manager", "Mitglied"]);
    assert_eq!(scopes::<ByStringTool>(), (vec![], vec!["notes:write", "notes:type"]));
    assert_eq!(Scope::Type.token().as_str(), "notes:type");
    assert_eq!(Role::Member.role(), "Mitglied für alles");
}

#[test]
fn a_catalogue_is_data() {
    assert_eq!((Scope::NAME, <Role as RoleCatalog>::NAME), ("Scope", "Role"));
    let values = |scopes: &[toolgate::ScopeToken]| scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>();
    let [read, write, _, admin] = Scope::SCOPES else {
        panic!("four scopes")
    };
    assert_eq!(
        (read.variant, read.scope.as_str(), read.description),
        ("Read", "notes:read", "Reads.")
    );
    assert_eq!(write.description, "Writes.\n\nWhat is written can be read.");
    assert_eq!(
        (read.baseline, read.sensitive, read.admin_consent),
        (true, false, false)
    );
    assert_eq!(
        (write.baseline, write.sensitive, write.admin_consent),
        (false, true, false)
    );
    assert_eq!(
        (admin.baseline, admin.sensitive, admin.admin_consent),
        (false, false, true)
    );
    assert_eq!(values(read.implies_all), Vec::<&str>::new());
    assert_eq!(values(admin.implies), ["notes:write", "notes:type"]);
    assert_eq!(values(admin.implies_all), ["notes:read", "notes:write", "notes:type"]);
    let [manager, member] = Role::ROLES else {
        panic!("two roles")
    };
    assert_eq!(
        (manager.role, manager.variant, manager.description),
        ("manager", "Manager", "Manages.")
    );
    assert_eq!(
        (manager.implies, manager.implies_all),
        (&[member.role][..], &[member.role][..])
    );
}

mod inner {
    pub(super) mod private {
        use toolgate::{ScopeCatalog, ToolError, mcp_tool};

        #[derive(ScopeCatalog)]
        enum Hidden {
            /// Reads.
            #[scope("hidden")]
            Read,
        }

        /// Not used by any tool.
        #[derive(ScopeCatalog)]
        pub(in crate::catalogs) enum NoteScope {
            /// Reads.
            #[scope("shown")]
            Read,
        }

        #[derive(toolgate::RoleCatalog)]
        enum Unused {
            /// Is there.
            #[role("member")]
            Member,
        }

        /// Does something.
        #[mcp_tool(scopes_all = ["hidden"], catalog = Hidden)]
        pub(crate) async fn hidden() -> Result<(), ToolError> {
            Ok(())
        }

        pub(crate) mod below {
            /// Does something.
            #[toolgate::mcp_tool(scopes_all = ["hidden"], catalog = super::Hidden)]
            pub(crate) async fn below() -> Result<(), toolgate::ToolError> {
                Ok(())
            }
        }
    }
    // A glob and another name bring the macro along.
    pub(super) use private::NoteScope as Renamed;
    pub(super) use private::*;
}

/// Does something.
#[mcp_tool(scopes_any = ["shown", Scope::Write], catalog = inner::NoteScope)]
async fn by_glob() -> Result<(), ToolError> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all = ["shown"], catalog = crate::catalogs::inner::Renamed)]
async fn by_other_name() -> Result<(), ToolError> {
    Ok(())
}

/// Does something.
#[mcp_tool(scopes_all = ["notes:send", tests_renamed::Scope::Write], catalog = tests_renamed::other::Scope)]
async fn of_another_crate() -> Result<(), ToolError> {
    Ok(())
}

type Alias = Scope;

/// Does something.
#[mcp_tool(scopes_all = [Alias::Write, Alias::Type])]
async fn by_alias() -> Result<(), ToolError> {
    Ok(())
}

#[test]
fn a_catalogue_is_found_wherever_its_enum_is() {
    assert_eq!(scopes::<ByGlobTool>().1, ["shown", "notes:write"]);
    assert_eq!(scopes::<ByOtherNameTool>().0, ["shown"]);
    assert_eq!(scopes::<OfAnotherCrateTool>().0, ["notes:send", "notes:write"]);
    assert_eq!(scopes::<ByAliasTool>().0, ["notes:write", "notes:type"]);
    assert_eq!(scopes::<inner::private::HiddenTool>().0, ["hidden"]);
    assert_eq!(scopes::<inner::private::below::BelowTool>().0, ["hidden"]);
    for future in [
        drop(by_path()),
        drop(by_string()),
        drop(by_glob()),
        drop(by_other_name()),
    ] {
        let () = future;
    }
    drop((
        of_another_crate(),
        by_alias(),
        inner::private::hidden(),
        inner::private::below::below(),
    ));
}

#[test]
fn a_catalogue_may_stand_in_a_function() {
    #[derive(ScopeCatalog)]
    enum Local {
        /// Reads.
        #[scope("local")]
        Read,
    }

    /// Does something.
    #[mcp_tool(scopes_all = ["local"], catalog = Local)]
    async fn local() -> Result<(), ToolError> {
        Ok(())
    }

    drop(local());
    assert_eq!(scopes::<LocalTool>().0, [Local::Read.token().as_str()]);
}

#[derive(ScopeCatalog)]
enum Chosen {
    /// Reads.
    #[scope("read")]
    Read,
    /// Writes.
    #[scope("write", implies(Read))]
    Write,
    /// Signs.
    #[scope("sign")]
    Sign,
    /// Prints.
    #[scope("print")]
    Print,
    /// Copies.
    #[scope("copy")]
    Copy,
}

/// Whoever manages is a member, too, and whoever writes reads.
#[derive(Clone)]
struct Notes;

#[toolset(scopes_any = [Chosen::Read, Chosen::Sign], roles = ["Mitglied für alles"], role_catalog = Role)]
impl Notes {
    /// Is for some of those whom its toolset admits.
    #[mcp_tool(scopes_any = [Chosen::Write, Chosen::Sign], roles = ["manager"])]
    async fn narrower(&self) -> Result<(), ToolError> {
        Ok(())
    }

    /// Names what its toolset names in other words.
    #[mcp_tool(roles = [Role::Member])]
    async fn same(&self) -> Result<(), ToolError> {
        Ok(())
    }

    /// Demands what implies one of the choices, and has a choice of its own.
    #[mcp_tool(scopes_all = [Chosen::Write], scopes_any = [Chosen::Print, Chosen::Copy])]
    async fn met(&self) -> Result<(), ToolError> {
        Ok(())
    }
}

#[test]
fn a_method_may_choose_from_what_implies_its_toolsets_choice() {
    assert_eq!(scopes::<NotesNarrowerTool>(), (vec![], vec!["write", "sign"]));
    assert_eq!(NotesNarrowerTool::SPEC.policy.demanded_roles(), ["manager"]);
    assert_eq!(NotesSameTool::SPEC.policy.demanded_roles(), ["Mitglied für alles"]);
    assert_eq!(scopes::<NotesMetTool>(), (vec!["write"], vec!["print", "copy"]));
    drop((Notes.narrower(), Notes.same(), Notes.met()));
}

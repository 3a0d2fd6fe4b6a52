//! What is written for three tools and a toolset, as one would read it. More would show nothing more.
//!
//! After a change on purpose: `TOOLGATE_SNAPSHOTS=overwrite cargo test -p toolgate-macros`, and read the difference.

use crate::make_tool;
use crate::toolset::make_toolset;
use proc_macro2::TokenStream;
use quote::quote;
use std::path::Path;
use std::{env, fs};

fn check(name: &str, written: TokenStream) {
    let file = syn::parse2(written).unwrap();
    let written = prettyplease::unparse(&file);
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/snapshots")
        .join(name)
        .with_extension("expanded");
    if env::var_os("TOOLGATE_SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::write(&path, &written).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let differs = kept
        .lines()
        .zip(written.lines())
        .position(|(kept, written)| kept != written);
    assert!(
        kept == written,
        "the expansion differs from {} (first in line {:?}); if that is meant, run the test with TOOLGATE_SNAPSHOTS=overwrite\n\n{written}",
        path.display(),
        differs.map(|line| line + 1),
    );
}

#[test]
fn public_without_arguments() {
    let written = make_tool(
        quote!(public),
        &quote! {
            /// Says hello.
            pub async fn hello() -> Result<String, ToolError> {
                Ok("hello".to_owned())
            }
        },
    );
    check("public_without_arguments", written);
}

#[test]
fn scopes_roles_and_audit() {
    let written = make_tool(
        quote!(
            title = "Update a note",
            scopes_all = ["notes:read", "notes:write"],
            roles = ["manager"],
            fresh,
            rate_limit = "30/min per client, burst 10",
            shadow,
            audit_fields = ["id", "change.kind"],
            audit_required,
            idempotent = true,
        ),
        &quote! {
            /// Replaces the text of a note.
            #[cfg(feature = "notes")]
            async fn update_note(args: UpdateNote, caller: Caller, notes: State<Notes>) -> Result<Json<Note>, NoteError> {
                notes.update(args, caller).await
            }
        },
    );
    check("scopes_roles_and_audit", written);
}

#[test]
fn every_other_demand() {
    let written = make_tool(
        quote!(
            allow = any(all(scope("notes:move"), role("editor")), role("admin")),
            acr = ["urn:strong"],
            max_age = "15min",
            owner_field = "folders[*].owner",
            owner_unless = ["notes:all"],
            tenant_field = "folders[*].notes[*].id",
            tenant_of = Notes::tenant_of,
            check = Notes::may_move,
        ),
        &quote! {
            /// Moves notes.
            pub(crate) async fn move_notes(args: MoveNotes) -> Result<(), NoteError> {
                Ok(())
            }
        },
    );
    check("every_other_demand", written);
}

#[test]
fn toolset() {
    let written = make_toolset(
        quote!(scopes_all = ["notes:read"], tenant_of = Self::tenant_of),
        &quote! {
            #[cfg(feature = "notes")]
            impl store::Notes {
                /// Replaces the text of a note.
                #[mcp_tool(scopes_all = ["notes:write"], tenant_field = "id")]
                pub async fn update(&self, args: UpdateNote) -> Result<Json<Self>, NoteError> {
                    self.update_in(args, Self::tenant).await
                }

                /// Tells the time.
                #[mcp_tool]
                #[cfg(unix)]
                async fn time() -> Result<String, NoteError> {
                    Ok(now())
                }

                async fn tenant_of(&self, id: &str) -> Result<Option<String>, NoteError> {
                    self.find(id).await
                }
            }
        },
    );
    check("toolset", written);
}

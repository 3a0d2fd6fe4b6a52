//! What is written for three tools, as one would read it. More would show nothing more.
//!
//! After a change on purpose: `TOOLGATE_SNAPSHOTS=overwrite cargo test -p toolgate-macros`, and read the difference.

use crate::make_tool;
use proc_macro2::TokenStream;
use quote::quote;
use std::path::Path;
use std::{env, fs};

fn check(name: &str, attr: TokenStream, function: &TokenStream) {
    let file = syn::parse2(make_tool(attr, function)).unwrap();
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
    check(
        "public_without_arguments",
        quote!(public),
        &quote! {
            /// Says hello.
            pub async fn hello() -> Result<String, ToolError> {
                Ok("hello".to_owned())
            }
        },
    );
}

#[test]
fn scopes_roles_and_audit() {
    check(
        "scopes_roles_and_audit",
        quote!(
            title = "Update a note",
            scopes_all = ["notes:read", "notes:write"],
            roles = ["manager"],
            fresh,
            shadow,
            audit_fields = ["id", "change.kind"],
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
}

#[test]
fn nested_tenant_with_lookup() {
    check(
        "nested_tenant_with_lookup",
        quote!(tenant_field = "folders[*].notes[*].id", tenant_of = Notes::tenant_of),
        &quote! {
            /// Moves notes.
            pub(crate) async fn move_notes(args: MoveNotes) -> Result<(), NoteError> {
                Ok(())
            }
        },
    );
}

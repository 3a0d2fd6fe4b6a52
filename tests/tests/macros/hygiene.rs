//! Names and lints that could get in the way of what the macro writes.

#![deny(
    warnings,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    single_use_lifetimes,
    clippy::pedantic,
    clippy::nursery
)]

use toolgate::{ToolHandler as _, Toolset};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {
    tenant: String,
}

/// Is called like a variable of the expansion, and so are the next.
#[toolgate::mcp_tool(tenant_field = tenant)]
async fn args(args: Args) -> Result<(), std::fmt::Error> {
    drop(args.tenant);
    Ok(())
}

/// Two.
#[toolgate::mcp_tool(public)]
async fn call() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Three.
#[toolgate::mcp_tool(public)]
async fn output() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Four.
#[toolgate::mcp_tool(public)]
async fn run() -> Result<(), std::fmt::Error> {
    Ok(())
}

/// Has the name of a keyword.
#[toolgate::mcp_tool(tenant_field = "tenant", audit_fields = ["tenant"])]
async fn r#move(r#type: Args) -> Result<String, std::fmt::Error> {
    Ok(r#type.tenant)
}

/// Has a pattern for a parameter.
#[toolgate::mcp_tool(authenticated)]
async fn destructured(Args { tenant }: Args) -> Result<String, std::fmt::Error> {
    Ok(tenant)
}

/// Is not there, and so neither is its tool.
#[toolgate::mcp_tool(authenticated)]
#[cfg(any())]
async fn absent(args: Absent) -> Result<String, std::fmt::Error> {
    Ok(args.tenant)
}

/// A module that is closed to the prelude.
mod shadows {
    #![expect(non_camel_case_types, dead_code, reason = "hostile names")]

    struct Result;
    struct Option;
    struct Some;
    struct None;
    struct Ok;
    struct Err;
    struct Vec;
    struct String;
    struct Box;
    struct str;
    struct Clone;
    struct Copy;
    struct Debug;
    struct Send;
    struct Policy;
    struct ToolHandler;
    mod core {}
    mod std {}
    mod toolgate {}

    #[derive(Clone)]
    pub(super) struct Notes<T>(pub(super) T);

    impl Notes<u8> {
        async fn tenant_of(&self, tenant: &::core::primitive::str) -> Lookup {
            let tenant = tenant.repeat(usize::from(self.0));
            ::std::future::ready(Lookup::Ok(::std::option::Option::Some(tenant))).await
        }
    }

    type Lookup = ::std::result::Result<::std::option::Option<::std::string::String>, ::std::fmt::Error>;

    /// Stands among names of the prelude that mean something else.
    #[::toolgate::mcp_tool(
        scopes_all = ["a"],
        scopes_any = ["b", "c"],
        roles = ["d"],
        tenant_field = "tenant",
        tenant_of = <Notes<u8>>::tenant_of,
        audit_fields = ["tenant"],
        title = "Shadowed",
        read_only = true,
    )]
    pub(super) async fn shadowed(
        args: super::Args,
        notes: ::toolgate::State<Notes<u8>>,
        caller: ::std::option::Option<::toolgate::Caller>,
    ) -> ::std::result::Result<::toolgate::Json<u8>, ::std::fmt::Error> {
        drop((args, caller));
        ::std::result::Result::Ok(::toolgate::Json(notes.0.0))
    }

    /// The same, for the way without a lookup.
    #[::toolgate::mcp_tool(tenant_field = tenant)]
    pub(super) async fn shadowed_tenant(args: super::Args) -> ::std::result::Result<(), ::std::fmt::Error> {
        drop(args);
        ::std::result::Result::Ok(())
    }
}

/// A module that knows the crate by another name.
mod renamed {
    pub(super) use toolgate as gate;

    /// Is found where `crate` says.
    #[gate::mcp_tool(public, crate = crate::hygiene::renamed::gate)]
    pub(super) async fn renamed() -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

macro_rules! tool {
    ($name:ident, $args:ty, $field:literal, $audited:literal, $known_as:expr) => {
        /// Is written by a macro.
        #[toolgate::mcp_tool(scopes_all = ["a"], tenant_field = $field, audit_fields = [$audited], name = $known_as)]
        async fn $name(args: $args) -> Result<String, std::fmt::Error> {
            Ok(args.items.into_iter().map(|item| item.tenant).collect())
        }
    };
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Lists {
    text: String,
    items: Vec<Args>,
}

tool!(by_macro, Lists, "items[*].tenant", "text", "by.macro");

/// Is inside a function, like everything it needs.
#[test]
fn every_tool_can_be_added() {
    /// Sees no item of the module but by its path.
    #[toolgate::mcp_tool(authenticated)]
    async fn local() -> Result<(), std::fmt::Error> {
        Ok(())
    }

    let tools = Toolset::new(shadows::Notes(7_u8));
    let tools = tools.tool(ArgsTool).tool(CallTool).tool(OutputTool).tool(RunTool);
    let tools = tools.tool(MoveTool).tool(DestructuredTool).tool(LocalTool);
    let tools = tools.tool(shadows::ShadowedTool).tool(shadows::ShadowedTenantTool);
    let tools = tools.tool(renamed::RenamedTool).tool(ByMacroTool);
    drop(tools);
    assert_eq!(MoveTool::SPEC.name, "move");
    let tenant = shadows::ShadowedTool::SPEC.policy.demanded_tenant().unwrap();
    assert_eq!(tenant.lookup, Some("<Notes<u8>>::tenant_of"));
}

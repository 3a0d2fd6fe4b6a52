//! A module whose names mean something else than what the macro means by them.

#![deny(warnings, clippy::pedantic)]

use toolgate::Toolset;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Args {
    items: Vec<Item>,
    r#type: String,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Item {
    r#in: Vec<String>,
}

#[derive(Clone)]
struct Notes;

impl Notes {
    async fn tenant_of(&self, id: &str) -> std::result::Result<std::option::Option<String>, std::fmt::Error> {
        std::future::ready(Ok(id.split_once('-').map(|(tenant, _)| tenant.to_owned()))).await
    }
}

/// Names that code brings along by `use` and by aliases of its own.
mod values {
    #![expect(non_snake_case, dead_code, reason = "hostile names")]
    #![expect(non_upper_case_globals, unused_macros, reason = "hostile names")]

    use super::{Args, Notes};
    use toolgate::{State, ToolError, mcp_tool};

    /// With one parameter, as many crates have it.
    type Result<T> = ::core::result::Result<T, ToolError>;
    type Value = Args;
    type Error = ToolError;
    type This = super::values::Output;

    pub(super) struct Output;

    fn Ok<T>(_: T) {}
    fn Err<T>(_: T) {}
    fn Some<T>(_: T) {}
    const None: u8 = 0;
    fn extra() {}
    fn public_extra() {}
    fn state() {}
    fn tenant() {}
    fn tenants() {}
    fn named() {}
    fn audited() {}
    fn answer() {}
    fn output_schema() {}
    const args: u8 = 0;
    static call: u8 = 0;
    const states: u8 = 0;

    macro_rules! concat {
        ($($any:tt)*) => {
            compile_error!("not this one")
        };
    }
    macro_rules! file {
        () => {
            concat!()
        };
    }
    macro_rules! line {
        () => {
            file!()
        };
    }

    impl Output {
        fn text(self) -> String {
            let Self = self;
            "text".to_owned()
        }
    }

    /// Takes every way through the expansion.
    #[mcp_tool(tenant_field = "items[*].in[*]", tenant_of = Notes::tenant_of, audit_fields = ["type", items])]
    pub(super) async fn run(value: Value, State(notes): State<Notes>) -> Result<String> {
        let (Notes, Value { .. }) = (notes, value);
        Result::<String>::Ok(This {}.text()).map_err(|error: Error| error)
    }

    impl serde::Serialize for super::Item {
        fn serialize<S: serde::Serializer>(&self, to: S) -> ::core::result::Result<S::Ok, S::Error> {
            self.r#in.serialize(to)
        }
    }

    #[doc = core::concat!("De", "scribed.")]
    #[mcp_tool(public)]
    pub(super) async fn described() -> Result<()> {
        Result::<()>::Ok(())
    }
}

/// Methods that everything has, and that are found before those of `Vec` and `Option`.
mod methods {
    use super::{Args, Notes};

    #[expect(dead_code, reason = "hostile names")]
    trait Everywhere: Sized {
        fn push<T>(self, _: T) {}
        fn len(self) {}
        fn from(self) {}
        fn map<T>(self, _: T) {}
        fn into_iter(self) {}
        fn clone(&self) {}
    }

    impl<T> Everywhere for T {}

    /// Calls none of them.
    #[toolgate::mcp_tool(tenant_field = "items[*].in[*]", tenant_of = Notes::tenant_of, audit_fields = ["type"])]
    pub(super) async fn everywhere(args: Args) -> Result<(), std::fmt::Error> {
        args.len();
        Ok(())
    }
}

/// What the generated types are called after unusual functions.
mod functions {
    #![expect(non_snake_case, reason = "hostile names")]

    /// Would be a type that begins with a digit.
    #[toolgate::mcp_tool(public, name = "plane")]
    pub(super) async fn _2d() -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Has nothing but signs.
    #[toolgate::mcp_tool(public)]
    pub(super) async fn __() -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Is written like a type.
    #[toolgate::mcp_tool(public)]
    pub(super) async fn Shout() -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Has the name of a keyword.
    #[toolgate::mcp_tool(public)]
    pub(super) async fn r#type() -> Result<(), std::fmt::Error> {
        Ok(())
    }

    /// Has the name of a later keyword.
    #[toolgate::mcp_tool(public)]
    pub(super) async fn r#gen(
        #[allow(unused, reason = "a test")] mut r#type: super::Args,
    ) -> Result<(), std::fmt::Error> {
        r#type.items.clear();
        Ok(())
    }
}

/// One name in two modules, and in two functions.
mod first {
    /// One.
    #[toolgate::mcp_tool(public, name = "first")]
    pub(super) async fn same() -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

mod second {
    /// Two.
    #[toolgate::mcp_tool(public, name = "second")]
    pub(super) async fn same() -> Result<(), std::fmt::Error> {
        Ok(())
    }
}

fn in_a_function(tools: Toolset<Notes>) -> Toolset<Notes> {
    use toolgate as gate;

    /// Three.
    #[gate::mcp_tool(authenticated, name = "third", crate = gate)]
    async fn same(args: Local) -> Result<(), std::fmt::Error> {
        let Local {} = args;
        Ok(())
    }

    #[derive(serde::Deserialize, schemars::JsonSchema)]
    struct Local {}

    tools.tool(SameTool)
}

#[test]
fn every_tool_is_the_one_meant() {
    let tools = Toolset::new(Notes).tool(values::RunTool).tool(values::DescribedTool);
    let tools = tools.tool(methods::EverywhereTool);
    let tools = tools
        .tool(functions::_2dTool)
        .tool(functions::Tool)
        .tool(functions::ShoutTool);
    let tools = tools.tool(functions::TypeTool).tool(functions::GenTool);
    let tools = in_a_function(tools.tool(first::SameTool).tool(second::SameTool));
    drop(tools);
}

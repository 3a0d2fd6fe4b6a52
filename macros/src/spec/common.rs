//! What the tools of a `#[toolset(..)]` have in common, judged once.

use super::{fields, lists, login, posture, rate, rule};
use crate::attr::Attr;
use crate::errors::Errors;

/// What the toolset says of all its tools, judged once. Then what is wrong with a tool is the tool's.
pub(crate) fn check_common(common: &Attr, errors: &mut Errors) {
    check_of_several(common, errors);
    check_not_public(common, errors);
    lists::check(common, errors);
    rule::check(common, errors);
    login::check(common, errors);
    posture::check_common(common, errors);
    fields::check_common(common, errors);
    rate::check_common(common, errors);
}

/// A lookup that no tool has a use for looks as if it protected something.
pub(crate) fn check_common_lookup<'a>(common: &Attr, tools: impl IntoIterator<Item = &'a Attr>, errors: &mut Errors) {
    let mut tools = tools.into_iter();
    if tools.all(|tool| tool.tenant_field.is_none() && !tool.is_incomplete) {
        fields::check_lookup_has_field(common, errors);
    }
}

/// A name is that of one tool, and what is not enforced is said of each: whoever adds a tool must not open it by that.
fn check_of_several(common: &Attr, errors: &mut Errors) {
    let keys = [
        common.name.as_ref().map(|arg| &arg.key),
        common.shadow.as_ref().map(|arg| &arg.key),
        common.title.as_ref().map(|arg| &arg.key),
    ];
    for key in keys.into_iter().flatten() {
        let message = format!("`{key}` is of one tool\nhelp: put it into the `#[mcp_tool(..)]` of that tool");
        errors.at(key, message);
    }
}

/// A tool is public because it says so itself.
fn check_not_public(common: &Attr, errors: &mut Errors) {
    if let Some(public) = &common.public {
        let message = "a toolset cannot be `public`: whoever adds a tool would open it to everyone without a word\n\
                       help: write `public` into the `#[mcp_tool(..)]` of each tool that everyone may call";
        errors.at(&public.key, message);
    }
}

//! Headers that say something else than the body (MCP-52): a proxy goes by the one, the server by the other.

use super::case::{Case, case};
use super::target::Target;

#[rustfmt::skip]
pub(super) fn cases(target: &Target) -> Vec<Case> {
    let own = || target.call("own").bearer(&target.alice);
    let write = || target.call("write").bearer(&target.alice);
    let mismatch = |name, request| case(name, request, 400).says("-32020");
    let list = || target.request("tools/list", r#""cursor":null"#).bearer(&target.alice);
    vec![
        mismatch("mcp_52: a harmless tool in the header, another in the body", write().with("Mcp-Name", "own")),
        mismatch("mcp_52: another tool in the header, a harmless one in the body", own().with("Mcp-Name", "write")),
        mismatch("mcp_52: a list in the header, a call in the body", own().with("Mcp-Method", "tools/list")),
        mismatch("mcp_52: a call in the header, a list in the body", list().with("Mcp-Method", "tools/call")),
        mismatch("mcp_52: the method in other letters", own().with("Mcp-Method", "TOOLS/CALL")),
        mismatch("mcp_52: the tool in other letters", own().with("Mcp-Name", "Own")),
        mismatch("mcp_52: no method", own().without("Mcp-Method")),
        mismatch("mcp_52: an empty method", own().with("Mcp-Method", "")),
        mismatch("mcp_52: no tool", own().without("Mcp-Name")),
        mismatch("mcp_52: an empty tool", own().with("Mcp-Name", "")),
        mismatch("mcp_52: no version", own().without("MCP-Protocol-Version")),
        mismatch("mcp_52: an older version", own().with("MCP-Protocol-Version", "2025-11-25")),
        mismatch("mcp_52: a newer version", own().with("MCP-Protocol-Version", "2027-01-01")),
        mismatch("mcp_52: two methods", own().and("Mcp-Method", "tools/call")),
        mismatch("mcp_52: two tools", own().and("Mcp-Name", "write")),
        mismatch("mcp_52: one tool twice", own().and("Mcp-Name", "own")),
        mismatch("mcp_52: two versions", own().and("MCP-Protocol-Version", "2025-11-25")),
        mismatch("mcp_52: two tools in one", own().with("Mcp-Name", "own, write")),
        mismatch("mcp_52: a code that is none", own().with("Mcp-Name", "=?base64?!!!?=")),
        mismatch("mcp_52: a code without its padding", own().with("Mcp-Name", "=?base64?d3JpdGU?=")),
        mismatch("mcp_52: a code that stands for another tool", own().with("Mcp-Name", "=?base64?d3JpdGU=?=")),
        mismatch("mcp_52: a code for bytes that are no text", own().with("Mcp-Name", "=?base64?//8=?=")),
        mismatch("mcp_52: a code that is only begun", own().with("Mcp-Name", "=?base64?b3du")),
        mismatch("mcp_52: bytes that are no text", own().with("Mcp-Name", b"\xff")),
        mismatch("mcp_52: a body of an older version, a header of this one", own().swap("2026-07-28", "2025-11-25")),
        case("mcp_52: the code of the tool", own().with("Mcp-Name", "=?base64?b3du?="), 200).runs(1),
        case("mcp_52: an older request has no such headers, and they decide nothing",
            target.legacy("write", "").without("Mcp-Session-Id").bearer(&target.alice).and("Mcp-Name", "own").and("Mcp-Method", "tools/list"), 403),
        case("mcp_52: nobody is told of headers where a token is needed", target.call("write").with("Mcp-Name", "own"), 401),
        mismatch("mcp_52: nobody is told of them where none is", target.call("open").with("Mcp-Name", "own")),
    ]
}

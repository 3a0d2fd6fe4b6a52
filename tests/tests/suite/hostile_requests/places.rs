//! Other hosts, pages, paths and methods.

use super::case::{Case, case};
use super::target::{PAGE, Target};

#[rustfmt::skip]
pub(super) fn cases(target: &Target) -> Vec<Case> {
    let own = || target.call("own").bearer(&target.alice);
    let host = |host: &str| own().with("Host", host);
    let origin = |origin: &str| own().and("Origin", origin);
    let path = |path: &str| own().line(&format!("POST {path} HTTP/1.1"));
    let method = |method: &str| own().line(&format!("{method} /mcp HTTP/1.1"));
    let document = "/.well-known/oauth-protected-resource/mcp";
    let preflight = |origin: &str| {
        target.bare("OPTIONS").and("Origin", origin).and("Access-Control-Request-Method", "POST")
            .and("Access-Control-Request-Headers", "authorization, mcp-method")
    };
    vec![
        case("mcp_50: a foreign host", host("evil.example"), 403),
        case("mcp_50: a host that begins like it", host(&format!("{}.evil.example", target.address())), 403),
        case("mcp_50: a host behind a user", host(&format!("{}@evil.example", target.address())), 403),
        case("mcp_50: another port", host("127.0.0.1:1"), 403),
        case("mcp_50: another name of this machine", host("localhost"), 403),
        case("mcp_50: no host", own().without("Host"), 403),
        case("mcp_50: an empty host", host(""), 403),
        case("mcp_50: two hosts", own().and("Host", "evil.example"), 403),
        case("mcp_50: one host twice", own().and("Host", target.address()), 403),
        case("mcp_50: two hosts in one", host(&format!("{}, evil.example", target.address())), 403),
        case("mcp_50: a foreign host in the path", path("http://evil.example/mcp"), 403),
        case("mcp_50: this host in the path, a foreign one in the header", path(&format!("http://{}/mcp", target.address())).with("Host", "evil.example"), 403),
        case("mcp_50: this host in both", path(&format!("http://{}/mcp", target.address())), 200).runs(1),
        case("pr_05: what a proxy says of the host is not heard", target.call("own").and("X-Forwarded-Host", "evil.example")
            .and("X-Forwarded-Proto", "https").and("Forwarded", "host=evil.example;proto=https").and("X-Original-URL", "/admin"), 401)
            .says("resource_metadata=\"http://127.0.0.1"),

        case("mcp_50: a page nobody knows", origin("https://evil.example"), 403),
        case("mcp_50: a page without an origin", origin("null"), 403),
        case("mcp_50: an empty origin", origin(""), 403),
        case("mcp_50: a known page over http", origin("http://app.example"), 403),
        case("mcp_50: a page whose name begins like it", origin("https://app.example.evil.example"), 403),
        case("mcp_50: a known page in other letters", origin("https://APP.example"), 403),
        case("mcp_50: two pages", origin(PAGE).and("Origin", "https://evil.example"), 403),
        case("mcp_50: every page", origin("*"), 403),
        case("mcp_50: a known page", origin(PAGE), 200).runs(1).says("access-control-allow-origin: https://app.example"),
        case("mcp_50: nobody on a page nobody knows", target.call("open").and("Origin", "https://evil.example"), 403),
        case("mcp_50: a preflight of a page nobody knows", preflight("https://evil.example"), 403),
        case("mcp_50: a preflight of a page without an origin", preflight("null"), 403),
        case("mcp_50: a preflight of a known page", preflight(PAGE), 204),
        case("mcp_50: a preflight of a known page to a foreign host", preflight(PAGE).with("Host", "evil.example"), 403),
        case("mcp_50: a preflight to nowhere", preflight(PAGE).line("OPTIONS /elsewhere HTTP/1.1"), 404),
        case("mcp_50: a preflight runs nothing", preflight(PAGE).body(target.call("open").sent_body()), 204),

        case("a path with a slash", path("/mcp/"), 404),
        case("two slashes", path("//mcp"), 404),
        case("a path in other letters", path("/MCP"), 404),
        case("a path in escapes", path("/%6dcp"), 404),
        case("a path that goes up", path("/a/../mcp"), 404),
        case("a path with a parameter", path("/mcp;a"), 404),
        case("a path with a NUL in escapes", path("/mcp%00"), 404),
        case("the root", path("/"), 404),
        case("no path", path("*"), 404),
        case("a query", path("/mcp?a=b"), 200).runs(1),
        case("a call at the place of the document", path(document), 404),
        case("the document at another place", target.bare("GET").line("GET /.well-known/oauth-protected-resource HTTP/1.1"), 404),
        case("the document, and something behind it", target.bare("GET").line(&format!("GET {document}/../x HTTP/1.1")), 404),
        case("the document", target.bare("GET").line(&format!("GET {document} HTTP/1.1")), 200).says("\"resource\":\"http://127.0.0.1"),

        case("PUT", method("PUT"), 405).says("use POST"),
        case("PATCH", method("PATCH"), 405).says("use POST"),
        case("TRACE", method("TRACE"), 405).says("use POST"),
        case("a method nobody knows", method("BREW"), 405).says("use POST"),
        case("POST in other letters", method("post"), 405).says("use POST"),
        case("QUERY", method("QUERY"), 405).says("use POST"),
        case("OPTIONS, which is no preflight", method("OPTIONS"), 405).says("use POST"),
        case("PUT of nobody", target.call("open").line("PUT /mcp HTTP/1.1"), 401),
        case("another method in a header", target.bare("GET").bearer(&target.alice).and("X-HTTP-Method-Override", "POST").body(own().sent_body()), 405),
        case("a stream of no session", target.bare("GET").bearer(&target.alice).and("Accept", "text/event-stream"), 405),
        case("a stream of no session, to be gone on with", target.bare("GET").bearer(&target.alice).and("Accept", "text/event-stream").and("Last-Event-ID", "0"), 405),
        case("CONNECT", own().line("CONNECT evil.example:443 HTTP/1.1"), 403),
    ]
}

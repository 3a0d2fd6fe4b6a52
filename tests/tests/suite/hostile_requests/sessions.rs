//! Sessions of others, and ids that nobody was given (MCP-58).

use super::case::{Case, case};
use super::target::Target;

#[rustfmt::skip]
pub(super) fn cases(target: &Target) -> Vec<Case> {
    let (hers, his) = (target.hers.as_str(), target.his.as_str());
    let with = |session: &str| target.legacy("own", session).bearer(&target.alice);
    let split = |session: &str| -> [String; 3] {
        let mut parts = session.rsplitn(3, '.').map(str::to_owned);
        let [tag, key, id] = [(); 3].map(|()| parts.next().unwrap());
        [id, key, tag]
    };
    let [[id, key, tag], [his_id, his_key, his_tag]] = [hers, his].map(split);
    let get = |session: &str| {
        let get = target.bare("GET").bearer(&target.alice).and("Accept", "text/event-stream");
        get.and("Mcp-Session-Id", session).and("MCP-Protocol-Version", "2025-06-18")
    };
    let delete = |session: &str| get(session).line("DELETE /mcp HTTP/1.1");
    let as_another = |token: String| target.legacy("own", hers).bearer(&token);
    let token = || target.server.token("alice");
    vec![
        case("mcp_58: her own session", with(hers), 200).runs(1),
        case("mcp_58: another's session", with(his), 404),
        case("mcp_58: another's session, without a token", target.legacy("own", his), 401),
        case("mcp_58: a session and a public tool, without a token", target.legacy("open", his), 404),
        case("mcp_58: another's session, to be ended", delete(his), 404),
        case("mcp_58: another's session, to be listened to", get(his), 404),
        case("mcp_58: another's session, to be gone on with", get(his).and("Last-Event-ID", "0"), 404),
        case("mcp_58: a session that she ended", with(&target.ended), 404),
        case("mcp_58: the session of the same one in another tenant", as_another(token().tenant("globex").mint()), 404),
        case("mcp_58: the session of the same one without a tenant", as_another(token().mint()), 404),
        case("mcp_58: the session of the same one through another client", as_another(token().tenant("acme").client_id("another").mint()), 404),
        case("mcp_58: her session with an expired token", as_another(token().tenant("acme").expired().mint()), 401),

        case("mcp_58: the SDK's own id", with(&id), 404),
        case("mcp_58: without the tag", with(&format!("{id}.{key}")), 404),
        case("mcp_58: with half of the tag", with(&format!("{id}.{key}.{}", tag.split_at(20).0)), 404),
        case("mcp_58: with an empty tag", with(&format!("{id}.{key}.")), 404),
        case("mcp_58: with the tag of another session", with(&format!("{id}.{key}.{his_tag}")), 404),
        case("mcp_58: another's id with her tag", with(&format!("{his_id}.{his_key}.{tag}")), 404),
        case("mcp_58: with a key nobody knows", with(&format!("{id}.x.{tag}")), 404),
        case("mcp_58: with no key", with(&format!("{id}..{tag}")), 404),
        case("mcp_58: with something behind it", with(&format!("{hers}x")), 404),
        case("mcp_58: with padding", with(&format!("{hers}=")), 404),
        case("mcp_58: with something before it", with(&format!("x{hers}")), 404),
        case("mcp_58: in other letters", with(&hers.to_ascii_uppercase()), 404),
        case("mcp_58: in escapes", with(&hers.replace('.', "%2e")), 404),
        case("mcp_58: in quotes", with(&format!("\"{hers}\"")), 404),
        case("mcp_58: two in one", with(&format!("{hers}, {his}")), 404),
        case("mcp_58: two", with(hers).and("Mcp-Session-Id", his), 404),
        case("mcp_58: one twice", with(hers).and("Mcp-Session-Id", hers), 404),
        case("mcp_58: nothing", with(""), 404),
        case("mcp_58: bytes that are no text", target.legacy("own", "").bearer(&target.alice).with("Mcp-Session-Id", b"\xff\xfe"), 404),
        case("mcp_58: 64 KiB", with(&"a".repeat(1 << 16)), 404),
        case("mcp_58: a thousand dots", with(&".".repeat(1000)), 404),
        case("mcp_58: made up", with("00000000-0000-4000-8000-000000000000"), 404),
        case("mcp_58: in the query", target.legacy("own", "").without("Mcp-Session-Id").bearer(&target.alice)
            .line(&format!("POST /mcp?sessionId={his}&mcp-session-id={his} HTTP/1.1")), 200).runs(1),
        case("mcp_54: a session and a message of the version without", target.call("own").bearer(&target.alice).and("Mcp-Session-Id", his), 200).runs(1),
        case("mcp_54: a stream of the version without sessions", get(hers).with("MCP-Protocol-Version", "2026-07-28"), 405),
        case("mcp_54: an end of the version without sessions", delete(hers).and("MCP-Protocol-Version", "2026-07-28"), 405),
        case("mcp_58: her session is still hers", with(hers), 200).runs(1),
    ]
}

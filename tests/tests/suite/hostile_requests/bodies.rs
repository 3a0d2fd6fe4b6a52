//! Bodies that mean several things, or nothing.

use super::case::{Case, case};
use super::request::Raw;
use super::target::Target;

#[rustfmt::skip]
pub(super) fn cases(target: &Target) -> Vec<Case> {
    let own = || target.call("own").bearer(&target.alice);
    let body = |text: &str| own().body(text);
    let swap = |part: &str, other: &str| own().swap(part, other);
    let arguments = |text: &str| own().swap(r#""arguments":{}"#, &format!(r#""arguments":{text}"#));
    let deep = |depth: usize| arguments(&format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth)));
    let kind = |kind: &str| own().with("Content-Type", kind);
    let bytes = |bytes: &[u8]| own().body(bytes);
    let utf_16: Vec<u8> = String::from_utf8(own().sent_body()).unwrap().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let with_mark = [b"\xef\xbb\xbf".to_vec(), own().sent_body()].concat();
    let broken = [b"{\"jsonrpc\":\"2.0\",\"id\":\"\xff\",\"method\":\"ping\"}".to_vec()].concat();
    vec![
        // R16: one of them decides, the other acts.
        case("the method twice", swap(r#""method":"tools/call""#, r#""method":"tools/list","method":"tools/call""#), 400),
        case("the parameters twice", swap(r#""params":{"#, r#""params":{"name":"open"},"params":{"#), 400),
        case("the tool twice", swap(r#""name":"own""#, r#""name":"open","name":"own""#), 400),
        case("the tool twice, the other one last", swap(r#""name":"own""#, r#""name":"own","name":"write""#), 400),
        case("the arguments twice", swap(r#""arguments":{}"#, r#""arguments":{},"arguments":{"a":1}"#), 400),
        case("the id twice", swap(r#""id":1"#, r#""id":1,"id":2"#), 400),
        case("the version twice", swap(r#""jsonrpc":"2.0""#, r#""jsonrpc":"2.0","jsonrpc":"2.0""#), 400),
        case("`_meta` twice", swap(r#""_meta":{"#, r#""_meta":{},"_meta":{"#), 400),
        case("the tool twice, once in escapes", swap(r#""name":"own""#, r#""name":"open","\u006eame":"own""#), 400),
        case("the method twice, once in escapes", swap(r#""method":"#, r#""\u006d\u0065thod":"ping","method":"#), 400),
        case("twice deep in the arguments", arguments(r#"{"a":[{"b":{"c":1,"c":2}}]}"#), 400),
        case("twice the empty name", arguments(r#"{"":1,"":2}"#), 400),
        case("a name of `serde_json`", arguments(r#"{"$serde_json::private::RawValue":"1"}"#), 400),

        // Read by nobody as what they look like.
        case("the method in escapes is the method", target.call("write").bearer(&target.alice).swap("tools/call", "tools\\u002fcall"), 403),
        case("the tool in escapes is the tool", target.call("write").bearer(&target.alice).swap(r#""name":"write""#, r#""name":"\u0077rite""#), 403),
        case("the tool in other letters is none", target.call("write").bearer(&target.alice).swap(r#""name":"write""#, r#""name":"Write""#).with("Mcp-Name", "Write"), 200)
            .says("tool not found"),
        case("the tool with a space is none", target.call("write").bearer(&target.alice).swap(r#""name":"write""#, r#""name":"write ""#).with("Mcp-Name", "=?base64?d3JpdGUg?="), 200)
            .says("tool not found"),
        case("the tool with a NUL is none", target.call("write").bearer(&target.alice).swap(r#""name":"write""#, r#""name":"write\u0000""#).with("Mcp-Name", "=?base64?d3JpdGUA?="), 200)
            .says("tool not found"),
        case("the method in other letters is another", target.call("write").bearer(&target.alice).swap("tools/call", "Tools/Call").with("Mcp-Method", "Tools/Call"), 404),
        case("a member in other letters is another", target.call("write").bearer(&target.alice).swap(r#""method""#, r#""Method""#).without("Mcp-Method"), 400),
        case("a member with a letter that folds to it is another", target.call("write").bearer(&target.alice).swap(r#""params""#, "\"param\u{17f}\""), 400),
        case("a call without a tool", swap(r#""name":"own","#, "").without("Mcp-Name"), 200).says("tool not found"),
        case("a call of a tool that is a list", swap(r#""name":"own""#, r#""name":["own"]"#).without("Mcp-Name"), 200).says("tool not found"),
        case("a call of a tool that is an object", swap(r#""name":"own""#, r#""name":{"name":"own"}"#).without("Mcp-Name"), 200).says("tool not found"),
        case("parameters that are a list", body(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["own",{}]}"#).without("Mcp-Name"), 200).says("tool not found"),
        case("a call that nobody waits for", swap(r#""id":1,"#, ""), 400),
        case("a request that is its own answer", swap(r#""id":1"#, r#""id":1,"result":{}"#), 400),
        case("a request that is its own error", swap(r#""id":1"#, r#""id":1,"error":{}"#), 400),
        case("an answer that is an error, too", body(r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#).without("Mcp-Method").without("Mcp-Name"), 400),
        case("neither a request nor an answer", body(r#"{"jsonrpc":"2.0","id":1}"#).without("Mcp-Method").without("Mcp-Name"), 400),
        case("another version of JSON-RPC", swap(r#""jsonrpc":"2.0""#, r#""jsonrpc":"1.0""#), 400),
        case("no version of JSON-RPC", swap(r#""jsonrpc":"2.0","#, ""), 400),
        case("a version of JSON-RPC that is a number", swap(r#""jsonrpc":"2.0""#, r#""jsonrpc":2.0"#), 400),
        case("a method that is a list", swap(r#""method":"tools/call""#, r#""method":["tools/call"]"#), 400),
        case("arguments that are a list", arguments("[]"), 200).says("isError"),
        case("arguments that are a text", arguments("\"{}\""), 200).says("isError"),

        // No message.
        case("no body", body(""), 400),
        case("white space", body(" \r\n\t "), 400),
        case("null", body("null"), 400),
        case("a number", body("1"), 400),
        case("a text", body("\"tools/call\""), 400),
        case("an empty list", body("[]"), 400),
        case("a batch of one", own().body(format!("[{}]", String::from_utf8(own().sent_body()).unwrap())), 400),
        case("a batch of several", body(r#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"tools/list"}]"#), 400),
        case("two messages", own().body(own().sent_body().repeat(2)), 400),
        case("two messages on two lines", own().body([own().sent_body(), own().sent_body()].join(&b'\n')), 400),
        case("a message and a NUL", own().body([own().sent_body(), vec![0]].concat()), 400),
        case("half a message", own().body(&own().sent_body()[..100]), 400),
        case("a comment", swap(r#""id":1"#, r#"/* */"id":1"#), 400),
        case("single quotes", body("{'jsonrpc':'2.0','id':1,'method':'ping'}"), 400),
        case("a comma too many", swap(r#""arguments":{}"#, r#""arguments":{"a":1,}"#), 400),
        case("a number that is none", arguments(r#"{"a":NaN}"#), 400),
        case("a number with a zero too many", arguments(r#"{"a":01}"#), 400),
        case("a number beyond counting", arguments(r#"{"a":1e999}"#), 400),
        case("half of a surrogate pair", arguments(r#"{"a":"\ud800"}"#), 400),
        case("a control character", arguments("{\"a\":\"\x01\"}"), 400),
        case("65 lists in one another", deep(65), 400),
        case("ten thousand lists in one another", deep(10_000), 400),
        case("a hundred thousand brackets", body(&"[".repeat(100_000)), 400),
        case("ten thousand members", arguments(&format!("{{{}}}", (0..10_000).map(|n| format!("\"{n}\":{n}")).collect::<Vec<_>>().join(","))), 200).runs(1),
        case("a byte order mark", bytes(&with_mark), 400),
        case("UTF-16", bytes(&utf_16), 400),
        case("bytes that are no text", bytes(&broken), 400),

        // Not said to be JSON.
        case("no type", own().without("Content-Type"), 415),
        case("text", kind("text/plain"), 415),
        case("a form", kind("application/x-www-form-urlencoded"), 415),
        case("a form with files", kind("multipart/form-data; boundary=a"), 415),
        case("another kind of JSON", kind("application/vnd.api+json"), 415),
        case("a kind that begins like it", kind("application/jsonp"), 415),
        case("two types in one", kind("application/json, text/plain"), 415),
        case("two types", own().and("Content-Type", "text/plain"), 415),
        case("one type twice", own().and("Content-Type", "application/json"), 415),
        case("another charset", kind("application/json; charset=utf-16"), 415),
        case("the right charset", kind("application/json; charset=\"UTF-8\""), 200).runs(1),
        case("compressed", own().and("Content-Encoding", "gzip").body(b"\x1f\x8b\x08\0\0\0\0\0\0\x03"), 415),
        case("said to be compressed", own().and("Content-Encoding", "br"), 415),
        case("said to be compressed twice", own().and("Content-Encoding", "identity").and("Content-Encoding", "gzip"), 415),
        case("said not to be", own().and("Content-Encoding", "identity"), 200).runs(1),
        case("nobody sends what cannot be read", target.call("open").with("Content-Type", "text/plain"), 401),
        case("nobody sends what means two things", target.call("open").swap(r#""name":"open""#, r#""name":"open","name":"own""#), 401),
        case("an unknown tool in place of an open one", unknown(target), 401),
    ]
}

/// Each is repeated in the answer, and has to be one that both SDKs take.
#[rustfmt::skip]
pub(super) fn ids(target: &Target) -> Vec<Case> {
    let own = || target.call("own").bearer(&target.alice);
    let swap = |part: &str, other: &str| own().swap(part, other);
    vec![
        case("an id that is null", swap(r#""id":1"#, r#""id":null"#), 400),
        case("an id that is an object", swap(r#""id":1"#, r#""id":{"a":1}"#), 400),
        case("an id that is no integer", swap(r#""id":1"#, r#""id":1.5"#), 400),
        case("an id beyond what SDKs can hold", swap(r#""id":1"#, r#""id":18446744073709551615"#), 400),
        case("an id beyond counting", swap(r#""id":1"#, r#""id":1e300"#), 400),
        case("the smallest id", swap(r#""id":1"#, r#""id":-9223372036854775808"#), 200).runs(1),
        case("an id of 1 KiB", swap(r#""id":1"#, &format!(r#""id":"{}""#, "a".repeat(1024))), 400),
    ]
}

fn unknown(target: &Target) -> Raw {
    target
        .call("open")
        .swap(r#""name":"open""#, r#""name":"opan""#)
        .with("Mcp-Name", "opan")
}

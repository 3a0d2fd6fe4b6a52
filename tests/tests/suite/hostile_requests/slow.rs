//! Requests that come in drops, or never to an end. Nothing waits here: what is left to time is tried with a clock that is made to go.

use super::case::{Case, case};
use super::target::Target;

#[rustfmt::skip]
pub(super) fn cases(target: &Target) -> Vec<Case> {
    let own = || target.call("own").bearer(&target.alice);
    let bytes = own().bytes();
    let head = bytes.len() - own().sent_body().len();
    let body = own().sent_body();
    let part = |length: usize| bytes[..length].to_vec();
    vec![
        case("byte by byte", own(), 200).in_pieces(1).runs(1),
        case("in pieces of seven", own(), 200).in_pieces(7).runs(1),
        case("chunks byte by byte", own().chunked(&body.chunks(1).collect::<Vec<_>>()), 200).in_pieces(1).runs(1),
        case("a refused one byte by byte", target.call("write").bearer(&target.alice), 403).in_pieces(1),
        case("nobody's byte by byte", target.call("own"), 401).in_pieces(1),

        case("a whole request, and no more to come", own(), 200).half_closed().runs(1),
        case("nothing, and no more to come", Vec::new(), 0).answers(&[]).half_closed(),
        case("half a request line, and no more to come", part(6), 0).answers(&[]).half_closed(),
        case("half a head, and no more to come", part(head / 2), 0).answers(&[]).half_closed(),
        case("a head without its end, and no more to come", part(head - 2), 0).answers(&[]).half_closed(),
        case("a head, and no more to come", part(head), 408).half_closed(),
        case("half a body, and no more to come", part(head + 50), 408).half_closed(),
        case("all but the last byte, and no more to come", part(bytes.len() - 1), 408).half_closed(),
        case("a chunk, and no more to come", own().without_length().with("Transfer-Encoding", "chunked").body("2\r\n{}\r\n"), 408).half_closed(),
        case("half a chunk, and no more to come", own().without_length().with("Transfer-Encoding", "chunked").body("9\r\n{}"), 408).half_closed(),
        case("nobody's half body, and no more to come", {
            let own = target.call("open");
            let bytes = own.bytes();
            bytes[..bytes.len() - 5].to_vec()
        }, 408).half_closed(),
        case("a bad token is refused before its body comes", {
            let own = target.call("own").bearer("abc");
            let bytes = own.bytes();
            bytes[..bytes.len() - own.sent_body().len()].to_vec()
        }, 401),
        case("a foreign host is refused before its body comes", {
            let own = own().with("Host", "evil.example");
            let bytes = own.bytes();
            bytes[..bytes.len() - own.sent_body().len()].to_vec()
        }, 403),
        case("a body that is too long is refused before it comes", own().without_length().raw("Content-Length: 4194305\r\n").body(""), 413),
        case("a body that is too long for nobody is refused before it comes", target.call("open").without_length().raw("Content-Length: 65537\r\n").body(""), 401),
        case("a body that is not JSON is refused before it comes", {
            let own = own().with("Content-Type", "text/plain");
            let bytes = own.bytes();
            bytes[..bytes.len() - own.sent_body().len()].to_vec()
        }, 415),
    ]
}

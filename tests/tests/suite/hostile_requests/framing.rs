//! Where a request begins and ends, and what its head may be made of.

use super::case::{Case, case};
use super::request::Raw;
use super::target::Target;

#[rustfmt::skip]
pub(super) fn cases(target: &Target) -> Vec<Case> {
    let own = || target.call("own").bearer(&target.alice);
    let head = |raw: &str| own().raw(raw);
    let sized = |length: &str| own().without_length().raw(format!("Content-Length: {length}\r\n"));
    let coded = |coding: &str| own().without_length().raw(format!("Transfer-Encoding: {coding}\r\n"));
    let body = own().sent_body();
    let framed = |frames: &str| coded("chunked").body(frames);
    let second = || target.call("write");
    vec![
        case("an honest call, so that the others are refused for what they are", own(), 200).runs(1),
        case("an honest call in chunks", own().chunked(&[&body]), 200).runs(1),
        case("an honest call in several chunks", own().chunked(&[&body[..10], &body[10..11], &body[11..]]), 200).runs(1),

        case("a folded header", head("X-Folded: a\r\n b\r\n"), 400),
        case("a folded token", own().without("Authorization").raw("Authorization: Bearer\r\n abc\r\n"), 400),
        case("a NUL in a header", head("X-Nul: a\0b\r\n"), 400),
        case("a NUL in a header's name", head("X-\0: a\r\n"), 400),
        case("a bare carriage return in a header", head("X-Cr: a\rb\r\n"), 400),
        case("a space before the colon", head("Authorization : Bearer abc\r\n"), 400),
        case("no colon", head("Nonsense\r\n"), 400),
        case("no name", head(": value\r\n"), 400),
        case("a name that is none", head("X(y): a\r\n"), 400),
        case("a header before its time", Raw::new(" Host: x\r\nPOST /mcp HTTP/1.1"), 400),
        case("a header of 1 MiB", head(&format!("X-Long: {}\r\n", "a".repeat(1 << 20))), 431),
        case("a thousand headers", head(&"X-Many: a\r\n".repeat(1000)), 431),
        case("a path of 128 KiB", own().line(&format!("POST /{} HTTP/1.1", "a".repeat(1 << 17))), 414),
        case("a method of 16 KiB", own().line(&format!("{} /mcp HTTP/1.1", "A".repeat(1 << 14))), 405),

        case("two lengths that differ", sized("5").raw("Content-Length: 6\r\n"), 400),
        case("two lengths in one", sized("5, 6"), 400),
        case("a length with a sign", sized("+5"), 400),
        case("a length below zero", sized("-1"), 400),
        case("a length in hexadecimal", sized("0x10"), 400),
        case("a length with a fraction", sized("1.0"), 400),
        case("a length of nothing", sized(""), 400),
        case("a length beyond counting", sized("99999999999999999999999"), 400),
        case("a length of 10 GB", sized("10000000000"), 413),
        case("a length that is too short cuts the message", sized("20"), 400),

        // RFC 9112 section 6.1: the coding counts, and the connection is not used for anything else.
        case("a length and a coding", own().raw("Transfer-Encoding: chunked\r\n"), 408),
        case("a coding and a length", own().chunked(&[&body]).raw("Content-Length: 5\r\n"), 200).runs(1),
        case("a coding, a length, and a request behind them that is never read",
            [own().without("Connection").chunked(&[&body]).raw("Content-Length: 5\r\n").bytes(), own().bytes()].concat(), 200).runs(1),
        case("a length, a coding, and a request within the length",
            [own().without("Connection").body([b"0\r\n\r\n".to_vec(), own().bytes()].concat()).raw("Transfer-Encoding: chunked\r\n").bytes()].concat(), 400),
        case("an unknown coding", coded("xchunked"), 400),
        case("chunks that are not the last coding", coded("chunked, identity"), 400),
        case("compressed chunks", coded("gzip, chunked").body("0\r\n\r\n"), 400),
        case("chunks twice", coded("chunked, chunked").body("0\r\n\r\n"), 400),
        case("a coding in quotes", coded("\"chunked\""), 400),
        case("a coding with a vertical tab", coded("\x0bchunked"), 400),
        case("a coding in HTTP/1.0", coded("chunked").line("POST /mcp HTTP/1.0"), 400),
        case("a chunk whose length is none", framed("zz\r\n{}\r\n0\r\n\r\n"), 408),
        case("a chunk whose length is below zero", framed("-1\r\n{}\r\n0\r\n\r\n"), 408),
        case("a chunk beyond counting", framed("fffffffffffffffff\r\n{}\r\n0\r\n\r\n"), 408),
        case("a chunk that is longer than it says", framed("1\r\n{}\r\n0\r\n\r\n"), 408),
        case("chunk extensions without end", framed(&format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "a".repeat(1 << 17))), 408),
        case("no bytes in chunks", framed("0\r\n\r\n"), 400),
        case("a token in a trailer", {
            let own = target.call("own");
            let body = own.sent_body();
            let mut sent = format!("{:x}\r\n", body.len()).into_bytes();
            sent.extend_from_slice(&body);
            sent.extend_from_slice(format!("\r\n0\r\nAuthorization: Bearer {}\r\n\r\n", target.alice).as_bytes());
            own.without_length().with("Transfer-Encoding", "chunked").body(sent)
        }, 401),
        case("chunks of more than 4 MiB", own().chunked(&[&vec![b' '; 1 << 20]; 5].map(Vec::as_slice)), 413),
        case("chunks of more than 64 KiB of nobody", target.call("open").chunked(&[&vec![b' '; 1 << 17]]), 401),

        case("a second request behind the first has to bring its own token",
            [own().without("Connection").bytes(), second().bytes()].concat(), 200).answers(&[200, 401]).runs(1),
        case("a second request in the body of the first", {
            let hidden = target.call("write").bearer(&target.writer).bytes();
            own().body(hidden)
        }, 400),
        case("a second request behind a body of no length",
            [own().without("Connection").body("").bytes(), second().bytes()].concat(), 400).answers(&[400, 401]),
        case("a second request behind a refused one",
            [target.call("write").without("Connection").bytes(), own().bytes()].concat(), 401).answers(&[401, 200]).runs(1),

        case("HTTP/0.9", b"GET /mcp\r\n".to_vec(), 400),
        case("a version there never was", own().line("POST /mcp HTTP/1.7"), 400),
        case("the beginning of HTTP/2, and no more to come", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), 0).answers(&[]).half_closed(),
        case("TLS", b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03".to_vec(), 400),
        case("the word of a proxy", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET /mcp HTTP/1.1\r\n\r\n".to_vec(), 400),
        case("nonsense", b"\0\0\0\0\r\n\r\n".to_vec(), 400),
        case("a request line without a path", own().line("POST HTTP/1.1"), 400),
        case("a request line with two paths", own().line("POST /mcp /mcp HTTP/1.1"), 400),
        case("HTTP/1.0 with all that is needed", own().line("POST /mcp HTTP/1.0"), 200).answers(&[]).says("HTTP/1.0 200").runs(1),
        case("a wish for another protocol is not heard", own().and("Upgrade", "h2c").with("Connection", "close, Upgrade"), 200).runs(1),
        case("empty lines before a request", [b"\r\n\r\n".to_vec(), own().bytes()].concat(), 200).runs(1),
    ]
}

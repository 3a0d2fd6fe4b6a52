//! Good tokens that seem to grant `write:notes`, and do not.

use super::class::Class;
use super::forge::Forge;
use Class::{Json, Scope};

/// Which class it is of, what it is called, and the token.
type Row = (Class, String, String);

/// The scope that none of them grants.
pub(super) const SCOPE: &str = "write:notes";

pub(super) fn rows(forge: &Forge) -> Vec<Row> {
    let row = |(class, claim, text): &(Class, &str, &str)| {
        let name = format!("claim {claim}: {}", text.escape_debug());
        (*class, name, forge.with_claims(&[(claim, text)]))
    };
    ROWS.iter().map(row).collect()
}

const ROWS: &[(Class, &str, &str)] = &[
    // RFC 6749 section 3.3: scopes are separated by U+0020 and by nothing else.
    (Scope, "scope", "\"openid\u{a0}write:notes\""),
    (Scope, "scope", "\"openid\u{1680}write:notes\""),
    (Scope, "scope", "\"openid\u{2003}write:notes\""),
    (Scope, "scope", "\"openid\u{2028}write:notes\""),
    (Scope, "scope", "\"openid\u{2029}write:notes\""),
    (Scope, "scope", "\"openid\u{202f}write:notes\""),
    (Scope, "scope", "\"openid\u{205f}write:notes\""),
    (Scope, "scope", "\"openid\u{3000}write:notes\""),
    (Scope, "scope", "\"openid\u{85}write:notes\""),
    (Scope, "scope", "\"openid\u{200b}write:notes\""),
    (Scope, "scope", "\"openid\u{feff}write:notes\""),
    (Scope, "scope", "\"openid\\twrite:notes\""),
    (Scope, "scope", "\"openid\\nwrite:notes\""),
    (Scope, "scope", "\"openid\\r\\nwrite:notes\""),
    (Scope, "scope", "\"openid\\u000bwrite:notes\""),
    (Scope, "scope", "\"openid\\u000cwrite:notes\""),
    (Scope, "scope", "\"openid\\u0000write:notes\""),
    (Scope, "scope", "\"openid\\u001fwrite:notes\""),
    (Scope, "scope", "\"openid,write:notes\""),
    (Scope, "scope", "\"openid;write:notes\""),
    (Scope, "scope", "\"openid+write:notes\""),
    (Scope, "scope", "\"openid%20write:notes\""),
    (Scope, "scope", "\"openid|write:notes\""),
    // Compared as a whole, byte by byte.
    (Scope, "scope", "\"write\""),
    (Scope, "scope", "\"write:\""),
    (Scope, "scope", "\"write:note\""),
    (Scope, "scope", "\"write:notes:all\""),
    (Scope, "scope", "\"write:notes/1\""),
    (Scope, "scope", "\"write:*\""),
    (Scope, "scope", "\"*\""),
    (Scope, "scope", "\"*:notes\""),
    (Scope, "scope", "\"write:.*\""),
    (Scope, "scope", "\"Write:notes\""),
    (Scope, "scope", "\"WRITE:NOTES\""),
    (Scope, "scope", "\"xwrite:notes\""),
    (Scope, "scope", "\"!write:notes\""),
    (Scope, "scope", "\"-write:notes\""),
    (Scope, "scope", "\"https://notes.example/write:notes\""),
    (Scope, "scope", "\"\\\"write:notes\\\"\""),
    (Scope, "scope", "\"[write:notes]\""),
    (Scope, "scope", "\"write\u{ff1a}notes\""),
    (Scope, "scope", "\"write:not\u{435}s\""),
    (Scope, "scope", "\"write:note\u{17f}\""),
    (Scope, "scope", "\"write:notes\u{301}\""),
    (Scope, "scope", "\"write:notes\\u0000\""),
    // An item of an array is one scope, whatever is in it.
    (Scope, "scp", "\"openid\u{a0}write:notes\""),
    (Scope, "scp", "[\"openid write:notes\"]"),
    (Scope, "scp", "[\"write:notes \"]"),
    (Scope, "scp", "[\"write:\",\"notes\"]"),
    (Scope, "scp", "[\"\"]"),
    // Other claims are other claims, however much alike they look.
    (Json, "Scope", "\"write:notes\""),
    (Json, "SCOPE", "\"write:notes\""),
    (Json, "\u{17f}cope", "\"write:notes\""),
    (Json, "scope ", "\"write:notes\""),
    (Json, "scope\u{0}", "\"write:notes\""),
    (Json, "scopes", "\"write:notes\""),
    (Json, "\u{455}cope", "\"write:notes\""),
    (Json, "x.scope", "\"write:notes\""),
    (Json, "x", "{\"scope\":\"write:notes\"}"),
    (Json, "permissions", "[\"write:notes\"]"),
    (Json, "__proto__", "{\"scope\":\"write:notes\"}"),
];

//! For whom a call is counted.

use crate::caller::Caller;
use crate::rate_limit::CountedPer;
use aws_lc_rs::hmac;

/// Stands for whom a call is counted, in this process. 128 bits, as for tokens that are kept (R17).
pub(crate) type Tag = [u8; 16];

/// The names of whom a call is counted for: what it is counted per, and then as many names as that takes, in a fixed order.
///
/// 1. A subject is one of an issuer, and users and clients share no subjects.
/// 2. Whoever has no tenant is not in the tenant without a name.
/// 3. A client is one of an issuer. A subject whose token names no client is counted for itself, and not with all the others.
/// 4. Who is nobody is counted with everybody else who is.
pub(super) fn names(per: CountedPer, caller: Option<&Caller>) -> Vec<&str> {
    let tenant = |caller: &'_ Caller| caller.tenant().is_some();
    match (per, caller) {
        (CountedPer::Tool, _) => vec!["tool"],
        (CountedPer::Client, Some(caller)) if caller.client_id().is_some() => {
            vec![
                "client",
                caller.issuer(),
                caller.client_id().unwrap_or_default(),
                has(tenant(caller)),
                caller.tenant().unwrap_or_default(),
            ]
        }
        (CountedPer::Subject | CountedPer::Client, Some(caller)) => {
            let kind = caller.principal().kind().as_str();
            vec![
                "subject",
                caller.issuer(),
                kind,
                caller.subject(),
                has(tenant(caller)),
                caller.tenant().unwrap_or_default(),
            ]
        }
        (CountedPer::Subject | CountedPer::Client, None) => vec!["nobody"], // 4
    }
}

/// 2.
const fn has(tenant: bool) -> &'static str {
    if tenant { "tenant" } else { "no tenant" }
}

/// Each part goes in with its length before it, so that no two lists of parts are the same bytes (F25).
pub(crate) fn tag<'a>(secret: &hmac::Key, parts: impl IntoIterator<Item = &'a [u8]>) -> Tag {
    let mut tag = hmac::Context::with_key(secret);
    for part in parts {
        tag.update(&(part.len() as u64).to_be_bytes());
        tag.update(part);
    }
    let mut short = Tag::default();
    for (to, from) in short.iter_mut().zip(tag.sign().as_ref()) {
        *to = *from;
    }
    short
}

#[cfg(test)]
mod tests {
    use super::{names, tag};
    use crate::caller::{Caller, PrincipalKind};
    use crate::claims::ClaimSet;
    use crate::rate_limit::CountedPer;
    use aws_lc_rs::hmac;
    use std::collections::HashSet;

    fn caller(issuer: &str, kind: PrincipalKind, subject: &str, tenant: Option<&str>, client: Option<&str>) -> Caller {
        let mut claims = ClaimSet::of(issuer.into(), subject, kind);
        claims.tenant = tenant.map(Into::into);
        claims.client_id = client.map(Into::into);
        Caller::new(claims)
    }

    /// Callers that are easily taken for one another.
    fn callers() -> Vec<Caller> {
        use PrincipalKind::{Client, User};
        let texts = [
            "",
            "a",
            "a:b",
            "b",
            "a\0b",
            "tenant",
            "no tenant",
            "client",
            "subject",
            "user",
            "i",
            "s",
        ];
        let mut callers = Vec::new();
        for text in texts {
            for other in texts {
                callers.push(caller(text, User, other, None, None));
                callers.push(caller(text, Client, other, None, None));
                callers.push(caller("i", User, text, Some(other), None));
                callers.push(caller("i", User, "s", Some(text), Some(other)));
                callers.push(caller(text, User, "s", None, Some(other)));
            }
        }
        callers
    }

    #[test]
    fn f25_no_two_callers_are_counted_as_one() {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);
        let callers = callers();
        let mut tags: HashSet<_> = HashSet::new();
        let mut subjects = HashSet::new();
        for caller in &callers {
            let names = names(CountedPer::Subject, Some(caller));
            tags.insert(tag(&secret, names.into_iter().map(str::as_bytes)));
            let principal = caller.principal().clone();
            subjects.insert((principal, caller.tenant().map(str::to_owned)));
        }
        assert_eq!(tags.len(), subjects.len());

        let mut tags = HashSet::new();
        let mut clients = HashSet::new();
        for caller in &callers {
            let names = names(CountedPer::Client, Some(caller));
            tags.insert(tag(&secret, names.into_iter().map(str::as_bytes)));
            let subject = caller.client_id().is_none().then(|| caller.principal().clone());
            let text = |text: Option<&str>| text.map(str::to_owned);
            clients.insert((
                caller.issuer().to_owned(),
                text(caller.client_id()),
                text(caller.tenant()),
                subject,
            ));
        }
        assert_eq!(tags.len(), clients.len());
    }

    #[test]
    fn f25_parts_do_not_run_into_each_other() {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);
        let lists: [&[&[u8]]; 6] = [
            &[b"a:b", b"c"],
            &[b"a", b"b:c"],
            &[b"ab", b"c"],
            &[b"a", b"bc"],
            &[b"abc"],
            &[b"abc", b""],
        ];
        let tags: HashSet<_> = lists.iter().map(|list| tag(&secret, list.iter().copied())).collect();
        assert_eq!(tags.len(), lists.len());
        let other = hmac::Key::new(hmac::HMAC_SHA256, &[8; 32]);
        assert!(!tags.contains(&tag(&other, [&b"abc"[..]])));
    }
}

//! Whose a session of the legacy protocol is.
//!
//! An SDK's session id is a bearer secret that says nothing about its owner. On the way out it is bound to the principal
//! that opened the session; on the way in, nobody else gets past (MCP-58, MCP-67). The SDK sees its own id only. Here is the
//! binding; `layer/session.rs` has the header that carries it.

use crate::binding;
use crate::caller::Caller;
use crate::configured_keys::{self, ConfiguredKeys};
use crate::error::ConfigError;
use aws_lc_rs::{hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// Separates these tags from everything else that might ever be computed with the same key.
const DOMAIN: &[u8] = b"toolgate session 1";

/// The keys that bind sessions. The first one signs.
pub(crate) struct SessionKeys {
    keys: Vec<(String, hmac::Key)>,
}

/// A session id that was not issued to this caller: forged, foreign, or made before a restart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ForeignSession;

impl SessionKeys {
    /// These keys; without any, one that nobody else knows.
    ///
    /// What is signed begins with what it is for. So with a secret that is used elsewhere, too, a tag is still worth nothing there.
    pub(crate) fn new(keys: &ConfiguredKeys) -> Result<Self, ConfigError> {
        if keys.is_empty() {
            return Self::random();
        }
        configured_keys::check("sessions", keys)?;
        let key = |(id, secret): &(String, _)| {
            let secret: &Zeroizing<Vec<u8>> = secret;
            (id.clone(), hmac::Key::new(hmac::HMAC_SHA256, secret))
        };
        Ok(Self {
            keys: keys.iter().map(key).collect(),
        })
    }

    /// One key, for the life of this process.
    fn random() -> Result<Self, ConfigError> {
        let mut secret = [0; 32];
        rand::fill(&mut secret).map_err(|_| {
            ConfigError::new(
                "the system gives no random numbers",
                "check that the process may call getrandom",
            )
        })?;
        Ok(Self {
            keys: vec![("r".to_owned(), hmac::Key::new(hmac::HMAC_SHA256, &secret))],
        })
    }

    /// The id as the client sees it: `<id>.<key id>.<tag>`.
    pub(crate) fn bind(&self, id: &str, owner: Option<&Caller>) -> Option<String> {
        let (key_id, key) = self.keys.first()?;
        let tag = hmac::sign(key, &message(id, owner));
        Some(format!("{id}.{key_id}.{}", URL_SAFE_NO_PAD.encode(tag)))
    }

    /// The SDK's id, if the session is this caller's.
    ///
    /// 1. The id ends with a key id that we know and a tag.
    /// 2. The tag is right for exactly this id and this principal. A session that was opened without a token is nobody's,
    ///    so no authenticated caller adopts it.
    pub(crate) fn unbind<'a>(&self, bound: &'a str, claimant: Option<&Caller>) -> Result<&'a str, ForeignSession> {
        let (rest, tag) = bound.rsplit_once('.').ok_or(ForeignSession)?;
        let (id, key_id) = rest.rsplit_once('.').ok_or(ForeignSession)?;
        let known = self.keys.iter().find(|(known, _)| known == key_id);
        let (_, key) = known.ok_or(ForeignSession)?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| ForeignSession)?;
        hmac::verify(key, &message(id, claimant), &tag).map_err(|_| ForeignSession)?;
        Ok(id)
    }
}

/// What is signed. Every part is preceded by its length, so no two owners give the same message.
fn message(id: &str, owner: Option<&Caller>) -> Vec<u8> {
    let mut message = DOMAIN.to_vec();
    binding::add(&mut message, Some(id));
    binding::add_owner(&mut message, owner);
    message
}

#[cfg(test)]
mod tests {
    use super::{ForeignSession, SessionKeys};
    use crate::caller::{Caller, PrincipalKind};
    use crate::claims::ClaimSet;
    use aws_lc_rs::hmac;

    fn caller(issuer: &str, subject: &str, kind: PrincipalKind, tenant: Option<&str>) -> Caller {
        let mut claims = ClaimSet::of(issuer.into(), subject, kind);
        claims.tenant = tenant.map(Into::into);
        Caller::new(claims)
    }

    /// The same one, with a token that was issued to a client.
    fn through(client_id: &str, tenant: Option<&str>) -> Caller {
        let mut claims = ClaimSet::of("i".into(), "ab", PrincipalKind::User);
        claims.client_id = Some(client_id.into());
        claims.tenant = tenant.map(Into::into);
        Caller::new(claims)
    }

    #[test]
    fn mcp_58_a_session_is_its_openers_alone() {
        let keys = SessionKeys::random().unwrap();
        let callers = [
            None,
            Some(caller("j", "ab", PrincipalKind::User, None)),
            Some(through("c", None)),
            Some(through("d", None)),
            // With nothing but separators between the parts, the two of each pair would sign the same bytes.
            Some(through("", None)),
            Some(caller("i", "a\u{1}b", PrincipalKind::User, None)),
            Some(caller("i\u{1}a", "b", PrincipalKind::User, None)),
            Some(through("c\u{1}d", Some("e"))),
            Some(through("c", Some("d\u{1}e"))),
            Some(caller("i", "ab", PrincipalKind::User, None)),
            Some(caller("ia", "b", PrincipalKind::User, None)),
            Some(caller("i", "ab", PrincipalKind::Client, None)),
            Some(caller("i", "ab", PrincipalKind::User, Some("t"))),
            Some(caller("i", "ab", PrincipalKind::User, Some(""))),
        ];
        for (i, owner) in callers.iter().enumerate() {
            let bound = keys.bind("5-a.b", owner.as_ref()).unwrap();
            for (j, claimant) in callers.iter().enumerate() {
                let expected = if i == j { Ok("5-a.b") } else { Err(ForeignSession) };
                assert_eq!(keys.unbind(&bound, claimant.as_ref()), expected, "{i} {j}");
            }
        }
    }

    /// The tags were computed apart from this crate. What is signed must not change unnoticed: the separation from other uses
    /// of a key, the order of the parts, what stands for a part that is not there.
    #[test]
    fn mcp_58_what_is_signed_stays_what_it_is() {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);
        let keys = SessionKeys {
            keys: vec![("k".to_owned(), secret)],
        };
        let mut claims = ClaimSet::of("https://idp.example".into(), "alice", PrincipalKind::User);
        claims.client_id = Some("web".into());
        claims.tenant = Some("acme".into());
        let alice = Caller::new(claims);
        assert_eq!(
            keys.bind("5a", Some(&alice)).unwrap(),
            "5a.k.lVqewbqFK7W5ekwMY-88PnsMKu_97ddyI3JZO2Tb32o"
        );
        assert_eq!(
            keys.bind("5a", None).unwrap(),
            "5a.k.7-Jkhi5UeW1HjtEZjYdkZit5SSItVcnwoZPdWltd31Q"
        );
    }

    #[test]
    fn mcp_58_instances_with_a_common_key_know_each_others_sessions_while_it_is_known() {
        let ring = |ids: &[&str]| {
            let key = |id: &&str| ((*id).to_owned(), [*id.as_bytes().first().unwrap(); 32].to_vec().into());
            SessionKeys::new(&ids.iter().map(key).collect()).unwrap()
        };
        let alice = caller("i", "alice", PrincipalKind::User, None);
        let bound = ring(&["a"]).bind("5a", Some(&alice)).unwrap();
        assert!(bound.starts_with("5a.a."));
        for known in [&["a"][..], &["b", "a"], &["a", "b"]] {
            assert_eq!(ring(known).unbind(&bound, Some(&alice)), Ok("5a"), "{known:?}");
            let bob = caller("i", "bob", PrincipalKind::User, None);
            assert_eq!(ring(known).unbind(&bound, Some(&bob)), Err(ForeignSession));
        }
        assert_eq!(ring(&["b"]).unbind(&bound, Some(&alice)), Err(ForeignSession));
        // Another key under the id of the old one.
        let other = SessionKeys::new(&vec![("a".to_owned(), vec![9; 32].into())]).unwrap();
        assert_eq!(other.unbind(&bound, Some(&alice)), Err(ForeignSession));
    }

    #[test]
    fn a_key_ring_that_is_none_is_refused() {
        let key = |id: &str, byte: u8, length: usize| (id.to_owned(), vec![byte; length].into());
        for keys in [
            vec![key("a", 1, 31)],
            vec![key("", 1, 32)],
            vec![key("a.b", 1, 32)],
            vec![key("12345678901234567", 1, 32)],
            vec![key("a", 1, 32), key("a", 2, 32)],
            vec![key("a", 1, 32), key("b", 1, 32)],
        ] {
            let error = SessionKeys::new(&keys).err().unwrap().to_string();
            assert!(error.contains("of sessions") && error.contains("\nhelp: "), "{error}");
        }
    }

    #[test]
    fn mcp_58_an_unsigned_or_changed_id_is_foreign() {
        let keys = SessionKeys::random().unwrap();
        let bound = keys.bind("5a", None).unwrap();
        let other = SessionKeys::random().unwrap();
        assert_eq!(other.unbind(&bound, None), Err(ForeignSession));
        for changed in [
            "",
            "5a",
            "5a.r",
            "5a.r.",
            "5a..",
            &bound.replace("5a", "5b"),
            &bound.replace(".r.", ".s."),
            &format!("{bound}A"),
            &bound.replace('r', ""),
        ] {
            assert_eq!(keys.unbind(changed, None), Err(ForeignSession), "{changed}");
        }
    }
}

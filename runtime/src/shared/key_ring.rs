//! The keys by which what is in Redis is found and believed (R18).

use crate::configured_keys::{self, ConfiguredKeys, MAX_ID};
use crate::error::ConfigError;
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The first byte of what is sealed. Another form of it gets another one.
const VERSION: u8 = 1;
/// Apart from text and key id: version, length of the key id, nonce, tag.
pub(super) const MAX_OVERHEAD: usize = 2 + MAX_ID + NONCE_LEN + 16;

/// What an entry is for. No entry of one kind is ever taken for one of another.
#[derive(Clone, Copy)]
pub(super) enum Domain {
    Introspection,
    Rate,
    RevocationsByTime,
    RevocationsByExpiry,
    RevocationsChannel,
    Revocation,
}

impl Domain {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Introspection => "introspection",
            Self::Rate => "rate",
            Self::RevocationsByTime => "revocations by time",
            Self::RevocationsByExpiry => "revocations by expiry",
            Self::RevocationsChannel => "revocations channel",
            Self::Revocation => "revocation",
        }
    }
}

/// The configured keys, the newest first. It seals; all of them open.
pub(super) struct KeyRing(Vec<Key>);

pub(super) struct Key {
    id: String,
    names: hmac::Key,
    seals: RandomizedNonceKey,
}

impl KeyRing {
    /// 1. There is a key.
    /// 2. Their ids are of 1 to 16 letters, digits, `-` or `_`, and differ.
    /// 3. Their secrets have at least 32 bytes, and differ.
    pub(super) fn new(keys: &ConfiguredKeys) -> Result<Self, ConfigError> {
        if keys.is_empty() {
            let help = "add `.key(\"1\", secret)` with 32 random bytes that all instances know";
            return Err(ConfigError::new("the shared state has no key", help)); // 1
        }
        configured_keys::check("the shared state", keys)?; // 2, 3
        let keys: Option<Vec<Key>> = keys.iter().map(|(id, secret)| Key::new(id, secret)).collect();
        keys.map(Self)
            .ok_or_else(|| ConfigError::new("a secret of the shared state is not usable", "use 32 random bytes"))
    }

    /// The key that seals.
    pub(super) fn newest(&self) -> Option<&Key> {
        self.0.first()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Key> {
        self.0.iter()
    }

    /// What was sealed for this place, and by whichever of the keys.
    pub(super) fn open(&self, domain: Domain, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (id, _) = split(sealed)?;
        self.0
            .iter()
            .find(|key| key.id.as_bytes() == id)?
            .open(domain, place, sealed)
    }
}

impl Key {
    /// Makes two keys of one secret, so that none is used for two things. HMAC is a pseudo-random function, so neither says
    /// anything about the other.
    fn new(id: &str, secret: &[u8]) -> Option<Self> {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let derived = |purpose: &str| hmac::sign(&secret, purpose.as_bytes());
        Some(Self {
            id: id.to_owned(),
            names: hmac::Key::new(hmac::HMAC_SHA256, derived("toolgate shared state 1: names").as_ref()),
            seals: RandomizedNonceKey::new(&AES_256_GCM_SIV, derived("toolgate shared state 1: seals").as_ref())
                .ok()?,
        })
    }

    /// Where something is found in Redis. Says nothing about the parts to whoever has no key. Names of one domain have the same
    /// hash slot only if they are the same.
    pub(super) fn name(&self, domain: Domain, parts: &[&str]) -> String {
        let mut tag = hmac::Context::with_key(&self.names);
        for part in [&[domain.as_str()], parts].concat() {
            tag.update(&(part.len() as u64).to_be_bytes());
            tag.update(part.as_bytes());
        }
        format!("toolgate:{}:{}", self.id, URL_SAFE_NO_PAD.encode(tag.sign()))
    }

    /// Makes text unreadable and unchangeable for all who have no key, and worthless in any other place.
    pub(super) fn seal(&self, domain: Domain, place: &str, text: &[u8]) -> Option<Vec<u8>> {
        let mut body = text.to_vec();
        let nonce = self
            .seals
            .seal_in_place_append_tag(Aad::from(self.bound_to(domain, place)), &mut body)
            .ok()?;
        let mut sealed = vec![VERSION, u8::try_from(self.id.len()).ok()?];
        sealed.extend_from_slice(self.id.as_bytes());
        sealed.extend_from_slice(nonce.as_ref());
        sealed.append(&mut body);
        Some(sealed)
    }

    /// 1. It has the form that this version gives it.
    /// 2. It was sealed by this key, for this purpose and for this place, and nobody changed it since.
    fn open(&self, domain: Domain, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (_, rest) = split(sealed)?; // 1
        let (nonce, body) = rest.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let aad = Aad::from(self.bound_to(domain, place));
        let text = self.seals.open_in_place(nonce, aad, &mut body).ok()?; // 2
        Some(text.to_vec())
    }

    fn bound_to(&self, domain: Domain, place: &str) -> Vec<u8> {
        let mut bound = vec![VERSION];
        for part in [domain.as_str(), &self.id, place] {
            bound.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bound.extend_from_slice(part.as_bytes());
        }
        bound
    }
}

/// The key id, and what follows.
fn split(sealed: &[u8]) -> Option<(&[u8], &[u8])> {
    match sealed {
        [VERSION, length, rest @ ..] => rest.split_at_checked(usize::from(*length)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Domain, KeyRing, MAX_OVERHEAD};

    fn ring(keys: &[(&str, u8)]) -> KeyRing {
        let keys: Vec<_> = keys
            .iter()
            .map(|(id, byte)| ((*id).to_owned(), vec![*byte; 32].into()))
            .collect();
        KeyRing::new(&keys).unwrap()
    }

    fn sealed(ring: &KeyRing) -> Vec<u8> {
        ring.newest()
            .unwrap()
            .seal(Domain::Introspection, "place", b"text")
            .unwrap()
    }

    #[test]
    fn r18_f18_what_was_changed_in_any_bit_does_not_open() {
        let ring = ring(&[("a", 1)]);
        let sealed = sealed(&ring);
        assert!(sealed.len() <= 4 + MAX_OVERHEAD);
        assert_eq!(ring.open(Domain::Introspection, "place", &sealed).unwrap(), b"text");
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut other = sealed.clone();
                other[at] ^= 1 << bit;
                assert_eq!(ring.open(Domain::Introspection, "place", &other), None, "{at} {bit}");
            }
            assert_eq!(ring.open(Domain::Introspection, "place", &sealed[..at]), None, "{at}");
        }
    }

    #[test]
    fn r18_f18_what_was_sealed_for_one_place_or_purpose_does_not_open_in_another() {
        let ring = ring(&[("a", 1)]);
        let sealed = sealed(&ring);
        assert_eq!(ring.open(Domain::Introspection, "other", &sealed), None);
        assert_eq!(ring.open(Domain::Revocation, "place", &sealed), None);
    }

    #[test]
    fn r18_keys_change_without_a_gap() {
        let (old, both, new) = (ring(&[("a", 1)]), ring(&[("b", 2), ("a", 1)]), ring(&[("b", 2)]));
        let open = |ring: &KeyRing, sealed: &[u8]| ring.open(Domain::Introspection, "place", sealed).is_some();
        assert!(open(&both, &sealed(&old)));
        assert!(open(&both, &sealed(&both)) && open(&new, &sealed(&both)));
        assert!(!open(&old, &sealed(&both)) && !open(&new, &sealed(&old)));
        // The id alone is not what makes a key.
        assert!(!open(&ring(&[("a", 3)]), &sealed(&old)));
    }

    #[test]
    fn r18_names_differ_by_key_purpose_and_parts() {
        let ring = ring(&[("a", 1), ("b", 2)]);
        let mut names = Vec::new();
        for key in ring.iter() {
            for domain in [Domain::Introspection, Domain::Revocation] {
                for parts in [&["ab", "c"][..], &["a", "bc"], &["abc"], &["abc", ""]] {
                    names.push(key.name(domain, parts));
                }
            }
        }
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        let key = |id: &str, byte: u8, length: usize| (id.to_owned(), vec![byte; length].into());
        for (keys, expected) in [
            (vec![], "the shared state has no key"),
            (vec![key("", 1, 32)], "a key of the shared state has no id of its own"),
            (
                vec![key("a:b", 1, 32)],
                "a key of the shared state has no id of its own",
            ),
            (vec![key("a", 1, 31)], "a secret of the shared state is too short"),
            (
                vec![key("a", 1, 32), key("a", 2, 32)],
                "a key of the shared state has no id of its own",
            ),
            (
                vec![key("a", 1, 32), key("b", 1, 32)],
                "a key of the shared state has no id of its own",
            ),
        ] {
            let message = KeyRing::new(&keys).err().unwrap().to_string();
            assert!(message.starts_with(expected), "{message}");
        }
    }
}

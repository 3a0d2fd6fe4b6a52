//! What a token is kept under, instead of itself.

use crate::bearer::BearerToken;
use crate::error::ConfigError;
use aws_lc_rs::rand;
use polyval::Polyval;
use polyval::universal_hash::UniversalHash as _;

/// Four blocks, in bytes.
const FOUR: usize = 4 * polyval::BLOCK_SIZE;
/// What the length takes: a block.
const LENGTH: usize = size_of::<u128>();

/// Stands for a token within one [`TokenHash`]. Means nothing outside, and must not leave the process.
pub(super) type TokenKey = u128;

/// A keyed hash of whole tokens (R17): POLYVAL (RFC 8452 section 3), a proven universal hash, under a key that nobody knows.
///
/// It need not be one-way. Whoever sends tokens learns of a hash only whether it is equal to another one, and for any two
/// tokens of at most 16 KiB that is so for at most one key in 2^118.
pub(super) struct TokenHash(Polyval);

impl TokenHash {
    /// One that is like no other.
    pub(super) fn random() -> Result<Self, ConfigError> {
        let mut key = [0; polyval::KEY_SIZE];
        rand::fill(&mut key).map_err(|_| {
            ConfigError::new(
                "the system gives no random numbers",
                "check that the process may call getrandom",
            )
        })?;
        Ok(Self(Polyval::new(&key.into())))
    }

    pub(super) fn key(&self, token: &BearerToken) -> TokenKey {
        self.hash(token.expose().as_bytes())
    }

    /// The bytes are filled up with zeros, and the length is in the last block: without it, what differs in zeros at its end
    /// would be one. Blocks come in fours, because four at once take little longer than one.
    fn hash(&self, bytes: &[u8]) -> TokenKey {
        let mut hash = self.0.clone();
        let (fours, rest) = bytes.as_chunks::<FOUR>();
        hash.update_padded(fours.as_flattened());
        let mut end = [0; FOUR * 2];
        for (to, from) in end.iter_mut().zip(rest) {
            *to = *from;
        }
        // One four if the length finds room behind the rest, or else two.
        let room = if rest.len() + LENGTH <= FOUR { FOUR } else { FOUR * 2 };
        let length = (bytes.len() as u128).to_le_bytes();
        for (to, from) in end.iter_mut().take(room).rev().zip(length.iter().rev()) {
            *to = *from;
        }
        hash.update_padded(end.get(..room).unwrap_or_default());
        TokenKey::from_le_bytes(hash.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::TokenHash;

    #[test]
    fn r17_every_byte_counts_and_so_does_the_length() {
        let hash = TokenHash::random().unwrap();
        let text: Vec<u8> = (0..=100).collect();
        let whole = hash.hash(&text);
        assert_eq!(hash.hash(&text), whole);
        for at in 0..text.len() {
            for bit in 0..8 {
                let mut other = text.clone();
                other[at] ^= 1 << bit;
                assert_ne!(hash.hash(&other), whole, "{at} {bit}");
            }
        }
        let mut hashes: Vec<_> = (0..100).map(|length| hash.hash(&vec![0; length])).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), 100);
    }

    #[test]
    fn r17_no_two_caches_have_one_key() {
        let [one, other] = [TokenHash::random().unwrap(), TokenHash::random().unwrap()];
        assert_ne!(one.hash(b"token"), other.hash(b"token"));
    }
}

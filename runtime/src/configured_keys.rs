//! Keys that the operator of a server gives it, such as those that several instances have in common.

use crate::error::ConfigError;
use zeroize::Zeroizing;

const MIN_SECRET: usize = 32;
pub(crate) const MAX_ID: usize = 16;

/// Ids and secrets of keys, the newest first. The newest is used; all of them are known.
pub(crate) type ConfiguredKeys = Vec<(String, Zeroizing<Vec<u8>>)>;

/// Checks the keys of something.
///
/// 1. Their ids are of 1 to 16 letters, digits, `-` or `_`, and differ.
/// 2. Their secrets have at least 32 bytes, and differ.
pub(crate) fn check(of: &str, keys: &ConfiguredKeys) -> Result<(), ConfigError> {
    let odd = |id: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        id.is_empty() || id.len() > MAX_ID || !id.bytes().all(plain)
    };
    for (index, (id, secret)) in keys.iter().enumerate() {
        let mut earlier = keys.iter().take(index);
        if odd(id) || earlier.any(|(other, others)| other == id || others == secret) {
            let help = "give each key another id of 1 to 16 letters and digits, and another secret";
            return Err(ConfigError::new(format!("a key of {of} has no id of its own"), help)); // 1, 2
        }
        if secret.len() < MIN_SECRET {
            let help = "use 32 random bytes, such as those of `openssl rand -hex 32`, decoded";
            return Err(ConfigError::new(format!("a secret of {of} is too short"), help)); // 2
        }
    }
    Ok(())
}

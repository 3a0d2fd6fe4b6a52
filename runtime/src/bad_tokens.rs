//! How many tokens of one address may be refused before nobody there is listened to.

use crate::bearer::BearerToken;
use crate::clock::Clock;
use crate::error::{ConfigError, Limited};
use crate::rate_limit::RateLimit;
use crate::rates::{Buckets, Governor, Tag, random_key, tag};
use aws_lc_rs::hmac;
use quick_cache::sync::Cache;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How many addresses are counted.
const MAX_ADDRESSES: usize = 100_000;
/// How many tokens are known to be good.
const MAX_KNOWN: usize = 10_000;

/// The address at the other end of the connection that a request came by. A server puts it into the extensions of a request, for
/// [`GateBuilder::refused_tokens`](crate::GateBuilder::refused_tokens).
///
/// It is for the server to know: headers such as `X-Forwarded-For` say whatever a client likes, unless a proxy of yours sets them, and
/// only you know which one does. With axum, without a proxy:
///
/// ```
/// use axum::Router;
/// use axum::extract::{ConnectInfo, Request};
/// use axum::middleware::{Next, from_fn};
/// use std::net::SocketAddr;
/// use toolgate::layer::PeerAddress;
///
/// fn with_addresses(app: Router) -> axum::extract::connect_info::IntoMakeServiceWithConnectInfo<Router, SocketAddr> {
///     let note = |ConnectInfo(address): ConnectInfo<SocketAddr>, mut request: Request, next: Next| async move {
///         request.extensions_mut().insert(PeerAddress(address.ip()));
///         next.run(request).await
///     };
///     app.layer(from_fn(note)).into_make_service_with_connect_info()
/// }
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PeerAddress(pub IpAddr);

impl PeerAddress {
    /// Who has one address of a network that is given to one customer has all of it: of IPv6 that are 64 bits. IPv4 is IPv4, however it
    /// is written.
    fn network(self) -> Vec<u8> {
        match self.0.to_canonical() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().into_iter().take(8).collect(),
        }
    }
}

/// Counts refused tokens by the address that they came from.
pub(crate) struct BadTokens {
    secret: hmac::Key,
    counts: Governor,
    known: Cache<Tag, ()>,
    has_warned: AtomicBool,
}

impl BadTokens {
    pub(crate) fn new(rate: RateLimit, clock: &Arc<dyn Clock>) -> Result<Self, ConfigError> {
        let buckets = Arc::new(Buckets::new(MAX_ADDRESSES, Arc::clone(clock)));
        Ok(Self {
            secret: random_key()?,
            counts: Governor::new(rate.interval(), rate.burst_size(), &buckets),
            known: Cache::new(MAX_KNOWN),
            has_warned: AtomicBool::new(false),
        })
    }

    /// Decides whether the validator is asked about a token. It is never a token's proof: whoever passes is validated.
    ///
    /// 1. A token that was good here before is asked about, wherever it comes from: others behind the same address must not be able to
    ///    shut out those who are let in.
    /// 2. An address of which too many tokens were refused waits.
    /// 3. Without an address there is nobody to count. That is a mistake in the setup, and said once; to shut out everybody for it
    ///    would do what this is there to prevent.
    pub(crate) fn admit(&self, peer: Option<PeerAddress>, token: &BearerToken) -> Result<(), Limited> {
        let Some(peer) = peer else {
            if !self.has_warned.swap(true, Ordering::Relaxed) {
                tracing::warn!(
                    target: "toolgate::layer",
                    "`refused_tokens` is set, but requests have no `PeerAddress`: nothing is limited"
                );
            }
            return Ok(()); // 3
        };
        match self.counts.wait(&self.address(peer)) {
            Some(wait) if self.known.get(&self.token(token)).is_none() => Err(Limited::new(wait)), // 2
            _ => Ok(()),                                                                           // 1
        }
    }

    /// A token was good.
    pub(crate) fn accepted(&self, token: &BearerToken) {
        let token = self.token(token);
        // To look is cheaper than to put it there again.
        if self.known.get(&token).is_none() {
            self.known.insert(token, ());
        }
    }

    /// A token was not good, or is not any more.
    pub(crate) fn refused(&self, peer: Option<PeerAddress>, token: &BearerToken) {
        self.known.remove(&self.token(token));
        if let Some(peer) = peer {
            // When there is none left to take, the address waits already.
            let _ = self.counts.take(&self.address(peer));
        }
    }

    fn address(&self, peer: PeerAddress) -> Tag {
        tag(&self.secret, [b"address".as_slice(), &peer.network()])
    }

    fn token(&self, token: &BearerToken) -> Tag {
        tag(&self.secret, [b"token".as_slice(), token.expose().as_bytes()])
    }
}

impl fmt::Debug for BadTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BadTokens").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::PeerAddress;
    use std::collections::HashSet;

    #[test]
    fn one_customer_is_one_network() {
        let network = |text: &str| PeerAddress(text.parse().unwrap()).network();
        assert_eq!(network("192.0.2.1"), network("::ffff:192.0.2.1"));
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        let others = [
            "192.0.2.1",
            "192.0.2.2",
            "2001:db8:1:2::1",
            "2001:db8:1:3::1",
            "2001:db9:1:2::1",
            "::1",
        ];
        let networks: HashSet<_> = others.into_iter().map(network).collect();
        assert_eq!(networks.len(), others.len());
    }
}

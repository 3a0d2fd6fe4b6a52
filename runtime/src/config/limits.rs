//! What a gate limits.

use super::GateBuilder;
use crate::rate_limit::RateLimit;
use crate::rates::Rates;

impl<R, V> GateBuilder<R, V> {
    /// Sets how the calls of tools with a `rate_limit` are counted. Without it, they are counted in this process.
    pub fn rates(mut self, rates: Rates) -> Self {
        self.options.rates = rates;
        self
    }

    /// Sets how many tokens from one address may be refused, such as `RateLimit::per_minute(20)`. When there were more, the validator is
    /// not asked about any other token from there for a while, and the answer is 429 with `Retry-After`. Not limited unless set.
    ///
    /// 1. The server has to say which address that is, for each request: [`PeerAddress`](crate::layer::PeerAddress). Without it nothing is
    ///    limited, and the log says so.
    /// 2. Behind a reverse proxy all requests come from the address of the proxy. Give its clients' addresses, or do not set this: all
    ///    would share one count.
    /// 3. Of IPv6, what begins with the same 64 bits is one address.
    /// 4. A token that was accepted here before is asked about in any case, so that nobody who is let in is shut out by others behind
    ///    the same address. Of those, 10 000 are remembered, by a keyed hash.
    /// 5. At most 100 000 addresses are counted; while there is no place for another, the new ones share some counts, as for
    ///    [`Rates`].
    pub fn refused_tokens(mut self, rate: RateLimit) -> Self {
        self.options.refused_tokens = Some(rate);
        self
    }
}

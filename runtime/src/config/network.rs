//! What a gate is told about the network that its server is in.

use super::GateBuilder;

impl<R, V> GateBuilder<R, V> {
    /// Accepts this value of the `Host` header besides the host of the resource URL, such as the name that a reverse proxy
    /// calls the server by.
    pub fn allowed_host(mut self, host: impl Into<String>) -> Self {
        self.options.hosts.push(host.into());
        self
    }

    /// Accepts requests of browser pages from this origin, such as `https://app.example.com` (MCP-50), and tells browsers that
    /// such a page may send them and read the answers (CORS). Preflights are answered without a token, for these origins only.
    pub fn allowed_origin(mut self, origin: impl Into<String>) -> Self {
        self.options.origins.push(origin.into());
        self
    }

    /// Says where the server listens, so that a mistake is found at the start and not by the first client: a server that
    /// listens to other machines has to know by which name they reach it (MCP-50).
    ///
    /// That is the host of the resource URL. If it is one of this machine only, such as `127.0.0.1`, and no
    /// [`allowed_host`](Self::allowed_host) says more, every request from another machine would be refused, and
    /// [`build`](Self::build) says so. What is accepted does not depend on this.
    pub fn listens_on(mut self, address: std::net::SocketAddr) -> Self {
        self.options.listens_on = Some(address);
        self
    }

    /// Believes the proxies of this network, such as `10.0.0.0/8`, what they say in `X-Forwarded-For`: who a request came from
    /// ([`PeerAddress`](crate::layer::PeerAddress)). May be given several times.
    ///
    /// The address at the other end of the connection has to be there, and to be of such a network. Then the list is read from
    /// its end, to the first address that is no such proxy. All of them have to write that header; nginx, Envoy and Caddy can.
    /// Without this, and of anybody else, it says nothing. Other headers, such as `Forwarded` or `X-Forwarded-Host`, never do:
    /// URLs and hosts are those of the resource URL.
    pub fn trusted_proxy(mut self, network: impl Into<String>) -> Self {
        self.options.proxies.push(network.into());
        self
    }
}

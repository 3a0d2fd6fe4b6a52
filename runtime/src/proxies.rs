//! Which proxies may say where a request came from.

use crate::bad_tokens::PeerAddress;
use crate::error::ConfigError;
use http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The networks that the server's own proxies are in.
#[derive(Debug, Default)]
pub(crate) struct Proxies(Vec<IpNet>);

impl Proxies {
    pub(crate) fn new(networks: &[String]) -> Result<Self, ConfigError> {
        let networks = networks.iter().map(|network| {
            let address = || network.parse::<IpAddr>().ok().map(|address| IpNet::from(address.to_canonical()));
            let parsed = network.parse::<IpNet>().ok().or_else(address);
            match parsed {
                Some(network) if network.prefix_len() > 0 => Ok(network.trunc()),
                _ => Err(ConfigError::new(
                    format!("`{network}` is not the network of a proxy"),
                    "write it like `10.0.0.0/8`, `fd00::/8` or `127.0.0.1`; not all there is, or anybody could say who they are",
                )),
            }
        });
        Ok(Self(networks.collect::<Result<_, _>>()?))
    }

    /// Who sent a request, given who is at the other end of the connection.
    ///
    /// 1. Whoever is no proxy of ours says nothing about others: it is who sent it.
    /// 2. Each of our proxies wrote at the end of `X-Forwarded-For` who it got the request from. So the list is read from its end,
    ///    for as long as those are proxies of ours. The first that is none is who sent it; what stands before that is that one's word.
    /// 3. What is no address ends the search: it came from the proxy that was found last.
    /// 4. `Forwarded` and all other headers say nothing: a proxy that writes the one may pass on the other from anybody.
    pub(crate) fn sender(&self, peer: Option<PeerAddress>, headers: &HeaderMap) -> Option<PeerAddress> {
        let PeerAddress(mut sender) = peer?;
        let lines: Vec<_> = headers.get_all(FORWARDED_FOR).iter().collect();
        let hops = lines
            .iter()
            .rev()
            .flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        for hop in hops {
            if !self.has(sender) {
                break; // 1, 2
            }
            let Some(address) = address(hop) else { break }; // 3
            sender = address;
        }
        Some(PeerAddress(sender))
    }

    fn has(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// An address as proxies write it: some with a port.
fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::Proxies;
    use crate::bad_tokens::PeerAddress;
    use http::{HeaderMap, HeaderValue};

    fn sender(networks: &[&str], peer: &str, lines: &[&str]) -> String {
        let networks: Vec<_> = networks.iter().map(|network| (*network).to_owned()).collect();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_str(line).unwrap());
        }
        headers.append("forwarded", HeaderValue::from_static("for=198.51.100.99"));
        headers.append("x-real-ip", HeaderValue::from_static("198.51.100.98"));
        let peer = PeerAddress(peer.parse().unwrap());
        let found = Proxies::new(&networks).unwrap().sender(Some(peer), &headers);
        found.unwrap().0.to_string()
    }

    #[test]
    fn without_a_proxy_of_ours_headers_say_nothing() {
        assert_eq!(sender(&[], "203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(sender(&["10.0.0.0/8"], "203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(sender(&["10.0.0.0/8"], "10.1.2.3", &[]), "10.1.2.3");
        assert_eq!(Proxies::default().sender(None, &HeaderMap::new()), None);
    }

    #[test]
    fn our_proxies_are_believed_and_nobody_behind_them() {
        let ours = ["10.0.0.0/8", "fd00::/8"];
        for (lines, expected) in [
            (&["203.0.113.7"][..], "203.0.113.7"),
            // What the client sent itself stands before what the proxy wrote.
            (&["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
            (&["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
            (&["198.51.100.1, 203.0.113.7, 10.9.9.9"], "203.0.113.7"),
            (&["10.0.0.1, 203.0.113.7"], "203.0.113.7"),
            (&["203.0.113.7,10.9.9.9", "fd00::1"], "203.0.113.7"),
            (&["203.0.113.7:443"], "203.0.113.7"),
            (&["[2001:db8::7]:443"], "2001:db8::7"),
            (&["[2001:db8::7]"], "2001:db8::7"),
            (&["2001:db8::7"], "2001:db8::7"),
            // Nobody knows who that is.
            (&["203.0.113.7, unknown"], "10.1.2.3"),
            (&["203.0.113.7, , 10.9.9.9"], "10.9.9.9"),
            (&["203.0.113.7, unknown, 10.9.9.9"], "10.9.9.9"),
            (&["10.7.7.7"], "10.7.7.7"),
        ] {
            assert_eq!(sender(&ours, "10.1.2.3", lines), expected, "{lines:?}");
        }
        // One address, however it is written.
        assert_eq!(sender(&ours, "::ffff:10.1.2.3", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(sender(&["127.0.0.1"], "127.0.0.1", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(sender(&["127.0.0.1"], "127.0.0.2", &["203.0.113.7"]), "127.0.0.2");
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for network in ["", "proxy", "10.0.0.0/33", "0.0.0.0/0", "::/0", "10.0.0.1:80"] {
            let error = Proxies::new(&[network.to_owned()]).unwrap_err().to_string();
            assert!(error.contains("is not the network of a proxy\nhelp: "), "{error}");
        }
        assert!(Proxies::new(&["10.1.2.3/8".to_owned()]).is_ok());
    }
}

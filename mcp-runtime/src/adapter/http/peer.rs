//! Where a request came from.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::Extensions;

/// The address that a request came from, where the listener is ours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// The address that a request came from, by what was put beside it.
pub(super) fn peer(beside: &Extensions) -> Option<IpAddr> {
    let ours = beside.get().map(|Peer(address)| *address);
    ours.or_else(|| beside.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip()))
}

/// Whom failures are counted against. A network of IPv6 can give itself any address in its /64.
pub(super) fn network(address: IpAddr) -> IpAddr {
    // A listener for both kinds of addresses says `::ffff:192.0.2.1`: these have one /64 in common.
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_counted_by_network() {
        for (address, counted) in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("::1", "::"),
        ] {
            assert_eq!(network(address.parse().unwrap()).to_string(), counted, "{address}");
        }
    }
}

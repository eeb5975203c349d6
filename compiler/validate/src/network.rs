//! Address ranges.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A range of addresses of one version, as the first address and the number of fixed bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Network {
    /// IPv4.
    V4(u32, u8),
    /// IPv6.
    V6(u128, u8),
}

impl Network {
    /// Reads `10.0.0.0/16` or `2001:db8::/32`. Bits after the fixed ones must be zero.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        if bits.is_empty() || !bits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let bits: u8 = bits.parse().ok()?;
        let network = match address.parse::<Ipv4Addr>() {
            Ok(address) => Self::V4(address.to_bits(), bits),
            Err(_) => Self::V6(address.parse::<Ipv6Addr>().ok()?.to_bits(), bits),
        };
        (network.width() >= bits && network.host_part() == 0).then_some(network)
    }

    /// The range that contains the address of `text`, with the bits after the fixed ones cleared.
    pub(crate) fn containing(text: &str) -> Option<String> {
        let (address, bits) = text.split_once('/')?;
        let bits: u8 = bits.parse().ok()?;
        let address: Ipv4Addr = address.parse().ok()?;
        let mask = match bits {
            0 => 0,
            1..=32 => u32::MAX << (32 - bits),
            _ => return None,
        };
        Some(format!("{}/{bits}", Ipv4Addr::from_bits(address.to_bits() & mask)))
    }

    /// Whether this is a range of IPv4 addresses.
    pub(crate) const fn is_v4(self) -> bool {
        matches!(self, Self::V4(..))
    }

    const fn width(self) -> u8 {
        match self {
            Self::V4(..) => 32,
            Self::V6(..) => 128,
        }
    }

    /// The number of fixed bits.
    pub(crate) const fn bits(self) -> u8 {
        match self {
            Self::V4(_, bits) | Self::V6(_, bits) => bits,
        }
    }

    fn host_part(self) -> u128 {
        match self {
            Self::V4(address, bits) => u128::from(address) & !(u128::MAX << (32 - u32::from(bits))),
            Self::V6(_, 0) => self.address(),
            Self::V6(address, bits) => address & !(u128::MAX << (128 - u32::from(bits))),
        }
    }

    fn address(self) -> u128 {
        match self {
            Self::V4(address, _) => u128::from(address),
            Self::V6(address, _) => address,
        }
    }

    /// Whether every address of `inner` is one of this range.
    pub(crate) fn contains(self, inner: Self) -> bool {
        if self.is_v4() != inner.is_v4() || self.bits() > inner.bits() {
            return false;
        }
        let free = u32::from(self.width() - self.bits());
        free == 128 || self.address() >> free == inner.address() >> free
    }

    /// Whether an address is in both ranges.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Network;

    fn net(text: &str) -> Network {
        Network::parse(text).unwrap()
    }

    #[test]
    fn ranges_are_read_and_compared() {
        assert!(net("10.0.0.0/8").contains(net("10.2.0.0/16")));
        assert!(!net("10.2.0.0/16").contains(net("10.0.0.0/8")));
        assert!(net("10.0.0.0/8").overlaps(net("10.2.3.0/24")));
        assert!(!net("10.0.0.0/16").overlaps(net("10.1.0.0/16")));
        assert!(net("0.0.0.0/0").contains(net("1.2.3.4/32")));
        assert!(net("::/0").contains(net("2001:db8::/32")));
        assert!(!net("::/0").contains(net("1.2.3.4/32")));
    }

    #[test]
    fn other_texts_are_not_ranges() {
        for text in ["10.0.0.0", "10.0.0.1/16", "10.0.0.0/33", "10.0.0.0/+8", "::1/64", "x/8", "/", "1.2.3/8"]
        {
            assert_eq!(Network::parse(text), None, "{text}");
        }
        assert_eq!(Network::containing("10.0.3.7/16").unwrap(), "10.0.0.0/16");
    }
}

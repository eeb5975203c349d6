//! Exact sets of ports and addresses, and of packets: boxes of sources, destinations and ports.
//!
//! Must not know: where the sets come from.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};

/// What intervals are made of.
pub trait Point: Copy + Ord {
    /// The least.
    const MIN: Self;
    /// The greatest.
    const MAX: Self;
    /// The next greater one, if there is one.
    fn after(self) -> Option<Self>;
    /// The next smaller one, if there is one.
    fn before(self) -> Option<Self>;
}

macro_rules! points {
    ($($number:ty),*) => {$(
        impl Point for $number {
            const MIN: Self = Self::MIN;
            const MAX: Self = Self::MAX;
            fn after(self) -> Option<Self> {
                self.checked_add(1)
            }
            fn before(self) -> Option<Self> {
                self.checked_sub(1)
            }
        }
    )*};
}

points!(u16, u32, u128);

/// A set of numbers: intervals with both ends, in order, apart from each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Intervals<T>(Vec<(T, T)>);

/// A set of ports.
pub type Ports = Intervals<u16>;

impl<T> Default for Intervals<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Point> Intervals<T> {
    /// Everything.
    pub fn all() -> Self {
        Self(vec![(T::MIN, T::MAX)])
    }

    /// From `first` to `last`, both included; nothing where they are the wrong way round.
    pub fn of(first: T, last: T) -> Self {
        if first <= last { Self(vec![(first, last)]) } else { Self::default() }
    }

    /// Just this.
    pub fn one(point: T) -> Self {
        Self::of(point, point)
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is in it.
    pub fn contains(&self, point: T) -> bool {
        self.0.iter().any(|(first, last)| *first <= point && point <= *last)
    }

    /// The intervals, in order.
    pub fn ranges(&self) -> &[(T, T)] {
        &self.0
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut found = Vec::new();
        let (mut ours, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(our), Some(their)) = (ours.peek(), theirs.peek()) {
            let (first, last) = (our.0.max(their.0), our.1.min(their.1));
            if first <= last {
                found.push((first, last));
            }
            if our.1 < their.1 {
                ours.next();
            } else {
                theirs.next();
            }
        }
        Self(found)
    }

    /// What is in either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let mut all = [self.0.as_slice(), other.0.as_slice()].concat();
        all.sort_unstable();
        let mut found: Vec<(T, T)> = Vec::with_capacity(all.len());
        for (first, last) in all {
            match found.last_mut() {
                Some(known) if known.1.after().is_none_or(|next| first <= next) => {
                    known.1 = known.1.max(last);
                }
                _ => found.push((first, last)),
            }
        }
        Self(found)
    }

    /// What is in this one only.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut gaps = Vec::new();
        let mut start = Some(T::MIN);
        for (first, last) in &other.0 {
            if let (Some(start), Some(end)) = (start, first.before())
                && start <= end
            {
                gaps.push((start, end));
            }
            start = last.after();
        }
        gaps.extend(start.map(|start| (start, T::MAX)));
        self.and(&Self(gaps))
    }

    /// Whether all of `other` is in it.
    pub fn covers(&self, other: &Self) -> bool {
        other.minus(self).is_empty()
    }
}

/// `80, 443, 1024-65535`; `all ports`.
impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::all() {
            return f.write_str("all ports");
        }
        for (at, (first, last)) in self.0.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { ", " })?;
            if first == last { write!(f, "{first}")? } else { write!(f, "{first}-{last}")? }
        }
        Ok(())
    }
}

/// A set of addresses of both versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Addresses {
    /// IPv4.
    pub v4: Intervals<u32>,
    /// IPv6.
    pub v6: Intervals<u128>,
}

/// What no host of the internet has as its address: IANA's registry of special-purpose addresses, RFC 6890, and
/// multicast.
const NOT_PUBLIC: [&str; 12] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
];

impl Addresses {
    /// All of both versions.
    pub fn all() -> Self {
        Self { v4: Intervals::all(), v6: Intervals::all() }
    }

    /// All of IPv4 that a host in a network may have: not those by which each host means itself.
    pub fn hosts_v4() -> Self {
        let own = Self::parse("127.0.0.0/8").unwrap_or_default();
        Self::all_v4().minus(&own)
    }

    /// All of IPv4.
    pub fn all_v4() -> Self {
        Self { v4: Intervals::all(), v6: Intervals::default() }
    }

    /// The hosts of the internet: global unicast addresses.
    pub fn internet() -> Self {
        let special = NOT_PUBLIC
            .iter()
            .filter_map(|prefix| Self::parse(prefix))
            .fold(Self::default(), |all, one| all.or(&one));
        let global = Self::parse("2000::/3").unwrap_or_default();
        Self { v4: Intervals::all().minus(&special.v4), v6: global.v6 }
    }

    /// Reads `10.0.0.0/16` or `2001:db8::/32`; an address without a length is that one alone.
    pub fn parse(text: &str) -> Option<Self> {
        let range = match text.parse::<IpNet>() {
            Ok(range) => range,
            Err(_) => IpNet::from(text.parse::<std::net::IpAddr>().ok()?),
        };
        Some(match range {
            IpNet::V4(range) => Self {
                v4: Intervals::of(range.network().to_bits(), range.broadcast().to_bits()),
                v6: Intervals::default(),
            },
            IpNet::V6(range) => Self {
                v4: Intervals::default(),
                v6: Intervals::of(range.network().to_bits(), range.broadcast().to_bits()),
            },
        })
    }

    /// Whether no address is in it.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self { v4: self.v4.and(&other.v4), v6: self.v6.and(&other.v6) }
    }

    /// What is in either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self { v4: self.v4.or(&other.v4), v6: self.v6.or(&other.v6) }
    }

    /// What is in this one only.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self { v4: self.v4.minus(&other.v4), v6: self.v6.minus(&other.v6) }
    }

    /// Whether all of `other` is in it.
    pub fn covers(&self, other: &Self) -> bool {
        self.v4.covers(&other.v4) && self.v6.covers(&other.v6)
    }
}

/// Prefixes, the fewest that make up the set: `10.0.0.0/16, 2001:db8::/32`.
impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let v4 = self.v4.ranges().iter().flat_map(|(first, last)| {
            Ipv4Subnets::new(Ipv4Addr::from_bits(*first), Ipv4Addr::from_bits(*last), 0).map(IpNet::from)
        });
        let v6 = self.v6.ranges().iter().flat_map(|(first, last)| {
            Ipv6Subnets::new(Ipv6Addr::from_bits(*first), Ipv6Addr::from_bits(*last), 0).map(IpNet::from)
        });
        for (at, prefix) in v4.chain(v6).enumerate() {
            f.write_str(if at == 0 { "" } else { ", " })?;
            write!(f, "{prefix}")?;
        }
        Ok(())
    }
}

/// What packets are of, by IANA's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the protocols'")]
pub enum Protocol {
    Tcp,
    Udp,
}

impl Protocol {
    /// Those that have ports.
    pub const ALL: [Self; 2] = [Self::Tcp, Self::Udp];

    /// IANA's number.
    pub const fn number(self) -> u8 {
        match self {
            Self::Tcp => 6,
            Self::Udp => 17,
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        })
    }
}

/// Packets of one protocol: every source to every destination at every port of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Packets {
    /// Where they come from.
    pub from: Addresses,
    /// Where they go to.
    pub to: Addresses,
    /// To which ports.
    pub ports: Ports,
}

impl Packets {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.from.is_empty() || self.to.is_empty() || self.ports.is_empty()
    }

    /// Those in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self {
            from: self.from.and(&other.from),
            to: self.to.and(&other.to),
            ports: self.ports.and(&other.ports),
        }
    }

    /// Those of this only, as boxes that have nothing in common.
    pub fn minus(&self, other: &Self) -> Vec<Self> {
        let both = self.and(other);
        if both.is_empty() {
            return vec![self.clone()];
        }
        let rest = [
            Self { from: self.from.minus(&other.from), ..self.clone() },
            Self { from: both.from.clone(), to: self.to.minus(&other.to), ports: self.ports.clone() },
            Self { from: both.from, to: both.to, ports: self.ports.minus(&other.ports) },
        ];
        rest.into_iter().filter(|packets| !packets.is_empty()).collect()
    }
}

/// The ports of all of them.
pub fn ports(all: &[Packets]) -> Ports {
    all.iter().fold(Ports::default(), |ports, packets| ports.or(&packets.ports))
}

#[cfg(test)]
mod tests;

//! The parts of networks as the stacks of a target declare them: VPCs, subnets, routes, access lists, security groups.
//!
//! Must not know: what is in the subnets, who asks.

mod read;

use std::sync::Arc;

use ci_graph::Place;
use rustc_hash::FxHashMap;

use crate::reader::At;
use crate::sets::{Addresses, Ports, Protocol};
use crate::truth::Truth;

pub(crate) use read::{group_of, read, truth};

/// Version of the Internet Protocol: each packet is of one, and what is said about one says nothing of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    V4,
    V6,
}

impl Version {
    pub const ALL: [Self; 2] = [Self::V4, Self::V6];

    /// The addresses of this version among some.
    pub fn of(self, addresses: &Addresses) -> Addresses {
        match self {
            Self::V4 => Addresses { v4: addresses.v4.clone(), ..Addresses::default() },
            Self::V6 => Addresses { v6: addresses.v6.clone(), ..Addresses::default() },
        }
    }
}

/// Addresses that a rule or a route names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Range {
    /// None outside of these.
    pub within: Addresses,
    /// Just these; otherwise only the deployment knows which of them.
    pub exact: bool,
}

impl Range {
    pub fn unknown() -> Self {
        Self { within: Addresses::all(), exact: false }
    }

    pub fn exactly(addresses: Addresses) -> Self {
        Self { within: addresses, exact: true }
    }
}

/// Something that has an id: of the program, or one that exists.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Named {
    Of(Place),
    Existing(Arc<str>),
    Unknown,
}

impl Named {
    pub fn same(&self, other: &Self) -> Truth {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => Truth::Perhaps,
            (one, other) => Truth::of(one == other),
        }
    }

    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Of(place) => Some(*place),
            _ => None,
        }
    }
}

/// A subnet.
#[derive(Clone, Debug)]
pub(crate) struct Subnet {
    pub vpc: Named,
    /// Its hosts have addresses of these, it is not known which.
    pub v4: Addresses,
    /// The same of IPv6. `None`: it has none of this version.
    pub v6: Option<Addresses>,
    /// Its route table and where that is said. `None`: the main table of its VPC.
    pub table: Option<Link>,
    /// Its access list and where that is said. `None`: the one its VPC begins with.
    pub acl: Option<Link>,
    /// Whether instances get a public address.
    pub public: Truth,
    /// Whether instances get an address of IPv6.
    pub assigns_v6: Truth,
}

/// What an association says of a subnet.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub to: Named,
    pub at: At,
    pub sure: bool,
}

/// Where a route leads.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// A gateway to the internet, and whether it is the VPC's.
    Internet(Named),
    Nat(Named),
    EgressOnly,
    Peering(Named),
    /// Something whose other side is not declared here.
    Elsewhere {
        what: &'static str,
        /// Whether it may be the way back to someone on the internet who asked: a gateway, or a filter before it.
        answers: bool,
    },
}

/// A route.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub place: Place,
    pub to: Range,
    /// How many bits of the destination are fixed: the most decide.
    pub bits: u8,
    /// It names a list of AWS, which is about addresses of a service only.
    pub listed: bool,
    pub target: Target,
    pub at: At,
    pub sure: bool,
}

/// What a rule says of protocols and ports.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Match {
    /// `None`: only the deployment knows.
    pub protocol: Option<ProtocolMatch>,
    /// `None`: only the deployment knows.
    pub ports: Option<Ports>,
}

/// Which protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProtocolMatch {
    All,
    One(u8),
}

impl Match {
    /// The ports of a protocol that are meant at most, and whether it is just those.
    pub fn ports(&self, protocol: Protocol) -> (Ports, bool) {
        match self.protocol {
            Some(ProtocolMatch::All) => (Ports::all(), true),
            Some(ProtocolMatch::One(number)) if number != protocol.number() => (Ports::default(), true),
            Some(ProtocolMatch::One(_)) => match &self.ports {
                Some(ports) => (ports.clone(), true),
                None => (Ports::all(), false),
            },
            None => (self.ports.clone().unwrap_or_else(Ports::all), false),
        }
    }
}

/// An entry of an access list.
#[derive(Clone, Debug)]
pub(crate) struct AclEntry {
    /// The first that matches decides.
    pub number: Option<i64>,
    pub egress: bool,
    /// `None`: only the deployment knows whether it allows or denies.
    pub allows: Option<bool>,
    pub peer: Range,
    pub about: Match,
    pub at: At,
    pub sure: bool,
}

/// Whom a rule of a security group is about.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Peer {
    Addresses(Range),
    Group(Named),
}

/// A rule of a security group.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub ingress: bool,
    pub peer: Peer,
    pub about: Match,
    pub at: At,
    /// Where its peer is written.
    pub peer_at: At,
    pub sure: bool,
}

/// A security group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub rules: Vec<Rule>,
    /// It allows everything that leaves, because nobody has said anything else.
    pub default_egress: Option<Truth>,
}

/// The parts of the networks of a target.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// The addresses of VPCs.
    pub vpcs: FxHashMap<Place, Range>,
    pub subnets: FxHashMap<Place, Subnet>,
    pub tables: FxHashMap<Place, Vec<Route>>,
    /// Access lists; those that VPCs begin with under the VPC.
    pub acls: FxHashMap<Place, Vec<AclEntry>>,
    /// Security groups; those that VPCs begin with under the VPC.
    pub groups: FxHashMap<Place, Group>,
    /// The VPC that a gateway is attached to, and whether that is sure.
    pub attached: FxHashMap<Place, Vec<(Named, bool)>>,
    /// The subnet of a NAT gateway, and whether it leads to the internet.
    pub nats: FxHashMap<Place, (Named, Truth)>,
    /// The VPCs that a peering connects.
    pub peerings: FxHashMap<Place, (Named, Named)>,
}

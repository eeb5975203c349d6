//! Questions and answers: does one thing reach another?
//!
//! Must not know: how an answer is shown.

use ci_graph::Place;

use crate::model::{Peer, Rule, Version};
use crate::sets::{Ports, Protocol};
use crate::truth::{Mode, Truth};
use crate::walk::{Arrived, Walk};
use crate::{At, Network};

/// An end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    /// Any host with a public address that is not of the program.
    Internet,
    /// A resource of the program.
    At(Place),
}

/// Whether something reaches something else.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// It does.
    Reached(Path),
    /// It does not, whatever is not known.
    Blocked(Blocked),
    /// One of the ends is in no network: a bucket, a function without a VPC.
    NotInNetwork(Place),
}

/// A way from one end to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Of which packets.
    pub protocol: Protocol,
    /// The ports that are reached in every deployment.
    pub ports: Ports,
    /// Those that are reached if what is not known allows it.
    pub perhaps: Ports,
    /// What lets them through, in the order they pass it. Of several ways the first that is sure.
    pub hops: Vec<Hop>,
}

impl Path {
    /// Whether anything is reached for certain.
    pub fn is_certain(&self) -> bool {
        !self.ports.is_empty()
    }

    /// Everything that is reached or may be.
    pub fn all_ports(&self) -> Ports {
        self.ports.or(&self.perhaps)
    }
}

/// What kind of thing lets packets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HopKind {
    /// A public address.
    Address,
    /// A route.
    Route,
    /// A network access list.
    Acl,
    /// A rule of a security group.
    Rule,
    /// A listener, or the port of a data store.
    Listener,
}

/// Something that lets packets through.
#[derive(Clone, Debug, PartialEq)]
pub struct Hop {
    /// What kind of thing.
    pub kind: HopKind,
    /// What it says, for people.
    pub says: String,
    /// Where it is said.
    pub at: At,
    /// The ports it lets through.
    pub ports: Ports,
    /// Only the deployment knows whether it does.
    pub unknown: bool,
}

/// What stops packets.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocked {
    /// What is so, for people.
    pub what: String,
    /// The setting that would have to change.
    pub setting: String,
    /// Where that setting is, or the resource that lacks it.
    pub at: At,
    /// How far packets came: of several ways the one that goes furthest is told.
    pub(crate) step: u8,
}

impl Network<'_> {
    /// Whether `from` reaches `to`, and how.
    pub fn reaches(&self, from: End, to: End, protocol: Protocol) -> Answer {
        let mut ends = [from, to];
        for end in &mut ends {
            if let End::At(place) = *end {
                match self.element(place) {
                    Some(element) => *end = End::At(element),
                    None => return Answer::NotInNetwork(place),
                }
            }
        }
        let [from, to] = ends;
        let must = self.ways(Mode::Must, from, to, protocol);
        let may = self.ways(Mode::May, from, to, protocol);
        let (ports, hops) = match (must, may) {
            (_, Err(blocked)) => return Answer::Blocked(blocked),
            (Ok(sure), Ok(possible)) => ((sure.ports.clone(), possible.ports.minus(&sure.ports)), sure.hops),
            (Err(_), Ok(possible)) => ((Ports::default(), possible.ports), possible.hops),
        };
        Answer::Reached(Path { protocol, ports: ports.0, perhaps: ports.1, hops })
    }

    /// Whether `from` reaches `to`: on `port`, or on any where that is `None`.
    ///
    /// What is in no network reaches nothing, and nothing reaches it.
    pub fn allows(&self, from: End, to: End, protocol: Protocol, port: Option<u16>) -> Truth {
        let Answer::Reached(path) = self.reaches(from, to, protocol) else { return Truth::No };
        let has = |ports: &Ports| port.map_or(!ports.is_empty(), |port| ports.contains(port));
        match (has(&path.ports), has(&path.perhaps)) {
            (true, _) => Truth::Yes,
            (false, true) => Truth::Perhaps,
            (false, false) => Truth::No,
        }
    }

    /// Whether an element has addresses that a rule is about.
    pub(crate) fn comes_from(&self, from: Place, rule: &Rule) -> bool {
        let Peer::Addresses(range) = &rule.peer else { return false };
        let of = |version| Walk { network: self, mode: Mode::May, protocol: Protocol::Tcp, version };
        Version::ALL.into_iter().any(|version| of(version).is_among(from, &range.within))
    }

    /// The TCP ports on which the groups of an element may let packets out, to hosts that are not of its network.
    pub(crate) fn let_out(&self, from: Place) -> Result<Ports, Blocked> {
        let walk = Walk { network: self, mode: Mode::May, protocol: Protocol::Tcp, version: Version::V4 };
        walk.let_out(from)
    }

    /// All ways of one kind together: the ports of all, the hops of the first.
    pub(crate) fn ways(
        &self,
        mode: Mode,
        from: End,
        to: End,
        protocol: Protocol,
    ) -> Result<Arrived, Blocked> {
        let mut best: Option<Blocked> = None;
        let mut found: Option<Arrived> = None;
        for version in Version::ALL {
            let walk = Walk { network: self, mode, protocol, version };
            for way in walk.ways(from, to) {
                match (way, &mut found) {
                    (Ok(arrived), None) => found = Some(arrived),
                    (Ok(arrived), Some(known)) => known.ports = known.ports.or(&arrived.ports),
                    (Err(blocked), _) => {
                        // What is said of IPv6 is worth telling only where it goes further.
                        if best.as_ref().is_none_or(|best| best.step < blocked.step) {
                            best = Some(blocked);
                        }
                    }
                }
            }
        }
        match (found, best) {
            (Some(found), _) => Ok(found),
            (None, Some(blocked)) => Err(blocked),
            (None, None) => Err(self.nowhere(from, to)),
        }
    }

    /// Between the internet and itself, or where an end has no interface.
    fn nowhere(&self, from: End, to: End) -> Blocked {
        let places = [from, to].into_iter().filter_map(|end| match end {
            End::At(place) => Some(place),
            End::Internet => None,
        });
        let at = places.map(|place| self.reader.at(place)).next().unwrap_or(At {
            stack: 0,
            origin: ci_graph::Origin { item: 0, range: ci_base::TextRange::empty(0) },
        });
        Blocked { what: "there is no interface".to_owned(), setting: "its subnets".to_owned(), at, step: 0 }
    }
}

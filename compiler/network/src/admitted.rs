//! What each security group lets through, rule by rule: for comparing one program with another.
//!
//! Must not know: what has the groups, which way packets take.

use ci_graph::Place;

use crate::model::{Named, Peer, ProtocolMatch, Rule};
use crate::{Addresses, At, Network, Ports, Protocol, Truth};

/// What a rule of a security group lets through.
#[derive(Clone, Debug, PartialEq)]
pub struct Admitted {
    /// The group.
    pub group: Place,
    /// It lets in; otherwise it lets out.
    pub ingress: bool,
    /// Whom.
    pub who: Admits,
    /// IANA's number of the protocol; none where it is any, or only the deployment knows.
    pub protocol: Option<u8>,
    /// The ports; all where only the deployment knows.
    pub ports: Ports,
    /// Everything of it is known.
    pub sure: bool,
    /// Where it is written.
    pub at: At,
}

/// Whom a rule lets through.
#[derive(Clone, Debug, PartialEq)]
pub enum Admits {
    /// Hosts with these addresses.
    Addresses(Addresses),
    /// Whatever has a group of the program.
    Group(Place),
    /// Whatever has a group that exists, by its id.
    Existing(String),
    /// Only the deployment knows.
    Unknown,
}

impl Network<'_> {
    /// What all security groups let through, in the order of the stacks.
    pub fn admitted(&self) -> Vec<Admitted> {
        let mut all = Vec::new();
        let mut groups: Vec<_> = self.model.groups.iter().map(|(group, of)| (*group, of)).collect();
        groups.sort_unstable_by_key(|(group, _)| *group);
        for (group, of) in groups {
            all.extend(of.rules.iter().map(|rule| admitted(group, rule)));
            if let Some(truth) = of.default_egress {
                all.push(Admitted {
                    group,
                    ingress: false,
                    who: Admits::Addresses(Addresses::all()),
                    protocol: None,
                    ports: Ports::all(),
                    sure: truth == Truth::Yes,
                    at: self.reader.at(group),
                });
            }
        }
        all
    }
}

fn admitted(group: Place, rule: &Rule) -> Admitted {
    let who = match &rule.peer {
        Peer::Addresses(range) if range.exact => Admits::Addresses(range.within.clone()),
        Peer::Group(Named::Of(place)) => Admits::Group(*place),
        Peer::Group(Named::Existing(id)) => Admits::Existing(id.to_string()),
        Peer::Addresses(_) | Peer::Group(Named::Unknown) => Admits::Unknown,
    };
    let protocol = match rule.about.protocol {
        Some(ProtocolMatch::One(number)) => Some(number),
        Some(ProtocolMatch::All) | None => None,
    };
    let has_ports = Protocol::ALL.iter().any(|known| protocol == Some(known.number()));
    let ports = rule.about.ports.clone().filter(|_| has_ports).unwrap_or_else(Ports::all);
    let is_known = rule.about.protocol.is_some() && rule.about.ports.is_some();
    Admitted { group, ingress: rule.ingress, who, protocol, ports, sure: rule.sure && is_known, at: rule.at }
}

impl Admitted {
    /// Whether it lets anything through that none of `others` does; `same` says which groups are the same in both programs.
    pub fn beyond(&self, others: &[Self], same: impl Fn(Place, Place) -> bool) -> bool {
        let about = |other: &&Self| {
            let is_protocol = other.protocol.is_none() || other.protocol == self.protocol;
            // What only may be there is nothing to count on.
            other.ingress == self.ingress && is_protocol && (other.sure || !self.sure)
        };
        let others = others.iter().filter(about);
        match &self.who {
            Admits::Addresses(wanted) => {
                let mut left = vec![(wanted.clone(), self.ports.clone())];
                for other in others {
                    let Admits::Addresses(known) = &other.who else { continue };
                    left = left
                        .iter()
                        .flat_map(|(addresses, ports)| {
                            let both = addresses.and(known);
                            [(addresses.minus(known), ports.clone()), (both, ports.minus(&other.ports))]
                        })
                        .filter(|(addresses, ports)| !addresses.is_empty() && !ports.is_empty())
                        .collect();
                }
                !left.is_empty()
            }
            who => {
                let is_same = |other: &&Self| match (&other.who, who) {
                    (Admits::Group(one), Admits::Group(other)) => same(*one, *other),
                    (one, other) => one == other,
                };
                let left =
                    others.filter(is_same).fold(self.ports.clone(), |left, other| left.minus(&other.ports));
                !left.is_empty()
            }
        }
    }

    /// What it lets through: `tcp 22`, `everything`.
    pub fn what(&self) -> String {
        let ports = if self.ports == Ports::all() { String::new() } else { format!(" {}", self.ports) };
        match self.protocol {
            None => "everything".to_owned(),
            Some(6) => format!("tcp{ports}"),
            Some(17) => format!("udp{ports}"),
            Some(1) => "icmp".to_owned(),
            Some(58) => "icmpv6".to_owned(),
            Some(number) => format!("protocol {number}"),
        }
    }

    /// Whether it lets in every address of a version.
    pub fn is_from_everywhere(&self) -> bool {
        let all = Addresses::all();
        let is_all = |known: &Addresses| known.v4 == all.v4 || known.v6 == all.v6;
        self.ingress && matches!(&self.who, Admits::Addresses(known) if is_all(known))
    }
}

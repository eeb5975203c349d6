//! One walk of packets from interface to interface: address, route, access list, security group, listener.
//!
//! A walk is of one version of IP and one protocol, and takes what is not known in one way; so each step is a plain
//! operation on sets of packets.
//!
//! Must not know: what the answer is for.

mod filters;
mod ways;

use ci_graph::Place;

use crate::Network;
use crate::element::{Attached, Element, Interface, Public, SixBy};
use crate::model::{Named, Subnet, Version};
use crate::reach::{Blocked, End, Hop};
use crate::reader::At;
use crate::sets::{Addresses, Intervals, Packets, Ports, Protocol, ports};
use crate::truth::{Mode, Truth};

/// What arrives.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub ports: Ports,
    pub hops: Vec<Hop>,
}

/// A walk that is taken.
#[derive(Clone, Copy)]
pub(crate) struct Walk<'w, 'a> {
    pub network: &'w Network<'a>,
    pub mode: Mode,
    pub protocol: Protocol,
    pub version: Version,
}

/// An interface in a subnet.
pub(crate) struct Side<'w> {
    pub element: &'w Element,
    pub interface: &'w Interface,
    pub attached: &'w Attached,
    /// `None`: a subnet that exists, or that only the deployment knows.
    pub subnet: Option<&'w Subnet>,
    /// It has one of these addresses, of the walk's version.
    pub range: Addresses,
}

impl Side<'_> {
    pub fn place(&self) -> Place {
        self.element.place
    }

    pub fn vpc(&self) -> &Named {
        self.subnet.map_or(&Named::Unknown, |subnet| &subnet.vpc)
    }
}

/// Packets on their way.
pub(crate) struct State {
    pub packets: Vec<Packets>,
    pub hops: Vec<Hop>,
}

impl State {
    /// Everything that someone may send to the internet.
    fn leaving(walk: Walk<'_, '_>, from: &Side<'_>) -> Self {
        let to = walk.version.of(&Addresses::internet());
        Self {
            packets: vec![Packets { from: from.range.clone(), to, ports: Ports::all() }],
            hops: Vec::new(),
        }
    }

    /// The rest of a step: those that passed.
    pub fn pass(&mut self, packets: Vec<Packets>) {
        self.packets = packets;
    }

    pub fn ports(&self) -> Ports {
        ports(&self.packets)
    }
}

impl<'w> Walk<'w, '_> {
    /// Every way there is, arrived or blocked.
    pub fn ways(self, from: End, to: End) -> Vec<Result<Arrived, Blocked>> {
        match (from, to) {
            (End::Internet, End::Internet) => Vec::new(),
            (End::Internet, End::At(to)) => self.sides(to).map(|to| self.entering(&to)).collect(),
            (End::At(from), End::Internet) => self.sides(from).map(|from| self.leaving(&from)).collect(),
            (End::At(from), End::At(to)) => {
                let targets: Vec<Side<'w>> = self.sides(to).collect();
                self.sides(from)
                    .flat_map(|from| targets.iter().map(|to| self.between(&from, to)).collect::<Vec<_>>())
                    .collect()
            }
        }
    }

    /// The interfaces of an element that have addresses of this version.
    fn sides(self, place: Place) -> impl Iterator<Item = Side<'w>> {
        let element = self.network.elements.all.get(&place);
        let pairs = element.into_iter().flat_map(|element| {
            element.interfaces.iter().flat_map(move |interface| {
                interface.subnets.iter().map(move |attached| (element, interface, attached))
            })
        });
        pairs.filter_map(move |(element, interface, attached)| {
            if self.mode == Mode::Must && !attached.sure {
                return None;
            }
            let subnet = attached.to.place().and_then(|place| self.network.model.subnets.get(&place));
            let range = match self.version {
                Version::V4 => subnet.map_or_else(Addresses::hosts_v4, |subnet| subnet.v4.clone()),
                Version::V6 => {
                    let v6 = match interface.v6 {
                        SixBy::Is(truth) => truth,
                        SixBy::BySubnet => subnet.map_or(Truth::Perhaps, |subnet| subnet.assigns_v6),
                    };
                    if !self.mode.takes(v6) {
                        return None;
                    }
                    match subnet {
                        Some(subnet) => subnet.v6.clone()?,
                        None => Addresses { v6: Intervals::all(), ..Addresses::default() },
                    }
                }
            };
            Some(Side { element, interface, attached, subnet, range })
        })
    }

    fn entering(self, to: &Side<'w>) -> Result<Arrived, Blocked> {
        let mut state = State {
            packets: vec![Packets {
                from: self.version.of(&Addresses::internet()),
                to: to.range.clone(),
                ports: Ports::all(),
            }],
            hops: Vec::new(),
        };
        self.has_address(&mut state, to)?;
        self.gateway_in(&mut state, to)?;
        self.acl(&mut state, to, false)?;
        self.group(&mut state, to, true, None)?;
        self.listener(&mut state, to)?;
        self.arrived(state, None, Some(to))
    }

    fn leaving(self, from: &Side<'w>) -> Result<Arrived, Blocked> {
        let mut state = State::leaving(self, from);
        self.group(&mut state, from, false, None)?;
        self.acl(&mut state, from, true)?;
        self.gateway_out(&mut state, from)?;
        self.arrived(state, Some(from), None)
    }

    /// Whether hosts of an element have addresses that are among some.
    pub fn is_among(self, place: Place, addresses: &Addresses) -> bool {
        self.sides(place).any(|side| !side.range.and(addresses).is_empty())
    }

    /// The ports on which the groups of an element let packets out to the internet, whatever the routes say.
    pub fn let_out(self, place: Place) -> Result<Ports, Blocked> {
        let mut found = Ports::default();
        let mut blocked = None;
        for side in self.sides(place) {
            let mut state = State::leaving(self, &side);
            match self.group(&mut state, &side, false, None) {
                Ok(()) => found = found.or(&state.ports()),
                Err(by) => blocked = Some(by),
            }
        }
        match blocked {
            Some(by) if found.is_empty() => Err(by),
            _ => Ok(found),
        }
    }

    fn between(self, from: &Side<'w>, to: &Side<'w>) -> Result<Arrived, Blocked> {
        let mut state = State {
            packets: vec![Packets { from: from.range.clone(), to: to.range.clone(), ports: Ports::all() }],
            hops: Vec::new(),
        };
        self.group(&mut state, from, false, Some(to))?;
        let apart = from.attached.to.same(&to.attached.to);
        // Inside of a subnet no access list and no route is asked.
        if apart != Truth::Yes {
            self.acl(&mut state, from, true)?;
            self.across(&mut state, from, to)?;
            self.acl(&mut state, to, false)?;
        }
        self.group(&mut state, to, true, Some(from))?;
        self.listener(&mut state, to)?;
        self.arrived(state, Some(from), Some(to))
    }

    /// What is there at the end. Of what let something through, that is kept which let something through to the end.
    ///
    /// Which address of its subnet a host has is not known: any will do for what may arrive, and what must arrive does
    /// so for each.
    fn arrived(
        self,
        state: State,
        from: Option<&Side<'w>>,
        to: Option<&Side<'w>>,
    ) -> Result<Arrived, Blocked> {
        let mut ports = state.ports();
        if self.mode == Mode::Must {
            let of = |side: Option<&Side<'w>>| side.map_or_else(Addresses::all, |side| side.range.clone());
            let whole = Packets { from: of(from), to: of(to), ports: ports.clone() };
            let left = state.packets.iter().fold(vec![whole], |left, packets| {
                // Of the internet one host is enough.
                let mut passed = packets.clone();
                if from.is_none() {
                    passed.from = Addresses::all();
                }
                if to.is_none() {
                    passed.to = Addresses::all();
                }
                left.iter().flat_map(|packets| packets.minus(&passed)).collect()
            });
            ports = ports.minus(&crate::sets::ports(&left));
        }
        if ports.is_empty()
            && let Some(side) = to.or(from)
        {
            return Err(Blocked {
                what: "what passes depends on the address that a host has in its subnet".to_owned(),
                setting: "the ranges of addresses in rules and entries".to_owned(),
                at: subnet_at(side),
                step: u8::MAX,
            });
        }
        let mut hops = state.hops;
        hops.retain(|hop| !hop.ports.and(&ports).is_empty());
        for hop in &mut hops {
            hop.ports = hop.ports.and(&ports);
        }
        Ok(Arrived { ports, hops })
    }

    /// Whether an interface has a public address.
    pub fn is_public(self, side: &Side<'_>) -> Truth {
        match side.interface.public {
            Public::Is(truth) => truth,
            Public::BySubnet => side.subnet.map_or(Truth::Perhaps, |subnet| subnet.public),
        }
    }
}

/// Where an interface says what subnet it is in.
pub(crate) fn subnet_at(side: &Side<'_>) -> At {
    side.attached.at
}

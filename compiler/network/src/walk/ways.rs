//! The steps of a walk that lead from place to place: addresses and routes.

use ci_graph::Place;

use super::{Side, State, Walk, subnet_at};
use crate::element::Public;
use crate::model::{Link, Named, Range, Route, Target, Version};
use crate::reach::{Blocked, Hop, HopKind};
use crate::reader::At;
use crate::sets::{Addresses, Ports};
use crate::truth::{Mode, Truth};

/// How far packets came. Security groups and access lists stand before, between and after these: see the filters.
const ADDRESS: u8 = 1;
const ROUTE: u8 = 4;

/// What is meant by addresses of which it may not be known which they are.
///
/// `generous`: then all of them are; otherwise none.
pub(super) fn meant(set: &Range, generous: bool) -> Addresses {
    match (set.exact, generous) {
        (true, _) => set.within.clone(),
        (false, true) => Addresses::all(),
        (false, false) => Addresses::default(),
    }
}

impl<'w> Walk<'w, '_> {
    pub(super) fn path(self, place: Place) -> &'w str {
        self.network.path(place)
    }

    pub(super) fn generous(self) -> bool {
        self.mode == Mode::May
    }

    pub(super) fn named(self, named: &Named) -> String {
        match named {
            Named::Of(place) => format!("`{}`", self.path(*place)),
            Named::Existing(id) => format!("`{id}`"),
            Named::Unknown => "something that only the deployment knows".to_owned(),
        }
    }

    pub(super) fn subnet_name(self, side: &Side<'_>) -> String {
        match &side.attached.to {
            Named::Of(place) => format!("the subnet `{}`", self.path(*place)),
            Named::Existing(id) => format!("the subnet `{id}`"),
            Named::Unknown => format!("the subnet of `{}`", self.path(side.place())),
        }
    }

    /// Whether the internet knows an address of it.
    pub fn has_address(self, state: &mut State, to: &Side<'w>) -> Result<(), Blocked> {
        if self.version == Version::V6 {
            return Ok(());
        }
        let public = self.is_public(to);
        let (at, by) = match to.interface.public {
            Public::Is(_) => (to.interface.public_at, to.interface.public_by),
            Public::BySubnet => {
                let of = to.attached.to.place().map(|subnet| {
                    let written = self.network.reader.property(subnet, "MapPublicIpOnLaunch");
                    written.first().map_or_else(|| self.network.reader.at(subnet), |item| item.at)
                });
                (of.unwrap_or_else(|| subnet_at(to)), "MapPublicIpOnLaunch")
            }
        };
        let name = self.path(to.place());
        if !self.mode.takes(public) {
            let setting = if by.is_empty() {
                format!("none: what `{name}` is never has one")
            } else {
                format!("{by} of `{name}`")
            };
            let what = format!("`{name}` has no public address");
            return Err(Blocked { what, setting, at, step: ADDRESS });
        }
        let says = if by.is_empty() {
            format!("`{name}` has a public address")
        } else {
            format!("`{name}` has a public address: {by}")
        };
        let unknown = public == Truth::Perhaps;
        state.hops.push(Hop { kind: HopKind::Address, says, at, ports: Ports::all(), unknown });
        Ok(())
    }

    /// The routes of a subnet; `Err` where only the deployment knows them, `None` where it has but its VPC's own.
    fn routes(self, side: &Side<'w>) -> Result<Option<(&'w [Route], &'w Link)>, At> {
        let Some(subnet) = side.subnet else { return Err(subnet_at(side)) };
        match &subnet.table {
            // A main table has no routes but the VPC's own: there is no resource that names it.
            None if subnet.vpc.place().is_some_and(|vpc| self.network.model.vpcs.contains_key(&vpc)) => {
                Ok(None)
            }
            None => Err(subnet_at(side)),
            Some(link) => {
                let routes = link.to.place().and_then(|table| self.network.model.tables.get(&table));
                match routes {
                    Some(routes) if link.sure || self.generous() => Ok(Some((routes, link))),
                    _ => Err(link.at),
                }
            }
        }
    }

    /// The addresses whose packets leave by a route that is good: of those routes that know an address the one with the
    /// longest prefix decides. With the first good route.
    fn by_routes(
        self,
        routes: &'w [Route],
        wanted: &Addresses,
        good: impl Fn(&Route) -> Truth,
    ) -> (Addresses, Option<(&'w Route, bool)>) {
        let mut left = wanted.clone();
        let mut found = Addresses::default();
        let mut first = None;
        for route in routes {
            let mut truth = good(route);
            if !route.sure {
                truth = truth.and(Truth::Perhaps);
            }
            let taken = self.mode.takes(truth);
            // Where a good route leads only perhaps, or one that is not good, is for the mode to say.
            let to = if route.to.exact {
                route.to.within.clone()
            } else if route.listed {
                // A list of a service's own addresses is not the internet, nor a VPC.
                if taken && self.generous() { wanted.clone() } else { Addresses::default() }
            } else {
                meant(&route.to, taken == self.generous())
            };
            let here = left.and(&to);
            if here.is_empty() {
                continue;
            }
            if taken {
                if first.is_none() {
                    first = Some((route, truth == Truth::Perhaps || !route.to.exact));
                }
                found = found.or(&here);
            }
            if (route.sure && route.to.exact) || !self.generous() {
                left = left.minus(&here);
            }
        }
        (found, first)
    }

    /// Whether a route leads from a VPC to the internet by a gateway of that VPC.
    fn is_internet(self, route: &Route, vpc: &Named) -> Truth {
        match &route.target {
            Target::Internet(Named::Of(gateway)) => {
                let attached = self.network.model.attached.get(gateway);
                let each = attached.into_iter().flatten().map(|(to, sure)| {
                    let same = to.same(vpc);
                    if *sure { same } else { same.and(Truth::Perhaps) }
                });
                each.max().unwrap_or(Truth::No)
            }
            Target::Internet(Named::Existing(_)) => Truth::Yes,
            Target::Internet(Named::Unknown) => Truth::Perhaps,
            Target::Elsewhere { answers: true, .. } => Truth::Perhaps,
            _ => Truth::No,
        }
    }

    fn no_route(self, side: &Side<'w>, found: Option<&Link>, what: &str) -> Blocked {
        let subnet = self.subnet_name(side);
        match found {
            None => Blocked {
                what: format!(
                    "{subnet} has no route table of its own, and the one of its VPC leads nowhere else"
                ),
                setting: format!("a route table of {subnet} with a route {what}"),
                at: side.attached.to.place().map_or(subnet_at(side), |place| self.network.reader.at(place)),
                step: ROUTE,
            },
            Some(link) => {
                let table = self.named(&link.to);
                Blocked {
                    what: format!("the route table {table} of {subnet} has no route {what}"),
                    setting: format!("a route of {table} {what}"),
                    at: link.to.place().map_or(link.at, |place| self.network.reader.at(place)),
                    step: ROUTE,
                }
            }
        }
    }

    fn unknown_route(self, state: &mut State, side: &Side<'w>, at: At, what: &str) -> Result<(), Blocked> {
        let subnet = self.subnet_name(side);
        if !self.generous() {
            let what = format!("only the deployment knows the routes of {subnet}");
            return Err(Blocked { what, setting: format!("the routes of {subnet}"), at, step: ROUTE });
        }
        let says = format!("the routes of {subnet} may lead {what}");
        state.hops.push(Hop { kind: HopKind::Route, says, at, ports: Ports::all(), unknown: true });
        Ok(())
    }

    /// From the internet's gateway to a subnet: answers must find the way back.
    pub fn gateway_in(self, state: &mut State, to: &Side<'w>) -> Result<(), Blocked> {
        let (routes, link) = match self.routes(to) {
            Err(at) => return self.unknown_route(state, to, at, "to the internet"),
            Ok(None) => return Err(self.no_route(to, None, "to an internet gateway")),
            Ok(Some(found)) => found,
        };
        let wanted = state.packets.iter().fold(Addresses::default(), |all, packets| all.or(&packets.from));
        let (found, first) = self.by_routes(routes, &wanted, |route| self.is_internet(route, to.vpc()));
        let Some((route, unknown)) = first else {
            let unattached = routes.iter().find_map(|route| match &route.target {
                Target::Internet(gateway) if self.is_internet(route, to.vpc()) == Truth::No => {
                    Some((route, gateway))
                }
                _ => None,
            });
            return Err(match unattached {
                Some((route, gateway)) => Blocked {
                    what: format!(
                        "the gateway {} is not attached to the VPC {}",
                        self.named(gateway),
                        self.named(to.vpc())
                    ),
                    setting: "an attachment of the gateway".to_owned(),
                    at: route.at,
                    step: ROUTE,
                },
                None => self.no_route(to, Some(link), "to an internet gateway"),
            });
        };
        for packets in &mut state.packets {
            packets.from = packets.from.and(&found);
        }
        state.packets.retain(|packets| !packets.is_empty());
        let says = format!(
            "the route `{}` of {} leads to the internet",
            self.path(route.place),
            self.named(&link.to)
        );
        state.hops.push(Hop { kind: HopKind::Route, says, at: route.at, ports: Ports::all(), unknown });
        Ok(())
    }

    /// From a subnet to the internet.
    pub fn gateway_out(self, state: &mut State, from: &Side<'w>) -> Result<(), Blocked> {
        let (routes, link) = match self.routes(from) {
            Err(at) => return self.unknown_route(state, from, at, "to the internet"),
            Ok(None) => return Err(self.no_route(from, None, "to the internet")),
            Ok(Some(found)) => found,
        };
        let wanted = state.packets.iter().fold(Addresses::default(), |all, packets| all.or(&packets.to));
        let by_address = if self.version == Version::V6 { Truth::Yes } else { self.is_public(from) };
        let good = |route: &Route| match &route.target {
            Target::Nat(_) if self.version == Version::V6 => Truth::Perhaps,
            Target::Nat(nat) => self.nat_leads_out(nat),
            Target::EgressOnly => Truth::of(self.version == Version::V6),
            Target::Elsewhere { .. } | Target::Peering(_) => Truth::Perhaps,
            Target::Internet(_) => self.is_internet(route, from.vpc()).and(by_address),
        };
        let (found, first) = self.by_routes(routes, &wanted, good);
        let Some((route, unknown)) = first else {
            let by_gateway = routes
                .iter()
                .find(|route| matches!(route.target, Target::Internet(_)) && route.to.within.covers(&wanted));
            return Err(match by_gateway {
                Some(route) if by_address == Truth::No => Blocked {
                    what: format!(
                        "`{}` has no public address, which the internet gateway of its subnet takes for granted",
                        self.path(from.place())
                    ),
                    setting: format!(
                        "the subnets of `{}`: those with a route to a NAT gateway",
                        self.path(from.place())
                    ),
                    at: route.at,
                    step: ROUTE,
                },
                _ => self.no_route(from, Some(link), "to the internet"),
            });
        };
        for packets in &mut state.packets {
            packets.to = packets.to.and(&found);
        }
        state.packets.retain(|packets| !packets.is_empty());
        let way = match &route.target {
            Target::Nat(nat) => format!("to the internet by the NAT gateway {}", self.named(nat)),
            Target::Elsewhere { what, .. } => format!("to {what}"),
            Target::Peering(_) => "to another VPC".to_owned(),
            Target::EgressOnly => "to the internet, and nothing back that was not asked for".to_owned(),
            Target::Internet(_) => "to the internet".to_owned(),
        };
        let says = format!("the route `{}` of {} leads {way}", self.path(route.place), self.named(&link.to));
        state.hops.push(Hop { kind: HopKind::Route, says, at: route.at, ports: Ports::all(), unknown });
        Ok(())
    }

    /// Whether a NAT gateway has a public address and a way to the internet.
    fn nat_leads_out(self, nat: &Named) -> Truth {
        let Some(nat) = nat.place() else {
            return if *nat == Named::Unknown { Truth::Perhaps } else { Truth::Yes };
        };
        let Some((subnet, public)) = self.network.model.nats.get(&nat) else { return Truth::Perhaps };
        let Some(subnet) = subnet.place().and_then(|subnet| self.network.model.subnets.get(&subnet)) else {
            return public.and(Truth::Perhaps);
        };
        let Some(link) = &subnet.table else {
            let of_program = subnet.vpc.place().is_some();
            return public.and(if of_program { Truth::No } else { Truth::Perhaps });
        };
        let Some(routes) = link.to.place().and_then(|table| self.network.model.tables.get(&table)) else {
            return public.and(Truth::Perhaps);
        };
        let out = routes
            .iter()
            .filter(|route| !route.to.exact || !route.to.within.and(&Addresses::internet()).is_empty());
        let best = out.map(|route| {
            let is_internet = self.is_internet(route, &subnet.vpc);
            if route.sure && link.sure { is_internet } else { is_internet.and(Truth::Perhaps) }
        });
        public.and(best.max().unwrap_or(Truth::No))
    }

    /// From one subnet to another: by the VPC itself, or by a peering that both sides have routes to.
    pub fn across(self, state: &mut State, from: &Side<'w>, to: &Side<'w>) -> Result<(), Blocked> {
        let same = from.vpc().same(to.vpc());
        let (at, vpcs) = (subnet_at(from), (self.named(from.vpc()), self.named(to.vpc())));
        if self.mode.takes(same) {
            let says = match same {
                Truth::Yes => format!("both are in the VPC {}", vpcs.0),
                _ => {
                    format!("`{}` and `{}` may be in one VPC", self.path(from.place()), self.path(to.place()))
                }
            };
            let unknown = same == Truth::Perhaps;
            state.hops.push(Hop { kind: HopKind::Route, says, at, ports: Ports::all(), unknown });
            return Ok(());
        }
        if same == Truth::Perhaps {
            let what = "only the deployment knows whether both are in one VPC".to_owned();
            return Err(Blocked { what, setting: "the subnets".to_owned(), at, step: ROUTE });
        }
        // There, and answers back.
        for (here, there, back) in [(from, to, false), (to, from, true)] {
            let (routes, link) = match self.routes(here) {
                Err(at) => {
                    self.unknown_route(state, here, at, "to the other VPC")?;
                    continue;
                }
                Ok(found) => found.unzip(),
            };
            let good = |route: &Route| match &route.target {
                Target::Peering(peering) => self.connects(peering, here.vpc(), there.vpc()),
                Target::Elsewhere { .. } => Truth::Perhaps,
                _ => Truth::No,
            };
            let wanted = &there.range;
            let (found, first) = self.by_routes(routes.unwrap_or_default(), wanted, good);
            let Some((route, unknown)) = first else {
                let mut blocked = self.no_route(
                    here,
                    link,
                    &format!("to the VPC {}", if back { &vpcs.0 } else { &vpcs.1 }),
                );
                blocked.what = format!(
                    "`{}` and `{}` are in different VPCs, and {}",
                    self.path(from.place()),
                    self.path(to.place()),
                    blocked.what
                );
                return Err(blocked);
            };
            for packets in &mut state.packets {
                let side = if back { &mut packets.from } else { &mut packets.to };
                *side = side.and(&found);
            }
            state.packets.retain(|packets| !packets.is_empty());
            let says = format!(
                "the route `{}` leads to the VPC {}",
                self.path(route.place),
                if back { &vpcs.0 } else { &vpcs.1 }
            );
            state.hops.push(Hop { kind: HopKind::Route, says, at: route.at, ports: Ports::all(), unknown });
        }
        Ok(())
    }

    fn connects(self, peering: &Named, here: &Named, there: &Named) -> Truth {
        let Some((one, other)) = peering.place().and_then(|place| self.network.model.peerings.get(&place))
        else {
            return Truth::Perhaps;
        };
        let pair = |a: &Named, b: &Named| a.same(here).and(b.same(there));
        pair(one, other).or(pair(other, one))
    }
}

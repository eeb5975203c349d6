//! The steps of a walk that let packets through or not: access lists, security groups, listeners.

use ci_graph::Place;

use super::ways::meant;
use super::{Side, State, Walk, subnet_at};
use crate::model::{AclEntry, Peer, Rule};
use crate::reach::{Blocked, Hop, HopKind};
use crate::reader::At;
use crate::sets::{Addresses, Packets, Ports, ports};
use crate::truth::{Mode, Truth};

/// How far packets came: see the ways.
const LEAVING_GROUP: u8 = 2;
const LEAVING_ACL: u8 = 3;
const ENTERING_ACL: u8 = 5;
const ENTERING_GROUP: u8 = 6;
const LISTENER: u8 = 7;

/// The ports that clients take for answers. Source: the user guide of VPC, "Ephemeral ports".
const EPHEMERAL: (u16, u16) = (1024, u16::MAX);

/// The packets that are in one of several boxes.
fn within(packets: &[Packets], boxes: &[Packets]) -> Vec<Packets> {
    let mut found: Vec<Packets> = Vec::new();
    for packet in packets {
        for one in boxes {
            let both = packet.and(one);
            if !both.is_empty() && !found.contains(&both) {
                found.push(both);
            }
        }
    }
    found
}

impl<'w> Walk<'w, '_> {
    /// The access list of a subnet, in both directions: it does not remember who asked.
    pub fn acl(self, state: &mut State, side: &Side<'w>, egress: bool) -> Result<(), Blocked> {
        let step = if egress { LEAVING_ACL } else { ENTERING_ACL };
        let (entries, name, at) = match self.entries(side) {
            Ok(found) => found,
            Err(at) => {
                let subnet = self.subnet_name(side);
                if !self.generous() {
                    let what = format!("only the deployment knows the access list of {subnet}");
                    let setting = format!("the access list of {subnet}");
                    return Err(Blocked { what, setting, at, step });
                }
                // An unknown list of a subnet that is unknown anyway is not worth a line of its own.
                return Ok(());
            }
        };
        let by_default = side.subnet.is_some_and(|subnet| subnet.acl.is_none());
        let (allowed, first) = self.through(entries, &state.packets, egress);
        if allowed.is_empty() {
            let (at, entry) = first.map_or((at, None), |entry| (entry.at, Some(entry)));
            let what = match entry {
                Some(entry) => format!("entry {} of {name} denies it", entry.number.unwrap_or_default()),
                None => format!("no entry of {name} allows it to {}", if egress { "leave" } else { "enter" }),
            };
            let setting = format!("the {} entries of {name}", direction(egress));
            return Err(Blocked { what, setting, at, step });
        }
        state.pass(allowed);
        // Answers.
        let answers: Vec<Packets> = state
            .packets
            .iter()
            .map(|packets| Packets {
                from: packets.to.clone(),
                to: packets.from.clone(),
                ports: Ports::of(EPHEMERAL.0, EPHEMERAL.1),
            })
            .collect();
        let (back, denying) = self.through(entries, &answers, !egress);
        // The side of the packets that the entries speak of.
        let peers =
            |all: Addresses, packets: &Packets| all.or(if egress { &packets.from } else { &packets.to });
        let mut returned = back.iter().fold(Addresses::default(), peers);
        if !self.generous() {
            // Which port a client takes is not known, so all of them must be allowed.
            let denied = answers
                .iter()
                .flat_map(|answer| {
                    back.iter().fold(vec![answer.clone()], |left, allowed| {
                        left.iter().flat_map(|packets| packets.minus(allowed)).collect()
                    })
                })
                .fold(Addresses::default(), |all, packets| peers(all, &packets));
            returned = returned.minus(&denied);
        }
        for packets in &mut state.packets {
            let side = if egress { &mut packets.to } else { &mut packets.from };
            *side = side.and(&returned);
        }
        state.packets.retain(|packets| !packets.is_empty());
        if state.packets.is_empty() {
            let what = format!(
                "{name} does not let answers {}, to ports {}-{}",
                if egress { "in" } else { "out" },
                EPHEMERAL.0,
                EPHEMERAL.1
            );
            let setting = format!("the {} entries of {name}", direction(!egress));
            return Err(Blocked { what, setting, at: denying.map_or(at, |entry| entry.at), step });
        }
        if !by_default {
            let kept = state.ports();
            let entry = entries.iter().find(|entry| {
                entry.egress == egress
                    && entry.allows != Some(false)
                    && !entry.about.ports(self.protocol).0.and(&kept).is_empty()
            });
            let at = entry.map_or(at, |entry| entry.at);
            let says = format!("{name} lets it {}", if egress { "leave" } else { "enter" });
            let unknown = entry.is_some_and(|entry| !is_known(entry));
            state.hops.push(Hop { kind: HopKind::Acl, says, at, ports: kept, unknown });
        }
        Ok(())
    }

    /// The entries of a subnet's access list, its name and place; `Err` where only the deployment knows.
    fn entries(self, side: &Side<'w>) -> Result<(&'w [AclEntry], String, At), At> {
        let Some(subnet) = side.subnet else { return Err(subnet_at(side)) };
        let (list, at, sure) = match &subnet.acl {
            Some(link) => (&link.to, link.at, link.sure),
            None => (&subnet.vpc, subnet_at(side), true),
        };
        let found = list.place().and_then(|place| Some((self.network.model.acls.get(&place)?, place)));
        match found {
            Some((entries, place)) if sure => {
                let name = match &subnet.acl {
                    Some(_) => format!("the access list `{}`", self.path(place)),
                    None => format!("the access list that the VPC `{}` begins with", self.path(place)),
                };
                Ok((entries, name, self.network.reader.at(place)))
            }
            _ => Err(at),
        }
    }

    /// The packets that an access list allows, and the first entry that denies any: of its entries the first decides.
    fn through<'e>(
        self,
        entries: &'e [AclEntry],
        packets: &[Packets],
        egress: bool,
    ) -> (Vec<Packets>, Option<&'e AclEntry>) {
        let mut ordered: Vec<(i64, &AclEntry)> = entries
            .iter()
            .filter(|entry| entry.egress == egress)
            .map(|entry| {
                // Where it stands is for the mode to say.
                let allows = entry.allows.unwrap_or(self.generous());
                let unknown = if allows == self.generous() { i64::MIN } else { i64::MAX };
                (entry.number.unwrap_or(unknown), entry)
            })
            .collect();
        ordered.sort_by_key(|(number, _)| *number);
        let (mut left, mut allowed, mut denying) = (packets.to_vec(), Vec::new(), None);
        for (_, entry) in ordered {
            let allows = entry.allows.unwrap_or(self.generous());
            // An entry that may not be there is there for those who want it.
            if !entry.sure && allows != self.generous() {
                continue;
            }
            let generous = allows == self.generous();
            let (ports, exact) = entry.about.ports(self.protocol);
            if !exact && !generous {
                continue;
            }
            let peers = meant(&entry.peer, generous);
            let (from, to) = if egress { (Addresses::all(), peers) } else { (peers, Addresses::all()) };
            let about = Packets { from, to, ports };
            let matched = within(&left, std::slice::from_ref(&about));
            if matched.is_empty() {
                continue;
            }
            if allows {
                allowed.extend(matched);
            } else if denying.is_none() {
                denying = Some(entry);
            }
            // What it matches only perhaps, later entries still see.
            let surely = entry.sure && exact && entry.peer.exact;
            if surely || !self.generous() || !allows {
                left = left.iter().flat_map(|packets| packets.minus(&about)).collect();
            }
        }
        (allowed, denying)
    }

    /// The security groups of an interface.
    pub fn group(
        self,
        state: &mut State,
        side: &Side<'w>,
        ingress: bool,
        other: Option<&Side<'w>>,
    ) -> Result<(), Blocked> {
        let Some(groups) = &side.interface.groups else { return Ok(()) };
        let (mut passed, mut hops): (Vec<Packets>, Vec<Hop>) = (Vec::new(), Vec::new());
        let mut covered = Ports::default();
        for attached in groups {
            if self.mode == Mode::Must && !attached.sure {
                continue;
            }
            let known =
                attached.to.place().and_then(|place| Some((place, self.network.model.groups.get(&place)?)));
            let Some((place, group)) = known else {
                if self.generous() {
                    passed.extend(state.packets.iter().cloned());
                    let says = format!(
                        "a group of `{}` that is not of the program may allow it",
                        self.path(side.place())
                    );
                    let kept = state.ports();
                    hops.push(Hop { kind: HopKind::Rule, says, at: attached.at, ports: kept, unknown: true });
                }
                continue;
            };
            if !ingress
                && let Some(truth) = group.default_egress
                && self.mode.takes(truth)
            {
                passed.extend(state.packets.iter().cloned());
                covered = state.ports();
                let says = format!(
                    "the group `{}` has no rule for what leaves, so everything may",
                    self.path(place)
                );
                let unknown = truth == Truth::Perhaps;
                let at = self.network.reader.at(place);
                hops.push(Hop { kind: HopKind::Rule, says, at, ports: covered.clone(), unknown });
            }
            for rule in group.rules.iter().filter(|rule| rule.ingress == ingress) {
                let Some((about, unknown)) = self.about(rule, ingress, other) else { continue };
                let through = within(&state.packets, &[about]);
                if through.is_empty() {
                    continue;
                }
                let new = ports(&through);
                let unknown = unknown || !attached.sure;
                passed.extend(through);
                if !covered.covers(&new) {
                    let says = self.rule_says(rule, place, &new);
                    hops.push(Hop {
                        kind: HopKind::Rule,
                        says,
                        at: rule.at,
                        ports: new.minus(&covered),
                        unknown,
                    });
                    covered = covered.or(&new);
                }
            }
        }
        if passed.is_empty() {
            return Err(self.no_rule(side, ingress, other));
        }
        state.pass(passed);
        state.hops.extend(hops);
        Ok(())
    }

    /// The packets that a rule is about, and whether only the deployment knows that.
    fn about(self, rule: &Rule, ingress: bool, other: Option<&Side<'_>>) -> Option<(Packets, bool)> {
        if !rule.sure && !self.generous() {
            return None;
        }
        let (ports, exact) = rule.about.ports(self.protocol);
        if !exact && !self.generous() {
            return None;
        }
        let (peers, peer_known) = match &rule.peer {
            Peer::Addresses(set) => {
                // A part of a subnet has the host or not.
                let whole = other.is_none_or(|other| set.within.covers(&other.range));
                (meant(set, self.generous()), set.exact && whole)
            }
            Peer::Group(group) => {
                let other = other?;
                let theirs = other.interface.groups.as_ref()?;
                let each = theirs.iter().map(|attached| {
                    let same = attached.to.same(group);
                    if attached.sure { same } else { same.and(Truth::Perhaps) }
                });
                let truth = each.max().unwrap_or(Truth::No);
                if !self.mode.takes(truth) {
                    return None;
                }
                (Addresses::all(), truth == Truth::Yes)
            }
        };
        let (from, to) = if ingress { (peers, Addresses::all()) } else { (Addresses::all(), peers) };
        Some((Packets { from, to, ports }, !rule.sure || !exact || !peer_known))
    }

    fn rule_says(self, rule: &Rule, group: Place, ports: &Ports) -> String {
        let peer = match &rule.peer {
            Peer::Addresses(range) if range.exact => range.within.to_string(),
            Peer::Addresses(_) => "addresses that only the deployment knows".to_owned(),
            Peer::Group(named) => self.named(named),
        };
        let group = self.path(group);
        let what = if *ports == Ports::all() {
            "everything".to_owned()
        } else {
            format!("{} {ports}", self.protocol)
        };
        if rule.ingress {
            format!("the group `{group}` takes {what} from {peer}")
        } else {
            format!("the group `{group}` sends {what} to {peer}")
        }
    }

    fn no_rule(self, side: &Side<'w>, ingress: bool, other: Option<&Side<'w>>) -> Blocked {
        let name = self.path(side.place());
        let groups = side.interface.groups.as_deref().unwrap_or_default();
        let group = groups.iter().find_map(|attached| {
            attached.to.place().filter(|place| self.network.model.groups.contains_key(place))
        });
        let peer = other.map_or("the internet".to_owned(), |other| format!("`{}`", self.path(other.place())));
        let (word, property) =
            if ingress { ("takes", "SecurityGroupIngress") } else { ("sends", "SecurityGroupEgress") };
        let to = if ingress { "from" } else { "to" };
        let (of, at) = match group {
            Some(group) => (format!("`{}`", self.path(group)), self.network.reader.at(group)),
            None => (format!("the groups of `{name}`"), side.interface.at),
        };
        Blocked {
            what: format!("no rule of {of} {word} {} {to} {peer}", self.protocol),
            setting: format!("{property} of {of}"),
            at,
            step: if ingress { ENTERING_GROUP } else { LEAVING_GROUP },
        }
    }

    /// Where an element takes connections.
    pub fn listener(self, state: &mut State, to: &Side<'w>) -> Result<(), Blocked> {
        let Some(listeners) = &to.element.listeners else { return Ok(()) };
        let name = self.path(to.place());
        let mut taken = Ports::default();
        let allowed = state.ports();
        for listener in listeners {
            if listener.protocol.is_some_and(|protocol| protocol != self.protocol) {
                continue;
            }
            let unknown = !listener.sure || listener.protocol.is_none() || listener.ports.is_none();
            if unknown && !self.generous() {
                continue;
            }
            let ports = listener.ports.clone().unwrap_or_else(Ports::all).and(&allowed);
            if ports.minus(&taken).is_empty() {
                continue;
            }
            taken = taken.or(&ports);
            let who = match &listener.name {
                Some(listener) => format!("the listener `{listener}` of `{name}`"),
                None => format!("`{name}`"),
            };
            let default = if listener.by_default { ", as nothing else is written" } else { "" };
            let says = format!("{who} listens on {} {ports}{default}", self.protocol);
            state.hops.push(Hop { kind: HopKind::Listener, says, at: listener.at, ports, unknown });
        }
        if taken.is_empty() {
            let at = listeners.first().map_or_else(|| self.network.reader.at(to.place()), |first| first.at);
            let listens = listeners
                .iter()
                .filter(|listener| listener.protocol.is_none_or(|protocol| protocol == self.protocol))
                .filter_map(|listener| listener.ports.as_ref())
                .fold(Ports::default(), |all, ports| all.or(ports));
            let (what, setting) = if listens.is_empty() {
                (
                    format!("`{name}` takes no {} connections", self.protocol),
                    format!("none: `{name}` does not listen"),
                )
            } else {
                (
                    format!(
                        "`{name}` listens on {} {listens}, and only {allowed} is let through",
                        self.protocol
                    ),
                    format!("the port of `{name}`, or the rules before it"),
                )
            };
            return Err(Blocked { what, setting, at, step: LISTENER });
        }
        for packets in &mut state.packets {
            packets.ports = packets.ports.and(&taken);
        }
        state.packets.retain(|packets| !packets.is_empty());
        Ok(())
    }
}

const fn direction(egress: bool) -> &'static str {
    if egress { "outgoing" } else { "incoming" }
}

fn is_known(entry: &AclEntry) -> bool {
    entry.sure && entry.number.is_some() && entry.allows.is_some() && entry.peer.exact
}

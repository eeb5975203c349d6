//! What a change opens and closes in networks: rules of security groups, and who reaches whom.
//!
//! Rules are compared as what they let through, so that the same in other words is no change. What is reached is told from the
//! internet, and between services: there a route or an address opens what no rule shows.
//!
//! Must not know: how it is shown.

use std::collections::BTreeMap;

use ci_access::program::Place;
use ci_network::{Admits, Admitted, Answer, End, Network, Ports, Protocol};

use super::{Key, Side, Sort, Told, words};

/// What a side has: rules in order, and ports by who reaches what by which protocol.
pub(super) struct Networks {
    rules: Vec<Admitted>,
    reached: BTreeMap<(Option<Key>, Key, Protocol), (Ports, Option<ci_network::At>)>,
}

impl Networks {
    pub fn of(side: &Side<'_>) -> Self {
        let network = Network::read(&side.stacks.stacks);
        let mut reached = BTreeMap::new();
        let elements: Vec<Place> = network.elements().map(|(place, _)| place).collect();
        for &to in &elements {
            let of_others = elements.iter().filter(|from| from.stack != to.stack).copied().map(End::At);
            for from in of_others.chain([End::Internet]) {
                for protocol in Protocol::ALL {
                    let Answer::Reached(path) = network.reaches(from, End::At(to), protocol) else {
                        continue;
                    };
                    let source = match from {
                        End::At(place) => Some(side.key(Sort::Network, place)),
                        End::Internet => None,
                    };
                    let at = path.hops.last().map(|hop| hop.at);
                    let key = (source, side.key(Sort::Network, to), protocol);
                    reached.insert(key, (path.all_ports(), at));
                }
            }
        }
        Self { rules: network.admitted(), reached }
    }

    /// What this side lets through and the other does not.
    pub fn more(&self, side: &Side<'_>, other: Option<(&Self, &Side<'_>)>) -> Vec<(Key, Told)> {
        let mut found = Vec::new();
        for rule in &self.rules {
            let key = side.key(Sort::Network, rule.group);
            // That a rule is for everyone is told of what the world can reach.
            let is_new = other.is_none_or(|(networks, other)| {
                let of_group = networks.rules.iter().filter(|old| other.key(Sort::Network, old.group) == key);
                let of_group: Vec<Admitted> = of_group.cloned().collect();
                rule.beyond(&of_group, |old, own| {
                    other.key(Sort::Network, old) == side.key(Sort::Network, own)
                })
            });
            if is_new && !rule.is_from_everywhere() {
                let what = sentence(side, rule, &key);
                found.push((key, words(what, Some(side.place(rule.at.stack, rule.at.origin)), side.is_old)));
            }
        }
        for (key, (ports, at)) in &self.reached {
            let before = other.and_then(|(networks, _)| networks.reached.get(key));
            let left = before.map_or_else(|| ports.clone(), |(before, _)| ports.minus(before));
            if left.is_empty() {
                continue;
            }
            let (from, to, protocol) = key;
            let from = from.as_ref().map_or_else(|| "the internet".to_owned(), |from| told(from, to));
            let what = if left == Ports::all() { protocol.to_string() } else { format!("{protocol} {left}") };
            let at = at.map(|at| side.place(at.stack, at.origin));
            found.push((to.clone(), words(format!("{what} arrives from {from}"), at, side.is_old)));
        }
        found
    }
}

/// A name in the source, with its stack where that is not the other's.
fn told((_, stack, path): &Key, beside: &Key) -> String {
    if *stack == beside.1 { path.clone() } else { format!("{path} of {stack}") }
}

fn sentence(side: &Side<'_>, rule: &Admitted, key: &Key) -> String {
    let who = match &rule.who {
        Admits::Addresses(addresses) => addresses.to_string(),
        Admits::Group(group) => told(&side.key(Sort::Network, *group), key),
        Admits::Existing(id) => id.clone(),
        Admits::Unknown => "whom only the deployment knows".to_owned(),
    };
    let direction = if rule.ingress { "in from" } else { "out to" };
    format!("{} {direction} {who}", rule.what())
}

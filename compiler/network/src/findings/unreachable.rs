//! Connections that rules between two security groups declare and that cannot be made: no route, an access list, a rule on
//! one side only.
//!
//! Must not know: rights.

use ci_base::{Code, Diagnostic};
use ci_graph::Place;

use super::Finding;
use super::undeclared::groups;
use crate::Network;
use crate::element::{Element, Kind};
use crate::model::{Group, Named, Peer, Rule};
use crate::reach::{Blocked, End};
use crate::sets::Protocol;
use crate::truth::Mode;

/// Adds a finding for each two groups between which a rule says that packets pass, where none can for anyone who has them.
pub(super) fn find(network: &Network<'_>, found: &mut Vec<Finding>) {
    let mut rules: Vec<(Place, Place, &Rule)> = Vec::new();
    let mut all: Vec<(&Place, &Group)> = network.model.groups.iter().collect();
    all.sort_unstable_by_key(|(place, _)| **place);
    for (&of, group) in all {
        for rule in &group.rules {
            if let Peer::Group(Named::Of(peer)) = rule.peer
                && peer != of
            {
                rules.push(if rule.ingress { (peer, of, rule) } else { (of, peer, rule) });
            }
        }
    }
    rules.sort_by_key(|(from, to, rule)| (*from, *to, rule.at));
    let mut told: Vec<(Place, Place)> = Vec::new();
    for (from, to, rule) in rules {
        let Some((source, target, protocol, blocked)) = never(network, from, to, rule) else { continue };
        if told.contains(&(source, target)) {
            continue;
        }
        told.push((source, target));
        let message = format!(
            "`{}` cannot reach `{}` on {protocol} {}, although a rule between their groups is there for it: {}",
            network.path(source),
            network.path(target),
            rule.about.ports(protocol).0,
            blocked.what
        );
        let finding = Diagnostic::new(Code::BlockedConnection, rule.at, message)
            .also(blocked.at, "what would have to change")
            .help(format!("change {}", blocked.setting));
        found.push(Finding::new(source, finding));
    }
}

/// The first two elements with these groups, and what is in the way, where no two of them reach each other as the rule has it.
fn never(
    network: &Network<'_>,
    from: Place,
    to: Place,
    rule: &Rule,
) -> Option<(Place, Place, Protocol, Blocked)> {
    let with = |group: Place| {
        let has = move |element: &&Element| groups(element).any(|attached| attached.to == Named::Of(group));
        network.elements.all.values().filter(has)
    };
    let mut first = None;
    for source in with(from) {
        for target in with(to).filter(|target| target.place != source.place) {
            // What load balancers pass on, and who has rights on a service, is looked at by itself.
            let is_forward = source.forwards.iter().any(|forward| forward.to == target.place);
            if is_forward || target.kind == Kind::Endpoint {
                return None;
            }
            for protocol in Protocol::ALL {
                let (ports, _) = rule.about.ports(protocol);
                if ports.is_empty() {
                    continue;
                }
                let (one, other) = (End::At(source.place), End::At(target.place));
                match network.ways(Mode::May, one, other, protocol) {
                    Ok(arrived) if !arrived.ports.and(&ports).is_empty() => return None,
                    Ok(arrived) => {
                        let what = format!("only {} is let through and listened on", arrived.ports);
                        let setting =
                            format!("the ports of the rules, or of `{}`", network.path(target.place));
                        let blocked = Blocked { what, setting, at: rule.at, step: 0 };
                        first.get_or_insert((source.place, target.place, protocol, blocked));
                    }
                    Err(blocked) => {
                        first.get_or_insert((source.place, target.place, protocol, blocked));
                    }
                }
            }
        }
    }
    first
}

//! What one service reaches of another although nothing between the two says so: let in by a range of addresses, instead of
//! by the security group of who connects.
//!
//! Must not know: rights.

use ci_base::{Code, Diagnostic};
use ci_graph::Place;

use super::{Finding, is_everywhere};
use crate::Network;
use crate::element::{Attached, Element, Kind};
use crate::model::{Named, Peer, Range, Rule};
use crate::reach::End;
use crate::reader::At;
use crate::sets::{Ports, Protocol};
use crate::truth::{Mode, Truth};

/// Adds a finding for each rule by which a store or a program is reached from another service, with the first who does.
pub(super) fn find(network: &Network<'_>, found: &mut Vec<Finding>) {
    for target in network.elements.all.values() {
        if !matches!(target.kind, Kind::DataStore | Kind::Compute) {
            continue;
        }
        for (group, rule) in by_range(network, target) {
            let told = network.elements.all.values().find_map(|source| {
                let is_meant = source.place.stack != target.place.stack
                    && matches!(source.kind, Kind::Compute | Kind::LoadBalancer)
                    && source.forwards.iter().all(|forward| forward.to != target.place);
                is_meant.then(|| undeclared(network, source, target, group, rule)).flatten()
            });
            if let Some(told) = told {
                found.push(Finding::new(group, told));
            }
        }
    }
}

/// The rules that let a range of addresses in, and not everybody: that is told of the rule itself.
fn by_range<'n>(
    network: &'n Network<'_>,
    element: &'n Element,
) -> impl Iterator<Item = (Place, &'n Rule)> + 'n {
    groups(element).filter_map(|attached| attached.to.place()).flat_map(|place| {
        let rules = network.model.groups.get(&place).map(|group| &group.rules[..]).unwrap_or_default();
        let meant = rules.iter().filter(|rule| {
            let is_range = matches!(rule.peer, Peer::Addresses(Range { exact: true, .. }));
            rule.ingress && rule.sure && is_range && !is_everywhere(rule)
        });
        meant.map(move |rule| (place, rule))
    })
}

/// The groups of an element.
pub(super) fn groups(element: &Element) -> impl Iterator<Item = &Attached> {
    element.interfaces.iter().filter_map(|interface| interface.groups.as_ref()).flatten()
}

fn undeclared(
    network: &Network<'_>,
    source: &Element,
    target: &Element,
    group: Place,
    rule: &Rule,
) -> Option<Diagnostic<At>> {
    let (protocol, open) = Protocol::ALL.into_iter().find_map(|protocol| {
        let (from, to) = (End::At(source.place), End::At(target.place));
        let way = network.ways(Mode::Must, from, to, protocol).ok()?;
        let by_rule = way.ports.and(&rule.about.ports(protocol).0);
        let open = by_rule.minus(&declared(network, source, target, protocol));
        // Of several ranges that of who connects is meant.
        let is_of_source = network.comes_from(source.place, rule);
        (!open.is_empty() && is_of_source).then_some((protocol, open))
    })?;
    let Peer::Addresses(range) = &rule.peer else { return None };
    let message = format!(
        "`{}` of another service reaches `{}` on {protocol} {open}, and neither says so: the group `{}` takes it from {}",
        network.path(source.place),
        network.path(target.place),
        network.path(group),
        range.within
    );
    Some(
        Diagnostic::new(Code::UndeclaredConnection, rule.peer_at, message)
            .also(network.reader.at(source.place), "who reaches it")
            .note("a range of addresses is whoever is started there, next year too")
            .help(
                "let who connects add a rule with its own security group, as `connects` of the modules of `std` does, and \
                 take the range away",
            ),
    )
}

/// The ports on which the groups of the target name one of the source's.
fn declared(network: &Network<'_>, source: &Element, target: &Element, protocol: Protocol) -> Ports {
    let named = |group: &Named| groups(source).any(|attached| attached.to.same(group) == Truth::Yes);
    let rules = groups(target)
        .filter_map(|attached| network.model.groups.get(&attached.to.place()?))
        .flat_map(|group| &group.rules);
    let by_group =
        rules.filter(|rule| rule.ingress && matches!(&rule.peer, Peer::Group(group) if named(group)));
    by_group.fold(Ports::default(), |all, rule| all.or(&rule.about.ports(protocol).0))
}

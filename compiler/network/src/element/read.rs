//! From resources to what is in networks.

use std::collections::BTreeMap;

use ci_graph::Place;
use rustc_hash::FxHashMap;

use super::table::{ELEMENTS, ENGINES, Listens, PublicBy, Row};
use super::{Attached, Element, Forward, Interface, Kind, Listener, PARTS, Public, SixBy};
use crate::index::Index;
use crate::model::{Model, Named, group_of};
use crate::reader::{At, Item, Known, Reader};
use crate::sets::{Ports, Protocol};
use crate::truth::Truth;

/// Everything in the networks of a target.
#[derive(Debug, Default)]
pub(crate) struct Elements {
    pub all: BTreeMap<Place, Element>,
    /// What belongs to an element, and the element.
    pub parts: FxHashMap<Place, Place>,
}

/// Reads what is in networks.
pub(crate) fn read(reader: Reader<'_>, index: &Index, model: &Model) -> Elements {
    let mut read = Read { reader, index, model, found: Elements::default(), associated: Vec::new() };
    read.addresses();
    for (name, property) in PARTS {
        for &part in index.of(name) {
            if let Some(of) = reader.property(part, property).iter().find_map(Item::place) {
                read.found.parts.insert(part, of);
            }
        }
    }
    for row in &ELEMENTS {
        for &place in index.of(row.name) {
            read.element(row, place);
        }
    }
    read.listeners();
    read.forwards();
    read.found
}

struct Read<'a, 'r> {
    reader: Reader<'a>,
    index: &'r Index,
    model: &'r Model,
    found: Elements,
    /// What is given an elastic address, and where.
    associated: Vec<(Place, At, bool)>,
}

impl<'a> Read<'a, '_> {
    fn addresses(&mut self) {
        for (name, properties) in [
            ("AWS::EC2::EIP", ["InstanceId", ""]),
            ("AWS::EC2::EIPAssociation", ["InstanceId", "NetworkInterfaceId"]),
        ] {
            for &place in self.index.of(name) {
                let sure = self.reader.resource(place).condition.is_none();
                for item in properties.iter().flat_map(|property| self.reader.property(place, property)) {
                    let at = self.reader.at(place);
                    self.associated.extend(item.place().map(|to| (to, at, sure && item.sure)));
                }
            }
        }
    }

    fn element(&mut self, row: &Row, place: Place) {
        let whole = self.found.parts.get(&place).copied();
        if row.name == "AWS::RDS::DBInstance" && whole.is_some() {
            // A cluster is where its instances are, and reads them itself: see `public`.
            return;
        }
        let mut interfaces = self.interfaces(row, place);
        if interfaces.is_empty() {
            return;
        }
        // A mount target is an interface of its file system.
        let place = whole.unwrap_or(place);
        if let Some(known) = self.found.all.get_mut(&place) {
            known.interfaces.append(&mut interfaces);
            return;
        }
        let listeners = self.own_listeners(row, place);
        let element = Element { place, kind: row.kind, interfaces, listeners, forwards: Vec::new() };
        self.found.all.insert(place, element);
    }

    fn interfaces(&self, row: &Row, place: Place) -> Vec<Interface> {
        let at = self.reader.at(place);
        let whole = [Item { known: Known::Record(&self.reader.resource(place).properties), at, sure: true }];
        let subnet_path = row.subnets;
        let mut group_path = row.groups;
        let mut origins: Vec<Item<'a>> = whole.to_vec();
        let mut outer_subnets: Vec<Attached> = Vec::new();
        match row.name {
            "AWS::EC2::VPCEndpoint" => {
                let kind = self.reader.property(place, "VpcEndpointType");
                if !kind.iter().any(|item| item.text() == Some("Interface") || item.known == Known::Unknown) {
                    return Vec::new();
                }
            }
            "AWS::EC2::Instance" => {
                let own = self.reader.property(place, "NetworkInterfaces");
                if own.iter().any(|item| matches!(item.known, Known::Record(_))) {
                    origins = own;
                    group_path = "GroupSet";
                } else if self.reader.property(place, "SecurityGroupIds").is_empty() {
                    let templates = self.templates(place, &["LaunchTemplate.LaunchTemplateId"]);
                    if let Some(found) = templates {
                        outer_subnets = self.attached(&self.reader.property(place, "SubnetId"));
                        origins = found;
                        group_path = "SecurityGroupIds";
                    }
                }
            }
            "AWS::AutoScaling::AutoScalingGroup" => {
                outer_subnets = self.attached(&self.reader.property(place, "VPCZoneIdentifier"));
                let paths = [
                    "LaunchTemplate.LaunchTemplateId",
                    "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId",
                ];
                origins = self
                    .templates(place, &paths)
                    .unwrap_or_else(|| vec![Item { known: Known::Unknown, at, sure: false }]);
                group_path = "SecurityGroupIds";
            }
            _ if !row.interface.is_empty() => {
                let own = self.reader.property(place, row.interface);
                origins = own
                    .into_iter()
                    .filter(|item| matches!(item.known, Known::Record(_) | Known::Unknown))
                    .collect();
            }
            _ => {}
        }
        let launched = matches!(row.name, "AWS::EC2::Instance" | "AWS::AutoScaling::AutoScalingGroup");
        let mut found = Vec::new();
        for origin in origins {
            // The interfaces of a launch template have groups of their own.
            let own = if launched { self.reader.below(&origin, "NetworkInterfaces") } else { Vec::new() };
            let own: Vec<Item<'a>> =
                own.into_iter().filter(|item| matches!(item.known, Known::Record(_))).collect();
            let (entries, groups) =
                if own.is_empty() { (vec![origin.clone()], group_path) } else { (own, "Groups") };
            for entry in entries {
                let mut subnets = outer_subnets.clone();
                if subnets.is_empty() && !subnet_path.is_empty() {
                    subnets = self.attached(&self.reader.below(&entry, subnet_path));
                }
                if row.kind == Kind::LoadBalancer {
                    subnets.extend(self.attached(&self.reader.below(&entry, "SubnetMappings.SubnetId")));
                }
                if let Some((group, list)) = row.subnet_group {
                    subnets = self.subnet_group(place, group, list);
                }
                if subnets.is_empty() {
                    // The default VPC, or whatever else AWS takes.
                    subnets.push(Attached { to: Named::Unknown, at: entry.at, sure: false });
                }
                let groups = self.groups(row, place, &entry, groups, &subnets);
                let (public, public_at, public_by) = self.public(row, place, &entry);
                let v6 = self.v6(row, place, &entry);
                found.push(Interface { subnets, groups, public, public_at, public_by, v6, at: entry.at });
            }
        }
        found
    }

    /// What launch templates say; `None` where none is named.
    fn templates(&self, place: Place, paths: &[&str]) -> Option<Vec<Item<'a>>> {
        let named: Vec<Item<'a>> = paths.iter().flat_map(|path| self.reader.property(place, path)).collect();
        if named.is_empty() {
            return None;
        }
        let data = named.iter().flat_map(|item| {
            let template = item
                .place()
                .filter(|template| self.reader.type_name(*template) == "AWS::EC2::LaunchTemplate");
            match template {
                Some(template) => self.reader.property(template, "LaunchTemplateData"),
                None => vec![Item { known: Known::Unknown, at: item.at, sure: false }],
            }
        });
        Some(data.collect())
    }

    fn attached(&self, items: &[Item<'a>]) -> Vec<Attached> {
        items.iter().map(|item| Attached { to: group_of(item), at: item.at, sure: item.sure }).collect()
    }

    fn subnet_group(&self, place: Place, property: &str, list: &str) -> Vec<Attached> {
        let named = self.reader.property(place, property);
        let subnets = named.iter().flat_map(|group| match group.place() {
            Some(of) => self.attached(&self.reader.property(of, list)),
            None => vec![Attached { to: Named::Unknown, at: group.at, sure: false }],
        });
        subnets.collect()
    }

    fn groups(
        &self,
        row: &Row,
        place: Place,
        entry: &Item<'a>,
        path: &str,
        subnets: &[Attached],
    ) -> Option<Vec<Attached>> {
        let found = if path.is_empty() { Vec::new() } else { self.reader.below(entry, path) };
        if !found.is_empty() {
            return Some(self.attached(&found));
        }
        if row.name == "AWS::ElasticLoadBalancingV2::LoadBalancer" {
            let kind = self.reader.property(place, "Type");
            if kind.iter().any(|item| matches!(item.text(), Some("network" | "gateway"))) {
                return None;
            }
        }
        // AWS takes the group that the VPC begins with.
        let vpc = subnets.iter().find_map(|subnet| self.model.subnets.get(&subnet.to.place()?));
        let to = vpc.map_or(Named::Unknown, |subnet| subnet.vpc.clone());
        let to = if matches!(to, Named::Existing(_)) { Named::Unknown } else { to };
        Some(vec![Attached { to, at: entry.at, sure: true }])
    }

    fn public(&self, row: &Row, place: Place, entry: &Item<'a>) -> (Public, At, &'static str) {
        let at = self.reader.at(place);
        match row.public {
            PublicBy::Never => (Public::Is(Truth::No), at, ""),
            PublicBy::Property(path, yes, default) => {
                let mut holders = vec![place];
                let instances =
                    self.found.parts.iter().filter(|(_, of)| **of == place).map(|(part, _)| *part);
                let mut instances: Vec<Place> =
                    instances.filter(|part| self.reader.type_name(*part) == "AWS::RDS::DBInstance").collect();
                instances.sort_unstable();
                if !instances.is_empty() && self.reader.property(place, path).is_empty() {
                    holders = instances;
                }
                let each = holders.into_iter().map(|holder| {
                    let items = self.reader.property(holder, path);
                    let at = items.first().map_or_else(|| self.reader.at(holder), |item| item.at);
                    let truths = items.iter().map(|item| match (&item.known, item.text()) {
                        (Known::Bool(truth), _) => Truth::of(*truth == (yes == "true")),
                        (_, Some(text)) => Truth::of(text == yes),
                        _ => Truth::Perhaps,
                    });
                    let truth = match items.as_slice() {
                        [] => default.map_or(Truth::Perhaps, Truth::of),
                        [one] if one.sure => truths.max().unwrap_or(Truth::Perhaps),
                        _ if truths.clone().all(|truth| truth == Truth::No) => Truth::No,
                        _ => Truth::Perhaps,
                    };
                    (truth, at)
                });
                // The first that is the most public.
                let best = each.reduce(|best, next| if next.0 > best.0 { next } else { best });
                let (truth, at) = best.unwrap_or((Truth::Perhaps, at));
                (Public::Is(truth), at, path.rsplit('.').next().unwrap_or(path))
            }
            PublicBy::Launch => {
                if let Some((_, at, sure)) = self.associated.iter().find(|(to, ..)| *to == place) {
                    let truth = if *sure { Truth::Yes } else { Truth::Perhaps };
                    return (Public::Is(truth), *at, "an elastic address");
                }
                let written = self.reader.below(entry, "AssociatePublicIpAddress");
                match written.as_slice() {
                    [] => (Public::BySubnet, at, "MapPublicIpOnLaunch"),
                    [one] if one.sure => {
                        (Public::Is(crate::model::truth(one)), one.at, "AssociatePublicIpAddress")
                    }
                    [one, ..] => (Public::Is(Truth::Perhaps), one.at, "AssociatePublicIpAddress"),
                }
            }
        }
    }

    /// Whether it has addresses of IPv6 where its subnet has some.
    fn v6(&self, row: &Row, place: Place, entry: &Item<'a>) -> SixBy {
        let says = |path: &str, yes: &str| {
            let items = self.reader.property(place, path);
            match items.as_slice() {
                [] => Truth::No,
                [one] if one.sure && one.text().is_some() => {
                    Truth::of(one.text().is_some_and(|text| text.starts_with(yes)))
                }
                _ => Truth::Perhaps,
            }
        };
        match row.name {
            "AWS::ElasticLoadBalancingV2::LoadBalancer" => SixBy::Is(says("IpAddressType", "dualstack")),
            "AWS::EC2::VPCEndpoint" => {
                SixBy::Is(says("IpAddressType", "dualstack").or(says("IpAddressType", "ipv6")))
            }
            "AWS::ElasticLoadBalancing::LoadBalancer" => SixBy::Is(Truth::No),
            // A setting of the account decides.
            "AWS::ECS::Service" => SixBy::Is(Truth::Perhaps),
            "AWS::Lambda::Function" => match self.reader.below(entry, "Ipv6AllowedForDualStack").as_slice() {
                [] => SixBy::Is(Truth::No),
                [one] if one.sure => SixBy::Is(crate::model::truth(one)),
                _ => SixBy::Is(Truth::Perhaps),
            },
            "AWS::EC2::Instance" | "AWS::AutoScaling::AutoScalingGroup" | "AWS::EC2::NetworkInterface" => {
                let own = ["Ipv6AddressCount", "Ipv6Addresses"];
                let own = own.iter().any(|name| !self.reader.below(entry, name).is_empty());
                if own { SixBy::Is(Truth::Yes) } else { SixBy::BySubnet }
            }
            // Addresses of IPv6 of databases are private: they are asked for with `NetworkType`.
            _ => SixBy::Is(Truth::No),
        }
    }

    fn own_listeners(&self, row: &Row, place: Place) -> Option<Vec<Listener>> {
        let at = self.reader.at(place);
        let tcp = |ports: Option<Ports>, at, by_default| {
            Some(vec![Listener {
                protocol: Some(Protocol::Tcp),
                ports,
                at,
                name: None,
                by_default,
                sure: true,
            }])
        };
        let port = |path: &str, default: Option<u16>| {
            let items = if path.is_empty() { Vec::new() } else { self.reader.property(place, path) };
            match items.as_slice() {
                [] => tcp(default.map(Ports::one), at, true),
                [one] if one.sure => tcp(port_of(one).map(Ports::one), one.at, false),
                [one, ..] => tcp(None, one.at, false),
            }
        };
        match row.listens {
            Listens::Anything => None,
            Listens::Nothing | Listens::Listeners => Some(Vec::new()),
            Listens::Always(number) => tcp(Some(Ports::one(number)), at, false),
            Listens::Port(path, default) => port(path, Some(default)),
            Listens::Engine(path) => {
                let engine = self.reader.property(place, "Engine");
                let engine = engine.first().and_then(|item| item.text().map(str::to_owned));
                let known = engine.and_then(|engine| {
                    let found = ENGINES.iter().find(|(name, _)| engine.starts_with(name));
                    found.map(|(_, port)| *port)
                });
                port(path, known)
            }
            Listens::Classic => {
                let records = self.reader.property(place, "Listeners");
                let each = records.iter().map(|item| {
                    let port = self.reader.below(item, "LoadBalancerPort");
                    Listener {
                        protocol: Some(Protocol::Tcp),
                        ports: port.first().and_then(port_of).map(Ports::one),
                        at: item.at,
                        name: None,
                        by_default: false,
                        sure: item.sure,
                    }
                });
                Some(each.collect())
            }
        }
    }

    fn listeners(&mut self) {
        for &place in self.index.of("AWS::ElasticLoadBalancingV2::Listener") {
            let resource = self.reader.resource(place);
            let at = self.reader.at(place);
            let port = self.reader.property(place, "Port");
            let ports = match port.as_slice() {
                // A gateway load balancer listens everywhere.
                [] => Some(Ports::all()),
                [one] if one.sure => port_of(one).map(Ports::one),
                _ => None,
            };
            let protocols = self.reader.property(place, "Protocol");
            let protocols: &[Option<Protocol>] = match protocols.first().map(|item| item.text()) {
                Some(Some("HTTP" | "HTTPS" | "TCP" | "TLS")) => &[Some(Protocol::Tcp)],
                Some(Some("UDP" | "QUIC")) => &[Some(Protocol::Udp)],
                Some(Some("TCP_UDP" | "TCP_QUIC")) | None => &[Some(Protocol::Tcp), Some(Protocol::Udp)],
                Some(_) => &[None],
            };
            for balancer in self.reader.property(place, "LoadBalancerArn") {
                let Some(listeners) = balancer
                    .place()
                    .and_then(|balancer| self.found.all.get_mut(&balancer))
                    .and_then(|balancer| balancer.listeners.as_mut())
                else {
                    continue;
                };
                listeners.extend(protocols.iter().map(|protocol| Listener {
                    protocol: *protocol,
                    ports: ports.clone(),
                    at: port.first().map_or(at, |item| item.at),
                    name: Some(resource.path.to_string()),
                    by_default: false,
                    sure: resource.condition.is_none() && balancer.sure,
                }));
            }
        }
    }

    fn forwards(&mut self) {
        // From target groups to the load balancers that use them.
        let mut used: BTreeMap<Place, Vec<(Place, bool)>> = BTreeMap::new();
        let listener_of = self.found.parts.clone();
        for (name, actions, is_rule) in [
            ("AWS::ElasticLoadBalancingV2::Listener", "DefaultActions", false),
            ("AWS::ElasticLoadBalancingV2::ListenerRule", "Actions", true),
        ] {
            for &place in self.index.of(name) {
                let listener = if is_rule {
                    self.reader.property(place, "ListenerArn").iter().find_map(Item::place)
                } else {
                    Some(place)
                };
                let Some(balancer) = listener.and_then(|listener| listener_of.get(&listener)) else {
                    continue;
                };
                let sure = self.reader.resource(place).condition.is_none();
                for path in ["TargetGroupArn", "ForwardConfig.TargetGroups.TargetGroupArn"] {
                    for group in self.reader.property(place, &format!("{actions}.{path}")) {
                        if let Some(of) = group.place() {
                            used.entry(of).or_default().push((*balancer, sure && group.sure));
                        }
                    }
                }
            }
        }
        let mut found: Vec<(Place, Forward)> = Vec::new();
        let mut add = |group: &Item<'a>, to: Place, port: Option<u16>, at: At, sure: bool| {
            let Some(group_place) = group.place() else { return };
            let of = |path| self.reader.property(group_place, path);
            let port = port.or_else(|| {
                let items = of("Port");
                items.first().filter(|item| item.sure).and_then(port_of)
            });
            let udp = of("Protocol").iter().any(|item| item.text() == Some("UDP"));
            let protocol = if udp { Protocol::Udp } else { Protocol::Tcp };
            for (balancer, balancer_sure) in used.get(&group_place).into_iter().flatten() {
                let sure = sure && *balancer_sure && group.sure;
                found.push((*balancer, Forward { to, port, protocol, at, sure }));
            }
        };
        for &service in self.index.of("AWS::ECS::Service") {
            let sure = self.reader.resource(service).condition.is_none();
            for record in self.reader.property(service, "LoadBalancers") {
                let port = self.reader.below(&record, "ContainerPort");
                let port = port.first().and_then(port_of);
                for group in self.reader.below(&record, "TargetGroupArn") {
                    // Without the port of the container nothing is known: the group's own is not used.
                    if port.is_some() {
                        add(&group, service, port, group.at, sure && record.sure);
                    }
                }
            }
        }
        for &scaling in self.index.of("AWS::AutoScaling::AutoScalingGroup") {
            let sure = self.reader.resource(scaling).condition.is_none();
            for group in self.reader.property(scaling, "TargetGroupARNs") {
                add(&group, scaling, None, group.at, sure);
            }
        }
        for &place in self.index.of("AWS::ElasticLoadBalancingV2::TargetGroup") {
            let sure = self.reader.resource(place).condition.is_none();
            let group = Item { known: Known::Of(place, None), at: self.reader.at(place), sure };
            for target in self.reader.property(place, "Targets") {
                let port = self.reader.below(&target, "Port");
                let port = port.first().and_then(port_of);
                for id in self.reader.below(&target, "Id") {
                    let to = id.place().filter(|to| self.found.all.contains_key(to));
                    if let Some(to) = to {
                        add(&group, to, port, id.at, id.sure);
                    }
                }
            }
        }
        for (balancer, forward) in found {
            if self.found.all.contains_key(&forward.to)
                && let Some(balancer) = self.found.all.get_mut(&balancer)
            {
                balancer.forwards.push(forward);
            }
        }
    }
}

/// A port that is known.
fn port_of(item: &Item<'_>) -> Option<u16> {
    item.int().and_then(|port| u16::try_from(port).ok())
}

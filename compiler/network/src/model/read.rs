//! From resources to the parts of networks.

use ci_graph::Place;

use super::{
    AclEntry, Group, Link, Match, Model, Named, Peer, ProtocolMatch, Range, Route, Rule, Subnet, Target,
};
use crate::index::Index;
use crate::reader::{At, Item, Known, Reader};
use crate::sets::{Addresses, Intervals, Ports};
use crate::truth::Truth;

/// Reads everything that is not in a subnet.
pub(crate) fn read(reader: Reader<'_>, index: &Index) -> Model {
    let mut model = Model::default();
    let read = Read { reader, index };
    read.vpcs(&mut model);
    read.subnets(&mut model);
    read.routes(&mut model);
    read.acls(&mut model);
    read.groups(&mut model);
    model
}

/// The security group that a value names: that of a VPC stands under the VPC.
pub(crate) fn group_of(item: &Item<'_>) -> Named {
    named(item)
}

fn named(item: &Item<'_>) -> Named {
    match &item.known {
        Known::Of(place, _) => Named::Of(*place),
        Known::Text(text) => Named::Existing(text.clone()),
        _ => Named::Unknown,
    }
}

struct Read<'a, 'i> {
    reader: Reader<'a>,
    index: &'i Index,
}

impl<'a> Read<'a, '_> {
    /// The only value of a property; unknown where there are several to choose from.
    fn one(&self, place: Place, path: &str) -> Option<Item<'a>> {
        only(self.reader.property(place, path))
    }

    fn named(&self, place: Place, path: &str) -> Option<Named> {
        self.one(place, path).map(|item| named(&item))
    }

    fn sure(&self, place: Place) -> bool {
        self.reader.resource(place).condition.is_none()
    }

    fn truth(&self, place: Place, path: &str, default: Truth) -> Truth {
        self.one(place, path).map_or(default, |item| truth(&item))
    }

    fn vpcs(&self, model: &mut Model) {
        for &vpc in self.index.of("AWS::EC2::VPC") {
            let range = self.one(vpc, "CidrBlock").and_then(|item| addresses(&item));
            // A pool of IPAM decides where nothing is written.
            model.vpcs.insert(vpc, range.map_or_else(Range::unknown, Range::exactly));
            // Source: the user guide of VPC, "Default network ACL" and "Default security groups".
            let at = self.reader.at(vpc);
            let entry = |egress| AclEntry {
                number: Some(100),
                egress,
                allows: Some(true),
                peer: Range::exactly(Addresses::all()),
                about: Match { protocol: Some(ProtocolMatch::All), ports: None },
                at,
                sure: true,
            };
            model.acls.insert(vpc, vec![entry(false), entry(true)]);
            let from_itself = Rule {
                ingress: true,
                peer: Peer::Group(Named::Of(vpc)),
                about: Match { protocol: Some(ProtocolMatch::All), ports: None },
                at,
                peer_at: at,
                sure: true,
            };
            model.groups.insert(vpc, Group { rules: vec![from_itself], default_egress: Some(Truth::Yes) });
        }
        for &block in self.index.of("AWS::EC2::VPCCidrBlock") {
            let Some(Named::Of(vpc)) = self.named(block, "VpcId") else { continue };
            let Some(range) = model.vpcs.get_mut(&vpc) else { continue };
            match self.one(block, "CidrBlock").and_then(|item| addresses(&item)) {
                Some(more) if self.sure(block) => range.within = range.within.or(&more),
                _ => *range = Range::unknown(),
            }
        }
        for &attachment in self.index.of("AWS::EC2::VPCGatewayAttachment") {
            let gateway = self.named(attachment, "InternetGatewayId").and_then(|gateway| gateway.place());
            if let (Some(gateway), Some(vpc)) = (gateway, self.named(attachment, "VpcId")) {
                model.attached.entry(gateway).or_default().push((vpc, self.sure(attachment)));
            }
        }
        for &nat in self.index.of("AWS::EC2::NatGateway") {
            let public = match self.one(nat, "ConnectivityType") {
                None => Truth::Yes,
                Some(item) => item.text().map_or(Truth::Perhaps, |text| Truth::of(text != "private")),
            };
            let subnet = self.named(nat, "SubnetId").unwrap_or(Named::Unknown);
            model.nats.insert(nat, (subnet, public));
        }
        for &peering in self.index.of("AWS::EC2::VPCPeeringConnection") {
            let side = |name| self.named(peering, name).unwrap_or(Named::Unknown);
            model.peerings.insert(peering, (side("VpcId"), side("PeerVpcId")));
        }
    }

    fn subnets(&self, model: &mut Model) {
        for &place in self.index.of("AWS::EC2::Subnet") {
            let vpc = self.named(place, "VpcId").unwrap_or(Named::Unknown);
            let known = self.one(place, "CidrBlock").and_then(|item| addresses(&item));
            let of_vpc = vpc.place().and_then(|vpc| model.vpcs.get(&vpc));
            let v4 = match (known, of_vpc) {
                (Some(known), _) => known,
                (None, Some(range)) => Addresses { v4: range.within.v4.clone(), ..Addresses::default() },
                (None, None) => Addresses::all_v4(),
            };
            let v6 = self.reader.property(place, "Ipv6CidrBlock");
            let v6 = v6.first().map(|item| {
                let all = Addresses { v6: Intervals::all(), ..Addresses::default() };
                addresses(item).filter(|_| item.sure).unwrap_or(all)
            });
            let subnet = Subnet {
                vpc,
                v4,
                v6,
                table: None,
                acl: None,
                public: self.truth(place, "MapPublicIpOnLaunch", Truth::No),
                assigns_v6: self.truth(place, "AssignIpv6AddressOnCreation", Truth::No),
            };
            model.subnets.insert(place, subnet);
        }
        for (of, to, is_table) in [
            ("AWS::EC2::SubnetRouteTableAssociation", "RouteTableId", true),
            ("AWS::EC2::SubnetNetworkAclAssociation", "NetworkAclId", false),
        ] {
            for &association in self.index.of(of) {
                for item in self.reader.property(association, "SubnetId") {
                    let Some(subnet) = item.place().and_then(|subnet| model.subnets.get_mut(&subnet)) else {
                        continue;
                    };
                    let link = Link {
                        to: self.named(association, to).unwrap_or(Named::Unknown),
                        at: self.reader.at(association),
                        sure: item.sure && self.sure(association),
                    };
                    *(if is_table { &mut subnet.table } else { &mut subnet.acl }) = Some(link);
                }
            }
        }
    }

    fn routes(&self, model: &mut Model) {
        for &table in self.index.of("AWS::EC2::RouteTable") {
            model.tables.insert(table, Vec::new());
        }
        for &place in self.index.of("AWS::EC2::Route") {
            let tables: Vec<(Place, bool)> = self
                .reader
                .property(place, "RouteTableId")
                .iter()
                .filter_map(|item| Some((item.place()?, item.sure)))
                .collect();
            let listed = self.one(place, "DestinationPrefixListId");
            let destination = ["DestinationCidrBlock", "DestinationIpv6CidrBlock"]
                .iter()
                .find_map(|name| self.one(place, name));
            let destination = destination.and_then(|item| Some((addresses(&item)?, bits(&item))));
            let (to, bits) = match (&listed, destination) {
                (None, Some((addresses, bits))) => (Range::exactly(addresses), bits),
                (Some(list), _) => (self.prefix_list(list), 32),
                // It may be longer than any other.
                (None, None) => (Range::unknown(), u8::MAX),
            };
            let (target, target_sure) = self.target(place);
            for (table, sure) in tables {
                let sure = sure && target_sure && self.sure(place);
                let route = Route {
                    place,
                    to: to.clone(),
                    bits,
                    listed: listed.is_some(),
                    target: target.clone(),
                    at: self.reader.at(place),
                    sure,
                };
                model.tables.entry(table).or_default().push(route);
            }
        }
        for table in self.index.of("AWS::EC2::RouteTable") {
            if let Some(routes) = model.tables.get_mut(table) {
                routes.sort_by_key(|route| std::cmp::Reverse(route.bits));
            }
        }
    }

    fn target(&self, route: Place) -> (Target, bool) {
        let found = |name| self.one(route, name);
        if let Some(item) = found("GatewayId") {
            let target = match &item.known {
                Known::Of(gateway, _) if self.reader.type_name(*gateway) == "AWS::EC2::InternetGateway" => {
                    Target::Internet(Named::Of(*gateway))
                }
                Known::Text(text) if text.starts_with("igw-") => {
                    Target::Internet(Named::Existing(text.clone()))
                }
                _ => Target::Elsewhere { what: "a gateway", answers: item.known == Known::Unknown },
            };
            return (target, item.sure);
        }
        if let Some(item) = found("NatGatewayId") {
            return (Target::Nat(named(&item)), item.sure);
        }
        if let Some(item) = found("EgressOnlyInternetGatewayId") {
            return (Target::EgressOnly, item.sure);
        }
        if let Some(item) = found("VpcPeeringConnectionId") {
            return (Target::Peering(named(&item)), item.sure);
        }
        let elsewhere = [
            ("TransitGatewayId", "a transit gateway", false),
            ("VpcEndpointId", "an endpoint that looks at packets", true),
            ("NetworkInterfaceId", "a network interface", true),
            ("InstanceId", "an instance", true),
            ("CarrierGatewayId", "a carrier gateway", true),
            ("LocalGatewayId", "a local gateway", true),
            ("CoreNetworkArn", "a core network", false),
        ];
        let target = elsewhere.iter().find(|(name, ..)| found(name).is_some());
        let (what, answers) =
            target.map_or(("something unknown", true), |(_, what, answers)| (*what, *answers));
        (Target::Elsewhere { what, answers }, true)
    }

    /// The addresses of a prefix list; those of a list that AWS or somebody else keeps are not known.
    fn prefix_list(&self, list: &Item<'a>) -> Range {
        let of_program = list.place().filter(|place| self.reader.type_name(*place) == "AWS::EC2::PrefixList");
        let Some(place) = of_program else { return Range::unknown() };
        let mut all = Addresses::default();
        for item in self.reader.property(place, "Entries.Cidr") {
            match addresses(&item) {
                Some(more) if item.sure => all = all.or(&more),
                _ => return Range::unknown(),
            }
        }
        Range::exactly(all)
    }

    fn acls(&self, model: &mut Model) {
        for &acl in self.index.of("AWS::EC2::NetworkAcl") {
            model.acls.insert(acl, Vec::new());
        }
        for &place in self.index.of("AWS::EC2::NetworkAclEntry") {
            let Some(acl) = self.named(place, "NetworkAclId").and_then(|acl| acl.place()) else { continue };
            let peer = ["CidrBlock", "Ipv6CidrBlock"].iter().find_map(|name| self.one(place, name));
            let peer = peer.and_then(|item| addresses(&item));
            let egress = self.truth(place, "Egress", Truth::No);
            let number = |name| self.one(place, name).and_then(|item| item.int());
            // The limits of a range that is not written are all ports.
            let ports = if self.one(place, "PortRange").is_some() {
                port_range(number("PortRange.From"), number("PortRange.To"))
            } else {
                Some(Ports::all())
            };
            let action = self.one(place, "RuleAction");
            let entry = AclEntry {
                number: number("RuleNumber"),
                egress: egress == Truth::Yes,
                allows: action.and_then(|item| match item.text() {
                    Some("allow") => Some(true),
                    Some("deny") => Some(false),
                    _ => None,
                }),
                peer: peer.map_or_else(Range::unknown, Range::exactly),
                about: Match {
                    protocol: self.one(place, "Protocol").and_then(|item| protocol(&item)),
                    ports,
                },
                at: self.reader.at(place),
                sure: self.sure(place) && egress != Truth::Perhaps,
            };
            let both = (egress == Truth::Perhaps).then(|| AclEntry { egress: true, ..entry.clone() });
            model.acls.entry(acl).or_default().extend([entry].into_iter().chain(both));
        }
    }

    fn groups(&self, model: &mut Model) {
        for &place in self.index.of("AWS::EC2::SecurityGroup") {
            let mut rules = Vec::new();
            for (property, ingress) in [("SecurityGroupIngress", true), ("SecurityGroupEgress", false)] {
                for item in self.reader.property(place, property) {
                    let values = |name: &str| self.reader.below(&item, name);
                    rules.extend(self.rule(ingress, item.at, item.sure, &values));
                }
            }
            // A list without elements counts as none: source, the reference of `AWS::EC2::SecurityGroup`.
            let silent = rules.iter().all(|rule: &Rule| rule.ingress);
            let unsure = rules.iter().all(|rule| rule.ingress || !rule.sure);
            let default_egress = match (silent, unsure) {
                (true, _) => Some(Truth::Yes),
                (false, true) => Some(Truth::Perhaps),
                (false, false) => None,
            };
            model.groups.insert(place, Group { rules, default_egress });
        }
        for (name, ingress) in
            [("AWS::EC2::SecurityGroupIngress", true), ("AWS::EC2::SecurityGroupEgress", false)]
        {
            for &place in self.index.of(name) {
                let values = |name: &str| self.reader.property(place, name);
                for of in self.reader.property(place, "GroupId") {
                    let Some(group) = of.place().and_then(|group| model.groups.get_mut(&group)) else {
                        continue;
                    };
                    let sure = of.sure && self.sure(place);
                    group.rules.extend(self.rule(ingress, self.reader.at(place), sure, &values));
                    // AWS does not say when the rule that a group begins with gives way to one that is added later.
                    if !ingress && group.default_egress == Some(Truth::Yes) {
                        group.default_egress = Some(Truth::Perhaps);
                    }
                }
            }
        }
    }

    /// A rule; one for each case that the deployment decides between.
    fn rule(&self, ingress: bool, at: At, sure: bool, values: &dyn Fn(&str) -> Vec<Item<'a>>) -> Vec<Rule> {
        let number = |name: &str| only(values(name)).and_then(|item| item.int());
        let written = |name: &str| !values(name).is_empty();
        let ports = if written("FromPort") || written("ToPort") {
            port_range(number("FromPort"), number("ToPort"))
        } else {
            Some(Ports::all())
        };
        let about = Match { protocol: only(values("IpProtocol")).and_then(|item| protocol(&item)), ports };
        let (group, list) = if ingress {
            (["SourceSecurityGroupId", "SourceSecurityGroupName"], "SourcePrefixListId")
        } else {
            (["DestinationSecurityGroupId", "DestinationSecurityGroupName"], "DestinationPrefixListId")
        };
        let mut peers: Vec<(Peer, At, bool)> = Vec::new();
        for name in ["CidrIp", "CidrIpv6"] {
            for item in values(name) {
                let range = addresses(&item).map_or_else(Range::unknown, Range::exactly);
                peers.push((Peer::Addresses(range), item.at, item.sure));
            }
        }
        for item in values(group[0]) {
            peers.push((Peer::Group(named(&item)), item.at, item.sure));
        }
        for item in values(group[1]) {
            peers.push((Peer::Group(Named::Unknown), item.at, item.sure));
        }
        for item in values(list) {
            peers.push((Peer::Addresses(self.prefix_list(&item)), item.at, item.sure));
        }
        if peers.is_empty()
            && about.protocol.is_none()
            && only(values("IpProtocol")).is_none_or(|item| item.known == Known::Unknown)
        {
            // Nothing at all is known of it.
            peers.push((Peer::Addresses(Range::unknown()), at, false));
        }
        let rules = peers.into_iter().map(|(peer, peer_at, peer_sure)| Rule {
            ingress,
            peer,
            about: about.clone(),
            at,
            peer_at,
            sure: sure && peer_sure,
        });
        rules.collect()
    }
}

/// The only value; where the deployment chooses, one that is unknown.
fn only(items: Vec<Item<'_>>) -> Option<Item<'_>> {
    let one = items.len() == 1;
    let first = items.into_iter().next()?;
    if one && first.sure { Some(first) } else { Some(Item { known: Known::Unknown, ..first }) }
}

pub(crate) fn truth(item: &Item<'_>) -> Truth {
    match (&item.known, item.text()) {
        (Known::Bool(truth), _) => Truth::of(*truth),
        (_, Some("true")) => Truth::Yes,
        (_, Some("false")) => Truth::No,
        _ => Truth::Perhaps,
    }
}

fn addresses(item: &Item<'_>) -> Option<Addresses> {
    Addresses::parse(item.text()?)
}

fn bits(item: &Item<'_>) -> u8 {
    let text = item.text().and_then(|text| text.split_once('/'));
    text.and_then(|(_, bits)| bits.parse().ok()).unwrap_or(0)
}

/// Names and numbers of protocols. Source: the reference of `AWS::EC2::SecurityGroupIngress`.
fn protocol(item: &Item<'_>) -> Option<ProtocolMatch> {
    if let Some("tcp" | "udp" | "icmp" | "icmpv6") = item.text() {
        return Some(ProtocolMatch::One(match item.text() {
            Some("tcp") => 6,
            Some("udp") => 17,
            Some("icmp") => 1,
            _ => 58,
        }));
    }
    match item.int()? {
        -1 => Some(ProtocolMatch::All),
        number => u8::try_from(number).ok().map(ProtocolMatch::One),
    }
}

/// `-1` is every port.
fn port_range(from: Option<i64>, to: Option<i64>) -> Option<Ports> {
    match (from?, to?) {
        (-1, _) | (_, -1) => Some(Ports::all()),
        (from, to) => Some(Ports::of(u16::try_from(from).ok()?, u16::try_from(to).ok()?)),
    }
}

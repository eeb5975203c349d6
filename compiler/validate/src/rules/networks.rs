//! VPCs and what is inside them.

use ci_base::{Code, Diagnostic};
use ci_graph::{Located, Origin, Resource, ResourceId, Stack, Value};
use rustc_hash::FxHashMap;

use super::Rules;
use crate::network::Network;
use crate::value::same;
use crate::verdict::Verdict;
use crate::view::{Fields, broken, target, together};

/// AWS takes subnets of these sizes only.
const SUBNET_BITS: std::ops::RangeInclusive<u8> = 16..=28;

/// Properties by which a VPC or a subnet gets a range that is not known before it exists.
const ASSIGNED: [&str; 4] = ["Ipv4IpamPoolId", "Ipv6IpamPoolId", "Ipv6Pool", "AmazonProvidedIpv6CidrBlock"];

pub(super) fn check(rules: &mut Rules<'_>) {
    ranges(rules);
    route_tables(rules);
    endpoints(rules);
}

/// The ranges of a VPC, as far as they are known.
#[derive(Default)]
struct Ranges {
    known: Vec<Network>,
    /// There are or may be others.
    open: bool,
}

impl Ranges {
    fn add(&mut self, of: &Resource) {
        for name in ["CidrBlock", "Ipv6CidrBlock"] {
            let Some(located) = of.field(name) else { continue };
            match located.value.as_str().and_then(Network::parse) {
                Some(network) => self.known.push(network),
                None => self.open = true,
            }
        }
        self.open |= ASSIGNED.iter().any(|name| of.field(name).is_some());
    }
}

fn ranges(rules: &mut Rules<'_>) {
    let mut vpcs: FxHashMap<ResourceId, Ranges> = FxHashMap::default();
    for (id, vpc) in rules.of_type("AWS::EC2::VPC") {
        vpcs.entry(id).or_default().add(vpc);
    }
    for (_, block) in rules.of_type("AWS::EC2::VPCCidrBlock") {
        if let Some(id) = block.field("VpcId").and_then(|located| target(&located.value))
            && let Some(ranges) = vpcs.get_mut(&id)
        {
            ranges.add(block);
        }
    }
    let subnets: Vec<Subnet<'_>> =
        rules.of_type("AWS::EC2::Subnet").flat_map(|(_, subnet)| Subnet::all(subnet)).collect();
    for subnet in &subnets {
        if let Some(ranges) = subnet.vpc_id().and_then(|id| vpcs.get(&id)) {
            rules.findings.extend(subnet.inside(rules.stack, ranges));
        }
        if subnet.network.is_v4() && !SUBNET_BITS.contains(&subnet.network.bits()) {
            let message = format!("a subnet has a range of /16 to /28, not /{}", subnet.network.bits());
            rules.findings.push(Diagnostic::new(Code::NetworkRange, subnet.at, message));
        }
    }
    overlaps(&subnets, rules.findings);
}

/// One range of a subnet.
struct Subnet<'a> {
    resource: &'a Resource,
    vpc: &'a Located,
    network: Network,
    text: &'a str,
    at: Origin,
}

impl<'a> Subnet<'a> {
    fn all(resource: &'a Resource) -> impl Iterator<Item = Self> {
        ["CidrBlock", "Ipv6CidrBlock"].into_iter().filter_map(move |name| {
            let located = resource.field(name)?;
            let text = located.value.as_str()?;
            let (vpc, network) = (resource.field("VpcId")?, Network::parse(text)?);
            Some(Self { resource, vpc, network, text, at: located.origin })
        })
    }

    fn vpc_id(&self) -> Option<ResourceId> {
        target(&self.vpc.value)
    }

    fn inside(&self, stack: &Stack, ranges: &Ranges) -> Option<Diagnostic<Origin>> {
        let fits = ranges.known.iter().any(|range| range.contains(self.network));
        let same_version = ranges.known.iter().any(|range| range.is_v4() == self.network.is_v4());
        if fits || ranges.open || (self.network.is_v4() && !same_version) {
            return None;
        }
        let vpc = stack.resource(self.vpc_id()?);
        let at = vpc.field("CidrBlock").map_or(vpc.origin, |located| located.origin);
        let message = if same_version {
            format!("the range {} is not inside the range of its VPC", self.text)
        } else {
            format!("the VPC has no IPv6 range that {} could be part of", self.text)
        };
        Some(Diagnostic::new(Code::NetworkRange, self.at, message).also(at, "the VPC"))
    }
}

/// Reports subnets of one VPC that share addresses. Sorted by range, only neighbours can.
fn overlaps(subnets: &[Subnet<'_>], findings: &mut Vec<Diagnostic<Origin>>) {
    let mut groups: Vec<(&Value, Vec<&Subnet<'_>>)> = Vec::new();
    let mut by_id: FxHashMap<ResourceId, usize> = FxHashMap::default();
    for subnet in subnets {
        let known = match subnet.vpc_id() {
            Some(id) => by_id.get(&id).copied(),
            None => groups.iter().position(|(vpc, _)| same(vpc, &subnet.vpc.value) == Verdict::Yes),
        };
        if let Some(index) = known {
            groups[index].1.push(subnet);
            continue;
        }
        if let Some(id) = subnet.vpc_id() {
            by_id.insert(id, groups.len());
        }
        groups.push((&subnet.vpc.value, vec![subnet]));
    }
    for (_, mut group) in groups {
        group.sort_by_key(|subnet| subnet.network);
        for (index, subnet) in group.iter().enumerate() {
            let others = group[index + 1..].iter().take_while(|other| subnet.network.overlaps(other.network));
            for other in others.filter(|other| together(subnet.resource, other.resource)) {
                if std::ptr::eq(subnet.resource, other.resource) {
                    continue;
                }
                let (first, second) = if subnet.at <= other.at { (subnet, other) } else { (other, subnet) };
                let message = format!("the range {} overlaps {} of another subnet", second.text, first.text);
                findings.push(
                    Diagnostic::new(Code::NetworkRange, second.at, message)
                        .also(first.at, "the other subnet"),
                );
            }
        }
    }
}

/// A subnet has one route table.
fn route_tables(rules: &mut Rules<'_>) {
    let mut seen: Vec<(&Located, &Resource)> = Vec::new();
    let mut by_id: FxHashMap<ResourceId, (&Located, &Resource)> = FxHashMap::default();
    for (_, association) in rules.of_type("AWS::EC2::SubnetRouteTableAssociation") {
        let Some(subnet) = association.field("SubnetId") else { continue };
        let earlier = match target(&subnet.value) {
            Some(id) => by_id.get(&id).copied(),
            None => seen.iter().find(|(known, _)| same(&known.value, &subnet.value) == Verdict::Yes).copied(),
        };
        match earlier {
            Some((first, other)) if together(association, other) => rules.findings.push(
                broken("one-route-table", subnet.origin, "this subnet has a route table already")
                    .also(first.origin, "associated here"),
            ),
            _ => match target(&subnet.value) {
                Some(id) => {
                    by_id.insert(id, (subnet, association));
                }
                None => seen.push((subnet, association)),
            },
        }
    }
}

/// Two endpoints of one service cannot both answer for its name in one VPC.
fn endpoints(rules: &mut Rules<'_>) {
    let mut seen: Vec<(&Located, &Located, &Resource)> = Vec::new();
    for (_, endpoint) in rules.of_type("AWS::EC2::VPCEndpoint") {
        let private = endpoint.text("VpcEndpointType") == Some("Interface")
            && endpoint.truth("PrivateDnsEnabled") == Some(true);
        let (true, Some(vpc), Some(service)) =
            (private, endpoint.field("VpcId"), endpoint.field("ServiceName"))
        else {
            continue;
        };
        let earlier = seen.iter().find(|(other_vpc, other_service, other)| {
            same_vpc(vpc, other_vpc)
                && same(&service.value, &other_service.value) == Verdict::Yes
                && together(endpoint, other)
        });
        if let Some((_, first, _)) = earlier {
            let message = "only one endpoint of a service in a VPC can have private DNS";
            rules.findings.push(
                broken("endpoint-private-dns", service.origin, message)
                    .also(first.origin, "the other endpoint"),
            );
        } else {
            seen.push((vpc, service, endpoint));
        }
    }
}

fn same_vpc(one: &Located, other: &Located) -> bool {
    match (target(&one.value), target(&other.value)) {
        (Some(one), Some(other)) => one == other,
        _ => same(&one.value, &other.value) == Verdict::Yes,
    }
}

//! Walks over sets are compared with the fate of single packets, in small random networks.
//!
//! The other implementation reads the description of a network, not its resources, and knows no sets: it sends every
//! packet of a few well-chosen addresses and ports. How the language's programs are read is tested in `ci-project`.

use ci_graph::Value;
use proptest::prelude::*;

use crate::fixture::{Builder, id, list, record, text};
use crate::{Answer, End, Network, Ports, Protocol, Truth};

/// What rules, entries and routes may name. They cut subnets and the internet into pieces, in the middle too.
const PREFIXES: [&str; 6] =
    ["0.0.0.0/0", "8.0.0.0/8", "52.0.0.0/8", "10.0.0.0/16", "10.0.1.0/24", "10.0.0.128/25"];

/// One host for each piece that the prefixes make: of the internet, and of each of the subnets.
const HOSTS: [[u8; 4]; 3] = [[8, 8, 8, 8], [52, 1, 2, 3], [200, 1, 2, 3]];
const LAST: [u8; 2] = [1, 200];

/// What rules and entries may say of ports.
const RANGES: [(u16, u16); 4] = [(0, 65535), (80, 443), (1024, 65535), (443, 2000)];

/// One port for each piece that the ranges make.
const PORTS: [u16; 6] = [10, 80, 443, 1000, 1500, 40000];

/// One of the ports that answers go to, for each piece.
const ANSWERS: [u16; 2] = [1500, 40000];

#[derive(Clone, Debug)]
struct Entry {
    egress: bool,
    allows: bool,
    prefix: usize,
    range: usize,
    /// Otherwise TCP.
    all_protocols: bool,
}

#[derive(Clone, Debug)]
struct Rule {
    /// A prefix, or a group.
    peer: Result<usize, usize>,
    range: usize,
}

#[derive(Clone, Debug)]
struct Group {
    ingress: Vec<Rule>,
    egress: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Subnet {
    /// `None`: no table of its own. The routes: a prefix, and whether it leads to the internet or nowhere known.
    routes: Option<Vec<(usize, bool)>>,
    /// `None`: the list that the VPC begins with.
    acl: Option<Vec<Entry>>,
}

#[derive(Clone, Debug)]
struct World {
    attached: bool,
    subnets: Vec<Subnet>,
    groups: Vec<Group>,
    /// The subnet, the groups, whether it has a public address.
    hosts: Vec<(usize, Vec<usize>, bool)>,
}

/// Everything is what networks speak of most.
fn prefix() -> impl Strategy<Value = usize> {
    prop_oneof![2 => Just(0), 1 => 0..PREFIXES.len()]
}

fn entry() -> impl Strategy<Value = Entry> {
    (any::<bool>(), prop::bool::weighted(0.8), prefix(), 0..RANGES.len(), prop::bool::weighted(0.2)).prop_map(
        |(egress, allows, prefix, range, all_protocols)| Entry {
            egress,
            allows,
            prefix,
            range,
            all_protocols,
        },
    )
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let peer = prop_oneof![prefix().prop_map(Ok), (0..2_usize).prop_map(Err)];
    prop::collection::vec((peer, 0..RANGES.len()).prop_map(|(peer, range)| Rule { peer, range }), 0..4)
}

fn world() -> impl Strategy<Value = World> {
    let routes = prop::collection::vec((0..3_usize, prop::bool::weighted(0.7)), 1..4);
    let subnet =
        (prop::option::weighted(0.8, routes), prop::option::of(prop::collection::vec(entry(), 2..7)))
            .prop_map(|(routes, acl)| Subnet {
                routes: routes.map(|mut routes| {
                    // A table has one route for a prefix.
                    routes.sort_unstable();
                    routes.dedup_by_key(|(prefix, _)| *prefix);
                    routes
                }),
                acl,
            });
    let group = (rules(), rules()).prop_map(|(ingress, egress)| Group { ingress, egress });
    let host = (0..2_usize, prop::collection::vec(0..2_usize, 1..3), prop::bool::weighted(0.8));
    (
        prop::bool::weighted(0.9),
        prop::collection::vec(subnet, 2),
        prop::collection::vec(group, 2),
        prop::collection::vec(host, 2),
    )
        .prop_map(|(attached, subnets, groups, hosts)| World { attached, subnets, groups, hosts })
}

/// The same network as resources. Returns the hosts with it.
fn build(world: &World) -> (ci_graph::Stack, Vec<ci_graph::Place>) {
    let mut stack = Builder::new();
    let vpc = stack.add("AWS::EC2::VPC", vec![("CidrBlock", text("10.0.0.0/16"))]);
    let gateway = stack.add("AWS::EC2::InternetGateway", vec![]);
    if world.attached {
        stack.add(
            "AWS::EC2::VPCGatewayAttachment",
            vec![("VpcId", id(vpc)), ("InternetGatewayId", id(gateway))],
        );
    }
    let mut subnets = Vec::new();
    for (at, of) in world.subnets.iter().enumerate() {
        let subnet = stack.add(
            "AWS::EC2::Subnet",
            vec![("VpcId", id(vpc)), ("CidrBlock", text(&format!("10.0.{at}.0/24")))],
        );
        subnets.push(subnet);
        if let Some(routes) = &of.routes {
            let table = stack.add("AWS::EC2::RouteTable", vec![("VpcId", id(vpc))]);
            stack.add(
                "AWS::EC2::SubnetRouteTableAssociation",
                vec![("SubnetId", id(subnet)), ("RouteTableId", id(table))],
            );
            for (prefix, to_internet) in routes {
                let target = if *to_internet {
                    ("GatewayId", id(gateway))
                } else {
                    ("TransitGatewayId", text("tgw-0123456789abcdef0"))
                };
                stack.add(
                    "AWS::EC2::Route",
                    vec![
                        ("RouteTableId", id(table)),
                        ("DestinationCidrBlock", text(PREFIXES[*prefix])),
                        target,
                    ],
                );
            }
        }
        if let Some(entries) = &of.acl {
            let acl = stack.add("AWS::EC2::NetworkAcl", vec![("VpcId", id(vpc))]);
            stack.add(
                "AWS::EC2::SubnetNetworkAclAssociation",
                vec![("SubnetId", id(subnet)), ("NetworkAclId", id(acl))],
            );
            for (number, entry) in entries.iter().enumerate() {
                let (from, to) = RANGES[entry.range];
                let mut properties = vec![
                    ("NetworkAclId", id(acl)),
                    ("RuleNumber", Value::Int(number as i64 + 1)),
                    ("Egress", Value::Bool(entry.egress)),
                    ("RuleAction", text(if entry.allows { "allow" } else { "deny" })),
                    ("CidrBlock", text(PREFIXES[entry.prefix])),
                    ("Protocol", Value::Int(if entry.all_protocols { -1 } else { 6 })),
                ];
                if !entry.all_protocols {
                    let ports = [("From", from), ("To", to)];
                    let ports = ports.map(|(name, port)| (name, Value::Int(port.into()))).to_vec();
                    properties.push(("PortRange", record(ports)));
                }
                stack.add("AWS::EC2::NetworkAclEntry", properties);
            }
        }
    }
    let groups: Vec<_> = world
        .groups
        .iter()
        .map(|_| {
            let nothing = vec![("IpProtocol", text("icmp")), ("CidrIp", text("255.255.255.255/32"))];
            stack.add(
                "AWS::EC2::SecurityGroup",
                vec![("VpcId", id(vpc)), ("SecurityGroupEgress", list([record(nothing)]))],
            )
        })
        .collect();
    for (group, of) in groups.iter().zip(&world.groups) {
        for (rules, name, peer_name) in [
            (&of.ingress, "AWS::EC2::SecurityGroupIngress", "SourceSecurityGroupId"),
            (&of.egress, "AWS::EC2::SecurityGroupEgress", "DestinationSecurityGroupId"),
        ] {
            for rule in rules {
                let (from, to) = RANGES[rule.range];
                let peer = match rule.peer {
                    Ok(prefix) => ("CidrIp", text(PREFIXES[prefix])),
                    Err(group) => (peer_name, id(groups[group])),
                };
                stack.add(
                    name,
                    vec![
                        ("GroupId", id(*group)),
                        ("IpProtocol", text("tcp")),
                        ("FromPort", Value::Int(from.into())),
                        ("ToPort", Value::Int(to.into())),
                        peer,
                    ],
                );
            }
        }
    }
    let hosts = world.hosts.iter().map(|(subnet, members, public)| {
        let interface = record(vec![
            ("SubnetId", id(subnets[*subnet])),
            ("GroupSet", list(members.iter().map(|group| id(groups[*group])))),
            ("AssociatePublicIpAddress", Value::Bool(*public)),
        ]);
        stack.add("AWS::EC2::Instance", vec![("NetworkInterfaces", list([interface]))])
    });
    let hosts = hosts.collect();
    (stack.stack(), hosts)
}

fn matches(prefix: usize, address: [u8; 4]) -> bool {
    let (network, bits) = PREFIXES[prefix].split_once('/').unwrap();
    let network: std::net::Ipv4Addr = network.parse().unwrap();
    let bits: u32 = bits.parse().unwrap();
    bits == 0 || (network.to_bits() ^ u32::from_be_bytes(address)) >> (32 - bits) == 0
}

fn in_range(range: usize, port: u16) -> bool {
    (RANGES[range].0..=RANGES[range].1).contains(&port)
}

impl World {
    fn acl(&self, subnet: usize, egress: bool, other: [u8; 4], port: u16) -> bool {
        let Some(entries) = &self.subnets[subnet].acl else { return true };
        let decides = entries.iter().find(|entry| {
            entry.egress == egress
                && matches(entry.prefix, other)
                && (entry.all_protocols || in_range(entry.range, port))
        });
        decides.is_some_and(|entry| entry.allows)
    }

    /// Both ways: whatever port answers go to when `all`, to one of them otherwise.
    fn both(&self, subnet: usize, egress: bool, other: [u8; 4], port: u16, all: bool) -> bool {
        let back = |port: &u16| self.acl(subnet, !egress, other, *port);
        let back = if all { ANSWERS.iter().all(back) } else { ANSWERS.iter().any(back) };
        self.acl(subnet, egress, other, port) && back
    }

    fn group(&self, host: usize, ingress: bool, other: [u8; 4], peer: Option<usize>, port: u16) -> bool {
        self.hosts[host].1.iter().any(|group| {
            let group = &self.groups[*group];
            let rules = if ingress { &group.ingress } else { &group.egress };
            rules.iter().any(|rule| {
                in_range(rule.range, port)
                    && match rule.peer {
                        Ok(prefix) => matches(prefix, other),
                        Err(group) => peer.is_some_and(|peer| self.hosts[peer].1.contains(&group)),
                    }
            })
        })
    }

    /// Whether answers to the internet leave by its gateway.
    fn routed(&self, subnet: usize, other: [u8; 4]) -> bool {
        let routes = self.subnets[subnet].routes.iter().flatten();
        let longest = routes
            .filter(|(prefix, _)| matches(*prefix, other))
            .max_by_key(|(prefix, _)| usize::from(*prefix != 0));
        self.attached && longest.is_some_and(|(_, to_internet)| *to_internet)
    }

    fn enters(&self, from: [u8; 4], host: usize, port: u16, all: bool) -> bool {
        let (subnet, _, public) = self.hosts[host];
        public
            && self.routed(subnet, from)
            && self.both(subnet, false, from, port, all)
            && self.group(host, true, from, None, port)
    }

    fn passes(&self, from: (usize, u8), to: (usize, u8), port: u16, all: bool) -> bool {
        let (here, there) = (self.hosts[from.0].0, self.hosts[to.0].0);
        let address = |subnet: usize, last: u8| [10, 0, subnet as u8, last];
        let (source, target) = (address(here, from.1), address(there, to.1));
        let lists = here == there
            || (self.both(here, true, target, port, all) && self.both(there, false, source, port, all));
        lists
            && self.group(from.0, false, target, Some(to.0), port)
            && self.group(to.0, true, source, Some(from.0), port)
    }
}

/// Which of the chosen ports are reached in any case, and which perhaps.
fn asked(network: &Network<'_>, from: End, to: End) -> Vec<Truth> {
    PORTS.iter().map(|port| network.allows(from, to, Protocol::Tcp, Some(*port))).collect()
}

fn truth(must: bool, may: bool) -> Truth {
    match (must, may) {
        (true, _) => Truth::Yes,
        (false, true) => Truth::Perhaps,
        (false, false) => Truth::No,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn walks_are_the_fate_of_packets(world in world()) {
        let (stack, hosts) = build(&world);
        let stacks = [&stack];
        let network = Network::read(&stacks);
        for (at, host) in hosts.iter().enumerate() {
            let expected: Vec<Truth> = PORTS.iter().map(|port| {
                let reached = |all| HOSTS.iter().any(|from| world.enters(*from, at, *port, all));
                truth(reached(true), reached(false))
            }).collect();
            prop_assert_eq!(asked(&network, End::Internet, End::At(*host)), expected);
        }
        let (one, other) = (End::At(hosts[0]), End::At(hosts[1]));
        let pairs: Vec<(u8, u8)> = LAST.iter().flat_map(|a| LAST.iter().map(|b| (*a, *b))).collect();
        let expected: Vec<Truth> = PORTS.iter().map(|port| {
            let passes = |pair: &(u8, u8), all| world.passes((0, pair.0), (1, pair.1), *port, all);
            truth(pairs.iter().all(|pair| passes(pair, true)), pairs.iter().any(|pair| passes(pair, false)))
        }).collect();
        prop_assert_eq!(asked(&network, one, other), expected);
    }
}

/// Not everything that is drawn is blocked, or the property would say little.
#[test]
fn random_networks_let_some_packets_through() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut counts = [0; 3];
    for _ in 0..200 {
        let world = world().new_tree(&mut runner).unwrap().current();
        let (stack, hosts) = build(&world);
        let stacks = [&stack];
        let network = Network::read(&stacks);
        for (from, to) in [(End::Internet, End::At(hosts[0])), (End::At(hosts[0]), End::At(hosts[1]))] {
            for truth in asked(&network, from, to) {
                counts[truth as usize] += 1;
            }
        }
    }
    assert!(counts.iter().all(|count| *count > 10), "{counts:?}");
}

#[test]
fn what_is_in_no_network_is_reached_by_nobody() {
    let mut stack = Builder::new();
    let bucket = stack.add("AWS::S3::Bucket", vec![]);
    let stack = stack.stack();
    let stacks = [&stack];
    let network = Network::read(&stacks);
    assert!(network.is_empty());
    assert_eq!(network.reaches(End::Internet, End::At(bucket), Protocol::Tcp), Answer::NotInNetwork(bucket));
    assert_eq!(network.allows(End::Internet, End::At(bucket), Protocol::Tcp, None), Truth::No);
}

/// Peered VPCs reach each other where both have a route back.
#[test]
fn a_peering_needs_routes_on_both_sides() {
    let reached = |routes: [bool; 2]| {
        let mut stack = Builder::new();
        let vpcs = ["10.0.0.0/16", "10.1.0.0/16"]
            .map(|range| stack.add("AWS::EC2::VPC", vec![("CidrBlock", text(range))]));
        let peering = stack
            .add("AWS::EC2::VPCPeeringConnection", vec![("VpcId", id(vpcs[0])), ("PeerVpcId", id(vpcs[1]))]);
        let ranges = ["10.0.1.0/24", "10.1.1.0/24"];
        let hosts: Vec<_> = (0..2)
            .map(|at| {
                let subnet = stack
                    .add("AWS::EC2::Subnet", vec![("VpcId", id(vpcs[at])), ("CidrBlock", text(ranges[at]))]);
                let table = stack.add("AWS::EC2::RouteTable", vec![("VpcId", id(vpcs[at]))]);
                stack.add(
                    "AWS::EC2::SubnetRouteTableAssociation",
                    vec![("SubnetId", id(subnet)), ("RouteTableId", id(table))],
                );
                if routes[at] {
                    stack.add(
                        "AWS::EC2::Route",
                        vec![
                            ("RouteTableId", id(table)),
                            ("DestinationCidrBlock", text(ranges[1 - at])),
                            ("VpcPeeringConnectionId", id(peering)),
                        ],
                    );
                }
                let rule = record(vec![("IpProtocol", text("-1")), ("CidrIp", text(ranges[1 - at]))]);
                let group = stack.add(
                    "AWS::EC2::SecurityGroup",
                    vec![("VpcId", id(vpcs[at])), ("SecurityGroupIngress", list([rule]))],
                );
                stack.add(
                    "AWS::EC2::Instance",
                    vec![("SubnetId", id(subnet)), ("SecurityGroupIds", list([id(group)]))],
                )
            })
            .collect();
        let stack = stack.stack();
        let stacks = [&stack];
        let network = Network::read(&stacks);
        match network.reaches(End::At(hosts[0]), End::At(hosts[1]), Protocol::Tcp) {
            Answer::Reached(path) => path.ports == Ports::all(),
            _ => false,
        }
    };
    assert!(reached([true, true]));
    assert!(!reached([true, false]));
    assert!(!reached([false, true]));
}

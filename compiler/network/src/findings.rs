//! What is wrong with networks in every deployment.
//!
//! Only what is certain is told: a store that the internet reaches whatever is not known, a connection that cannot be
//! made whatever is not known.
//!
//! Must not know: who has which rights; it is told what is needed.

mod undeclared;
mod unreachable;

use ci_base::{Code, Diagnostic};
use ci_graph::Place;
use rustc_hash::FxHashSet;

use crate::Network;
use crate::element::{Attached, Element, Forward, Kind};
use crate::model::{Named, Peer, Range, Rule, Target};
use crate::reach::{Answer, Blocked, End, Path};
use crate::reader::{At, Item};
use crate::sets::{Addresses, Ports, Protocol};
use crate::truth::Mode;

/// Something in a network that uses a service of AWS.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// Who uses it: an element, or the task definition of one.
    pub user: Place,
    /// The service, as IAM calls it: `sqs`.
    pub service: String,
    /// Where the right to use it is given.
    pub at: At,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The resource it is about: where it is written in a library, the place of whoever made it is told by its name.
    pub about: Place,
    /// What is wrong.
    pub told: Diagnostic<At>,
    /// The endpoint that would mend it.
    pub lacks: Option<Lack>,
}

impl Finding {
    fn new(about: Place, told: Diagnostic<At>) -> Self {
        Self { about, told, lacks: None }
    }
}

/// An endpoint that a VPC does not have.
#[derive(Clone, Debug, PartialEq)]
pub struct Lack {
    /// The VPC.
    pub vpc: Place,
    /// The service, as IAM calls it: `sqs`.
    pub service: String,
}

/// What an endpoint is called after the region, by what IAM calls the service. Services whose rights are used by AWS
/// itself on behalf of others, as those of KMS are, are not here: a right is no sign that packets are sent.
/// Source: the guide of AWS `PrivateLink`, on the services that integrate with it.
const ENDPOINTS: [(&str, &str); 15] = [
    ("athena", "athena"),
    ("bedrock", "bedrock-runtime"),
    ("cognito-idp", "cognito-idp"),
    ("dynamodb", "dynamodb"),
    ("events", "events"),
    ("glue", "glue"),
    ("kinesis", "kinesis-streams"),
    ("s3", "s3"),
    ("secretsmanager", "secretsmanager"),
    ("ses", "email"),
    ("sns", "sns"),
    ("sqs", "sqs"),
    ("ssm", "ssm"),
    ("states", "states"),
    ("textract", "textract"),
];

/// What Fargate itself uses over the interface of a task, with the role that starts it: images, whose layers come from S3,
/// and the group that the containers log to.
/// Source: the developer guide of ECS, on interface endpoints of Fargate tasks.
const USED_BY_FARGATE: [(&str, &str); 4] =
    [("ecr", "ecr.api"), ("ecr", "ecr.dkr"), ("ecr", "s3"), ("logs", "logs")];

/// Services that Lambda uses with the role of a function: to read what calls it, and to pass on what came of a call.
const USED_BY_LAMBDA: [&str; 7] = ["dynamodb", "events", "kinesis", "s3", "secretsmanager", "sns", "sqs"];

/// Everything that is wrong, in the order of the stacks. `needs` are what the elements use of AWS.
pub fn findings(network: &Network<'_>, needs: &[Need]) -> Vec<Finding> {
    let mut found = Vec::new();
    if network.is_empty() {
        return found;
    }
    for element in network.elements.all.values() {
        public_store(network, element, &mut found);
        targets(network, element, &mut found);
    }
    open_rules(network, &mut found);
    undeclared::find(network, &mut found);
    unreachable::find(network, &mut found);
    services(network, needs, &mut found);
    found.sort_by(|left, right| {
        let key = |found: &Finding| (found.told.primary.at, found.told.code, found.about);
        key(left).cmp(&key(right)).then_with(|| left.told.message.cmp(&right.told.message))
    });
    found.dedup();
    found
}

/// A data store that the internet reaches.
fn public_store(network: &Network<'_>, element: &Element, found: &mut Vec<Finding>) {
    if element.kind != Kind::DataStore {
        return;
    }
    for protocol in Protocol::ALL {
        let Answer::Reached(path) = network.reaches(End::Internet, End::At(element.place), protocol) else {
            continue;
        };
        if !path.is_certain() {
            continue;
        }
        found.push(Finding::new(element.place, public(network, element, &path)));
        return;
    }
}

fn public(network: &Network<'_>, element: &Element, path: &Path) -> Diagnostic<At> {
    let name = network.path(element.place);
    let at = path.hops.first().map_or_else(|| network.reader.at(element.place), |hop| hop.at);
    let message = format!("the internet reaches the data store `{name}` on {} {}", path.protocol, path.ports);
    let finding =
        path.hops.iter().skip(1).fold(Diagnostic::new(Code::PublicDataStore, at, message), |finding, hop| {
            finding.also(hop.at, hop.says.clone())
        });
    finding.help(
        "put it into subnets without a route to an internet gateway, give it no public address, and let only the \
         security groups of those who use it in",
    )
}

/// A security group that takes packets from everywhere, and is not just the front of a load balancer. Several ranges may be
/// everywhere together.
fn open_rules(network: &Network<'_>, found: &mut Vec<Finding>) {
    let mut groups: Vec<(&Place, &crate::model::Group)> = network.model.groups.iter().collect();
    groups.sort_unstable_by_key(|(place, _)| **place);
    let internet = Addresses::internet();
    for (place, group) in groups {
        let ranges: Vec<(&Rule, &Addresses)> = group.rules.iter().filter_map(range_of).collect();
        let mut meant: Option<[Ports; 2]> = None;
        let mut told = [Ports::default(), Ports::default()];
        for (rule, _) in &ranges {
            let mut open: Vec<String> = Vec::new();
            for (at, protocol) in Protocol::ALL.into_iter().enumerate() {
                let (ports, exact) = rule.about.ports(protocol);
                if !exact || ports.is_empty() {
                    continue;
                }
                // Those who may come on all of the rule's ports, by whichever rule.
                let all = ranges.iter().filter(|(other, _)| {
                    let (of_other, exact) = other.about.ports(protocol);
                    exact && of_other.covers(&ports)
                });
                let all = all.fold(Addresses::default(), |all, (_, range)| all.or(range));
                if !all.v4.covers(&internet.v4) && !all.v6.covers(&internet.v6) {
                    continue;
                }
                let meant = meant.get_or_insert_with(|| {
                    Protocol::ALL.map(|protocol| ports_of_front(network, *place, protocol))
                });
                let more = ports.minus(&meant[at]).minus(&told[at]);
                if !more.is_empty() {
                    open.push(format!("{protocol} {more}"));
                    // Another rule that is everywhere by itself is a finding by itself.
                    if !is_everywhere(rule) {
                        told[at] = told[at].or(&more);
                    }
                }
            }
            if !open.is_empty() {
                found.push(Finding::new(*place, everywhere(network, *place, rule, &open)));
            }
        }
    }
}

/// The addresses that a rule takes packets from, where they are known.
fn range_of(rule: &Rule) -> Option<(&Rule, &Addresses)> {
    match &rule.peer {
        Peer::Addresses(Range { within, exact: true }) if rule.ingress => Some((rule, within)),
        _ => None,
    }
}

fn everywhere(network: &Network<'_>, group: Place, rule: &Rule, open: &[String]) -> Diagnostic<At> {
    let message = format!(
        "the group `{}` takes {} from everywhere, and no load balancer that has it listens there",
        network.path(group),
        open.join(" and ")
    );
    let mut finding = Diagnostic::new(Code::OpenToWorld, rule.peer_at, message);
    if !is_everywhere(rule) {
        finding = finding.note("with the other ranges that it takes them from, this is everywhere");
    }
    finding
        .note("whoever finds the address may try what they like: a rule is the last thing between them and a mistake")
        .help("name the security group or the address range of those who connect")
}

/// Whether a rule is about all addresses of a version of IP.
fn is_everywhere(rule: &Rule) -> bool {
    let internet = Addresses::internet();
    range_of(rule).is_some_and(|(_, within)| within.v4.covers(&internet.v4) || within.v6.covers(&internet.v6))
}

/// The ports on which those who have a group are meant to be found by everyone: where only load balancers have it, those
/// they listen on; of a target that sees the addresses of visitors, its own.
fn ports_of_front(network: &Network<'_>, group: Place, protocol: Protocol) -> Ports {
    let has = |element: &&Element| {
        let groups = element.interfaces.iter().filter_map(|interface| interface.groups.as_ref()).flatten();
        groups.into_iter().any(|attached| attached.to == Named::Of(group))
    };
    let mut meant: Option<Ports> = None;
    for element in network.elements.all.values().filter(has) {
        let ports = match element.kind {
            Kind::LoadBalancer => listened(element, protocol),
            _ => passed_on(network, element.place, protocol),
        };
        meant = Some(meant.map_or(ports.clone(), |meant| meant.and(&ports)));
    }
    meant.unwrap_or_default()
}

fn listened(element: &Element, protocol: Protocol) -> Ports {
    let listeners = element.listeners.iter().flatten();
    let meant = listeners.filter(|listener| listener.protocol.is_none_or(|of| of == protocol));
    meant.fold(Ports::default(), |all, listener| match &listener.ports {
        Some(ports) => all.or(ports),
        None => Ports::all(),
    })
}

/// The ports of a target to which a load balancer without a filter passes packets as they come.
fn passed_on(network: &Network<'_>, target: Place, protocol: Protocol) -> Ports {
    let unfiltered = network.elements.all.values().filter(|element| is_unfiltered(element));
    let forwards = unfiltered.flat_map(|element| &element.forwards);
    let to_it = forwards.filter(|forward| forward.to == target && forward.protocol == protocol);
    to_it.fold(Ports::default(), |all, forward| match forward.port {
        Some(port) => all.or(&Ports::one(port)),
        None => Ports::all(),
    })
}

fn is_unfiltered(element: &Element) -> bool {
    element.kind == Kind::LoadBalancer
        && element.interfaces.iter().any(|interface| interface.groups.is_none())
}

/// A load balancer that cannot reach its targets.
fn targets(network: &Network<'_>, balancer: &Element, found: &mut Vec<Finding>) {
    let mut seen: Vec<(Place, Option<u16>)> = Vec::new();
    for forward in &balancer.forwards {
        let Some(port) = forward.port.filter(|_| forward.sure) else { continue };
        if seen.contains(&(forward.to, forward.port)) {
            continue;
        }
        seen.push((forward.to, forward.port));
        let way = network.ways(Mode::May, End::At(balancer.place), End::At(forward.to), forward.protocol);
        let blocked = match way {
            Ok(arrived) if arrived.ports.contains(port) => continue,
            // Without a filter of its own the packets of visitors come as they are, or from addresses in its subnets.
            _ if is_unfiltered(balancer) && takes_any(network, forward, port) => continue,
            Ok(arrived) => not_on_port(network, balancer, forward, &arrived.ports),
            Err(blocked) => blocked,
        };
        let message = format!(
            "the load balancer `{}` cannot reach `{}` on {} {port}: {}",
            network.path(balancer.place),
            network.path(forward.to),
            forward.protocol,
            blocked.what
        );
        let told = Diagnostic::new(Code::BlockedConnection, forward.at, message)
            .also(blocked.at, "what would have to change")
            .help(format!("change {}", blocked.setting));
        found.push(Finding::new(forward.to, told));
    }
}

fn not_on_port(network: &Network<'_>, balancer: &Element, forward: &Forward, ports: &Ports) -> Blocked {
    let groups = |place: Place, ingress: bool| {
        let element = network.elements.all.get(&place);
        let attached = element
            .into_iter()
            .flat_map(|element| &element.interfaces)
            .filter_map(|interface| interface.groups.as_ref())
            .flatten();
        let known = attached.filter_map(|attached: &Attached| {
            let place = attached.to.place()?;
            Some((place, network.model.groups.get(&place)?))
        });
        known.filter(|(_, group)| ingress || group.default_egress.is_none()).map(|(place, _)| place).next()
    };
    let port = forward.port.unwrap_or_default();
    // The side whose rules leave the port out; where both do, the one that takes.
    let sends = groups(balancer.place, false).is_some_and(|group| {
        let rules = network.model.groups.get(&group).map(|group| group.rules.as_slice()).unwrap_or_default();
        rules
            .iter()
            .filter(|rule| !rule.ingress)
            .all(|rule| !rule.about.ports(forward.protocol).0.contains(port))
    });
    let takes = groups(forward.to, true);
    let (group, property) = match (sends, takes) {
        (true, _) => (groups(balancer.place, false), "SecurityGroupEgress"),
        (false, takes) => (takes, "SecurityGroupIngress"),
    };
    let (name, at) = match group {
        Some(group) => (format!("`{}`", network.path(group)), network.reader.at(group)),
        None => (format!("the groups of `{}`", network.path(forward.to)), network.reader.at(forward.to)),
    };
    Blocked {
        what: format!("only {ports} is let through"),
        setting: format!("{property} of {name}"),
        at,
        step: 0,
    }
}

/// Whether the groups of a target take a port from any address at all.
fn takes_any(network: &Network<'_>, forward: &Forward, port: u16) -> bool {
    let Some(target) = network.elements.all.get(&forward.to) else { return true };
    target.interfaces.iter().any(|interface| {
        let Some(groups) = &interface.groups else { return true };
        groups.iter().any(|attached| {
            let group = attached.to.place().and_then(|place| network.model.groups.get(&place));
            group.is_none_or(|group| {
                group.rules.iter().any(|rule| {
                    rule.ingress
                        && matches!(rule.peer, Peer::Addresses(_) | Peer::Group(Named::Unknown))
                        && rule.about.ports(forward.protocol).0.contains(port)
                })
            })
        })
    })
}

/// Something that uses a service of AWS and has no way to it.
fn services(network: &Network<'_>, needs: &[Need], found: &mut Vec<Finding>) {
    let mut seen: Vec<(Place, &str)> = Vec::new();
    let served = Served::read(network);
    for need in needs {
        let by_fargate = network.reader.type_name(need.user) == "AWS::ECS::TaskDefinition";
        let used_by_fargate = USED_BY_FARGATE.iter().filter(|_| by_fargate);
        let names = ENDPOINTS.iter().chain(used_by_fargate).filter(|(service, _)| *service == need.service);
        for (_, name) in names {
            for user in users(network, need, &served) {
                if seen.contains(&(user, name)) {
                    continue;
                }
                if let Some(finding) = no_way(network, user, need, name) {
                    seen.push((user, name));
                    found.push(finding);
                }
            }
        }
    }
}

/// Whose packets a right is a sign of: functions, and services of containers whose tasks have an address of their own.
fn users(network: &Network<'_>, need: &Need, served: &Served) -> Vec<Place> {
    let reader = network.reader;
    match reader.type_name(need.user) {
        "AWS::Lambda::Function" => {
            let in_network = network.elements.all.contains_key(&need.user);
            let used_by_lambda =
                || USED_BY_LAMBDA.contains(&need.service.as_str()) && served.contains(network, need.user);
            if !in_network || used_by_lambda() { Vec::new() } else { vec![need.user] }
        }
        "AWS::ECS::TaskDefinition" => {
            let services = network.index.of("AWS::ECS::Service").iter().copied();
            let is_fargate = |service: &Place| {
                let launched = reader.property(*service, "LaunchType");
                let provided = reader.property(*service, "CapacityProviderStrategy.CapacityProvider");
                let mut names = launched.iter().chain(&provided).filter_map(Item::text);
                names.any(|name| name.starts_with("FARGATE"))
            };
            let runs_it = |service: &Place| {
                let task = reader.property(*service, "TaskDefinition");
                matches!(task.as_slice(), [one] if one.sure && one.place() == Some(need.user))
            };
            services
                .filter(|service| {
                    is_fargate(service) && runs_it(service) && network.elements.all.contains_key(service)
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The functions whose rights Lambda itself uses, so that they say nothing of what their code does.
#[derive(Default)]
struct Served {
    /// Those that something names which calls them, or passes on what came of a call.
    named: FxHashSet<Place>,
    /// Something names a function that only the deployment knows: it may be any.
    any: bool,
}

impl Served {
    fn read(network: &Network<'_>) -> Self {
        let mut served = Self::default();
        for name in ["AWS::Lambda::EventSourceMapping", "AWS::Lambda::EventInvokeConfig"] {
            for place in network.index.of(name) {
                for function in network.reader.property(*place, "FunctionName") {
                    match function.place() {
                        Some(function) => drop(served.named.insert(function)),
                        None => served.any = true,
                    }
                }
            }
        }
        served
    }

    fn contains(&self, network: &Network<'_>, function: Place) -> bool {
        let has_dead_letters = || !network.reader.property(function, "DeadLetterConfig").is_empty();
        self.any || self.named.contains(&function) || has_dead_letters()
    }
}

/// Whether something may reach an endpoint of its VPC on port 443.
fn to_endpoint(network: &Network<'_>, user: Place, endpoint: Place) -> Result<(), Blocked> {
    const HTTPS: u16 = 443;
    let on = |ports: &Ports, of: &str| {
        if ports.contains(HTTPS) {
            return Ok(());
        }
        Err(Blocked {
            what: format!("only {ports} is let through, and it listens on tcp {HTTPS}"),
            setting: format!("the rules between the groups of `{}` and {of}", network.path(user)),
            at: network.reader.at(user),
            step: 0,
        })
    };
    if network.elements.all.contains_key(&endpoint) {
        let way = network.ways(Mode::May, End::At(user), End::At(endpoint), Protocol::Tcp)?;
        return on(&way.ports, &format!("`{}`", network.path(endpoint)));
    }
    // A gateway endpoint is a route: what the groups let out to the addresses of the service gets there.
    let out = network.let_out(user).map_err(|blocked| Blocked {
        what: format!("{}, where its addresses are", blocked.what),
        setting: format!(
            "{}: let it name the list of the service's addresses, `s3_list` or `dynamodb_list` of `std::network::Vpc`",
            blocked.setting
        ),
        ..blocked
    })?;
    on(&out, "the addresses of the service")
}

fn no_way(network: &Network<'_>, user: Place, need: &Need, service: &str) -> Option<Finding> {
    let element = network.elements.all.get(&user)?;
    let blocked = network.ways(Mode::May, End::At(user), End::Internet, Protocol::Tcp).err()?;
    let mut vpcs = Vec::new();
    for attached in element.interfaces.iter().flat_map(|interface| &interface.subnets) {
        let subnet = network.model.subnets.get(&attached.to.place()?)?;
        // Names of services may be answered for elsewhere where packets go to other networks at all.
        let routes = subnet.table.as_ref().map(|link| network.model.tables.get(&link.to.place()?));
        let routes = match routes {
            None => &[][..],
            Some(routes) => routes?.as_slice(),
        };
        let leads_elsewhere =
            |target: &Target| matches!(target, Target::Elsewhere { .. } | Target::Peering(_));
        if routes.iter().any(|route| leads_elsewhere(&route.target)) {
            return None;
        }
        vpcs.push(subnet.vpc.place()?);
    }
    let name = network.path(user);
    let at = element.interfaces.first()?.at;
    let mut behind: Option<Blocked> = None;
    for &endpoint in network.index.of("AWS::EC2::VPCEndpoint") {
        let of = network.reader.property(endpoint, "VpcId");
        let is_here = of.iter().any(|vpc| vpc.place().is_none_or(|vpc| vpcs.contains(&vpc)));
        let is_meant = network
            .reader
            .ending(endpoint, "ServiceName")
            .is_none_or(|name| name.ends_with(service) || name.contains(&format!(".{service}-")));
        if !is_here || !is_meant {
            continue;
        }
        match to_endpoint(network, user, endpoint) {
            Ok(()) => return None,
            Err(blocked) => behind = Some(blocked),
        }
    }
    if let Some(blocked) = behind {
        let message = format!(
            "`{name}` has rights on {} and no way to the endpoint of {service}: {}",
            need.service, blocked.what
        );
        let told = Diagnostic::new(Code::BlockedConnection, at, message)
            .also(need.at, "the rights")
            .also(blocked.at, "what would have to change")
            .help(format!("change {}", blocked.setting));
        return Some(Finding::new(user, told));
    }
    let it = if need.service == service { "it".to_owned() } else { format!("`{service}`") };
    let message = format!("`{name}` has rights on {} and no way to {it}: {}", need.service, blocked.what);
    let gateway =
        if matches!(service, "s3" | "dynamodb") { "a gateway endpoint" } else { "an interface endpoint" };
    let told = Diagnostic::new(Code::BlockedConnection, at, message)
        .also(need.at, "the rights")
        .also(blocked.at, "what blocks the way over the internet")
        .help(format!(
            "add {gateway} for `com.amazonaws.{{aws::region}}.{service}` to the VPC, as `endpoints` of `std::network::Vpc` \
             does, or change {}",
            blocked.setting
        ));
    vpcs.dedup();
    let lacks = match vpcs.as_slice() {
        [vpc] => Some(Lack { vpc: *vpc, service: need.service.clone() }),
        _ => None,
    };
    Some(Finding { about: user, told, lacks })
}

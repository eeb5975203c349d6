//! Which boxes are connected, and by what.
//!
//! Must not know: how boxes were found.

use std::collections::{HashMap, HashSet};

use ci_access::program::{Grant, Program, read as read_policies};
use ci_access::{Effect, Principals};
use ci_catalog::iam;
use ci_graph::{Origin, Place, Stack};
use ci_network::{Answer, End, HopKind, Kind, Network, Protocol};
use indexmap::{IndexMap, IndexSet};

use super::Level;
use super::boxes::Boxes;
use super::refs::Refs;
use crate::kinds::{Family, HANDS_ON, faces_internet, sort};
use crate::model::{At, Diagram, Edge, EdgeKind, Node, NodeKind, Of};
use crate::text::{verb, verb_of_sid, verb_of_use};

/// How many pairs of things in networks are looked at.
const MAX_PAIRS: usize = 4_000;

/// How many words an arrow has.
const MAX_WORDS: usize = 4;

/// Services of AWS that everything uses to be watched or to run, and that nobody draws.
const EVERYWHERE: [&str; 12] = [
    "application-autoscaling",
    "cloudwatch",
    "ec2",
    "ec2messages",
    "ecr",
    "kms",
    "logs",
    "ssm",
    "ssmmessages",
    "sts",
    "tag",
    "xray",
];

/// Callers of AWS that write down what was done.
const LOGGERS: [&str; 5] = ["cloudtrail", "config", "delivery", "logdelivery", "logging"];

/// What one arrow says, gathered from many places.
#[derive(Default)]
struct Gathered {
    words: IndexSet<String>,
    at: IndexSet<At>,
    /// Every action that stands behind a right.
    actions: Vec<String>,
}

/// A place in a resource.
const fn within(place: Place, origin: Origin) -> At {
    At { stack: place.stack, origin, of: Of::Resource(place.resource) }
}

/// The place of a statement that is about a resource, in whatever stack it was written.
fn granted(about: Place, stack: usize, origin: Origin) -> At {
    if about.stack == stack { within(about, origin) } else { At { stack, origin, of: Of::Stack } }
}

struct Arrows<'a> {
    stacks: &'a [&'a Stack],
    refs: &'a Refs<'a>,
    boxes: &'a Boxes,
    diagram: &'a mut Diagram<At>,
    found: IndexMap<(usize, usize, EdgeKind), Gathered>,
    outside: HashMap<String, usize>,
    /// The services of AWS that the program makes something of, as ARNs have them.
    own: HashSet<&'static str>,
}

/// Finds the arrows and adds them, and who is outside, to the diagram.
pub(super) fn read(
    stacks: &[&Stack],
    refs: &Refs<'_>,
    boxes: &Boxes,
    level: Level,
    diagram: &mut Diagram<At>,
) {
    let resources = stacks.iter().flat_map(|stack| &stack.resources);
    let arns = resources.filter_map(|resource| resource.schema.arn_template());
    let own = arns.filter_map(|arn| arn.split(':').nth(2)).collect();
    let (found, outside) = (IndexMap::new(), HashMap::new());
    let mut arrows = Arrows { stacks, refs, boxes, diagram, found, outside, own };
    let program = read_policies(stacks);
    arrows.exposed();
    arrows.handed_on();
    arrows.rights(&program);
    arrows.guarded(&program);
    arrows.networks();
    arrows.consumed();
    arrows.references(level);
    arrows.finish();
}

impl Arrows<'_> {
    fn places(&self) -> Vec<Place> {
        let stacks = self.stacks.iter().enumerate();
        stacks
            .flat_map(|(stack, of)| of.resource_ids().map(move |(resource, _)| Place { stack, resource }))
            .collect()
    }

    fn node(&mut self, id: &str, name: &str, label: &str, kind: NodeKind) -> usize {
        if let Some(known) = self.outside.get(id) {
            return *known;
        }
        let family = if kind == NodeKind::Internet { Family::World } else { Family::Service };
        self.diagram.nodes.push(Node {
            id: id.to_owned(),
            name: name.to_owned(),
            label: label.to_owned(),
            family,
            kind,
            parent: None,
            at: None,
            parts: Vec::new(),
        });
        self.outside.insert(id.to_owned(), self.diagram.nodes.len() - 1);
        self.diagram.nodes.len() - 1
    }

    fn internet(&mut self) -> usize {
        self.node("internet", "Internet", "Everyone", NodeKind::Internet)
    }

    /// A service of AWS that the program uses and does not make anything of.
    fn service(&mut self, prefix: &str) -> usize {
        let name = iam::service(prefix).map_or(prefix, |service| service.name);
        let name = name.trim_start_matches("Amazon ").trim_start_matches("AWS ").to_owned();
        self.node(&format!("aws:{prefix}"), &name, "AWS service", NodeKind::Outside)
    }

    fn add(&mut self, from: usize, to: usize, kind: EdgeKind, word: &str, at: Option<At>) -> &mut Gathered {
        let gathered = self.found.entry((from, to, kind)).or_default();
        if !word.is_empty() {
            gathered.words.insert(word.to_owned());
        }
        gathered.at.extend(at);
        gathered
    }

    fn between(&mut self, from: Place, to: Place, kind: EdgeKind, word: &str, at: At) {
        if let (Some(from), Some(to)) = (self.boxes.of(from), self.boxes.of(to))
            && from != to
        {
            self.add(from, to, kind, word, Some(at));
        }
    }

    /// What takes requests from everyone.
    fn exposed(&mut self) {
        for place in self.places() {
            let of = self.refs.resource(place);
            let name = of.schema.name();
            let text = |property: &str| of.property(property).and_then(|value| value.value.as_str());
            let is_private = of
                .property("EndpointConfiguration")
                .and_then(|value| value.value.get("Types"))
                .is_some_and(|types| format!("{:?}", types.value).contains("PRIVATE"));
            let is_open = (faces_internet(name) && !is_private)
                || (name == "AWS::Lambda::Url" && text("AuthType") == Some("NONE"));
            let Some(node) = self.boxes.of(place).filter(|_| is_open) else { continue };
            let internet = self.internet();
            let word = if text("ProtocolType") == Some("WEBSOCKET") { "WebSocket" } else { "HTTPS" };
            self.add(internet, node, EdgeKind::Network, word, Some(within(place, of.origin)));
        }
    }

    /// What hands work to what, as properties say.
    fn handed_on(&mut self) {
        for place in self.places() {
            let kind = self.refs.resource(place).schema.name();
            for (_, from, to) in HANDS_ON.iter().filter(|(known, ..)| *known == kind) {
                let ends = |property: &str| match property {
                    "" => vec![(place, self.refs.resource(place).origin)],
                    _ => self
                        .refs
                        .of_property(place, property)
                        .iter()
                        .map(|read| (read.to, read.origin))
                        .collect(),
                };
                let (from, to) = (ends(from), ends(to));
                for (from, _) in &from {
                    for (to, origin) in &to {
                        // A role in between is how it is allowed, not where it goes.
                        if self.refs.resource(*to).schema.name() != "AWS::IAM::Role" {
                            let word = if kind == "AWS::SQS::Queue" { "dead letters" } else { "" };
                            self.between(*from, *to, EdgeKind::Event, word, within(place, *origin));
                        }
                    }
                }
            }
        }
    }

    /// Who may do what.
    fn rights(&mut self, program: &Program<'_>) {
        for holder in &program.holders {
            let users = if holder.users.is_empty() { vec![holder.place] } else { holder.users.clone() };
            for grant in holder.grants.iter().filter(|grant| grant.statement.effect == Effect::Allow) {
                let mut targets: Vec<Place> = Vec::new();
                for reach in &grant.reaches {
                    targets.extend(reach.place);
                    targets.extend(self.refs.in_text(&reach.rest));
                }
                for user in &users {
                    for &target in &targets {
                        self.right(*user, target, grant);
                    }
                    if targets.is_empty() {
                        self.right_outside(*user, grant);
                    }
                }
            }
        }
    }

    fn right(&mut self, user: Place, target: Place, grant: &Grant) {
        // How something is kept is not who uses it.
        let actions: Vec<&String> =
            grant.actions.iter().filter(|action| !action.starts_with("kms:")).collect();
        let (Some(from), Some(to)) = (self.boxes.of(user), self.boxes.of(target)) else { return };
        if from == to || actions.is_empty() {
            return;
        }
        let path = &self.refs.resource(target).path;
        let unit = path.rsplit_once('.').map_or(&**path, |(unit, _)| unit);
        let named = grant.statement.sid.as_deref().and_then(|sid| {
            let used = self.stacks[grant.stack].uses.iter().any(|used| {
                sid.strip_prefix(&*used.name)
                    .is_some_and(|rest| rest.chars().all(|letter| letter.is_ascii_digit()))
            });
            verb_of_sid(sid, unit).or_else(|| verb_of_use(sid).filter(|_| used))
        });
        let words: Vec<String> = match named {
            Some(word) => vec![word],
            None => actions.iter().map(|action| verb(action).to_owned()).collect(),
        };
        let at = granted(user, grant.stack, grant.origin);
        for word in &words {
            self.add(from, to, EdgeKind::Access, word, Some(at));
        }
        let gathered = self.found.entry((from, to, EdgeKind::Access)).or_default();
        gathered.actions.extend(actions.into_iter().cloned());
    }

    /// A right on what the program does not have.
    fn right_outside(&mut self, user: Place, grant: &Grant) {
        for action in &grant.actions {
            let Some((prefix, _)) = action.split_once(':') else { continue };
            if EVERYWHERE.contains(&prefix) || prefix.contains('*') || self.own.contains(prefix) {
                continue;
            }
            let Some(from) = self.boxes.of(user) else { continue };
            let to = self.service(prefix);
            let at = granted(user, grant.stack, grant.origin);
            self.add(from, to, EdgeKind::Access, verb(action), Some(at));
        }
    }

    /// Whom the policies of resources let in.
    fn guarded(&mut self, program: &Program<'_>) {
        for guarded in &program.guarded {
            for grant in guarded.grants.iter().filter(|grant| grant.statement.effect == Effect::Allow) {
                let Principals::Of(principals) = &grant.statement.principals else { continue };
                let Some(to) = self.boxes.of(guarded.place) else { continue };
                let at = granted(guarded.place, grant.stack, grant.origin);
                let word = grant.actions.first().map_or("", |action| verb(action));
                let hands_on = matches!(word, "call" | "send" | "publish" | "start");
                let kind = if hands_on { EdgeKind::Event } else { EdgeKind::Access };
                for principal in principals {
                    let name = principal.to_string();
                    let mut sources: Vec<Place> = self.refs.in_text(&name);
                    if name.ends_with(".amazonaws.com") {
                        sources.extend(
                            grant.conditions.iter().flat_map(|condition| self.refs.in_text(condition)),
                        );
                        if sources.is_empty() {
                            let service = name.split('.').next().unwrap_or(&name);
                            if !EVERYWHERE.contains(&service) && !LOGGERS.contains(&service) {
                                let from = self.service(service);
                                self.add(from, to, kind, word, Some(at));
                            }
                        }
                    }
                    for from in sources {
                        let word = if hands_on { "" } else { word };
                        self.between(from, guarded.place, kind, word, at);
                    }
                }
            }
        }
        for open in ci_access::program::public(program) {
            let is_url = self.refs.resource(open.place).schema.name() == "AWS::Lambda::Url";
            let is_policy = open.what.starts_with("everyone may");
            let Some(node) = self.boxes.of(open.place).filter(|_| is_policy && !is_url) else { continue };
            let grants = program.guarded.iter().filter(|guarded| guarded.place == open.place);
            let actions: Vec<&String> = grants
                .flat_map(|guarded| &guarded.grants)
                .filter(|grant| grant.origin == open.origin)
                .flat_map(|grant| &grant.actions)
                .collect();
            let internet = self.internet();
            for action in actions {
                let at = granted(open.place, open.stack, open.origin);
                self.add(internet, node, EdgeKind::Access, verb(action), Some(at));
            }
        }
    }

    /// Who reaches whom over a network.
    fn networks(&mut self) {
        let network = Network::read(self.stacks);
        if network.is_empty() {
            return;
        }
        let all: Vec<(Place, Kind)> = network.elements().collect();
        let sources = all.iter().filter(|(_, kind)| matches!(kind, Kind::Compute | Kind::LoadBalancer));
        let sources: Vec<End> =
            [End::Internet].into_iter().chain(sources.map(|(place, _)| End::At(*place))).collect();
        if sources.len() * all.len() > MAX_PAIRS {
            let (from, to) = (sources.len(), all.len());
            self.diagram
                .notes
                .push(format!("who reaches whom over the network is left out: {from} × {to} pairs"));
            return;
        }
        for &source in &sources {
            for (target, kind) in all.iter().filter(|(target, _)| source != End::At(*target)) {
                // The way to a service of AWS says nothing about the program.
                if *kind == Kind::Endpoint {
                    continue;
                }
                self.reached(&network, source, *target);
            }
        }
        for (balancer, _) in &all {
            for (target, port) in network.forwards(*balancer) {
                let word = port.map_or_else(String::new, |port| format!("port {port}"));
                let of = self.refs.resource(*balancer);
                let at = within(*balancer, of.origin);
                self.between(*balancer, target, EdgeKind::Event, &word, at);
                if let (Some(from), Some(to)) = (self.boxes.of(*balancer), self.boxes.of(target)) {
                    self.found.shift_remove(&(from, to, EdgeKind::Network));
                    // What is behind something on the internet reaches it as everyone does.
                    self.found.shift_remove(&(to, from, EdgeKind::Network));
                }
            }
        }
    }

    fn reached(&mut self, network: &Network<'_>, source: End, target: Place) {
        for protocol in Protocol::ALL {
            let Answer::Reached(path) = network.reaches(source, End::At(target), protocol) else { continue };
            let perhaps = if path.is_certain() { "" } else { "perhaps " };
            let ports = if path.is_certain() { &path.ports } else { &path.perhaps };
            // What is open on every port says so in a word.
            let word = match ports.ranges() {
                [(0 | 1, u16::MAX)] => format!("{perhaps}{protocol} any port"),
                _ => format!("{perhaps}{protocol} {ports}"),
            };
            let rule = path.hops.iter().rev().find(|hop| hop.kind == HopKind::Rule).or(path.hops.last());
            let at = rule.map(|hop| granted(target, hop.at.stack, hop.at.origin));
            let Some(to) = self.boxes.of(target) else { continue };
            let from = match source {
                End::Internet => Some(self.internet()),
                End::At(place) => self.boxes.of(place),
            };
            if let Some(from) = from.filter(|from| *from != to) {
                self.add(from, to, EdgeKind::Network, &word, at);
            }
        }
    }

    /// Whoever is handed messages has the right to fetch them: that is one arrow, not two.
    fn consumed(&mut self) {
        let fetches = |action: &String| {
            let name = action.split_once(':').map_or(action.as_str(), |(_, name)| name);
            matches!(verb(action), "receive")
                || [
                    "GetRecords",
                    "GetShardIterator",
                    "DescribeStream",
                    "ListStreams",
                    "ListShards",
                    "SubscribeToShard",
                ]
                .iter()
                .any(|known| name.starts_with(known))
        };
        let events: Vec<(usize, usize)> = self
            .found
            .keys()
            .filter(|(_, _, kind)| *kind == EdgeKind::Event)
            .map(|(from, to, _)| (*from, *to))
            .collect();
        // Which arrow was found first is of no account: they are sorted in the end.
        for (from, to) in events {
            let back = (to, from, EdgeKind::Access);
            if self.found.get(&back).is_some_and(|gathered| gathered.actions.iter().all(fetches)) {
                self.found.swap_remove(&back);
            }
            // The right to hand it on says the same again.
            let along = (from, to, EdgeKind::Access);
            let hands_on = |action: &String| matches!(verb(action), "call" | "send" | "publish" | "start");
            if self
                .found
                .get(&along)
                .is_some_and(|gathered| !gathered.actions.is_empty() && gathered.actions.iter().all(hands_on))
            {
                self.found.swap_remove(&along);
            }
            // What lets it through is the policy of what it goes to.
            if self.found.get(&along).is_some_and(|gathered| gathered.actions.is_empty())
                && let Some(said) = self.found.swap_remove(&along)
            {
                let event = self.found.entry((from, to, EdgeKind::Event)).or_default();
                event.words.extend(said.words);
                event.at.extend(said.at);
            }
        }
    }

    /// Who knows a value of whom, where nothing else connects them; of resources all of it.
    fn references(&mut self, level: Level) {
        let known: Vec<(usize, usize)> = self.found.keys().map(|(from, to, _)| (*from, *to)).collect();
        let known: HashSet<(usize, usize)> = known.into_iter().collect();
        // What networks and policies say is drawn as what it means.
        let is_plumbing = |place: Place| {
            let name = self.refs.resource(place).schema.name();
            let is_policy = name.starts_with("AWS::IAM::") || name.ends_with("Policy");
            level != Level::Resources && (is_policy || sort(name).family == Family::Network)
        };
        for place in self.places().into_iter().filter(|place| !is_plumbing(*place)) {
            for read in self.refs.of(place).iter().filter(|read| !is_plumbing(read.to)) {
                let (Some(from), Some(to)) = (self.boxes.of(place), self.boxes.of(read.to)) else { continue };
                let is_known = known.contains(&(from, to)) || known.contains(&(to, from));
                if from != to && !is_known {
                    let at = within(place, read.origin);
                    self.add(from, to, EdgeKind::Reference, "", Some(at));
                }
            }
        }
    }

    fn finish(self) {
        let nodes = &self.diagram.nodes;
        let mut edges: Vec<Edge<At>> = Vec::new();
        for ((from, to, kind), gathered) in self.found {
            let mut words: Vec<String> = gathered.words.into_iter().collect();
            if words.len() > MAX_WORDS {
                words.truncate(MAX_WORDS - 1);
                words.push("…".to_owned());
            }
            let id = format!("{}>{}:{}", nodes[from].id, nodes[to].id, kind.name());
            edges.push(Edge {
                id,
                from,
                to,
                kind,
                label: words.join(", "),
                at: gathered.at.into_iter().collect(),
            });
        }
        edges.sort_by_key(|edge| (edge.from, edge.to, edge.kind));
        self.diagram.edges = edges;
    }
}

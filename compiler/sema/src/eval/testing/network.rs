//! `x.reaches(y)`: whether there is a way through the networks of what a test made.
//!
//! A way that only the deployment decides about is neither there nor not: the assertion fails, and says what it rests on.
//!
//! Must not know: how ways are found.

use std::sync::Arc;

use ci_base::{Code, Diagnostic};
use ci_graph::{Origin, Place, Stack};
use ci_network::{Answer, At as GraphAt, End, Network, Path, Ports, Protocol};
use ci_syntax::ast::ExprId;

use super::{Asked, At, Eval, Told, What};
use crate::eval::frame::Env;
use crate::eval::testing::Made;
use crate::eval::value::{Located, Value};
use crate::ty::Ty;

/// How many steps it takes to find out whether one thing reaches another.
const STEPS_A_WAY: u64 = 100;

/// A way, for those who want to know why there is one.
pub(super) struct Way {
    /// `tcp 80, 443`
    pub ports: String,
    /// What lets packets through, in the order they pass it.
    hops: Vec<(String, GraphAt)>,
}

/// What is in the way.
pub(super) struct Obstacle {
    what: String,
    /// Where it is one that would have to change.
    setting: Option<String>,
    at: GraphAt,
}

/// What is known of all the pairs that were asked about.
#[derive(Default)]
struct Found {
    way: Option<Way>,
    /// A way that only the deployment decides about.
    open: Option<Way>,
    obstacle: Option<Obstacle>,
}

impl Eval<'_> {
    /// `internet`, in a test.
    pub(in crate::eval) fn internet(&self, id: ExprId, env: &Env) -> Option<Value> {
        let types = &self.bodies[env.body as usize].inference.types;
        let is_meant = types.get(id.0 as usize) == Some(&Ty::Internet);
        is_meant.then(|| Value::Made(std::rc::Rc::new(Made { stack: 0, what: What::Internet })))
    }

    pub(super) fn reaches(
        &mut self,
        call: ExprId,
        receiver: &Located,
        arguments: &[ExprId],
        env: &Env,
        origin: Origin,
    ) -> Value {
        let Some(to_id) = arguments.first().copied() else { return Value::Unknown };
        let to = self.expr(to_id, env);
        let (mut port, mut protocols) = (None, Protocol::ALL.to_vec());
        for argument in &arguments[1..] {
            let given = self.expr(*argument, env);
            match &given.value {
                // What is no port has been reported.
                Value::Int(number) => match u16::try_from(*number) {
                    Ok(number) => port = Some(number),
                    Err(_) => {
                        self.coerce(given, &Ty::Port);
                        return Value::Unknown;
                    }
                },
                Value::Text(text) => protocols.retain(|protocol| protocol.to_string() == **text),
                _ => return Value::Unknown,
            }
        }
        if matches!(to.value, Value::None) {
            return Value::Bool(false);
        }
        let Some(made) = self.stacks() else { return Value::Unknown };
        let results = made.results.clone();
        let stacks: Vec<&Stack> = results.iter().map(|result| Arc::as_ref(&result.stack)).collect();
        let network = Network::read(&stacks);
        let who = self.asked_of(call, env);
        let whom = self.words(to_id, env);
        let mut ends = [Vec::new(), Vec::new()];
        for (found, (value, words)) in ends.iter_mut().zip([(&receiver.value, &who), (&to.value, &whom)]) {
            if matches!(value, Value::Unknown) {
                return Value::Unknown;
            }
            *found = self.ends(&network, value);
            if found.is_empty() && !matches!(value, Value::Every(_)) {
                let message = format!("nothing of `{words}` is on a network, so this says nothing");
                let found = Diagnostic::new(Code::InvalidArgument, origin, message)
                    .note("it is true of everything without an address that it does not reach others and is not reached")
                    .help("ask about what is in a subnet: an instance, a load balancer, a database, a function with a VPC");
                self.report(found);
                return Value::Unknown;
            }
        }
        let [from, to] = ends;
        let pairs = (from.len() * to.len()).max(1) as u64;
        if !self.spend(STEPS_A_WAY.saturating_mul(pairs), |_| origin) {
            return Value::Unknown;
        }
        let mut found = Found::default();
        for from in &from {
            for to in to.iter().filter(|to| *to != from) {
                self.db.unwind_if_revision_cancelled();
                for protocol in &protocols {
                    found.add(network.reaches(*from, *to, *protocol), port);
                }
            }
        }
        let action = match (port, &protocols[..]) {
            (Some(port), [one]) => format!(" on {one} {port}"),
            (Some(port), _) => format!(" on {port}"),
            (None, _) => String::new(),
        };
        let (answer, value) = match found {
            Found { way: Some(way), .. } => (Told::Reaches(way), true),
            Found { open: Some(open), .. } => {
                let message = format!("whether `{who}` reaches `{whom}` is known only at deployment");
                let found = Diagnostic::new(Code::LateValue, origin, message)
                    .label("this is not known while compiling")
                    .note(format!("it may be reached: {}", open.ports))
                    .help("give what the way rests on a known value, or assert nothing of it");
                self.report(found);
                self.explain_way(origin, &open);
                return Value::Unknown;
            }
            Found { obstacle, .. } => (Told::ReachesNot(obstacle), false),
        };
        self.asked(Asked { call, who, action, on: Some(whom), answer });
        Value::Bool(value)
    }

    /// What of a value is on a network.
    fn ends(&self, network: &Network<'_>, value: &Value) -> Vec<End> {
        if matches!(value, Value::Made(made) if matches!(made.what, What::Internet)) {
            return vec![End::Internet];
        }
        let Some(made) = self.stacks() else { return Vec::new() };
        let places: Vec<Place> = self.places(&made.program, value);
        let mut found: Vec<End> = Vec::new();
        for element in places.into_iter().filter_map(|place| network.element(place)) {
            if !found.contains(&End::At(element)) {
                found.push(End::At(element));
            }
        }
        found
    }

    /// Where in the source something of a stack is.
    fn place_of(&self, at: GraphAt) -> Option<At> {
        let result = self.stacks()?.results.get(at.stack)?;
        result.items.get(at.origin.item as usize).map(|item| (*item, at.origin.range))
    }

    pub(super) fn explain_way(&mut self, at: Origin, way: &Way) {
        for (number, (says, hop)) in way.hops.iter().enumerate() {
            if let Some(place) = self.place_of(*hop) {
                self.explained.push((at, (place, format!("{}. {says}", number + 1))));
            }
        }
    }

    pub(super) fn explain_obstacle(
        &mut self,
        found: Diagnostic<Origin>,
        at: Origin,
        obstacle: Option<&Obstacle>,
    ) -> Diagnostic<Origin> {
        let Some(obstacle) = obstacle else {
            return found.note("there is nothing else that it could reach");
        };
        if let Some(place) = self.place_of(obstacle.at) {
            self.explained.push((at, (place, obstacle.what.clone())));
        }
        match &obstacle.setting {
            Some(setting) => found.help(format!("what would have to change: {setting}")),
            None => found,
        }
    }
}

impl Found {
    fn add(&mut self, answer: Answer, port: Option<u16>) {
        let has = |ports: &Ports| port.map_or(!ports.is_empty(), |port| ports.contains(port));
        match answer {
            Answer::Reached(path) if has(&path.ports) => {
                let ports = path.ports.clone();
                self.way.get_or_insert_with(|| Way::of(path, &ports, port));
            }
            Answer::Reached(path) if has(&path.perhaps) => {
                let ports = path.perhaps.clone();
                self.open.get_or_insert_with(|| Way::of(path, &ports, port));
            }
            // Another port is let through, so that the last that restricts them is in the way.
            Answer::Reached(path) => {
                let narrow = path.hops.iter().rev().find(|hop| !has(&hop.ports));
                if let Some(hop) = narrow.or(path.hops.last()) {
                    self.obstacle.get_or_insert_with(|| Obstacle {
                        what: format!("{}, and nothing else", hop.says),
                        setting: None,
                        at: hop.at,
                    });
                }
            }
            Answer::Blocked(blocked) => {
                self.obstacle.get_or_insert(Obstacle {
                    what: blocked.what,
                    setting: Some(blocked.setting),
                    at: blocked.at,
                });
            }
            Answer::NotInNetwork(_) => {}
        }
    }
}

impl Way {
    fn of(path: Path, ports: &Ports, port: Option<u16>) -> Self {
        let shown = port.map_or_else(|| ports.to_string(), |port| port.to_string());
        let says = |hop: ci_network::Hop| {
            let says = if hop.unknown { format!("{}, as far as is known", hop.says) } else { hop.says };
            (says, hop.at)
        };
        Self { ports: format!("{} {shown}", path.protocol), hops: path.hops.into_iter().map(says).collect() }
    }
}

//! What is built together: apps and their environments, the services they make, and each service's stack.

use std::rc::Rc;
use std::sync::Arc;

use ci_base::{Code, Diagnostic, Span, TextRange};
use ci_graph::{Late, Origin, Pseudo, ResourceId, Stack, Strength};
use ci_syntax::ast::{Effect, Expr, ExprId, Item, Keyword, MemberKind};
use rustc_hash::FxHashMap;

use super::builtin;
use super::capability::named;
use super::frame::{Env, Input, Instance, Place, Slot};
use super::member::{one_line, provided_name};
use super::spare::Spare;
use super::value::{Located, Record, Value};
use super::{Eval, head_range};
use crate::item::{ItemKind, item_doc, item_source, item_span, item_tree, items};
use crate::name::modules;
use crate::signature::{Signature, by_value, default_strength, signature};
use crate::ty::Ty;
use crate::{Db, ItemId, Program};

/// What is built together: an app in one of its environments, or the services of a package that has no app.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The app; without one, every service that stands alone.
    pub app: Option<ItemId>,
    /// The name of the environment, where the app has any.
    pub environment: Option<Arc<str>>,
}

/// The services of a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Their stacks, in the order of the source.
    pub instances: Vec<ServiceInstance>,
    /// The account it is deployed to.
    pub account: Option<Arc<str>>,
    /// The region it is deployed to.
    pub region: Option<Arc<str>>,
    /// Tags of all stacks, in the order of the source.
    pub tags: Vec<(Arc<str>, Arc<str>)>,
    /// What is wrong with the app.
    pub diagnostics: Vec<Diagnostic<Span>>,
}

/// A service with its inputs: what becomes one stack.
#[salsa::interned(unsafe(no_lifetime), revisions = usize::MAX, debug)]
pub struct ServiceInstance {
    /// The service.
    #[returns(copy)]
    pub item: ItemId,
    /// The name of its stack.
    pub stack_name: Arc<str>,
    /// The region it is deployed to.
    pub region: Option<Arc<str>>,
    /// Its inputs and needs, sorted by name.
    pub inputs: Arc<[(Arc<str>, Frozen)]>,
}

/// A value that passes from an app into a service: known, or what another service provides.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the same as in `Value`")]
pub enum Frozen {
    Unknown,
    None,
    Bool(bool),
    Int(i64),
    Float(u64),
    Text(Arc<str>),
    Duration(i64),
    Size(i64),
    List(Vec<Self>),
    Record(Vec<(Arc<str>, Self)>),
    Variant(ItemId, u32, Arc<str>),
    Pseudo(Pseudo),
    Provided(Provided),
    Output(Arc<str>, Arc<str>, Strength, bool),
    /// Texts, one after the other.
    Concat(Vec<Self>),
    /// An output of the stack that provides it.
    Own(Arc<str>, Strength),
    Statement(Box<FrozenStatement>),
}

/// A statement that passes between services: one of an identity's policy, which names no principal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the same as in `Statement`")]
pub struct FrozenStatement {
    pub effect: Effect,
    pub actions: Vec<Arc<str>>,
    pub resources: Option<Vec<Frozen>>,
    pub conditions: Option<Frozen>,
}

impl Frozen {
    /// A value that is frozen as it is.
    pub(super) fn scalar(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Unknown => Self::Unknown,
            Value::None => Self::None,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Float(value) => Self::Float(value.to_bits()),
            Value::Text(text) => Self::Text(Arc::clone(text)),
            _ => return None,
        })
    }

    fn has_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::List(items) => items.iter().any(Self::has_unknown),
            Self::Record(entries) => entries.iter().any(|(_, value)| value.has_unknown()),
            _ => false,
        }
    }

    /// The same, where everything provided says by whom, as far as that is known.
    fn with_providers(&self, known: &FxHashMap<Arc<str>, ServiceInstance>) -> Self {
        match self {
            Self::Provided(provided) => {
                Self::Provided(Provided { provider: known.get(&provided.stack).copied(), ..provided.clone() })
            }
            Self::List(items) => Self::List(items.iter().map(|item| item.with_providers(known)).collect()),
            Self::Record(entries) => {
                let entry =
                    |(name, value): &(Arc<str>, Self)| (Arc::clone(name), value.with_providers(known));
                Self::Record(entries.iter().map(entry).collect())
            }
            other => other.clone(),
        }
    }
}

/// What a service provides, as another one sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Provided {
    /// The provider's stack.
    pub stack: Arc<str>,
    /// The provider, once it is known what it is given: what its capabilities are, only it can say.
    pub provider: Option<ServiceInstance>,
    /// The name it provides it under.
    pub name: Arc<str>,
    /// The interface.
    pub interface: ItemId,
    /// How firmly it ties, where the provider says so.
    pub strength: Option<Strength>,
}

/// A service made by an app.
#[derive(Debug)]
pub struct Service {
    /// The service.
    pub item: ItemId,
    /// The name of its stack.
    pub stack_name: Arc<str>,
}

/// A service made by an app, with what it is given.
pub(super) struct Placed {
    service: Rc<Service>,
    inputs: Vec<(Arc<str>, Input)>,
    origin: Origin,
    order: Vec<u32>,
}

/// What the names of stacks begin with.
#[derive(Default)]
pub(super) struct Naming {
    prefix: String,
}

/// A stack and what was found while it was collected.
#[derive(Debug, PartialEq)]
pub struct StackResult {
    /// The stack.
    pub stack: Arc<Stack>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic<Origin>>,
    /// The items that origins count from, by their numbers.
    pub items: Arc<[ItemId]>,
    /// The capabilities it provides, by the names of their outputs.
    pub granted: Vec<(Arc<str>, Frozen)>,
    /// What is left out of it where nothing uses it; nothing more once that is done.
    pub(super) spares: Vec<Spare>,
    /// What is there only because others could use it: nobody does.
    pub idle: Vec<ResourceId>,
}

impl StackResult {
    /// Where in the source an origin of this stack is.
    pub fn span(&self, db: &dyn Db, origin: Origin) -> Option<Span> {
        self.items.get(origin.item as usize).map(|item| item_span(db, *item, origin.range))
    }

    /// Where each of the items starts, as an empty span: for those who look up many origins.
    pub fn starts(&self, db: &dyn Db) -> Vec<Span> {
        self.items.iter().map(|item| item_span(db, *item, TextRange::default())).collect()
    }
}

/// What of the root package can be built: every app in every environment; without an app, the services that stand
/// alone.
#[salsa::tracked]
pub fn targets(db: &dyn Db) -> Vec<Target> {
    let Some(program) = Program::try_get(db) else { return Vec::new() };
    let mut apps = Vec::new();
    let mut services = false;
    for (_, file) in modules(db, program.root(db)).iter() {
        for item in items(db, *file).iter() {
            match item.kind(db) {
                ItemKind::App => apps.push(*item),
                ItemKind::Service => services = true,
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    for app in apps {
        let names = environments(db, app);
        if names.is_empty() {
            found.push(Target { app: Some(app), environment: None });
        }
        found.extend(names.into_iter().map(|name| Target { app: Some(app), environment: Some(name) }));
    }
    if found.is_empty() && services {
        found.push(Target { app: None, environment: None });
    }
    found
}

fn environments(db: &dyn Db, app: ItemId) -> Vec<Arc<str>> {
    let source = item_source(db, app);
    match &item_tree(db, app).item {
        Item::Unit { members, .. } => members
            .iter()
            .filter_map(|member| match member.kind {
                MemberKind::Environment { name, .. } if !name.is_missing() => Some(source.name(name).into()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

impl Target {
    /// A name for the folder of its outputs: the environment, or the app, or `default`.
    pub fn name(&self, db: &dyn Db) -> String {
        match (&self.app, &self.environment) {
            (_, Some(environment)) => environment.to_string(),
            (Some(app), None) => builtin::case::kebab_case(app.name(db)),
            (None, None) => "default".to_owned(),
        }
    }

    /// What the names of its stacks begin with, `shop-dev`; nothing where services stand alone.
    pub fn stack_prefix(&self, db: &dyn Db) -> Option<String> {
        self.app.map(|app| stack_prefix(db, app, self.environment.as_deref()))
    }
}

fn stack_prefix(db: &dyn Db, app: ItemId, environment: Option<&str>) -> String {
    let app = builtin::case::kebab_case(app.name(db));
    environment.map_or_else(|| app.clone(), |environment| format!("{app}-{environment}"))
}

/// The services of a target.
#[salsa::tracked]
pub fn plan(db: &dyn Db, target: TargetId) -> Plan {
    let target = target.target(db);
    match target.app {
        Some(app) => plan_app(db, app, target.environment.as_ref()),
        None => plan_services(db),
    }
}

/// A target, as a key.
#[salsa::interned(unsafe(no_lifetime), revisions = usize::MAX, debug)]
pub struct TargetId {
    /// The target.
    pub target: Target,
}

fn plan_services(db: &dyn Db) -> Plan {
    let mut plan = Plan { instances: vec![], account: None, region: None, tags: vec![], diagnostics: vec![] };
    let Some(program) = Program::try_get(db) else { return plan };
    for (_, file) in modules(db, program.root(db)).iter() {
        for item in items(db, *file).iter().filter(|item| item.kind(db) == ItemKind::Service) {
            let Signature::Unit(unit) = signature(db, *item) else { continue };
            if unit.inputs.iter().all(|input| input.optional) {
                let name: Arc<str> = builtin::case::kebab_case(item.name(db)).into();
                plan.instances.push(ServiceInstance::new(db, *item, name, None, Arc::from([])));
            }
        }
    }
    plan
}

fn plan_app(db: &dyn Db, app: ItemId, environment: Option<&Arc<str>>) -> Plan {
    let mut eval = Eval::new(db, false);
    let body = eval.body(app);
    eval.naming.prefix = stack_prefix(db, app, environment.map(AsRef::as_ref));
    let env = Env { body, instance: None, locals: None };
    let settings = environment.and_then(|name| eval.settings(body, name));
    let given = settings.map(|settings| eval.expr(settings, &env));
    let record = match given.as_ref().map(|given| &given.value) {
        Some(Value::Record(record)) => (**record).clone(),
        _ => Record::default(),
    };
    let text = |name: &str| record.get(name).and_then(|value| builtin::scalar_text(&value.value));
    let (account, region) = (text("account"), text("region"));
    let tags = match record.get("tags").map(|tags| &tags.value) {
        Some(Value::Record(tags)) => tags
            .entries
            .iter()
            .filter_map(|(name, value)| Some((Arc::clone(name), builtin::scalar_text(&value.value)?)))
            .collect(),
        _ => Vec::new(),
    };
    if let (Some(region), Some(at)) = (&region, record.get("region")) {
        eval.known_region(region, at.origin);
    }
    if let (Some(account), Some(at)) = (&account, record.get("account"))
        && !(account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()))
    {
        let message = format!("an account is 12 digits, found `{account}`");
        eval.error(Code::InvalidEnvironment, at.origin, message);
    }
    let inputs = record.entries.into_iter().map(|(name, value)| (name, Input::Value(value))).collect();
    let instances = if environment.is_none() && eval.lacks_environment(app, body) {
        Vec::new()
    } else {
        let instance = eval.root(app, body, inputs);
        eval.members(&instance);
        eval.run();
        eval.service_instances(region.as_ref())
    };
    let items: Vec<ItemId> = eval.bodies.iter().map(|body| body.item).collect();
    let span = |origin: Origin| item_span(db, items[origin.item as usize], origin.range);
    let diagnostics = eval.diagnostics.into_iter().map(|found| found.map(span)).collect();
    Plan { instances, account, region, tags, diagnostics }
}

impl Eval<'_> {
    fn settings(&self, body: u32, environment: &str) -> Option<ExprId> {
        let source = self.source(body);
        self.bodies[body as usize].members.iter().find_map(|member| match member.kind {
            MemberKind::Environment { name, settings } if source.name(name) == environment => Some(settings),
            _ => None,
        })
    }

    fn known_region(&mut self, region: &str, at: Origin) {
        let known = || ci_catalog::known_regions().iter().chain(ci_catalog::unknown_regions()).copied();
        if known().any(|name| name == region) {
            return;
        }
        let found = Diagnostic::new(Code::InvalidEnvironment, at, format!("there is no region `{region}`"));
        let found = match ci_base::did_you_mean(region, known()) {
            Some(near) => found.help(format!("did you mean `{near}`?")),
            None => found.note("known are the regions of the catalog"),
        };
        self.report(found);
    }

    pub(super) fn root(&mut self, item: ItemId, body: u32, inputs: Vec<(Arc<str>, Input)>) -> Rc<Instance> {
        let count = self.bodies[body as usize].members.len();
        self.instances.add(Instance {
            item,
            body,
            place: Place::default(),
            inputs: std::cell::RefCell::new(inputs),
            members: std::cell::RefCell::new(vec![Slot::Empty; count]),
            overrides: std::cell::RefCell::default(),
            parent: None,
            done: std::cell::Cell::new(false),
        })
    }

    /// Reports the inputs of an app that only an environment could give, where it has none.
    fn lacks_environment(&mut self, app: ItemId, body: u32) -> bool {
        let Some(unit) = signature(self.db, app).unit() else { return false };
        let missing: Vec<Arc<str>> =
            unit.inputs.iter().filter(|input| !input.optional).map(|input| Arc::clone(&input.name)).collect();
        for name in &missing {
            let at = self.input_origin(body, name);
            let message = format!("nothing says what `{name}` is: the app has no environment");
            let found = Diagnostic::new(Code::InvalidEnvironment, at, message)
                .help(format!("add `environment dev {{ {name}: … }}`, or give the input a default"));
            self.report(found);
        }
        !missing.is_empty()
    }

    /// The root of what a service instance makes.
    pub(super) fn root_of(&mut self, instance: ServiceInstance) -> Rc<Instance> {
        let item = instance.item(self.db);
        let body = self.body(item);
        let mut inputs = Vec::new();
        for (name, frozen) in instance.inputs(self.db).iter() {
            self.unknown_inputs |= frozen.has_unknown();
            let origin = self.input_origin(body, name);
            let value = self.thaw(frozen, None, origin);
            inputs.push((Arc::clone(name), Input::Value(value)));
        }
        self.root(item, body, inputs)
    }

    /// A service made by an app.
    pub(super) fn place_service(&mut self, item: ItemId, id: ExprId, env: &Env) -> Value {
        let tree = self.tree(env.body);
        let origin = Origin { item: env.body, range: head_range(tree, id) };
        let Expr::Record { entries, .. } = &tree[id] else { return Value::Unknown };
        let place = self.place.clone();
        let path = self.path_text(&place);
        let own: Vec<String> = path.split('.').map(builtin::case::kebab_case).collect();
        let own = own.join("-");
        let prefix = &self.naming.prefix;
        let stack_name: Arc<str> =
            if prefix.is_empty() { own.into() } else { format!("{prefix}-{own}").into() };
        let fine = stack_name.len() <= 128
            && stack_name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && stack_name.starts_with(|first: char| first.is_ascii_alphabetic());
        if !fine && self.is_guessing() {
            return Value::Unknown;
        }
        if !fine {
            let message = format!("`{stack_name}` cannot be the name of a stack");
            let found = Diagnostic::new(Code::InvalidName, origin, message)
                .note("CloudFormation takes at most 128 letters, digits and hyphens, a letter first")
                .help("shorten the names of the app, the environment or the service");
            self.report(found);
            return Value::Unknown;
        }
        if let Some(other) = self.services.iter().find(|placed| placed.service.stack_name == stack_name) {
            if self.is_guessing() {
                return Value::Unknown;
            }
            let message = format!("two services would share the stack `{stack_name}`");
            let found =
                Diagnostic::new(Code::DuplicateLogicalId, origin, message).also(other.origin, "the other");
            self.report(found);
            return Value::Unknown;
        }
        let inputs = self.inputs(entries, env, &place);
        self.placed(&stack_name, &path);
        let service = Rc::new(Service { item, stack_name });
        let order = place.segments.iter().map(|segment| segment.position).collect();
        self.services.push(Placed { service: Rc::clone(&service), inputs, origin, order });
        Value::Service(service)
    }

    /// What an app reads of a service it made: what the service provides.
    pub(super) fn service_field(&mut self, service: &Service, name: &str) -> Value {
        let Signature::Unit(unit) = signature(self.db, service.item) else { return Value::Unknown };
        let Some(field) = unit.provides.iter().find(|field| &*field.name == name) else {
            return Value::Unknown;
        };
        match &field.ty {
            Ty::Interface(interface) => Value::Provided(Rc::new(Provided {
                stack: Arc::clone(&service.stack_name),
                provider: None,
                name: name.into(),
                interface: *interface,
                strength: field.strength,
            })),
            ty => {
                let strength = field.strength.unwrap_or_else(|| default_strength(ty));
                let output = provided_name(name, None).into();
                output_of(Arc::clone(&service.stack_name), output, strength, matches!(ty, Ty::List(_)))
            }
        }
    }

    /// What a service reads of what another provides.
    pub(super) fn provided_field(&mut self, provided: &Provided, name: &str, at: Origin) -> Value {
        let fields = signature(self.db, provided.interface).fields();
        let Some(field) = fields.iter().find(|field| &*field.name == name) else { return Value::Unknown };
        let strength = provided.strength.or(field.strength).unwrap_or_else(|| default_strength(&field.ty));
        let output: Arc<str> = provided_name(&provided.name, Some(name)).into();
        self.providers.push(Arc::clone(&provided.stack));
        if by_value(&field.ty) {
            let Some(provider) = provided.provider else { return Value::Unknown };
            let granted = granted(self.db, provider).iter().find(|(name, _)| *name == output);
            let Some((_, given)) = granted else { return Value::Unknown };
            let given = self.thaw(given, Some(&provided.stack), at);
            let value = self.taken(provided, &output, given, at);
            return match &field.ty {
                Ty::Offer(ty, options) => {
                    super::offer::of_provider(value, (ty, *options), provided, name, output)
                }
                _ => value.value,
            };
        }
        output_of(Arc::clone(&provided.stack), output, strength, matches!(field.ty, Ty::List(_)))
    }

    /// What another service gives by value, under the name that it has there; what it allows is noted.
    pub(super) fn taken(
        &mut self,
        provided: &Provided,
        output: &Arc<str>,
        given: Located,
        at: Origin,
    ) -> Located {
        self.note_use(&provided.stack, output, at, &given);
        named(&given, output)
    }

    /// The services of the app with their inputs as values.
    pub(super) fn service_instances(&mut self, region: Option<&Arc<str>>) -> Vec<ServiceInstance> {
        let mut placed = std::mem::take(&mut self.services);
        placed.sort_by(|a, b| a.order.cmp(&b.order));
        let mut edges: Vec<(Arc<str>, Vec<(Arc<str>, Origin)>)> = Vec::new();
        let mut given = Vec::new();
        for Placed { service, inputs, origin, .. } in placed {
            let mut frozen: Vec<(Arc<str>, Frozen)> = Vec::new();
            let mut reads = Vec::new();
            let Signature::Unit(unit) = signature(self.db, service.item) else { continue };
            for (name, input) in inputs {
                let value = match input {
                    Input::Value(value) => value,
                    Input::Later(thunk) => {
                        let outer = std::mem::replace(&mut self.place, thunk.place);
                        let value = self.expr(thunk.expr, &thunk.env);
                        self.place = outer;
                        value
                    }
                    Input::Running => continue,
                };
                let ty = unit.inputs.iter().find(|field| field.name == name).map(|field| field.ty.clone());
                let value = match ty {
                    Some(ty) => self.coerce(value, &ty),
                    None => value,
                };
                let value = self.freeze(&value, &mut reads);
                frozen.push((name, value));
            }
            frozen.sort_by(|a, b| a.0.cmp(&b.0));
            let reads = reads.into_iter().map(|stack| (stack, origin)).collect();
            edges.push((Arc::clone(&service.stack_name), reads));
            given.push((service, frozen));
        }
        self.service_cycles(&edges);
        let reads: Vec<Vec<Arc<str>>> =
            edges.into_iter().map(|(_, reads)| reads.into_iter().map(|(stack, _)| stack).collect()).collect();
        self.in_order_of_need(given, &reads, region)
    }

    /// An instance of each service, made after those of its providers. Providers in a circle, which has been reported,
    /// stay unknown.
    fn in_order_of_need(
        &self,
        given: Vec<(Rc<Service>, Vec<(Arc<str>, Frozen)>)>,
        reads: &[Vec<Arc<str>>],
        region: Option<&Arc<str>>,
    ) -> Vec<ServiceInstance> {
        let mut made: FxHashMap<Arc<str>, ServiceInstance> = FxHashMap::default();
        let mut instances: Vec<Option<ServiceInstance>> = vec![None; given.len()];
        let mut in_circles = false;
        while made.len() < given.len() {
            let before = made.len();
            for (at, (service, frozen)) in given.iter().enumerate() {
                let ready = || in_circles || reads[at].iter().all(|stack| made.contains_key(stack));
                if instances[at].is_some() || !ready() {
                    continue;
                }
                let inputs =
                    frozen.iter().map(|(name, value)| (Arc::clone(name), value.with_providers(&made)));
                let inputs: Arc<[(Arc<str>, Frozen)]> = inputs.collect();
                let name = Arc::clone(&service.stack_name);
                let instance =
                    ServiceInstance::new(self.db, service.item, Arc::clone(&name), region.cloned(), inputs);
                instances[at] = Some(instance);
                made.insert(name, instance);
            }
            in_circles = made.len() == before;
        }
        instances.into_iter().flatten().collect()
    }

    pub(super) fn freeze(&mut self, located: &Located, reads: &mut Vec<Arc<str>>) -> Frozen {
        if let Some(scalar) = Frozen::scalar(&located.value) {
            return scalar;
        }
        match &located.value {
            Value::Duration(value) => Frozen::Duration(*value),
            Value::Size(value) => Frozen::Size(*value),
            Value::Variant(item, at, text) => Frozen::Variant(*item, *at, Arc::clone(text)),
            Value::List(items) => Frozen::List(items.iter().map(|item| self.freeze(item, reads)).collect()),
            Value::Record(record) => Frozen::Record(
                record
                    .entries
                    .iter()
                    .map(|(name, value)| (Arc::clone(name), self.freeze(value, reads)))
                    .collect(),
            ),
            Value::Provided(provided) => {
                reads.push(Arc::clone(&provided.stack));
                Frozen::Provided((**provided).clone())
            }
            // Nothing of a resource is known to an app, so nothing of it has to become an output.
            Value::Statement(_) => self.export(located, "", Strength::Weak),
            Value::Late(late) => match &**late {
                Late::Pseudo(pseudo) => Frozen::Pseudo(*pseudo),
                Late::StackOutput { stack, output, strength } => {
                    reads.push(Arc::clone(stack));
                    Frozen::Output(Arc::clone(stack), Arc::clone(output), *strength, false)
                }
                Late::Split { text: ci_graph::Value::Late(inner), .. } => match &**inner {
                    Late::StackOutput { stack, output, strength } => {
                        reads.push(Arc::clone(stack));
                        Frozen::Output(Arc::clone(stack), Arc::clone(output), *strength, true)
                    }
                    _ => self.not_across(located),
                },
                _ => self.not_across(located),
            },
            _ => self.not_across(located),
        }
    }

    fn not_across(&mut self, located: &Located) -> Frozen {
        let message = format!("{} cannot pass into a service", located.value.describe());
        let found = Diagnostic::new(Code::NotAcrossServices, located.origin, message)
            .note("every service is a stack of its own")
            .help("pass a known value, or what another service `provides`");
        self.report(found);
        Frozen::Unknown
    }

    /// Services that wait for each other could never be deployed.
    fn service_cycles(&mut self, edges: &[(Arc<str>, Vec<(Arc<str>, Origin)>)]) {
        let position = |name: &str| edges.iter().position(|(known, _)| &**known == name);
        for (start, (name, _)) in edges.iter().enumerate() {
            // The way back to the start, through services that come later or were not starts of a cycle.
            let mut came_from: Vec<Option<(usize, Origin)>> = vec![None; edges.len()];
            let mut queue = std::collections::VecDeque::from([start]);
            while let Some(at) = queue.pop_front() {
                for (target, origin) in &edges[at].1 {
                    let Some(target) = position(target) else { continue };
                    if target == start {
                        let mut chain = vec![(at, *origin)];
                        let mut back = at;
                        while let Some((from, origin)) = came_from[back].filter(|_| back != start) {
                            chain.push((from, origin));
                            back = from;
                        }
                        chain.reverse();
                        // Each cycle is told once, from its first service.
                        if chain.iter().all(|(member, _)| *member >= start) {
                            let mut found = Diagnostic::new(
                                Code::ServiceCycle,
                                chain[0].1,
                                format!("the services around `{name}` need each other in a circle"),
                            )
                            .note(
                                "each stack waits for the outputs of the next: none could be deployed first",
                            )
                            .help("move what both need into a third service");
                            for (member, origin) in &chain {
                                let next = &edges[*member];
                                found = found.also(*origin, format!("`{}` needs another of them", next.0));
                            }
                            self.report(found);
                        }
                        queue.clear();
                        break;
                    }
                    if target > start && came_from[target].is_none() {
                        came_from[target] = Some((at, *origin));
                        queue.push_back(target);
                    }
                }
            }
        }
    }

    /// A frozen value inside a service.
    ///
    /// `own` is the stack of whoever froze it.
    pub(super) fn thaw(&mut self, frozen: &Frozen, own: Option<&Arc<str>>, origin: Origin) -> Located {
        let value = match frozen {
            Frozen::Unknown => Value::Unknown,
            Frozen::None => Value::None,
            Frozen::Bool(value) => Value::Bool(*value),
            Frozen::Int(value) => Value::Int(*value),
            Frozen::Float(bits) => Value::Float(f64::from_bits(*bits)),
            Frozen::Text(text) => Value::Text(Arc::clone(text)),
            Frozen::Duration(value) => Value::Duration(*value),
            Frozen::Size(value) => Value::Size(*value),
            Frozen::Variant(item, at, text) => Value::Variant(*item, *at, Arc::clone(text)),
            Frozen::List(items) => {
                Value::list(items.iter().map(|item| self.thaw(item, own, origin)).collect::<Vec<_>>())
            }
            Frozen::Record(entries) => Value::record(
                entries
                    .iter()
                    .map(|(name, value)| (Arc::clone(name), self.thaw(value, own, origin)))
                    .collect(),
            ),
            Frozen::Pseudo(pseudo) => Value::late(Late::Pseudo(*pseudo)),
            Frozen::Provided(provided) => Value::Provided(Rc::new(provided.clone())),
            Frozen::Concat(parts) => {
                let parts: Vec<Located> = parts.iter().map(|part| self.thaw(part, own, origin)).collect();
                builtin::concat(&parts).unwrap_or(Value::Unknown)
            }
            Frozen::Own(output, strength) => own.map_or(Value::Unknown, |stack| {
                output_of(Arc::clone(stack), Arc::clone(output), *strength, false)
            }),
            Frozen::Statement(statement) => self.thaw_statement(statement, own, origin),
            Frozen::Output(stack, output, strength, list) => {
                self.providers.push(Arc::clone(stack));
                output_of(Arc::clone(stack), Arc::clone(output), *strength, *list)
            }
        };
        Located::new(value, origin)
    }
}

fn output_of(stack: Arc<str>, output: Arc<str>, strength: Strength, list: bool) -> Value {
    let late = Late::StackOutput { stack, output, strength };
    if list {
        return Value::late(Late::Split { separator: ",".into(), text: ci_graph::Value::late(late) });
    }
    Value::late(late)
}

/// The stack of a service instance with all that may be in it, whoever uses it.
#[salsa::tracked]
pub(crate) fn whole_stack(db: &dyn Db, instance: ServiceInstance) -> StackResult {
    let item = instance.item(db);
    let mut eval = Eval::new(db, false);
    let root = eval.root_of(instance);
    let body = root.body;
    eval.members(&root);
    eval.finish(item, body, Arc::clone(instance.stack_name(db)), instance.region(db).clone())
}

/// The capabilities that a service provides: what those who need it read of its stack.
#[salsa::tracked]
pub fn granted(db: &dyn Db, provider: ServiceInstance) -> Vec<(Arc<str>, Frozen)> {
    whole_stack(db, provider).granted.clone()
}

/// An item that nothing uses, looked at on its own: its inputs and parameters are unknown.
#[salsa::tracked]
pub fn open_stack(db: &dyn Db, item: ItemId) -> StackResult {
    let mut eval = Eval::new(db, true);
    let body = eval.body(item);
    let at = eval.unit_origin(body);
    match &item_tree(db, item).item {
        Item::Const { .. } => _ = eval.constant(item, at),
        Item::Fn { .. } => eval.open_function(item, body, at),
        Item::Struct { .. } => _ = eval.with_defaults(item, Record::default()),
        _ => {
            let root = eval.root(item, body, Vec::new());
            eval.members(&root);
        }
    }
    let name: Arc<str> = builtin::case::kebab_case(item.name(db)).into();
    eval.finish(item, body, name, None)
}

impl Eval<'_> {
    fn finish(mut self, item: ItemId, body: u32, name: Arc<str>, region: Option<Arc<str>>) -> StackResult {
        self.run();
        let origin = self.unit_origin(body);
        let description = item_doc(self.db, item).map(|doc| one_line(&doc).into());
        self.into_stack(name, description, origin, region)
    }

    /// Where an input is declared: what an app passed is reported there.
    fn input_origin(&self, body: u32, name: &str) -> Origin {
        let source = self.source(body);
        let at =
            self.bodies[body as usize].members.iter().find_map(|member| match member.kind {
                MemberKind::Declaration {
                    keyword: Keyword::Input | Keyword::Needs, name: declared, ..
                } if source.name(declared) == name => Some(declared.0),
                _ => None,
            });
        Origin { item: body, range: at.unwrap_or_else(TextRange::default) }
    }
}

/// Whether an item can be looked at on its own: it has values without an app.
pub fn stands_alone(db: &dyn Db, item: ItemId) -> bool {
    matches!(
        item.kind(db),
        ItemKind::Component | ItemKind::Service | ItemKind::Const | ItemKind::Fn | ItemKind::Struct
    )
}

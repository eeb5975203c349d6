//! Tests: apps, services and components made with known inputs, and what is asserted of them.
//!
//! The body of a test is evaluated as that of an app: what it makes are the services of a plan, a component among them a
//! stack of its own. Once everything is made, the stacks are those of a build, and assertions look into them. What a unit
//! holds is asked of the unit itself ([`inspected`]), so that a test is run again only when something it looks at is
//! another one.
//!
//! Must not know: how results are shown.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use ci_access::program::{Answer, Example, Holder, Place, Program, Target, read};
use ci_access::{Actions, Pattern};
use ci_base::{Code, Diagnostic, TextRange};
use ci_graph::{Late, Origin, ResourceId, Stack};
use ci_syntax::ast::{BinaryOperator, Expr, ExprId, ItemTree, Keyword, MemberKind, Name, UnaryOperator};
use rustc_hash::FxHashMap;

use super::Eval;
use super::builtin;
use super::frame::{Env, Instance};
use super::plan::{Frozen, Service, ServiceInstance, StackResult};
use super::spare::stack_among;
use super::trail::{Step, trail};
use super::value::{Located, Value};
use crate::infer::Resolution;
use crate::name::{Def, modules};
use crate::ty::Ty;
use crate::{Db, ItemId, ItemKind, Program as Sources};

mod network;

/// How many steps it takes to find out whether one role may do something to one resource.
const STEPS_A_QUESTION: u64 = 100;

/// For how many pairs of a role and a resource it is told what is allowed instead of what was asked.
const MAX_TOLD: usize = 1_000;

/// Where something stands: an item, and a range in it.
pub type At = (ItemId, TextRange);

/// What came of a test.
#[derive(Debug, PartialEq)]
pub struct TestResult {
    /// What does not hold. A test without any has passed, if its stacks have no errors.
    pub diagnostics: Vec<Diagnostic<At>>,
    /// The stacks it made.
    pub stacks: Vec<ServiceInstance>,
}

/// The tests of the root package, in the order of its modules and of their text.
#[salsa::tracked]
pub fn tests(db: &dyn Db) -> Vec<ItemId> {
    let Some(program) = Sources::try_get(db) else { return Vec::new() };
    let files = modules(db, program.root(db)).iter();
    let items = files.flat_map(|(_, file)| crate::item::items(db, *file).iter().copied());
    items.filter(|item| item.kind(db) == ItemKind::Test).collect()
}

/// Something that a test made.
#[derive(Debug)]
pub struct Made {
    /// The position of its stack.
    stack: usize,
    /// What it is there.
    what: What,
}

#[derive(Debug)]
enum What {
    /// All of it.
    Stack,
    /// A resource.
    Resource(ResourceId),
    /// An instance of a unit: the names that lead to it.
    Unit(Arc<str>),
    /// What is not of the program: an end of a path.
    Internet,
}

/// A value inside a unit, as a test sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Inspected {
    /// A known value.
    Known(Frozen),
    /// Values in order.
    List(Vec<Self>),
    /// Values by name.
    Record(Vec<(Arc<str>, Self)>),
    /// A resource, by its name in the template.
    Resource(Arc<str>),
    /// An instance of a component: the names that lead to it.
    Unit(Arc<str>),
    /// Known only at deployment.
    Late,
    /// Of a kind that tests have nothing to do with, in words.
    Other(&'static str),
}

/// What lies at a path of names inside of a unit: `worker.function`.
#[salsa::tracked]
fn inspected(db: &dyn Db, instance: ServiceInstance, path: Arc<str>) -> Inspected {
    let mut eval = Eval::new(db, false);
    let root = eval.root_of(instance);
    let mut value = Value::Instance(root);
    for name in path.split('.') {
        if let Value::Conditional(_, inner) = &value {
            value = inner.value.clone();
        }
        let Value::Instance(within) = &value else { return Inspected::Other(value.describe()) };
        let at = eval.bodies[within.body as usize].by_name.get(name).copied();
        let within = Rc::clone(within);
        value = match at {
            Some(at) => eval.member(&within, at).value,
            None => return Inspected::Other("nothing"),
        };
    }
    eval.inspect(&value)
}

impl Eval<'_> {
    fn inspect(&self, value: &Value) -> Inspected {
        if let Some(known) = Frozen::scalar(value) {
            return Inspected::Known(known);
        }
        match value {
            Value::Duration(value) => Inspected::Known(Frozen::Duration(*value)),
            Value::Size(value) => Inspected::Known(Frozen::Size(*value)),
            Value::Variant(item, at, text) => Inspected::Known(Frozen::Variant(*item, *at, Arc::clone(text))),
            Value::List(items) => {
                Inspected::List(items.iter().map(|item| self.inspect(&item.value)).collect())
            }
            Value::Record(record) => {
                let entries = record.entries.iter();
                Inspected::Record(
                    entries.map(|(name, value)| (Arc::clone(name), self.inspect(&value.value))).collect(),
                )
            }
            Value::Resource(id) => Inspected::Resource(Arc::clone(&self.resources[id.0 as usize].logical_id)),
            Value::Instance(instance) => Inspected::Unit(self.path_text(&instance.place)),
            Value::Conditional(_, inner) => match self.inspect(&inner.value) {
                // Whether there is such a value, only the deployment knows; a resource can be asked about all the same.
                found @ (Inspected::Resource(_) | Inspected::Unit(_)) => found,
                _ => Inspected::Late,
            },
            Value::Late(_) | Value::Provided(_) => Inspected::Late,
            other => Inspected::Other(other.describe()),
        }
    }
}

/// What a test has made, once it is all made; or what a rule looks at.
pub(super) struct Looking<'db> {
    /// The services placed so far, with the names that lead to them in the test.
    pub placed: Vec<(Arc<str>, Arc<str>)>,
    made: Option<Stacks<'db>>,
    /// What was asked in the assertion that is looked at.
    asked: Vec<Asked>,
}

/// Stacks that are looked at: those of a test, or the one that a rule is applied to.
struct Stacks<'db> {
    /// Those of a test.
    instances: Vec<ServiceInstance>,
    results: Vec<&'db StackResult>,
    /// Their policies. Of the stack that a rule is applied to, none are read.
    program: Rc<Program<'db>>,
    /// The resources by type, once something asks for those of one: rules ask for each of many.
    by_type: OnceCell<FxHashMap<&'static str, Vec<Place>>>,
}

impl<'db> Stacks<'db> {
    fn new(
        instances: Vec<ServiceInstance>,
        results: Vec<&'db StackResult>,
        program: Rc<Program<'db>>,
    ) -> Self {
        Self { instances, results, program, by_type: OnceCell::new() }
    }

    /// The resources of a type, in order.
    fn of_type(&self, name: &str) -> &[Place] {
        let by_type = self.by_type.get_or_init(|| {
            let mut by_type: FxHashMap<&'static str, Vec<Place>> = FxHashMap::default();
            for (stack, of) in self.program.stacks.iter().enumerate() {
                for (resource, of) in of.resource_ids() {
                    by_type.entry(of.schema.name()).or_default().push(Place { stack, resource });
                }
            }
            by_type
        });
        by_type.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A question about rights or ways, and the answer.
struct Asked {
    call: ExprId,
    who: String,
    /// The action, or the port.
    action: String,
    on: Option<String>,
    answer: Told,
}

/// An answer, with what explains it.
enum Told {
    May(Box<Example>),
    /// Those who were asked about, and the resources.
    MayNot {
        who: Vec<Place>,
        on: Vec<Place>,
    },
    Reaches(network::Way),
    /// What is in the way, of one of the pairs that were asked about.
    ReachesNot(Option<network::Obstacle>),
}

/// Runs a test.
#[salsa::tracked]
pub fn run_test(db: &dyn Db, test: ItemId) -> TestResult {
    let mut eval = Eval::new(db, false);
    let body = eval.body(test);
    eval.looking = Some(Box::new(Looking { placed: Vec::new(), made: None, asked: Vec::new() }));
    eval.inspects = true;
    let root = eval.root(test, body, Vec::new());
    eval.make(&root);
    let instances = eval.service_instances(None);
    let results: Vec<&StackResult> =
        instances.iter().map(|instance| stack_among(db, *instance, &instances)).collect();
    let stacks: Vec<&Stack> = results.iter().map(|result| Arc::as_ref(&result.stack)).collect();
    let program = Rc::new(read(&stacks));
    if let Some(looking) = &mut eval.looking {
        looking.made = Some(Stacks::new(instances.clone(), results, program));
    }
    eval.members(&root);
    let items: Vec<ItemId> = eval.bodies.iter().map(|body| body.item).collect();
    let place = |origin: Origin| (items[origin.item as usize], origin.range);
    let mut diagnostics: Vec<Diagnostic<At>> =
        eval.diagnostics.drain(..).map(|found| found.map(place)).collect();
    for (found, (at, text)) in std::mem::take(&mut eval.explained) {
        if let Some(told) = diagnostics.iter_mut().find(|told| told.primary.at == place(found)) {
            *told = told.clone().also(at, text);
        }
    }
    TestResult { diagnostics, stacks: instances }
}

impl<'db> Eval<'db> {
    /// Evaluates the declarations of a test that make something.
    fn make(&mut self, root: &Rc<Instance>) {
        for (at, member) in self.bodies[root.body as usize].members.iter().enumerate() {
            if let MemberKind::Declaration { keyword: Keyword::Let, value: Some(value), .. } = member.kind
                && self.makes(root.body, value)
            {
                self.member(root, at as u32);
            }
        }
        self.run();
    }

    /// Whether an instance of a unit is written in an expression.
    fn makes(&self, body: u32, value: ExprId) -> bool {
        let body = &self.bodies[body as usize];
        let within = body.tree.range(value);
        let mut records = body.inference.resolutions.iter().filter(|(id, _)| {
            let range = body.tree.range(**id);
            within.start <= range.start && range.end <= within.end
        });
        records.any(|(id, resolution)| {
            matches!(body.tree[*id], Expr::Record { .. })
                && matches!(resolution, Resolution::Def(Def::Item(item))
                    if matches!(item.kind(self.db), ItemKind::App | ItemKind::Service | ItemKind::Component))
        })
    }

    fn stacks(&self) -> Option<&Stacks<'db>> {
        self.looking.as_ref()?.made.as_ref()
    }

    /// Looks at one stack, as a rule does.
    pub(super) fn looks_at(&mut self, result: &'db StackResult) {
        let program = Program {
            stacks: vec![&result.stack],
            holders: Vec::new(),
            guarded: Vec::new(),
            by_text: Vec::new(),
            late: Vec::new(),
        };
        let made = Stacks::new(Vec::new(), vec![result], Rc::new(program));
        self.looking = Some(Box::new(Looking { placed: Vec::new(), made: Some(made), asked: Vec::new() }));
    }

    /// A resource of the stack that a rule is applied to.
    pub(super) fn resource_of_stack(&self, id: ResourceId) -> Value {
        Value::Made(Rc::new(Made { stack: 0, what: What::Resource(id) }))
    }

    /// The stack that a rule is applied to.
    pub(super) fn stack_looked_at(&self) -> Value {
        Value::Made(Rc::new(Made { stack: 0, what: What::Stack }))
    }

    /// Remembers by which names a service of a test is reached.
    pub(super) fn placed(&mut self, stack_name: &Arc<str>, path: &Arc<str>) {
        if let Some(looking) = &mut self.looking {
            looking.placed.push((Arc::clone(stack_name), Arc::clone(path)));
        }
    }

    /// What a test reads of a service that it made; nothing where that is what the service provides to another.
    pub(super) fn read_service(&mut self, service: &Service, name: &str, origin: Origin) -> Option<Value> {
        let of_provided = || {
            let unit = crate::signature::signature(self.db, service.item).unit();
            unit.is_some_and(|unit| unit.provides.iter().any(|field| &*field.name == name))
        };
        let Some(made) = self.stacks() else {
            if of_provided() {
                return None;
            }
            let found = Diagnostic::new(Code::NotAValue, origin, "this is not made yet")
                .help("make it in one `let` and read it in another");
            self.report(found);
            return Some(Value::Unknown);
        };
        let names = made.instances.iter().map(|instance| instance.stack_name(self.db));
        let at = names.into_iter().position(|known| *known == service.stack_name)?;
        Some(self.look(at, name, origin))
    }

    /// What a test reads of a part of what it made.
    pub(super) fn read_made(&mut self, made: &Made, name: &str, origin: Origin) -> Value {
        match &made.what {
            What::Unit(path) => self.look(made.stack, &format!("{path}.{name}"), origin),
            What::Resource(id) => self.property_of(made.stack, *id, name, origin),
            What::Stack | What::Internet => Value::Unknown,
        }
    }

    fn look(&mut self, at: usize, path: &str, origin: Origin) -> Value {
        let Some(instance) = self.stacks().and_then(|made| made.instances.get(at)).copied() else {
            return Value::Unknown;
        };
        let found = inspected(self.db, instance, path.into());
        self.seen(at, found, origin)
    }

    fn seen(&mut self, stack: usize, found: &Inspected, origin: Origin) -> Value {
        let located =
            |eval: &mut Self, found: &Inspected| Located::new(eval.seen(stack, found, origin), origin);
        match found {
            Inspected::Known(known) => self.thaw(known, None, origin).value,
            Inspected::List(items) => {
                let items: Vec<Located> = items.iter().map(|item| located(self, item)).collect();
                Value::list(items)
            }
            Inspected::Record(entries) => {
                let entries = entries.iter().map(|(name, value)| (Arc::clone(name), located(self, value)));
                Value::record(entries.collect())
            }
            Inspected::Resource(logical_id) => {
                let Some(made) = self.stacks() else { return Value::Unknown };
                let mut ids = made.results[stack].stack.resource_ids();
                let id = ids.find(|(_, resource)| resource.logical_id == *logical_id).map(|(id, _)| id);
                id.map_or(Value::Unknown, |id| Value::Made(Rc::new(Made { stack, what: What::Resource(id) })))
            }
            Inspected::Unit(path) => Value::Made(Rc::new(Made { stack, what: What::Unit(Arc::clone(path)) })),
            Inspected::Late => Value::Unknown,
            Inspected::Other(what) => {
                let found = Diagnostic::new(Code::NotAValue, origin, format!("a test cannot look at {what}"))
                    .help("ask what may be done with `.may(…)`, and what there is with `.resources(…)`");
                self.report(found);
                Value::Unknown
            }
        }
    }

    /// A property as it was written; `none` where it was not.
    fn property_of(&self, stack: usize, id: ResourceId, name: &str, origin: Origin) -> Value {
        let Some(made) = self.stacks() else { return Value::Unknown };
        let resource = made.results[stack].stack.resource(id);
        match resource.property(name) {
            Some(found) => from_graph(&found.value, stack, origin),
            None if is_settable(resource.schema, name) => Value::None,
            // An attribute.
            None => Value::Unknown,
        }
    }

    // ---- Questions about rights and resources ----

    /// `any(Type)`
    pub(super) fn any_of(&self, id: ExprId, env: &Env) -> Option<Value> {
        let types = &self.bodies[env.body as usize].inference.types;
        match types.get(id.0 as usize) {
            Some(Ty::Every(ty)) => Some(Value::Every(Rc::new((**ty).clone()))),
            _ => None,
        }
    }

    /// `x.may(…)`, `x.reaches(…)` and `x.resources(…)`; nothing for other methods.
    pub(super) fn test_method(
        &mut self,
        call: ExprId,
        receiver: &Located,
        name: Name,
        arguments: &[ExprId],
        env: &Env,
        origin: Origin,
    ) -> Option<Value> {
        let is_made = matches!(
            receiver.value,
            Value::Service(_) | Value::Instance(_) | Value::Made(_) | Value::Every(_)
        );
        let text = self.source(env.body).name(name);
        match text {
            "resources" if is_made => Some(self.resources_of(receiver, *arguments.first()?, env, origin)),
            "may" if is_made => Some(self.may(call, receiver, arguments, env, origin)),
            "reaches" if is_made => Some(self.reaches(call, receiver, arguments, env, origin)),
            // Where there is no such thing, nobody may do anything, and nothing is reached.
            "may" | "reaches" if matches!(receiver.value, Value::None) => Some(Value::Bool(false)),
            "may" | "reaches" | "resources" => Some(Value::Unknown),
            _ => None,
        }
    }

    fn resources_of(&mut self, receiver: &Located, ty: ExprId, env: &Env, origin: Origin) -> Value {
        let Some(Resolution::Def(Def::Resource(wanted))) =
            self.bodies[env.body as usize].inference.resolutions.get(&ty)
        else {
            return Value::Unknown;
        };
        let wanted = *wanted;
        let Some(made) = self.stacks() else { return Value::Unknown };
        let (program, places) = (Rc::clone(&made.program), made.of_type(wanted.0.name()).to_vec());
        if !self.spend(places.len() as u64, |_| origin) {
            return Value::Unknown;
        }
        let found = places.into_iter().filter(|place| self.is_in(&program, *place, &receiver.value));
        let made = |place: Place| Made { stack: place.stack, what: What::Resource(place.resource) };
        let found = found.map(|place| Located::new(Value::Made(Rc::new(made(place))), origin));
        Value::list(found.collect::<Vec<_>>())
    }

    /// The resources that a value of a test stands for.
    fn places(&self, program: &Program<'_>, value: &Value) -> Vec<Place> {
        let all = program.stacks.iter().enumerate();
        let all =
            all.flat_map(|(stack, of)| of.resource_ids().map(move |(resource, _)| Place { stack, resource }));
        all.filter(|place| self.is_in(program, *place, value)).collect()
    }

    /// Whether a resource is, or is part of, what a value of a test stands for.
    fn is_in(&self, program: &Program<'_>, place: Place, value: &Value) -> bool {
        let (Some(made), Some(looking)) = (self.stacks(), &self.looking) else { return false };
        let within = |path: &str, outer: &str| {
            path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let stack_name = &program.stacks[place.stack].name;
        let resource = program.resource(place);
        match value {
            Value::Service(service) => service.stack_name == *stack_name,
            Value::Instance(app) => {
                let outer = self.path_text(&app.place);
                looking.placed.iter().any(|(name, path)| name == stack_name && within(path, &outer))
            }
            Value::Made(one) => match &one.what {
                What::Resource(id) => place.stack == one.stack && place.resource == *id,
                What::Unit(path) => place.stack == one.stack && within(&resource.path, path),
                What::Stack => place.stack == one.stack,
                What::Internet => false,
            },
            Value::Every(ty) => match &**ty {
                Ty::Resource(wanted) => std::ptr::eq(resource.schema, wanted.0),
                Ty::Unit(wanted) => made.instances.get(place.stack).is_some_and(|instance| {
                    let root = instance.item(self.db);
                    let makes = |step: &Step| step.makes == Some(*wanted);
                    root == *wanted || trail(self.db, root, &resource.path).iter().any(makes)
                }),
                _ => false,
            },
            Value::List(items) => items.iter().any(|item| self.is_in(program, place, &item.value)),
            _ => false,
        }
    }

    fn may(
        &mut self,
        call: ExprId,
        receiver: &Located,
        arguments: &[ExprId],
        env: &Env,
        origin: Origin,
    ) -> Value {
        let Some(program) = self.stacks().map(|made| Rc::clone(&made.program)) else { return Value::Unknown };
        let Some(Value::Actions(asked)) = arguments.first().map(|actions| self.actions(*actions, env)) else {
            return Value::Unknown;
        };
        let on = arguments.get(1).map(|on| self.expr(*on, env));
        let targets: Option<Vec<Place>> = match on.as_ref().map(|on| &on.value) {
            None => None,
            Some(Value::Unknown) => return Value::Unknown,
            Some(value) => Some(self.places(&program, value)),
        };
        let who = self.asked_of(call, env);
        let holders = program.acting(|place| self.is_in(&program, place, &receiver.value));
        if holders.is_empty() && !matches!(receiver.value, Value::Every(_)) {
            let message = format!("nothing in `{who}` acts as a role or user, so this says nothing");
            let found = Diagnostic::new(Code::InvalidArgument, origin, message)
                .note("it is true of everything without a role that it may not do something")
                .help("ask about what has a role: a function, a task, the role itself");
            self.report(found);
            return Value::Unknown;
        }
        // A question reads policies, over and over where a loop asks it.
        let questions = holders.len().max(1) * targets.as_ref().map_or(1, Vec::len).max(1);
        if !self.spend(STEPS_A_QUESTION.saturating_mul(questions as u64), |_| origin) {
            return Value::Unknown;
        }
        let actions = Actions::Of(asked.iter().map(|action| Pattern::action(&**action)).collect());
        let action = asked.join(", ");
        let on_words = arguments.get(1).map(|on| self.words(*on, env));
        let answer = self.ask(&program, &holders, &actions, targets.as_deref());
        match answer {
            Answer::Foreign(arn) => {
                let message = format!("whether `{who}` may `{action}` depends on `{arn}`");
                let found = Diagnostic::new(Code::InvalidArgument, origin, message)
                    .note("that policy is not of this program, so nothing is known of what it allows")
                    .help("write the policy in the program, and attach that");
                self.report(found);
                Value::Unknown
            }
            Answer::Yes(example) => {
                self.asked(Asked { call, who, action, on: on_words, answer: Told::May(example) });
                Value::Bool(true)
            }
            Answer::No => {
                let answer = Told::MayNot {
                    who: holders.iter().map(|holder| holder.place).collect(),
                    on: targets.unwrap_or_default(),
                };
                self.asked(Asked { call, who, action, on: on_words, answer });
                Value::Bool(false)
            }
        }
    }

    /// An expression as it is written.
    fn words(&self, id: ExprId, env: &Env) -> String {
        self.tree(env.body).range(id).of(self.source(env.body).text()).to_owned()
    }

    /// What a method is called on, as it is written.
    fn asked_of(&self, call: ExprId, env: &Env) -> String {
        match self.tree(env.body)[call] {
            Expr::MethodCall { receiver, .. } => self.words(receiver, env),
            _ => self.words(call, env),
        }
    }

    /// The first yes; otherwise what is open.
    fn ask(
        &self,
        program: &Program<'_>,
        holders: &[&Holder],
        actions: &Actions,
        targets: Option<&[Place]>,
    ) -> Answer {
        let mut open = Answer::No;
        let targets: Option<Vec<Target>> =
            targets.map(|targets| targets.iter().map(|place| program.target(*place)).collect());
        for holder in holders {
            self.db.unwind_if_revision_cancelled();
            match program.may(holder, actions, targets.as_deref()) {
                Answer::No => {}
                found @ Answer::Yes(_) => return found,
                found @ Answer::Foreign(_) => open = found,
            }
        }
        open
    }

    fn asked(&mut self, asked: Asked) {
        if let Some(looking) = &mut self.looking {
            looking.asked.push(asked);
        }
    }

    // ---- Assertions ----

    /// An assertion of a test.
    pub(super) fn test_assertion(&mut self, env: &Env, condition: ExprId, message: Option<ExprId>) {
        if let Some(looking) = &mut self.looking {
            looking.asked.clear();
        }
        let before = self.diagnostics.len();
        let holds = self.expr(condition, env);
        let at = self.origin(env, condition);
        match holds.value {
            Value::Bool(true) => {}
            Value::Bool(false) => {
                let text = message.map(|message| self.expr(message, env).value);
                let told = match text {
                    Some(Value::Text(text)) => Some(text.to_string()),
                    _ => None,
                };
                self.failed(env, condition, at, told);
            }
            // What cannot be told has not been shown.
            _ if self.diagnostics.len() == before && !super::is_reported_in(self, env, condition) => {
                let words = at.range.of(self.source(at.item).text()).to_owned();
                let found = Diagnostic::new(
                    Code::LateValue,
                    at,
                    format!("whether `{words}` is known only at deployment"),
                )
                .label("this is not known while compiling")
                .help("assert something of what is written: of an input, a name, a number");
                self.report(found);
            }
            _ => {}
        }
    }

    fn failed(&mut self, env: &Env, condition: ExprId, at: Origin, told: Option<String>) {
        let tree = self.tree(env.body);
        let mut calls = Vec::new();
        polarity(tree, condition, true, &mut calls);
        let asked =
            self.looking.as_mut().map(|looking| std::mem::take(&mut looking.asked)).unwrap_or_default();
        let culprit = asked.iter().find(|asked| {
            let wanted = calls.iter().find(|(call, _)| *call == asked.call).map(|(_, wanted)| *wanted);
            let is_yes = matches!(asked.answer, Told::May(_) | Told::Reaches(_));
            wanted.is_none_or(|wanted| wanted != is_yes)
        });
        let words = at.range.of(self.source(at.item).text()).split_whitespace().collect::<Vec<_>>().join(" ");
        let mut found = match culprit {
            Some(Asked { who, action, on, answer, .. }) => {
                let to = on.as_deref().unwrap_or_default();
                let on = on.as_ref().map_or_else(String::new, |on| format!(" on `{on}`"));
                let says = match answer {
                    Told::May(example) => format!("`{who}` may `{}`{on}", example.action),
                    Told::MayNot { .. } => format!("`{who}` may not `{action}`{on}"),
                    Told::Reaches(way) => format!("`{who}` reaches `{to}`: {}", way.ports),
                    Told::ReachesNot(_) => format!("`{who}` does not reach `{to}`{action}"),
                };
                let mut found =
                    Diagnostic::new(Code::AssertionFailed, at, told.clone().unwrap_or_else(|| says.clone()));
                if told.is_some() {
                    found = found.note(says);
                }
                match answer {
                    Told::May(example) => self.explain(found, at, example),
                    Told::MayNot { who, on } => match self.allowed(who, on).as_slice() {
                        [] => found.note("it has no right there at all".to_owned()),
                        allowed => found.note(format!("there it may {}", allowed.join(", "))),
                    },
                    Told::Reaches(way) => {
                        self.explain_way(at, way);
                        found
                    }
                    Told::ReachesNot(obstacle) => self.explain_obstacle(found, at, obstacle.as_ref()),
                }
            }
            None => {
                let message = told.unwrap_or_else(|| format!("`{words}` does not hold"));
                Diagnostic::new(Code::AssertionFailed, at, message)
            }
        };
        found = found.label("this does not hold");
        if culprit.is_none()
            && let Expr::Binary { operator, left, right } = tree[condition]
            && !matches!(operator, BinaryOperator::And | BinaryOperator::Or)
        {
            let shown: Vec<String> = [left, right].iter().filter_map(|side| self.shown(*side, env)).collect();
            if let [left, right] = &shown[..] {
                found = found.note(format!("the left side is {left}, the right side is {right}"));
            }
        }
        self.report(found);
    }

    /// What some of the roles have a right to, on some of the resources.
    fn allowed(&self, who: &[Place], on: &[Place]) -> Vec<String> {
        let Some(made) = self.stacks() else { return Vec::new() };
        let holders = made.program.holders.iter().filter(|holder| who.contains(&holder.place));
        let both = holders.flat_map(|holder| on.iter().map(move |on| (holder, *on)));
        let mut found: Vec<String> =
            both.take(MAX_TOLD).flat_map(|(holder, on)| made.program.allowed_on(holder, on)).collect();
        found.sort();
        found.dedup();
        found
    }

    fn explain(&mut self, found: Diagnostic<Origin>, at: Origin, example: &Example) -> Diagnostic<Origin> {
        let Some(made) = self.stacks() else { return found };
        let (program, result) = (&made.program, made.results[example.grant.stack]);
        let role = &program.resource(example.holder).path;
        let grant = &example.grant;
        let place = result.items.get(grant.origin.item as usize).map(|item| (*item, grant.origin.range));
        let mut on: Vec<String> = Vec::new();
        for reach in &grant.reaches {
            on.push(match reach.place {
                Some(place) => format!("{}{}", program.resource(place).path, reach.rest),
                None => reach.rest.clone(),
            });
        }
        let sid = grant.statement.sid.as_ref().map_or_else(String::new, |sid| format!(" ({sid})"));
        let stack = &program.stacks[example.holder.stack].name;
        let mut found = found.note(format!(
            "principal `{role}` of the stack `{stack}`, action `{}`, resource `{}`",
            example.action,
            if on.is_empty() { example.resource.clone() } else { on.join("`, `") },
        ));
        if !grant.conditions.is_empty() {
            found = found.note(format!("where it holds that {}", grant.conditions.join(" and ")));
        }
        if let Some(place) = place {
            self.explained.push((at, (place, format!("this statement allows it{sid}"))));
        }
        found
    }

    /// A value for a message, if it has a form of text.
    fn shown(&mut self, id: ExprId, env: &Env) -> Option<String> {
        let value = self.expr(id, env);
        if matches!(value.value, Value::None) {
            return Some("`none`".to_owned());
        }
        let json = builtin::json_text(&value).ok()?;
        match json {
            Value::Text(text) if text.chars().count() <= 200 => Some(format!("`{text}`")),
            _ => None,
        }
    }
}

/// The calls of a condition, each with whether it has to be true for the condition to hold.
fn polarity(tree: &ItemTree, id: ExprId, wanted: bool, found: &mut Vec<(ExprId, bool)>) {
    match &tree[id] {
        Expr::Unary { operator: UnaryOperator::Not, operand } => polarity(tree, *operand, !wanted, found),
        Expr::Binary { operator: BinaryOperator::And | BinaryOperator::Or, left, right } => {
            polarity(tree, *left, wanted, found);
            polarity(tree, *right, wanted, found);
        }
        Expr::MethodCall { .. } => found.push((id, wanted)),
        _ => {}
    }
}

/// Whether a property of a resource can be written.
pub(super) fn is_settable(schema: &ci_catalog::ResourceSchema, name: &str) -> bool {
    schema.node(schema.root()).property(name).is_some() && !schema.is_read_only(name)
}

impl Made {
    /// Whether two are the same; nothing for what is no single thing.
    pub(super) fn is(&self, other: &Self) -> Option<bool> {
        match (&self.what, &other.what) {
            (What::Resource(one), What::Resource(two)) => Some(self.stack == other.stack && one == two),
            (What::Unit(one), What::Unit(two)) => Some(self.stack == other.stack && one == two),
            _ => None,
        }
    }
}

/// A written value of a stack. What refers to a resource of the stack is that resource; all else that is late or unknown
/// is unknown.
fn from_graph(value: &ci_graph::Value, stack: usize, origin: Origin) -> Value {
    use ci_graph::Value as Graph;
    match value {
        Graph::Bool(value) => Value::Bool(*value),
        Graph::Int(value) => Value::Int(*value),
        Graph::Float(value) => Value::Float(*value),
        Graph::String(text) => Value::Text(Arc::clone(text)),
        Graph::List(items) => {
            Value::list(items.iter().map(|item| Located::new(from_graph(&item.value, stack, origin), origin)))
        }
        Graph::Record(entries) => {
            let entries = entries.iter();
            let entries = entries.map(|entry| {
                (Arc::clone(&entry.name), Located::new(from_graph(&entry.value.value, stack, origin), origin))
            });
            Value::record(entries.collect())
        }
        Graph::Absent => Value::None,
        Graph::Late(late) => match &**late {
            Late::Identifier(id) | Late::Attribute(id, _) => {
                Value::Made(Rc::new(Made { stack, what: What::Resource(*id) }))
            }
            _ => Value::Unknown,
        },
        Graph::Unknown => Value::Unknown,
    }
}

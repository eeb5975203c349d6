//! Units instantiated: expressions become values, and resources are collected into a stack.
//!
//! Members and inputs are found on demand and resources are filled after they exist, so that declarations may stand
//! in any order. Evaluation is bounded: nothing recurs, and steps are counted.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use ci_base::{Code, Diagnostic, Severity, TextRange};
use ci_graph::{Asset, Origin, Output, Parameter, Resource, ResourceId, Stack};
use ci_syntax::ItemSource;
use ci_syntax::ast::{Expr, ExprId, ItemTree, Member, Name};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::infer::{Inference, has_errors, infer};
use crate::item::{item_source, item_tree};
use crate::{Db, ItemId};

pub mod builtin;
mod call;
mod capability;
pub mod choice;
mod coerce;
mod expr;
pub mod frame;
mod late;
mod lower;
mod member;
mod offer;
pub mod plan;
mod record;
mod repeat;
pub mod ruling;
pub mod spare;
pub mod testing;
pub mod trail;
pub mod value;
mod weight;
mod written;

use frame::{Env, Instance, Place};
use value::{Located, Value};

/// How many steps the evaluation of one stack may take. A step is an expression, and what else takes as long or as much
/// memory as one: an element of a new list, a few bytes of a new text, a few parts of a value that is compared.
const MAX_STEPS: u64 = 20_000_000;
/// How many steps an instance is worth: its inputs, members and names take more memory than most values.
const STEPS_AN_INSTANCE: u64 = 64;
/// How many resources one stack may collect, before its limits are even looked at.
const MAX_RESOURCES: usize = 20_000;
/// How many elements a list may have.
const MAX_ELEMENTS: usize = 100_000;
/// How deeply calls and instances may nest.
const MAX_DEPTH: u32 = 96;

/// An item whose expressions are evaluated; its number is its position in [`Eval::bodies`].
struct Body<'db> {
    item: ItemId,
    source: &'db ItemSource,
    tree: &'db ItemTree,
    inference: &'db Inference,
    members: &'db [Member],
    by_name: FxHashMap<&'db str, u32>,
}

/// A resource while it is filled.
struct Draft {
    resource: ResourceId,
    record: ExprId,
    env: Env,
    place: Place,
    overrides: Vec<frame::Override>,
    properties: Filling,
}

/// How far a resource's properties are known.
enum Filling {
    Empty,
    Running,
    Done(Rc<value::Record>),
}

/// Work that is put off until everything it may refer to exists.
enum Work {
    Members(Rc<Instance>),
    Properties(ResourceId),
}

/// The evaluation of one stack, or of one app, or of a test.
#[expect(clippy::struct_excessive_bools, reason = "what is known of the evaluation as a whole")]
pub(crate) struct Eval<'db> {
    db: &'db dyn Db,
    bodies: Vec<Body<'db>>,
    body_of: FxHashMap<ItemId, u32>,
    interned: FxHashSet<Arc<str>>,
    place: Place,
    instances: frame::Instances,
    work: VecDeque<Work>,
    drafts: Vec<Draft>,
    resources: Vec<Resource>,
    orders: Vec<Vec<u32>>,
    spares: Vec<spare::Spare>,
    logical_ids: FxHashMap<Arc<str>, ResourceId>,
    parameters: Vec<Parameter>,
    outputs: Vec<Output>,
    granted: Vec<(Arc<str>, plan::Frozen)>,
    assets: Vec<Asset>,
    providers: Vec<Arc<str>>,
    uses: Vec<ci_graph::Use>,
    diagnostics: Vec<Diagnostic<Origin>>,
    reported: FxHashSet<(Code, Origin)>,
    calls: Vec<ItemId>,
    /// Where the outermost of them was called: what a library finds wrong is said there.
    called_at: Option<Origin>,
    steps: u64,
    stopped: bool,
    /// A unit checked on its own: its inputs are unknown, so both branches of what they decide are looked at.
    open: bool,
    /// Whether something that was given is unknown, because of an error where it was given.
    unknown_inputs: bool,
    /// What `with` was applied to, to see at the end that all of it was made.
    overridden: Vec<(Located, frame::Override)>,
    /// Services made by an app, in source order.
    services: Vec<plan::Placed>,
    naming: plan::Naming,
    /// What the test that is run has made, or the rule that is applied looks at.
    looking: Option<Box<testing::Looking<'db>>>,
    /// What is read is what was written: a name that is not there is `none`.
    inspects: bool,
    /// Places outside of the items of this evaluation that explain a finding, by the place of that.
    explained: Vec<(Origin, (testing::At, String))>,
}

impl<'db> Eval<'db> {
    fn new(db: &'db dyn Db, open: bool) -> Self {
        Self {
            db,
            bodies: Vec::new(),
            body_of: FxHashMap::default(),
            interned: FxHashSet::default(),
            place: Place::default(),
            instances: frame::Instances::default(),
            work: VecDeque::new(),
            drafts: Vec::new(),
            resources: Vec::new(),
            orders: Vec::new(),
            spares: Vec::new(),
            logical_ids: FxHashMap::default(),
            parameters: Vec::new(),
            outputs: Vec::new(),
            granted: Vec::new(),
            assets: Vec::new(),
            providers: Vec::new(),
            uses: Vec::new(),
            diagnostics: Vec::new(),
            reported: FxHashSet::default(),
            calls: Vec::new(),
            called_at: None,
            steps: 0,
            stopped: false,
            open,
            unknown_inputs: false,
            overridden: Vec::new(),
            services: Vec::new(),
            naming: plan::Naming::default(),
            looking: None,
            inspects: false,
            explained: Vec::new(),
        }
    }

    /// The number of an item.
    fn body(&mut self, item: ItemId) -> u32 {
        if let Some(body) = self.body_of.get(&item) {
            return *body;
        }
        let (source, tree) = (item_source(self.db, item), item_tree(self.db, item));
        let members = tree.item.members();
        let mut by_name = FxHashMap::default();
        for (at, member) in members.iter().enumerate() {
            if let ci_syntax::ast::MemberKind::Declaration { name, .. } = member.kind {
                by_name.entry(source.name(name)).or_insert(at as u32);
            }
        }
        let number = self.bodies.len() as u32;
        self.bodies.push(Body { item, source, tree, inference: infer(self.db, item), members, by_name });
        self.body_of.insert(item, number);
        number
    }

    fn tree(&self, body: u32) -> &'db ItemTree {
        self.bodies[body as usize].tree
    }

    fn source(&self, body: u32) -> &'db ItemSource {
        self.bodies[body as usize].source
    }

    fn origin(&self, env: &Env, id: ExprId) -> Origin {
        Origin { item: env.body, range: self.tree(env.body).range(id) }
    }

    /// A name as shared text: the same name is stored once.
    fn intern(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.interned.get(text) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = text.into();
        self.interned.insert(Arc::clone(&shared));
        shared
    }

    fn name(&mut self, body: u32, name: Name) -> Arc<str> {
        let text = self.source(body).name(name);
        self.intern(text)
    }

    /// Reports a finding once per place.
    fn report(&mut self, diagnostic: Diagnostic<Origin>) {
        if self.reported.insert((diagnostic.code, diagnostic.primary.at)) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Whether what decides may be unknown, so that all branches are looked at: they may make the same names.
    fn is_guessing(&self) -> bool {
        let other_error = |found: &Diagnostic<Origin>| {
            found.severity == Severity::Error && found.code != Code::DuplicateLogicalId
        };
        self.open
            || self.unknown_inputs
            || self.diagnostics.iter().any(other_error)
            || self.bodies.iter().any(|body| has_errors(self.db, body.item))
    }

    fn error(&mut self, code: Code, at: Origin, message: impl Into<String>) -> Value {
        self.report(Diagnostic::new(code, at, message));
        Value::Unknown
    }

    /// "This is only known at deployment."
    fn late_error(&mut self, at: Origin, needed: &str, late: Origin) -> Value {
        let mut found =
            Diagnostic::new(Code::LateValue, at, format!("{needed} must be known while compiling"))
                .note("a resource's attributes, parameters and `aws::region` get their values at deployment")
                .help("use an `input` or a `const`, or let CloudFormation decide with `if`");
        if late == at {
            found = found.label("this is only known at deployment");
        } else {
            found = found.also(late, "this part is only known at deployment");
        }
        self.report(found);
        Value::Unknown
    }

    fn builtin_problem(&mut self, at: Origin, problem: builtin::Problem) -> Value {
        use builtin::Problem;
        match problem {
            Problem::Late(late) => self.late_error(at, "this", late),
            Problem::Argument(message) => self.error(Code::InvalidArgument, at, message),
            Problem::OutOfBounds(message) => self.error(Code::IndexOutOfBounds, at, message),
            Problem::Overflow => {
                self.error(Code::ArithmeticOverflow, at, "the result does not fit a 64-bit integer")
            }
            Problem::DuplicateKey(message) => self.error(Code::DuplicateKey, at, message),
            Problem::Data(message) => self.error(Code::InvalidData, at, message),
            Problem::Limit(message) => self.error(Code::EvaluationLimit, at, message),
        }
    }

    /// Counts a step.
    fn step(&mut self, at: impl FnOnce(&Self) -> Origin) -> bool {
        self.spend(1, at)
    }

    /// Counts steps; past the limit nothing is evaluated any more.
    fn spend(&mut self, steps: u64, at: impl FnOnce(&Self) -> Origin) -> bool {
        let before = self.steps;
        self.steps = before.saturating_add(steps);
        if before / 4096 != self.steps / 4096 {
            self.db.unwind_if_revision_cancelled();
        }
        if self.steps > MAX_STEPS || self.resources.len() > MAX_RESOURCES {
            self.stop(at);
        }
        !self.stopped
    }

    fn stop(&mut self, at: impl FnOnce(&Self) -> Origin) {
        if !self.stopped {
            self.stopped = true;
            let at = at(self);
            let found = if self.resources.len() > MAX_RESOURCES {
                let message = format!("this makes more than {MAX_RESOURCES} resources");
                Diagnostic::new(Code::EvaluationLimit, at, message)
                    .help("a stack holds 500 resources: split it into services")
            } else {
                let message = format!("this takes more than {MAX_STEPS} steps to evaluate");
                Diagnostic::new(Code::EvaluationLimit, at, message)
                    .help("look for loops inside of loops, and for values that double each time")
            };
            self.report(found.label("evaluation stopped here"));
        }
    }

    /// Works off what has been put off.
    fn run(&mut self) {
        while let Some(work) = self.work.pop_front() {
            match work {
                Work::Members(instance) => self.members(&instance),
                Work::Properties(resource) => {
                    self.fill(resource);
                }
            }
        }
    }

    /// The collected stack, resources in the order of the source.
    fn into_stack(
        mut self,
        name: Arc<str>,
        description: Option<Arc<str>>,
        origin: Origin,
        region: Option<Arc<str>>,
    ) -> plan::StackResult {
        if self.stopped {
            // What there is of it is of no use, and would be kept.
            self.resources = Vec::new();
            self.orders = Vec::new();
            self.spares = Vec::new();
            self.outputs = Vec::new();
        }
        self.lower_resources();
        self.unmet_overrides();
        self.assets.sort_unstable();
        self.assets.dedup();
        self.providers.sort_unstable();
        self.providers.dedup();
        let mut stack = Stack {
            name,
            description,
            origin,
            region,
            resources: self.resources,
            parameters: self.parameters,
            outputs: self.outputs,
            assets: self.assets,
            providers: self.providers,
            uses: self.uses,
        };
        // A policy that was made because a role had no room for more comes right behind its role.
        for role in ci_access::program::fit(&mut stack) {
            let mut order = self.orders[role.0 as usize].clone();
            order.push(u32::MAX);
            self.orders.push(order);
        }
        if let Some(places) = lower::source_order(&self.orders) {
            self.spares.iter_mut().for_each(|spare| spare.moved(&places));
            ci_graph::renumber(&mut stack, &places.into_iter().map(Some).collect::<Vec<_>>());
        }
        plan::StackResult {
            stack: Arc::new(stack),
            diagnostics: self.diagnostics,
            items: self.bodies.iter().map(|body| body.item).collect(),
            granted: self.granted,
            spares: self.spares,
            idle: Vec::new(),
        }
    }

    fn unit_origin(&self, body: u32) -> Origin {
        Origin { item: body, range: crate::name::declared_name(self.tree(body)) }
    }
}

/// Whether an expression has been reported by the type checker.
fn is_reported(inference: &Inference, tree: &ItemTree, id: ExprId) -> bool {
    if inference.refused.contains(&id) {
        return true;
    }
    inference.types.get(id.0 as usize).is_some_and(crate::ty::Ty::is_error)
        && !matches!(tree[id], Expr::List(_) | Expr::Record { .. } | Expr::Block { .. })
}

/// The same of an expression that is being evaluated.
fn is_reported_in(eval: &Eval<'_>, env: &Env, id: ExprId) -> bool {
    let body = &eval.bodies[env.body as usize];
    is_reported(body.inference, body.tree, id)
}

/// An origin that covers only the head of an instance: up to its opening brace.
fn head_range(tree: &ItemTree, id: ExprId) -> TextRange {
    match &tree[id] {
        Expr::Record { path: Some(path), .. } if !path.is_empty() => path[0].0.cover(path[path.len() - 1].0),
        _ => tree.range(id),
    }
}

impl Located {
    fn new(value: Value, origin: Origin) -> Self {
        Self { value, origin }
    }
}

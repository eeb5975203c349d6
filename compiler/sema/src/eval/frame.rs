//! Units being evaluated: their members and the names expressions can see.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use ci_graph::{Condition, Origin};
use ci_syntax::ast::{ExprId, Name};

use crate::ItemId;
use crate::eval::value::Located;

/// An instance of a component or service.
///
/// It is made before its members are evaluated, so that what refers to it does not wait for them.
pub struct Instance {
    /// What it is an instance of.
    pub item: ItemId,
    /// The item's number, in the table of the evaluation.
    pub body: u32,
    /// Where it is made.
    pub place: Place,
    /// What it was given, by name.
    pub inputs: RefCell<Vec<(Arc<str>, Input)>>,
    /// Its members' values, by position.
    pub members: RefCell<Vec<Slot>>,
    /// What `with` set, outermost last.
    pub overrides: RefCell<Vec<Override>>,
    /// The instance that made it.
    pub parent: Option<Rc<Self>>,
    /// Whether its members have been gone through.
    pub done: Cell<bool>,
}

/// All instances of an evaluation.
///
/// An instance knows its parent, and is a value of one of its parent's members: they would keep each other for ever.
/// So they are emptied at the end of the evaluation that made them.
#[derive(Default)]
pub struct Instances(Vec<Rc<Instance>>);

impl Instances {
    /// Keeps an instance until the end.
    pub fn add(&mut self, instance: Instance) -> Rc<Instance> {
        let instance = Rc::new(instance);
        self.0.push(Rc::clone(&instance));
        instance
    }
}

impl Drop for Instances {
    fn drop(&mut self) {
        for instance in &self.0 {
            instance.members.take();
            instance.inputs.take();
        }
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instance({})", self.body)
    }
}

/// A member's value, found on demand.
#[derive(Clone, Debug)]
pub enum Slot {
    /// Not looked at yet.
    Empty,
    /// Being found: whoever asks now asks for itself.
    Running,
    /// Found.
    Value(Located),
}

/// An input of an instance.
#[derive(Clone, Debug)]
pub enum Input {
    /// To be evaluated when it is asked for.
    Later(Thunk),
    /// Being evaluated.
    Running,
    /// Evaluated, and of the declared type.
    Value(Located),
}

/// An expression to be evaluated later.
#[derive(Clone, Debug)]
pub struct Thunk {
    /// The expression.
    pub expr: ExprId,
    /// The names it can see.
    pub env: Env,
    /// Where what it makes belongs.
    pub place: Place,
}

/// A record of `with`, and the names it can see.
#[derive(Clone, Debug)]
pub struct Override {
    /// The record.
    pub record: ExprId,
    /// The names it can see.
    pub env: Env,
}

/// The names an expression can see.
#[derive(Clone, Debug)]
pub struct Env {
    /// The item the expression belongs to, by its number.
    pub body: u32,
    /// The unit whose members it can see.
    pub instance: Option<Rc<Instance>>,
    /// The names bound inside expressions.
    pub locals: Option<Rc<Local>>,
}

/// A name bound inside an expression.
#[derive(Debug)]
pub struct Local {
    /// The name.
    pub name: Arc<str>,
    /// Its value.
    pub value: Located,
    /// The names bound before it.
    pub outer: Option<Rc<Self>>,
}

impl Env {
    /// The value bound to a name inside the expression.
    pub fn local(&self, name: &str) -> Option<&Located> {
        let mut at = self.locals.as_ref();
        while let Some(local) = at {
            if &*local.name == name {
                return Some(&local.value);
            }
            at = local.outer.as_ref();
        }
        None
    }

    /// The same names and one more.
    #[must_use]
    pub fn with(&self, name: Arc<str>, value: Located) -> Self {
        let local = Local { name, value, outer: self.locals.clone() };
        Self { body: self.body, instance: self.instance.clone(), locals: Some(Rc::new(local)) }
    }
}

/// Where in the program something is made: what its name in the template and its position come from.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The names that lead there.
    pub segments: Vec<Segment>,
    /// The condition under which it exists.
    pub condition: Option<Arc<Condition>>,
    /// What the attributes of the declarations around it say.
    pub attributes: Option<Rc<Attributes>>,
    /// How many of the segments belong to the declaration the attributes stand at.
    pub declared: usize,
}

/// A step on the way to a place.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The name of the step.
    pub label: Label,
    /// Its position among its neighbours, for the order of resources.
    pub position: u32,
}

/// The name of a step.
#[derive(Clone, Debug)]
pub enum Label {
    /// A name in the source of an item.
    Name(u32, Name),
    /// A key, or a former name.
    Text(Arc<str>),
    /// A position in a list, which is no name: nothing may be made there.
    Nameless,
}

/// That something is there only if it is used.
#[derive(Clone, Debug)]
pub struct IfUsed {
    /// Where it is said.
    pub origin: Origin,
    /// Whose use counts as its own.
    pub with: Vec<Located>,
}

/// What the attributes of a declaration say about what it makes.
#[derive(Debug, Default)]
pub struct Attributes {
    /// `#[id("…")]`
    pub id: Option<Arc<str>>,
    /// `#[retain]`, `#[retain(condition)]`
    pub retain: Option<bool>,
    /// `#[depends_on(…)]`
    pub depends_on: Vec<Located>,
    /// `#[creation_policy(…)]`
    pub creation_policy: Option<Located>,
    /// `#[update_policy(…)]`
    pub update_policy: Option<Located>,
    /// `#[metadata(…)]`
    pub metadata: Option<Located>,
    /// `#[if_used]`, `#[if_used(…)]`
    pub if_used: Option<IfUsed>,
    /// How many segments lead to the declaration they stand at.
    pub level: usize,
    /// Those of the declaration around it.
    pub outer: Option<Rc<Self>>,
}

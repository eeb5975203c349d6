//! What expressions evaluate to.

use std::cell::OnceCell;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use ci_graph::{Condition, Late, Origin, ResourceId};
use ci_syntax::ast::{Effect, ExprId};

use crate::ItemId;
use crate::eval::frame::{Env, Instance};
use crate::eval::offer::Offer;
use crate::eval::plan::{Provided, Service};
use crate::eval::testing::Made;
use crate::eval::weight::Weight;
use crate::ty::Ty;

/// A value and where it was written.
#[derive(Clone, Debug)]
pub struct Located {
    /// The value.
    pub value: Value,
    /// Where it was written.
    pub origin: Origin,
}

/// What an expression evaluates to.
#[derive(Clone, Debug)]
pub enum Value {
    /// An input of a unit that is checked on its own, or the place of an error that has been reported.
    Unknown,
    /// `none`
    None,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite number.
    Float(f64),
    /// Text.
    Text(Arc<str>),
    /// Seconds.
    Duration(i64),
    /// Bytes.
    Size(i64),
    /// A list.
    List(Rc<List>),
    /// A record, a struct or a map.
    Record(Rc<Record>),
    /// A variant of an `enum`: the item, the position, and the text that stands for it.
    Variant(ItemId, u32, Arc<str>),
    /// What is only known at deployment.
    Late(Rc<Late>),
    /// A value that exists only when a late condition holds, and is `none` otherwise.
    Conditional(Arc<Condition>, Rc<Located>),
    /// A resource of the stack.
    Resource(ResourceId),
    /// A resource that is not managed here; its written properties are all that is known of it.
    Existing(Rc<Existing>),
    /// An instance of a component.
    Instance(Rc<Instance>),
    /// What another service provides.
    Provided(Rc<Provided>),
    /// A service that an app makes.
    Service(Rc<Service>),
    /// A statement of a policy.
    Statement(Rc<Statement>),
    /// IAM actions: `s3:GetObject`. Sorted, without repetition.
    Actions(Rc<[Arc<str>]>),
    /// Who a statement is about.
    Principal(Rc<Principal>),
    /// From the first up to, not including, the second.
    Range(i64, i64),
    /// A closure.
    Closure(Rc<Closure>),
    /// Something inside of what a test made.
    Made(Rc<Made>),
    /// Everything of a type that a test made.
    Every(Rc<Ty>),
}

/// Values in order.
#[derive(Debug)]
pub struct List {
    items: Box<[Located]>,
    weight: OnceCell<Weight>,
    /// With which options it can be had, where it is a capability.
    pub(super) offer: Option<Rc<Offer>>,
}

impl List {
    /// How much it is with all of its elements.
    pub(super) fn weight(&self) -> Weight {
        *self.weight.get_or_init(|| Weight::around(self.items.iter().map(|item| Weight::of(&item.value))))
    }
}

impl Deref for List {
    type Target = [Located];

    fn deref(&self) -> &[Located] {
        &self.items
    }
}

impl FromIterator<Located> for List {
    fn from_iter<I: IntoIterator<Item = Located>>(items: I) -> Self {
        Self { items: items.into_iter().collect(), weight: OnceCell::new(), offer: None }
    }
}

/// Named values in the order they were written; names are unique.
#[derive(Debug, Default)]
pub struct Record {
    /// The values by name.
    pub entries: Vec<(Arc<str>, Located)>,
    weight: OnceCell<Weight>,
    /// With which options it can be had.
    pub(super) offer: Option<Rc<Offer>>,
}

impl Clone for Record {
    /// A copy is made to be changed, so it is weighed anew.
    fn clone(&self) -> Self {
        Self { entries: self.entries.clone(), weight: OnceCell::new(), offer: None }
    }
}

impl From<Vec<(Arc<str>, Located)>> for Record {
    fn from(entries: Vec<(Arc<str>, Located)>) -> Self {
        Self { entries, weight: OnceCell::new(), offer: None }
    }
}

impl Record {
    /// How much it is with all of its values.
    pub(super) fn weight(&self) -> Weight {
        let entries = self.entries.iter();
        *self.weight.get_or_init(|| Weight::around(entries.map(|(_, value)| Weight::of(&value.value))))
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Located> {
        self.entries.iter().find(|(known, _)| &**known == name).map(|(_, value)| value)
    }

    /// Sets a name, in its old place if it has one.
    pub fn set(&mut self, name: Arc<str>, value: Located) {
        match self.entries.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.entries.push((name, value)),
        }
    }
}

/// A resource that exists outside of the program.
#[derive(Clone, Debug)]
pub struct Existing {
    /// Its type.
    pub resource: crate::ty::ResourceType,
    /// What was said of it.
    pub properties: Record,
}

/// A statement of a policy.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What it is called in a policy: after the capability it is of.
    pub sid: Option<Arc<str>>,
    /// Whether it gives or takes.
    pub effect: Effect,
    /// The actions: `s3:GetObject`.
    pub actions: Rc<[Arc<str>]>,
    /// What they may be done to: texts, known or late; none in a trust policy.
    pub resources: Option<Vec<Located>>,
    /// Who may; none in an identity policy.
    pub principals: Vec<Located>,
    /// When: operator, key and values as in IAM.
    pub conditions: Option<Located>,
}

/// Who a statement is about.
#[derive(Clone, Debug)]
pub enum Principal {
    /// Everyone.
    Everyone,
    /// `{"Service": …}`, `{"AWS": …}`, `{"Federated": …}`: the key and the text.
    Kind(&'static str, Located),
}

/// A closure: its parameters and body, and where it was written.
#[derive(Debug)]
pub struct Closure {
    /// The names of its parameters.
    pub parameters: Vec<Arc<str>>,
    /// Its body, in the item of `env`.
    pub body: ExprId,
    /// The names it can see.
    pub env: Env,
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// A list.
    pub fn list(items: impl IntoIterator<Item = Located>) -> Self {
        Self::List(Rc::new(items.into_iter().collect()))
    }

    /// A late value.
    pub fn late(late: Late) -> Self {
        Self::Late(Rc::new(late))
    }

    /// A record.
    pub fn record(entries: Vec<(Arc<str>, Located)>) -> Self {
        Self::Record(Rc::new(entries.into()))
    }

    /// In words, for messages: "a list".
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Unknown => "an unknown value",
            Self::None => "`none`",
            Self::Bool(_) => "a truth value",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::Duration(_) => "a duration",
            Self::Size(_) => "a size",
            Self::List(_) => "a list",
            Self::Record(_) => "a record",
            Self::Variant(..) => "an enum variant",
            Self::Late(_) => "a value that is only known at deployment",
            Self::Conditional(..) => "a value that exists only under a condition",
            Self::Resource(_) | Self::Existing(_) => "a resource",
            Self::Instance(_) => "an instance",
            Self::Provided(_) => "what another service provides",
            Self::Service(_) => "a service",
            Self::Statement(_) => "a policy statement",
            Self::Actions(_) => "actions",
            Self::Principal(_) => "a principal",
            Self::Range(..) => "a range",
            Self::Closure(_) => "a closure",
            Self::Made(_) => "something that the test made",
            Self::Every(_) => "everything of a type",
        }
    }
}

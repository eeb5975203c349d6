//! The types of the language, and which values fit where.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use ci_catalog::{Additional, Kinds, Node, NodeId, RefTarget, ResourceSchema};

use crate::ItemId;

mod fit;
pub use fit::{Misfit, fits, join};

/// A type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ty {
    /// Of an expression that has been reported; fits everywhere.
    Error,
    /// Any JSON value.
    Json,
    /// Of `none`.
    None,
    /// `true` or `false`.
    Bool,
    /// Whole numbers.
    Int,
    /// Numbers.
    Float,
    /// Text.
    String,
    /// Texts of a set: a string literal, or `"a" | "b"`. Sorted, without repetition.
    Texts(Arc<[Arc<str>]>),
    /// A type whose values are narrowed.
    Narrowed(Arc<Ty>, Arc<Bounds>),
    /// A list.
    List(Arc<Ty>),
    /// Values by name.
    Map(Arc<Ty>),
    /// A value or `none`.
    Option(Arc<Ty>),
    /// A record as written: names and types in source order.
    Record(Arc<[(Arc<str>, Ty)]>),
    /// A `struct`.
    Struct(ItemId),
    /// An `enum`.
    Enum(ItemId),
    /// What a service provides and another needs.
    Interface(ItemId),
    /// An instance of a component, service or app.
    Unit(ItemId),
    /// A resource.
    Resource(ResourceType),
    /// A value inside a resource.
    Node(NodeType),
    /// What identifies a resource: the value of one of these attributes.
    Id(Arc<[Target]>),
    /// A length of time.
    Duration,
    /// A number of bytes.
    Size,
    /// A range of addresses.
    Cidr,
    /// A port of TCP or UDP.
    Port,
    /// A URL.
    Url,
    /// An ARN of whatever.
    Arn,
    /// A value that must not be seen.
    Secret(Arc<Ty>),
    /// A statement of a policy.
    Statement,
    /// A right: statements that belong together.
    Capability,
    /// A capability or a struct that can be had with other options, which are those of a struct.
    Offer(Arc<Ty>, ItemId),
    /// IAM actions.
    Actions,
    /// Who a statement is about.
    Principal,
    /// A range of integers.
    Range,
    /// Everything of a type that a test made.
    Every(Arc<Ty>),
    /// The stack that a rule looks at.
    Stack,
    /// Whatever has a public address and is not of the program: an end of a path, in tests.
    Internet,
    /// A closure with this many parameters; only ever an argument.
    Closure(usize),
}

/// What narrows a number, a text or a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// The least value, length or number of elements.
    pub min: Option<i64>,
    /// The greatest value, length or number of elements.
    pub max: Option<i64>,
    /// What a text must match.
    pub pattern: Option<Arc<str>>,
}

/// A resource type of the catalog.
#[derive(Clone, Copy)]
pub struct ResourceType(pub &'static ResourceSchema);

impl PartialEq for ResourceType {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for ResourceType {}

impl Hash for ResourceType {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self.0).hash(state);
    }
}

impl fmt::Debug for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

/// A node of a resource type's schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeType {
    /// The resource type.
    pub resource: ResourceType,
    /// Where in its schema.
    pub id: NodeId,
}

impl NodeType {
    /// The facts of the node.
    pub fn node(self) -> &'static Node {
        self.resource.0.node(self.id)
    }

    /// The node of a property; the catalog lists those of alternatives too.
    pub fn property(self, name: &str) -> Option<Self> {
        self.node().property(name).map(|property| Self { id: property.node, ..self })
    }

    /// The node of a name that is not a property: of an open record.
    pub fn additional(self, name: &str) -> Option<Self> {
        let node = self.node();
        let matching = node.pattern_properties.iter();
        let by_pattern =
            matching.filter(|(pattern, _)| ci_catalog::pattern_matches(pattern, name)).map(|(_, id)| *id);
        let any = match node.additional {
            Additional::Of(id) => Some(id),
            Additional::Closed | Additional::Open => None,
        };
        by_pattern.chain(any).next().map(|id| Self { id, ..self })
    }

    /// The nodes one, any or all of which a value must satisfy besides this one.
    pub fn alternatives(self) -> impl Iterator<Item = Self> {
        let node = self.node();
        let ids = node.one_of.iter().chain(node.any_of).chain(node.all_of);
        ids.map(move |id| Self { id: *id, ..self })
    }

    /// The JSON types a value may have, those of the alternatives included; empty when it may be anything.
    pub fn kinds(self) -> Kinds {
        let node = self.node();
        if !node.kinds.is_any() {
            return node.kinds;
        }
        let mut kinds = Kinds::default();
        for alternative in self.alternatives() {
            kinds = kinds.union(alternative.kinds());
        }
        if kinds.is_any() && !node.properties.is_empty() { Kinds::OBJECT } else { kinds }
    }

    /// The node of the elements of a list.
    pub fn items(self) -> Option<Self> {
        let own = self.node().items.map(|id| Self { id, ..self });
        own.or_else(|| self.alternatives().find_map(Self::items))
    }
}

/// An attribute that identifies a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The resource type: `AWS::EC2::Subnet`.
    pub resource_type: &'static str,
    /// The attribute or identifier: `SubnetId`.
    pub attribute: &'static str,
}

impl Target {
    /// Whether what this identifies a resource by is accepted where the other is expected: the same attribute, or
    /// another name of the resource's own identifier. ARNs and other identifiers are never taken for each other.
    pub fn is_accepted_as(self, expected: Self) -> bool {
        RefTarget::from(self).is_accepted_as(&RefTarget::from(expected))
    }

    /// Whether it is an ARN.
    pub fn is_arn(self) -> bool {
        RefTarget::from(self).is_arn()
    }
}

impl From<Target> for RefTarget {
    fn from(target: Target) -> Self {
        Self { resource_type: target.resource_type, attribute: target.attribute }
    }
}

impl From<&RefTarget> for Target {
    fn from(target: &RefTarget) -> Self {
        Self { resource_type: target.resource_type, attribute: target.attribute }
    }
}

impl Ty {
    /// A list of this.
    #[must_use]
    pub fn list(self) -> Self {
        Self::List(Arc::new(self))
    }

    /// This or `none`.
    #[must_use]
    pub fn option(self) -> Self {
        match self {
            Self::Option(_) | Self::Error | Self::Json | Self::None => self,
            other => Self::Option(Arc::new(other)),
        }
    }

    /// Values of this by name.
    #[must_use]
    pub fn map(self) -> Self {
        Self::Map(Arc::new(self))
    }

    /// The type of one text.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Texts(Arc::new([text.into()]))
    }

    /// The type without what narrows it, and without the options that it can be had with.
    pub fn widened(&self) -> &Self {
        match self {
            Self::Narrowed(ty, _) | Self::Offer(ty, _) => ty.widened(),
            ty => ty,
        }
    }

    /// The type without `?`, and whether there was one.
    pub fn unwrapped(&self) -> (&Self, bool) {
        match self {
            Self::Option(ty) => (ty.unwrapped().0, true),
            ty => (ty, false),
        }
    }

    /// Whether a value is text in a template.
    pub fn is_text(&self) -> bool {
        match self.widened() {
            Self::String
            | Self::Texts(_)
            | Self::Id(_)
            | Self::Cidr
            | Self::Url
            | Self::Arn
            | Self::Enum(_) => true,
            Self::Node(node) => node.kinds().contains(Kinds::STRING),
            _ => false,
        }
    }

    /// Whether nothing more can be said about it.
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Error)
    }
}

/// The path by which the language names a resource type: `aws::dynamodb::Table` for `AWS::DynamoDB::Table`.
pub fn resource_path(name: &str) -> String {
    match name.rsplit_once("::") {
        Some((service, own)) => format!("{}::{own}", service.to_ascii_lowercase()),
        None => name.to_owned(),
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.is_arn() { "Arn" } else { "Id" };
        write!(f, "{what}<{}>", resource_path(self.resource_type))
    }
}

struct Separated<'a, T>(&'a [T], &'static str);

impl<T: fmt::Display> fmt::Display for Separated<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, item) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(self.1)?;
            }
            if at == 6 && self.0.len() > 8 {
                return write!(f, "… ({} more)", self.0.len() - at);
            }
            write!(f, "{item}")?;
        }
        Ok(())
    }
}

impl Ty {
    /// The type in the words of the language.
    pub fn display<'a>(&'a self, db: &'a dyn crate::Db) -> impl fmt::Display + 'a {
        Shown { ty: self, db }
    }
}

struct Shown<'a> {
    ty: &'a Ty,
    db: &'a dyn crate::Db,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |ty| Shown { ty, db: self.db };
        match self.ty {
            Ty::Error => f.write_str("?"),
            Ty::Json => f.write_str("Json"),
            Ty::None => f.write_str("none"),
            Ty::Bool => f.write_str("Bool"),
            Ty::Int => f.write_str("Int"),
            Ty::Float => f.write_str("Float"),
            Ty::String => f.write_str("String"),
            Ty::Texts(texts) => {
                let quoted: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
                write!(f, "{}", Separated(&quoted, " | "))
            }
            Ty::Narrowed(ty, bounds) => {
                write!(f, "{}<", shown(ty))?;
                if let Some(pattern) = &bounds.pattern {
                    write!(f, "{pattern:?}")?;
                }
                let number = |bound: Option<i64>| bound.map_or(String::new(), |bound| bound.to_string());
                if bounds.min.is_some() || bounds.max.is_some() {
                    write!(f, "{}..={}", number(bounds.min), number(bounds.max))?;
                }
                f.write_str(">")
            }
            Ty::List(ty) => write!(f, "List<{}>", shown(ty)),
            Ty::Map(ty) => write!(f, "Map<{}>", shown(ty)),
            Ty::Option(ty) => write!(f, "{}?", shown(ty)),
            Ty::Record(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, ty)| format!("{name}: {}", shown(ty))).collect();
                write!(f, "{{ {} }}", Separated(&fields, ", "))
            }
            Ty::Struct(item) | Ty::Enum(item) | Ty::Interface(item) | Ty::Unit(item) => {
                f.write_str(item.name(self.db))
            }
            Ty::Resource(resource) => f.write_str(&resource_path(resource.0.name())),
            Ty::Node(node) => show_node(*node, f),
            Ty::Id(targets) => write!(f, "{}", Separated(targets, " | ")),
            Ty::Duration => f.write_str("Duration"),
            Ty::Size => f.write_str("Size"),
            Ty::Cidr => f.write_str("Cidr"),
            Ty::Port => f.write_str("Port"),
            Ty::Url => f.write_str("Url"),
            Ty::Arn => f.write_str("Arn"),
            Ty::Secret(ty) => write!(f, "Secret<{}>", shown(ty)),
            Ty::Statement => f.write_str("Statement"),
            Ty::Capability => f.write_str("Capability"),
            Ty::Offer(ty, options) => write!(f, "{}<{}>", shown(ty), options.name(self.db)),
            Ty::Actions => f.write_str("Actions"),
            Ty::Principal => f.write_str("Principal"),
            Ty::Range => f.write_str("Range"),
            Ty::Stack => f.write_str("the stack"),
            Ty::Internet => f.write_str("the internet"),
            Ty::Every(ty) => write!(f, "any({})", shown(ty)),
            Ty::Closure(_) => f.write_str("a closure"),
        }
    }
}

fn show_node(node: NodeType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let facts = node.node();
    let kinds = node.kinds();
    let scalar_and_more = kinds.contains(Kinds::STRING) && kinds.contains(Kinds::OBJECT);
    if kinds.is_any() || scalar_and_more {
        return f.write_str("Json");
    }
    if !facts.references.is_empty() {
        let targets: Vec<Target> = facts.references.iter().map(Target::from).collect();
        return write!(f, "{}", Separated(&targets, " | "));
    }
    if kinds.contains(Kinds::ARRAY)
        && let Some(items) = node.items()
    {
        f.write_str("List<")?;
        show_node(items, f)?;
        return f.write_str(">");
    }
    if !facts.enum_values.is_empty() && kinds.contains(Kinds::STRING) {
        let quoted: Vec<String> = facts.enum_values.iter().map(|text| format!("{text:?}")).collect();
        return write!(f, "{}", Separated(&quoted, " | "));
    }
    let words = [
        (Kinds::OBJECT, facts.name.unwrap_or("record")),
        (Kinds::ARRAY, "List"),
        (Kinds::STRING, "String"),
        (Kinds::INTEGER, "Int"),
        (Kinds::NUMBER, "Float"),
        (Kinds::BOOLEAN, "Bool"),
    ];
    let names: Vec<&str> =
        words.iter().filter(|(kind, _)| kinds.contains(*kind)).map(|(_, name)| *name).collect();
    write!(f, "{}", Separated(&names, " | "))
}

//! The shape of a value: one [`Node`] per schema position of a resource type.
//!
//! A node is plain data. It says what CloudFormation accepts, in the words of the resource schema, and knows nothing
//! about the language, about templates, or about where the facts came from.

use std::fmt;

/// A position in the schema of one resource type. Meaningful only together with the
/// [`ResourceSchema`](crate::ResourceSchema) it came from; equal ids of one schema are the same node.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The JSON kinds a value may have. The empty set means `anything`.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Default)]
pub struct Kinds(pub(crate) u8);

impl Kinds {
    /// No restriction.
    pub const ANY: Self = Self(0);
    /// A JSON string.
    pub const STRING: Self = Self(1);
    /// A JSON number without a fraction.
    pub const INTEGER: Self = Self(2);
    /// Any JSON number.
    pub const NUMBER: Self = Self(4);
    /// `true` or `false`.
    pub const BOOLEAN: Self = Self(8);
    /// A JSON array.
    pub const ARRAY: Self = Self(16);
    /// A JSON object.
    pub const OBJECT: Self = Self(32);
    /// JSON `null`.
    pub const NULL: Self = Self(64);

    const NAMES: [(Self, &'static str); 7] = [
        (Self::STRING, "string"),
        (Self::INTEGER, "integer"),
        (Self::NUMBER, "number"),
        (Self::BOOLEAN, "boolean"),
        (Self::ARRAY, "array"),
        (Self::OBJECT, "object"),
        (Self::NULL, "null"),
    ];

    /// The kind with this JSON-schema name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True if every kind of `other` is named here. The empty set names nothing: see [`Kinds::allows`].
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// True if a value of this kind is accepted: it is named, or nothing is named. An integer is also a number.
    pub const fn allows(self, kind: Self) -> bool {
        self.0 == 0 || self.contains(kind) || (kind.0 == Self::INTEGER.0 && self.contains(Self::NUMBER))
    }

    /// True if no kind is named, so that anything goes.
    pub const fn is_any(self) -> bool {
        self.0 == 0
    }

    /// True for `object` and `string` and nothing else: how schemas write "a JSON document", given either way.
    pub const fn is_json_document(self) -> bool {
        self.0 == Self::STRING.union(Self::OBJECT).0
    }

    /// The JSON-schema names of the kinds, in a fixed order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(kind, _)| self.contains(*kind)).map(|(_, name)| name)
    }
}

impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_any() {
            f.write_str("any")
        } else {
            f.write_str(&self.names().collect::<Vec<_>>().join("|"))
        }
    }
}

/// A property of an object.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Property {
    /// The name as CloudFormation writes it.
    pub name: &'static str,
    /// What its value looks like.
    pub node: NodeId,
    /// True if it must be given whatever the other properties are.
    pub required: bool,
}

/// What an object may hold besides its named properties.
#[derive(Copy, Clone, PartialEq, Debug, Default)]
pub enum Additional {
    /// Nothing.
    Closed,
    /// Anything.
    #[default]
    Open,
    /// Properties of any name with values of this shape.
    Of(NodeId),
}

/// A single JSON value.
#[derive(Copy, Clone, PartialEq, Debug)]
pub enum Scalar {
    /// A string.
    Str(&'static str),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
}

/// What a string identifies: a property or attribute of a resource type.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RefTarget {
    /// The type of the resource, `AWS::EC2::SecurityGroup`.
    pub resource_type: &'static str,
    /// The property or attribute whose value this is, `GroupId`.
    pub attribute: &'static str,
}

/// Identifiers that are ARNs although neither their name nor a pattern says so: of a type without an attribute that is
/// called its ARN, what properties that are called ARNs take. A test derives them from the catalog.
pub(crate) const UNNAMED_ARNS: &[(&str, &str)] = &[("AWS::SecretsManager::Secret", "Id")];

/// Whether a name says that its value is an ARN.
pub(crate) fn is_called_arn(name: &str) -> bool {
    name.ends_with("Arn") || name.ends_with("ARN")
}

/// Whether a pattern lets nothing pass but ARNs: it starts with `arn`, and has no alternative to that.
fn takes_only_arns(pattern: &str) -> bool {
    let mut depth = 0_i32;
    let mut alternatives = pattern.chars().filter(|character| {
        depth += i32::from(matches!(character, '(' | '[')) - i32::from(matches!(character, ')' | ']'));
        *character == '|' && depth == 0
    });
    pattern.trim_start_matches('^').starts_with("arn:") && alternatives.next().is_none()
}

impl RefTarget {
    /// Whether its value is an ARN: by its name, by its pattern, or by what takes it.
    pub fn is_arn(&self) -> bool {
        let pattern = || {
            let schema = crate::resource_type(self.resource_type)?;
            let root = schema.node(schema.root());
            let attribute = schema.attribute(self.attribute).map(|attribute| attribute.node);
            let node = attribute.or_else(|| Some(root.property(self.attribute)?.node))?;
            schema.node(node).pattern
        };
        is_called_arn(self.attribute)
            || UNNAMED_ARNS.contains(&(self.resource_type, self.attribute))
            || pattern().is_some_and(takes_only_arns)
    }

    /// Whether a value of this attribute can stand where `expected` is expected: it is the same attribute, or both
    /// are identifiers of the same type under two names, as `Id` and `GroupId` of a security group are. An ARN is
    /// never taken for another identifier, nor the other way round.
    pub fn is_accepted_as(&self, expected: &Self) -> bool {
        if self == expected {
            return true;
        }
        if self.resource_type != expected.resource_type || self.is_arn() || expected.is_arn() {
            return false;
        }
        let Some(schema) = crate::resource_type(self.resource_type) else { return false };
        let own = self.resource_type.rsplit("::").next().unwrap_or_default();
        let names = |attribute: &str| {
            schema.ref_parts().contains(&attribute)
                || schema.primary_identifier().contains(&attribute)
                // `GroupId` of a `SecurityGroup`, `VpcId` of a `VPC`; not the `VpcId` of an `Instance`.
                || attribute.strip_suffix("Id").is_some_and(|stem| !stem.is_empty() && own.ends_with(stem))
        };
        names(self.attribute) && (names(expected.attribute) || schema.attribute(expected.attribute).is_none())
    }
}

/// Which sort of policy document a property holds.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum PolicyKind {
    /// Attached to a principal: statements have no `Principal`.
    Identity,
    /// Attached to a resource: statements name a `Principal`.
    Resource,
    /// A resource policy of a container registry or the like, where statements have no `Resource`.
    ResourceWithoutResource,
    /// Says who may assume a role.
    Trust,
    /// A list of ARNs of managed policies.
    ManagedArns,
}

/// `if`, `then` and `else` of a schema: a value that conforms to `condition` must also conform to `then`, any other to
/// `otherwise`.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Conditional {
    /// The test.
    pub condition: NodeId,
    /// What holds if the value conforms to `condition`.
    pub then: Option<NodeId>,
    /// What holds if it does not.
    pub otherwise: Option<NodeId>,
}

/// For one property, the names it brings along or shuts out.
pub type Dependency = (&'static str, &'static [&'static str]);

/// What CloudFormation accepts in one place. Every field is a condition of its own and all of them hold together; a field
/// at its default says nothing. Conditions on objects, arrays, strings and numbers concern only values of that kind.
#[derive(Clone, PartialEq, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one field per keyword of a schema")]
pub struct Node {
    /// The definition this comes from (`LifecycleConfiguration`), for messages.
    pub name: Option<&'static str>,
    /// The JSON kinds allowed.
    pub kinds: Kinds,
    /// Nothing is accepted at all: the schema `false`.
    pub never: bool,

    /// Named properties, sorted by name. A property that exists only in some alternative is here too, as optional.
    pub properties: &'static [Property],
    /// What other properties there may be.
    pub additional: Additional,
    /// Shapes of properties whose names match a pattern.
    pub pattern_properties: &'static [(&'static str, NodeId)],
    /// What every property name must look like.
    pub property_names: Option<NodeId>,
    /// Names that must be there. Also set in alternatives that have no properties of their own.
    pub required: &'static [&'static str],
    /// Groups of names of which exactly one must be there.
    pub required_xor: &'static [&'static [&'static str]],
    /// Groups of names of which at least one must be there.
    pub required_or: &'static [&'static [&'static str]],
    /// Names that must be there if the first is.
    pub dependent_required: &'static [Dependency],
    /// Names that must not be there if the first is.
    pub dependent_excluded: &'static [Dependency],
    /// Fewest properties.
    pub min_properties: Option<u64>,
    /// Most properties.
    pub max_properties: Option<u64>,

    /// The shape of the items of an array.
    pub items: Option<NodeId>,
    /// The shapes of the first items of an array, in order.
    pub prefix_items: &'static [NodeId],
    /// At least one item must look like this.
    pub contains: Option<NodeId>,
    /// Fewest items.
    pub min_items: Option<u64>,
    /// Most items.
    pub max_items: Option<u64>,
    /// No two items are equal.
    pub unique_items: bool,
    /// Items are objects that differ in these properties.
    pub unique_keys: &'static [&'static str],
    /// The order of the items matters to AWS.
    pub ordered: bool,

    /// The strings allowed, in the order of the schema.
    pub enum_values: &'static [&'static str],
    /// The other scalars allowed. A value conforms if it is in either list; both empty means no enumeration.
    pub enum_scalars: &'static [Scalar],
    /// `enum_values` are compared without regard to case.
    pub enum_case_insensitive: bool,
    /// The one value allowed.
    pub const_value: Option<Scalar>,
    /// A value CloudFormation assumes when none is given, where the schema says so.
    pub default: Option<Scalar>,

    /// What a string must match: see [`pattern_matches`](crate::pattern_matches).
    pub pattern: Option<&'static str>,
    /// The schema's name for what the string holds (`date-time`, `AWS::EC2::Subnet.Id`).
    pub format: Option<&'static str>,
    /// Fewest characters.
    pub min_length: Option<u64>,
    /// Most characters.
    pub max_length: Option<u64>,
    /// What this string identifies; several if any of them will do. Empty means not known, or anything at all. A string
    /// that is not the identifier of a resource (a literal, an ARN built from parts) is fine in any case.
    pub references: &'static [RefTarget],
    /// The sort of policy document this is.
    pub policy: Option<PolicyKind>,

    /// Least number allowed.
    pub minimum: Option<f64>,
    /// Greatest number allowed.
    pub maximum: Option<f64>,
    /// Numbers must be greater than this.
    pub exclusive_minimum: Option<f64>,
    /// Numbers must be less than this.
    pub exclusive_maximum: Option<f64>,
    /// Numbers must be a multiple of this.
    pub multiple_of: Option<f64>,

    /// At least one must hold.
    pub any_of: &'static [NodeId],
    /// Exactly one must hold.
    pub one_of: &'static [NodeId],
    /// Every one must hold.
    pub all_of: &'static [NodeId],
    /// Must not hold.
    pub not: Option<NodeId>,
    /// A condition on the value itself.
    pub if_then_else: Option<Conditional>,
}

impl Node {
    /// The property of this name. Most names differ in their first bytes, which are compared as one number.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        let wanted = prefix(name);
        let order = |known: &Property| prefix(known.name).cmp(&wanted).then_with(|| known.name.cmp(name));
        self.properties.binary_search_by(order).ok().map(|at| &self.properties[at])
    }

    /// True if the value is an enumeration of strings, numbers or both.
    pub fn has_enum(&self) -> bool {
        !self.enum_values.is_empty() || !self.enum_scalars.is_empty()
    }

    /// True if `text` is one of the strings allowed, or the node allows any.
    pub fn enum_allows(&self, text: &str) -> bool {
        !self.has_enum()
            || self.enum_values.iter().any(|known| {
                *known == text || (self.enum_case_insensitive && known.eq_ignore_ascii_case(text))
            })
    }

    /// True for a JSON document: an object of any shape that may also be given as text.
    pub fn is_json_document(&self) -> bool {
        self.kinds.is_json_document() && self.properties.is_empty()
    }
}

/// The first bytes of a name; shorter names are filled up with zeros, which sort first as their ends do.
fn prefix(name: &str) -> u64 {
    match name.as_bytes().first_chunk::<8>() {
        Some(first) => u64::from_be_bytes(*first),
        None => {
            name.bytes().chain(std::iter::repeat(0)).take(8).fold(0, |bits, byte| bits << 8 | u64::from(byte))
        }
    }
}

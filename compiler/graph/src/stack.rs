//! A stack: what one service instance becomes.

use std::sync::Arc;

use ci_catalog::ResourceSchema;

use crate::{Condition, Entry, Located, Origin, Strength, Value};

/// A resource by its position in [`Stack::resources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceId(pub u32);

/// A parameter by its position in [`Stack::parameters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParameterId(pub u32);

/// A resource among several stacks: those of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The position of its stack.
    pub stack: usize,
    /// The resource in it.
    pub resource: ResourceId,
}

/// What one service instance becomes: a CloudFormation stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    /// Its name: letters, digits and hyphens.
    pub name: Arc<str>,
    /// The documentation of the service; becomes the description.
    pub description: Option<Arc<str>>,
    /// Where the service is declared.
    pub origin: Origin,
    /// The region it is deployed to, where the environment says so.
    pub region: Option<Arc<str>>,
    /// In the order of the source.
    pub resources: Vec<Resource>,
    /// In the order of the source.
    pub parameters: Vec<Parameter>,
    /// In the order of the source.
    pub outputs: Vec<Output>,
    /// What must be uploaded before the stack is deployed; sorted by key, without repetition.
    pub assets: Vec<Asset>,
    /// The stacks whose outputs are read here; sorted, without repetition.
    pub providers: Vec<Arc<str>>,
    /// The capabilities of other services that are used here, in the order they were asked for, without repetition.
    pub uses: Vec<Use>,
}

/// A capability of another service that a stack uses: a declared edge from the one to the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// The stack that provides it.
    pub provider: Arc<str>,
    /// What it is called there: `ShippingSend`.
    pub name: Arc<str>,
    /// Where it is asked for.
    pub origin: Origin,
    /// What it allows.
    pub rights: Vec<Right>,
}

/// Actions on resources.
#[derive(Clone, Debug, PartialEq)]
pub struct Right {
    /// The actions by their full names.
    pub actions: Vec<Arc<str>>,
    /// The resources as a policy names them: texts, outputs of the provider, and both in one.
    pub resources: Vec<Located>,
}

/// A directory that is packed into an archive and uploaded under a key made from its content.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asset {
    /// The object key: `<sha-256 of the archive>.zip`.
    pub key: Arc<str>,
    /// The directory, relative to the project.
    pub directory: Arc<str>,
}

/// A resource.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its name in the template: letters and digits.
    pub logical_id: Arc<str>,
    /// The names that lead to it in the source, joined by dots: `orders.table`.
    pub path: Arc<str>,
    /// Its type.
    pub schema: &'static ResourceSchema,
    /// In the order they were written.
    pub properties: Vec<Entry>,
    /// Where it was written.
    pub origin: Origin,
    /// It exists only when this holds.
    pub condition: Option<Arc<Condition>>,
    /// Resources that must exist first although nothing of them is read.
    pub depends_on: Vec<ResourceId>,
    /// What becomes of it when it leaves the stack or the stack is deleted.
    pub deletion_policy: Option<DeletionPolicy>,
    /// What becomes of the old one when it is replaced.
    pub update_replace_policy: Option<DeletionPolicy>,
    /// How CloudFormation waits for it.
    pub creation_policy: Option<Value>,
    /// How CloudFormation updates it.
    pub update_policy: Option<Value>,
    /// What the template says about it.
    pub metadata: Option<Value>,
}

impl PartialEq for Resource {
    fn eq(&self, other: &Self) -> bool {
        // Schemas are loaded once per process, so one address is one type.
        std::ptr::eq(self.schema, other.schema)
            && self.logical_id == other.logical_id
            && self.path == other.path
            && self.origin == other.origin
            && self.properties == other.properties
            && self.condition == other.condition
            && self.depends_on == other.depends_on
            && self.deletion_policy == other.deletion_policy
            && self.update_replace_policy == other.update_replace_policy
            && self.creation_policy == other.creation_policy
            && self.update_policy == other.update_policy
            && self.metadata == other.metadata
    }
}

impl Resource {
    /// A resource with properties and nothing else said of it.
    pub const fn new(
        logical_id: Arc<str>,
        path: Arc<str>,
        schema: &'static ResourceSchema,
        properties: Vec<Entry>,
        origin: Origin,
    ) -> Self {
        Self {
            logical_id,
            path,
            schema,
            properties,
            origin,
            condition: None,
            depends_on: Vec::new(),
            deletion_policy: None,
            update_replace_policy: None,
            creation_policy: None,
            update_policy: None,
            metadata: None,
        }
    }

    /// The value written for a top-level property.
    pub fn property(&self, name: &str) -> Option<&Located> {
        self.properties.iter().find(|entry| &*entry.name == name).map(|entry| &entry.value)
    }
}

/// What becomes of a resource that CloudFormation removes from a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are CloudFormation's own")]
pub enum DeletionPolicy {
    Delete,
    Retain,
    RetainExceptOnCreate,
    Snapshot,
}

impl DeletionPolicy {
    /// The name CloudFormation gives it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Retain => "Retain",
            Self::RetainExceptOnCreate => "RetainExceptOnCreate",
            Self::Snapshot => "Snapshot",
        }
    }
}

/// A value that is given when the stack is deployed.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name in the template: letters and digits.
    pub name: Arc<str>,
    /// CloudFormation's name of its type: `String`, `Number`, `List<AWS::EC2::Subnet::Id>`.
    pub parameter_type: Arc<str>,
    /// Its value where none is given.
    pub default: Option<Located>,
    /// What it is for.
    pub description: Option<Arc<str>>,
    /// Whether CloudFormation hides its value.
    pub no_echo: bool,
    /// What values it accepts.
    pub constraints: ParameterConstraints,
    /// Where it was written.
    pub origin: Origin,
}

/// What values a parameter accepts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParameterConstraints {
    /// One of these; none means any.
    pub allowed_values: Vec<Value>,
    /// Matching this pattern as a whole.
    pub allowed_pattern: Option<Arc<str>>,
    /// At least this many characters.
    pub min_length: Option<i64>,
    /// At most this many characters.
    pub max_length: Option<i64>,
    /// At least this number.
    pub min_value: Option<i64>,
    /// At most this number.
    pub max_value: Option<i64>,
}

/// A value of the stack that others may read.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its name in the template: letters and digits.
    pub name: Arc<str>,
    /// Its value.
    pub value: Located,
    /// What it is.
    pub description: Option<Arc<str>>,
    /// It exists only when this holds.
    pub condition: Option<Arc<Condition>>,
    /// Whether other services read it, and how firmly that ties them; `None` for a plain output.
    pub provided: Option<Strength>,
}

impl Stack {
    /// A stack with nothing in it.
    pub const fn new(name: Arc<str>, origin: Origin) -> Self {
        Self {
            name,
            description: None,
            origin,
            region: None,
            resources: Vec::new(),
            parameters: Vec::new(),
            outputs: Vec::new(),
            assets: Vec::new(),
            providers: Vec::new(),
            uses: Vec::new(),
        }
    }

    /// The resource with this id.
    pub fn resource(&self, id: ResourceId) -> &Resource {
        &self.resources[id.0 as usize]
    }

    /// The parameter with this id.
    pub fn parameter(&self, id: ParameterId) -> &Parameter {
        &self.parameters[id.0 as usize]
    }

    /// Every resource with its id.
    pub fn resource_ids(&self) -> impl Iterator<Item = (ResourceId, &Resource)> {
        self.resources.iter().enumerate().map(|(at, resource)| (ResourceId(at as u32), resource))
    }

    /// The name under which a strong output is exported.
    pub fn export_name(stack: &str, output: &str) -> String {
        format!("{stack}:{output}")
    }
}

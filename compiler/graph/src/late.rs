//! Values that are known only when a stack is deployed, as CloudFormation can compute them.

use std::sync::Arc;

use crate::{Located, ParameterId, ResourceId, Value};

/// What CloudFormation computes at deployment.
#[derive(Clone, Debug, PartialEq)]
pub enum Late {
    /// What `Ref` returns of a resource.
    Identifier(ResourceId),
    /// What `Fn::GetAtt` returns: the resource and the attribute's dotted name.
    Attribute(ResourceId, Arc<str>),
    /// The value of a parameter.
    Parameter(ParameterId),
    /// A pseudo parameter.
    Pseudo(Pseudo),
    /// Known and late texts one after the other; at least one part is late, no two known parts are neighbours.
    Concat(Vec<Value>),
    /// The texts of a list, joined.
    Join {
        /// Between the texts.
        separator: Arc<str>,
        /// A list, or something late that is one.
        list: Value,
    },
    /// A text, split into a list.
    Split {
        /// Where it is split.
        separator: Arc<str>,
        /// The text.
        text: Value,
    },
    /// An element of a list.
    Select {
        /// Its position, from zero.
        index: u32,
        /// A list, or something late that is one.
        list: Value,
    },
    /// The zones of a region.
    AvailabilityZones {
        /// The region; the stack's own when `None`.
        region: Option<Arc<str>>,
    },
    /// Equal parts of an address range.
    Cidr {
        /// The range that is divided.
        block: Value,
        /// How many parts.
        count: i64,
        /// How many bits of each address a part leaves to its hosts.
        host_bits: i64,
    },
    /// Text as base64.
    Base64(Value),
    /// One of two values.
    If {
        /// Decides.
        condition: Arc<Condition>,
        /// When it holds.
        then: Located,
        /// When it does not.
        otherwise: Located,
    },
    /// The value of a condition as `true` or `false`.
    Truth(Arc<Condition>),
    /// An output of another stack of the same app.
    StackOutput {
        /// The other stack's name.
        stack: Arc<str>,
        /// The output's name there.
        output: Arc<str>,
        /// How firmly the stacks are tied.
        strength: Strength,
    },
    /// A secret or parameter that CloudFormation looks up.
    Dynamic(DynamicReference),
}

impl Late {
    /// The values it is computed from; not the branches of an [`Late::If`], which have places of their own, and not
    /// the parts of conditions.
    pub fn operands(&self) -> &[Value] {
        match self {
            Self::Concat(parts) => parts,
            Self::Join { list: value, .. }
            | Self::Split { text: value, .. }
            | Self::Select { list: value, .. }
            | Self::Cidr { block: value, .. }
            | Self::Base64(value)
            | Self::Dynamic(
                DynamicReference::Ssm { name: value, .. }
                | DynamicReference::SsmSecure { name: value, .. }
                | DynamicReference::SecretsManager { secret: value, .. },
            ) => std::slice::from_ref(value),
            Self::Identifier(_)
            | Self::Attribute(..)
            | Self::Parameter(_)
            | Self::Pseudo(_)
            | Self::AvailabilityZones { .. }
            | Self::If { .. }
            | Self::Truth(_)
            | Self::StackOutput { .. } => &[],
        }
    }

    /// The same, to be changed in place.
    pub fn operands_mut(&mut self) -> &mut [Value] {
        match self {
            Self::Concat(parts) => parts,
            Self::Join { list: value, .. }
            | Self::Split { text: value, .. }
            | Self::Select { list: value, .. }
            | Self::Cidr { block: value, .. }
            | Self::Base64(value)
            | Self::Dynamic(
                DynamicReference::Ssm { name: value, .. }
                | DynamicReference::SsmSecure { name: value, .. }
                | DynamicReference::SecretsManager { secret: value, .. },
            ) => std::slice::from_mut(value),
            Self::Identifier(_)
            | Self::Attribute(..)
            | Self::Parameter(_)
            | Self::Pseudo(_)
            | Self::AvailabilityZones { .. }
            | Self::If { .. }
            | Self::Truth(_)
            | Self::StackOutput { .. } => &mut [],
        }
    }
}

/// How firmly a value ties its reader to the stack that provides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Strength {
    /// `Fn::GetStackOutput`: the provider may change or go; the reader finds out at its next deployment.
    Weak,
    /// An export: CloudFormation refuses to change or remove it while it is read.
    Strong,
}

/// A dynamic reference, `{{resolve:…}}`.
#[derive(Clone, Debug, PartialEq)]
pub enum DynamicReference {
    /// A parameter of SSM, as text.
    Ssm {
        /// Its name.
        name: Value,
        /// Its version; the newest when `None`.
        version: Option<i64>,
    },
    /// A secure parameter of SSM.
    SsmSecure {
        /// Its name.
        name: Value,
        /// Its version; the newest when `None`.
        version: Option<i64>,
    },
    /// A secret of Secrets Manager.
    SecretsManager {
        /// Its name or ARN.
        secret: Value,
        /// The key in its JSON; the whole secret when `None`.
        key: Option<Arc<str>>,
    },
}

/// What CloudFormation itself knows about a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are CloudFormation's own")]
pub enum Pseudo {
    AccountId,
    Partition,
    Region,
    StackId,
    StackName,
    UrlSuffix,
}

impl Pseudo {
    /// The name CloudFormation gives it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccountId => "AWS::AccountId",
            Self::Partition => "AWS::Partition",
            Self::Region => "AWS::Region",
            Self::StackId => "AWS::StackId",
            Self::StackName => "AWS::StackName",
            Self::UrlSuffix => "AWS::URLSuffix",
        }
    }
}

/// A truth that is only known at deployment. Its parts are parameters, pseudo parameters and known values: a
/// condition of CloudFormation cannot read a resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Both are the same text.
    Equals(Value, Value),
    /// All hold; two to ten.
    All(Vec<Arc<Condition>>),
    /// At least one holds; two to ten.
    Any(Vec<Arc<Condition>>),
    /// It does not hold.
    Not(Arc<Condition>),
}

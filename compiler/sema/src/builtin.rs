//! The functions, types and methods of the language: their names and types. Their values are in `eval::builtin`.

mod method;

pub use method::{Argument, Method, MethodType, Parameter, methods};

use crate::ty::Ty;

/// A type of the language, before its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the language")]
pub enum BuiltinType {
    Bool,
    Int,
    Float,
    String,
    List,
    Map,
    Json,
    Duration,
    Size,
    Cidr,
    Port,
    Url,
    Arn,
    Id,
    Secret,
    Statement,
    Capability,
    Actions,
    Principal,
}

impl BuiltinType {
    /// Every type of the language.
    pub const ALL: &[Self] = &[
        Self::Bool,
        Self::Int,
        Self::Float,
        Self::String,
        Self::List,
        Self::Map,
        Self::Json,
        Self::Duration,
        Self::Size,
        Self::Cidr,
        Self::Port,
        Self::Url,
        Self::Arn,
        Self::Id,
        Self::Secret,
        Self::Statement,
        Self::Capability,
        Self::Actions,
        Self::Principal,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "Bool",
            Self::Int => "Int",
            Self::Float => "Float",
            Self::String => "String",
            Self::List => "List",
            Self::Map => "Map",
            Self::Json => "Json",
            Self::Duration => "Duration",
            Self::Size => "Size",
            Self::Cidr => "Cidr",
            Self::Port => "Port",
            Self::Url => "Url",
            Self::Arn => "Arn",
            Self::Id => "Id",
            Self::Secret => "Secret",
            Self::Statement => "Statement",
            Self::Capability => "Capability",
            Self::Actions => "Actions",
            Self::Principal => "Principal",
        }
    }

    /// The type of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|ty| ty.name() == name)
    }

    /// The type, where it takes no arguments.
    pub fn plain(self) -> Option<Ty> {
        Some(match self {
            Self::Bool => Ty::Bool,
            Self::Int => Ty::Int,
            Self::Float => Ty::Float,
            Self::String => Ty::String,
            Self::Json => Ty::Json,
            Self::Duration => Ty::Duration,
            Self::Size => Ty::Size,
            Self::Cidr => Ty::Cidr,
            Self::Port => Ty::Port,
            Self::Url => Ty::Url,
            Self::Arn => Ty::Arn,
            Self::Statement => Ty::Statement,
            Self::Capability => Ty::Capability,
            Self::Actions => Ty::Actions,
            Self::Principal => Ty::Principal,
            Self::List | Self::Map | Self::Id | Self::Secret => return None,
        })
    }
}

/// A function of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Builtin {
    /// The text of a file of the package.
    Text,
    /// A JSON file of the package.
    Json,
    /// A YAML file of the package.
    Yaml,
    /// A directory of the project, packed: where its archive will lie.
    Archive,
    /// A policy document of statements.
    Policy,
    /// A service of AWS as a principal.
    AwsService,
    /// An account of AWS as a principal.
    AwsAccount,
    /// A role, user or other ARN as a principal.
    AwsPrincipal,
    /// An identity provider as a principal.
    Federated,
    /// Everyone as a principal.
    Everyone,
    /// A parameter of SSM, looked up at deployment.
    Ssm,
    /// A secure parameter of SSM, looked up at deployment.
    SsmSecure,
    /// A secret of Secrets Manager, looked up at deployment.
    Secret,
    /// The zones of the region the stack is deployed to.
    AvailabilityZones,
}

impl Builtin {
    /// Every function of the language that is known by its bare name.
    pub const ALL: &[Self] = &[
        Self::Text,
        Self::Json,
        Self::Yaml,
        Self::Archive,
        Self::Policy,
        Self::AwsService,
        Self::AwsAccount,
        Self::AwsPrincipal,
        Self::Federated,
        Self::Everyone,
        Self::Ssm,
        Self::SsmSecure,
        Self::Secret,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Archive => "archive",
            Self::Policy => "policy",
            Self::AwsService => "aws_service",
            Self::AwsAccount => "aws_account",
            Self::AwsPrincipal => "aws_principal",
            Self::Federated => "federated",
            Self::Everyone => "everyone",
            Self::Ssm => "ssm",
            Self::SsmSecure => "ssm_secure",
            Self::Secret => "secret",
            Self::AvailabilityZones => "aws::availability_zones",
        }
    }

    /// The function of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|function| function.name() == name)
    }

    /// What it takes, the number of those that must be given, and what it returns.
    pub fn signature(self) -> (Vec<(&'static str, Ty)>, usize, Ty) {
        let text = |name| vec![(name, Ty::String)];
        let secret = || Ty::Secret(std::sync::Arc::new(Ty::String));
        match self {
            Self::Text => (text("path"), 1, Ty::String),
            Self::Json | Self::Yaml => (text("path"), 1, Ty::Json),
            Self::Archive => {
                let location = [("S3Bucket".into(), Ty::String), ("S3Key".into(), Ty::String)];
                (text("directory"), 1, Ty::Record(std::sync::Arc::new(location)))
            }
            Self::Policy => (vec![("statements", Ty::Capability.list())], 1, Ty::Json),
            Self::AwsService => (text("name"), 1, Ty::Principal),
            Self::AwsAccount => (text("id"), 1, Ty::Principal),
            Self::AwsPrincipal | Self::Federated => (text("arn"), 1, Ty::Principal),
            Self::Everyone => (Vec::new(), 0, Ty::Principal),
            Self::Ssm => (text("name"), 1, Ty::String),
            Self::SsmSecure => (text("name"), 1, secret()),
            Self::Secret => (vec![("secret", Ty::String), ("key", Ty::String)], 1, secret()),
            Self::AvailabilityZones => (Vec::new(), 0, Ty::String.list()),
        }
    }
}

//! Late values: their text is not known, their kind is, and often what they identify.

use ci_base::{Code, Diagnostic};
use ci_catalog::{Kinds, Node, RefTarget, ResourceSchema, pattern_matches};
use ci_graph::{Late, Origin, Parameter, ResourceId, Stack};

use super::Walk;
use crate::place::Place;
use crate::sink::Sink;
use crate::verdict::Verdict;
use crate::words;

/// Kinds of which a late text may be one: CloudFormation reads numbers and truths from text.
const SCALARS: Kinds = Kinds::STRING.union(Kinds::INTEGER).union(Kinds::NUMBER).union(Kinds::BOOLEAN);

/// Resource types whose identifiers AWS accepts in each other's place.
const FAMILIES: [&[&str]; 7] = [
    &["AWS::KMS::Key", "AWS::KMS::Alias", "AWS::KMS::ReplicaKey"],
    &["AWS::Lambda::Function", "AWS::Lambda::Version", "AWS::Lambda::Alias"],
    &[
        "AWS::S3::Bucket",
        "AWS::S3::AccessPoint",
        "AWS::S3Express::DirectoryBucket",
        "AWS::S3Outposts::Bucket",
    ],
    &[
        "AWS::EC2::TransitGatewayAttachment",
        "AWS::EC2::TransitGatewayVpcAttachment",
        "AWS::EC2::TransitGatewayPeeringAttachment",
        "AWS::EC2::TransitGatewayConnect",
    ],
    &["AWS::Kinesis::Stream", "AWS::Kinesis::StreamConsumer"],
    &[
        "AWS::RDS::DBCluster",
        "AWS::RDS::GlobalCluster",
        "AWS::RDS::DBInstance",
        "AWS::Neptune::DBCluster",
        "AWS::DocDB::DBCluster",
    ],
    &["AWS::EC2::Instance", "AWS::EC2::NetworkInterface", "AWS::EC2::EIP"],
];

/// What a text identifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The type of the resource.
    pub(crate) resource_type: &'static str,
    /// The property or attribute that this is.
    pub(crate) attribute: &'static str,
}

impl<S: Sink> Walk<'_, S> {
    /// Whether a late value, other than a choice, can conform: by its kind and by what it identifies.
    pub(super) fn late(&mut self, late: &Late, at: Origin, node: &Node, place: &Place<'_>) -> Verdict {
        let kinds = kinds(self.stack, late);
        if !compatible(kinds, node.kinds) {
            let stack = self.stack;
            self.sink.report(|| wrong_kind(stack, late, kinds, at, node, place));
            return Verdict::No;
        }
        if let Some(wanted) = wanted(node)
            && let Some(found) = identity(self.stack, late)
            && !identifies(wanted.as_ref(), found, node, place)
        {
            let stack = self.stack;
            self.sink.report(|| wrong_identity(stack, late, wanted.as_ref(), found, at, place));
            return Verdict::No;
        }
        if states_nothing_else(node) { Verdict::Yes } else { Verdict::Maybe }
    }
}

/// Whether a node says nothing about the content of a text.
const fn states_nothing_else(node: &Node) -> bool {
    node.const_value.is_none()
        && node.enum_values.is_empty()
        && node.enum_scalars.is_empty()
        && node.pattern.is_none()
        && node.format.is_none()
        && node.min_length.is_none()
        && node.max_length.is_none()
        && node.minimum.is_none()
        && node.maximum.is_none()
}

/// The kinds a late value may be of; none named if nothing is known.
fn kinds(stack: &Stack, late: &Late) -> Kinds {
    match late {
        Late::Identifier(_)
        | Late::Pseudo(_)
        | Late::Concat(_)
        | Late::Join { .. }
        | Late::Base64(_)
        | Late::Dynamic(_) => SCALARS,
        Late::Split { .. } | Late::AvailabilityZones { .. } | Late::Cidr { .. } => Kinds::ARRAY,
        Late::Truth(_) => Kinds::BOOLEAN,
        Late::Parameter(id) => {
            if is_list(&stack.parameter(*id).parameter_type) {
                Kinds::ARRAY
            } else {
                SCALARS
            }
        }
        Late::Attribute(id, name) => {
            let schema = stack.resource(*id).schema;
            schema.attribute(name).map_or(Kinds::ANY, |attribute| schema.node(attribute.node).kinds)
        }
        // An element of a list of unknown things, a value of another stack.
        Late::Select { .. } | Late::StackOutput { .. } | Late::If { .. } => Kinds::ANY,
    }
}

/// Whether a parameter of this type holds a list.
fn is_list(parameter_type: &str) -> bool {
    let inner = parameter_type
        .strip_prefix("AWS::SSM::Parameter::Value<")
        .and_then(|rest| rest.strip_suffix('>'))
        .unwrap_or(parameter_type);
    inner.starts_with("List<") || inner == "CommaDelimitedList"
}

fn compatible(found: Kinds, wanted: Kinds) -> bool {
    if found.is_any() || wanted.is_any() {
        return true;
    }
    if found == Kinds::BOOLEAN {
        return wanted.contains(Kinds::BOOLEAN);
    }
    let any_of = |kinds: Kinds, all: [Kinds; 4]| all.into_iter().any(|kind| kinds.contains(kind));
    let scalars = [Kinds::STRING, Kinds::INTEGER, Kinds::NUMBER, Kinds::BOOLEAN];
    (any_of(found, scalars) && any_of(wanted, scalars))
        || (found.contains(Kinds::ARRAY) && wanted.contains(Kinds::ARRAY))
        || (found.contains(Kinds::OBJECT) && wanted.contains(Kinds::OBJECT))
}

fn wrong_kind(
    stack: &Stack,
    late: &Late,
    kinds: Kinds,
    at: Origin,
    node: &Node,
    place: &Place<'_>,
) -> Diagnostic<Origin> {
    let expected = words::kinds(node.kinds);
    let found = match kinds {
        Kinds::ARRAY => "a list",
        Kinds::OBJECT => "a record",
        Kinds::BOOLEAN => "a condition",
        _ => "text",
    };
    let what = describe(stack, late);
    let finding = Diagnostic::new(
        Code::TypeMismatch,
        at,
        format!(
            "{place} must be {expected}, found {found}{}",
            what.map(|what| format!(" ({what})")).unwrap_or_default()
        ),
    )
    .label(format!("expected {expected}"));
    match (kinds, node.kinds) {
        (Kinds::ARRAY, _) => finding.help("take one element of the list, or join its elements"),
        (_, Kinds::ARRAY) => finding.help("put it in brackets to make it a list of one"),
        _ => finding,
    }
}

/// What a node's text must identify: what the catalog's references say, or else the format.
fn wanted(node: &Node) -> Option<Wanted> {
    if !node.references.is_empty() {
        return Some(Wanted::Listed(node.references));
    }
    let (resource_type, attribute) = node.format?.split_once('.')?;
    resource_type.starts_with("AWS::").then_some(Wanted::Format([RefTarget { resource_type, attribute }]))
}

enum Wanted {
    Listed(&'static [RefTarget]),
    Format([RefTarget; 1]),
}

impl Wanted {
    const fn as_ref(&self) -> &[RefTarget] {
        match self {
            Self::Listed(targets) => targets,
            Self::Format(targets) => targets,
        }
    }
}

/// What a late value identifies, if that is sure.
pub(crate) fn identity(stack: &Stack, late: &Late) -> Option<Identity> {
    match late {
        Late::Identifier(id) => {
            let schema = known_type(stack, *id)?;
            let [part] = schema.ref_parts() else { return None };
            Some(Identity { resource_type: schema.name(), attribute: part })
        }
        Late::Attribute(id, name) => {
            let schema = known_type(stack, *id)?;
            let attribute = schema.attribute(name)?;
            match schema.node(attribute.node).references {
                [] => {}
                [RefTarget { resource_type, attribute }] => {
                    return Some(Identity { resource_type, attribute });
                }
                _ => return None,
            }
            let own = schema.ref_parts().contains(&attribute.name)
                || schema.primary_identifier().contains(&attribute.name)
                || names_itself(schema.name(), attribute.name);
            own.then_some(Identity { resource_type: schema.name(), attribute: attribute.name })
        }
        Late::Parameter(id) => parameter_identity(stack.parameter(*id)),
        _ => None,
    }
}

/// The form of the ARN that a late value is: of the resource itself, not of something that belongs to it.
pub(crate) fn own_arn(stack: &Stack, late: &Late) -> Option<&'static str> {
    let (Late::Identifier(id) | Late::Attribute(id, _)) = late else { return None };
    let schema = stack.resource(*id).schema;
    let found = identity(stack, late)?;
    let own = found.resource_type == schema.name() && sort(found.attribute) == Sort::Arn;
    if own { schema.arn_template() } else { None }
}

/// The type of a resource, unless CloudFormation makes other resources of it.
fn known_type(stack: &Stack, id: ResourceId) -> Option<&'static ResourceSchema> {
    let schema = stack.resource(id).schema;
    (!schema.is_sam() && schema.name().starts_with("AWS::")).then_some(schema)
}

/// Whether an attribute is what AWS calls the resource: `Arn`, `Id`, or `TopicArn` of a topic.
fn names_itself(type_name: &str, attribute: &str) -> bool {
    let last = type_name.rsplit("::").next().unwrap_or(type_name);
    let rest = attribute.strip_prefix(last).unwrap_or(attribute);
    matches!(rest, "Arn" | "ARN" | "Id" | "Name")
        // `GroupId` of a `SecurityGroup`.
        || attribute.strip_suffix("Id").is_some_and(|stem| !stem.is_empty() && last.ends_with(stem))
}

fn parameter_identity(parameter: &Parameter) -> Option<Identity> {
    let identity = |resource_type, attribute| Some(Identity { resource_type, attribute });
    match &*parameter.parameter_type {
        "AWS::EC2::Image::Id" => identity("AWS::EC2::Image", "Id"),
        "AWS::EC2::Instance::Id" => identity("AWS::EC2::Instance", "Id"),
        "AWS::EC2::KeyPair::KeyName" => identity("AWS::EC2::KeyPair", "KeyName"),
        "AWS::EC2::SecurityGroup::GroupName" => identity("AWS::EC2::SecurityGroup", "GroupName"),
        "AWS::EC2::SecurityGroup::Id" => identity("AWS::EC2::SecurityGroup", "Id"),
        "AWS::EC2::Subnet::Id" => identity("AWS::EC2::Subnet", "Id"),
        "AWS::EC2::Volume::Id" => identity("AWS::EC2::Volume", "Id"),
        "AWS::EC2::VPC::Id" => identity("AWS::EC2::VPC", "Id"),
        "AWS::Route53::HostedZone::Id" => identity("AWS::Route53::HostedZone", "Id"),
        _ => None,
    }
}

/// What sort of identifier an attribute is, by the only convention AWS keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Arn,
    Id,
    Name,
    Other,
}

fn sort(attribute: &str) -> Sort {
    if attribute.ends_with("Arn") || attribute.ends_with("ARN") {
        Sort::Arn
    } else if attribute.ends_with("Id") {
        Sort::Id
    } else if attribute.ends_with("Name") {
        Sort::Name
    } else {
        Sort::Other
    }
}

fn related(one: &str, other: &str) -> bool {
    one == other || FAMILIES.iter().any(|family| family.contains(&one) && family.contains(&other))
}

/// Whether a text that identifies `found` can stand where `wanted` is.
///
/// The catalog's lists of targets are not complete, so a refusal needs more than absence from the list: a format, which
/// CloudFormation's own linter enforces, or a list whose every target is an id of a sort that nothing else shares.
fn identifies(wanted: &[RefTarget], found: Identity, node: &Node, place: &Place<'_>) -> bool {
    let formatted = node.format.is_some_and(|format| format.starts_with("AWS::"));
    let same_type: Vec<&RefTarget> =
        wanted.iter().filter(|target| related(target.resource_type, found.resource_type)).collect();
    if !same_type.is_empty() {
        // What `Ref` of a security group returns depends on whether it is in a VPC.
        if found.resource_type == "AWS::EC2::SecurityGroup" {
            return true;
        }
        let fits = same_type.iter().any(|target| {
            let (wanted, found_sort) = (sort(target.attribute), sort(found.attribute));
            target.resource_type != found.resource_type
                || wanted == found_sort
                || wanted == Sort::Other
                || found_sort == Sort::Other
        });
        let name = place.own_name().unwrap_or_default();
        let arn_like =
            name.ends_with("Arn") || node.pattern.is_some_and(|pattern| pattern.starts_with("^arn"));
        let wants_arn = arn_like && same_type.iter().all(|target| sort(target.attribute) == Sort::Arn);
        // A pattern that takes a plain name says more than the list of targets.
        let takes_names = || node.pattern.is_some_and(|pattern| pattern_matches(pattern, "name"));
        return fits || !(formatted || wants_arn) || takes_names();
    }
    let ids =
        wanted.iter().all(|target| sort(target.attribute) == Sort::Id) && sort(found.attribute) == Sort::Id;
    let role_or_key = wanted.iter().all(|target| {
        matches!(target.resource_type, "AWS::IAM::Role" | "AWS::KMS::Key")
            && sort(target.attribute) == Sort::Arn
    });
    // Where every target is of one service, what another service has is none of them.
    let service =
        |resource_type: &str| resource_type.rsplit_once("::").map(|(service, _)| service.to_owned());
    let foreign = wanted.iter().all(|target| {
        service(target.resource_type) == service(wanted[0].resource_type)
            && service(target.resource_type) != service(found.resource_type)
    });
    !(formatted || ids || role_or_key || foreign)
}

fn wrong_identity(
    stack: &Stack,
    late: &Late,
    wanted: &[RefTarget],
    found: Identity,
    at: Origin,
    place: &Place<'_>,
) -> Diagnostic<Origin> {
    let mut expected: Vec<String> = wanted.iter().map(|t| phrase(t.resource_type, t.attribute)).collect();
    expected.dedup();
    let expected = if expected.len() > 3 {
        format!("{} or {} others", expected[..2].join(", "), expected.len() - 2)
    } else {
        expected.join(" or ")
    };
    let what = describe(stack, late).map(|what| format!(" ({what})")).unwrap_or_default();
    let finding = Diagnostic::new(
        Code::WrongReferenceKind,
        at,
        format!("{place} must be {expected}, found {}{what}", phrase(found.resource_type, found.attribute)),
    )
    .label(format!("expected {expected}"));
    // The right attribute of the same resource, if that is all that is wrong.
    let (Late::Identifier(id) | Late::Attribute(id, _)) = late else { return finding };
    let resource = stack.resource(*id);
    let own = wanted.iter().filter(|target| target.resource_type == resource.schema.name());
    let attribute = own.filter_map(|target| {
        let all = resource.schema.attributes().iter().map(|attribute| attribute.name);
        all.clone().find(|name| *name == target.attribute).or_else(|| {
            let mut all = all;
            all.find(|name| sort(name) == sort(target.attribute) && !name.contains('.'))
        })
    });
    match attribute.into_iter().next() {
        Some(attribute) => finding.help(format!("write `{}.{attribute}`", short_path(&resource.path))),
        None => finding,
    }
}

/// "the id of an `AWS::EC2::Subnet`".
fn phrase(resource_type: &str, attribute: &str) -> String {
    let what = match sort(attribute) {
        Sort::Arn => "the ARN".to_owned(),
        Sort::Id => "the id".to_owned(),
        Sort::Name => "the name".to_owned(),
        Sort::Other => format!("the `{attribute}`"),
    };
    let article = if resource_type.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
    format!("{what} of {article} `{resource_type}`")
}

/// What a late value reads, as the source names it.
fn describe(stack: &Stack, late: &Late) -> Option<String> {
    match late {
        Late::Identifier(id) => Some(format!("`{}`", short_path(&stack.resource(*id).path))),
        Late::Attribute(id, name) => Some(format!("`{}.{name}`", short_path(&stack.resource(*id).path))),
        Late::Parameter(id) => Some(format!("parameter `{}`", stack.parameter(*id).name)),
        _ => None,
    }
}

/// The innermost name of a resource's path.
pub(crate) fn short_path(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

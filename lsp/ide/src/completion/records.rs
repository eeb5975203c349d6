//! The entries of a record, and the texts that a place takes.

use ci_sema::builtin::Builtin;
use ci_sema::infer::Resolution;
use ci_sema::name::Def;
use ci_sema::signature::{Field, Signature, signature};
use ci_sema::ty::{NodeType, Ty};
use ci_syntax::ast::{Entry, Expr, ExprId};

use super::{CompletionKind, List};
use crate::describe;
use crate::expected::expected;
use crate::occurrence::Owner;
use crate::place::{At, Body};
use crate::shape::{Shape, join};
use crate::symbol::{member_name, members};

/// The names that a record may have, but for those that it has.
pub(super) fn entries(list: &mut List<'_>, place: &At<'_>, record: ExprId) {
    let body = &place.body;
    let Expr::Record { entries, path } = &body.tree[record] else { return };
    let given: Vec<String> = entries
        .iter()
        .filter_map(|entry| match *entry {
            // What is being typed is not there yet.
            Entry::Field { name, quoted, .. } if !name.0.touches(place.offset) => {
                Some(body.source.entry_name(name, quoted).into_owned())
            }
            _ => None,
        })
        .collect();
    // A name may follow that has its value already.
    let has_value = list.next_character() == Some(':');
    match owner(body, record, path.is_some()) {
        Found::Properties(node, pointer) => properties(list, place, node, &pointer, &given, has_value),
        Found::Fields(fields) => of_fields(list, place, &fields, &given, has_value),
        Found::Members(item) => {
            let inner = Body::of(body.db, item);
            for (at, member) in members(&inner.tree.item).iter().enumerate() {
                let Some(name) = member_name(member) else { continue };
                let name = name.of(inner.source.text());
                let ty = inner.inference.members.get(at);
                if given.iter().any(|known| known == name) || !ty.is_some_and(crate::rename::makes) {
                    continue;
                }
                let item = list.put(name, CompletionKind::Property, 10);
                item.insert = format!("{name}: {{ $0 }}");
                item.is_snippet = true;
            }
        }
        Found::Nothing => {
            // Of a record that may be anything, the names in scope: as shorthands, or as first words of a block.
            super::names::values(list, place, None);
        }
    }
}

enum Found {
    Properties(NodeType, String),
    Fields(Vec<Field>),
    /// What `with` sets.
    Members(ci_sema::ItemId),
    Nothing,
}

fn owner(body: &Body<'_>, record: ExprId, has_path: bool) -> Found {
    let by_type = |ty: &Ty| match ty.unwrapped().0.widened() {
        Ty::Struct(item) | Ty::Interface(item) => Found::Fields(signature(body.db, *item).fields().to_vec()),
        Ty::Unit(item) => match signature(body.db, *item) {
            Signature::Unit(unit) => Found::Fields(unit.inputs.clone()),
            _ => Found::Nothing,
        },
        Ty::Node(node) => Found::Properties(*node, String::new()),
        _ => Found::Nothing,
    };
    if has_path {
        return match body.inference.resolutions.get(&record) {
            Some(Resolution::Def(Def::Resource(resource))) => {
                Found::Properties(NodeType { resource: *resource, id: resource.0.root() }, String::new())
            }
            Some(Resolution::Def(Def::Item(item))) => match signature(body.db, *item) {
                Signature::Unit(unit) => Found::Fields(unit.inputs.clone()),
                other => Found::Fields(other.fields().to_vec()),
            },
            _ => Found::Nothing,
        };
    }
    // What an environment or `with` sets is not said by a type.
    for member in members(&body.tree.item) {
        if let ci_syntax::ast::MemberKind::Environment { settings, .. } = member.kind
            && settings == record
        {
            let unit = signature(body.db, body.item).unit();
            let mut fields = unit.map(|unit| unit.inputs.clone()).unwrap_or_default();
            let own = [("account", Ty::String), ("region", Ty::String), ("tags", Ty::String.map())];
            fields.extend(own.into_iter().map(|(name, ty)| Field {
                name: name.into(),
                ty,
                optional: true,
                needed: false,
                deprecated: None,
                strength: None,
            }));
            return Found::Fields(fields);
        }
    }
    let overridden = body.exprs_near(body.tree.range(record).start).find_map(|(_, node)| match node.expr {
        Expr::With { base, overrides } if overrides == record => Some(base),
        _ => None,
    });
    if let Some(base) = overridden {
        return match Owner::overridden(body.ty(base)) {
            Owner::Properties(node) => Found::Properties(node, String::new()),
            Owner::Members(item) => Found::Members(item),
            Owner::Nobody => Found::Nothing,
        };
    }
    match body.ty(record) {
        Ty::Error | Ty::Record(_) | Ty::Json => {
            expected(body, record).map_or(Found::Nothing, |ty| by_type(&ty))
        }
        ty => by_type(ty),
    }
}

fn properties(
    list: &mut List<'_>,
    place: &At<'_>,
    node: NodeType,
    pointer: &str,
    given: &[String],
    has_value: bool,
) {
    let schema = node.resource.0;
    let is_root = node.id == schema.root();
    let indent = list.indent();
    for property in node.node().properties {
        let path = join(pointer, property.name);
        if given.iter().any(|known| known == property.name) || (is_root && schema.is_read_only(&path)) {
            continue;
        }
        let rank = if property.required { 0 } else { 20 };
        let is_deprecated = is_root && schema.is_deprecated(&path);
        let own = NodeType { id: property.node, ..node };
        let ty = Ty::Node(own).display(place.body.db).to_string();
        let mut shape = Shape::new(true, 0);
        let _ = indent;
        if !has_value {
            shape.text.push_str(property.name);
            shape.text.push_str(": ");
            shape.value(own, property.name, &path, 2);
            shape.text.push(',');
        }
        let item =
            list.put(property.name, CompletionKind::Property, rank + if is_deprecated { 50 } else { 0 });
        item.detail = if property.required { format!("{ty} (required)") } else { ty };
        item.is_deprecated = is_deprecated;
        item.documentation = Some(describe::property(place.body.db, node, property.name, pointer));
        if !has_value {
            item.insert = shape.text;
            item.is_snippet = true;
        }
    }
}

fn of_fields(list: &mut List<'_>, place: &At<'_>, fields: &[Field], given: &[String], has_value: bool) {
    for field in fields.iter().filter(|field| given.iter().all(|known| **known != *field.name)) {
        let rank = if field.optional { 20 } else { 0 };
        let item = list.put(&*field.name, CompletionKind::Input, rank);
        let ty = field.ty.display(place.body.db).to_string();
        item.detail = if field.optional { ty } else { format!("{ty} (required)") };
        item.is_deprecated = field.deprecated.is_some();
        if !has_value {
            let mut shape = Shape::new(true, 0);
            shape.text = format!("{}: ", field.name);
            shape.of_type(place.body.db, &field.ty, &field.name);
            shape.text.push(',');
            item.insert = shape.text;
            item.is_snippet = true;
        }
    }
}

/// The texts that a place takes.
pub(super) fn texts(list: &mut List<'_>, place: &At<'_>, expected: Option<&Ty>, call: Option<ExprId>) {
    for (at, text) in allowed_texts(expected).into_iter().enumerate() {
        list.put(text, CompletionKind::Value, at.min(50) as u32);
    }
    let function = call.and_then(|call| place.body.inference.resolutions.get(&call));
    if let Some(Resolution::Def(Def::Builtin(Builtin::AwsService))) = function {
        // What services call themselves is in no schema; these are those that most policies name.
        for service in SERVICES {
            list.put(format!("{service}.amazonaws.com"), CompletionKind::Value, 10);
        }
    }
}

/// Services that are often principals of a policy.
const SERVICES: [&str; 14] = [
    "apigateway",
    "cloudfront",
    "cloudtrail",
    "codebuild",
    "delivery.logs",
    "ec2",
    "ecs-tasks",
    "events",
    "lambda",
    "logs",
    "s3",
    "scheduler",
    "sns",
    "states",
];

/// The texts that a type allows, where it allows only some.
pub(super) fn allowed_texts(expected: Option<&Ty>) -> Vec<String> {
    match expected.map(|ty| ty.unwrapped().0.widened()) {
        Some(Ty::Texts(texts)) => texts.iter().map(ToString::to_string).collect(),
        Some(Ty::Node(node)) => {
            let mut values: Vec<String> =
                node.node().enum_values.iter().map(|value| (*value).to_owned()).collect();
            for alternative in node.alternatives() {
                values.extend(alternative.node().enum_values.iter().map(|value| (*value).to_owned()));
            }
            let mut seen = std::collections::BTreeSet::new();
            values.retain(|value| seen.insert(value.clone()));
            values
        }
        _ => Vec::new(),
    }
}

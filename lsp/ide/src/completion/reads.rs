//! What can be read of a value: fields, attributes, outputs, methods.

use ci_sema::Db;
use ci_sema::builtin::methods;
use ci_sema::infer::attribute_type;
use ci_sema::item::{item_source, item_tree};
use ci_sema::signature::{Field, signature};
use ci_sema::ty::{NodeType, ResourceType, Target, Ty};
use ci_syntax::ast::{ExprId, Item, Keyword, MemberKind, UnitKind};

use super::{CompletionKind, Fit, List, fit};
use crate::describe;
use crate::expected::expected;
use crate::place::At;

/// Something that can be read of a value.
pub(super) struct Readable {
    pub name: String,
    pub ty: Ty,
    pub kind: CompletionKind,
    pub is_deprecated: bool,
}

/// After a dot.
pub(super) fn reads(list: &mut List<'_>, place: &At<'_>, base: ExprId, optional: bool) {
    let body = &place.body;
    let (of, is_optional) = body.ty(base).unwrapped();
    // What the whole expression is for says which of its parts is meant.
    let whole = body.exprs().find_map(|(id, node)| match &node.expr {
        ci_syntax::ast::Expr::Field { base: known, .. } if *known == base => Some(id),
        _ => None,
    });
    let wanted = whole.and_then(|whole| expected(body, whole));
    let inspects = matches!(body.tree.item, Item::Test { .. } | Item::Rule { .. });
    for read in readable(body.db, of, inspects) {
        let fit = fit(&read.ty, wanted.as_ref());
        let rank = match fit {
            Fit::Exact => 0,
            Fit::Fits => 20,
            Fit::Open => 25,
            Fit::Misfit => 60,
        };
        let rank = rank + if read.kind == CompletionKind::Property { 10 } else { 0 };
        let item = list.put(read.name, read.kind, rank);
        item.detail = read.ty.display(body.db).to_string();
        item.is_deprecated = read.is_deprecated;
        if is_optional && !optional {
            // What may be `none` is read with `?.`.
            let range = body.tree.range(base);
            let dot = body.span(ci_base::TextRange::empty(range.end));
            item.also.push(crate::TextEdit { at: dot, text: "?".to_owned() });
        }
    }
    for method in methods(of) {
        let item = list.put(method.name, CompletionKind::Method, 40);
        item.detail = describe::method(body.db, of, &method);
        item.documentation = Some(method.doc.to_owned());
        let is_call = method.arguments.is_empty();
        item.insert = format!("{}({})", method.name, if is_call { "" } else { "$0" });
        item.is_snippet = !is_call;
    }
    let in_test = matches!(body.tree.item, Item::Test { .. });
    let of_tests: &[(&str, &str)] = match of {
        Ty::Unit(_) if in_test => &[("may", "may(${1:action})"), ("resources", "resources(${1:type})")],
        Ty::Resource(_) | Ty::Every(_) if in_test => &[("may", "may(${1:action})")],
        Ty::Stack => &[("resources", "resources(${1:type})")],
        _ => &[],
    };
    for (name, insert) in of_tests {
        let item = list.put(*name, CompletionKind::Method, 5);
        (*insert).clone_into(&mut item.insert);
        item.is_snippet = true;
    }
    if list.next_character() == Some('(') {
        // The arguments are there already.
        list.without_calls();
    }
}

/// What can be read of a value of a type. In tests and rules, what was written too.
pub(super) fn readable(db: &dyn Db, of: &Ty, inspects: bool) -> Vec<Readable> {
    let field = |field: &Field| Readable {
        name: field.name.to_string(),
        ty: field.ty.clone(),
        kind: if field.ty == Ty::Capability { CompletionKind::Capability } else { CompletionKind::Property },
        is_deprecated: field.deprecated.is_some(),
    };
    match of.widened() {
        Ty::Resource(resource) => of_resource(*resource),
        Ty::Struct(item) | Ty::Interface(item) => signature(db, *item).fields().iter().map(field).collect(),
        Ty::Unit(item) if inspects => {
            let source = item_source(db, *item);
            let types = &ci_sema::infer::infer(db, *item).members;
            let members = item_tree(db, *item).item.members().iter().zip(types);
            let named = members.filter_map(|(member, ty)| match member.kind {
                MemberKind::Declaration { name, keyword, .. } if !name.is_missing() => Some(Readable {
                    name: source.name(name).to_owned(),
                    ty: ty.clone(),
                    kind: if keyword == Keyword::Let {
                        CompletionKind::Variable
                    } else {
                        CompletionKind::Property
                    },
                    is_deprecated: false,
                }),
                _ => None,
            });
            named.collect()
        }
        Ty::Unit(item) => match signature(db, *item).unit() {
            Some(unit) if unit.kind == UnitKind::Service => unit.provides.iter().map(field).collect(),
            Some(unit) => unit.outputs.iter().map(field).collect(),
            None => Vec::new(),
        },
        Ty::Record(fields) => fields
            .iter()
            .map(|(name, ty)| Readable {
                name: name.to_string(),
                ty: ty.clone(),
                kind: CompletionKind::Property,
                is_deprecated: false,
            })
            .collect(),
        Ty::Node(node) => properties(*node),
        _ => Vec::new(),
    }
}

fn properties(node: NodeType) -> Vec<Readable> {
    let properties = node.node().properties.iter();
    properties
        .map(|property| Readable {
            name: property.name.to_owned(),
            ty: Ty::Node(NodeType { id: property.node, ..node }),
            kind: CompletionKind::Property,
            is_deprecated: false,
        })
        .collect()
}

fn of_resource(resource: ResourceType) -> Vec<Readable> {
    let schema = resource.0;
    let mut found: Vec<Readable> = schema
        .attributes()
        .iter()
        .map(|attribute| Readable {
            name: attribute.name.to_owned(),
            ty: attribute_type(resource, attribute.name, attribute.node),
            kind: CompletionKind::Attribute,
            is_deprecated: false,
        })
        .collect();
    if let [part] = schema.ref_parts()
        && found.iter().all(|known| known.name != **part)
    {
        let target = Target { resource_type: schema.name(), attribute: part };
        found.push(Readable {
            name: (*part).to_owned(),
            ty: Ty::Id(std::sync::Arc::new([target])),
            kind: CompletionKind::Attribute,
            is_deprecated: false,
        });
    }
    let root = NodeType { resource, id: schema.root() };
    let known: Vec<String> = found.iter().map(|read| read.name.clone()).collect();
    found.extend(properties(root).into_iter().filter(|read| !known.contains(&read.name)));
    found
}

//! What a place in an item expects: the type that an expression there should have.
//!
//! Types are inferred downwards where a declaration says what is wanted; here the way is gone upwards, from an expression to
//! the declaration.

use ci_sema::Db;
use ci_sema::builtin::{Argument, methods};
use ci_sema::infer::Resolution;
use ci_sema::name::Def;
use ci_sema::signature::TypeLowering;
use ci_sema::signature::{Signature, signature};
use ci_sema::ty::{NodeType, Ty};
use ci_syntax::ast::{BinaryOperator, Entry, Expr, ExprId, Item, Keyword, Member, MemberKind, TypeId};

use crate::place::Body;
use crate::symbol::members;

/// What surrounds an expression directly.
enum Around<'db> {
    Expr(ExprId),
    Member(&'db Member, u32),
    /// The value of a constant, the body of a function.
    Item,
    Nothing,
}

/// The type that is expected of an expression; nothing where any will do.
pub(crate) fn expected(body: &Body<'_>, id: ExprId) -> Option<Ty> {
    match around(body, id) {
        Around::Expr(parent) => of_child(body, parent, id),
        Around::Member(member, at) => of_member(body, member, at, id),
        Around::Item => match (signature(body.db, body.item), &body.tree.item) {
            (Signature::Const(ty) | Signature::Fn(_, ty), _) => Some(ty.clone()),
            _ => None,
        },
        Around::Nothing => None,
    }
}

fn around<'db>(body: &Body<'db>, id: ExprId) -> Around<'db> {
    // Parents come after their children, and have their text.
    let parents = body.exprs_near(body.tree.range(id).start).filter(|(parent, _)| parent.0 > id.0);
    for (parent, node) in parents {
        if children(&node.expr).contains(&id) {
            return Around::Expr(parent);
        }
    }
    for (at, member) in members(&body.tree.item).iter().enumerate() {
        let is_in = match &member.kind {
            MemberKind::Declaration { value, .. } => *value == Some(id),
            MemberKind::Assert { condition, message } | MemberKind::Require { condition, message } => {
                *condition == id || *message == Some(id)
            }
            MemberKind::Environment { settings, .. } => *settings == id,
            MemberKind::Error => false,
        };
        if is_in {
            return Around::Member(member, at as u32);
        }
    }
    match &body.tree.item {
        Item::Const { value, .. } if *value == id => Around::Item,
        Item::Fn { body, .. } if *body == id => Around::Item,
        _ => Around::Nothing,
    }
}

/// The expressions directly in another.
pub(crate) fn children(expr: &Expr) -> Vec<ExprId> {
    let mut found = Vec::new();
    match expr {
        Expr::Interpolation(parts) => found.extend(parts.iter().filter_map(|part| match part {
            ci_syntax::ast::StringPart::Expr(part) => Some(*part),
            ci_syntax::ast::StringPart::Text(_) => None,
        })),
        Expr::Record { entries, .. } => {
            for entry in entries {
                match entry {
                    Entry::Field { value, .. } | Entry::Spread(value) => found.push(*value),
                    Entry::Computed { key, value } => found.extend([*key, *value]),
                    Entry::Error => {}
                }
            }
        }
        Expr::Existing(inner) => found.push(*inner),
        Expr::List(items) => found.extend(items.iter().map(|item| item.value)),
        Expr::Unary { operand, .. } => found.push(*operand),
        Expr::Binary { left, right, .. } => found.extend([*left, *right]),
        Expr::Field { base, .. } => found.push(*base),
        Expr::Index { base, index } => found.extend([*base, *index]),
        Expr::Call { arguments, .. } => found.extend(arguments.iter().copied()),
        Expr::MethodCall { receiver, arguments, .. } => {
            found.push(*receiver);
            found.extend(arguments.iter().copied());
        }
        Expr::If { condition, then, otherwise } => {
            found.extend([*condition, *then]);
            found.extend(*otherwise);
        }
        Expr::Match { subject, arms } => {
            found.push(*subject);
            found.extend(arms.iter().map(|arm| arm.value));
        }
        Expr::For { iterable, filter, key, body, .. } => {
            found.push(*iterable);
            found.extend(*filter);
            found.extend(*key);
            found.push(*body);
        }
        Expr::Block { bindings, value } => {
            found.extend(bindings.iter().map(|binding| binding.value));
            found.push(*value);
        }
        Expr::Lambda { body, .. } => found.push(*body),
        Expr::Range { start, end, .. } => {
            found.extend(*start);
            found.extend(*end);
        }
        Expr::With { base, overrides } => found.extend([*base, *overrides]),
        Expr::Statement { actions, resources, principals, conditions, .. } => {
            found.push(*actions);
            found.extend(*resources);
            found.extend(*principals);
            found.extend(*conditions);
        }
        _ => {}
    }
    found
}

fn of_member(body: &Body<'_>, member: &Member, at: u32, id: ExprId) -> Option<Ty> {
    match &member.kind {
        MemberKind::Declaration { keyword, ty, .. } => match keyword {
            Keyword::Capability => Some(Ty::Capability),
            _ => lowered(body, *ty).or_else(|| {
                matches!(keyword, Keyword::Output | Keyword::Provides)
                    .then(|| body.inference.members.get(at as usize).cloned())
                    .flatten()
            }),
        },
        MemberKind::Assert { condition, .. } | MemberKind::Require { condition, .. } => {
            Some(if *condition == id { Ty::Bool } else { Ty::String })
        }
        _ => None,
    }
}

fn lowered(body: &Body<'_>, ty: Option<TypeId>) -> Option<Ty> {
    let ty = TypeLowering::new(body.db, body.item).lower(ty?);
    (!ty.is_error()).then_some(ty)
}

fn of_child(body: &Body<'_>, parent: ExprId, id: ExprId) -> Option<Ty> {
    match &body.tree[parent] {
        Expr::Record { entries, .. } => entries.iter().find_map(|entry| match *entry {
            Entry::Field { name, quoted, value, .. } if value == id => {
                entry_type(body, parent, &body.source.entry_name(name, quoted))
            }
            _ => None,
        }),
        Expr::List(_) => element(&expected(body, parent)?),
        Expr::Unary { operator, .. } => {
            Some(if matches!(operator, ci_syntax::ast::UnaryOperator::Not) { Ty::Bool } else { Ty::Int })
        }
        Expr::Binary { operator, left, right } => match operator {
            BinaryOperator::Or | BinaryOperator::And => Some(Ty::Bool),
            BinaryOperator::Coalesce => expected(body, parent),
            BinaryOperator::Equal | BinaryOperator::NotEqual => {
                let other = if *left == id { *right } else { *left };
                Some(body.ty(other).unwrapped().0.clone()).filter(|ty| !ty.is_error())
            }
            BinaryOperator::Add => expected(body, parent),
            _ => None,
        },
        Expr::Call { arguments, .. } => {
            let at = arguments.iter().position(|argument| *argument == id)?;
            argument_type(body, parent, at)
        }
        Expr::MethodCall { receiver, name, arguments, .. } => {
            let at = arguments.iter().position(|argument| *argument == id)?;
            let of = body.ty(*receiver).unwrapped().0;
            let found = methods(of).into_iter().find(|method| method.name == body.source.name(*name))?;
            match found.arguments.into_iter().nth(at)? {
                Argument::Value(ty) => Some(ty),
                Argument::Element => element(of),
                Argument::Same => Some(of.clone()),
                Argument::Closure(..) | Argument::Accumulator => None,
            }
        }
        Expr::If { condition, .. } => {
            if *condition == id {
                Some(Ty::Bool)
            } else {
                expected(body, parent)
            }
        }
        Expr::Match { subject, .. } if *subject != id => expected(body, parent),
        Expr::For { body: inner, key, .. } if *inner == id => {
            let whole = expected(body, parent)?;
            if key.is_some() { value_of(&whole) } else { element(&whole) }
        }
        Expr::Block { bindings, value } => {
            if *value == id {
                return expected(body, parent);
            }
            let binding = bindings.iter().find(|binding| binding.value == id)?;
            lowered(body, binding.ty)
        }
        Expr::With { base, .. } if *base == id => expected(body, parent),
        Expr::Statement { actions, resources, principals, .. } => {
            if *actions == id {
                Some(Ty::Actions)
            } else if *resources == Some(id) {
                Some(Ty::Arn.list())
            } else if *principals == Some(id) {
                Some(Ty::Principal)
            } else {
                Some(Ty::Json)
            }
        }
        Expr::Index { base, index } if *index == id => {
            Some(if matches!(body.ty(*base).widened(), Ty::List(_)) { Ty::Int } else { Ty::String })
        }
        _ => None,
    }
}

/// What a function takes in one place.
pub(crate) fn argument_type(body: &Body<'_>, call: ExprId, at: usize) -> Option<Ty> {
    match body.inference.resolutions.get(&call)? {
        Resolution::Def(Def::Builtin(function)) => {
            function.signature().0.into_iter().nth(at).map(|(_, ty)| ty)
        }
        Resolution::Def(Def::Item(item)) => match signature(body.db, *item) {
            Signature::Fn(parameters, _) => parameters.get(at).map(|field| field.ty.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The type of an entry of a record.
pub(crate) fn entry_type(body: &Body<'_>, record: ExprId, name: &str) -> Option<Ty> {
    match body.inference.resolutions.get(&record) {
        Some(Resolution::Def(Def::Resource(resource))) => {
            let root = NodeType { resource: *resource, id: resource.0.root() };
            return root.property(name).map(Ty::Node);
        }
        Some(Resolution::Def(Def::Item(item))) => return field_type(body.db, *item, name),
        _ => {}
    }
    let of = match body.ty(record) {
        // What a record is, is only inferred where something is expected; with errors around it, that is asked for.
        Ty::Error | Ty::Record(_) | Ty::Json => expected(body, record)?,
        ty => ty.clone(),
    };
    match of.unwrapped().0.widened() {
        Ty::Struct(item) | Ty::Interface(item) => field_type(body.db, *item, name),
        Ty::Node(node) => node.property(name).or_else(|| node.additional(name)).map(Ty::Node),
        Ty::Map(of) => Some((**of).clone()),
        Ty::Record(fields) => fields.iter().find(|(known, _)| &**known == name).map(|(_, ty)| ty.clone()),
        _ => None,
    }
}

fn field_type(db: &dyn Db, item: ci_sema::ItemId, name: &str) -> Option<Ty> {
    let signature = signature(db, item);
    let fields = match signature {
        Signature::Unit(unit) => unit.inputs.as_slice(),
        other => other.fields(),
    };
    fields.iter().find(|field| &*field.name == name).map(|field| field.ty.clone())
}

/// What the elements of a list are.
pub(crate) fn element(ty: &Ty) -> Option<Ty> {
    match ty.unwrapped().0.widened() {
        Ty::List(of) => Some((**of).clone()),
        Ty::Node(node) => node.items().map(Ty::Node),
        // Several capabilities are one.
        Ty::Capability => Some(Ty::Capability),
        _ => None,
    }
}

fn value_of(ty: &Ty) -> Option<Ty> {
    match ty.unwrapped().0.widened() {
        Ty::Map(of) => Some((**of).clone()),
        Ty::Node(node) => node.additional("").map(Ty::Node),
        _ => None,
    }
}

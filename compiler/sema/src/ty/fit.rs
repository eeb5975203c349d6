//! Which type fits where, and the type that covers two.

use std::sync::Arc;

use ci_catalog::Kinds;

use super::{NodeType, Target, Ty};

/// Why a type does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Another kind of value.
    Kind,
    /// It identifies another kind of resource.
    Reference,
    /// It may be `none`.
    Optional,
    /// It is a secret and would be seen.
    Secret,
}

/// Whether a value of type `from` can stand where `to` is expected.
///
/// Ranges, lengths, patterns and enumerations of the catalog are not types: they are checked on the values.
pub fn fits(from: &Ty, to: &Ty) -> Result<(), Misfit> {
    let fits_if = |condition: bool| if condition { Ok(()) } else { Err(Misfit::Kind) };
    match (from, to) {
        (Ty::Error, _) | (_, Ty::Error) => Ok(()),
        (Ty::Offer(from, options), Ty::Offer(to, wanted)) => {
            fits(from, to)?;
            fits_if(options == wanted)
        }
        (Ty::Narrowed(from, _) | Ty::Offer(from, _), _) => fits(from, to),
        (Ty::Option(from), Ty::Offer(..)) => fits(from, to).and(Err(Misfit::Optional)),
        (_, Ty::Offer(..)) => Err(Misfit::Kind),
        (_, Ty::Narrowed(to, _)) => fits(from, to),
        (Ty::Secret(from), Ty::Secret(to)) => fits(from, to),
        (Ty::Secret(_), _) => Err(Misfit::Secret),
        (_, Ty::Node(node)) => fits_node(from, *node),
        (Ty::None, Ty::Option(_) | Ty::None) => Ok(()),
        (Ty::Option(from), Ty::Option(to)) => fits(from, to),
        (Ty::Option(from), Ty::Json) => fits(from, to),
        (_, Ty::Option(to)) => fits(from, to),
        // `none` is the right to do nothing.
        (Ty::None, Ty::Capability) => Ok(()),
        (Ty::Option(from), Ty::Capability) => fits(from, &Ty::Capability),
        (Ty::Option(from), to) => fits(from, to).and(Err(Misfit::Optional)),
        (from, Ty::Json) => fits_if(!matches!(
            from,
            Ty::Closure(_) | Ty::Range | Ty::Unit(_) | Ty::Resource(_) | Ty::Internet
        )),
        (Ty::Json, to) => fits_if(!matches!(to, Ty::Unit(_) | Ty::Resource(_) | Ty::Interface(_))),
        (Ty::Texts(from), Ty::Texts(to)) => fits_if(from.iter().all(|text| to.contains(text))),
        (Ty::Id(from), Ty::Id(to)) => {
            if from.iter().any(|target| to.iter().any(|to| target.is_accepted_as(*to))) {
                Ok(())
            } else {
                Err(Misfit::Reference)
            }
        }
        (Ty::Id(targets), Ty::Url) => {
            let ends = ["Url", "URL", "Uri", "Endpoint"];
            let is_url = |target: &Target| ends.iter().any(|end| target.attribute.ends_with(end));
            if targets.iter().any(is_url) { Ok(()) } else { Err(Misfit::Reference) }
        }
        (Ty::Id(targets), Ty::Arn) => {
            if targets.iter().any(|target| target.is_arn()) {
                Ok(())
            } else {
                Err(Misfit::Reference)
            }
        }
        (Ty::Texts(_) | Ty::String, Ty::Id(_) | Ty::Arn | Ty::Url | Ty::Cidr | Ty::String) => Ok(()),
        (Ty::Enum(from), Ty::Enum(to)) => fits_if(from == to),
        (Ty::Id(_) | Ty::Arn | Ty::Url | Ty::Cidr | Ty::Enum(_), Ty::String) => Ok(()),
        (Ty::Arn, Ty::Id(_)) => Ok(()),
        (Ty::Int, Ty::Float | Ty::Port) | (Ty::Port, Ty::Int | Ty::Float) => Ok(()),
        (Ty::Statement, Ty::Capability) => Ok(()),
        (Ty::List(from), Ty::Capability) => fits(from, &Ty::Capability),
        // A capability is a list of its statements.
        (Ty::Capability, Ty::List(to)) => fits(&Ty::Statement, to),
        (Ty::List(from), Ty::List(to)) | (Ty::Map(from), Ty::Map(to)) => fits(from, to),
        (Ty::Record(fields), Ty::Map(to)) => fields.iter().try_for_each(|(_, from)| fits(from, to)),
        (Ty::Record(from), Ty::Record(to)) => {
            let missing = |name: &Arc<str>, ty: &Ty| {
                !matches!(ty, Ty::Option(_)) && from.iter().all(|(given, _)| given != name)
            };
            fits_if(!to.iter().any(|(name, ty)| missing(name, ty)))?;
            from.iter().try_for_each(|(name, from)| match to.iter().find(|(known, _)| known == name) {
                Some((_, to)) => fits(from, to),
                None => Err(Misfit::Kind),
            })
        }
        // Fields are checked where the record is written; its names decide whether it can be the struct at all.
        (Ty::Record(_), Ty::Struct(_) | Ty::Interface(_)) => Ok(()),
        (Ty::Node(from), to) => fits_if(node_may_be(*from, to)),
        (from, to) => fits_if(from == to),
    }
}

fn fits_node(from: &Ty, to: NodeType) -> Result<(), Misfit> {
    let kinds = to.kinds();
    let fits_if = |condition: bool| if condition { Ok(()) } else { Err(Misfit::Kind) };
    if kinds.is_any() {
        return fits(from, &Ty::Json);
    }
    let document = kinds.is_json_document();
    match from {
        Ty::Error | Ty::Json | Ty::None => Ok(()),
        // An absent property is left out; whether it may be is decided on the value.
        Ty::Option(from) => fits_node(from, to),
        Ty::Bool => fits_if(kinds.contains(Kinds::BOOLEAN)),
        Ty::Int | Ty::Port => fits_if(kinds.contains(Kinds::INTEGER) || kinds.contains(Kinds::NUMBER)),
        Ty::Float => fits_if(kinds.contains(Kinds::NUMBER)),
        Ty::String | Ty::Texts(_) | Ty::Cidr | Ty::Url | Ty::Arn | Ty::Enum(_) => {
            fits_if(kinds.contains(Kinds::STRING))
        }
        // Which resource it must identify is judged on the value: the catalog's lists of targets are not complete, and
        // there more is known than the type.
        Ty::Id(_) => fits_if(kinds.contains(Kinds::STRING)),
        Ty::List(from) => {
            fits_if(kinds.contains(Kinds::ARRAY))?;
            to.items().map_or(Ok(()), |items| fits_node(from, items))
        }
        Ty::Record(fields) => {
            fits_if(kinds.contains(Kinds::OBJECT))?;
            if document {
                return fields.iter().try_for_each(|(_, from)| fits(from, &Ty::Json));
            }
            // Unknown names are reported on the value, where the record can be seen whole.
            fields
                .iter()
                .try_for_each(|(name, from)| to.property(name).map_or(Ok(()), |to| fits_node(from, to)))
        }
        Ty::Map(from) => {
            fits_if(kinds.contains(Kinds::OBJECT))?;
            if document { fits(from, &Ty::Json) } else { Ok(()) }
        }
        Ty::Struct(_) => fits_if(kinds.contains(Kinds::OBJECT)),
        Ty::Node(from) => {
            let given = from.kinds();
            fits_if(
                given.is_any()
                    || given.names().any(|name| Kinds::named(name).is_some_and(|kind| kinds.allows(kind))),
            )
        }
        Ty::Statement | Ty::Capability => fits_if(document),
        Ty::Secret(_) => Err(Misfit::Secret),
        Ty::Narrowed(from, _) | Ty::Offer(from, _) => fits_node(from, to),
        Ty::Interface(_)
        | Ty::Unit(_)
        | Ty::Resource(_)
        | Ty::Duration
        | Ty::Size
        | Ty::Actions
        | Ty::Principal
        | Ty::Range
        | Ty::Every(_)
        | Ty::Stack
        | Ty::Internet
        | Ty::Closure(_) => Err(Misfit::Kind),
    }
}

/// Whether what stands in a resource can be used as a value of the language's own type.
fn node_may_be(from: NodeType, to: &Ty) -> bool {
    let kinds = from.kinds();
    if kinds.is_any() {
        return true;
    }
    match to {
        Ty::Bool => kinds.contains(Kinds::BOOLEAN),
        Ty::Int | Ty::Port => kinds.contains(Kinds::INTEGER),
        Ty::Float => kinds.contains(Kinds::NUMBER) || kinds.contains(Kinds::INTEGER),
        Ty::String | Ty::Texts(_) | Ty::Id(_) | Ty::Arn | Ty::Url | Ty::Cidr => kinds.contains(Kinds::STRING),
        Ty::List(to) => {
            kinds.contains(Kinds::ARRAY) && from.items().is_none_or(|items| node_may_be(items, to))
        }
        Ty::Map(_) | Ty::Record(_) | Ty::Struct(_) => kinds.contains(Kinds::OBJECT),
        Ty::Json => true,
        _ => false,
    }
}

/// The narrowest type that both fit, or `None` when there is no useful one.
pub fn join(left: &Ty, right: &Ty) -> Option<Ty> {
    if left == right {
        return Some(left.clone());
    }
    match (left, right) {
        (Ty::Error, other) | (other, Ty::Error) => Some(other.clone()),
        (Ty::None, other) | (other, Ty::None) => Some(other.clone().option()),
        // With the options of one of them the other cannot be had.
        (Ty::Offer(a, _), b) | (b, Ty::Offer(a, _)) if !matches!(b, Ty::Option(_)) => join(a, b),
        (Ty::Option(a), Ty::Option(b)) => join(a, b).map(Ty::option),
        (Ty::Option(a), b) | (b, Ty::Option(a)) => join(a, b).map(Ty::option),
        (Ty::Secret(a), Ty::Secret(b)) => join(a, b).map(|ty| Ty::Secret(Arc::new(ty))),
        (Ty::Texts(a), Ty::Texts(b)) => {
            let mut texts: Vec<Arc<str>> = a.iter().chain(b.iter()).cloned().collect();
            texts.sort_unstable();
            texts.dedup();
            Some(Ty::Texts(texts.into()))
        }
        (Ty::List(a), Ty::List(b)) => join(a, b).map(Ty::list),
        (Ty::Map(a), Ty::Map(b)) => join(a, b).map(Ty::map),
        (Ty::Record(a), Ty::Record(b)) => Some(join_records(a, b)),
        (Ty::Record(fields), Ty::Map(ty)) | (Ty::Map(ty), Ty::Record(fields)) => {
            fields.iter().try_fold((**ty).clone(), |so_far, (_, ty)| join(&so_far, ty)).map(Ty::map)
        }
        (Ty::Id(a), Ty::Id(b)) => {
            let mut targets: Vec<Target> = a.to_vec();
            targets.extend(b.iter().filter(|target| !a.contains(target)).copied());
            Some(Ty::Id(targets.into()))
        }
        _ if fits(left, right).is_ok() => Some(right.clone()),
        _ if fits(right, left).is_ok() => Some(left.clone()),
        _ if left.is_text() && right.is_text() => Some(Ty::String),
        _ => None,
    }
}

/// A record that has the fields of both; a field that one lacks is optional.
fn join_records(left: &[(Arc<str>, Ty)], right: &[(Arc<str>, Ty)]) -> Ty {
    let field = |fields: &[(Arc<str>, Ty)], name: &Arc<str>| {
        fields.iter().find(|(known, _)| known == name).map(|(_, ty)| ty.clone())
    };
    let mut joined: Vec<(Arc<str>, Ty)> = Vec::new();
    for (name, ty) in left {
        let ty = match field(right, name) {
            Some(other) => join(ty, &other).unwrap_or(Ty::Json),
            None => ty.clone().option(),
        };
        joined.push((Arc::clone(name), ty));
    }
    for (name, ty) in right {
        if field(left, name).is_none() {
            joined.push((Arc::clone(name), ty.clone().option()));
        }
    }
    Ty::Record(joined.into())
}

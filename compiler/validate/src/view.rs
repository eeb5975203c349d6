//! Reading the graph's values for rules: by path, through lists, only what is known.

use ci_base::{Code, Diagnostic};
use ci_graph::{Entry, Late, Located, Origin, Resource, ResourceId, Stack, Value};

/// A broken rule of a service. `rule` is its stable name.
pub(crate) fn broken(rule: &str, at: Origin, message: impl Into<String>) -> Diagnostic<Origin> {
    Diagnostic::new(Code::ResourceRule, at, message).note(format!("rule `{rule}`"))
}

/// Something with named values: a resource, a record, or a value that may be one.
pub(crate) trait Fields {
    /// The value under a name. An absent one counts as not there.
    fn field(&self, name: &str) -> Option<&Located>;

    /// The value at the end of a path of names.
    fn at(&self, path: &[&str]) -> Option<&Located> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.field(first)?, |at, name| at.value.field(name))
    }

    /// The known text under a name.
    fn text(&self, name: &str) -> Option<&str> {
        self.field(name)?.value.as_str()
    }

    /// The known whole number under a name.
    fn int(&self, name: &str) -> Option<i64> {
        match self.field(name)?.value {
            Value::Int(number) => Some(number),
            _ => None,
        }
    }

    /// The known truth under a name.
    fn truth(&self, name: &str) -> Option<bool> {
        match self.field(name)?.value {
            Value::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    /// The items of the known list under a name; none if there is no such list.
    fn items(&self, name: &str) -> &[Located] {
        self.field(name).map_or(&[], |located| items(&located.value))
    }

    /// Whether nothing at all stands under a name.
    fn lacks(&self, name: &str) -> bool {
        self.field(name).is_none()
    }
}

fn present(located: &Located) -> Option<&Located> {
    (!matches!(located.value, Value::Absent)).then_some(located)
}

fn entry<'a>(entries: &'a [Entry], name: &str) -> Option<&'a Located> {
    entries.iter().find(|entry| &*entry.name == name).and_then(|entry| present(&entry.value))
}

impl Fields for Resource {
    fn field(&self, name: &str) -> Option<&Located> {
        entry(&self.properties, name)
    }
}

impl Fields for Value {
    fn field(&self, name: &str) -> Option<&Located> {
        match self {
            Self::Record(entries) => entry(entries, name),
            _ => None,
        }
    }
}

impl Fields for Located {
    fn field(&self, name: &str) -> Option<&Located> {
        self.value.field(name)
    }
}

/// The items of a value that is a known list.
pub(crate) fn items(value: &Value) -> &[Located] {
    match value {
        Value::List(items) => items,
        _ => &[],
    }
}

/// The items of a known list, or the value itself: how policies and others write one or many.
pub(crate) fn one_or_many(located: &Located) -> &[Located] {
    match &located.value {
        Value::List(items) => items,
        _ => std::slice::from_ref(located),
    }
}

/// Whether a value is known as far as its own kind: neither late nor unknown.
pub(crate) const fn is_known(value: &Value) -> bool {
    !matches!(value, Value::Late(_) | Value::Unknown)
}

/// The resource a value reads, if it is nothing but that reading.
pub(crate) fn target(value: &Value) -> Option<ResourceId> {
    let Value::Late(late) = value else { return None };
    match &**late {
        Late::Identifier(id) | Late::Attribute(id, _) => Some(*id),
        _ => None,
    }
}

/// The resource of one type that the property `name` of `of` reads.
pub(crate) fn target_of<'a>(
    stack: &'a Stack,
    of: &impl Fields,
    name: &str,
    resource_type: &str,
) -> Option<&'a Resource> {
    target_as(stack, &of.field(name)?.value, resource_type)
}

/// The resource of one type that a value reads.
pub(crate) fn target_as<'a>(stack: &'a Stack, value: &Value, resource_type: &str) -> Option<&'a Resource> {
    let resource = stack.resource(target(value)?);
    (resource.schema.name() == resource_type).then_some(resource)
}

/// Whether two resources can exist in the same deployment, as far as that is sure: neither has a condition, or both
/// have the same one.
pub(crate) fn together(one: &Resource, other: &Resource) -> bool {
    one.condition.is_none() || other.condition.is_none() || one.condition == other.condition
}

/// Calls `with` for a value and, where it is chosen by late conditions, for each value it may be.
pub(crate) fn each_case<'a>(located: &'a Located, with: &mut impl FnMut(&'a Located)) {
    if let Value::Late(late) = &located.value
        && let Late::If { then, otherwise, .. } = &**late
    {
        each_case(then, with);
        each_case(otherwise, with);
        return;
    }
    with(located);
}

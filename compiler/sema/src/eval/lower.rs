//! From values to the graph: properties of resources as a template holds them, in the order of the source.

use std::sync::Arc;

use ci_base::Code;
use ci_graph::{Condition, Entry, Late, ResourceId};

use super::Eval;
use super::builtin;
use super::value::{Located, Value};

impl Eval<'_> {
    /// Turns the evaluated properties of every resource into values of the graph.
    pub(super) fn lower_resources(&mut self) {
        for at in 0..self.resources.len() {
            let Some(record) = self.fill(ResourceId(at as u32)) else { continue };
            let mut holds: Vec<Arc<Condition>> = self.resources[at].condition.iter().cloned().collect();
            let mut properties = Vec::with_capacity(record.entries.len());
            for (name, value) in &record.entries {
                let value = self.lower(value, &mut holds);
                properties.push(Entry { name: Arc::clone(name), value });
            }
            self.resources[at].properties = properties;
        }
    }

    pub(super) fn lower_value(&mut self, value: &Located) -> Option<ci_graph::Located> {
        (!matches!(value.value, Value::Unknown)).then(|| self.lower(value, &mut Vec::new()))
    }

    /// A value as a template holds it, where all of `holds` are known to hold.
    fn lower(&mut self, located: &Located, holds: &mut Vec<Arc<Condition>>) -> ci_graph::Located {
        let origin = located.origin;
        let value =
            if self.step(|_| origin) { self.lower_known(located, holds) } else { ci_graph::Value::Unknown };
        ci_graph::Located { value, origin }
    }

    fn lower_known(&mut self, located: &Located, holds: &mut Vec<Arc<Condition>>) -> ci_graph::Value {
        let origin = located.origin;
        match &located.value {
            Value::Unknown => ci_graph::Value::Unknown,
            Value::None => ci_graph::Value::Absent,
            Value::Bool(value) => ci_graph::Value::Bool(*value),
            Value::Int(value) => ci_graph::Value::Int(*value),
            Value::Float(value) => ci_graph::Value::Float(*value),
            Value::Text(text) if !self.written(text, origin) => ci_graph::Value::Unknown,
            Value::Text(text) | Value::Variant(_, _, text) => ci_graph::Value::String(Arc::clone(text)),
            Value::List(items) => {
                let mut lowered = Vec::with_capacity(items.len());
                for item in items.iter().filter(|item| !matches!(item.value, Value::None)) {
                    lowered.push(self.lower(item, holds));
                }
                ci_graph::Value::List(lowered)
            }
            Value::Record(record) => {
                let mut lowered = Vec::with_capacity(record.entries.len());
                for (name, value) in &record.entries {
                    if !matches!(value.value, Value::None) {
                        lowered.push(Entry { name: Arc::clone(name), value: self.lower(value, holds) });
                    }
                }
                ci_graph::Value::Record(lowered)
            }
            Value::Late(_) if !self.walked([located], origin) => ci_graph::Value::Unknown,
            Value::Late(late) => ci_graph::Value::late(simplify(late, holds)),
            Value::Conditional(condition, inner) => {
                if holds.contains(condition) {
                    return self.lower(inner, holds).value;
                }
                holds.push(Arc::clone(condition));
                let then = self.lower(inner, holds);
                holds.pop();
                let otherwise = ci_graph::Located { value: ci_graph::Value::Absent, origin };
                ci_graph::Value::late(Late::If { condition: Arc::clone(condition), then, otherwise })
            }
            Value::Statement(statement) => {
                let record = builtin::statement_record(statement, origin);
                self.lower(&Located { value: record, origin }, holds).value
            }
            Value::Actions(actions) => ci_graph::Value::List(
                actions
                    .iter()
                    .map(|action| ci_graph::Located {
                        value: ci_graph::Value::String(Arc::clone(action)),
                        origin,
                    })
                    .collect(),
            ),
            other => {
                let message = format!("{} cannot stand in a template", other.describe());
                self.error(Code::TypeMismatch, origin, message);
                ci_graph::Value::Unknown
            }
        }
    }
}

/// Where a condition is known to hold, what it decides is decided.
fn simplify(late: &Late, holds: &[Arc<Condition>]) -> Late {
    match late {
        Late::If { condition, then, .. } if holds.contains(condition) => match &then.value {
            ci_graph::Value::Late(inner) => (**inner).clone(),
            _ => late.clone(),
        },
        _ => late.clone(),
    }
}

/// A scalar for an output.
pub(super) fn simple(located: &Located) -> Option<ci_graph::Located> {
    let value = match &located.value {
        Value::Unknown => ci_graph::Value::Unknown,
        Value::Late(late) => ci_graph::Value::late((**late).clone()),
        value => ci_graph::Value::String(builtin::scalar_text(value)?),
    };
    Some(ci_graph::Located { value, origin: located.origin })
}

/// The places of resources in the order of the source: `orders` holds each one's positions on the way to it. `None` where
/// they have it already.
pub(super) fn source_order(orders: &[Vec<u32>]) -> Option<Vec<ResourceId>> {
    if orders.is_sorted() {
        return None;
    }
    let mut by_order: Vec<usize> = (0..orders.len()).collect();
    by_order.sort_by(|a, b| orders[*a].cmp(&orders[*b]));
    let mut places = vec![ResourceId(0); orders.len()];
    for (new, old) in by_order.into_iter().enumerate() {
        places[old] = ResourceId(new as u32);
    }
    Some(places)
}

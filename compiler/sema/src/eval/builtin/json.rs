//! Values as JSON text, and as values of the graph on the way there.

use ci_graph::{Entry, Late, Value as Graph};

use super::compose::{Composition, float_text};
use super::{Outcome, Problem, Stop, mismatch, policy, settle};
use crate::eval::value::{Located, Principal, Value};

/// A value as templates hold it; `None` of what has no form there: resources, instances, closures, durations and the
/// like.
pub fn to_graph(value: &Located) -> Option<ci_graph::Located> {
    lower(value).ok()
}

/// The compact JSON text of a value; `none` is `null`, also in records.
///
/// Late parts become parts of a late text, with everything known around and in them escaped. **What they turn out to
/// be at deployment is not**: a late text that contains a quotation mark or a backslash breaks the JSON. Identifiers,
/// ARNs, names and addresses contain neither. A late value is written between quotation marks unless it is known to
/// be a truth or a list.
pub fn json_text(value: &Located) -> Result<Value, Problem> {
    settle(lower(value).and_then(|lowered| {
        let mut text = Composition::default();
        write(&lowered.value, &mut text)?;
        Ok(text.finish())
    }))
}

fn lower(located: &Located) -> Outcome<ci_graph::Located> {
    let origin = located.origin;
    let nested = |value: Value| lower(&Located { value, origin }).map(|lowered| lowered.value);
    let value = match &located.value {
        Value::Unknown => Graph::Unknown,
        Value::None => Graph::Absent,
        Value::Bool(known) => Graph::Bool(*known),
        Value::Int(known) => Graph::Int(*known),
        Value::Float(known) => Graph::Float(*known),
        Value::Text(text) | Value::Variant(_, _, text) => Graph::String(text.clone()),
        Value::List(items) => Graph::List(items.iter().map(lower).collect::<Outcome<_>>()?),
        Value::Record(record) => {
            let entry = |(name, value): &(std::sync::Arc<str>, Located)| {
                Ok(Entry { name: name.clone(), value: lower(value)? })
            };
            Graph::Record(record.entries.iter().map(entry).collect::<Outcome<_>>()?)
        }
        Value::Late(late) => Graph::late((**late).clone()),
        Value::Conditional(condition, inner) => Graph::late(Late::If {
            condition: condition.clone(),
            then: lower(inner)?,
            otherwise: ci_graph::Located { value: Graph::Absent, origin },
        }),
        Value::Statement(statement) => nested(policy::statement_record(statement, origin))?,
        Value::Actions(actions) => {
            let text = |action: &std::sync::Arc<str>| ci_graph::Located {
                value: Graph::String(action.clone()),
                origin,
            };
            Graph::List(actions.iter().map(text).collect())
        }
        Value::Principal(principal) => match &**principal {
            Principal::Everyone => Graph::string("*"),
            Principal::Kind(kind, name) => {
                Graph::Record(vec![Entry { name: (*kind).into(), value: lower(name)? }])
            }
        },
        Value::Duration(_) => {
            return Err(no_form("a duration has no unit yet; use `.seconds()` or another unit"));
        }
        Value::Size(_) => return Err(no_form("a size has no unit yet; use `.bytes()` or another unit")),
        Value::Range(..) => return Err(no_form("a range is no list yet; use `.to_list()`")),
        Value::Resource(_)
        | Value::Existing(_)
        | Value::Instance(_)
        | Value::Provided(_)
        | Value::Service(_)
        | Value::Made(_)
        | Value::Every(_)
        | Value::Closure(_) => {
            return Err(mismatch(located, "a value that has a JSON form"));
        }
    };
    Ok(ci_graph::Located { value, origin })
}

fn no_form(words: &str) -> Stop {
    Problem::Argument(words.to_owned()).into()
}

fn write(value: &Graph, text: &mut Composition) -> Outcome<()> {
    match value {
        Graph::Unknown => return Err(Stop::Unknown),
        Graph::Absent => text.known("null")?,
        Graph::Bool(known) => text.known(if *known { "true" } else { "false" })?,
        Graph::Int(known) => text.known(&known.to_string())?,
        Graph::Float(known) => text.known(&float_text(*known))?,
        Graph::String(known) => {
            text.known("\"")?;
            text.known(&escaped(known))?;
            text.known("\"")?;
        }
        Graph::List(items) => {
            text.known("[")?;
            for (at, item) in items.iter().enumerate() {
                text.known(if at > 0 { "," } else { "" })?;
                write(&item.value, text)?;
            }
            text.known("]")?;
        }
        Graph::Record(entries) => {
            text.known("{")?;
            for (at, entry) in entries.iter().enumerate() {
                text.known(if at > 0 { ",\"" } else { "\"" })?;
                text.known(&escaped(&entry.name))?;
                text.known("\":")?;
                write(&entry.value.value, text)?;
            }
            text.known("}")?;
        }
        Graph::Late(late) => write_late(late, text)?,
    }
    Ok(())
}

fn write_late(late: &Late, text: &mut Composition) -> Outcome<()> {
    match late {
        Late::Truth(_) => text.late(late),
        Late::If { condition, then, otherwise } => {
            let branch = |branch: &ci_graph::Located| {
                let mut text = Composition::default();
                write(&branch.value, &mut text)?;
                Ok::<_, Stop>(ci_graph::Located { value: text.finish_graph(), origin: branch.origin })
            };
            let (then, otherwise) = (branch(then)?, branch(otherwise)?);
            text.late(&Late::If { condition: condition.clone(), then, otherwise })
        }
        // No such list is empty: an empty text splits into one empty text.
        Late::Split { .. } | Late::Cidr { .. } | Late::AvailabilityZones { .. } => {
            text.known("[\"")?;
            text.late(&Late::Join { separator: "\",\"".into(), list: Graph::late(late.clone()) })?;
            text.known("\"]")
        }
        other => {
            text.known("\"")?;
            text.late(&escaped_late(other)?)?;
            text.known("\"")
        }
    }
}

/// A late text whose known parts are escaped.
fn escaped_late(late: &Late) -> Outcome<Late> {
    let part = |part: &Graph| escaped_part(part);
    Ok(match late {
        Late::Concat(parts) => Late::Concat(parts.iter().map(part).collect::<Outcome<_>>()?),
        Late::Join { separator, list } => {
            Late::Join { separator: escaped(separator).into(), list: part(list)? }
        }
        Late::Select { index, list: list @ Graph::List(_) } => {
            Late::Select { index: *index, list: part(list)? }
        }
        Late::If { condition, then, otherwise } => {
            let branch = |branch: &ci_graph::Located| {
                Ok::<_, Stop>(ci_graph::Located { value: part(&branch.value)?, origin: branch.origin })
            };
            Late::If { condition: condition.clone(), then: branch(then)?, otherwise: branch(otherwise)? }
        }
        other => other.clone(),
    })
}

fn escaped_part(part: &Graph) -> Outcome<Graph> {
    Ok(match part {
        Graph::String(text) => Graph::string(escaped(text)),
        Graph::Late(late) => Graph::late(escaped_late(late)?),
        Graph::List(items) => {
            let item = |item: &ci_graph::Located| {
                Ok(ci_graph::Located { value: escaped_part(&item.value)?, origin: item.origin })
            };
            Graph::List(items.iter().map(item).collect::<Outcome<_>>()?)
        }
        other => other.clone(),
    })
}

/// A text between the quotation marks of JSON: RFC 8259, section 7.
fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            '\u{0}'..='\u{1f}' => {
                // Writing to a text cannot fail.
                let _ = write!(escaped, "\\u{:04x}", u32::from(letter));
            }
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests;

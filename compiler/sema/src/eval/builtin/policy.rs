//! Policy documents of statements, as IAM has them: AWS Identity and Access Management User Guide, "IAM JSON policy
//! elements reference".

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use ci_graph::Origin;
use ci_syntax::ast::Effect;
use rustc_hash::FxHashSet;

use super::order::equal;
use super::{Outcome, Problem, Stop, mismatch, settle};
use crate::eval::value::{Located, Principal, Statement, Value};

/// The version of the policy language.
const VERSION: &str = "2012-10-17";

/// The name of a statement's name.
const SID: &str = "Sid";

/// The document of some statements. One that exists under a condition stays so; `none` and lists in the list are
/// what they are everywhere: nothing, and what is in them.
pub fn policy_document(statements: &[Located], origin: Origin) -> Result<Value, Problem> {
    let mut records = Vec::new();
    let document = statements.iter().try_for_each(|statement| collect(statement, &mut records)).map(|()| {
        let at = |value| Located { value, origin };
        let statements = at(Value::list(numbered(distinct(records))));
        Value::record(vec![("Version".into(), at(Value::text(VERSION))), ("Statement".into(), statements)])
    });
    settle(document)
}

fn collect(located: &Located, records: &mut Vec<Located>) -> Outcome<()> {
    let origin = located.origin;
    match &located.value {
        Value::None => {}
        Value::Statement(statement) => {
            records.push(Located { value: statement_record(statement, origin), origin });
        }
        Value::List(statements) => statements.iter().try_for_each(|inner| collect(inner, records))?,
        Value::Conditional(condition, inner) => {
            let mut inners = Vec::new();
            collect(inner, &mut inners)?;
            records.extend(inners.into_iter().map(|inner| Located {
                value: Value::Conditional(Arc::clone(condition), Rc::new(inner)),
                origin,
            }));
        }
        Value::Unknown => return Err(Stop::Unknown),
        _ => return Err(mismatch(located, "a statement")),
    }
    Ok(())
}

/// A statement as IAM writes it. Actions are sorted; what is a single one is written without a list.
pub fn statement_record(statement: &Statement, origin: Origin) -> Value {
    let at = |value| Located { value, origin };
    let effect = match statement.effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
    };
    let mut entries: Vec<(Arc<str>, Located)> = Vec::with_capacity(6);
    entries.extend(statement.sid.iter().map(|sid| (SID.into(), at(Value::Text(Arc::clone(sid))))));
    entries.push(("Effect".into(), at(Value::text(effect))));
    if !statement.principals.is_empty() {
        entries.push(("Principal".into(), at(principals(&statement.principals, origin))));
    }
    let mut actions = statement.actions.to_vec();
    actions.sort_unstable();
    actions.dedup();
    let actions = actions.into_iter().map(|action| at(Value::Text(action))).collect();
    entries.push(("Action".into(), one_or_list(actions, origin)));
    if let Some(resources) = &statement.resources {
        entries.push(("Resource".into(), one_or_list(distinct(resources.clone()), origin)));
    }
    if let Some(conditions) = &statement.conditions {
        entries.push(("Condition".into(), conditions.clone()));
    }
    Value::record(entries)
}

/// Names of statements are unique in a document: those of a capability of several statements get numbers.
fn numbered(mut records: Vec<Located>) -> Vec<Located> {
    let mut taken = FxHashSet::default();
    for record in &mut records {
        number(record, &mut taken);
    }
    records
}

fn number(located: &mut Located, taken: &mut FxHashSet<Arc<str>>) {
    match &mut located.value {
        Value::Record(record) => {
            let Some(Located { value: Value::Text(sid), .. }) = record.get(SID) else { return };
            let sid = Arc::clone(sid);
            let mut free = Arc::clone(&sid);
            let mut count = 2;
            while taken.contains(&free) {
                free = format!("{sid}{count}").into();
                count += 1;
            }
            if free != sid {
                let numbered = Located { value: Value::Text(Arc::clone(&free)), origin: located.origin };
                Rc::make_mut(record).set(SID.into(), numbered);
            }
            taken.insert(free);
        }
        Value::Conditional(_, inner) => number(Rc::make_mut(inner), taken),
        _ => {}
    }
}

/// Everyone alone is `"*"`. Beside others it is `"*"` of AWS, so that the others stay visible.
fn principals(principals: &[Located], origin: Origin) -> Value {
    let mut kinds: BTreeMap<&'static str, Vec<Located>> = BTreeMap::new();
    for principal in principals {
        match kind(principal) {
            Some((kind, name)) => kinds.entry(kind).or_default().push(name),
            None => return Value::Unknown,
        }
    }
    let is_everyone = |located: &Located| matches!(&located.value, Value::Principal(who) if matches!(**who, Principal::Everyone));
    if principals.iter().all(is_everyone) {
        return Value::text("*");
    }
    Value::record(
        kinds.into_iter().map(|(kind, names)| (kind.into(), one_or_list(distinct(names), origin))).collect(),
    )
}

/// The key of a principal and its text. `None` of what has been reported.
fn kind(located: &Located) -> Option<(&'static str, Located)> {
    match &located.value {
        Value::Principal(principal) => match &**principal {
            Principal::Everyone => Some(("AWS", Located { value: Value::text("*"), origin: located.origin })),
            Principal::Kind(kind, name) => Some((kind, name.clone())),
        },
        Value::Conditional(condition, inner) => {
            let (kind, name) = kind(inner)?;
            let value = Value::Conditional(Arc::clone(condition), Rc::new(name));
            Some((kind, Located { value, origin: located.origin }))
        }
        _ => None,
    }
}

/// Without repetitions that are certain.
fn distinct(items: Vec<Located>) -> Vec<Located> {
    let mut kept: Vec<Located> = Vec::with_capacity(items.len());
    for item in items {
        if !kept.iter().any(|other| equal(&other.value, &item.value) == Some(true)) {
            kept.push(item);
        }
    }
    kept
}

/// IAM takes one text for a list of one. What is there under a condition stays in a list, which may be empty.
fn one_or_list(mut items: Vec<Located>, origin: Origin) -> Located {
    match items.pop() {
        Some(only) if items.is_empty() && !matches!(only.value, Value::Conditional(..)) => only,
        last => {
            items.extend(last);
            Located { value: Value::list(items), origin }
        }
    }
}

#[cfg(test)]
mod tests;

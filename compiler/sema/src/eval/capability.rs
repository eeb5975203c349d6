//! Capabilities: statements that belong together, what they are called, and how they pass between services.
//!
//! A capability is a list of statements. It gets its name where a component declares it, so that a policy says which
//! right each of its statements is of. What another service provides is the same statements: what is late about them
//! becomes an output of the provider, everything else is known while compiling.

use std::rc::Rc;
use std::sync::Arc;

use ci_base::{Code, Diagnostic};
use ci_graph::{Late, Origin, Strength, Value as Graph};
use ci_syntax::ast::{Effect, Keyword, MemberKind};

use super::Eval;
use super::builtin::case::logical_id_part;
use super::expr::each_under;
use super::frame::{Instance, Place};
use super::offer;
use super::plan::{Frozen, FrozenStatement};
use super::value::{List, Located, Record, Statement, Value};

impl Eval<'_> {
    /// A statement, or statements in lists, as a capability.
    pub(super) fn capability(&mut self, located: Located) -> Located {
        let origin = located.origin;
        if matches!(&located.value, Value::List(items) if items.iter().all(|item| matches!(item.value, Value::Statement(_))))
        {
            return located;
        }
        let mut statements = Vec::new();
        let value = match collect(&located, &mut statements) {
            Some(()) => Value::list(statements),
            None => Value::Unknown,
        };
        Located::new(self.made(value, origin), origin)
    }

    /// Whether a member is declared as a capability.
    pub(super) fn is_capability(&self, instance: &Instance, at: u32) -> bool {
        let member = &self.bodies[instance.body as usize].members[at as usize];
        matches!(member.kind, MemberKind::Declaration { keyword: Keyword::Capability, .. })
    }

    /// A capability whose statements are called after the place of its declaration, unless they have a name.
    pub(super) fn named_capability(&mut self, located: &Located, place: &Place) -> Located {
        named(located, &self.name_of(place).into())
    }

    /// What a service provides by value, a capability or a struct, for others to see. Its late parts become outputs, whose
    /// names begin with `prefix`.
    pub(super) fn export(&mut self, located: &Located, prefix: &str, strength: Strength) -> Frozen {
        let origin = located.origin;
        let part = |eval: &mut Self, located: &Located| eval.export(located, prefix, strength);
        if let Some(scalar) = Frozen::scalar(&located.value) {
            return scalar;
        }
        match &located.value {
            Value::Variant(item, at, text) => Frozen::Variant(*item, *at, Arc::clone(text)),
            Value::Duration(value) => Frozen::Duration(*value),
            Value::Size(value) => Frozen::Size(*value),
            Value::List(items) => Frozen::List(items.iter().map(|item| part(self, item)).collect()),
            Value::Record(record) => {
                let entry = |(name, value): &(Arc<str>, Located)| (Arc::clone(name), part(self, value));
                Frozen::Record(record.entries.iter().map(entry).collect())
            }
            Value::Statement(statement) if statement.principals.is_empty() => {
                let resources = statement.resources.as_ref();
                Frozen::Statement(Box::new(FrozenStatement {
                    effect: statement.effect,
                    actions: statement.actions.to_vec(),
                    resources: resources.map(|all| all.iter().map(|one| part(self, one)).collect()),
                    conditions: statement.conditions.as_ref().map(|conditions| part(self, conditions)),
                }))
            }
            Value::Late(late) => self.export_late(late, prefix, strength, origin),
            _ => self.not_exported(located.value.describe(), origin),
        }
    }

    fn export_late(&mut self, late: &Late, prefix: &str, strength: Strength, origin: Origin) -> Frozen {
        let name = match late {
            Late::Pseudo(pseudo) => return Frozen::Pseudo(*pseudo),
            Late::StackOutput { stack, output, strength } => {
                return Frozen::Output(Arc::clone(stack), Arc::clone(output), *strength, false);
            }
            Late::Concat(parts) => {
                let part = |part: &Graph| match part {
                    Graph::String(text) => Frozen::Text(Arc::clone(text)),
                    Graph::Late(late) => self.export_late(late, prefix, strength, origin),
                    _ => Frozen::Unknown,
                };
                return Frozen::Concat(parts.iter().map(part).collect());
            }
            Late::Identifier(id) => self.resources[id.0 as usize].logical_id.to_string(),
            Late::Attribute(id, attribute) => {
                format!("{}{}", self.resources[id.0 as usize].logical_id, logical_id_part(attribute))
            }
            Late::Parameter(id) => self.parameters[id.0 as usize].name.to_string(),
            _ => return self.not_exported("what is calculated at deployment", origin),
        };
        let name: Arc<str> = format!("{prefix}{name}").into();
        let value = ci_graph::Located { value: Graph::late(late.clone()), origin };
        match self.outputs.iter().find(|output| output.name == name) {
            // The same part of several statements is one output.
            Some(known) if known.value.value == value.value => {}
            Some(known) => {
                let message = format!("two outputs would be called `{name}` in the template");
                let found = Diagnostic::new(Code::DuplicateLogicalId, origin, message)
                    .also(known.value.origin, "the other")
                    .help("rename a resource, or what is provided");
                self.report(found);
                return Frozen::Unknown;
            }
            None => {
                let (name, provided) = (Arc::clone(&name), Some(strength));
                self.outputs.push(ci_graph::Output {
                    name,
                    value,
                    description: None,
                    condition: None,
                    provided,
                });
            }
        }
        Frozen::Own(name, strength)
    }

    fn not_exported(&mut self, what: &str, origin: Origin) -> Frozen {
        let message = format!("{what} cannot be part of what passes between services by value");
        let found = Diagnostic::new(Code::NotAcrossServices, origin, message)
            .note("each late part of a capability or struct becomes an output, which another stack reads")
            .help("make it out of attributes of resources and known values, without late conditions");
        self.report(found);
        Frozen::Unknown
    }

    /// Notes that a capability of another service is used: what it allows, as policies will name it.
    pub(super) fn note_use(
        &mut self,
        provider: &Arc<str>,
        name: &Arc<str>,
        origin: Origin,
        statements: &Located,
    ) {
        let is_known =
            |used: &ci_graph::Use| used.provider == *provider && used.name == *name && used.origin == origin;
        if self.uses.iter().any(is_known) {
            return;
        }
        let given = statements_in(statements);
        let mut rights = Vec::new();
        for located in &given {
            let Value::Statement(statement) = &located.value else { continue };
            if statement.effect == Effect::Allow {
                let resources = statement.resources.iter().flatten();
                let resources = resources.filter_map(|resource| self.lower_value(resource)).collect();
                rights.push(ci_graph::Right { actions: statement.actions.to_vec(), resources });
            }
        }
        let (provider, name) = (Arc::clone(provider), Arc::clone(name));
        self.uses.push(ci_graph::Use { provider, name, origin, rights });
    }

    /// A statement of another service, or one that an app passed.
    pub(super) fn thaw_statement(
        &mut self,
        frozen: &FrozenStatement,
        own: Option<&Arc<str>>,
        origin: Origin,
    ) -> Value {
        let resources = frozen.resources.as_ref();
        Value::Statement(Rc::new(Statement {
            sid: None,
            effect: frozen.effect,
            actions: frozen.actions.clone().into(),
            resources: resources.map(|all| all.iter().map(|one| self.thaw(one, own, origin)).collect()),
            principals: Vec::new(),
            conditions: frozen.conditions.as_ref().map(|conditions| self.thaw(conditions, own, origin)),
        }))
    }
}

/// The statements of what is offered where it is used: that is why they are in a policy. Where their parts were written,
/// the parts know.
pub(super) fn used_at(value: Value, origin: Origin) -> Value {
    let is_statement = |item: &Located| matches!(item.value, Value::Statement(_));
    match value {
        Value::List(items) if items.iter().all(is_statement) => {
            let mut list: List = items.iter().map(|item| Located::new(item.value.clone(), origin)).collect();
            list.offer.clone_from(&items.offer);
            Value::List(Rc::new(list))
        }
        Value::Record(record) => {
            let used = |value: &Located| Located::new(used_at(value.value.clone(), origin), value.origin);
            let entries = record.entries.iter().map(|(name, value)| (Arc::clone(name), used(value)));
            let mut found: Record = entries.collect::<Vec<_>>().into();
            found.offer.clone_from(&record.offer);
            Value::Record(Rc::new(found))
        }
        other => other,
    }
}

/// The statements in a value, in order; `None` where something is unknown.
fn collect(located: &Located, statements: &mut Vec<Located>) -> Option<()> {
    match &located.value {
        Value::Statement(_) => statements.push(located.clone()),
        Value::List(items) => items.iter().try_for_each(|item| collect(item, statements))?,
        Value::Conditional(condition, inner) => {
            let mut inners = Vec::new();
            collect(inner, &mut inners)?;
            statements.extend(each_under(condition, &inners));
        }
        Value::None => {}
        _ => return None,
    }
    Some(())
}

/// All statements in a value, those in records as well.
pub(super) fn statements_in(located: &Located) -> Vec<Located> {
    let mut found = Vec::new();
    match &located.value {
        Value::Record(record) => {
            record.entries.iter().for_each(|(_, value)| found.extend(statements_in(value)));
        }
        Value::List(items) => items.iter().for_each(|item| found.extend(statements_in(item))),
        _ => _ = collect(located, &mut found),
    }
    found
}

/// The same statements, called `sid` where they have no name.
pub(super) fn named(located: &Located, sid: &Arc<str>) -> Located {
    let value = match &located.value {
        Value::List(items) => {
            let mut list: List = items.iter().map(|item| named(item, sid)).collect();
            list.offer = offer::named(items.offer.as_ref(), sid);
            Value::List(Rc::new(list))
        }
        Value::Statement(statement) if statement.sid.is_none() => {
            Value::Statement(Rc::new(Statement { sid: Some(Arc::clone(sid)), ..(**statement).clone() }))
        }
        Value::Record(record) => {
            let entries = record.entries.iter();
            let mut named: Record =
                entries.map(|(name, value)| (Arc::clone(name), named(value, sid))).collect::<Vec<_>>().into();
            named.offer = offer::named(record.offer.as_ref(), sid);
            Value::Record(Rc::new(named))
        }
        Value::Conditional(condition, inner) => {
            Value::Conditional(Arc::clone(condition), Rc::new(named(inner, sid)))
        }
        other => other.clone(),
    };
    Located::new(value, located.origin)
}

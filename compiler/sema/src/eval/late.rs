//! Decisions that are left to the deployment: conditions and `Fn::If`.

use std::rc::Rc;
use std::sync::Arc;

use ci_base::{Code, Diagnostic};
use ci_graph::{Condition, Late, Origin};
use ci_syntax::ast::{BinaryOperator, Expr, ExprId};

use super::Eval;
use super::builtin;
use super::expr::each_under;
use super::frame::Env;
use super::value::{Located, Value};

impl Eval<'_> {
    /// An `if`.
    pub(super) fn choose(&mut self, id: ExprId, env: &Env) -> Located {
        let origin = self.origin(env, id);
        let Expr::If { condition, then, otherwise } = self.tree(env.body)[id] else {
            return Located::new(Value::Unknown, origin);
        };
        let decides = self.expr(condition, env);
        match &decides.value {
            Value::Bool(true) => self.expr(then, env),
            Value::Bool(false) => match otherwise {
                Some(otherwise) => self.expr(otherwise, env),
                None => Located::new(Value::None, origin),
            },
            Value::Unknown => {
                // Both branches are looked at, so that what is wrong in them is found.
                self.expr(then, env);
                if let Some(otherwise) = otherwise {
                    self.expr(otherwise, env);
                }
                Located::new(Value::Unknown, origin)
            }
            _ => {
                let Some(condition) = self.condition(&decides) else {
                    return Located::new(Value::Unknown, origin);
                };
                let then = self.under(&condition, true, |eval| eval.expr(then, env));
                let otherwise = match otherwise {
                    Some(otherwise) => self.under(&condition, false, |eval| eval.expr(otherwise, env)),
                    None => Located::new(Value::None, origin),
                };
                Located::new(self.late_choice(condition, &then, &otherwise, origin), origin)
            }
        }
    }

    /// Evaluates something that exists only when a condition holds, or does not.
    pub(super) fn under(
        &mut self,
        condition: &Arc<Condition>,
        holds: bool,
        evaluate: impl FnOnce(&mut Self) -> Located,
    ) -> Located {
        let own = if holds { Arc::clone(condition) } else { Arc::new(Condition::Not(Arc::clone(condition))) };
        let outer = self.place.condition.clone();
        self.place.condition = Some(match &outer {
            None => own,
            Some(outer) if *outer == own => own,
            Some(outer) => Arc::new(combined(true, [Arc::clone(outer), own])),
        });
        let value = evaluate(self);
        self.place.condition = outer;
        value
    }

    /// One of two values, decided at deployment.
    pub(super) fn late_choice(
        &mut self,
        condition: Arc<Condition>,
        then: &Located,
        otherwise: &Located,
        origin: Origin,
    ) -> Value {
        if !self.walked([then, otherwise], origin) {
            return Value::Unknown;
        }
        let chosen = self.choice(condition, then, otherwise, origin);
        self.made(chosen, origin)
    }

    fn choice(
        &mut self,
        condition: Arc<Condition>,
        then: &Located,
        otherwise: &Located,
        origin: Origin,
    ) -> Value {
        match (&then.value, &otherwise.value) {
            (Value::Unknown, _) | (_, Value::Unknown) => return Value::Unknown,
            (Value::None, Value::None) => return Value::None,
            (_, Value::None) => return existing_when(condition, then.clone()),
            (Value::None, _) => {
                let not = Arc::new(Condition::Not(condition));
                return existing_when(not, otherwise.clone());
            }
            (Value::List(items), Value::List(none)) if none.is_empty() => {
                return Value::list(each_under(&condition, items));
            }
            (Value::List(none), Value::List(items)) if none.is_empty() => {
                let not = Arc::new(Condition::Not(condition));
                return Value::list(each_under(&not, items));
            }
            (Value::Bool(a), Value::Bool(b)) => {
                return match (a, b) {
                    (true, false) => Value::late(Late::Truth(condition)),
                    (false, true) => Value::late(Late::Truth(Arc::new(Condition::Not(condition)))),
                    (same, _) => Value::Bool(*same),
                };
            }
            _ => {}
        }
        // In its own branch it is there.
        let then = match &then.value {
            Value::Conditional(own, within) if *own == condition => within,
            _ => then,
        };
        if let Some(exists) = one_exists(&condition, then, otherwise) {
            let there = |value: &Located| match &value.value {
                Value::Conditional(_, within) => (**within).clone(),
                _ => value.clone(),
            };
            let chosen = self.late_choice(condition, &there(then), &there(otherwise), origin);
            return existing_when(Arc::new(exists), Located::new(chosen, origin));
        }
        let (Some(a), Some(b)) = (builtin::to_graph(then), builtin::to_graph(otherwise)) else {
            let what = if builtin::to_graph(then).is_none() { then } else { otherwise };
            let message = format!(
                "which of two is only known at deployment, and {} cannot be chosen then",
                what.value.describe()
            );
            let found = Diagnostic::new(Code::LateValue, origin, message)
                .help("make each under its own `if` without `else`, and choose between their attributes");
            self.report(found);
            return Value::Unknown;
        };
        Value::late(Late::If { condition, then: a, otherwise: b })
    }

    /// A late truth as a condition.
    pub(super) fn condition(&mut self, value: &Located) -> Option<Arc<Condition>> {
        match &value.value {
            Value::Late(late) => match &**late {
                Late::Truth(condition) => Some(Arc::clone(condition)),
                Late::Identifier(_) | Late::Attribute(..) | Late::StackOutput { .. } => {
                    self.unconditional(value.origin, value.origin);
                    None
                }
                other => {
                    let equals = Condition::Equals(
                        ci_graph::Value::late(other.clone()),
                        ci_graph::Value::string("true"),
                    );
                    self.conditional(equals, value.origin)
                }
            },
            Value::Unknown => None,
            Value::Conditional(..) => {
                self.late_error(value.origin, "what decides", value.origin);
                None
            }
            _ => None,
        }
    }

    /// A condition, unless it reads what conditions cannot read.
    fn conditional(&mut self, condition: Condition, origin: Origin) -> Option<Arc<Condition>> {
        if let Condition::Equals(left, right) = &condition {
            for side in [left, right] {
                let mut reads = false;
                ci_graph::visit_late(side, origin, &mut |late, _| {
                    reads |= matches!(
                        late,
                        Late::Identifier(_)
                            | Late::Attribute(..)
                            | Late::StackOutput { .. }
                            | Late::Dynamic(_)
                    );
                });
                if reads {
                    self.unconditional(origin, origin);
                    return None;
                }
            }
        }
        Some(Arc::new(condition))
    }

    fn unconditional(&mut self, at: Origin, late: Origin) {
        let mut found = Diagnostic::new(Code::LateValue, at, "CloudFormation cannot decide by what a resource or another stack returns")
            .note("conditions are decided before any resource exists: they read parameters and `aws::region` and its like")
            .help("decide by an `input` or a `param`");
        if late != at {
            found = found.also(late, "read here");
        }
        self.report(found);
    }

    pub(super) fn equal(&mut self, a: &Located, b: &Located, origin: Origin) -> Value {
        if matches!(a.value, Value::Unknown) || matches!(b.value, Value::Unknown) {
            return Value::Unknown;
        }
        match (&a.value, &b.value) {
            (Value::Conditional(condition, _), Value::None)
            | (Value::None, Value::Conditional(condition, _)) => {
                return Value::late(Late::Truth(Arc::new(Condition::Not(Arc::clone(condition)))));
            }
            _ => {}
        }
        if !self.walked([a, b], origin) {
            return Value::Unknown;
        }
        if let Some(equal) = builtin::equal(&a.value, &b.value) {
            return Value::Bool(equal);
        }
        let has_parts = |value: &Value| matches!(value, Value::Made(_) | Value::List(_) | Value::Record(_));
        if self.inspects && (has_parts(&a.value) || has_parts(&b.value)) {
            return Value::Unknown;
        }
        let side = |side: &Located| match &side.value {
            // A parameter gives its value as text.
            Value::Bool(value) => Some(ci_graph::Value::string(value.to_string())),
            value => builtin::scalar_text(value)
                .map(ci_graph::Value::String)
                .or_else(|| builtin::to_graph(side).map(|located| located.value)),
        };
        let truth = |value: &Value| match value {
            Value::Late(late) => match &**late {
                Late::Truth(condition) => Some(Arc::clone(condition)),
                _ => None,
            },
            _ => None,
        };
        match (truth(&a.value), truth(&b.value), &a.value, &b.value) {
            (Some(condition), None, _, Value::Bool(wanted))
            | (None, Some(condition), Value::Bool(wanted), _) => {
                let own = if *wanted { condition } else { Arc::new(Condition::Not(condition)) };
                return Value::late(Late::Truth(own));
            }
            (Some(_), _, _, _) | (_, Some(_), _, _) => {
                return self.late_error(origin, "what is compared", a.origin);
            }
            _ => {}
        }
        let (Some(left), Some(right)) = (side(a), side(b)) else {
            return self.late_error(origin, "what is compared", a.origin);
        };
        match self.conditional(Condition::Equals(left, right), origin) {
            Some(condition) => Value::late(Late::Truth(condition)),
            None => Value::Unknown,
        }
    }

    pub(super) fn not(&mut self, value: &Located) -> Value {
        match self.condition(value) {
            Some(condition) => Value::late(Late::Truth(match &*condition {
                Condition::Not(inner) => Arc::clone(inner),
                _ => Arc::new(Condition::Not(condition)),
            })),
            None => Value::Unknown,
        }
    }

    /// `&&` and `||` of which at least one side is late.
    pub(super) fn both(&mut self, operator: BinaryOperator, a: &Located, b: &Located) -> Value {
        let all = operator == BinaryOperator::And;
        match (&a.value, &b.value) {
            (Value::Bool(x), Value::Bool(y)) => return Value::Bool(if all { *x && *y } else { *x || *y }),
            (Value::Bool(known), _) => {
                return if *known == all { b.value.clone() } else { Value::Bool(*known) };
            }
            (_, Value::Bool(known)) => {
                return if *known == all { a.value.clone() } else { Value::Bool(*known) };
            }
            _ => {}
        }
        let (Some(left), Some(right)) = (self.condition(a), self.condition(b)) else { return Value::Unknown };
        Value::late(Late::Truth(Arc::new(combined(all, [left, right]))))
    }
}

/// Both of two conditions, or either of them.
fn combined(all: bool, sides: [Arc<Condition>; 2]) -> Condition {
    let mut parts = Vec::new();
    for side in sides {
        match (&*side, all) {
            (Condition::All(more), true) | (Condition::Any(more), false)
                if parts.len() + more.len() <= 10 =>
            {
                parts.extend(more.iter().cloned());
            }
            _ => parts.push(side),
        }
    }
    if all { Condition::All(parts) } else { Condition::Any(parts) }
}

/// When the one that is chosen of two values exists, if not always.
fn one_exists(condition: &Arc<Condition>, then: &Located, otherwise: &Located) -> Option<Condition> {
    let holds = || Arc::clone(condition);
    let fails = || Arc::new(Condition::Not(Arc::clone(condition)));
    let both = |chosen, own: &Arc<Condition>| Arc::new(combined(true, [chosen, Arc::clone(own)]));
    let ways = match (&then.value, &otherwise.value) {
        (Value::Conditional(a, _), Value::Conditional(b, _)) => [both(holds(), a), both(fails(), b)],
        (Value::Conditional(a, _), _) => [fails(), Arc::clone(a)],
        (_, Value::Conditional(b, _)) => [holds(), Arc::clone(b)],
        _ => return None,
    };
    Some(combined(false, ways))
}

/// A value that exists only when a condition holds; of one that does so already, both must.
pub(super) fn existing_when(condition: Arc<Condition>, value: Located) -> Value {
    match &value.value {
        Value::Unknown | Value::None => value.value,
        Value::Conditional(own, _) if *own == condition => value.value,
        Value::Conditional(own, within) => {
            let both = combined(true, [condition, Arc::clone(own)]);
            Value::Conditional(Arc::new(both), Rc::clone(within))
        }
        _ => Value::Conditional(condition, Rc::new(value)),
    }
}

//! `for` and ranges.

use std::rc::Rc;
use std::sync::Arc;

use ci_base::{Code, Diagnostic};
use ci_graph::Origin;
use ci_syntax::ast::{ExprId, Name};

use super::Eval;
use super::builtin;
use super::frame::{Env, Label, Segment};
use super::value::{Located, Record, Value};

impl Eval<'_> {
    pub(super) fn range(
        &mut self,
        start: Option<ExprId>,
        end: Option<ExprId>,
        inclusive: bool,
        env: &Env,
    ) -> Value {
        let (Some(first), Some(last)) = (start, end) else { return Value::Unknown };
        let (start, end) = (self.expr(first, env), self.expr(last, env));
        match (&start.value, &end.value) {
            (Value::Int(low), Value::Int(high)) => {
                let high = if inclusive { high.saturating_add(1) } else { *high };
                Value::Range(*low, high.max(*low))
            }
            (Value::Unknown, _) | (_, Value::Unknown) => Value::Unknown,
            (Value::Int(_), _) => self.late_error(self.origin(env, last), "the end of a range", end.origin),
            _ => self.late_error(self.origin(env, first), "the start of a range", start.origin),
        }
    }

    pub(super) fn repeat(
        &mut self,
        first: Name,
        second: Option<Name>,
        iterable: ExprId,
        (filter, key, body): (Option<ExprId>, Option<ExprId>, ExprId),
        env: &Env,
        origin: Origin,
    ) -> Value {
        let over = self.expr(iterable, env);
        let elements: Vec<(Value, Located)> = match &over.value {
            Value::List(items) => {
                items.iter().enumerate().map(|(at, item)| (Value::Int(at as i64), item.clone())).collect()
            }
            Value::Range(start, end) => {
                if end.saturating_sub(*start) > 1_000_000 {
                    return self.error(
                        Code::EvaluationLimit,
                        over.origin,
                        "this range has more than a million numbers",
                    );
                }
                (*start..*end)
                    .map(|n| (Value::Int(n - start), Located::new(Value::Int(n), over.origin)))
                    .collect()
            }
            Value::Record(record) => record
                .entries
                .iter()
                .map(|(name, value)| (Value::Text(Arc::clone(name)), value.clone()))
                .collect(),
            Value::None => Vec::new(),
            // Of some late lists at least the number of elements is known.
            Value::Late(_) => match builtin::elements(&over) {
                Some(elements) => elements
                    .into_iter()
                    .enumerate()
                    .map(|(at, element)| (Value::Int(at as i64), element))
                    .collect(),
                None => {
                    return self.late_error(
                        self.origin(env, iterable),
                        "what a `for` goes through",
                        over.origin,
                    );
                }
            },
            Value::Unknown => {
                // Looked at once, so that what is wrong in the body is found.
                vec![(Value::Unknown, Located::new(Value::Unknown, over.origin))]
            }
            _ => {
                return self.late_error(self.origin(env, iterable), "what a `for` goes through", over.origin);
            }
        };
        let by_name = matches!(over.value, Value::Record(_));
        let unknown = matches!(over.value, Value::Unknown);
        let (first, second) = (self.name(env.body, first), second.map(|name| self.name(env.body, name)));
        let mut list = Vec::new();
        let mut map = Record::default();
        let mut offered: Vec<(Arc<str>, Origin)> = Vec::new();
        for (at, (position, element)) in elements.into_iter().enumerate() {
            if !self.step(|_| origin) {
                break;
            }
            let position = Located::new(position, over.origin);
            let label = self.element_label(&position, &element, by_name);
            if key.is_none() && self.is_offered_again(&element, &mut offered) {
                continue;
            }
            let inner = match &second {
                Some(second) => env.with(Arc::clone(&first), position).with(Arc::clone(second), element),
                None if by_name => env.with(Arc::clone(&first), position),
                None => env.with(Arc::clone(&first), element),
            };
            if let Some(filter) = filter {
                let keep = self.expr(filter, &inner);
                match keep.value {
                    Value::Bool(true) | Value::Unknown => {}
                    Value::Bool(false) => continue,
                    _ => {
                        self.late_error(self.origin(&inner, filter), "a filter", keep.origin);
                        continue;
                    }
                }
            }
            let key = match key {
                Some(key) => {
                    let key = self.expr(key, &inner);
                    match self.key(&key) {
                        Some(text) => Some((text, key.origin)),
                        None if unknown || matches!(key.value, Value::Unknown) => {
                            Some((Arc::from("any"), key.origin))
                        }
                        None => continue,
                    }
                }
                None => None,
            };
            if let Some((text, at)) = &key
                && let Some(other) = map.get(text)
            {
                let found =
                    Diagnostic::new(Code::DuplicateKey, *at, format!("the key `{text}` is there twice"))
                        .also(other.origin, "the other")
                        .help("keys name what is made: let each be different");
                self.report(found);
                continue;
            }
            let label = key.as_ref().map_or(label, |(text, _)| Label::Text(Arc::clone(text)));
            self.place.segments.push(Segment { label, position: at as u32 });
            let value = self.expr(body, &inner);
            self.place.segments.pop();
            match key {
                None => list.push(value),
                Some((text, _)) => map.entries.push((text, value)),
            }
        }
        if unknown {
            return Value::Unknown;
        }
        if key.is_some() { Value::Record(Rc::new(map)) } else { Value::list(list) }
    }

    /// Whether what was offered under a name stands in the list a second time: what is made for it would have that name.
    fn is_offered_again(&mut self, element: &Located, before: &mut Vec<(Arc<str>, Origin)>) -> bool {
        let Some(name) = super::offer::of(&element.value).and_then(|offer| offer.name.clone()) else {
            return false;
        };
        let Some((_, other)) = before.iter().find(|(known, _)| *known == name).cloned() else {
            before.push((name, element.origin));
            return false;
        };
        let found = Diagnostic::new(Code::DuplicateKey, element.origin, "this is there twice")
            .also(other, "the other")
            .note("what is made for it is called after what it is, and not after its options")
            .help("take it once, with options that say it all");
        self.report(found);
        true
    }

    /// What names the things made for an element: the element itself where it is text or a number, and the name of what
    /// was offered.
    fn element_label(&mut self, position: &Located, element: &Located, by_name: bool) -> Label {
        let naming = if by_name { position } else { element };
        let own = || {
            let name = super::offer::of(&naming.value)?.name.as_ref()?;
            Some(builtin::case::snake_case(name).into())
        };
        match builtin::scalar_text(&naming.value).or_else(own) {
            Some(text) => Label::Text(text),
            None if matches!(naming.value, Value::Unknown) => Label::Text("any".into()),
            None => Label::Nameless,
        }
    }
}

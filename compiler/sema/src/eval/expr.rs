//! Expressions become values.

use std::rc::Rc;
use std::sync::Arc;

use ci_base::{Code, Diagnostic};
use ci_catalog::Kinds;
use ci_graph::{Condition, Late, Origin};
use ci_syntax::ast::{BinaryOperator, Expr, ExprId, Item, Name, PatternKind, StringPart, UnaryOperator};

use super::builtin::{self, Apply, Problem};
use super::capability::used_at;
use super::frame::{Env, Label, Segment};
use super::late::existing_when;
use super::offer;
use super::value::{Closure, Located, Record, Statement, Value};
use super::{Eval, MAX_DEPTH, MAX_ELEMENTS, is_reported};
use crate::infer::{Resolution, attribute_path};
use crate::name::Def;
use crate::signature::{Signature, signature};
use crate::ty::Ty;
use crate::{ItemId, ItemKind};

impl Apply for Eval<'_> {
    fn apply(&mut self, closure: &Closure, mut arguments: Vec<Located>) -> Located {
        let mut env = closure.env.clone();
        // A closure over the entries of a map may look at the values alone.
        if closure.parameters.len() == 1 && arguments.len() == 2 {
            arguments.remove(0);
        }
        for (name, value) in closure.parameters.iter().zip(arguments) {
            env = env.with(Arc::clone(name), value);
        }
        self.expr(closure.body, &env)
    }
}

impl Eval<'_> {
    /// The value of an expression.
    pub(super) fn expr(&mut self, id: ExprId, env: &Env) -> Located {
        let origin = self.origin(env, id);
        if !self.step(|_| origin) {
            return Located::new(Value::Unknown, origin);
        }
        let body = &self.bodies[env.body as usize];
        if is_reported(body.inference, body.tree, id) {
            return Located::new(Value::Unknown, origin);
        }
        // What a name stands for keeps the place where it was written.
        match &body.tree[id] {
            Expr::Path(path) => self.path(id, path, env, origin),
            Expr::With { base, overrides } => self.with(*base, *overrides, env),
            Expr::Options { of, options } => {
                let (base, given) = (self.expr(*of, env), self.expr(*options, env));
                self.with_options(&base, &given, origin)
            }
            Expr::Block { bindings, value } => {
                let mut env = env.clone();
                for binding in bindings {
                    let bound = self.expr(binding.value, &env);
                    let name = self.name(env.body, binding.name);
                    env = env.with(name, bound);
                }
                self.expr(*value, &env)
            }
            Expr::If { .. } => self.choose(id, env),
            Expr::Match { subject, arms } => {
                let on = self.expr(*subject, env);
                self.matching(id, &on, arms, env)
            }
            _ => {
                let value = self.value(id, env, origin);
                Located::new(self.made(value, origin), origin)
            }
        }
    }

    fn value(&mut self, id: ExprId, env: &Env, origin: Origin) -> Value {
        let tree = self.tree(env.body);
        match &tree[id] {
            Expr::Missing => Value::Unknown,
            Expr::None => Value::None,
            Expr::Bool(value) => Value::Bool(*value),
            Expr::Int(value) => Value::Int(*value),
            Expr::Float(value) => Value::Float(*value),
            Expr::Duration(value) => Value::Duration(*value),
            Expr::Size(value) => Value::Size(*value),
            Expr::String => {
                let text = self.source(env.body).string(tree, id);
                Value::Text(self.intern(&text))
            }
            Expr::Interpolation(parts) => self.interpolation(parts, env, origin),
            Expr::PathGroup { .. } | Expr::PathGlob(_) => self.actions(id, env),
            Expr::Record { .. } => self.record(id, env),
            Expr::Existing(record) => self.existing(*record, env),
            Expr::List(items) => {
                let mut values = Vec::with_capacity(items.len());
                for (at, item) in items.iter().enumerate() {
                    let segment = Segment { label: Label::Nameless, position: at as u32 };
                    self.place.segments.push(segment);
                    let value = self.expr(item.value, env);
                    self.place.segments.pop();
                    if !item.spread {
                        values.push(value);
                        continue;
                    }
                    match &value.value {
                        Value::List(more) if values.len() + more.len() > MAX_ELEMENTS => {
                            return self.too_long(origin);
                        }
                        Value::List(more) => values.extend(more.iter().cloned()),
                        Value::Conditional(condition, inner) => match &inner.value {
                            Value::List(more) => values.extend(each_under(condition, more)),
                            _ => return self.late_error(value.origin, "what is spread", value.origin),
                        },
                        Value::None => {}
                        Value::Unknown => return Value::Unknown,
                        _ => return self.late_error(value.origin, "what is spread", value.origin),
                    }
                }
                Value::list(values)
            }
            Expr::Unary { operator, operand } => self.unary(*operator, *operand, env, origin),
            Expr::Binary { operator, left, right } => self.binary(*operator, *left, *right, env, origin),
            Expr::Field { base, name, optional } => self.field(id, *base, *name, *optional, env, origin),
            Expr::Index { base, index } => {
                let (base, index) = (self.expr(*base, env), self.expr(*index, env));
                builtin::index(&base, &index).unwrap_or_else(|problem| self.builtin_problem(origin, problem))
            }
            Expr::Call { arguments, .. } => match self.any_of(id, env) {
                Some(every) => every,
                None => self.call(id, arguments, env, origin),
            },
            Expr::MethodCall { receiver, name, arguments, optional } => {
                let receiver = self.expr(*receiver, env);
                if self.looking.is_some()
                    && let Some(value) = self.test_method(id, &receiver, *name, arguments, env, origin)
                {
                    return value;
                }
                self.method(&receiver, *name, arguments, *optional, env, origin)
            }
            Expr::For { first, second, iterable, filter, key, body } => {
                self.repeat(*first, *second, *iterable, (*filter, *key, *body), env, origin)
            }
            Expr::Lambda { parameters, body } => {
                let parameters = parameters.iter().map(|name| self.name(env.body, *name)).collect();
                Value::Closure(Rc::new(Closure { parameters, body: *body, env: env.clone() }))
            }
            Expr::Range { start, end, inclusive } => self.range(*start, *end, *inclusive, env),
            Expr::Statement { effect, actions, resources, principals, conditions } => {
                let Value::Actions(actions) = self.actions(*actions, env) else { return Value::Unknown };
                let resources = resources.map(|resources| {
                    let value = self.expr(resources, env);
                    match value.value {
                        Value::List(items) => items.to_vec(),
                        _ => vec![value],
                    }
                });
                let principals = principals.map(|principals| self.expr(principals, env));
                let principals = match principals {
                    None => Vec::new(),
                    Some(Located { value: Value::List(items), .. }) => items.to_vec(),
                    Some(one) => vec![one],
                };
                let conditions = conditions.map(|conditions| self.expr(conditions, env));
                Value::Statement(Rc::new(Statement {
                    sid: None,
                    effect: *effect,
                    actions,
                    resources,
                    principals,
                    conditions,
                }))
            }
            Expr::Options { .. }
            | Expr::Path(_)
            | Expr::With { .. }
            | Expr::Block { .. }
            | Expr::If { .. }
            | Expr::Match { .. } => Value::Unknown,
        }
    }

    fn interpolation(&mut self, parts: &[StringPart], env: &Env, origin: Origin) -> Value {
        let mut values = Vec::with_capacity(parts.len());
        for part in parts {
            values.push(match part {
                StringPart::Text(range) => {
                    let text = ci_syntax::unescape(range.of(self.source(env.body).text()));
                    Located::new(Value::text(&*text), origin)
                }
                StringPart::Expr(part) => self.expr(*part, env),
            });
        }
        if self.inspects && values.iter().any(|part| matches!(part.value, Value::Made(_) | Value::None)) {
            return Value::Unknown;
        }
        builtin::concat(&values).unwrap_or_else(|problem| self.builtin_problem(origin, problem))
    }

    fn path(&mut self, id: ExprId, path: &[Name], env: &Env, origin: Origin) -> Located {
        let resolution = self.bodies[env.body as usize].inference.resolutions.get(&id);
        let value = match resolution {
            Some(Resolution::Local) => {
                let text = self.source(env.body).name(path[0]);
                return env.local(text).cloned().unwrap_or_else(|| Located::new(Value::Unknown, origin));
            }
            Some(Resolution::Member(at)) => {
                let at = *at;
                let Some(instance) = env.instance.clone() else {
                    return Located::new(Value::Unknown, origin);
                };
                return self.member(&instance, at);
            }
            Some(Resolution::Def(def)) => match def {
                Def::Item(item) if item.kind(self.db) == ItemKind::Const => {
                    let item = *item;
                    return self.constant(item, origin);
                }
                Def::Variant(item, at) => {
                    let (item, at) = (*item, *at);
                    match signature(self.db, item) {
                        Signature::Enum(variants) => variants
                            .get(at as usize)
                            .map_or(Value::Unknown, |(_, text)| Value::Variant(item, at, Arc::clone(text))),
                        _ => Value::Unknown,
                    }
                }
                Def::Pseudo(pseudo) => Value::late(Late::Pseudo(*pseudo)),
                Def::Action(service, name) => Value::Actions([Arc::from(format!("{service}:{name}"))].into()),
                _ => Value::Unknown,
            },
            None => self.internet(id, env).unwrap_or(Value::Unknown),
        };
        Located::new(value, origin)
    }

    pub(super) fn constant(&mut self, item: ItemId, at: Origin) -> Located {
        if self.calls.contains(&item) || self.calls.len() as u32 > MAX_DEPTH {
            let name = item.name(self.db);
            let message = format!("the constant `{name}` is defined by itself");
            return Located::new(self.error(Code::RecursiveDefinition, at, message), at);
        }
        let body = self.body(item);
        let Item::Const { value, .. } = &self.tree(body).item else {
            return Located::new(Value::Unknown, at);
        };
        self.calls.push(item);
        let env = Env { body, instance: None, locals: None };
        let found = self.expr(*value, &env);
        self.calls.pop();
        match signature(self.db, item) {
            Signature::Const(ty) => self.coerce(found, ty),
            _ => found,
        }
    }

    /// The actions an expression names: sorted, without repetition.
    pub(super) fn actions(&mut self, id: ExprId, env: &Env) -> Value {
        let mut found = Vec::new();
        self.collect_actions(id, env, &mut found);
        found.sort_unstable();
        found.dedup();
        if found.is_empty() { Value::Unknown } else { Value::Actions(found.into()) }
    }

    fn collect_actions(&mut self, id: ExprId, env: &Env, found: &mut Vec<Arc<str>>) {
        let tree = self.tree(env.body);
        let resolution = self.bodies[env.body as usize].inference.resolutions.get(&id);
        match (&tree[id], resolution) {
            (Expr::Path(_), Some(Resolution::Def(Def::Action(service, name)))) => {
                let text = format!("{service}:{name}");
                found.push(self.intern(&text));
            }
            (Expr::PathGroup { names, .. }, Some(Resolution::Def(Def::ActionService(service)))) => {
                for name in names {
                    let name = self.source(env.body).name(*name);
                    // A name that IAM does not know has been reported.
                    if ci_catalog::iam::service(service).is_some_and(|service| service.action(name).is_some())
                    {
                        let text = format!("{service}:{name}");
                        found.push(self.intern(&text));
                    }
                }
            }
            (Expr::List(items), _) => {
                for item in items {
                    self.collect_actions(item.value, env, found);
                }
            }
            (Expr::PathGlob(_), Some(Resolution::Def(Def::ActionService(service)))) => {
                found.push(format!("{service}:*").into());
            }
            (Expr::PathGroup { .. } | Expr::PathGlob(_), _) => {}
            _ => match self.expr(id, env).value {
                Value::Actions(actions) => found.extend(actions.iter().cloned()),
                Value::Text(text) => found.push(text),
                Value::List(items) => {
                    for item in items.iter() {
                        match &item.value {
                            Value::Actions(actions) => found.extend(actions.iter().cloned()),
                            Value::Text(text) => found.push(Arc::clone(text)),
                            _ => {}
                        }
                    }
                }
                _ => {}
            },
        }
    }

    fn too_long(&mut self, origin: Origin) -> Value {
        let message = format!("this list would have more than {MAX_ELEMENTS} elements");
        self.error(Code::EvaluationLimit, origin, message)
    }

    fn unary(&mut self, operator: UnaryOperator, operand: ExprId, env: &Env, origin: Origin) -> Value {
        let value = self.expr(operand, env);
        match (operator, &value.value) {
            (UnaryOperator::Not, Value::Bool(value)) => Value::Bool(!value),
            (_, Value::Unknown) => Value::Unknown,
            (UnaryOperator::Not, _) => self.not(&value),
            (UnaryOperator::Negate, Value::Int(value)) => match value.checked_neg() {
                Some(value) => Value::Int(value),
                None => self.builtin_problem(origin, Problem::Overflow),
            },
            (UnaryOperator::Negate, Value::Float(value)) => Value::Float(-value),
            (UnaryOperator::Negate, _) => {
                self.late_error(origin, "a number that is calculated with", value.origin)
            }
        }
    }

    fn binary(
        &mut self,
        operator: BinaryOperator,
        left: ExprId,
        right: ExprId,
        env: &Env,
        origin: Origin,
    ) -> Value {
        let a = self.expr(left, env);
        // What decides alone hides the other side.
        match (operator, &a.value) {
            (BinaryOperator::And, Value::Bool(false)) => return Value::Bool(false),
            (BinaryOperator::Or, Value::Bool(true)) => return Value::Bool(true),
            (BinaryOperator::Coalesce, Value::None) => return self.expr(right, env).value,
            (BinaryOperator::Coalesce, Value::Conditional(condition, inner)) => {
                let otherwise = self.expr(right, env);
                return self.late_choice(Arc::clone(condition), &inner.clone(), &otherwise, origin);
            }
            (BinaryOperator::Coalesce, value) => return value.clone(),
            _ => {}
        }
        let b = self.expr(right, env);
        let divides = matches!(operator, BinaryOperator::Divide | BinaryOperator::Remainder);
        if divides && matches!(&b.value, Value::Int(0) | Value::Duration(0) | Value::Size(0)) {
            let found = Diagnostic::new(Code::DivisionByZero, origin, "this divides by zero")
                .also(b.origin, "this is 0");
            self.report(found);
            return Value::Unknown;
        }
        if matches!(a.value, Value::Unknown) || matches!(b.value, Value::Unknown) {
            return match (operator, &b.value) {
                // Whatever the other side is.
                (BinaryOperator::And, Value::Bool(false)) | (BinaryOperator::Or, Value::Bool(true)) => {
                    b.value
                }
                _ => Value::Unknown,
            };
        }
        let is_reference = |side: &Located| matches!(side.value, Value::Made(_));
        let compares = matches!(operator, BinaryOperator::Equal | BinaryOperator::NotEqual);
        if (is_reference(&a) || is_reference(&b)) && !compares {
            return Value::Unknown;
        }
        match operator {
            BinaryOperator::And | BinaryOperator::Or => self.both(operator, &a, &b),
            BinaryOperator::Equal => self.equal(&a, &b, origin),
            BinaryOperator::NotEqual => {
                let equal = self.equal(&a, &b, origin);
                match equal {
                    Value::Bool(equal) => Value::Bool(!equal),
                    Value::Unknown => Value::Unknown,
                    other => self.not(&Located::new(other, origin)),
                }
            }
            BinaryOperator::Less
            | BinaryOperator::LessEqual
            | BinaryOperator::Greater
            | BinaryOperator::GreaterEqual => match builtin::compare(&a.value, &b.value) {
                Some(order) => Value::Bool(match operator {
                    BinaryOperator::Less => order.is_lt(),
                    BinaryOperator::LessEqual => order.is_le(),
                    BinaryOperator::Greater => order.is_gt(),
                    _ => order.is_ge(),
                }),
                None => self.calculated(&a, &b, origin, "what is ordered"),
            },
            BinaryOperator::Coalesce => a.value,
            // Late numbers could only be joined as texts.
            BinaryOperator::Add
                if self.is_late_number(left, &a, env) || self.is_late_number(right, &b, env) =>
            {
                self.calculated(&a, &b, origin, "what is calculated with")
            }
            _ => self.calculate(operator, &a, &b, origin),
        }
    }

    fn is_late_number(&self, operand: ExprId, value: &Located, env: &Env) -> bool {
        let ty = || self.bodies[env.body as usize].inference.types[operand.0 as usize].widened();
        matches!(value.value, Value::Late(_) | Value::Conditional(..))
            && matches!(ty(), Ty::Int | Ty::Float | Ty::Port | Ty::Duration | Ty::Size)
    }

    /// Reports which side of an operation is late, or that the sides do not go together.
    fn calculated(&mut self, a: &Located, b: &Located, origin: Origin, what: &str) -> Value {
        let late =
            [a, b].into_iter().find(|side| matches!(side.value, Value::Late(_) | Value::Conditional(..)));
        match late {
            Some(late) => self.late_error(origin, what, late.origin),
            None => {
                let message =
                    format!("{} and {} do not go together here", a.value.describe(), b.value.describe());
                self.error(Code::InvalidOperator, origin, message)
            }
        }
    }

    fn calculate(&mut self, operator: BinaryOperator, a: &Located, b: &Located, origin: Origin) -> Value {
        let checked = |operator: BinaryOperator, x: i64, y: i64| match operator {
            BinaryOperator::Add => x.checked_add(y),
            BinaryOperator::Subtract => x.checked_sub(y),
            BinaryOperator::Multiply => x.checked_mul(y),
            BinaryOperator::Divide => x.checked_div(y),
            _ => x.checked_rem(y),
        };
        let number = |value: Option<i64>, make: fn(i64) -> Value| value.map(make);
        let result = match (&a.value, &b.value) {
            (Value::Int(x), Value::Int(y)) => number(checked(operator, *x, *y), Value::Int),
            (Value::Duration(x), Value::Duration(y)) if operator == BinaryOperator::Divide => {
                number(checked(operator, *x, *y), Value::Int)
            }
            (Value::Size(x), Value::Size(y)) if operator == BinaryOperator::Divide => {
                number(checked(operator, *x, *y), Value::Int)
            }
            (Value::Duration(x), Value::Duration(y) | Value::Int(y))
            | (Value::Int(x), Value::Duration(y)) => number(checked(operator, *x, *y), Value::Duration),
            (Value::Size(x), Value::Size(y) | Value::Int(y)) | (Value::Int(x), Value::Size(y)) => {
                number(checked(operator, *x, *y), Value::Size)
            }
            (Value::Float(_), Value::Float(_) | Value::Int(_)) | (Value::Int(_), Value::Float(_)) => {
                let as_float = |value: &Value| match value {
                    #[expect(clippy::cast_precision_loss, reason = "as in every language with floats")]
                    Value::Int(value) => *value as f64,
                    Value::Float(value) => *value,
                    _ => 0.0,
                };
                let (x, y) = (as_float(&a.value), as_float(&b.value));
                let result = match operator {
                    BinaryOperator::Add => x + y,
                    BinaryOperator::Subtract => x - y,
                    BinaryOperator::Multiply => x * y,
                    BinaryOperator::Divide => x / y,
                    _ => x % y,
                };
                if !result.is_finite() {
                    return self.error(Code::ArithmeticOverflow, origin, "the result is not a finite number");
                }
                Some(Value::Float(result))
            }
            _ if operator == BinaryOperator::Add => return self.add(a, b, origin),
            _ => return self.calculated(a, b, origin, "what is calculated with"),
        };
        result.unwrap_or_else(|| self.builtin_problem(origin, Problem::Overflow))
    }

    fn add(&mut self, a: &Located, b: &Located, origin: Origin) -> Value {
        match (&a.value, &b.value) {
            (Value::List(x), Value::List(y)) if x.len() + y.len() > MAX_ELEMENTS => self.too_long(origin),
            (Value::List(x), Value::List(y)) => Value::list(x.iter().chain(y.iter()).cloned()),
            (Value::List(x), Value::Statement(_)) => Value::list(x.iter().chain([b]).cloned()),
            (Value::Statement(_), Value::List(y)) => Value::list([a].into_iter().chain(y.iter()).cloned()),
            (Value::Statement(_), Value::Statement(_)) => Value::list([a.clone(), b.clone()]),
            (Value::Actions(x), Value::Actions(y)) => {
                let mut all: Vec<Arc<str>> = x.iter().chain(y.iter()).cloned().collect();
                all.sort_unstable();
                all.dedup();
                Value::Actions(all.into())
            }
            _ => builtin::concat(&[a.clone(), b.clone()])
                .unwrap_or_else(|problem| self.builtin_problem(origin, problem)),
        }
    }

    fn field(
        &mut self,
        id: ExprId,
        base: ExprId,
        name: Name,
        optional: bool,
        env: &Env,
        origin: Origin,
    ) -> Value {
        if let Some(value) = self.dotted_attribute(id, env) {
            return value;
        }
        let of = self.expr(base, env);
        self.read(&of, name, optional, env, origin)
    }

    /// `db.Endpoint.Address`: an attribute whose name has dots.
    fn dotted_attribute(&mut self, id: ExprId, env: &Env) -> Option<Value> {
        let (root, path) = attribute_path(self.tree(env.body), id)?;
        let base = self.expr(root, env);
        let names: Vec<&str> = path.iter().map(|name| self.source(env.body).name(*name)).collect();
        let Value::Resource(resource) = &base.value else { return None };
        let dotted = names.join(".");
        let attribute = self.resources[resource.0 as usize].schema.attribute(&dotted)?;
        let name = self.intern(attribute.name);
        Some(Value::late(Late::Attribute(*resource, name)))
    }

    fn read(&mut self, of: &Located, name: Name, optional: bool, env: &Env, origin: Origin) -> Value {
        let text = self.source(env.body).name(name);
        match &of.value {
            Value::Unknown => Value::Unknown,
            Value::None if optional => Value::None,
            Value::Conditional(condition, inner) => {
                let condition = Arc::clone(condition);
                let value = self.read(&inner.clone(), name, optional, env, origin);
                existing_when(condition, Located::new(value, origin))
            }
            Value::Resource(resource) => self.attribute(*resource, text, origin),
            Value::Existing(existing) => existing.properties.get(text).map_or_else(
                || {
                    let message = format!("nothing was said about `{text}` of this existing resource");
                    let found = Diagnostic::new(Code::UnknownAttribute, origin, message)
                        .also(of.origin, "declared here")
                        .help(format!("add `{text}: …` to the `existing` record"));
                    self.report(found);
                    Value::Unknown
                },
                |value| value.value.clone(),
            ),
            Value::Record(record) => match record.get(text) {
                Some(value) => value.value.clone(),
                // Of what a resource says, which need not be all that it could.
                None if optional || self.inspects => Value::None,
                None => {
                    let known: Vec<&str> = record.entries.iter().map(|(name, _)| &**name).collect();
                    let found = Diagnostic::new(
                        Code::UnknownField,
                        origin,
                        format!("there is no `{text}` in this record"),
                    )
                    .also(of.origin, "this record");
                    let found = match ci_base::did_you_mean(text, known) {
                        Some(near) => found.help(format!("did you mean `{near}`?")),
                        None => found,
                    };
                    self.report(found);
                    Value::Unknown
                }
            },
            Value::Instance(instance) => {
                let at = self.bodies[instance.body as usize].by_name.get(text).copied();
                let instance = Rc::clone(instance);
                at.map_or(Value::Unknown, |at| {
                    let value = self.member(&instance, at).value;
                    let is_offered = self.is_capability(&instance, at) || offer::of(&value).is_some();
                    if is_offered { used_at(value, origin) } else { value }
                })
            }
            Value::Provided(provided) => {
                let provided = Rc::clone(provided);
                self.provided_field(&provided, text, origin)
            }
            Value::Service(service) => {
                let service = Rc::clone(service);
                if self.looking.is_some()
                    && let Some(value) = self.read_service(&service, text, origin)
                {
                    return value;
                }
                self.service_field(&service, text)
            }
            Value::Made(made) => {
                let made = Rc::clone(made);
                self.read_made(&made, text, origin)
            }
            _ => self.late_error(origin, "a value whose fields are read", of.origin),
        }
    }

    /// What is read of a resource: an identifier or attribute is late, anything else is what was written.
    pub(super) fn attribute(&mut self, id: ci_graph::ResourceId, name: &str, origin: Origin) -> Value {
        let schema = self.resources[id.0 as usize].schema;
        if schema.ref_parts() == [name] {
            return Value::late(Late::Identifier(id));
        }
        if let Some(attribute) = schema.attribute(name) {
            let name = self.intern(attribute.name);
            return Value::late(Late::Attribute(id, name));
        }
        match self.fill(id) {
            Some(properties) => match properties.get(name) {
                Some(value) => value.value.clone(),
                None => {
                    let path = Arc::clone(&self.resources[id.0 as usize].path);
                    let made = self.resources[id.0 as usize].origin;
                    let kinds = schema.node(schema.root()).property(name).map(|p| schema.node(p.node).kinds);
                    if kinds.is_some_and(|kinds| kinds.contains(Kinds::OBJECT)) {
                        return Value::Record(Rc::new(Record::default()));
                    }
                    let message = format!("`{path}` does not say its `{name}`");
                    let found = Diagnostic::new(Code::UnknownAttribute, origin, message)
                        .also(made, "made here without it")
                        .note("it is no attribute that CloudFormation returns, so only what was written can be read")
                        .help(format!("write `{name}: …` where the resource is made"));
                    self.report(found);
                    Value::Unknown
                }
            },
            None => self.being_found(&format!("the `{name}` of a resource"), origin),
        }
    }

    pub(super) fn being_found(&mut self, what: &str, origin: Origin) -> Value {
        let message = format!("{what} is read while its properties are being found");
        let found = Diagnostic::new(Code::RecursiveDefinition, origin, message)
            .help("take the value into a `let` that both use");
        self.report(found);
        Value::Unknown
    }

    fn method(
        &mut self,
        receiver: &Located,
        name: Name,
        arguments: &[ExprId],
        optional: bool,
        env: &Env,
        origin: Origin,
    ) -> Value {
        if let Value::Conditional(condition, inner) = &receiver.value {
            let condition = Arc::clone(condition);
            let value = self.method(&inner.clone(), name, arguments, optional, env, origin);
            return existing_when(condition, Located::new(value, origin));
        }
        if matches!(receiver.value, Value::None) && optional {
            return Value::None;
        }
        if matches!(receiver.value, Value::Made(_)) {
            return Value::Unknown;
        }
        let given: Vec<Located> = arguments.iter().map(|argument| self.expr(*argument, env)).collect();
        if !self.walked(given.iter().chain([receiver]), origin) {
            return Value::Unknown;
        }
        let text = self.source(env.body).name(name);
        match text {
            "written" => return self.properties(&receiver.value, origin),
            "key_arn" => return self.key_arn(receiver, origin),
            _ => {}
        }
        if let Value::Variant(item, at, _) = &receiver.value
            && text == "name"
            && let Signature::Enum(variants) = signature(self.db, *item)
            && let Some((name, _)) = variants.get(*at as usize)
        {
            return Value::Text(Arc::clone(name));
        }
        builtin::call_method(receiver, text, &given, origin, self)
            .unwrap_or_else(|problem| self.builtin_problem(origin, problem))
    }

    fn matching(&mut self, id: ExprId, on: &Located, arms: &[ci_syntax::ast::Arm], env: &Env) -> Located {
        let origin = self.origin(env, id);
        if matches!(on.value, Value::Unknown) {
            for arm in arms {
                self.expr(arm.value, env);
            }
            return Located::new(Value::Unknown, origin);
        }
        for (at, arm) in arms.iter().enumerate() {
            let mut late = None;
            for pattern in &arm.patterns {
                let wanted = match &pattern.kind {
                    PatternKind::Wildcard => return self.expr(arm.value, env),
                    PatternKind::Error => continue,
                    PatternKind::Literal(literal) => self.expr(*literal, env),
                    PatternKind::Path(path) => self.pattern(path, env, pattern.range),
                };
                let equal = match (&on.value, &wanted.value) {
                    (Value::None, Value::None) => Value::Bool(true),
                    (Value::Conditional(..), Value::None) => continue,
                    _ => self.equal(on, &wanted, wanted.origin),
                };
                match equal {
                    Value::Bool(true) => return self.expr(arm.value, env),
                    Value::Bool(false) | Value::Unknown => {}
                    other => {
                        let other = Located::new(other, wanted.origin);
                        late = Some(match late {
                            None => other,
                            Some(before) => {
                                let either = self.both(BinaryOperator::Or, &before, &other);
                                Located::new(either, wanted.origin)
                            }
                        });
                    }
                }
            }
            if let Some(condition) = late
                && let Some(condition) = self.condition(&condition)
            {
                let rest = &arms[at + 1..];
                if rest.is_empty() {
                    // The last arm of an exhaustive match is what remains.
                    return self.expr(arm.value, env);
                }
                let then = self.under(&condition, true, |eval| eval.expr(arm.value, env));
                let otherwise = self.under(&condition, false, |eval| eval.matching(id, on, rest, env));
                let value = self.late_choice(condition, &then, &otherwise, origin);
                return Located::new(value, origin);
            }
        }
        Located::new(Value::Unknown, origin)
    }

    fn pattern(&mut self, path: &[Name], env: &Env, range: ci_base::TextRange) -> Located {
        let origin = Origin { item: env.body, range };
        let body = &self.bodies[env.body as usize];
        let segments: Vec<&str> = path.iter().map(|name| body.source.name(*name)).collect();
        let file = body.item.file(self.db);
        match crate::name::resolve(self.db, file, &segments) {
            Ok(Def::Variant(item, at)) => match signature(self.db, item) {
                Signature::Enum(variants) => {
                    let text =
                        variants.get(at as usize).map(|(_, text)| Arc::clone(text)).unwrap_or_default();
                    Located::new(Value::Variant(item, at, text), origin)
                }
                _ => Located::new(Value::Unknown, origin),
            },
            Ok(Def::Item(item)) if item.kind(self.db) == ItemKind::Const => self.constant(item, origin),
            _ => Located::new(Value::Unknown, origin),
        }
    }
}

/// The elements of a list that exists only under a condition, each under that condition.
pub(super) fn each_under(condition: &Arc<Condition>, items: &[Located]) -> Vec<Located> {
    let under =
        |item: &Located| Located::new(existing_when(Arc::clone(condition), item.clone()), item.origin);
    items.iter().map(under).collect()
}

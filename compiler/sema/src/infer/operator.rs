//! Operators.

use std::sync::Arc;

use ci_base::{Code, Diagnostic};
use ci_syntax::ast::{BinaryOperator, ExprId, UnaryOperator};

use super::Infer;
use crate::ty::{Ty, fits, join};

impl Infer<'_> {
    pub(super) fn unary(&mut self, id: ExprId, operator: UnaryOperator, operand: ExprId) -> Ty {
        match operator {
            UnaryOperator::Not => self.check(operand, &Ty::Bool),
            UnaryOperator::Negate => {
                let ty = self.expr(operand, None);
                match ty.widened() {
                    Ty::Int | Ty::Float | Ty::Error => ty.widened().clone(),
                    Ty::Port => Ty::Int,
                    _ => {
                        let shown = self.show(&ty);
                        let message = format!("`-` takes a number, found `{shown}`");
                        self.report(Diagnostic::new(Code::InvalidOperator, self.tree.range(id), message));
                        Ty::Error
                    }
                }
            }
        }
    }

    pub(super) fn binary(
        &mut self,
        id: ExprId,
        operator: BinaryOperator,
        left: ExprId,
        right: ExprId,
        expected: Option<&Ty>,
    ) -> Ty {
        match operator {
            BinaryOperator::Or | BinaryOperator::And => {
                let (a, b) = (self.check(left, &Ty::Bool), self.check(right, &Ty::Bool));
                if a.is_error() || b.is_error() { Ty::Error } else { Ty::Bool }
            }
            BinaryOperator::Equal | BinaryOperator::NotEqual => {
                let (a, b) = (self.expr(left, None), self.expr(right, None));
                let comparable = join(a.unwrapped().0, b.unwrapped().0).is_some()
                    || matches!(a, Ty::None)
                    || matches!(b, Ty::None)
                    // What refers to a resource is compared with it.
                    || (self.inspects() && [&a, &b].iter().any(|ty| matches!(ty.unwrapped().0, Ty::Resource(_))));
                if !comparable {
                    self.unlike(id, "compared with", &a, &b);
                    return Ty::Error;
                }
                Ty::Bool
            }
            BinaryOperator::Less
            | BinaryOperator::LessEqual
            | BinaryOperator::Greater
            | BinaryOperator::GreaterEqual => {
                let (a, b) = (self.expr(left, None), self.expr(right, None));
                let ordered = |ty: &Ty| {
                    matches!(
                        ty.widened(),
                        Ty::Int
                            | Ty::Float
                            | Ty::Port
                            | Ty::Duration
                            | Ty::Size
                            | Ty::Error
                            | Ty::Json
                            | Ty::Node(_)
                    ) || ty.is_text()
                };
                if !(ordered(&a) && ordered(&b) && join(&a, &b).is_some()) {
                    self.unlike(id, "ordered with", &a, &b);
                    return Ty::Error;
                }
                Ty::Bool
            }
            BinaryOperator::Coalesce => {
                let a = self.expr(left, None);
                let (inner, optional) = a.unwrapped();
                let inner = inner.clone();
                if !optional && !matches!(a, Ty::None | Ty::Error | Ty::Json | Ty::Node(_)) {
                    let shown = self.show(&a);
                    let found = Diagnostic::new(
                        Code::InvalidOperator,
                        self.tree.range(left),
                        format!("`??` says what to use instead of `none`, but this is always a `{shown}`"),
                    )
                    .help("remove the `??` and what follows it");
                    self.report(found);
                }
                let hint = if matches!(inner, Ty::None | Ty::Error) {
                    expected.cloned()
                } else {
                    Some(inner.clone())
                };
                let b = self.expr(right, hint.as_ref());
                match inner {
                    Ty::None => b,
                    // What an empty list beside it is of, nobody knows.
                    Ty::Json => Ty::Json,
                    inner => self.joined(right, inner, b, expected),
                }
            }
            BinaryOperator::Add => {
                let (a, b) = (self.expr(left, expected), self.expr(right, expected));
                self.sum(id, &a, &b)
            }
            BinaryOperator::Subtract
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Remainder => {
                let (a, b) = (self.expr(left, None), self.expr(right, None));
                let scales = matches!(operator, BinaryOperator::Multiply | BinaryOperator::Divide);
                match (a.widened(), b.widened()) {
                    (Ty::Error, _) | (_, Ty::Error) => Ty::Error,
                    (Ty::Int | Ty::Port, Ty::Int | Ty::Port) => Ty::Int,
                    (Ty::Float | Ty::Int, Ty::Float) | (Ty::Float, Ty::Int) => Ty::Float,
                    (Ty::Duration, Ty::Duration) if operator == BinaryOperator::Subtract => Ty::Duration,
                    (Ty::Size, Ty::Size) if operator == BinaryOperator::Subtract => Ty::Size,
                    (Ty::Duration, Ty::Int) if scales => Ty::Duration,
                    (Ty::Size, Ty::Int) if scales => Ty::Size,
                    (Ty::Int, Ty::Duration) if operator == BinaryOperator::Multiply => Ty::Duration,
                    (Ty::Int, Ty::Size) if operator == BinaryOperator::Multiply => Ty::Size,
                    (Ty::Duration, Ty::Duration) | (Ty::Size, Ty::Size)
                        if operator == BinaryOperator::Divide =>
                    {
                        Ty::Int
                    }
                    (Ty::Json | Ty::Node(_), Ty::Json | Ty::Node(_) | Ty::Int | Ty::Float)
                    | (Ty::Int | Ty::Float, Ty::Json | Ty::Node(_)) => Ty::Int,
                    _ => {
                        self.unlike(id, "calculated with", &a, &b);
                        Ty::Error
                    }
                }
            }
        }
    }

    fn sum(&mut self, id: ExprId, a: &Ty, b: &Ty) -> Ty {
        match (a.widened(), b.widened()) {
            (Ty::Error, _) | (_, Ty::Error) => Ty::Error,
            (Ty::Int | Ty::Port, Ty::Int | Ty::Port) => Ty::Int,
            (Ty::Float | Ty::Int, Ty::Float) | (Ty::Float, Ty::Int) => Ty::Float,
            (Ty::Duration, Ty::Duration) => Ty::Duration,
            (Ty::Size, Ty::Size) => Ty::Size,
            (Ty::Actions, Ty::Actions) => Ty::Actions,
            (Ty::Statement, Ty::Statement) => Ty::Statement.list(),
            (Ty::Capability, other) | (other, Ty::Capability) if fits(other, &Ty::Capability).is_ok() => {
                Ty::Capability
            }
            (Ty::List(list), Ty::Statement) | (Ty::Statement, Ty::List(list)) if **list == Ty::Statement => {
                Ty::Statement.list()
            }
            (Ty::List(x), Ty::List(y)) => join(x, y).unwrap_or(Ty::Json).list(),
            (Ty::Secret(_), other) | (other, Ty::Secret(_)) if other.is_text() => {
                Ty::Secret(Arc::new(Ty::String))
            }
            (x, y) if x.is_text() && y.is_text() => Ty::String,
            _ => {
                self.unlike(id, "added to", a, b);
                Ty::Error
            }
        }
    }

    fn unlike(&mut self, id: ExprId, verb: &str, a: &Ty, b: &Ty) {
        let (left, right) = (self.show(a), self.show(b));
        let found = Diagnostic::new(
            Code::InvalidOperator,
            self.tree.range(id),
            format!("`{left}` cannot be {verb} `{right}`"),
        );
        let found = match (a, b) {
            (Ty::Option(_), _) | (_, Ty::Option(_)) => {
                found.help("say what to use instead of `none` with `??`")
            }
            (Ty::Record(_) | Ty::Map(_) | Ty::Struct(_), _) => {
                found.help("combine records with `{ ..a, ..b }`")
            }
            _ if a.is_text() || b.is_text() => found.help("put the values into a text: `\"{a}{b}\"`"),
            _ => found,
        };
        self.report(found);
    }
}

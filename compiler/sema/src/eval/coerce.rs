//! Values at declared places: defaults of structs filled in, and what narrows a type checked.

use std::rc::Rc;
use std::sync::Arc;

use ci_base::{Code, Diagnostic};
use ci_graph::Origin;

use super::Eval;
use super::builtin::cidr;
use super::value::{Located, Record, Value};
use crate::ItemId;
use crate::signature::{by_value, signature};
use crate::ty::{Bounds, Ty};

impl Eval<'_> {
    /// A value as its declared type has it.
    pub(super) fn coerce(&mut self, located: Located, ty: &Ty) -> Located {
        let origin = located.origin;
        match (&located.value, ty) {
            (Value::Unknown | Value::None, _) => located,
            (_, Ty::Narrowed(inner, bounds)) => {
                let value = self.coerce(located, inner);
                self.within(&value, bounds);
                value
            }
            (_, Ty::Option(inner) | Ty::Secret(inner)) => self.coerce(located, inner),
            (Value::Closure(closure), Ty::Offer(inner, options)) => {
                let closure = Rc::clone(closure);
                self.offered(closure, inner, *options, origin)
            }
            // What is given by value has the options of whoever gives it.
            (_, Ty::Offer(inner, _)) if super::offer::of(&located.value).is_none() => {
                self.coerce(located, inner)
            }
            (_, Ty::Offer(..)) => located,
            (_, Ty::Capability) => self.capability(located),
            (Value::Record(record), Ty::Struct(item)) => {
                let mut full = self.with_defaults(*item, (**record).clone());
                full.offer.clone_from(&record.offer);
                Located::new(self.made(Value::Record(Rc::new(full)), origin), origin)
            }
            (Value::Record(record), Ty::Interface(item)) => self.interface(record, *item, origin),
            (Value::List(items), Ty::List(inner)) if needs_coercion(inner) => {
                let items: Vec<Located> = items.iter().map(|item| self.coerce(item.clone(), inner)).collect();
                Located::new(self.made(Value::list(items), origin), origin)
            }
            (Value::Record(record), Ty::Map(inner)) if needs_coercion(inner) => {
                let entries = record.entries.iter().map(|(name, value)| (Arc::clone(name), value.clone()));
                let entries: Vec<_> =
                    entries.map(|(name, value)| (name, self.coerce(value, inner))).collect();
                Located::new(self.made(Value::record(entries), origin), origin)
            }
            #[expect(clippy::cast_precision_loss, reason = "as in every language with floats")]
            (Value::Int(value), Ty::Float) => Located::new(Value::Float(*value as f64), origin),
            (Value::Variant(_, _, text), Ty::String) => Located::new(Value::Text(Arc::clone(text)), origin),
            (Value::Int(port), Ty::Port) => {
                if !(0..=65_535).contains(port) {
                    let message = format!("a port lies between 0 and 65,535, found {port}");
                    self.error(Code::NumberOutOfRange, origin, message);
                }
                located
            }
            (Value::Text(text), Ty::Cidr) => {
                if let Err(problem) = cidr::check(text) {
                    let found = Diagnostic::new(Code::InvalidFormat, origin, problem)
                        .help("write it like `10.0.0.0/16`");
                    self.report(found);
                }
                located
            }
            (Value::Text(text), Ty::Url) => {
                let fine = text.split_once("://").is_some_and(|(scheme, rest)| {
                    !rest.is_empty()
                        && !scheme.is_empty()
                        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+')
                });
                if !fine {
                    let message = format!("`{text}` is not a URL");
                    self.report(
                        Diagnostic::new(Code::InvalidFormat, origin, message)
                            .help("write it like `https://example.com/`"),
                    );
                }
                located
            }
            (Value::Text(text), Ty::Arn) => {
                self.arn(text, origin);
                located
            }
            (Value::Text(text), Ty::Id(targets))
                if targets.iter().all(|target| target.attribute.ends_with("Arn")) =>
            {
                self.arn(text, origin);
                located
            }
            (Value::Text(text), Ty::Texts(texts)) if !texts.contains(text) => {
                let known: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
                let found = Diagnostic::new(
                    Code::InvalidEnumValue,
                    origin,
                    format!("`{text}` is not one of {}", known.join(", ")),
                );
                let found = match ci_base::did_you_mean(text, texts.iter().map(|text| &**text)) {
                    Some(near) => found.help(format!("did you mean `{near}`?")),
                    None => found,
                };
                self.report(found);
                located
            }
            _ => located,
        }
    }

    /// What is provided by value, as the interface has it. Everything else becomes an output as it is.
    fn interface(&mut self, record: &Record, item: ItemId, origin: Origin) -> Located {
        let fields = signature(self.db, item).fields();
        let entries = record.entries.iter().map(|(name, value)| {
            let field = fields.iter().find(|field| field.name == *name && by_value(&field.ty));
            let value = value.clone();
            (Arc::clone(name), field.map_or(value.clone(), |field| self.coerce(value, &field.ty)))
        });
        let entries = entries.collect();
        Located::new(Value::record(entries), origin)
    }

    fn arn(&mut self, text: &str, origin: Origin) {
        let fine = text.starts_with("arn:") && text.split(':').count() >= 6;
        if !fine {
            let message = format!("`{text}` is not an ARN");
            let found = Diagnostic::new(Code::InvalidFormat, origin, message)
                .help("write it like `arn:aws:iam::123456789012:role/name`");
            self.report(found);
        }
    }

    fn within(&mut self, located: &Located, bounds: &Bounds) {
        let origin = located.origin;
        let outside = |value: i64| {
            bounds.min.is_some_and(|min| value < min) || bounds.max.is_some_and(|max| value > max)
        };
        let range = match (bounds.min, bounds.max) {
            (Some(min), Some(max)) => format!("between {min} and {max}"),
            (Some(min), None) => format!("at least {min}"),
            (None, Some(max)) => format!("at most {max}"),
            (None, None) => String::new(),
        };
        match &located.value {
            Value::Int(value) if outside(*value) => {
                self.error(
                    Code::NumberOutOfRange,
                    origin,
                    format!("expected a number that is {range}, found {value}"),
                );
            }
            Value::Text(text) => {
                let length = text.chars().count() as i64;
                if outside(length) {
                    let message =
                        format!("expected a text whose length is {range}, found {length} characters");
                    self.error(Code::LengthOutOfBounds, origin, message);
                }
                if let Some(pattern) = &bounds.pattern {
                    match super::builtin::matches(pattern, text) {
                        Ok(true) => {}
                        Ok(false) => {
                            self.error(
                                Code::PatternMismatch,
                                origin,
                                format!("`{text}` does not match `{pattern}`"),
                            );
                        }
                        Err(problem) => {
                            self.builtin_problem(origin, problem);
                        }
                    }
                }
            }
            Value::List(items) if outside(items.len() as i64) => {
                let message =
                    format!("expected a list whose length is {range}, found {} elements", items.len());
                self.error(Code::ItemsOutOfBounds, origin, message);
            }
            _ => {}
        }
    }
}

/// Whether anything can change or be wrong in values of a type, so that copying them is worth it.
fn needs_coercion(ty: &Ty) -> bool {
    match ty {
        Ty::Narrowed(..)
        | Ty::Capability
        | Ty::Offer(..)
        | Ty::Struct(_)
        | Ty::String
        | Ty::Float
        | Ty::Port
        | Ty::Cidr
        | Ty::Url
        | Ty::Arn
        | Ty::Id(_)
        | Ty::Texts(_) => true,
        Ty::Option(inner) | Ty::List(inner) | Ty::Map(inner) | Ty::Secret(inner) => needs_coercion(inner),
        _ => false,
    }
}

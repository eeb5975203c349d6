//! Text that is late in parts: what it consists of and whether `Fn::Sub` can say it.
//!
//! Must not know how anything is written but the text of `Fn::Sub` itself.

use std::borrow::Cow;

use ci_graph::{Late, Value};

use crate::value::{Context, dynamic_frame, float_text, truth};

/// A part of a text.
#[derive(Debug, PartialEq)]
pub(crate) enum Part<'a> {
    /// Known; two of these are never neighbours.
    Known(Cow<'a, str>),
    /// Late, and neither a concatenation nor a dynamic reference: those are taken apart.
    Late(&'a Late),
    /// No text at all. The compiler lets none through; it is written as it is rather than lost.
    Other(&'a Value),
}

/// The simplest way to write a text.
pub(crate) enum Shape<'a> {
    /// Nothing is late.
    Known,
    /// One late part and nothing else.
    One(&'a Late),
    /// Every late part has a place in the text of `Fn::Sub`.
    Sub,
    /// Some late part is a function.
    Join,
}

/// A text, flattened.
#[derive(Debug)]
pub(crate) struct Text<'a> {
    pub parts: Vec<Part<'a>>,
}

impl<'a> Text<'a> {
    /// Takes `late` apart.
    pub fn of(late: &'a Late) -> Self {
        let mut text = Self { parts: Vec::new() };
        text.push_late(late);
        text
    }

    fn push_late(&mut self, late: &'a Late) {
        match late {
            Late::Concat(values) => values.iter().for_each(|value| self.push(value)),
            Late::Dynamic(reference) => {
                let (before, name, after) = dynamic_frame(reference);
                self.push_known(before.into());
                self.push(name);
                self.push_known(after.into());
            }
            _ => self.parts.push(Part::Late(late)),
        }
    }

    fn push(&mut self, value: &'a Value) {
        match value {
            Value::Late(late) => self.push_late(late),
            Value::List(_) | Value::Record(_) | Value::Unknown => self.parts.push(Part::Other(value)),
            known => self.push_known(known_text(known)),
        }
    }

    fn push_known(&mut self, text: Cow<'a, str>) {
        if text.is_empty() {
            return;
        }
        if let Some(Part::Known(before)) = self.parts.last_mut() {
            before.to_mut().push_str(&text);
        } else {
            self.parts.push(Part::Known(text));
        }
    }

    /// How the text is written.
    pub fn shape(&self) -> Shape<'a> {
        match self.parts.as_slice() {
            [] | [Part::Known(_)] => Shape::Known,
            [Part::Late(late)] => Shape::One(late),
            parts if parts.iter().all(fits_sub) => Shape::Sub,
            _ => Shape::Join,
        }
    }

    /// The known text; meaningful for [`Shape::Known`].
    pub fn known(&self) -> Cow<'_, str> {
        match self.parts.as_slice() {
            [Part::Known(text)] => Cow::Borrowed(text),
            _ => Cow::Borrowed(""),
        }
    }

    /// The argument of `Fn::Sub`; meaningful for [`Shape::Sub`].
    pub fn substitution(&self, context: Context<'_>) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                // AWS CloudFormation Template Reference, "Fn::Sub": `${!Literal}` stands for `${Literal}`.
                Part::Known(known) => text.push_str(&known.replace("${", "${!")),
                Part::Late(late) => {
                    text.push_str("${");
                    push_name(context, late, &mut text);
                    text.push('}');
                }
                Part::Other(_) => {}
            }
        }
        text
    }
}

/// A known value as text; empty for what has none.
pub(crate) fn known_text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Bool(known) => truth(*known).into(),
        Value::Int(known) => known.to_string().into(),
        Value::Float(known) => float_text(*known).into(),
        Value::String(known) => (&**known).into(),
        Value::List(_) | Value::Record(_) | Value::Late(_) | Value::Absent | Value::Unknown => "".into(),
    }
}

fn push_name(context: Context<'_>, late: &Late, text: &mut String) {
    match late {
        Late::Identifier(resource) => text.push_str(context.id(*resource)),
        Late::Attribute(resource, attribute) => {
            text.push_str(context.id(*resource));
            text.push('.');
            text.push_str(attribute);
        }
        Late::Parameter(parameter) => text.push_str(&context.stack.parameter(*parameter).name),
        Late::Pseudo(pseudo) => text.push_str(pseudo.name()),
        // INVARIANT: `fits_sub` lets no other kind through.
        _ => {}
    }
}

fn fits_sub(part: &Part<'_>) -> bool {
    match part {
        Part::Known(text) => is_escapable(text),
        Part::Late(late) => {
            matches!(late, Late::Identifier(_) | Late::Attribute(..) | Late::Parameter(_) | Late::Pseudo(_))
        }
        Part::Other(_) => false,
    }
}

/// Whether every `${` in `text` is closed before the next one opens.
///
/// Only then is it certain what CloudFormation makes of `${!`: left open, it would swallow the reference after it.
fn is_escapable(text: &str) -> bool {
    text.split("${").skip(1).all(|after| after.find('}').is_some_and(|end| end > 0))
}

#[cfg(test)]
mod tests;

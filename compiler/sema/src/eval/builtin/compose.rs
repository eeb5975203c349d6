//! Texts put together from known and late parts.

use std::sync::Arc;

use ci_graph::Late;

use super::{MAX_ELEMENTS, MAX_TEXT, Outcome, Problem, Stop, mismatch, settle, too_long};
use crate::eval::value::{Located, Value};

/// The texts of the parts, one after the other; late if one of them is. What interpolation and `+` mean.
pub fn concat(parts: &[Located]) -> Result<Value, Problem> {
    settle(concat_all(parts.iter()))
}

/// The text that stands for a known scalar: in interpolations, keys and logical ids.
pub fn scalar_text(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Bool(known) => Some(if *known { "true" } else { "false" }.into()),
        Value::Int(known) => Some(known.to_string().into()),
        Value::Float(known) => Some(float_text(*known).into()),
        Value::Text(text) | Value::Variant(_, _, text) => Some(Arc::clone(text)),
        _ => None,
    }
}

/// A number as text: the shortest that reads back as the same number; `3` for 3.0, as in templates.
pub(super) fn float_text(number: f64) -> String {
    // Adding zero turns -0 into 0.
    (number + 0.0).to_string()
}

pub(super) fn concat_all<'a>(parts: impl Iterator<Item = &'a Located>) -> Outcome {
    let mut text = Composition::default();
    // An unknown part makes the whole unknown, but must not hide what is wrong with the others.
    let mut unknown = false;
    for part in parts {
        match Scalar::of(part) {
            Ok(part) => text.scalar(&part)?,
            Err(Stop::Unknown) => unknown = true,
            Err(problem) => return Err(problem),
        }
    }
    if unknown { Err(Stop::Unknown) } else { Ok(text.finish()) }
}

/// What can be a part of a text.
pub(super) enum Scalar<'a> {
    Known(Arc<str>),
    Late(&'a Late),
}

impl<'a> Scalar<'a> {
    pub fn of(part: &'a Located) -> Outcome<Self> {
        match &part.value {
            Value::Late(late) => Ok(Self::Late(late)),
            other => scalar_text(other).map(Self::Known).ok_or_else(|| no_text(part)),
        }
    }
}

fn no_text(part: &Located) -> Stop {
    let words = match &part.value {
        Value::None => "`none` is no text; give a default with `??`",
        Value::Duration(_) => "a duration is no text before it has a unit; use `.seconds()` or another unit",
        Value::Size(_) => "a size is no text before it has a unit; use `.bytes()` or another unit",
        Value::List(_) => "a list is no text; use `.join(…)`",
        _ => return mismatch(part, "a text"),
    };
    Problem::Argument(words.to_owned()).into()
}

/// A text in the making. Its parts are what [`Late::Concat`] wants: no two known ones are neighbours.
#[derive(Default)]
pub(super) struct Composition {
    parts: Vec<ci_graph::Value>,
    /// The known text after the last part.
    tail: String,
    /// The bytes of all known parts.
    size: usize,
}

impl Composition {
    pub fn scalar(&mut self, part: &Scalar<'_>) -> Outcome<()> {
        match part {
            Scalar::Known(text) => self.known(text),
            Scalar::Late(late) => self.late(late),
        }
    }

    pub fn known(&mut self, text: &str) -> Outcome<()> {
        self.size += text.len();
        if self.size > MAX_TEXT {
            return Err(too_long().into());
        }
        self.tail.push_str(text);
        Ok(())
    }

    pub fn late(&mut self, late: &Late) -> Outcome<()> {
        match late {
            Late::Concat(parts) => parts.iter().try_for_each(|part| self.part(part)),
            other => {
                if self.parts.len() >= MAX_ELEMENTS {
                    return Err(too_long().into());
                }
                self.end_known();
                self.parts.push(ci_graph::Value::late(other.clone()));
                Ok(())
            }
        }
    }

    fn part(&mut self, part: &ci_graph::Value) -> Outcome<()> {
        use ci_graph::Value as Graph;
        match part {
            Graph::String(text) => self.known(text),
            Graph::Bool(known) => self.known(if *known { "true" } else { "false" }),
            Graph::Int(known) => self.known(&known.to_string()),
            Graph::Float(known) => self.known(&float_text(*known)),
            Graph::Late(late) => self.late(late),
            Graph::Unknown => Err(Stop::Unknown),
            // Not a part of any text; an absent one is an empty text in templates, too.
            Graph::Absent | Graph::List(_) | Graph::Record(_) => Ok(()),
        }
    }

    fn end_known(&mut self) {
        if !self.tail.is_empty() {
            self.parts.push(ci_graph::Value::string(std::mem::take(&mut self.tail)));
        }
    }

    /// The whole as a value of the language.
    pub fn finish(self) -> Value {
        match self.finish_graph() {
            ci_graph::Value::Late(late) => Value::late(*late),
            ci_graph::Value::String(text) => Value::Text(text),
            _ => Value::Unknown,
        }
    }

    /// The whole as a value of the graph: text, or something late.
    pub fn finish_graph(mut self) -> ci_graph::Value {
        if self.parts.is_empty() {
            return ci_graph::Value::string(self.tail);
        }
        self.end_known();
        // A late part alone is already the text.
        match self.parts.pop() {
            Some(only) if self.parts.is_empty() => only,
            last => {
                self.parts.extend(last);
                ci_graph::Value::late(Late::Concat(self.parts))
            }
        }
    }
}

//! Values as a template writes them: known ones as JSON, late ones as intrinsic functions.
//!
//! Serialisation is the lowering: nothing is built that is not written. Must not know which section a value is in.

use ci_graph::{DynamicReference, Late, Located, ResourceId, Stack, Strength, Value};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::conditions::{ConditionNames, ConditionUse};
use crate::text::{Part, Shape, Text};

/// What references inside values mean.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// Owns the resources and parameters that values refer to.
    pub stack: &'a Stack,
    /// The names of the stack's conditions. Without them a condition is written out in place: that is its content,
    /// from which names are made.
    pub names: Option<&'a ConditionNames>,
}

/// What a value is needed as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A value of its own kind.
    Any,
    /// Text: CloudFormation's text functions accept neither numbers nor `true` and `false`.
    Text,
    /// A list of texts.
    Texts,
}

/// A value in its place.
#[derive(Clone, Copy)]
pub(crate) struct Lowered<'a> {
    pub context: Context<'a>,
    pub value: &'a Value,
    pub role: Role,
}

impl<'a> Context<'a> {
    /// The value as itself.
    pub fn any(self, value: &'a Value) -> Lowered<'a> {
        Lowered { context: self, value, role: Role::Any }
    }

    /// The value as text.
    pub fn text(self, value: &'a Value) -> Lowered<'a> {
        Lowered { context: self, value, role: Role::Text }
    }

    /// The logical id of a resource.
    pub fn id(self, resource: ResourceId) -> &'a str {
        &self.stack.resource(resource).logical_id
    }
}

impl Serialize for Lowered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let as_text = self.role == Role::Text;
        match self.value {
            Value::Bool(known) if as_text => serializer.serialize_str(truth(*known)),
            Value::Bool(known) => serializer.serialize_bool(*known),
            Value::Int(known) if as_text => serializer.collect_str(known),
            Value::Int(known) => serializer.serialize_i64(*known),
            Value::Float(known) if as_text => serializer.serialize_str(&float_text(*known)),
            Value::Float(known) => match whole(*known) {
                Some(whole) => serializer.serialize_i64(whole),
                None => serializer.serialize_f64(*known),
            },
            Value::String(known) => serializer.serialize_str(known),
            Value::List(items) => {
                let role = if self.role == Role::Texts { Role::Text } else { Role::Any };
                serializer.collect_seq(present(items).map(|item| Lowered {
                    value: &item.value,
                    role,
                    context: self.context,
                }))
            }
            Value::Record(entries) => serializer.collect_map(
                entries
                    .iter()
                    .filter(|entry| entry.value.value != Value::Absent)
                    .map(|entry| (&*entry.name, self.context.any(&entry.value.value))),
            ),
            Value::Late(late) => serialize_late(self.context, late, self.role, serializer),
            Value::Absent => match self.role {
                Role::Any => call(serializer, "Ref", "AWS::NoValue"),
                // Text functions have no way to leave an argument out.
                Role::Text => serializer.serialize_str(""),
                Role::Texts => serializer.collect_seq(std::iter::empty::<&str>()),
            },
            // Such a template is never deployed. `null` is refused everywhere, so it cannot pass for a value either.
            Value::Unknown => serializer.serialize_unit(),
        }
    }
}

/// The items of a list that are there.
pub(crate) fn present(items: &[Located]) -> impl Iterator<Item = &Located> {
    items.iter().filter(|item| item.value != Value::Absent)
}

/// A float that has no fraction, as the integer it is.
///
/// JSON has one kind of number, but CloudFormation hands `3.0` on as written, which a property of type integer refuses.
/// Every property that accepts a number accepts `3`.
fn whole(float: f64) -> Option<i64> {
    /// 2^53: below it every whole float is exactly one integer.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (float.fract() == 0.0 && float.abs() < EXACT).then_some(float as i64)
}

/// A number as text: the shortest that reads back as the same number.
pub(crate) fn float_text(float: f64) -> String {
    whole(float).map_or_else(|| float.to_string(), |whole| whole.to_string())
}

/// A known truth as text.
pub(crate) const fn truth(known: bool) -> &'static str {
    if known { "true" } else { "false" }
}

/// Writes `{ function: arguments }`.
pub(crate) fn call<S: Serializer, T: Serialize + ?Sized>(
    serializer: S,
    function: &'static str,
    arguments: &T,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(function, arguments)?;
    map.end()
}

/// `{ function: arguments }` as a value.
struct Call<T>(&'static str, T);

impl<T: Serialize> Serialize for Call<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        call(serializer, self.0, &self.1)
    }
}

/// Writes something late as the function that computes it.
pub(crate) fn serialize_late<'a, S: Serializer>(
    context: Context<'a>,
    late: &'a Late,
    role: Role,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let branch = |value: &'a Located| Lowered { context, value: &value.value, role };
    match late {
        Late::Identifier(resource) => call(serializer, "Ref", context.id(*resource)),
        Late::Attribute(resource, attribute) => {
            call(serializer, "Fn::GetAtt", &[context.id(*resource), attribute])
        }
        Late::Parameter(parameter) => call(serializer, "Ref", &*context.stack.parameter(*parameter).name),
        Late::Pseudo(pseudo) => call(serializer, "Ref", pseudo.name()),
        Late::Concat(_) | Late::Dynamic(_) => serialize_text(context, late, serializer),
        Late::Join { separator, list } => {
            let list = Lowered { context, value: list, role: Role::Texts };
            call(serializer, "Fn::Join", &(&**separator, list))
        }
        Late::Split { separator, text } => call(
            serializer,
            "Fn::Split",
            &(&**separator, Argument { of: Function::Split, value: context.text(text) }),
        ),
        Late::Select { index, list } => call(serializer, "Fn::Select", &(index, context.any(list))),
        Late::AvailabilityZones { region } => {
            call(serializer, "Fn::GetAZs", region.as_deref().unwrap_or_default())
        }
        Late::Cidr { block, count, host_bits } => {
            let block = Argument { of: Function::Cidr, value: context.text(block) };
            call(serializer, "Fn::Cidr", &(block, count, host_bits))
        }
        Late::Base64(text) => call(serializer, "Fn::Base64", &context.text(text)),
        Late::If { condition, then, otherwise } => {
            let condition = ConditionUse { context, condition };
            call(serializer, "Fn::If", &(condition, branch(then), branch(otherwise)))
        }
        Late::Truth(condition) => {
            let condition = ConditionUse { context, condition };
            match role {
                Role::Text => call(serializer, "Fn::If", &(condition, truth(true), truth(false))),
                Role::Any | Role::Texts => call(serializer, "Fn::If", &(condition, true, false)),
            }
        }
        Late::StackOutput { stack, output, strength: Strength::Strong } => {
            call(serializer, "Fn::ImportValue", &Stack::export_name(stack, output))
        }
        Late::StackOutput { stack, output, strength: Strength::Weak } => {
            call(serializer, "Fn::GetStackOutput", &StackOutput { stack, output })
        }
    }
}

/// Writes text that is late in parts: as plain text if no part is, with `Fn::Sub` if it can be read at one glance, else
/// with `Fn::Join`.
fn serialize_text<'a, S: Serializer>(
    context: Context<'a>,
    late: &'a Late,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let text = Text::of(late);
    match text.shape() {
        Shape::Known => serializer.serialize_str(&text.known()),
        Shape::One(late) => serialize_late(context, late, Role::Text, serializer),
        Shape::Sub => call(serializer, "Fn::Sub", &text.substitution(context)),
        Shape::Join => {
            let parts: Vec<_> = text.parts.iter().map(|part| JoinPart { context, part }).collect();
            call(serializer, "Fn::Join", &("", parts))
        }
    }
}

/// A part of a text in the list of `Fn::Join`.
struct JoinPart<'a> {
    context: Context<'a>,
    part: &'a Part<'a>,
}

impl Serialize for JoinPart<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.part {
            Part::Known(text) => serializer.serialize_str(text),
            Part::Late(late) => serialize_late(self.context, late, Role::Text, serializer),
            Part::Other(value) => self.context.any(value).serialize(serializer),
        }
    }
}

/// The arguments of `Fn::GetStackOutput`: AWS CloudFormation Template Reference, `Fn::GetStackOutput`.
#[derive(serde::Serialize)]
struct StackOutput<'a> {
    #[serde(rename = "StackName")]
    stack: &'a str,
    #[serde(rename = "OutputName")]
    output: &'a str,
}

/// A function that accepts only some functions as its text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Function {
    Split,
    Cidr,
}

/// The text argument of such a function.
///
/// "Supported functions" of `Fn::Split` and `Fn::Cidr` in the AWS CloudFormation Template Reference name neither
/// `Fn::GetStackOutput` nor, for `Fn::Cidr`, `Fn::Join`, but `Fn::Sub`, which accepts both.
struct Argument<'a> {
    of: Function,
    value: Lowered<'a>,
}

impl Serialize for Argument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_accepted() {
            return self.value.serialize(serializer);
        }
        call(serializer, "Fn::Sub", &("${Value}", Call("Value", self.value)))
    }
}

impl Argument<'_> {
    fn is_accepted(&self) -> bool {
        let Value::Late(late) = self.value.value else { return true };
        match &**late {
            Late::StackOutput { strength, .. } => *strength == Strength::Strong,
            Late::Join { .. } => self.of == Function::Split,
            Late::Concat(_) | Late::Dynamic(_) => match Text::of(late).shape() {
                Shape::Known | Shape::Sub => true,
                Shape::One(late) => !matches!(late, Late::StackOutput { strength: Strength::Weak, .. }),
                Shape::Join => self.of == Function::Split,
            },
            _ => true,
        }
    }
}

/// The parts of a dynamic reference before and after its name, as the AWS CloudFormation User Guide has them: "Get values
/// stored in other services using dynamic references".
pub(crate) fn dynamic_frame(reference: &DynamicReference) -> (&'static str, &Value, String) {
    let versioned =
        |version: &Option<i64>| version.map_or_else(|| "}}".to_owned(), |number| format!(":{number}}}}}"));
    match reference {
        DynamicReference::Ssm { name, version } => ("{{resolve:ssm:", name, versioned(version)),
        DynamicReference::SsmSecure { name, version } => ("{{resolve:ssm-secure:", name, versioned(version)),
        DynamicReference::SecretsManager { secret, key: Some(key) } => {
            ("{{resolve:secretsmanager:", secret, format!(":SecretString:{key}}}}}"))
        }
        DynamicReference::SecretsManager { secret, key: None } => {
            ("{{resolve:secretsmanager:", secret, ":SecretString}}".to_owned())
        }
    }
}

#[cfg(test)]
mod tests;

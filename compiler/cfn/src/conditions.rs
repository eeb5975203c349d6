//! The conditions of a stack: which get an entry of their own, what they are called, how they are written.
//!
//! A name is made from the content of its condition and from nothing else, so that it does not change when something is
//! added elsewhere. Must not know what a condition is used for.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ci_graph::{Condition, Late, Stack, Value, visit_late};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::ser::{Serialize, Serializer};

use crate::value::{Context, call};

/// The longest readable name; a longer one is cut and ends in a hash.
const READABLE: usize = 60;

/// The name of every condition that has one, by the condition's content.
pub(crate) type ConditionNames = FxHashMap<String, String>;

/// The named conditions of a stack.
pub(crate) struct Conditions<'a> {
    pub names: ConditionNames,
    /// By name: an entry keeps its place whichever resource comes first.
    pub entries: BTreeMap<String, &'a Condition>,
}

impl<'a> Conditions<'a> {
    /// Names every condition that a value, a resource or an output uses, and every part that two of them share.
    pub fn of(stack: &'a Stack) -> Self {
        let context = Context { stack, names: None };
        let mut found = Found { context, by_content: BTreeMap::new() };
        for resource in &stack.resources {
            found.extend(resource.condition.as_deref());
            for entry in &resource.properties {
                found.visit(&entry.value.value, stack);
            }
            let attributes = [&resource.creation_policy, &resource.update_policy, &resource.metadata];
            attributes.into_iter().flatten().for_each(|value| found.visit(value, stack));
        }
        for output in &stack.outputs {
            found.extend(output.condition.as_deref());
            found.visit(&output.value.value, stack);
        }
        let direct: Vec<_> = found.by_content.values().map(|entry| entry.condition).collect();
        for condition in direct {
            found.count_parts(condition);
        }
        found.by_content.retain(|_, entry| entry.direct || entry.uses > 1);
        found.name(stack)
    }
}

/// A condition met in the stack.
struct FoundCondition<'a> {
    condition: &'a Condition,
    /// A value, resource or output needs its name.
    direct: bool,
    /// In how many places it is a part of another condition.
    uses: u32,
}

struct Found<'a> {
    context: Context<'a>,
    by_content: BTreeMap<String, FoundCondition<'a>>,
}

impl<'a> Found<'a> {
    fn extend(&mut self, conditions: impl IntoIterator<Item = &'a Condition>) {
        for condition in conditions {
            let entry = FoundCondition { condition, direct: true, uses: 0 };
            self.by_content.entry(content(self.context, condition)).or_insert(entry);
        }
    }

    fn visit(&mut self, value: &'a Value, stack: &'a Stack) {
        visit_late(value, stack.origin, &mut |late, _| {
            if let Late::If { condition, .. } | Late::Truth(condition) = late {
                self.extend([&**condition]);
            }
        });
    }

    /// Counts in how many places each part is written, a part that is itself written twice being looked into once.
    fn count_parts(&mut self, condition: &'a Condition) {
        for part in parts(condition) {
            let entry = self.by_content.entry(content(self.context, part));
            let entry = entry.or_insert(FoundCondition { condition: part, direct: false, uses: 0 });
            entry.uses += 1;
            if !entry.direct && entry.uses == 1 {
                self.count_parts(part);
            }
        }
    }

    fn name(self, stack: &Stack) -> Conditions<'a> {
        let context = self.context;
        let ids = stack.resources.iter().map(|resource| &*resource.logical_id);
        let taken: FxHashSet<&str> = ids.chain(stack.parameters.iter().map(|it| &*it.name)).collect();
        let mut named: Vec<Named<'_>> = self
            .by_content
            .into_iter()
            .map(|(content, entry)| {
                let base = readable(context, entry.condition);
                let hash_length = if base.len() > READABLE { 8 } else { 0 };
                Named { content, condition: entry.condition, base, hash_length }
            })
            .collect();
        // Everyone who shares a name gets a hash, not only the second: who is second depends on the rest of the stack.
        for hash_length in [8, 16] {
            let mut count: FxHashMap<String, u32> = FxHashMap::default();
            for entry in &named {
                *count.entry(entry.name()).or_default() += 1;
            }
            for entry in &mut named {
                let name = entry.name();
                if taken.contains(&*name) || count.get(&name).is_some_and(|count| *count > 1) {
                    entry.hash_length = hash_length;
                }
            }
        }
        let entries = named.iter().map(|entry| (entry.name(), entry.condition)).collect();
        let names = named
            .into_iter()
            .map(|entry| (entry.name(), entry.content))
            .map(|(name, content)| (content, name));
        Conditions { names: names.collect(), entries }
    }
}

/// A condition on the way to its name.
struct Named<'a> {
    content: String,
    condition: &'a Condition,
    base: String,
    hash_length: usize,
}

impl Named<'_> {
    fn name(&self) -> String {
        let kept = self.base.len().min(READABLE - self.hash_length);
        // INVARIANT: names are ASCII, so any length is a character boundary.
        format!("{}{}", &self.base[..kept], &hash(&self.content)[..self.hash_length])
    }
}

/// What a condition says, in CloudFormation's own words. Two conditions with the same content are the same.
fn content(context: Context<'_>, condition: &Condition) -> String {
    let context = Context { names: None, ..context };
    // INVARIANT: a condition is written with string keys into memory, so this cannot fail.
    serde_json::to_string(&Definition { context, condition }).unwrap_or_default()
}

/// FNV-1a in 64 bits, as 16 hexadecimal digits: short, and the same on every machine and in every version.
fn hash(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

fn parts(condition: &Condition) -> impl Iterator<Item = &Condition> {
    let (many, one) = match condition {
        Condition::Equals(..) => (&[][..], None),
        Condition::All(parts) | Condition::Any(parts) => (parts.as_slice(), None),
        Condition::Not(part) => (&[][..], Some(part)),
    };
    many.iter().chain(one).map(|part| &**part)
}

/// A name that says what the condition says: `StageIsProd`, `NotStageIsProdAndRegionIsEuWest1`.
fn readable(context: Context<'_>, condition: &Condition) -> String {
    let joined = |parts: &[std::sync::Arc<Condition>], word| {
        parts.iter().map(|part| readable(context, part)).collect::<Vec<_>>().join(word)
    };
    match condition {
        Condition::Equals(left, right) => format!("{}Is{}", operand(context, left), operand(context, right)),
        Condition::All(parts) => joined(parts, "And"),
        Condition::Any(parts) => joined(parts, "Or"),
        Condition::Not(part) => format!("Not{}", readable(context, part)),
    }
}

fn operand(context: Context<'_>, value: &Value) -> String {
    let text = match value {
        Value::Late(late) => match &**late {
            Late::Parameter(parameter) => &*context.stack.parameter(*parameter).name,
            Late::Pseudo(pseudo) => pseudo.name().trim_start_matches("AWS::"),
            _ => "",
        },
        Value::String(text) if text.is_empty() => "empty",
        Value::String(text) => text,
        Value::Bool(known) => crate::value::truth(*known),
        Value::Int(known) => return known.to_string().replace('-', "Minus"),
        _ => "",
    };
    let mut name = String::new();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        name.extend(word.chars().next().map(|first| first.to_ascii_uppercase()));
        name.push_str(&word[1..]);
    }
    if name.is_empty() {
        let text = serde_json::to_string(&context.text(value)).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = write!(name, "Value{}", &hash(&text)[..8]);
    }
    name
}

/// A condition where its name is called for: in `Fn::If` and in `Condition`.
#[derive(Clone, Copy)]
pub(crate) struct ConditionUse<'a> {
    pub context: Context<'a>,
    pub condition: &'a Condition,
}

impl ConditionUse<'_> {
    fn name(self) -> Option<String> {
        self.context.names?.get(&content(self.context, self.condition)).cloned()
    }
}

impl Serialize for ConditionUse<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.name() {
            Some(name) => serializer.serialize_str(&name),
            None => Definition { context: self.context, condition: self.condition }.serialize(serializer),
        }
    }
}

/// A condition as its entry has it.
#[derive(Clone, Copy)]
pub(crate) struct Definition<'a> {
    pub context: Context<'a>,
    pub condition: &'a Condition,
}

impl Serialize for Definition<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let context = self.context;
        let parts = || {
            parts(self.condition).map(|part| ConditionPart { context, condition: part }).collect::<Vec<_>>()
        };
        match self.condition {
            // Both sides as text: CloudFormation compares text, and parameters of type Number are text too.
            Condition::Equals(left, right) => {
                call(serializer, "Fn::Equals", &(context.text(left), context.text(right)))
            }
            Condition::All(_) => call(serializer, "Fn::And", &parts()),
            Condition::Any(_) => call(serializer, "Fn::Or", &parts()),
            Condition::Not(_) => call(serializer, "Fn::Not", &parts()),
        }
    }
}

/// A condition inside another: by name if it has one.
struct ConditionPart<'a> {
    context: Context<'a>,
    condition: &'a Condition,
}

impl Serialize for ConditionPart<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (ConditionUse { context: self.context, condition: self.condition }).name() {
            Some(name) => call(serializer, "Condition", &name),
            None => Definition { context: self.context, condition: self.condition }.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests;

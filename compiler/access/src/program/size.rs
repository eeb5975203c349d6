//! How many characters a policy document has, where parts of it are known at deployment only.
//!
//! Must not know: which policies there are, and how large they may be.

use ci_graph::{Late, Pseudo, Stack, Value};

/// What comes before the name in an ARN of the longest region and service, and what CloudFormation adds to a name.
const ARN: usize = 96;

/// What is taken for the length of what only the deployment knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknowns {
    /// As short as it can be: a document that is too long so is too long however it is deployed.
    Short,
    /// As long as it is likely to be: a document that fits so fits.
    Long,
}

/// The characters of a value as JSON without white space, which is how IAM counts a document.
pub fn characters(stack: &Stack, value: &Value, unknowns: Unknowns) -> usize {
    let within = |value: &Value| characters(stack, value, unknowns);
    let separators = |count: usize| 2 + count.saturating_sub(1);
    match value {
        Value::Bool(known) => known.to_string().len(),
        Value::Int(known) => known.to_string().len(),
        Value::Float(known) => known.to_string().len(),
        Value::String(text) => 2 + text_characters(text),
        Value::List(items) => {
            separators(items.len()) + items.iter().map(|item| within(&item.value)).sum::<usize>()
        }
        Value::Record(entries) => {
            let entry = |entry: &ci_graph::Entry| 3 + entry.name.chars().count() + within(&entry.value.value);
            separators(entries.len()) + entries.iter().map(entry).sum::<usize>()
        }
        Value::Late(late) => match &**late {
            Late::If { then, otherwise, .. } => {
                let (then, otherwise) = (within(&then.value), within(&otherwise.value));
                match unknowns {
                    Unknowns::Short => then.min(otherwise),
                    Unknowns::Long => then.max(otherwise),
                }
            }
            late => 2 + late_characters(stack, late, unknowns),
        },
        Value::Absent | Value::Unknown => 0,
    }
}

/// A quote or a backslash takes two.
fn text_characters(text: &str) -> usize {
    text.chars().map(|letter| if matches!(letter, '"' | '\\') { 2 } else { 1 }).sum()
}

fn late_characters(stack: &Stack, late: &Late, unknowns: Unknowns) -> usize {
    if let Late::Concat(parts) = late {
        return parts
            .iter()
            .map(|part| match part {
                Value::String(text) => text_characters(text),
                Value::Late(late) => late_characters(stack, late, unknowns),
                other => characters(stack, other, unknowns),
            })
            .sum();
    }
    if unknowns == Unknowns::Short {
        return 1;
    }
    let name = |logical_id: &str| stack.name.len() + logical_id.len();
    match late {
        Late::Identifier(id) | Late::Attribute(id, _) => ARN + name(&stack.resource(*id).logical_id),
        Late::Pseudo(Pseudo::AccountId) => 12,
        Late::Pseudo(Pseudo::Partition | Pseudo::Region | Pseudo::UrlSuffix) => 16,
        Late::Pseudo(Pseudo::StackName) => stack.name.len(),
        Late::StackOutput { stack: provider, output, .. } => ARN + provider.len() + output.len(),
        _ => 2 * ARN,
    }
}

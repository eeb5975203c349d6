//! What CloudFormation allows of a template, how much of it a stack uses, and where it goes too far.
//!
//! The numbers are those of cfn-lint 1.58.0 (`cfnlint.helpers.LIMITS` and the schemas under `data/schemas/other`), which
//! takes them from the AWS CloudFormation User Guide. Must not know how a template is written, except to measure it.

use std::fmt;

use ci_base::Code;
use ci_graph::{Condition, Late, Origin, Stack, Value, visit_late};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::text::known_text;

const QUOTAS: &str = "Understand CloudFormation quotas";
const PARAMETER_SYNTAX: &str = "CloudFormation template Parameters syntax";
const RESOURCE_SYNTAX: &str = "CloudFormation template Resources syntax";
const OUTPUT_SYNTAX: &str = "CloudFormation template Outputs syntax";
const CONDITION_FUNCTIONS: &str = "Condition functions";
const CREATE_STACK: &str = "CreateStack";

/// Resources of a template: "Understand CloudFormation quotas".
const RESOURCES: u64 = 500;
/// Parameters of a template: "Understand CloudFormation quotas".
const PARAMETER_COUNT: u64 = 200;
/// Outputs of a template: "Understand CloudFormation quotas".
const OUTPUTS: u64 = 200;
/// Bytes of a template that is uploaded to S3: "Understand CloudFormation quotas" says 1 MB, cfn-lint reads it as this.
const TEMPLATE_BYTES: u64 = 1_000_000;
/// Bytes of the description: "Understand CloudFormation quotas".
const DESCRIPTION_BYTES: u64 = 1_024;
/// Dynamic references in a template: "Understand CloudFormation quotas".
const DYNAMIC_REFERENCES: u64 = 60;
/// Characters of the name of a resource, parameter or output: "Understand CloudFormation quotas".
const NAME_LENGTH: u64 = 255;
/// Bytes of the value of a parameter: "Understand CloudFormation quotas".
const PARAMETER_VALUE_BYTES: u64 = 4_096;
/// Characters of the description of a parameter: "CloudFormation template Parameters syntax".
const PARAMETER_DESCRIPTION: u64 = 4_000;
/// Bytes of the description of an output: cfn-lint's `LIMITS["Outputs"]`.
const OUTPUT_DESCRIPTION_BYTES: u64 = 1_024;
/// Parts of `Fn::And` and `Fn::Or`: "Condition functions".
const CONDITION_PARTS: std::ops::RangeInclusive<usize> = 2..=10;
/// Characters of the name of a stack: `CreateStack` in the API reference.
const STACK_NAME: u64 = 128;

/// How much of CloudFormation's limits a template uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitReport {
    /// One entry per limit of a template as a whole; always the same ones in the same order.
    pub entries: Vec<LimitUse>,
}

/// The use of one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct LimitUse {
    /// What is counted: "resources", "template bytes".
    pub what: &'static str,
    /// How many there are.
    pub used: u64,
    /// How many there may be.
    pub limit: u64,
    /// The page of AWS's documentation that says so, by its title.
    pub source: &'static str,
}

impl fmt::Display for LimitUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} of {}", self.what, self.used, self.limit)
    }
}

/// The use of the limits of a template as a whole. `template_bytes` is the size of the text that is deployed.
pub fn limits(stack: &Stack, template_bytes: usize) -> LimitReport {
    let entry = |what, used: usize, limit| LimitUse { what, used: used as u64, limit, source: QUOTAS };
    let description = stack.description.as_deref().unwrap_or_default();
    LimitReport {
        entries: vec![
            entry("resources", stack.resources.len(), RESOURCES),
            entry("parameters", stack.parameters.len(), PARAMETER_COUNT),
            entry("outputs", stack.outputs.len(), OUTPUTS),
            entry("template bytes", template_bytes, TEMPLATE_BYTES),
            entry("description bytes", description.len(), DESCRIPTION_BYTES),
            entry("dynamic references", dynamic_references(stack).len(), DYNAMIC_REFERENCES),
        ],
    }
}

/// A stack asks for more than CloudFormation allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which kind of mistake this is.
    pub code: Code,
    /// One line: what is too much, and the limit. Lower case, no full stop.
    pub message: String,
    /// What to do.
    pub help: Option<&'static str>,
    /// The page of AWS's documentation that says so, by its title.
    pub source: &'static str,
    /// Where it goes too far: the first thing over the limit, or the service.
    pub origin: Origin,
}

/// Everything in which the template of a stack would break a limit of CloudFormation, in the order of the template.
///
/// `template_bytes` is the size of the text that is deployed: where it is too large, that of the smallest form,
/// [`Template::to_json_minified`](crate::Template::to_json_minified).
pub fn violations(stack: &Stack, template_bytes: usize) -> Vec<Violation> {
    let mut found = Found { stack, template_bytes, violations: Vec::new() };
    found.whole();
    found.parameters();
    found.resources();
    found.outputs();
    found.conditions();
    found.violations
}

struct Found<'a> {
    stack: &'a Stack,
    template_bytes: usize,
    violations: Vec<Violation>,
}

impl Found<'_> {
    fn add(&mut self, code: Code, source: &'static str, origin: Origin, message: String) -> &mut Violation {
        let at = self.violations.len();
        self.violations.push(Violation { code, message, help: None, source, origin });
        &mut self.violations[at]
    }

    fn whole(&mut self) {
        let stack = self.stack;
        let name = &*stack.name;
        let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !plain || name.len() as u64 > STACK_NAME {
            let message = format!(
                "the stack name `{name}` is not a letter followed by letters, digits and hyphens, {STACK_NAME} at most"
            );
            self.add(Code::InvalidName, CREATE_STACK, stack.origin, message);
        }
        if stack.resources.is_empty() {
            let message = format!("the stack `{name}` has no resources, CloudFormation needs at least one");
            self.add(Code::TemplateLimit, RESOURCE_SYNTAX, stack.origin, message);
        }
        let description = stack.description.as_deref().unwrap_or_default().len() as u64;
        if description > DESCRIPTION_BYTES {
            let message =
                format!("the description has {description} bytes, the limit is {DESCRIPTION_BYTES}");
            self.add(Code::TemplateLimit, QUOTAS, stack.origin, message).help =
                Some("shorten the documentation comment of the service");
        }
        let dynamic = dynamic_references(stack);
        self.count(&dynamic, DYNAMIC_REFERENCES, "dynamic references");
        let bytes = self.template_bytes as u64;
        if bytes > TEMPLATE_BYTES {
            let message =
                format!("the template has {bytes} bytes at its smallest, the limit is {TEMPLATE_BYTES}");
            self.add(Code::TemplateLimit, QUOTAS, stack.origin, message).help = Some("split the service");
        }
    }

    /// Reports the first of `origins` that is one too many.
    fn count(&mut self, origins: &[Origin], limit: u64, what: &str) {
        if let Some(first) = origins.get(limit as usize) {
            let message = format!("the stack has {} {what}, the limit is {limit}", origins.len());
            self.add(Code::TemplateLimit, QUOTAS, *first, message).help = Some("split the service");
        }
    }

    /// Reports a name that is no logical id. `syntax` is the page about the section it is in.
    fn name(&mut self, name: &str, what: &str, code: Code, syntax: &'static str, origin: Origin) {
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            let message = format!("the {what} `{name}` is not made of letters and digits only");
            self.add(code, syntax, origin, message);
        }
        if name.len() as u64 > NAME_LENGTH {
            let message =
                format!("the {what} `{name}` has {} characters, the limit is {NAME_LENGTH}", name.len());
            self.add(code, QUOTAS, origin, message);
        }
    }

    fn parameters(&mut self) {
        let stack = self.stack;
        let origins: Vec<_> = stack.parameters.iter().map(|parameter| parameter.origin).collect();
        self.count(&origins, PARAMETER_COUNT, "parameters");
        let mut names = FxHashSet::default();
        for parameter in &stack.parameters {
            let (name, origin) = (&*parameter.name, parameter.origin);
            if !names.insert(name) {
                let message = format!("there are two parameters `{name}`");
                self.add(Code::DuplicateName, PARAMETER_SYNTAX, origin, message);
            }
            self.name(name, "parameter name", Code::InvalidName, PARAMETER_SYNTAX, origin);
            let description = parameter.description.as_deref().unwrap_or_default().chars().count() as u64;
            if description > PARAMETER_DESCRIPTION {
                let message = format!(
                    "the description of `{name}` has {description} characters, the limit is {PARAMETER_DESCRIPTION}"
                );
                self.add(Code::InvalidParameter, PARAMETER_SYNTAX, origin, message);
            }
            let default = parameter.default.iter().map(|default| (&default.value, default.origin));
            let allowed = parameter.constraints.allowed_values.iter().map(|value| (value, origin));
            for (value, origin) in default.chain(allowed) {
                let bytes = parameter_bytes(value);
                if bytes > PARAMETER_VALUE_BYTES {
                    let message = format!(
                        "a value of `{name}` has {bytes} bytes, the limit is {PARAMETER_VALUE_BYTES}"
                    );
                    self.add(Code::InvalidParameter, QUOTAS, origin, message);
                }
            }
        }
    }

    fn resources(&mut self) {
        let stack = self.stack;
        let origins: Vec<_> = stack.resources.iter().map(|resource| resource.origin).collect();
        self.count(&origins, RESOURCES, "resources");
        // Parameters and resources share their names: `Ref` reads both.
        let mut owner: FxHashMap<&str, &str> =
            stack.parameters.iter().map(|parameter| (&*parameter.name, "a parameter")).collect();
        for resource in &stack.resources {
            let (id, origin) = (&*resource.logical_id, resource.origin);
            self.name(id, "logical id", Code::InvalidLogicalId, RESOURCE_SYNTAX, origin);
            if let Some(owner) = owner.insert(id, &resource.path) {
                let message =
                    format!("`{}` has the logical id `{id}`, which {owner} has already", resource.path);
                self.add(Code::DuplicateLogicalId, RESOURCE_SYNTAX, origin, message);
            }
        }
    }

    fn outputs(&mut self) {
        let stack = self.stack;
        let origins: Vec<_> = stack.outputs.iter().map(|output| output.value.origin).collect();
        self.count(&origins, OUTPUTS, "outputs");
        let mut names = FxHashSet::default();
        for output in &stack.outputs {
            let (name, origin) = (&*output.name, output.value.origin);
            if !names.insert(name) {
                let message = format!("there are two outputs `{name}`");
                self.add(Code::DuplicateName, OUTPUT_SYNTAX, origin, message);
            }
            self.name(name, "output name", Code::InvalidName, OUTPUT_SYNTAX, origin);
            let bytes = output.description.as_deref().unwrap_or_default().len() as u64;
            if bytes > OUTPUT_DESCRIPTION_BYTES {
                let message = format!(
                    "the description of `{name}` has {bytes} bytes, the limit is {OUTPUT_DESCRIPTION_BYTES}"
                );
                self.add(Code::TemplateLimit, QUOTAS, origin, message);
            }
        }
    }

    fn conditions(&mut self) {
        let stack = self.stack;
        for resource in &stack.resources {
            if let Some(condition) = &resource.condition {
                self.condition(condition, resource.origin);
            }
        }
        for output in &stack.outputs {
            if let Some(condition) = &output.condition {
                self.condition(condition, output.value.origin);
            }
        }
        visit_stack(stack, &mut |late, origin| {
            if let Late::If { condition, .. } | Late::Truth(condition) = late {
                self.condition(condition, origin);
            }
        });
    }

    fn condition(&mut self, condition: &Condition, origin: Origin) {
        let (Condition::All(parts) | Condition::Any(parts)) = condition else {
            if let Condition::Not(part) = condition {
                self.condition(part, origin);
            }
            return;
        };
        if !CONDITION_PARTS.contains(&parts.len()) {
            let message = format!("a condition of {} parts, CloudFormation takes 2 to 10", parts.len());
            self.add(Code::TemplateLimit, CONDITION_FUNCTIONS, origin, message);
        }
        for part in parts {
            self.condition(part, origin);
        }
    }
}

/// Calls `with` for every late value of resources and outputs.
fn visit_stack<'a>(stack: &'a Stack, with: &mut dyn FnMut(&'a Late, Origin)) {
    for resource in &stack.resources {
        for entry in &resource.properties {
            visit_late(&entry.value.value, entry.value.origin, with);
        }
        for value in
            [&resource.creation_policy, &resource.update_policy, &resource.metadata].into_iter().flatten()
        {
            visit_late(value, resource.origin, with);
        }
    }
    for output in &stack.outputs {
        visit_late(&output.value.value, output.value.origin, with);
    }
}

/// Where the dynamic references are.
fn dynamic_references(stack: &Stack) -> Vec<Origin> {
    let mut origins = Vec::new();
    visit_stack(stack, &mut |late, origin| {
        if let Late::Dynamic(_) = late {
            origins.push(origin);
        }
    });
    origins
}

/// The bytes of a parameter's value as CloudFormation counts them: a list is its items with commas in between.
fn parameter_bytes(value: &Value) -> u64 {
    match value {
        Value::List(items) => {
            let bytes: usize = items.iter().map(|item| known_text(&item.value).len() + 1).sum();
            bytes.saturating_sub(1) as u64
        }
        value => known_text(value).len() as u64,
    }
}

#[cfg(test)]
mod tests;

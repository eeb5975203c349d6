//! What resources are called before anyone has deployed them: names and ARNs as patterns.
//!
//! A declared name is what the program says. Where there is none, CloudFormation makes one of the stack's name, the
//! logical id and a random part; where the service makes one, nobody knows it, and the pattern has `*`.
//!
//! Must not know: actions, policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use ci_access::program::{Place, texts};
use ci_access::{Part, Parts, Symbol};
use ci_catalog::{ArnPart, ResourceSchema, arn_parts};
use ci_graph::{DeletionPolicy, Late, Resource, Stack, Value};

use crate::facts::{self, Naming};

/// How deep a name may be made of other names.
const MAX_DEPTH: u8 = 6;

/// How many texts a value may become; beyond that it is anything.
const MAX_TEXTS: usize = 16;

/// The random part of a generated name, with the hyphen before it.
const RANDOM: usize = 14;

/// The limit of names where nobody says one.
const NAME_LENGTH: usize = 255;

/// Names of the resources of some stacks.
pub(crate) struct Names<'a> {
    pub stacks: &'a [&'a Stack],
    pub account: Option<Arc<str>>,
    /// Values of parameters that are known, by name.
    pub parameters: &'a BTreeMap<String, String>,
}

/// An ARN, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arn {
    pub parts: Parts,
    /// It tells the resource from those of others: not every part of the name is `*`.
    pub known: bool,
}

/// A text of letters only.
pub(crate) fn text(text: impl Into<Arc<str>>) -> Parts {
    Parts(vec![Part::Text(text.into())])
}

fn join(mut before: Parts, after: &Parts) -> Parts {
    before.0.extend(after.0.iter().cloned());
    before
}

impl<'a> Names<'a> {
    pub fn resource(&self, place: Place) -> &'a Resource {
        self.stacks[place.stack].resource(place.resource)
    }

    /// The region of a stack.
    pub fn region(&self, stack: usize) -> Parts {
        match &self.stacks[stack].region {
            Some(region) => text(Arc::clone(region)),
            None => Symbol::region().into(),
        }
    }

    /// The account that everything is deployed to.
    pub fn account(&self) -> Parts {
        match &self.account {
            Some(account) => text(Arc::clone(account)),
            None => Symbol::account().into(),
        }
    }

    /// The partition of a stack: what the name of its region says.
    pub fn partition(&self, stack: usize) -> Parts {
        match self.stacks[stack].region.as_deref() {
            None => Symbol::partition().into(),
            Some(region) => text(ci_catalog::partition(region)),
        }
    }

    /// All texts that a value may become, with what is known of names in them.
    pub fn texts(&self, stack: usize, value: &Value) -> Vec<Parts> {
        self.texts_within(stack, value, MAX_DEPTH)
    }

    fn texts_within(&self, stack: usize, value: &Value, depth: u8) -> Vec<Parts> {
        let found = texts(self.stacks, stack, value);
        let mut resolved: Vec<Parts> = Vec::new();
        for parts in found {
            let mut all = vec![Parts::default()];
            for part in &parts.0 {
                let next = match part {
                    Part::Text(_) => vec![Parts(vec![part.clone()])],
                    Part::Symbol(symbol) => self.symbol(symbol, depth),
                };
                let joined = all.iter().flat_map(|before| next.iter().map(|next| join(before.clone(), next)));
                all = joined.collect();
                if all.len() > MAX_TEXTS {
                    return vec![text("*")];
                }
            }
            resolved.extend(all);
        }
        resolved.dedup();
        resolved
    }

    /// What a symbol of the program stands for: a name or an ARN as a pattern.
    pub fn symbol(&self, symbol: &Symbol, depth: u8) -> Vec<Parts> {
        let name = &*symbol.name;
        match name {
            "AWS::AccountId" => return vec![self.account()],
            // Which stack's is not said. It is the same where there is one.
            "AWS::Region" => return vec![self.one_of_all(Self::region)],
            "AWS::Partition" => return vec![self.one_of_all(Self::partition)],
            _ => {}
        }
        let anything = || vec![text("*")];
        let Some((stack, inside)) = name.split_once(':') else { return anything() };
        let Some(at) = self.stacks.iter().position(|known| &*known.name == stack) else {
            return anything();
        };
        if inside == "AWS::StackName" {
            return vec![text(stack)];
        }
        let Some((logical_id, attribute)) = inside.split_once('.') else {
            return self.parameter(at, inside).map_or_else(anything, |known| vec![text(known)]);
        };
        let mut resources = self.stacks[at].resource_ids();
        let Some((id, resource)) = resources.find(|(_, known)| &*known.logical_id == logical_id) else {
            return anything();
        };
        if depth == 0 {
            return anything();
        }
        let place = Place { stack: at, resource: id };
        let schema = resource.schema;
        let target =
            ci_catalog::RefTarget { resource_type: schema.name(), attribute: static_name(schema, attribute) };
        let found: Vec<Parts> = if schema.own_arn() == Some(attribute) || target.is_arn() {
            let ending =
                if schema.own_arn() == Some(attribute) || !attribute.ends_with("Arn") { "" } else { "*" };
            let own = self.own_arns_within(place, depth - 1);
            own.into_iter().map(|arn| join(arn.parts, &text(ending))).collect()
        } else if self.name_property(schema).is_some_and(|property| property == attribute) {
            self.names_within(place, depth - 1).unwrap_or_default()
        } else {
            match resource.property(attribute) {
                Some(value) => self.texts_within(at, &value.value, depth - 1),
                None if schema.ref_parts() == [attribute] => {
                    self.names_within(place, depth - 1).unwrap_or_default()
                }
                None => Vec::new(),
            }
        };
        if found.is_empty() { anything() } else { found }
    }

    fn one_of_all(&self, of: impl Fn(&Self, usize) -> Parts) -> Parts {
        let mut all = (0..self.stacks.len()).map(|stack| of(self, stack));
        let first = all.next().unwrap_or_else(|| text("*"));
        if all.all(|other| other == first) { first } else { text("*") }
    }

    /// The value of a parameter: given, or the default. Its default is not: a deployment may give another value.
    fn parameter(&self, stack: usize, name: &str) -> Option<String> {
        let is_there = self.stacks[stack].parameters.iter().any(|known| &*known.name == name);
        self.parameters.get(name).filter(|_| is_there).cloned()
    }

    /// The property that declares the name of resources of a type.
    pub fn name_property(&self, schema: &'static ResourceSchema) -> Option<&'static str> {
        let naming = facts::naming(schema.name());
        if let Some(property) = naming.and_then(|naming| naming.property.as_deref()) {
            return Some(property);
        }
        let template = schema.arn_template()?;
        let unknown =
            |name: &str| naming.is_some_and(|naming| naming.unknown.iter().any(|known| known == name));
        let root = schema.node(schema.root());
        let declares = |name: &str| root.property(name).is_some() && !schema.is_read_only(name);
        let mut variables = variables(template).into_iter().filter(|name| declares(name) && !unknown(name));
        if let (Some(one), None) = (variables.next(), variables.next()) {
            return root.property(one).map(|property| property.name);
        }
        // The last part of an identifier that the program gives.
        let last = schema.primary_identifier().last()?;
        let is_name = last.ends_with("Name") || last.ends_with("Identifier");
        (is_name && declares(last) && !unknown(last)).then_some(*last)
    }

    /// The variable of the ARN template that is the name.
    fn name_variable(&self, schema: &'static ResourceSchema) -> Option<&'static str> {
        let naming = facts::naming(schema.name());
        if let Some(variable) = naming.and_then(|naming| naming.variable.as_deref()) {
            return Some(variable);
        }
        let property = self.name_property(schema)?;
        let template = schema.arn_template()?;
        let all = variables(template);
        let same = all.iter().find(|name| **name == property).copied();
        // The only variable is what the only name is for.
        same.or(match all.as_slice() {
            [one] => Some(*one),
            _ => None,
        })
    }

    /// The physical names that a resource may have; `None` if the service makes them.
    fn names_within(&self, place: Place, depth: u8) -> Option<Vec<Parts>> {
        let resource = self.resource(place);
        let property = self.name_property(resource.schema)?;
        let naming = facts::naming(resource.schema.name());
        let declared = resource.property(property).map(|declared| &declared.value);
        let mut found = Vec::new();
        if let Some(declared) = declared {
            found = self.texts_within(place.stack, declared, depth);
            if !may_be_absent(declared) {
                return (!found.is_empty()).then_some(found);
            }
        }
        let of = |form: &str| text(self.generated(place, form, naming, property));
        match naming.and_then(|naming| naming.generated.as_deref()) {
            Some(form) => found.push(of(form)),
            None => found.extend([of("{stack}-{logical}-*"), of("{logical}-*")]),
        }
        Some(found)
    }

    /// Whether the names that CloudFormation makes for a resource begin with all of its stack's name, and a hyphen. A
    /// declared name is the program's to choose, and one that the service makes is nobody's.
    pub fn is_of_stack(&self, place: Place) -> bool {
        let resource = self.resource(place);
        let Some(property) = self.name_property(resource.schema) else { return true };
        if !at(resource, property).is_empty() {
            return true;
        }
        let begin = format!("{}-", self.stacks[place.stack].name).to_ascii_lowercase();
        let names = self.names_within(place, MAX_DEPTH).unwrap_or_default();
        names.iter().all(|name| name.to_string().to_ascii_lowercase().starts_with(&begin))
    }

    /// A name as CloudFormation makes it: parts that are too long share the space that there is.
    fn generated(&self, place: Place, form: &str, naming: Option<&Naming>, property: &str) -> String {
        let resource = self.resource(place);
        let schema = resource.schema;
        let of_schema = || {
            let node = schema.node(schema.node_at(property)?);
            usize::try_from(node.max_length?).ok()
        };
        let max = naming.and_then(|naming| naming.max).or_else(of_schema).unwrap_or(NAME_LENGTH);
        let stack: &str = &self.stacks[place.stack].name;
        let logical: &str = &resource.logical_id;
        let free = max.saturating_sub(RANDOM + 1);
        let (of_stack, of_logical) = if form.contains("{stack}") && form.contains("{logical}") {
            fair(free, stack.len(), logical.len())
        } else {
            (stack.len().min(free), logical.len().min(free))
        };
        let cut = |text: &str, length: usize| text.get(..length).unwrap_or(text).to_owned();
        if let Some((length, after)) = form.strip_prefix("{stack:").and_then(|rest| rest.split_once('}')) {
            return format!("{}{after}", cut(stack, length.parse().unwrap_or(0)));
        }
        let mut name = if of_stack < stack.len() {
            // Where the cut is exactly, depends on the provider: what is before it is certain.
            format!("{}*", cut(stack, of_stack))
        } else if of_logical < logical.len() {
            let (before, _) = form.split_once("{logical}").unwrap_or((form, ""));
            format!("{}{}*", before.replace("{stack}", stack), cut(logical, of_logical))
        } else {
            form.replace("{stack}", stack).replace("{logical}", logical)
        };
        if naming.is_some_and(|naming| naming.lower) {
            name.make_ascii_lowercase();
        }
        name
    }

    /// The ARNs that a resource may have, if its type has any.
    pub fn own_arns(&self, place: Place) -> Vec<Arn> {
        self.own_arns_within(place, MAX_DEPTH)
    }

    fn own_arns_within(&self, place: Place, depth: u8) -> Vec<Arn> {
        let resource = self.resource(place);
        let Some(template) = resource.schema.arn_template() else { return Vec::new() };
        let mut arns = self.arns_within(place, template, depth);
        let also = facts::naming(resource.schema.name()).map(|naming| naming.also.as_slice());
        for ending in also.unwrap_or_default() {
            let longer = arns.iter().filter(|arn| !arn.parts.to_string().ends_with('*'));
            let longer: Vec<Arn> = longer
                .map(|arn| Arn { parts: join(arn.parts.clone(), &text(ending.as_str())), known: arn.known })
                .collect();
            arns.extend(longer);
        }
        arns
    }

    /// The ARNs of a template with what a resource says of its variables.
    pub fn arns(&self, place: Place, template: &str) -> Vec<Arn> {
        self.arns_within(place, template, MAX_DEPTH)
    }

    fn arns_within(&self, place: Place, template: &str, depth: u8) -> Vec<Arn> {
        let mut all = vec![Arn { parts: Parts::default(), known: false }];
        for part in arn_parts(template) {
            let values = match part {
                ArnPart::Text(known) => vec![(text(known), false)],
                ArnPart::Variable("Partition") => vec![(self.partition(place.stack), false)],
                ArnPart::Variable("Region") => vec![(self.region(place.stack), false)],
                ArnPart::Variable("Account") => vec![(self.account(), false)],
                ArnPart::Variable(name) => self.variable(place, name, depth),
            };
            let joined = all.iter().flat_map(|arn| {
                values.iter().map(move |(value, known)| Arn {
                    parts: join(arn.parts.clone(), value),
                    known: arn.known || *known,
                })
            });
            all = joined.collect();
            if all.len() > MAX_TEXTS {
                all.truncate(1);
            }
        }
        // A template without variables says all there is to know.
        let certain = variables(template).is_empty();
        all.into_iter().map(|arn| Arn { parts: tidy(arn.parts), known: arn.known || certain }).collect()
    }

    /// Whether a template is that of parts of a resource: it goes on where the resource's own ends, or has the resource's
    /// name beside something else that the resource names.
    pub fn has_parts(&self, place: Place, template: &str) -> bool {
        let resource = self.resource(place);
        let (Some(own), Some(variable)) =
            (resource.schema.arn_template(), self.name_variable(resource.schema))
        else {
            return false;
        };
        let goes_on = own.contains("${") && template.strip_prefix(own).is_some_and(|rest| !rest.is_empty());
        let all = variables(template);
        let others = || all.iter().filter(|name| **name != variable);
        let is_named = |name: &&str| !at(resource, name).is_empty();
        goes_on || (all.contains(&variable) && others().next().is_some() && others().all(is_named))
    }

    fn variable(&self, place: Place, variable: &str, depth: u8) -> Vec<(Parts, bool)> {
        let resource = self.resource(place);
        let naming = facts::naming(resource.schema.name());
        let anything = vec![(text("*"), false)];
        if self.name_variable(resource.schema) == Some(variable) {
            let Some(names) = self.names_within(place, depth) else { return anything };
            let is_declared = self
                .name_property(resource.schema)
                .is_some_and(|property| !at(resource, property).is_empty());
            let paths = self.paths(place, naming, depth);
            let in_arn = |name: Parts| {
                let name = match naming.and_then(|naming| naming.trim.as_deref()) {
                    Some(trim) => trimmed(name, trim),
                    None => name,
                };
                match naming.and_then(|naming| naming.declared.as_deref()).filter(|_| is_declared) {
                    Some(form) => {
                        let (before, after) = form.split_once("{name}").unwrap_or((form, ""));
                        join(join(text(before), &name), &text(after))
                    }
                    None => name,
                }
            };
            let with_paths = names
                .into_iter()
                .map(in_arn)
                .flat_map(|name| paths.iter().map(move |path| join(path.clone(), &name)).collect::<Vec<_>>());
            return with_paths.map(|name| (name.clone(), name.to_string() != "*")).collect();
        }
        let mapped = naming.and_then(|naming| naming.vars.get(variable)).map_or(variable, String::as_str);
        if naming.is_some_and(|naming| naming.unknown.iter().any(|known| known == mapped)) {
            return anything;
        }
        let mut found = Vec::new();
        for value in at(resource, mapped) {
            for parts in self.texts_within(place.stack, value, depth) {
                // An ARN where a name is expected: its last part is the name.
                let shown = parts.to_string();
                if shown.starts_with("arn:") {
                    match mapped {
                        "ServiceToken" => found.push((parts, true)),
                        _ => found.push((text("*"), false)),
                    }
                } else {
                    let known = shown != "*";
                    found.push((parts, known));
                }
            }
        }
        found.dedup();
        if found.is_empty() || found.len() > MAX_TEXTS { anything } else { found }
    }

    /// The path before a name, without its first slash.
    fn paths(&self, place: Place, naming: Option<&Naming>, depth: u8) -> Vec<Parts> {
        let path = naming.and_then(|naming| naming.path.as_deref());
        let value = path.and_then(|path| self.resource(place).property(path));
        let Some(value) = value else { return vec![Parts::default()] };
        let found = self.texts_within(place.stack, &value.value, depth);
        if found.is_empty() {
            return vec![Parts::default()];
        }
        found.into_iter().map(|path| trimmed(path, "/")).collect()
    }

    /// The resource that a value is an identifier or an attribute of, in whichever stack.
    pub fn referenced(&self, stack: usize, late: &Late) -> Option<Place> {
        match late {
            Late::Identifier(resource) | Late::Attribute(resource, _) => {
                Some(Place { stack, resource: *resource })
            }
            Late::StackOutput { stack: provider, output, .. } => {
                let at = self.stacks.iter().position(|known| known.name == *provider)?;
                let found = self.stacks[at].outputs.iter().find(|known| known.name == *output)?;
                match &found.value.value {
                    Value::Late(late) => self.referenced(at, late),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// Whether a property has no value, or the deployment may decide so.
fn may_be_absent(value: &Value) -> bool {
    match value {
        Value::Absent => true,
        Value::Late(late) => match &**late {
            Late::If { then, otherwise, .. } => may_be_absent(&then.value) || may_be_absent(&otherwise.value),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a deletion policy keeps CloudFormation from deleting a resource with its stack.
pub(crate) const fn is_kept(policy: Option<DeletionPolicy>) -> bool {
    matches!(policy, Some(DeletionPolicy::Retain | DeletionPolicy::RetainExceptOnCreate))
}

/// The values at a dotted path of properties, through lists and both branches of what the deployment decides.
pub(crate) fn at<'v>(resource: &'v Resource, path: &str) -> Vec<&'v Value> {
    let mut steps = path.split('.');
    let first = steps.next().and_then(|first| resource.property(first));
    let mut found: Vec<&Value> = first.map(|first| &first.value).into_iter().collect();
    found = spread(found);
    for step in steps {
        let inner = found.into_iter().filter_map(|value| value.get(step)).map(|inner| &inner.value);
        found = spread(inner.collect());
    }
    found
}

/// The items of lists and the branches of choices; what is absent is left out.
fn spread(values: Vec<&Value>) -> Vec<&Value> {
    let mut flat = Vec::new();
    let mut waiting: Vec<&Value> = values.into_iter().rev().collect();
    while let Some(value) = waiting.pop() {
        match value {
            Value::List(items) => waiting.extend(items.iter().rev().map(|item| &item.value)),
            Value::Late(late) => match &**late {
                Late::If { then, otherwise, .. } => waiting.extend([&otherwise.value, &then.value]),
                _ => flat.push(value),
            },
            Value::Absent => {}
            _ => flat.push(value),
        }
    }
    flat
}

/// How the space of a name is shared: equally, and what one does not need the other may have.
fn fair(free: usize, first: usize, second: usize) -> (usize, usize) {
    let half = free / 2;
    if first + second <= free {
        (first, second)
    } else if first <= half {
        (first, free - first)
    } else if second <= half {
        (free - second, second)
    } else {
        (half, half)
    }
}

/// The variables of an ARN template without those that every ARN has.
pub(crate) fn variables(template: &str) -> Vec<&str> {
    let names = arn_parts(template).filter_map(|part| match part {
        ArnPart::Variable("Partition" | "Region" | "Account") | ArnPart::Text(_) => None,
        ArnPart::Variable(name) => Some(name),
    });
    names.collect()
}

/// The name of an attribute or a property as the schema has it.
fn static_name(schema: &'static ResourceSchema, name: &str) -> &'static str {
    let of_attribute = schema.attribute(name).map(|attribute| attribute.name);
    let of_parts = || schema.ref_parts().iter().copied().find(|part| *part == name);
    of_attribute.or_else(of_parts).unwrap_or_default()
}

/// Without what it may begin with.
fn trimmed(mut parts: Parts, begin: &str) -> Parts {
    if let Some(Part::Text(first)) = parts.0.first_mut()
        && let Some(rest) = first.strip_prefix(begin)
    {
        *first = rest.into();
    }
    parts
}

/// Neighbouring texts are one, and so are neighbouring stars.
pub(crate) fn tidy(parts: Parts) -> Parts {
    let mut tidy: Vec<Part> = Vec::new();
    for part in parts.0 {
        match (tidy.last_mut(), part) {
            (_, Part::Text(next)) if next.is_empty() => {}
            (Some(Part::Text(last)), Part::Text(next)) => {
                let joined = format!("{last}{next}");
                *last = joined.into();
            }
            (_, part) => tidy.push(part),
        }
    }
    for part in &mut tidy {
        if let Part::Text(text) = part {
            while text.contains("**") {
                *text = text.replace("**", "*").into();
            }
        }
    }
    Parts(tidy)
}

#[cfg(test)]
mod tests;

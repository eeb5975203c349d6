//! What is declared and cannot work: a service that is sent somewhere and not let in there, a role that lacks the right for
//! what is done as it, or that is given to a service which may not take it on.
//!
//! Conditions count as satisfied, except that on whose behalf: what names another resource of the program is about that.
//! Where anything is not known (a text from somewhere else in a policy, a policy that somebody else wrote) nothing is said.
//!
//! Must not know: how a finding is told.

mod facts;

use std::collections::BTreeSet;

use ci_graph::{Entry as Named, Late, Located, Origin, Resource, Stack, Value, visit_late};

use super::may::Answer;
use super::value::Reader;
use super::{Grant, Holder, Place, Program, names, read};
use crate::{Actions, Effect, Letter, Pattern, Principal, Principals, Resources, Symbol, Text, Token, glob};
use facts::{Acting, ENTERED, ENTRIES, GIVEN, READ, SENT, TASKS, USES};

/// Something that is declared and not allowed.
#[derive(Clone, Debug, PartialEq)]
pub struct Lack {
    /// The resource that declares it.
    pub who: Place,
    /// Where it does.
    pub origin: Origin,
    /// What is missing.
    pub missing: Missing,
}

/// A statement that is missing.
#[derive(Clone, Debug, PartialEq)]
pub enum Missing {
    /// In the policy of a resource, one that lets a service in.
    Entry {
        /// The service, `sns.amazonaws.com`.
        service: &'static str,
        /// What it does.
        action: &'static str,
        /// The resource.
        target: Place,
        /// What the service acts for.
        source: Place,
    },
    /// In the policies of a role, one that allows actions on a resource.
    Right {
        /// The role.
        role: Place,
        /// The actions, at least one.
        actions: Vec<&'static str>,
        /// The resource.
        target: Place,
    },
    /// In the trust policy of a role, one that lets a service take it on.
    Trust {
        /// The role.
        role: Place,
        /// The service, `lambda.amazonaws.com`.
        service: String,
    },
}

/// Whether all that a stack declares works by what the stack itself says, so that no other has to be looked at. Policies of
/// others only add to that, unless they are what is asked for: so nothing of it may be of another stack, or a text.
pub fn works_alone(stack: &Stack) -> bool {
    let declares = |resource: &&Resource| {
        let name = resource.schema.name();
        name == STATE_MACHINE
            || ENTRIES.iter().any(|entry| entry.of == name)
            || USES.iter().any(|used| used.of == name)
            || GIVEN.iter().any(|(of, ..)| *of == name)
    };
    let mut declaring = stack.resources.iter().filter(declares).peekable();
    if declaring.peek().is_none() {
        return true;
    }
    let is_own = |resource: &Resource| resource.properties.iter().all(|entry| is_own(&entry.value));
    declaring.all(is_own) && lacking(&read(&[stack])).is_empty()
}

/// Whether a value names nothing that may be of another stack.
fn is_own(located: &Located) -> bool {
    let mut is_own = true;
    visit_late(&located.value, located.origin, &mut |late, _| {
        is_own &= !matches!(late, Late::StackOutput { .. } | Late::Parameter(_));
    });
    is_own && !has_arn(&located.value)
}

fn has_arn(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with("arn:"),
        Value::List(items) => items.iter().any(|item| has_arn(&item.value)),
        Value::Record(entries) => entries.iter().any(|entry| has_arn(&entry.value.value)),
        Value::Late(late) => match &**late {
            Late::If { then, otherwise, .. } => has_arn(&then.value) || has_arn(&otherwise.value),
            other => other.operands().iter().any(has_arn),
        },
        _ => false,
    }
}

/// All that is declared and not allowed, in the order of the stacks and their resources.
pub fn lacking(program: &Program<'_>) -> Vec<Lack> {
    let look = Look::new(program);
    let mut found = Vec::new();
    for (stack, of) in program.stacks.iter().enumerate() {
        for (resource, _) in of.resource_ids() {
            let who = Place { stack, resource };
            look.entries(who, &mut found);
            look.uses(who, &mut found);
            look.tasks(who, &mut found);
            look.given(who, &mut found);
        }
    }
    found
}

const STATE_MACHINE: &str = "AWS::StepFunctions::StateMachine";

/// A program, and what is not known of its policies.
struct Look<'p, 'a> {
    program: &'p Program<'a>,
    reader: Reader<'p, 'a>,
    /// Types of whose resources some may be let in to by a policy that names them late.
    open_types: BTreeSet<&'static str>,
    /// Resources with a policy that is not read.
    open: BTreeSet<Place>,
    /// A policy may be for any of the roles.
    open_roles: bool,
}

/// A value at the end of a path, with the values beside it.
struct Found<'v> {
    value: &'v Located,
    beside: &'v [Named],
}

impl<'p, 'a> Look<'p, 'a> {
    fn new(program: &'p Program<'a>) -> Self {
        let reader = Reader { stacks: &program.stacks };
        let (open_types, open) = (BTreeSet::new(), BTreeSet::new());
        let mut look = Self { program, reader, open_types, open, open_roles: false };
        for (stack, of) in program.stacks.iter().enumerate() {
            for (resource, policy) in of.resource_ids() {
                look.policy(Place { stack, resource }, policy);
            }
        }
        for (place, _) in &program.late {
            let name = program.resource(*place).schema.name();
            look.open.insert(*place);
            look.open_roles |= name.starts_with("AWS::IAM::") && name != "AWS::IAM::Role";
            let of = ENTERED.iter().filter(|(.., policies)| policies.contains(&name));
            look.open_types.extend(of.map(|(target, ..)| *target));
        }
        look
    }

    /// Finds out which resources a policy may be for that does not name them by themselves.
    fn policy(&mut self, place: Place, policy: &Resource) {
        let name = policy.schema.name();
        if name.starts_with("AWS::IAM::") {
            let holders = ["Roles", "RoleName"].iter().filter_map(|name| policy.property(name));
            let is_attached = policy.schema.name() != "AWS::IAM::Role";
            self.open_roles |=
                is_attached && holders.into_iter().any(|found| self.is_open(place.stack, found));
            return;
        }
        let Some((target, ..)) = ENTERED.iter().find(|(.., policies)| policies.contains(&name)) else {
            return;
        };
        // Those that hold one resource's policy themselves are not read.
        let is_inline = name.ends_with("InlinePolicy");
        for property in ["FunctionName", "Queue", "Queues", "TopicArn", "Topics"] {
            let Some(found) = policy.property(property) else { continue };
            for item in all(found) {
                let reach = self.reader.reach(place.stack, &item.value);
                match reach.place {
                    Some(within) if is_inline || !reach.rest.is_empty() => {
                        self.open.insert(within);
                    }
                    Some(_) => {}
                    None if self.is_open(place.stack, item) => {
                        self.open_types.insert(target);
                    }
                    None => {}
                }
            }
        }
    }

    /// Whether only the deployment knows what a value names, or some of it.
    fn is_open(&self, stack: usize, value: &Located) -> bool {
        all(value).into_iter().any(|item| {
            let is_late = matches!(item.value, Value::Late(_) | Value::Unknown);
            is_late && self.reader.place(stack, &item.value).is_none()
        })
    }

    fn name(&self, place: Place) -> &'static str {
        self.program.resource(place).schema.name()
    }

    fn role(&self, stack: usize, value: &Located) -> Option<Place> {
        self.reader.place(stack, &value.value).filter(|place| self.name(*place) == "AWS::IAM::Role")
    }

    fn holder(&self, role: Place) -> Option<&'p Holder> {
        self.program.holders.iter().find(|holder| holder.place == role)
    }

    /// What services reach as themselves.
    fn entries(&self, who: Place, found: &mut Vec<Lack>) {
        let (name, resource) = (self.name(who), self.program.resource(who));
        for entry in ENTRIES.iter().filter(|entry| entry.of == name) {
            for at in at(resource, entry.at) {
                let acts = |named: &Named| &*named.name == entry.unless && is_there(&named.value);
                let within = [at.beside, &resource.properties, inner(resource, entry.at)];
                if within.into_iter().flatten().any(acts) {
                    continue;
                }
                let Some(target) = self.reached(who.stack, &at.value.value) else { continue };
                let Some((_, action, _)) = ENTERED.iter().find(|(of, ..)| *of == self.name(target)) else {
                    continue;
                };
                let source = match resource.property(entry.source) {
                    Some(source) => self.reader.place(who.stack, &source.value),
                    None => Some(who),
                };
                // What an import or a parameter sends may be anything's.
                let Some(source) = source else { continue };
                if !self.lets_in(target, entry.service, action, source) {
                    let missing = Missing::Entry { service: entry.service, action, target, source };
                    found.push(Lack { who, origin: at.value.origin, missing });
                }
            }
        }
    }

    /// The resource that a value names: by itself, or as API Gateway does, in the middle of a path.
    fn reached(&self, stack: usize, value: &Value) -> Option<Place> {
        if let Some(place) = self.reader.place(stack, value) {
            return Some(place);
        }
        let Value::Late(late) = value else { return None };
        let Late::Concat(parts) = &**late else { return None };
        parts.windows(3).find_map(|window| {
            let [before, function, after] = window else { return None };
            let is_path = before.as_str().is_some_and(|text| text.ends_with("/functions/"))
                && after.as_str().is_some_and(|text| text.starts_with("/invocations"));
            self.reader.place(stack, function).filter(|_| is_path)
        })
    }

    /// Whether a service may be let in to a resource on behalf of another one.
    fn lets_in(&self, target: Place, service: &str, action: &str, source: Place) -> bool {
        if self.open.contains(&target) || self.open_types.contains(self.name(target)) {
            return true;
        }
        let guarded = self.program.guarded.iter().filter(|guarded| guarded.place == target);
        guarded.flat_map(|guarded| &guarded.grants).any(|grant| {
            grant.statement.effect == Effect::Allow
                && self.is_about(grant, action)
                && names_service(&grant.statement.principals, service)
                && !self.is_for_another(grant, source)
        })
    }

    /// Whether a statement may be about an action.
    fn is_about(&self, grant: &Grant, action: &str) -> bool {
        let Actions::Of(patterns) = &grant.statement.actions else { return true };
        // What nobody knows yet has no texts.
        patterns.is_empty()
            || glob::any_matches(patterns, &Text::from(action))
            || patterns.iter().any(|pattern| self.has_unknown(pattern))
    }

    /// Whether a pattern has something in it that the program does not know.
    fn has_unknown(&self, pattern: &Pattern) -> bool {
        pattern.tokens().iter().any(|token| match token {
            Token::Letter(Letter::Symbol(symbol)) => {
                names::owner(&self.program.stacks, symbol).is_none() && !is_of_deployment(symbol)
            }
            _ => false,
        })
    }

    /// Whether a statement holds only for something that is not `source`: another resource of the program.
    fn is_for_another(&self, grant: &Grant, source: Place) -> bool {
        grant.statement.conditions.iter().any(|condition| {
            let names_another = |pattern: &Pattern| {
                let Some(Token::Letter(Letter::Symbol(symbol))) = pattern.tokens().first() else {
                    return false;
                };
                names::owner(&self.program.stacks, symbol).is_some_and(|other| other != source)
            };
            condition.key() == "aws:sourcearn"
                && condition.is_required()
                && !condition.values().is_empty()
                && condition.values().iter().all(names_another)
        })
    }

    /// What is reached as a role.
    fn uses(&self, who: Place, found: &mut Vec<Lack>) {
        let (name, resource) = (self.name(who), self.program.resource(who));
        for used in USES.iter().filter(|used| used.of == name) {
            for at in at(resource, used.at) {
                let Some(target) = self.reader.place(who.stack, &at.value.value) else { continue };
                let Some(role) = self.acting(who, &used.role, at.beside) else { continue };
                let table = if used.reads { READ } else { SENT };
                let Some((_, actions)) = table.iter().find(|(of, _)| *of == self.name(target)) else {
                    continue;
                };
                // All that reading takes, or one of the actions that send.
                let actions: Vec<&'static str> = if used.reads {
                    actions.iter().copied().filter(|action| self.lacks(role, &[action], target)).collect()
                } else {
                    actions.iter().copied().take(usize::from(self.lacks(role, actions, target))).collect()
                };
                if !actions.is_empty() {
                    let missing = Missing::Right { role, actions, target };
                    found.push(Lack { who, origin: at.value.origin, missing });
                }
            }
        }
    }

    /// The role that something is done as.
    fn acting(&self, who: Place, acting: &Acting, beside: &[Named]) -> Option<Place> {
        let resource = self.program.resource(who);
        match acting {
            Acting::Beside(name) => self.role(who.stack, named(beside, name)?),
            Acting::Of(path) => {
                let mut steps = path.split('.');
                let first = resource.property(steps.next()?)?;
                let value = steps.try_fold(first, |within, step| within.value.get(step))?;
                self.role(who.stack, value)
            }
            Acting::OfFunction(name) => {
                let function = self.reader.place(who.stack, &resource.property(name)?.value)?;
                let function_resource = self.program.resource(function);
                let is_function = function_resource.schema.name() == "AWS::Lambda::Function";
                self.role(function.stack, function_resource.property("Role")?).filter(|_| is_function)
            }
        }
    }

    /// Whether a role surely has none of these rights.
    fn lacks(&self, role: Place, actions: &[&str], target: Place) -> bool {
        let Some(holder) = self.holder(role) else { return false };
        if self.open_roles || self.open.contains(&role) || self.open.contains(&target) {
            return false;
        }
        // Most are allowed by a statement that names the resource by itself.
        let names_it = |grant: &Grant| {
            grant.statement.effect == Effect::Allow
                && grant.reaches.iter().any(|reach| reach.place == Some(target))
                && actions.iter().any(|action| self.is_about(grant, action))
        };
        if holder.grants.iter().any(names_it) {
            return false;
        }
        let unknown = |grant: &Grant| {
            grant.statement.effect == Effect::Allow
                && actions.iter().any(|action| self.is_about(grant, action))
                && match &grant.statement.resources {
                    Resources::Of(patterns) => {
                        patterns.is_empty() || patterns.iter().any(|pattern| self.has_unknown(pattern))
                    }
                    Resources::AllBut(_) | Resources::Attached => false,
                }
        };
        if holder.grants.iter().any(unknown) {
            return false;
        }
        let on = [self.program.target(target)];
        actions
            .iter()
            .all(|action| matches!(self.program.may(holder, &Actions::of([*action]), Some(&on)), Answer::No))
    }

    /// Steps of a state machine that do something with a resource.
    fn tasks(&self, who: Place, found: &mut Vec<Lack>) {
        let resource = self.program.resource(who);
        if resource.schema.name() != STATE_MACHINE {
            return;
        }
        let role = resource.property("RoleArn").and_then(|role| self.role(who.stack, role));
        let (Some(role), Some(definition)) = (role, resource.property("Definition")) else { return };
        let mut tasks: Vec<(&Located, &'static str, Place)> = Vec::new();
        self.steps(who.stack, definition, &mut tasks);
        for (at, action, target) in tasks {
            if self.lacks(role, &[action], target) {
                let missing = Missing::Right { role, actions: vec![action], target };
                found.push(Lack { who, origin: at.origin, missing });
            }
        }
    }

    fn steps<'v>(
        &self,
        stack: usize,
        value: &'v Located,
        tasks: &mut Vec<(&'v Located, &'static str, Place)>,
    ) {
        match &value.value {
            Value::List(items) => items.iter().for_each(|item| self.steps(stack, item, tasks)),
            Value::Record(entries) => {
                if let Some(resource) = named(entries, "Resource") {
                    tasks.extend(self.task(stack, resource, entries));
                }
                for entry in entries {
                    self.steps(stack, &entry.value, tasks);
                }
            }
            _ => {}
        }
    }

    /// What a task does: with a function by itself, or by an integration with what its arguments name.
    fn task<'v>(
        &self,
        stack: usize,
        resource: &'v Located,
        entries: &'v [Named],
    ) -> Option<(&'v Located, &'static str, Place)> {
        if let Some(function) = self.reader.place(stack, &resource.value) {
            let is_function = self.name(function) == "AWS::Lambda::Function";
            return is_function.then_some((resource, "lambda:InvokeFunction", function));
        }
        let text = self.reader.texts(stack, &resource.value).first()?.to_string();
        let integration = text.trim_end_matches(".sync:2").trim_end_matches(".sync");
        let integration = integration.trim_end_matches(".waitForTaskToken");
        let (_, argument, action) = TASKS.iter().find(|(end, ..)| integration.ends_with(end))?;
        let arguments = named(entries, "Arguments").or_else(|| named(entries, "Parameters"))?;
        let value = arguments.value.get(argument)?;
        Some((value, action, self.reader.place(stack, &value.value)?))
    }

    /// Roles that are given to a service.
    fn given(&self, who: Place, found: &mut Vec<Lack>) {
        let (name, resource) = (self.name(who), self.program.resource(who));
        for (_, path, services) in GIVEN.iter().filter(|(of, ..)| *of == name) {
            for at in at(resource, path) {
                for value in all(at.value) {
                    let Some(role) = self.role(who.stack, value) else { continue };
                    let Some(holder) = self.holder(role) else { continue };
                    let takes = |grant: &Grant| {
                        grant.statement.effect == Effect::Allow
                            && self.is_about(grant, "sts:AssumeRole")
                            && services.iter().any(|service| {
                                names_service(
                                    &grant.statement.principals,
                                    &format!("{service}.amazonaws.com"),
                                )
                            })
                    };
                    let is_known = !self.open.contains(&role) && !holder.trust.is_empty();
                    if is_known && !holder.trust.iter().any(takes) {
                        let service = format!("{}.amazonaws.com", services[0]);
                        found.push(Lack {
                            who,
                            origin: value.origin,
                            missing: Missing::Trust { role, service },
                        });
                    }
                }
            }
        }
    }
}

/// Whether a symbol is something that only the place of a deployment decides: it names no resource.
fn is_of_deployment(symbol: &Symbol) -> bool {
    [Symbol::account(), Symbol::region(), Symbol::partition()].contains(symbol)
}

/// Whether a service may be among some principals. It may have a region in its name, and another ending in some partitions;
/// what is late in a name may be that.
fn names_service(principals: &Principals, service: &str) -> bool {
    let host = service.strip_suffix(".amazonaws.com").unwrap_or(service);
    let may_be = |text: &Text| {
        let Some(known) = text.known() else {
            let begins: String = text
                .letters()
                .iter()
                .map_while(|letter| match letter {
                    Letter::Char(char) => Some(*char),
                    Letter::Symbol(_) => None,
                })
                .collect();
            return host.starts_with(&begins) || begins.starts_with(host);
        };
        known.strip_prefix(host).is_some_and(|rest| rest.starts_with('.') && rest.contains(".amazonaws.com"))
    };
    match principals {
        // What nobody knows yet has no texts.
        Principals::Of(all) if all.is_empty() => true,
        Principals::Of(all) => all.iter().any(|one| match one {
            Principal::Everyone => true,
            Principal::Service(text) => may_be(text),
            // Of a permission of a function, the end of a late name does not say what it is.
            Principal::Identity(text) => {
                matches!(text.letters().first(), Some(Letter::Char(_)))
                    && text.known().is_none()
                    && may_be(text)
            }
            _ => false,
        }),
        Principals::AllBut(_) => true,
        Principals::Attached => false,
    }
}

fn is_there(value: &Located) -> bool {
    !matches!(value.value, Value::Absent)
}

fn named<'v>(entries: &'v [Named], name: &str) -> Option<&'v Located> {
    entries
        .iter()
        .find(|entry| &*entry.name == name)
        .map(|entry| &entry.value)
        .filter(|value| is_there(value))
}

/// The elements of a list, those of both branches where the deployment decides; a value alone is its only element.
fn all(value: &Located) -> Vec<&Located> {
    match &value.value {
        Value::List(items) => items.iter().flat_map(all).collect(),
        Value::Absent => Vec::new(),
        Value::Late(late) => match &**late {
            Late::If { then, otherwise, .. } => [all(then), all(otherwise)].concat(),
            _ => vec![value],
        },
        _ => vec![value],
    }
}

/// The record that holds the last name of a path without items.
fn inner<'v>(resource: &'v Resource, path: &[&str]) -> &'v [Named] {
    let [first, between @ .., _] = path else { return &[] };
    let Some(first) = resource.property(first) else { return &[] };
    let within = between.iter().try_fold(first, |within, step| within.value.get(step));
    match within.map(|within| &within.value) {
        Some(Value::Record(entries)) => entries,
        _ => &[],
    }
}

/// The values at the end of a path.
fn at<'v>(resource: &'v Resource, path: &[&str]) -> Vec<Found<'v>> {
    fn follow<'v>(value: &'v Located, path: &[&str], beside: &'v [Named], found: &mut Vec<Found<'v>>) {
        if let Value::Late(late) = &value.value
            && let Late::If { then, otherwise, .. } = &**late
        {
            follow(then, path, beside, found);
            follow(otherwise, path, beside, found);
            return;
        }
        match (path, &value.value) {
            (_, Value::Absent) => {}
            ([], _) => found.push(Found { value, beside }),
            (["*", rest @ ..], Value::List(items)) => {
                for item in items.iter().flat_map(all) {
                    let beside: &[Named] = match &item.value {
                        Value::Record(entries) => entries,
                        _ => beside,
                    };
                    follow(item, rest, beside, found);
                }
            }
            (["*", rest @ ..], Value::Record(entries)) => {
                for entry in entries {
                    follow(&entry.value, rest, beside, found);
                }
            }
            ([name, rest @ ..], Value::Record(entries)) => {
                if let Some(value) = named(entries, name) {
                    follow(value, rest, beside, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    if let Some((first, rest)) = path.split_first()
        && let Some(value) = resource.property(first)
    {
        follow(value, rest, &resource.properties, &mut found);
    }
    found
}

//! What is there only if it is used: `#[if_used]`, which nothing has to refer to, and `#[if_used(…)]`, whose use is that of
//! something it refers to.
//!
//! A stack is evaluated with all that may be in it, so that what others read of it does not depend on who reads. What is
//! left out is known once all of them are evaluated. An output is there whether or not anyone reads it, so what it is made
//! of is there too; but a use it is only once it is read.
//!
//! Must not know: what it is that is left out.

use std::collections::BTreeSet;
use std::sync::Arc;

use ci_base::{Code, Diagnostic};
use ci_graph::{Late, Output, Resource, ResourceId, Stack, references, renumber, visit_late};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Eval;
use super::frame::Attributes;
use super::plan::{ServiceInstance, StackResult, TargetId, plan, targets, whole_stack};
use crate::Db;

/// A resource that is left out where nothing uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spare {
    /// The resource.
    resource: ResourceId,
    /// Whose use counts as its own, where it refers to one of them. Where it refers to none, it stays.
    with: Option<Vec<ResourceId>>,
}

impl Spare {
    /// Takes note of new numbers.
    pub(super) fn moved(&mut self, places: &[ResourceId]) {
        let with = self.with.iter_mut().flatten();
        for id in with.chain([&mut self.resource]) {
            *id = places[id.0 as usize];
        }
    }
}

impl Eval<'_> {
    /// Takes note of whether a resource is there only if it is used. `level` is the number of segments that lead to the
    /// declaration it is made by.
    pub(super) fn spare(&mut self, resource: ResourceId, level: usize, attributes: Option<&Attributes>) {
        let around = std::iter::successors(attributes, |attributes| attributes.outer.as_deref());
        let Some((said, if_used)) =
            around.into_iter().find_map(|attributes| Some((attributes, attributes.if_used.as_ref()?)))
        else {
            return;
        };
        if said.level != level {
            let found = Diagnostic::new(
                Code::InvalidAttribute,
                if_used.origin,
                "`if_used` says nothing about instances",
            )
            .note("what a component makes belongs together, and mostly nothing refers to all of it")
            .help("write it before the resources in the component");
            self.report(found);
            return;
        }
        let with = (!if_used.with.is_empty()).then(|| {
            let mut with = Vec::new();
            if_used.with.iter().for_each(|value| self.made_by("if_used", value, &mut with));
            with
        });
        self.spares.push(Spare { resource, with });
    }
}

/// The stack of a service instance as it is deployed, among the others of its target.
pub fn stack(db: &dyn Db, instance: ServiceInstance) -> &StackResult {
    without_unused(db, instance, || Arc::clone(read_in_target(db, instance)))
}

/// The same where it is known which others there are.
pub(super) fn stack_among<'db>(
    db: &'db dyn Db,
    instance: ServiceInstance,
    around: &[ServiceInstance],
) -> &'db StackResult {
    without_unused(db, instance, || read_by(db, instance, around))
}

/// The stack, for which only those are asked what they read that have something to leave out.
fn without_unused(
    db: &dyn Db,
    instance: ServiceInstance,
    read: impl FnOnce() -> Arc<[Arc<str>]>,
) -> &StackResult {
    let whole = whole_stack(db, instance);
    if whole.spares.is_empty() { whole } else { used_stack(db, instance, read()) }
}

/// The outputs of a service that others of its target read.
#[salsa::tracked]
fn read_in_target(db: &dyn Db, instance: ServiceInstance) -> Arc<[Arc<str>]> {
    read_by(db, instance, around(db, instance))
}

/// The services of the target that a service is of.
fn around(db: &dyn Db, instance: ServiceInstance) -> &[ServiceInstance] {
    let plans = targets(db).iter().map(|target| plan(db, TargetId::new(db, target.clone())));
    plans.map(|plan| &*plan.instances).find(|instances| instances.contains(&instance)).unwrap_or_default()
}

/// The outputs of a service that others read, by their names.
fn read_by(db: &dyn Db, instance: ServiceInstance, around: &[ServiceInstance]) -> Arc<[Arc<str>]> {
    let name = instance.stack_name(db);
    let others = around.iter().filter(|other| **other != instance);
    let read = others.flat_map(|other| outputs_read(db, *other));
    let mut read: Vec<Arc<str>> =
        read.filter(|(stack, _)| stack == name).map(|(_, output)| Arc::clone(output)).collect();
    read.sort_unstable();
    read.dedup();
    read.into()
}

/// What a service reads of others: the names of their stacks and outputs.
#[salsa::tracked]
fn outputs_read(db: &dyn Db, instance: ServiceInstance) -> Vec<(Arc<str>, Arc<str>)> {
    let stack = &whole_stack(db, instance).stack;
    let mut found = FxHashSet::default();
    if stack.providers.is_empty() {
        return Vec::new();
    }
    let mut add = |stack: &Arc<str>, output: &Arc<str>| {
        found.insert((Arc::clone(stack), Arc::clone(output)));
    };
    for resource in &stack.resources {
        each_output(resource, &mut add);
    }
    for output in &stack.outputs {
        visit_late(&output.value.value, output.value.origin, &mut |late, _| {
            if let Late::StackOutput { stack, output, .. } = late {
                add(stack, output);
            }
        });
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_unstable();
    found
}

/// A stack without what nothing uses, where others read these of its outputs.
#[salsa::tracked]
fn used_stack(db: &dyn Db, instance: ServiceInstance, read: Arc<[Arc<str>]>) -> StackResult {
    let whole = whole_stack(db, instance);
    let mut stack = (*whole.stack).clone();
    let mut next = 0;
    let mut place = |is_kept: bool| {
        is_kept.then(|| {
            next += 1;
            ResourceId(next - 1)
        })
    };
    let kept = kept(&stack, &whole.spares, &read);
    let places: Vec<Option<ResourceId>> = kept.into_iter().map(&mut place).collect();
    renumber(&mut stack, &places);
    let uses = Uses::of(&stack, &read);
    let at = |id: ResourceId| places[id.0 as usize];
    let spares = whole.spares.iter().filter_map(|spare| {
        let with = spare.with.as_ref().map(|with| with.iter().filter_map(|id| at(*id)).collect());
        Some(Spare { resource: at(spare.resource)?, with })
    });
    let spares: Vec<Spare> = spares.collect();
    let is_idle = |id: &ResourceId| uses.readers(*id).is_empty() && !uses.read.contains(id);
    let idle = spares.iter().filter(|spare| spare.with.is_none()).map(|spare| spare.resource);
    let idle = idle.filter(is_idle).collect();
    StackResult {
        stack: Arc::new(stack),
        diagnostics: whole.diagnostics.clone(),
        items: Arc::clone(&whole.items),
        granted: whole.granted.clone(),
        spares,
        idle,
    }
}

/// A resource that is there because of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inferred {
    /// The resource.
    pub resource: ResourceId,
    /// What uses it: the services and their resources, its own first and the others in the order of the plan.
    pub users: Vec<(ServiceInstance, ResourceId)>,
}

/// What a service has because something uses it, in itself or in others of its target.
pub fn inferred(db: &dyn Db, instance: ServiceInstance) -> Vec<Inferred> {
    let result = stack(db, instance);
    if result.spares.is_empty() {
        return Vec::new();
    }
    let (stack, around) = (&result.stack, around(db, instance));
    let uses = Uses::of(stack, &[]);
    let hangs =
        |id: &ResourceId| result.spares.iter().any(|other| other.resource == *id && other.with.is_some());
    let mut found = Vec::new();
    for spare in &result.spares {
        let Some(with) = &spare.with else { continue };
        let used: Vec<ResourceId> =
            uses.reads(spare.resource).iter().copied().filter(|id| with.contains(id)).collect();
        let own = used.iter().flat_map(|id| uses.readers(*id)).filter(|id| !hangs(id));
        let own: BTreeSet<ResourceId> = own.copied().collect();
        let mut users: Vec<(ServiceInstance, ResourceId)> =
            own.into_iter().map(|id| (instance, id)).collect();
        let is_made_of = |output: &&Output| made_of(output).iter().any(|id| used.contains(id));
        let outputs: Vec<&str> =
            stack.outputs.iter().filter(is_made_of).map(|output| &*output.name).collect();
        for other in around.iter().filter(|other| **other != instance && !outputs.is_empty()) {
            for (id, resource) in crate::stack(db, *other).stack.resource_ids() {
                let mut reads = false;
                each_output(resource, &mut |name, output| {
                    reads |= **name == **instance.stack_name(db) && outputs.contains(&&**output);
                });
                if reads {
                    users.push((*other, id));
                }
            }
        }
        if !users.is_empty() {
            found.push(Inferred { resource: spare.resource, users });
        }
    }
    found
}

/// Calls `with` for the stack and the name of each output of another stack that a resource reads.
fn each_output<'a>(resource: &'a Resource, with: &mut dyn FnMut(&'a Arc<str>, &'a Arc<str>)) {
    for entry in &resource.properties {
        visit_late(&entry.value.value, entry.value.origin, &mut |late, _| {
            if let Late::StackOutput { stack, output, .. } = late {
                with(stack, output);
            }
        });
    }
}

/// The resources that an output is made of.
fn made_of(output: &Output) -> Vec<ResourceId> {
    let mut found = Vec::new();
    visit_late(&output.value.value, output.value.origin, &mut |late, _| {
        if let Late::Identifier(id) | Late::Attribute(id, _) = late {
            found.push(*id);
        }
    });
    found
}

/// Who refers to what in a stack.
struct Uses {
    /// The resources that read each resource.
    readers: FxHashMap<ResourceId, Vec<ResourceId>>,
    /// The resources that each resource reads.
    reads: FxHashMap<ResourceId, Vec<ResourceId>>,
    /// What outputs are made of.
    put_out: FxHashSet<ResourceId>,
    /// What outputs are made of that are read, or that somebody outside is meant to read.
    read: FxHashSet<ResourceId>,
}

impl Uses {
    fn of(stack: &Stack, outputs_read: &[Arc<str>]) -> Self {
        let (mut put_out, mut read) = (FxHashSet::default(), FxHashSet::default());
        for output in &stack.outputs {
            let is_read = output.provided.is_none() || outputs_read.binary_search(&output.name).is_ok();
            for id in made_of(output) {
                put_out.insert(id);
                if is_read {
                    read.insert(id);
                }
            }
        }
        let mut found = Self { readers: FxHashMap::default(), reads: FxHashMap::default(), put_out, read };
        for (id, resource) in stack.resource_ids() {
            for reference in references(resource) {
                found.readers.entry(reference.target).or_default().push(id);
                found.reads.entry(id).or_default().push(reference.target);
            }
        }
        found
    }

    fn readers(&self, id: ResourceId) -> &[ResourceId] {
        self.readers.get(&id).map(Vec::as_slice).unwrap_or_default()
    }

    fn reads(&self, id: ResourceId) -> &[ResourceId] {
        self.reads.get(&id).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Which of the resources stay.
fn kept(stack: &Stack, spares: &[Spare], outputs_read: &[Arc<str>]) -> Vec<bool> {
    let uses = Uses::of(stack, outputs_read);
    let mut kept = vec![true; stack.resources.len()];
    for spare in spares {
        kept[spare.resource.0 as usize] = false;
    }
    let with: FxHashMap<ResourceId, &[ResourceId]> =
        spares.iter().filter_map(|spare| Some((spare.resource, spare.with.as_deref()?))).collect();
    loop {
        let stays = |spare: &Spare| {
            let is_kept = |id: &ResourceId| kept[id.0 as usize];
            // Who is there only because of it is no use of it.
            let is_used_by = |of: ResourceId, user: &ResourceId| {
                is_kept(user) && !with.get(user).is_some_and(|others| others.contains(&of))
            };
            let is_used = |id: ResourceId| {
                uses.read.contains(&id) || uses.readers(id).iter().any(|user| is_used_by(id, user))
            };
            let own = spare.resource;
            uses.put_out.contains(&own)
                || uses.readers(own).iter().any(is_kept)
                || spare.with.as_ref().is_some_and(|others| {
                    let mut named = uses.reads(own).iter().filter(|id| others.contains(id)).peekable();
                    named.peek().is_none() || named.any(|id| is_used(*id))
                })
        };
        let left_out = spares.iter().filter(|spare| !kept[spare.resource.0 as usize]);
        let found: Vec<ResourceId> =
            left_out.filter(|spare| stays(spare)).map(|spare| spare.resource).collect();
        if found.is_empty() {
            return kept;
        }
        for id in found {
            kept[id.0 as usize] = true;
        }
    }
}

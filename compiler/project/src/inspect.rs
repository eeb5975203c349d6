//! What an editor asks of a snapshot beside its findings: work that a change may overtake, and what became of a service.
//!
//! Must not know: editors, protocols.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;

use ci_sema::item::{item_range, items};
use ci_sema::{Db, ItemId, Package, Plan, ServiceInstance, TargetId};

use crate::access::TargetAccess;
use crate::build::{SourceMaps, target_names};
use crate::host::Snapshot;
use crate::stages::{template, text};

/// What a piece of work ends with when the state that it is about is no longer that of now, or nobody waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overtaken;

/// Does `work`, unless a change or [`CancelHandle::cancel`] overtakes it. Any other panic goes on.
pub fn unless_overtaken<T>(work: impl FnOnce() -> T) -> Result<T, Overtaken> {
    salsa::Cancelled::catch(AssertUnwindSafe(work)).map_err(|_| Overtaken)
}

/// Ends the work over one snapshot from another thread.
#[derive(Clone)]
pub struct CancelHandle(salsa::CancellationToken);

impl CancelHandle {
    /// The next query that the work asks for ends it.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

/// Something that a database computes once and keeps for as long as it is there, used or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kept(Part);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    Item(ItemId),
    Stack(ServiceInstance),
}

/// About how many bytes are kept of an item, for each byte of its text.
const BYTES_OF_TEXT: u64 = 64;

/// About how many bytes are kept of a stack, for each resource in it.
const BYTES_OF_RESOURCE: u64 = 16 << 10;

/// What a service became in one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceTemplate {
    /// The name of the target.
    pub target: String,
    /// The name of the stack.
    pub stack: String,
    /// The template, JSON.
    pub template: String,
    /// Where in the source each value of it was written: the JSON of a source map.
    pub map: String,
    /// Its resources, in the order of the source.
    pub resources: Vec<TemplateResource>,
}

/// A resource of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateResource {
    /// The names that lead to it in the source, joined by dots.
    pub path: String,
    /// Its name in the template.
    pub logical_id: String,
    /// Its type.
    pub resource_type: &'static str,
}

impl Snapshot {
    /// Does `work` with the database attached once, as cancellation wants it.
    pub fn attach<T>(&self, work: impl FnOnce(&dyn Db) -> T) -> T {
        salsa::Database::attach(&self.db, |db| work(db))
    }

    /// Ends work over this snapshot, and over no other.
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle(salsa::Database::cancellation_token(&self.db))
    }

    /// What is in use now, each with about as many bytes as it takes: the items of the program and its stacks.
    pub fn in_use(&self) -> HashMap<Kept, u64> {
        let mut found = HashMap::new();
        self.attach(|db| {
            for file in self.packages().iter().flat_map(|package| package.files(db).iter()) {
                for item in items(db, *file).iter() {
                    let bytes = u64::from(item_range(db, *item).len()) * BYTES_OF_TEXT;
                    found.insert(Kept(Part::Item(*item)), bytes);
                }
            }
            for (_, plan) in self.plans(db) {
                for instance in &plan.instances {
                    let resources = ci_sema::stack(db, *instance).stack.resources.len() as u64;
                    found.insert(Kept(Part::Stack(*instance)), (resources + 1) * BYTES_OF_RESOURCE);
                }
            }
        });
        found
    }

    /// All packages but the standard library, the root first.
    pub fn packages(&self) -> &[Package] {
        &self.project.packages
    }

    /// The services of all targets: the name of the target, its plan.
    pub fn plans<'db>(&'db self, db: &'db dyn Db) -> Vec<(String, &'db Plan)> {
        if !self.problems().is_empty() {
            return Vec::new();
        }
        let targets = ci_sema::targets(db);
        let names = target_names(self, targets);
        let plan = |target: &ci_sema::Target| ci_sema::plan(db, TargetId::new(db, target.clone()));
        names.into_iter().zip(targets.iter().map(plan)).collect()
    }

    /// Who may do what in each target, as far as it can be told of a program that may have errors.
    pub fn rights(&self) -> Vec<TargetAccess> {
        if !self.problems().is_empty() {
            return Vec::new();
        }
        salsa::Database::attach(&self.db, |db| {
            let targets = ci_sema::targets(db);
            let names = target_names(self, targets);
            targets.iter().zip(&names).map(|(target, name)| self.all_access(target, name)).collect()
        })
    }

    /// The templates of a service, one for each stack that it becomes. Of a stack with errors there is none.
    pub fn service_templates(&self, service: ItemId) -> Vec<ServiceTemplate> {
        salsa::Database::attach(&self.db, |db| {
            let mut maps = SourceMaps::new(self);
            let mut found = Vec::new();
            for (target, plan) in self.plans(db) {
                let of_service = |instance: &&ServiceInstance| instance.item(db) == service;
                for instance in plan.instances.iter().filter(of_service) {
                    let compiled = template(db, *instance);
                    if compiled.json.is_none() {
                        continue;
                    }
                    let resources = compiled.stack.resources.iter().map(|of| TemplateResource {
                        path: of.path.to_string(),
                        logical_id: of.logical_id.to_string(),
                        resource_type: of.schema.name(),
                    });
                    found.push(ServiceTemplate {
                        resources: resources.collect(),
                        target: target.clone(),
                        stack: compiled.stack.name.to_string(),
                        template: text(&compiled.stack),
                        map: String::from_utf8_lossy(&maps.take(db, *instance)).into_owned(),
                    });
                }
            }
            found
        })
    }

    /// The text of the standard library's module at `path`, as findings name it: `std/data.ci`.
    pub fn std_sources(&self) -> impl Iterator<Item = (&str, &str)> {
        let std = ci_sema::Program::try_get(&self.db).map(|program| program.std(&self.db));
        let files = std.map(|std| std.files(&self.db).iter()).into_iter().flatten();
        files.map(|file| (self.project.files.path(file.id(&self.db)), &**file.text(&self.db)))
    }
}

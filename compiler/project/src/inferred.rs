//! Resources that are there because something uses them, and what that is: endpoints of a network.
//!
//! Must not know: how that is found out.

use ci_base::Span;
use ci_sema::{Db, Inferred, ServiceInstance};

use crate::{Files, Snapshot};

/// A resource that is there because something uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InferredResource {
    /// The name in the program of what makes it: that of a `let`.
    pub at: Span,
    /// Its name in there: `endpoint.sqs`.
    pub name: String,
    /// What uses it, by the names in the program: `clerk`, `clerk of shop` where that is another stack.
    pub users: Vec<String>,
}

impl Snapshot {
    /// What the services of all targets have because something uses it.
    pub fn inferred(&self) -> Vec<InferredResource> {
        let mut found: Vec<InferredResource> = Vec::new();
        salsa::Database::attach(&self.db, |db| {
            for (_, plan) in self.plans(db) {
                for instance in &plan.instances {
                    for inferred in ci_sema::inferred(db, *instance) {
                        let path = &ci_sema::stack(db, *instance).stack.resource(inferred.resource).path;
                        let Some(at) = ci_sema::declared_at(db, instance.item(db), path) else { continue };
                        let users = users(db, self.files(), *instance, &inferred);
                        let within = format!("{}.", at.range.of(self.files().text(at.file)));
                        let name = path.split_once(&within).map_or(&**path, |(_, name)| name).to_owned();
                        let new = InferredResource { at, name, users };
                        // Another environment says the same.
                        if !found.contains(&new) {
                            found.push(new);
                        }
                    }
                }
            }
        });
        found
    }
}

/// What uses a resource of `instance`, by the names in the program.
pub(crate) fn users(
    db: &dyn Db,
    files: &Files,
    instance: ServiceInstance,
    inferred: &Inferred,
) -> Vec<String> {
    let name = |(user, resource): &(ServiceInstance, _)| {
        let path = &ci_sema::stack(db, *user).stack.resource(*resource).path;
        let declared = ci_sema::declared_at(db, user.item(db), path);
        let name = declared.map_or(&**path, |at| at.range.of(files.text(at.file)));
        if *user == instance { name.to_owned() } else { format!("{name} of {}", user.stack_name(db)) }
    };
    let mut found: Vec<String> = inferred.users.iter().map(name).collect();
    let mut seen = std::collections::HashSet::new();
    found.retain(|name| seen.insert(name.clone()));
    found
}

#[cfg(test)]
mod tests;

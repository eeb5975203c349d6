//! Findings about what the standard library wrote, told where the program uses it: nobody can change the library, and what
//! it says of itself is true until somebody gives it something.
//!
//! Must not know: what the findings are about.

use ci_base::{Diagnostic, Label, Span};
use ci_graph::{Origin, ResourceId, Stack};
use ci_sema::{Db, ItemId, Program, StackResult, declared_at, trail};

use crate::host::Snapshot;

/// From how many resources on it is not found out which of them a finding is about.
const MOST: usize = 50;

/// The path of the resource that a finding about a stack is about; nothing where it is not in the library, or where it
/// cannot be told.
pub(crate) fn culprit(
    db: &dyn Db,
    stack: &Stack,
    items: &[ItemId],
    found: &Diagnostic<Origin>,
) -> Option<String> {
    let at = found.primary.at;
    if !is_std(db, *items.get(at.item as usize)?) {
        return None;
    }
    let has = |origin: Origin| {
        origin.item == at.item && origin.range.start <= at.range.start && at.range.end <= origin.range.end
    };
    let within: Vec<ResourceId> = stack
        .resource_ids()
        .filter(|(_, of)| has(of.origin) || of.properties.iter().any(|entry| has(entry.value.origin)))
        .map(|(id, _)| id)
        .collect();
    let path = |id: ResourceId| stack.resource(id).path.to_string();
    match within.as_slice() {
        [] => None,
        [only] => Some(path(*only)),
        several if several.len() > MOST => None,
        // Several instances were written there. Of one of them alone the same is still found.
        several => several.iter().copied().find(|id| persists(stack, *id, found)).map(path),
    }
}

/// A finding in a library, told where the program has what it is about.
pub(crate) fn chosen_by(mut found: Diagnostic, at: Span) -> Diagnostic {
    let written = std::mem::replace(&mut found.primary, Label { at, text: "has it in it".to_owned() });
    found.secondary.insert(0, Label { text: "it is written here".to_owned(), ..written });
    found
}

/// Whether a finding remains where only one resource has properties.
fn persists(stack: &Stack, of: ResourceId, found: &Diagnostic<Origin>) -> bool {
    let mut alone = stack.clone();
    for (at, resource) in alone.resources.iter_mut().enumerate() {
        if at != of.0 as usize {
            resource.properties.clear();
        }
    }
    let same = |other: &Diagnostic<Origin>| {
        (other.code, other.primary.at, &other.message) == (found.code, found.primary.at, &found.message)
    };
    ci_validate::validate(&alone).iter().any(same)
}

fn is_std(db: &dyn Db, item: ItemId) -> bool {
    Program::try_get(db).is_some_and(|program| program.std(db) == item.file(db).package(db))
}

impl Snapshot {
    /// A finding about a stack of `root`, at a place of the program if there is one that led to it. `culprit` is the path of
    /// the resource that it is about.
    pub(crate) fn blamed(
        &self,
        root: ItemId,
        result: &StackResult,
        found: &Diagnostic<Origin>,
        culprit: Option<&str>,
    ) -> Diagnostic {
        let db = &self.db;
        let mut placed = found.clone().map(|origin| self.place(result, origin));
        let is_library = |at: Span| self.project.files.path(at.file).starts_with("std/");
        if !is_library(placed.primary.at) {
            return placed;
        }
        // Somebody said already where it was made.
        if let Some(at) = placed.secondary.iter().position(|label| !is_library(label.at)) {
            std::mem::swap(&mut placed.primary, &mut placed.secondary[at]);
            return placed;
        }
        let declared = match culprit {
            Some(path) => declared_at(db, root, path),
            None => self.only_maker(root, result, found.primary.at),
        };
        match declared {
            Some(at) => chosen_by(placed, at),
            None => placed,
        }
    }

    /// Where the only instance of the component is made that a place of a library is in; nothing where there are several.
    fn only_maker(&self, root: ItemId, result: &StackResult, at: Origin) -> Option<Span> {
        let db = &self.db;
        let item = result.items.get(at.item as usize)?;
        let mut found = None;
        for resource in &result.stack.resources {
            if !trail(db, root, &resource.path).iter().any(|step| step.makes == Some(*item)) {
                continue;
            }
            let declared = declared_at(db, root, &resource.path)?;
            if found.is_some_and(|known| known != declared) {
                return None;
            }
            found = Some(declared);
        }
        found
    }
}

#[cfg(test)]
mod tests;

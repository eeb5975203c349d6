//! What a target is made of, as a diagram: boxes and arrows with the names and places of the source.
//!
//! Unlike with a build, errors do not keep a diagram from being made: an editor shows what is there. Values that have
//! errors are unknown and connect nothing.
//!
//! Must not know: how it is shown.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use ci_base::{Diagnostic, FileId, LineIndex, Span};
use ci_diagram::{At, Diagram, Layout, Level, Of, PAGE, Request, Source, layout, read};
use ci_graph::Stack;
use ci_sema::{Db, ServiceInstance, StackResult, Target, TargetId, chosen_at, declared_at};

use crate::build::{target_names, unknown_environment};
use crate::host::Snapshot;
use crate::stages::STACK_BYTES;

/// What to draw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DiagramQuestion {
    /// The target of this name: an environment. The first one when `None`.
    pub target: Option<String>,
    /// Only this service, by its name in the app, and what it is connected with.
    pub service: Option<String>,
    /// How much is drawn.
    pub level: Level,
    /// How many times as wide as high the page is; that of a document when `None`.
    pub aspect: Option<f64>,
}

/// A diagram, and everything that is wrong.
#[derive(Debug, Default)]
pub struct DiagramReport {
    /// The diagram; `None` where there is nothing of that name, or nothing at all.
    pub target: Option<TargetDiagram>,
    /// Everything that is wrong with the program: the diagram may lack what has errors.
    pub diagnostics: Vec<Diagnostic>,
    /// The services that could be asked for, where there is none of the name that was.
    pub known: Vec<String>,
}

/// A target as a diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetDiagram {
    /// The target's name.
    pub name: String,
    /// What is in it, with places in the program's own files; only what nobody there says is in a library's.
    pub diagram: Diagram<Span>,
    /// Where it is drawn.
    pub layout: Layout,
}

impl Snapshot {
    /// What a target is made of, with everything that is wrong. With errors, what could be evaluated is drawn.
    pub fn diagram(&self, question: &DiagramQuestion) -> DiagramReport {
        let drawn = self.drawn(question);
        let mut diagnostics = self.check();
        diagnostics.extend(drawn.diagnostics);
        DiagramReport { diagnostics, ..drawn }
    }

    /// The same for those who know what is wrong with the program: only what is wrong with the question is told.
    pub fn drawn(&self, question: &DiagramQuestion) -> DiagramReport {
        let mut report = DiagramReport::default();
        if !self.project.diagnostics.is_empty() {
            return report;
        }
        salsa::Database::attach(&self.db, |db| {
            let targets = ci_sema::targets(db);
            let names = target_names(self, targets);
            let is_wanted = |name: &String| question.target.as_ref().is_none_or(|wanted| wanted == name);
            let found = targets.iter().zip(&names).find(|(_, name)| is_wanted(name));
            let Some((target, name)) = found else {
                let wanted = question.target.as_deref();
                report
                    .diagnostics
                    .extend(wanted.map(|wanted| unknown_environment(self.project.main, wanted, &names)));
                return;
            };
            report.target = self.target_diagram(target, name, question, &mut report.known);
        });
        report
    }

    fn target_diagram(
        &self,
        target: &Target,
        name: &str,
        question: &DiagramQuestion,
        known: &mut Vec<String>,
    ) -> Option<TargetDiagram> {
        let db = &self.db;
        let plan = ci_sema::plan(db, TargetId::new(db, target.clone()));
        let results: Vec<&StackResult> =
            plan.instances.iter().map(|instance| ci_sema::stack(db, *instance)).collect();
        let stacks: Vec<&Stack> = results.iter().map(|result| Arc::as_ref(&result.stack)).collect();
        let names = service_names(&stacks);
        if let Some(service) = &question.service
            && !names.contains(service)
        {
            *known = names;
            return None;
        }
        let app = target.app.map(|app| app.name(db).to_string());
        let title = match (&app, &target.environment) {
            (Some(app), Some(environment)) => format!("{app}, {environment}"),
            (Some(app), None) => app.clone(),
            (None, _) => match names.as_slice() {
                [only] => only.clone(),
                _ => name.to_owned(),
            },
        };
        let title = match &question.service {
            Some(service) if *service != title => format!("{title}: {service}"),
            _ => title,
        };
        let of_service = |service: &String| {
            let at = names.iter().position(|name| name == service)?;
            stacks[at].description.as_deref().map(str::to_owned)
        };
        let description = match (&question.service, stacks.as_slice()) {
            (Some(service), _) => of_service(service),
            (None, [only]) if app.is_none() => only.description.as_deref().map(str::to_owned),
            _ => target.app.and_then(|app| ci_sema::item::item_doc(db, app)),
        };
        let description = description.and_then(|text| text.lines().next().map(|line| line.trim().to_owned()));
        let shared: Vec<Arc<Stack>> = results.iter().map(|result| Arc::clone(&result.stack)).collect();
        let DiagramQuestion { service, level, aspect, .. } = question.clone();
        let idle = results.iter().enumerate().flat_map(|(stack, result)| {
            result.idle.iter().map(move |resource| ci_graph::Place { stack, resource: *resource })
        });
        let idle = idle.collect();
        let (diagram, layout) = unless_changed(db, move || {
            let stacks: Vec<&Stack> = shared.iter().map(Arc::as_ref).collect();
            let service = service.as_deref();
            let diagram = read(&stacks, &Request { title, description, names, service, level, idle });
            let layout = layout(&diagram, aspect.unwrap_or(PAGE));
            (diagram, layout)
        });
        let places = Places { snapshot: self, instances: &plan.instances, results: &results };
        let mut diagram = diagram.map(|at| places.span(at));
        for edge in &mut diagram.edges {
            places.said(&mut edge.at);
        }
        Some(TargetDiagram { name: name.to_owned(), diagram, layout })
    }
}

/// How often it is looked whether a change has come, while nothing is asked of the database.
const GLANCE: Duration = Duration::from_millis(5);

/// Does work that asks nothing of the database on another thread. A change ends the waiting for it: whoever writes waits for
/// all who read, and a large diagram takes a second.
fn unless_changed<T: Send + 'static>(db: &dyn Db, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (send, receive) = channel();
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        // Nobody may be waiting any more.
        let _ = send.send(work());
    });
    let thread = match thread {
        Ok(thread) => thread,
        Err(error) => std::panic::resume_unwind(Box::new(error)),
    };
    loop {
        match receive.recv_timeout(GLANCE) {
            Ok(done) => return done,
            Err(RecvTimeoutError::Timeout) => db.unwind_if_revision_cancelled(),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    match thread.join() {
        // It has sent what it made, or has panicked.
        Ok(()) => std::panic::resume_unwind(Box::new("a diagram was not drawn")),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

impl Snapshot {
    /// A diagram with places as lines of files.
    pub fn with_lines(&self, diagram: Diagram<Span>) -> Diagram<Source> {
        let files = &self.project.files;
        let mut known: HashMap<FileId, LineIndex> = HashMap::new();
        diagram.map(|Span { file, range }| {
            let lines = known.entry(file).or_insert_with(|| LineIndex::new(files.text(file)));
            let position = |offset: u32| {
                let place = lines.line_column(offset);
                (place.line + 1, place.column + 1)
            };
            Source {
                file: files.path(file).to_string(),
                start: position(range.start),
                end: position(range.end),
            }
        })
    }
}

/// What services are called in their app. Stacks are named after the app, the environment and the service: what all of
/// them begin with is left out.
fn service_names(stacks: &[&Stack]) -> Vec<String> {
    let names: Vec<&str> = stacks.iter().map(|stack| &*stack.name).collect();
    let [first, rest @ ..] = names.as_slice() else { return Vec::new() };
    let starts: Vec<usize> = first.match_indices('-').map(|(at, _)| at + 1).collect();
    let is_common =
        |end: &usize| rest.iter().all(|name| name.starts_with(&first[..*end]) && name.len() > *end);
    // Of one stack alone only the last word is left: an app with one service is called as that is.
    let prefix = starts.iter().rev().copied().find(is_common).unwrap_or(0);
    names.iter().map(|name| name[prefix..].to_owned()).collect()
}

/// Places of stacks as places in files.
struct Places<'a> {
    snapshot: &'a Snapshot,
    instances: &'a [ServiceInstance],
    results: &'a [&'a StackResult],
}

impl Places<'_> {
    fn span(&self, at: At) -> Span {
        let db = &self.snapshot.db;
        let (instance, result) = (self.instances[at.stack], self.results[at.stack]);
        let path = |resource| &*result.stack.resource(resource).path;
        let own = match at.of {
            Of::Stack => None,
            Of::Resource(resource) => chosen_at(db, instance, at.origin, path(resource)),
            Of::Member(resource) => {
                let path = path(resource);
                declared_at(db, instance.item(db), path.split_once('.').map_or(path, |(member, _)| member))
            }
        };
        own.unwrap_or_else(|| self.snapshot.place(result, at.origin))
    }

    /// Of the places where something is said, each once; those in the standard library where there is no other.
    fn said(&self, places: &mut Vec<Span>) {
        let is_own = |at: &Span| !self.snapshot.project.files.path(at.file).starts_with("std/");
        if places.iter().any(is_own) {
            places.retain(is_own);
        }
        let mut known = HashSet::new();
        places.retain(|at| known.insert(*at));
    }
}

#[cfg(test)]
mod tests;

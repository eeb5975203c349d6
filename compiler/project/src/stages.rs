//! All stages of the compiler, one after the other, over one state of a project.
//!
//! With `build` the only module that knows what the stages offer; how they come to their results is theirs.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ci_base::{Code, Diagnostic, FileId, LineIndex, Severity, Span, TextRange};
use ci_cfn::Violation;
use ci_graph::{Located, Origin, Stack, Value};
use ci_sema::{Db, ItemId, Program, ServiceInstance, StackResult, TargetId, has_errors, is_damaged};

use crate::blame::culprit;
use crate::build::SourceMaps;
use crate::files::Files;
use crate::host::Snapshot;
use crate::levels;
use crate::manifest::LintLevel;
use crate::proofs::proofs;
use crate::rules::Ruled;

/// A stack with everything that follows from it alone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CompiledStack {
    /// The graph.
    pub stack: Arc<Stack>,
    /// The template as JSON; `None` where the stack has errors.
    pub json: Option<Arc<Vec<u8>>>,
    /// What is wrong with it, beyond what its evaluation found.
    pub diagnostics: Vec<Diagnostic<Origin>>,
    /// Of each of them that is about what the library wrote, the path of the resource.
    pub culprits: Vec<Option<String>>,
    /// A value that nothing is known about: told where nothing else is wrong.
    pub unknown: Option<Diagnostic<Origin>>,
}

/// The template of a service instance, made again only when its graph is another one.
#[salsa::tracked]
pub(crate) fn template(db: &dyn Db, instance: ServiceInstance) -> Arc<CompiledStack> {
    let result = ci_sema::stack(db, instance);
    let stack = result.stack.clone();
    let (mut diagnostics, (violations, json_if_fine)) = if stack.resources.len() < SIDE_BY_SIDE {
        (ci_validate::validate(&stack), lowered(&stack))
    } else {
        // Both only read the graph. A template that turns out to have errors was made in vain, on another core.
        beside(|| ci_validate::validate(&stack), || lowered(&stack))
    };
    // What a project may lower does not keep a template from being made.
    let is_error = |found: &Diagnostic<Origin>| found.severity == Severity::Error && !found.code.has_level();
    // A graph with errors holds values nothing is known about, so its size means nothing and it has no template.
    let mut json = None;
    if !result.diagnostics.iter().any(is_error) && !result.items.iter().any(|item| has_errors(db, *item)) {
        diagnostics.extend(violations.into_iter().map(violation));
        if !diagnostics.iter().any(is_error) {
            json = Some(Arc::new(json_if_fine.into_bytes()));
        }
    }
    let unknown = unknown(&stack);
    let culprits = diagnostics.iter().map(|found| culprit(db, &stack, &result.items, found)).collect();
    Arc::new(CompiledStack { stack, json, diagnostics, culprits, unknown })
}

/// From how many resources on a stack is checked and lowered side by side: below, a thread costs more than it saves.
const SIDE_BY_SIDE: usize = 200;

/// Does `here` on this thread, and `there` on another at the same time.
fn beside<H, T: Send>(here: impl FnOnce() -> H, there: impl FnOnce() -> T + Send) -> (H, T) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        let there = match thread.spawn_scoped(scope, there) {
            Ok(there) => there,
            Err(error) => std::panic::resume_unwind(Box::new(error)),
        };
        let here = here();
        match there.join() {
            Ok(there) => (here, there),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// How deep the stack of a thread may grow: values nest as deep as their source, and are walked by recursion.
pub(crate) const STACK_BYTES: usize = 16 << 20;

/// What CloudFormation's limits say of a stack, and its template.
fn lowered(stack: &Stack) -> (Vec<Violation>, String) {
    let json = text(stack);
    (ci_cfn::violations(stack, json.len()), json)
}

/// A value that nothing is known about although nothing is wrong: never to be written into a template.
fn unknown(stack: &Stack) -> Option<Diagnostic<Origin>> {
    let entries = stack.resources.iter().flat_map(|resource| &resource.properties).map(|entry| &entry.value);
    let outputs = stack.outputs.iter().map(|output| &output.value);
    let located = entries.chain(outputs).find_map(first_unknown)?;
    let found = Diagnostic::new(
        Code::EvaluationLimit,
        located.origin,
        "the value of this could not be found",
    )
    .note(
        "nothing is wrong with the source as far as the compiler can tell: this is a mistake of the compiler",
    )
    .help("please report it with this file");
    Some(found)
}

fn first_unknown(located: &Located) -> Option<&Located> {
    match &located.value {
        Value::Unknown => Some(located),
        Value::List(items) => items.iter().find_map(first_unknown),
        Value::Record(entries) => entries.iter().find_map(|entry| first_unknown(&entry.value)),
        _ => None,
    }
}

/// What is wrong with an item that is looked at on its own, beyond what its evaluation found. It has no template, and
/// its size says nothing about the stacks it becomes part of.
#[salsa::tracked]
pub(crate) fn unit_findings(db: &dyn Db, unit: ItemId) -> Vec<Diagnostic<Origin>> {
    ci_validate::validate(&ci_sema::eval::plan::open_stack(db, unit).stack)
}

/// The JSON of a template: indented, unless only without white space it is small enough to be deployed.
pub(crate) fn text(stack: &Stack) -> String {
    let template = ci_cfn::template(stack);
    let fits = |bytes| ci_cfn::limits(stack, bytes).entries.iter().all(|entry| entry.used <= entry.limit);
    // What is too large in any other way is not written twice to find out.
    let indented = fits(0).then(|| template.to_json()).filter(|json| fits(json.len()));
    indented.unwrap_or_else(|| template.to_json_minified())
}

fn violation(violation: Violation) -> Diagnostic<Origin> {
    let Violation { code, message, help, source, origin } = violation;
    let mut found = Diagnostic::new(code, origin, message).note(format!("AWS documentation: {source}"));
    found.help = help.map(str::to_owned);
    found
}

impl Snapshot {
    /// Everything that is wrong, of every stage and every target: each finding once, in the order of the files.
    pub fn check(&self) -> Vec<Diagnostic> {
        self.check_beside(None)
    }

    /// [`Self::check`], and beside the checks of large stacks their source maps.
    pub(crate) fn check_beside(&self, mut maps: Option<&mut SourceMaps<'_>>) -> Vec<Diagnostic> {
        let project = &self.project;
        if !project.diagnostics.is_empty() {
            return levels::tidy(project.diagnostics.clone(), &project.files);
        }
        // Attached once for all queries, as cancellation wants it.
        salsa::Database::attach(&self.db, |db| {
            let mut found = Findings::default();
            let allowed = self.allowed();
            for package in &project.packages {
                for file in package.files(db).iter() {
                    found.early.extend(ci_sema::file_diagnostics(db, *file).iter().cloned());
                }
            }
            let mut used = HashSet::new();
            let mut ruled = Ruled::default();
            for (unit, result) in ci_sema::unused_items(db) {
                used.extend(result.items.iter().map(|item| item.file(db)));
                ruled.add(db, ci_sema::open_rulings(db, unit), &result.items);
                self.stack_findings(unit, result, (unit_findings(db, unit), &[]), &mut found);
            }
            for target in ci_sema::targets(db) {
                let plan = ci_sema::plan(db, TargetId::new(db, target.clone()));
                found.early.extend(plan.diagnostics.iter().cloned());
                for instance in &plan.instances {
                    let result = ci_sema::stack(db, *instance);
                    if result.stack.resources.len() >= SIDE_BY_SIDE {
                        self.look_ahead(db, *instance, maps.as_deref_mut());
                    }
                    let compiled = template(db, *instance);
                    let late = (&*compiled.diagnostics, &*compiled.culprits);
                    ruled.add(db, ci_sema::rulings(db, *instance), &result.items);
                    used.extend(result.items.iter().map(|item| item.file(db)));
                    self.stack_findings(instance.item(db), result, late, &mut found);
                }
                self.network_findings(plan, TargetId::new(db, target.clone()), &mut found.late);
            }
            // The standard library is checked as far as it is used: a mistake in it must not pass silently.
            let std = Program::get(db).std(db);
            for file in std.files(db).iter().filter(|file| used.contains(*file)) {
                found.early.extend(ci_sema::file_diagnostics(db, *file).iter().cloned());
            }
            found.early.extend(ruled.unused(db, &project.packages));
            found.early.extend(self.unknown_rules(db));
            // A rule that a network breaks says of one resource what is proved of all of them, or allowed there.
            let proved: Vec<Span> = found
                .late
                .iter()
                .filter(|found| matches!(found.code, Code::PublicDataStore | Code::OpenToWorld))
                .filter(|found| project.manifest.lints.get(&found.code) != Some(&LintLevel::Allow))
                .map(|found| found.primary.at)
                .collect();
            ruled.broken.retain(|rule| !proved.iter().any(|inner| levels::covers(rule.primary.at, *inner)));
            found.late.append(&mut ruled.broken);
            let mut found =
                levels::apply_levels(found.told_once(&project.files), &project.manifest.lints, &allowed);
            // A rule about a policy that lets in everyone says again what the finding inside of it does.
            let public: Vec<Span> = found
                .iter()
                .filter(|found| found.code == Code::PublicAccess)
                .map(|found| found.primary.at)
                .collect();
            let again =
                |rule: &Diagnostic| public.iter().any(|inner| levels::covers(rule.primary.at, *inner));
            found.retain(|found| found.code != Code::RuleBroken || !again(found));
            // What is proved of policies says nothing where a value is wrong. That a rule is broken changes no value.
            if !found.iter().any(|found| found.severity == Severity::Error && !found.code.has_level()) {
                let proved = proofs(db, Program::get(db)).iter();
                let proved = proved.map(|found| found.clone().map(|at| at.span(self, db)));
                // That a wildcard reaches others is said by what refuses it.
                let wild = |known: &Diagnostic, at: Span| {
                    matches!(known.code, Code::WildcardResource | Code::WildcardAction)
                        && levels::covers(at, known.primary.at)
                };
                let follows = |proved: &Diagnostic| found.iter().any(|known| wild(known, proved.primary.at));
                let proved = proved.filter(|proved| !follows(proved)).collect();
                found.extend(levels::apply_levels(proved, &self.project.manifest.lints, &allowed));
            }
            // What is reported is unknown afterwards. Anything else that is must not get into a template.
            if !found.iter().any(|found| found.severity == Severity::Error) {
                found.extend(self.unknown_values(db));
            }
            levels::tidy(found, &project.files)
        })
    }

    /// Finds out about a large stack, side by side, what is asked for next: its template, and what the rules say. With the
    /// source map where one will be needed. All of it only reads the graph.
    fn look_ahead(&self, db: &dyn Db, instance: ServiceInstance, maps: Option<&mut SourceMaps<'_>>) {
        let other = self.db.clone();
        let here = || {
            ci_sema::rulings(db, instance);
            if let Some(maps) = maps {
                maps.make(db, instance);
            }
        };
        let there = move || {
            salsa::Database::attach(&other, |db| {
                template(db, instance);
            });
        };
        beside(here, there);
    }

    /// Values of stacks that nothing is known about although nothing is wrong.
    fn unknown_values(&self, db: &dyn Db) -> Vec<Diagnostic> {
        let targets = ci_sema::targets(db).iter();
        let plans = targets.map(|target| ci_sema::plan(db, TargetId::new(db, target.clone())));
        let instances = plans.flat_map(|plan| &plan.instances);
        let found = instances.filter_map(|instance| {
            let unknown = template(db, *instance).unknown.clone()?;
            Some(unknown.map(|origin| self.place(ci_sema::stack(db, *instance), origin)))
        });
        found.collect()
    }

    /// What is wrong with one stack of `root`: as its evaluation found, and as those found who looked at it later, with the
    /// resources that that is about.
    fn stack_findings(
        &self,
        root: ItemId,
        result: &StackResult,
        (late, culprits): (&[Diagnostic<Origin>], &[Option<String>]),
        found: &mut Findings,
    ) {
        // Of text that was not understood, values mean nothing.
        if result.items.iter().any(|item| is_damaged(&self.db, *item)) {
            return;
        }
        found.early.extend(result.diagnostics.iter().map(|found| self.blamed(root, result, found, None)));
        let culprits = culprits.iter().map(Option::as_deref).chain(std::iter::repeat(None));
        let late = late.iter().zip(culprits);
        found.late.extend(late.map(|(found, culprit)| self.blamed(root, result, found, culprit)));
    }

    /// Where in the source an origin of a stack is.
    pub(crate) fn place(&self, result: &StackResult, origin: Origin) -> Span {
        // An origin of no item is a mistake of the stage that made it; the finding itself is still worth telling.
        let nowhere = Span { file: self.project.main, range: TextRange::empty(0) };
        result.span(&self.db, origin).unwrap_or(nowhere)
    }
}

/// Of findings about the text of a line the lowest, and then the first, is the cause of the others: a string without
/// an end makes tokens of what was text, and a token too many or too few shifts what follows it.
fn syntax_rank(code: Code) -> Option<u8> {
    match code {
        Code::UnterminatedString => Some(0),
        Code::UnclosedDelimiter | Code::UnexpectedToken => Some(1),
        _ => None,
    }
}

/// Whether a finding is about one token, whatever stands around it.
fn is_lexical(code: Code) -> bool {
    matches!(code, Code::InvalidCharacter | Code::InvalidEscape | Code::InvalidNumber)
}

/// Findings by the stage that made them.
#[derive(Default)]
struct Findings {
    /// Of names, types and evaluation.
    early: Vec<Diagnostic>,
    /// Of the graph and of templates.
    late: Vec<Diagnostic>,
}

impl Findings {
    /// All of them, without what a later stage only says again: the same words about the same line, where the earlier
    /// one points to a name and the later one to its value. Nor is anything said of a line whose text was not
    /// understood but that.
    fn told_once(self, files: &Files) -> Vec<Diagnostic> {
        let Self { mut early, mut late } = self;
        if early.is_empty() {
            return late;
        }
        // There may be as many findings as there are bytes.
        let mut lines: HashMap<FileId, LineIndex> = HashMap::new();
        for found in early.iter().chain(&late) {
            let file = found.primary.at.file;
            lines.entry(file).or_insert_with(|| LineIndex::new(files.text(file)));
        }
        let line = |found: &Diagnostic| {
            let Span { file, range } = found.primary.at;
            (file, lines.get(&file).map(|lines| lines.line_column(range.start).line))
        };
        let mut not_understood: HashMap<_, (u8, u32, Code)> = HashMap::new();
        for found in &early {
            let Some(rank) = syntax_rank(found.code) else { continue };
            let cause = (rank, found.primary.at.range.start, found.code);
            let known = not_understood.entry(line(found)).or_insert(cause);
            *known = cause.min(*known);
        }
        if !not_understood.is_empty() {
            let independent = |found: &Diagnostic| match not_understood.get(&line(found)) {
                None => true,
                Some(_) if found.code == Code::TooDeeplyNested => true,
                Some((_, _, Code::UnterminatedString)) => found.code == Code::UnterminatedString,
                Some((_, _, cause)) => found.code == *cause || is_lexical(found.code),
            };
            early.retain(independent);
            late.retain(independent);
        }
        let told: HashSet<_> =
            early.iter().map(|early| (early.code, early.message.as_str(), line(early))).collect();
        late.retain(|late| !told.contains(&(late.code, late.message.as_str(), line(late))));
        // A wildcard that is told where it is written is not told of the statement around it.
        let wild = |found: &Diagnostic| found.code == Code::WildcardAction;
        let written: Vec<Span> =
            early.iter().filter(|early| wild(early)).map(|early| early.primary.at).collect();
        late.retain(|late| {
            !wild(late) || !written.iter().any(|inner| levels::covers(late.primary.at, *inner))
        });
        early.into_iter().chain(late).collect()
    }
}

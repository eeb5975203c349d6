//! What editors can ask for beyond the protocol: templates, who may do what, tests, diagrams, and resources pasted as
//! source. Each is a request, and a command that also says the gist of its result.

mod diagram;

use ci_base::{LineIndex, Span, TextRange};
use ci_ide::access::{Tested, name_at, report, run_test as run, templates};
use ci_ide::paste::paste as paste_text;
use ci_project::TemplateResource;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_lsp_server::ls_types::{Diagnostic, Position, Range, TextDocumentIdentifier, Uri};

use crate::findings::diagnostic;
use crate::view::View;

pub(crate) use diagram::{DiagramParams, DiagramResult, Pictures, diagram};

pub(crate) const SHOW_TEMPLATE: &str = "cleaninfra.showTemplate";
pub(crate) const ACCESS_REPORT: &str = "cleaninfra.accessReport";
pub(crate) const RUN_TEST: &str = "cleaninfra.runTest";
pub(crate) const PASTE: &str = "cleaninfra.pasteAsCi";

pub(crate) const DIAGRAM: &str = "cleaninfra.diagram";

/// All commands.
pub(crate) const ALL: [&str; 5] = [SHOW_TEMPLATE, ACCESS_REPORT, RUN_TEST, PASTE, DIAGRAM];

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TemplateParams {
    pub text_document: TextDocumentIdentifier,
    pub position: Position,
}

#[derive(Debug, Serialize)]
pub(crate) struct TemplateResult {
    service: Option<String>,
    problem: Option<String>,
    stacks: Vec<StackTemplate>,
}

#[derive(Debug, Serialize)]
struct StackTemplate {
    target: String,
    stack: String,
    template: String,
    pointer: Option<String>,
    map: Vec<Mapped>,
}

#[derive(Debug, Serialize)]
struct Mapped {
    pointer: String,
    uri: Uri,
    range: Range,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportParams {
    pub text_document: TextDocumentIdentifier,
    pub position: Option<Position>,
    pub to: Option<String>,
    pub of: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ReportResult {
    title: String,
    markdown: String,
    problem: Option<String>,
    statements: Vec<Statement>,
}

#[derive(Debug, Serialize)]
struct Statement {
    target: String,
    holder: String,
    stack: String,
    denies: bool,
    principals: Vec<String>,
    actions: Vec<String>,
    resources: Vec<String>,
    conditions: Vec<String>,
    uri: Option<Uri>,
    range: Option<Range>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestParams {
    pub text_document: TextDocumentIdentifier,
    pub name: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct TestOutcome {
    name: String,
    passed: bool,
    problem: Option<String>,
    findings: Vec<Found>,
}

#[derive(Debug, Serialize)]
struct Found {
    uri: Option<Uri>,
    diagnostic: Diagnostic,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PasteParams {
    pub text: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct PasteResult {
    text: Option<String>,
    problem: Option<String>,
    notes: Vec<String>,
}

/// A result, and what is said of it to somebody whose editor shows nothing else.
pub(crate) trait Told: Serialize {
    fn gist(&self) -> String;
}

impl Told for TemplateResult {
    fn gist(&self) -> String {
        match (&self.problem, &self.service) {
            (Some(problem), _) => problem.clone(),
            (None, service) => {
                let stacks: Vec<&str> = self.stacks.iter().map(|stack| &*stack.stack).collect();
                format!("`{}` becomes {}", service.as_deref().unwrap_or_default(), stacks.join(", "))
            }
        }
    }
}

impl Told for ReportResult {
    fn gist(&self) -> String {
        self.problem.clone().unwrap_or_else(|| self.markdown.clone())
    }
}

impl Told for TestOutcome {
    fn gist(&self) -> String {
        match (&self.problem, self.passed) {
            (Some(problem), _) => problem.clone(),
            (None, true) => format!("passed: {}", self.name),
            (None, false) => {
                let findings = self.findings.iter().map(|found| &*found.diagnostic.message);
                format!("failed: {}\n{}", self.name, findings.collect::<Vec<_>>().join("\n"))
            }
        }
    }
}

impl Told for PasteResult {
    fn gist(&self) -> String {
        self.problem.clone().or_else(|| self.text.clone()).unwrap_or_default()
    }
}

pub(crate) fn show_template(view: &View, params: &TemplateParams) -> Option<TemplateResult> {
    let cursor = view.cursor(params.position)?;
    let found = templates(&view.snapshot, cursor);
    let stacks = found.stacks.iter().map(|stack| {
        let map = mapped(view, &stack.map);
        let own = view.uri(cursor.file);
        // The innermost value that was written around the cursor: the latest that starts before it.
        let around = map
            .iter()
            .filter(|entry| Some(&entry.uri) == own.as_ref() && entry.range.start <= params.position);
        let pointer = around
            .max_by_key(|entry| (entry.range.start.line, entry.range.start.character, entry.pointer.len()))
            .map(|entry| entry.pointer.clone());
        // What a library makes of the member was written elsewhere.
        let pointer = match found.member.as_deref().and_then(|member| made_by(member, &stack.resources)) {
            Some(ids) if !ids.iter().any(|id| is_in(pointer.as_deref(), id)) => {
                Some(resource_pointer(ids[0]))
            }
            _ => pointer,
        };
        StackTemplate {
            target: stack.target.clone(),
            stack: stack.stack.clone(),
            template: stack.template.clone(),
            pointer,
            map,
        }
    });
    Some(TemplateResult { service: found.service, problem: found.problem, stacks: stacks.collect() })
}

/// The logical ids of what a member makes, first that which is called after its type, as the main thing of a component is;
/// nothing where it makes nothing.
fn made_by<'a>(member: &str, resources: &'a [TemplateResource]) -> Option<Vec<&'a str>> {
    let own = |of: &&TemplateResource| {
        of.path.strip_prefix(member).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let mut made: Vec<&TemplateResource> = resources.iter().filter(own).collect();
    let is_main = |of: &TemplateResource| {
        let (last, word) = (of.path.rsplit('.').next(), of.resource_type.rsplit(':').next());
        last.zip(word).is_some_and(|(last, word)| last.replace('_', "").eq_ignore_ascii_case(word))
    };
    made.sort_by_key(|of| (!is_main(of), of.path.matches('.').count()));
    (!made.is_empty()).then(|| made.iter().map(|of| &*of.logical_id).collect())
}

fn resource_pointer(logical_id: &str) -> String {
    format!("/Resources/{}", token(logical_id))
}

/// Whether a pointer leads into a resource.
fn is_in(pointer: Option<&str>, logical_id: &str) -> bool {
    let rest = pointer.and_then(|pointer| pointer.strip_prefix(&*resource_pointer(logical_id)));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A source map of a build, with the places of documents.
fn mapped(view: &View, map: &str) -> Vec<Mapped> {
    let Ok(map) = serde_json::from_str::<Value>(map) else { return Vec::new() };
    let files: Vec<&str> = map["files"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let texts: Vec<Option<(ci_base::FileId, LineIndex)>> = files
        .iter()
        .map(|path| {
            let shown = if path.starts_with("std/") {
                (*path).to_owned()
            } else {
                view.snapshot.shown_root().join(path).as_str().replace('\\', "/")
            };
            let file = view.snapshot.files().find(&shown)?;
            Some((file, LineIndex::new(view.text(file))))
        })
        .collect();
    let mut walk = Mapping { view, texts, found: Vec::new() };
    for (id, resource) in map["resources"].as_object().into_iter().flatten() {
        let pointer = resource_pointer(id);
        let own = resource["at"][0].as_u64();
        walk.place(&pointer, own, &resource["at"]);
        for (name, value) in resource["properties"].as_object().into_iter().flatten() {
            walk.value(&format!("{pointer}/Properties/{}", token(name)), own, value);
        }
    }
    walk.found
}

/// A step of a JSON pointer.
fn token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A walk over a source map.
struct Mapping<'a> {
    view: &'a View,
    texts: Vec<Option<(ci_base::FileId, LineIndex)>>,
    found: Vec<Mapped>,
}

impl Mapping<'_> {
    /// A value and what is in it.
    fn value(&mut self, pointer: &str, own: Option<u64>, value: &Value) {
        self.place(pointer, own, value);
        let inside = value.as_array().and_then(|parts| parts.last()).and_then(Value::as_object);
        for (name, value) in inside.into_iter().flatten() {
            self.value(&format!("{pointer}/{}", token(name)), own, value);
        }
    }

    /// `[file, line, column]`, or `[line, column]` in the file of the resource.
    fn place(&mut self, pointer: &str, own: Option<u64>, place: &Value) {
        let numbers: Vec<u64> = place.as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
        let (file, line, column) = match (numbers.as_slice(), own) {
            ([file, line, column], _) => (*file, *line, *column),
            ([line, column], Some(own)) => (own, *line, *column),
            _ => return,
        };
        let Some(Some((file, lines))) = self.texts.get(file as usize) else { return };
        let start = lines.line_start((line as u32).saturating_sub(1));
        // Columns are characters, from one.
        let text = self.view.text(*file).get(start as usize..).unwrap_or_default();
        let bytes: usize = text.chars().take((column as usize).saturating_sub(1)).map(char::len_utf8).sum();
        let at = Span { file: *file, range: TextRange::empty(start + bytes as u32) };
        if let Some(uri) = self.view.uri(*file) {
            self.found.push(Mapped { pointer: pointer.to_owned(), uri, range: self.view.range(at) });
        }
    }
}

pub(crate) fn access_report(view: &View, params: &ReportParams) -> ReportResult {
    let named = || name_at(&view.snapshot, view.cursor(params.position?)?);
    let to = params.to.clone().or_else(|| if params.of.is_none() { named() } else { None });
    let link = |at: Span| {
        let place = view.location(at)?;
        let line = place.range.start.line + 1;
        let path = view.snapshot.files().path(at.file);
        let shown = path.strip_prefix(view.snapshot.shown_root().as_str()).unwrap_or(path);
        let text = format!("{}:{line}", shown.trim_start_matches(['/', '\\']));
        Some((format!("{}#L{line}", place.uri.as_str()), text))
    };
    let told = report(&view.snapshot, params.of.clone(), to, &link);
    let statements = told.statements.into_iter().map(|statement| Statement {
        target: statement.target,
        holder: statement.holder,
        stack: statement.stack,
        denies: statement.denies,
        principals: statement.principals,
        actions: statement.actions,
        resources: statement.resources,
        conditions: statement.conditions,
        uri: view.uri(statement.at.file),
        range: Some(view.range(statement.at)),
    });
    ReportResult {
        title: told.title,
        markdown: told.markdown,
        problem: told.problem,
        statements: statements.collect(),
    }
}

pub(crate) fn run_test(view: &View, params: &TestParams) -> Option<TestOutcome> {
    let outcome =
        |passed, problem, findings| TestOutcome { name: params.name.clone(), passed, problem, findings };
    Some(match run(&view.snapshot, view.file?, &params.name) {
        Tested::Passed => outcome(true, None, Vec::new()),
        Tested::NotRun(why) => outcome(false, Some(why), Vec::new()),
        Tested::Failed(found) => {
            let findings = found.iter().map(|found| Found {
                uri: view.uri(found.primary.at.file),
                diagnostic: diagnostic(view, found),
            });
            outcome(false, None, findings.collect())
        }
    })
}

pub(crate) fn paste(params: &PasteParams) -> PasteResult {
    let pasted = paste_text(&params.text);
    PasteResult { text: pasted.text, problem: pasted.problem, notes: pasted.notes }
}

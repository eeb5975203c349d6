//! From a checked project to the files of a build. All or nothing: with any error there is no file.
//!
//! Must not know: where the files go.

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use ci_base::{Code, Diagnostic, FileId, LineIndex, Severity, Span, TextRange, did_you_mean};
use ci_cfn::{LimitReport, Place};
use ci_graph::{Origin, Resource, ResourceId, Stack};
use ci_sema::{Db, Inferred, Plan, Program, ServiceInstance, Target, TargetId};

use crate::explain::{Known, Written, explained};
use crate::files::Files;
use crate::host::Snapshot;
use crate::inferred::users;
use crate::manifest::TemplateFormat;
use crate::output::{APP_FILE, App, AppAsset, AppParameter, AppStack};
use crate::stages::{CompiledStack, template};
use crate::system::slashed;
use crate::write::OutputFile;

/// What to build, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// Only the target of this name: an environment. All of them when `None`.
    pub target: Option<String>,
    /// How to write templates; as the manifest says when `None`.
    pub format: Option<TemplateFormat>,
    /// Warnings keep files from being written too.
    pub deny_warnings: bool,
    /// Templates say in their metadata which line of the source each resource and statement comes from.
    pub explain: bool,
}

/// What a build comes to.
#[derive(Debug, Default)]
pub struct Build {
    /// The files, relative to the directory of all outputs. Empty where anything is wrong.
    pub outputs: Vec<OutputFile>,
    /// What was built; empty where anything is wrong.
    pub targets: Vec<BuiltTarget>,
    /// Everything that is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether every target was built.
    pub whole: bool,
}

/// An app in one environment.
#[derive(Debug)]
pub struct BuiltTarget {
    /// Its name, and that of its directory.
    pub name: String,
    /// Its stacks in the order of deployment.
    pub stacks: Vec<BuiltStack>,
}

/// A stack of a build.
#[derive(Debug)]
pub struct BuiltStack {
    /// Its name.
    pub name: String,
    /// Its template, relative to the directory of all outputs.
    pub template: String,
    /// How much of CloudFormation's limits it uses.
    pub limits: LimitReport,
}

impl Snapshot {
    /// Checks everything and, if nothing is wrong, makes the files of the targets that were asked for.
    pub fn build(&self, options: &BuildOptions) -> Build {
        let mut maps = SourceMaps::new(self);
        let mut diagnostics = self.check_beside(Some(&mut maps));
        let fatal = if options.deny_warnings { Severity::Warning } else { Severity::Error };
        let is_bad = |diagnostics: &[Diagnostic]| diagnostics.iter().any(|found| found.severity >= fatal);
        if is_bad(&diagnostics) {
            return Build { diagnostics, ..Build::default() };
        }
        salsa::Database::attach(&self.db, |db| {
            let targets = ci_sema::targets(db);
            let names = target_names(self, targets);
            let wanted = |name: &String| options.target.as_ref().is_none_or(|wanted| wanted == name);
            let mut writer = Writer::new(self, options, maps);
            for (target, name) in targets.iter().zip(&names).filter(|(_, name)| wanted(name)) {
                writer.target(target, name);
            }
            if let Some(unknown) = options.target.as_ref().filter(|_| writer.targets.is_empty()) {
                diagnostics.push(unknown_environment(self.project.main, unknown, &names));
            }
            diagnostics.append(&mut writer.diagnostics);
            if is_bad(&diagnostics) {
                return Build { diagnostics, ..Build::default() };
            }
            let Writer { outputs, targets, .. } = writer;
            Build { outputs, targets, diagnostics, whole: options.target.is_none() }
        })
    }
}

/// The names of targets, which are those of their directories too. Where two apps have environments of the same name,
/// with the app in front.
pub(crate) fn target_names(snapshot: &Snapshot, targets: &[Target]) -> Vec<String> {
    let names: Vec<String> = targets.iter().map(|target| target.name(&snapshot.db)).collect();
    let is_shared = |name: &String| names.iter().filter(|other| *other == name).count() > 1;
    let named = targets.iter().zip(&names).map(|(target, name)| match &target.app {
        Some(app) if is_shared(name) => format!("{}-{name}", app.name(&snapshot.db)),
        _ => name.clone(),
    });
    named.collect()
}

/// There is no target of a name.
pub(crate) fn unknown_environment(file: FileId, wanted: &str, names: &[String]) -> Diagnostic {
    let at = Span { file, range: TextRange::empty(0) };
    let mut found =
        Diagnostic::new(Code::InvalidEnvironment, at, format!("there is no environment `{wanted}`"));
    if names.is_empty() {
        return found.note("the program has nothing that could be built");
    }
    if let Some(near) = did_you_mean(wanted, names.iter().map(String::as_str)) {
        found = found.help(format!("did you mean `{near}`?"));
    }
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    found.note(format!("it can be built for {}", names.join(", ")))
}

/// Collects the files of a build.
struct Writer<'a> {
    snapshot: &'a Snapshot,
    explain: bool,
    format: TemplateFormat,
    maps: SourceMaps<'a>,
    outputs: Vec<OutputFile>,
    targets: Vec<BuiltTarget>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Writer<'a> {
    fn new(snapshot: &'a Snapshot, options: &BuildOptions, maps: SourceMaps<'a>) -> Self {
        Self {
            snapshot,
            explain: options.explain,
            format: options.format.or(snapshot.project.manifest.format).unwrap_or_default(),
            maps,
            outputs: Vec::new(),
            targets: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    fn target(&mut self, target: &Target, name: &str) {
        let db = &self.snapshot.db;
        let plan = ci_sema::plan(db, TargetId::new(db, target.clone()));
        let mut stacks: Vec<(ServiceInstance, Arc<CompiledStack>)> =
            plan.instances.iter().map(|instance| (*instance, template(db, *instance).clone())).collect();
        in_deploy_order(&mut stacks, |(_, compiled)| &compiled.stack);

        let mut app = App {
            version: 1,
            app: target.app.map(|app| app.name(db).to_string()),
            target: name.to_owned(),
            account: plan.account.as_deref().map(str::to_owned),
            region: plan.region.as_deref().map(str::to_owned),
            tags: plan.tags.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
            stacks: Vec::new(),
            assets: Vec::new(),
            files: Vec::new(),
        };
        let mut built = BuiltTarget { name: name.to_owned(), stacks: Vec::new() };
        let mut assets = BTreeSet::new();
        let first = self.outputs.len();
        for (instance, compiled) in &stacks {
            let stack = &compiled.stack;
            let Some(json) = &compiled.json else {
                // Only errors keep a template from being made, and with errors nobody gets here. A stack that is left
                // out in silence would be worse than one that says so.
                let at = Span { file: self.snapshot.project.main, range: TextRange::empty(0) };
                let message = format!("the stack `{}` has no template", stack.name);
                self.diagnostics.push(Diagnostic::new(Code::TemplateLimit, at, message));
                continue;
            };
            let text = |text: String| Arc::new(text.into_bytes());
            let explained = self.explain.then(|| self.maps.places.explained(db, *instance));
            let (extension, text) = match (self.format, &explained) {
                (TemplateFormat::Json, None) => ("json", Arc::clone(json)),
                (TemplateFormat::Json, Some(stack)) => ("json", text(crate::stages::text(stack))),
                (TemplateFormat::Yaml, explained) => {
                    let stack = explained.as_ref().unwrap_or(stack);
                    ("yaml", text(ci_cfn::template(stack).to_yaml()))
                }
            };
            let limits = ci_cfn::limits(stack, text.len());
            let template = format!("{}.template.{extension}", stack.name);
            let map = format!("{}.map.json", stack.name);
            self.file(name, &template, text);
            let source_map = self.maps.take(db, *instance);
            self.file(name, &map, source_map);
            built.stacks.push(BuiltStack {
                name: stack.name.to_string(),
                template: format!("{name}/{template}"),
                limits,
            });
            assets.extend(stack.assets.iter().map(|asset| AppAsset {
                key: asset.key.to_string(),
                file: format!("assets/{}", asset.key),
                directory: asset.directory.to_string(),
            }));
            app.stacks.push(app_stack(stack, template, map, plan));
        }
        for asset in &assets {
            self.asset(name, asset);
        }
        app.assets = assets.into_iter().collect();
        // An archive of two directories with the same content is one file.
        app.assets.dedup_by(|a, b| a.key == b.key);
        let prefix = name.len() + 1;
        app.files = self.outputs[first..].iter().map(|file| file.path[prefix..].to_owned()).collect();
        app.files.push(APP_FILE.to_owned());
        app.files.sort();
        app.files.dedup();
        self.file(name, APP_FILE, app.to_bytes());
        self.targets.push(built);
    }

    fn asset(&mut self, target: &str, asset: &AppAsset) {
        let path = format!("{target}/{}", asset.file);
        if self.outputs.iter().any(|file| file.path == path) {
            return;
        }
        // Known, since the key was made from it; but files may change while a build runs.
        match self.snapshot.db.archive_bytes(&asset.directory) {
            Some(bytes) if asset.key.starts_with(&crate::pack::digest(&bytes)) => {
                self.outputs.push(OutputFile { path, bytes: Arc::new(bytes.to_vec()) });
            }
            _ => {
                let at = Span { file: self.snapshot.project.main, range: TextRange::empty(0) };
                let message = format!("`{}` changed while it was built", asset.directory);
                self.diagnostics.push(Diagnostic::new(Code::UnreadableFile, at, message).help("build again"));
            }
        }
    }

    fn file(&mut self, target: &str, name: &str, bytes: impl Into<Arc<Vec<u8>>>) {
        self.outputs.push(OutputFile { path: format!("{target}/{name}"), bytes: bytes.into() });
    }
}

/// The source maps of stacks, made while something else is done or when they are asked for.
pub(crate) struct SourceMaps<'a> {
    places: Places<'a>,
    made: HashMap<ServiceInstance, Vec<u8>>,
}

impl<'a> SourceMaps<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot) -> Self {
        Self { places: Places::new(snapshot), made: HashMap::new() }
    }

    /// Makes the source map of a stack before it is asked for.
    pub(crate) fn make(&mut self, db: &dyn Db, instance: ServiceInstance) {
        self.made.insert(instance, self.places.source_map(db, instance));
    }

    pub(crate) fn take(&mut self, db: &dyn Db, instance: ServiceInstance) -> Vec<u8> {
        self.made.remove(&instance).unwrap_or_else(|| self.places.source_map(db, instance))
    }
}

fn app_stack(stack: &Stack, template: String, map: String, plan: &Plan) -> AppStack {
    let mut capabilities = Vec::new();
    let types = || stack.resources.iter().map(|resource| resource.schema);
    let is_sam = types().any(ci_catalog::ResourceSchema::is_sam);
    // The transform makes roles of its own.
    if is_sam || types().any(|schema| schema.name().starts_with("AWS::IAM::")) {
        capabilities.push("CAPABILITY_NAMED_IAM".to_owned());
    }
    if is_sam {
        capabilities.push("CAPABILITY_AUTO_EXPAND".to_owned());
    }
    let parameter = |parameter: &ci_graph::Parameter| AppParameter {
        name: parameter.name.to_string(),
        parameter_type: parameter.parameter_type.to_string(),
        required: parameter.default.is_none(),
        secret: parameter.no_echo,
    };
    AppStack {
        name: stack.name.to_string(),
        template,
        map,
        account: plan.account.as_deref().map(str::to_owned),
        region: stack.region.as_deref().map(str::to_owned),
        capabilities,
        parameters: stack.parameters.iter().map(parameter).collect(),
        assets: stack.assets.iter().map(|asset| asset.key.to_string()).collect(),
        reads: stack.providers.iter().map(ToString::to_string).collect(),
    }
}

/// Sorts stacks so that each comes after those whose outputs it reads, and otherwise as before.
fn in_deploy_order<T>(stacks: &mut Vec<T>, stack: impl Fn(&T) -> &Stack) {
    let mut sorted: Vec<T> = Vec::with_capacity(stacks.len());
    while !stacks.is_empty() {
        let waits = |candidate: &T| {
            let provides = |name: &Arc<str>| stacks.iter().any(|other| stack(other).name == *name);
            stack(candidate).providers.iter().any(provides)
        };
        // Circles are errors found earlier; should one get here, its stacks keep their order.
        let next = stacks.iter().position(|candidate| !waits(candidate)).unwrap_or(0);
        sorted.push(stacks.remove(next));
    }
    *stacks = sorted;
}

/// Places in sources as source maps name them: relative to the project, wherever the build was started.
struct Places<'a> {
    texts: &'a Files,
    files: BTreeMap<FileId, Source>,
}

/// A file as source maps name it, with its lines, which are found when the first place in it is asked for: of most files
/// of the standard library there is none.
struct Source {
    path: String,
    lines: OnceCell<LineIndex>,
}

impl<'a> Places<'a> {
    fn new(snapshot: &'a Snapshot) -> Self {
        let project = &snapshot.project;
        let named = |path| Source { path, lines: OnceCell::new() };
        let own = project
            .sources
            .iter()
            .map(|(path, source)| (source.id(&snapshot.db), named(slashed(&relative(&project.root, path)))));
        // The standard library has no place on the disk: its files are named as in messages, `std/…`. Nothing of a stack is
        // made in those of its rules.
        let std = Program::get(&snapshot.db).std(&snapshot.db).files(&snapshot.db).iter();
        let std = std.filter(|source| source.subjects(&snapshot.db).is_none_or(<[&str]>::is_empty));
        let std = std.map(|source| {
            let id = source.id(&snapshot.db);
            (id, named(project.files.path(id).to_owned()))
        });
        Self { texts: &project.files, files: own.chain(std).collect() }
    }

    /// The source map of a stack.
    fn source_map(&self, db: &dyn Db, instance: ServiceInstance) -> Vec<u8> {
        let result = ci_sema::stack(db, instance);
        let starts = result.starts(db);
        ci_cfn::source_map(&result.stack, &self.finder(&starts), &|file| self.path(file)).into_bytes()
    }

    /// The stack of an instance, explained in its metadata.
    fn explained(&self, db: &dyn Db, instance: ServiceInstance) -> Stack {
        let result = ci_sema::stack(db, instance);
        let starts = result.starts(db);
        let find = self.finder(&starts);
        let inferred = ci_sema::inferred(db, instance);
        explained(&result.stack, &Explained { places: self, db, instance, starts: &starts, find, inferred })
    }

    /// Finds origins of a stack whose items start at `starts`. Files are looked up once for each item, not for each of its
    /// values.
    fn finder(&self, starts: &[Span]) -> impl Fn(Origin) -> Option<Place> + use<'_> {
        let lines = |start: &Span| {
            let text = self.texts.text(start.file);
            Some((text, self.files.get(&start.file)?.lines.get_or_init(|| LineIndex::new(text))))
        };
        let items: Vec<_> = starts.iter().map(|start| (*start, lines(start))).collect();
        let last = Cell::new(0);
        move |origin: Origin| {
            let (start, lines) = items.get(origin.item as usize)?;
            let (text, lines) = (*lines)?;
            let at = lines.line_column_after(last.get(), start.range.start + origin.range.start);
            last.set(at.line);
            let line = lines.line_start(at.line) as usize;
            let before = text.get(line..line + at.column as usize).unwrap_or_default();
            let column = before.chars().count() as u32 + 1;
            Some(Place { file: start.file, line: at.line + 1, column })
        }
    }

    fn path(&self, file: FileId) -> String {
        self.files.get(&file).map(|source| source.path.clone()).unwrap_or_default()
    }
}

/// What the metadata of a stack tells.
struct Explained<'a, F> {
    places: &'a Places<'a>,
    db: &'a dyn Db,
    instance: ServiceInstance,
    starts: &'a [Span],
    find: F,
    inferred: Vec<Inferred>,
}

impl<F: Fn(Origin) -> Option<Place>> Explained<'_, F> {
    fn told(&self, Place { file, line, column }: Place) -> String {
        format!("{}:{line}:{column}", self.places.path(file))
    }
}

impl<F: Fn(Origin) -> Option<Place>> Known for Explained<'_, F> {
    fn written(&self, origin: Origin) -> Option<Written> {
        let place = (self.find)(origin)?;
        let start = self.starts.get(origin.item as usize)?.range.start;
        let range = (start + origin.range.start) as usize..(start + origin.range.end) as usize;
        let text = self.places.texts.text(place.file).get(range)?;
        let text = text.lines().next().unwrap_or_default().to_owned();
        Some(Written { place: self.told(place), text })
    }

    fn declared(&self, resource: &Resource) -> Option<String> {
        let at = ci_sema::chosen_at(self.db, self.instance, resource.origin, &resource.path)?;
        let place = self.places.finder(&[at])(Origin { item: 0, range: TextRange::default() })?;
        Some(self.told(place))
    }

    fn users(&self, resource: ResourceId) -> Vec<String> {
        let found = self.inferred.iter().find(|inferred| inferred.resource == resource);
        found.map(|found| users(self.db, self.places.texts, self.instance, found)).unwrap_or_default()
    }
}

/// The way from one directory to a path, both canonical.
fn relative(from: &Utf8Path, to: &Utf8Path) -> Utf8PathBuf {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| "..");
    up.chain(to.components().skip(shared).map(|part| part.as_str())).collect()
}

#[cfg(test)]
mod tests;

//! The one thread that owns projects and documents. Everything that happens comes to it through one queue, and is done in
//! that order: a question sees the changes before it and none after it.
//!
//! It never waits for a worker or for the editor. Only where a change is taken over it waits until the work over older
//! snapshots has ended, which the change itself brings about.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use ci_base::Diagnostic;
use ci_project::{Change, Host, Kept, MANIFEST, System as _, unless_overtaken};
use serde_json::Value;
use tower_lsp_server::ls_types::{
    self as lsp, PublishDiagnosticsParams, TextDocumentContentChangeEvent, Uri,
};

use crate::Options;
use crate::abilities::Abilities;
use crate::document::Document;
use crate::findings::by_document;
use crate::job::{Job, Subject};
use crate::outgoing::{Message, Outgoing, log};
use crate::paths::{Paths, path_of};
use crate::pool::Pool;
use crate::project::{Project, home, projects_in};
use crate::settings::Settings;
use crate::system::EditorSystem;
use crate::view::{LineCache, View};

/// Something that happened.
pub(crate) enum Event {
    /// The editor has said what it can do, and which folders it has open.
    Start {
        abilities: Abilities,
        folders: Vec<Utf8PathBuf>,
        settings: Option<Value>,
    },
    /// The editor listens.
    Ready,
    Open {
        uri: Uri,
        version: i32,
        text: String,
    },
    Change {
        uri: Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    },
    Close {
        uri: Uri,
    },
    Save {
        uri: Uri,
    },
    /// Files were written, made or removed.
    Disk {
        paths: Vec<Utf8PathBuf>,
    },
    Folders {
        added: Vec<Utf8PathBuf>,
        removed: Vec<Utf8PathBuf>,
    },
    Settings(Value),
    Ask(Box<dyn Job>),
    /// A project has been checked.
    Checked {
        project: Utf8PathBuf,
        revision: u64,
        found: Option<Checked>,
    },
    /// Nothing more is taken over.
    Shutdown,
}

/// What checking a project came to.
pub(crate) struct Checked {
    findings: Arc<Vec<Diagnostic>>,
    documents: BTreeMap<Uri, Vec<lsp::Diagnostic>>,
    versions: Arc<HashMap<Utf8PathBuf, i32>>,
    in_use: HashMap<Kept, u64>,
    took: Duration,
}

/// What is typed in less time than this comes from a program.
const LEAST_DELAY: Duration = Duration::from_millis(5);

/// For how long nobody must have typed.
const QUIET: Duration = Duration::from_secs(3);

/// The entrance of the queue. It takes everything at once, so that a handler can hand over before it waits.
#[derive(Clone)]
pub(crate) struct Events(Sender<Event>);

impl Events {
    pub fn send(&self, event: Event) {
        // Without a main loop the process is about to end.
        let _ = self.0.send(event);
    }
}

/// Starts the main loop.
pub(crate) fn start(options: Options, outgoing: Outgoing) -> Events {
    let (send, receive) = channel();
    let events = Events(send);
    let own = events.clone();
    let run = move || MainLoop::new(options, outgoing, own).run(&receive);
    let thread = std::thread::Builder::new().name("main-loop".to_owned()).stack_size(16 << 20);
    if let Err(error) = thread.spawn(run) {
        log(&format!("cannot start a thread: {error}"));
    }
    events
}

struct MainLoop {
    system: Arc<EditorSystem>,
    outgoing: Outgoing,
    events: Events,
    pool: Pool,
    abilities: Abilities,
    settings: Arc<Settings>,
    paths: Paths,
    versions: Arc<HashMap<Utf8PathBuf, i32>>,
    documents: BTreeMap<Utf8PathBuf, Document>,
    folders: Vec<Utf8PathBuf>,
    projects: BTreeMap<Utf8PathBuf, Project>,
    /// Documents whose text the projects do not have yet.
    changed: Vec<Utf8PathBuf>,
    /// When projects that have changed are to be checked.
    due: Option<Instant>,
    /// When projects with much waste are to be opened again.
    renewal: Option<Instant>,
    is_down: bool,
}

impl MainLoop {
    fn new(options: Options, outgoing: Outgoing, events: Events) -> Self {
        Self {
            system: Arc::new(EditorSystem::new(options.system)),
            outgoing,
            events,
            pool: Pool::new(),
            abilities: Abilities::default(),
            settings: Arc::default(),
            paths: Paths { library: options.library, ..Paths::default() },
            versions: Arc::default(),
            documents: BTreeMap::new(),
            folders: Vec::new(),
            projects: BTreeMap::new(),
            changed: Vec::new(),
            due: None,
            renewal: None,
            is_down: false,
        }
    }

    fn run(mut self, receive: &Receiver<Event>) {
        let mut queue = VecDeque::new();
        loop {
            let next = self.due.into_iter().chain(self.renewal).min();
            let waiting = next.map(|next| next.saturating_duration_since(Instant::now()));
            let first = match waiting {
                None => receive.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(waiting) => receive.recv_timeout(waiting),
            };
            match first {
                Ok(event) => {
                    queue.push_back(event);
                    queue.extend(receive.try_iter());
                }
                Err(RecvTimeoutError::Timeout) if is_over(self.due) => self.check(),
                Err(RecvTimeoutError::Timeout) if is_over(self.renewal) => self.renew(true),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            while let Some(event) = queue.pop_front() {
                if matches!(event, Event::Shutdown) {
                    self.is_down = true;
                }
                if self.is_down {
                    if let Event::Ask(mut job) = event {
                        job.refuse(crate::job::gone());
                    }
                    continue;
                }
                // A mistake in taking over one event must not take the next ones along.
                let done = catch_unwind(AssertUnwindSafe(|| self.take(event)));
                if done.is_err() {
                    log("an event was not taken over; all projects are opened again");
                    self.projects.clear();
                    self.open_all();
                }
            }
            if !self.is_down {
                self.flush();
            }
        }
    }

    fn take(&mut self, event: Event) {
        // Only changes of texts wait for each other; everything else sees them made.
        if !matches!(event, Event::Change { .. }) {
            self.flush();
        }
        match event {
            Event::Start { abilities, folders, settings } => {
                self.abilities = abilities;
                if let Some(settings) = settings.as_ref().and_then(Settings::read) {
                    self.settings = Arc::new(settings);
                }
                self.folders = folders;
            }
            Event::Ready => {
                if self.abilities.watches {
                    self.outgoing.say(Message::Watch);
                }
                if self.abilities.configuration {
                    self.outgoing.say(Message::AskSettings);
                }
                self.open_all();
            }
            Event::Open { uri, version, text } => self.open(uri, version, text),
            Event::Change { uri, version, changes } => {
                let Some(path) = path_of(&uri) else { return };
                let Some(document) = self.documents.get_mut(&path) else {
                    log(&format!("a change of a document that is not open: {}", uri.as_str()));
                    return;
                };
                document.change(version, changes, self.abilities.encoding);
                if !self.changed.contains(&path) {
                    self.changed.push(path);
                }
            }
            Event::Close { uri } => self.close(&uri),
            Event::Save { uri } => {
                if let Some(path) = path_of(&uri) {
                    self.system.release(&path);
                    self.disk(&[path]);
                }
            }
            Event::Disk { paths } => self.disk(&paths),
            Event::Folders { added, removed } => {
                self.folders.retain(|folder| !removed.contains(folder));
                self.folders.extend(added);
                let open = &self.documents;
                let folders = &self.folders;
                let gone: Vec<Utf8PathBuf> = self
                    .projects
                    .keys()
                    .filter(|root| {
                        !folders.iter().any(|folder| root.starts_with(folder))
                            && !open.keys().any(|path| path.starts_with(root))
                    })
                    .cloned()
                    .collect();
                for root in &gone {
                    self.forget(root);
                }
                self.open_all();
            }
            Event::Settings(value) => self.settings(&value),
            Event::Ask(job) => self.ask(job),
            Event::Checked { project, revision, found } => self.checked(&project, revision, found),
            Event::Shutdown => {}
        }
    }

    // ---- Documents ----

    fn open(&mut self, uri: Uri, version: i32, text: String) {
        let Some(path) = path_of(&uri) else { return };
        let shared: Arc<str> = text.as_str().into();
        let is_unsaved = self.system.hold(&path, Arc::clone(&shared));
        Arc::make_mut(&mut self.paths.known).insert(path.clone(), uri);
        Arc::make_mut(&mut self.versions).insert(path.clone(), version);
        self.documents.insert(path.clone(), Document { version, text });
        if self.paths.in_library(&path).is_some() {
            return;
        }
        if let Some(root) = self.ensure(&path) {
            let is_new = self.projects.get(&root).is_some_and(|project| project.host.file(&path).is_none());
            if is_unsaved && is_new {
                self.apply(&[Change::Disk { path: path.clone() }]);
            }
        }
        self.apply(&[Change::Edit { path, text: shared }]);
        self.soon();
    }

    fn close(&mut self, uri: &Uri) {
        let Some(path) = path_of(uri) else { return };
        if self.documents.remove(&path).is_none() {
            return;
        }
        Arc::make_mut(&mut self.paths.known).remove(&path);
        Arc::make_mut(&mut self.versions).remove(&path);
        self.changed.retain(|changed| *changed != path);
        let was_unsaved = self.system.release(&path);
        // A document that is a project of its own goes with its document.
        if self.projects.contains_key(&path) {
            self.forget(&path);
            return;
        }
        let mut changes = vec![Change::Close { path: path.clone() }];
        if was_unsaved {
            changes.push(Change::Disk { path });
        }
        self.apply(&changes);
        self.later();
    }

    /// Hands the texts that have changed on to the projects.
    fn flush(&mut self) {
        if self.changed.is_empty() {
            return;
        }
        let mut changes = Vec::new();
        for path in std::mem::take(&mut self.changed) {
            if let Some(document) = self.documents.get(&path) {
                Arc::make_mut(&mut self.versions).insert(path.clone(), document.version);
                let text: Arc<str> = document.text.as_str().into();
                changes.push(Change::Edit { path, text });
            }
        }
        self.apply(&changes);
        self.later();
    }

    /// Tells all projects that know them of changes.
    fn apply(&mut self, changes: &[Change]) {
        for (root, project) in &mut self.projects {
            let own: Vec<Change> = changes
                .iter()
                .filter(|change| {
                    let path = match change {
                        Change::Edit { path, .. } | Change::Close { path } | Change::Disk { path } => path,
                    };
                    let is_inside = path.starts_with(root) || project.host.file(path).is_some();
                    match change {
                        Change::Edit { .. } | Change::Close { .. } => {
                            is_inside && (project.host.concerns(path) || project.host.file(path).is_some())
                        }
                        Change::Disk { .. } => project.host.concerns(path),
                    }
                })
                .cloned()
                .collect();
            if !own.is_empty() {
                project.host.apply(&own);
                project.touch();
            }
        }
    }

    fn disk(&mut self, paths: &[Utf8PathBuf]) {
        let manifests = paths.iter().any(|path| path.file_name() == Some(MANIFEST));
        for path in paths {
            if self.documents.contains_key(path) && self.system.exists(path) {
                self.system.release(path);
            }
        }
        let changes: Vec<Change> = paths.iter().map(|path| Change::Disk { path: path.clone() }).collect();
        self.apply(&changes);
        if manifests {
            self.rehome();
        }
        if self.projects.values().any(|project| project.is_dirty) {
            self.later();
            if self.abilities.refresh_hints {
                self.outgoing.say(Message::RefreshHints);
            }
            if self.abilities.refresh_lenses {
                self.outgoing.say(Message::RefreshLenses);
            }
        }
    }

    fn settings(&mut self, value: &Value) {
        let Some(settings) = Settings::read(value) else { return };
        if *self.settings != settings {
            self.settings = Arc::new(settings);
            if self.abilities.refresh_hints {
                self.outgoing.say(Message::RefreshHints);
            }
            if self.abilities.refresh_lenses {
                self.outgoing.say(Message::RefreshLenses);
            }
        }
    }

    // ---- Projects ----

    /// Opens what the folders have and what the documents belong to.
    fn open_all(&mut self) {
        for folder in self.folders.clone() {
            for root in projects_in(&*self.system, &folder) {
                self.open_project(&root);
            }
        }
        for path in self.documents.keys().cloned().collect::<Vec<_>>() {
            self.ensure(&path);
        }
        self.soon();
    }

    /// Which projects there are is another question after a manifest came or went.
    fn rehome(&mut self) {
        let gone: Vec<Utf8PathBuf> = self
            .projects
            .keys()
            .filter(|root| match root.extension() {
                Some("ci") => home(&*self.system, root) != **root,
                _ => !self.system.exists(&root.join(MANIFEST)),
            })
            .cloned()
            .collect();
        for root in &gone {
            self.forget(root);
        }
        self.open_all();
    }

    /// The project of a document, opened if it is not yet.
    fn ensure(&mut self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        if self.paths.in_library(path).is_some() {
            return None;
        }
        let is_input = path.extension() == Some("ci") || path.file_name() == Some(MANIFEST);
        if !is_input {
            return None;
        }
        let root = home(&*self.system, path);
        self.open_project(&root);
        self.projects.contains_key(&root).then_some(root)
    }

    fn open_project(&mut self, root: &Utf8Path) {
        if self.projects.contains_key(root) {
            return;
        }
        let system: Arc<dyn ci_project::System> = Arc::clone(&self.system) as _;
        match Host::open(system, root) {
            Ok(mut host) => {
                let texts: Vec<Change> = self
                    .documents
                    .iter()
                    .filter(|(path, _)| path.starts_with(root) || host.file(path).is_some())
                    .filter(|(path, _)| host.concerns(path))
                    .map(|(path, document)| Change::Edit {
                        path: path.clone(),
                        text: document.text.as_str().into(),
                    })
                    .collect();
                host.apply(&texts);
                self.library(&host);
                self.projects.insert(root.to_owned(), Project::new(host));
            }
            Err(error) => log(&format!("{root}: {}", error.diagnostic.message)),
        }
    }

    /// Forgets a project, and what was said about it.
    fn forget(&mut self, root: &Utf8Path) {
        if let Some(project) = self.projects.remove(root) {
            for uri in project.published.into_keys() {
                self.publish(uri, None);
            }
        }
    }

    /// Writes the standard library where editors can show it. It is the same for all projects.
    fn library(&self, host: &Host) {
        let Some(folder) = &self.paths.library else { return };
        for (path, text) in host.snapshot().std_sources() {
            let Some(path) = path.strip_prefix("std/").map(|inside| folder.join(inside)) else { continue };
            let is_there = self.system.read(&path).is_ok_and(|bytes| bytes == text.as_bytes());
            if is_there {
                continue;
            }
            let parent = path.parent().unwrap_or(folder);
            let written =
                self.system.create_dir_all(parent).and_then(|()| self.system.write(&path, text.as_bytes()));
            if let Err(error) = written {
                log(&format!("cannot write {path}: {error}"));
                return;
            }
        }
    }

    // ---- Questions ----

    fn ask(&mut self, mut job: Box<dyn Job>) {
        if job.is_abandoned() {
            return;
        }
        let Some(view) = self.view(job.subject()) else {
            let nothing = tower_lsp_server::jsonrpc::Error::invalid_params("this document is in no project");
            return job.refuse(nothing);
        };
        let events = self.events.clone();
        self.pool.spawn(move || {
            if !job.attempt(view) {
                events.send(Event::Ask(job));
            }
        });
    }

    fn view(&self, subject: &Subject) -> Option<View> {
        let (project, file) = match subject {
            Subject::Everything => (self.projects.values().next()?, None),
            Subject::Document(uri) => {
                let path = path_of(uri)?;
                match self.paths.in_library(&path) {
                    Some(shown) => {
                        let project = self.projects.values().next()?;
                        (project, project.host.snapshot().files().find(&shown))
                    }
                    None => {
                        let (project, file) = self.project_of(&path)?;
                        (project, Some(file))
                    }
                }
            }
        };
        let others = match subject {
            Subject::Everything => {
                self.projects.values().skip(1).map(|project| project.host.snapshot().clone()).collect()
            }
            Subject::Document(_) => Vec::new(),
        };
        Some(View { file, others, ..self.view_of(project) })
    }

    fn view_of(&self, project: &Project) -> View {
        View {
            snapshot: project.host.snapshot().clone(),
            file: None,
            paths: self.paths.clone(),
            versions: Arc::clone(&self.versions),
            abilities: self.abilities,
            settings: Arc::clone(&self.settings),
            findings: project.findings.clone(),
            others: Vec::new(),
            lines: LineCache::default(),
        }
    }

    /// The project that a document is of: the one around it, or one that depends on it.
    fn project_of(&self, path: &Utf8Path) -> Option<(&Project, ci_base::FileId)> {
        let around = self.projects.iter().rev().filter(|(root, _)| path.starts_with(root));
        let others = self.projects.iter().filter(|(root, _)| !path.starts_with(root));
        around.chain(others).find_map(|(_, project)| Some((project, project.host.file(path)?)))
    }

    // ---- Findings ----

    /// Checks what has changed as soon as there is nothing else to do.
    fn soon(&mut self) {
        self.due = Some(Instant::now());
    }

    /// Checks what has changed when the editor has been quiet for a while.
    ///
    /// It waits for a part of what a check takes. Nobody types so fast that more is to be gained: the next change ends a check
    /// that has begun, and little of it has been done in vain.
    fn later(&mut self) {
        self.renewal = None;
        let most = Duration::from_millis(self.settings.diagnostics.delay.min(5000));
        let took = self.projects.values().map(|project| project.took).max();
        let part = took.map_or(most, |took| took / 4);
        self.due = Some(Instant::now() + part.max(LEAST_DELAY).min(most));
    }

    fn check(&mut self) {
        self.due = None;
        let dirty: Vec<Utf8PathBuf> = self
            .projects
            .iter_mut()
            .filter_map(|(root, project)| std::mem::take(&mut project.is_dirty).then(|| root.clone()))
            .collect();
        for root in dirty {
            let Some(project) = self.projects.get(&root) else { continue };
            let (view, revision, events) = (self.view_of(project), project.revision, self.events.clone());
            self.pool.spawn(move || {
                let start = Instant::now();
                let checked = catch_unwind(AssertUnwindSafe(|| {
                    unless_overtaken(|| {
                        let findings = Arc::new(view.snapshot.check());
                        let documents = by_document(&view, &findings);
                        let took = start.elapsed();
                        let in_use = view.snapshot.in_use();
                        Checked { findings, documents, versions: Arc::clone(&view.versions), in_use, took }
                    })
                }));
                drop(view);
                // After a change it is checked again anyway, and a mistake of the compiler has been told.
                let found = checked.ok().and_then(Result::ok);
                events.send(Event::Checked { project: root, revision, found });
            });
        }
    }

    fn checked(&mut self, root: &Utf8Path, revision: u64, found: Option<Checked>) {
        let Some(project) = self.projects.get_mut(root) else { return };
        let Some(Checked { findings, documents, versions, in_use, took }) = found else { return };
        // INVARIANT: what is said is true of the texts that the editor has now.
        if project.revision != revision {
            return;
        }
        project.findings = Some(findings);
        project.take_stock(in_use);
        project.took = took;
        let before = std::mem::replace(&mut project.published, documents);
        let mut touched: Vec<Uri> = before.keys().chain(project.published.keys()).cloned().collect();
        // An open document is told its version even where nothing was or is wrong with it.
        for (path, uri) in ordered(&self.paths.known) {
            if path.starts_with(root) {
                touched.push(uri);
            }
        }
        touched.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
        touched.dedup();
        for uri in touched {
            let version = path_of(&uri).and_then(|path| versions.get(&path).copied());
            let is_same = before.get(&uri) == self.projects[root].published.get(&uri);
            if version.is_some() || !is_same {
                self.publish(uri, version);
            }
        }
        let project = &self.projects[root];
        if project.is_wasteful(false) {
            self.renew(false);
        } else if project.is_wasteful(true) {
            self.renewal = Some(Instant::now() + QUIET);
        }
    }

    /// Opens projects again of which much is waste, at a moment when nobody types or at any. What editors were told of them
    /// stays.
    fn renew(&mut self, is_quiet: bool) {
        self.renewal = None;
        let wasteful: Vec<Utf8PathBuf> = self
            .projects
            .iter()
            .filter(|(_, project)| project.is_wasteful(is_quiet))
            .map(|(root, _)| root.clone())
            .collect();
        for root in wasteful {
            let Some(old) = self.projects.remove(&root) else { continue };
            self.open_project(&root);
            match self.projects.get_mut(&root) {
                Some(new) => {
                    new.published = old.published;
                    // What is on its way about the old one is not told.
                    new.revision = old.revision + 1;
                }
                // It cannot be read any more: what is known of it is better than nothing.
                None => {
                    self.projects.insert(root, old);
                }
            }
            self.soon();
        }
    }

    /// Says what all projects have found in a document.
    fn publish(&self, uri: Uri, version: Option<i32>) {
        let mut diagnostics: Vec<lsp::Diagnostic> = Vec::new();
        for project in self.projects.values() {
            for found in project.published.get(&uri).into_iter().flatten() {
                if !diagnostics.contains(found) {
                    diagnostics.push(found.clone());
                }
            }
        }
        self.outgoing.say(Message::Publish(PublishDiagnosticsParams { uri, diagnostics, version }));
    }
}

/// Whether a moment has come.
fn is_over(moment: Option<Instant>) -> bool {
    moment.is_some_and(|moment| moment <= Instant::now())
}

/// The URIs of open documents by path.
fn ordered(known: &HashMap<Utf8PathBuf, Uri>) -> BTreeMap<Utf8PathBuf, Uri> {
    known.iter().map(|(path, uri)| (path.clone(), uri.clone())).collect()
}

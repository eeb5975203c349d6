//! A project that the server keeps, and what has been found in it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use ci_base::Diagnostic;
use ci_project::{Host, Kept, MANIFEST, System};
use tower_lsp_server::ls_types::{self as lsp, Uri};

/// How long a check is taken to last before there was one.
const FIRST: Duration = Duration::from_secs(1);

/// A project, or a file outside of any.
pub(crate) struct Project {
    pub host: Host,
    /// Counts changes: what was found before the last one is not told.
    pub revision: u64,
    /// Whether it has to be checked.
    pub is_dirty: bool,
    /// The findings of this revision, where they have been gathered.
    pub findings: Option<Arc<Vec<Diagnostic>>>,
    /// The findings as the editor was told, by document.
    pub published: BTreeMap<Uri, Vec<lsp::Diagnostic>>,
    /// How long it took to check it last.
    pub took: Duration,
    /// What of its memory was in use when it was checked last, and what has been before and is not.
    in_use: HashMap<Kept, u64>,
    unused: HashMap<Kept, u64>,
}

impl Project {
    pub fn new(host: Host) -> Self {
        Self {
            host,
            revision: 0,
            is_dirty: true,
            findings: None,
            published: BTreeMap::new(),
            took: FIRST,
            in_use: HashMap::new(),
            unused: HashMap::new(),
        }
    }

    /// Notes what is in use now. With each letter of a name something new is, and nothing is ever given back.
    pub fn take_stock(&mut self, now: HashMap<Kept, u64>) {
        let before = std::mem::replace(&mut self.in_use, now);
        self.unused.extend(before);
        self.unused.retain(|kept, _| !self.in_use.contains_key(kept));
    }

    /// About how many bytes nobody uses any more.
    fn waste(&self) -> u64 {
        self.unused.values().sum()
    }

    /// Whether it should be opened again to give back what nobody uses any more; at a moment when nobody types, sooner. To
    /// open it again takes as long as what is in use is large.
    pub fn is_wasteful(&self, is_quiet: bool) -> bool {
        let in_use: u64 = self.in_use.values().sum();
        let most = if is_quiet { QUIET_WASTE + in_use / 4 } else { WASTE + in_use };
        self.waste() > most
    }

    /// Something has changed in it.
    pub fn touch(&mut self) {
        self.revision += 1;
        self.is_dirty = true;
        self.findings = None;
    }
}

/// What a document belongs to: the directory of a project, or the document itself.
pub(crate) fn home(system: &dyn System, path: &Utf8Path) -> Utf8PathBuf {
    let folder =
        path.ancestors().skip(1).find(|folder| folder.is_absolute() && system.exists(&folder.join(MANIFEST)));
    match folder {
        // A source beside `src` belongs to nothing: it is compiled alone.
        Some(folder) if path.extension() != Some("ci") || path.starts_with(folder.join("src")) => {
            folder.to_owned()
        }
        _ => path.to_owned(),
    }
}

/// How many bytes of waste are left alone in the smallest project, while nobody types and while somebody does.
const QUIET_WASTE: u64 = 4 << 20;
const WASTE: u64 = 16 << 20;

/// How deep projects are looked for in a folder of the workspace, and how many are opened.
const DEEPEST: usize = 4;
const MOST_PROJECTS: usize = 50;

/// The projects in a folder of the workspace.
pub(crate) fn projects_in(system: &dyn System, folder: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        if system.exists(&folder.join(MANIFEST)) {
            found.push(folder.clone());
            if found.len() >= MOST_PROJECTS {
                break;
            }
        }
        if depth == DEEPEST {
            continue;
        }
        let entries = system.read_dir(&folder).unwrap_or_default();
        for entry in entries.iter().rev().filter(|entry| entry.is_utf8) {
            let is_other = entry.name.starts_with('.')
                || matches!(&*entry.name, "node_modules" | "target" | "build" | "dist" | "venv");
            let path = folder.join(&entry.name);
            let is_folder =
                || system.metadata(&path).is_ok_and(|found| found.kind == ci_project::Kind::Directory);
            if !is_other && is_folder() {
                open.push((path, depth + 1));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use ci_project::{Change, MemorySystem};

    use super::*;

    #[test]
    fn what_was_in_use_and_is_not_is_waste() {
        let text = |name: &str| {
            format!("service S {{ let {name} = aws::sqs::Queue {{}}; }}\napp A {{ let s = S {{}}; }}\n")
        };
        let (manifest, main) = ("[package]\nname = \"p\"\nversion = \"0.1.0\"\n", text("q"));
        let system = MemorySystem::new([("/p/ci.toml", manifest), ("/p/src/main.ci", &main)]);
        let host = Host::open(Arc::new(system), "/p".into()).ok().unwrap();
        let mut project = Project::new(host);
        let mut edit = |text: &str| {
            let text = text.into();
            project.host.apply(&[Change::Edit { path: "/p/src/main.ci".into(), text }]);
            project.take_stock(project.host.snapshot().in_use());
            project.waste()
        };
        assert_eq!(edit(&main), 0);
        // The name of a member is no name of an item: what was computed is computed again in its place.
        assert_eq!(edit(&text("queue")), 0);
        let renamed = text("q").replace("let s = S", "let other = S");
        assert!(edit(&renamed) > 1000, "the stack of another name is another stack");
        assert!(edit(&text("q").replace("app A", "app B")) > 2000);
        assert_eq!(edit("// Nothing is left.\n"), edit("\n"));
        let all = edit("\n");
        assert!(edit(&main) < all, "what is used again is no waste");
    }

    #[test]
    fn as_much_may_be_waste_as_is_in_use_and_less_when_nobody_types() {
        let system = MemorySystem::new([("/p/a.ci", "service S {}\n")]);
        let mut project = Project::new(Host::open(Arc::new(system), "/p/a.ci".into()).ok().unwrap());
        let Some(kept) = project.host.snapshot().in_use().into_keys().next() else { panic!("an item") };
        for (in_use, waste, is_quiet, is_too_much) in [
            (0, QUIET_WASTE, true, false),
            (0, QUIET_WASTE + 1, true, true),
            (0, WASTE, false, false),
            (0, WASTE + 1, false, true),
            (8 * WASTE, 9 * WASTE, false, false),
            (8 * WASTE, 3 * WASTE, true, true),
        ] {
            project.in_use = HashMap::from([(kept, in_use)]);
            project.unused = HashMap::from([(kept, waste)]);
            assert_eq!(project.is_wasteful(is_quiet), is_too_much, "{waste} of {in_use}, quiet: {is_quiet}");
        }
    }
}

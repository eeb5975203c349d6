//! The database: the inputs of a compilation, and the files it reads while it runs.
//!
//! Data files and archives become inputs when a query first asks for them and stay in a map, so that the same path is
//! the same input and a change on the disk can be handed on.
//!
//! Must not know: what queries do with an input.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use ci_sema::{Archive, DataError, DataFile, Package};
use salsa::Setter as _;

use crate::load::{MAX_FILE_BYTES, reason};
use crate::pack::{self, Packed};
use crate::system::{Kind, System, normalize};

/// The database of one compilation. A clone is a handle to the same inputs and results, for another thread.
#[salsa::db]
#[derive(Clone)]
pub struct RootDatabase {
    storage: salsa::Storage<Self>,
    shared: Arc<Shared>,
}

struct Shared {
    system: Arc<dyn System>,
    state: Mutex<State>,
    #[cfg(test)]
    events: Events,
}

/// The queries executed while somebody records them.
#[cfg(test)]
type Events = Arc<Mutex<Option<Vec<String>>>>;

#[derive(Default)]
struct State {
    /// The directories of packages, that of the root package first: canonical. The standard library has none.
    roots: Vec<(Package, Utf8PathBuf)>,
    /// Data files by the directory of their package and their path in it.
    data: BTreeMap<(Utf8PathBuf, Utf8PathBuf), DataFile>,
    /// Archives by their path in the root package, with their bytes where there are some.
    archives: BTreeMap<Utf8PathBuf, KnownArchive>,
}

type KnownArchive = (Archive, Option<Arc<[u8]>>);

impl State {
    fn root(&self) -> Option<&Utf8Path> {
        self.roots.first().map(|(_, root)| root.as_path())
    }
}

#[salsa::db]
impl salsa::Database for RootDatabase {}

#[salsa::db]
impl ci_sema::Db for RootDatabase {
    fn data_file(&self, package: Package, path: &str) -> DataFile {
        let mut state = self.state();
        let Some((_, root)) = state.roots.iter().find(|(known, _)| *known == package) else {
            return DataFile::new(self, Err(DataError::OutsidePackage));
        };
        let key = (root.clone(), normalize(Utf8Path::new(path)));
        if let Some(known) = state.data.get(&key) {
            return *known;
        }
        let file = DataFile::new(self, self.read_data(&key.0, Utf8Path::new(path)));
        state.data.insert(key, file);
        file
    }

    fn archive(&self, path: &str) -> Archive {
        let mut state = self.state();
        let key = normalize(Utf8Path::new(path));
        if let Some((known, _)) = state.archives.get(&key) {
            return *known;
        }
        let packed = self.pack(state.root(), Utf8Path::new(path));
        let archive = Archive::new(self, packed.as_ref().map(digest).map_err(Clone::clone));
        state.archives.insert(key, (archive, packed.ok().map(|packed| packed.bytes.into())));
        archive
    }
}

fn digest(packed: &Packed) -> Arc<str> {
    packed.digest.as_str().into()
}

impl RootDatabase {
    /// An empty database over `system`.
    pub fn new(system: Arc<dyn System>) -> Self {
        #[cfg(test)]
        return Self::recording(system);
        // Nobody listens: there would be an event for every result that is still right.
        #[cfg(not(test))]
        Self {
            storage: salsa::Storage::new(None),
            shared: Arc::new(Shared { system, state: Mutex::default() }),
        }
    }

    /// An empty database for [`Self::executed`].
    #[cfg(test)]
    fn recording(system: Arc<dyn System>) -> Self {
        let events = Events::default();
        let log = events.clone();
        let on_event = move |event: salsa::Event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind
                && let Some(log) = log.lock().unwrap_or_else(PoisonError::into_inner).as_mut()
            {
                log.push(format!("{database_key:?}"));
            }
        };
        Self {
            storage: salsa::Storage::new(Some(Box::new(on_event))),
            shared: Arc::new(Shared { system, state: Mutex::default(), events }),
        }
    }

    /// The disk.
    pub(crate) fn system(&self) -> &Arc<dyn System> {
        &self.shared.system
    }

    /// Runs `work` and returns, beside its result, the queries that were executed for it, in order.
    #[cfg(test)]
    pub(crate) fn executed<T>(&self, work: impl FnOnce(&Self) -> T) -> (T, Vec<String>) {
        let log = || self.shared.events.lock().unwrap_or_else(PoisonError::into_inner);
        *log() = Some(Vec::new());
        // Attached, so that the names of queries can be written.
        let result = salsa::Database::attach(self, work);
        let executed = log().take().unwrap_or_default();
        (result, executed)
    }

    /// Says where packages are; the first is the root.
    pub(crate) fn set_roots(&self, roots: impl IntoIterator<Item = (Package, Utf8PathBuf)>) {
        self.state().roots = roots.into_iter().collect();
    }

    /// The bytes of an archive that a query asked for, by the directory it asked with.
    pub(crate) fn archive_bytes(&self, directory: &str) -> Option<Arc<[u8]>> {
        self.state().archives.get(&normalize(Utf8Path::new(directory)))?.1.clone()
    }

    /// Every file and directory outside `src` that results depend on: absolute.
    pub(crate) fn watched(&self) -> Vec<Utf8PathBuf> {
        let state = self.state();
        let data = state.data.keys().map(|(root, path)| root.join(path));
        let archives = state.archives.keys().filter_map(|path| Some(state.root()?.join(path)));
        data.chain(archives).collect()
    }

    /// Reads again what a query asked for at or under the paths that `changed` accepts; inputs are set only where
    /// something is different.
    pub(crate) fn refresh(&mut self, changed: impl Fn(&Utf8Path) -> bool) {
        let (root, data, archives) = {
            let state = self.state();
            (state.root().map(Utf8Path::to_owned), state.data.clone(), state.archives.clone())
        };
        for ((root, path), file) in data {
            if changed(&root.join(&path)) {
                let content = self.read_data(&root, &path);
                if *file.content(self) != content {
                    // The old content comes back; nobody needs it.
                    drop(file.set_content(self).to(content));
                }
            }
        }
        for (path, (archive, _)) in archives {
            if !root.as_ref().is_some_and(|root| changed(&root.join(&path))) {
                continue;
            }
            let packed = self.pack(root.as_deref(), &path);
            let new = packed.as_ref().map(digest).map_err(Clone::clone);
            if *archive.digest(self) != new {
                drop(archive.set_digest(self).to(new));
            }
            let bytes = packed.ok().map(|packed| packed.bytes.into());
            self.state().archives.insert(path, (archive, bytes));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_data(&self, root: &Utf8Path, path: &Utf8Path) -> Result<Arc<[u8]>, DataError> {
        let system = &*self.shared.system;
        let path = resolve(system, root, path)?;
        let metadata = system.metadata(&path).map_err(|error| unreadable(&error))?;
        if metadata.kind != Kind::File {
            return Err(DataError::Unreadable("it is not a file".into()));
        }
        if metadata.length > MAX_FILE_BYTES {
            let why = format!("it has {} bytes, the limit is {MAX_FILE_BYTES}", metadata.length);
            return Err(DataError::Unreadable(why.into()));
        }
        system.read(&path).map(Into::into).map_err(|error| unreadable(&error))
    }

    fn pack(&self, root: Option<&Utf8Path>, path: &Utf8Path) -> Result<Packed, DataError> {
        let root = root.ok_or(DataError::OutsidePackage)?;
        let system = &*self.shared.system;
        let path = resolve(system, root, path)?;
        if system.metadata(&path).map_err(|error| unreadable(&error))?.kind != Kind::Directory {
            return Err(DataError::Unreadable("it is not a directory".into()));
        }
        pack::pack(system, &path, root).map_err(|error| unreadable(&error))
    }
}

/// The canonical path of `path` in `root`, as long as it stays inside.
fn resolve(system: &dyn System, root: &Utf8Path, path: &Utf8Path) -> Result<Utf8PathBuf, DataError> {
    // A leading slash or drive is refused on every system, so that a program means the same everywhere.
    let text = path.as_str();
    if path.is_absolute() || text.starts_with(['/', '\\']) || text.get(1..2) == Some(":") {
        return Err(DataError::OutsidePackage);
    }
    let path = normalize(path);
    if path.starts_with("..") {
        return Err(DataError::OutsidePackage);
    }
    let path = system.canonicalize(&root.join(path)).map_err(|error| unreadable(&error))?;
    if path.starts_with(root) { Ok(path) } else { Err(DataError::OutsidePackage) }
}

fn unreadable(error: &std::io::Error) -> DataError {
    match error.kind() {
        std::io::ErrorKind::NotFound => DataError::NotFound,
        _ => DataError::Unreadable(reason(error).into()),
    }
}

#[cfg(test)]
mod tests;

//! A disk in memory, for tests: of this crate and of those that work on projects without files.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};

use super::{DirEntry, Kind, Metadata, System, normalize};

/// A file system in memory. Its current directory is `/`.
///
/// Operations can be made to fail, to see what becomes of half-done work.
#[derive(Debug, Default)]
pub struct MemorySystem {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    nodes: BTreeMap<Utf8PathBuf, Node>,
    faults: Vec<Fault>,
    written: Vec<Utf8PathBuf>,
}

#[derive(Clone, Debug)]
enum Node {
    File { bytes: Vec<u8>, executable: bool },
    Directory,
    Link(Utf8PathBuf),
}

#[derive(Debug)]
struct Fault {
    operation: Operation,
    part_of_path: String,
    kind: ErrorKind,
}

/// What can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// [`System::read`].
    Read,
    /// [`System::read_dir`].
    ReadDir,
    /// [`System::create_dir_all`].
    CreateDir,
    /// [`System::write`], after half of the bytes are written.
    Write,
    /// [`System::rename`], by its target.
    Rename,
    /// [`System::remove_file`].
    Remove,
}

impl MemorySystem {
    /// A disk with these text files.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let system = Self::default();
        for (path, text) in files {
            system.put(path, text);
        }
        system
    }

    /// Puts a file there, with the directories above it.
    pub fn put(&self, path: &str, bytes: impl AsRef<[u8]>) {
        self.put_node(path, Node::File { bytes: bytes.as_ref().to_vec(), executable: false });
    }

    /// Puts a file there that can be run.
    pub fn put_executable(&self, path: &str, bytes: impl AsRef<[u8]>) {
        self.put_node(path, Node::File { bytes: bytes.as_ref().to_vec(), executable: true });
    }

    /// Puts a symbolic link there.
    pub fn put_link(&self, path: &str, target: &str) {
        self.put_node(path, Node::Link(target.into()));
    }

    /// Removes a file without any check.
    pub fn take(&self, path: &str) {
        self.state().nodes.remove(&absolute(path.into()));
    }

    /// From now on `operation` fails on paths that contain `part_of_path`.
    pub fn fail(&self, operation: Operation, part_of_path: &str, kind: ErrorKind) {
        self.state().faults.push(Fault { operation, part_of_path: part_of_path.to_owned(), kind });
    }

    /// From now on nothing fails that should not.
    pub fn mend(&self) {
        self.state().faults.clear();
    }

    /// The paths of all files, sorted.
    pub fn files(&self) -> Vec<String> {
        let state = self.state();
        let files = state.nodes.iter().filter(|(_, node)| matches!(node, Node::File { .. }));
        files.map(|(path, _)| path.to_string()).collect()
    }

    /// The text of a file, where there is one.
    pub fn text(&self, path: &str) -> Option<String> {
        String::from_utf8(self.read(path.into()).ok()?).ok()
    }

    /// The paths written or renamed to since the last call, in order.
    pub fn take_written(&self) -> Vec<String> {
        std::mem::take(&mut self.state().written).into_iter().map(Utf8PathBuf::into_string).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put_node(&self, path: &str, node: Node) {
        let path = absolute(path.into());
        let mut state = self.state();
        for above in path.ancestors().skip(1) {
            state.nodes.entry(above.to_owned()).or_insert(Node::Directory);
        }
        state.nodes.insert(path, node);
    }
}

impl State {
    /// The path with all links followed, also those of directories on the way; whether something is there or not.
    fn resolve(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        let mut todo: Vec<String> =
            absolute(path).components().rev().map(|part| part.as_str().to_owned()).collect();
        let mut at = Utf8PathBuf::new();
        let mut hops = 0;
        while let Some(part) = todo.pop() {
            if part == ".." {
                at.pop();
                continue;
            }
            at.push(part);
            if let Some(Node::Link(target)) = self.nodes.get(&at) {
                hops += 1;
                if hops > 40 {
                    return Err(io::Error::other("too many symbolic links"));
                }
                at.pop();
                if target.is_absolute() {
                    at = Utf8PathBuf::new();
                }
                todo.extend(target.components().rev().map(|part| part.as_str().to_owned()));
            }
        }
        Ok(at)
    }

    fn node(&self, path: &Utf8Path) -> io::Result<(Utf8PathBuf, &Node)> {
        let path = self.resolve(path)?;
        let node = self.nodes.get(&path).ok_or(ErrorKind::NotFound)?;
        Ok((path, node))
    }

    fn fault(&self, operation: Operation, path: &Utf8Path) -> io::Result<()> {
        let hit =
            |fault: &&Fault| fault.operation == operation && path.as_str().contains(&fault.part_of_path);
        self.faults.iter().find(hit).map_or(Ok(()), |fault| Err(fault.kind.into()))
    }
}

fn absolute(path: &Utf8Path) -> Utf8PathBuf {
    normalize(&Utf8Path::new("/").join(path))
}

impl System for MemorySystem {
    fn metadata(&self, path: &Utf8Path) -> io::Result<Metadata> {
        Ok(match self.state().node(path)?.1 {
            Node::File { bytes, executable } => {
                let (length, executable) = (bytes.len() as u64, *executable);
                Metadata { kind: Kind::File, length, executable, read_only: false }
            }
            Node::Directory | Node::Link(_) => {
                Metadata { kind: Kind::Directory, length: 0, executable: false, read_only: false }
            }
        })
    }

    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        Ok(self.state().node(path)?.0)
    }

    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        let state = self.state();
        state.fault(Operation::Read, path)?;
        match state.node(path)?.1 {
            Node::File { bytes, .. } => Ok(bytes.clone()),
            Node::Directory | Node::Link(_) => Err(ErrorKind::IsADirectory.into()),
        }
    }

    fn read_dir(&self, path: &Utf8Path) -> io::Result<Vec<DirEntry>> {
        let state = self.state();
        state.fault(Operation::ReadDir, path)?;
        let (path, Node::Directory) = state.node(path)? else { return Err(ErrorKind::NotADirectory.into()) };
        let inside = state.nodes.keys().filter(|node| node.parent() == Some(&path));
        let name = |node: &Utf8PathBuf| node.file_name().map(str::to_owned);
        Ok(inside.filter_map(name).map(|name| DirEntry { name, is_utf8: true }).collect())
    }

    fn create_dir_all(&self, path: &Utf8Path) -> io::Result<()> {
        let mut state = self.state();
        state.fault(Operation::CreateDir, path)?;
        let path = state.resolve(path)?;
        for above in path.ancestors() {
            if matches!(state.nodes.get(above), Some(Node::File { .. })) {
                return Err(ErrorKind::NotADirectory.into());
            }
        }
        for above in path.ancestors() {
            state.nodes.insert(above.to_owned(), Node::Directory);
        }
        Ok(())
    }

    fn write(&self, path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let fault = state.fault(Operation::Write, path);
        let path = state.resolve(path)?;
        if !path.parent().is_some_and(|parent| matches!(state.nodes.get(parent), Some(Node::Directory))) {
            return Err(ErrorKind::NotFound.into());
        }
        if matches!(state.nodes.get(&path), Some(Node::Directory)) {
            return Err(ErrorKind::IsADirectory.into());
        }
        let written = if fault.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
        state.nodes.insert(path.clone(), Node::File { bytes: written.to_vec(), executable: false });
        state.written.push(path);
        fault
    }

    fn rename(&self, from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
        let mut state = self.state();
        state.fault(Operation::Rename, to)?;
        let (from, to) = (state.resolve(from)?, state.resolve(to)?);
        let node = state.nodes.remove(&from).ok_or(ErrorKind::NotFound)?;
        state.nodes.insert(to.clone(), node);
        state.written.push(to);
        Ok(())
    }

    fn copy_permissions(&self, from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
        let is_executable = self.metadata(from)?.executable;
        let mut state = self.state();
        let to = state.resolve(to)?;
        match state.nodes.get_mut(&to) {
            Some(Node::File { executable, .. }) => *executable = is_executable,
            _ => return Err(ErrorKind::NotFound.into()),
        }
        Ok(())
    }

    fn remove_file(&self, path: &Utf8Path) -> io::Result<()> {
        let mut state = self.state();
        state.fault(Operation::Remove, path)?;
        // A link itself is removed, but not looked for where it is not.
        let path = match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => state.resolve(parent)?.join(name),
            _ => absolute(path),
        };
        match state.nodes.get(&path) {
            Some(Node::Directory) => Err(ErrorKind::IsADirectory.into()),
            Some(_) => {
                state.nodes.remove(&path);
                Ok(())
            }
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    fn remove_dir(&self, path: &Utf8Path) -> io::Result<()> {
        if !self.read_dir(path)?.is_empty() {
            return Err(ErrorKind::DirectoryNotEmpty.into());
        }
        self.state().nodes.remove(&absolute(path));
        Ok(())
    }
}

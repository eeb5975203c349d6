//! A revision in the history of a repository, as a disk that nobody can write to.
//!
//! It is read by way of the command `git`, which knows every form a repository may have; nothing is checked out. What
//! neither the revision has nor the repository keeps today, such as a directory that is built before and ignored, is
//! read from the disk as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};

use super::{DirEntry, Kind, Metadata, OsSystem, System, normalize};

/// How many links are followed on the way to a file.
const MAX_LINKS: usize = 40;

/// A revision of a repository.
#[derive(Debug)]
pub struct GitSystem {
    /// The root of the working tree: canonical.
    root: Utf8PathBuf,
    /// What the revision has, by absolute path.
    nodes: BTreeMap<Utf8PathBuf, Node>,
    /// What the repository keeps today, directories too.
    kept: BTreeSet<Utf8PathBuf>,
    objects: Mutex<Objects>,
}

#[derive(Clone, Debug)]
enum Node {
    File { object: String, length: u64, executable: bool },
    Directory,
    Link(String),
}

/// The process that objects are read from, one after the other.
#[derive(Debug)]
struct Objects {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Drop for Objects {
    fn drop(&mut self) {
        // Nothing is lost with it, and it waits for input that never comes.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl GitSystem {
    /// The revision `name` of the repository that `directory` is in; or why there is none, in words.
    pub fn open(directory: &Utf8Path, name: &str) -> Result<Self, String> {
        let root = line(directory, &["rev-parse", "--show-toplevel"])?;
        let root = OsSystem.canonicalize(Utf8Path::new(&root)).map_err(|error| error.to_string())?;
        let wanted = format!("{name}^{{commit}}");
        let commit = line(&root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])
            .map_err(
                |problem| {
                    if problem.is_empty() { format!("git knows no revision `{name}`") } else { problem }
                },
            )?;
        let mut nodes = BTreeMap::from([(root.clone(), Node::Directory)]);
        for entry in records(&root, &["ls-tree", "-r", "-z", "--long", "--full-tree", &commit])? {
            let Some((head, path)) = entry.split_once('\t') else { continue };
            let mut fields = head.split_ascii_whitespace();
            let (Some(mode), Some("blob"), Some(object)) = (fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            let length = fields.next().and_then(|size| size.parse().ok()).unwrap_or_default();
            let object = object.to_owned();
            let node = match mode {
                "120000" => Node::Link(object),
                mode => Node::File { object, length, executable: mode == "100755" },
            };
            let path = root.join(path);
            for above in path.ancestors().skip(1).take_while(|above| *above != root) {
                nodes.entry(above.to_owned()).or_insert(Node::Directory);
            }
            nodes.insert(path, node);
        }
        let mut kept = BTreeSet::new();
        for path in records(&root, &["ls-files", "-z", "--full-name"])? {
            let path = root.join(path);
            kept.extend(path.ancestors().take_while(|above| *above != root).map(Utf8Path::to_owned));
        }
        let objects = Objects::start(&root).map_err(|error| format!("cannot run `git`: {error}"))?;
        Ok(Self { root, nodes, kept, objects: Mutex::new(objects) })
    }

    /// The path without links, if the revision has it or the repository keeps it. `None`: it is a matter of the disk.
    fn resolve(&self, path: &Utf8Path) -> Option<io::Result<Utf8PathBuf>> {
        let path = normalize(path);
        if !path.starts_with(&self.root) {
            return None;
        }
        let mut todo: Vec<String> = Vec::new();
        let parts = |path: &Utf8Path| -> Vec<String> {
            path.components().rev().map(|part| part.as_str().to_owned()).collect()
        };
        todo.extend(parts(path.strip_prefix(&self.root).unwrap_or(&path)));
        let mut at = self.root.clone();
        let mut links = 0;
        while let Some(part) = todo.pop() {
            at = normalize(&at.join(part));
            match self.nodes.get(&at) {
                Some(Node::Link(object)) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Some(Err(io::Error::other("too many links")));
                    }
                    let target = match self.object(object) {
                        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                        Err(error) => return Some(Err(error)),
                    };
                    let target = normalize(&at.parent().unwrap_or(&self.root).join(target));
                    let Ok(inside) = target.strip_prefix(&self.root) else { return None };
                    todo.extend(parts(inside));
                    at.clone_from(&self.root);
                }
                Some(_) => {}
                None if self.kept.contains(&at) => return Some(Err(io::ErrorKind::NotFound.into())),
                None => return None,
            }
        }
        Some(Ok(at))
    }

    fn object(&self, object: &str) -> io::Result<Vec<u8>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner).read(object)
    }
}

impl Objects {
    fn start(root: &Utf8Path) -> io::Result<Self> {
        let mut child =
            git(root).args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("no pipes"));
        };
        Ok(Self { child, input, output: BufReader::new(output) })
    }

    fn read(&mut self, object: &str) -> io::Result<Vec<u8>> {
        writeln!(self.input, "{object}")?;
        self.input.flush()?;
        let mut head = String::new();
        self.output.read_line(&mut head)?;
        let length = head.trim_end().rsplit(' ').next().and_then(|length| length.parse::<usize>().ok());
        let length = length.ok_or_else(|| io::Error::other(format!("git does not have {object}")))?;
        let mut bytes = vec![0; length + 1];
        self.output.read_exact(&mut bytes)?;
        bytes.pop();
        Ok(bytes)
    }
}

/// `git` as it is the same for everyone, and without a lock on the index.
fn git(directory: &Utf8Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(directory).env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C").stderr(Stdio::null());
    git
}

fn output(directory: &Utf8Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let ran = git(directory).stderr(Stdio::piped()).args(arguments).output();
    let ran = ran.map_err(|error| format!("cannot run `git`: {error}"))?;
    if ran.status.success() {
        return Ok(ran.stdout);
    }
    Err(String::from_utf8_lossy(&ran.stderr).trim().to_owned())
}

fn line(directory: &Utf8Path, arguments: &[&str]) -> Result<String, String> {
    let text = output(directory, arguments)?;
    Ok(String::from_utf8_lossy(&text).trim_end_matches(['\r', '\n']).to_owned())
}

/// Texts that end in a zero byte. A path that is not UTF-8 is left out: nothing of a project is called so.
fn records(directory: &Utf8Path, arguments: &[&str]) -> Result<Vec<String>, String> {
    let bytes = output(directory, arguments)?;
    Ok(bytes
        .split(|byte| *byte == 0)
        .filter_map(|record| String::from_utf8(record.to_vec()).ok())
        .filter(|record| !record.is_empty())
        .collect())
}

fn read_only<T>() -> io::Result<T> {
    Err(io::ErrorKind::ReadOnlyFilesystem.into())
}

impl System for GitSystem {
    fn metadata(&self, path: &Utf8Path) -> io::Result<Metadata> {
        let Some(path) = self.resolve(path) else { return OsSystem.metadata(path) };
        match self.nodes.get(&path?) {
            Some(Node::File { length, executable, .. }) => {
                Ok(Metadata { kind: Kind::File, length: *length, executable: *executable, read_only: true })
            }
            _ => Ok(Metadata { kind: Kind::Directory, length: 0, executable: false, read_only: true }),
        }
    }

    fn canonicalize(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        self.resolve(path).unwrap_or_else(|| OsSystem.canonicalize(path))
    }

    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        let Some(path) = self.resolve(path) else { return OsSystem.read(path) };
        match self.nodes.get(&path?) {
            Some(Node::File { object, .. }) => self.object(object),
            _ => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    fn read_dir(&self, path: &Utf8Path) -> io::Result<Vec<DirEntry>> {
        let Some(path) = self.resolve(path) else { return OsSystem.read_dir(path) };
        let path = path?;
        let inside = self.nodes.range(path.clone()..).take_while(|(at, _)| at.starts_with(&path));
        let own = inside.filter(|(at, _)| at.parent() == Some(&path)).filter_map(|(at, _)| at.file_name());
        let mut entries: Vec<DirEntry> =
            own.map(|name| DirEntry { name: name.to_owned(), is_utf8: true }).collect();
        entries.sort();
        Ok(entries)
    }

    fn create_dir_all(&self, _: &Utf8Path) -> io::Result<()> {
        read_only()
    }

    fn write(&self, _: &Utf8Path, _: &[u8]) -> io::Result<()> {
        read_only()
    }

    fn rename(&self, _: &Utf8Path, _: &Utf8Path) -> io::Result<()> {
        read_only()
    }

    fn copy_permissions(&self, _: &Utf8Path, _: &Utf8Path) -> io::Result<()> {
        read_only()
    }

    fn remove_file(&self, _: &Utf8Path) -> io::Result<()> {
        read_only()
    }

    fn remove_dir(&self, _: &Utf8Path) -> io::Result<()> {
        read_only()
    }
}

#[cfg(test)]
mod tests;

//! `cargo xtask tidy`: the hygiene of the repository, as far as its text shows it. Also a test of this crate.
//!
//! Reads files as text and must not use the compiler's types: it judges sources, also such as do not compile.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::process::root;

/// A Rust file with more lines than this is two files.
const LONGEST_FILE: usize = 800;

/// Larger files are data that nobody reads as text.
const LARGEST_TEXT: u64 = 8 << 20;

/// Macros that mark unfinished work. Each name is split here, so that this file does not find itself.
const UNFINISHED: [&str; 3] = [concat!("to", "do!"), concat!("unimpl", "emented!"), concat!("d", "bg!")];

/// Hosts of package registries: the project is built through its package clients, wherever those point. Split for
/// the same reason.
const REGISTRY_HOSTS: [&str; 9] = [
    concat!("crates", ".io"),
    concat!("py", "pi.org"),
    concat!("python", "hosted.org"),
    concat!("npm", "js.org"),
    concat!("npm", "js.com"),
    concat!("yarn", "pkg.com"),
    concat!("proxy.go", "lang.org"),
    concat!("repo.maven", ".apache.org"),
    concat!("ruby", "gems.org"),
];

/// Kinds of files that are written by hand and so are held to have no trailing whitespace. Snapshots and data are
/// left out: they show what a program printed.
const HAND_WRITTEN: [&str; 14] =
    ["rs", "toml", "md", "py", "sh", "ci", "lalrpop", "yml", "yaml", "ts", "js", "mjs", "html", "css"];

/// The top folders that are the same on every machine, so that a path in one of them says nothing about this one.
const STANDARD_FOLDERS: [&str; 20] = [
    "bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "media", "mnt", "opt", "proc", "run", "sbin",
    "srv", "sys", "tmp", "usr", "var", "private", "Library",
];

pub(crate) fn run() -> Outcome {
    let findings = check(&root()?)?;
    for finding in &findings {
        eprintln!("{finding}");
    }
    if findings.is_empty() { Ok(()) } else { Err(format!("{} findings", findings.len())) }
}

/// Everything untidy below `root`, one line each, in the order of the files.
fn check(root: &Path) -> Result<Vec<String>, String> {
    let mut findings = Vec::new();
    for file in files(root)? {
        let path = root.join(&file);
        let small = path.metadata().is_ok_and(|data| data.is_file() && data.len() <= LARGEST_TEXT);
        // Unreadable as text is data; gone is a deletion that Git has not been told of.
        if small && let Ok(text) = std::fs::read_to_string(&path) {
            check_text(&file, &text, &mut findings);
        }
    }
    check_error_pages(root, &mut findings)?;
    Ok(findings)
}

/// The repository's files, relative to its root, sorted: what Git knows or would add, else all but what is built.
fn files(root: &Path) -> Result<Vec<PathBuf>, String> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let mut files: Vec<PathBuf> = match git.output() {
        Ok(output) if output.status.success() => {
            let names = output.stdout.split(|&byte| byte == 0).filter(|name| !name.is_empty());
            names.map(|name| PathBuf::from(String::from_utf8_lossy(name).as_ref())).collect()
        }
        _ => walk(root)?,
    };
    files.sort();
    files.dedup();
    Ok(files)
}

/// All files below `root` without Git's help.
fn walk(root: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let full = root.join(&folder);
        let fail = |error: std::io::Error| format!("{}: {error}", full.display());
        for entry in std::fs::read_dir(&full).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = entry.file_name();
            if ["target", ".git", "node_modules", "build"].iter().any(|skipped| name == *skipped) {
                continue;
            }
            let is_folder = entry.file_type().map_err(fail)?.is_dir();
            if is_folder { &mut folders } else { &mut found }.push(folder.join(name));
        }
    }
    Ok(found)
}

/// The checks of one file by itself.
fn check_text(file: &Path, text: &str, findings: &mut Vec<String>) {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let name = file.display().to_string().replace('\\', "/");
    let is_rust = extension == "rs";
    // Cargo writes the host of its index into the lock file itself.
    let may_name_hosts = name.ends_with("Cargo.lock");
    // What the formatter is shown on purpose may be ugly.
    let may_be_ugly = extension == "ci" && name.starts_with("tests/");
    let no_trailing = (HAND_WRITTEN.contains(&extension) || name == ".ci/run") && !may_be_ugly;

    let lines = text.lines().count();
    if is_rust && lines > LONGEST_FILE {
        findings.push(format!("{name}: {lines} lines; {LONGEST_FILE} are enough for one file"));
    }
    for (index, line) in text.lines().enumerate() {
        let mut found = |what: &str| findings.push(format!("{name}:{}: {what}", index + 1));
        if no_trailing && line.ends_with([' ', '\t']) {
            found("trailing whitespace");
        }
        if is_rust {
            for macro_name in UNFINISHED.iter().filter(|macro_name| contains_word(line, macro_name)) {
                found(&format!("`{macro_name}`"));
            }
        }
        if !may_name_hosts {
            for host in REGISTRY_HOSTS.iter().filter(|host| contains_word(line, host)) {
                found(&format!("names the registry host {host}"));
            }
        }
        for path in machine_paths(line) {
            found(&format!("names a path of this machine: {path}"));
        }
    }
}

/// Whether `line` contains `word`, and not as the end of a longer word.
fn contains_word(line: &str, word: &str) -> bool {
    let starts = line.match_indices(word).map(|(start, _)| start);
    let inside =
        |start: usize| line[..start].ends_with(|before: char| before.is_alphanumeric() || before == '_');
    starts.into_iter().any(|start| !inside(start))
}

/// The absolute paths in `line` that lead somewhere on this machine and would not on every other: their first two
/// folders exist, and the first is not one that all systems have.
fn machine_paths(line: &str) -> impl Iterator<Item = String> {
    let part_of_path = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | '@' | '~');
    let words = line.split(move |c: char| !part_of_path(c)).filter(|word| word.starts_with('/'));
    words.filter_map(|word| {
        let mut parts = word.split('/').skip(1);
        let (top, next) = (parts.next()?, parts.next()?);
        // `//` starts a comment or the second half of a URL.
        let named = ![top, next].iter().any(|part| part.is_empty() || part.starts_with('.'));
        let leads_somewhere = || Path::new("/").join(top).join(next).exists();
        let local = named && !STANDARD_FOLDERS.contains(&top) && leads_somewhere();
        local.then(|| format!("/{top}/{next}"))
    })
}

/// Every code of the registry has a page, and every page a code.
fn check_error_pages(root: &Path, findings: &mut Vec<String>) -> Outcome {
    let registry = root.join("compiler").join("base").join("src").join("code.rs");
    let text =
        std::fs::read_to_string(&registry).map_err(|error| format!("{}: {error}", registry.display()))?;
    let codes = codes(&text);
    if codes.is_empty() {
        findings.push("compiler/base/src/code.rs: no codes found; has their form changed?".to_owned());
    }
    let folder = root.join("spec").join("errors");
    let mut pages = BTreeSet::new();
    if folder.exists() {
        let fail = |error: std::io::Error| format!("{}: {error}", folder.display());
        for entry in std::fs::read_dir(&folder).map_err(fail)? {
            let name = PathBuf::from(entry.map_err(fail)?.file_name());
            if name.extension().is_some_and(|extension| extension == "md")
                && let Some(stem) = name.file_stem()
            {
                pages.insert(stem.to_string_lossy().into_owned());
            }
        }
    }
    pages.remove("README");
    for code in codes.difference(&pages) {
        findings.push(format!("spec/errors/{code}.md: missing; every code needs its page"));
    }
    for page in pages.difference(&codes) {
        findings.push(format!("spec/errors/{page}.md: no such code in compiler/base/src/code.rs"));
    }
    Ok(())
}

/// The numbers of the registry: lines like `E0101 UnknownName "unknown-name" Error;`.
fn codes(registry: &str) -> BTreeSet<String> {
    let code_of = |line: &str| {
        let mut words = line.split_whitespace();
        let (number, variant, name) = (words.next()?, words.next()?, words.next()?);
        let digits = number.strip_prefix(|c: char| c.is_ascii_uppercase())?;
        let is_code = digits.len() == 4
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && variant.starts_with(|c: char| c.is_ascii_uppercase())
            && name.starts_with('"');
        is_code.then(|| number.to_owned())
    };
    registry.lines().filter_map(code_of).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{check, check_text, codes, contains_word, machine_paths};

    #[test]
    fn the_repository_is_tidy() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let findings = check(root).unwrap();
        assert!(findings.is_empty(), "\n{}", findings.join("\n"));
    }

    fn found(file: &str, text: &str) -> Vec<String> {
        let mut findings = Vec::new();
        check_text(Path::new(file), text, &mut findings);
        findings
    }

    #[test]
    fn each_check_finds_its_fault() {
        assert_eq!(found("a/b.rs", "let a = 1; \nfine\n"), ["a/b.rs:1: trailing whitespace"]);
        assert_eq!(found("a.rs", &format!("    {}()", super::UNFINISHED[0])).len(), 1);
        assert_eq!(found("a.md", &format!("see {}", super::REGISTRY_HOSTS[0])).len(), 1);
        assert_eq!(found("a.rs", &"fine\n".repeat(801)), ["a.rs: 801 lines; 800 are enough for one file"]);
        let here = env!("CARGO_MANIFEST_DIR");
        assert_eq!(found("a.md", &format!("in {here}/src")).len(), machine_paths(here).count());
    }

    #[test]
    fn exceptions_are_left_alone() {
        assert_eq!(found("tests/fmt/ugly.ci", "let a = 1; \n"), <[&str; 0]>::default());
        assert_eq!(found("a.snap", "printed \n"), <[&str; 0]>::default());
        assert_eq!(found("Cargo.lock", super::REGISTRY_HOSTS[0]), <[&str; 0]>::default());
        assert_eq!(found("a.md", super::UNFINISHED[0]), <[&str; 0]>::default());
        assert_eq!(found("a.sh", "#!/usr/bin/env bash\n# // no\n"), <[&str; 0]>::default());
        assert!(!contains_word(&format!("my{}", super::UNFINISHED[0]), super::UNFINISHED[0]));
    }

    #[test]
    fn codes_are_read_from_the_registry() {
        let registry =
            "codes! {\n    E0001 UnexpectedToken \"unexpected-token\" Error;\n    // E00 not one\n}\n";
        assert_eq!(codes(registry).into_iter().collect::<Vec<_>>(), ["E0001"]);
    }
}

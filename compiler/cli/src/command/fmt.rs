//! `cleaninfra fmt`: source files in the one form there is.

use std::io::Read as _;

use camino::{Utf8Path, Utf8PathBuf};
use ci_format::FormatError;
use ci_project::{Kind, OsSystem, OutputFile, System as _};

use crate::arguments::Fmt;
use crate::diff;
use crate::terminal::{Exit, Failure, Outcome, Terminal, Verbosity, print, say};

pub(crate) fn run(terminal: &Terminal, arguments: &Fmt) -> Outcome {
    if arguments.stdin {
        return stdin(terminal, arguments.check);
    }
    let mut paths = Vec::new();
    let kind = OsSystem.metadata(&arguments.path).map(|metadata| metadata.kind);
    match kind {
        Ok(Kind::Directory) => collect(&arguments.path, &mut paths)?,
        Ok(Kind::File) => paths.push(arguments.path.clone()),
        // Reading a pipe or a device may never end.
        Ok(Kind::Other) => {
            return Err(Failure::usage(format!("cannot read `{}`: it is not a file", arguments.path)));
        }
        Err(error) => return Err(Failure::usage(format!("cannot read `{}`: {error}", arguments.path))),
    }
    let (mut exit, mut changed) = (Exit::Success, 0_usize);
    for path in &paths {
        let text = read(path)?;
        let shown = path.strip_prefix(".").unwrap_or(path);
        match ci_format::format(&text) {
            Err(error) => {
                refuse(shown.as_str(), &error);
                exit = Exit::Internal;
            }
            Ok(formatted) if formatted == text => {}
            Ok(formatted) => {
                changed += 1;
                if arguments.check {
                    show(terminal, shown.as_str(), &text, &formatted)?;
                    exit = exit.max(Exit::Findings);
                } else {
                    write(path, formatted)?;
                }
            }
        }
    }
    let done = if arguments.check { "would be formatted" } else { "formatted" };
    let files = if paths.len() == 1 { "file" } else { "files" };
    terminal.summary(&format!("{changed} of {} {files} {done}\n", paths.len()))?;
    Ok(exit)
}

fn stdin(terminal: &Terminal, check: bool) -> Outcome {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .read_to_string(&mut text)
        .map_err(|error| Failure::internal(format!("cannot read stdin: {error}")))?;
    match ci_format::format(&text) {
        Err(error) => {
            refuse("<stdin>", &error);
            Ok(Exit::Internal)
        }
        Ok(formatted) if !check => {
            print(&formatted)?;
            Ok(Exit::Success)
        }
        Ok(formatted) if formatted == text => Ok(Exit::Success),
        Ok(formatted) => {
            show(terminal, "<stdin>", &text, &formatted)?;
            Ok(Exit::Findings)
        }
    }
}

/// Says that a file was left as it is, because the formatter would have broken it.
fn refuse(path: &str, error: &FormatError) {
    say(&format!("error: `{path}` was left as it is: {error}"));
}

/// The source files under a directory, sorted; hidden files and folders are left alone.
fn collect(directory: &Utf8Path, paths: &mut Vec<Utf8PathBuf>) -> Result<(), Failure> {
    let entries = OsSystem
        .read_dir(directory)
        .map_err(|error| Failure::internal(format!("cannot read `{directory}`: {error}")))?;
    for entry in entries.into_iter().filter(|entry| entry.is_utf8 && !entry.name.starts_with('.')) {
        let path = directory.join(&entry.name);
        // A link may lead anywhere, also back: what it leads to is formatted where it is.
        if path.is_symlink() {
            continue;
        }
        match OsSystem.metadata(&path).map(|metadata| metadata.kind) {
            Ok(Kind::Directory) => collect(&path, paths)?,
            Ok(Kind::File) if path.extension() == Some("ci") => paths.push(path),
            _ => {}
        }
    }
    Ok(())
}

fn read(path: &Utf8Path) -> Result<String, Failure> {
    let bytes =
        OsSystem.read(path).map_err(|error| Failure::internal(format!("cannot read `{path}`: {error}")))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure { exit: Exit::Findings, message: format!("`{path}` is not UTF-8 at byte {at}"), error: None }
    })
}

/// Replaces a file as a whole, so that an interruption cannot cut a source in half. Its permissions stay, and one that is
/// not to be written stays as it is.
fn write(path: &Utf8Path, text: String) -> Result<(), Failure> {
    // Through a link, to the file itself: a rename would replace the link.
    let path = OsSystem.canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
    if OsSystem.metadata(&path).is_ok_and(|found| found.read_only) {
        return Err(Failure::internal(format!("cannot write `{path}`: it is read-only")));
    }
    let file = OutputFile { path: name.to_owned(), bytes: text.into_bytes().into() };
    let written = ci_project::write_files(&OsSystem, folder, &[file], &[]);
    written.map(drop).map_err(|error| Failure::internal(error.to_string()))
}

fn show(terminal: &Terminal, path: &str, old: &str, new: &str) -> Result<(), Failure> {
    if terminal.verbosity == Verbosity::Quiet {
        return Ok(());
    }
    let diff = diff::unified(path, old, new);
    let lines: Vec<String> = diff.lines().map(|line| terminal.diff_line(line)).collect();
    print(&format!("{}\n", lines.join("\n")))?;
    Ok(())
}

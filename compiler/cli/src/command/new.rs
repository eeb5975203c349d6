//! `cleaninfra new`: a project that builds.

use std::fmt::Write as _;

use camino::Utf8Path;
use ci_project::{MANIFEST, OsSystem, OutputFile, System as _, is_kebab_case};

use crate::arguments::New;
use crate::terminal::{Exit, Failure, Outcome, Terminal};

pub(crate) fn run(terminal: &Terminal, arguments: &New) -> Outcome {
    let path = arguments.path.as_path();
    let name =
        path.file_name().ok_or_else(|| Failure::usage(format!("`{path}` has no name for a project")))?;
    if !is_kebab_case(name) {
        let mut message =
            format!("`{name}` cannot be the name of a project: it is `a-z`, then `a-z`, `0-9` and `-`");
        if let Some(usable) = usable(name) {
            let _ = write!(message, "\nhelp: try `{}`", path.with_file_name(usable));
        }
        return Err(Failure::usage(message));
    }
    // A directory that is there may be filled, but nothing in it is touched.
    let in_use = |path: &Utf8Path| {
        OsSystem.metadata(path).is_ok() && OsSystem.read_dir(path).map_or(true, |all| !all.is_empty())
    };
    if in_use(path) {
        return Err(Failure::usage(format!("`{path}` exists already and is not an empty directory")));
    }
    let file =
        |path: &str, text: &str| OutputFile { path: path.to_owned(), bytes: text.as_bytes().to_vec().into() };
    let files = [
        file(MANIFEST, &format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\n")),
        file(".gitignore", "/build/\n/deploy-role/\n"),
        file("src/main.ci", MAIN),
    ];
    ci_project::write_files(&OsSystem, path, &files, &[])
        .map_err(|error| Failure::internal(error.to_string()))?;
    terminal.summary(&format!("created `{name}`; build it with `cleaninfra build {path}`\n"))?;
    Ok(Exit::Success)
}

/// The first program. Small enough to read, and every line of it works.
const MAIN: &str = r"//! Jobs that wait to be done.

use std::messaging::Queue;

/// Takes jobs. What fails five times is set aside in a second queue.
service Jobs {
    // One line makes both queues, encrypted, with the policies they need.
    let jobs = Queue { visibility_timeout: 60s };

    /// Where to send jobs.
    output url: String = jobs.url;
}
";

/// The name with what cannot be in it replaced, if that makes it usable.
fn usable(name: &str) -> Option<String> {
    let mut usable = String::new();
    for character in name.chars() {
        let upper = character.is_ascii_uppercase()
            && usable.chars().next_back().is_some_and(|c| c.is_ascii_lowercase());
        if upper || !character.is_ascii_alphanumeric() {
            usable.push('-');
        }
        if character.is_ascii_alphanumeric() {
            usable.push(character.to_ascii_lowercase());
        }
    }
    let parts: Vec<&str> = usable.split('-').filter(|part| !part.is_empty()).collect();
    Some(parts.join("-")).filter(|usable| is_kebab_case(usable))
}

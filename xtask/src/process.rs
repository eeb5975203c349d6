//! Running other programs and finding the repository: what every task needs of its surroundings.
//!
//! Must not know any task.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::Outcome;

/// The root of the repository: from Cargo where it runs this program, else upwards from the current folder.
pub(crate) fn root() -> Result<PathBuf, String> {
    if let Some(folder) = std::env::var_os("CARGO_MANIFEST_DIR")
        && let Some(root) = Path::new(&folder).parent()
    {
        return Ok(root.to_owned());
    }
    let current = std::env::current_dir().map_err(|error| format!("no current folder: {error}"))?;
    let is_root = |folder: &&Path| folder.join("xtask").join("Cargo.toml").is_file();
    let root = current.ancestors().find(is_root);
    root.map(Path::to_owned).ok_or_else(|| "not inside the repository".to_owned())
}

/// Cargo, as it was called.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// The words for a test runner: the whole workspace, unless the caller's own words name packages.
pub(crate) fn packages_and(words: &[String]) -> Vec<&str> {
    let named = words.iter().any(|word| word.starts_with("-p") || word.starts_with("--package"));
    let whole = (!named).then_some("--workspace");
    whole.into_iter().chain(words.iter().map(String::as_str)).collect()
}

/// Whether a command runs and succeeds; what it prints is dropped.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Runs a command to its end; its output goes where this program's goes.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| format!("{}: {error}", words(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", words(command))) }
}

/// The stages that have ended: their names, what became of them, and their seconds.
static STAGES: Mutex<Vec<(String, &'static str, f64)>> = Mutex::new(Vec::new());

/// Runs one stage of a task between a line that names it and a line with its time.
pub(crate) fn stage(name: &str, work: impl FnOnce() -> Outcome) -> Outcome {
    println!("==> {name}");
    let start = Instant::now();
    let outcome = work();
    let verdict = if outcome.is_ok() { "done" } else { "FAILED" };
    let seconds = start.elapsed().as_secs_f64();
    println!("==> {name}: {verdict} in {seconds:.1} s");
    STAGES.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), verdict, seconds));
    outcome
}

/// Says again how long each stage took: between a stage and the end there may be thousands of lines.
pub(crate) fn tell_stages() {
    println!("==> stages");
    for (name, verdict, seconds) in STAGES.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        println!("    {seconds:7.1} s  {verdict:<6}  {name}");
    }
}

/// A command as one would type it, without the folders of the program.
fn words(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let all = std::iter::once(program).chain(command.get_args());
    all.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

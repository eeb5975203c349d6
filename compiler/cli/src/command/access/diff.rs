//! `cleaninfra access --diff`: what a change gives and takes.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use camino::Utf8Path;
use ci_base::Severity;
use ci_project::{AccessDiff, Changed, Files, GitSystem, Host, Snapshot, Sort, TargetDiff, Told};
use serde_json::{Value, json};

use super::{actions, errors, place, position};
use crate::arguments::Access as Arguments;
use crate::command::open;
use crate::terminal::{Exit, Failure, Outcome, Terminal, print, say};

pub(super) fn run(terminal: &Terminal, arguments: &Arguments, snapshot: &Snapshot, before: &str) -> Outcome {
    let allowed = Allowed::read(&arguments.allow)?;
    let old = match earlier(terminal, arguments, snapshot, before)? {
        Ok(host) => host,
        Err(exit) => return Ok(exit),
    };
    let old = old.snapshot();
    let diff =
        terminal.with_progress("comparing access", || snapshot.access_diff(old, arguments.env.as_deref()));
    let exit = errors(terminal, diff.diagnostics.clone(), snapshot)?;
    if exit != Exit::Success {
        return Ok(exit);
    }
    if diff.before.iter().any(|found| found.severity == Severity::Error) {
        say(&format!("error: the program at `{before}` cannot be compared with: it has errors"));
        return errors(terminal, diff.before.clone(), old);
    }
    let shown = Shown { terminal, files: snapshot.files(), old: old.files(), allowed: &allowed };
    let output = if arguments.json {
        shown.as_json(&diff)?
    } else if arguments.markdown {
        shown.as_markdown(&diff, before)
    } else {
        shown.as_text(&diff)
    };
    print(&output)?;
    let lines: BTreeSet<String> = additions(&diff).map(|(changed, told)| changed.line(told)).collect();
    for unused in allowed.lines.iter().filter(|line| !lines.contains(*line)) {
        say(&format!("note: nothing of this is given any more: {unused}"));
    }
    let denied = lines.iter().filter(|line| !allowed.lines.contains(*line)).count();
    if arguments.deny_additions && denied > 0 {
        let what = if denied == 1 { "1 addition".to_owned() } else { format!("{denied} additions") };
        say(&format!(
            "error: {what} to what is allowed; put a line of each into a file that is given with `--allow`"
        ));
        return Ok(Exit::Findings);
    }
    Ok(Exit::Success)
}

/// The program to compare with: a directory, or a revision of the repository that the project is in.
fn earlier(
    terminal: &Terminal,
    arguments: &Arguments,
    snapshot: &Snapshot,
    before: &str,
) -> Result<Result<std::mem::ManuallyDrop<Host>, Exit>, Failure> {
    if Utf8Path::new(before).is_dir() {
        return open(terminal, Utf8Path::new(before));
    }
    let git = GitSystem::open(snapshot.root(), before);
    let git = git.map_err(|problem| {
        Failure::usage(format!("`{before}` is neither a directory nor a revision: {problem}"))
    })?;
    // A project by its directory; a source outside any project by itself.
    let path = if snapshot.manifest().name.is_empty() {
        arguments.path.canonicalize_utf8().unwrap_or_else(|_| arguments.path.clone())
    } else {
        snapshot.root().to_owned()
    };
    match Host::open(Arc::new(git), &path) {
        Ok(host) => Ok(Ok(std::mem::ManuallyDrop::new(host))),
        Err(error) => {
            say(&format!("error: there is no such project at `{before}`"));
            terminal.report(&[error.diagnostic], &error.files)?;
            Ok(Err(Exit::Usage))
        }
    }
}

/// Additions that somebody has agreed to: lines as they are shown. `#` begins a comment, which says why.
struct Allowed {
    lines: BTreeSet<String>,
}

impl Allowed {
    fn read(paths: &[camino::Utf8PathBuf]) -> Result<Self, Failure> {
        let mut lines = BTreeSet::new();
        for path in paths {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Failure::usage(format!("cannot read `{path}`: {error}")))?;
            let of = text.lines().map(|line| line.split(" #").next().unwrap_or_default().trim());
            lines.extend(of.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned));
        }
        Ok(Self { lines })
    }
}

fn additions(diff: &AccessDiff) -> impl Iterator<Item = (&Changed, &Told)> {
    let changed = diff.targets.iter().flat_map(|target| &target.changed);
    changed.flat_map(|changed| changed.added.iter().map(move |told| (changed, told)))
}

struct Shown<'a> {
    terminal: &'a Terminal,
    files: &'a Files,
    old: &'a Files,
    allowed: &'a Allowed,
}

impl Shown<'_> {
    fn as_text(&self, diff: &AccessDiff) -> String {
        let mut text = String::new();
        let many = diff.targets.len() > 1;
        for target in &diff.targets {
            if many {
                let _ = writeln!(text, "{}", self.terminal.bold(&target.name));
            }
            for changed in &target.changed {
                let _ = writeln!(
                    text,
                    "\n{}  {}",
                    self.terminal.bold(&subject(changed)),
                    self.terminal.faint(&changed.stack)
                );
                for (sign, told, files) in signed(changed, self.files, self.old) {
                    let line = format!("{sign} {}", sentence(told));
                    let _ = writeln!(text, "  {}", self.terminal.diff_line(&line));
                    let mut beside: Vec<String> = told.at.map(|at| place(at, files)).into_iter().collect();
                    beside.extend(told.undecided.map(|why| format!("cannot be told: {why}")));
                    if sign == '+' && self.is_allowed(changed, told) {
                        beside.push("allowed by the list".to_owned());
                    }
                    if !beside.is_empty() {
                        let _ = writeln!(text, "      {}", self.terminal.faint(&beside.join(", ")));
                    }
                    if sign == '+' && !self.is_allowed(changed, told) {
                        let _ = writeln!(
                            text,
                            "      {}",
                            self.terminal.faint(&format!("to allow it: {}", changed.line(told)))
                        );
                    }
                }
            }
            let _ = writeln!(text, "{}{}", if target.changed.is_empty() { "" } else { "\n" }, tally(target));
        }
        text
    }

    fn as_markdown(&self, diff: &AccessDiff, before: &str) -> String {
        let mut text = format!("### What may be done, compared with `{before}`\n");
        for target in &diff.targets {
            let _ = writeln!(text, "\n**{}**: {}", target.name, tally(target));
            if target.changed.is_empty() {
                continue;
            }
            text.push_str("\n| | who or what | | where |\n| --- | --- | --- | --- |\n");
            for changed in &target.changed {
                for (sign, told, files) in signed(changed, self.files, self.old) {
                    let sign = match sign {
                        '+' if self.is_allowed(changed, told) => "added, allowed",
                        '+' => "**added**",
                        _ => "removed",
                    };
                    let what = told.undecided.map_or_else(
                        || sentence(told),
                        |why| format!("{} (cannot be told: {why})", sentence(told)),
                    );
                    let _ = writeln!(
                        text,
                        "| {sign} | {} in `{}` | {} | {} |",
                        cell(&subject(changed)),
                        changed.stack,
                        cell(&what),
                        told.at.map_or_else(String::new, |at| format!("`{}`", place(at, files)))
                    );
                }
            }
        }
        text
    }

    fn is_allowed(&self, changed: &Changed, told: &Told) -> bool {
        self.allowed.lines.contains(&changed.line(told))
    }

    fn as_json(&self, diff: &AccessDiff) -> Result<String, Failure> {
        let told = |changed: &Changed, told: &Told, is_added: bool| {
            let files = if told.is_old { self.old } else { self.files };
            let at = told.at.map(|at| {
                let (line, column) = position(at, files);
                json!({ "file": files.path(at.file), "line": line, "column": column })
            });
            json!({
                "principals": told.principals,
                "actions": told.actions,
                "resources": told.resources,
                "conditions": told.conditions,
                "undecided": told.undecided,
                "denial": told.is_denial,
                "line": is_added.then(|| changed.line(told)),
                "allowed": is_added.then(|| self.is_allowed(changed, told)),
                "at": at,
            })
        };
        let changed = |changed: &Changed| {
            let added = changed.added.iter().map(|one| told(changed, one, true));
            let removed = changed.removed.iter().map(|one| told(changed, one, false));
            json!({
                "kind": kind(changed.sort),
                "stack": changed.stack,
                "path": changed.path,
                "added": added.collect::<Vec<Value>>(),
                "removed": removed.collect::<Vec<Value>>(),
            })
        };
        let target = |target: &TargetDiff| {
            json!({
                "target": target.name,
                "equal": target.equal,
                "changed": target.changed.iter().map(changed).collect::<Vec<Value>>(),
            })
        };
        let targets: Vec<Value> = diff.targets.iter().map(target).collect();
        let text = serde_json::to_string_pretty(&json!({ "version": 1, "targets": targets }));
        text.map(|text| format!("{text}\n")).map_err(|error| Failure::internal(error.to_string()))
    }
}

fn signed<'a>(
    changed: &'a Changed,
    files: &'a Files,
    old: &'a Files,
) -> impl Iterator<Item = (char, &'a Told, &'a Files)> {
    let of = move |told: &Told| if told.is_old { old } else { files };
    let added = changed.added.iter().map(move |told| ('+', told, of(told)));
    added.chain(changed.removed.iter().map(move |told| ('-', told, of(told))))
}

fn subject(changed: &Changed) -> String {
    match changed.sort {
        Sort::Rights => changed.path.clone(),
        Sort::Trust => format!("who takes on {}", changed.path),
        Sort::Policy => format!("the policy of {}", changed.path),
        Sort::Public => format!("the world, by {}", changed.path),
        Sort::Network => format!("the network of {}", changed.path),
    }
}

fn sentence(told: &Told) -> String {
    let mut text = match told.actions.as_slice() {
        _ if told.is_denial && told.principals.is_empty() => {
            format!("is not denied {}", actions(&told.actions))
        }
        _ if told.is_denial => {
            format!("{} is not denied {}", told.principals.join(", "), actions(&told.actions))
        }
        [words] if words.contains(' ') => words.clone(),
        _ if told.principals.is_empty() => format!("may {}", actions(&told.actions)),
        _ => format!("{} may {}", told.principals.join(", "), actions(&told.actions)),
    };
    if !told.resources.is_empty() {
        text = format!("{text} on {}", told.resources.join(", "));
    }
    if !told.conditions.is_empty() {
        text = format!("{text} when {}", told.conditions.join(" and "));
    }
    text
}

const fn kind(sort: Sort) -> &'static str {
    match sort {
        Sort::Rights => "rights",
        Sort::Trust => "trust",
        Sort::Policy => "resourcePolicy",
        Sort::Public => "public",
        Sort::Network => "network",
    }
}

fn tally(target: &TargetDiff) -> String {
    let count = |of: &dyn Fn(&Changed) -> bool| target.changed.iter().filter(|changed| of(changed)).count();
    let (gain, lose) =
        (count(&|changed| !changed.added.is_empty()), count(&|changed| !changed.removed.is_empty()));
    if gain + lose == 0 {
        return format!("nothing is given or taken; {} equal", target.equal);
    }
    format!("{gain} with more, {lose} with less, {} equal", target.equal)
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('*', "\\*").replace('<', "&lt;")
}

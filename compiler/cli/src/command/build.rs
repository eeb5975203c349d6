//! `cleaninfra build`: templates on the disk, or the reasons why not.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use ci_base::render::Counts;
use ci_base::{Code, Diagnostic};
use ci_project::{Build, BuildOptions, BuiltStack, Files, OsSystem, Snapshot, TemplateFormat, WriteError};

use crate::arguments::{self, Build as Arguments};
use crate::command::{exit, open};
use crate::terminal::{Exit, Outcome, Terminal};
use crate::watch;

pub(crate) fn run(terminal: &Terminal, arguments: &Arguments) -> Outcome {
    let start = Instant::now();
    let mut host = match open(terminal, &arguments.path)? {
        Ok(host) => host,
        Err(exit) => return Ok(exit),
    };
    let out = arguments.out.clone().unwrap_or_else(|| host.snapshot().shown_root().join("build"));
    let options = BuildOptions {
        target: arguments.env.clone(),
        format: arguments.format.map(|format| match format {
            arguments::TemplateFormat::Json => TemplateFormat::Json,
            arguments::TemplateFormat::Yaml => TemplateFormat::Yaml,
        }),
        deny_warnings: arguments.deny_warnings,
        explain: arguments.explain,
    };
    if !arguments.watch {
        return once(terminal, host.snapshot(), &options, &out, start);
    }
    // Watching begins before the first build, so that no change falls between the two.
    let watcher = watch::Watcher::new(&host)?;
    round(terminal, host.snapshot(), &options, &out, start)?;
    watcher.follow(&mut host, |host, start| round(terminal, host.snapshot(), &options, &out, start))
}

/// One build, with everything there is to say about it.
fn once(
    terminal: &Terminal,
    snapshot: &Snapshot,
    options: &BuildOptions,
    out: &Utf8Path,
    start: Instant,
) -> Outcome {
    let build = terminal.with_progress("building", || snapshot.build(options));
    terminal.report(&build.diagnostics, snapshot.files())?;
    let exit = exit(&build.diagnostics, options.deny_warnings, !snapshot.problems().is_empty());
    if exit != Exit::Success {
        return Ok(exit);
    }
    match write(&build, out) {
        Ok(written) => {
            terminal.summary(&summary(terminal, &build, out, written, start.elapsed()))?;
            Ok(exit)
        }
        Err(error) => unwritable(terminal, &error),
    }
}

/// Reports outputs that could not be written in the form in which everything else is reported.
fn unwritable(terminal: &Terminal, error: &WriteError) -> Outcome {
    let mut files = Files::default();
    let at = files.whole(error.path.as_str());
    let note = if error.changed { "some outputs are changed already" } else { "no output was changed" };
    let found = Diagnostic::new(Code::UnreadableFile, at, error.to_string()).note(note);
    terminal.report(&[found], &files)?;
    Ok(Exit::Internal)
}

/// A build while watching: findings as ever, success in one line. Outputs that cannot be written do not end it.
fn round(
    terminal: &Terminal,
    snapshot: &Snapshot,
    options: &BuildOptions,
    out: &Utf8Path,
    start: Instant,
) -> Outcome {
    let build = snapshot.build(options);
    terminal.report(&build.diagnostics, snapshot.files())?;
    let exit = exit(&build.diagnostics, options.deny_warnings, !snapshot.problems().is_empty());
    let written = (exit == Exit::Success).then(|| write(&build, out));
    let line = match written {
        None => format!("not built: {}", Counts::of(&build.diagnostics)),
        Some(Ok(written)) => {
            let stacks: usize = build.targets.iter().map(|target| target.stacks.len()).sum();
            format!("built {}, {} changed", count(stacks, "stack"), count(written, "file"))
        }
        Some(Err(error)) => {
            unwritable(terminal, &error)?;
            "not written".to_owned()
        }
    };
    terminal.summary(&format!("{line} in {} ms\n", start.elapsed().as_millis()))?;
    Ok(exit)
}

fn write(build: &Build, out: &Utf8Path) -> Result<usize, WriteError> {
    ci_project::publish(&OsSystem, out, &build.outputs, build.whole)
}

/// What was built, with the limits that templates run into.
fn summary(terminal: &Terminal, build: &Build, out: &Utf8Path, written: usize, time: Duration) -> String {
    let mut text = String::new();
    for target in &build.targets {
        let _ = writeln!(
            text,
            "{}  {}",
            terminal.bold(&target.name),
            terminal.faint(out.join(&target.name).as_str())
        );
        let width = target.stacks.iter().map(|stack| stack.name.len()).max().unwrap_or(0);
        for stack in &target.stacks {
            let _ = writeln!(text, "  {:width$}  {}", stack.name, usage(stack));
        }
    }
    let stacks: usize = build.targets.iter().map(|target| target.stacks.len()).sum();
    let changed = if written == 0 {
        "nothing changed".to_owned()
    } else {
        format!("{} changed", count(written, "file"))
    };
    let _ = writeln!(text, "{}, {changed}, {} ms", count(stacks, "stack"), time.as_millis());
    text
}

/// How much of its limits a stack uses; of small things only what is there.
fn usage(stack: &BuiltStack) -> String {
    let shown = stack.limits.entries.iter().filter(|entry| {
        matches!(entry.what, "resources" | "template bytes")
            || (matches!(entry.what, "parameters" | "outputs") && entry.used > 0)
            || entry.used * 5 > entry.limit * 4
    });
    let words = shown.map(|entry| {
        let what = entry.what.strip_prefix("template ").unwrap_or(entry.what);
        format!("{} of {} {what}", entry.used, entry.limit)
    });
    words.collect::<Vec<_>>().join(", ")
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

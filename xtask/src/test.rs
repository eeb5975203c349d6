//! `cargo xtask test`: everything that must hold before a change is kept.
//!
//! Works on a fresh clone with Rust and Python only: what else it can use (nextest, clippy, rustfmt, a browser) it uses
//! when it is there, and says so when it is not.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use clap::Args;

use crate::editor::{self, Need};
use crate::process::{self, cargo, packages_and, root, stage, succeeds};
use crate::{Outcome, tools};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Walk every resource type of the catalog instead of a sample
    #[arg(long)]
    all_types: bool,
    /// Skip clippy and the check of the formatting
    #[arg(long)]
    no_lint: bool,
    /// Also try the extension in a real VS Code; where something for it is missing, say so, or with `=required` fail
    #[arg(long, value_enum, value_name = "WHEN", num_args = 0..=1, require_equals = true,
        default_missing_value = "if-possible")]
    editor: Option<Need>,
    /// For `cargo nextest run` or `cargo test`, after `--`: packages and filters
    #[arg(last = true)]
    runner: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let start = Instant::now();
    let root = &root()?;
    let mut failed = Vec::new();
    let mut note = |name: &'static str, outcome: Outcome| {
        if let Err(problem) = outcome {
            println!("    {problem}");
            failed.push(name);
        }
    };

    // Without these half of the tests would fail for one reason, so this alone ends the run.
    stage("tools", || tools::install(root))?;

    let nextest = succeeds(cargo(root).args(["nextest", "--version"]));
    note("tests", stage("tests", || process::run(&mut tests(root, nextest, arguments))));
    // `cargo test` has run the doc tests already; and a filter was meant for the tests only.
    if nextest && arguments.runner.is_empty() {
        let mut doc_tests = cargo(root);
        doc_tests.args(["test", "--workspace", "--doc"]);
        note("doc tests", stage("doc tests", || process::run(&mut doc_tests)));
    }
    if !arguments.no_lint {
        let mut clippy = cargo(root);
        clippy.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
        note("clippy", stage("clippy", || run_component(root, "clippy", &mut clippy)));
        let mut format = cargo(root);
        format.args(["fmt", "--all", "--check"]);
        note("formatting", stage("formatting", || run_component(root, "fmt", &mut format)));
    }
    if let Some(need) = arguments.editor {
        note("editor", editor::test(root, need));
    }
    process::tell_stages();
    if !failed.is_empty() {
        return Err(format!("failed: {}", failed.join(", ")));
    }
    println!("all passed in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// The command that runs the tests of all crates, going on after a failure: one run should show all of them.
fn tests(root: &Path, nextest: bool, arguments: &Arguments) -> Command {
    let mut command = cargo(root);
    command.args(if nextest { ["nextest", "run"].as_slice() } else { &["test"] });
    command.arg("--no-fail-fast").args(packages_and(&arguments.runner));
    if arguments.all_types {
        command.env("CI_ALL_TYPES", "1");
    }
    command
}

/// Runs a subcommand that a minimal Rust does not have; skipped with a word where it is missing.
fn run_component(root: &Path, subcommand: &str, command: &mut Command) -> Outcome {
    if succeeds(cargo(root).args([subcommand, "--version"])) {
        return process::run(command);
    }
    println!("    skipped: `cargo {subcommand}` is not installed");
    Ok(())
}

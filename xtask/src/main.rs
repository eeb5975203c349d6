//! Development tasks, run as `cargo xtask <task>`; each task is one module.
//!
//! Nothing here is part of the product, and the compiler must not depend on this crate. All tasks but `catalog` find
//! what they need by path and text, and know nothing of the compiler's types.

mod bless;
mod catalog;
mod editor;
mod generate;
mod grammar;
mod ground_truth;
mod perf;
mod process;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What a task ends with: nothing, or one line for the person who ran it.
type Outcome = Result<(), String>;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Development tasks of Clean Infrastructure")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what the tests need, then run all tests and checks
    Test(test::Arguments),
    /// Run the snapshot tests and accept what they produce
    Bless(bless::Arguments),
    /// Write generated sources
    #[command(name = "gen", subcommand)]
    Generate(generate::What),
    /// Make the data files of the catalog from pinned packages, or check them
    Catalog(catalog::CatalogArgs),
    /// Package the extension of VS Code, with the server in it
    Vsix(editor::Arguments),
    /// Try the extension in a real VS Code, and nothing else
    Editor(editor::Trial),
    /// Compare the verbs of the standard library with policies that others made
    GroundTruth(ground_truth::Arguments),
    /// Check the hygiene of the repository
    Tidy,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Test(arguments) => test::run(&arguments),
        Task::Bless(arguments) => bless::run(&arguments),
        Task::Generate(what) => generate::run(&what),
        Task::Catalog(arguments) => catalog::run(arguments).map_err(|error| error.to_string()),
        Task::Vsix(arguments) => editor::package(&arguments),
        Task::Editor(trial) => editor::run_trial(&trial),
        Task::GroundTruth(arguments) => ground_truth::run(&arguments),
        Task::Tidy => tidy::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

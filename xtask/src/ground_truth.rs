//! `cargo xtask ground-truth`: the verbs of `std::verbs` beside the policies of others.
//!
//! Others' policies are records of a corpus that is no part of the repository: lines of JSON with `expected_actions`,
//! `expected_resources`, `principal_type` and `target_type`. Ours are read from `spec/verbs.md`, which a test keeps true.
//! An action of theirs that no verb grants fails, unless `xtask/ground-truth.toml` says why it is left out.

mod compare;
mod corpus;
mod verbs;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use crate::{Outcome, process};
use compare::{Comparison, LeftOut};

/// The parts of the corpus that say what a use of a resource takes, by file name before `.dev.jsonl`.
const SUITES: [&str; 4] =
    ["sam_connector_profiles", "sam_connectors", "sam_policy_templates", "cdk_snapshots"];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder with the files of records
    #[arg(long)]
    corpus: PathBuf,
    /// Also list what ours grant beyond theirs, record by record
    #[arg(long)]
    verbose: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let root = process::root()?;
    let page = read(&root.join("spec/verbs.md"))?;
    let verbs = verbs::parse(&page)?;
    let left_out = LeftOut::parse(&read(&root.join("xtask/ground-truth.toml"))?)?;
    let mut comparison = Comparison::new(&verbs, left_out);
    println!("{}", compare::HEADER);
    for suite in SUITES {
        let records = corpus::parse(&read(&arguments.corpus.join(format!("{suite}.dev.jsonl")))?)?;
        let row = comparison.suite(&records);
        println!("{suite:24}{row}");
    }
    if arguments.verbose {
        for line in &comparison.beyond {
            println!("{line}");
        }
    }
    comparison.verdict()
}

fn read(path: &std::path::Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

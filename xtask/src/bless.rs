//! `cargo xtask bless`: runs the tests and writes every snapshot as it comes out. Review the difference afterwards.

use clap::Args;

use crate::process::{self, cargo, packages_and, root, stage};
use crate::{Outcome, tools};

#[derive(Args)]
pub(crate) struct Arguments {
    /// For `cargo test`: packages and filters; all tests without
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    runner: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let root = root()?;
    stage("validators", || tools::install(&root))?;
    let mut command = cargo(&root);
    command.env("INSTA_UPDATE", "always").args(["test", "--no-fail-fast"]);
    command.args(packages_and(&arguments.runner));
    stage("snapshots", || process::run(&mut command))
}

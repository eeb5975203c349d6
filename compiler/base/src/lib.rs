//! Spans, diagnostics and the registry of error codes: the vocabulary every other crate speaks.
//!
//! Must not know: syntax, types, salsa, the file system. A file is an opaque number here.

mod code;
mod diagnostic;
mod file_text;
mod line_index;
#[cfg(feature = "render")]
pub mod render;
mod span;
mod suggest;

pub use code::{Code, Severity};
pub use diagnostic::{Applicability, Diagnostic, Edit, Fix, Label};
pub use file_text::FileText;
pub use line_index::{LineColumn, LineIndex};
pub use span::{FileId, Span, TextRange};
pub use suggest::{did_you_mean, part_of};

//! What the tests of the whole share: the independent validators that templates are shown to.
//!
//! The tests themselves are in `tests/`. Nothing here may know how the compiler makes a template: a test hands over
//! JSON text, and the judgement must not be able to lean on what the compiler believes.

pub mod emitted;
pub mod instance;
pub mod oracle;
pub mod spec;

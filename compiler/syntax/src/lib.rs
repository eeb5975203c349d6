//! Text to syntax tree, and nothing further.
//!
//! Must not know: names, types, salsa, the file system. Nothing here fails: every text has tokens, an outline and
//! trees, with diagnostics beside them.

pub mod ast;

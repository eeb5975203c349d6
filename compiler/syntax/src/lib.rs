//! Text to syntax tree, and nothing further.
//!
//! Must not know: names, types, salsa, the file system. Nothing here fails: every text has tokens, an outline and
//! trees, with diagnostics beside them.
//!
//! text → tokens ([`lex`]) → items ([`outline()`]) → balanced and repaired tokens → tree ([`parse_item`]).

pub mod ast;
mod balance;
mod builder;
mod outline;
mod parse;
mod source;
mod text;
mod token;

pub use outline::{ItemKind, Outline, OutlineItem, outline};
pub use parse::parse_item;
pub use source::ItemSource;
pub use text::unescape;
pub use token::{Token, TokenKind, lex};

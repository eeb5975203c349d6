//! Diagrams: what a target is made of, as an architect would draw it.
//!
//! [`read`] finds in the stacks of a target what is worth a box and what is worth an arrow; [`layout()`] says where each
//! of them is; [`svg()`], [`mermaid()`], [`dot()`] and [`json()`] write it down. A diagram is a function of the stacks: the
//! same sources give the same bytes.
//!
//! Must not know: syntax, files, how a place in the source is found.

#![expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2^52")]
#![expect(clippy::float_cmp, reason = "coordinates are rounded to whole pixels before they are compared")]

mod dot;
mod drawing;
mod glyph;
mod json;
mod kinds;
mod layout;
mod mermaid;
mod model;
mod read;
mod svg;
mod text;

pub use dot::dot;
pub use drawing::{Drawing, Element, Layer};
pub use json::json;
pub use kinds::Family;
pub use layout::{Layout, MAX_WORK, PAGE, Point, Rect, Route, layout};
pub use mermaid::mermaid;
pub use model::{At, Diagram, Edge, EdgeKind, Group, GroupKind, Node, NodeKind, Of, Part, Source};
pub use read::{Level, Request, read};
pub use svg::{drawing, svg};

#[cfg(test)]
mod tests;

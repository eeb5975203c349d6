//! What a selection grows to: the word, the expression, what is around it, the member, the item, the file.

use ci_base::TextRange;
use ci_project::Snapshot;
use ci_syntax::ast::{Entry, Expr};

use crate::Cursor;
use crate::place::at;
use crate::symbol::members;

/// The ranges around a cursor, the smallest first, each within the next.
pub fn selection(snapshot: &Snapshot, cursor: Cursor) -> Vec<TextRange> {
    snapshot.attach(|db| {
        let text = snapshot.files().text(cursor.file);
        let mut ranges = vec![TextRange::new(0, text.len() as u32)];
        if let Some(place) = at(db, snapshot, cursor) {
            let body = place.body;
            let own = body.source.text();
            let start = cursor.offset - place.offset;
            let mut add = |range: TextRange| {
                if range.touches(place.offset) && !range.is_empty() {
                    ranges.push(range.shifted(start));
                }
            };
            add(TextRange::new(0, own.len() as u32));
            for member in members(&body.tree.item) {
                add(member.range);
            }
            for node in &body.tree.exprs {
                add(node.range);
                if let Expr::Record { entries, .. } = &node.expr {
                    // An entry is its name and its value.
                    for entry in entries {
                        if let Entry::Field { name, value, .. } = entry {
                            add(name.0.cover(body.tree.range(*value)));
                        }
                    }
                }
            }
            body.tree.types.iter().for_each(|node| add(node.range));
            if let Some(token) = place.token_before() {
                for token in [token, token + 1] {
                    if token < place.tokens().len() && !place.kind(token).is_trivia() {
                        add(place.token_range(token));
                    }
                }
            }
        }
        ranges.sort_by_key(|range| (range.len(), range.start));
        ranges.dedup();
        // Of two tokens that touch, the first stays: ranges are within each other.
        let mut nested: Vec<TextRange> = Vec::new();
        for range in ranges {
            let fits = nested.last().is_none_or(|inner| range.start <= inner.start && inner.end <= range.end);
            if fits {
                nested.push(range);
            }
        }
        nested
    })
}

#[cfg(test)]
mod tests;

//! What became of a list: which of its pieces are still there, which of them elsewhere, and what is new.
//!
//! Who has the old list makes the new one of it. A piece is told from others by its name and not by its position, so that
//! what somebody put in between moves what comes after it and does not change it. Pieces that stay together are told
//! together: a service that moves is one step, however many boxes it has.
//!
//! Must not know: what the pieces are, how steps are sent.

use std::collections::HashMap;
use std::hash::Hash;

/// Something that has a name and a place.
pub trait Piece {
    /// How it is told from others.
    type Key<'a>: Hash + Eq
    where
        Self: 'a;

    /// How far it can be moved.
    type Way: Copy + Default + PartialEq;

    /// Its name. Of two pieces with the same name the first is known by it.
    fn key(&self) -> Self::Key<'_>;

    /// How far it was moved to become `later`; `None` where it also became something else.
    fn way_to(&self, later: &Self) -> Option<Self::Way>;
}

/// How the next pieces of a list come to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<'a, T: Piece> {
    /// Pieces of the old list that follow each other there.
    Keep {
        /// The position of the first.
        first: usize,
        /// How many they are; not zero.
        count: usize,
        /// How far each of them was moved.
        way: T::Way,
    },
    /// One that was not there like this.
    Put {
        /// What it is now.
        piece: &'a T,
        /// The position of what has its name in the old list.
        instead: Option<usize>,
    },
}

/// How `new` comes to be from `old`. No piece of `old` is named by two steps, and what none names is gone.
///
/// The work grows with the lengths of the lists and not with what is different.
pub fn steps<'a, T: Piece>(old: &'a [T], new: &'a [T]) -> Vec<Step<'a, T>> {
    let mut known: HashMap<T::Key<'a>, usize> = HashMap::with_capacity(old.len());
    for (position, piece) in old.iter().enumerate() {
        known.entry(piece.key()).or_insert(position);
    }
    let mut steps = Vec::new();
    for piece in new {
        let before = known.remove(&piece.key());
        let kept = before.and_then(|position| Some((position, old[position].way_to(piece)?)));
        let Some((position, by)) = kept else {
            steps.push(Step::Put { piece, instead: before });
            continue;
        };
        match steps.last_mut() {
            Some(Step::Keep { first, count, way }) if *first + *count == position && *way == by => {
                *count += 1;
            }
            _ => steps.push(Step::Keep { first: position, count: 1, way: by }),
        }
    }
    steps
}

#[cfg(test)]
mod tests;

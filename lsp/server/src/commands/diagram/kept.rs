//! The pictures that were sent last, so that what has changed can be told.
//!
//! They are known by their digests and not by who has them: two panels with the same picture share it, panels of different
//! shapes, levels or projects have pictures of their own, and a panel that is closed need not say so. An answer that nobody
//! waited for does no harm, since whoever asks next names what they have and not what was sent last. What is asked for again
//! and again stays, and what is not is the first to go. Who has a picture that is gone, or one of an earlier server, is sent
//! the next one whole.
//!
//! Must not know: what is sent.

use std::sync::{Arc, Mutex, PoisonError};

use ci_project::Drawing;

use super::Drawn;

/// How many pictures are kept: of some panels the one that is shown, and the one that was just sent.
const MOST: usize = 8;

/// How many bytes they may take. A picture of ten thousand boxes takes about 15 million.
const MOST_BYTES: usize = 64 << 20;

/// A picture, and where its elements were written.
#[derive(Debug)]
pub(super) struct Kept {
    pub drawing: Drawing,
    pub places: Vec<Drawn>,
}

impl Kept {
    /// About how many bytes of memory it takes.
    fn weight(&self) -> usize {
        let of = |place: &Drawn| size_of::<Drawn>() + place.id.len() + place.uri.as_str().len();
        self.drawing.weight() + self.places.iter().map(of).sum::<usize>()
    }
}

/// The pictures that were sent last, by their digests.
#[derive(Default)]
pub(crate) struct Pictures(Mutex<Vec<(String, usize, Arc<Kept>)>>);

impl Pictures {
    /// The picture of a digest, if it is still known. It is kept longer than those that nobody asks for.
    pub(super) fn find(&self, digest: &str) -> Option<Arc<Kept>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = all.iter().position(|(known, ..)| known == digest)?;
        let found = all.remove(at);
        let picture = Arc::clone(&found.2);
        all.push(found);
        Some(picture)
    }

    /// Keeps a picture, and forgets those that were asked for longest ago where there are too many.
    pub(super) fn keep(&self, digest: &str, picture: &Arc<Kept>) {
        let weight = picture.weight();
        if weight > MOST_BYTES {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(known, ..)| known != digest);
        all.push((digest.to_owned(), weight, Arc::clone(picture)));
        let mut bytes: usize = all.iter().map(|(_, weight, _)| weight).sum();
        let mut gone = 0;
        while all.len() - gone > MOST || bytes > MOST_BYTES {
            bytes -= all[gone].1;
            gone += 1;
        }
        all.drain(..gone);
    }
}

#[cfg(test)]
mod tests;

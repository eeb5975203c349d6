//! Patches in the words of the protocol: how the editor makes the next picture of the one that it has.
//!
//! A list is told by the positions of what stays and the text of what does not. Positions mean something in exactly one
//! list, so a patch names what it is for, and says how long its lists are.
//!
//! Must not know: what is drawn.

use ci_ide::diagram::patch::{Piece, Step, steps};
use ci_project::{Drawing, Element};
use serde::Serialize;

use super::Drawn;

/// About how many bytes a step takes beside what is put.
const STEP_BYTES: usize = 32;

/// What has changed of a picture and of its places.
#[derive(Debug, Serialize)]
pub(super) struct Patch {
    /// The digest of what the editor has.
    pub base: String,
    /// `None` where the picture is the same.
    pub picture: Option<PicturePatch>,
    /// `None` where the places are the same, or sent whole.
    pub places: Option<List<Drawn, i64>>,
}

/// What has changed of a picture.
#[derive(Debug, Serialize)]
pub(super) struct PicturePatch {
    width: f64,
    height: f64,
    /// Where the diagram is on the page.
    x: f64,
    y: f64,
    /// The children of `svg`.
    page: List<String, (f64, f64)>,
    /// The children of that one of them which has a `transform`.
    elements: List<String, (f64, f64)>,
}

/// How a list comes to be.
#[derive(Debug, Serialize)]
pub(super) struct List<P, W> {
    /// How many pieces the list of the editor has.
    of: usize,
    steps: Vec<Told<P, W>>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Told<P, W> {
    Keep {
        /// The position of the first, and how many.
        keep: (usize, usize),
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<W>,
    },
    Put {
        put: P,
        #[serde(skip_serializing_if = "Option::is_none")]
        instead: Option<usize>,
    },
}

impl PicturePatch {
    /// How one picture becomes another; `None` where that takes more than `whole` bytes.
    pub fn between(old: &Drawing, new: &Drawing, whole: usize) -> Option<Self> {
        let list = |old, new| List::between(old, new, |element: &Element| element.to_string());
        let patch = Self {
            width: new.width,
            height: new.height,
            x: new.at.x,
            y: new.at.y,
            page: list(&old.page, &new.page),
            elements: list(&old.elements, &new.elements),
        };
        let bytes =
            [&patch.page, &patch.elements].into_iter().flat_map(|list| &list.steps).map(|step| match step {
                Told::Keep { .. } => STEP_BYTES,
                Told::Put { put, .. } => STEP_BYTES + put.len(),
            });
        (bytes.sum::<usize>() < whole).then_some(patch)
    }
}

impl List<Drawn, i64> {
    /// How places become others; `None` where that takes as many words as those have.
    pub fn of_places(old: &[Drawn], new: &[Drawn]) -> Option<Self> {
        let list = Self::between(old, new, Clone::clone);
        (list.steps.len() < new.len()).then_some(list)
    }
}

impl<P, W: Default + PartialEq> List<P, W> {
    fn between<T: Piece<Way = W>>(old: &[T], new: &[T], told: impl Fn(&T) -> P) -> Self {
        let told = steps(old, new).into_iter().map(|step| match step {
            Step::Keep { first, count, way } => {
                Told::Keep { keep: (first, count), by: Some(way).filter(|way| *way != W::default()) }
            }
            Step::Put { piece, instead } => Told::Put { put: told(piece), instead },
        });
        Self { of: old.len(), steps: told.collect() }
    }
}

/// Down by lines: what somebody writes above it moves it.
impl Piece for Drawn {
    type Key<'a> = &'a str;
    type Way = i64;

    fn key(&self) -> &str {
        &self.id
    }

    fn way_to(&self, later: &Self) -> Option<i64> {
        let way = i64::from(later.range.start.line) - i64::from(self.range.start.line);
        let mut moved = self.range;
        for position in [&mut moved.start, &mut moved.end] {
            position.line = u32::try_from(i64::from(position.line) + way).ok()?;
        }
        (self.uri == later.uri && moved == later.range).then_some(way)
    }
}

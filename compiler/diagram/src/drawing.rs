//! A picture as a list of elements. Two pictures can be compared by it: what is in both, what is in both at another place,
//! and what is in one of them only.
//!
//! An element has a name that lasts as long as that of what it shows, and a place. Its text is kept without that place, so
//! that the same box somewhere else is known to be the same.
//!
//! Must not know: what is drawn, how it looks.

use std::cell::RefCell;
use std::fmt;

use crate::layout::Point;

/// Stands in a text where a coordinate goes. No text of a picture has it: XML cannot hold it.
const GAP: char = '\u{1}';

/// What an element is part of, from what lies below to what lies above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layer {
    /// What is around the diagram: titles, a legend, notes.
    Page,
    /// The area of a group.
    Group,
    /// An arrow.
    Arrow,
    /// The name of a group.
    Head,
    /// A box.
    Box,
    /// What an arrow says.
    Words,
}

/// One XML element of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    layer: Layer,
    id: String,
    at: Point,
    /// Its text, with a gap for each coordinate.
    text: String,
    /// What goes into the gaps, as distances from its place.
    coordinates: Vec<Coordinate>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Coordinate {
    X(f64),
    Y(f64),
}

impl Element {
    /// An element at a place. What `draw` writes says where it is with the pen only.
    pub(crate) fn new(
        layer: Layer,
        id: impl Into<String>,
        at: Point,
        draw: impl FnOnce(&mut String, &Pen) -> fmt::Result,
    ) -> Self {
        let (mut text, pen) = (String::new(), Pen { at, written: RefCell::default() });
        // Nothing can go wrong where a text is written into memory.
        let _ = draw(&mut text, &pen);
        Self { layer, id: id.into(), at, text, coordinates: pen.written.into_inner() }
    }

    /// What it is called: no two elements of a picture have the same name, as long as what they show has different ones.
    pub fn key(&self) -> (Layer, &str) {
        (self.layer, &self.id)
    }

    /// How far it is from here to where `later` is, right and down; `None` where that does not look the same.
    pub fn way_to(&self, later: &Self) -> Option<(f64, f64)> {
        let is_same = self.text == later.text && self.coordinates == later.coordinates;
        is_same.then_some((later.at.x - self.at.x, later.at.y - self.at.y))
    }

    /// About how many bytes of memory it takes.
    fn weight(&self) -> usize {
        size_of::<Self>() + self.id.len() + self.text.len() + self.coordinates.len() * size_of::<Coordinate>()
    }
}

/// As it is in the picture.
impl fmt::Display for Element {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pieces = self.text.split(GAP);
        to.write_str(pieces.next().unwrap_or_default())?;
        for (piece, coordinate) in pieces.zip(&self.coordinates) {
            match coordinate {
                Coordinate::X(x) => write!(to, "{}{piece}", self.at.x + x)?,
                Coordinate::Y(y) => write!(to, "{}{piece}", self.at.y + y)?,
            }
        }
        Ok(())
    }
}

/// Writes coordinates into the text of an element.
pub(crate) struct Pen {
    at: Point,
    written: RefCell<Vec<Coordinate>>,
}

impl Pen {
    /// The horizontal coordinate of a point that moves with the element.
    pub fn x(&self, x: f64) -> Mark<'_> {
        Mark { pen: self, coordinate: Coordinate::X(x - self.at.x) }
    }

    /// The vertical one.
    pub fn y(&self, y: f64) -> Mark<'_> {
        Mark { pen: self, coordinate: Coordinate::Y(y - self.at.y) }
    }
}

/// A coordinate that is about to be written.
pub(crate) struct Mark<'a> {
    pen: &'a Pen,
    coordinate: Coordinate,
}

impl fmt::Display for Mark<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pen.written.borrow_mut().push(self.coordinate);
        write!(to, "{GAP}")
    }
}

/// A picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// How wide it is, in pixels.
    pub width: f64,
    /// How high.
    pub height: f64,
    /// Where the diagram is on the page.
    pub at: Point,
    /// The page, with [`Drawing::CANVAS`] where the diagram is.
    pub page: Vec<Element>,
    /// The diagram, from what lies below to what lies above.
    pub elements: Vec<Element>,
}

impl Drawing {
    /// The name of the element that the diagram is in.
    pub const CANVAS: (Layer, &str) = (Layer::Page, "canvas");

    /// The element that the diagram is in. What it has is not part of it.
    pub(crate) fn canvas() -> Element {
        let (layer, id) = Self::CANVAS;
        Element::new(layer, id, Point { x: 0.0, y: 0.0 }, |_, _| Ok(()))
    }

    /// About how many bytes of memory it takes.
    pub fn weight(&self) -> usize {
        self.page.iter().chain(&self.elements).map(Element::weight).sum()
    }
}

/// As SVG.
impl fmt::Display for Drawing {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { width, height, at, page, elements } = self;
        writeln!(
            to,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title desc\">"
        )?;
        for element in page {
            if element.key() != Self::CANVAS {
                write!(to, "{element}")?;
                continue;
            }
            writeln!(to, "<g transform=\"translate({} {})\">", at.x, at.y)?;
            for element in elements {
                write!(to, "{element}")?;
            }
            to.write_str("</g>\n")?;
        }
        to.write_str("</svg>\n")
    }
}

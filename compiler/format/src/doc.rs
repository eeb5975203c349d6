//! A document algebra: text with places where a line may break, and a printer that decides which of them do.
//!
//! Must not know: the language.
//!
//! A [`Doc::Group`] is printed on one line if it fits; otherwise all of its own breaks become line ends, and the
//! groups inside it are decided one by one. Line ends are held back until text follows, so that two in a row are one
//! and no line ends in blanks.

/// The width that lines are kept to where they can be broken.
pub(crate) const WIDTH: usize = 100;

/// The blanks of one level.
const INDENTATION: usize = 4;

/// A document.
#[derive(Clone, Debug)]
pub(crate) enum Doc<'a> {
    Nil,
    /// Text; may span lines, which then stay as they are.
    Text(&'a str),
    /// A comment: it may be longer than a line without breaking what stands before it.
    Comment(&'a str),
    /// A blank, or a line end where the group is broken.
    Line,
    /// Nothing, or a line end where the group is broken.
    SoftLine,
    /// A line end; breaks every group around it.
    HardLine,
    /// A line end with an empty line, where the group is broken.
    BlankLine,
    /// The first where the group is broken, otherwise the second.
    IfBroken(&'a str, &'a str),
    Indent(Box<Self>),
    Group(Box<Self>),
    Concat(Vec<Self>),
}

impl Doc<'_> {
    pub(crate) fn group(self) -> Self {
        Self::Group(Box::new(self))
    }

    pub(crate) fn indent(self) -> Self {
        Self::Indent(Box::new(self))
    }
}

/// Joins documents.
macro_rules! concat_docs {
    ($($part:expr),* $(,)?) => { Doc::Concat(vec![$($part),*]) };
}
pub(crate) use concat_docs;

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Flat,
    Broken,
}

/// Text under construction.
pub(crate) struct Printer {
    pub output: String,
    column: usize,
    /// The line ends that wait for text, and the indentation after them.
    waiting: usize,
    indentation: usize,
    /// Whether a blank waits for text on the same line.
    blank: bool,
}

impl Printer {
    pub(crate) fn new() -> Self {
        Self { output: String::new(), column: 0, waiting: 0, indentation: 0, blank: false }
    }

    /// Text as it is.
    pub(crate) fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if text == " " {
            self.blank |= self.waiting == 0;
            return;
        }
        if std::mem::take(&mut self.blank) && self.waiting == 0 {
            self.output.push(' ');
            self.column += 1;
        }
        if self.waiting > 0 {
            let ends = if self.output.is_empty() { 0 } else { self.waiting };
            self.output.extend(std::iter::repeat_n('\n', ends));
            self.output.extend(std::iter::repeat_n(' ', self.indentation));
            self.column = self.indentation;
            self.waiting = 0;
        }
        self.output.push_str(text);
        self.column = match text.rfind('\n') {
            Some(at) => width(&text[at + 1..]),
            None => self.column + width(text),
        };
    }

    /// Ends the line; two line ends make an empty line.
    pub(crate) fn line(&mut self, ends: usize, level: usize) {
        self.waiting = self.waiting.max(ends);
        self.indentation = level * INDENTATION;
    }

    /// Moves the end of the line that waits to another level, without the empty line before it.
    pub(crate) fn close(&mut self, level: usize) {
        if self.waiting > 0 {
            self.waiting = 1;
            self.indentation = level * INDENTATION;
        }
    }

    /// Prints a document at this level of indentation.
    pub(crate) fn doc(&mut self, doc: &Doc<'_>, level: usize) {
        let mut stack = vec![(level, Mode::Broken, doc)];
        while let Some((level, mode, doc)) = stack.pop() {
            match doc {
                Doc::Nil => {}
                Doc::Text(text) | Doc::Comment(text) => self.text(text),
                Doc::Line if mode == Mode::Flat => self.text(" "),
                Doc::SoftLine | Doc::BlankLine if mode == Mode::Flat => {}
                Doc::Line | Doc::SoftLine | Doc::HardLine => self.line(1, level),
                Doc::BlankLine => self.line(2, level),
                Doc::IfBroken(broken, flat) => self.text(if mode == Mode::Broken { broken } else { flat }),
                Doc::Indent(inner) => stack.push((level + 1, mode, inner)),
                Doc::Concat(parts) => stack.extend(parts.iter().rev().map(|part| (level, mode, part))),
                Doc::Group(inner) => {
                    let column = if self.waiting > 0 {
                        self.indentation
                    } else {
                        self.column + usize::from(self.blank)
                    };
                    let flat = mode == Mode::Flat || fits(WIDTH.saturating_sub(column), inner, &stack);
                    stack.push((level, if flat { Mode::Flat } else { Mode::Broken }, inner));
                }
            }
        }
    }
}

/// Whether a group fits into the rest of the line, with what follows it up to the next possible line end.
fn fits<'d>(room: usize, doc: &'d Doc<'d>, rest: &[(usize, Mode, &'d Doc<'d>)]) -> bool {
    let mut room = room;
    let mut rest = rest.iter().rev();
    let mut stack = vec![(Mode::Flat, doc)];
    loop {
        let Some((mode, doc)) = stack.pop() else {
            match rest.next() {
                Some((_, mode, doc)) => {
                    stack.push((*mode, doc));
                    continue;
                }
                None => return true,
            }
        };
        let used = match doc {
            Doc::Nil | Doc::Comment(_) => 0,
            Doc::Text(text) => match text.find('\n') {
                Some(at) => return width(&text[..at]) <= room,
                None => width(text),
            },
            Doc::HardLine => return mode == Mode::Broken,
            Doc::Line | Doc::SoftLine | Doc::BlankLine if mode == Mode::Broken => return true,
            Doc::Line => 1,
            Doc::SoftLine | Doc::BlankLine => 0,
            Doc::IfBroken(broken, flat) => width(if mode == Mode::Broken { broken } else { flat }),
            Doc::Indent(inner) => {
                stack.push((mode, inner));
                0
            }
            Doc::Group(inner) => {
                // A group of the rest may still be broken: its first line end is a possible one.
                stack.push((mode, inner));
                0
            }
            Doc::Concat(parts) => {
                stack.extend(parts.iter().rev().map(|part| (mode, part)));
                0
            }
        };
        if used > room {
            return false;
        }
        room -= used;
    }
}

fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

#[cfg(test)]
mod tests;

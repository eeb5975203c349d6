//! What string literals stand for: escapes, raw strings, the indentation of multi-line strings.
//!
//! Must not know: the grammar. Reports nothing by itself; [`escape_errors`] hands the places to whoever does.

use std::borrow::Cow;

use ci_base::TextRange;

/// Replaces the escapes of a string literal's text by what they stand for. An unknown escape stays as it is.
pub fn unescape(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('\\') else { return Cow::Borrowed(text) };
    let mut result = String::with_capacity(text.len());
    result.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(at) = rest.find('\\') {
        result.push_str(&rest[..at]);
        let (length, character) = escape(&rest[at..]);
        match character {
            Some(character) => result.push(character),
            None => result.push_str(&rest[at..at + length]),
        }
        rest = &rest[at + length..];
    }
    result.push_str(rest);
    Cow::Owned(result)
}

/// The length of the escape at the start of `text`, and what it stands for.
fn escape(text: &str) -> (usize, Option<char>) {
    let mut characters = text[1..].chars();
    match characters.next() {
        Some(c @ ('"' | '\\' | '{' | '}')) => (2, Some(c)),
        Some('n') => (2, Some('\n')),
        Some('r') => (2, Some('\r')),
        Some('t') => (2, Some('\t')),
        Some('0') => (2, Some('\0')),
        Some('u') if text[2..].starts_with('{') => {
            let digits = text[3..].find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(text.len() - 3);
            let closed = text[3 + digits..].starts_with('}');
            let value = u32::from_str_radix(&text[3..3 + digits], 16).ok().and_then(char::from_u32);
            (3 + digits + usize::from(closed), value.filter(|_| closed && digits <= 6))
        }
        Some('\n' | '\r') | None => (1, None),
        Some(c) => (1 + c.len_utf8(), None),
    }
}

/// What is wrong inside the text of a string.
pub(crate) enum TextError {
    /// No such escape.
    Escape,
    /// A `}` that closes nothing.
    Brace,
}

/// The unknown escapes and lone closing braces in the text of a string literal, whose quotes lie outside `text`.
pub(crate) fn escape_errors(text: &str, mut report: impl FnMut(TextError, TextRange)) {
    let mut at = 0;
    while let Some(found) = text[at..].find(['\\', '}']) {
        at += found;
        if text[at..].starts_with('}') {
            report(TextError::Brace, TextRange::new(at as u32, at as u32 + 1));
            at += 1;
        } else {
            let (length, character) = escape(&text[at..]);
            if character.is_none() {
                report(TextError::Escape, TextRange::new(at as u32, (at + length) as u32));
            }
            at += length;
        }
    }
}

/// The text between the quotes of a string token, and whether it is raw.
///
/// Also takes an unterminated token. Of a multi-line string the quotes only are taken off.
fn inside(token: &str) -> (&str, bool) {
    if let Some(raw) = token.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let text = raw[hashes..].strip_prefix('"').unwrap_or(&raw[hashes..]);
        let end = text.len().saturating_sub(hashes);
        let closed = text.get(..end).and_then(|text| text.strip_suffix('"'));
        return (closed.filter(|_| text[end..].bytes().all(|b| b == b'#')).unwrap_or(text), true);
    }
    if let Some(text) = token.strip_prefix("\"\"\"") {
        return (text.strip_suffix("\"\"\"").unwrap_or(text), false);
    }
    let text = token.strip_prefix('"').unwrap_or(token);
    let closed = text.strip_suffix('"').filter(|rest| {
        let backslashes = rest.len() - rest.trim_end_matches('\\').len();
        backslashes.is_multiple_of(2)
    });
    (closed.unwrap_or(text), false)
}

/// The value of a string literal without interpolation.
pub(crate) fn value(token: &str) -> Cow<'_, str> {
    let (text, raw) = inside(token);
    if token.starts_with("\"\"\"") && text.contains('\n') {
        let layout = Layout::new(text);
        let mut result = String::with_capacity(text.len());
        layout.pieces(text, 0, true, true, |piece| result.push_str(&unescape(piece.of(text))));
        return Cow::Owned(result);
    }
    if raw {
        // The same template on every machine: a checkout with other line ends must not change a value.
        return if text.contains("\r\n") {
            Cow::Owned(text.replace("\r\n", "\n"))
        } else {
            Cow::Borrowed(text)
        };
    }
    unescape(text)
}

/// How a multi-line string is laid out: what of it is not part of its value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// The indentation that every line loses, in bytes.
    indentation: usize,
    /// Whether the closing quotes stand alone on their line, which then is not part of the value.
    own_line: bool,
}

impl Layout {
    /// Of the string with this text between its quotes, interpolations included.
    pub(crate) fn new(text: &str) -> Self {
        let last = text.rfind('\n').map_or(text, |at| &text[at + 1..]);
        if text.contains('\n') && last.bytes().all(|b| matches!(b, b' ' | b'\t')) {
            return Self { indentation: last.len(), own_line: true };
        }
        let lines = text.split('\n').skip(1).filter(|line| !line.trim().is_empty());
        let indentation = lines.map(|line| line.len() - line.trim_start_matches([' ', '\t']).len()).min();
        Self { indentation: indentation.unwrap_or(0), own_line: false }
    }

    /// The ranges of a stretch of the string that belong to its value, shifted by `base`. `first` and `last` tell
    /// whether the stretch starts and ends at the quotes rather than at an interpolation.
    pub(crate) fn pieces(
        self,
        text: &str,
        base: u32,
        first: bool,
        last: bool,
        mut take: impl FnMut(TextRange),
    ) {
        let mut give = |from: usize, to: usize| {
            if from < to {
                take(TextRange::new(base + from as u32, base + to as u32));
            }
        };
        let mut at = 0;
        let mut lines = text.split_inclusive('\n').enumerate().peekable();
        while let Some((number, line)) = lines.next() {
            let mut from = at;
            let mut to = at + line.len();
            let ends = line.ends_with('\n');
            if number > 0 {
                let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
                from += blanks.min(self.indentation);
            }
            let next = at + line.len();
            let is_last = lines.peek().is_none();
            if number == 0 && first && ends && line.trim().is_empty() {
                // The line of the opening quotes.
                from = to;
            } else if last && self.own_line && ((is_last && !ends) || self.closes(text, next, ends)) {
                if ends {
                    // The line end before the closing quotes.
                    to -= if line.ends_with("\r\n") { 2 } else { 1 };
                } else {
                    from = to;
                }
            }
            if line.ends_with("\r\n") && to == next && from + 2 <= to {
                give(from, to - 2);
                give(to - 1, to);
            } else {
                give(from, to);
            }
            at = next;
        }
    }

    /// Whether only the indentation of the closing quotes follows this line end.
    fn closes(self, text: &str, next: usize, ends: bool) -> bool {
        ends && text[next..].len() == self.indentation
            && text[next..].bytes().all(|b| matches!(b, b' ' | b'\t'))
    }
}

#[cfg(test)]
mod tests;

//! JSON as block YAML that every reader takes for the same value.
//!
//! CloudFormation, cfn-lint and most tools read YAML 1.1, where `on`, `012`, `1:30` and `2012-10-17` are no text; readers of
//! YAML 1.2 disagree. So text is written plain only where no version takes it for anything else. Must not know templates.

use std::fmt::{self, Write as _};

use serde::de::{Deserialize as _, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Writes a JSON text as YAML, keeping the order of entries. Empty if `json` is no JSON, which a caller never passes.
pub(crate) fn from_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 5 / 4);
    let node = Node { out: &mut out, indent: 0, place: Place::Start };
    let written = node.deserialize(&mut serde_json::Deserializer::from_str(json));
    debug_assert!(written.is_ok(), "not written as JSON: {written:?}");
    out
}

/// What a node follows on its line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing.
    Start,
    /// `key:`
    Key,
    /// `-`
    Dash,
}

/// A node that is to be written.
struct Node<'a> {
    out: &'a mut String,
    /// How far the lines of a block are indented.
    indent: usize,
    place: Place,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Node<'_> {
    fn scalar(self, text: impl fmt::Display) {
        if self.place != Place::Start {
            self.out.push(' ');
        }
        self.out.push_str(&text.to_string());
        self.out.push('\n');
    }

    /// Starts the line of an entry of a block. The first entry after a dash stays on the dash's line.
    fn start_line(&mut self, is_first: bool) {
        match (is_first, self.place) {
            (true, Place::Dash) => self.out.push(' '),
            (true, Place::Key) => {
                self.out.push('\n');
                self.push_indent(self.indent);
            }
            (true, Place::Start) | (false, _) => self.push_indent(self.indent),
        }
    }

    fn push_indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.scalar(value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.scalar(value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.scalar(value);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        // Debug form: as short as it can be, and always with a point, which YAML 1.1 asks of a number with an exponent.
        let text = format!("{value:?}");
        match text.split_once('e') {
            Some((digits, exponent)) => {
                let point = if digits.contains('.') { "" } else { ".0" };
                let sign = if exponent.starts_with('-') { "" } else { "+" };
                self.scalar(format_args!("{digits}{point}e{sign}{exponent}"));
            }
            None => self.scalar(text),
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.scalar("null");
        Ok(())
    }

    fn visit_str<E>(mut self, text: &str) -> Result<(), E> {
        if is_block(text) {
            // A block under a key is indented more than the key, under a dash more than the dash.
            let indent = if self.place == Place::Start { 2 } else { self.indent };
            let space = if self.place == Place::Start { "" } else { " " };
            self.out.push_str(space);
            self.out.push_str(if text.ends_with('\n') { "|\n" } else { "|-\n" });
            for line in text.lines() {
                if !line.is_empty() {
                    self.push_indent(indent);
                    self.out.push_str(line);
                }
                self.out.push('\n');
            }
        } else {
            self.scalar(quoted(text));
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let mut is_first = true;
        loop {
            let length = self.out.len();
            self.start_line(is_first);
            self.out.push('-');
            let node = Node { out: self.out, indent: self.indent + 2, place: Place::Dash };
            if items.next_element_seed(node)?.is_none() {
                self.out.truncate(length);
                break;
            }
            is_first = false;
        }
        if is_first {
            self.scalar("[]");
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        let mut is_first = true;
        while let Some(key) = entries.next_key_seed(Key)? {
            self.start_line(is_first);
            self.out.push_str(&key);
            self.out.push(':');
            entries.next_value_seed(Node { out: self.out, indent: self.indent + 2, place: Place::Key })?;
            is_first = false;
        }
        if is_first {
            self.scalar("{}");
        }
        Ok(())
    }
}

/// Reads a key as it is written.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        String::deserialize(deserializer).map(|key| quoted(&key))
    }
}

/// Text on one line, in quotes unless it needs none.
fn quoted(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other if is_printable(other) => quoted.push(other),
            other => {
                // Writing to a string cannot fail.
                let _ = write!(quoted, "\\U{:08x}", u32::from(other));
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Characters that YAML 1.1 and 1.2 both print, line breaks aside.
fn is_printable(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether text needs no quotes in any version of YAML, wherever it stands in a block.
fn is_plain(text: &str) -> bool {
    /// What YAML 1.1 takes for a truth or for nothing, in any case.
    const WORDS: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan"];
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '$' | '_'));
    let is_tame = |c: char| c.is_ascii_alphanumeric() || " _./:+@=,()<>*$-{}!?;|~^%&[]'".contains(c);
    starts_well
        && text.chars().all(is_tame)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Whether text reads better over several lines, and is safe to be written so.
fn is_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    body.contains('\n')
        && !body.ends_with('\n')
        && !body.starts_with([' ', '\n', '\t'])
        && body.lines().all(|line| !line.ends_with([' ', '\t']))
        && text.chars().all(|c| c == '\n' || c == '\t' || is_printable(c))
}

#[cfg(test)]
mod tests;

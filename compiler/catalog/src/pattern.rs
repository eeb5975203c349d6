//! Patterns of string properties: compiled when first needed, kept for the life of the process.

use std::sync::{LazyLock, Mutex, PoisonError};

use fancy_regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind, Look};
use rustc_hash::FxHashMap;

/// A pattern that backtracks more often than this on one text counts as matching. Long texts against sloppy patterns do
/// occur; a compiler must not hang on them.
const BACKTRACK_LIMIT: usize = 200_000;
/// Some patterns repeat a class up to 65 536 times, which needs megabytes as an automaton.
const SIZE_LIMIT: usize = 32 << 20;

static COMPILED: LazyLock<Mutex<FxHashMap<&'static str, Option<&'static Compiled>>>> =
    LazyLock::new(Mutex::default);

enum Compiled {
    /// Characters of one class at the beginning, as most patterns are: `^[a-z-]{1,64}$`. To make an automaton of it would
    /// take longer than to check the few texts that a program has for it.
    OneClass {
        ranges: Box<[(char, char)]>,
        least: usize,
        most: usize,
        to_the_end: bool,
    },
    Regex(Regex),
}

impl Compiled {
    /// `None` if it takes too long to tell.
    fn is_match(&self, text: &str) -> Option<bool> {
        match self {
            Self::OneClass { ranges, least, most, to_the_end } => {
                let is_inside =
                    |char: &char| ranges.iter().any(|(first, last)| (*first..=*last).contains(char));
                let length = text.chars().take_while(is_inside).count();
                let ends = || length <= *most && length == text.chars().count();
                Some(length >= *least && (!to_the_end || ends()))
            }
            Self::Regex(regex) => regex.is_match(text).ok(),
        }
    }
}

/// True if `text` conforms to `pattern` as JSON Schema has it: a search, not a full match.
///
/// A pattern that cannot be compiled, or that takes too long on this text, counts as matching: see
/// [`is_supported_pattern`].
pub fn pattern_matches(pattern: &'static str, text: &str) -> bool {
    compiled(pattern).and_then(|compiled| compiled.is_match(text)).unwrap_or(true)
}

/// True if the pattern can be checked at all. Of all patterns in the catalog a handful cannot; a test lists them.
pub fn is_supported_pattern(pattern: &'static str) -> bool {
    compiled(pattern).is_some()
}

fn compiled(pattern: &'static str) -> Option<&'static Compiled> {
    let mut known = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    *known.entry(pattern).or_insert_with(|| {
        let pattern = translated(pattern);
        let compiled = one_class(&pattern).or_else(|| regex(&pattern).map(Compiled::Regex))?;
        Some(&*Box::leak(Box::new(compiled)))
    })
}

fn regex(pattern: &str) -> Option<Regex> {
    let mut builder = RegexBuilder::new(pattern);
    builder.backtrack_limit(BACKTRACK_LIMIT).delegate_size_limit(SIZE_LIMIT);
    builder.build().ok()
}

fn one_class(pattern: &str) -> Option<Compiled> {
    let parsed = regex_syntax::parse(pattern).ok()?;
    let HirKind::Concat(parts) = parsed.kind() else { return None };
    let (start, middle, end) = match parts.as_slice() {
        [start, middle] => (start, middle, None),
        [start, middle, end] => (start, middle, Some(end)),
        _ => return None,
    };
    let is = |part: &Hir, look| *part.kind() == HirKind::Look(look);
    if !is(start, Look::Start) || !end.is_none_or(|end| is(end, Look::End)) {
        return None;
    }
    let (class, least, most) = match middle.kind() {
        HirKind::Repetition(repetition) => (&*repetition.sub, repetition.min, repetition.max),
        _ => (middle, 1, Some(1)),
    };
    let HirKind::Class(Class::Unicode(class)) = class.kind() else { return None };
    Some(Compiled::OneClass {
        ranges: class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        least: least as usize,
        most: most.map_or(usize::MAX, |most| most as usize),
        to_the_end: end.is_some(),
    })
}

/// The pattern in the dialect of the regular expressions used here.
///
/// Schemas are written for Java and JavaScript. There `\d`, `\w` mean ASCII; in a class a `[`, `&&` or `~~` stands for
/// itself, and so does a `-` beside `\w` or the like; characters outside the basic plane are pairs of surrogates.
fn translated(pattern: &str) -> String {
    let mut result = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern;
    let mut in_class = false;
    // Inside a class, after something that cannot begin a range.
    let mut no_range = false;
    while let Some(next) = rest.chars().next() {
        let (token, tail) = rest.split_at(token_len(rest));
        rest = tail;
        let was_no_range = std::mem::replace(&mut no_range, false);
        match token {
            r"\d" | r"\w" => {
                let ascii = if token == r"\d" { "[0-9]" } else { "[0-9A-Za-z_]" };
                result.push_str(if in_class { ascii.trim_matches(['[', ']']) } else { ascii });
                no_range = true;
            }
            r"\s" | r"\S" | r"\D" | r"\W" => {
                result.push_str(token);
                no_range = true;
            }
            // The end, or the end before a last newline, in Java; the exact end will do for values of properties.
            r"\Z" => result.push_str(r"\z"),
            _ if in_class && is_surrogate(token) => {
                // Any surrogate in a class means that all characters outside the basic plane are welcome.
                result.push_str(r"\x{10000}-\x{10FFFF}");
                while rest.starts_with('-') && is_surrogate(&rest[1..]) || is_surrogate(rest) {
                    rest = rest.trim_start_matches('-');
                    rest = &rest[token_len(rest)..];
                }
                no_range = true;
            }
            _ if next == '\\' => {
                result.push_str(token);
                no_range = token.ends_with('}');
            }
            "[" if !in_class => {
                in_class = true;
                result.push('[');
                if let Some(tail) = rest.strip_prefix('^') {
                    result.push('^');
                    rest = tail;
                }
            }
            "]" if in_class => {
                in_class = false;
                result.push(']');
            }
            "[" | "&" | "~" if in_class => {
                result.push('\\');
                result.push_str(token);
            }
            "-" if in_class && (was_no_range || begins_class_escape(rest)) => result.push_str(r"\-"),
            _ => result.push_str(token),
        }
    }
    result
}

/// The length of the first character or escape of `text`, which is not empty.
fn token_len(text: &str) -> usize {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some('\\'), Some('u')) if text.get(2..6).is_some_and(is_hex) => 6,
        (Some('\\'), Some('p' | 'P')) => text.find('}').map_or(2, |end| end + 1),
        (Some('\\'), Some(escaped)) => 1 + escaped.len_utf8(),
        (first, _) => first.map_or(0, char::len_utf8),
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// True if `text` begins with the escape of half a character, `\uD800` to `\uDFFF`.
fn is_surrogate(text: &str) -> bool {
    let digits = text.strip_prefix(r"\u").and_then(|rest| rest.get(..4));
    digits
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .is_some_and(|code| (0xD800..0xE000).contains(&code))
}

fn begins_class_escape(text: &str) -> bool {
    [r"\d", r"\w", r"\s", r"\D", r"\W", r"\S"].iter().any(|escape| text.starts_with(escape))
}

#[cfg(test)]
mod tests;

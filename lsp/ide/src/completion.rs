//! What may be written at a cursor.
//!
//! What stands before the cursor says which sort of thing fits there (`context`); what there is of that sort is gathered
//! (`names`, `records`, `paths`, `reads`, `keywords`), each with how well it fits.

mod context;
mod keywords;
mod names;
mod paths;
mod reads;
mod records;

use ci_base::{Span, TextRange};
use ci_project::Snapshot;
use ci_sema::ty::{Target, Ty, fits};
use ci_syntax::TokenKind;

use crate::place::{At, at};
use crate::{Cursor, TextEdit};

use context::Context;
pub(crate) use names::{import_edit, import_of};

/// A sort of completion, for the icon beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the protocol or of the language")]
pub enum CompletionKind {
    Keyword,
    Variable,
    Input,
    Property,
    Attribute,
    Method,
    Function,
    Type,
    ResourceType,
    Component,
    Enum,
    Variant,
    Value,
    Module,
    Action,
    Capability,
    Constant,
    Snippet,
    Marker,
}

/// Something that may be written at a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is shown.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// Its type, or where it is from.
    pub detail: String,
    /// Markdown.
    pub documentation: Option<String>,
    /// What is written instead of `replaces`.
    pub insert: String,
    /// Whether `insert` has stops.
    pub is_snippet: bool,
    /// The text that is replaced.
    pub replaces: Span,
    /// What is typed to find it, where that is not its label.
    pub filter: Option<String>,
    /// How well it fits: the least first.
    pub rank: u32,
    /// Whether it should not be used any more.
    pub is_deprecated: bool,
    /// What else is written: an import.
    pub also: Vec<TextEdit>,
}

impl Completion {
    /// One that writes its label.
    pub(crate) fn new(label: impl Into<String>, kind: CompletionKind, replaces: Span, rank: u32) -> Self {
        let label = label.into();
        Self {
            insert: label.clone(),
            label,
            kind,
            detail: String::new(),
            documentation: None,
            is_snippet: false,
            replaces,
            filter: None,
            rank,
            is_deprecated: false,
            also: Vec::new(),
        }
    }
}

/// What may be written at a cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// The best first.
    pub items: Vec<Completion>,
    /// Whether there are more, which a longer word would find.
    pub is_incomplete: bool,
}

/// What may be written at a cursor.
pub fn completions(snapshot: &Snapshot, cursor: Cursor) -> Completions {
    snapshot.attach(|db| {
        if crate::manifest::is_manifest(snapshot, cursor.file) {
            return crate::manifest::completions(db, snapshot, cursor);
        }
        let text = snapshot.files().text(cursor.file);
        let mut list = List::new(snapshot, cursor, text);
        match at(db, snapshot, cursor) {
            Some(place) => in_item(&mut list, &place),
            None if list.starts_a_line() => keywords::items(&mut list),
            None => {}
        }
        list.finish()
    })
}

fn in_item(list: &mut List<'_>, place: &At<'_>) {
    match context::context(place) {
        Context::Nothing => {}
        Context::Item => keywords::items(list),
        Context::Member => keywords::members(list, place),
        Context::Marker => keywords::markers(list),
        Context::Allowed => keywords::findings(list, place),
        Context::Read { base, optional } => reads::reads(list, place, base, optional),
        Context::Path { segments, in_import } => paths::segments(list, place, &segments, in_import),
        Context::Import => paths::roots(list, place),
        Context::Type => paths::types(list, place),
        Context::Entry { record } => records::entries(list, place, record),
        Context::Text { range, expected, path } => {
            list.replaces = range;
            records::texts(list, place, expected.as_ref(), path);
        }
        Context::Actions => {
            paths::action_services(list);
        }
        Context::Value { expected } => names::values(list, place, expected.as_ref()),
    }
}

/// What has been gathered so far.
pub(crate) struct List<'a> {
    pub snapshot: &'a Snapshot,
    pub cursor: Cursor,
    text: &'a str,
    /// The word that is being typed.
    pub word: String,
    /// What is replaced: that word.
    replaces: TextRange,
    items: Vec<Completion>,
    is_incomplete: bool,
}

impl<'a> List<'a> {
    fn new(snapshot: &'a Snapshot, cursor: Cursor, text: &'a str) -> Self {
        let is_word = |character: char| character.is_alphanumeric() || character == '_';
        let before = text.get(..cursor.offset as usize).unwrap_or_default();
        let start = before.trim_end_matches(is_word).len() as u32;
        let after = text.get(cursor.offset as usize..).unwrap_or_default();
        let end = cursor.offset + (after.len() - after.trim_start_matches(is_word).len()) as u32;
        let word = TextRange::new(start, cursor.offset).of(text).to_owned();
        Self {
            snapshot,
            cursor,
            text,
            word,
            replaces: TextRange::new(start, end),
            items: Vec::new(),
            is_incomplete: false,
        }
    }

    /// Whether nothing but white space stands before the word on its line.
    fn starts_a_line(&self) -> bool {
        let before = self.text.get(..self.replaces.start as usize).unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default().trim().is_empty()
    }

    /// What stands right after the word, blanks aside.
    fn next_character(&self) -> Option<char> {
        let after = self.text.get(self.replaces.end as usize..)?;
        after.trim_start_matches([' ', '\t']).chars().next()
    }

    /// The blanks at the start of the cursor's line.
    fn indent(&self) -> usize {
        let before = self.text.get(..self.cursor.offset as usize).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.len() - line.trim_start_matches(' ').len()
    }

    /// Adds a completion that writes its label.
    pub fn put(&mut self, label: impl Into<String>, kind: CompletionKind, rank: u32) -> &mut Completion {
        let replaces = Span { file: self.cursor.file, range: self.replaces };
        self.items.push(Completion::new(label, kind, replaces, rank));
        let last = self.items.len() - 1;
        &mut self.items[last]
    }

    pub fn snippet(&mut self, label: &str, insert: impl Into<String>, detail: &str, rank: u32) {
        let item = self.put(label, CompletionKind::Snippet, rank);
        item.insert = insert.into();
        item.is_snippet = true;
        detail.clone_into(&mut item.detail);
    }

    pub fn incomplete(&mut self) {
        self.is_incomplete = true;
    }

    /// Whether a name is like the word that is being typed.
    pub fn is_like(&self, name: &str) -> bool {
        crate::symbols::score(&self.word, name).is_some()
    }

    /// Takes the parentheses off: there are some behind the word already.
    fn without_calls(&mut self) {
        for item in &mut self.items {
            if item.kind == CompletionKind::Method {
                item.insert.clone_from(&item.label);
                item.is_snippet = false;
            }
        }
    }

    fn finish(mut self) -> Completions {
        self.items.sort_by(|a, b| a.rank.cmp(&b.rank).then_with(|| a.label.cmp(&b.label)));
        self.items.dedup_by(|a, b| a.label == b.label && a.kind == b.kind && a.insert == b.insert);
        Completions { items: self.items, is_incomplete: self.is_incomplete }
    }
}

/// How well a type fits a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// It is what is expected.
    Exact,
    /// It may stand there.
    Fits,
    /// Nothing is expected, or nothing is known.
    Open,
    /// It cannot stand there.
    Misfit,
}

/// How well a type fits where another is expected.
pub(crate) fn fit(ty: &Ty, expected: Option<&Ty>) -> Fit {
    let Some(expected) = expected else { return Fit::Open };
    if ty.is_error() || matches!(expected.unwrapped().0, Ty::Error) {
        return Fit::Open;
    }
    if fits(ty, expected).is_err() {
        return Fit::Misfit;
    }
    let wanted = references(expected);
    if wanted.is_empty() {
        let is_same = ty.unwrapped().0.widened() == expected.unwrapped().0.widened();
        // Everything is JSON, so that little is said by it.
        return match expected.unwrapped().0.widened() {
            Ty::Json => Fit::Open,
            _ if is_same => Fit::Exact,
            _ => Fit::Fits,
        };
    }
    let given = references(ty);
    let is_wanted = given.iter().any(|given| wanted.iter().any(|wanted| given.is_accepted_as(*wanted)));
    if is_wanted { Fit::Exact } else { Fit::Fits }
}

/// What a type says a text identifies.
pub(crate) fn references(ty: &Ty) -> Vec<Target> {
    match ty.unwrapped().0.widened() {
        Ty::Id(targets) => targets.to_vec(),
        Ty::Node(node) => node.node().references.iter().map(Target::from).collect(),
        _ => Vec::new(),
    }
}

/// Whether a token is a word that may have been typed up to the cursor.
pub(crate) fn is_word(kind: TokenKind) -> bool {
    kind == TokenKind::Ident || kind.is_item_keyword() || kind.is_keyword()
}

#[cfg(test)]
mod tests;

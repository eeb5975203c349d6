//! The manifest in an editor: what may be written in it, what a key is for, where what it names is.
//!
//! What may stand in a manifest says the model of the reader, `ci_project::MANIFEST_KEYS`.

mod place;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use camino::Utf8Path;
use ci_base::{Code, FileId, Severity, Span, TextRange};
use ci_project::{MANIFEST, MANIFEST_KEYS, ManifestNames, ManifestTable, ManifestValue, Snapshot};
use ci_sema::item::item_doc;
use ci_sema::name::Def;
use ci_sema::{Db, ItemId};

use crate::completion::{Completion, CompletionKind, Completions};
use crate::describe;
use crate::diagnostics::page;
use crate::hover::Hover;
use crate::symbol::Symbol;
use crate::{Cursor, Target};

use place::{Role, Word, word_at, words};

/// Whether a file is a manifest.
pub(crate) fn is_manifest(snapshot: &Snapshot, file: FileId) -> bool {
    Utf8Path::new(snapshot.files().path(file)).file_name() == Some(MANIFEST)
}

/// What may be written at a cursor in a manifest.
pub(crate) fn completions(db: &dyn Db, snapshot: &Snapshot, cursor: Cursor) -> Completions {
    let text = snapshot.files().text(cursor.file);
    let Some(word) = word_at(text, cursor.offset) else { return Completions::default() };
    let mut list = List { text, cursor, word: &word, items: Vec::new() };
    match word.role {
        Role::Table => list.tables(),
        Role::Key => list.keys(db),
        Role::Value => list.values(db, snapshot),
        Role::Nothing => {}
    }
    Completions { items: list.items, is_incomplete: false }
}

struct List<'a> {
    text: &'a str,
    cursor: Cursor,
    word: &'a Word<'a>,
    items: Vec<Completion>,
}

impl List<'_> {
    fn put(
        &mut self,
        label: &str,
        kind: CompletionKind,
        insert: String,
        documentation: String,
    ) -> &mut Completion {
        let rank = self.items.len() as u32;
        let replaces = Span { file: self.cursor.file, range: self.word.range };
        self.items.push(Completion {
            documentation: Some(documentation).filter(|text| !text.is_empty()),
            insert,
            ..Completion::new(label, kind, replaces, rank)
        });
        let last = self.items.len() - 1;
        &mut self.items[last]
    }

    /// What stands behind the word on its line, blanks aside.
    fn behind(&self) -> &str {
        let rest = self.text.get(self.word.range.end as usize..).unwrap_or_default();
        rest.lines().next().unwrap_or_default().trim_start()
    }

    /// The keys that the table of the word has already.
    fn given(&self) -> BTreeSet<String> {
        let own = |other: &Word<'_>| {
            let is_name = matches!(other.role, Role::Key | Role::Table);
            is_name && other.path.starts_with(&self.word.path) && other.range != self.word.range
        };
        let found = words(self.text).into_iter().filter(own);
        let depth = self.word.path.len();
        found.map(|other| other.path.get(depth).copied().unwrap_or(other.text).to_owned()).collect()
    }

    /// Names of tables, between brackets.
    fn tables(&mut self) {
        let Some(table) = MANIFEST_KEYS.at(&self.word.path) else { return };
        let close = if self.behind().starts_with(']') { "" } else { "]" };
        for (name, about) in tables_in(table, "") {
            self.put(&name, CompletionKind::Module, format!("{name}{close}"), sentence(about));
        }
    }

    fn keys(&mut self, db: &dyn Db) {
        let Some(table) = MANIFEST_KEYS.at(&self.word.path) else { return };
        let given = self.given();
        let is_named = self.behind().starts_with(['=', '.']);
        for key in table.keys.iter().filter(|key| !given.contains(key.name)) {
            let about = sentence(key.about);
            if let ManifestValue::Table(_) = key.takes {
                continue;
            }
            let (insert, is_snippet) = assignment(key.name, &key.takes, is_named);
            let item = self.put(key.name, CompletionKind::Property, insert, about);
            item.is_snippet = is_snippet;
            key.takes.noun().clone_into(&mut item.detail);
        }
        if let Some(entries) = &table.entries {
            let names: Vec<(String, String, String)> = match entries.names {
                // The names of packages are the author's to choose.
                ManifestNames::Dependencies => Vec::new(),
                ManifestNames::Findings => {
                    let codes = Code::ALL.iter().filter(|code| code.has_level());
                    codes
                        .map(|code| (code.name().to_owned(), code.number().to_owned(), finding(*code)))
                        .collect()
                }
                ManifestNames::Rules => {
                    let rule = |item: ItemId| {
                        let module = item.file(db).module(db).to_string();
                        (item.name(db).to_string(), module, item_doc(db, item).unwrap_or_default())
                    };
                    ci_sema::rule::rules(db).map(rule).collect()
                }
            };
            for (name, detail, documentation) in names.iter().filter(|(name, ..)| !given.contains(name)) {
                let (insert, is_snippet) = assignment(name, &entries.takes, is_named);
                let item = self.put(name, CompletionKind::Property, insert, documentation.clone());
                item.is_snippet = is_snippet;
                item.detail.clone_from(detail);
            }
        }
        // Where a line begins, a table may.
        let before = self.text.get(..self.word.range.start as usize).unwrap_or_default();
        let starts_line = before.rsplit('\n').next().is_some_and(|line| line.trim().is_empty());
        if starts_line && !is_named {
            for (name, about) in tables_in(&MANIFEST_KEYS, "") {
                self.put(&format!("[{name}]"), CompletionKind::Module, format!("[{name}]"), sentence(about));
            }
        }
    }

    fn values(&mut self, db: &dyn Db, snapshot: &Snapshot) {
        let Some((_, takes)) = value_of(&self.word.path) else { return };
        match takes {
            ManifestValue::Word(words) => {
                for word in *words {
                    self.quoted(word.name, CompletionKind::Value, sentence(word.about));
                }
            }
            ManifestValue::Modules => {
                let given: BTreeSet<&str> = words(self.text)
                    .into_iter()
                    .filter(|other| other.role == Role::Value && other.path == self.word.path)
                    .filter(|other| other.range != self.word.range)
                    .map(|other| other.text)
                    .collect();
                for module in snapshot.modules_with_rules() {
                    if !given.contains(&*module) {
                        let about = self::module(snapshot, &module);
                        let about = about.and_then(|about| describe::symbol(db, &about, None));
                        self.quoted(&module, CompletionKind::Module, about.unwrap_or_default());
                    }
                }
            }
            ManifestValue::Table(_) => {
                if let Some(ManifestValue::Table(table)) = value_of(&self.word.path).map(|found| found.1)
                    && let [key] = table.keys
                {
                    let insert = format!("{{ {} = \"$1\" }}", key.name);
                    let item = self.put("{ … }", CompletionKind::Snippet, insert, sentence(key.about));
                    item.is_snippet = true;
                }
            }
            ManifestValue::Text | ManifestValue::Package | ManifestValue::Paths => {}
        }
    }

    /// A text, with the quotes that are not there yet.
    fn quoted(&mut self, text: &str, kind: CompletionKind, documentation: String) {
        let Word { range, inside, .. } = *self.word;
        let is_list = matches!(value_of(&self.word.path), Some((_, ManifestValue::Modules)));
        let needs_list = is_list && !self.word.in_list;
        let (insert, replaces) = if inside.start > range.start {
            // What follows an open quote on its line is not of the text.
            let is_closed = inside.end < range.end;
            let end = if is_closed { inside.end } else { self.cursor.offset };
            let close = if is_closed { "" } else { "\"" };
            (format!("{text}{close}"), TextRange::new(inside.start, end))
        } else if needs_list {
            (format!("[\"{text}\"]"), range)
        } else {
            (format!("\"{text}\""), range)
        };
        let item = self.put(text, kind, insert, documentation);
        item.replaces.range = replaces;
    }
}

/// The tables in a table, with the way to each.
fn tables_in(table: &ManifestTable, path: &str) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    for key in table.keys {
        if let ManifestValue::Table(inner) = &key.takes {
            let name = format!("{path}{}", key.name);
            found.push((name.clone(), key.about));
            found.extend(tables_in(inner, &format!("{name}.")));
        }
    }
    found
}

/// A key with what stands behind it, and whether that has stops.
fn assignment(name: &str, takes: &ManifestValue, is_named: bool) -> (String, bool) {
    if is_named {
        return (name.to_owned(), false);
    }
    match takes {
        ManifestValue::Text | ManifestValue::Package | ManifestValue::Word(_) => {
            (format!("{name} = \"$0\""), true)
        }
        ManifestValue::Paths | ManifestValue::Modules => (format!("{name} = [\"$0\"]"), true),
        ManifestValue::Table(_) => (format!("{name} = {{ $0 }}"), true),
    }
}

/// What the last key of a path is for, and what it takes.
fn value_of(path: &[&str]) -> Option<(&'static str, &'static ManifestValue)> {
    let (last, path) = path.split_last()?;
    MANIFEST_KEYS.at(path)?.get(last)
}

/// The text of the model as a sentence.
fn sentence(about: &str) -> String {
    let mut characters = about.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", characters.as_str())
}

/// A kind of finding: what it is where nothing is said, and its page.
fn finding(code: Code) -> String {
    let severity = match code.severity() {
        Severity::Error => "An error",
        Severity::Warning => "A warning",
        Severity::Note => "A note",
    };
    format!("{severity} where nothing is said. [{}]({}) says more.", code.number(), page(code))
}

/// What is known of the word at a cursor in a manifest.
pub(crate) fn hover(db: &dyn Db, snapshot: &Snapshot, cursor: Cursor) -> Option<Hover> {
    let word = word_at(snapshot.files().text(cursor.file), cursor.offset)?;
    let text = match word.role {
        Role::Nothing => return None,
        Role::Table | Role::Key => {
            let table = MANIFEST_KEYS.at(&word.path)?;
            let (about, takes) = table.get(word.text)?;
            let path: Vec<&str> = word.path.iter().copied().chain([word.text]).collect();
            let is_own = table.names().any(|name| name == word.text);
            match table.entries.as_ref().filter(|_| !is_own).map(|entries| entries.names) {
                Some(ManifestNames::Findings) => {
                    let code = Code::parse(word.text)?;
                    format!("`{}` {}\n\n{}", code.name(), code.number(), finding(code))
                }
                Some(ManifestNames::Rules) => {
                    describe::symbol(db, &Symbol::Item(rule(db, word.text)?), None)?
                }
                Some(ManifestNames::Dependencies) | None => key(&path.join("."), about, takes),
            }
        }
        Role::Value => {
            let (about, takes) = value_of(&word.path)?;
            match takes {
                ManifestValue::Word(words) => match words.iter().find(|known| known.name == word.text) {
                    Some(known) => format!("`\"{}\"`\n\n{}", known.name, sentence(known.about)),
                    None => key(&word.path.join("."), about, takes),
                },
                ManifestValue::Modules => match module(snapshot, word.text) {
                    Some(module) => describe::symbol(db, &module, None)?,
                    None => key(&word.path.join("."), about, takes),
                },
                _ => key(&word.path.join("."), about, takes),
            }
        }
    };
    (!word.range.is_empty()).then_some(Hover { at: Span { file: cursor.file, range: word.range }, text })
}

/// What a key is for and takes.
fn key(path: &str, about: &str, takes: &ManifestValue) -> String {
    let mut text = format!("`{path}`: {}\n\n{}", takes.noun(), sentence(about));
    if let ManifestValue::Word(words) = takes {
        for word in *words {
            let _ = write!(text, "\n- `\"{}\"`: {}", word.name, word.about);
        }
    }
    text
}

/// Where what the word at a cursor in a manifest names is.
pub(crate) fn definition(db: &dyn Db, snapshot: &Snapshot, cursor: Cursor) -> Option<(Span, Vec<Target>)> {
    let text = snapshot.files().text(cursor.file);
    let word = word_at(text, cursor.offset)?;
    let target = match word.role {
        Role::Table | Role::Key => {
            let names = MANIFEST_KEYS.at(&word.path)?.entries.as_ref().map(|entries| entries.names);
            match names? {
                ManifestNames::Findings => return None,
                ManifestNames::Rules => Symbol::Item(rule(db, word.text)?).target(db)?,
                ManifestNames::Dependencies => {
                    let of_it = |other: &Word<'_>| matches!(other.path[..], [table, name, "path"] if [table] == word.path[..] && name == word.text);
                    let path =
                        words(text).into_iter().find(|other| other.role == Role::Value && of_it(other))?;
                    package(snapshot, cursor.file, path.text)?
                }
            }
        }
        Role::Value => match value_of(&word.path)?.1 {
            ManifestValue::Package => package(snapshot, cursor.file, word.text)?,
            ManifestValue::Modules => module(snapshot, word.text)?.target(db)?,
            _ => return None,
        },
        Role::Nothing => return None,
    };
    Some((Span { file: cursor.file, range: word.range }, vec![target]))
}

/// The rule of a name, where it applies or could.
fn rule(db: &dyn Db, name: &str) -> Option<ItemId> {
    ci_sema::rule::rules(db).find(|item| &**item.name(db) == name)
}

fn module(snapshot: &Snapshot, path: &str) -> Option<Symbol> {
    Some(Symbol::Def(Def::Module(snapshot.module(path)?)))
}

/// The manifest of the package at a path.
fn package(snapshot: &Snapshot, from: FileId, path: &str) -> Option<Target> {
    let start = Span { file: snapshot.manifest_at(from, path)?, range: TextRange::empty(0) };
    Some(Target { full: start, name: start })
}

#[cfg(test)]
mod tests;

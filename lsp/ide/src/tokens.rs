//! Colours by meaning: what each name is, where words alone do not say it.

use ci_base::{FileId, TextRange};
use ci_project::Snapshot;
use ci_sema::Db;
use ci_sema::item::{item_range, items};
use ci_sema::name::Def;
use ci_syntax::ItemKind;
use ci_syntax::ast::Keyword;

use crate::occurrence::{Occurrence, occurrences};
use crate::place::source_of;
use crate::symbol::Symbol;

/// What a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the protocol")]
pub enum TokenType {
    Namespace,
    Type,
    Enum,
    EnumMember,
    Interface,
    Struct,
    Class,
    Parameter,
    Variable,
    Property,
    Function,
    Method,
    Decorator,
    Event,
}

impl TokenType {
    /// All of them, in the order of the legend.
    pub const ALL: [Self; 14] = [
        Self::Namespace,
        Self::Type,
        Self::Enum,
        Self::EnumMember,
        Self::Interface,
        Self::Struct,
        Self::Class,
        Self::Parameter,
        Self::Variable,
        Self::Property,
        Self::Function,
        Self::Method,
        Self::Decorator,
        Self::Event,
    ];
}

/// A name and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SemanticToken {
    /// In the file.
    pub range: TextRange,
    /// What it is.
    pub kind: TokenType,
    /// Whether it is declared here.
    pub declares: bool,
    /// Whether it can never be anything else.
    pub is_constant: bool,
    /// Whether AWS, the language or the standard library declares it.
    pub is_library: bool,
}

/// The names of a file that are in a range, or all of them; in order, none in another.
pub fn semantic_tokens(snapshot: &Snapshot, file: FileId, within: Option<TextRange>) -> Vec<SemanticToken> {
    snapshot.attach(|db| {
        let Some(source) = source_of(db, snapshot, file) else { return Vec::new() };
        let mut found: Vec<SemanticToken> = Vec::new();
        for item in items(db, source).iter() {
            let range = item_range(db, *item);
            let is_wanted = within.is_none_or(|within| range.start < within.end && within.start < range.end);
            if !is_wanted {
                continue;
            }
            for name in occurrences(db, *item) {
                if let Some(token) = token(db, &name, range.start) {
                    let last = found.last().map_or(0, |last| last.range.end);
                    if token.range.start >= last {
                        found.push(token);
                    }
                }
            }
        }
        found
    })
}

fn token(db: &dyn Db, name: &Occurrence, start: u32) -> Option<SemanticToken> {
    let mut is_constant = false;
    let kind = match &name.symbol {
        Symbol::Item(item) => match item.kind(db) {
            ItemKind::Const => {
                is_constant = true;
                TokenType::Variable
            }
            ItemKind::Struct => TokenType::Struct,
            ItemKind::Enum => TokenType::Enum,
            ItemKind::Fn => TokenType::Function,
            ItemKind::Interface => TokenType::Interface,
            ItemKind::Component | ItemKind::Service | ItemKind::App => TokenType::Class,
            ItemKind::Test | ItemKind::Rule | ItemKind::Use | ItemKind::Error => return None,
        },
        Symbol::Variant(..) => TokenType::EnumMember,
        Symbol::Member(..) => match name.symbol.member(db)?.0 {
            Keyword::Input | Keyword::Param | Keyword::Needs => TokenType::Parameter,
            Keyword::Let => TokenType::Variable,
            Keyword::Capability => TokenType::Event,
            Keyword::Output | Keyword::Provides | Keyword::Field => TokenType::Property,
        },
        Symbol::Local(..) => TokenType::Variable,
        Symbol::Property(..) | Symbol::Attribute(..) => TokenType::Property,
        Symbol::Method(_) => TokenType::Method,
        Symbol::Marker(_) => TokenType::Decorator,
        Symbol::Def(def) => match def {
            Def::Module(_)
            | Def::Folder(..)
            | Def::Namespace(_)
            | Def::ActionServices
            | Def::ActionService(_) => TokenType::Namespace,
            Def::Resource(_) => TokenType::Class,
            Def::Action(..) => TokenType::Event,
            Def::Pseudo(_) => {
                is_constant = true;
                TokenType::Variable
            }
            Def::Builtin(_) => TokenType::Function,
            Def::Type(_) => TokenType::Type,
            Def::Item(_) | Def::Variant(..) => return None,
        },
    };
    let is_library = match name.symbol.item() {
        Some(item) => crate::place::is_std(db, item.file(db)),
        None => true,
    };
    let declares = name.declares;
    Some(SemanticToken { range: name.range.shifted(start), kind, declares, is_constant, is_library })
}

#[cfg(test)]
mod tests;

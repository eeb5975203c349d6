//! Giving something another name, everywhere at once.
//!
//! The name of what is made is part of its name in the template: with another name it would be another resource. So the old
//! name is written down beside the new one, `#[formerly("…")]`, and the template stays as it is.

use ci_base::{FileId, Span, TextRange};
use ci_project::Snapshot;
use ci_sema::ty::Ty;
use ci_sema::{Db, ItemId};
use ci_syntax::ast::{Keyword, Member};
use ci_syntax::{ItemKind, TokenKind, lex};

use crate::occurrence::symbol_at;
use crate::place::{Body, is_std};
use crate::references::everywhere;
use crate::symbol::{Symbol, member_name};
use crate::{Cursor, TextEdit};

/// What a new name changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rename {
    /// The new name, wherever the old one stood.
    pub edits: Vec<TextEdit>,
    /// What keeps the names in templates as they are: to be made with the others or left out.
    pub keeps: Vec<TextEdit>,
}

/// The name at a cursor and the text that is to be replaced, or why it cannot be.
pub fn prepare(snapshot: &Snapshot, cursor: Cursor) -> Result<(Span, String), String> {
    snapshot.attach(|db| {
        let (place, found) = symbol_at(db, snapshot, cursor).ok_or("there is no name here")?;
        may_rename(db, &found.symbol)?;
        let range = inside_quotes(place.body.source.text(), found.range);
        Ok((place.body.span(range), range.of(place.body.source.text()).to_owned()))
    })
}

/// What giving the name at a cursor another name changes, or why it cannot be.
pub fn rename(snapshot: &Snapshot, cursor: Cursor, new: &str) -> Result<Rename, String> {
    snapshot.attach(|db| {
        let (_, found) = symbol_at(db, snapshot, cursor).ok_or("there is no name here")?;
        may_rename(db, &found.symbol)?;
        let is_test = matches!(&found.symbol, Symbol::Item(item) if item.kind(db) == ItemKind::Test);
        let is_name = matches!(lex(new).as_slice(), [token] if token.kind == TokenKind::Ident);
        if !is_test && !is_name {
            return Err(format!("`{new}` is not a name: letters, digits and `_`, and no keyword"));
        }
        if is_test && new.contains(['"', '\n', '{', '\\']) {
            return Err("the name of a test is plain text".to_owned());
        }
        let old = found.symbol.name(db, snapshot).unwrap_or_default().trim_matches('"').to_owned();
        if old == new {
            return Ok(Rename::default());
        }
        taken(db, snapshot, &found.symbol, new)?;
        let mut renamed = Rename::default();
        for (item, place) in everywhere(db, snapshot, &found.symbol) {
            if is_std(db, item.file(db)) {
                continue;
            }
            let body = Body::of(db, item);
            let range = inside_quotes(body.source.text(), place.range);
            // Where it goes by another name, an alias or a path, nothing changes.
            if range.of(body.source.text()) != old {
                continue;
            }
            let text = match (place.shorthand, place.expr) {
                (false, _) => new.to_owned(),
                // `{ name }` says `name: name`, of which one part changes.
                (true, None) => format!("{new}: {old}"),
                (true, Some(_)) => format!("{old}: {new}"),
            };
            renamed.edits.push(TextEdit { at: body.span(range), text });
        }
        renamed.keeps.extend(formerly(db, snapshot, &found.symbol, &old));
        Ok(renamed)
    })
}

fn may_rename(db: &dyn Db, symbol: &Symbol) -> Result<(), String> {
    match symbol {
        Symbol::Item(_) | Symbol::Variant(..) | Symbol::Member(..) | Symbol::Local(..) => {}
        Symbol::Property(..) | Symbol::Attribute(..) | Symbol::Def(_) => {
            return Err("AWS or the language gives this name".to_owned());
        }
        Symbol::Method(_) | Symbol::Marker(_) => return Err("the language gives this name".to_owned()),
    }
    match symbol.item() {
        Some(item) if is_std(db, item.file(db)) => Err("the standard library gives this name".to_owned()),
        _ => Ok(()),
    }
}

/// A name that something else beside it has already.
fn taken(db: &dyn Db, snapshot: &Snapshot, symbol: &Symbol, new: &str) -> Result<(), String> {
    let is_taken = match symbol {
        Symbol::Item(item) => {
            let others = ci_sema::name::module_items(db, item.file(db));
            !matches!(item.kind(db), ItemKind::Test | ItemKind::Rule)
                && others.iter().any(|(name, _)| &**name == new)
        }
        Symbol::Variant(item, _) => match ci_sema::signature::signature(db, *item) {
            ci_sema::signature::Signature::Enum(variants) => variants.iter().any(|(name, _)| &**name == new),
            _ => false,
        },
        Symbol::Member(item, _) => crate::symbol::member_named(db, *item, new).is_some(),
        Symbol::Local(item, _) => {
            // What is bound may hide a member; that another name means something else then, nobody wants.
            let uses = crate::occurrence::occurrences(db, *item);
            let source = ci_sema::item::item_source(db, *item).text();
            uses.iter().any(|found| found.range.of(source) == new && found.expr.is_some())
        }
        _ => false,
    };
    let _ = snapshot;
    if is_taken { Err(format!("there is another `{new}` here")) } else { Ok(()) }
}

/// The range without quotes around it.
fn inside_quotes(text: &str, range: TextRange) -> TextRange {
    let written = range.of(text);
    if written.len() >= 2 && written.starts_with('"') && written.ends_with('"') {
        TextRange::new(range.start + 1, range.end - 1)
    } else {
        range
    }
}

/// `#[formerly("…")]` before a member that makes something.
fn formerly(db: &dyn Db, snapshot: &Snapshot, symbol: &Symbol, old: &str) -> Option<TextEdit> {
    let Symbol::Member(item, at) = symbol else { return None };
    let (keyword, member) = symbol.member(db)?;
    if !matches!(keyword, Keyword::Let | Keyword::Output | Keyword::Provides)
        || !matches!(item.kind(db), ItemKind::Component | ItemKind::Service)
    {
        return None;
    }
    let body = Body::of(db, *item);
    if !body.inference.members.get(*at as usize).is_some_and(makes) || has_name(&body, member) {
        return None;
    }
    let (file, offset, indent) = line_of(db, snapshot, *item, member)?;
    Some(TextEdit::insert(file, offset, format!("#[formerly(\"{old}\")]\n{indent}")))
}

/// Whether an attribute says already what it is called in the template.
fn has_name(body: &Body<'_>, member: &Member) -> bool {
    member.attributes.iter().any(|known| matches!(body.source.name(known.name), "formerly" | "id"))
}

/// Whether a value of a type is something in the template.
pub(crate) fn makes(ty: &Ty) -> bool {
    match ty {
        Ty::Resource(_) | Ty::Unit(_) => true,
        Ty::Option(inner) | Ty::List(inner) | Ty::Map(inner) => makes(inner),
        _ => false,
    }
}

/// Where a member starts, and the white space before it.
pub(crate) fn line_of(
    db: &dyn Db,
    snapshot: &Snapshot,
    item: ItemId,
    member: &Member,
) -> Option<(FileId, u32, String)> {
    let _ = member_name(member)?;
    let at = ci_sema::item::item_span(db, item, member.range);
    let text = snapshot.files().text(at.file);
    let before = text.get(..at.range.start as usize)?;
    let line = before.rsplit('\n').next().unwrap_or_default();
    let indent: String = line.chars().take_while(|character| character.is_whitespace()).collect();
    Some((at.file, at.range.start, indent))
}

#[cfg(test)]
mod tests;

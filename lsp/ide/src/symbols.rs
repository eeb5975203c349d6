//! What is declared: in a file as a tree, in the project by name.

use ci_base::Span;
use ci_project::Snapshot;
use ci_sema::item::{item_range, item_span, item_tree, items};
use ci_sema::{Db, ItemId};
use ci_syntax::ItemKind;
use ci_syntax::ast::{Item, Keyword, MemberKind};

use crate::place::{Body, own_sources, source_of};
use crate::symbol::{item_word, keyword_word, member_name, members};

/// A sort of declaration, for the icon beside its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the language's words")]
pub enum Sort {
    Const,
    Struct,
    Enum,
    Variant,
    Fn,
    Interface,
    Component,
    Service,
    App,
    Test,
    Rule,
    Environment,
    /// Something in the template.
    Resource,
    /// An instance of a component or service.
    Instance,
    Input,
    Let,
    Output,
    Field,
    Capability,
}

/// A declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredSymbol {
    /// Its name.
    pub name: String,
    /// Its keyword and its type, or what it is in.
    pub detail: String,
    /// What it is.
    pub sort: Sort,
    /// All of it.
    pub full: Span,
    /// Its name in the source.
    pub at: Span,
    /// Whether it should not be used any more.
    pub is_deprecated: bool,
    /// What is declared in it.
    pub children: Vec<DeclaredSymbol>,
}

/// What a file declares, in its order.
pub fn document_symbols(snapshot: &Snapshot, file: ci_base::FileId) -> Vec<DeclaredSymbol> {
    snapshot.attach(|db| {
        let Some(source) = source_of(db, snapshot, file) else { return Vec::new() };
        items(db, source).iter().filter_map(|item| item_symbol(db, *item, true)).collect()
    })
}

/// What the project declares by names like `query`, the best first; everything for an empty one.
pub fn workspace_symbols(snapshot: &Snapshot, query: &str, most: usize) -> Vec<DeclaredSymbol> {
    snapshot.attach(|db| {
        let mut found: Vec<(u32, DeclaredSymbol)> = Vec::new();
        for file in own_sources(db, snapshot) {
            for item in items(db, file).iter() {
                let Some(mut symbol) = item_symbol(db, *item, true) else { continue };
                let children = std::mem::take(&mut symbol.children);
                let owner = symbol.name.clone();
                let module = file.module(db);
                let place = if module.is_empty() { "crate".to_owned() } else { module.to_string() };
                if let Some(score) = score(query, &symbol.name) {
                    found.push((score, DeclaredSymbol { detail: place, ..symbol }));
                }
                for child in children {
                    if let Some(score) = score(query, &child.name) {
                        found.push((score + 1, DeclaredSymbol { detail: owner.clone(), ..child }));
                    }
                }
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.name.cmp(&b.1.name)));
        found.into_iter().take(most).map(|(_, symbol)| symbol).collect()
    })
}

/// How badly a name is like what was typed: the letters in their order, 0 for the name itself.
pub(crate) fn score(query: &str, name: &str) -> Option<u32> {
    if query.is_empty() {
        return Some(10);
    }
    let (query, name) = (query.to_lowercase(), name.to_lowercase());
    if name == query {
        return Some(0);
    }
    if name.starts_with(&query) {
        return Some(2);
    }
    if name.contains(&query) {
        return Some(6);
    }
    let mut rest = name.chars();
    query.chars().all(|wanted| rest.any(|known| known == wanted)).then_some(20)
}

fn item_symbol(db: &dyn Db, item: ItemId, with_members: bool) -> Option<DeclaredSymbol> {
    let sort = match item.kind(db) {
        ItemKind::Use | ItemKind::Error => return None,
        ItemKind::Const => Sort::Const,
        ItemKind::Struct => Sort::Struct,
        ItemKind::Enum => Sort::Enum,
        ItemKind::Fn => Sort::Fn,
        ItemKind::Interface => Sort::Interface,
        ItemKind::Component => Sort::Component,
        ItemKind::Service => Sort::Service,
        ItemKind::App => Sort::App,
        ItemKind::Test => Sort::Test,
        ItemKind::Rule => Sort::Rule,
    };
    let tree = item_tree(db, item);
    let full = item_span(db, item, ci_base::TextRange::new(0, item_range(db, item).len()));
    let name = ci_sema::name::declared_name(tree);
    let at = if name.is_empty() {
        Span { range: ci_base::TextRange::empty(full.range.start), ..full }
    } else {
        item_span(db, item, name)
    };
    let shown = item.name(db).trim_matches('"').to_owned();
    Some(DeclaredSymbol {
        name: if shown.is_empty() { item_word(item.kind(db)).to_owned() } else { shown },
        detail: item_word(item.kind(db)).to_owned(),
        sort,
        full,
        at,
        is_deprecated: is_deprecated(db, item, &tree.attributes),
        children: if with_members { children(db, item) } else { Vec::new() },
    })
}

fn is_deprecated(db: &dyn Db, item: ItemId, attributes: &[ci_syntax::ast::Attribute]) -> bool {
    let source = ci_sema::item::item_source(db, item);
    ci_sema::signature::attribute(source, attributes, "deprecated").is_some()
}

fn children(db: &dyn Db, item: ItemId) -> Vec<DeclaredSymbol> {
    let body = Body::of(db, item);
    if let Item::Enum { variants, .. } = &body.tree.item {
        let named = variants.iter().filter(|variant| !variant.name.is_missing());
        return named
            .map(|variant| DeclaredSymbol {
                name: body.source.name(variant.name).to_owned(),
                detail: "variant".to_owned(),
                sort: Sort::Variant,
                full: body.span(variant.name.0),
                at: body.span(variant.name.0),
                is_deprecated: is_deprecated(db, item, &variant.attributes),
                children: Vec::new(),
            })
            .collect();
    }
    let mut found = Vec::new();
    for (at, member) in members(&body.tree.item).iter().enumerate() {
        let Some(name) = member_name(member).filter(|name| !name.is_empty()) else { continue };
        let (sort, word) = match member.kind {
            MemberKind::Declaration { keyword, .. } => {
                let ty = body.inference.members.get(at);
                let sort = match (keyword, ty.map(|ty| ty.unwrapped().0)) {
                    (Keyword::Let, Some(ci_sema::ty::Ty::Resource(_))) => Sort::Resource,
                    (Keyword::Let, Some(ci_sema::ty::Ty::Unit(_))) => Sort::Instance,
                    (Keyword::Let, _) => Sort::Let,
                    (Keyword::Input | Keyword::Param | Keyword::Needs, _) => Sort::Input,
                    (Keyword::Output | Keyword::Provides, _) => Sort::Output,
                    (Keyword::Capability, _) => Sort::Capability,
                    (Keyword::Field, _) => Sort::Field,
                };
                (sort, keyword_word(keyword))
            }
            _ => (Sort::Environment, "environment"),
        };
        let ty = body.inference.members.get(at).filter(|ty| !ty.is_error());
        let detail = match ty {
            Some(ty) if sort != Sort::Environment => format!("{word}: {}", ty.display(db)),
            _ => word.to_owned(),
        };
        found.push(DeclaredSymbol {
            name: name.of(body.source.text()).to_owned(),
            detail,
            sort,
            full: body.span(member.range),
            at: body.span(name),
            is_deprecated: is_deprecated(db, item, &member.attributes),
            children: Vec::new(),
        });
    }
    found
}

#[cfg(test)]
mod tests;

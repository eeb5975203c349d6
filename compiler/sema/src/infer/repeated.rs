//! Names that stand twice where each may stand once: declarations, parameters, loop names, keys of a record.
//!
//! One walk over the tree of an item finds them all. What a name means plays no part, nor does what is only computed:
//! keys that are not written out are compared where they get their values.

use std::borrow::Cow;

use ci_base::{Code, Diagnostic, TextRange};
use ci_syntax::ast::{Entry, Expr, Item, Member, MemberKind, Name, TypeExpr};
use rustc_hash::FxHashMap;

use super::Infer;

/// The names of one place, with where each of them first stands; used for one place after the other.
type Seen<'db> = FxHashMap<Cow<'db, str>, TextRange>;

impl<'db> Infer<'db> {
    pub(super) fn repeated_names(&mut self) {
        let tree = self.tree;
        let mut seen = Seen::default();
        match &tree.item {
            Item::Struct { fields, .. } | Item::Interface { fields, .. } => {
                self.declared_once(fields.iter().filter_map(declaration), &mut seen);
            }
            Item::Unit { members, .. } => {
                self.declared_once(members.iter().filter_map(declaration), &mut seen);
                // Environments have names of their own.
                let environments = members.iter().filter_map(|member| match member.kind {
                    MemberKind::Environment { name, .. } => Some(name),
                    _ => None,
                });
                self.declared_once(environments, &mut seen);
            }
            Item::Test { members, .. } => {
                self.declared_once(members.iter().filter_map(declaration), &mut seen);
            }
            Item::Rule { subject, members, .. } => {
                let names = std::iter::once(*subject).chain(members.iter().filter_map(declaration));
                self.declared_once(names, &mut seen);
            }
            Item::Fn { parameters, .. } => {
                self.declared_once(parameters.iter().map(|parameter| parameter.name), &mut seen);
            }
            Item::Enum { variants, .. } => {
                self.declared_once(variants.iter().map(|variant| variant.name), &mut seen);
                self.variant_texts(&mut seen);
            }
            Item::Use(_) | Item::Const { .. } | Item::Error => {}
        }
        // Emptying a large table for every small record would take longer than all else.
        let mut seen = Seen::default();
        for node in &tree.exprs {
            match &node.expr {
                Expr::Lambda { parameters, .. } => self.declared_once(parameters.iter().copied(), &mut seen),
                Expr::For { first, second: Some(second), .. } => {
                    self.declared_once([*first, *second], &mut seen);
                }
                Expr::Record { entries, .. } if entries.len() > 1 => self.given_once(entries, &mut seen),
                _ => {}
            }
        }
        for node in &tree.types {
            if let TypeExpr::Record(fields) = &node.ty {
                self.declared_once(fields.iter().map(|field| field.name), &mut seen);
            }
        }
    }

    fn declared_once(&mut self, names: impl IntoIterator<Item = Name>, seen: &mut Seen<'db>) {
        seen.clear();
        for name in names {
            let text = self.text(name);
            // `_` says that nothing is named.
            if name.is_missing() || text == "_" {
                continue;
            }
            if let Some(first) = seen.insert(Cow::Borrowed(text), name.0) {
                let found =
                    Diagnostic::new(Code::DuplicateName, name.0, format!("`{text}` is declared twice"))
                        .label("declared again here")
                        .also(first, "first declared here");
                self.report(found);
            }
        }
    }

    fn given_once(&mut self, entries: &'db [Entry], seen: &mut Seen<'db>) {
        seen.clear();
        for entry in entries {
            let Entry::Field { name, quoted, .. } = *entry else { continue };
            let text = self.source.entry_name(name, quoted);
            if let Some(first) = seen.get(&text) {
                let found = Diagnostic::new(Code::DuplicateKey, name.0, format!("`{text}` is given twice"))
                    .label("again here")
                    .also(*first, "first given here");
                self.report(found);
            } else if !name.is_missing() {
                seen.insert(text, name.0);
            }
        }
    }

    /// In a template two variants with the same text would be the same value.
    fn variant_texts(&mut self, seen: &mut Seen<'db>) {
        let Item::Enum { variants, .. } = &self.tree.item else { return };
        seen.clear();
        for variant in variants {
            let (text, at) = match variant.value {
                Some(value) if matches!(self.tree[value], Expr::String) => {
                    (self.source.string(self.tree, value), self.tree.range(value))
                }
                _ => (Cow::Borrowed(self.text(variant.name)), variant.name.0),
            };
            match seen.get(&text) {
                // Of variants with the same name that has been said.
                Some(first) if variant.value.is_some() || first.of(self.source.text()) != &*text => {
                    let message = format!("another variant stands for `{text}` too");
                    let found = Diagnostic::new(Code::DuplicateName, at, message)
                        .also(*first, "the other")
                        .help("let every variant stand for a text of its own");
                    self.report(found);
                }
                Some(_) => {}
                None => {
                    seen.insert(text, at);
                }
            }
        }
    }
}

fn declaration(member: &Member) -> Option<Name> {
    match member.kind {
        MemberKind::Declaration { name, .. } => Some(name),
        MemberKind::Assert { .. }
        | MemberKind::Require { .. }
        | MemberKind::Environment { .. }
        | MemberKind::Error => None,
    }
}

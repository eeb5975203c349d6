//! Adding a choice: the change of the source by which a component that the program uses does one thing more, where the
//! component has an input for it.
//!
//! Must not know: which component it is, and what the choice means.

use ci_base::{Edit, Span, TextRange};
use ci_syntax::ast::{Entry, Expr, ExprId, MemberKind};

use super::plan::ServiceInstance;
use super::trail::{Step, trail};
use crate::item::{item_source, item_span, item_tree};
use crate::name::{Def, scope};
use crate::signature::{Signature, signature};
use crate::ty::Ty;
use crate::{Db, ItemId, Program};

/// A change that adds a value to a list that a component takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The value as it is written: `Endpoint::Sqs`.
    pub value: String,
    /// The input: `endpoints`.
    pub input: String,
    /// What the program calls the instance: `vpc`.
    pub instance: String,
    /// The change.
    pub edit: Edit<Span>,
}

/// The change by which an instance in the program's own text lists the variant that stands for `text`. The instance is the
/// innermost on the way to the resource with this path; `None` where none of its inputs lists variants of such an enum, or
/// where the text leaves no place for it.
pub fn add_choice(db: &dyn Db, instance: ServiceInstance, path: &str, text: &str) -> Option<Choice> {
    let own = Program::try_get(db)?.root(db);
    let steps = trail(db, instance.item(db), path);
    let step = steps.iter().rev().find(|step| step.unit.file(db).package(db) == own)?;
    let unit = signature(db, step.makes?).unit()?;
    let (input, item, variant) = unit.inputs.iter().find_map(|input| {
        let (ty, may_be_none) = input.ty.unwrapped();
        let Ty::List(of) = ty else { return None };
        let Ty::Enum(item) = of.unwrapped().0 else { return None };
        let Signature::Enum(variants) = signature(db, *item) else { return None };
        let (name, _) = variants.iter().find(|(_, stands_for)| &**stands_for == text)?;
        Some(((&*input.name, may_be_none), *item, name))
    })?;
    let value = format!("{}::{variant}", written_name(db, step.unit, item)?);
    let edit = edit(db, step, input, &value)?;
    let tree = item_tree(db, step.unit);
    let MemberKind::Declaration { name, .. } = tree.item.members().get(step.member as usize)?.kind else {
        return None;
    };
    let instance = item_source(db, step.unit).name(name).to_owned();
    Some(Choice { value, input: input.0.to_owned(), instance, edit })
}

/// What an enum is called where the unit is written: its name if that is known there, otherwise the whole path.
fn written_name(db: &dyn Db, unit: ItemId, of: ItemId) -> Option<String> {
    let visible = scope(db, unit.file(db)).visible();
    if let Some((name, _)) = visible.into_iter().find(|(_, def)| **def == Def::Item(of)) {
        return Some(name.to_owned());
    }
    let (file, name) = (of.file(db), of.name(db));
    let is_std = Program::try_get(db)?.std(db) == file.package(db);
    is_std.then(|| format!("std::{}::{name}", file.module(db)))
}

fn edit(db: &dyn Db, step: &Step, (input, may_be_none): (&str, bool), value: &str) -> Option<Edit<Span>> {
    let (source, tree) = (item_source(db, step.unit), item_tree(db, step.unit));
    let MemberKind::Declaration { value: Some(made), .. } =
        tree.item.members().get(step.member as usize)?.kind
    else {
        return None;
    };
    let Expr::Record { entries, path: Some(_) } = &tree[made] else { return None };
    let is_empty = |from: u32, to: u32| source.text().get(from as usize..to as usize).is_some_and(is_blank);
    // Behind the last of several, or alone between the brackets.
    let behind = |ends: Option<u32>, range: TextRange, text: String| {
        let (at, text) = match ends {
            Some(end) => (end, format!(", {text}")),
            None if is_empty(range.start, range.end - 1) => (range.start, text),
            None => return None,
        };
        Some(Edit { at: item_span(db, step.unit, TextRange::new(at, at)), text })
    };
    let range = |id: ExprId| tree.range(id);
    for entry in entries {
        match *entry {
            Entry::Field { name, quoted, value: list, .. } => {
                if &*source.entry_name(name, quoted) != input {
                    continue;
                }
                let Expr::List(items) = &tree[list] else { return None };
                let inside = TextRange::new(range(list).start + 1, range(list).end);
                return behind(items.last().map(|item| range(item.value).end), inside, value.to_owned());
            }
            Entry::Spread(_) | Entry::Error => return None,
            Entry::Computed { .. } => {}
        }
    }
    // No list at all means something else than one with this alone in it.
    if may_be_none {
        return None;
    }
    let last = entries.iter().rev().find_map(|entry| match *entry {
        Entry::Field { value, .. } | Entry::Computed { value, .. } => Some(range(value).end),
        Entry::Spread(_) | Entry::Error => None,
    });
    let text = format!("{input}: [{value}]");
    let whole = range(made);
    let opened = source.text().get(whole.start as usize..whole.end as usize)?.find('{')? as u32;
    let inside = TextRange::new(whole.start + opened + 1, whole.end);
    let text = if last.is_some() { text } else { format!(" {text} ") };
    behind(last, inside, text)
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

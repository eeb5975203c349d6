//! Taking members out of a service into a service of its own: a stack for itself, isolated from the first.
//!
//! What the one uses of the other passes through a new interface, in one direction: where each uses something of the other,
//! they cannot be two. Whoever makes the service makes both, and hands the interface on.

use std::fmt::Write as _;

use ci_base::TextRange;
use ci_project::Snapshot;
use ci_sema::infer::Resolution;
use ci_sema::name::Def;
use ci_sema::ty::Ty;
use ci_sema::{Db, ItemId};
use ci_syntax::ast::{Entry, Expr, ExprId, Item, Keyword, MemberKind, UnitKind};

use super::super::{Action, ActionKind};
use super::unit::{Taken, free_member, free_type, item_start, written_type};
use crate::TextEdit;
use crate::expected::children;
use crate::occurrence::occurrences;
use crate::place::{At, Body};
use crate::references::everywhere;
use crate::rename::line_of;
use crate::shape::snake;
use crate::symbol::Symbol;
use crate::wiring::add_entry;

/// Makes the selected members a service, which the one they were in needs, or which needs that one.
pub(in super::super) fn service(place: &At<'_>, snapshot: &Snapshot, selected: TextRange) -> Option<Action> {
    let body = place.body;
    let Item::Unit { kind: UnitKind::Service, members, .. } = &body.tree.item else { return None };
    let taken = Taken::read(&body, members, selected)?;
    let name = free_type(place, &taken.first_name(&body));
    let interface = free_type(place, &format!("{name}Interface"));
    let instance = free_member(&body, &taken, &snake(&name));
    let makers = makers(body.db, snapshot, body.item)?;

    let mut moving = Moving { place, taken: &taken, fields: Vec::new(), edits: Vec::new() };
    let settings = moving.settings()?;
    let needs_it = moving.uses_of_members(snapshot, &instance)?;
    let needed = !needs_it.is_empty();
    let own = snake(body.item.name(body.db));
    let needs_rest = if needed { Vec::new() } else { moving.uses_of_rest(&settings, &own)? };
    if needed && moving.has_uses_of_rest(&settings) {
        return None;
    }
    let Moving { fields, mut edits, .. } = moving;
    if !fields.is_empty() && makers.is_empty() {
        return None;
    }

    let indent = taken.indent(&body);
    let mut new = String::new();
    if !fields.is_empty() {
        let of = if needed { &*name } else { &**body.item.name(body.db) };
        let _ = writeln!(new, "/// What {of} has for others.\ninterface {interface} {{");
        for field in &fields {
            let _ = writeln!(new, "{indent}{}: {};", field.name, field.ty);
        }
        new.push_str("}\n\n");
    }
    let provides = || {
        let values: Vec<String> = fields
            .iter()
            .map(|field| format!("{indent}{indent}{}: {},\n", field.name, field.value))
            .collect();
        format!("provides provided: {interface} = {{\n{}{indent}}};", values.concat())
    };
    let _ = writeln!(new, "service {name} {{");
    for setting in &settings {
        let _ = writeln!(new, "{indent}{}", setting.text);
    }
    if !needs_rest.is_empty() {
        let _ = writeln!(new, "{indent}needs {own}: {interface};");
    }
    let mut inside = body.source.text()[taken.range.start as usize..taken.range.end as usize].to_owned();
    for (range, text) in needs_rest.iter().rev() {
        let start = (range.start - taken.range.start) as usize;
        inside.replace_range(start..start + range.len() as usize, text);
    }
    let _ = writeln!(new, "{indent}{inside}");
    if needed {
        let _ = writeln!(new, "{indent}{}", provides());
    }
    new.push_str("}\n\n");

    let stays = match (needed, fields.is_empty()) {
        (true, _) => format!("needs {instance}: {interface};"),
        (false, false) => provides(),
        (false, true) => String::new(),
    };
    edits.extend(needs_it.into_iter().map(|(range, text)| TextEdit { at: body.span(range), text }));
    edits.push(TextEdit { at: body.span(taken.range), text: stays });
    edits.push(TextEdit { at: body.span(TextRange::empty(item_start(&body))), text: new });
    for maker in &makers {
        let given = (!fields.is_empty() && !needed).then(|| format!("{own}: {}.provided", maker.instance));
        let (line, passed) = maker.also_makes(snapshot, &name, &instance, &settings, given.as_deref())?;
        edits.push(line);
        if needed {
            edits.push(passed);
        }
    }
    Some(Action {
        title: format!("Extract into service `{name}`, a stack of its own"),
        kind: ActionKind::Extract,
        edits,
        mends: None,
        is_preferred: false,
    })
}

/// A value that passes through the interface.
struct Passed {
    name: String,
    ty: String,
    /// As the one who provides it writes it.
    value: String,
}

/// What is given to the service: it is given to the new one as well.
struct Setting {
    /// By position among the members.
    at: u32,
    name: String,
    /// Its declaration.
    text: String,
    /// Whether whoever makes the service gives it.
    is_given: bool,
}

struct Moving<'a, 'db> {
    place: &'a At<'db>,
    taken: &'a Taken,
    fields: Vec<Passed>,
    edits: Vec<TextEdit>,
}

impl Moving<'_, '_> {
    /// The parameters, inputs and needs that the members use.
    fn settings(&self) -> Option<Vec<Setting>> {
        let body = &self.place.body;
        let mut found: Vec<Setting> = Vec::new();
        for at in self.taken.uses_of_rest(&self.place.body) {
            let member = body.tree.item.members().get(at as usize)?;
            let MemberKind::Declaration { keyword, name, .. } = member.kind else { return None };
            let is_given = match keyword {
                Keyword::Param => false,
                Keyword::Input | Keyword::Needs => true,
                _ => continue,
            };
            let text = format!("{};", member.range.of(body.source.text()));
            found.push(Setting { at, name: body.source.name(name).to_owned(), text, is_given });
        }
        Some(found)
    }

    fn has_uses_of_rest(&self, settings: &[Setting]) -> bool {
        self.taken
            .uses_of_rest(&self.place.body)
            .iter()
            .any(|at| !settings.iter().any(|setting| setting.at == *at))
    }

    /// What the rest reads of the members: the places, and what is written there instead. Changes in other items are made
    /// at once.
    fn uses_of_members(&mut self, snapshot: &Snapshot, instance: &str) -> Option<Vec<(TextRange, String)>> {
        let body = self.place.body;
        let mut found = Vec::new();
        for &at in &self.taken.members {
            for (of, used) in everywhere(body.db, snapshot, &Symbol::Member(body.item, at)) {
                if used.declares || of == body.item && self.taken.holds(used.range) {
                    continue;
                }
                if of != body.item {
                    self.edits.push(of_maker(&Body::of(body.db, of), used.range, instance)?);
                    continue;
                }
                if used.shorthand {
                    return None;
                }
                let (range, field) = self.pass(used.expr?)?;
                found.push((range, format!("{instance}.{field}")));
            }
        }
        found.sort_by_key(|(range, _)| range.start);
        found.dedup();
        Some(found)
    }

    /// What the members read of the rest.
    fn uses_of_rest(&mut self, settings: &[Setting], own: &str) -> Option<Vec<(TextRange, String)>> {
        let body = self.place.body;
        let mut found = Vec::new();
        for used in occurrences(body.db, body.item) {
            let Symbol::Member(item, at) = used.symbol else { continue };
            let is_setting = settings.iter().any(|setting| setting.at == at);
            if item != body.item
                || !self.taken.holds(used.range)
                || self.taken.members.contains(&at)
                || is_setting
            {
                continue;
            }
            if used.shorthand {
                return None;
            }
            let (range, field) = self.pass(used.expr?)?;
            found.push((range, format!("{own}.{field}")));
        }
        found.dedup();
        Some(found)
    }

    /// Has the value around a name pass through the interface: what is read of it, or the right that is made for it. The
    /// place of that, and the name of the field.
    fn pass(&mut self, name: ExprId) -> Option<(TextRange, String)> {
        let body = &self.place.body;
        let parent = |of: ExprId| {
            body.exprs().skip(of.0 as usize + 1).find(|(_, node)| children(&node.expr).contains(&of))
        };
        let (mut id, mut label) = (name, body.tree.range(name).of(body.source.text()).to_owned());
        if let Some((outer, node)) = parent(name) {
            match &node.expr {
                Expr::Field { name: field, .. } => {
                    let read = snake(body.source.name(*field));
                    label = if read.starts_with(&label) { read } else { format!("{label}_{read}") };
                    id = outer;
                }
                // A right is made where the resource is.
                Expr::Call { callee, arguments }
                    if matches!(body.ty(outer), Ty::Capability | Ty::List(_)) =>
                {
                    let others = arguments.iter().filter(|argument| **argument != name);
                    if !others.into_iter().all(|id| super::written_out(self.place, *id).is_some()) {
                        return None;
                    }
                    label = format!("{label}_{}", body.source.name(*callee.last()?));
                    id = outer;
                }
                _ => {}
            }
        }
        let ty = self.crossing(body.ty(id))?;
        let range = body.tree.range(id);
        let value = range.of(body.source.text()).to_owned();
        if !self.fields.iter().any(|field| field.name == label) {
            self.fields.push(Passed { name: label.clone(), ty, value });
        }
        Some((range, label))
    }

    /// A type that passes between services.
    fn crossing(&self, ty: &Ty) -> Option<String> {
        let (db, file) = (self.place.body.db, self.place.file);
        match ty {
            Ty::Resource(_) | Ty::Unit(_) | Ty::Node(_) => None,
            // Statements that were made for somebody are a right.
            Ty::List(of) if matches!(**of, Ty::Statement) => Some("Capability".to_owned()),
            Ty::Offer(inner, options) => {
                let options = written_type(db, file, &Ty::Struct(*options))?;
                Some(format!("{}<{options}>", written_type(db, file, inner)?))
            }
            _ => written_type(db, file, ty),
        }
    }
}

/// Where a service is made.
struct Maker<'db> {
    body: Body<'db>,
    /// What the instance is called.
    instance: String,
    /// The member that it is.
    member: usize,
    record: ExprId,
}

/// Everyone who makes the service; none if it is made in a way that says not by which name.
fn makers<'db>(db: &'db dyn Db, snapshot: &'db Snapshot, service: ItemId) -> Option<Vec<Maker<'db>>> {
    let mut found = Vec::new();
    for (of, used) in everywhere(db, snapshot, &Symbol::Item(service)) {
        if used.declares || of.kind(db) == ci_syntax::ItemKind::Use {
            continue;
        }
        let body = Body::of(db, of);
        let made = body.exprs().find(|(id, node)| {
            let is_it =
                matches!(body.inference.resolutions.get(id), Some(Resolution::Def(Def::Item(item))) if *item == service);
            matches!(node.expr, Expr::Record { .. }) && is_it && node.range.start <= used.range.start && used.range.end <= node.range.end
        });
        let (record, _) = made?;
        let (member, instance) =
            body.tree.item.members().iter().enumerate().find_map(|(at, member)| match member.kind {
                MemberKind::Declaration { keyword: Keyword::Let, name, value, .. }
                    if value == Some(record) =>
                {
                    Some((at, body.source.name(name).to_owned()))
                }
                _ => None,
            })?;
        found.push(Maker { body, instance, member, record });
    }
    Some(found)
}

impl Maker<'_> {
    /// Makes the new service before this one: the line for it, and the entry that hands its interface on.
    fn also_makes(
        &self,
        snapshot: &Snapshot,
        name: &str,
        instance: &str,
        settings: &[Setting],
        given: Option<&str>,
    ) -> Option<(TextEdit, TextEdit)> {
        let body = &self.body;
        let member = body.tree.item.members().get(self.member)?;
        let (file, offset, indent) = line_of(body.db, snapshot, body.item, member)?;
        let Expr::Record { entries, .. } = &body.tree[self.record] else { return None };
        let mut inner: Vec<&str> = Vec::new();
        for entry in entries {
            let Entry::Field { name, quoted, value, .. } = *entry else { return None };
            let field = body.source.entry_name(name, quoted);
            if settings.iter().any(|setting| setting.is_given && setting.name == *field) {
                let end = body.tree.range(value).end;
                inner.push(TextRange::new(name.0.start, end).of(body.source.text()));
            }
        }
        inner.extend(given);
        let inner = if inner.is_empty() { String::new() } else { format!(" {} ", inner.join(", ")) };
        let line = TextEdit::insert(file, offset, format!("let {instance} = {name} {{{inner}}};\n{indent}"));
        let passed = add_entry(body, self.record, &format!("{instance}: {instance}.provided"))?;
        Some((line, passed))
    }
}

/// The change of `post.inbox` in a test to `inbox.inbox`.
fn of_maker(body: &Body<'_>, name: TextRange, instance: &str) -> Option<TextEdit> {
    let base = body.exprs().find_map(|(_, node)| match node.expr {
        Expr::Field { base, name: field, .. } if field.0 == name => Some(base),
        _ => None,
    })?;
    matches!(body.tree[base], Expr::Path(_))
        .then(|| TextEdit { at: body.span(body.tree.range(base)), text: instance.to_owned() })
}

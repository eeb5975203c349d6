//! Taking members out of a unit into a component of their own, without anything in the template changing.
//!
//! What the members use of the rest becomes inputs, what the rest uses of them outputs. The instance says that what is in
//! it was there before, so that nothing gets another name and nothing is replaced.

use std::fmt::Write as _;

use ci_base::TextRange;
use ci_project::Snapshot;
use ci_sema::name::{Def, resolve, scope};
use ci_sema::ty::{Ty, resource_path};
use ci_sema::{Db, Program, SourceFile};
use ci_syntax::ast::{Item, Keyword, Member, MemberKind, UnitKind};

use super::super::{Action, ActionKind};
use crate::TextEdit;
use crate::occurrence::{Occurrence, occurrences};
use crate::place::{At, Body};
use crate::references::everywhere;
use crate::rename::makes;
use crate::symbol::{Symbol, member_named};

/// Makes the selected members a component, and an instance of it in their place.
pub(in super::super) fn component(
    place: &At<'_>,
    snapshot: &Snapshot,
    selected: TextRange,
) -> Option<Action> {
    let body = place.body;
    let Item::Unit { kind: UnitKind::Component | UnitKind::Service, members, .. } = &body.tree.item else {
        return None;
    };
    let taken = Taken::read(&body, members, selected)?;
    let name = free_type(place, &taken.first_name(&body));
    let instance = free_member(&body, &taken, &crate::shape::snake(&name));
    let used = taken.uses_of_rest(&body).into_iter();
    let inputs = used.map(|at| input(place, &members[at as usize], at)).collect::<Option<Vec<_>>>()?;

    let mut edits = Vec::new();
    let mut shown: Vec<u32> = Vec::new();
    for &at in &taken.members {
        for (of, used) in everywhere(body.db, snapshot, &Symbol::Member(body.item, at)) {
            if used.declares || of == body.item && taken.holds(used.range) {
                continue;
            }
            edits.push(through(&Body::of(body.db, of), &used, &instance, of == body.item)?);
            if !shown.contains(&at) {
                shown.push(at);
            }
        }
    }

    let mut text = body.source.text()[taken.range.start as usize..taken.range.end as usize].to_owned();
    // From the last to the first, so that places stay what they are.
    for &at in taken.members.iter().rev().filter(|at| shown.contains(at)) {
        let (from, declared) = as_output(place, &members[at as usize], at)?;
        let start = (from.start - taken.range.start) as usize;
        text.replace_range(start..start + from.len() as usize, &declared);
    }
    let indent = taken.indent(&body);
    let mut unit = format!("component {name} {{\n");
    for (name, ty) in &inputs {
        let _ = writeln!(unit, "{indent}input {name}: {ty};");
    }
    if !inputs.is_empty() {
        unit.push('\n');
    }
    let _ = write!(unit, "{indent}{}\n}}\n\n", text.trim());

    let given: Vec<&str> = inputs.iter().map(|(name, _)| &**name).collect();
    let given = if given.is_empty() { String::new() } else { format!(" {} ", given.join(", ")) };
    let mut new = String::new();
    if taken.members.iter().any(|at| body.inference.members.get(*at as usize).is_some_and(makes)) {
        let _ = write!(new, "#[formerly(\"\")]\n{indent}");
    }
    let _ = write!(new, "let {instance} = {name} {{{given}}};");
    edits.push(TextEdit { at: body.span(taken.range), text: new });
    edits.push(TextEdit { at: body.span(TextRange::empty(item_start(&body))), text: unit });
    Some(Action {
        title: format!("Extract into component `{name}`"),
        kind: ActionKind::Extract,
        edits,
        mends: None,
        is_preferred: false,
    })
}

/// The members that are selected.
pub(super) struct Taken {
    /// By position.
    pub members: Vec<u32>,
    /// With the comments before the first and the semicolon after the last.
    pub range: TextRange,
}

impl Taken {
    /// The `let`s of which the selection has more than white space, if it has all of each and nothing else.
    pub fn read(body: &Body<'_>, members: &[Member], selected: TextRange) -> Option<Self> {
        let start = body.span(TextRange::empty(0)).range.start;
        let own = TextRange::new(selected.start.checked_sub(start)?, selected.end.checked_sub(start)?);
        let text = body.source.text();
        let mut taken: Vec<u32> = Vec::new();
        for (at, member) in members.iter().enumerate() {
            let range = member.range;
            if range.end <= own.start || own.end <= range.start {
                continue;
            }
            let is_whole = own.start <= range.start && range.end <= own.end;
            let is_let =
                matches!(member.kind, MemberKind::Declaration { keyword: Keyword::Let, value: Some(_), .. });
            if !is_whole || !is_let {
                return None;
            }
            taken.push(at as u32);
        }
        let (first, last) = (*taken.first()?, *taken.last()?);
        let from = members[first as usize].range.start;
        let to = members[last as usize].range.end;
        let before = text.get(..from as usize)?;
        let mut begins = before.len() - before.rsplit('\n').next().unwrap_or_default().len();
        // Comments belong to what follows.
        while let Some(line) = before[..begins].trim_end_matches('\n').rsplit('\n').next()
            && line.trim_start().starts_with("//")
            && before[..begins].ends_with('\n')
        {
            begins -= line.len() + 1;
        }
        let lead = text[begins..].len() - text[begins..].trim_start().len();
        let rest = text.get(to as usize..)?;
        let semicolon = u32::from(rest.starts_with(';'));
        Some(Self { members: taken, range: TextRange::new((begins + lead) as u32, to + semicolon) })
    }

    pub fn holds(&self, range: TextRange) -> bool {
        self.range.start <= range.start && range.end <= self.range.end
    }

    /// The other members of the unit that something in the selection uses, in order.
    pub fn uses_of_rest(&self, body: &Body<'_>) -> Vec<u32> {
        let inner = occurrences(body.db, body.item).into_iter().filter(|used| self.holds(used.range));
        let used = inner.filter_map(|used| match used.symbol {
            Symbol::Member(item, at) if item == body.item && !self.members.contains(&at) => Some(at),
            _ => None,
        });
        let mut used: Vec<u32> = used.collect();
        used.sort_unstable();
        used.dedup();
        used
    }

    pub fn first_name(&self, body: &Body<'_>) -> String {
        let members = body.tree.item.members();
        let first = self.members.first().and_then(|at| members.get(*at as usize));
        let name = first.and_then(|member| match member.kind {
            MemberKind::Declaration { name, .. } => Some(body.source.name(name)),
            _ => None,
        });
        pascal(name.unwrap_or("part"))
    }

    /// The white space before the first.
    pub fn indent(&self, body: &Body<'_>) -> String {
        let before = &body.source.text()[..self.range.start as usize];
        let line = before.rsplit('\n').next().unwrap_or_default();
        if line.trim().is_empty() { line.to_owned() } else { "    ".to_owned() }
    }
}

/// The declaration of an input for what a member holds: its name and type.
fn input(place: &At<'_>, member: &Member, at: u32) -> Option<(String, String)> {
    let body = &place.body;
    let MemberKind::Declaration { name, ty, .. } = member.kind else { return None };
    let ty = match ty {
        Some(ty) => body.tree.type_range(ty).of(body.source.text()).to_owned(),
        None => written_type(body.db, place.file, body.inference.members.get(at as usize)?)?,
    };
    Some((body.source.name(name).to_owned(), ty))
}

/// What a `let` is as an output: the place from its keyword to its value, and the text there.
fn as_output(place: &At<'_>, member: &Member, at: u32) -> Option<(TextRange, String)> {
    let body = &place.body;
    let MemberKind::Declaration { name, ty, value: Some(_), .. } = member.kind else { return None };
    let before = body.source.text().get(..name.0.start as usize)?;
    let keyword = before.rfind("let")? as u32;
    let text = body.source.name(name);
    let Some(_) = ty else {
        let ty = written_type(body.db, place.file, body.inference.members.get(at as usize)?)?;
        return Some((TextRange::new(keyword, name.0.end), format!("output {text}: {ty}")));
    };
    Some((TextRange::new(keyword, name.0.end), format!("output {text}")))
}

/// The change of a name that is now read of the instance.
fn through(body: &Body<'_>, used: &Occurrence, instance: &str, within: bool) -> Option<TextEdit> {
    let text = body.source.text();
    let before = text.get(..used.range.start as usize)?;
    let is_field = before.ends_with('.') && !before.ends_with("..");
    // Names of the unit stand alone in it, and behind what made the unit elsewhere.
    if is_field == within || within && used.expr.is_none() {
        return None;
    }
    let name = used.range.of(text);
    let new =
        if used.shorthand { format!("{name}: {instance}.{name}") } else { format!("{instance}.{name}") };
    Some(TextEdit { at: body.span(used.range), text: new })
}

/// A type as it is written in a file; none where it has no name there.
pub(super) fn written_type(db: &dyn Db, file: SourceFile, ty: &Ty) -> Option<String> {
    let of = |ty: &Ty| written_type(db, file, ty);
    Some(match ty {
        Ty::List(inner) => format!("List<{}>", of(inner)?),
        Ty::Map(inner) => format!("Map<{}>", of(inner)?),
        Ty::Option(inner) => format!("{}?", of(inner)?),
        Ty::Secret(inner) => format!("Secret<{}>", of(inner)?),
        // As it is without any of its options.
        Ty::Narrowed(inner, _) | Ty::Offer(inner, _) => of(inner)?,
        Ty::Texts(_) => "String".to_owned(),
        Ty::Record(fields) => {
            let fields = fields.iter().map(|(name, ty)| Some(format!("{name}: {}", of(ty)?)));
            format!("{{ {} }}", fields.collect::<Option<Vec<_>>>()?.join(", "))
        }
        Ty::Resource(resource) => resource_path(resource.0.name()),
        Ty::Struct(item) | Ty::Enum(item) | Ty::Interface(item) | Ty::Unit(item) => {
            let visible = scope(db, file).visible();
            match visible.into_iter().find(|(_, def)| **def == Def::Item(*item)) {
                Some((name, _)) => name.to_owned(),
                None => {
                    let std = Program::try_get(db)?.std(db);
                    let of = item.file(db);
                    let path = format!("{}::{}", of.module(db), item.name(db));
                    if of.package(db) == std { format!("std::{path}") } else { format!("crate::{path}") }
                }
            }
        }
        Ty::Json
        | Ty::Bool
        | Ty::Int
        | Ty::Float
        | Ty::String
        | Ty::Id(_)
        | Ty::Duration
        | Ty::Size
        | Ty::Cidr
        | Ty::Port
        | Ty::Url
        | Ty::Arn
        | Ty::Statement
        | Ty::Capability
        | Ty::Actions
        | Ty::Principal => ty.display(db).to_string(),
        _ => return None,
    })
}

fn pascal(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    words
        .map(|word| {
            let mut characters = word.chars();
            let first = characters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(characters).collect::<String>()
        })
        .collect()
}

/// A name for a component that nothing in the file has.
pub(super) fn free_type(place: &At<'_>, base: &str) -> String {
    let is_taken = |name: &str| resolve(place.body.db, place.file, &[name]).is_ok();
    let names = [base.to_owned(), format!("{base}Parts")].into_iter();
    let mut names = names.chain((2..).map(|number| format!("{base}{number}")));
    names.find(|name| !is_taken(name)).unwrap_or_default()
}

/// A name for the instance that nothing that stays in the unit has.
pub(super) fn free_member(body: &Body<'_>, taken: &Taken, base: &str) -> String {
    let is_taken =
        |name: &str| member_named(body.db, body.item, name).is_some_and(|at| !taken.members.contains(&at));
    let names = std::iter::once(base.to_owned());
    let mut names = names.chain((2..).map(|number| format!("{base}_{number}")));
    names.find(|name| !is_taken(name)).unwrap_or_default()
}

/// Where the item begins, with the comments and attributes before it.
pub(super) fn item_start(body: &Body<'_>) -> u32 {
    let text = body.source.text();
    (text.len() - text.trim_start().len()) as u32
}

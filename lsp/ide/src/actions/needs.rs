//! Declaring what passes between services: what a finding of isolation asks for, with all that belongs to it. An interface
//! that says what passes, a service that provides it, one that needs it, and the apps that join the two.

mod connects;

use std::collections::BTreeSet;

use ci_base::{Code, Diagnostic, Span, TextRange};
use ci_catalog::iam;
use ci_project::Snapshot;
use ci_sema::infer::Resolution;
use ci_sema::item::{item_span, items};
use ci_sema::name::{Def, resolve};
use ci_sema::signature::signature;
use ci_sema::ty::Ty;
use ci_sema::{Db, ItemId};
use ci_syntax::ast::{Expr, ExprId, Keyword, Member, MemberKind};
use ci_syntax::{ItemKind, TokenKind};

use super::verbs::right_at;
use super::verbs::{actions_of, given};
use super::{Action, ActionKind};
use crate::TextEdit;
use crate::completion::import_of;
use crate::place::{At, Body, is_std, item_at, own_sources, source_of};
use crate::shape::snake;
use crate::symbol::{member_name, members};
use crate::wiring::{add_entry, wired};

/// What declares that which a finding misses.
pub(super) fn declare(db: &dyn Db, snapshot: &Snapshot, finding: &Diagnostic, number: usize) -> Vec<Action> {
    let (title, edits) = match finding.code {
        Code::UndeclaredAccess => match provided(db, snapshot, finding) {
            Some(found) => found,
            None => return Vec::new(),
        },
        Code::UndeclaredConnection => {
            let found = connects::connected(db, snapshot, finding).into_iter();
            return found.map(|(title, edits)| action(title, edits, number, false)).collect();
        }
        Code::UnknownName => {
            let found = needed(db, snapshot, finding).into_iter();
            return found.map(|(title, edits)| action(title, edits, number, false)).collect();
        }
        _ => return Vec::new(),
    };
    vec![action(title, edits, number, true)]
}

fn action(title: String, edits: Vec<TextEdit>, number: usize, is_preferred: bool) -> Action {
    Action { title, kind: ActionKind::Fix, edits, mends: Some(number), is_preferred }
}

/// The service that a place is in, if it can be edited.
fn service_at(db: &dyn Db, snapshot: &Snapshot, at: Span) -> Option<(ItemId, u32)> {
    let source = source_of(db, snapshot, at.file)?;
    let (item, range) = item_at(db, source, at.range.start)?;
    (item.kind(db) == ItemKind::Service && !is_std(db, source)).then(|| (item, at.range.start - range.start))
}

// ---- A right that nothing declares ----

/// Lets the owner of the resource provide the right, and takes the statement's place with it.
fn provided(db: &dyn Db, snapshot: &Snapshot, finding: &Diagnostic) -> Option<(String, Vec<TextEdit>)> {
    let (consumer, offset) = service_at(db, snapshot, finding.primary.at)?;
    let (owner, inside) = service_at(db, snapshot, finding.secondary.first()?.at)?;
    if owner == consumer || owner.file(db).package(db) != consumer.file(db).package(db) {
        return None;
    }
    let (needing, owning) = (Body::of(db, consumer), Body::of(db, owner));
    let statement = Statement::at(&needing, offset)?;
    let at = members(&owning.tree.item).iter().position(|member| member.range.touches(inside))?;
    let right = statement.of(&needing, &owning, at)?;

    let mut edits = Vec::new();
    let field = free(&statement.verb(), |name| takes(db, snapshot, owner, name));
    let need = passed(snapshot, &owning, &needing, (&field, "Capability", &right), &mut edits)?;
    edits.push(statement.replaced(&needing, &format!("{need}.{field}")));
    let title = format!("Let `{}` provide `{field}`, and need it here", owner.name(db));
    Some((title, edits))
}

/// Lets a service provide one thing more, a field with its type and value, and another need it: what it is read of there.
fn passed(
    snapshot: &Snapshot,
    owning: &Body<'_>,
    needing: &Body<'_>,
    (field, ty, value): (&str, &str, &str),
    edits: &mut Vec<TextEdit>,
) -> Option<String> {
    let (db, owner, consumer) = (owning.db, owning.item, needing.item);
    let edge = match existing(db, snapshot, owner) {
        Some((interface, member)) => {
            let fields = Body::of(db, interface);
            edits.push(after_last(snapshot, &fields, &format!("{field}: {ty};"))?);
            let MemberKind::Declaration { name, value: Some(given), .. } = member.kind else { return None };
            edits.push(add_entry(owning, given, &format!("{field}: {value}"))?);
            let provides = owning.source.name(name).to_owned();
            Edge { interface: interface.name(db).to_string(), known: Some(interface), provides }
        }
        None => {
            let name = interface_name(db, owner);
            let text = format!("interface {name} {{\n    {field}: {ty};\n}}\n\n");
            let start = item_span(db, owner, TextRange::empty(0));
            edits.push(TextEdit::insert(start.file, start.range.start, text));
            let provides = free("access", |name| has_member(owning, name));
            let text = format!("provides {provides}: {name} = {{ {field}: {value} }};");
            edits.push(after_last(snapshot, owning, &text)?);
            Edge { interface: name, known: None, provides }
        }
    };
    if let Some(need) = edge.known.and_then(|interface| need_of(db, consumer, interface)) {
        return Some(need);
    }
    let need = free(&snake(owner.name(db).as_ref()), |name| has_member(needing, name));
    edits.extend(edge.needed_by(snapshot, needing, &need, owner));
    edits.extend(wired(db, snapshot, consumer, &need, owner, &edge.provides)?);
    Some(need)
}

/// What joins two services.
struct Edge {
    /// The name of the interface.
    interface: String,
    /// The interface, unless it is new: then it is beside the service that provides it.
    known: Option<ItemId>,
    /// What it is called where it is provided.
    provides: String,
}

impl Edge {
    /// `needs` in a service, and the import that it takes.
    fn needed_by(&self, snapshot: &Snapshot, body: &Body<'_>, need: &str, owner: ItemId) -> Vec<TextEdit> {
        let db = body.db;
        let mut edits = Vec::new();
        edits.extend(first_member(snapshot, body, &format!("needs {need}: {};", self.interface)));
        let file = body.item.file(db);
        let is_seen = match self.known {
            Some(interface) => resolve(db, file, &[&self.interface]) == Ok(Def::Item(interface)),
            None => owner.file(db) == file,
        };
        if !is_seen {
            let place = At { body: *body, file, offset: 0 };
            // A new interface stands where its provider does.
            edits.extend(import_of(&place, self.known.unwrap_or(owner), &self.interface));
        }
        edits
    }
}

/// An interface that the service provides and nobody else does, with the record that fills it in.
fn existing<'db>(db: &'db dyn Db, snapshot: &'db Snapshot, owner: ItemId) -> Option<(ItemId, &'db Member)> {
    let unit = signature(db, owner).unit()?;
    let (name, interface) = unit.provides.iter().find_map(|field| match field.ty {
        Ty::Interface(interface) => Some((&field.name, interface)),
        _ => None,
    })?;
    let is_own = interface.file(db).package(db) == owner.file(db).package(db);
    let providers = services(db, snapshot).filter(|service| {
        let unit = signature(db, *service).unit();
        unit.is_some_and(|unit| unit.provides.iter().any(|field| field.ty == Ty::Interface(interface)))
    });
    if !is_own || providers.count() != 1 {
        return None;
    }
    let body = Body::of(db, owner);
    let member = members(&body.tree.item)
        .iter()
        .find(|member| member_name(member).is_some_and(|range| *range.of(body.source.text()) == **name))?;
    match member.kind {
        MemberKind::Declaration { value: Some(value), .. } => {
            matches!(body.tree[value], Expr::Record { .. }).then_some((interface, member))
        }
        _ => None,
    }
}

/// Whether the interface that a service provides has a field of this name.
fn takes(db: &dyn Db, snapshot: &Snapshot, owner: ItemId, name: &str) -> bool {
    existing(db, snapshot, owner).is_some_and(|(interface, _)| {
        signature(db, interface).fields().iter().any(|field| *field.name == *name)
    })
}

/// What a service calls its need of an interface, if it has one.
fn need_of(db: &dyn Db, service: ItemId, interface: ItemId) -> Option<String> {
    let unit = signature(db, service).unit()?;
    let need = unit.inputs.iter().find(|field| field.needed && field.ty == Ty::Interface(interface))?;
    Some(need.name.to_string())
}

fn services<'db>(db: &'db dyn Db, snapshot: &'db Snapshot) -> impl Iterator<Item = ItemId> + 'db {
    let all = own_sources(db, snapshot).flat_map(move |file| items(db, file).iter().copied());
    all.filter(move |item| item.kind(db) == ItemKind::Service)
}

fn interface_name(db: &dyn Db, owner: ItemId) -> String {
    let name = format!("{}Access", owner.name(db));
    free(&name, |name| resolve(db, owner.file(db), &[name]).is_ok())
}

/// The name, or with the first number that nobody has.
fn free(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name}{number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
}

fn has_member(body: &Body<'_>, name: &str) -> bool {
    let text = body.source.text();
    let mut names = members(&body.tree.item).iter().filter_map(member_name);
    names.any(|range| range.of(text) == name)
}

/// A statement that allows actions on resources by their names.
struct Statement {
    id: ExprId,
    actions: ExprId,
    /// The resources that are written as texts about what is of another service.
    resources: ExprId,
    /// What the actions are called, `sqs:ReceiveMessage`; sorted.
    names: Vec<String>,
}

impl Statement {
    fn at(body: &Body<'_>, offset: u32) -> Option<Self> {
        let (id, actions, resources) = right_at(body, offset)?;
        let names = actions_of(body, actions)?.into_iter().collect();
        Some(Self { id, actions, resources, names })
    }

    /// What the right is called: after its action, or after what all of them do.
    fn verb(&self) -> String {
        if let [only] = self.names.as_slice() {
            return snake(only.split_once(':').map_or(only.as_str(), |(_, name)| name));
        }
        let level = |name: &String| {
            let (service, name) = name.split_once(':')?;
            Some(iam::service(service)?.action(name)?.level)
        };
        let reads = |level| matches!(level, iam::AccessLevel::List | iam::AccessLevel::Read);
        let is_reading = self.names.iter().all(|name| level(name).is_some_and(reads));
        if is_reading { "read" } else { "change" }.to_owned()
    }

    /// The resources, as texts; nothing if there are others among them.
    fn texts<'db>(&self, body: &Body<'db>) -> Option<Vec<&'db str>> {
        let Expr::List(list) = &body.tree[self.resources] else { return None };
        let texts = list.iter().map(|item| {
            let is_text = matches!(body.tree[item.value], Expr::String | Expr::Interpolation(_));
            let text = body.tree.range(item.value).of(body.source.text());
            (is_text && !item.spread).then(|| text.trim_matches('"'))
        });
        texts.collect()
    }

    /// The same right as its owner writes it: a capability of what the member makes, or a statement about its ARN.
    fn of(&self, needing: &Body<'_>, owning: &Body<'_>, member: usize) -> Option<String> {
        let texts = self.texts(needing)?;
        let name = member_name(&members(&owning.tree.item)[member])?.of(owning.source.text());
        let on = match owning.inference.members.get(member)?.widened() {
            Ty::Resource(resource) => {
                let arn = format!("{name}.{}", resource.0.own_arn()?);
                let form = resource.0.arn_template()?;
                let mut on: Vec<String> = Vec::new();
                for text in texts {
                    let rest = self.rest(form, text)?;
                    let one = if rest.is_empty() { arn.clone() } else { format!("\"{{{arn}}}{rest}\"") };
                    if !on.contains(&one) {
                        on.push(one);
                    }
                }
                on.join(", ")
            }
            Ty::Unit(component) => {
                let unit = signature(owning.db, *component).unit()?;
                let gives = |field: &&ci_sema::signature::Field| {
                    field.ty == Ty::Capability && self.is_given(&Body::of(owning.db, *component), &field.name)
                };
                if let Some(capability) = unit.outputs.iter().find(gives) {
                    return Some(format!("{name}.{}", capability.name));
                }
                let arn = unit.outputs.iter().find(|field| *field.name == *"arn")?;
                format!("{name}.{}", arn.name)
            }
            _ => return None,
        };
        let actions = needing.tree.range(self.actions).of(needing.source.text());
        Some(format!("allow {actions} on [{on}]"))
    }

    /// Whether a capability of a component gives this and, of the same services, nothing more.
    fn is_given(&self, component: &Body<'_>, capability: &str) -> bool {
        let is_named = |member: &&Member| {
            member_name(member).is_some_and(|range| range.of(component.source.text()) == capability)
        };
        let Some(member) = members(&component.tree.item).iter().find(is_named) else { return false };
        let mut all = BTreeSet::new();
        for (id, node) in component.exprs().filter(|(_, node)| member.range.touches(node.range.start)) {
            match (&node.expr, component.inference.resolutions.get(&id)) {
                (Expr::Statement { actions, .. }, _) => {
                    all.extend(actions_of(component, *actions).unwrap_or_default());
                }
                (Expr::Call { .. }, Some(Resolution::Def(Def::Item(verb)))) => {
                    all.extend(given(&Body::of(component.db, *verb)));
                }
                _ => {}
            }
        }
        // What it takes to read what is encrypted comes along.
        let service = |name: &str| name.split_once(':').map(|(service, _)| service.to_owned());
        let services: BTreeSet<_> = self.names.iter().map(|name| service(name)).collect();
        all.retain(|name| services.contains(&service(name)));
        all.iter().eq(&self.names)
    }

    /// What stands behind the ARN of a resource of this form in a text: `/*` for the objects of a bucket.
    fn rest(&self, form: &str, text: &str) -> Option<String> {
        let (form_service, form_rest) = parts(form)?;
        let (service, own) = parts(text)?;
        if service != form_service && service != "*" {
            return None;
        }
        let by = if form_rest.contains(':') && !form_rest.contains('/') { ':' } else { '/' };
        let count = form_rest.matches(by).count();
        if let Some((at, _)) = own.match_indices(by).nth(count) {
            return Some(own[at..].to_owned());
        }
        // `arn:aws:s3:::*` is about objects too: what the actions can be about decides.
        let (prefix, name) = self.names.first()?.split_once(':')?;
        let service = iam::service(prefix)?;
        let forms = service.action(name)?.resources.iter().filter_map(|about| {
            service.resource_type(about.resource_type).map(|resource| resource.arn_template)
        });
        let forms: Vec<&str> = forms.collect();
        if forms.is_empty() || forms.contains(&form) {
            return Some(String::new());
        }
        let longer = forms.iter().find_map(|longer| longer.strip_prefix(form))?;
        let mut rest = String::new();
        for (at, piece) in longer.split("${").enumerate() {
            rest.push_str(if at == 0 { piece } else { "*" });
            rest.push_str(if at == 0 { "" } else { piece.split_once('}').map_or("", |(_, rest)| rest) });
        }
        Some(rest)
    }

    /// Something else in its place.
    fn replaced(&self, body: &Body<'_>, text: &str) -> TextEdit {
        TextEdit { at: body.span(body.tree.range(self.id)), text: text.to_owned() }
    }
}

/// The service of an ARN, and what comes after the account.
fn parts(arn: &str) -> Option<(&str, &str)> {
    let mut depth = 0;
    let mut colons = Vec::new();
    for (at, letter) in arn.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ':' if depth == 0 => colons.push(at),
            _ => {}
        }
    }
    let [_, second, third, _, fifth, ..] = colons[..] else { return None };
    Some((&arn[second + 1..third], &arn[fifth + 1..]))
}

// ---- A name that a need would have ----

/// `needs` for a name that nothing has, of each interface that the name may mean.
fn needed(db: &dyn Db, snapshot: &Snapshot, finding: &Diagnostic) -> Vec<(String, Vec<TextEdit>)> {
    let Some((consumer, _)) = service_at(db, snapshot, finding.primary.at) else { return Vec::new() };
    let Span { file, range } = finding.primary.at;
    let name = range.of(snapshot.files().text(file));
    let body = Body::of(db, consumer);
    let mut found: Vec<(ItemId, (String, Vec<TextEdit>))> = Vec::new();
    for owner in services(db, snapshot).filter(|owner| *owner != consumer) {
        let Some(unit) = signature(db, owner).unit() else { continue };
        for provides in &unit.provides {
            let Ty::Interface(interface) = provides.ty else { continue };
            let shown = interface.name(db).to_string();
            let is_meant =
                *provides.name == *name || snake(&shown) == name || snake(owner.name(db).as_ref()) == name;
            if !is_meant || found.iter().any(|(known, _)| *known == interface) {
                continue;
            }
            let title = format!("Need `{name}: {shown}` of `{}`", owner.name(db));
            let edge = Edge { interface: shown, known: Some(interface), provides: provides.name.to_string() };
            let mut edits = edge.needed_by(snapshot, &body, name, owner);
            // Where the apps cannot be told what to pass, they are told that something is missing.
            edits.extend(wired(db, snapshot, consumer, name, owner, &edge.provides).unwrap_or_default());
            found.push((interface, (title, edits)));
        }
    }
    found.into_iter().map(|(_, found)| found).collect()
}

// ---- Where things are written ----

/// A member before all others.
fn first_member(snapshot: &Snapshot, body: &Body<'_>, text: &str) -> Option<TextEdit> {
    let brace = body.source.tokens().iter().position(|token| token.kind == TokenKind::LBrace)?;
    let at = body.span(TextRange::empty(body.source.token_range(brace).end));
    let rest = snapshot.files().text(at.file).get(at.range.start as usize..)?;
    let is_line = rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
    let text = if is_line { format!("\n    {text}") } else { format!(" {text}") };
    Some(TextEdit { at, text })
}

/// A member or field after all others.
fn after_last(snapshot: &Snapshot, body: &Body<'_>, text: &str) -> Option<TextEdit> {
    let last = members(&body.tree.item).iter().rfind(
        |member| matches!(member.kind, MemberKind::Declaration { keyword, .. } if keyword != Keyword::Input),
    );
    let last = last.or_else(|| members(&body.tree.item).last())?;
    let span = body.span(last.range);
    let file = snapshot.files().text(span.file);
    // A member ends before its semicolon.
    let after = file.get(span.range.end as usize..)?.find(';')? as u32 + span.range.end + 1;
    let line = file.get(after as usize..)?.split('\n').next().unwrap_or_default();
    let behind = line.trim();
    if !behind.is_empty() && !behind.starts_with("//") {
        return Some(TextEdit::insert(span.file, after, format!(" {text}")));
    }
    let before = file.get(..span.range.start as usize)?.rsplit('\n').next().unwrap_or_default();
    let indent: String = before.chars().take_while(|letter| letter.is_whitespace()).collect();
    let end = after + line.trim_end().len() as u32;
    Some(TextEdit::insert(span.file, end, format!("\n{indent}{text}")))
}

#[cfg(test)]
mod tests;

//! How apps and tests join services: what one provides, given to another as what that needs.

use ci_base::TextRange;
use ci_project::Snapshot;
use ci_sema::infer::Resolution;
use ci_sema::item::items;
use ci_sema::name::Def;
use ci_sema::signature::{Signature, signature};
use ci_sema::ty::Ty;
use ci_sema::{Db, ItemId};
use ci_syntax::ItemKind;
use ci_syntax::ast::{Entry, Expr, ExprId};

use crate::TextEdit;
use crate::place::{Body, own_sources};
use crate::symbol::{member_name, members};

/// Gives, wherever a service is made, `need` the part `provides` of the instance of `provider` that is there. Nothing if
/// there is none or several, or if the two would need each other.
pub(crate) fn wired(
    db: &dyn Db,
    snapshot: &Snapshot,
    consumer: ItemId,
    need: &str,
    provider: ItemId,
    provides: &str,
) -> Option<Vec<TextEdit>> {
    let mut edits = Vec::new();
    for file in own_sources(db, snapshot) {
        let places =
            items(db, file).iter().filter(|item| matches!(item.kind(db), ItemKind::App | ItemKind::Test));
        for place in places {
            let body = Body::of(db, *place);
            for id in made(&body, consumer) {
                let instances = instances(&body, provider);
                let [(at, name)] = instances.as_slice() else { return None };
                if reads(&body, *at, id) {
                    return None;
                }
                edits.push(add_entry(&body, id, &format!("{need}: {name}.{provides}"))?);
            }
        }
    }
    Some(edits)
}

/// What an app has that fills a need of this type: `shipping.parcels`, if there is only one.
pub(crate) fn provider_of(body: &Body<'_>, interface: ItemId, of: ExprId) -> Option<String> {
    let mut found = Vec::new();
    for (at, ty) in body.inference.members.iter().enumerate() {
        let Ty::Unit(service) = ty else { continue };
        let Signature::Unit(unit) = signature(body.db, *service) else { continue };
        let provided = unit.provides.iter().filter(|field| field.ty == Ty::Interface(interface));
        let Some(name) = members(&body.tree.item).get(at).and_then(member_name) else { continue };
        if !reads(body, at, of) {
            let name = name.of(body.source.text());
            found.extend(provided.map(|field| format!("{name}.{}", field.name)));
        }
    }
    match found.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// The records that make a service.
fn made(body: &Body<'_>, service: ItemId) -> Vec<ExprId> {
    let service = Resolution::Def(Def::Item(service));
    let is_made = |id: &ExprId| body.inference.resolutions.get(id) == Some(&service);
    let records = body.exprs().filter(|(_, node)| matches!(node.expr, Expr::Record { .. }));
    records.map(|(id, _)| id).filter(is_made).collect()
}

/// The members that are instances of a service: their positions and names.
fn instances<'db>(body: &Body<'db>, service: ItemId) -> Vec<(usize, &'db str)> {
    let types = body.inference.members.iter().enumerate();
    let own = types.filter(|(_, ty)| **ty == Ty::Unit(service));
    let named = own.filter_map(|(at, _)| Some((at, member_name(members(&body.tree.item).get(at)?)?)));
    named.map(|(at, name)| (at, name.of(body.source.text()))).collect()
}

/// Whether a member is the one that an expression is in, or reads it, itself or by way of others.
fn reads(body: &Body<'_>, member: usize, expr: ExprId) -> bool {
    let all = members(&body.tree.item);
    let within = body.tree.range(expr).start;
    let mut seen = vec![member];
    let mut next = 0;
    while let Some(&at) = seen.get(next) {
        next += 1;
        let Some(range) = all.get(at).map(|member| member.range) else { continue };
        if range.start <= within && within < range.end {
            return true;
        }
        for (id, _) in
            body.exprs().filter(|(_, node)| range.start <= node.range.start && node.range.end <= range.end)
        {
            if let Some(Resolution::Member(read)) = body.inference.resolutions.get(&id)
                && !seen.contains(&(*read as usize))
            {
                seen.push(*read as usize);
            }
        }
    }
    false
}

/// Adds an entry to a record, as the last one.
pub(crate) fn add_entry(body: &Body<'_>, record: ExprId, entry: &str) -> Option<TextEdit> {
    let Expr::Record { entries, path } = &body.tree[record] else { return None };
    let (text, range) = (body.source.text(), body.tree.range(record));
    if !range.of(text).ends_with('}') {
        return None;
    }
    let Some(last) = entries.last() else {
        let from = path.as_ref().and_then(|path| path.last()).map_or(range.start, |last| last.0.end);
        let open = text.get(from as usize..range.end as usize)?.find('{')? as u32 + from + 1;
        let at = TextRange::new(open, range.end - 1);
        return at
            .of(text)
            .trim()
            .is_empty()
            .then(|| TextEdit { at: body.span(at), text: format!(" {entry} ") });
    };
    let last = match *last {
        Entry::Field { name, value, .. } => {
            TextRange::new(name.0.start, body.tree.range(value).end.max(name.0.end))
        }
        Entry::Computed { value, .. } | Entry::Spread(value) => body.tree.range(value),
        Entry::Error => return None,
    };
    let behind = text.get(last.end as usize..range.end as usize)?;
    let separator = if behind.contains('\n') {
        let line = text.get(..last.start as usize)?.rsplit('\n').next().unwrap_or_default();
        let indent: String = line.chars().take_while(|letter| letter.is_whitespace()).collect();
        format!(",\n{indent}")
    } else {
        ", ".to_owned()
    };
    Some(TextEdit { at: body.span(TextRange::empty(last.end)), text: format!("{separator}{entry}") })
}

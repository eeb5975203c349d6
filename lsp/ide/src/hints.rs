//! What stands between the lines: the types of `let`, what rights become, and what is there because it is used.

use std::fmt::Write as _;

use std::collections::BTreeMap;

use ci_base::{FileId, Span, TextRange};
use ci_project::{InferredResource, Snapshot, StatementAccess};
use ci_sema::item::items;
use ci_sema::ty::Ty;
use ci_syntax::ast::{Entry, Expr, ExprId, Keyword, MemberKind};

use crate::place::{Body, source_of};

/// How long a type may be to stand between the lines.
const LONGEST_TYPE: usize = 40;
/// How long the statements of a right may be.
const LONGEST_RIGHT: usize = 110;

/// Which hints are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HintOptions {
    /// The types of `let` without one.
    pub types: bool,
    /// The statements that each right becomes, and the resources that something has because of the rights of others.
    pub rights: bool,
}

/// A hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// After which byte it stands.
    pub at: Span,
    /// What is shown.
    pub label: String,
    /// More of it, Markdown.
    pub tooltip: Option<String>,
    /// Whether it is a type rather than what a right becomes.
    pub is_type: bool,
}

/// The hints of a part of a file.
pub fn hints(snapshot: &Snapshot, file: FileId, within: TextRange, options: HintOptions) -> Vec<Hint> {
    snapshot.attach(|db| {
        let Some(source) = source_of(db, snapshot, file) else { return Vec::new() };
        let mut found = Vec::new();
        let mut uses: Vec<(Body<'_>, ExprId)> = Vec::new();
        let mut units: Vec<Body<'_>> = Vec::new();
        for item in items(db, source).iter() {
            let range = ci_sema::item::item_range(db, *item);
            if range.end < within.start || within.end < range.start {
                continue;
            }
            let body = Body::of(db, *item);
            if options.types {
                found.extend(types(&body));
            }
            if options.rights {
                units.push(body);
                uses.extend(rights_in(&body).into_iter().map(|id| (body, id)));
            }
        }
        if !uses.is_empty() {
            let statements = statements(snapshot, file);
            found.extend(uses.iter().filter_map(|(body, id)| right(body, *id, &statements)));
        }
        if !units.is_empty() {
            found.extend(inferred(snapshot, file, &units));
        }
        found.retain(|hint| within.touches(hint.at.range.start));
        found.sort_by_key(|hint| hint.at.range.start);
        found
    })
}

/// The types of `let` that say none, where the value does not say it in its first word.
fn types(body: &Body<'_>) -> Vec<Hint> {
    let shown = |name: TextRange, value: ExprId, ty: &Ty| {
        if is_evident(&body.tree[value]) || ty.is_error() || name.is_empty() {
            return None;
        }
        let full = ty.display(body.db).to_string();
        let label = if full.chars().count() > LONGEST_TYPE {
            format!("{}…", full.chars().take(LONGEST_TYPE - 1).collect::<String>())
        } else {
            full.clone()
        };
        let tooltip = (label != full).then(|| crate::describe::code(&full, ""));
        let at = body.span(TextRange::empty(name.end));
        Some(Hint { at, label: format!(": {label}"), tooltip, is_type: true })
    };
    let mut found = Vec::new();
    for (at, member) in body.tree.item.members().iter().enumerate() {
        if let MemberKind::Declaration { keyword: Keyword::Let, name, ty: None, value: Some(value) } =
            member.kind
            && let Some(ty) = body.inference.members.get(at)
        {
            found.extend(shown(name.0, value, ty));
        }
    }
    for node in &body.tree.exprs {
        if let Expr::Block { bindings, .. } = &node.expr {
            for binding in bindings.iter().filter(|binding| binding.ty.is_none()) {
                found.extend(shown(binding.name.0, binding.value, body.ty(binding.value)));
            }
        }
    }
    found
}

/// Whether an expression says what it is in its first word.
fn is_evident(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Record { .. }
            | Expr::Existing(_)
            | Expr::String
            | Expr::Interpolation(_)
            | Expr::Bool(_)
            | Expr::Int(_)
            | Expr::Float(_)
            | Expr::Duration(_)
            | Expr::Size(_)
            | Expr::Statement { .. }
            | Expr::Missing
    )
}

/// The elements of lists of rights: of `uses`, and of whatever else takes them.
fn rights_in(body: &Body<'_>) -> Vec<ExprId> {
    let mut found = Vec::new();
    for node in &body.tree.exprs {
        let Expr::Record { entries, .. } = &node.expr else { continue };
        for entry in entries {
            let Entry::Field { value, .. } = entry else { continue };
            if let Expr::List(items) = &body.tree[*value]
                && matches!(body.ty(*value).widened(), Ty::List(of) if **of == Ty::Capability)
            {
                found.extend(items.iter().map(|item| item.value));
            }
        }
    }
    found
}

/// The statements of all roles that were asked for in a file, by where.
fn statements(snapshot: &Snapshot, file: FileId) -> BTreeMap<(u32, u32), Vec<StatementAccess>> {
    let mut found: BTreeMap<(u32, u32), Vec<StatementAccess>> = BTreeMap::new();
    for target in snapshot.rights() {
        for holder in target.holders {
            for statement in holder.statements {
                let Span { file: of, range } = statement.at;
                if of == file {
                    let known = found.entry((range.start, range.end)).or_default();
                    // Another environment says the same.
                    if known.iter().all(|other| shown(other) != shown(&statement)) {
                        known.push(statement);
                    }
                }
            }
        }
    }
    found
}

/// `→ dynamodb: GetItem, Query on orders.table` after a right.
fn right(
    body: &Body<'_>,
    id: ExprId,
    statements: &BTreeMap<(u32, u32), Vec<StatementAccess>>,
) -> Option<Hint> {
    let at = body.span(body.tree.range(id)).range;
    let inside = statements.range((at.start, 0)..(at.end, 0));
    let own: Vec<&StatementAccess> =
        inside.filter(|((_, end), _)| *end <= at.end).flat_map(|(_, statements)| statements).collect();
    if own.is_empty() {
        return None;
    }
    let lines: Vec<String> = own.iter().map(|statement| shown(statement)).collect();
    let label = shortened(&lines.join("; "));
    let tooltip: Vec<String> = own
        .iter()
        .zip(&lines)
        .map(|(statement, line)| {
            let mut text = format!("- {line}");
            for condition in &statement.conditions {
                let _ = write!(text, "\n  - when {condition}");
            }
            text
        })
        .collect();
    Some(Hint {
        at: Span { file: body.item.file(body.db).id(body.db), range: TextRange::empty(at.end) },
        label: format!(" → {label}"),
        tooltip: Some(format!("Becomes in the policy:\n\n{}", tooltip.join("\n"))),
        is_type: false,
    })
}

/// `→ endpoint.sqs` after what has it because somebody uses it.
fn inferred(snapshot: &Snapshot, file: FileId, units: &[Body<'_>]) -> Vec<Hint> {
    let mut by_place: BTreeMap<(u32, u32), Vec<InferredResource>> = BTreeMap::new();
    for resource in snapshot.inferred().into_iter().filter(|resource| resource.at.file == file) {
        let TextRange { start, end } = resource.at.range;
        by_place.entry((start, end)).or_default().push(resource);
    }
    let mut found = Vec::new();
    for body in units {
        for member in body.tree.item.members() {
            let MemberKind::Declaration { name, value: Some(value), .. } = member.kind else { continue };
            let TextRange { start, end } = body.span(name.0).range;
            let Some(resources) = by_place.get(&(start, end)) else { continue };
            let names: Vec<&str> = resources.iter().map(|resource| &*resource.name).collect();
            let lines: Vec<String> =
                resources.iter().map(|of| format!("- `{}`, for {}", of.name, of.users.join(", "))).collect();
            found.push(Hint {
                at: Span { file, range: TextRange::empty(body.span(body.tree.range(value)).range.end) },
                label: format!(" → {}", shortened(&names.join(", "))),
                tooltip: Some(format!("There because it is used:\n\n{}", lines.join("\n"))),
                is_type: false,
            });
        }
    }
    found
}

/// A label that is not longer than a line takes.
fn shortened(full: &str) -> String {
    if full.chars().count() > LONGEST_RIGHT {
        format!("{}…", full.chars().take(LONGEST_RIGHT - 1).collect::<String>())
    } else {
        full.to_owned()
    }
}

/// `dynamodb: GetItem, Query on orders.table`
pub(crate) fn shown(statement: &StatementAccess) -> String {
    let mut services: Vec<(&str, Vec<&str>)> = Vec::new();
    for action in &statement.actions {
        let (service, name) = action.split_once(':').unwrap_or(("", action));
        match services.iter_mut().find(|(known, _)| *known == service) {
            Some((_, names)) => names.push(name),
            None => services.push((service, vec![name])),
        }
    }
    let actions: Vec<String> =
        services
            .iter()
            .map(|(service, names)| {
                if service.is_empty() { names.join(", ") } else { format!("{service}: {}", names.join(", ")) }
            })
            .collect();
    let deny = if statement.denies { "deny " } else { "" };
    let on = if statement.resources.is_empty() {
        String::new()
    } else {
        format!(" on {}", statement.resources.join(", "))
    };
    format!("{deny}{}{on}", actions.join("; "))
}

#[cfg(test)]
mod tests;

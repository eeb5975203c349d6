//! What is wrong, gathered for those who show it.

use ci_base::{Applicability, Code, Diagnostic, Span, TextRange};
use ci_syntax::ast::{Attribute, Expr, ExprId, Item, ItemTree, Path, TypeExpr};
use rustc_hash::FxHashSet;

use crate::eval::plan::{TargetId, open_stack, plan, stands_alone, targets, whole_stack};
use crate::import::with_imports;
use crate::infer::infer;
use crate::item::{ItemKind, file_outline, item_range, item_source, item_span, item_tree, items};
use crate::name::{modules, scope};
use crate::{Db, ItemId, Program, SourceFile, StackResult};

/// A part of the source in which a finding is allowed, with a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The finding.
    pub code: Code,
    /// Where it is allowed: the item or member the attribute stands at.
    pub span: Span,
}

/// What is wrong with a file as far as its text, names and types go.
///
/// Here ranges become places in the file: it is computed anew whenever the file changes, and only then.
#[salsa::tracked]
pub fn file_diagnostics(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic<Span>> {
    let id = file.id(db);
    let mut found: Vec<Diagnostic<Span>> = file_outline(db, file)
        .errors
        .iter()
        .map(|error| error.clone().map(|range| Span { file: id, range }))
        .collect();
    for item in items(db, file).iter().copied() {
        let mut own = |errors: &[Diagnostic<TextRange>]| {
            let placed = errors.iter().map(|error| error.clone().map(|range| item_span(db, item, range)));
            found.extend(placed.map(|error| with_imports(db, file, error)));
        };
        own(&item_tree(db, item).errors);
        // An import has no types. Most items are imports, and what is not asked for is not looked at after every edit.
        if item.kind(db) != ItemKind::Use {
            own(&infer(db, item).diagnostics);
        }
    }
    let scope = scope(db, file);
    found.extend(
        scope.problems.iter().map(|(item, error)| error.clone().map(|range| item_span(db, *item, range))),
    );
    found.extend(unused_imports(db, file));
    found
}

fn unused_imports(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic<Span>> {
    let scope = scope(db, file);
    if scope.imports.is_empty() {
        return Vec::new();
    }
    let mut used = FxHashSet::default();
    for item in items(db, file).iter().copied().filter(|item| item.kind(db) != ItemKind::Use) {
        first_names(item_source(db, item), item_tree(db, item), &mut used);
    }
    let unused = scope.imports.iter().filter(|(_, _, name)| !used.contains(&**name));
    unused
        .map(|(item, range, name)| {
            let at = item_span(db, *item, *range);
            let whole = item_span(db, *item, TextRange::new(0, item_range(db, *item).len()));
            let found = Diagnostic::new(Code::UnusedImport, at, format!("`{name}` is imported but not used"));
            let alone = matches!(&item_tree(db, *item).item, Item::Use(tree) if !matches!(tree.end, ci_syntax::ast::UseEnd::Group(_)));
            if alone {
                found.help("remove the import").fix("remove the import", whole, "", Applicability::MachineApplicable)
            } else {
                found.help("remove it from the list")
            }
        })
        .collect()
}

/// The first segment of every path of an item: the names it takes from its file.
fn first_names<'a>(source: &'a ci_syntax::ItemSource, tree: &'a ItemTree, used: &mut FxHashSet<&'a str>) {
    let mut path = |path: &Path| {
        if let Some(first) = path.first() {
            used.insert(source.name(*first));
        }
    };
    for node in &tree.exprs {
        match &node.expr {
            Expr::Path(found) | Expr::PathGlob(found) => path(found),
            Expr::PathGroup { path: found, .. } | Expr::Call { callee: found, .. } => path(found),
            Expr::Record { path: Some(found), .. } => path(found),
            Expr::Match { arms, .. } => {
                for pattern in arms.iter().flat_map(|arm| &arm.patterns) {
                    if let ci_syntax::ast::PatternKind::Path(found) = &pattern.kind {
                        path(found);
                    }
                }
            }
            _ => {}
        }
    }
    for node in &tree.types {
        if let TypeExpr::Path { path: found, .. } = &node.ty {
            path(found);
        }
    }
}

/// Items of the root package that no target uses, looked at on their own: components, services that only an app
/// could give what they need, constants, functions and the defaults of structs. What a target does use has been seen
/// there, with what it is given.
pub fn unused_items(db: &dyn Db) -> Vec<(ItemId, &StackResult)> {
    let Some(program) = Program::try_get(db) else { return Vec::new() };
    let mut seen: FxHashSet<ItemId> = FxHashSet::default();
    for target in targets(db) {
        for instance in &plan(db, TargetId::new(db, target.clone())).instances {
            seen.extend(whole_stack(db, *instance).items.iter());
        }
    }
    let files = modules(db, program.root(db)).iter();
    let mut left: Vec<ItemId> = files.flat_map(|(_, file)| items(db, *file).iter().copied()).collect();
    left.retain(|item| stands_alone(db, *item) && !seen.contains(item));
    // What units use is looked at with them, and what was declared first mostly with what was declared later.
    left.reverse();
    left.sort_by_key(|item| !matches!(item.kind(db), ItemKind::Component | ItemKind::Service));
    let mut found = Vec::new();
    for item in left {
        let is_value = matches!(item.kind(db), ItemKind::Const | ItemKind::Fn | ItemKind::Struct);
        if is_value && seen.contains(&item) {
            continue;
        }
        let result = open_stack(db, item);
        seen.extend(result.items.iter());
        found.push((item, result));
    }
    found
}

/// Where `#[allow(…)]` stands in a file.
#[salsa::tracked]
pub fn allowed(db: &dyn Db, file: SourceFile) -> Vec<Allowed> {
    let mut found = Vec::new();
    for item in items(db, file).iter().copied() {
        let (source, tree) = (item_source(db, item), item_tree(db, item));
        let mut take = |attributes: &[Attribute], range: TextRange| {
            for given in attributes.iter().filter(|given| source.name(given.name) == "allow") {
                let codes = given.arguments.iter().filter(|argument| argument.name.is_none());
                for code in codes.filter_map(|argument| code_named(source, tree, argument.value)) {
                    found.push(Allowed { code, span: item_span(db, item, range) });
                }
            }
        };
        take(&tree.attributes, TextRange::new(0, item_range(db, item).len()));
        if let Item::Unit { members, .. }
        | Item::Test { members, .. }
        | Item::Rule { members, .. }
        | Item::Struct { fields: members, .. }
        | Item::Interface { fields: members, .. } = &tree.item
        {
            for member in members {
                take(&member.attributes, member.range);
            }
        }
    }
    found
}

fn code_named(source: &ci_syntax::ItemSource, tree: &ItemTree, value: ExprId) -> Option<Code> {
    Code::parse(&tree.range(value).of(source.text()).replace('_', "-"))
}

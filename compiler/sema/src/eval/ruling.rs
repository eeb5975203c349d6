//! Rules applied to the resources of a stack.
//!
//! A rule reads what was written. What only the deployment knows is unknown, and a requirement that depends on it passes;
//! what refers to a resource of the same stack is read as that resource, so that rules can ask what belongs together.
//!
//! Must not know: which findings a project allows in its manifest, how they are shown.

use std::sync::Arc;

use ci_base::{Code, Diagnostic, TextRange};
use ci_graph::{Located as Written, Origin, Resource, ResourceId, Value as Graph};
use ci_syntax::ItemSource;
use ci_syntax::ast::{Attribute, Expr, ExprId, Item, ItemTree, Keyword, MemberKind, Name};
use rustc_hash::FxHashMap;

use super::Eval;
use super::frame::Env;
use super::member::one_line;
use super::plan::{ServiceInstance, StackResult, open_stack};
use super::spare::stack;
use super::testing::At;
use super::trail::{Step, declared_by, trail};
use super::value::{Located, Value};
use crate::infer::has_errors;
use crate::item::{item_doc, item_source, item_tree};
use crate::rule::{ActiveRule, Kind, rules_for};
use crate::{Db, ItemId, Package, Program};

/// What the rules say of a stack.
#[derive(Debug, Default, PartialEq)]
pub struct Rulings {
    /// The rules that are broken, where nothing allows it.
    pub broken: Vec<Diagnostic<At>>,
    /// What `#[allow(…)]` allowed: the item, the place of the name in it.
    pub allowed: Vec<At>,
}

/// What the rules say of a service.
#[salsa::tracked]
pub fn rulings(db: &dyn Db, instance: ServiceInstance) -> Rulings {
    judge(db, instance.item(db), stack(db, instance))
}

/// What the rules say of a unit that is looked at on its own.
#[salsa::tracked]
pub fn open_rulings(db: &dyn Db, unit: ItemId) -> Rulings {
    judge(db, unit, open_stack(db, unit))
}

fn judge(db: &dyn Db, root: ItemId, result: &StackResult) -> Rulings {
    let mut rulings = Rulings::default();
    // A query for each type, not for each resource.
    let mut by_type: FxHashMap<&'static str, &[ActiveRule]> = FxHashMap::default();
    let mut judge: Option<Judge<'_>> = None;
    for (id, resource) in result.stack.resource_ids() {
        let name = resource.schema.name();
        let rules = *by_type.entry(name).or_insert_with(|| rules_for(db, Kind::new(db, name)));
        for rule in rules {
            judge.get_or_insert_with(|| Judge::new(db, root, result)).apply(rule, id, resource, &mut rulings);
        }
    }
    if let Some(judge) = judge {
        judge.finish(&mut rulings);
    }
    rulings
}

/// Applies rules to the resources of one stack.
struct Judge<'db> {
    db: &'db dyn Db,
    root: ItemId,
    result: &'db StackResult,
    eval: Eval<'db>,
    own: Option<Package>,
}

impl<'db> Judge<'db> {
    fn new(db: &'db dyn Db, root: ItemId, result: &'db StackResult) -> Self {
        let mut eval = Eval::new(db, false);
        eval.inspects = true;
        eval.looks_at(result);
        Self { db, root, result, eval, own: Program::try_get(db).map(|program| program.root(db)) }
    }

    fn apply(&mut self, rule: &ActiveRule, id: ResourceId, resource: &Resource, rulings: &mut Rulings) {
        // What is wrong with it is said where it stands.
        if has_errors(self.db, rule.item) {
            return;
        }
        let body = self.eval.body(rule.item);
        let tree = self.eval.tree(body);
        let Item::Rule { subject, members, .. } = &tree.item else { return };
        let origin = Origin { item: body, range: subject.0 };
        let mut env = Env { body, instance: None, locals: None };
        let bind = |eval: &mut Eval<'db>, env: &Env, name: Name, value: Located| {
            let name = eval.name(body, name);
            env.with(name, value)
        };
        let made = self.eval.resource_of_stack(id);
        env = bind(&mut self.eval, &env, *subject, Located::new(made, origin));
        let looked_at = self.eval.stack_looked_at();
        env = env.with("stack".into(), Located::new(looked_at, origin));
        for member in members {
            match &member.kind {
                MemberKind::Declaration { keyword: Keyword::Let, name, value: Some(value), .. } => {
                    let value = self.eval.expr(*value, &env);
                    env = bind(&mut self.eval, &env, *name, value);
                }
                MemberKind::Require { condition, message } => {
                    if !matches!(self.eval.expr(*condition, &env).value, Value::Bool(false)) {
                        continue;
                    }
                    let said = message.map(|message| self.eval.expr(message, &env).value);
                    let message = match said {
                        Some(Value::Text(text)) => text.to_string(),
                        _ => format!("`{}` breaks the rule `{}`", resource.path, rule.item.name(self.db)),
                    };
                    self.broken(rule, resource, *condition, *subject, message, rulings);
                }
                _ => {}
            }
        }
    }

    fn broken(
        &self,
        rule: &ActiveRule,
        resource: &Resource,
        condition: ExprId,
        subject: Name,
        message: String,
        rulings: &mut Rulings,
    ) {
        let (source, tree) = (item_source(self.db, rule.item), item_tree(self.db, rule.item));
        let name = rule.item.name(self.db);
        let trail = trail(self.db, self.root, &resource.path);
        if let Some(allowed) = self.allowance(&trail, name) {
            rulings.allowed.push(allowed);
            return;
        }
        let property = property(source, tree, condition, source.name(subject), resource);
        let written = property.unwrap_or(resource.origin);
        let made = self.at(resource.origin);
        let mut found = match self.place(written, resource.origin, &trail) {
            (at, true) => Diagnostic::new(Code::RuleBroken, at, message),
            (at, false) => {
                let kind = crate::ty::resource_path(resource.schema.name());
                Diagnostic::new(Code::RuleBroken, at, message)
                    .label("has it in it")
                    .also(made, format!("the `{kind}` is made here"))
            }
        };
        found.severity = rule.finding;
        found = found.note(self.about(rule, source, tree));
        found.help = text_of(source, tree, "help");
        if found.help.is_none() {
            found = found.help(format!("if it is meant, say why: `#[allow({name}, reason = \"…\")]`"));
        } else {
            found = found.note(format!("if it is meant, say why: `#[allow({name}, reason = \"…\")]`"));
        }
        rulings.broken.push(found);
    }

    /// The rule's name and severity, the control it is of, and what it is for.
    fn about(&self, rule: &ActiveRule, source: &ItemSource, tree: &ItemTree) -> String {
        let control =
            text_of(source, tree, "control").map_or_else(String::new, |control| format!(", {control}"));
        let doc =
            item_doc(self.db, rule.item).map_or_else(String::new, |doc| format!(": {}", one_line(&doc)));
        format!("rule `{}` ({}{control}){doc}", rule.item.name(self.db), rule.severity.name())
    }

    fn at(&self, origin: Origin) -> At {
        (self.result.items[origin.item as usize], origin.range)
    }

    /// The place of the reader's own source that a finding belongs to, and whether that is where the resource, or the
    /// property, is written: a component of another package has been chosen by whoever made an instance of it.
    fn place(&self, written: Origin, made: Origin, trail: &[Step]) -> (At, bool) {
        let is_own = |item: ItemId| Some(item.file(self.db).package(self.db)) == self.own;
        for origin in [written, made] {
            let at = self.at(origin);
            if is_own(at.0) {
                return (at, true);
            }
        }
        let declared = declared_by(self.db, trail, self.own);
        declared.map_or((self.at(made), true), |at| (at, false))
    }

    /// The attribute that allows a rule to be broken: at a declaration that leads to the resource, or at the unit of one.
    fn allowance(&self, trail: &[Step], rule: &str) -> Option<At> {
        let steps = trail.iter().rev().find_map(|step| {
            let (source, tree) = (item_source(self.db, step.unit), item_tree(self.db, step.unit));
            let member = tree.item.members().get(step.member as usize);
            let given = member.map(|member| &member.attributes[..]).into_iter().chain([&tree.attributes[..]]);
            let place = given.into_iter().find_map(|attributes| allowing(source, tree, attributes, rule))?;
            Some((step.unit, place))
        });
        steps.or_else(|| {
            let (source, tree) = (item_source(self.db, self.root), item_tree(self.db, self.root));
            Some((self.root, allowing(source, tree, &tree.attributes, rule)?))
        })
    }

    /// What went wrong in the rules of the project themselves. A rule of others that makes nothing of what it finds, a policy
    /// of an unusual form for instance, has nothing to say about it.
    fn finish(mut self, rulings: &mut Rulings) {
        let items: Vec<ItemId> = self.eval.bodies.iter().map(|body| body.item).collect();
        let placed = |origin: Origin| (items[origin.item as usize], origin.range);
        let found = self.eval.diagnostics.drain(..).map(|found| found.map(placed));
        let is_own =
            |found: &Diagnostic<At>| Some(found.primary.at.0.file(self.db).package(self.db)) == self.own;
        rulings.broken.extend(found.filter(is_own));
    }
}

/// Where an attribute `#[allow(…)]` among these names a rule.
fn allowing(source: &ItemSource, tree: &ItemTree, attributes: &[Attribute], rule: &str) -> Option<TextRange> {
    allowed_names(source, tree, attributes).find(|(_, name)| *name == rule).map(|(range, _)| range)
}

/// The names in the attributes `#[allow(…)]`, with their places.
pub(crate) fn allowed_names<'a>(
    source: &'a ItemSource,
    tree: &'a ItemTree,
    attributes: &'a [Attribute],
) -> impl Iterator<Item = (TextRange, &'a str)> {
    let allows = attributes.iter().filter(|given| source.name(given.name) == "allow");
    let names = allows.flat_map(|given| given.arguments.iter().filter(|argument| argument.name.is_none()));
    names.map(|argument| {
        let range = tree.range(argument.value);
        (range, range.of(source.text()))
    })
}

/// The text that an attribute of a rule has.
fn text_of(source: &ItemSource, tree: &ItemTree, name: &str) -> Option<String> {
    let given = crate::signature::attribute(source, &tree.attributes, name)?;
    let value = given.arguments.first()?.value;
    (tree[value] == Expr::String).then(|| source.string(tree, value).into_owned())
}

/// Where the property is written that a condition reads, by itself or by a `let`: the deepest one that is there.
fn property(
    source: &ItemSource,
    tree: &ItemTree,
    condition: ExprId,
    subject: &str,
    resource: &Resource,
) -> Option<Origin> {
    let mut read = vec![tree.range(condition)];
    let all = || (0..tree.exprs.len() as u32).map(ExprId);
    let is_within = |read: &[TextRange], id: ExprId| {
        let range = tree.range(id);
        read.iter().any(|within| within.start <= range.start && range.end <= within.end)
    };
    // A `let` stands before what reads it.
    for member in tree.item.members().iter().rev() {
        if let MemberKind::Declaration { name, value: Some(value), .. } = member.kind {
            let names = |id: &ExprId| matches!(&tree[*id], Expr::Path(path) if path.len() == 1 && source.name(path[0]) == source.name(name));
            if all().filter(names).any(|id| is_within(&read, id)) {
                read.push(tree.range(value));
            }
        }
    }
    let mut best: Option<(usize, Origin)> = None;
    for id in all() {
        if !matches!(tree[id], Expr::Field { .. }) || !is_within(&read, id) {
            continue;
        }
        let mut names = Vec::new();
        let mut at = id;
        while let Expr::Field { base, name, .. } = tree[at] {
            names.push(source.name(name));
            at = base;
        }
        if !matches!(&tree[at], Expr::Path(path) if path.len() == 1 && source.name(path[0]) == subject) {
            continue;
        }
        let mut names = names.into_iter().rev();
        let Some(first) = names.next().and_then(|name| resource.property(name)) else { continue };
        let (mut written, mut depth): (&Written, usize) = (first, 1);
        for name in names {
            let Some(next) = written.value.get(name) else { break };
            (written, depth) = (next, depth + 1);
        }
        if matches!(written.value, Graph::Absent) {
            continue;
        }
        if best.is_none_or(|(deepest, _)| depth > deepest) {
            best = Some((depth, written.origin));
        }
    }
    best.map(|(_, origin)| origin)
}

/// The attributes `#[allow(…)]` of a unit that name rules: the places of the names, and the names.
pub fn rule_allowances(db: &dyn Db, item: ItemId) -> Vec<(TextRange, Arc<str>)> {
    let (source, tree) = (item_source(db, item), item_tree(db, item));
    let members = tree.item.members().iter().map(|member| &member.attributes[..]);
    let all = members.chain([&tree.attributes[..]]);
    let names = all.flat_map(|attributes| allowed_names(source, tree, attributes));
    let rules = names.filter(|(_, name)| Code::parse(&name.replace('_', "-")).is_none());
    rules.map(|(range, name)| (range, name.into())).collect()
}

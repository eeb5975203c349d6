//! Expressions: what type each is, given what its place expects.

use std::sync::Arc;

use ci_base::{Code, Diagnostic, TextRange};
use ci_syntax::ast::{Arm, Expr, ExprId, ListItem, MemberKind, Name, PatternKind, StringPart};

use super::testing::INTERNET;
use super::{Infer, Resolution};
use crate::item::ItemKind;
use crate::name::{Def, resolve};
use crate::signature::{Signature, by_value, deprecated_use, signature};
use crate::ty::{Ty, fits, join};

impl Infer<'_> {
    /// The type of an expression. `expected` guides records, lists and closures; whether the type fits is for
    /// [`Infer::check`] to say.
    pub(super) fn expr(&mut self, id: ExprId, expected: Option<&Ty>) -> Ty {
        let ty = self.expr_type(id, expected);
        self.types[id.0 as usize] = ty.clone();
        ty
    }

    fn expr_type(&mut self, id: ExprId, expected: Option<&Ty>) -> Ty {
        let tree = self.tree;
        match &tree[id] {
            Expr::Missing => Ty::Error,
            Expr::None => Ty::None,
            Expr::Bool(_) => Ty::Bool,
            Expr::Int(_) => Ty::Int,
            Expr::Float(_) => Ty::Float,
            Expr::Duration(_) => Ty::Duration,
            Expr::Size(_) => Ty::Size,
            // Which text it is matters only where a set of texts, a number or a truth value is expected.
            Expr::String => match expected.map(|ty| ty.unwrapped().0.widened()) {
                Some(Ty::String | Ty::Node(_) | Ty::Json | Ty::Cidr | Ty::Url | Ty::Arn | Ty::Id(_))
                    if !self.may_be_a_number(expected) =>
                {
                    Ty::String
                }
                _ => Ty::text(self.source.string(tree, id)),
            },
            Expr::Interpolation(parts) => self.interpolation(parts),
            Expr::Path(path) if path.len() == 2 && matches!(expected, Some(Ty::Actions)) => self.actions(id),
            Expr::Path(path) => self.path(id, path),
            Expr::PathGroup { .. } | Expr::PathGlob(_) => self.actions(id),
            Expr::Record { path, entries } => self.record(id, path.as_deref(), entries, expected),
            Expr::Existing(record) => self.existing(*record),
            Expr::List(items) => self.list(items, expected),
            Expr::Unary { operator, operand } => self.unary(id, *operator, *operand),
            Expr::Binary { operator, left, right } => self.binary(id, *operator, *left, *right, expected),
            Expr::Field { base, name, optional } => self.field(id, *base, *name, *optional),
            Expr::Index { base, index } => self.index(*base, *index),
            Expr::Call { callee, arguments } => self.call(id, callee, arguments),
            Expr::MethodCall { receiver, name, arguments, optional } => {
                self.method_call(*receiver, *name, arguments, *optional)
            }
            Expr::If { condition, then, otherwise } => {
                self.check(*condition, &Ty::Bool);
                let mut ty = self.branch(*then, expected);
                match otherwise {
                    Some(otherwise) => {
                        let other = self.branch(*otherwise, expected);
                        ty = self.joined(*otherwise, ty, other, expected);
                    }
                    None => ty = ty.option(),
                }
                ty
            }
            Expr::Match { subject, arms } => self.matching(id, *subject, arms, expected),
            Expr::For { first, second, iterable, filter, key, body } => {
                self.repeat(*first, *second, *iterable, (*filter, *key, *body), expected)
            }
            Expr::Block { bindings, value } => {
                let depth = self.locals.len();
                for binding in bindings {
                    let declared = binding.ty.map(|ty| self.lowering.lower(ty));
                    let ty = match declared {
                        Some(ty) => {
                            self.check(binding.value, &ty);
                            ty
                        }
                        None => self.expr(binding.value, None),
                    };
                    self.locals.push((self.text(binding.name), ty));
                }
                let ty = self.branch(*value, expected);
                self.locals.truncate(depth);
                ty
            }
            Expr::Options { of, options } => self.options(id, *of, *options),
            Expr::Lambda { parameters, body } => {
                if let Some(offer @ Ty::Offer(ty, options)) = expected.map(|ty| ty.unwrapped().0) {
                    self.offer(id, parameters, *body, (ty, *options));
                    return offer.clone();
                }
                let found = Diagnostic::new(
                    Code::NotAValue,
                    self.tree.range(id),
                    "a closure can only be the argument of a method, or what is offered with options",
                )
                .help(if expected.is_some_and(by_value) {
                    "its type says which options those are: `Capability<Options>` with a struct of options"
                } else {
                    "declare a `fn` to name what it does"
                });
                self.report(found);
                self.refuse(id)
            }
            Expr::Range { start, end, .. } => {
                for bound in [start, end] {
                    match bound {
                        Some(bound) => {
                            self.check(*bound, &Ty::Int);
                        }
                        None => {
                            let found = Diagnostic::new(
                                Code::TypeMismatch,
                                self.tree.range(id),
                                "a range of values has both ends",
                            )
                            .help("write `0..n`");
                            self.report(found);
                        }
                    }
                }
                Ty::Range
            }
            Expr::With { base, overrides } => self.with(*base, *overrides, expected),
            Expr::Statement { effect, actions, resources, principals, conditions } => {
                self.statement(*effect, *actions, *resources, *principals, *conditions)
            }
        }
    }

    fn may_be_a_number(&self, expected: Option<&Ty>) -> bool {
        match expected.map(|ty| ty.unwrapped().0) {
            Some(Ty::Node(node)) => !node.kinds().allows(ci_catalog::Kinds::STRING),
            _ => false,
        }
    }

    /// A branch of an `if`, `match` or block, checked where something is expected.
    pub(super) fn branch(&mut self, id: ExprId, expected: Option<&Ty>) -> Ty {
        match expected {
            Some(expected) => self.check(id, expected),
            None => self.expr(id, None),
        }
    }

    /// The type that covers two branches.
    pub(super) fn joined(&mut self, at: ExprId, left: Ty, right: Ty, expected: Option<&Ty>) -> Ty {
        if let Some(ty) = join(&left, &right) {
            return ty;
        }
        if let Some(expected) = expected {
            return expected.clone();
        }
        if fits(&left, &Ty::Json).is_ok() && fits(&right, &Ty::Json).is_ok() {
            return Ty::Json;
        }
        let (left, right) = (self.show(&left), self.show(&right));
        let message = format!("this is `{right}`, but another branch is `{left}`");
        let found = Diagnostic::new(Code::TypeMismatch, self.tree.range(at), message)
            .help("let every branch have the same type");
        self.report(found);
        Ty::Error
    }

    fn interpolation(&mut self, parts: &[StringPart]) -> Ty {
        let mut secret = false;
        let mut broken = false;
        for part in parts {
            let StringPart::Expr(part) = part else { continue };
            let found = self.expr(*part, None);
            let (inner, optional) = found.unwrapped();
            if optional {
                broken = true;
                self.mismatch(*part, &Ty::String, &found, crate::ty::Misfit::Optional);
                continue;
            }
            let inner = match inner {
                Ty::Secret(inner) => {
                    secret = true;
                    inner.widened()
                }
                other => other.widened(),
            };
            let scalar = match inner {
                Ty::Error | Ty::Json | Ty::Bool | Ty::Int | Ty::Float | Ty::Port => true,
                Ty::Node(node) => {
                    let kinds = node.kinds();
                    !(kinds.contains(ci_catalog::Kinds::ARRAY) || kinds.contains(ci_catalog::Kinds::OBJECT))
                }
                ty => ty.is_text(),
            };
            if !scalar {
                broken = true;
                let shown = self.show(&found);
                let message = format!("a `{shown}` cannot stand in a text");
                let mut diagnostic = Diagnostic::new(Code::TypeMismatch, self.tree.range(*part), message);
                diagnostic = match inner {
                    Ty::List(_) => diagnostic.help("join its elements: `.join(\",\")`"),
                    Ty::Duration => diagnostic.help("say in which unit: `.seconds()`, `.days()`"),
                    Ty::Size => diagnostic.help("say in which unit: `.mib()`, `.gib()`"),
                    Ty::Resource(_) => diagnostic.help("read what identifies it, for instance `.Arn`"),
                    _ => diagnostic,
                };
                self.report(diagnostic);
            }
        }
        match (broken, secret) {
            (true, _) => Ty::Error,
            (false, true) => Ty::Secret(Arc::new(Ty::String)),
            (false, false) => Ty::String,
        }
    }

    fn path(&mut self, id: ExprId, path: &[Name]) -> Ty {
        if let [name] = path {
            let text = self.text(*name);
            if name.is_missing() {
                return Ty::Error;
            }
            if let Some((_, ty)) = self.locals.iter().rev().find(|(known, _)| *known == text) {
                let ty = ty.clone();
                self.resolutions.insert(id, Resolution::Local);
                return ty;
            }
            if let Some(at) = self.by_name.get(text).copied() {
                self.resolutions.insert(id, Resolution::Member(at));
                return self.member(at);
            }
            if self.in_test() && text == INTERNET {
                return Ty::Internet;
            }
        }
        if self.is_action(path) {
            return self.actions(id);
        }
        let Some(def) = self.resolve(path) else { return Ty::Error };
        self.resolutions.insert(id, Resolution::Def(def.clone()));
        let range = self.tree.range(id);
        match def {
            Def::Item(item) => match signature(self.db, item) {
                Signature::Const(ty) => ty.clone(),
                Signature::Fn(..) => self.not_a_value(range, path, "call it: add `(…)`"),
                Signature::Unit(_) | Signature::Struct(_) => {
                    self.not_a_value(range, path, "make one: add `{ … }`")
                }
                Signature::Enum(_) => self.not_a_value(range, path, "name one of its variants"),
                _ => self.not_a_value(range, path, "it is only a type"),
            },
            Def::Variant(item, _) => Ty::Enum(item),
            Def::Action(..) => Ty::Actions,
            Def::Pseudo(_) => Ty::String,
            Def::Resource(_) => self.not_a_value(range, path, "make one: add `{ … }`"),
            Def::Builtin(_) => self.not_a_value(range, path, "call it: add `(…)`"),
            Def::Type(_) => self.not_a_value(range, path, "it is only a type"),
            Def::Module(_)
            | Def::Folder(..)
            | Def::Namespace(_)
            | Def::ActionServices
            | Def::ActionService(_) => self.not_a_value(range, path, "name something in it"),
        }
    }

    fn not_a_value(&mut self, range: TextRange, path: &[Name], help: &str) -> Ty {
        let shown = path.iter().map(|name| self.text(*name)).collect::<Vec<_>>().join("::");
        self.report(Diagnostic::new(Code::NotAValue, range, format!("`{shown}` is not a value")).help(help));
        Ty::Error
    }

    /// What a path stands for outside of the unit, reported when it leads nowhere.
    pub(super) fn resolve(&mut self, path: &[Name]) -> Option<Def> {
        let segments: Vec<&str> = path.iter().map(|name| self.text(*name)).collect();
        if segments.iter().any(|segment| segment.is_empty()) {
            return None;
        }
        match resolve(self.db, self.file, &segments) {
            Ok(def) => {
                let last = path.last().map_or_else(TextRange::default, |name| name.0);
                self.diagnostics.extend(deprecated_use(self.db, &def, &segments, last));
                Some(def)
            }
            Err(error) if error.reported || (segments.len() == 1 && self.lost_a_name()) => None,
            Err(mut error) => {
                let range = path.get(error.segment).map_or_else(TextRange::default, |name| name.0);
                if error.segment == 0
                    && error.imports.is_empty()
                    && let [name] = segments[..]
                {
                    let visible =
                        self.locals.iter().map(|(known, _)| *known).chain(self.by_name.keys().copied());
                    let visible: Vec<&str> = visible.collect();
                    if let Some(near) = ci_base::did_you_mean(name, visible) {
                        error.suggestion = Some(near.to_owned());
                    }
                }
                self.report(error.diagnostic(&segments, range));
                None
            }
        }
    }

    /// Whether a member's name was not understood: any name that is not there may be its.
    fn lost_a_name(&self) -> bool {
        self.members.iter().any(|member| match member.kind {
            MemberKind::Declaration { name, .. } => name.is_missing(),
            MemberKind::Error => true,
            MemberKind::Assert { .. } | MemberKind::Require { .. } | MemberKind::Environment { .. } => false,
        })
    }

    fn list(&mut self, items: &[ListItem], expected: Option<&Ty>) -> Ty {
        let element = expected.and_then(|expected| match expected.unwrapped().0.widened() {
            Ty::List(element) => Some((**element).clone()),
            Ty::Node(node) => node.items().map(Ty::Node),
            _ => None,
        });
        let list_of_element = element.clone().map(Ty::list);
        let mut joined: Option<Ty> = None;
        let mut broken = false;
        for item in items {
            if item.spread {
                let found = match &list_of_element {
                    Some(list) => self.check(item.value, list),
                    None => self.expr(item.value, None),
                };
                let of = match found.widened() {
                    Ty::List(of) => (**of).clone(),
                    Ty::Capability => Ty::Statement,
                    Ty::Node(node) => node.items().map_or(Ty::Json, Ty::Node),
                    Ty::Error => Ty::Error,
                    Ty::Json => Ty::Json,
                    _ => {
                        let shown = self.show(&found);
                        let message = format!("`..` takes a list, found `{shown}`");
                        self.report(Diagnostic::new(
                            Code::TypeMismatch,
                            self.tree.range(item.value),
                            message,
                        ));
                        Ty::Error
                    }
                };
                joined = Some(joined.map_or(of.clone(), |so_far| join(&so_far, &of).unwrap_or(Ty::Json)));
                continue;
            }
            let found = match &element {
                // An element that may be `none` is left out of a template's list.
                Some(element) => self.check(item.value, element),
                None => self.expr(item.value, None),
            };
            joined = Some(match joined {
                None => found,
                Some(_) if element.is_some() || broken => Ty::Error,
                Some(so_far) => match join(&so_far, &found) {
                    Some(ty) => ty,
                    // A list of unlike things is JSON.
                    None if fits(&so_far, &Ty::Json).is_ok() && fits(&found, &Ty::Json).is_ok() => Ty::Json,
                    None => {
                        broken = true;
                        self.joined(item.value, so_far, found, None)
                    }
                },
            });
        }
        // What was expected says more than the elements do.
        element.or(joined).unwrap_or(Ty::Error).list()
    }

    fn repeat(
        &mut self,
        first: Name,
        second: Option<Name>,
        iterable: ExprId,
        (filter, key, body): (Option<ExprId>, Option<ExprId>, ExprId),
        expected: Option<&Ty>,
    ) -> Ty {
        let over = self.expr(iterable, None);
        let mut broken = false;
        let (position, element) = match over.widened() {
            Ty::List(element) => (Ty::Int, (**element).clone()),
            Ty::Range => (Ty::Int, Ty::Int),
            Ty::Map(element) => (Ty::String, (**element).clone()),
            Ty::Record(fields) => {
                let all = fields.iter().try_fold(Ty::Error, |so_far, (_, ty)| join(&so_far, ty));
                (Ty::String, all.unwrap_or(Ty::Json))
            }
            Ty::Node(node) if node.kinds().contains(ci_catalog::Kinds::ARRAY) => {
                (Ty::Int, node.items().map_or(Ty::Json, Ty::Node))
            }
            Ty::Json => (Ty::Json, Ty::Json),
            Ty::Error => (Ty::Error, Ty::Error),
            _ => {
                let shown = self.show(&over);
                let found = Diagnostic::new(
                    Code::TypeMismatch,
                    self.tree.range(iterable),
                    format!("`for` takes a list, a map or a range, found `{shown}`"),
                );
                let found = if over.unwrapped().1 {
                    found.help("say what to use instead of `none`: `?? []`")
                } else {
                    found
                };
                self.report(found);
                broken = true;
                (Ty::Error, Ty::Error)
            }
        };
        let depth = self.locals.len();
        let by_name = matches!(over.widened(), Ty::Map(_) | Ty::Record(_));
        match second {
            Some(second) => {
                self.locals.push((self.text(first), position));
                self.locals.push((self.text(second), element));
            }
            None if by_name => self.locals.push((self.text(first), position)),
            None => self.locals.push((self.text(first), element)),
        }
        if let Some(filter) = filter {
            self.check(filter, &Ty::Bool);
        }
        if let Some(key) = key {
            let found = self.expr(key, None);
            if !(found.is_text() || matches!(found, Ty::Int | Ty::Error | Ty::Json)) {
                self.mismatch(key, &Ty::String, &found, crate::ty::Misfit::Kind);
            }
        }
        let of = expected.and_then(|expected| match (expected.unwrapped().0.widened(), key) {
            (Ty::List(element), None) => Some((**element).clone()),
            (Ty::Map(element), Some(_)) => Some((**element).clone()),
            (Ty::Node(node), None) => node.items().map(Ty::Node),
            (Ty::Node(node), Some(_)) => node.additional("").map(Ty::Node),
            _ => None,
        });
        let ty = self.branch(body, of.as_ref());
        self.locals.truncate(depth);
        match key {
            _ if broken => Ty::Error,
            Some(_) => ty.map(),
            None => ty.list(),
        }
    }

    fn matching(&mut self, id: ExprId, subject: ExprId, arms: &[Arm], expected: Option<&Ty>) -> Ty {
        let on = self.expr(subject, None);
        let mut result: Option<Ty> = None;
        let mut catch_all = false;
        let mut covered: Vec<Arc<str>> = Vec::new();
        let mut none_covered = false;
        for arm in arms {
            for pattern in &arm.patterns {
                match &pattern.kind {
                    PatternKind::Wildcard => catch_all = true,
                    PatternKind::Error => {}
                    PatternKind::Literal(literal) => {
                        if matches!(self.tree[*literal], Expr::None) {
                            none_covered = true;
                            self.types[literal.0 as usize] = Ty::None;
                            continue;
                        }
                        let inner = on.unwrapped().0.clone();
                        self.check(*literal, &inner);
                        let text = match &self.tree[*literal] {
                            Expr::String => Arc::from(self.source.string(self.tree, *literal)),
                            _ => Arc::from(self.tree.range(*literal).of(self.source.text())),
                        };
                        covered.push(text);
                    }
                    PatternKind::Path(path) => {
                        if let Some(name) = self.variant_pattern(path, &on) {
                            covered.push(name);
                        }
                    }
                }
            }
            let ty = self.branch(arm.value, expected);
            result = Some(match result {
                None => ty,
                Some(so_far) => self.joined(arm.value, so_far, ty, expected),
            });
        }
        if !catch_all {
            self.exhaustive(id, &on, &covered, none_covered);
        }
        result.unwrap_or(Ty::Error)
    }

    fn variant_pattern(&mut self, path: &[Name], on: &Ty) -> Option<Arc<str>> {
        let range = path.first()?.0.cover(path.last()?.0);
        match self.resolve(path)? {
            Def::Variant(item, at) => {
                let given = Ty::Enum(item);
                if fits(&given, on.unwrapped().0).is_err() && !matches!(on.unwrapped().0, Ty::Json) {
                    let message = format!(
                        "expected a `{}`, found a variant of `{}`",
                        self.show(on),
                        item.name(self.db)
                    );
                    self.report(Diagnostic::new(Code::TypeMismatch, range, message));
                }
                match signature(self.db, item) {
                    Signature::Enum(variants) => variants.get(at as usize).map(|(name, _)| Arc::clone(name)),
                    _ => None,
                }
            }
            Def::Item(item) if item.kind(self.db) == ItemKind::Const => None,
            _ => {
                let shown = path.iter().map(|name| self.text(*name)).collect::<Vec<_>>().join("::");
                let found = Diagnostic::new(Code::TypeMismatch, range, format!("`{shown}` is not a pattern"))
                    .help("patterns are literals, variants of an enum, constants, `none` and `_`");
                self.report(found);
                None
            }
        }
    }

    fn exhaustive(&mut self, id: ExprId, on: &Ty, covered: &[Arc<str>], none_covered: bool) {
        let (inner, optional) = on.unwrapped();
        let all: Option<Vec<Arc<str>>> = match inner.widened() {
            Ty::Enum(item) => match signature(self.db, *item) {
                Signature::Enum(variants) => {
                    Some(variants.iter().map(|(name, _)| Arc::clone(name)).collect())
                }
                _ => None,
            },
            Ty::Texts(texts) => Some(texts.to_vec()),
            Ty::Bool => Some(vec!["true".into(), "false".into()]),
            Ty::Error => return,
            _ => None,
        };
        let mut missing: Vec<String> = match all {
            Some(all) => {
                all.iter().filter(|name| !covered.contains(name)).map(|name| format!("`{name}`")).collect()
            }
            None => vec!["everything else".to_owned()],
        };
        if optional && !none_covered {
            missing.push("`none`".to_owned());
        }
        if !missing.is_empty() {
            let message = format!("this `match` does not cover {}", missing.join(", "));
            let found = Diagnostic::new(Code::NonExhaustiveMatch, self.tree.range(id), message)
                .help("add an arm for each, or a last arm `_ => …`");
            self.report(found);
        }
    }
}

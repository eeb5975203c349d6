//! Every name in an item, and what each stands for: one walk over the tree, on which most features stand.

use ci_base::TextRange;
use ci_catalog::iam;
use ci_project::Snapshot;
use ci_sema::infer::{Resolution, attribute_path};
use ci_sema::name::{Def, resolve, resolve_import};
use ci_sema::ty::{NodeType, Ty};
use ci_sema::{Db, ItemId, SourceFile};
use ci_syntax::ItemKind;
use ci_syntax::ast::{
    Attribute, Entry, Expr, ExprId, Item, Member, MemberKind, Name, PatternKind, StringPart, TypeArgument,
    TypeExpr, TypeId, UseEnd, UseTree,
};

use crate::place::Body;
use crate::symbol::{Symbol, member_named};

/// A name in an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Occurrence {
    /// Counted from the start of the item. Of a quoted name, with its quotes.
    pub range: TextRange,
    /// What it stands for.
    pub symbol: Symbol,
    /// Whether it is where that is declared.
    pub declares: bool,
    /// Whether it is the name of an entry and the value of it in one.
    pub shorthand: bool,
    /// The expression that is the name, where it is one.
    pub expr: Option<ExprId>,
}

/// The names of an item, in the order of the source. Of a shorthand the entry comes before the value.
pub(crate) fn occurrences(db: &dyn Db, item: ItemId) -> Vec<Occurrence> {
    walked(db, item, None)
}

/// The names of the members that an offset touches, and of what is no member: those around the offset, and whatever is bound
/// there. Of ten thousand members all others are left alone.
pub(crate) fn occurrences_near(db: &dyn Db, item: ItemId, offset: u32) -> Vec<Occurrence> {
    walked(db, item, Some(offset))
}

fn walked(db: &dyn Db, item: ItemId, near: Option<u32>) -> Vec<Occurrence> {
    let body = Body::of(db, item);
    let mut walk = Walk { body, db, file: item.file(db), near, locals: Vec::new(), found: Vec::new() };
    walk.item();
    walk.found.sort_by_key(|found| (found.range.start, found.range.end));
    walk.found
}

/// The name that the offset, counted from the start of the item, touches. Of a shorthand, what its value stands for.
pub(crate) fn occurrence_at(db: &dyn Db, item: ItemId, offset: u32) -> Option<Occurrence> {
    let all = occurrences_near(db, item, offset);
    // Where two names touch, the one that starts there was meant.
    let touched = all.into_iter().filter(|found| found.range.touches(offset) && !found.range.is_empty());
    touched.max_by_key(|found| {
        (found.range.start, !matches!(found.symbol, Symbol::Property(..)), found.expr.is_some())
    })
}

/// The name at a cursor.
pub(crate) fn symbol_at<'db>(
    db: &'db dyn Db,
    snapshot: &Snapshot,
    cursor: crate::Cursor,
) -> Option<(crate::place::At<'db>, Occurrence)> {
    let at = crate::place::at(db, snapshot, cursor)?;
    let found = occurrence_at(db, at.body.item, at.offset)?;
    Some((at, found))
}

struct Walk<'db> {
    body: Body<'db>,
    db: &'db dyn Db,
    file: SourceFile,
    /// The offset that members must touch to be looked at.
    near: Option<u32>,
    locals: Vec<(&'db str, TextRange)>,
    found: Vec<Occurrence>,
}

impl<'db> Walk<'db> {
    fn text(&self, name: Name) -> &'db str {
        self.body.source.name(name)
    }

    fn put(&mut self, range: TextRange, symbol: impl Into<Symbol>) {
        self.found.push(Occurrence {
            range,
            symbol: symbol.into(),
            declares: false,
            shorthand: false,
            expr: None,
        });
    }

    fn declare(&mut self, name: Name, symbol: Symbol) {
        if !name.is_missing() {
            self.found.push(Occurrence {
                range: name.0,
                symbol,
                declares: true,
                shorthand: false,
                expr: None,
            });
        }
    }

    fn bind(&mut self, name: Name) {
        if !name.is_missing() {
            self.declare(name, Symbol::Local(self.body.item, name.0));
            self.locals.push((self.text(name), name.0));
        }
    }

    fn item(&mut self) {
        let tree = self.body.tree;
        let item = self.body.item;
        self.attributes(&tree.attributes);
        match &tree.item {
            Item::Use(tree) => self.import(tree, &[]),
            Item::Const { name, ty, value } => {
                self.declare(*name, Symbol::Item(item));
                self.maybe_type(*ty);
                self.expr(*value);
            }
            Item::Struct { name, fields } | Item::Interface { name, fields } => {
                self.declare(*name, Symbol::Item(item));
                self.members(fields);
            }
            Item::Enum { name, variants } => {
                self.declare(*name, Symbol::Item(item));
                for (at, variant) in variants.iter().enumerate() {
                    self.attributes(&variant.attributes);
                    self.declare(variant.name, Symbol::Variant(item, at as u32));
                    self.maybe_expr(variant.value);
                }
            }
            Item::Fn { name, parameters, result, body } => {
                self.declare(*name, Symbol::Item(item));
                for parameter in parameters {
                    self.maybe_type(parameter.ty);
                    self.maybe_expr(parameter.default);
                    self.bind(parameter.name);
                }
                self.maybe_type(*result);
                self.expr(*body);
            }
            Item::Unit { name, members, .. } | Item::Test { name, members } => {
                self.declare(*name, Symbol::Item(item));
                self.members(members);
            }
            Item::Rule { name, subject, ty, members } => {
                self.declare(*name, Symbol::Item(item));
                self.bind(*subject);
                self.ty(*ty);
                self.members(members);
            }
            Item::Error => {}
        }
    }

    fn members(&mut self, members: &'db [Member]) {
        let in_rule = matches!(self.body.tree.item, Item::Rule { .. });
        for (at, member) in members.iter().enumerate() {
            // In a rule a member binds what those after it read.
            if !in_rule && self.near.is_some_and(|offset| !member.range.touches(offset)) {
                continue;
            }
            self.attributes(&member.attributes);
            match &member.kind {
                MemberKind::Declaration { name, ty, value, .. } => {
                    self.maybe_type(*ty);
                    self.maybe_expr(*value);
                    if in_rule {
                        self.bind(*name);
                    } else {
                        self.declare(*name, Symbol::Member(self.body.item, at as u32));
                    }
                }
                MemberKind::Assert { condition, message } | MemberKind::Require { condition, message } => {
                    self.expr(*condition);
                    self.maybe_expr(*message);
                }
                MemberKind::Environment { name, settings } => {
                    self.declare(*name, Symbol::Member(self.body.item, at as u32));
                    if let Expr::Record { entries, .. } = &self.body.tree[*settings] {
                        self.entries(entries, &Owner::Members(self.body.item));
                    }
                }
                MemberKind::Error => {}
            }
        }
    }

    fn attributes(&mut self, attributes: &'db [Attribute]) {
        for attribute in attributes {
            let name = self.text(attribute.name).to_owned();
            // What is allowed is named by words that are no values.
            let is_about_names = matches!(&*name, "allow" | "severity");
            self.put(attribute.name.0, Symbol::Marker(name));
            for argument in &attribute.arguments {
                if argument.name.is_some() || !is_about_names {
                    self.expr(argument.value);
                }
            }
        }
    }

    fn import(&mut self, tree: &'db UseTree, prefix: &[&'db str]) {
        let mut segments = prefix.to_vec();
        for name in &tree.path {
            segments.push(self.text(*name));
            if let Ok(def) = resolve_import(self.db, self.file, &segments)
                && !name.is_missing()
            {
                self.put(name.0, def);
            }
        }
        match &tree.end {
            UseEnd::Own | UseEnd::Glob => {}
            UseEnd::Alias(alias) => {
                if let Ok(def) = resolve_import(self.db, self.file, &segments) {
                    self.put(alias.0, def);
                }
            }
            UseEnd::Group(group) => group.iter().for_each(|tree| self.import(tree, &segments)),
        }
    }

    /// The segments of a path that leads out of the item.
    fn path(&mut self, path: &'db [Name]) {
        let mut segments = Vec::with_capacity(path.len());
        for name in path {
            if name.is_missing() {
                return;
            }
            segments.push(self.text(*name));
            match resolve(self.db, self.file, &segments) {
                Ok(def) => self.put(name.0, def),
                Err(_) => return self.action_path(path),
            }
        }
    }

    /// `s3::GetObject`, where nothing in the file is called `s3`.
    fn action_path(&mut self, path: &'db [Name]) {
        let Some((first, rest)) = path.split_first() else { return };
        let Some(service) = self.action_service(*first) else { return };
        self.put(first.0, Def::ActionService(service));
        if let [name] = rest
            && let Some(action) = iam::service(service).and_then(|known| known.action(self.text(*name)))
        {
            self.put(name.0, Def::Action(service, action.name));
        }
    }

    fn action_service(&self, name: Name) -> Option<&'static str> {
        let text = self.text(name);
        let found = iam::service(text).or_else(|| iam::service(&text.replace('_', "-")));
        found.map(|service| service.prefix)
    }

    fn maybe_type(&mut self, ty: Option<TypeId>) {
        if let Some(ty) = ty {
            self.ty(ty);
        }
    }

    fn ty(&mut self, id: TypeId) {
        match &self.body.tree[id] {
            TypeExpr::Missing | TypeExpr::Literal => {}
            TypeExpr::Path { path, arguments } => {
                self.path(path);
                for argument in arguments {
                    match argument {
                        TypeArgument::Type(ty) => self.ty(*ty),
                        TypeArgument::Range(range) => self.expr(*range),
                    }
                }
            }
            TypeExpr::Optional(ty) => self.ty(*ty),
            TypeExpr::Union(types) => types.iter().for_each(|ty| self.ty(*ty)),
            TypeExpr::Record(fields) => fields.iter().for_each(|field| self.ty(field.ty)),
        }
    }

    fn maybe_expr(&mut self, id: Option<ExprId>) {
        if let Some(id) = id {
            self.expr(id);
        }
    }

    fn expr(&mut self, id: ExprId) {
        let tree = self.body.tree;
        match &tree[id] {
            Expr::Missing
            | Expr::None
            | Expr::Bool(_)
            | Expr::Int(_)
            | Expr::Float(_)
            | Expr::Duration(_)
            | Expr::Size(_)
            | Expr::String => {}
            Expr::Interpolation(parts) => {
                for part in parts {
                    if let StringPart::Expr(part) = part {
                        self.expr(*part);
                    }
                }
            }
            Expr::Path(path) => self.name(id, path, false),
            Expr::PathGroup { path, names } => {
                self.path(path);
                let service = match self.body.inference.resolutions.get(&id) {
                    Some(Resolution::Def(Def::ActionService(service))) => Some(*service),
                    _ => path.first().and_then(|name| self.action_service(*name)),
                };
                let Some(service) = service.and_then(iam::service) else { return };
                for name in names {
                    if let Some(action) = service.action(self.text(*name)) {
                        self.put(name.0, Def::Action(service.prefix, action.name));
                    }
                }
            }
            Expr::PathGlob(path) => self.path(path),
            Expr::Record { path, entries } => {
                if let Some(path) = path {
                    self.path(path);
                }
                let owner = self.owner(id);
                self.entries(entries, &owner);
            }
            Expr::Existing(record) => self.expr(*record),
            Expr::List(items) => items.iter().for_each(|item| self.expr(item.value)),
            Expr::Unary { operand, .. } => self.expr(*operand),
            Expr::Binary { left, right, .. } => {
                self.expr(*left);
                self.expr(*right);
            }
            Expr::Field { base, name, .. } => self.field(id, *base, *name),
            Expr::Options { of, options } => {
                self.expr(*of);
                if let Expr::Record { entries, .. } = &tree[*options] {
                    let owner = match self.body.ty(*of).unwrapped().0 {
                        Ty::Offer(_, options) => Owner::Members(*options),
                        _ => self.owner(*options),
                    };
                    self.entries(entries, &owner);
                }
            }
            Expr::Index { base, index } => {
                self.expr(*base);
                self.expr(*index);
            }
            Expr::Call { callee, arguments } => {
                self.path(callee);
                arguments.iter().for_each(|argument| self.expr(*argument));
            }
            Expr::MethodCall { receiver, name, arguments, .. } => {
                self.expr(*receiver);
                if !name.is_missing() {
                    self.put(name.0, Symbol::Method(self.text(*name).to_owned()));
                }
                arguments.iter().for_each(|argument| self.expr(*argument));
            }
            Expr::If { condition, then, otherwise } => {
                self.expr(*condition);
                self.expr(*then);
                self.maybe_expr(*otherwise);
            }
            Expr::Match { subject, arms } => {
                self.expr(*subject);
                for arm in arms {
                    for pattern in &arm.patterns {
                        if let PatternKind::Path(path) = &pattern.kind {
                            self.path(path);
                        }
                    }
                    self.expr(arm.value);
                }
            }
            Expr::For { first, second, iterable, filter, key, body } => {
                self.expr(*iterable);
                let depth = self.locals.len();
                self.bind(*first);
                if let Some(second) = second {
                    self.bind(*second);
                }
                self.maybe_expr(*filter);
                self.maybe_expr(*key);
                self.expr(*body);
                self.locals.truncate(depth);
            }
            Expr::Block { bindings, value } => {
                let depth = self.locals.len();
                for binding in bindings {
                    self.maybe_type(binding.ty);
                    self.expr(binding.value);
                    self.bind(binding.name);
                }
                self.expr(*value);
                self.locals.truncate(depth);
            }
            Expr::Lambda { parameters, body } => {
                let depth = self.locals.len();
                parameters.iter().for_each(|parameter| self.bind(*parameter));
                self.expr(*body);
                self.locals.truncate(depth);
            }
            Expr::Range { start, end, .. } => {
                self.maybe_expr(*start);
                self.maybe_expr(*end);
            }
            Expr::With { base, overrides } => {
                self.expr(*base);
                if let Expr::Record { entries, .. } = &tree[*overrides] {
                    let owner = Owner::overridden(self.body.ty(*base));
                    self.entries(entries, &owner);
                }
            }
            Expr::Statement { actions, resources, principals, conditions, .. } => {
                self.expr(*actions);
                self.maybe_expr(*resources);
                self.maybe_expr(*principals);
                self.maybe_expr(*conditions);
            }
        }
    }

    fn name(&mut self, id: ExprId, path: &'db [Name], shorthand: bool) {
        let [name] = path else { return self.path(path) };
        if name.is_missing() {
            return;
        }
        let text = self.text(*name);
        let local = self.locals.iter().rev().find(|(known, _)| *known == text).map(|(_, range)| *range);
        let symbol = match (local, self.body.inference.resolutions.get(&id)) {
            (Some(range), _) => Symbol::Local(self.body.item, range),
            (None, Some(Resolution::Member(at))) => Symbol::Member(self.body.item, *at),
            (None, Some(Resolution::Def(def))) => def.clone().into(),
            (None, Some(Resolution::Local) | None) => match resolve(self.db, self.file, &[text]) {
                Ok(def) => def.into(),
                Err(_) => return,
            },
        };
        self.found.push(Occurrence { range: name.0, symbol, declares: false, shorthand, expr: Some(id) });
    }

    fn field(&mut self, id: ExprId, base: ExprId, name: Name) {
        let tree = self.body.tree;
        if let Some((root, names)) = attribute_path(tree, id)
            && let Ty::Resource(resource) = self.body.ty(root).unwrapped().0
        {
            let joined: Vec<&str> = names.iter().map(|name| self.text(*name)).collect();
            let joined = joined.join(".");
            if resource.0.attribute(&joined).is_some()
                && let (Some(first), Some(last)) = (names.first(), names.last())
            {
                self.expr(root);
                self.put(first.0.cover(last.0), Symbol::Attribute(*resource, joined));
                return;
            }
        }
        self.expr(base);
        if name.is_missing() {
            return;
        }
        let text = self.text(name);
        let symbol = match self.body.ty(base).unwrapped().0.widened() {
            Ty::Resource(resource) => Some(Symbol::Attribute(*resource, text.to_owned())),
            Ty::Node(node) => node.node().property(text).map(|known| Symbol::Property(*node, known.name)),
            Ty::Struct(item) | Ty::Interface(item) | Ty::Unit(item) => {
                member_named(self.db, *item, text).map(|at| Symbol::Member(*item, at))
            }
            _ => None,
        };
        if let Some(symbol) = symbol {
            self.put(name.0, symbol);
        }
    }

    /// Whose entries those of a record are.
    fn owner(&self, id: ExprId) -> Owner {
        match self.body.inference.resolutions.get(&id) {
            Some(Resolution::Def(Def::Resource(resource))) => {
                Owner::Properties(NodeType { resource: *resource, id: resource.0.root() })
            }
            Some(Resolution::Def(Def::Item(item))) => Owner::Members(*item),
            _ => Owner::typed(self.body.ty(id)),
        }
    }

    fn entries(&mut self, entries: &'db [Entry], owner: &Owner) {
        for entry in entries {
            match *entry {
                Entry::Field { name, quoted, value, shorthand } => {
                    let text = self.body.source.entry_name(name, quoted);
                    let symbol = match owner {
                        Owner::Members(item) => {
                            member_named(self.db, *item, &text).map(|at| Symbol::Member(*item, at))
                        }
                        Owner::Properties(node) => {
                            node.node().property(&text).map(|known| Symbol::Property(*node, known.name))
                        }
                        Owner::Nobody => None,
                    };
                    if let Some(symbol) = symbol {
                        self.found.push(Occurrence {
                            range: name.0,
                            symbol,
                            declares: false,
                            shorthand,
                            expr: None,
                        });
                    }
                    match (&self.body.tree[value], owner) {
                        (Expr::Path(path), _) if shorthand => self.name(value, path, true),
                        // What `with` sets in a member of a component.
                        (Expr::Record { path: None, entries }, Owner::Members(item))
                            if self.body.ty(value) == &Ty::Json
                                && item.kind(self.db) == ItemKind::Component =>
                        {
                            let member = member_named(self.db, *item, &text);
                            let ty = member.and_then(|at| {
                                ci_sema::infer::infer(self.db, *item).members.get(at as usize)
                            });
                            let owner = ty.map_or(Owner::Nobody, Owner::overridden);
                            self.entries(entries, &owner);
                        }
                        _ => self.expr(value),
                    }
                }
                Entry::Computed { key, value } => {
                    self.expr(key);
                    self.expr(value);
                }
                Entry::Spread(value) => self.expr(value),
                Entry::Error => {}
            }
        }
    }
}

/// Whose entries those of a record are.
pub(crate) enum Owner {
    Members(ItemId),
    Properties(NodeType),
    Nobody,
}

impl Owner {
    pub fn typed(ty: &Ty) -> Self {
        match ty.unwrapped().0.widened() {
            Ty::Struct(item) | Ty::Interface(item) | Ty::Unit(item) => Self::Members(*item),
            Ty::Node(node) => Self::Properties(*node),
            _ => Self::Nobody,
        }
    }

    /// What `with` sets of a value of a type.
    pub fn overridden(ty: &Ty) -> Self {
        match ty.unwrapped().0.widened() {
            Ty::Resource(resource) => {
                Self::Properties(NodeType { resource: *resource, id: resource.0.root() })
            }
            Ty::Unit(item) => Self::Members(*item),
            Ty::Node(node) => Self::Properties(*node),
            _ => Self::Nobody,
        }
    }
}

//! The types of an item's expressions, and what is wrong with them.
//!
//! Checks flow down (what a place expects) and types flow up (what an expression is). Names, kinds of values and
//! kinds of references are checked here; ranges, patterns and what else the catalog says of a value are checked on
//! the values of the graph.

use ci_base::{Applicability, Code, Diagnostic, Severity, TextRange, did_you_mean, part_of};
use ci_syntax::ItemSource;
use ci_syntax::ast::{Expr, ExprId, Item, ItemTree, Keyword, Member, MemberKind, Name, UnitKind};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

pub use access::{attribute_path, attribute_type};
pub use attribute::attribute_names;

use crate::item::{ItemKind, item_source, item_tree};
use crate::name::Def;
use crate::signature::{Signature, TypeLowering, by_value, crosses, declared, signature};
use crate::ty::{Misfit, Ty, fits};
use crate::{Db, ItemId, SourceFile};

pub(crate) mod access;
mod attribute;
mod expr;
mod offer;
mod operator;
mod record;
mod repeated;
mod statement;
pub(crate) mod testing;

/// What a path in an expression stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// A name bound inside the expression: of a `for`, a closure, a block, a parameter.
    Local,
    /// A member of the unit, by position.
    Member(u32),
    /// Something declared elsewhere.
    Def(Def),
}

/// The types of an item's expressions.
#[derive(Debug, PartialEq)]
pub struct Inference {
    /// By expression.
    pub types: Vec<Ty>,
    /// What the paths of expressions stand for: of names, records, calls and statements.
    pub resolutions: FxHashMap<ExprId, Resolution>,
    /// The types of a unit's members, by position; [`Ty::Error`] where a member has no value.
    pub members: Vec<Ty>,
    /// What cannot stand where it does, as has been reported: it has no value.
    pub refused: FxHashSet<ExprId>,
    /// The values of properties that cannot be set by the name that was written, as has been reported, and the name
    /// that was probably meant.
    pub misnamed: FxHashMap<ExprId, Option<&'static str>>,
    /// Ranges count from the item's start.
    pub diagnostics: Vec<Diagnostic<TextRange>>,
}

/// Types an item.
#[salsa::tracked(cycle_result = inference_cycle)]
pub fn infer(db: &dyn Db, item: ItemId) -> Inference {
    let mut infer = Infer::new(db, item);
    infer.item();
    infer.finish()
}

/// Whether the text, the names or the types of an item have errors: then what is not made of it means nothing.
#[salsa::tracked(returns(copy))]
pub fn has_errors(db: &dyn Db, item: ItemId) -> bool {
    let is_error =
        |found: &Diagnostic<TextRange>| found.severity == Severity::Error && !found.code.has_level();
    let imports = crate::name::scope(db, item.file(db)).problems.iter().map(|(_, found)| found);
    item_tree(db, item).errors.iter().chain(&infer(db, item).diagnostics).chain(imports).any(is_error)
}

/// A unit that contains itself: reported where it is instantiated, typed as far as its signature says.
fn inference_cycle(db: &dyn Db, _id: salsa::Id, item: ItemId) -> Inference {
    let tree = item_tree(db, item);
    let members = tree.item.members().len();
    Inference {
        types: vec![Ty::Error; tree.exprs.len()],
        resolutions: FxHashMap::default(),
        members: vec![Ty::Error; members],
        refused: FxHashSet::default(),
        misnamed: FxHashMap::default(),
        diagnostics: Vec::new(),
    }
}

/// How far a member's type is known.
#[derive(Clone)]
enum MemberType {
    Unknown,
    Running,
    Known(Ty),
}

struct Infer<'db> {
    db: &'db dyn Db,
    item: ItemId,
    file: SourceFile,
    source: &'db ItemSource,
    tree: &'db ItemTree,
    members: &'db [Member],
    by_name: FxHashMap<&'db str, u32>,
    member_types: Vec<MemberType>,
    locals: Vec<(&'db str, Ty)>,
    types: Vec<Ty>,
    resolutions: FxHashMap<ExprId, Resolution>,
    lowering: TypeLowering<'db>,
    refused: FxHashSet<ExprId>,
    misnamed: FxHashMap<ExprId, Option<&'static str>>,
    diagnostics: Vec<Diagnostic<TextRange>>,
    /// The position in the resource whose property is checked, for what the catalog says of positions.
    pointer: Vec<&'static str>,
    /// The resource type whose property is checked.
    within: Option<crate::ty::ResourceType>,
    /// Whether the actions that are looked at are denied: what is taken may be taken whole.
    denies: bool,
    /// Whether the statement whose actions are looked at is to the account it is deployed to.
    is_to_account: bool,
}

impl<'db> Infer<'db> {
    fn new(db: &'db dyn Db, item: ItemId) -> Self {
        let (source, tree) = (item_source(db, item), item_tree(db, item));
        let members: &[Member] = match &tree.item {
            Item::Unit { members, .. } | Item::Test { members, .. } => members,
            // Those of a rule are read one after the other.
            _ => &[],
        };
        let mut by_name = FxHashMap::default();
        for (at, member) in members.iter().enumerate() {
            if let MemberKind::Declaration { name, .. } = member.kind
                && !name.is_missing()
            {
                by_name.entry(source.name(name)).or_insert(at as u32);
            }
        }
        Self {
            db,
            item,
            file: item.file(db),
            source,
            tree,
            members,
            by_name,
            member_types: vec![MemberType::Unknown; members.len()],
            locals: Vec::new(),
            types: vec![Ty::Error; tree.exprs.len()],
            // Fewer expressions are names than not: a table that grows is copied again and again.
            resolutions: FxHashMap::with_capacity_and_hasher(tree.exprs.len() / 8, FxBuildHasher),
            lowering: TypeLowering::new(db, item),
            refused: FxHashSet::default(),
            misnamed: FxHashMap::default(),
            diagnostics: Vec::new(),
            pointer: Vec::new(),
            within: None,
            denies: false,
            is_to_account: false,
        }
    }

    fn finish(mut self) -> Inference {
        let mut diagnostics = declared(self.db, self.item).diagnostics.clone();
        // Types of inputs and outputs are lowered a second time here; what is wrong with them is already known.
        self.diagnostics.append(&mut self.lowering.diagnostics);
        diagnostics.extend(self.diagnostics);
        let mut seen = FxHashSet::default();
        diagnostics.retain(|found| seen.insert((found.code, found.primary.at, found.message.clone())));
        let known = |ty| match ty {
            MemberType::Known(ty) => ty,
            MemberType::Unknown | MemberType::Running => Ty::Error,
        };
        Inference {
            types: self.types,
            resolutions: self.resolutions,
            members: self.member_types.into_iter().map(known).collect(),
            refused: self.refused,
            misnamed: self.misnamed,
            diagnostics,
        }
    }

    fn report(&mut self, diagnostic: Diagnostic<TextRange>) {
        self.diagnostics.push(diagnostic);
    }

    fn text(&self, name: Name) -> &'db str {
        self.source.name(name)
    }

    fn show(&self, ty: &Ty) -> String {
        ty.display(self.db).to_string()
    }

    /// "did you mean", as a help and as a fix of the text at `range`.
    fn suggest<'a>(
        &self,
        diagnostic: Diagnostic<TextRange>,
        range: TextRange,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Diagnostic<TextRange> {
        match did_you_mean(name, known) {
            Some(near) => meant(diagnostic, range, near, Applicability::MachineApplicable),
            None => diagnostic,
        }
    }

    /// The same of a field, which may also be a part of one that is there.
    fn suggest_field<'a>(
        &self,
        diagnostic: Diagnostic<TextRange>,
        range: TextRange,
        name: &str,
        known: impl IntoIterator<Item = &'a str> + Clone,
    ) -> Diagnostic<TextRange> {
        let found = self.suggest(diagnostic, range, name, known.clone());
        match part_of(name, known).filter(|_| found.fixes.is_empty()) {
            Some(near) => meant(found, range, near, Applicability::MaybeIncorrect),
            None => found,
        }
    }

    fn item(&mut self) {
        self.repeated_names();
        self.all_attributes();
        match &self.tree.item {
            Item::Use(_) | Item::Error | Item::Interface { .. } | Item::Enum { .. } => {}
            Item::Const { value, .. } => {
                if let Signature::Const(ty) = signature(self.db, self.item) {
                    self.check(*value, ty);
                }
            }
            Item::Struct { fields, .. } => {
                let declared = signature(self.db, self.item).fields();
                for member in fields {
                    let MemberKind::Declaration { name, value: Some(value), .. } = member.kind else {
                        continue;
                    };
                    let name = self.text(name);
                    if let Some(field) = declared.iter().find(|field| &*field.name == name) {
                        self.check(value, &field.ty);
                    }
                }
            }
            Item::Fn { parameters, body, .. } => {
                let Signature::Fn(fields, result) = signature(self.db, self.item) else { return };
                for (parameter, field) in parameters.iter().zip(fields) {
                    if let Some(default) = parameter.default {
                        self.check(default, &field.ty);
                    }
                }
                for (parameter, field) in parameters.iter().zip(fields) {
                    self.locals.push((self.text(parameter.name), field.ty.clone()));
                }
                self.check(*body, result);
            }
            Item::Unit { kind, members, .. } => self.unit(*kind, members),
            Item::Test { members, .. } => self.test(members),
            Item::Rule { subject, members, .. } => self.rule(*subject, members),
        }
    }

    fn unit(&mut self, kind: UnitKind, members: &'db [Member]) {
        for (at, member) in members.iter().enumerate() {
            self.placed(kind, member);
            match &member.kind {
                MemberKind::Declaration { .. } => {
                    self.member(at as u32);
                }
                MemberKind::Assert { condition, message } => {
                    self.check(*condition, &Ty::Bool);
                    if let Some(message) = message {
                        self.check(*message, &Ty::String);
                    }
                }
                MemberKind::Environment { settings, .. } => self.environment(*settings),
                // Only in a rule it is a word of its own.
                MemberKind::Require { .. } | MemberKind::Error => {}
            }
        }
        // In an app, inputs are read by its environments.
        if kind != UnitKind::App {
            self.unused();
        }
    }

    /// Declarations that nothing reads and that make nothing.
    fn unused(&mut self) {
        // With an error, what is not read may be what was meant where the error is.
        if self.diagnostics.iter().any(|found| found.severity == Severity::Error) {
            return;
        }
        let read = |resolution: &Resolution| match resolution {
            Resolution::Member(at) => Some(*at),
            Resolution::Local | Resolution::Def(_) => None,
        };
        let used: FxHashSet<u32> = self.resolutions.values().filter_map(read).collect();
        for (at, member) in self.members.iter().enumerate() {
            let MemberKind::Declaration { keyword, name, .. } = member.kind else { continue };
            let text = self.text(name);
            let word = match keyword {
                Keyword::Let => "let",
                Keyword::Input => "input",
                Keyword::Param => "param",
                _ => continue,
            };
            let makes = match &self.member_types[at] {
                MemberType::Known(ty) => makes(ty),
                MemberType::Unknown | MemberType::Running => true,
            };
            if used.contains(&(at as u32)) || makes || text.starts_with('_') || name.is_missing() {
                continue;
            }
            let found =
                Diagnostic::new(Code::UnusedBinding, name.0, format!("nothing reads the {word} `{text}`"))
                    .help(format!("remove it, or call it `_{text}` if it is meant to stay"));
            self.report(found);
        }
    }

    /// Reports a member that does not belong into a unit of this kind.
    fn placed(&mut self, kind: UnitKind, member: &Member) {
        if let Some((word, help)) = misplaced(kind, member) {
            let unit = unit_word(kind);
            let article = if kind == UnitKind::App { "an" } else { "a" };
            let message = format!("`{word}` does not belong in {article} {unit}");
            self.report(Diagnostic::new(Code::MisplacedMember, member.range, message).help(help));
        }
    }

    /// The type of a member, found on demand: members may stand in any order.
    fn member(&mut self, at: u32) -> Ty {
        match &self.member_types[at as usize] {
            MemberType::Known(ty) => return ty.clone(),
            MemberType::Running => return self.member_on_itself(at),
            MemberType::Unknown => {}
        }
        self.member_types[at as usize] = MemberType::Running;
        let locals = std::mem::take(&mut self.locals);
        let (pointer, within) = (std::mem::take(&mut self.pointer), self.within.take());
        let mut ty = self.member_type(at);
        if let Item::Unit { kind, .. } = self.tree.item
            && misplaced(kind, &self.members[at as usize]).is_some()
        {
            ty = Ty::Error;
        }
        (self.locals, self.pointer, self.within) = (locals, pointer, within);
        self.member_types[at as usize] = MemberType::Known(ty.clone());
        ty
    }

    fn member_type(&mut self, at: u32) -> Ty {
        let MemberKind::Declaration { keyword, name, ty, value } = self.members[at as usize].kind else {
            return Ty::Error;
        };
        let declared = match keyword {
            Keyword::Let => ty.map(|ty| self.lowering.lower(ty)),
            Keyword::Param => Some(self.param_type(ty, value, name)),
            _ => {
                let unit = signature(self.db, self.item).unit();
                let text = self.text(name);
                let fields = unit
                    .into_iter()
                    .flat_map(|unit| unit.inputs.iter().chain(&unit.outputs).chain(&unit.provides));
                fields.into_iter().find(|field| *field.name == *text).map(|field| field.ty.clone())
            }
        };
        if matches!(keyword, Keyword::Needs | Keyword::Provides) {
            self.crossing(keyword, name, declared.as_ref());
        }
        match (declared, value) {
            (Some(ty), Some(value)) => {
                let given = self.check(value, &ty);
                // A `let` without narrowing keeps what is known of its value.
                if keyword == Keyword::Let && matches!(ty, Ty::Json) { given } else { ty }
            }
            (Some(ty), None) => {
                if matches!(keyword, Keyword::Output | Keyword::Provides | Keyword::Capability) {
                    let text = self.text(name);
                    let found = Diagnostic::new(Code::MissingField, name.0, format!("`{text}` has no value"))
                        .help(if keyword == Keyword::Capability {
                            format!("write `capability {text} = allow … on …;`")
                        } else {
                            format!("write it after the type: `{text}: … = value;`")
                        });
                    self.report(found);
                }
                ty
            }
            (None, Some(value)) => self.expr(value, None),
            (None, None) => {
                if keyword == Keyword::Let && !name.is_missing() {
                    let text = self.text(name);
                    let found = Diagnostic::new(Code::MissingField, name.0, format!("`{text}` has no value"))
                        .help(format!("write `let {text} = …;`"));
                    self.report(found);
                }
                Ty::Error
            }
        }
    }

    /// What passes between services alone, and not as a part of an interface.
    fn crossing(&mut self, keyword: Keyword, name: Name, declared: Option<&Ty>) {
        let Some(ty) = declared else { return };
        if matches!(ty, Ty::Interface(_) | Ty::Error) {
            return;
        }
        let word = if keyword == Keyword::Needs { "need" } else { "provide" };
        let message = if by_value(ty) {
            format!("a service can {word} a `{}` only in an interface", self.show(ty))
        } else if keyword == Keyword::Needs && !crosses(self.db, ty) {
            format!("a service cannot {word} a `{}`", self.show(ty))
        } else {
            return;
        };
        let found = Diagnostic::new(Code::InvalidInterface, name.0, message)
            .help(format!("declare an `interface` that has it, and {word} that"));
        self.report(found);
    }

    fn param_type(&mut self, ty: Option<ci_syntax::ast::TypeId>, value: Option<ExprId>, name: Name) -> Ty {
        let says_type = ty.is_some();
        let lowered = ty.map(|ty| self.lowering.lower(ty));
        let ty = match (lowered, value) {
            (Some(ty), _) => ty,
            (None, Some(value)) => match &self.tree[value] {
                Expr::Int(_) => Ty::Int,
                Expr::String | Expr::Interpolation(_) => Ty::String,
                Expr::Bool(_) => Ty::Bool,
                _ => Ty::Error,
            },
            (None, None) => Ty::Error,
        };
        let inner = if let Ty::Secret(inner) = &ty { inner } else { &ty };
        let fine = match inner.widened() {
            // Without a type, a default must say it; a type that is wrong has been reported.
            Ty::Error => says_type,
            Ty::Int | Ty::Float | Ty::Bool | Ty::Port | Ty::Enum(_) => true,
            Ty::List(element) => element.is_text(),
            ty => ty.is_text(),
        };
        if !fine && !name.is_missing() {
            let shown = self.show(&ty);
            let found = Diagnostic::new(
                Code::InvalidParameter,
                name.0,
                format!("CloudFormation has no parameters of type `{shown}`"),
            )
            .help("a `param` is text, a number, a truth value, an enum, a list of text or a `Secret`");
            self.report(found);
            return Ty::Error;
        }
        ty
    }

    /// A member whose type is needed while it is being found: enough is known when it makes something.
    fn member_on_itself(&mut self, at: u32) -> Ty {
        let MemberKind::Declaration { name, ty, value, .. } = self.members[at as usize].kind else {
            return Ty::Error;
        };
        if let Some(ty) = ty {
            return self.lowering.lower(ty);
        }
        if let Some(ty) = value.and_then(|value| self.evident(value)) {
            return ty;
        }
        let text = self.text(name);
        let found =
            Diagnostic::new(Code::RecursiveDefinition, name.0, format!("`{text}` is defined by itself"))
                .label("its value needs its own value")
                .help(
                    "break the circle, or write the type if only the type is unclear: `let name: Type = …;`",
                );
        self.report(found);
        Ty::Error
    }

    /// The type of an expression that says it in its first words.
    fn evident(&mut self, id: ExprId) -> Option<Ty> {
        match &self.tree[id] {
            Expr::Record { path: Some(path), .. } => match self.resolve_quietly(path)? {
                Def::Resource(resource) => Some(Ty::Resource(resource)),
                Def::Item(item) => match item.kind(self.db) {
                    ItemKind::Struct => Some(Ty::Struct(item)),
                    ItemKind::Component | ItemKind::Service => Some(Ty::Unit(item)),
                    _ => None,
                },
                _ => None,
            },
            Expr::Existing(record) => self.evident(*record),
            Expr::With { base, .. } => self.evident(*base),
            Expr::If { then, otherwise, .. } => {
                let ty = self.evident(*then)?;
                Some(if otherwise.is_none() { ty.option() } else { ty })
            }
            Expr::Block { value, .. } => self.evident(*value),
            Expr::String | Expr::Interpolation(_) => Some(Ty::String),
            Expr::Bool(_) => Some(Ty::Bool),
            Expr::Int(_) => Some(Ty::Int),
            Expr::For { key, body, .. } => {
                let ty = self.evident(*body)?;
                Some(if key.is_some() { ty.map() } else { ty.list() })
            }
            _ => None,
        }
    }

    fn resolve_quietly(&self, path: &[Name]) -> Option<Def> {
        let segments: Vec<&str> = path.iter().map(|name| self.source.name(*name)).collect();
        crate::name::resolve(self.db, self.file, &segments).ok()
    }

    fn environment(&mut self, settings: ExprId) {
        let Expr::Record { entries, .. } = &self.tree[settings] else { return };
        let inputs =
            signature(self.db, self.item).unit().map(|unit| unit.inputs.as_slice()).unwrap_or_default();
        let own: [(&str, Ty); 3] =
            [("account", Ty::String), ("region", Ty::String), ("tags", Ty::String.map())];
        let mut given = FxHashSet::default();
        for entry in entries {
            let ci_syntax::ast::Entry::Field { name, quoted, value, .. } = *entry else { continue };
            let text = self.source.entry_name(name, quoted).into_owned();
            let input = inputs.iter().find(|field| *field.name == *text).map(|field| field.ty.clone());
            let ty = input.or_else(|| own.iter().find(|(known, _)| *known == text).map(|(_, ty)| ty.clone()));
            if let Some(ty) = ty {
                self.check(value, &ty);
            } else {
                self.expr(value, None);
                let known = inputs.iter().map(|field| &*field.name).chain(own.iter().map(|(name, _)| *name));
                let found = Diagnostic::new(
                    Code::InvalidEnvironment,
                    name.0,
                    format!("an environment of this app has no setting `{text}`"),
                )
                .note("its settings are the inputs of the app, `account`, `region` and `tags`");
                let known: Vec<&str> = known.collect();
                let found = self.suggest(found, name.0, &text, known.iter().copied());
                self.report(found);
                // What is given by a name that is not there was meant for one that is missing.
                given.extend(did_you_mean(&text, known).map(str::to_owned));
            }
            given.insert(text);
        }
        let missing: Vec<String> = inputs
            .iter()
            .filter(|field| !field.optional && !given.contains(&*field.name))
            .map(|field| format!("`{}`", field.name))
            .collect();
        if !missing.is_empty() {
            let message = format!("this environment does not say {}", missing.join(", "));
            let range = self.tree.range(settings);
            self.report(
                Diagnostic::new(Code::InvalidEnvironment, range, message)
                    .help("every input without a default is said in every environment"),
            );
        }
    }

    /// Types an expression and reports if it cannot stand where `expected` is.
    fn check(&mut self, id: ExprId, expected: &Ty) -> Ty {
        let found = self.expr(id, Some(expected));
        if let Err(misfit) = fits(&found, expected) {
            let misfit =
                if misfit == Misfit::Secret && self.keeps_secret(expected) { return found } else { misfit };
            self.mismatch(id, expected, &found, misfit);
            return self.refuse(id);
        }
        found
    }

    /// Of an expression that has been reported: it fits everywhere and has no value.
    fn refuse(&mut self, id: ExprId) -> Ty {
        self.types[id.0 as usize] = Ty::Error;
        self.refused.insert(id);
        Ty::Error
    }

    /// Whether the property that is being checked never shows its value again.
    fn keeps_secret(&self, expected: &Ty) -> bool {
        matches!(expected, Ty::Node(_))
            && self.within.is_some_and(|resource| {
                let at = |end: usize| self.pointer[..end].join("/");
                (1..=self.pointer.len()).any(|end| resource.0.is_write_only(&at(end)))
            })
    }

    fn mismatch(&mut self, id: ExprId, expected: &Ty, found: &Ty, misfit: Misfit) {
        let range = self.tree.range(id);
        let (wanted, given) = (self.show(expected), self.show(found));
        let diagnostic = match misfit {
            Misfit::Kind => {
                let base = Diagnostic::new(Code::TypeMismatch, range, format!("expected `{wanted}`, found `{given}`"))
                    .label(format!("this is `{given}`"));
                self.conversion(base, id, expected, found)
            }
            Misfit::Reference => {
                Diagnostic::new(Code::WrongReferenceKind,
                    range,
                    format!("expected `{wanted}`, found `{given}`"),
                )
                .label("identifies another kind of resource")
                .note("both are text, but CloudFormation would hand the wrong thing to the service at deployment")
            }
            Misfit::Optional => {
                Diagnostic::new(Code::OptionNotUnwrapped, range, format!("expected `{wanted}`, found `{given}`"))
                    .label("this may be `none`")
                    .help("say what to use instead with `??`, or guard it with `if`")
            }
            Misfit::Secret => Diagnostic::new(
                Code::SecretExposed,
                range,
                format!("a secret cannot stand where `{wanted}` is expected"),
            )
            .label("this is a secret")
            .note("its value would be readable in the template, the console or a log")
            .help("pass the ARN of the secret and let the program read it, or use a property that hides its value"),
        };
        self.report(diagnostic);
    }

    /// Adds the conversion that was probably meant.
    fn conversion(
        &self,
        diagnostic: Diagnostic<TextRange>,
        id: ExprId,
        expected: &Ty,
        found: &Ty,
    ) -> Diagnostic<TextRange> {
        let range = self.tree.range(id);
        let numeric = match expected.unwrapped().0.widened() {
            Ty::Int | Ty::Float => true,
            Ty::Node(node) => {
                let kinds = node.kinds();
                kinds.contains(ci_catalog::Kinds::INTEGER) || kinds.contains(ci_catalog::Kinds::NUMBER)
            }
            _ => false,
        };
        let textual = expected.unwrapped().0.is_text();
        let insert = |diagnostic: Diagnostic<TextRange>, call: &str| {
            diagnostic.help(format!("convert it with `{call}`")).fix(
                format!("add `{call}`"),
                TextRange::empty(range.end),
                call,
                Applicability::MaybeIncorrect,
            )
        };
        if let (Ty::Enum(item), Ty::Texts(texts)) = (expected.unwrapped().0, found) {
            return self.variant(diagnostic, range, *item, &texts[0]);
        }
        match found.widened() {
            _ if matches!(expected, Ty::Offer(..)) && !matches!(found, Ty::Offer(..)) => {
                diagnostic.help("make it with its options, by a closure: `|options| …`")
            }
            Ty::Duration if numeric => insert(diagnostic, ".seconds()"),
            Ty::Size if numeric => insert(diagnostic, ".mib()"),
            Ty::Int | Ty::Float | Ty::Port if textual => insert(diagnostic, ".to_string()"),
            Ty::Texts(texts) if numeric && texts.len() == 1 && texts[0].parse::<i64>().is_ok() => diagnostic
                .help("remove the quotes")
                .fix("remove the quotes", range, &*texts[0], Applicability::MachineApplicable),
            Ty::Texts(texts)
                if matches!(expected, Ty::Bool) && (&*texts[0] == "true" || &*texts[0] == "false") =>
            {
                diagnostic.help("remove the quotes").fix(
                    "remove the quotes",
                    range,
                    &*texts[0],
                    Applicability::MachineApplicable,
                )
            }
            Ty::Resource(resource) if textual => {
                let names = resource.0.attributes().iter().map(|attribute| attribute.name);
                let names: Vec<&str> = resource.0.ref_parts().iter().copied().chain(names).take(6).collect();
                diagnostic.help(format!("read what identifies it, for instance `.{}`", names.join("`, `.")))
            }
            Ty::Unit(item) if *expected.widened() == Ty::Capability => {
                let outputs = signature(self.db, *item).unit().map(|unit| unit.outputs.as_slice());
                let rights =
                    outputs.unwrap_or_default().iter().filter(|field| *field.ty.widened() == Ty::Capability);
                let rights: Vec<String> = rights.map(|field| format!("`.{}`", field.name)).collect();
                if rights.is_empty() {
                    diagnostic.help("it declares no `capability`; a statement will do, too: `allow … on …`")
                } else {
                    diagnostic.help(format!("say what may be done with it: {}", rights.join(", ")))
                }
            }
            _ if matches!(expected, Ty::List(_)) => diagnostic.help("a list is written in brackets: `[…]`"),
            _ => diagnostic,
        }
    }
}

impl Infer<'_> {
    /// Adds the variant of an enum that was probably meant by a text: the one that stands for it, or one with a name like it.
    fn variant(
        &self,
        diagnostic: Diagnostic<TextRange>,
        range: TextRange,
        item: ItemId,
        text: &str,
    ) -> Diagnostic<TextRange> {
        let Signature::Enum(variants) = signature(self.db, item) else { return diagnostic };
        let name = item.name(self.db);
        let same = variants.iter().find(|(_, of)| **of == *text).map(|(variant, _)| &**variant);
        let near = || {
            let by_text = did_you_mean(text, variants.iter().map(|(_, of)| &**of));
            let by_text = by_text.and_then(|near| variants.iter().find(|(_, of)| **of == *near));
            by_text
                .map(|(variant, _)| &**variant)
                .or_else(|| did_you_mean(text, variants.iter().map(|(variant, _)| &**variant)))
        };
        match same.or_else(near) {
            Some(variant) => {
                let meant = format!("{name}::{variant}");
                diagnostic.help(format!("write `{meant}`")).fix(
                    format!("write `{meant}`"),
                    range,
                    &*meant,
                    Applicability::MaybeIncorrect,
                )
            }
            None => {
                let all: Vec<String> =
                    variants.iter().map(|(variant, _)| format!("`{name}::{variant}`")).collect();
                diagnostic.help(format!("it is one of {}", all.join(", ")))
            }
        }
    }
}

/// The word of a member that does not belong into a unit of this kind, and what to do instead.
fn misplaced(kind: UnitKind, member: &Member) -> Option<(&'static str, &'static str)> {
    let (word, allowed, help) = match &member.kind {
        MemberKind::Declaration { keyword, .. } => match keyword {
            Keyword::Param => (
                "param",
                kind == UnitKind::Service,
                "a component takes an `input`; declare the `param` in the service and pass it on",
            ),
            Keyword::Needs => {
                ("needs", kind == UnitKind::Service, "only a service needs what another service provides")
            }
            Keyword::Provides => {
                ("provides", kind == UnitKind::Service, "a component has outputs: write `output`")
            }
            Keyword::Output => {
                ("output", kind != UnitKind::App, "an app has no stack of its own; declare it in a service")
            }
            Keyword::Capability => (
                "capability",
                kind == UnitKind::Component,
                "a service gives rights away through an interface that it `provides`",
            ),
            Keyword::Input | Keyword::Let | Keyword::Field => return None,
        },
        MemberKind::Environment { .. } => {
            ("environment", kind == UnitKind::App, "environments belong to the `app`")
        }
        MemberKind::Assert { .. } | MemberKind::Require { .. } | MemberKind::Error => return None,
    };
    (!allowed).then_some((word, help))
}

/// Whether a value of a type may be or hold something that is made: then it is there for its own sake.
fn makes(ty: &Ty) -> bool {
    match ty {
        Ty::Resource(_) | Ty::Unit(_) | Ty::Error | Ty::Json | Ty::Record(_) => true,
        Ty::Option(inner) | Ty::List(inner) | Ty::Map(inner) => makes(inner),
        _ => false,
    }
}

/// The word that declares a unit.
pub fn unit_word(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::Component => "component",
        UnitKind::Service => "service",
        UnitKind::App => "app",
    }
}

/// "did you mean", as a help and as a fix.
fn meant(
    diagnostic: Diagnostic<TextRange>,
    range: TextRange,
    near: &str,
    how: Applicability,
) -> Diagnostic<TextRange> {
    let title = format!("change it to `{near}`");
    diagnostic.help(format!("did you mean `{near}`?")).fix(title, range, near, how)
}

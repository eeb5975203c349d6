//! What an item declares to others: the types of its fields, parameters, inputs and outputs.
//!
//! Holds no positions, so that an edit inside a body leaves the signature equal and stops there.

use std::sync::Arc;

use ci_base::{Code, Diagnostic, TextRange};
use ci_graph::Strength;
use ci_syntax::ItemSource;
use ci_syntax::ast::{
    Attribute, Expr, Item, ItemTree, Keyword, Member, MemberKind, Name, TypeArgument, TypeExpr, TypeId,
    UnitKind,
};

use crate::builtin::BuiltinType;
use crate::item::{item_source, item_tree};
use crate::name::{Def, resolve};
use crate::ty::{Bounds, Target, Ty};
use crate::{Db, ItemId, SourceFile};

/// What an item declares to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// The type of a constant.
    Const(Ty),
    /// The fields of a struct.
    Struct(Vec<Field>),
    /// The variants of an enum: the name, and the text that stands for it.
    Enum(Vec<(Arc<str>, Arc<str>)>),
    /// The parameters and the result of a function.
    Fn(Vec<Field>, Ty),
    /// The fields of an interface.
    Interface(Vec<Field>),
    /// The interface of a component, service or app.
    Unit(Unit),
    /// The type of the resources that a rule is for.
    Rule(Ty),
    /// Nothing: an import, a test, or damaged text.
    Nothing,
}

/// The interface of a component, service or app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Which of the three.
    pub kind: UnitKind,
    /// What is given when it is instantiated: inputs and needs, in source order.
    pub inputs: Vec<Field>,
    /// What can be read of an instance.
    pub outputs: Vec<Field>,
    /// What a service provides to others; the types are interfaces or plain types.
    pub provides: Vec<Field>,
}

/// A named part of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub ty: Ty,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether it is a `needs`.
    pub needed: bool,
    /// Why it should not be used any more.
    pub deprecated: Option<Arc<str>>,
    /// How firmly it ties services, where that is said.
    pub strength: Option<Strength>,
}

/// A signature and what is wrong with the types in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The signature.
    pub signature: Signature,
    /// Ranges count from the item's start.
    pub diagnostics: Vec<Diagnostic<TextRange>>,
}

/// What an item declares, with the findings; for the item's own diagnostics.
#[salsa::tracked]
pub fn declared(db: &dyn Db, item: ItemId) -> Declared {
    let mut lower = TypeLowering::new(db, item);
    let signature = lower.signature();
    Declared { signature, diagnostics: lower.diagnostics }
}

/// What an item declares; equal while only bodies change.
#[salsa::tracked]
pub fn signature(db: &dyn Db, item: ItemId) -> Signature {
    declared(db, item).signature.clone()
}

/// Why an item, and variants of it, should not be used any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deprecations {
    /// Of the item.
    item: Option<Arc<str>>,
    /// Of its variants, by position.
    variants: Box<[Option<Arc<str>>]>,
}

/// Why an item, and variants of it, should not be used any more.
#[salsa::tracked]
pub fn deprecations(db: &dyn Db, item: ItemId) -> Deprecations {
    let (source, tree) = (item_source(db, item), item_tree(db, item));
    let variants: &[_] = if let Item::Enum { variants, .. } = &tree.item { variants } else { &[] };
    Deprecations {
        item: reason(source, tree, &tree.attributes),
        variants: variants.iter().map(|variant| reason(source, tree, &variant.attributes)).collect(),
    }
}

/// The warning about a use of what a path stands for, if it should not be used any more.
pub fn deprecated_use(db: &dyn Db, def: &Def, path: &[&str], at: TextRange) -> Option<Diagnostic<TextRange>> {
    let (item, variant) = match def {
        Def::Item(item) => (*item, None),
        Def::Variant(item, variant) => (*item, Some(*variant)),
        _ => return None,
    };
    let found = deprecations(db, item);
    let of_variant = || found.variants.get(variant? as usize)?.as_ref();
    let reason = found.item.as_ref().or_else(of_variant)?;
    Some(deprecated(&format!("`{}`", path.join("::")), reason, at))
}

/// The warning about a use of something that should not be used any more.
pub fn deprecated(what: &str, reason: &str, at: TextRange) -> Diagnostic<TextRange> {
    let found = Diagnostic::new(Code::Deprecated, at, format!("{what} is deprecated"));
    if reason.is_empty() { found } else { found.note(reason) }
}

impl Signature {
    /// The interface of a component, service or app.
    pub fn unit(&self) -> Option<&Unit> {
        match self {
            Self::Unit(unit) => Some(unit),
            _ => None,
        }
    }

    /// The fields of a struct or interface.
    pub fn fields(&self) -> &[Field] {
        match self {
            Self::Struct(fields) | Self::Interface(fields) => fields,
            _ => &[],
        }
    }
}

const ONE_STRUCT_OF_OPTIONS: &str = "in angle brackets stands the struct of its options";

/// From type expressions to types.
pub struct TypeLowering<'db> {
    db: &'db dyn Db,
    file: SourceFile,
    source: &'db ItemSource,
    tree: &'db ItemTree,
    /// What was wrong.
    pub diagnostics: Vec<Diagnostic<TextRange>>,
}

impl<'db> TypeLowering<'db> {
    /// For the type expressions of an item.
    pub fn new(db: &'db dyn Db, item: ItemId) -> Self {
        let (source, tree) = (item_source(db, item), item_tree(db, item));
        Self { db, file: item.file(db), source, tree, diagnostics: Vec::new() }
    }

    fn text(&self, name: Name) -> Arc<str> {
        self.source.name(name).into()
    }

    fn report(
        &mut self,
        code: Code,
        range: TextRange,
        message: impl Into<String>,
    ) -> &mut Diagnostic<TextRange> {
        self.diagnostics.push(Diagnostic::new(code, range, message));
        let last = self.diagnostics.len() - 1;
        &mut self.diagnostics[last]
    }

    fn signature(&mut self) -> Signature {
        let tree = self.tree;
        match &tree.item {
            Item::Use(_) | Item::Test { .. } | Item::Error => Signature::Nothing,
            Item::Rule { ty, .. } => {
                let found = self.lower(*ty);
                if !matches!(found, Ty::Resource(_) | Ty::Error) {
                    let range = tree.type_range(*ty);
                    self.report(Code::NotAType, range, "a rule is for resources").help = Some(
                        "write a resource type: `rule name for bucket: aws::s3::Bucket { … }`".to_owned(),
                    );
                }
                Signature::Rule(found)
            }
            Item::Const { name, ty, value } => Signature::Const(match ty {
                Some(ty) => self.lower(*ty),
                None => self.literal(*value).unwrap_or_else(|| {
                    // What could not be parsed may be the type.
                    if tree.errors.is_empty() {
                        self.report(Code::NotAType, name.0, "a constant says its type").help =
                            Some("write it after the name: `const NAME: String = …;`".to_owned());
                    }
                    Ty::Error
                }),
            }),
            Item::Struct { fields, .. } => Signature::Struct(self.fields(fields)),
            Item::Interface { fields, .. } => {
                let fields_of = self.fields(fields);
                for (member, field) in fields.iter().zip(&fields_of) {
                    if !crosses(self.db, &field.ty) {
                        let ty = field.ty.display(self.db).to_string();
                        self.report(
                            Code::InvalidInterface,
                            member.range,
                            format!("a `{ty}` cannot pass between services"),
                        )
                        .help = Some(
                            "between services pass text, numbers, truth values, lists of text, capabilities and structs \
                             of these: they become outputs of one stack that another reads"
                                .to_owned(),
                        );
                    }
                }
                Signature::Interface(fields_of)
            }
            Item::Enum { variants, .. } => Signature::Enum(
                variants
                    .iter()
                    .map(|variant| {
                        let name = self.text(variant.name);
                        let value = variant.value.map(|value| match &tree[value] {
                            Expr::String => Arc::from(self.source.string(tree, value)),
                            _ => {
                                self.report(
                                    Code::TypeMismatch,
                                    tree.range(value),
                                    "the value of a variant is a text",
                                );
                                Arc::clone(&name)
                            }
                        });
                        (Arc::clone(&name), value.unwrap_or(name))
                    })
                    .collect(),
            ),
            Item::Fn { name, parameters, result, .. } => {
                let parameters = parameters
                    .iter()
                    .map(|parameter| Field {
                        name: self.text(parameter.name),
                        ty: self.declared_type(parameter.ty, parameter.default, parameter.name),
                        optional: parameter.default.is_some(),
                        needed: false,
                        deprecated: None,
                        strength: None,
                    })
                    .collect();
                let result = if let Some(result) = result {
                    self.lower(*result)
                } else {
                    self.report(Code::NotAType, name.0, "a function says what it returns").help =
                        Some("write it after the parameters: `-> String`".to_owned());
                    Ty::Error
                };
                Signature::Fn(parameters, result)
            }
            Item::Unit { kind, members, .. } => {
                let mut unit = Unit { kind: *kind, inputs: vec![], outputs: vec![], provides: vec![] };
                for member in members {
                    let MemberKind::Declaration { keyword, .. } = member.kind else { continue };
                    let list = match keyword {
                        Keyword::Input | Keyword::Needs => &mut unit.inputs,
                        Keyword::Output | Keyword::Capability => &mut unit.outputs,
                        Keyword::Provides => &mut unit.provides,
                        Keyword::Param | Keyword::Let | Keyword::Field => continue,
                    };
                    if let Some(field) = self.field(member) {
                        list.push(field);
                    }
                }
                Signature::Unit(unit)
            }
        }
    }

    fn fields(&mut self, members: &[Member]) -> Vec<Field> {
        members.iter().filter_map(|member| self.field(member)).collect()
    }

    fn field(&mut self, member: &Member) -> Option<Field> {
        let MemberKind::Declaration { keyword, name, ty: written, value } = member.kind else { return None };
        if name.is_missing() {
            return None;
        }
        let default = match keyword {
            Keyword::Output | Keyword::Provides | Keyword::Capability => None,
            _ => value,
        };
        let ty = match (keyword, written) {
            (Keyword::Capability, None) => Ty::Capability,
            (Keyword::Capability, Some(ty)) => match self.lower(ty) {
                found @ Ty::Offer(..) if *found.widened() == Ty::Capability => found,
                Ty::Error => Ty::Capability,
                _ => {
                    let message = "the type of a `capability` says what it can be narrowed by";
                    self.report(Code::TypeMismatch, self.tree.type_range(ty), message).help = Some(
                        "leave it out, or write `Capability<Options>` with a struct of options".to_owned(),
                    );
                    Ty::Capability
                }
            },
            _ => self.declared_type(written, default, name),
        };
        // `Json?` is `Json`, which has `none`, and may be left out as well.
        let says_optional = |ty: TypeId| matches!(self.tree[ty], TypeExpr::Optional(_));
        Some(Field {
            name: self.text(name),
            optional: default.is_some() || matches!(ty, Ty::Option(_)) || written.is_some_and(says_optional),
            needed: keyword == Keyword::Needs,
            deprecated: reason(self.source, self.tree, &member.attributes),
            strength: strength(self.source, &member.attributes),
            ty,
        })
    }

    fn declared_type(
        &mut self,
        ty: Option<TypeId>,
        default: Option<ci_syntax::ast::ExprId>,
        name: Name,
    ) -> Ty {
        if let Some(ty) = ty {
            return self.lower(ty);
        }
        if let Some(ty) = default.and_then(|default| self.literal(default)) {
            return ty;
        }
        if !name.is_missing() {
            let text = self.source.name(name);
            let message = format!("`{text}` says no type");
            let found = self.report(Code::NotAType, name.0, message);
            found.notes.push("others see this declaration without looking into the body".to_owned());
            found.help = Some(format!("write its type after the name: `{text}: String`"));
        }
        Ty::Error
    }

    /// The type of a literal, which says enough by itself.
    fn literal(&self, value: ci_syntax::ast::ExprId) -> Option<Ty> {
        Some(match &self.tree[value] {
            Expr::Bool(_) => Ty::Bool,
            Expr::Int(_) => Ty::Int,
            Expr::Float(_) => Ty::Float,
            Expr::Duration(_) => Ty::Duration,
            Expr::Size(_) => Ty::Size,
            Expr::String | Expr::Interpolation(_) => Ty::String,
            _ => return None,
        })
    }

    /// The type that a type expression says.
    pub fn lower(&mut self, id: TypeId) -> Ty {
        let range = self.tree.type_range(id);
        match &self.tree[id] {
            TypeExpr::Missing => Ty::Error,
            TypeExpr::Optional(ty) => self.lower(*ty).option(),
            TypeExpr::Literal => Ty::text(self.source.string_type(range)),
            TypeExpr::Record(fields) => {
                let fields = fields.iter().map(|field| (self.text(field.name), self.lower(field.ty)));
                Ty::Record(fields.collect())
            }
            TypeExpr::Union(types) => {
                let mut texts = Vec::new();
                for ty in types {
                    match self.lower(*ty) {
                        Ty::Texts(more) => texts.extend(more.iter().cloned()),
                        Ty::Error => {}
                        _ => {
                            let range = self.tree.type_range(*ty);
                            let found = self.report(Code::NotAType, range, "a union is made of texts");
                            found.help = Some("write `\"a\" | \"b\"`, or declare an `enum`".to_owned());
                        }
                    }
                }
                texts.sort_unstable();
                texts.dedup();
                Ty::Texts(texts.into())
            }
            TypeExpr::Path { path, arguments } => self.path(path, arguments, range),
        }
    }

    fn path(&mut self, path: &[Name], arguments: &[TypeArgument], range: TextRange) -> Ty {
        let segments: Vec<&str> = path.iter().map(|name| self.source.name(*name)).collect();
        if segments.iter().any(|segment| segment.is_empty()) {
            return Ty::Error;
        }
        let def = match resolve(self.db, self.file, &segments) {
            Ok(def) => def,
            Err(error) if error.reported => return Ty::Error,
            Err(error) => {
                let at = path.get(error.segment).map_or(range, |name| name.0);
                self.diagnostics.push(error.diagnostic(&segments, at));
                return Ty::Error;
            }
        };
        let last = path.last().map_or(range, |name| name.0);
        self.diagnostics.extend(deprecated_use(self.db, &def, &segments, last));
        let ty = match def {
            Def::Type(ty) => return self.builtin(ty, arguments, range),
            Def::Resource(resource) => Ty::Resource(resource),
            Def::Item(item) if item.kind(self.db) == ci_syntax::ItemKind::Struct => {
                return match *arguments {
                    [TypeArgument::Type(options)] => self.offer(Ty::Struct(item), options),
                    [] => Ty::Struct(item),
                    [first, ..] => {
                        let range = self.argument_range(first);
                        self.report(Code::NotAType, range, ONE_STRUCT_OF_OPTIONS);
                        Ty::Error
                    }
                };
            }
            Def::Item(item) => match item.kind(self.db) {
                ci_syntax::ItemKind::Enum => Ty::Enum(item),
                ci_syntax::ItemKind::Interface => Ty::Interface(item),
                ci_syntax::ItemKind::Component => Ty::Unit(item),
                _ => self.not_a_type(&segments, range),
            },
            _ => self.not_a_type(&segments, range),
        };
        if let Some(argument) = arguments.first() {
            let range = self.argument_range(*argument);
            self.report(
                Code::NotAType,
                range,
                format!("`{}` takes nothing in angle brackets", segments.join("::")),
            );
        }
        ty
    }

    /// What can be had with options.
    fn offer(&mut self, of: Ty, options: TypeId) -> Ty {
        match self.lower(options) {
            Ty::Struct(item) => Ty::Offer(Arc::new(of), item),
            Ty::Error => Ty::Error,
            _ => {
                let range = self.tree.type_range(options);
                self.report(Code::NotAType, range, ONE_STRUCT_OF_OPTIONS).help =
                    Some("declare a `struct` whose fields are the options, each with a default".to_owned());
                Ty::Error
            }
        }
    }

    fn not_a_type(&mut self, segments: &[&str], range: TextRange) -> Ty {
        self.report(Code::NotAType, range, format!("`{}` is not a type", segments.join("::"))).help = Some(
            "types are `String`, `Int` and their like, structs, enums, interfaces, components and resource types"
                .to_owned(),
        );
        Ty::Error
    }

    fn argument_range(&self, argument: TypeArgument) -> TextRange {
        match argument {
            TypeArgument::Type(ty) => self.tree.type_range(ty),
            TypeArgument::Range(range) => self.tree.range(range),
        }
    }

    fn builtin(&mut self, builtin: BuiltinType, arguments: &[TypeArgument], range: TextRange) -> Ty {
        let mut types = Vec::new();
        let mut bounds = Bounds::default();
        for argument in arguments {
            match *argument {
                TypeArgument::Type(ty) if builtin == BuiltinType::String => match self.lower(ty) {
                    Ty::Texts(texts) if texts.len() == 1 => bounds.pattern = Some(Arc::clone(&texts[0])),
                    _ => {
                        let range = self.tree.type_range(ty);
                        self.report(
                            Code::NotAType,
                            range,
                            "a `String` is narrowed by a pattern or a range of lengths",
                        );
                    }
                },
                TypeArgument::Type(ty) => types.push((ty, self.lower(ty))),
                TypeArgument::Range(range) => {
                    if let Expr::Range { start, end, inclusive } = self.tree[range] {
                        let number = |id: Option<ci_syntax::ast::ExprId>| id.and_then(|id| self.integer(id));
                        bounds.min = number(start);
                        bounds.max =
                            number(end).map(|end| if inclusive { end } else { end.saturating_sub(1) });
                    }
                }
            }
        }
        let narrowed = bounds != Bounds::default();
        let takes = match builtin {
            BuiltinType::List | BuiltinType::Map | BuiltinType::Id | BuiltinType::Secret => 1,
            _ => 0,
        };
        let may_omit = matches!(builtin, BuiltinType::Arn | BuiltinType::Secret);
        if let (BuiltinType::Capability, [TypeArgument::Type(options)]) = (builtin, arguments) {
            return self.offer(Ty::Capability, *options);
        }
        if types.len() > takes.max(usize::from(builtin == BuiltinType::Arn))
            || (types.len() < takes && !may_omit)
        {
            let message = match takes {
                0 => format!("`{}` takes no type in angle brackets", builtin.name()),
                _ => format!("`{}` takes one type in angle brackets", builtin.name()),
            };
            self.report(Code::NotAType, range, message);
            return Ty::Error;
        }
        let first = types.first().cloned();
        let ty = match builtin {
            BuiltinType::List => first.map_or(Ty::Error, |(_, ty)| ty.list()),
            BuiltinType::Map => first.map_or(Ty::Error, |(_, ty)| ty.map()),
            BuiltinType::Secret => Ty::Secret(Arc::new(first.map_or(Ty::String, |(_, ty)| ty))),
            BuiltinType::Id | BuiltinType::Arn => match first {
                None => Ty::Arn,
                Some((_, Ty::Resource(resource))) => self.identity(builtin, resource, range),
                Some((_, Ty::Error)) => Ty::Error,
                Some((id, _)) => {
                    let range = self.tree.type_range(id);
                    self.report(Code::NotAType, range, "this is not a resource type");
                    Ty::Error
                }
            },
            other => other.plain().unwrap_or(Ty::Error),
        };
        let may_narrow =
            matches!(builtin, BuiltinType::Int | BuiltinType::Port | BuiltinType::String | BuiltinType::List);
        match (narrowed, may_narrow) {
            (false, _) => ty,
            (true, true) => Ty::Narrowed(Arc::new(ty), Arc::new(bounds)),
            (true, false) => {
                self.report(Code::NotAType, range, format!("a `{}` cannot be narrowed", builtin.name()));
                ty
            }
        }
    }

    fn identity(&mut self, builtin: BuiltinType, resource: crate::ty::ResourceType, range: TextRange) -> Ty {
        let schema = resource.0;
        let attribute = if builtin == BuiltinType::Arn {
            let is_arn =
                |attribute: &&'static str| Target { resource_type: schema.name(), attribute }.is_arn();
            let mut named = schema.attributes().iter().map(|attribute| attribute.name);
            schema
                .own_arn()
                .or_else(|| schema.ref_parts().first().copied().filter(is_arn))
                .or_else(|| named.find(|name| name.ends_with("Arn")))
        } else {
            schema.ref_parts().first().copied().or_else(|| schema.primary_identifier().first().copied())
        };
        match attribute {
            Some(attribute) => Ty::Id(Arc::new([Target { resource_type: schema.name(), attribute }])),
            None => {
                let name = schema.name();
                self.report(Code::NotAType, range, format!("the catalog knows no such attribute of {name}"));
                Ty::Error
            }
        }
    }

    fn integer(&self, id: ci_syntax::ast::ExprId) -> Option<i64> {
        match &self.tree[id] {
            Expr::Int(value) => Some(*value),
            Expr::Unary { operator: ci_syntax::ast::UnaryOperator::Negate, operand } => {
                self.integer(*operand).and_then(i64::checked_neg)
            }
            _ => None,
        }
    }
}

/// The attribute of this name.
pub fn attribute<'a>(source: &ItemSource, attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| source.name(attribute.name) == name)
}

/// Why what has these attributes should not be used any more.
fn reason(source: &ItemSource, tree: &ItemTree, attributes: &[Attribute]) -> Option<Arc<str>> {
    let found = attribute(source, attributes, "deprecated")?;
    let text = found.arguments.first().map(|argument| argument.value);
    let text = text.filter(|value| tree[*value] == Expr::String);
    Some(text.map_or_else(|| Arc::from(""), |value| Arc::from(source.string(tree, value))))
}

fn strength(source: &ItemSource, attributes: &[Attribute]) -> Option<Strength> {
    if attribute(source, attributes, "strong").is_some() {
        return Some(Strength::Strong);
    }
    attribute(source, attributes, "weak").map(|_| Strength::Weak)
}

/// Whether values of a type can pass between stacks: as text, as a list of texts, or by value.
pub fn crosses(db: &dyn Db, ty: &Ty) -> bool {
    match ty.widened() {
        Ty::Error | Ty::Int | Ty::Bool | Ty::Float | Ty::Port | Ty::Duration | Ty::Size => true,
        Ty::Capability => true,
        Ty::Struct(item) => passes(db, *item, &mut Vec::new()),
        Ty::List(ty) => ty.is_text(),
        ty => ty.is_text(),
    }
}

/// Whether values of a type pass between stacks as they are, and only what is late about them becomes an output.
pub fn by_value(ty: &Ty) -> bool {
    matches!(ty.widened(), Ty::Capability | Ty::Struct(_))
}

/// Whether all fields of a struct can pass by value; `around` are the structs that it is in.
fn passes(db: &dyn Db, item: ItemId, around: &mut Vec<ItemId>) -> bool {
    fn of(db: &dyn Db, ty: &Ty, around: &mut Vec<ItemId>) -> bool {
        match ty.widened() {
            Ty::List(inner) | Ty::Map(inner) | Ty::Option(inner) => of(db, inner, around),
            Ty::Struct(item) => around.contains(item) || passes(db, *item, around),
            Ty::Record(fields) => fields.iter().all(|(_, ty)| of(db, ty, around)),
            Ty::Json | Ty::Statement => true,
            ty => crosses(db, ty),
        }
    }
    around.push(item);
    let fine = signature(db, item).fields().iter().all(|field| of(db, &field.ty, around));
    around.pop();
    fine
}

/// How firmly a value of a type ties the reader to its provider, unless an attribute says otherwise: what
/// identifies a resource must not vanish while it is used, an address may change.
pub fn default_strength(ty: &Ty) -> Strength {
    match ty.widened() {
        Ty::Id(_) | Ty::Arn | Ty::Capability | Ty::Struct(_) => Strength::Strong,
        Ty::List(ty) => default_strength(ty),
        _ => Strength::Weak,
    }
}

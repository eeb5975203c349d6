//! The syntax tree of one item, as permissive as the grammar.
//!
//! Nodes live in arenas and refer to each other by id. Names and string literals are ranges of the item's text, so
//! the tree owns no text. Every range counts from the start of the item: an edit elsewhere in the file leaves the
//! tree of an item as it was.
//!
//! A place where something is missing or damaged holds `Missing` or `Error`, and a diagnostic says so; no later
//! stage reports on such a node again.

use std::ops::Index;

use ci_base::{Diagnostic, TextRange};

/// An expression of one [`ItemTree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprId(pub u32);

/// A type expression of one [`ItemTree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// An identifier: the range of its text. Empty where a name is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Name(pub TextRange);

impl Name {
    /// Whether the name was left out.
    pub const fn is_missing(self) -> bool {
        self.0.is_empty()
    }
}

/// The tree of one item.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemTree {
    /// `#[…]` before the item.
    pub attributes: Box<[Attribute]>,
    /// What the item declares.
    pub item: Item,
    /// Every expression; children come before their parents.
    pub exprs: Vec<ExprNode>,
    /// Every type expression.
    pub types: Vec<TypeNode>,
    /// What is wrong with its syntax.
    pub errors: Vec<Diagnostic<TextRange>>,
}

/// An expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ExprNode {
    /// From its first to its last token.
    pub range: TextRange,
    /// The expression.
    pub expr: Expr,
}

/// A type expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeNode {
    /// From its first to its last token.
    pub range: TextRange,
    /// The type expression.
    pub ty: TypeExpr,
}

/// `#[name]` or `#[name(argument, …)]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// With the brackets.
    pub range: TextRange,
    /// What is set.
    pub name: Name,
    /// Its arguments, by position or by name.
    pub arguments: Box<[Argument]>,
}

/// `value`, or `name = value` in an attribute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Argument {
    /// The name, where one is given.
    pub name: Option<Name>,
    /// The value.
    pub value: ExprId,
}

/// A declaration at the top of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// `use a::b::{c, d as e};`
    Use(UseTree),
    /// `const NAME: Type = value;`
    Const {
        /// What it is called.
        name: Name,
        /// Its declared type.
        ty: Option<TypeId>,
        /// Its value.
        value: ExprId,
    },
    /// `struct Name { field: Type = default, … }`
    Struct {
        /// What it is called.
        name: Name,
        /// Its fields: declarations with [`Keyword::Field`].
        fields: Box<[Member]>,
    },
    /// `enum Name { A, B = "b" }`
    Enum {
        /// What it is called.
        name: Name,
        /// Its variants.
        variants: Box<[Variant]>,
    },
    /// `fn name(parameter: Type) -> Type { body }`
    Fn {
        /// What it is called.
        name: Name,
        /// What it takes.
        parameters: Box<[Parameter]>,
        /// What it returns.
        result: Option<TypeId>,
        /// Its body, an [`Expr::Block`].
        body: ExprId,
    },
    /// `interface Name { field: Type; … }`
    Interface {
        /// What it is called.
        name: Name,
        /// Its fields: declarations with [`Keyword::Field`].
        fields: Box<[Member]>,
    },
    /// `component`, `service` or `app` `Name { members }`
    Unit {
        /// Which of the three.
        kind: UnitKind,
        /// What it is called.
        name: Name,
        /// Its members in source order.
        members: Box<[Member]>,
    },
    /// `test "name" { members }`
    Test {
        /// What it is called: a string literal with its quotes.
        name: Name,
        /// Declarations and assertions in source order.
        members: Box<[Member]>,
    },
    /// `rule name for subject: Type { members }`
    Rule {
        /// What it is called.
        name: Name,
        /// What it calls the resource that it looks at.
        subject: Name,
        /// The type of that resource.
        ty: TypeId,
        /// Declarations and requirements in source order.
        members: Box<[Member]>,
    },
    /// Text that is no item.
    Error,
}

impl Item {
    /// The members of what has members: a component, service, app, test or rule.
    pub fn members(&self) -> &[Member] {
        match self {
            Self::Unit { members, .. } | Self::Test { members, .. } | Self::Rule { members, .. } => members,
            _ => &[],
        }
    }
}

/// The three kinds of thing that have members and can be instantiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnitKind {
    /// A reusable group of resources.
    Component,
    /// An isolation boundary and a stack.
    Service,
    /// Services wired together, and their environments.
    App,
}

/// `path`, `path as name`, `path::*` or `path::{…}`.
#[derive(Clone, Debug, PartialEq)]
pub struct UseTree {
    /// The segments before the end.
    pub path: Path,
    /// What is taken from there.
    pub end: UseEnd,
}

/// The end of a [`UseTree`].
#[derive(Clone, Debug, PartialEq)]
pub enum UseEnd {
    /// The last segment of the path, under its own name.
    Own,
    /// The last segment of the path, under another name.
    Alias(Name),
    /// `::*`
    Glob,
    /// `::{…}`
    Group(Box<[UseTree]>),
}

/// `a::b::c`; at least one segment, the last of which may be missing.
pub type Path = Box<[Name]>;

/// A variant of an `enum`.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// `#[…]` before it.
    pub attributes: Box<[Attribute]>,
    /// What it is called.
    pub name: Name,
    /// The text that stands for it in templates, where it is not its name.
    pub value: Option<ExprId>,
}

/// A parameter of a `fn`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// What it is called.
    pub name: Name,
    /// Its type.
    pub ty: Option<TypeId>,
    /// Its value where none is given.
    pub default: Option<ExprId>,
}

/// A member of a component, service or app; a field of a struct or interface.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// `#[…]` before it.
    pub attributes: Box<[Attribute]>,
    /// From its first attribute or keyword to its last token.
    pub range: TextRange,
    /// What it declares.
    pub kind: MemberKind,
}

/// What a [`Member`] declares.
#[derive(Clone, Debug, PartialEq)]
pub enum MemberKind {
    /// `let name: Type = value;` and everything else of that shape.
    Declaration {
        /// Which kind of declaration.
        keyword: Keyword,
        /// What it is called.
        name: Name,
        /// Its declared type.
        ty: Option<TypeId>,
        /// Its value or default.
        value: Option<ExprId>,
    },
    /// `assert condition, "message";`
    Assert {
        /// What must hold.
        condition: ExprId,
        /// What to say when it does not.
        message: Option<ExprId>,
    },
    /// `require condition, "message";` of a rule
    Require {
        /// What must hold.
        condition: ExprId,
        /// What to say when it does not.
        message: Option<ExprId>,
    },
    /// `environment name { field: value, … }`
    Environment {
        /// What it is called.
        name: Name,
        /// Its settings, an [`Expr::Record`] without a path.
        settings: ExprId,
    },
    /// Text that is no member.
    Error,
}

/// The word that opens a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keyword {
    /// A value given when the unit is instantiated.
    Input,
    /// A CloudFormation parameter.
    Param,
    /// A name for a value, private to the unit.
    Let,
    /// What another service must provide.
    Needs,
    /// What this service provides to others.
    Provides,
    /// A value readable from outside.
    Output,
    /// A right to what the unit holds, readable from outside.
    Capability,
    /// A field of a struct or interface (written without a keyword).
    Field,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// Nothing, where something was expected.
    Missing,
    /// `none`
    None,
    /// `true` or `false`
    Bool(bool),
    /// `42`, `1_000`
    Int(i64),
    /// `1.5`
    Float(f64),
    /// `30s`, `14d`: in seconds
    Duration(i64),
    /// `256MiB`: in bytes
    Size(i64),
    /// A string without interpolation: quoted, raw or multi-line. [`crate::ItemSource::string`] gives its value.
    String,
    /// `"text {interpolation}"`
    Interpolation(Box<[StringPart]>),
    /// `name` or `a::b::Name`
    Path(Path),
    /// `s3::{GetObject, PutObject}`
    PathGroup {
        /// What the names are taken from.
        path: Path,
        /// The names.
        names: Box<[Name]>,
    },
    /// `s3::*`
    PathGlob(Path),
    /// `Bucket { … }`, `{ … }`
    Record {
        /// What is made; without it, a plain record.
        path: Option<Path>,
        /// Its fields.
        entries: Box<[Entry]>,
    },
    /// `existing Bucket { … }`: the record, always with a path
    Existing(ExprId),
    /// `[a, b, ..rest]`
    List(Box<[ListItem]>),
    /// `!a`, `-a`
    Unary {
        /// Which.
        operator: UnaryOperator,
        /// Of what.
        operand: ExprId,
    },
    /// `a + b`, `a ?? b`
    Binary {
        /// Which.
        operator: BinaryOperator,
        /// The left operand.
        left: ExprId,
        /// The right operand.
        right: ExprId,
    },
    /// `base.name`, `base?.name`; the name is missing after a lone dot
    Field {
        /// What is read from.
        base: ExprId,
        /// What is read.
        name: Name,
        /// Whether it is `?.`
        optional: bool,
    },
    /// `base.name { option: value }`
    Options {
        /// An [`Expr::Field`].
        of: ExprId,
        /// A record without a path.
        options: ExprId,
    },
    /// `base[index]`
    Index {
        /// The list or map.
        base: ExprId,
        /// The position or key.
        index: ExprId,
    },
    /// `callee(argument, …)`
    Call {
        /// The function's path.
        callee: Path,
        /// By position.
        arguments: Box<[ExprId]>,
    },
    /// `receiver.name(argument, …)`, `receiver?.name(…)`
    MethodCall {
        /// On what.
        receiver: ExprId,
        /// Which method.
        name: Name,
        /// By position.
        arguments: Box<[ExprId]>,
        /// Whether it is `?.`
        optional: bool,
    },
    /// `if condition { then } else { otherwise }`
    If {
        /// What decides.
        condition: ExprId,
        /// An [`Expr::Block`].
        then: ExprId,
        /// An [`Expr::Block`] or another [`Expr::If`].
        otherwise: Option<ExprId>,
    },
    /// `match subject { pattern => value, … }`
    Match {
        /// What is compared.
        subject: ExprId,
        /// Tried in order.
        arms: Box<[Arm]>,
    },
    /// `for name in iterable if filter { key => body }`
    For {
        /// The element; or the index or key, where `second` is the element.
        first: Name,
        /// The element, in `for (first, second) in …`.
        second: Option<Name>,
        /// The list, map or range.
        iterable: ExprId,
        /// Keeps only the elements for which it holds.
        filter: Option<ExprId>,
        /// With a key the result is a map.
        key: Option<ExprId>,
        /// An [`Expr::Block`] without a key, any expression with one.
        body: ExprId,
    },
    /// `{ let name = value; value }`, only where a block is expected
    Block {
        /// Evaluated in order.
        bindings: Box<[Binding]>,
        /// The value of the block.
        value: ExprId,
    },
    /// `|a, b| body`
    Lambda {
        /// Its parameters.
        parameters: Box<[Name]>,
        /// Its body.
        body: ExprId,
    },
    /// `a..b`, `a..=b`, `..b`, `a..`
    Range {
        /// The first.
        start: Option<ExprId>,
        /// The last, or one past it.
        end: Option<ExprId>,
        /// Whether the end belongs to it.
        inclusive: bool,
    },
    /// `base with { … }`
    With {
        /// The instance that is overridden.
        base: ExprId,
        /// A record without a path.
        overrides: ExprId,
    },
    /// `allow actions on resources to principals when conditions`; also `deny`
    Statement {
        /// `allow` or `deny`.
        effect: Effect,
        /// A path, a group, a string or a list of these.
        actions: ExprId,
        /// After `on`.
        resources: Option<ExprId>,
        /// After `to`.
        principals: Option<ExprId>,
        /// After `when`.
        conditions: Option<ExprId>,
    },
}

/// Whether a policy statement gives or takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Gives.
    Allow,
    /// Takes, whatever else gives.
    Deny,
}

/// A piece of an interpolated string.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StringPart {
    /// Literal text, still with its escapes; see [`crate::unescape`].
    Text(TextRange),
    /// `{expression}`
    Expr(ExprId),
}

/// An entry of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Entry {
    /// `name: value`, `"name": value` or, as a shorthand, `name`
    Field {
        /// The name; with its quotes when `quoted`.
        name: Name,
        /// Whether the name is a string literal.
        quoted: bool,
        /// The value; of a shorthand, a path with the same range as the name.
        value: ExprId,
        /// Whether only the name was written.
        shorthand: bool,
    },
    /// `[key]: value` or `"interpolated {key}": value`
    Computed {
        /// The key.
        key: ExprId,
        /// The value.
        value: ExprId,
    },
    /// `..base`
    Spread(ExprId),
    /// Text that is no entry.
    Error,
}

/// An element of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ListItem {
    /// Whether it is `..list`.
    pub spread: bool,
    /// The element, or the list whose elements are taken.
    pub value: ExprId,
}

/// `let name: Type = value;` in a block
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Binding {
    /// What it is called.
    pub name: Name,
    /// Its declared type.
    pub ty: Option<TypeId>,
    /// Its value.
    pub value: ExprId,
}

/// `pattern | pattern => value`
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// From the first pattern to the value.
    pub range: TextRange,
    /// Any of these; never empty.
    pub patterns: Box<[Pattern]>,
    /// The value when one matches.
    pub value: ExprId,
}

/// A pattern of a `match`.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Where it stands.
    pub range: TextRange,
    /// What it matches.
    pub kind: PatternKind,
}

/// What a [`Pattern`] matches.
#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    /// `_`
    Wildcard,
    /// A literal, negative numbers and `none` included.
    Literal(ExprId),
    /// An enum variant or a constant.
    Path(Path),
    /// Text that is no pattern.
    Error,
}

/// A prefix operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    /// `!`
    Not,
    /// `-`
    Negate,
}

/// An infix operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the operators' usual ones")]
pub enum BinaryOperator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Coalesce,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// A type expression.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeExpr {
    /// Nothing, where a type was expected.
    Missing,
    /// `Name`, `a::b::Name`, `List<T>`, `Int<1..=10>`, `String<"^[a-z]+$">`
    Path {
        /// The name.
        path: Path,
        /// In angle brackets.
        arguments: Box<[TypeArgument]>,
    },
    /// `T?`
    Optional(TypeId),
    /// `A | B`
    Union(Box<[TypeId]>),
    /// `"literal"`: a string literal without interpolation
    Literal,
    /// `{ name: Type, other: Type? }`
    Record(Box<[RecordTypeField]>),
}

/// A field of a record type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecordTypeField {
    /// What it is called.
    pub name: Name,
    /// Its type.
    pub ty: TypeId,
}

/// What stands in the angle brackets of a type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TypeArgument {
    /// A type; after `String` a literal is a pattern.
    Type(TypeId),
    /// An [`Expr::Range`] of integers: bounds of a number, of a length, of a number of elements.
    Range(ExprId),
}

impl Index<ExprId> for ItemTree {
    type Output = Expr;

    fn index(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize].expr
    }
}

impl Index<TypeId> for ItemTree {
    type Output = TypeExpr;

    fn index(&self, id: TypeId) -> &TypeExpr {
        &self.types[id.0 as usize].ty
    }
}

impl ItemTree {
    /// Where an expression stands.
    pub fn range(&self, id: ExprId) -> TextRange {
        self.exprs[id.0 as usize].range
    }

    /// Where a type expression stands.
    pub fn type_range(&self, id: TypeId) -> TextRange {
        self.types[id.0 as usize].range
    }
}

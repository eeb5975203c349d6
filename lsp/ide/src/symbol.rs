//! What a name in the source stands for, and where that is declared.

use ci_base::{Span, TextRange};
use ci_project::Snapshot;
use ci_sema::builtin::{Builtin, BuiltinType};
use ci_sema::item::{item_range, item_source, item_span, item_tree};
use ci_sema::name::{Def, declared_name};
use ci_sema::ty::{NodeType, ResourceType};
use ci_sema::{Db, ItemId, SourceFile};
use ci_syntax::ItemKind;
use ci_syntax::ast::{Item, Keyword, Member, MemberKind, UnitKind};

use crate::Target;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Symbol {
    /// An item of a module, a test or a rule.
    Item(ItemId),
    /// A variant of an enum, by position.
    Variant(ItemId, u32),
    /// A member of a unit or test, a field of a struct or interface, by position.
    Member(ItemId, u32),
    /// A name bound inside of an item, by where it is bound.
    Local(ItemId, TextRange),
    /// A property in a resource.
    Property(NodeType, &'static str),
    /// What can be read of a resource.
    Attribute(ResourceType, String),
    /// A method.
    Method(String),
    /// An attribute of the language: `allow`.
    Marker(String),
    /// A module, a resource type, an action, something of the language.
    Def(Def),
}

impl From<Def> for Symbol {
    fn from(def: Def) -> Self {
        match def {
            Def::Item(item) => Self::Item(item),
            Def::Variant(item, at) => Self::Variant(item, at),
            other => Self::Def(other),
        }
    }
}

/// The members of an item: of a unit, test or rule, or the fields of a struct or interface.
pub(crate) fn members(item: &Item) -> &[Member] {
    match item {
        Item::Struct { fields, .. } | Item::Interface { fields, .. } => fields,
        other => other.members(),
    }
}

/// The member of this name.
pub(crate) fn member_named(db: &dyn Db, item: ItemId, name: &str) -> Option<u32> {
    let source = item_source(db, item);
    let at = members(&item_tree(db, item).item).iter().position(|member| {
        matches!(member.kind, MemberKind::Declaration { name: known, .. } if source.name(known) == name)
    });
    at.map(|at| at as u32)
}

/// Where a member says its name.
pub(crate) fn member_name(member: &Member) -> Option<TextRange> {
    match member.kind {
        MemberKind::Declaration { name, .. } | MemberKind::Environment { name, .. } => Some(name.0),
        MemberKind::Assert { .. } | MemberKind::Require { .. } | MemberKind::Error => None,
    }
}

/// The word that declares a member.
pub(crate) fn keyword_word(keyword: Keyword) -> &'static str {
    match keyword {
        Keyword::Input => "input",
        Keyword::Param => "param",
        Keyword::Let => "let",
        Keyword::Needs => "needs",
        Keyword::Provides => "provides",
        Keyword::Output => "output",
        Keyword::Capability => "capability",
        Keyword::Field => "field",
    }
}

/// The word that declares an item.
pub(crate) fn item_word(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Use => "use",
        ItemKind::Const => "const",
        ItemKind::Struct => "struct",
        ItemKind::Enum => "enum",
        ItemKind::Fn => "fn",
        ItemKind::Interface => "interface",
        ItemKind::Component => ci_sema::infer::unit_word(UnitKind::Component),
        ItemKind::Service => ci_sema::infer::unit_word(UnitKind::Service),
        ItemKind::App => ci_sema::infer::unit_word(UnitKind::App),
        ItemKind::Test => "test",
        ItemKind::Rule => "rule",
        ItemKind::Error => "",
    }
}

impl Symbol {
    /// Where it is declared.
    pub fn target(&self, db: &dyn Db) -> Option<Target> {
        let whole = |item: ItemId| item_span(db, item, TextRange::new(0, item_range(db, item).len()));
        match self {
            Self::Item(item) => {
                let name = item_span(db, *item, declared_name(item_tree(db, *item)));
                Some(Target { full: whole(*item), name })
            }
            Self::Variant(item, at) => {
                let Item::Enum { variants, .. } = &item_tree(db, *item).item else { return None };
                let name = item_span(db, *item, variants.get(*at as usize)?.name.0);
                Some(Target { full: name, name })
            }
            Self::Member(item, at) => {
                let member = members(&item_tree(db, *item).item).get(*at as usize)?;
                let name = item_span(db, *item, member_name(member)?);
                Some(Target { full: item_span(db, *item, member.range), name })
            }
            Self::Local(item, range) => {
                let name = item_span(db, *item, *range);
                Some(Target { full: name, name })
            }
            Self::Def(Def::Module(file)) => Some(start_of(db, *file)),
            _ => None,
        }
    }

    /// The name it is declared by.
    pub fn name<'db>(&self, db: &'db dyn Db, snapshot: &'db Snapshot) -> Option<&'db str> {
        let Span { file, range } = self.target(db)?.name;
        Some(range.of(snapshot.files().text(file)))
    }

    /// The item it is declared in or is.
    pub fn item(&self) -> Option<ItemId> {
        match self {
            Self::Item(item) | Self::Variant(item, _) | Self::Member(item, _) | Self::Local(item, _) => {
                Some(*item)
            }
            _ => None,
        }
    }

    /// The keyword and the declaration of a member.
    pub fn member<'db>(&self, db: &'db dyn Db) -> Option<(Keyword, &'db Member)> {
        let Self::Member(item, at) = self else { return None };
        let member = members(&item_tree(db, *item).item).get(*at as usize)?;
        match member.kind {
            MemberKind::Declaration { keyword, .. } => Some((keyword, member)),
            _ => None,
        }
    }
}

fn start_of(db: &dyn Db, file: SourceFile) -> Target {
    let at = Span { file: file.id(db), range: TextRange::empty(0) };
    Target { full: at, name: at }
}

/// What a type of the language is for, in a line.
pub(crate) fn builtin_type_doc(ty: BuiltinType) -> &'static str {
    match ty {
        BuiltinType::Bool => "`true` or `false`.",
        BuiltinType::Int => "Whole numbers; `Int<1..=10>` for some of them.",
        BuiltinType::Float => "Numbers.",
        BuiltinType::String => "Text; `String<\"^[a-z]+$\">` or `String<1..=64>` for some of it.",
        BuiltinType::List => "Values in an order; `List<String, 1..=5>` for as many.",
        BuiltinType::Map => "Values by name.",
        BuiltinType::Json => "Any JSON value.",
        BuiltinType::Duration => "A length of time: `30s`, `14d`.",
        BuiltinType::Size => "A number of bytes: `256MiB`.",
        BuiltinType::Cidr => "A range of addresses: `\"10.0.0.0/16\"`.",
        BuiltinType::Port => "A port of TCP or UDP.",
        BuiltinType::Url => "A URL.",
        BuiltinType::Arn => "An ARN; `Arn<aws::sqs::Queue>` of one type.",
        BuiltinType::Id => "What identifies a resource of one type: `Id<aws::ec2::Subnet>`.",
        BuiltinType::Secret => "A value that must not be seen.",
        BuiltinType::Statement => "A statement of a policy.",
        BuiltinType::Capability => "A right: statements that belong together.",
        BuiltinType::Actions => "IAM actions.",
        BuiltinType::Principal => "Who a statement is about.",
    }
}

/// What a function of the language is for, in a line.
pub(crate) fn builtin_doc(function: Builtin) -> &'static str {
    match function {
        Builtin::Text => "The text of a file of the package.",
        Builtin::Json => "A JSON file of the package.",
        Builtin::Yaml => "A YAML file of the package.",
        Builtin::Archive => "A directory of the project, packed: where its archive will lie.",
        Builtin::Policy => "A policy document of statements.",
        Builtin::AwsService => "A service of AWS as a principal.",
        Builtin::AwsAccount => "An account of AWS as a principal.",
        Builtin::AwsPrincipal => "A role, user or other ARN as a principal.",
        Builtin::Federated => "An identity provider as a principal.",
        Builtin::Everyone => "Everyone as a principal.",
        Builtin::Ssm => "A parameter of SSM, looked up at deployment.",
        Builtin::SsmSecure => "A secure parameter of SSM, looked up at deployment.",
        Builtin::Secret => "A secret of Secrets Manager, looked up at deployment.",
        Builtin::AvailabilityZones => "The zones of the region the stack is deployed to.",
    }
}

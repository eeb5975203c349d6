//! Tests and rules: what is read of finished infrastructure instead of being made.
//!
//! A test may look into everything that it makes, private members included; a rule looks at one resource. Both read what
//! was written, so that a property that need not be written may be `none`.

use ci_base::{Code, Diagnostic};
use ci_syntax::ast::{Expr, ExprId, Item, Keyword, Member, MemberKind, Name};

use super::{Infer, Resolution, infer};
use crate::ItemId;
use crate::item::{item_source, item_tree};
use crate::name::Def;
use crate::signature::{Signature, signature};
use crate::ty::{NodeType, Ty};

/// The methods of what a test makes, and of the resources in it.
const METHODS: [&str; 3] = ["may", "reaches", "resources"];

/// What is not of the program, by its name in tests.
pub(super) const INTERNET: &str = "internet";

impl<'db> Infer<'db> {
    /// Whether the item is a test.
    pub(super) fn in_test(&self) -> bool {
        matches!(self.tree.item, Item::Test { .. })
    }

    /// Whether the item looks at what was written.
    pub(super) fn inspects(&self) -> bool {
        matches!(self.tree.item, Item::Test { .. } | Item::Rule { .. })
    }

    pub(super) fn test(&mut self, members: &'db [Member]) {
        for (at, member) in members.iter().enumerate() {
            match &member.kind {
                MemberKind::Declaration { keyword: Keyword::Let, .. } => _ = self.member(at as u32),
                MemberKind::Assert { condition, message } => self.condition(*condition, *message),
                _ => self.not_here(member, "a test", "a test consists of `let` and `assert`"),
            }
        }
        self.unused();
    }

    pub(super) fn rule(&mut self, subject: Name, members: &'db [Member]) {
        let Signature::Rule(ty) = signature(self.db, self.item) else { return };
        self.locals.push(("stack", Ty::Stack));
        self.locals.push((self.text(subject), ty.clone()));
        for member in members {
            match &member.kind {
                MemberKind::Declaration { keyword: Keyword::Let, name, ty, value: Some(value) } => {
                    let ty = match ty.map(|ty| self.lowering.lower(ty)) {
                        Some(ty) => {
                            self.check(*value, &ty);
                            ty
                        }
                        None => self.expr(*value, None),
                    };
                    self.locals.push((self.text(*name), ty));
                }
                MemberKind::Require { condition, message } => self.condition(*condition, *message),
                _ => self.not_here(member, "a rule", "a rule consists of `let` and `require`"),
            }
        }
    }

    fn condition(&mut self, condition: ExprId, message: Option<ExprId>) {
        self.check(condition, &Ty::Bool);
        if let Some(message) = message {
            self.check(message, &Ty::String);
        }
    }

    fn not_here(&mut self, member: &Member, place: &str, help: &str) {
        if matches!(member.kind, MemberKind::Error) {
            return;
        }
        let word = member.range.of(self.source.text()).split_whitespace().next().unwrap_or_default();
        let message = format!("`{word}` does not belong in {place}");
        self.report(Diagnostic::new(Code::MisplacedMember, member.range, message).help(help));
    }

    /// The type of a property where what was written is read.
    pub(super) fn written(&self, of: NodeType, name: &str) -> Option<Ty> {
        let property = of.node().property(name)?;
        let schema = of.resource.0;
        // What only AWS sets is an attribute.
        if of.id == schema.root() && schema.is_read_only(name) {
            return None;
        }
        let ty = Ty::Node(NodeType { id: property.node, ..of });
        Some(if property.required { ty } else { ty.option() })
    }

    /// A member of what a test made: any, private ones included.
    pub(super) fn member_within(&mut self, of: ItemId, name: Name) -> Option<Ty> {
        let text = self.text(name);
        let source = item_source(self.db, of);
        let at = item_tree(self.db, of).item.members().iter().position(|member| match member.kind {
            MemberKind::Declaration { name, .. } => source.name(name) == text,
            _ => false,
        })?;
        infer(self.db, of).members.get(at).cloned()
    }

    /// The members that a test can read of a unit.
    pub(super) fn members_within(&self, of: ItemId) -> Vec<std::sync::Arc<str>> {
        let source = item_source(self.db, of);
        let members = item_tree(self.db, of).item.members().iter();
        let named = members.filter_map(|member| match member.kind {
            MemberKind::Declaration { name, .. } => Some(source.name(name).into()),
            _ => None,
        });
        named.collect()
    }

    /// The methods that only tests have; in a rule, those of the stack.
    pub(super) fn test_methods(&self, of: &Ty) -> &'static [&'static str] {
        match of {
            Ty::Unit(_) if self.in_test() => &METHODS,
            Ty::Resource(_) | Ty::Every(_) if self.in_test() => &METHODS[..2],
            Ty::Internet => &METHODS[1..2],
            Ty::Stack => &METHODS[2..],
            _ => &[],
        }
    }

    /// `x.may(…)`, `x.reaches(…)` and `x.resources(…)`.
    pub(super) fn test_method(&mut self, name: Name, arguments: &[ExprId]) -> Ty {
        if self.text(name) == "reaches" {
            return self.reaches(name, arguments);
        }
        if self.text(name) == "resources" {
            let [argument] = arguments else {
                self.wrong_count(name, "`resources` takes a resource type", arguments);
                return Ty::Error;
            };
            return match self.type_argument(*argument) {
                Some(ty @ Ty::Resource(_)) => ty.list(),
                Some(_) => {
                    let range = self.tree.range(*argument);
                    let found = Diagnostic::new(Code::NotAType, range, "`resources` takes a resource type")
                        .help("for instance `aws::s3::Bucket`");
                    self.report(found);
                    Ty::Error
                }
                None => Ty::Error,
            };
        }
        let (Some(actions), 1..=2) = (arguments.first(), arguments.len()) else {
            self.wrong_count(name, "`may` takes an action, and a resource unless any will do", arguments);
            return Ty::Error;
        };
        self.asked_actions(*actions);
        if let Some(on) = arguments.get(1) {
            let found = self.expr(*on, None);
            if !is_made(&found) {
                let shown = self.show(&found);
                let message = format!("`may` asks about what the test made, found `{shown}`");
                let found = Diagnostic::new(Code::TypeMismatch, self.tree.range(*on), message)
                    .help("name a resource, a component or a service, for instance `app.orders.table`");
                self.report(found);
                self.refuse(*on);
            }
        }
        Ty::Bool
    }

    /// `x.reaches(y)`, on a port and with a protocol where they are said.
    fn reaches(&mut self, name: Name, arguments: &[ExprId]) -> Ty {
        let (Some(to), 1..=3) = (arguments.first(), arguments.len()) else {
            self.wrong_count(
                name,
                "`reaches` takes what is to be reached, and a port and a protocol unless any will do",
                arguments,
            );
            return Ty::Error;
        };
        let found = self.expr(*to, None);
        if !is_made(&found) && found != Ty::Internet {
            let shown = self.show(&found);
            let message = format!("`reaches` asks about what the test made, or `internet`, found `{shown}`");
            let found = Diagnostic::new(Code::TypeMismatch, self.tree.range(*to), message)
                .help("name a resource, a component or a service, for instance `app.orders.database`");
            self.report(found);
            self.refuse(*to);
        }
        let protocols = Ty::Texts(["tcp", "udp"].map(std::sync::Arc::from).into());
        for (argument, ty) in arguments[1..].iter().zip([Ty::Port, protocols]) {
            self.check(*argument, &ty);
        }
        Ty::Bool
    }

    /// The action that is asked about: one, or all of a service.
    fn asked_actions(&mut self, actions: ExprId) {
        if matches!(self.tree[actions], Expr::PathGroup { .. } | Expr::List(_)) {
            let range = self.tree.range(actions);
            let found = Diagnostic::new(Code::TypeMismatch, range, "`may` asks about one action")
                .note("of several, `!a.may(…)` would mean none of them and `a.may(…)` all of them")
                .help("ask for one after the other, or for all of a service: `iam::*`");
            self.report(found);
            self.refuse(actions);
            return;
        }
        // What is asked about may be a whole service, as what is denied.
        self.denies = true;
        self.actions(actions);
        self.denies = false;
    }

    fn wrong_count(&mut self, name: Name, message: &str, arguments: &[ExprId]) {
        for argument in arguments {
            self.expr(*argument, None);
        }
        self.report(Diagnostic::new(Code::WrongArguments, name.0, message));
    }

    /// `any(Type)`: whatever of a type the test made.
    pub(super) fn any_of(&mut self, id: ExprId, arguments: &[ExprId]) -> Ty {
        let [argument] = arguments else {
            let range = self.tree.range(id);
            self.report(Diagnostic::new(Code::WrongArguments, range, "`any` takes a type"));
            return Ty::Error;
        };
        self.type_argument(*argument).map_or(Ty::Error, |ty| Ty::Every(std::sync::Arc::new(ty)))
    }

    /// A resource type, component or service as an argument.
    fn type_argument(&mut self, argument: ExprId) -> Option<Ty> {
        let range = self.tree.range(argument);
        let ty = match &self.tree[argument] {
            Expr::Path(path) => match self.resolve(path)? {
                Def::Resource(resource) => Some((Def::Resource(resource), Ty::Resource(resource))),
                Def::Item(item) if signature(self.db, item).unit().is_some() => {
                    Some((Def::Item(item), Ty::Unit(item)))
                }
                _ => None,
            },
            _ => None,
        };
        let Some((def, ty)) = ty else {
            let found = Diagnostic::new(Code::NotAType, range, "this is not the type of a resource or unit")
                .help("for instance `aws::lambda::Function`, or a component");
            self.report(found);
            return None;
        };
        self.resolutions.insert(argument, Resolution::Def(def));
        self.types[argument.0 as usize] = ty.clone();
        Some(ty)
    }

    /// A resource in a test or a rule: nothing is a stack there.
    pub(super) fn resource_in_test(&mut self, at: ci_base::TextRange) {
        let found = if self.in_test() {
            Diagnostic::new(Code::NotAValue, at, "a resource cannot be made in a test")
                .note("a test makes apps, services and components, as a build would")
                .help("make it in a component, and that in the test")
        } else {
            Diagnostic::new(Code::NotAValue, at, "a rule makes nothing")
                .help("it looks at what there is: `stack.resources(…)` has the resources of a type")
        };
        self.report(found);
    }
}

/// Whether it is something that a test made, or may be.
fn is_made(ty: &Ty) -> bool {
    matches!(ty.unwrapped().0, Ty::Unit(_) | Ty::Resource(_) | Ty::Every(_) | Ty::Error)
}

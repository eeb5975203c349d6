//! Attributes: which there are, where each of them may stand, and what it takes.
//!
//! What they do is not known here: evaluation and the gathering of findings read them from the tree.

use ci_base::{Code, Diagnostic};
use ci_syntax::ast::{Attribute, Expr, Item, Keyword, Member, MemberKind};

use super::Infer;
use crate::rule::{RuleSeverity, rule_names};
use crate::ty::Ty;

/// What an attribute stands before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Import,
    Item,
    Rule,
    StructField,
    InterfaceField,
    Variant,
    Input,
    Param,
    Let,
    Output,
    Provides,
    Capability,
    /// An assertion or an environment.
    Other,
}

/// What stands in the parentheses of an attribute.
#[derive(Clone, Copy)]
enum Takes {
    Nothing,
    /// A text.
    Text,
    /// A text that is written out: it is read without being evaluated.
    Literal,
    /// A truth value, or nothing.
    Truth,
    /// A value of its own kind.
    Value,
    /// Values of its own kind.
    Values,
    /// Values of its own kind, or nothing.
    AnyValues,
    /// Names of findings and a reason.
    Findings,
    /// How bad it is to break a rule.
    Severity,
}

/// An attribute of the language.
struct Known {
    name: &'static str,
    takes: Takes,
    places: &'static [Place],
}

/// Before what is made.
const MADE: &[Place] = &[Place::Let, Place::Output, Place::Provides];
/// Before what others use by its name.
const USED: &[Place] = &[
    Place::Item,
    Place::StructField,
    Place::InterfaceField,
    Place::Variant,
    Place::Input,
    Place::Output,
    Place::Provides,
    Place::Capability,
];
/// Before what can have a finding.
const FOUND: &[Place] = &[
    Place::Import,
    Place::Item,
    Place::StructField,
    Place::InterfaceField,
    Place::Input,
    Place::Param,
    Place::Let,
    Place::Output,
    Place::Provides,
    Place::Capability,
    Place::Other,
];
/// Before a rule.
const RULED: &[Place] = &[Place::Rule];
/// Before what passes between services.
const PASSED: &[Place] = &[Place::Provides, Place::InterfaceField];

const KNOWN: &[Known] = &[
    Known { name: "allow", takes: Takes::Findings, places: FOUND },
    Known { name: "control", takes: Takes::Literal, places: RULED },
    Known { name: "creation_policy", takes: Takes::Value, places: MADE },
    Known { name: "depends_on", takes: Takes::Values, places: MADE },
    Known { name: "deprecated", takes: Takes::Literal, places: USED },
    Known { name: "formerly", takes: Takes::Text, places: MADE },
    Known { name: "help", takes: Takes::Literal, places: RULED },
    Known { name: "id", takes: Takes::Text, places: MADE },
    Known { name: "if_used", takes: Takes::AnyValues, places: &[Place::Let] },
    Known { name: "metadata", takes: Takes::Value, places: MADE },
    Known { name: "retain", takes: Takes::Truth, places: MADE },
    Known { name: "severity", takes: Takes::Severity, places: RULED },
    Known { name: "strong", takes: Takes::Nothing, places: PASSED },
    Known { name: "update_policy", takes: Takes::Value, places: MADE },
    Known { name: "weak", takes: Takes::Nothing, places: PASSED },
];

/// The attributes of the language: the name of each, and what is written after it.
pub fn attribute_names() -> impl Iterator<Item = (&'static str, &'static str)> {
    KNOWN.iter().map(|known| {
        let after = match known.takes {
            Takes::Nothing | Takes::AnyValues => "",
            Takes::Text | Takes::Literal => "(\"\")",
            Takes::Truth => "(false)",
            Takes::Value => "({ })",
            Takes::Values => "()",
            Takes::Findings => "(, reason = \"\")",
            Takes::Severity => "(high)",
        };
        (known.name, after)
    })
}

impl Infer<'_> {
    /// Checks the attributes of the item and of everything declared in it.
    pub(super) fn all_attributes(&mut self) {
        let tree = self.tree;
        let place = match tree.item {
            Item::Use(_) => Place::Import,
            Item::Rule { .. } => Place::Rule,
            _ => Place::Item,
        };
        self.attributes(&tree.attributes, place);
        match &tree.item {
            Item::Unit { members, .. } | Item::Test { members, .. } | Item::Rule { members, .. } => {
                self.attributes_of(members, Place::StructField);
            }
            Item::Struct { fields, .. } => self.attributes_of(fields, Place::StructField),
            Item::Interface { fields, .. } => self.attributes_of(fields, Place::InterfaceField),
            Item::Enum { variants, .. } => {
                for variant in variants {
                    self.attributes(&variant.attributes, Place::Variant);
                }
            }
            Item::Use(_) | Item::Const { .. } | Item::Fn { .. } | Item::Error => {}
        }
    }

    fn attributes_of(&mut self, members: &[Member], field: Place) {
        for member in members {
            let place = match member.kind {
                MemberKind::Declaration { keyword, .. } => match keyword {
                    Keyword::Input | Keyword::Needs => Place::Input,
                    Keyword::Param => Place::Param,
                    Keyword::Let => Place::Let,
                    Keyword::Output => Place::Output,
                    Keyword::Provides => Place::Provides,
                    Keyword::Capability => Place::Capability,
                    Keyword::Field => field,
                },
                MemberKind::Assert { .. } | MemberKind::Require { .. } | MemberKind::Environment { .. } => {
                    Place::Other
                }
                // What this was meant to be is not known.
                MemberKind::Error => continue,
            };
            self.attributes(&member.attributes, place);
        }
    }

    fn attributes(&mut self, attributes: &[Attribute], place: Place) {
        for (at, attribute) in attributes.iter().enumerate() {
            let name = self.text(attribute.name);
            let Some(known) = KNOWN.iter().find(|known| known.name == name) else {
                self.unknown_attribute(attribute);
                continue;
            };
            if !known.places.contains(&place) {
                let found = Diagnostic::new(
                    Code::MisplacedAttribute,
                    attribute.range,
                    format!("`{name}` says nothing about {}", place.word()),
                )
                .help(format!("it stands before {}", known.stands_before()));
                self.report(found);
                continue;
            }
            let often = matches!(known.takes, Takes::Findings | Takes::Values);
            let first = attributes[..at].iter().find(|other| self.text(other.name) == name);
            if let Some(first) = first.filter(|_| !often) {
                let found = Diagnostic::new(
                    Code::InvalidAttribute,
                    attribute.range,
                    format!("`{name}` stands twice"),
                )
                .also(first.range, "the first")
                .help("remove one of them");
                self.report(found);
                continue;
            }
            self.attribute_arguments(attribute, known);
        }
    }

    fn unknown_attribute(&mut self, attribute: &Attribute) {
        let (name, range) = (self.text(attribute.name), attribute.name.0);
        let names = KNOWN.iter().map(|known| known.name);
        let found = Diagnostic::new(Code::InvalidAttribute, range, format!("there is no attribute `{name}`"))
            .note(format!("the attributes are {}", names.clone().collect::<Vec<_>>().join(", ")));
        let found = self.suggest(found, range, name, names);
        self.report(found);
    }

    fn attribute_arguments(&mut self, attribute: &Attribute, known: &Known) {
        let arguments = &attribute.arguments;
        if matches!(known.takes, Takes::Findings) {
            return self.allow(attribute);
        }
        if matches!(known.takes, Takes::Severity) {
            return self.severity(attribute);
        }
        let (fits, takes, example) = match known.takes {
            Takes::Nothing => (arguments.is_empty(), "nothing", ""),
            Takes::Text => (arguments.len() == 1, "one text", "(\"…\")"),
            Takes::Literal => (arguments.len() == 1, "one text that is written out", "(\"…\")"),
            Takes::Truth => (arguments.len() <= 1, "one truth value or nothing", "(false)"),
            Takes::Value => (arguments.len() == 1, "one record", "({ … })"),
            Takes::AnyValues => (true, "what is made before, or nothing", "(…)"),
            Takes::Values | Takes::Findings | Takes::Severity => {
                (!arguments.is_empty(), "what is made before", "(…)")
            }
        };
        let named = arguments.iter().find_map(|argument| argument.name);
        let literal = |infer: &Self| match arguments.first() {
            Some(argument) if matches!(known.takes, Takes::Literal) => {
                matches!(infer.tree[argument.value], Expr::String)
            }
            _ => true,
        };
        if !fits || named.is_some() || !literal(self) {
            let name = known.name;
            let found =
                Diagnostic::new(Code::InvalidAttribute, attribute.range, format!("`{name}` takes {takes}"))
                    .help(format!("write `#[{name}{example}]`"));
            self.report(found);
            return;
        }
        for argument in arguments {
            match known.takes {
                Takes::Text | Takes::Literal => self.check(argument.value, &Ty::String),
                Takes::Truth => self.check(argument.value, &Ty::Bool),
                _ => self.expr(argument.value, None),
            };
        }
    }

    fn severity(&mut self, attribute: &Attribute) {
        let named = |argument: &ci_syntax::ast::Argument| {
            let text = self.tree.range(argument.value).of(self.source.text());
            argument.name.is_none() && RuleSeverity::named(text).is_some()
        };
        if !matches!(&attribute.arguments[..], [argument] if named(argument)) {
            let names: Vec<&str> = RuleSeverity::ALL.iter().map(|severity| severity.name()).collect();
            let found = Diagnostic::new(Code::InvalidAttribute, attribute.range, "`severity` takes one word")
                .help(format!("it is {}: `#[severity(high)]`", names.join(", ")));
            self.report(found);
        }
    }

    fn allow(&mut self, attribute: &Attribute) {
        if attribute.arguments.iter().all(|argument| argument.name.is_some()) {
            let found = Diagnostic::new(Code::InvalidAttribute, attribute.range, "`allow` names no finding")
                .help("write `#[allow(name, reason = \"…\")]`");
            self.report(found);
        }
        let mut reason = false;
        for argument in &attribute.arguments {
            match argument.name {
                Some(name) if self.text(name) == "reason" => {
                    self.check(argument.value, &Ty::String);
                    reason = match &self.tree[argument.value] {
                        Expr::String => !self.source.string(self.tree, argument.value).trim().is_empty(),
                        _ => true,
                    };
                }
                Some(name) => {
                    let message = format!("`allow` has no argument `{}`", self.text(name));
                    self.report(Diagnostic::new(Code::InvalidAttribute, name.0, message));
                }
                None => self.allowed_finding(argument.value),
            }
        }
        if !reason {
            let found = Diagnostic::new(
                Code::MissingReason,
                attribute.range,
                "a finding is allowed only with a reason",
            )
            .note("whoever reads this next must be able to judge whether it still holds")
            .help("add `reason = \"…\"`");
            self.report(found);
        }
    }

    fn allowed_finding(&mut self, value: ci_syntax::ast::ExprId) {
        let range = self.tree.range(value);
        let text = range.of(self.source.text()).replace('_', "-");
        if let Some(code) = Code::parse(&text) {
            if !code.has_level() {
                let message = format!("`{text}` is an error, which nothing allows");
                let found = Diagnostic::new(Code::InvalidAttribute, range, message)
                    .note("warnings can be allowed, and what IAM takes although it allows more than it should: `wildcard_action` and others");
                self.report(found);
            }
            return;
        }
        let rules = rule_names(self.db);
        if rules.iter().any(|rule| **rule == *range.of(self.source.text())) {
            return;
        }
        let found = Diagnostic::new(
            Code::InvalidAttribute,
            range,
            format!("there is no finding or rule named `{text}`"),
        )
        .help("name a finding by its code or name, and a rule by its name, as messages show them");
        let leveled = Code::ALL.iter().filter(|code| code.has_level());
        let names: Vec<String> = leveled.map(|code| code.name().replace('-', "_")).collect();
        let known = names.iter().map(String::as_str).chain(rules.iter().map(|rule| &**rule));
        let found = self.suggest(found, range, &text.replace('-', "_"), known);
        self.report(found);
    }
}

impl Place {
    fn word(self) -> &'static str {
        match self {
            Self::Import => "an import",
            Self::Item => "an item",
            Self::Rule => "a rule",
            Self::StructField => "a field of a struct",
            Self::InterfaceField => "a field of an interface",
            Self::Variant => "a variant",
            Self::Input => "an input",
            Self::Param => "a `param`",
            Self::Let => "a `let`",
            Self::Output => "an `output`",
            Self::Provides => "what is provided",
            Self::Capability => "a `capability`",
            Self::Other => "this",
        }
    }
}

impl Known {
    fn stands_before(&self) -> String {
        let words: Vec<&str> = self.places.iter().map(|place| place.word()).collect();
        match words.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            _ => words.concat(),
        }
    }
}

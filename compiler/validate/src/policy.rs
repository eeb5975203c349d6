//! Policy documents: their structure, who they speak about, and what they allow.
//!
//! A policy that is written by hand is checked as hard as one that is inferred: every action is one that IAM knows,
//! no action is a wildcard, and every action can apply to one of the resources it is allowed on.
//!
//! Must not know: what the program needs. That is access analysis; this is whether the document says something.

mod action;
mod arn;
pub(crate) mod audience;
mod condition;
pub(crate) mod deputy;
mod facts;
mod giving;
mod keys;
mod principal;
mod scope;
mod service;
pub(crate) mod size;
mod wild;

use ci_base::{Code, Diagnostic};
use ci_catalog::iam::Service;
use ci_catalog::{PolicyKind, ResourceSchema};
use ci_graph::{Entry, Located, Origin, Resource, Stack, Value};

use crate::view::{Fields, each_case, items, one_or_many, target};
use crate::words;

/// The fields of a document and of a statement.
const DOCUMENT: [&str; 3] = ["Id", "Statement", "Version"];
const STATEMENT: [&str; 9] = [
    "Action",
    "Condition",
    "Effect",
    "NotAction",
    "NotPrincipal",
    "NotResource",
    "Principal",
    "Resource",
    "Sid",
];
const VERSIONS: [&str; 2] = ["2012-10-17", "2008-10-17"];

/// What checks of one document share.
struct Policy<'a> {
    stack: &'a Stack,
    schema: &'static ResourceSchema,
    kind: PolicyKind,
    /// Whether the document only says what may pass.
    bounds: bool,
    /// The service that was asked for last.
    service: Option<&'static Service>,
    findings: Vec<Diagnostic<Origin>>,
}

impl Policy<'_> {
    fn add(&mut self, finding: Diagnostic<Origin>) {
        self.findings.push(finding);
    }

    /// Whether the document only says what may pass: that of an endpoint, without which everything would, or of a policy
    /// that is nothing but the boundary of roles. It gives nobody a right, however wide it is.
    const fn only_bounds(&self) -> bool {
        self.bounds
    }

    fn invalid(&mut self, at: Origin, message: impl Into<String>) {
        self.add(Diagnostic::new(Code::InvalidPolicy, at, message));
    }
}

/// Everything that is wrong with a policy document.
pub(crate) fn check(
    stack: &Stack,
    schema: &'static ResourceSchema,
    kind: PolicyKind,
    value: &Value,
    at: Origin,
) -> Vec<Diagnostic<Origin>> {
    let bounds = schema.name() == "AWS::EC2::VPCEndpoint"
        || (schema.name() == "AWS::IAM::ManagedPolicy" && is_boundary(stack, value));
    let mut policy = Policy { stack, schema, kind, bounds, service: None, findings: Vec::new() };
    match (kind, value) {
        // A list of ARNs: its items have patterns of their own.
        (PolicyKind::ManagedArns, _) => scope::managed(&mut policy, value),
        (_, Value::Record(entries)) => policy.document(value, entries, at),
        (_, Value::String(text)) => match ci_access::parse_json(text, at) {
            Some(Value::Record(entries)) => {
                let value = Value::Record(entries.clone());
                policy.document(&value, &entries, at);
            }
            Some(_) | None if !text.contains("{{resolve:") => {
                policy.invalid(at, "a policy given as text must be JSON");
            }
            Some(_) | None => {}
        },
        _ => {}
    }
    policy.findings
}

/// Everything that is wrong with a statement that stands by itself, at a resource.
pub(crate) fn statement(
    stack: &Stack,
    schema: &'static ResourceSchema,
    statement: &Located,
) -> Vec<Diagnostic<Origin>> {
    let kind = PolicyKind::Resource;
    let mut policy = Policy { stack, schema, kind, bounds: false, service: None, findings: Vec::new() };
    each_case(statement, &mut |statement| policy.statement(statement));
    policy.findings
}

/// Whether a document is that of a managed policy which roles and users of the stack have as their boundary, and which is
/// given to nobody.
fn is_boundary(stack: &Stack, document: &Value) -> bool {
    let is_here = |resource: &Resource| {
        resource.schema.name() == "AWS::IAM::ManagedPolicy"
            && resource
                .field("PolicyDocument")
                .is_some_and(|own| std::ptr::eq(&raw const own.value, document))
    };
    let Some((id, resource)) = stack.resource_ids().find(|(_, resource)| is_here(resource)) else {
        return false;
    };
    let is_given = ["Groups", "Roles", "Users"].iter().any(|name| !resource.lacks(name));
    let is_it = |located: &Located| target(&located.value) == Some(id);
    let bounds = |holder: &Resource| holder.field("PermissionsBoundary").is_some_and(is_it);
    let attaches = |holder: &Resource| {
        holder.field("ManagedPolicyArns").is_some_and(|arns| one_or_many(arns).iter().any(is_it))
    };
    !is_given && stack.resources.iter().any(bounds) && !stack.resources.iter().any(attaches)
}

impl Policy<'_> {
    fn document(&mut self, value: &Value, entries: &[Entry], at: Origin) {
        self.known_fields(entries, &DOCUMENT, "a policy");
        if let Some(version) = value.field("Version")
            && let Some(text) = version.value.as_str().filter(|text| !VERSIONS.contains(text))
        {
            let newest = VERSIONS[0];
            self.add(
                Diagnostic::new(
                    Code::InvalidPolicy,
                    version.origin,
                    format!("there is no version {} of the policy language", words::quote(text)),
                )
                .help(format!("write {}", words::quote(newest)))
                .fix(
                    format!("write {}", words::quote(newest)),
                    version.origin,
                    words::literal(newest),
                    ci_base::Applicability::MachineApplicable,
                ),
            );
        }
        let Some(statements) = value.field("Statement") else {
            self.invalid(at, "a policy needs `Statement`");
            return;
        };
        each_case(statements, &mut |statements| {
            if items(&statements.value).is_empty() && matches!(statements.value, Value::List(_)) {
                self.invalid(statements.origin, "a policy needs at least one statement");
            }
            let statements = one_or_many(statements);
            for statement in statements {
                each_case(statement, &mut |statement| self.statement(statement));
            }
            self.unique_sids(statements);
        });
    }

    /// Reports what cannot be a text, nor become one.
    fn only_texts(&mut self, located: &Located, expected: &str) {
        each_case(located, &mut |located| {
            let is_text =
                matches!(located.value, Value::String(_) | Value::Absent | Value::Late(_) | Value::Unknown);
            if !is_text {
                self.invalid(located.origin, format!("{expected}, found {}", words::kind_of(&located.value)));
            }
        });
    }

    fn known_fields(&mut self, entries: &[Entry], known: &[&'static str], what: &str) {
        for entry in entries.iter().filter(|entry| !known.contains(&&*entry.name)) {
            let message = format!("{what} has no field `{}`", entry.name);
            let finding = Diagnostic::new(Code::InvalidPolicy, entry.value.origin, message);
            self.add(match words::nearest(&entry.name, known.iter().copied()) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help(format!("it has {}", words::names(known, "and"))),
            });
        }
    }

    /// Names of statements differ. AWS does not mind in bucket policies.
    fn unique_sids(&mut self, statements: &[Located]) {
        if self.schema.name() == "AWS::S3::BucketPolicy" || self.kind == PolicyKind::ResourceWithoutResource {
            return;
        }
        for (index, statement) in statements.iter().enumerate() {
            let Some(sid) = statement.field("Sid") else { continue };
            let Some(text) = sid.value.as_str() else { continue };
            let first = statements[..index].iter().find(|other| other.text("Sid") == Some(text));
            if let Some(first) = first {
                let message = format!("two statements have the `Sid` {}", words::quote(text));
                self.add(
                    Diagnostic::new(Code::InvalidPolicy, sid.origin, message).also(first.origin, "the first"),
                );
            }
        }
    }

    fn statement(&mut self, statement: &Located) {
        let Value::Record(entries) = &statement.value else {
            if crate::view::is_known(&statement.value) && !matches!(statement.value, Value::Absent) {
                let found = words::kind_of(&statement.value);
                self.invalid(statement.origin, format!("a statement is a record, found {found}"));
            }
            return;
        };
        self.known_fields(entries, &STATEMENT, "a statement");
        self.effect(statement);
        if let Some(sid) = statement.field("Sid")
            && self.kind == PolicyKind::Identity
            && let Some(text) = sid.value.as_str()
            && (text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        {
            self.invalid(
                sid.origin,
                format!("a `Sid` has letters and digits only, found {}", words::quote(text)),
            );
        }
        let allowed_twice = |policy: &mut Self, one: &str, other: &str, needed: bool| match (
            statement.field(one),
            statement.field(other),
        ) {
            (Some(first), Some(second)) => policy.add(
                Diagnostic::new(
                    Code::InvalidPolicy,
                    second.origin,
                    format!("a statement has `{one}` or `{other}`, not both"),
                )
                .also(first.origin, format!("`{one}` is given here")),
            ),
            (None, None) if needed => {
                policy.invalid(statement.origin, format!("this statement needs `{one}`"));
            }
            _ => {}
        };
        let (principals, resources) = match self.kind {
            PolicyKind::Identity | PolicyKind::ManagedArns => (Some(false), Some(true)),
            PolicyKind::Resource => (Some(true), Some(true)),
            PolicyKind::ResourceWithoutResource => (Some(true), None),
            PolicyKind::Trust => (Some(true), Some(false)),
        };
        allowed_twice(self, "Action", "NotAction", true);
        allowed_twice(self, "Principal", "NotPrincipal", principals == Some(true));
        allowed_twice(self, "Resource", "NotResource", resources == Some(true));
        for (names, wanted, why) in [
            (["Principal", "NotPrincipal"], principals, "it speaks about whoever it is attached to"),
            (["Resource", "NotResource"], resources, "it speaks about the role it belongs to"),
        ] {
            for located in names
                .iter()
                .filter(|_| wanted == Some(false))
                .filter_map(|name| Some((name, statement.field(name)?)))
            {
                let (name, located) = located;
                let what = if self.kind == PolicyKind::Trust { "a trust policy" } else { "this policy" };
                self.add(
                    Diagnostic::new(
                        Code::InvalidPolicy,
                        located.origin,
                        format!("{what} can't have `{name}`"),
                    )
                    .note(why)
                    .help("take it out"),
                );
            }
        }
        for name in ["Principal", "NotPrincipal"] {
            if let Some(located) = statement.field(name).filter(|_| principals == Some(true)) {
                principal::check(self, located);
            }
        }
        if let Some(condition) = statement.field("Condition") {
            condition::check(self, condition);
            keys::check(self, statement, condition);
        }
        if resources != Some(false) {
            for name in ["Resource", "NotResource"] {
                if let Some(located) = statement.field(name) {
                    arn::check(self, located);
                }
            }
        }
        action::check(self, statement);
        scope::check(self, statement);
        if !self.only_bounds() {
            audience::check(self, statement);
        }
    }

    fn effect(&mut self, statement: &Located) {
        let Some(effect) = statement.field("Effect") else {
            self.invalid(statement.origin, "this statement needs `Effect`: \"Allow\" or \"Deny\"");
            return;
        };
        let Some(text) = effect.value.as_str().filter(|text| !["Allow", "Deny"].contains(text)) else {
            return;
        };
        let message =
            format!("the effect of a statement is \"Allow\" or \"Deny\", found {}", words::quote(text));
        let finding = Diagnostic::new(Code::InvalidPolicy, effect.origin, message);
        self.add(match words::nearest(text, ["Allow", "Deny"]) {
            Some(near) => finding.help(format!("write {}", words::quote(near))).fix(
                format!("write {}", words::quote(near)),
                effect.origin,
                words::literal(near),
                ci_base::Applicability::MachineApplicable,
            ),
            None => finding,
        });
    }
}

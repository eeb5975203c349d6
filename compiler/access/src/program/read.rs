//! From the resources of stacks to who has which policies.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use ci_graph::{Entry, Late, Located, Origin, Resource, Stack, Value};

use super::value::Reader;
use super::{ByText, Grant, Guarded, Holder, Place, Program, Reach};
use crate::{
    Actions, Condition, Effect, Parts, Pattern, Principal, Principals, Resources, Statement, parse_json,
};

/// The types that have policies.
pub(super) const HOLDERS: [&str; 3] = ["AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"];

/// Policies that are resources: the type, the property with the document, those that name whom it is attached to.
/// Source: the schemas of these types, CloudFormation registry as packed in the catalog.
pub(super) const ATTACHED: [(&str, &str, &[&str]); 5] = [
    ("AWS::IAM::Policy", "PolicyDocument", &["Roles", "Users", "Groups"]),
    ("AWS::IAM::ManagedPolicy", "PolicyDocument", &["Roles", "Users", "Groups"]),
    ("AWS::IAM::RolePolicy", "PolicyDocument", &["RoleName"]),
    ("AWS::IAM::UserPolicy", "PolicyDocument", &["UserName"]),
    ("AWS::IAM::GroupPolicy", "PolicyDocument", &["GroupName"]),
];

/// Policies of resources: the type, the property with the document, the property that names the resource; without one
/// the policy is the resource's own. Source: as above.
pub(super) const GUARDING: [(&str, &str, Option<&str>); 15] = [
    ("AWS::Backup::BackupVault", "AccessPolicy", None),
    ("AWS::DynamoDB::Table", "ResourcePolicy.PolicyDocument", None),
    ("AWS::ECR::Repository", "RepositoryPolicyText", None),
    ("AWS::EFS::FileSystem", "FileSystemPolicy", None),
    ("AWS::Events::EventBus", "Policy", None),
    ("AWS::KMS::Key", "KeyPolicy", None),
    ("AWS::Kinesis::ResourcePolicy", "ResourcePolicy", Some("ResourceArn")),
    ("AWS::Logs::LogGroup", "ResourcePolicyDocument", None),
    ("AWS::OpenSearchService::Domain", "AccessPolicies", None),
    ("AWS::S3::AccessPoint", "Policy", None),
    ("AWS::S3::BucketPolicy", "PolicyDocument", Some("Bucket")),
    ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", Some("SecretId")),
    ("AWS::SNS::TopicPolicy", "PolicyDocument", Some("Topics")),
    ("AWS::SQS::QueuePolicy", "PolicyDocument", Some("Queues")),
    ("AWS::VpcLattice::AuthPolicy", "Policy", Some("ResourceIdentifier")),
];

/// What the policies of other resources are for, where a text names it.
const GUARDED: [&str; 7] = [
    "AWS::Kinesis::Stream",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
    "AWS::VpcLattice::Service",
    "AWS::VpcLattice::ServiceNetwork",
];

/// Whether a property of this name says as which role something acts.
pub(super) fn names_role(property: &str) -> bool {
    ["Role", "RoleArn", "RoleARN", "RoleArns"].iter().any(|end| property.ends_with(end))
}

/// Reads all policies of the stacks of a target.
pub fn read<'a>(stacks: &[&'a Stack]) -> Program<'a> {
    let mut policies = Collected::new(stacks);
    for (at, stack) in stacks.iter().enumerate() {
        for (resource, _) in stack.resource_ids() {
            policies.resource(Place { stack: at, resource });
        }
    }
    // A policy that somebody has is told there; one that nobody has is for whoever will have it.
    for policy in policies.unattached.intersection(&policies.attached) {
        policies.holders.remove(policy);
    }
    let holders = policies.holders.into_iter().map(|(place, found)| found.at(place)).collect();
    let guarded = policies.guarded.into_iter().map(|(place, grants)| Guarded { place, grants }).collect();
    let (by_text, late) = (policies.by_text, policies.late.into_inner());
    Program { stacks: stacks.to_vec(), holders, guarded, by_text, late }
}

/// The statements of a managed policy.
pub(super) fn document_of(stacks: &[&Stack], policy: Place) -> Vec<Grant> {
    let of = stacks[policy.stack].resource(policy.resource);
    Collected::new(stacks).document(policy, of.property("PolicyDocument"))
}

/// A statement by itself, of no stack of the program, as records and texts of the graph have it. What is late about it is
/// known by its name: an output of a stack that nobody knows.
pub fn statements(statement: &Located) -> Vec<Statement> {
    let alone = Stack {
        name: "".into(),
        description: None,
        origin: statement.origin,
        region: None,
        resources: Vec::new(),
        parameters: Vec::new(),
        outputs: Vec::new(),
        assets: Vec::new(),
        providers: Vec::new(),
        uses: Vec::new(),
    };
    let mut found = Vec::new();
    Collected::new(&[&alone]).statements(0, Some(statement), false, &mut found);
    found.into_iter().map(|grant| grant.statement).collect()
}

/// What has been read so far.
struct Collected<'s, 'a> {
    reader: Reader<'s, 'a>,
    holders: BTreeMap<Place, Held>,
    guarded: BTreeMap<Place, Vec<Grant>>,
    late: RefCell<Vec<(Place, Origin)>>,
    by_text: Vec<ByText>,
    /// Policies that name nobody of the program, and those that somebody of it names.
    unattached: BTreeSet<Place>,
    attached: BTreeSet<Place>,
}

/// What belongs to a holder.
#[derive(Default)]
struct Held {
    users: Vec<Place>,
    trust: Vec<Grant>,
    grants: Vec<Grant>,
    foreign: Vec<String>,
}

impl Held {
    fn at(self, place: Place) -> Holder {
        let Self { mut users, trust, grants, foreign } = self;
        users.sort_unstable();
        users.dedup();
        Holder { place, users, trust, grants, foreign }
    }
}

impl<'s, 'a> Collected<'s, 'a> {
    fn new(stacks: &'s [&'a Stack]) -> Self {
        Self {
            reader: Reader { stacks },
            holders: BTreeMap::new(),
            guarded: BTreeMap::new(),
            late: RefCell::default(),
            by_text: Vec::new(),
            unattached: BTreeSet::new(),
            attached: BTreeSet::new(),
        }
    }

    fn resource(&mut self, place: Place) {
        let resource = self.reader.stacks[place.stack].resource(place.resource);
        let name = resource.schema.name();
        let property = |name: &str| resource.property(name);
        if HOLDERS.contains(&name) {
            self.holder(place, property);
        }
        if let Some((_, document, targets)) = ATTACHED.iter().find(|(known, ..)| *known == name) {
            let mut holders: Vec<Place> =
                targets.iter().flat_map(|target| self.holders_named(place.stack, property(target))).collect();
            if holders.is_empty() {
                self.unattached.insert(place);
                holders = vec![place];
            }
            for holder in holders {
                let grants = self.document(place, property(document));
                self.holders.entry(holder).or_default().grants.extend(grants);
            }
        }
        for (_, document, target) in GUARDING.iter().filter(|(known, ..)| *known == name) {
            let guarded = match target {
                Some(target) => {
                    let by_text = self.meant(place, property(target), &GUARDED);
                    let meant = by_text.iter().map(|named| named.what);
                    let all = self.named(place.stack, property(target)).into_iter().chain(meant).collect();
                    self.by_text.extend(by_text);
                    all
                }
                None => vec![place],
            };
            let mut steps = document.split('.');
            let document = steps.next().and_then(property);
            let document =
                steps.fold(document, |within, step| within.and_then(|within| entry(&within.value, step)));
            for resource in guarded {
                let grants = self.document(place, document);
                if !grants.is_empty() {
                    self.guarded.entry(resource).or_default().extend(grants);
                }
            }
        }
        match name {
            "AWS::Lambda::Permission" => self.permission(place, property),
            "AWS::Lambda::LayerVersionPermission" => self.layer_permission(place, property),
            "AWS::Events::EventBusPolicy" => self.bus_policy(place, property),
            _ => {}
        }
        if !name.starts_with("AWS::IAM::") {
            let mut roles = Vec::new();
            resource
                .properties
                .iter()
                .for_each(|entry| self.roles(place.stack, &entry.value.value, &mut roles));
            for role in roles {
                self.holders.entry(role).or_default().users.push(place);
            }
            for entry in resource.properties.iter().filter(|entry| names_role(&entry.name)) {
                for named in self.meant(place, Some(&entry.value), &["AWS::IAM::Role"]) {
                    self.holders.entry(named.what).or_default().users.push(place);
                    self.by_text.push(named);
                }
            }
        }
    }

    /// The resources of some types that a value of `who` names by texts.
    fn meant(&self, who: Place, value: Option<&'a Located>, types: &[&str]) -> Vec<ByText> {
        let by_text =
            items(value).into_iter().filter(|item| self.reader.place(who.stack, &item.value).is_none());
        let texts = by_text.flat_map(|item| {
            self.reader.texts(who.stack, &item.value).into_iter().map(|text| (text.to_string(), item.origin))
        });
        let meant = texts.filter_map(|(text, origin)| {
            let what = super::names::meant(self.reader.stacks, &text, types)?;
            Some(ByText { who, what, text, origin })
        });
        meant.collect()
    }

    fn holder(&mut self, place: Place, property: impl Fn(&str) -> Option<&'a Located>) {
        let mut held =
            Held { trust: self.document(place, property("AssumeRolePolicyDocument")), ..Held::default() };
        for policy in items(property("Policies")) {
            held.grants.extend(self.document(place, entry(&policy.value, "PolicyDocument")));
        }
        // What limits a role gives it nothing, nor anyone else.
        let boundary = property("PermissionsBoundary");
        self.attached.extend(boundary.and_then(|policy| self.reader.place(place.stack, &policy.value)));
        for policy in items(property("ManagedPolicyArns")) {
            match self.reader.place(place.stack, &policy.value) {
                Some(managed) => {
                    self.attached.insert(managed);
                    let of = self.reader.stacks[managed.stack].resource(managed.resource);
                    held.grants.extend(self.document(managed, of.property("PolicyDocument")));
                }
                None => held
                    .foreign
                    .extend(self.reader.texts(place.stack, &policy.value).iter().map(Parts::to_string)),
            }
        }
        let known = self.holders.entry(place).or_default();
        known.trust.extend(held.trust);
        known.grants.extend(held.grants);
        known.foreign.extend(held.foreign);
    }

    /// `AWS::Lambda::Permission`: a statement of the function's policy in a form of its own.
    fn permission(&mut self, place: Place, property: impl Fn(&str) -> Option<&'a Located>) {
        let stack = place.stack;
        let texts = |name: &str| {
            property(name).map(|found| self.reader.texts(stack, &found.value)).unwrap_or_default()
        };
        let (Some(function), Some(action)) = (property("FunctionName"), property("Action")) else { return };
        let Some(target) = self.reader.place(stack, &function.value) else { return };
        let principals = texts("Principal").into_iter().map(|who| {
            let is_service = who.to_string().ends_with(".amazonaws.com");
            if is_service { Principal::Service(who.into()) } else { Principal::aws(who) }
        });
        let mut statement = Statement::allow(
            Actions::Of(self.reader.texts(stack, &action.value).into_iter().map(Pattern::action).collect()),
            Resources::Of(
                self.reader.texts(stack, &function.value).into_iter().map(Pattern::resource).collect(),
            ),
        )
        .to(Principals::Of(principals.collect()));
        let mut conditions = Vec::new();
        for (name, operator, key) in [
            ("SourceArn", "ArnLike", "aws:SourceArn"),
            ("SourceAccount", "StringEquals", "aws:SourceAccount"),
        ] {
            let values = texts(name);
            if !values.is_empty() {
                conditions.push(words(operator, key, &values));
                statement.conditions.extend(Condition::new(operator, key, values));
            }
        }
        let reaches = vec![self.reader.reach(stack, &function.value)];
        let conditional = self.reader.stacks[stack].resource(place.resource).condition.is_some();
        let actions = texts("Action").iter().map(Parts::to_string).collect();
        let grant =
            Grant { statement, actions, conditions, reaches, stack, origin: action.origin, conditional };
        self.guarded.entry(target).or_default().push(grant);
    }

    /// `AWS::Lambda::LayerVersionPermission`: the same of a layer. Of an organization, everybody in it is let in.
    fn layer_permission(&mut self, place: Place, property: impl Fn(&str) -> Option<&'a Located>) {
        let stack = place.stack;
        let texts = |name: &str| {
            property(name).map(|found| self.reader.texts(stack, &found.value)).unwrap_or_default()
        };
        let (Some(layer), Some(action)) = (property("LayerVersionArn"), property("Action")) else { return };
        // That of a layer of somewhere else stands for itself.
        let target = self.reader.place(stack, &layer.value).unwrap_or(place);
        let patterns = |found: Vec<Parts>, of: fn(Parts) -> Pattern| found.into_iter().map(of).collect();
        let mut statement = Statement::allow(
            Actions::Of(patterns(texts("Action"), Pattern::action)),
            Resources::Of(patterns(texts("LayerVersionArn"), Pattern::resource)),
        )
        .to(Principals::Of(texts("Principal").into_iter().map(Principal::aws).collect()));
        let (key, organization) = ("aws:PrincipalOrgID", texts("OrganizationId"));
        let mut conditions = Vec::new();
        if !organization.is_empty() {
            conditions.push(words("StringEquals", key, &organization));
            statement.conditions.extend(Condition::new("StringEquals", key, organization));
        }
        let grant = Grant {
            statement,
            actions: texts("Action").iter().map(Parts::to_string).collect(),
            conditions,
            reaches: vec![self.reader.reach(stack, &layer.value)],
            stack,
            origin: action.origin,
            conditional: self.reader.stacks[stack].resource(place.resource).condition.is_some(),
        };
        self.guarded.entry(target).or_default().push(grant);
    }

    /// `AWS::Events::EventBusPolicy`: one statement of the policy of a bus, as a statement.
    fn bus_policy(&mut self, place: Place, property: impl Fn(&str) -> Option<&'a Located>) {
        let Some(bus) = property("EventBusName") else { return };
        let by_text = self.meant(place, Some(bus), &["AWS::Events::EventBus"]);
        let meant = self.reader.place(place.stack, &bus.value);
        let target = meant.or_else(|| by_text.first().map(|named| named.what)).unwrap_or(place);
        let mut grants = Vec::new();
        let conditional = self.reader.stacks[place.stack].resource(place.resource).condition.is_some();
        self.statements(place.stack, property("Statement"), conditional, &mut grants);
        self.by_text.extend(by_text);
        self.guarded.entry(target).or_default().extend(grants);
    }

    /// The roles, users and groups of the program that a value names: by themselves, or by a name that is written down.
    fn holders_named(&self, stack: usize, value: Option<&Located>) -> Vec<Place> {
        let mut found = self.named(stack, value);
        for name in items(value).iter().filter_map(|item| item.value.as_str()) {
            for (stack, of) in self.reader.stacks.iter().enumerate() {
                let is_called = |known: &Resource| {
                    let names = ["RoleName", "UserName", "GroupName"].into_iter();
                    HOLDERS.contains(&known.schema.name())
                        && names.filter_map(|of| known.property(of)).any(|of| of.value.as_str() == Some(name))
                };
                let called = of.resource_ids().filter(|(_, known)| is_called(known));
                found.extend(called.map(|(resource, _)| Place { stack, resource }));
            }
        }
        found
    }

    /// The resources of the program that a value names: one, or the elements of a list.
    fn named(&self, stack: usize, value: Option<&Located>) -> Vec<Place> {
        items(value).iter().filter_map(|item| self.reader.place(stack, &item.value)).collect()
    }

    /// The roles that a value names anywhere in it.
    fn roles(&self, stack: usize, value: &'a Value, found: &mut Vec<Place>) {
        match value {
            Value::List(items) => items.iter().for_each(|item| self.roles(stack, &item.value, found)),
            Value::Record(entries) => {
                for entry in entries {
                    self.roles(stack, &entry.value.value, found);
                }
            }
            Value::Late(late) => match &**late {
                Late::If { then, otherwise, .. } => {
                    self.roles(stack, &then.value, found);
                    self.roles(stack, &otherwise.value, found);
                }
                _ => {
                    let is_role = |place: &Place| {
                        let resource = self.reader.stacks[place.stack].resource(place.resource);
                        resource.schema.name() == "AWS::IAM::Role"
                    };
                    found.extend(self.reader.place(stack, value).filter(is_role));
                }
            },
            _ => {}
        }
    }

    /// The statements of a document.
    fn document(&self, place: Place, document: Option<&Located>) -> Vec<Grant> {
        let (stack, mut found) = (place.stack, Vec::new());
        let Some(document) = document else { return found };
        let mut read = |value: &Value| self.statements(stack, entry(value, "Statement"), false, &mut found);
        match &document.value {
            Value::String(text) => {
                if let Some(value) = parse_json(text, document.origin) {
                    read(&value);
                }
            }
            Value::Late(late) => {
                if let Late::If { then, otherwise, .. } = &**late {
                    for either in [then, otherwise] {
                        let grants = self.document(place, Some(either));
                        found.extend(grants.into_iter().map(|grant| Grant { conditional: true, ..grant }));
                    }
                } else {
                    self.late.borrow_mut().push((place, document.origin));
                }
            }
            value => read(value),
        }
        found
    }

    fn statements(&self, stack: usize, value: Option<&Located>, conditional: bool, found: &mut Vec<Grant>) {
        let Some(located) = value else { return };
        match &located.value {
            Value::List(items) => {
                for item in items {
                    self.statements(stack, Some(item), conditional, found);
                }
            }
            Value::Record(entries) => found.extend(self.statement(stack, located, entries, conditional)),
            Value::Late(late) => {
                if let Late::If { then, otherwise, .. } = &**late {
                    self.statements(stack, Some(then), true, found);
                    self.statements(stack, Some(otherwise), true, found);
                }
            }
            _ => {}
        }
    }

    fn statement(
        &self,
        stack: usize,
        located: &Located,
        entries: &[Entry],
        conditional: bool,
    ) -> Option<Grant> {
        let get = |name: &str| entries.iter().find(|entry| &*entry.name == name).map(|entry| &entry.value);
        let texts = |located: &Located| self.reader.texts(stack, &located.value);
        let effect = match &get("Effect")?.value {
            Value::String(effect) if &**effect == "Deny" => Effect::Deny,
            _ => Effect::Allow,
        };
        let patterns = |located: &Located| texts(located).into_iter().map(Pattern::action).collect();
        let actions = match (get("Action"), get("NotAction")) {
            (Some(actions), _) => Actions::Of(patterns(actions)),
            (None, Some(but)) => Actions::AllBut(patterns(but)),
            (None, None) => return None,
        };
        let of = |located: &Located| texts(located).into_iter().map(Pattern::resource).collect();
        let resources = match (get("Resource"), get("NotResource")) {
            (Some(resources), _) => Resources::Of(of(resources)),
            (None, Some(but)) => Resources::AllBut(of(but)),
            (None, None) => Resources::Attached,
        };
        let principals = match (get("Principal"), get("NotPrincipal")) {
            (Some(who), _) => Principals::Of(self.principals(stack, &who.value)),
            (None, Some(but)) => Principals::AllBut(self.principals(stack, &but.value)),
            (None, None) => Principals::Attached,
        };
        let (conditions, condition_words) =
            get("Condition").map(|found| self.conditions(stack, &found.value)).unwrap_or_default();
        let statement = Statement {
            sid: get("Sid").and_then(|sid| texts(sid).first().map(|sid| sid.to_string().into())),
            effect,
            principals,
            actions,
            resources,
            conditions,
            origins: Vec::new(),
        };
        let reaches = get("Resource").map(|found| self.reaches(stack, found)).unwrap_or_default();
        Some(Grant {
            statement,
            actions: get("Action")
                .or_else(|| get("NotAction"))
                .map(texts)
                .unwrap_or_default()
                .iter()
                .map(Parts::to_string)
                .collect(),
            conditions: condition_words,
            reaches,
            stack,
            origin: located.origin,
            conditional,
        })
    }

    fn reaches(&self, stack: usize, resources: &Located) -> Vec<Reach> {
        items(Some(resources)).iter().map(|item| self.reader.reach(stack, &item.value)).collect()
    }

    fn principals(&self, stack: usize, value: &Value) -> Vec<Principal> {
        let Value::Record(entries) = value else {
            return self.reader.texts(stack, value).into_iter().map(Principal::aws).collect();
        };
        let of = |entry: &Entry| {
            let texts = self.reader.texts(stack, &entry.value.value);
            let kind: fn(Parts) -> Principal = match &*entry.name {
                "Service" => |text| Principal::Service(text.into()),
                "Federated" => |text| Principal::Federated(text.into()),
                "CanonicalUser" => |text| Principal::CanonicalUser(text.into()),
                _ => |text| Principal::aws(text),
            };
            texts.into_iter().map(kind)
        };
        entries.iter().flat_map(of).collect()
    }

    /// Operators and keys that IAM does not know have been reported where they were written.
    fn conditions(&self, stack: usize, value: &Value) -> (Vec<Condition>, Vec<String>) {
        let Value::Record(operators) = value else { return (Vec::new(), Vec::new()) };
        let (mut found, mut told) = (Vec::new(), Vec::new());
        for operator in operators {
            let Value::Record(keys) = &operator.value.value else { continue };
            for key in keys {
                let values = self.reader.texts(stack, &key.value.value);
                told.push(words(&operator.name, &key.name, &values));
                found.extend(Condition::new(&operator.name, &key.name, values));
            }
        }
        (found, told)
    }
}

/// A condition as it was written.
fn words(operator: &str, key: &str, values: &[Parts]) -> String {
    let values: Vec<String> = values.iter().map(Parts::to_string).collect();
    format!("{operator} {key} {}", values.join(", "))
}

/// The value of a name in a record.
fn entry<'v>(value: &'v Value, name: &str) -> Option<&'v Located> {
    let Value::Record(entries) = value else { return None };
    entries.iter().find(|entry| &*entry.name == name).map(|entry| &entry.value)
}

/// The elements of a list, those of both branches where the deployment decides; a value alone is its only element.
fn items(value: Option<&Located>) -> Vec<&Located> {
    match value.map(|located| (&located.value, located)) {
        None => Vec::new(),
        Some((Value::List(all), _)) => all.iter().flat_map(|item| items(Some(item))).collect(),
        Some((Value::Late(late), located)) => match &**late {
            Late::If { then, otherwise, .. } => [items(Some(then)), items(Some(otherwise))].concat(),
            _ => vec![located],
        },
        Some((Value::Absent, _)) => Vec::new(),
        Some((_, located)) => vec![located],
    }
}

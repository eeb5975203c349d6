//! What deploying a resource takes: each action of its handlers that the program gives a reason for, and what it is about.
//!
//! The actions are those of the schema's handlers. An action goes only for a reason that is written in a table, or
//! because nothing that it is about can be set: so setting a property never takes an action away.
//!
//! Must not know: policies, files, how anything is shown.

mod role;

use std::collections::{BTreeMap, BTreeSet};

use ci_access::program::{Place, Program};
use ci_access::{Actions, Condition, Parts, Pattern, Text};
use ci_catalog::iam::{self, AccessLevel};
use ci_catalog::{Handler, ResourceSchema};
use ci_graph::{DeletionPolicy, Late, Value, visit_late};

use crate::facts::{self, Handlers, Supplied};
use crate::names::{Arn, Names, at, is_kept, text, variables};
use crate::phase::{Phase, Phases};

/// An action on what a resource needs it for.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// The resource.
    pub place: Place,
    /// The action, `sqs:CreateQueue`; with a wildcard where the schema has one that stands for more than reading.
    pub action: String,
    /// In which phases.
    pub phases: Phases,
    /// The ARNs that it is about, or `*`.
    pub resources: Vec<Parts>,
    /// What is asked of requests.
    pub conditions: Vec<Condition>,
    /// What is true of requests anyway: policies of others may ask for it.
    pub certain: Vec<Condition>,
    /// Why it is about more than the resource.
    pub breadth: Option<Breadth>,
}

/// Why a need is about more than resources of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Breadth {
    /// IAM's reference says that the action takes no resource.
    TakesNone,
    /// The service makes the identifier, and no template knows it.
    MadeByService,
    /// The name that CloudFormation makes does not begin with all of the stack's name.
    SharedName,
    /// Neither the program nor a table says what the action is about.
    NotSaid,
}

impl Breadth {
    /// In words.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::TakesNone => "IAM cannot restrict the action to a resource",
            Self::MadeByService => "the service makes the identifier, so it is known only afterwards",
            Self::SharedName => {
                "the name that CloudFormation makes has not all of the stack's, so others may fit as well"
            }
            Self::NotSaid => "neither the program nor a reviewed table says what the action is about",
        }
    }
}

/// What is needed for some stacks.
pub(crate) struct Found {
    pub needs: Vec<Need>,
    /// Resources of which nobody knows what they need.
    pub unknown: Vec<Place>,
    /// Types and the services that were assumed for them, sorted.
    pub assumed: BTreeSet<(&'static str, String)>,
    /// All actions that the schemas of the resources list, whatever is set.
    pub union: BTreeSet<String>,
    /// What must not be deleted but in a teardown.
    pub guards: Vec<Need>,
    /// Types with names in their schemas that are no actions, sorted.
    pub left_out: BTreeSet<(&'static str, &'static str)>,
}

/// Finds what is needed.
pub(crate) struct Finder<'a> {
    pub names: Names<'a>,
    pub program: &'a Program<'a>,
    pub supplied: &'a Supplied,
    /// The stacks get these tags, on all resources.
    pub tags: &'a [(String, String)],
    /// Resources get tags that the program does not know.
    pub tagged: bool,
    /// Roles are made with this boundary only.
    pub boundary: Option<Parts>,
}

/// The condition key of a tag that a resource has, as IAM's reference writes it.
const TAG: &str = "aws:ResourceTag/${TagKey}";

/// The verbs of actions that remove something.
const REMOVING: [&str; 6] = ["Delete", "Terminate", "Release", "ScheduleKeyDeletion", "Deregister", "Remove"];

/// Actions that give rights to roles and users, which IAM asks for a boundary. Source: the condition keys of these actions
/// in IAM's reference; a test compares.
pub(crate) const BOUNDED: [&str; 8] = [
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:PutUserPermissionsBoundary",
    "iam:PutUserPolicy",
];

impl Finder<'_> {
    pub fn find(&self) -> Found {
        let mut found = Found {
            needs: Vec::new(),
            unknown: Vec::new(),
            assumed: BTreeSet::new(),
            union: BTreeSet::new(),
            guards: Vec::new(),
            left_out: BTreeSet::new(),
        };
        for (stack, of) in self.names.stacks.iter().enumerate() {
            for (resource, _) in of.resource_ids() {
                self.resource(Place { stack, resource }, &mut found);
            }
        }
        found
    }

    fn resource(&self, place: Place, found: &mut Found) {
        let resource = self.names.resource(place);
        let schema = resource.schema;
        let table = facts::handlers(schema.name());
        let supplied = self.supplied.types.get(schema.name());
        let tables: Vec<&Handlers> = table.into_iter().chain(supplied).collect();
        let is_known = schema.handler_permissions(Handler::Create).is_some()
            || tables.iter().any(|table| table.create.is_some());
        if !is_known {
            found.unknown.push(place);
            return;
        }
        found.left_out.extend(facts::left_out(schema.name()).map(|(name, _)| (schema.name(), name)));
        let mut phases: BTreeMap<&str, Phases> = BTreeMap::new();
        let mut of_creation: BTreeSet<&str> = BTreeSet::new();
        for handler in Handler::ALL {
            let listed = schema.handler_permissions(handler).unwrap_or_default().iter().copied();
            let added = tables.iter().filter_map(|table| table.of(handler)).flatten().map(String::as_str);
            found.union.extend(listed.clone().map(str::to_owned));
            let meant = facts::instead(schema.name(), handler).map(|action| -> &str { action });
            for action in listed.chain(added).chain(meant) {
                let needed = self.phases(place, handler);
                if handler != Handler::List && !needed.is_empty() {
                    phases.entry(action).or_default().add(needed);
                }
                if handler == Handler::Create {
                    of_creation.insert(action);
                }
            }
        }
        let expanded = phases
            .into_iter()
            .flat_map(|(action, phases)| expand(action).into_iter().map(move |action| (action, phases)));
        let expanded: Vec<(String, Phases)> = expanded.collect();
        let has_role = self.roles(place);
        let is_passing = !schema.name().starts_with("AWS::IAM::") || of_creation.contains("iam:PassRole");
        if !has_role.is_empty() && is_passing {
            self.pass_roles(place, has_role, found);
        }
        for (action, phases) in expanded {
            if action == "iam:PassRole" || !self.is_used(place, &action, &tables) {
                continue;
            }
            if action == "iam:CreateServiceLinkedRole" {
                self.linked_role(place, phases, found);
                continue;
            }
            let is_of_creation = of_creation.contains(action.as_str());
            let need = self.need(place, action, phases, is_of_creation, &tables);
            found.needs.push(need);
        }
        self.guard(place, found);
    }

    /// The phases in which a handler runs.
    fn phases(&self, place: Place, handler: Handler) -> Phases {
        let resource = self.names.resource(place);
        match handler {
            Handler::Create => Phases::of(&[Phase::Create, Phase::Update]),
            Handler::Read => Phases::of(&[Phase::Create, Phase::Update, Phase::Teardown]),
            Handler::Update => Phases::of(&[Phase::Update]),
            Handler::List => Phases::default(),
            Handler::Delete => {
                let mut phases = Phases::default();
                if !is_kept(resource.deletion_policy) {
                    phases.add(Phases::of(&[Phase::Teardown]));
                }
                // What fails is rolled back, what is replaced or leaves the program is removed.
                if !self.is_protected(place) {
                    phases.add(Phases::of(&[Phase::Create, Phase::Update]));
                } else if resource.deletion_policy == Some(DeletionPolicy::RetainExceptOnCreate) {
                    phases.add(Phases::of(&[Phase::Create]));
                }
                phases
            }
        }
    }

    /// Whether only a teardown may delete a resource: the program keeps it, or it holds data and the program does not say
    /// that they may go.
    pub fn is_protected(&self, place: Place) -> bool {
        let resource = self.names.resource(place);
        match resource.deletion_policy {
            Some(DeletionPolicy::Delete) => false,
            Some(_) => true,
            None => resource.schema.is_stateful(),
        }
    }

    /// Whether anything that is set needs an action.
    fn is_used(&self, place: Place, action: &str, tables: &[&Handlers]) -> bool {
        let resource = self.names.resource(place);
        let known = iam::action(action);
        let tagging = resource.schema.tagging();
        let is_tagging = known.is_some_and(|known| known.level == AccessLevel::Tagging)
            && tagging.is_some_and(|tagging| tagging.permissions.contains(&action));
        if let Some(tagging) = tagging.filter(|_| is_tagging) {
            let path = tagging.property.replace("/*/", ".").replace('/', ".");
            return self.tagged || !self.tags.is_empty() || !at(resource, &path).is_empty();
        }
        if tables.iter().any(|table| table.related.iter().any(|listed| listed == action)) {
            let service = action.split(':').next();
            let is_of_service = |other: &Place| service_of(self.names.resource(*other).schema) == service;
            return self.related(place).iter().any(is_of_service)
                || self.literals(place).iter().any(|arn| arn.to_string().split(':').nth(2) == service);
        }
        let conditions = tables.iter().rev().find_map(|table| table.when.get(action));
        if conditions.is_none() && action.starts_with("kms:") && service_of(resource.schema) != Some("kms") {
            return self.names_key(place);
        }
        conditions.is_none_or(|paths| paths.iter().any(|path| self.is_set(place, path)))
    }

    /// Whether a resource has anything to do with a key: it names one, or says something about encryption. The keys that
    /// AWS manages for a service ask nobody else for rights.
    fn names_key(&self, place: Place) -> bool {
        fn says(name: &str, value: &Value) -> bool {
            let name = name.to_ascii_lowercase();
            let is_set = !matches!(value, Value::Absent);
            let inside = |value: &Value| match value {
                Value::Record(entries) => entries.iter().any(|entry| says(&entry.name, &entry.value.value)),
                Value::List(items) => items.iter().any(|item| says("", &item.value)),
                Value::Late(late) => match &**late {
                    Late::If { then, otherwise, .. } => says("", &then.value) || says("", &otherwise.value),
                    _ => false,
                },
                _ => false,
            };
            is_set && (name.contains("kms") || name.contains("encrypt") || inside(value))
        }
        let resource = self.names.resource(place);
        let is_key = |other: &Place| self.names.resource(*other).schema.name().starts_with("AWS::KMS::");
        resource.properties.iter().any(|entry| says(&entry.name, &entry.value.value))
            || self.related(place).iter().any(is_key)
    }

    /// Whether a property is set, or, `Property=value`, set to what may be this value.
    fn is_set(&self, place: Place, path: &str) -> bool {
        let (path, wanted) = path.split_once('=').map_or((path, None), |(path, wanted)| (path, Some(wanted)));
        let found = at(self.names.resource(place), path);
        found
            .iter()
            .any(|value| wanted.is_none_or(|wanted| value.as_str().is_none_or(|known| known == wanted)))
    }

    fn need(
        &self,
        place: Place,
        action: String,
        phases: Phases,
        is_of_creation: bool,
        tables: &[&Handlers],
    ) -> Need {
        let about = self.about(place, &action, tables);
        let mut conditions = Vec::new();
        match about.breadth {
            Some(Breadth::TakesNone) => conditions.extend(self.within_region(place, &action)),
            Some(Breadth::MadeByService) if !is_of_creation => {
                conditions.extend(self.of_own_tags(place, &action, &about));
            }
            _ => {}
        }
        if let Some(boundary) = self.boundary_of(place).filter(|_| BOUNDED.contains(&action.as_str())) {
            // In documents an account that nobody names is a wildcard.
            let is_known = boundary.iter().all(|parts| !parts.to_string().contains('{'));
            let operator = if is_known { "StringEquals" } else { "StringLike" };
            conditions.extend(Condition::new(operator, "iam:PermissionsBoundary", boundary));
        }
        conditions.extend(self.only(place, &action, tables));
        let certain: Vec<Condition> = self.within_region(place, &action).into_iter().collect();
        let About { resources, breadth, .. } = about;
        // The name of a bucket is nobody's alone: at least it is one of this account.
        let is_any_bucket = |parts: &Parts| parts.to_string().contains(":s3:::*");
        if let Some(account) = self.names.account.as_deref().filter(|_| resources.iter().any(is_any_bucket)) {
            conditions.extend(Condition::new("StringEquals", "aws:ResourceAccount", [account]));
        }
        Need { place, action, phases, resources, conditions, certain, breadth }
    }

    /// Conditions of the table: a key has the ARN of a resource that this one names, of itself, or of a property.
    fn only(&self, place: Place, action: &str, tables: &[&Handlers]) -> Vec<Condition> {
        let listed = tables.iter().rev().find_map(|table| table.only.get(action));
        let condition = |(key, whose): (&String, &String)| {
            let arns: Vec<Parts> = if whose.contains("::") {
                let related = self.related(place).into_iter().chain([place]);
                let meant = related.filter(|other| self.names.resource(*other).schema.name() == whose);
                meant.flat_map(|other| self.names.own_arns(other)).map(|arn| arn.parts).collect()
            } else {
                let values = at(self.names.resource(place), whose).into_iter();
                let texts: Vec<Parts> =
                    values.flat_map(|value| self.names.texts(place.stack, value)).collect();
                let is_open = texts.iter().any(|parts| !parts.to_string().starts_with("arn:"));
                if is_open { Vec::new() } else { texts }
            };
            // Nothing of the program: the condition could not be met.
            (!arns.is_empty()).then(|| Condition::new("ArnLike", key, arns).ok()).flatten()
        };
        listed.into_iter().flatten().filter_map(condition).collect()
    }

    /// The boundary that a role or user has, or must have.
    fn boundary_of(&self, place: Place) -> Option<Vec<Parts>> {
        let resource = self.names.resource(place);
        let declared = resource.property("PermissionsBoundary").map(|declared| {
            let found = self.names.texts(place.stack, &declared.value);
            found.into_iter().filter(|parts| !parts.to_string().contains('*')).collect::<Vec<_>>()
        });
        match (&self.boundary, declared) {
            (Some(boundary), _) => Some(vec![boundary.clone()]),
            (None, Some(declared)) if !declared.is_empty() => Some(declared),
            _ => None,
        }
    }

    /// Actions without resources are restricted to the region, where the service is in regions.
    fn within_region(&self, place: Place, action: &str) -> Option<Condition> {
        let region = self.names.stacks[place.stack].region.as_deref()?;
        let service = iam::service(action.split(':').next()?)?;
        let types = service.resource_types();
        // Some services have a few resources that are of no region, and are in regions all the same.
        let of_regions = types.iter().filter(|known| known.arn_template.contains("${Region}")).count();
        let is_regional = !types.is_empty() && of_regions * 10 >= types.len() * 9;
        Condition::new("StringEquals", "aws:RequestedRegion", [region]).ok().filter(|_| is_regional)
    }

    /// Where nobody knows an identifier, the tags of the stack tell its resources from others. Only for actions on what
    /// exists, of which IAM's reference says that they take the tag, and types that are tagged as they are made.
    fn of_own_tags(&self, place: Place, action: &str, about: &About) -> Vec<Condition> {
        let Some(known) = iam::action(action) else { return Vec::new() };
        let is_change = !matches!(known.level, AccessLevel::List | AccessLevel::Read);
        let takes_tags = |kind: &str| {
            let resource = known.resources.iter().find(|resource| resource.resource_type == kind);
            let keys = resource.map(|resource| resource.condition_keys).unwrap_or_default();
            // Of keys the reference says it once for all actions. What is done as one is made stays without: KMS may take
            // minutes until tags count. Source: its developer guide, "ABAC for KMS".
            let of_type = || iam::service("kms")?.resource_type(kind);
            let of_type = of_type().filter(|_| action.starts_with("kms:") && resource.is_some());
            keys.iter()
                .chain(of_type.map(|known| known.condition_keys).unwrap_or_default())
                .any(|key| *key == TAG)
        };
        let places = about.places.iter().chain([&place]);
        let is_tagged = |place: &Place| {
            let schema = self.names.resource(*place).schema;
            // What has no tags of its own is not what the action is about.
            schema.arn_template().is_none() || schema.tagging().is_some_and(|tagging| tagging.on_create)
        };
        let only_own = !about.places.is_empty() && about.kinds.iter().all(|kind| takes_tags(kind));
        if !is_change || !only_own || !places.clone().all(is_tagged) {
            return Vec::new();
        }
        let condition = |(key, value): &(String, String)| {
            Condition::new("StringEquals", &format!("aws:ResourceTag/{key}"), [value.as_str()]).ok()
        };
        self.tags.iter().filter_map(condition).collect()
    }

    /// What an action is about.
    fn about(&self, place: Place, action: &str, tables: &[&Handlers]) -> About {
        let mut about = About::default();
        let on = tables.iter().rev().find_map(|table| {
            let wildcard =
                |listed: &&String| listed.strip_suffix('*').is_some_and(|begin| action.starts_with(begin));
            table.on.get(action).or_else(|| table.on.get(table.on.keys().find(wildcard)?))
        });
        if let Some(templates) = on {
            for arn in templates.iter().flat_map(|template| self.names.arns(place, template)) {
                about.add(arn.parts, arn.known);
            }
            self.add_known(place, action, &mut about);
            return about.finish();
        }
        let Some(known) = iam::action(action) else { return About::everything(Breadth::NotSaid) };
        if known.resources.is_empty() {
            return About::everything(Breadth::TakesNone);
        }
        let service = action.split(':').next().unwrap_or_default();
        let schema = self.names.resource(place).schema;
        if service_of(schema) == Some(service) {
            about.places.push(place);
            about.kinds.extend(schema.iam_resource_type().map(|(_, kind)| kind));
            about.is_shared |= !self.names.is_of_stack(place);
            for arn in self.names.own_arns(place) {
                about.add(arn.parts, arn.known);
            }
        }
        // A tag is of the resource itself.
        if !about.resources.is_empty() && (known.level == AccessLevel::Tagging || is_of_tags(action)) {
            return about.finish();
        }
        let related = self.related(place);
        let literals = self.literals(place);
        let mut unsaid = Vec::new();
        for resource in known.resources {
            let kind = resource.resource_type;
            if about.kinds.contains(&kind) {
                continue;
            }
            let Some(template) = iam::service(service).and_then(|service| service.resource_type(kind)) else {
                continue;
            };
            let template = template.arn_template;
            let before = about.resources.len();
            // Parts of the resource: objects of a bucket, streams of a table.
            if service_of(schema) == Some(service) && self.names.has_parts(place, template) {
                for arn in self.names.arns(place, template) {
                    about.add(arn.parts, arn.known);
                }
            }
            for other in &related {
                let is_of_kind =
                    self.names.resource(*other).schema.iam_resource_type() == Some((service, kind));
                if is_of_kind {
                    about.places.push(*other);
                    about.kinds.push(kind);
                    about.is_shared |= !self.names.is_of_stack(*other);
                    for arn in self.names.own_arns(*other) {
                        about.add(arn.parts, arn.known);
                    }
                } else if self.names.has_parts(*other, template)
                    && service_of(self.names.resource(*other).schema) == Some(service)
                {
                    for arn in self.names.arns(*other, template) {
                        about.add(arn.parts, arn.known);
                    }
                }
            }
            for arn in &literals {
                if is_like(&arn.to_string(), template) {
                    about.add(arn.clone(), true);
                }
            }
            if about.resources.len() == before && (resource.required || about.resources.is_empty()) {
                let arns = self.names.arns(place, template);
                if arns.iter().any(|arn| arn.known) {
                    for arn in arns {
                        about.add(arn.parts, arn.known);
                    }
                } else if resource.required {
                    unsaid.extend(arns);
                }
            }
        }
        for arn in unsaid {
            about.add(arn.parts, false);
            about.is_unsaid = true;
        }
        if about.resources.is_empty() {
            return self.by_kind(place, action, known.resources);
        }
        about.finish()
    }

    /// The resources that a resource names and an action takes, where their names are known: a table has no paths of roles.
    fn add_known(&self, place: Place, action: &str, about: &mut About) {
        let kinds = iam::action(action).map(|known| known.resources).unwrap_or_default();
        let service = action.split(':').next().unwrap_or_default();
        for other in self.related(place) {
            let schema = self.names.resource(other).schema;
            let takes = |kind: &iam::ActionResource| {
                schema.iam_resource_type() == Some((service, kind.resource_type))
            };
            if kinds.iter().any(takes) {
                for arn in self.names.own_arns(other).into_iter().filter(|arn| arn.known) {
                    about.add(arn.parts, true);
                }
            }
        }
    }

    /// Everything of the kinds that an action takes, where they are few; everything, where they are many.
    fn by_kind(&self, place: Place, action: &str, kinds: &[iam::ActionResource]) -> About {
        const FEW: usize = 3;
        let service = action.split(':').next().and_then(iam::service);
        let Some(service) = service.filter(|_| kinds.len() <= FEW) else {
            return About::everything(Breadth::NotSaid);
        };
        let mut about = About { is_unsaid: true, ..About::default() };
        for kind in kinds.iter().filter_map(|kind| service.resource_type(kind.resource_type)) {
            for arn in self.names.arns(place, kind.arn_template) {
                about.add(arn.parts, arn.known);
            }
        }
        about.finish()
    }

    /// The resources that a resource names, in the order of its properties.
    fn related(&self, place: Place) -> Vec<Place> {
        let mut related = Vec::new();
        let resource = self.names.resource(place);
        for entry in &resource.properties {
            visit_late(&entry.value.value, entry.value.origin, &mut |late: &Late, _| {
                if let Some(other) = self.names.referenced(place.stack, late)
                    && !related.contains(&other)
                    && other != place
                {
                    related.push(other);
                }
            });
        }
        related
    }

    /// The ARNs that are written out in the properties of a resource.
    fn literals(&self, place: Place) -> Vec<Parts> {
        let mut found = Vec::new();
        for entry in &self.names.resource(place).properties {
            self.literals_in(place.stack, &entry.value.value, &mut found);
        }
        found
    }

    fn literals_in(&self, stack: usize, value: &Value, found: &mut Vec<Parts>) {
        match value {
            Value::List(items) => {
                for item in items {
                    self.literals_in(stack, &item.value, found);
                }
            }
            Value::Record(entries) => {
                for entry in entries {
                    self.literals_in(stack, &entry.value.value, found);
                }
            }
            Value::String(known) if !known.starts_with("arn:") => {}
            Value::String(_) | Value::Late(_) => {
                let texts = self.names.texts(stack, value);
                found.extend(texts.into_iter().filter(|parts| parts.to_string().starts_with("arn:")));
            }
            _ => {}
        }
    }

    /// Whether the ARNs of a resource are also those of one that may be deleted.
    fn fits_another(&self, place: Place, own: &[Arn]) -> bool {
        let patterns: Vec<Pattern> = own.iter().map(|arn| Pattern::resource(arn.parts.clone())).collect();
        let schema = self.names.resource(place).schema;
        let stacks = self.names.stacks.iter().enumerate();
        let all = stacks
            .flat_map(|(stack, of)| of.resource_ids().map(move |(resource, _)| Place { stack, resource }));
        let others = all.filter(|other| {
            *other != place
                && std::ptr::eq(self.names.resource(*other).schema, schema)
                && !self.is_protected(*other)
        });
        // The random part stands for itself.
        others.flat_map(|other| self.names.own_arns(other)).any(|arn| {
            let text = Text::from(arn.parts);
            ci_access::glob::any_matches(&patterns, &text)
        })
    }

    /// What must not be deleted outside of a teardown, where a pattern tells it from everything else.
    fn guard(&self, place: Place, found: &mut Found) {
        if !self.is_protected(place) {
            return;
        }
        let resource = self.names.resource(place);
        let own: Vec<_> = self.names.own_arns(place);
        if own.is_empty() || own.iter().any(|arn| !arn.known) || self.fits_another(place, &own) {
            return;
        }
        let others = [Handler::Create, Handler::Read, Handler::Update];
        let is_elsewhere = |action: &str| {
            let listed = |handler: &Handler| resource.schema.handler_permissions(*handler);
            others.iter().filter_map(listed).any(|listed| listed.contains(&action))
        };
        let removes = |action: &&&str| {
            let Some((service, verb)) = action.split_once(':') else { return false };
            let takes_resource = iam::action(action).is_some_and(|known| !known.resources.is_empty());
            Some(service) == service_of(resource.schema)
                && REMOVING.iter().any(|removing| verb.starts_with(removing))
                && takes_resource
                && !is_elsewhere(action)
        };
        let mut phases = Phases::of(&[Phase::Update]);
        if resource.deletion_policy != Some(DeletionPolicy::RetainExceptOnCreate) {
            phases.add(Phases::of(&[Phase::Create]));
        }
        let of_schema = resource.schema.handler_permissions(Handler::Delete).unwrap_or_default();
        for action in of_schema.iter().filter(removes) {
            found.guards.push(Need {
                place,
                action: (*action).to_owned(),
                phases,
                resources: own.iter().map(|arn| arn.parts.clone()).collect(),
                conditions: Vec::new(),
                certain: Vec::new(),
                breadth: None,
            });
        }
    }
}

/// What an action is about.
#[derive(Default)]
struct About {
    resources: Vec<Parts>,
    /// The resources of the program among them.
    places: Vec<Place>,
    /// IAM's kinds of them.
    kinds: Vec<&'static str>,
    has_unknown: bool,
    is_unsaid: bool,
    is_shared: bool,
    breadth: Option<Breadth>,
}

impl About {
    fn everything(breadth: Breadth) -> Self {
        Self { resources: vec![text("*")], breadth: Some(breadth), ..Self::default() }
    }

    fn add(&mut self, arn: Parts, known: bool) {
        self.has_unknown |= !known;
        if !self.resources.contains(&arn) {
            self.resources.push(arn);
        }
    }

    fn finish(mut self) -> Self {
        self.breadth = match self {
            Self { is_unsaid: true, .. } => Some(Breadth::NotSaid),
            Self { has_unknown: true, .. } => Some(Breadth::MadeByService),
            Self { is_shared: true, .. } => Some(Breadth::SharedName),
            _ => None,
        };
        self
    }
}

/// The service whose ARNs resources of a type have.
pub(crate) fn service_of(schema: &'static ResourceSchema) -> Option<&'static str> {
    let of_template = || schema.arn_template()?.split(':').nth(2);
    schema.iam_resource_type().map(|(service, _)| service).or_else(of_template)
}

/// Whether an action reads tags.
fn is_of_tags(action: &str) -> bool {
    let verb = action.split_once(':').map_or(action, |(_, verb)| verb);
    verb.starts_with("ListTags") || verb.ends_with("Tags") || verb.ends_with("Tagging")
}

/// Whether an ARN has the form of a template.
fn is_like(arn: &str, template: &str) -> bool {
    let mut pattern = template.to_owned();
    for variable in ["Partition", "Region", "Account"].into_iter().chain(variables(template)) {
        pattern = pattern.replace(&format!("${{{variable}}}"), "*");
    }
    let pattern = Pattern::like(pattern.as_str());
    ci_access::glob::matches(&pattern, &Text::from(arn))
}

/// The actions that a wildcard of a schema stands for, where all of them only read. Others stay: nobody has said which of
/// them are needed.
fn expand(action: &str) -> Vec<String> {
    if !action.contains('*') {
        return vec![action.to_owned()];
    }
    let Actions::Of(patterns) = Actions::of([action]).expand() else { return vec![action.to_owned()] };
    let names: Vec<String> = patterns.iter().map(ToString::to_string).collect();
    let reads = |name: &String| {
        let level = iam::action(name).map(|known| known.level);
        matches!(level, Some(AccessLevel::List | AccessLevel::Read))
    };
    if names.iter().all(reads) { names } else { vec![action.to_owned()] }
}

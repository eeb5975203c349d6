//! Roles in deployments: those that are handed to services, and those that services make for themselves.
//!
//! Must not know: what else a resource needs.

use std::collections::BTreeSet;

use ci_access::program::Place;
use ci_access::{Condition, Parts, Principal, Principals};
use ci_catalog::{Handler, NodeId, ResourceSchema};
use ci_graph::{Late, Value, visit_late};

use super::{Breadth, Finder, Found, Need, service_of};
use crate::facts;
use crate::names::at;
use crate::phase::{Phase, Phases};

/// A role that is handed to services.
pub(super) struct Passed {
    arns: Vec<Parts>,
    services: Vec<String>,
    known: bool,
}

impl Finder<'_> {
    /// The roles that a resource hands to a service, each with the services that may take it on.
    pub(super) fn roles(&self, place: Place) -> Vec<Passed> {
        let resource = self.names.resource(place);
        let schema = resource.schema;
        let lists_it = Handler::ALL
            .into_iter()
            .any(|handler| schema.handler_permissions(handler).unwrap_or_default().contains(&"iam:PassRole"));
        let mut values = Vec::new();
        for entry in &resource.properties {
            // A schema that does not list the action may still have a role, and other properties that name one.
            let is_called_role = ["Role", "RoleArn", "RoleARN"].iter().any(|end| entry.name.ends_with(end));
            if !lists_it && !is_called_role {
                continue;
            }
            let node = schema.node(schema.root()).property(&entry.name).map(|property| property.node);
            role_values(schema, node, &entry.value.value, &mut values, 0);
        }
        if values.is_empty() && lists_it {
            // The schema of some types does not say which property is the role.
            values.extend(resource.properties.iter().map(|entry| &entry.value.value).filter(|value| {
                let mut names_role = false;
                visit_late(value, resource.origin, &mut |late, _| {
                    names_role |= self.role(place.stack, late).is_some();
                });
                names_role
            }));
        }
        let mut passed: Vec<Passed> = Vec::new();
        for value in values {
            let mut roles = Vec::new();
            visit_late(value, resource.origin, &mut |late, _| roles.extend(self.role(place.stack, late)));
            for role in &roles {
                passed.push(Passed {
                    arns: self.names.own_arns(*role).into_iter().map(|arn| arn.parts).collect(),
                    services: self.trusted(*role),
                    known: true,
                });
            }
            if roles.is_empty() {
                let texts = self.names.texts(place.stack, value);
                let (arns, others): (Vec<Parts>, Vec<Parts>) =
                    texts.into_iter().partition(|parts| parts.to_string().contains(":role/"));
                let known = others.is_empty();
                let mut arns = arns;
                if !known {
                    let template = "arn:${Partition}:iam::${Account}:role/*";
                    arns.extend(self.names.arns(place, template).into_iter().map(|arn| arn.parts));
                }
                passed.push(Passed { arns, services: Vec::new(), known });
            }
        }
        passed
    }

    /// The role that a value is about: itself, or the one in an instance profile.
    fn role(&self, stack: usize, late: &Late) -> Option<Place> {
        let place = self.names.referenced(stack, late)?;
        let resource = self.names.resource(place);
        match resource.schema.name() {
            "AWS::IAM::Role" => Some(place),
            "AWS::IAM::InstanceProfile" => {
                let mut inner = None;
                for value in at(resource, "Roles") {
                    visit_late(value, resource.origin, &mut |late, _| {
                        inner = inner.or_else(|| self.role(place.stack, late));
                    });
                }
                inner
            }
            _ => None,
        }
    }

    /// The services that may take on a role of the program.
    fn trusted(&self, role: Place) -> Vec<String> {
        let holder = self.program.holders.iter().find(|holder| holder.place == role);
        let grants = holder.map(|holder| holder.trust.as_slice()).unwrap_or_default();
        let mut services = BTreeSet::new();
        for grant in grants {
            let Principals::Of(principals) = &grant.statement.principals else { continue };
            for principal in principals {
                if let Principal::Service(service) = principal {
                    services.extend(service.known());
                }
            }
        }
        services.into_iter().collect()
    }

    pub(super) fn pass_roles(&self, place: Place, passed: Vec<Passed>, found: &mut Found) {
        let schema = self.names.resource(place).schema;
        for Passed { arns, mut services, known } in passed {
            if services.is_empty() {
                let (of_table, is_listed) = facts::passed_to(schema.name(), service_of(schema));
                if !is_listed {
                    found.assumed.extend(of_table.iter().map(|service| (schema.name(), service.clone())));
                }
                services = of_table;
            }
            let condition =
                Condition::new("StringEquals", "iam:PassedToService", services.iter().map(String::as_str));
            found.needs.push(Need {
                place,
                action: "iam:PassRole".to_owned(),
                phases: Phases::of(&[Phase::Create, Phase::Update]),
                resources: arns,
                conditions: condition.into_iter().collect(),
                certain: Vec::new(),
                breadth: (!known).then_some(Breadth::NotSaid),
            });
        }
    }

    pub(super) fn linked_role(&self, place: Place, phases: Phases, found: &mut Found) {
        let schema = self.names.resource(place).schema;
        let (mut services, is_listed) = facts::linked(schema.name(), service_of(schema));
        if !is_listed {
            found.assumed.extend(services.iter().map(|service| (schema.name(), service.clone())));
        }
        // Scaling has a role for each service that is scaled.
        if let [Value::String(namespace)] = at(self.names.resource(place), "ServiceNamespace").as_slice() {
            services.retain(|service| service.split('.').next() == Some(namespace));
            if services.is_empty() {
                services.push(format!("{namespace}.application-autoscaling.amazonaws.com"));
            }
        }
        let template = |service: &String| {
            let template = format!("arn:${{Partition}}:iam::${{Account}}:role/aws-service-role/{service}/*");
            self.names.arns(place, &template)
        };
        let resources = services.iter().flat_map(template).map(|arn| arn.parts).collect();
        let condition =
            Condition::new("StringEquals", "iam:AWSServiceName", services.iter().map(String::as_str));
        found.needs.push(Need {
            place,
            action: "iam:CreateServiceLinkedRole".to_owned(),
            phases,
            resources,
            conditions: condition.into_iter().collect(),
            certain: Vec::new(),
            breadth: None,
        });
    }
}

/// The values of properties that take a role.
fn role_values<'a>(
    schema: &'static ResourceSchema,
    node: Option<NodeId>,
    value: &'a Value,
    found: &mut Vec<&'a Value>,
    depth: u8,
) {
    const MAX_DEPTH: u8 = 24;
    let Some(node) = node.map(|node| schema.node(node)).filter(|_| depth < MAX_DEPTH) else { return };
    let takes_role = node.references.iter().any(|target| target.resource_type == "AWS::IAM::Role");
    match value {
        Value::Record(entries) => {
            for entry in entries {
                let inner = node.property(&entry.name).map(|property| property.node);
                role_values(schema, inner, &entry.value.value, found, depth + 1);
            }
        }
        Value::List(items) => {
            for item in items {
                role_values(schema, node.items, &item.value, found, depth + 1);
            }
        }
        Value::Absent | Value::Unknown => {}
        _ if takes_role => found.push(value),
        Value::Late(late) => {
            if let Late::If { then, otherwise, .. } = &**late {
                for branch in [&then.value, &otherwise.value] {
                    if let Value::Record(_) | Value::List(_) = branch {
                        let id = schema.node_ids().find(|id| std::ptr::eq(schema.node(*id), node));
                        role_values(schema, id, branch, found, depth + 1);
                    }
                }
            }
        }
        _ => {}
    }
}

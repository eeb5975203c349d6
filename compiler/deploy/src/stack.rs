//! The roles of a deployment as a stack of their own, to be deployed by whoever may make roles.
//!
//! Must not know: how policies came to be, how a stack is written.

use std::sync::Arc;

use ci_access::Policy;
use ci_base::TextRange;
use ci_catalog::ResourceSchema;
use ci_graph::{
    Condition, Entry, Late, Located, Origin, Output, Parameter, ParameterConstraints, ParameterId, Pseudo,
    Resource, ResourceId, Stack, Value,
};
use serde_json::Value as Json;

use crate::document::{Written, write};
use crate::phase::Phase;
use crate::plan::{Deployment, Kind};

/// The parameter that says who takes on the role that starts deployments.
const CI_PRINCIPAL: &str = "CiPrincipalArn";

/// Stands before and after the name of a symbol in a text: no policy has it.
const MARK: char = '\u{1}';

/// The stack of all roles and policies of a deployment. `None` if the catalog has no roles, which it has.
pub fn stack(deployment: &Deployment) -> Option<Stack> {
    let builder = Builder {
        deployment,
        role: ci_catalog::resource_type("AWS::IAM::Role")?,
        policy: ci_catalog::resource_type("AWS::IAM::ManagedPolicy")?,
        resources: Vec::new(),
        outputs: Vec::new(),
    };
    Some(builder.build())
}

struct Builder<'a> {
    deployment: &'a Deployment,
    role: &'static ResourceSchema,
    policy: &'static ResourceSchema,
    resources: Vec<Resource>,
    outputs: Vec<Output>,
}

impl Builder<'_> {
    fn build(mut self) -> Stack {
        let target = self.deployment.names.prefix().to_owned();
        self.policies(Kind::Boundary, "Boundary", &format!("The most that a role of {target} may do."));
        for phase in Phase::ALL {
            let kind = Kind::Service(phase);
            let name = pascal(phase.name());
            let description = format!("What CloudFormation needs in the phase {phase} of {target}.");
            let policies = self.policies(kind, &format!("{name}Policy"), &description);
            let description = format!("CloudFormation takes it on in the phase {phase} of {target}.");
            // CloudFormation does not say for which stack it takes on a role. So who may pass the role decides, and the
            // policy for that names the stacks.
            let trust = record([("Service", Value::string("cloudformation.amazonaws.com"))]);
            self.role(kind, &format!("{name}Role"), &description, trust, policies, None);
        }
        let description = format!("Starts deployments of {target}.");
        let policies = self.policies(Kind::Ci, "CiPolicy", &description);
        let principal = Value::late(Late::Parameter(ParameterId(0)));
        let given = Condition::Not(Arc::new(Condition::Equals(principal.clone(), Value::string(""))));
        let trust = record([("AWS", principal)]);
        self.role(Kind::Ci, "CiRole", &description, trust, policies, Some(Arc::new(given)));
        Stack {
            name: format!("{target}-deploy-roles").into(),
            description: Some(format!("The roles that deploy {target}.").into()),
            origin: NOWHERE,
            region: None,
            resources: self.resources,
            parameters: vec![Parameter {
                name: CI_PRINCIPAL.into(),
                parameter_type: "String".into(),
                default: Some(located(Value::string(""))),
                description: Some(
                    "Who takes on the role that starts deployments. Empty: there is only its policy.".into(),
                ),
                no_echo: false,
                constraints: ParameterConstraints::default(),
                origin: NOWHERE,
            }],
            outputs: self.outputs,
            assets: Vec::new(),
            providers: Vec::new(),
            uses: Vec::new(),
        }
    }

    /// Adds the documents of a policy; returns them.
    fn policies(&mut self, kind: Kind, id: &str, description: &str) -> Vec<ResourceId> {
        let deployment = self.deployment;
        let parts = deployment.document(kind).map(|document| document.parts.as_slice()).unwrap_or_default();
        let mut ids = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let number = at + 1;
            // The boundary is one document, and roles name it.
            let (id, name) = match kind {
                Kind::Boundary => (id.to_owned(), deployment.names.of(kind)),
                _ => (format!("{id}{number}"), format!("{}-{number}", deployment.names.of(kind))),
            };
            let properties = vec![
                ("ManagedPolicyName", Value::string(name)),
                ("Description", Value::string(description)),
                ("PolicyDocument", policy_document(part)),
            ];
            ids.push(self.resource(&id, self.policy, properties, None));
        }
        for resource in ids.iter().filter(|_| matches!(kind, Kind::Ci | Kind::Boundary)) {
            let id = Arc::clone(&self.resources[resource.0 as usize].logical_id);
            self.output(&format!("{id}Arn"), Value::late(Late::Identifier(*resource)), None);
        }
        ids
    }

    fn role(
        &mut self,
        kind: Kind,
        id: &str,
        description: &str,
        trusted: Value,
        policies: Vec<ResourceId>,
        condition: Option<Arc<Condition>>,
    ) {
        let statement = record([
            ("Effect", Value::string("Allow")),
            ("Principal", trusted),
            ("Action", Value::string("sts:AssumeRole")),
        ]);
        let trust = record([("Version", Value::string("2012-10-17")), ("Statement", list([statement]))]);
        let arns = policies.into_iter().map(|policy| Value::late(Late::Identifier(policy)));
        let properties = vec![
            ("RoleName", Value::string(self.deployment.names.of(kind))),
            ("Description", Value::string(description)),
            ("AssumeRolePolicyDocument", trust),
            ("ManagedPolicyArns", list(arns)),
        ];
        let role = self.resource(id, self.role, properties, condition.clone());
        self.output(&format!("{id}Arn"), Value::late(Late::Attribute(role, "Arn".into())), condition);
    }

    fn resource(
        &mut self,
        id: &str,
        schema: &'static ResourceSchema,
        properties: Vec<(&str, Value)>,
        condition: Option<Arc<Condition>>,
    ) -> ResourceId {
        let properties = properties.into_iter().map(|(name, value)| entry(name, value)).collect();
        let resource = Resource::new(id.into(), id.into(), schema, properties, NOWHERE);
        self.resources.push(Resource { condition, ..resource });
        ResourceId((self.resources.len() - 1) as u32)
    }

    fn output(&mut self, name: &str, value: Value, condition: Option<Arc<Condition>>) {
        self.outputs.push(Output {
            name: name.into(),
            value: located(value),
            description: None,
            condition,
            provided: None,
        });
    }
}

/// None of it is written in a program.
const NOWHERE: Origin = Origin { item: 0, range: TextRange::empty(0) };

fn located(value: Value) -> Located {
    Located { value, origin: NOWHERE }
}

fn entry(name: &str, value: Value) -> Entry {
    Entry { name: name.into(), value: located(value) }
}

fn record<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Record(entries.into_iter().map(|(name, value)| entry(name, value)).collect())
}

fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::List(items.into_iter().map(located).collect())
}

fn policy_document(policy: &Policy) -> Value {
    let written = write(policy, |symbol| format!("{MARK}{}{MARK}", symbol.name));
    let Some(Written { version, statement }) = written else { return Value::Absent };
    let statements = statement.into_iter().filter_map(|statement| {
        // In the order in which documents have it; JSON would sort.
        let of = |name: &str, value: Option<Json>| value.map(|value| entry(name, value_of(value)));
        let condition = statement.condition.map(serde_json::to_value).transpose().ok()?;
        let entries = [
            Some(entry("Effect", Value::string(statement.effect))),
            of("Action", statement.action),
            of("NotAction", statement.not_action),
            of("Resource", statement.resource),
            of("NotResource", statement.not_resource),
            of("Condition", condition),
        ];
        Some(Value::Record(entries.into_iter().flatten().collect()))
    });
    record([("Version", Value::string(version)), ("Statement", list(statements))])
}

/// JSON as a value of the graph, with what only the deployment knows computed there.
fn value_of(json: Json) -> Value {
    match json {
        Json::Bool(known) => Value::Bool(known),
        Json::String(text) => text_of(&text),
        Json::Array(items) => list(items.into_iter().map(value_of)),
        Json::Object(entries) => {
            Value::Record(entries.into_iter().map(|(name, value)| entry(&name, value_of(value))).collect())
        }
        Json::Number(known) => known.as_i64().map_or(Value::Absent, Value::Int),
        Json::Null => Value::Absent,
    }
}

fn text_of(text: &str) -> Value {
    let mut parts: Vec<Value> = Vec::new();
    for (at, part) in text.split(MARK).enumerate() {
        if at % 2 == 0 {
            parts.extend((!part.is_empty()).then(|| Value::string(part)));
            continue;
        }
        let pseudo = match part {
            "AWS::AccountId" => Some(Pseudo::AccountId),
            "AWS::Partition" => Some(Pseudo::Partition),
            "AWS::Region" => Some(Pseudo::Region),
            _ => None,
        };
        parts.push(pseudo.map_or_else(|| Value::string("*"), |pseudo| Value::late(Late::Pseudo(pseudo))));
    }
    if parts.iter().all(|part| part.as_str().is_some()) {
        return Value::string(parts.iter().filter_map(Value::as_str).collect::<String>());
    }
    match parts.as_slice() {
        [one] => one.clone(),
        _ => Value::late(Late::Concat(parts)),
    }
}

fn pascal(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

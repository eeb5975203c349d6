//! Templates as CloudFormation would fill them in, read without the compiler: what every role may do, and its neighbours.
//!
//! Names are made up, one for each resource, so that an ARN of one is never that of another. Of a choice that only the
//! deployment makes, the first branch is taken.

#![expect(clippy::unwrap_used, reason = "a template that is not as expected stops the test that reads it")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value, json};

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-1";

/// The templates of a target by the names of their stacks.
#[derive(Debug)]
pub struct Target {
    stacks: BTreeMap<String, Value>,
}

/// A role, and the documents of its policies.
pub struct Role {
    /// Its stack and logical id.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// What it is given, filled in.
    pub policies: Vec<Value>,
}

impl Target {
    /// Templates by the names of their stacks.
    #[must_use]
    pub const fn new(stacks: BTreeMap<String, Value>) -> Self {
        Self { stacks }
    }

    /// The templates in a folder of a kept build.
    ///
    /// # Panics
    /// When a template is not as the compiler writes them.
    #[must_use]
    pub fn read(folder: &Path) -> Self {
        let app: Value = serde_json::from_slice(&std::fs::read(folder.join("app.json")).unwrap()).unwrap();
        let stacks = app["stacks"].as_array().unwrap().iter().map(|stack| {
            let template = folder.join(stack["template"].as_str().unwrap());
            let template = serde_json::from_slice(&std::fs::read(template).unwrap()).unwrap();
            (stack["name"].as_str().unwrap().to_owned(), template)
        });
        Self { stacks: stacks.collect() }
    }

    /// Every policy document that stands anywhere: where, and what it says.
    ///
    /// # Panics
    /// When a template is not as the compiler writes them.
    #[must_use]
    pub fn documents(&self) -> Vec<(String, Value)> {
        let mut found = Vec::new();
        for (stack, template) in &self.stacks {
            for (id, resource) in template["Resources"].as_object().unwrap() {
                let mut inside = Vec::new();
                documents_in(&resource["Properties"], &mut inside);
                found.extend(inside.into_iter().map(|it| (format!("{stack} {id}"), self.fill(stack, it))));
            }
        }
        found
    }

    /// All roles.
    ///
    /// # Panics
    /// When a template is not as the compiler writes them.
    #[must_use]
    pub fn roles(&self) -> Vec<Role> {
        let mut roles = Vec::new();
        for (stack, template) in &self.stacks {
            let resources = template["Resources"].as_object().unwrap();
            for (id, resource) in
                resources.iter().filter(|(_, resource)| resource["Type"] == "AWS::IAM::Role")
            {
                let inline = resource["Properties"]["Policies"].as_array().cloned().unwrap_or_default();
                let mut policies: Vec<Value> =
                    inline.iter().map(|policy| self.fill(stack, &policy["PolicyDocument"])).collect();
                let arns = resource["Properties"]["ManagedPolicyArns"].as_array();
                let is_attached = |(other_id, other): &(&String, &Value)| {
                    let by_role =
                        || arns.is_some_and(|arns| arns.contains(&json!({ "Ref": other_id.as_str() })));
                    is_policy(other) && (names(other, id) || by_role())
                };
                for (_, attached) in resources.iter().filter(is_attached) {
                    policies.push(self.fill(stack, &attached["Properties"]["PolicyDocument"]));
                }
                roles.push(Role { name: format!("{stack} {id}"), arn: self.arn(stack, id), policies });
            }
        }
        roles
    }

    /// The ARNs of all resources.
    ///
    /// # Panics
    /// When a template is not as the compiler writes them.
    #[must_use]
    pub fn arns(&self) -> BTreeSet<String> {
        let of = |(stack, template): (&String, &Value)| -> Vec<String> {
            template["Resources"].as_object().unwrap().keys().map(|id| self.arn(stack, id)).collect()
        };
        self.stacks.iter().flat_map(of).collect()
    }

    fn type_of(&self, stack: &str, id: &str) -> &str {
        self.stacks[stack]["Resources"][id]["Type"].as_str().unwrap_or_default()
    }

    /// An ARN of the form that IAM's reference has for the type.
    fn arn(&self, stack: &str, id: &str) -> String {
        let name = format!("{stack}-{id}").to_lowercase();
        let schema = ci_catalog::resource_type(self.type_of(stack, id));
        let template = schema.and_then(ci_catalog::ResourceSchema::arn_template);
        let mut arn = String::new();
        let mut rest = template.unwrap_or("arn:${Partition}:other:${Region}:${Account}:${Name}");
        while let Some((before, after)) = rest.split_once("${") {
            let (variable, after) = after.split_once('}').unwrap();
            arn.push_str(before);
            arn.push_str(match variable {
                "Partition" => "aws",
                "Region" => REGION,
                "Account" => ACCOUNT,
                _ => &name,
            });
            rest = after;
        }
        arn + rest
    }

    /// What an attribute is: an ARN by its name, anything else is the name.
    fn attribute(&self, stack: &str, id: &str, attribute: &str) -> Value {
        let arn = self.arn(stack, id);
        if self.type_of(stack, id) == "AWS::Logs::LogGroup" && attribute == "Arn" {
            // CloudFormation gives the ARN of all that is in a log group.
            return format!("{arn}:*").into();
        }
        if attribute.ends_with("Arn")
            || attribute.ends_with("ARN")
            || attribute == "Id" && self.type_of(stack, id).contains("Secret")
        {
            return arn.into();
        }
        format!("{stack}-{id}").to_lowercase().into()
    }

    fn reference(&self, stack: &str, name: &str) -> Value {
        match name {
            "AWS::AccountId" => ACCOUNT.into(),
            "AWS::Region" => REGION.into(),
            "AWS::Partition" => "aws".into(),
            "AWS::URLSuffix" => "amazonaws.com".into(),
            "AWS::StackName" => stack.into(),
            _ => {
                let schema = ci_catalog::resource_type(self.type_of(stack, name));
                let part = schema.and_then(|schema| schema.ref_parts().first().copied()).unwrap_or("Name");
                self.attribute(stack, name, part)
            }
        }
    }

    /// An output of another stack, by its name or by the name of its export.
    fn output(&self, stack: &str, name: &str) -> Value {
        self.fill(stack, &self.stacks[stack]["Outputs"][name]["Value"])
    }

    /// A value with its functions computed.
    fn fill(&self, stack: &str, value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| self.fill(stack, item)).collect(),
            Value::Object(map) => match map.iter().next().filter(|_| map.len() == 1) {
                Some((function, argument)) if function == "Ref" || function.starts_with("Fn::") => {
                    self.compute(stack, function, argument)
                }
                _ => map
                    .iter()
                    .map(|(name, value)| (name.clone(), self.fill(stack, value)))
                    .collect::<Map<_, _>>()
                    .into(),
            },
            other => other.clone(),
        }
    }

    fn compute(&self, stack: &str, function: &str, argument: &Value) -> Value {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        match function {
            "Ref" => self.reference(stack, &text(argument)),
            "Fn::GetAtt" => {
                let (id, attribute) = match argument {
                    Value::Array(parts) => (text(&parts[0]), text(&parts[1])),
                    joined => {
                        let joined = text(joined);
                        let (id, attribute) = joined.split_once('.').unwrap();
                        (id.to_owned(), attribute.to_owned())
                    }
                };
                self.attribute(stack, &id, &attribute)
            }
            "Fn::Sub" => {
                let template = text(argument);
                let mut filled = String::new();
                let mut rest = template.as_str();
                while let Some((before, after)) = rest.split_once("${") {
                    filled.push_str(before);
                    let (inside, after) = after.split_once('}').unwrap();
                    rest = after;
                    let value = match inside.split_once('.') {
                        _ if inside.starts_with('!') => Value::from(format!("${{{}}}", &inside[1..])),
                        Some((id, attribute)) => self.attribute(stack, id, attribute),
                        None => self.reference(stack, inside),
                    };
                    filled.push_str(value.as_str().unwrap());
                }
                (filled + rest).into()
            }
            "Fn::Join" => {
                let parts = self.fill(stack, &argument[1]);
                let parts: Vec<&str> =
                    parts.as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect();
                parts.join(argument[0].as_str().unwrap()).into()
            }
            "Fn::If" => self.fill(stack, &argument[1]),
            "Fn::Split" => {
                let whole = self.fill(stack, &argument[1]);
                whole.as_str().unwrap().split(argument[0].as_str().unwrap()).collect()
            }
            "Fn::Select" => {
                let at = argument[0].as_u64().or_else(|| argument[0].as_str()?.parse().ok()).unwrap();
                let parts = self.fill(stack, &argument[1]);
                // A made-up name has not all the parts of a real one.
                parts
                    .as_array()
                    .unwrap()
                    .get(at as usize)
                    .cloned()
                    .unwrap_or_else(|| format!("part{at}").into())
            }
            "Fn::ImportValue" => {
                let export = text(argument);
                let (stack, output) = export.split_once(':').unwrap();
                self.output(stack, output)
            }
            "Fn::GetStackOutput" => {
                self.output(&text(&argument["StackName"]), &text(&argument["OutputName"]))
            }
            other => panic!("{other} stands in a policy"),
        }
    }
}

fn documents_in<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(map) if map.contains_key("Statement") => found.push(value),
        Value::Object(map) => map.values().for_each(|value| documents_in(value, found)),
        Value::Array(items) => items.iter().for_each(|item| documents_in(item, found)),
        _ => {}
    }
}

fn is_policy(resource: &Value) -> bool {
    matches!(
        resource["Type"].as_str(),
        Some("AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" | "AWS::IAM::RolePolicy")
    )
}

fn names(policy: &Value, role: &str) -> bool {
    let reference = json!({ "Ref": role });
    let properties = &policy["Properties"];
    properties["RoleName"] == reference
        || properties["Roles"].as_array().is_some_and(|roles| roles.contains(&reference))
}

/// A request, and whether it is declared.
pub struct Question {
    /// Whose.
    pub role: String,
    /// The simulation, as the simulator takes it.
    pub simulation: Value,
    /// It must be allowed; otherwise it must not.
    pub is_declared: bool,
}

/// One or many values.
fn many(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    }
}

/// A text that a pattern stands for.
fn instance(pattern: &str) -> String {
    match pattern.strip_suffix(":*").filter(|before| before.contains(":log-group:")) {
        Some(group) => return format!("{group}:log-stream:x1"),
        None if pattern == "*" => return pattern.to_owned(),
        None => {}
    }
    pattern.replace('*', "x1").replace('?', "x")
}

/// The conditions of a statement as a request fulfils them.
fn context(statement: &Value) -> Map<String, Value> {
    let operators = statement["Condition"].as_object().cloned().unwrap_or_default();
    let keys = operators.values().filter_map(Value::as_object).flatten();
    keys.map(|(key, value)| (key.clone(), instance(many(value)[0].as_str().unwrap()).into())).collect()
}

/// Every right of a role, and what is next to it: another resource, another action, another context.
///
/// # Panics
/// When a template is not as the compiler writes them.
#[must_use]
pub fn questions(target: &Target) -> Vec<Question> {
    let mut all = Vec::new();
    let arns = target.arns();
    for role in target.roles() {
        let statements: Vec<Value> =
            role.policies.iter().flat_map(|policy| many(&policy["Statement"])).collect();
        let allowing: Vec<&Value> =
            statements.iter().filter(|statement| statement["Effect"] == "Allow").collect();
        let is_named = |action: &str, resource: &str| {
            allowing.iter().any(|statement| {
                let has = |name: &str, text: &str| {
                    many(&statement[name]).iter().filter_map(Value::as_str).any(|pattern| {
                        let (before, after) = pattern.split_once('*').unwrap_or((pattern, ""));
                        text == pattern
                            || pattern.contains('*') && text.starts_with(before) && text.ends_with(after)
                    })
                };
                has("Action", action) && has("Resource", resource)
            })
        };
        let mut ask = |action: &str, resource: &str, context: &Map<String, Value>, is_declared: bool| {
            let mut simulation = json!({
                "request": {
                    "principal": role.arn,
                    "action": action,
                    "resource": { "resource": resource, "accountId": ACCOUNT },
                    "contextVariables": context,
                },
                "identityPolicies": role.policies.iter().enumerate()
                    .map(|(at, policy)| json!({ "name": format!("policy{at}"), "policy": policy })).collect::<Vec<_>>(),
                "serviceControlPolicies": [],
                "resourceControlPolicies": [],
            });
            if action.starts_with("kms:") {
                // A key lets the account decide.
                let principal = json!({ "AWS": format!("arn:aws:iam::{ACCOUNT}:root") });
                let statement =
                    json!({ "Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": principal });
                simulation["resourcePolicy"] = json!({ "Version": "2012-10-17", "Statement": [statement] });
            }
            all.push(Question { role: role.name.clone(), simulation, is_declared });
        };
        for statement in &allowing {
            let fulfilled = context(statement);
            for action in many(&statement["Action"]) {
                let action = action.as_str().unwrap();
                for resource in many(&statement["Resource"]) {
                    let pattern = resource.as_str().unwrap();
                    let resource = instance(pattern);
                    ask(action, &resource, &fulfilled, true);
                    // Another action of the service on the same resource.
                    let (prefix, name) = action.split_once(':').unwrap();
                    let service = ci_catalog::iam::service(prefix).unwrap();
                    let kinds = service.action(name).unwrap().resources;
                    let next_to = service.actions().iter().filter(|other| {
                        other.resources.first().map(|kind| kind.resource_type)
                            == kinds.first().map(|kind| kind.resource_type)
                    });
                    let others = next_to.map(|other| format!("{prefix}:{}", other.name));
                    for other in others.filter(|other| !is_named(other, &resource)).take(2) {
                        ask(&other, &resource, &fulfilled, false);
                    }
                    if pattern == "*" {
                        continue;
                    }
                    // The same with another resource: one that nobody named, and those of the program of this service.
                    let kind: Vec<&str> = resource.splitn(6, ':').collect();
                    let is_like = |arn: &&String| arn.split(':').nth(2) == Some(kind[2]);
                    let stranger = match resource.rsplit_once(['/', ':']) {
                        Some((before, name)) => {
                            format!("{}{}other-{name}", before, &resource[before.len()..=before.len()])
                        }
                        None => resource.clone(),
                    };
                    let siblings = arns.iter().filter(is_like).take(4).cloned();
                    for other in siblings.chain([stranger]).filter(|other| !is_named(action, other)) {
                        ask(action, &other, &fulfilled, false);
                    }
                    // The same without what a condition asks for.
                    for key in fulfilled.keys() {
                        let mut without = fulfilled.clone();
                        without.insert(key.clone(), "something-else".into());
                        let alone = allowing.iter().filter(|other| {
                            many(&other["Action"]).iter().any(|known| known == action)
                                && many(&other["Resource"]).iter().any(|known| known == pattern)
                        });
                        if alone.count() == 1 {
                            ask(action, &resource, &without, false);
                        }
                    }
                }
            }
        }
    }
    all
}

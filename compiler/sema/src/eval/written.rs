//! What was written of a resource, and which key of KMS a property of it names.
//!
//! Must not know: what a right is.

use std::rc::Rc;

use ci_base::{Code, Diagnostic};
use ci_graph::{Late, Origin, ResourceId};

use super::Eval;
use super::value::{Located, Value};

impl Eval<'_> {
    /// All properties that a resource was made with.
    pub(super) fn properties(&mut self, of: &Value, origin: Origin) -> Value {
        match of {
            Value::Resource(resource) => match self.fill(*resource) {
                Some(properties) => Value::Record(properties),
                None => self.being_found("what is written of a resource", origin),
            },
            Value::Existing(existing) => Value::Record(Rc::new(existing.properties.clone())),
            _ => Value::Unknown,
        }
    }

    /// The ARN of the key that is named by its ARN, its id or an alias; `none` of a key that AWS manages, whose policy
    /// lets everyone use it through its service. What is late and no identifier is taken for an ARN.
    pub(super) fn key_arn(&mut self, named: &Located, origin: Origin) -> Value {
        match &named.value {
            Value::Text(text) if text.starts_with("alias/aws/") || text.contains(":alias/aws/") => {
                Value::None
            }
            Value::Text(text) if !text.starts_with("arn:") || text.contains(":alias/") => {
                let message = format!("which key `{text}` names is known only at deployment");
                let found = Diagnostic::new(Code::InvalidFormat, self.called_at.unwrap_or(origin), message)
                    .note("a right to use a key needs its ARN")
                    .help("name the key by its ARN where the resource is made");
                self.report(found);
                Value::Unknown
            }
            Value::Late(late) => match **late {
                Late::Identifier(resource) => self.key_of(resource, named, origin),
                _ => named.value.clone(),
            },
            _ => named.value.clone(),
        }
    }

    fn key_of(&mut self, resource: ResourceId, named: &Located, origin: Origin) -> Value {
        match self.resources[resource.0 as usize].schema.name() {
            "AWS::KMS::Alias" => match self.fill(resource) {
                Some(alias) => {
                    let target = alias.get("TargetKeyId").cloned();
                    target.map_or(Value::Unknown, |target| self.key_arn(&target, origin))
                }
                None => self.being_found("what is written of an alias", origin),
            },
            "AWS::KMS::Key" | "AWS::KMS::ReplicaKey" => self.attribute(resource, "Arn", origin),
            _ => named.value.clone(),
        }
    }
}

//! Whether there is anything to prove: most programs name every resource by itself and hold no action that leads on.
//!
//! A look at the graph, in which nothing is made: it takes a small part of the time of reading the policies. What it is
//! not sure of is not plain.
//!
//! Must not know: what is proved of what is not plain.

use ci_catalog::iam;
use ci_graph::{Entry, Late, Located, Stack, Value};

use super::escalation::leads_on;
use super::read::{GUARDING, names_role};

/// Whether nobody of these stacks can reach what is not named by itself, or come to more than they may.
pub fn is_plain(stacks: &[&Stack]) -> bool {
    stacks.iter().all(|stack| {
        stack.resources.iter().all(|resource| {
            let name = resource.schema.name();
            if name.starts_with("AWS::IAM::") {
                return resource.properties.iter().all(|entry| {
                    // A trust policy is about the role; who may take it on is asked of whoever may.
                    let is_identity = &*entry.name != "AssumeRolePolicyDocument";
                    Look { stacks, is_identity }.property(&entry.name, &entry.value.value)
                });
            }
            // A role, or what a policy is for, that is named by a text may be of another service.
            let by_text = |name: &str| {
                let value = resource.property(name).map(|found| &found.value);
                value.is_some_and(|value| !(Look { stacks, is_identity: false }).is_by_itself(value))
            };
            if resource.properties.iter().any(|entry| names_role(&entry.name) && by_text(&entry.name)) {
                return false;
            }
            GUARDING.iter().filter(|(known, ..)| *known == name).all(|(_, document, target)| {
                if target.is_some_and(by_text) {
                    return false;
                }
                let (property, _) = document.split_once('.').unwrap_or((document, ""));
                let policy = resource.property(property);
                policy.is_none_or(|policy| {
                    Look { stacks, is_identity: false }.property(property, &policy.value)
                })
            })
        })
    })
}

/// Properties that hold a document.
const DOCUMENTS: [&str; 11] = [
    "AccessPolicies",
    "AccessPolicy",
    "AssumeRolePolicyDocument",
    "FileSystemPolicy",
    "KeyPolicy",
    "Policy",
    "PolicyDocument",
    "RepositoryPolicyText",
    "ResourcePolicy",
    "ResourcePolicyDocument",
    "Statement",
];

#[derive(Clone, Copy)]
struct Look<'a> {
    stacks: &'a [&'a Stack],
    /// The policies belong to somebody, so their resources matter.
    is_identity: bool,
}

impl Look<'_> {
    /// Whether all statements in a property are plain. A document that is a text, or put together at deployment, is not.
    fn property(self, name: &str, value: &Value) -> bool {
        match value {
            Value::Record(entries) if entries.iter().any(|entry| &*entry.name == "Effect") => {
                self.statement(entries)
            }
            Value::Record(entries) => {
                entries.iter().all(|entry| self.property(&entry.name, &entry.value.value))
            }
            Value::List(items) => items.iter().all(|item| self.property("", &item.value)),
            Value::Late(late) => match &**late {
                Late::If { then, otherwise, .. } => {
                    self.property(name, &then.value) && self.property(name, &otherwise.value)
                }
                _ => !DOCUMENTS.contains(&name),
            },
            Value::String(_) => !DOCUMENTS.contains(&name),
            _ => true,
        }
    }

    fn statement(self, entries: &[Entry]) -> bool {
        let get = |name: &str| entries.iter().find(|entry| &*entry.name == name).map(|entry| &entry.value);
        if get("Effect").is_some_and(|effect| effect.value.as_str() == Some("Deny")) {
            return true;
        }
        let mut has_star = false;
        let of_principal = |located: &Located| match &located.value {
            Value::Record(kinds) => {
                kinds.iter().all(|kind| &*kind.name != "AWS" || self.all(&kind.value, &mut Self::principal))
            }
            Value::String(text) => &**text == "*",
            _ => false,
        };
        entries.iter().all(|entry| match &*entry.name {
            "Resource" if self.is_identity => {
                self.all(&entry.value, &mut |look, value| look.resource(value, &mut has_star))
            }
            "Action" if self.is_identity => self.all(&entry.value, &mut |_, value| {
                value.as_str().is_some_and(|action| !action.contains(['*', '?']) && !leads_on(action))
            }),
            "NotAction" | "NotResource" | "NotPrincipal" => false,
            "Principal" => of_principal(&entry.value),
            _ => true,
        }) && (!has_star
            || get("Action")
                .is_some_and(|actions| self.all(actions, &mut |_, value| has_no_resources(value))))
    }

    /// Whether each element of a list, or of what the deployment chooses from, is as wanted.
    fn all(self, located: &Located, wanted: &mut dyn FnMut(Self, &Value) -> bool) -> bool {
        match &located.value {
            Value::List(items) => items.iter().all(|item| self.all(item, wanted)),
            Value::Absent => true,
            Value::Late(late) => match &**late {
                Late::If { then, otherwise, .. } => self.all(then, wanted) && self.all(otherwise, wanted),
                _ => wanted(self, &located.value),
            },
            value => wanted(self, value),
        }
    }

    /// A resource by itself, or what is in one; `"*"` is noted.
    fn resource(self, value: &Value, has_star: &mut bool) -> bool {
        match value {
            Value::String(text) if &**text == "*" => {
                *has_star = true;
                true
            }
            Value::Late(late) => match &**late {
                Late::Concat(parts) => match parts.as_slice() {
                    [Value::Late(first), Value::String(next), ..] => {
                        next.starts_with(['/', ':']) && self.is_itself(first)
                    }
                    _ => false,
                },
                late => self.is_itself(late),
            },
            _ => false,
        }
    }

    fn is_itself(self, late: &Late) -> bool {
        match late {
            Late::Identifier(_) | Late::Attribute(..) => true,
            Late::StackOutput { stack, output, .. } => {
                let provider = self.stacks.iter().find(|known| *known.name == **stack);
                let output =
                    provider.and_then(|stack| stack.outputs.iter().find(|known| *known.name == **output));
                output.is_some_and(|output| match &output.value.value {
                    Value::Late(late) => self.is_itself(late),
                    _ => false,
                })
            }
            _ => false,
        }
    }

    /// A reference, or several; what is no text at all names nothing.
    fn is_by_itself(self, value: &Value) -> bool {
        match value {
            Value::String(_) => false,
            Value::List(items) => items.iter().all(|item| self.is_by_itself(&item.value)),
            Value::Late(late) => match &**late {
                Late::If { then, otherwise, .. } => {
                    self.is_by_itself(&then.value) && self.is_by_itself(&otherwise.value)
                }
                Late::Parameter(_) => true,
                late => self.is_itself(late),
            },
            _ => true,
        }
    }

    /// Somebody by themselves, or an account.
    fn principal(self, value: &Value) -> bool {
        match value {
            Value::String(text) => !text.starts_with("arn:") || text.ends_with(":root"),
            Value::Late(late) => match &**late {
                Late::Pseudo(_) => true,
                Late::Concat(parts) => {
                    parts.last().and_then(Value::as_str).is_some_and(|last| last.ends_with(":root"))
                }
                late => self.is_itself(late),
            },
            _ => false,
        }
    }
}

/// Whether an action can only be allowed on `"*"`.
fn has_no_resources(action: &Value) -> bool {
    action.as_str().and_then(iam::action).is_some_and(|action| action.resources.is_empty())
}

#[cfg(test)]
mod tests;

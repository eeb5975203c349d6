//! Plain text that CloudFormation would interpolate elsewhere: `${AWS::Region}` is copied into the resource as it stands.
//!
//! What IAM and other services interpolate themselves (`${aws:username}`) is theirs and left alone.

use ci_base::{Code, Diagnostic};
use ci_graph::{Late, Located, Origin, Stack, Value};
use rustc_hash::FxHashSet;

/// The pseudo parameters, as `Fn::Sub` names them.
const PSEUDO: [&str; 7] = [
    "AWS::AccountId",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

pub(crate) fn check(stack: &Stack, findings: &mut Vec<Diagnostic<Origin>>) {
    let mut walk = Walk { stack, names: None, findings };
    for resource in &stack.resources {
        for entry in &resource.properties {
            walk.value(&entry.value);
        }
    }
}

struct Walk<'a> {
    stack: &'a Stack,
    /// The names in the template; gathered when the first `${` is met.
    names: Option<FxHashSet<&'a str>>,
    findings: &'a mut Vec<Diagnostic<Origin>>,
}

impl Walk<'_> {
    fn value(&mut self, located: &Located) {
        match &located.value {
            Value::String(text) => self.text(text, located.origin),
            Value::List(items) => items.iter().for_each(|item| self.value(item)),
            Value::Record(entries) => entries.iter().for_each(|entry| self.value(&entry.value)),
            Value::Late(late) => {
                if let Late::If { then, otherwise, .. } = &**late {
                    self.value(then);
                    self.value(otherwise);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str, origin: Origin) {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once("${") {
            let Some((name, tail)) = after.split_once('}') else { return };
            rest = tail;
            let own = name.split('.').next().unwrap_or_default();
            if !PSEUDO.contains(&name) && !self.is_in_template(own) {
                continue;
            }
            let finding = Diagnostic::new(
                Code::InvalidFormat,
                origin,
                format!("`${{{name}}}` stays as it is: nothing is put in its place here"),
            )
            .note("`${…}` is CloudFormation's way to write it, inside `Fn::Sub`")
            .help("interpolate with braces alone, as in `\"{aws::region}\"` or `\"{bucket.Arn}\"`");
            self.findings.push(finding);
            return;
        }
    }

    fn is_in_template(&mut self, name: &str) -> bool {
        let stack = self.stack;
        let names = self.names.get_or_insert_with(|| {
            let resources = stack.resources.iter().map(|resource| &*resource.logical_id);
            resources.chain(stack.parameters.iter().map(|parameter| &*parameter.name)).collect()
        });
        names.contains(name)
    }
}

//! Pipelines, and the projects that build in them.

use ci_graph::{Late, Located, Resource, Value};

use super::Rules;
use crate::view::{Fields, broken, target_of};
use crate::words;

/// How many artifacts actions take and make: owner, category, provider, least and most in, least and most out.
type Counts = (&'static str, &'static str, &'static str, [usize; 2], [usize; 2]);

const COUNTS: [Counts; 20] = [
    ("AWS", "Source", "S3", [0, 0], [1, 1]),
    ("AWS", "Source", "CodeCommit", [0, 0], [1, 1]),
    ("AWS", "Source", "ECR", [0, 0], [1, 1]),
    ("AWS", "Test", "CodeBuild", [1, 5], [0, 5]),
    ("AWS", "Test", "DeviceFarm", [1, 1], [0, 0]),
    ("AWS", "Build", "CodeBuild", [1, 5], [0, 5]),
    ("AWS", "Approval", "Manual", [0, 0], [0, 0]),
    ("AWS", "Deploy", "S3", [1, 1], [0, 0]),
    ("AWS", "Deploy", "CloudFormation", [0, 10], [0, 1]),
    ("AWS", "Deploy", "CodeDeploy", [1, 1], [0, 0]),
    ("AWS", "Deploy", "ElasticBeanstalk", [1, 1], [0, 0]),
    ("AWS", "Deploy", "OpsWorks", [1, 1], [0, 0]),
    ("AWS", "Deploy", "ECS", [1, 1], [0, 0]),
    ("AWS", "Deploy", "ServiceCatalog", [1, 1], [0, 0]),
    ("AWS", "Invoke", "Lambda", [0, 5], [0, 5]),
    ("ThirdParty", "Source", "GitHub", [0, 0], [1, 1]),
    ("ThirdParty", "Deploy", "AlexaSkillsKit", [0, 2], [0, 0]),
    ("Custom", "Build", "Jenkins", [0, 5], [0, 5]),
    ("Custom", "Test", "Jenkins", [0, 5], [0, 5]),
    ("AWS", "Source", "CodeStarSourceConnection", [0, 0], [1, 1]),
];

pub(super) fn pipeline(rules: &mut Rules<'_>, resource: &Resource) {
    let mut made: Vec<(&str, &Located)> = Vec::new();
    // A stage or artifact that is late may hold whatever is missed elsewhere.
    let mut sure = resource.field("Stages").is_some_and(|stages| matches!(stages.value, Value::List(_)));
    for (index, stage) in resource.items("Stages").iter().enumerate() {
        let actions = stage.items("Actions");
        sure &= matches!(stage.field("Actions").map(|actions| &actions.value), Some(Value::List(_)));
        for action in actions {
            category(rules, action, index);
            counts(rules, action);
            configuration(rules, action);
            for artifact in action.items("OutputArtifacts") {
                let Some(name) = artifact.field("Name") else { continue };
                let Some(text) = name.value.as_str() else {
                    sure = false;
                    continue;
                };
                match made.iter().find(|(known, _)| *known == text) {
                    Some((_, first)) => {
                        let message =
                            format!("the artifact {} is made by another action already", words::quote(text));
                        rules.findings.push(
                            broken("artifact-twice", name.origin, message).also(first.origin, "made here"),
                        );
                    }
                    None => made.push((text, name)),
                }
            }
        }
        for artifact in actions.iter().flat_map(|action| action.items("InputArtifacts")) {
            let Some(name) = artifact.field("Name") else { continue };
            let unknown = |text: &&str| sure && !made.iter().any(|(known, _)| known == text);
            if let Some(text) = name.value.as_str().filter(unknown) {
                let message = format!("no action before this one makes the artifact {}", words::quote(text));
                let finding = broken("artifact-order", name.origin, message);
                rules.findings.push(match words::nearest(text, made.iter().map(|(known, _)| *known)) {
                    Some(near) => finding.help(format!("did you mean {}?", words::quote(near))),
                    None => finding,
                });
            }
        }
    }
}

/// Sources come first, and only there.
fn category(rules: &mut Rules<'_>, action: &Located, stage: usize) {
    let Some(category) = action.at(&["ActionTypeId", "Category"]) else { return };
    let Some(text) = category.value.as_str() else { return };
    if stage == 0 && text != "Source" {
        let message = format!("the first stage of a pipeline has sources only, found {}", words::quote(text));
        rules.add(broken("source-stage", category.origin, message));
    } else if stage > 0 && text == "Source" {
        rules.add(broken(
            "source-stage",
            category.origin,
            "a source can only be in the first stage of a pipeline",
        ));
    }
}

fn counts(rules: &mut Rules<'_>, action: &Located) {
    let kind = |name| action.at(&["ActionTypeId", name]).and_then(|located| located.value.as_str());
    let (Some(owner), Some(category), Some(provider)) = (kind("Owner"), kind("Category"), kind("Provider"))
    else {
        return;
    };
    let known = COUNTS.iter().find(|(o, c, p, ..)| (*o, *c, *p) == (owner, category, provider));
    let Some((.., taken, made)) = known else { return };
    for (name, [least, most]) in [("InputArtifacts", taken), ("OutputArtifacts", made)] {
        let (count, at) = match action.field(name) {
            None => (0, action.origin),
            Some(located) => match &located.value {
                Value::List(items) => (items.len(), located.origin),
                _ => continue,
            },
        };
        if count < *least || count > *most {
            let range = if least == most { format!("{least}") } else { format!("{least} to {most}") };
            let message = format!("an action of {provider} has {range} {name}, found {count}");
            rules.add(broken("artifact-count", at, message));
        }
    }
}

fn configuration(rules: &mut Rules<'_>, action: &Located) {
    let path = action.at(&["Configuration", "TemplatePath"]);
    if let Some(path) = path
        && let Some((artifact, _)) = path.value.as_str().and_then(|text| text.split_once("::"))
    {
        let inputs = action.items("InputArtifacts");
        let listed = inputs.iter().any(|input| input.text("Name").is_none_or(|name| name == artifact));
        if !listed && action.field("InputArtifacts").is_none_or(|list| matches!(list.value, Value::List(_))) {
            let message = format!(
                "the template is read from the artifact {}, which the action does not take",
                words::quote(artifact)
            );
            rules.add(broken("template-artifact", path.origin, message));
        }
    }
    let Some(role) = action.at(&["Configuration", "RoleArn"]) else { return };
    let place = crate::place::Place::resource("RoleArn");
    if let Some(text) =
        role.value.as_str().filter(|text| !crate::format::matches("AWS::IAM::Role.Arn", text, &place))
    {
        let message = format!("`RoleArn` must be the ARN of a role, found {}", words::quote(text));
        rules.add(broken("action-role", role.origin, message));
    }
}

/// A role with a path is not found by its name.
pub(super) fn project(rules: &mut Rules<'_>, resource: &Resource) {
    let Some(role) = target_of(rules.stack, resource, "ServiceRole", "AWS::IAM::Role") else { return };
    let Some(read) = resource.field("ServiceRole") else { return };
    let by_name = matches!(&read.value, Value::Late(late) if matches!(**late, Late::Identifier(_)));
    if let Some(path) =
        role.field("Path").filter(|path| by_name && path.value.as_str().is_some_and(|path| path != "/"))
    {
        rules.add(
            broken("role-path", read.origin, "a role with a path can't be named by its name here")
                .also(path.origin, "the path")
                .help("read `Arn` of the role"),
        );
    }
}

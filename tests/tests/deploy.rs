//! The rights to deploy each example: granted on its own resources, and on nobody else's; and the template of its roles.
//!
//! The evaluator of `ci-access` answers all questions, a simulator of IAM a sample of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot be made stops")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use camino::Utf8Path;
use ci_access::{Caller, Context, Part, Parts, Policies, Policy, Request, Text, Verdict, evaluate};
use ci_catalog::{Handler, iam};
use ci_deploy::{Deployment, Kind, Need, Phase};
use ci_project::{DeployFormat, DeployOptions, DeployTarget, Host, OsSystem, deploy_files, read_roles};
use ci_tests::oracle::access::simulate;
use ci_tests::oracle::{Scope, assert_acceptable};
use serde_json::{Value, json};

const EXAMPLES: [&str; 3] = ["orders", "static-site", "three-tier"];

/// What only the deployment knows, as some deployment may have it.
const ACCOUNT: &str = "111111111111";

fn folder(example: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(example)
}

fn deploy(example: &str) -> Vec<DeployTarget> {
    deploy_in(&folder(example), example)
}

/// An example that says nothing of the account and, where `region` is false, of the region it is for.
fn deploy_anywhere(example: &str, region: bool) -> Vec<DeployTarget> {
    fn copy(from: &Path, to: &Path, region: bool) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let from = entry.unwrap().path();
            let to = to.join(from.file_name().unwrap());
            if from.is_dir() {
                copy(&from, &to, region);
            } else if from.extension().is_some_and(|extension| extension == "ci") {
                std::fs::write(&to, without(&std::fs::read_to_string(&from).unwrap(), region)).unwrap();
            } else {
                std::fs::copy(&from, &to).unwrap();
            }
        }
    }
    fn without(source: &str, region: bool) -> String {
        let mut source = source.to_owned();
        for account in ["account: \"111111111111\",", "account: \"222222222222\","] {
            source = source.replace(account, "");
        }
        if region { source } else { source.replace("region: \"eu-west-1\",", "") }
    }
    let temporary = tempfile::tempdir().unwrap();
    copy(&folder(example), temporary.path(), region);
    deploy_in(temporary.path(), example)
}

fn deploy_in(folder: &Path, example: &str) -> Vec<DeployTarget> {
    let host = Host::open(Arc::new(OsSystem), Utf8Path::from_path(folder).unwrap()).unwrap();
    let report = host.snapshot().deploy(&DeployOptions::default());
    assert!(report.diagnostics.is_empty(), "{example}: {:?}", report.diagnostics);
    report.targets
}

static TARGETS: LazyLock<Vec<(String, DeployTarget)>> = LazyLock::new(|| {
    let of = |example: &'static str| {
        deploy(example).into_iter().map(move |target| (format!("{example} {}", target.name), target))
    };
    EXAMPLES.into_iter().flat_map(of).collect()
});

/// A text with something in place of all that is open.
fn some(text: &str) -> String {
    text.replace('*', "x1").replace('?', "z")
}

fn arn(parts: &Parts) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => some(text),
        Part::Symbol(symbol) => match &*symbol.name {
            "AWS::AccountId" => ACCOUNT.to_owned(),
            "AWS::Region" => "eu-west-1".to_owned(),
            _ => "aws".to_owned(),
        },
    };
    let known: String = parts.0.iter().map(part).collect();
    if known == "x1" { "*".to_owned() } else { known }
}

/// A request for what is needed, with the context that it is needed in.
fn request(need: &Need, resource: &str) -> Request {
    let mut context = Context::default();
    for condition in &need.conditions {
        context = context.with(condition.key(), [some(&condition.values()[0].to_string())]);
    }
    Request {
        caller: Caller::session(format!("arn:aws:iam::{ACCOUNT}:role/deployer"), "deployment"),
        action: Text::from(need.action.as_str()),
        resource: Text::from(resource),
        resource_account: None,
        context,
    }
}

fn documents(deployment: &Deployment, phase: Phase) -> &[Policy] {
    &deployment.document(Kind::Service(phase)).unwrap().parts
}

fn verdict(request: &Request, documents: &[Policy]) -> Verdict {
    evaluate(request, &Policies { identity: documents, ..Policies::default() }).verdict
}

#[test]
fn what_is_needed_is_granted() {
    let mut asked = 0;
    for (name, target) in TARGETS.iter() {
        let deployment = target.deployment();
        for need in &deployment.needs {
            for (phase, resource) in
                need.phases.iter().flat_map(|phase| need.resources.iter().map(move |arn| (phase, arn)))
            {
                let request = request(need, &arn(resource));
                asked += 1;
                let found = verdict(&request, documents(deployment, phase));
                assert_eq!(found, Verdict::Allowed, "{name}, {phase}: {request:?}");
            }
        }
    }
    assert!(asked > 3_000, "{asked}");
}

/// Every action of a handler that acts on the resource itself is granted, unless a table has a reason to leave it out; so
/// the tables cannot hide what the schemas say.
#[test]
fn handlers_that_make_and_remove_are_granted() {
    for (name, target) in TARGETS.iter() {
        let actions = target.deployment().actions();
        let types: BTreeSet<&str> = target.resource_types().collect();
        for schema in types.iter().filter_map(|name| ci_catalog::resource_type(name)) {
            let Some((service, kind)) = schema.iam_resource_type() else { continue };
            for handler in [Handler::Create, Handler::Delete] {
                let listed = schema.handler_permissions(handler).unwrap_or_default();
                let verb = if handler == Handler::Create { "Create" } else { "Delete" };
                let own = schema.name().rsplit("::").next().unwrap();
                for action in listed.iter().filter(|action| **action == format!("{service}:{verb}{own}")) {
                    // What the program keeps is never deleted.
                    let is_kept = handler == Handler::Delete
                        && target.guarded().iter().any(|guarded| guarded.resource_type == schema.name());
                    assert!(actions.contains(action) || is_kept, "{name}: {action} of {kind}");
                }
            }
        }
    }
}

#[test]
fn resources_of_other_stacks_are_denied() {
    let mut asked = 0;
    for (name, target) in TARGETS.iter() {
        let deployment = target.deployment();
        let own = deployment.names.of(Kind::Ci);
        let prefix = format!("{}-", own.strip_suffix("-deploy-ci").unwrap());
        for need in &deployment.needs {
            for resource in need.resources.iter().map(arn).filter(|arn| arn.contains(&prefix)) {
                let others = resource.replace(&prefix, "another-app-");
                for phase in Phase::ALL {
                    asked += 1;
                    let request = request(need, &others);
                    let found = verdict(&request, documents(deployment, phase));
                    // The same action may be needed on a kind of resource that nobody can name.
                    let is_open = deployment.needs.iter().any(|other| {
                        other.action == need.action && other.breadth.is_some() && other.phases.has(phase)
                    });
                    assert!(found != Verdict::Allowed || is_open, "{name}, {phase}: {request:?}");
                }
            }
        }
    }
    assert!(asked > 1_000, "{asked}");
}

#[test]
fn a_simulator_agrees() {
    const EVERY: usize = 29;
    let mut questions = Vec::new();
    let mut expected = Vec::new();
    for (name, target) in TARGETS.iter() {
        let deployment = target.deployment();
        for (at, need) in deployment.needs.iter().enumerate().filter(|(at, _)| at % EVERY == 0) {
            let Some(phase) = need.phases.iter().next() else { continue };
            let policies: Vec<Value> = documents(deployment, phase)
                .iter()
                .enumerate()
                .map(|(number, policy)| {
                    let document: Value = serde_json::from_str(&ci_deploy::document(policy)).unwrap();
                    json!({ "name": format!("policy{number}"), "policy": document })
                })
                .collect();
            let own = arn(&need.resources[0]);
            let foreign = own
                .replace("shop-", "another-")
                .replace("docs-", "another-")
                .replace("guestbook-", "another-");
            let both = if own == foreign { vec![own] } else { vec![own, foreign] };
            for resource in both {
                let request = request(need, &resource);
                let ours = verdict(&request, documents(deployment, phase));
                let context: BTreeMap<&str, String> =
                    request.context.iter().map(|(key, values)| (key, values[0].to_string())).collect();
                questions.push(json!({
                    "request": {
                        "principal": format!("arn:aws:sts::{ACCOUNT}:assumed-role/deployer/deployment"),
                        "action": need.action,
                        "resource": { "resource": resource, "accountId": ACCOUNT },
                        "contextVariables": context,
                    },
                    "identityPolicies": policies,
                    "serviceControlPolicies": [],
                    "resourceControlPolicies": [],
                }));
                expected.push((format!("{name} {at}: {} on {resource}", need.action), format!("{ours:?}")));
            }
        }
    }
    let Some(answers) = simulate(&questions) else { return };
    let mut agreed = 0;
    let mut wrong = Vec::new();
    for ((what, ours), theirs) in expected.iter().zip(&answers) {
        if theirs.starts_with("error") {
            // It knows no resource of that form, or no such key of the action.
            continue;
        }
        if ours == theirs {
            agreed += 1;
        } else {
            wrong.push(format!("{what}: {ours}, not {theirs}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(agreed * 3 > answers.len() * 2, "{agreed} of {}: {answers:?}", answers.len());
}

#[test]
fn the_template_of_the_roles_is_acceptable() {
    let mut templates = Vec::new();
    for (name, target) in TARGETS.iter() {
        templates.push((name.replace(' ', "-"), target.roles_template()));
    }
    let shown: Vec<(&str, &str)> =
        templates.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_acceptable("deploy", Scope::Whole, &shown);
}

/// What is written for a phase, read again.
fn written(targets: &[DeployTarget], target: &DeployTarget, phase: Phase) -> ci_project::Role {
    let mut whole = ci_project::Role::default();
    let (files, _) = deploy_files(targets, DeployFormat::Json);
    let begins = format!("{}/{}", target.name, phase.name());
    for file in files.iter().filter(|file| file.path.starts_with(&begins)) {
        let text = String::from_utf8(file.bytes.to_vec()).unwrap();
        whole.statements.extend(read_roles(&text).unwrap().remove(0).statements);
    }
    whole
}

#[test]
fn what_is_written_is_what_a_check_wants() {
    for example in EXAMPLES {
        let targets = deploy(example);
        let (files, _) = deploy_files(&targets, DeployFormat::Json);
        assert_eq!(
            files,
            deploy_files(&deploy(example), DeployFormat::Json).0,
            "{example} differs from run to run"
        );
        for target in &targets {
            for phase in Phase::ALL {
                let check = target.compare(&written(&targets, target, phase), &[phase], true);
                let found = (check.missing, check.excess);
                assert_eq!(found, (Vec::new(), Vec::new()), "{example} {} {phase}", target.name);
            }
        }
    }
}

/// What only the deployment knows is a wildcard in documents; a denial of one role is one of that role nevertheless.
#[test]
fn what_is_written_for_any_account_is_what_a_check_wants() {
    for (example, region) in EXAMPLES.into_iter().flat_map(|example| [(example, true), (example, false)]) {
        let targets = deploy_anywhere(example, region);
        for target in &targets {
            assert!(
                target
                    .deployment()
                    .needs
                    .iter()
                    .any(|need| need.resources[0].to_string().contains("{AWS::AccountId}"))
            );
            for phase in Phase::ALL {
                let check = target.compare(&written(&targets, target, phase), &[phase], false);
                assert_eq!(check.missing, Vec::new(), "{example} {} {phase}", target.name);
            }
        }
    }
}

/// The point of it all: less than the handlers of the types list.
#[test]
fn fewer_actions_are_granted_than_handlers_list() {
    for (name, target) in TARGETS.iter() {
        let (granted, listed) = target.actions();
        eprintln!("{name}: {granted} actions of {listed}");
        assert!(granted * 3 <= listed * 2, "{name}: {granted} of {listed}");
        for action in target.deployment().actions() {
            assert!(iam::is_known_action(action), "{name}: {action}");
        }
    }
}

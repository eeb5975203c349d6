//! From a project in memory to policies, and what keeps it from them.

use std::sync::Arc;

use camino::Utf8Path;

use super::{DeployFormat, DeployOptions, deploy_files, read_roles};
use crate::{Host, MemorySystem};

const APP: &str = "app Shop { let orders = Orders {}; environment dev { region: \"eu-west-1\" } }";

fn report(service: &str, options: &DeployOptions) -> super::DeployReport {
    let system = MemorySystem::new([]);
    system.put("/p/ci.toml", "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n");
    system.put("/p/src/main.ci", format!("service Orders {{ {service} }}\n{APP}\n"));
    system.put("/p/more.toml", "[types.\"AWS::MediaLive::Channel\"]\ncreate = [\"sqs:CreateQueue\"]\n");
    system.put("/p/wrong.toml", "[types.\"AWS::MediaLive::Channel\"]\ncreate = [\"sqs:MakeQueue\"]\n");
    let host = Host::open(Arc::new(system), Utf8Path::new("/p"));
    let host = host.map_err(|error| error.diagnostic.message).expect("a project");
    host.snapshot().deploy(options)
}

fn findings(service: &str, options: &DeployOptions) -> Vec<String> {
    let report = report(service, options);
    report.diagnostics.iter().map(|found| format!("{} {}", found.code, found.message)).collect()
}

const QUEUE: &str = "let jobs = aws::sqs::Queue {};";
const CHANNEL: &str = "let live = aws::medialive::Channel {};";
const ROLE: &str = "let runner = aws::iam::Role { AssumeRolePolicyDocument: \
                    policy([allow sts::AssumeRole to aws_service(\"lambda.amazonaws.com\")]) };";

#[test]
fn a_target_has_files_named_after_phases() {
    let report = report(QUEUE, &DeployOptions::default());
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    let (files, stale) = deploy_files(&report.targets, DeployFormat::Json);
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    // There are no roles, so there is no boundary.
    assert_eq!(paths, ["dev/create.json", "dev/update.json", "dev/teardown.json", "dev/ci.json"]);
    assert!(
        stale.contains(&"dev/boundary.json".to_owned()) && stale.contains(&"dev/create-2.json".to_owned())
    );
    assert!(!stale.iter().any(|path| paths.contains(&path.as_str())));
    let roles: Vec<String> = report.targets[0].roles().into_iter().map(|(_, name)| name).collect();
    assert_eq!(roles[0], "shop-dev-deploy-create");
}

#[test]
fn without_an_account_the_template_leaves_it_to_the_deployment() {
    let report = report(QUEUE, &DeployOptions::default());
    let (files, _) = deploy_files(&report.targets, DeployFormat::Cfn);
    let template = String::from_utf8(files[0].bytes.to_vec()).expect("UTF-8");
    assert!(
        template.contains("arn:aws:sqs:eu-west-1:${AWS::AccountId}:shop-dev-orders-Jobs-*"),
        "{template}"
    );
    let (files, _) = deploy_files(&report.targets, DeployFormat::Json);
    let document = String::from_utf8(files[0].bytes.to_vec()).expect("UTF-8");
    assert!(document.contains("arn:aws:sqs:eu-west-1:*:shop-dev-orders-Jobs-*"), "{document}");
    // What was written is read back, and is enough.
    let role = read_roles(&document).expect("a policy").remove(0);
    let check = report.targets[0].compare(&role, &[super::Phase::Create], true);
    assert_eq!((check.missing, check.excess), (Vec::new(), Vec::new()));
}

#[test]
fn a_type_that_nobody_knows_is_an_error_until_someone_says_what_it_takes() {
    let unknown = findings(CHANNEL, &DeployOptions::default());
    assert!(
        unknown.contains(&"E0811 nobody knows what it takes to deploy `AWS::MediaLive::Channel`".to_owned()),
        "{unknown:?}"
    );
    assert!(report(CHANNEL, &DeployOptions::default()).targets.is_empty());
    let with = |path: &str| DeployOptions { actions: Some(path.into()), ..DeployOptions::default() };
    assert_eq!(report(CHANNEL, &with("/p/more.toml")).targets.len(), 1);
    let wrong = findings(CHANNEL, &with("/p/wrong.toml"));
    assert!(
        wrong.iter().any(|found| found.contains("`sqs:MakeQueue`, which is no action of IAM")),
        "{wrong:?}"
    );
    let missing = findings(CHANNEL, &with("/p/none.toml"));
    assert!(missing.iter().any(|found| found.contains("cannot read `/p/none.toml`")), "{missing:?}");
}

#[test]
fn roles_without_the_boundary_are_errors_where_it_is_required() {
    let required = DeployOptions { require_boundary: true, ..DeployOptions::default() };
    assert_eq!(findings(ROLE, &required), ["E0812 `runner` has no permissions boundary"]);
    let report = report(ROLE, &DeployOptions::default());
    assert_eq!(report.targets[0].unbounded().len(), 1);
    let bounded = ROLE.replace(
        " };",
        ", PermissionsBoundary: \"arn:{aws::partition}:iam::{aws::account_id}:policy/shop-dev-deploy-boundary\" };",
    );
    assert_eq!(findings(&bounded, &required), Vec::<String>::new());
}

#[test]
fn names_that_are_too_long_and_environments_that_are_not_there_are_told() {
    let long = DeployOptions { name: Some("x".repeat(60)), ..DeployOptions::default() };
    assert!(findings(QUEUE, &long)[0].starts_with("E0702"), "{:?}", findings(QUEUE, &long));
    let nowhere = DeployOptions { target: Some("devv".to_owned()), ..DeployOptions::default() };
    assert_eq!(findings(QUEUE, &nowhere), ["E0605 there is no environment `devv`"]);
    // An error of the program comes first, and alone.
    assert!(findings("let jobs = aws::sqs::Queue { Delay: 1 };", &nowhere)[0].starts_with("E0105"));
}

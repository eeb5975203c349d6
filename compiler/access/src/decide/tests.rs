use super::*;
use crate::tests::{allow, condition, deny, request, worker};
use crate::{Caller, Context, Principals};

const QUEUE: &str = "arn:aws:sqs:eu-west-1:111122223333:orders";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1";
const ROLE: &str = "arn:aws:iam::111122223333:role/worker";

fn policy(statements: impl IntoIterator<Item = Statement>) -> Policy {
    // Each statement is from where it stands.
    let statements = statements.into_iter().zip(0..).map(|(statement, at)| statement.from(at));
    Policy { statements: statements.collect() }
}

fn to(principal: &str) -> Principals {
    Principals::Of(vec![if principal.ends_with(".amazonaws.com") {
        Principal::Service(principal.into())
    } else {
        Principal::aws(principal)
    }])
}

fn send() -> Request {
    request(worker(), "sqs:SendMessage", QUEUE)
}

/// The verdict, and the layers that decided it with the places of their statements.
fn decided(request: &Request, policies: &Policies<'_>) -> (Verdict, Vec<(Layer, Option<u32>)>) {
    let Decision { verdict, reasons } = evaluate(request, policies);
    let place = |reason: Reason| (reason.layer, reason.origins.map(|origins| origins[0]));
    (verdict, reasons.into_iter().map(place).collect())
}

#[test]
fn somebody_has_to_allow_it_and_nobody_to_deny_it() {
    let allows = [policy([allow(&["s3:*"], &["*"]), allow(&["sqs:Send*"], &[QUEUE])])];
    let policies = Policies { identity: &allows, ..Policies::default() };
    assert_eq!(decided(&send(), &policies), (Verdict::Allowed, vec![(Layer::Identity, Some(1))]));
    assert_eq!(
        decided(&request(worker(), "sqs:PurgeQueue", QUEUE), &policies),
        (Verdict::ImplicitlyDenied, vec![(Layer::Identity, None)])
    );
    let denies = policy([allow(&["*"], &["*"]), deny(&["sqs:*"], &["*"])]);
    for layer in [
        Policies { resource: Some(&denies), ..policies },
        Policies { boundary: Some(&denies), ..policies },
        Policies { session: Some(&denies), ..policies },
    ] {
        let (verdict, reasons) = decided(&send(), &layer);
        assert_eq!((verdict, reasons[0].1), (Verdict::ExplicitlyDenied, Some(1)));
    }
    // A policy that is for the resource denies whom it names.
    let other = policy([deny(&["*"], &["*"]).to(to("444455556666"))]);
    assert_eq!(decided(&send(), &Policies { resource: Some(&other), ..policies }).0, Verdict::Allowed);
}

#[test]
fn limits_allow_nothing_by_themselves() {
    let all = [policy([allow(&["*"], &["*"])])];
    let only_s3 = policy([allow(&["s3:*"], &["*"])]);
    let policies = Policies { identity: &all, ..Policies::default() };
    let levels = [vec![all[0].clone()], vec![only_s3.clone()]];
    for (limited, layer) in [
        (Policies { boundary: Some(&only_s3), ..policies }, Layer::Boundary),
        (Policies { session: Some(&only_s3), ..policies }, Layer::Session),
        (Policies { service_control: &levels, ..policies }, Layer::ServiceControl),
    ] {
        assert_eq!(decided(&send(), &limited), (Verdict::ImplicitlyDenied, vec![(layer, None)]));
    }
    let none = Policies { boundary: Some(&all[0]), ..Policies::default() };
    assert_eq!(decided(&send(), &none).0, Verdict::ImplicitlyDenied);
    // Services are in no organization.
    let service = request(Caller::service("sns.amazonaws.com"), "sqs:SendMessage", QUEUE);
    let from_topic = policy([allow(&["sqs:SendMessage"], &[QUEUE]).to(to("sns.amazonaws.com"))]);
    let limited = Policies { resource: Some(&from_topic), service_control: &levels, ..Policies::default() };
    assert_eq!(decided(&service, &limited).0, Verdict::Allowed);
    let control = [vec![policy([deny(&["sqs:*"], &["*"]).to(to("*"))])]];
    assert_eq!(
        decided(&service, &Policies { resource_control: &control, ..limited }),
        (Verdict::ExplicitlyDenied, vec![(Layer::ResourceControl, Some(0))])
    );
}

#[test]
fn in_one_account_either_side_is_enough() {
    let boundary = policy([allow(&["s3:*"], &["*"])]);
    let grant = |principal: &str| policy([allow(&["sqs:SendMessage"], &[QUEUE]).to(to(principal))]);
    let verdict = |caller: Caller, principal: &str, boundary: Option<&Policy>| {
        let resource = grant(principal);
        let policies = Policies { resource: Some(&resource), boundary, ..Policies::default() };
        decided(&request(caller, "sqs:SendMessage", QUEUE), &policies).0
    };
    let ann = "arn:aws:iam::111122223333:user/ann";
    assert_eq!(verdict(worker(), ROLE, None), Verdict::Allowed);
    assert_eq!(verdict(Caller::user(ann), ann, None), Verdict::Allowed);
    // The account is asked to decide by itself.
    assert_eq!(verdict(worker(), "111122223333", None), Verdict::ImplicitlyDenied);
    // What names a role is limited by its boundary; what names everyone, a user or a session is not.
    assert_eq!(verdict(worker(), ROLE, Some(&boundary)), Verdict::ImplicitlyDenied);
    assert_eq!(verdict(worker(), "*", Some(&boundary)), Verdict::Allowed);
    assert_eq!(
        verdict(worker(), "arn:aws:sts::111122223333:assumed-role/worker/now", Some(&boundary)),
        Verdict::Allowed
    );
    assert_eq!(verdict(Caller::user(ann), ann, Some(&boundary)), Verdict::Allowed);
    // Paths of roles make no difference.
    let with_path = Caller::session("arn:aws:iam::111122223333:role/app/worker", "now");
    assert_eq!(
        verdict(with_path.clone(), "arn:aws:iam::111122223333:role/app/worker", None),
        Verdict::Allowed
    );
    assert_eq!(
        verdict(with_path, "arn:aws:sts::111122223333:assumed-role/worker/now", None),
        Verdict::Allowed
    );
    assert_eq!(verdict(Caller::anonymous(), ROLE, None), Verdict::ImplicitlyDenied);
    assert_eq!(verdict(Caller::anonymous(), "*", None), Verdict::Allowed);
}

#[test]
fn across_accounts_both_sides_must_allow_it() {
    let identity = [policy([allow(&["*"], &["*"])])];
    let mut request = send();
    request.resource_account = Some("444455556666".into());
    let policies = Policies { identity: &identity, ..Policies::default() };
    assert_eq!(decided(&request, &policies), (Verdict::ImplicitlyDenied, vec![(Layer::Resource, None)]));
    for principal in [ROLE, "111122223333", "*"] {
        let resource = policy([allow(&["sqs:*"], &["*"]).to(to(principal))]);
        let both = Policies { resource: Some(&resource), ..policies };
        assert_eq!(
            decided(&request, &both),
            (Verdict::Allowed, vec![(Layer::Resource, Some(0)), (Layer::Identity, Some(0))])
        );
        let one = Policies { identity: &[], ..both };
        assert_eq!(decided(&request, &one).0, Verdict::ImplicitlyDenied);
    }
    // The resource's account may be known only as that of the stack, and so may the caller's.
    let here = Caller::session(crate::tests::parts("arn:aws:iam::{account}:role/worker"), "now");
    let mut own = self::request(here, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:{account}:orders");
    own.resource_account = Some(crate::tests::parts("{account}").into());
    assert_eq!(decided(&own, &policies).0, Verdict::Allowed);
    own.resource_account = Some("111122223333".into());
    assert_eq!(decided(&own, &policies).0, Verdict::ImplicitlyDenied);
}

#[test]
fn the_policy_of_a_key_has_to_say_so() {
    let identity = [policy([allow(&["kms:*", "sts:*"], &["*"])])];
    let policies = Policies { identity: &identity, ..Policies::default() };
    let decrypt = request(worker(), "kms:Decrypt", KEY);
    assert_eq!(decided(&decrypt, &policies), (Verdict::ImplicitlyDenied, vec![(Layer::Resource, None)]));
    // It may leave it to the account, whose policies then decide.
    let account = policy([allow(&["kms:*"], &["*"]).to(to("arn:aws:iam::111122223333:root"))]);
    let delegated = Policies { resource: Some(&account), ..policies };
    assert_eq!(
        decided(&decrypt, &delegated),
        (Verdict::Allowed, vec![(Layer::Resource, Some(0)), (Layer::Identity, Some(0))])
    );
    assert_eq!(decided(&decrypt, &Policies { identity: &[], ..delegated }).0, Verdict::ImplicitlyDenied);
    let direct = policy([allow(&["kms:Decrypt"], &["*"]).to(to(ROLE))]);
    assert_eq!(
        decided(&decrypt, &Policies { resource: Some(&direct), ..Policies::default() }).0,
        Verdict::Allowed
    );
    // What is about no key needs none.
    assert_eq!(decided(&request(worker(), "kms:ListKeys", "*"), &policies).0, Verdict::Allowed);
    let assume = request(worker(), "sts:AssumeRole", "arn:aws:iam::111122223333:role/reader");
    assert_eq!(decided(&assume, &policies).0, Verdict::ImplicitlyDenied);
    let trust = Statement::allow(crate::Actions::of(["sts:AssumeRole"]), crate::Resources::Attached);
    let trust = policy([trust.to(to(ROLE))]);
    assert_eq!(decided(&assume, &Policies { resource: Some(&trust), ..policies }).0, Verdict::Allowed);
}

#[test]
fn what_is_not_known_leaves_it_open() {
    let tls = condition("Bool", "aws:SecureTransport", &["false"]);
    let policies = [policy([allow(&["sqs:*"], &["*"]), deny(&["*"], &["*"]).when(tls)])];
    let policies = Policies { identity: &policies, ..Policies::default() };
    let mut request = send();
    assert_eq!(decided(&request, &policies).0, Verdict::Allowed);
    request.context = Context::open();
    assert_eq!(decided(&request, &policies), (Verdict::Unknown, vec![(Layer::Identity, Some(1))]));
    request.context = Context::open().with("aws:SecureTransport", ["true"]);
    assert_eq!(decided(&request, &policies).0, Verdict::Allowed);
    request.context = Context::open().with("aws:securetransport", ["false"]);
    assert_eq!(decided(&request, &policies).0, Verdict::ExplicitlyDenied);
    // Nothing allows it, whatever the rest is.
    request.action = "s3:GetObject".into();
    request.context = Context::open();
    assert_eq!(decided(&request, &policies).0, Verdict::ImplicitlyDenied);
    let own = [policy([allow(&["s3:GetObject"], &["arn:aws:s3:::home/${aws:username}/*"])])];
    let own = Policies { identity: &own, ..Policies::default() };
    let mut get = self::request(worker(), "s3:GetObject", "arn:aws:s3:::home/ann/cat");
    assert_eq!(decided(&get, &own).0, Verdict::ImplicitlyDenied);
    get.context = Context::open();
    assert_eq!(decided(&get, &own).0, Verdict::Unknown);
    get.context = Context::default().with("aws:username", ["ann"]);
    assert_eq!(decided(&get, &own).0, Verdict::Allowed);
}

#![expect(clippy::cloned_ref_to_slice_refs, reason = "a list of one reads like a list of two")]

use proptest::prelude::*;

use super::*;
use crate::tests::{allow, condition, deny, worker};
use crate::{Actions, Principal, Resources};

const QUEUE: &str = "arn:aws:sqs:eu-west-1:111122223333:orders";

fn yes(outer: &[Statement], inner: &[Statement]) {
    assert_eq!(contains(outer, inner), Containment::Yes);
}

/// What is allowed inside and not outside, in words.
fn no(outer: &[Statement], inner: &[Statement]) -> String {
    match contains(outer, inner) {
        Containment::No(request) => {
            let Request { caller, action, resource, context, .. } = *request;
            let context: Vec<String> = context
                .iter()
                .map(|(key, values)| {
                    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                    format!(" {key}=[{}]", values.join(","))
                })
                .collect();
            let caller = match caller.to_string().as_str() {
                "arn:aws:iam::111122223333:user/x" => String::new(),
                other => format!("{other}: "),
            };
            format!("{caller}{action} {resource}{}", context.concat())
        }
        other => panic!("{other:?}"),
    }
}

fn unknown(outer: &[Statement], inner: &[Statement]) -> Undecided {
    match contains(outer, inner) {
        Containment::Unknown(reason) => reason,
        other => panic!("{other:?}"),
    }
}

fn send() -> Statement {
    allow(&["sqs:SendMessage"], &[QUEUE])
}

#[test]
fn more_actions_and_more_resources_are_more() {
    yes(&[allow(&["sqs:*"], &["*"])], &[send()]);
    yes(&[send()], &[send()]);
    yes(&[send()], &[]);
    assert_eq!(no(&[], &[send()]), format!("sqs:SendMessage {QUEUE}"));
    assert_eq!(no(&[allow(&["sqs:Receive*"], &["*"])], &[send()]), format!("sqs:SendMessage {QUEUE}"));
    assert_eq!(
        no(&[allow(&["*"], &["arn:aws:sqs:*:*:orders-*"])], &[allow(&["*"], &["arn:aws:sqs:*:*:orders*"])]),
        "x:x arn:aws:sqs:x:x:orders"
    );
    // A development role that reaches production by its name.
    assert_eq!(
        no(
            &[allow(&["s3:GetObject"], &["arn:aws:s3:::shop-dev-*"])],
            &[allow(&["s3:GetObject"], &["arn:aws:s3:::shop-*"])]
        ),
        "s3:GetObject arn:aws:s3:::shop-"
    );
}

#[test]
fn many_statements_cover_what_none_of_them_does() {
    let inner =
        allow(&["sqs:SendMessage", "sqs:ReceiveMessage"], &["arn:aws:sqs:*:*:a", "arn:aws:sqs:*:*:b"]);
    let cells: Vec<Statement> = ["sqs:SendMessage", "sqs:ReceiveMessage"]
        .into_iter()
        .flat_map(|action| ["a", "b"].map(|queue| allow(&[action], &[&format!("arn:aws:sqs:*:*:{queue}")])))
        .collect();
    yes(&cells, std::slice::from_ref(&inner));
    assert_eq!(no(&cells[..3], &[inner]), "sqs:ReceiveMessage arn:aws:sqs:x:x:b");
}

#[test]
fn denials_count_on_both_sides() {
    let all = allow(&["sqs:*"], &["*"]);
    let purge = deny(&["sqs:PurgeQueue"], &["*"]);
    yes(&[all.clone()], &[all.clone(), purge.clone()]);
    assert_eq!(no(&[all.clone(), purge.clone()], &[all.clone()]), "sqs:PurgeQueue arn:aws:x:x:x:x");
    yes(&[all.clone(), purge.clone()], &[all.clone(), purge.clone()]);
    yes(&[all.clone(), purge.clone()], &[send()]);
    // The outer denial is within the inner one.
    yes(&[all.clone(), purge], &[all, deny(&["sqs:Purge*", "sqs:Delete*"], &["*"])]);
}

#[test]
fn not_action_and_not_resource_are_the_rest() {
    let all_but_iam = Statement::allow(Actions::AllBut(vec![Pattern::action("iam:*")]), Resources::of(["*"]));
    yes(&[all_but_iam.clone()], &[send()]);
    assert_eq!(no(&[all_but_iam.clone()], &[allow(&["*"], &["*"])]), "iam:x arn:aws:x:x:x:x");
    let elsewhere = Resources::AllBut(vec![Pattern::resource("arn:aws:s3:::audit*")]);
    let outside = Statement::allow(Actions::of(["s3:*"]), elsewhere.clone());
    yes(&[outside.clone()], &[allow(&["s3:GetObject"], &["arn:aws:s3:::photos/*"])]);
    assert_eq!(no(&[outside], &[allow(&["s3:GetObject"], &["*"])]), "s3:GetObject arn:aws:s3:::audit");
    let denied_elsewhere = Statement::deny(Actions::of(["*"]), elsewhere);
    yes(&[allow(&["s3:*"], &["arn:aws:s3:::audit*"])], &[allow(&["s3:*"], &["*"]), denied_elsewhere]);
}

#[test]
fn principals_are_a_side_like_the_others() {
    let to = |principals: Vec<Principal>| send().to(Principals::Of(principals));
    let role = Principal::aws("arn:aws:iam::111122223333:role/worker");
    let account = Principal::aws("111122223333");
    let service = Principal::Service("events.amazonaws.com".into());
    yes(&[to(vec![Principal::Everyone])], &[to(vec![role.clone()]), to(vec![service.clone()])]);
    yes(&[to(vec![account.clone()])], &[to(vec![role.clone()])]);
    yes(&[to(vec![Principal::aws("arn:aws:iam::111122223333:root")])], &[to(vec![account.clone()])]);
    let session = Principal::aws("arn:aws:sts::111122223333:assumed-role/worker/now");
    yes(&[to(vec![role.clone()])], &[to(vec![session.clone()])]);
    assert_eq!(
        no(&[to(vec![session])], &[to(vec![role.clone()])]),
        format!("arn:aws:iam::111122223333:role/worker: sqs:SendMessage {QUEUE}")
    );
    assert_eq!(
        no(&[to(vec![role.clone()])], &[to(vec![role.clone(), service.clone()])]),
        format!("service events.amazonaws.com: sqs:SendMessage {QUEUE}")
    );
    assert_eq!(
        no(&[to(vec![account])], &[to(vec![Principal::aws("444455556666")])]),
        format!("arn:aws:iam::x:user/x: sqs:SendMessage {QUEUE}")
    );
    yes(&[send().to(Principals::AllBut(vec![role]))], &[to(vec![service])]);
}

/// Whether a statement with one condition is within a statement with another.
fn implies(inner: (&str, &[&str]), outer: (&str, &[&str])) -> Containment {
    let with = |(operator, values): (&str, &[&str])| [send().when(condition(operator, "aws:k", values))];
    contains(&with(outer), &with(inner))
}

#[test]
fn conditions_imply_conditions() {
    let only: [((&str, &[&str]), (&str, &[&str])); 22] = [
        (("StringEquals", &["a"]), ("StringEquals", &["a", "b"])),
        (("StringEquals", &["a"]), ("StringLike", &["a*"])),
        (("StringEquals", &["a"]), ("StringEqualsIgnoreCase", &["A"])),
        (("StringEquals", &["a"]), ("StringEqualsIfExists", &["a"])),
        (("StringEquals", &["a"]), ("StringNotEquals", &["b"])),
        (("StringNotLike", &["a*"]), ("StringNotEquals", &["ab"])),
        (("StringLike", &["a*b"]), ("StringLike", &["a*", "b"])),
        (("StringEquals", &["a"]), ("Null", &["false"])),
        (("Null", &["true"]), ("StringEqualsIfExists", &["a"])),
        (("Null", &["true"]), ("StringNotEquals", &["a"])),
        (("ArnEquals", &["arn:aws:sns:eu-west-1:1:t"]), ("ArnLike", &["arn:aws:sns:*:*:t"])),
        (("Bool", &["true"]), ("BoolIfExists", &["true"])),
        (("Bool", &["true"]), ("Bool", &["true", "false"])),
        (("NumericLessThan", &["5"]), ("NumericLessThanEquals", &["5"])),
        (("NumericEquals", &["3"]), ("NumericLessThan", &["3.5"])),
        (("NumericLessThan", &["5"]), ("NumericNotEquals", &["5"])),
        (("DateLessThan", &["2026-01-01T00:00:00Z"]), ("DateLessThan", &["2026-01-01T00:00:01Z"])),
        (("DateEquals", &["2026-01-01"]), ("DateGreaterThan", &["2025-12-31T23:00:00-00:30"])),
        (("IpAddress", &["10.1.0.0/16"]), ("IpAddress", &["10.0.0.0/8"])),
        (("IpAddress", &["10.1.0.7"]), ("NotIpAddress", &["10.2.0.0/16", "2001:db8::/32"])),
        (("ForAnyValue:StringEquals", &["a"]), ("ForAnyValue:StringLike", &["a*"])),
        (("ForAllValues:StringEquals", &["a"]), ("ForAllValues:StringEquals", &["a", "b"])),
    ];
    for (inner, outer) in only {
        assert_eq!(implies(inner, outer), Containment::Yes, "{inner:?} {outer:?}");
        assert!(matches!(implies(outer, inner), Containment::No(_)), "{outer:?} {inner:?}");
    }
    // Each as narrow as the other.
    for (one, other) in [
        (("StringLike", ["a"]), ("StringEquals", ["a"])),
        (("IpAddress", ["10.1.2.3"]), ("IpAddress", ["10.1.2.3/32"])),
        (("DateEquals", ["2026-01-01T00:00:00Z"]), ("DateEquals", ["1767225600"])),
    ] {
        assert_eq!(implies((one.0, &one.1), (other.0, &other.1)), Containment::Yes);
        assert_eq!(implies((other.0, &other.1), (one.0, &one.1)), Containment::Yes);
    }
    // Without values, all of them fit: the mistake that `ForAllValues` is known for.
    let all = condition("ForAllValues:StringEquals", "aws:TagKeys", &["team"]);
    let any = condition("ForAnyValue:StringEquals", "aws:TagKeys", &["team"]);
    assert_eq!(
        no(&[send().when(any.clone())], &[send().when(all.clone())]),
        format!("sqs:SendMessage {QUEUE} aws:tagkeys=[]")
    );
    assert_eq!(
        no(&[send().when(all.clone())], &[send().when(any.clone())]),
        format!("sqs:SendMessage {QUEUE} aws:tagkeys=[team,xeam]").replace("xeam", "x")
    );
    yes(&[send().when(any.clone())], &[send().when(any.clone()).when(all.clone())]);
    yes(&[send().when(any)], &[send().when(all).when(condition("Null", "aws:TagKeys", &["false"]))]);
}

#[test]
fn conditions_together_cover_what_none_of_them_does() {
    let when = |operator: &str, values: &[&str]| send().when(condition(operator, "aws:k", values));
    yes(&[when("Null", &["true"]), when("Null", &["false"])], &[send()]);
    yes(
        &[when("NumericLessThan", &["5"]), when("NumericGreaterThan", &["4"])],
        &[when("NumericEquals", &["4.5"])],
    );
    yes(
        &[when("NumericLessThan", &["5"]), when("NumericGreaterThanEquals", &["5"])],
        &[when("NumericNotEquals", &["1"]).when(condition("Null", "aws:k", &["false"]))],
    );
    assert_eq!(
        no(&[when("NumericLessThan", &["5"]), when("NumericGreaterThan", &["5"])], &[send()]),
        format!("sqs:SendMessage {QUEUE} aws:k=[]")
    );
    // Unconditional access is more, and the example says what is missing.
    let secure = send().when(condition("Bool", "aws:SecureTransport", &["true"]));
    yes(&[send()], std::slice::from_ref(&secure));
    assert_eq!(no(&[secure], &[send()]), format!("sqs:SendMessage {QUEUE} aws:securetransport=[]"));
    // A denial under a condition.
    let insecure = deny(&["*"], &["*"]).when(condition("Bool", "aws:SecureTransport", &["false"]));
    assert_eq!(
        no(&[send(), insecure.clone()], &[send()]),
        format!("sqs:SendMessage {QUEUE} aws:securetransport=[false]")
    );
    yes(&[send(), insecure.clone()], &[send(), insecure]);
}

#[test]
fn what_is_known_at_deployment_equals_itself() {
    let from = |source: &str| send().when(condition("ArnEquals", "aws:SourceArn", &[source]));
    yes(&[from("{Topic.Arn}")], &[from("{Topic.Arn}")]);
    assert!(no(&[from("{Topic.Arn}")], &[from("{Other.Arn}")]).ends_with("aws:sourcearn=[{Other.Arn}]"));
    let account = |account: &str| send().when(condition("StringEquals", "aws:SourceAccount", &[account]));
    yes(&[account("{account}")], &[account("{account}")]);
    assert!(no(&[account("111122223333")], &[account("{account}")]).ends_with("[{account}]"));
    // Numbers that nobody knows are compared with themselves only.
    let age = |operator: &str, age: &str| send().when(condition(operator, "aws:MultiFactorAuthAge", &[age]));
    yes(&[age("NumericLessThan", "{age}")], &[age("NumericLessThan", "{age}")]);
    assert_eq!(unknown(&[age("NumericLessThan", "5")], &[age("NumericLessThan", "{age}")]), Undecided::Value);
}

#[test]
fn variables_have_any_value_but_one_at_a_time() {
    let home = |name: &str| allow(&["s3:GetObject"], &[&format!("arn:aws:s3:::home/{name}/*")]);
    let own = home("${aws:username}");
    yes(&[own.clone()], &[own.clone()]);
    yes(&[home("*")], &[own.clone()]);
    yes(&[allow(&["s3:*"], &["arn:aws:s3:::home/*"])], &[own.clone()]);
    assert!(no(&[own.clone()], &[home("alice")]).contains("home/alice/"));
    assert!(no(&[home("alice")], &[own.clone()]).ends_with("aws:username=[{${aws:username}}]"));
    // Somebody may be called Alice.
    let not_alice = deny(&["*"], &["arn:aws:s3:::home/alice/*"]);
    assert_eq!(unknown(&[own.clone(), not_alice.clone()], &[own.clone()]), Undecided::Variable);
    yes(&[own.clone()], &[own.clone(), not_alice]);
    yes(&[own.clone(), deny(&["*"], &["arn:aws:s3:::audit/*"])], &[own]);
}

#[test]
fn what_cannot_be_told_is_left_open() {
    let when = |operator: &str, key: &str, values: &[&str]| send().when(condition(operator, key, values));
    // A number that is also a text.
    assert_eq!(
        unknown(&[when("StringEquals", "aws:k", &["5", "6"])], &[when("NumericEquals", "aws:k", &["5"])]),
        Undecided::MixedOperators
    );
    assert_eq!(
        unknown(
            &[when("ForAnyValue:StringEquals", "aws:k", &["a"])],
            &[when("StringEquals", "aws:k", &["a"]).when(condition("StringLike", "aws:k", &["a"]))],
        ),
        Undecided::MixedQuantifiers
    );
    assert_eq!(
        unknown(
            &[when("ArnLike", "aws:SourceArn", &["arn:aws:sns:*"])],
            &[when("Null", "aws:SourceArn", &["false"])]
        ),
        Undecided::IncompleteArn
    );
    // Who the caller is, said twice.
    let role = "arn:aws:iam::111122223333:role/worker";
    let to_role = send().to(Principals::Of(vec![Principal::aws(role)]));
    let said_in_condition =
        when("ArnEquals", "aws:PrincipalArn", &[role]).to(Principals::Of(vec![Principal::Everyone]));
    assert_eq!(unknown(&[said_in_condition.clone()], &[to_role]), Undecided::DerivedKey);
    // Hundreds of overlapping statements, none of which is enough.
    let many: Vec<Statement> =
        (0..60).map(|at| allow(&[&format!("*:*{at}*")], &[&format!("arn:aws:*{at}*:::*x{at}*")])).collect();
    let start = std::time::Instant::now();
    let nested: Vec<Statement> = (0..2000)
        .map(|at| allow(&["*"], &[&format!("arn:aws:s3:::{}*", "a".repeat(1 + at % 300))]))
        .collect();
    assert!(contains(&nested, &[allow(&["*"], &["*"])]) != Containment::Yes);
    let answer = contains(&many, &[allow(&["*"], &["*"])]);
    assert!(answer != Containment::Yes);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(texts), 1..3)
}

const CALLERS_TO_TRY: [fn() -> Caller; 3] =
    [worker, || Caller::user("arn:aws:iam::444455556666:user/u"), || Caller::service("sns.amazonaws.com")];

fn statement() -> impl Strategy<Value = Statement> {
    let actions = one_of(&["*", "s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "sqs:SendMessage"]);
    let resources =
        one_of(&["*", "arn:aws:s3:::a*", "arn:aws:s3:::ab", "arn:aws:s3:::a?/*", "arn:aws:s3:::{b}"]);
    let principal = prop::sample::select(vec![
        Principal::Everyone,
        Principal::aws("111122223333"),
        Principal::aws("arn:aws:iam::444455556666:user/u"),
        Principal::Service("sns.amazonaws.com".into()),
    ]);
    let principals = prop_oneof![
        2 => Just(Principals::Attached),
        1 => principal.clone().prop_map(|principal| Principals::Of(vec![principal])),
        1 => principal.prop_map(|principal| Principals::AllBut(vec![principal])),
    ];
    let conditions = prop::collection::vec(
        (
            prop::sample::select(vec![
                ("StringEquals", vec!["a"]),
                ("StringNotEquals", vec!["a", "b"]),
                ("StringLike", vec!["a*"]),
                ("StringEqualsIfExists", vec!["b"]),
                ("Null", vec!["true"]),
                ("NumericLessThan", vec!["5"]),
                ("ForAllValues:StringLike", vec!["a*"]),
                ("ForAnyValue:StringNotEquals", vec!["ab"]),
            ]),
            prop::sample::select(vec!["aws:one", "aws:two"]),
        ),
        0..3,
    );
    (any::<bool>(), any::<[bool; 2]>(), actions, resources, principals, conditions).prop_map(
        |(allows, rest, actions, resources, principals, conditions)| {
            let mut statement = if allows { allow(&actions, &resources) } else { deny(&actions, &resources) };
            if let (true, Actions::Of(patterns)) = (rest[0] && rest[1], &statement.actions) {
                statement.actions = Actions::AllBut(patterns.clone());
            }
            if let (true, Resources::Of(patterns)) = (rest[0] && !rest[1], &statement.resources) {
                statement.resources = Resources::AllBut(patterns.clone());
            }
            for ((operator, values), key) in conditions {
                statement = statement.when(condition(operator, key, &values));
            }
            statement.to(principals)
        },
    )
}

/// Requests that tell the statements above apart.
fn requests() -> Vec<Request> {
    let values: [&[&str]; 5] = [&[], &["a"], &["b"], &["4"], &["ab", "c"]];
    let mut requests = Vec::new();
    for caller in CALLERS_TO_TRY {
        for action in ["s3:GetObject", "sqs:SendMessage", "iam:PassRole"] {
            for resource in
                ["arn:aws:s3:::a", "arn:aws:s3:::ab", "arn:aws:s3:::ab/c", "arn:aws:s3:::{b}", "*"]
            {
                for one in values {
                    for two in values {
                        let mut request = crate::tests::request(caller(), action, resource);
                        request.context = Context::default()
                            .with("aws:one", one.iter().copied())
                            .with("aws:two", two.iter().copied());
                        requests.push(request);
                    }
                }
            }
        }
    }
    requests
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// A `No` is proved by its request; a `Yes` must survive every request.
    #[test]
    fn containment_is_what_the_evaluator_says(
        outer in prop::collection::vec(statement(), 1..4),
        inner in prop::collection::vec(statement(), 1..3),
    ) {
        let allowed = |statements: &[Statement], request: &Request| decides(statements, request);
        match contains(&outer, &inner) {
            Containment::Yes => {
                let missed = requests().into_iter().find(|request| {
                    allowed(&inner, request) == Truth::Yes && allowed(&outer, request) == Truth::No
                });
                prop_assert!(missed.is_none(), "{missed:?}");
            }
            Containment::No(request) => {
                prop_assert_eq!(allowed(&inner, &request), Truth::Yes);
                prop_assert_eq!(allowed(&outer, &request), Truth::No);
            }
            Containment::Unknown(_) => {}
        }
        prop_assert_eq!(contains(&inner, &inner), Containment::Yes);
    }
}

#[test]
fn principals_that_are_known_late_are_somebody() {
    let to = |principal: Principal| send().to(Principals::Of(vec![principal]));
    let role = Principal::aws(crate::tests::parts("{Orders.Arn}"));
    let account = Principal::aws(crate::tests::parts("{AWS::AccountId}"));
    let root = Principal::aws(crate::tests::parts("arn:{AWS::Partition}:iam::{AWS::AccountId}:root"));
    let service = Principal::Service("events.amazonaws.com".into());
    for late in [&role, &account, &root] {
        no(&[to(service.clone())], &[to(late.clone())]);
        yes(&[to(late.clone()), to(service.clone())], &[to(late.clone())]);
        yes(&[to(Principal::Everyone)], &[to(late.clone())]);
    }
    yes(&[to(account.clone())], &[to(root)]);
    no(&[to(role)], &[to(account)]);
}
